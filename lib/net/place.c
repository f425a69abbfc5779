/* SPDX-License-Identifier: Apache-2.0 */
#include "net/place.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

struct range {
	uint32_t first;
	unsigned bits;
	enum medark_place place;
};

static enum medark_place place_of_four(uint32_t address)
{
	static const struct range ranges[] = {
		{ 0x00000000, 8, MEDARK_PLACE_MACHINE },  /* 0.0.0.0/8: Linux means itself */
		{ 0x7f000000, 8, MEDARK_PLACE_MACHINE },  /* 127.0.0.0/8 */
		{ 0xa9fe0000, 16, MEDARK_PLACE_LINK },	  /* 169.254.0.0/16 */
		{ 0xc0000000, 24, MEDARK_PLACE_LINK },	  /* 192.0.0.0/24 */
		{ 0xe0000000, 3, MEDARK_PLACE_LINK },	  /* 224.0.0.0/3: to many, or reserved */
		{ 0x0a000000, 8, MEDARK_PLACE_PRIVATE },  /* 10.0.0.0/8 */
		{ 0xac100000, 12, MEDARK_PLACE_PRIVATE }, /* 172.16.0.0/12 */
		{ 0xc0a80000, 16, MEDARK_PLACE_PRIVATE }, /* 192.168.0.0/16 */
		{ 0x64400000, 10, MEDARK_PLACE_PRIVATE }, /* 100.64.0.0/10 */
		{ 0xc6120000, 15, MEDARK_PLACE_PRIVATE }, /* 198.18.0.0/15 */
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
		if ((address ^ ranges[i].first) >> (32 - ranges[i].bits) == 0)
			return ranges[i].place;
	return MEDARK_PLACE_PUBLIC;
}

static uint32_t four_at(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
	       bytes[3];
}

static enum medark_place place_of_six(const uint8_t a[16])
{
	static const uint8_t nat64[12] = { 0x00, 0x64, 0xff, 0x9b };
	static const uint8_t zeros[12] = { 0 }, mapped[12] = { [10] = 0xff, [11] = 0xff };

	/* ::1 and :: are among the compatible ones: 0.0.0.1 and 0.0.0.0. */
	if (memcmp(a, mapped, 12) == 0 || memcmp(a, zeros, 12) == 0 || memcmp(a, nat64, 12) == 0)
		return place_of_four(four_at(a + 12));
	if (a[0] == 0x20 && a[1] == 0x02)
		return place_of_four(four_at(a + 2));
	if (a[0] == 0xff || (a[0] == 0xfe && (a[1] & 0xc0) == 0x80))
		return MEDARK_PLACE_LINK;
	if ((a[0] & 0xfe) == 0xfc || (a[0] == 0xfe && (a[1] & 0xc0) == 0xc0))
		return MEDARK_PLACE_PRIVATE;
	return MEDARK_PLACE_PUBLIC;
}

enum medark_place medark_place_of(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET) {
		const struct sockaddr_in *four = (const void *)address;

		return place_of_four(ntohl(four->sin_addr.s_addr));
	}
	if (address->sa_family == AF_INET6) {
		const struct sockaddr_in6 *six = (const void *)address;

		return place_of_six(six->sin6_addr.s6_addr);
	}
	return MEDARK_PLACE_MACHINE;
}

bool medark_place_read(const char *text, enum medark_place *out)
{
	struct in_addr four;
	struct in6_addr six;

	if (inet_pton(AF_INET, text, &four) == 1)
		*out = place_of_four(ntohl(four.s_addr));
	else if (inet_pton(AF_INET6, text, &six) == 1)
		*out = place_of_six(six.s6_addr);
	else
		return false;
	return true;
}

bool medark_place_may_lead(enum medark_place from, enum medark_place to)
{
	return to <= from;
}
