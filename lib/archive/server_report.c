/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/server_report.h"

#include "archive/server_count.h"
#include "archive/signed_report.h"
#include "base/text.h"
#include "base/time.h"
#include "scan/json.h"
#include "store/output.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LINES_MAX  ((size_t)256 << 20)
#define RECORD_MAX ((size_t)1 << 30)

enum kind { REJECTED, DIFFERENT, GONE, LEFT, ITEM, KINDS };
static const char *const kinds[KINDS] = { "rejected", "different", "gone", "not-sent",
					  "attachment" };

struct medark_server_report {
	const struct medark_server_request *request;
	struct medark_signed_report *report; /* NULL: none is wanted */
	struct medark_output *rejected;
	struct medark_buffer lines;
	uint64_t counts[KINDS];
};

void medark_server_report_free(struct medark_server_report *r)
{
	if (!r)
		return;
	medark_signed_report_free(r->report);
	medark_output_free(r->rejected);
	medark_buffer_clear(&r->lines);
	free(r);
}

static int open_report(struct medark_server_report *r, struct medark_error *err)
{
	const struct medark_server_request *q = r->request;
	const struct medark_signed_report_setup setup = {
		.path = q->report,
		.replace = q->replace,
		.signer = q->signer,
		.signer_key = q->signer_key,
		.passphrase = medark_bytes(q->signer_passphrase, q->signer_passphrase_size),
	};

	return medark_signed_report_new(&setup, &r->report, err);
}

int medark_server_report_new(const struct medark_server_request *request,
			     struct medark_server_report **out, struct medark_error *err)
{
	MEDARK_AUTO(medark_server_report_free) struct medark_server_report *r = NULL;

	if (request->signer && (!request->report || !request->signer_key))
		return medark_error_set(err, MEDARK_E_USAGE,
					"a signer signs the report: it needs a report and a key");
	r = calloc(1, sizeof(*r));
	if (!r)
		return medark_error_memory(err, "a report");
	r->request = request;
	r->lines.limit = LINES_MAX;
	if (request->report)
		MEDARK_TRY(open_report(r, err));
	if (request->rejected)
		MEDARK_TRY(
			medark_output_open(request->rejected, request->replace, &r->rejected, err));
	*out = MEDARK_TAKE(r);
	return 0;
}

/* ---- lines ---- */

/* Begins a line, which the caller ends; 0 if there are too many of its kind. */
static int begin(struct medark_server_report *r, enum kind kind, struct medark_bytes type,
		 struct medark_bytes id, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer name = MEDARK_BUFFER(4096);

	r->counts[kind]++;
	if (!r->report || r->counts[kind] > MEDARK_SERVER_LINES_MAX)
		return 0;
	MEDARK_TRY(medark_buffer_add(&name, type.data, type.size, err));
	MEDARK_TRY(medark_buffer_text(&name, "/", err));
	MEDARK_TRY(medark_buffer_add(&name, id.data, id.size, err));
	MEDARK_TRY(
		medark_buffer_print(&r->lines, err, "{\"kind\":\"%s\",\"record\":", kinds[kind]));
	MEDARK_TRY(medark_text_json(&r->lines, medark_bytes(name.data, name.size), err));
	return 1;
}

static int add_text(struct medark_server_report *r, const char *name, struct medark_bytes value,
		    struct medark_error *err)
{
	MEDARK_TRY(medark_buffer_print(&r->lines, err, ",\"%s\":", name));
	return medark_text_json(&r->lines, value, err);
}

int medark_server_report_leave(struct medark_server_report *r, struct medark_bytes type,
			       struct medark_bytes id, const char *why, struct medark_error *err)
{
	int code = begin(r, LEFT, type, id, err);

	if (code <= 0)
		return code;
	MEDARK_TRY(add_text(r, "reason", medark_bytes_text(why), err));
	return medark_buffer_text(&r->lines, "}\n", err);
}

