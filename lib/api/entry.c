/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bundles: links to their pages, and their entries: a record as it stands, or what _summary and
 * _elements leave of it (https://hl7.org/fhir/R4/search.html#summary).
 */
#include "api/api_private.h"

#include "base/text.h"

/* What a record is not understood without; most are mandatory where they are elements. */
static const char *const kept[] = { "resourceType",
				    "id",
				    "status",
				    "intent",
				    "code",
				    "class",
				    "subject",
				    "patient",
				    "beneficiary",
				    "clinicalStatus",
				    "verificationStatus",
				    "medicationCodeableConcept",
				    "medicationReference",
				    "content",
				    "participant",
				    "lifecycleStatus",
				    "description",
				    "payor",
				    "scope",
				    "category",
				    "type",
				    "vaccineCode",
				    "occurrenceDateTime",
				    "occurrenceString" };

static bool is_kept(struct medark_bytes name)
{
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		if (medark_bytes_is(name, kept[i]))
			return true;
	return false;
}

static bool is_element(struct medark_bytes name, const struct medark_api_cut *cut)
{
	for (size_t i = 0; i < cut->element_count; i++)
		if (medark_bytes_equal(name, cut->elements[i]))
			return true;
	return false;
}

static bool is_wanted(struct medark_bytes name, const struct medark_api_cut *cut)
{
	if (medark_bytes_is(name, "meta"))
		return false; /* it is written apart */
	if (cut->element_count && !is_kept(name) && !is_element(name, cut))
		return false;
	if (cut->summary == MEDARK_SEARCH_SUMMARY_TEXT)
		return is_kept(name) || medark_bytes_is(name, "text");
	if (cut->summary == MEDARK_SEARCH_SUMMARY_DATA ||
	    cut->summary == MEDARK_SEARCH_SUMMARY_TRUE)
		return !medark_bytes_is(name, "text");
	return true;
}

#define SUBSETTED                                                                                  \
	"{\"system\":\"http://terminology.hl7.org/CodeSystem/v3-ObservationValue\",\"code\":"      \
	"\"SUBSETTED\"}"

/* The record's meta, with the tag that says that something was left out. */
static int put_meta(struct medark_api_call *call, const struct medark_view_record *record)
{
	const struct medark_json_node *meta =
		medark_json_member(&record->tree, record->root, "meta");
	const struct medark_json_node *tags = NULL;

	MEDARK_TRY(medark_api_put(call, "\"meta\":{"));
	for (const struct medark_json_node *m = meta ? medark_json_first(&record->tree, meta)
						     : NULL;
	     m; m = medark_json_next_of(&record->tree, m)) {
		if (medark_bytes_is(m->name, "tag")) {
			tags = m;
			continue;
		}
		MEDARK_TRY(medark_text_json(&call->body, m->name, call->err));
		MEDARK_TRY(medark_api_put(call, ":"));
		MEDARK_TRY(medark_api_put_bytes(call, m->whole));
		MEDARK_TRY(medark_api_put(call, ","));
	}
	MEDARK_TRY(medark_api_put(call, "\"tag\":["));
	for (const struct medark_json_node *t = tags ? medark_json_first(&record->tree, tags)
						     : NULL;
	     t; t = medark_json_next_of(&record->tree, t)) {
		MEDARK_TRY(medark_api_put_bytes(call, t->whole));
		MEDARK_TRY(medark_api_put(call, ","));
	}
	return medark_api_put(call, SUBSETTED "]}");
}

static int put_cut(struct medark_api_call *call, const struct medark_view_record *record,
		   const struct medark_api_cut *cut)
{
	MEDARK_TRY(medark_api_put(call, "{"));
	MEDARK_TRY(put_meta(call, record));
	for (const struct medark_json_node *m = medark_json_first(&record->tree, record->root); m;
	     m = medark_json_next_of(&record->tree, m)) {
		if (!is_wanted(m->name, cut))
			continue;
		MEDARK_TRY(medark_api_put(call, ","));
		MEDARK_TRY(medark_text_json(&call->body, m->name, call->err));
		MEDARK_TRY(medark_api_put(call, ":"));
		MEDARK_TRY(medark_api_put_bytes(call, m->whole));
	}
	return medark_api_put(call, "}");
}

static int put_address(struct medark_api_call *call, const struct medark_view_record *record)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer url = MEDARK_BUFFER_SECRET(1 << 16);

	if (!record->id.size)
		return 0;
	MEDARK_TRY(medark_buffer_print(&url, call->err, "%s/%.*s/", call->api->setup.base,
				       (int)record->type.size, (const char *)record->type.data));
	MEDARK_TRY(medark_buffer_add(&url, record->id.data, record->id.size, call->err));
	MEDARK_TRY(medark_api_put(call, "\"fullUrl\":"));
	MEDARK_TRY(medark_text_json(&call->body, medark_bytes(url.data, url.size), call->err));
	return medark_api_put(call, ",");
}

