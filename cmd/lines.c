/* SPDX-License-Identifier: Apache-2.0 */
#include "lines.h"

#include "report.h"
#include "signals.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_MAX (1024 * 1024)

void cli_lines_clear(struct cli_lines *lines)
{
	if (lines->text)
		explicit_bzero(lines->text, TEXT_MAX);
	free(lines->text);
	free(lines->list.items);
	free(lines->numbers);
	*lines = (struct cli_lines) { 0 };
}

static int add(const struct cli_options *options, struct cli_lines *out, const char *word)
{
	const char **items = realloc(out->list.items, (out->list.count + 1) * sizeof(*items));

	if (!items)
		return cli_report_memory(options);
	out->list.items = items;
	out->list.items[out->list.count++] = word;
	return 0;
}

static int read_text(const struct cli_options *options, struct cli_lines *out)
{
	size_t size = 0;

	if (out->text || (options->passphrase_fd && strcmp(options->passphrase_fd, "0") == 0))
		return cli_report_usage(options, "cannot read standard input twice");
	out->text = calloc(1, TEXT_MAX);
	if (!out->text)
		return cli_report_memory(options);
	for (;;) {
		ssize_t n = read(STDIN_FILENO, out->text + size, TEXT_MAX - 1 - size);

		if (n < 0 && errno == EINTR && !cli_signals_stopped())
			continue;
		if (n < 0)
			return cli_report_error(
				options, cli_signals_stopped() ? CLI_INTERRUPTED : CLI_FAILED,
				"cannot read standard input: %s", strerror(errno));
		if (n == 0)
			return 0;
		size += (size_t)n;
		if (size == TEXT_MAX - 1)
			return cli_report_error(options, CLI_FAILED,
						"cannot read standard input: it is longer than 1 "
						"MiB");
	}
}

static int add_line(const struct cli_options *options, struct cli_lines *out, const char *line,
		    size_t number)
{
	size_t *numbers = realloc(out->numbers, (out->count + 1) * sizeof(*numbers));

	if (!numbers)
		return cli_report_memory(options);
	out->numbers = numbers;
	out->numbers[out->count++] = number;
	return add(options, out, line);
}

static int add_lines(const struct cli_options *options, struct cli_lines *out)
{
	size_t number = 1, size;
	int code = read_text(options, out);

	if (code)
		return code;
	out->first = out->list.count;
	for (char *line = out->text, *next; line; line = next, number++) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		size = strlen(line);
		if (size && line[size - 1] == '\r')
			line[size - 1] = '\0';
		code = *line ? add_line(options, out, line, number) : 0;
		if (code)
			return code;
	}
	if (out->count == 0)
		return cli_report_error(options, CLI_FAILED,
					"cannot use standard input: no line is in it");
	return 0;
}

size_t cli_lines_number(const struct cli_lines *lines, size_t i)
{
	return i >= lines->first && i - lines->first < lines->count
		       ? lines->numbers[i - lines->first]
		       : 0;
}

int cli_lines_expand(const struct cli_options *options, const struct cli_list *given,
		     struct cli_lines *out)
{
	for (size_t i = 0; i < given->count; i++) {
		int code = strcmp(given->items[i], "-") == 0 ? add_lines(options, out)
							     : add(options, out, given->items[i]);

		if (code)
			return code;
	}
	return 0;
}
