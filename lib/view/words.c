/* SPDX-License-Identifier: Apache-2.0 */
#include "view/words.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#define MEDARK_WORD_NAME(name, en, nl) { en, nl },
static const char *const words[][MEDARK_LANGUAGE_COUNT] = {
#include "view/words_list.h"
};
#undef MEDARK_WORD_NAME

static const char *const codes[MEDARK_LANGUAGE_COUNT] = { "en", "nl" };

static const char *const months[][MEDARK_LANGUAGE_COUNT] = {
	{ "Jan", "jan" }, { "Feb", "feb" }, { "Mar", "mrt" }, { "Apr", "apr" },
	{ "May", "mei" }, { "Jun", "jun" }, { "Jul", "jul" }, { "Aug", "aug" },
	{ "Sep", "sep" }, { "Oct", "okt" }, { "Nov", "nov" }, { "Dec", "dec" },
};

const char *medark_word(enum medark_language language, enum medark_word word)
{
	assert((unsigned)word < MEDARK_WORD_COUNT);
	return words[word][language];
}

const char *medark_language_code(enum medark_language language)
{
	return codes[language];
}

int medark_language_find(const char *tag)
{
	for (int i = 0; i < MEDARK_LANGUAGE_COUNT; i++)
		if (strncasecmp(tag, codes[i], 2) == 0 &&
		    (tag[2] == '\0' || strchr("-_.@", tag[2])))
			return i;
	return -1;
}

const char *medark_month(enum medark_language language, unsigned month)
{
	assert(month >= 1 && month <= 12);
	return months[month - 1][language];
}
