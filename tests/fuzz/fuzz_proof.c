/* SPDX-License-Identifier: Apache-2.0 */
/* What medark_proof_next() takes is written again byte for byte: nothing of it was ignored. */
#include "container/proof.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(2 * size + 512);
	struct medark_proof_reader reader;
	struct medark_proof_line line;
	struct medark_digest hash = { { 0 } }, root;
	uint64_t leaves = 0;
	int more;

	if (medark_digest_setup(NULL) < 0)
		abort();
	if (medark_proof_begin(medark_bytes(data, size), &reader, NULL) < 0)
		return 0;
	if (medark_proof_write_head(&out, reader.leaves, NULL) < 0)
		abort();
	while ((more = medark_proof_next(&reader, &line, NULL)) > 0) {
		leaves += line.is_leaf;
		if (line.is_leaf && line.leaf >= line.leaves)
			abort();
		(void)medark_merkle_fold(&hash, line.leaf, line.leaves, line.path, line.path_count,
					 &root);
		if (medark_proof_write_line(&out, &line, NULL) < 0)
			abort();
	}
	if (more == 0 &&
	    (out.size != size || memcmp(out.data, data, size) != 0 || leaves != reader.leaves))
		abort();
	return 0;
}
