/* SPDX-License-Identifier: Apache-2.0 */
/* The auditor's page: the log by patient, employee and day, and whether it is whole; a copy of it.
 */
#include "service/log_query.h"
#include "service/log_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROWS_MAX ((size_t)8 << 20) /* bytes of markup */
/* Of a copy, that are read before the thread's other requests get their turn. */
#define ROWS_AT_ONCE 512

/* ---- the form ---- */

/* The accounts that there are, to choose from; those that are gone can be typed. */
static int put_accounts(struct medark_call *call)
{
	struct medark_account *all = NULL;
	size_t count = 0;
	int code = medark_accounts_list(call->service->accounts, &all, &count, call->err);

	if (code == 0)
		code = medark_call_html(call, "<datalist id=\"accounts\">");
	for (size_t i = 0; code == 0 && i < count; i++)
		code = medark_call_html(call, "<option value=\"%s\">%s</option>", all[i].name,
					all[i].shown);
	free(all);
	return code < 0 ? code : medark_call_html(call, "</datalist>");
}

static int put_which(struct medark_call *call, const struct medark_log_query *q)
{
	return medark_call_html(
		call,
		q->is_of_restores
			? "<label>%s<select name=\"log\"><option value=\"\">%s</option>"
			  "<option value=\"restores\" selected>%s</option></select></label>"
			: "<label>%s<select name=\"log\"><option value=\"\">%s</option>"
			  "<option value=\"restores\">%s</option></select></label>",
		medark_call_saying(call, MEDARK_SAYING_LOG_WHICH),
		medark_call_saying(call, MEDARK_SAYING_LOG_OF_SERVICE),
		medark_call_saying(call, MEDARK_SAYING_LOG_OF_RESTORES));
}

static int put_form(struct medark_call *call, const struct medark_log_query *q)
{
	MEDARK_TRY(medark_call_html(call,
				    "<h1>%s</h1><form class=\"filter\" method=\"post\" "
				    "action=\"/log\" role=\"search\">",
				    medark_call_saying(call, MEDARK_SAYING_LOG)));
	MEDARK_TRY(medark_call_csrf(call));
	MEDARK_TRY(put_which(call, q));
	MEDARK_TRY(medark_call_html(
		call,
		"<label>%s<input name=\"patient\" autocomplete=\"off\" spellcheck=\"false\" "
		"maxlength=\"%u\" value=\"%s\"></label>"
		"<label>%s<input name=\"account\" list=\"accounts\" autocomplete=\"off\" "
		"spellcheck=\"false\" maxlength=\"%u\" value=\"%s\"></label>",
		medark_call_saying(call, MEDARK_SAYING_LOG_PATIENT),
		(unsigned long long)MEDARK_AUDIT_PATIENT_MAX, q->patient,
		medark_call_saying(call, MEDARK_SAYING_LOG_ACCOUNT),
		(unsigned long long)MEDARK_AUDIT_ACCOUNT_MAX, q->account));
	MEDARK_TRY(put_accounts(call));
	return medark_call_html(
		call,
		"<label>%s<input name=\"from\" type=\"date\" value=\"%s\"></label>"
		"<label>%s<input name=\"until\" type=\"date\" value=\"%s\"></label>"
		"<span><button>%s</button> <button class=\"quiet\" formaction=\"/log/save\">%s"
		"</button></span></form>",
		medark_call_saying(call, MEDARK_SAYING_LOG_FROM), q->from,
		medark_call_saying(call, MEDARK_SAYING_LOG_UNTIL), q->until,
		medark_call_saying(call, MEDARK_SAYING_LOG_SHOW),
		medark_call_saying(call, MEDARK_SAYING_LOG_SAVE));
}

/* ---- is it whole? ---- */

static int put_fault(struct medark_call *call, const struct medark_audit_story *story)
{
	static const enum medark_saying faults[] = {
		[MEDARK_AUDIT_NO_LOG] = MEDARK_SAYING_LOG_NO_LOG,
		[MEDARK_AUDIT_BAD_ROW] = MEDARK_SAYING_LOG_BAD_ROW,
		[MEDARK_AUDIT_NOT_BEHIND] = MEDARK_SAYING_LOG_NOT_BEHIND,
		[MEDARK_AUDIT_WAS_FAULTY] = MEDARK_SAYING_LOG_WAS_FAULTY,
		[MEDARK_AUDIT_NOT_GENUINE] = MEDARK_SAYING_LOG_NOT_GENUINE,
	};

	MEDARK_TRY(medark_call_html(call, "<p class=\"notice bad\" role=\"alert\"><b>%s</b> %s %u",
				    medark_call_saying(call, MEDARK_SAYING_LOG_BROKEN),
				    medark_call_saying(call, MEDARK_SAYING_LOG_FILE),
				    (unsigned long long)story->fault_at.file));
	if (story->fault_at.row)
		MEDARK_TRY(medark_call_html(call, ", %s %u",
					    medark_call_saying(call, MEDARK_SAYING_LOG_ROW),
					    (unsigned long long)story->fault_at.row));
	return medark_call_html(call, ": %s %s</p>", medark_call_saying(call, faults[story->fault]),
				medark_call_saying(call, MEDARK_SAYING_LOG_BROKEN_NEXT));
}

