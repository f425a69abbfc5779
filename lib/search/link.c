/* SPDX-License-Identifier: Apache-2.0 */
#include "search/link.h"

#include "record/fhir_reference.h"

/* Behind the base and its '/', if `text` begins with it. */
static bool strip_base(struct medark_bytes *text, struct medark_bytes base)
{
	if (base.size == 0 || text->size <= base.size || text->data[base.size] != '/' ||
	    memcmp(text->data, base.data, base.size) != 0)
		return false;
	*text = medark_bytes(text->data + base.size + 1, text->size - base.size - 1);
	return true;
}

static bool has_scheme(struct medark_bytes text)
{
	size_t n = 0;

	while (n < text.size && text.data[n] != '/' && text.data[n] != ':')
		n++;
	return n > 0 && n < text.size && text.data[n] == ':';
}

/* Leaves "Type/id" of "Type/id/_history/version". */
static void strip_version(struct medark_bytes *whole, struct medark_bytes *out)
{
	static const char mark[] = "/_history/";
	const uint8_t *at = whole->size ? memmem(whole->data, whole->size, mark, 10) : NULL;
	size_t n = at ? (size_t)(at - whole->data) : 0;

	if (!at || !medark_fhir_is_id(medark_bytes(at + 10, whole->size - n - 10)))
		return;
	*out = medark_bytes(at + 10, whole->size - n - 10);
	whole->size = n;
}

void medark_link_parse(struct medark_bytes text, struct medark_bytes base, struct medark_link *out)
{
	struct medark_fhir_reference parsed;
	bool own = strip_base(&text, base);
	bool elsewhere = !own && has_scheme(text);

	*out = (struct medark_link) { .whole = text };
	strip_version(&out->whole, &out->version);
	medark_fhir_reference_parse(text, &parsed);
	if (parsed.kind == MEDARK_FHIR_REFERENCE_LITERAL) {
		out->kind = elsewhere ? MEDARK_LINK_ELSEWHERE : MEDARK_LINK_LOCAL;
		out->type = parsed.type;
		out->id = parsed.id;
	} else if (elsewhere) {
		out->kind = MEDARK_LINK_ELSEWHERE;
	} else if (!own && medark_fhir_is_id(text)) {
		out->kind = MEDARK_LINK_ID;
		out->id = text;
	}
}

bool medark_link_matches(const struct medark_link *wanted, const struct medark_link *reference)
{
	if (wanted->version.size && !medark_bytes_equal(wanted->version, reference->version))
		return false;
	switch (wanted->kind) {
	case MEDARK_LINK_ID:
		return reference->kind == MEDARK_LINK_LOCAL &&
		       medark_bytes_equal(wanted->id, reference->id);
	case MEDARK_LINK_LOCAL:
		return reference->kind == MEDARK_LINK_LOCAL &&
		       medark_bytes_equal(wanted->type, reference->type) &&
		       medark_bytes_equal(wanted->id, reference->id);
	case MEDARK_LINK_ELSEWHERE:
		return reference->kind == MEDARK_LINK_ELSEWHERE &&
		       medark_bytes_equal(wanted->whole, reference->whole);
	default:
		return false;
	}
}
