/* SPDX-License-Identifier: Apache-2.0 */
/* verify: many archives at once, as an auditor has them: a folder of a year. No key is needed. */
#ifndef MEDARK_VERIFY_H
#define MEDARK_VERIFY_H

#include <medark/archive.h>
#include <medark/common.h>
#include <medark/error.h>
#include <medark/key.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What became of one archive. Borrowed for the callback. */
struct medark_verify_result {
	size_t number;				/* in `paths`, from 0 */
	int code;				/* 0, or what medark_archive_open() or
						   medark_archive_verify() said */
	const struct medark_error *error;	/* if it was not 0 */
	const struct medark_archive_info *info; /* if it was */
	double seconds;				/* that it took */
};

struct medark_verify_request {
	const char *const *paths;
	size_t count;
	const struct medark_trust *trust;
	unsigned threads; /* 0: as many as processors */
	/*
	 * Called for each archive in the order of `paths`, as soon as those before it are done. A
	 * non-zero return stops, and is passed on.
	 */
	int (*each)(void *context, const struct medark_verify_result *result);
	void *context;
};

/*
 * Opens and verifies every byte of all archives, several side by side. One that does not verify
 * stops nothing: the callback is told. Memory does not grow with their number. Warnings of `events`
 * are not told of single archives. MEDARK_E_INTERRUPTED, MEDARK_E_USAGE (threads, or no trust),
 * MEDARK_E_MEMORY.
 */
MEDARK_API int medark_archives_verify(const struct medark_verify_request *request,
				      const struct medark_events *events, struct medark_error *err);

#ifdef __cplusplus
}
#endif
#endif
