/* SPDX-License-Identifier: Apache-2.0 */
/* oid: content bytes of the object identifiers of the format. Internal to lib/crypto. */
#ifndef MEDARK_CRYPTO_OID_H
#define MEDARK_CRYPTO_OID_H

#include "base/bytes.h"

#define MEDARK_OID(bytes) medark_bytes((bytes), sizeof(bytes) - 1)

/* 1.2.840.113549.1.7.1, .2 (RFC 5652) */
#define MEDARK_OID_DATA	       MEDARK_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01")
#define MEDARK_OID_SIGNED_DATA MEDARK_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02")
/* 1.2.840.113549.1.9.16.1.23 (RFC 5083) */
#define MEDARK_OID_AUTH_ENVELOPED MEDARK_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17")
/* 2.16.840.1.101.3.4.1.45 (RFC 3565), .46 (RFC 5084) */
#define MEDARK_OID_AES256_WRAP MEDARK_OID("\x60\x86\x48\x01\x65\x03\x04\x01\x2d")
#define MEDARK_OID_AES256_GCM  MEDARK_OID("\x60\x86\x48\x01\x65\x03\x04\x01\x2e")
/* 2.16.840.1.101.3.4.2.1, .2, .3 (RFC 5754) */
#define MEDARK_OID_SHA256 MEDARK_OID("\x60\x86\x48\x01\x65\x03\x04\x02\x01")
#define MEDARK_OID_SHA384 MEDARK_OID("\x60\x86\x48\x01\x65\x03\x04\x02\x02")
#define MEDARK_OID_SHA512 MEDARK_OID("\x60\x86\x48\x01\x65\x03\x04\x02\x03")
/* 1.2.840.10045.2.1 (RFC 5480) */
#define MEDARK_OID_EC_PUBLIC_KEY MEDARK_OID("\x2a\x86\x48\xce\x3d\x02\x01")
/* 1.3.132.1.11.1, .2: dhSinglePass-stdDH-sha256kdf-scheme, -sha384kdf-scheme (RFC 5753) */
#define MEDARK_OID_ECDH_SHA256 MEDARK_OID("\x2b\x81\x04\x01\x0b\x01")
#define MEDARK_OID_ECDH_SHA384 MEDARK_OID("\x2b\x81\x04\x01\x0b\x02")
/* 1.2.840.113549.1.9.3, .4, .5 (RFC 5652), .16.2.47 (RFC 5035) */
#define MEDARK_OID_CONTENT_TYPE		  MEDARK_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x03")
#define MEDARK_OID_MESSAGE_DIGEST	  MEDARK_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x04")
#define MEDARK_OID_SIGNING_TIME		  MEDARK_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x05")
#define MEDARK_OID_SIGNING_CERTIFICATE_V2 MEDARK_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02\x2f")

#endif
