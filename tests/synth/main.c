/* SPDX-License-Identifier: Apache-2.0 */
/* medark-synth: makes invented patients; see README.md. */
#include "calendar.h"
#include "output.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define DEFAULT_PATIENTS 100
#define DEFAULT_START	 "2014-01-01"
#define DEFAULT_END	 "2026-06-01"
#define BYTES_MAX	 10000000000000u

enum exit_code { EXIT_FINE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

struct options {
	struct synth_set set;
	struct synth_output output;
	uint64_t bytes; /* 0: the number of patients is given */
	uint32_t records;
	const char *truth;
	bool done; /* --help or --version */
};

static const char help[] =
	"usage: medark-synth [options] --out DIR | --bundles DIR | --xml DIR\n"
	"\n"
	"Makes invented Dutch patients in FHIR R4. The same options give the same bytes\n"
	"everywhere; patient n is the same whatever the number of patients.\n"
	"\n"
	"  --out DIR                  one NDJSON file for each resource type\n"
	"  --bundles DIR              one transaction Bundle for each patient\n"
	"  --xml DIR                  one XML file for each resource; for small sets\n"
	"  --patients N               how many patients (100)\n"
	"  --bytes SIZE               instead: as many as give about SIZE of NDJSON (1300M, 13G)\n"
	"  --records-per-patient R    about R records for each patient (200; at most 1000)\n"
	"  --seed S                   another set of patients (1)\n"
	"  --start-date YYYY-MM-DD    the oldest records (2014-01-01)\n"
	"  --end-date YYYY-MM-DD      the day of the export (2026-06-01)\n"
	"  --shuffle                  with --out: records in an order unrelated to patients\n"
	"  --faults                   with --out: a few broken records at the ends\n"
	"  --truth FILE               what is in the set, as JSON\n"
	"  --help, --version\n";

static int parse_number(const char *text, uint64_t max, const char *what, uint64_t *out,
			struct medark_error *err)
{
	uint64_t n = 0;