static int put_state(struct medark_call *call, const struct medark_audit_story *story)
{
	if (!story->files)
		return 0;
	if (story->fault)
		MEDARK_TRY(put_fault(call, story));
	else
		MEDARK_TRY(medark_call_html(call, "<p class=\"notice good\" role=\"status\">%s",
					    medark_call_saying(call, MEDARK_SAYING_LOG_WHOLE)));
	if (!story->fault && story->first > 1)
		MEDARK_TRY(medark_call_html(call, " %s %u.",
					    medark_call_saying(call, MEDARK_SAYING_LOG_FIRST),
					    (unsigned long long)story->first));
	if (!story->fault)
		MEDARK_TRY(medark_call_html(call, "</p>"));
	if (!story->sealed)
		return 0;
	return medark_call_html(call,
				"<p class=\"notice bad\">%s (%u/%u) "
				"<code>medark audit audit-*.log --identity KEY</code></p>",
				medark_call_saying(call, MEDARK_SAYING_LOG_SEALED),
				(unsigned long long)story->sealed,
				(unsigned long long)story->files);
}

/* What paper has to say, as the form is not printed; the hash is to be kept elsewhere. */
static int put_end(struct medark_call *call, const struct medark_log_query *q,
		   const struct medark_audit_story *story)
{
	MEDARK_TRY(medark_call_html(call, "<p class=\"soft\">%s ",
				    medark_call_saying(call, MEDARK_SAYING_LOG_READ_AT)));
	MEDARK_TRY(medark_log_rows_time(call, call->now * 1000, medark_call_body(call)));
	MEDARK_TRY(medark_call_html(
		call, ". %s: %u. %s: %u.", medark_call_saying(call, MEDARK_SAYING_LOG_ROWS),
		(unsigned long long)story->rows, medark_call_saying(call, MEDARK_SAYING_LOG_FILES),
		(unsigned long long)story->files));
	if (*q->patient)
		MEDARK_TRY(medark_call_html(call, " %s: %s.",
					    medark_call_saying(call, MEDARK_SAYING_PATIENT),
					    q->patient));
	if (*q->account)
		MEDARK_TRY(medark_call_html(call, " %s: %s.",
					    medark_call_saying(call, MEDARK_SAYING_LOG_ACCOUNT),
					    q->account));
	if (*q->from || *q->until)
		MEDARK_TRY(medark_call_html(
			call, " %s %s %s %s.", medark_call_saying(call, MEDARK_SAYING_LOG_FROM),
			q->from, medark_call_saying(call, MEDARK_SAYING_LOG_UNTIL), q->until));
	if (*story->hash)
		MEDARK_TRY(medark_call_html(call, " %s <code>%s</code>",
					    medark_call_saying(call, MEDARK_SAYING_LOG_HASH),
					    story->hash));
	return medark_call_html(call, "</p>");
}

/* ---- other pages of it ---- */

static int put_turn(struct medark_call *call, const struct medark_log_query *q,
		    const struct medark_audit_spot *upto, uint64_t page, enum medark_saying saying)
{
	MEDARK_TRY(medark_call_html(call, "<form method=\"post\" action=\"/log\">"));
	MEDARK_TRY(medark_call_csrf(call));
	MEDARK_TRY(medark_call_hidden(call, "log", q->is_of_restores ? "restores" : ""));
	MEDARK_TRY(medark_call_hidden(call, "patient", q->patient));
	MEDARK_TRY(medark_call_hidden(call, "account", q->account));
	MEDARK_TRY(medark_call_hidden(call, "from", q->from));
	MEDARK_TRY(medark_call_hidden(call, "until", q->until));
	MEDARK_TRY(medark_call_hidden_number(call, "file", upto->file));
	MEDARK_TRY(medark_call_hidden_number(call, "row", upto->row));
	MEDARK_TRY(medark_call_hidden_number(call, "page", page));
	return medark_call_html(call, "<button class=\"quiet\">%s</button></form>",
				medark_call_saying(call, saying));
}

/* What is written meanwhile does not move the rows from page to page: the first page's end stays.
 */
