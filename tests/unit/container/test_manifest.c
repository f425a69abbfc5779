/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "base/text.h"
#include "container/manifest.h"
#include "container/member.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B64 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define C64 "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"

#define HEAD                                                                                       \
	"# medark manifest 1\n"                                                                    \
	"# archive 000102030405060708090a0b0c0d0e0f\n"                                             \
	"# sequence 2\n"                                                                           \
	"# previous " B64 "\n"

#define FRONT                                                                                      \
	"#10\n" A64 "  README.txt\n"                                                               \
	"#20\n" A64 "  RECOVER.sh\n"                                                               \
	"#600\n" A64 "  FORMAT.md\n"                                                               \
	"#512\n" A64 "  header.json\n"                                                             \
	"#1\n" A64 "  keys.p7m\n"

static const char golden[] =
	HEAD "# members 12\n"
	     "# records 5\n"
	     "# leaves 7\n"
	     "# records-root " C64 "\n" FRONT "#1000\n" A64 "  data/00000001.zst.p7m\n"
	     "#1001\n" A64 "  data/00000002.zst.p7m\n"
	     "#1002\n" A64 "  index/items/00000001.zst.p7m\n"
	     "#1003\n" A64 "  index/patients/00000001.zst.p7m\n"
	     "#1004\n" A64 "  index/patients/00000002.zst.p7m\n"
	     "#1005\n" A64 "  index/root.zst.p7m\n"
	     "#1006\n" A64 "  summary.json\n";

static const char smallest[] =
	"# medark manifest 1\n"
	"# archive 000102030405060708090a0b0c0d0e0f\n"
	"# sequence 1\n"
	"# previous -\n"
	"# members 7\n"
	"# records 0\n"
	"# leaves 0\n"
	"# records-root " C64 "\n" FRONT "#1005\n" A64 "  index/root.zst.p7m\n"
	"#1006\n" A64 "  summary.json\n";

static int parse(const char *text, struct medark_manifest **out, struct medark_error *err)
{
	return medark_manifest_parse(medark_bytes_text(text), out, err);
}

static void the_golden_text_is_read(void **state)
{
	MEDARK_AUTO(medark_manifest_free) struct medark_manifest *m = NULL;
	const struct medark_manifest_facts *facts;
	struct medark_error err = { 0 };

	(void)state;
	assert_int_equal(parse(golden, &m, &err), 0);
	facts = medark_manifest_facts(m);
	assert_int_equal(facts->archive.bytes[15], 15);
	assert_int_equal(facts->sequence, 2);
	assert_true(facts->has_previous);
	assert_int_equal(facts->previous.bytes[0], 0xbb);
	assert_true(facts->records == 5 && facts->leaves == 7);
	assert_int_equal(facts->records_root.bytes[31], 0xcc);
	assert_int_equal(medark_manifest_count(m), 12);
	assert_string_equal(medark_manifest_member(m, 3)->name, "header.json");
	assert_true(medark_manifest_member(m, 3)->size == 512);
	assert_true(medark_manifest_member(m, 0)->offset == 0);
	assert_true(medark_manifest_member(m, 3)->offset == 1024 + 1024 + 1536);
	assert_true(medark_manifest_offset(m) == 1024 + 1024 + 1536 + 1024 + 1024 + 7 * 1536);
}

static void members_are_found_by_name_and_number(void **state)
{
	MEDARK_AUTO(medark_manifest_free) struct medark_manifest *m = NULL;

	(void)state;
	assert_int_equal(parse(golden, &m, NULL), 0);
	assert_int_equal(medark_manifest_segments(m, MEDARK_KIND_DATA), 2);
	assert_int_equal(medark_manifest_segments(m, MEDARK_KIND_ITEMS), 1);
	assert_int_equal(medark_manifest_segments(m, MEDARK_KIND_SEGMENTS), 0);
	assert_int_equal(medark_manifest_segments(m, MEDARK_KIND_PATIENTS), 2);
	assert_int_equal(medark_manifest_segments(m, MEDARK_KIND_ROOT), 1);
	assert_true(medark_manifest_segment(m, MEDARK_KIND_DATA, 2)->size == 1001);
	assert_true(medark_manifest_segment(m, MEDARK_KIND_PATIENTS, 2)->size == 1004);
	assert_true(medark_manifest_segment(m, MEDARK_KIND_ROOT, 1)->size == 1005);
	assert_null(medark_manifest_segment(m, MEDARK_KIND_DATA, 0));
	assert_null(medark_manifest_segment(m, MEDARK_KIND_DATA, 3));
	assert_null(medark_manifest_segment(m, MEDARK_KIND_NAMES, 1));
	assert_true(medark_manifest_find(m, MEDARK_MEMBER_README)->size == 10);
	assert_true(medark_manifest_find(m, MEDARK_MEMBER_KEYS)->size == 1);
	assert_true(medark_manifest_find(m, MEDARK_MEMBER_ROOT)->size == 1005);
	assert_true(medark_manifest_find(m, MEDARK_MEMBER_SUMMARY)->size == 1006);
	assert_null(medark_manifest_find(m, MEDARK_MEMBER_MANIFEST));
	assert_null(medark_manifest_find(m, "data/00000001.zst.p7m"));
}

