/* SPDX-License-Identifier: Apache-2.0 */
/*
 * layout: what several files must know of the archive format alike: its version, names and limits
 * (docs/FORMAT.md). The bytes that one file alone writes and reads stand there: of tar headers in
 * member.c, of the binding in segment.c, of padding in compress.c.
 */
#ifndef MEDARK_CONTAINER_LAYOUT_H
#define MEDARK_CONTAINER_LAYOUT_H

#include <stdint.h>

#define MEDARK_FORMAT_VERSION 1

#define MEDARK_ARCHIVE_ID_SIZE 16
struct medark_archive_id {
	uint8_t bytes[MEDARK_ARCHIVE_ID_SIZE];
};

/* tar (section 2) */
#define MEDARK_TAR_BLOCK    512
#define MEDARK_TAR_END	    1024
#define MEDARK_TAR_NAME_MAX 99
#define MEDARK_LOCATOR_SIZE 512
#define MEDARK_TAIL_SIZE    (MEDARK_TAR_BLOCK + MEDARK_LOCATOR_SIZE + MEDARK_TAR_END)

/* names of members, in the order of F-7 */
#define MEDARK_MEMBER_README	"README.txt"
#define MEDARK_MEMBER_RECOVER	"RECOVER.sh"
#define MEDARK_MEMBER_FORMAT	"FORMAT.md"
#define MEDARK_MEMBER_HEADER	"header.json"
#define MEDARK_MEMBER_KEYS	"keys.p7m"
#define MEDARK_MEMBER_SUMMARY	"summary.json"
#define MEDARK_MEMBER_MANIFEST	"MANIFEST"
#define MEDARK_MEMBER_SIGNATURE "MANIFEST.p7s"
#define MEDARK_MEMBER_LOCATOR	"LOCATOR"
#define MEDARK_MEMBER_ROOT	"index/root.zst.p7m"

/* names of the members of a proof of records (section 14) */
#define MEDARK_MEMBER_CHECK  "CHECK.sh"
#define MEDARK_MEMBER_PROOF  "PROOF"
#define MEDARK_MEMBER_RECORD "records/%08u"

/* limits (section 13) */
#define MEDARK_MEMBERS_MAX    (16u << 20)
#define MEDARK_NUMBER_MAX     99999999u /* of a segment: 8 digits in its name */
#define MEDARK_HEADER_MAX     (64u << 10)
#define MEDARK_KEYS_MAX	      (64u << 10)
#define MEDARK_RECIPIENTS_MAX 64
#define MEDARK_SUMMARY_MAX    (1u << 20)
/* what the passphrases of an archive cost together (F-27): n * p of scrypt, iterations */
#define MEDARK_SCRYPT_TOTAL_MAX (UINT64_C(1) << 22)
#define MEDARK_PBKDF2_TOTAL_MAX UINT64_C(10000000)
#define MEDARK_TEXT_MEMBER_MAX	(1u << 20)
#define MEDARK_MANIFEST_MAX	(256u << 20)
#define MEDARK_SIGNATURE_MAX	(1u << 20)
#define MEDARK_PROOF_MAX	(256u << 20)
#define MEDARK_SEALED_MAX	((64u << 20) + (64u << 10))
#define MEDARK_CONTENT_MAX	(64u << 20)
#define MEDARK_MAP_MAX		(16u << 20)
#define MEDARK_SEGMENT_MAX	(MEDARK_CONTENT_MAX + MEDARK_MAP_MAX)
#define MEDARK_WINDOW_LOG_MAX	23
#define MEDARK_PAGE_MAX		(16u << 20)
#define MEDARK_ROOT_MAX		(64u << 20)
#define MEDARK_PATIENTS_MAX	(UINT64_C(1) << 28)
#define MEDARK_PATH_MAX		4096
#define MEDARK_ITEM_MAX		(UINT32_MAX - 1) /* number of an item, from 0 */

/* additions behind MANIFEST.p7s (section 11) */
#define MEDARK_ADDITIONS_MAX	 43 /* 8 signatures, .pq, 9 stamps, 9 lists, 8 times two of KEYS */
#define MEDARK_ADDITION_MAX	 (1u << 20) /* bytes of one */
#define MEDARK_SIGNATURES_MAX	 9	    /* MANIFEST.p7s among them, without .pq */
#define MEDARK_STAMPS_MAX	 9
#define MEDARK_REVISIONS_MAX	 8 /* KEYS.2.p7m to KEYS.9.p7m */
#define MEDARK_ADDITION_NAME_MAX 24

/* what a segment is (F-14); the order is that of the index's tables (section 8) */
enum medark_kind {
	MEDARK_KIND_DATA = 0,
	MEDARK_KIND_ITEMS,
	MEDARK_KIND_SEGMENTS,
	MEDARK_KIND_PATIENTS,
	MEDARK_KIND_IDENTIFIERS,
	MEDARK_KIND_NAMES,
	MEDARK_KIND_BIRTHS,
	MEDARK_KIND_OUTSIDE,
	MEDARK_KIND_QUARANTINE,
	MEDARK_KIND_CHANGES, /* of an increment only */
	MEDARK_KIND_ROOT,
	MEDARK_KIND_COUNT
};

#endif
