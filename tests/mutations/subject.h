/* SPDX-License-Identifier: Apache-2.0 */
/*
 * subject: a small good archive in memory, and the check that a changed copy of it is refused. One
 * process, one subject; children made by fork() call medark_subject_settle() first.
 */
#ifndef MEDARK_TEST_SUBJECT_H
#define MEDARK_TEST_SUBJECT_H

#include "base/buffer.h"
#include "base/bytes.h"

#include <limits.h>
#include <medark/medark.h>

#define MEMBERS_MAX 64
#define TAIL_SIZE   2048 /* LOCATOR with its header, and the end of the archive */

/* A member with its header and padding. */
struct member {
	const char *name;
	size_t begin, end;
	size_t size; /* of the content */
};

struct subject {
	char folder[64]; /* of this process; holds nothing but the changed archive */
	char path[128];	 /* of the changed archive */
	int fd;		 /* the same file */
	struct medark_buffer archive;
	struct member members[MEMBERS_MAX];
	size_t member_count; /* LOCATOR is the last one, MANIFEST the third from the end */
	struct medark_trust *trust;
	struct medark_identity *identity;
	size_t judged;
	struct medark_buffer patients, items, quarantine; /* every row that the good archive has */
};

/* Makes keys, a source and an archive of it. A failure is told on stderr and ends the process. */
void medark_subject_make(struct subject *s);
void medark_subject_clear(struct subject *s);

/* Gives a child process a folder of its own. */
void medark_subject_settle(struct subject *s);

/*
 * Whether `size` bytes are refused as they must be: opening or verifying, and restoring, fail
 * with MEDARK_E_FORMAT, nothing stands in the folder afterwards, and no patient, item or row of the
 * quarantine is given out that the good archive would not give. Otherwise says on stderr what
 * happened to `what`.
 */
bool medark_subject_refused(struct subject *s, const uint8_t *data, size_t size, const char *what);

/* The same for the good archive with one byte changed. */
bool medark_subject_refused_byte(struct subject *s, size_t at, uint8_t value);

#endif
