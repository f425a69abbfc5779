/* SPDX-License-Identifier: Apache-2.0 */
#include "container/header.h"

#include "base/text.h"
#include "base/time.h"
#include "container/strict.h"
#include "crypto/kdf.h"

#include <assert.h>
#include <inttypes.h>

#define WHAT "header.json"

static const char *const kind_names[] = {
	[MEDARK_RECIPIENT_RSA_OAEP] = "rsa-oaep",
	[MEDARK_RECIPIENT_ECDH_P256] = "ecdh-p256",
	[MEDARK_RECIPIENT_ECDH_P384] = "ecdh-p384",
	[MEDARK_RECIPIENT_PASSPHRASE] = "passphrase",
	[MEDARK_RECIPIENT_ML_KEM_768] = "ml-kem-768",
	[MEDARK_RECIPIENT_ML_KEM_1024] = "ml-kem-1024",
};
#define KIND_COUNT (sizeof(kind_names) / sizeof(kind_names[0]))

const char *medark_recipient_kind_name(enum medark_recipient_kind kind)
{
	assert((unsigned)kind < KIND_COUNT);
	return kind_names[kind];
}

/* ---- writing ---- */

static int write_kdf(const struct medark_kdf_spec *kdf, struct medark_buffer *out,
		     struct medark_error *err)
{
	char salt[2 * sizeof(kdf->salt) + 1];

	medark_text_hex(kdf->salt, sizeof(kdf->salt), salt);
	if (kdf->name == MEDARK_KDF_SCRYPT)
		return medark_buffer_print(out, err,
					   ", \"kdf\": {\"name\": \"scrypt\", \"n\": %" PRIu64
					   ", \"r\": %" PRIu32 ", \"p\": %" PRIu32
					   ", \"salt\": \"%s\"}",
					   kdf->n, kdf->r, kdf->p, salt);
	return medark_buffer_print(
		out, err,
		", \"kdf\": {\"name\": \"pbkdf2-sha512\", \"iterations\": %" PRIu64
		", \"salt\": \"%s\"}",
		kdf->n, salt);
}

/* One line each: the stock procedure finds a passphrase's parameters with sed. */
static int write_recipients(const struct medark_header *h, struct medark_buffer *out,
			    struct medark_error *err)
{
	for (uint32_t i = 0; i < h->recipient_count; i++) {
		const struct medark_header_recipient *r = &h->recipients[i];

		MEDARK_TRY(medark_buffer_print(
			out, err, "%s\n    {\"kind\": \"%s\", \"id\": \"%s\"", i ? "," : "",
			medark_recipient_kind_name(r->kind), r->id));
		if (r->kind == MEDARK_RECIPIENT_PASSPHRASE)
			MEDARK_TRY(write_kdf(&r->kdf, out, err));
		MEDARK_TRY(medark_buffer_add(out, "}", 1, err));
	}
	return 0;
}

static int write_text(const struct medark_header *h, struct medark_buffer *out,
		      struct medark_error *err)
{
	char id[2 * MEDARK_ARCHIVE_ID_SIZE + 1], commit[2 * MEDARK_DIGEST_SIZE + 1];
	char previous[2 * MEDARK_DIGEST_SIZE + 3] = "null";
	char created[MEDARK_TIME_SIZE];

	medark_text_hex(h->archive.bytes, sizeof(h->archive.bytes), id);
	medark_text_hex(h->kek_commit.bytes, sizeof(h->kek_commit.bytes), commit);
	if (h->has_previous) {
		medark_text_hex(h->previous.bytes, sizeof(h->previous.bytes), previous + 1);
		previous[0] = '"';
		previous[sizeof(previous) - 2] = '"';
		previous[sizeof(previous) - 1] = '\0';
	}
	(void)medark_time_format(h->created, created);
	MEDARK_TRY(medark_buffer_print(out, err,
				       "{\n"
				       "  \"format\": \"medark\",\n"
				       "  \"version\": %d,\n"
				       "  \"archive\": \"%s\",\n"
				       "  \"created\": \"%s\",\n"
				       "  \"kek_commit\": \"%s\",\n"
				       "  \"recipients\": [",
				       MEDARK_FORMAT_VERSION, id, created, commit));
	MEDARK_TRY(write_recipients(h, out, err));
	MEDARK_TRY(medark_buffer_print(out, err,
				       "\n  ],\n"
				       "  \"sequence\": %" PRIu32 ",\n"
				       "  \"previous\": %s,\n"
				       "  \"tool\": ",
				       h->sequence, previous));
	MEDARK_TRY(medark_text_json(out, medark_bytes_text(h->tool), err));
	MEDARK_TRY(medark_buffer_print(out, err, ",\n  \"source\": "));
	MEDARK_TRY(medark_text_json(out, medark_bytes_text(h->source), err));
	return medark_buffer_print(out, err, "\n}\n");
}