	for (const char *p = text; *p; p++) {
		if (*p < '0' || *p > '9' || n > max)
			break;
		n = n * 10 + (uint64_t)(*p - '0');
		if (!p[1] && n <= max) {
			*out = n;
			return 0;
		}
	}
	return medark_error_set(err, MEDARK_E_USAGE, "%s is a number up to %" PRIu64 ", not '%s'",
				what, max, text);
}

/* A number with K, M or G behind it: thousands, millions, thousand millions. */
static int parse_bytes(const char *text, uint64_t *out, struct medark_error *err)
{
	static const char units[] = "KMG";
	char digits[32];
	size_t size = strlen(text);
	uint64_t unit = 1;
	const char *letter = size > 1 ? strchr(units, text[size - 1]) : NULL;

	for (const char *p = units; letter && p <= letter; p++)
		unit *= 1000;
	(void)snprintf(digits, sizeof(digits), "%.*s", (int)(letter ? size - 1 : size), text);
	MEDARK_TRY(parse_number(digits, BYTES_MAX / unit, "--bytes", out, err));
	*out *= unit;
	if (*out == 0)
		return medark_error_set(err, MEDARK_E_USAGE, "--bytes must be more than 0");
	return 0;
}

static int parse_day(const char *text, const char *what, int32_t *out, struct medark_error *err)
{
	if (synth_day_parse(text, out))
		return 0;
	return medark_error_set(err, MEDARK_E_USAGE, "%s is a date like 2024-05-31, not '%s'", what,
				text);
}

static int set_folder(struct options *o, enum synth_output_form form, const char *folder,
		      struct medark_error *err)
{
	if (o->output.folder)
		return medark_error_set(err, MEDARK_E_USAGE,
					"only one of --out, --bundles and --xml can be given");
	o->output.form = form;
	o->output.folder = folder;
	return 0;
}

enum option_name {
	OPTION_OUT = 256,
	OPTION_BUNDLES,
	OPTION_XML,
	OPTION_PATIENTS,
	OPTION_BYTES,
	OPTION_RECORDS,
	OPTION_SEED,
	OPTION_START,
	OPTION_END,
	OPTION_SHUFFLE,
	OPTION_FAULTS,
	OPTION_TRUTH,
	OPTION_HELP,
	OPTION_VERSION,
};

static int take_option(struct options *o, int option, const char *value, struct medark_error *err)
{
	uint64_t n = 0;

	switch (option) {
	case OPTION_OUT:
		return set_folder(o, SYNTH_NDJSON, value, err);
	case OPTION_BUNDLES:
		return set_folder(o, SYNTH_BUNDLES, value, err);
	case OPTION_XML:
		return set_folder(o, SYNTH_XML, value, err);
	case OPTION_PATIENTS:
		return parse_number(value, SYNTH_PATIENTS_MAX, "--patients", &o->set.patients, err);
	case OPTION_BYTES:
		return parse_bytes(value, &o->bytes, err);
	case OPTION_RECORDS:
		MEDARK_TRY(
			parse_number(value, SYNTH_RECORDS_MAX, "--records-per-patient", &n, err));
		o->records = (uint32_t)n;
		return 0;
	case OPTION_SEED:
		return parse_number(value, UINT64_MAX / 16, "--seed", &o->set.seed, err);
	case OPTION_START:
		return parse_day(value, "--start-date", &o->set.start, err);
	case OPTION_END:
		return parse_day(value, "--end-date", &o->set.end, err);
	case OPTION_SHUFFLE:
		o->output.shuffle = true;
		return 0;
	case OPTION_FAULTS:
		o->output.faults = true;
		return 0;
	case OPTION_TRUTH:
		o->truth = value;
		return 0;
	case OPTION_HELP:
		o->done = true;
		(void)fputs(help, stdout);
		return 0;
	case OPTION_VERSION:
		o->done = true;
		(void)puts("medark-synth " MEDARK_VERSION);
		return 0;
	default:
		return medark_error_set(err, MEDARK_E_USAGE,
					"unknown option or missing value; "
					"see --help");
	}
}

static int check_options(const struct options *o, struct medark_error *err)
{
	if (!o->output.folder)
		return medark_error_set(err, MEDARK_E_USAGE,
					"one of --out, --bundles and --xml is needed; see --help");
	if (o->set.patients == 0 || o->records == 0)
		return medark_error_set(err, MEDARK_E_USAGE,
					"there must be at least one patient and one record");
	if (o->set.start >= o->set.end)
		return medark_error_set(err, MEDARK_E_USAGE,
					"--start-date must come before --end-date");
	if (o->output.form != SYNTH_NDJSON && (o->output.shuffle || o->output.faults))
		return medark_error_set(err, MEDARK_E_USAGE,
					"--shuffle and --faults go with --out only");
	return 0;
}

static int parse_options(int argc, char **argv, struct options *o, struct medark_error *err)
{
	static const struct option table[] = {
		{ "out", required_argument, NULL, OPTION_OUT },
		{ "bundles", required_argument, NULL, OPTION_BUNDLES },
		{ "xml", required_argument, NULL, OPTION_XML },
		{ "patients", required_argument, NULL, OPTION_PATIENTS },
		{ "bytes", required_argument, NULL, OPTION_BYTES },
		{ "records-per-patient", required_argument, NULL, OPTION_RECORDS },
		{ "seed", required_argument, NULL, OPTION_SEED },
		{ "start-date", required_argument, NULL, OPTION_START },
		{ "end-date", required_argument, NULL, OPTION_END },
		{ "shuffle", no_argument, NULL, OPTION_SHUFFLE },
		{ "faults", no_argument, NULL, OPTION_FAULTS },
		{ "truth", required_argument, NULL, OPTION_TRUTH },
		{ "help", no_argument, NULL, OPTION_HELP },
		{ "version", no_argument, NULL, OPTION_VERSION },
		{ 0 },
	};
	int option;

	opterr = 0; /* the message is ours */
	while (!o->done && (option = getopt_long(argc, argv, "", table, NULL)) != -1)
		MEDARK_TRY(take_option(o, option, optarg, err));
	if (o->done)
		return 0;
	if (optind < argc)
		return medark_error_set(err, MEDARK_E_USAGE, "unknown argument '%s'; see --help",
					argv[optind]);
	return check_options(o, err);
}

static int run(struct options *o, struct medark_error *err)
{
	MEDARK_AUTO(synth_writer_free) struct synth_writer *w = NULL;
	struct synth_truth truth = { 0 };

	synth_set_begin(&o->set, o->records);
	MEDARK_TRY(synth_writer_new(&o->set, &w, err));
	if (o->bytes > 0) {
		MEDARK_TRY(synth_output_measure(w, o->bytes, &o->set.patients, err));
		if (o->set.patients > SYNTH_PATIENTS_MAX)
			return medark_error_set(err, MEDARK_E_USAGE,
						"--bytes asks for more than %u patients",
						SYNTH_PATIENTS_MAX);
	}
	MEDARK_TRY(synth_output_write(&o->output, w, &truth, err));
	if (o->truth)
		MEDARK_TRY(synth_truth_write(&truth, w, o->truth, err));
	(void)printf("%" PRIu64 " patients, %" PRIu64 " records\n", o->set.patients,
		     synth_truth_total(&truth));
	return 0;
}

int main(int argc, char **argv)
{
	struct medark_error err = { 0 };
	struct options o = {
		.set = { .seed = 1, .patients = DEFAULT_PATIENTS },
		.records = SYNTH_RECORDS_DEFAULT,
	};
	int code;

	if (!synth_day_parse(DEFAULT_START, &o.set.start) ||
	    !synth_day_parse(DEFAULT_END, &o.set.end))
		return EXIT_FAILED;
	code = parse_options(argc, argv, &o, &err);
	if (code == 0 && !o.done)
		code = run(&o, &err);
	if (fflush(stdout) != 0 && code == 0)
		code = medark_error_errno(&err, errno, "cannot write to standard output");
	if (code == 0)
		return EXIT_FINE;
	(void)fprintf(stderr, "medark-synth: %s\n", err.message);
	return code == MEDARK_E_USAGE ? EXIT_USAGE : EXIT_FAILED;
}
