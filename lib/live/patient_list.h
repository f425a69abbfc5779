/* SPDX-License-Identifier: Apache-2.0 */
/*
 * patient_list: ids of the patients whose records are to be fetched, each once, in the order in
 * which they came. For lib/live only. One thread at a time.
 */
#ifndef MEDARK_LIVE_PATIENT_LIST_H
#define MEDARK_LIVE_PATIENT_LIST_H

#include "base/buffer.h"
#include "live/hashset.h"
#include "net/url.h"

#define MEDARK_PATIENT_ID_MAX	 255
#define MEDARK_PATIENT_LIST_MAX	 10000000
#define MEDARK_PATIENT_FILE_MAX	 ((size_t)1 << 30)
#define MEDARK_PATIENT_LIST_SIZE ((size_t)4 << 30)

struct medark_patient_list {
	struct medark_buffer text; /* ids, each with its zero */
	size_t *at;		   /* where each begins */
	size_t count, max;
	struct medark_hashset seen;
};

/* MEDARK_E_SYSTEM. */
int medark_patient_list_init(struct medark_patient_list *l,
			     struct medark_error *err) MEDARK_MUST_USE;
void medark_patient_list_clear(struct medark_patient_list *l);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_patient_list, medark_patient_list_clear)

/* Can it be asked for? FHIR has 64 characters at most; servers have longer ones. */
bool medark_patient_list_is_id(struct medark_bytes id);

/* A patient, who may be listed already. MEDARK_E_USAGE: it is no id; MEDARK_E_MEMORY. */
int medark_patient_list_add(struct medark_patient_list *l, struct medark_bytes id,
			    struct medark_error *err) MEDARK_MUST_USE;

/* Borrowed until the next one is added. */
const char *medark_patient_list_get(const struct medark_patient_list *l, size_t i);

/*
 * Adds those of a text: a line each, which is an id, Patient/id, or an object as `medark patients
 * --json` prints them (of another message_type, or empty: passed over). MEDARK_E_USAGE with the
 * line's number; MEDARK_E_MEMORY.
 */
int medark_patient_list_parse(struct medark_patient_list *l, struct medark_bytes text,
			      struct medark_error *err) MEDARK_MUST_USE;

/* Reads a file into `out`. MEDARK_E_SYSTEM, MEDARK_E_MEMORY. */
int medark_patient_list_file(const char *path, struct medark_buffer *out,
			     struct medark_error *err) MEDARK_MUST_USE;

struct medark_patient_group {
	const struct medark_url *base; /* of the server; borrowed */
	const char *today;	       /* "2026-11-29" */
};

/*
 * Adds the members of a Group that are patients of this server, and have not left it (inactive, or
 * a period that has ended); *out_others: those who are something else, or cannot be told.
 * MEDARK_E_REMOTE: it is none; MEDARK_E_MEMORY.
 */
int medark_patient_list_group(struct medark_patient_list *l, struct medark_bytes text,
			      const struct medark_patient_group *group, uint64_t *out_others,
			      struct medark_error *err) MEDARK_MUST_USE;

#endif
