/* SPDX-License-Identifier: Apache-2.0 */
#include "live/capability.h"

#include "live/json.h"

#include <stdlib.h>
#include <string.h>

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define NAMES	LETTERS "0123456789-_"
#define DIGITS	"0123456789."

void medark_capability_clear(struct medark_capability *c)
{
	for (size_t i = 0; i < c->count; i++)
		free(c->types[i].params);
	free(c->types);
	*c = (struct medark_capability) { 0 };
}

/* Copies a text of 1 to `max` of these characters; false for another one, and for none. */
static bool take_name(const char *text, const char *characters, size_t max, char *out)
{
	size_t size = text ? strlen(text) : 0;

	if (size == 0 || size > max || strspn(text, characters) != size)
		return false;
	memcpy(out, text, size + 1);
	return true;
}

/* ---- operations ---- */

/*
 * What an operation is: the end of its definition's address, which in STU3 is a reference, else its
 * name, which servers choose as they like.
 */
static const char *kind_of(const json_t *operation)
{
	const char *definition = medark_live_json_text(operation, "definition");
	const char *name = medark_live_json_text(operation, "name");
	const char *slash;

	if (!definition)
		definition = medark_live_json_text(json_object_get(operation, "definition"),
						   "reference");
	slash = definition ? strrchr(definition, '/') : NULL;
	if (slash && (strstr(slash, "export") || strstr(slash, "everything")))
		return slash + 1;
	return name ? name : "";
}

/* Operations of the whole server, or of the type `type`. */
static void take_operations(struct medark_capability *c, const json_t *owner, const char *type)
{
	const json_t *operations = json_object_get(owner, "operation");

	for (size_t i = 0; i < json_array_size(operations); i++) {
		const char *kind = kind_of(json_array_get(operations, i));
		bool is_export = strstr(kind, "export") != NULL;
		bool of_patient = strstr(kind, "patient-export") || strcmp(type, "Patient") == 0;
		bool of_group = strstr(kind, "group-export") || strcmp(type, "Group") == 0;

		c->has_patient_export |= is_export && of_patient;
		c->has_group_export |= is_export && of_group;
		c->has_export |= is_export && !of_patient && !of_group && !*type;
		c->has_everything |= strstr(kind, "everything") && strcmp(type, "Patient") == 0;
	}
}

/* ---- types ---- */

static int compare_params(const void *a, const void *b)
{
	return strcmp(((const struct medark_capability_param *)a)->name,
		      ((const struct medark_capability_param *)b)->name);
}

static int take_params(struct medark_capability_type *type, const json_t *resource,
		       struct medark_error *err)
{
	const json_t *list = json_object_get(resource, "searchParam");
	size_t count = json_array_size(list);

	if (count > MEDARK_CAPABILITY_PARAMS_MAX)
		count = MEDARK_CAPABILITY_PARAMS_MAX;
	type->params = calloc(count + 1, sizeof(*type->params));
	if (!type->params)
		return medark_error_memory(err, "what a server can do");
	for (size_t i = 0; i < count; i++)
		if (take_name(medark_live_json_text(json_array_get(list, i), "name"), NAMES,
			      MEDARK_CAPABILITY_NAME_MAX, type->params[type->param_count].name))
			type->param_count++;
	qsort(type->params, type->param_count, sizeof(*type->params), compare_params);
	return 0;
}

/* A server that lists no interactions leaves open which there are: it is asked. */
static void take_interactions(struct medark_capability_type *type, const json_t *resource)
{
	const json_t *list = json_object_get(resource, "interaction");

	type->can_read = type->can_search = json_array_size(list) == 0;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *code = medark_live_json_text(json_array_get(list, i), "code");

		type->can_read |= code && strcmp(code, "read") == 0;
		type->can_search |= code && strcmp(code, "search-type") == 0;
	}
}

static int take_type(struct medark_capability *c, const json_t *resource, struct medark_error *err)
{
	struct medark_capability_type *type = &c->types[c->count];

	if (!take_name(medark_live_json_text(resource, "type"), LETTERS, MEDARK_CAPABILITY_NAME_MAX,
		       type->name))
		return 0;
	c->count++;
	take_interactions(type, resource);
	take_operations(c, resource, type->name);
	return take_params(type, resource, err);
}

static int compare_types(const void *a, const void *b)
{
	return strcmp(((const struct medark_capability_type *)a)->name,
		      ((const struct medark_capability_type *)b)->name);
}

