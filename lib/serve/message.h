/* SPDX-License-Identifier: Apache-2.0 */
/*
 * message: a request as the front hands it to the vault, and the vault's response. Nothing in a
 * request is decoded: percent signs, plus signs and cookies are the handler's to read. One thread
 * at a time.
 */
#ifndef MEDARK_SERVE_MESSAGE_H
#define MEDARK_SERVE_MESSAGE_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of a request's line and header fields together, as they came. */
#define MEDARK_SERVE_HEAD_MAX ((size_t)16 << 10)
/* Bytes of a request's body. */
#define MEDARK_SERVE_BODY_MAX ((size_t)64 << 10)
/* Bytes of a response's header fields, names and values together, and their number. */
#define MEDARK_SERVE_BLOCK_MAX	 ((size_t)8 << 10)
#define MEDARK_SERVE_HEADERS_MAX 64
/* Bytes of a header field's name. */
#define MEDARK_SERVE_NAME_MAX 64
/* Bytes of a response's body that is held in memory; longer ones are pulled. */
#define MEDARK_SERVE_BUFFER_MAX ((size_t)4 << 20)
/* Bytes that one pull may give. */
#define MEDARK_SERVE_CHUNK_MAX ((size_t)64 << 10)
/* Bytes of a peer's address as text. */
#define MEDARK_SERVE_PEER_MAX 63
/* The length of a body that nobody knows before its end. */
#define MEDARK_SERVE_LENGTH_UNKNOWN UINT64_MAX

/* What reaches the vault; the front refuses every other method. */
enum medark_serve_method {
	MEDARK_SERVE_GET,
	MEDARK_SERVE_HEAD,
	MEDARK_SERVE_POST,
	MEDARK_SERVE_PUT,
	MEDARK_SERVE_PATCH,
	MEDARK_SERVE_DELETE,
	MEDARK_SERVE_OPTIONS,
	MEDARK_SERVE_METHODS, /* how many there are */
};

/* The header fields that reach the vault; the front drops every other. */
enum medark_serve_field {
	MEDARK_SERVE_HOST,
	MEDARK_SERVE_COOKIE,
	MEDARK_SERVE_ACCEPT,
	MEDARK_SERVE_ACCEPT_ENCODING,
	MEDARK_SERVE_ACCEPT_LANGUAGE,
	MEDARK_SERVE_AUTHORIZATION,
	MEDARK_SERVE_CONTENT_TYPE,
	MEDARK_SERVE_IF_NONE_MATCH,
	MEDARK_SERVE_ORIGIN,
	MEDARK_SERVE_PREFER,
	MEDARK_SERVE_SEC_FETCH_SITE,
	MEDARK_SERVE_FIELDS, /* how many there are */
};

/* Everything is borrowed: valid until the handler returns. It always came over TLS. */
struct medark_serve_request {
	enum medark_serve_method method;
	bool has_query;
	/* Printable ASCII; begins with '/', and holds neither '?' nor '#'. */
	struct medark_bytes path;
	/* Printable ASCII behind the first '?', without '#'; empty without `has_query`. */
	struct medark_bytes query;
	/*
	 * Values without blanks around them and without controls but the tab. `data` is NULL if the
	 * field did not come. What came on several lines and is a list stands as one (RFC 9110
	 * section 5.3).
	 */
	struct medark_bytes fields[MEDARK_SERVE_FIELDS];
	struct medark_bytes body;
	/* The client's address without its port, "192.0.2.7" or "2001:db8::1". */
	struct medark_bytes peer;
};

/* The method's name (RFC 9110 section 9), and the field's in lower case; static strings. */
const char *medark_serve_method_name(enum medark_serve_method method);
const char *medark_serve_field_name(enum medark_serve_field field);

/* Names are told apart by case (RFC 9110 section 9.1). False: it is none of ours. */
bool medark_serve_method_find(struct medark_bytes name, enum medark_serve_method *out);

struct medark_serve_header {
	struct medark_bytes name, value;
};

/*
 * Filled by a handler, after medark_serve_response_init(). A body stands in `body`, or comes out of
 * `pull`: never both.
 */
struct medark_serve_response {
	unsigned status; /* 200 to 599; 200 at first */
	/* Names and values, by medark_serve_response_header(). */
	struct medark_buffer block;
	struct {
		uint16_t name, value; /* bytes of each, one behind the other in `block` */
	} headers[MEDARK_SERVE_HEADERS_MAX];
	size_t header_count;
	struct medark_buffer body; /* at most MEDARK_SERVE_BUFFER_MAX; wiped */
	/*
	 * Appends the next bytes of a long body to `out`, which is empty and takes at most
	 * MEDARK_SERVE_CHUNK_MAX: 1, 0 when there is nothing more (and nothing was appended), or a
	 * negative code, which ends the client's transfer visibly before its end. Called by the
	 * thread that answered, between other requests, when the client has taken what came before;
	 * what would hold the others up appends nothing, returns 1, and is called again.
	 */
	int (*pull)(void *context, struct medark_buffer *out, struct medark_error *err);
	/* Frees `context`, once, whatever became of the transfer. May be NULL. */
	void (*pull_free)(void *context);
	void *context;
	size_t held; /* bytes that `context` keeps in memory until it is freed; 0: few */
	/* Of what `pull` gives in all; MEDARK_SERVE_LENGTH_UNKNOWN at first. */
	uint64_t length;
};

void medark_serve_response_init(struct medark_serve_response *response);
/* Wipes and frees; the response is then as after init. */
void medark_serve_response_clear(struct medark_serve_response *response);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_serve_response, medark_serve_response_clear)

/*
 * Adds a header field. `name` is a token of at most MEDARK_SERVE_NAME_MAX bytes, and not one that
 * the front alone sets (medark_serve_is_framing()): the rest is a caller's mistake. MEDARK_E_USAGE
 * if the value is none (medark_serve_is_answer_value()): it may come from a record.
 * MEDARK_E_MEMORY past MEDARK_SERVE_HEADERS_MAX or MEDARK_SERVE_BLOCK_MAX.
 */
int medark_serve_response_header(struct medark_serve_response *response, const char *name,
				 struct medark_bytes value,
				 struct medark_error *err) MEDARK_MUST_USE;

/*
 * Makes `text` the body. A long one (above MEDARK_SERVE_BUFFER_MAX) is taken and pulled: `text` is
 * then empty, with the same ceiling. It is a secret buffer. MEDARK_E_MEMORY.
 */
int medark_serve_response_text(struct medark_serve_response *response, struct medark_buffer *text,
			       struct medark_error *err) MEDARK_MUST_USE;

/* A token (RFC 9110 section 5.6.2) of 1 to MEDARK_SERVE_NAME_MAX bytes? */
bool medark_serve_is_name(struct medark_bytes name);

/* A field's value (RFC 9110 section 5.5): no controls but the tab, no blanks around it? */
bool medark_serve_is_value(struct medark_bytes value);

/* The same of an answer: neither empty nor with a tab, which libmicrohttpd refuses. */
bool medark_serve_is_answer_value(struct medark_bytes value);

/* Does it tell of the connection or of where a body ends, which the front alone does? */
bool medark_serve_is_framing(struct medark_bytes name);

/* Are they the same but for the case of ASCII letters? */
bool medark_serve_same_name(struct medark_bytes a, struct medark_bytes b);

/* Is a Content-Type of this type, whatever its parameters are (RFC 9110 section 8.3.1)? */
bool medark_serve_is_type(struct medark_bytes content_type, const char *type);

/* GET or HEAD? */
bool medark_serve_is_reading(const struct medark_serve_request *request);

#endif
