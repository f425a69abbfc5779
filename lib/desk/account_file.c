/* SPDX-License-Identifier: Apache-2.0 */
#include "desk/account_file.h"

#include "base/text.h"
#include "container/strict.h"
#include "desk/reason.h"

#include <inttypes.h>
#include <string.h>

#define WHAT "the file of accounts"

/* In the order of their bits. */
static const char *const role_names[] = { "clinician", "desk", "auditor", "admin" };
#define ROLES (sizeof(role_names) / sizeof(role_names[0]))

_Static_assert((1u << ROLES) - 1 == MEDARK_MAY_ALL, "each role has a name");

const char *medark_account_role_name(unsigned role)
{
	for (size_t i = 0; i < ROLES; i++)
		if (role == 1u << i)
			return role_names[i];
	return NULL;
}

unsigned medark_account_role_find(const char *name)
{
	for (size_t i = 0; i < ROLES; i++)
		if (strcmp(name, role_names[i]) == 0)
			return 1u << i;
	return 0;
}

/* ---- the list ---- */

void medark_account_list_clear(struct medark_account_list *list)
{
	medark_secret_free(list->items);
	*list = (struct medark_account_list) { 0 };
}

int medark_account_list_copy(const struct medark_account_list *list,
			     struct medark_account_list *out, struct medark_error *err)
{
	if (list->count == 0)
		return 0;
	out->items = medark_secret_new(list->count * sizeof(out->items[0]));
	if (!out->items)
		return medark_error_memory(err, "the accounts");
	memcpy(out->items, list->items, list->count * sizeof(out->items[0]));
	out->count = list->count;
	return 0;
}

size_t medark_account_list_find(const struct medark_account_list *list, const char *name)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (strcmp(list->items[i].account.name, name) == 0)
			break;
	return i;
}

int medark_account_list_add(struct medark_account_list *list,
			    const struct medark_account_entry *entry, struct medark_error *err)
{
	struct medark_account_entry *items;
	size_t at = 0;

	if (list->count == MEDARK_ACCOUNTS_MAX)
		return medark_error_set(err, MEDARK_E_MEMORY, "there are %d accounts, no more fit",
					MEDARK_ACCOUNTS_MAX);
	items = medark_secret_new((list->count + 1) * sizeof(*items));
	if (!items)
		return medark_error_memory(err, "an account");
	while (at < list->count && strcmp(list->items[at].account.name, entry->account.name) < 0)
		at++;
	if (list->count) {
		memcpy(items, list->items, at * sizeof(*items));
		memcpy(items + at + 1, list->items + at, (list->count - at) * sizeof(*items));
	}
	items[at] = *entry;
	medark_secret_free(list->items);
	list->items = items;
	list->count++;
	return 0;
}

void medark_account_list_remove(struct medark_account_list *list, size_t i)
{
	list->count--;
	memmove(&list->items[i], &list->items[i + 1], (list->count - i) * sizeof(list->items[0]));
	medark_secret_wipe(&list->items[list->count], sizeof(list->items[0]));
}

bool medark_account_is_name(struct medark_bytes name)
{
	if (name.size < 1 || name.size > MEDARK_ACCOUNT_NAME_MAX)
		return false;
	for (size_t i = 0; i < name.size; i++) {
		uint8_t c = name.data[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '.' || c == '_' || c == '-'))
			return false;
	}
	return true;
}

bool medark_account_is_shown(struct medark_bytes shown)
{
	return shown.size >= 1 && medark_desk_is_line(shown, MEDARK_ACCOUNT_SHOWN_MAX);
}

/* ---- reading ---- */

static struct medark_bytes text_of(const json_t *value)
{
	return medark_bytes(json_string_value(value), json_string_length(value));
}

/* A text that `fits`, with a zero behind it; the room is what `fits` allows and one more. */
static int take_line(const struct medark_strict *s, const char *name,
		     bool (*fits)(struct medark_bytes), char *out, struct medark_error *err)
{
	struct medark_bytes text = text_of(json_object_get(s->object, name));

	if (!fits(text))
		return medark_strict_fault(s, name, err);
	memcpy(out, text.data, text.size);
	out[text.size] = '\0';
	return 0;
}

/* Each once, in the order of the table. */
static int take_roles(const struct medark_strict *s, unsigned *out, struct medark_error *err)
{
	const json_t *array = json_object_get(s->object, "roles");
	unsigned roles = 0;

	if (!json_is_array(array))
		return medark_strict_fault(s, "roles", err);
	for (size_t i = 0; i < json_array_size(array); i++) {
		const char *name = json_string_value(json_array_get(array, i));
		unsigned role = name ? medark_account_role_find(name) : 0;

		if (role <= roles)
			return medark_strict_fault(s, "roles", err);
		roles |= role;
	}
	if (!roles)
		return medark_strict_fault(s, "roles", err);
	*out = roles;
	return 0;
}

static int take_password(const struct medark_strict *s, struct medark_account_entry *e,
			 struct medark_error *err)
{
	static const char *const names[] = { "n", "salt", "key", NULL };
	struct medark_strict inner = { json_object_get(s->object, "scrypt"), WHAT ": scrypt" };

	MEDARK_TRY(medark_strict_names(&inner, names, err));
	MEDARK_TRY(medark_strict_number(&inner, "n", MEDARK_ACCOUNT_N_MAX, &e->n, err));
	if (e->n < MEDARK_ACCOUNT_N_MIN || (e->n & (e->n - 1)))
		return medark_strict_fault(&inner, "n", err);
	MEDARK_TRY(medark_strict_hex(&inner, "salt", e->salt, sizeof(e->salt), err));
	return medark_strict_hex(&inner, "key", e->key.bytes, sizeof(e->key.bytes), err);
}

