/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include <medark/chain.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NONE ""

/* An archive of a test: its name stands for its manifest, too, and `signer` for a certificate. */
struct given {
	const char *name;
	uint64_t sequence;
	const char *previous, *signer;
};

/* 64 digits that no other name has. */
static void put_hash(char out[65], const char *name)
{
	if (!*name) {
		out[0] = '\0';
		return;
	}
	memset(out, '0', 64);
	out[64] = '\0';
	for (size_t i = 0; name[i]; i++) {
		char digits[3];

		(void)snprintf(digits, sizeof(digits), "%02x", (unsigned char)name[i]);
		memcpy(out + 2 * i, digits, 2);
	}
}

static int add(struct medark_chain *chain, const struct given *given, struct medark_error *err)
{
	struct medark_archive_info *info = calloc(1, sizeof(*info));
	char *name = strdup(given->name);
	int code;

	assert_non_null(info);
	assert_non_null(name);
	info->sequence = given->sequence;
	put_hash(info->manifest, given->name);
	put_hash(info->previous, given->previous);
	put_hash(info->signer_fingerprint, given->signer);
	code = medark_chain_add(chain, name, info, err);
	/* The chain has copies. */
	memset(name, '?', strlen(name));
	memset(info, 0xff, sizeof(*info));
	free(name);
	free(info);
	return code;
}

static struct medark_chain *chain_of(const struct given *given, size_t count)
{
	struct medark_chain *chain;
	struct medark_error err = { 0 };

	assert_int_equal(medark_chain_new(&chain, &err), 0);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(add(chain, &given[i], &err), 0);
	return chain;
}

/* A line for each finding. */
struct told {
	char text[4096];
	size_t size;
};

static int tell(void *context, const struct medark_chain_finding *f)
{
	static const char *const kinds[] = {
		[MEDARK_CHAIN_MISSING] = "missing",
		[MEDARK_CHAIN_NO_BEFORE] = "no before",
		[MEDARK_CHAIN_OTHER_BEFORE] = "other before",
		[MEDARK_CHAIN_NUMBER] = "number",
		[MEDARK_CHAIN_FORK] = "fork",
		[MEDARK_CHAIN_SIGNER] = "signer",
		[MEDARK_CHAIN_SIGNED_AGAIN] = "signed again",
	};
	struct told *told = context;
	int size = snprintf(told->text + told->size, sizeof(told->text) - told->size,
			    "%s%s: %s, after %s, beside %s, %" PRIu64 " to %" PRIu64 "\n",
			    f->is_gap ? "gap, " : "", kinds[f->kind], f->archive->name,
			    f->after ? f->after->name : "-", f->beside ? f->beside->name : "-",
			    f->missing_from, f->missing_to);

	assert_true(size > 0 && (size_t)size < sizeof(told->text) - told->size);
	told->size += (size_t)size;
	return 0;
}

static struct medark_chain_result wants(const struct given *given, size_t count, const char *text)
{
	struct medark_chain *chain = chain_of(given, count);
	struct medark_chain_result result;
	struct medark_error err = { 0 };
	struct told told = { 0 };

	assert_int_equal(medark_chain_check(chain, tell, &told, &result, &err), 0);
	assert_string_equal(told.text, text);
	medark_chain_free(chain);
	return result;
}

#define WANTS(given, text) wants(given, sizeof(given) / sizeof((given)[0]), text)

static void wants_result(struct medark_chain_result r, const struct medark_chain_result *expected)
{
	assert_int_equal(r.archives, expected->archives);
	assert_int_equal(r.chains, expected->chains);
	assert_int_equal(r.signers, expected->signers);
	assert_int_equal(r.first, expected->first);
	assert_int_equal(r.last, expected->last);
	assert_int_equal(r.gaps, expected->gaps);
}

/* Calls `each` with every order of `count` archives (Heap's algorithm). */
static void in_every_order(struct given *given, size_t count, size_t left,
			   void (*each)(const struct given *given, size_t count))
{
	if (left <= 1) {
		each(given, count);
		return;
	}
	for (size_t i = 0; i < left; i++) {
		size_t other = left % 2 ? 0 : i;
		struct given last;

		in_every_order(given, count, left - 1, each);
		last = given[left - 1];
		given[left - 1] = given[other];
		given[other] = last;
	}
}

static void nothing_was_added(void **state)
{
	(void)state;
	wants_result(wants(NULL, 0, ""), &(struct medark_chain_result) { 0 });
}

static void is_whole(const struct given *given, size_t count)
{
	wants_result(wants(given, count, ""), &(struct medark_chain_result) {
						      .archives = 5,
						      .chains = 1,
						      .signers = 1,
						      .first = 1,
						      .last = 5,
					      });
}

