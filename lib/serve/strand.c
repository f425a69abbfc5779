/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/strand.h"

#include "base/secret.h"
#include "crypto/server_identity.h"
#include "serve/exchange.h"

#include <string.h>

/*
 * Of a connection, as far as it is used: a request's head and a response's, and what libmicrohttpd
 * keeps of them. More than heads may have, so that head.c refuses most of what is too large, with
 * the headers of rules.c; libmicrohttpd's own answers to the rest have none.
 */
#define CONNECTION_MEMORY ((size_t)64 << 10)

/* TLS 1.2 and 1.3, forward secrecy, AEAD ciphers (NCSC-NL's TLS guidelines: "good"). */
static const char priorities[] = "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-DHE-RSA:"
				 "-AES-128-CBC:-AES-256-CBC:%SERVER_PRECEDENCE";

/* Nothing is decoded here. */
static size_t leave_encoded(void *context, struct MHD_Connection *connection, char *text)
{
	(void)context;
	(void)connection;
	return strlen(text);
}

int medark_strand_start(struct medark_strand *strand, struct medark_strand_common *common, int fd,
			const struct medark_server_identity *identity, struct medark_error *err)
{
	*strand = (struct medark_strand) {
		.common = common,
		.fd = fd,
		.in = MEDARK_BUFFER_SECRET(MEDARK_WIRE_MAX),
		.out = MEDARK_BUFFER_SECRET(MEDARK_WIRE_HEAD + MEDARK_WIRE_MAX),
	};
	/* At once, so that a want of memory later costs answers, but not the conversation. */
	MEDARK_TRY(medark_buffer_reserve(&strand->in, strand->in.limit, err));
	MEDARK_TRY(medark_buffer_reserve(&strand->out, strand->out.limit, err));
	strand->daemon = medark_mhd.start_daemon(
		MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ITC |
			MHD_USE_TLS,
		0, NULL, NULL, medark_exchange_access, strand, MHD_OPTION_HTTPS_MEM_KEY,
		(const char *)identity->key.data, MHD_OPTION_HTTPS_MEM_CERT,
		(const char *)identity->certificates.data, MHD_OPTION_HTTPS_PRIORITIES, priorities,
		MHD_OPTION_CONNECTION_LIMIT, common->limits->connections,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY,
		/* The guard has the time-outs. */
		MHD_OPTION_CONNECTION_TIMEOUT, 0u, MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
		MHD_OPTION_UNESCAPE_CALLBACK, leave_encoded, NULL, MHD_OPTION_URI_LOG_CALLBACK,
		medark_exchange_begin, strand, MHD_OPTION_NOTIFY_COMPLETED,
		medark_exchange_completed, strand, MHD_OPTION_NOTIFY_CONNECTION,
		medark_exchange_notify, strand, MHD_OPTION_END);
	if (!strand->daemon)
		return medark_error_set(err, MEDARK_E_SYSTEM,
					"libmicrohttpd cannot start with this certificate and key");
	return 0;
}

void medark_strand_stop(struct medark_strand *strand)
{
	if (strand->daemon)
		medark_mhd.stop_daemon(strand->daemon);
	strand->daemon = NULL;
	medark_buffer_clear(&strand->in);
	medark_buffer_clear(&strand->out);
}

void medark_strand_give(struct medark_strand *strand, int fd, const struct sockaddr *from,
			socklen_t size)
{
	medark_guard_allow(strand->common->guard, fd, strand->common->limits->head_seconds);
	if (medark_mhd.add_connection(strand->daemon, fd, from, size) != MHD_YES)
		medark_guard_leave(strand->common->guard, fd);
}

static int ask(struct medark_strand *strand, enum medark_wire_type *out_type,
	       struct medark_error *err)
{
	int code;

	MEDARK_TRY(medark_wire_send(strand->fd, medark_bytes(strand->out.data, strand->out.size),
				    err));
	code = medark_wire_receive(strand->fd, &strand->in, out_type, err);
	if (code == 0)
		return medark_error_set(err, MEDARK_E_SYSTEM, "the vault is gone");
	return code < 0 ? code : 0;
}

int medark_strand_ask(struct medark_strand *strand, enum medark_wire_type *out_type,
		      struct medark_error *err)
{
	int code;

	atomic_store(&strand->is_busy, true);
	code = ask(strand, out_type, err);
	atomic_store(&strand->is_busy, false);
	medark_secret_wipe(strand->out.data, strand->out.size);
	strand->out.size = 0;
	if (code < 0)
		medark_strand_break(strand);
	return code;
}

void medark_strand_break(struct medark_strand *strand)
{
	(void)shutdown(strand->fd, SHUT_RDWR);
}
