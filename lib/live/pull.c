/* SPDX-License-Identifier: Apache-2.0 */
#include "live/pull.h"

#include "live/sealed_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define PATIENTS_NAME "job-patients"
#define GROUP_NAME    "file-group"
#define GROUP_PATH    "Group.json"
#define GROUP_MAX     ((size_t)128 << 20)
#define LIST_LETTER   'l'
#define MAIN_LETTER   's'
#define SHORT_ID_MAX  64

struct medark_pull {
	struct medark_pull_setup setup;
	struct medark_patient_list patients;
	struct medark_walk *list, *walk; /* NULL: not needed */
	size_t of_patient;		 /* searches for each patient */
	uint64_t others;		 /* members of the Group that are no patients */
	uint64_t nameless;		 /* patients whose ids cannot be asked for */
};

void medark_pull_free(struct medark_pull *p)
{
	if (!p)
		return;
	medark_walk_free(p->list);
	medark_walk_free(p->walk);
	medark_patient_list_clear(&p->patients);
	free(p);
}

int medark_pull_new(const struct medark_pull_setup *setup, struct medark_pull **out,
		    struct medark_error *err)
{
	MEDARK_AUTO(medark_pull_free) struct medark_pull *p = calloc(1, sizeof(*p));

	if (!p)
		return medark_error_memory(err, "an export from a server");
	p->setup = *setup;
	MEDARK_TRY(medark_patient_list_init(&p->patients, err));
	*out = MEDARK_TAKE(p);
	return 0;
}

static bool is_everything(const struct medark_pull *p)
{
	return p->setup.approach->method == MEDARK_LIVE_EVERYTHING;
}

/* ---- whose records: named by the user ---- */

static int read_file(struct medark_pull *p, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer text = MEDARK_BUFFER_SECRET(MEDARK_PATIENT_FILE_MAX);
	const char *path = p->setup.patients_path;
	int code;

	MEDARK_TRY(medark_patient_list_file(path, &text, err));
	code = medark_patient_list_parse(&p->patients, medark_bytes(text.data, text.size), err);
	if (code < 0)
		return medark_error_prefix(err, code, "the list of patients '%s'", path);
	return 0;
}

static int fetch_group(struct medark_pull *p, struct medark_buffer *out, struct medark_error *err)
{
	static const char *const headers[] = { "Accept: application/fhir+json" };
	const struct medark_walk_place *place = &p->setup.place;
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer path = MEDARK_BUFFER(4096);
	MEDARK_AUTO(medark_url_clear) struct medark_url url = { 0 };
	MEDARK_AUTO(medark_http_transfer_free) struct medark_http_transfer *t = NULL;
	const struct medark_http_request request = {
		.url = &url, .headers = headers, .header_count = 1, .body_max = GROUP_MAX
	};
	const struct medark_http_response *r;

	MEDARK_TRY(medark_buffer_text(&path, "Group/", err));
	MEDARK_TRY(medark_url_encode(medark_bytes_text(p->setup.group), &path, err));
	MEDARK_TRY(medark_buffer_add(&path, "", 1, err));
	MEDARK_TRY(medark_url_below(place->talk.base, (const char *)path.data, &url, err));
	MEDARK_TRY(medark_talk_send(&place->talk, &request, &t, NULL, err));
	r = medark_http_response(t);
	if (r->status != 200 || r->failure.code)
		return medark_error_set(err, MEDARK_E_REMOTE,
					"%s does not give the group, with status %u", url.origin,
					r->status);
	MEDARK_TRY(medark_buffer_add(out, r->body.data, r->body.size, err));
	return medark_sealed_write(place->folder, GROUP_NAME, place->secret,
				   medark_bytes(out->data, out->size), true, err);
}

static int read_group(struct medark_pull *p, struct medark_error *err)
{
	const struct medark_walk_place *place = &p->setup.place;
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer text = MEDARK_BUFFER_SECRET(GROUP_MAX + (1 << 17));
	char today[16];
	const struct medark_patient_group group = { .base = place->talk.base, .today = today };
	time_t now = time(NULL);
	struct tm tm;
	int code = medark_sealed_read(place->folder, GROUP_NAME, place->secret, &text, err);

	if (code == MEDARK_E_NOT_FOUND)
		code = fetch_group(p, &text, err);
	MEDARK_TRY(code);
	if (!gmtime_r(&now, &tm) || !strftime(today, sizeof(today), "%Y-%m-%d", &tm))
		return medark_error_set(err, MEDARK_E_SYSTEM, "the clock has no date");
	return medark_patient_list_group(&p->patients, medark_bytes(text.data, text.size), &group,
					 &p->others, err);
}

