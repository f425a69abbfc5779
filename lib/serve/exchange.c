/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/exchange.h"

#include "base/secret.h"
#include "base/text.h"
#include "serve/head.h"
#include "serve/reply.h"
#include "serve/strand.h"

#include <arpa/inet.h>
#include <assert.h>
#include <string.h>

/* A connection, and the request that is under way. */
struct visit {
	struct medark_strand *strand;
	int fd;
	char peer[INET6_ADDRSTRLEN];
	bool is_begun;	  /* its head has been looked at */
	unsigned refused; /* the status to refuse it with; 0: none so far */
	uint64_t received;
	struct medark_head head;
	struct medark_buffer target, body;
	struct medark_buffer fields; /* values of the fields that the vault gets */
};

static void visit_reset(struct visit *v)
{
	v->is_begun = false;
	v->refused = 0;
	v->received = 0;
	memset(&v->head, 0, sizeof(v->head));
	medark_buffer_clear(&v->target);
	medark_buffer_clear(&v->body);
	medark_buffer_clear(&v->fields);
}

static struct visit *visit_of(struct MHD_Connection *connection)
{
	return medark_mhd.get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
		->socket_context;
}

static int fd_of(struct MHD_Connection *connection)
{
	return medark_mhd.get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)
		->connect_fd;
}

static void peer_of(struct MHD_Connection *connection, char out[INET6_ADDRSTRLEN])
{
	const struct sockaddr *from =
		medark_mhd.get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)
			->client_addr;
	struct in6_addr peer;

	medark_listen_peer(from, &peer);
	medark_listen_peer_text(&peer, out);
}

static struct visit *visit_new(struct medark_strand *strand, struct MHD_Connection *connection)
{
	struct visit *v = calloc(1, sizeof(*v));

	if (!v)
		return NULL;
	*v = (struct visit) {
		.strand = strand,
		.fd = fd_of(connection),
		.target = MEDARK_BUFFER_SECRET(MEDARK_EXCHANGE_TARGET_MAX),
		.body = MEDARK_BUFFER_SECRET(MEDARK_SERVE_BODY_MAX),
		.fields = MEDARK_BUFFER_SECRET(MEDARK_SERVE_HEAD_MAX),
	};
	peer_of(connection, v->peer);
	atomic_fetch_add(&strand->common->visits, 1);
	return v;
}

void medark_exchange_notify(void *context, struct MHD_Connection *connection, void **visit,
			    enum MHD_ConnectionNotificationCode what)
{
	struct medark_strand *strand = context;
	struct visit *v = *visit;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		*visit = visit_new(strand, connection);
		return;
	}
	medark_guard_leave(strand->common->guard, fd_of(connection));
	if (!v)
		return;
	visit_reset(v);
	free(v);
	*visit = NULL;
	atomic_fetch_sub(&strand->common->visits, 1);
}

void *medark_exchange_begin(void *context, const char *target, struct MHD_Connection *connection)
{
	struct visit *v = visit_of(connection);

	(void)context;
	if (!v)
		return NULL;
	visit_reset(v);
	if (medark_buffer_text(&v->target, target, NULL) < 0)
		v->refused = MHD_HTTP_URI_TOO_LONG;
	return v;
}

/* Looks at the head. A body that is refused anyway is asked for only if that is quickly done. */
static enum MHD_Result look(struct visit *v, struct MHD_Connection *connection, const char *method,
			    const char *version)
{
	const struct medark_strand_common *common = v->strand->common;
	unsigned refused;

	v->is_begun = true;
	medark_guard_allow(common->guard, v->fd, common->limits->body_seconds);
	refused = medark_head_read(connection, common->rules, method, version,
				   medark_bytes(v->target.data, v->target.size), &v->head);
	if (v->refused == 0)
		v->refused = refused;
	if (v->refused &&
	    (v->head.is_unclear || v->head.expects || v->head.length > MEDARK_EXCHANGE_DRAIN_MAX))
		return medark_reply_page(connection, v->head.host, v->refused, false);
	return MHD_YES;
}

