/* SPDX-License-Identifier: Apache-2.0 */
/* A patient's name in lists. */
#include "service/service_private.h"

#include <string.h>

int medark_call_name(struct medark_call *call, const struct medark_patient_row *row,
		     struct medark_buffer *out)
{
	/* FHIR's family has the prefix in it; the extension that tells it apart repeats it. */
	bool has_prefix = *row->prefix && !strstr(row->family, row->prefix);

	if (!*row->family && !*row->given)
		return medark_html(out, call->err, "%s",
				   *row->text ? row->text
					      : medark_word(call->language, MEDARK_WORD_NO_NAME));
	return medark_html(out, call->err, "%s%s%s%s%s", row->family,
			   *row->family && *row->given ? ", " : "", row->given,
			   has_prefix ? " " : "", has_prefix ? row->prefix : "");
}
