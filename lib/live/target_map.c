/* SPDX-License-Identifier: Apache-2.0 */
#include "live/target_map.h"

#include "crypto/digest.h"
#include "record/fhir_reference.h"

#include <stdlib.h>
#include <string.h>

#define ENTRIES_MAX (UINT32_C(1) << 31)
#define IDS_MAX	    (UINT32_MAX - MEDARK_TARGET_ID_MAX)
#define SLOTS_FIRST 4096

/* Whose a resource of the server is. Packed: there is one for each record. */
struct __attribute__((packed)) claim {
	uint64_t print;
	uint32_t owner;
};

struct medark_target_map {
	struct medark_key key;
	struct medark_buffer entries; /* struct medark_target_entry */
	struct medark_buffer ids;     /* each with its size, one byte, in front; number 0 is none */
	uint32_t *slots;	      /* numbers; 0: free */
	uint64_t slot_count;	      /* a power of two */
	struct claim *claims;	      /* by print; owner 0: free */
	uint64_t claim_slots;	      /* a power of two, or 0 */
	uint64_t claim_count;
};

void medark_target_map_free(struct medark_target_map *map)
{
	if (!map)
		return;
	medark_key_clear(&map->key);
	medark_buffer_clear(&map->entries);
	medark_buffer_clear(&map->ids);
	free(map->slots);
	free(map->claims);
	free(map);
}

int medark_target_map_new(const struct medark_key *key, struct medark_target_map **out,
			  struct medark_error *err)
{
	MEDARK_AUTO(medark_target_map_free) struct medark_target_map *map = NULL;

	map = calloc(1, sizeof(*map));
	if (!map)
		return medark_error_memory(err, "a restore");
	map->key = *key;
	map->entries.limit = (size_t)ENTRIES_MAX * sizeof(struct medark_target_entry);
	map->ids.limit = IDS_MAX;
	MEDARK_TRY(medark_buffer_add(&map->ids, "", 1, err));
	map->slot_count = SLOTS_FIRST;
	map->slots = calloc(map->slot_count, sizeof(*map->slots));
	if (!map->slots)
		return medark_error_memory(err, "a restore");
	*out = MEDARK_TAKE(map);
	return 0;
}

/* ---- hashes ---- */

static int hash(const struct medark_target_map *map, const struct medark_bytes *parts, size_t count,
		struct medark_target_hash *out, struct medark_error *err)
{
	struct medark_digest digest;

	MEDARK_TRY(medark_hmac_sha256(medark_bytes(map->key.bytes, sizeof(map->key.bytes)), parts,
				      count, &digest, err));
	memcpy(out->bytes, digest.bytes, sizeof(out->bytes));
	return 0;
}

int medark_target_map_name(const struct medark_target_map *map, struct medark_bytes type,
			   struct medark_bytes id, struct medark_target_hash *out,
			   struct medark_error *err)
{
	const struct medark_bytes parts[] = { medark_bytes_text("name "), type,
					      medark_bytes_text("/"), id };

	return hash(map, parts, 4, out, err);
}

int medark_target_map_content(const struct medark_target_map *map, struct medark_bytes content,
			      struct medark_target_hash *out, struct medark_error *err)
{
	const struct medark_bytes parts[] = { medark_bytes_text("content "), content };

	return hash(map, parts, 2, out, err);
}

/* ---- entries ---- */

struct medark_target_entry *medark_target_map_get(const struct medark_target_map *map,
						  uint32_t number)
{
	return (struct medark_target_entry *)(void *)map->entries.data + (number - 1);
}

uint32_t medark_target_map_count(const struct medark_target_map *map)
{
	return (uint32_t)(map->entries.size / sizeof(struct medark_target_entry));
}

/* Where the name is, or the free slot where it would be: hashes are evenly spread as they are. */
static uint64_t slot_of(const struct medark_target_map *map, const struct medark_target_hash *name)
{
	uint64_t at = medark_get_le64(name->bytes) & (map->slot_count - 1);

	while (map->slots[at] &&
	       memcmp(&medark_target_map_get(map, map->slots[at])->name, name, sizeof(*name)) != 0)
		at = (at + 1) & (map->slot_count - 1);
	return at;
}

