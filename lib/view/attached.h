/* SPDX-License-Identifier: Apache-2.0 */
/* attached: what an Attachment brings with it. Any thread. */
#ifndef MEDARK_VIEW_ATTACHED_H
#define MEDARK_VIEW_ATTACHED_H

#include "view/records.h"

/* The base64 of an Attachment, or of the Binary that it points to; NULL: neither is here. */
const struct medark_json_node *medark_view_attached(const struct medark_view_records *records,
						    const struct medark_view_record *record,
						    const struct medark_json_node *attachment);

#endif
