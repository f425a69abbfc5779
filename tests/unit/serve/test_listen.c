/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "serve/listen.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static void a_free_port_is_told(void **state)
{
	struct medark_listen l;
	char text[64];

	(void)state;
	assert_int_equal(medark_listen_open("127.0.0.1:0", false, &l, NULL), 0);
	assert_true(l.port > 0 && l.is_local && !l.is_any);
	assert_string_equal(l.host, "127.0.0.1");
	(void)snprintf(text, sizeof(text), "127.0.0.1:%u", l.port);
	assert_string_equal(l.text, text);
	close(l.fd);
}

static void ipv6_stands_in_brackets(void **state)
{
	struct medark_listen l;
	struct medark_error err;
	int code = medark_listen_open("[::1]:0", false, &l, &err);

	(void)state;
	if (code == MEDARK_E_SYSTEM)
		skip(); /* a machine without IPv6 */
	assert_int_equal(code, 0);
	assert_string_equal(l.host, "[::1]");
	assert_true(l.is_local);
	close(l.fd);
}

static void what_others_reach_must_be_allowed(void **state)
{
	static const char *const texts[] = { "0.0.0.0:0", "[::]:0", "192.0.2.1", "::" };
	struct medark_listen l;
	struct medark_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(medark_listen_open(texts[i], false, &l, &err), MEDARK_E_USAGE);
	assert_string_equal(err.message, "others can reach '::': that must be allowed explicitly");
	assert_int_equal(medark_listen_open("0.0.0.0:0", true, &l, NULL), 0);
	assert_true(l.is_any && !l.is_local);
	close(l.fd);
}

static void malformed_addresses_are_refused(void **state)
{
	static const char *const texts[] = { "",
					     "localhost:8443",
					     "127.0.0.1:",
					     "127.0.0.1:x",
					     "127.0.0.1:65536",
					     "127.0.0.1:-1",
					     "[::1",
					     "[::1]x",
					     "[::1]:",
					     "127.1",
					     "127.0.0.1:1:2",
					     ":8443",
					     "[127.0.0.1:1" };
	struct medark_listen l;
	struct medark_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(medark_listen_open(texts[i], true, &l, &err), MEDARK_E_USAGE);
	assert_string_equal(err.message, "'[127.0.0.1:1' is no address in numbers with a port");
}

static void a_port_is_taken_once(void **state)
{
	struct medark_listen a, b;
	struct medark_error err;

	(void)state;
	assert_int_equal(medark_listen_open("127.0.0.1:0", false, &a, NULL), 0);
	assert_int_equal(medark_listen_open(a.text, false, &b, &err), MEDARK_E_SYSTEM);
	assert_non_null(strstr(err.message, "another program has this port"));
	close(a.fd);
}

static void peers_are_of_one_kind(void **state)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	char text[INET6_ADDRSTRLEN];
	struct in6_addr peer;

	(void)state;
	assert_int_equal(inet_pton(AF_INET, "192.0.2.7", &v4.sin_addr), 1);
	medark_listen_peer((const struct sockaddr *)&v4, &peer);
	medark_listen_peer_text(&peer, text);
	assert_string_equal(text, "192.0.2.7");
	assert_int_equal(inet_pton(AF_INET6, "2001:db8::1", &v6.sin6_addr), 1);
	medark_listen_peer((const struct sockaddr *)&v6, &peer);
	medark_listen_peer_text(&peer, text);
	assert_string_equal(text, "2001:db8::1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_free_port_is_told),
		cmocka_unit_test(ipv6_stands_in_brackets),
		cmocka_unit_test(what_others_reach_must_be_allowed),
		cmocka_unit_test(malformed_addresses_are_refused),
		cmocka_unit_test(a_port_is_taken_once),
		cmocka_unit_test(peers_are_of_one_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
