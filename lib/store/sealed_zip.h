/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sealed_zip: a ZIP file whose entries are compressed and encrypted by WinZip's AE scheme with
 * AES-256 (APPNOTE.TXT 6.3, section 7; WinZip's "AES Encryption Information"), as 7-Zip, WinZip and
 * bsdtar open it with a passphrase. libarchive makes it; nothing goes through a temporary file.
 *
 * Without the passphrase anybody sees the names, sizes and CRC-32 of the entries, and nothing else:
 * no times, no owners. The scheme derives its keys by PBKDF2 with SHA-1 and 1,000 rounds, each
 * entry with a salt of its own: the passphrase itself has to be strong. libarchive wipes its copy
 * of the passphrase, but not all of its buffers. One thread.
 */
#ifndef MEDARK_STORE_SEALED_ZIP_H
#define MEDARK_STORE_SEALED_ZIP_H

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/error.h"

struct medark_sealed_zip;

/*
 * Begins one at the position of `fd`, which is borrowed. `passphrase` is copied. MEDARK_E_SYSTEM:
 * this libarchive cannot encrypt; MEDARK_E_MEMORY.
 */
int medark_sealed_zip_new(int fd, const char *passphrase, struct medark_sealed_zip **out,
			  struct medark_error *err) MEDARK_MUST_USE;

/* Without finish: what is in the file is no ZIP file. */
void medark_sealed_zip_free(struct medark_sealed_zip *zip);
MEDARK_DEFINE_AUTO(struct medark_sealed_zip, medark_sealed_zip_free)

/*
 * Adds a regular file; `name` is ASCII, its folders need no entry. MEDARK_E_SYSTEM (no space …),
 * MEDARK_E_MEMORY.
 */
int medark_sealed_zip_add(struct medark_sealed_zip *zip, const char *name,
			  struct medark_bytes content, struct medark_error *err) MEDARK_MUST_USE;

/* Writes the directory at the end. Nothing can be added then. MEDARK_E_SYSTEM, MEDARK_E_MEMORY. */
int medark_sealed_zip_finish(struct medark_sealed_zip *zip,
			     struct medark_error *err) MEDARK_MUST_USE;

#endif
