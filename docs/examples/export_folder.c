/* SPDX-License-Identifier: Apache-2.0 */
/*
 * export_folder: writes a folder into an archive and shows how far it is.
 *
 *	export_folder FOLDER RECIPIENT.cert.pem SIGNER.cert.pem SIGNER.key.pem OUT.medark
 *
 *	cc export_folder.c $(pkg-config --cflags --libs medark)
 */
#include <medark/medark.h>

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

static volatile sig_atomic_t stopped;

static void stop(int number)
{
	(void)number;
	stopped = 1;
}

/* Called about ten times a second. What is not 0 stops the export, and then no file remains. */
static int progress(void *context, const struct medark_progress *p)
{
	FILE *out = context;

	if (p->bytes_total)
		fprintf(out, "%s: %" PRIu64 " %%\n", p->phase, 100 * p->bytes / p->bytes_total);
	else
		fprintf(out, "%s: %" PRIu64 " bytes\n", p->phase, p->bytes);
	return stopped;
}

static void warning(void *context, const char *sentence)
{
	fprintf(context, "note: %s\n", sentence);
}

/* Everything can fail; the first failure ends it, and `err` says what it was. */
static int export_folder(struct medark_export *e, char **argv, struct medark_export_result *result,
			 struct medark_error *err)
{
	const struct medark_events events = { stderr, progress, warning };
	int code = medark_export_add_source(e, argv[1], err);

	if (code == 0) /* call it again for each further recipient, such as one in a safe */
		code = medark_export_add_recipient(e, argv[2], err);
	if (code == 0) /* NULL, 0: the key has no passphrase */
		code = medark_export_set_signer(e, argv[3], argv[4], NULL, 0, err);
	if (code == 0) /* false: an archive that is there already is not replaced */
		code = medark_export_run(e, argv[5], false, &events, result, err);
	return code;
}

int main(int argc, char **argv)
{
	struct medark_export_result result = { 0 };
	struct medark_error err = { 0 };
	struct medark_export *e = NULL;
	int code;

	if (argc != 6) {
		fprintf(stderr, "usage: %s FOLDER RECIPIENT SIGNER SIGNER-KEY OUT\n", argv[0]);
		return 2;
	}
	signal(SIGINT, stop);
	code = medark_export_new(&e, &err);
	if (code == 0)
		code = export_folder(e, argv, &result, &err);
	medark_export_free(e);
	if (code < 0) {
		fprintf(stderr, "%s: %s\n", argv[0], err.message);
		return 1;
	}
	printf("%" PRIu64 " records of %" PRIu64 " patients in %" PRIu64 " bytes\n", result.records,
	       result.patients, result.archive_bytes);
	/* Nothing is ever left out; but what was not understood is not in any patient's chart. */
	if (!result.complete)
		printf("%" PRIu64 " not understood, %" PRIu64 " skipped\n", result.quarantined,
		       result.skipped);
	return 0;
}
