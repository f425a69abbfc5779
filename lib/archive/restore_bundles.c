/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each patient as a transaction Bundle (https://hl7.org/fhir/R4/http.html#transaction), as other
 * software takes it: Patient-<id>.json, and index.ndjson, which says who is in which file. Records
 * stand in it as they are, each with a PUT under its own id.
 */
#include "archive/dossiers.h"
#include "archive/restore.h"
#include "archive/server_ids.h"
#include "archive/write_all.h"
#include "base/secret.h"
#include "live/rewrite.h"
#include "record/fhir.h"
#include "record/fhir_reference.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INDEX	   "index.ndjson"
#define FLUSH	   ((size_t)1 << 16)
#define ROOM	   (MEDARK_PAGE_MAX + 4 * FLUSH)
#define FILE_MAX   96
#define RECORD_MAX ((size_t)1 << 30)
#define ID_MAX	   64 /* of a file */

struct bundles {
	struct medark_restore_result *result;
	struct medark_fhir *fhir;
	struct medark_record *facts;
	struct medark_meter meter;
	struct medark_buffer text;
	uint64_t number; /* of files */
	char id[MEDARK_TARGET_ID_TEXT];
	struct medark_buffer with_id; /* a record that got one */
	int folder, index;
};

static void bundles_clear(struct bundles *b)
{
	medark_fhir_free(b->fhir);
	if (b->facts)
		medark_secret_wipe(b->facts, sizeof(*b->facts));
	free(b->facts);
	medark_buffer_clear(&b->text);
	medark_buffer_clear(&b->with_id);
	medark_meter_clear(&b->meter);
	medark_fd_close_auto(&b->index);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct bundles, bundles_clear)

static int flush(struct bundles *b, int fd, size_t from, struct medark_error *err)
{
	if (b->text.size < from)
		return 0;
	MEDARK_TRY(medark_write_all(fd, b->text.data, b->text.size, err));
	b->text.size = 0;
	return 0;
}

static int create(const struct bundles *b, const char *name, int *out, struct medark_error *err)
{
	*out = openat(b->folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (*out < 0 && errno != EEXIST)
		return medark_error_errno(err, errno, "cannot create a file in the target");
	return *out < 0 ? 1 : 0;
}

/*
 * An id is a file's name where it has the form of one; where the file system takes two ids for one
 * (capitals), and for those who have none, it is a number.
 */
static int create_bundle(const struct bundles *b, const char *id, char name[FILE_MAX], int *out,
			 struct medark_error *err)
{
	struct medark_bytes text = medark_bytes_text(id);
	int taken = 1;

	if (text.size <= ID_MAX && medark_fhir_is_id(text)) {
		(void)snprintf(name, FILE_MAX, "Patient-%s.json", id);
		taken = create(b, name, out, err);
		MEDARK_TRY(taken);
	}
	if (!taken)
		return 0;
	(void)snprintf(name, FILE_MAX, "number-%llu.json", (unsigned long long)b->number);
	taken = create(b, name, out, err);
	return taken > 0 ? medark_error_set(err, MEDARK_E_SYSTEM, "two files have one name")
			 : taken;
}

/* ---- a Bundle ---- */

/* What is to go into a Bundle, in the order of the dossier. */
struct chosen {
	struct medark_nameset names; /* Type/id */
	struct choice {
		uint32_t record;
		bool makes_id; /* it has none */
	} * records;	       /* of each name */
};

static void chosen_clear(struct chosen *c)
{
	medark_nameset_clear(&c->names);
	free(c->records);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct chosen, chosen_clear)

/* Has it a type, and an id, as another server takes them? Leaves them in b->facts and b->id. */
static int can_go(struct bundles *b, const struct medark_dossier_record *r,
		  struct medark_error *err)
{
	const struct medark_bytes none = { NULL, 0 };
	int found = r->is_xml ? 0 : medark_fhir_json(b->fhir, r->text, none, b->facts, err);

	MEDARK_TRY(found);
	if (!found || b->facts->fault || !medark_fhir_is_type(b->facts->type))
		return 0;
	if (!b->facts->id.size) {
		MEDARK_TRY(medark_server_ids_make(r->text, b->id, &b->with_id, err));
		return 1;
	}
	if (!medark_fhir_is_id(b->facts->id) || b->facts->id.size >= sizeof(b->id))
		return 0;
	memcpy(b->id, b->facts->id.data, b->facts->id.size);
	b->id[b->facts->id.size] = '\0';
	return 1;
}

static struct medark_bytes without_mark(struct medark_bytes text)
{
	return medark_bytes_starts(text, "\xef\xbb\xbf")
		       ? medark_bytes(text.data + 3, text.size - 3)
		       : text;
}

static int add_entry(struct bundles *b, struct medark_bytes name, struct medark_bytes record,
		     int fd, struct medark_error *err)
{
	const struct medark_bytes text = without_mark(record);
	size_t size = text.size;

	while (size && (text.data[size - 1] == '\n' || text.data[size - 1] == '\r'))
		size--;
	MEDARK_TRY(medark_buffer_text(&b->text, "\n{\"resource\":", err));
	MEDARK_TRY(flush(b, fd, 0, err));
	MEDARK_TRY(medark_write_all(fd, text.data, size, err));
	MEDARK_TRY(
		medark_buffer_text(&b->text, ",\"request\":{\"method\":\"PUT\",\"url\":\"", err));
	MEDARK_TRY(medark_buffer_add(&b->text, name.data, name.size, err));
	MEDARK_TRY(medark_buffer_text(&b->text, "\"}}", err));
	return flush(b, fd, FLUSH, err);
}

/* In a transaction each may stand once: the newest, or the first of those that do not say. */
static int choose(struct bundles *b, const struct medark_dossier *d, uint32_t i, struct chosen *c,
		  struct medark_error *err)
{
	char name[MEDARK_FHIR_TYPE_MAX + MEDARK_TARGET_ID_TEXT + 2];
	const struct choice choice = { .record = i, .makes_id = b->facts->id.size == 0 };
	const struct medark_bytes text = d->records[i].text;
	struct medark_bytes key, other;
	uint32_t at;
	int added;

	(void)snprintf(name, sizeof(name), "%.*s/%s", (int)b->facts->type.size,
		       (const char *)b->facts->type.data, b->id);
	key = medark_bytes_text(name);
	added = medark_nameset_add(&c->names, key, err);
	MEDARK_TRY(added);
	(void)medark_nameset_find(&c->names, key, &at);
	if (added) {
		c->records[at] = choice;
		return 0;
	}
	other = d->records[c->records[at].record].text;
	if (medark_bytes_equal(other, text))
		return 0;
	b->result->left_out++;
	if (medark_rewrite_updated(text) > medark_rewrite_updated(other))
		c->records[at] = choice;
	return 0;
}

static int choose_all(struct bundles *b, const struct medark_dossier *d, struct chosen *c,
		      struct medark_error *err)
{
	MEDARK_TRY(medark_nameset_init(&c->names, err));
	c->records = calloc(d->count + 1, sizeof(*c->records));
	if (!c->records)
		return medark_error_memory(err, "a Bundle");
	for (uint32_t i = 0; i < d->count; i++) {
		int good = can_go(b, &d->records[i], err);

		MEDARK_TRY(good);
		b->result->left_out += !good;
		if (good)
			MEDARK_TRY(choose(b, d, i, c, err));
	}
	return 0;
}

/* *out_entries: records in it. */
static int write_bundle(struct bundles *b, const struct medark_dossier *d, int fd,
			uint64_t *out_entries, struct medark_error *err)
{
	MEDARK_AUTO(chosen_clear) struct chosen c = { 0 };
	uint32_t count;

	MEDARK_TRY(choose_all(b, d, &c, err));
	count = medark_nameset_count(&c.names);
	MEDARK_TRY(medark_buffer_text(
		&b->text, "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[",
		err));
	for (uint32_t i = 0; i < count; i++) {
		const struct medark_dossier_record *r = &d->records[c.records[i].record];
		struct medark_bytes text = r->text;

		b->result->records += !r->is_outside;
		b->result->referenced += r->is_outside;
		if (i)
			MEDARK_TRY(medark_buffer_text(&b->text, ",", err));
		if (c.records[i].makes_id) {
			MEDARK_TRY(medark_server_ids_make(text, b->id, &b->with_id, err));
			text = medark_bytes(b->with_id.data, b->with_id.size);
		}
		MEDARK_TRY(add_entry(b, medark_nameset_get(&c.names, i), text, fd, err));
	}
	*out_entries = count;
	MEDARK_TRY(medark_buffer_text(&b->text, "\n]}\n", err));
	return flush(b, fd, 0, err);
}

/* ---- patients ---- */

static int note(struct bundles *b, const char *name, struct medark_bytes row, uint64_t entries,
		struct medark_error *err)
{
	MEDARK_TRY(medark_buffer_print(&b->text, err,
				       "{\"file\":\"%s\",\"entries\":%llu,"
				       "\"patient\":",
				       name, (unsigned long long)entries));
	MEDARK_TRY(medark_buffer_add(&b->text, row.data, row.size, err));
	MEDARK_TRY(medark_buffer_text(&b->text, "}\n", err));
	return flush(b, b->index, 0, err);
}

static int add_patient(void *context, const struct medark_dossiers_patient *patient,
		       struct medark_error *err)
{
	MEDARK_AUTO(medark_fd_close) int fd = -1;
	struct bundles *b = context;
	char name[FILE_MAX];
	uint64_t entries;

	b->number++;
	MEDARK_TRY(create_bundle(b, patient->row->id, name, &fd, err));
	MEDARK_TRY(write_bundle(b, patient->dossier, fd, &entries, err));
	MEDARK_TRY(note(b, name, patient->text, entries, err));
	b->result->patients++;
	b->result->unresolved += patient->dossier->unresolved;
	return medark_meter_add(&b->meter, 0, entries, b->number, err);
}

static int begin(struct bundles *b, struct medark_error *err)
{
	int taken;

	b->text = (struct medark_buffer)MEDARK_BUFFER_SECRET(ROOM);
	b->with_id = (struct medark_buffer)MEDARK_BUFFER_SECRET(RECORD_MAX);
	MEDARK_TRY(medark_fhir_new(&b->fhir, err));
	b->facts = calloc(1, sizeof(*b->facts));
	if (!b->facts)
		return medark_error_memory(err, "a restore");
	taken = create(b, INDEX, &b->index, err);
	return taken > 0 ? medark_error_set(err, MEDARK_E_SYSTEM, "two files have one name")
			 : taken;
}

int medark_restore_bundles(struct medark_lineage *lineage, int folder,
			   const struct medark_restore_request *request,
			   const struct medark_events *events, struct medark_restore_result *out,
			   struct medark_error *err)
{
	MEDARK_AUTO(bundles_clear)
	struct bundles b = { .result = out, .folder = folder, .index = -1 };
	const struct medark_dossiers_setup setup = {
		.lineage = lineage, .request = request, .each = add_patient, .context = &b
	};

	medark_meter_init(&b.meter, events, "restoring", 0);
	MEDARK_TRY(begin(&b, err));
	return medark_dossiers_each(&setup, err);
}
