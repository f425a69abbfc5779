/* SPDX-License-Identifier: Apache-2.0 */
/*
 * restore_chart: finds a patient and restores the chart of that one patient.
 *
 *	restore_chart ARCHIVE TRUST.pem IDENTITY.key.pem FOLDER QUERY
 *
 * QUERY is an id, a BSN, a birth date or the beginnings of names: "jan vries 31-12-1970".
 *
 *	cc restore_chart.c $(pkg-config --cflags --libs medark)
 */
#include <medark/medark.h>

#include <inttypes.h>
#include <stdio.h>

struct found {
	char id[300];
	unsigned count;
};

/* A row's strings live as long as this call: what is needed later is copied. */
static int each(void *context, const struct medark_patient_row *row)
{
	struct found *found = context;

	snprintf(found->id, sizeof(found->id), "%s", row->id);
	found->count++;
	printf("%s, %s, born %s: %" PRIu64 " records\n", row->family, row->given, row->birth_date,
	       row->records);
	return 0;
}

static int restore(struct medark_archive *archive, const char *folder, const char *query,
		   struct medark_error *err)
{
	struct medark_restore_request request = { .target = folder, .patient_count = 1 };
	struct medark_restore_result result;
	struct found found = { 0 };
	const char *id = found.id;
	int code = medark_archive_patients(archive, query, 0, each, &found, err);

	if (code < 0)
		return code;
	if (found.count != 1) { /* never guess which patient was meant */
		snprintf(err->message, sizeof(err->message), "%u patients found", found.count);
		return MEDARK_E_NOT_FOUND;
	}
	request.patients = &id;
	code = medark_archive_restore(archive, &request, NULL, &result, err);
	if (code == 0)
		printf("%" PRIu64 " records, %" PRIu64 " that they refer to, in %s\n",
		       result.records, result.referenced, folder);
	return code;
}

int main(int argc, char **argv)
{
	struct medark_identity *identity = NULL;
	struct medark_archive *archive = NULL;
	struct medark_trust *trust = NULL;
	struct medark_error err = { 0 };
	int code;

	if (argc != 6) {
		fprintf(stderr, "usage: %s ARCHIVE TRUST IDENTITY FOLDER QUERY\n", argv[0]);
		return 2;
	}
	code = medark_trust_new(&trust, &err);
	if (code == 0)
		code = medark_trust_add_file(trust, argv[2], &err);
	if (code == 0)
		code = medark_identity_new(&identity, &err);
	if (code == 0) /* NULL, 0: the key has no passphrase */
		code = medark_identity_add_key(identity, argv[3], NULL, 0, &err);
	if (code == 0) /* the signature is checked here, before anything is decrypted */
		code = medark_archive_open(argv[1], trust, identity, &archive, &err);
	if (code == 0)
		code = restore(archive, argv[4], argv[5], &err);
	medark_archive_free(archive);	/* before what it borrows */
	medark_identity_free(identity); /* wipes the key */
	medark_trust_free(trust);
	if (code < 0)
		fprintf(stderr, "%s: %s\n", argv[0], err.message);
	return code < 0;
}
