/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the audit log as AuditEvents of FHIR R4 (hl7.org/fhir/R4/auditevent.html). */
#include "base/base64.h"
#include "base/buffer.h"
#include "desk/audit_reader.h"
#include "desk/reason.h"

#include <assert.h>
#include <jansson.h>
#include <string.h>

#define DCM	  "http://dicom.nema.org/resources/ontology/DCM"
#define EVENT	  "http://terminology.hl7.org/CodeSystem/audit-event-type"
#define REST	  "http://hl7.org/fhir/restful-interaction"
#define LIFECYCLE "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle"
#define REASON	  "http://terminology.hl7.org/CodeSystem/v3-ActReason"
#define ENTITY	  "http://terminology.hl7.org/CodeSystem/audit-entity-type"
#define ROLE	  "http://terminology.hl7.org/CodeSystem/object-role"
#define SOURCE	  "http://terminology.hl7.org/CodeSystem/security-source-type"

struct coding {
	const char *system, *code, *display;
};

static const struct {
	struct coding type, subtype;
} codings[MEDARK_AUDIT_KIND_COUNT] = {
	[MEDARK_AUDIT_START] = { { DCM, "110100", "Application Activity" },
				 { DCM, "110120", "Application Start" } },
	[MEDARK_AUDIT_STOP] = { { DCM, "110100", "Application Activity" },
				{ DCM, "110121", "Application Stop" } },
	[MEDARK_AUDIT_LOGIN] = { { DCM, "110114", "User Authentication" },
				 { DCM, "110122", "Login" } },
	[MEDARK_AUDIT_LOGIN_FAILED] = { { DCM, "110114", "User Authentication" },
					{ DCM, "110122", "Login" } },
	[MEDARK_AUDIT_LOGOUT] = { { DCM, "110114", "User Authentication" },
				  { DCM, "110123", "Logout" } },
	[MEDARK_AUDIT_LOCK] = { { DCM, "110114", "User Authentication" },
				{ DCM, "110123", "Logout" } },
	[MEDARK_AUDIT_SEARCH] = { { DCM, "110112", "Query" }, { REST, "search", "search" } },
	[MEDARK_AUDIT_CHART] = { { DCM, "110110", "Patient Record" },
				 { LIFECYCLE, "access", "Access/View Record Lifecycle Event" } },
	[MEDARK_AUDIT_READ] = { { EVENT, "rest", "RESTful Operation" }, { REST, "read", "read" } },
	[MEDARK_AUDIT_PRINT] = { { DCM, "110110", "Patient Record" },
				 { LIFECYCLE, "report",
				   "Report (Output) Record Lifecycle Event" } },
	[MEDARK_AUDIT_EXPORT] = { { DCM, "110106", "Export" },
				  { LIFECYCLE, "extract", "Extract Record Lifecycle Event" } },
	[MEDARK_AUDIT_ACCOUNT] = { { DCM, "110113", "Security Alert" },
				   { DCM, "110137", "User Security Attributes Changed" } },
	[MEDARK_AUDIT_LOG] = { { DCM, "110101", "Audit Log Used" },
			       { LIFECYCLE, "access", "Access/View Record Lifecycle Event" } },
};

/* An element that is empty is left out: "s*" and "o*" of json_pack() take NULL for that. */
static const char *or_null(const char *text)
{
	return text && *text ? text : NULL;
}

static json_t *coding_of(const struct coding *c)
{
	return json_pack("{s:s, s:s, s:s}", "system", c->system, "code", c->code, "display",
			 c->display);
}

/* HL7 has no code for who acts on behalf of another: words say it. */
static json_t *reason_of(const struct medark_audit_event *e)
{
	const char *code = medark_reason_name(e->reason);
	const char *text = or_null(e->reason_text);

	if (!code)
		return NULL;
	if (e->reason == MEDARK_REASON_BEHALF)
		return json_pack("[{s:s+}]", "text", "on behalf of ", text ? text : "somebody");
	return json_pack("[{s:[{s:s, s:s}], s:s*}]", "coding", "system", REASON, "code", code,
			 "text", text);
}

