/* SPDX-License-Identifier: Apache-2.0 */
#include "live/bulk.h"

#include "live/bulk_ask.h"
#include "live/bulk_fetch.h"
#include "live/bulk_job.h"
#include "live/bulk_report.h"
#include "live/hashset.h"
#include "live/json.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define CONTROL_MAX  ((size_t)1 << 20) /* bytes of an answer that is no manifest */
#define PROGRESS_MAX 100
#define PARTS_MAX    10000 /* of a manifest */

struct medark_bulk {
	struct medark_bulk_setup setup;
	struct medark_bulk_job job;
	struct medark_bulk_fetch *fetch;
};

void medark_bulk_free(struct medark_bulk *b)
{
	if (!b)
		return;
	medark_bulk_fetch_free(b->fetch);
	medark_bulk_job_clear(&b->job);
	free(b);
}

int medark_bulk_new(const struct medark_bulk_setup *setup, struct medark_bulk **out,
		    struct medark_error *err)
{
	MEDARK_AUTO(medark_bulk_free) struct medark_bulk *b = calloc(1, sizeof(*b));

	if (!b)
		return medark_error_memory(err, "an export from a server");
	b->setup = *setup;
	b->job.asked = (struct medark_buffer)MEDARK_BUFFER(MEDARK_BULK_ASKED_MAX);
	MEDARK_TRY(medark_bulk_job_load(setup->folder, setup->secret, &b->job, err));
	*out = MEDARK_TAKE(b);
	return 0;
}

static int save(struct medark_bulk *b, struct medark_error *err)
{
	return medark_bulk_job_save(&b->job, b->setup.folder, b->setup.secret, err);
}

static int tell(struct medark_bulk *b, const char *phase, const char *words,
		struct medark_error *err)
{
	const struct medark_bulk_progress progress = { .phase = phase, .progress = words };

	return b->setup.tell(b->setup.context, &progress, err);
}

/* ---- asking ---- */

static int kick_off(struct medark_bulk *b, struct medark_error *err)
{
	struct medark_buffer *asked = &b->job.asked;

	MEDARK_TRY(tell(b, "asking", "", err));
	asked->size = 0;
	MEDARK_TRY(medark_bulk_asked(&b->setup, asked, err));
	MEDARK_TRY(medark_bulk_ask(&b->setup, &b->job, err));
	/* Before anything else: a job that nobody knows any more blocks the next one. */
	return save(b, err);
}

/* ---- waiting ---- */

/* The server's words for a person, so that they do no harm on a terminal. */
static void take_words(struct medark_bytes value, char out[PROGRESS_MAX + 1])
{
	size_t size = value.size < PROGRESS_MAX ? value.size : PROGRESS_MAX;

	for (size_t i = 0; i < size; i++)
		out[i] =
			(char)(value.data[i] < 0x20 || value.data[i] >= 0x7f ? '?' : value.data[i]);
	out[size] = '\0';
}

static int wait_longer(struct medark_bulk *b, const struct medark_http_response *r,
		       unsigned attempt, struct medark_error *err)
{
	char words[PROGRESS_MAX + 1];
	double seconds;

	take_words(medark_http_header(r, "x-progress"), words);
	MEDARK_TRY(tell(b, "waiting", words, err));
	MEDARK_TRY(medark_talk_wait(&b->setup.talk, r, attempt, &seconds, err));
	return medark_http_sleep(b->setup.talk.http, seconds, err);
}

/* Asks at `url` until the server has an answer of 200. MEDARK_E_NOT_FOUND: the job is gone. */
static int poll(struct medark_bulk *b, const struct medark_url *url,
		struct medark_http_transfer **out, struct medark_url *out_from,
		struct medark_error *err)
{
	static const char *const headers[] = { "Accept: application/json" };
	const struct medark_http_request request = {
		.url = url,
		.headers = headers,
		.header_count = 1,
		.body_max = MEDARK_BULK_MANIFEST_MAX,
	};

