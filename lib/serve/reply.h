/* SPDX-License-Identifier: Apache-2.0 */
/* reply: answers to clients: the front's own small pages, and what the vault says. */
#ifndef MEDARK_SERVE_REPLY_H
#define MEDARK_SERVE_REPLY_H

#include "serve/rules.h"
#include "serve/strand.h"
#include "serve/wire.h"

/*
 * Answers with a page that says what `status` means, and closes the connection unless `keep`.
 * `host` is the name that the client used; NULL: none of ours.
 */
enum MHD_Result medark_reply_page(struct MHD_Connection *connection,
				  const struct medark_rules_name *host, unsigned status, bool keep);

/*
 * Answers with what the vault said in `answer`. A long body is asked for as the client, on
 * descriptor `fd`, takes it.
 */
enum MHD_Result medark_reply_answer(struct medark_strand *strand, int fd,
				    struct MHD_Connection *connection,
				    const struct medark_rules_name *host,
				    const struct medark_wire_answer *answer);

#endif
