/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/chart_folder.h"

#include "archive/folder.h"
#include "archive/nameset.h"
#include "container/layout.h"
#include "scan/json.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_SIZE (256u << 10)

/* What report.json says of the folder. */
struct own {
	struct medark_nameset files; /* paths; of XML records all but "-<number>.xml" */
	struct medark_buffer path;   /* scratch */
	const char *except;
};

static void own_clear(struct own *own)
{
	medark_nameset_clear(&own->files);
	medark_buffer_clear(&own->path);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct own, own_clear)

static int add(struct own *own, const char *folder, struct medark_bytes name, const char *ending,
	       struct medark_error *err)
{
	struct medark_buffer *path = &own->path;

	path->size = 0;
	MEDARK_TRY(medark_buffer_add(path, folder, strlen(folder), err));
	MEDARK_TRY(medark_buffer_add(path, name.data, name.size, err));
	MEDARK_TRY(medark_buffer_add(path, ending, strlen(ending), err));
	MEDARK_TRY(medark_nameset_add(&own->files, medark_bytes(path->data, path->size), err));
	return 0;
}

/* {"Patient":1,…}: the types of the records in `folder`. */
static int add_types(struct own *own, struct medark_bytes value, const char *folder,
		     struct medark_error *err)
{
	struct medark_json_reader json;
	enum medark_json_token token;

	medark_json_reader_init(&json, value);
	while ((token = medark_json_next(&json)) > MEDARK_JSON_END) {
		if (token != MEDARK_JSON_KEY)
			continue;
		MEDARK_TRY(add(own, folder, json.raw, ".ndjson", err));
		own->path.size = 0;
		MEDARK_TRY(medark_buffer_print(&own->path, err, "%sxml/", folder));
		MEDARK_TRY(medark_buffer_add(&own->path, json.raw.data, json.raw.size, err));
		MEDARK_TRY(medark_nameset_add(&own->files,
					      medark_bytes(own->path.data, own->path.size), err));
	}
	return 0;
}

/* [{"name":…},…]: the attachments. */
static int add_items(struct own *own, struct medark_bytes value, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer name = MEDARK_BUFFER(32 * MEDARK_PATH_MAX);
	struct medark_json_reader json;
	enum medark_json_token token;

	medark_json_reader_init(&json, value);
	while ((token = medark_json_next(&json)) > MEDARK_JSON_END) {
		if (token != MEDARK_JSON_KEY || !medark_bytes_is(json.raw, "name") ||
		    medark_json_next(&json) != MEDARK_JSON_STRING)
			continue;
		name.size = 0;
		MEDARK_TRY(medark_buffer_add(&name, json.raw.data, json.raw.size, err));
		name.size = medark_json_decode(json.raw, name.data);
		MEDARK_TRY(add(own, "items/", medark_bytes(name.data, name.size), "", err));
	}
	return 0;
}

static int add_report(struct own *own, struct medark_bytes text, struct medark_error *err)
{
	struct medark_json_reader json;
	struct medark_bytes value;

	MEDARK_TRY(add(own, MEDARK_CHART_REPORT, medark_bytes(NULL, 0), "", err));
	medark_json_reader_init(&json, text);
	if (medark_json_next(&json) != MEDARK_JSON_OBJECT_BEGIN)
		return 0;
	while (medark_json_next(&json) == MEDARK_JSON_KEY) {
		struct medark_bytes key = json.raw;

		if (!medark_json_skip(&json, &value))
			break;
		if (medark_bytes_is(key, "types"))
			MEDARK_TRY(add_types(own, value, "", err));
		else if (medark_bytes_is(key, "referenced_types"))
			MEDARK_TRY(add_types(own, value, "referenced/", err));
		else if (medark_bytes_is(key, "items"))
			MEDARK_TRY(add_items(own, value, err));
	}
	return 0;
}

/* 1, or 0 if there is no report of a chart. */
static int read_report(int folder, struct medark_buffer *out, struct medark_error *err)
{
	MEDARK_AUTO(medark_fd_close)
	int fd =
		openat(folder, MEDARK_CHART_REPORT, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	ssize_t n;

	if (fd < 0 && errno != ENOENT && errno != ELOOP)
		return medark_error_errno(err, errno, "cannot read the target's report");
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	do {
		MEDARK_TRY(medark_buffer_reserve(out, READ_SIZE, err));
		n = read(fd, out->data + out->size, READ_SIZE);
		if (n < 0 && errno != EINTR)
			return medark_error_errno(err, errno, "cannot read the target's report");
		out->size += n > 0 ? (size_t)n : 0;
	} while (n != 0);
	return medark_bytes_starts(medark_bytes(out->data, out->size), MEDARK_CHART_REPORT_HEAD);
}

static bool is_own_folder(struct medark_bytes path)
{
	return medark_bytes_is(path, "xml") || medark_bytes_is(path, "referenced") ||
	       medark_bytes_is(path, "referenced/xml") || medark_bytes_is(path, "items") ||
	       medark_bytes_starts(path, "items/");
}

/* xml/<Type>-<number>.xml: its front is in the set. */
static bool is_own_xml(const struct own *own, struct medark_bytes path)
{
	static const char ending[] = ".xml";
	size_t end = path.size > 4 ? path.size - 4 : 0, at = end;

	if (!medark_bytes_is(medark_bytes(path.data + end, path.size - end), ending))
		return false;
	while (at && path.data[at - 1] >= '0' && path.data[at - 1] <= '9')
		at--;
	return at && at < end && path.data[at - 1] == '-' &&
	       medark_nameset_has(&own->files, medark_bytes(path.data, at - 1));
}

/* 0: goes on; 1: somebody else's. */
static int check_entry(void *context, struct medark_bytes path, mode_t mode,
		       struct medark_error *err)
{
	const struct own *own = context;

	(void)err;
	if (own->except &&
	    (medark_bytes_is(path, own->except) ||
	     (medark_bytes_starts(path, own->except) && path.data[strlen(own->except)] == '/')))
		return 0;
	if (S_ISDIR(mode))
		return !is_own_folder(path);
	return !S_ISREG(mode) || !(medark_nameset_has(&own->files, path) || is_own_xml(own, path));
}

int medark_chart_folder_is_own(int fd, const char *except, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer report = MEDARK_BUFFER_SECRET(MEDARK_NAMESET_TEXT_MAX);
	MEDARK_AUTO(own_clear) struct own own = { .except = except };
	int found = read_report(fd, &report, err), others;

	if (found <= 0)
		return found;
	own.path = (struct medark_buffer)MEDARK_BUFFER_SECRET(64 * MEDARK_PATH_MAX);
	MEDARK_TRY(medark_nameset_init(&own.files, err));
	MEDARK_TRY(add_report(&own, medark_bytes(report.data, report.size), err));
	others = medark_folder_walk(fd, check_entry, &own, err);
	return others < 0 ? others : !others;
}