/*
 * The patients of an earlier run keep their places, also when the file or the server's list has
 * changed since: searches are numbered. Who is new comes behind them.
 */
static int load_patients(struct medark_pull *p, struct medark_error *err)
{
	const struct medark_walk_place *place = &p->setup.place;
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer text = MEDARK_BUFFER_SECRET(MEDARK_PATIENT_LIST_SIZE);
	int code = medark_sealed_read(place->folder, PATIENTS_NAME, place->secret, &text, err);

	if (code == MEDARK_E_NOT_FOUND)
		return 0;
	MEDARK_TRY(code);
	return medark_patient_list_parse(&p->patients, medark_bytes(text.data, text.size), err);
}

/* Before the first search is asked for. */
static int save_patients(const struct medark_pull *p, struct medark_error *err)
{
	const struct medark_walk_place *place = &p->setup.place;
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer text = MEDARK_BUFFER_SECRET(MEDARK_PATIENT_LIST_SIZE);

	for (size_t i = 0; i < p->patients.count; i++) {
		MEDARK_TRY(
			medark_buffer_text(&text, medark_patient_list_get(&p->patients, i), err));
		MEDARK_TRY(medark_buffer_text(&text, "\n", err));
	}
	return medark_sealed_write(place->folder, PATIENTS_NAME, place->secret,
				   medark_bytes(text.data, text.size), true, err);
}

/* ---- whose records: all that the server lists ---- */

static int ask_for_patients(void *context, size_t search, unsigned page_size,
			    struct medark_buffer *out, struct medark_error *err)
{
	const struct medark_pull *p = context;

	(void)search;
	MEDARK_TRY(medark_buffer_text(out, "Patient", err));
	if (page_size)
		MEDARK_TRY(medark_buffer_print(out, err, "?_count=%u", page_size));
	/* Of the patients themselves $everything brings all there is. The last attempt is plain. */
	if (is_everything(p) && page_size)
		MEDARK_TRY(medark_buffer_text(out, "&_elements=id", err));
	return medark_buffer_add(out, "", 1, err);
}

static int add_patient(void *context, struct medark_bytes resource, struct medark_error *err)
{
	static const char prefix[] = "Patient/";
	struct medark_pull *p = context;
	char name[MEDARK_RECORD_NAME_MAX + 1];

	if (!medark_bundle_is(resource, "Patient"))
		return 0;
	medark_bundle_name(resource, name);
	if (!medark_patient_list_is_id(
		    medark_bytes_text(name[0] ? name + sizeof(prefix) - 1 : ""))) {
		p->nameless++;
		return 0;
	}
	return medark_patient_list_add(&p->patients, medark_bytes_text(name + sizeof(prefix) - 1),
				       err);
}

static int take_patients(void *context, size_t search, const struct medark_bundle *page,
			 struct medark_error *err)
{
	(void)search;
	return medark_bundle_each(page, add_patient, context, err);
}

static int list_patients(struct medark_pull *p, struct medark_error *err)
{
	const struct medark_walk_setup setup = {
		.place = p->setup.place,
		.letter = LIST_LETTER,
		.count = 1,
		.ask = ask_for_patients,
		.page = take_patients,
		.context = p,
	};

	MEDARK_TRY(medark_walk_new(&setup, &p->list, err));
	MEDARK_TRY(medark_walk_run(p->list, err));
	if (!medark_walk_failure(p->list, 0))
		return 0;
	return medark_error_set(err, MEDARK_E_REMOTE,
				"%s: it does not list its patients; name them with --patients or "
				"--group",
				medark_walk_failure(p->list, 0));
}

static int find_patients(struct medark_pull *p, struct medark_error *err)
{
	const struct medark_approach *approach = p->setup.approach;
	size_t before;

	if (!approach->is_listed && approach->method == MEDARK_LIVE_PAGE)
		return 0;
	MEDARK_TRY(load_patients(p, err));
	before = p->patients.count;
	if (!approach->is_listed)
		MEDARK_TRY(list_patients(p, err));
	else if (p->setup.group)
		MEDARK_TRY(read_group(p, err));
	else if (!before) /* who starts a job says whose; the file may be another one by now */
		MEDARK_TRY(read_file(p, err));
	if (approach->is_listed && p->patients.count == 0)
		return medark_error_set(err, MEDARK_E_USAGE, "the list names no patient");
	return p->patients.count > before ? save_patients(p, err) : 0;
}

/* ---- their records ---- */

/*
 * What search number `search` is for: those for everybody come first, as their number stays the
 * same in a run that goes on with more patients. *out_patient NULL: for everybody.
 */
