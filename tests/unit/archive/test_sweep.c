/* SPDX-License-Identifier: Apache-2.0 */
/* All records of an archive with whose they are, and the patients of two archives in one order. */
#include "clinic.h"

#include "archive/patient_row.h"
#include "archive/people.h"
#include "archive/sweep.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define PATIENTS 300u
#define EACH	 12u
#define LARGE	 9000000u /* bytes of a record that is larger than a segment */

static struct clinic clinic;
static struct medark_archive *first, *second;

static void write_patients(FILE *f, unsigned from, unsigned step)
{
	for (unsigned i = from; i < PATIENTS; i += step)
		(void)fprintf(f, "{\"resourceType\":\"Patient\",\"id\":\"p%03u\"}\n", i);
}

static void write_source(void)
{
	FILE *f = fopen("a/r.ndjson", "w");

	assert_non_null(f);
	write_patients(f, 0, 1);
	for (unsigned i = 0; i < PATIENTS * EACH; i++)
		(void)fprintf(f,
			      "{\"resourceType\":\"Observation\",\"id\":\"%u\",\"subject\":{"
			      "\"reference\":\"Patient/p%03u\"}}\n",
			      i, i % PATIENTS);
	(void)fprintf(f, "{\"resourceType\":\"Appointment\",\"id\":\"both\",\"participant\":["
			 "{\"actor\":{\"reference\":\"Patient/p007\"}},"
			 "{\"actor\":{\"reference\":\"Patient/p211\"}}]}\n");
	(void)fprintf(f, "{\"resourceType\":\"Organization\",\"id\":\"nobody\"}\n");
	(void)fprintf(f, "{\"resourceType\":\"Media\",\"id\":\"large\",\"subject\":{\"reference\":"
			 "\"Patient/p100\"},\"note\":\"");
	for (unsigned i = 0; i < LARGE; i++)
		(void)fputc('x', f);
	(void)fprintf(f, "\"}\n");
	assert_int_equal(fclose(f), 0);
	f = fopen("a/letter.txt", "w");
	assert_non_null(f);
	for (unsigned i = 0; i < LARGE; i++)
		(void)fputc((int)(i % 251), f);
	assert_int_equal(fclose(f), 0);
	f = fopen("b.ndjson", "w");
	assert_non_null(f);
	write_patients(f, 1, 2);
	(void)fprintf(f, "{\"resourceType\":\"Patient\",\"id\":\"q\"}\n");
	assert_int_equal(fclose(f), 0);
}

