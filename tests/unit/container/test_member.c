/* SPDX-License-Identifier: Apache-2.0 */
#include "../store/scratch.h"

#include "container/member.h"

static void names_go_there_and_back(void **state)
{
	char name[MEDARK_TAR_NAME_MAX + 1];

	(void)state;
	for (int kind = 0; kind < MEDARK_KIND_COUNT; kind++) {
		enum medark_kind back = MEDARK_KIND_COUNT;
		uint32_t number = 0;

		medark_member_name((enum medark_kind)kind, 1, name);
		assert_true(medark_member_parse(medark_bytes_text(name), &back, &number));
		assert_int_equal(back, kind);
		assert_int_equal(number, 1);
	}
	medark_member_name(MEDARK_KIND_DATA, 99999999, name);
	assert_string_equal(name, "data/99999999.zst.p7m");
	medark_member_name(MEDARK_KIND_PATIENTS, 12, name);
	assert_string_equal(name, "index/patients/00000012.zst.p7m");
	medark_member_name(MEDARK_KIND_ROOT, 1, name);
	assert_string_equal(name, "index/root.zst.p7m");
}

static void other_names_are_not_segments(void **state)
{
	static const char *const bad[] = {
		"",
		"data",
		"data/",
		"README.txt",
		"data/00000000.zst.p7m",
		"data/0000001.zst.p7m",
		"data/000000001.zst.p7m",
		"data/0000000a.zst.p7m",
		"data/00000001.zst.p7mx",
		"data/00000001.zst.p7",
		"data/00000001.ZST.p7m",
		"data//0000001.zst.p7m",
		"Data/00000001.zst.p7m",
		"./data/00000001.zst.p7m",
		"index/00000001.zst.p7m",
		"index/data/00000001.zst.p7m",
		("index/root"
		 "/00000001.zst.p7m"),
		"index/item/00000001.zst.p7m",
		"index/itemsx/0000001.zst.p7m",
		"index/items/00000000.zst.p7m",
		"index/root.zst.p7m/",
	};
	enum medark_kind kind = MEDARK_KIND_COUNT;
	uint32_t number;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(medark_member_parse(medark_bytes_text(bad[i]), &kind, &number));
}

/* GNU tar wrote device numbers of 0 up to version 1.34; later ones leave the fields empty. */
static void add_device_numbers(uint8_t *header)
{
	static const char zeros[8] = "0000000";
	char sum[32];

	if (header[329] == '0')
		return;
	memcpy(header + 329, zeros, sizeof(zeros));
	memcpy(header + 337, zeros, sizeof(zeros));
	(void)snprintf(sum, sizeof(sum), "%06lo",
		       strtoul((const char *)header + 148, NULL, 8) + 14 * '0');
	memcpy(header + 148, sum, 6);
}

static void a_header_is_what_gnu_tar_writes(void **state)
{
	static const char *const names[] = { "a", "header.json", "data/00000001.zst.p7m",
					     "index/quarantine/00000123.zst.p7m" };
	static const size_t sizes[] = { 0, 1, 511, 512, 513, 70000 };
	uint8_t ours[MEDARK_TAR_BLOCK], content[70000];

	(void)state;
	memset(content, 'x', sizeof(content));
	scratch_run("mkdir -p data index/quarantine");
	for (size_t i = 0; i < 4 * 6; i++) {
		const char *name = names[i % 4];
		const size_t size = sizes[i / 4];
		char command[512];
		uint8_t *theirs;
		size_t total;

		scratch_write(name, content, size);
		(void)snprintf(command, sizeof(command),
			       "tar --format=ustar --owner=0 --group=0 --numeric-owner --mode=0644 "
			       "--mtime=@946684800 -b1 -cf out.tar %s",
			       name);
		scratch_run(command);
		theirs = scratch_read("out.tar", &total);
		add_device_numbers(theirs);
		medark_member_header(name, size, ours);
		assert_memory_equal(ours, theirs, sizeof(ours));
		assert_int_equal(medark_member_space(size) + MEDARK_TAR_END, total);
		free(theirs);
	}
}

