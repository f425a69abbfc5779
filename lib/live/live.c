/* SPDX-License-Identifier: Apache-2.0 */
#include "live/live.h"

#include "base/secret.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/random.h"
#include "live/bulk_fetch.h"
#include "live/discover.h"
#include "live/follow.h"
#include "live/pull.h"
#include "live/sealed_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#define CONNECTIONS   4
#define LOOK_ATTEMPTS 3
#define MARK_MAX      ((size_t)1 << 20)

struct medark_live {
	struct medark_live_setup setup;
	struct medark_url base;
	struct medark_auth *auth;
	struct medark_http *http, *files;
	struct medark_key key; /* of what waits on disk */
	int folder;
	bool has_secret;
	struct medark_approach approach;
	struct medark_bulk *bulk;
	struct medark_pull *pull; /* NULL: not in this way */
	struct medark_haul haul;
	struct medark_capability capability;
	bool has_looked, is_declared;
	struct medark_census census;
	struct medark_talk_voice voice;
};

bool medark_live_is_address(const char *text)
{
	return strncmp(text, MEDARK_LIVE_PREFIX "http", strlen(MEDARK_LIVE_PREFIX "http")) == 0;
}

bool medark_live_is_same(const char *a, const char *b)
{
	MEDARK_AUTO(medark_url_clear) struct medark_url first = { 0 };
	MEDARK_AUTO(medark_url_clear) struct medark_url second = { 0 };

	return medark_url_parse(a, &first, NULL) == 0 && medark_url_parse(b, &second, NULL) == 0 &&
	       strcmp(first.text, second.text) == 0;
}

/* The mark at the end: files without it are nobody's. */
static int clear_all(const struct medark_live *live, struct medark_error *err)
{
	MEDARK_TRY(medark_bulk_fetch_clear(live->folder, err));
	if (unlinkat(live->folder, MEDARK_BULK_MARK, 0) < 0 && errno != ENOENT)
		return medark_error_errno(err, errno, "cannot clear the folder of the job");
	return 0;
}

void medark_live_free(struct medark_live *live)
{
	if (!live)
		return;
	medark_bulk_free(live->bulk);
	medark_pull_free(live->pull);
	medark_approach_clear(&live->approach);
	medark_haul_clear(&live->haul);
	medark_capability_clear(&live->capability);
	medark_census_clear(&live->census);
	medark_http_free(live->http);
	medark_http_free(live->files);
	medark_auth_free(live->auth);
	medark_url_clear(&live->base);
	/* What nobody can open any more is of no use to anybody. */
	if (live->folder >= 0 && !live->has_secret)
		(void)!clear_all(live, NULL);
	if (live->folder >= 0) {
		(void)unlinkat(AT_FDCWD, live->setup.folder, AT_REMOVEDIR); /* if it is empty */
		(void)close(live->folder);
	}
	medark_key_clear(&live->key);
	free(live);
}

static struct medark_bytes secret_of(const struct medark_live *live)
{
	return medark_bytes(live->key.bytes, sizeof(live->key.bytes));
}

/*
 * Of this server alone: what was fetched from another one with the same file of --auth, as before
 * the address in a configuration was changed, is not gone on with, and does not open.
 */
static int make_key(struct medark_live *live, struct medark_error *err)
{
	const struct medark_bytes secret = medark_auth_secret(live->auth);
	const struct medark_bytes parts[] = { medark_bytes_text("medark job 1\n"),
					      medark_bytes_text(live->base.text) };
	struct medark_digest digest;

	live->has_secret = secret.size != 0;
	if (!live->has_secret)
		return medark_random(live->key.bytes, sizeof(live->key.bytes), err);
	MEDARK_TRY(medark_hmac_sha256(secret, parts, 2, &digest, err));
	memcpy(live->key.bytes, digest.bytes, sizeof(live->key.bytes));
	medark_secret_wipe(&digest, sizeof(digest));
	return 0;
}

/*
 * Its name can be guessed: where everybody can make one, another user may have made it, and would
 * own what is put there. Modes say nothing more: some file systems have none.
 */
static int check_folder(int folder, const char *path, struct medark_error *err)
{
	struct stat st;

	if (fstat(folder, &st) < 0)
		return medark_error_errno(err, errno, "cannot open the folder '%s' of the job",
					  path);
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return medark_error_set(err, MEDARK_E_SYSTEM,
					"the folder '%s' of the job belongs to another user", path);
	return 0;
}

/* For one process at a time: two would write into the same files. What is not ours stays as it is.
 */
