/* SPDX-License-Identifier: Apache-2.0 */
/* The first line is a type, the rest a record: its categories, and how to reach a patient. */
#include "forge.h"

#include "base/buffer.h"
#include "record/category.h"
#include "record/contact.h"
#include "scan/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const struct medark_buffer *text)
{
	forge_expect(text->size <= MEDARK_CONTACT_MAX);
	for (size_t i = 0; i < text->size; i++)
		forge_expect(text->data[i] >= 0x20 && text->data[i] != 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t padding[MEDARK_JSON_PADDING];
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer copy = MEDARK_BUFFER(1u << 24);
	MEDARK_AUTO(medark_categoriser_free) struct medark_categoriser *c = NULL;
	MEDARK_AUTO(medark_contact_clear) struct medark_contact contact = MEDARK_CONTACT;
	const uint8_t *lf = size ? memchr(data, '\n', size) : NULL;
	size_t type_size = lf ? (size_t)(lf - data) : 0, begin = lf ? type_size + 1 : 0;
	struct medark_bytes type = medark_bytes(data, type_size), text;
	uint64_t bits;
	int code;

	forge_expect(medark_buffer_add(&copy, data + begin, size - begin, NULL) == 0);
	forge_expect(medark_buffer_add(&copy, padding, sizeof(padding), NULL) == 0);
	text = medark_bytes(copy.data, size - begin);
	forge_expect(medark_categoriser_new(&c, NULL) == 0);
	bits = medark_categoriser_find(c, type, text);
	forge_expect(bits >> MEDARK_CATEGORIES == 0);
	forge_expect(bits || medark_bytes_is(type, "Patient"));
	forge_expect(medark_categoriser_find(c, type, text) == bits);
	code = medark_contact_read(text, &contact, NULL);
	forge_expect(code == 0 || code == MEDARK_E_FORMAT);
	check_text(&contact.address);
	check_text(&contact.phone);
	check_text(&contact.email);
	return 0;
}
