/* SPDX-License-Identifier: Apache-2.0 */
#include "types.h"

#include "closest.h"
#include "report.h"

#include <string.h>

static const char *type_at(size_t i, const void *context)
{
	(void)context;
	return medark_resource_type(i);
}

/* Has any of them records of types that FHIR does not have? */
static bool has_others(struct medark_archive *const *archives, size_t count)
{
	struct medark_archive_info info;
	struct medark_error ignored = { 0 };

	for (size_t k = 0; k < count; k++) {
		if (medark_archive_info(archives[k], &info, &ignored) < 0)
			return true;
		for (uint32_t i = 0; i < info.type_count; i++)
			if (strcmp(info.types[i].name, "Other") == 0)
				return true;
	}
	return false;
}

static bool is_known(const char *type, size_t known)
{
	for (size_t i = 0; i < known; i++)
		if (strcmp(type, medark_resource_type(i)) == 0)
			return true;
	return false;
}

int cli_types_check(const struct cli_options *options, struct medark_archive *const *archives,
		    size_t count)
{
	char sentence[256], meant[96];
	size_t known = 0;

	while (medark_resource_type(known))
		known++;
	for (size_t i = 0; i < options->types.count; i++) {
		const char *type = options->types.items[i], *near;

		if (is_known(type, known))
			continue;
		near = cli_closest(type, known, type_at, NULL);
		(void)snprintf(meant, sizeof(meant), "%s%s%s", near ? "; did you mean '" : "",
			       near ? near : "", near ? "'?" : "");
		if (!has_others(archives, count))
			return cli_report_usage(options,
						"cannot use '%.64s' for --type: FHIR has no "
						"resource type of that name%s",
						type, meant);
		(void)snprintf(sentence, sizeof(sentence), "FHIR has no resource type '%.64s'%s",
			       type, meant);
		cli_report_warning(options, sentence);
	}
	return 0;
}
