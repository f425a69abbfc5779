/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attachment_place: where the address of an Attachment leads, and whether the bytes there may be
 * asked for. The address stands in a record, which anybody may have written: a portal lets patients
 * send documents. With the export's token, which may read everything,
 * `[base]/Patient/2/$everything` would bring another patient's records into the chart of the one
 * who wrote it.
 *
 * So below the server's address nothing is fetched but a Binary, whose address is not spelled in a
 * second way. Beside it, on the same origin, vendors have documents (`/attachments/123`,
 * `/wado/…`): those are fetched, if the address can be read in one way only and names no operation.
 * For lib/live only. No state; any thread.
 */
#ifndef MEDARK_LIVE_ATTACHMENT_PLACE_H
#define MEDARK_LIVE_ATTACHMENT_PLACE_H

#include "base/bytes.h"
#include "base/error.h"
#include "live/bundle.h"
#include "net/url.h"

enum medark_attachment_kind {
	MEDARK_ATTACHMENT_ELSEWHERE, /* at another server, or no address that is one */
	MEDARK_ATTACHMENT_BINARY,    /* [base]/Binary/id or [base]/Binary/id/_history/n */
	MEDARK_ATTACHMENT_BESIDE,    /* on the server's origin, and not below its address */
	MEDARK_ATTACHMENT_REFUSED,   /* all else on that origin */
};

struct medark_attachment_place {
	enum medark_attachment_kind kind;
	struct medark_url url;			 /* text NULL: it is no address */
	char binary[MEDARK_RECORD_NAME_MAX + 1]; /* "Binary/id" of a BINARY; else empty */
};
void medark_attachment_place_clear(struct medark_attachment_place *p);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_attachment_place, medark_attachment_place_clear)

/*
 * Where `address`, as it stands in a record, leads: into `out`, which the caller clears. `root` is
 * the server's address with a slash behind it; a relative address is below it (RFC 3986 section 5).
 *
 * REFUSED is: what lies below the server's address however that is spelled (dot segments, percent
 * encoding, double slashes, `;` parameters, another case) and is not one of the two forms above to
 * the letter; a path with an encoded slash, backslash, dot segment or percent sign; and one with a
 * segment that begins with `$`. MEDARK_E_MEMORY, MEDARK_E_SYSTEM (no libcurl).
 */
int medark_attachment_locate(const struct medark_url *root, struct medark_bytes address,
			     struct medark_attachment_place *out,
			     struct medark_error *err) MEDARK_MUST_USE;

#endif
