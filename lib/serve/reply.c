/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/reply.h"

#include "base/secret.h"

#include <stdio.h>
#include <string.h>

/* A response, while it gets its headers. */
struct making {
	struct MHD_Response *response;
};

static bool add(void *context, const char *name, const char *value)
{
	struct making *m = context;

	return medark_mhd.add_response_header(m->response, name, value) == MHD_YES;
}

static const char *meaning(unsigned status)
{
	switch (status) {
	case MHD_HTTP_CONTENT_TOO_LARGE:
		return "The request is too large";
	case MHD_HTTP_URI_TOO_LONG:
		return "The address is too long";
	case MHD_HTTP_EXPECTATION_FAILED:
		return "The request expects what this server does not do";
	case MHD_HTTP_MISDIRECTED_REQUEST:
		return "This server does not go by that name";
	case MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE:
		return "The request's head is too large";
	case MHD_HTTP_NOT_IMPLEMENTED:
		return "This server does not know that method";
	case MHD_HTTP_SERVICE_UNAVAILABLE:
		return "The server is getting ready, or about to end; this page tries again by itself";
	case MHD_HTTP_HTTP_VERSION_NOT_SUPPORTED:
		return "This server speaks HTTP/1.1";
	default:
		return "The request is malformed";
	}
}

static enum MHD_Result queue(struct MHD_Connection *connection, unsigned status,
			     struct MHD_Response *response, bool ok)
{
	enum MHD_Result result = MHD_NO;

	if (ok)
		result = medark_mhd.queue_response(connection, status, response);
	medark_mhd.destroy_response(response);
	return result;
}

/* The copy is wiped when libmicrohttpd has sent it. */
static struct MHD_Response *whole(struct medark_bytes body)
{
	uint8_t *copy = medark_secret_new(body.size);
	struct MHD_Response *response;

	if (!copy)
		return NULL;
	if (body.size)
		memcpy(copy, body.data, body.size);
	response = medark_mhd.create_response_from_buffer_with_free_callback_cls(
		body.size, copy, medark_secret_free, copy);
	if (!response)
		medark_secret_free(copy);
	return response;
}

/* What a doctor may see when an outage begins, in the second language of the pages to come. */
static const char again_in_dutch[] =
	"<p lang=\"nl\">De server start of stopt; deze pagina probeert het vanzelf opnieuw.</p>";

enum MHD_Result medark_reply_page(struct MHD_Connection *connection,
				  const struct medark_rules_name *host, unsigned status, bool keep)
{
	bool again = status == MHD_HTTP_SERVICE_UNAVAILABLE;
	struct making m;
	char page[512];
	int size;

	size = snprintf(page, sizeof(page),
			"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">%s"
			"<title>%u</title></head><body><h1>%u</h1><p>%s.</p>%s</body></html>\n",
			again ? "<meta http-equiv=\"refresh\" content=\"5\">" : "", status, status,
			meaning(status), again ? again_in_dutch : "");
	m.response = whole(medark_bytes(page, (size_t)size));
	if (!m.response)
		return MHD_NO;
	return queue(connection, status, m.response,
		     add(&m, "Content-Type", "text/html; charset=utf-8") &&
			     add(&m, "Content-Security-Policy",
				 "default-src 'none'; frame-ancestors 'none'") &&
			     (!again || add(&m, "Retry-After", "5")) &&
			     (keep || add(&m, "Connection", "close")) &&
			     medark_rules_headers(host, NULL, 0, add, &m));
}

/* A long body on its way: what the vault gave last, and how much of it is sent. */
struct stream {
	struct medark_strand *strand;
	int fd;
	uint32_t number; /* 0: the vault has nothing more */
	struct medark_buffer chunk;
	size_t sent;
};

/* Tells the vault that nobody wants the rest. */
static void drop(struct medark_strand *strand, uint32_t number)
{
	strand->out.size = 0;
	if (medark_wire_put_stream(MEDARK_WIRE_DROP, number, &strand->out, NULL) < 0 ||
	    medark_wire_send(strand->fd, medark_bytes(strand->out.data, strand->out.size), NULL) <
		    0)
		medark_strand_break(strand);
}

static void stream_free(void *context)
{
	struct stream *s = context;

	if (s->number)
		drop(s->strand, s->number);
	medark_buffer_clear(&s->chunk);
	free(s);
}

