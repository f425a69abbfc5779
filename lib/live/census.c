/* SPDX-License-Identifier: Apache-2.0 */
#include "live/census.h"

#include "base/secret.h"
#include "live/json.h"
#include "live/sealed_file.h"
#include "live/sealed_lines.h"

#include <stdio.h>
#include <string.h>

#define ANSWER_MAX ((size_t)1 << 20)
/* It is no part of the export: a server that will not count is not waited for long … */
#define ATTEMPTS 3
#define PUT_OFFS 5
/* … and not asked any more after so many types of which it did not answer. */
#define UNANSWERED_MAX 2

void medark_census_clear(struct medark_census *c)
{
	free(c->types);
	*c = (struct medark_census) { 0 };
}

/* ---- asking ---- */

/* The total of a Bundle; false if there is none. */
static bool read_total(const struct medark_http_response *r, uint64_t *out)
{
	MEDARK_AUTO(medark_json_release) json_t *object = NULL;
	const json_t *total;

	if (r->status != 200 || medark_live_json_parse(medark_bytes(r->body.data, r->body.size),
						       "it", MEDARK_E_REMOTE, &object, NULL) < 0)
		return false;
	total = json_object_get(object, "total");
	if (!json_is_integer(total) || json_integer_value(total) < 0)
		return false;
	*out = (uint64_t)json_integer_value(total);
	return true;
}

struct answer {
	bool came; /* whatever it says */
	bool has_total;
	uint64_t total;
};

static int ask(const struct medark_talk *talk, const char *name, struct answer *out,
	       struct medark_error *err)
{
	static const char *const headers[] = { "Accept: application/fhir+json" };
	MEDARK_AUTO(medark_http_transfer_free) struct medark_http_transfer *t = NULL;
	MEDARK_AUTO(medark_url_clear) struct medark_url url = { 0 };
	const struct medark_http_request request = {
		.url = &url, .headers = headers, .header_count = 1, .body_max = ANSWER_MAX
	};
	struct medark_talk brief = *talk;
	char path[MEDARK_CAPABILITY_NAME_MAX + sizeof("?_summary=count")];
	struct medark_error why = { 0 };
	int code;

	*out = (struct answer) { 0 };
	brief.attempts = ATTEMPTS;
	brief.put_offs = PUT_OFFS;
	(void)snprintf(path, sizeof(path), "%s?_summary=count", name);
	MEDARK_TRY(medark_url_below(talk->base, path, &url, err));
	code = medark_talk_send(&brief, &request, &t, NULL, &why);
	if (code == 0) {
		out->came = true;
		out->has_total = read_total(medark_http_response(t), &out->total);
	}
	if (code == 0 || code == MEDARK_E_REMOTE)
		return 0;
	if (err)
		*err = why;
	return code;
}

/* As ask(), unless it was asked in vain often enough: then nothing comes. */
static int ask_patiently(const struct medark_talk *talk, struct medark_census *c, const char *name,
			 struct answer *out, struct medark_error *err)
{
	*out = (struct answer) { 0 };
	if (c->in_vain < UNANSWERED_MAX)
		MEDARK_TRY(ask(talk, name, out, err));
	c->in_vain = out->came ? 0 : c->in_vain + 1;
	c->unanswered += !out->came;
	return 0;
}

static int count_all(const struct medark_talk *talk, const struct medark_capability *capability,
		     struct medark_census *out, struct medark_error *err)
{
	out->types = calloc(capability->count + 1, sizeof(*out->types));
	if (!out->types)
		return medark_error_memory(err, "a census");
	for (size_t i = 0; i < capability->count; i++) {
		struct medark_census_type *type = &out->types[out->count];
		struct answer answer;

		if (!capability->types[i].can_search)
			continue;
		memcpy(type->name, capability->types[i].name, sizeof(type->name));
		MEDARK_TRY(ask_patiently(talk, out, type->name, &answer, err));
		type->has_before = answer.has_total;
		type->before = answer.total;
		out->count++;
	}
	return 0;
}

/* ---- what is kept: a line for each type, `Type N` or `Type -` ---- */

