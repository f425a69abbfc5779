/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_follow: what the records of some patients lead to among what stands outside of all
 * compartments, over the archives of a lineage: an increment's record may refer to one that an
 * archive before it holds, or one behind it. One thread at a time.
 */
#ifndef MEDARK_ARCHIVE_SERVER_FOLLOW_H
#define MEDARK_ARCHIVE_SERVER_FOLLOW_H

#include "archive/server_walk.h"

/*
 * Reads the patients of all walks, of which there is one for each archive of the lineage, and fills
 * their `outside`; what a later archive has, or says is gone, is left out. Errors of a walk.
 */
int medark_server_follow(struct medark_walk *walks, size_t count,
			 struct medark_error *err) MEDARK_MUST_USE;

#endif
