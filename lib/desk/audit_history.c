/* SPDX-License-Identifier: Apache-2.0 */
#include "desk/audit_history.h"

#include "base/buffer.h"
#include "desk/audit_folder.h"
#include "desk/audit_reader.h"

#include <stdlib.h>
#include <string.h>

/* Rows between two questions whether the caller stops. */
#define PATIENCE 4096
/* Places of the rows of one file: 8 bytes each. */
#define PLACES_MAX ((size_t)1 << 30)

struct file {
	uint64_t number;
	uint64_t rows;	 /* that check */
	bool is_skipped; /* its head is no head */
};

struct history {
	const char *folder;
	const struct medark_identity *identity;
	const struct medark_audit_wanted *wanted;
	struct medark_audit_story story;
	struct file *files;
	size_t count;
	struct medark_buffer places; /* uint64_t, of the rows of one file */
	uint64_t skip, left;
};

static void history_clear(struct history *h)
{
	free(h->files);
	medark_buffer_clear(&h->places);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct history, history_clear)

/* ---- files ---- */

static int list_numbers(const char *folder, struct medark_buffer *out, struct medark_error *err)
{
	*out = (struct medark_buffer)MEDARK_BUFFER(MEDARK_AUDIT_FILES_MAX * sizeof(uint64_t));
	return medark_audit_folder_list(folder, out, err);
}

static int list_files(struct history *h, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer numbers = { 0 };

	MEDARK_TRY(list_numbers(h->folder, &numbers, err));
	h->count = numbers.size / sizeof(uint64_t);
	h->files = calloc(h->count + 1, sizeof(*h->files));
	if (!h->files)
		return medark_error_memory(err, "the audit log");
	for (size_t i = 0; i < h->count; i++)
		h->files[i].number = ((const uint64_t *)(void *)numbers.data)[i];
	return 0;
}

static int open_file(const char *folder, uint64_t number, const struct medark_identity *identity,
		     struct medark_audit_log **out, struct medark_error *err)
{
	MEDARK_AUTO(medark_heap_free) char *path = medark_audit_file_path(folder, number);

	return path ? medark_audit_open(path, identity, out, err)
		    : medark_error_memory(err, "a file name");
}

static int ask(const struct history *h, struct medark_error *err)
{
	const struct medark_audit_wanted *w = h->wanted;

	if (w->is_stopping && w->is_stopping(w->context))
		return medark_error_set(err, MEDARK_E_INTERRUPTED, "interrupted");
	return 0;
}

/* ---- is it whole? ---- */

static void note_fault(struct history *h, enum medark_audit_fault fault, uint64_t file,
		       uint64_t row)
{
	if (h->story.fault)
		return;
	h->story.fault = fault;
	h->story.fault_at = (struct medark_audit_spot) { file, row };
}

/* Notes where each row of the file stands; 0, also if one does not check: then *out_fault. */
static int check_rows(struct history *h, struct medark_audit_log *log, bool *out_is_faulty,
		      struct medark_error *err)
{
	struct medark_error why = { 0 };
	uint64_t at;
	int code;

	h->places.size = 0;
	*out_is_faulty = false;
	for (uint64_t n = 1; (code = medark_audit_skip(log, &at, &why)) == 1; n++) {
		MEDARK_TRY(medark_buffer_add(&h->places, &at, sizeof(at), err));
		if (n % PATIENCE == 0)
			MEDARK_TRY(ask(h, err));
	}
	*out_is_faulty = code == MEDARK_E_FORMAT;
	return code == 0 || code == MEDARK_E_FORMAT
		       ? 0
		       : medark_error_set(err, code, "%s", why.message);
}

static int check_file(struct history *h, struct file *f, const struct medark_audit_info *before,
		      struct medark_audit_info *out, struct medark_error *err)
{
	MEDARK_AUTO(medark_audit_free) struct medark_audit_log *log = NULL;
	struct medark_error why = { 0 };
	bool is_faulty;
	int code = open_file(h->folder, f->number, NULL, &log, &why);

