/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scope: whose data, and which kinds of it, stand in archives that were exposed: the counts for the
 * notice to the supervisory authority (GDPR art. 33), and the list for telling those concerned
 * (art. 34).
 */
#ifndef MEDARK_SCOPE_H
#define MEDARK_SCOPE_H

#include <medark/archive.h>
#include <medark/common.h>
#include <medark/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Categories of personal data. More are added at the end. */
enum medark_category {
	MEDARK_CATEGORY_NAME,
	MEDARK_CATEGORY_BIRTH_DATE,
	MEDARK_CATEGORY_GENDER,
	MEDARK_CATEGORY_BSN,
	MEDARK_CATEGORY_IDENTIFIERS, /* others of the patient */
	MEDARK_CATEGORY_ADDRESS,
	MEDARK_CATEGORY_PHONE,
	MEDARK_CATEGORY_EMAIL,
	MEDARK_CATEGORY_RELATIVES, /* and other contact persons */
	MEDARK_CATEGORY_PHOTO,
	MEDARK_CATEGORY_INSURANCE, /* and payment */
	MEDARK_CATEGORY_VISITS,	   /* and appointments */
	MEDARK_CATEGORY_PROBLEMS,  /* diagnoses */
	MEDARK_CATEGORY_ALLERGIES,
	MEDARK_CATEGORY_MEDICATION,
	MEDARK_CATEGORY_IMMUNISATIONS,
	MEDARK_CATEGORY_LABORATORY,
	MEDARK_CATEGORY_MEASUREMENTS, /* vital signs and other findings */
	MEDARK_CATEGORY_PROCEDURES,
	MEDARK_CATEGORY_IMAGING,
	MEDARK_CATEGORY_LETTERS, /* and other documents */
	MEDARK_CATEGORY_CARE,	 /* plans, requests, referrals */
	MEDARK_CATEGORY_MENTAL_HEALTH,
	MEDARK_CATEGORY_LIFESTYLE, /* social history */
	MEDARK_CATEGORY_FAMILY_HISTORY,
	MEDARK_CATEGORY_GENETICS,
	MEDARK_CATEGORY_QUESTIONNAIRES,
	MEDARK_CATEGORY_ALERTS,
	MEDARK_CATEGORY_CONSENT,
	MEDARK_CATEGORY_DEVICES,
	MEDARK_CATEGORY_OTHER,
	MEDARK_CATEGORIES,
};

/* "mental_health", for programs; "mental health", for people. Static strings; any thread. */
MEDARK_API const char *medark_category_name(enum medark_category category);
MEDARK_API const char *medark_category_label(enum medark_category category);

/* Records by type, of one patient. */
struct medark_scope_type {
	const char *name;
	uint64_t records;
};

/* A patient who is concerned. Borrowed during the callback; texts as far as they are recorded. */
struct medark_scope_patient {
	const struct medark_patient_row *row; /* of the latest archive that has the patient */
	bool has_bsn, is_minor;
	const char *address, *phone, *email; /* several phone numbers are separated by "; " */
	uint64_t categories;		     /* bit: 1 << enum medark_category */
	uint64_t records;
	const struct medark_scope_type *types;
	size_t type_count;
	char first[11], last[11]; /* clinical dates of what is in scope; empty: none has one */
};

struct medark_scope_request {
	struct medark_archive *const *archives; /* one, or a chain in any order */
	size_t count;
	const char *since, *until; /* YYYY-MM-DD, both days included; NULL: no limit */
	size_t type_count;	   /* 0: all */
	const char *const *types;  /* resource types */
	const char *today;	   /* YYYY-MM-DD: who is a minor */
	const char *folder;	   /* for temporary files: sealed, without a name */
	unsigned threads;	   /* 0: as many as processors */
	/*
	 * Called for each patient in scope when all was read, in the order of the index; NULL:
	 * nobody asks. Its negative code ends it.
	 */
	int (*patient)(void *context, const struct medark_scope_patient *patient,
		       struct medark_error *err);
	void *context;
};

#define MEDARK_SCOPE_TYPES 257

struct medark_scope_result {
	uint64_t archives; /* that were read: of a chain, those that it takes */
	size_t latest;	   /* which of those given is the latest of them */
	bool complete;	   /* all of them are */
	uint64_t patients, minors, deceased;
	uint64_t records; /* of these patients, each once */
	uint64_t undated; /* with a limit of dates: records without any, which are not in scope */
	uint64_t outside; /* of no patient */
	uint64_t staff;	  /* of them: about care providers and other people */
	uint64_t xml;	  /* of which only the type was looked at, and of a Patient the identity */
	uint64_t files;	  /* that are no records: whose they are nobody can know */
	struct {
		uint64_t records, patients;
	} categories[MEDARK_CATEGORIES];
	uint32_t type_count;
	struct {
		char name[65];
		uint64_t records;
	} types[MEDARK_SCOPE_TYPES]; /* by name */
	char first[11], last[11];    /* clinical dates of the records in scope */
};

/*
 * Reads every record. With limits: a record is in scope if it is of one of the types and its
 * clinical date, or the time of its last update where it has none, may lie in the days; a Patient
 * resource if any other record of the patient is, as it has no date of its own. A patient is if a
 * record is. Of a patient in scope the contact data are told whatever the limits.
 *
 * Errors of medark_lineage_new() and of the archives; MEDARK_E_USAGE for a date that is none;
 * MEDARK_E_INTERRUPTED, MEDARK_E_SYSTEM, MEDARK_E_MEMORY. Any thread; nobody else uses the archives
 * meanwhile. The request's callback is called by the calling thread.
 */
MEDARK_API int medark_scope_run(const struct medark_scope_request *request,
				const struct medark_events *events, struct medark_scope_result *out,
				struct medark_error *err);

#ifdef __cplusplus
}
#endif
#endif
