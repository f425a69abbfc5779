/* SPDX-License-Identifier: Apache-2.0 */
#include "service/service_private.h"

#include "base/text.h"
#include "base/time.h"
#include "crypto/small_file.h"
#include "desk/audit_recipients.h"
#include "service/watch.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define THREADS_MAX 64

MEDARK_DEFINE_AUTO(struct medark_service, medark_service_free)

/* ---- the beginning ---- */

int medark_service_begin(const struct medark_service_setup *setup, struct medark_service **out,
			 struct medark_error *err)
{
	MEDARK_AUTO(medark_service_free)
	struct medark_service *service = calloc(1, sizeof(*service));
	struct medark_serve_setup serve = {
		.addresses = setup->addresses,
		.address_count = setup->address_count,
		.allow_others = setup->allow_others,
		.hosts = setup->hosts,
		.host_count = setup->host_count,
		.certificate_path = setup->certificate,
		.key_path = setup->certificate_key,
		.user = setup->user,
		.threads = setup->threads ? setup->threads : MEDARK_SERVICE_THREADS,
	};

	if (!service)
		return medark_error_memory(err, "the service");
	atomic_flag_clear(&service->is_log_read);
	if (pthread_mutex_init(&service->telling, NULL)) {
		free(MEDARK_TAKE(service));
		return medark_error_set(err, MEDARK_E_SYSTEM, "cannot make a lock");
	}
	service->threads = serve.threads;
	if (serve.threads > THREADS_MAX)
		return medark_error_set(err, MEDARK_E_USAGE, "more than %d threads", THREADS_MAX);
	MEDARK_TRY(medark_serve_begin(&serve, &service->serve, err));
	*out = MEDARK_TAKE(service);
	return 0;
}

void medark_service_free(struct medark_service *s)
{
	if (!s)
		return;
	medark_serve_free(s->serve);
	medark_sessions_free(s->sessions);
	medark_audit_end(s->audit);
	medark_api_free(s->api);
	medark_accounts_free(s->accounts);
	for (unsigned i = 0; s->shelves && i < s->threads; i++)
		medark_shelf_free(s->shelves[i]);
	free(s->shelves);
	medark_shelf_free(s->reader);
	medark_record_find_free(s->find);
	medark_roster_free(s->roster);
	medark_item_find_free(atomic_load(&s->items));
	medark_planned_clear(&s->planned);
	medark_numbers_clear(&s->numbers);
	medark_zone_clear(&s->zone);
	free(s->restores);
	(void)pthread_mutex_destroy(&s->telling);
	free(s);
}

const char *medark_service_address(const struct medark_service *service, size_t i)
{
	return i < medark_serve_address_count(service->serve)
		       ? medark_serve_address(service->serve, i)
		       : NULL;
}

void medark_service_fingerprint(const struct medark_service *service, char out[65])
{
	const struct medark_digest *digest = medark_serve_fingerprint(service->serve);

	medark_text_hex(digest->bytes, sizeof(digest->bytes), out);
}

bool medark_service_is_self_signed(const struct medark_service *service)
{
	return medark_serve_is_self_signed(service->serve);
}

void medark_service_stop(struct medark_service *service)
{
	medark_serve_stop(service->serve);
}

/* ---- archives ---- */

static int open_zone(struct medark_service *s, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer file = MEDARK_BUFFER(MEDARK_ZONE_FILE_MAX + 1);
	struct stat ignored;

	if (!s->setup.zone)
		return 0;
	MEDARK_TRY(medark_small_file_read(s->setup.zone, &file, &ignored, err));
	return medark_zone_parse(&s->zone, medark_bytes(file.data, file.size), err);
}

