/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of the archives that are no records, for who administers: of most nothing says whose
 * they are, so that they stand in no chart.
 */
#include "service/service_private.h"

#include "base/text.h"
#include "view/date.h"

#include <stdio.h>
#include <string.h>

#define ROWS_MAX 200 /* of a page */

/* ---- the list ---- */

static int put_row(struct medark_call *call, struct medark_item_place place)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer path = MEDARK_BUFFER_SECRET(MEDARK_PATH_MAX);
	struct medark_item_row row;
	char changed[MEDARK_SERVICE_TIME_MAX];

	MEDARK_TRY(medark_item_row_of(medark_shelf_lineage(call->shelf), place, &path, &row,
				      call->err));
	medark_service_time(call->service, row.mtime, changed);
	MEDARK_TRY(medark_call_html(call,
				    "<tr><th scope=\"row\"><a href=\"/files/%u-%u\">%b</a></th>"
				    "<td>%u</td><td class=\"when\">",
				    (unsigned long long)place.archive,
				    (unsigned long long)place.item, row.path,
				    (unsigned long long)row.size));
	MEDARK_TRY(medark_view_date(call->language, medark_bytes_text(changed),
				    medark_call_body(call), call->err));
	return medark_call_html(call, "</td></tr>");
}

static int put_table(struct medark_call *call, const struct medark_item_find *items, size_t from)
{
	size_t count = medark_item_find_count(items);
	size_t end = count - from < ROWS_MAX ? count : from + ROWS_MAX;

	MEDARK_TRY(medark_call_html(
		call,
		"<p>%u\xe2\x80\x93%u %s %u</p><div class=\"scroll\" tabindex=\"0\">"
		"<table class=\"list\"><thead><tr><th scope=\"col\">%s</th>"
		"<th scope=\"col\">%s</th><th scope=\"col\">%s</th></tr></thead><tbody>",
		(unsigned long long)from + 1, (unsigned long long)end,
		medark_word(call->language, MEDARK_WORD_PRINT_OF), (unsigned long long)count,
		medark_call_saying(call, MEDARK_SAYING_FILE_PATH),
		medark_call_saying(call, MEDARK_SAYING_FILE_SIZE),
		medark_call_saying(call, MEDARK_SAYING_FILE_CHANGED)));
	for (size_t i = from; i < end; i++)
		MEDARK_TRY(put_row(call, medark_item_find_at(items, i)));
	MEDARK_TRY(medark_call_html(call, "</tbody></table></div>"));
	if (end == count)
		return 0;
	return medark_call_html(call, "<p><a href=\"/files/from-%u\">%s</a></p>",
				(unsigned long long)end,
				medark_word(call->language, MEDARK_WORD_PRINT_NEXT));
}

static int show_list(struct medark_call *call, const struct medark_item_find *items, size_t from)
{
	const struct medark_audit_event row = { .kind = MEDARK_AUDIT_SEARCH,
						.detail = "files that are no records" };
	const struct medark_call_page page = {
		.title = medark_bytes_text(medark_call_saying(call, MEDARK_SAYING_FILES)),
		.has_data = true,
	};
	size_t count = medark_item_find_count(items);

	if (from && from >= count)
		return medark_call_nothing_here(call);
	MEDARK_TRY(medark_call_audit(call, &row));
	MEDARK_TRY(medark_call_begin(call, &page));
	MEDARK_TRY(medark_call_html(call, "<h1>%s</h1><p class=\"notice\">%s</p>",
				    medark_call_saying(call, MEDARK_SAYING_FILES),
				    medark_call_saying(call, MEDARK_SAYING_FILES_TEXT)));
	if (count)
		MEDARK_TRY(put_table(call, items, from));
	else
		MEDARK_TRY(medark_call_html(call, "<p>%s</p>",
					    medark_call_saying(call, MEDARK_SAYING_FILES_NONE)));
	return medark_call_end(call, &page);
}

/* ---- a file ---- */

/* The path, as far as a row has room for it; the numbers say which it is in any case. */
static int audit_file(struct medark_call *call, struct medark_item_place place)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer path = MEDARK_BUFFER_SECRET(MEDARK_PATH_MAX);
	char detail[MEDARK_AUDIT_DETAIL_MAX];
	struct medark_audit_event event = { .kind = MEDARK_AUDIT_EXPORT, .detail = detail };
	struct medark_item_row row;
	size_t size;

	MEDARK_TRY(medark_item_row_of(medark_shelf_lineage(call->shelf), place, &path, &row,
				      call->err));
	(void)snprintf(detail, sizeof(detail), "item %u of archive %u of the chain: ", place.item,
		       place.archive + 1);
	size = strlen(detail);
	for (size_t i = 0; i < row.path.size && size + 1 < sizeof(detail); i++) {
		uint8_t c = row.path.data[i];

		detail[size++] = (char)(c >= 0x20 && c < 0x7f ? c : '?');
	}
	detail[size] = 0;
	return medark_call_audit(call, &event);
}

static int show_file(struct medark_call *call, struct medark_item_place place)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer bytes = MEDARK_BUFFER_SECRET(MEDARK_SERVICE_BODY_MAX);

	MEDARK_TRY(audit_file(call, place));
	MEDARK_TRY(medark_item_read(medark_shelf_lineage(call->shelf), place, &bytes, call->err));
	return medark_call_file(call, &bytes);
}

/* "0-12": item 12 of the first archive. */
static bool read_place(struct medark_bytes text, struct medark_item_place *out)
{
	const uint8_t *dash = text.size ? memchr(text.data, '-', text.size) : NULL;
	size_t size = dash ? (size_t)(dash - text.data) : 0;
	uint64_t archive, item;

	if (!dash || !medark_text_decimal(medark_bytes(text.data, size), UINT32_MAX, &archive) ||
	    !medark_text_decimal(medark_bytes(dash + 1, text.size - size - 1), UINT32_MAX, &item))
		return false;
	*out = (struct medark_item_place) { (uint32_t)archive, (uint32_t)item };
	return true;
}

/* Nothing, "from-200" or "0-12". */
int medark_page_files(struct medark_call *call, struct medark_bytes rest)
{
	const struct medark_item_find *items = atomic_load(&call->service->items);
	static const char from[] = "from-";
	size_t skip = sizeof(from) - 1;
	struct medark_item_place place;
	uint64_t first = 0;

	if (!medark_call_may(call, MEDARK_MAY_ADMIN))
		return medark_call_say(call, 403, MEDARK_SAYING_REFUSED,
				       MEDARK_SAYING_FILES_REFUSED);
	if (!items)
		return medark_call_say(call, 503, MEDARK_SAYING_ONE_MOMENT, MEDARK_SAYING_NOT_YET);
	if (read_place(rest, &place))
		return medark_item_find_has(items, place) ? show_file(call, place)
							  : medark_call_nothing_here(call);
	if (rest.size && (!medark_bytes_starts(rest, from) ||
			  !medark_text_decimal(medark_bytes(rest.data + skip, rest.size - skip),
					       UINT32_MAX, &first)))
		return medark_call_nothing_here(call);
	return show_list(call, items, (size_t)first);
}
