/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/json_engine.h"
#include "scan/json_token.h"

enum medark_json_level medark_json_level(void)
{
#if defined(__x86_64__)
	if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi") ||
	    !__builtin_cpu_supports("bmi2") || !__builtin_cpu_supports("pclmul") ||
	    !__builtin_cpu_supports("popcnt"))
		return MEDARK_JSON_LEVEL_SCALAR;
	if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq"))
		return MEDARK_JSON_LEVEL_AVX512;
	return MEDARK_JSON_LEVEL_AVX2;
#else
	return MEDARK_JSON_LEVEL_SCALAR;
#endif
}

size_t medark_json_engine(enum medark_json_level level, const uint8_t *data, size_t size,
			  const struct medark_json_members *members)
{
#if defined(__x86_64__)
	if (level == MEDARK_JSON_LEVEL_AVX512)
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

void medark_json_scan_level(enum medark_json_level level, const struct medark_json_keys *keys,
			    const uint8_t *data, size_t size, struct medark_json_object *out)
{
	const uint8_t *end = size ? data + size : data;
	const uint8_t *begin = medark_json_skip_space(data, end);
	struct medark_json_members members = { keys, out, (size_t)(begin - data) };
	bool object = begin < end && *begin == '{';
	size_t used;

	if (!object && (begin == end || *begin != '[')) {
		medark_json_scan_scalar(keys, data, size, out);
		return;
	}
	out->status = object ? MEDARK_JSON_OBJECT : MEDARK_JSON_OTHER;
	out->repeated = false;
	out->repeated_key = 0;
	memset(out->values, 0, keys->count * sizeof(out->values[0]));
	used = medark_json_engine(level, begin, (size_t)(end - begin), object ? &members : NULL);
	if (used == 0 || medark_json_skip_space(begin + used, end) != end)
		medark_json_scan_scalar(keys, data, size, out);
}

void medark_json_scan(const struct medark_json_keys *keys, const uint8_t *data, size_t size,
		      struct medark_json_object *out)
{
	medark_json_scan_level(medark_json_level(), keys, data, size, out);
}
