/* SPDX-License-Identifier: Apache-2.0 */
#include "desk/accounts.h"

#include "base/secret.h"
#include "base/text.h"
#include "crypto/kdf.h"
#include "crypto/random.h"
#include "crypto/small_file.h"
#include "desk/account_file.h"
#include "desk/accounts_private.h"
#include "desk/reason.h"
#include "desk/state.h"
#include "store/output.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

/* ms between two tries of the lock, and in all. */
#define LOCK_PAUSE   20
#define LOCK_LONGEST 10000

_Static_assert(MEDARK_PASSWORD_MAX <= MEDARK_KDF_PASSPHRASE_MAX, "what scrypt takes");

/* ---- one at a time ---- */

pthread_mutex_t *medark_accounts_lock(struct medark_accounts *a)
{
	int failed = pthread_mutex_lock(&a->mutex);

	assert(!failed);
	(void)failed;
	return &a->mutex;
}

/* ---- life ---- */

static int new_failures(struct medark_accounts *a, struct medark_error *err)
{
	const struct medark_failures_rule known = { MEDARK_ACCOUNTS_MAX, 5, 2000, 300000 };
	const struct medark_failures_rule unknown = { 2048, 5, 2000, 300000 };
	const struct medark_failures_rule peers = { 2048, 20, 2000, 900000 };

	MEDARK_TRY(medark_failures_new(&known, &a->known, err));
	MEDARK_TRY(medark_failures_new(&unknown, &a->unknown, err));
	return medark_failures_new(&peers, &a->peers, err);
}

void medark_accounts_free(struct medark_accounts *a)
{
	if (!a)
		return;
	medark_account_list_clear(&a->list);
	medark_account_list_clear(&a->told);
	medark_failures_free(a->known);
	medark_failures_free(a->unknown);
	medark_failures_free(a->peers);
	if (a->folder >= 0)
		(void)close(a->folder);
	free(a->path);
	(void)pthread_mutex_destroy(&a->mutex);
	medark_secret_free(a);
}

int medark_accounts_open(const char *folder, bool create, struct medark_accounts **out,
			 struct medark_error *err)
{
	MEDARK_AUTO(medark_accounts_free) struct medark_accounts *a = NULL;

	a = medark_secret_new(sizeof(*a));
	if (!a)
		return medark_error_memory(err, "the accounts");
	memset(a, 0, sizeof(*a));
	a->folder = -1;
	if (pthread_mutex_init(&a->mutex, NULL)) {
		medark_secret_free(MEDARK_TAKE(a));
		return medark_error_set(err, MEDARK_E_SYSTEM, "cannot make a lock");
	}
	MEDARK_TRY(medark_state_open(folder, create, &a->folder, err));
	if (asprintf(&a->path, "%s/accounts.json", folder) < 0) {
		a->path = NULL;
		return medark_error_memory(err, "a file name");
	}
	MEDARK_TRY(medark_random(a->nobody, sizeof(a->nobody), err));
	MEDARK_TRY(new_failures(a, err));
	MEDARK_TRY(medark_accounts_load(a, err));
	MEDARK_TRY(medark_account_list_copy(&a->list, &a->told, err));
	*out = MEDARK_TAKE(a);
	return 0;
}

/* ---- the file ---- */

/* Is it the file that was read? A new one has another inode, or another time. */
static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static int check_mode(const struct medark_accounts *a, const struct stat *st,
		      struct medark_error *err)
{
	if (st->st_uid != geteuid() && st->st_uid != 0)
		return medark_error_set(err, MEDARK_E_KEY, "'%s' belongs to another user", a->path);
	if (st->st_mode & (S_IRWXG | S_IRWXO))
		return medark_error_set(err, MEDARK_E_KEY,
					"others have a right on '%s': chmod 600 takes it away",
					a->path);
	return 0;
}

