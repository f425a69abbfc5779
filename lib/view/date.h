/* SPDX-License-Identifier: Apache-2.0 */
/*
 * date: FHIR's dates (https://hl7.org/fhir/R4/datatypes.html#date) as people read them, and as
 * moments to sort by. What is not recorded, as the day of a month, is not made up. No time zone is
 * consulted: a time is shown as it was written down, with "UTC" if it was written so. Any thread.
 */
#ifndef MEDARK_VIEW_DATE_H
#define MEDARK_VIEW_DATE_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "view/words.h"

/* Is it YYYY-MM, YYYY-MM-DD or one with a time behind? YYYY alone may be any number. */
bool medark_view_is_date(struct medark_bytes text);

/* Appends 31 Dec 1970 14:05; what is no date as it stands. MEDARK_E_MEMORY. */
int medark_view_date(enum medark_language language, struct medark_bytes text,
		     struct medark_buffer *out, struct medark_error *err) MEDARK_MUST_USE;

/*
 * Seconds since 1970 UTC of a date, of its beginning if it is partial; a time without a zone is
 * taken for UTC. False: it is none.
 */
bool medark_view_moment(struct medark_bytes text, int64_t *out);

/*
 * Appends how old somebody born on one day is on another: "34 years", below two years "17 months".
 * Nothing if either is no whole date, or the days are the wrong way round. MEDARK_E_MEMORY.
 */
int medark_view_age(enum medark_language language, struct medark_bytes born, struct medark_bytes on,
		    struct medark_buffer *out, struct medark_error *err) MEDARK_MUST_USE;

#endif
