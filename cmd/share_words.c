/* SPDX-License-Identifier: Apache-2.0 */
#include "share_words.h"

#include "report.h"

#include <medark/share.h>

#include <stdlib.h>

static bool has_share(const struct cli_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (medark_share_is_file(list->items[i]))
			return true;
	return false;
}

int cli_share_words_take(struct cli_options *options)
{
	struct cli_list *keys = &options->identities, *words = &options->operands;
	size_t kept = 0;
	const char **items;

	if (!words->count || !has_share(keys))
		return 0;
	items = realloc(keys->items, (keys->count + words->count) * sizeof(*items));
	if (!items)
		return cli_report_memory(options);
	keys->items = items;
	for (size_t i = 0; i < words->count; i++) {
		if (medark_share_is_file(words->items[i]))
			keys->items[keys->count++] = words->items[i];
		else
			words->items[kept++] = words->items[i];
	}
	words->count = kept;
	return 0;
}
