/* SPDX-License-Identifier: Apache-2.0 */
#include "live/bundle.h"

#include "record/fhir_reference.h"
#include "record/fhir_visit.h"
#include "scan/json.h"

#include <string.h>

/* What stands between the quotes; empty if it is no string. */
static struct medark_bytes inner(struct medark_bytes value)
{
	return value.size >= 2 && value.data[0] == '"'
		       ? medark_bytes(value.data + 1, value.size - 2)
		       : medark_bytes(NULL, 0);
}

/* One valid text, to its last byte? */
static bool is_valid(struct medark_bytes text)
{
	struct medark_json_reader r;
	struct medark_bytes value;

	medark_json_reader_init(&r, text);
	return medark_json_skip(&r, &value) && medark_json_next(&r) == MEDARK_JSON_END;
}

static bool read_number(struct medark_bytes value, uint64_t *out)
{
	uint64_t n = 0;

	for (size_t i = 0; i < value.size; i++)
		if (value.data[i] < '0' || value.data[i] > '9' ||
		    __builtin_mul_overflow(n, UINT64_C(10), &n) ||
		    __builtin_add_overflow(n, (uint64_t)(value.data[i] - '0'), &n))
			return false;
	*out = n;
	return value.size != 0;
}

/* ---- links ---- */

static struct medark_bytes find_next(struct medark_bytes links)
{
	static const char *const names[] = { "relation", "url" };
	struct medark_bytes members[2], link;
	struct medark_json_reader r;

	medark_json_reader_init(&r, links);
	if (links.size == 0 || medark_json_next(&r) != MEDARK_JSON_ARRAY_BEGIN)
		return medark_bytes(NULL, 0);
	while (medark_json_skip(&r, &link))
		if (medark_fhir_members(link, names, 2, members) &&
		    medark_bytes_is(inner(members[0]), "next"))
			return inner(members[1]);
	return medark_bytes(NULL, 0);
}

int medark_bundle_next(const struct medark_bundle *b, const struct medark_url *base,
		       const struct medark_url *page, struct medark_url *out,
		       struct medark_error *err)
{
	MEDARK_AUTO(medark_url_clear) struct medark_url root = { 0 };
	uint8_t text[MEDARK_URL_MAX + 1];
	int code = MEDARK_E_USAGE;
	size_t size;

	medark_url_clear(out);
	if (b->next.size == 0)
		return 0;
	MEDARK_TRY(medark_url_below(base, "", &root, err));
	if (b->next.size <= MEDARK_URL_MAX) {
		size = medark_json_decode(b->next, text);
		text[size] = '\0';
		if (strlen((const char *)text) == size)
			code = medark_url_resolve(*text == '?' ? page : &root, (const char *)text,
						  out, err);
	}
	if (code == MEDARK_E_USAGE || (code == 0 && !medark_url_same_origin(out, base))) {
		medark_url_clear(out);
		return medark_error_set(err, MEDARK_E_REMOTE,
					"%s says that the next page is at another server",
					base->origin);
	}
	return code;
}

/* ---- entries ---- */

/* Of an OperationOutcome: is something wrong, and not only remarkable? */
static bool has_error(struct medark_bytes outcome)
{
	static const char *const names[] = { "issue", "severity" };
	struct medark_bytes issues, issue, severity;
	struct medark_json_reader r;

	(void)medark_fhir_members(outcome, names, 1, &issues);
	medark_json_reader_init(&r, issues);
	if (issues.size == 0 || medark_json_next(&r) != MEDARK_JSON_ARRAY_BEGIN)
		return false;
	while (medark_json_skip(&r, &issue)) {
		(void)medark_fhir_members(issue, names + 1, 1, &severity);
		if (medark_bytes_is(inner(severity), "error") ||
		    medark_bytes_is(inner(severity), "fatal"))
			return true;
	}
	return false;
}

