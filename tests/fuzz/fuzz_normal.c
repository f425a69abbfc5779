/* SPDX-License-Identifier: Apache-2.0 */
/* A record's normal form: JSON of one spelling, its own form, whatever the bytes were. */
#include "forge.h"

#include "base/buffer.h"
#include "record/normal.h"
#include "scan/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_object(struct medark_bytes text)
{
	struct medark_json_reader json;
	enum medark_json_token token;

	if (medark_bytes_starts(text, "\xEF\xBB\xBF"))
		text = medark_bytes(text.data + 3, text.size - 3);
	medark_json_reader_init(&json, text);
	if (medark_json_next(&json) != MEDARK_JSON_OBJECT_BEGIN)
		return false;
	while ((token = medark_json_next(&json)) > MEDARK_JSON_END)
		;
	return token == MEDARK_JSON_END;
}

/* The elements make the text again. */
static void check_elements(const struct medark_normal_form *form)
{
	size_t size = 2;

	for (size_t i = 0; i < form->count; i++)
		size += (i > 0) + form->elements[i].name.size + 1 + form->elements[i].value.size;
	forge_expect(size == form->text.size);
	for (size_t i = 1; i < form->count; i++)
		forge_expect(medark_bytes_compare(form->elements[i - 1].name,
						  form->elements[i].name) <= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer copy = MEDARK_BUFFER(1u << 26);
	MEDARK_AUTO(medark_normal_free) struct medark_normal *n = NULL;
	struct medark_normal_form form;
	struct medark_bytes text = medark_bytes(data, size);
	int code;

	forge_expect(medark_normal_new(&n, NULL) == 0);
	code = medark_normal_json(n, text, &form, NULL);
	forge_expect(code == 0 || code == MEDARK_E_FORMAT);
	forge_expect((code == 0) == is_object(text));
	if (code < 0)
		return 0;
	forge_expect(is_object(form.text));
	check_elements(&form);
	forge_expect(medark_buffer_add(&copy, form.text.data, form.text.size, NULL) == 0);
	text = medark_bytes(copy.data, copy.size);
	forge_expect(medark_normal_json(n, text, &form, NULL) == 0);
	forge_expect(medark_bytes_equal(form.text, text));
	return 0;
}
