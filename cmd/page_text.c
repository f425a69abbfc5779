/* SPDX-License-Identifier: Apache-2.0 */
#include "page_text.h"

#include "text.h"

#include <medark/checkpoint.h>

#include <stdbool.h>

/* What turns the text around it, or is not seen, so that a name would show as another one. */
static bool turns(unsigned c)
{
	return c == 0x61c || c == 0xad || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff;
}

void cli_page_text(FILE *f, const char *text)
{
	while (*text) {
		unsigned c;
		size_t size = cli_utf8_next(text, &c);

		if (!size || c < 0x20 || (c >= 0x7f && c < 0xa0))
			(void)fputs("\xef\xbf\xbd", f);
		else if (turns(c))
			(void)fprintf(f, "\\u%04X", c);
		else if (c == '<' || c == '>' || c == '&' || c == '"' || c == '\'')
			(void)fprintf(f, "&#%u;", c);
		else
			(void)fwrite(text, 1, size, f);
		text += size ? size : 1;
	}
}

void cli_page_row(FILE *f, const char *label, const char *value)
{
	(void)fputs("<tr><th scope=\"row\">", f);
	cli_page_text(f, label);
	(void)fputs("</th><td>", f);
	cli_page_text(f, value);
	(void)fputs("</td></tr>\n", f);
}

static int write_to(void *context, const void *data, size_t size)
{
	return fwrite(data, 1, size, context) == size ? 0 : MEDARK_E_SYSTEM;
}

int cli_page_begin(FILE *f, const char *title)
{
	return medark_report_begin(title, write_to, f, NULL);
}

int cli_page_end(FILE *f)
{
	return medark_report_end(write_to, f, NULL);
}
