/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "container/addition.h"

#define LIST(...)                                                                                  \
	(struct medark_addition[])                                                                 \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}

static struct medark_addition named(const char *name)
{
	struct medark_addition a;

	assert_true(medark_addition_parse(medark_bytes_text(name), &a));
	return a;
}

static void every_name_is_read_as_it_is_written(void **state)
{
	static const char *const names[] = { "MANIFEST.2.p7s", "MANIFEST.9.p7s", "MANIFEST.pq.p7s",
					     "MANIFEST.tsr",   "MANIFEST.2.tsr", "MANIFEST.9.tsr",
					     "MANIFEST.crl",   "MANIFEST.9.crl", "KEYS.2.p7m",
					     "KEYS.9.p7s" };
	char name[MEDARK_ADDITION_NAME_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct medark_addition a = named(names[i]);

		medark_addition_name(&a, name);
		assert_string_equal(name, names[i]);
	}
}

static void other_names_are_none(void **state)
{
	static const char *const names[] = { "",
					     "MANIFEST",
					     "MANIFEST.p7s",
					     "MANIFEST.1.p7s",
					     "MANIFEST.10.p7s",
					     "MANIFEST.0.tsr",
					     "MANIFEST.1.tsr",
					     "MANIFEST.02.tsr",
					     "MANIFEST.2.pq.p7s",
					     "manifest.2.p7s",
					     "MANIFEST.2.p7s ",
					     "MANIFEST.crl.pem",
					     "KEYS.p7m",
					     "KEYS.1.p7m",
					     "KEYS.2.tsr",
					     "KEYS.10.p7s",
					     "keys.2.p7m",
					     "MANIFEST..2.p7s",
					     "LOCATOR" };
	struct medark_addition a;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_false(medark_addition_parse(medark_bytes_text(names[i]), &a));
}

/* Of a list of names, how many may stand behind each other from the first on. */
static size_t in_order(const char *const *names, struct medark_error *err)
{
	struct medark_addition list[MEDARK_ADDITIONS_MAX];
	size_t count = 0;

	for (; *names; names++) {
		list[count] = named(*names);
		if (medark_addition_check(list, count, &list[count], err))
			return count;
		count++;
	}
	return count;
}

static void they_have_one_order(void **state)
{
	static const char *const all[] = { "MANIFEST.2.p7s",
					   "MANIFEST.3.p7s",
					   "MANIFEST.pq.p7s",
					   "MANIFEST.tsr",
					   "MANIFEST.crl",
					   "MANIFEST.2.tsr",
					   "MANIFEST.2.crl",
					   "MANIFEST.3.tsr",
					   "KEYS.2.p7m",
					   "KEYS.2.p7s",
					   "KEYS.3.p7m",
					   "KEYS.3.p7s",
					   NULL };
	static const struct {
		const char *names[4], *says;
	} wrong[] = {
		{ { "MANIFEST.3.p7s" }, "MANIFEST.3.p7s comes without the signature before it" },
		{ { "MANIFEST.2.tsr" }, "MANIFEST.2.tsr comes without the time stamp before it" },
		{ { "MANIFEST.2.crl" }, "MANIFEST.2.crl comes without the time stamp before it" },
		{ { "MANIFEST.tsr", "MANIFEST.2.p7s" },
		  "MANIFEST.2.p7s does not stand where it should" },
		{ { "MANIFEST.crl", "MANIFEST.crl" },
		  "MANIFEST.crl does not stand where it should" },
		{ { "MANIFEST.crl", "MANIFEST.tsr" },
		  "MANIFEST.tsr does not stand where it should" },
		{ { "MANIFEST.tsr", "MANIFEST.2.tsr", "MANIFEST.crl" },
		  "MANIFEST.crl does not stand where it should" },
		{ { "KEYS.3.p7m" },
		  "KEYS.3.p7m comes without the recipients before it, or their signature" },
		{ { "KEYS.2.p7s" }, "KEYS.2.p7s comes without the recipients that it signs" },
		{ { "KEYS.2.p7m", "KEYS.3.p7m" },
		  "KEYS.3.p7m comes without the recipients before it, or their signature" },
		{ { "KEYS.2.p7m", "KEYS.3.p7s" },
		  "KEYS.3.p7s comes without the recipients that it signs" },
		{ { "KEYS.2.p7m", "KEYS.2.p7s", "MANIFEST.tsr" },
		  "MANIFEST.tsr does not stand where it should" },
	};
	struct medark_error err;

	(void)state;
	assert_int_equal(in_order(all, &err), 12);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		size_t count = 0;

		while (count < 4 && wrong[i].names[count])
			count++;
		assert_int_equal(in_order(wrong[i].names, &err), count - 1);
		assert_string_equal(err.message, wrong[i].says);
	}
}

