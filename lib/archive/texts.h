/* SPDX-License-Identifier: Apache-2.0 */
/*
 * texts: the members that every archive carries for its reader: README.txt, RECOVER.sh, FORMAT.md;
 * and the one that every proof of records does: CHECK.sh, whose every byte is part of the format.
 */
#ifndef MEDARK_ARCHIVE_TEXTS_H
#define MEDARK_ARCHIVE_TEXTS_H

#include "base/bytes.h"

/* Static memory. */
struct medark_bytes medark_text_readme(void);
struct medark_bytes medark_text_recover(void);
struct medark_bytes medark_text_format(void);
struct medark_bytes medark_text_check(void);

#endif