static void a_whole_chain_has_no_findings_in_whatever_order(void **state)
{
	struct given given[] = { { "e1", 1, NONE, "s" },
				 { "d2", 2, "e1", "s" },
				 { "a3", 3, "d2", "s" },
				 { "c4", 4, "a3", "s" },
				 { "b5", 5, "c4", "s" } };

	(void)state;
	in_every_order(given, 5, 5, is_whole);
}

static void that_the_first_archives_are_missing_is_no_finding(void **state)
{
	const struct given given[] = { { "c", 3, "b", "s" }, { "d", 4, "c", "s" } };
	const struct given alone = { "c", 3, "b", "s" };

	(void)state;
	wants_result(WANTS(given, ""), &(struct medark_chain_result) {
					       .archives = 2,
					       .chains = 1,
					       .signers = 1,
					       .first = 3,
					       .last = 4,
				       });
	assert_int_equal(wants(&alone, 1, "").first, 3);
}

static void has_two_gaps(const struct given *given, size_t count)
{
	wants_result(wants(given, count,
			   "gap, missing: c, after a, beside -, 2 to 2\n"
			   "gap, missing: g, after d, beside -, 5 to 6\n"),
		     &(struct medark_chain_result) {
			     .archives = 4,
			     .chains = 3,
			     .signers = 1,
			     .first = 1,
			     .last = 7,
			     .gaps = 2,
		     });
}

static void missing_numbers_are_told_in_whatever_order(void **state)
{
	struct given given[] = { { "a", 1, NONE, "s" },
				 { "c", 3, "b", "s" },
				 { "d", 4, "c", "s" },
				 { "g", 7, "f", "s" } };

	(void)state;
	in_every_order(given, 4, 4, has_two_gaps);
}

static void a_previous_manifest_that_does_not_match_is_told(void **state)
{
	const struct given given[] = { { "a", 1, NONE, "s" },
				       { "b", 2, "a", "s" },
				       { "c", 3, "other", "s" },
				       { "d", 4, "c", "s" } };

	(void)state;
	wants_result(WANTS(given, "gap, other before: c, after b, beside -, 0 to 0\n"),
		     &(struct medark_chain_result) {
			     .archives = 4,
			     .chains = 2,
			     .signers = 1,
			     .first = 1,
			     .last = 4,
			     .gaps = 1,
		     });
}

static void has_a_fork(const struct given *given, size_t count)
{
	assert_int_equal(wants(given, count, "gap, fork: c, after a, beside b, 0 to 0\n").chains,
			 1);
}

static void two_archives_of_one_number_that_continue_the_same_one_are_told(void **state)
{
	struct given given[] = { { "a", 1, NONE, "s" },
				 { "b", 2, "a", "s" },
				 { "c", 2, "a", "s" },
				 { "d", 3, "c", "s" } };

	(void)state;
	in_every_order(given, 4, 4, has_a_fork);
}

static void is_a_fork_of_nothing(const struct given *given, size_t count)
{
	wants_result(wants(given, count, "gap, fork: c, after -, beside b, 0 to 0\n"),
		     &(struct medark_chain_result) {
			     .archives = 2,
			     .chains = 2,
			     .signers = 1,
			     .first = 2,
			     .last = 2,
			     .gaps = 1,
		     });
}

static void a_fork_behind_an_archive_that_was_not_added_is_told(void **state)
{
	struct given given[] = { { "b", 2, "a", "s" }, { "c", 2, "a", "s" } };

	(void)state;
	in_every_order(given, 2, 2, is_a_fork_of_nothing);
}

/* Which of the two has the lower hash must not matter. */
static void a_second_archive_of_a_number_that_continues_nothing_is_told(void **state)
{
	const struct given behind[] = { { "a", 1, NONE, "s" },
					{ "b", 2, "a", "s" },
					{ "x", 2, "w", "s" } };
	const struct given twice[] = { { "a", 1, NONE, "s" },
				       { "a", 1, NONE, "s" },
				       { "b", 2, "a", "s" },
				       { "x", 2, "w", "s" } };
	const struct given before[] = { { "a", 1, NONE, "s" },
					{ "x", 2, "a", "s" },
					{ "b", 2, "w", "s" } };

	(void)state;
	/* An archive that is continued is no end, nor is it one when it was added twice. */
	WANTS(twice, "gap, no before: x, after -, beside -, 0 to 0\n");
	WANTS(behind, "gap, no before: x, after -, beside -, 0 to 0\n");
	WANTS(before, "gap, no before: b, after -, beside -, 0 to 0\n");
}

