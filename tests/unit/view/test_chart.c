/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "view/chart.h"
#include "view/codes.h"
#include "view/patient_number.h"
#include "view/trend.h"

#include <string.h>

struct page {
	struct medark_view_records records;
	struct medark_buffer out;
	enum medark_language language;
};

static int no_link(void *context, enum medark_view_link kind,
		   const struct medark_view_record *record,
		   const struct medark_json_node *attachment, struct medark_buffer *out,
		   struct medark_error *err)
{
	(void)context;
	(void)record;
	(void)attachment;
	if (kind == MEDARK_LINK_FILE)
		return 0;
	assert_int_equal(medark_buffer_text(out, "raw\"><script>", err), 0);
	return 1;
}

static void page_clear(struct page *p)
{
	medark_view_records_clear(&p->records);
	medark_buffer_clear(&p->out);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct page, page_clear)

/* Records are lines: the type, a space, JSON. */
static const char *make(struct page *p, const char *const *lines, const struct medark_view_facts *f)
{
	struct medark_view_chart chart = { .records = &p->records,
					   .facts = *f,
					   .language = p->language,
					   .on = "2026-06-01T03:00:00+02:00",
					   .link = no_link };
	struct medark_error err;

	p->out = (struct medark_buffer)MEDARK_BUFFER(1 << 24);
	for (; *lines; lines++) {
		const char *text = strchr(*lines, ' ') + 1;

		assert_int_equal(
			medark_view_records_add(&p->records,
						medark_bytes(*lines, (size_t)(text - 1 - *lines)),
						medark_bytes_text(text), false, false, &err),
			0);
	}
	assert_int_equal(medark_view_records_sort(&p->records, &err), 0);
	assert_int_equal(medark_view_banner(&chart, &p->out, &err), 0);
	assert_int_equal(medark_view_chart(&chart, &p->out, &err), 0);
	assert_int_equal(medark_view_raw(&chart, &p->out, &err), 0);
	assert_int_equal(medark_buffer_add(&p->out, "", 1, &err), 0);
	return (const char *)p->out.data;
}

static void none_known_and_not_recorded_differ(void **state)
{
	static const char *const none[] = { NULL };
	static const char *const known[] = {
		"AllergyIntolerance {\"id\":\"a\",\"code\":{\"text\":\"No known allergy\"}}", NULL
	};
	MEDARK_AUTO(page_clear) struct page p = { 0 };
	MEDARK_AUTO(page_clear) struct page q = { 0 };
	const struct medark_view_facts facts = { .id = "p" };

	(void)state;
	assert_non_null(strstr(make(&p, none, &facts), "Not recorded</b>: that does not mean"));
	assert_non_null(strstr(make(&q, known, &facts), "<li><b>No known allergy</b>"));
}

static void the_banner_says_who_in_words_too(void **state)
{
	static const char *const records[] = {
		"Patient {\"id\":\"p\",\"identifier\":[{\"value\":\"1\"},{\"value\":\"77\","
		"\"type\":{\"coding\":[{\"code\":\"MR\"}]}}]}",
		NULL
	};
	MEDARK_AUTO(page_clear) struct page p = { 0 };
	const struct medark_view_facts facts = { .id = "p",
						 .bsn = "999990019",
						 .family = "Jansen",
						 .given = "Anna",
						 .birth_date = "1970-01-31",
						 .gender = "female",
						 .is_deceased = true,
						 .deceased_date = "2020-01-30",
						 .is_inactive = true };
	const char *text = make(&p, records, &facts);

	(void)state;
	assert_non_null(strstr(text, "<bdi class=\"family\">Jansen</bdi>, <bdi>Anna</bdi>"));
	assert_non_null(strstr(text, "31 Jan 1970 (49 years)"));
	assert_non_null(strstr(text, "<dd>female</dd>"));
	assert_non_null(strstr(text, "999990019"));
	assert_non_null(strstr(text, "<bdi>77</bdi>"));
	assert_non_null(strstr(text, "class=\"patient deceased\""));
	assert_non_null(strstr(text, "Deceased 30 Jan 2020</span>"));
	assert_non_null(strstr(text, "Record not in use"));
}

