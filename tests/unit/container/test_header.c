/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "container/header.h"

#include <stdio.h>
#include <string.h>

#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B64 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define C64 "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
#define D64 "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"

static const char golden[] =
	"{\n"
	"  \"format\": \"medark\",\n"
	"  \"version\": 1,\n"
	"  \"archive\": \"000102030405060708090a0b0c0d0e0f\",\n"
	"  \"created\": \"2026-11-22T03:10:00Z\",\n"
	"  \"kek_commit\": \"" A64 "\",\n"
	"  \"recipients\": [\n"
	"    {\"kind\": \"rsa-oaep\", \"id\": \"" B64 "\"},\n"
	"    {\"kind\": \"ecdh-p256\", \"id\": \"" C64 "\"},\n"
	"    {\"kind\": \"passphrase\", \"id\": \"p1\", \"kdf\": {\"name\": \"scrypt\", "
	"\"n\": 131072, \"r\": 8, \"p\": 1, \"salt\": \"101112131415161718191a1b1c1d1e1f\"}},\n"
	"    {\"kind\": \"passphrase\", \"id\": \"p2\", \"kdf\": {\"name\": \"pbkdf2-sha512\", "
	"\"iterations\": 600000, \"salt\": \"202122232425262728292a2b2c2d2e2f\"}}\n"
	"  ],\n"
	"  \"sequence\": 2,\n"
	"  \"previous\": \"" D64 "\",\n"
	"  \"tool\": \"medark 0.1.0\",\n"
	"  \"source\": \"files\"\n"
	"}\n";

static int parse(const char *text, struct medark_header *out, struct medark_error *err)
{
	return medark_header_parse(medark_bytes_text(text), out, err);
}

static void the_golden_header_is_read(void **state)
{
	struct medark_error err = { 0 };
	struct medark_header h;

	(void)state;
	assert_int_equal(parse(golden, &h, &err), 0);
	assert_int_equal(h.archive.bytes[15], 15);
	assert_true(h.created == 1795317000);
	assert_int_equal(h.kek_commit.bytes[0], 0xaa);
	assert_int_equal(h.recipient_count, 4);
	assert_int_equal(h.recipients[0].kind, MEDARK_RECIPIENT_RSA_OAEP);
	assert_string_equal(h.recipients[0].id, B64);
	assert_int_equal(h.recipients[1].kind, MEDARK_RECIPIENT_ECDH_P256);
	assert_int_equal(h.recipients[2].kind, MEDARK_RECIPIENT_PASSPHRASE);
	assert_string_equal(h.recipients[2].id, "p1");
	assert_int_equal(h.recipients[2].kdf.name, MEDARK_KDF_SCRYPT);
	assert_true(h.recipients[2].kdf.n == 131072 && h.recipients[2].kdf.r == 8 &&
		    h.recipients[2].kdf.p == 1);
	assert_int_equal(h.recipients[2].kdf.salt[0], 0x10);
	assert_int_equal(h.recipients[3].kdf.name, MEDARK_KDF_PBKDF2_SHA512);
	assert_true(h.recipients[3].kdf.n == 600000);
	assert_int_equal(h.sequence, 2);
	assert_true(h.has_previous);
	assert_int_equal(h.previous.bytes[31], 0xdd);
	assert_string_equal(h.tool, "medark 0.1.0");
	assert_string_equal(h.source, "files");
}

static void what_is_written_is_the_golden_header(void **state)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer out = MEDARK_BUFFER(MEDARK_HEADER_MAX);
	struct medark_header h;

	(void)state;
	assert_int_equal(parse(golden, &h, NULL), 0);
	assert_int_equal(medark_buffer_add(&out, "before", 6, NULL), 0);
	assert_int_equal(medark_header_write(&h, &out, NULL), 0);
	assert_int_equal(out.size, 6 + strlen(golden));
	assert_memory_equal(out.data + 6, golden, strlen(golden));
}

static void the_first_of_a_chain_has_no_previous(void **state)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer out = MEDARK_BUFFER(MEDARK_HEADER_MAX);
	struct medark_header h, back;

	(void)state;
	assert_int_equal(parse(golden, &h, NULL), 0);
	h.sequence = 1;
	h.has_previous = false;
	assert_int_equal(medark_header_write(&h, &out, NULL), 0);
	assert_non_null(memmem(out.data, out.size, "\"previous\": null,", 17));
	assert_int_equal(medark_header_parse(medark_bytes(out.data, out.size), &back, NULL), 0);
	assert_false(back.has_previous);
}

