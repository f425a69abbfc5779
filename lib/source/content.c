/* SPDX-License-Identifier: Apache-2.0 */
#include "source/content.h"

#include <string.h>

/* The fields of a tar's header that tell it from text: POSIX.1-1988, 10.1.1. */
#define TAR_HEADER	512
#define TAR_SUM		148
#define TAR_SUM_SIZE	8
#define TAR_MAGIC	257
#define ZIP_NAME_LENGTH 26
#define ZIP_NAME	30

#define OWN_SOURCE "give it as a source of its own, or unpack it first"
#define UNPACK	   "unpack it first"
#define UTF16	   "text in UTF-16: convert it to UTF-8 first"
#define UTF32	   "text in UTF-32: convert it to UTF-8 first"

struct magic {
	const char *bytes;
	size_t size;
	const char *what;
};

#define MAGIC(text, what)                                                                          \
	{                                                                                          \
		text, sizeof(text) - 1, what                                                       \
	}

static const struct magic packings[] = {
	MAGIC("PK\3\4", "a zip file: " OWN_SOURCE),
	MAGIC("PK\5\6", "a zip file: " OWN_SOURCE),
	MAGIC("PK00PK\3\4", "a zip file: " OWN_SOURCE),
	MAGIC("PK\7\10PK\3\4", "a part of a zip file: join and " UNPACK),
	MAGIC("\3757zXZ\0", "packed with xz: " UNPACK),
	MAGIC("7z\274\257\47\34", "packed with 7-Zip: " UNPACK),
	MAGIC("Rar!\32\7", "packed with RAR: " UNPACK),
	MAGIC("\4\42\115\30", "packed with lz4: " UNPACK),
	MAGIC("LZIP\1", "packed with lzip: " UNPACK),
	MAGIC("\37\235", "packed with compress: " UNPACK),
};

/* Marks of Unicode's wide encodings; the longer ones first, as they begin like the others. */
static const struct magic encodings[] = {
	MAGIC("\xff\xfe\0\0", UTF32),
	MAGIC("\0\0\xfe\xff", UTF32),
	MAGIC("\xff\xfe", UTF16),
	MAGIC("\xfe\xff", UTF16),
};

static bool starts(struct medark_bytes head, const struct magic *magic)
{
	return head.size >= magic->size && memcmp(head.data, magic->bytes, magic->size) == 0;
}

/* Octal digits, perhaps between spaces; -1 if it is no number. */
static long read_octal(const uint8_t *field, size_t size)
{
	long value = -1;
	size_t i = 0;

	while (i < size && field[i] == ' ')
		i++;
	for (; i < size && field[i] >= '0' && field[i] <= '7'; i++)
		value = (value < 0 ? 0 : value) * 8 + (field[i] - '0');
	return i == size || field[i] == '\0' || field[i] == ' ' ? value : -1;
}

bool medark_content_is_tar(struct medark_bytes head)
{
	long sum, bytes = 0, chars = 0;

	/* Text has no NUL, and every header has some: whatever it spells, it is no tar. */
	if (head.size < TAR_HEADER || !memchr(head.data, '\0', TAR_HEADER))
		return false;
	sum = read_octal(head.data + TAR_SUM, TAR_SUM_SIZE);
	for (size_t i = 0; i < TAR_HEADER; i++) {
		bool is_sum = i >= TAR_SUM && i < TAR_SUM + TAR_SUM_SIZE;

		bytes += is_sum ? ' ' : head.data[i];
		chars += is_sum ? ' ' : (int8_t)head.data[i]; /* as some old writers sum them */
	}
	if (sum < 0 || (sum != bytes && sum != chars))
		return false;
	/* v7 has nothing from there on. */
	return memcmp(head.data + TAR_MAGIC, "ustar", 5) == 0 || head.data[TAR_MAGIC] == '\0';
}

/* "BZh", the size of the blocks, and the first block's mark, or the end's if there is none. */
static bool is_bzip2(struct medark_bytes head)
{
	return head.size >= 10 && memcmp(head.data, "BZh", 3) == 0 && head.data[3] >= '1' &&
	       head.data[3] <= '9' &&
	       (memcmp(head.data + 4, "\x31\x41\x59\x26\x53\x59", 6) == 0 ||
		memcmp(head.data + 4, "\x17\x72\x45\x38\x50\x90", 6) == 0);
}

/* Zip files that are documents of an office, books and programs: nobody expects records there. */
static bool is_document(struct medark_bytes head)
{
	static const char *const names[] = { "mimetype", "[Content_Types].xml", "_rels/.rels",
					     "META-INF/" };
	size_t size;

	if (head.size < ZIP_NAME || !medark_bytes_starts(head, "PK\3\4"))
		return false;
	size = head.data[ZIP_NAME_LENGTH] | (size_t)head.data[ZIP_NAME_LENGTH + 1] << 8;
	if (size > head.size - ZIP_NAME)
		size = head.size - ZIP_NAME;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (medark_bytes_starts(medark_bytes(head.data + ZIP_NAME, size), names[i]))
			return true;
	return false;
}

static bool begins_text(uint8_t c)
{
	return c && strchr("{[<", c);
}

/* The encoding whose mark stands in front of JSON or XML. */
static const char *find_marked(struct medark_bytes head)
{
	for (size_t i = 0; i < sizeof(encodings) / sizeof(encodings[0]); i++) {
		if (!starts(head, &encodings[i]))
			continue;
		for (size_t at = encodings[i].size; at < head.size; at++)
			if (head.data[at] && !strchr(" \t\r\n", head.data[at]))
				return begins_text(head.data[at]) ? encodings[i].what : NULL;
		return NULL;
	}
	return NULL;
}

/* Without a mark: where the zeros stand in the first unit tells. */
static const char *find_unmarked(struct medark_bytes head)
{
	const uint8_t *b = head.data;

	if (head.size < 4)
		return NULL;
	if (begins_text(b[0]) && !b[1])
		return b[2] ? UTF16 : b[3] ? NULL : UTF32;
	if (!b[0] && begins_text(b[1]))
		return !b[2] && b[3] ? UTF16 : NULL;
	return !b[0] && !b[1] && !b[2] && begins_text(b[3]) ? UTF32 : NULL;
}

struct medark_content medark_content_look(struct medark_bytes head)
{
	const char *what;

	if (is_document(head))
		return (struct medark_content) { .is_packed = true };
	for (size_t i = 0; i < sizeof(packings) / sizeof(packings[0]); i++)
		if (starts(head, &packings[i]))
			return (struct medark_content) { packings[i].what, true };
	if (medark_content_is_tar(head))
		return (struct medark_content) { "a tar file: " OWN_SOURCE, true };
	if (is_bzip2(head))
		return (struct medark_content) { "packed with bzip2: " UNPACK, true };
	what = find_marked(head);
	return (struct medark_content) { .what = what ? what : find_unmarked(head) };
}
