/* SPDX-License-Identifier: Apache-2.0 */
#include "container/summary.h"
#include "base/text.h"
#include "container/strict.h"

#include <assert.h>
#include <inttypes.h>

#define WHAT "summary.json"

bool medark_summary_is_increment(const struct medark_summary *summary)
{
	for (uint32_t i = 0; i < summary->server_count; i++)
		if (summary->servers[i].since[0])
			return true;
	return false;
}

uint64_t medark_summary_reason(const struct medark_summary *summary, const char *name)
{
	for (uint32_t i = 0; i < summary->reason_count; i++)
		if (strcmp(summary->reasons[i].name, name) == 0)
			return summary->reasons[i].count;
	return 0;
}

/* ---- writing ---- */

static int write_counts(const char *name, const struct medark_count *counts, uint32_t count,
			struct medark_buffer *out, struct medark_error *err)
{
	MEDARK_TRY(medark_buffer_print(out, err, "  \"%s\": {", name));
	for (uint32_t i = 0; i < count; i++) {
		MEDARK_TRY(medark_buffer_print(out, err, "%s\n    ", i ? "," : ""));
		MEDARK_TRY(medark_text_json(out, medark_bytes_text(counts[i].name), err));
		MEDARK_TRY(medark_buffer_print(out, err, ": %" PRIu64, counts[i].count));
	}
	return medark_buffer_print(out, err, count ? "\n  },\n" : "},\n");
}

static int write_text_or_null(const char *name, const char *text, const char *end,
			      struct medark_buffer *out, struct medark_error *err)
{
	MEDARK_TRY(medark_buffer_print(out, err, "\"%s\": ", name));
	if (text[0])
		MEDARK_TRY(medark_text_json(out, medark_bytes_text(text), err));
	else
		MEDARK_TRY(medark_buffer_print(out, err, "null"));
	return medark_buffer_print(out, err, "%s", end);
}

static int write_servers(const struct medark_summary *s, struct medark_buffer *out,
			 struct medark_error *err)
{
	MEDARK_TRY(medark_buffer_print(out, err, "  \"servers\": ["));
	for (uint32_t i = 0; i < s->server_count; i++) {
		const struct medark_summary_server *server = &s->servers[i];

		MEDARK_TRY(medark_buffer_print(out, err, "%s\n    {", i ? "," : ""));
		MEDARK_TRY(write_text_or_null("base", server->base, ", ", out, err));
		MEDARK_TRY(write_text_or_null("time", server->time, ", ", out, err));
		MEDARK_TRY(write_text_or_null("since", server->since, ", ", out, err));
		MEDARK_TRY(medark_buffer_print(out, err, "\"partial\": %s}",
					       server->partial ? "true" : "false"));
	}
	return medark_buffer_print(out, err, "\n  ],\n");
}

static int write_text(const struct medark_summary *s, struct medark_buffer *out,
		      struct medark_error *err)
{
	char id[2 * MEDARK_ARCHIVE_ID_SIZE + 1];

	medark_text_hex(s->archive.bytes, sizeof(s->archive.bytes), id);
	MEDARK_TRY(medark_buffer_print(out, err,
				       "{\n"
				       "  \"format\": \"medark\",\n"
				       "  \"version\": %d,\n"
				       "  \"archive\": \"%s\",\n"
				       "  \"sources\": %" PRIu64 ",\n"
				       "  \"items\": %" PRIu64 ",\n"
				       "  \"bytes\": %" PRIu64 ",\n"
				       "  \"records\": %" PRIu64 ",\n"
				       "  \"opaque\": %" PRIu64 ",\n"
				       "  \"patients\": %" PRIu64 ",\n"
				       "  \"quarantined\": %" PRIu64 ",\n"
				       "  \"duplicates\": %" PRIu64 ",\n",
				       MEDARK_FORMAT_VERSION, id, s->sources, s->items, s->bytes,
				       s->records, s->opaque, s->patients, s->quarantined,
				       s->duplicates));
	MEDARK_TRY(write_counts("types", s->types, s->type_count, out, err));
	MEDARK_TRY(write_counts("reasons", s->reasons, s->reason_count, out, err));
	MEDARK_TRY(medark_buffer_print(out, err, "  \"skipped\": %" PRIu64 ",\n", s->skipped));
	if (s->has_declared)
		MEDARK_TRY(write_counts("declared", s->declared, s->declared_count, out, err));
	else
		MEDARK_TRY(medark_buffer_print(out, err, "  \"declared\": null,\n"));
	if (s->server_count)
		MEDARK_TRY(write_servers(s, out, err));
	return medark_buffer_print(out, err, "  \"complete\": %s\n}\n",
				   s->complete ? "true" : "false");
}