static void sixty_four_recipients_fit(void **state)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer out = MEDARK_BUFFER(MEDARK_HEADER_MAX);
	struct medark_header h, back;

	(void)state;
	assert_int_equal(parse(golden, &h, NULL), 0);
	h.recipient_count = MEDARK_RECIPIENTS_MAX;
	for (unsigned i = 0; i < MEDARK_RECIPIENTS_MAX; i++) {
		h.recipients[i] = h.recipients[2];
		memset(h.recipients[i].id, 'x', 64);
		h.recipients[i].id[64] = '\0';
		h.recipients[i].id[0] = (char)('0' + i % 8);
		h.recipients[i].id[1] = (char)('0' + i / 8);
		h.recipients[i].kdf = h.recipients[2].kdf;
		h.recipients[i].kind = MEDARK_RECIPIENT_PASSPHRASE;
		h.recipients[i].kdf.name = MEDARK_KDF_SCRYPT;
		h.recipients[i].kdf.n = 1 << 14;
		h.recipients[i].kdf.r = 8;
		h.recipients[i].kdf.p = 4;
	}
	assert_int_equal(medark_header_write(&h, &out, NULL), 0);
	assert_int_equal(medark_header_parse(medark_bytes(out.data, out.size), &back, NULL), 0);
	assert_int_equal(back.recipient_count, MEDARK_RECIPIENTS_MAX);
	assert_true(back.recipients[63].kdf.n == 1 << 14);
}

#define TOO_MUCH "header.json: to try a passphrase would cost too much (kdf)"

static void what_a_passphrase_costs_is_bounded_over_all_recipients(void **state)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer out = MEDARK_BUFFER(MEDARK_HEADER_MAX);
	struct medark_error err = { 0 };
	struct medark_header h;

	(void)state;
	assert_int_equal(parse(golden, &h, NULL), 0);
	/* One may be as dear as all of them together, and PBKDF2 is counted for itself. */
	h.recipients[2].kdf.n = 1 << 20;
	h.recipients[2].kdf.p = 4;
	h.recipients[3].kdf.n = 10000000;
	assert_int_equal(medark_header_write(&h, &out, &err), 0);
	h.recipients[0] = h.recipients[2];
	h.recipients[0].id[0] = 'q';
	h.recipients[0].kdf.n = 1 << 14;
	h.recipients[0].kdf.p = 1;
	assert_int_equal(medark_header_write(&h, &out, &err), MEDARK_E_USAGE);
	assert_string_equal(err.message, "cannot be written: " TOO_MUCH);
	h.recipients[2].kdf.p = 3;
	assert_int_equal(medark_header_write(&h, &out, &err), 0);
	h.recipients[0] = h.recipients[3];
	h.recipients[0].id[0] = 'q';
	h.recipients[0].kdf.n = 100000;
	assert_int_equal(medark_header_write(&h, &out, &err), MEDARK_E_USAGE);
	assert_string_equal(err.message, "cannot be written: " TOO_MUCH);
}

static void what_no_reader_takes_is_not_written(void **state)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer out = MEDARK_BUFFER(MEDARK_HEADER_MAX);
	struct medark_error err = { 0 };
	struct medark_header h;

	(void)state;
	assert_int_equal(parse(golden, &h, NULL), 0);
	(void)snprintf(h.source, sizeof(h.source), "FILES");
	assert_int_equal(medark_header_write(&h, &out, &err), MEDARK_E_USAGE);
	assert_int_equal(err.code, MEDARK_E_USAGE);
	assert_string_equal(err.message,
			    "cannot be written: header.json: 'source' has no valid value");
}

static void refused(const char *from, const char *to, const char *message)
{
	const char *at = strstr(golden, from);
	struct medark_error err = { 0 };
	struct medark_header h;
	char changed[8192];

	assert_non_null(at);
	(void)snprintf(changed, sizeof(changed), "%.*s%s%s", (int)(at - golden), golden, to,
		       at + strlen(from));
	assert_int_equal(parse(changed, &h, &err), MEDARK_E_FORMAT);
	assert_string_equal(err.message, message);
}

