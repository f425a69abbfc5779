/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server: restores an archive into a live FHIR server. The records go there as they came; ids and
 * references change where they must. What the server has taken is noted in a journal beside the
 * archive, so that a restore that was stopped goes on, and a second one sends nothing twice.
 */
#ifndef MEDARK_SERVER_H
#define MEDARK_SERVER_H

#include <medark/archive.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Is it the address of a FHIR server (fhir+https://…)? Any thread. */
MEDARK_API bool medark_is_server(const char *target);

struct medark_server_request {
	const char *target; /* fhir+https://…, or fhir+http:// to this machine */
	const char *auth;   /* the file that says how the server is shown who asks; NULL: none */
	const char *archive_path; /* the journal stands beside it, if it has no path of its own */
	const char *journal;	  /* NULL: .NAME.medark-restore-… beside the archive */
	const char *rejected;	  /* file for rejected resources, with why (NDJSON); NULL: none */
	const char *report;	  /* file for the report (JSON Lines); NULL: none */
	bool replace;		  /* these two may exist */
	/* Who signs the report, as REPORT.p7s; all NULL: nobody. */
	const char *signer, *signer_key;
	const void *signer_passphrase;
	size_t signer_passphrase_size;
	const char *ids;	 /* "same", "prefix" or "server"; NULL: as the server wants it */
	const char *id_prefix;	 /* of "prefix"; of "server": the name under which records are
				    found again; NULL: of this archive's own */
	const char *source_base; /* address of the server that the records came from; NULL: as the
				    archive says */
	size_t patient_count;	 /* 0: the whole archive */
	const char *const *patients; /* as of struct medark_restore_request */
	size_t *out_refused;
	bool today;	   /* patients with an appointment today first, then those seen lately */
	bool dry_run;	   /* look, plan, and write nothing anywhere */
	bool overwrite;	   /* what stands under the same ids, and no earlier run put there */
	bool no_read_back; /* do not compare what the server has afterwards */
	unsigned workers;  /* patients side by side; 0: 8 */
	unsigned threads;  /* to verify the archive; 0: as many as processors */
};

#define MEDARK_SERVER_TYPES	  256
#define MEDARK_SERVER_REASONS	  64
#define MEDARK_SERVER_MAX_WORKERS 64

/* Large (about 40 KB). Strings are printable. */
struct medark_server_result {
	/* the server, as it says and as a probe showed */
	char fhir_version[64], software[64];
	char client_ids[16];	      /* which ids a client may choose; "unknown" before a probe */
	bool transactions, integrity; /* it refuses references to what is not there */
	bool probed, probe_left;      /* a probe could not be deleted */
	uint64_t present;	      /* patients that it had before, if it says so; else 0 */
	bool would_overwrite;	      /* what it has under the ids of ours */
	char ids[8];		      /* "same", "prefix", "server"; empty: to be found out */
	char journal[1024];
	bool continued; /* the journal had something */
	/* records of the archive, or of the patients */
	uint64_t patients, today, recent; /* of those, by --today */
	uint64_t records;		  /* all that follows but `sent`, together */
	uint64_t restored;		  /* the server has them */
	uint64_t repeated;		  /* the same record once more */
	uint64_t older;			  /* another record of the same name is newer */
	uint64_t rejected;		  /* the server does not take them */
	uint64_t not_sent;		  /* see reasons */
	uint64_t sent;			  /* written by this run */
	uint64_t equal, different, gone;  /* read back */
	uint64_t unresolved;		  /* references to what was not restored */
	uint64_t opaque;	       /* items that are no records, of a whole archive: not sent */
	bool complete;		       /* all is there, and as it should be */
	uint64_t archives, superseded; /* see struct medark_restore_result */
	uint32_t type_count, reason_count;
	struct {
		char name[65];
		uint64_t records, restored, rejected, not_sent;
	} types[MEDARK_SERVER_TYPES]; /* in the order of sending */
	struct {
		char name[65]; /* why records were not sent, or were rejected */
		uint64_t count;
	} reasons[MEDARK_SERVER_REASONS];
};

/*
 * Restores into a server. A whole restore verifies every byte of the archive first; one of patients
 * verifies each segment that it reads. MEDARK_E_REMOTE: the server does not answer, or refuses;
 * MEDARK_E_EXISTS: a file is there, another restore uses the journal, or records would be written
 * over; MEDARK_E_NOT_FOUND for an unknown patient; MEDARK_E_USAGE, MEDARK_E_IDENTITY, MEDARK_E_KEY,
 * MEDARK_E_FORMAT, MEDARK_E_SYSTEM, MEDARK_E_MEMORY, MEDARK_E_INTERRUPTED. After a failure the
 * journal lets the next run go on.
 */
MEDARK_API int medark_archive_deliver(struct medark_archive *archive,
				      const struct medark_server_request *request,
				      const struct medark_events *events,
				      struct medark_server_result *out, struct medark_error *err);

/*
 * The same of archives of one chain, as of the latest, or of the latest that was made at `as_of` or
 * before: see medark_archive_restore_chain().
 */
MEDARK_API int medark_archive_deliver_chain(struct medark_archive *const *archives, size_t count,
					    const char *as_of,
					    const struct medark_server_request *request,
					    const struct medark_events *events,
					    struct medark_server_result *out,
					    struct medark_error *err);

#ifdef __cplusplus
}
#endif
#endif