int medark_summary_write(const struct medark_summary *summary, struct medark_buffer *out,
			 struct medark_error *err)
{
	MEDARK_AUTO(medark_heap_free) struct medark_summary *back = malloc(sizeof(*back));
	size_t begin = out->size;
	struct medark_bytes text;
	int code;

	assert(summary->type_count <= MEDARK_SUMMARY_TYPES_MAX &&
	       summary->reason_count <= MEDARK_SUMMARY_REASONS_MAX &&
	       summary->declared_count <= MEDARK_SUMMARY_TYPES_MAX &&
	       summary->server_count <= MEDARK_SUMMARY_SERVERS_MAX);
	if (!back)
		return medark_error_memory(err, "a summary");
	MEDARK_TRY(write_text(summary, out, err));
	text = medark_bytes(out->data + begin, out->size - begin);
	code = medark_summary_parse(text, back, err);
	/* Without memory jansson loses values and says nothing. */
	if (code == MEDARK_E_FORMAT && medark_summary_parse(text, back, NULL) == 0)
		return medark_error_memory(err, "a summary");
	if (code == MEDARK_E_FORMAT)
		return medark_error_prefix(err, MEDARK_E_USAGE, "cannot be written");
	return code;
}

/* ---- reading ---- */

/* Names come from the source: only what cannot hold anything of a patient is let through. */
static bool is_count_name(const char *name)
{
	size_t n = strlen(name);

	return n >= 1 && n <= 64 &&
	       strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") ==
		       n;
}

static int compare_counts(const void *a, const void *b)
{
	return strcmp(((const struct medark_count *)a)->name,
		      ((const struct medark_count *)b)->name);
}

static int parse_counts(const struct medark_strict *s, const char *name,
			struct medark_count *counts, uint32_t max, uint32_t *out_count,
			struct medark_error *err)
{
	const struct medark_strict object = { json_object_get(s->object, name), s->what };
	const char *key;
	json_t *value;
	uint32_t n = 0;

	if (!json_is_object(object.object) || json_object_size(object.object) > max)
		return medark_strict_fault(s, name, err);
	json_object_foreach(object.object, key, value)
	{
		if (!is_count_name(key))
			return medark_strict_fault(s, name, err);
		MEDARK_TRY(medark_strict_number(&object, key, INT64_MAX, &counts[n].count, err));
		memcpy(counts[n++].name, key, strlen(key) + 1);
	}
	qsort(counts, n, sizeof(*counts), compare_counts);
	*out_count = n;
	return 0;
}

static int parse_declared(const struct medark_strict *s, struct medark_summary *out,
			  struct medark_error *err)
{
	out->has_declared = !json_is_null(json_object_get(s->object, "declared"));
	if (!out->has_declared)
		return 0;
	return parse_counts(s, "declared", out->declared, MEDARK_SUMMARY_TYPES_MAX,
			    &out->declared_count, err);
}

static int parse_text_or_null(const struct medark_strict *s, const char *name, char *out,
			      struct medark_error *err)
{
	if (json_is_null(json_object_get(s->object, name)))
		return 0;
	return medark_strict_text(s, name, MEDARK_SUMMARY_TIME_MAX, out, err);
}

static int parse_server(const struct medark_strict *s, struct medark_summary_server *out,
			struct medark_error *err)
{
	static const char *const names[] = { "base", "time", "since", "partial", NULL };

