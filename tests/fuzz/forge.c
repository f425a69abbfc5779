/* SPDX-License-Identifier: Apache-2.0 */
#include "forge.h"

#include "keys.h"

#include "archive/folder.h"
#include "container/member.h"
#include "crypto/native.h"
#include "crypto/signature.h"
#include "crypto/trust.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

void forge_expect_done(int code, const struct medark_error *err)
{
	if (code == 0)
		return;
	(void)fprintf(stderr, "fuzz: %d: %s\n", code, err->message);
	abort();
}

/* A new file in memory that nobody else may read, as a private key's must be. */
static int memory_file(struct medark_bytes content, char path[64])
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	forge_expect(fd >= 0 && fchmod(fd, 0600) == 0);
	forge_expect(pwrite(fd, content.data, content.size, 0) == (ssize_t)content.size);
	(void)snprintf(path, 64, "/proc/self/fd/%d", fd);
	return fd;
}

const char *forge_file(struct medark_bytes content)
{
	static char path[64];
	static int fd = -1;

	if (fd < 0)
		fd = memory_file(content, path);
	forge_expect(ftruncate(fd, 0) == 0);
	forge_expect(pwrite(fd, content.data, content.size, 0) == (ssize_t)content.size);
	return path;
}

static char folder[64];

static void remove_folder(void)
{
	int fd = medark_folder_open(AT_FDCWD, folder);

	if (fd < 0)
		return;
	(void)!medark_folder_clear(fd, NULL);
	(void)close(fd);
	(void)rmdir(folder);
}

const char *forge_folder(void)
{
	int fd;

	if (!folder[0]) {
		(void)snprintf(folder, sizeof(folder), "%s/medark-fuzz-XXXXXX",
			       access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
		forge_expect(mkdtemp(folder) && atexit(remove_folder) == 0);
	}
	fd = medark_folder_open(AT_FDCWD, folder);
	forge_expect(fd >= 0 && medark_folder_clear(fd, NULL) == 0);
	(void)close(fd);
	return folder;
}

const struct medark_trust *forge_trust(void)
{
	static struct medark_trust *trust;
	char path[64];
	int fd;

	if (trust)
		return trust;
	fd = memory_file(medark_bytes_text(FUZZ_SIGNER_CERTIFICATE), path);
	forge_expect(medark_trust_new(&trust, NULL) == 0 &&
		     medark_trust_add_file(trust, path, NULL) == 0);
	(void)close(fd);
	return trust;
}

const struct medark_identity *forge_identity(void)
{
	static struct medark_identity *identity;
	char path[64];
	int fd;

	if (identity)
		return identity;
	fd = memory_file(medark_bytes_text(FUZZ_RECIPIENT_KEY), path);
	forge_expect(medark_identity_new(&identity, NULL) == 0 &&
		     medark_identity_add_key(identity, path, NULL, 0, NULL) == 0);
	(void)close(fd);
	return identity;
}

void forge_sign(struct medark_bytes manifest, struct medark_buffer *out)
{
	static struct medark_private_key *key;
	static struct medark_certificate *certificate;
	char path[64];
	int fd;

	if (!key) {
		fd = memory_file(medark_bytes_text(FUZZ_SIGNER_KEY), path);
		forge_expect(medark_private_key_load(path, medark_bytes(NULL, 0), &key, NULL) == 0);
		(void)close(fd);
		fd = memory_file(medark_bytes_text(FUZZ_SIGNER_CERTIFICATE), path);
		forge_expect(medark_certificate_load(path, &certificate, NULL) == 0);
		(void)close(fd);
	}
	forge_expect(medark_signature_make(manifest, certificate, key, out, NULL) == 0);
}

bool forge_member(struct medark_buffer *out, struct medark_manifest_writer *w, const char *name,
		  struct medark_bytes content)
{
	size_t space = (size_t)medark_member_space(content.size);
	struct medark_digest digest;

	medark_sha256(content.data, content.size, &digest);
	if (w && medark_manifest_writer_add(w, name, content.size, &digest, NULL) < 0)
		return false;
	forge_expect(medark_buffer_reserve(out, space, NULL) == 0);
	memset(out->data + out->size, 0, space);
	medark_member_header(name, content.size, out->data + out->size);
	if (content.size)
		memcpy(out->data + out->size + MEDARK_TAR_BLOCK, content.data, content.size);
	out->size += space;
	return true;
}