static void recipients_do_not_end_without_their_signature(void **state)
{
	const struct medark_addition *list =
		LIST(named("MANIFEST.tsr"), named("KEYS.2.p7m"), named("KEYS.2.p7s"));
	struct medark_error err;

	(void)state;
	assert_int_equal(medark_addition_check_end(NULL, 0, &err), 0);
	assert_int_equal(medark_addition_check_end(list, 1, &err), 0);
	assert_int_equal(medark_addition_check_end(list, 2, &err), MEDARK_E_FORMAT);
	assert_string_equal(err.message, "KEYS.2.p7m comes without its signature");
	assert_int_equal(medark_addition_check_end(list, 3, &err), 0);
	for (size_t i = 0; i <= 3; i++)
		assert_int_equal(medark_addition_before_keys(list, i), i < 1 ? i : 1);
}

static void expect_place(const struct medark_addition *list, size_t count,
			 enum medark_addition_kind kind, const char *name, size_t at, bool replaces)
{
	struct medark_addition wanted = { .kind = kind };
	char made[MEDARK_ADDITION_NAME_MAX];
	struct medark_error err;
	bool does_replace;
	size_t place;

	assert_int_equal(medark_addition_place(list, count, &wanted, &place, &does_replace, &err),
			 0);
	medark_addition_name(&wanted, made);
	assert_string_equal(made, name);
	assert_int_equal(place, at);
	assert_int_equal(does_replace, replaces);
}

static void what_is_added_gets_its_place(void **state)
{
	const struct medark_addition *once =
		LIST(named("MANIFEST.2.p7s"), named("MANIFEST.tsr"), named("MANIFEST.crl"));
	const struct medark_addition *twice = LIST(named("MANIFEST.tsr"), named("MANIFEST.2.tsr"));
	const struct medark_addition *keys =
		LIST(named("MANIFEST.tsr"), named("KEYS.2.p7m"), named("KEYS.2.p7s"));
	struct medark_addition late = { .kind = MEDARK_ADDITION_SIGNATURE };
	struct medark_error err;
	bool replaces;
	size_t at;

	(void)state;
	expect_place(NULL, 0, MEDARK_ADDITION_SIGNATURE, "MANIFEST.2.p7s", 0, false);
	expect_place(NULL, 0, MEDARK_ADDITION_CRLS, "MANIFEST.crl", 0, false);
	/* A signature still goes before the only stamp; lists join those that none covers. */
	expect_place(once, 3, MEDARK_ADDITION_SIGNATURE, "MANIFEST.3.p7s", 1, false);
	expect_place(once, 3, MEDARK_ADDITION_PQ, "MANIFEST.pq.p7s", 1, false);
	expect_place(once, 3, MEDARK_ADDITION_CRLS, "MANIFEST.crl", 2, true);
	expect_place(once, 3, MEDARK_ADDITION_STAMP, "MANIFEST.2.tsr", 3, false);
	expect_place(twice, 2, MEDARK_ADDITION_CRLS, "MANIFEST.2.crl", 2, false);
	/* Recipients stay at the end. */
	expect_place(keys, 3, MEDARK_ADDITION_STAMP, "MANIFEST.2.tsr", 1, false);
	expect_place(keys, 3, MEDARK_ADDITION_KEYS, "KEYS.3.p7m", 3, false);
	assert_int_equal(medark_addition_place(twice, 2, &late, &at, &replaces, &err),
			 MEDARK_E_EXISTS);
	assert_string_equal(err.message, "it was stamped again, and the stamp covers the "
					 "signatures: sign a checkpoint of it instead");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_name_is_read_as_it_is_written),
		cmocka_unit_test(other_names_are_none),
		cmocka_unit_test(they_have_one_order),
		cmocka_unit_test(recipients_do_not_end_without_their_signature),
		cmocka_unit_test(what_is_added_gets_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
