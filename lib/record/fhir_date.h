/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fhir_date: FHIR's dates as numbers, and which element gives a record its clinical date. Pure
 * functions, any thread.
 */
#ifndef MEDARK_RECORD_FHIR_DATE_H
#define MEDARK_RECORD_FHIR_DATE_H

#include "base/bytes.h"

#define MEDARK_FHIR_DATE_COUNT 59

/*
 * The elements that may hold the clinical date, first choice first: when it happened, when it was
 * planned or asked for, when it was written down, when it was issued. An element is a date, a
 * dateTime, an instant, or a Period whose start counts. A type has few of them, so that one list
 * serves all types; a Patient has none.
 */
extern const char *const medark_fhir_date_names[MEDARK_FHIR_DATE_COUNT];

/* yyyymmdd of "YYYY", "YYYY-MM", "YYYY-MM-DD" or "YYYY-MM-DDT…", unknown parts 00; 0 if invalid. */
uint32_t medark_fhir_date_parse(struct medark_bytes text);

#endif
