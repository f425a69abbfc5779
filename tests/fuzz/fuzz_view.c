/* SPDX-License-Identifier: Apache-2.0 */
/* Records, a line each, as rows of the lists of a chart. */
#include "forge.h"

#include "view/lists.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_row(const struct medark_view_values *v, const struct medark_view_record *record)
{
	MEDARK_AUTO(medark_view_row_clear) struct medark_view_row row = { 0 };
	enum medark_view_list list = medark_view_list_of(record);

	if (list == MEDARK_LIST_COUNT)
		return;
	forge_expect(medark_view_row(v, list, record, &row, NULL) == 0);
	for (size_t i = 0; i < medark_view_list_form(list)->count; i++)
		forge_expect(medark_view_cell(&row, i).size <= 2 * MEDARK_VIEW_TEXT_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	MEDARK_AUTO(medark_view_records_clear) struct medark_view_records records = { 0 };
	const struct medark_view_values v = { .records = &records };
	struct medark_bytes text = medark_bytes(data, size);

	while (text.size) {
		const uint8_t *end = memchr(text.data, '\n', text.size);
		size_t length = end ? (size_t)(end - text.data) : text.size;
		struct medark_bytes line = medark_bytes(text.data, length), type;
		struct medark_view_record *last;

		forge_expect(medark_view_records_add(&records, medark_bytes(NULL, 0), line, false,
						     false, NULL) == 0);
		last = &records.list[records.count - 1];
		type = medark_json_text_at(&last->tree, last->root, "resourceType");
		last->type = type;
		length += end != NULL;
		text = medark_bytes(text.data + length, text.size - length);
	}
	forge_expect(medark_view_records_sort(&records, NULL) == 0);
	for (size_t i = 0; i < records.count; i++)
		try_row(&v, &records.list[i]);
	return 0;
}
