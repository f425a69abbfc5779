/* SPDX-License-Identifier: Apache-2.0 */
#include "live/json_compare.h"

#include <stdio.h>
#include <string.h>

/* Records that were recognised are shallower (MEDARK_JSON_DEPTH_MAX). */
#define DEPTH_MAX 600

struct comparison {
	const char *base;
	char *path; /* of MEDARK_JSON_PATH_MAX bytes */
	size_t used;
	unsigned depth;
};

/* Names of FHIR are such words; another one could be anything, and is not told. */
static bool is_word(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_";
	size_t n = strspn(name, letters);

	return n > 0 && n <= 64 && name[n] == '\0';
}

/* What is appended is taken back by whoever sets c->used. A path that is too long is cut. */
static void add_name(struct comparison *c, const char *name)
{
	int n = snprintf(c->path + c->used, MEDARK_JSON_PATH_MAX - c->used, "%s%s",
			 c->used ? "." : "", is_word(name) ? name : "?");

	c->used += (size_t)n;
	if (c->used > MEDARK_JSON_PATH_MAX - 1)
		c->used = MEDARK_JSON_PATH_MAX - 1;
}

static void add_index(struct comparison *c, size_t i)
{
	int n = snprintf(c->path + c->used, MEDARK_JSON_PATH_MAX - c->used, "[%zu]", i);

	c->used += (size_t)n;
	if (c->used > MEDARK_JSON_PATH_MAX - 1)
		c->used = MEDARK_JSON_PATH_MAX - 1;
}

static void cut_path(struct comparison *c, size_t used)
{
	c->used = used;
	c->path[used] = '\0';
}

/* Without the server's address in front, and a version behind. */
static struct medark_bytes plain(const struct comparison *c, struct medark_bytes text)
{
	static const char history[] = "/_history/";
	size_t n = strlen(c->base);
	const uint8_t *at;

	if (text.size > n && medark_bytes_starts(text, c->base) && text.data[n] == '/')
		text = medark_bytes(text.data + n + 1, text.size - n - 1);
	at = text.size ? memmem(text.data, text.size, history, sizeof(history) - 1) : NULL;
	return at ? medark_bytes(text.data, (size_t)(at - text.data)) : text;
}

static bool compare_strings(const struct comparison *c, const char *name, const json_t *a,
			    const json_t *b)
{
	struct medark_bytes x = medark_bytes(json_string_value(a), json_string_length(a));
	struct medark_bytes y = medark_bytes(json_string_value(b), json_string_length(b));

	if (medark_bytes_equal(x, y))
		return true;
	return name && (strcmp(name, "reference") == 0 || strcmp(name, "url") == 0) &&
	       medark_bytes_equal(plain(c, x), plain(c, y));
}

static bool compare(struct comparison *c, const char *name, json_t *a, json_t *b);

static bool compare_arrays(struct comparison *c, json_t *a, json_t *b)
{
	size_t size = json_array_size(a), used = c->used;

	for (size_t i = 0; i < size || i < json_array_size(b); i++) {
		add_index(c, i);
		if (!compare(c, NULL, json_array_get(a, i), json_array_get(b, i)))
			return false;
		cut_path(c, used);
	}
	return true;
}

static bool is_passed_over(const struct comparison *c, const char *name)
{
	return c->depth == 1 && (strcmp(name, "meta") == 0 || strcmp(name, "id") == 0);
}

/* `a` against `b`; what only `b` has is found the other way round. */
static bool compare_members(struct comparison *c, json_t *a, json_t *b, bool back)
{
	size_t used = c->used;
	const char *name;
	json_t *value;

	json_object_foreach(a, name, value)
	{
		json_t *other = json_object_get(b, name);

		if (is_passed_over(c, name) || (back && other))
			continue;
		add_name(c, name);
		if (!compare(c, name, value, other))
			return false;
		cut_path(c, used);
	}
	return true;
}

static bool compare(struct comparison *c, const char *name, json_t *a, json_t *b)
{
	bool equal;

	if (!a || !b || c->depth == DEPTH_MAX)
		return false;
	if (json_is_number(a) && json_is_number(b))
		return json_number_value(a) >= json_number_value(b) &&
		       json_number_value(a) <= json_number_value(b);
	if (json_typeof(a) != json_typeof(b))
		return false;
	c->depth++;
	switch (json_typeof(a)) {
	case JSON_OBJECT:
		equal = compare_members(c, a, b, false) && compare_members(c, b, a, true);
		break;
	case JSON_ARRAY:
		equal = compare_arrays(c, a, b);
		break;
	case JSON_STRING:
		equal = compare_strings(c, name, a, b);
		break;
	default:
		equal = true;
	}
	c->depth--;
	return equal;
}

bool medark_json_compare(json_t *sent, json_t *got, const char *base,
			 char path[MEDARK_JSON_PATH_MAX])
{
	struct comparison c = { .base = base, .path = path };

	path[0] = '\0';
	return compare(&c, NULL, sent, got);
}
