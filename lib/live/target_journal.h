/* SPDX-License-Identifier: Apache-2.0 */
/*
 * target_journal: which records a server has got from a restore, on disk, so that a restore that
 * was killed goes on, and one that is run again sends nothing twice. It holds hashes and the
 * server's ids, sealed.
 *
 * Sections, one for each run: "medark-restore 1\n", a salt of 16 bytes; then frames: length (4
 * bytes, big endian), that many sealed bytes, their tag. A run that was killed may leave half a
 * frame: the next one cuts it off and begins a section of its own, as a nonce must not come twice.
 */
#ifndef MEDARK_LIVE_TARGET_JOURNAL_H
#define MEDARK_LIVE_TARGET_JOURNAL_H

#include "live/target_map.h"

struct medark_target_journal;

/* How the restore was begun, which a later run has to keep to. */
struct medark_target_terms {
	char ids[8];			       /* "same", "prefix", "server"; empty: not begun */
	char prefix[MEDARK_TARGET_ID_MAX + 1]; /* of the ids, or of their tags; may be empty */
	/* As the probe showed, which is not made again; `tags`: enum medark_target_tags. */
	uint8_t wants_integrity, tags;
};

/*
 * Opens or makes the file (mode 0600), for this process alone, and fills `map` with what it says.
 * *terms: as the file has them, or as given if it is new. `path` is copied. MEDARK_E_EXISTS:
 * another process has it; MEDARK_E_USAGE: it is no journal, or one of another archive or server, or
 * another user's (but root's); MEDARK_E_SYSTEM, MEDARK_E_MEMORY.
 */
int medark_target_journal_open(const char *path, const struct medark_key *key,
			       struct medark_target_map *map, struct medark_target_journal **out,
			       struct medark_target_terms *out_terms,
			       struct medark_error *err) MEDARK_MUST_USE;
/* What was not flushed is lost. A journal without terms is removed. */
void medark_target_journal_free(struct medark_target_journal *j);
MEDARK_DEFINE_AUTO(struct medark_target_journal, medark_target_journal_free)

/* Notes the terms, once, before the first entry; durably. MEDARK_E_SYSTEM. */
int medark_target_journal_begin(struct medark_target_journal *j,
				const struct medark_target_terms *terms,
				struct medark_error *err) MEDARK_MUST_USE;

/* Notes what the map says of entry `number`. Durable after the next flush. */
int medark_target_journal_add(struct medark_target_journal *j, const struct medark_target_map *map,
			      uint32_t number, struct medark_error *err) MEDARK_MUST_USE;

/* MEDARK_E_SYSTEM. */
int medark_target_journal_flush(struct medark_target_journal *j,
				struct medark_error *err) MEDARK_MUST_USE;

#endif