static int put_turns(struct medark_call *call, const struct medark_log_query *q,
		     const struct medark_audit_story *story)
{
	const struct medark_audit_spot *upto = q->upto.file ? &q->upto : &story->newest;

	if (!q->page && !story->more)
		return 0;
	MEDARK_TRY(medark_call_html(call, "<div class=\"turns\"><span>%s %u</span>",
				    medark_call_saying(call, MEDARK_SAYING_LOG_PAGE),
				    (unsigned long long)q->page + 1));
	if (q->page)
		MEDARK_TRY(put_turn(call, q, upto, q->page - 1, MEDARK_SAYING_LOG_NEWER));
	if (story->more && q->page < MEDARK_LOG_PAGES_MAX)
		MEDARK_TRY(put_turn(call, q, upto, q->page + 1, MEDARK_SAYING_LOG_OLDER));
	return medark_call_html(call, "</div>");
}

/* ---- the page ---- */

struct reading {
	struct medark_call *call;
	struct medark_buffer rows; /* markup */
};

static void reading_clear(struct reading *r)
{
	medark_buffer_clear(&r->rows);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct reading, reading_clear)

static int take_row(void *context, const struct medark_audit_info *log,
		    const struct medark_audit_row *row)
{
	struct reading *r = context;

	(void)log;
	if (!r->rows.size)
		MEDARK_TRY(medark_log_rows_head(r->call, &r->rows));
	return medark_log_rows_add(r->call, row, &r->rows);
}

static bool is_stopping(void *context)
{
	const struct reading *r = context;

	return medark_serve_is_stopping(r->call->service->serve);
}

static int put_rows(struct medark_call *call, const struct reading *r,
		    const struct medark_audit_story *story)
{
	if (!r->rows.size)
		return story->files && story->sealed == story->files
			       ? 0
			       : medark_call_html(
					 call, "<p class=\"notice\">%s</p>",
					 medark_call_saying(call, MEDARK_SAYING_LOG_NOTHING));
	MEDARK_TRY(
		medark_buffer_add(medark_call_body(call), r->rows.data, r->rows.size, call->err));
	return medark_call_html(call, "</tbody></table></div>");
}

/* One reading at a time: else auditors could keep all threads from who treats. */
static int read_rows(struct medark_call *call, const struct medark_log_query *q, struct reading *r,
		     struct medark_audit_story *story)
{
	struct medark_service *s = call->service;
	const struct medark_audit_wanted wanted = { .filter = &q->filter,
						    .upto = q->upto,
						    .skip = q->page * MEDARK_LOG_ROWS,
						    .limit = MEDARK_LOG_ROWS,
						    .each = take_row,
						    .is_stopping = is_stopping,
						    .context = r };
	struct medark_error why = { 0 };
	int code = medark_audit_history(medark_log_query_folder(call, q), s->setup.identity,
					&wanted, story, &why);

	atomic_flag_clear(&s->is_log_read);
	/* Nothing was ever restored here. */
	if (code == MEDARK_E_NOT_FOUND && q->is_of_restores) {
		*story = (struct medark_audit_story) { 0 };
		return 0;
	}
	return code < 0 ? medark_error_set(call->err, code, "%s", why.message) : 0;
}

static int show(struct medark_call *call, const struct medark_log_query *q)
{
	MEDARK_AUTO(reading_clear)
	struct reading r = { .call = call, .rows = MEDARK_BUFFER_SECRET(ROWS_MAX) };
	const struct medark_bytes title =
		medark_bytes_text(medark_call_saying(call, MEDARK_SAYING_LOG));
	const struct medark_call_page page = { .title = title, .sheet = title };
	struct medark_audit_story story;

	if (atomic_flag_test_and_set(&call->service->is_log_read))
		return medark_call_say(call, 503, MEDARK_SAYING_LOG, MEDARK_SAYING_LOG_BUSY);
	MEDARK_TRY(read_rows(call, q, &r, &story));
	MEDARK_TRY(medark_call_begin(call, &page));
	MEDARK_TRY(put_form(call, q));
	MEDARK_TRY(put_state(call, &story));
	MEDARK_TRY(put_turns(call, q, &story));
	MEDARK_TRY(put_rows(call, &r, &story));
	MEDARK_TRY(put_turns(call, q, &story));
	MEDARK_TRY(put_end(call, q, &story));
	return medark_call_end(call, &page);
}

/* What was typed stays, to be mended. */
static int ask_again(struct medark_call *call, const struct medark_log_query *q)
{
	const struct medark_call_page page = {
		.title = medark_bytes_text(medark_call_saying(call, MEDARK_SAYING_LOG)),
		.status = 400,
	};

	MEDARK_TRY(medark_call_begin(call, &page));
	MEDARK_TRY(put_form(call, q));
	MEDARK_TRY(medark_call_html(call, "<p class=\"notice bad\" role=\"alert\">%s</p>",
				    medark_call_saying(call, MEDARK_SAYING_LOG_BAD_QUERY)));
	return medark_call_end(call, &page);
}