uint32_t medark_target_map_find(const struct medark_target_map *map,
				const struct medark_target_hash *name)
{
	return map->slots[slot_of(map, name)];
}

static int grow(struct medark_target_map *map, struct medark_error *err)
{
	uint32_t count = medark_target_map_count(map), *slots;

	if (count < map->slot_count / 4 * 3)
		return 0;
	slots = calloc(map->slot_count * 2, sizeof(*slots));
	if (!slots)
		return medark_error_memory(err, "a restore");
	free(map->slots);
	map->slots = slots;
	map->slot_count *= 2;
	for (uint32_t i = 1; i <= count; i++)
		slots[slot_of(map, &medark_target_map_get(map, i)->name)] = i;
	return 0;
}

int medark_target_map_add(struct medark_target_map *map, const struct medark_target_hash *name,
			  uint32_t *out, struct medark_error *err)
{
	struct medark_target_entry entry = { .name = *name };

	*out = medark_target_map_find(map, name);
	if (*out)
		return 0;
	MEDARK_TRY(grow(map, err));
	MEDARK_TRY(medark_buffer_add(&map->entries, &entry, sizeof(entry), err));
	*out = medark_target_map_count(map);
	map->slots[slot_of(map, name)] = *out;
	return 0;
}

/* ---- the server's ids ---- */

bool medark_target_is_id(struct medark_bytes id)
{
	return id.size <= MEDARK_TARGET_ID_MAX && medark_fhir_is_id(id) &&
	       !memchr(id.data, '_', id.size);
}

int medark_target_map_set_id(struct medark_target_map *map, uint32_t number, struct medark_bytes id,
			     struct medark_error *err)
{
	size_t at = map->ids.size;
	uint8_t size = (uint8_t)id.size;

	if (medark_bytes_equal(medark_target_map_id(map, number), id))
		return 0;
	MEDARK_TRY(medark_buffer_add(&map->ids, &size, 1, err));
	MEDARK_TRY(medark_buffer_add(&map->ids, id.data, id.size, err));
	medark_target_map_get(map, number)->id = (uint32_t)at;
	return 0;
}

static struct claim *claim_of(struct claim *claims, uint64_t slots, uint64_t print)
{
	uint64_t at = print & (slots - 1);

	while (claims[at].owner && claims[at].print != print)
		at = (at + 1) & (slots - 1);
	return &claims[at];
}

static int grow_claims(struct medark_target_map *map, struct medark_error *err)
{
	uint64_t slots = map->claim_slots ? 2 * map->claim_slots : SLOTS_FIRST;
	struct claim *claims;

	if (map->claim_count < map->claim_slots / 4 * 3)
		return 0;
	claims = calloc(slots, sizeof(*claims));
	if (!claims)
		return medark_error_memory(err, "a restore");
	for (uint64_t i = 0; i < map->claim_slots; i++)
		if (map->claims[i].owner)
			*claim_of(claims, slots, map->claims[i].print) = map->claims[i];
	free(map->claims);
	map->claims = claims;
	map->claim_slots = slots;
	return 0;
}

int medark_target_map_claim(struct medark_target_map *map, uint32_t number,
			    struct medark_bytes type, struct medark_bytes id,
			    struct medark_error *err)
{
	const struct medark_bytes parts[] = { medark_bytes_text("given "), type,
					      medark_bytes_text("/"), id };
	struct medark_target_hash print;
	struct claim *claim;

	MEDARK_TRY(hash(map, parts, 4, &print, err));
	MEDARK_TRY(grow_claims(map, err));
	claim = claim_of(map->claims, map->claim_slots, medark_get_le64(print.bytes));
	if (claim->owner)
		return claim->owner == number;
	*claim = (struct claim) { .print = medark_get_le64(print.bytes), .owner = number };
	map->claim_count++;
	return 1;
}

struct medark_bytes medark_target_map_id(const struct medark_target_map *map, uint32_t number)
{
	const uint8_t *at = map->ids.data + medark_target_map_get(map, number)->id;

	return medark_bytes(at + 1, *at);
}
