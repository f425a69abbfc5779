/* SPDX-License-Identifier: Apache-2.0 */
/* A patient's chart: first why it is opened, then what it says. */
#include "service/service_private.h"

#include "archive/patient_row.h"
#include "base/base64.h"
#include "base/text.h"
#include "ips/document.h"
#include "ips/page.h"
#include "view/attached.h"
#include "view/chart.h"
#include "view/date.h"

#include <stdio.h>
#include <string.h>

#define PATIENT_SIZE (MEDARK_SESSION_PATIENT_MAX + 1)
#define FILES	     "/file/"

/* The patient of a handle, as shelves take it. MEDARK_E_NOT_FOUND: there is no such handle. */
static int find_patient(struct medark_call *call, struct medark_bytes handle,
			char out[PATIENT_SIZE])
{
	struct medark_error why = { 0 };
	size_t size;
	int code = medark_sessions_patient(call->service->sessions, call->token, handle,
					   call->clock, (uint8_t *)out, &size, &why);

	if (code < 0)
		return medark_error_set(call->err, code, "%s", why.message);
	out[size] = 0;
	return 0;
}

/* ---- why ---- */

static int ask_why(struct medark_call *call, struct medark_bytes handle, bool is_again)
{
	const struct medark_call_page page = {
		.title = medark_bytes_text(medark_call_saying(call, MEDARK_SAYING_WHY)),
		.status = is_again ? 400 : 200,
		.is_narrow = true,
		.has_data = true,
	};

	MEDARK_TRY(medark_call_begin(call, &page));
	MEDARK_TRY(medark_call_html(call,
				    "<h1>%s</h1><p class=\"notice\">%s</p>"
				    "<form class=\"form panel\" method=\"post\" action=\"/open\">",
				    medark_call_saying(call, MEDARK_SAYING_WHY),
				    medark_call_saying(call, MEDARK_SAYING_WHY_TEXT)));
	if (is_again)
		MEDARK_TRY(medark_call_html(call, "<p class=\"error\" role=\"alert\">%s</p>",
					    medark_call_saying(call, MEDARK_SAYING_REASON_NEEDED)));
	MEDARK_TRY(medark_call_csrf(call));
	MEDARK_TRY(medark_call_html(call, "<input type=\"hidden\" name=\"chart\" value=\"%b\">",
				    handle));
	MEDARK_TRY(medark_call_reasons(call, false));
	MEDARK_TRY(medark_call_html(call, "<button>%s</button></form>",
				    medark_call_saying(call, MEDARK_SAYING_OPEN_CHART)));
	return medark_call_end(call, &page);
}

/* `part`: what of the open chart it is about; NULL: the chart is opened. */
static int audit_chart(struct medark_call *call, enum medark_audit_kind kind, const char *patient,
		       const char *part, const struct medark_reason *reason)
{
	const struct medark_audit_event row = {
		.kind = kind,
		.patient = patient,
		.detail = part,
		.reason = reason->code,
		.reason_text = reason->text,
	};

	return medark_call_audit(call, &row);
}

int medark_page_open(struct medark_call *call)
{
	struct medark_bytes handle = medark_call_field(call, "chart");
	char patient[PATIENT_SIZE], where[64];
	struct medark_reason reason;
	int code;

	if (!medark_call_may(call, MEDARK_MAY_TREAT))
		return medark_call_say(call, 403, MEDARK_SAYING_REFUSED, MEDARK_SAYING_NOT_ALLOWED);
	code = find_patient(call, handle, patient);
	if (code == MEDARK_E_NOT_FOUND)
		return medark_call_nothing_here(call);
	MEDARK_TRY(code);
	if (!medark_call_reason(call, &reason))
		return ask_why(call, handle, true);
	MEDARK_TRY(audit_chart(call, MEDARK_AUDIT_CHART, patient, NULL, &reason));
	MEDARK_TRY(medark_sessions_open_chart(call->service->sessions, call->token,
					      medark_bytes_text(patient), &reason, call->clock,
					      call->err));
	(void)snprintf(where, sizeof(where), "/chart/%.*s", (int)handle.size,
		       (const char *)handle.data);
	return medark_call_see(call, where);
}