static void the_number_is_the_practices_own(void **state)
{
	static const struct {
		const char *patient, *number;
	} cases[] = {
		{ "{\"id\":\"p\",\"identifier\":[{\"value\":\"1\"},{\"value\":\"77\",\"type\":{"
		  "\"coding\":[{\"code\":\"X\"},{\"code\":\"MR\"}]}}]}",
		  "77" },
		{ "{\"id\":\"p\",\"identifier\":[{\"system\":\"http://fhir.nl/fhir/NamingSystem/bsn\","
		  "\"value\":\"999990019\"},{\"value\":\"12\"},{\"value\":\"13\"}]}",
		  "12" },
		{ "{\"id\":\"p\",\"identifier\":[{\"system\":\"urn:oid:2.16.840.1.113883.2.4.6.3\","
		  "\"value\":\"999990019\"}]}",
		  "" },
		{ "{\"id\":\"p\",\"identifier\":[{\"type\":{\"coding\":[{\"code\":\"MR\"}]}}]}",
		  "" },
		{ "{\"id\":\"p\"}", "" },
		{ "{\"id\":\"other\",\"identifier\":[{\"value\":\"12\"}]}", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		MEDARK_AUTO(medark_view_records_clear) struct medark_view_records all = { 0 };
		struct medark_bytes found;
		struct medark_error err;

		assert_int_equal(medark_view_records_add(&all, medark_bytes_text("Patient"),
							 medark_bytes_text(cases[i].patient), false,
							 false, &err),
				 0);
		found = medark_patient_number_in(&all, "p");
		assert_int_equal(found.size, strlen(cases[i].number));
		assert_memory_equal(found.data ? (const char *)found.data : "", cases[i].number,
				    found.size);
	}
}

#define MEDICINE(id, status, more)                                                                 \
	"MedicationRequest {\"id\":\"" id "\",\"status\":\"" status                                \
	"\",\"medicationCodeableConcept\":{\"text\":\"" id "\"}" more "}"

static void medication_is_current_lately_stopped_or_folded(void **state)
{
	static const char *const records[] = {
		MEDICINE("old", "stopped", ",\"authoredOn\":\"2020-01-01\""),
		MEDICINE("lately", "completed", ",\"authoredOn\":\"2026-04-01\""),
		MEDICINE("now", "active", ",\"authoredOn\":\"2019-01-01\""),
		MEDICINE("mistake", "entered-in-error", ""), NULL
	};
	MEDARK_AUTO(page_clear) struct page p = { 0 };
	const struct medark_view_facts facts = { .id = "p" };
	const char *text = strstr(make(&p, records, &facts), "id=\"medication\"");
	const char *now, *lately, *head, *folded;

	(void)state;
	assert_non_null(text);
	now = strstr(text, "<td>now");
	head = strstr(text, "Stopped in the last three months");
	lately = strstr(text, "<td>lately");
	folded = strstr(text, "<details>");
	assert_true(now && head && lately && folded);
	assert_true(now < head && head < lately && lately < folded);
	assert_true(strstr(text, "<td>old") > folded);
	assert_non_null(strstr(text, "<td>mistake <span class=\"badge\">entered in error</span>"));
}

static void a_status_is_said_in_dutch_and_what_is_not_known_stays(void **state)
{
	static const struct {
		const char *code, *nl;
	} cases[] = {
		{ "in-progress", "bezig" },
		{ "unable-to-assess", "niet te beoordelen" },
		{ "Active", "Active" },
		{ "active; confirmed", "active; confirmed" },
		{ "somethingelse", "somethingelse" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct medark_bytes code = medark_bytes_text(cases[i].code);

		assert_true(medark_bytes_is(medark_view_code(MEDARK_DUTCH, code), cases[i].nl));
		assert_true(medark_bytes_is(medark_view_code(MEDARK_ENGLISH, code), cases[i].code));
	}
}

static void the_columns_of_a_dutch_chart_have_dutch_codes(void **state)
{
	static const char *const records[] = {
		"AllergyIntolerance {\"id\":\"a\",\"code\":{\"text\":\"active\"},\"criticality\":"
		"\"high\",\"clinicalStatus\":{\"coding\":[{\"code\":\"active\"}]}}",
		NULL
	};
	MEDARK_AUTO(page_clear) struct page p = { .language = MEDARK_DUTCH };
	const struct medark_view_facts facts = { .id = "p" };
	const char *text = strstr(make(&p, records, &facts), "id=\"allergies\"");

	(void)state;
	assert_non_null(text);
	assert_non_null(strstr(text, "<td>hoog</td>"));
	assert_non_null(strstr(text, "<td>actief</td>"));
	assert_non_null(strstr(text, "<td>active</td>")); /* what it is about stays */
}

#define RESULT(id, date, value, unit)                                                              \
	"Observation {\"id\":\"" id "\",\"category\":[{\"coding\":[{\"code\":\"laboratory\"}]}],"  \
	"\"code\":{\"text\":\"Potassium\",\"coding\":[{\"code\":\"K\"}]},"                         \
	"\"effectiveDateTime\":\"" date "\",\"valueQuantity\":{\"value\":" value                   \
	",\"unit\":\"" unit "\"},\"interpretation\":[{\"text\":\"High\",\"coding\":[{\"code\":"    \
	"\"H\"}]}],\"referenceRange\":[{\"low\":{\"value\":3.50,\"unit\":\"" unit                  \
	"\"},\"high\":{\"value\":5,\"unit\":\"" unit "\"}}]}"

#define TABLET(n) MEDICINE("tablet" n, "active", "")

static void a_summary_alone_has_all_current_medication_and_leads_nowhere(void **state)
{
	static const char *const records[] = {
		TABLET("01"), TABLET("02"), TABLET("03"),
		TABLET("04"), TABLET("05"), TABLET("06"),
		TABLET("07"), TABLET("08"), TABLET("09"),
		TABLET("10"), TABLET("11"), TABLET("12"),
		TABLET("13"), TABLET("14"), TABLET("15"),
		TABLET("16"), TABLET("17"), MEDICINE("ended", "stopped", "")
	};
	MEDARK_AUTO(page_clear) struct page p = { .out = MEDARK_BUFFER(1 << 20) };
	const struct medark_view_chart chart = { .records = &p.records, .on = "2026-06-01" };
	struct medark_error err;
	size_t found = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(records) / sizeof(*records); i++)
		assert_int_equal(
			medark_view_records_add(&p.records, medark_bytes_text("MedicationRequest"),
						medark_bytes_text(strchr(records[i], ' ') + 1),
						false, false, &err),
			0);
	assert_int_equal(medark_view_records_sort(&p.records, &err), 0);
	assert_int_equal(medark_view_summary(&chart, &p.out, &err), 0);
	assert_int_equal(medark_buffer_add(&p.out, "", 1, &err), 0);
	for (const char *at = (const char *)p.out.data; (at = strstr(at, "<b>tablet")); at++)
		found++;
	assert_int_equal(found, 17);
	assert_non_null(strstr((const char *)p.out.data, "Not recorded</b>: that does not mean"));
	assert_null(strstr((const char *)p.out.data, "ended"));
	assert_null(strstr((const char *)p.out.data, "href"));
	assert_null(strstr((const char *)p.out.data, " id="));
}

static void results_stand_by_test_and_unit_as_recorded(void **state)
{
	static const char *const records[] = { RESULT("1", "2026-01-01", "4.10", "mmol/l"),
					       RESULT("2", "2026-03-01", "5.60", "mmol/l"),
					       RESULT("3", "2026-02-01", "5.0", "mmol/l"),
					       RESULT("4", "2026-02-01", "21", "mg/dl"), NULL };
	MEDARK_AUTO(page_clear) struct page p = { 0 };
	const struct medark_view_facts facts = { .id = "p" };
	const char *text = strstr(make(&p, records, &facts), "id=\"laboratory\"");
	const char *latest, *previous, *graph;

	(void)state;
	assert_non_null(text);
	latest = strstr(text, "5.60 mmol/l (High)");
	previous = strstr(text, "5.0 mmol/l (High)");
	graph = strstr(text, "Trend of Potassium: 3 values");
	assert_true(latest && previous && graph && latest < previous && previous < graph);
	assert_true(strstr((const char *)p.out.data, "5.60 mmol/l (High)") < text); /* summary */
	assert_non_null(strstr(text, "3.50 \xe2\x80\x93 5 mmol/l"));
	assert_null(strstr(graph + 1, "Trend of")); /* one value in the other unit: no graph */
}

#define EVIL "<script>alert(1)</script>\\\"><img src=x onerror=alert(1)>"

static void a_hostile_patient_is_inert(void **state)
{
	static const char *const records[] = {
		"Patient {\"id\":\"p\",\"address\":[{\"city\":\"" EVIL "\"}],\"name\":[{\"family\":"
		"\"" EVIL "\"}]}",
		"Flag {\"id\":\"" EVIL "\",\"status\":\"" EVIL "\",\"code\":{\"text\":\"" EVIL
		"\"}}",
		"Observation {\"category\":[{\"coding\":[{\"code\":\"vital-signs\"}]}],\"code\":{"
		"\"text\":\"" EVIL "\"},\"valueString\":\"" EVIL "\"}",
		"Composition {\"title\":\"" EVIL "\",\"text\":{\"div\":\"<div>" EVIL
		"<a href=\\\"javascript:alert(1)\\\">x</a></div></div></article>\"},\"section\":[{"
		"\"text\":{\"div\":\"<svg onload=alert(1)>\"}}]}",
		"DocumentReference {\"description\":\"d\",\"content\":[{\"attachment\":{\"contentType\":"
		"\"text/html\",\"title\":\"" EVIL "\",\"data\":\"PHNjcmlwdD4=\"}},{\"attachment\":{"
		"\"contentType\":\"text/plain\",\"data\":\"PHNjcmlwdD4=\"}},{\"attachment\":{\"url\":"
		"\"javascript:alert(1)\"}}]}",
		"Basic {\"broken",
		NULL
	};
	MEDARK_AUTO(page_clear) struct page p = { 0 };
	const struct medark_view_facts facts = { .id = "p",
						 .family = "<script>alert(1)</script>",
						 .given = "\"><img src=x onerror=alert(1)>",
						 .birth_date = "<script>",
						 .gender = "<script>",
						 .bsn = "<script>" };
	const char *text = make(&p, records, &facts);

	(void)state;
	assert_null(strstr(text, "<script"));
	assert_null(strstr(text, "<img"));
	assert_null(strstr(text, "<svg onload"));
	assert_null(strstr(text, "href=\"javascript"));
	assert_non_null(strstr(text, "&lt;script&gt;alert(1)"));
	assert_non_null(strstr(text, "href=\"raw&quot;&gt;&lt;script&gt;\""));
	assert_non_null(strstr(text, "<pre class=\"letter\">&lt;script&gt;</pre>"));
}

static void what_cannot_be_read_is_not_hidden(void **state)
{
	static const char *const records[] = { "AllergyIntolerance {\"broken", NULL };
	MEDARK_AUTO(page_clear) struct page p = { 0 };
	const struct medark_view_facts facts = { .id = "p" };

	(void)state;
	assert_non_null(strstr(make(&p, records, &facts),
			       "<li><b>AllergyIntolerance/</b> <span class=\"badge\">cannot be "
			       "read here"));
}

static void letters_come_before_reports_of_results(void **state)
{
	static const char *const records[] = {
		"DiagnosticReport {\"id\":\"r\",\"code\":{\"text\":\"Lipids\"},\"category\":[{"
		"\"coding\":[{\"code\":\"LAB\"}]}],\"issued\":\"2026-05-01\"}",
		"Composition {\"id\":\"c\",\"title\":\"Letter\",\"date\":\"2020-01-01\"}", NULL
	};
	MEDARK_AUTO(page_clear) struct page p = { 0 };
	const struct medark_view_facts facts = { .id = "p" };
	const char *text = make(&p, records, &facts);

	(void)state;
	assert_true(strstr(text, "<h3>Letter") < strstr(text, "Laboratory reports (1)"));
	assert_true(strstr(text, "Laboratory reports (1)") < strstr(text, "<h3>Lipids"));
}

static void a_period_of_one_day_ends_with_a_time(void **state)
{
	static const char *const records[] = {
		"Encounter {\"id\":\"e\",\"type\":[{\"text\":\"visit\"}],\"period\":{\"start\":"
		"\"2026-05-01T09:00:00+02:00\",\"end\":\"2026-05-01T09:10:00+02:00\"}}",
		"Encounter {\"id\":\"f\",\"type\":[{\"text\":\"stay\"}],\"period\":{\"start\":"
		"\"2026-05-01\",\"end\":\"2026-05-03\"}}",
		NULL
	};
	MEDARK_AUTO(page_clear) struct page p = { 0 };
	const struct medark_view_facts facts = { .id = "p" };
	const char *text = make(&p, records, &facts);

	(void)state;
	assert_non_null(strstr(text, "01 May 2026 09:00 \xe2\x80\x93 09:10<"));
	assert_non_null(strstr(text, "01 May 2026 \xe2\x80\x93 03 May 2026<"));
}

static void numbers_are_decimal_and_can_be_drawn(void **state)
{
	double v;

	(void)state;
	assert_true(medark_trend_number(medark_bytes_text("-1.50"), &v) && v == -1.5);
	assert_true(medark_trend_number(medark_bytes_text("80"), &v) && v == 80);
	assert_false(medark_trend_number(medark_bytes_text(""), &v));
	assert_false(medark_trend_number(medark_bytes_text("-"), &v));
	assert_false(medark_trend_number(medark_bytes_text("1e9"), &v));
	assert_false(medark_trend_number(medark_bytes_text("1.2.3"), &v));
	assert_false(medark_trend_number(medark_bytes_text("1234567890123456"), &v));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(none_known_and_not_recorded_differ),
		cmocka_unit_test(the_banner_says_who_in_words_too),
		cmocka_unit_test(the_number_is_the_practices_own),
		cmocka_unit_test(a_status_is_said_in_dutch_and_what_is_not_known_stays),
		cmocka_unit_test(the_columns_of_a_dutch_chart_have_dutch_codes),
		cmocka_unit_test(medication_is_current_lately_stopped_or_folded),
		cmocka_unit_test(a_summary_alone_has_all_current_medication_and_leads_nowhere),
		cmocka_unit_test(results_stand_by_test_and_unit_as_recorded),
		cmocka_unit_test(a_hostile_patient_is_inert),
		cmocka_unit_test(what_cannot_be_read_is_not_hidden),
		cmocka_unit_test(letters_come_before_reports_of_results),
		cmocka_unit_test(a_period_of_one_day_ends_with_a_time),
		cmocka_unit_test(numbers_are_decimal_and_can_be_drawn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
