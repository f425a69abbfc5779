/* SPDX-License-Identifier: Apache-2.0 */
/* What an operation is given, and the chart that it is asked for. */
#include "api/api_private.h"

#include "scan/json_tree.h"

#include <stdio.h>

static bool is_json(const struct medark_serve_request *q)
{
	static const char *const types[] = { "application/fhir+json", "application/json" };
	struct medark_bytes type = q->fields[MEDARK_SERVE_CONTENT_TYPE];
	const uint8_t *end = type.size ? memchr(type.data, ';', type.size) : NULL;

	if (end)
		type.size = (size_t)(end - type.data);
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (medark_serve_same_name(type, medark_bytes_text(types[i])))
			return true;
	return false;
}

static int put_escaped(struct medark_buffer *out, struct medark_bytes text,
		       struct medark_error *err)
{
	for (size_t i = 0; i < text.size; i++)
		MEDARK_TRY(medark_buffer_print(out, err, "%%%02X", text.data[i]));
	return 0;
}

/* {"name":"_since","valueInstant":"…"} as _since=… */
static int put_parameter(struct medark_api_call *call, const struct medark_json_tree *tree,
			 const struct medark_json_node *n, struct medark_buffer *out)
{
	struct medark_bytes name = medark_json_text_at(tree, n, "name");

	for (const struct medark_json_node *m = medark_json_first(tree, n); m;
	     m = medark_json_next_of(tree, m)) {
		if (!medark_bytes_starts(m->name, "value") || !m->text.size)
			continue;
		if (out->size)
			MEDARK_TRY(medark_buffer_add(out, "&", 1, call->err));
		MEDARK_TRY(put_escaped(out, name, call->err));
		MEDARK_TRY(medark_buffer_add(out, "=", 1, call->err));
		MEDARK_TRY(put_escaped(out, m->text, call->err));
	}
	return 0;
}

/* 1, or 0 after a refusal. */
static int read_body(struct medark_api_call *call, struct medark_buffer *out)
{
	MEDARK_AUTO(medark_json_tree_clear) struct medark_json_tree tree = { 0 };
	const struct medark_json_node *root, *n;
	struct medark_error why = { 0 };
	struct medark_json_walk walk;
	int code = medark_json_tree_parse(&tree, call->request->body, &why);

	if (code < 0 && code != MEDARK_E_FORMAT)
		return medark_error_set(call->err, code, "%s", why.message);
	root = medark_json_tree_root(&tree);
	if (code < 0 ||
	    !medark_bytes_is(medark_json_text_at(&tree, root, "resourceType"), "Parameters")) {
		MEDARK_TRY(medark_api_error(call, 400, "invalid",
					    "the body of an operation is a Parameters resource, or "
					    "a form"));
		return 0;
	}
	medark_json_walk_init(&walk, &tree, root, "parameter");
	while ((n = medark_json_walk_next(&walk)))
		MEDARK_TRY(put_parameter(call, &tree, n, out));
	return 1;
}

int medark_api_arguments(struct medark_api_call *call, struct medark_buffer *text,
			 struct medark_form *out)
{
	const struct medark_serve_request *q = call->request;
	struct medark_error why = { 0 };
	int code;

	if (q->method == MEDARK_SERVE_POST && q->body.size && is_json(q)) {
		if (q->has_query)
			MEDARK_TRY(
				medark_buffer_add(text, q->query.data, q->query.size, call->err));
		code = read_body(call, text);
	} else {
		code = medark_api_parameters(call, text);
	}
	if (code <= 0)
		return code;
	code = medark_form_parse(out, medark_bytes(text->data, text->size), &why);
	if (code == MEDARK_E_USAGE) {
		MEDARK_TRY(medark_api_error(call, 400, "invalid", why.message));
		return 0;
	}
	return code < 0 ? medark_error_set(call->err, code, "%s", why.message) : 1;
}

int medark_api_chart(struct medark_api_call *call, struct medark_bytes patient,
		     const struct medark_shelf_chart **out)
{
	struct medark_api_access access = { .kind = MEDARK_API_CHART };
	struct medark_error why = { 0 };
	char id[512];
	int code;

	(void)snprintf(id, sizeof(id), "%.*s", (int)(patient.size < 256 ? patient.size : 256),
		       (const char *)patient.data);
	code = medark_shelf_chart(call->shelf, id, out, &why);
	if (code < 0 && code != MEDARK_E_NOT_FOUND && code != MEDARK_E_USAGE)
		return medark_error_set(call->err, code, "%s", why.message);
	access.patient = code < 0 ? id : (*out)->id;
	/* Of a patient who was deleted with all records an earlier archive still has the row. */
	access.is_refused = code < 0 || !(*out)->records.count;
	MEDARK_TRY(call->gate->pass(call->gate->context, &access, call->err));
	if (!access.is_refused)
		return 1;
	MEDARK_TRY(medark_api_missing(call, call->segments[0], call->segments[1],
				      "the archive has no patient of this id"));
	return 0;
}
