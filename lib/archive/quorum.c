/* SPDX-License-Identifier: Apache-2.0 */
/* Shares joined: the public key, whose hash stands in each of them, tells whether they fit. */
#include "archive/quorum.h"

#include "base/text.h"
#include "crypto/random.h"
#include "crypto/shamir.h"
#include "crypto/share.h"
#include "crypto/small_file.h"
#include "crypto/token_uri.h"

#include <stdlib.h>
#include <string.h>

/*
 * Choices of M out of what is given that are tried where shares are wrong: a second or so. Where
 * there are more, they are drawn at random: with one wrong share of 20, half of all choices of 10
 * have it.
 */
#define TRIES_MAX 2000

/* Distinct shares of one set. */
struct pile {
	struct medark_share *shares; /* of medark_secret_new() */
	const char *paths[MEDARK_SHARES_MAX];
	size_t count;
	const char *repeated; /* one that is there already; NULL: none */
};

static void pile_clear(struct pile *pile)
{
	medark_secret_free(pile->shares);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct pile, pile_clear)

static int read_share(const char *path, struct medark_share *out, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer text = MEDARK_BUFFER_SECRET(MEDARK_SHARE_FILE_MAX + 1);
	struct stat st;
	int code;

	MEDARK_TRY(medark_small_file_read(path, &text, &st, err));
	MEDARK_TRY(medark_small_file_check_own("share", path, &st, err));
	code = medark_share_parse(medark_bytes(text.data, text.size), out, err);
	return code < 0 ? medark_error_prefix(err, code, "share '%s'", path) : 0;
}

static bool is_same_set(const struct medark_share *a, const struct medark_share *b)
{
	return memcmp(a->set, b->set, sizeof(a->set)) == 0 && a->type == b->type &&
	       a->threshold == b->threshold && a->count == b->count &&
	       medark_digest_equal(&a->public_key, &b->public_key);
}

/* 1: it is new, 0: it is there already. */
static int judge(const struct pile *pile, const struct medark_share *share, const char *path,
		 struct medark_error *err)
{
	char ours[2 * MEDARK_SHARE_SET_SIZE + 1], theirs[2 * MEDARK_SHARE_SET_SIZE + 1];

	for (size_t i = 0; i < pile->count; i++) {
		const struct medark_share *other = &pile->shares[i];

		medark_text_hex(other->set, sizeof(other->set), ours);
		medark_text_hex(share->set, sizeof(share->set), theirs);
		if (!is_same_set(other, share))
			return medark_error_set(err, MEDARK_E_KEY,
						"share '%s' is of another set (%s) than '%s' (%s)",
						path, theirs, pile->paths[i], ours);
		if (other->number != share->number)
			continue;
		if (!medark_secret_equal(other->bytes, share->bytes, sizeof(share->bytes)))
			return medark_error_set(err, MEDARK_E_KEY,
						"'%s' and '%s' both are share %u, and differ",
						pile->paths[i], path, share->number);
		return 0;
	}
	return 1;
}

static int read_pile(const char *const *paths, size_t count, struct pile *out,
		     struct medark_error *err)
{
	MEDARK_AUTO(medark_share_clear) struct medark_share share = { .number = 0 };

	out->shares = medark_secret_new(MEDARK_SHARES_MAX * sizeof(*out->shares));
	if (!out->shares)
		return medark_error_memory(err, "shares");
	for (size_t i = 0; i < count; i++) {
		int is_new;

		memset(&share, 0, sizeof(share));
		MEDARK_TRY(read_share(paths[i], &share, err));
		is_new = judge(out, &share, paths[i], err);
		MEDARK_TRY(is_new);
		if (!is_new) {
			out->repeated = paths[i];
			continue;
		}
		/* Distinct numbers of one set: never more than 255. */
		out->shares[out->count] = share;
		out->paths[out->count++] = paths[i];
	}
	return 0;
}

