/* SPDX-License-Identifier: Apache-2.0 */
/*
 * restore_server: an archive into a FHIR server: probe, journal, the passes over the records, and
 * what came of them. Each pass tells the records again; what is done is passed over.
 */
#include "archive/server_chain.h"
#include "archive/server_count.h"
#include "archive/server_ids.h"
#include "archive/server_others.h"
#include "archive/server_report.h"
#include "archive/server_walk.h"
#include "base/parallel.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "live/live.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WORKERS	    8
#define PASSES_MAX  40
#define RECORD_MAX  ((size_t)1 << 30)
#define TAG_SYSTEM  "urn:medark:"
#define SYSTEM_SIZE (sizeof(TAG_SYSTEM) + MEDARK_TARGET_ID_MAX)

/* What is wanted of the records that a walk tells. */
enum mode { PLAN, SEND, COUNT };

struct restore {
	struct medark_archive *archive; /* the latest of the chain */
	const struct medark_server_request *request;
	struct medark_server_result *result;
	struct medark_meter meter;
	struct medark_server_chain chain;
	struct medark_target *target;
	struct medark_target_map *map;
	struct medark_server_others others;
	struct medark_target_journal *journal;
	struct medark_deliver *deliver;
	struct medark_server_report *report;
	struct medark_key key;
	struct medark_buffer with_id; /* a record that had none */
	char tag_system[SYSTEM_SIZE];
	enum mode mode;
	enum medark_deliver_ids ids;
	uint64_t bytes; /* of the records that were planned */
	struct medark_server_ids seen;
};

static void restore_clear(struct restore *r)
{
	medark_deliver_free(r->deliver);
	medark_target_journal_free(r->journal);
	medark_target_map_free(r->map);
	medark_target_free(r->target);
	medark_server_report_free(r->report);
	medark_server_chain_clear(&r->chain);
	medark_buffer_clear(&r->with_id);
	medark_key_clear(&r->key);
	medark_meter_clear(&r->meter);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct restore, restore_clear)

bool medark_is_server(const char *target)
{
	return medark_live_is_address(target);
}

static void say(void *context, const char *sentence)
{
	struct restore *r = context;

	medark_meter_warn(&r->meter, sentence);
}

static int poll(void *context, struct medark_error *err)
{
	struct restore *r = context;

	return medark_meter_add(&r->meter, 0, 0, 0, err);
}

/* ---- counting ---- */

static int tell(void *context, const struct medark_deliver_news *news, struct medark_error *err)
{
	struct restore *r = context;
	struct medark_server_result *s = r->result;

	s->sent += news->event == MEDARK_DELIVER_SENT;
	s->equal += news->event == MEDARK_DELIVER_EQUAL;
	s->different += news->event == MEDARK_DELIVER_DIFFERENT;
	s->gone += news->event == MEDARK_DELIVER_GONE;
	if (news->event == MEDARK_DELIVER_REJECTED)
		medark_server_count_rejected(s, news);
	MEDARK_TRY(medark_server_report_add(r->report, news, err));
	return medark_meter_add(&r->meter, news->record->text.size, 1, 0, err);
}

/* ---- records ---- */

/* Why a record is not sent at all; NULL: it is. */
static const char *why_not(const struct restore *r, const struct medark_walk_record *record)
{
	const struct medark_record *f = record->facts;

	if (f->fault)
		return medark_fault_name(f->fault);
	if (!medark_target_takes(r->target, f->type))
		return "the server has no such type";
	if (r->ids == MEDARK_DELIVER_PREFIX && f->id.size && !medark_target_is_id(f->id))
		return "its id has no form that servers take with a prefix";
	if (!record->is_xml)
		return NULL;
	if (!r->target->takes_xml)
		return "the server takes no XML";
	if (!f->id.size)
		return "XML without an id";
	return r->ids == MEDARK_DELIVER_SAME ? NULL : "XML cannot get another id";
}

/* What became of the records, each counted once. */
static int count(struct restore *r, const struct medark_deliver_record *record,
		 enum medark_deliver_taken taken, struct medark_error *err)
{
	struct medark_server_result *s = r->result;
	uint32_t type = medark_server_type(s, record->type);

	s->restored += taken == MEDARK_DELIVER_TAKEN;
	s->types[type].restored += taken == MEDARK_DELIVER_TAKEN;
	s->repeated += taken == MEDARK_DELIVER_KNOWN;
	s->rejected += taken == MEDARK_DELIVER_REFUSED;
	s->types[type].rejected += taken == MEDARK_DELIVER_REFUSED;
	s->older += taken == MEDARK_DELIVER_OLDER;
	return taken == MEDARK_DELIVER_OLDER
		       ? medark_server_report_leave(r->report, record->type, record->id,
						    "another record of this name is newer", err)
		       : 0;
}