	for (unsigned attempt = 1;; attempt++) {
		MEDARK_AUTO(medark_http_transfer_free) struct medark_http_transfer *t = NULL;
		struct medark_http_response *r;

		MEDARK_TRY(medark_talk_send(&b->setup.talk, &request, &t, out_from, err));
		r = medark_http_response(t);
		if (r->status == 200) {
			*out = MEDARK_TAKE(t);
			return 0;
		}
		medark_url_clear(out_from);
		if (r->status == 404 || r->status == 410)
			return medark_error_set(err, MEDARK_E_NOT_FOUND,
						"%s does not know the export any more",
						url->origin);
		if (r->status != 202)
			return medark_error_set(err, MEDARK_E_REMOTE,
						"%s gave up the export, with status %u: look into "
						"the server's log",
						url->origin, r->status);
		MEDARK_TRY(wait_longer(b, r, attempt, err));
	}
}

static int take_manifest(struct medark_bulk *b, struct medark_bulk_manifest *m,
			 struct medark_error *err)
{
	const struct medark_url *url = &b->job.status;

	for (unsigned parts = 0; url; parts++) {
		MEDARK_AUTO(medark_http_transfer_free) struct medark_http_transfer *t = NULL;
		MEDARK_AUTO(medark_url_clear) struct medark_url from = { 0 };
		struct medark_http_response *r;

		if (parts == PARTS_MAX)
			return medark_error_set(err, MEDARK_E_REMOTE,
						"%s gives its list of files without end",
						url->origin);
		MEDARK_TRY(poll(b, url, &t, &from, err));
		r = medark_http_response(t);
		MEDARK_TRY(medark_bulk_manifest_parse(medark_bytes(r->body.data, r->body.size),
						      &from, m, err));
		url = m->next.text ? &m->next : NULL;
	}
	return 0;
}

static int wait_for_manifest(struct medark_bulk *b, struct medark_error *err)
{
	MEDARK_AUTO(medark_bulk_manifest_clear) struct medark_bulk_manifest m = { 0 };

	MEDARK_TRY(take_manifest(b, &m, err));
	medark_bulk_manifest_clear(&b->job.manifest);
	b->job.manifest = m;
	m = (struct medark_bulk_manifest) { 0 };
	b->job.is_complete = true;
	return save(b, err);
}

/* ---- fetching ---- */

static struct medark_bytes path_of(const struct medark_bulk_file *file)
{
	return medark_bytes(file->url.text, strcspn(file->url.text, "?"));
}

/*
 * A file is known by its place in the list: it must be the same one there. Its address may be a new
 * one, as what is signed stands in the path of some, but then it is not that of another file.
 */
static int is_same_list(const struct medark_bulk_manifest *now,
			const struct medark_bulk_manifest *old, struct medark_error *err)
{
	MEDARK_AUTO(medark_hashset_clear) struct medark_hashset paths = { 0 };

	if (now->count != old->count)
		return 0;
	MEDARK_TRY(medark_hashset_init(&paths, err));
	for (size_t i = 0; i < old->count; i++) {
		int code = medark_hashset_add(&paths, path_of(&old->files[i]), err);

		MEDARK_TRY(code);
	}
	for (size_t i = 0; i < old->count; i++) {
		const struct medark_bulk_file *x = &now->files[i], *y = &old->files[i];

		if (x->kind != y->kind || strcmp(x->type, y->type) != 0 ||
		    x->has_count != y->has_count || x->count != y->count)
			return 0;
		if (!medark_bytes_equal(path_of(x), path_of(y)) &&
		    medark_hashset_has(&paths, path_of(x)))
			return 0;
	}
	return 1;
}

