/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attachment: the Attachments of a record (https://hl7.org/fhir/datatypes.html#Attachment) whose
 * bytes lie elsewhere, and how they are called as items of an archive: by what their address is, so
 * that whoever has the record finds them. No state; any thread.
 *
 * Which object is an Attachment does not depend on a list of all elements of all versions: an
 * object with a `url`, and either under a name that Attachments have (attachment, photo, content,
 * presentedForm, image, document, media, or one that ends in Attachment), or with contentType, hash
 * or size beside the `url`; and never an extension, which has a `url` of its own.
 */
#ifndef MEDARK_LIVE_ATTACHMENT_H
#define MEDARK_LIVE_ATTACHMENT_H

#include "base/bytes.h"
#include "base/error.h"
#include "net/url.h"

#include <stdbool.h>

struct medark_attachment {
	struct medark_bytes url;	  /* decoded; 1 byte to MEDARK_URL_MAX */
	struct medark_bytes title;	  /* raw text of the string; may be empty */
	struct medark_bytes content_type; /* the same */
	struct medark_bytes hash;	  /* the same */
	bool is_empty;			  /* `size` says that it has no byte */
};

/* May a record have Attachments with a `url`? Quick, and wrong only in saying yes. */
bool medark_attachment_is_likely(struct medark_bytes record);

/* Looks at a text as it comes, in parts: is there anything in it with a `url`? Zeroed at first. */
struct medark_attachment_watch {
	bool is_found;
	uint8_t tail[8];
	size_t size; /* of the tail */
};
void medark_attachment_watch(struct medark_attachment_watch *w, struct medark_bytes part);

/*
 * Calls `each` for every Attachment with a `url` and without `data` in a JSON record; its negative
 * code ends that. Of a record that is not valid, those in front of the fault. MEDARK_E_MEMORY.
 */
int medark_attachment_each(struct medark_bytes record,
			   int (*each)(void *context, const struct medark_attachment *attachment,
				       struct medark_error *err),
			   void *context, struct medark_error *err) MEDARK_MUST_USE;

/*
 * "Binary/id" of an address that ends with it, or with Binary/id/_history/n, whatever stands in
 * front; empty if it does not, as with a query behind it. Borrowed from it. Whether it means a
 * Binary of a certain server only medark_attachment_locate() knows.
 */
struct medark_bytes medark_attachment_binary(struct medark_bytes url);

/* The folder of such items, and what their names begin with: 32 digits and "-". */
#define MEDARK_ATTACHMENT_FOLDER "attachments/"
#define MEDARK_ATTACHMENT_DIGITS 32

/*
 * The digits for an address as it stands in the record, with their zero: the first half of its
 * SHA-256. The same bytes under two spellings are two items: whether two addresses mean the same is
 * not known where the server is not. medark_digest_setup() was called.
 */
void medark_attachment_key(struct medark_bytes url, char out[MEDARK_ATTACHMENT_DIGITS + 1]);

/* The part of an item's path that ends with the digits; empty: it is no such item. Borrowed. */
struct medark_bytes medark_attachment_stem(struct medark_bytes path);

/* An ending for a content type, without a dot; "bin" for one that is not known. A constant. */
const char *medark_attachment_ending(struct medark_bytes content_type);

#define MEDARK_ATTACHMENT_TITLE_MAX 60
/*
 * What of a title (raw text of a JSON string) may stand in a name: letters, digits, '.', '-', and
 * '_' for the rest; "attachment" for none; without the ending at its end.
 */
void medark_attachment_title(struct medark_bytes title, const char *ending,
			     char out[MEDARK_ATTACHMENT_TITLE_MAX + 1]);

#endif