static int deliver(struct restore *r, const struct medark_walk_record *walked,
		   struct medark_error *err)
{
	char id[MEDARK_TARGET_ID_TEXT];
	struct medark_deliver_record record = { .type = walked->facts->type,
						.id = walked->facts->id,
						.text = walked->text,
						.is_xml = walked->is_xml };
	enum medark_deliver_taken taken;

	if (!record.id.size) {
		MEDARK_TRY(medark_server_ids_make(record.text, id, &r->with_id, err));
		record.id = medark_bytes_text(id);
		record.text = medark_bytes(r->with_id.data, r->with_id.size);
	}
	MEDARK_TRY(medark_deliver_add(r->deliver, &record, &taken, err));
	if (r->mode == COUNT)
		MEDARK_TRY(count(r, &record, taken, err));
	return medark_deliver_is_full(r->deliver) ? medark_deliver_end_unit(r->deliver, err) : 0;
}

static int each(void *context, const struct medark_walk_record *record, struct medark_error *err)
{
	struct restore *r = context;
	struct medark_server_result *s = r->result;
	const struct medark_record *f = record->facts;
	const char *why = why_not(r, record);
	uint32_t type;

	if (r->mode != SEND) {
		type = medark_server_type(s, f->type);
		s->records++;
		s->types[type].records++;
		s->types[type].not_sent += why != NULL;
		s->not_sent += why != NULL;
		medark_server_ids_note(&r->seen, f->id);
		if (r->mode == PLAN)
			medark_server_others_note(&r->others, f->type, f->id);
		if (why)
			medark_server_count_reason(s, why);
	}
	if (r->mode == PLAN) {
		r->bytes += record->text.size;
		return medark_meter_add(&r->meter, record->text.size, 1, 0, err);
	}
	MEDARK_TRY(poll(r, err)); /* where all is there already, nothing else would */
	if (why)
		return r->mode == COUNT
			       ? medark_server_report_leave(r->report, f->type, f->id, why, err)
			       : 0;
	return deliver(r, record, err);
}

static int take_a_break(void *context, bool whole, struct medark_error *err)
{
	struct restore *r = context;

	if (r->mode == PLAN)
		return 0;
	return whole ? medark_deliver_drain(r->deliver, err)
		     : medark_deliver_end_unit(r->deliver, err);
}

/* ---- passes ---- */

/* How much there is, is known if it was planned: not where a restore goes on. */
static void begin_phase(struct restore *r, const char *phase)
{
	r->meter.now = (struct medark_progress) { .phase = phase, .bytes_total = r->bytes };
}

static int walk_in_order(struct restore *r, struct medark_error *err)
{
	MEDARK_TRY(medark_server_chain_outside(&r->chain, err));
	MEDARK_TRY(medark_server_chain_patients(&r->chain, err));
	return take_a_break(r, true, err);
}

static int run_pass(struct restore *r, enum medark_deliver_pass pass, struct medark_error *err)
{
	medark_deliver_pass(r->deliver, pass);
	MEDARK_TRY(medark_server_chain_all(&r->chain, err));
	return medark_deliver_drain(r->deliver, err);
}

/*
 * First in order; then, over all, what belongs to nobody and what waited. Where all that is left
 * waits for each other, it is sent with gaps, which the next pass fills.
 */
static int send_all(struct restore *r, struct medark_error *err)
{
	uint64_t before, left;

	r->mode = SEND;
	medark_deliver_pass(r->deliver, MEDARK_DELIVER_FIRST);
	MEDARK_TRY(walk_in_order(r, err));
	MEDARK_TRY(run_pass(r, MEDARK_DELIVER_AGAIN, err));
	left = medark_deliver_waiting(r->deliver);
	for (int i = 0; left && i < PASSES_MAX; i++) {
		before = left;
		MEDARK_TRY(run_pass(r, MEDARK_DELIVER_AGAIN, err));
		left = medark_deliver_waiting(r->deliver);
		if (left < before)
			continue;
		MEDARK_TRY(run_pass(r, MEDARK_DELIVER_ANYHOW, err));
		left = medark_deliver_waiting(r->deliver);
	}
	return 0;
}

static int plan(struct restore *r, struct medark_error *err)
{
	r->mode = PLAN;
	memset(r->result->types, 0, sizeof(r->result->types));
	r->result->type_count = r->result->reason_count = 0;
	r->result->records = r->result->not_sent = 0;
	return medark_server_chain_all(&r->chain, err);
}

