/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include <medark/key.h>

#include <string.h>

#define MANY 512

static void they_are_groups_of_letters_and_digits(void **state)
{
	char text[MEDARK_PASSPHRASE_SIZE];

	(void)state;
	for (int n = 0; n < MANY; n++) {
		assert_int_equal(medark_passphrase_new(text, NULL), 0);
		assert_int_equal(strlen(text), 29);
		for (size_t i = 0; i < 29; i++)
			if (i % 5 == 4)
				assert_int_equal(text[i], '-');
			else
				assert_non_null(
					strchr("0123456789ABCDEFGHJKMNPQRSTVWXYZ", text[i]));
	}
}

static void no_two_are_the_same_and_every_letter_comes_everywhere(void **state)
{
	static char all[MANY][MEDARK_PASSPHRASE_SIZE];
	bool seen[MEDARK_PASSPHRASE_SIZE][128] = { { false } };

	(void)state;
	for (int n = 0; n < MANY; n++) {
		assert_int_equal(medark_passphrase_new(all[n], NULL), 0);
		for (int k = 0; k < n; k++)
			assert_string_not_equal(all[n], all[k]);
		for (size_t i = 0; i < 29; i++)
			seen[i][(unsigned char)all[n][i]] = true;
	}
	/* Of 512 draws one of 32 letters is absent at a place with a chance of 3 in a million. */
	for (size_t i = 0; i < 29; i++) {
		int letters = 0;

		for (int c = 0; c < 128; c++)
			letters += seen[i][c];
		assert_true(i % 5 == 4 ? letters == 1 : letters >= 31);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_are_groups_of_letters_and_digits),
		cmocka_unit_test(no_two_are_the_same_and_every_letter_comes_everywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
