/* SPDX-License-Identifier: Apache-2.0 */
/* key: key pairs, trust anchors and identities. */
#ifndef MEDARK_KEY_H
#define MEDARK_KEY_H

#include <medark/common.h>
#include <medark/error.h>

#ifdef __cplusplus
extern "C" {
#endif

enum medark_key_role { MEDARK_ROLE_SIGNER, MEDARK_ROLE_RECIPIENT };
enum medark_key_type {
	MEDARK_KEY_P256,
	MEDARK_KEY_P384,
	MEDARK_KEY_RSA3072,
	MEDARK_KEY_ML_DSA_65, /* post-quantum (FIPS 204), of signers: for medark_archive_cosign() */
	MEDARK_KEY_ML_DSA_87,
	MEDARK_KEY_ML_KEM_768, /* post-quantum (FIPS 203), of recipients */
	MEDARK_KEY_ML_KEM_1024,
};

/*
 * Has nobody but the owner and the user who asks a right on the open file `fd`, though its mode
 * shows one of the group: because an access control list (acl(5)) names that user alone? So systemd
 * gives a service its credentials. False without such a list. Any thread.
 */
MEDARK_API bool medark_acl_is_own(int fd);

/* Room for a drawn passphrase, with its zero. */
#define MEDARK_PASSPHRASE_SIZE 30

/*
 * Draws a passphrase of 120 bits: six groups of four letters and digits, "7KQ2-…", which are all
 * upper case and none of which looks like another. A secret, wiped by the caller. MEDARK_E_SYSTEM.
 * Any thread.
 */
MEDARK_API int medark_passphrase_new(char out[MEDARK_PASSPHRASE_SIZE], struct medark_error *err);

struct medark_key_request {
	enum medark_key_role role;
	enum medark_key_type type;
	const char *common_name; /* 1 to 64 characters, UTF-8 */
	const char *prefix;	 /* writes <prefix>.key.pem (0600) and <prefix>.cert.pem */
	bool replace;		 /* overwrite existing files */
};

/*
 * Wherever the path of a private key is taken, a URI of RFC 7512 names one in a token (smart card,
 * HSM): "pkcs11:token=clinic;object=signer". Its PIN is given as a passphrase of a key's file is,
 * or is read from a file that the URI names: "?pin-source=/etc/medark/pin", where nobody but its
 * owner may have a right on it; the module may be named, too: "?module-path=/usr/lib/….so". A PIN
 * is tried once.
 *
 * 1: `path` is such a URI, and a PIN has to be given; 0: it is not, or it names the PIN's file.
 * MEDARK_E_USAGE: it is malformed, or holds a PIN, where others can see it; the sentence does not
 * quote it. Any thread.
 */
MEDARK_API int medark_key_needs_pin(const char *path, struct medark_error *err);

/*
 * Makes a key pair with a self-signed certificate, for tests and sites without a PKI. Neither file
 * remains if one cannot be written. A key of ML-KEM cannot sign: its certificate is signed with a
 * key that is thrown away. MEDARK_E_USAGE also if the type is not one of the role; MEDARK_E_EXISTS;
 * MEDARK_E_SYSTEM, also if OpenSSL has no such algorithm (post-quantum ones need 3.5).
 */
MEDARK_API int medark_key_create(const struct medark_key_request *request,
				 struct medark_error *err);

/*
 * Trust anchors: CA certificates, intermediates or signers' own certificates, and CRLs, in PEM.
 * Read-only after the last add; may then be shared by threads.
 */
struct medark_trust;
MEDARK_API int medark_trust_new(struct medark_trust **out, struct medark_error *err);
/*
 * Adds all certificates and CRLs of a PEM file of at most 16 MiB: each of them becomes an anchor.
 * MEDARK_E_KEY if it holds none, or anything else; MEDARK_E_SYSTEM, MEDARK_E_MEMORY.
 */
MEDARK_API int medark_trust_add_file(struct medark_trust *trust, const char *path,
				     struct medark_error *err);
/*
 * The same for time stamping authorities (RFC 3161). Where no such file was added, the others vouch
 * for them, too; where one was, they do not.
 */
MEDARK_API int medark_trust_add_stamp_file(struct medark_trust *trust, const char *path,
					   struct medark_error *err);
/*
 * Requires that exactly this signer signed, beside the chain to an anchor: `fingerprint` is the
 * SHA-256 of the certificate's DER, 64 hexadecimal digits, perhaps with colons between the bytes.
 * Of several (at most 64) one has to fit. MEDARK_E_USAGE.
 */
MEDARK_API int medark_trust_add_signer(struct medark_trust *trust, const char *fingerprint,
				       struct medark_error *err);
/*
 * Judges certificates as of `when` instead of now: "2026-11-22T03:10:00Z", or "2026-11-22" for the
 * beginning of that day, RFC 3339 in UTC. NULL: now again. Archives that are opened afterwards say
 * so (judged_at). It is for archives that outlive the certificate of their signer; whoever has the
 * key of an expired certificate can sign with any date, so the time has to be known from elsewhere,
 * or the signer's word be believed. MEDARK_E_USAGE if it is no such time, or one to come; what was
 * set stays then. Before the trust is shared by threads.
 */
MEDARK_API int medark_trust_judge_at(struct medark_trust *trust, const char *when,
				     struct medark_error *err);
MEDARK_API void medark_trust_free(struct medark_trust *trust);

/* What a certificate is called, by people and in archives. Strings are printable, one line. */
struct medark_certificate_info {
	char subject[512];
	char fingerprint[65]; /* SHA-256 of its DER, hex */
	/* How archives name it as a recipient; both empty if none can be encrypted to its key. */
	char kind[16];
	char recipient_id[65];
};

/*
 * Describes all certificates of a PEM file as medark_trust_add_file() takes it, each once, in the
 * order of their fingerprints: the first `room` of them, and *out_count says how many there are.
 * MEDARK_E_SYSTEM, MEDARK_E_KEY, MEDARK_E_MEMORY. Any thread.
 */
MEDARK_API int medark_anchors_describe(const char *path, struct medark_certificate_info *out,
				       size_t room, size_t *out_count, struct medark_error *err);

/* Describes the first certificate of a PEM file. Any thread. MEDARK_E_SYSTEM, MEDARK_E_KEY. */
MEDARK_API int medark_certificate_describe(const char *path, struct medark_certificate_info *out,
					   struct medark_error *err);

/*
 * An identity opens archives: private keys and passphrases, tried in turn. Its secrets are wiped
 * by medark_identity_free(). Not shared between threads.
 */
struct medark_identity;
MEDARK_API int medark_identity_new(struct medark_identity **out, struct medark_error *err);
/*
 * Adds a PEM private key, at most 64 (MEDARK_E_USAGE). `passphrase` (may be NULL, `size` 0) opens
 * an encrypted PEM, or is the PIN if `path` names a key in a token (see medark_key_needs_pin()). A
 * file on which group or others have any right, or that belongs to neither the user nor root, is
 * refused (MEDARK_E_KEY), as is a key of another kind or size than archives take: RSA, P-256,
 * P-384, and ML-KEM where OpenSSL has it. MEDARK_E_SYSTEM, MEDARK_E_MEMORY.
 */
MEDARK_API int medark_identity_add_key(struct medark_identity *identity, const char *path,
				       const void *passphrase, size_t size,
				       struct medark_error *err);
/* Adds an archive passphrase of 1 to 1,000 bytes (copied), at most 64. MEDARK_E_USAGE. */
MEDARK_API int medark_identity_add_passphrase(struct medark_identity *identity,
					      const void *passphrase, size_t size,
					      struct medark_error *err);
MEDARK_API void medark_identity_free(struct medark_identity *identity);

#ifdef __cplusplus
}
#endif
#endif
