/* SPDX-License-Identifier: Apache-2.0 */
#include "live/leads.h"

#include "live/attachment_place.h"
#include "live/bundle.h"
#include "live/sealed_lines.h"
#include "live/walk.h"
#include "record/fhir_reference.h"
#include "scan/json.h"

#include <stdio.h>
#include <string.h>

#define HEAD	      ((size_t)256)
#define LINE_MAX_SIZE (MEDARK_URL_MAX + 1024)

int medark_leads_init(struct medark_leads *l, const struct medark_leads_setup *setup,
		      struct medark_error *err)
{
	*l = (struct medark_leads) { .setup = *setup, .line = MEDARK_BUFFER_SECRET(LINE_MAX_SIZE) };
	MEDARK_TRY(medark_hashset_init(&l->there, err));
	MEDARK_TRY(medark_hashset_init(&l->listed, err));
	return medark_hashset_init(&l->unlisted, err);
}

void medark_leads_clear(struct medark_leads *l)
{
	medark_hashset_clear(&l->there);
	medark_hashset_clear(&l->listed);
	medark_hashset_clear(&l->unlisted);
	medark_sealed_writer_free(l->list);
	medark_buffer_clear(&l->line);
	*l = (struct medark_leads) { 0 };
}

bool medark_leads_is_there(const struct medark_leads *l, struct medark_bytes name)
{
	return medark_hashset_has(&l->there, name);
}

static int write_line(struct medark_leads *l, struct medark_error *err)
{
	return medark_sealed_add(l->list, medark_bytes(l->line.data, l->line.size), err);
}

/* ---- references ---- */

/* Behind the server's address, or relative? */
static bool is_ours(const struct medark_leads *l, struct medark_bytes text)
{
	return !memmem(text.data, text.size, "://", 3) || medark_url_is_below(l->setup.base, text);
}

static int add_reference(struct medark_leads *l, struct medark_bytes text, struct medark_error *err)
{
	struct medark_fhir_reference r;
	char name[MEDARK_RECORD_NAME_MAX + 1];
	int code;

	medark_fhir_reference_parse(text, &r);
	if (r.kind != MEDARK_FHIR_REFERENCE_LITERAL || !medark_fhir_is_id(r.id) ||
	    r.type.size + r.id.size >= MEDARK_RECORD_NAME_MAX)
		return 0;
	if (!is_ours(l, text)) {
		code = medark_hashset_add(&l->unlisted, text, err);
		l->foreign += code == 1;
		return code < 0 ? code : 0;
	}
	(void)snprintf(name, sizeof(name), "%.*s/%.*s", (int)r.type.size, (const char *)r.type.data,
		       (int)r.id.size, (const char *)r.id.data);
	if (medark_leads_is_there(l, medark_bytes_text(name)))
		return 0;
	code = medark_hashset_add(&l->listed, medark_bytes_text(name), err);
	if (code != 1)
		return code;
	l->line.size = 0;
	MEDARK_TRY(medark_buffer_print(&l->line, err, "R %s\n", name));
	return write_line(l, err);
}

/* The string behind `at`, where a member's name ended; empty if there is none. */
static struct medark_bytes string_behind(const uint8_t *at, const uint8_t *end)
{
	const uint8_t *begin;

	while (at < end && strchr(" \t\r\n:", *at) && *at)
		at++;
	if (at == end || *at != '"')
		return medark_bytes(NULL, 0);
	for (begin = ++at; at < end && *at != '"'; at++)
		if (*at == '\\' && ++at == end)
			break;
	return at < end ? medark_bytes(begin, (size_t)(at - begin)) : medark_bytes(NULL, 0);
}

/* Within a string no quote stands without a backslash: what is found is a member's name. */
static int find_references(struct medark_leads *l, struct medark_bytes record,
			   struct medark_error *err)
{
	static const char name[] = "\"reference\"";
	const uint8_t *at = record.data, *end = record.data + record.size;
	uint8_t text[MEDARK_URL_MAX];

	while ((at = memmem(at, (size_t)(end - at), name, sizeof(name) - 1))) {
		struct medark_bytes raw;

		at += sizeof(name) - 1;
		raw = string_behind(at, end);
		if (raw.size && raw.size <= sizeof(text))
			MEDARK_TRY(add_reference(
				l, medark_bytes(text, medark_json_decode(raw, text)), err));
	}
	return 0;
}

/* ---- attachments ---- */

/* Of an address that is one, and that leads out of the record. */
static bool leads_out(struct medark_bytes url)
{
	static const char *const inside[] = { "#", "data:", "urn:", "cid:" };

	for (size_t i = 0; i < sizeof(inside) / sizeof(*inside); i++)
		if (medark_bytes_starts(url, inside[i]))
			return false;
	return true;
}

static int add_attachment(void *context, const struct medark_attachment *a,
			  struct medark_error *err)
{
	struct medark_leads *l = context;
	MEDARK_AUTO(medark_attachment_place_clear) struct medark_attachment_place place = { 0 };
	char promise[MEDARK_ATTACHMENT_PROMISE_MAX + 1];
	const char *ending = medark_attachment_ending(a->content_type);
	char title[MEDARK_ATTACHMENT_TITLE_MAX + 1];
	char key[MEDARK_ATTACHMENT_DIGITS + 1];
	int code;