static int note_item(void *context, const struct medark_item_row *item, struct medark_error *err)
{
	struct restore *r = context;

	r->result->opaque++;
	return r->report ? medark_server_report_item(r->report, item->number, item->size, err) : 0;
}

static int check_all(struct restore *r, struct medark_error *err)
{
	struct medark_server_result *s = r->result;

	r->mode = COUNT;
	s->records = s->not_sent = s->type_count = 0;
	memset(s->types, 0, sizeof(s->types));
	begin_phase(r, "comparing");
	MEDARK_TRY(run_pass(
		r, r->request->no_read_back ? MEDARK_DELIVER_COUNT : MEDARK_DELIVER_CHECK, err));
	s->unresolved = medark_deliver_unresolved(r->deliver);
	s->complete = !s->rejected && !s->not_sent && !s->different && !s->gone && !s->older;
	return 0;
}

/* ---- ids ---- */

static const char *prefix_of(const struct restore *r)
{
	return r->request->id_prefix ? r->request->id_prefix : "medark-";
}

static int look_for_others(struct restore *r, struct medark_error *err)
{
	const struct medark_server_look look = {
		.target = r->target,
		.prefix = prefix_of(r),
		.ids = r->ids,
		.is_allowed = r->request->dry_run || r->request->overwrite,
		.meter = &r->meter,
		.out_patients = &r->result->present,
		.out_would_overwrite = &r->result->would_overwrite,
	};

	return medark_server_others_look(&r->others, &look, err);
}

static int decide_ids(struct restore *r, struct medark_error *err)
{
	int chosen = r->request->ids
			     ? medark_server_ids_parse(r->request, err)
			     : (int)medark_server_ids_choose(&r->seen, r->target->ids, r->request);

	MEDARK_TRY(chosen);
	r->ids = (enum medark_deliver_ids)chosen;
	if (r->ids == MEDARK_DELIVER_SERVER &&
	    medark_summary_is_increment(&r->chain.lineage->archives[0]->summary))
		return medark_error_set(
			err, MEDARK_E_USAGE,
			"the archive is an increment: it refers to records that it does not hold, "
			"whose ids are not known where the server gives them: give the archives "
			"before it, too, or other ids");
	MEDARK_TRY(look_for_others(r, err));
	if (r->ids == MEDARK_DELIVER_SERVER &&
	    (r->target->tags == MEDARK_TAGS_UNFOUND || r->target->tags == MEDARK_TAGS_MISFOUND))
		medark_meter_warn(&r->meter,
				  "the server does not find records by their tag: without the "
				  "journal, a second restore would make them twice");
	return 0;
}

/* ---- the journal ---- */

static int make_key(struct restore *r, struct medark_error *err)
{
	const struct medark_bytes parts[] = { medark_bytes_text("medark restore journal 1\n"),
					      medark_bytes_text(r->target->base.text) };
	struct medark_digest digest;

	MEDARK_TRY(medark_hmac_sha256(
		medark_bytes(r->archive->key.bytes, sizeof(r->archive->key.bytes)), parts, 2,
		&digest, err));
	memcpy(r->key.bytes, digest.bytes, sizeof(r->key.bytes));
	medark_secret_wipe(&digest, sizeof(digest));
	return medark_target_map_new(&r->key, &r->map, err);
}

/* One for each server: a name that tells nothing of it. */
static int name_journal(struct restore *r, struct medark_error *err)
{
	struct medark_server_result *s = r->result;
	const char *path = r->request->archive_path, *slash = strrchr(path, '/');
	struct medark_digest digest;
	char hex[9];
	int n;

	medark_sha256(r->target->base.text, strlen(r->target->base.text), &digest);
	medark_text_hex(digest.bytes, 4, hex);
	if (r->request->journal)
		n = snprintf(s->journal, sizeof(s->journal), "%s", r->request->journal);
	else
		n = snprintf(s->journal, sizeof(s->journal), "%.*s.%s.medark-restore-%s",
			     slash ? (int)(slash - path) + 1 : 0, path, slash ? slash + 1 : path,
			     hex);
	return n < (int)sizeof(s->journal)
		       ? 0
		       : medark_error_set(err, MEDARK_E_USAGE, "the journal's path is too long");
}

/* A restore goes on as it was begun: other ids would make every record twice. */
static int keep_terms(struct restore *r, const struct medark_target_terms *terms,
		      struct medark_error *err)
{
	const struct medark_server_request *q = r->request;
	size_t i = 0;

