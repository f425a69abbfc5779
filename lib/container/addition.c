/* SPDX-License-Identifier: Apache-2.0 */
#include "container/addition.h"

#include <assert.h>
#include <stdio.h>

#define NUMBER_MAX 9

#define KEYS "KEYS"

static const struct {
	const char *base, *suffix;
	unsigned first, last;
} forms[] = {
	[MEDARK_ADDITION_SIGNATURE] = { MEDARK_MEMBER_MANIFEST, "p7s", 2, NUMBER_MAX },
	[MEDARK_ADDITION_PQ] = { MEDARK_MEMBER_MANIFEST, "pq.p7s", 1, 1 },
	[MEDARK_ADDITION_STAMP] = { MEDARK_MEMBER_MANIFEST, "tsr", 1, NUMBER_MAX },
	[MEDARK_ADDITION_CRLS] = { MEDARK_MEMBER_MANIFEST, "crl", 1, NUMBER_MAX },
	[MEDARK_ADDITION_KEYS] = { KEYS, "p7m", 2, NUMBER_MAX },
	[MEDARK_ADDITION_KEYS_SIGNATURE] = { KEYS, "p7s", 2, NUMBER_MAX },
};
_Static_assert(MEDARK_REVISIONS_MAX == NUMBER_MAX - 1, "KEYS");
#define KINDS (sizeof(forms) / sizeof(forms[0]))
/* The last that is not of recipients is MANIFEST.9.crl. */
#define RANK_OF_KEYS (3 * NUMBER_MAX + 2)

/* Its place among all that there can be. */
static unsigned rank(const struct medark_addition *a)
{
	switch (a->kind) {
	case MEDARK_ADDITION_SIGNATURE:
		return a->number;
	case MEDARK_ADDITION_PQ:
		return NUMBER_MAX + 1;
	case MEDARK_ADDITION_STAMP:
		return NUMBER_MAX + 2 * a->number;
	case MEDARK_ADDITION_CRLS:
		return NUMBER_MAX + 2 * a->number + 1;
	case MEDARK_ADDITION_KEYS:
		return RANK_OF_KEYS + 2 * a->number;
	default:
		return RANK_OF_KEYS + 2 * a->number + 1;
	}
}

void medark_addition_name(const struct medark_addition *a, char out[MEDARK_ADDITION_NAME_MAX])
{
	assert(a->number >= forms[a->kind].first && a->number <= forms[a->kind].last);
	if (a->number == 1)
		(void)snprintf(out, MEDARK_ADDITION_NAME_MAX, "%s.%s", forms[a->kind].base,
			       forms[a->kind].suffix);
	else
		(void)snprintf(out, MEDARK_ADDITION_NAME_MAX, "%s.%u.%s", forms[a->kind].base,
			       a->number, forms[a->kind].suffix);
}

bool medark_addition_parse(struct medark_bytes name, struct medark_addition *out)
{
	char canonical[MEDARK_ADDITION_NAME_MAX];

	for (size_t kind = 0; kind < KINDS; kind++) {
		struct medark_addition a = { .kind = (enum medark_addition_kind)kind };

		for (a.number = forms[kind].first; a.number <= forms[kind].last; a.number++) {
			medark_addition_name(&a, canonical);
			if (medark_bytes_is(name, canonical)) {
				*out = a;
				return true;
			}
		}
	}
	return false;
}

unsigned medark_addition_count(const struct medark_addition *list, size_t count,
			       enum medark_addition_kind kind)
{
	unsigned n = 0;

	for (size_t i = 0; i < count; i++)
		n += list[i].kind == kind;
	return n;
}

int medark_addition_check(const struct medark_addition *list, size_t count,
			  const struct medark_addition *next, struct medark_error *err)
{
	unsigned stamps = medark_addition_count(list, count, MEDARK_ADDITION_STAMP);
	unsigned revisions = medark_addition_count(list, count, MEDARK_ADDITION_KEYS);
	unsigned signed_revisions =
		medark_addition_count(list, count, MEDARK_ADDITION_KEYS_SIGNATURE);
	char name[MEDARK_ADDITION_NAME_MAX];
	const char *wrong = NULL;

	if (count && rank(next) <= rank(&list[count - 1]))
		wrong = "does not stand where it should";
	else if (next->kind == MEDARK_ADDITION_SIGNATURE && next->number != count + 2)
		wrong = "comes without the signature before it";
	else if ((next->kind == MEDARK_ADDITION_STAMP && next->number != stamps + 1) ||
		 (next->kind == MEDARK_ADDITION_CRLS && next->number != (stamps ? stamps : 1)))
		wrong = "comes without the time stamp before it";
	else if (next->kind == MEDARK_ADDITION_KEYS &&
		 (next->number != revisions + 2 || signed_revisions != revisions))
		wrong = "comes without the recipients before it, or their signature";
	else if (next->kind == MEDARK_ADDITION_KEYS_SIGNATURE && next->number != revisions + 1)
		wrong = "comes without the recipients that it signs";
	if (!wrong)
		return 0;
	medark_addition_name(next, name);
	return medark_error_set(err, MEDARK_E_FORMAT, "%s %s", name, wrong);
}

int medark_addition_check_end(const struct medark_addition *list, size_t count,
			      struct medark_error *err)
{
	char name[MEDARK_ADDITION_NAME_MAX];

	if (!count || list[count - 1].kind != MEDARK_ADDITION_KEYS)
		return 0;
	medark_addition_name(&list[count - 1], name);
	return medark_error_set(err, MEDARK_E_FORMAT, "%s comes without its signature", name);
}

size_t medark_addition_before_keys(const struct medark_addition *list, size_t count)
{
	size_t n = 0;

	while (n < count && rank(&list[n]) < RANK_OF_KEYS)
		n++;
	return n;
}

int medark_addition_place(const struct medark_addition *list, size_t count,
			  struct medark_addition *wanted, size_t *out_at, bool *out_replaces,
			  struct medark_error *err)
{
	unsigned stamps = medark_addition_count(list, count, MEDARK_ADDITION_STAMP);
	bool is_signature =
		wanted->kind == MEDARK_ADDITION_SIGNATURE || wanted->kind == MEDARK_ADDITION_PQ;
	size_t at = 0;

	if (is_signature && stamps > 1)
		return medark_error_set(err, MEDARK_E_EXISTS,
					"it was stamped again, and the stamp covers the "
					"signatures: sign a checkpoint of it instead");
	if (wanted->kind == MEDARK_ADDITION_CRLS)
		wanted->number = stamps ? stamps : 1;
	else
		wanted->number = medark_addition_count(list, count, wanted->kind) +
				 forms[wanted->kind].first;
	if (wanted->number > forms[wanted->kind].last)
		return medark_error_set(err, MEDARK_E_EXISTS,
					"it has all of its kind that an "
					"archive has room for");
	while (at < count && rank(&list[at]) < rank(wanted))
		at++;
	*out_at = at;
	*out_replaces = at < count && rank(&list[at]) == rank(wanted);
	return 0;
}
