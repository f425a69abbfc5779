/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/guard.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define NEVER INT64_MAX

struct place {
	bool is_taken;
	struct in6_addr address;
	int64_t deadline; /* in milliseconds of the monotonic clock */
};

struct medark_guard {
	pthread_mutex_t lock; /* of everything below */
	unsigned taken, most, most_of_address;
	unsigned count;
	struct place places[]; /* by descriptor */
};

static int64_t now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int medark_guard_new(unsigned descriptors, unsigned connections, unsigned connections_of_address,
		     struct medark_guard **out, struct medark_error *err)
{
	struct medark_guard *guard =
		calloc(1, sizeof(*guard) + descriptors * sizeof(guard->places[0]));

	if (!guard)
		return medark_error_memory(err, "a table of connections");
	(void)pthread_mutex_init(&guard->lock, NULL);
	guard->most = connections;
	guard->most_of_address = connections_of_address;
	guard->count = descriptors;
	*out = guard;
	return 0;
}

void medark_guard_free(struct medark_guard *guard)
{
	if (!guard)
		return;
	(void)pthread_mutex_destroy(&guard->lock);
	free(guard);
}

static struct place *place_of(struct medark_guard *guard, int fd)
{
	assert(fd >= 0 && (unsigned)fd < guard->count);
	return &guard->places[fd];
}

static void leave(struct medark_guard *guard, struct place *p)
{
	if (!p->is_taken)
		return;
	p->is_taken = false;
	guard->taken--;
}

static unsigned count_of(const struct medark_guard *guard, const struct in6_addr *address)
{
	unsigned n = 0;

	for (unsigned i = 0; i < guard->count; i++)
		n += guard->places[i].is_taken &&
		     memcmp(&guard->places[i].address, address, sizeof(*address)) == 0;
	return n;
}

bool medark_guard_has_room(struct medark_guard *guard)
{
	bool room;

	(void)pthread_mutex_lock(&guard->lock);
	room = guard->taken < guard->most;
	(void)pthread_mutex_unlock(&guard->lock);
	return room;
}

bool medark_guard_admit(struct medark_guard *guard, int fd, const struct in6_addr *address)
{
	bool ok = false;

	if (fd < 0 || (unsigned)fd >= guard->count)
		return false;
	(void)pthread_mutex_lock(&guard->lock);
	/* The system gave the descriptor anew: whoever had it is gone. */
	leave(guard, &guard->places[fd]);
	if (guard->taken < guard->most && count_of(guard, address) < guard->most_of_address) {
		guard->places[fd] = (struct place) {
			.is_taken = true,
			.address = *address,
			.deadline = NEVER,
		};
		guard->taken++;
		ok = true;
	}
	(void)pthread_mutex_unlock(&guard->lock);
	return ok;
}

void medark_guard_allow(struct medark_guard *guard, int fd, unsigned seconds)
{
	struct place *p = place_of(guard, fd);

	(void)pthread_mutex_lock(&guard->lock);
	p->deadline = seconds ? now() + (int64_t)seconds * 1000 : NEVER;
	(void)pthread_mutex_unlock(&guard->lock);
}

void medark_guard_leave(struct medark_guard *guard, int fd)
{
	struct place *p = place_of(guard, fd);

	(void)pthread_mutex_lock(&guard->lock);
	leave(guard, p);
	(void)pthread_mutex_unlock(&guard->lock);
}

void medark_guard_expire(struct medark_guard *guard)
{
	int64_t t = now();

	(void)pthread_mutex_lock(&guard->lock);
	for (unsigned i = 0; i < guard->count; i++) {
		struct place *p = &guard->places[i];

		if (!p->is_taken || p->deadline > t)
			continue;
		/* A connection that libmicrohttpd could not take is closed without a word. */
		if (shutdown((int)i, SHUT_RDWR) < 0 && errno == EBADF)
			leave(guard, p);
		else
			p->deadline = NEVER;
	}
	(void)pthread_mutex_unlock(&guard->lock);
}
