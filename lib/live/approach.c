/* SPDX-License-Identifier: Apache-2.0 */
#include "live/approach.h"

#include "live/compartment_search.h"
#include "live/json.h"
#include "live/sealed_file.h"
#include "record/compartment.h"

#include <string.h>

#define APPROACH_NAME "job-approach"
#define APPROACH_MAX  ((size_t)16 << 20)

static const char *const method_names[] = { "auto", "bulk", "everything", "search", "page" };
#define METHODS (sizeof(method_names) / sizeof(*method_names))

const char *medark_live_method_name(enum medark_live_method method)
{
	return (size_t)method < METHODS ? method_names[method] : NULL;
}

bool medark_live_method_find(const char *name, enum medark_live_method *out)
{
	for (size_t i = 0; i < METHODS; i++) {
		if (strcmp(name, method_names[i]) != 0)
			continue;
		*out = (enum medark_live_method)i;
		return true;
	}
	return false;
}

void medark_approach_clear(struct medark_approach *approach)
{
	free(approach->of_patient);
	free(approach->of_everybody);
	*approach = (struct medark_approach) { 0 };
}

/* ---- choosing ---- */

static bool has_bulk(const struct medark_approach *approach, const struct medark_capability *c,
		     bool is_group)
{
	if (approach->is_listed && !is_group)
		return false;
	return !c || (is_group ? c->has_group_export : c->has_export);
}

/* Can the records of a patient be searched for? */
static bool has_search(const struct medark_capability *c)
{
	for (size_t i = 0; c && i < c->count; i++)
		if (c->types[i].can_search && strcmp(c->types[i].name, "Patient") != 0 &&
		    medark_compartment_search_find(c->types[i].name) &&
		    (medark_capability_has_param(&c->types[i], "patient") ||
		     medark_capability_has_param(&c->types[i], "subject")))
			return true;
	return false;
}

void medark_approach_choose(struct medark_approach *approach, enum medark_live_method method,
			    const struct medark_capability *c, bool is_group)
{
	approach->method = method;
	approach->is_declared = c != NULL;
	if (method != MEDARK_LIVE_AUTO)
		return;
	approach->method = MEDARK_LIVE_BULK;
	if (!has_bulk(approach, c, is_group))
		medark_approach_fall(approach, c);
}

void medark_approach_fall(struct medark_approach *approach, const struct medark_capability *c)
{
	bool can_page = !approach->is_listed;

	if (approach->method == MEDARK_LIVE_BULK && c && c->has_everything)
		approach->method = MEDARK_LIVE_EVERYTHING;
	else if (approach->method < MEDARK_LIVE_SEARCH && (has_search(c) || !can_page))
		approach->method = MEDARK_LIVE_SEARCH;
	else
		approach->method = can_page ? MEDARK_LIVE_PAGE : MEDARK_LIVE_SEARCH;
}

/* ---- the searches ---- */

static int add(struct medark_approach_search **list, size_t *count, const char *type,
	       struct medark_bytes param, struct medark_error *err)
{
	struct medark_approach_search *grown = realloc(*list, (*count + 1) * sizeof(*grown));

	if (!grown)
		return medark_error_memory(err, "what to ask a server for");
	*list = grown;
	memset(&grown[*count], 0, sizeof(*grown));
	memcpy(grown[*count].type, type, strlen(type) + 1);
	if (param.size)
		memcpy(grown[*count].param, param.data, param.size);
	++*count;
	return 0;
}

/*
 * The parameters of one type: of those that mean the same the first that the server has. Where it
 * does not say, the first: it is asked, and may refuse.
 */
static int add_params(struct medark_approach *approach, const struct medark_compartment_search *row,
		      const struct medark_capability_type *type, struct medark_error *err)
{
	bool is_alternative = true, is_found = false;

	for (const char *p = row->params; *p;) {
		struct medark_bytes word = medark_bytes(p, strcspn(p, " "));
		char name[MEDARK_CAPABILITY_NAME_MAX + 1] = { 0 };
		bool is_there;

		p += word.size + strspn(p + word.size, " ");
		if (medark_bytes_is(word, "|")) {
			is_alternative = false;
			continue;
		}
		memcpy(name, word.data, word.size);
		is_there =
			type ? medark_capability_has_param(type, name) || strcmp(name, "_id") == 0
			     : is_alternative;
		if (!is_there || (is_alternative && is_found))
			continue;
		is_found = true;
		MEDARK_TRY(add(&approach->of_patient, &approach->of_patient_count, row->type, word,
			       err));
	}
	return 0;
}

static int fill_of_patient(struct medark_approach *approach, const struct medark_capability *c,
			   struct medark_error *err)
{
	for (size_t i = 0; i < medark_compartment_search_count; i++) {
		const struct medark_compartment_search *row = &medark_compartment_searches[i];
		const struct medark_capability_type *type =
			c ? medark_capability_find(c, row->type) : NULL;

		/* The list of all patients has brought them. */
		if (!approach->is_listed && strcmp(row->type, "Patient") == 0)
			continue;
		if (!c || (type && type->can_search))
			MEDARK_TRY(add_params(approach, row, type, err));
	}
	return 0;
}

