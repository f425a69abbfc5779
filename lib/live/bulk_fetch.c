/* SPDX-License-Identifier: Apache-2.0 */
#include "live/bulk_fetch.h"

#include "live/attachment.h"
#include "live/sealed_file.h"
#include "live/tries.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define CONTROL_MAX ((size_t)1 << 20)
/* Seconds in which an address does not end: what is refused sooner is refused for another reason.
 */
#define FRESH 60

struct file {
	bool is_there, is_given_up;
	double not_before; /* when it may be asked for, again */
	double asked;	   /* when it was, the last time */
	struct medark_tries tries;
	struct medark_http_transfer *transfer; /* NULL: not under way */
	struct medark_sealed_writer *writer;
	struct medark_bulk_fetch *fetch;
	struct medark_attachment_watch watch;
	bool is_watched;    /* it came in this run */
	bool is_open_ended; /* see struct medark_http_response */
	char *why;
};

struct medark_bulk_fetch {
	struct medark_bulk_fetch_setup setup;
	struct file *files;
	size_t count, next; /* all before `next` are there or given up */
	size_t running, there, given_up;
	unsigned parallel;
	uint64_t bytes;
	double refreshed; /* when the server gave fresh addresses; 0: it was not asked to */
};

/* ---- files ---- */

void medark_bulk_name(size_t i, char out[MEDARK_HAUL_NAME_MAX])
{
	(void)snprintf(out, MEDARK_HAUL_NAME_MAX, "file-%08zu", i + 1);
}

/* Ends what is under way, and forgets what came of it. */
static void drop(struct file *file)
{
	medark_http_transfer_free(file->transfer);
	medark_sealed_writer_free(file->writer);
	file->transfer = NULL;
	file->writer = NULL;
}

void medark_bulk_fetch_free(struct medark_bulk_fetch *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->count; i++) {
		drop(&f->files[i]);
		medark_tries_clear(&f->files[i].tries);
		free(f->files[i].why);
	}
	free(f->files);
	free(f);
}

static int look(struct medark_bulk_fetch *f, size_t i, struct medark_error *err)
{
	char name[MEDARK_HAUL_NAME_MAX];
	uint64_t size = 0;
	int code;

	medark_bulk_name(i, name);
	code = medark_sealed_size(f->setup.bulk->folder, name, &size, err);
	if (code == MEDARK_E_NOT_FOUND)
		return 0;
	MEDARK_TRY(code);
	f->files[i].is_there = true;
	f->there++;
	f->bytes += size;
	return 0;
}

int medark_bulk_fetch_new(const struct medark_bulk_fetch_setup *setup,
			  struct medark_bulk_fetch **out, struct medark_error *err)
{
	MEDARK_AUTO(medark_bulk_fetch_free) struct medark_bulk_fetch *f = calloc(1, sizeof(*f));

	if (!f)
		return medark_error_memory(err, "an export from a server");
	f->setup = *setup;
	f->parallel = setup->bulk->parallel;
	f->files = calloc(setup->manifest->count + 1, sizeof(*f->files));
	if (!f->files)
		return medark_error_memory(err, "an export from a server");
	f->count = setup->manifest->count;
	for (size_t i = 0; i < f->count; i++) {
		f->files[i].fetch = f;
		MEDARK_TRY(look(f, i, err));
	}
	*out = MEDARK_TAKE(f);
	return 0;
}

static void give_up(struct medark_bulk_fetch *f, struct file *file, const char *why)
{
	file->is_given_up = true;
	f->given_up++;
	free(file->why);
	file->why = strdup(why);
}

/* ---- starting ---- */

static int take(void *context, struct medark_bytes part, struct medark_error *err)
{
	struct file *file = context;

	file->fetch->bytes += part.size;
	medark_attachment_watch(&file->watch, part);
	return medark_sealed_add(file->writer, part, err);
}

/* A token for the server itself, if the list of files does not say that none is wanted. */
static int authorize(struct medark_bulk_fetch *f, struct file *file, const struct medark_url *url,
		     const char **out, struct medark_error *err)
{
	*out = NULL;
	return f->setup.manifest->wants_token
		       ? medark_tries_header(&file->tries, &f->setup.bulk->talk, url, out, err)
		       : 0;
}

