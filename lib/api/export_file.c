/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file of an export: records of a type, a line each, walked while they are sent. A thread serves
 * others meanwhile: it walks for a moment, and is called again.
 */
#include "api/api_private.h"

#include <stdlib.h>
#include <string.h>

#define TEXTS_MAX ((size_t)1 << 30)
#define MOMENT_MS 20

struct stream {
	const struct medark_api *api;
	struct medark_shelf *shelf;
	char type[MEDARK_API_TYPE_MAX + 1];
	bool has_since;
	struct medark_moment since;
	uint64_t patient, outside; /* where to go on; outside UINT64_MAX: at the end */
	struct medark_buffer text; /* lines; those before `sent` are sent */
	size_t sent;
};

static void stream_free(void *context)
{
	struct stream *s = context;

	medark_buffer_clear(&s->text);
	free(s);
}

/* What is XML is told apart: medark_shelf_xml(). */
static bool is_wanted(const struct stream *s, const struct medark_view_record *record)
{
	return record->root && (!s->has_since || medark_api_is_since(s->api, record, s->since));
}

static int put_line(void *context, const struct medark_view_record *record, uint64_t number,
		    struct medark_error *err)
{
	struct stream *s = context;
	size_t begin = s->text.size;

	(void)number;
	if (!is_wanted(s, record))
		return 0;
	MEDARK_TRY(medark_buffer_add(&s->text, record->root->whole.data, record->root->whole.size,
				     err));
	/* Within texts line ends are escaped (RFC 8259 section 7): these stand between values. */
	for (size_t i = begin; i < s->text.size; i++)
		if (s->text.data[i] == '\n' || s->text.data[i] == '\r')
			s->text.data[i] = ' ';
	return medark_buffer_add(&s->text, "\n", 1, err);
}

static bool is_at_end(const struct stream *s)
{
	return s->outside == UINT64_MAX;
}

static int step(struct stream *s, struct medark_error *err)
{
	struct medark_bytes type = medark_bytes_text(s->type);

	if (s->patient < medark_shelf_patients(s->shelf))
		return medark_shelf_own(s->shelf, s->patient++, type, put_line, s, err);
	return medark_shelf_outside(s->shelf, type, &s->outside, put_line, s, err);
}

/* What was sent makes room. */
static void settle(struct stream *s)
{
	if (!s->sent)
		return;
	memmove(s->text.data, s->text.data + s->sent, s->text.size - s->sent);
	s->text.size -= s->sent;
	s->sent = 0;
}

static int pull(void *context, struct medark_buffer *out, struct medark_error *err)
{
	struct stream *s = context;
	int64_t until = medark_api_clock() + MOMENT_MS;
	size_t size = s->text.size - s->sent;

	if (size < MEDARK_SERVE_CHUNK_MAX) {
		settle(s);
		while (s->text.size < MEDARK_SERVE_CHUNK_MAX && !is_at_end(s) &&
		       medark_api_clock() < until)
			MEDARK_TRY(step(s, err));
		size = s->text.size;
	}
	if (size == 0)
		return !is_at_end(s);
	size = size < MEDARK_SERVE_CHUNK_MAX ? size : MEDARK_SERVE_CHUNK_MAX;
	MEDARK_TRY(medark_buffer_add(out, s->text.data + s->sent, size, err));
	s->sent += size;
	return 1;
}

/* How many records are in XML, which are in no file: as one line. */
static int send_outcome(struct medark_api_call *call)
{
	uint64_t xml = 0;

	MEDARK_TRY(medark_shelf_xml(call->shelf, &xml, call->err));
	return medark_buffer_print(
		&call->response->body, call->err,
		"{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":\"warning\","
		"\"code\":\"incomplete\",\"diagnostics\":\"%llu %s in none of these files: medark "
		"restore gives %s\"}]}\n",
		(unsigned long long)xml,
		xml == 1 ? "record is archived as XML and is"
			 : "records are archived as XML and are",
		xml == 1 ? "it" : "them");
}

int medark_api_export_send(struct medark_api_call *call, struct medark_bytes type,
			   struct medark_bytes since)
{
	struct medark_moments when;
	struct stream *s;

	if (medark_bytes_is(type, MEDARK_API_EXPORT_OUTCOME))
		return send_outcome(call);
	if (type.size > MEDARK_API_TYPE_MAX)
		return medark_error_set(call->err, MEDARK_E_USAGE, "a type has too long a name");
	s = calloc(1, sizeof(*s));
	if (!s)
		return medark_error_memory(call->err, "an export");
	*s = (struct stream) { .api = call->api,
			       .shelf = call->shelf,
			       .text = MEDARK_BUFFER_SECRET(TEXTS_MAX) };
	memcpy(s->type, type.data, type.size);
	if (since.size && medark_moments_parse(since, call->api->setup.zone, &when)) {
		s->has_since = true;
		s->since = when.from;
	}
	call->response->pull = pull;
	call->response->pull_free = stream_free;
	call->response->context = s;
	return 0;
}
