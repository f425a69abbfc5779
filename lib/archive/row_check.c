/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/row_check.h"

#include "archive/index_root.h"
#include "base/text.h"

void medark_row_check_clear(struct medark_row_check *check)
{
	medark_buffer_clear(&check->first);
	medark_buffer_clear(&check->path);
	medark_buffer_clear(&check->detail);
	medark_patient_scratch_clear(&check->scratch);
}

void medark_row_check_table(struct medark_row_check *check, enum medark_kind kind)
{
	check->kind = kind;
	check->rows = 0;
	check->first.size = 0;
}

static int bad(struct medark_error *err)
{
	return medark_error_set(err, MEDARK_E_FORMAT, "it has not the table's form");
}

static int any_range(void *context, const struct medark_range *range, struct medark_error *err)
{
	(void)context;
	(void)range;
	(void)err;
	return 0;
}

static int check_patient(struct medark_row_check *check, struct medark_bytes row,
			 struct medark_error *err)
{
	struct medark_patient_row out;
	struct medark_patient_values values;

	MEDARK_TRY(medark_patient_row_parse(row, check->rows, &check->scratch, &out, &values, err));
	MEDARK_TRY(medark_patient_ranges(values.at, any_range, NULL, err));
	return medark_patient_ranges(values.shared, any_range, NULL, err);
}

static int check_outside(struct medark_bytes row, struct medark_error *err)
{
	struct medark_bytes f[2];
	struct medark_range range;
	int more;

	if (!medark_row_split(row, f, 2) || f[1].size == 0)
		return bad(err);
	while ((more = medark_range_next(&f[1], &range, err)) == 1)
		;
	return more;
}

static int check_form(struct medark_row_check *check, struct medark_bytes row,
		      struct medark_error *err)
{
	struct medark_segment_row segment;
	struct medark_quarantine_row quarantined;
	struct medark_item_row item;
	struct medark_change_row change;
	struct medark_bytes f[3];

	switch (check->kind) {
	case MEDARK_KIND_ITEMS:
		return medark_item_row_parse(row, check->rows, &check->path, &item, err);
	case MEDARK_KIND_SEGMENTS:
		return medark_segment_row_parse(row, (uint32_t)check->rows + 1, &segment, err);
	case MEDARK_KIND_PATIENTS:
		return check_patient(check, row, err);
	case MEDARK_KIND_OUTSIDE:
		return check_outside(row, err);
	case MEDARK_KIND_IDENTIFIERS:
		return medark_row_split(row, f, 3) ? 0 : bad(err);
	case MEDARK_KIND_QUARANTINE:
		return medark_quarantine_row_parse(row, &check->detail, &quarantined, err);
	case MEDARK_KIND_CHANGES:
		return medark_change_row_parse(row, &change, err);
	default:
		return medark_row_split(row, f, 2) ? 0 : bad(err);
	}
}

static int look(struct medark_row_check *check, struct medark_bytes row, struct medark_bytes first,
		struct medark_error *err)
{
	bool sorted = medark_index_sorted_by_key(check->kind);
	struct medark_bytes last = medark_bytes(check->first.data, check->first.size);

	if (row.size && memchr(row.data, '\n', row.size))
		return medark_error_set(err, MEDARK_E_FORMAT, "it is more than one line");
	if (sorted && medark_bytes_compare(last, first) > 0)
		return medark_error_set(err, MEDARK_E_FORMAT, "it stands behind its place");
	MEDARK_TRY(check_form(check, row, err));
	check->first.size = 0;
	return medark_buffer_add(&check->first, first.data, first.size, err);
}

int medark_row_check(struct medark_row_check *check, struct medark_bytes row,
		     struct medark_bytes first, struct medark_error *err)
{
	struct medark_error why = { 0 };
	int code = look(check, row, first, &why);

	if (code == MEDARK_E_FORMAT)
		return medark_error_set(
			err, MEDARK_E_USAGE,
			"the index cannot hold what the source says: row %llu of the table %s: %s",
			(unsigned long long)check->rows, medark_kind_name(check->kind),
			why.message);
	if (code < 0 && err)
		*err = why;
	check->rows++;
	return code < 0 ? code : 0;
}
