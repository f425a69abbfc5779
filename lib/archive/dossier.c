/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/dossier.h"

#include "archive/chart.h"
#include "base/secret.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 256

static void wipe(const void *text, size_t size)
{
	void *memory = (void *)(uintptr_t)text;

	if (memory)
		medark_secret_wipe(memory, size);
	free(memory);
}

void medark_dossier_free(struct medark_dossier *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < d->count; i++)
		wipe(d->records[i].text.data, d->records[i].text.size + MEDARK_JSON_PADDING +
						      d->records[i].type.size +
						      d->records[i].id.size);
	free(d->records);
	free(d);
}

/* ---- records ---- */

/* The text, with the room behind it that scanners want, and type and id behind that. */
static int copy_record(struct medark_dossier_record *r, const struct medark_record *facts,
		       struct medark_bytes text, struct medark_error *err)
{
	const struct medark_bytes type = facts->type, id = facts->id;
	uint8_t *copy = calloc(1, text.size + MEDARK_JSON_PADDING + type.size + id.size + 1);
	uint8_t *behind = copy ? copy + text.size + MEDARK_JSON_PADDING : NULL;

	if (!copy)
		return medark_error_memory(err, "a patient's records");
	memcpy(copy, text.data, text.size);
	if (type.size)
		memcpy(behind, type.data, type.size);
	if (id.size)
		memcpy(behind + type.size, id.data, id.size);
	r->text = medark_bytes(copy, text.size);
	r->type = medark_bytes(behind, type.size);
	r->id = medark_bytes(behind + type.size, id.size);
	return 0;
}

struct gather {
	struct medark_dossier *dossier;
	const struct medark_chart *chart;
};

static int add(const struct gather *g, const struct medark_record *facts, struct medark_bytes text,
	       bool is_xml, bool is_outside, struct medark_error *err)
{
	struct medark_dossier *d = g->dossier;

	if (d->count == d->max) {
		size_t max = d->max ? 2 * d->max : FIRST_ROOM;
		struct medark_dossier_record *grown = realloc(d->records, max * sizeof(*grown));

		if (!grown)
			return medark_error_memory(err, "a patient's records");
		d->records = grown;
		d->max = max;
	}
	d->records[d->count] = (struct medark_dossier_record) {
		.is_xml = is_xml,
		.is_one = !is_outside && !facts->fault && facts->patient_count == 1 &&
			  facts->patients[0].kind == MEDARK_PATIENT_ID,
		.is_outside = is_outside,
		.archive = (uint32_t)g->chart->at,
		.item = g->chart->kept,
	};
	MEDARK_TRY(copy_record(&d->records[d->count], facts, text, err));
	d->count++;
	return 0;
}

static int take_own(void *context, const struct medark_record *facts, struct medark_bytes text,
		    bool is_xml, struct medark_error *err)
{
	return add(context, facts, text, is_xml, false, err);
}

static int take_outside(void *context, const struct medark_record *facts, struct medark_bytes text,
			bool is_xml, struct medark_error *err)
{
	return add(context, facts, text, is_xml, true, err);
}

/* ---- the whole ---- */

static int tell_keys(const struct medark_chart *chart, struct medark_nameset *keys,
		     struct medark_error *err)
{
	for (uint32_t i = 0; keys && i < medark_nameset_count(&chart->patients); i++) {
		int code = medark_nameset_add(keys, medark_nameset_get(&chart->patients, i), err);

		MEDARK_TRY(code);
	}
	return 0;
}

int medark_dossier_load(const struct medark_dossier_setup *from, const char *patient,
			struct medark_dossier **out, struct medark_error *err)
{
	const struct medark_restore_request request = { .patient_count = 1,
							.patients = &patient,
							.threads = 1 };
	const struct medark_chart_setup setup = {
		.lineage = from->lineage, .folder = -1, .request = &request, .caches = from->caches
	};
	MEDARK_AUTO(medark_dossier_free) struct medark_dossier *d = calloc(1, sizeof(*d));
	MEDARK_AUTO(medark_chart_free) struct medark_chart *chart = NULL;
	struct gather gather = { .dossier = d };

	if (!d)
		return medark_error_memory(err, "a patient's records");
	MEDARK_TRY(medark_chart_new(&setup, &chart, err));
	gather.chart = chart;
	MEDARK_TRY(medark_record_files_to(take_own, &gather, &chart->own, err));
	MEDARK_TRY(medark_record_files_to(take_outside, &gather, &chart->outside, err));
	MEDARK_TRY(medark_chart_compartments(chart, err));
	MEDARK_TRY(medark_chart_outside(chart, err));
	MEDARK_TRY(tell_keys(chart, from->keys, err));
	d->unresolved = medark_nameset_count(&chart->missing);
	*out = MEDARK_TAKE(d);
	return 0;
}

int medark_dossier_view(const struct medark_dossier *d, struct medark_view_records *out,
			struct medark_error *err)
{
	for (size_t i = 0; i < d->count; i++) {
		const struct medark_dossier_record *r = &d->records[i];

		MEDARK_TRY(medark_view_records_add(out, r->type, r->text, r->is_xml, r->is_outside,
						   err));
		/* What has no tree, as XML, is known by its id too. */
		if (!out->list[i].root)
			out->list[i].id = r->id;
	}
	return medark_view_records_sort(out, err);
}