	if (code == MEDARK_E_MEMORY)
		return medark_error_set(err, code, "%s", why.message);
	if (code >= 0)
		medark_audit_info(log, out);
	if (code < 0 || out->file != f->number) {
		f->is_skipped = true;
		note_fault(h, MEDARK_AUDIT_NO_LOG, f->number, 0);
		return 0;
	}
	if (before && medark_audit_follows(before, out, NULL) < 0)
		note_fault(h, MEDARK_AUDIT_NOT_BEHIND, f->number, 0);
	if (out->previous_is_faulty)
		note_fault(h, MEDARK_AUDIT_WAS_FAULTY, f->number, 0);
	MEDARK_TRY(check_rows(h, log, &is_faulty, err));
	medark_audit_info(log, out);
	f->rows = out->rows;
	if (is_faulty)
		note_fault(h, MEDARK_AUDIT_BAD_ROW, f->number, f->rows + 1);
	return 0;
}

static void count_file(struct history *h, const struct file *f,
		       const struct medark_audit_info *info)
{
	struct medark_audit_story *s = &h->story;

	s->rows += f->rows;
	if (!f->rows)
		return;
	s->newest = (struct medark_audit_spot) { f->number, f->rows };
	memcpy(s->hash, info->hash, sizeof(s->hash));
}

static int check(struct history *h, struct medark_error *err)
{
	struct medark_audit_info infos[2];
	const struct medark_audit_info *before = NULL;

	h->story.files = h->count;
	h->story.first = h->count ? h->files[0].number : 0;
	for (size_t i = 0; i < h->count; i++) {
		MEDARK_TRY(check_file(h, &h->files[i], before, &infos[i % 2], err));
		before = h->files[i].is_skipped ? NULL : &infos[i % 2];
		if (before)
			count_file(h, &h->files[i], before);
	}
	return 0;
}

/* ---- rows, from the end ---- */

/* 1: enough; 0: go on; or what the caller's function returned. */
static int take_row(struct history *h, const struct medark_audit_info *info,
		    const struct medark_audit_row *row)
{
	if (h->skip) {
		h->skip--;
		return 0;
	}
	if (!h->left) {
		h->story.more = true;
		return 1;
	}
	h->left--;
	return h->wanted->each(h->wanted->context, info, row);
}

/* A row that is not what the log's key says is told as a fault, and the others are shown. */
static int tell_row(struct history *h, struct medark_audit_log *log,
		    const struct medark_audit_info *info, uint64_t number, struct medark_error *err)
{
	const uint64_t *places = (const uint64_t *)(void *)h->places.data;
	struct medark_error why = { 0 };
	struct medark_audit_row row;
	int code =
		medark_audit_again(log, places[number - 1], number, h->wanted->filter, &row, &why);

	if (code == MEDARK_E_FORMAT) {
		note_fault(h, MEDARK_AUDIT_NOT_GENUINE, info->file, number);
		return 0;
	}
	if (code < 0)
		return medark_error_set(err, code, "%s", why.message);
	return code ? take_row(h, info, &row) : 0;
}

/* The first rows of a file, the last of them first. As take_row(). */
static int tell_rows(struct history *h, struct medark_audit_log *log, uint64_t rows,
		     struct medark_error *err)
{
	struct medark_audit_info info;
	int code = 0;

	medark_audit_info(log, &info);
	for (uint64_t n = rows; code == 0 && n > 0; n--) {
		code = tell_row(h, log, &info, n, err);
		if (code == 0 && n % PATIENCE == 0)
			code = ask(h, err);
	}
	return code;
}

/* As take_row(). The file may have grown since it was checked: that is not shown. */
static int tell_file(struct history *h, struct medark_audit_log *log, uint64_t number,
		     uint64_t rows, struct medark_error *err)
{
	bool is_faulty, is_last = number == h->files[h->count - 1].number;

	if (!rows)
		return 0;
	/* Of the last file the places are known from when it was checked. */
	if (!is_last)
		MEDARK_TRY(check_rows(h, log, &is_faulty, err));
	if (h->places.size / sizeof(uint64_t) < rows)
		return medark_error_set(err, MEDARK_E_FORMAT,
					"a file of the audit log became shorter while it was read");
	return tell_rows(h, log, rows, err);
}

/* Rows of a file up to the spot from which on newer ones are not wanted. */
static uint64_t rows_wanted(const struct history *h, const struct file *f)
{
	const struct medark_audit_spot *upto = &h->wanted->upto;

	if (f->is_skipped || (upto->file && f->number > upto->file))
		return 0;
	return upto->file == f->number && upto->row < f->rows ? upto->row : f->rows;
}

