/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify_archive: checks an archive without any decryption key and says who signed it.
 *
 *	verify_archive ARCHIVE TRUST.pem
 *
 *	cc verify_archive.c $(pkg-config --cflags --libs medark)
 */
#include <medark/medark.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static int verify(const char *path, const struct medark_trust *trust, struct medark_archive **out,
		  struct medark_error *err)
{
	/* Opening checks the signature. No identity (NULL): nothing inside can be read. */
	int code = medark_archive_open(path, trust, NULL, out, err);

	if (code == 0) /* every byte, on all processors, without telling how far it is */
		code = medark_archive_verify(*out, 0, NULL, err);
	return code;
}

static int print_signer(struct medark_archive *archive, struct medark_error *err)
{
	/* Large: it holds the names of all record types. */
	struct medark_archive_info *info = malloc(sizeof(*info));
	int code;

	if (!info)
		return MEDARK_E_MEMORY;
	code = medark_archive_info(archive, info, err);
	if (code == 0) {
		printf("signed by %s\n", info->signer);
		printf("certificate %s\n", info->signer_fingerprint);
		printf("at %s, as the signer says\n", info->signed_at);
		printf("number %" PRIu64 " of its chain, %" PRIu64 " records, %s\n", info->sequence,
		       info->records, info->complete ? "complete" : "not complete");
	}
	free(info);
	return code;
}

int main(int argc, char **argv)
{
	struct medark_archive *archive = NULL;
	struct medark_trust *trust = NULL;
	struct medark_error err = { 0 };
	int code;

	if (argc != 3) {
		fprintf(stderr, "usage: %s ARCHIVE TRUST\n", argv[0]);
		return 2;
	}
	/* Trust comes from outside: a CA's certificate or the signer's own, never the archive. */
	code = medark_trust_new(&trust, &err);
	if (code == 0)
		code = medark_trust_add_file(trust, argv[2], &err);
	if (code == 0)
		code = verify(argv[1], trust, &archive, &err);
	if (code == 0)
		code = print_signer(archive, &err);
	medark_archive_free(archive); /* before the trust that it borrows */
	medark_trust_free(trust);
	if (code == 0)
		return 0;
	/* The code says what kind of failure it is, the message what it was. */
	fprintf(stderr, "%s: %s: %s\n", argv[0],
		code == MEDARK_E_UNTRUSTED ? "intact, but not to be trusted"
		: code == MEDARK_E_FORMAT  ? "does not verify"
					   : "cannot be verified",
		err.message);
	return 1;
}
