/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chart_folder: the folder that an earlier restore of patients left. A new chart takes its place as
 * a whole: records of two patients, or of two days, must not stand side by side as if they were one
 * chart. One thread at a time.
 */
#ifndef MEDARK_ARCHIVE_CHART_FOLDER_H
#define MEDARK_ARCHIVE_CHART_FOLDER_H

#include "base/error.h"

/* The file that tells that a folder is a chart, and what belongs to it. */
#define MEDARK_CHART_REPORT "report.json"

/* How it begins. */
#define MEDARK_CHART_REPORT_HEAD "{\n\"report\":\"medark restore 1\""

/*
 * 1 if there is a chart in the folder and nothing but what its report.json names (and `except`,
 * which may be NULL), else 0. MEDARK_E_SYSTEM, MEDARK_E_MEMORY.
 */
int medark_chart_folder_is_own(int fd, const char *except,
			       struct medark_error *err) MEDARK_MUST_USE;

#endif