/* Which files are sealed is to be known of all, also of those that a page does not reach. */
static int tell(struct history *h, struct medark_error *err)
{
	bool is_enough = false;

	h->skip = h->wanted->skip;
	h->left = h->wanted->limit;
	for (size_t i = h->count; i-- > 0;) {
		MEDARK_AUTO(medark_audit_free) struct medark_audit_log *log = NULL;
		const struct file *f = &h->files[i];
		struct medark_error why = { 0 };
		int code = MEDARK_E_IDENTITY;

		if (f->is_skipped)
			continue;
		if (h->identity)
			code = open_file(h->folder, f->number, h->identity, &log, &why);
		h->story.sealed += code == MEDARK_E_IDENTITY;
		if (code == MEDARK_E_IDENTITY)
			continue;
		if (code < 0)
			return medark_error_set(err, code, "%s", why.message);
		if (!is_enough)
			code = tell_file(h, log, f->number, rows_wanted(h, f), err);
		MEDARK_TRY(code);
		is_enough |= code == 1;
	}
	return 0;
}

int medark_audit_history(const char *folder, const struct medark_identity *identity,
			 const struct medark_audit_wanted *wanted, struct medark_audit_story *out,
			 struct medark_error *err)
{
	MEDARK_AUTO(history_clear)
	struct history h = { .folder = folder,
			     .identity = identity,
			     .wanted = wanted,
			     .places = MEDARK_BUFFER(PLACES_MAX) };

	MEDARK_TRY(list_files(&h, err));
	MEDARK_TRY(check(&h, err));
	MEDARK_TRY(tell(&h, err));
	*out = h.story;
	return 0;
}

/* ---- from the beginning ---- */

struct medark_audit_walk {
	const char *folder;
	const struct medark_identity *identity;
	const struct medark_audit_filter *filter;
	struct medark_buffer numbers; /* uint64_t */
	size_t next;		      /* of these */
	struct medark_audit_log *log; /* that is read; NULL: between two */
	struct medark_audit_info info;
};

int medark_audit_walk_new(const char *folder, const struct medark_identity *identity,
			  const struct medark_audit_filter *filter, struct medark_audit_walk **out,
			  struct medark_error *err)
{
	MEDARK_AUTO(medark_audit_walk_free)
	struct medark_audit_walk *walk = calloc(1, sizeof(*walk));

	if (!walk)
		return medark_error_memory(err, "the audit log");
	walk->folder = folder;
	walk->identity = identity;
	walk->filter = filter;
	MEDARK_TRY(list_numbers(folder, &walk->numbers, err));
	*out = MEDARK_TAKE(walk);
	return 0;
}

void medark_audit_walk_free(struct medark_audit_walk *walk)
{
	if (!walk)
		return;
	medark_audit_free(walk->log);
	medark_buffer_clear(&walk->numbers);
	free(walk);
}

/* 1: `log` is open; 0: there is no further file. */
static int next_file(struct medark_audit_walk *walk, struct medark_error *err)
{
	const uint64_t *numbers = (const uint64_t *)(void *)walk->numbers.data;
	int code;

	while (walk->next < walk->numbers.size / sizeof(*numbers)) {
		struct medark_error why = { 0 };

		code = open_file(walk->folder, numbers[walk->next++], walk->identity, &walk->log,
				 &why);
		if (code == 0) {
			medark_audit_info(walk->log, &walk->info);
			return 1;
		}
		if (code != MEDARK_E_IDENTITY)
			return medark_error_set(err, code, "%s", why.message);
	}
	return 0;
}

int medark_audit_walk_next(struct medark_audit_walk *walk, uint64_t most,
			   const struct medark_audit_info **out_log, struct medark_audit_row *out,
			   struct medark_error *err)
{
	int code;

	if (!walk->log) {
		code = next_file(walk, err);
		if (code <= 0)
			return code;
	}
	code = medark_audit_next_of(walk->log, most, walk->filter, out, err);
	if (code == 1)
		*out_log = &walk->info;
	if (code > 0)
		return code;
	medark_audit_free(MEDARK_TAKE(walk->log));
	return code == 0 ? 2 : code;
}
