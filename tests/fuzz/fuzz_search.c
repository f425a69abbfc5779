/* SPDX-License-Identifier: Apache-2.0 */
/* A search, "Type?name=value", of a record, which stands on the second line. */
#include "forge.h"

#include "search/follow.h"
#include "search/match.h"
#include "search/order.h"
#include "search/zone_rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct medark_zone zone;
static const struct medark_search_setup setup = { .zone = &zone,
						  .base = { (const uint8_t *)"h:", 2 } };

/* What was read says the same once it is written. */
static void check_form(const struct medark_form *form)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer text = MEDARK_BUFFER((size_t)1 << 20);
	MEDARK_AUTO(medark_form_clear) struct medark_form again = { .count = 0 };

	for (size_t i = 0; i < form->count; i++) {
		const struct medark_bytes parts[] = { form->pairs[i].name, form->pairs[i].value };

		for (size_t k = 0; k < 2; k++) {
			for (size_t j = 0; j < parts[k].size; j++)
				forge_expect(medark_buffer_print(&text, NULL, "%%%02X",
								 parts[k].data[j]) == 0);
			forge_expect(medark_buffer_text(&text, k ? "&" : "=", NULL) == 0);
		}
	}
	if (text.size > MEDARK_FORM_MAX)
		return;
	forge_expect(medark_form_parse(&again, medark_bytes(text.data, text.size), NULL) == 0);
	forge_expect(again.count == form->count);
	for (size_t i = 0; i < form->count; i++)
		forge_expect(medark_bytes_equal(again.pairs[i].name, form->pairs[i].name) &&
			     medark_bytes_equal(again.pairs[i].value, form->pairs[i].value));
}

/* Whatever is found has a value or has none, and not both. */
static void check_missing(const struct medark_form *form, const struct medark_search_query *query,
			  const struct medark_json_tree *record, int found)
{
	static const char *const values[] = { "true", "false" };
	struct medark_search_query more = { .count = -1 };
	int sum = 0;

	if (form->count == MEDARK_FORM_PAIRS_MAX || query->criterion_count == 0)
		return;
	for (size_t i = 0; i < 2; i++) {
		struct medark_form_pair pairs[MEDARK_FORM_PAIRS_MAX];
		char name[64];
		int is;

		memcpy(pairs, form->pairs, form->count * sizeof(*pairs));
		snprintf(name, sizeof(name), "%s:missing", query->criteria[0].param->name);
		pairs[form->count].name = medark_bytes_text(name);
		pairs[form->count].value = medark_bytes_text(values[i]);
		if (medark_search_query_parse(&more, query->type, pairs, form->count + 1, &setup,
					      NULL) == 0) {
			is = medark_search_match(&more, record, NULL);
			forge_expect(is == 0 || is == 1);
			sum += is;
		} else {
			sum = found; /* one value too many */
		}
		medark_search_query_clear(&more);
	}
	forge_expect(sum == found);
}

static void check_order(const struct medark_search_query *query,
			const struct medark_json_tree *record)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer key =
		MEDARK_BUFFER(MEDARK_SEARCH_SORTS_MAX * (MEDARK_SEARCH_KEY_MAX + 1));

	forge_expect(medark_search_order_key(query, record, &key, NULL) == 0);
	forge_expect(key.size >= query->sort_count && (key.size == 0) == (query->sort_count == 0));
}

static void check_includes(const struct medark_search_query *query,
			   const struct medark_json_tree *record)
{
	struct medark_bytes type, id;
	struct medark_search_follow f;

	for (size_t i = 0; i < query->include_count; i++) {
		const struct medark_search_include *include = &query->includes[i];

		medark_search_follow_init(&f, include, record, setup.base);
		while (medark_search_follow_next(&f, &type, &id)) {
			forge_expect(type.size && id.size);
			forge_expect(
				medark_search_follow_leads(include, record, setup.base, type, id));
		}
	}
}

static void run(const struct medark_search_type *type, const struct medark_form *form,
		const struct medark_json_tree *record)
{
	MEDARK_AUTO(medark_search_query_clear) struct medark_search_query query = { .count = -1 };
	int found = medark_search_query_parse(&query, type, form->pairs, form->count, &setup, NULL);

	forge_expect(found == 0 || (found == MEDARK_E_USAGE && query.issue));
	if (found < 0)
		return;
	found = medark_search_match(&query, record, NULL);
	forge_expect(found == 0 || found == 1);
	check_missing(form, &query, record, found);
	check_order(&query, record);
	check_includes(&query, record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	MEDARK_AUTO(medark_form_clear) struct medark_form form = { .count = 0 };
	MEDARK_AUTO(medark_json_tree_clear) struct medark_json_tree record = { .nodes = { 0 } };
	const uint8_t *end = size ? memchr(data, '\n', size) : NULL;
	size_t line = end ? (size_t)(end - data) : size;
	const uint8_t *mark = line ? memchr(data, '?', line) : NULL;
	const struct medark_search_type *type;

	if (!zone.has_rule)
		forge_expect(medark_zone_rule_parse(
			&zone, medark_bytes_text("CET-1CEST,M3.5.0,M10.5.0/3")));
	if (!mark ||
	    medark_form_parse(&form, medark_bytes(mark + 1, line - (size_t)(mark + 1 - data)),
			      NULL) < 0)
		return 0;
	check_form(&form);
	type = medark_search_type_find(medark_bytes(data, (size_t)(mark - data)));
	if (type && end &&
	    medark_json_tree_parse(&record, medark_bytes(end + 1, size - line - 1), NULL) == 0)
		run(type, &form, &record);
	return 0;
}
