/* SPDX-License-Identifier: Apache-2.0 */
/*
 * page: a summary to be read and printed, within the frame of view/page.h: what document.h has as a
 * FHIR document, for who has no program for that. Any thread.
 */
#ifndef MEDARK_IPS_PAGE_H
#define MEDARK_IPS_PAGE_H

#include "ips/summary.h"

/*
 * Appends the page's content. `document`: address of the FHIR document; NULL: there is none.
 * MEDARK_E_MEMORY.
 */
int medark_ips_page(const struct medark_ips *ips, const char *document, struct medark_buffer *out,
		    struct medark_error *err) MEDARK_MUST_USE;

#endif
