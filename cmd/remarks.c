/* SPDX-License-Identifier: Apache-2.0 */
#include "remarks.h"

#include "report.h"

#include <inttypes.h>
#include <stdarg.h>

static void CLI_PRINTF(2, 3) add(struct cli_remarks *remarks, const char *fmt, ...)
{
	char *sentence = remarks->sentences[remarks->count++];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(sentence, sizeof(remarks->sentences[0]), fmt, ap);
	va_end(ap);
}

void cli_remarks_make(struct cli_remarks *out, const struct cli_options *options,
		      const struct medark_export_result *result)
{
	out->count = 0;
	if (result->bytes && !result->records)
		add(out,
		    "no record was recognised: the archive keeps every byte that was read, but "
		    "no patient can be found in it; medark-export(1) says which forms and "
		    "packings of FHIR are read");
	if (result->closed)
		add(out,
		    "%" PRIu64 " %s packed or encoded in a way that is not looked into: unpack or "
		    "convert first what holds records (%s lists %s)",
		    result->closed, result->closed == 1 ? "item is" : "items are",
		    options->report ? options->report : "--report FILE",
		    result->closed == 1 ? "it" : "them");
	if (result->unlike)
		add(out,
		    "%" PRIu64 " %s named as files of records are (.json, .ndjson, .xml), but no "
		    "record was recognised: damaged, or no FHIR (%s lists %s)",
		    result->unlike, result->unlike == 1 ? "item is" : "items are",
		    options->report ? options->report : "--report FILE",
		    result->unlike == 1 ? "it" : "them");
	if (result->archives)
		add(out,
		    "%" PRIu64 " %s of medark, so that each export is larger than the last: leave "
		    "them out with --exclude PATTERN, or move them away",
		    result->archives,
		    result->archives == 1 ? "item is an archive" : "items are archives");
}

void cli_remarks_warn(const struct cli_remarks *remarks, const struct cli_options *options)
{
	for (size_t i = 0; i < remarks->count; i++)
		cli_report_warning(options, remarks->sentences[i]);
}

void cli_remarks_json(const struct cli_remarks *remarks, struct cli_json *json)
{
	cli_json_open(json, "warnings", '[');
	for (size_t i = 0; i < remarks->count; i++)
		cli_json_text(json, NULL, remarks->sentences[i]);
	cli_json_close(json, ']');
}
