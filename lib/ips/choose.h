/* SPDX-License-Identifier: Apache-2.0 */
/* choose: the section of one record, by its type, category and status alone. Any thread. */
#ifndef MEDARK_IPS_CHOOSE_H
#define MEDARK_IPS_CHOOSE_H

#include "ips/summary.h"

enum medark_ips_choice {
	MEDARK_IPS_TAKEN,
	MEDARK_IPS_WRONG,  /* the source calls it refuted, or entered in error */
	MEDARK_IPS_ASIDE,  /* its status says that it has ended, is planned, or was not done */
	MEDARK_IPS_UNREAD, /* it has no tree */
	MEDARK_IPS_NONE	   /* there is no section for its like */
};

/* *out_section is that of all choices but MEDARK_IPS_NONE. */
enum medark_ips_choice medark_ips_choose(const struct medark_view_record *record,
					 enum medark_ips_section *out_section);

#endif
