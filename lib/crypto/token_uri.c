/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/token_uri.h"

#include "base/bytes.h"
#include "base/text.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define SCHEME "pkcs11:"

enum attribute {
	TOKEN,
	SERIAL,
	MANUFACTURER,
	MODEL,
	OBJECT,
	ID,
	TYPE,
	PATH_COUNT,
	MODULE_PATH = PATH_COUNT,
	PIN_SOURCE,
	PIN_VALUE,
	COUNT,
};

static const char *const names[COUNT] = { "token",	"serial",   "manufacturer", "model",
					  "object",	"id",	    "type",	    "module-path",
					  "pin-source", "pin-value" };

struct reader {
	struct medark_token_uri *out;
	uint32_t seen;
	struct medark_error *err;
};

bool medark_token_uri_is(const char *text)
{
	return strncasecmp(text, SCHEME, sizeof(SCHEME) - 1) == 0;
}

static int refuse(const struct reader *r, const char *why)
{
	return medark_error_set(r->err, MEDARK_E_USAGE, "the PKCS#11 URI %s", why);
}

/* RFC 7512 section 2.3: unreserved, percent-encoded, and some of the reserved ones. */
static bool is_plain(char c, bool is_query)
{
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
		return true;
	return c && strchr(is_query ? "-._~:[]@!$'()*+,=/?|" : "-._~:[]@!$'()*+,=&", c);
}

/* Decodes a value; NULL for what no value may hold. Zeros are allowed in an id alone. */
static const char *decode(struct medark_bytes value, enum attribute is, char *out, size_t room)
{
	size_t used = 0;

	for (size_t i = 0; i < value.size; i++) {
		int c = value.data[i], high, low;

		if (c == '%' && i + 2 < value.size) {
			high = medark_text_hex_digit(value.data[i + 1]);
			low = medark_text_hex_digit(value.data[i + 2]);
			if (high < 0 || low < 0)
				return NULL;
			c = high << 4 | low;
			i += 2;
		} else if (!is_plain((char)c, is >= PATH_COUNT)) {
			return NULL;
		}
		if ((c == 0 && is != ID) || used + 1 >= room)
			return NULL;
		out[used++] = (char)c;
	}
	out[used] = '\0';
	return used ? out : NULL;
}

/* "file:/etc/pin" or "/etc/pin"; a command ("|…") is none. */
static int take_pin_source(struct reader *r, const char *value)
{
	const char *path = strncmp(value, "file:", 5) == 0 ? value + 5 : value;

	if (path[0] == '/' && path[1] == '/' && path[2] == '/')
		path += 2;
	if (path[0] != '/' || path[1] == '/')
		return refuse(r, "has a pin-source that is no absolute path of a file");
	(void)snprintf(r->out->pin_file, sizeof(r->out->pin_file), "%s", path);
	return 0;
}

static int take_value(struct reader *r, enum attribute is, const char *value)
{
	switch (is) {
	case TYPE:
		if (strcmp(value, "private") != 0)
			return refuse(r, "is not of a private key (type=private)");
		return 0;
	case MODULE_PATH:
		if (value[0] != '/')
			return refuse(r, "has a module-path that is not absolute");
		(void)snprintf(r->out->module, sizeof(r->out->module), "%s", value);
		return 0;
	case PIN_SOURCE:
		return take_pin_source(r, value);
	default:
		return 0;
	}
}

/* One "name=value". */
static int take(struct reader *r, struct medark_bytes text, bool is_query)
{
	const uint8_t *equals = text.size ? memchr(text.data, '=', text.size) : NULL;
	size_t size = equals ? (size_t)(equals - text.data) : 0;
	size_t first = is_query ? PATH_COUNT : 0, end = is_query ? COUNT : PATH_COUNT, i = first;
	char value[MEDARK_TOKEN_FILE_MAX];

	while (i < end && (strlen(names[i]) != size || memcmp(names[i], text.data, size) != 0))
		i++;
	if (!equals || i == end)
		return refuse(r, is_query
					 ? "has more in its query than module-path and pin-source"
					 : "has more in its path than token, serial, manufacturer, "
					   "model, object, id and type");
	if (i == PIN_VALUE)
		return refuse(r, "holds the PIN (pin-value), which other users of this machine "
				 "can read there; take it out and change the PIN");
	if (r->seen & 1u << i)
		return refuse(r, "says the same twice");
	r->seen |= 1u << i;
	if (!decode(medark_bytes(equals + 1, text.size - size - 1), (enum attribute)i, value,
		    sizeof(value)))
		return refuse(r, "has a value that is empty, too long or not well-formed");
	return take_value(r, (enum attribute)i, value);
}

static int take_all(struct reader *r, struct medark_bytes text, char separator, bool is_query)
{
	while (text.size) {
		const uint8_t *end = memchr(text.data, separator, text.size);
		size_t size = end ? (size_t)(end - text.data) : text.size;

		MEDARK_TRY(take(r, medark_bytes(text.data, size), is_query));
		if (end && size + 1 == text.size)
			return refuse(r, "ends in a separator");
		size += end != NULL;
		text = medark_bytes(text.data + size, text.size - size);
	}
	return 0;
}

static bool has(const struct reader *r, enum attribute a, enum attribute b)
{
	return r->seen & (1u << a | 1u << b);
}

int medark_token_uri_parse(const char *text, struct medark_token_uri *out, struct medark_error *err)
{
	struct reader r = { .out = out, .err = err };
	const char *path, *query;
	size_t size;

	*out = (struct medark_token_uri) { 0 };
	if (!medark_token_uri_is(text))
		return refuse(&r, "does not begin with " SCHEME);
	if (strlen(text) >= MEDARK_TOKEN_URI_MAX)
		return refuse(&r, "is too long");
	path = text + sizeof(SCHEME) - 1;
	size = strcspn(path, "?");
	query = path + size;
	MEDARK_TRY(take_all(&r, medark_bytes(path, size), ';', false));
	if (*query)
		MEDARK_TRY(take_all(&r, medark_bytes_text(query + 1), '&', true));
	if (!has(&r, TOKEN, SERIAL) || !has(&r, OBJECT, ID))
		return refuse(&r, "has to name a token (token= or serial=) and a key in it "
				  "(object= or id=)");
	(void)snprintf(out->key, sizeof(out->key), SCHEME "%.*s%s", (int)size, path,
		       has(&r, TYPE, TYPE) ? "" : ";type=private");
	return 0;
}
