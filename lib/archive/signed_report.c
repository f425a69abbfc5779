/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/signed_report.h"

#include "crypto/certificate.h"
#include "crypto/digest.h"
#include "crypto/signature.h"
#include "store/output.h"

#include <medark/checkpoint.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

struct medark_signed_report {
	struct medark_output *report, *signature;
	char *signature_path;
	struct medark_certificate *signer; /* NULL: nobody signs */
	struct medark_private_key *key;
};

void medark_signed_report_free(struct medark_signed_report *r)
{
	if (!r)
		return;
	medark_output_free(r->report);
	medark_output_free(r->signature);
	medark_certificate_free(r->signer);
	medark_private_key_free(r->key);
	free(r->signature_path);
	free(r);
}

static int load_signer(struct medark_signed_report *r,
		       const struct medark_signed_report_setup *setup, struct medark_error *err)
{
	MEDARK_TRY(medark_digest_setup(err));
	MEDARK_TRY(medark_certificate_load(setup->signer, &r->signer, err));
	MEDARK_TRY(medark_certificate_check_signer(r->signer, time(NULL), err));
	MEDARK_TRY(medark_private_key_load(setup->signer_key, setup->passphrase, &r->key, err));
	if (!medark_private_key_matches(r->key, r->signer))
		return medark_error_set(err, MEDARK_E_KEY,
					"the key '%s' does not belong to the certificate '%s'",
					setup->signer_key, setup->signer);
	if (asprintf(&r->signature_path, "%s.p7s", setup->path) < 0) {
		r->signature_path = NULL;
		return medark_error_memory(err, "a report");
	}
	return medark_output_open(r->signature_path, setup->replace, &r->signature, err);
}

int medark_signed_report_new(const struct medark_signed_report_setup *setup,
			     struct medark_signed_report **out, struct medark_error *err)
{
	MEDARK_AUTO(medark_signed_report_free) struct medark_signed_report *r = NULL;

	if (!setup->signer != !setup->signer_key)
		return medark_error_set(err, MEDARK_E_USAGE,
					"who signs the report has a certificate and a key");
	r = calloc(1, sizeof(*r));
	if (!r)
		return medark_error_memory(err, "a report");
	MEDARK_TRY(medark_output_open(setup->path, setup->replace, &r->report, err));
	if (setup->signer)
		MEDARK_TRY(load_signer(r, setup, err));
	*out = MEDARK_TAKE(r);
	return 0;
}

int medark_signed_report_finish(struct medark_signed_report *r, struct medark_bytes text,
				struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer signature = MEDARK_BUFFER(MEDARK_SIGNATURE_SIZE_MAX);
	int code;

	MEDARK_TRY(medark_output_write(r->report, text.data, text.size, err));
	if (r->signer) {
		MEDARK_TRY(medark_signature_make(text, r->signer, r->key, &signature, err));
		MEDARK_TRY(medark_output_write(r->signature, signature.data, signature.size, err));
		MEDARK_TRY(medark_output_finish(r->signature, err));
	}
	code = medark_output_finish(r->report, err);
	/* A signature of something that is not there would only mislead. */
	if (code < 0 && r->signer)
		(void)unlink(r->signature_path);
	return code;
}

int medark_report_write(const struct medark_checkpoint_request *request, const void *data,
			size_t size, struct medark_error *err)
{
	MEDARK_AUTO(medark_signed_report_free) struct medark_signed_report *report = NULL;
	const struct medark_signed_report_setup setup = {
		.path = request->path,
		.replace = request->replace,
		.signer = request->certificate,
		.signer_key = request->key,
		.passphrase = medark_bytes(request->passphrase, request->passphrase_size),
	};

	MEDARK_TRY(medark_signed_report_new(&setup, &report, err));
	return medark_signed_report_finish(report, medark_bytes(data, size), err);
}
