/* SPDX-License-Identifier: Apache-2.0 */
/* What somebody may type into the search box, and the search words of any text. */
#include "forge.h"

#include "archive/query.h"
#include "base/text.h"
#include "base/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int same_word(void *context, struct medark_bytes word, struct medark_error *err)
{
	(void)err;
	forge_expect(medark_bytes_equal(word, *(const struct medark_bytes *)context));
	return 0;
}

/* A search word's own search word is itself: what is written is what is looked for. */
static int check_word(void *context, struct medark_bytes word, struct medark_error *err)
{
	(void)context;
	forge_expect(word.size && word.size <= MEDARK_WORD_MAX && medark_text_is_utf8(word));
	return medark_words(word, same_word, &word, err);
}

static void check_births(struct medark_bytes word)
{
	struct medark_query_births births;

	medark_query_births(word, &births);
	for (int i = 0; i < 2; i++) {
		size_t n = strlen(births.digits[i]);

		forge_expect(n == 0 || n == 4 || n == 6 || n == 8);
		forge_expect(strspn(births.digits[i], "0123456789") == n);
	}
	forge_expect(births.digits[0][0] || !births.digits[1][0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct medark_bytes text = medark_bytes(data, size);
	uint8_t compact[MEDARK_QUERY_MAX];
	struct medark_query query;

	forge_expect(medark_words(text, check_word, NULL, NULL) == 0);
	if (medark_query_parse(text, &query, NULL) < 0)
		return 0;
	forge_expect(query.whole.size <= size && query.count <= MEDARK_QUERY_WORDS_MAX);
	forge_expect(medark_query_compact(query.whole, true, compact) <= query.whole.size);
	for (size_t i = 0; i < query.count; i++) {
		forge_expect(query.words[i].size);
		check_births(query.words[i]);
	}
	return 0;
}
