/* SPDX-License-Identifier: Apache-2.0 */
/* Records, a line each, as rows of the lists of a chart, and as a summary that is valid JSON. */
#include "forge.h"

#include "ips/document.h"
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

/* A document wraps its records four levels deeper. */
static bool is_deep(const uint8_t *data, size_t size)
{
	size_t opened = 0;

	for (size_t i = 0; i < size; i++)
		opened += data[i] == '[' || data[i] == '{';
	return opened > MEDARK_JSON_DEPTH_MAX - 4;
}

static void try_summary(const struct medark_view_records *records)
{
	static const struct medark_ips_terms terms = { .base = "https://a/b",
						       .archive = "00",
						       .created = "2026-11-22T03:10:00Z" };
	const struct medark_view_chart chart = { .records = records,
						 .on = terms.created,
						 .facts = { .id = "p" } };
	MEDARK_AUTO(medark_ips_clear) struct medark_ips ips = { 0 };
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(1 << 28);
	MEDARK_AUTO(medark_json_tree_clear) struct medark_json_tree tree = { 0 };
	int code;

	forge_expect(medark_ips_init(&ips, &chart, NULL) == 0);
	code = medark_ips_document(&ips, &terms, &out, NULL);
	forge_expect(code == 0 || (code == MEDARK_E_NOT_FOUND && !ips.patient));
	if (code == 0)
		forge_expect(
			medark_json_tree_parse(&tree, medark_bytes(out.data, out.size), NULL) == 0);
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
	if (!is_deep(data, size))
		try_summary(&records);
	return 0;
}
