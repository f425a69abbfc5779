/* SPDX-License-Identifier: Apache-2.0 */
#include "search/param_table.h"

#include "search/param_rows.h"

static const struct medark_search_param common[] = {
	{ "_id", MEDARK_SEARCH_TOKEN, { "id" }, .rule = MEDARK_SEARCH_EXACT_CASE },
	{ "_lastUpdated", MEDARK_SEARCH_DATE, { "meta.lastUpdated" } },
	{ "_profile", MEDARK_SEARCH_URI, { "meta.profile" } },
	{ "_security", MEDARK_SEARCH_TOKEN, { "meta.security" } },
	{ "_source", MEDARK_SEARCH_URI, { "meta.source" } },
	{ "_tag", MEDARK_SEARCH_TOKEN, { "meta.tag" } },
};

static const struct medark_search_type *type_in(const struct medark_search_type *types,
						size_t count, struct medark_bytes name)
{
	for (size_t i = 0; i < count; i++)
		if (medark_bytes_is(name, types[i].name))
			return &types[i];
	return NULL;
}

const struct medark_search_type *medark_search_type_find(struct medark_bytes name)
{
	const struct medark_search_type *type =
		type_in(medark_search_rows_people, medark_search_rows_people_count, name);

	return type ? type
		    : type_in(medark_search_rows_clinical, medark_search_rows_clinical_count, name);
}

/* The tables are merged by name as they are counted. */
const struct medark_search_type *medark_search_type_at(size_t number)
{
	size_t a = 0, b = 0;

	for (;;) {
		const struct medark_search_type *x =
			a < medark_search_rows_people_count ? &medark_search_rows_people[a] : NULL;
		const struct medark_search_type *y = b < medark_search_rows_clinical_count
							     ? &medark_search_rows_clinical[b]
							     : NULL;
		bool first = x && (!y || strcmp(x->name, y->name) < 0);

		if (!x && !y)
			return NULL;
		if (number-- == 0)
			return first ? x : y;
		a += first;
		b += !first;
	}
}

static const struct medark_search_param *param_in(const struct medark_search_param *params,
						  size_t count, struct medark_bytes name)
{
	for (size_t i = 0; i < count; i++)
		if (medark_bytes_is(name, params[i].name))
			return &params[i];
	return NULL;
}

const struct medark_search_param *medark_search_common_at(size_t number)
{
	return number < sizeof(common) / sizeof(*common) ? &common[number] : NULL;
}

const struct medark_search_param *medark_search_param_find(const struct medark_search_type *type,
							   struct medark_bytes name)
{
	const struct medark_search_param *param = param_in(type->params, type->count, name);

	return param ? param : param_in(common, sizeof(common) / sizeof(*common), name);
}
