/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence: who vouches for an archive, and since when it is as it is: time stamps (RFC 3161) and
 * further signatures are put behind it, without a key to the records and without touching them.
 * What is there already is verified first; a failure leaves the archive as it was. One thread at a
 * time per archive; two processes do not change one archive at once.
 */
#ifndef MEDARK_EVIDENCE_H
#define MEDARK_EVIDENCE_H

#include <medark/archive.h>
#include <medark/common.h>
#include <medark/error.h>
#include <medark/key.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Finishes a change of the archive's end that was interrupted, if ARCHIVE.tail is there: 1 if it
 * was, 0 if there was none. Both operations below do so by themselves. MEDARK_E_EXISTS if what is
 * there is not of this archive, or another process changes it; MEDARK_E_SYSTEM, MEDARK_E_MEMORY.
 */
MEDARK_API int medark_archive_settle(const char *path, struct medark_error *err);

struct medark_stamp_request {
	const char *archive;
	const struct medark_trust *trust; /* of signers and time stamping authorities */
	const char *url;     /* of the authority, http or https; NULL: none is asked, only lists */
	const char *ca_file; /* PEM, for https; NULL: the system's authorities */
	const char *const *crls; /* PEM files with revocation lists to put beside it */
	size_t crl_count;
};

/*
 * Has a time stamping authority stamp the archive: its signature for the first time, everything
 * behind its data from the second on, which keeps the evidence when the certificates of the stamp
 * before are about to expire or its algorithms to weaken. Lists that are given go in first, so that
 * the next stamp covers them. Where there is room for no more, the last stamps that the trust does
 * not vouch for are taken away, and a warning tells of each. MEDARK_E_FORMAT, MEDARK_E_UNTRUSTED as
 * medark_archive_open(), or if the stamp that comes back is wrong or of an authority that is not
 * trusted: it is not kept then; MEDARK_E_REMOTE if there is no answer; MEDARK_E_EXISTS if the
 * archive has room for no more; MEDARK_E_INTERRUPTED, MEDARK_E_KEY (lists), MEDARK_E_SYSTEM,
 * MEDARK_E_MEMORY.
 */
MEDARK_API int medark_archive_stamp(const struct medark_stamp_request *request,
				    const struct medark_events *events, struct medark_error *err);

struct medark_cosign_request {
	const char *archive;
	const struct medark_trust *trust; /* of who signed it */
	const char *certificate, *key;	  /* PEM, of who signs now; as for an export */
	const void *passphrase;		  /* of the key; NULL: none */
	size_t passphrase_size;
	unsigned threads; /* that verify; 0: as many as processors */
};

/*
 * Verifies the whole archive, then signs its manifest once more: MANIFEST.2.p7s to MANIFEST.9.p7s,
 * or MANIFEST.pq.p7s if the certificate's key is of ML-DSA, which needs OpenSSL 3.5 (else
 * MEDARK_E_SYSTEM). Who signs need not be trusted here. MEDARK_E_EXISTS if the same certificate has
 * signed it already, or it has a post-quantum signature; MEDARK_E_KEY for a certificate or key that
 * is unsuitable; otherwise as medark_archive_verify() and medark_archive_stamp().
 */
MEDARK_API int medark_archive_cosign(const struct medark_cosign_request *request,
				     const struct medark_events *events, struct medark_error *err);

#ifdef __cplusplus
}
#endif
#endif
