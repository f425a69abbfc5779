/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "container/map.h"

#include <stdio.h>
#include <string.h>

static const char golden[] = "medark-map 1\n"
			     "leaves 6\n"
			     "content 34\n"
			     "L 4 0 12\n"
			     "R 7 1220 5\n"
			     "F 7 = 3\n"
			     "L 4 = 4\n"
			     "P 7 = 6\n"
			     "L 9 9223372036854775803 4\n"
			     "\n"
			     "aaaa\nbbbbbb\n" /* L 4: two lines */
			     "rrrrr"	      /* R 7 */
			     "f\nf"	      /* F 7 */
			     "ccc\n"	      /* L 4 */
			     "p\nppp\n"	      /* P 7 */
			     "dddd"	      /* L 9: a line without LF */
	;

static int parse(const char *text, struct medark_map *out, struct medark_error *err)
{
	return medark_map_parse(medark_bytes_text(text), out, err);
}

static void the_golden_map_is_read(void **state)
{
	MEDARK_AUTO(medark_map_clear) struct medark_map map = { 0 };
	struct medark_error err = { 0 };

	(void)state;
	assert_int_equal(parse(golden, &map, &err), 0);
	assert_true(map.leaves == 6);
	assert_int_equal(map.count, 6);
	assert_int_equal(map.content.size, 34);
	assert_memory_equal(map.content.data, "aaaa\n", 5);
	assert_int_equal(map.extents[0].kind, MEDARK_EXTENT_LINES);
	assert_int_equal(map.extents[0].item, 4);
	assert_true(map.extents[1].kind == MEDARK_EXTENT_RECORD && map.extents[1].offset == 1220);
	assert_true(map.extents[2].kind == MEDARK_EXTENT_FILLER && map.extents[2].offset == 1225);
	assert_true(map.extents[3].offset == 12 && map.extents[3].length == 4);
	assert_int_equal(map.extents[4].kind, MEDARK_EXTENT_PART);
	assert_true(map.extents[5].offset == INT64_MAX - 4);
}

static void refused(const char *from, const char *to, const char *message)
{
	struct medark_map map = { 0 };
	struct medark_error err = { 0 };
	const char *at = strstr(golden, from);
	char changed[1024];

	assert_non_null(at);
	(void)snprintf(changed, sizeof(changed), "%.*s%s%s", (int)(at - golden), golden, to,
		       at + strlen(from));
	assert_int_equal(parse(changed, &map, &err), MEDARK_E_FORMAT);
	assert_string_equal(err.message, message);
	assert_null(map.extents);
}

static void heads_of_other_forms_are_refused(void **state)
{
	(void)state;
	refused("medark-map 1", "medark-map 2", "map line 1: not a map of version 1");
	refused("map 1\n", "map 1\r\n", "map line 1: not a map of version 1");
	refused("leaves 6", "leaves 06", "map line 2: not a number in its range");
	refused("leaves 6", "leaves 67108865", "map line 2: not a number in its range");
	refused("leaves 6", "Leaves 6", "map line 2: expected 'leaves '");
	refused("content 34", "content", "map line 3: expected 'content '");
	refused("content 34", "content 67108865", "map line 3: not a number in its range");
	refused("content 34", "content 1000", "map line 3: the content is longer than the segment");
	refused("leaves 6", "leaves 5", "map line 9: the content has another number of leaves");
	refused("leaves 6", "leaves 7", "map line 9: the content has another number of leaves");
}

static void contents_of_another_size_are_refused(void **state)
{
	(void)state;
	refused("content 34", "content 33",
		"map line 3: the map does not end in an empty line before the content");
	refused("content 34", "content 35",
		"map line 8: more than extents stand before the content");
	refused("L 4 0 12", "L 4 0 11", "map line 9: the extents are shorter than the content");
	refused("L 4 0 12", "L 4 0 13", "map line 9: the extents are longer than the content");
	refused("content 34", "content 29", "map line 10: not an extent");
}

static void extents_have_one_form(void **state)
{
	(void)state;
	refused("R 7", "X 7", "map line 5: not an extent");
	refused("R 7", "r 7", "map line 5: not an extent");
	refused("R 7 ", "R\t7 ", "map line 5: not an extent");
	refused("R 7 ", "R  7 ", "map line 5: not an item's number");
	refused("R 7 ", "R 07 ", "map line 5: not an item's number");
	refused("R 7 ", "R 4294967295 ", "map line 5: not an item's number");
	refused("1220", "+1220", "map line 5: not an offset");
	refused("1220", "9223372036854775808", "map line 5: not an offset");
	refused("1220", "==", "map line 5: not an offset");
	refused("1220 5", "1220 0", "map line 5: not a length");
	refused("1220 5", "1220 05", "map line 5: not a length");
	refused("1220 5", "1220  5", "map line 5: not a length");
	refused("1220 5", "1220 67108865", "map line 5: not a length");
	refused("1220 5\n", "1220 5 \n", "map line 5: not a length");
	refused("1220 5\n", "1220 5\n\n", "map line 6: not an extent");
	refused("R 7 1220 5\n", "R 7 1220\n", "map line 5: not an offset");
	refused("R 7 1220 5\n", "R\n", "map line 5: not an extent");
}

