/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fhir_state: what struct medark_fhir consists of, for the files fhir*.c alone. Its parts: the
 * scratch of the last record and of the last document, the contained resources of the record at
 * hand, the Bundle around it, and the collector that turns elements into patients.
 */
#ifndef MEDARK_RECORD_FHIR_STATE_H
#define MEDARK_RECORD_FHIR_STATE_H

#include "record/compartment.h"
#include "record/fhir.h"
#include "record/fhir_date.h"
#include "record/fhir_reference.h"
#include "record/fhir_visit.h"

#define MEDARK_FHIR_NAMESPACE "http://hl7.org/fhir"

#define MEDARK_FHIR_ID_MAX	  256  /* bytes of a logical id */
#define MEDARK_FHIR_KEY_MAX	  1024 /* bytes of any other patient key */
#define MEDARK_FHIR_REFERENCE_MAX 2048 /* bytes of Reference.reference */
#define MEDARK_FHIR_CONTAINED_MAX 1024 /* contained resources that are looked at */

/* Numbers of the keys of medark_fhir_keys(). */
enum medark_fhir_key_number {
	MEDARK_FHIR_KEY_TYPE,
	MEDARK_FHIR_KEY_ID,
	MEDARK_FHIR_KEY_META,
	MEDARK_FHIR_KEY_CONTAINED,
	MEDARK_FHIR_KEY_DATES,							  /* first date */
	MEDARK_FHIR_KEY_MEMBERS = MEDARK_FHIR_KEY_DATES + MEDARK_FHIR_DATE_COUNT, /* first member */
};

/* A Reference as it was read; absent members are empty. */
struct medark_fhir_naming {
	struct medark_bytes reference, type, system, value;
	bool is_malformed; /* a member that is there, but not as text; a text instead of a Reference
			    */
	bool is_repeated;  /* `reference` twice */
	bool is_too_large;
};

/* One contained resource. */
struct medark_fhir_contained {
	struct medark_bytes id;
	bool is_patient;
	bool is_repeated;	 /* another one has its id, or it has a member twice */
	struct medark_bytes key; /* system|value of its best identifier; empty without one */
};

/* One entry of the Bundle that is being split, by its fullUrl (a URN in lower case). */
struct medark_fhir_entry {
	struct medark_bytes url;
	bool is_patient;
	struct medark_patient_key key; /* of a patient: its id, or the URN if it has none */
};

/* A path of the compartment that is being followed, and the Reference at its end. */
struct medark_fhir_frame {
	uint32_t paths;				    /* bit i: path i of the type fits so far */
	uint8_t role;				    /* of the children of a Reference */
	const struct medark_compartment_path *path; /* that ends here, or NULL */
	struct medark_fhir_naming naming;
};

/* The plain reference that a path had last. */
struct medark_fhir_seen {
	size_t size; /* 0: none */
	size_t id_begin, id_size;
	bool is_patient;
	uint8_t text[192];
};

struct medark_fhir {
	struct medark_fhir_scratch scratch;  /* of the last record */
	struct medark_fhir_scratch document; /* of the last split */

	uint8_t type[MEDARK_FHIR_TYPE_MAX]; /* the last record's: mostly the next one's too */
	size_t type_size;
	const struct medark_compartment *compartment; /* of that type, or NULL */

	struct medark_record *record;
	unsigned depth;
	struct medark_fhir_frame frames[MEDARK_COMPARTMENT_DEPTH_MAX + 3];

	struct medark_bytes text; /* XML: the record; JSON: its member `contained` */
	bool is_xml;
	bool is_contained_known;
	uint32_t contained_count;
	struct medark_fhir_contained contained[MEDARK_FHIR_CONTAINED_MAX];

	struct medark_fhir_entry *entries; /* sorted by url */
	size_t entry_count, entry_capacity;

	struct medark_fhir_seen seen[MEDARK_COMPARTMENT_PATHS_MAX];

	const struct medark_json_keys *keys; /* medark_fhir_keys(), or `wider` */
	struct medark_json_keys *wider;	     /* those, and what the caller wants; or NULL */
	struct medark_json_shapes *shapes;   /* of records */
	struct medark_json_object object;    /* of the record */
	const uint8_t *object_text;	     /* that it was scanned from */
	struct medark_json_object inner;     /* of something within it */
};

/* ---- fhir_key: from a Reference to a patient ---- */

/*
 * Whom a Reference names. Returns 1 and *out, 0 if it names no patient (then *out_fault says
 * whether it is one that cannot be read), or MEDARK_E_MEMORY. `flags` are the path's.
 */
int medark_fhir_key(struct medark_fhir *fhir, const struct medark_fhir_naming *naming,
		    unsigned flags, struct medark_patient_key *out, enum medark_fault *out_fault,
		    struct medark_error *err) MEDARK_MUST_USE;

/* The key of a Patient without id from its fullUrl: as medark_fhir_key(). */
int medark_fhir_key_url(struct medark_fhir_scratch *scratch, struct medark_bytes full_url,
			struct medark_patient_key *out, struct medark_error *err) MEDARK_MUST_USE;

/* "system|value" in the scratch. */
int medark_fhir_key_identifier(struct medark_fhir_scratch *scratch, struct medark_bytes system,
			       struct medark_bytes value, struct medark_bytes *out,
			       struct medark_error *err) MEDARK_MUST_USE;

/* A URN in lower case, in the scratch. */
int medark_fhir_key_urn(struct medark_fhir_scratch *scratch, struct medark_bytes urn,
			struct medark_bytes *out, struct medark_error *err) MEDARK_MUST_USE;

/* Sorts the entries, so that medark_fhir_key() finds them. */
void medark_fhir_entries_sort(struct medark_fhir *fhir);
/* Appends one; its texts live in fhir->document. MEDARK_E_MEMORY. */
int medark_fhir_entries_add(struct medark_fhir *fhir, const struct medark_fhir_entry *entry,
			    struct medark_error *err) MEDARK_MUST_USE;

/* ---- fhir_recognise ---- */

/* The text without a UTF-8 byte order mark. */
struct medark_bytes medark_fhir_strip_mark(struct medark_bytes text);

/* ---- fhir_contained ---- */

/* Finds a contained resource by id; reads all of them at the first call for a record. */
int medark_fhir_contained_find(struct medark_fhir *fhir, struct medark_bytes id,
			       const struct medark_fhir_contained **out,
			       struct medark_error *err) MEDARK_MUST_USE;

/* ---- fhir_facts: the collector ---- */

/* Starts a record: empty facts, empty scratch. */
void medark_fhir_facts_begin(struct medark_fhir *fhir, struct medark_record *out);

/* Notes a fault unless there is one already. */
void medark_fhir_facts_fault(struct medark_fhir *fhir, enum medark_fault fault);

/* Takes the type over and finds its compartment; false (and a fault) if it is not usable. */
bool medark_fhir_facts_type(struct medark_fhir *fhir, struct medark_bytes type);

/* Adds a patient unless it is there. */
void medark_fhir_facts_patient(struct medark_fhir *fhir, const struct medark_patient_key *key);

/*
 * The end of a record: a Patient's own key is put first. `full_url` as in medark_fhir_json().
 */
int medark_fhir_facts_finish(struct medark_fhir *fhir, struct medark_bytes full_url,
			     struct medark_error *err) MEDARK_MUST_USE;

/* A visitor for the members of the resource that the compartment wants. */
struct medark_fhir_visitor medark_fhir_facts_visitor(struct medark_fhir *fhir);

#endif