static int open_shelves(struct medark_service *s, struct medark_error *err)
{
	const struct medark_shelf_setup setup = { .paths = s->setup.paths,
						  .count = s->setup.count,
						  .trust = s->setup.trust,
						  .identity = s->setup.identity,
						  .as_of = (int64_t)time(NULL),
						  .find = s->find,
						  .roster = s->roster };

	s->shelves = calloc(s->threads, sizeof(*s->shelves));
	if (!s->shelves)
		return medark_error_memory(err, "archives");
	MEDARK_TRY(medark_shelf_new(&setup, &s->reader, err));
	for (unsigned i = 0; i < s->threads; i++)
		MEDARK_TRY(medark_shelf_new(&setup, &s->shelves[i], err));
	return 0;
}

void medark_service_time(const struct medark_service *service, int64_t seconds,
			 char out[MEDARK_SERVICE_TIME_MAX])
{
	int32_t offset = medark_zone_offset(&service->zone, seconds);
	int32_t size = offset < 0 ? -offset : offset;
	char local[MEDARK_TIME_SIZE];

	(void)medark_time_format(seconds + offset, local);
	if (offset == 0)
		(void)snprintf(out, MEDARK_SERVICE_TIME_MAX, "%s", local);
	else
		(void)snprintf(out, MEDARK_SERVICE_TIME_MAX, "%.19s%c%02d:%02d", local,
			       offset < 0 ? '-' : '+', size / 3600 % 24, size / 60 % 60);
}

/* Where relative references lead, if the latest archive was exported from one server. */
static void find_home(struct medark_service *s, const struct medark_archive_info *info)
{
	size_t size;

	if (info->server_count != 1)
		return;
	(void)snprintf(s->home, sizeof(s->home), "%s", info->servers[0].base);
	size = strlen(s->home);
	while (size && s->home[size - 1] == '/')
		s->home[--size] = 0;
}

/* What the pages say of the archives: the latest one's time; complete if all are. */
static int describe(struct medark_service *s, struct medark_error *err)
{
	struct medark_archive_info *info = calloc(1, sizeof(*info));
	size_t count = medark_shelf_archives(s->reader);
	int code = info ? 0 : medark_error_memory(err, "archives");

	s->is_complete = true;
	for (size_t i = 0; code >= 0 && i < count; i++) {
		code = medark_shelf_info(s->reader, i, info, err);
		if (code >= 0)
			s->is_complete &= info->complete;
	}
	if (code >= 0) {
		(void)snprintf(s->archive, sizeof(s->archive), "%s", info->archive);
		(void)snprintf(s->source, sizeof(s->source), "%s", info->source);
		find_home(s, info);
		if (!medark_time_parse(medark_bytes_text(info->created), &s->created))
			s->created = 0;
		medark_service_time(s, s->created, s->from);
	}
	free(info);
	return code < 0 ? code : 0;
}

static void name_style(struct medark_service *s)
{
	struct medark_bytes sheet = medark_page_style();
	struct medark_digest digest;

	medark_sha256(sheet.data, sheet.size, &digest);
	medark_text_hex(digest.bytes, (MEDARK_SERVICE_STYLE - 1) / 2, s->style);
}

/* ---- accounts and the log ---- */

static int open_accounts(struct medark_service *s, struct medark_error *err)
{
	struct medark_account *all = NULL;
	size_t count = 0;
	int code = medark_accounts_open(s->setup.state, false, &s->accounts, err);

	if (code >= 0)
		code = medark_accounts_list(s->accounts, &all, &count, err);
	free(all);
	if (code < 0 && code != MEDARK_E_NOT_FOUND)
		return code;
	if (count == 0)
		return medark_error_set(err, MEDARK_E_NOT_FOUND,
					"there are no accounts yet in '%s'", s->setup.state);
	return medark_sessions_new(NULL, &s->sessions, err);
}

static int begin_log(struct medark_service *s, const struct medark_audit_recipients *r,
		     struct medark_error *err)
{
	uint8_t ids[MEDARK_AUDIT_ARCHIVES_MAX][MEDARK_AUDIT_ID_SIZE];
	struct medark_lineage *lineage = medark_shelf_lineage(s->reader);
	struct medark_audit_before before = { 0 };
	struct medark_audit_terms terms = {
		.recipients = (const struct medark_certificate *const *)r->list,
		.recipient_count = r->count,
		.archives = (const uint8_t(*)[MEDARK_AUDIT_ID_SIZE])ids,
		.now = (int64_t)time(NULL),
	};

