/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/restore.h"

#include "archive/partial_folder.h"
#include "base/parallel.h"
#include "crypto/trust.h"
#include "record/compartment.h"
#include "store/partial_file.h"

#include <medark/archive.h>

#include <string.h>
#include <sys/stat.h>

/* Byte for byte; only one archive can be. */
static bool is_whole(const struct medark_lineage *lineage,
		     const struct medark_restore_request *request)
{
	return request->patient_count == 0 && lineage->count == 1;
}

/* What `replace` takes the place of. */
static enum medark_partial_over replaced(const struct medark_lineage *lineage,
					 const struct medark_restore_request *request)
{
	return is_whole(lineage, request) ? MEDARK_OVER_FILES : MEDARK_OVER_CHART;
}

static int fill(struct medark_lineage *lineage, int folder,
		const struct medark_restore_request *request, const struct medark_events *events,
		struct medark_restore_result *out, struct medark_error *err)
{
	if (request->form == MEDARK_RESTORE_BUNDLES)
		return medark_restore_bundles(lineage, folder, request, events, out, err);
	if (request->form == MEDARK_RESTORE_CSV)
		return medark_restore_csv(lineage, folder, request, events, out, err);
	if (request->form == MEDARK_RESTORE_HTML)
		return medark_restore_html(lineage, folder, request, events, out, err);
	if (is_whole(lineage, request))
		return medark_restore_whole(lineage->archives[0], folder, request->threads, events,
					    out, err);
	return medark_restore_records(lineage, folder, request, events, out, err);
}

static int fill_bag(struct medark_lineage *lineage, int folder,
		    const struct medark_restore_request *request,
		    const struct medark_events *events, struct medark_restore_result *out,
		    struct medark_error *err)
{
	MEDARK_AUTO(medark_fd_close) int data = -1;

	MEDARK_TRY(medark_bag_begin(folder, &data, err));
	MEDARK_TRY(fill(lineage, data, request, events, out, err));
	return medark_bag_finish(folder, data, lineage->archives[lineage->count - 1], events, err);
}

/*
 * A whole restore gives nothing out that is not verified; of patients each segment is. Then the
 * caller has a last word.
 */
static int verify(struct medark_lineage *lineage, const struct medark_restore_request *request,
		  const struct medark_events *events, const struct medark_restore_result *plan,
		  struct medark_error *err)
{
	for (size_t k = 0; !request->patient_count && k < lineage->count; k++)
		MEDARK_TRY(
			medark_archive_verify(lineage->archives[k], request->threads, events, err));
	return request->before ? request->before(request->context, plan, err) : 0;
}

static bool is_file(const struct medark_restore_request *request)
{
	return request->form == MEDARK_RESTORE_SQLITE || request->form == MEDARK_RESTORE_HTML_ZIP;
}

/* A form that is one file. */
static int run_file(struct medark_lineage *lineage, const struct medark_restore_request *request,
		    const struct medark_events *events, struct medark_restore_result *out,
		    struct medark_error *err)
{
	MEDARK_AUTO(medark_partial_file_free) struct medark_partial_file *partial = NULL;
	int fd;

	MEDARK_TRY(medark_partial_file_new(request->target, request->replace, &partial, err));
	MEDARK_TRY(verify(lineage, request, events, out, err));
	fd = medark_partial_file_fd(partial);
	MEDARK_TRY(request->form == MEDARK_RESTORE_SQLITE
			   ? medark_restore_sqlite(lineage, fd, request, events, out, err)
			   : medark_restore_html_zip(lineage, fd, request, events, out, err));
	return medark_partial_file_finish(partial, !request->no_sync, err);
}

static int run(struct medark_lineage *lineage, const struct medark_restore_request *request,
	       const struct medark_events *events, struct medark_restore_result *out,
	       struct medark_error *err)
{
	MEDARK_AUTO(medark_partial_folder_free) struct medark_partial_folder *partial = NULL;
	enum medark_partial_over over =
		request->replace ? replaced(lineage, request) : MEDARK_OVER_NOTHING;
	int folder;

	/* An unsuitable target is told before minutes of verification, and again at the end. */
	MEDARK_TRY(medark_partial_folder_new(request->target, over, &partial, err));
	folder = medark_partial_folder_fd(partial);
	MEDARK_TRY(verify(lineage, request, events, out, err));
	if (request->form == MEDARK_RESTORE_BAG)
		MEDARK_TRY(fill_bag(lineage, folder, request, events, out, err));
	else
		MEDARK_TRY(fill(lineage, folder, request, events, out, err));
	return medark_partial_folder_finish(partial, !request->no_sync, err);
}

const char *medark_resource_type(size_t i)
{
	return i < medark_compartment_count ? medark_compartments[i].type : NULL;
}

static void describe(const struct medark_lineage *lineage, struct medark_archive *const *archives,
		     size_t count, struct medark_restore_result *out)
{
	out->archives = lineage->count;
	out->complete = true;
	for (size_t k = 0; k < lineage->count; k++)
		out->complete &= lineage->archives[k]->summary.complete;
	for (size_t i = 0; i < count; i++)
		if (archives[i] == lineage->archives[lineage->count - 1])
			out->latest = i;
}

