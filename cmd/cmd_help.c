/* SPDX-License-Identifier: Apache-2.0 */
/* medark help: the overview, or the screen of one verb. */
#include "help.h"
#include "options.h"
#include "report.h"

int cmd_help(const struct cli_options *options)
{
	const struct cli_list *words = &options->operands;
	const struct cli_verb *verb;

	if (words->count == 0) {
		cli_help_overview();
		return CLI_DONE;
	}
	verb = cli_verb_find(words->items[0]);
	if (!verb)
		return cli_help_unknown(options, words->items[0]);
	/* "help key split": the screen of key has all second words. */
	if (words->count > 1 && !(verb->bit == CLI_KEY && words->count == 2))
		return cli_report_usage(options, "cannot help with more than one verb at a time");
	cli_help_verb(verb);
	return CLI_DONE;
}