int medark_header_write(const struct medark_header *header, struct medark_buffer *out,
			struct medark_error *err)
{
	struct medark_header back;
	size_t begin = out->size;
	struct medark_bytes text;
	int code;

	assert(header->recipient_count <= MEDARK_RECIPIENTS_MAX);
	MEDARK_TRY(write_text(header, out, err));
	text = medark_bytes(out->data + begin, out->size - begin);
	code = medark_header_parse(text, &back, err);
	/* Without memory jansson loses values and says nothing. */
	if (code == MEDARK_E_FORMAT && medark_header_parse(text, &back, NULL) == 0)
		return medark_error_memory(err, "a header");
	if (code == MEDARK_E_FORMAT)
		return medark_error_prefix(err, MEDARK_E_USAGE, "cannot be written");
	return code;
}

/* ---- reading ---- */

static int parse_scrypt(const struct medark_strict *s, struct medark_kdf_spec *out,
			struct medark_error *err)
{
	static const char *const names[] = { "name", "n", "r", "p", "salt", NULL };
	uint64_t p;

	MEDARK_TRY(medark_strict_names(s, names, err));
	MEDARK_TRY(medark_strict_number(s, "n", MEDARK_SCRYPT_N_MAX, &out->n, err));
	if (out->n < MEDARK_SCRYPT_N_MIN || (out->n & (out->n - 1)) != 0)
		return medark_strict_fault(s, "n", err);
	MEDARK_TRY(medark_strict_is_number(s, "r", MEDARK_SCRYPT_R, err));
	MEDARK_TRY(medark_strict_number(s, "p", MEDARK_SCRYPT_P_MAX, &p, err));
	if (p == 0)
		return medark_strict_fault(s, "p", err);
	out->name = MEDARK_KDF_SCRYPT;
	out->r = MEDARK_SCRYPT_R;
	out->p = (uint32_t)p;
	return medark_strict_hex(s, "salt", out->salt, sizeof(out->salt), err);
}

static int parse_pbkdf2(const struct medark_strict *s, struct medark_kdf_spec *out,
			struct medark_error *err)
{
	static const char *const names[] = { "name", "iterations", "salt", NULL };

	MEDARK_TRY(medark_strict_names(s, names, err));
	MEDARK_TRY(
		medark_strict_number(s, "iterations", MEDARK_PBKDF2_ITERATIONS_MAX, &out->n, err));
	if (out->n < MEDARK_PBKDF2_ITERATIONS_MIN)
		return medark_strict_fault(s, "iterations", err);
	out->name = MEDARK_KDF_PBKDF2_SHA512;
	return medark_strict_hex(s, "salt", out->salt, sizeof(out->salt), err);
}

static int parse_kdf(json_t *object, struct medark_kdf_spec *out, struct medark_error *err)
{
	const struct medark_strict s = { object, WHAT ": kdf" };
	const char *name = json_string_value(json_object_get(object, "name"));

	if (name && strcmp(name, "scrypt") == 0)
		return parse_scrypt(&s, out, err);
	if (name && strcmp(name, "pbkdf2-sha512") == 0)
		return parse_pbkdf2(&s, out, err);
	return medark_strict_fault(&s, "name", err);
}

static int parse_recipient(json_t *object, struct medark_header_recipient *out,
			   struct medark_error *err)
{
	static const char *const plain[] = { "kind", "id", NULL };
	static const char *const with_kdf[] = { "kind", "id", "kdf", NULL };
	const struct medark_strict s = { object, WHAT ": recipient" };
	uint8_t digest[MEDARK_DIGEST_SIZE];
	char word[16];
	size_t kind = 0;

	MEDARK_TRY(medark_strict_word(&s, "kind", sizeof(word) - 1, word, err));
	while (kind < KIND_COUNT && strcmp(word, kind_names[kind]) != 0)
		kind++;
	if (kind == KIND_COUNT)
		return medark_strict_fault(&s, "kind", err);
	out->kind = (enum medark_recipient_kind)kind;
	MEDARK_TRY(medark_strict_names(
		&s, out->kind == MEDARK_RECIPIENT_PASSPHRASE ? with_kdf : plain, err));
	MEDARK_TRY(medark_strict_word(&s, "id", sizeof(out->id) - 1, out->id, err));
	if (out->kind == MEDARK_RECIPIENT_PASSPHRASE)
		return parse_kdf(json_object_get(object, "kdf"), &out->kdf, err);
	return medark_strict_hex(&s, "id", digest, sizeof(digest), err);
}

