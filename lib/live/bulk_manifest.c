/* SPDX-License-Identifier: Apache-2.0 */
#include "live/bulk_manifest.h"

#include "live/json.h"

#include <string.h>

void medark_bulk_manifest_clear(struct medark_bulk_manifest *m)
{
	for (size_t i = 0; i < m->count; i++)
		medark_url_clear(&m->files[i].url);
	free(m->files);
	medark_url_clear(&m->next);
	*m = (struct medark_bulk_manifest) { 0 };
}

/* It becomes part of an item's name. */
static bool is_type(const char *text)
{
	size_t size = strlen(text);

	return size >= 1 && size <= MEDARK_BULK_TYPE_MAX &&
	       strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") == size;
}

static int grow(struct medark_bulk_manifest *m, size_t more, struct medark_error *err)
{
	struct medark_bulk_file *files;

	if (m->unusable > MEDARK_BULK_FILES_MAX - m->count ||
	    more > MEDARK_BULK_FILES_MAX - m->count - m->unusable)
		return medark_error_set(err, MEDARK_E_REMOTE, "the server names more than %d files",
					MEDARK_BULK_FILES_MAX);
	files = realloc(m->files, (m->count + more) * sizeof(*files));
	if (!files)
		return medark_error_memory(err, "the server's list of files");
	m->files = files;
	return 0;
}

static int add_file(struct medark_bulk_manifest *m, const json_t *entry, enum medark_bulk_kind kind,
		    const struct medark_url *base, struct medark_error *err)
{
	const char *url = medark_live_json_text(entry, "url");
	const char *type = medark_live_json_text(entry, "type");
	const json_t *count = json_object_get(entry, "count");
	struct medark_bulk_file file = { .kind = kind };
	int code = MEDARK_E_USAGE;

	if (url && *url)
		code = medark_url_resolve(base, url, &file.url, err);
	/* A server elsewhere has no business with what listens on this machine. */
	if (code == 0 && file.url.is_local && !base->is_local) {
		medark_url_clear(&file.url);
		code = MEDARK_E_USAGE;
	}
	if (code == MEDARK_E_USAGE) {
		m->unusable++;
		return 0;
	}
	MEDARK_TRY(code);
	if (type && is_type(type))
		memcpy(file.type, type, strlen(type));
	file.has_count = json_is_integer(count) && json_integer_value(count) >= 0;
	if (file.has_count)
		file.count = (uint64_t)json_integer_value(count);
	m->files[m->count++] = file;
	return 0;
}

/* Absent, null, or an empty text instead of a list: all seen. */
static int add_files(struct medark_bulk_manifest *m, const json_t *object, const char *name,
		     enum medark_bulk_kind kind, const struct medark_url *base,
		     struct medark_error *err)
{
	const json_t *list = json_object_get(object, name);

	if (!json_array_size(list))
		return 0;
	MEDARK_TRY(grow(m, json_array_size(list), err));
	for (size_t i = 0; i < json_array_size(list); i++)
		MEDARK_TRY(add_file(m, json_array_get(list, i), kind, base, err));
	return 0;
}

/* STU3: a list of links, the one with the relation "next" is of use. */
static int take_next(struct medark_bulk_manifest *m, const json_t *object,
		     const struct medark_url *base, struct medark_error *err)
{
	const json_t *links = json_object_get(object, "link");

	medark_url_clear(&m->next);
	for (size_t i = 0; i < json_array_size(links); i++) {
		const json_t *link = json_array_get(links, i);
		const char *relation = medark_live_json_text(link, "relation");
		const char *url = medark_live_json_text(link, "url");

		if (relation && url && strcmp(relation, "next") == 0)
			return medark_url_resolve(base, url, &m->next, err);
	}
	return 0;
}

int medark_bulk_manifest_parse(struct medark_bytes text, const struct medark_url *base,
			       struct medark_bulk_manifest *m, struct medark_error *err)
{
	MEDARK_AUTO(medark_json_release) json_t *object = NULL;
	const char *time;

	MEDARK_TRY(medark_live_json_parse(text, "the server's list of files", MEDARK_E_REMOTE,
					  &object, err));
	time = medark_live_json_text(object, "transactionTime");
	if (time && strlen(time) <= MEDARK_BULK_TIME_MAX && !m->transaction_time[0])
		memcpy(m->transaction_time, time, strlen(time) + 1);
	m->wants_token = !json_is_false(json_object_get(object, "requiresAccessToken"));
	MEDARK_TRY(add_files(m, object, "output", MEDARK_BULK_OUTPUT, base, err));
	MEDARK_TRY(add_files(m, object, "deleted", MEDARK_BULK_DELETED, base, err));
	MEDARK_TRY(add_files(m, object, "error", MEDARK_BULK_OUTCOME, base, err));
	MEDARK_TRY(add_files(m, object, "outcome", MEDARK_BULK_OUTCOME, base, err));
	return take_next(m, object, base, err);
}