/* An entry up to its search. 0: there is none. */
static int begin_entry(struct medark_api_call *call, const struct medark_view_record *record,
		       const struct medark_api_cut *cut, bool *is_first)
{
	bool is_cut = cut && (cut->summary != MEDARK_SEARCH_SUMMARY_FALSE || cut->element_count);

	if (!record->root)
		return 0; /* XML: no JSON can be made of it here */
	MEDARK_TRY(medark_api_put(call, *is_first ? "{" : ",{"));
	*is_first = false;
	MEDARK_TRY(put_address(call, record));
	MEDARK_TRY(medark_api_put(call, "\"resource\":"));
	if (is_cut)
		MEDARK_TRY(put_cut(call, record, cut));
	else
		MEDARK_TRY(medark_api_put_bytes(call, record->root->whole));
	return 1;
}

int medark_api_entry(struct medark_api_call *call, const struct medark_view_record *record,
		     const char *mode, const struct medark_api_cut *cut, bool *is_first)
{
	int code = begin_entry(call, record, cut, is_first);

	return code <= 0 ? code : medark_api_put(call, ",\"search\":{\"mode\":\"%s\"}}", mode);
}

int medark_api_entry_graded(struct medark_api_call *call, const struct medark_view_record *record,
			    const char *grade, unsigned score, bool *is_first)
{
	const char *extension = call->api->setup.is_stu3 ? "patient-mpi-match" : "match-grade";
	int code = begin_entry(call, record, NULL, is_first);

	if (code <= 0)
		return code;
	return medark_api_put(call,
			      ",\"search\":{\"extension\":[{\"url\":\"http://hl7.org/fhir/"
			      "StructureDefinition/%s\",\"valueCode\":\"%s\"}],\"mode\":"
			      "\"match\",\"score\":%u.%02u}}",
			      extension, grade, score / 100, score % 100);
}

int medark_api_put_page(struct medark_api_call *call, const char *relation,
			struct medark_buffer *url, const struct medark_buffer *text,
			const struct medark_api_cursor *cursor)
{
	MEDARK_TRY(medark_buffer_text(url, "?_page=", call->err));
	MEDARK_TRY(medark_api_token(call->api, medark_bytes(text->data, text->size), cursor, url,
				    call->err));
	MEDARK_TRY(medark_api_put(call, ",{\"relation\":\"%s\",\"url\":", relation));
	MEDARK_TRY(medark_text_json(&call->body, medark_bytes(url->data, url->size), call->err));
	return medark_api_put(call, "}");
}

bool medark_api_is_since(const struct medark_api *api, const struct medark_view_record *record,
			 struct medark_moment since)
{
	struct medark_bytes text =
		medark_json_text_at(&record->tree, record->root, "meta.lastUpdated");
	struct medark_moments when;

	return !medark_moments_parse(text, api->setup.zone, &when) ||
	       medark_moment_compare(when.from, since) >= 0;
}