int medark_accounts_load(struct medark_accounts *a, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer text = MEDARK_BUFFER_SECRET(MEDARK_ACCOUNT_FILE_MAX + 1);
	MEDARK_AUTO(medark_account_list_clear) struct medark_account_list list = { 0 };
	struct stat st = { 0 };
	int code;

	if (stat(a->path, &st) < 0 && errno == ENOENT) {
		medark_account_list_clear(&a->list);
		memset(&a->seen, 0, sizeof(a->seen));
		return 0;
	}
	if (a->seen.st_ino && is_same(&st, &a->seen))
		return 0;
	MEDARK_TRY(medark_small_file_read(a->path, &text, &st, err));
	MEDARK_TRY(check_mode(a, &st, err));
	code = medark_account_file_parse(medark_bytes(text.data, text.size), &list, err);
	if (code < 0)
		return medark_error_prefix(err, code, "'%s'", a->path);
	medark_account_list_clear(&a->list);
	a->list = list;
	list = (struct medark_account_list) { 0 };
	a->seen = st;
	return 0;
}

/* Writes what the list says; on failure the file, and then the list, are as they were. */
static int store(struct medark_accounts *a, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer text = MEDARK_BUFFER_SECRET(MEDARK_ACCOUNT_FILE_MAX);
	MEDARK_AUTO(medark_output_free) struct medark_output *output = NULL;

	MEDARK_TRY(medark_account_file_write(&a->list, &text, err));
	MEDARK_TRY(medark_output_open(a->path, true, &output, err));
	MEDARK_TRY(medark_output_write(output, text.data, text.size, err));
	return medark_output_finish(output, err);
}

/*
 * The lock is the folder's own, and goes with the description that it was taken through. A change
 * takes less than a second; a process that holds it for long has been stopped in between.
 */
static int lock_folder(const struct medark_accounts *a, struct medark_error *err)
{
	const struct timespec pause = { .tv_nsec = LOCK_PAUSE * 1000000L };

	for (int waited = 0; flock(a->folder, LOCK_EX | LOCK_NB) < 0; waited += LOCK_PAUSE) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return medark_error_errno(err, errno, "cannot lock '%s'", a->path);
		if (waited >= LOCK_LONGEST)
			return medark_error_set(err, MEDARK_E_SYSTEM,
						"another process has locked the folder of '%s'",
						a->path);
		(void)nanosleep(&pause, NULL);
	}
	return 0;
}

int medark_accounts_change(struct medark_accounts *a, medark_accounts_changer *change,
			   void *context, struct medark_error *err)
{
	int code;

	MEDARK_TRY(lock_folder(a, err));
	code = medark_accounts_load(a, err);
	if (code == 0) {
		code = change(&a->list, context, err);
		if (code == 0)
			code = store(a, err);
		/* What is in the file is what counts: after a failure, too, it is read anew. */
		memset(&a->seen, 0, sizeof(a->seen));
		if (medark_accounts_load(a, code < 0 ? NULL : err) < 0 && code == 0)
			code = MEDARK_E_SYSTEM;
	}
	(void)flock(a->folder, LOCK_UN);
	return code;
}

int medark_accounts_entry(const struct medark_account_list *list, const char *name,
			  struct medark_account_entry **out, struct medark_error *err)
{
	size_t i = medark_account_list_find(list, name);

	if (i == list->count)
		return medark_error_set(err, MEDARK_E_NOT_FOUND, "there is no account '%s'", name);
	*out = &list->items[i];
	return 0;
}

/* ---- asking ---- */

int medark_accounts_list(struct medark_accounts *a, struct medark_account **out, size_t *out_count,
			 struct medark_error *err)
{
	MEDARK_ACCOUNTS_LOCKED(a);
	struct medark_account *accounts = NULL;

	MEDARK_TRY(medark_accounts_load(a, err));
	if (a->list.count) {
		accounts = calloc(a->list.count, sizeof(*accounts));
		if (!accounts)
			return medark_error_memory(err, "the accounts");
	}
	for (size_t i = 0; i < a->list.count; i++)
		accounts[i] = a->list.items[i].account;
	*out = accounts;
	*out_count = a->list.count;
	return 0;
}