static int set_up(void **state)
{
	struct medark_error err;

	(void)state;
	if (!clinic_begin(&clinic) || mkdir("a", 0700) < 0)
		return -1;
	write_source();
	clinic_export("a", "a.medark");
	clinic_export("b.ndjson", "b.medark");
	assert_int_equal(
		medark_archive_open("a.medark", clinic.trust, clinic.identity, &first, &err), 0);
	assert_int_equal(
		medark_archive_open("b.medark", clinic.trust, clinic.identity, &second, &err), 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	medark_archive_free(first);
	medark_archive_free(second);
	return clinic_end(&clinic);
}

/* ---- a sweep ---- */

struct seen {
	pthread_mutex_t lock;
	unsigned patients, observations, both, nobody, large, files, pauses, workers;
	unsigned wrong;
};

/* Rows of the index are in the order of the ids, so that row n is that of patient n. */
static bool is_owner(const struct medark_sweep_record *record, size_t i, unsigned number)
{
	return i < record->owner_count && record->owners[i] == number;
}

static void look(struct seen *seen, const struct medark_sweep_record *record)
{
	const struct medark_record *facts = record->facts;
	char id[32] = "";

	if (!facts) {
		seen->files++;
		seen->wrong += record->text.size != LARGE ||
			       record->text.data[LARGE - 1] != (LARGE - 1) % 251;
		return;
	}
	if (facts->id.size < sizeof(id))
		memcpy(id, facts->id.data, facts->id.size);
	if (medark_bytes_is(facts->type, "Patient")) {
		seen->patients++;
		seen->wrong += record->owner_count != 1 ||
			       !is_owner(record, 0, (unsigned)strtoul(id + 1, NULL, 10));
	} else if (medark_bytes_is(facts->type, "Observation")) {
		seen->observations++;
		seen->wrong += record->owner_count != 1 ||
			       !is_owner(record, 0, (unsigned)strtoul(id, NULL, 10) % PATIENTS);
	} else if (medark_bytes_is(facts->type, "Appointment")) {
		seen->both++;
		seen->wrong += record->owner_count != 2 || !is_owner(record, 0, 7) ||
			       !is_owner(record, 1, 211);
	} else if (medark_bytes_is(facts->type, "Media")) {
		seen->large++;
		seen->wrong += record->owner_count != 1 || !is_owner(record, 0, 100) ||
			       record->text.size < LARGE;
	} else {
		seen->nobody++;
		seen->wrong += record->owner_count != 0;
	}
}

static int each(void *context, unsigned worker, const struct medark_sweep_record *record,
		struct medark_error *err)
{
	struct seen *seen = context;

	(void)err;
	(void)pthread_mutex_lock(&seen->lock);
	look(seen, record);
	seen->workers |= 1u << worker;
	(void)pthread_mutex_unlock(&seen->lock);
	return 0;
}

static int pause_it(void *context, unsigned worker, struct medark_error *err)
{
	struct seen *seen = context;

	(void)err;
	(void)worker;
	(void)pthread_mutex_lock(&seen->lock);
	seen->pauses++;
	(void)pthread_mutex_unlock(&seen->lock);
	return 0;
}

static int stop(void *context, unsigned worker, const struct medark_sweep_record *record,
		struct medark_error *err)
{
	(void)context;
	(void)worker;
	(void)record;
	return medark_error_set(err, MEDARK_E_SYSTEM, "enough");
}

static void every_record_is_told_once_with_whose_it_is(void **state)
{
	(void)state;
	for (unsigned threads = 1; threads <= 3; threads++) {
		MEDARK_AUTO(medark_lineage_free) struct medark_lineage *lineage = NULL;
		struct seen seen = { .lock = PTHREAD_MUTEX_INITIALIZER };
		MEDARK_AUTO(medark_sweep_clear)
		struct medark_sweep sweep = {
			.threads = threads, .each = each, .pause = pause_it, .context = &seen
		};

		assert_int_equal(medark_lineage_new(&first, 1, INT64_MAX, &lineage, NULL), 0);
		sweep.lineage = lineage;
		assert_int_equal(medark_sweep_begin(&sweep, NULL), 0);
		assert_int_equal(medark_sweep_run(&sweep, NULL), 0);
		assert_int_equal(seen.wrong, 0);
		assert_int_equal(seen.patients, PATIENTS);
		assert_int_equal(seen.observations, PATIENTS * EACH);
		assert_int_equal(seen.both + seen.nobody + seen.large, 3);
		assert_int_equal(seen.files, 1);
		assert_int_equal(sweep.records, PATIENTS + PATIENTS * EACH + 3);
		assert_int_equal(sweep.files, 1);
		assert_int_equal(sweep.large + sweep.superseded, 0);
		assert_true(seen.pauses >= 3);
		assert_true(seen.workers < 1u << threads);
	}
}

/* ---- lines of all forms ---- */

#define LINE(id) "{\"resourceType\":\"Basic\",\"id\":\"" id "\",\"code\":\"c" id "\"}"

static const char *const lines[] = { LINE("0"), " " LINE("1") "\t", LINE("2") "\r",
				     "\xEF\xBB\xBF" LINE("3"), LINE("4") };

static int each_line(void *context, unsigned worker, const struct medark_sweep_record *record,
		     struct medark_error *err)
{
	unsigned *seen = context;
	unsigned i = (unsigned)strtoul((const char *)record->facts->id.data, NULL, 10);
	char code[] = "\"c0\"";

	(void)err;
	(void)worker;
	assert_in_range(i, 0, 4);
	code[2] = (char)('0' + i);
	assert_true(medark_bytes_is(record->text, lines[i]));
	assert_false(record->is_xml);
	assert_true(medark_bytes_is(medark_fhir_member(record->fhir, 0), code));
	*seen |= 1u << i;
	return 0;
}

static void a_line_is_told_as_it_stands_with_the_members_that_are_wanted(void **state)
{
	static const char *const members[] = { "code" };
	MEDARK_AUTO(medark_archive_free) struct medark_archive *archive = NULL;
	MEDARK_AUTO(medark_lineage_free) struct medark_lineage *lineage = NULL;
	unsigned seen = 0;
	MEDARK_AUTO(medark_sweep_clear)
	struct medark_sweep sweep = { .threads = 1,
				      .members = members,
				      .member_count = 1,
				      .each = each_line,
				      .context = &seen };
	FILE *f = fopen("lines.ndjson", "w");

	(void)state;
	assert_non_null(f);
	(void)fprintf(f, "%s\n\n%s\n  \n%s\n%s\n%s", lines[0], lines[1], lines[2], lines[3],
		      lines[4]);
	assert_int_equal(fclose(f), 0);
	clinic_export("lines.ndjson", "lines.medark");
	assert_int_equal(
		medark_archive_open("lines.medark", clinic.trust, clinic.identity, &archive, NULL),
		0);
	assert_int_equal(medark_lineage_new(&archive, 1, INT64_MAX, &lineage, NULL), 0);
	sweep.lineage = lineage;
	assert_int_equal(medark_sweep_begin(&sweep, NULL), 0);
	assert_int_equal(medark_sweep_run(&sweep, NULL), 0);
	assert_int_equal(seen, 31);
	assert_int_equal(sweep.records, 5);
}

static void the_code_of_who_is_told_ends_it(void **state)
{
	MEDARK_AUTO(medark_lineage_free) struct medark_lineage *lineage = NULL;
	MEDARK_AUTO(medark_sweep_clear) struct medark_sweep sweep = { .threads = 2, .each = stop };
	struct medark_error err = { 0 };

	(void)state;
	assert_int_equal(medark_lineage_new(&first, 1, INT64_MAX, &lineage, NULL), 0);
	sweep.lineage = lineage;
	assert_int_equal(medark_sweep_begin(&sweep, NULL), 0);
	assert_int_equal(medark_sweep_run(&sweep, &err), MEDARK_E_SYSTEM);
	assert_string_equal(err.message, "enough");
}

/* ---- people ---- */

static void patients_of_one_archive_have_the_numbers_of_their_rows(void **state)
{
	MEDARK_AUTO(medark_people_clear) struct medark_people people = { 0 };

	(void)state;
	assert_int_equal(medark_people_find(&people, &second, 1, NULL), 0);
	assert_int_equal(people.count, PATIENTS / 2 + 1);
	for (uint32_t i = 0; i < people.count; i++)
		assert_int_equal(people.numbers[0][i], i);
}

static void patients_of_two_archives_have_one_number_each(void **state)
{
	struct medark_archive *both[] = { first, second };
	MEDARK_AUTO(medark_people_clear) struct medark_people people = { 0 };

	(void)state;
	assert_int_equal(medark_people_find(&people, both, 2, NULL), 0);
	assert_int_equal(people.count, PATIENTS + 1);
	for (uint32_t i = 0; i < PATIENTS; i++)
		assert_int_equal(people.numbers[0][i], i);
	for (uint32_t i = 0; i < PATIENTS / 2; i++)
		assert_int_equal(people.numbers[1][i], 2 * i + 1);
	assert_int_equal(people.numbers[1][PATIENTS / 2], PATIENTS);
}

static void a_walk_gives_the_row_of_the_last_archive(void **state)
{
	static const uint32_t numbers[] = { 0, 1, 1, 8, 9, PATIENTS };
	struct medark_archive *both[] = { first, second };
	MEDARK_AUTO(medark_people_clear) struct medark_people people = { 0 };
	MEDARK_AUTO(medark_people_walk_clear) struct medark_people_walk walk = { 0 };

	(void)state;
	assert_int_equal(medark_people_find(&people, both, 2, NULL), 0);
	assert_int_equal(medark_people_walk_begin(&people, &walk, NULL), 0);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		MEDARK_AUTO(medark_patient_scratch_clear)
		struct medark_patient_scratch scratch = MEDARK_PATIENT_SCRATCH;
		struct medark_patient_row row;
		struct medark_bytes text;
		char wanted[8] = "q";
		uint64_t at;

		if (numbers[i] < PATIENTS)
			(void)snprintf(wanted, sizeof(wanted), "p%03u", numbers[i] % 1000);
		assert_int_equal(medark_people_walk_to(&walk, numbers[i], &text, &at, NULL), 0);
		assert_int_equal(medark_patient_row_parse(text, at, &scratch, &row, NULL, NULL), 0);
		assert_string_equal(row.id, wanted);
		assert_int_equal(at, numbers[i] == PATIENTS ? PATIENTS / 2
				     : numbers[i] % 2	    ? numbers[i] / 2
							    : numbers[i]);
	}
	assert_int_equal(medark_people_walk_to(&walk, PATIENTS + 1,
					       &(struct medark_bytes) { NULL, 0 },
					       &(uint64_t) { 0 }, NULL),
			 MEDARK_E_FORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_record_is_told_once_with_whose_it_is),
		cmocka_unit_test(a_line_is_told_as_it_stands_with_the_members_that_are_wanted),
		cmocka_unit_test(the_code_of_who_is_told_ends_it),
		cmocka_unit_test(patients_of_one_archive_have_the_numbers_of_their_rows),
		cmocka_unit_test(patients_of_two_archives_have_one_number_each),
		cmocka_unit_test(a_walk_gives_the_row_of_the_last_archive),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
