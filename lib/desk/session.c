/* SPDX-License-Identifier: Apache-2.0 */
#include "desk/session.h"

#include "base/secret.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/random.h"
#include "desk/reason.h"
#include "desk/session_patients.h"

#include <assert.h>
#include <pthread.h>
#include <string.h>

#define TOKEN_BYTES 32
#define MINUTE	    INT64_C(60000)

_Static_assert(2 * TOKEN_BYTES + 1 == MEDARK_SESSION_TOKEN_SIZE, "in hexadecimal");
_Static_assert(2 * MEDARK_DIGEST_SIZE + 1 == MEDARK_SESSION_TOKEN_SIZE, "so is the other token");
_Static_assert(2 * MEDARK_SESSION_HANDLE_BYTES + 1 == MEDARK_SESSION_HANDLE_SIZE, "and a handle");

struct session {
	struct medark_digest token; /* SHA-256 of what the browser has */
	struct medark_account account;
	int64_t began, last; /* ms; last use */
	uint64_t number;
	unsigned untold;	    /* bits of enum medark_session_fate */
	int64_t locked_at, over_at; /* by age or limits */
	bool is_locked;
	bool is_over; /* it is here only until that was told */
	struct medark_session_patients handles, charts;
};

struct medark_sessions {
	pthread_mutex_t mutex;
	struct medark_session_limits limits;
	struct medark_key csrf_key;
	uint64_t seed; /* of the hashes */
	uint64_t last_number;
	size_t count;
	struct session *all[]; /* the oldest first; twice `limits.all` places, for what is over */
};

/* ---- one at a time ---- */

static pthread_mutex_t *lock(struct medark_sessions *s)
{
	int failed = pthread_mutex_lock(&s->mutex);

	assert(!failed);
	(void)failed;
	return &s->mutex;
}

static void unlock_auto(pthread_mutex_t **mutex)
{
	(void)pthread_mutex_unlock(*mutex);
}

#define WHILE_LOCKED(s)                                                                            \
	__attribute__((cleanup(unlock_auto), unused)) pthread_mutex_t *locked_ = lock(s)

/* ---- life ---- */

static void session_free(struct session *session)
{
	if (!session)
		return;
	medark_session_patients_clear(&session->handles);
	medark_session_patients_clear(&session->charts);
	medark_secret_free(session);
}

static struct medark_session_limits with_defaults(const struct medark_session_limits *given)
{
	struct medark_session_limits l = given ? *given : (struct medark_session_limits) { 0 };

	l.idle = l.idle ? l.idle : 10 * MINUTE;
	l.life = l.life ? l.life : 12 * 60 * MINUTE;
	l.per_account = l.per_account ? l.per_account : 8;
	l.all = l.all ? l.all : 1024;
	l.handles = l.handles ? l.handles : 8192;
	l.charts = l.charts ? l.charts : 256;
	return l;
}

int medark_sessions_new(const struct medark_session_limits *limits, struct medark_sessions **out,
			struct medark_error *err)
{
	struct medark_session_limits l = with_defaults(limits);
	struct medark_sessions *s;
	int code;

	MEDARK_TRY(medark_digest_setup(err));
	s = medark_secret_new(sizeof(*s) + 2 * (size_t)l.all * sizeof(s->all[0]));
	if (!s)
		return medark_error_memory(err, "the sessions");
	memset(s, 0, sizeof(*s));
	s->limits = l;
	code = medark_random(&s->csrf_key, sizeof(s->csrf_key), err);
	if (code == 0)
		code = medark_random(&s->seed, sizeof(s->seed), err);
	if (code == 0 && pthread_mutex_init(&s->mutex, NULL))
		code = medark_error_set(err, MEDARK_E_SYSTEM, "cannot make a lock");
	if (code < 0) {
		medark_secret_free(s);
		return code;
	}
	*out = s;
	return 0;
}

void medark_sessions_free(struct medark_sessions *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->count; i++)
		session_free(s->all[i]);
	(void)pthread_mutex_destroy(&s->mutex);
	medark_secret_free(s);
}

static void drop(struct medark_sessions *s, size_t i)
{
	session_free(s->all[i]);
	s->count--;
	memmove(&s->all[i], &s->all[i + 1], (s->count - i) * sizeof(s->all[0]));
}

