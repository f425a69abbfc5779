/* SPDX-License-Identifier: Apache-2.0 */
#include "record/normal.h"

#include "base/buffer.h"
#include "base/text.h"
#include "scan/json.h"

#include <stdlib.h>

#define TEXT_MAX ((size_t)8 << 30)
/* An exponent that is written out; a larger one stays one. */
#define EXPONENT_MAX 64

/* An object with more is sorted by the library. */
#define FEW_MEMBERS 32

/* A member that was written: where in the form it stands, without a comma. */
struct member {
	size_t at, name, size; /* of the whole; of its name with the quotes */
	uint64_t prefix;       /* the first eight bytes of the name: they mostly tell the order */
};

struct medark_normal {
	struct medark_buffer text;     /* the form */
	struct medark_buffer moved;    /* an object's members before they are put in order */
	struct medark_buffer decoded;  /* a string */
	struct medark_buffer members;  /* struct member: of every object that is open */
	struct medark_buffer elements; /* struct medark_normal_element */
	struct medark_json_reader reader;
	bool has_del; /* the record has a DEL somewhere */
};

int medark_normal_new(struct medark_normal **out, struct medark_error *err)
{
	struct medark_normal *n = calloc(1, sizeof(*n));

	if (!n)
		return medark_error_memory(err, "a record's normal form");
	n->text = (struct medark_buffer)MEDARK_BUFFER_SECRET(TEXT_MAX);
	n->moved = (struct medark_buffer)MEDARK_BUFFER_SECRET(TEXT_MAX);
	n->decoded = (struct medark_buffer)MEDARK_BUFFER_SECRET(TEXT_MAX);
	n->members = (struct medark_buffer)MEDARK_BUFFER(TEXT_MAX);
	n->elements = (struct medark_buffer)MEDARK_BUFFER(TEXT_MAX);
	*out = n;
	return 0;
}

void medark_normal_free(struct medark_normal *n)
{
	if (!n)
		return;
	medark_buffer_clear(&n->text);
	medark_buffer_clear(&n->moved);
	medark_buffer_clear(&n->decoded);
	medark_buffer_clear(&n->members);
	medark_buffer_clear(&n->elements);
	free(n);
}

static int not_json(struct medark_error *err)
{
	return medark_error_set(err, MEDARK_E_FORMAT, "the record is not one JSON object");
}

/* ---- writing: most of what is written is short, so that calls would cost more than it does ----
 */

static inline int room_in(struct medark_buffer *buffer, size_t size, struct medark_error *err)
{
	if (buffer->capacity - buffer->size >= size)
		return 0;
	return medark_buffer_reserve(buffer, size, err);
}

static inline int room(struct medark_normal *n, size_t size, struct medark_error *err)
{
	return room_in(&n->text, size, err);
}

static inline int put_byte(struct medark_normal *n, char c, struct medark_error *err)
{
	MEDARK_TRY(room(n, 1, err));
	n->text.data[n->text.size++] = (uint8_t)c;
	return 0;
}

static inline int put(struct medark_normal *n, const void *data, size_t size,
		      struct medark_error *err)
{
	MEDARK_TRY(room(n, size, err));
	if (size)
		memcpy(n->text.data + n->text.size, data, size);
	n->text.size += size;
	return 0;
}

/* ---- strings and numbers ---- */

static int write_string(struct medark_normal *n, struct medark_error *err)
{
	struct medark_bytes raw = n->reader.raw;

	/* DEL is the one byte that may stand there as it is, and that is written as an escape. */
	if (n->reader.escaped || (n->has_del && raw.size && memchr(raw.data, 0x7f, raw.size))) {
		n->decoded.size = 0;
		MEDARK_TRY(medark_buffer_reserve(&n->decoded, raw.size, err));
		n->decoded.size = medark_json_decode(raw, n->decoded.data);
		return medark_text_json(&n->text, medark_bytes(n->decoded.data, n->decoded.size),
					err);
	}
	MEDARK_TRY(put_byte(n, '"', err));
	MEDARK_TRY(put(n, raw.data, raw.size, err));
	return put_byte(n, '"', err);
}

/* A number's text in its parts; JSON's grammar was checked. */
struct number {
	bool negative;
	struct medark_bytes whole, fraction; /* digits */
	long exponent;
};

