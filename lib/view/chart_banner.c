/* SPDX-License-Identifier: Apache-2.0 */
#include "view/chart.h"
#include "view/date.h"
#include "view/patient_number.h"

static bool has(const char *text)
{
	return text && *text;
}

static const char *word(const struct medark_view_chart *chart, enum medark_word w)
{
	return medark_word(chart->language, w);
}

int medark_view_patient_name(const struct medark_view_facts *f, enum medark_language language,
			     struct medark_buffer *out, struct medark_error *err)
{
	if (!has(f->family) && !has(f->given))
		return medark_buffer_text(
			out, has(f->text) ? f->text : medark_word(language, MEDARK_WORD_NO_NAME),
			err);
	/* Capitals are the style's: letters are not changed, whatever their script. */
	if (has(f->family))
		MEDARK_TRY(medark_buffer_text(out, f->family, err));
	if (has(f->family) && has(f->given))
		MEDARK_TRY(medark_buffer_text(out, ", ", err));
	return has(f->given) ? medark_buffer_text(out, f->given, err) : 0;
}

static int put_name(const struct medark_view_chart *chart, struct medark_buffer *out,
		    struct medark_error *err)
{
	const struct medark_view_facts *f = &chart->facts;

	if (!has(f->family))
		return medark_html(out, err, "<h1><bdi>%s</bdi></h1>\n",
				   has(f->text)	   ? f->text
				   : has(f->given) ? f->given
						   : word(chart, MEDARK_WORD_NO_NAME));
	return medark_html(out, err, "<h1><bdi class=\"family\">%s</bdi>%s<bdi>%s</bdi></h1>\n",
			   f->family, has(f->given) ? ", " : "", has(f->given) ? f->given : "");
}

static const char *sex(const struct medark_view_chart *chart)
{
	const char *gender = chart->facts.gender;

	if (!has(gender) || strcmp(gender, "unknown") == 0)
		return word(chart, MEDARK_WORD_UNKNOWN);
	if (strcmp(gender, "male") == 0)
		return word(chart, MEDARK_WORD_MALE);
	if (strcmp(gender, "female") == 0)
		return word(chart, MEDARK_WORD_FEMALE);
	return strcmp(gender, "other") == 0 ? word(chart, MEDARK_WORD_OTHER_SEX) : gender;
}

static int put_birth(const struct medark_view_chart *chart, struct medark_buffer *out,
		     struct medark_error *err)
{
	const struct medark_view_facts *f = &chart->facts;
	struct medark_bytes born = medark_bytes_text(has(f->birth_date) ? f->birth_date : "");
	struct medark_bytes on = medark_bytes_text(has(f->deceased_date) ? f->deceased_date
						   : f->is_deceased	 ? ""
									 : chart->on);
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer text = MEDARK_BUFFER(4096);

	MEDARK_TRY(medark_view_date(chart->language, born, &text, err));
	MEDARK_TRY(medark_html(out, err, "<dl><div><dt>%s</dt><dd>%b",
			       word(chart, MEDARK_WORD_BORN),
			       text.size ? medark_bytes(text.data, text.size)
					 : medark_bytes_text(word(chart, MEDARK_WORD_UNKNOWN))));
	text.size = 0;
	MEDARK_TRY(medark_view_age(chart->language, born, on, &text, err));
	if (text.size)
		MEDARK_TRY(medark_html(out, err, " (%b)", medark_bytes(text.data, text.size)));
	return medark_html(out, err, "</dd></div>\n<div><dt>%s</dt><dd>%s</dd></div>\n",
			   word(chart, MEDARK_WORD_SEX), sex(chart));
}

static int put_numbers(const struct medark_view_chart *chart, struct medark_buffer *out,
		       struct medark_error *err)
{
	const char *id = chart->facts.id;
	struct medark_bytes record = medark_patient_number_in(chart->records, id ? id : "");

	if (has(chart->facts.bsn))
		MEDARK_TRY(medark_html(out, err, "<div><dt>%s</dt><dd>%s</dd></div>\n",
				       word(chart, MEDARK_WORD_BSN), chart->facts.bsn));
	if (record.size && record.size <= 128)
		MEDARK_TRY(medark_html(out, err, "<div><dt>%s</dt><dd><bdi>%b</bdi></dd></div>\n",
				       word(chart, MEDARK_WORD_NUMBER), record));
	return medark_buffer_text(out, "</dl>", err);
}

