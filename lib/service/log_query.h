/* SPDX-License-Identifier: Apache-2.0 */
/* log_query: which rows of the audit log a form asks for. One thread. */
#ifndef MEDARK_SERVICE_LOG_QUERY_H
#define MEDARK_SERVICE_LOG_QUERY_H

#include "desk/audit_history.h"
#include "service/service_private.h"

#define MEDARK_LOG_ROWS	     100 /* of a page */
#define MEDARK_LOG_PAGES_MAX 100000

#define MEDARK_LOG_DAY_SIZE 11

struct medark_log_query {
	/* As typed; empty: all. */
	char patient[MEDARK_AUDIT_PATIENT_MAX + 1];
	char account[MEDARK_AUDIT_ACCOUNT_MAX + 1];
	char from[MEDARK_LOG_DAY_SIZE], until[MEDARK_LOG_DAY_SIZE]; /* the days themselves, too */
	struct medark_audit_spot upto; /* of the first page; zeroed: this is the first */
	uint64_t page;		       /* from 0 */
	bool is_of_restores;	       /* the log of what left archives, not that of this service */
	/* What that comes to; the texts stand in here. */
	char key[MEDARK_AUDIT_PATIENT_MAX + 1];
	struct medark_audit_filter filter;
};

/*
 * Reads the form. A patient may be named by the key that the log has, or by the BSN, which is then
 * looked up in the archives. 1; 0: it asks for no patient, account or day that can be, and the
 * rest of *out is as typed; errors of medark_shelf_query(). `out` must not move while its filter is
 * used.
 */
int medark_log_query_read(struct medark_call *call, struct medark_log_query *out) MEDARK_MUST_USE;

/* The folder of the log that is asked for; borrowed from the service. */
const char *medark_log_query_folder(const struct medark_call *call,
				    const struct medark_log_query *query);

/* Writes the row that says who reads the log, and which rows. `what`: is more done; or NULL. */
int medark_log_query_audit(struct medark_call *call, const struct medark_log_query *query,
			   const char *what) MEDARK_MUST_USE;

#endif