	while (i < 2 && strcmp(terms->ids, medark_server_ids_names[i]) != 0)
		i++;
	r->ids = (enum medark_deliver_ids)i;
	r->result->continued = true;
	if ((q->ids && strcmp(q->ids, terms->ids) != 0) ||
	    (q->id_prefix && strcmp(q->id_prefix, terms->prefix) != 0))
		return medark_error_set(
			err, MEDARK_E_USAGE,
			"the journal '%s' is of a restore with --ids %s%s%s: give the same, or "
			"another --journal",
			r->result->journal, terms->ids, terms->prefix[0] ? " --id-prefix " : "",
			terms->prefix);
	return 0;
}

static int begin_terms(struct restore *r, struct medark_target_terms *terms,
		       struct medark_error *err)
{
	MEDARK_TRY(medark_target_probe(r->target, err));
	MEDARK_TRY(plan(r, err));
	MEDARK_TRY(decide_ids(r, err));
	(void)snprintf(terms->ids, sizeof(terms->ids), "%s", medark_server_ids_names[r->ids]);
	if (r->ids == MEDARK_DELIVER_PREFIX || r->request->id_prefix)
		(void)snprintf(terms->prefix, sizeof(terms->prefix), "%s", prefix_of(r));
	terms->wants_integrity = r->target->wants_integrity;
	terms->tags = (uint8_t)r->target->tags;
	return medark_target_journal_begin(r->journal, terms, err);
}

static int open_journal(struct restore *r, struct medark_target_terms *terms,
			struct medark_error *err)
{
	MEDARK_TRY(medark_target_journal_open(r->result->journal, &r->key, r->map, &r->journal,
					      terms, err));
	if (!terms->ids[0])
		return begin_terms(r, terms, err);
	r->target->wants_integrity = terms->wants_integrity != 0;
	r->target->tags = terms->tags <= MEDARK_TAGS_MISFOUND ? (enum medark_target_tags)terms->tags
							      : MEDARK_TAGS_MISFOUND;
	return keep_terms(r, terms, err);
}

/* ---- all of it ---- */

static void describe(const struct restore *r)
{
	struct medark_server_result *s = r->result;
	const struct medark_target *t = r->target;

	(void)snprintf(s->fhir_version, sizeof(s->fhir_version), "%s", t->fhir_version);
	(void)snprintf(s->software, sizeof(s->software), "%s", t->software);
	(void)snprintf(s->client_ids, sizeof(s->client_ids), "%s", medark_target_ids_name(t->ids));
	s->transactions = t->takes_transactions;
	s->integrity = t->wants_integrity;
	s->probed = t->is_probed;
	s->probe_left = t->left_probe;
	s->superseded = medark_server_chain_superseded(&r->chain);
	s->patients = r->chain.order.patients;
	s->today = r->chain.order.today;
	s->recent = r->chain.order.recent;
	s->archives = r->chain.lineage->count;
}

static int open_target(struct restore *r, struct medark_error *err)
{
	const struct medark_target_setup setup = {
		.address = r->request->target,
		.auth_path = r->request->auth,
		.connections = r->request->workers ? r->request->workers : WORKERS,
		.poll = poll,
		.say = say,
		.context = r,
	};

	return medark_target_open(&setup, &r->target, err);
}

static int begin_chain(struct restore *r, struct medark_lineage *lineage, struct medark_error *err)
{
	const struct medark_server_request *q = r->request;
	const struct medark_walk walk = {
		.threads = q->threads,
		.base = medark_server_ids_base(q, &r->archive->summary),
		.listener = { .each = each, .pause = take_a_break, .context = r },
	};

	return medark_server_chain_begin(&r->chain, lineage, q, &walk, q->today ? time(NULL) : 0,
					 err);
}

static int begin_deliver(struct restore *r, const char *prefix, struct medark_error *err)
{
	const struct medark_deliver_setup setup = {
		.target = r->target,
		.map = r->map,
		.journal = r->journal,
		.ids = r->ids,
		.prefix = prefix,
		.tag_system = r->tag_system,
		.base = r->chain.walks[0].base,
		.workers = r->request->workers ? r->request->workers : WORKERS,
		.tell = tell,
		.context = r,
	};

	(void)snprintf(r->tag_system, sizeof(r->tag_system), TAG_SYSTEM "%s", prefix);
	if (!*prefix) {
		struct medark_archive_info info;

		MEDARK_TRY(medark_archive_info(r->archive, &info, err));
		(void)snprintf(r->tag_system, sizeof(r->tag_system), TAG_SYSTEM "%s", info.archive);
	}
	return medark_deliver_new(&setup, &r->deliver, err);
}