/* Nothing of it is left but whose it was, until that was told. */
static void end(struct session *session, enum medark_session_fate fate, int64_t at)
{
	session->is_over = true;
	session->over_at = at;
	session->untold |= fate;
	medark_secret_wipe(&session->token, sizeof(session->token));
	medark_session_patients_clear(&session->handles);
	medark_session_patients_clear(&session->charts);
}

/* Ends what has lived long enough, and locks what nobody used. */
static void age(struct medark_sessions *s, int64_t now)
{
	for (size_t i = 0; i < s->count; i++) {
		struct session *session = s->all[i];
		int64_t dies = session->began + s->limits.life;
		int64_t locks = session->last + s->limits.idle;

		if (session->is_over)
			continue;
		if (!session->is_locked && now >= locks && locks < dies) {
			session->is_locked = true;
			session->locked_at = locks;
			session->untold |= MEDARK_SESSION_IDLE;
		}
		if (now >= dies)
			end(session, MEDARK_SESSION_OLD, dies);
	}
}

/* ---- tokens ---- */

/* Draws a token into `out` and its SHA-256 into `digest`. */
static int draw(char out[MEDARK_SESSION_TOKEN_SIZE], struct medark_digest *digest,
		struct medark_error *err)
{
	uint8_t bytes[TOKEN_BYTES];

	MEDARK_TRY(medark_random(bytes, sizeof(bytes), err));
	medark_sha256(bytes, sizeof(bytes), digest);
	medark_text_hex(bytes, sizeof(bytes), out);
	medark_secret_wipe(bytes, sizeof(bytes));
	return 0;
}

/* Its place; `s->count` if there is none. What is compared are digests: no order to guess by. */
static size_t place_of(const struct medark_sessions *s, struct medark_bytes token)
{
	uint8_t bytes[TOKEN_BYTES];
	struct medark_digest digest;
	size_t i;

	if (!medark_text_unhex(token, bytes, sizeof(bytes)))
		return s->count;
	medark_sha256(bytes, sizeof(bytes), &digest);
	medark_secret_wipe(bytes, sizeof(bytes));
	for (i = 0; i < s->count; i++)
		if (!s->all[i]->is_over && medark_digest_equal(&s->all[i]->token, &digest))
			break;
	return i;
}

static int find(struct medark_sessions *s, struct medark_bytes token, int64_t now,
		struct session **out, struct medark_error *err)
{
	size_t i;

	age(s, now);
	i = place_of(s, token);
	if (i == s->count)
		return medark_error_set(err, MEDARK_E_NOT_FOUND, "there is no such session");
	*out = s->all[i];
	return 0;
}

static int find_open(struct medark_sessions *s, struct medark_bytes token, int64_t now,
		     struct session **out, struct medark_error *err)
{
	struct session *session;

	MEDARK_TRY(find(s, token, now, &session, err));
	if (session->is_locked)
		return medark_error_set(err, MEDARK_E_IDENTITY, "the session is locked");
	*out = session;
	return 0;
}

/* The other token of the session, which forms bring back; a new one whenever the token is. */
static int csrf_of(const struct medark_sessions *s, const struct session *session,
		   char out[MEDARK_SESSION_TOKEN_SIZE], struct medark_error *err)
{
	struct medark_bytes parts[] = { medark_bytes_text("medark csrf v1"),
					medark_bytes(session->token.bytes, MEDARK_DIGEST_SIZE) };
	struct medark_digest digest;

	MEDARK_TRY(medark_hmac_sha256(medark_bytes(s->csrf_key.bytes, MEDARK_KEY_SIZE), parts, 2,
				      &digest, err));
	medark_text_hex(digest.bytes, sizeof(digest.bytes), out);
	return 0;
}

/* ---- sessions ---- */

static bool is_of(const struct session *session, const char *name)
{
	return strcmp(session->account.name, name) == 0;
}

/* Room for one more of this account: its oldest goes, or the oldest of all. */
static void make_room(struct medark_sessions *s, const char *name, int64_t now)
{
	size_t own = 0, all = 0, oldest_own = 0, oldest = 0;

	for (size_t i = s->count; i-- > 0;) {
		if (s->all[i]->is_over)
			continue;
		all++;
		oldest = i;
		if (is_of(s->all[i], name)) {
			own++;
			oldest_own = i;
		}
	}
	if (own >= s->limits.per_account)
		end(s->all[oldest_own], MEDARK_SESSION_REPLACED, now);
	else if (all == s->limits.all)
		end(s->all[oldest], MEDARK_SESSION_REPLACED, now);
	/* Nobody has told for long what is over: there can be no more of it than of sessions. */
	for (size_t i = 0; s->count == 2 * (size_t)s->limits.all; i++)
		if (s->all[i]->is_over)
			drop(s, i);
}

