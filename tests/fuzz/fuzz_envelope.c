/* SPDX-License-Identifier: Apache-2.0 */
/* keys.p7m: parsed, listed, and tried with a key of each kind. */
#include "forge.h"
#include "keys.h"

#include "crypto/envelope.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_open(const struct medark_envelope *envelope,
		     const struct medark_envelope_opener *opener)
{
	struct medark_error err;
	struct medark_key key;
	int code = medark_envelope_open(envelope, opener, &key, &err);

	forge_expect(code == 0 || code == MEDARK_E_IDENTITY || code == MEDARK_E_FORMAT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct medark_private_key *p256;
	static const struct medark_key kek;
	MEDARK_AUTO(medark_envelope_free) struct medark_envelope *envelope = NULL;
	struct medark_error err;

	if (!p256)
		forge_expect(
			medark_private_key_load(forge_file(medark_bytes_text(FUZZ_RECIPIENT_KEY)),
						medark_bytes(NULL, 0), &p256, &err) == 0);
	if (medark_envelope_parse(medark_bytes(data, size), &envelope, &err))
		return 0;
	for (size_t i = 0; i < medark_envelope_count(envelope); i++)
		forge_expect(medark_envelope_recipient(envelope, i)->key_id[0]);
	try_open(envelope, &(struct medark_envelope_opener) { .key = p256 });
	try_open(envelope,
		 &(struct medark_envelope_opener) { .kek = &kek, .kek_id = "passphrase-1" });
	return 0;
}