static int check_enough(const struct pile *pile, struct medark_error *err)
{
	char set[2 * MEDARK_SHARE_SET_SIZE + 1];
	size_t lacking;

	if (!pile->count)
		return medark_error_set(err, MEDARK_E_USAGE, "no share is given");
	lacking = pile->shares[0].threshold - pile->count;
	if (pile->count >= pile->shares[0].threshold)
		return 0;
	medark_text_hex(pile->shares[0].set, sizeof(pile->shares[0].set), set);
	return medark_error_set(
		err, MEDARK_E_KEY,
		"%u shares of the set %s are needed, and %zu %s given: %zu more%s%s%s",
		pile->shares[0].threshold, set, pile->count, pile->count == 1 ? "is" : "are",
		lacking, pile->repeated ? "; '" : "", pile->repeated ? pile->repeated : "",
		pile->repeated ? "' is given twice" : "");
}

/* The value at `x` of what the chosen shares say. */
static int join_at(const struct pile *pile, const size_t *chosen, uint8_t x, uint8_t *out,
		   struct medark_error *err)
{
	struct medark_shamir_share list[MEDARK_SHARES_MAX];
	unsigned threshold = pile->shares[0].threshold;

	for (unsigned i = 0; i < threshold; i++)
		list[i] = (struct medark_shamir_share) {
			.bytes = pile->shares[chosen[i]].bytes,
			.number = (uint8_t)pile->shares[chosen[i]].number,
		};
	return medark_shamir_join(list, threshold, medark_scalar_size(pile->shares[0].type), x, out,
				  err);
}

/* 1: the chosen shares give the key of the set, 0: another one, or none. */
static int try_chosen(const struct pile *pile, const size_t *chosen,
		      struct medark_private_key **out_key, struct medark_error *err)
{
	MEDARK_AUTO(medark_scalar_clear)
	struct medark_scalar scalar = { .type = pile->shares[0].type };
	MEDARK_AUTO(medark_private_key_free) struct medark_private_key *key = NULL;
	struct medark_digest digest;
	int code;

	MEDARK_TRY(join_at(pile, chosen, 0, scalar.bytes, err));
	code = medark_scalar_key(&scalar, &key, err);
	if (code == MEDARK_E_KEY)
		return 0;
	MEDARK_TRY(code);
	MEDARK_TRY(medark_private_key_public_digest(key, &digest, err));
	if (!medark_digest_equal(&digest, &pile->shares[0].public_key))
		return 0;
	*out_key = MEDARK_TAKE(key);
	return 1;
}

/* The next choice of `k` out of `n` in the order of their numbers; false after the last. */
static bool choose_next(size_t *chosen, size_t k, size_t n)
{
	for (size_t i = k; i > 0; i--) {
		if (chosen[i - 1] == n - k + i - 1)
			continue;
		chosen[i - 1]++;
		for (size_t j = i; j < k; j++)
			chosen[j] = chosen[j - 1] + 1;
		return true;
	}
	return false;
}

/* How many choices there are; more than TRIES_MAX count as that and one. */
static size_t choices_of(size_t k, size_t n)
{
	size_t choices = 1;

	for (size_t i = 1; i <= k && choices <= TRIES_MAX; i++)
		choices = choices * (n - k + i) / i;
	return choices <= TRIES_MAX ? choices : TRIES_MAX + 1;
}

/* Any choice, each as likely as another (Knuth, volume 2, section 3.4.2, algorithm S). */
static int choose_any(size_t *chosen, size_t k, size_t n, struct medark_error *err)
{
	uint32_t drawn[MEDARK_SHARES_MAX];
	size_t count = 0;

	MEDARK_TRY(medark_random_public(drawn, sizeof(drawn), err));
	for (size_t i = 0; count < k; i++)
		if (drawn[i] % (n - i) < k - count)
			chosen[count++] = i;
	return 0;
}

static int nothing_fits(const struct pile *pile, bool is_all, struct medark_error *err)
{
	unsigned threshold = pile->shares[0].threshold;

	if (pile->count == threshold)
		return medark_error_set(
			err, MEDARK_E_KEY,
			"the shares give another key than the one that was split: one "
			"of the %u is wrong; with one more, it can be told which",
			threshold);
	return medark_error_set(err, MEDARK_E_KEY,
				"no %u of the %zu shares give the key that was "
				"split%s",
				threshold, pile->count,
				is_all ? "" : " (not all choices were tried: leave some out)");
}