/* Addresses end sooner than a job: the same list once more, if it is the same. */
static int refresh(void *context, struct medark_error *err)
{
	struct medark_bulk *b = context;
	MEDARK_AUTO(medark_bulk_manifest_clear) struct medark_bulk_manifest m = { 0 };
	struct medark_bulk_manifest *old = &b->job.manifest;

	int same;

	MEDARK_TRY(take_manifest(b, &m, err));
	same = is_same_list(&m, old, err);
	MEDARK_TRY(same);
	if (!same)
		return medark_error_set(err, MEDARK_E_REMOTE,
					"%s now names other files than before",
					b->setup.talk.base->origin);
	for (size_t i = 0; i < m.count; i++) {
		struct medark_url fresh = m.files[i].url;

		m.files[i].url = old->files[i].url;
		old->files[i].url = fresh;
	}
	return save(b, err);
}

static int fetch(struct medark_bulk *b, struct medark_error *err)
{
	const struct medark_bulk_fetch_setup setup = {
		.bulk = &b->setup,
		.manifest = &b->job.manifest,
		.refresh = refresh,
		.context = b,
	};

	MEDARK_TRY(medark_bulk_fetch_new(&setup, &b->fetch, err));
	return medark_bulk_fetch_run(b->fetch, err);
}

/* A job of an earlier run that the server has forgotten: everything anew. */
static int start_over(struct medark_bulk *b, struct medark_error *err)
{
	medark_bulk_job_clear(&b->job);
	MEDARK_TRY(medark_bulk_fetch_clear(b->setup.folder, err));
	MEDARK_TRY(kick_off(b, err));
	return wait_for_manifest(b, err);
}

/* A job that was asked for something else is given back: the server may allow one at a time. */
static int drop_other(struct medark_bulk *b, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer asked = MEDARK_BUFFER(MEDARK_BULK_ASKED_MAX);

	MEDARK_TRY(medark_bulk_asked(&b->setup, &asked, err));
	if (!b->job.status.text ||
	    medark_bytes_equal(medark_bytes(asked.data, asked.size),
			       medark_bytes(b->job.asked.data, b->job.asked.size)))
		return 0;
	MEDARK_TRY(medark_bulk_end(b, err));
	medark_bulk_job_clear(&b->job);
	return 0;
}

int medark_bulk_run(struct medark_bulk *b, struct medark_error *err)
{
	bool is_resumed;
	int code = 0;

	MEDARK_TRY(drop_other(b, err));
	is_resumed = b->job.status.text != NULL;
	/* Of whatever job they are: what comes of this one gets the same names. */
	if (!is_resumed)
		MEDARK_TRY(medark_bulk_fetch_clear_files(b->setup.folder, err));
	if (!is_resumed)
		MEDARK_TRY(kick_off(b, err));
	if (!b->job.is_complete)
		code = wait_for_manifest(b, err);
	if (code == MEDARK_E_NOT_FOUND && is_resumed)
		code = start_over(b, err);
	if (code == MEDARK_E_NOT_FOUND) {
		if (err)
			err->code = MEDARK_E_REMOTE;
		return MEDARK_E_REMOTE;
	}
	MEDARK_TRY(code);
	return fetch(b, err);
}

/* ---- what came of it ---- */

static const char *word_of(const struct medark_bulk_file *file)
{
	switch (file->kind) {
	case MEDARK_BULK_DELETED:
		return "deleted";
	case MEDARK_BULK_OUTCOME:
		return "outcome";
	default:
		return file->type[0] ? file->type : "output";
	}
}

/*
 * A file that was cut off behind a line looks like a whole one. What the server says of its number
 * of records, or the census, would show it: without the first, somebody should know.
 */
static int remark_open_ends(const struct medark_bulk *b, struct medark_haul *haul,
			    struct medark_error *err)
{
	const struct medark_bulk_manifest *m = &b->job.manifest;
	size_t n = 0;

	for (size_t i = 0; i < m->count; i++)
		n += !m->files[i].has_count && medark_bulk_fetch_is_open_ended(b->fetch, i);
	if (n == 0)
		return 0;
	return medark_haul_remark(haul, err,
				  "the server says neither how long %zu of its files are nor how "
				  "many records they hold: that they came whole is not known",
				  n);
}