/* F-27: who tries a passphrase tries it on all of them. */
static int check_cost(const struct medark_header *h, struct medark_error *err)
{
	uint64_t scrypt = 0, pbkdf2 = 0;

	for (uint32_t i = 0; i < h->recipient_count; i++) {
		const struct medark_kdf_spec *kdf = &h->recipients[i].kdf;

		if (kdf->name == MEDARK_KDF_SCRYPT)
			scrypt += kdf->n * kdf->p;
		else if (kdf->name == MEDARK_KDF_PBKDF2_SHA512)
			pbkdf2 += kdf->n;
	}
	if (scrypt > MEDARK_SCRYPT_TOTAL_MAX || pbkdf2 > MEDARK_PBKDF2_TOTAL_MAX)
		return medark_error_set(err, MEDARK_E_FORMAT,
					WHAT ": to try a passphrase would cost too much (kdf)");
	return 0;
}

static int parse_recipients(const struct medark_strict *s, struct medark_header *h,
			    struct medark_error *err)
{
	const json_t *list = json_object_get(s->object, "recipients");
	size_t count = json_array_size(list);

	if (count < 1 || count > MEDARK_RECIPIENTS_MAX)
		return medark_strict_fault(s, "recipients", err);
	for (size_t i = 0; i < count; i++) {
		MEDARK_TRY(parse_recipient(json_array_get(list, i), &h->recipients[i], err));
		for (size_t k = 0; k < i; k++)
			if (strcmp(h->recipients[k].id, h->recipients[i].id) == 0)
				return medark_error_set(err, MEDARK_E_FORMAT,
							WHAT ": two recipients have the same id");
	}
	h->recipient_count = (uint32_t)count;
	return check_cost(h, err);
}

static int parse_chain(const struct medark_strict *s, struct medark_header *h,
		       struct medark_error *err)
{
	uint64_t sequence;

	MEDARK_TRY(medark_strict_number(s, "sequence", UINT32_MAX, &sequence, err));
	if (sequence == 0)
		return medark_strict_fault(s, "sequence", err);
	h->sequence = (uint32_t)sequence;
	h->has_previous = sequence > 1;
	if (h->has_previous)
		return medark_strict_hex(s, "previous", h->previous.bytes,
					 sizeof(h->previous.bytes), err);
	if (!json_is_null(json_object_get(s->object, "previous")))
		return medark_strict_fault(s, "previous", err);
	return 0;
}

int medark_header_parse(struct medark_bytes text, struct medark_header *out,
			struct medark_error *err)
{
	static const char *const names[] = { "format",	   "version",	 "archive",  "created",
					     "kek_commit", "recipients", "sequence", "previous",
					     "tool",	   "source",	 NULL };
	MEDARK_AUTO(medark_strict_free) json_t *root = NULL;
	struct medark_header h = { 0 };
	struct medark_strict s = { .what = WHAT };
	char created[MEDARK_TIME_SIZE];

	MEDARK_TRY(medark_strict_parse(text, MEDARK_HEADER_MAX, WHAT, &root, err));
	s.object = root;
	MEDARK_TRY(medark_strict_names(&s, names, err));
	MEDARK_TRY(medark_strict_is(&s, "format", "medark", err));
	MEDARK_TRY(medark_strict_is_number(&s, "version", MEDARK_FORMAT_VERSION, err)); /* F-2 */
	MEDARK_TRY(medark_strict_hex(&s, "archive", h.archive.bytes, sizeof(h.archive.bytes), err));
	MEDARK_TRY(medark_strict_text(&s, "created", sizeof(created) - 1, created, err));
	if (!medark_time_parse(medark_bytes_text(created), &h.created))
		return medark_strict_fault(&s, "created", err);
	MEDARK_TRY(medark_strict_hex(&s, "kek_commit", h.kek_commit.bytes,
				     sizeof(h.kek_commit.bytes), err));
	MEDARK_TRY(parse_recipients(&s, &h, err));
	MEDARK_TRY(parse_chain(&s, &h, err));
	MEDARK_TRY(medark_strict_text(&s, "tool", sizeof(h.tool) - 1, h.tool, err));
	MEDARK_TRY(medark_strict_word(&s, "source", sizeof(h.source) - 1, h.source, err));
	*out = h;
	return 0;
}