int medark_server_report_item(struct medark_server_report *r, uint64_t item, uint64_t size,
			      struct medark_error *err)
{
	r->counts[ITEM]++;
	if (!r->report || r->counts[ITEM] > MEDARK_SERVER_LINES_MAX)
		return 0;
	return medark_buffer_print(&r->lines, err,
				   "{\"kind\":\"%s\",\"item\":%" PRIu64 ",\"size\":%" PRIu64 "}\n",
				   kinds[ITEM], item, size);
}

/* Appends a JSON text on one line. */
static int add_flat(struct medark_buffer *out, struct medark_bytes text, struct medark_error *err)
{
	size_t at = out->size;

	MEDARK_TRY(medark_buffer_add(out, text.data, text.size, err));
	for (; at < out->size; at++)
		if (out->data[at] == '\n' || out->data[at] == '\r')
			out->data[at] = ' ';
	return 0;
}

static bool is_object(struct medark_bytes text)
{
	struct medark_json_reader json;
	struct medark_bytes value;

	medark_json_reader_init(&json, text);
	return medark_json_skip(&json, &value) && value.size && value.data[0] == '{' &&
	       medark_json_next(&json) == MEDARK_JSON_END;
}

/* {"status":…,"outcome":…,"resource":…}; of XML, or an outcome of no form, a string. */
static int keep_rejected(struct medark_server_report *r, const struct medark_deliver_news *news,
			 struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer line = MEDARK_BUFFER_SECRET(RECORD_MAX);

	MEDARK_TRY(medark_buffer_print(&line, err, "{\"status\":%u,\"outcome\":", news->status));
	MEDARK_TRY(is_object(news->body) ? add_flat(&line, news->body, err)
					 : medark_text_json(&line, news->body, err));
	MEDARK_TRY(medark_buffer_text(&line, ",\"resource\":", err));
	MEDARK_TRY(news->record->is_xml ? medark_text_json(&line, news->record->text, err)
					: add_flat(&line, news->record->text, err));
	MEDARK_TRY(medark_buffer_text(&line, "}\n", err));
	return medark_output_write(r->rejected, line.data, line.size, err);
}

int medark_server_report_add(struct medark_server_report *r, const struct medark_deliver_news *news,
			     struct medark_error *err)
{
	const struct medark_deliver_record *record = news->record;
	enum kind kind = news->event == MEDARK_DELIVER_REJECTED	   ? REJECTED
			 : news->event == MEDARK_DELIVER_DIFFERENT ? DIFFERENT
			 : news->event == MEDARK_DELIVER_GONE	   ? GONE
								   : KINDS;
	int code;

	if (kind == KINDS)
		return 0;
	if (kind == REJECTED && r->rejected)
		MEDARK_TRY(keep_rejected(r, news, err));
	code = begin(r, kind, record->type, record->id, err);
	if (code <= 0)
		return code;
	if (kind == REJECTED) {
		MEDARK_TRY(medark_buffer_print(&r->lines, err, ",\"status\":%u", news->status));
		MEDARK_TRY(add_text(r, "issue",
				    medark_server_is_issue(news->issue) ? news->issue
									: medark_bytes_text(""),
				    err));
	}
	if (kind == DIFFERENT)
		MEDARK_TRY(add_text(r, "path", medark_bytes_text(news->path), err));
	return medark_buffer_text(&r->lines, "}\n", err);
}

/* ---- the end ---- */

static int put_text(struct medark_buffer *out, const char *name, const char *value,
		    struct medark_error *err)
{
	MEDARK_TRY(medark_buffer_print(out, err, ",\"%s\":", name));
	return medark_text_json(out, medark_bytes_text(value), err);
}

static int put_number(struct medark_buffer *out, const char *name, uint64_t value,
		      struct medark_error *err)
{
	return medark_buffer_print(out, err, ",\"%s\":%" PRIu64, name, value);
}

static int put_counts(struct medark_buffer *out, const struct medark_server_result *s,
		      struct medark_error *err)
{
	const struct {
		const char *name;
		uint64_t value;
	} counts[] = {
		{ "patients", s->patients }, { "records", s->records },
		{ "restored", s->restored }, { "repeated", s->repeated },
		{ "older", s->older },	     { "rejected", s->rejected },
		{ "not_sent", s->not_sent }, { "sent", s->sent },
		{ "equal", s->equal },	     { "different", s->different },
		{ "gone", s->gone },	     { "unresolved", s->unresolved },
		{ "opaque", s->opaque },
	};

	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
		MEDARK_TRY(put_number(out, counts[i].name, counts[i].value, err));
	return 0;
}

