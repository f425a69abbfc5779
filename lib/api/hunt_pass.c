/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of the log for what a search looks for: whose records are asked for by name is said in
 * the row, however the question is put, as that is what a log is searched by.
 */
#include "api/hunt.h"

#include <stdio.h>

/* Of the parameters, in one row: a row has room for it behind what is asked for. */
#define PART_MAX 4000
#define ID_ROOM	 260
#define NAME_MAX 600

struct row {
	const struct medark_api_call *call;
	const char *what; /* "Observation" */
	const char *patient, *record;
};

/* One row; more of them if the parameters do not fit: what is behind much else counts as well. */
static int put(const struct row *r, struct medark_bytes text)
{
	char query[MEDARK_API_QUERY_MAX];
	const struct medark_api_access access = { .kind = MEDARK_API_SEARCH,
						  .query = query,
						  .patient = r->patient,
						  .record = r->record };

	do {
		size_t size = text.size < PART_MAX ? text.size : PART_MAX;

		(void)snprintf(query, sizeof(query), "%s?%.*s", r->what, (int)size,
			       size ? (const char *)text.data : "");
		MEDARK_TRY(r->call->gate->pass(r->call->gate->context, &access, r->call->err));
		text = medark_bytes(size ? text.data + size : NULL, text.size - size);
	} while (text.size);
	return 0;
}

/* By the id that the pages log, too: the question may have an identifier of the patient. */
static int pass_chart(const struct medark_hunt *h, struct row *r, struct medark_bytes text)
{
	const struct medark_shelf_chart *chart;
	char asked[ID_ROOM];
	int code = medark_hunt_chart(h, &chart);

	MEDARK_TRY(code);
	(void)snprintf(asked, sizeof(asked), "%.*s", (int)h->patient.size,
		       (const char *)h->patient.data);
	r->patient = code ? chart->id : asked;
	return put(r, text);
}

/* Each record that there is, as if it had been read by its address. */
static int pass_names(const struct medark_hunt *h, struct row *r, struct medark_bytes text)
{
	const struct medark_search_criterion *c = &h->query->criteria[h->criterion];
	struct medark_bytes type = medark_bytes_text(h->query->type->name);
	char name[NAME_MAX];
	bool is_any = false;

	for (size_t i = 0; i < c->count; i++) {
		MEDARK_AUTO(medark_shelf_record_clear) struct medark_shelf_record one = { 0 };
		struct medark_bytes id = medark_search_query_value(h->query, c->first + i)->text;
		int code = medark_hunt_named(h, i, &one);

		MEDARK_TRY(code);
		if (code == 0)
			continue;
		medark_api_record_name(type, id, name, sizeof(name));
		r->record = name;
		r->patient = medark_api_owner(type, name, one.patient_id);
		MEDARK_TRY(put(r, is_any ? medark_bytes(NULL, 0) : text));
		is_any = true;
	}
	return is_any ? 0 : put(r, text);
}

int medark_hunt_pass(const struct medark_hunt *h, const char *what, struct medark_bytes text)
{
	struct row r = { .call = h->call, .what = what };

	if (h->kind == MEDARK_HUNT_CHART)
		return pass_chart(h, &r, text);
	return h->kind == MEDARK_HUNT_NAMES ? pass_names(h, &r, text) : put(&r, text);
}
