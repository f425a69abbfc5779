/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/fips.h"

#include "crypto/algorithms.h"
#include "crypto/openssl_error.h"

#include <medark/crypto.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <openssl/provider.h>

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define NAME "fips"

static atomic_bool is_enforced;

bool medark_fips_is_enforced(void)
{
	return atomic_load_explicit(&is_enforced, memory_order_relaxed);
}

int medark_fips_enforce(struct medark_error *err)
{
	const struct medark_algorithms *algorithms;

	if (!OSSL_PROVIDER_available(NULL, NAME)) {
		medark_openssl_drain();
		return 0;
	}
	if (!EVP_set_default_properties(NULL, "fips=yes"))
		return medark_openssl_error(err, MEDARK_E_SYSTEM,
					    "OpenSSL cannot be held to its FIPS provider");
	MEDARK_TRY(medark_algorithms_get(&algorithms, err));
	/* What was fetched before is not fetched again. */
	if (strcmp(OSSL_PROVIDER_get0_name(EVP_MD_get0_provider(algorithms->sha256)), NAME) != 0)
		return medark_error_set(err, MEDARK_E_USAGE,
					"the FIPS provider has to be asked for before anything is "
					"computed");
	atomic_store_explicit(&is_enforced, true, memory_order_relaxed);
	return 1;
}

static int add_provider(OSSL_PROVIDER *provider, void *context)
{
	struct medark_crypto_info *info = context;
	const char *name = OSSL_PROVIDER_get0_name(provider);
	char *version = NULL;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_ptr(OSSL_PROV_PARAM_VERSION, &version, 0),
		OSSL_PARAM_construct_end(),
	};
	size_t i = info->provider_count;

	if (i == MEDARK_PROVIDERS_MAX)
		return 1;
	(void)snprintf(info->providers[i].name, sizeof(info->providers[i].name), "%s", name);
	if (OSSL_PROVIDER_get_params(provider, params) && version)
		(void)snprintf(info->providers[i].version, sizeof(info->providers[i].version), "%s",
			       version);
	info->fips |= strcmp(name, NAME) == 0;
	info->provider_count++;
	return 1;
}

int medark_crypto_describe(struct medark_crypto_info *out, struct medark_error *err)
{
	const struct medark_algorithms *algorithms;

	*out = (struct medark_crypto_info) { 0 };
	MEDARK_TRY(medark_algorithms_get(&algorithms, err));
	(void)snprintf(out->library, sizeof(out->library), "%s", OpenSSL_version(OPENSSL_VERSION));
	if (!OSSL_PROVIDER_do_all(NULL, add_provider, out))
		return medark_openssl_error(err, MEDARK_E_SYSTEM,
					    "OpenSSL does not tell its providers");
	medark_openssl_drain();
	return 0;
}
