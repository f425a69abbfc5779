/* SPDX-License-Identifier: Apache-2.0 */
/* log_rows: rows of the audit log as rows of a table. One thread. */
#ifndef MEDARK_SERVICE_LOG_ROWS_H
#define MEDARK_SERVICE_LOG_ROWS_H

#include "service/service_private.h"

/* Appends the table up to its first row. MEDARK_E_MEMORY. */
int medark_log_rows_head(struct medark_call *call, struct medark_buffer *out) MEDARK_MUST_USE;

/* Appends a row. MEDARK_E_MEMORY. */
int medark_log_rows_add(struct medark_call *call, const struct medark_audit_row *row,
			struct medark_buffer *out) MEDARK_MUST_USE;

/* Appends a moment in ms since 1970 on the provider's clock: "29 Nov 2026 10:15:34". As above. */
int medark_log_rows_time(struct medark_call *call, int64_t ms,
			 struct medark_buffer *out) MEDARK_MUST_USE;

#endif
