/* SPDX-License-Identifier: Apache-2.0 */
#include "net/url.h"

#include "base/secret.h"
#include "net/curl.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static void part_free(char *part)
{
	if (!part)
		return;
	medark_secret_wipe(part, strlen(part));
	medark_curl.free(part);
}
MEDARK_DEFINE_AUTO(char, part_free)

static inline void handle_free(CURLU *handle)
{
	if (handle)
		medark_curl.url_cleanup(handle);
}
MEDARK_DEFINE_AUTO(CURLU, handle_free)

void medark_url_clear(struct medark_url *url)
{
	if (url->text)
		medark_secret_wipe(url->text, strlen(url->text));
	free(url->text);
	*url = (struct medark_url) { 0 };
}

bool medark_url_is_below(const struct medark_url *base, struct medark_bytes text)
{
	size_t size = strlen(base->text);

	while (size && base->text[size - 1] == '/')
		size--;
	return text.size > size && memcmp(text.data, base->text, size) == 0 &&
	       text.data[size] == '/';
}

static int refuse(struct medark_error *err, CURLUcode code)
{
	if (code == CURLUE_OUT_OF_MEMORY)
		return medark_error_memory(err, "an address");
	return medark_error_set(err, MEDARK_E_USAGE, "an address is malformed");
}

