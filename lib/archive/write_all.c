/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/write_all.h"

#include <errno.h>
#include <unistd.h>

int medark_write_all(int fd, const void *data, size_t size, struct medark_error *err)
{
	const uint8_t *p = data;

	while (size) {
		ssize_t n = write(fd, p, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return medark_error_errno(err, n < 0 ? errno : EIO,
						  "cannot write into the target");
		p += n;
		size -= (size_t)n;
	}
	return 0;
}

int medark_write_parts(int fd, struct iovec *parts, int count, uint64_t offset,
		       struct medark_error *err)
{
	while (count) {
		ssize_t n = pwritev(fd, parts, count, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return medark_error_errno(err, n < 0 ? errno : EIO,
						  "cannot write into the target");
		offset += (uint64_t)n;
		while (count && (size_t)n >= parts->iov_len) {
			n -= (ssize_t)parts->iov_len;
			parts++;
			count--;
		}
		if (count) {
			parts->iov_base = (uint8_t *)parts->iov_base + n;
			parts->iov_len -= (size_t)n;
		}
	}
	return 0;
}
