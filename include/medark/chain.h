/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chain: whether archives follow each other. Each names the one before it by the hash of its
 * manifest and has the next number. Add what medark_archive_info() says of archives that verify, in
 * any order, and ask:
 *
 *	medark_chain_new(&chain, &err);
 *	medark_chain_add(chain, "monday.medark", &info, &err);
 *	medark_chain_add(chain, "tuesday.medark", &info, &err);
 *	medark_chain_check(chain, tell, context, &result, &err);
 *	medark_chain_free(chain);
 *
 * Several sites' chains may be added together, if they are complete: of chains whose first archives
 * are not given, only the lowest number is taken for a beginning. One thread at a time per object;
 *different objects are independent.
 */
#ifndef MEDARK_CHAIN_H
#define MEDARK_CHAIN_H

#include <medark/archive.h>
#include <medark/common.h>
#include <medark/error.h>

#ifdef __cplusplus
extern "C" {
#endif

struct medark_chain;

/* An empty one. MEDARK_E_MEMORY. */
MEDARK_API int medark_chain_new(struct medark_chain **out, struct medark_error *err);
MEDARK_API void medark_chain_free(struct medark_chain *chain);

/*
 * Are archives added in the order that they should have, as by the names of a folder? Then one that
 * stands before one of a lower number is told.
 */
MEDARK_API void medark_chain_set_ordered(struct medark_chain *chain, bool ordered);

/* One archive of those that were added. */
struct medark_chain_link {
	const char *name; /* as it was added */
	uint64_t sequence;
	char manifest[65], previous[65]; /* hex; previous is empty in a chain's first archive */
	char signer_fingerprint[65];
};

/*
 * Adds an archive; `name` is the caller's for it, and `name` and `info` are copied. An archive that
 * is added again counts once, as it came first. The chain can be no better than `info`: that of
 * medark_archive_inspect() is not verified. MEDARK_E_USAGE if it holds no hashes; MEDARK_E_MEMORY,
 * also past 100,000 archives; nothing is added then.
 */
MEDARK_API int medark_chain_add(struct medark_chain *chain, const char *name,
				const struct medark_archive_info *info, struct medark_error *err);

enum medark_chain_kind {
	/* Archives are missing between `after` and `archive`: missing_from to missing_to. */
	MEDARK_CHAIN_MISSING,
	/* The archive before is missing, and no end of its signer's chains stands before: no
	   `after`. */
	MEDARK_CHAIN_NO_BEFORE,
	/*
	 * `after`, of the same signer, has the number before, and nothing continues it: `archive`
	 * names another one.
	 */
	MEDARK_CHAIN_OTHER_BEFORE,
	/* It names `after`, but does not have the next number. */
	MEDARK_CHAIN_NUMBER,
	/*
	 * It continues `after`, and so does `beside`: somebody's night is in neither chain. Without
	 * `after` both continue one that was not added.
	 */
	MEDARK_CHAIN_FORK,
	/* It names `after`, but another certificate signed it: renewed, or another signer's. */
	MEDARK_CHAIN_SIGNER,
	/* It is the same archive as `after`, which was added before, but another signer's. */
	MEDARK_CHAIN_SIGNED_AGAIN,
	/* It is the same archive as `after`, which was added before under another name. */
	MEDARK_CHAIN_AGAIN,
	/*
	 * It was added behind `after`, but has a lower number, while both are of one chain: of a
	 * folder's archives in the order of their names one has the name of another.
	 */
	MEDARK_CHAIN_ORDER,
};

/*
 * What the user should know of `archive`. Everything is borrowed during the callback. More kinds
 * may come: of one that is not known, `is_gap` says enough.
 */
struct medark_chain_finding {
	enum medark_chain_kind kind;
	bool is_gap; /* something is missing or does not follow; else the signer is told */
	const struct medark_chain_link *archive;
	const struct medark_chain_link *after;	/* NULL if there is none */
	const struct medark_chain_link *beside; /* of a fork, else NULL */
	uint64_t missing_from, missing_to;	/* numbers; 0 unless archives are missing between */
};

struct medark_chain_result {
	uint64_t archives;    /* different ones */
	uint64_t chains;      /* of them those that continue no other one: 1 for a single chain */
	uint64_t signers;     /* different certificates of the archives that count */
	uint64_t first, last; /* lowest and highest sequence; 0 without archives */
	uint64_t gaps;	      /* findings that are a gap; 0: nothing is missing that can be seen */
};

/*
 * Calls `each` (may be NULL) for every finding, in the order of the archives' numbers, then fills
 * `out` (not NULL; untouched if it fails or is stopped). The order of adding does not matter, but
 * for an archive of two signers. That the archives before the lowest number were not added is no
 * finding (`first` tells), nor that those behind the highest were not, which nobody can see. Stops
 * with the callback's non-zero return, which is passed on. As fast as sorting the archives; more
 * may be added afterwards, and all be checked again. MEDARK_E_MEMORY.
 */
MEDARK_API int
medark_chain_check(struct medark_chain *chain,
		   int (*each)(void *context, const struct medark_chain_finding *finding),
		   void *context, struct medark_chain_result *out, struct medark_error *err);

#ifdef __cplusplus
}
#endif
#endif
