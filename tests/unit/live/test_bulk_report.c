/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "live/bulk_report.h"
#include "live/sealed_file.h"
#include "live/sealed_lines.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char place[] = "/tmp/medark-test-XXXXXX";
static int folder = -1;
static struct medark_bulk_report report;

static void put(const char *text)
{
	report = (struct medark_bulk_report) { .folder = folder,
					       .secret = medark_bytes_text("a secret"),
					       .name = "file" };
	assert_int_equal(medark_sealed_write(folder, report.name, report.secret,
					     medark_bytes_text(text), false, NULL),
			 0);
}

/* ---- lines ---- */

struct lines {
	char text[256];
	size_t too_long;
};

static int note_line(void *context, struct medark_bytes line, struct medark_error *err)
{
	struct lines *l = context;
	size_t used = strlen(l->text);

	(void)err;
	if (line.data)
		(void)snprintf(l->text + used, sizeof(l->text) - used, "%.*s|", (int)line.size,
			       (const char *)line.data);
	else
		l->too_long++;
	return 0;
}

static void read_lines(struct lines *l)
{
	const struct medark_sealed_lines lines = { .folder = folder,
						   .name = report.name,
						   .secret = report.secret,
						   .each = note_line,
						   .context = l };

	*l = (struct lines) { 0 };
	assert_int_equal(medark_sealed_lines_each(&lines, NULL), 0);
}

static void lines_come_without_their_ends_and_empty_ones_not_at_all(void **state)
{
	struct lines l;

	(void)state;
	put("one\r\n\n  \ntwo \nthree");
	read_lines(&l);
	assert_string_equal(l.text, "one|two|three|");
	put("");
	read_lines(&l);
	assert_string_equal(l.text, "");
}

static void a_line_that_is_too_long_is_told_and_passed_over(void **state)
{
	size_t size = MEDARK_SEALED_LINE_MAX + 1;
	char *text = malloc(size + 16);
	struct lines l;

	(void)state;
	assert_non_null(text);
	memset(text, 'x', size);
	memcpy(text + size, "\nshort\n", sizeof("\nshort\n"));
	put(text);
	free(text);
	read_lines(&l);
	assert_int_equal(l.too_long, 1);
	assert_string_equal(l.text, "short|");
}

/* ---- outcomes ---- */

static void check_outcomes(const char *text, const char *sentence)
{
	MEDARK_AUTO(medark_haul_clear) struct medark_haul haul = { 0 };

	put(text);
	assert_int_equal(medark_bulk_report_outcomes(&report, &haul, NULL), 0);
	assert_int_equal(haul.missing_count, sentence != NULL);
	if (sentence)
		assert_string_equal(haul.missing[0], sentence);
}

static void errors_are_counted_by_their_first_kind(void **state)
{
	(void)state;
	check_outcomes("", NULL);
	check_outcomes(
		"{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":\"warning\"}]}\n",
		NULL);
	check_outcomes(
		"{\"issue\":[{\"severity\":\"information\"},{\"severity\":\"error\",\"code\":"
		"\"security\"}]}\n{\"issue\":[{\"severity\":\"fatal\",\"code\":\"exception\"}]}",
		"the server reports 2 errors of its export, the first of the kind 'security'");
}

/* It may quote a record: only what is a code by its form is shown. */
static void a_kind_that_is_no_code_is_not_shown(void **state)
{
	(void)state;
	check_outcomes("{\"issue\":[{\"severity\":\"error\",\"code\":\"Jan de Vries\"}]}",
		       "the server reports 1 errors of its export, the first of the kind "
		       "'unknown'");
}

static void lines_that_are_no_outcome_are_told(void **state)
{
	(void)state;
	check_outcomes("<html>\n{\"issue\":7}\n[1]\n",
		       "the server reports on its export in 2 lines that are no OperationOutcome");
}

/* ---- deletions ---- */

static int note_name(void *context, const char *name, struct medark_error *err)
{
	struct lines *l = context;
	size_t used = strlen(l->text);

	(void)err;
	(void)snprintf(l->text + used, sizeof(l->text) - used, "%s|", name);
	return 0;
}

static void check_deletions(const char *text, const char *names, uint64_t odd)
{
	struct lines l = { 0 };
	uint64_t found = 0;

	put(text);
	assert_int_equal(medark_bulk_report_deletions(&report, note_name, &l, &found, NULL), 0);
	assert_string_equal(l.text, names);
	assert_int_equal(found, odd);
}

#define DELETE(url) "{\"request\":{\"method\":\"DELETE\",\"url\":\"" url "\"}}"

static void what_is_deleted_is_named(void **state)
{
	(void)state;
	check_deletions(
		"{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[" DELETE("Patient/1") "," DELETE(
			"https://ehr.example/fhir/Observation/a-b.c_d") "]}\n{\"entry\":[" DELETE("Condition/9") "]}\n",
		"Patient/1|Observation/a-b.c_d|Condition/9|", 0);
}

static void entries_and_lines_of_another_form_are_counted(void **state)
{
	(void)state;
	check_deletions(
		"{\"entry\":[" DELETE("Patient") "," DELETE("Patient/") "," DELETE("Patient?identifier=1") "," DELETE(
			"Patient/1/_history/2") "," DELETE("") ",7,{\"request\":{\"method\":\"PUT\",\"url\":\"Patient/1\"}}]}\n"
							       "{\"entry\":7}\nnonsense\n",
		"", 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_come_without_their_ends_and_empty_ones_not_at_all),
		cmocka_unit_test(a_line_that_is_too_long_is_told_and_passed_over),
		cmocka_unit_test(errors_are_counted_by_their_first_kind),
		cmocka_unit_test(a_kind_that_is_no_code_is_not_shown),
		cmocka_unit_test(lines_that_are_no_outcome_are_told),
		cmocka_unit_test(what_is_deleted_is_named),
		cmocka_unit_test(entries_and_lines_of_another_form_are_counted),
	};
	int failed;

	assert_non_null(mkdtemp(place));
	folder = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(folder >= 0);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)unlinkat(folder, "file", 0);
	(void)close(folder);
	(void)unlinkat(AT_FDCWD, place, AT_REMOVEDIR);
	return failed;
}
