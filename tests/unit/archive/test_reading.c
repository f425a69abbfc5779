/* SPDX-License-Identifier: Apache-2.0 */
/* The reading side from end to end, on an archive that the writing side has just made. */
#include "../test.h"

#include "archive/folder.h"

#include <medark/medark.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* More than a segment of any default size. */
#define LARGE	 (9u << 20)
#define IDS_SIZE 256

static char place[] = "/tmp/medark-test-XXXXXX";
static int before = -1;
static struct medark_trust *trust, *other_trust;
static struct medark_identity *identity, *other_identity;

static const char patients[] =
	"{\"resourceType\":\"Patient\",\"id\":\"p1\",\"identifier\":[{\"system\":"
	"\"http://fhir.nl/fhir/NamingSystem/bsn\",\"value\":\"999990019\"}],\"name\":[{\"family\":"
	"\"Vri\xc3\xabs-Jansen\",\"given\":[\"Ann\",\"Zo\xc3\xab\"]}],\"birthDate\":\"1970-12-31\","
	"\"gender\":\"female\"}\n"
	"{\"resourceType\":\"Patient\",\"id\":\"p2\",\"identifier\":[{\"system\":\"urn:a\",\"value\":"
	"\"77\"}],\"name\":[{\"family\":\"Jansen\",\"given\":[\"Piet\"]}],\"birthDate\":\"1970\"}\n"
	"{\"resourceType\":\"Patient\",\"id\":\"p3\",\"identifier\":[{\"system\":\"urn:b\",\"value\":"
	"\"77\"}],\"deceasedBoolean\":true}\n";

static const char observations[] =
	"{\"resourceType\":\"Observation\",\"id\":\"o1\",\"subject\":{\"reference\":\"Patient/p1\"},"
	"\"performer\":[{\"reference\":\"Practitioner/d1\"},{\"reference\":\"Practitioner/none\"}],"
	"\"effectiveDateTime\":\"2020-05-01\"}\n"
	"{\"resourceType\":\"Observation\",\"id\":\"o2\",\"subject\":{\"reference\":\"Patient/p2\"},"
	"\"effectiveDateTime\":\"2021-05-01\"}\r\n"
	"{\"resourceType\":\"Observation\",\"id\":\"o3\",\"subject\":{\"reference\":\"Patient/p1\"},"
	"\"effectiveDateTime\":\"2022\"}";

static const char documents[] =
	"{\"resourceType\":\"DocumentReference\",\"id\":\"r1\",\"subject\":{\"reference\":"
	"\"Patient/p1\"},\"content\":[{\"attachment\":{\"url\":\"scans/one.pdf\"}},{\"attachment\":"
	"{\"url\":\"Binary/b1\"}}]}\n";

static const char outside[] =
	"{\"resourceType\":\"Practitioner\",\"id\":\"d1\",\"extension\":[{\"url\":\"x\","
	"\"valueReference\":{\"reference\":\"Organization/g1\"}}]}\n"
	"{\"resourceType\":\"Organization\",\"id\":\"g1\"}\n"
	"{\"resourceType\":\"Organization\",\"id\":\"g2\"}\n"
	"{\"resourceType\":\"Binary\",\"id\":\"b1\",\"data\":\"AAAA\"}\n";

static const char pretty[] = "{\n  \"resourceType\": \"Condition\",\r\n  \"id\": \"c1\",\n"
			     "  \"subject\": {\"reference\": \"Patient/p1\"}\n}\n";

