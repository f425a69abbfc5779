/* SPDX-License-Identifier: Apache-2.0 */
/* No path, whatever it holds, leads out of a folder or puts control characters on a terminal. */
#include "forge.h"

#include "archive/safe_path.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_name(struct medark_bytes part, bool strict)
{
	char name[MEDARK_NAME_SIZE], again[MEDARK_NAME_SIZE];
	bool differs = medark_safe_name(part, strict, name);
	struct medark_bytes n = medark_bytes_text(name);

	forge_expect(n.size && n.size <= MEDARK_SAFE_NAME_MAX && medark_text_is_utf8(n));
	forge_expect(!medark_bytes_is(n, ".") && !medark_bytes_is(n, ".."));
	for (size_t i = 0; i < n.size; i++)
		forge_expect(n.data[i] >= 0x20 && n.data[i] != 0x7f && n.data[i] != '/');
	forge_expect(differs == !medark_bytes_equal(n, part));
	/* A safe name is safe. */
	forge_expect(!medark_safe_name(n, false, again) && strcmp(name, again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct medark_bytes path = medark_bytes(data, size), part, folder, leaf;
	struct medark_path_parts parts = medark_path_parts(path);
	size_t at = 0, count = 0;

	while (medark_path_next(&parts, &part)) {
		at += count++ != 0;
		forge_expect(at + part.size <= size &&
			     (part.size == 0 || memcmp(data + at, part.data, part.size) == 0));
		at += part.size;
		try_name(part, false);
		try_name(part, true);
	}
	forge_expect(at == size);
	medark_path_split(path, &folder, &leaf);
	forge_expect(medark_bytes_equal(leaf, part));
	forge_expect(folder.size + leaf.size + (count > 1) == size);
	return 0;
}
