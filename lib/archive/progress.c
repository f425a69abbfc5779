/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/progress.h"

#include <stdio.h>
#include <time.h>

/* Long enough to get another certificate, in seconds. */
#define EXPIRY_NOTICE (30 * 24 * 60 * 60)

#define INTERVAL (INT64_C(1000000000) / 10)

static int64_t clock_now(void)
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
	meter->told = clock_now() - INTERVAL;
}

void medark_meter_total(struct medark_meter *meter, uint64_t bytes_total)
{
	meter->now.bytes_total = bytes_total;
}

void medark_meter_clear(struct medark_meter *meter)
{
	pthread_mutex_destroy(&meter->lock);
}

/* Tells the caller if it is time to; non-zero if he wants to stop. The lock is held. */
static int tell(struct medark_meter *meter)
{
	int64_t t = clock_now();

	if (t - meter->told < INTERVAL)
		return 0;
	meter->told = t;
	return meter->events->progress(meter->events->context, &meter->now);
}

int medark_meter_add(struct medark_meter *meter, uint64_t bytes, uint64_t records, uint64_t item,
		     struct medark_error *err)
{
	int stop;

	if (!meter->events || !meter->events->progress)
		return 0;
	pthread_mutex_lock(&meter->lock);
	meter->now.bytes += bytes;
	meter->now.records += records;
	/* Work that is done side by side ends in any order. */
	meter->now.item = item > meter->now.item ? item : meter->now.item;
	stop = tell(meter);
	pthread_mutex_unlock(&meter->lock);
	if (stop)
		return medark_error_set(err, MEDARK_E_INTERRUPTED, "interrupted");
	return 0;
}

int medark_meter_set(struct medark_meter *meter, const struct medark_progress *now,
		     struct medark_error *err)
{
	int stop;

	if (!meter->events || !meter->events->progress)
		return 0;
	pthread_mutex_lock(&meter->lock);
	meter->now = *now;
	stop = tell(meter);
	pthread_mutex_unlock(&meter->lock);
	if (stop)
		return medark_error_set(err, MEDARK_E_INTERRUPTED, "interrupted");
	return 0;
}

/* Passes on a sentence that the user should read. */
void medark_meter_warn(struct medark_meter *meter, const char *sentence)
{
	if (!meter->events || !meter->events->warning)
		return;
	pthread_mutex_lock(&meter->lock);
	meter->events->warning(meter->events->context, sentence);
	pthread_mutex_unlock(&meter->lock);
}

/* A date is enough to act upon. */
static void date_of(time_t time, char out[16])
{
	struct tm tm;

	if (!gmtime_r(&time, &tm) || strftime(out, 16, "%Y-%m-%d", &tm) == 0)
		out[0] = '\0';
}

void medark_meter_warn_of_expiry(struct medark_meter *meter, const char *whose, const char *subject,
				 time_t end, const char *consequence)
{
	char sentence[1024], date[16];
	time_t today = time(NULL);

	if (end < today || end - today > EXPIRY_NOTICE)
		return;
	date_of(end, date);
	(void)snprintf(sentence, sizeof(sentence),
		       "the certificate of the %s '%s' expires on %s: %s", whose, subject, date,
		       consequence);
	medark_meter_warn(meter, sentence);
}

void medark_meter_unreadable(struct medark_meter *meter, const struct medark_unreadable *what)
{
	if (!meter->events || !meter->events->unreadable)
		return;
	pthread_mutex_lock(&meter->lock);
	meter->events->unreadable(meter->events->context, what);
	pthread_mutex_unlock(&meter->lock);
}
