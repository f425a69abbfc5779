/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "serve/guard.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

static const struct in6_addr here = IN6ADDR_LOOPBACK_INIT;
static const struct in6_addr there = { { { 0x20, 0x01, 0x0d, 0xb8 } } };

static void an_address_gets_so_many(void **state)
{
	MEDARK_AUTO(medark_guard_free) struct medark_guard *guard = NULL;

	(void)state;
	assert_int_equal(medark_guard_new(10, 4, 2, &guard, NULL), 0);
	assert_true(medark_guard_admit(guard, 3, &here));
	assert_true(medark_guard_admit(guard, 4, &here));
	assert_false(medark_guard_admit(guard, 5, &here));
	assert_true(medark_guard_admit(guard, 5, &there));
	medark_guard_leave(guard, 3);
	medark_guard_leave(guard, 3);
	assert_true(medark_guard_admit(guard, 6, &here));
	assert_false(medark_guard_admit(guard, 3, &here));
}

static void all_get_so_many(void **state)
{
	MEDARK_AUTO(medark_guard_free) struct medark_guard *guard = NULL;

	(void)state;
	assert_int_equal(medark_guard_new(10, 2, 2, &guard, NULL), 0);
	assert_true(medark_guard_has_room(guard));
	assert_true(medark_guard_admit(guard, 3, &here));
	assert_true(medark_guard_admit(guard, 4, &there));
	assert_false(medark_guard_has_room(guard));
	assert_false(medark_guard_admit(guard, 5, &here));
	/* A descriptor that comes again was closed before. */
	assert_true(medark_guard_admit(guard, 4, &here));
	assert_false(medark_guard_admit(guard, 10, &here));
	assert_false(medark_guard_admit(guard, -1, &here));
}

static bool is_shut(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

static void time_that_is_over_shuts_down(void **state)
{
	MEDARK_AUTO(medark_guard_free) struct medark_guard *guard = NULL;
	const struct timespec wait = { .tv_sec = 1, .tv_nsec = 10 * 1000000 };
	int pair[2];

	(void)state;
	assert_int_equal(medark_guard_new(64, 4, 4, &guard, NULL), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_true(medark_guard_admit(guard, pair[0], &here));
	/* Closed, without a word. */
	assert_true(medark_guard_admit(guard, 60, &here));
	medark_guard_allow(guard, 60, 1);
	medark_guard_allow(guard, pair[0], 1);
	medark_guard_expire(guard);
	assert_false(is_shut(pair[1]));
	medark_guard_allow(guard, pair[0], 0);
	(void)nanosleep(&wait, NULL);
	medark_guard_expire(guard);
	assert_false(is_shut(pair[1]));
	medark_guard_allow(guard, pair[0], 1);
	(void)nanosleep(&wait, NULL);
	medark_guard_expire(guard);
	assert_true(is_shut(pair[1]));
	/* It counts until it is closed; the other one does not. */
	assert_true(medark_guard_admit(guard, 50, &here));
	assert_true(medark_guard_admit(guard, 51, &here));
	assert_true(medark_guard_admit(guard, 52, &here));
	assert_false(medark_guard_admit(guard, 53, &here));
	close(pair[0]);
	close(pair[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_gets_so_many),
		cmocka_unit_test(all_get_so_many),
		cmocka_unit_test(time_that_is_over_shuts_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