	/* The latest ones, if there are more than a head has room for. */
	for (size_t k = lineage->count; k-- > 0 && terms.archive_count < MEDARK_AUDIT_ARCHIVES_MAX;)
		memcpy(ids[terms.archive_count++], &lineage->archives[k]->header.archive,
		       MEDARK_AUDIT_ID_SIZE);
	MEDARK_TRY(medark_audit_begin(s->setup.audit, &terms, &s->audit, &before, err));
	if (before.is_faulty && s->setup.tell) {
		char sentence[MEDARK_ERROR_MAX + 64];

		(void)snprintf(sentence, sizeof(sentence),
			       "the audit log of the last run is faulty: %s", before.message);
		s->setup.tell(s->setup.context, sentence);
	}
	return 0;
}

static int note(struct medark_service *s, enum medark_audit_kind kind, struct medark_error *err)
{
	struct medark_audit_event row = { .kind = kind, .action = 'E', .archive = s->archive };

	row.recorded = medark_audit_now();
	return medark_audit_append(s->audit, &row, err);
}

static int open_api(struct medark_service *s, struct medark_error *err)
{
	struct medark_api_setup setup = { .base = s->base,
					  .token_address = s->token,
					  .zone = &s->zone,
					  .find = s->find,
					  .created = s->from,
					  .archive = s->archive,
					  .home = s->home };

	(void)snprintf(s->base, sizeof(s->base), "https://%s" MEDARK_API_PATH,
		       medark_serve_address(s->serve, 0));
	(void)snprintf(s->token, sizeof(s->token), "https://%s/token",
		       medark_serve_address(s->serve, 0));
	MEDARK_TRY(medark_service_is_stu3(s->shelves[0], &setup.is_stu3, err));
	return medark_api_new(&setup, &s->api, err);
}

int medark_service_open(struct medark_service *s, const struct medark_service_archives *archives,
			struct medark_error *err)
{
	MEDARK_AUTO(medark_audit_recipients_clear) struct medark_audit_recipients readers = { 0 };

	s->setup = *archives;
	if (asprintf(&s->restores, "%s/" MEDARK_AUDIT_RESTORES, archives->state) < 0) {
		s->restores = NULL;
		return medark_error_memory(err, "a file name");
	}
	MEDARK_TRY(open_accounts(s, err));
	MEDARK_TRY(open_zone(s, err));
	MEDARK_TRY(medark_roster_new(&s->roster, err));
	MEDARK_TRY(medark_record_find_new(&s->find, err));
	MEDARK_TRY(open_shelves(s, err));
	MEDARK_TRY(describe(s, err));
	name_style(s);
	MEDARK_TRY(medark_audit_recipients_find(archives->identity, archives->auditors,
						archives->auditor_count, &readers, err));
	MEDARK_TRY(begin_log(s, &readers, err));
	MEDARK_TRY(open_api(s, err));
	return note(s, MEDARK_AUDIT_START, err);
}

/* ---- answering ---- */

static void fill_call(struct medark_call *call, struct medark_service *s, unsigned thread)
{
	call->service = s;
	call->shelf = s->shelves[thread];
	call->now = (int64_t)time(NULL);
	call->clock = medark_service_clock();
}

/* What went wrong is told where the service runs; the page says what to do. */
static int apologise(struct medark_call *call, const struct medark_error *err)
{
	struct medark_error again = { 0 };
	bool is_log = call->has_no_log;

	call->err = &again;
	if (call->service->setup.tell)
		call->service->setup.tell(call->service->setup.context, err->message);
	if (medark_call_is_fhir(call))
		return medark_call_fhir_failed(call);
	MEDARK_TRY(medark_call_say(call, is_log ? 503 : 500,
				   is_log ? MEDARK_SAYING_NO_LOG : MEDARK_SAYING_FAILED,
				   is_log ? MEDARK_SAYING_NO_LOG_TEXT : MEDARK_SAYING_FAILED_TEXT));
	return 0;
}

