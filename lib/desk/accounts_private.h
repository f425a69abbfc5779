/* SPDX-License-Identifier: Apache-2.0 */
/* accounts_private: what accounts.c (the file) and accounts_check.c (log-ins) share. */
#ifndef MEDARK_DESK_ACCOUNTS_PRIVATE_H
#define MEDARK_DESK_ACCOUNTS_PRIVATE_H

#include "desk/account_file.h"
#include "desk/accounts.h"
#include "desk/failures.h"

#include <pthread.h>
#include <sys/stat.h>

struct medark_accounts {
	pthread_mutex_t mutex;
	int folder;
	char *path; /* of the file */
	struct medark_account_list list;
	struct medark_account_list told; /* of which the changes were told */
	struct stat seen;		 /* the file that the list is of; zeroed: none */
	struct medark_failures *known, *unknown, *peers;
	uint8_t nobody[MEDARK_ACCOUNT_SALT_SIZE]; /* salt of names that are not known */
};

pthread_mutex_t *medark_accounts_lock(struct medark_accounts *a);

static inline __attribute__((unused)) void medark_accounts_unlock_auto(pthread_mutex_t **mutex)
{
	(void)pthread_mutex_unlock(*mutex);
}

/* Holds the mutex until the end of the scope. */
#define MEDARK_ACCOUNTS_LOCKED(a)                                                                  \
	__attribute__((cleanup(medark_accounts_unlock_auto), unused)) pthread_mutex_t *locked_ =   \
		medark_accounts_lock(a)

/* Reads the file if it is another one than before. The mutex is held, here and below. */
int medark_accounts_load(struct medark_accounts *a, struct medark_error *err) MEDARK_MUST_USE;

/* Makes a change of the list, and of the file under its lock; neither on failure. */
typedef int medark_accounts_changer(struct medark_account_list *list, void *context,
				    struct medark_error *err);
int medark_accounts_change(struct medark_accounts *a, medark_accounts_changer *change,
			   void *context, struct medark_error *err) MEDARK_MUST_USE;

/* Borrowed from the list. MEDARK_E_NOT_FOUND. */
int medark_accounts_entry(const struct medark_account_list *list, const char *name,
			  struct medark_account_entry **out,
			  struct medark_error *err) MEDARK_MUST_USE;

#endif