static void an_archive_without_records_has_seven_members(void **state)
{
	MEDARK_AUTO(medark_manifest_free) struct medark_manifest *m = NULL;

	(void)state;
	assert_int_equal(parse(smallest, &m, NULL), 0);
	assert_false(medark_manifest_facts(m)->has_previous);
	assert_int_equal(medark_manifest_segments(m, MEDARK_KIND_DATA), 0);
	assert_true(medark_manifest_find(m, MEDARK_MEMBER_ROOT)->size == 1005);
}

static struct medark_manifest_writer *filled(const struct medark_manifest *m)
{
	struct medark_manifest_writer *w = NULL;

	assert_int_equal(medark_manifest_writer_new(&w, NULL), 0);
	for (uint32_t i = 0; i < medark_manifest_count(m); i++) {
		const struct medark_manifest_member *member = medark_manifest_member(m, i);

		assert_int_equal(medark_manifest_writer_add(w, member->name, member->size,
							    &member->digest, NULL),
				 0);
	}
	return w;
}

static void what_is_written_is_the_golden_text(void **state)
{
	static const char *const texts[] = { golden, smallest };

	(void)state;
	for (int i = 0; i < 2; i++) {
		MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(1 << 20);
		MEDARK_AUTO(medark_manifest_free) struct medark_manifest *m = NULL;
		MEDARK_AUTO(medark_manifest_writer_free) struct medark_manifest_writer *w = NULL;

		assert_int_equal(parse(texts[i], &m, NULL), 0);
		w = filled(m);
		assert_int_equal(
			medark_manifest_writer_finish(w, medark_manifest_facts(m), &out, NULL), 0);
		assert_int_equal(out.size, strlen(texts[i]));
		assert_memory_equal(out.data, texts[i], out.size);
	}
}

static void the_writer_keeps_order_and_limits(void **state)
{
	MEDARK_AUTO(medark_manifest_writer_free) struct medark_manifest_writer *w = NULL;
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(1 << 20);
	const struct medark_manifest_facts facts = { .sequence = 1 };
	const struct medark_digest digest = { { 0 } };
	struct medark_error err = { 0 };

	(void)state;
	assert_int_equal(medark_manifest_writer_new(&w, NULL), 0);
	assert_int_equal(medark_manifest_writer_add(w, "RECOVER.sh", 1, &digest, &err),
			 MEDARK_E_USAGE);
	assert_string_equal(err.message, "'RECOVER.sh' cannot be member 1 of an archive");
	assert_int_equal(medark_manifest_writer_add(w, "README.txt", (1 << 20) + 1, &digest, &err),
			 MEDARK_E_USAGE);
	assert_string_equal(err.message, "'README.txt' is larger than the limit of 1048576 bytes");
	assert_int_equal(medark_manifest_writer_add(w, "README.txt", 1 << 20, &digest, &err), 0);
	assert_int_equal(medark_manifest_writer_finish(w, &facts, &out, &err), MEDARK_E_USAGE);
	assert_string_equal(err.message, "the manifest lacks members");
	assert_int_equal(out.size, 0);
}

/* `text` with the first `from` in it replaced by `to` is refused with `message`. */
static void refused(const char *text, const char *from, const char *to, const char *message)
{
	const char *at = strstr(text, from);
	struct medark_manifest *m = NULL;
	struct medark_error err = { 0 };
	char changed[8192];

	assert_non_null(at);
	(void)snprintf(changed, sizeof(changed), "%.*s%s%s", (int)(at - text), text, to,
		       at + strlen(from));
	assert_int_equal(parse(changed, &m, &err), MEDARK_E_FORMAT);
	assert_string_equal(err.message, message);
	assert_null(m);
}