static size_t count_digits(struct medark_bytes text, size_t from)
{
	size_t i = from;

	while (i < text.size && text.data[i] >= '0' && text.data[i] <= '9')
		i++;
	return i - from;
}

/* 4 digits of an exponent tell that it is too large; so do more. */
static long read_exponent(struct medark_bytes text)
{
	size_t i = text.size && (text.data[0] == '-' || text.data[0] == '+');
	bool negative = i && text.data[0] == '-';
	long value = 0;

	for (; i < text.size && value <= EXPONENT_MAX; i++)
		value = 10 * value + (text.data[i] - '0');
	return negative ? -value : value;
}

static void split(struct medark_bytes text, struct number *out)
{
	size_t at = text.data[0] == '-', size = count_digits(text, at);

	*out = (struct number) { .negative = at > 0, .whole = { text.data + at, size } };
	at += size;
	if (at < text.size && text.data[at] == '.') {
		size = count_digits(text, at + 1);
		out->fraction = medark_bytes(text.data + at + 1, size);
		at += size + 1;
	}
	if (at < text.size)
		out->exponent = read_exponent(medark_bytes(text.data + at + 1, text.size - at - 1));
}

static bool is_zero(struct medark_bytes digits)
{
	for (size_t i = 0; i < digits.size; i++)
		if (digits.data[i] != '0')
			return false;
	return true;
}

static int write_zeros(struct medark_normal *n, size_t count, struct medark_error *err)
{
	static const char zeros[EXPONENT_MAX + 1] = "0000000000000000000000000000000000000000"
						    "000000000000000000000000";

	return put(n, zeros, count, err);
}

/* The digits with the point moved to the right. */
static int write_larger(struct medark_normal *n, const struct number *v, struct medark_error *err)
{
	size_t by = (size_t)v->exponent;
	size_t taken = by < v->fraction.size ? by : v->fraction.size;
	struct medark_bytes whole = v->whole, moved = medark_bytes(v->fraction.data, taken);

	while (is_zero(whole) && moved.size && moved.data[0] == '0')
		moved = medark_bytes(moved.data + 1, moved.size - 1);
	if (is_zero(whole) && moved.size)
		whole.size = 0;
	else if (is_zero(whole))
		by = taken;
	MEDARK_TRY(put(n, whole.data, whole.size, err));
	MEDARK_TRY(put(n, moved.data, moved.size, err));
	MEDARK_TRY(write_zeros(n, by - taken, err));
	if (taken == v->fraction.size)
		return 0;
	MEDARK_TRY(put_byte(n, '.', err));
	return put(n, v->fraction.data + taken, v->fraction.size - taken, err);
}

/* The digits with the point moved to the left. */
static int write_smaller(struct medark_normal *n, const struct number *v, struct medark_error *err)
{
	size_t by = (size_t)-v->exponent, whole = v->whole.size;

	if (whole > by) {
		MEDARK_TRY(put(n, v->whole.data, whole - by, err));
		MEDARK_TRY(put_byte(n, '.', err));
		MEDARK_TRY(put(n, v->whole.data + whole - by, by, err));
	} else {
		MEDARK_TRY(put(n, "0.", 2, err));
		MEDARK_TRY(write_zeros(n, by - whole, err));
		MEDARK_TRY(put(n, v->whole.data, whole, err));
	}
	return put(n, v->fraction.data, v->fraction.size, err);
}

static int write_number(struct medark_normal *n, struct medark_error *err)
{
	struct medark_bytes text = n->reader.raw;
	struct number v;

	split(text, &v);
	if (v.negative && is_zero(v.whole) && is_zero(v.fraction)) {
		text = medark_bytes(text.data + 1, text.size - 1);
		v.negative = false;
	}
	if (v.exponent > EXPONENT_MAX || v.exponent < -EXPONENT_MAX || !v.exponent) {
		size_t plain =
			v.negative + v.whole.size + (v.fraction.size ? 1 : 0) + v.fraction.size;

		return put(n, text.data, v.exponent ? text.size : plain, err);
	}
	if (v.negative)
		MEDARK_TRY(put_byte(n, '-', err));
	return v.exponent > 0 ? write_larger(n, &v, err) : write_smaller(n, &v, err);
}

/* ---- objects and arrays ---- */