/* Asks for more: 1 (there may be nothing yet), 0 at the end, negative if it breaks off. */
static int next(struct stream *s, struct medark_error *err)
{
	struct medark_strand *strand = s->strand;
	enum medark_wire_type type;

	strand->out.size = 0;
	MEDARK_TRY(medark_wire_put_stream(MEDARK_WIRE_MORE, s->number, &strand->out, err));
	MEDARK_TRY(medark_strand_ask(strand, &type, err));
	if (type != MEDARK_WIRE_CHUNK) {
		s->number = 0;
		if (type == MEDARK_WIRE_END)
			return 0;
		if (type != MEDARK_WIRE_ABORT)
			medark_strand_break(strand);
		return medark_error_set(err, MEDARK_E_REMOTE, "the body breaks off");
	}
	s->sent = 0;
	s->chunk.size = 0;
	MEDARK_TRY(medark_buffer_add(&s->chunk, strand->in.data, strand->in.size, err));
	medark_secret_wipe(strand->in.data, strand->in.size);
	return 1;
}

/*
 * libmicrohttpd has room: its client has taken what came before. Nothing given: it goes on with its
 * other connections, and asks again.
 */
static ssize_t give(void *context, uint64_t at, char *out, size_t room)
{
	const struct medark_strand_common *common;
	struct stream *s = context;
	struct medark_error err;
	size_t size;
	int code;

	(void)at;
	common = s->strand->common;
	if (s->sent == s->chunk.size) {
		code = s->number ? next(s, &err) : 0;
		if (code <= 0)
			return code ? MHD_CONTENT_READER_END_WITH_ERROR
				    : MHD_CONTENT_READER_END_OF_STREAM;
	}
	medark_guard_allow(common->guard, s->fd, common->limits->take_seconds);
	size = s->chunk.size - s->sent;
	if (size == 0)
		return 0;
	if (size > room)
		size = room;
	memcpy(out, s->chunk.data + s->sent, size);
	s->sent += size;
	return (ssize_t)size;
}

static struct MHD_Response *streamed(struct medark_strand *strand, int fd,
				     const struct medark_wire_answer *answer)
{
	uint64_t length =
		answer->length == MEDARK_SERVE_LENGTH_UNKNOWN ? MHD_SIZE_UNKNOWN : answer->length;
	struct stream *s = calloc(1, sizeof(*s));
	struct MHD_Response *response;

	if (!s) {
		drop(strand, answer->stream);
		return NULL;
	}
	*s = (struct stream) {
		.strand = strand,
		.fd = fd,
		.number = answer->stream,
		.chunk = MEDARK_BUFFER_SECRET(MEDARK_SERVE_CHUNK_MAX),
	};
	response = medark_mhd.create_response_from_callback(length, MEDARK_SERVE_CHUNK_MAX, give, s,
							    stream_free);
	if (!response)
		stream_free(s);
	return response;
}

/* As text with a zero behind it, for libmicrohttpd; what was read has no zeros within. */
static bool add_bytes(struct making *m, const struct medark_serve_header *header)
{
	char name[MEDARK_SERVE_NAME_MAX + 1];
	char *value = medark_secret_new(header->value.size + 1);
	bool ok;

	if (!value)
		return false;
	memcpy(name, header->name.data, header->name.size);
	name[header->name.size] = '\0';
	if (header->value.size)
		memcpy(value, header->value.data, header->value.size);
	value[header->value.size] = '\0';
	ok = add(m, name, value);
	medark_secret_free(value);
	return ok;
}

enum MHD_Result medark_reply_answer(struct medark_strand *strand, int fd,
				    struct MHD_Connection *connection,
				    const struct medark_rules_name *host,
				    const struct medark_wire_answer *answer)
{
	struct making m;
	bool ok = true;

	m.response = answer->stream ? streamed(strand, fd, answer) : whole(answer->body);
	if (!m.response)
		return MHD_NO;
	for (size_t i = 0; i < answer->header_count && ok; i++)
		ok = add_bytes(&m, &answer->headers[i]);
	ok = ok && medark_rules_headers(host, answer->headers, answer->header_count, add, &m);
	return queue(connection, answer->status, m.response, ok);
}
