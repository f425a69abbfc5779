/* SPDX-License-Identifier: Apache-2.0 */
/* decoder: the content of a .gz or .zst item as a stream of its own. */
#ifndef MEDARK_SOURCE_DECODER_H
#define MEDARK_SOURCE_DECODER_H

#include "source/source.h"

/* Do these first bytes begin a gzip member or a zstd frame? */
bool medark_decoder_recognise(struct medark_bytes head);

/*
 * Decodes `packed`, which it takes. Reading gives MEDARK_E_SOURCE at the first place that does not
 * decode. Expansion is bounded by the reader's own pace, as nothing is held back; a frame's
 * window is bounded by what zstd takes by itself.
 */
int medark_decoder_open(struct medark_stream *packed, struct medark_stream **out,
			struct medark_error *err) MEDARK_MUST_USE;

#endif
