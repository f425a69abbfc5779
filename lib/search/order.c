/* SPDX-License-Identifier: Apache-2.0 */
#include "search/order.h"

#include "base/words.h"
#include "search/match_kinds.h"

enum { HAS_VALUE = 1, HAS_NONE = 2 };

/* ---- the part of one value ---- */

static int add_moment(struct medark_buffer *part, struct medark_moment at, struct medark_error *err)
{
	uint8_t bytes[12];

	/* Below 0 before 0. */
	medark_put_be64(bytes, (uint64_t)at.seconds ^ UINT64_C(1) << 63);
	medark_put_be32(bytes + 8, at.nanos);
	return medark_buffer_add(part, bytes, sizeof(bytes), err);
}

static int add_date(const struct medark_search_query *query, const struct medark_json_tree *record,
		    const struct medark_json_node *node, struct medark_buffer *part,
		    struct medark_error *err)
{
	struct medark_moments when;

	if (!medark_search_date_of(record, node, query->setup->zone, &when))
		return 0;
	MEDARK_TRY(add_moment(part, when.from, err));
	return add_moment(part, when.to, err);
}

/* Without a zero, which ends it: so that no text is another one's beginning. */
static int add_text(struct medark_buffer *part, struct medark_bytes text, struct medark_error *err)
{
	size_t n = text.size < MEDARK_SEARCH_KEY_MAX / 2 ? text.size : MEDARK_SEARCH_KEY_MAX / 2;
	const uint8_t *zero = n ? memchr(text.data, 0, n) : NULL;

	if (zero)
		n = (size_t)(zero - text.data);
	MEDARK_TRY(medark_buffer_add(part, text.data, n, err));
	return medark_buffer_add(part, "", 1, err);
}

static int add_code(struct medark_bytes code, struct medark_buffer *part, struct medark_error *err)
{
	if (code.size == 0)
		return 0;
	MEDARK_TRY(add_text(part, code, err));
	for (size_t i = 0; i < part->size; i++)
		if (part->data[i] >= 'A' && part->data[i] <= 'Z')
			part->data[i] |= 0x20;
	return 0;
}

static struct medark_bytes code_of(const struct medark_json_tree *record,
				   const struct medark_json_node *node)
{
	static const char *const paths[] = { "coding.code", "code", "value" };
	const struct medark_json_node *code = node;

	if (node->kind != MEDARK_JSON_OBJECT_BEGIN)
		return node->text;
	code = NULL;
	for (size_t i = 0; !code && i < sizeof(paths) / sizeof(*paths); i++)
		code = medark_json_at(record, node, paths[i]);
	return code ? code->text : medark_bytes(NULL, 0);
}

static int add_string(const struct medark_json_tree *record, const struct medark_json_node *node,
		      struct medark_buffer *part, struct medark_error *err)
{
	/* A person is looked for by family name, an address by place. */
	static const char *const paths[] = { "family", "given", "city", "line", "text" };
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer words = MEDARK_BUFFER_SECRET((size_t)1 << 22);
	size_t i, n = sizeof(paths) / sizeof(*paths);

	if (node->kind == MEDARK_JSON_STRING)
		MEDARK_TRY(medark_words_join(node->text, &words, err));
	for (i = 0; node->kind == MEDARK_JSON_OBJECT_BEGIN && i < n; i++) {
		struct medark_bytes text = medark_json_text_at(record, node, paths[i]);

		if (text.size == 0 || (words.size && i == n - 1))
			continue;
		/* Before any letter, so that a shorter name comes first. */
		if (words.size)
			MEDARK_TRY(medark_buffer_text(&words, "\x01", err));
		MEDARK_TRY(medark_words_join(text, &words, err));
	}
	return words.size ? add_text(part, medark_bytes(words.data, words.size), err) : 0;
}

static int add_value(const struct medark_search_query *query,
		     const struct medark_search_param *param, const struct medark_json_tree *record,
		     const struct medark_json_node *node, struct medark_buffer *part,
		     struct medark_error *err)
{
	if (param->kind == MEDARK_SEARCH_DATE)
		return add_date(query, record, node, part, err);
	if (param->kind == MEDARK_SEARCH_STRING)
		return add_string(record, node, part, err);
	return add_code(code_of(record, node), part, err);
}

/* ---- the part of one parameter ---- */

/* Whether `part` comes before what stands in `best`, which it then replaces. */
static void choose(struct medark_buffer *best, struct medark_buffer *part, bool descending)
{
	struct medark_buffer other = *best;
	int order = medark_bytes_compare(medark_bytes(part->data, part->size),
					 medark_bytes(best->data, best->size));

	if (part->size && (best->size == 0 || (descending ? order > 0 : order < 0))) {
		*best = *part;
		*part = other;
	}
	part->size = 0;
}

static int best_of(const struct medark_search_query *query, const struct medark_search_sort *sort,
		   const struct medark_json_tree *record, struct medark_buffer *best,
		   struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer part = MEDARK_BUFFER_SECRET(MEDARK_SEARCH_KEY_MAX);
	struct medark_search_values values;
	const struct medark_json_node *node;

	if (sort->param->rule == MEDARK_SEARCH_IS_DECEASED)
		return add_code(medark_bytes_text(medark_search_is_deceased(record, sort->param)
							  ? "true"
							  : "false"),
				best, err);
	medark_search_values_init(&values, record, sort->param, query->setup->base);
	while ((node = medark_search_values_next(&values))) {
		MEDARK_TRY(add_value(query, sort->param, record, node, &part, err));
		choose(best, &part, sort->descending);
	}
	return 0;
}

int medark_search_order_key(const struct medark_search_query *query,
			    const struct medark_json_tree *record, struct medark_buffer *key,
			    struct medark_error *err)
{
	for (size_t i = 0; i < query->sort_count; i++) {
		const struct medark_search_sort *sort = &query->sorts[i];
		MEDARK_AUTO(medark_buffer_clear)
		struct medark_buffer best = MEDARK_BUFFER_SECRET(MEDARK_SEARCH_KEY_MAX);
		uint8_t flag;

		MEDARK_TRY(best_of(query, sort, record, &best, err));
		flag = best.size ? HAS_VALUE : HAS_NONE;
		for (size_t k = 0; sort->descending && k < best.size; k++)
			best.data[k] = (uint8_t)~best.data[k];
		MEDARK_TRY(medark_buffer_add(key, &flag, 1, err));
		MEDARK_TRY(medark_buffer_add(key, best.data, best.size, err));
	}
	return 0;
}