static void a_number_that_does_not_count_up_is_told(void **state)
{
	const struct given given[] = { { "a", 1, NONE, "s" },	      { "b", 3, "a", "s" },
				       { "c", 4, "b", "s" },	      { "d", 4, "d", "s" },
				       { "e", UINT64_MAX, "c", "s" }, { "f", 0, "e", "s" } };

	(void)state;
	/* Nothing comes after the highest number. */
	WANTS(given, "gap, number: f, after e, beside -, 0 to 0\n"
		     "gap, number: b, after a, beside -, 0 to 0\n"
		     "gap, number: d, after d, beside -, 0 to 0\n"
		     "gap, number: e, after c, beside -, 0 to 0\n");
}

static void changes_signers(const struct given *given, size_t count)
{
	wants_result(wants(given, count,
			   "signer: b, after a, beside -, 0 to 0\n"
			   "signer: d, after c, beside -, 0 to 0\n"),
		     &(struct medark_chain_result) {
			     .archives = 4,
			     .chains = 1,
			     .signers = 2,
			     .first = 1,
			     .last = 4,
		     });
}

static void a_change_of_the_signer_is_told_and_is_no_gap(void **state)
{
	struct given given[] = { { "a", 1, NONE, "s" },
				 { "b", 2, "a", "t" },
				 { "c", 3, "b", "t" },
				 { "d", 4, "c", "s" } };

	(void)state;
	in_every_order(given, 4, 4, changes_signers);
}

static void an_archive_that_was_added_again_counts_once(void **state)
{
	const struct given given[] = { { "b", 2, "a", "s" },
				       { "a", 1, NONE, "s" },
				       { "b", 2, "a", "s" },
				       { "a", 1, NONE, "t" } };

	(void)state;
	wants_result(WANTS(given, "signed again: a, after a, beside -, 0 to 0\n"),
		     &(struct medark_chain_result) {
			     .archives = 2,
			     .chains = 1,
			     .signers = 1,
			     .first = 1,
			     .last = 2,
		     });
}

/* Two sites with signers of their own: a gap lies between archives of one of them. */
static void chains_of_two_sites_are_told_apart(const struct given *given, size_t count)
{
	wants_result(wants(given, count, "gap, missing: p4, after p2, beside -, 3 to 3\n"),
		     &(struct medark_chain_result) {
			     .archives = 6,
			     .chains = 3,
			     .signers = 2,
			     .first = 1,
			     .last = 4,
			     .gaps = 1,
		     });
}

static void a_gap_is_looked_for_in_the_signers_own_chain(void **state)
{
	struct given given[] = { { "p1", 1, NONE, "p" }, { "p2", 2, "p1", "p" },
				 { "p4", 4, "p3", "p" }, { "q1", 1, NONE, "q" },
				 { "q2", 2, "q1", "q" }, { "q3", 3, "q2", "q" } };

	(void)state;
	in_every_order(given, 6, 6, chains_of_two_sites_are_told_apart);
}

/* Nights of some years, given in no order; a tenth of them is not there. */
static void thousands_are_checked_together(void **state)
{
	const uint64_t nights = 20011; /* a prime */
	struct medark_chain *chain = chain_of(NULL, 0);
	struct medark_chain_result result;
	struct medark_error err = { 0 };

	(void)state;
	for (uint64_t i = 0; i < nights; i++) {
		uint64_t night = i * 7919 % nights + 1;
		char name[32], before[32] = NONE;

		(void)snprintf(name, sizeof(name), "n%" PRIu64, night);
		if (night > 1)
			(void)snprintf(before, sizeof(before), "n%" PRIu64, night - 1);
		if (night % 10)
			assert_int_equal(
				add(chain, &(struct given) { name, night, before, "s" }, &err), 0);
	}
	assert_int_equal(medark_chain_check(chain, NULL, NULL, &result, &err), 0);
	wants_result(result, &(struct medark_chain_result) {
				     .archives = nights - nights / 10,
				     .chains = nights / 10 + 1,
				     .signers = 1,
				     .first = 1,
				     .last = nights,
				     .gaps = nights / 10,
			     });
	medark_chain_free(chain);
}

static int stop(void *context, const struct medark_chain_finding *finding)
{
	(void)finding;
	return --*(int *)context == 0 ? 42 : 0;
}

static void every_finding_can_be_the_last_one(void **state)
{
	const struct given given[] = { { "a", 1, NONE, "s" }, { "a", 1, NONE, "t" },
				       { "b", 2, "a", "t" },  { "c", 2, "a", "t" },
				       { "d", 5, "c", "t" },  { "f", 7, "e", "t" } };
	struct medark_chain *chain = chain_of(given, 6);
	struct medark_chain_result result;
	struct medark_error err = { 0 };

	(void)state;
	/* The same archive again, b's signer, c's signer, the fork, d's number, a gap: six. */
	for (int number = 1; number <= 7; number++) {
		int left = number;

		assert_int_equal(medark_chain_check(chain, stop, &left, &result, &err),
				 number <= 6 ? 42 : 0);
		assert_int_equal(left, number <= 6 ? 0 : 1);
	}
	medark_chain_free(chain);
}