static int restore(struct restore *r, struct medark_error *err)
{
	struct medark_target_terms terms;
	struct medark_archive_info info;

	MEDARK_TRY(medark_server_report_new(r->request, &r->report, err));
	MEDARK_TRY(name_journal(r, err));
	MEDARK_TRY(open_journal(r, &terms, err));
	r->result->reason_count = 0;
	memset(r->result->reasons, 0, sizeof(r->result->reasons));
	MEDARK_TRY(begin_deliver(r, terms.prefix, err));
	begin_phase(r, "sending");
	MEDARK_TRY(send_all(r, err));
	MEDARK_TRY(check_all(r, err));
	(void)snprintf(r->result->ids, sizeof(r->result->ids), "%s",
		       medark_server_ids_names[r->ids]);
	describe(r);
	MEDARK_TRY(medark_server_chain_items(&r->chain, note_item, r, err));
	MEDARK_TRY(medark_archive_info(r->archive, &info, err));
	return medark_server_report_finish(r->report, &info, r->result, err);
}

/* Nothing is written: neither there, nor a journal here. */
static int look(struct restore *r, struct medark_error *err)
{
	MEDARK_TRY(name_journal(r, err));
	if (r->request->ids) {
		int chosen = medark_server_ids_parse(r->request, err);

		MEDARK_TRY(chosen);
		r->ids = (enum medark_deliver_ids)chosen;
		(void)snprintf(r->result->ids, sizeof(r->result->ids), "%s", r->request->ids);
	}
	MEDARK_TRY(plan(r, err));
	MEDARK_TRY(look_for_others(r, err));
	describe(r);
	return medark_server_chain_items(&r->chain, note_item, r, err);
}

static int check(const struct medark_server_request *q, const struct medark_archive *archive,
		 struct medark_error *err)
{
	MEDARK_TRY(medark_parallel_check(q->threads, err));
	if (q->workers > MEDARK_SERVER_MAX_WORKERS)
		return medark_error_set(err, MEDARK_E_USAGE, "there may be 1 to %d workers",
					MEDARK_SERVER_MAX_WORKERS);
	if (q->id_prefix &&
	    (!medark_target_is_id(medark_bytes_text(q->id_prefix)) || strlen(q->id_prefix) > 32))
		return medark_error_set(err, MEDARK_E_USAGE,
					"a prefix of ids has 1 to 32 letters, digits, '-' and '.'");
	if (!archive->has_key)
		return medark_error_set(err, MEDARK_E_IDENTITY,
					"the archive was opened without an identity");
	return 0;
}

int medark_archive_deliver_chain(struct medark_archive *const *archives, size_t count,
				 const char *as_of, const struct medark_server_request *request,
				 const struct medark_events *events,
				 struct medark_server_result *out, struct medark_error *err)
{
	MEDARK_AUTO(medark_lineage_free) struct medark_lineage *lineage = NULL;
	MEDARK_AUTO(restore_clear) struct restore r = { .request = request, .result = out };
	time_t when = (time_t)INT64_MAX;

	memset(out, 0, sizeof(*out));
	r.with_id = (struct medark_buffer)MEDARK_BUFFER_SECRET(RECORD_MAX);
	medark_meter_init(&r.meter, events, "planning", 0);
	for (size_t i = 0; i < count; i++)
		MEDARK_TRY(check(request, archives[i], err));
	if (as_of)
		MEDARK_TRY(medark_trust_parse_time(as_of, &when, err));
	MEDARK_TRY(medark_lineage_new(archives, count, when, &lineage, err));
	MEDARK_TRY(medark_server_chain_check(lineage, err));
	MEDARK_TRY(medark_lineage_warn(lineage, archives, count, when, &r.meter, err));
	r.archive = lineage->archives[lineage->count - 1];
	MEDARK_TRY(open_target(&r, err));
	MEDARK_TRY(begin_chain(&r, MEDARK_TAKE(lineage), err));
	MEDARK_TRY(make_key(&r, err));
	if (!request->patient_count && !request->dry_run)
		MEDARK_TRY(medark_server_chain_verify(&r.chain, request->threads, events, err));
	return request->dry_run ? look(&r, err) : restore(&r, err);
}

int medark_archive_deliver(struct medark_archive *archive,
			   const struct medark_server_request *request,
			   const struct medark_events *events, struct medark_server_result *out,
			   struct medark_error *err)
{
	return medark_archive_deliver_chain(&archive, 1, NULL, request, events, out, err);
}
