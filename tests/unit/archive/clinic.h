/* SPDX-License-Identifier: Apache-2.0 */
/* clinic: a folder of its own with keys, in which a test makes archives and opens them. */
#ifndef MEDARK_TEST_CLINIC_H
#define MEDARK_TEST_CLINIC_H

#include "../test.h"

#include "archive/folder.h"

#include <medark/medark.h>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

struct clinic {
	char place[32];
	int before; /* the folder in which the test began */
	struct medark_trust *trust;
	struct medark_identity *identity;
};

static inline void clinic_key(enum medark_key_role role, const char *prefix)
{
	struct medark_key_request request = {
		.role = role, .type = MEDARK_KEY_P256, .common_name = prefix, .prefix = prefix
	};
	struct medark_error err;

	assert_int_equal(medark_key_create(&request, &err), 0);
}

/* Makes the folder and the keys, and goes there. False: it cannot be made. */
static inline bool clinic_begin(struct clinic *c)
{
	struct medark_error err;

	*c = (struct clinic) { .place = "/tmp/medark-test-XXXXXX",
			       .before = open(".", O_RDONLY | O_DIRECTORY) };
	if (!mkdtemp(c->place) || chdir(c->place) < 0)
		return false;
	clinic_key(MEDARK_ROLE_SIGNER, "s");
	clinic_key(MEDARK_ROLE_RECIPIENT, "r");
	assert_int_equal(medark_trust_new(&c->trust, &err), 0);
	assert_int_equal(medark_trust_add_file(c->trust, "s.cert.pem", &err), 0);
	assert_int_equal(medark_identity_new(&c->identity, &err), 0);
	assert_int_equal(medark_identity_add_key(c->identity, "r.key.pem", NULL, 0, &err), 0);
	return true;
}

static inline void clinic_export(const char *source, const char *out)
{
	struct medark_export_result result;
	struct medark_export *e = NULL;
	struct medark_error err;

	assert_int_equal(medark_export_new(&e, &err), 0);
	assert_int_equal(medark_export_add_source(e, source, &err), 0);
	assert_int_equal(medark_export_add_recipient(e, "r.cert.pem", &err), 0);
	assert_int_equal(medark_export_set_signer(e, "s.cert.pem", "s.key.pem", NULL, 0, &err), 0);
	assert_int_equal(medark_export_run(e, out, false, NULL, &result, &err), 0);
	medark_export_free(e);
}

/* Takes everything away again: 0. */
static inline int clinic_end(struct clinic *c)
{
	struct medark_error err;
	int fd;

	medark_identity_free(c->identity);
	medark_trust_free(c->trust);
	if (fchdir(c->before) < 0)
		return -1;
	fd = medark_folder_open(AT_FDCWD, c->place);
	assert_int_equal(medark_folder_clear(fd, &err), 0);
	(void)close(fd);
	return rmdir(c->place) || close(c->before);
}

#endif
