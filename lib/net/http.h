/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http: requests to servers (RFC 9110), many side by side in one thread. Each is sent once: what to
 * do about a refusal is for who asked, as only he knows whether the request may be repeated.
 *
 *	medark_http_new(&setup, &http, &err);
 *	medark_http_start(http, &request, &transfer, &err);
 *	while (medark_http_next(http, &transfer, &err) == 1) ... medark_http_response(transfer) ...
 *
 * TLS 1.2 or newer, the server's name and certificate are always checked; http is spoken with this
 * machine alone, unless the address was read by medark_url_parse_plain(). The client's certificate
 * is shown to the server itself alone, and what it leads to at other origins must not lie in a
 * closer network than it does (place.h): the address that is connected to counts, so a name that
 * resolves otherwise each time is of no help. Through a proxy the address is that of the proxy,
 * which has to know what it lets through.
 *
 * Redirects are not followed here. Nothing of an address but its origin, and nothing
 * of a header or body, ever stands in an error.
 */
#ifndef MEDARK_NET_HTTP_H
#define MEDARK_NET_HTTP_H

#include "base/buffer.h"
#include "net/place.h"
#include "net/url.h"

#include <stdbool.h>
#include <stdint.h>

struct medark_http;

/*
 * The server that an export or a restore is with. Clients may share it, in one thread: where it
 * lies is learned from its answers; until the first it counts as public.
 */
struct medark_http_home {
	char origin[MEDARK_ORIGIN_MAX];
	enum medark_place place;
};
void medark_http_home_init(struct medark_http_home *home, const struct medark_url *url);

struct medark_http_setup {
	/* Borrowed while the client lives; NULL: all addresses are the caller's own. */
	struct medark_http_home *home;
	const char *ca_file;	  /* PEM; trusted instead of the system's; NULL: the system's */
	const char *client_cert;  /* PEM, for mutual TLS; NULL: none */
	const char *client_key;	  /* PEM; needed with it */
	unsigned connections;	  /* side by side at most; 0: 8 */
	unsigned connect_seconds; /* 0: 30 */
	unsigned silence_seconds; /* without a byte either way; 0: 120 */
	/* Called several times a second while something is waited for; negative stops. */
	int (*poll)(void *context, struct medark_error *err);
	void *context;
};

/* Strings are copied. The files are read with the first connection. MEDARK_E_MEMORY. */
int medark_http_new(const struct medark_http_setup *setup, struct medark_http **out,
		    struct medark_error *err) MEDARK_MUST_USE;
/* Ends the transfers that are under way. */
void medark_http_free(struct medark_http *http);
MEDARK_DEFINE_AUTO(struct medark_http, medark_http_free)

struct medark_http_request {
	const char *method; /* "GET"; NULL: GET, or POST with a body */
	const struct medark_url *url;
	const char *authorization; /* value of that header; NULL: none */
	/* "Name: value" each; without control characters. */
	const char *const *headers;
	size_t header_count;
	const char *content_type; /* of the body */
	struct medark_bytes body;
	/* Most bytes of a body that is kept in the response; what is longer fails. */
	size_t body_max;
	/*
	 * Takes the body of a response with status 200 or 206 as it comes, decoded, instead of the
	 * response. Negative ends the transfer with that code.
	 */
	int (*sink)(void *context, struct medark_bytes part, struct medark_error *err);
	void *context;
	/* At another origin than the server's: the address is of the operator, and lies anywhere.
	 */
	bool is_named;
	bool shows_certificate; /* there, too: it is where tokens are given */
	bool identity;		/* ask for the body as it is, not compressed for the way */
};

/* What is known of how a transfer ended. */
struct medark_http_response {
	/*
	 * HTTP status; 0: none came, and `failure` tells why: it may be worth another attempt if
	 * `is_transient`. With a status, `failure` tells of a body that did not come whole.
	 */
	unsigned status;
	bool is_transient;
	struct medark_error failure; /* code 0: all is well */
	bool is_change;		     /* the request was another than a GET */
	/* Nothing but the connection's end told that of the body: it may have been cut off. */
	bool is_open_ended;
	bool is_stopped;	      /* the sink's code stands in `failure` */
	uint64_t received;	      /* bytes of the body, decoded */
	struct medark_buffer body;    /* wiped; a zero stands behind it */
	struct medark_buffer headers; /* "name: value" lines, names in lower case */
};

struct medark_http_transfer;

/*
 * Starts a transfer, which lives until it is freed; what the request names is copied, but for
 * `context`. MEDARK_E_USAGE: a header that holds a control character; MEDARK_E_MEMORY.
 */
int medark_http_start(struct medark_http *http, const struct medark_http_request *request,
		      struct medark_http_transfer **out, struct medark_error *err) MEDARK_MUST_USE;
/* Ends it if it is under way. */
void medark_http_transfer_free(struct medark_http_transfer *t);
MEDARK_DEFINE_AUTO(struct medark_http_transfer, medark_http_transfer_free)

/*
 * Waits until a transfer has ended, at most `seconds` (negative: as long as it takes): 1 and the
 * transfer, which is started no more, or 0 if none has, or none is under way. A negative code of
 * the poll, MEDARK_E_SYSTEM, MEDARK_E_MEMORY.
 */
int medark_http_next(struct medark_http *http, double seconds, struct medark_http_transfer **out,
		     struct medark_error *err) MEDARK_MUST_USE;

/* Of a transfer that has ended; borrowed. */
struct medark_http_response *medark_http_response(struct medark_http_transfer *t);

/* For the caller's own use; NULL at first. */
void medark_http_tag(struct medark_http_transfer *t, void *tag);
void *medark_http_tagged(const struct medark_http_transfer *t);

/*
 * Value of a header (its name in lower case), without blanks around it; borrowed; empty if it did
 * not come. Of several the last.
 */
struct medark_bytes medark_http_header(const struct medark_http_response *response,
				       const char *name);

/* Waits that long, polling. Nothing must be under way. A negative code of the poll. */
int medark_http_sleep(struct medark_http *http, double seconds,
		      struct medark_error *err) MEDARK_MUST_USE;

#endif