static int find_key(const struct pile *pile, size_t *chosen, struct medark_private_key **out_key,
		    struct medark_error *err)
{
	unsigned threshold = pile->shares[0].threshold;
	size_t choices = choices_of(threshold, pile->count);
	int found = 0;

	for (size_t i = 0; i < threshold; i++)
		chosen[i] = i;
	for (unsigned tries = 0; tries < choices && tries < TRIES_MAX; tries++) {
		if (tries > 0 && choices > TRIES_MAX)
			MEDARK_TRY(choose_any(chosen, threshold, pile->count, err));
		else if (tries > 0)
			(void)choose_next(chosen, threshold, pile->count);
		found = try_chosen(pile, chosen, out_key, err);
		if (found)
			return found < 0 ? found : 0;
	}
	return nothing_fits(pile, choices <= TRIES_MAX, err);
}

/* Shares that are not what those that gave the key say that they are. */
static int name_misfits(const struct pile *pile, const size_t *chosen, struct medark_share_set *out,
			struct medark_error *err)
{
	size_t size = medark_scalar_size(pile->shares[0].type), used = 0;
	MEDARK_AUTO(medark_scalar_clear) struct medark_scalar right = { .type = MEDARK_KEY_P256 };

	for (size_t i = 0; i < pile->count && used < sizeof(out->misfits); i++) {
		const struct medark_share *share = &pile->shares[i];

		MEDARK_TRY(join_at(pile, chosen, (uint8_t)share->number, right.bytes, err));
		if (!medark_secret_equal(right.bytes, share->bytes, size))
			used += (size_t)snprintf(out->misfits + used, sizeof(out->misfits) - used,
						 "%sshare %u ('%s')", used ? ", " : "",
						 share->number, pile->paths[i]);
	}
	return 0;
}

void medark_quorum_describe(const struct medark_share *share, struct medark_share_set *out)
{
	*out = (struct medark_share_set) {
		.type = share->type == MEDARK_KEY_P384 ? "p384" : "p256",
		.threshold = share->threshold,
		.count = share->count,
	};
	medark_text_hex(share->set, sizeof(share->set), out->set);
	medark_text_hex(share->public_key.bytes, MEDARK_DIGEST_SIZE, out->public_key);
}

int medark_quorum_join(const char *const *paths, size_t count, struct medark_private_key **out_key,
		       struct medark_share_set *out, struct medark_error *err)
{
	MEDARK_AUTO(medark_private_key_free) struct medark_private_key *key = NULL;
	MEDARK_AUTO(pile_clear) struct pile pile = { .count = 0 };
	size_t chosen[MEDARK_SHARES_MAX];

	MEDARK_TRY(medark_digest_setup(err));
	MEDARK_TRY(read_pile(paths, count, &pile, err));
	MEDARK_TRY(check_enough(&pile, err));
	MEDARK_TRY(find_key(&pile, chosen, &key, err));
	medark_quorum_describe(&pile.shares[0], out);
	MEDARK_TRY(name_misfits(&pile, chosen, out, err));
	*out_key = MEDARK_TAKE(key);
	return 0;
}

int medark_key_join(const char *const *shares, size_t count, const char *path, bool replace,
		    struct medark_share_set *out, struct medark_error *err)
{
	MEDARK_AUTO(medark_private_key_free) struct medark_private_key *key = NULL;

	MEDARK_TRY(medark_quorum_join(shares, count, &key, out, err));
	return medark_private_key_write(key, path, replace, err);
}

bool medark_share_is_file(const char *path)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer text = MEDARK_BUFFER_SECRET(MEDARK_SHARE_FILE_MAX + 1);
	struct medark_error ignored = { 0 };
	struct stat st;

	return !medark_token_uri_is(path) &&
	       medark_small_file_read(path, &text, &st, &ignored) == 0 &&
	       medark_share_is(medark_bytes(text.data, text.size));
}