static void a_header_holds_the_longest_name_and_size(void **state)
{
	char name[MEDARK_TAR_NAME_MAX + 1];
	uint8_t header[MEDARK_TAR_BLOCK];

	(void)state;
	memset(name, 'n', MEDARK_TAR_NAME_MAX);
	name[MEDARK_TAR_NAME_MAX] = '\0';
	medark_member_header(name, (UINT64_C(1) << 33) - 1, header);
	assert_string_equal((char *)header, name);
	assert_string_equal((char *)header + 124, "77777777777");
}

static void a_member_takes_whole_blocks(void **state)
{
	(void)state;
	assert_true(medark_member_space(0) == 512);
	assert_true(medark_member_space(1) == 1024);
	assert_true(medark_member_space(512) == 1024);
	assert_true(medark_member_space(513) == 1536);
}

static void the_locator_has_one_content(void **state)
{
	static const char text[] = "medark-locator 1\nmanifest-offset 1536\n";
	uint8_t block[MEDARK_LOCATOR_SIZE];
	struct medark_error err;
	uint64_t offset = 0;

	(void)state;
	medark_locator_make(1536, block);
	assert_memory_equal(block, text, strlen(text));
	for (size_t i = strlen(text); i < sizeof(block); i++)
		assert_int_equal(block[i], '\n');
	assert_int_equal(medark_locator_parse(block, &offset, &err), 0);
	assert_true(offset == 1536);
	medark_locator_make(UINT64_C(0x7ffffffffffffe00), block);
	assert_int_equal(medark_locator_parse(block, &offset, &err), 0);
	assert_true(offset == UINT64_C(0x7ffffffffffffe00));
}

static void a_locator_with_any_byte_changed_is_refused_or_another(void **state)
{
	uint8_t block[MEDARK_LOCATOR_SIZE];
	struct medark_error err;
	int taken = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(block); i++) {
		for (int bit = 0; bit < 8; bit++) {
			uint64_t offset = 1536;

			medark_locator_make(1536, block);
			block[i] ^= (uint8_t)(1 << bit);
			if (medark_locator_parse(block, &offset, &err) == 0) {
				assert_true(offset != 1536);
				taken++;
			}
		}
	}
	assert_true(taken < 8); /* another offset that is a multiple of 512 */
}

static void locators_of_other_forms_are_refused(void **state)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "medark-locator 2\nmanifest-offset 512\n", "LOCATOR is not a locator" },
		{ "medark-locator 1\nmanifest-offset \n", "LOCATOR holds no valid offset" },
		{ "medark-locator 1\nmanifest-offset 0512\n", "LOCATOR holds no valid offset" },
		{ "medark-locator 1\nmanifest-offset 513\n", "LOCATOR holds no valid offset" },
		{ "medark-locator 1\nmanifest-offset 9223372036854775808\n",
		  "LOCATOR holds no valid offset" },
		{ "medark-locator 1\nmanifest-offset 512\nx\n",
		  "LOCATOR holds more than an offset" },
	};
	uint8_t block[MEDARK_LOCATOR_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct medark_error err = { 0 };
		uint64_t offset = 7;

		memset(block, '\n', sizeof(block));
		memcpy(block, cases[i].text, strlen(cases[i].text));
		assert_int_equal(medark_locator_parse(block, &offset, &err), MEDARK_E_FORMAT);
		assert_string_equal(err.message, cases[i].message);
		assert_true(offset == 7);
	}
	memset(block, '5', sizeof(block));
	memcpy(block, "medark-locator 1\nmanifest-offset ", 33);
	assert_int_equal(medark_locator_parse(block, &(uint64_t) { 0 }, NULL), MEDARK_E_FORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_go_there_and_back),
		cmocka_unit_test(other_names_are_not_segments),
		cmocka_unit_test_setup_teardown(a_header_is_what_gnu_tar_writes, scratch_setup,
						scratch_teardown),
		cmocka_unit_test(a_header_holds_the_longest_name_and_size),
		cmocka_unit_test(a_member_takes_whole_blocks),
		cmocka_unit_test(the_locator_has_one_content),
		cmocka_unit_test(a_locator_with_any_byte_changed_is_refused_or_another),
		cmocka_unit_test(locators_of_other_forms_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
