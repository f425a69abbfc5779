/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/export_summary.h"

#include "container/summary.h"
#include "record/compartment.h"

#include <stdlib.h>
#include <string.h>

_Static_assert(MEDARK_TYPES_MAX + 1 <= MEDARK_SUMMARY_TYPES_MAX, "all types have a place");
_Static_assert(MEDARK_FAULT_MAX <= MEDARK_SUMMARY_REASONS_MAX, "all reasons have a place");

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct medark_count *)a)->name,
		      ((const struct medark_count *)b)->name);
}

static void add_count(struct medark_count *counts, uint32_t *count, const char *name, uint64_t n)
{
	if (!n)
		return;
	(void)snprintf(counts[*count].name, sizeof(counts[*count].name), "%s", name);
	counts[(*count)++].count = n;
}

/*
 * The summary stands in clear, and a type's name comes from the source, which could write anything
 * into it: only names of the specification are shown.
 */
static bool is_public_type(const char *name)
{
	return medark_compartment_find(medark_bytes_text(name)) != NULL;
}

static void fill_types(struct medark_summary *s, const struct medark_types *types)
{
	uint64_t others = 0;

	for (uint32_t i = 1; i <= types->count; i++) {
		if (is_public_type(types->names[i]))
			add_count(s->types, &s->type_count, types->names[i], types->records[i]);
		else
			others += types->records[i];
	}
	add_count(s->types, &s->type_count, "Other", others);
	qsort(s->types, s->type_count, sizeof(*s->types), by_name);
}

int medark_export_summary(const struct medark_export_summary *from, struct medark_buffer *out,
			  struct medark_error *err)
{
	const struct medark_facts *f = from->facts;
	MEDARK_AUTO(medark_heap_free) struct medark_summary *s = calloc(1, sizeof(*s));

	if (!s)
		return medark_error_memory(err, "the summary");
	s->archive = *from->archive;
	s->sources = from->sources;
	s->items = f->item_count;
	s->bytes = f->bytes;
	s->records = f->records;
	s->opaque = f->opaque;
	s->patients = from->patients;
	s->quarantined = f->quarantined;
	s->duplicates = f->duplicates;
	s->skipped = f->skipped;
	s->complete = from->is_complete;
	fill_types(s, &f->types);
	for (unsigned i = 1; i < MEDARK_FAULT_MAX; i++)
		add_count(s->reasons, &s->reason_count, medark_fault_name(i), f->reasons[i]);
	qsort(s->reasons, s->reason_count, sizeof(*s->reasons), by_name);
	medark_servers_summarise(from->servers, s);
	return medark_summary_write(s, out, err);
}
