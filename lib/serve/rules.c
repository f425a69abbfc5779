/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/rules.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define HTTPS_PORT 443

static char lower(char c)
{
	if (c >= 'A' && c <= 'Z')
		return "abcdefghijklmnopqrstuvwxyz"[c - 'A'];
	return c;
}

static bool is_host(const char *text)
{
	struct in6_addr address;
	size_t size = strlen(text);
	char inner[INET6_ADDRSTRLEN];

	if (size == 0 || size > MEDARK_RULES_NAME_MAX)
		return false;
	if (text[0] == '[') {
		if (size < 4 || size - 2 >= sizeof(inner) || text[size - 1] != ']')
			return false;
		memcpy(inner, text + 1, size - 2);
		inner[size - 2] = '\0';
		return inet_pton(AF_INET6, inner, &address) == 1;
	}
	return strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "0123456789-._") == size;
}

static int add_name(struct medark_rules *rules, const char *text, bool is_local,
		    struct medark_error *err)
{
	struct medark_rules_name *name = &rules->names[rules->name_count];

	for (size_t i = 0; i < rules->name_count; i++)
		if (strcasecmp(rules->names[i].text, text) == 0)
			return 0;
	if (rules->name_count == MEDARK_RULES_NAMES_MAX)
		return medark_error_set(err, MEDARK_E_USAGE, "more than %d names of the server",
					MEDARK_RULES_NAMES_MAX);
	for (size_t i = 0; i <= strlen(text); i++)
		name->text[i] = lower(text[i]);
	name->is_local = is_local;
	rules->name_count++;
	return 0;
}

static void add_port(struct medark_rules *rules, unsigned port)
{
	for (size_t i = 0; i < rules->port_count; i++)
		if (rules->ports[i] == port)
			return;
	rules->ports[rules->port_count++] = port;
}

int medark_rules_make(const struct medark_listen *listens, size_t listen_count,
		      const char *const *hosts, size_t host_count, struct medark_rules *out,
		      struct medark_error *err)
{
	memset(out, 0, sizeof(*out));
	if (host_count > MEDARK_SERVE_HOSTS_MAX)
		return medark_error_set(err, MEDARK_E_USAGE, "more than %d hosts",
					MEDARK_SERVE_HOSTS_MAX);
	for (size_t i = 0; i < listen_count; i++) {
		add_port(out, listens[i].port);
		if (!listens[i].is_any)
			MEDARK_TRY(add_name(out, listens[i].host, listens[i].is_local, err));
		if (listens[i].is_local || listens[i].is_any)
			MEDARK_TRY(add_name(out, "localhost", true, err));
	}
	for (size_t i = 0; i < host_count; i++) {
		if (!is_host(hosts[i]))
			return medark_error_set(err, MEDARK_E_USAGE,
						"host '%s' is neither a name nor an address",
						hosts[i]);
		MEDARK_TRY(add_name(out, hosts[i], false, err));
	}
	return 0;
}

/* Splits "name:port" at the colon behind the name; an IPv6 address has its own in brackets. */
static bool split(struct medark_bytes host, struct medark_bytes *out_name, unsigned *out_port)
{
	size_t at = host.size;
	uint64_t port = HTTPS_PORT;

	while (at && host.data[at - 1] >= '0' && host.data[at - 1] <= '9')
		at--;
	if (at == 0 || host.data[at - 1] != ':' ||
	    (host.data[0] == '[' && !memchr(host.data, ']', at))) {
		*out_name = host;
		*out_port = HTTPS_PORT;
		return true;
	}
	if (!medark_text_decimal(medark_bytes(host.data + at, host.size - at), 65535, &port))
		return false;
	*out_name = medark_bytes(host.data, at - 1);
	*out_port = (unsigned)port;
	return true;
}

const struct medark_rules_name *medark_rules_host(const struct medark_rules *rules,
						  struct medark_bytes host)
{
	struct medark_bytes name;
	unsigned port;
	bool known = false;

	if (host.size > MEDARK_RULES_HOST_MAX || !split(host, &name, &port))
		return NULL;
	for (size_t i = 0; i < rules->port_count; i++)
		known = known || rules->ports[i] == port;
	for (size_t i = 0; known && i < rules->name_count; i++)
		if (medark_serve_same_name(name, medark_bytes_text(rules->names[i].text)))
			return &rules->names[i];
	return NULL;
}

static bool has(const struct medark_serve_header *have, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (medark_serve_same_name(have[i].name, medark_bytes_text(name)))
			return true;
	return false;
}

bool medark_rules_headers(const struct medark_rules_name *name,
			  const struct medark_serve_header *have, size_t have_count,
			  bool (*add)(void *context, const char *name, const char *value),
			  void *context)
{
	static const struct {
		const char *name, *value;
	} headers[] = {
		{ "X-Content-Type-Options", "nosniff" },
		{ "Referrer-Policy", "no-referrer" },
		{ "Cross-Origin-Opener-Policy", "same-origin" },
		{ "Cross-Origin-Resource-Policy", "same-origin" },
		{ "Cache-Control", "no-store" },
		/* A year, as browsers' lists want it; the last: see below. */
		{ "Strict-Transport-Security", "max-age=31536000" },
	};
	size_t count = sizeof(headers) / sizeof(headers[0]);

	if (!name || name->is_local)
		count--;
	for (size_t i = 0; i < count; i++)
		if (!has(have, have_count, headers[i].name) &&
		    !add(context, headers[i].name, headers[i].value))
			return false;
	return true;
}
