/* SPDX-License-Identifier: Apache-2.0 */
#include "live/follow.h"

#include "base/base64.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "live/attachment_check.h"
#include "live/attachment_place.h"
#include "live/leads.h"
#include "live/requests.h"
#include "live/sealed_lines.h"
#include "record/compartment.h"
#include "record/fhir_visit.h"
#include "scan/json.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ROUNDS_MAX  10
#define LIST_NAME   "job-leads"
#define CONTROL_MAX ((size_t)1 << 20)
#define BINARY_MAX  MEDARK_ATTACHMENT_TEXT_MAX /* bytes of a Binary that is taken apart */
#define STEP	    ((size_t)1 << 16)
#define NAME_DIGITS 24

struct follow {
	struct medark_follow_setup setup;
	struct medark_haul *haul;
	struct medark_leads leads;
	struct medark_requests *requests;
	struct medark_url root; /* the server's address with a slash behind it */
	uint64_t dangling, left_out, elsewhere;
	char elsewhere_origin[MEDARK_ORIGIN_MAX]; /* of the first of those */
	uint64_t wanted, fetched, bytes;
};

static void follow_clear(struct follow *f)
{
	medark_requests_free(f->requests);
	medark_leads_clear(&f->leads);
	medark_url_clear(&f->root);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct follow, follow_clear)

/* Something that is fetched. */
struct errand {
	struct follow *follow;
	struct medark_sealed_writer *writer;
	bool is_attachment;
	struct medark_attachment_promise promise; /* of an attachment */
	bool is_binary;				  /* asked for at [base]/Binary/id */
	char target[MEDARK_RECORD_NAME_MAX + 1];  /* Type/id of a record, or of a Binary */
	uint64_t received;			  /* bytes of a record */
	char name[MEDARK_HAUL_NAME_MAX];	  /* of the sealed file */
	char path[MEDARK_HAUL_PATH_MAX];	  /* of the item */
	char json[MEDARK_HAUL_PATH_MAX];	  /* of the item if it is a Binary as JSON */
};

static void errand_free(struct errand *e)
{
	if (!e)
		return;
	medark_sealed_writer_free(e->writer);
	free(e);
}
MEDARK_DEFINE_AUTO(struct errand, errand_free)

/* ---- what is there ---- */

/* Is it there, to its last byte? What a power cut has left of a file goes. */
static int is_whole(const struct follow *f, const char *name, struct medark_error *err)
{
	const struct medark_walk_place *place = &f->setup.place;
	MEDARK_AUTO(medark_stream_free) struct medark_stream *s = NULL;
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer step = MEDARK_BUFFER_SECRET(STEP);
	int code = medark_sealed_stream(place->folder, name, place->secret, &s, err);
	ssize_t n = 1;

	if (code == 0) {
		MEDARK_TRY(medark_buffer_reserve(&step, STEP, err));
		while (n > 0)
			n = medark_stream_read(s, step.data, STEP, err);
		code = (int)n;
	}
	if (code == MEDARK_E_SYSTEM)
		(void)unlinkat(place->folder, name, 0);
	return code == MEDARK_E_SYSTEM || code == MEDARK_E_NOT_FOUND ? 0 : code < 0 ? code : 1;
}

static int add_file(struct follow *f, const char *name, const char *path, const char *why,
		    struct medark_error *err)
{
	struct medark_haul_file file = { .path = (char *)path, .why = (char *)why };

	(void)snprintf(file.name, sizeof(file.name), "%s", name);
	return medark_haul_add(f->haul, &file, err);
}

/*
 * Bytes that a record's writer chose. If they were looked into, whoever may upload a document could
 * put records into any chart.
 */
static int add_bytes(struct follow *f, const char *name, const char *path, struct medark_error *err)
{
	MEDARK_TRY(add_file(f, name, path, NULL, err));
	f->haul->files[f->haul->count - 1].is_opaque = true;
	return 0;
}

/* ---- Binaries as JSON ---- */

/* The Binary that was asked for, in the server's own words, and nothing behind it? */
static bool is_own_binary(const struct errand *e, struct medark_bytes text)
{
	char found[MEDARK_RECORD_NAME_MAX + 1];
	struct medark_json_reader r;
	struct medark_bytes whole;

	medark_json_reader_init(&r, text);
	if (!medark_json_skip(&r, &whole) || medark_json_next(&r) != MEDARK_JSON_END)
		return false;
	medark_bundle_name(text, found);
	return e->is_binary && strcmp(found, e->target) == 0;
}

