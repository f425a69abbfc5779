/* SPDX-License-Identifier: Apache-2.0 */
/*
 * members: the records that a document holds, each once and in its order, and the address by which
 * each is known in it. One thread builds it; then any number may read.
 */
#ifndef MEDARK_IPS_MEMBERS_H
#define MEDARK_IPS_MEMBERS_H

#include "ips/document.h"

struct medark_ips_member {
	const struct medark_view_record *record;
	size_t url, url_size; /* in `urls` */
};

struct medark_ips_members {
	const struct medark_ips *ips;
	const struct medark_ips_terms *terms;
	struct medark_ips_member *list;
	size_t count;
	uint32_t *places; /* of each record of the chart: its number in `list` and 1, or 0 */
	bool *is_urn;	  /* of each record: it is referred to as urn:uuid:… */
	struct medark_buffer urls;
};

void medark_ips_members_clear(struct medark_ips_members *m);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_ips_members, medark_ips_members_clear)

/*
 * The patient, then the records of the sections, then what they refer to, and so on. All is
 * borrowed; `m` is zeroed before, cleared by the caller. MEDARK_E_MEMORY, MEDARK_E_SYSTEM.
 */
int medark_ips_members_init(struct medark_ips_members *m, const struct medark_ips *ips,
			    const struct medark_ips_terms *terms,
			    struct medark_error *err) MEDARK_MUST_USE;

/* The address of a record that is a member; else an assert. Borrowed. */
struct medark_bytes medark_ips_member_url(const struct medark_ips_members *m,
					  const struct medark_view_record *record);

#endif