/* Would `replace` have helped? */
static bool is_replaceable(const struct medark_lineage *lineage,
			   const struct medark_restore_request *request)
{
	struct stat st;

	if (is_file(request))
		return request->form == MEDARK_RESTORE_SQLITE && stat(request->target, &st) == 0 &&
		       S_ISREG(st.st_mode);
	return medark_partial_folder_is_taken(request->target, replaced(lineage, request));
}

/* What a ZIP file's derivation of keys cannot make good. */
static int check_passphrase(const struct medark_restore_request *request, struct medark_error *err)
{
	const char *text = request->passphrase ? request->passphrase : "";
	size_t size = strlen(text);

	if (request->form != MEDARK_RESTORE_HTML_ZIP)
		return 0;
	for (size_t i = 0; i < size; i++)
		if (text[i] < 0x20 || text[i] > 0x7e)
			return medark_error_set(err, MEDARK_E_USAGE,
						"the passphrase of a ZIP file is of printable "
						"ASCII characters: programs differ in how they "
						"encode others");
	if (size < MEDARK_ZIP_PASSPHRASE_MIN)
		return medark_error_set(err, MEDARK_E_USAGE,
					"a passphrase of fewer than %d characters can be guessed, "
					"as ZIP makes keys of it with 1,000 rounds of SHA-1 only",
					MEDARK_ZIP_PASSPHRASE_MIN);
	if (size > MEDARK_ZIP_PASSPHRASE_MAX)
		return medark_error_set(err, MEDARK_E_USAGE,
					"the passphrase of a ZIP file has at most %d characters",
					MEDARK_ZIP_PASSPHRASE_MAX);
	return 0;
}

/* All that a patient has, in something new. */
static bool is_of_charts(const struct medark_restore_request *request)
{
	return request->form == MEDARK_RESTORE_BUNDLES || request->form == MEDARK_RESTORE_CSV ||
	       request->form == MEDARK_RESTORE_HTML || request->form == MEDARK_RESTORE_HTML_ZIP;
}

static int check(struct medark_archive *const *archives, size_t count,
		 const struct medark_restore_request *request, struct medark_error *err)
{
	MEDARK_TRY(medark_parallel_check(request->threads, err));
	for (size_t i = 0; i < count; i++)
		if (!archives[i]->has_key)
			return medark_error_set(err, MEDARK_E_IDENTITY,
						"the archive was opened without an identity");
	if (count == 0)
		return medark_error_set(err, MEDARK_E_USAGE, "a restore needs an archive");
	if (request->form == MEDARK_RESTORE_BAG && request->replace)
		return medark_error_set(err, MEDARK_E_USAGE,
					"a bag goes into a folder that is new or empty");
	if (is_of_charts(request) && (request->replace || request->type_count || request->since))
		return medark_error_set(
			err, MEDARK_E_USAGE,
			"Bundles, tables and pages hold all that a patient has, and go into "
			"a folder that is new or empty, or a new file");
	MEDARK_TRY(check_passphrase(request, err));
	if (request->form == MEDARK_RESTORE_SQLITE && (request->type_count || request->since))
		return medark_error_set(err, MEDARK_E_USAGE,
					"a database holds all that a patient has");
	if (!request->patient_count && (request->type_count || request->since))
		return medark_error_set(err, MEDARK_E_USAGE,
					"types and dates select among a patient's records: name a "
					"patient");
	return 0;
}

int medark_archive_restore_chain(struct medark_archive *const *archives, size_t count,
				 const char *as_of, const struct medark_restore_request *request,
				 const struct medark_events *events,
				 struct medark_restore_result *out, struct medark_error *err)
{
	MEDARK_AUTO(medark_lineage_free) struct medark_lineage *lineage = NULL;
	struct medark_restore_result result = { 0 };
	struct medark_meter meter;
	time_t when = (time_t)INT64_MAX;
	int code;

	MEDARK_TRY(check(archives, count, request, err));
	if (as_of)
		MEDARK_TRY(medark_trust_parse_time(as_of, &when, err));
	MEDARK_TRY(medark_lineage_new(archives, count, when, &lineage, err));
	medark_meter_init(&meter, events, "restoring", 0);
	code = medark_lineage_warn(lineage, archives, count, when, &meter, err);
	medark_meter_clear(&meter);
	MEDARK_TRY(code);
	describe(lineage, archives, count, &result);
	code = is_file(request) ? run_file(lineage, request, events, &result, err)
				: run(lineage, request, events, &result, err);
	if (request->out_replaceable)
		*request->out_replaceable = code == MEDARK_E_EXISTS && !request->replace &&
					    is_replaceable(lineage, request);
	MEDARK_TRY(code);
	*out = result;
	return 0;
}

int medark_archive_restore(struct medark_archive *archive,
			   const struct medark_restore_request *request,
			   const struct medark_events *events, struct medark_restore_result *out,
			   struct medark_error *err)
{
	return medark_archive_restore_chain(&archive, 1, NULL, request, events, out, err);
}
