/* SPDX-License-Identifier: Apache-2.0 */
#include "live/json.h"

int medark_live_json_parse(struct medark_bytes text, const char *what, int code, json_t **out,
			   struct medark_error *err)
{
	json_error_t reason;
	json_t *value = json_loadb((const char *)text.data, text.size, 0, &reason);

	if (!value && json_error_code(&reason) == json_error_out_of_memory)
		return medark_error_memory(err, what);
	if (!json_is_object(value)) {
		json_decref(value);
		return medark_error_set(err, code, "%s is no JSON object", what);
	}
	*out = value;
	return 0;
}

const char *medark_live_json_text(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}
