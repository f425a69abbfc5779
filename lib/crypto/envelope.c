/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/envelope.h"

#include "base/text.h"
#include "crypto/auth_enveloped.h"
#include "crypto/envelope_recipient.h"
#include "crypto/gcm.h"
#include "crypto/openssl_error.h"
#include "crypto/random.h"

#include <string.h>

#define HEX_SIZE ((size_t)2 * MEDARK_KEY_SIZE)
/* Largest RecipientInfo that is written; an issuer's name can be long. */
#define ENTRY_MAX MEDARK_ENVELOPE_SIZE_MAX

/* The RecipientInfos of a new envelope. */
struct entries {
	size_t count;
	struct medark_buffer der[MEDARK_ENVELOPE_RECIPIENTS_MAX];
	struct medark_recipient_id ids[MEDARK_ENVELOPE_RECIPIENTS_MAX];
};

static void entries_free(struct entries *entries)
{
	if (!entries)
		return;
	for (size_t i = 0; i < entries->count; i++)
		medark_buffer_clear(&entries->der[i]);
	free(entries);
}
MEDARK_DEFINE_AUTO(struct entries, entries_free)

static bool id_equal(const struct medark_recipient_id *a, const struct medark_recipient_id *b)
{
	return a->kind == b->kind && strcmp(a->key_id, b->key_id) == 0;
}

static int add_entry(struct entries *entries, const struct medark_recipient *recipient,
		     const struct medark_key *content_key, struct medark_error *err)
{
	size_t n = entries->count;

	MEDARK_TRY(medark_recipient_id(recipient, &entries->ids[n], err));
	for (size_t i = 0; i < n; i++)
		if (id_equal(&entries->ids[i], &entries->ids[n]))
			return medark_error_set(
				err, MEDARK_E_USAGE, "the same recipient is given twice ('%s')",
				recipient->certificate
					? medark_certificate_subject(recipient->certificate)
					: recipient->kek_id);
	entries->der[n].limit = ENTRY_MAX;
	entries->count++;
	return medark_envelope_entry_write(recipient, content_key, &entries->der[n], err);
}

/* All RecipientInfos as the content of a SET in DER order. */
static int join(const struct entries *entries, struct medark_buffer *out, struct medark_error *err)
{
	struct medark_der_writer w = medark_der_writer(out, err);
	struct medark_bytes items[MEDARK_ENVELOPE_RECIPIENTS_MAX];
	size_t size = 0;

	for (size_t i = 0; i < entries->count; i++) {
		items[i] = medark_bytes(entries->der[i].data, entries->der[i].size);
		size += items[i].size;
	}
	if (medark_auth_enveloped_size(size, HEX_SIZE) > MEDARK_ENVELOPE_SIZE_MAX)
		return medark_error_set(err, MEDARK_E_USAGE,
					"the recipients take more than %zu bytes",
					MEDARK_ENVELOPE_SIZE_MAX);
	medark_der_put_set_of(&w, MEDARK_DER_SET, items, entries->count);
	return medark_der_writer_finish(&w);
}

/* Makes room for the outer structure in `out` and writes it around the RecipientInfos. */
static int lay(const struct entries *entries, struct medark_buffer *out,
	       struct medark_auth_enveloped_parts *to, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer set = MEDARK_BUFFER(MEDARK_ENVELOPE_SIZE_MAX);
	struct medark_der reader;
	struct medark_bytes content;

	MEDARK_TRY(join(entries, &set, err));
	reader = medark_der(medark_bytes(set.data, set.size));
	(void)medark_der_get(&reader, MEDARK_DER_SET, &content);
	MEDARK_TRY(medark_buffer_reserve(out, medark_auth_enveloped_size(content.size, HEX_SIZE),
					 err));
	medark_auth_enveloped_lay(out->data + out->size, content.size, HEX_SIZE, to);
	memcpy(to->recipients, content.data, content.size);
	return 0;
}

/* Past the tag, which is the last of it. */
static void take_up(struct medark_buffer *out, const struct medark_auth_enveloped_parts *parts)
{
	out->size = (size_t)(parts->tag + MEDARK_GCM_TAG_SIZE - out->data);
}

/* Encrypts the archive key into it. */
static int enclose(const struct medark_key *archive_key, const struct medark_key *content_key,
		   const struct medark_auth_enveloped_parts *to, struct medark_error *err)
{
	MEDARK_AUTO(medark_gcm_clear) struct medark_gcm gcm = { 0 };
	char hex[HEX_SIZE + 1];
	struct medark_bytes content = medark_bytes(hex, HEX_SIZE);
	bool ok;

	MEDARK_TRY(medark_random_public(to->nonce, MEDARK_GCM_NONCE_SIZE, err));
	MEDARK_TRY(medark_gcm_init(&gcm, true, err));
	medark_text_hex(archive_key->bytes, MEDARK_KEY_SIZE, hex);
	ok = medark_gcm_start(&gcm, content_key, to->nonce) &&
	     medark_gcm_encrypt(&gcm, &content, 1, to->content, to->tag);
	medark_secret_wipe(hex, sizeof(hex));
	if (!ok)
		return medark_openssl_error(err, MEDARK_E_SYSTEM, "cannot encrypt the archive key");
	return 0;
}