static inline uint64_t prefix_of(const uint8_t *name, size_t size)
{
	uint8_t head[8] = { 0 };

	if (size >= sizeof(head))
		return __builtin_bswap64(medark_get_le64(name)); /* the first byte counts most */
	memcpy(head, name, size);
	return __builtin_bswap64(medark_get_le64(head));
}

static inline int compare_members(const struct member *a, const struct member *b,
				  const uint8_t *text)
{
	int order;

	if (a->prefix != b->prefix)
		return a->prefix < b->prefix ? -1 : 1;
	order = medark_bytes_compare(medark_bytes(text + a->at, a->name),
				     medark_bytes(text + b->at, b->name));
	return order ? order : (a->at > b->at) - (a->at < b->at);
}

static int by_name(const void *a, const void *b, void *text)
{
	return compare_members(a, b, text);
}

/* Objects of FHIR have few members, which are mostly in some order: no call for each comparison. */
static void sort_members(struct member *members, size_t count, uint8_t *text)
{
	if (count > FEW_MEMBERS) {
		qsort_r(members, count, sizeof(*members), by_name, text);
		return;
	}
	for (size_t i = 1; i < count; i++) {
		struct member m = members[i];
		size_t k = i;

		for (; k && compare_members(&m, &members[k - 1], text) < 0; k--)
			members[k] = members[k - 1];
		members[k] = m;
	}
}

/* Puts the members from number `first` on, whose text begins at `begin`, in order. */
static int put_in_order(struct medark_normal *n, size_t first, size_t begin,
			struct medark_error *err)
{
	size_t count = n->members.size / sizeof(struct member) - first, i = 1;
	struct medark_bytes text = { n->text.data + begin, n->text.size - begin };
	struct member *members;

	if (count < 2)
		return 0;
	members = (struct member *)(void *)n->members.data + first;
	while (i < count && compare_members(&members[i - 1], &members[i], n->text.data) < 0)
		i++;
	if (i >= count)
		return 0;
	sort_members(members, count, n->text.data);
	n->moved.size = 0;
	MEDARK_TRY(medark_buffer_add(&n->moved, text.data, text.size, err));
	n->text.size = begin;
	for (i = 0; i < count; i++) {
		struct member *m = &members[i];
		const uint8_t *from = n->moved.data + (m->at - begin);

		if (i)
			MEDARK_TRY(put_byte(n, ',', err));
		m->at = n->text.size;
		MEDARK_TRY(put(n, from, m->size, err));
	}
	return 0;
}

enum place { INSIDE, OUTERMOST, META };

/* Is the name that was read this one? */
static inline bool is_name(const struct medark_json_reader *json, const char *name)
{
	return json->escaped ? medark_json_name_is(json->raw, name)
			     : medark_bytes_is(json->raw, name);
}

/* Set by servers; what begins with _ are the extensions of the member of that name. */
static bool is_stamp(const struct medark_json_reader *json)
{
	static const char *const stamps[] = { "versionId",  "lastUpdated",  "source", "tag",
					      "_versionId", "_lastUpdated", "_source" };

	for (size_t i = 0; i < sizeof(stamps) / sizeof(*stamps); i++)
		if (is_name(json, stamps[i]))
			return true;
	return false;
}

static int write_value(struct medark_normal *n, enum medark_json_token token, enum place place,
		       struct medark_error *err);

/* A member whose name was read; a `meta` of which nothing stays is taken back. */
static int write_member(struct medark_normal *n, size_t begin, enum place place,
			struct medark_error *err)
{
	bool is_meta = place == OUTERMOST && is_name(&n->reader, "meta");
	size_t before = n->text.size;
	struct medark_bytes passed;
	struct member m;

	if (place == META && is_stamp(&n->reader))
		return medark_json_skip(&n->reader, &passed) ? 0 : not_json(err);
	if (before > begin)
		MEDARK_TRY(put_byte(n, ',', err));
	m.at = n->text.size;
	MEDARK_TRY(write_string(n, err));
	m.name = n->text.size - m.at;
	m.prefix = prefix_of(n->text.data + m.at, m.name);
	MEDARK_TRY(put_byte(n, ':', err));
	MEDARK_TRY(write_value(n, medark_json_next(&n->reader), is_meta ? META : INSIDE, err));
	m.size = n->text.size - m.at;
	if (is_meta && m.size == sizeof("\"meta\":{}") - 1 &&
	    memcmp(n->text.data + m.at, "\"meta\":{}", m.size) == 0) {
		n->text.size = before;
		return 0;
	}
	MEDARK_TRY(room_in(&n->members, sizeof(m), err));
	memcpy(n->members.data + n->members.size, &m, sizeof(m));
	n->members.size += sizeof(m);
	return 0;
}