/* What no patient leads to; with `is_all`, everything. */
static int fill_of_everybody(struct medark_approach *approach, const struct medark_capability *c,
			     bool is_all, struct medark_error *err)
{
	size_t count = c ? c->count : medark_compartment_count;

	for (size_t i = 0; i < count; i++) {
		const char *type = c ? c->types[i].name : medark_compartments[i].type;
		const struct medark_compartment_search *row = medark_compartment_search_find(type);

		if ((c && !c->types[i].can_search) || (!is_all && row && !row->is_mixed))
			continue;
		MEDARK_TRY(add(&approach->of_everybody, &approach->of_everybody_count, type,
			       medark_bytes(NULL, 0), err));
	}
	return 0;
}

int medark_approach_fill(struct medark_approach *approach, const struct medark_capability *c,
			 struct medark_error *err)
{
	approach->of_patient_count = approach->of_everybody_count = 0;
	if (approach->method == MEDARK_LIVE_BULK)
		return 0;
	if (approach->method == MEDARK_LIVE_SEARCH)
		MEDARK_TRY(fill_of_patient(approach, c, err));
	return approach->is_listed
		       ? 0
		       : fill_of_everybody(approach, c, approach->method == MEDARK_LIVE_PAGE, err);
}

/* ---- on disk ---- */

static json_t *pack_searches(const struct medark_approach_search *list, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; array && i < count; i++)
		if (json_array_append_new(array, json_pack("[s, s]", list[i].type, list[i].param)) <
		    0) {
			json_decref(array);
			return NULL;
		}
	return array;
}

int medark_approach_save(const struct medark_approach *approach, int folder,
			 struct medark_bytes secret, struct medark_error *err)
{
	MEDARK_AUTO(medark_json_release)
	json_t *object = json_pack(
		"{s:s, s:s, s:b, s:b, s:o, s:o}", "method", method_names[approach->method], "asked",
		approach->asked, "declared", approach->is_declared, "listed", approach->is_listed,
		"patient", pack_searches(approach->of_patient, approach->of_patient_count),
		"everybody", pack_searches(approach->of_everybody, approach->of_everybody_count));
	char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;
	int code;

	if (!text)
		return medark_error_memory(err, "what to ask a server for");
	code = medark_sealed_write(folder, APPROACH_NAME, secret, medark_bytes_text(text), true,
				   err);
	free(text);
	return code;
}

/* False if it is of no usable form. */
static bool unpack_name(const json_t *value, char out[MEDARK_CAPABILITY_NAME_MAX + 1])
{
	const char *text = json_string_value(value);

	if (!text || strlen(text) > MEDARK_CAPABILITY_NAME_MAX)
		return false;
	memcpy(out, text, strlen(text) + 1);
	return true;
}

static bool unpack_searches(const json_t *array, struct medark_approach_search **out,
			    size_t *out_count)
{
	*out = calloc(json_array_size(array) + 1, sizeof(**out));
	if (!*out)
		return false;
	for (size_t i = 0; i < json_array_size(array); i++) {
		const json_t *pair = json_array_get(array, i);

		if (!unpack_name(json_array_get(pair, 0), (*out)[i].type) ||
		    !unpack_name(json_array_get(pair, 1), (*out)[i].param))
			return false;
		++*out_count;
	}
	return true;
}

static bool unpack(const json_t *object, struct medark_approach *out)
{
	const char *method = medark_live_json_text(object, "method");
	const char *asked = medark_live_json_text(object, "asked");

	if (!method || !medark_live_method_find(method, &out->method) || !asked ||
	    strlen(asked) > MEDARK_APPROACH_ASKED_MAX)
		return false;
	memcpy(out->asked, asked, strlen(asked) + 1);
	out->is_declared = json_is_true(json_object_get(object, "declared"));
	out->is_listed = json_is_true(json_object_get(object, "listed"));
	return unpack_searches(json_object_get(object, "patient"), &out->of_patient,
			       &out->of_patient_count) &&
	       unpack_searches(json_object_get(object, "everybody"), &out->of_everybody,
			       &out->of_everybody_count);
}

int medark_approach_load(int folder, struct medark_bytes secret, struct medark_approach *out,
			 struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer text = MEDARK_BUFFER(APPROACH_MAX);
	MEDARK_AUTO(medark_approach_clear) struct medark_approach approach = { 0 };
	MEDARK_AUTO(medark_json_release) json_t *object = NULL;
	int code = medark_sealed_read(folder, APPROACH_NAME, secret, &text, err);

	if (code == MEDARK_E_NOT_FOUND || code == MEDARK_E_SYSTEM)
		return 0;
	MEDARK_TRY(code);
	code = medark_live_json_parse(medark_bytes(text.data, text.size), "it", MEDARK_E_SYSTEM,
				      &object, err);
	if (code == MEDARK_E_SYSTEM || !unpack(object, &approach))
		return code == MEDARK_E_MEMORY ? code : 0;
	*out = approach;
	approach = (struct medark_approach) { 0 };
	return 0;
}
