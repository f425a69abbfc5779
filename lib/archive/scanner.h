/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scanner: from the bytes of one record to its facts in a chunk: recognises it, finds its patients,
 * and computes the hashes that tables are searched by. Knows nothing of windows or of the index, so
 * that many can work side by side. A scanner holds scratch memory and belongs to one thread at a
 * time.
 */
#ifndef MEDARK_ARCHIVE_SCANNER_H
#define MEDARK_ARCHIVE_SCANNER_H

#include "archive/chunk.h"

struct medark_scanner;

/* `seed`: of all hashes; the same for all scanners of an export, and not known to the sources. */
int medark_scanner_new(uint64_t seed, struct medark_scanner **out,
		       struct medark_error *err) MEDARK_MUST_USE;
void medark_scanner_free(struct medark_scanner *s);
MEDARK_DEFINE_AUTO(struct medark_scanner, medark_scanner_free)

enum medark_scan_kind {
	MEDARK_SCAN_LINE, /* JSON on a line: a Bundle is not a record */
	MEDARK_SCAN_JSON, /* any record of a document */
	MEDARK_SCAN_XML,
};

struct medark_scan {
	enum medark_scan_kind kind;
	struct medark_bytes piece;    /* all of the bytes */
	struct medark_bytes text;     /* of the record; MEDARK_JSON_PADDING readable behind it */
	struct medark_bytes full_url; /* of a Bundle's entry, or empty */
};

/* Appends one record to the chunk, which keeps views of piece and text. MEDARK_E_MEMORY. */
int medark_scanner_add(struct medark_scanner *s, const struct medark_scan *scan,
		       struct medark_chunk *chunk, struct medark_error *err) MEDARK_MUST_USE;

/* The scanner's recogniser, for what is done with single records. Borrowed. */
struct medark_fhir *medark_scanner_fhir(struct medark_scanner *s);

#endif
