/* SPDX-License-Identifier: Apache-2.0 */
/* Patient/[id]/$everything: the chart, and what it refers to outside of itself. */
#include "api/api_private.h"

#include "search/moment.h"

#define QUERY_ROOM ((size_t)256 << 10)

struct filter {
	struct medark_bytes types; /* separated by commas; empty: all */
	bool has_since;
	struct medark_moment since;
};

/* 1, or 0 after a refusal. */
static int read_filter(struct medark_api_call *call, const struct medark_form *form,
		       struct filter *out)
{
	struct medark_moments when;

	for (size_t i = 0; i < form->count; i++) {
		const struct medark_form_pair *pair = &form->pairs[i];

		if (medark_bytes_is(pair->name, "_type")) {
			out->types = pair->value;
		} else if (medark_bytes_is(pair->name, "_since")) {
			if (!medark_moments_parse(pair->value, call->api->setup.zone, &when)) {
				MEDARK_TRY(medark_api_error(call, 400, "invalid",
							    "_since is not a date"));
				return 0;
			}
			out->has_since = true;
			out->since = when.from;
		} else if (medark_bytes_is(pair->name, "start") ||
			   medark_bytes_is(pair->name, "end")) {
			MEDARK_TRY(medark_api_error(call, 400, "not-supported",
						    "start and end are not supported: search by "
						    "date, or take the whole chart"));
			return 0;
		}
	}
	return 1;
}

static bool is_wanted(const struct medark_api_call *call, const struct filter *f,
		      const struct medark_view_record *record)
{
	struct medark_moments when;
	struct medark_bytes text;

	if (!record->root || !medark_api_is_listed(f->types, record->type))
		return false;
	if (!f->has_since)
		return true;
	text = medark_json_text_at(&record->tree, record->root, "meta.lastUpdated");
	/* What does not say when it was changed may have been. */
	return !medark_moments_parse(text, call->api->setup.zone, &when) ||
	       medark_moment_compare(when.from, f->since) >= 0;
}

static int put_bundle(struct medark_api_call *call, const struct medark_shelf_chart *chart,
		      const struct filter *f)
{
	const struct medark_view_records *records = &chart->records;
	bool is_first = true;
	size_t count = 0;

	for (size_t i = 0; i < records->count; i++)
		count += is_wanted(call, f, &records->list[i]);
	MEDARK_TRY(
		medark_api_put(call,
			       "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"total\":%zu,"
			       "\"link\":[{\"relation\":\"self\",\"url\":\"%s/Patient/",
			       count, call->api->setup.base));
	/* Escaped: whatever the id is, the address stays one. */
	for (size_t i = 0; i < call->segments[1].size; i++)
		MEDARK_TRY(medark_api_put(call, "%%%02X", call->segments[1].data[i]));
	MEDARK_TRY(medark_api_put(call, "/$everything\"}]%s", count ? ",\"entry\":[" : ""));
	for (size_t i = 0; i < records->count; i++)
		if (is_wanted(call, f, &records->list[i]))
			MEDARK_TRY(medark_api_entry(call, &records->list[i], "match", NULL,
						    &is_first));
	return medark_api_put(call, count ? "]}" : "}");
}

int medark_api_everything(struct medark_api_call *call, struct medark_bytes patient)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer query = MEDARK_BUFFER_SECRET(QUERY_ROOM);
	MEDARK_AUTO(medark_form_clear) struct medark_form form = { 0 };
	const struct medark_shelf_chart *chart = NULL;
	struct filter filter = { 0 };
	int code = medark_api_arguments(call, &query, &form);

	if (code <= 0)
		return code;
	code = read_filter(call, &form, &filter);
	if (code <= 0)
		return code;
	code = medark_api_chart(call, patient, &chart);
	if (code <= 0)
		return code;
	MEDARK_TRY(put_bundle(call, chart, &filter));
	return medark_api_send(call);
}