int medark_accounts_find(struct medark_accounts *a, const char *name, struct medark_account *out,
			 struct medark_error *err)
{
	MEDARK_ACCOUNTS_LOCKED(a);
	struct medark_account_entry *entry;

	MEDARK_TRY(medark_accounts_load(a, err));
	MEDARK_TRY(medark_accounts_entry(&a->list, name, &entry, err));
	*out = entry->account;
	return 0;
}

/* ---- changing ---- */

static size_t characters(struct medark_bytes text)
{
	size_t count = 0;

	for (size_t i = 0; i < text.size; i++)
		count += (text.data[i] & 0xc0) != 0x80;
	return count;
}

static int check_password(struct medark_bytes password, const char *name, struct medark_error *err)
{
	if (!medark_desk_is_line(password, MEDARK_PASSWORD_MAX))
		return medark_error_set(err, MEDARK_E_USAGE,
					"a password is one line of at most %d bytes of UTF-8",
					MEDARK_PASSWORD_MAX);
	if (characters(password) < MEDARK_PASSWORD_MIN)
		return medark_error_set(err, MEDARK_E_USAGE,
					"a password has %d characters at least",
					MEDARK_PASSWORD_MIN);
	if (password.size == strlen(name) &&
	    strncasecmp((const char *)password.data, name, password.size) == 0)
		return medark_error_set(err, MEDARK_E_USAGE, "the password is the name");
	return 0;
}

/* Makes the verifier, before anything is locked: it takes its time. */
static int make_password(const char *name, const void *password, size_t size,
			 struct medark_account_entry *e, struct medark_error *err)
{
	struct medark_bytes text = medark_bytes(password, size);
	const struct medark_scrypt_cost cost = { MEDARK_ACCOUNT_N, MEDARK_SCRYPT_R, 1 };

	MEDARK_TRY(check_password(text, name, err));
	e->n = MEDARK_ACCOUNT_N;
	MEDARK_TRY(medark_random_public(e->salt, sizeof(e->salt), err));
	return medark_scrypt(text, medark_bytes(e->salt, sizeof(e->salt)), &cost, &e->key, err);
}

static int check_roles(unsigned roles, struct medark_error *err)
{
	if (!roles || (roles & ~MEDARK_MAY_ALL))
		return medark_error_set(err, MEDARK_E_USAGE, "an account has one role at least");
	return 0;
}

static int add(struct medark_account_list *list, void *context, struct medark_error *err)
{
	const struct medark_account_entry *e = context;

	if (medark_account_list_find(list, e->account.name) < list->count)
		return medark_error_set(err, MEDARK_E_EXISTS, "there is an account '%s' already",
					e->account.name);
	return medark_account_list_add(list, e, err);
}

static void entry_wipe_auto(struct medark_account_entry *e)
{
	medark_secret_wipe(e, sizeof(*e));
}

int medark_accounts_add(struct medark_accounts *a, const struct medark_account *account,
			const void *password, size_t size, struct medark_error *err)
{
	MEDARK_AUTO(entry_wipe) struct medark_account_entry e = { .account = *account };

	e.account.is_disabled = e.account.has_totp = false;
	if (!medark_account_is_name(medark_bytes_text(account->name)))
		return medark_error_set(err, MEDARK_E_USAGE,
					"a name is 1 to %d letters, digits, '.', '_' or '-'",
					MEDARK_ACCOUNT_NAME_MAX);
	if (!medark_account_is_shown(medark_bytes_text(account->shown)))
		return medark_error_set(err, MEDARK_E_USAGE,
					"a name to be shown is one line of 1 to %d bytes of UTF-8",
					MEDARK_ACCOUNT_SHOWN_MAX);
	MEDARK_TRY(check_roles(account->roles, err));
	MEDARK_TRY(make_password(account->name, password, size, &e, err));
	MEDARK_ACCOUNTS_LOCKED(a);
	return medark_accounts_change(a, add, &e, err);
}

