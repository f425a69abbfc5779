/* SPDX-License-Identifier: Apache-2.0 */
#include "truth.h"

#include "calendar.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

void synth_truth_add(struct synth_truth *truth, const struct synth_chart *chart)
{
	uint32_t total = synth_chart_total(chart);

	for (unsigned type = 0; type < TYPE_PATIENT_COUNT; type++)
		truth->records[type] += chart->count[type];
	/* Of several the one with the lowest number, whatever the order. */
	if (total > truth->largest_size ||
	    (total == truth->largest_size && chart->person.number < truth->largest)) {
		truth->largest = chart->person.number;
		truth->largest_size = total;
	}
}

void synth_truth_add_directory(struct synth_truth *truth, const struct synth_set *set)
{
	for (unsigned type = TYPE_PATIENT_COUNT; type < TYPE_COUNT; type++)
		truth->records[type] = synth_directory_count(set, (enum synth_type)type);
}

void synth_truth_add_fault(struct synth_truth *truth, const struct synth_fault *fault)
{
	assert(truth->fault_count < SYNTH_FAULTS_MAX);
	truth->faults[truth->fault_count++] = *fault;
}

uint64_t synth_truth_total(const struct synth_truth *truth)
{
	uint64_t total = 0;

	for (unsigned type = 0; type < TYPE_COUNT; type++)
		total += truth->records[type];
	return total;
}

/* One member of the truth; the texts are the generator's own and need no escapes. */
static void print(struct synth_sink *sink, const char *fmt, ...) MEDARK_PRINTF(2, 3);

static void print(struct synth_sink *sink, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	int size;

	va_start(ap, fmt);
	size = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	assert(size >= 0 && (size_t)size < sizeof(text));
	synth_put(sink, text, (size_t)size);
}

static void print_counts(struct synth_sink *sink, const uint64_t *counts, unsigned types)
{
	uint64_t total = 0;

	for (unsigned type = 0; type < types; type++) {
		if (counts[type] > 0)
			print(sink, "\"%s\": %" PRIu64 ", ", synth_type_names[type], counts[type]);
		total += counts[type];
	}
	print(sink, "\"total\": %" PRIu64 "}", total);
}

/* The compartment: own records, and those of the next patient that name this one too. */
static void print_chosen(struct synth_sink *sink, struct synth_writer *w, const char *role,
			 uint64_t number)
{
	uint64_t counts[TYPE_PATIENT_COUNT];
	struct synth_chart *chart = w->chart;
	char id[SYNTH_ID_SIZE + 1] = "";

	synth_chart_make(chart, number);
	for (unsigned type = 0; type < TYPE_PATIENT_COUNT; type++)
		counts[type] = chart->count[type];
	synth_id_text(synth_record_key(chart->person.key, TYPE_PATIENT, 0), id);
	print(sink,
	      "{\"role\": \"%s\", \"id\": \"%s\", \"number\": \"%" PRIu64 "\", \"bsn\": \"%" PRIu32
	      "\", \"records\": {",
	      role, id, synth_local_number(number), chart->person.bsn);
	if (number + 1 < w->set->patients) {
		synth_chart_make(chart, number + 1);
		counts[TYPE_PATIENT] += chart->person.replaced_by == number;
		for (uint32_t i = 0; i < chart->count[TYPE_APPOINTMENT]; i++)
			counts[TYPE_APPOINTMENT] += chart->items[TYPE_APPOINTMENT][i].more;
	}
	print_counts(sink, counts, TYPE_PATIENT_COUNT);
	print(sink, "}");
}

static void print_fault(struct synth_sink *sink, const struct synth_fault *fault)
{
	print(sink, "{\"file\": \"%s.ndjson\", \"line\": %" PRIu64 ", \"kind\": \"%s\"",
	      synth_type_names[fault->file], fault->line, fault->kind);
	if (fault->type)
		print(sink, ", \"type\": \"%s\"", fault->type);
	if (fault->id[0])
		print(sink, ", \"id\": \"%s\"", fault->id);
	print(sink, "}");
}

static void print_date(struct synth_sink *sink, const char *name, int32_t day)
{
	struct synth_date date = synth_date_from(day);

	print(sink, "  \"%s\": \"%04" PRId32 "-%02" PRIu32 "-%02" PRIu32 "\",\n", name, date.year,
	      date.month, date.day);
}

int synth_truth_write(const struct synth_truth *truth, struct synth_writer *w, const char *path,
		      struct medark_error *err)
{
	const struct synth_set *set = w->set;
	struct synth_sink sink;

	MEDARK_TRY(synth_sink_file(&sink, path, err));
	print(&sink, "{\n  \"generator\": \"medark-synth " MEDARK_VERSION "\",\n");
	print(&sink, "  \"seed\": %" PRIu64 ",\n  \"patients\": %" PRIu64 ",\n", set->seed,
	      set->patients);
	print_date(&sink, "start", set->start);
	print_date(&sink, "end", set->end);
	print(&sink, "  \"records\": {");
	print_counts(&sink, truth->records, TYPE_COUNT);
	print(&sink, ",\n  \"chosen\": [\n    ");
	print_chosen(&sink, w, "first", 0);
	print(&sink, ",\n    ");
	print_chosen(&sink, w, "last", set->patients - 1);
	print(&sink, ",\n    ");
	print_chosen(&sink, w, "largest", truth->largest);
	print(&sink, "\n  ],\n  \"faults\": [");
	for (uint32_t i = 0; i < truth->fault_count; i++) {
		print(&sink, i > 0 ? ",\n    " : "\n    ");
		print_fault(&sink, &truth->faults[i]);
	}
	print(&sink, "\n  ]\n}\n");
	return synth_sink_close(&sink, err);
}
