/* SPDX-License-Identifier: Apache-2.0 */
/* csv: cells of tables that spreadsheets read (RFC 4180). */
#ifndef MEDARK_CSV_H
#define MEDARK_CSV_H

#include <medark/common.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Writes a cell in quotes, with a comma in front unless it `is_first` of its row. What a
 * spreadsheet would take for a formula gets an apostrophe in front: a record's writer could have it
 * send the other cells somewhere. A row ends with CR LF, which are the caller's. `write` gets the
 * bytes in several parts; its negative return ends it and is passed on. Any thread.
 */
MEDARK_API int medark_csv_cell(bool is_first, const char *text, size_t size,
			       int (*write)(void *context, const void *data, size_t size),
			       void *context);

#ifdef __cplusplus
}
#endif
#endif