	if (!leads_out(a->url))
		return 0;
	MEDARK_TRY(medark_attachment_locate(l->setup.root, a->url, &place, err));
	if (place.binary[0] && medark_leads_is_there(l, medark_bytes_text(place.binary)))
		return 0;
	medark_attachment_key(a->url, key);
	code = medark_hashset_add(&l->listed, medark_bytes_text(key), err);
	if (code != 1)
		return code;
	medark_attachment_title(a->title, ending, title);
	MEDARK_TRY(medark_attachment_promise_write(a, promise, err));
	l->line.size = 0;
	MEDARK_TRY(medark_buffer_print(&l->line, err, "A %s %s %s ", ending, title, promise));
	/* A line end in an address would begin another lead. */
	for (size_t i = 0; i < a->url.size; i++) {
		const char c = (char)(a->url.data[i] == '\n' ? ' ' : a->url.data[i]);

		MEDARK_TRY(medark_buffer_add(&l->line, &c, 1, err));
	}
	MEDARK_TRY(medark_buffer_add(&l->line, "\n", 1, err));
	return write_line(l, err);
}

/* ---- records ---- */

/*
 * Where its type stands in front, as nearly always. Of a Binary of another form nothing is known,
 * and it may be fetched once more.
 */
static bool may_be_binary(struct medark_bytes record)
{
	static const char name[] = "\"Binary\"";
	size_t size = record.size < HEAD ? record.size : HEAD;

	return memmem(record.data, size, name, sizeof(name) - 1) != NULL;
}

static int look(void *context, struct medark_bytes record, struct medark_error *err)
{
	struct medark_leads *l = context;
	char name[MEDARK_RECORD_NAME_MAX + 1] = "";

	if (l->setup.wants_references || may_be_binary(record))
		medark_bundle_name(record, name);
	if (name[0] && (l->setup.wants_references || strncmp(name, "Binary/", 7) == 0))
		if (medark_hashset_add(&l->there, medark_bytes_text(name), err) < 0)
			return MEDARK_E_MEMORY;
	if (l->setup.wants_references)
		MEDARK_TRY(find_references(l, record, err));
	return medark_attachment_is_likely(record)
		       ? medark_attachment_each(record, add_attachment, l, err)
		       : 0;
}

static int look_at_line(void *context, struct medark_bytes line, struct medark_error *err)
{
	struct medark_leads *l = context;

	if (line.data)
		return look(l, line, err);
	l->unread++;
	return 0;
}

static int look_at_lines(struct medark_leads *l, const char *name, struct medark_error *err)
{
	const struct medark_sealed_lines lines = {
		.folder = l->setup.folder,
		.name = name,
		.secret = l->setup.secret,
		.each = look_at_line,
		.context = l,
	};

	return medark_sealed_lines_each(&lines, err);
}

/* A page, or one record. */
static int look_at_document(struct medark_leads *l, const char *name, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer text = MEDARK_BUFFER_SECRET(MEDARK_WALK_PAGE_MAX + (1 << 17));
	struct medark_bundle page;
	struct medark_bytes whole;
	struct medark_error ignored;

	MEDARK_TRY(medark_sealed_read(l->setup.folder, name, l->setup.secret, &text, err));
	whole = medark_bytes(text.data, text.size);
	if (medark_bundle_parse(whole, &page, &ignored) == 0 && page.records)
		return medark_bundle_each(&page, look, l, err);
	return look(l, whole, err);
}

static bool ends_with(const char *text, const char *ending)
{
	size_t size = strlen(text), tail = strlen(ending);

	return size >= tail && strcmp(text + size - tail, ending) == 0;
}

int medark_leads_scan(struct medark_leads *l, const struct medark_haul *haul, size_t first,
		      const char *list, struct medark_error *err)
{
	MEDARK_TRY(medark_sealed_create(l->setup.folder, list, l->setup.secret, &l->list, err));
	for (size_t i = first; i < haul->count; i++) {
		const struct medark_haul_file *file = &haul->files[i];

		if (file->is_plain && !l->setup.wants_references)
			continue;
		if (file->why || strncmp(file->path, MEDARK_ATTACHMENT_FOLDER,
					 sizeof(MEDARK_ATTACHMENT_FOLDER) - 1) == 0)
			continue;
		MEDARK_TRY(ends_with(file->path, ".ndjson") ? look_at_lines(l, file->name, err)
							    : look_at_document(l, file->name, err));
	}
	MEDARK_TRY(medark_sealed_keep(l->list, err));
	medark_sealed_writer_free(l->list);
	l->list = NULL;
	return 0;
}

/* The word in front of a blank, which goes with it; false: there is none that fits. */
static bool take_word(struct medark_bytes *rest, char *out, size_t room)
{
	const uint8_t *blank = memchr(rest->data, ' ', rest->size);
	size_t size = blank ? (size_t)(blank - rest->data) : 0;

	if (size == 0 || size >= room)
		return false;
	memcpy(out, rest->data, size);
	out[size] = '\0';
	*rest = medark_bytes(rest->data + size + 1, rest->size - size - 1);
	return true;
}

bool medark_lead_parse(struct medark_bytes line, struct medark_lead *out)
{
	char kind[2], promise[MEDARK_ATTACHMENT_PROMISE_MAX + 1];

	*out = (struct medark_lead) { 0 };
	if (!take_word(&line, kind, sizeof(kind)))
		return false;
	out->is_attachment = kind[0] == 'A';
	if (out->is_attachment && (!take_word(&line, out->ending, sizeof(out->ending)) ||
				   !take_word(&line, out->title, sizeof(out->title)) ||
				   !take_word(&line, promise, sizeof(promise)) ||
				   !medark_attachment_promise_read(promise, &out->promise)))
		return false;
	out->target = line;
	return line.size != 0;
}
