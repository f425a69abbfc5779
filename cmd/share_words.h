/* SPDX-License-Identifier: Apache-2.0 */
/*
 * share_words: a shell makes several words of --identity escrow.share-*.txt, of which the option
 * takes the first. The others are shares by what is in them, and no verb takes a share for anything
 * else: so they are meant.
 */
#ifndef MEDARK_CMD_SHARE_WORDS_H
#define MEDARK_CMD_SHARE_WORDS_H

#include "options.h"

/*
 * Moves operands that are shares behind the values of --identity, if one of these is a share.
 * Reads the files; leaves all other words as they are, in their order. 0, or an exit code after
 * the fault was reported.
 */
int cli_share_words_take(struct cli_options *options);

#endif