int medark_view_sheet(const struct medark_view_facts *facts, enum medark_language language,
		      struct medark_buffer *out, struct medark_error *err)
{
	struct medark_bytes born = medark_bytes_text(facts->birth_date ? facts->birth_date : "");

	MEDARK_TRY(medark_view_patient_name(facts, language, out, err));
	MEDARK_TRY(medark_buffer_text(out, " \xc2\xb7 ", err));
	MEDARK_TRY(medark_view_date(language, born, out, err));
	if (facts->bsn && *facts->bsn)
		MEDARK_TRY(medark_buffer_print(out, err, " \xc2\xb7 BSN %s", facts->bsn));
	return 0;
}

int medark_view_banner(const struct medark_view_chart *chart, struct medark_buffer *out,
		       struct medark_error *err)
{
	const struct medark_view_facts *f = &chart->facts;

	MEDARK_TRY(medark_buffer_text(out,
				      f->is_deceased ? "<div class=\"patient deceased\">\n"
						     : "<div class=\"patient\">\n",
				      err));
	MEDARK_TRY(put_name(chart, out, err));
	MEDARK_TRY(put_birth(chart, out, err));
	MEDARK_TRY(put_numbers(chart, out, err));
	if (f->is_deceased) {
		MEDARK_TRY(medark_html(out, err, "<span class=\"dead\">%s ",
				       word(chart, MEDARK_WORD_DECEASED)));
		MEDARK_AUTO(medark_buffer_clear) struct medark_buffer date = MEDARK_BUFFER(4096);

		if (has(f->deceased_date))
			MEDARK_TRY(medark_view_date(
				chart->language, medark_bytes_text(f->deceased_date), &date, err));
		MEDARK_TRY(medark_html(out, err, "%b</span>", medark_bytes(date.data, date.size)));
	}
	if (f->is_inactive)
		MEDARK_TRY(medark_html(out, err, "<span class=\"off\">%s</span>",
				       word(chart, MEDARK_WORD_INACTIVE)));
	return medark_buffer_text(out, "</div>\n", err);
}

/* ---- how people are reached ---- */

static const struct medark_view_record *patient(const struct medark_view_chart *chart)
{
	const struct medark_view_records *all = chart->records;
	const char *id = chart->facts.id;

	for (size_t i = 0; id && i < all->count; i++)
		if (all->list[i].root && medark_bytes_is(all->list[i].type, "Patient") &&
		    medark_bytes_is(all->list[i].id, id))
			return &all->list[i];
	return NULL;
}

int medark_view_details(const struct medark_view_chart *chart, struct medark_buffer *out,
			struct medark_error *err)
{
	static const struct {
		enum medark_word word;
		const char *paths;
	} details[] = { { MEDARK_WORD_ADDRESS, "address" },
			{ MEDARK_WORD_CONTACT, "telecom.value" },
			{ MEDARK_WORD_PRACTITIONER, "generalPractitioner" },
			{ MEDARK_WORD_CONTACT_PERSON, "contact.name" },
			{ MEDARK_WORD_LANGUAGE, "communication.language" } };
	const struct medark_view_values values = { .records = chart->records,
						   .language = chart->language,
						   .is_page = true };
	const struct medark_view_record *p = patient(chart);

	if (!p)
		return 0;
	MEDARK_TRY(medark_buffer_text(out, "<dl class=\"facts\">\n", err));
	for (size_t i = 0; i < sizeof(details) / sizeof(*details); i++) {
		MEDARK_AUTO(medark_buffer_clear)
		struct medark_buffer text = MEDARK_BUFFER_SECRET((size_t)1 << 20);

		MEDARK_TRY(medark_view_field(&values, p, p->root, details[i].paths, &text, err));
		if (text.size)
			MEDARK_TRY(medark_html(out, err, "<dt>%s</dt><dd>%b</dd>\n",
					       word(chart, details[i].word),
					       medark_bytes(text.data, text.size)));
	}
	return medark_buffer_text(out, "</dl>\n", err);
}
