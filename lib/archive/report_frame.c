/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/report_frame.h"

#include "view/page.h"

#include <medark/checkpoint.h>

#define FRAME_MAX ((size_t)1 << 20)

/* A report is one file that fetches nothing and runs nothing. */
#define POLICY "default-src 'none'; style-src 'unsafe-inline'"

static struct medark_page page_of(const char *title)
{
	return (struct medark_page) { .language = MEDARK_ENGLISH,
				      .title = medark_bytes_text(title),
				      .sheet = medark_bytes_text(title),
				      .policy = POLICY,
				      .is_report = true };
}

int medark_report_frame_begin(const char *title, struct medark_buffer *out,
			      struct medark_error *err)
{
	const struct medark_page page = page_of(title);

	MEDARK_TRY(medark_page_begin(&page, out, err));
	return medark_html(out, err, "<h1>%s</h1>\n", title);
}

int medark_report_frame_end(struct medark_buffer *out, struct medark_error *err)
{
	const struct medark_page page = page_of("");

	return medark_page_end(&page, out, err);
}

int medark_report_begin(const char *title,
			int (*write)(void *context, const void *data, size_t size), void *context,
			struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer text = MEDARK_BUFFER(FRAME_MAX);

	MEDARK_TRY(medark_report_frame_begin(title, &text, err));
	return write(context, text.data, text.size);
}

int medark_report_end(int (*write)(void *context, const void *data, size_t size), void *context,
		      struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer text = MEDARK_BUFFER(FRAME_MAX);

	MEDARK_TRY(medark_report_frame_end(&text, err));
	return write(context, text.data, text.size);
}
