/* SPDX-License-Identifier: Apache-2.0 */
/*
 * target: a FHIR server that records are restored into: how it is reached, and what it can do, as
 * it says itself (https://hl7.org/fhir/capabilitystatement.html) and as a probe shows, since what
 * servers say of client-chosen ids is not to be relied on. One thread at a time.
 */
#ifndef MEDARK_LIVE_TARGET_H
#define MEDARK_LIVE_TARGET_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "live/talk.h"
#include "live/target_map.h"

#include <jansson.h>
#include <stdbool.h>

/* Which ids a client may choose. */
enum medark_target_ids {
	MEDARK_IDS_UNKNOWN,
	MEDARK_IDS_ANY,
	MEDARK_IDS_WITH_LETTERS, /* not of digits alone */
	MEDARK_IDS_UUID,	 /* UUIDs only */
	MEDARK_IDS_NONE,	 /* the server gives them */
};
/* "any", "with letters", "UUIDs", "none", "unknown". Static. */
const char *medark_target_ids_name(enum medark_target_ids ids);

/* What comes of a create on the condition that nothing has a certain tag. */
enum medark_target_tags {
	MEDARK_TAGS_UNFOUND,  /* it is made in any case */
	MEDARK_TAGS_FOUND,    /* what has the tag is found instead */
	MEDARK_TAGS_LOOSE,    /* so is what has it in other letters: a for A */
	MEDARK_TAGS_MISFOUND, /* something is found that does not have it: not to be asked for */
};

#define MEDARK_TARGET_WORD_MAX 64
#define MEDARK_TARGET_ID_TEXT  (MEDARK_TARGET_ID_MAX + 1)

struct medark_target {
	struct medark_auth *auth;
	struct medark_url base;
	struct medark_http *tokens, *http; /* for tokens and single requests; for many at once */
	struct medark_talk talk;
	struct medark_talk_voice voice;
	/* what is known, printable */
	char fhir_version[MEDARK_TARGET_WORD_MAX], software[MEDARK_TARGET_WORD_MAX];
	struct medark_buffer
		types; /* names of what it takes, each ended by a zero; empty: unknown */
	bool takes_xml, takes_transactions;
	/* what the probe showed */
	enum medark_target_ids ids;
	bool is_probed, wants_integrity;
	enum medark_target_tags tags;
	bool left_probe; /* it could not be deleted */
};

struct medark_target_setup {
	const char *address; /* fhir+https://… */
	const char *auth_path;
	unsigned connections;
	int (*poll)(void *context, struct medark_error *err); /* see struct medark_http_setup */
	void (*say)(void *context, const char *sentence);     /* see struct medark_live_setup */
	void *context;
};

/*
 * Reads the file of --auth and asks for the server's metadata. MEDARK_E_USAGE: the address; errors
 * of medark_auth_load(); MEDARK_E_REMOTE: it is no FHIR server, or refuses; MEDARK_E_MEMORY.
 */
int medark_target_open(const struct medark_target_setup *setup, struct medark_target **out,
		       struct medark_error *err) MEDARK_MUST_USE;
void medark_target_free(struct medark_target *target);
MEDARK_DEFINE_AUTO(struct medark_target, medark_target_free)

/* Does it take resources of the type, as far as it says? */
bool medark_target_takes(const struct medark_target *target, struct medark_bytes type);

/*
 * Writes canaries (resources of the type Basic, or Organization, that say what they are), reads
 * them back and deletes them. MEDARK_E_REMOTE: it takes none; MEDARK_E_MEMORY.
 */
int medark_target_probe(struct medark_target *target, struct medark_error *err) MEDARK_MUST_USE;

/* How many resources of the type the server says it has; 0 if it does not say. MEDARK_E_MEMORY … */
int medark_target_count(struct medark_target *target, const char *type, uint64_t *out,
			struct medark_error *err) MEDARK_MUST_USE;

/* A request below the base: see medark_talk_send(). `body` may be empty. */
struct medark_target_request {
	const char *method, *path;
	struct medark_bytes body;
	const char *header; /* one more; NULL: none */
};
int medark_target_send(struct medark_target *target, const struct medark_target_request *request,
		       struct medark_http_transfer **out, struct medark_error *err) MEDARK_MUST_USE;

/* Type and id in a Location, "…/Type/id/_history/1" or "Type/id"; false if it has none. Borrowed.
 */
bool medark_target_location(struct medark_bytes location, struct medark_bytes *out_type,
			    struct medark_bytes *out_id);

/* Has the resource this very meta.tag, letter by letter? */
bool medark_target_has_tag(const json_t *resource, const char *system, const char *code);

#endif