static const char bundle[] =
	"{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":["
	"{\"fullUrl\":\"urn:uuid:00000000-0000-4000-8000-000000000004\",\"resource\":"
	"{\"resourceType\":\"Patient\",\"id\":\"00000000-0000-4000-8000-000000000004\"}},"
	"{\"fullUrl\":\"urn:uuid:00000000-0000-4000-8000-000000000005\",\"resource\":"
	"{\"resourceType\":\"Location\",\"id\":\"00000000-0000-4000-8000-000000000005\"}},"
	"{\"resource\":{\"resourceType\":\"Encounter\",\"id\":\"e1\",\"identifier\":[{\"value\":"
	"\"urn:uuid:00000000-0000-4000-8000-000000000007\"}],\"subject\":{\"reference\":"
	"\"urn:uuid:00000000-0000-4000-8000-000000000004\"},\"location\":[{\"location\":"
	"{\"reference\": \"urn:uuid:00000000-0000-4000-8000-000000000005\"}},{\"location\":"
	"{\"reference\": \"urn:uuid:00000000-0000-4000-8000-000000000006\"}}]}}]}";

static const char xml[] = "<Flag xmlns=\"http://hl7.org/fhir\"><id value=\"f1\"/><subject>"
			  "<reference value=\"Patient/p1\"/></subject></Flag>";

/* ---- files ---- */

static void put(const char *path, const char *text, size_t size)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, size, f), size);
	assert_int_equal(fclose(f), 0);
}

static char *get(const char *path, size_t *out_size)
{
	FILE *f = fopen(path, "rb");
	char *text;
	long size;

	*out_size = 0;
	if (!f)
		return NULL;
	assert_int_equal(fseek(f, 0, SEEK_END), 0);
	size = ftell(f);
	rewind(f);
	text = calloc(1, (size_t)size + 1);
	assert_int_equal(fread(text, 1, (size_t)size, f), size);
	(void)fclose(f);
	*out_size = (size_t)size;
	return text;
}

static bool exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static void expect_file(const char *path, const char *text)
{
	size_t size;
	char *got = get(path, &size);

	assert_non_null(got);
	assert_string_equal(got, text);
	free(got);
}

static void expect_same(const char *a, const char *b)
{
	size_t x, y;
	char *p = get(a, &x), *q = get(b, &y);

	assert_true(p && q && x == y && memcmp(p, q, x) == 0);
	free(p);
	free(q);
}

static void clear(const char *path)
{
	struct medark_error err;
	int fd = medark_folder_open(AT_FDCWD, path);

	if (fd < 0)
		return;
	assert_int_equal(medark_folder_clear(fd, &err), 0);
	(void)close(fd);
	assert_int_equal(rmdir(path), 0);
}

/* ---- the archive ---- */

static void make_source(void)
{
	char *large = malloc(LARGE);
	struct timespec times[2] = { { 0, UTIME_OMIT }, { 1234567, 890123456 } };
	int n;

	assert_int_equal(mkdir("source", 0700), 0);
	assert_int_equal(mkdir("source/scans", 0750), 0);
	assert_int_equal(mkdir("source/empty", 0700), 0);
	put("source/Patient.ndjson", patients, sizeof(patients) - 1);
	put("source/Observation.ndjson", observations, sizeof(observations) - 1);
	put("source/DocumentReference.ndjson", documents, sizeof(documents) - 1);
	put("source/outside.ndjson", outside, sizeof(outside) - 1);
	put("source/condition.json", pretty, sizeof(pretty) - 1);
	put("source/bundle.json", bundle, sizeof(bundle) - 1);
	put("source/flag.xml", xml, sizeof(xml) - 1);
	put("source/nothing", "", 0);
	put("source/scans/one.pdf", "%PDF one", 8);
	put("source/scans/two.pdf", "%PDF two", 8);
	put("source/od\x1b"
	    "d\xff",
	    "odd", 3);
	memset(large, 'A', LARGE);
	n = sprintf(large, "{\"resourceType\":\"Media\",\"id\":\"m1\",\"subject\":{\"reference\":"
			   "\"Patient/p1\"},\"content\":{\"data\":\"");
	large[n] = 'A';
	memcpy(large + LARGE - 4, "\"}}\n", 4);
	put("source/Media.ndjson", large, LARGE);
	free(large);
	assert_int_equal(chmod("source/nothing", 0400), 0);
	assert_int_equal(utimensat(AT_FDCWD, "source/nothing", times, 0), 0);
	assert_int_equal(utimensat(AT_FDCWD, "source/scans", times, 0), 0);
}

