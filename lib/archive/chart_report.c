/* SPDX-License-Identifier: Apache-2.0 */
/* report.json: what the folder holds, where it comes from, and what it does not hold. */
#include "archive/attachments.h"
#include "archive/chart.h"
#include "archive/chart_folder.h"
#include "archive/write_all.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>

#define FLUSH (64u << 10)
/* Names of what is not there: the count tells of all. */
#define NAMES_MAX 1000

struct report {
	struct medark_chart *chart;
	struct medark_buffer text;
	int fd;
};

static void report_clear(struct report *r)
{
	medark_buffer_clear(&r->text);
	medark_fd_close_auto(&r->fd);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct report, report_clear)

static int flush(struct report *r, size_t above, struct medark_error *err)
{
	if (r->text.size <= above)
		return 0;
	MEDARK_TRY(medark_write_all(r->fd, r->text.data, r->text.size, err));
	r->text.size = 0;
	return 0;
}

static int add_text(struct report *r, const char *name, const char *value, struct medark_error *err)
{
	MEDARK_TRY(medark_buffer_print(&r->text, err, ",\n\"%s\":", name));
	if (!value || !value[0])
		return medark_buffer_print(&r->text, err, "null");
	return medark_text_json(&r->text, medark_bytes_text(value), err);
}

static int add_archive(struct report *r, struct medark_error *err)
{
	MEDARK_AUTO(medark_heap_free) struct medark_archive_info *info = malloc(sizeof(*info));

	if (!info)
		return medark_error_memory(err, "the report");
	MEDARK_TRY(medark_archive_info(r->chart->archive, info, err));
	MEDARK_TRY(medark_buffer_print(&r->text, err,
				       MEDARK_CHART_REPORT_HEAD ",\n\"sequence\":%llu",
				       (unsigned long long)info->sequence));
	MEDARK_TRY(add_text(r, "archive", info->archive, err));
	MEDARK_TRY(add_text(r, "manifest", info->manifest, err));
	MEDARK_TRY(add_text(r, "created", info->created, err));
	MEDARK_TRY(add_text(r, "signer", info->signer, err));
	MEDARK_TRY(add_text(r, "signer_fingerprint", info->signer_fingerprint, err));
	MEDARK_TRY(add_text(r, "signed_at", info->signed_at, err));
	return medark_buffer_print(
		&r->text, err,
		",\n\"complete\":%s,\n\"quarantined\":%llu,\n\"skipped\":%llu,\n\"duplicates\":%llu",
		info->complete ? "true" : "false", (unsigned long long)info->quarantined,
		(unsigned long long)info->skipped, (unsigned long long)info->duplicates);
}

static int add_filters(struct report *r, struct medark_error *err)
{
	const struct medark_restore_request *request = r->chart->request;

	MEDARK_TRY(add_text(r, "since", request->since, err));
	MEDARK_TRY(medark_buffer_print(&r->text, err, ",\n\"only_types\":["));
	for (size_t i = 0; i < request->type_count; i++) {
		MEDARK_TRY(medark_buffer_print(&r->text, err, "%s", i ? "," : ""));
		MEDARK_TRY(medark_text_json(&r->text, medark_bytes_text(request->types[i]), err));
	}
	return medark_buffer_print(&r->text, err, "]");
}

static int add_counts(struct report *r, struct medark_error *err)
{
	struct medark_chart *chart = r->chart;

	MEDARK_TRY(medark_buffer_print(&r->text, err, ",\n\"records\":%llu,\n\"types\":",
				       (unsigned long long)medark_record_files_count(chart->own)));
	MEDARK_TRY(medark_record_files_json(chart->own, &r->text, err));
	MEDARK_TRY(
		medark_buffer_print(&r->text, err, ",\n\"referenced\":%llu,\n\"referenced_types\":",
				    (unsigned long long)medark_record_files_count(chart->outside)));
	MEDARK_TRY(medark_record_files_json(chart->outside, &r->text, err));
	return medark_buffer_print(&r->text, err,
				   ",\n\"filtered\":%llu,\n\"other_patients\":%llu,\n"
				   "\"unresolved\":%u",
				   (unsigned long long)chart->filtered,
				   (unsigned long long)chart->other_patients,
				   medark_nameset_count(&chart->missing));
}

static int add_missing(struct report *r, struct medark_error *err)
{
	uint32_t count = medark_nameset_count(&r->chart->missing);

	MEDARK_TRY(medark_buffer_print(&r->text, err, ",\n\"unresolved_names\":["));
	for (uint32_t i = 0; i < count && i < NAMES_MAX; i++) {
		MEDARK_TRY(medark_buffer_print(&r->text, err, "%s", i ? ",\n" : "\n"));
		MEDARK_TRY(
			medark_text_json(&r->text, medark_nameset_get(&r->chart->missing, i), err));
	}
	return medark_buffer_print(&r->text, err, "]");
}

/* The record that an item came along for: the first one whose URL names its path. */
static int add_referrer(struct report *r, struct medark_bytes path, struct medark_error *err)
{
	const struct medark_chart *chart = r->chart;
	const struct medark_referrer *referrers =
		(const struct medark_referrer *)(const void *)chart->referrers.data;
	struct medark_bytes name = { NULL, 0 };
	uint32_t i;

	if (medark_attachments_find(&chart->paths, path, &i))
		name = medark_bytes(chart->referrer_names.data + referrers[i].at,
				    referrers[i].size);
	MEDARK_TRY(medark_buffer_print(&r->text, err, ",\"referrer\":"));
	return medark_text_json(&r->text, name, err);
}

