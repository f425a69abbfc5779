/* SPDX-License-Identifier: Apache-2.0 */
/*
 * account_file: the text of the file of accounts: one JSON object, read with an allow-list of
 * names and written in one form. One thread at a time.
 *
 *	{"version":1,"accounts":[
 *	{"name":…,"shown":…,"roles":["clinician",…],"disabled":false,
 *	 "scrypt":{"n":…,"salt":hex,"key":hex},"totp":null or {"secret":hex,"last":step}},…]}
 *
 * The secrets of the codes stand in it in clear, beside the verifiers of the passwords: the file is
 * for its owner alone (0600), who also runs the service and holds the key of the archive. A key to
 * seal them with would have to stand beside them, as accounts are made without the archive's key.
 */
#ifndef MEDARK_DESK_ACCOUNT_FILE_H
#define MEDARK_DESK_ACCOUNT_FILE_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/secret.h"
#include "desk/totp.h"

#include <medark/desk.h>

#define MEDARK_ACCOUNTS_MAX	2000
#define MEDARK_ACCOUNT_FILE_MAX ((size_t)2 << 20)

#define MEDARK_ACCOUNT_SALT_SIZE 16

/* scrypt with r = 8 and p = 1; n is a power of two between these. */
#define MEDARK_ACCOUNT_N_MIN (UINT64_C(1) << 15)
#define MEDARK_ACCOUNT_N     (UINT64_C(1) << 16) /* of new passwords: 64 MiB, about 0.2 s */
#define MEDARK_ACCOUNT_N_MAX (UINT64_C(1) << 17)

struct medark_account_entry {
	struct medark_account account;
	uint64_t n;
	uint8_t salt[MEDARK_ACCOUNT_SALT_SIZE];
	struct medark_key key;
	uint8_t totp[MEDARK_TOTP_SECRET_SIZE]; /* if account.has_totp */
	uint64_t totp_last;		       /* step up to which codes are used up */
};

/* Sorted by name. Zeroed it is empty. */
struct medark_account_list {
	struct medark_account_entry *items; /* of medark_secret_new() */
	size_t count;
};

void medark_account_list_clear(struct medark_account_list *list);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_account_list, medark_account_list_clear)

/* *out, empty before, gets a copy. MEDARK_E_MEMORY. */
int medark_account_list_copy(const struct medark_account_list *list,
			     struct medark_account_list *out,
			     struct medark_error *err) MEDARK_MUST_USE;

/* Its place; `count` if it is not there. */
size_t medark_account_list_find(const struct medark_account_list *list, const char *name);

/* Adds a copy in its place. MEDARK_E_MEMORY, also past MEDARK_ACCOUNTS_MAX. */
int medark_account_list_add(struct medark_account_list *list,
			    const struct medark_account_entry *entry,
			    struct medark_error *err) MEDARK_MUST_USE;
void medark_account_list_remove(struct medark_account_list *list, size_t i);

/* 1 to MEDARK_ACCOUNT_NAME_MAX characters of [A-Za-z0-9._-]? A shown name that can be shown? */
bool medark_account_is_name(struct medark_bytes name);
bool medark_account_is_shown(struct medark_bytes shown);

/* MEDARK_E_FORMAT in one sentence that quotes nothing of the text; MEDARK_E_MEMORY. */
int medark_account_file_parse(struct medark_bytes text, struct medark_account_list *out,
			      struct medark_error *err) MEDARK_MUST_USE;

/* Appends the text. MEDARK_E_MEMORY. */
int medark_account_file_write(const struct medark_account_list *list, struct medark_buffer *out,
			      struct medark_error *err) MEDARK_MUST_USE;

#endif
