/* SPDX-License-Identifier: Apache-2.0 */
/*
 * head: looks at a request's line and header fields before anything of it is believed. What is
 * unclear about where its body ends is refused, since whoever stands between could see it in
 * another way (request smuggling, RFC 9112 section 11.2).
 */
#ifndef MEDARK_SERVE_HEAD_H
#define MEDARK_SERVE_HEAD_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/error.h"
#include "serve/mhd.h"
#include "serve/rules.h"

#include <stdbool.h>
#include <stdint.h>

struct medark_head {
	enum medark_serve_method method;
	bool has_query;
	struct medark_bytes path, query; /* of the target */
	const struct medark_rules_name *host;
	uint64_t length; /* of the body, as far as it is told: 0 if it comes in chunks */
	bool expects;	 /* the client waits for a word before it sends the body */
	/* Nobody can tell where the next request begins: the connection must end here. */
	bool is_unclear;
};

/*
 * Reads a request's head: 0, or the status to refuse it with. `out`, which is zeroed, then holds
 * what could be told; it borrows from `target`.
 *
 *	400	malformed; not exactly one Host; fields that contradict each other
 *	413	the body will be larger than MEDARK_SERVE_BODY_MAX
 *	417	it expects something else than 100-continue
 *	421	the host is none of ours
 *	431	the head is larger than MEDARK_SERVE_HEAD_MAX
 *	501	a method or a transfer coding that is not known here
 *	505	neither HTTP/1.1 nor HTTP/1.0
 */
unsigned medark_head_read(struct MHD_Connection *connection, const struct medark_rules *rules,
			  const char *method, const char *version, struct medark_bytes target,
			  struct medark_head *out);

/*
 * The fields that the vault gets, of a head that has been read: values are copied to `text`, which
 * is empty, and `out` borrows from there. MEDARK_E_MEMORY.
 */
int medark_head_fields(struct MHD_Connection *connection, struct medark_buffer *text,
		       struct medark_bytes out[MEDARK_SERVE_FIELDS],
		       struct medark_error *err) MEDARK_MUST_USE;

#endif
