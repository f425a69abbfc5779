/* SPDX-License-Identifier: Apache-2.0 */
/* report_frame: the frame that all reports for people have; <medark/checkpoint.h> offers it, too.
 */
#ifndef MEDARK_ARCHIVE_REPORT_FRAME_H
#define MEDARK_ARCHIVE_REPORT_FRAME_H

#include "base/buffer.h"

/* Appends what is in front of a report's content, its heading last. MEDARK_E_MEMORY. Any thread. */
int medark_report_frame_begin(const char *title, struct medark_buffer *out,
			      struct medark_error *err) MEDARK_MUST_USE;
/* Appends what is behind it. MEDARK_E_MEMORY. Any thread. */
int medark_report_frame_end(struct medark_buffer *out, struct medark_error *err) MEDARK_MUST_USE;

#endif
