/* SPDX-License-Identifier: Apache-2.0 */
/* accounts: log-ins. */
#include "base/secret.h"
#include "crypto/kdf.h"
#include "desk/accounts_private.h"

#include <string.h>

/* The account of a name that came from outside; NULL if there is none. */
static const struct medark_account_entry *find(const struct medark_accounts *a,
					       struct medark_bytes name)
{
	char text[MEDARK_ACCOUNT_NAME_MAX + 1] = { 0 };
	size_t i;

	if (!medark_account_is_name(name))
		return NULL;
	memcpy(text, name.data, name.size);
	i = medark_account_list_find(&a->list, text);
	return i < a->list.count ? &a->list.items[i] : NULL;
}

/* The same work for a name that is not known, whose password is none. */
static int compare(const struct medark_accounts *a, const struct medark_account_entry *e,
		   struct medark_bytes password, bool *out_fits, struct medark_error *err)
{
	MEDARK_AUTO(medark_key_clear) struct medark_key key;
	struct medark_bytes salt = medark_bytes(e ? e->salt : a->nobody, MEDARK_ACCOUNT_SALT_SIZE);
	const struct medark_scrypt_cost cost = { e ? e->n : MEDARK_ACCOUNT_N, MEDARK_SCRYPT_R, 1 };
	const struct medark_key none = { { 0 } };
	bool is_equal;

	/* What no password can be is not one; the work is done all the same. */
	bool is_possible = password.size >= 1 && password.size <= MEDARK_PASSWORD_MAX &&
			   !memchr(password.data, '\n', password.size) &&
			   !memchr(password.data, '\0', password.size) &&
			   password.data[password.size - 1] != '\r';

	MEDARK_TRY(medark_scrypt(is_possible ? password : medark_bytes_text("-"), salt, &cost, &key,
				 err));
	is_equal = medark_secret_equal(key.bytes, e ? e->key.bytes : none.bytes, MEDARK_KEY_SIZE);
	*out_fits = is_equal && e && is_possible;
	return 0;
}

/* Until when this name, or this address, has to wait; 0: not. */
static int64_t until(const struct medark_accounts *a, struct medark_failures *names,
		     const struct medark_login *login)
{
	int64_t by_name = medark_failures_until(names, login->name, login->clock);
	int64_t by_peer = medark_failures_until(a->peers, login->peer, login->clock);

	return by_name > by_peer ? by_name : by_peer;
}

/* A code that was taken: up to its step none is taken again. */
struct used {
	const char *name;
	uint64_t last;
	bool is_late; /* another process took it in the meantime */
};

static int note_used(struct medark_account_list *list, void *context, struct medark_error *err)
{
	struct used *used = context;
	struct medark_account_entry *e;

	MEDARK_TRY(medark_accounts_entry(list, used->name, &e, err));
	used->is_late = e->totp_last >= used->last;
	if (!used->is_late)
		e->totp_last = used->last;
	return 0;
}

static int check_code(struct medark_accounts *a, const struct medark_account_entry *e,
		      const struct medark_login *login, bool *out_fits, struct medark_error *err)
{
	/* A copy: noting it reads the list anew. */
	char name[sizeof(e->account.name)];
	struct used used = { .name = name, .last = e->totp_last };

	memcpy(name, e->account.name, sizeof(name));
	MEDARK_TRY(medark_totp_check(e->totp, login->code, login->now, &used.last, out_fits, err));
	if (!*out_fits)
		return 0;
	MEDARK_TRY(medark_accounts_change(a, note_used, &used, err));
	*out_fits = !used.is_late;
	return 0;
}

/* What becomes of a log-in whose password is right. */
static int judge(struct medark_accounts *a, const struct medark_account_entry *e,
		 const struct medark_login *login, struct medark_login_answer *out,
		 struct medark_error *err)
{
	const struct medark_account account = e->account;
	bool fits = true;

	out->result = MEDARK_LOGIN_OK;
	if (account.is_disabled)
		out->result = MEDARK_LOGIN_DISABLED;
	else if (account.has_totp && login->code.size == 0)
		out->result = MEDARK_LOGIN_NEEDS_CODE;
	else if (account.has_totp)
		MEDARK_TRY(check_code(a, e, login, &fits, err));
	if (fits)
		out->account = account;
	else
		out->result = MEDARK_LOGIN_WRONG;
	return 0;
}

int medark_accounts_check(struct medark_accounts *a, const struct medark_login *login,
			  struct medark_login_answer *out, struct medark_error *err)
{
	MEDARK_ACCOUNTS_LOCKED(a);
	struct medark_login_answer answer = { .result = MEDARK_LOGIN_WRONG };
	const struct medark_account_entry *e;
	struct medark_failures *names;
	bool fits;

	MEDARK_TRY(medark_accounts_load(a, err));
	e = find(a, login->name);
	names = e ? a->known : a->unknown;
	answer.until = until(a, names, login);
	if (answer.until) {
		answer.result = MEDARK_LOGIN_LOCKED;
		/* Both are asked: each notes that it was. */
		answer.is_again = !medark_failures_is_news(names, login->name, login->clock);
		answer.is_again &= !medark_failures_is_news(a->peers, login->peer, login->clock);
		*out = answer;
		return 0;
	}
	MEDARK_TRY(compare(a, e, login->password, &fits, err));
	if (fits)
		MEDARK_TRY(judge(a, e, login, &answer, err));
	if (answer.result == MEDARK_LOGIN_WRONG) {
		medark_failures_add(names, login->name, login->clock);
		medark_failures_add(a->peers, login->peer, login->clock);
	} else if (answer.result == MEDARK_LOGIN_OK) {
		medark_failures_forget(names, login->name);
		medark_failures_forget(a->peers, login->peer);
	}
	*out = answer;
	return 0;
}
