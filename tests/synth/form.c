/* SPDX-License-Identifier: Apache-2.0 */
#include "form.h"

#include "calendar.h"
#include "random.h"

#include <stdlib.h>

static const char *const slot_names[] = {
#define SLOT_TEXT(name) [SLOT_##name] = #name,
	SYNTH_SLOTS(SLOT_TEXT)
#undef SLOT_TEXT
};

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || c == '_';
}

static enum synth_slot find_slot(const char *name, size_t size)
{
	for (unsigned slot = 0; slot < SLOT_MAX; slot++)
		if (strlen(slot_names[slot]) == size && memcmp(slot_names[slot], name, size) == 0)
			return (enum synth_slot)slot;
	return SLOT_MAX;
}

/* Cuts one text in place, ' becoming "; false if there is a slot that nobody knows. */
static bool cut(struct synth_form *form, char *text, uint32_t *count)
{
	while (*text && *count < SYNTH_PIECES_MAX) {
		size_t size = strcspn(text, "$"), name = 0;
		struct synth_piece *piece = &form->pieces[(*count)++];

		*piece = (struct synth_piece) { text, (uint32_t)size, SLOT_MAX };
		for (size_t i = 0; i < size; i++)
			if (text[i] == '\'')
				text[i] = '"';
		text += size;
		if (!*text)
			break;
		text++;
		while (is_name(text[name]))
			name++;
		piece->slot = find_slot(text, name);
		if (piece->slot == SLOT_MAX)
			return false;
		text += name;
	}
	return *count < SYNTH_PIECES_MAX;
}

int synth_form_new(struct synth_form **out, struct medark_error *err)
{
	MEDARK_AUTO(synth_form_free) struct synth_form *form = calloc(1, sizeof(*form));
	size_t size = 0;
	uint32_t count = 0;
	char *text;

	for (unsigned i = 0; i < SYNTH_TEMPLATE_MAX; i++)
		size += strlen(synth_templates[i]) + 1;
	if (form)
		form->texts = malloc(size);
	if (!form || !form->texts)
		return medark_error_memory(err, "the templates");
	text = form->texts;
	for (unsigned i = 0; i < SYNTH_TEMPLATE_MAX; i++) {
		size_t length = strlen(synth_templates[i]) + 1;

		memcpy(text, synth_templates[i], length);
		form->first[i] = count;
		if (!cut(form, text, &count))
			return medark_error_set(err, MEDARK_E_FORMAT,
						"template %u has an unknown slot", i);
		text += length;
	}
	form->first[SYNTH_TEMPLATE_MAX] = count;
	*out = MEDARK_TAKE(form);
	return 0;
}

void synth_form_free(struct synth_form *form)
{
	if (!form)
		return;
	free(form->texts);
	free(form);
}

static const char hex[] = "0123456789abcdef";

/* Version 4 and variant 1 of RFC 9562; the rest are the key and its successor. */
void synth_id_text(uint64_t key, char out[SYNTH_ID_SIZE])
{
	uint64_t high = (key & ~(uint64_t)0xf000) | 0x4000;
	uint64_t low = synth_mix(key + SYNTH_GOLDEN);

	low = (low & ~((uint64_t)3 << 62)) | (uint64_t)2 << 62;
	for (unsigned i = 0; i < 8; i++)
		out[i] = hex[high >> (60 - 4 * i) & 15];
	for (unsigned i = 0; i < 4; i++) {
		out[9 + i] = hex[high >> (28 - 4 * i) & 15];
		out[14 + i] = hex[high >> (12 - 4 * i) & 15];
		out[19 + i] = hex[low >> (60 - 4 * i) & 15];
	}
	for (unsigned i = 0; i < 12; i++)
		out[24 + i] = hex[low >> (44 - 4 * i) & 15];
	out[8] = out[13] = out[18] = out[23] = '-';
}

/* Exactly `width` digits of `n`, zeros in front. */
static void digits(char *out, uint64_t n, unsigned width)
{
	while (width-- > 0) {
		out[width] = (char)('0' + n % 10);
		n /= 10;
	}
}

