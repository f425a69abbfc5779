/* SPDX-License-Identifier: Apache-2.0 */
#include "live/bulk_report.h"

#include "live/json.h"
#include "live/sealed_lines.h"

#include <inttypes.h>
#include <string.h>

#define LETTERS	 "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define CODE_MAX 64

static int each_line(const struct medark_bulk_report *r,
		     int (*each)(void *context, struct medark_bytes line, struct medark_error *err),
		     void *context, struct medark_error *err)
{
	const struct medark_sealed_lines lines = {
		.folder = r->folder,
		.name = r->name,
		.secret = r->secret,
		.each = each,
		.context = context,
	};

	return medark_sealed_lines_each(&lines, err);
}

/* ---- what went wrong ---- */

struct outcomes {
	uint64_t errors, unreadable;
	char code[CODE_MAX + 1]; /* of the first error */
};

static bool is_code(const char *text)
{
	size_t size = text ? strlen(text) : 0;

	return size >= 1 && size <= CODE_MAX && strspn(text, LETTERS "-") == size;
}

static void look_at_issue(struct outcomes *o, const json_t *issue)
{
	const char *severity = medark_live_json_text(issue, "severity");
	const char *code = medark_live_json_text(issue, "code");

	if (!severity || (strcmp(severity, "error") != 0 && strcmp(severity, "fatal") != 0))
		return;
	o->errors++;
	if (!o->code[0] && is_code(code))
		memcpy(o->code, code, strlen(code) + 1);
}

static int look_at_outcome(void *context, struct medark_bytes line, struct medark_error *err)
{
	struct outcomes *o = context;
	MEDARK_AUTO(medark_json_release) json_t *object = NULL;
	const json_t *issues;
	int code = MEDARK_E_REMOTE;

	if (line.data)
		code = medark_live_json_parse(line, "an outcome", MEDARK_E_REMOTE, &object, err);
	if (code == MEDARK_E_REMOTE) {
		o->unreadable++;
		return 0;
	}
	MEDARK_TRY(code);
	issues = json_object_get(object, "issue");
	for (size_t i = 0; i < json_array_size(issues); i++)
		look_at_issue(o, json_array_get(issues, i));
	return 0;
}

int medark_bulk_report_outcomes(const struct medark_bulk_report *r, struct medark_haul *haul,
				struct medark_error *err)
{
	struct outcomes o = { 0 };

	MEDARK_TRY(each_line(r, look_at_outcome, &o, err));
	if (o.unreadable)
		MEDARK_TRY(medark_haul_miss(haul, err,
					    "the server reports on its export in %" PRIu64
					    " lines that are no OperationOutcome",
					    o.unreadable));
	if (!o.errors)
		return 0;
	return medark_haul_miss(haul, err,
				"the server reports %" PRIu64
				" errors of its export, the first of the kind '%s'",
				o.errors, o.code[0] ? o.code : "unknown");
}

/* ---- what is deleted ---- */

struct deletions {
	int (*each)(void *context, const char *name, struct medark_error *err);
	void *context;
	uint64_t odd;
};

/* FHIR R4 2.24.0.4: an id is 1 to 64 of these; servers have longer ones. */
static bool is_name(const char *text)
{
	size_t type = strspn(text, LETTERS), id;

	if (type == 0 || type > CODE_MAX || text[type] != '/')
		return false;
	id = strspn(text + type + 1, LETTERS "0123456789-._");
	return id >= 1 && id <= 255 && text[type + 1 + id] == '\0';
}

/* The end of an address: Patient/1, or https://ehr.example/fhir/Patient/1. */
static const char *name_of(const char *url)
{
	const char *id = url ? strrchr(url, '/') : NULL;
	const char *p = id;

	if (!id)
		return NULL;
	while (p > url && p[-1] != '/')
		p--;
	return is_name(p) ? p : NULL;
}

static int look_at_entry(struct deletions *d, const json_t *entry, struct medark_error *err)
{
	const json_t *request = json_object_get(entry, "request");
	const char *method = medark_live_json_text(request, "method");
	const char *name = name_of(medark_live_json_text(request, "url"));

	if (!method || strcmp(method, "DELETE") != 0 || !name) {
		d->odd++;
		return 0;
	}
	return d->each(d->context, name, err);
}

static int look_at_bundle(void *context, struct medark_bytes line, struct medark_error *err)
{
	struct deletions *d = context;
	MEDARK_AUTO(medark_json_release) json_t *object = NULL;
	const json_t *entries;
	int code = MEDARK_E_REMOTE;

	if (line.data)
		code = medark_live_json_parse(line, "a deletion", MEDARK_E_REMOTE, &object, err);
	if (code == MEDARK_E_REMOTE) {
		d->odd++;
		return 0;
	}
	MEDARK_TRY(code);
	entries = json_object_get(object, "entry");
	if (!json_is_array(entries))
		d->odd++;
	for (size_t i = 0; i < json_array_size(entries); i++)
		MEDARK_TRY(look_at_entry(d, json_array_get(entries, i), err));
	return 0;
}

int medark_bulk_report_deletions(const struct medark_bulk_report *r,
				 int (*each)(void *context, const char *name,
					     struct medark_error *err),
				 void *context, uint64_t *out_odd, struct medark_error *err)
{
	struct deletions d = { .each = each, .context = context };

	MEDARK_TRY(each_line(r, look_at_bundle, &d, err));
	*out_odd += d.odd;
	return 0;
}
