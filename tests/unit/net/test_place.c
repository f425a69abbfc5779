/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "net/place.h"

#include <arpa/inet.h>
#include <netinet/in.h>

static void addresses_lie_in_networks(void **state)
{
	static const struct {
		const char *text;
		enum medark_place place;
	} cases[] = {
		{ "1.1.1.1", MEDARK_PLACE_PUBLIC },
		{ "126.255.255.255", MEDARK_PLACE_PUBLIC },
		{ "128.0.0.1", MEDARK_PLACE_PUBLIC },
		{ "11.0.0.0", MEDARK_PLACE_PUBLIC },
		{ "172.15.255.255", MEDARK_PLACE_PUBLIC },
		{ "172.32.0.0", MEDARK_PLACE_PUBLIC },
		{ "192.167.255.255", MEDARK_PLACE_PUBLIC },
		{ "100.63.255.255", MEDARK_PLACE_PUBLIC },
		{ "100.128.0.0", MEDARK_PLACE_PUBLIC },
		{ "2606:4700::1", MEDARK_PLACE_PUBLIC },
		{ "::ffff:1.1.1.1", MEDARK_PLACE_PUBLIC },
		{ "64:ff9b::1.1.1.1", MEDARK_PLACE_PUBLIC },
		{ "10.0.0.1", MEDARK_PLACE_PRIVATE },
		{ "172.16.0.1", MEDARK_PLACE_PRIVATE },
		{ "172.31.255.255", MEDARK_PLACE_PRIVATE },
		{ "192.168.255.255", MEDARK_PLACE_PRIVATE },
		{ "100.64.0.0", MEDARK_PLACE_PRIVATE },
		{ "100.100.100.200", MEDARK_PLACE_PRIVATE },
		{ "198.19.0.1", MEDARK_PLACE_PRIVATE },
		{ "fd00:ec2::254", MEDARK_PLACE_PRIVATE },
		{ "fc00::", MEDARK_PLACE_PRIVATE },
		{ "fec0::1", MEDARK_PLACE_PRIVATE },
		{ "::ffff:10.0.0.1", MEDARK_PLACE_PRIVATE },
		{ "64:ff9b::a00:1", MEDARK_PLACE_PRIVATE },
		{ "2002:a00:1::1", MEDARK_PLACE_PRIVATE },
		{ "169.254.169.254", MEDARK_PLACE_LINK },
		{ "fe80::1", MEDARK_PLACE_LINK },
		{ "febf::1", MEDARK_PLACE_LINK },
		{ "::ffff:169.254.169.254", MEDARK_PLACE_LINK },
		{ "224.0.0.1", MEDARK_PLACE_LINK },
		{ "255.255.255.255", MEDARK_PLACE_LINK },
		{ "192.0.0.1", MEDARK_PLACE_LINK },
		{ "ff02::1", MEDARK_PLACE_LINK },
		{ "127.0.0.1", MEDARK_PLACE_MACHINE },
		{ "127.255.255.255", MEDARK_PLACE_MACHINE },
		{ "0.0.0.0", MEDARK_PLACE_MACHINE },
		{ "0.1.2.3", MEDARK_PLACE_MACHINE },
		{ "::1", MEDARK_PLACE_MACHINE },
		{ "::", MEDARK_PLACE_MACHINE },
		{ "::127.0.0.1", MEDARK_PLACE_MACHINE },
		{ "::ffff:127.0.0.1", MEDARK_PLACE_MACHINE },
		{ "::ffff:0.0.0.0", MEDARK_PLACE_MACHINE },
		{ "2002:7f00:1::", MEDARK_PLACE_MACHINE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct sockaddr_in four = { .sin_family = AF_INET };
		struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
		enum medark_place place;
		const struct sockaddr *address = (const void *)&six;

		if (inet_pton(AF_INET, cases[i].text, &four.sin_addr) == 1)
			address = (const void *)&four;
		else
			assert_int_equal(inet_pton(AF_INET6, cases[i].text, &six.sin6_addr), 1);
		assert_true(medark_place_read(cases[i].text, &place));
		if (place != cases[i].place || medark_place_of(address) != cases[i].place)
			fail_msg("%s lies elsewhere", cases[i].text);
	}
}

static void what_is_no_address_lies_nowhere(void **state)
{
	struct sockaddr other = { .sa_family = AF_UNIX };
	enum medark_place place;

	(void)state;
	assert_false(medark_place_read("", &place));
	assert_false(medark_place_read("localhost", &place));
	assert_false(medark_place_read("1.2.3", &place));
	assert_int_equal(medark_place_of(&other), MEDARK_PLACE_MACHINE);
}

static void nobody_leads_closer(void **state)
{
	(void)state;
	for (int from = MEDARK_PLACE_PUBLIC; from <= MEDARK_PLACE_MACHINE; from++)
		for (int to = MEDARK_PLACE_PUBLIC; to <= MEDARK_PLACE_MACHINE; to++)
			assert_int_equal(medark_place_may_lead((enum medark_place)from,
							       (enum medark_place)to),
					 to <= from);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_lie_in_networks),
		cmocka_unit_test(what_is_no_address_lies_nowhere),
		cmocka_unit_test(nobody_leads_closer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
