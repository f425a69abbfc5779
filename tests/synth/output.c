/* SPDX-License-Identifier: Apache-2.0 */
#include "output.h"

#include "xml.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define PATH_SIZE      4096
#define PLACES_MAX     32   /* in which a shuffled patient's records of a type stand */
#define PLACES_SAMPLE  64   /* patients looked at to choose the number of places */
#define MEASURE_SAMPLE 1024 /* patients made to learn their size */

static int make_folder(const char *path, struct medark_error *err)
{
	const struct dirent *entry;
	bool empty = true;
	DIR *folder;

	if (mkdir(path, 0777) == 0)
		return 0;
	if (errno != EEXIST)
		return medark_error_errno(err, errno, "cannot make directory '%s'", path);
	folder = opendir(path);
	if (!folder)
		return medark_error_errno(err, errno, "cannot open directory '%s'", path);
	while ((entry = readdir(folder)))
		empty = empty &&
			(strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0);
	(void)closedir(folder);
	if (!empty)
		return medark_error_set(err, MEDARK_E_EXISTS, "directory '%s' is not empty", path);
	return 0;
}

static int open_file(struct synth_sink *sink, const char *folder, const char *name,
		     struct medark_error *err)
{
	char path[PATH_SIZE];
	int size = snprintf(path, sizeof(path), "%s/%s", folder, name);

	if (size < 0 || (size_t)size >= sizeof(path))
		return medark_error_set(err, MEDARK_E_USAGE, "the path of '%s' is too long", name);
	return synth_sink_file(sink, path, err);
}

/* ---- NDJSON ---- */

static void files_clear(struct synth_files *files)
{
	for (unsigned type = 0; type < TYPE_COUNT; type++)
		synth_sink_clear(&files->sink[type]);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct synth_files, files_clear)

static int files_open(struct synth_files *files, const char *folder, struct medark_error *err)
{
	for (unsigned type = 0; type < TYPE_COUNT; type++) {
		char name[64];

		(void)snprintf(name, sizeof(name), "%s.ndjson", synth_type_names[type]);
		MEDARK_TRY(open_file(&files->sink[type], folder, name, err));
	}
	return 0;
}

static int files_check(const struct synth_files *files, struct medark_error *err)
{
	for (unsigned type = 0; type < TYPE_COUNT; type++)
		MEDARK_TRY(synth_sink_check(&files->sink[type], err));
	return 0;
}

static int files_close(struct synth_files *files, struct medark_error *err)
{
	for (unsigned type = 0; type < TYPE_COUNT; type++)
		MEDARK_TRY(synth_sink_close(&files->sink[type], err));
	return 0;
}

static void put_line(struct synth_writer *w, struct synth_sink *sink, enum synth_type type,
		     uint32_t index)
{
	w->form->sink = sink;
	synth_write(w, type, index);
	synth_put(sink, "\n", 1);
}

static int put_patients(struct synth_files *files, struct synth_writer *w,
			struct synth_truth *truth, struct medark_error *err)
{
	for (uint64_t number = 0; number < w->set->patients; number++) {
		synth_writer_patient(w, number);
		synth_truth_add(truth, w->chart);
		for (unsigned type = 0; type < TYPE_PATIENT_COUNT; type++)
			for (uint32_t i = 0; i < w->chart->count[type]; i++)
				put_line(w, &files->sink[type], (enum synth_type)type, i);
		MEDARK_TRY(files_check(files, err));
	}
	return 0;
}

static void put_directory(struct synth_files *files, struct synth_writer *w)
{
	for (unsigned type = TYPE_PATIENT_COUNT; type < TYPE_COUNT; type++) {
		uint64_t count = synth_directory_count(w->set, (enum synth_type)type);

		for (uint64_t i = 0; i < count; i++)
			put_line(w, &files->sink[type], (enum synth_type)type, (uint32_t)i);
	}
}

