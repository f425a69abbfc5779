/* SPDX-License-Identifier: Apache-2.0 */
/* log: an audit log of a test, with the keys that open it. */
#ifndef MEDARK_TEST_DESK_LOG_H
#define MEDARK_TEST_DESK_LOG_H

#include "../store/scratch.h"

#include "archive/identity.h"
#include "crypto/private_key.h"
#include "desk/audit.h"
#include "desk/audit_reader.h"

#define MAYBE_UNUSED __attribute__((unused))

static struct medark_certificate *log_reader, *log_auditor;

static const uint8_t log_archive[1][MEDARK_AUDIT_ID_SIZE] = { { 0x11, 0x22 } };

/* A key NAME in the folder, and its certificate. */
static inline struct medark_certificate *log_key(const char *name, enum medark_key_type type)
{
	MEDARK_AUTO(medark_private_key_free) struct medark_private_key *key = NULL;
	struct medark_certificate *certificate = NULL;

	assert_int_equal(medark_private_key_generate(type, &key, NULL), 0);
	assert_int_equal(
		medark_private_key_self_sign(key, MEDARK_ROLE_RECIPIENT, name, &certificate, NULL),
		0);
	assert_int_equal(medark_private_key_write(key, scratch_path(name), true, NULL), 0);
	return certificate;
}

MAYBE_UNUSED static int log_setup(void **state)
{
	if (scratch_setup(state))
		return -1;
	log_reader = log_key("reader", MEDARK_KEY_P256);
	log_auditor = log_key("auditor", MEDARK_KEY_P384);
	return 0;
}

MAYBE_UNUSED static int log_teardown(void **state)
{
	medark_certificate_free(log_reader);
	medark_certificate_free(log_auditor);
	return scratch_teardown(state);
}

static inline int log_try_begin(const char *folder, struct medark_audit **out,
				struct medark_audit_before *before, struct medark_error *err)
{
	const struct medark_certificate *recipients[] = { log_reader, log_auditor };
	const struct medark_audit_terms terms = { recipients, 2, log_archive, 1,
						  INT64_C(1795316400) };

	return medark_audit_begin(scratch_path(folder), &terms, out, before, err);
}

MAYBE_UNUSED static struct medark_audit *log_begin(const char *folder)
{
	struct medark_audit *audit = NULL;
	struct medark_audit_before before;
	struct medark_error err = { 0 };

	if (log_try_begin(folder, &audit, &before, &err) < 0)
		fail_msg("%s", err.message);
	assert_false(before.is_faulty);
	return audit;
}

/* The i-th event: who reads a record of which patient changes with it. */
static inline struct medark_audit_event log_event(int i)
{
	static _Thread_local char patient[32];

	(void)snprintf(patient, sizeof(patient), "Patient/%d", i % 2);
	return (struct medark_audit_event) {
		.recorded = INT64_C(1795316400000) + i * 1000,
		.kind = MEDARK_AUDIT_READ,
		.action = 'R',
		.account = i % 3 ? "jansen" : "bakker",
		.shown = "Dr Jansen",
		.roles = MEDARK_MAY_TREAT,
		.peer = "192.0.2.7",
		.archive = "11220000000000000000000000000000",
		.patient = patient,
		.record = "Observation/7",
		.reason = MEDARK_REASON_TREATMENT,
	};
}

MAYBE_UNUSED static void log_add(struct medark_audit *audit, int from, int to)
{
	struct medark_error err = { 0 };

	for (int i = from; i < to; i++) {
		struct medark_audit_event e = log_event(i);

		if (medark_audit_append(audit, &e, &err) < 0)
			fail_msg("%s", err.message);
	}
}

/* An identity of a key of the folder; the caller frees it. */
MAYBE_UNUSED static struct medark_identity *log_identity(const char *name)
{
	struct medark_identity *identity = NULL;

	assert_int_equal(medark_identity_new(&identity, NULL), 0);
	assert_int_equal(medark_identity_add_key(identity, scratch_path(name), NULL, 0, NULL), 0);
	return identity;
}

/* Reads it to its end: how many rows, or the code of the fault. */
MAYBE_UNUSED static int log_read(const char *path, const struct medark_identity *identity,
				 const struct medark_audit_filter *filter,
				 struct medark_audit_info *info, struct medark_error *err)
{
	MEDARK_AUTO(medark_audit_free) struct medark_audit_log *log = NULL;
	struct medark_audit_row row;
	int code = medark_audit_open(scratch_path(path), identity, &log, err);
	int count = 0;

	if (code < 0)
		return code;
	while ((code = medark_audit_next(log, filter, &row, err)) == 1)
		count++;
	medark_audit_info(log, info);
	return code < 0 ? code : count;
}

#endif
