/* SPDX-License-Identifier: Apache-2.0 */
/*
 * no_deepbind: for cli/token, where it is preloaded. OpenSSL's provider for tokens loads their
 * module with RTLD_DEEPBIND, which the address sanitizer's runtime does not survive.
 */
#include <dlfcn.h>
#include <stddef.h>

void *dlopen(const char *path, int flags)
{
	void *(*next)(const char *, int) = NULL;

	*(void **)&next = dlsym(RTLD_NEXT, "dlopen");
	return next ? next(path, flags & ~RTLD_DEEPBIND) : NULL;
}
