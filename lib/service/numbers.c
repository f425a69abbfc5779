/* SPDX-License-Identifier: Apache-2.0 */
#include "service/numbers.h"

#include "base/hash.h"
#include "view/patient_number.h"

#include <string.h>

#define HASHES_MAX ((size_t)16 << 30) /* of 2^32 patients, the most that a shelf numbers */

void medark_numbers_init(struct medark_numbers *numbers)
{
	numbers->hashes = (struct medark_buffer)MEDARK_BUFFER(HASHES_MAX);
}

void medark_numbers_clear(struct medark_numbers *numbers)
{
	medark_buffer_clear(&numbers->hashes);
}

/* Only those of one patient are compared with it: 32 bits are enough. Never 0. */
static uint32_t hash_of(struct medark_bytes value)
{
	return (uint32_t)medark_hash(0, value) | 1;
}

static int set(struct medark_numbers *numbers, uint64_t patient, uint32_t hash,
	       struct medark_error *err)
{
	size_t size = ((size_t)patient + 1) * sizeof(hash), before = numbers->hashes.size;

	if (size > before) {
		MEDARK_TRY(medark_buffer_reserve(&numbers->hashes, size - before, err));
		memset(numbers->hashes.data + before, 0, size - before);
		numbers->hashes.size = size;
	}
	memcpy(numbers->hashes.data + size - sizeof(hash), &hash, sizeof(hash));
	return 0;
}

int medark_numbers_add(struct medark_numbers *numbers, const struct medark_record *facts,
		       struct medark_bytes text, uint64_t patient, struct medark_error *err)
{
	MEDARK_AUTO(medark_json_tree_clear) struct medark_json_tree tree = { 0 };
	struct medark_bytes number;
	bool is_own;
	int code;

	if (!medark_bytes_is(facts->type, "Patient") || !memmem(text.data, text.size, "\"MR\"", 4))
		return 0;
	code = medark_json_tree_parse(&tree, text, err);
	if (code == MEDARK_E_FORMAT)
		return 0; /* XML, or what its chart calls unreadable */
	MEDARK_TRY(code);
	number = medark_patient_number(&tree, medark_json_tree_root(&tree), &is_own);
	return is_own ? set(numbers, patient, hash_of(number), err) : 0;
}

bool medark_numbers_is(const struct medark_numbers *numbers, uint64_t patient,
		       struct medark_bytes value)
{
	uint32_t hash;

	if (patient >= numbers->hashes.size / sizeof(hash))
		return false;
	memcpy(&hash, numbers->hashes.data + patient * sizeof(hash), sizeof(hash));
	return hash == hash_of(value);
}
