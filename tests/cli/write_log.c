/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes an audit log as a service does, for the tests of `medark audit`: one file in FOLDER for
 * the recipients CERT, with the rows that standard input names, one a line:
 *	SECONDS KIND ACCOUNT PATIENT
 */
#include "crypto/certificate.h"
#include "desk/audit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int failed(const struct medark_error *err)
{
	(void)fprintf(stderr, "write_log: %s\n", err->message);
	return 1;
}

static enum medark_audit_kind kind_of(const char *name)
{
	for (int i = 0; i < MEDARK_AUDIT_KIND_COUNT; i++)
		if (strcmp(name, medark_audit_kind_name((enum medark_audit_kind)i)) == 0)
			return (enum medark_audit_kind)i;
	return MEDARK_AUDIT_KIND_COUNT;
}

static int write_rows(struct medark_audit *audit, struct medark_error *err)
{
	char kind[32], account[64], patient[64];
	int64_t seconds;

	while (scanf("%" SCNd64 " %31s %63s %63s", &seconds, kind, account, patient) == 4) {
		const struct medark_audit_event event = {
			.recorded = seconds * 1000,
			.kind = kind_of(kind),
			.action = 'R',
			.account = account,
			.shown = "Dr Jansen",
			.roles = MEDARK_MAY_TREAT,
			.peer = "192.0.2.7",
			.archive = "11220000000000000000000000000000",
			.patient = patient,
			.record = "Observation/7",
			.reason = MEDARK_REASON_EMERGENCY,
			.reason_text = "un\x1b[31mconscious",
		};

		MEDARK_TRY(medark_audit_append(audit, &event, err));
	}
	return 0;
}

int main(int argc, char **argv)
{
	MEDARK_AUTO(medark_certificate_free) struct medark_certificate *certificate = NULL;
	MEDARK_AUTO(medark_audit_end) struct medark_audit *audit = NULL;
	struct medark_audit_before before;
	struct medark_error err = { 0 };

	if (argc != 3 || medark_certificate_load(argv[2], &certificate, &err) < 0)
		return failed(&err);

	const struct medark_certificate *const recipients[] = { certificate };
	const struct medark_audit_terms terms = { recipients, 1, NULL, 0, 1795316400 };

	if (medark_audit_begin(argv[1], &terms, &audit, &before, &err) < 0 ||
	    write_rows(audit, &err) < 0)
		return failed(&err);
	return 0;
}