static void put_number(struct synth_sink *sink, int64_t number, uint8_t decimals)
{
	char text[32];
	char *p = text + sizeof(text);
	uint64_t n = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
	unsigned written = 0;

	do {
		*--p = (char)('0' + n % 10);
		n /= 10;
		if (++written == decimals)
			*--p = '.';
	} while (n > 0 || written < decimals + 1u);
	if (number < 0)
		*--p = '-';
	synth_put(sink, p, (size_t)(text + sizeof(text) - p));
}

#define DATE_SIZE 10

static void date_text(char out[DATE_SIZE], int32_t day)
{
	struct synth_date date = synth_date_from(day);

	digits(out, (uint64_t)date.year, 4);
	digits(out + 5, date.month, 2);
	digits(out + 8, date.day, 2);
	out[4] = out[7] = '-';
}

static void put_dutch(struct synth_sink *sink, int32_t day)
{
	struct synth_date date = synth_date_from(day);
	char text[DATE_SIZE];

	digits(text, date.day, 2);
	digits(text + 3, date.month, 2);
	digits(text + 6, (uint64_t)date.year, 4);
	text[2] = text[5] = '-';
	synth_put(sink, text, sizeof(text));
}

static void clock_text(char *out, int64_t seconds)
{
	int32_t day = synth_day_at(seconds);
	uint64_t second = (uint64_t)(seconds - (int64_t)day * SYNTH_DAY_SECONDS);

	date_text(out, day);
	out[10] = 'T';
	digits(out + 11, second / 3600, 2);
	digits(out + 14, second / 60 % 60, 2);
	digits(out + 17, second % 60, 2);
	out[13] = out[16] = ':';
}

static void put_time(struct synth_sink *sink, int64_t seconds)
{
	char text[] = "yyyy-mm-ddThh:mm:ss+01:00";

	clock_text(text, seconds);
	text[21] = (char)('0' + synth_utc_offset(synth_day_at(seconds)));
	synth_put(sink, text, sizeof(text) - 1);
}

static void put_instant(struct synth_sink *sink, int64_t milliseconds)
{
	char text[] = "yyyy-mm-ddThh:mm:ss.mmmZ";
	int64_t part = (milliseconds % 1000 + 1000) % 1000;

	clock_text(text, (milliseconds - part) / 1000);
	digits(text + 20, (uint64_t)part, 3);
	synth_put(sink, text, sizeof(text) - 1);
}

static void put_reference(const struct synth_form *form, const struct synth_value *value)
{
	static const char urn[] = "urn:uuid:";
	char id[SYNTH_ID_SIZE];

	if (form->urn && value->inside) {
		synth_put(form->sink, urn, sizeof(urn) - 1);
	} else {
		synth_put(form->sink, value->text, value->size);
		synth_put(form->sink, "/", 1);
	}
	synth_id_text(value->key, id);
	synth_put(form->sink, id, sizeof(id));
}

static void put_value(const struct synth_form *form, const struct synth_value *value)
{
	char text[SYNTH_ID_SIZE];

	switch (value->kind) {
	case SYNTH_TEXT:
		synth_put(form->sink, value->text, value->size);
		break;
	case SYNTH_NUMBER:
		put_number(form->sink, value->number, value->decimals);
		break;
	case SYNTH_DATE:
		date_text(text, (int32_t)value->number);
		synth_put(form->sink, text, DATE_SIZE);
		break;
	case SYNTH_DUTCH:
		put_dutch(form->sink, (int32_t)value->number);
		break;
	case SYNTH_TIME:
		put_time(form->sink, value->number);
		break;
	case SYNTH_INSTANT:
		put_instant(form->sink, value->number);
		break;
	case SYNTH_ID:
		synth_id_text(value->key, text);
		synth_put(form->sink, text, sizeof(text));
		break;
	case SYNTH_REFERENCE:
		put_reference(form, value);
		break;
	}
}

void synth_fill(struct synth_form *form, enum synth_template which)
{
	const struct synth_piece *piece = form->pieces + form->first[which];
	const struct synth_piece *end = form->pieces + form->first[which + 1];

	for (; piece < end; piece++) {
		synth_put(form->sink, piece->text, piece->size);
		if (piece->slot != SLOT_MAX)
			put_value(form, &form->slots[piece->slot]);
	}
}
