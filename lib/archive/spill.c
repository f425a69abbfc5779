/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/spill.h"

#include "base/secret.h"
#include "crypto/scratch_cipher.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define SEALED_BLOCK (MEDARK_SPILL_BLOCK + MEDARK_SCRATCH_TAG)

struct medark_spill {
	int fd;
	uint64_t blocks;
	struct medark_scratch_cipher *cipher;
	uint8_t scratch[SEALED_BLOCK];
};

void medark_spill_free(struct medark_spill *s)
{
	if (!s)
		return;
	if (s->fd >= 0)
		(void)close(s->fd);
	medark_scratch_cipher_free(s->cipher);
	medark_secret_wipe(s->scratch, sizeof(s->scratch));
	free(s);
}

/* A file without a name; file systems without O_TMPFILE get one for an instant. */
static int open_nameless(const char *folder, struct medark_error *err)
{
	char path[4096];
	int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0)
		return fd;
	if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL && errno != ENOENT)
		return medark_error_errno(err, errno, "cannot make a temporary file in '%s'",
					  folder);
	if ((size_t)snprintf(path, sizeof(path), "%s/.medark-scratch-XXXXXX", folder) >=
	    sizeof(path))
		return medark_error_set(err, MEDARK_E_USAGE, "the folder's name is too long");
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return medark_error_errno(err, errno, "cannot make a temporary file in '%s'",
					  folder);
	(void)unlink(path);
	return fd;
}

int medark_spill_new(const char *folder, struct medark_spill **out, struct medark_error *err)
{
	MEDARK_AUTO(medark_spill_free) struct medark_spill *s = NULL;

	s = calloc(1, sizeof(*s));
	if (!s)
		return medark_error_memory(err, "a temporary file");
	s->fd = open_nameless(folder, err);
	if (s->fd < 0)
		return s->fd;
	MEDARK_TRY(medark_scratch_cipher_new(&s->cipher, err));
	*out = MEDARK_TAKE(s);
	return 0;
}

uint64_t medark_spill_blocks(const struct medark_spill *s)
{
	return s->blocks;
}

int medark_spill_write(struct medark_spill *s, const uint8_t *block, struct medark_error *err)
{
	size_t done = 0;

	memcpy(s->scratch, block, MEDARK_SPILL_BLOCK);
	MEDARK_TRY(medark_scratch_cipher_seal(s->cipher, s->blocks, s->scratch, MEDARK_SPILL_BLOCK,
					      err));
	while (done < SEALED_BLOCK) {
		ssize_t n = write(s->fd, s->scratch + done, SEALED_BLOCK - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return medark_error_errno(err, errno, "cannot write a temporary file");
		done += (size_t)n;
	}
	s->blocks++;
	return 0;
}

int medark_spill_read(struct medark_spill *s, uint64_t number, uint8_t *out,
		      struct medark_error *err)
{
	off_t at = (off_t)(number * SEALED_BLOCK);
	size_t done = 0;

	while (done < SEALED_BLOCK) {
		ssize_t n = pread(s->fd, out + done, SEALED_BLOCK - done, at + (off_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return medark_error_errno(err, errno, "cannot read a temporary file");
		if (n == 0)
			return medark_error_set(err, MEDARK_E_SYSTEM,
						"a temporary file was cut off");
		done += (size_t)n;
	}
	return medark_scratch_cipher_open(s->cipher, number, out, MEDARK_SPILL_BLOCK,
					  out + MEDARK_SPILL_BLOCK, err);
}