static void continuing_needs_a_beginning(void **state)
{
	(void)state;
	refused("R 7 1220", "R 7 =", "map line 5: continues an item that did not begin");
	refused("F 7 =", "F 8 =", "map line 6: continues an item that did not begin");
	refused("L 9 9223372036854775803", "L 9 9223372036854775804",
		"map line 9: beyond the largest size of an item");
}

static void every_shorter_segment_is_refused(void **state)
{
	struct medark_map map = { 0 };

	(void)state;
	for (size_t n = 0; n < strlen(golden); n++)
		assert_int_equal(medark_map_parse(medark_bytes(golden, n), &map, NULL),
				 MEDARK_E_FORMAT);
}

static void an_empty_map_has_no_content(void **state)
{
	MEDARK_AUTO(medark_map_clear) struct medark_map map = { 0 };

	(void)state;
	assert_int_equal(parse("medark-map 1\nleaves 0\ncontent 0\n\n", &map, NULL), 0);
	assert_int_equal(map.count, 0);
	assert_int_equal(parse("medark-map 1\nleaves 0\ncontent 1\n\nx", &map, NULL),
			 MEDARK_E_FORMAT);
}

/* ---- writing ---- */

static int add(struct medark_map_writer *w, struct medark_extent e, uint64_t leaves, bool lf)
{
	return medark_map_writer_add(w, &e, leaves, lf, NULL);
}

static void assert_text(struct medark_map_writer *w, const char *text)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(1 << 20);

	assert_true(medark_map_writer_size(w) >= strlen(text));
	assert_int_equal(medark_map_writer_finish(w, &out, NULL), 0);
	assert_int_equal(out.size, strlen(text));
	assert_memory_equal(out.data, text, out.size);
}

static void what_is_written_is_the_golden_text(void **state)
{
	MEDARK_AUTO(medark_map_writer_free) struct medark_map_writer *w = NULL;
	char text[512];

	(void)state;
	assert_int_equal(medark_map_writer_new(&w, NULL), 0);
	(void)snprintf(text, sizeof(text), "%.*s", (int)(strstr(golden, "\n\n") + 2 - golden),
		       golden);
	for (int round = 0; round < 2; round++) {
		assert_int_equal(add(w, (struct medark_extent) { 'L', 4, 0, 5 }, 1, true), 0);
		assert_int_equal(add(w, (struct medark_extent) { 'L', 4, 5, 7 }, 1, true), 0);
		assert_int_equal(add(w, (struct medark_extent) { 'R', 7, 1220, 5 }, 1, false), 0);
		assert_int_equal(add(w, (struct medark_extent) { 'F', 7, 1225, 1 }, 0, false), 0);
		assert_int_equal(add(w, (struct medark_extent) { 'F', 7, 1226, 2 }, 0, false), 0);
		assert_int_equal(add(w, (struct medark_extent) { 'L', 4, 12, 4 }, 1, true), 0);
		assert_int_equal(add(w, (struct medark_extent) { 'P', 7, 1228, 6 }, 1, true), 0);
		assert_int_equal(
			add(w, (struct medark_extent) { 'L', 9, INT64_MAX - 4, 4 }, 1, false), 0);
		assert_text(w, text);
	}
}

static void only_what_continues_is_joined(void **state)
{
	MEDARK_AUTO(medark_map_writer_free) struct medark_map_writer *w = NULL;

	(void)state;
	assert_int_equal(medark_map_writer_new(&w, NULL), 0);
	assert_int_equal(add(w, (struct medark_extent) { 'R', 1, 0, 5 }, 1, true), 0);
	assert_int_equal(add(w, (struct medark_extent) { 'R', 1, 5, 5 }, 1, true), 0);
	assert_int_equal(add(w, (struct medark_extent) { 'P', 1, 10, 5 }, 1, true), 0);
	assert_int_equal(add(w, (struct medark_extent) { 'P', 1, 15, 5 }, 1, true), 0);
	assert_int_equal(add(w, (struct medark_extent) { 'L', 1, 20, 5 }, 1, false), 0);
	assert_int_equal(add(w, (struct medark_extent) { 'L', 1, 25, 5 }, 1, true), 0);
	assert_int_equal(add(w, (struct medark_extent) { 'L', 1, 31, 5 }, 1, true), 0);
	assert_int_equal(add(w, (struct medark_extent) { 'L', 2, 36, 5 }, 1, true), 0);
	assert_int_equal(add(w, (struct medark_extent) { 'F', 2, 41, 5 }, 0, true), 0);
	assert_text(w, "medark-map 1\nleaves 8\ncontent 45\nR 1 0 5\nR 1 = 5\nP 1 = 5\nP 1 = 5\n"
		       "L 1 = 5\nL 1 = 5\nL 1 31 5\nL 2 36 5\nF 2 = 5\n\n");
	assert_text(w, "medark-map 1\nleaves 0\ncontent 0\n\n");
}