/* About as many places as a patient has records of the type, on average. */
static void choose_places(struct synth_writer *w, uint64_t places[TYPE_PATIENT_COUNT])
{
	uint64_t sample = w->set->patients < PLACES_SAMPLE ? w->set->patients : PLACES_SAMPLE;
	uint64_t counts[TYPE_PATIENT_COUNT] = { 0 };

	assert(sample > 0); /* a set of no patients is refused */
	for (uint64_t number = 0; number < sample; number++) {
		synth_chart_make(w->chart, number);
		for (unsigned type = 0; type < TYPE_PATIENT_COUNT; type++)
			counts[type] += w->chart->count[type];
	}
	for (unsigned type = 0; type < TYPE_PATIENT_COUNT; type++) {
		uint64_t mean = counts[type] / sample;

		places[type] = mean < 1 ? 1 : mean > PLACES_MAX ? PLACES_MAX : mean;
	}
}

/*
 * Nothing is kept: every pair of patient and place has its turn in an order drawn for the type, and
 * the patient's chart is made anew for each; records i, i + places, i + 2 * places ... stand
 * together.
 */
static int put_shuffled(struct synth_files *files, struct synth_writer *w,
			struct synth_truth *truth, struct medark_error *err)
{
	uint64_t places[TYPE_PATIENT_COUNT];

	choose_places(w, places);
	for (unsigned type = 0; type < TYPE_PATIENT_COUNT; type++) {
		uint64_t turns = w->set->patients * places[type];
		struct synth_permutation order =
			synth_permutation_of(synth_key(w->set->seed, 100 + type), turns);

		for (uint64_t turn = 0; turn < turns; turn++) {
			uint64_t pick = synth_permutation_at(&order, turn);
			uint64_t i = pick % places[type];

			synth_writer_patient(w, pick / places[type]);
			if (type == TYPE_PATIENT)
				synth_truth_add(truth, w->chart);
			for (; i < w->chart->count[type]; i += places[type])
				put_line(w, &files->sink[type], (enum synth_type)type, (uint32_t)i);
			MEDARK_TRY(synth_sink_check(&files->sink[type], err));
		}
	}
	return 0;
}

static int write_ndjson(const struct synth_output *output, struct synth_writer *w,
			struct synth_truth *truth, struct medark_error *err)
{
	MEDARK_AUTO(files_clear) struct synth_files files = { 0 };

	MEDARK_TRY(files_open(&files, output->folder, err));
	if (output->shuffle)
		MEDARK_TRY(put_shuffled(&files, w, truth, err));
	else
		MEDARK_TRY(put_patients(&files, w, truth, err));
	put_directory(&files, w);
	if (output->faults)
		synth_fault_put(&files, w, truth);
	return files_close(&files, err);
}

/* ---- Bundles ---- */

static void put_entry(struct synth_writer *w, enum synth_type type, uint32_t index, bool first)
{
	struct synth_form *form = w->form;
	uint64_t key = type < TYPE_PATIENT_COUNT
			       ? synth_record_key(w->chart->person.key, type, index)
			       : synth_directory_key(w->set, type, index);

	if (!first)
		synth_put(form->sink, ",", 1);
	synth_set_id(form, SLOT_id, key);
	synth_fill(form, T_BUNDLE_ENTRY);
	synth_write(w, type, index);
	synth_set_reference(form, SLOT_reference, synth_type_names[type], key, false);
	synth_fill(form, T_BUNDLE_REQUEST);
}

/* The types from `from` on, up to but not with `to`. */
static int write_bundle(const char *folder, const char *name, struct synth_writer *w,
			const enum synth_type range[2], struct medark_error *err)
{
	struct synth_sink sink;
	bool first = true;

	MEDARK_TRY(open_file(&sink, folder, name, err));
	w->form->sink = &sink;
	synth_fill(w->form, T_BUNDLE);
	for (unsigned type = range[0]; type < range[1]; type++) {
		uint64_t count = type < TYPE_PATIENT_COUNT
					 ? w->chart->count[type]
					 : synth_directory_count(w->set, (enum synth_type)type);

		for (uint64_t i = 0; i < count; i++, first = false)
			put_entry(w, (enum synth_type)type, (uint32_t)i, first);
	}
	synth_fill(w->form, T_BUNDLE_END);
	return synth_sink_close(&sink, err);
}

/* References inside a Bundle are its fullUrls; to another Bundle they are "Type/id". */
static int write_bundles(const struct synth_output *output, struct synth_writer *w,
			 struct synth_truth *truth, struct medark_error *err)
{
	static const enum synth_type directory[] = { TYPE_PATIENT_COUNT, TYPE_COUNT };
	static const enum synth_type patient[] = { TYPE_PATIENT, TYPE_PATIENT_COUNT };

