/* SPDX-License-Identifier: Apache-2.0 */
/* audit_folder: the names of the log's files, and which of them a folder has. */
#ifndef MEDARK_DESK_AUDIT_FOLDER_H
#define MEDARK_DESK_AUDIT_FOLDER_H

#include "base/buffer.h"
#include "base/error.h"

#include <stdint.h>

#define MEDARK_AUDIT_NAME_SIZE 64
#define MEDARK_AUDIT_FILES_MAX ((size_t)1 << 24) /* a bound on memory: starts of a service */

/* "audit-000001.log" of number 1. */
void medark_audit_file_name(uint64_t number, char out[MEDARK_AUDIT_NAME_SIZE]);

/*
 * Appends the number of each file of the log in the folder, a uint64_t each, in rising order; there
 * may be gaps. MEDARK_E_NOT_FOUND: there is no such folder; MEDARK_E_SYSTEM; MEDARK_E_MEMORY, also
 * past the buffer's ceiling.
 */
int medark_audit_folder_list(const char *folder, struct medark_buffer *out,
			     struct medark_error *err) MEDARK_MUST_USE;

/* The path of a file: the caller frees it. NULL: no memory. */
char *medark_audit_file_path(const char *folder, uint64_t number);

#endif
