/* SPDX-License-Identifier: Apache-2.0 */
/* read and vread: one record as it stands in the archive. */
#include "api/api_private.h"

#include "base/text.h"
#include "crypto/digest.h"
#include "search/moment.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define TAG_MAX	   160
#define RECORD_MAX 600

/* W/"…": the version that the record has, or else a hash of it (RFC 9110 section 8.8.3). */
static void make_tag(const struct medark_view_record *record, char out[TAG_MAX])
{
	struct medark_bytes version =
		medark_json_text_at(&record->tree, record->root, "meta.versionId");
	struct medark_digest digest;
	char digits[33];
	bool is_plain = version.size > 0 && version.size <= 64;

	for (size_t i = 0; i < version.size && is_plain; i++)
		is_plain =
			version.data[i] > 0x20 && version.data[i] < 0x7f && version.data[i] != '"';
	if (is_plain) {
		(void)snprintf(out, TAG_MAX, "W/\"%.*s\"", (int)version.size,
			       (const char *)version.data);
		return;
	}
	medark_sha256(record->text.data, record->text.size, &digest);
	medark_text_hex(digest.bytes, 16, digits);
	(void)snprintf(out, TAG_MAX, "W/\"%s\"", digits);
}

/* One of the tags of an If-None-Match field, compared weakly (RFC 9110 section 13.1.2). */
static bool is_known(struct medark_bytes field, const char *tag)
{
	const char *strong = tag + 2; /* without W/ */

	return medark_bytes_is(field, "*") ||
	       (field.size && memmem(field.data, field.size, strong, strlen(strong)));
}

/* RFC 9110 section 5.6.7, of meta.lastUpdated. */
static int put_modified(struct medark_api_call *call, const struct medark_view_record *record)
{
	static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	struct medark_bytes text =
		medark_json_text_at(&record->tree, record->root, "meta.lastUpdated");
	struct medark_moments when;
	char out[40];
	struct tm tm;
	time_t seconds;

	if (!medark_moments_parse(text, call->api->setup.zone, &when))
		return 0;
	seconds = (time_t)when.from.seconds;
	if (!gmtime_r(&seconds, &tm) || tm.tm_year < -1900 || tm.tm_year > 8099)
		return 0;
	(void)snprintf(out, sizeof(out), "%s, %02d %s %04d %02d:%02d:%02d GMT", days[tm.tm_wday],
		       tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
		       tm.tm_sec);
	return medark_api_header(call, "Last-Modified", out);
}

static int send_record(struct medark_api_call *call, const struct medark_view_record *record,
		       struct medark_bytes version)
{
	struct medark_bytes has;
	char tag[TAG_MAX];

	if (!record->root)
		return medark_api_error(call, 406, "not-supported",
					"this record is archived as XML; restore has it");
	has = medark_json_text_at(&record->tree, record->root, "meta.versionId");
	if (version.data && !medark_bytes_equal(version, has))
		return medark_api_error(call, 404, "not-found",
					"the archive has another version of this record");
	make_tag(record, tag);
	MEDARK_TRY(medark_api_header(call, "ETag", tag));
	MEDARK_TRY(put_modified(call, record));
	if (is_known(call->request->fields[MEDARK_SERVE_IF_NONE_MATCH], tag)) {
		call->response->status = 304;
		return 0;
	}
	MEDARK_TRY(medark_api_put_bytes(call, record->text));
	return medark_api_send(call);
}

int medark_api_read(struct medark_api_call *call, struct medark_bytes version)
{
	MEDARK_AUTO(medark_shelf_record_clear) struct medark_shelf_record record = { 0 };
	char name[RECORD_MAX];
	struct medark_api_access access = { .kind = MEDARK_API_READ, .record = name };
	struct medark_error why = { 0 };
	int code;

	if (!medark_record_find_is_complete(call->api->setup.find))
		return medark_api_not_yet(call);
	medark_api_record_name(call->segments[0], call->segments[1], name, sizeof(name));
	code = medark_shelf_record(call->shelf, call->segments[0], call->segments[1], &record,
				   &why);
	if (code < 0 && code != MEDARK_E_NOT_FOUND)
		return medark_error_set(call->err, code, "%s", why.message);
	access.patient =
		code < 0 ? NULL : medark_api_owner(call->segments[0], name, record.patient_id);
	access.is_refused = code < 0;
	MEDARK_TRY(call->gate->pass(call->gate->context, &access, call->err));
	if (code < 0)
		return medark_api_missing(call, call->segments[0], call->segments[1],
					  "the archive has no record of this type and id");
	return send_record(call, &record.one.list[0], version);
}
