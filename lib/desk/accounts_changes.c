/* SPDX-License-Identifier: Apache-2.0 */
/* accounts: what was changed, for the audit log. */
#include "desk/accounts_private.h"

#include <string.h>

/* What is told of, and to whom. */
struct telling {
	medark_account_changed *each;
	void *context;
};

enum { GOES_ON, ENDS }; /* sessions of the account */

static void tell_if(const struct telling *t, bool is_so, const char *name, const char *what,
		    bool ends)
{
	if (is_so)
		t->each(t->context, name, what, ends);
}

/* An account that was there before, and is now. */
static void tell_both(const struct telling *t, const struct medark_account_entry *old,
		      const struct medark_account_entry *new)
{
	const struct medark_account *was = &old->account, *is = &new->account;

	tell_if(t, memcmp(old->salt, new->salt, sizeof(old->salt)) != 0, is->name, "new password",
		ENDS);
	tell_if(t, was->roles != is->roles, is->name, "other roles", GOES_ON);
	tell_if(t, strcmp(was->shown, is->shown) != 0, is->name, "shown otherwise", GOES_ON);
	tell_if(t, was->is_disabled != is->is_disabled, is->name,
		is->is_disabled ? "disabled" : "enabled", is->is_disabled);
	tell_if(t, was->has_totp && !is->has_totp, is->name, "needs no code any more", GOES_ON);
	tell_if(t,
		is->has_totp && (!was->has_totp || memcmp(old->totp, new->totp, sizeof(old->totp))),
		is->name, "new secret for codes", ENDS);
}

int medark_accounts_changes(struct medark_accounts *a, medark_account_changed *each, void *context,
			    struct medark_error *err)
{
	MEDARK_ACCOUNTS_LOCKED(a);
	MEDARK_AUTO(medark_account_list_clear) struct medark_account_list now = { 0 };
	const struct telling t = { each, context };
	size_t i = 0, j = 0;

	MEDARK_TRY(medark_accounts_load(a, err));
	MEDARK_TRY(medark_account_list_copy(&a->list, &now, err));
	/* Both lists are sorted by name. */
	while (i < a->told.count || j < now.count) {
		int order = i == a->told.count ? 1
			    : j == now.count   ? -1
					       : strcmp(a->told.items[i].account.name,
							now.items[j].account.name);

		if (order < 0)
			each(context, a->told.items[i++].account.name, "taken away", ENDS);
		else if (order > 0)
			each(context, now.items[j++].account.name, "made", GOES_ON);
		else
			tell_both(&t, &a->told.items[i++], &now.items[j++]);
	}
	medark_account_list_clear(&a->told);
	a->told = now;
	now = (struct medark_account_list) { 0 };
	return 0;
}
