/* SPDX-License-Identifier: Apache-2.0 */
/*
 * drill: a rehearsed restore. The archive is verified, restored as a whole into a private folder
 * that is removed again, read back, and compared with what was signed; some charts are restored,
 * too. Everything is timed, and a report says what was found. Any thread; nobody else uses the
 * archive or the report meanwhile, and `before` is called by the calling thread.
 */
#ifndef MEDARK_DRILL_H
#define MEDARK_DRILL_H

#include <medark/archive.h>
#include <medark/common.h>
#include <medark/error.h>
#include <medark/key.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Most charts of a drill. */
#define MEDARK_DRILL_CHARTS_MAX 1000

struct medark_drill_request {
	/* The folder in which the private one is made, mode 0700: records stand in it in clear
	 * text until the end. */
	const char *scratch;
	unsigned charts;  /* of patients drawn at random, up to MEDARK_DRILL_CHARTS_MAX */
	unsigned threads; /* 0: as many as processors */
	/* As of a restore: called before the first record is written. May be NULL. */
	int (*before)(void *context, const struct medark_restore_result *plan,
		      struct medark_error *err);
	void *context;
};

struct medark_drill_result {
	bool passed;		/* nothing differs */
	bool is_memory;		/* the scratch folder is in memory, and on no disk */
	uint64_t archive_bytes; /* read and verified */
	uint64_t items, bytes;	/* restored and read back: files and folders; bytes of files */
	uint64_t records;	/* of the archive, as it says */
	uint64_t leaves;	/* records, and parts of large ones, whose hashes were compared */
	/* Of these, those inside of compressed files: compared as they are in the archive; what was
	 * restored of them is the compressed file, whose bytes were compared. */
	uint64_t packed;
	uint64_t segments;
	uint64_t renamed; /* items whose name was not safe here */
	uint64_t charts, chart_records;
	/* What differs. The first place: in which item, and at which byte of it. */
	uint64_t different;	     /* leaves */
	uint64_t different_segments; /* of which the hash is not the signed one, or bytes differ */
	uint64_t first_item, first_offset;
	/* Seconds. */
	double verify, restore, compare, charts_time, first_chart, total;
};

/*
 * Carries it out. 0 also if something differs: then out->passed is false. MEDARK_E_FORMAT if the
 * archive does not verify; MEDARK_E_SYSTEM also if the scratch folder has no room for it;
 * MEDARK_E_USAGE, MEDARK_E_IDENTITY, MEDARK_E_MEMORY, MEDARK_E_INTERRUPTED. Nothing stays in the
 * scratch folder, whatever happens; after a kill -9 the next drill removes what is left.
 */
MEDARK_API int medark_archive_drill(struct medark_archive *archive,
				    const struct medark_drill_request *request,
				    const struct medark_events *events,
				    struct medark_drill_result *out, struct medark_error *err);

struct medark_drill_report_request {
	const char *path;    /* of a page of HTML, without patient data */
	bool replace;	     /* files of these names */
	const char *archive; /* what it is called in the report */
	/* Files of the trust anchors that the archive was opened with: the report names them. */
	const char *const *trust;
	size_t trust_count;
	/* Who signs it, as PATH.p7s (detached, CMS); both NULL: nobody. */
	const char *signer, *signer_key;
	const void *signer_passphrase;
	size_t signer_passphrase_size;
};

struct medark_drill_report;

/*
 * Makes the files ready, which have no names yet, and loads the signer, so that what cannot be
 * written is known before the drill. The request is borrowed. MEDARK_E_EXISTS, MEDARK_E_KEY,
 * MEDARK_E_USAGE, MEDARK_E_SYSTEM, MEDARK_E_MEMORY.
 */
MEDARK_API int medark_drill_report_new(const struct medark_drill_report_request *request,
				       struct medark_drill_report **out, struct medark_error *err);

/* Writes them. Once. `info` is of the archive. MEDARK_E_SYSTEM, MEDARK_E_MEMORY. */
MEDARK_API int medark_drill_report_finish(struct medark_drill_report *report,
					  const struct medark_archive_info *info,
					  const struct medark_drill_result *result,
					  struct medark_error *err);
/* What is not finished leaves no file. */
MEDARK_API void medark_drill_report_free(struct medark_drill_report *report);

#ifdef __cplusplus
}
#endif
#endif
