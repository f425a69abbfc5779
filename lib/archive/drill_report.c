/* SPDX-License-Identifier: Apache-2.0 */
/* The page of a drill: what was found, in how much time, what was looked at and what was not. */
#include "archive/report_frame.h"
#include "archive/signed_report.h"
#include "base/time.h"
#include "view/html.h"

#include <medark/drill.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PAGE_MAX ((size_t)1 << 20)

struct medark_drill_report {
	const struct medark_drill_report_request *request;
	struct medark_signed_report *files;
};

void medark_drill_report_free(struct medark_drill_report *report)
{
	if (!report)
		return;
	medark_signed_report_free(report->files);
	free(report);
}

int medark_drill_report_new(const struct medark_drill_report_request *request,
			    struct medark_drill_report **out, struct medark_error *err)
{
	const struct medark_signed_report_setup setup = {
		.path = request->path,
		.replace = request->replace,
		.signer = request->signer,
		.signer_key = request->signer_key,
		.passphrase =
			medark_bytes(request->signer_passphrase, request->signer_passphrase_size),
	};
	struct medark_drill_report *report = calloc(1, sizeof(*report));
	int code;

	if (!report)
		return medark_error_memory(err, "a report");
	report->request = request;
	code = medark_signed_report_new(&setup, &report->files, err);
	if (code < 0) {
		medark_drill_report_free(report);
		return code;
	}
	*out = report;
	return 0;
}

/* ---- the page ---- */

static int row(struct medark_buffer *out, const char *label, const char *value,
	       struct medark_error *err)
{
	return medark_html(out, err, "<tr><th scope=\"row\">%s</th><td>%s</td></tr>\n", label,
			   value);
}

static int row_number(struct medark_buffer *out, const char *label, uint64_t value,
		      struct medark_error *err)
{
	return medark_html(out, err, "<tr><th scope=\"row\">%s</th><td>%u</td></tr>\n", label,
			   (unsigned long long)value);
}

/* A step with its time, and how fast it was if `bytes` is not 0. */
static int step(struct medark_buffer *out, const char *label, uint64_t bytes, double seconds,
		struct medark_error *err)
{
	char time[32], size[32] = "", rate[32] = "";

	(void)snprintf(time, sizeof(time), "%.3f", seconds);
	if (bytes)
		(void)snprintf(size, sizeof(size), "%llu", (unsigned long long)bytes);
	if (bytes && seconds > 0)
		(void)snprintf(rate, sizeof(rate), "%.1f", (double)bytes / seconds / 1e6);
	return medark_html(out, err,
			   "<tr><th scope=\"row\">%s</th><td>%s</td><td>%s</td><td>%s</td></tr>\n",
			   label, size, time, rate);
}

static int put_verdict(const struct medark_drill_result *r, struct medark_buffer *out,
		       struct medark_error *err)
{
	if (r->passed)
		return medark_html(out, err,
				   "<p class=\"notice good\">Passed: what was restored is what was "
				   "signed.</p>\n");
	return medark_html(
		out, err,
		"<p class=\"notice bad\">FAILED: what was restored differs from what was "
		"signed, in %u of %u records or parts of records and in %u segments. The "
		"first difference is at byte %u of item %u.</p>\n",
		(unsigned long long)r->different, (unsigned long long)r->leaves,
		(unsigned long long)r->different_segments, (unsigned long long)r->first_offset,
		(unsigned long long)r->first_item);
}

#define ANCHORS_SHOWN 64

static int put_file_of_anchors(const char *file, struct medark_buffer *out,
			       struct medark_error *err)
{
	MEDARK_AUTO(medark_heap_free)
	struct medark_certificate_info *list = calloc(ANCHORS_SHOWN, sizeof(*list));
	size_t count = 0;

	if (!list)
		return medark_error_memory(err, "a report");
	if (medark_anchors_describe(file, list, ANCHORS_SHOWN, &count, NULL) < 0 || !count)
		return row(out, "trust anchors of", file, err);
	for (size_t i = 0; i < count && i < ANCHORS_SHOWN; i++)
		MEDARK_TRY(medark_html(out, err,
				       "<tr><th scope=\"row\">trust anchor</th><td>%s: %s, "
				       "SHA-256 %s</td></tr>\n",
				       file, list[i].subject, list[i].fingerprint));
	return count > ANCHORS_SHOWN
		       ? row_number(out, "more trust anchors", count - ANCHORS_SHOWN, err)
		       : 0;
}

/* What the files of the trust anchors hold: each certificate, as each vouches. */
static int put_anchors(const struct medark_drill_report_request *request, struct medark_buffer *out,
		       struct medark_error *err)
{
	for (size_t i = 0; i < request->trust_count; i++)
		MEDARK_TRY(put_file_of_anchors(request->trust[i], out, err));
	return 0;
}

