/* SPDX-License-Identifier: Apache-2.0 */
#include "search/value.h"

#include "base/words.h"

#define PARTS_MAX 3

void medark_search_value_clear(struct medark_search_value *value)
{
	medark_buffer_clear(&value->words);
}

size_t medark_search_value_length(struct medark_bytes list)
{
	size_t n = 0;

	while (n < list.size && list.data[n] != ',')
		n += list.data[n] == '\\' && n + 1 < list.size ? 2 : 1;
	return n;
}

/* What stands between the '|' of a value, without escapes. */
struct parts {
	struct medark_bytes part[PARTS_MAX];
	size_t count; /* one more than PARTS_MAX: too many */
	struct medark_bytes whole;
};

static bool is_escape(struct medark_bytes raw, size_t i)
{
	return raw.data[i] == '\\' && i + 1 < raw.size && strchr(",|$\\", raw.data[i + 1]) &&
	       raw.data[i + 1];
}

static void split(struct medark_bytes raw, uint8_t *room, struct parts *out)
{
	size_t size = 0, begin = 0;

	out->count = 0;
	for (size_t i = 0; i < raw.size; i++) {
		if (raw.data[i] == '|') {
			if (out->count < PARTS_MAX)
				out->part[out->count++] = medark_bytes(room + begin, size - begin);
			begin = size + 1;
		} else if (is_escape(raw, i)) {
			i++;
		}
		room[size++] = raw.data[i];
	}
	out->whole = medark_bytes(room, size);
	if (out->count < PARTS_MAX)
		out->part[out->count] = medark_bytes(room + begin, size - begin);
	out->count++;
}

static int bad(struct medark_error *err, const struct medark_search_param *param, const char *what)
{
	return medark_error_set(err, MEDARK_E_USAGE, "%s: a value that is no %s", param->name,
				what);
}

static struct medark_bytes take_prefix(struct medark_bytes text, enum medark_search_prefix *out)
{
	static const char *const names[] = { "eq", "ne", "gt", "ge", "lt", "le", "sa", "eb", "ap" };

	*out = MEDARK_SEARCH_EQ;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (medark_bytes_starts(text, names[i])) {
			*out = (enum medark_search_prefix)i;
			return medark_bytes(text.data + 2, text.size - 2);
		}
	}
	return text;
}

/* code, system|code, |code and system| */
static int token(struct medark_search_value *out, const struct parts *parts,
		 const struct medark_search_param *param, struct medark_error *err)
{
	if (parts->count > 2)
		return bad(err, param, "token");
	out->has_system = parts->count == 2;
	out->text = parts->part[parts->count - 1];
	if (out->has_system)
		out->system = parts->part[0];
	if (out->text.size == 0 && out->system.size == 0)
		return bad(err, param, "token");
	return 0;
}

/* number and number|system|code, with a prefix. */
static int quantity(struct medark_search_value *out, const struct parts *parts,
		    const struct medark_search_param *param, struct medark_error *err)
{
	struct medark_bytes number = take_prefix(parts->part[0], &out->prefix);

	if (parts->count == 2 || parts->count > 3 || !medark_decimal_parse(number, &out->number))
		return bad(err, param, "quantity");
	out->has_system = parts->count == 3;
	out->system = out->has_system ? parts->part[1] : medark_bytes(NULL, 0);
	out->text = out->has_system ? parts->part[2] : medark_bytes(NULL, 0);
	return 0;
}

static int date(struct medark_search_value *out, struct medark_bytes text,
		const struct medark_search_param *param, const struct medark_search_setup *setup,
		struct medark_error *err)
{
	text = take_prefix(text, &out->prefix);
	if (!medark_moments_parse(text, setup->zone, &out->when))
		return bad(err, param, "date");
	return 0;
}

static int reference(struct medark_search_value *out, const struct medark_search_param *param,
		     const struct medark_search_setup *setup, struct medark_error *err)
{
	medark_link_parse(out->text, setup->base, &out->link);
	if (out->link.kind == MEDARK_LINK_NONE)
		return bad(err, param, "reference");
	return 0;
}

static int string(struct medark_search_value *out, const struct medark_search_param *param,
		  struct medark_error *err)
{
	out->words = (struct medark_buffer)MEDARK_BUFFER_SECRET((size_t)1 << 20);
	MEDARK_TRY(medark_words_join(out->text, &out->words, err));
	if (out->words.size == 0)
		return bad(err, param, "text with a letter or digit");
	return 0;
}

static int boolean(const struct medark_search_value *value, const struct medark_search_param *param,
		   struct medark_error *err)
{
	if (!medark_bytes_is(value->text, "true") && !medark_bytes_is(value->text, "false"))
		return medark_error_set(err, MEDARK_E_USAGE, "%s: ':missing' wants true or false",
					param->name);
	return 0;
}

int medark_search_value_parse(struct medark_search_value *out, struct medark_bytes raw,
			      uint8_t *room, const struct medark_search_param *param,
			      enum medark_search_modifier modifier,
			      const struct medark_search_setup *setup, struct medark_error *err)
{
	struct parts parts;

	*out = (struct medark_search_value) { 0 };
	if (raw.size == 0)
		return bad(err, param, "value at all");
	split(raw, room, &parts);
	out->text = parts.whole;
	if (modifier == MEDARK_SEARCH_MISSING)
		return boolean(out, param, err);
	if (modifier == MEDARK_SEARCH_IDENTIFIER)
		return token(out, &parts, param, err);
	switch (param->kind) {
	case MEDARK_SEARCH_TOKEN:
		return token(out, &parts, param, err);
	case MEDARK_SEARCH_DATE:
		return date(out, parts.whole, param, setup, err);
	case MEDARK_SEARCH_QUANTITY:
		return quantity(out, &parts, param, err);
	case MEDARK_SEARCH_REFERENCE:
		return reference(out, param, setup, err);
	case MEDARK_SEARCH_STRING:
		return modifier == MEDARK_SEARCH_EXACT ? 0 : string(out, param, err);
	default:
		return 0;
	}
}
