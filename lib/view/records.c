/* SPDX-License-Identifier: Apache-2.0 */
#include "view/records.h"

#include "record/fhir_reference.h"

#include <stdlib.h>

#define FIRST_ROOM 256

void medark_view_records_clear(struct medark_view_records *r)
{
	for (size_t i = 0; i < r->count; i++)
		medark_json_tree_clear(&r->list[i].tree);
	free(r->list);
	free(r->by_name);
	free(r->by_id);
	*r = (struct medark_view_records) { 0 };
}

static int grow(struct medark_view_records *r, struct medark_error *err)
{
	size_t max = r->max ? 2 * r->max : FIRST_ROOM;
	struct medark_view_record *grown;

	if (r->count < r->max)
		return 0;
	grown = realloc(r->list, max * sizeof(*grown));
	if (!grown)
		return medark_error_memory(err, "a chart");
	r->list = grown;
	r->max = max;
	return 0;
}

int medark_view_records_add(struct medark_view_records *r, struct medark_bytes type,
			    struct medark_bytes text, bool is_xml, bool is_outside,
			    struct medark_error *err)
{
	struct medark_view_record *record;
	int code = 0;

	MEDARK_TRY(grow(r, err));
	record = &r->list[r->count];
	*record = (struct medark_view_record) {
		.type = type, .text = text, .is_xml = is_xml, .is_outside = is_outside
	};
	if (!is_xml && medark_bytes_starts(text, "\xef\xbb\xbf"))
		text = medark_bytes(text.data + 3, text.size - 3);
	if (!is_xml)
		code = medark_json_tree_parse(&record->tree, text, err);
	if (code < 0 && code != MEDARK_E_FORMAT)
		return code;
	r->count++;
	if (code == 0 && !is_xml) {
		record->root = medark_json_tree_root(&record->tree);
		record->id = medark_json_text_at(&record->tree, record->root, "id");
	}
	return 0;
}

static int compare(struct medark_bytes type, struct medark_bytes id,
		   const struct medark_view_record *r)
{
	int order = medark_bytes_compare(type, r->type);

	return order ? order : medark_bytes_compare(id, r->id);
}

static int by_name(const void *a, const void *b, void *context)
{
	const struct medark_view_records *r = context;
	uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
	int order = compare(r->list[i].type, r->list[i].id, &r->list[k]);

	return order ? order : (i > k) - (i < k);
}

static int by_id(const void *a, const void *b, void *context)
{
	const struct medark_view_records *r = context;
	uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
	int order = medark_bytes_compare(r->list[i].id, r->list[k].id);

	return order ? order : (i > k) - (i < k);
}

static int sort(const struct medark_view_records *r, uint32_t **numbers,
		int (*order)(const void *a, const void *b, void *context), struct medark_error *err)
{
	free(*numbers);
	*numbers = malloc((r->count + 1) * sizeof(**numbers));
	if (!*numbers)
		return medark_error_memory(err, "a chart");
	for (size_t i = 0; i < r->count; i++)
		(*numbers)[i] = (uint32_t)i;
	qsort_r(*numbers, r->count, sizeof(**numbers), order, (void *)(uintptr_t)r);
	return 0;
}

int medark_view_records_sort(struct medark_view_records *r, struct medark_error *err)
{
	MEDARK_TRY(sort(r, &r->by_name, by_name, err));
	return sort(r, &r->by_id, by_id, err);
}

/*
 * Within a Bundle others are named by the UUID that they have for an id, whatever their type: the
 * first of those that have it.
 */
static const struct medark_view_record *find_urn(const struct medark_view_records *r,
						 struct medark_bytes urn)
{
	static const char prefix[] = "urn:uuid:";
	size_t low = 0, high = r->count;
	struct medark_bytes id;

	if (!medark_bytes_starts(urn, prefix))
		return NULL;
	id = medark_bytes(urn.data + sizeof(prefix) - 1, urn.size - (sizeof(prefix) - 1));
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (medark_bytes_compare(r->list[r->by_id[middle]].id, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < r->count && medark_bytes_equal(r->list[r->by_id[low]].id, id)
		       ? &r->list[r->by_id[low]]
		       : NULL;
}

const struct medark_view_record *medark_view_records_find(const struct medark_view_records *r,
							  struct medark_bytes reference)
{
	struct medark_fhir_reference ref;
	size_t low = 0, high = r->count;

	medark_fhir_reference_parse(reference, &ref);
	if (ref.kind == MEDARK_FHIR_REFERENCE_URN)
		return find_urn(r, reference);
	if (ref.kind != MEDARK_FHIR_REFERENCE_LITERAL)
		return NULL;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare(ref.type, ref.id, &r->list[r->by_name[middle]]);

		if (order == 0)
			return &r->list[r->by_name[middle]];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}
