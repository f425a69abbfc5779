/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of the audit log: as they are, as a head, as the body of a row behind a right head and with
 * right hashes, and as the text of a row. What is taken as a text is written again as the same.
 */
#include "base/text.h"
#include "desk/audit_event.h"
#include "desk/audit_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_file(struct medark_bytes bytes)
{
	MEDARK_AUTO(medark_audit_free) struct medark_audit_log *log = NULL;
	MEDARK_AUTO(medark_fd_close) int fd = memfd_create("log", MFD_CLOEXEC);
	struct medark_audit_row row;
	struct medark_audit_info info;
	char path[64];

	if (fd < 0 || write(fd, bytes.data, bytes.size) != (ssize_t)bytes.size)
		abort();
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (medark_audit_open(path, NULL, &log, NULL) < 0)
		return;
	while (medark_audit_next(log, NULL, &row, NULL) == 1)
		if (row.is_open)
			abort();
	medark_audit_info(log, &info);
}

/* The input is the head of a file, or a row in one. */
static void read_forged(struct medark_bytes bytes)
{
	static const char head[] = "{\"log\":\"00112233445566778899aabbccddeeff\",\"file\":1,"
				   "\"created\":\"2026-11-22T03:00:00Z\",\"archives\":[],"
				   "\"previous\":null,\"kek_commit\":\"0001020304050607"
				   "08090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\","
				   "\"keys\":\"\"}";
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(2 << 20);
	struct medark_digest hash;

	if (bytes.size > MEDARK_AUDIT_FRAME_MAX)
		return;
	if (medark_buffer_text(&out, MEDARK_AUDIT_MAGIC, NULL) < 0 ||
	    medark_audit_frame_write(bytes, &out, &hash, NULL) < 0)
		abort();
	read_file(medark_bytes(out.data, out.size));
	out.size = MEDARK_AUDIT_MAGIC_SIZE;
	if (medark_audit_frame_write(medark_bytes(head, sizeof(head) - 1), &out, &hash, NULL) < 0 ||
	    medark_audit_frame_write(bytes, &out, &hash, NULL) < 0)
		abort();
	read_file(medark_bytes(out.data, out.size));
}

static void read_text(struct medark_bytes bytes)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(1 << 20);
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer again = MEDARK_BUFFER(1 << 20);
	struct medark_audit_info info = { 0 };
	struct medark_audit_row row = { .is_open = true };
	struct medark_audit_place place;
	json_t *root, *other;
	char *text = NULL;

	if (medark_audit_event_parse(bytes, &row.event, &place, &root, NULL) < 0)
		return;
	if (medark_audit_event_write(&row.event, &place, &out, NULL) < 0 ||
	    medark_audit_fhir(&info, &row, &text, NULL) < 0)
		abort();
	free(text);
	json_decref(root);
	if (medark_audit_event_parse(medark_bytes(out.data, out.size), &row.event, &place, &other,
				     NULL) < 0 ||
	    medark_audit_event_write(&row.event, &place, &again, NULL) < 0)
		abort();
	json_decref(other);
	if (out.size != again.size || memcmp(out.data, again.data, out.size) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_file(medark_bytes(data, size));
	read_forged(medark_bytes(data, size));
	read_text(medark_bytes(data, size));
	return 0;
}
