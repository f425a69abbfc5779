/* SPDX-License-Identifier: Apache-2.0 */
#include "desk/audit_event.h"

#include "base/text.h"
#include "base/time.h"
#include "container/strict.h"
#include "desk/reason.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define WHAT "a row"

static const char *const kinds[MEDARK_AUDIT_KIND_COUNT] = {
	[MEDARK_AUDIT_START] = "start",	  [MEDARK_AUDIT_STOP] = "stop",
	[MEDARK_AUDIT_LOGIN] = "login",	  [MEDARK_AUDIT_LOGIN_FAILED] = "login-failed",
	[MEDARK_AUDIT_LOGOUT] = "logout", [MEDARK_AUDIT_LOCK] = "lock",
	[MEDARK_AUDIT_SEARCH] = "search", [MEDARK_AUDIT_CHART] = "chart",
	[MEDARK_AUDIT_READ] = "read",	  [MEDARK_AUDIT_PRINT] = "print",
	[MEDARK_AUDIT_EXPORT] = "export", [MEDARK_AUDIT_ACCOUNT] = "account",
	[MEDARK_AUDIT_LOG] = "log",
};

const char *medark_audit_kind_name(enum medark_audit_kind kind)
{
	return kind >= 0 && kind < MEDARK_AUDIT_KIND_COUNT ? kinds[kind] : NULL;
}

bool medark_audit_time(int64_t ms, char out[MEDARK_AUDIT_TIME_SIZE])
{
	int64_t seconds = ms / 1000 - (ms % 1000 < 0);
	char text[MEDARK_TIME_SIZE];

	out[0] = '\0';
	if (!medark_time_format(seconds, text))
		return false;
	(void)snprintf(out, MEDARK_AUDIT_TIME_SIZE, "%.19s.%03uZ", text,
		       (unsigned)(ms - seconds * 1000) % 1000);
	return true;
}

/* Reads exactly that form. */
static bool parse_time(struct medark_bytes text, int64_t *out)
{
	uint8_t whole[MEDARK_TIME_SIZE];
	unsigned ms = 0;

	if (text.size != MEDARK_AUDIT_TIME_SIZE - 1 || text.data[19] != '.' || text.data[23] != 'Z')
		return false;
	for (size_t i = 20; i < 23; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		ms = ms * 10 + (unsigned)(text.data[i] - '0');
	}
	memcpy(whole, text.data, 19);
	whole[19] = 'Z';
	if (!medark_time_parse(medark_bytes(whole, 20), out))
		return false;
	*out = *out * 1000 + ms;
	return true;
}

/* The texts of an event, in the order in which they are written. */
static const struct {
	const char *name;
	size_t offset, max;
} texts[] = {
	{ "account", offsetof(struct medark_audit_event, account), MEDARK_AUDIT_ACCOUNT_MAX },
	{ "shown", offsetof(struct medark_audit_event, shown), MEDARK_ACCOUNT_SHOWN_MAX },
	{ "peer", offsetof(struct medark_audit_event, peer), MEDARK_AUDIT_PEER_MAX },
	{ "archive", offsetof(struct medark_audit_event, archive), 32 },
	{ "patient", offsetof(struct medark_audit_event, patient), MEDARK_AUDIT_PATIENT_MAX },
	{ "record", offsetof(struct medark_audit_event, record), MEDARK_AUDIT_RECORD_MAX },
	{ "query", offsetof(struct medark_audit_event, query), MEDARK_AUDIT_QUERY_MAX },
	{ "detail", offsetof(struct medark_audit_event, detail), MEDARK_AUDIT_DETAIL_MAX },
	{ "reason_text", offsetof(struct medark_audit_event, reason_text), MEDARK_REASON_TEXT_MAX },
};
#define TEXTS (sizeof(texts) / sizeof(texts[0]))

static const char **text_at(struct medark_audit_event *event, size_t i)
{
	return (const char **)((char *)event + texts[i].offset);
}

static bool is_action(char c)
{
	return c && strchr("CRUDE", c);
}

static bool is_outcome(uint64_t n)
{
	return n == MEDARK_AUDIT_DONE || n == MEDARK_AUDIT_REFUSED || n == MEDARK_AUDIT_FAILED;
}

static int check(const struct medark_audit_event *event, struct medark_error *err)
{
	struct medark_audit_event copy = *event;

	if (!medark_audit_kind_name(event->kind) || !is_action(event->action) ||
	    !is_outcome(event->outcome) || (event->roles & ~MEDARK_MAY_ALL) ||
	    (event->reason && !medark_reason_name(event->reason)))
		return medark_error_set(err, MEDARK_E_USAGE,
					"the audit log does not know such an event");
	for (size_t i = 0; i < TEXTS; i++) {
		const char *text = *text_at(&copy, i);
		struct medark_bytes bytes = medark_bytes_text(text ? text : "");

		if (bytes.size > texts[i].max || !medark_text_is_utf8(bytes))
			return medark_error_set(err, MEDARK_E_USAGE,
						"a row of the audit log has no room for this %s",
						texts[i].name);
	}
	return 0;
}