static int take_folder(struct medark_live *live, struct medark_error *err)
{
	const char *path = live->setup.folder;
	MEDARK_AUTO(medark_fd_close) int folder = -1;
	bool is_made = mkdir(path, 0700) == 0;

	if (!is_made && errno != EEXIST)
		return medark_error_errno(err, errno, "cannot make the folder '%s' of the job",
					  path);
	folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder < 0)
		return medark_error_errno(err, errno, "cannot open the folder '%s' of the job",
					  path);
	if (!is_made)
		MEDARK_TRY(check_folder(folder, path, err));
	if (flock(folder, LOCK_EX | LOCK_NB) < 0)
		return medark_error_set(err, MEDARK_E_EXISTS,
					"another export works on this job (its folder is '%s')",
					path);
	live->folder = medark_fd_take(&folder);
	return 0;
}

/*
 * Killed when its archive got its name: what stands there may be that archive, and a new one made
 * of the same files would be an old one that looks new.
 */
static bool was_marked(const struct medark_live *live)
{
	return faccessat(live->folder, MEDARK_BULK_DONE, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/*
 * Files that an earlier run sealed with another secret, as after a token was changed, are of no use
 * to anybody. Leaves a mark by which the next run knows its own.
 */
static int know_own(struct medark_live *live, struct medark_error *err)
{
	static const char word[] = "medark";
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer found = MEDARK_BUFFER(MARK_MAX);
	struct medark_error why = { 0 };
	int code =
		medark_sealed_read(live->folder, MEDARK_BULK_MARK, secret_of(live), &found, &why);

	if (code == 0)
		return 0;
	if (code != MEDARK_E_NOT_FOUND && code != MEDARK_E_SYSTEM) {
		if (err)
			*err = why;
		return code;
	}
	/* Without a mark, what else is there was not sealed with this secret either, or is torn. */
	MEDARK_TRY(medark_bulk_fetch_clear(live->folder, err));
	return medark_sealed_write(live->folder, MEDARK_BULK_MARK, secret_of(live),
				   medark_bytes_text(word), true, err);
}

static int connect_to(struct medark_live *live, struct medark_error *err)
{
	struct medark_http_setup http = { .poll = live->setup.poll,
					  .context = live->setup.context };

	if (live->setup.connections == 0)
		live->setup.connections = CONNECTIONS;
	medark_auth_set_up(live->auth, &live->base, &http);
	http.connections = live->setup.connections;
	MEDARK_TRY(medark_http_new(&http, &live->files, err));
	return medark_http_new(&http, &live->http, err);
}

int medark_live_open(const struct medark_live_setup *setup, struct medark_live **out,
		     struct medark_error *err)
{
	MEDARK_AUTO(medark_live_free) struct medark_live *live = calloc(1, sizeof(*live));

	if (!live)
		return medark_error_memory(err, "an export from a server");
	live->setup = *setup;
	live->folder = -1;
	live->voice = (struct medark_talk_voice) { .say = setup->say,
						   .context = setup->context,
						   .silence = MEDARK_TALK_SILENCE };
	MEDARK_TRY(medark_url_parse(setup->address + strlen(MEDARK_LIVE_PREFIX), &live->base, err));
	MEDARK_TRY(medark_auth_load(setup->auth_path, &live->auth, err));
	MEDARK_TRY(make_key(live, err));
	MEDARK_TRY(take_folder(live, err));
	if (!live->has_secret || (setup->has_archive && was_marked(live)))
		MEDARK_TRY(medark_bulk_fetch_clear(live->folder, err));
	MEDARK_TRY(know_own(live, err));
	MEDARK_TRY(connect_to(live, err));
	*out = MEDARK_TAKE(live);
	return 0;
}

static struct medark_talk talk_of(struct medark_live *live)
{
	return medark_talk_usual(live->http, live->auth, &live->base, &live->voice);
}

/* The bulk export, of which nothing is asked yet. */
static int start_bulk(struct medark_live *live, struct medark_error *err)
{
	const struct medark_bulk_setup setup = {
		.talk = talk_of(live),
		.files = live->files,
		.level = live->setup.group ? MEDARK_BULK_GROUP : MEDARK_BULK_SYSTEM,
		.group = live->setup.group,
		.since = live->setup.since,
		.folder = live->folder,
		.secret = secret_of(live),
		.parallel = live->setup.connections,
		.tell = live->setup.tell,
		.context = live->setup.context,
	};

	return medark_bulk_new(&setup, &live->bulk, err);
}

/* ---- how it is asked ---- */

/* What the user wants, in a line: a job for something else is no use. */
static int print_asked(const struct medark_live *live, char out[MEDARK_APPROACH_ASKED_MAX + 1],
		       struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer text = MEDARK_BUFFER_SECRET(MEDARK_PATIENT_FILE_MAX);
	struct medark_digest digest;
	char hex[2 * MEDARK_DIGEST_SIZE + 1] = "";

	if (live->setup.patients) {
		MEDARK_TRY(medark_digest_setup(err));
		MEDARK_TRY(medark_patient_list_file(live->setup.patients, &text, err));
		medark_sha256(text.data, text.size, &digest);
		medark_text_hex(digest.bytes, sizeof(digest.bytes), hex);
	}
	(void)snprintf(out, MEDARK_APPROACH_ASKED_MAX + 1, "%s group=%s patients=%s",
		       medark_live_method_name(live->setup.method),
		       live->setup.group ? live->setup.group : "", hex);
	return 0;
}

/*
 * Asks what the server can do, once; one that does not tell is exported all the same. What comes
 * next tells better what is wrong with it.
 */
static int look(struct medark_live *live, struct medark_error *err)
{
	struct medark_talk talk = talk_of(live);
	struct medark_error why = { 0 };
	int code;

	if (live->has_looked)
		return 0;
	talk.attempts = LOOK_ATTEMPTS;
	code = medark_capability_fetch(&talk, &live->capability, &why);
	live->has_looked = true;
	live->is_declared = code == 0;
	if (code == 0 || code == MEDARK_E_NOT_FOUND || code == MEDARK_E_REMOTE)
		return 0;
	if (err)
		*err = why;
	return code;
}

/* NULL: it does not tell. */
static const struct medark_capability *declared(const struct medark_live *live)
{
	return live->is_declared ? &live->capability : NULL;
}

/* How much there is of everything: of what has changed, or of some patients, nobody can say. */
static int begin_census(struct medark_live *live, struct medark_error *err)
{
	const struct medark_talk talk = talk_of(live);

	if (live->setup.since || live->setup.group || live->setup.patients || !live->is_declared)
		return 0;
	return medark_census_begin(&talk, &live->capability, live->folder, secret_of(live),
				   &live->census, err);
}

/* A job for something else is given back, and its files go. */
static int drop_other(struct medark_live *live, const char *asked, struct medark_error *err)
{
	if (live->approach.method == MEDARK_LIVE_AUTO || strcmp(live->approach.asked, asked) == 0)
		return 0;
	medark_approach_clear(&live->approach);
	MEDARK_TRY(medark_bulk_end(live->bulk, err));
	medark_bulk_free(live->bulk);
	live->bulk = NULL;
	return start_bulk(live, err);
}

static int save_approach(struct medark_live *live, struct medark_error *err)
{
	MEDARK_TRY(medark_approach_fill(&live->approach, declared(live), err));
	return medark_approach_save(&live->approach, live->folder, secret_of(live), err);
}

/* Chooses how the server is asked, or goes on as an earlier run has chosen. */
static int choose(struct medark_live *live, struct medark_error *err)
{
	char asked[MEDARK_APPROACH_ASKED_MAX + 1];

	MEDARK_TRY(print_asked(live, asked, err));
	MEDARK_TRY(medark_approach_load(live->folder, secret_of(live), &live->approach, err));
	MEDARK_TRY(drop_other(live, asked, err));
	if (live->approach.method != MEDARK_LIVE_AUTO)
		return 0;
	memcpy(live->approach.asked, asked, sizeof(asked));
	live->approach.is_listed = live->setup.group || live->setup.patients;
	medark_approach_choose(&live->approach, live->setup.method, declared(live),
			       live->setup.group != NULL);
	return save_approach(live, err);
}

/* The server refuses what it said that it has: the next way. */
static int fall(struct medark_live *live, struct medark_error *err)
{
	medark_approach_fall(&live->approach, declared(live));
	live->approach.is_declared = live->is_declared;
	return save_approach(live, err);
}

/* ---- fetching ---- */

static int run_bulk(struct medark_live *live, struct medark_error *err)
{
	int code = medark_bulk_run(live->bulk, err);

	if (code == MEDARK_E_NOT_FOUND && live->setup.method == MEDARK_LIVE_AUTO)
		return fall(live, err);
	if (code == MEDARK_E_NOT_FOUND) {
		if (err)
			err->code = MEDARK_E_REMOTE;
		return MEDARK_E_REMOTE;
	}
	MEDARK_TRY(code);
	return medark_bulk_haul(live->bulk, &live->haul, err);
}

static struct medark_walk_place place_of(struct medark_live *live)
{
	return (struct medark_walk_place) {
		.talk = talk_of(live),
		.http = live->files,
		.parallel = live->setup.connections,
		.folder = live->folder,
		.secret = secret_of(live),
		.tell = live->setup.tell,
		.context = live->setup.context,
	};
}

static int pull(struct medark_live *live, struct medark_error *err)
{
	const struct medark_pull_setup setup = {
		.place = place_of(live),
		.approach = &live->approach,
		.patients_path = live->setup.patients,
		.group = live->setup.group,
		.may_fall = live->setup.method == MEDARK_LIVE_AUTO,
	};

	medark_pull_free(live->pull);
	live->pull = NULL;
	MEDARK_TRY(medark_pull_new(&setup, &live->pull, err));
	return medark_pull_run(live->pull, err);
}

static int run_pull(struct medark_live *live, struct medark_error *err)
{
	int code = pull(live, err);

	if (code == MEDARK_E_NOT_FOUND) {
		/* Pages of the one way have other numbers, and hold less, than those of the other.
		 */
		MEDARK_TRY(medark_bulk_fetch_clear(live->folder, err));
		MEDARK_TRY(fall(live, err));
		code = pull(live, err);
	}
	MEDARK_TRY(code);
	return medark_pull_haul(live->pull, &live->haul, err);
}

/* What the records lead to. A bulk export of everything has brought all records there are. */
static int follow(struct medark_live *live, struct medark_error *err)
{
	const struct medark_approach *approach = &live->approach;
	const struct medark_follow_setup setup = {
		.place = place_of(live),
		.wants_references = approach->method != MEDARK_LIVE_BULK || approach->is_listed,
		.is_listed = approach->is_listed,
	};

	return medark_follow_run(&setup, &live->haul, err);
}

/* Nothing but refusals, and no word of what it can do: that is hardly a FHIR server. */
static int check_something(const struct medark_live *live, struct medark_error *err)
{
	if (live->is_declared || live->approach.method == MEDARK_LIVE_BULK)
		return 0;
	for (size_t i = 0; i < live->haul.count; i++)
		if (!live->haul.files[i].why)
			return 0;
	return medark_error_set(err, MEDARK_E_REMOTE,
				"no FHIR server answers at %s: check the address, up to the part "
				"behind which Patient/ID stands",
				live->base.text);
}

int medark_live_fetch(struct medark_live *live, struct medark_error *err)
{
	const struct medark_talk talk = talk_of(live);

	MEDARK_TRY(medark_discover_tokens(&talk, err));
	MEDARK_TRY(look(live, err));
	MEDARK_TRY(start_bulk(live, err));
	MEDARK_TRY(choose(live, err));
	MEDARK_TRY(begin_census(live, err));
	if (live->approach.method == MEDARK_LIVE_BULK)
		MEDARK_TRY(run_bulk(live, err));
	if (live->approach.method != MEDARK_LIVE_BULK)
		MEDARK_TRY(run_pull(live, err));
	MEDARK_TRY(follow(live, err));
	MEDARK_TRY(check_something(live, err));
	if (medark_auth_has_less(live->auth))
		MEDARK_TRY(
			medark_haul_remark(&live->haul, err,
					   "the server grants less than was asked for: what this "
					   "client may not read is not in the archive"));
	MEDARK_TRY(medark_census_end(&talk, &live->census, err));
	if (live->census.unanswered == 0)
		return 0;
	return medark_haul_remark(
		&live->haul, err,
		"the server did not answer %zu questions of how many records of a "
		"type it has: whether all of those came is less sure",
		live->census.unanswered);
}

int medark_live_source(struct medark_live *live, struct medark_source **out,
		       struct medark_error *err)
{
	return medark_haul_source(&live->haul, live->folder, secret_of(live), out, err);
}

const struct medark_haul *medark_live_haul(const struct medark_live *live)
{
	return &live->haul;
}

const struct medark_census *medark_live_census(const struct medark_live *live)
{
	return &live->census;
}

const char *medark_live_base(const struct medark_live *live)
{
	return live->base.text;
}

bool medark_live_has_since(const struct medark_live *live)
{
	return medark_bulk_has_since(live->bulk);
}

int medark_live_deletions(const struct medark_live *live,
			  int (*each)(void *context, const char *name, struct medark_error *err),
			  void *context, uint64_t *out_odd, struct medark_error *err)
{
	return medark_bulk_deletions(live->bulk, each, context, out_odd, err);
}

int medark_live_mark(const struct medark_live *live, struct medark_error *err)
{
	return medark_bulk_mark(live->bulk, err);
}

int medark_live_end(struct medark_live *live, struct medark_error *err)
{
	MEDARK_TRY(medark_bulk_end(live->bulk, err));
	return clear_all(live, err);
}
