/* SPDX-License-Identifier: Apache-2.0 */
#include "page_text.h"

#include "text.h"

#include <stdbool.h>

/* What turns the text around it, so that a name would show as another one. */
static bool turns(unsigned c)
{
	return c == 0x61c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069);
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

void cli_page_begin(FILE *f, const char *title)
{
	(void)fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		    "style-src 'unsafe-inline'\">\n"
		    "<meta name=\"viewport\" content=\"width=device-width\">\n<title>",
		    f);
	cli_page_text(f, title);
	(void)fputs("</title>\n<style>\n"
		    "body{font:15px/1.45 sans-serif;max-width:60em;margin:2em auto;padding:0 1em;"
		    "color:#111}\n"
		    "h1{font-size:1.5em}h2{font-size:1.15em;margin-top:1.6em}\n"
		    "table{border-collapse:collapse;width:100%}\n"
		    "th,td{text-align:left;vertical-align:top;padding:.25em .7em;"
		    "border-bottom:1px solid #bbb;overflow-wrap:anywhere}\n"
		    "th{font-weight:600}td.n,th.n{text-align:right;white-space:nowrap;"
		    "font-variant-numeric:tabular-nums}\n"
		    ".w{white-space:nowrap}\n"
		    "tr.sum th,tr.sum td{border-top:2px solid #111}\n"
		    ".result{font-size:1.15em;font-weight:600;border:2px solid #111;"
		    "padding:.5em .8em}\n"
		    "@media print{body{margin:0;max-width:none}tr{break-inside:avoid}"
		    "thead{display:table-header-group}}\n"
		    "</style>\n</head>\n<body>\n<h1>",
		    f);
	cli_page_text(f, title);
	(void)fputs("</h1>\n", f);
}

void cli_page_end(FILE *f)
{
	(void)fputs("</body>\n</html>\n", f);
}
