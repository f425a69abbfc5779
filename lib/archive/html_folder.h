/* SPDX-License-Identifier: Apache-2.0 */
/*
 * html_folder: the files of a folder of pages, or of a ZIP file: index.html; patients/N.html,
 * N-raw.html and N-ips.html; and files/N-K.END, what records hold or point to. Names are numbers:
 * they say nothing about anybody. One thread.
 */
#ifndef MEDARK_ARCHIVE_HTML_FOLDER_H
#define MEDARK_ARCHIVE_HTML_FOLDER_H

#include "store/sealed_zip.h"
#include "view/page.h"
#include "view/records.h"

#include <medark/archive.h>

#define MEDARK_HTML_POLICY_SIZE 320
#define MEDARK_HTML_TIME_SIZE	32

/* Where a file stands. */
enum medark_html_place {
	MEDARK_HTML_TOP,
	MEDARK_HTML_PATIENTS,
	MEDARK_HTML_FILES,
	MEDARK_HTML_LISTS,
	MEDARK_HTML_PLACES,
};

struct medark_html_folder {
	int places[MEDARK_HTML_PLACES]; /* open folders; the first is borrowed */
	struct medark_sealed_zip *zip;	/* borrowed; NULL: it is a folder */
	char policy[MEDARK_HTML_POLICY_SIZE];
};

/*
 * Makes the folders patients and files in `folder`, unless `zip` takes them, and the policy of all
 * pages. *f is cleared by medark_html_folder_end() also after a failure. MEDARK_E_SYSTEM, _MEMORY.
 */
int medark_html_folder_begin(struct medark_html_folder *f, int folder,
			     struct medark_sealed_zip *zip,
			     struct medark_error *err) MEDARK_MUST_USE;
void medark_html_folder_end(struct medark_html_folder *f);

/* Makes the folder of a place: MEDARK_HTML_LISTS, which not all have. MEDARK_E_SYSTEM. */
int medark_html_folder_make(struct medark_html_folder *f, enum medark_html_place place,
			    struct medark_error *err) MEDARK_MUST_USE;

/* A new file (0600) with `text`. MEDARK_E_SYSTEM, MEDARK_E_MEMORY. */
int medark_html_write(const struct medark_html_folder *f, enum medark_html_place place,
		      const char *name, struct medark_bytes text,
		      struct medark_error *err) MEDARK_MUST_USE;

/* `seconds` since 1970 as RFC 3339 with this machine's zone; empty if that cannot be said. */
void medark_html_time(int64_t seconds, char out[MEDARK_HTML_TIME_SIZE]);

/* What the pages' script does: counts the data's age on, and finds patients. Static. */
struct medark_bytes medark_html_script(void);

struct medark_html_file {
	const struct medark_json_node *node; /* what it holds */
	char ending[8];
};

/* The files of one patient's records that were written. */
struct medark_html_files {
	const struct medark_html_folder *folder;
	const struct medark_view_records *records;
	uint64_t patient; /* number of the page */
	struct medark_html_file *list;
	size_t count, max;
};
void medark_html_files_clear(struct medark_html_files *files);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_html_files, medark_html_files_clear)

/*
 * Writes a file that node `node` of a record stands for, and appends where it lies, seen from the
 * patient's page. MEDARK_E_SYSTEM, MEDARK_E_MEMORY.
 */
int medark_html_files_put(struct medark_html_files *files, const struct medark_json_node *node,
			  struct medark_bytes bytes, struct medark_buffer *out_href,
			  struct medark_error *err) MEDARK_MUST_USE;

/* Was one written for this node? Then where it lies is appended: 1, else 0. MEDARK_E_MEMORY. */
int medark_html_files_find(const struct medark_html_files *files,
			   const struct medark_json_node *node, struct medark_buffer *out_href,
			   struct medark_error *err) MEDARK_MUST_USE;

/*
 * Writes what an Attachment holds, or the Binary that it points to, unless it is there, and appends
 * where it lies, seen from the patient's page. 1; 0: it is not in the chart. MEDARK_E_SYSTEM,
 * MEDARK_E_MEMORY.
 */
int medark_html_files_add(struct medark_html_files *files, const struct medark_view_record *record,
			  const struct medark_json_node *attachment, struct medark_buffer *out_href,
			  struct medark_error *err) MEDARK_MUST_USE;

#endif
