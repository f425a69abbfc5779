/* SPDX-License-Identifier: Apache-2.0 */
/*
 * totp: codes of authenticator apps (RFC 6238): six digits, steps of 30 seconds, SHA-1, which is
 * all that every app knows. Any thread.
 */
#ifndef MEDARK_DESK_TOTP_H
#define MEDARK_DESK_TOTP_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

#define MEDARK_TOTP_SECRET_SIZE 20 /* RFC 4226 section 4, R6 */

/*
 * Is `code` that of the step at `now` (seconds since 1970), of the one before or of the one after,
 * and is that step later than *last, up to which all are used up (RFC 6238 section 5.2)? *last is
 * then that step. `code` comes from outside and may be anything. MEDARK_E_SYSTEM.
 */
int medark_totp_check(const uint8_t secret[MEDARK_TOTP_SECRET_SIZE], struct medark_bytes code,
		      int64_t now, uint64_t *last, bool *out_fits,
		      struct medark_error *err) MEDARK_MUST_USE;

/*
 * Appends the address that an app reads from a QR code, and a zero behind it (Key Uri Format):
 * otpauth://totp/ISSUER:NAME?secret=…&issuer=ISSUER. `issuer` and `name` are UTF-8 without a colon
 * (it becomes a space). `out` is a secret.
 */
int medark_totp_uri(const uint8_t secret[MEDARK_TOTP_SECRET_SIZE], const char *issuer,
		    const char *name, struct medark_buffer *out,
		    struct medark_error *err) MEDARK_MUST_USE;

#endif