static void heads_of_other_forms_are_refused(void **state)
{
	(void)state;
	refused(golden, "manifest 1", "manifest 2",
		"MANIFEST line 1: not version 1, the one that is known here");
	refused(golden, "# medark", "#medark", "MANIFEST line 1: expected '# medark manifest '");
	refused(golden, "0e0f", "0e0F", "MANIFEST line 2: not a hexadecimal value of its length");
	refused(golden, "0e0f\n", "0e0f \n",
		"MANIFEST line 2: not a hexadecimal value of its length");
	refused(golden, "0e0f\n", "0e0f\r\n",
		"MANIFEST line 2: not a hexadecimal value of its length");
	refused(golden, "sequence 2", "sequence 0", "MANIFEST line 3: a sequence counts from 1");
	refused(golden, "sequence 2", "sequence 02", "MANIFEST line 3: not a number in its range");
	refused(golden, "sequence 2", "sequence 4294967296",
		"MANIFEST line 3: not a number in its range");
	refused(golden, "sequence 2", "sequence 1",
		"MANIFEST line 4: not what this sequence demands");
	refused(golden, "previous " B64, "previous -",
		"MANIFEST line 4: not what this sequence demands");
	refused(golden, "members 12", "members 6", "MANIFEST line 5: too few members");
	refused(golden, "members 12", "members 16777217",
		"MANIFEST line 5: not a number in its range");
	refused(golden, "records 5", "records 9223372036854775808",
		"MANIFEST line 6: not a number in its range");
	refused(golden, "leaves 7", "leaves -7", "MANIFEST line 7: not a number in its range");
	refused(golden, "# leaves", "# records", "MANIFEST line 7: expected '# leaves '");
	refused(golden, C64, "cc", "MANIFEST line 8: not a hexadecimal value of its length");
}

static void numbers_of_members_that_are_not_there_allocate_nothing(void **state)
{
	(void)state;
	refused(golden, "members 12", "members 16777216",
		"MANIFEST line 8: fewer lines than members");
	refused(golden, "members 12", "members 13", "MANIFEST line 33: the text ends here");
}

static void members_out_of_order_are_refused(void **state)
{
	static const char next[] = "not the member that comes next in an archive";
	char m10[96], m20[96], m22[96], m26[96], m30[96], m12[96];

	(void)state;
	(void)snprintf(m10, sizeof(m10), "MANIFEST line 10: %s", next);
	(void)snprintf(m12, sizeof(m12), "MANIFEST line 12: %s", next);
	(void)snprintf(m20, sizeof(m20), "MANIFEST line 20: %s", next);
	(void)snprintf(m22, sizeof(m22), "MANIFEST line 22: %s", next);
	(void)snprintf(m26, sizeof(m26), "MANIFEST line 26: %s", next);
	(void)snprintf(m30, sizeof(m30), "MANIFEST line 30: %s", next);
	refused(golden, "README.txt", "RECOVER.sh", m10);
	refused(golden, "README.txt", "README.tx", m10);
	refused(golden, "RECOVER.sh", "README.txt", m12);
	refused(golden, "data/00000001", "data/00000002", m20);
	refused(golden, "data/00000002", "data/00000001", m22);
	refused(golden, "data/00000002", "data/00000003", m22);
	refused(golden, "patients/00000001", "patients/00000002", m26);
	refused(golden, "patients/00000001", "items/00000001", m26);
	refused(golden, "patients/00000001", "data/00000003", m26);
	refused(golden, "index/root", "index/items/00000002", m30);
	refused(golden, "index/root.zst.p7m", "summary.json", m30);
}

static void lines_of_members_have_one_form(void **state)
{
	static const char line[] = "MANIFEST line 10: not a SHA-256, two spaces and a name";

	(void)state;
	refused(golden, A64 "  README", A64 " *README", line);
	refused(golden, A64 "  README", A64 " README", line);
	refused(golden, A64 "  README.txt", A64 "  ", line);
	refused(golden, A64 "  README", "A" A64 "  README", line);
	refused(golden, "aa  README.txt", "aA  README.txt", line);
	refused(golden, "#10\n", "#010\n", "MANIFEST line 9: not a number in its range");
	refused(golden, "#10\n", "# 10\n", "MANIFEST line 9: not a number in its range");
	refused(golden, "#10\n", "10\n", "MANIFEST line 9: expected '#'");
	refused(golden, "#10\n", "#1048577\n",
		"MANIFEST line 10: the member is larger than its limit");
	refused(golden, "#512\n", "#65537\n",
		"MANIFEST line 16: the member is larger than its limit");
	refused(golden, "#1000\n", "#67174401\n",
		"MANIFEST line 20: the member is larger than its limit");
	refused(golden, "#1000\n", "#18446744073709551615\n",
		"MANIFEST line 20: the member is larger than its limit");
	refused(golden, "#1006\n", "#1048577\n",
		"MANIFEST line 32: the member is larger than its limit");
}