/* The bytes that a Binary holds, into `text`, which has the Binary: 1; 0: it is none. */
static int decode(struct medark_buffer *text, struct medark_buffer *out, struct medark_error *err)
{
	static const char *const names[] = { "resourceType", "data" };
	struct medark_bytes members[2];
	size_t begin, size;

	if (!medark_fhir_members(medark_bytes(text->data, text->size), names, 2, members) ||
	    !medark_bytes_is(members[0], "\"Binary\"") || members[1].size < 2 ||
	    members[1].data[0] != '"')
		return 0;
	begin = (size_t)(members[1].data - text->data) + 1;
	size = medark_json_decode(medark_bytes(text->data + begin, members[1].size - 2),
				  text->data + begin);
	MEDARK_TRY(medark_base64_decode(medark_bytes(text->data + begin, size), out, err));
	return 1;
}

/*
 * Keeps the bytes that a Binary holds as an item of their own, whose file is then `name`: 1; 0: it
 * is none.
 */
static int keep_decoded(struct follow *f, const struct errand *e, char name[MEDARK_HAUL_NAME_MAX],
			struct medark_error *err)
{
	const struct medark_walk_place *place = &f->setup.place;
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer text = MEDARK_BUFFER_SECRET(BINARY_MAX + 2 * STEP);
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer bytes = MEDARK_BUFFER_SECRET(BINARY_MAX + 2 * STEP);
	int code;

	MEDARK_TRY(medark_sealed_read(place->folder, e->name, place->secret, &text, err));
	if (!is_own_binary(e, medark_bytes(text.data, text.size)))
		return 0;
	code = decode(&text, &bytes, err);
	if (code == MEDARK_E_FORMAT)
		return medark_haul_miss(f->haul, err,
					"a Binary of the server holds data that is not base64: it "
					"is kept as it came");
	if (code != 1)
		return code;
	(void)snprintf(name, MEDARK_HAUL_NAME_MAX, "file-d%s", e->name + strlen("file-a"));
	MEDARK_TRY(medark_sealed_write(place->folder, name, place->secret,
				       medark_bytes(bytes.data, bytes.size), false, err));
	MEDARK_TRY(add_bytes(f, name, e->path, err));
	return 1;
}

/* ---- what has come ---- */

/* Is it the record that was asked for, and not a page of HTML or somebody else's record? */
static int is_record(const struct errand *e, struct medark_error *err)
{
	const struct medark_walk_place *place = &e->follow->setup.place;
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer text = MEDARK_BUFFER_SECRET(MEDARK_WALK_PAGE_MAX + 2 * STEP);
	char found[MEDARK_RECORD_NAME_MAX + 1];

	MEDARK_TRY(medark_sealed_read(place->folder, e->name, place->secret, &text, err));
	medark_bundle_name(medark_bytes(text.data, text.size), found);
	return strcmp(found, e->target) == 0;
}

/* What came is not what was asked for: it goes, and the archive says so. */
static int refuse(const struct errand *e, const char *why, struct medark_error *err)
{
	(void)unlinkat(e->follow->setup.place.folder, e->name, 0);
	return add_file(e->follow, e->name, e->path, why, err);
}

static int take_record(const struct errand *e, struct medark_error *err)
{
	int code = is_record(e, err);

	if (code == 1)
		return add_file(e->follow, e->name, e->path, NULL, err);
	MEDARK_TRY(code);
	return refuse(e, "the server answers with something else than the record", err);
}

/*
 * Either the record or the bytes are wrong, and nobody here knows which: both are kept, and the
 * archive does not call itself complete.
 */
static int compare_hash(const struct errand *e, const char *name, struct medark_error *err)
{
	const struct medark_walk_place *place = &e->follow->setup.place;
	int code = medark_attachment_fits(&e->promise, place->folder, name, place->secret, err);

	if (code != 0)
		return code < 0 ? code : 0;
	/* Told aloud: without the title, which may name the patient. */
	return medark_haul_miss(e->follow->haul, err,
				"%.*s: these bytes do not fit the hash in the record; they are "
				"kept as they came",
				(int)strlen(MEDARK_ATTACHMENT_FOLDER) + MEDARK_ATTACHMENT_DIGITS,
				e->path);
}

