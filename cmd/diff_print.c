/* SPDX-License-Identifier: Apache-2.0 */
#include "diff.h"
#include "text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

/* ---- what was not compared ---- */

static void CLI_PRINTF(2, 3) remark(struct cli_diff_remarks *r, const char *fmt, ...)
{
	va_list ap;

	if (r->count == CLI_DIFF_REMARKS)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(r->text[r->count++], sizeof(r->text[0]), fmt, ap);
	va_end(ap);
}

static void remark_side(const struct cli_diff_side *side, const struct medark_compare_side *s,
			const char *which, struct cli_diff_remarks *r)
{
	if (side->info.increment && s->archives == 1)
		remark(r,
		       "the %s archive is an increment: only what had changed is in it; give the "
		       "archives before it with --%s",
		       which, which);
	if (side->unread)
		remark(r,
		       "the %s side is incomplete: %" PRIu64 " %s skipped, missing or unreadable "
		       "when it was exported",
		       which, side->unread,
		       cli_text_number(side->unread, "file or record was",
				       "files or records were"));
	if (s->large)
		remark(r, "%" PRIu64 " %s %s side %s not compared", s->large,
		       cli_text_number(s->large, "file of the", "files of the"), which,
		       cli_text_number(s->large, "has more than 64 MiB and was",
				       "have more than 64 MiB and were"));
}

void cli_diff_remark(const struct cli_diff *diff, struct cli_diff_remarks *out)
{
	out->count = 0;
	remark_side(&diff->old_side, &diff->result.old_side, "old", out);
	remark_side(&diff->new_side, &diff->result.new_side, "new", out);
}

/* ---- rows ---- */

static void print_counts(const char *label, const struct medark_compare_counts *counts)
{
	(void)printf("  %-26.26s %11" PRIu64 " %11" PRIu64 " %11" PRIu64 " %11" PRIu64 "\n", label,
		     counts->of[MEDARK_SAME], counts->of[MEDARK_ADDED], counts->of[MEDARK_CHANGED],
		     counts->of[MEDARK_GONE]);
}

static void print_side(const char *label, const struct cli_diff_side *side,
		       const struct medark_compare_side *s)
{
	(void)printf("  %-*s ", CLI_LABEL_WIDTH, label);
	cli_text_print(stdout, side->path);
	if (side->is_source)
		(void)printf(", read now");
	else
		(void)printf(", number %" PRIu64 " of %s, manifest %.16s...", side->info.sequence,
			     side->info.created, side->info.manifest);
	if (s->archives > 1)
		(void)printf(", with %" PRIu64 " %s before it", s->archives - 1,
			     cli_text_number(s->archives - 1, "archive", "archives"));
	(void)printf("\n  %-*s %" PRIu64 " %s, %" PRIu64 " %s", CLI_LABEL_WIDTH, "", s->records,
		     cli_text_number(s->records, "record", "records"), s->patients,
		     cli_text_number(s->patients, "patient", "patients"));
	if (s->repeated)
		(void)printf(", %" PRIu64 " %s there again", s->repeated,
			     cli_text_number(s->repeated, "record is", "records are"));
	(void)printf("\n");
}

static bool has_any(const struct medark_compare_counts *counts)
{
	uint64_t sum = 0;

	for (size_t k = 0; k < MEDARK_DIFFERENCE_KINDS; k++)
		sum += counts->of[k];
	return sum > 0;
}

static void print_notes(const struct cli_diff *diff)
{
	const struct medark_compare_result *r = &diff->result;

	if (r->moved)
		(void)printf("  %" PRIu64 " of the changed records %s now\n", r->moved,
			     cli_text_number(r->moved, "is of another patient",
					     "are of other patients"));
	if (r->old_side.xml || r->new_side.xml)
		(void)printf("  %" PRIu64 " and %" PRIu64
			     " records are XML, which was compared byte by byte\n",
			     r->old_side.xml, r->new_side.xml);
	if (r->old_side.faulty || r->new_side.faulty)
		(void)printf("  %" PRIu64 " and %" PRIu64 " records are not well-formed or of no "
			     "type; so they were, too\n",
			     r->old_side.faulty, r->new_side.faulty);
}

