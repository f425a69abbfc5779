/* SPDX-License-Identifier: Apache-2.0 */
/* watch: a thread that looks after sessions while nobody asks for anything. */
#ifndef MEDARK_SERVICE_WATCH_H
#define MEDARK_SERVICE_WATCH_H

#include "service/service_private.h"

struct medark_watch {
	struct medark_service *service;
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	bool is_over;
};

/*
 * From here on what becomes of sessions is in the log within seconds. The service stays until
 * medark_watch_stop(), which waits for the thread. Signals are not for it. MEDARK_E_SYSTEM.
 */
int medark_watch_start(struct medark_watch *watch, struct medark_service *service,
		       struct medark_error *err) MEDARK_MUST_USE;
void medark_watch_stop(struct medark_watch *watch);

#endif