static json_t *roles_of(const struct medark_audit_event *e)
{
	json_t *roles = e->roles ? json_array() : NULL;

	for (unsigned role = 1; roles && role <= MEDARK_MAY_ALL; role <<= 1)
		if (e->roles & role)
			(void)json_array_append_new(
				roles, json_pack("{s:s}", "text", medark_account_role_name(role)));
	return roles;
}

static json_t *agent_of(const struct medark_audit_event *e)
{
	json_t *network = NULL;

	if (or_null(e->peer))
		network = json_pack("{s:s, s:s}", "address", e->peer, "type", "2");
	return json_pack("[{s:o*, s:s*, s:s*, s:b, s:o*}]", "role", roles_of(e), "altId",
			 or_null(e->account), "name", or_null(e->shown), "requestor", 1, "network",
			 network);
}

/* "Patient/1" is a reference of FHIR; another key is an identifier. */
static json_t *what_of(const char *key)
{
	const char *slash = strchr(key, '/');

	if (slash && slash > key && slash[1] && !strchr(slash + 1, '/'))
		return json_pack("{s:s}", "reference", key);
	return json_pack("{s:{s:s}}", "identifier", "value", key);
}

static json_t *entity(json_t *what, const char *query, const char *type, const char *role)
{
	return json_pack("{s:o*, s:{s:s, s:s}, s:{s:s, s:s}, s:s*}", "what", what, "type", "system",
			 ENTITY, "code", type, "role", "system", ROLE, "code", role, "query",
			 query);
}

/* Patient, record and query, as far as there are any. */
static int entities_of(const struct medark_audit_event *e, json_t **out, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer query = MEDARK_BUFFER_SECRET(2 * MEDARK_AUDIT_QUERY_MAX);
	json_t *all = json_array();

	if (or_null(e->patient))
		(void)json_array_append_new(all, entity(what_of(e->patient), NULL, "1", "1"));
	if (or_null(e->record))
		(void)json_array_append_new(all, entity(what_of(e->record), NULL, "2", "4"));
	if (or_null(e->query)) {
		int code = medark_base64(medark_bytes_text(e->query), &query, err);

		if (code == 0)
			code = medark_buffer_add(&query, "", 1, err);
		if (code < 0) {
			json_decref(all);
			return code;
		}
		(void)json_array_append_new(all, entity(NULL, (const char *)query.data, "2", "24"));
	}
	if (json_array_size(all) == 0) {
		json_decref(all);
		all = NULL;
	}
	*out = all;
	return 0;
}

/* Which installation, and which archive it read. */
static json_t *source_of(const struct medark_audit_info *log, const struct medark_audit_event *e)
{
	return json_pack("{s:s*, s:{s:{s:s, s:s}, s:s}, s:[{s:s, s:s, s:s}]}", "site",
			 or_null(e->archive), "observer", "identifier", "system",
			 "urn:medark:audit-log", "value", log->log, "display", "medark", "type",
			 "system", SOURCE, "code", "4", "display", "Application Server");
}

int medark_audit_fhir(const struct medark_audit_info *log, const struct medark_audit_row *row,
		      char **out, struct medark_error *err)
{
	const struct medark_audit_event *e = &row->event;
	char time[MEDARK_AUDIT_TIME_SIZE], outcome[2] = { (char)('0' + (int)e->outcome), '\0' };
	char action[2] = { e->action, '\0' };
	json_t *entities = NULL, *event;
	char *text;

	assert(row->is_open);
	(void)medark_audit_time(e->recorded, time);
	MEDARK_TRY(entities_of(e, &entities, err));
	event = json_pack("{s:s, s:o, s:[o], s:s, s:s, s:s, s:s*, s:o*, s:o, s:o, s:o*}",
			  "resourceType", "AuditEvent", "type", coding_of(&codings[e->kind].type),
			  "subtype", coding_of(&codings[e->kind].subtype), "action", action,
			  "recorded", time, "outcome", outcome, "outcomeDesc", or_null(e->detail),
			  "purposeOfEvent", reason_of(e), "agent", agent_of(e), "source",
			  source_of(log, e), "entity", entities);
	text = event ? json_dumps(event, JSON_COMPACT) : NULL;
	json_decref(event);
	if (!text)
		return medark_error_memory(err, "an AuditEvent");
	*out = text;
	return 0;
}