static const struct medark_approach_search *find_search(const struct medark_pull *p, size_t search,
							const char **out_patient)
{
	const struct medark_approach *approach = p->setup.approach;

	*out_patient = NULL;
	if (search < approach->of_everybody_count)
		return &approach->of_everybody[search];
	search -= approach->of_everybody_count;
	*out_patient = medark_patient_list_get(&p->patients, search / p->of_patient);
	return is_everything(p) ? NULL : &approach->of_patient[search % p->of_patient];
}

static int ask(void *context, size_t search, unsigned page_size, struct medark_buffer *out,
	       struct medark_error *err)
{
	const struct medark_pull *p = context;
	const char *patient;
	const struct medark_approach_search *s = find_search(p, search, &patient);
	char mark = '?';

	if (!s) {
		MEDARK_TRY(medark_buffer_print(out, err, "Patient/%s/$everything", patient));
	} else if (patient) {
		bool is_plain = strcmp(s->param, "patient") == 0 || strcmp(s->param, "_id") == 0;

		MEDARK_TRY(medark_buffer_print(out, err, "%s?%s=%s%s", s->type, s->param,
					       is_plain ? "" : "Patient/", patient));
		mark = '&';
	} else {
		MEDARK_TRY(medark_buffer_text(out, s->type, err));
	}
	if (page_size)
		MEDARK_TRY(medark_buffer_print(out, err, "%c_count=%u", mark, page_size));
	return medark_buffer_add(out, "", 1, err);
}

/* Does the server refuse the first patient as one does that has no such operation? */
static bool is_refused(const struct medark_pull *p, const struct medark_walk *walk)
{
	size_t first = p->setup.approach->of_everybody_count;
	unsigned status = medark_walk_status(walk, first);

	if (medark_walk_pages(walk, first) || !medark_walk_failure(walk, first))
		return false;
	/* A patient of a list may be one whom it does not know. */
	return status == 400 || status == 405 || status == 501 ||
	       (status == 404 && !p->setup.approach->is_listed);
}

/* Before thousands are asked for: what comes of it is there for the searches of all. */
static int try_first(const struct medark_pull *p, const struct medark_walk_setup *setup,
		     struct medark_error *err)
{
	MEDARK_AUTO(medark_walk_free) struct medark_walk *walk = NULL;
	struct medark_walk_setup one = *setup;

	one.first = p->setup.approach->of_everybody_count;
	one.count = one.first + 1;
	MEDARK_TRY(medark_walk_new(&one, &walk, err));
	MEDARK_TRY(medark_walk_run(walk, err));
	if (!is_refused(p, walk))
		return 0;
	return medark_error_set(err, MEDARK_E_NOT_FOUND, "%s has no $everything",
				setup->place.talk.base->origin);
}

int medark_pull_run(struct medark_pull *p, struct medark_error *err)
{
	const struct medark_approach *approach = p->setup.approach;
	struct medark_walk_setup setup = {
		.place = p->setup.place,
		.letter = MAIN_LETTER,
		.ask = ask,
		.context = p,
	};

	MEDARK_TRY(find_patients(p, err));
	p->of_patient = is_everything(p) ? 1 : approach->of_patient_count;
	setup.count = p->of_patient * p->patients.count + approach->of_everybody_count;
	if (p->setup.may_fall && is_everything(p) && p->patients.count)
		MEDARK_TRY(try_first(p, &setup, err));
	MEDARK_TRY(medark_walk_new(&setup, &p->walk, err));
	return medark_walk_run(p->walk, err);
}

/* ---- what came of it ---- */

/* The name of a page as an item: ids are safe, but they may be long. */
static void name_page(const struct medark_pull *p, size_t search, uint32_t page,
		      char out[MEDARK_HAUL_PATH_MAX])
{
	const char *patient;
	const struct medark_approach_search *s = find_search(p, search, &patient);
	char id[MEDARK_PATIENT_ID_MAX + 1] = "";

	if (patient && strlen(patient) <= SHORT_ID_MAX)
		(void)snprintf(id, sizeof(id), "%s", patient);
	else if (patient)
		(void)snprintf(id, sizeof(id), "number-%zu",
			       (search - p->setup.approach->of_everybody_count) / p->of_patient +
				       1);
	if (!s)
		(void)snprintf(out, MEDARK_HAUL_PATH_MAX,
			       "everything/Patient.%.*s.%06" PRIu32 ".json", SHORT_ID_MAX, id,
			       page);
	else if (patient)
		(void)snprintf(out, MEDARK_HAUL_PATH_MAX,
			       "search/Patient.%.*s/%s.%s.%06" PRIu32 ".json", SHORT_ID_MAX, id,
			       s->type, s->param, page);
	else
		(void)snprintf(out, MEDARK_HAUL_PATH_MAX, "search/%s.%06" PRIu32 ".json", s->type,
			       page);
}