int medark_bulk_haul(const struct medark_bulk *b, struct medark_haul *haul,
		     struct medark_error *err)
{
	const struct medark_bulk_manifest *m = &b->job.manifest;

	for (size_t i = 0; i < m->count; i++) {
		char path[MEDARK_HAUL_PATH_MAX];
		/* Of deletions the bundles are counted, which are no records. */
		struct medark_haul_file file = {
			.path = path,
			.has_count =
				m->files[i].has_count && m->files[i].kind != MEDARK_BULK_DELETED,
			.count = m->files[i].count,
		};

		(void)snprintf(path, sizeof(path), "%s.%06zu.ndjson", word_of(&m->files[i]), i + 1);
		medark_bulk_name(i, file.name);
		/* What leads to a Binary that has come is not fetched: they are looked at. */
		file.is_plain = medark_bulk_fetch_is_plain(b->fetch, i) &&
				strcmp(m->files[i].type, "Binary") != 0;
		if (!medark_bulk_fetch_has(b->fetch, i))
			file.why = (char *)medark_bulk_fetch_why(b->fetch, i);
		MEDARK_TRY(medark_haul_add(haul, &file, err));
		if (m->files[i].kind == MEDARK_BULK_OUTCOME && !file.why)
			MEDARK_TRY(medark_bulk_report_outcomes(
				&(struct medark_bulk_report) { .folder = b->setup.folder,
							       .secret = b->setup.secret,
							       .name = file.name },
				haul, err));
	}
	memcpy(haul->time, m->transaction_time, sizeof(haul->time));
	MEDARK_TRY(remark_open_ends(b, haul, err));
	if (!m->unusable)
		return 0;
	return medark_haul_miss(haul, err,
				"%" PRIu64
				" files of the server's list have no address, or one where "
				"records must not come from",
				m->unusable);
}

bool medark_bulk_has_since(const struct medark_bulk *b)
{
	return b->job.has_since;
}

int medark_bulk_deletions(const struct medark_bulk *b,
			  int (*each)(void *context, const char *name, struct medark_error *err),
			  void *context, uint64_t *out_odd, struct medark_error *err)
{
	const struct medark_bulk_manifest *m = &b->job.manifest;

	for (size_t i = 0; i < m->count; i++) {
		struct medark_bulk_report r = { .folder = b->setup.folder,
						.secret = b->setup.secret };
		char name[MEDARK_HAUL_NAME_MAX];

		medark_bulk_name(i, name);
		r.name = name;
		if (m->files[i].kind == MEDARK_BULK_DELETED && medark_bulk_fetch_has(b->fetch, i))
			MEDARK_TRY(medark_bulk_report_deletions(&r, each, context, out_odd, err));
	}
	return 0;
}

int medark_bulk_mark(const struct medark_bulk *b, struct medark_error *err)
{
	int fd = openat(b->setup.folder, MEDARK_BULK_DONE,
			O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0 || fsync(b->setup.folder) < 0) {
		int code = errno;

		if (fd >= 0)
			(void)close(fd);
		return medark_error_errno(err, code, "cannot keep how far the export is");
	}
	(void)close(fd);
	return 0;
}

int medark_bulk_end(struct medark_bulk *b, struct medark_error *err)
{
	MEDARK_AUTO(medark_http_transfer_free) struct medark_http_transfer *t = NULL;
	const struct medark_http_request request = {
		.method = "DELETE",
		.url = &b->job.status,
		.body_max = CONTROL_MAX,
	};

	/* Another server would be sent a request that deletes by a word of this one. */
	if (b->job.status.text && medark_url_same_origin(&b->job.status, b->setup.talk.base))
		(void)!medark_talk_send(&b->setup.talk, &request, &t, NULL, NULL);
	return medark_bulk_fetch_clear(b->setup.folder, err);
}
