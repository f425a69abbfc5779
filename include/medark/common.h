/* SPDX-License-Identifier: Apache-2.0 */
/* common: what every part of the public interface uses. */
#ifndef MEDARK_COMMON_H
#define MEDARK_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MEDARK_API __attribute__((visibility("default")))

/* The library's version, "0.1.0"; a static string. */
MEDARK_API const char *medark_version(void);

/* The most threads that an operation can be told to use; more are refused (MEDARK_E_USAGE). */
#define MEDARK_THREADS_MAX 64

/* How far a long operation is. Holds no patient data: items are told by number. */
struct medark_progress {
	const char *phase;    /* a word: "reading", "verifying", "comparing"; a static string */
	uint64_t bytes;	      /* done */
	uint64_t bytes_total; /* 0: not known */
	uint64_t records;
	uint64_t item; /* number of the item that is worked on, from 0 */
};

/* A file or folder of a source that the system does not open, list or read to its end. */
struct medark_unreadable {
	const char *path;   /* in the source, as bytes; may hold a patient's name */
	uint64_t item;	    /* its number, from 0; of the next item, if it is none */
	bool is_item;	    /* what could be read of it is in the archive */
	const char *reason; /* "cannot be opened: Permission denied"; without patient data */
};

/*
 * What an operation tells its caller while it runs. All may be NULL. They are called from one
 * thread at a time, not always the calling one, at most about ten times a second (progress).
 */
struct medark_events {
	void *context;
	/* Non-zero stops the operation, which then returns MEDARK_E_INTERRUPTED. */
	int (*progress)(void *context, const struct medark_progress *progress);
	/* One sentence without patient data that the user should read. */
	void (*warning)(void *context, const char *sentence);
	/* An export goes on without what it could not read; the call's strings are borrowed. */
	void (*unreadable)(void *context, const struct medark_unreadable *what);
};

#ifdef __cplusplus
}
#endif
#endif