static void the_callback_can_stop_and_all_can_be_checked_again(void **state)
{
	const struct given given[] = { { "a", 1, NONE, "s" },
				       { "c", 3, "b", "s" },
				       { "e", 5, "d", "s" },
				       { "g", 7, "f", "s" } };
	struct medark_chain *chain = chain_of(given, 4);
	struct medark_chain_result result = { .archives = 7 };
	struct medark_error err = { 0 };
	int left = 2;

	(void)state;
	assert_int_equal(medark_chain_check(chain, stop, &left, &result, &err), 42);
	assert_int_equal(left, 0);
	assert_int_equal(result.archives, 7);
	assert_int_equal(medark_chain_check(chain, NULL, NULL, &result, &err), 0);
	assert_int_equal(result.gaps, 3);
	assert_int_equal(add(chain, &(struct given) { "b", 2, "a", "s" }, &err), 0);
	assert_int_equal(medark_chain_check(chain, NULL, NULL, &result, &err), 0);
	assert_int_equal(result.gaps, 2);
	assert_int_equal(result.archives, 5);
	medark_chain_free(chain);
}

static void what_holds_no_hashes_is_refused(void **state)
{
	struct medark_chain *chain = chain_of(NULL, 0);
	struct medark_archive_info *info = calloc(1, sizeof(*info));
	struct medark_chain_result result;
	struct medark_error err = { 0 };

	(void)state;
	assert_non_null(info);
	assert_int_equal(medark_chain_add(chain, "x", info, &err), MEDARK_E_USAGE);
	assert_string_equal(err.message, "what is known of 'x' has no place in a chain");
	put_hash(info->manifest, "x");
	assert_int_equal(medark_chain_add(chain, "x", info, &err), MEDARK_E_USAGE);
	put_hash(info->signer_fingerprint, "s");
	info->signer_fingerprint[0] = 'S';
	assert_int_equal(medark_chain_add(chain, "x", info, &err), MEDARK_E_USAGE);
	put_hash(info->signer_fingerprint, "s");
	memset(info->previous, 'a', sizeof(info->previous)); /* without an end */
	assert_int_equal(medark_chain_add(chain, "x", info, &err), MEDARK_E_USAGE);
	put_hash(info->previous, "w");
	assert_int_equal(medark_chain_add(chain, "x", info, &err), 0);
	assert_int_equal(medark_chain_check(chain, NULL, NULL, &result, &err), 0);
	assert_int_equal(result.archives, 1);
	free(info);
	medark_chain_free(chain);
}

static void there_is_a_ceiling(void **state)
{
	struct medark_chain *chain = chain_of(NULL, 0);
	struct medark_archive_info *info = calloc(1, sizeof(*info));
	struct medark_chain_result result;
	struct medark_error err = { 0 };

	(void)state;
	assert_non_null(info);
	put_hash(info->manifest, "x");
	put_hash(info->signer_fingerprint, "s");
	for (int i = 0; i < 100000; i++)
		assert_int_equal(medark_chain_add(chain, "x", info, &err), 0);
	assert_int_equal(medark_chain_add(chain, "x", info, &err), MEDARK_E_MEMORY);
	assert_string_equal(err.message, "a chain has room for 100000 archives at most");
	assert_int_equal(medark_chain_check(chain, NULL, NULL, &result, &err), 0);
	assert_int_equal(result.archives, 1);
	free(info);
	medark_chain_free(chain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_was_added),
		cmocka_unit_test(a_whole_chain_has_no_findings_in_whatever_order),
		cmocka_unit_test(that_the_first_archives_are_missing_is_no_finding),
		cmocka_unit_test(missing_numbers_are_told_in_whatever_order),
		cmocka_unit_test(a_previous_manifest_that_does_not_match_is_told),
		cmocka_unit_test(two_archives_of_one_number_that_continue_the_same_one_are_told),
		cmocka_unit_test(a_fork_behind_an_archive_that_was_not_added_is_told),
		cmocka_unit_test(a_second_archive_of_a_number_that_continues_nothing_is_told),
		cmocka_unit_test(a_number_that_does_not_count_up_is_told),
		cmocka_unit_test(a_change_of_the_signer_is_told_and_is_no_gap),
		cmocka_unit_test(an_archive_that_was_added_again_counts_once),
		cmocka_unit_test(a_gap_is_looked_for_in_the_signers_own_chain),
		cmocka_unit_test(thousands_are_checked_together),
		cmocka_unit_test(every_finding_can_be_the_last_one),
		cmocka_unit_test(the_callback_can_stop_and_all_can_be_checked_again),
		cmocka_unit_test(what_holds_no_hashes_is_refused),
		cmocka_unit_test(there_is_a_ceiling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