static int take_attachment(const struct errand *e, struct medark_error *err)
{
	struct follow *f = e->follow;
	const struct medark_walk_place *place = &f->setup.place;
	enum medark_attachment_content content;
	char name[MEDARK_HAUL_NAME_MAX];
	const char *why;
	int code = 0;

	MEDARK_TRY(medark_attachment_look(place->folder, e->name, place->secret, &content, err));
	why = medark_attachment_unfit(&e->promise, content, e->is_binary);
	if (why)
		return refuse(e, why, err);
	memcpy(name, e->name, sizeof(name));
	if (content == MEDARK_ATTACHMENT_IS_BINARY)
		code = keep_decoded(f, e, name, err);
	MEDARK_TRY(code);
	MEDARK_TRY(code == 1 ? add_file(f, e->name, e->json, NULL, err)
			     : add_bytes(f, e->name, e->path, err));
	return compare_hash(e, name, err);
}

/* Takes what is on disk now, whole. */
static int take(struct errand *e, struct medark_error *err)
{
	uint64_t size = 0;

	MEDARK_TRY(medark_sealed_size(e->follow->setup.place.folder, e->name, &size, err));
	e->follow->fetched++;
	e->follow->bytes += size;
	return e->is_attachment ? take_attachment(e, err) : take_record(e, err);
}

static int begin(void *context, struct medark_request *request, struct medark_error *err)
{
	const struct follow *f = context;
	struct errand *e = request->tag;

	medark_sealed_writer_free(e->writer);
	e->writer = NULL;
	e->received = 0;
	return medark_sealed_create(f->setup.place.folder, e->name, f->setup.place.secret,
				    &e->writer, err);
}

static int sink(void *tag, struct medark_bytes part, struct medark_error *err)
{
	struct errand *e = tag;

	e->received += part.size;
	if (!e->is_attachment && e->received > MEDARK_WALK_PAGE_MAX)
		return medark_error_set(err, MEDARK_E_REMOTE,
					"the server's answer is longer than a record may be "
					"(%zu bytes)",
					MEDARK_WALK_PAGE_MAX);
	return medark_sealed_add(e->writer, part, err);
}

/*
 * A document beside the server's address may redirect to where the record's writer says, and so to
 * other records. Where a Binary redirects to is the server's own word.
 */
static int is_led_astray(const struct errand *e, const struct medark_url *from,
			 struct medark_error *err)
{
	MEDARK_AUTO(medark_attachment_place_clear) struct medark_attachment_place place = { 0 };

	if (e->is_binary)
		return 0;
	MEDARK_TRY(medark_attachment_locate(&e->follow->root, medark_bytes_text(from->text), &place,
					    err));
	return place.kind == MEDARK_ATTACHMENT_REFUSED;
}

/* Why such an answer is no attachment, a constant sentence: 1; 0: it may be one. */
static int is_unfit(const struct errand *e, const struct medark_request *request,
		    const struct medark_http_response *r, const char **out,
		    struct medark_error *err)
{
	int code = is_led_astray(e, request->from, err);

	*out = "its address is redirected to records of the server";
	if (code != 0)
		return code;
	*out = "the server answers with a page of HTML, and the record says that it is something "
	       "else";
	return medark_attachment_is_page(&e->promise, medark_http_header(r, "content-type"));
}

static int done(void *context, struct medark_request *request, const struct medark_http_response *r,
		struct medark_error *err)
{
	MEDARK_AUTO(errand_free) struct errand *e = request->tag;
	struct follow *f = context;
	const char *why;
	int code;

	request->tag = NULL;
	if (r->status == 200 && !r->failure.code) {
		code = e->is_attachment ? is_unfit(e, request, r, &why, err) : 0;
		MEDARK_TRY(code);
		if (code == 1)
			return add_file(f, e->name, e->path, why, err);
		MEDARK_TRY(medark_sealed_keep(e->writer, err));
		return take(e, err);
	}
	if (!e->is_attachment && (r->status == 404 || r->status == 410)) {
		f->dangling++;
		return 0;
	}
	return add_file(f, e->name, e->path, request->why.message, err);
}

static void drop(void *context, struct medark_request *request)
{
	(void)context;
	errand_free(request->tag);
}

/* ---- what to fetch ---- */

