/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands behind a signature: revocation lists and time stamps, and what an authority answers.
 * The first byte says which.
 */
#include "base/error.h"
#include "crypto/crls.h"
#include "crypto/timestamp.h"
#include "forge.h"

#include <stdlib.h>

/* A list that is taken has one form: it is written as it was read. */
static void read_lists(struct medark_bytes text)
{
	MEDARK_AUTO(medark_crls_free) struct medark_crls *crls = NULL;
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer out = MEDARK_BUFFER(MEDARK_CRLS_SIZE_MAX);
	struct medark_error err;

	if (medark_crls_new(&crls, &err) || medark_crls_add_member(crls, text, &err))
		return;
	if (medark_crls_write(crls, &out, &err) ||
	    !medark_bytes_equal(text, medark_bytes(out.data, out.size)))
		abort();
}

/* What is kept of an answer is a stamp of the one form. */
static void read_answer(struct medark_bytes request, struct medark_bytes answer)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer out = MEDARK_BUFFER(MEDARK_TIMESTAMP_SIZE_MAX);
	const struct medark_bytes covered = medark_bytes_text("covered");
	struct medark_timestamp stamp;
	struct medark_error err;

	if (medark_timestamp_take(request, answer, &out, &err))
		return;
	if (medark_timestamp_verify(medark_bytes(out.data, out.size), &covered, 1, forge_trust(),
				    NULL, &stamp, &err) == 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct medark_bytes covered = medark_bytes_text("covered");
	struct medark_timestamp stamp;
	struct medark_bytes rest;
	struct medark_error err;

	if (size < 2)
		return 0;
	rest = medark_bytes(data + 1, size - 1);
	switch (data[0] % 3) {
	case 0:
		read_lists(rest);
		return 0;
	case 1:
		/* Nobody's stamp is trusted: no anchor of these tests vouches for one. */
		if (medark_timestamp_verify(rest, &covered, 1, forge_trust(), NULL, &stamp, &err) ==
		    0)
			abort();
		return 0;
	default:
		if (rest.size > data[0])
			read_answer(medark_bytes(rest.data, data[0]),
				    medark_bytes(rest.data + data[0], rest.size - data[0]));
		return 0;
	}
}