static int start(struct medark_bulk_fetch *f, size_t i, struct medark_error *err)
{
	static const char *const headers[] = { "Accept: application/fhir+ndjson" };
	const struct medark_bulk_setup *bulk = f->setup.bulk;
	struct file *file = &f->files[i];
	char name[MEDARK_HAUL_NAME_MAX];
	struct medark_http_request request = {
		.url = medark_tries_url(&file->tries, &f->setup.manifest->files[i].url),
		.headers = headers,
		.header_count = 1,
		.body_max = CONTROL_MAX,
		.sink = take,
		.context = file,
	};

	medark_bulk_name(i, name);
	file->watch = (struct medark_attachment_watch) { 0 };
	MEDARK_TRY(authorize(f, file, request.url, &request.authorization, err));
	MEDARK_TRY(medark_sealed_create(bulk->folder, name, bulk->secret, &file->writer, err));
	MEDARK_TRY(medark_http_start(bulk->files, &request, &file->transfer, err));
	medark_http_tag(file->transfer, file);
	file->asked = medark_talk_now();
	f->running++;
	return 0;
}

static bool is_open(const struct file *file)
{
	return !file->is_there && !file->is_given_up && !file->transfer;
}

/* As many as may be under way. *out_wait: seconds until another one may be; negative: none waits.
 */
static int start_some(struct medark_bulk_fetch *f, double *out_wait, struct medark_error *err)
{
	double soonest = -1, at = medark_talk_now();

	while (f->next < f->count && (f->files[f->next].is_there || f->files[f->next].is_given_up))
		f->next++;
	for (size_t i = f->next; i < f->count && f->running < f->parallel; i++) {
		struct file *file = &f->files[i];

		if (!is_open(file))
			continue;
		if (file->not_before > at) {
			if (soonest < 0 || file->not_before < soonest)
				soonest = file->not_before;
			continue;
		}
		MEDARK_TRY(start(f, i, err));
	}
	*out_wait = soonest < 0 ? -1 : soonest - at;
	return 0;
}

/* ---- ending ---- */

static int finish(struct medark_bulk_fetch *f, struct file *file, struct medark_error *err)
{
	MEDARK_TRY(medark_sealed_finish(file->writer, err));
	drop(file);
	file->is_there = file->is_watched = true;
	f->there++;
	return 0;
}

/*
 * Addresses have an end: the server is asked for fresh ones, which all files then have, and again
 * when those have ended. One that is refused at a fresh address is not to be had.
 */
static int refresh(struct medark_bulk_fetch *f, const struct file *file,
		   const struct medark_http_response *r, bool *out_is_fresh,
		   struct medark_error *err)
{
	struct medark_error why = { 0 };
	int code;

	*out_is_fresh = false;
	if (r->status != 403 && r->status != 404 && r->status != 410)
		return 0;
	if (f->refreshed > 0 && file->asked < f->refreshed) {
		*out_is_fresh = true; /* while it was under way, another one has asked */
		return 0;
	}
	if (f->refreshed > 0 && file->asked - f->refreshed < FRESH)
		return 0;
	f->refreshed = medark_talk_now();
	code = f->setup.refresh(f->setup.context, &why);
	*out_is_fresh = code == 0;
	if (code == 0 || code == MEDARK_E_REMOTE || code == MEDARK_E_NOT_FOUND)
		return 0;
	if (err)
		*err = why;
	return code;
}

static int react(struct medark_bulk_fetch *f, struct file *file, const struct medark_url *url,
		 const struct medark_http_response *r, struct medark_error *err)
{
	struct medark_tries_next next;
	bool is_fresh = false;

	MEDARK_TRY(medark_tries_react(&file->tries, &f->setup.bulk->talk, url, r, &next, err));
	if (next.is_too_much)
		f->parallel = 1;
	if (next.move == MEDARK_TRIES_TAKE)
		MEDARK_TRY(refresh(f, file, r, &is_fresh, err));
	if (next.move == MEDARK_TRIES_AGAIN) {
		file->not_before = next.at;
	} else if (is_fresh) {
		medark_tries_clear(&file->tries);
		file->not_before = 0;
	} else {
		give_up(f, file, next.why.message);
	}
	return 0;
}