static int save(const struct medark_census *c, int folder, struct medark_bytes secret,
		struct medark_error *err)
{
	MEDARK_AUTO(medark_sealed_writer_free) struct medark_sealed_writer *w = NULL;
	char line[128];

	MEDARK_TRY(medark_sealed_create(folder, MEDARK_CENSUS_FILE, secret, &w, err));
	for (size_t i = 0; i < c->count; i++) {
		if (c->types[i].has_before)
			(void)snprintf(line, sizeof(line), "%s %llu\n", c->types[i].name,
				       (unsigned long long)c->types[i].before);
		else
			(void)snprintf(line, sizeof(line), "%s -\n", c->types[i].name);
		MEDARK_TRY(medark_sealed_add(w, medark_bytes_text(line), err));
	}
	return medark_sealed_finish(w, err);
}

static int load_line(void *context, struct medark_bytes line, struct medark_error *err)
{
	struct medark_census *c = context;
	struct medark_census_type type = { 0 };
	char text[128], number[32];

	if (!line.data || line.size >= sizeof(text) || c->count == MEDARK_CAPABILITY_TYPES_MAX)
		return medark_error_set(err, MEDARK_E_SYSTEM, "a census is malformed");
	memcpy(text, line.data, line.size);
	text[line.size] = '\0';
	if (sscanf(text, "%64s %31s", type.name, number) != 2)
		return medark_error_set(err, MEDARK_E_SYSTEM, "a census is malformed");
	type.has_before = strcmp(number, "-") != 0;
	type.before = type.has_before ? strtoull(number, NULL, 10) : 0;
	c->types[c->count++] = type;
	return 0;
}

static int load(int folder, struct medark_bytes secret, struct medark_census *out,
		struct medark_error *err)
{
	const struct medark_sealed_lines lines = {
		.folder = folder,
		.name = MEDARK_CENSUS_FILE,
		.secret = secret,
		.each = load_line,
		.context = out,
	};

	out->types = calloc(MEDARK_CAPABILITY_TYPES_MAX, sizeof(*out->types));
	if (!out->types)
		return medark_error_memory(err, "a census");
	return medark_sealed_lines_each(&lines, err);
}

int medark_census_begin(const struct medark_talk *talk, const struct medark_capability *capability,
			int folder, struct medark_bytes secret, struct medark_census *out,
			struct medark_error *err)
{
	MEDARK_AUTO(medark_census_clear) struct medark_census c = { 0 };
	struct medark_error absent = { 0 };
	int code = load(folder, secret, &c, &absent);

	if (code == MEDARK_E_NOT_FOUND) {
		medark_census_clear(&c);
		MEDARK_TRY(count_all(talk, capability, &c, err));
		code = save(&c, folder, secret, err);
	} else if (code < 0 && err) {
		*err = absent;
	}
	MEDARK_TRY(code);
	*out = c;
	c = (struct medark_census) { 0 };
	return 0;
}

int medark_census_end(const struct medark_talk *talk, struct medark_census *c,
		      struct medark_error *err)
{
	c->in_vain = 0;
	for (size_t i = 0; i < c->count; i++) {
		struct medark_census_type *type = &c->types[i];
		struct answer answer;

		/* What could not be counted then will not be now. */
		if (!type->has_before)
			continue;
		MEDARK_TRY(ask_patiently(talk, c, type->name, &answer, err));
		type->has_after = answer.has_total;
		type->after = answer.total;
	}
	return 0;
}

bool medark_census_bounds(const struct medark_census_type *type, uint64_t *out_low,
			  uint64_t *out_high)
{
	/* Where all is gone at once, more likely the server has ceased to count. */
	bool has_after = type->has_after && (type->after || !type->before);

	if (!type->has_before)
		return false;
	*out_low = has_after && type->after < type->before ? type->after : type->before;
	*out_high = !has_after			 ? UINT64_MAX
		    : type->after > type->before ? type->after
						 : type->before;
	return true;
}

static int by_name(const void *name, const void *type)
{
	return strcmp(name, ((const struct medark_census_type *)type)->name);
}

const struct medark_census_type *medark_census_find(const struct medark_census *c, const char *name)
{
	return c->count ? bsearch(name, c->types, c->count, sizeof(*c->types), by_name) : NULL;
}