/* The resource of an entry; empty if it has none. */
static struct medark_bytes read_entry(struct medark_bytes entry, bool *out_is_outcome)
{
	static const char *const names[] = { "resource", "search" };
	static const char *const inside[] = { "mode", "resourceType" };
	struct medark_bytes members[2], mode, type;

	(void)medark_fhir_members(entry, names, 2, members);
	(void)medark_fhir_members(members[1], inside, 1, &mode);
	(void)medark_fhir_members(members[0], inside + 1, 1, &type);
	*out_is_outcome = medark_bytes_is(inner(mode), "outcome") ||
			  medark_bytes_is(inner(type), "OperationOutcome");
	return members[0];
}

static bool count_entries(struct medark_bundle *b)
{
	struct medark_json_reader r;
	struct medark_bytes entry;

	if (b->entries.size == 0)
		return true;
	medark_json_reader_init(&r, b->entries);
	if (medark_json_next(&r) != MEDARK_JSON_ARRAY_BEGIN)
		return false;
	while (medark_json_skip(&r, &entry)) {
		bool is_outcome;
		struct medark_bytes resource = read_entry(entry, &is_outcome);

		b->outcomes += is_outcome;
		b->errors += is_outcome && has_error(resource);
		b->records += !is_outcome;
	}
	return true;
}

int medark_bundle_parse(struct medark_bytes text, struct medark_bundle *out,
			struct medark_error *err)
{
	static const char *const names[] = { "resourceType", "entry", "link", "total" };
	struct medark_bytes members[4];
	struct medark_bundle b = { 0 };

	if (is_valid(text) && medark_fhir_members(text, names, 4, members) &&
	    medark_bytes_is(inner(members[0]), "Bundle")) {
		b.entries = members[1];
		b.next = find_next(members[2]);
		b.has_total = read_number(members[3], &b.total);
		if (count_entries(&b)) {
			*out = b;
			return 0;
		}
	}
	return medark_error_set(err, MEDARK_E_REMOTE, "the server answers a search with no Bundle");
}

void medark_bundle_name(struct medark_bytes resource, char out[MEDARK_RECORD_NAME_MAX + 1])
{
	static const char *const names[] = { "resourceType", "id" };
	const size_t room = MEDARK_RECORD_NAME_MAX - MEDARK_FHIR_TYPE_MAX - 1;
	uint8_t text[6 * MEDARK_RECORD_NAME_MAX];
	struct medark_bytes members[2], type, id;

	out[0] = '\0';
	(void)medark_fhir_members(resource, names, 2, members);
	type = inner(members[0]);
	id = inner(members[1]);
	if (!type.data || !medark_fhir_is_type(type) || !id.data || id.size > sizeof(text))
		return;
	id = medark_bytes(text, medark_json_decode(id, text));
	if (!medark_fhir_is_id(id) || id.size > room)
		return;
	memcpy(out, type.data, type.size);
	out[type.size] = '/';
	memcpy(out + type.size + 1, id.data, id.size);
	out[type.size + 1 + id.size] = '\0';
}

bool medark_bundle_is(struct medark_bytes resource, const char *type)
{
	static const char *const names[] = { "resourceType" };
	struct medark_bytes found;

	(void)medark_fhir_members(resource, names, 1, &found);
	return medark_bytes_is(inner(found), type);
}

int medark_bundle_each(const struct medark_bundle *b,
		       int (*each)(void *context, struct medark_bytes resource,
				   struct medark_error *err),
		       void *context, struct medark_error *err)
{
	struct medark_json_reader r;
	struct medark_bytes entry;

	medark_json_reader_init(&r, b->entries);
	if (b->entries.size == 0 || medark_json_next(&r) != MEDARK_JSON_ARRAY_BEGIN)
		return 0;
	while (medark_json_skip(&r, &entry)) {
		bool is_outcome;
		struct medark_bytes resource = read_entry(entry, &is_outcome);

		if (!is_outcome && resource.size)
			MEDARK_TRY(each(context, resource, err));
	}
	return 0;
}
