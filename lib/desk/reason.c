/* SPDX-License-Identifier: Apache-2.0 */
#include "desk/reason.h"

#include "base/text.h"

#include <string.h>

/* "BEHALF" is our own: HL7 says on whose behalf somebody acts with a second agent, not a reason. */
static const char *const names[MEDARK_REASON_COUNT] = {
	[MEDARK_REASON_TREATMENT] = "TREAT", [MEDARK_REASON_EMERGENCY] = "ETREAT",
	[MEDARK_REASON_ADMIN] = "HOPERAT",   [MEDARK_REASON_BEHALF] = "BEHALF",
	[MEDARK_REASON_AUDIT] = "HCOMPL",    [MEDARK_REASON_PATIENT] = "PATRQT",
};

const char *medark_reason_name(enum medark_reason_code code)
{
	return code > MEDARK_REASON_NONE && code < MEDARK_REASON_COUNT ? names[code] : NULL;
}

enum medark_reason_code medark_reason_code_find(const char *name)
{
	for (int i = MEDARK_REASON_NONE + 1; i < MEDARK_REASON_COUNT; i++)
		if (strcmp(names[i], name) == 0)
			return (enum medark_reason_code)i;
	return MEDARK_REASON_NONE;
}

bool medark_desk_is_line(struct medark_bytes text, size_t max)
{
	if (text.size > max || !medark_text_is_utf8(text))
		return false;
	for (size_t i = 0; i < text.size; i++) {
		uint8_t c = text.data[i];

		if (c < 0x20 || c == 0x7f)
			return false;
		/* C1: U+0080 to U+009F. */
		if (c == 0xc2 && text.data[i + 1] < 0xa0)
			return false;
	}
	return true;
}

int medark_reason_check(const struct medark_reason *reason, struct medark_error *err)
{
	size_t size = strnlen(reason->text, sizeof(reason->text));

	if (!medark_reason_name(reason->code))
		return medark_error_set(err, MEDARK_E_USAGE, "a chart is opened for a reason");
	if (!medark_desk_is_line(medark_bytes(reason->text, size), MEDARK_REASON_TEXT_MAX))
		return medark_error_set(err, MEDARK_E_USAGE,
					"a reason is one line of at most %d bytes",
					MEDARK_REASON_TEXT_MAX);
	if (reason->code == MEDARK_REASON_BEHALF && size == 0)
		return medark_error_set(err, MEDARK_E_USAGE,
					"on whose behalf the chart is opened is not said");
	return 0;
}
