/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/lineage.h"

#include "archive/row.h"
#include "base/hash.h"
#include "base/large.h"
#include "base/text.h"
#include "crypto/random.h"
#include "live/live.h"

#include <stdio.h>
#include <string.h>

#define FIRST_SLOTS (UINT64_C(1) << 12)
#define LABEL_MAX   ((size_t)1 << 16)

/*
 * The latest archive among whose changes a name with this hash stands. Hashes may meet: that a name
 * really stands there is found out in the index.
 */
struct medark_lineage_slot {
	uint64_t hash;
	uint32_t archive;
	bool is_used;
};

void medark_lineage_free(struct medark_lineage *l)
{
	if (!l)
		return;
	medark_large_free(l->slots, l->slot_count * sizeof(*l->slots));
	medark_buffer_clear(&l->name);
	free(l->archives);
	free(l);
}

/* ---- which archives ---- */

static bool is_increment(const struct medark_archive *a)
{
	return medark_summary_is_increment(&a->summary);
}

/* Was the archive made then or before, and has it that number or a higher one? */
static bool is_as_late(const struct medark_archive *a, int64_t as_of, uint32_t sequence)
{
	return a->header.created <= as_of && a->header.sequence >= sequence;
}

static int find_latest(struct medark_archive *const *archives, size_t count, int64_t as_of,
		       struct medark_archive **out, struct medark_error *err)
{
	struct medark_archive *latest = NULL;

	for (size_t i = 0; i < count; i++)
		if (is_as_late(archives[i], as_of, latest ? latest->header.sequence : 0))
			latest = archives[i];
	if (!latest)
		return medark_error_set(err, MEDARK_E_NOT_FOUND,
					"none of the archives was made then or before");
	for (size_t i = 0; i < count; i++)
		if (is_as_late(archives[i], as_of, latest->header.sequence) &&
		    !medark_digest_equal(&archives[i]->manifest_digest, &latest->manifest_digest))
			return medark_error_set(err, MEDARK_E_USAGE,
						"two archives are number %u: give those of one "
						"chain",
						latest->header.sequence);
	*out = latest;
	return 0;
}

static struct medark_archive *find_before(struct medark_archive *const *archives, size_t count,
					  const struct medark_archive *of)
{
	for (size_t i = 0; i < count; i++)
		if (of->header.has_previous &&
		    medark_digest_equal(&archives[i]->manifest_digest, &of->header.previous))
			return archives[i];
	return NULL;
}

/* Fills l->archives from its end on, then moves them to its beginning. */
static int collect(struct medark_lineage *l, struct medark_archive *const *archives, size_t count,
		   struct medark_archive *latest, struct medark_error *err)
{
	struct medark_archive *a = latest;

	for (;;) {
		l->archives[count - ++l->count] = a;
		if (!is_increment(a) || count == 1)
			break;
		/* A manifest cannot name one that names it: hashes do not go in circles. */
		a = l->count < count ? find_before(archives, count, a) : NULL;
		if (!a)
			return medark_error_set(
				err, MEDARK_E_NOT_FOUND,
				"archive number %u is an increment, and the archive before it was "
				"not given",
				l->archives[count - l->count]->header.sequence);
	}
	memmove(l->archives, l->archives + count - l->count,
		l->count * sizeof(struct medark_archive *));
	return 0;
}

/* The ids of another server are other patients'. */
static int check_servers(const struct medark_lineage *l, struct medark_error *err)
{
	for (size_t k = 1; k < l->count; k++) {
		const struct medark_summary *s = &l->archives[k]->summary;
		const struct medark_summary *before = &l->archives[k - 1]->summary;

		if (s->server_count != 1 || before->server_count != 1 ||
		    !medark_live_is_same(s->servers[0].base, before->servers[0].base))
			return medark_error_set(
				err, MEDARK_E_USAGE,
				"archive number %u is an increment of another server than number "
				"%u is of",
				l->archives[k]->header.sequence,
				l->archives[k - 1]->header.sequence);
	}
	return 0;
}

