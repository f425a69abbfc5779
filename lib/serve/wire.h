/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wire: how a thread of the front and a thread of the vault speak, over a pair of stream sockets.
 * The front asks, the vault answers, one thing at a time:
 *
 *	front	REQUEST			vault	ANSWER
 *	front	MORE stream		vault	CHUNK, END or ABORT
 *	front	DROP stream		(nothing)
 *
 * An answer holds its body, or names a stream that the front asks MORE of as its client takes it.
 * Streams are so many beside each other as clients are slow; none of them keeps the others waiting.
 *
 * A frame is a type (1 byte), the size of what follows (4 bytes, big-endian), and that. Neither
 * side trusts the other: the front may have been taken over. There is one form of everything, every
 * length is bounded before anything is read for it, and what does not fit ends the conversation.
 */
#ifndef MEDARK_SERVE_WIRE_H
#define MEDARK_SERVE_WIRE_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/error.h"
#include "serve/message.h"

#include <stdbool.h>
#include <stdint.h>

enum medark_wire_type {
	MEDARK_WIRE_REQUEST = 1,
	MEDARK_WIRE_MORE, /* a stream, 4 bytes */
	MEDARK_WIRE_DROP, /* a stream, 4 bytes; there is no answer */
	MEDARK_WIRE_ANSWER,
	MEDARK_WIRE_CHUNK, /* bytes of a body, at most MEDARK_SERVE_CHUNK_MAX; none: ask again */
	MEDARK_WIRE_END,   /* the body is whole; empty */
	MEDARK_WIRE_ABORT, /* the body breaks off here; empty */
};

/* Bytes in front of what a frame holds, and the most of what it holds. */
#define MEDARK_WIRE_HEAD 5
#define MEDARK_WIRE_MAX	 ((size_t)96 << 10)

struct medark_wire_answer {
	unsigned status; /* 200 to 599 */
	uint32_t stream; /* 0: the body is `body`; else it is empty, and there is more to ask for */
	uint64_t length; /* of the whole body; MEDARK_SERVE_LENGTH_UNKNOWN only with a stream */
	struct medark_serve_header headers[MEDARK_SERVE_HEADERS_MAX];
	size_t header_count;
	struct medark_bytes body; /* at most MEDARK_SERVE_CHUNK_MAX */
};

/*
 * Appends the frame of a request. MEDARK_E_FORMAT if it does not keep its contract and its bounds
 * (message.h), since the vault would end the conversation; MEDARK_E_MEMORY.
 */
int medark_wire_put_request(const struct medark_serve_request *request, struct medark_buffer *out,
			    struct medark_error *err) MEDARK_MUST_USE;

/*
 * Reads what a REQUEST holds; `out` borrows from it. MEDARK_E_FORMAT if it is not exactly what
 * medark_wire_put_request() writes.
 */
int medark_wire_get_request(struct medark_bytes payload, struct medark_serve_request *out,
			    struct medark_error *err) MEDARK_MUST_USE;

/*
 * Appends the frame of an answer: its status and headers are those of `response`. Without a
 * `stream` (0) the body is the response's buffer, at most MEDARK_SERVE_CHUNK_MAX bytes; otherwise
 * `length` tells what will come. MEDARK_E_MEMORY.
 */
int medark_wire_put_answer(const struct medark_serve_response *response, uint32_t stream,
			   uint64_t length, struct medark_buffer *out,
			   struct medark_error *err) MEDARK_MUST_USE;

/*
 * Reads what an ANSWER holds; `out`, which is of no use after a failure, borrows from it.
 * MEDARK_E_FORMAT as above.
 */
int medark_wire_get_answer(struct medark_bytes payload, struct medark_wire_answer *out,
			   struct medark_error *err) MEDARK_MUST_USE;

/* Appends a frame that holds a stream's number (MORE, DROP), bytes (CHUNK), or nothing. */
int medark_wire_put_stream(enum medark_wire_type type, uint32_t stream, struct medark_buffer *out,
			   struct medark_error *err) MEDARK_MUST_USE;
int medark_wire_put_bytes(enum medark_wire_type type, struct medark_bytes bytes,
			  struct medark_buffer *out, struct medark_error *err) MEDARK_MUST_USE;

/* Reads what MORE and DROP hold. MEDARK_E_FORMAT. */
int medark_wire_get_stream(struct medark_bytes payload, uint32_t *out,
			   struct medark_error *err) MEDARK_MUST_USE;

/* Sends whole frames. Blocks. MEDARK_E_SYSTEM, also if the other side is gone. */
int medark_wire_send(int fd, struct medark_bytes frames, struct medark_error *err) MEDARK_MUST_USE;

/*
 * Takes one frame: 1, with what it holds in `payload`, which is emptied first and keeps its memory;
 * 0 if the other side is gone, and no frame had begun. Blocks. MEDARK_E_FORMAT for a type that is
 * none, and a size that the type does not allow; MEDARK_E_SYSTEM, also for a frame that breaks off;
 * MEDARK_E_MEMORY.
 */
int medark_wire_receive(int fd, struct medark_buffer *payload, enum medark_wire_type *out,
			struct medark_error *err) MEDARK_MUST_USE;

/*
 * Reads a frame's head. MEDARK_E_FORMAT as above.
 */
int medark_wire_get_head(const uint8_t head[MEDARK_WIRE_HEAD], enum medark_wire_type *out_type,
			 size_t *out_size, struct medark_error *err) MEDARK_MUST_USE;

#endif
