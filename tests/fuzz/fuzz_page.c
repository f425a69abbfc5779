/* SPDX-License-Identifier: Apache-2.0 */
/* Records, a line each, as the pages of a chart: nothing of theirs may become markup that acts. */
#include "forge.h"

#include "base/text.h"
#include "view/chart.h"
#include "view/narrative.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PAGE_MAX ((size_t)1 << 28)

static int no_link(void *context, enum medark_view_link kind,
		   const struct medark_view_record *record,
		   const struct medark_json_node *attachment, struct medark_buffer *out,
		   struct medark_error *err)
{
	(void)context;
	(void)kind;
	(void)record;
	(void)attachment;
	(void)out;
	(void)err;
	return 0;
}

/* Elements that a page of ours has; what a record has to say is between them. */
static void check(const struct medark_buffer *out)
{
	static const char *const never[] = { "<script", "<iframe", "<object", "<embed", "<form",
					     "<style",	"<link",   "<base",   "<meta",	"<body" };
	long depth = 0;

	for (size_t i = 0; i < sizeof(never) / sizeof(*never); i++)
		forge_expect(out->size == 0 ||
			     !memmem(out->data, out->size, never[i], strlen(never[i])));
	for (size_t i = 0; i < out->size; i++) {
		depth += out->data[i] == '<';
		depth -= out->data[i] == '>';
		forge_expect(depth == 0 || depth == 1);
	}
	forge_expect(depth == 0);
	forge_expect(medark_text_is_utf8(medark_bytes(out->data, out->size)));
}

static void add(struct medark_view_records *records, struct medark_bytes line)
{
	struct medark_view_record *last;

	forge_expect(medark_view_records_add(records, medark_bytes(NULL, 0), line, false, false,
					     NULL) == 0);
	last = &records->list[records->count - 1];
	last->type = medark_json_text_at(&last->tree, last->root, "resourceType");
}

static void try_chart(struct medark_view_records *records)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(PAGE_MAX);
	struct medark_view_chart chart = { .records = records,
					   .on = "2026-06-01T03:00:00+02:00",
					   .link = no_link,
					   .facts = { .id = "p", .family = "<b>" } };

	for (int language = 0; language < MEDARK_LANGUAGE_COUNT; language++) {
		chart.language = (enum medark_language)language;
		out.size = 0;
		forge_expect(medark_view_banner(&chart, &out, NULL) == 0);
		forge_expect(medark_view_chart(&chart, &out, NULL) == 0);
		check(&out);
	}
	out.size = 0;
	forge_expect(medark_view_raw(&chart, &out, NULL) == 0);
	check(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	MEDARK_AUTO(medark_view_records_clear) struct medark_view_records records = { 0 };
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(PAGE_MAX);
	struct medark_bytes text = medark_bytes(data, size);

	forge_expect(medark_narrative(&out, text, NULL) == 0);
	check(&out);
	while (text.size) {
		const uint8_t *end = memchr(text.data, '\n', text.size);
		size_t length = end ? (size_t)(end - text.data) : text.size;

		add(&records, medark_bytes(text.data, length));
		length += end != NULL;
		text = medark_bytes(text.data + length, text.size - length);
	}
	forge_expect(medark_view_records_sort(&records, NULL) == 0);
	try_chart(&records);
	return 0;
}
