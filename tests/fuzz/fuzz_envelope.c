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

/* Whoever opens it can let one more in: what was there stays, and it opens as before. */
static void try_add(const struct medark_envelope *envelope,
		    const struct medark_envelope_opener *opener)
{
	MEDARK_AUTO(medark_envelope_free) struct medark_envelope *later = NULL;
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer out = MEDARK_BUFFER(MEDARK_ENVELOPE_SIZE_MAX);
	static const struct medark_key kek;
	struct medark_recipient more = { .kek = &kek, .kek_id = "one-more" };
	struct medark_error err;

	forge_expect(!medark_envelope_extends(envelope, envelope));
	if (medark_envelope_add(envelope, opener, &more, 1, &out, &err))
		return;
	forge_expect(medark_envelope_parse(medark_bytes(out.data, out.size), &later, &err) == 0);
	forge_expect(medark_envelope_extends(later, envelope));
	forge_expect(!medark_envelope_extends(envelope, later));
	try_open(later, opener);
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
	try_add(envelope, &(struct medark_envelope_opener) { .key = p256 });
	try_open(envelope,
		 &(struct medark_envelope_opener) { .kek = &kek, .kek_id = "passphrase-1" });
	return 0;
}
