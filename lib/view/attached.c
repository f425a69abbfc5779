/* SPDX-License-Identifier: Apache-2.0 */
#include "view/attached.h"

#include "view/value.h"

const struct medark_json_node *medark_view_attached(const struct medark_view_records *records,
						    const struct medark_view_record *record,
						    const struct medark_json_node *attachment)
{
	const struct medark_json_node *data = medark_json_member(&record->tree, attachment, "data");
	const struct medark_json_node *url = medark_json_member(&record->tree, attachment, "url");
	const struct medark_view_record *binary =
		data || !url ? NULL : medark_view_records_find(records, url->text);

	if (binary && binary->root && medark_bytes_is(binary->type, "Binary"))
		data = medark_view_find(binary, binary->root, "data|content");
	return data;
}
