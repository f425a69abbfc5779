/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/server_ids.h"

#include <string.h>

const char *const medark_server_ids_names[] = { "same", "prefix", "server" };

int medark_server_ids_parse(const struct medark_server_request *q, struct medark_error *err)
{
	for (int i = 0; i < 3; i++)
		if (strcmp(q->ids, medark_server_ids_names[i]) == 0)
			return i;
	return medark_error_set(err, MEDARK_E_USAGE, "ids are 'same', 'prefix' or 'server'");
}

enum medark_deliver_ids medark_server_ids_choose(const struct medark_server_ids *ids,
						 enum medark_target_ids allowed,
						 const struct medark_server_request *q)
{
	bool has_prefix = q->id_prefix != NULL;

	switch (allowed) {
	case MEDARK_IDS_NONE:
		return MEDARK_DELIVER_SERVER;
	case MEDARK_IDS_UUID:
		return ids->has_words || has_prefix ? MEDARK_DELIVER_SERVER : MEDARK_DELIVER_SAME;
	case MEDARK_IDS_WITH_LETTERS:
		return ids->has_digits || has_prefix ? MEDARK_DELIVER_PREFIX : MEDARK_DELIVER_SAME;
	default:
		return has_prefix ? MEDARK_DELIVER_PREFIX : MEDARK_DELIVER_SAME;
	}
}

void medark_server_ids_note(struct medark_server_ids *ids, struct medark_bytes id)
{
	bool is_digits = true, is_uuid = id.size == 36;

	for (size_t i = 0; i < id.size; i++) {
		uint8_t c = id.data[i], low = c | 0x20;
		bool is_digit = c >= '0' && c <= '9';
		bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;

		is_digits &= is_digit;
		is_uuid &= is_dash ? c == '-' : is_digit || (low >= 'a' && low <= 'f');
	}
	ids->has_digits |= is_digits && id.size;
	ids->has_words |= !is_uuid && id.size;
}

struct medark_bytes medark_server_ids_base(const struct medark_server_request *q,
					   const struct medark_summary *summary)
{
	struct medark_bytes base = medark_bytes(NULL, 0);

	if (q->source_base)
		base = medark_bytes_text(q->source_base);
	else if (summary->server_count == 1)
		base = medark_bytes_text(summary->servers[0].base);
	while (base.size && base.data[base.size - 1] == '/')
		base.size--;
	return base;
}