	w->form->urn = true;
	MEDARK_TRY(write_bundle(output->folder, "directory.json", w, directory, err));
	for (uint64_t number = 0; number < w->set->patients; number++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "%08" PRIu64 ".json", number + 1);
		synth_writer_patient(w, number);
		synth_truth_add(truth, w->chart);
		MEDARK_TRY(write_bundle(output->folder, name, w, patient, err));
	}
	return 0;
}

/* ---- XML ---- */

struct xml_output {
	const char *folder;
	struct synth_sink json; /* one record */
	uint64_t files[TYPE_COUNT];
};

static void xml_clear(struct xml_output *xml)
{
	synth_sink_clear(&xml->json);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct xml_output, xml_clear)

static int write_xml_record(struct xml_output *xml, struct synth_writer *w, enum synth_type type,
			    uint32_t index, struct medark_error *err)
{
	struct synth_sink file;
	char name[64];

	xml->json.used = 0;
	w->form->sink = &xml->json;
	synth_write(w, type, index);
	synth_put(&xml->json, "", 1); /* the zero at its end */
	MEDARK_TRY(synth_sink_check(&xml->json, err));
	(void)snprintf(name, sizeof(name), "%s-%08" PRIu64 ".xml", synth_type_names[type],
		       ++xml->files[type]);
	MEDARK_TRY(open_file(&file, xml->folder, name, err));
	synth_xml_put(&file, xml->json.data);
	return synth_sink_close(&file, err);
}

static int write_xml(const struct synth_output *output, struct synth_writer *w,
		     struct synth_truth *truth, struct medark_error *err)
{
	MEDARK_AUTO(xml_clear) struct xml_output xml = { .folder = output->folder };

	MEDARK_TRY(synth_sink_memory(&xml.json, err));
	for (uint64_t number = 0; number < w->set->patients; number++) {
		synth_writer_patient(w, number);
		synth_truth_add(truth, w->chart);
		for (unsigned type = 0; type < TYPE_PATIENT_COUNT; type++)
			for (uint32_t i = 0; i < w->chart->count[type]; i++)
				MEDARK_TRY(
					write_xml_record(&xml, w, (enum synth_type)type, i, err));
	}
	for (unsigned type = TYPE_PATIENT_COUNT; type < TYPE_COUNT; type++)
		for (uint64_t i = 0; i < synth_directory_count(w->set, (enum synth_type)type); i++)
			MEDARK_TRY(
				write_xml_record(&xml, w, (enum synth_type)type, (uint32_t)i, err));
	return 0;
}

int synth_output_write(const struct synth_output *output, struct synth_writer *w,
		       struct synth_truth *truth, struct medark_error *err)
{
	MEDARK_TRY(make_folder(output->folder, err));
	synth_truth_add_directory(truth, w->set);
	switch (output->form) {
	case SYNTH_NDJSON:
		return write_ndjson(output, w, truth, err);
	case SYNTH_BUNDLES:
		return write_bundles(output, w, truth, err);
	case SYNTH_XML:
		return write_xml(output, w, truth, err);
	}
	return medark_error_set(err, MEDARK_E_USAGE, "unknown form of output");
}

int synth_output_measure(struct synth_writer *w, uint64_t bytes, uint64_t *out_patients,
			 struct medark_error *err)
{
	struct synth_sink nowhere;
	uint64_t sample = 0, total;

	MEDARK_TRY(synth_sink_nowhere(&nowhere, err));
	while (sample < MEASURE_SAMPLE && synth_sink_total(&nowhere) < bytes) {
		synth_writer_patient(w, sample++);
		for (unsigned type = 0; type < TYPE_PATIENT_COUNT; type++)
			for (uint32_t i = 0; i < w->chart->count[type]; i++)
				put_line(w, &nowhere, (enum synth_type)type, i);
	}
	total = synth_sink_total(&nowhere);
	*out_patients = sample;
	if (sample == MEASURE_SAMPLE)
		*out_patients = bytes * MEASURE_SAMPLE / total;
	return synth_sink_close(&nowhere, err);
}
