/* SPDX-License-Identifier: Apache-2.0 */
#include "base/large.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

static size_t whole_pages(size_t size)
{
	return (size + MEDARK_LARGE_PAGE - 1) & ~(MEDARK_LARGE_PAGE - 1);
}

void *medark_large_new(size_t size)
{
	size_t mapped = whole_pages(size) + MEDARK_LARGE_PAGE, front;
	uint8_t *p;

	if (size < MEDARK_LARGE_PAGE)
		return calloc(1, size ? size : 1);
	if (size > SIZE_MAX / 2)
		return NULL;
	p = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return NULL;
	/* A large page is aligned to its size: what was mapped too much goes back. */
	front = (MEDARK_LARGE_PAGE - (uintptr_t)p % MEDARK_LARGE_PAGE) % MEDARK_LARGE_PAGE;
	if (front)
		(void)munmap(p, front);
	(void)munmap(p + front + whole_pages(size), MEDARK_LARGE_PAGE - front);
	/* Advice only: without it the memory is as good, and slower. */
	(void)madvise(p + front, whole_pages(size), MADV_HUGEPAGE);
	return p + front;
}

void medark_large_free(void *p, size_t size)
{
	if (size < MEDARK_LARGE_PAGE)
		free(p);
	else if (p)
		(void)munmap(p, whole_pages(size));
}