static void warn_of_signers(const struct medark_lineage *l, struct medark_meter *meter)
{
	char sentence[256], now[2 * MEDARK_DIGEST_SIZE + 1], before[2 * MEDARK_DIGEST_SIZE + 1];

	for (size_t k = 1; k < l->count; k++) {
		const struct medark_digest *signer = &l->archives[k]->evidence.signer.fingerprint;
		const struct medark_digest *other =
			&l->archives[k - 1]->evidence.signer.fingerprint;

		if (medark_digest_equal(signer, other))
			continue;
		medark_text_hex(signer->bytes, sizeof(signer->bytes), now);
		medark_text_hex(other->bytes, sizeof(other->bytes), before);
		(void)snprintf(sentence, sizeof(sentence),
			       "the signer changes in the chain: number %u is signed with the "
			       "certificate %.16s..., number %u before it with %.16s...",
			       l->archives[k]->header.sequence, now,
			       l->archives[k - 1]->header.sequence, before);
		medark_meter_warn(meter, sentence);
	}
}

/* Which of them lead to the latest, by the manifests that name each other. */
static void mark_line(struct medark_archive *const *archives, size_t count,
		      const struct medark_archive *latest, bool *out)
{
	const struct medark_archive *a = latest;

	/* As many steps as there are archives, however they name each other. */
	for (size_t steps = 0; a && steps < count; steps++) {
		for (size_t i = 0; i < count; i++)
			out[i] |= medark_digest_equal(&archives[i]->manifest_digest,
						      &a->manifest_digest);
		a = find_before(archives, count, a);
	}
}

int medark_lineage_warn(const struct medark_lineage *l, struct medark_archive *const *archives,
			size_t count, int64_t as_of, struct medark_meter *meter,
			struct medark_error *err)
{
	const struct medark_archive *latest = l->archives[l->count - 1];
	MEDARK_AUTO(medark_heap_free) bool *leads = calloc(count, sizeof(*leads));
	char id[2 * sizeof(latest->header.archive) + 1], sentence[256];

	if (!leads)
		return medark_error_memory(err, "a chain of archives");
	warn_of_signers(l, meter);
	mark_line(archives, count, latest, leads);
	for (size_t i = 0; i < count; i++) {
		const struct medark_header *h = &archives[i]->header;

		if (h->created > as_of || leads[i])
			continue;
		medark_text_hex(h->archive.bytes, sizeof(h->archive.bytes), id);
		(void)snprintf(sentence, sizeof(sentence),
			       "archive %.8s, number %u, does not lead to number %u, which is "
			       "restored: it is of another source, or one between them was not "
			       "given; nothing of it is restored",
			       id, h->sequence, latest->header.sequence);
		medark_meter_warn(meter, sentence);
	}
	return 0;
}

/* ---- what has changed ---- */

static struct medark_lineage_slot *find(struct medark_lineage_slot *slots, uint64_t count,
					uint64_t hash)
{
	uint64_t i = hash & (count - 1);

	while (slots[i].is_used && slots[i].hash != hash)
		i = (i + 1) & (count - 1);
	return &slots[i];
}

static int grow(struct medark_lineage *l, struct medark_error *err)
{
	uint64_t count = l->slot_count ? l->slot_count * 4 : FIRST_SLOTS;
	struct medark_lineage_slot *slots = medark_large_new(count * sizeof(*slots));

	if (!slots)
		return medark_error_memory(err, "what has changed");
	for (uint64_t i = 0; i < l->slot_count; i++)
		if (l->slots[i].is_used)
			*find(slots, count, l->slots[i].hash) = l->slots[i];
	medark_large_free(l->slots, l->slot_count * sizeof(*l->slots));
	l->slots = slots;
	l->slot_count = count;
	return 0;
}

static int note(struct medark_lineage *l, size_t k, struct medark_bytes name,
		struct medark_error *err)
{
	struct medark_lineage_slot *slot;
	uint64_t hash = medark_hash(l->seed, name);

	if (l->used * 3 >= l->slot_count * 2)
		MEDARK_TRY(grow(l, err));
	slot = find(l->slots, l->slot_count, hash);
	l->used += !slot->is_used;
	*slot = (struct medark_lineage_slot) { .hash = hash,
					       .archive = (uint32_t)k,
					       .is_used = true };
	return 0;
}

/* In the order of the archives: the latest one stays. */
static int note_changes(struct medark_lineage *l, size_t k, struct medark_error *err)
{
	struct medark_change_row change;
	struct medark_index *index;
	struct medark_bytes row;
	uint64_t rows;

	MEDARK_TRY(medark_archive_index(l->archives[k], &index, err));
	rows = medark_index_rows(index, MEDARK_KIND_CHANGES);
	for (uint64_t i = 0; i < rows; i++) {
		MEDARK_TRY(medark_index_row(index, MEDARK_KIND_CHANGES, i, &row, err));
		MEDARK_TRY(medark_change_row_parse(row, &change, err));
		MEDARK_TRY(note(l, k, change.name, err));
	}
	return 0;
}