/* Items that share a slot of the writer's short memory, and contents made up to fit. */
static void many_items_survive_the_round_trip(void **state)
{
	MEDARK_AUTO(medark_map_writer_free) struct medark_map_writer *w = NULL;
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(32 << 20);
	MEDARK_AUTO(medark_map_clear) struct medark_map map = { 0 };
	enum { EXTENTS = 20000 };
	static struct medark_extent extents[EXTENTS];
	static uint64_t ends[4096];
	uint64_t total = 0, seed = 1;

	(void)state;
	assert_int_equal(medark_map_writer_new(&w, NULL), 0);
	for (int i = 0; i < EXTENTS; i++) {
		struct medark_extent *e = &extents[i];

		seed = seed * 6364136223846793005u + 1442695040888963407u;
		*e = (struct medark_extent) { .kind = seed >> 40 & 1 ? MEDARK_EXTENT_RECORD
								     : MEDARK_EXTENT_PART,
					      .item = seed >> 33 & 4095,
					      .length = 1 + (seed >> 50 & 63) };
		e->offset = ends[e->item] + (seed >> 60 & 1);
		ends[e->item] = e->offset + e->length;
		total += e->length;
		assert_int_equal(medark_map_writer_add(w, e, 1, false, NULL), 0);
	}
	assert_int_equal(medark_map_writer_finish(w, &out, NULL), 0);
	assert_int_equal(medark_buffer_reserve(&out, total, NULL), 0);
	memset(out.data + out.size, 'x', total);
	assert_int_equal(medark_map_parse(medark_bytes(out.data, out.size + total), &map, NULL), 0);
	assert_int_equal(map.count, EXTENTS);
	assert_true(map.leaves == EXTENTS);
	assert_memory_equal(map.extents, extents, sizeof(extents));
}

static void lines_are_counted_in_contents_of_every_length(void **state)
{
	static char text[4096];

	(void)state;
	for (unsigned n = 1; n <= 1100; n++) {
		MEDARK_AUTO(medark_map_clear) struct medark_map map = { 0 };
		unsigned lines = (n + 2) / 3;
		int head =
			snprintf(text, sizeof(text),
				 "medark-map 1\nleaves %u\ncontent %u\nL 0 0 %u\n\n", lines, n, n);

		for (unsigned i = 0; i < n; i++)
			text[head + (int)i] = i % 3 == 2 ? '\n' : 'x';
		assert_int_equal(medark_map_parse(medark_bytes(text, (size_t)head + n), &map, NULL),
				 0);
	}
}

static void a_map_has_a_ceiling(void **state)
{
	MEDARK_AUTO(medark_map_writer_free) struct medark_map_writer *w = NULL;
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(MEDARK_MAP_MAX);
	struct medark_extent e = { .kind = MEDARK_EXTENT_RECORD, .length = 1 };
	struct medark_error err = { 0 };
	int code = 0;

	(void)state;
	assert_int_equal(medark_map_writer_new(&w, NULL), 0);
	for (; code == 0; e.item += 1000003, e.offset += 1000000007)
		code = medark_map_writer_add(w, &e, 1, false, &err);
	assert_int_equal(code, MEDARK_E_MEMORY);
	assert_string_equal(err.message,
			    "a segment's map is larger than the limit of 16777216 bytes");
	assert_int_equal(medark_map_writer_finish(w, &out, NULL), 0);
	assert_true(out.size <= MEDARK_MAP_MAX && out.size > MEDARK_MAP_MAX - 256);
}

static void a_content_has_a_ceiling(void **state)
{
	MEDARK_AUTO(medark_map_writer_free) struct medark_map_writer *w = NULL;
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(1024);
	struct medark_extent e = { .kind = MEDARK_EXTENT_RECORD, .length = MEDARK_CONTENT_MAX + 1 };
	struct medark_error err = { 0 };

	(void)state;
	assert_int_equal(medark_map_writer_new(&w, NULL), 0);
	assert_int_equal(medark_map_writer_add(w, &e, 1, false, &err), 0);
	assert_int_equal(medark_map_writer_finish(w, &out, &err), MEDARK_E_USAGE);
	assert_string_equal(err.message,
			    "a segment's content is larger than the limit of 67108864 bytes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_golden_map_is_read),
		cmocka_unit_test(heads_of_other_forms_are_refused),
		cmocka_unit_test(contents_of_another_size_are_refused),
		cmocka_unit_test(extents_have_one_form),
		cmocka_unit_test(continuing_needs_a_beginning),
		cmocka_unit_test(every_shorter_segment_is_refused),
		cmocka_unit_test(an_empty_map_has_no_content),
		cmocka_unit_test(what_is_written_is_the_golden_text),
		cmocka_unit_test(only_what_continues_is_joined),
		cmocka_unit_test(many_items_survive_the_round_trip),
		cmocka_unit_test(lines_are_counted_in_contents_of_every_length),
		cmocka_unit_test(a_map_has_a_ceiling),
		cmocka_unit_test(a_content_has_a_ceiling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
