/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/server_others.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Room for twice as many: every second one goes. */
static void thin_out(struct medark_server_others *o)
{
	for (size_t i = 0; 2 * i < o->count; i++)
		o->names[i] = o->names[2 * i];
	o->count = (o->count + 1) / 2;
	o->stride *= 2;
}

void medark_server_others_note(struct medark_server_others *o, struct medark_bytes type,
			       struct medark_bytes id)
{
	if (!medark_target_is_id(id) || type.size >= sizeof(o->names[0].type) ||
	    medark_bytes_is(type, "Binary"))
		return;
	o->stride += o->stride == 0;
	if (o->seen++ % o->stride)
		return;
	if (o->count == MEDARK_SERVER_OTHERS_MAX)
		thin_out(o);
	(void)snprintf(o->names[o->count].type, sizeof(o->names[0].type), "%.*s", (int)type.size,
		       (const char *)type.data);
	(void)snprintf(o->names[o->count].id, sizeof(o->names[0].id), "%.*s", (int)id.size,
		       (const char *)id.data);
	o->count++;
}

static int count_found(const struct medark_server_others *o, struct medark_target *target,
		       const char *prefix, uint64_t *out, struct medark_error *err)
{
	*out = 0;
	for (size_t i = 0; i < o->count; i++) {
		MEDARK_AUTO(medark_http_transfer_free) struct medark_http_transfer *t = NULL;
		char path[4 * MEDARK_TARGET_ID_TEXT];
		const struct medark_target_request request = { .method = "GET", .path = path };

		(void)snprintf(path, sizeof(path), "%s/%s%s", o->names[i].type, prefix,
			       o->names[i].id);
		MEDARK_TRY(medark_target_send(target, &request, &t, err));
		*out += medark_http_response(t)->status == 200;
	}
	return 0;
}

int medark_server_others_look(const struct medark_server_others *o,
			      const struct medark_server_look *look, struct medark_error *err)
{
	const char *prefix = look->ids == MEDARK_DELIVER_PREFIX ? look->prefix : "";
	char sentence[256];
	uint64_t found;

	MEDARK_TRY(medark_target_count(look->target, "Patient", look->out_patients, err));
	if (look->ids == MEDARK_DELIVER_SERVER)
		return 0;
	MEDARK_TRY(count_found(o, look->target, prefix, &found, err));
	if (!found && (!*look->out_patients || *prefix))
		return 0;
	(void)snprintf(sentence, sizeof(sentence),
		       "the server has %" PRIu64 " patients already; of %zu ids that records are "
		       "to get, and that were looked for, %" PRIu64 " are taken there",
		       *look->out_patients, o->count, found);
	*look->out_would_overwrite = true;
	if (!look->is_allowed)
		return medark_error_set(err, MEDARK_E_EXISTS, "%s", sentence);
	medark_meter_warn(look->meter, sentence);
	return 0;
}
