/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/servers.h"

#include "record/compartment.h"

#include <stdio.h>
#include <string.h>

/* Told one by one; all stand in the archive. */
#define WARNINGS_MAX 20

struct medark_servers {
	const struct medark_export *e; /* borrowed */
	struct medark_meter *meter;
	size_t count; /* of the sources */
	char *folders[MEDARK_EXPORT_SOURCES_MAX];
	struct medark_live *lives[MEDARK_EXPORT_SOURCES_MAX]; /* NULL: the source is no server */
	const char *since[MEDARK_EXPORT_SOURCES_MAX]; /* as of --since; borrowed from the export */
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

static bool is_partial(const struct medark_export *e)
{
	return e->group || e->patients;
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

static void say(void *context, const char *sentence)
{
	const struct medark_servers *s = context;

	medark_meter_warn(s->meter, sentence);
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

const char *medark_servers_since(const struct medark_export *e, size_t i)
{
	const char *address = e->sources[i];

	if (!medark_live_is_address(address))
		return NULL;
	for (size_t k = 0; k < e->previous_server_count; k++)
		if (medark_live_is_same(e->previous_servers[k].base,
					address + strlen(MEDARK_LIVE_PREFIX)))
			return e->previous_servers[k].time;
	return NULL;
}

/* From when on; NULL: everything. */
static int find_since(const struct medark_export *e, size_t i, const char **out,
		      struct medark_error *err)
{
	*out = e->increment ? medark_servers_since(e, i) : NULL;
	if (*out || !e->increment)
		return 0;
	return medark_error_set(
		err, MEDARK_E_USAGE,
		e->previous_lacks
			? "the previous archive lacks some of what this server has, or is "
			  "of several sources or some patients: export without --since once"
			: "the previous archive does not say as of when it holds "
			  "what this server has: export without --since once");
}

static int fetch(struct medark_servers *s, const struct medark_export *e, size_t i,
		 const char *out_path, struct medark_error *err)
{
	struct medark_live_setup setup = {
		.address = e->sources[i],
		.auth_path = e->auth_path,
		.tell = tell,
		.poll = poll,
		.say = say,
		.context = s,
	};

	MEDARK_TRY(name_folder(out_path, i, &s->folders[i], err));
	setup.folder = s->folders[i];
	MEDARK_TRY(find_since(e, i, &s->since[i], err));
	setup.since = s->since[i];
	setup.group = e->group;
	setup.patients = e->patients;
	setup.method = e->method;
	setup.has_archive = access(out_path, F_OK) == 0;
	MEDARK_TRY(medark_live_open(&setup, &s->lives[i], err));
	return medark_live_fetch(s->lives[i], err);
}

static int check_servers(const struct medark_export *e, struct medark_error *err)
{
	size_t count = 0;

	for (size_t i = 0; i < e->source_count; i++)
		count += medark_live_is_address(e->sources[i]);
	if (count > MEDARK_SUMMARY_SERVERS_MAX)
		return medark_error_set(err, MEDARK_E_USAGE, "more than %d servers",
					MEDARK_SUMMARY_SERVERS_MAX);
	if (e->increment && (count != 1 || e->source_count != 1))
		return medark_error_set(err, MEDARK_E_USAGE,
					"--since wants one source, which is a FHIR server");
	if (e->patients && e->group)
		return medark_error_set(err, MEDARK_E_USAGE,
					"patients are given by a list or by a group, not by both");
	if (e->patients && e->method == MEDARK_LIVE_BULK)
		return medark_error_set(err, MEDARK_E_USAGE,
					"a list of patients needs another method than bulk: auto, "
					"everything or search");
	if ((e->patients || e->group) && e->method == MEDARK_LIVE_PAGE)
		return medark_error_set(err, MEDARK_E_USAGE,
					"the method page brings everything: for some patients give "
					"everything or search");
	/* Who joined since would come with what has changed of his record, and nothing before. */
	if (e->increment && is_partial(e))
		return medark_error_set(err, MEDARK_E_USAGE,
					"--since is for all patients of a server, not for a group "
					"or a list: of those who have joined it since, the rest "
					"would not come");
	if (e->increment && !e->sequence)
		return medark_error_set(err, MEDARK_E_USAGE,
					"--since wants the archive before: --previous ARCHIVE");
	return 0;
}

int medark_servers_fetch(const struct medark_export *e, const char *out_path,
			 struct medark_meter *meter, struct medark_servers **out,
			 struct medark_error *err)
{
	MEDARK_AUTO(medark_servers_free) struct medark_servers *s = calloc(1, sizeof(*s));

	if (!s)
		return medark_error_memory(err, "an export");
	MEDARK_TRY(check_servers(e, err));
	s->meter = meter;
	s->e = e;
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

size_t medark_servers_count(const struct medark_servers *s)
{
	size_t count = 0;

	for (size_t i = 0; i < s->count; i++)
		count += s->lives[i] != NULL;
	return count;
}

bool medark_servers_has_since(const struct medark_servers *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->lives[i] && medark_live_has_since(s->lives[i]))
			return true;
	return false;
}

/* Only what may stand in clear: times come from the server. */
static void copy_printable(char *out, size_t room, const char *text)
{
	for (const char *p = text; *p; p++)
		if (*p < 0x20 || *p > 0x7e)
			return;
	(void)snprintf(out, room, "%s", text);
}

/* What the first server counted before; of several only what all of them count is compared. */
static void declare(const struct medark_servers *s, struct medark_summary *out)
{
	const struct medark_census *census =
		s->count == 1 && s->lives[0] ? medark_live_census(s->lives[0]) : NULL;

	for (size_t i = 0; census && i < census->count; i++) {
		const struct medark_census_type *type = &census->types[i];
		struct medark_count *to = &out->declared[out->declared_count];

		/* In clear: names of the specification only. */
		if (!type->has_before || !type->before ||
		    !medark_compartment_find(medark_bytes_text(type->name)))
			continue;
		out->has_declared = true;
		out->declared_count++;
		memcpy(to->name, type->name, sizeof(to->name));
		to->count = type->before;
	}
}

void medark_servers_summarise(const struct medark_servers *s, struct medark_summary *out)
{
	declare(s, out);
	for (size_t i = 0; i < s->count; i++) {
		struct medark_summary_server *to = &out->servers[out->server_count];

		if (!s->lives[i])
			continue;
		out->server_count++;
		copy_printable(to->base, sizeof(to->base), medark_live_base(s->lives[i]));
		copy_printable(to->time, sizeof(to->time), medark_live_haul(s->lives[i])->time);
		if (medark_live_has_since(s->lives[i]))
			copy_printable(to->since, sizeof(to->since), s->since[i]);
		to->partial = is_partial(s->e);
	}
}

static int note_missing(const struct medark_servers *s, struct medark_facts *facts,
			const char *sentence, bool is_told, struct medark_error *err)
{
	struct medark_trouble trouble = {
		.fault = MEDARK_FAULT_MISSING,
		.item = MEDARK_ITEM_NONE,
		.detail = medark_bytes_text(sentence),
	};

	if (is_told)
		medark_meter_warn(s->meter, sentence);
	return medark_facts_trouble(facts, &trouble, err);
}

static int note_deletion(void *context, const char *name, struct medark_error *err)
{
	return medark_facts_changed(context, medark_bytes_text(name), true, err);
}

static int note_deletions(const struct medark_servers *s, size_t i, struct medark_facts *facts,
			  struct medark_error *err)
{
	uint64_t odd = 0;

	MEDARK_TRY(medark_live_deletions(s->lives[i], note_deletion, facts, &odd, err));
	if (!odd)
		return 0;
	return note_missing(s, facts,
			    "the server lists deletions in a form that is not understood: what it "
			    "has deleted may come back with a restore",
			    true, err);
}

int medark_servers_note(const struct medark_servers *s, size_t i, struct medark_facts *facts,
			struct medark_notes *notes, struct medark_error *err)
{
	const struct medark_haul *haul = s->lives[i] ? medark_live_haul(s->lives[i]) : NULL;

	if (!haul)
		return 0;
	for (size_t k = 0; k < haul->missing_count; k++)
		MEDARK_TRY(note_missing(s, facts, haul->missing[k], k < WARNINGS_MAX, err));
	for (size_t k = 0; k < haul->remark_count; k++) {
		medark_meter_warn(s->meter, haul->remarks[k]);
		MEDARK_TRY(medark_notes_remark(notes, haul->remarks[k], err));
	}
	if (s->since[i] && !medark_live_has_since(s->lives[i]))
		medark_meter_warn(s->meter, "the server cannot tell what has changed: this "
					    "archive holds everything it gave");
	return note_deletions(s, i, facts, err);
}

/* As much as fits: servers claim what they like. */
static uint64_t add(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* What the servers count together: false if one of them does not tell, or counts others too. */
static bool count_type(const struct medark_servers *s, const char *name, uint64_t *out_low,
		       uint64_t *out_high)
{
	*out_low = *out_high = 0;
	for (size_t i = 0; i < s->count; i++) {
		const struct medark_census_type *type =
			s->lives[i] ? medark_census_find(medark_live_census(s->lives[i]), name)
				    : NULL;

		uint64_t low, high;

		if (!type || !medark_census_bounds(type, &low, &high))
			return false;
		*out_low = add(*out_low, low);
		*out_high = add(*out_high, high);
	}
	return true;
}

/* The number of a type, without making one; 0: no record of it came. */
static uint32_t find_type(const struct medark_types *types, const char *name)
{
	for (uint32_t i = 1; i <= types->count; i++)
		if (strcmp(types->names[i], name) == 0)
			return i;
	return 0;
}

static bool is_expected(const struct medark_servers *s, const char *name)
{
	for (size_t i = 0; i < s->e->expected_count; i++)
		if (strcmp(s->e->expected[i], name) == 0)
			return true;
	return false;
}

static int note_expected(const struct medark_servers *s, struct medark_notes *notes,
			 const char *sentence, struct medark_error *err)
{
	char remark[512];

	(void)snprintf(remark, sizeof(remark), "%s, as --expect-missing allows", sentence);
	medark_meter_warn(s->meter, remark);
	return medark_notes_remark(notes, remark, err);
}

static int compare_counted(const struct medark_servers *s, struct medark_facts *facts,
			   struct medark_notes *notes, const char *name, struct medark_error *err)
{
	uint32_t number = find_type(&facts->types, name);
	uint64_t low, high, came = 0;
	char sentence[256];

	if (number)
		came = facts->types.records[number] - facts->types.repeated[number];
	if (!count_type(s, name, &low, &high))
		return 0;
	if (came < low) {
		(void)snprintf(
			sentence, sizeof(sentence),
			"the server counts %llu of the type %s, and gave %llu different ones",
			(unsigned long long)low, name, (unsigned long long)came);
		if (is_expected(s, name))
			return note_expected(s, notes, sentence, err);
		return note_missing(s, facts, sentence, true, err);
	}
	if (came > high) {
		(void)snprintf(
			sentence, sizeof(sentence),
			"the server counts %llu of the type %s, and gave %llu: its counts are "
			"not to be relied on",
			(unsigned long long)high, name, (unsigned long long)came);
		medark_meter_warn(s->meter, sentence);
	}
	return 0;
}

static int compare_repeated(const struct medark_servers *s, struct medark_facts *facts,
			    uint32_t number, struct medark_error *err)
{
	const struct medark_types *types = &facts->types;
	uint64_t low, high;
	char sentence[256];

	if (!types->repeated[number] || count_type(s, types->names[number], &low, &high))
		return 0;
	(void)snprintf(sentence, sizeof(sentence),
		       "%llu records of the type %s came more than once, and the server does not "
		       "count them: others may not have come",
		       (unsigned long long)types->repeated[number], types->names[number]);
	return note_missing(s, facts, sentence, true, err);
}

int medark_servers_compare(const struct medark_servers *s, struct medark_facts *facts,
			   struct medark_notes *notes, struct medark_error *err)
{
	const struct medark_census *first;

	for (size_t i = 0; i < s->count; i++)
		if (!s->lives[i])
			return 0;
	first = medark_live_census(s->lives[0]);
	for (size_t i = 0; i < first->count; i++)
		MEDARK_TRY(compare_counted(s, facts, notes, first->types[i].name, err));
	for (uint32_t i = 1; i <= facts->types.count; i++)
		MEDARK_TRY(compare_repeated(s, facts, i, err));
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
