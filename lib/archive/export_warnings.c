/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/export_warnings.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

static void warn_of_expiry(const struct medark_export *e, struct medark_meter *meter)
{
	medark_meter_warn_of_expiry(meter, "signer", medark_certificate_subject(e->signer),
				    medark_certificate_not_after(e->signer),
				    "after that archives that it signed verify only as of an "
				    "earlier time");
	for (size_t i = 0; i < e->recipient_count; i++)
		medark_meter_warn_of_expiry(meter, "recipient",
					    medark_certificate_subject(e->recipients[i]),
					    medark_certificate_not_after(e->recipients[i]),
					    "exports to it fail after that");
}

/* The signer itself is checked before; who trusts the unfit authority itself may have reasons. */
static void warn_of_chain(const struct medark_export *e, struct medark_meter *meter)
{
	const char *unfit = medark_certificate_unfit_issuer(e->signer);
	char sentence[2 * MEDARK_SUBJECT_MAX + 256];

	if (!unfit[0])
		return;
	(void)snprintf(sentence, sizeof(sentence),
		       "the certificate '%s' above the signer's is not meant for signing (its "
		       "extendedKeyUsage): the archive does not verify for those who trust an "
		       "authority above it; sign with a certificate of another authority",
		       unfit);
	medark_meter_warn(meter, sentence);
}

/* Where the archive will stand, without links and dots; false if that cannot be told. */
static bool find_place(const char *out_path, char place[PATH_MAX])
{
	const char *slash = strrchr(out_path, '/');
	const char *name = slash ? slash + 1 : out_path;
	char folder[PATH_MAX];
	int size;

	if (!slash)
		size = snprintf(folder, sizeof(folder), ".");
	else
		size = snprintf(folder, sizeof(folder), "%.*s", (int)(slash - out_path) + 1,
				out_path);
	if (size >= (int)sizeof(folder) || !realpath(folder, place))
		return false;
	size = (int)strlen(place);
	return snprintf(place + size, (size_t)(PATH_MAX - size), "%s%s",
			place[size - 1] == '/' ? "" : "/", name) < PATH_MAX - size;
}

/* The path within the source that is at `place`; NULL if that lies elsewhere. */
static const char *find_within(const char *source, const char *place)
{
	char top[PATH_MAX];
	size_t size;

	if (!realpath(source, top))
		return NULL;
	size = strlen(top);
	size -= top[size - 1] == '/';
	return strncmp(place, top, size) == 0 && place[size] == '/' ? place + size + 1 : NULL;
}

static void warn_of_place(const struct medark_export *e, const char *out_path,
			  struct medark_meter *meter)
{
	char place[PATH_MAX], sentence[1024];

	if (strcmp(out_path, "-") == 0 || !find_place(out_path, place))
		return;
	for (size_t i = 0; i < e->source_count; i++) {
		const char *within = find_within(e->sources[i], place);

		if (!within || medark_exclude_matches(&e->exclude, medark_bytes_text(within)))
			continue;
		(void)snprintf(sentence, sizeof(sentence),
			       "the archive is written into the source '%s', and the next export "
			       "takes it along: write it elsewhere, or leave it out with --exclude",
			       e->sources[i]);
		medark_meter_warn(meter, sentence);
		return;
	}
}

void medark_export_warn(const struct medark_export *e, const char *out_path,
			struct medark_meter *meter)
{
	warn_of_expiry(e, meter);
	warn_of_chain(e, meter);
	warn_of_place(e, out_path, meter);
}
