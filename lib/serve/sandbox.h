/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox: what a process of the server gives up, for the rest of its life. The front gives up
 * nearly everything before it takes its first connection; the vault, which reads archives and
 * writes its log, keeps files, but neither runs programs nor speaks with a network.
 *
 * The filters hold in builds with sanitizers too, with two differences: the front keeps its stderr,
 * for a report, and the vault may be traced, which the search for leaks at exit does.
 */
#ifndef MEDARK_SERVE_SANDBOX_H
#define MEDARK_SERVE_SANDBOX_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct medark_sandbox_user {
	bool is_root; /* this process is: it becomes the user below */
	uid_t uid;
	gid_t gid;
};

/*
 * Looks `name` up (NULL: "nobody") if this process is root; whoever is not, stays who it is.
 * MEDARK_E_USAGE: there is none, or it is root itself; MEDARK_E_SYSTEM.
 */
int medark_sandbox_find_user(const char *name, struct medark_sandbox_user *out,
			     struct medark_error *err) MEDARK_MUST_USE;

/*
 * Closes every descriptor but those of `keep`, all above 2, and puts /dev/null in the place of 0 to
 * 2. MEDARK_E_SYSTEM.
 */
int medark_sandbox_close_others(const int *keep, size_t count,
				struct medark_error *err) MEDARK_MUST_USE;

/*
 * Goes to /, becomes `user`, allows itself `descriptors` open files, no file with any content, no
 * dump of its memory (core files, /proc, ptrace), and no privilege that another program would
 * bring. MEDARK_E_SYSTEM.
 */
int medark_sandbox_drop(const struct medark_sandbox_user *user, unsigned descriptors,
			struct medark_error *err) MEDARK_MUST_USE;

/*
 * From here on the front's threads, those that run already, can take connections, read and write
 * what is open, wait, and get memory that is not executable. Opening a file fails (EACCES), since
 * libraries try that and can do without; everything else, also a further thread or process, ends
 * the process (SIGSYS). MEDARK_E_SYSTEM: the kernel has no filters.
 */
int medark_sandbox_front(struct medark_error *err) MEDARK_MUST_USE;

/*
 * From here on no thread of the vault runs a program, traces or looks into another process, or
 * changes the kernel: that ends the process (SIGSYS). Sockets can be neither made, bound nor
 * connected (EACCES). Nobody but root can look into its memory. MEDARK_E_SYSTEM as above.
 */
int medark_sandbox_vault(struct medark_error *err) MEDARK_MUST_USE;

#endif
