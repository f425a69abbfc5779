/* SPDX-License-Identifier: Apache-2.0 */
#include "desk/state.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

int medark_state_open(const char *path, bool create, int *out, struct medark_error *err)
{
	MEDARK_AUTO(medark_fd_close) int fd = -1;
	struct stat st;

	if (create && mkdir(path, 0700) < 0 && errno != EEXIST)
		return medark_error_errno(err, errno, "cannot make the folder '%s'", path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return medark_error_set(err, MEDARK_E_NOT_FOUND, "there is no folder '%s'", path);
	if (fd < 0 || fstat(fd, &st) < 0)
		return medark_error_errno(err, errno, "cannot open the folder '%s'", path);
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return medark_error_set(err, MEDARK_E_KEY, "'%s' belongs to another user", path);
	if (st.st_mode & (S_IRWXG | S_IRWXO))
		return medark_error_set(err, MEDARK_E_KEY,
					"others have a right on '%s': chmod 700 takes it away",
					path);
	*out = medark_fd_take(&fd);
	return 0;
}