/* ---- what it says ---- */

/* A chart on its way to be a page; also where its links lead. */
struct sheet {
	struct medark_call *call;
	const struct medark_shelf_chart *chart;
	struct medark_view_chart view;
	struct medark_bytes handle, part; /* of the address */
	char on[MEDARK_SERVICE_TIME_MAX];
};

static size_t record_number(const struct sheet *s, const struct medark_view_record *record)
{
	return (size_t)(record - s->chart->records.list);
}

static size_t node_number(const struct medark_view_record *record,
			  const struct medark_json_node *node)
{
	return (size_t)(node - medark_json_tree_root(&record->tree));
}

/*
 * The file of the archive that an Attachment means, by its path; 1 or 0. Whose it is, only that
 * record says.
 */
static int find_item(const struct sheet *s, const struct medark_view_record *record,
		     const struct medark_json_node *attachment, struct medark_item_place *out,
		     struct medark_error *err)
{
	const struct medark_item_find *items = atomic_load(&s->call->service->items);
	const struct medark_dossier_record *from =
		&s->chart->dossier->records[record_number(s, record)];
	struct medark_bytes url = medark_json_text_at(&record->tree, attachment, "url");

	return items ? medark_item_find_url(
			       items, medark_shelf_lineage(s->call->shelf),
			       (struct medark_item_place) { from->archive, from->item }, url, out,
			       err)
		     : 0;
}

/* Places in the chart, not names: addresses say nothing about anybody. */
static int find_link(void *context, enum medark_view_link kind,
		     const struct medark_view_record *record,
		     const struct medark_json_node *attachment, struct medark_buffer *out,
		     struct medark_error *err)
{
	const struct sheet *s = context;
	struct medark_item_place item;

	MEDARK_TRY(medark_buffer_print(out, err, "/chart/%.*s/", (int)s->handle.size,
				       (const char *)s->handle.data));
	if (kind != MEDARK_LINK_FILE) {
		MEDARK_TRY(medark_buffer_text(out, kind == MEDARK_LINK_RAW ? "raw" : "ips", err));
		return 1;
	}
	if (!medark_view_attached(&s->chart->records, record, attachment)) {
		int found = find_item(s, record, attachment, &item, err);

		if (found <= 0)
			return found;
	}
	MEDARK_TRY(medark_buffer_print(out, err, "file/%zu/%zu", record_number(s, record),
				       node_number(record, attachment)));
	return 1;
}

static void fill_sheet(struct sheet *s)
{
	const struct medark_patient_row *row = s->chart->row;

	medark_service_time(s->call->service, s->call->now, s->on);
	s->view = (struct medark_view_chart) {
		.records = &s->chart->records,
		.language = s->call->language,
		.on = s->on,
		.unresolved = s->chart->unresolved,
		.link = find_link,
		.context = s,
		.facts = medark_patient_row_facts(row),
	};
}

/* A page within the frame: `put` appends what is on it. */
static int show(struct sheet *s, int (*put)(struct sheet *s))
{
	struct medark_call *call = s->call;
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer name = MEDARK_BUFFER_SECRET(1 << 16);
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer banner = MEDARK_BUFFER_SECRET(1 << 20);
	struct medark_call_page page = { .has_data = true };

	MEDARK_TRY(medark_view_sheet(&s->view.facts, call->language, &name, call->err));
	MEDARK_TRY(medark_view_banner(&s->view, &banner, call->err));
	page.title = page.sheet = medark_bytes(name.data, name.size);
	page.banner = medark_bytes(banner.data, banner.size);
	MEDARK_TRY(medark_call_begin(call, &page));
	MEDARK_TRY(put(s));
	return medark_call_end(call, &page);
}

