/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/json_engine.h"
#include "scan/json_keys.h"
#include "scan/json_token.h"

enum medark_json_level medark_json_level(void)
{
#if defined(__x86_64__)
	if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi") ||
	    !__builtin_cpu_supports("bmi2") || !__builtin_cpu_supports("pclmul") ||
	    !__builtin_cpu_supports("popcnt"))
		return MEDARK_JSON_LEVEL_SCALAR;
	if (!__builtin_cpu_supports("avx512bw") || !__builtin_cpu_supports("avx512dq"))
		return MEDARK_JSON_LEVEL_AVX2;
	return __builtin_cpu_supports("avx512vbmi2") ? MEDARK_JSON_LEVEL_VBMI2
						     : MEDARK_JSON_LEVEL_AVX512;
#else
	return MEDARK_JSON_LEVEL_SCALAR;
#endif
}

size_t medark_json_engine(enum medark_json_level level, const uint8_t *data, size_t size,
			  const struct medark_json_members *members)
{
#if defined(__x86_64__)
	if (level >= MEDARK_JSON_LEVEL_AVX512)
		return medark_json_engine_avx512(data, size, members);
	if (level == MEDARK_JSON_LEVEL_AVX2)
		return medark_json_engine_avx2(data, size, members);
#endif
	(void)level;
	(void)data;
	(void)size;
	(void)members;
	return 0;
}

#if defined(__x86_64__)
/* The engine of its own for an object that is all of a text, or of its first line. */
static size_t scan_object(const struct medark_json_keys *keys, struct medark_json_shapes *shapes,
			  const uint8_t *data, size_t size, bool is_line,
			  struct medark_json_object *out)
{
	struct medark_json_members members = { keys, out, 0, shapes };

	medark_json_empty(out);
	out->status = MEDARK_JSON_OBJECT;
	return medark_json_engine_vbmi2(data, size, is_line, &members);
}
#endif

/* With the engine that gives a container's end; the scalar twin decides where it knows none. */
static void scan_container(enum medark_json_level level, const struct medark_json_keys *keys,
			   const uint8_t *data, size_t size, struct medark_json_object *out)
{
	const uint8_t *end = size ? data + size : data;
	const uint8_t *begin = medark_json_skip_space(data, end);
	struct medark_json_members members = { keys, out, (size_t)(begin - data), NULL };
	bool object = begin < end && *begin == '{';
	size_t used;

	if (!object && (begin == end || *begin != '[')) {
		medark_json_scan_scalar(keys, data, size, out);
		return;
	}
	medark_json_empty(out);
	out->status = object ? MEDARK_JSON_OBJECT : MEDARK_JSON_OTHER;
	used = medark_json_engine(level, begin, (size_t)(end - begin), object ? &members : NULL);
	if (used == 0 || medark_json_skip_space(begin + used, end) != end)
		medark_json_scan_scalar(keys, data, size, out);
}

void medark_json_scan_level(enum medark_json_level level, const struct medark_json_keys *keys,
			    struct medark_json_shapes *shapes, const uint8_t *data, size_t size,
			    struct medark_json_object *out)
{
	(void)shapes;
#if defined(__x86_64__)
	if (level == MEDARK_JSON_LEVEL_VBMI2 && size && data[0] == '{') {
		if (!scan_object(keys, shapes, data, size, false, out))
			medark_json_scan_scalar(keys, data, size, out);
		return;
	}
#endif
	scan_container(level, keys, data, size, out);
}

void medark_json_scan(const struct medark_json_keys *keys, struct medark_json_shapes *shapes,
		      const uint8_t *data, size_t size, struct medark_json_object *out)
{
	medark_json_scan_level(medark_json_level(), keys, shapes, data, size, out);
}

size_t medark_json_scan_line_level(enum medark_json_level level,
				   const struct medark_json_keys *keys,
				   struct medark_json_shapes *shapes, const uint8_t *data,
				   size_t size, struct medark_json_object *out)
{
	const uint8_t *feed;
#if defined(__x86_64__)
	size_t used;

	if (level == MEDARK_JSON_LEVEL_VBMI2 && size && data[0] == '{') {
		used = scan_object(keys, shapes, data, size, true, out);
		if (used)
			return used;
	}
#endif
	feed = size ? memchr(data, '\n', size) : NULL;
	if (feed)
		size = (size_t)(feed - data);
	medark_json_scan_level(level, keys, shapes, data, size, out);
	return size;
}

size_t medark_json_scan_line(const struct medark_json_keys *keys, struct medark_json_shapes *shapes,
			     const uint8_t *data, size_t size, struct medark_json_object *out)
{
	return medark_json_scan_line_level(medark_json_level(), keys, shapes, data, size, out);
}
