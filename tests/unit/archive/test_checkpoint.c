/* SPDX-License-Identifier: Apache-2.0 */
#include "clinic.h"

#include <medark/checkpoint.h>

#include <stdio.h>
#include <string.h>

static struct clinic clinic;
static struct medark_trust *stranger;

#define ID   "0123456789abcdef0123456789abcdef"
#define HASH ID ID

static const struct medark_checkpoint good = {
	.archive = ID, .manifest = HASH, .sequence = 7, .first = 2, .archives = 5
};
static const struct medark_checkpoint_request by_clinic = { .path = "c",
							    .certificate = "s.cert.pem",
							    .key = "s.key.pem" };

static int set_up(void **state)
{
	struct medark_error err;

	(void)state;
	if (!clinic_begin(&clinic))
		return -1;
	clinic_key(MEDARK_ROLE_SIGNER, "other");
	return medark_trust_new(&stranger, &err) ||
	       medark_trust_add_file(stranger, "other.cert.pem", &err);
}

static int tear_down(void **state)
{
	(void)state;
	medark_trust_free(stranger);
	return clinic_end(&clinic);
}

static int remove_file(void **state)
{
	(void)state;
	(void)unlink("c");
	return 0;
}

static size_t read_all(char *out, size_t room)
{
	FILE *f = fopen("c", "rb");
	size_t size;

	assert_non_null(f);
	size = fread(out, 1, room - 1, f);
	out[size] = '\0';
	(void)fclose(f);
	return size;
}

static void put(const char *content, size_t size)
{
	FILE *f = fopen("c", "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(content, 1, size, f), size);
	assert_int_equal(fclose(f), 0);
}

static void test_what_was_written_is_read(void **state)
{
	struct medark_certificate_info info;
	struct medark_checkpoint found;
	struct medark_error err;
	char text[8192];

	(void)state;
	assert_int_equal(medark_checkpoint_write(&good, &by_clinic, &err), 0);
	(void)read_all(text, sizeof(text));
	assert_non_null(strstr(text, "\nsequence 7\narchive " ID "\nmanifest " HASH
				     "\nfirst 2\narchives 5\n-----BEGIN CMS-----\n"));
	assert_int_equal(medark_checkpoint_read("c", clinic.trust, &found, &err), 0);
	assert_string_equal(found.archive, ID);
	assert_string_equal(found.manifest, HASH);
	assert_int_equal(found.sequence, 7);
	assert_int_equal(found.first, 2);
	assert_int_equal(found.archives, 5);
	assert_int_equal(strlen(found.created), sizeof("2026-11-29T00:00:00Z") - 1);
	assert_int_equal(medark_certificate_describe("s.cert.pem", &info, &err), 0);
	assert_string_equal(found.signer, "CN=s");
	assert_string_equal(found.signer_fingerprint, info.fingerprint);
}

static void test_who_signed_has_to_be_trusted(void **state)
{
	struct medark_checkpoint found = { .sequence = 99 };
	struct medark_error err;

	(void)state;
	assert_int_equal(medark_checkpoint_write(&good, &by_clinic, &err), 0);
	assert_int_equal(medark_checkpoint_read("c", stranger, &found, &err), MEDARK_E_UNTRUSTED);
	assert_int_equal(medark_checkpoint_read("c", NULL, &found, &err), MEDARK_E_USAGE);
	assert_int_equal(medark_checkpoint_read("none", clinic.trust, &found, &err),
			 MEDARK_E_SYSTEM);
	assert_int_equal(found.sequence, 99);
}

static void test_no_byte_can_change(void **state)
{
	struct medark_checkpoint found = { .sequence = 99 };
	struct medark_error err;
	char text[8192];
	size_t size;

	(void)state;
	assert_int_equal(medark_checkpoint_write(&good, &by_clinic, &err), 0);
	size = read_all(text, sizeof(text));
	for (size_t i = 0; i < size; i += 7) {
		text[i] ^= 1;
		put(text, size);
		assert_int_equal(medark_checkpoint_read("c", clinic.trust, &found, &err),
				 MEDARK_E_FORMAT);
		text[i] ^= 1;
	}
	text[size] = '\n';
	for (size_t longer = 0; longer < 2; longer++) {
		put(text, longer ? size + 1 : size - 1);
		assert_int_equal(medark_checkpoint_read("c", clinic.trust, &found, &err),
				 MEDARK_E_FORMAT);
	}
	put(text, 0);
	assert_int_equal(medark_checkpoint_read("c", clinic.trust, &found, &err), MEDARK_E_FORMAT);
	assert_int_equal(found.sequence, 99);
	put(text, size);
	assert_int_equal(medark_checkpoint_read("c", clinic.trust, &found, &err), 0);
}

static void test_what_is_no_archive_of_a_chain_is_not_written(void **state)
{
	struct medark_error err;

	(void)state;
	for (int i = 0; i < 7; i++) {
		struct medark_checkpoint bad = good;

		switch (i) {
		case 0:
			bad.archive[3] = 'g';
			break;
		case 1:
			bad.manifest[63] = '\0';
			break;
		case 2:
			bad.sequence = 0;
			break;
		case 3:
			bad.first = 0;
			break;
		case 4:
			bad.first = 8;
			break;
		case 5:
			bad.archives = 0;
			break;
		default:
			bad.archives = 7; /* from 2 to 7 there are six */
		}
		assert_int_equal(medark_checkpoint_write(&bad, &by_clinic, &err), MEDARK_E_USAGE);
		assert_int_equal(access("c", F_OK), -1);
	}
}

static void test_a_file_is_replaced_only_if_asked(void **state)
{
	struct medark_checkpoint_request request = by_clinic;
	struct medark_checkpoint found;
	struct medark_error err;

	(void)state;
	put("mine", 4);
	assert_int_equal(medark_checkpoint_write(&good, &request, &err), MEDARK_E_EXISTS);
	request.replace = true;
	request.key = "other.key.pem"; /* of another certificate */
	assert_int_equal(medark_checkpoint_write(&good, &request, &err), MEDARK_E_KEY);
	request.key = "s.key.pem";
	assert_int_equal(medark_checkpoint_write(&good, &request, &err), 0);
	assert_int_equal(medark_checkpoint_read("c", clinic.trust, &found, &err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_what_was_written_is_read, remove_file),
		cmocka_unit_test_teardown(test_who_signed_has_to_be_trusted, remove_file),
		cmocka_unit_test_teardown(test_no_byte_can_change, remove_file),
		cmocka_unit_test_teardown(test_what_is_no_archive_of_a_chain_is_not_written,
					  remove_file),
		cmocka_unit_test_teardown(test_a_file_is_replaced_only_if_asked, remove_file),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
