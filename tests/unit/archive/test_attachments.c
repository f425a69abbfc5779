/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "archive/attachments.h"
#include "crypto/digest.h"

struct found {
	struct medark_nameset references, paths;
};

static int set_up(void **state)
{
	struct found *f = calloc(1, sizeof(*f));
	struct medark_error err;

	*state = f;
	return medark_digest_setup(&err) || medark_nameset_init(&f->references, &err) ||
	       medark_nameset_init(&f->paths, &err);
}

static int tear_down(void **state)
{
	struct found *f = *state;

	medark_nameset_clear(&f->references);
	medark_nameset_clear(&f->paths);
	free(f);
	return 0;
}

static void find(struct found *f, const char *text, const char *folder)
{
	struct medark_error err;

	assert_int_equal(medark_attachments(medark_bytes_text(text), medark_bytes_text(folder),
					    &f->references, &f->paths, &err),
			 0);
}

static bool has(const struct medark_nameset *set, const char *text)
{
	return medark_nameset_has(set, medark_bytes_text(text));
}

/* Paths that are no names of what an export from a server has fetched. */
static uint32_t plain(const struct medark_nameset *set)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < medark_nameset_count(set); i++) {
		struct medark_bytes path = medark_nameset_get(set, i);

		count += !memmem(path.data, path.size, "attachments/", 12);
	}
	return count;
}

static void what_a_server_gave_is_called_by_its_address(void **state)
{
	struct found *f = *state;
	/* SHA-256 of the two addresses */
	static const char binary[] = "attachments/00314d245a9119638f0562edd4b2e91a",
			  other[] = "attachments/bc7ad374981a44c1bf5e82791dc35304";
	uint32_t i;

	find(f,
	     "{\"a\":[{\"url\":\"https://h/fhir/Binary/b-2/_history/3\"},"
	     "{\"url\":\"https://example.org/x\"}]}",
	     "ehr/search/Patient.1");
	assert_true(has(&f->paths, binary));
	assert_true(has(&f->paths, other));
	assert_true(medark_attachments_find(
		&f->paths,
		medark_bytes_text("ehr/attachments/00314d245a9119638f0562edd4b2e91a-letter.pdf"),
		&i));
	assert_true(medark_attachments_find(
		&f->paths,
		medark_bytes_text("ehr/search/attachments/bc7ad374981a44c1bf5e82791dc35304-a.bin"),
		&i));
	assert_false(medark_attachments_find(
		&f->paths,
		medark_bytes_text("other/attachments/00314d245a9119638f0562edd4b2e91a-letter.pdf"),
		&i));
	assert_false(medark_attachments_find(
		&f->paths, medark_bytes_text("attachments/00314d245a9119638f0562edd4b2e91a.pdf"),
		&i));
	assert_false(medark_attachments_find(
		&f->paths, medark_bytes_text("xattachments/00314d245a9119638f0562edd4b2e91a-a.pdf"),
		&i));
}

static void a_relative_url_is_a_path_from_the_root_or_the_folder(void **state)
{
	struct found *f = *state;

	find(f, "{\"content\":[{\"attachment\":{\"url\":\"./scans/a%20b.pdf\"}}]}", "exp/2020");
	assert_true(has(&f->paths, "scans/a%20b.pdf"));
	assert_true(has(&f->paths, "exp/2020/scans/a%20b.pdf"));
	assert_true(has(&f->paths, "scans/a b.pdf"));
	assert_true(has(&f->paths, "exp/2020/scans/a b.pdf"));
	assert_int_equal(plain(&f->paths), 4);
}

static void a_path_never_leads_outside(void **state)
{
	struct found *f = *state;

	find(f, "{\"a\":{\"url\":\"../x.pdf\"},\"b\":{\"url\":\"../../../etc/passwd\"}}", "exp");
	assert_true(has(&f->paths, "x.pdf"));
	assert_int_equal(plain(&f->paths), 1);
}

static void absolute_urls_are_no_paths(void **state)
{
	struct found *f = *state;

	find(f,
	     "{\"a\":[{\"url\":\"https://example.org/x\"},{\"url\":\"urn:oid:1.2\"},"
	     "{\"url\":\"/etc/x\"},{\"url\":\"#a\"},{\"url\":\"\"},{\"url\":5},{\"url\":null}]}",
	     "");
	assert_int_equal(plain(&f->paths), 0);
	assert_int_equal(medark_nameset_count(&f->references), 0);
}

static void a_binary_is_a_reference(void **state)
{
	struct found *f = *state;

	find(f,
	     "{\"a\":[{\"url\":\"Binary/1\"},{\"url\":\"https://h/fhir/Binary/b-2/_history/3\"},"
	     "{\"url\":\"NotBinary/4\"}]}",
	     "");
	assert_true(has(&f->references, "Binary/1"));
	assert_true(has(&f->references, "Binary/b-2"));
	assert_int_equal(medark_nameset_count(&f->references), 2);
}

static void the_url_of_an_extension_is_its_name(void **state)
{
	struct found *f = *state;

	find(f,
	     "{\"extension\":[{\"url\":\"ombCategory\",\"extension\":[{\"url\":\"text\"}]},"
	     "{\"url\":\"photo\",\"valueAttachment\":{\"url\":\"p.jpg\"}}],"
	     "\"photo\":[{\"url\":\"q.jpg\"}]}",
	     "");
	assert_true(has(&f->paths, "p.jpg"));
	assert_true(has(&f->paths, "q.jpg"));
	assert_int_equal(plain(&f->paths), 2);
}

static void xml_attachments_are_found(void **state)
{
	struct found *f = *state;

	find(f,
	     "<Media xmlns=\"http://hl7.org/fhir\"><extension url=\"rel\"/><content>"
	     "<url value=\"a&amp;b.pdf\"/></content><x><url value='c.pdf'/></x><url ></Media>",
	     "");
	assert_true(has(&f->paths, "a&b.pdf"));
	assert_true(has(&f->paths, "c.pdf"));
	assert_int_equal(plain(&f->paths), 2);
}

static void broken_records_do_no_harm(void **state)
{
	static const char *const bad[] = {
		"",	"{",	       "{\"url\":",	"{\"url\":\"a",
		"]]]]", "<url value=", "<url value=\"", "{\"url\":{\"url\":\"\\ud800"
	};
	struct found *f = *state;
	char deep[2000];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		find(f, bad[i], "");
	memset(deep, '[', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = '\0';
	find(f, deep, "");
	assert_int_equal(plain(&f->paths), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_relative_url_is_a_path_from_the_root_or_the_folder, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_a_server_gave_is_called_by_its_address, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_path_never_leads_outside, set_up, tear_down),
		cmocka_unit_test_setup_teardown(absolute_urls_are_no_paths, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_binary_is_a_reference, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_url_of_an_extension_is_its_name, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(xml_attachments_are_found, set_up, tear_down),
		cmocka_unit_test_setup_teardown(broken_records_do_no_harm, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