void cli_diff_print(const struct cli_diff *diff, const struct cli_leaving *leaving)
{
	const struct medark_compare_result *r = &diff->result;

	cli_report_row_judged(stdout, diff->judged_at);
	print_side("old", &diff->old_side, &r->old_side);
	print_side("new", &diff->new_side, &r->new_side);
	(void)printf("\n  %-26s %11s %11s %11s %11s\n", "", "SAME", "ADDED", "CHANGED", "GONE");
	for (uint32_t i = 0; i < r->type_count; i++)
		print_counts(r->types[i].name, &r->types[i].records);
	print_counts("all records", &r->records);
	if (has_any(&r->shared))
		print_counts("of them of no patient", &r->shared);
	if (has_any(&r->files))
		print_counts("files that are no records", &r->files);
	print_counts("patients", &r->patients);
	(void)printf("\n");
	print_notes(diff);
	if (leaving)
		cli_leaving_print(leaving);
	if (diff->options->list)
		cli_report_row(stdout, "list", diff->options->list);
	if (diff->options->report)
		cli_report_row(stdout, "report", diff->options->report);
	cli_report_row_time(stdout, diff->seconds, 0);
	(void)printf("%s\n", diff->is_equal ? "both hold the same" : "they are not the same");
}

/* ---- an object ---- */

static void json_counts(struct cli_json *json, const char *key,
			const struct medark_compare_counts *counts)
{
	cli_json_open(json, key, '{');
	for (int k = 0; k < MEDARK_DIFFERENCE_KINDS; k++)
		cli_json_number(json, medark_difference_name((enum medark_difference_kind)k),
				counts->of[k]);
	cli_json_close(json, '}');
}

static void json_side(struct cli_json *json, const char *key, const struct cli_diff_side *side,
		      const struct medark_compare_side *s)
{
	cli_json_open(json, key, '{');
	cli_json_text(json, "file", side->path);
	cli_json_bool(json, "source", side->is_source);
	if (!side->is_source) {
		cli_json_text(json, "archive", side->info.archive);
		cli_json_text(json, "manifest", side->info.manifest);
		cli_json_number(json, "sequence", side->info.sequence);
		cli_json_text(json, "created", side->info.created);
		cli_json_text(json, "signer", side->info.signer);
		cli_json_text(json, "signer_fingerprint", side->info.signer_fingerprint);
	}
	cli_json_number(json, "archives", s->archives);
	cli_json_number(json, "patients", s->patients);
	cli_json_number(json, "records", s->records);
	cli_json_number(json, "repeated", s->repeated);
	cli_json_number(json, "xml", s->xml);
	cli_json_number(json, "faulty", s->faulty);
	cli_json_number(json, "files", s->files);
	cli_json_number(json, "not_compared", s->large);
	cli_json_number(json, "unread", side->unread);
	cli_json_close(json, '}');
}

void cli_diff_json(const struct cli_diff *diff, const struct cli_leaving *leaving)
{
	const struct medark_compare_result *r = &diff->result;
	struct cli_json json;

	cli_report_json(diff->options, &json, "summary");
	cli_json_bool(&json, "equal", diff->is_equal);
	cli_report_json_judged(&json, diff->judged_at);
	json_side(&json, "old", &diff->old_side, &r->old_side);
	json_side(&json, "new", &diff->new_side, &r->new_side);
	json_counts(&json, "patients", &r->patients);
	json_counts(&json, "records", &r->records);
	json_counts(&json, "shared", &r->shared);
	json_counts(&json, "files", &r->files);
	cli_json_number(&json, "moved", r->moved);
	cli_json_open(&json, "types", '{');
	for (uint32_t i = 0; i < r->type_count; i++)
		json_counts(&json, r->types[i].name, &r->types[i].records);
	cli_json_close(&json, '}');
	cli_json_text_or_null(&json, "list", diff->options->list);
	cli_json_text_or_null(&json, "report", diff->options->report);
	if (leaving)
		cli_leaving_json(leaving, &json);
	cli_json_real(&json, "seconds", diff->seconds);
	cli_json_end(&json);
}