/* A type that the server does not claim to have, and refuses: there is none of it. */
static bool is_no_loss(const struct medark_pull *p, size_t search)
{
	unsigned status = medark_walk_status(p->walk, search);
	const char *patient;

	return !p->setup.approach->is_declared && find_search(p, search, &patient) &&
	       medark_walk_pages(p->walk, search) == 0 &&
	       (status == 404 || status == 405 || status == 501);
}

/* Was a patient of the list looked for, and not found? */
static bool is_unknown(const struct medark_pull *p, size_t search)
{
	const char *patient;
	const struct medark_approach_search *s = find_search(p, search, &patient);

	return s && patient && strcmp(s->type, "Patient") == 0 && strcmp(s->param, "_id") == 0 &&
	       medark_walk_pages(p->walk, search) == 0;
}

static int add_search(const struct medark_pull *p, size_t search, struct medark_haul *haul,
		      uint64_t *out_absent, struct medark_error *err)
{
	uint32_t pages = medark_walk_pages(p->walk, search);
	const char *why = medark_walk_failure(p->walk, search);
	char path[MEDARK_HAUL_PATH_MAX];
	struct medark_haul_file file = { .path = path };

	for (uint32_t i = 1; i <= pages; i++) {
		name_page(p, search, i, path);
		medark_walk_name(p->walk, search, i, file.name);
		MEDARK_TRY(medark_haul_add(haul, &file, err));
	}
	if (!why && is_unknown(p, search))
		why = "the server does not know this patient";
	if (!why)
		return 0;
	if (is_no_loss(p, search)) {
		++*out_absent;
		return 0;
	}
	name_page(p, search, pages + 1, path);
	file.why = (char *)why;
	return medark_haul_add(haul, &file, err);
}

static int add_list(const struct medark_pull *p, struct medark_haul *haul, struct medark_error *err)
{
	char path[MEDARK_HAUL_PATH_MAX];
	struct medark_haul_file file = { .path = path };

	if (p->setup.approach->is_listed && p->setup.group) {
		(void)snprintf(path, sizeof(path), "%s", GROUP_PATH);
		(void)snprintf(file.name, sizeof(file.name), "%s", GROUP_NAME);
		MEDARK_TRY(medark_haul_add(haul, &file, err));
	}
	for (uint32_t i = 1; p->list && !is_everything(p) && i <= medark_walk_pages(p->list, 0);
	     i++) {
		(void)snprintf(path, sizeof(path), "search/Patient.%06" PRIu32 ".json", i);
		medark_walk_name(p->list, 0, i, file.name);
		MEDARK_TRY(medark_haul_add(haul, &file, err));
	}
	return 0;
}

static int add_sums(const struct medark_walk *walk, struct medark_haul *haul,
		    struct medark_error *err)
{
	const struct medark_walk_sums sums = medark_walk_sums(walk);

	if (sums.short_records)
		MEDARK_TRY(medark_haul_miss(haul, err,
					    "in %" PRIu64 " searches the server gave %" PRIu64
					    " records fewer than it says that it has found",
					    sums.short_searches, sums.short_records));
	if (sums.errors)
		MEDARK_TRY(medark_haul_miss(
			haul, err, "the server reports %" PRIu64 " errors among what it has found",
			sums.errors));
	if (sums.outcomes > sums.errors)
		MEDARK_TRY(medark_haul_remark(haul, err,
					      "the server makes %" PRIu64
					      " remarks on what it has found: they are kept",
					      sums.outcomes - sums.errors));
	return 0;
}

int medark_pull_haul(const struct medark_pull *p, struct medark_haul *haul,
		     struct medark_error *err)
{
	size_t count = p->of_patient * p->patients.count + p->setup.approach->of_everybody_count;
	uint64_t absent = 0;

	MEDARK_TRY(add_list(p, haul, err));
	for (size_t i = 0; i < count; i++)
		MEDARK_TRY(add_search(p, i, haul, &absent, err));
	if (absent)
		MEDARK_TRY(medark_haul_remark(haul, err,
					      "the server does not say what it has (metadata), and "
					      "refused %" PRIu64 " searches as of nothing that it "
					      "has: they are left out",
					      absent));
	if (p->others)
		MEDARK_TRY(medark_haul_miss(haul, err,
					    "%" PRIu64 " members of the group are no patients of "
					    "this server",
					    p->others));
	if (p->nameless)
		MEDARK_TRY(medark_haul_miss(haul, err,
					    "%" PRIu64
					    " patients have no id of the form of FHIR's: "
					    "what belongs to them cannot be asked for",
					    p->nameless));
	if (p->list)
		MEDARK_TRY(add_sums(p->list, haul, err));
	return add_sums(p->walk, haul, err);
}
