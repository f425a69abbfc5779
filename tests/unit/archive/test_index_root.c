/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "archive/index_root.h"
#include "container/manifest.h"

#include <stdio.h>
#include <string.h>

#define ARCHIVE "000102030405060708090a0b0c0d0e0f"
#define SIGNER	"1111111111111111111111111111111111111111111111111111111111111111"
#define EMPTY	"{\"rows\":0,\"pages\":[]}"
#define HEAD                                                                                       \
	"{\"archive\":\"" ARCHIVE "\",\"signer\":\"" SIGNER "\",\"leaves\":5,\"records\":4,"       \
	"\"tables\":{\"items\":{\"rows\":2,\"pages\":[[0,\"0\"]]},\"segments\":{\"rows\":1,"       \
	"\"pages\":[[0,\"1\"]]},\"patients\":"
#define PATIENTS "{\"rows\":9,\"pages\":[[0,\"Pa\"],[5,\"Pm\"]]}"
#define REST                                                                                       \
	",\"identifiers\":" EMPTY ",\"names\":" EMPTY ",\"births\":" EMPTY ",\"outside\":" EMPTY   \
	",\"quarantine\":" EMPTY "}}"
#define GOOD HEAD PATIENTS REST

/* One data segment, one page of items, one of segments, two of patients. */
static struct medark_manifest *manifest(void)
{
	static const char *const names[] = {
		"README.txt",
		"RECOVER.sh",
		"FORMAT.md",
		"header.json",
		"keys.p7m",
		"data/00000001.zst.p7m",
		"index/items/00000001.zst.p7m",
		"index/segments/00000001.zst.p7m",
		"index/patients/00000001.zst.p7m",
		"index/patients/00000002.zst.p7m",
		"index/root.zst.p7m",
		"summary.json",
	};
	MEDARK_AUTO(medark_manifest_writer_free) struct medark_manifest_writer *w = NULL;
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer text = MEDARK_BUFFER(1 << 20);
	struct medark_manifest_facts facts = { .sequence = 1, .records = 4, .leaves = 5 };
	struct medark_digest digest = { { 0 } };
	struct medark_manifest *m = NULL;
	struct medark_error err;

