/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/patient_row.h"

#include "base/text.h"
#include "record/bsn.h"
#include "scan/json.h"

enum member {
	KEY,
	NUMBER,
	ID,
	IDENTIFIERS,
	NAMES,
	BIRTH,
	GENDER,
	DECEASED,
	INACTIVE,
	LINKS,
	COUNTS,
	RECORDS,
	FIRST,
	LAST,
	AT,
	SHARED,
	MEMBER_COUNT,
};

static const char *const member_names[MEMBER_COUNT] = {
	"key",	    "n",     "id",     "identifiers", "names", "birth", "gender", "deceased",
	"inactive", "links", "counts", "records",     "first", "last",	"at",	  "shared",
};

static int bad(struct medark_error *err)
{
	return medark_error_set(err, MEDARK_E_FORMAT,
				"a row of the index's table patients is malformed");
}

void medark_patient_scratch_clear(struct medark_patient_scratch *scratch)
{
	medark_buffer_clear(&scratch->text);
}

/* Its number, or MEMBER_COUNT. They mostly come in this order: `last` is the one before it. */
static int member(struct medark_bytes name, int last)
{
	for (int k = 1; k <= MEMBER_COUNT; k++) {
		int i = (last + k) % MEMBER_COUNT;

		if (medark_bytes_is(name, member_names[i]))
			return i;
	}
	return MEMBER_COUNT;
}

/*
 * Finds the values of the row's members; names that are not known are passed over (F-2), but none
 * may be written with escapes: it could be one name to this reader and another one to the next.
 */
static int find_values(struct medark_bytes row, struct medark_bytes values[MEMBER_COUNT],
		       struct medark_error *err)
{
	struct medark_json_reader json;
	enum medark_json_token token;
	struct medark_bytes value;
	int i = MEMBER_COUNT - 1;

	memset(values, 0, MEMBER_COUNT * sizeof(*values));
	medark_json_reader_init(&json, row);
	if (medark_json_next(&json) != MEDARK_JSON_OBJECT_BEGIN)
		return bad(err);
	while ((token = medark_json_next(&json)) == MEDARK_JSON_KEY) {
		i = member(json.raw, i);
		if (json.escaped)
			return bad(err);
		if (!medark_json_skip(&json, &value) || (i < MEMBER_COUNT && values[i].size))
			return bad(err);
		if (i < MEMBER_COUNT)
			values[i] = value;
	}
	if (token != MEDARK_JSON_OBJECT_END || medark_json_next(&json) != MEDARK_JSON_END)
		return bad(err);
	return 0;
}

/* Decodes a string token into the scratch, which has room, and ends it with a zero. */
static const char *keep(struct medark_patient_scratch *scratch, struct medark_bytes raw)
{
	uint8_t *to = scratch->text.data + scratch->text.size;
	size_t size = medark_json_decode(raw, to);

	for (size_t i = 0; i < size; i++)
		if (to[i] == '\0')
			to[i] = '?';
	to[size] = '\0';
	scratch->text.size += size + 1;
	return (const char *)to;
}

/* A string member; "" if it is absent. */
static int string(struct medark_patient_scratch *scratch, struct medark_bytes value,
		  const char **out, struct medark_error *err)
{
	*out = "";
	if (value.size == 0)
		return 0;
	if (value.size < 2 || value.data[0] != '"')
		return bad(err);
	*out = keep(scratch, medark_bytes(value.data + 1, value.size - 2));
	return 0;
}

static int number(struct medark_bytes value, uint64_t *out, struct medark_error *err)
{
	*out = 0;
	if (value.size && !medark_text_decimal(value, INT64_MAX, out))
		return bad(err);
	return 0;
}

/* The first of the names; the others stand in the row's JSON only. */
static int first_name(struct medark_patient_scratch *scratch, struct medark_bytes names,
		      struct medark_patient_row *out, struct medark_error *err)
{
	struct medark_json_reader json;
	enum medark_json_token token;

