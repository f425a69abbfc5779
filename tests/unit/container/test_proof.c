/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "container/proof.h"

#include <string.h>

#define HEX    "000102030405060708090a0b0c0d0e0f"
#define DIGEST HEX HEX
#define HEAD   "medark-proof 1\nleaves 2\n"
#define ONE    "segment 3 9 " DIGEST "\nleaf 4 " HEX "\n"
#define TWO    "leaf 8 " HEX " " DIGEST " " DIGEST "\n"

/* Reads all lines and writes them again; the code, and the sentence of a failure. */
static int copy(const char *text, struct medark_buffer *out, struct medark_error *err)
{
	struct medark_proof_reader reader;
	struct medark_proof_line line;
	int more;

	MEDARK_TRY(medark_proof_begin(medark_bytes_text(text), &reader, err));
	MEDARK_TRY(medark_proof_write_head(out, reader.leaves, err));
	while ((more = medark_proof_next(&reader, &line, err)) > 0)
		MEDARK_TRY(medark_proof_write_line(out, &line, err));
	return more;
}

static void what_is_read_is_what_is_written(void **state)
{
	static const char *const good[] = {
		HEAD ONE TWO,
		HEAD ONE "segment 4 1\nleaf 0 " HEX "\n",
		"medark-proof 1\nleaves 1\nsegment 1 1\nleaf 0 " HEX "\n",
		"medark-proof 1\nleaves 1\nsegment 99999999 9223372036854775807\n"
		"leaf 9223372036854775806 " HEX "\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(4096);
		struct medark_error err;

		assert_int_equal(copy(good[i], &out, &err), 0);
		assert_int_equal(out.size, strlen(good[i]));
		assert_memory_equal(out.data, good[i], out.size);
	}
}

static void anything_else_is_refused_with_its_line(void **state)
{
	static const struct {
		const char *text, *sentence;
	} bad[] = {
		{ "", "PROOF line 1: not a proof of version 1" },
		{ "medark-proof 1", "PROOF line 1: not a proof of version 1" },
		{ "medark-proof 2\nleaves 2\n" ONE TWO, "PROOF line 1: not a proof of version 1" },
		{ "medark-proof 1\nleaves 0\n", "PROOF line 2: not the number of leaves" },
		{ "medark-proof 1\nleaves 01\n", "PROOF line 2: not the number of leaves" },
		{ "medark-proof 1\nleaves 1 \n", "PROOF line 2: not the number of leaves" },
		{ "medark-proof 1\nleaves 100000000\n", "PROOF line 2: not the number of leaves" },
		{ HEAD, "PROOF line 2: leaves are missing behind this line" },
		{ HEAD ONE, "PROOF line 4: leaves are missing behind this line" },
		{ HEAD ONE TWO "segment 4 1\n",
		  "PROOF line 6: leaves are missing behind this line" },
		{ HEAD TWO,
		  "PROOF line 3: the leaf stands out of order, or outside of its segment" },
		{ HEAD ONE TWO TWO,
		  "PROOF line 6: the leaf stands out of order, or outside of its segment" },
		{ HEAD ONE TWO "segment 4 1\nleaf 0 " HEX "\n",
		  "PROOF line 7: a leaf more than the head says" },
		{ HEAD ONE "leaf 9 " HEX "\n",
		  "PROOF line 5: the leaf stands out of order, or outside of its segment" },
		{ HEAD ONE "segment 3 9\n", "PROOF line 5: the segment stands out of order" },
		{ HEAD "segment 3 9\nsegment 4 9\n",
		  "PROOF line 4: the segment before has no leaf" },
		{ HEAD "segment 0 9\n", "PROOF line 3: the segment stands out of order" },
		{ HEAD "segment 3\n", "PROOF line 3: not a segment" },
		{ HEAD "segment 3 9 " HEX "\n", "PROOF line 3: not a segment" },
		{ HEAD "segment 3  9\n", "PROOF line 3: not a segment" },
		{ HEAD "segment 3 9 \n", "PROOF line 3: not a segment" },
		{ HEAD ONE "leaf 5\n", "PROOF line 5: not a leaf" },
		{ HEAD ONE "leaf 5 " DIGEST "\n", "PROOF line 5: not a leaf" },
		{ HEAD ONE "leaf 5 000102030405060708090A0B0C0D0E0F\n",
		  "PROOF line 5: not a leaf" },
		{ HEAD ONE "leaf 5 " HEX, "PROOF line 5: the text ends here" },
		{ HEAD ONE "\n" TWO, "PROOF line 5: neither a segment nor a leaf" },
		{ HEAD ONE "leafs 5 " HEX "\n", "PROOF line 5: neither a segment nor a leaf" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(4096);
		struct medark_error err;

		assert_int_equal(copy(bad[i].text, &out, &err), MEDARK_E_FORMAT);
		assert_string_equal(err.message, bad[i].sentence);
	}
}

static void a_path_has_at_most_64_hashes(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer text = MEDARK_BUFFER(16384);
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(16384);
	struct medark_error err;

	(void)state;
	for (int hashes = 64; hashes <= 65; hashes++) {
		text.size = out.size = 0;
		assert_int_equal(
			medark_buffer_text(&text, "medark-proof 1\nleaves 1\nsegment 1 2", &err),
			0);
		for (int i = 0; i < hashes; i++)
			assert_int_equal(medark_buffer_text(&text, " " DIGEST, &err), 0);
		assert_int_equal(medark_buffer_add(&text, "\nleaf 1 " HEX "\n",
						   sizeof("\nleaf 1 " HEX "\n"), &err),
				 0);
		assert_int_equal(copy((const char *)text.data, &out, &err),
				 hashes == 64 ? 0 : MEDARK_E_FORMAT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_read_is_what_is_written),
		cmocka_unit_test(anything_else_is_refused_with_its_line),
		cmocka_unit_test(a_path_has_at_most_64_hashes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