static int add_items(struct report *r, struct medark_error *err)
{
	const struct medark_chart_item *items =
		(const struct medark_chart_item *)(const void *)r->chart->items.data;
	size_t count = r->chart->items.size / sizeof(*items);
	const char *name = (const char *)r->chart->item_names.data;
	struct medark_item_row item;
	struct medark_bytes row;

	MEDARK_TRY(medark_buffer_print(&r->text, err, ",\n\"items\":["));
	for (size_t i = 0; i < count; i++) {
		if (r->chart->at != items[i].archive)
			MEDARK_TRY(medark_chart_turn(r->chart, items[i].archive, err));
		MEDARK_TRY(medark_index_row(r->chart->index, MEDARK_KIND_ITEMS, items[i].number,
					    &row, err));
		MEDARK_TRY(medark_item_row_parse(row, items[i].number, &r->chart->item_path, &item,
						 err));
		MEDARK_TRY(medark_buffer_print(
			&r->text, err, "%s{\"item\":%u,\"size\":%llu,\"path\":", i ? ",\n" : "\n",
			item.number, (unsigned long long)item.size));
		MEDARK_TRY(medark_text_json(&r->text, item.path, err));
		MEDARK_TRY(medark_buffer_print(&r->text, err, ",\"name\":"));
		MEDARK_TRY(medark_text_json(&r->text, medark_bytes_text(name), err));
		name += strlen(name) + 1;
		MEDARK_TRY(add_referrer(r, item.path, err));
		MEDARK_TRY(medark_buffer_print(&r->text, err, "}"));
		MEDARK_TRY(flush(r, FLUSH, err));
	}
	return medark_buffer_print(&r->text, err, "]");
}

/* Of the archives before the latest, which the rest of the report is about. */
static int add_chain(struct report *r, struct medark_error *err)
{
	const struct medark_lineage *l = r->chart->lineage;
	char hex[2 * MEDARK_DIGEST_SIZE + 1];

	MEDARK_TRY(medark_buffer_print(&r->text, err, ",\n\"superseded\":%llu,\n\"behind\":[",
				       (unsigned long long)r->chart->superseded));
	for (size_t k = 0; k + 1 < l->count; k++) {
		medark_text_hex(l->archives[k]->manifest_digest.bytes, MEDARK_DIGEST_SIZE, hex);
		MEDARK_TRY(medark_buffer_print(&r->text, err, "%s\"%s\"", k ? ",\n" : "\n", hex));
	}
	return medark_buffer_print(&r->text, err, "]");
}

/* Rows of the archive at hand. */
static int add_rows(struct report *r, bool *is_first, struct medark_error *err)
{
	const struct medark_rowset *rows = &r->chart->rows[r->chart->at];
	struct medark_bytes row;

	for (uint64_t n = medark_rowset_next(rows, 0); n < rows->rows;
	     n = medark_rowset_next(rows, n + 1)) {
		MEDARK_TRY(medark_index_row(r->chart->index, MEDARK_KIND_PATIENTS, n, &row, err));
		MEDARK_TRY(medark_buffer_print(&r->text, err, "%s", *is_first ? "\n" : ",\n"));
		MEDARK_TRY(medark_buffer_add(&r->text, row.data, row.size, err));
		MEDARK_TRY(flush(r, FLUSH, err));
		*is_first = false;
	}
	return 0;
}

/* The patients' rows as the indexes have them, the latest archive's first. */
static int add_patients(struct report *r, struct medark_error *err)
{
	bool is_first = true;

	MEDARK_TRY(medark_buffer_print(&r->text, err, ",\n\"patients\":["));
	for (size_t k = r->chart->lineage->count; k-- > 0;) {
		MEDARK_TRY(medark_chart_turn(r->chart, k, err));
		MEDARK_TRY(add_rows(r, &is_first, err));
	}
	return medark_buffer_print(&r->text, err, "]");
}

int medark_chart_report(struct medark_chart *chart, struct medark_error *err)
{
	MEDARK_AUTO(report_clear)
	struct report r = { .chart = chart, .text = MEDARK_BUFFER_SECRET(2 * MEDARK_PAGE_MAX) };

	r.fd = openat(chart->folder, MEDARK_CHART_REPORT,
		      O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (r.fd < 0)
		return medark_error_errno(err, errno, "cannot create the report");
	MEDARK_TRY(medark_chart_turn(chart, chart->lineage->count - 1, err));
	MEDARK_TRY(add_archive(&r, err));
	if (chart->lineage->count > 1)
		MEDARK_TRY(add_chain(&r, err));
	MEDARK_TRY(add_filters(&r, err));
	MEDARK_TRY(add_counts(&r, err));
	MEDARK_TRY(add_missing(&r, err));
	MEDARK_TRY(add_items(&r, err));
	MEDARK_TRY(add_patients(&r, err));
	MEDARK_TRY(medark_buffer_print(&r.text, err, "\n}\n"));
	return flush(&r, 0, err);
}
