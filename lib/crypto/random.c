/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/random.h"

#include "base/secret.h"
#include "crypto/openssl_error.h"

#include <openssl/rand.h>

static int check(int ok, void *out, size_t size, struct medark_error *err)
{
	if (ok == 1)
		return 0;
	medark_secret_wipe(out, size);
	return medark_openssl_error(err, MEDARK_E_SYSTEM, "cannot get random bytes");
}

int medark_random(void *out, size_t size, struct medark_error *err)
{
	return check(RAND_priv_bytes_ex(NULL, out, size, 0), out, size, err);
}

int medark_random_public(void *out, size_t size, struct medark_error *err)
{
	return check(RAND_bytes_ex(NULL, out, size, 0), out, size, err);
}
