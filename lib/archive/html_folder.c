/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/html_folder.h"

#include "archive/write_all.h"
#include "base/base64.h"
#include "base/embed.h"
#include "crypto/digest.h"
#include "view/attached.h"
#include "view/file_kind.h"
#include "view/value.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#define FILE_MAX ((size_t)1 << 30)

MEDARK_EMBED(script, "pages.js");

struct medark_bytes medark_html_script(void)
{
	return MEDARK_EMBEDDED(script);
}

static int put_hash(struct medark_bytes text, struct medark_buffer *out, struct medark_error *err)
{
	struct medark_digest digest;

	medark_sha256(text.data, text.size, &digest);
	MEDARK_TRY(medark_buffer_text(out, "'sha256-", err));
	MEDARK_TRY(medark_base64(medark_bytes(digest.bytes, sizeof(digest.bytes)), out, err));
	return medark_buffer_text(out, "'; ", err);
}

/* Nothing is fetched, sent or framed; only our style and our script count. */
static int make_policy(struct medark_html_folder *f, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer text = MEDARK_BUFFER(MEDARK_HTML_POLICY_SIZE - 1);

	MEDARK_TRY(medark_digest_setup(err));
	MEDARK_TRY(medark_buffer_text(&text, "default-src 'none'; style-src ", err));
	MEDARK_TRY(put_hash(medark_page_style(), &text, err));
	MEDARK_TRY(medark_buffer_text(&text, "script-src ", err));
	MEDARK_TRY(put_hash(medark_html_script(), &text, err));
	MEDARK_TRY(medark_buffer_text(&text, "img-src data:; base-uri 'none'; form-action 'none'",
				      err));
	memcpy(f->policy, text.data, text.size);
	f->policy[text.size] = '\0';
	return 0;
}

static const char *const names[MEDARK_HTML_PLACES] = { "", "patients", "files", "lists" };

int medark_html_folder_make(struct medark_html_folder *f, enum medark_html_place place,
			    struct medark_error *err)
{
	int top = f->places[MEDARK_HTML_TOP];

	if (f->zip)
		return 0; /* its names make folders by themselves */
	if (mkdirat(top, names[place], 0700) == 0)
		f->places[place] =
			openat(top, names[place], O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return f->places[place] < 0
		       ? medark_error_errno(err, errno, "cannot create '%s' in the target",
					    names[place])
		       : 0;
}

int medark_html_folder_begin(struct medark_html_folder *f, int folder,
			     struct medark_sealed_zip *zip, struct medark_error *err)
{
	f->zip = zip;
	f->places[MEDARK_HTML_TOP] = folder;
	for (int i = MEDARK_HTML_PATIENTS; i < MEDARK_HTML_PLACES; i++)
		f->places[i] = -1;
	MEDARK_TRY(make_policy(f, err));
	MEDARK_TRY(medark_html_folder_make(f, MEDARK_HTML_PATIENTS, err));
	return medark_html_folder_make(f, MEDARK_HTML_FILES, err);
}

void medark_html_folder_end(struct medark_html_folder *f)
{
	for (int i = MEDARK_HTML_PATIENTS; i < MEDARK_HTML_PLACES; i++)
		medark_fd_close_auto(&f->places[i]);
}

static int write_entry(const struct medark_html_folder *f, enum medark_html_place place,
		       const char *name, struct medark_bytes text, struct medark_error *err)
{
	char path[96];

	(void)snprintf(path, sizeof(path), "%s%s%s", names[place], *names[place] ? "/" : "", name);
	return medark_sealed_zip_add(f->zip, path, text, err);
}

int medark_html_write(const struct medark_html_folder *f, enum medark_html_place place,
		      const char *name, struct medark_bytes text, struct medark_error *err)
{
	MEDARK_AUTO(medark_fd_close) int fd = -1;

	if (f->zip)
		return write_entry(f, place, name, text, err);
	fd = openat(f->places[place], name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	if (fd < 0)
		return medark_error_errno(err, errno, "cannot create '%s' in the target", name);
	return medark_write_all(fd, text.data, text.size, err);
}

void medark_html_time(int64_t seconds, char out[MEDARK_HTML_TIME_SIZE])
{
	time_t when = (time_t)seconds;
	struct tm tm;
	size_t size;

	out[0] = '\0';
	if (!localtime_r(&when, &tm) || tm.tm_year < -1900 || tm.tm_year > 8099)
		return;
	size = strftime(out, MEDARK_HTML_TIME_SIZE - 1, "%Y-%m-%dT%H:%M:%S%z", &tm);
	memmove(out + size - 1, out + size - 2, 3); /* +0100 becomes +01:00 */
	out[size - 2] = ':';
}

/* ---- files ---- */

void medark_html_files_clear(struct medark_html_files *files)
{
	free(files->list);
}

static int grow(struct medark_html_files *files, struct medark_error *err)
{
	size_t max = files->max ? 2 * files->max : 16;
	struct medark_html_file *grown;

	if (files->count < files->max)
		return 0;
	grown = realloc(files->list, max * sizeof(*grown));
	if (!grown)
		return medark_error_memory(err, "a patient's files");
	files->list = grown;
	files->max = max;
	return 0;
}

static int put_href(const struct medark_html_files *files, size_t i, struct medark_buffer *out,
		    struct medark_error *err)
{
	return medark_buffer_print(out, err, "../files/%llu-%zu.%s",
				   (unsigned long long)files->patient, i + 1,
				   files->list[i].ending);
}

static int write_file(struct medark_html_files *files, struct medark_bytes bytes,
		      struct medark_error *err)
{
	size_t i = files->count;
	char name[64];

	(void)snprintf(files->list[i].ending, sizeof(files->list[i].ending), "%s",
		       medark_file_ending(bytes));
	(void)snprintf(name, sizeof(name), "%llu-%zu.%s", (unsigned long long)files->patient, i + 1,
		       files->list[i].ending);
	return medark_html_write(files->folder, MEDARK_HTML_FILES, name, bytes, err);
}

int medark_html_files_find(const struct medark_html_files *files,
			   const struct medark_json_node *node, struct medark_buffer *out_href,
			   struct medark_error *err)
{
	for (size_t i = 0; i < files->count; i++)
		if (files->list[i].node == node) {
			MEDARK_TRY(put_href(files, i, out_href, err));
			return 1;
		}
	return 0;
}

int medark_html_files_put(struct medark_html_files *files, const struct medark_json_node *node,
			  struct medark_bytes bytes, struct medark_buffer *out_href,
			  struct medark_error *err)
{
	MEDARK_TRY(grow(files, err));
	MEDARK_TRY(write_file(files, bytes, err));
	files->list[files->count++].node = node;
	return put_href(files, files->count - 1, out_href, err);
}

int medark_html_files_add(struct medark_html_files *files, const struct medark_view_record *record,
			  const struct medark_json_node *attachment, struct medark_buffer *out_href,
			  struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer bytes = MEDARK_BUFFER_SECRET(FILE_MAX);
	const struct medark_json_node *data =
		medark_view_attached(files->records, record, attachment);
	int code;

	if (!data || !data->text.size)
		return 0;
	code = medark_html_files_find(files, data, out_href, err);
	if (code)
		return code;
	code = medark_base64_decode(data->text, &bytes, err);
	if (code == MEDARK_E_MEMORY)
		return code;
	if (code < 0) /* no base64: it is in the record as it stands */
		return 0;
	MEDARK_TRY(medark_html_files_put(files, data, medark_bytes(bytes.data, bytes.size),
					 out_href, err));
	return 1;
}
