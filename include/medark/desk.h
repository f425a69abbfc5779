/* SPDX-License-Identifier: Apache-2.0 */
/* desk: who may read charts where archives are served, and the log of who did. */
#ifndef MEDARK_DESK_H
#define MEDARK_DESK_H

#include <medark/common.h>
#include <medark/error.h>
#include <medark/key.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What an account may do; a set of bits. */
enum medark_account_role {
	MEDARK_MAY_TREAT = 1 << 0, /* "clinician": reads charts */
	MEDARK_MAY_DESK = 1 << 1,  /* "desk": finds patients, sees lists and appointments */
	MEDARK_MAY_AUDIT = 1 << 2, /* "auditor": reads the log */
	MEDARK_MAY_ADMIN = 1 << 3, /* "admin": changes accounts */
};
#define MEDARK_MAY_ALL 15u

#define MEDARK_ACCOUNT_NAME_MAX	 64  /* characters of [A-Za-z0-9._-] */
#define MEDARK_ACCOUNT_SHOWN_MAX 128 /* bytes of UTF-8 */

/* An account as others may see it. */
struct medark_account {
	char name[MEDARK_ACCOUNT_NAME_MAX + 1];
	char shown[MEDARK_ACCOUNT_SHOWN_MAX + 1]; /* what pages and the log call it */
	unsigned roles;				  /* bits of enum medark_account_role */
	bool is_disabled;
	bool has_totp; /* log-in wants a code, too */
};

/*
 * Why a chart is opened: what NEN 7513:2018 wants to know. Names of codes are those of HL7's
 * ActReason where it has one.
 */
enum medark_reason_code {
	MEDARK_REASON_NONE = 0,
	MEDARK_REASON_TREATMENT, /* TREAT */
	MEDARK_REASON_EMERGENCY, /* ETREAT: the "noodprocedure" */
	MEDARK_REASON_ADMIN,	 /* HOPERAT: administration of care */
	MEDARK_REASON_BEHALF,	 /* on behalf of somebody who treats; the text says of whom */
	MEDARK_REASON_AUDIT,	 /* HCOMPL: a check of who read what */
	MEDARK_REASON_PATIENT,	 /* PATRQT: the patient asked for it */
	MEDARK_REASON_COUNT,
};

#define MEDARK_REASON_TEXT_MAX 200 /* bytes of UTF-8 */

struct medark_reason {
	enum medark_reason_code code;
	char text[MEDARK_REASON_TEXT_MAX + 1]; /* in the words of who opened it; may be empty */
};

#ifdef __cplusplus
}
#endif
#endif
