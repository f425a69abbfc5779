/* SPDX-License-Identifier: Apache-2.0 */
#include "forms.h"

#include "report.h"

#include <string.h>
#include <strings.h>
#include <sys/stat.h>

static const struct {
	const char *prefix;
	enum medark_restore_form form;
	const char *name, *behind;
} forms[] = {
	{ "bundle:", MEDARK_RESTORE_BUNDLES, "bundle", "folder" },
	{ "bagit:", MEDARK_RESTORE_BAG, "bagit", "folder" },
	{ "csv:", MEDARK_RESTORE_CSV, "csv", "folder" },
	{ "sqlite:", MEDARK_RESTORE_SQLITE, "sqlite", "file" },
	{ "html:", MEDARK_RESTORE_HTML, "html", "folder or ZIP file" },
};
#define FORMS (sizeof(forms) / sizeof(*forms))

static bool is_zip(const char *name)
{
	size_t size = strlen(name);

	return size > 4 && strcasecmp(name + size - 4, ".zip") == 0;
}

int cli_forms_take(struct cli_options *options)
{
	for (size_t i = 0; options->to && i < FORMS; i++) {
		size_t size = strlen(forms[i].prefix);

		if (strncmp(options->to, forms[i].prefix, size) != 0)
			continue;
		if (!options->to[size])
			return cli_report_usage(options,
						"cannot use '%s' for --to: a %s is named behind it",
						options->to, forms[i].behind);
		options->to += size;
		options->form = forms[i].form;
		if (options->form == MEDARK_RESTORE_HTML && is_zip(options->to))
			options->form = MEDARK_RESTORE_HTML_ZIP;
		return 0;
	}
	return 0;
}

bool cli_forms_is_html(const struct cli_options *options)
{
	return options->form == MEDARK_RESTORE_HTML || options->form == MEDARK_RESTORE_HTML_ZIP;
}

bool cli_forms_is_file(const struct cli_options *options)
{
	return options->form == MEDARK_RESTORE_SQLITE || options->form == MEDARK_RESTORE_HTML_ZIP;
}

bool cli_forms_is_sealed(const struct cli_options *options)
{
	return options->form == MEDARK_RESTORE_HTML_ZIP;
}

/* No passphrase is asked for, or shown, that nothing comes of. */
static int check_new(const struct cli_options *options)
{
	struct medark_error err = { .code = MEDARK_E_EXISTS };
	const struct cli_failure failure = { .action = "restore to",
					     .file = options->to,
					     .hint = "name a new file",
					     .code = err.code,
					     .err = &err };
	struct stat st;

	if (lstat(options->to, &st) < 0)
		return 0;
	(void)snprintf(err.message, sizeof(err.message), "'%.900s' exists", options->to);
	return cli_report_failure(options, &failure);
}

int cli_forms_check_zip(const struct cli_options *options)
{
	if (cli_forms_is_sealed(options))
		return check_new(options);
	if (!options->zip_passphrase && !options->zip_passphrase_file)
		return 0;
	return cli_report_usage(options,
				"cannot use --zip-passphrase%s: it is for --to html:FILE.zip",
				options->zip_passphrase_file ? "-file" : "");
}

const char *cli_forms_name(const struct cli_options *options)
{
	if (options->form == MEDARK_RESTORE_HTML_ZIP)
		return "html, ZIP file";
	for (size_t i = 0; i < FORMS; i++)
		if (options->form == forms[i].form)
			return forms[i].name;
	return "folder";
}

/* Files come back with the modes that they had; nobody else comes to them through the folder. */
const char *cli_forms_secrecy(const struct cli_options *options)
{
	switch (options->form) {
	case MEDARK_RESTORE_HTML_ZIP:
		return "the file is encrypted: whoever has it and its passphrase can read every "
		       "patient in it";
	case MEDARK_RESTORE_SQLITE:
		return "patient data leaves the archive in clear text, for you alone (the file is 0600)";
	case MEDARK_RESTORE_FILES:
	case MEDARK_RESTORE_BAG:
		return "patient data leaves the archive in clear text, for you alone (a new folder is "
		       "0700)";
	default:
		return "patient data leaves the archive in clear text, for you alone (files are 0600, "
		       "folders 0700)";
	}
}