int medark_sessions_begin(struct medark_sessions *s, const struct medark_account *account,
			  int64_t now, char out_token[MEDARK_SESSION_TOKEN_SIZE],
			  struct medark_error *err)
{
	WHILE_LOCKED(s);
	struct session *session = medark_secret_new(sizeof(*session));
	int code;

	if (!session)
		return medark_error_memory(err, "a session");
	*session = (struct session) { .account = *account,
				      .began = now,
				      .last = now,
				      .handles.limit = s->limits.handles,
				      .charts.limit = s->limits.charts };
	code = draw(out_token, &session->token, err);
	if (code < 0) {
		session_free(session);
		return code;
	}
	age(s, now);
	make_room(s, account->name, now);
	session->number = ++s->last_number;
	s->all[s->count++] = session;
	return 0;
}

int medark_sessions_look(struct medark_sessions *s, struct medark_bytes token, bool is_use,
			 int64_t now, struct medark_session_view *out, struct medark_error *err)
{
	WHILE_LOCKED(s);
	struct session *session;
	struct medark_session_view view;

	MEDARK_TRY(find(s, token, now, &session, err));
	MEDARK_TRY(csrf_of(s, session, view.csrf, err));
	if (is_use && !session->is_locked && now > session->last)
		session->last = now;
	view.account = session->account;
	view.is_locked = session->is_locked;
	view.began = session->began;
	view.locks_at = session->last + s->limits.idle;
	view.ends_at = session->began + s->limits.life;
	*out = view;
	return 0;
}

int medark_sessions_check_csrf(struct medark_sessions *s, struct medark_bytes token,
			       struct medark_bytes csrf, int64_t now, struct medark_error *err)
{
	WHILE_LOCKED(s);
	char wanted[MEDARK_SESSION_TOKEN_SIZE];
	struct session *session;

	MEDARK_TRY(find(s, token, now, &session, err));
	MEDARK_TRY(csrf_of(s, session, wanted, err));
	if (csrf.size != sizeof(wanted) - 1 || !medark_secret_equal(csrf.data, wanted, csrf.size))
		return medark_error_set(err, MEDARK_E_IDENTITY,
					"the form does not come from this session");
	return 0;
}

int medark_sessions_renew(struct medark_sessions *s, struct medark_bytes token,
			  const struct medark_account *account, int64_t now,
			  char out_token[MEDARK_SESSION_TOKEN_SIZE], struct medark_error *err)
{
	WHILE_LOCKED(s);
	struct medark_digest digest;
	struct session *session;

	MEDARK_TRY(find(s, token, now, &session, err));
	if (!is_of(session, account->name))
		return medark_error_set(err, MEDARK_E_IDENTITY, "the session is another account's");
	MEDARK_TRY(draw(out_token, &digest, err));
	session->token = digest;
	session->account = *account;
	session->is_locked = false;
	if (now > session->last)
		session->last = now;
	return 0;
}

void medark_sessions_lock(struct medark_sessions *s, struct medark_bytes token, int64_t now)
{
	WHILE_LOCKED(s);
	struct session *session;

	if (find(s, token, now, &session, NULL) == 0)
		session->is_locked = true;
}

size_t medark_sessions_end(struct medark_sessions *s, struct medark_bytes token)
{
	WHILE_LOCKED(s);
	size_t i = place_of(s, token);

	if (i == s->count)
		return 0;
	drop(s, i);
	return 1;
}

size_t medark_sessions_end_account(struct medark_sessions *s, const char *name)
{
	WHILE_LOCKED(s);
	size_t before = s->count;

	for (size_t i = s->count; i-- > 0;)
		if (!s->all[i]->is_over && (!name || is_of(s->all[i], name)))
			drop(s, i);
	return before - s->count;
}

size_t medark_sessions_count(struct medark_sessions *s, int64_t now)
{
	WHILE_LOCKED(s);
	size_t count = 0;

	age(s, now);
	for (size_t i = 0; i < s->count; i++)
		count += !s->all[i]->is_over;
	return count;
}

/* ---- what became of them ---- */

