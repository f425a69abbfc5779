/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/shamir.h"

#include "base/secret.h"
#include "crypto/random.h"

#include <stdbool.h>

#define POLYNOMIAL 0x1d /* x^8 is reduced to this */

/* All ones if the lowest bit is set, else 0; hidden from the compiler, which could branch on it. */
static uint32_t mask_of(uint32_t bit)
{
	uint32_t mask = 0u - (bit & 1u);

	__asm__("" : "+r"(mask));
	return mask;
}

/* The product in GF(2^8): always the same steps. */
static uint8_t multiply(uint8_t a, uint8_t b)
{
	uint32_t product = 0, left = a, right = b;

	for (int i = 0; i < 8; i++) {
		product ^= left & mask_of(right);
		left = (left << 1) ^ (POLYNOMIAL & mask_of(left >> 7));
		left &= 0xff;
		right >>= 1;
	}
	return (uint8_t)product;
}

/* a^254, which is 1 / a. */
static uint8_t invert(uint8_t a)
{
	uint8_t power = a, result = 1;

	for (int i = 1; i < 8; i++) {
		power = multiply(power, power);
		result = multiply(result, power);
	}
	return result;
}

static int check_size(size_t size, struct medark_error *err)
{
	if (size < 1 || size > MEDARK_SHAMIR_SECRET_MAX)
		return medark_error_set(err, MEDARK_E_USAGE,
					"a secret that is split has 1 to %d bytes",
					MEDARK_SHAMIR_SECRET_MAX);
	return 0;
}

/* Horner's rule; `coefficients` has those of x^1 and up, each for the whole secret. */
static void evaluate(struct medark_bytes secret, const uint8_t *coefficients, unsigned threshold,
		     uint8_t x, uint8_t *out)
{
	for (size_t i = 0; i < secret.size; i++) {
		uint8_t y = 0;

		for (unsigned k = threshold - 1; k > 0; k--)
			y = multiply((uint8_t)(y ^ coefficients[(k - 1) * secret.size + i]), x);
		out[i] = (uint8_t)(y ^ secret.data[i]);
	}
}

int medark_shamir_split(struct medark_bytes secret, unsigned threshold, unsigned count,
			uint8_t *out_shares, struct medark_error *err)
{
	uint8_t *coefficients;
	size_t size;
	int code;

	MEDARK_TRY(check_size(secret.size, err));
	if (threshold < MEDARK_SHAMIR_THRESHOLD_MIN || threshold > count ||
	    count > MEDARK_SHAMIR_SHARES_MAX)
		return medark_error_set(err, MEDARK_E_USAGE,
					"a secret is split into 2 to %d shares, of which 2 or more "
					"are needed",
					MEDARK_SHAMIR_SHARES_MAX);
	size = (threshold - 1) * secret.size;
	coefficients = medark_secret_new(size);
	if (!coefficients)
		return medark_error_memory(err, "shares");
	/* All of them uniform, the highest too: else M - 1 shares would tell something. */
	code = medark_random(coefficients, size, err);
	for (unsigned x = 1; code == 0 && x <= count; x++)
		evaluate(secret, coefficients, threshold, (uint8_t)x,
			 out_shares + (x - 1) * secret.size);
	medark_secret_free(coefficients);
	return code;
}

static int check_numbers(const struct medark_shamir_share *shares, size_t count,
			 struct medark_error *err)
{
	bool seen[256] = { true };

	if (count < 1 || count > MEDARK_SHAMIR_SHARES_MAX)
		return medark_error_set(err, MEDARK_E_USAGE, "1 to %d shares are joined",
					MEDARK_SHAMIR_SHARES_MAX);
	for (size_t i = 0; i < count; i++) {
		if (seen[shares[i].number])
			return medark_error_set(
				err, MEDARK_E_USAGE, "share %u %s", (unsigned)shares[i].number,
				shares[i].number ? "is given twice" : "does not exist");
		seen[shares[i].number] = true;
	}
	return 0;
}

/* Lagrange's basis polynomial of share `i` at `x`; of numbers only, which are no secrets. */
static uint8_t weight_of(const struct medark_shamir_share *shares, size_t count, size_t i,
			 uint8_t x)
{
	uint8_t above = 1, below = 1;

	for (size_t j = 0; j < count; j++) {
		if (j == i)
			continue;
		above = multiply(above, (uint8_t)(x ^ shares[j].number));
		below = multiply(below, (uint8_t)(shares[i].number ^ shares[j].number));
	}
	return multiply(above, invert(below));
}

int medark_shamir_join(const struct medark_shamir_share *shares, size_t count, size_t size,
		       uint8_t x, uint8_t *out, struct medark_error *err)
{
	MEDARK_TRY(check_size(size, err));
	MEDARK_TRY(check_numbers(shares, count, err));
	memset(out, 0, size);
	for (size_t i = 0; i < count; i++) {
		uint8_t weight = weight_of(shares, count, i, x);

		for (size_t k = 0; k < size; k++)
			out[k] ^= multiply(shares[i].bytes[k], weight);
	}
	return 0;
}
