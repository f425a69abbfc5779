/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proof: a small file that shows to whoever has the trust anchor, and no key, that some records
 * stood in an archive, byte for byte, and nothing of any other record (docs/FORMAT.md section 14).
 */
#ifndef MEDARK_PROOF_H
#define MEDARK_PROOF_H

#include <medark/archive.h>
#include <medark/common.h>
#include <medark/error.h>
#include <medark/key.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How much is proved. */
struct medark_prove_result {
	uint64_t patients; /* that were asked for */
	uint64_t records;
	uint64_t leaves;   /* files in the proof: a large record is several */
	uint64_t bytes;	   /* of them all */
	uint64_t size;	   /* of the proof; 0 before it is written */
	uint64_t segments; /* of the archive that they stand in */
};

struct medark_prove_request {
	const char *path; /* of the proof, made with mode 0600 */
	bool replace;	  /* a regular file of that name */
	size_t patient_count;
	const char *const *patients; /* each an id, BSN or other identifier; all must be found */
	/*
	 * Each TYPE/ID; all must be found. With patients only among their records; else those
	 * without a patient and Patients are looked up, and others found by reading every record.
	 */
	size_t record_count;
	const char *const *records;
	size_t *out_refused; /* unless NULL: which of the patients was not found or is ambiguous */
	unsigned threads;    /* 0: as many as processors */
	/*
	 * Called once, when it is known what will be in the proof and before a byte of a record is
	 * written: a negative code ends it, and nothing has left. May be NULL.
	 */
	int (*before)(void *context, const struct medark_prove_result *plan,
		      struct medark_error *err);
	void *context;
};

/*
 * Writes a proof of all records of the patients' compartments, or of the records that are named, as
 * this archive alone has them: of an increment what it holds itself. MEDARK_E_NOT_FOUND for a
 * patient or record that is not there; MEDARK_E_EXISTS; MEDARK_E_USAGE if nothing is asked for, a
 * record is not named TYPE/ID, or an identifier is of several patients; MEDARK_E_IDENTITY,
 * MEDARK_E_FORMAT, MEDARK_E_SYSTEM, MEDARK_E_MEMORY, MEDARK_E_INTERRUPTED. A failure leaves no
 * file.
 */
MEDARK_API int medark_archive_prove(struct medark_archive *archive,
				    const struct medark_prove_request *request,
				    const struct medark_events *events,
				    struct medark_prove_result *out, struct medark_error *err);

/* What a proof that verifies shows. Strings are sanitised: printable, one line. */
struct medark_proof_info {
	char archive[33];	     /* id, hex */
	char manifest[65];	     /* SHA-256 of MANIFEST, hex */
	char previous[65];	     /* of the archive before, or empty */
	char signer[512];	     /* subject of the signer's certificate */
	char signer_fingerprint[65]; /* SHA-256 of its DER, hex */
	char signed_at[32];	     /* RFC 3339; the signer's claim */
	char proven_at[32];	     /* by when it was signed, as a trusted time stamp proves */
	char judged_at[32];	     /* as of when the certificates were judged; empty: now */
	uint64_t sequence;
	uint64_t archive_records; /* how many the whole archive has */
	uint64_t leaves, bytes;	  /* files in the proof, and their bytes */
	uint64_t records;	  /* of those, whole records in which FHIR was recognised */
	uint64_t size;		  /* of the proof */
};

/* One file of a proof; borrowed for the callback. */
struct medark_proof_record {
	uint64_t number;       /* from 1: records/00000001 */
	const char *type, *id; /* as it says of itself; empty if it does not, or is a part */
	uint32_t segment;      /* where it stood */
	uint64_t leaf;
	const void *data;
	size_t size;
};

/* Is the file a proof, by its first member? False also if it cannot be read. Any thread. */
MEDARK_API bool medark_proof_is_file(const char *path);

/*
 * Verifies every byte of a proof. `each` (may be NULL) gets the files one by one, in their order;
 * what it was given counts only when this returns 0, and its own negative code ends it.
 * MEDARK_E_FORMAT names what is wrong; MEDARK_E_UNTRUSTED; MEDARK_E_USAGE without `trust`;
 * MEDARK_E_SYSTEM, MEDARK_E_MEMORY. Any thread.
 */
MEDARK_API int
medark_proof_verify(const char *path, const struct medark_trust *trust,
		    int (*each)(void *context, const struct medark_proof_record *record,
				struct medark_error *err),
		    void *context, struct medark_proof_info *out, struct medark_error *err);

#ifdef __cplusplus
}
#endif
#endif