static int answer(void *context, unsigned thread, const struct medark_serve_request *request,
		  struct medark_serve_response *response, struct medark_error *err)
{
	struct medark_call call = { .request = request,
				    .response = response,
				    .err = err,
				    .body = MEDARK_BUFFER_SECRET(MEDARK_SERVICE_BODY_MAX) };
	int code;

	fill_call(&call, context, thread);
	code = medark_service_note_accounts(context, err);
	if (code == 0)
		code = medark_service_note_sessions(context, err);
	call.has_no_log = code < 0;
	if (code == 0)
		code = medark_route(&call);
	medark_form_clear(&call.form);
	if (code < 0)
		code = apologise(&call, err);
	medark_buffer_clear(&call.body);
	explicit_bzero(&call.who, sizeof(call.who));
	return code;
}

static void failed(void *context, unsigned thread, const struct medark_error *err)
{
	struct medark_service *s = context;

	(void)thread;
	if (s->setup.tell)
		s->setup.tell(s->setup.context, err->message);
}

/* ---- reading patients and the names of records, beside ---- */

static bool is_stopping(void *context)
{
	struct medark_service *s = context;

	return medark_serve_is_stopping(s->serve);
}

static void seal(void *context)
{
	struct medark_service *s = context;

	medark_planned_seal(&s->planned);
}

static int plan(void *context, const struct medark_record *facts, struct medark_bytes text,
		uint64_t patient, struct medark_error *err)
{
	struct medark_service *s = context;

	MEDARK_TRY(medark_planned_add(&s->planned, facts, text, patient, err));
	return medark_numbers_add(&s->numbers, facts, text, patient, err);
}

static void *read_names(void *context)
{
	struct medark_service *s = context;
	const struct medark_record_find_watch watch = {
		.is_stopping = is_stopping, .each = plan, .sealed = seal, .context = s
	};
	struct medark_lineage *lineage = medark_shelf_lineage(s->reader);
	struct medark_item_find *items = NULL;
	struct medark_error err = { 0 };
	int code = medark_item_find_new(lineage, &items, &err);

	atomic_store(&s->items, items);
	if (code >= 0)
		code = medark_roster_fill(s->roster, lineage, is_stopping, s, &err);
	if (code >= 0)
		code = medark_record_find_fill(s->find, lineage, &watch, &err);
	if (code < 0 && code != MEDARK_E_INTERRUPTED)
		failed(s, 0, &err);
	return NULL;
}

static int start_reader(struct medark_service *s, pthread_t *out, struct medark_error *err)
{
	sigset_t all, before;
	int code;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_BLOCK, &all, &before);
	code = pthread_create(out, NULL, read_names, s);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return code ? medark_error_errno(err, code, "cannot start a thread") : 0;
}

int medark_service_run(struct medark_service *s, struct medark_error *err)
{
	const struct medark_serve_handler handler = { .answer = answer,
						      .failed = failed,
						      .context = s };
	int64_t now = (int64_t)time(NULL);
	struct medark_watch watch;
	pthread_t reader;
	int code;

	medark_numbers_init(&s->numbers);
	medark_planned_init(&s->planned, (now + medark_zone_offset(&s->zone, now)) / 86400);
	MEDARK_TRY(medark_watch_start(&watch, s, err));
	code = start_reader(s, &reader, err);
	if (code == 0) {
		code = medark_serve_loop(s->serve, &handler, err);
		medark_serve_stop(s->serve);
		(void)pthread_join(reader, NULL);
	}
	medark_watch_stop(&watch);
	MEDARK_TRY(code);
	MEDARK_TRY(medark_service_note_sessions(s, err));
	return note(s, MEDARK_AUDIT_STOP, err);
}
