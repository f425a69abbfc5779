/* SPDX-License-Identifier: Apache-2.0 */
/* What is taken as header.json or summary.json can be written and then reads the same. */
#include "container/header.h"
#include "container/summary.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_header(struct medark_bytes text)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(1 << 20);
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer again = MEDARK_BUFFER(1 << 20);
	struct medark_header header;

	if (medark_header_parse(text, &header, NULL) < 0)
		return;
	if (medark_header_write(&header, &out, NULL) < 0)
		abort();
	if (medark_header_parse(medark_bytes(out.data, out.size), &header, NULL) < 0 ||
	    medark_header_write(&header, &again, NULL) < 0)
		abort();
	if (out.size != again.size || memcmp(out.data, again.data, out.size) != 0)
		abort();
}

static void try_summary(struct medark_bytes text)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(4 << 20);
	MEDARK_AUTO(medark_heap_free) struct medark_summary *summary = malloc(sizeof(*summary));

	if (!summary || medark_summary_parse(text, summary, NULL) < 0)
		return;
	if (medark_summary_write(summary, &out, NULL) < 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_header(medark_bytes(data, size));
	try_summary(medark_bytes(data, size));
	return 0;
}
