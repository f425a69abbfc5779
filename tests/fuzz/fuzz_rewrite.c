/* SPDX-License-Identifier: Apache-2.0 */
/* A resource as another server is to get it: what was JSON stays JSON, and the rest as it was. */
#include "forge.h"

#include "live/rewrite.h"
#include "scan/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int map(void *context, const struct medark_rewrite_target *target, struct medark_buffer *out,
	       struct medark_error *err)
{
	unsigned *calls = context;

	*calls += 1;
	forge_expect(target->id.size > 0);
	if (!out || target->id.size % 2)
		return 0;
	return medark_buffer_text(out, "Patient/another", err) < 0 ? MEDARK_E_MEMORY : 1;
}

static bool is_object(struct medark_bytes text)
{
	struct medark_json_reader json;
	enum medark_json_token token;

	medark_json_reader_init(&json, text);
	if (medark_json_next(&json) != MEDARK_JSON_OBJECT_BEGIN)
		return false;
	while ((token = medark_json_next(&json)) > MEDARK_JSON_END)
		;
	return token == MEDARK_JSON_END;
}

/* Returns whether it was taken. */
static bool run(struct medark_bytes text, const struct medark_rewrite *rewrite,
		struct medark_buffer *out)
{
	int code = medark_rewrite_run(text, rewrite, out, NULL);

	forge_expect(code == 0 || code == MEDARK_E_FORMAT);
	if (code == 0 && out)
		forge_expect(is_object(medark_bytes(out->data, out->size)));
	return code == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer same = MEDARK_BUFFER(1u << 24);
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer other = MEDARK_BUFFER(1u << 24);
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer tagged = MEDARK_BUFFER(1u << 24);
	struct medark_bytes text = medark_bytes(data, size), rest = text;
	unsigned read = 0, written = 0;
	const struct medark_rewrite none = { 0 };
	const struct medark_rewrite look = { .map = map, .context = &read };
	const struct medark_rewrite all = { .id = "new", .map = map, .context = &written };
	const struct medark_rewrite tag = { .drop_id = true,
					    .tag_system = "urn:x",
					    .tag_code = medark_bytes_text("A/\"1") };
	bool taken = run(text, &none, &same);

	if (medark_bytes_starts(text, "\xef\xbb\xbf"))
		rest = medark_bytes(data + 3, size - 3);
	forge_expect(taken == is_object(rest));
	if (taken)
		forge_expect(medark_bytes_equal(medark_bytes(same.data, same.size), rest));
	forge_expect(run(text, &look, NULL) == taken);
	forge_expect(run(text, &all, &other) == taken);
	if (taken)
		forge_expect(read == written);
	forge_expect(run(text, &tag, &tagged) == taken);
	(void)medark_rewrite_updated(text);
	return 0;
}