static void texts_that_end_early_or_late_are_refused(void **state)
{
	struct medark_manifest *m = NULL;
	struct medark_error err = { 0 };
	char longer[8192];

	(void)state;
	for (size_t n = 0; n < strlen(golden); n++)
		assert_int_equal(medark_manifest_parse(medark_bytes(golden, n), &m, NULL),
				 MEDARK_E_FORMAT);
	assert_int_equal(medark_manifest_parse(medark_bytes(golden, 0), &m, &err), MEDARK_E_FORMAT);
	assert_string_equal(err.message, "MANIFEST is empty");
	(void)snprintf(longer, sizeof(longer), "%s\n", golden);
	assert_int_equal(parse(longer, &m, &err), MEDARK_E_FORMAT);
	assert_string_equal(err.message, "MANIFEST line 32: more lines than members");
	refused(golden, "members 12", "members 11",
		"MANIFEST line 30: members are missing behind this one");
	assert_null(m);
}

/* Every change of one bit is refused or gives other facts or members: nothing is ignored. */
static void no_bit_is_without_meaning(void **state)
{
	char changed[sizeof(golden)];
	size_t size = strlen(golden);

	(void)state;
	for (size_t bit = 0; bit < size * 8; bit++) {
		MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(1 << 20);
		MEDARK_AUTO(medark_manifest_free) struct medark_manifest *m = NULL;
		MEDARK_AUTO(medark_manifest_writer_free) struct medark_manifest_writer *w = NULL;

		memcpy(changed, golden, sizeof(golden));
		changed[bit / 8] = (char)(changed[bit / 8] ^ (1 << bit % 8));
		if (medark_manifest_parse(medark_bytes(changed, size), &m, NULL) < 0)
			continue;
		w = filled(m);
		assert_int_equal(
			medark_manifest_writer_finish(w, medark_manifest_facts(m), &out, NULL), 0);
		assert_int_equal(out.size, size);
		assert_memory_equal(out.data, changed, size);
	}
}

static void twenty_five_thousand_members_are_read_in_a_moment(void **state)
{
	static const char *const front[] = { "README.txt", "RECOVER.sh", "FORMAT.md", "header.json",
					     "keys.p7m" };
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(8 << 20);
	MEDARK_AUTO(medark_manifest_free) struct medark_manifest *m = NULL;
	MEDARK_AUTO(medark_manifest_writer_free) struct medark_manifest_writer *w = NULL;
	const struct medark_manifest_facts facts = { .sequence = 1 };
	const struct medark_digest digest = { { 0xab } };
	char name[MEDARK_TAR_NAME_MAX + 1];
	struct timespec a, b;

	(void)state;
	assert_int_equal(medark_manifest_writer_new(&w, NULL), 0);
	for (int i = 0; i < 5; i++)
		assert_int_equal(medark_manifest_writer_add(w, front[i], 5, &digest, NULL), 0);
	for (uint32_t i = 1; i <= 25000; i++) {
		medark_member_name(MEDARK_KIND_DATA, i, name);
		assert_int_equal(medark_manifest_writer_add(w, name, i, &digest, NULL), 0);
	}
	assert_int_equal(medark_manifest_writer_add(w, MEDARK_MEMBER_ROOT, 5, &digest, NULL), 0);
	assert_int_equal(medark_manifest_writer_add(w, MEDARK_MEMBER_SUMMARY, 5, &digest, NULL), 0);
	assert_int_equal(medark_manifest_writer_finish(w, &facts, &out, NULL), 0);
	clock_gettime(CLOCK_MONOTONIC, &a);
	assert_int_equal(medark_manifest_parse(medark_bytes(out.data, out.size), &m, NULL), 0);
	clock_gettime(CLOCK_MONOTONIC, &b);
	print_message("%zu bytes in %.1f ms\n", out.size,
		      (double)(b.tv_sec - a.tv_sec) * 1e3 + (double)(b.tv_nsec - a.tv_nsec) / 1e6);
	assert_true(medark_manifest_segment(m, MEDARK_KIND_DATA, 25000)->size == 25000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_golden_text_is_read),
		cmocka_unit_test(members_are_found_by_name_and_number),
		cmocka_unit_test(an_archive_without_records_has_seven_members),
		cmocka_unit_test(what_is_written_is_the_golden_text),
		cmocka_unit_test(the_writer_keeps_order_and_limits),
		cmocka_unit_test(heads_of_other_forms_are_refused),
		cmocka_unit_test(numbers_of_members_that_are_not_there_allocate_nothing),
		cmocka_unit_test(members_out_of_order_are_refused),
		cmocka_unit_test(lines_of_members_have_one_form),
		cmocka_unit_test(texts_that_end_early_or_late_are_refused),
		cmocka_unit_test(no_bit_is_without_meaning),
		cmocka_unit_test(twenty_five_thousand_members_are_read_in_a_moment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