	out->family = out->given = out->prefix = out->text = "";
	if (names.size == 0)
		return 0;
	medark_json_reader_init(&json, names);
	if (medark_json_next(&json) != MEDARK_JSON_ARRAY_BEGIN)
		return bad(err);
	token = medark_json_next(&json);
	if (token == MEDARK_JSON_ARRAY_END)
		return 0;
	if (token != MEDARK_JSON_OBJECT_BEGIN)
		return bad(err);
	while (medark_json_next(&json) == MEDARK_JSON_KEY) {
		struct medark_bytes name = json.raw, value;
		const char **to = medark_bytes_is(name, "family")   ? &out->family
				  : medark_bytes_is(name, "given")  ? &out->given
				  : medark_bytes_is(name, "prefix") ? &out->prefix
				  : medark_bytes_is(name, "text")   ? &out->text
								    : NULL;

		if (!medark_json_skip(&json, &value))
			return bad(err);
		if (to)
			MEDARK_TRY(string(scratch, value, to, err));
	}
	return 0;
}

struct bsn {
	struct medark_patient_scratch *scratch;
	const char *found;
};

static int look_for_bsn(void *context, struct medark_bytes system, struct medark_bytes value,
			struct medark_error *err)
{
	struct bsn *bsn = context;
	struct medark_buffer *text = &bsn->scratch->text;

	if (*bsn->found || !medark_bsn_is_system(system) || memchr(value.data, '\0', value.size))
		return 0;
	bsn->found = (const char *)text->data + text->size;
	MEDARK_TRY(medark_buffer_add(text, value.data, value.size, err));
	return medark_buffer_add(text, "", 1, err);
}

static int fill(const struct medark_bytes values[MEMBER_COUNT],
		struct medark_patient_scratch *scratch, struct medark_patient_row *out,
		struct medark_error *err)
{
	struct bsn bsn = { .scratch = scratch, .found = "" };
	const char *key;

	MEDARK_TRY(number(values[NUMBER], &out->number, err));
	MEDARK_TRY(number(values[RECORDS], &out->records, err));
	MEDARK_TRY(string(scratch, values[KEY], &key, err));
	if (key[0] == '\0')
		return bad(err);
	MEDARK_TRY(string(scratch, values[ID], &out->id, err));
	if (out->id[0] == '\0')
		out->id = key + 1;
	MEDARK_TRY(first_name(scratch, values[NAMES], out, err));
	MEDARK_TRY(medark_patient_pairs(values[IDENTIFIERS], look_for_bsn, &bsn, err));
	out->bsn = bsn.found;
	MEDARK_TRY(string(scratch, values[BIRTH], &out->birth_date, err));
	MEDARK_TRY(string(scratch, values[GENDER], &out->gender, err));
	out->deceased = values[DECEASED].size && !medark_bytes_is(values[DECEASED], "false");
	out->deceased_date = "";
	if (values[DECEASED].size && values[DECEASED].data[0] == '"')
		MEDARK_TRY(string(scratch, values[DECEASED], &out->deceased_date, err));
	out->inactive = medark_bytes_is(values[INACTIVE], "true");
	MEDARK_TRY(string(scratch, values[FIRST], &out->first, err));
	return string(scratch, values[LAST], &out->last, err);
}

int medark_patient_row_parse(struct medark_bytes row, uint64_t number_wanted,
			     struct medark_patient_scratch *scratch, struct medark_patient_row *out,
			     struct medark_patient_values *out_values, struct medark_error *err)
{
	struct medark_bytes values[MEMBER_COUNT];

	MEDARK_TRY(find_values(row, values, err));
	/* All strings together are shorter than the row; then a zero for each, and the row itself.
	 */
	scratch->text.size = 0;
	MEDARK_TRY(medark_buffer_reserve(&scratch->text, 2 * row.size + 2 * MEMBER_COUNT, err));
	MEDARK_TRY(medark_buffer_add(&scratch->text, row.data, row.size, err));
	MEDARK_TRY(medark_buffer_add(&scratch->text, "", 1, err));
	out->json = (const char *)scratch->text.data;
	MEDARK_TRY(fill(values, scratch, out, err));
	if (out->number != number_wanted)
		return bad(err);
	if (out_values)
		*out_values = (struct medark_patient_values) {
			.identifiers = values[IDENTIFIERS],
			.links = values[LINKS],
			.counts = values[COUNTS],
			.at = values[AT],
			.shared = values[SHARED],
		};
	return 0;
}

