/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fhir: recognises FHIR resources (STU3, R4, R4B, R5; JSON and XML) and says to which patients
 * they belong by FHIR's Patient compartment
 * (https://hl7.org/fhir/compartmentdefinition-patient.html), for the union of the versions: a path
 * that only one version has cannot match in another.
 *
 * What a Reference on such a path names (https://hl7.org/fhir/references.html):
 *   Patient/1, Patient/1/_history/2, https://h/base/Patient/1    the id alone (PATIENT_ID)
 *   urn:uuid:…, urn:oid:…                                        lower-cased (PATIENT_URN)
 *   Patient?identifier=system|value                              decoded (PATIENT_IDENTIFIER)
 *   #id of a contained Patient: its BSN, else its first identifier with a value, else a fault
 *   `identifier` without a usable `reference`                    (PATIENT_IDENTIFIER)
 * A URN or an `identifier` does not say what it names. Reference.type decides; without it, it is a
 * patient's where nothing else can stand and under the names subject, patient, beneficiary and
 * individual; elsewhere (performer, actor …) it is far more often a care provider's. A reference
 * to another type is no patient and no fault; a text of no known form is MEDARK_FAULT_REFERENCE
 * where a URN would be a patient. While a Bundle is split, a URN that is the fullUrl of one of its
 * entries is that entry: a Patient gives the key that it has itself. A URN that is the fullUrl of
 * several patients there, and an #id that several contained resources have, are
 * MEDARK_FAULT_AMBIGUOUS.
 *
 * A struct medark_fhir holds scratch memory and belongs to one thread.
 */
#ifndef MEDARK_RECORD_FHIR_H
#define MEDARK_RECORD_FHIR_H

#include "record/record.h"
#include "scan/json.h"

struct medark_fhir;

/* Makes a recogniser, the caller's. MEDARK_E_MEMORY. */
int medark_fhir_new(struct medark_fhir **out, struct medark_error *err) MEDARK_MUST_USE;

/*
 * The same for who wants other members of the records, too, and not for the price of another scan:
 * medark_fhir_member() gives them. Facts and faults are those that they are without. `names` are
 * `count` names as medark_json_keys_init() takes them; MEDARK_E_USAGE also for one that the
 * recogniser reads itself.
 */
int medark_fhir_new_with(const char *const *names, size_t count, struct medark_fhir **out,
			 struct medark_error *err) MEDARK_MUST_USE;
void medark_fhir_free(struct medark_fhir *fhir);
MEDARK_DEFINE_AUTO(struct medark_fhir, medark_fhir_free)

/*
 * Facts of one JSON resource: `text` is one JSON text with MEDARK_JSON_PADDING readable bytes
 * behind it. Returns 1 (a record; look at out->fault too), 0 (white space only), or
 * MEDARK_E_MEMORY. A text that is not JSON is a record with a fault and nothing else; an id that
 * is no string is MEDARK_FAULT_SYNTAX, one of more than 256 bytes MEDARK_FAULT_TOO_LARGE. A UTF-8
 * byte order mark is passed over.
 *
 * `full_url` is Bundle.entry.fullUrl or empty: when the resource is a Patient without an id, its
 * key is that URL's.
 */
int medark_fhir_json(struct medark_fhir *fhir, struct medark_bytes text,
		     struct medark_bytes full_url, struct medark_record *out,
		     struct medark_error *err) MEDARK_MUST_USE;

/*
 * The same for the first line of `lines`, which has MEDARK_JSON_PADDING readable bytes behind it:
 * *out_size gets the bytes before the line feed, or all if there is none. White space at the line's
 * end does not matter.
 */
int medark_fhir_json_line(struct medark_fhir *fhir, struct medark_bytes lines, size_t *out_size,
			  struct medark_record *out, struct medark_error *err) MEDARK_MUST_USE;

/*
 * Behind medark_fhir_json() or …_line(): the value of the member names[number] of
 * medark_fhir_new_with() in the resource's outermost object, borrowed from its text; the first one
 * if it stands there twice. Empty if it is absent, the text is no valid object, or the last record
 * was XML. Never fails.
 */
struct medark_bytes medark_fhir_member(const struct medark_fhir *fhir, uint32_t number);

/* The members that every recogniser wants of a resource; made once, any thread. */
const struct medark_json_keys *medark_fhir_keys(void);

/*
 * As medark_fhir_json() for a text that was streamed with medark_fhir_keys(); ends the stream
 * (which may have been ended already). A member that names patients and was cut by the stream is
 * MEDARK_FAULT_TOO_LARGE. The patients come in the order of their elements' names.
 */
int medark_fhir_json_stream(struct medark_fhir *fhir, struct medark_json_stream *stream,
			    struct medark_record *out, struct medark_error *err) MEDARK_MUST_USE;

/*
 * Facts of one XML resource: an element in the namespace http://hl7.org/fhir whose text is
 * `text`, or of none (a part of a Bundle may have left the declaration there). UTF-8 only, no DTD,
 * no entities but the five predefined ones, no network, depth bounded at 256 elements. Returns as
 * medark_fhir_json(); a text that is not well-formed is a record with a fault and nothing else.
 */
int medark_fhir_xml(struct medark_fhir *fhir, struct medark_bytes text,
		    struct medark_bytes full_url, struct medark_record *out,
		    struct medark_error *err) MEDARK_MUST_USE;

/*
 * Demographics of a Patient resource that was found free of faults; JSON or XML by first byte.
 * Texts of more than 4096 bytes are left out (out->cut). MEDARK_E_FORMAT if the text is not
 * well-formed after all, or MEDARK_E_MEMORY.
 */
int medark_fhir_patient(struct medark_fhir *fhir, struct medark_bytes text,
			struct medark_patient *out, struct medark_error *err) MEDARK_MUST_USE;

/*
 * Calls `each` for every literal reference anywhere in a resource (JSON or XML by first byte) as
 * "Type/id" (absolute URLs and versions reduced, contained references left out). `type` and `id`
 * are valid in the callback only, which must not use `fhir`. Stops with the callback's negative
 * return. MEDARK_E_FORMAT if the text is not well-formed, or MEDARK_E_MEMORY.
 */
int medark_fhir_references(struct medark_fhir *fhir, struct medark_bytes text,
			   int (*each)(void *context, struct medark_bytes type,
				       struct medark_bytes id, struct medark_error *err),
			   void *context, struct medark_error *err) MEDARK_MUST_USE;

/*
 * The same of a JSON resource that was found well-formed, several times faster as long as no escape
 * could hide a reference: the text is searched, not walked. One reference may come twice.
 */
int medark_fhir_references_quickly(struct medark_fhir *fhir, struct medark_bytes text,
				   int (*each)(void *context, struct medark_bytes type,
					       struct medark_bytes id, struct medark_error *err),
				   void *context, struct medark_error *err) MEDARK_MUST_USE;

/* ---- documents that hold many records ---- */

/* What an item turns out to be, judged by its first bytes (at least 64 KiB if it has them). */
enum medark_fhir_kind {
	MEDARK_FHIR_NO = 0, /* nothing we know: opaque */
	MEDARK_FHIR_NDJSON, /* one JSON resource a line */
	MEDARK_FHIR_JSON,   /* one JSON text: a resource or a Bundle */
	MEDARK_FHIR_XML,    /* one XML document: a resource or a Bundle */
};

/*
 * Looks at the first bytes of an item; `whole` says that they are all of it. Never looks at a
 * name. An item of broken lines between good ones is NDJSON; JSON that is not FHIR (no
 * resourceType in the outermost object) is MEDARK_FHIR_NO.
 */
enum medark_fhir_kind medark_fhir_recognise(struct medark_bytes head, bool whole);

/* A resource is XML if its first byte is '<' behind a byte order mark and white space, else JSON.
 */
bool medark_fhir_is_xml(struct medark_bytes text);

/* One record inside a document: its bytes are text[begin, end). */
struct medark_fhir_part {
	size_t begin, end;
	struct medark_bytes full_url; /* decoded; borrowed until the next split with `fhir` */
};

/*
 * Splits a JSON or XML document into its records: a Bundle gives each entry's resource (nested
 * Bundles are one record), anything else is one part that is the whole text. Parts come in order
 * and do not overlap; bytes between them belong to no record. `text` as for medark_fhir_json().
 * A document that is not well-formed, XML whose encoding is not UTF-8, or a Bundle whose `entry` is
 * no array or stands there twice gives one part over the whole text and sets *out_fault; a single
 * entry of no usable form is a part, which is then found to have no resourceType. Calls `each` for
 * each part, after all of the text has been looked at; it may use `fhir` for the part's facts.
 * Stops with its negative return. MEDARK_E_MEMORY.
 */
int medark_fhir_split(
	struct medark_fhir *fhir, enum medark_fhir_kind kind, struct medark_bytes text,
	int (*each)(void *context, const struct medark_fhir_part *part, struct medark_error *err),
	void *context, enum medark_fault *out_fault, struct medark_error *err) MEDARK_MUST_USE;

#endif