static void names_are_exactly_those_of_the_list(void **state)
{
	(void)state;
	refused("\"tool\"", "\"tools\"", "header.json: 'tool' is missing");
	refused("{\n", "{ \"patient\": 1,\n", "header.json: holds a name that is not known");
	refused("{\n", "{ \"version\": 1,\n", "header.json is not valid JSON (line 3)");
	refused("{\"kind\": \"rsa-oaep\", ", "{\"kind\": \"rsa-oaep\", \"name\": \"x\", ",
		"header.json: recipient: holds a name that is not known");
	refused("{\"kind\": \"rsa-oaep\", ", "{\"kind\": \"rsa-oaep\", \"kdf\": {}, ",
		"header.json: recipient: holds a name that is not known");
	refused("\"r\": 8, ", "", "header.json: kdf: 'r' is missing");
	refused("\"r\": 8, ", "\"r\": 8, \"x\": 1, ",
		"header.json: kdf: holds a name that is not known");
	refused(", \"kdf\": {\"name\": \"pbkdf2-sha512\", \"iterations\": 600000, "
		"\"salt\": \"202122232425262728292a2b2c2d2e2f\"}",
		"", "header.json: recipient: 'kdf' is missing");
}

static void values_have_their_types_and_forms(void **state)
{
	(void)state;
	refused("\"medark\"", "\"Medark\"", "header.json: 'format' has no valid value");
	refused("\"version\": 1", "\"version\": 2", "header.json: 'version' has no valid value");
	refused("\"version\": 1", "\"version\": 0", "header.json: 'version' has no valid value");
	refused("\"version\": 1", "\"version\": 1.0", "header.json: 'version' has no valid value");
	refused("\"version\": 1", "\"version\": \"1\"",
		"header.json: 'version' has no valid value");
	refused("0e0f", "0e0F", "header.json: 'archive' has no valid value");
	refused("0e0f", "0e0f00", "header.json: 'archive' has no valid value");
	refused("T03:10:00Z", " 03:10:00Z", "header.json: 'created' has no valid value");
	refused("T03:10:00Z", "T03:10:00+01:00", "header.json: 'created' has no valid value");
	refused(A64, "aa", "header.json: 'kek_commit' has no valid value");
	refused("\"sequence\": 2", "\"sequence\": 0", "header.json: 'sequence' has no valid value");
	refused("\"sequence\": 2", "\"sequence\": -2",
		"header.json: 'sequence' has no valid value");
	refused("\"sequence\": 2", "\"sequence\": 4294967296",
		"header.json: 'sequence' has no valid value");
	refused("\"sequence\": 2", "\"sequence\": 1", "header.json: 'previous' has no valid value");
	refused("\"" D64 "\"", "null", "header.json: 'previous' has no valid value");
	refused("medark 0.1.0", "", "header.json: 'tool' has no valid value");
	refused("medark 0.1.0", "medark\\n", "header.json: 'tool' has no valid value");
	refused("medark 0.1.0", A64 "a", "header.json: 'tool' has no valid value");
	refused("\"files\"", "\"Files\"", "header.json: 'source' has no valid value");
	refused("\"files\"", "7", "header.json: 'source' has no valid value");
}

static void recipients_have_their_forms(void **state)
{
	(void)state;
	refused("rsa-oaep", "rsa", "header.json: recipient: 'kind' has no valid value");
	refused("{\"kind\": \"rsa-oaep\"", "{\"kind\": 1",
		"header.json: recipient: 'kind' has no valid value");
	refused(B64, "bb", "header.json: recipient: 'id' has no valid value");
	refused("\"p1\"", "\"P1\"", "header.json: recipient: 'id' has no valid value");
	refused("\"p1\"", "\"\"", "header.json: recipient: 'id' has no valid value");
	refused("\"p1\"", "\"" A64 "a\"", "header.json: recipient: 'id' has no valid value");
	refused("\"p2\"", "\"p1\"", "header.json: two recipients have the same id");
	refused(C64, B64, "header.json: two recipients have the same id");
	refused("[\n", "[ 7, \n", "header.json: recipient: 'kind' has no valid value");
	refused("\"scrypt\"", "\"argon2\"", "header.json: kdf: 'name' has no valid value");
	refused("131072", "8192", "header.json: kdf: 'n' has no valid value");
	refused("131072", "131073", "header.json: kdf: 'n' has no valid value");
	refused("131072", "2097152", "header.json: kdf: 'n' has no valid value");
	refused("\"r\": 8", "\"r\": 9", "header.json: kdf: 'r' has no valid value");
	refused("\"p\": 1", "\"p\": 0", "header.json: kdf: 'p' has no valid value");
	refused("\"p\": 1", "\"p\": 5", "header.json: kdf: 'p' has no valid value");
	refused("1c1d1e1f", "1c1d1e1", "header.json: kdf: 'salt' has no valid value");
	refused("600000", "99999", "header.json: kdf: 'iterations' has no valid value");
	refused("600000", "10000001", "header.json: kdf: 'iterations' has no valid value");
}

