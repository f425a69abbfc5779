/* SPDX-License-Identifier: Apache-2.0 */
#include "subverb.h"

#include "closest.h"
#include "report.h"

#include <string.h>

int cli_subverb_find(const struct cli_options *options, size_t count,
		     const char *(*name_of)(size_t i, const void *context), const char *list)
{
	const char *verb = options->verb->name;
	const char *word = options->operands.count ? options->operands.items[0] : NULL;
	const char *near;

	if (!word) {
		(void)cli_report_usage(options, "cannot run %s: it needs a second word: %s", verb,
				       list);
		return -1;
	}
	for (size_t i = 0; i < count; i++)
		if (strcmp(name_of(i, NULL), word) == 0)
			return (int)i;
	near = cli_closest(word, count, name_of, NULL);
	if (near)
		(void)cli_report_usage(options,
				       "cannot run '%s %s': it is unknown; did you mean '%s %s'?",
				       verb, word, verb, near);
	else
		(void)cli_report_usage(options, "cannot run '%s %s': it is unknown", verb, word);
	return -1;
}

int cli_subverb_check(const struct cli_options *options, const char *word, unsigned takes,
		      const struct cli_subverb_option *given, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (given[i].is_given && !(takes & given[i].bit))
			return cli_report_usage(options, "cannot use %s with %s %s", given[i].name,
						options->verb->name, word);
	return 0;
}