int medark_audit_event_write(const struct medark_audit_event *event,
			     const struct medark_audit_place *place, struct medark_buffer *out,
			     struct medark_error *err)
{
	struct medark_audit_event copy = *event;
	const char *reason = medark_reason_name(event->reason);
	char time[MEDARK_AUDIT_TIME_SIZE], after[2 * MEDARK_DIGEST_SIZE + 1];

	MEDARK_TRY(check(event, err));
	if (!medark_audit_time(event->recorded, time))
		return medark_error_set(err, MEDARK_E_USAGE, "an event has no such time");
	medark_text_hex(place->after.bytes, sizeof(place->after.bytes), after);
	MEDARK_TRY(medark_buffer_print(
		out, err,
		"{\"number\":%" PRIu64 ",\"after\":\"%s\",\"recorded\":\"%s\",\"kind\":\"%s\","
		"\"action\":\"%c\",\"outcome\":%d,\"roles\":%u,\"reason\":\"%s\"",
		place->number, after, time, kinds[event->kind], event->action, (int)event->outcome,
		event->roles, reason ? reason : ""));
	for (size_t i = 0; i < TEXTS; i++) {
		const char *text = *text_at(&copy, i);

		MEDARK_TRY(medark_buffer_print(out, err, ",\"%s\":", texts[i].name));
		MEDARK_TRY(medark_text_json(out, medark_bytes_text(text ? text : ""), err));
	}
	return medark_buffer_text(out, "}", err);
}

/* ---- reading ---- */

static int take_texts(const struct medark_strict *s, struct medark_audit_event *out,
		      struct medark_error *err)
{
	for (size_t i = 0; i < TEXTS; i++) {
		const json_t *value = json_object_get(s->object, texts[i].name);

		if (!json_is_string(value) || json_string_length(value) > texts[i].max)
			return medark_strict_fault(s, texts[i].name, err);
		*text_at(out, i) = json_string_value(value);
	}
	return 0;
}

static int take_kind(const struct medark_strict *s, struct medark_audit_event *out,
		     struct medark_error *err)
{
	const char *kind = json_string_value(json_object_get(s->object, "kind"));

	for (int i = 0; kind && i < MEDARK_AUDIT_KIND_COUNT; i++)
		if (strcmp(kind, kinds[i]) == 0) {
			out->kind = (enum medark_audit_kind)i;
			return 0;
		}
	return medark_strict_fault(s, "kind", err);
}

static int take_codes(const struct medark_strict *s, struct medark_audit_event *out,
		      struct medark_error *err)
{
	const json_t *recorded = json_object_get(s->object, "recorded");
	const char *action = json_string_value(json_object_get(s->object, "action"));
	const char *reason = json_string_value(json_object_get(s->object, "reason"));
	uint64_t outcome, roles;

	if (!parse_time(medark_bytes(json_string_value(recorded), json_string_length(recorded)),
			&out->recorded))
		return medark_strict_fault(s, "recorded", err);
	if (!action || !is_action(action[0]) || action[1])
		return medark_strict_fault(s, "action", err);
	out->action = action[0];
	MEDARK_TRY(medark_strict_number(s, "outcome", MEDARK_AUDIT_FAILED, &outcome, err));
	if (!is_outcome(outcome))
		return medark_strict_fault(s, "outcome", err);
	out->outcome = (enum medark_audit_outcome)outcome;
	MEDARK_TRY(medark_strict_number(s, "roles", MEDARK_MAY_ALL, &roles, err));
	out->roles = (unsigned)roles;
	if (!reason)
		return medark_strict_fault(s, "reason", err);
	out->reason = medark_reason_code_find(reason);
	return *reason && !out->reason ? medark_strict_fault(s, "reason", err) : 0;
}

int medark_audit_event_parse(struct medark_bytes text, struct medark_audit_event *out,
			     struct medark_audit_place *out_place, json_t **out_root,
			     struct medark_error *err)
{
	static const char *const names[] = { "number",	    "after",   "recorded", "kind",
					     "action",	    "outcome", "roles",	   "reason",
					     "account",	    "shown",   "peer",	   "archive",
					     "patient",	    "record",  "query",	   "detail",
					     "reason_text", NULL };
	MEDARK_AUTO(medark_strict_free) json_t *root = NULL;
	struct medark_audit_event event = { 0 };
	struct medark_audit_place place;
	struct medark_strict s = { .what = WHAT };

	MEDARK_TRY(medark_strict_parse(text, MEDARK_AUDIT_TEXT_MAX, WHAT, &root, err));
	s.object = root;
	MEDARK_TRY(medark_strict_names(&s, names, err));
	MEDARK_TRY(medark_strict_number(&s, "number", INT64_MAX, &place.number, err));
	MEDARK_TRY(
		medark_strict_hex(&s, "after", place.after.bytes, sizeof(place.after.bytes), err));
	MEDARK_TRY(take_kind(&s, &event, err));
	MEDARK_TRY(take_codes(&s, &event, err));
	MEDARK_TRY(take_texts(&s, &event, err));
	*out = event;
	*out_place = place;
	*out_root = MEDARK_TAKE(root);
	return 0;
}
