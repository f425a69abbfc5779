/* SPDX-License-Identifier: Apache-2.0 */
#include "service/log_query.h"

#include "base/text.h"
#include "record/bsn.h"
#include "view/date.h"

#include <stdio.h>
#include <string.h>

#define DAY_SECONDS 86400

/* ---- fields ---- */

/* False: it is longer than any of its kind, or has what no such text has. */
static bool take_text(const struct medark_call *call, const char *name, char *out, size_t room)
{
	struct medark_bytes value = medark_call_field(call, name);

	while (value.size && *value.data == ' ')
		value = medark_bytes(value.data + 1, value.size - 1);
	while (value.size && value.data[value.size - 1] == ' ')
		value.size--;
	if (value.size >= room)
		return false;
	if (value.size)
		memcpy(out, value.data, value.size);
	out[value.size] = 0;
	return true;
}

/* The beginning of a day on the provider's clock, plus `days`, in ms since 1970. */
static bool take_day(const struct medark_call *call, const char *name, int days,
		     char out[MEDARK_LOG_DAY_SIZE], bool *out_has, int64_t *out_ms)
{
	int64_t local;

	if (!take_text(call, name, out, MEDARK_LOG_DAY_SIZE))
		return false;
	*out_has = *out != 0;
	if (!*out_has)
		return true;
	if (strlen(out) != MEDARK_LOG_DAY_SIZE - 1 ||
	    !medark_view_moment(medark_bytes_text(out), &local))
		return false;
	local += (int64_t)days * DAY_SECONDS;
	*out_ms = medark_zone_utc(&call->service->zone, local) * 1000;
	return true;
}

static uint64_t take_number(const struct medark_call *call, const char *name, uint64_t max)
{
	uint64_t number;

	return medark_text_decimal(medark_call_field(call, name), max, &number) ? number : 0;
}

/* ---- who a BSN is ---- */

struct found {
	char key[MEDARK_AUDIT_PATIENT_MAX + 1];
	size_t count;
};

static int take_row(void *context, const struct medark_patient_row *row)
{
	struct found *f = context;

	if (strlen(row->id) < sizeof(f->key))
		(void)snprintf(f->key, sizeof(f->key), "%s", row->id);
	f->count++;
	return 0;
}

/* Nobody else but the patient whose BSN it is: else the number stays what it is. */
static int find_key(struct medark_call *call, struct medark_log_query *q)
{
	static const char type[] = "Patient/";
	struct found found = { .count = 0 };
	struct medark_error why = { 0 };
	bool more = false;
	int code;

	/* The log has "p1" of a page and of a reference: the filter finds both by the id. */
	(void)snprintf(q->key, sizeof(q->key), "%s",
		       strncmp(q->patient, type, sizeof(type) - 1) == 0
			       ? q->patient + sizeof(type) - 1
			       : q->patient);
	if (!medark_bsn_is_valid(medark_bytes_text(q->patient)))
		return 0;
	code = medark_shelf_query(call->shelf, q->patient, 2, &more, take_row, &found, &why);
	if (code < 0)
		return medark_error_set(call->err, code, "%s", why.message);
	if (found.count == 1 && *found.key)
		(void)snprintf(q->key, sizeof(q->key), "%s", found.key);
	return 0;
}

/* ---- the whole ---- */

int medark_log_query_read(struct medark_call *call, struct medark_log_query *out)
{
	struct medark_log_query *q = out;
	struct medark_audit_filter *f = &q->filter;
	bool fits;

	*q = (struct medark_log_query) { .page = take_number(call, "page", MEDARK_LOG_PAGES_MAX) };
	q->upto.file = take_number(call, "file", INT64_MAX);
	q->upto.row = take_number(call, "row", INT64_MAX);
	q->is_of_restores = medark_bytes_is(medark_call_field(call, "log"), "restores");
	fits = take_text(call, "patient", q->patient, sizeof(q->patient));
	fits &= take_text(call, "account", q->account, sizeof(q->account));
	fits &= take_day(call, "from", 0, q->from, &f->has_from, &f->from);
	fits &= take_day(call, "until", 1, q->until, &f->has_to, &f->to);
	if (!fits)
		return 0;
	MEDARK_TRY(find_key(call, q));
	f->patient = *q->key ? q->key : NULL;
	f->account = *q->account ? q->account : NULL;
	return 1;
}

const char *medark_log_query_folder(const struct medark_call *call,
				    const struct medark_log_query *q)
{
	return q->is_of_restores ? call->service->restores : call->service->setup.audit;
}

/* What is not asked for does not stand in the row; the bounds of the parts leave room for all. */
static void add(char query[MEDARK_AUDIT_QUERY_MAX], const char *name, const char *value)
{
	size_t used = strlen(query);

	if (*value)
		(void)snprintf(query + used, MEDARK_AUDIT_QUERY_MAX - used, "%s%s",
			       used ? name : name + 1, value);
}

int medark_log_query_audit(struct medark_call *call, const struct medark_log_query *q,
			   const char *what)
{
	char query[MEDARK_AUDIT_QUERY_MAX] = "", page[24] = "";
	const struct medark_audit_event row = {
		.kind = MEDARK_AUDIT_LOG,
		.patient = q->key,
		.query = query,
		.detail = what,
		.reason = MEDARK_REASON_AUDIT,
	};

	add(query, " log=", q->is_of_restores ? "restores" : "");
	add(query, " account=", q->account);
	add(query, " from=", q->from);
	add(query, " until=", q->until);
	if (q->page)
		(void)snprintf(page, sizeof(page), "%llu", (unsigned long long)q->page + 1);
	add(query, " page=", page);
	return medark_call_audit(call, &row);
}
