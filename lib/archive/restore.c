/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/restore.h"

#include "archive/partial_folder.h"
#include "base/parallel.h"
#include "record/compartment.h"

#include <medark/archive.h>

/* What `replace` takes the place of. */
static enum medark_partial_over replaced(const struct medark_restore_request *request)
{
	return request->patient_count ? MEDARK_OVER_CHART : MEDARK_OVER_FILES;
}

static int run(struct medark_archive *archive, const struct medark_restore_request *request,
	       const struct medark_events *events, struct medark_restore_result *out,
	       struct medark_error *err)
{
	MEDARK_AUTO(medark_partial_folder_free) struct medark_partial_folder *partial = NULL;
	bool whole = request->patient_count == 0;
	enum medark_partial_over over = request->replace ? replaced(request) : MEDARK_OVER_NOTHING;

	/* An unsuitable target is told before minutes of verification, and again at the end. */
	MEDARK_TRY(medark_partial_folder_new(request->target, over, &partial, err));
	if (whole) {
		MEDARK_TRY(medark_archive_verify(archive, request->threads, events, err));
		MEDARK_TRY(medark_restore_whole(archive, medark_partial_folder_fd(partial),
						request->threads, events, out, err));
	} else {
		MEDARK_TRY(medark_restore_patients(archive, medark_partial_folder_fd(partial),
						   request, events, out, err));
	}
	return medark_partial_folder_finish(partial, !request->no_sync, err);
}

const char *medark_resource_type(size_t i)
{
	return i < medark_compartment_count ? medark_compartments[i].type : NULL;
}

int medark_archive_restore(struct medark_archive *archive,
			   const struct medark_restore_request *request,
			   const struct medark_events *events, struct medark_restore_result *out,
			   struct medark_error *err)
{
	struct medark_restore_result result = { 0 };
	int code;

	MEDARK_TRY(medark_parallel_check(request->threads, err));
	if (!archive->has_key)
		return medark_error_set(err, MEDARK_E_IDENTITY,
					"the archive was opened without an identity");
	if (!request->patient_count && (request->type_count || request->since))
		return medark_error_set(err, MEDARK_E_USAGE,
					"types and dates select among a patient's records: name a "
					"patient");
	code = run(archive, request, events, &result, err);
	if (request->out_replaceable)
		*request->out_replaceable =
			code == MEDARK_E_EXISTS && !request->replace &&
			medark_partial_folder_is_taken(request->target, replaced(request));
	MEDARK_TRY(code);
	*out = result;
	return 0;
}
