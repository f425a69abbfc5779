/* SPDX-License-Identifier: Apache-2.0 */
/* kinds: how source.c opens each kind of source. Private to this floor. */
#ifndef MEDARK_SOURCE_KINDS_H
#define MEDARK_SOURCE_KINDS_H

#include "source/source.h"

/* Takes `self`; frees it on failure. */
int medark_source_new(const struct medark_source_ops *ops, void *self, struct medark_source **out,
		      struct medark_error *err) MEDARK_MUST_USE;

/* A folder; takes `fd` (a directory). */
int medark_folder_source_open(int fd, struct medark_source **out,
			      struct medark_error *err) MEDARK_MUST_USE;

/* One plain file or pipe; takes `fd`, from whose start `head` was already read (copied). */
int medark_single_source_open(int fd, const char *name, struct medark_bytes head,
			      struct medark_source **out, struct medark_error *err) MEDARK_MUST_USE;

/* A packed file or pipe; takes `fd`; `head` as above. */
int medark_packed_source_open(int fd, struct medark_bytes head, struct medark_source **out,
			      struct medark_error *err) MEDARK_MUST_USE;

/* Do these first bytes begin a tar or zip, perhaps compressed? */
bool medark_packed_recognise(struct medark_bytes head);

/* Reads fully from a descriptor: how many bytes, or MEDARK_E_SOURCE. */
ssize_t medark_descriptor_read(int fd, void *out, size_t size, struct medark_error *err);

/*
 * Is `reason`, the errno of a call that a file or folder was asked for with, about the machine?
 * Then nothing may be left out for it: MEDARK_E_MEMORY, or MEDARK_E_SYSTEM with what to do if no
 * file can be opened any more. 0 if it is about the file. Any thread.
 */
int medark_source_exhausted(int reason, struct medark_error *err) MEDARK_MUST_USE;

/* A stream over a regular file; takes `fd`. */
int medark_file_stream(int fd, struct medark_stream **out,
		       struct medark_error *err) MEDARK_MUST_USE;

#endif
