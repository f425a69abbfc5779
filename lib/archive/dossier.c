/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/dossier.h"

#include "archive/attachments.h"
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

static void wipe_text(const char *text)
{
	wipe(text, text ? strlen(text) : 0);
}

void medark_dossier_free(struct medark_dossier *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < d->count; i++)
		wipe(d->records[i].text.data,
		     d->records[i].text.size + MEDARK_JSON_PADDING + d->records[i].type.size);
	for (size_t i = 0; i < d->item_count; i++) {
		wipe_text(d->items[i].name);
		wipe_text(d->items[i].referrer);
		wipe(d->items[i].path.data, d->items[i].path.size);
	}
	free(d->records);
	free(d->items);
	free(d);
}

/* ---- records ---- */

/* The text, with the room behind it that scanners want, and the type behind that. */
static int copy_record(struct medark_dossier_record *r, struct medark_bytes type,
		       struct medark_bytes text, struct medark_error *err)
{
	uint8_t *copy = calloc(1, text.size + MEDARK_JSON_PADDING + type.size + 1);
	uint8_t *behind = copy ? copy + text.size + MEDARK_JSON_PADDING : NULL;

	if (!copy)
		return medark_error_memory(err, "a patient's records");
	memcpy(copy, text.data, text.size);
	if (type.size)
		memcpy(behind, type.data, type.size);
	r->text = medark_bytes(copy, text.size);
	r->type = medark_bytes(behind, type.size);
	return 0;
}

static int add(struct medark_dossier *d, struct medark_bytes type, struct medark_bytes text,
	       bool is_xml, bool is_outside, struct medark_error *err)
{
	if (d->count == d->max) {
		size_t max = d->max ? 2 * d->max : FIRST_ROOM;
		struct medark_dossier_record *grown = realloc(d->records, max * sizeof(*grown));

		if (!grown)
			return medark_error_memory(err, "a patient's records");
		d->records = grown;
		d->max = max;
	}
	d->records[d->count] =
		(struct medark_dossier_record) { .is_xml = is_xml, .is_outside = is_outside };
	MEDARK_TRY(copy_record(&d->records[d->count], type, text, err));
	d->count++;
	return 0;
}

static int take_own(void *context, struct medark_bytes type, struct medark_bytes text, bool is_xml,
		    struct medark_error *err)
{
	return add(context, type, text, is_xml, false, err);
}

static int take_outside(void *context, struct medark_bytes type, struct medark_bytes text,
			bool is_xml, struct medark_error *err)
{
	return add(context, type, text, is_xml, true, err);
}

/* ---- items ---- */

static int copy_text(const char **out, struct medark_bytes text, struct medark_error *err)
{
	char *copy = malloc(text.size + 1);

	if (!copy)
		return medark_error_memory(err, "a patient's items");
	if (text.size)
		memcpy(copy, text.data, text.size);
	copy[text.size] = '\0';
	*out = copy;
	return 0;
}

static struct medark_bytes referrer_of(const struct medark_chart *chart, struct medark_bytes path)
{
	const struct medark_referrer *referrers = (const void *)chart->referrers.data;
	uint32_t i;

	if (!medark_attachments_find(&chart->paths, path, &i))
		return medark_bytes(NULL, 0);
	return medark_bytes(chart->referrer_names.data + referrers[i].at, referrers[i].size);
}

static int take_item(struct medark_dossier *d, struct medark_chart *chart,
		     const struct medark_chart_item *from, const char *name,
		     struct medark_error *err)
{
	struct medark_dossier_item *to = &d->items[d->item_count];
	struct medark_item_row item;
	struct medark_bytes row;
	const char *path;

	if (chart->at != from->archive)
		MEDARK_TRY(medark_chart_turn(chart, from->archive, err));
	MEDARK_TRY(medark_index_row(chart->index, MEDARK_KIND_ITEMS, from->number, &row, err));
	MEDARK_TRY(medark_item_row_parse(row, from->number, &chart->item_path, &item, err));
	d->item_count++;
	to->size = item.size;
	MEDARK_TRY(copy_text(&to->name, medark_bytes_text(name), err));
	MEDARK_TRY(copy_text(&to->referrer, referrer_of(chart, item.path), err));
	MEDARK_TRY(copy_text(&path, item.path, err));
	to->path = medark_bytes(path, item.path.size);
	return 0;
}

static int take_items(struct medark_dossier *d, struct medark_chart *chart,
		      struct medark_error *err)
{
	const struct medark_chart_item *items = (const void *)chart->items.data;
	size_t count = chart->items.size / sizeof(*items);
	const char *name = (const char *)chart->item_names.data;

	d->items = calloc(count + 1, sizeof(*d->items));
	if (!d->items)
		return medark_error_memory(err, "a patient's items");
	for (size_t i = 0; i < count; i++) {
		MEDARK_TRY(take_item(d, chart, &items[i], name, err));
		name += strlen(name) + 1;
	}
	return 0;
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
	const struct medark_chart_setup setup = { .lineage = from->lineage,
						  .folder = from->folder,
						  .request = &request,
						  .caches = from->caches };
	MEDARK_AUTO(medark_dossier_free) struct medark_dossier *d = calloc(1, sizeof(*d));
	MEDARK_AUTO(medark_chart_free) struct medark_chart *chart = NULL;

	if (!d)
		return medark_error_memory(err, "a patient's records");
	MEDARK_TRY(medark_chart_new(&setup, &chart, err));
	MEDARK_TRY(medark_record_files_to(take_own, d, &chart->own, err));
	MEDARK_TRY(medark_record_files_to(take_outside, d, &chart->outside, err));
	MEDARK_TRY(medark_chart_compartments(chart, err));
	MEDARK_TRY(medark_chart_outside(chart, err));
	if (from->folder >= 0)
		MEDARK_TRY(medark_chart_items(chart, err));
	MEDARK_TRY(take_items(d, chart, err));
	MEDARK_TRY(tell_keys(chart, from->keys, err));
	d->unresolved = medark_nameset_count(&chart->missing);
	*out = MEDARK_TAKE(d);
	return 0;
}
