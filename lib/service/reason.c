/* SPDX-License-Identifier: Apache-2.0 */
/* Why charts are opened: the question, and what the form says. */
#include "service/service_private.h"

#include "desk/reason.h"

#include <string.h>

static const struct {
	enum medark_reason_code code;
	enum medark_saying saying, several;
} reasons[] = {
	{ MEDARK_REASON_TREATMENT, MEDARK_SAYING_REASON_TREATMENT,
	  MEDARK_SAYING_REASON_TREATMENT_ALL },
	{ MEDARK_REASON_EMERGENCY, MEDARK_SAYING_REASON_EMERGENCY, MEDARK_SAYING_REASON_EMERGENCY },
	{ MEDARK_REASON_BEHALF, MEDARK_SAYING_REASON_BEHALF, MEDARK_SAYING_REASON_BEHALF },
	{ MEDARK_REASON_ADMIN, MEDARK_SAYING_REASON_ADMIN, MEDARK_SAYING_REASON_ADMIN },
	{ MEDARK_REASON_PATIENT, MEDARK_SAYING_REASON_PATIENT, MEDARK_SAYING_REASON_PATIENT },
};
#define REASONS (sizeof(reasons) / sizeof(*reasons))

int medark_call_reasons(struct medark_call *call, bool is_of_several)
{
	enum medark_saying why = is_of_several ? MEDARK_SAYING_WHY_ALL : MEDARK_SAYING_WHY;

	MEDARK_TRY(medark_call_html(call, "<fieldset><legend class=\"hide\">%s</legend>",
				    medark_call_saying(call, why)));
	for (size_t i = 0; i < REASONS; i++)
		MEDARK_TRY(medark_call_html(
			call,
			"<p><label><input type=\"radio\" name=\"reason\" value=\"%s\" "
			"required>%s</label></p>",
			medark_reason_name(reasons[i].code),
			medark_call_saying(call, is_of_several ? reasons[i].several
							       : reasons[i].saying)));
	return medark_call_html(
		call,
		"</fieldset><p><label for=\"text\">%s</label><input id=\"text\" name=\"text\" "
		"maxlength=\"%u\" autocomplete=\"off\"></p>",
		medark_call_saying(call, MEDARK_SAYING_REASON_TEXT),
		(unsigned long long)MEDARK_REASON_TEXT_MAX);
}

bool medark_call_reason(const struct medark_call *call, struct medark_reason *out)
{
	struct medark_bytes code = medark_call_field(call, "reason");
	struct medark_bytes text = medark_call_field(call, "text");
	struct medark_error ignored;

	*out = (struct medark_reason) { 0 };
	for (size_t i = 0; i < REASONS; i++)
		if (medark_bytes_is(code, medark_reason_name(reasons[i].code)))
			out->code = reasons[i].code;
	if (text.size > MEDARK_REASON_TEXT_MAX || (text.size && memchr(text.data, 0, text.size)))
		return false;
	if (text.size)
		memcpy(out->text, text.data, text.size);
	return medark_reason_check(out, &ignored) == 0;
}

int medark_call_keep_reason(struct medark_call *call, const struct medark_reason *reason)
{
	MEDARK_TRY(medark_call_hidden(call, "reason", medark_reason_name(reason->code)));
	return medark_call_hidden(call, "text", reason->text);
}