int medark_lineage_new(struct medark_archive *const *archives, size_t count, int64_t as_of,
		       struct medark_lineage **out, struct medark_error *err)
{
	MEDARK_AUTO(medark_lineage_free) struct medark_lineage *l = calloc(1, sizeof(*l));
	struct medark_archive *latest;

	if (l)
		l->archives = calloc(count + 1, sizeof(struct medark_archive *));
	if (!l || !l->archives)
		return medark_error_memory(err, "a chain of archives");
	l->name = (struct medark_buffer)MEDARK_BUFFER_SECRET(LABEL_MAX);
	MEDARK_TRY(medark_random_public(&l->seed, sizeof(l->seed), err));
	MEDARK_TRY(find_latest(archives, count, as_of, &latest, err));
	MEDARK_TRY(collect(l, archives, count, latest, err));
	MEDARK_TRY(check_servers(l, err));
	for (size_t k = 1; k < l->count; k++)
		MEDARK_TRY(note_changes(l, k, err));
	*out = MEDARK_TAKE(l);
	return 0;
}

/* 1: the archive's changes have this name, in *out, whose own name is borrowed. */
static int find_change(struct medark_archive *archive, struct medark_bytes name,
		       struct medark_change_row *out, struct medark_error *err)
{
	struct medark_index *index;
	struct medark_bytes row;
	uint64_t at;

	MEDARK_TRY(medark_archive_index(archive, &index, err));
	MEDARK_TRY(medark_index_lower(index, MEDARK_KIND_CHANGES, name, &at, err));
	if (at == medark_index_rows(index, MEDARK_KIND_CHANGES))
		return 0;
	MEDARK_TRY(medark_index_row(index, MEDARK_KIND_CHANGES, at, &row, err));
	MEDARK_TRY(medark_change_row_parse(row, out, err));
	return medark_bytes_equal(out->name, name);
}

/* 1: an archive behind number `k` has this name among its changes, the latest of them in *out. */
static int find_latest_change(struct medark_lineage *l, size_t k, struct medark_bytes name,
			      struct medark_change_row *out, struct medark_error *err)
{
	const struct medark_lineage_slot *slot;

	if (!l->used)
		return 0;
	slot = find(l->slots, l->slot_count, medark_hash(l->seed, name));
	if (!slot->is_used || slot->archive <= k)
		return 0;
	for (size_t later = slot->archive; later > k; later--) {
		int found = find_change(l->archives[later], name, out, err);

		if (found)
			return found;
	}
	return 0;
}

int medark_lineage_superseded(struct medark_lineage *l, size_t k, struct medark_bytes name,
			      struct medark_error *err)
{
	struct medark_change_row ignored;

	return find_latest_change(l, k, name, &ignored, err);
}

/* The record's name as it stands in rows, in l->name. */
static int write_name(struct medark_lineage *l, struct medark_bytes type, struct medark_bytes id,
		      struct medark_error *err)
{
	l->name.size = 0;
	MEDARK_TRY(medark_row_encode(type, &l->name, err));
	MEDARK_TRY(medark_buffer_add(&l->name, "/", 1, err));
	return medark_row_encode(id, &l->name, err);
}

int medark_lineage_superseded_record(struct medark_lineage *l, size_t k, struct medark_bytes type,
				     struct medark_bytes id, struct medark_error *err)
{
	if (!l->used || !type.size || !id.size)
		return 0;
	MEDARK_TRY(write_name(l, type, id, err));
	return medark_lineage_superseded(l, k, medark_bytes(l->name.data, l->name.size), err);
}

int medark_lineage_is_deleted(struct medark_lineage *l, struct medark_bytes type,
			      struct medark_bytes id, struct medark_error *err)
{
	struct medark_change_row change;
	int found;

	if (!l->used || !type.size || !id.size)
		return 0;
	MEDARK_TRY(write_name(l, type, id, err));
	found = find_latest_change(l, 0, medark_bytes(l->name.data, l->name.size), &change, err);
	return found > 0 ? change.is_deleted : found;
}
