/* SPDX-License-Identifier: Apache-2.0 */
/* file_kind: what a file is, by its first bytes, not by what a record calls it. Any thread. */
#ifndef MEDARK_VIEW_FILE_KIND_H
#define MEDARK_VIEW_FILE_KIND_H

#include "base/bytes.h"

/*
 * The ending of a name for what begins with these bytes: "pdf", "png" …; "bin" for all that a
 * browser would not open, or should not: HTML and SVG run scripts. Static.
 */
const char *medark_file_ending(struct medark_bytes bytes);

/* The media type of an image that pages show; NULL: it is none. Static. */
const char *medark_file_image(struct medark_bytes bytes);

#endif
