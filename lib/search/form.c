/* SPDX-License-Identifier: Apache-2.0 */
#include "search/form.h"

#include "base/text.h"

#include <assert.h>

void medark_form_clear(struct medark_form *form)
{
	medark_buffer_clear(&form->texts);
	form->count = 0;
}

/* Into the reserved memory, which does not move. What is decoded is never longer. */
static int decode(struct medark_form *form, struct medark_bytes raw, struct medark_bytes *out,
		  struct medark_error *err)
{
	uint8_t *to = form->texts.data + form->texts.size;
	size_t size = 0;

	assert(form->texts.data);
	for (size_t i = 0; i < raw.size; i++) {
		uint8_t c = raw.data[i];

		if (c == '%') {
			int high = raw.size - i > 2 ? medark_text_hex_digit(raw.data[i + 1]) : -1;
			int low = high < 0 ? -1 : medark_text_hex_digit(raw.data[i + 2]);

			if (low < 0)
				return medark_error_set(err, MEDARK_E_USAGE,
							"a '%%' without two hexadecimal digits");
			c = (uint8_t)(high << 4 | low);
			i += 2;
		} else if (c == '+') {
			c = ' ';
		}
		if (c == 0)
			return medark_error_set(err, MEDARK_E_USAGE, "a zero byte in a parameter");
		to[size++] = c;
	}
	*out = medark_bytes(to, size);
	form->texts.size += size;
	if (!medark_text_is_utf8(*out))
		return medark_error_set(err, MEDARK_E_USAGE, "a parameter that is not UTF-8");
	return 0;
}

static int check_name(struct medark_bytes name, struct medark_error *err)
{
	if (name.size == 0)
		return medark_error_set(err, MEDARK_E_USAGE, "a parameter without a name");
	if (name.size > MEDARK_FORM_NAME_MAX)
		return medark_error_set(err, MEDARK_E_USAGE,
					"a parameter's name of more than %d bytes",
					MEDARK_FORM_NAME_MAX);
	for (size_t i = 0; i < name.size; i++)
		if (name.data[i] < 0x20 || name.data[i] == 0x7f)
			return medark_error_set(err, MEDARK_E_USAGE,
						"a control character in a parameter's name");
	return 0;
}

static int add(struct medark_form *form, struct medark_bytes raw, struct medark_error *err)
{
	const uint8_t *equals = memchr(raw.data, '=', raw.size);
	size_t n = equals ? (size_t)(equals - raw.data) : raw.size;
	struct medark_form_pair *pair = &form->pairs[form->count];

	if (form->count == MEDARK_FORM_PAIRS_MAX)
		return medark_error_set(err, MEDARK_E_USAGE, "more than %d parameters",
					MEDARK_FORM_PAIRS_MAX);
	MEDARK_TRY(decode(form, medark_bytes(raw.data, n), &pair->name, err));
	MEDARK_TRY(check_name(pair->name, err));
	n += equals != NULL;
	MEDARK_TRY(decode(form, medark_bytes(raw.data + n, raw.size - n), &pair->value, err));
	if (pair->value.size > MEDARK_FORM_VALUE_MAX)
		return medark_error_set(err, MEDARK_E_USAGE, "a parameter of more than %d bytes",
					MEDARK_FORM_VALUE_MAX);
	form->count++;
	return 0;
}

static int add_all(struct medark_form *form, struct medark_bytes text, struct medark_error *err)
{
	size_t begin = 0;

	while (begin < text.size) {
		const uint8_t *from = text.data + begin;
		const uint8_t *end = memchr(from, '&', text.size - begin);
		size_t n = end ? (size_t)(end - from) : text.size - begin;

		if (n)
			MEDARK_TRY(add(form, medark_bytes(from, n), err));
		begin += n + 1;
	}
	return 0;
}

int medark_form_parse(struct medark_form *form, struct medark_bytes text, struct medark_error *err)
{
	int result;

	medark_form_clear(form);
	if (text.size > MEDARK_FORM_MAX)
		return medark_error_set(err, MEDARK_E_USAGE, "parameters of more than %d bytes",
					MEDARK_FORM_MAX);
	form->texts = (struct medark_buffer)MEDARK_BUFFER_SECRET(MEDARK_FORM_MAX);
	if (text.size)
		MEDARK_TRY(medark_buffer_reserve(&form->texts, text.size, err));
	result = add_all(form, text, err);
	if (result < 0)
		medark_form_clear(form);
	return result;
}
