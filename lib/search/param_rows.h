/* SPDX-License-Identifier: Apache-2.0 */
/* param_rows: the tables that param_table looks into. Each is sorted by type. */
#ifndef MEDARK_SEARCH_PARAM_ROWS_H
#define MEDARK_SEARCH_PARAM_ROWS_H

#include "search/param_table.h"

extern const struct medark_search_type medark_search_rows_clinical[];
extern const size_t medark_search_rows_clinical_count;
extern const struct medark_search_type medark_search_rows_people[];
extern const size_t medark_search_rows_people_count;

#endif
