/* SPDX-License-Identifier: Apache-2.0 */
#include "live/bulk_job.h"

#include "base/secret.h"
#include "live/json.h"
#include "live/sealed_file.h"

#include <string.h>

#define JOB_NAME "job"
#define JOB_MAX	 ((size_t)512 << 20)

void medark_bulk_job_clear(struct medark_bulk_job *job)
{
	medark_url_clear(&job->status);
	medark_bulk_manifest_clear(&job->manifest);
	medark_buffer_clear(&job->asked);
	job->is_complete = job->has_since = false;
}

/* ---- writing ---- */

static json_t *pack_file(const struct medark_bulk_file *file)
{
	return json_pack("{s:i, s:s, s:s, s:I}", "kind", (int)file->kind, "type", file->type, "url",
			 file->url.text, "count",
			 file->has_count ? (json_int_t)file->count : (json_int_t)-1);
}

static json_t *pack(const struct medark_bulk_job *job)
{
	MEDARK_AUTO(medark_json_release) json_t *files = json_array();
	const struct medark_bulk_manifest *m = &job->manifest;

	for (size_t i = 0; job->is_complete && i < m->count; i++)
		if (json_array_append_new(files, pack_file(&m->files[i])) < 0)
			return NULL;
	return json_pack("{s:s, s:s, s:b, s:b, s:s, s:b, s:I, s:O}", "status", job->status.text,
			 "asked", (const char *)job->asked.data, "since", job->has_since,
			 "complete", job->is_complete, "time", m->transaction_time, "token",
			 m->wants_token, "unusable", (json_int_t)m->unusable, "files", files);
}

int medark_bulk_job_save(const struct medark_bulk_job *job, int folder, struct medark_bytes secret,
			 struct medark_error *err)
{
	MEDARK_AUTO(medark_sealed_writer_free) struct medark_sealed_writer *w = NULL;
	MEDARK_AUTO(medark_json_release) json_t *object = pack(job);
	char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;
	int code;

	if (!text)
		return medark_error_memory(err, "the server's list of files");
	code = medark_sealed_create(folder, JOB_NAME, secret, &w, err);
	if (code == 0)
		code = medark_sealed_add(w, medark_bytes_text(text), err);
	if (code == 0)
		code = medark_sealed_finish(w, err);
	medark_secret_wipe(text, strlen(text));
	free(text);
	return code;
}

/* ---- reading ---- */

static int unpack_file(const json_t *entry, struct medark_bulk_file *out, struct medark_error *err)
{
	const char *type = medark_live_json_text(entry, "type");
	const char *url = medark_live_json_text(entry, "url");
	json_int_t count = json_integer_value(json_object_get(entry, "count"));

	*out = (struct medark_bulk_file) {
		.kind = (enum medark_bulk_kind)json_integer_value(json_object_get(entry, "kind")),
		.has_count = count >= 0,
		.count = count >= 0 ? (uint64_t)count : 0,
	};
	if (!type || !url || strlen(type) >= sizeof(out->type))
		return medark_error_set(err, MEDARK_E_SYSTEM, "the list of a job is malformed");
	memcpy(out->type, type, strlen(type) + 1);
	return medark_url_parse(url, &out->url, err);
}

static int unpack(const json_t *object, struct medark_bulk_job *out, struct medark_error *err)
{
	const json_t *files = json_object_get(object, "files");
	const char *status = medark_live_json_text(object, "status");
	const char *asked = medark_live_json_text(object, "asked");
	const char *time = medark_live_json_text(object, "time");
	struct medark_bulk_manifest *m = &out->manifest;

	if (!status || !asked || !time || strlen(time) > MEDARK_BULK_TIME_MAX)
		return medark_error_set(err, MEDARK_E_SYSTEM, "the list of a job is malformed");
	MEDARK_TRY(medark_url_parse(status, &out->status, err));
	memcpy(m->transaction_time, time, strlen(time) + 1);
	MEDARK_TRY(medark_buffer_add(&out->asked, asked, strlen(asked) + 1, err));
	out->has_since = json_is_true(json_object_get(object, "since"));
	out->is_complete = json_is_true(json_object_get(object, "complete"));
	m->wants_token = json_is_true(json_object_get(object, "token"));
	m->unusable = (uint64_t)json_integer_value(json_object_get(object, "unusable"));
	m->files = calloc(json_array_size(files) + 1, sizeof(*m->files));
	if (!m->files)
		return medark_error_memory(err, "the server's list of files");
	for (; m->count < json_array_size(files); m->count++)
		MEDARK_TRY(unpack_file(json_array_get(files, m->count), &m->files[m->count], err));
	return 0;
}

static int read_text(int folder, struct medark_bytes secret, struct medark_buffer *out,
		     struct medark_error *err)
{
	MEDARK_AUTO(medark_stream_free) struct medark_stream *s = NULL;
	ssize_t n;

	MEDARK_TRY(medark_sealed_stream(folder, JOB_NAME, secret, &s, err));
	do {
		MEDARK_TRY(medark_buffer_reserve(out, 1 << 16, err));
		n = medark_stream_read(s, out->data + out->size, 1 << 16, err);
		out->size += n > 0 ? (size_t)n : 0;
	} while (n > 0);
	return (int)n;
}

int medark_bulk_job_load(int folder, struct medark_bytes secret, struct medark_bulk_job *out,
			 struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer text = MEDARK_BUFFER_SECRET(JOB_MAX);
	MEDARK_AUTO(medark_bulk_job_clear)
	struct medark_bulk_job job = { .asked = MEDARK_BUFFER(MEDARK_BULK_ASKED_MAX) };
	MEDARK_AUTO(medark_json_release) json_t *object = NULL;
	int code = read_text(folder, secret, &text, err);

	if (code == MEDARK_E_NOT_FOUND)
		return 0;
	MEDARK_TRY(code);
	MEDARK_TRY(medark_live_json_parse(medark_bytes(text.data, text.size), "the list of a job",
					  MEDARK_E_SYSTEM, &object, err));
	MEDARK_TRY(unpack(object, &job, err));
	*out = job;
	job = (struct medark_bulk_job) { 0 };
	return 0;
}
