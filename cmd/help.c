/* SPDX-License-Identifier: Apache-2.0 */
#include "help.h"

#include "closest.h"
#include "options.h"
#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HELP_COLUMN 26

static const struct cli_exit_text exits[] = {
	{ CLI_DONE, "done" },
	{ CLI_FAILED, "failed" },
	{ CLI_USAGE, "wrong usage" },
	{ CLI_UNVERIFIED, "does not verify: changed, missing, extra or malformed" },
	{ CLI_UNTRUSTED, "verifies, but the signer is not trusted" },
	{ CLI_IDENTITY, "no identity (key, passphrase) opens the archive" },
	{ CLI_INCOMPLETE,
	  "done, but incomplete: something was quarantined, skipped or is missing" },
	{ CLI_INTERRUPTED, "interrupted" },
	{ CLI_PIPE, "nobody reads the output any more" },
};

static const char *verb_name(size_t i, const void *context)
{
	(void)context;
	return cli_verbs[i].name;
}

/* What the code means for this verb; NULL: for all. */
static const char *meaning(const struct cli_verb *verb, const struct cli_exit_text *usual)
{
	for (size_t i = 0; verb && i < sizeof(verb->meanings) / sizeof(verb->meanings[0]); i++)
		if (verb->meanings[i].text && verb->meanings[i].code == usual->code)
			return verb->meanings[i].text;
	return usual->text;
}

/* Of one verb; NULL is all. */
static void print_exits(const struct cli_verb *verb)
{
	const char *list = verb ? verb->exits : NULL;

	(void)fputs("\nExit codes:\n", stdout);
	for (size_t i = 0; i < sizeof(exits) / sizeof(exits[0]); i++) {
		bool wanted = !list;

		for (const char *p = list; p && *p && !wanted;) {
			char *end = NULL;

			wanted = strtol(p, &end, 10) == exits[i].code;
			p = end;
		}
		if (wanted)
			(void)printf("  %-4d %s\n", exits[i].code, meaning(verb, &exits[i]));
	}
}

static void print_option(const struct cli_option *option)
{
	const char *help = option->help;
	int width = 0;

	if (option->letter)
		width = printf("  -%c, --%s", option->letter, option->name);
	else
		width = printf("  --%s", option->name);
	if (option->argument)
		width += printf(" %s", option->argument);
	if (width >= HELP_COLUMN) {
		(void)fputc('\n', stdout);
		width = 0;
	}
	while (*help) {
		size_t line = strcspn(help, "\n");

		(void)printf("%*s%.*s\n", HELP_COLUMN - width, "", (int)line, help);
		help += line + (help[line] == '\n');
		width = 0;
	}
}

void cli_help_overview(void)
{
	(void)fputs("medark exports patient records into an open, signed, encrypted archive,\n"
		    "verifies such archives, and brings the records back.\n"
		    "\n"
		    "Usage: medark VERB [options] [ARCHIVE...]\n"
		    "\n"
		    "Verbs:\n",
		    stdout);
	for (size_t i = 0; i < cli_verb_count; i++)
		(void)printf("  %-12s %s\n", cli_verbs[i].title, cli_verbs[i].brief);
	(void)fputs("\nExamples:\n"
		    "  medark key new --role recipient --name \"Clinic IT\" --out it\n"
		    "  medark export /srv/fhir --recipient it.cert.pem \\\n"
		    "      --signer clinic.cert.pem --signer-key clinic.key.pem \\\n"
		    "      --out night.medark\n"
		    "  medark verify night.medark --trust clinic.cert.pem\n"
		    "  medark patients night.medark --identity it.key.pem \\\n"
		    "      --trust clinic.cert.pem jan vries\n"
		    "  medark restore night.medark --identity it.key.pem \\\n"
		    "      --trust clinic.cert.pem --to /srv/restored\n",
		    stdout);
	print_exits(NULL);
	(void)fputs("\nMore about a verb: medark help VERB, or man medark-VERB.\n", stdout);
}

void cli_help_verb(const struct cli_verb *verb)
{
	const char *line = verb->synopsis;

	(void)printf("medark %s: %s\n\nUsage: %s\n%s", verb->title, verb->brief, line, verb->text);
	(void)fputs("\nOptions:\n", stdout);
	for (size_t i = 0; i < cli_option_count; i++)
		if (cli_option_table[i].verbs & (unsigned)verb->bit)
			print_option(&cli_option_table[i]);
	(void)printf("\nExamples:\n%s", verb->examples);
	print_exits(verb);
}

int cli_help_unknown(const struct cli_options *options, const char *word)
{
	const char *near = cli_closest(word, cli_verb_count, verb_name, NULL);

	if (near)
		return cli_report_usage(
			options, "cannot run '%s': there is no such verb; did you mean '%s'?", word,
			near);
	return cli_report_usage(options, "cannot run '%s': there is no such verb", word);
}
