/* SPDX-License-Identifier: Apache-2.0 */
/* medark_key_split(). */
#include "archive/quorum.h"

#include "archive/share_page.h"
#include "base/time.h"
#include "crypto/certificate.h"
#include "crypto/random.h"
#include "crypto/shamir.h"
#include "crypto/small_file.h"

#include <limits.h>
#include <string.h>
#include <time.h>

#define FILES_MAX (MEDARK_SHARES_MAX + 1) /* and a certificate */

/* Files that get their names together. */
struct files {
	struct medark_small_file *items[FILES_MAX];
	size_t count;
};

static void files_clear(struct files *files)
{
	for (size_t i = 0; i < files->count; i++)
		medark_small_file_free(files->items[i]);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct files, files_clear)

struct split {
	const struct medark_split_request *request;
	struct medark_private_key *key;
	struct medark_certificate *certificate;
	struct medark_share share; /* what all of them have, and then each in turn */
	uint8_t *shares;
	char made[MEDARK_TIME_SIZE];
};

static void split_clear(struct split *s)
{
	medark_private_key_free(s->key);
	medark_certificate_free(s->certificate);
	medark_share_clear(&s->share);
	medark_secret_free(s->shares);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct split, split_clear)

static int make_key(struct split *s, struct medark_error *err)
{
	const struct medark_split_request *request = s->request;

	if (request->type != MEDARK_KEY_P256 && request->type != MEDARK_KEY_P384)
		return medark_error_set(err, MEDARK_E_USAGE,
					"only keys of type p256 and p384 are split");
	MEDARK_TRY(medark_private_key_generate(request->type, &s->key, err));
	return medark_private_key_self_sign(s->key, MEDARK_ROLE_RECIPIENT, request->name,
					    &s->certificate, err);
}

static int load_key(struct split *s, struct medark_error *err)
{
	const struct medark_split_request *request = s->request;
	struct medark_bytes passphrase =
		medark_bytes(request->passphrase, request->passphrase_size);

	if (!request->certificate)
		return medark_error_set(err, MEDARK_E_USAGE, "the key's certificate is not given");
	MEDARK_TRY(medark_certificate_load(request->certificate, &s->certificate, err));
	MEDARK_TRY(medark_private_key_load(request->key, passphrase, &s->key, err));
	if (!medark_private_key_matches(s->key, s->certificate))
		return medark_error_set(err, MEDARK_E_KEY,
					"the key '%s' does not belong to the certificate '%s'",
					request->key, request->certificate);
	return 0;
}

/* Who deals shares out has to be able to trust that they join: the last M are tried. */
static int try_shares(const struct split *s, const struct medark_scalar *scalar, size_t size,
		      struct medark_error *err)
{
	struct medark_shamir_share list[MEDARK_SHARES_MAX];
	MEDARK_AUTO(medark_scalar_clear) struct medark_scalar joined = { .type = scalar->type };
	unsigned first = s->share.count - s->share.threshold;

	for (unsigned i = 0; i < s->share.threshold; i++)
		list[i] = (struct medark_shamir_share) { .bytes = s->shares + (first + i) * size,
							 .number = (uint8_t)(first + i + 1) };
	MEDARK_TRY(medark_shamir_join(list, s->share.threshold, size, 0, joined.bytes, err));
	if (!medark_secret_equal(joined.bytes, scalar->bytes, size))
		return medark_error_set(err, MEDARK_E_SYSTEM,
					"the shares do not give the key again: this machine "
					"miscalculates");
	return 0;
}

static int split_key(struct split *s, struct medark_error *err)
{
	const struct medark_split_request *request = s->request;
	MEDARK_AUTO(medark_scalar_clear) struct medark_scalar scalar = { .type = MEDARK_KEY_P256 };
	size_t size;

	MEDARK_TRY(medark_scalar_of(s->key, &scalar, err));
	size = medark_scalar_size(scalar.type);
	s->shares = medark_secret_new(request->count * size);
	if (!s->shares)
		return medark_error_memory(err, "shares");
	MEDARK_TRY(medark_shamir_split(medark_bytes(scalar.bytes, size), request->threshold,
				       request->count, s->shares, err));
	s->share.type = scalar.type;
	s->share.threshold = request->threshold;
	s->share.count = request->count;
	MEDARK_TRY(medark_random_public(s->share.set, sizeof(s->share.set), err));
	MEDARK_TRY(medark_private_key_public_digest(s->key, &s->share.public_key, err));
	return try_shares(s, &scalar, size, err);
}

static int name_file(const char *prefix, const char *ending, char out[PATH_MAX],
		     struct medark_error *err)
{
	if (snprintf(out, PATH_MAX, "%s%s", prefix, ending) >= PATH_MAX)
		return medark_error_set(err, MEDARK_E_USAGE, "the prefix of the files is too long");
	return 0;
}

/* Share `number`, from 1. */
static int stage_share(struct split *s, unsigned number, struct files *files,
		       struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer page = MEDARK_BUFFER_SECRET(MEDARK_SHARE_PAGE_MAX);
	struct medark_share_caption caption = {
		.name = s->request->name,
		.made = s->made,
		.subject = medark_certificate_subject(s->certificate),
		.certificate = medark_certificate_fingerprint(s->certificate),
	};
	size_t size = medark_scalar_size(s->share.type);
	char ending[32], path[PATH_MAX];

	s->share.number = number;
	memcpy(s->share.bytes, s->shares + (number - 1) * size, size);
	(void)snprintf(ending, sizeof(ending), ".share-%u.txt", number);
	MEDARK_TRY(name_file(s->request->prefix, ending, path, err));
	MEDARK_TRY(medark_share_page_write(&s->share, &caption, &page, err));
	MEDARK_TRY(medark_small_file_stage(path, medark_bytes(page.data, page.size), 0600,
					   &files->items[files->count], err));
	files->count++;
	return 0;
}

static int write_files(struct split *s, struct medark_error *err)
{
	MEDARK_AUTO(files_clear) struct files files = { .count = 0 };
	char path[PATH_MAX];

	if (!s->request->key) {
		MEDARK_TRY(name_file(s->request->prefix, ".cert.pem", path, err));
		MEDARK_TRY(medark_certificate_stage(s->certificate, path, &files.items[0], err));
		files.count = 1;
	}
	for (unsigned i = 1; i <= s->request->count; i++)
		MEDARK_TRY(stage_share(s, i, &files, err));
	return medark_small_file_commit_all(files.items, files.count, false, err);
}

int medark_key_split(const struct medark_split_request *request, struct medark_share_set *out,
		     struct medark_error *err)
{
	MEDARK_AUTO(split_clear) struct split s = { .request = request };

	MEDARK_TRY(medark_digest_setup(err));
	MEDARK_TRY(medark_common_name_check(medark_bytes_text(request->name), err));
	if (!medark_time_format(time(NULL), s.made))
		return medark_error_set(err, MEDARK_E_SYSTEM, "the clock is out of bounds");
	s.made[10] = '\0'; /* the date */
	MEDARK_TRY(request->key ? load_key(&s, err) : make_key(&s, err));
	MEDARK_TRY(split_key(&s, err));
	MEDARK_TRY(write_files(&s, err));
	medark_quorum_describe(&s.share, out);
	return 0;
}
