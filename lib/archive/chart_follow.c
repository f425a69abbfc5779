/* SPDX-License-Identifier: Apache-2.0 */
/* One restored record: what it is, where it is written, and what it leads to. */
#include "archive/attachments.h"
#include "archive/chart.h"

/* Room for a type and an id: of FHIR they are shorter by far, others are cut by the recogniser. */
#define NAME_ROOM 1536

/* "Type/id", or the type alone, into `out`; 0 if there is no room. */
static size_t write_name(struct medark_bytes type, struct medark_bytes id, uint8_t out[NAME_ROOM])
{
	if (type.size + id.size + 1 > NAME_ROOM)
		return 0;
	if (type.size)
		memcpy(out, type.data, type.size);
	if (!id.size)
		return type.size;
	out[type.size] = '/';
	memcpy(out + type.size + 1, id.data, id.size);
	return type.size + 1 + id.size;
}

int medark_chart_name(struct medark_nameset *set, struct medark_bytes type, struct medark_bytes id,
		      struct medark_error *err)
{
	uint8_t name[NAME_ROOM];
	size_t size = type.size && id.size ? write_name(type, id, name) : 0;

	return size ? medark_nameset_add(set, medark_bytes(name, size), err) : 0;
}

static int add_reference(void *context, struct medark_bytes type, struct medark_bytes id,
			 struct medark_error *err)
{
	struct medark_chart *chart = context;

	MEDARK_TRY(medark_chart_name(&chart->wanted, type, id, err));
	return 0;
}

int medark_chart_item(struct medark_chart *chart, uint32_t number, struct medark_error *err)
{
	struct medark_item_row item;

	if (chart->has_item && chart->item == number)
		return 0;
	MEDARK_TRY(medark_index_item(chart->index, number, &chart->item_path, &item, err));
	chart->item = number;
	chart->has_item = true;
	chart->is_opaque = medark_item_row_is_opaque(&item);
	return 0;
}

/* Does `"reference": ` or `<reference value=` stand before `at`, and not some identifier's name? */
static bool is_reference(struct medark_bytes text, const uint8_t *at)
{
	static const char name[] = "reference";
	size_t before = (size_t)(at - text.data), look = before < 24 ? before : 24;

	return memmem(at - look, look, name, sizeof(name) - 1) != NULL;
}

/* Inside of a transaction Bundle resources refer to each other by URN, whatever their type. */
static int add_urns(struct medark_chart *chart, struct medark_bytes text, struct medark_error *err)
{
	static const char urn[] = "\"urn:uuid:";
	const size_t skip = sizeof(urn) - 1, size = 36; /* of a UUID's text */
	const uint8_t *p = text.data, *end = text.data + text.size;

	while ((p = memmem(p, (size_t)(end - p), urn, skip))) {
		bool follow = is_reference(text, p);

		p += skip;
		if (follow && (size_t)(end - p) > size && p[size] == '"')
			MEDARK_TRY(medark_nameset_add(&chart->urns, medark_bytes(p, size), err));
	}
	return 0;
}

/* The paths that came since there were `before` are those of the record `name`. */
static int note_referrer(struct medark_chart *chart, uint32_t before, struct medark_bytes name,
			 struct medark_error *err)
{
	struct medark_referrer referrer = { .at = (uint32_t)chart->referrer_names.size,
					    .size = (uint32_t)name.size };
	uint32_t count = medark_nameset_count(&chart->paths);

	if (count == before)
		return 0;
	MEDARK_TRY(medark_buffer_add(&chart->referrer_names, name.data, name.size, err));
	for (; before < count; before++)
		MEDARK_TRY(medark_buffer_add(&chart->referrers, &referrer, sizeof(referrer), err));
	return 0;
}

/* The folder of item `number`, which relative URLs are relative to; in chart->item_path. */
static int item_folder(struct medark_chart *chart, uint32_t number, struct medark_bytes *out,
		       struct medark_error *err)
{
	struct medark_bytes path;
	const uint8_t *slash;

	MEDARK_TRY(medark_chart_item(chart, number, err));
	path = medark_bytes(chart->item_path.data, chart->item_path.size);
	slash = memrchr(path.data, '/', path.size);
	*out = medark_bytes(path.data, slash ? (size_t)(slash - path.data) : 0);
	return 0;
}

static bool has_opaque(const struct medark_chart *chart)
{
	for (size_t k = 0; k < chart->lineage->count; k++)
		if (chart->lineage->archives[k]->summary.opaque)
			return true;
	return false;
}

/* Notes what the record at hand refers to: into wanted, urns and paths. */
static int follow(struct medark_chart *chart, const struct medark_cut_record *cut,
		  struct medark_error *err)
{
	static const char binary[] = "Binary/";
	struct medark_bytes text = cut->text, folder = { NULL, 0 };
	uint32_t paths = medark_nameset_count(&chart->paths);
	uint8_t name[NAME_ROOM];
	/* Before the recogniser goes on: the record's own texts stand in its memory. */
	size_t size = write_name(chart->record->type, chart->record->id, name);
	int code = medark_fhir_references(chart->fhir, text, add_reference, chart, err);

	/* A record that is not well-formed was restored as it is; nothing follows from it. */
	if (code < 0)
		return code == MEDARK_E_FORMAT ? 0 : code;
	MEDARK_TRY(add_urns(chart, text, err));
	if (has_opaque(chart))
		MEDARK_TRY(item_folder(chart, cut->item, &folder, err));
	else if (!memmem(text.data, text.size, binary, sizeof(binary) - 1))
		return 0; /* nothing that a URL could lead to */
	MEDARK_TRY(medark_attachments(text, folder, &chart->wanted, &chart->paths, err));
	return note_referrer(chart, paths, medark_bytes(name, size), err);
}

int medark_chart_read(struct medark_chart *chart, const struct medark_cut_record *cut,
		      struct medark_error *err)
{
	struct medark_record *r = chart->record;
	struct medark_bytes none = { NULL, 0 };
	int found = cut->xml ? medark_fhir_xml(chart->fhir, cut->text, none, r, err)
			     : medark_fhir_json(chart->fhir, cut->text, none, r, err);

	if (found <= 0) /* white space, or a failure */
		return found;
	if (r->id.size)
		MEDARK_TRY(medark_nameset_add(&chart->known_ids, r->id, err));
	return 1;
}

int medark_chart_keep(struct medark_chart *chart, struct medark_record_files *files,
		      const struct medark_cut_record *cut, struct medark_error *err)
{
	chart->kept = cut->item;
	MEDARK_TRY(medark_record_files_add(files, chart->record, cut->text, cut->xml, err));
	return follow(chart, cut, err);
}