static int range(struct medark_json_reader *json, struct medark_range *out,
		 struct medark_error *err)
{
	uint64_t n[3];

	for (int i = 0; i < 3; i++)
		if (medark_json_next(json) != MEDARK_JSON_NUMBER ||
		    !medark_text_decimal(json->raw, MEDARK_NUMBER_MAX, &n[i]))
			return bad(err);
	if (medark_json_next(json) != MEDARK_JSON_ARRAY_END)
		return bad(err);
	*out = (struct medark_range) { .segment = (uint32_t)n[0], .offset = n[1], .length = n[2] };
	if (n[0] == 0 || n[2] == 0)
		return bad(err);
	return 0;
}

int medark_patient_ranges(struct medark_bytes value,
			  int (*each)(void *context, const struct medark_range *range,
				      struct medark_error *err),
			  void *context, struct medark_error *err)
{
	struct medark_json_reader json;
	enum medark_json_token token;
	struct medark_range r;

	if (value.size == 0)
		return 0;
	medark_json_reader_init(&json, value);
	if (medark_json_next(&json) != MEDARK_JSON_ARRAY_BEGIN)
		return bad(err);
	while ((token = medark_json_next(&json)) == MEDARK_JSON_ARRAY_BEGIN) {
		MEDARK_TRY(range(&json, &r, err));
		MEDARK_TRY(each(context, &r, err));
	}
	return token == MEDARK_JSON_ARRAY_END ? 0 : bad(err);
}

int medark_patient_pairs(struct medark_bytes value,
			 int (*each)(void *context, struct medark_bytes first,
				     struct medark_bytes second, struct medark_error *err),
			 void *context, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer text = MEDARK_BUFFER_SECRET(MEDARK_PAGE_MAX);
	struct medark_json_reader json;
	enum medark_json_token token;

	if (value.size == 0)
		return 0;
	MEDARK_TRY(medark_buffer_reserve(&text, value.size, err));
	medark_json_reader_init(&json, value);
	if (medark_json_next(&json) != MEDARK_JSON_ARRAY_BEGIN)
		return bad(err);
	while ((token = medark_json_next(&json)) == MEDARK_JSON_ARRAY_BEGIN) {
		size_t first, second;

		if (medark_json_next(&json) != MEDARK_JSON_STRING)
			return bad(err);
		first = medark_json_decode(json.raw, text.data);
		if (medark_json_next(&json) != MEDARK_JSON_STRING)
			return bad(err);
		second = medark_json_decode(json.raw, text.data + first);
		if (medark_json_next(&json) != MEDARK_JSON_ARRAY_END)
			return bad(err);
		MEDARK_TRY(each(context, medark_bytes(text.data, first),
				medark_bytes(text.data + first, second), err));
	}
	return token == MEDARK_JSON_ARRAY_END ? 0 : bad(err);
}

int medark_patient_row_identifiers(const struct medark_patient_row *row,
				   int (*each)(void *context, struct medark_bytes system,
					       struct medark_bytes value, struct medark_error *err),
				   void *context, struct medark_error *err)
{
	struct medark_bytes values[MEMBER_COUNT];

	MEDARK_TRY(find_values(medark_bytes_text(row->json), values, err));
	return medark_patient_pairs(values[IDENTIFIERS], each, context, err);
}

struct medark_view_facts medark_patient_row_facts(const struct medark_patient_row *row)
{
	return (struct medark_view_facts) { .id = row->id,
					    .bsn = row->bsn,
					    .family = row->family,
					    .given = row->given,
					    .text = row->text,
					    .birth_date = row->birth_date,
					    .gender = row->gender,
					    .deceased_date = row->deceased_date,
					    .is_deceased = row->deceased,
					    .is_inactive = row->inactive };
}