static int remove_one(struct medark_account_list *list, void *context, struct medark_error *err)
{
	struct medark_account_entry *e;

	MEDARK_TRY(medark_accounts_entry(list, context, &e, err));
	medark_account_list_remove(list, (size_t)(e - list->items));
	return 0;
}

int medark_accounts_remove(struct medark_accounts *a, const char *name, struct medark_error *err)
{
	MEDARK_ACCOUNTS_LOCKED(a);

	return medark_accounts_change(a, remove_one, (void *)(uintptr_t)name, err);
}

/* What a change makes of an account: the fields of `to` that `what` names. */
enum field { PASSWORD, ROLES, DISABLED, TOTP };
struct setting {
	const char *name;
	enum field what;
	const struct medark_account_entry *to;
};

static int set(struct medark_account_list *list, void *context, struct medark_error *err)
{
	const struct setting *s = context;
	struct medark_account_entry *e;

	MEDARK_TRY(medark_accounts_entry(list, s->name, &e, err));
	switch (s->what) {
	case PASSWORD:
		e->n = s->to->n;
		memcpy(e->salt, s->to->salt, sizeof(e->salt));
		e->key = s->to->key;
		break;
	case ROLES:
		e->account.roles = s->to->account.roles;
		break;
	case DISABLED:
		e->account.is_disabled = s->to->account.is_disabled;
		break;
	case TOTP:
		e->account.has_totp = s->to->account.has_totp;
		memcpy(e->totp, s->to->totp, sizeof(e->totp));
		e->totp_last = 0;
		break;
	}
	return 0;
}

static int change_one(struct medark_accounts *a, const char *name, enum field what,
		      const struct medark_account_entry *to, struct medark_error *err)
{
	struct setting setting = { name, what, to };

	MEDARK_ACCOUNTS_LOCKED(a);
	return medark_accounts_change(a, set, &setting, err);
}

int medark_accounts_set_password(struct medark_accounts *a, const char *name, const void *password,
				 size_t size, struct medark_error *err)
{
	MEDARK_AUTO(entry_wipe) struct medark_account_entry e = { 0 };

	MEDARK_TRY(make_password(name, password, size, &e, err));
	return change_one(a, name, PASSWORD, &e, err);
}

int medark_accounts_set_roles(struct medark_accounts *a, const char *name, unsigned roles,
			      struct medark_error *err)
{
	const struct medark_account_entry e = { .account.roles = roles };

	MEDARK_TRY(check_roles(roles, err));
	return change_one(a, name, ROLES, &e, err);
}

int medark_accounts_set_disabled(struct medark_accounts *a, const char *name, bool is_disabled,
				 struct medark_error *err)
{
	const struct medark_account_entry e = { .account.is_disabled = is_disabled };

	return change_one(a, name, DISABLED, &e, err);
}

int medark_accounts_enrol_totp(struct medark_accounts *a, const char *name, const char *issuer,
			       char out_uri[MEDARK_TOTP_URI_SIZE], struct medark_error *err)
{
	MEDARK_AUTO(entry_wipe) struct medark_account_entry e = { .account.has_totp = true };
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer uri = MEDARK_BUFFER_SECRET(MEDARK_TOTP_URI_SIZE);

	if (!*issuer || !medark_desk_is_line(medark_bytes_text(issuer), 64))
		return medark_error_set(err, MEDARK_E_USAGE,
					"the issuer is one line of 1 to 64 bytes of UTF-8");
	MEDARK_TRY(medark_random(e.totp, sizeof(e.totp), err));
	MEDARK_TRY(medark_totp_uri(e.totp, issuer, name, &uri, err));
	MEDARK_TRY(change_one(a, name, TOTP, &e, err));
	memcpy(out_uri, uri.data, uri.size);
	return 0;
}

int medark_accounts_drop_totp(struct medark_accounts *a, const char *name, struct medark_error *err)
{
	const struct medark_account_entry e = { 0 };

	return change_one(a, name, TOTP, &e, err);
}
