/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/server_count.h"

#include "record/fhir_reference.h"

#include <stdio.h>
#include <string.h>

#define ISSUE_MAX 32

uint32_t medark_server_type(struct medark_server_result *s, struct medark_bytes type)
{
	uint32_t i = 0;

	if (!medark_fhir_is_type(type) || type.size >= sizeof(s->types[i].name))
		type = medark_bytes_text("Other");
	while (i < s->type_count && !medark_bytes_is(type, s->types[i].name))
		i++;
	if (i == s->type_count && i < MEDARK_SERVER_TYPES) {
		memcpy(s->types[i].name, type.data, type.size);
		s->type_count++;
	}
	return i < MEDARK_SERVER_TYPES ? i : MEDARK_SERVER_TYPES - 1;
}

void medark_server_count_reason(struct medark_server_result *s, const char *why)
{
	uint32_t i = 0;

	while (i < s->reason_count && strcmp(s->reasons[i].name, why) != 0)
		i++;
	if (i == MEDARK_SERVER_REASONS)
		i--;
	else if (i == s->reason_count)
		(void)snprintf(s->reasons[s->reason_count++].name, sizeof(s->reasons[i].name), "%s",
			       why);
	s->reasons[i].count++;
}

bool medark_server_is_issue(struct medark_bytes text)
{
	for (size_t i = 0; i < text.size; i++)
		if ((text.data[i] < 'a' || text.data[i] > 'z') && text.data[i] != '-')
			return false;
	return text.size > 0 && text.size < ISSUE_MAX;
}

void medark_server_count_rejected(struct medark_server_result *s,
				  const struct medark_deliver_news *news)
{
	bool has_word = medark_server_is_issue(news->issue);
	char why[64];

	(void)snprintf(why, sizeof(why), "rejected: status %u%s%.*s", news->status,
		       has_word ? ", " : "", has_word ? (int)news->issue.size : 0,
		       (const char *)news->issue.data);
	medark_server_count_reason(s, why);
}
