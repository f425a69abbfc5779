/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links to further pages: what was asked for and how far it came, sealed (AES-256-GCM) with a key
 * that only this process has. So an address holds nothing readable, and nothing has to be kept.
 */
#include "api/api_private.h"

#include "base/base64.h"

#include <string.h>

/* An address has 16 KiB; base64 takes a third more. */
#define STATE_MAX ((size_t)8 << 10)
#define NUMBER	  8

int medark_api_token(struct medark_api *api, struct medark_bytes query,
		     const struct medark_api_cursor *cursor, struct medark_buffer *out,
		     struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer state = MEDARK_BUFFER_SECRET(STATE_MAX + MEDARK_SCRATCH_TAG + NUMBER);
	uint64_t number;
	int code;

	if (query.size + sizeof(*cursor) > STATE_MAX)
		return medark_error_set(err, MEDARK_E_USAGE, "the search is too long for a link");
	(void)pthread_mutex_lock(&api->lock);
	number = ++api->sealed;
	code = medark_buffer_add(&state, &number, NUMBER, err);
	if (code >= 0)
		code = medark_buffer_add(&state, cursor, sizeof(*cursor), err);
	if (code >= 0)
		code = medark_buffer_add(&state, query.data, query.size, err);
	if (code >= 0)
		code = medark_buffer_reserve(&state, MEDARK_SCRATCH_TAG, err);
	if (code >= 0)
		code = medark_scratch_cipher_seal(api->cipher, number, state.data + NUMBER,
						  state.size - NUMBER, err);
	(void)pthread_mutex_unlock(&api->lock);
	MEDARK_TRY(code);
	return medark_base64url(medark_bytes(state.data, state.size + MEDARK_SCRATCH_TAG), out,
				err);
}

/* base64url as base64: the decoder knows the other alphabet. */
static int decode(struct medark_bytes token, struct medark_buffer *out, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer text = MEDARK_BUFFER(2 * STATE_MAX);

	for (size_t i = 0; i < token.size; i++) {
		uint8_t c = token.data[i];

		c = c == '-' ? '+' : c == '_' ? '/' : c;
		MEDARK_TRY(medark_buffer_add(&text, &c, 1, err));
	}
	while (text.size % 4)
		MEDARK_TRY(medark_buffer_add(&text, "=", 1, err));
	return medark_base64_decode(medark_bytes(text.data, text.size), out, err);
}

int medark_api_token_open(struct medark_api *api, struct medark_bytes token,
			  struct medark_buffer *query, struct medark_api_cursor *out,
			  struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer state = MEDARK_BUFFER_SECRET(STATE_MAX + MEDARK_SCRATCH_TAG + NUMBER);
	struct medark_error ignored;
	uint64_t number;
	size_t size;
	int code = decode(token, &state, &ignored);

	if (code >= 0 && state.size >= NUMBER + sizeof(*out) + MEDARK_SCRATCH_TAG) {
		memcpy(&number, state.data, NUMBER);
		size = state.size - NUMBER - MEDARK_SCRATCH_TAG;
		(void)pthread_mutex_lock(&api->lock);
		code = medark_scratch_cipher_open(api->cipher, number, state.data + NUMBER, size,
						  state.data + NUMBER + size, &ignored);
		(void)pthread_mutex_unlock(&api->lock);
		if (code >= 0) {
			memcpy(out, state.data + NUMBER, sizeof(*out));
			return medark_buffer_add(query, state.data + NUMBER + sizeof(*out),
						 size - sizeof(*out), err);
		}
	}
	return medark_error_set(err, MEDARK_E_USAGE, "the link is of no search that is known here");
}
