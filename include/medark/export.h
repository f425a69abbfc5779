/* SPDX-License-Identifier: Apache-2.0 */
/*
 * export: writes an archive from sources. Configure, run once, free:
 *
 *	medark_export_new(&e, &err);
 *	medark_export_add_source(e, "/srv/fhir-export", &err);
 *	medark_export_add_recipient(e, "it.cert.pem", &err);
 *	medark_export_set_signer(e, "clinic.cert.pem", "clinic.key.pem", NULL, 0, &err);
 *	medark_export_run(e, "night.medark", false, NULL, &report, &err);
 *	medark_export_free(e);
 *
 * The exporting machine needs no key that opens archives. One thread at a time per object;
 * different objects are independent.
 */
#ifndef MEDARK_EXPORT_H
#define MEDARK_EXPORT_H

#include <medark/common.h>
#include <medark/error.h>

#ifdef __cplusplus
extern "C" {
#endif

struct medark_export;

MEDARK_API int medark_export_new(struct medark_export **out, struct medark_error *err);
MEDARK_API void medark_export_free(struct medark_export *e);

/*
 * Adds a source: a folder, a file, a tar/zip (also compressed; its members become the items), "-"
 * for standard input, or the address of a FHIR server (fhir+https://…, fhir+http://127.0.0.1…).
 * Sources are read in the order added; the items of several sources get the source's base name in
 * front of their path. At most 1,024. MEDARK_E_SOURCE if it does not exist or cannot be read;
 * MEDARK_E_USAGE, MEDARK_E_MEMORY.
 */
MEDARK_API int medark_export_add_source(struct medark_export *e, const char *path,
					struct medark_error *err);

/*
 * Leaves out what matches a pattern of fnmatch(3), in which * stands for / too: by its path within
 * its source, or by that of a folder it lies in. MEDARK_E_USAGE if it is empty or begins with /.
 */
MEDARK_API int medark_export_add_exclude(struct medark_export *e, const char *pattern,
					 struct medark_error *err);

/*
 * Adds a recipient's certificate (PEM): at most 63, so that a passphrase has a place. MEDARK_E_KEY
 * for one that cannot be encrypted to (key, usage, validity); MEDARK_E_USAGE if it is given twice
 * or is one too many; MEDARK_E_SYSTEM, MEDARK_E_MEMORY.
 */
MEDARK_API int medark_export_add_recipient(struct medark_export *e, const char *cert_path,
					   struct medark_error *err);

/*
 * Adds a passphrase of 1 to 1,000 bytes that opens the archive (copied, wiped on free). At most
 * one. MEDARK_E_USAGE, MEDARK_E_MEMORY.
 */
MEDARK_API int medark_export_add_passphrase(struct medark_export *e, const void *passphrase,
					    size_t size, struct medark_error *err);

/*
 * The signer: a PEM file with the certificate (and its intermediates), and its private key.
 * `passphrase` opens an encrypted key; may be NULL with size 0. Given again it replaces the one
 * before. MEDARK_E_KEY if either is unsuitable, the two do not belong together, or others have a
 * right on the key's file; MEDARK_E_SYSTEM, MEDARK_E_MEMORY.
 */
MEDARK_API int medark_export_set_signer(struct medark_export *e, const char *cert_path,
					const char *key_path, const void *passphrase, size_t size,
					struct medark_error *err);

/*
 * Puts the revocation lists of a PEM file beside the signature, so that it can be told later
 * whether a certificate was revoked by now. MEDARK_E_KEY if it holds anything else; MEDARK_E_USAGE
 * if they are too large together; MEDARK_E_SYSTEM, MEDARK_E_MEMORY.
 */
MEDARK_API int medark_export_add_crls(struct medark_export *e, const char *path,
				      struct medark_error *err);

/*
 * Judges the certificates of the archive of medark_export_set_previous(), which is to be called
 * afterwards, as of `when` instead of now: see medark_trust_judge_at(). The signer of this export
 * must be valid now all the same. NULL: now again. MEDARK_E_USAGE.
 */
MEDARK_API int medark_export_judge_previous_at(struct medark_export *e, const char *when,
					       struct medark_error *err);

/*
 * The archive before this one in the chain: its signature must verify against the signer's own
 * certificate or `trust_path` (PEM, may be NULL). Call after medark_export_set_signer()
 * (MEDARK_E_USAGE). Errors of medark_trust_add_file() and medark_archive_open().
 */
MEDARK_API int medark_export_set_previous(struct medark_export *e, const char *path,
					  const char *trust_path, struct medark_error *err);

/* 1 (the default, tuned for speed) to 22 (small, and slow); MEDARK_E_USAGE for another one. */
MEDARK_API int medark_export_set_level(struct medark_export *e, int level,
				       struct medark_error *err);

/*
 * Bytes of memory that the export may take, 192 MiB and more (default 240 MiB), else
 * MEDARK_E_USAGE. More memory puts a patient's records closer together when the source is not
 * ordered by patient.
 */
MEDARK_API int medark_export_set_memory(struct medark_export *e, uint64_t bytes,
					struct medark_error *err);

/*
 * Worker threads, at most MEDARK_THREADS_MAX (MEDARK_E_USAGE); 0 (default): as many as there are
 * processors.
 */
MEDARK_API int medark_export_set_threads(struct medark_export *e, unsigned threads,
					 struct medark_error *err);

/*
 * How FHIR servers among the sources are shown who asks: a file with a JSON object, see
 * medark-export(1). NULL: not at all. It is read by medark_export_run(). MEDARK_E_MEMORY.
 */
MEDARK_API int medark_export_set_auth(struct medark_export *e, const char *path,
				      struct medark_error *err);

/*
 * From now on medark_export_add_recipient() takes keys that withstand quantum computers only, those
 * of ML-KEM, and refuses RSA and elliptic curves with MEDARK_E_KEY: what is encrypted to them can
 * be kept until it can be read. A passphrase withstands as it is. MEDARK_E_USAGE if there is a
 * recipient already.
 */
MEDARK_API int medark_export_require_pq(struct medark_export *e, struct medark_error *err);

/*
 * The key of a passphrase is made by PBKDF2 with HMAC-SHA-512 (RFC 8018), 600,000 rounds, in place
 * of scrypt: for who is bound to FIPS 140-3, which knows no scrypt (see medark_fips_enforce()). It
 * takes no memory, so that guessing is cheaper. Cannot fail.
 */
MEDARK_API void medark_export_set_pbkdf2(struct medark_export *e, bool pbkdf2);

/*
 * Only what the FHIR server that is the one source says has changed or was deleted since the time
 * as of which the archive of medark_export_set_previous() has everything. The archive is then an
 * increment: to restore from it, the archives before it are needed. Another time cannot be given,
 * as it would leave a gap. Cannot fail.
 */
MEDARK_API void medark_export_set_increment(struct medark_export *e, bool increment);

/*
 * Can medark_export_set_increment() be used: is the one source a FHIR server of which the previous
 * archive says as of when it has all of it? It lacks something if records were missing or skipped.
 */
MEDARK_API bool medark_export_can_increment(const struct medark_export *e);

/*
 * FHIR servers may give fewer records of this type than they count, as some never export AuditEvent
 * or Subscription: it is told, but makes the archive no less complete. MEDARK_E_USAGE: FHIR has no
 * such type, or they are more than 256; MEDARK_E_MEMORY.
 */
MEDARK_API int medark_export_expect_missing(struct medark_export *e, const char *type,
					    struct medark_error *err);

/*
 * Only what belongs to the patients of this Group (its id) of the FHIR servers among the sources.
 * NULL: of all. MEDARK_E_USAGE, MEDARK_E_MEMORY.
 */
MEDARK_API int medark_export_set_group(struct medark_export *e, const char *id,
				       struct medark_error *err);

/*
 * Only what belongs to the patients whom this file lists, of the FHIR servers among the sources: an
 * id a line, or what `medark patients --json` prints. NULL: of all. Not together with a Group. It
 * is read by medark_export_run(). MEDARK_E_MEMORY.
 */
MEDARK_API int medark_export_set_patients(struct medark_export *e, const char *path,
					  struct medark_error *err);

/*
 * How FHIR servers among the sources are asked: "auto" (the first of the others that a server has),
 * "bulk" (FHIR Bulk Data Access), "everything" ($everything of each patient), "search" (searches
 * for each patient), "page" (all records of each type). NULL: auto. MEDARK_E_USAGE for another one.
 */
MEDARK_API int medark_export_set_method(struct medark_export *e, const char *method,
					struct medark_error *err);

/*
 * Reads the addresses of the servers among the sources and the file of medark_export_set_auth(), as
 * medark_export_run() does, and asks nobody. MEDARK_E_USAGE for what they say; MEDARK_E_KEY if the
 * file is open to others or a key in it is unsuitable; MEDARK_E_SYSTEM, MEDARK_E_MEMORY.
 */
MEDARK_API int medark_export_check_servers(const struct medark_export *e, struct medark_error *err);

/*
 * Writes a report in JSON Lines, one object for everything quarantined, skipped, excluded, or
 * opaque as it is packed or encoded in a way that is not looked into, with the items' paths (which
 * may hold a patient's name: mode 0600). It gets its name just before the archive does, and
 * replaces a file as the archive does. NULL: none. MEDARK_E_MEMORY.
 */
MEDARK_API int medark_export_set_report(struct medark_export *e, const char *path,
					struct medark_error *err);

struct medark_export_result {
	char archive[33];  /* id, hex */
	char manifest[65]; /* SHA-256 of MANIFEST, hex: what the next archive's `previous` will be
			    */
	uint64_t sequence;
	char judged_at[32];    /* as of when the previous archive's certificates were; empty: now */
	uint64_t items, bytes; /* read from the sources */
	uint64_t records, patients, opaque;
	uint64_t quarantined, duplicates, skipped;
	bool increment;	  /* it holds only what has changed */
	uint64_t missing; /* of the quarantined: what a server has and did not give */
	uint64_t closed;  /* of the opaque items: packed or encoded in a way that is not looked into
			   */
	uint64_t unlike;  /* of them: named as files of records, but none was recognised in them */
	uint64_t empty_sources; /* sources that gave no byte */
	uint64_t archives;	/* of the opaque items: medark archives */
	uint64_t excluded;	/* by a pattern, or as it is what this export writes */
	uint64_t archive_bytes, index_bytes;
	double seconds;
	bool complete; /* nothing quarantined, skipped or missing */
	uint32_t recipient_count;
	struct {
		char kind[16];
		char id[65];
		char subject[512]; /* of the certificate; empty of a passphrase */
	} recipients[64];	   /* in the archive's order */
};

/*
 * Reads the sources and writes the archive; `out_path` "-" is standard output. On failure no file
 * stands under `out_path`. A result that is not `complete` is no error. MEDARK_E_EXISTS unless
 * `replace`; MEDARK_E_SYSTEM (no space …), MEDARK_E_INTERRUPTED, MEDARK_E_USAGE (no recipient …).
 */
MEDARK_API int medark_export_run(struct medark_export *e, const char *out_path, bool replace,
				 const struct medark_events *events,
				 struct medark_export_result *out, struct medark_error *err);

#ifdef __cplusplus
}
#endif
#endif