/* The elements of the outermost object, of which its members are told before they go. */
static int keep_elements(struct medark_normal *n, struct medark_error *err)
{
	const struct member *members = (const struct member *)(void *)n->members.data;

	for (size_t i = 0; i < n->members.size / sizeof(*members); i++) {
		const uint8_t *at = n->text.data + members[i].at;
		size_t name = members[i].name;
		struct medark_normal_element element = {
			.name = { at, name }, .value = { at + name + 1, members[i].size - name - 1 }
		};

		MEDARK_TRY(medark_buffer_add(&n->elements, &element, sizeof(element), err));
	}
	return 0;
}

static int write_object(struct medark_normal *n, enum place place, struct medark_error *err)
{
	size_t first = n->members.size / sizeof(struct member), begin;
	enum medark_json_token token;

	MEDARK_TRY(put_byte(n, '{', err));
	begin = n->text.size;
	while ((token = medark_json_next(&n->reader)) == MEDARK_JSON_KEY)
		MEDARK_TRY(write_member(n, begin, place, err));
	if (token != MEDARK_JSON_OBJECT_END)
		return not_json(err);
	MEDARK_TRY(put_in_order(n, first, begin, err));
	MEDARK_TRY(put_byte(n, '}', err));
	if (place == OUTERMOST)
		MEDARK_TRY(keep_elements(n, err));
	n->members.size = first * sizeof(struct member);
	return 0;
}

static int write_array(struct medark_normal *n, struct medark_error *err)
{
	enum medark_json_token token;
	bool is_first = true;

	MEDARK_TRY(put_byte(n, '[', err));
	while ((token = medark_json_next(&n->reader)) != MEDARK_JSON_ARRAY_END) {
		if (!is_first)
			MEDARK_TRY(put_byte(n, ',', err));
		MEDARK_TRY(write_value(n, token, INSIDE, err));
		is_first = false;
	}
	return put_byte(n, ']', err);
}

static int write_value(struct medark_normal *n, enum medark_json_token token, enum place place,
		       struct medark_error *err)
{
	switch (token) {
	case MEDARK_JSON_OBJECT_BEGIN:
		return write_object(n, place, err);
	case MEDARK_JSON_ARRAY_BEGIN:
		return write_array(n, err);
	case MEDARK_JSON_STRING:
		return write_string(n, err);
	case MEDARK_JSON_NUMBER:
		return write_number(n, err);
	case MEDARK_JSON_TRUE:
		return put(n, "true", 4, err);
	case MEDARK_JSON_FALSE:
		return put(n, "false", 5, err);
	case MEDARK_JSON_NULL:
		return put(n, "null", 4, err);
	default:
		return not_json(err);
	}
}

int medark_normal_json(struct medark_normal *n, struct medark_bytes text,
		       struct medark_normal_form *out, struct medark_error *err)
{
	if (medark_bytes_starts(text, "\xEF\xBB\xBF"))
		text = medark_bytes(text.data + 3, text.size - 3);
	n->text.size = 0;
	n->members.size = 0;
	n->elements.size = 0;
	medark_json_reader_init(&n->reader, text);
	n->has_del = text.size && memchr(text.data, 0x7f, text.size);
	MEDARK_TRY(medark_buffer_reserve(&n->text, text.size, err)); /* rarely more */
	if (medark_json_next(&n->reader) != MEDARK_JSON_OBJECT_BEGIN)
		return not_json(err);
	MEDARK_TRY(write_object(n, OUTERMOST, err));
	if (medark_json_next(&n->reader) != MEDARK_JSON_END)
		return not_json(err);
	*out = (struct medark_normal_form) {
		.text = { n->text.data, n->text.size },
		.elements = (const struct medark_normal_element *)(void *)n->elements.data,
		.count = n->elements.size / sizeof(struct medark_normal_element),
	};
	return 0;
}