static int end(struct medark_bulk_fetch *f, struct file *file, struct medark_error *err)
{
	MEDARK_AUTO(medark_http_transfer_free) struct medark_http_transfer *t = NULL;
	size_t i = (size_t)(file - f->files);
	const struct medark_url *url =
		medark_tries_url(&file->tries, &f->setup.manifest->files[i].url);
	struct medark_http_response *r;

	f->running--;
	t = MEDARK_TAKE(file->transfer);
	r = medark_http_response(t);
	file->is_open_ended = r->is_open_ended;
	if (r->status == 200 && r->failure.code == 0)
		return finish(f, file, err);
	f->bytes -= r->received < f->bytes ? r->received : f->bytes;
	drop(file);
	if (r->is_stopped && r->failure.code != MEDARK_E_REMOTE)
		return medark_error_set(err, r->failure.code, "%s", r->failure.message);
	return react(f, file, url, r, err);
}

static int report(struct medark_bulk_fetch *f, struct medark_error *err)
{
	const struct medark_bulk_progress progress = {
		.phase = "fetching",
		.progress = "",
		.files = f->count,
		.fetched = f->there,
		.bytes = f->bytes,
	};

	return f->setup.bulk->tell(f->setup.bulk->context, &progress, err);
}

int medark_bulk_fetch_run(struct medark_bulk_fetch *f, struct medark_error *err)
{
	while (f->there + f->given_up < f->count) {
		struct medark_http_transfer *t = NULL;
		double wait;
		int code;

		MEDARK_TRY(start_some(f, &wait, err));
		MEDARK_TRY(report(f, err));
		if (f->running == 0) {
			MEDARK_TRY(
				medark_http_sleep(f->setup.bulk->files, wait > 0 ? wait : 0, err));
			continue;
		}
		code = medark_http_next(f->setup.bulk->files,
					wait < 0   ? 1
					: wait < 1 ? wait
						   : 1,
					&t, err);
		MEDARK_TRY(code);
		if (code == 1)
			MEDARK_TRY(end(f, medark_http_tagged(t), err));
	}
	return report(f, err);
}

/* ---- what came of it ---- */

bool medark_bulk_fetch_has(const struct medark_bulk_fetch *f, size_t i)
{
	return f->files[i].is_there;
}

bool medark_bulk_fetch_is_plain(const struct medark_bulk_fetch *f, size_t i)
{
	return f->files[i].is_watched && !f->files[i].watch.is_found;
}

bool medark_bulk_fetch_is_open_ended(const struct medark_bulk_fetch *f, size_t i)
{
	return f->files[i].is_there && f->files[i].is_open_ended;
}

const char *medark_bulk_fetch_why(const struct medark_bulk_fetch *f, size_t i)
{
	return f->files[i].why ? f->files[i].why : "";
}

static bool is_file(const char *name)
{
	return strncmp(name, "file-", 5) == 0;
}

static bool is_of_job(const char *name)
{
	return is_file(name) || strncmp(name, "census", 6) == 0 ||
	       (strncmp(name, "job", 3) == 0 && strcmp(name, MEDARK_BULK_MARK) != 0);
}

static bool is_done(const char *name)
{
	return strcmp(name, MEDARK_BULK_DONE) == 0;
}

static int remove_all(int folder, bool (*is)(const char *name), struct medark_error *err)
{
	int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *entry;

	if (!dir) {
		int code = errno;

		if (copy >= 0)
			(void)close(copy);
		return medark_error_errno(err, code, "cannot clear the folder of the job");
	}
	while ((entry = readdir(dir)))
		if (is(entry->d_name))
			(void)unlinkat(folder, entry->d_name, 0);
	(void)closedir(dir);
	if (fsync(folder) < 0 && errno != EINVAL) /* some file systems have no such thing */
		return medark_error_errno(err, errno, "cannot clear the folder of the job");
	return 0;
}

int medark_bulk_fetch_clear_files(int folder, struct medark_error *err)
{
	return remove_all(folder, is_file, err);
}

int medark_bulk_fetch_clear(int folder, struct medark_error *err)
{
	MEDARK_TRY(remove_all(folder, is_of_job, err));
	return remove_all(folder, is_done, err);
}
