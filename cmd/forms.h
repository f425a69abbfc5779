/* SPDX-License-Identifier: Apache-2.0 */
/* forms: what a restore makes of charts, as --to names it: "html:" in front of a folder. */
#ifndef MEDARK_CMD_FORMS_H
#define MEDARK_CMD_FORMS_H

#include "options.h"

/* What --to may be, for a sentence: "folders, bundle:DIR, …". */
#define CLI_FORMS                                                                                  \
	"folders, bundle:DIR, csv:DIR, html:DIR, html:FILE.zip, sqlite:FILE, bagit:DIR and "       \
	"fhir+https://... are"

/*
 * Takes the word of a form off options->to and notes which form it is; without one it is a folder.
 * Pages go into a ZIP file if the name behind the word ends in .zip. 0, or CLI_USAGE after it was
 * reported that nothing stands behind it.
 */
int cli_forms_take(struct cli_options *options);

/*
 * Of a ZIP file: it is not there yet. Of others: there is no passphrase of one, as somebody would
 * take the folder for encrypted. 0 or an exit code.
 */
int cli_forms_check_zip(const struct cli_options *options);

/* "html" of the options' form; "folder" of files. Static. */
const char *cli_forms_name(const struct cli_options *options);

/* Is it pages? One file, and not a folder? Encrypted? */
bool cli_forms_is_html(const struct cli_options *options);
bool cli_forms_is_file(const struct cli_options *options);
bool cli_forms_is_sealed(const struct cli_options *options);

/* Who can read what a restore leaves, in one sentence without a full stop. Static. */
const char *cli_forms_secrecy(const struct cli_options *options);

#endif