int medark_page_log(struct medark_call *call)
{
	struct medark_log_query query;
	int code;

	if (!medark_call_may(call, MEDARK_MAY_AUDIT))
		return medark_call_say(call, 403, MEDARK_SAYING_REFUSED,
				       MEDARK_SAYING_LOG_NOT_ALLOWED);
	code = medark_log_query_read(call, &query);
	MEDARK_TRY(code);
	if (code == 0)
		return ask_again(call, &query);
	MEDARK_TRY(medark_log_query_audit(call, &query, NULL));
	return show(call, &query);
}

/* ---- a copy ---- */

/* Rows on their way to a client, as lines of AuditEvents. */
struct copy {
	const struct medark_service *service;
	struct medark_log_query query; /* its filter is borrowed by the walk */
	struct medark_audit_walk *walk;
	char *line; /* that had no room any more */
};

static void copy_free(void *context)
{
	struct copy *c = context;

	medark_audit_walk_free(c->walk);
	free(c->line);
	free(c);
}

/* 1: `line` is the next one; 0: there is none; 2: not yet, others get their turn. */
static int next_line(struct copy *c, struct medark_error *err)
{
	const struct medark_audit_info *log;
	struct medark_audit_row row;
	int code;

	if (c->line)
		return 1;
	if (medark_serve_is_stopping(c->service->serve))
		return medark_error_set(err, MEDARK_E_INTERRUPTED, "interrupted");
	code = medark_audit_walk_next(c->walk, ROWS_AT_ONCE, &log, &row, err);
	if (code == 1)
		MEDARK_TRY(medark_audit_fhir(log, &row, &c->line, err));
	return code;
}

/* A line of a row is at most a third of a chunk, as a row's texts have their bounds. */
static int pull(void *context, struct medark_buffer *out, struct medark_error *err)
{
	struct copy *c = context;
	int code;

	while ((code = next_line(c, err)) == 1) {
		if (out->size + strlen(c->line) + 1 > MEDARK_SERVE_CHUNK_MAX)
			return out->size ? 1
					 : medark_error_set(err, MEDARK_E_MEMORY,
							    "a row of the audit log is too long");
		MEDARK_TRY(medark_buffer_text(out, c->line, err));
		MEDARK_TRY(medark_buffer_text(out, "\n", err));
		free(MEDARK_TAKE(c->line));
	}
	MEDARK_TRY(code);
	return code == 2 || out->size > 0;
}

static int name_copy(struct medark_call *call)
{
	char text[128], day[MEDARK_SERVICE_TIME_MAX];

	medark_service_time(call->service, call->now, day);
	(void)snprintf(text, sizeof(text), "attachment; filename=\"audit-%.10s.ndjson\"", day);
	MEDARK_TRY(medark_call_header(call, "Content-Type", "application/fhir+ndjson"));
	return medark_call_header(call, "Content-Disposition", text);
}

static int send_copy(struct medark_call *call, struct copy *copy)
{
	const struct medark_identity *identity = call->service->setup.identity;
	struct medark_error why = { 0 };
	int code = medark_log_query_read(call, &copy->query);

	MEDARK_TRY(code);
	if (code == 0)
		return ask_again(call, &copy->query);
	MEDARK_TRY(medark_log_query_audit(call, &copy->query, "saved as AuditEvents"));
	code = medark_audit_walk_new(medark_log_query_folder(call, &copy->query), identity,
				     &copy->query.filter, &copy->walk, &why);
	if (code == MEDARK_E_NOT_FOUND && copy->query.is_of_restores)
		return show(call, &copy->query);
	if (code < 0)
		return medark_error_set(call->err, code, "%s", why.message);
	MEDARK_TRY(name_copy(call));
	call->response->pull = pull;
	return 1;
}

int medark_page_log_save(struct medark_call *call)
{
	struct copy *copy;
	int code;

	if (!medark_call_may(call, MEDARK_MAY_AUDIT))
		return medark_call_say(call, 403, MEDARK_SAYING_REFUSED,
				       MEDARK_SAYING_LOG_NOT_ALLOWED);
	copy = calloc(1, sizeof(*copy));
	if (!copy)
		return medark_error_memory(call->err, "the audit log");
	copy->service = call->service;
	code = send_copy(call, copy);
	if (code != 1) {
		copy_free(copy);
		return code;
	}
	call->response->pull_free = copy_free;
	call->response->context = copy;
	return 0;
}
