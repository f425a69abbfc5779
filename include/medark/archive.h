/* SPDX-License-Identifier: Apache-2.0 */
/*
 * archive: reads archives. Opening checks the signature over the manifest; with an identity the
 * records can be found and restored. Nothing is released that does not verify.
 */
#ifndef MEDARK_ARCHIVE_H
#define MEDARK_ARCHIVE_H

#include <medark/common.h>
#include <medark/error.h>
#include <medark/key.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What an archive says of itself. Strings are sanitised: printable, one line. Of more than 256
 * types the first by name are told. Large (about 60 KB).
 */
struct medark_archive_info {
	char archive[33];  /* id, hex */
	char manifest[65]; /* SHA-256 of MANIFEST, hex */
	char previous[65]; /* of the archive before, or empty */
	uint64_t sequence;
	char created[32]; /* RFC 3339 */
	char tool[65], source[33];
	uint32_t format_version;
	uint64_t size; /* bytes of the archive */
	uint32_t members, segments;
	uint32_t recipient_count; /* those of the export first */
	struct {
		char kind[16];
		char id[65];
		uint32_t revision; /* 1: at export; 2 to 9: added then */
	} recipients[64];
	uint32_t revision_count; /* of recipients that were added: who vouches for each */
	struct {
		char signer[512], fingerprint[65], signed_at[32];
		bool trusted;
		char why[256]; /* if it is not */
	} revisions[8];	       /* 2 to 9 */
	char signer[512];      /* subject of the signer's certificate */
	char signer_also[256]; /* other names of the certificate: "otherName OID: …", "email: …" */
	char signer_fingerprint[65]; /* SHA-256 of its DER, hex */
	char signed_at[32];	     /* RFC 3339; the signer's claim, no time stamp */
	char signer_not_after[32];   /* of the signer's certificate */
	char signer_algorithm[16];   /* "ECDSA P-256" … */
	char signer_purposes[160];   /* extendedKeyUsage, names joined by spaces; empty: any */
	char judged_at[32]; /* as of when the certificates were judged, by the caller; empty: now */
	/*
	 * A time stamp of a trusted authority proves that it was signed by then; the signer was
	 * judged as of that time. Empty: nothing proves it.
	 */
	char proven_at[32];
	char revoked_at[32]; /* the signer's certificate was, after proven_at; empty: no */
	/*
	 * A list of its issuer counts: in force as of when it was judged, or newer; and its date:
	 * what was revoked later is not in it.
	 */
	bool revocation_checked;
	char revocation_as_of[32]; /* empty: none */
	uint32_t crl_count;	   /* revocation lists in the archive */
	uint32_t signature_count;  /* further ones: a vendor's, a witness's, a post-quantum one */
	struct {
		char signer[512], also[256], fingerprint[65], algorithm[16], signed_at[32];
		bool trusted;
		char why[256]; /* if it is not */
	} signatures[9];
	uint32_t stamp_count;
	struct {
		char authority[512], fingerprint[65], policy[80], serial[65];
		char time[32], not_after[32]; /* of the authority's certificate */
		bool trusted;
		char why[256];
	} stamps[9];
	/* When the first certificate on which the last trusted stamp rests expires; empty: none. */
	char stamped_until[32];
	uint64_t sources; /* places that it was exported from */
	uint64_t items, bytes, records, opaque, patients, quarantined, duplicates, skipped;
	bool complete;
	bool increment;	       /* it holds only what has changed since the archive before */
	uint32_t server_count; /* of more than 16 the first */
	struct {
		char base[513]; /* address */
		char time[65];	/* as of which it gave what it has, in its words; may be empty */
		char since[65]; /* only what has changed since then; empty: everything */
		bool partial;	/* of some of its patients only: a group or a list */
	} servers[16];
	bool has_declared; /* the source said how many records it has */
	uint32_t type_count, reason_count, declared_count;
	struct {
		char name[65];
		uint64_t count;
	} types[256], reasons[64], declared[256];
};

/*
 * Reads what is visible without any key and WITHOUT verifying it. MEDARK_E_FORMAT if it is no
 * archive.
 */
MEDARK_API int medark_archive_inspect(const char *path, struct medark_archive_info *out,
				      struct medark_error *err);

struct medark_archive;

/*
 * Opens and checks the manifest's signature against `trust` (required), as of now or of
 * medark_trust_judge_at(). `identity` may be NULL: then only medark_archive_verify() and
 * medark_archive_info() work. Both are borrowed until the archive is freed. MEDARK_E_FORMAT,
 * MEDARK_E_UNTRUSTED, MEDARK_E_IDENTITY, MEDARK_E_SYSTEM, MEDARK_E_MEMORY; MEDARK_E_USAGE without
 * `trust`. An archive belongs to one thread at a time.
 */
MEDARK_API int medark_archive_open(const char *path, const struct medark_trust *trust,
				   const struct medark_identity *identity,
				   struct medark_archive **out, struct medark_error *err);
MEDARK_API void medark_archive_free(struct medark_archive *archive);

