/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parameters resources as forms: what an operation may be asked for in an address it may be asked
 * for in a body, too (https://hl7.org/fhir/R4/operations.html#executing).
 */
#include "api/api_private.h"

#include <string.h>

bool medark_api_is_json(struct medark_bytes type)
{
	return medark_serve_is_type(type, "application/fhir+json") ||
	       medark_serve_is_type(type, "application/json");
}

int medark_api_body_tree(struct medark_api_call *call, struct medark_buffer *room,
			 struct medark_json_tree *out)
{
	struct medark_bytes body = call->request->body;
	struct medark_error why = { 0 };
	int code;

	MEDARK_TRY(medark_buffer_add(room, body.data, body.size, call->err));
	MEDARK_TRY(medark_buffer_reserve(room, MEDARK_JSON_PADDING, call->err));
	code = medark_json_tree_parse(out, medark_bytes(room->data, room->size), &why);
	if (code == MEDARK_E_FORMAT)
		return medark_api_refused(call, 400, "structure", "the body is no valid JSON");
	return code < 0 ? medark_error_set(call->err, code, "%s", why.message) : 1;
}

int medark_api_escape(struct medark_buffer *out, struct medark_bytes text, struct medark_error *err)
{
	static const char plain[] = "-._~:/,|@$";

	for (size_t i = 0; i < text.size; i++) {
		uint8_t c = text.data[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		    (c && strchr(plain, c)))
			MEDARK_TRY(medark_buffer_add(out, &c, 1, err));
		else
			MEDARK_TRY(medark_buffer_print(out, err, "%%%02X", c));
	}
	return 0;
}

/* The value[x] of a parameter, if it is a primitive one; NULL: it is not, or there is none. */
static const struct medark_json_node *value_of(const struct medark_json_tree *tree,
					       const struct medark_json_node *parameter)
{
	const struct medark_json_node *m = medark_json_first(tree, parameter);

	while (m && !medark_bytes_starts(m->name, "value"))
		m = medark_json_next_of(tree, m);
	return m && (m->kind == MEDARK_JSON_STRING || m->kind == MEDARK_JSON_NUMBER ||
		     m->kind == MEDARK_JSON_TRUE || m->kind == MEDARK_JSON_FALSE)
		       ? m
		       : NULL;
}

/* 1, or 0 after a refusal. */
static int put_parameter(struct medark_api_call *call, const struct medark_json_tree *tree,
			 const struct medark_json_node *parameter, struct medark_buffer *out)
{
	const struct medark_json_node *value = value_of(tree, parameter);
	struct medark_bytes name = medark_json_text_at(tree, parameter, "name");

	if (!value || !name.size)
		return medark_api_refused(call, 400, "not-supported",
					  "this operation takes parameters with a name and a "
					  "primitive value");
	if (out->size)
		MEDARK_TRY(medark_buffer_add(out, "&", 1, call->err));
	MEDARK_TRY(medark_api_escape(out, name, call->err));
	MEDARK_TRY(medark_buffer_add(out, "=", 1, call->err));
	MEDARK_TRY(medark_api_escape(out, value->text, call->err));
	return 1;
}

int medark_api_parameters_json(struct medark_api_call *call, struct medark_buffer *out)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer room =
		MEDARK_BUFFER_SECRET(MEDARK_SERVE_BODY_MAX + MEDARK_JSON_PADDING);
	MEDARK_AUTO(medark_json_tree_clear) struct medark_json_tree tree = { 0 };
	const struct medark_json_node *root, *p;
	struct medark_json_walk walk;
	int code = medark_api_body_tree(call, &room, &tree);

	if (code <= 0)
		return code;
	root = medark_json_tree_root(&tree);
	if (!medark_bytes_is(medark_json_text_at(&tree, root, "resourceType"), "Parameters"))
		return medark_api_refused(call, 400, "invalid",
					  "the body is no Parameters resource");
	medark_json_walk_init(&walk, &tree, root, "parameter");
	while (code > 0 && (p = medark_json_walk_next(&walk)))
		code = put_parameter(call, &tree, p, out);
	return code;
}