static void the_number_of_recipients_is_bounded(void **state)
{
	struct medark_error err = { 0 };
	struct medark_header h;
	static char text[32768];
	const char *list = strstr(golden, "    {\"kind\": \"rsa");
	const char *end = strstr(golden, "\n  ],");
	int n = (int)(list - golden);

	(void)state;
	(void)snprintf(text, sizeof(text), "%.*s%s", n, golden, end);
	assert_int_equal(parse(text, &h, &err), MEDARK_E_FORMAT);
	assert_string_equal(err.message, "header.json: 'recipients' has no valid value");
	memcpy(text, golden, (size_t)n);
	for (unsigned i = 0; i < 65; i++)
		n += snprintf(text + n, sizeof(text) - (size_t)n,
			      "%s{\"kind\": \"rsa-oaep\", \"id\": \"%064x\"}", i ? "," : "", i);
	(void)snprintf(text + n, sizeof(text) - (size_t)n, "%s", end);
	assert_int_equal(parse(text, &h, &err), MEDARK_E_FORMAT);
	assert_string_equal(err.message, "header.json: 'recipients' has no valid value");
}

static void texts_that_are_no_object_are_refused(void **state)
{
	static char large[MEDARK_HEADER_MAX + 1];
	struct medark_error err = { 0 };
	struct medark_header h;

	(void)state;
	assert_int_equal(parse("", &h, &err), MEDARK_E_FORMAT);
	assert_string_equal(err.message, "header.json does not have 1 to 65536 bytes");
	memset(large, ' ', sizeof(large));
	assert_int_equal(medark_header_parse(medark_bytes(large, sizeof(large)), &h, &err),
			 MEDARK_E_FORMAT);
	assert_string_equal(err.message, "header.json does not have 1 to 65536 bytes");
	assert_int_equal(parse("[]", &h, &err), MEDARK_E_FORMAT);
	assert_string_equal(err.message, "header.json is not an object");
	assert_int_equal(parse("{} {}", &h, &err), MEDARK_E_FORMAT);
	assert_int_equal(parse("\xef\xbb\xbf{}", &h, &err), MEDARK_E_FORMAT);
	assert_int_equal(medark_header_parse(medark_bytes(golden, sizeof(golden)), &h, &err),
			 MEDARK_E_FORMAT); /* a zero byte behind the text */
	memset(large, '[', MEDARK_HEADER_MAX);
	assert_int_equal(medark_header_parse(medark_bytes(large, MEDARK_HEADER_MAX), &h, &err),
			 MEDARK_E_FORMAT);
}

static void kinds_have_names(void **state)
{
	(void)state;
	assert_string_equal(medark_recipient_kind_name(MEDARK_RECIPIENT_ECDH_P384), "ecdh-p384");
	assert_string_equal(medark_recipient_kind_name(MEDARK_RECIPIENT_PASSPHRASE), "passphrase");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_golden_header_is_read),
		cmocka_unit_test(what_is_written_is_the_golden_header),
		cmocka_unit_test(the_first_of_a_chain_has_no_previous),
		cmocka_unit_test(sixty_four_recipients_fit),
		cmocka_unit_test(what_a_passphrase_costs_is_bounded_over_all_recipients),
		cmocka_unit_test(what_no_reader_takes_is_not_written),
		cmocka_unit_test(names_are_exactly_those_of_the_list),
		cmocka_unit_test(values_have_their_types_and_forms),
		cmocka_unit_test(recipients_have_their_forms),
		cmocka_unit_test(the_number_of_recipients_is_bounded),
		cmocka_unit_test(texts_that_are_no_object_are_refused),
		cmocka_unit_test(kinds_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
