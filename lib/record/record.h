/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record: what medark knows of one clinical object, whatever format it came in. A recogniser (fhir)
 * fills a struct medark_record from the bytes; the pipeline uses it to put the record with its
 * patient and to build the index.
 */
#ifndef MEDARK_RECORD_RECORD_H
#define MEDARK_RECORD_RECORD_H

#include "base/buffer.h"
#include "base/bytes.h"

#include <stdbool.h>
#include <stdint.h>

/* More patients than this for one record are a fault (MEDARK_FAULT_TOO_MANY). */
#define MEDARK_RECORD_PATIENTS_MAX 256

/* How a record names a patient. */
enum medark_patient_key_kind {
	MEDARK_PATIENT_ID = 'P',  /* logical id: `text` is the id alone */
	MEDARK_PATIENT_URN = 'U', /* urn:uuid:… or urn:oid:…, lower case, as Bundle.fullUrl */
	MEDARK_PATIENT_IDENTIFIER = 'I', /* `text` is system|value */
};

struct medark_patient_key {
	enum medark_patient_key_kind kind;
	struct medark_bytes text;
};

/* Why a record goes to the quarantine. medark_fault_name() gives the names, part of the format. */
enum medark_fault {
	MEDARK_FAULT_NONE = 0,
	MEDARK_FAULT_SYNTAX,	 /* "broken-syntax": not well-formed */
	MEDARK_FAULT_UTF8,	 /* "invalid-utf8" */
	MEDARK_FAULT_DEPTH,	 /* "too-deep" */
	MEDARK_FAULT_NO_TYPE,	 /* "no-resource-type": an object without a usable resourceType */
	MEDARK_FAULT_REPEATED,	 /* "repeated-member": resourceType, id or a reference twice */
	MEDARK_FAULT_REFERENCE,	 /* "unknown-reference": a patient reference of no usable form */
	MEDARK_FAULT_AMBIGUOUS,	 /* "ambiguous-reference": it fits several patients */
	MEDARK_FAULT_TOO_MANY,	 /* "too-many-patients" */
	MEDARK_FAULT_TOO_LARGE,	 /* "too-large": a value that had to be read exceeds its limit */
	MEDARK_FAULT_DUPLICATE,	 /* "duplicate": same type and id, different content */
	MEDARK_FAULT_CHANGED,	 /* "changed": the item changed while it was read */
	MEDARK_FAULT_UNREADABLE, /* "unreadable": the item could not be read to its end */
	MEDARK_FAULT_COMPRESSED, /* "broken-compression": a .gz or .zst that does not decode */
	MEDARK_FAULT_MISSING,	 /* "missing": the source has it, and did not give it */
	MEDARK_FAULT_MAX
};

/* The name in reports and in the index; a static string. "none" is no fault, "unknown" no value. */
const char *medark_fault_name(enum medark_fault fault);

/*
 * The facts of one record. All views are borrowed from the input or from the recogniser's scratch
 * and are valid until the recogniser's next call.
 */
struct medark_record {
	enum medark_fault fault;  /* the first thing not understood; facts may be partial */
	struct medark_bytes type; /* "Observation"; empty if unknown */
	struct medark_bytes id;	  /* logical id; empty if the record has none */
	uint32_t date;		  /* clinical date as yyyymmdd, unknown parts 00; 0 = none */
	uint32_t updated;	  /* meta.lastUpdated as yyyymmdd; 0 = none */
	bool is_patient;	  /* type is Patient */
	uint32_t patient_count;
	/* Distinct, in the order of the text; a Patient's own key first. */
	struct medark_patient_key patients[MEDARK_RECORD_PATIENTS_MAX];
};

#define MEDARK_PATIENT_NAMES_MAX       32
#define MEDARK_PATIENT_IDENTIFIERS_MAX 64
#define MEDARK_PATIENT_LINKS_MAX       64

struct medark_identifier {
	struct medark_bytes system;
	struct medark_bytes value;
	bool is_bsn; /* by system, and value passes the 11-test */
};

struct medark_name {
	struct medark_bytes family;
	struct medark_bytes given; /* given names joined by one space */
	struct medark_bytes
		prefix; /* "van der", if an extension gives the own or partner's apart */
	struct medark_bytes text;
};

struct medark_patient_link {
	struct medark_bytes type; /* replaced-by, replaces, refer, seealso */
	struct medark_patient_key other;
};

/* The demographics of a Patient resource; views as in struct medark_record. */
struct medark_patient {
	struct medark_bytes id;
	struct medark_bytes birth_date; /* as recorded: YYYY, YYYY-MM or YYYY-MM-DD */
	struct medark_bytes gender;
	bool deceased;
	struct medark_bytes deceased_date; /* as recorded; empty if only the fact is known */
	bool inactive;			   /* active = false */
	uint32_t identifier_count, name_count, link_count;
	struct medark_identifier identifiers[MEDARK_PATIENT_IDENTIFIERS_MAX];
	struct medark_name names[MEDARK_PATIENT_NAMES_MAX];
	struct medark_patient_link links[MEDARK_PATIENT_LINKS_MAX];
	bool cut; /* something beyond a limit above was left out */
};

#endif
