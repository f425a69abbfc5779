/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/servers.h"

#include <stdio.h>
#include <string.h>

/* Told one by one; all stand in the archive. */
#define WARNINGS_MAX 20

struct medark_servers {
	struct medark_meter *meter;
	size_t count; /* of the sources */
	char *folders[MEDARK_EXPORT_SOURCES_MAX];
	struct medark_live *lives[MEDARK_EXPORT_SOURCES_MAX]; /* NULL: the source is no server */
};

void medark_servers_free(struct medark_servers *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->count; i++) {
		medark_live_free(s->lives[i]);
		free(s->folders[i]);
	}
	free(s);
}

static int tell(void *context, const struct medark_bulk_progress *progress,
		struct medark_error *err)
{
	struct medark_servers *s = context;
	const struct medark_progress now = {
		.phase = progress->phase,
		.bytes = progress->bytes,
		.item = progress->fetched,
	};

	return medark_meter_set(s->meter, &now, err);
}

static int poll(void *context, struct medark_error *err)
{
	struct medark_servers *s = context;

	return medark_meter_add(s->meter, 0, 0, s->meter->now.item, err);
}

/* .NAME.medark-job-I beside the archive, or in the folder for temporary files. */
static int name_folder(const char *out_path, size_t i, char **out, struct medark_error *err)
{
	MEDARK_AUTO(medark_heap_free) char *folder = NULL;
	const char *slash = strrchr(out_path, '/');
	const char *name = strcmp(out_path, "-") == 0 ? "" : slash ? slash + 1 : out_path;

	MEDARK_TRY(medark_export_folder(out_path, &folder, err));
	if (asprintf(out, "%s/.%s.medark-job-%zu", folder, name, i + 1) >= 0)
		return 0;
	*out = NULL;
	return medark_error_memory(err, "an export from a server");
}

static int fetch(struct medark_servers *s, const struct medark_export *e, size_t i,
		 const char *out_path, struct medark_error *err)
{
	struct medark_live_setup setup = {
		.address = e->sources[i],
		.auth_path = e->auth_path,
		.tell = tell,
		.poll = poll,
		.context = s,
	};

	MEDARK_TRY(name_folder(out_path, i, &s->folders[i], err));
	setup.folder = s->folders[i];
	setup.has_archive = access(out_path, F_OK) == 0;
	MEDARK_TRY(medark_live_open(&setup, &s->lives[i], err));
	return medark_live_fetch(s->lives[i], err);
}

int medark_servers_fetch(const struct medark_export *e, const char *out_path,
			 struct medark_meter *meter, struct medark_servers **out,
			 struct medark_error *err)
{
	MEDARK_AUTO(medark_servers_free) struct medark_servers *s = calloc(1, sizeof(*s));

	if (!s)
		return medark_error_memory(err, "an export");
	s->meter = meter;
	s->count = e->source_count;
	for (size_t i = 0; i < s->count; i++)
		if (medark_live_is_address(e->sources[i]))
			MEDARK_TRY(fetch(s, e, i, out_path, err));
	*out = MEDARK_TAKE(s);
	return 0;
}

int medark_servers_source(struct medark_servers *s, size_t i, struct medark_source **out,
			  struct medark_error *err)
{
	return medark_live_source(s->lives[i], out, err);
}

int medark_servers_missing(const struct medark_servers *s, size_t i, struct medark_facts *facts,
			   struct medark_error *err)
{
	const struct medark_haul *haul = s->lives[i] ? medark_live_haul(s->lives[i]) : NULL;

	for (size_t k = 0; haul && k < haul->missing_count; k++) {
		struct medark_trouble trouble = {
			.fault = MEDARK_FAULT_MISSING,
			.item = MEDARK_ITEM_NONE,
			.detail = medark_bytes_text(haul->missing[k]),
		};

		MEDARK_TRY(medark_facts_trouble(facts, &trouble, err));
		if (k < WARNINGS_MAX)
			medark_meter_warn(s->meter, haul->missing[k]);
	}
	return 0;
}

int medark_servers_mark(const struct medark_servers *s, struct medark_error *err)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->lives[i])
			MEDARK_TRY(medark_live_mark(s->lives[i], err));
	return 0;
}

void medark_servers_end(struct medark_servers *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->lives[i])
			(void)!medark_live_end(s->lives[i], NULL);
}
