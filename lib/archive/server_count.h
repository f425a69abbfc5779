/* SPDX-License-Identifier: Apache-2.0 */
/* server_count: the tables in the result of a restore into a server. One thread at a time. */
#ifndef MEDARK_ARCHIVE_SERVER_COUNT_H
#define MEDARK_ARCHIVE_SERVER_COUNT_H

#include "live/deliver.h"

#include <medark/server.h>

/* The row of a type, which is made; the last one takes what is too much. */
uint32_t medark_server_type(struct medark_server_result *s, struct medark_bytes type);

/* Counts one more of a reason; the last row takes what is too much. */
void medark_server_count_reason(struct medark_server_result *s, const char *why);

/*
 * Is it a code of an issue by its form (https://hl7.org/fhir/valueset-issue-type.html): a short
 * word of small letters and '-'? Anything else is the server's own words.
 */
bool medark_server_is_issue(struct medark_bytes text);

/* The reason of a rejection: the status and the issue's code, but none of the server's own words.
 */
void medark_server_count_rejected(struct medark_server_result *s,
				  const struct medark_deliver_news *news);

#endif
