/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/server_ids.h"

#include "base/text.h"
#include "crypto/digest.h"

#include <stdio.h>
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

int medark_server_ids_make(struct medark_bytes text, char out_id[MEDARK_TARGET_ID_TEXT],
			   struct medark_buffer *out_text, struct medark_error *err)
{
	const uint8_t *brace = memchr(text.data, '{', text.size);
	struct medark_digest digest;
	char hex[2 * MEDARK_DIGEST_SIZE + 1];
	size_t front;

	if (!brace)
		return medark_error_set(err, MEDARK_E_FORMAT, "a record is no JSON object");
	front = (size_t)(brace - text.data) + 1;
	medark_sha256(text.data, text.size, &digest);
	medark_text_hex(digest.bytes, sizeof(digest.bytes), hex);
	(void)snprintf(out_id, MEDARK_TARGET_ID_TEXT, "%.8s-%.4s-8%.3s-8%.3s-%.12s", hex, hex + 8,
		       hex + 13, hex + 17, hex + 20); /* RFC 9562 section 5.8 */
	out_text->size = 0;
	MEDARK_TRY(medark_buffer_add(out_text, text.data, front, err));
	MEDARK_TRY(medark_buffer_print(out_text, err, "\"id\":\"%s\",", out_id));
	return medark_buffer_add(out_text, text.data + front, text.size - front, err);
}
