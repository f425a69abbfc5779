/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/progress.h"

#include <time.h>

#define INTERVAL (INT64_C(1000000000) / 10)

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void medark_meter_init(struct medark_meter *meter, const struct medark_events *events,
		       const char *phase, uint64_t bytes_total)
{
	*meter = (struct medark_meter) { .events = events };
	pthread_mutex_init(&meter->lock, NULL);
	meter->now.phase = phase;
	meter->now.bytes_total = bytes_total;
	meter->told = now() - INTERVAL;
}

void medark_meter_clear(struct medark_meter *meter)
{
	pthread_mutex_destroy(&meter->lock);
}

int medark_meter_add(struct medark_meter *meter, uint64_t bytes, uint64_t records, uint64_t item,
		     struct medark_error *err)
{
	int stop = 0;
	int64_t t;

	if (!meter->events || !meter->events->progress)
		return 0;
	pthread_mutex_lock(&meter->lock);
	meter->now.bytes += bytes;
	meter->now.records += records;
	meter->now.item = item;
	t = now();
	if (t - meter->told >= INTERVAL) {
		meter->told = t;
		stop = meter->events->progress(meter->events->context, &meter->now);
	}
	pthread_mutex_unlock(&meter->lock);
	if (stop)
		return medark_error_set(err, MEDARK_E_INTERRUPTED, "interrupted");
	return 0;
}

void medark_meter_warn(struct medark_meter *meter, const char *sentence)
{
	if (!meter->events || !meter->events->warning)
		return;
	pthread_mutex_lock(&meter->lock);
	meter->events->warning(meter->events->context, sentence);
	pthread_mutex_unlock(&meter->lock);
}
