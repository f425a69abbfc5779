/* SPDX-License-Identifier: Apache-2.0 */
#include "container/strict.h"

#include "base/text.h"

#include <errno.h>

int medark_strict_parse(struct medark_bytes text, size_t max, const char *what, json_t **out,
			struct medark_error *err)
{
	json_error_t reason;
	json_t *root;

	errno = 0;
	if (text.size == 0 || text.size > max)
		return medark_error_set(err, MEDARK_E_FORMAT, "%s does not have 1 to %zu bytes",
					what, max);
	root = json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, &reason);
	/* jansson does not always tell that memory was what lacked. */
	if (!root && (json_error_code(&reason) == json_error_out_of_memory || errno == ENOMEM))
		return medark_error_memory(err, what);
	if (!root)
		return medark_error_set(err, MEDARK_E_FORMAT, "%s is not valid JSON (line %d)",
					what, reason.line);
	if (!json_is_object(root)) {
		json_decref(root);
		return medark_error_set(err, MEDARK_E_FORMAT, "%s is not an object", what);
	}
	*out = root;
	return 0;
}

int medark_strict_fault(const struct medark_strict *s, const char *name, struct medark_error *err)
{
	return medark_error_set(err, MEDARK_E_FORMAT, "%s: '%s' has no valid value", s->what, name);
}

int medark_strict_names(const struct medark_strict *s, const char *const *names,
			struct medark_error *err)
{
	size_t count = 0;

	if (!json_is_object(s->object))
		return medark_error_set(err, MEDARK_E_FORMAT, "%s: not an object", s->what);
	for (; names[count]; count++)
		if (!json_object_get(s->object, names[count]))
			return medark_error_set(err, MEDARK_E_FORMAT, "%s: '%s' is missing",
						s->what, names[count]);
	if (json_object_size(s->object) != count)
		return medark_error_set(err, MEDARK_E_FORMAT, "%s: holds a name that is not known",
					s->what);
	return 0;
}

static bool is_printable(uint8_t c)
{
	return c >= 0x20 && c <= 0x7e;
}

static bool is_word(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

static struct medark_bytes value(const struct medark_strict *s, const char *name)
{
	const json_t *v = json_object_get(s->object, name);

	return medark_bytes(json_string_value(v), json_string_length(v));
}

static int take_text(const struct medark_strict *s, const char *name, bool (*fits)(uint8_t),
		     size_t max, char *out)
{
	struct medark_bytes text = value(s, name);

	if (text.size == 0 || text.size > max)
		return MEDARK_E_FORMAT;
	for (size_t i = 0; i < text.size; i++)
		if (!fits(text.data[i]))
			return MEDARK_E_FORMAT;
	memcpy(out, text.data, text.size);
	out[text.size] = '\0';
	return 0;
}

int medark_strict_text(const struct medark_strict *s, const char *name, size_t max, char *out,
		       struct medark_error *err)
{
	return take_text(s, name, is_printable, max, out) < 0 ? medark_strict_fault(s, name, err)
							      : 0;
}

int medark_strict_word(const struct medark_strict *s, const char *name, size_t max, char *out,
		       struct medark_error *err)
{
	return take_text(s, name, is_word, max, out) < 0 ? medark_strict_fault(s, name, err) : 0;
}

int medark_strict_hex(const struct medark_strict *s, const char *name, void *out, size_t size,
		      struct medark_error *err)
{
	if (!medark_text_unhex(value(s, name), out, size))
		return medark_strict_fault(s, name, err);
	return 0;
}

int medark_strict_number(const struct medark_strict *s, const char *name, uint64_t max,
			 uint64_t *out, struct medark_error *err)
{
	const json_t *v = json_object_get(s->object, name);

	if (!json_is_integer(v) || json_integer_value(v) < 0 ||
	    (uint64_t)json_integer_value(v) > max)
		return medark_strict_fault(s, name, err);
	*out = (uint64_t)json_integer_value(v);
	return 0;
}

int medark_strict_bool(const struct medark_strict *s, const char *name, bool *out,
		       struct medark_error *err)
{
	const json_t *v = json_object_get(s->object, name);

	if (!json_is_boolean(v))
		return medark_strict_fault(s, name, err);
	*out = json_is_true(v);
	return 0;
}

int medark_strict_is(const struct medark_strict *s, const char *name, const char *text,
		     struct medark_error *err)
{
	if (!json_is_string(json_object_get(s->object, name)) ||
	    !medark_bytes_is(value(s, name), text))
		return medark_strict_fault(s, name, err);
	return 0;
}

int medark_strict_is_number(const struct medark_strict *s, const char *name, uint64_t number,
			    struct medark_error *err)
{
	uint64_t v;

	MEDARK_TRY(medark_strict_number(s, name, number, &v, err));
	return v == number ? 0 : medark_strict_fault(s, name, err);
}
