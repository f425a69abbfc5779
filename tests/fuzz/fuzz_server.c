/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a FHIR server may answer, by the first byte: its capabilities, the list of an export's
 * files, a page of a search, a body in gzip, what it says to a transaction.
 */
#include "forge.h"

#include "live/bulk_manifest.h"
#include "live/bundle.h"
#include "live/capability.h"
#include "live/deliver_private.h"
#include "live/json.h"
#include "live/target.h"
#include "net/gunzip.h"
#include "scan/json.h"

#include <stdlib.h>

#define OUT_MAX ((size_t)64 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_capability(struct medark_bytes text)
{
	MEDARK_AUTO(medark_capability_clear) struct medark_capability c = { 0 };

	if (medark_capability_parse(text, &c, NULL) < 0)
		return;
	forge_expect(c.count <= MEDARK_CAPABILITY_TYPES_MAX);
	for (size_t i = 0; i < c.count; i++) {
		forge_expect(i == 0 || strcmp(c.types[i - 1].name, c.types[i].name) < 0);
		forge_expect(medark_capability_find(&c, c.types[i].name) == &c.types[i]);
		forge_expect(c.types[i].param_count <= MEDARK_CAPABILITY_PARAMS_MAX);
	}
}

static void try_manifest(struct medark_bytes text, const struct medark_url *base)
{
	MEDARK_AUTO(medark_bulk_manifest_clear) struct medark_bulk_manifest m = { 0 };

	/* A list in parts: the same once more. */
	if (medark_bulk_manifest_parse(text, base, &m, NULL) < 0 ||
	    medark_bulk_manifest_parse(text, base, &m, NULL) < 0)
		return;
	for (size_t i = 0; i < m.count; i++) {
		forge_expect(m.files[i].url.text &&
			     (m.files[i].url.is_local ||
			      strncmp(m.files[i].url.text, "https://", 8) == 0));
		forge_expect(strspn(m.files[i].type,
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrst"
				    "uvwxyz") == strlen(m.files[i].type));
	}
}

static int look(void *context, struct medark_bytes resource, struct medark_error *err)
{
	char name[MEDARK_RECORD_NAME_MAX + 1];

	(void)err;
	medark_bundle_name(resource, name);
	forge_expect(!name[0] || strchr(name, '/'));
	++*(uint64_t *)context;
	return 0;
}

static void try_bundle(struct medark_bytes text, const struct medark_url *base)
{
	MEDARK_AUTO(medark_url_clear) struct medark_url next = { 0 };
	struct medark_bundle b;
	uint64_t count = 0;

	if (medark_bundle_parse(text, &b, NULL) < 0)
		return;
	forge_expect(b.errors <= b.outcomes);
	forge_expect(medark_bundle_each(&b, look, &count, NULL) == 0);
	forge_expect(count <= b.records);
	if (medark_bundle_next(&b, base, base, &next, NULL) == 0 && next.text)
		forge_expect(medark_url_same_origin(&next, base));
}

static int count_bytes(void *context, struct medark_bytes part)
{
	size_t *size = context;

	*size += part.size;
	return *size > OUT_MAX ? MEDARK_E_REMOTE : 0;
}

/* In two parts it gives as much as in one. */
static void try_gunzip(struct medark_bytes body)
{
	size_t whole = 0, parts = 0, half = body.size / 2;
	MEDARK_AUTO(medark_gunzip_free) struct medark_gunzip *a = NULL;
	MEDARK_AUTO(medark_gunzip_free) struct medark_gunzip *b = NULL;
	int first, second;

	forge_expect(medark_gunzip_new(count_bytes, &whole, &a, NULL) == 0);
	forge_expect(medark_gunzip_new(count_bytes, &parts, &b, NULL) == 0);
	first = medark_gunzip_add(a, body);
	second = medark_gunzip_add(b, medark_bytes(body.data, half));
	if (second == 0)
		second = medark_gunzip_add(b, medark_bytes(body.data + half, body.size - half));
	forge_expect(first == second);
	if (first == 0) {
		forge_expect(whole == parts);
		forge_expect(medark_gunzip_is_whole(a) == medark_gunzip_is_whole(b));
	}
}

/* Of an entry of a bundle: its status, where it is, and what tags it has. */
static void try_answer(struct medark_bytes text)
{
	MEDARK_AUTO(medark_json_release) json_t *entry = NULL;
	const char *location;
	struct medark_bytes type, id;
	unsigned status;

	if (medark_live_json_parse(text, "it", MEDARK_E_REMOTE, &entry, NULL) < 0)
		return;
	status = medark_deliver_status(entry);
	forge_expect(status < 1000);
	location = medark_live_json_text(json_object_get(entry, "response"), "location");
	if (location && medark_target_location(medark_bytes_text(location), &type, &id))
		forge_expect(medark_target_is_id(id) && type.size &&
			     type.data + type.size < id.data);
	forge_expect(!medark_target_has_tag(json_object_get(entry, "resource"), "urn:medark:x",
					    "of nobody at all"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	MEDARK_AUTO(medark_url_clear) struct medark_url base = { 0 };
	uint8_t *padded;
	struct medark_bytes text;

	if (size == 0)
		return 0;
	forge_expect(medark_url_parse("https://ehr.example/fhir", &base, NULL) == 0);
	padded = calloc(1, size + MEDARK_JSON_PADDING);
	forge_expect(padded);
	memcpy(padded, data + 1, size - 1);
	text = medark_bytes(padded, size - 1);
	switch (data[0]) {
	case 'c':
		try_capability(text);
		break;
	case 'm':
		try_manifest(text, &base);
		break;
	case 'b':
		try_bundle(text, &base);
		break;
	case 'a':
		try_answer(text);
		break;
	default:
		try_gunzip(text);
		break;
	}
	free(padded);
	return 0;
}