static void make_key(enum medark_key_role role, const char *prefix)
{
	struct medark_key_request request = {
		.role = role, .type = MEDARK_KEY_P256, .common_name = prefix, .prefix = prefix
	};
	struct medark_error err;

	assert_int_equal(medark_key_create(&request, &err), 0);
}

static void make_archive(void)
{
	struct medark_export_result result;
	struct medark_export *e = NULL;
	struct medark_error err;

	assert_int_equal(medark_export_new(&e, &err), 0);
	assert_int_equal(medark_export_add_source(e, "source", &err), 0);
	assert_int_equal(medark_export_add_recipient(e, "r.cert.pem", &err), 0);
	assert_int_equal(medark_export_set_signer(e, "s.cert.pem", "s.key.pem", NULL, 0, &err), 0);
	assert_int_equal(medark_export_run(e, "a.medark", false, NULL, &result, &err), 0);
	medark_export_free(e);
}

static int set_up(void **state)
{
	struct medark_error err;

	(void)state;
	before = open(".", O_RDONLY | O_DIRECTORY);
	if (!mkdtemp(place) || chdir(place) < 0)
		return -1;
	make_source();
	make_key(MEDARK_ROLE_SIGNER, "s");
	make_key(MEDARK_ROLE_SIGNER, "s2");
	make_key(MEDARK_ROLE_RECIPIENT, "r");
	make_key(MEDARK_ROLE_RECIPIENT, "r2");
	make_archive();
	assert_int_equal(medark_trust_new(&trust, &err), 0);
	assert_int_equal(medark_trust_add_file(trust, "s.cert.pem", &err), 0);
	assert_int_equal(medark_trust_new(&other_trust, &err), 0);
	assert_int_equal(medark_trust_add_file(other_trust, "s2.cert.pem", &err), 0);
	assert_int_equal(medark_identity_new(&identity, &err), 0);
	assert_int_equal(medark_identity_add_key(identity, "r.key.pem", NULL, 0, &err), 0);
	assert_int_equal(medark_identity_new(&other_identity, &err), 0);
	assert_int_equal(medark_identity_add_key(other_identity, "r2.key.pem", NULL, 0, &err), 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	medark_trust_free(trust);
	medark_trust_free(other_trust);
	medark_identity_free(identity);
	medark_identity_free(other_identity);
	if (fchdir(before) < 0)
		return -1;
	clear(place);
	return close(before);
}

static struct medark_archive *open_archive(void)
{
	struct medark_archive *a = NULL;
	struct medark_error err = { 0 };

	if (medark_archive_open("a.medark", trust, identity, &a, &err) < 0)
		fail_msg("%s", err.message);
	return a;
}

/* ---- opening and verifying ---- */

static void an_archive_says_what_it_holds(void **state)
{
	struct medark_archive *a = open_archive();
	struct medark_archive_info *info = calloc(2, sizeof(*info));
	struct medark_error err;

	(void)state;
	assert_int_equal(medark_archive_info(a, &info[0], &err), 0);
	assert_int_equal(info[0].patients, 4);
	assert_int_equal(info[0].records, 17);
	assert_int_equal(info[0].sequence, 1);
	assert_int_equal(info[0].recipient_count, 1);
	assert_string_equal(info[0].recipients[0].kind, "ecdh-p256");
	assert_string_equal(info[0].signer, "CN=s");
	assert_int_equal(medark_archive_inspect("a.medark", &info[1], &err), 0);
	assert_memory_equal(&info[0], &info[1], sizeof(*info));
	free(info);
	medark_archive_free(a);
}

static void only_the_right_keys_open_it(void **state)
{
	struct medark_restore_request request = { .target = "out" };
	struct medark_restore_result result;
	struct medark_archive *a = NULL;
	struct medark_error err;

	(void)state;
	assert_int_equal(medark_archive_open("a.medark", NULL, identity, &a, &err), MEDARK_E_USAGE);
	assert_int_equal(medark_archive_open("a.medark", other_trust, identity, &a, &err),
			 MEDARK_E_UNTRUSTED);
	assert_int_equal(medark_archive_open("a.medark", trust, other_identity, &a, &err),
			 MEDARK_E_IDENTITY);
	assert_int_equal(medark_archive_open("a.medark", trust, NULL, &a, &err), 0);
	assert_int_equal(medark_archive_verify(a, 0, NULL, &err), 0);
	assert_int_equal(medark_archive_restore(a, &request, NULL, &result, &err),
			 MEDARK_E_IDENTITY);
	assert_int_equal(medark_archive_patients(a, NULL, 0, NULL, NULL, &err), MEDARK_E_IDENTITY);
	assert_int_equal(medark_archive_items(a, NULL, NULL, &err), MEDARK_E_IDENTITY);
	assert_int_equal(medark_archive_quarantine(a, NULL, NULL, &err), MEDARK_E_IDENTITY);
	medark_archive_free(a);
	assert_false(exists("out") || exists("out.medark-partial"));
}

/* Opens and verifies; the code of what fails. */
static int check(const char *path)
{
	struct medark_archive *a = NULL;
	struct medark_error err;
	int code = medark_archive_open(path, trust, identity, &a, &err);

	if (code == 0)
		code = medark_archive_verify(a, 1, NULL, &err);
	medark_archive_free(a);
	return code;
}

static void any_changed_byte_is_found(void **state)
{
	size_t size, step;
	char *text = get("a.medark", &size);
	int fd;

	(void)state;
	put("b.medark", text, size);
	fd = open("b.medark", O_WRONLY);
	assert_int_equal(check("b.medark"), 0);
	for (size_t i = 0; i < size; i += step) {
		char changed = (char)(text[i] ^ 1 << i % 8);

		/* The texts in front are long and all alike: every part of a header is hit. */
		step = i + 4096 > size ? 3 : 197;
		assert_int_equal(pwrite(fd, &changed, 1, (off_t)i), 1);
		if (check("b.medark") != MEDARK_E_FORMAT)
			fail_msg("byte %zu of %zu was changed", i, size);
		assert_int_equal(pwrite(fd, text + i, 1, (off_t)i), 1);
	}
	(void)close(fd);
	free(text);
}

static void a_cut_or_longer_file_is_refused(void **state)
{
	size_t size;
	char *text = get("a.medark", &size);

	(void)state;
	for (size_t cut = 1; cut < size; cut = cut * 3 + 511) {
		put("b.medark", text, size - cut);
		assert_int_equal(check("b.medark"), MEDARK_E_FORMAT);
	}
	text = realloc(text, size + 1024);
	memset(text + size, 0, 1024);
	put("b.medark", text, size + 1);
	assert_int_equal(check("b.medark"), MEDARK_E_FORMAT);
	put("b.medark", text, size + 512);
	assert_int_equal(check("b.medark"), MEDARK_E_FORMAT);
	put("b.medark", text, 0);
	assert_int_equal(check("b.medark"), MEDARK_E_FORMAT);
	free(text);
}

/* ---- patients ---- */

static int add_id(void *context, const struct medark_patient_row *row)
{
	char *ids = context;
	size_t n = strlen(ids);

	(void)snprintf(ids + n, IDS_SIZE - n, "%s ", row->id);
	return 0;
}

static void expect_patients(struct medark_archive *a, const char *query, const char *want)
{
	struct medark_error err;
	char ids[IDS_SIZE] = "";

	assert_int_equal(medark_archive_patients(a, query, 0, add_id, ids, &err), 0);
	if (strcmp(ids, want) != 0)
		fail_msg("'%s' finds '%s', not '%s'", query, ids, want);
}

static int stop(void *context, const struct medark_patient_row *row)
{
	(void)context;
	(void)row;
	return 42;
}

static void patients_are_found_by_all_that_is_known(void **state)
{
	struct medark_archive *a = open_archive();
	struct medark_error err;
	char ids[IDS_SIZE] = "";

	(void)state;
	expect_patients(a, "", "00000000-0000-4000-8000-000000000004 p1 p2 p3 ");
	expect_patients(a, "00000000-0000-4000-8000-000000000004",
			"00000000-0000-4000-8000-000000000004 ");
	expect_patients(a, "p2", "p2 ");
	expect_patients(a, "999990019", "p1 ");
	expect_patients(a, " 9999.90.019 ", "p1 ");
	expect_patients(a, "9999 90 019", "p1 ");
	expect_patients(a, "http://fhir.nl/fhir/NamingSystem/bsn|999990019", "p1 ");
	expect_patients(a, "77", "p2 p3 ");
	expect_patients(a, "urn:b|77", "p3 ");
	expect_patients(a, "urn:c|77", "");
	expect_patients(a, "31-12-1970", "p1 ");
	expect_patients(a, "1970", "p1 p2 ");
	expect_patients(a, "jans", "p1 p2 ");
	expect_patients(a, "VRIES-JAN", "p1 ");
	expect_patients(a, "zoe 1970", "p1 ");
	expect_patients(a, "jansen piet", "p2 ");
	expect_patients(a, "jansen nobody", "");
	expect_patients(a, "x", "");
	assert_int_equal(medark_archive_patients(a, NULL, 1, add_id, ids, &err), 0);
	assert_string_equal(ids, "00000000-0000-4000-8000-000000000004 ");
	assert_int_equal(medark_archive_patients(a, NULL, 0, stop, NULL, &err), 42);
	medark_archive_free(a);
}

/* ---- restoring ---- */

static int restore(struct medark_archive *a, const struct medark_restore_request *request,
		   struct medark_restore_result *result)
{
	struct medark_error err = { 0 };
	int code = medark_archive_restore(a, request, NULL, result, &err);

	if (code < 0)
		print_message("%s\n", err.message);
	return code;
}

static void the_whole_comes_back_byte_for_byte(void **state)
{
	static const char *const paths[] = { "Patient.ndjson", "Observation.ndjson",
					     "Media.ndjson",   "condition.json",
					     "flag.xml",       "scans/one.pdf",
					     "nothing" };
	struct medark_restore_request request = { .target = "out", .threads = 3 };
	struct medark_archive *a = open_archive();
	struct medark_restore_result result;
	char from[64], to[64];
	struct stat st;

	(void)state;
	assert_int_equal(restore(a, &request, &result), 0);
	assert_int_equal(result.items, 12);
	assert_int_equal(result.renamed, 1);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		(void)snprintf(from, sizeof(from), "source/%s", paths[i]);
		(void)snprintf(to, sizeof(to), "out/%s", paths[i]);
		expect_same(from, to);
	}
	expect_file("out/od%1Bd%FF", "odd");
	expect_file("out/medark-renamed.json", "{\"item\":9,\"path\":\"od\\u001bd\xef\xbf\xbd\","
					       "\"path_hex\":\"6f641b64ff\",\"name\":\"od%1Bd%FF\"}"
					       "\n");
	assert_true(exists("out/empty"));
	assert_int_equal(stat("out/nothing", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0400);
	assert_int_equal(st.st_mtim.tv_sec, 1234567);
	assert_int_equal(st.st_mtim.tv_nsec, 890123456);
	assert_int_equal(stat("out/scans", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0750);
	assert_int_equal(st.st_mtim.tv_sec, 1234567);
	medark_archive_free(a);
	clear("out");
}

static void one_patient_comes_alone(void **state)
{
	static const char *const who[] = { "999990019" };
	struct medark_restore_request request = { .target = "out",
						  .patient_count = 1,
						  .patients = who };
	struct medark_archive *a = open_archive();
	struct medark_restore_result result;

	(void)state;
	assert_int_equal(restore(a, &request, &result), 0);
	assert_int_equal(result.patients, 1);
	assert_int_equal(result.records, 7);
	assert_int_equal(result.referenced, 3);
	assert_int_equal(result.unresolved, 1);
	assert_int_equal(result.opaque, 1);
	expect_same("out/Media.ndjson", "source/Media.ndjson");
	expect_same("out/DocumentReference.ndjson", "source/DocumentReference.ndjson");
	expect_file("out/Condition.ndjson",
		    "{   \"resourceType\": \"Condition\",   \"id\": \"c1\", "
		    "  \"subject\": {\"reference\": \"Patient/p1\"} }\n");
	expect_file("out/xml/Flag-1.xml", xml);
	expect_file("out/items/scans/one.pdf", "%PDF one");
	expect_file("out/referenced/Organization.ndjson",
		    "{\"resourceType\":\"Organization\",\"id\":\"g1\"}\n");
	assert_true(exists("out/referenced/Practitioner.ndjson"));
	assert_true(exists("out/referenced/Binary.ndjson"));
	assert_false(exists("out/items/scans/two.pdf"));
	medark_archive_free(a);
	clear("out");
}

static void urns_of_a_bundle_are_followed(void **state)
{
	static const char *const who[] = { "00000000-0000-4000-8000-000000000004" };
	struct medark_restore_request request = { .target = "out",
						  .patient_count = 1,
						  .patients = who };
	struct medark_archive *a = open_archive();
	struct medark_restore_result result;
	size_t size;
	char *text;

	(void)state;
	assert_int_equal(restore(a, &request, &result), 0);
	assert_int_equal(result.records, 2);
	assert_int_equal(result.referenced, 1);
	assert_int_equal(result.unresolved, 1);
	assert_true(exists("out/referenced/Location.ndjson"));
	text = get("out/report.json", &size);
	assert_non_null(strstr(text, "\"urn:uuid:00000000-0000-4000-8000-000000000006\""));
	free(text);
	medark_archive_free(a);
}

static void types_and_dates_select_records(void **state)
{
	static const char *const who[] = { "p1" }, *const types[] = { "Observation" };
	struct medark_restore_request request = { .target = "out",
						  .patient_count = 1,
						  .patients = who,
						  .type_count = 1,
						  .types = types,
						  .since = "2022-06-01" };
	struct medark_archive *a = open_archive();
	struct medark_restore_result result;
	size_t size;
	char *text;

	(void)state;
	assert_int_equal(restore(a, &request, &result), 0);
	/* 2022 may mean a day in December. */
	assert_int_equal(result.records, 1);
	text = get("out/Observation.ndjson", &size);
	assert_non_null(strstr(text, "\"o3\""));
	assert_null(strstr(text, "\"o1\""));
	free(text);
	assert_false(exists("out/Patient.ndjson"));
	clear("out");
	request.since = "01-06-2022";
	assert_int_equal(restore(a, &request, &result), MEDARK_E_USAGE);
	medark_archive_free(a);
}

static void several_patients_come_together(void **state)
{
	static const char *const who[] = { "p1", "urn:a|77", "p1" };
	struct medark_restore_request request = { .target = "out",
						  .patient_count = 3,
						  .patients = who };
	struct medark_archive *a = open_archive();
	struct medark_restore_result result;

	(void)state;
	assert_int_equal(restore(a, &request, &result), 0);
	assert_int_equal(result.patients, 2);
	assert_int_equal(result.records, 9);
	medark_archive_free(a);
	clear("out");
}

static void nobody_is_guessed(void **state)
{
	static const char *const unknown[] = { "p1", "p9" }, *const ambiguous[] = { "77" };
	struct medark_restore_request request = { .target = "out",
						  .patient_count = 2,
						  .patients = unknown };
	struct medark_archive *a = open_archive();
	struct medark_restore_result result;
	struct medark_error err;

	(void)state;
	assert_int_equal(medark_archive_restore(a, &request, NULL, &result, &err),
			 MEDARK_E_NOT_FOUND);
	assert_string_equal(err.message, "patient 2 of the request is not in the archive");
	request.patient_count = 1;
	request.patients = ambiguous;
	assert_int_equal(medark_archive_restore(a, &request, NULL, &result, &err), MEDARK_E_USAGE);
	assert_string_equal(err.message, "patient 1 of the request is an identifier of different "
					 "patients: give it as system|value");
	medark_archive_free(a);
	assert_false(exists("out") || exists("out.medark-partial"));
}

static void nothing_remains_of_a_failed_restore(void **state)
{
	static const char *const who[] = { "p1" };
	struct medark_restore_request request = { .target = "out" };
	struct medark_restore_result result;
	struct medark_archive *a = NULL;
	struct medark_error err;
	size_t size;
	char *text = get("a.medark", &size), *data;
	int fd;

	(void)state;
	put("b.medark", text, size);
	assert_int_equal(medark_archive_open("b.medark", trust, identity, &a, &err), 0);
	data = memmem(text, size, "data/00000001.zst.p7m", 22);
	fd = open("b.medark", O_WRONLY);
	assert_int_equal(pwrite(fd, "x", 1, data - text + 512 + 300), 1);
	assert_int_equal(medark_archive_restore(a, &request, NULL, &result, &err), MEDARK_E_FORMAT);
	assert_non_null(strstr(err.message, "data/00000001.zst.p7m: its content, bytes "));
	assert_non_null(strstr(err.message,
			       " of the file, is not the one that was signed (SHA-256 "
			       "differs); copy the archive again, or take another copy"));
	request.patient_count = 1;
	request.patients = who;
	assert_int_equal(medark_archive_restore(a, &request, NULL, &result, &err), MEDARK_E_FORMAT);
	assert_false(exists("out") || exists("out.medark-partial"));
	(void)close(fd);
	medark_archive_free(a);
	free(text);
}

static int refuse(void *context, const struct medark_progress *progress)
{
	(void)context;
	return strcmp(progress->phase, "restoring") == 0;
}

static void an_interrupted_restore_leaves_nothing(void **state)
{
	struct medark_restore_request request = { .target = "out" };
	struct medark_events events = { .progress = refuse };
	struct medark_archive *a = open_archive();
	struct medark_restore_result result;
	struct medark_error err;

	(void)state;
	assert_int_equal(medark_archive_restore(a, &request, &events, &result, &err),
			 MEDARK_E_INTERRUPTED);
	assert_false(exists("out") || exists("out.medark-partial"));
	medark_archive_free(a);
}

static int clear_target(void **state)
{
	(void)state;
	clear("out");
	return 0;
}

int main(void)
{
#define T(test) cmocka_unit_test_setup(test, clear_target)
	const struct CMUnitTest tests[] = {
		T(an_archive_says_what_it_holds),
		T(only_the_right_keys_open_it),
		T(any_changed_byte_is_found),
		T(a_cut_or_longer_file_is_refused),
		T(patients_are_found_by_all_that_is_known),
		T(the_whole_comes_back_byte_for_byte),
		T(one_patient_comes_alone),
		T(urns_of_a_bundle_are_followed),
		T(types_and_dates_select_records),
		T(several_patients_come_together),
		T(nobody_is_guessed),
		T(nothing_remains_of_a_failed_restore),
		T(an_interrupted_restore_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
