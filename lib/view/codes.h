/* SPDX-License-Identifier: Apache-2.0 */
/*
 * codes: the codes of FHIR's own value sets for a status, as people say them in Dutch. Only words
 * change: a code that is not known, or any other text, stays as the source has it. Any thread.
 */
#ifndef MEDARK_VIEW_CODES_H
#define MEDARK_VIEW_CODES_H

#include "base/bytes.h"
#include "view/words.h"

/*
 * What to show for `code`, which stands alone where a record says its status, criticality or
 * severity; `code` itself in English and if there is no word for it. Static, or borrowed of `code`.
 */
struct medark_bytes medark_view_code(enum medark_language language, struct medark_bytes code);

#endif
