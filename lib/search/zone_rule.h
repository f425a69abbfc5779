/* SPDX-License-Identifier: Apache-2.0 */
/* zone_rule: a clock's rule for all years, as in the TZ variable (RFC 8536 section 3.3). */
#ifndef MEDARK_SEARCH_ZONE_RULE_H
#define MEDARK_SEARCH_ZONE_RULE_H

#include "search/zone.h"

/* Reads "CET-1CEST,M3.5.0,M10.5.0/3" into `zone`. False: it is no such rule. Any thread. */
bool medark_zone_rule_parse(struct medark_zone *zone, struct medark_bytes text);

/* The offset that the rule of `zone` gives for a moment. Any thread. */
int32_t medark_zone_rule_offset(const struct medark_zone *zone, int64_t utc);

#endif
