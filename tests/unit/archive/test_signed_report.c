/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/signed_report.h"
#include "clinic.h"
#include "crypto/signature.h"
#include "crypto/trust.h"

#include <string.h>
#include <sys/stat.h>

static struct clinic clinic;

static const char text[] = "<!DOCTYPE html>\nwhat was found\n";
#define TEXT medark_bytes(text, sizeof(text) - 1)

static const struct medark_signed_report_setup by_clinic = { .path = "r.html",
							     .signer = "s.cert.pem",
							     .signer_key = "s.key.pem" };

static int set_up(void **state)
{
	(void)state;
	return clinic_begin(&clinic) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	return clinic_end(&clinic);
}

/* Every test leaves the folder as it found it. */
static int remove_files(void **state)
{
	(void)state;
	(void)unlink("r.html");
	(void)unlink("r.html.p7s");
	return 0;
}

static bool is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

static size_t read_all(const char *path, uint8_t *out, size_t room)
{
	int fd = open(path, O_RDONLY);
	ssize_t n = read(fd, out, room);

	assert_true(fd >= 0 && n >= 0);
	(void)close(fd);
	return (size_t)n;
}

static void put(const char *path, const char *content)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, strlen(content)), strlen(content));
	(void)close(fd);
}

static void expect_report(void)
{
	uint8_t found[sizeof(text) + 1];

	assert_int_equal(read_all("r.html", found, sizeof(found)), sizeof(text) - 1);
	assert_memory_equal(found, text, sizeof(text) - 1);
}

static void test_files_get_their_names_at_the_end(void **state)
{
	static uint8_t p7s[1 << 16];
	struct medark_signed_report *report = NULL;
	struct medark_signer signer;
	struct medark_error err;
	size_t size;

	(void)state;
	assert_int_equal(medark_signed_report_new(&by_clinic, &report, &err), 0);
	assert_false(is_there("r.html") || is_there("r.html.p7s"));
	assert_int_equal(medark_signed_report_finish(report, TEXT, &err), 0);
	medark_signed_report_free(report);
	expect_report();
	size = read_all("r.html.p7s", p7s, sizeof(p7s));
	assert_int_equal(medark_signature_verify(TEXT, medark_bytes(p7s, size), clinic.trust, NULL,
						 &signer, &err),
			 0);
	assert_string_equal(signer.subject, "CN=s");
	/* It is over these bytes and no others. */
	assert_int_equal(medark_signature_verify(medark_bytes(text, 5), medark_bytes(p7s, size),
						 clinic.trust, NULL, &signer, &err),
			 MEDARK_E_FORMAT);
}

static void test_without_a_signer_there_is_no_signature(void **state)
{
	const struct medark_signed_report_setup setup = { .path = "r.html" };
	struct medark_signed_report *report = NULL;
	struct medark_error err;

	(void)state;
	assert_int_equal(medark_signed_report_new(&setup, &report, &err), 0);
	assert_int_equal(medark_signed_report_finish(report, TEXT, &err), 0);
	medark_signed_report_free(report);
	expect_report();
	assert_false(is_there("r.html.p7s"));
}

static void test_what_is_not_finished_leaves_no_file(void **state)
{
	struct medark_signed_report *report = NULL;
	struct medark_error err;

	(void)state;
	assert_int_equal(medark_signed_report_new(&by_clinic, &report, &err), 0);
	medark_signed_report_free(report);
	assert_false(is_there("r.html") || is_there("r.html.p7s"));
}

static void test_what_stands_there_is_replaced_only_if_asked(void **state)
{
	static const char *const names[] = { "r.html", "r.html.p7s" };
	struct medark_signed_report_setup setup = by_clinic;
	struct medark_signed_report *report = NULL;
	struct medark_error err;

	for (size_t i = 0; i < 2; i++) {
		put(names[i], "mine");
		assert_int_equal(medark_signed_report_new(&setup, &report, &err), MEDARK_E_EXISTS);
		assert_null(report);
		assert_false(is_there(names[1 - i]));
		(void)remove_files(state);
	}
	put("r.html", "old");
	put("r.html.p7s", "old");
	setup.replace = true;
	assert_int_equal(medark_signed_report_new(&setup, &report, &err), 0);
	assert_int_equal(medark_signed_report_finish(report, TEXT, &err), 0);
	medark_signed_report_free(report);
	expect_report();
}

static void test_a_signer_is_a_certificate_and_its_key(void **state)
{
	static const struct {
		const char *signer, *key;
		int code;
	} cases[] = { { "s.cert.pem", NULL, MEDARK_E_USAGE },
		      { NULL, "s.key.pem", MEDARK_E_USAGE },
		      { "s.cert.pem", "none.pem", MEDARK_E_SYSTEM },
		      { "s.key.pem", "s.key.pem", MEDARK_E_KEY } };
	struct medark_signed_report *report = NULL;
	struct medark_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct medark_signed_report_setup setup = { .path = "r.html",
								  .signer = cases[i].signer,
								  .signer_key = cases[i].key };

		assert_int_equal(medark_signed_report_new(&setup, &report, &err), cases[i].code);
		assert_null(report);
		assert_false(is_there("r.html") || is_there("r.html.p7s"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_files_get_their_names_at_the_end, remove_files),
		cmocka_unit_test_teardown(test_without_a_signer_there_is_no_signature,
					  remove_files),
		cmocka_unit_test_teardown(test_what_is_not_finished_leaves_no_file, remove_files),
		cmocka_unit_test_teardown(test_what_stands_there_is_replaced_only_if_asked,
					  remove_files),
		cmocka_unit_test_teardown(test_a_signer_is_a_certificate_and_its_key, remove_files),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
