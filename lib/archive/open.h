/* SPDX-License-Identifier: Apache-2.0 */
/*
 * open: an archive whose manifest has been verified, as the reading files of this folder share it.
 * What stands here has passed steps 1, 3 and 4 of FORMAT.md section 12; members are checked when
 * they are read (member_read). The fields are read-only after medark_archive_open(), `index` apart.
 */
#ifndef MEDARK_ARCHIVE_OPEN_H
#define MEDARK_ARCHIVE_OPEN_H

#include "archive/evidence.h"
#include "archive/index_reader.h"
#include "archive/recipients.h"
#include "base/cleanup.h"
#include "base/secret.h"
#include "container/header.h"
#include "container/manifest.h"
#include "container/summary.h"
#include "crypto/signature.h"
#include "store/input.h"

#include <medark/archive.h>

struct medark_archive {
	struct medark_input *input;
	struct medark_manifest *manifest;
	struct medark_digest manifest_digest;
	struct medark_digest tail_digest; /* of all bytes from MANIFEST's header on */
	struct medark_header header;
	struct medark_summary summary;
	struct medark_evidence evidence; /* the signer of MANIFEST.p7s among it */
	struct medark_recipients recipients;
	bool has_key;
	struct medark_key key;
	struct medark_index *index; /* NULL until medark_archive_index() */
};

MEDARK_DEFINE_AUTO(struct medark_archive, medark_archive_free)

/* The index, opened at the first call; borrowed. MEDARK_E_IDENTITY without an identity. */
int medark_archive_index(struct medark_archive *archive, struct medark_index **out,
			 struct medark_error *err) MEDARK_MUST_USE;

/*
 * Fills what header, summary, signers and recipients say. `manifest` may be unverified, and so is
 * then `out`.
 */
void medark_info_fill(struct medark_archive_info *out, const struct medark_header *header,
		      const struct medark_summary *summary, const struct medark_evidence *evidence,
		      const struct medark_recipients *recipients,
		      const struct medark_manifest *manifest);

#endif
