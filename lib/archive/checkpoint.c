/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A checkpoint is text, and behind it the signature over that text as PEM of CMS (RFC 7468): people
 * read it as it is, and stock tools check it.
 */
#include "base/base64.h"
#include "base/text.h"
#include "base/time.h"
#include "container/layout.h"
#include "crypto/private_key.h"
#include "crypto/signature.h"
#include "crypto/small_file.h"
#include "store/output.h"

#include <medark/checkpoint.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define HEAD	 "medark checkpoint 1\n"
#define BEGIN	 "-----BEGIN CMS-----\n"
#define END	 "-----END CMS-----\n"
#define LINE	 64
#define TEXT_MAX 1024
#define FILE_MAX (MEDARK_SIGNATURE_SIZE_MAX + (256u << 10))

static void make_text(const struct medark_checkpoint *c, char out[TEXT_MAX])
{
	(void)snprintf(out, TEXT_MAX,
		       HEAD "created %s\nsequence %" PRIu64 "\narchive %s\nmanifest %s\n"
			    "first %" PRIu64 "\narchives %" PRIu64 "\n",
		       c->created, c->sequence, c->archive, c->manifest, c->first, c->archives);
}

static bool is_sound(const struct medark_checkpoint *c)
{
	uint8_t bytes[32];
	int64_t seconds;

	return medark_text_unhex(medark_bytes_text(c->archive), bytes, MEDARK_ARCHIVE_ID_SIZE) &&
	       medark_text_unhex(medark_bytes_text(c->manifest), bytes, sizeof(bytes)) &&
	       medark_time_parse(medark_bytes_text(c->created), &seconds) && c->sequence &&
	       c->first && c->first <= c->sequence && c->archives &&
	       c->archives <= c->sequence - c->first + 1;
}

/* The text that a file begins with: read, and written again to see that nothing else stands there.
 */
static bool parse_text(struct medark_bytes text, struct medark_checkpoint *out)
{
	char copy[TEXT_MAX], again[TEXT_MAX];

	if (text.size >= sizeof(copy))
		return false;
	memcpy(copy, text.data, text.size);
	copy[text.size] = '\0';
	/* NOLINTNEXTLINE(cert-err34-c): what was read is written again, and compared. */
	if (sscanf(copy,
		   HEAD "created %31[0-9TZ:-] sequence %" SCNu64 " archive %32[0-9a-f] manifest "
			"%64[0-9a-f] first %" SCNu64 " archives %" SCNu64,
		   out->created, &out->sequence, out->archive, out->manifest, &out->first,
		   &out->archives) != 6)
		return false;
	make_text(out, again);
	return strcmp(copy, again) == 0 && is_sound(out);
}

/* ---- PEM ---- */

static int put_pem(struct medark_bytes der, struct medark_buffer *out, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer base64 = MEDARK_BUFFER(FILE_MAX);

	MEDARK_TRY(medark_base64(der, &base64, err));
	MEDARK_TRY(medark_buffer_text(out, BEGIN, err));
	for (size_t at = 0; at < base64.size; at += LINE) {
		size_t n = base64.size - at < LINE ? base64.size - at : LINE;

		MEDARK_TRY(medark_buffer_add(out, base64.data + at, n, err));
		MEDARK_TRY(medark_buffer_text(out, "\n", err));
	}
	return medark_buffer_text(out, END, err);
}

/* ---- writing ---- */

static int sign(const struct medark_checkpoint_request *request, struct medark_bytes text,
		struct medark_buffer *out, struct medark_error *err)
{
	MEDARK_AUTO(medark_certificate_free) struct medark_certificate *certificate = NULL;
	MEDARK_AUTO(medark_private_key_free) struct medark_private_key *key = NULL;

	MEDARK_TRY(medark_certificate_load(request->certificate, &certificate, err));
	MEDARK_TRY(medark_private_key_load(
		request->key, medark_bytes(request->passphrase, request->passphrase_size), &key,
		err));
	return medark_signature_make(text, certificate, key, out, err);
}

