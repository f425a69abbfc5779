/* SPDX-License-Identifier: Apache-2.0 */
/*
 * checkpoint: a small signed file that an auditor keeps elsewhere. It says which archive was the
 * latest of a chain, and when. As each archive names the one before it by its hash, it holds all of
 * them: what was deleted, rolled back or put in their place since shows.
 */
#ifndef MEDARK_CHECKPOINT_H
#define MEDARK_CHECKPOINT_H

#include <medark/archive.h>
#include <medark/common.h>
#include <medark/error.h>
#include <medark/key.h>

#ifdef __cplusplus
extern "C" {
#endif

struct medark_checkpoint {
	char created[32];  /* RFC 3339, the word of who signed it */
	char archive[33];  /* of the latest archive: id, */
	char manifest[65]; /* SHA-256 of its MANIFEST, */
	uint64_t sequence; /* its number in the chain, */
	uint64_t first;	   /* and the lowest number that was there */
	uint64_t archives; /* how many were there; fewer than from `first` to `sequence`: gaps */
	/* Filled by reading: */
	char signer[512], signer_fingerprint[65];
};

struct medark_checkpoint_request {
	const char *path; /* of the file to write */
	bool replace;
	const char *certificate, *key; /* PEM, of who signs; as for an export */
	const void *passphrase;	       /* of the key; NULL: none */
	size_t passphrase_size;
};

/*
 * Writes the checkpoint of now; of `c` the members from `archive` to `archives` are used.
 * MEDARK_E_EXISTS, MEDARK_E_KEY, MEDARK_E_USAGE (what is no hash or id), MEDARK_E_SYSTEM,
 * MEDARK_E_MEMORY. Any thread.
 */
MEDARK_API int medark_checkpoint_write(const struct medark_checkpoint *c,
				       const struct medark_checkpoint_request *request,
				       struct medark_error *err);

/*
 * Reads and verifies one. MEDARK_E_FORMAT if it was changed or is none; MEDARK_E_UNTRUSTED if who
 * signed it is not trusted; MEDARK_E_SYSTEM, MEDARK_E_MEMORY. Any thread.
 */
MEDARK_API int medark_checkpoint_read(const char *path, const struct medark_trust *trust,
				      struct medark_checkpoint *out, struct medark_error *err);

/*
 * The frame of a report, around the HTML that the caller writes: a page that needs nothing else,
 * prints, and by its policy fetches and runs nothing; `title` (plain text) is its heading. `write`
 * gets the bytes; its negative return is passed on. MEDARK_E_MEMORY. Any thread.
 */
MEDARK_API int medark_report_begin(const char *title,
				   int (*write)(void *context, const void *data, size_t size),
				   void *context, struct medark_error *err);
MEDARK_API int medark_report_end(int (*write)(void *context, const void *data, size_t size),
				 void *context, struct medark_error *err);

/*
 * Writes a report; with a certificate, also PATH.p7s, a detached signature over its bytes, which
 * `openssl cms -verify -binary -content PATH` checks. Both get their names at the end. Errors as of
 * writing a checkpoint.
 */
MEDARK_API int medark_report_write(const struct medark_checkpoint_request *request,
				   const void *data, size_t size, struct medark_error *err);

#ifdef __cplusplus
}
#endif
#endif
