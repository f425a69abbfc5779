/* SPDX-License-Identifier: Apache-2.0 */
/* What the API can do: the CapabilityStatement, and SMART's configuration. */
#include "api/api_private.h"

#include <string.h>

static const char *kind_name(enum medark_search_kind kind)
{
	static const char *const names[] = {
		[MEDARK_SEARCH_TOKEN] = "token",       [MEDARK_SEARCH_STRING] = "string",
		[MEDARK_SEARCH_DATE] = "date",	       [MEDARK_SEARCH_REFERENCE] = "reference",
		[MEDARK_SEARCH_QUANTITY] = "quantity", [MEDARK_SEARCH_URI] = "uri"
	};

	return names[kind];
}

/* Can the archive's records have it? */
static bool has(const struct medark_api_call *call, const struct medark_search_type *type,
		const struct medark_search_param *param)
{
	return !call->api->setup.is_stu3 || medark_search_stu3_has(type, param);
}

static int put_param(struct medark_api_call *call, const struct medark_search_param *p,
		     bool is_first)
{
	return medark_api_put(call, "%s{\"name\":\"%s\",\"type\":\"%s\"}", is_first ? "" : ",",
			      p->name, kind_name(p->kind));
}

static int put_includes(struct medark_api_call *call, const struct medark_search_type *type)
{
	bool is_first = true;

	MEDARK_TRY(medark_api_put(call, "\"searchInclude\":["));
	for (size_t i = 0; i < type->count; i++) {
		if (type->params[i].kind != MEDARK_SEARCH_REFERENCE ||
		    !has(call, type, &type->params[i]))
			continue;
		MEDARK_TRY(medark_api_put(call, "%s\"%s:%s\"", is_first ? "" : ",", type->name,
					  type->params[i].name));
		is_first = false;
	}
	return medark_api_put(call, "],");
}

/* Those of a type; of NULL those that are of none. */
static int put_operations(struct medark_api_call *call, const char *type)
{
	const struct medark_api_operation *o;
	size_t count = 0;

	for (size_t i = 0; (o = medark_api_operation_at(i)); i++) {
		if (!o->definition || !o->type != !type || (type && strcmp(o->type, type) != 0))
			continue;
		MEDARK_TRY(medark_api_put(call, "%s{\"name\":\"%s\",\"definition\":\"%s\"}",
					  count++ ? "," : ",\"operation\":[", o->name,
					  o->definition));
	}
	return medark_api_put(call, count ? "]" : "");
}

/* STU3 has all of them in one list, and a reference in place of a canonical address. */
static int put_operations_stu3(struct medark_api_call *call)
{
	const struct medark_api_operation *o;
	bool is_first = true;

	MEDARK_TRY(medark_api_put(call, ",\"operation\":["));
	for (size_t i = 0; (o = medark_api_operation_at(i)); i++) {
		if (!o->definition)
			continue;
		MEDARK_TRY(medark_api_put(call,
					  "%s{\"name\":\"%s\",\"definition\":{\"reference\":\"%s\"}"
					  "}",
					  is_first ? "" : ",", o->name, o->definition));
		is_first = false;
	}
	return medark_api_put(call, "]");
}

static int put_type(struct medark_api_call *call, const struct medark_search_type *type)
{
	MEDARK_TRY(medark_api_put(call,
				  "{\"type\":\"%s\",\"interaction\":[{\"code\":\"read\"},{\"code\":"
				  "\"vread\"},{\"code\":\"search-type\"}],\"versioning\":"
				  "\"versioned\",\"readHistory\":false,",
				  type->name));
	MEDARK_TRY(put_includes(call, type));
	MEDARK_TRY(medark_api_put(call, "\"searchParam\":["));
	for (size_t i = 0; medark_search_common_at(i); i++)
		if (has(call, type, medark_search_common_at(i)))
			MEDARK_TRY(put_param(call, medark_search_common_at(i), i == 0));
	for (size_t i = 0; i < type->count; i++)
		if (has(call, type, &type->params[i]))
			MEDARK_TRY(put_param(call, &type->params[i], false));
	MEDARK_TRY(medark_api_put(call, "]"));
	if (!call->api->setup.is_stu3)
		MEDARK_TRY(put_operations(call, type->name));
	return medark_api_put(call, "}");
}

