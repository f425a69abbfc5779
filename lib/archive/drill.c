/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/drill.h"

#include "archive/folder.h"
#include "archive/partial_folder.h"
#include "archive/patient_row.h"
#include "archive/restore.h"
#include "base/parallel.h"
#include "crypto/random.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

/* Room that a file takes beside its bytes, about. */
#define ROOM_OF_ITEM 4096

struct drill {
	struct medark_archive *archive;
	const struct medark_drill_request *request;
	const struct medark_events *events;
	struct medark_partial_folder *place;
	int folder;	 /* of the place; borrowed */
	int whole;	 /* the folder in it for all items */
	double compared; /* when the comparison began */
	struct medark_drill_result result;
};

static void drill_clear(struct drill *d)
{
	if (d->whole >= 0)
		(void)close(d->whole);
	medark_partial_folder_free(d->place);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct drill, drill_clear)

static double now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- the scratch folder ---- */

/* A name of this user's, so that the next drill removes what a killed one left. */
static int make_place(struct drill *d, struct medark_error *err)
{
	MEDARK_AUTO(medark_heap_free) char *path = NULL;
	struct statfs fs;
	uint64_t needed, room;

	if (asprintf(&path, "%s/medark-drill-%ld", d->request->scratch, (long)getuid()) < 0) {
		path = NULL;
		return medark_error_memory(err, "a drill");
	}
	MEDARK_TRY(medark_partial_folder_new(path, MEDARK_OVER_NOTHING, &d->place, err));
	d->folder = medark_partial_folder_fd(d->place);
	if (fstatfs(d->folder, &fs) < 0)
		return medark_error_errno(err, errno, "cannot look at the scratch folder");
	d->result.is_memory = fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC;
	needed = d->archive->summary.bytes + d->archive->summary.items * ROOM_OF_ITEM;
	room = (uint64_t)fs.f_bavail * (uint64_t)fs.f_bsize;
	if (fs.f_blocks && room < needed)
		return medark_error_set(err, MEDARK_E_SYSTEM,
					"'%s' has room for %" PRIu64 " bytes, and a drill of this "
					"archive takes about %" PRIu64,
					d->request->scratch, room, needed);
	return 0;
}

static int make_folder(const struct drill *d, const char *name, int *out, struct medark_error *err)
{
	if (mkdirat(d->folder, name, 0700) < 0)
		return medark_error_errno(err, errno, "cannot make a folder in the scratch folder");
	*out = medark_folder_open(d->folder, name);
	if (*out < 0) {
		int saved = -*out;

		*out = -1;
		return medark_error_errno(err, saved, "cannot open a folder that was made");
	}
	return 0;
}

/* ---- charts ---- */

/* Of a patient drawn at random, who has records. `scratch` holds what *out borrows. */
static int draw(struct drill *d, struct medark_patient_scratch *scratch,
		struct medark_patient_row *out, struct medark_error *err)
{
	struct medark_index *index;
	struct medark_bytes text;
	uint64_t row;

	MEDARK_TRY(medark_archive_index(d->archive, &index, err));
	MEDARK_TRY(medark_random(&row, sizeof(row), err));
	row %= medark_index_rows(index, MEDARK_KIND_PATIENTS);
	MEDARK_TRY(medark_index_row(index, MEDARK_KIND_PATIENTS, row, &text, err));
	return medark_patient_row_parse(text, row, scratch, out, NULL, err);
}

static int restore_chart(struct drill *d, unsigned number, struct medark_error *err)
{
	MEDARK_AUTO(medark_patient_scratch_clear)
	struct medark_patient_scratch scratch = MEDARK_PATIENT_SCRATCH;
	MEDARK_AUTO(medark_lineage_free) struct medark_lineage *lineage = NULL;
	MEDARK_AUTO(medark_fd_close) int folder = -1;
	struct medark_restore_request request = { .patient_count = 1,
						  .threads = d->request->threads };
	struct medark_restore_result result = { 0 };
	struct medark_patient_row row;
	char name[32];

	MEDARK_TRY(draw(d, &scratch, &row, err));
	request.patients = &row.id;
	(void)snprintf(name, sizeof(name), "chart-%u", number);
	MEDARK_TRY(make_folder(d, name, &folder, err));
	MEDARK_TRY(medark_lineage_new(&d->archive, 1, INT64_MAX, &lineage, err));
	MEDARK_TRY(medark_restore_records(lineage, folder, &request, d->events, &result, err));
	if (row.records && !result.records)
		return medark_error_set(err, MEDARK_E_FORMAT,
					"the chart of a patient has none of the records that the "
					"index counts");
	d->result.charts++;
	d->result.chart_records += result.records;
	return 0;
}