static enum MHD_Result take_body(struct visit *v, const char *data, size_t size)
{
	v->received += size;
	if (v->received > MEDARK_SERVE_BODY_MAX && v->refused == 0)
		v->refused = MHD_HTTP_CONTENT_TOO_LARGE;
	if (v->received > MEDARK_EXCHANGE_DRAIN_MAX)
		return MHD_NO;
	if (v->refused)
		return MHD_YES;
	return medark_buffer_add(&v->body, data, size, NULL) < 0 ? MHD_NO : MHD_YES;
}

static int put_request(struct visit *v, struct MHD_Connection *connection, struct medark_error *err)
{
	struct medark_serve_request request = {
		.method = v->head.method,
		.has_query = v->head.has_query,
		.path = v->head.path,
		.query = v->head.query,
		.body = medark_bytes(v->body.data, v->body.size),
		.peer = medark_bytes_text(v->peer),
	};

	MEDARK_TRY(medark_head_fields(connection, &v->fields, request.fields, err));
	v->strand->out.size = 0;
	return medark_wire_put_request(&request, &v->strand->out, err);
}

static int ask(struct visit *v, struct medark_wire_answer *out_answer, struct medark_error *err)
{
	struct medark_strand *strand = v->strand;
	enum medark_wire_type type;
	int code;

	MEDARK_TRY(medark_strand_ask(strand, &type, err));
	code = type == MEDARK_WIRE_ANSWER
		       ? medark_wire_get_answer(medark_bytes(strand->in.data, strand->in.size),
						out_answer, err)
		       : medark_error_set(err, MEDARK_E_FORMAT, "the vault gave no answer");
	if (code < 0)
		medark_strand_break(strand);
	return code;
}

/* The request is whole. What fails here is the vault's end, which the front's loop sees. */
static enum MHD_Result answer(struct visit *v, struct MHD_Connection *connection)
{
	const struct medark_strand_common *common = v->strand->common;
	struct medark_wire_answer from_vault;
	struct medark_error err;
	enum MHD_Result result;

	medark_guard_allow(common->guard, v->fd, common->limits->take_seconds);
	if (v->refused)
		return medark_reply_page(connection, v->head.host, v->refused, false);
	if (!atomic_load(&common->is_ready))
		return medark_reply_page(connection, v->head.host, MHD_HTTP_SERVICE_UNAVAILABLE,
					 true);
	/* No client may end the conversation with the vault. */
	if (put_request(v, connection, &err) < 0)
		return medark_reply_page(connection, v->head.host, MHD_HTTP_BAD_REQUEST, false);
	medark_guard_allow(common->guard, v->fd, 0);
	if (ask(v, &from_vault, &err) < 0)
		return medark_reply_page(connection, v->head.host, MHD_HTTP_SERVICE_UNAVAILABLE,
					 false);
	medark_guard_allow(common->guard, v->fd, common->limits->take_seconds);
	result = medark_reply_answer(v->strand, v->fd, connection, v->head.host, &from_vault);
	medark_secret_wipe(v->strand->in.data, v->strand->in.size);
	return result;
}

enum MHD_Result medark_exchange_access(void *context, struct MHD_Connection *connection,
				       const char *path, const char *method, const char *version,
				       const char *data, size_t *data_size, void **request)
{
	struct visit *v = *request;
	size_t size = *data_size;

	(void)context;
	(void)path;
	if (!v)
		return MHD_NO;
	if (!v->is_begun)
		return look(v, connection, method, version);
	if (size == 0)
		return answer(v, connection);
	*data_size = 0;
	return take_body(v, data, size);
}

void medark_exchange_completed(void *context, struct MHD_Connection *connection, void **request,
			       enum MHD_RequestTerminationCode how)
{
	const struct medark_strand *strand = context;
	struct visit *v = *request;

	(void)connection;
	(void)how;
	if (!v)
		return;
	visit_reset(v);
	medark_guard_allow(strand->common->guard, v->fd, strand->common->limits->idle_seconds);
	*request = NULL;
}