static int send(struct errand *e, struct medark_request *request, struct medark_error *err)
{
	MEDARK_AUTO(errand_free) struct errand *mine = e;
	struct follow *f = e->follow;
	int code = is_whole(f, e->name, err);

	f->wanted++;
	if (code == 1)
		code = take(e, err);
	else if (code == 0) {
		request->body_max = CONTROL_MAX;
		request->tag = e;
		code = medark_requests_add(f->requests, request, err);
		if (!request->url.text) /* it was taken */
			mine = NULL;
	}
	medark_url_clear(&request->url);
	return code;
}

/* A record of a patient may be one of somebody whom nobody asked for. */
static bool is_of_patients(struct medark_bytes name)
{
	const uint8_t *slash = memchr(name.data, '/', name.size);
	size_t size = slash ? (size_t)(slash - name.data) : 0;
	const struct medark_compartment *c = medark_compartment_find(medark_bytes(name.data, size));

	return c && c->count;
}

static struct errand *new_errand(struct follow *f, bool is_attachment)
{
	struct errand *e = calloc(1, sizeof(*e));

	if (e) {
		e->follow = f;
		e->is_attachment = is_attachment;
	}
	return e;
}

static int fetch_record(struct follow *f, const struct medark_lead *lead, struct medark_error *err)
{
	struct medark_request request = { .accept = "Accept: application/fhir+json" };
	char target[MEDARK_RECORD_NAME_MAX + 1];
	char hex[2 * MEDARK_DIGEST_SIZE + 1];
	struct medark_digest digest;
	struct errand *e;

	if (lead->target.size >= sizeof(target) || medark_leads_is_there(&f->leads, lead->target))
		return 0;
	if (f->setup.is_listed && is_of_patients(lead->target)) {
		f->left_out++;
		return 0;
	}
	memcpy(target, lead->target.data, lead->target.size);
	target[lead->target.size] = '\0';
	MEDARK_TRY(medark_url_below(f->setup.place.talk.base, target, &request.url, err));
	e = new_errand(f, false);
	if (!e) {
		medark_url_clear(&request.url);
		return medark_error_memory(err, "what records refer to");
	}
	memcpy(e->target, target, sizeof(target));
	medark_sha256(target, strlen(target), &digest);
	medark_text_hex(digest.bytes, sizeof(digest.bytes), hex);
	(void)snprintf(e->name, sizeof(e->name), "file-r%.*s", NAME_DIGITS, hex);
	if (strlen(target) < MEDARK_HAUL_PATH_MAX - 32)
		(void)snprintf(e->path, sizeof(e->path), "references/%.200s.json", target);
	else
		(void)snprintf(e->path, sizeof(e->path), "references/%s.json", hex);
	return send(e, &request, err);
}

static void note_elsewhere(struct follow *f, const struct medark_url *url)
{
	f->elsewhere++;
	if (url->text && !f->elsewhere_origin[0])
		memcpy(f->elsewhere_origin, url->origin, sizeof(f->elsewhere_origin));
}

static void name_attachment(struct errand *e, const struct medark_lead *lead)
{
	char key[MEDARK_ATTACHMENT_DIGITS + 1];

	medark_attachment_key(lead->target, key);
	(void)snprintf(e->name, sizeof(e->name), "file-a%.*s", NAME_DIGITS, key);
	(void)snprintf(e->path, sizeof(e->path), MEDARK_ATTACHMENT_FOLDER "%s-%s.%s", key,
		       lead->title, lead->ending);
	(void)snprintf(e->json, sizeof(e->json), MEDARK_ATTACHMENT_FOLDER "%s-%s.Binary.json", key,
		       lead->title);
}

static int fetch_attachment(struct follow *f, const struct medark_lead *lead,
			    struct medark_error *err)
{
	MEDARK_AUTO(medark_attachment_place_clear) struct medark_attachment_place place = { 0 };
	MEDARK_AUTO(errand_free) struct errand *e = NULL;
	struct medark_request request = { .accept = "Accept: */*" };

