/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lists of all charts as tables (RFC 4180): patients.csv, and a file for each list with a row
 * for each record, for who counts and compares. Not a way to take records elsewhere: what a list
 * does not show is not in it.
 */
#include "archive/dossiers.h"
#include "archive/patient_cells.h"
#include "archive/restore.h"
#include "archive/write_all.h"
#include "view/lists.h"

#include <medark/csv.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FLUSH	 ((size_t)1 << 16)
#define TEXT_MAX ((size_t)1 << 30)
#define PATIENTS MEDARK_LIST_COUNT /* the file behind those of the lists */
#define FILES	 (MEDARK_LIST_COUNT + 1)

struct table {
	int fd;
	struct medark_buffer text; /* not written yet */
};

struct csv {
	struct medark_restore_result *result;
	struct medark_meter meter;
	struct table tables[FILES];
	const char *patient; /* at hand */
};

static void csv_clear(struct csv *c)
{
	for (size_t i = 0; i < FILES; i++) {
		medark_fd_close_auto(&c->tables[i].fd);
		medark_buffer_clear(&c->tables[i].text);
	}
	medark_meter_clear(&c->meter);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct csv, csv_clear)

static int flush(struct table *t, size_t from, struct medark_error *err)
{
	if (t->text.size < from || t->text.size == 0)
		return 0;
	MEDARK_TRY(medark_write_all(t->fd, t->text.data, t->text.size, err));
	t->text.size = 0;
	return 0;
}

/* ---- cells ---- */

struct cell {
	struct medark_buffer *out;
	struct medark_error *err;
};

static int add(void *context, const void *data, size_t size)
{
	const struct cell *cell = context;

	return medark_buffer_add(cell->out, data, size, cell->err);
}

static int put(struct table *t, bool is_first, struct medark_bytes text, struct medark_error *err)
{
	struct cell cell = { &t->text, err };

	return medark_csv_cell(is_first, (const char *)text.data, text.size, add, &cell);
}

static int put_text(struct table *t, const char *text, struct medark_error *err)
{
	return put(t, false, medark_bytes_text(text), err);
}

static int end_row(struct table *t, struct medark_error *err)
{
	MEDARK_TRY(medark_buffer_text(&t->text, "\r\n", err));
	return flush(t, FLUSH, err);
}

/* ---- heads ---- */

static int put_head(struct table *t, size_t list, struct medark_error *err)
{
	const struct medark_view_list_form *form;

	MEDARK_TRY(put(t, true, medark_bytes_text("patient"), err));
	if (list == PATIENTS) {
		for (size_t i = 1; i < MEDARK_PATIENT_CELLS; i++)
			MEDARK_TRY(put_text(t, medark_patient_columns[i], err));
		return end_row(t, err);
	}
	form = medark_view_list_form((enum medark_view_list)list);
	for (size_t i = 0; i < form->count; i++)
		MEDARK_TRY(put_text(t, form->columns[i], err));
	MEDARK_TRY(put_text(t, "current", err));
	MEDARK_TRY(put_text(t, "entered_in_error", err));
	MEDARK_TRY(put_text(t, "record", err));
	return end_row(t, err);
}

static int begin_table(struct csv *c, int folder, size_t list, struct medark_error *err)
{
	struct table *t = &c->tables[list];
	char name[64];

	(void)snprintf(name, sizeof(name), "%s.csv",
		       list == PATIENTS ? "patients"
					: medark_view_list_form((enum medark_view_list)list)->name);
	t->text = (struct medark_buffer)MEDARK_BUFFER_SECRET(TEXT_MAX);
	t->fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (t->fd < 0)
		return medark_error_errno(err, errno, "cannot create '%s' in the target", name);
	return put_head(t, list, err);
}

/* ---- rows ---- */

static int put_patient(struct csv *c, const struct medark_patient_row *row,
		       struct medark_error *err)
{
	struct table *t = &c->tables[PATIENTS];
	const char *cells[MEDARK_PATIENT_CELLS];
	char number[MEDARK_PATIENT_NUMBER];

	medark_patient_cells(row, number, cells);
	for (size_t i = 0; i < MEDARK_PATIENT_CELLS; i++)
		MEDARK_TRY(put(t, i == 0, medark_bytes_text(cells[i]), err));
	return end_row(t, err);
}

static int put_record(struct csv *c, const struct medark_view_values *v,
		      const struct medark_view_record *record, struct medark_error *err)
{
	MEDARK_AUTO(medark_view_row_clear) struct medark_view_row row = { 0 };
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer name = MEDARK_BUFFER_SECRET(FLUSH);
	enum medark_view_list list = medark_view_list_of(record);
	struct table *t = &c->tables[list];

	if (list == MEDARK_LIST_COUNT)
		return 0;
	MEDARK_TRY(medark_view_row(v, list, record, &row, err));
	MEDARK_TRY(put(t, true, medark_bytes_text(c->patient), err));
	for (size_t i = 0; i < medark_view_list_form(list)->count; i++)
		MEDARK_TRY(put(t, false, medark_view_cell(&row, i), err));
	MEDARK_TRY(put_text(t, row.is_current ? "yes" : "no", err));
	MEDARK_TRY(put_text(t, row.is_wrong ? "yes" : "no", err));
	MEDARK_TRY(medark_buffer_add(&name, record->type.data, record->type.size, err));
	MEDARK_TRY(medark_buffer_text(&name, "/", err));
	MEDARK_TRY(medark_buffer_add(&name, record->id.data, record->id.size, err));
	MEDARK_TRY(put(t, false, medark_bytes(name.data, name.size), err));
	c->result->records++;
	return end_row(t, err);
}

static int add_patient(void *context, const struct medark_dossiers_patient *patient,
		       struct medark_error *err)
{
	MEDARK_AUTO(medark_view_records_clear) struct medark_view_records records = { 0 };
	const struct medark_view_values v = { .records = &records };
	const struct medark_dossier *d = patient->dossier;
	struct csv *c = context;

	MEDARK_TRY(medark_dossier_view(d, &records, err));
	c->patient = patient->row->id;
	MEDARK_TRY(put_patient(c, patient->row, err));
	for (size_t i = 0; i < records.count; i++)
		MEDARK_TRY(put_record(c, &v, &records.list[i], err));
	c->result->patients++;
	return medark_meter_add(&c->meter, 0, d->count, c->result->patients, err);
}

int medark_restore_csv(struct medark_lineage *lineage, int folder,
		       const struct medark_restore_request *request,
		       const struct medark_events *events, struct medark_restore_result *out,
		       struct medark_error *err)
{
	MEDARK_AUTO(csv_clear) struct csv c = { .result = out };
	const struct medark_dossiers_setup setup = {
		.lineage = lineage, .request = request, .each = add_patient, .context = &c
	};

	medark_meter_init(&c.meter, events, "restoring", 0);
	for (size_t i = 0; i < FILES; i++)
		c.tables[i].fd = -1;
	for (size_t i = 0; i < FILES; i++)
		MEDARK_TRY(begin_table(&c, folder, i, err));
	MEDARK_TRY(medark_dossiers_each(&setup, err));
	for (size_t i = 0; i < FILES; i++)
		MEDARK_TRY(flush(&c.tables[i], 0, err));
	return 0;
}