static int write_file(const char *path, bool replace, struct medark_bytes content,
		      struct medark_error *err)
{
	MEDARK_AUTO(medark_output_free) struct medark_output *output = NULL;

	MEDARK_TRY(medark_output_open(path, replace, &output, err));
	MEDARK_TRY(medark_output_write(output, content.data, content.size, err));
	return medark_output_finish(output, err);
}

int medark_checkpoint_write(const struct medark_checkpoint *c,
			    const struct medark_checkpoint_request *request,
			    struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer p7s = MEDARK_BUFFER(MEDARK_SIGNATURE_SIZE_MAX);
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer file = MEDARK_BUFFER(FILE_MAX * 2);
	struct medark_checkpoint now = *c;
	char text[TEXT_MAX];

	MEDARK_TRY(medark_digest_setup(err));
	(void)medark_time_format(time(NULL), now.created);
	if (!is_sound(&now))
		return medark_error_set(err, MEDARK_E_USAGE, "that is no archive of a chain");
	make_text(&now, text);
	MEDARK_TRY(sign(request, medark_bytes_text(text), &p7s, err));
	MEDARK_TRY(medark_buffer_text(&file, text, err));
	MEDARK_TRY(put_pem(medark_bytes(p7s.data, p7s.size), &file, err));
	return write_file(request->path, request->replace, medark_bytes(file.data, file.size), err);
}

/* ---- reading ---- */

static int no_checkpoint(struct medark_error *err)
{
	return medark_error_set(err, MEDARK_E_FORMAT,
				"this is no checkpoint of medark's, or it "
				"was changed");
}

static int check(struct medark_bytes file, const struct medark_trust *trust,
		 struct medark_checkpoint *out, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer p7s = MEDARK_BUFFER(MEDARK_SIGNATURE_SIZE_MAX);
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer again = MEDARK_BUFFER(FILE_MAX * 2);
	MEDARK_AUTO(medark_heap_free) struct medark_signer *signer = calloc(1, sizeof(*signer));
	const uint8_t *pem = memmem(file.data, file.size, BEGIN, strlen(BEGIN));
	struct medark_bytes text, armour;

	if (!signer)
		return medark_error_memory(err, "a checkpoint");
	if (!pem)
		return no_checkpoint(err);
	text = medark_bytes(file.data, (size_t)(pem - file.data));
	armour = medark_bytes(pem, file.size - text.size);
	if (!parse_text(text, out) || armour.size <= strlen(BEGIN) + strlen(END))
		return no_checkpoint(err);
	/* What comes out is written again, and compared. */
	if (medark_base64_decode(medark_bytes(armour.data + strlen(BEGIN),
					      armour.size - strlen(BEGIN) - strlen(END)),
				 &p7s, NULL))
		return no_checkpoint(err);
	MEDARK_TRY(put_pem(medark_bytes(p7s.data, p7s.size), &again, err));
	if (!medark_bytes_equal(armour, medark_bytes(again.data, again.size)))
		return no_checkpoint(err);
	MEDARK_TRY(medark_signature_verify(text, medark_bytes(p7s.data, p7s.size), trust, NULL,
					   signer, err));
	(void)snprintf(out->signer, sizeof(out->signer), "%s", signer->subject);
	medark_text_hex(&signer->fingerprint, sizeof(signer->fingerprint), out->signer_fingerprint);
	return 0;
}

int medark_checkpoint_read(const char *path, const struct medark_trust *trust,
			   struct medark_checkpoint *out, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer file = MEDARK_BUFFER(FILE_MAX * 2);
	struct medark_checkpoint found = { 0 };
	struct stat st;

	if (!trust) /* F-25 */
		return medark_error_set(err, MEDARK_E_USAGE,
					"a checkpoint is read with a trust anchor only");
	MEDARK_TRY(medark_digest_setup(err));
	MEDARK_TRY(medark_small_file_read(path, &file, &st, err));
	MEDARK_TRY(check(medark_bytes(file.data, file.size), trust, &found, err));
	*out = found;
	return 0;
}
