/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "live/attachment.h"
#include "live/attachment_place.h"

static enum medark_attachment_kind kind_of(const char *root, const char *address)
{
	MEDARK_AUTO(medark_url_clear) struct medark_url url = { 0 };
	MEDARK_AUTO(medark_attachment_place_clear) struct medark_attachment_place place = { 0 };
	struct medark_error err = { 0 };

	assert_int_equal(medark_url_parse(root, &url, &err), 0);
	assert_int_equal(medark_attachment_locate(&url, medark_bytes_text(address), &place, &err),
			 0);
	assert_int_equal(place.binary[0] != '\0', place.kind == MEDARK_ATTACHMENT_BINARY);
	return place.kind;
}

static void check(enum medark_attachment_kind kind, const char *const *addresses, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (kind_of("https://h.example/fhir/", addresses[i]) != kind)
			fail_msg("%s is of another kind", addresses[i]);
}

#define CHECK(kind, list) check(MEDARK_ATTACHMENT_##kind, list, sizeof(list) / sizeof(*(list)))

static void a_binary_is_one_to_the_letter(void **state)
{
	static const char *const binaries[] = {
		"Binary/1",
		"https://h.example/fhir/Binary/1",
		"/fhir/Binary/a-b.c",
		"Binary/1/_history/2",
		"https://h.example:443/fhir/Binary/1",
		"./Binary/1#page=2",
	};
	static const char *const refused[] = {
		"Binary/1?_format=json",
		"Binary/1/",
		"Binary/1/$everything",
		"Binary/",
		"Binary",
		"Binary/1/_history",
		"Binary/1/_history/2/3",
		"Binary/1%2f..%2fPatient",
		"Binary/%31",
		"binary/1",
		"x/Binary/1",
		"Binary/../Patient/1",
		"Binary/1;v=1",
	};

	(void)state;
	CHECK(BINARY, binaries);
	CHECK(REFUSED, refused);
}

static void nothing_else_below_the_server_is_asked_for(void **state)
{
	static const char *const refused[] = {
		"Patient/2/$everything",
		"Observation?patient=2",
		"$export",
		"",
		"?_type=Patient",
		"metadata",
		"/fhir",
		"/fhir/",
		"/fhir?x",
		"https://h.example/fhir/Patient/2",
		"/fhir/../fhir/Patient/2",
		"/x/../fhir/Patient/2",
		"/x/%2e%2e/fhir/Patient/2",
		"/x/%2E./fhir/Patient/2",
		"/x/..%2ffhir/Patient/2",
		"/x/..%5cfhir/Patient/2",
		"/x/..\\fhir/Patient/2",
		"/fhir/%50atient/2",
		"/%66hir/Patient/2",
		"/%2566hir/Patient/2",
		"/FHIR/Patient/2",
		"/fhir;x=1/Patient/2",
		"/fhir%3bx/Patient/2",
		"/fhir./Patient/2",
		"/fhir%20/Patient/2",
		"/...;/fhir/Patient/2",
		"/..;/fhir/Patient/2",
		"https://h.example//fhir/Patient/2",
		"https://h.example/./fhir/Patient/2",
		"/;x/fhir/Patient/2",
		"/other/Patient/2/$everything",
		"/other/%24export",
		"/other/%zz",
		"/other/%00",
		"/other/%0a",
	};

	(void)state;
	CHECK(REFUSED, refused);
}

static void documents_beside_it_are(void **state)
{
	static const char *const beside[] = {
		"/attachments/123",
		"/wado/studies/1.2.840/series/1?accept=image%2Fjpeg",
		"https://h.example/files/Letter%201.pdf?sig=a/b",
		"/fhir2/x",
		"/",
	};

	(void)state;
	CHECK(BESIDE, beside);
}

static void other_servers_are_elsewhere(void **state)
{
	static const char *const elsewhere[] = {
		"https://h.example.org/fhir/Binary/1",
		"https://h.example:8443/fhir/Binary/1",
		"//other.example/fhir/Binary/1",
		"http://127.0.0.1/fhir/Binary/1",
		"http://h.example/fhir/Binary/1",
		"https://h.example@other.example/fhir/Binary/1",
		"https://u:p@h.example/fhir/Binary/1",
		"ftp://h.example/x",
		"https://[::1/",
		"a b",
	};

	(void)state;
	CHECK(ELSEWHERE, elsewhere);
}

static void a_server_at_the_root_has_nothing_beside_it(void **state)
{
	(void)state;
	assert_int_equal(kind_of("https://h.example/", "/Binary/1"), MEDARK_ATTACHMENT_BINARY);
	assert_int_equal(kind_of("https://h.example/", "/attachments/1"),
			 MEDARK_ATTACHMENT_REFUSED);
	assert_int_equal(kind_of("https://h.example/", "/"), MEDARK_ATTACHMENT_REFUSED);
}

static void an_address_ends_with_its_binary(void **state)
{
	static const struct {
		const char *address, *binary;
	} cases[] = {
		{ "Binary/1", "Binary/1" },
		{ "https://h/fhir/Binary/1/_history/2", "Binary/1" },
		{ "https://h/Binary/x/Binary/1", "Binary/1" },
		{ "https://h/Binary/1/x", "" },
		{ "https://h/x?y=/Binary/1", "Binary/1" },
		{ "Binary/1?x", "" },
		{ "Binary/1#x", "" },
		{ "aBinary/1", "" },
		{ "Binary/", "" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_true(medark_bytes_is(
			medark_attachment_binary(medark_bytes_text(cases[i].address)),
			cases[i].binary));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_binary_is_one_to_the_letter),
		cmocka_unit_test(nothing_else_below_the_server_is_asked_for),
		cmocka_unit_test(documents_beside_it_are),
		cmocka_unit_test(other_servers_are_elsewhere),
		cmocka_unit_test(a_server_at_the_root_has_nothing_beside_it),
		cmocka_unit_test(an_address_ends_with_its_binary),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