/* What the archive, whose manifest is verified, says of itself. Cannot fail. */
MEDARK_API int medark_archive_info(struct medark_archive *archive, struct medark_archive_info *out,
				   struct medark_error *err);

/*
 * Checks every byte of the archive against the signed manifest, and the form of every member.
 * `threads` 0: as many as processors. MEDARK_E_FORMAT names the member.
 */
MEDARK_API int medark_archive_verify(struct medark_archive *archive, unsigned threads,
				     const struct medark_events *events, struct medark_error *err);

/* One row of the patient index. Strings are UTF-8 as recorded, borrowed during the callback. */
struct medark_patient_row {
	uint64_t number;
	const char *id;	 /* logical id; the URN or system|value where no Patient resource has one */
	const char *bsn; /* the first that is recorded; empty if none is */
	const char *family, *given, *prefix, *text; /* first name; empty if not recorded */
	const char *birth_date, *gender;
	bool deceased, inactive;
	const char *deceased_date;
	uint64_t records;
	const char *first, *last; /* clinical dates */
	const char *json;	  /* the whole row as in the index, one JSON object */
};

/*
 * Calls `each` for every patient that `query` finds, in the index's order; NULL or "" finds all. A
 * query is an id, an identifier (BSN, `system|value`), a birth date (31-12-1970, 1970-12-31,
 * 31121970) or the beginnings of names ("jan vries"); all words must match. Stops with the
 * callback's non-zero return, which is passed on. `limit` 0: no limit. MEDARK_E_IDENTITY if the
 * archive was opened without one; MEDARK_E_USAGE for a query of more than 1,024 bytes or 32 words,
 * or that is not UTF-8; MEDARK_E_FORMAT, MEDARK_E_SYSTEM, MEDARK_E_MEMORY.
 */
MEDARK_API int
medark_archive_patients(struct medark_archive *archive, const char *query, uint64_t limit,
			int (*each)(void *context, const struct medark_patient_row *row),
			void *context, struct medark_error *err);

/* What was exported: a file, a folder, or what a compressed file held. Borrowed for the callback.
 */
struct medark_item_entry {
	uint64_t number; /* from 0 */
	/*
	 * "dir", "ndjson", "json", "xml" (recognised as FHIR), "opaque" (all else), or "decoded"
	 * and perhaps ':' and a kind of file: what item `parent` held compressed, which is no file
	 * of its own.
	 */
	const char *kind;
	const char *path; /* bytes as the source gave them, parts joined by '/' */
	size_t path_size; /* without the zero behind it; a hostile path may hold zeros */
	uint64_t size, records;
	int64_t mtime; /* seconds since 1970 UTC */
	uint32_t mtime_ns, mode;
	bool has_parent;
	uint64_t parent;
};

/*
 * Calls `each` for every item, in the order of the numbers. Stops with the callback's non-zero
 * return, which is passed on. MEDARK_E_IDENTITY if the archive was opened without one;
 * MEDARK_E_FORMAT, MEDARK_E_SYSTEM, MEDARK_E_MEMORY.
 */
MEDARK_API int medark_archive_items(struct medark_archive *archive,
				    int (*each)(void *context,
						const struct medark_item_entry *item),
				    void *context, struct medark_error *err);

/*
 * What was not understood, does not go with something else (duplicate), has no room in the index
 * (too-large), or was not read. What has an item is in the archive: byte for byte, or as far as it
 * could be read (unreadable). Borrowed for the callback.
 */
struct medark_quarantine_entry {
	const char *reason; /* "broken-syntax" …, or "skipped": a link, a device … */
	bool has_item;	    /* what was skipped is none */
	uint64_t item;
	const char *path; /* of the item; empty without one: `detail` names what was skipped */
	size_t path_size;
	uint64_t offset, length; /* in the item, in bytes */
	const char *detail;	 /* more about it; may be empty, may hold patient data */
	size_t detail_size;
};

/*
 * Calls `each` for everything in quarantine, in the order of the items and offsets. As
 * medark_archive_items() otherwise.
 */
MEDARK_API int medark_archive_quarantine(struct medark_archive *archive,
					 int (*each)(void *context,
						     const struct medark_quarantine_entry *entry),
					 void *context, struct medark_error *err);

/*
 * The resource types of FHIR (STU3 to R5), in the order of their bytes; NULL past the last. Static
 * strings; any thread.
 */
MEDARK_API const char *medark_resource_type(size_t i);

enum medark_restore_form {
	MEDARK_RESTORE_FILES,	/* as they were exported, or a chart: <Type>.ndjson and so on */
	MEDARK_RESTORE_BUNDLES, /* a FHIR transaction Bundle for each patient, index.ndjson */
	MEDARK_RESTORE_CSV,	/* the lists of all charts as tables; as BUNDLES otherwise */
	MEDARK_RESTORE_HTML, /* charts as pages for any browser, index.html; as BUNDLES otherwise */
	MEDARK_RESTORE_BAG,  /* as FILES, in data/ of a bag (RFC 8493); without `replace` */
	MEDARK_RESTORE_SQLITE, /* one SQLite database; without types and `since` */
	/* HTML as one ZIP file, encrypted with `passphrase` (WinZip's AES-256); as HTML otherwise
	 */
	MEDARK_RESTORE_HTML_ZIP,
};

