/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "serve/rules.h"

#include <stdio.h>
#include <string.h>

static struct medark_listen listen_of(const char *host, unsigned port, bool is_local, bool is_any)
{
	struct medark_listen l = { .port = port, .is_local = is_local, .is_any = is_any };

	(void)snprintf(l.host, sizeof(l.host), "%s", host);
	return l;
}

static bool may(const struct medark_rules *rules, const char *host)
{
	return medark_rules_host(rules, medark_bytes_text(host)) != NULL;
}

static void this_machine_goes_by_its_names(void **state)
{
	const struct medark_listen listens[] = { listen_of("127.0.0.1", 8443, true, false),
						 listen_of("[::1]", 8444, true, false) };
	static const char *const yes[] = { "127.0.0.1:8443", "localhost:8443", "LOCALHOST:8444",
					   "[::1]:8444" };
	static const char *const no[] = { "",
					  "localhost",
					  "localhost:",
					  "localhost:443",
					  "localhost:84430",
					  "localhost:08443",
					  "evil.example:8443",
					  "localhost.evil.example:8443",
					  "localhost:8443:8443",
					  "::1:8444",
					  "[::1]8444",
					  "[::1]",
					  "user@localhost:8443",
					  "localhost.:8443",
					  ":8443" };
	struct medark_rules rules;

	(void)state;
	assert_int_equal(medark_rules_make(listens, 2, NULL, 0, &rules, NULL), 0);
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		assert_true(may(&rules, yes[i]));
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		assert_false(may(&rules, no[i]));
}

static void others_are_told_in_the_setup(void **state)
{
	const struct medark_listen any = listen_of("0.0.0.0", 443, false, true);
	static const char *const hosts[] = { "Chart.Example", "192.0.2.7", "[2001:db8::1]" };
	struct medark_rules rules;

	(void)state;
	assert_int_equal(medark_rules_make(&any, 1, hosts, 3, &rules, NULL), 0);
	assert_true(may(&rules, "chart.example"));
	assert_true(may(&rules, "chart.example:443"));
	assert_true(may(&rules, "192.0.2.7"));
	assert_true(may(&rules, "[2001:db8::1]"));
	assert_true(may(&rules, "localhost"));
	assert_false(may(&rules, "0.0.0.0"));
	assert_false(may(&rules, "chart.example:8443"));
	assert_false(may(&rules, "[2001:db8::2]"));
	assert_false(medark_rules_host(&rules, medark_bytes_text("chart.example"))->is_local);
	assert_true(medark_rules_host(&rules, medark_bytes_text("localhost"))->is_local);
}

static void what_is_no_host_is_refused(void **state)
{
	const struct medark_listen local = listen_of("127.0.0.1", 8443, true, false);
	static const char *const hosts[] = { "", "a b", "a:1", "https://a", "[::1", "[x]", "a/b" };
	struct medark_rules rules;
	struct medark_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		assert_int_equal(medark_rules_make(&local, 1, &hosts[i], 1, &rules, &err),
				 MEDARK_E_USAGE);
	assert_string_equal(err.message, "host 'a/b' is neither a name nor an address");
}

struct added {
	char text[1024];
};

static bool add(void *context, const char *name, const char *value)
{
	struct added *a = context;
	size_t size = strlen(a->text);

	(void)snprintf(a->text + size, sizeof(a->text) - size, "%s: %s\n", name, value);
	return true;
}

static void every_answer_has_headers(void **state)
{
	const struct medark_rules_name here = { .text = "localhost", .is_local = true };
	struct added added = { "" };

	(void)state;
	assert_true(medark_rules_headers(&here, NULL, 0, add, &added));
	assert_string_equal(added.text, "X-Content-Type-Options: nosniff\n"
					"Referrer-Policy: no-referrer\n"
					"Cross-Origin-Opener-Policy: same-origin\n"
					"Cross-Origin-Resource-Policy: same-origin\n"
					"Cache-Control: no-store\n");
}

static void the_vault_may_say_otherwise(void **state)
{
	const struct medark_rules_name there = { .text = "chart.example" };
	const struct medark_serve_header have[] = {
		{ medark_bytes_text("cache-control"), medark_bytes_text("max-age=1") },
		{ medark_bytes_text("REFERRER-POLICY"), medark_bytes_text("same-origin") },
	};
	struct added added = { "" };

	(void)state;
	assert_true(medark_rules_headers(&there, have, 2, add, &added));
	assert_string_equal(added.text, "X-Content-Type-Options: nosniff\n"
					"Cross-Origin-Opener-Policy: same-origin\n"
					"Cross-Origin-Resource-Policy: same-origin\n"
					"Strict-Transport-Security: max-age=31536000\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(this_machine_goes_by_its_names),
		cmocka_unit_test(others_are_told_in_the_setup),
		cmocka_unit_test(what_is_no_host_is_refused),
		cmocka_unit_test(every_answer_has_headers),
		cmocka_unit_test(the_vault_may_say_otherwise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
