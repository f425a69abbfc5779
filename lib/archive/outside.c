/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/outside.h"

#include "archive/range.h"
#include "archive/row.h"

#include <string.h>

static int malformed(struct medark_error *err)
{
	return medark_error_set(err, MEDARK_E_FORMAT,
				"a row of the index's table outside is malformed");
}

int medark_outside_row(struct medark_index *index, uint64_t at, struct medark_bytes *out_name,
		       struct medark_buffer *places, struct medark_error *err)
{
	struct medark_bytes row, f[2];
	struct medark_range range;
	int more;

	MEDARK_TRY(medark_index_row(index, MEDARK_KIND_OUTSIDE, at, &row, err));
	if (!medark_row_split(row, f, 2))
		return malformed(err);
	*out_name = f[0];
	if (!places)
		return 0;
	while ((more = medark_range_next(&f[1], &range, err)) == 1)
		MEDARK_TRY(medark_buffer_add(places, &range, sizeof(range), err));
	return more;
}

int medark_outside_type(struct medark_index *index, struct medark_bytes type, uint64_t *out_first,
			uint64_t *out_end, struct medark_error *err)
{
	uint8_t key[MEDARK_OUTSIDE_TYPE];

	if (type.size + 1 > sizeof(key))
		return malformed(err);
	memcpy(key, type.data, type.size);
	key[type.size] = '/';
	MEDARK_TRY(medark_index_lower(index, MEDARK_KIND_OUTSIDE, medark_bytes(key, type.size + 1),
				      out_first, err));
	key[type.size] = '/' + 1; /* behind all that begins so */
	return medark_index_lower(index, MEDARK_KIND_OUTSIDE, medark_bytes(key, type.size + 1),
				  out_end, err);
}

int medark_outside_type_at(struct medark_index *index, uint64_t at,
			   uint8_t out[MEDARK_OUTSIDE_TYPE], struct medark_bytes *out_type,
			   uint64_t *out_end, struct medark_error *err)
{
	struct medark_bytes name;
	const uint8_t *slash;
	uint64_t first;

	MEDARK_TRY(medark_outside_row(index, at, &name, NULL, err));
	slash = name.size ? memchr(name.data, '/', name.size) : NULL;
	if (!slash || slash - name.data >= MEDARK_OUTSIDE_TYPE)
		return malformed(err);
	*out_type = medark_bytes(out, (size_t)(slash - name.data));
	memcpy(out, name.data, out_type->size);
	MEDARK_TRY(medark_outside_type(index, *out_type, &first, out_end, err));
	if (*out_end <= at)
		return medark_error_set(err, MEDARK_E_FORMAT,
					"the index's table outside is not in order");
	return 0;
}