/*
 * Of a ZIP file: characters, printable ASCII, as programs differ in how they encode others. Its
 * keys are derived with SHA-1 and 1,000 rounds only, so that a short one can be guessed: better it
 * is drawn (medark_passphrase_new()).
 */
#define MEDARK_ZIP_PASSPHRASE_MIN 20
#define MEDARK_ZIP_PASSPHRASE_MAX 200

struct medark_restore_result;

struct medark_restore_request {
	const char
		*target; /* a folder: new, or empty; of SQLITE, HTML_ZIP a file that is not there */
	const char *passphrase; /* of HTML_ZIP: MEDARK_E_USAGE for one that is not as above */
	enum medark_restore_form form; /* of BUNDLES without `replace`, types and `since` */
	/*
	 * Write into a folder that is not empty. A whole restore replaces files of the same name;
	 * one of patients replaces an earlier one of patients as a whole, and refuses a folder that
	 * holds anything else (MEDARK_E_USAGE). SQLITE: replace a regular file, when all is done.
	 */
	bool replace;
	bool no_sync;	      /* do not wait until the disk has it: a power cut may lose it */
	size_t patient_count; /* 0: the whole archive, byte for byte */
	const char *const *patients; /* each an id, BSN or other identifier; all must be found */
	size_t *out_refused; /* unless NULL: which of them, from 0, was not found or is ambiguous */
	bool *out_replaceable; /* unless NULL: after MEDARK_E_EXISTS, would `replace` have helped */
	size_t type_count;     /* 0: all */
	const char *const *types; /* resource types */
	const char *since; /* YYYY-MM-DD: only records dated or updated then or later; NULL: all */
	unsigned threads;  /* 0: as many as processors */
	const char *language; /* of HTML: "en" or "nl", or a locale of these; NULL: English */
	/*
	 * Called once, when the target was found fit and what is verified as a whole was verified,
	 * before anything is written: a negative code ends it, and nothing has left. Of `plan` the
	 * archives, the latest and `complete` are known. May be NULL.
	 */
	int (*before)(void *context, const struct medark_restore_result *plan,
		      struct medark_error *err);
	void *context;
};

struct medark_restore_result {
	uint64_t items, bytes;	    /* whole restore: files written */
	uint64_t patients, records; /* records of the compartments */
	uint64_t referenced;	    /* resources outside that they refer to; in SQLITE each once */
	uint64_t unresolved;	    /* references to what is not in the archive */
	uint64_t renamed;	    /* items whose name was not safe here */
	uint64_t opaque;	    /* attachments and other items that belong to the patients */
	uint64_t archives;	    /* of the chain that were needed */
	uint64_t latest;	    /* which of those given is the latest of them, from 0 */
	bool complete;		    /* all of them are */
	uint64_t superseded;	    /* records that a later archive has otherwise, or not */
	uint64_t left_out; /* of Bundles: XML, what has a fault, older ones of the same name */
};

/*
 * Restores into a folder. The whole archive: every item under its path, byte for byte, with its
 * time. Patients: <Type>.ndjson with the records of their compartments, referenced/<Type>.ndjson,
 * items/…, report.json. Until it is complete and on the disk everything stands under a name that
 * ends in .medark-partial. A whole restore verifies every byte before it writes the first; a
 * restore of patients verifies each segment that it reads. MEDARK_E_NOT_FOUND for an unknown
 * patient; MEDARK_E_EXISTS for a target that is in use; MEDARK_E_USAGE, MEDARK_E_IDENTITY,
 * MEDARK_E_FORMAT, MEDARK_E_SYSTEM, MEDARK_E_MEMORY, MEDARK_E_INTERRUPTED.
 */
MEDARK_API int medark_archive_restore(struct medark_archive *archive,
				      const struct medark_restore_request *request,
				      const struct medark_events *events,
				      struct medark_restore_result *out, struct medark_error *err);

/*
 * The same of archives of one chain, in any order, as of the latest of them, or, unless NULL, of
 * the latest that was made at `as_of` (a time as medark_trust_judge_at() takes it) or before: of
 * each record the latest archive that has it, or says that it is gone, decides, back to one that is
 * no increment. If that takes several archives, a whole restore gives <Type>.ndjson and items/… as
 * one of patients does. Archives that are not needed are not looked at. MEDARK_E_NOT_FOUND also if
 * an archive that is needed was not given; MEDARK_E_USAGE also if two have the same number.
 */
MEDARK_API int medark_archive_restore_chain(struct medark_archive *const *archives, size_t count,
					    const char *as_of,
					    const struct medark_restore_request *request,
					    const struct medark_events *events,
					    struct medark_restore_result *out,
					    struct medark_error *err);

#ifdef __cplusplus
}
#endif
#endif
