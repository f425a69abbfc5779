/* SPDX-License-Identifier: Apache-2.0 */
/* What medark_manifest_parse() takes is written again byte for byte: nothing of it was ignored. */
#include "container/manifest.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void add_all(const struct medark_manifest *m, struct medark_manifest_writer *w)
{
	for (uint32_t i = 0; i < medark_manifest_count(m); i++) {
		const struct medark_manifest_member *member = medark_manifest_member(m, i);

		if (medark_manifest_writer_add(w, member->name, member->size, &member->digest,
					       NULL) < 0)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(size + 512);
	MEDARK_AUTO(medark_manifest_free) struct medark_manifest *m = NULL;
	MEDARK_AUTO(medark_manifest_writer_free) struct medark_manifest_writer *w = NULL;

	if (medark_manifest_parse(medark_bytes(data, size), &m, NULL) < 0)
		return 0;
	if (medark_manifest_writer_new(&w, NULL) < 0)
		abort();
	add_all(m, w);
	if (medark_manifest_writer_finish(w, medark_manifest_facts(m), &out, NULL) < 0)
		abort();
	if (out.size != size || memcmp(out.data, data, size) != 0)
		abort();
	return 0;
}
