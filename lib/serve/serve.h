/* SPDX-License-Identifier: Apache-2.0 */
/*
 * serve: an HTTPS server in two processes. The front speaks TLS and HTTP with anybody; it has no
 * files, no keys but that of TLS, and almost no system calls (sandbox.h). The vault, which is the
 * caller's process, has the data; it sees requests only in the strict form of message.h.
 *
 *	medark_serve_begin(&setup, &serve, err);	the front is another process from here on
 *	... the caller loads keys, opens archives; clients are told 503 meanwhile ...
 *	medark_serve_loop(serve, &handler, err);	answers until SIGINT or SIGTERM
 *	medark_serve_free(serve);
 *
 * If one process dies, the other ends. Every answer gets the headers of rules.h.
 */
#ifndef MEDARK_SERVE_SERVE_H
#define MEDARK_SERVE_SERVE_H

#include "base/cleanup.h"
#include "base/error.h"
#include "crypto/digest.h"
#include "serve/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define MEDARK_SERVE_ADDRESSES_MAX   8
#define MEDARK_SERVE_HOSTS_MAX	     16
#define MEDARK_SERVE_THREADS_MAX     64
#define MEDARK_SERVE_CONNECTIONS_MAX 65536
/* "[" IPv6 address "]:" port, and a zero. */
#define MEDARK_SERVE_ADDRESS_MAX 56

/* How much, how many and how long; 0 of each is the default. */
struct medark_serve_limits {
	unsigned connections; /* at a time; 2,048, or what the limit on open files leaves */
	/* Of one address; 256, but all of them where only this machine is listened to. */
	unsigned connections_of_address;
	unsigned head_seconds; /* from the connection to the end of the first request's head; 10 */
	unsigned body_seconds; /* from there to the end of its body; 20 */
	unsigned idle_seconds; /* from an answer to the end of the next head; 30 */
	unsigned take_seconds; /* for a client to take a chunk of its answer; 30 */
};

/* Everything is borrowed until medark_serve_begin() returns. */
struct medark_serve_setup {
	/*
	 * Where to listen, in numbers: "192.0.2.1", "192.0.2.1:443", "[2001:db8::1]:443". Port 8443
	 * if none is given, 0 for any free one. None at all: 127.0.0.1:8443.
	 */
	const char *const *addresses;
	size_t address_count;
	/* Without it, addresses that other machines can reach are refused. */
	bool allow_others;
	/*
	 * Further names, without a port, by which browsers may call the server, besides the
	 * addresses, and "localhost" where this machine is listened to. Requests to any other are
	 * refused: else a page of another site could have its own name lead here (DNS rebinding).
	 */
	const char *const *hosts;
	size_t host_count;
	/* PEM files; both NULL: a certificate is made, for as long as the server runs. */
	const char *certificate_path;
	const char *key_path;
	/* Whom the front becomes if this process is root; NULL: nobody. */
	const char *user;
	/* Threads of each process, and requests that are worked on at a time; 0: 8. */
	unsigned threads;
	struct medark_serve_limits limits;
};

struct medark_serve;

/*
 * Listens, makes or reads the certificate, and starts the front. Call it before anything secret is
 * in memory, and while this process has one thread: the front is a copy of it. The copy never
 * returns from here. Descriptors 0 to 2 are closed there.
 *
 * MEDARK_E_USAGE: an address, a host or a number that cannot be; an address that others can reach,
 * without `allow_others`. MEDARK_E_KEY: the certificate and its key do not fit. MEDARK_E_SYSTEM:
 * the system refuses an address, a user, a process, or libmicrohttpd is not installed.
 */
int medark_serve_begin(const struct medark_serve_setup *setup, struct medark_serve **out,
		       struct medark_error *err) MEDARK_MUST_USE;

/* Ends the front, within four seconds, whether it likes or not. */
void medark_serve_free(struct medark_serve *serve);
MEDARK_DEFINE_AUTO(struct medark_serve, medark_serve_free)

/* Where it listens, "127.0.0.1:8443", with the port that it got; borrowed. */
size_t medark_serve_address_count(const struct medark_serve *serve);
const char *medark_serve_address(const struct medark_serve *serve, size_t i);

/* SHA-256 of the certificate, for a user to compare; was it made here? */
const struct medark_digest *medark_serve_fingerprint(const struct medark_serve *serve);
bool medark_serve_is_self_signed(const struct medark_serve *serve);

/* The front's process. */
pid_t medark_serve_front(const struct medark_serve *serve);

struct medark_serve_handler {
	/*
	 * Answers a request. `response` is empty and has status 200. Called by several threads at a
	 * time, `thread` (below the setup's number) being the same for no two of them. A negative
	 * code is told to `failed`, and the client gets 500 without any word of it.
	 *
	 * It keeps the other connections of its thread waiting, and their time runs on: some
	 * seconds are too long. What takes longer than a second asks medark_serve_is_stopping() now
	 * and then: the loop ends when every handler has returned.
	 */
	int (*answer)(void *context, unsigned thread, const struct medark_serve_request *request,
		      struct medark_serve_response *response, struct medark_error *err);
	/* Why an answer, or the rest of a long body, could not be given. Any thread. */
	void (*failed)(void *context, unsigned thread, const struct medark_error *err);
	void *context;
};

/*
 * Gives up what a vault does not need (medark_sandbox_vault(), for the rest of the process's life),
 * and answers requests until SIGINT or SIGTERM, which are blocked meanwhile, or
 * medark_serve_stop(). Signals before this call are the caller's, which may pass them on with that.
 * Then 0: clients have been let go. To be called once. MEDARK_E_SYSTEM: the front died, or the
 * system refuses something; MEDARK_E_FORMAT: the front sent what it never sends.
 */
int medark_serve_loop(struct medark_serve *serve, const struct medark_serve_handler *handler,
		      struct medark_error *err) MEDARK_MUST_USE;

/* Ends the loop, as a signal does. Any thread; any time after begin. */
void medark_serve_stop(struct medark_serve *serve);

/* Is the loop about to end? Any thread. */
bool medark_serve_is_stopping(const struct medark_serve *serve);

#endif
