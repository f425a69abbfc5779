/* SPDX-License-Identifier: Apache-2.0 */
/*
 * html_folder: the files of a folder of pages: index.html; patients/N.html and N-raw.html; and
 * files/N-K.END, what records hold or point to. Names are numbers: they say nothing about anybody.
 * One thread.
 */
#ifndef MEDARK_ARCHIVE_HTML_FOLDER_H
#define MEDARK_ARCHIVE_HTML_FOLDER_H

#include "view/page.h"
#include "view/records.h"

#include <medark/archive.h>

#define MEDARK_HTML_POLICY_SIZE 320
#define MEDARK_HTML_TIME_SIZE	32

struct medark_html_folder {
	int patients, files; /* open folders */
	char policy[MEDARK_HTML_POLICY_SIZE];
};

/* Makes the two folders in `folder`, and the policy of all pages. MEDARK_E_SYSTEM, _MEMORY. */
int medark_html_folder_begin(struct medark_html_folder *f, int folder,
			     struct medark_error *err) MEDARK_MUST_USE;
void medark_html_folder_end(struct medark_html_folder *f);

/* A new file (0600) with `text` in a folder. MEDARK_E_SYSTEM. */
int medark_html_write(int folder, const char *name, struct medark_bytes text,
		      struct medark_error *err) MEDARK_MUST_USE;

/* `seconds` since 1970 as RFC 3339 with this machine's zone; empty if that cannot be said. */
void medark_html_time(int64_t seconds, char out[MEDARK_HTML_TIME_SIZE]);

/* What the pages' script does: counts the data's age on, and finds patients. Static. */
struct medark_bytes medark_html_script(void);

/* The files of one patient's records that were written. */
struct medark_html_files {
	const struct medark_html_folder *folder;
	const struct medark_view_records *records;
	uint64_t patient; /* number of the page */
	uint64_t count;
	const struct medark_json_node **nodes; /* what each holds */
	char (*endings)[8];
	size_t max;
};
void medark_html_files_clear(struct medark_html_files *files);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_html_files, medark_html_files_clear)

/*
 * Writes what an Attachment holds, or the Binary that it points to, unless it is there, and appends
 * where it lies, seen from the patient's page. 1; 0: it is not in the chart. MEDARK_E_SYSTEM,
 * MEDARK_E_MEMORY.
 */
int medark_html_files_add(struct medark_html_files *files, const struct medark_view_record *record,
			  const struct medark_json_node *attachment, struct medark_buffer *out_href,
			  struct medark_error *err) MEDARK_MUST_USE;

#endif