/* Of the host as it stands, not as it resolves: a name server could say anything. */
static bool is_this_machine(const char *host)
{
	struct in6_addr six;
	struct in_addr four;
	char text[INET6_ADDRSTRLEN];
	size_t size = strlen(host);

	if (strcmp(host, "localhost") == 0)
		return true;
	if (inet_pton(AF_INET, host, &four) == 1)
		return ntohl(four.s_addr) >> 24 == 127;
	if (size < 2 || size - 2 >= sizeof(text) || host[0] != '[' || host[size - 1] != ']')
		return false;
	memcpy(text, host + 1, size - 2);
	text[size - 2] = '\0';
	return inet_pton(AF_INET6, text, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

/* Reads one part into *out, NULL if the address does not have it. */
static int get_part(CURLU *handle, CURLUPart which, unsigned flags, char **out,
		    struct medark_error *err)
{
	CURLUcode code = medark_curl.url_get(handle, which, out, flags);

	switch (code) {
	case CURLUE_OK:
		return 0;
	case CURLUE_NO_USER:
	case CURLUE_NO_PASSWORD:
	case CURLUE_NO_QUERY:
	case CURLUE_NO_FRAGMENT:
	case CURLUE_NO_PORT:
		*out = NULL;
		return 0;
	default:
		return refuse(err, code);
	}
}

static int check_user(CURLU *handle, struct medark_error *err)
{
	MEDARK_AUTO(part_free) char *user = NULL;
	MEDARK_AUTO(part_free) char *password = NULL;

	MEDARK_TRY(get_part(handle, CURLUPART_USER, 0, &user, err));
	MEDARK_TRY(get_part(handle, CURLUPART_PASSWORD, 0, &password, err));
	if (user || password)
		return medark_error_set(err, MEDARK_E_USAGE,
					"an address holds a user name or a password, which belong "
					"into a file");
	return 0;
}

static int check_origin(CURLU *handle, bool may_be_plain, struct medark_url *out,
			struct medark_error *err)
{
	MEDARK_AUTO(part_free) char *scheme = NULL;
	MEDARK_AUTO(part_free) char *host = NULL;
	MEDARK_AUTO(part_free) char *port = NULL;
	int n;

	MEDARK_TRY(get_part(handle, CURLUPART_SCHEME, 0, &scheme, err));
	MEDARK_TRY(get_part(handle, CURLUPART_HOST, 0, &host, err));
	MEDARK_TRY(get_part(handle, CURLUPART_PORT, CURLU_NO_DEFAULT_PORT, &port, err));
	if (!scheme || !host)
		return refuse(err, CURLUE_MALFORMED_INPUT);
	out->is_local = strcmp(scheme, "http") == 0;
	out->is_plain = out->is_local && may_be_plain;
	if (!out->is_local && strcmp(scheme, "https") != 0)
		return medark_error_set(err, MEDARK_E_USAGE,
					"an address is neither https nor http");
	if (out->is_plain)
		out->is_local = is_this_machine(host);
	else if (out->is_local && !is_this_machine(host))
		return medark_error_set(err, MEDARK_E_USAGE,
					"http://%.255s is another machine: records would cross the "
					"network in clear text; use https",
					host);
	n = snprintf(out->origin, sizeof(out->origin), "%s://%s%s%s", scheme, host, port ? ":" : "",
		     port ? port : "");
	if (n < 0 || (size_t)n >= sizeof(out->origin))
		return medark_error_set(err, MEDARK_E_USAGE, "the name of a host is too long");
	return 0;
}

/* What a server's log or a person could read on the way gets no controls from us. */
static bool is_printable(const char *text)
{
	for (; *text; text++)
		if (*text <= 0x20 || *text >= 0x7f)
			return false;
	return true;
}

/* Takes what stands in the handle. */
/* https://https://host, as pasted behind what stood there: the host would be called "https". */
static bool has_two_schemes(const char *text)
{
	const char *host = strstr(text, "://");

	return host &&
	       (strncmp(host + 3, "http//", 6) == 0 || strncmp(host + 3, "https//", 7) == 0);
}

static int finish(CURLU *handle, bool may_be_plain, struct medark_url *out,
		  struct medark_error *err)
{
	MEDARK_AUTO(medark_url_clear) struct medark_url url = { 0 };
	MEDARK_AUTO(part_free) char *text = NULL;

	MEDARK_TRY(check_user(handle, err));
	MEDARK_TRY(check_origin(handle, may_be_plain, &url, err));
	if (medark_curl.url_set(handle, CURLUPART_FRAGMENT, NULL, 0))
		return medark_error_memory(err, "an address");
	MEDARK_TRY(get_part(handle, CURLUPART_URL, CURLU_NO_DEFAULT_PORT, &text, err));
	if (!text || strlen(text) > MEDARK_URL_MAX || !is_printable(text))
		return medark_error_set(err, MEDARK_E_USAGE, "an address is malformed or too long");
	if (has_two_schemes(text))
		return medark_error_set(err, MEDARK_E_USAGE,
					"an address has its beginning, http:// or https://, twice");
	url.text = strdup(text);
	if (!url.text)
		return medark_error_memory(err, "an address");
	*out = url;
	url = (struct medark_url) { 0 };
	return 0;
}

static int set_url(CURLU *handle, const char *text, struct medark_error *err)
{
	CURLUcode code;

	if (strnlen(text, MEDARK_URL_MAX + 1) > MEDARK_URL_MAX || !is_printable(text))
		return medark_error_set(err, MEDARK_E_USAGE, "an address is malformed or too long");
	code = medark_curl.url_set(handle, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME);
	return code ? refuse(err, code) : 0;
}

static int new_handle(CURLU **out, struct medark_error *err)
{
	MEDARK_TRY(medark_curl_load(err));
	*out = medark_curl.url();
	return *out ? 0 : medark_error_memory(err, "an address");
}

int medark_url_parse(const char *text, struct medark_url *out, struct medark_error *err)
{
	MEDARK_AUTO(handle_free) CURLU *handle = NULL;

	MEDARK_TRY(new_handle(&handle, err));
	MEDARK_TRY(set_url(handle, text, err));
	return finish(handle, false, out, err);
}

int medark_url_parse_plain(const char *text, struct medark_url *out, struct medark_error *err)
{
	MEDARK_AUTO(handle_free) CURLU *handle = NULL;

	MEDARK_TRY(new_handle(&handle, err));
	MEDARK_TRY(set_url(handle, text, err));
	return finish(handle, true, out, err);
}

int medark_url_resolve(const struct medark_url *base, const char *reference, struct medark_url *out,
		       struct medark_error *err)
{
	MEDARK_AUTO(handle_free) CURLU *handle = NULL;
	MEDARK_AUTO(medark_url_clear) struct medark_url url = { 0 };

	MEDARK_TRY(new_handle(&handle, err));
	MEDARK_TRY(set_url(handle, base->text, err));
	MEDARK_TRY(set_url(handle, reference, err));
	MEDARK_TRY(finish(handle, false, &url, err));
	/* A server elsewhere has no business with what listens on this machine. */
	if (url.is_local && !base->is_local)
		return medark_error_set(err, MEDARK_E_USAGE,
					"%s leads to an address of this machine", base->origin);
	*out = url;
	url = (struct medark_url) { 0 };
	return 0;
}

bool medark_url_same_origin(const struct medark_url *a, const struct medark_url *b)
{
	return strcmp(a->origin, b->origin) == 0;
}

int medark_url_below(const struct medark_url *base, const char *path, struct medark_url *out,
		     struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer text = MEDARK_BUFFER_SECRET(2 * MEDARK_URL_MAX);
	size_t size = strcspn(base->text, "?");

	while (size && base->text[size - 1] == '/')
		size--;
	MEDARK_TRY(medark_buffer_add(&text, base->text, size, err));
	MEDARK_TRY(medark_buffer_text(&text, "/", err));
	MEDARK_TRY(medark_buffer_text(&text, path, err));
	MEDARK_TRY(medark_buffer_add(&text, "", 1, err));
	return medark_url_parse((const char *)text.data, out, err);
}

static bool is_unreserved(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_' || c == '~';
}

int medark_url_encode(struct medark_bytes value, struct medark_buffer *out,
		      struct medark_error *err)
{
	for (size_t i = 0; i < value.size; i++) {
		uint8_t c = value.data[i];

		if (is_unreserved(c))
			MEDARK_TRY(medark_buffer_add(out, &c, 1, err));
		else
			MEDARK_TRY(medark_buffer_print(out, err, "%%%02X", c));
	}
	return 0;
}