static int put_archive(const struct medark_drill_report *report,
		       const struct medark_archive_info *info, const char *when,
		       struct medark_buffer *out, struct medark_error *err)
{
	MEDARK_TRY(medark_html(
		out, err,
		"<section class=\"panel\"><h2>The archive</h2>\n<table class=\"list\">\n"));
	MEDARK_TRY(row(out, "file", report->request->archive, err));
	MEDARK_TRY(row(out, "archive", info->archive, err));
	MEDARK_TRY(row_number(out, "sequence", info->sequence, err));
	MEDARK_TRY(row(out, "SHA-256 of MANIFEST", info->manifest, err));
	MEDARK_TRY(row(out, "created", info->created, err));
	MEDARK_TRY(row(out, "signer", info->signer, err));
	MEDARK_TRY(row(out, "signer's certificate, SHA-256", info->signer_fingerprint, err));
	MEDARK_TRY(put_anchors(report->request, out, err));
	MEDARK_TRY(row(out,
		       info->proven_at[0] ? "signed before, by a time stamp"
					  : "signed (claimed by the signer)",
		       info->proven_at[0] ? info->proven_at : info->signed_at, err));
	MEDARK_TRY(row(out, "certificates judged as of",
		       *info->judged_at ? info->judged_at : "the time of the drill", err));
	MEDARK_TRY(row(out, "complete as exported",
		       info->complete ? "yes" : "no: something was quarantined, skipped or missing",
		       err));
	MEDARK_TRY(row(out, "holds",
		       info->increment ? "only what had changed: an increment"
				       : "everything of its source",
		       err));
	MEDARK_TRY(row(out, "drill ended", when, err));
	MEDARK_TRY(row(out, "tool", "medark " MEDARK_VERSION, err));
	return medark_html(out, err, "</table></section>\n");
}

static int put_found(const struct medark_drill_result *r, struct medark_buffer *out,
		     struct medark_error *err)
{
	MEDARK_TRY(medark_html(
		out, err,
		"<section class=\"panel\"><h2>What was compared</h2>\n<table class=\"list\">\n"));
	MEDARK_TRY(row_number(out, "files and folders", r->items, err));
	MEDARK_TRY(row_number(out, "bytes", r->bytes, err));
	MEDARK_TRY(row_number(out, "records", r->records, err));
	MEDARK_TRY(row_number(out, "hashes: of records, of parts of large ones, of other files",
			      r->leaves, err));
	MEDARK_TRY(row_number(out, "of these inside of compressed files", r->packed, err));
	MEDARK_TRY(row_number(out, "that differ", r->different, err));
	MEDARK_TRY(row_number(out, "names that were not safe here, and changed", r->renamed, err));
	MEDARK_TRY(row_number(out, "charts of patients drawn at random", r->charts, err));
	MEDARK_TRY(row_number(out, "records in them", r->chart_records, err));
	return medark_html(out, err, "</table></section>\n");
}

static int put_times(const struct medark_drill_result *r, struct medark_buffer *out,
		     struct medark_error *err)
{
	MEDARK_TRY(medark_html(
		out, err,
		"<section class=\"panel\"><h2>How long it took</h2>\n<table class=\"list\">\n<thead><tr><th>"
		"step</th><th>bytes</th><th>seconds</th><th>MB/s</th></tr></thead>\n"));
	MEDARK_TRY(step(out, "the first chart, once the archive was open", 0, r->first_chart, err));
	MEDARK_TRY(step(out, "verify", r->archive_bytes, r->verify, err));
	MEDARK_TRY(step(out, "restore", r->bytes, r->restore, err));
	MEDARK_TRY(step(out, "read back and compare", r->bytes, r->compare, err));
	MEDARK_TRY(step(out, "all charts", 0, r->charts_time, err));
	MEDARK_TRY(step(out, "the drill", 0, r->total, err));
	return medark_html(out, err, "</table></section>\n");
}

static int put_limits(const struct medark_drill_result *r, struct medark_buffer *out,
		      struct medark_error *err)
{
	MEDARK_TRY(medark_html(
		out, err,
		"<section class=\"panel\"><h2>What that shows, and what not</h2>\n<ul>\n"
		"<li>The signature leads to a trust anchor that the user gave, and every byte of the "
		"archive is as it was signed.</li>\n"
		"<li>Everything was restored into a private folder %s, read back from there, and "
		"compared: number and sizes of files, every byte with the archive, and the hash of "
		"every record with the signed root of all records.</li>\n",
		r->is_memory ? "in memory" : "on a disk"));
	MEDARK_TRY(medark_html(
		out, err,
		"<li>%s</li>\n"
		"<li>That the source had been exported completely is what the row "
		"&ldquo;complete as exported&rdquo; says, and nothing more.</li>\n"
		"<li>Nothing was sent into another system; modes and times of files were set, and "
		"not compared.</li>\n"
		"<li>The folder was removed afterwards. This page has no patient data.</li>\n</ul></section>\n",
		r->is_memory ? "No disk was written to: that one has room and works is not shown."
			     : "Files were written to the disk and dropped from memory before they "
			       "were read, as far as the system lets."));
	return 0;
}

static int put_page(const struct medark_drill_report *report,
		    const struct medark_archive_info *info, const struct medark_drill_result *r,
		    struct medark_buffer *out, struct medark_error *err)
{
	char when[MEDARK_TIME_SIZE];

	(void)medark_time_format((int64_t)time(NULL), when);
	MEDARK_TRY(medark_report_frame_begin("Rehearsed restore", out, err));
	MEDARK_TRY(put_verdict(r, out, err));
	MEDARK_TRY(put_archive(report, info, when, out, err));
	MEDARK_TRY(put_found(r, out, err));
	MEDARK_TRY(put_times(r, out, err));
	MEDARK_TRY(put_limits(r, out, err));
	return medark_report_frame_end(out, err);
}

int medark_drill_report_finish(struct medark_drill_report *report,
			       const struct medark_archive_info *info,
			       const struct medark_drill_result *result, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer page = MEDARK_BUFFER(PAGE_MAX);

	MEDARK_TRY(put_page(report, info, result, &page, err));
	return medark_signed_report_finish(report->files, medark_bytes(page.data, page.size), err);
}
