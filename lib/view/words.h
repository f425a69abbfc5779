/* SPDX-License-Identifier: Apache-2.0 */
/*
 * words: what pages say, in the languages that they speak. Static texts, UTF-8, without anything
 * that HTML has to escape. Any thread.
 */
#ifndef MEDARK_VIEW_WORDS_H
#define MEDARK_VIEW_WORDS_H

enum medark_language { MEDARK_ENGLISH, MEDARK_DUTCH, MEDARK_LANGUAGE_COUNT };

enum medark_word {
#define MEDARK_WORD_NAME(name, en, nl) MEDARK_WORD_##name,
#include "view/words_list.h"
#undef MEDARK_WORD_NAME
	MEDARK_WORD_COUNT
};

/* Never NULL. */
const char *medark_word(enum medark_language language, enum medark_word word);

/* "en", "nl" (BCP 47). */
const char *medark_language_code(enum medark_language language);

/* The language of a tag or a locale, as "nl", "nl-NL", "nl_BE.UTF-8"; -1: none that is spoken. */
int medark_language_find(const char *tag);

/* A short name of a month, 1 to 12. */
const char *medark_month(enum medark_language language, unsigned month);

#endif
