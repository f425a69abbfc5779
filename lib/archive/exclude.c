/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/exclude.h"

#include <assert.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

void medark_exclude_clear(struct medark_exclude *e)
{
	for (size_t i = 0; i < e->pattern_count; i++)
		free(e->patterns[i]);
	e->pattern_count = 0;
}

int medark_exclude_add(struct medark_exclude *e, const char *pattern, struct medark_error *err)
{
	size_t size;

	if (e->pattern_count == MEDARK_EXCLUDE_PATTERNS_MAX)
		return medark_error_set(err, MEDARK_E_USAGE, "more than %d patterns to exclude",
					MEDARK_EXCLUDE_PATTERNS_MAX);
	if (*pattern == '/')
		return medark_error_set(err, MEDARK_E_USAGE,
					"the pattern '%s' begins with /, but paths within a source "
					"do not",
					pattern);
	/* "./logs/" is written for "logs". */
	while (strncmp(pattern, "./", 2) == 0)
		pattern += 2;
	size = strlen(pattern);
	while (size && pattern[size - 1] == '/')
		size--;
	if (!size)
		return medark_error_set(err, MEDARK_E_USAGE, "a pattern to exclude is empty");
	e->patterns[e->pattern_count] = strndup(pattern, size);
	if (!e->patterns[e->pattern_count])
		return medark_error_memory(err, "a pattern");
	e->pattern_count++;
	return 0;
}

void medark_exclude_own(struct medark_exclude *e, uint64_t device, uint64_t inode)
{
	assert(e->own_count < MEDARK_EXCLUDE_OWN_MAX);
	e->own[e->own_count].device = device;
	e->own[e->own_count++].inode = inode;
}

static bool matches_any(const struct medark_exclude *e, const char *path)
{
	for (size_t i = 0; i < e->pattern_count; i++)
		if (fnmatch(e->patterns[i], path, 0) == 0)
			return true;
	return false;
}

bool medark_exclude_matches(const struct medark_exclude *e, struct medark_bytes path)
{
	char front[MEDARK_SOURCE_PATH_MAX + 1];

	if (!e->pattern_count || path.size >= sizeof(front))
		return false;
	for (size_t i = 0; i < path.size; i++) {
		front[i] = '\0';
		if (i && path.data[i] == '/' && matches_any(e, front))
			return true;
		front[i] = (char)path.data[i];
	}
	front[path.size] = '\0';
	/* What has no name is no entry, but a word about a packed file. */
	return path.size && matches_any(e, front);
}

const char *medark_exclude_reason(const struct medark_exclude *e, const struct medark_entry *entry)
{
	for (size_t i = 0; i < e->own_count; i++)
		if (entry->inode && entry->inode == e->own[i].inode &&
		    entry->device == e->own[i].device)
			return "it is being written by this export";
	return medark_exclude_matches(e, entry->path) ? "it matches a pattern" : NULL;
}
