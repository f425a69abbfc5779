/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sealed_zip.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct medark_sealed_zip {
	struct archive *archive;
	struct archive_entry *entry;
	int fd;
	int reason;  /* errno of the first write that failed; 0: none did */
	bool is_off; /* nothing is written any more */
};

/*
 * Never tells libarchive of a failure: after one it keeps what it has allocated. Who called it
 * looks at `reason`.
 */
static la_ssize_t write_bytes(struct archive *archive, void *context, const void *data, size_t size)
{
	struct medark_sealed_zip *zip = context;
	const char *p = data;

	(void)archive;
	for (size_t left = size; left && !zip->is_off;) {
		ssize_t n = write(zip->fd, p, left);

		if (n >= 0) {
			p += n;
			left -= (size_t)n;
		} else if (errno != EINTR) {
			zip->reason = errno;
			zip->is_off = true;
		}
	}
	return (la_ssize_t)size;
}

/* What libarchive says names no content: its own steps, or what the system said. */
static int failed(const struct medark_sealed_zip *zip, struct medark_error *err)
{
	const char *text = archive_error_string(zip->archive);

	if (zip->reason)
		return medark_error_errno(err, zip->reason, "cannot write the ZIP file");
	if (archive_errno(zip->archive) == ENOMEM)
		return medark_error_memory(err, "a ZIP file");
	return medark_error_set(err, MEDARK_E_SYSTEM, "cannot write the ZIP file: %s",
				text ? text : "libarchive does not say why");
}

int medark_sealed_zip_new(int fd, const char *passphrase, struct medark_sealed_zip **out,
			  struct medark_error *err)
{
	MEDARK_AUTO(medark_sealed_zip_free) struct medark_sealed_zip *zip = calloc(1, sizeof(*zip));

	if (!zip)
		return medark_error_memory(err, "a ZIP file");
	zip->fd = fd;
	zip->archive = archive_write_new();
	zip->entry = archive_entry_new();
	if (!zip->archive || !zip->entry)
		return medark_error_memory(err, "a ZIP file");
	/* A warning here would be an archive that is not encrypted, or otherwise than it says. */
	if (archive_write_set_format_zip(zip->archive) != ARCHIVE_OK ||
	    archive_write_set_options(zip->archive, "zip:encryption=aes256") != ARCHIVE_OK ||
	    archive_write_set_passphrase(zip->archive, passphrase) != ARCHIVE_OK ||
	    archive_write_set_bytes_in_last_block(zip->archive, 1) != ARCHIVE_OK ||
	    archive_write_open(zip->archive, zip, NULL, write_bytes, NULL) != ARCHIVE_OK)
		return failed(zip, err);
	*out = MEDARK_TAKE(zip);
	return 0;
}

void medark_sealed_zip_free(struct medark_sealed_zip *zip)
{
	if (!zip)
		return;
	/* Else it would write a directory for what is not complete. */
	zip->is_off = true;
	(void)archive_write_free(zip->archive);
	archive_entry_free(zip->entry);
	free(zip);
}

/* No times and no owner: they would be visible. */
static int write_head(struct medark_sealed_zip *zip, const char *name, size_t size,
		      struct medark_error *err)
{
	archive_entry_clear(zip->entry);
	archive_entry_set_pathname(zip->entry, name);
	archive_entry_set_mode(zip->entry, S_IFREG | 0600);
	archive_entry_set_size(zip->entry, (int64_t)size);
	return archive_write_header(zip->archive, zip->entry) == ARCHIVE_OK && !zip->reason
		       ? 0
		       : failed(zip, err);
}

int medark_sealed_zip_add(struct medark_sealed_zip *zip, const char *name,
			  struct medark_bytes content, struct medark_error *err)
{
	MEDARK_TRY(write_head(zip, name, content.size, err));
	while (content.size) {
		la_ssize_t n = archive_write_data(zip->archive, content.data, content.size);

		if (n <= 0 || zip->reason)
			return failed(zip, err);
		content = medark_bytes(content.data + n, content.size - (size_t)n);
	}
	return archive_write_finish_entry(zip->archive) == ARCHIVE_OK && !zip->reason
		       ? 0
		       : failed(zip, err);
}

int medark_sealed_zip_finish(struct medark_sealed_zip *zip, struct medark_error *err)
{
	return archive_write_close(zip->archive) == ARCHIVE_OK && !zip->reason ? 0
									       : failed(zip, err);
}
