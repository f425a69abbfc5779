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

/*
 * `seed`: of all hashes; the same for all scanners of an export, and not known to the sources.
 * `label_all`: every record gets its label, not only those without patients.
 */
int medark_scanner_new(uint64_t seed, bool label_all, struct medark_scanner **out,
		       struct medark_error *err) MEDARK_MUST_USE;
void medark_scanner_free(struct medark_scanner *s);
MEDARK_DEFINE_AUTO(struct medark_scanner, medark_scanner_free)

enum medark_scan_kind {
	MEDARK_SCAN_LINE, /* JSON on a line: a Bundle is not a record; medark_scanner_add_line() */
	MEDARK_SCAN_JSON, /* any record of a document */
	MEDARK_SCAN_XML,
};

struct medark_scan {
	enum medark_scan_kind kind;
	struct medark_bytes piece;    /* all of the bytes */
	struct medark_bytes text;     /* of the record; MEDARK_JSON_PADDING readable behind it */
	struct medark_bytes full_url; /* of a Bundle's entry, or empty */
};

/*
 * Appends one record of a document to the chunk, which keeps views of piece and text.
 * MEDARK_E_MEMORY.
 */
int medark_scanner_add(struct medark_scanner *s, const struct medark_scan *scan,
		       struct medark_chunk *chunk, struct medark_error *err) MEDARK_MUST_USE;

/*
 * The same for the first of one or more lines, which are not empty and have MEDARK_JSON_PADDING
 * readable bytes behind them; `first` as for medark_scanner_text(). *out_size gets the bytes of the
 * line with its end.
 */
int medark_scanner_add_line(struct medark_scanner *s, struct medark_bytes lines, bool first,
			    struct medark_chunk *chunk, size_t *out_size,
			    struct medark_error *err) MEDARK_MUST_USE;

/*
 * A line's text without its end; the first line of an item (`first`) may begin with a byte order
 * mark.
 */
struct medark_bytes medark_scanner_text(struct medark_bytes line, bool first);

/* The scanner's recogniser, for what is done with single records. Borrowed. */
struct medark_fhir *medark_scanner_fhir(struct medark_scanner *s);

#endif
