/* SPDX-License-Identifier: Apache-2.0 */
/* A row of each of the index's tables. The first byte chooses. */
#include "forge.h"

#include "archive/patient_row.h"
#include "archive/row.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is decoded and encoded again decodes to the same. */
static void try_field(struct medark_bytes field)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer text = MEDARK_BUFFER(1 << 16);
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer row = MEDARK_BUFFER(1 << 20);
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer again = MEDARK_BUFFER(1 << 16);
	struct medark_bytes parts[1];

	if (medark_row_decode(field, &text, NULL) < 0)
		return;
	forge_expect(medark_row_encode(medark_bytes(text.data, text.size), &row, NULL) == 0);
	forge_expect(medark_row_split(medark_bytes(row.data, row.size), parts, 1));
	forge_expect(medark_row_decode(parts[0], &again, NULL) == 0);
	forge_expect(medark_bytes_equal(medark_bytes(text.data, text.size),
					medark_bytes(again.data, again.size)));
}

static void try_item(struct medark_bytes row)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer path = MEDARK_BUFFER(MEDARK_PATH_MAX);
	struct medark_item_row item;

	if (medark_item_row_parse(row, 7, &path, &item, NULL) < 0)
		return;
	forge_expect(item.number == 7 && item.path.size && item.path.size <= MEDARK_PATH_MAX);
	forge_expect(item.mtime_ns < 1000000000 && item.mode <= 07777);
	forge_expect(item.first <= item.last && item.last <= MEDARK_NUMBER_MAX);
}

static void try_change(struct medark_bytes row)
{
	struct medark_change_row change;

	if (medark_change_row_parse(row, &change, NULL) == 0)
		forge_expect(change.name.size && change.name.size == row.size - 2);
}

static void try_quarantined(struct medark_bytes row)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer detail = MEDARK_BUFFER(1 << 16);
	struct medark_quarantine_row q;

	if (medark_quarantine_row_parse(row, &detail, &q, NULL) < 0)
		return;
	forge_expect(strlen(q.reason) >= 1 && strlen(q.reason) <= 64);
	forge_expect(q.offset <= INT64_MAX && q.length <= INT64_MAX);
	forge_expect(q.segment <= MEDARK_NUMBER_MAX && q.detail.size <= 1 << 16);
}

static void try_segment(struct medark_bytes row)
{
	struct medark_segment_row segment;

	if (medark_segment_row_parse(row, 7, &segment, NULL) == 0)
		forge_expect(segment.content <= MEDARK_CONTENT_MAX);
}

static int check_range(void *context, const struct medark_range *range, struct medark_error *err)
{
	(void)context, (void)err;
	forge_expect(range->segment && range->length && range->offset <= INT64_MAX - range->length);
	return 0;
}

static void try_places(struct medark_bytes places)
{
	struct medark_range range;

	while (medark_range_next(&places, &range, NULL) > 0)
		(void)check_range(NULL, &range, NULL);
}

static int read_pair(void *context, struct medark_bytes first, struct medark_bytes second,
		     struct medark_error *err)
{
	size_t *sum = context;

	(void)err;
	for (size_t i = 0; i < first.size; i++)
		*sum += first.data[i];
	for (size_t i = 0; i < second.size; i++)
		*sum += second.data[i];
	return 0;
}

static size_t try_patient(struct medark_bytes row)
{
	MEDARK_AUTO(medark_patient_scratch_clear)
	struct medark_patient_scratch scratch = MEDARK_PATIENT_SCRATCH;
	struct medark_patient_values values;
	struct medark_patient_row p;
	size_t sum = 0;

	if (medark_patient_row_parse(row, 7, &scratch, &p, &values, NULL) < 0)
		return 0;
	sum += strlen(p.id) + strlen(p.family) + strlen(p.given) + strlen(p.prefix) +
	       strlen(p.text) + strlen(p.birth_date) + strlen(p.gender) + strlen(p.deceased_date) +
	       strlen(p.first) + strlen(p.last) + strlen(p.json);
	(void)!medark_patient_ranges(values.at, check_range, NULL, NULL);
	(void)!medark_patient_ranges(values.shared, check_range, NULL, NULL);
	(void)!medark_patient_pairs(values.identifiers, read_pair, &sum, NULL);
	(void)!medark_patient_pairs(values.links, read_pair, &sum, NULL);
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct medark_bytes row;

	if (size == 0)
		return 0;
	row = medark_bytes(data + 1, size - 1);
	switch (data[0]) {
	case 'i':
		try_item(row);
		break;
	case 'q':
		try_quarantined(row);
		break;
	case 'c':
		try_change(row);
		break;
	case 's':
		try_segment(row);
		break;
	case 'o':
		try_places(row);
		break;
	case 'p':
		return try_patient(row) == SIZE_MAX; /* never; the strings must be read */
	default:
		try_field(row);
	}
	return 0;
}
