/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first line is a type, the rest a record: its categories, and how to reach a patient; who
 * wants more members of a record has the same facts of it.
 */
#include "forge.h"

#include "base/buffer.h"
#include "record/category.h"
#include "record/contact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct medark_fhir *plain, *wider;
static struct medark_categoriser *categoriser;
static struct medark_record facts, other;

static void check_text(const struct medark_buffer *text)
{
	forge_expect(text->size <= MEDARK_CONTACT_MAX);
	for (size_t i = 0; i < text->size; i++)
		forge_expect(text->data[i] >= 0x20 && text->data[i] != 0x7f);
}

static void begin(void)
{
	if (categoriser)
		return;
	forge_expect(medark_fhir_new(&plain, NULL) == 0);
	forge_expect(medark_fhir_new_with(medark_category_key_names, MEDARK_CATEGORY_KEYS, &wider,
					  NULL) == 0);
	forge_expect(medark_categoriser_new(&categoriser, NULL) == 0);
}

static void check_facts(struct medark_bytes text)
{
	const struct medark_bytes none = { NULL, 0 };

	forge_expect(medark_fhir_json(plain, text, none, &facts, NULL) ==
		     medark_fhir_json(wider, text, none, &other, NULL));
	forge_expect(facts.fault == other.fault);
	forge_expect(medark_bytes_equal(facts.type, other.type));
	forge_expect(medark_bytes_equal(facts.id, other.id));
	forge_expect(facts.date == other.date && facts.updated == other.updated);
	forge_expect(facts.patient_count == other.patient_count);
	for (uint32_t i = 0; i < facts.patient_count; i++)
		forge_expect(medark_bytes_equal(facts.patients[i].text, other.patients[i].text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t padding[MEDARK_JSON_PADDING];
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer copy = MEDARK_BUFFER(1u << 24);
	MEDARK_AUTO(medark_contact_clear) struct medark_contact contact = MEDARK_CONTACT;
	const uint8_t *lf = size ? memchr(data, '\n', size) : NULL;
	size_t type_size = lf ? (size_t)(lf - data) : 0, from = lf ? type_size + 1 : 0;
	struct medark_bytes type = medark_bytes(data, type_size);
	uint64_t bits;

	begin();
	forge_expect(medark_buffer_add(&copy, data + from, size - from, NULL) == 0);
	forge_expect(medark_buffer_add(&copy, padding, sizeof(padding), NULL) == 0);
	check_facts(medark_bytes(copy.data, size - from));
	bits = medark_categoriser_find(categoriser, type, wider);
	forge_expect(bits >> MEDARK_CATEGORIES == 0);
	forge_expect(bits || medark_bytes_is(type, "Patient"));
	forge_expect(medark_categoriser_find(categoriser, type, wider) == bits);
	forge_expect(medark_contact_read(wider, &contact, NULL) == 0);
	check_text(&contact.address);
	check_text(&contact.phone);
	check_text(&contact.email);
	return 0;
}