static int put_types(struct medark_api_call *call)
{
	const struct medark_search_type *type;
	bool is_first = true;

	for (size_t i = 0; (type = medark_search_type_at(i)); i++) {
		if (call->api->setup.is_stu3 && !medark_search_stu3_has_type(type))
			continue;
		MEDARK_TRY(medark_api_put(call, is_first ? "" : ","));
		MEDARK_TRY(put_type(call, type));
		is_first = false;
	}
	return 0;
}

/*
 * Where tokens come from, as SMART said it before its well-known address: clients ask for both, and
 * go by what they have first.
 */
static int put_token(struct medark_api_call *call)
{
	const char *token = call->api->setup.token_address;

	if (!token)
		return 0;
	return medark_api_put(
		call,
		"\"extension\":[{\"url\":\"http://fhir-registry.smarthealthit.org/"
		"StructureDefinition/oauth-uris\",\"extension\":[{\"url\":\"token\",\"valueUri\":"
		"\"%s\"}]}],",
		token);
}

int medark_api_metadata(struct medark_api_call *call)
{
	const struct medark_api_setup *s = &call->api->setup;

	MEDARK_TRY(medark_api_put(
		call,
		"{\"resourceType\":\"CapabilityStatement\",\"status\":\"active\",\"date\":\"%s\","
		"\"kind\":\"instance\",\"software\":{\"name\":\"medark\",\"version\":\"%s\"},"
		"\"implementation\":{\"description\":\"Records out of a medark archive, read-only\","
		"\"url\":\"%s\"},\"fhirVersion\":\"%s\",%s\"format\":[\"json\"],\"rest\":[{\"mode\":"
		"\"server\",\"documentation\":\"The state of the archive's time. Nothing can be "
		"changed.\",\"security\":{",
		s->created, MEDARK_VERSION, s->base, s->is_stu3 ? "3.0.2" : "4.0.1",
		s->is_stu3 ? "\"acceptUnknown\":\"both\"," : ""));
	MEDARK_TRY(put_token(call));
	MEDARK_TRY(medark_api_put(call,
				  "\"service\":[{\"coding\":[{\"system\":"
				  "\"http://%s/restful-security-service\",\"code\":"
				  "\"SMART-on-FHIR\"}]}]},\"resource\":[",
				  s->is_stu3 ? "hl7.org/fhir" : "terminology.hl7.org/CodeSystem"));
	MEDARK_TRY(put_types(call));
	MEDARK_TRY(medark_api_put(call, "]"));
	MEDARK_TRY(s->is_stu3 ? put_operations_stu3(call) : put_operations(call, NULL));
	MEDARK_TRY(medark_api_put(call, ",\"compartment\":[\"http://hl7.org/fhir/"
					"CompartmentDefinition/patient\"]}]}"));
	return medark_api_send(call);
}

/* https://hl7.org/fhir/smart-app-launch/conformance.html */
int medark_api_smart(struct medark_api_call *call)
{
	const char *token = call->api->setup.token_address;

	if (!token)
		return medark_api_error(call, 404, "not-found", "there is nothing at this address");
	MEDARK_TRY(medark_api_header(call, "Content-Type", "application/json"));
	return medark_buffer_print(
		&call->response->body, call->err,
		"{\"token_endpoint\":\"%s\",\"grant_types_supported\":[\"client_credentials\"],"
		"\"token_endpoint_auth_methods_supported\":[\"client_secret_basic\","
		"\"client_secret_post\"],\"scopes_supported\":[\"system/*.rs\"],"
		"\"capabilities\":[\"permission-v2\"]}",
		token);
}
