/* SPDX-License-Identifier: Apache-2.0 */
/* Names of members and the locator have one form: what is read is what would be written. */
#include "container/member.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_name(struct medark_bytes text)
{
	char name[MEDARK_TAR_NAME_MAX + 1];
	uint8_t header[MEDARK_TAR_BLOCK];
	enum medark_kind kind;
	uint32_t number;

	if (!medark_member_parse(text, &kind, &number))
		return;
	medark_member_name(kind, number, name);
	if (!medark_bytes_is(text, name))
		abort();
	medark_member_header(name, number, header);
	if (memcmp(header, text.data, text.size) != 0 || header[text.size] != '\0')
		abort();
}

static void try_locator(const uint8_t *block)
{
	uint8_t again[MEDARK_LOCATOR_SIZE];
	uint64_t offset;

	if (medark_locator_parse(block, &offset, NULL) < 0)
		return;
	medark_locator_make(offset, again);
	if (memcmp(block, again, sizeof(again)) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t block[MEDARK_LOCATOR_SIZE];
	size_t n = size < sizeof(block) ? size : sizeof(block);

	try_name(medark_bytes(data, size));
	/* short inputs are filled up as a locator is, so that the fuzzer finds one soon */
	memset(block, '\n', sizeof(block));
	if (n)
		memcpy(block, data, n);
	try_locator(block);
	return 0;
}