/* The first one is what somebody waits for: nothing has been read before it. */
static int restore_charts(struct drill *d, unsigned first, unsigned end, double *seconds,
			  struct medark_error *err)
{
	double began = now();
	struct medark_index *index;

	MEDARK_TRY(medark_archive_index(d->archive, &index, err));
	if (!medark_index_rows(index, MEDARK_KIND_PATIENTS))
		return 0;
	for (unsigned i = first; i < end; i++)
		MEDARK_TRY(restore_chart(d, i + 1, err));
	*seconds = now() - began;
	return 0;
}

/* ---- all of it ---- */

static int compare(void *context, struct medark_item_files *files, struct medark_error *err)
{
	struct drill *d = context;
	const struct medark_drill_compare with = { .archive = d->archive,
						   .files = files,
						   .is_memory = d->result.is_memory,
						   .folder = d->whole,
						   .threads = d->request->threads,
						   .events = d->events };
	int code;

	d->compared = now();
	code = medark_drill_compare(&with, &d->result, err);
	d->result.compare = now() - d->compared;
	return code;
}

static int restore_all(struct drill *d, struct medark_error *err)
{
	const struct medark_restore_check check = { .check = compare, .context = d };
	struct medark_restore_result restored = { 0 };
	double began;

	MEDARK_TRY(make_folder(d, "whole", &d->whole, err));
	began = now();
	MEDARK_TRY(medark_restore_whole_checked(d->archive, d->whole, d->request->threads,
						d->events, &check, &restored, err));
	d->result.restore = now() - began - d->result.compare;
	d->result.renamed = restored.renamed;
	return 0;
}

static int run(struct drill *d, struct medark_error *err)
{
	const struct medark_restore_result plan = { .complete = d->archive->summary.complete,
						    .archives = 1 };
	double began = now(), verify;

	MEDARK_TRY(make_place(d, err));
	if (d->request->before)
		MEDARK_TRY(d->request->before(d->request->context, &plan, err));
	if (d->request->charts)
		MEDARK_TRY(restore_charts(d, 0, 1, &d->result.first_chart, err));
	verify = now();
	MEDARK_TRY(medark_archive_verify(d->archive, d->request->threads, d->events, err));
	d->result.verify = now() - verify;
	d->result.archive_bytes = medark_input_size(d->archive->input);
	MEDARK_TRY(restore_all(d, err));
	if (d->request->charts)
		MEDARK_TRY(restore_charts(d, 1, d->request->charts, &d->result.charts_time, err));
	d->result.charts_time += d->result.first_chart;
	d->result.records = d->archive->summary.records;
	d->result.passed = !d->result.different_segments;
	d->result.total = now() - began;
	return 0;
}

/* What stands there is in clear text: that it could not be removed must not go unsaid. */
static int clear_away(struct drill *d, struct medark_error *err)
{
	int code = d->place ? medark_partial_folder_discard(d->place, err) : 0;

	if (code < 0) /* what failed may have been for the moment only */
		code = medark_partial_folder_discard(d->place, err);
	if (code < 0)
		return medark_error_prefix(err, code,
					   "what was restored, in clear text, is left in "
					   "'%s/medark-drill-%ld.medark-partial'",
					   d->request->scratch, (long)getuid());
	return 0;
}

/* `code` is that of the drill; its sentence stands, and what is left is a warning then. */
static int finish(struct drill *d, int code, struct medark_error *err)
{
	struct medark_error left = { 0 };
	int cleared = clear_away(d, &left);

	if (cleared >= 0)
		return code;
	if (code >= 0) {
		if (err)
			*err = left;
		return cleared;
	}
	if (d->events && d->events->warning)
		d->events->warning(d->events->context, left.message);
	return code;
}

int medark_archive_drill(struct medark_archive *archive, const struct medark_drill_request *request,
			 const struct medark_events *events, struct medark_drill_result *out,
			 struct medark_error *err)
{
	MEDARK_AUTO(drill_clear)
	struct drill d = {
		.archive = archive, .request = request, .events = events, .folder = -1, .whole = -1
	};

	MEDARK_TRY(medark_parallel_check(request->threads, err));
	if (!archive->has_key)
		return medark_error_set(err, MEDARK_E_IDENTITY,
					"the archive was opened without an identity");
	if (request->charts > MEDARK_DRILL_CHARTS_MAX)
		return medark_error_set(err, MEDARK_E_USAGE, "a drill restores %d charts at most",
					MEDARK_DRILL_CHARTS_MAX);
	MEDARK_TRY(finish(&d, run(&d, err), err));
	*out = d.result;
	return 0;
}
