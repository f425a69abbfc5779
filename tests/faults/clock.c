/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock: loaded in front of the C library (LD_PRELOAD), it lets time pass: CLOCK_BOOTTIME is as
 * many seconds ahead as the file that CLOCK_AHEAD names says. No other clock is touched.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long ahead(void)
{
	const char *path = getenv("CLOCK_AHEAD");
	char text[16] = "";
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;

	if (fd < 0)
		return 0;
	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = 0;
	(void)close(fd);
	return strtol(text, NULL, 10);
}

int clock_gettime(clockid_t id, struct timespec *out)
{
	int code = (int)syscall(SYS_clock_gettime, id, out);

	if (code == 0 && id == CLOCK_BOOTTIME)
		out->tv_sec += ahead();
	return code;
}