static int put_chart(struct sheet *s)
{
	return medark_view_chart(&s->view, medark_call_body(s->call), s->call->err);
}

static int put_way_back(struct sheet *s)
{
	return medark_call_html(s->call, "<p class=\"no-print\"><a href=\"/chart/%b\">%s</a></p>",
				s->handle,
				medark_word(s->call->language, MEDARK_WORD_TO_THE_CHART));
}

static int put_raw(struct sheet *s)
{
	struct medark_call *call = s->call;

	MEDARK_TRY(put_way_back(s));
	MEDARK_TRY(medark_call_html(call, "<h1>%s</h1>",
				    medark_word(call->language, MEDARK_WORD_RAW)));
	return medark_view_raw(&s->view, medark_call_body(call), call->err);
}

/* ---- the summary to hand over ---- */

static int put_ips(struct sheet *s)
{
	MEDARK_AUTO(medark_ips_clear) struct medark_ips ips = { 0 };
	char document[128];

	(void)snprintf(document, sizeof(document), "/chart/%.*s/ips.json", (int)s->handle.size,
		       (const char *)s->handle.data);
	MEDARK_TRY(medark_ips_init(&ips, &s->view, s->call->err));
	MEDARK_TRY(put_way_back(s));
	return medark_ips_page(&ips, ips.patient ? document : NULL, medark_call_body(s->call),
			       s->call->err);
}

/* The same as $summary of the API has it; to be kept under a name that names nobody. */
static int send_ips(struct sheet *s)
{
	struct medark_call *call = s->call;
	const struct medark_service *service = call->service;
	const struct medark_ips_terms terms = { .base = *service->home ? service->home
								       : service->base,
						.archive = service->archive,
						.created = service->from };
	MEDARK_AUTO(medark_ips_clear) struct medark_ips ips = { 0 };

	MEDARK_TRY(medark_ips_init(&ips, &s->view, call->err));
	if (!ips.patient)
		return medark_call_nothing_here(call);
	MEDARK_TRY(medark_ips_document(&ips, &terms, medark_call_body(call), call->err));
	MEDARK_TRY(
		medark_call_header(call, "Content-Type", "application/fhir+json; charset=utf-8"));
	MEDARK_TRY(medark_call_header(call, "Content-Disposition",
				      "attachment; filename=\"patient-summary.json\""));
	MEDARK_TRY(medark_call_forbid(call));
	return medark_call_send(call, medark_call_body(call));
}

/* ---- files of the chart ---- */

/* "12/34": a record, and the number of its Attachment's node. */
static const struct medark_json_node *find_attachment(const struct sheet *s,
						      struct medark_bytes place,
						      const struct medark_view_record **out)
{
	const uint8_t *slash = place.size ? memchr(place.data, '/', place.size) : NULL;
	const struct medark_view_records *records = &s->chart->records;
	uint64_t record, node;
	size_t before = slash ? (size_t)(slash - place.data) : 0;

	if (!slash || !medark_text_decimal(medark_bytes(place.data, before), UINT32_MAX, &record) ||
	    !medark_text_decimal(medark_bytes(slash + 1, place.size - before - 1), UINT32_MAX,
				 &node) ||
	    record >= records->count || !records->list[record].root)
		return NULL;
	*out = &records->list[record];
	if (node >= (*out)->tree.nodes.size / sizeof(struct medark_json_node))
		return NULL;
	return medark_json_tree_root(&(*out)->tree) + node;
}

static int show_item(struct sheet *s, const struct medark_view_record *record,
		     const struct medark_json_node *attachment)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer bytes = MEDARK_BUFFER_SECRET(MEDARK_SERVICE_BODY_MAX);
	struct medark_item_place item;
	int found = find_item(s, record, attachment, &item, s->call->err);

	if (found <= 0)
		return found < 0 ? found : medark_call_nothing_here(s->call);
	MEDARK_TRY(
		medark_item_read(medark_shelf_lineage(s->call->shelf), item, &bytes, s->call->err));
	return medark_call_file(s->call, &bytes);
}