	if (!json_is_object(s->object))
		return medark_strict_fault(s, "servers", err);
	MEDARK_TRY(medark_strict_names(s, names, err));
	MEDARK_TRY(medark_strict_text(s, "base", MEDARK_SUMMARY_BASE_MAX, out->base, err));
	MEDARK_TRY(parse_text_or_null(s, "time", out->time, err));
	MEDARK_TRY(parse_text_or_null(s, "since", out->since, err));
	return medark_strict_bool(s, "partial", &out->partial, err);
}

/* Absent unless the archive is of a server. */
static int parse_servers(const struct medark_strict *s, struct medark_summary *out,
			 struct medark_error *err)
{
	const json_t *list = json_object_get(s->object, "servers");
	size_t count = json_array_size(list);

	if (!list)
		return 0;
	if (count == 0 || count > MEDARK_SUMMARY_SERVERS_MAX)
		return medark_strict_fault(s, "servers", err);
	for (; out->server_count < count; out->server_count++) {
		const struct medark_strict server = { json_array_get(list, out->server_count),
						      s->what };

		MEDARK_TRY(parse_server(&server, &out->servers[out->server_count], err));
	}
	return 0;
}

static int parse_numbers(const struct medark_strict *s, struct medark_summary *out,
			 struct medark_error *err)
{
	const struct {
		const char *name;
		uint64_t *value;
	} numbers[] = {
		{ "sources", &out->sources },
		{ "items", &out->items },
		{ "bytes", &out->bytes },
		{ "records", &out->records },
		{ "opaque", &out->opaque },
		{ "patients", &out->patients },
		{ "quarantined", &out->quarantined },
		{ "duplicates", &out->duplicates },
		{ "skipped", &out->skipped },
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		MEDARK_TRY(
			medark_strict_number(s, numbers[i].name, INT64_MAX, numbers[i].value, err));
	return 0;
}

int medark_summary_parse(struct medark_bytes text, struct medark_summary *out,
			 struct medark_error *err)
{
	const char *names[] = { "format",     "version", "archive", "sources",	"items",
				"bytes",      "records", "opaque",  "patients", "quarantined",
				"duplicates", "types",	 "reasons", "skipped",	"declared",
				"complete",   NULL,	 NULL };
	MEDARK_AUTO(medark_strict_free) json_t *root = NULL;
	MEDARK_AUTO(medark_heap_free) struct medark_summary *found = calloc(1, sizeof(*found));
	struct medark_strict s = { .what = WHAT };

	if (!found)
		return medark_error_memory(err, "a summary");
	MEDARK_TRY(medark_strict_parse(text, MEDARK_SUMMARY_MAX, WHAT, &root, err));
	s.object = root;
	if (json_object_get(root, "servers"))
		names[sizeof(names) / sizeof(names[0]) - 2] = "servers";
	MEDARK_TRY(medark_strict_names(&s, names, err));
	MEDARK_TRY(medark_strict_is(&s, "format", "medark", err));
	MEDARK_TRY(medark_strict_is_number(&s, "version", MEDARK_FORMAT_VERSION, err)); /* F-2 */
	MEDARK_TRY(medark_strict_hex(&s, "archive", found->archive.bytes,
				     sizeof(found->archive.bytes), err));
	MEDARK_TRY(parse_numbers(&s, found, err));
	MEDARK_TRY(parse_counts(&s, "types", found->types, MEDARK_SUMMARY_TYPES_MAX,
				&found->type_count, err));
	MEDARK_TRY(parse_counts(&s, "reasons", found->reasons, MEDARK_SUMMARY_REASONS_MAX,
				&found->reason_count, err));
	MEDARK_TRY(parse_declared(&s, found, err));
	MEDARK_TRY(parse_servers(&s, found, err));
	MEDARK_TRY(medark_strict_bool(&s, "complete", &found->complete, err));
	if (found->complete && (found->quarantined || found->skipped))
		return medark_error_set(err, MEDARK_E_FORMAT,
					WHAT ": complete, but something is quarantined or skipped");
	*out = *found;
	return 0;
}