int medark_envelope_seal(const struct medark_key *archive_key,
			 const struct medark_recipient *recipients, size_t count,
			 struct medark_buffer *out, struct medark_error *err)
{
	MEDARK_AUTO(medark_key_clear) struct medark_key content_key;
	MEDARK_AUTO(entries_free) struct entries *entries = NULL;
	struct medark_auth_enveloped_parts parts;

	if (count < 1 || count > MEDARK_ENVELOPE_RECIPIENTS_MAX)
		return medark_error_set(err, MEDARK_E_USAGE,
					"%zu recipients where 1 to %d are possible", count,
					MEDARK_ENVELOPE_RECIPIENTS_MAX);
	entries = calloc(1, sizeof(*entries));
	if (!entries)
		return medark_error_memory(err, "recipients");
	MEDARK_TRY(medark_random(content_key.bytes, sizeof(content_key.bytes), err));
	for (size_t i = 0; i < count; i++)
		MEDARK_TRY(add_entry(entries, &recipients[i], &content_key, err));
	MEDARK_TRY(lay(entries, out, &parts, err));
	MEDARK_TRY(enclose(archive_key, &content_key, &parts, err));
	take_up(out, &parts);
	return 0;
}

struct medark_envelope {
	uint8_t *copy; /* of the whole file; everything below points into it */
	struct medark_auth_enveloped outer;
	size_t count;
	struct medark_envelope_entry entries[MEDARK_ENVELOPE_RECIPIENTS_MAX];
	struct medark_bytes wholes[MEDARK_ENVELOPE_RECIPIENTS_MAX]; /* their DER */
};

void medark_envelope_free(struct medark_envelope *envelope)
{
	if (!envelope)
		return;
	free(envelope->copy);
	free(envelope);
}

/* F-9: in DER order, so strictly ascending; nobody twice. */
static const char *parse_next(struct medark_envelope *envelope, struct medark_bytes *before)
{
	struct medark_der *der = &envelope->outer.recipients;
	const uint8_t *start = der->rest.data;
	struct medark_envelope_entry *entry;
	struct medark_bytes whole;
	const char *fault;

	if (envelope->count == MEDARK_ENVELOPE_RECIPIENTS_MAX)
		return "it has too many recipients";
	entry = &envelope->entries[envelope->count];
	fault = medark_envelope_entry_parse(der, entry);
	if (fault)
		return fault;
	whole = medark_bytes(start, (size_t)(der->rest.data - start));
	if (envelope->count && medark_bytes_compare(*before, whole) >= 0)
		return "its recipients are not in order";
	for (size_t i = 0; i < envelope->count; i++)
		if (id_equal(&envelope->entries[i].id, &entry->id))
			return "it has the same recipient twice";
	*before = whole;
	envelope->wholes[envelope->count++] = whole;
	return NULL;
}

static const char *parse(struct medark_envelope *envelope, struct medark_bytes p7m)
{
	struct medark_bytes before = { NULL, 0 };
	const char *fault = medark_auth_enveloped_parse(p7m, &envelope->outer);

	if (!fault && envelope->outer.content.size != HEX_SIZE)
		fault = "its content is not of an archive key's size";
	while (!fault && !medark_der_at_end(&envelope->outer.recipients))
		fault = parse_next(envelope, &before);
	if (!fault && envelope->count == 0)
		fault = "it has no recipient";
	return fault;
}

int medark_envelope_parse(struct medark_bytes p7m, struct medark_envelope **out_envelope,
			  struct medark_error *err)
{
	MEDARK_AUTO(medark_envelope_free) struct medark_envelope *envelope = NULL;
	const char *fault = "it is too large";

	MEDARK_TRY(medark_digest_setup(err));
	envelope = calloc(1, sizeof(*envelope));
	if (!envelope)
		return medark_error_memory(err, "keys.p7m");
	if (p7m.size <= MEDARK_ENVELOPE_SIZE_MAX) {
		envelope->copy = malloc(p7m.size + 1);
		if (!envelope->copy)
			return medark_error_memory(err, "keys.p7m");
		if (p7m.size)
			memcpy(envelope->copy, p7m.data, p7m.size);
		fault = parse(envelope, medark_bytes(envelope->copy, p7m.size));
	}
	if (fault)
		return medark_error_set(err, MEDARK_E_FORMAT, "keys.p7m is malformed: %s", fault);
	*out_envelope = MEDARK_TAKE(envelope);
	return 0;
}

size_t medark_envelope_count(const struct medark_envelope *envelope)
{
	return envelope->count;
}

const struct medark_recipient_id *medark_envelope_recipient(const struct medark_envelope *envelope,
							    size_t i)
{
	return &envelope->entries[i].id;
}

/* 1 if the content key opens the content, 0 if not, negative if what comes out is no key. */
static int open_content(const struct medark_envelope *envelope, const struct medark_key *key,
			struct medark_key *out, struct medark_error *err)
{
	MEDARK_AUTO(medark_gcm_clear) struct medark_gcm gcm = { 0 };
	uint8_t hex[HEX_SIZE];
	bool ok, is_key = false;

