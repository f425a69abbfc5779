/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compress: one zstd frame (RFC 8878) of a segment, made and opened under the rules of F-14. Stands
 * between the binding and the seal; knows neither. Contexts are reused and belong to one thread;
 * what they held of the plaintext is wiped when they are freed.
 */
#ifndef MEDARK_CONTAINER_COMPRESS_H
#define MEDARK_CONTAINER_COMPRESS_H

#include "base/buffer.h"
#include "base/bytes.h"

struct medark_compressor;

/* `level` is 1 to MEDARK_LEVEL_MAX; MEDARK_E_USAGE for another one, MEDARK_E_MEMORY. */
#define MEDARK_LEVEL_MAX 22
int medark_compressor_new(int level, struct medark_compressor **out,
			  struct medark_error *err) MEDARK_MUST_USE;
void medark_compressor_free(struct medark_compressor *c);
MEDARK_DEFINE_AUTO(struct medark_compressor, medark_compressor_free)

/* Most bytes that the frame of `size` bytes takes. */
size_t medark_compressor_bound(size_t size);

/*
 * Appends one frame to `out`: content size in it, no checksum, no dictionary, window at most 8 MiB.
 * MEDARK_E_MEMORY.
 */
int medark_compressor_run(struct medark_compressor *c, struct medark_bytes plain,
			  struct medark_buffer *out, struct medark_error *err) MEDARK_MUST_USE;

struct medark_decompressor;
int medark_decompressor_new(struct medark_decompressor **out,
			    struct medark_error *err) MEDARK_MUST_USE;
void medark_decompressor_free(struct medark_decompressor *d);
MEDARK_DEFINE_AUTO(struct medark_decompressor, medark_decompressor_free)

/*
 * Opens the frame that `text` begins with and the padding that may follow it; nothing else may.
 * `out` is emptied first; `slack` bytes of room stand behind what it then holds. Before a byte is
 * allocated, the frame's header must claim no more than `limit` bytes of content. MEDARK_E_FORMAT,
 * MEDARK_E_MEMORY.
 */
int medark_decompressor_run(struct medark_decompressor *d, struct medark_bytes text, size_t limit,
			    size_t slack, struct medark_buffer *out,
			    struct medark_error *err) MEDARK_MUST_USE;

#endif
