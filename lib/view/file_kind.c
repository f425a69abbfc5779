/* SPDX-License-Identifier: Apache-2.0 */
#include "view/file_kind.h"

#include <stddef.h>

#define DICOM_AT 128 /* where its mark stands (PS3.10 section 7.1) */

static const struct {
	const char *mark, *ending, *image;
} kinds[] = {
	{ "%PDF-", "pdf", NULL },
	{ "\x89PNG\r\n\x1a\n", "png", "image/png" },
	{ "\xff\xd8\xff", "jpg", "image/jpeg" },
	{ "GIF8", "gif", "image/gif" },
	{ "II*", "tif", NULL },
	{ "{\\rtf", "rtf", NULL },
	{ "PK\x03\x04", "zip", NULL },
};

const char *medark_file_ending(struct medark_bytes bytes)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (medark_bytes_starts(bytes, kinds[i].mark))
			return kinds[i].ending;
	if (bytes.size > DICOM_AT + 4 && memcmp(bytes.data + DICOM_AT, "DICM", 4) == 0)
		return "dcm";
	return "bin";
}

const char *medark_file_image(struct medark_bytes bytes)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (kinds[i].image && medark_bytes_starts(bytes, kinds[i].mark))
			return kinds[i].image;
	return NULL;
}
