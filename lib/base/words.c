/* SPDX-License-Identifier: Apache-2.0 */
#include "base/words.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <utf8proc.h>

/* Bytes of text that are looked at: a longer name is not one. */
#define TEXT_MAX 65536

static bool is_word_character(utf8proc_int32_t c)
{
	switch (utf8proc_category(c)) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
	case UTF8PROC_CATEGORY_ND:
	case UTF8PROC_CATEGORY_NL:
	case UTF8PROC_CATEGORY_NO:
		return true;
	default:
		return false;
	}
}

/*
 * Letters with a stroke or without a dot have no decomposition, and are typed without. All are two
 * bytes in UTF-8, so that the text only gets shorter.
 */
static size_t fold_strokes(uint8_t *text, size_t size)
{
	static const struct {
		uint8_t from[2];
		char to;
	} strokes[] = {
		{ { 0xc3, 0xb8 }, 'o' }, /* o with stroke */
		{ { 0xc4, 0x91 }, 'd' }, /* d with stroke */
		{ { 0xc4, 0xa7 }, 'h' }, /* h with stroke */
		{ { 0xc4, 0xb1 }, 'i' }, /* dotless i */
		{ { 0xc5, 0x82 }, 'l' }, /* l with stroke */
	};
	size_t to = 0;

	for (size_t from = 0; from < size; from++, to++) {
		text[to] = text[from];
		for (size_t i = 0; i < sizeof(strokes) / sizeof(strokes[0]); i++) {
			if (from + 1 < size && memcmp(text + from, strokes[i].from, 2) == 0) {
				text[to] = (uint8_t)strokes[i].to;
				from++;
				break;
			}
		}
	}
	return to;
}

/* Splits normalised text; characters past MEDARK_WORD_MAX are left out of their word. */
static int split(struct medark_bytes text,
		 int (*each)(void *context, struct medark_bytes word, struct medark_error *err),
		 void *context, struct medark_error *err)
{
	size_t begin = 0, end = 0, at = 0;

	while (at < text.size) {
		utf8proc_int32_t c;
		utf8proc_ssize_t n =
			utf8proc_iterate(text.data + at, (utf8proc_ssize_t)(text.size - at), &c);

		if (n <= 0)
			break;
		if (!is_word_character(c)) {
			if (end > begin)
				MEDARK_TRY(each(context,
						medark_bytes(text.data + begin, end - begin), err));
			begin = at + (size_t)n;
			end = begin;
		} else if (end == at && at + (size_t)n - begin <= MEDARK_WORD_MAX) {
			end = at + (size_t)n;
		}
		at += (size_t)n;
	}
	if (end > begin)
		MEDARK_TRY(each(context, medark_bytes(text.data + begin, end - begin), err));
	return 0;
}

int medark_words(struct medark_bytes text,
		 int (*each)(void *context, struct medark_bytes word, struct medark_error *err),
		 void *context, struct medark_error *err)
{
	MEDARK_AUTO(medark_heap_free) utf8proc_uint8_t *folded = NULL;
	utf8proc_ssize_t size;

	if (text.size == 0 || text.size > TEXT_MAX || !medark_text_is_utf8(text))
		return 0;
	size = utf8proc_map(text.data, (utf8proc_ssize_t)text.size, &folded,
			    UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_STRIPMARK |
				    UTF8PROC_CASEFOLD);
	if (size == UTF8PROC_ERROR_NOMEM)
		return medark_error_memory(err, "a search word");
	if (size < 0)
		return 0;
	return split(medark_bytes(folded, fold_strokes(folded, (size_t)size)), each, context, err);
}

struct joined {
	struct medark_buffer *out;
	bool follows; /* another word */
};

static int add_word(void *context, struct medark_bytes word, struct medark_error *err)
{
	struct joined *j = context;

	if (j->follows)
		MEDARK_TRY(medark_buffer_text(j->out, " ", err));
	j->follows = true;
	return medark_buffer_add(j->out, word.data, word.size, err);
}

int medark_words_join(struct medark_bytes text, struct medark_buffer *out, struct medark_error *err)
{
	struct joined j = { .out = out };

	return medark_words(text, add_word, &j, err);
}
