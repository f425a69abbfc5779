/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compare: what is in two archives, or chains of them, record by record: added, changed, gone or
 * the same. Records are compared in a form that does not depend on how a server writes them: the
 * order of members, white space and the spelling of strings and numbers (1.10 is not 1.1) do not
 * count, nor do versionId, lastUpdated, source and tag in `meta`. XML and what is not well-formed
 * is compared byte by byte, and so are files that are no records, whatever they are called.
 */
#ifndef MEDARK_COMPARE_H
#define MEDARK_COMPARE_H

#include <medark/archive.h>
#include <medark/common.h>
#include <medark/error.h>

#ifdef __cplusplus
extern "C" {
#endif

enum medark_difference_kind {
	MEDARK_SAME,
	MEDARK_ADDED,	/* only in the new one */
	MEDARK_CHANGED, /* in both, otherwise */
	MEDARK_GONE,	/* only in the old one */
	MEDARK_DIFFERENCE_KINDS,
};

/* "same", "added", "changed", "gone"; a static string. */
MEDARK_API const char *medark_difference_name(enum medark_difference_kind kind);

struct medark_compare_counts {
	uint64_t of[MEDARK_DIFFERENCE_KINDS];
};

/* A record that differs, of one of the patients whose it is. Borrowed during the callback. */
struct medark_difference {
	enum medark_difference_kind kind;
	/* As in struct medark_patient_row; empty: it is of no patient. */
	const char *patient;
	const char *type; /* "?": of no type that can be known; "file": no record */
	const char *id;	  /* empty: it has none */
	/*
	 * It is in both, but of other patients: for the one it is gone or added, for those who have
	 * it in both it is changed. */
	bool moved;
	/* Of a changed one, names of the outermost members that differ; NULL behind the last. */
	const char *const *elements;
};

/* A patient of whom something differs. Borrowed during the callback. */
struct medark_compare_patient {
	const char *id; /* empty: what is of no patient */
	enum medark_difference_kind kind;
	struct medark_compare_counts records;
};

struct medark_compare_request {
	struct medark_archive *const *old_archives, *const *new_archives; /* each one or a chain */
	size_t old_count, new_count;
	/*
	 * Where temporary files may be made: sealed, without a name. Room is needed in proportion
	 * to the records: some 100 bytes for each, 300 with `difference`.
	 */
	const char *folder;
	unsigned threads; /* 0: as many as processors */
	/*
	 * Called when both are read, for everything that differs, in the order of the patients;
	 * NULL: nobody asks. `patient` when all differences of a patient were told. Their negative
	 * code ends it.
	 */
	int (*difference)(void *context, const struct medark_difference *difference,
			  struct medark_error *err);
	int (*patient)(void *context, const struct medark_compare_patient *patient,
		       struct medark_error *err);
	void *context;
};

#define MEDARK_COMPARE_TYPES 257

struct medark_compare_side {
	uint64_t archives; /* that were read: of a chain, those that it takes */
	size_t latest;	   /* which of those given is the latest of them */
	uint64_t records;  /* that were read, repeated ones too */
	uint64_t patients; /* with a record */
	uint64_t repeated; /* records that are there more than once, in the same form */
	uint64_t xml;	   /* compared byte by byte */
	uint64_t faulty;   /* not well-formed, or of no type: the same */
	uint64_t files;	   /* items that are no records */
	uint64_t large;	   /* such that were not compared, as they have more than 64 MiB */
};

struct medark_compare_result {
	struct medark_compare_side old_side, new_side;
	struct medark_compare_counts patients; /* who have a record */
	struct medark_compare_counts records;  /* each once; files are not among them */
	struct medark_compare_counts shared;   /* of them, of no patient */
	struct medark_compare_counts files;    /* added and gone; a changed one is both */
	uint64_t moved;			       /* of the changed records: to other patients */
	uint32_t type_count;
	struct {
		char name[65];
		struct medark_compare_counts records;
	} types[MEDARK_COMPARE_TYPES]; /* by name */
};

/*
 * Compares. Every segment that is read is verified. Memory: 16 bytes for each patient and place of
 * records, and a fixed amount. MEDARK_E_IDENTITY, MEDARK_E_FORMAT, MEDARK_E_NOT_FOUND (an archive
 * of a chain is missing), MEDARK_E_USAGE, MEDARK_E_SYSTEM, MEDARK_E_MEMORY, MEDARK_E_INTERRUPTED.
 * Any thread; nobody else uses the archives meanwhile. The request's callbacks are called by the
 * calling thread.
 */
MEDARK_API int medark_compare_run(const struct medark_compare_request *request,
				  const struct medark_events *events,
				  struct medark_compare_result *out, struct medark_error *err);

#ifdef __cplusplus
}
#endif
#endif
