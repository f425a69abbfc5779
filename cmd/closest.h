/* SPDX-License-Identifier: Apache-2.0 */
/* closest: the word that somebody who mistyped has probably meant. */
#ifndef MEDARK_CMD_CLOSEST_H
#define MEDARK_CMD_CLOSEST_H

#include <stddef.h>

/* The most similar of `count` names, or NULL if none is near; `at` gives the i-th. */
const char *cli_closest(const char *word, size_t count,
			const char *(*at)(size_t i, const void *context), const void *context);

#endif