	MEDARK_TRY(medark_attachment_locate(&f->root, lead->target, &place, err));
	if (place.kind == MEDARK_ATTACHMENT_ELSEWHERE) {
		note_elsewhere(f, &place.url);
		return 0;
	}
	/* It may have come behind the record that leads there. */
	if (place.binary[0] && medark_leads_is_there(&f->leads, medark_bytes_text(place.binary)))
		return 0;
	e = new_errand(f, true);
	if (!e)
		return medark_error_memory(err, "attachments");
	name_attachment(e, lead);
	if (place.kind == MEDARK_ATTACHMENT_REFUSED)
		return add_file(f, e->name, e->path,
				"its address leads to records of the server, or has more than one "
				"meaning: it is not asked for",
				err);
	e->promise = lead->promise;
	e->is_binary = place.kind == MEDARK_ATTACHMENT_BINARY;
	memcpy(e->target, place.binary, sizeof(e->target));
	request.url = place.url;
	place.url = (struct medark_url) { 0 };
	return send(MEDARK_TAKE(e), &request, err);
}

static int report(struct follow *f, struct medark_error *err)
{
	const struct medark_bulk_progress progress = {
		.phase = "fetching",
		.progress = "",
		.files = f->wanted,
		.fetched = f->fetched,
		.bytes = f->bytes,
	};

	return f->setup.place.tell(f->setup.place.context, &progress, err);
}

static int follow_line(void *context, struct medark_bytes line, struct medark_error *err)
{
	struct follow *f = context;
	struct medark_lead lead;

	if (!line.data || !medark_lead_parse(line, &lead))
		return 0;
	MEDARK_TRY(report(f, err));
	return lead.is_attachment ? fetch_attachment(f, &lead, err) : fetch_record(f, &lead, err);
}

/* What the files from `first` on lead to. */
static int round_of(struct follow *f, size_t first, struct medark_error *err)
{
	const struct medark_sealed_lines lines = {
		.folder = f->setup.place.folder,
		.name = LIST_NAME,
		.secret = f->setup.place.secret,
		.each = follow_line,
		.context = f,
	};

	MEDARK_TRY(medark_leads_scan(&f->leads, f->haul, first, LIST_NAME, err));
	MEDARK_TRY(medark_sealed_lines_each(&lines, err));
	return medark_requests_finish(f->requests, err);
}

/* ---- what is left to say ---- */

static int sum_up(struct follow *f, struct medark_error *err)
{
	if (f->elsewhere)
		MEDARK_TRY(medark_haul_miss(
			f->haul, err,
			"%" PRIu64 " attachments lie at other servers, which are not asked%s%s",
			f->elsewhere, f->elsewhere_origin[0] ? ": the first at " : "",
			f->elsewhere_origin));
	if (f->dangling)
		MEDARK_TRY(medark_haul_remark(f->haul, err,
					      "%" PRIu64 " records that others refer to are not at "
					      "the server",
					      f->dangling));
	if (f->left_out)
		MEDARK_TRY(medark_haul_remark(f->haul, err,
					      "%" PRIu64 " records that others refer to belong to "
					      "patients, and were not asked for: they may be of "
					      "others than those listed",
					      f->left_out));
	if (f->leads.foreign)
		MEDARK_TRY(medark_haul_remark(f->haul, err,
					      "%" PRIu64 " references lead to other servers",
					      f->leads.foreign));
	if (f->leads.unread)
		MEDARK_TRY(medark_haul_miss(f->haul, err,
					    "%" PRIu64 " records are too long to be looked into "
					    "for attachments",
					    f->leads.unread));
	return 0;
}

int medark_follow_run(const struct medark_follow_setup *setup, struct medark_haul *haul,
		      struct medark_error *err)
{
	MEDARK_AUTO(follow_clear) struct follow f = { .setup = *setup, .haul = haul };
	const struct medark_leads_setup leads = {
		.folder = setup->place.folder,
		.secret = setup->place.secret,
		.base = setup->place.talk.base,
		.root = &f.root,
		.wants_references = setup->wants_references,
	};
	const struct medark_requests_setup requests = {
		.talk = setup->place.talk,
		.http = setup->place.http,
		.parallel = setup->place.parallel,
		.begin = begin,
		.sink = sink,
		.done = done,
		.drop = drop,
		.context = &f,
	};
	size_t first = 0;

	MEDARK_TRY(medark_digest_setup(err));
	MEDARK_TRY(medark_url_below(setup->place.talk.base, "", &f.root, err));
	MEDARK_TRY(medark_leads_init(&f.leads, &leads, err));
	MEDARK_TRY(medark_requests_new(&requests, &f.requests, err));
	for (unsigned i = 0; i < ROUNDS_MAX && first < haul->count; i++) {
		size_t next = haul->count;

		MEDARK_TRY(round_of(&f, first, err));
		first = next;
	}
	return sum_up(&f, err);
}
