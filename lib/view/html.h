/* SPDX-License-Identifier: Apache-2.0 */
/*
 * html: texts of unknown origin in HTML. Whatever comes from a record, a request or a file goes
 * through here, so that it can be neither markup nor a way out of an attribute's quotes. Any
 * thread.
 *
 * Beside the five characters of markup, what a browser draws as something else than it is becomes
 * visible: controls as their pictures (U+2400 …), bidirectional embeddings, overrides and isolates
 * and what is no UTF-8 as U+FFFD. Tabs and line ends stay; a byte order mark is left out.
 */
#ifndef MEDARK_VIEW_HTML_H
#define MEDARK_VIEW_HTML_H

#include "base/buffer.h"
#include "base/bytes.h"

/*
 * Appends `text` as the content of an element, or of an attribute in double or single quotes.
 * MEDARK_E_MEMORY, also past the ceiling of `out`.
 */
int medark_html_text(struct medark_buffer *out, struct medark_bytes text,
		     struct medark_error *err) MEDARK_MUST_USE;

/*
 * Appends markup with texts in it: %s is a `const char *`, %b a `struct medark_bytes`, both as
 * medark_html_text() writes them, %u an `unsigned long long`; %% a percent sign. `markup` is a
 * literal of the program. Errors as above.
 */
int medark_html(struct medark_buffer *out, struct medark_error *err, const char *markup,
		...) MEDARK_MUST_USE;

#endif