static int send_attachment(struct sheet *s, struct medark_bytes place)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer bytes = MEDARK_BUFFER_SECRET(MEDARK_SERVICE_BODY_MAX);
	const struct medark_view_record *record;
	const struct medark_json_node *attachment = find_attachment(s, place, &record), *data;
	struct medark_error why = { 0 };
	int code;

	if (!attachment)
		return medark_call_nothing_here(s->call);
	data = medark_view_attached(&s->chart->records, record, attachment);
	if (!data || !data->text.size)
		return show_item(s, record, attachment);
	code = medark_base64_decode(data->text, &bytes, &why);
	if (code == MEDARK_E_MEMORY)
		return medark_error_set(s->call->err, code, "%s", why.message);
	return code < 0 ? medark_call_nothing_here(s->call) : medark_call_file(s->call, &bytes);
}

/* ---- the whole ---- */

static int show_chart(struct sheet *s)
{
	return show(s, put_chart);
}

static int show_raw(struct sheet *s)
{
	return show(s, put_raw);
}

static int show_ips(struct sheet *s)
{
	return show(s, put_ips);
}

static int show_file(struct sheet *s)
{
	return send_attachment(s, medark_bytes(s->part.data + sizeof(FILES) - 1,
					       s->part.size - (sizeof(FILES) - 1)));
}

/* What is asked for below a chart's handle, and what the log says of it. */
static const struct part {
	const char *path;
	bool is_above; /* of what is asked for: more stands behind it */
	enum medark_audit_kind kind;
	const char *name;
	int (*show)(struct sheet *s);
} parts[] = {
	{ "", false, MEDARK_AUDIT_READ, "chart", show_chart },
	{ "/raw", false, MEDARK_AUDIT_READ, "all records", show_raw },
	{ "/ips", false, MEDARK_AUDIT_READ, "summary", show_ips },
	{ "/ips.json", false, MEDARK_AUDIT_EXPORT, "summary", send_ips },
	{ FILES, true, MEDARK_AUDIT_READ, "file", show_file },
};

/* NULL: there is no such thing. */
static const struct part *find_part(struct medark_bytes path)
{
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (parts[i].is_above ? medark_bytes_starts(path, parts[i].path)
				      : medark_bytes_is(path, parts[i].path))
			return &parts[i];
	return NULL;
}

int medark_page_chart(struct medark_call *call, struct medark_bytes rest)
{
	const uint8_t *slash = rest.size ? memchr(rest.data, '/', rest.size) : NULL;
	size_t size = slash ? (size_t)(slash - rest.data) : rest.size;
	struct sheet s = { .call = call,
			   .handle = medark_bytes(rest.data, size),
			   .part = medark_bytes(rest.data + size, rest.size - size) };
	const struct part *part = find_part(s.part);
	char patient[PATIENT_SIZE];
	struct medark_reason reason;
	struct medark_error why = { 0 };
	int code;

	if (!medark_call_may(call, MEDARK_MAY_TREAT))
		return medark_call_say(call, 403, MEDARK_SAYING_REFUSED, MEDARK_SAYING_NOT_ALLOWED);
	code = find_patient(call, s.handle, patient);
	if (code == MEDARK_E_NOT_FOUND || !part)
		return medark_call_nothing_here(call);
	MEDARK_TRY(code);
	code = medark_sessions_chart(call->service->sessions, call->token,
				     medark_bytes_text(patient), call->clock, &reason, &why);
	if (code == MEDARK_E_NOT_FOUND)
		return ask_why(call, s.handle, false);
	if (code < 0)
		return medark_error_set(call->err, code, "%s", why.message);
	MEDARK_TRY(audit_chart(call, part->kind, patient, part->name, &reason));
	MEDARK_TRY(medark_shelf_chart(call->shelf, patient, &s.chart, call->err));
	fill_sheet(&s);
	return part->show(&s);
}