/* Sorts them, and of those that are listed twice keeps the one that tells most. */
static void sort_types(struct medark_capability *c)
{
	size_t kept = 0;

	if (c->count)
		qsort(c->types, c->count, sizeof(*c->types), compare_types);
	for (size_t i = 0; i < c->count; i++) {
		struct medark_capability_type *last = kept ? &c->types[kept - 1] : NULL;

		if (last && strcmp(last->name, c->types[i].name) == 0) {
			bool is_more = c->types[i].param_count > last->param_count;

			free(is_more ? last->params : c->types[i].params);
			if (is_more)
				*last = c->types[i];
			continue;
		}
		c->types[kept++] = c->types[i];
	}
	c->count = kept;
}

static int take_rest(struct medark_capability *c, const json_t *rest, struct medark_error *err)
{
	const json_t *list = json_object_get(rest, "resource");
	const char *mode = medark_live_json_text(rest, "mode");
	size_t count = json_array_size(list);
	struct medark_capability_type *grown;

	if (mode && strcmp(mode, "client") == 0)
		return 0;
	if (count > MEDARK_CAPABILITY_TYPES_MAX - c->count)
		count = MEDARK_CAPABILITY_TYPES_MAX - c->count;
	grown = realloc(c->types, (c->count + count + 1) * sizeof(*grown));
	if (!grown)
		return medark_error_memory(err, "what a server can do");
	c->types = grown;
	memset(c->types + c->count, 0, (count + 1) * sizeof(*grown));
	take_operations(c, rest, "");
	for (size_t i = 0; i < count; i++)
		MEDARK_TRY(take_type(c, json_array_get(list, i), err));
	return 0;
}

/* Where a server has taken up Bulk Data as a whole, and lists no operation. */
static void take_instantiates(struct medark_capability *c, const json_t *object)
{
	const json_t *list = json_object_get(object, "instantiates");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *url = json_string_value(json_array_get(list, i));

		if (url && strstr(url, "CapabilityStatement/bulk-data"))
			c->has_export = true;
	}
}

int medark_capability_parse(struct medark_bytes text, struct medark_capability *out,
			    struct medark_error *err)
{
	MEDARK_AUTO(medark_json_release) json_t *object = NULL;
	MEDARK_AUTO(medark_capability_clear) struct medark_capability c = { 0 };
	const json_t *rests;
	const char *type;

	MEDARK_TRY(medark_live_json_parse(text, "what the server says that it can do",
					  MEDARK_E_REMOTE, &object, err));
	type = medark_live_json_text(object, "resourceType");
	if (!type || strcmp(type, "CapabilityStatement") != 0)
		return medark_error_set(err, MEDARK_E_REMOTE,
					"the server does not say what it can do");
	(void)take_name(medark_live_json_text(object, "fhirVersion"), DIGITS,
			MEDARK_CAPABILITY_VERSION_MAX, c.fhir_version);
	rests = json_object_get(object, "rest");
	for (size_t i = 0; i < json_array_size(rests); i++)
		MEDARK_TRY(take_rest(&c, json_array_get(rests, i), err));
	take_instantiates(&c, object);
	sort_types(&c);
	*out = c;
	c = (struct medark_capability) { 0 };
	return 0;
}

int medark_capability_fetch(const struct medark_talk *talk, struct medark_capability *out,
			    struct medark_error *err)
{
	static const char *const headers[] = { "Accept: application/fhir+json" };
	MEDARK_AUTO(medark_url_clear) struct medark_url url = { 0 };
	MEDARK_AUTO(medark_http_transfer_free) struct medark_http_transfer *t = NULL;
	const struct medark_http_request request = {
		.url = &url,
		.headers = headers,
		.header_count = 1,
		.body_max = MEDARK_CAPABILITY_MAX,
	};
	const struct medark_http_response *r;
	int code = MEDARK_E_REMOTE;

	MEDARK_TRY(medark_url_below(talk->base, "metadata", &url, err));
	MEDARK_TRY(medark_talk_send(talk, &request, &t, NULL, err));
	r = medark_http_response(t);
	if (r->status == 200)
		code = medark_capability_parse(medark_bytes(r->body.data, r->body.size), out, err);
	if (code == MEDARK_E_REMOTE)
		return medark_error_set(err, MEDARK_E_NOT_FOUND,
					"%s does not say what it can do (status %u)",
					talk->base->origin, r->status);
	return code;
}

const struct medark_capability_type *medark_capability_find(const struct medark_capability *c,
							    const char *name)
{
	struct medark_capability_type key = { 0 };

	if (c->count == 0 || !take_name(name, LETTERS, MEDARK_CAPABILITY_NAME_MAX, key.name))
		return NULL;
	return bsearch(&key, c->types, c->count, sizeof(key), compare_types);
}

bool medark_capability_has_param(const struct medark_capability_type *type, const char *name)
{
	struct medark_capability_param key;

	return type->param_count && take_name(name, NAMES, MEDARK_CAPABILITY_NAME_MAX, key.name) &&
	       bsearch(&key, type->params, type->param_count, sizeof(key), compare_params);
}
