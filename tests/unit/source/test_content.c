/* SPDX-License-Identifier: Apache-2.0 */
#include "../crypto/fixture.h"

#include "source/content.h"

#include <archive.h>
#include <archive_entry.h>

#define BYTES(text) medark_bytes(text, sizeof(text) - 1)

/* A tar of one file with a line of a record, as `format` has it, in `out`. */
static struct medark_bytes make_tar(int (*format)(struct archive *), char *out, size_t room)
{
	static const char line[] = "{\"resourceType\":\"Patient\",\"id\":\"a\"}\n";
	struct archive *a = archive_write_new();
	struct archive_entry *entry = archive_entry_new();
	size_t used = 0;

	assert_int_equal(format(a), ARCHIVE_OK);
	assert_int_equal(archive_write_open_memory(a, out, room, &used), ARCHIVE_OK);
	archive_entry_set_pathname(entry, "Patient.ndjson");
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_size(entry, sizeof(line) - 1);
	assert_int_equal(archive_write_header(a, entry), ARCHIVE_OK);
	assert_int_equal(archive_write_data(a, line, sizeof(line) - 1), sizeof(line) - 1);
	archive_entry_free(entry);
	assert_int_equal(archive_write_free(a), ARCHIVE_OK);
	return medark_bytes(out, used);
}

static void a_tar_of_each_form_is_one(void **state)
{
	static int (*const formats[])(struct archive *) = {
		archive_write_set_format_ustar,
		archive_write_set_format_gnutar,
		archive_write_set_format_pax,
		archive_write_set_format_v7tar,
	};
	char tar[32768];

	(void)state;
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		struct medark_bytes head = make_tar(formats[i], tar, sizeof(tar));

		assert_true(medark_content_is_tar(head));
		assert_true(medark_content_look(head).is_packed);
		assert_string_equal(medark_content_look(head).what,
				    "a tar file: give it as a source of its own, or unpack it "
				    "first");
		assert_false(medark_content_is_tar(medark_bytes(tar, 511)));
		tar[0] ^= 1; /* the sum is wrong now */
		assert_false(medark_content_is_tar(head));
		assert_null(medark_content_look(head).what);
	}
}

/* A record must not get away by spelling a header. */
static void text_is_no_tar_whatever_it_spells(void **state)
{
	char text[600], sum[16];
	unsigned total = 0;

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text + 257, "ustar", 5);
	memset(text + 148, ' ', 8);
	for (size_t i = 0; i < 512; i++)
		total += (unsigned char)text[i];
	(void)snprintf(sum, sizeof(sum), "%06o  ", total);
	memcpy(text + 148, sum, 8);
	assert_false(medark_content_is_tar(medark_bytes(text, sizeof(text))));
}

static void assert_what(struct medark_bytes head, const char *what, bool is_packed)
{
	struct medark_content content = medark_content_look(head);

	assert_int_equal(content.is_packed, is_packed);
	if (what)
		assert_string_equal(content.what, what);
	else
		assert_null(content.what);
}

static void packings_are_known_by_their_first_bytes(void **state)
{
	(void)state;
	assert_what(BYTES("\3757zXZ\0\0\4"), "packed with xz: unpack it first", true);
	assert_what(BYTES("BZh91AY&SY\1"), "packed with bzip2: unpack it first", true);
	assert_what(BYTES("7z\274\257\47\34\0"), "packed with 7-Zip: unpack it first", true);
	assert_what(BYTES("PK\3\4\24\0"),
		    "a zip file: give it as a source of its own, or unpack it first", true);
	assert_what(BYTES("BZh is no packing"), NULL, false);
	assert_what(BYTES("PKV"), NULL, false);
	assert_what(BYTES(""), NULL, false);
}

static void a_document_that_is_a_zip_is_nothing_to_tell(void **state)
{
	(void)state;
	assert_what(BYTES("PK\3\4\24\0\0\0\0\0\0\0\41\0\0\0\0\0\0\0\0\0\0\0\0\0"
			  "\10\0\0\0mimetypeapplication/epub+zip"),
		    NULL, true);
}

static void text_in_wide_units_is_told_if_it_is_json_or_xml(void **state)
{
	static const char utf16[] = "text in UTF-16: convert it to UTF-8 first";
	static const char utf32[] = "text in UTF-32: convert it to UTF-8 first";

	(void)state;
	assert_what(BYTES("\xff\xfe{\0\"\0"), utf16, false);
	assert_what(BYTES("\xfe\xff\0<\0?"), utf16, false);
	assert_what(BYTES("{\0\"\0"), utf16, false);
	assert_what(BYTES("\0{\0\""), utf16, false);
	assert_what(BYTES("\xff\xfe\0\0{\0\0\0"), utf32, false);
	assert_what(BYTES("\0\0\xfe\xff\0\0\0["), utf32, false);
	assert_what(BYTES("{\0\0\0\"\0\0\0"), utf32, false);
	assert_what(BYTES("\0\0\0{\0\0\0\""), utf32, false);
	assert_what(BYTES("\xff\xfe"
			  "a\0b\0"),
		    NULL, false);
	assert_what(BYTES("\xff\xfe"), NULL, false);
	assert_what(BYTES("{\"resourceType\""), NULL, false);
	assert_what(BYTES("\0\0\0\0\0\0"), NULL, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tar_of_each_form_is_one),
		cmocka_unit_test(text_is_no_tar_whatever_it_spells),
		cmocka_unit_test(packings_are_known_by_their_first_bytes),
		cmocka_unit_test(a_document_that_is_a_zip_is_nothing_to_tell),
		cmocka_unit_test(text_in_wide_units_is_told_if_it_is_json_or_xml),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
