/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attribute: prints "fault type id patient,patient date" for every record of the files given, as
 * tests/interop/attribution_oracle.py does, to be compared with diff. By hand:
 *
 *	cc -O2 -std=c11 -D_GNU_SOURCE -Iinclude -Ilib -o attribute tests/bench/attribute.c \
 *		lib/record/{bsn,compartment*,fhir*,record}.c lib/scan/json*.c \
 *		lib/base/{buffer,error,secret,text}.c $(pkg-config --cflags --libs libxml-2.0)
 *
 * With --time N it prints nothing but how long the scan alone and the whole recognition of NDJSON
 * files took, the best of N rounds.
 */
#include "record/fhir.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct driver {
	struct medark_fhir *fhir;
	struct medark_bytes text;
	enum medark_fhir_kind kind;
	struct medark_record record;
};

static void print_bytes(struct medark_bytes text)
{
	fwrite(text.size ? (const char *)text.data : "-", 1, text.size ? text.size : 1, stdout);
}

static void print_record(const struct medark_record *r)
{
	printf("%s ", r->fault ? medark_fault_name(r->fault) : "ok");
	print_bytes(r->type);
	putchar(' ');
	print_bytes(r->id);
	putchar(' ');
	for (uint32_t i = 0; i < r->patient_count; i++) {
		printf("%s%c:", i ? "," : "", r->patients[i].kind);
		print_bytes(r->patients[i].text);
	}
	printf("%s %08u %08u\n", r->patient_count ? "" : "-", r->date, r->updated);
}

static int part(void *context, const struct medark_fhir_part *p, struct medark_error *err)
{
	struct driver *d = context;
	struct medark_bytes text = medark_bytes(d->text.data + p->begin, p->end - p->begin);
	int rc = d->kind == MEDARK_FHIR_XML
			 ? medark_fhir_xml(d->fhir, text, p->full_url, &d->record, err)
			 : medark_fhir_json(d->fhir, text, p->full_url, &d->record, err);

	if (rc > 0)
		print_record(&d->record);
	return rc < 0 ? rc : 0;
}

static struct medark_bytes load(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY);
	uint8_t *data;
	size_t have = 0;

	if (fd < 0 || fstat(fd, &st) < 0) {
		perror(path);
		exit(1);
	}
	data = malloc((size_t)st.st_size + MEDARK_JSON_PADDING);
	while (data && have < (size_t)st.st_size) {
		ssize_t n = read(fd, data + have, (size_t)st.st_size - have);

		if (n <= 0)
			break;
		have += (size_t)n;
	}
	close(fd);
	if (!data || have != (size_t)st.st_size)
		exit(1);
	memset(data + have, 0, MEDARK_JSON_PADDING);
	return medark_bytes(data, have);
}

static size_t line_size(struct medark_bytes text, size_t at)
{
	const uint8_t *end = memchr(text.data + at, '\n', text.size - at);

	return end ? (size_t)(end - text.data) - at : text.size - at;
}

static int lines(struct driver *d, bool only_scan, bool print, struct medark_error *err)
{
	static struct medark_json_object object;

	for (size_t at = 0, size; at < d->text.size; at += size + 1) {
		struct medark_bytes line;
		int rc;

		size = line_size(d->text, at);
		line = medark_bytes(d->text.data + at, size);
		if (only_scan) {
			medark_json_scan(medark_fhir_keys(), NULL, line.data, size, &object);
			continue;
		}
		rc = medark_fhir_json(d->fhir, line, medark_bytes(NULL, 0), &d->record, err);
		if (rc < 0)
			return rc;
		if (rc > 0 && print)
			print_record(&d->record);
	}
	return 0;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void time_it(struct driver *d, int rounds, const char *path)
{
	double best[2] = { 1e9, 1e9 };
	struct medark_error err;

	for (int i = 0; i < 2 * rounds; i++) {
		double begin = now(), took;

		if (lines(d, i % 2 == 0, false, &err) < 0)
			exit(1);
		took = now() - begin;
		if (took < best[i % 2])
			best[i % 2] = took;
	}
	printf("%s: scan %.0f MB/s, all %.0f MB/s, +%.1f %%\n", path,
	       (double)d->text.size / best[0] / 1e6, (double)d->text.size / best[1] / 1e6,
	       100 * (best[1] / best[0] - 1));
}

int main(int argc, char **argv)
{
	static struct driver d;
	struct medark_error err = { 0 };
	int rounds = 0;

	if (medark_fhir_new(&d.fhir, &err) < 0)
		return 1;
	for (int i = 1; i < argc; i++) {
		enum medark_fault fault = MEDARK_FAULT_NONE;
		int rc = 0;

		if (strcmp(argv[i], "--time") == 0 && i + 1 < argc) {
			rounds = atoi(argv[++i]);
			continue;
		}
		d.text = load(argv[i]);
		d.kind = medark_fhir_recognise(d.text, true);
		if (rounds)
			time_it(&d, rounds, argv[i]);
		else if (d.kind == MEDARK_FHIR_NDJSON)
			rc = lines(&d, false, true, &err);
		else if (d.kind != MEDARK_FHIR_NO)
			rc = medark_fhir_split(d.fhir, d.kind, d.text, part, &d, &fault, &err);
		else
			printf("opaque %s\n", argv[i]);
		if (rc < 0 || fault)
			printf("%s: %s %s\n", argv[i], err.message, medark_fault_name(fault));
		free((void *)(uintptr_t)d.text.data);
	}
	medark_fhir_free(d.fhir);
	return 0;
}
