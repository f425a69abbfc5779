/* SPDX-License-Identifier: Apache-2.0 */
/* A proof of one record: whatever byte of it changes, wherever it is cut, it does not verify. */
#include "clinic.h"

#include "archive/texts.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "store/input.h"

#include <stdio.h>
#include <string.h>

static struct clinic clinic;

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void prove(const char *record, const char *path)
{
	struct medark_prove_request request = { .path = path,
						.record_count = 1,
						.records = &record };
	struct medark_prove_result result;
	struct medark_archive *archive = NULL;
	struct medark_error err;

	assert_int_equal(
		medark_archive_open("a.medark", clinic.trust, clinic.identity, &archive, &err), 0);
	assert_int_equal(medark_archive_prove(archive, &request, NULL, &result, &err), 0);
	assert_int_equal(result.records, 1);
	medark_archive_free(archive);
}

static int count_one(void *context, const struct medark_proof_record *record,
		     struct medark_error *err)
{
	(void)err;
	assert_string_equal(record->type, "Patient");
	assert_string_equal(record->id, "b");
	*(int *)context += 1;
	return 0;
}

/* The proof in memory, and a file of it that is changed in place. */
struct proof {
	uint8_t *bytes;
	size_t size;
	int fd;
};

static void put(const struct proof *p, size_t at, uint8_t byte)
{
	assert_int_equal(pwrite(p->fd, &byte, 1, (off_t)at), 1);
}

static bool verifies(void)
{
	struct medark_proof_info info;
	struct medark_error err = { 0 };
	int code = medark_proof_verify("b.proof", clinic.trust, NULL, NULL, &info, &err);

	assert_true(code == 0 || code == MEDARK_E_FORMAT || code == MEDARK_E_UNTRUSTED);
	assert_int_equal(code == 0, *err.message == '\0');
	return code == 0;
}

static void load(struct proof *p)
{
	MEDARK_AUTO(medark_input_free) struct medark_input *in = NULL;
	struct medark_error err;

	assert_int_equal(medark_input_open("b.proof", &in, &err), 0);
	p->size = (size_t)medark_input_size(in);
	p->bytes = malloc(p->size);
	assert_non_null(p->bytes);
	assert_int_equal(medark_input_read(in, 0, p->bytes, p->size, &err), 0);
	p->fd = open("b.proof", O_RDWR | O_CLOEXEC);
	assert_true(p->fd >= 0);
}

static void the_record_is_told(void **state)
{
	struct medark_proof_info info;
	struct medark_error err;
	int count = 0;

	(void)state;
	assert_int_equal(
		medark_proof_verify("b.proof", clinic.trust, count_one, &count, &info, &err), 0);
	assert_int_equal(count, 1);
	assert_int_equal(info.leaves, 1);
	assert_int_equal(info.records, 1);
	assert_int_equal(info.archive_records, 3);
	assert_int_equal(info.sequence, 1);
	assert_string_equal(info.signer, "CN=s");
	assert_string_equal(info.previous, "");
}

static void no_byte_can_change(void **state)
{
	struct proof p;

	(void)state;
	load(&p);
	for (size_t i = 0; i < p.size; i++) {
		put(&p, i, (uint8_t)(p.bytes[i] ^ (1u << i % 8)));
		if (verifies())
			fail_msg("byte %zu can change", i);
		put(&p, i, p.bytes[i]);
	}
	assert_true(verifies());
	for (size_t size = 0; size < p.size; size += size < 600 ? 1 : 512) {
		assert_int_equal(ftruncate(p.fd, (off_t)size), 0);
		assert_false(verifies());
		assert_int_equal(pwrite(p.fd, p.bytes, p.size, 0), p.size);
	}
	assert_int_equal(pwrite(p.fd, "", 1, (off_t)p.size), 1);
	assert_false(verifies());
	assert_int_equal(ftruncate(p.fd, (off_t)p.size), 0);
	assert_true(verifies());
	free(p.bytes);
	assert_int_equal(close(p.fd), 0);
}

/* F-30: who changes the script changes the format. */
static void the_script_is_the_one_that_the_format_names(void **state)
{
	struct medark_bytes script = medark_text_check(), format = medark_text_format();
	struct medark_digest digest;
	char hex[2 * MEDARK_DIGEST_SIZE + 3];

	(void)state;
	medark_sha256(script.data, script.size, &digest);
	hex[0] = '`';
	medark_text_hex(digest.bytes, sizeof(digest.bytes), hex + 1);
	assert_non_null(memmem(format.data, format.size, hex, strlen(hex)));
}

static int begin(void **state)
{
	(void)state;
	if (!clinic_begin(&clinic))
		return -1;
	write_file("p.ndjson", "{\"resourceType\":\"Patient\",\"id\":\"a\"}\n"
			       "{\"resourceType\":\"Patient\",\"id\":\"b\"}\n"
			       "{\"resourceType\":\"Patient\",\"id\":\"c\"}\n");
	clinic_export("p.ndjson", "a.medark");
	prove("Patient/b", "b.proof");
	return 0;
}

static int end(void **state)
{
	(void)state;
	return clinic_end(&clinic);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_record_is_told),
		cmocka_unit_test(no_byte_can_change),
		cmocka_unit_test(the_script_is_the_one_that_the_format_names),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
