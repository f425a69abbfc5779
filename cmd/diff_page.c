/* SPDX-License-Identifier: Apache-2.0 */
/* The report of a comparison as a page: counts alone, nobody is named. */
#include "diff.h"
#include "page_text.h"
#include "text.h"

#include <medark/common.h>

#include <inttypes.h>
#include <string.h>
#include <time.h>

static void number_row(FILE *f, const char *label, uint64_t value)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%" PRIu64, value);
	cli_page_row(f, label, text);
}

static void signed_rows(FILE *f, const struct medark_archive_info *info)
{
	char text[96];

	cli_page_row(f, "archive", info->archive);
	cli_page_row(f, "SHA-256 of its manifest", info->manifest);
	(void)snprintf(text, sizeof(text), "%" PRIu64, info->sequence);
	cli_page_row(f, "number in its chain", text);
	cli_page_row(f, "made", info->created);
	cli_page_row(f, "signer, verified", info->signer);
	cli_page_row(f, "SHA-256 of the signer's certificate", info->signer_fingerprint);
	(void)snprintf(text, sizeof(text), "%s (%s)",
		       info->proven_at[0] ? info->proven_at : info->signed_at,
		       info->proven_at[0] ? "before that, by a time stamp" : "the signer's word");
	cli_page_row(f, "signed", text);
}

static void side(FILE *f, const char *title, const struct cli_diff_side *side,
		 const struct medark_compare_side *s)
{
	(void)fprintf(f, "<h2>%s</h2>\n<table class=\"list\">\n", title);
	cli_page_row(f, "name", side->path);
	if (side->is_source)
		cli_page_row(f, "kind", "a source, read for this comparison; nobody signed it");
	else
		signed_rows(f, &side->info);
	if (s->archives > 1)
		number_row(f, "archives of its chain that were read", s->archives);
	number_row(f, "records", s->records);
	number_row(f, "patients with a record", s->patients);
	if (s->repeated)
		number_row(f, "records that are there again, in the same form", s->repeated);
	if (s->xml)
		number_row(f, "records in XML", s->xml);
	if (s->faulty)
		number_row(f, "records not well-formed, or of no type", s->faulty);
	if (s->files)
		number_row(f, "files that are no records", s->files);
	(void)fputs("</table>\n", f);
}

static void counts_row(FILE *f, const char *label, const struct medark_compare_counts *counts,
		       bool is_sum)
{
	(void)fprintf(f, "<tr%s><th scope=\"row\">", is_sum ? " class=\"sum\"" : "");
	cli_page_text(f, label);
	(void)fputs("</th>", f);
	for (int k = 0; k < MEDARK_DIFFERENCE_KINDS; k++)
		(void)fprintf(f, "<td class=\"n\">%" PRIu64 "</td>", counts->of[k]);
	(void)fputs("</tr>\n", f);
}

static void counts_table(FILE *f, const struct medark_compare_result *r)
{
	(void)fputs("<h2>Counts</h2>\n<table class=\"list\">\n<thead><tr><th scope=\"col\"></th>",
		    f);
	for (int k = 0; k < MEDARK_DIFFERENCE_KINDS; k++)
		(void)fprintf(f, "<th scope=\"col\" class=\"n\">%s</th>",
			      medark_difference_name((enum medark_difference_kind)k));
	(void)fputs("</tr></thead>\n<tbody>\n", f);
	for (uint32_t i = 0; i < r->type_count; i++)
		counts_row(f, r->types[i].name, &r->types[i].records, false);
	counts_row(f, "all records", &r->records, true);
	counts_row(f, "of them of no patient", &r->shared, false);
	counts_row(f, "files that are no records", &r->files, false);
	counts_row(f, "patients", &r->patients, true);
	(void)fputs("</tbody>\n</table>\n", f);
	if (r->moved)
		(void)fprintf(f, "<p>%" PRIu64 " of the changed records %s in the new side.</p>\n",
			      r->moved,
			      cli_text_number(r->moved, "is of another patient",
					      "are of other patients"));
}

static void method(FILE *f)
{
	(void)fputs(
		"<h2>What was compared, and how</h2>\n<ul>\n"
		"<li>Every record of both sides, each once, by its type and id. A record without an "
		"id is looked for by what it says: changed, it is gone and added.</li>\n"
		"<li>JSON by its content: the order of members, white space and the spelling of "
		"strings and numbers do not count. The precision of a number does (1.10 is not 1.1), "
		"and so does the order of a list.</li>\n"
		"<li>Left out: versionId, lastUpdated, source and tag in a record's meta, which "
		"servers set. Profiles and security labels were compared.</li>\n"
		"<li>XML, records that are not well-formed, and files that are no records: byte by "
		"byte; files whatever they are called.</li>\n"
		"<li>A patient counts as changed if any record of the patient was added, was changed "
		"or is gone, and is matched by the logical id of the Patient resource (or the "
		"identifier by which records name a patient who has none).</li>\n"
		"<li>Signatures and every segment that was read were verified.</li>\n"
		"</ul>\n",
		f);
}

static void not_compared(FILE *f, const struct cli_diff *diff)
{
	struct cli_diff_remarks remarks;

	cli_diff_remark(diff, &remarks);
	(void)fputs("<h2>What was not compared</h2>\n<ul>\n", f);
	for (size_t i = 0; i < remarks.count; i++) {
		(void)fputs("<li>", f);
		cli_page_text(f, remarks.text[i]);
		(void)fputs("</li>\n", f);
	}
	(void)fputs("<li>names, times and modes of files, and the order of records</li>\n</ul>\n",
		    f);
}

int cli_diff_page(const struct cli_diff *diff, FILE *f)
{
	char made[CLI_TIME_MAX] = "";
	time_t now = time(NULL);
	struct tm parts;

	if (gmtime_r(&now, &parts))
		(void)strftime(made, sizeof(made), "%Y-%m-%dT%H:%M:%SZ", &parts);
	if (cli_page_begin(f, "Comparison of patient records") < 0)
		return MEDARK_E_SYSTEM;
	(void)fprintf(f, "<p class=\"notice %s\">%s</p>\n", diff->is_equal ? "good" : "bad",
		      diff->is_equal ? "Both sides hold the same."
				     : "The sides differ, or not all could be compared.");
	(void)fputs("<table class=\"list\">\n", f);
	cli_page_row(f, "compared", made);
	if (diff->judged_at[0])
		cli_page_row(f, "certificates judged as of", diff->judged_at);
	(void)fputs("<tr><th scope=\"row\">tool</th><td>medark ", f);
	cli_page_text(f, medark_version());
	(void)fputs("</td></tr>\n</table>\n", f);
	side(f, "Old", &diff->old_side, &diff->result.old_side);
	side(f, "New", &diff->new_side, &diff->result.new_side);
	counts_table(f, &diff->result);
	method(f);
	not_compared(f, diff);
	return cli_page_end(f);
}