	for (size_t i = 0; i < sizeof(facts.archive.bytes); i++)
		facts.archive.bytes[i] = (uint8_t)i;
	assert_int_equal(medark_manifest_writer_new(&w, &err), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(medark_manifest_writer_add(w, names[i], 300, &digest, &err), 0);
	assert_int_equal(medark_manifest_writer_finish(w, &facts, &text, &err), 0);
	assert_int_equal(medark_manifest_parse(medark_bytes(text.data, text.size), &m, &err), 0);
	return m;
}

static int parse(const char *text, struct medark_index_root *root, struct medark_error *err)
{
	MEDARK_AUTO(medark_manifest_free) struct medark_manifest *m = manifest();

	return medark_index_root_parse(medark_bytes_text(text), m, root, err);
}

static void a_root_says_where_rows_and_keys_are(void **state)
{
	MEDARK_AUTO(medark_index_root_clear) struct medark_index_root root = { 0 };
	const struct medark_index_table *t = &root.tables[MEDARK_KIND_PATIENTS];
	struct medark_error err;

	(void)state;
	assert_int_equal(parse(GOOD, &root, &err), 0);
	assert_int_equal(t->rows, 9);
	assert_int_equal(t->page_count, 2);
	assert_int_equal(t->pages[1].row, 5);
	assert_true(medark_bytes_is(t->pages[1].key, "Pm"));
	assert_int_equal(root.tables[MEDARK_KIND_NAMES].page_count, 0);
}

static void names_that_are_not_known_are_passed_over(void **state)
{
	MEDARK_AUTO(medark_index_root_clear) struct medark_index_root root = { 0 };
	struct medark_error err;

	(void)state;
	assert_int_equal(parse("{\"new\":[{}],"
			       "\"archive\":\"" ARCHIVE "\",\"signer\":\"" SIGNER
			       "\",\"leaves\":5,\"records\":4,\"tables\":{\"new\":1,\"items\":"
			       "{\"x\":null,\"rows\":2,\"pages\":[[0,\"0\"]]},\"segments\":"
			       "{\"rows\":1,\"pages\":[[0,\"1\"]]},\"patients\":" PATIENTS REST,
			       &root, &err),
			 0);
}

static void refuses(const char *text, const char *message)
{
	MEDARK_AUTO(medark_index_root_clear) struct medark_index_root root = { 0 };
	struct medark_error err;

	assert_int_equal(parse(text, &root, &err), MEDARK_E_FORMAT);
	assert_string_equal(err.message, message);
}

/* A root with a name that is not known, whose value nests so deep that the whole is `depth` deep.
 */
static int parse_nested(size_t depth)
{
	MEDARK_AUTO(medark_index_root_clear) struct medark_index_root root = { 0 };
	struct medark_error err;
	char text[2048 + sizeof(GOOD)];
	char *p = text;

	p += sprintf(p, "{\"new\":");
	memset(p, '[', depth - 1);
	memset(p + depth - 1, ']', depth - 1);
	p += 2 * (depth - 1);
	(void)sprintf(p, ",%s", &GOOD[1]);
	return parse(text, &root, &err);
}

static void a_root_may_be_nested_512_deep(void **state)
{
	(void)state;
	assert_int_equal(parse_nested(512), 0);
	assert_int_equal(parse_nested(513), MEDARK_E_FORMAT);
}

static void a_root_of_something_else_is_refused(void **state)
{
	(void)state;
	refuses("{\"archive\":\"ffffffffffffffffffffffffffffffff\"}",
		"the index's root is malformed: it is of another archive");
	refuses("{\"leaves\":6}",
		"the index's root is malformed: its counts are not those of MANIFEST");
	refuses("{\"records\":5}",
		"the index's root is malformed: its counts are not those of MANIFEST");
}

static void malformed_roots_are_refused(void **state)
{
	(void)state;
	refuses("", "the index's root is malformed: it is no object");
	refuses("[]", "the index's root is malformed: it is no object");
	refuses("{}", "the index's root is malformed: a name is missing");
	refuses(GOOD "x", "the index's root is malformed: it is not JSON");
	refuses("{\"leaves\":5,\"leaves\":5}",
		"the index's root is malformed: a name stands there twice");
	refuses("{\"new\":5,\"new\":5}",
		"the index's root is malformed: a name stands there twice");
	refuses("{\"leaves\":\"5\"}", "the index's root is malformed: a number is missing");
	refuses("{\"leaves\":9223372036854775808}",
		"the index's root is malformed: a number is missing");
	refuses("{\"archive\":\"00\"}",
		"the index's root is malformed: an id or a hash is missing");
	refuses("{\"tables\":{}}", "the index's root is malformed: a table is missing");
}

static void malformed_tables_are_refused(void **state)
{
	(void)state;
	refuses(HEAD "{\"rows\":9,\"pages\":[[0,\"Pa\"]]}" REST,
		"the index's root is malformed: a page's entry is no array");
	refuses(HEAD "{\"rows\":9,\"pages\":[[0,\"Pa\"],[5,\"Pm\"],[6,\"Pn\"]]}" REST,
		"the index's root is malformed: a table has more pages than the archive");
	refuses(HEAD "{\"rows\":5,\"pages\":[[0,\"Pa\"],[5,\"Pm\"]]}" REST,
		"the index's root is malformed: a table's number of rows does not fit its pages");
	refuses(HEAD "{\"rows\":9,\"pages\":[[1,\"Pa\"],[5,\"Pm\"]]}" REST,
		"the index's root is malformed: the pages' first rows do not ascend");
	refuses(HEAD "{\"rows\":9,\"pages\":[[0,\"Pa\"],[0,\"Pm\"]]}" REST,
		"the index's root is malformed: the pages' first rows do not ascend");
	refuses(HEAD "{\"rows\":9,\"pages\":[[0,\"Pz\"],[5,\"Pm\"]]}" REST,
		"the index's root is malformed: the pages' first fields do not ascend");
	refuses(HEAD "{\"rows\":9,\"pages\":[[0,1],[5,\"Pm\"]]}" REST,
		"the index's root is malformed: a page's first field is missing");
	refuses(HEAD "{\"rows\":9,\"pages\":[[0,\"Pa\",1],[5,\"Pm\"]]}" REST,
		"the index's root is malformed: a page's entry has more than two elements");
	refuses(HEAD "{\"pages\":[[0,\"Pa\"],[5,\"Pm\"]]}" REST,
		"the index's root is malformed: a table lacks its rows or pages");
	refuses(HEAD "{\"rows\":9}" REST,
		"the index's root is malformed: a table lacks its rows or pages");
	refuses(HEAD "{\"rows\":300000000,\"pages\":[[0,\"Pa\"],[5,\"Pm\"]]}" REST,
		"the index's root is malformed: too many patients");
	refuses(HEAD PATIENTS ",\"patients\":" PATIENTS REST,
		"the index's root is malformed: a name stands there twice");
	refuses(HEAD "{\"rows\":9,\"rows\":9,\"pages\":[[0,\"Pa\"],[5,\"Pm\"]]}" REST,
		"the index's root is malformed: a name stands there twice");
	refuses(HEAD "{\"rows\":9,\"pages\":[[0,\"Pa\"],[5,\"Pm\"]],"
		     "\"pages\":[[0,\"Pa\"],[5,\"Pm\"]]}" REST,
		"the index's root is malformed: a name stands there twice");
	refuses(HEAD "{\"rows\":9,\"new\":1,\"pages\":[[0,\"Pa\"],[5,\"Pm\"]],\"new\":1}" REST,
		"the index's root is malformed: a name stands there twice");
}

/* What one reader takes for "rows" another passes over as a name that it does not know. */
static void names_with_escapes_are_refused(void **state)
{
	(void)state;
	refuses("{\"\\u006ceaves\":6}", "the index's root is malformed: a name has escapes");
	refuses(HEAD "{\"rows\":9,\"pages\":[[0,\"Pa\"],[5,\"Pm\"]],\"ro\\u0077s\":8}" REST,
		"the index's root is malformed: a name has escapes");
	refuses(HEAD PATIENTS ",\"it\\u0065ms\":" EMPTY REST,
		"the index's root is malformed: a name has escapes");
}

/* Whatever is cut off or changed: an answer, and no crash. */
static void a_damaged_root_does_no_harm(void **state)
{
	struct medark_error err;
	char text[sizeof(GOOD)];

	(void)state;
	for (size_t i = 0; i + 1 < sizeof(GOOD); i++) {
		MEDARK_AUTO(medark_index_root_clear) struct medark_index_root cut = { 0 };
		MEDARK_AUTO(medark_index_root_clear) struct medark_index_root changed = { 0 };

		memcpy(text, GOOD, sizeof(text));
		text[i] ^= 0x15;
		(void)(parse(text, &changed, &err) == 0);
		text[i] = '\0';
		assert_int_equal(parse(text, &cut, &err), MEDARK_E_FORMAT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_root_says_where_rows_and_keys_are),
		cmocka_unit_test(names_that_are_not_known_are_passed_over),
		cmocka_unit_test(a_root_may_be_nested_512_deep),
		cmocka_unit_test(a_root_of_something_else_is_refused),
		cmocka_unit_test(malformed_roots_are_refused),
		cmocka_unit_test(malformed_tables_are_refused),
		cmocka_unit_test(names_with_escapes_are_refused),
		cmocka_unit_test(a_damaged_root_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
