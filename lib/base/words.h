/* SPDX-License-Identifier: Apache-2.0 */
/*
 * words: the words by which a patient is found (FORMAT.md section 8, "Search words"), and by which
 * texts are compared without case, accents and punctuation. Writing and searching use this one
 * function, so that what is written is what is looked for.
 */
#ifndef MEDARK_BASE_WORDS_H
#define MEDARK_BASE_WORDS_H

#include "base/buffer.h"
#include "base/bytes.h"

/* Longest word in bytes. */
#define MEDARK_WORD_MAX 64

/*
 * Calls `each` for every search word of `text`, in order, repeated ones too; the word is borrowed
 * during the call. Text that is not UTF-8 has no words. Stops with the callback's negative return.
 * MEDARK_E_MEMORY. Any thread.
 */
int medark_words(struct medark_bytes text,
		 int (*each)(void *context, struct medark_bytes word, struct medark_error *err),
		 void *context, struct medark_error *err) MEDARK_MUST_USE;

/*
 * Appends the search words of `text` to `out`, one space between them: nothing if there are none.
 * MEDARK_E_MEMORY, also past the ceiling of `out`. Any thread.
 */
int medark_words_join(struct medark_bytes text, struct medark_buffer *out,
		      struct medark_error *err) MEDARK_MUST_USE;

#endif