	MEDARK_TRY(medark_gcm_init(&gcm, false, err));
	ok = medark_gcm_start(&gcm, key, envelope->outer.nonce) &&
	     medark_gcm_decrypt(&gcm, envelope->outer.content, envelope->outer.tag, hex);
	medark_openssl_drain();
	if (ok)
		is_key = medark_text_unhex(medark_bytes(hex, sizeof(hex)), out->bytes,
					   sizeof(out->bytes));
	medark_secret_wipe(hex, sizeof(hex));
	if (ok && !is_key) {
		medark_key_clear(out);
		return medark_error_set(err, MEDARK_E_FORMAT,
					"keys.p7m does not hold an archive key");
	}
	return ok;
}

/* The key of the content, which has passed the tag, and what stands there. */
static int find_keys(const struct medark_envelope *envelope,
		     const struct medark_envelope_opener *opener,
		     struct medark_key *out_content_key, struct medark_key *out,
		     struct medark_error *err)
{
	for (size_t i = 0; i < envelope->count; i++) {
		MEDARK_AUTO(medark_key_clear) struct medark_key key;
		int opened;

		if (!medark_envelope_entry_open(&envelope->entries[i], opener, &key))
			continue;
		opened = open_content(envelope, &key, out, err);
		if (opened > 0)
			*out_content_key = key;
		if (opened)
			return opened < 0 ? opened : 0;
	}
	return medark_error_set(err, MEDARK_E_IDENTITY,
				"the given identity does not open this archive");
}

int medark_envelope_open(const struct medark_envelope *envelope,
			 const struct medark_envelope_opener *opener, struct medark_key *out,
			 struct medark_error *err)
{
	MEDARK_AUTO(medark_key_clear) struct medark_key content_key;

	return find_keys(envelope, opener, &content_key, out, err);
}

static int copy_entries(const struct medark_envelope *envelope, struct entries *entries,
			struct medark_error *err)
{
	for (size_t i = 0; i < envelope->count; i++) {
		struct medark_bytes whole = envelope->wholes[i];

		entries->ids[i] = envelope->entries[i].id;
		entries->der[i].limit = ENTRY_MAX;
		entries->count++;
		MEDARK_TRY(medark_buffer_add(&entries->der[i], whole.data, whole.size, err));
	}
	return 0;
}

int medark_envelope_add(const struct medark_envelope *envelope,
			const struct medark_envelope_opener *opener,
			const struct medark_recipient *recipients, size_t count,
			struct medark_buffer *out, struct medark_error *err)
{
	MEDARK_AUTO(medark_key_clear) struct medark_key content_key;
	MEDARK_AUTO(medark_key_clear) struct medark_key archive_key;
	MEDARK_AUTO(entries_free) struct entries *entries = NULL;
	struct medark_auth_enveloped_parts parts;

	if (count > MEDARK_ENVELOPE_RECIPIENTS_MAX - envelope->count)
		return medark_error_set(err, MEDARK_E_USAGE,
					"it has %zu recipients and room for %d in all",
					envelope->count, MEDARK_ENVELOPE_RECIPIENTS_MAX);
	entries = calloc(1, sizeof(*entries));
	if (!entries)
		return medark_error_memory(err, "recipients");
	MEDARK_TRY(find_keys(envelope, opener, &content_key, &archive_key, err));
	MEDARK_TRY(copy_entries(envelope, entries, err));
	for (size_t i = 0; i < count; i++)
		MEDARK_TRY(add_entry(entries, &recipients[i], &content_key, err));
	MEDARK_TRY(lay(entries, out, &parts, err));
	/* The tag is over the content alone (RFC 5083): all of it stays. */
	memcpy(parts.nonce, envelope->outer.nonce, MEDARK_GCM_NONCE_SIZE);
	memcpy(parts.content, envelope->outer.content.data, HEX_SIZE);
	memcpy(parts.tag, envelope->outer.tag, MEDARK_GCM_TAG_SIZE);
	take_up(out, &parts);
	return 0;
}

bool medark_envelope_has(const struct medark_envelope *envelope,
			 const struct medark_recipient_id *id)
{
	for (size_t i = 0; i < envelope->count; i++)
		if (id_equal(&envelope->entries[i].id, id))
			return true;
	return false;
}

bool medark_envelope_extends(const struct medark_envelope *later,
			     const struct medark_envelope *earlier)
{
	const struct medark_auth_enveloped *a = &later->outer, *b = &earlier->outer;
	size_t found = 0;

	/* Both are in the order of their bytes. */
	for (size_t i = 0; i < later->count && found < earlier->count; i++)
		found += medark_bytes_compare(later->wholes[i], earlier->wholes[found]) == 0;
	return found == earlier->count && later->count > earlier->count &&
	       memcmp(a->nonce, b->nonce, MEDARK_GCM_NONCE_SIZE) == 0 &&
	       medark_bytes_compare(a->content, b->content) == 0 &&
	       memcmp(a->tag, b->tag, MEDARK_GCM_TAG_SIZE) == 0;
}