static enum medark_session_fate first_untold(const struct session *session)
{
	return session->untold & MEDARK_SESSION_IDLE  ? MEDARK_SESSION_IDLE
	       : session->untold & MEDARK_SESSION_OLD ? MEDARK_SESSION_OLD
						      : MEDARK_SESSION_REPLACED;
}

bool medark_sessions_untold(struct medark_sessions *s, int64_t now,
			    struct medark_session_event *out)
{
	WHILE_LOCKED(s);

	age(s, now);
	for (size_t i = 0; i < s->count; i++) {
		const struct session *session = s->all[i];

		if (!session->untold)
			continue;
		out->account = session->account;
		out->number = session->number;
		out->fate = first_untold(session);
		out->at = out->fate == MEDARK_SESSION_IDLE ? session->locked_at : session->over_at;
		return true;
	}
	return false;
}

void medark_sessions_told(struct medark_sessions *s, const struct medark_session_event *event)
{
	WHILE_LOCKED(s);

	for (size_t i = s->count; i-- > 0;) {
		struct session *session = s->all[i];

		if (session->number != event->number)
			continue;
		session->untold &= ~(unsigned)event->fate;
		if (session->is_over && !session->untold)
			drop(s, i);
	}
}

/* ---- patients ---- */

int medark_sessions_handle(struct medark_sessions *s, struct medark_bytes token,
			   struct medark_bytes patient, int64_t now,
			   char out_handle[MEDARK_SESSION_HANDLE_SIZE], struct medark_error *err)
{
	WHILE_LOCKED(s);
	uint8_t handle[MEDARK_SESSION_HANDLE_BYTES];
	struct medark_session_patient *found;
	struct session *session;

	assert(patient.size >= 1 && patient.size <= MEDARK_SESSION_PATIENT_MAX);
	MEDARK_TRY(find_open(s, token, now, &session, err));
	found = medark_session_patients_find(&session->handles, s->seed, patient);
	if (!found) {
		MEDARK_TRY(medark_random(handle, sizeof(handle), err));
		MEDARK_TRY(medark_session_patients_add(&session->handles, s->seed, patient, NULL,
						       &found, err));
		memcpy(found->handle, handle, sizeof(handle));
	}
	medark_text_hex(found->handle, sizeof(found->handle), out_handle);
	return 0;
}

int medark_sessions_patient(struct medark_sessions *s, struct medark_bytes token,
			    struct medark_bytes handle, int64_t now,
			    uint8_t out[MEDARK_SESSION_PATIENT_MAX], size_t *out_size,
			    struct medark_error *err)
{
	WHILE_LOCKED(s);
	uint8_t bytes[MEDARK_SESSION_HANDLE_BYTES];
	const struct medark_session_patient *found = NULL;
	struct session *session;

	MEDARK_TRY(find_open(s, token, now, &session, err));
	if (medark_text_unhex(handle, bytes, sizeof(bytes)))
		found = medark_session_patients_by_handle(&session->handles, bytes);
	if (!found)
		return medark_error_set(err, MEDARK_E_NOT_FOUND,
					"this session knows no such patient");
	memcpy(out, found->key, found->size);
	*out_size = found->size;
	return 0;
}

int medark_sessions_open_chart(struct medark_sessions *s, struct medark_bytes token,
			       struct medark_bytes patient, const struct medark_reason *reason,
			       int64_t now, struct medark_error *err)
{
	WHILE_LOCKED(s);
	struct medark_session_patient *found;
	struct session *session;

	assert(patient.size >= 1 && patient.size <= MEDARK_SESSION_PATIENT_MAX);
	MEDARK_TRY(medark_reason_check(reason, err));
	MEDARK_TRY(find_open(s, token, now, &session, err));
	found = medark_session_patients_find(&session->charts, s->seed, patient);
	if (found) {
		*found->reason = *reason;
		return 0;
	}
	return medark_session_patients_add(&session->charts, s->seed, patient, reason, &found, err);
}

int medark_sessions_chart(struct medark_sessions *s, struct medark_bytes token,
			  struct medark_bytes patient, int64_t now, struct medark_reason *out,
			  struct medark_error *err)
{
	WHILE_LOCKED(s);
	const struct medark_session_patient *found;
	struct session *session;

	MEDARK_TRY(find_open(s, token, now, &session, err));
	found = medark_session_patients_find(&session->charts, s->seed, patient);
	if (!found)
		return medark_error_set(err, MEDARK_E_NOT_FOUND, "this chart is not open");
	*out = *found->reason;
	return 0;
}