static int put_head(struct medark_server_report *r, const struct medark_archive_info *info,
		    const struct medark_server_result *s, struct medark_buffer *out,
		    struct medark_error *err)
{
	char now[MEDARK_TIME_SIZE];

	(void)medark_time_format(time(NULL), now);
	MEDARK_TRY(medark_buffer_text(out, "{\"kind\":\"restore\",\"version\":1", err));
	MEDARK_TRY(put_text(out, "time", now, err));
	MEDARK_TRY(put_text(out, "archive", info->archive, err));
	MEDARK_TRY(put_text(out, "manifest", info->manifest, err));
	MEDARK_TRY(put_text(out, "signer_fingerprint", info->signer_fingerprint, err));
	MEDARK_TRY(put_text(out, "target", r->request->target, err));
	MEDARK_TRY(put_text(out, "fhir_version", s->fhir_version, err));
	MEDARK_TRY(put_text(out, "software", s->software, err));
	MEDARK_TRY(put_text(out, "ids", s->ids, err));
	MEDARK_TRY(medark_buffer_print(out, err, ",\"whole\":%s,\"compared\":%s,\"complete\":%s",
				       r->request->patient_count ? "false" : "true",
				       r->request->no_read_back ? "false" : "true",
				       s->complete ? "true" : "false"));
	MEDARK_TRY(put_counts(out, s, err));
	return medark_buffer_text(out, "}\n", err);
}

static int put_tables(struct medark_server_report *r, const struct medark_server_result *s,
		      struct medark_buffer *out, struct medark_error *err)
{
	for (uint32_t i = 0; i < s->type_count; i++) {
		MEDARK_TRY(medark_buffer_text(out, "{\"kind\":\"type\"", err));
		MEDARK_TRY(put_text(out, "type", s->types[i].name, err));
		MEDARK_TRY(put_number(out, "records", s->types[i].records, err));
		MEDARK_TRY(put_number(out, "restored", s->types[i].restored, err));
		MEDARK_TRY(put_number(out, "rejected", s->types[i].rejected, err));
		MEDARK_TRY(put_number(out, "not_sent", s->types[i].not_sent, err));
		MEDARK_TRY(medark_buffer_text(out, "}\n", err));
	}
	for (uint32_t i = 0; i < s->reason_count; i++) {
		MEDARK_TRY(medark_buffer_text(out, "{\"kind\":\"reason\"", err));
		MEDARK_TRY(put_text(out, "reason", s->reasons[i].name, err));
		MEDARK_TRY(put_number(out, "count", s->reasons[i].count, err));
		MEDARK_TRY(medark_buffer_text(out, "}\n", err));
	}
	for (size_t i = 0; i < KINDS; i++)
		if (r->counts[i] > MEDARK_SERVER_LINES_MAX)
			MEDARK_TRY(medark_buffer_print(
				out, err,
				"{\"kind\":\"more\",\"of\":\"%s\",\"count\":%" PRIu64 "}\n",
				kinds[i], r->counts[i] - MEDARK_SERVER_LINES_MAX));
	return 0;
}

int medark_server_report_finish(struct medark_server_report *r,
				const struct medark_archive_info *info,
				const struct medark_server_result *result, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer text = MEDARK_BUFFER(2 * LINES_MAX);

	if (r->rejected)
		MEDARK_TRY(medark_output_finish(r->rejected, err));
	if (!r->report)
		return 0;
	MEDARK_TRY(put_head(r, info, result, &text, err));
	MEDARK_TRY(put_tables(r, result, &text, err));
	MEDARK_TRY(medark_buffer_add(&text, r->lines.data, r->lines.size, err));
	return medark_signed_report_finish(r->report, medark_bytes(text.data, text.size), err);
}
