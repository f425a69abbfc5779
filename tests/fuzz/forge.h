/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forge: what a signer who is trusted and hostile can make. Contents of any kind stand behind right
 * seals, sizes, hashes and signatures, so that fuzzing reaches what comes after those checks. One
 * thread; a failure of the forge itself ends the process.
 */
#ifndef MEDARK_FUZZ_FORGE_H
#define MEDARK_FUZZ_FORGE_H

#include "archive/open.h"
#include "base/bytes.h"

#include <stdlib.h>

/* Ends the process unless `holds`. */
static inline void forge_expect(bool holds)
{
	if (!holds)
		abort();
}

/* Ends the process with err's sentence unless `code` is 0. */
void forge_expect_done(int code, const struct medark_error *err);

/* Puts the bytes into a file in memory; its path is valid, and the same, until the next call. */
const char *forge_file(struct medark_bytes content);

/* A folder of this process in memory; made at the first call, empty at every call. */
const char *forge_folder(void);

/* Trusts the fixed signer of keys.h; opens with the fixed recipient's key. */
const struct medark_trust *forge_trust(void);
const struct medark_identity *forge_identity(void);

/* Appends the fixed signer's signature over `manifest`. */
void forge_sign(struct medark_bytes manifest, struct medark_buffer *out);

#define FORGE_PARTS_MAX 64

/* Appends the member with its header and padding; to the manifest too, unless `w` is NULL. */
bool forge_member(struct medark_buffer *out, struct medark_manifest_writer *w, const char *name,
		  struct medark_bytes content);

/*
 * An input is a list of parts, each a letter and a text, with a byte 0x1e between them. `d`: data
 * segments as they are decompressed; `i s p f n b o q`: pages of the index's tables, in the order
 * of enum medark_kind; `r`: the root; other letters are the target's own.
 */
struct forge_parts {
	struct {
		char letter;
		struct medark_bytes text;
	} part[FORGE_PARTS_MAX];
	size_t count;
};

void forge_split(struct medark_bytes input, struct forge_parts *out);

/* The text of the first part of this letter; empty if there is none. */
struct medark_bytes forge_get(const struct forge_parts *parts, char letter);

/*
 * An archive of these segments, opened, with its key. Without `r`, the root fits the pages; without
 * `s`, the table of segments fits the data. NULL if no reader could come so far.
 */
struct medark_archive *forge_archive(const struct forge_parts *parts);

#endif