static int take_totp(const struct medark_strict *s, struct medark_account_entry *e,
		     struct medark_error *err)
{
	static const char *const names[] = { "secret", "last", NULL };
	struct medark_strict inner = { json_object_get(s->object, "totp"), WHAT ": totp" };

	if (json_is_null(inner.object))
		return 0;
	MEDARK_TRY(medark_strict_names(&inner, names, err));
	MEDARK_TRY(medark_strict_hex(&inner, "secret", e->totp, sizeof(e->totp), err));
	MEDARK_TRY(medark_strict_number(&inner, "last", INT64_MAX, &e->totp_last, err));
	e->account.has_totp = true;
	return 0;
}

static int take_account(json_t *object, struct medark_account_entry *e, struct medark_error *err)
{
	static const char *const names[] = { "name",   "shown", "roles", "disabled",
					     "scrypt", "totp",	NULL };
	struct medark_strict s = { object, WHAT };

	MEDARK_TRY(medark_strict_names(&s, names, err));
	MEDARK_TRY(take_line(&s, "name", medark_account_is_name, e->account.name, err));
	MEDARK_TRY(take_line(&s, "shown", medark_account_is_shown, e->account.shown, err));
	MEDARK_TRY(take_roles(&s, &e->account.roles, err));
	MEDARK_TRY(medark_strict_bool(&s, "disabled", &e->account.is_disabled, err));
	MEDARK_TRY(take_password(&s, e, err));
	return take_totp(&s, e, err);
}

static int take_accounts(const json_t *array, struct medark_account_list *list,
			 struct medark_error *err)
{
	size_t count = json_array_size(array);

	if (!json_is_array(array) || count > MEDARK_ACCOUNTS_MAX)
		return medark_error_set(err, MEDARK_E_FORMAT, WHAT ": no list of 0 to %d accounts",
					MEDARK_ACCOUNTS_MAX);
	if (count == 0)
		return 0;
	list->items = medark_secret_new(count * sizeof(list->items[0]));
	if (!list->items)
		return medark_error_memory(err, "the accounts");
	memset(list->items, 0, count * sizeof(list->items[0]));
	for (size_t i = 0; i < count; i++) {
		struct medark_account_entry *e = &list->items[i];

		MEDARK_TRY(take_account(json_array_get(array, i), e, err));
		if (i && strcmp(e[-1].account.name, e->account.name) >= 0)
			return medark_error_set(err, MEDARK_E_FORMAT,
						WHAT ": not sorted by name, or a name twice");
		list->count++;
	}
	return 0;
}

int medark_account_file_parse(struct medark_bytes text, struct medark_account_list *out,
			      struct medark_error *err)
{
	static const char *const names[] = { "version", "accounts", NULL };
	MEDARK_AUTO(medark_account_list_clear) struct medark_account_list list = { 0 };
	MEDARK_AUTO(medark_strict_free) json_t *root = NULL;
	struct medark_strict s = { .what = WHAT };

	MEDARK_TRY(medark_strict_parse(text, MEDARK_ACCOUNT_FILE_MAX, WHAT, &root, err));
	s.object = root;
	MEDARK_TRY(medark_strict_names(&s, names, err));
	MEDARK_TRY(medark_strict_is_number(&s, "version", 1, err));
	MEDARK_TRY(take_accounts(json_object_get(root, "accounts"), &list, err));
	*out = list;
	list = (struct medark_account_list) { 0 };
	return 0;
}

/* ---- writing ---- */

static int write_account(const struct medark_account_entry *e, struct medark_buffer *out,
			 struct medark_error *err)
{
	const char *comma = "";
	char salt[2 * MEDARK_ACCOUNT_SALT_SIZE + 1], hex[2 * MEDARK_KEY_SIZE + 1];

	MEDARK_TRY(medark_buffer_print(out, err, "{\"name\":\"%s\",\"shown\":", e->account.name));
	MEDARK_TRY(medark_text_json(out, medark_bytes_text(e->account.shown), err));
	MEDARK_TRY(medark_buffer_text(out, ",\"roles\":[", err));
	for (size_t i = 0; i < ROLES; i++) {
		if (!(e->account.roles & 1u << i))
			continue;
		MEDARK_TRY(medark_buffer_print(out, err, "%s\"%s\"", comma, role_names[i]));
		comma = ",";
	}
	medark_text_hex(e->salt, sizeof(e->salt), salt);
	medark_text_hex(e->key.bytes, sizeof(e->key.bytes), hex);
	MEDARK_TRY(medark_buffer_print(out, err,
				       "],\"disabled\":%s,\"scrypt\":{\"n\":%" PRIu64
				       ",\"salt\":\"%s\",\"key\":\"%s\"}",
				       e->account.is_disabled ? "true" : "false", e->n, salt, hex));
	if (!e->account.has_totp)
		return medark_buffer_text(out, ",\"totp\":null}", err);
	medark_text_hex(e->totp, sizeof(e->totp), hex);
	MEDARK_TRY(medark_buffer_print(out, err,
				       ",\"totp\":{\"secret\":\"%s\",\"last\":%" PRIu64 "}}", hex,
				       e->totp_last));
	medark_secret_wipe(hex, sizeof(hex));
	return 0;
}

int medark_account_file_write(const struct medark_account_list *list, struct medark_buffer *out,
			      struct medark_error *err)
{
	MEDARK_TRY(medark_buffer_text(out, "{\"version\":1,\"accounts\":[", err));
	for (size_t i = 0; i < list->count; i++) {
		MEDARK_TRY(medark_buffer_text(out, i ? ",\n" : "\n", err));
		MEDARK_TRY(write_account(&list->items[i], out, err));
	}
	return medark_buffer_text(out, "\n]}\n", err);
}
