/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_machine: checks JSON (RFC 8259) byte by byte and can stop between any two bytes. It is the
 * scalar twin of the SIMD engine, the heart of medark_json_stream, and it says which fault a text
 * has when the engine has only found that there is one.
 *
 *	init, then run for each chunk, then finish.
 */
#ifndef MEDARK_SCAN_JSON_MACHINE_H
#define MEDARK_SCAN_JSON_MACHINE_H

#include "scan/json_keys.h"

struct medark_json_machine {
	const struct medark_json_keys *keys; /* NULL: no member is wanted */
	struct medark_json_object *object;   /* offsets of its values; NULL if keys is */
	bool single;			     /* stop behind the end of the outermost value */

	uint8_t state;
	uint8_t fault;	    /* a medark_json_status: why the state is the dead one */
	bool is_object;	    /* the outermost value is an object */
	bool in_name;	    /* the string under way is a member's name */
	bool in_wanted;	    /* ... of the outermost object: it is collected in name[] */
	uint8_t hex_left;   /* digits missing in the \uXXXX under way */
	uint16_t hex;	    /* value of its digits so far */
	const char *rest;   /* what must follow of the literal under way */
	uint32_t depth;	    /* containers that are open */
	uint32_t depth_max; /* how many may be */
	uint8_t kinds[MEDARK_JSON_DEPTH_MAX / 8 + 1]; /* bit: 1 = object */

	uint32_t key;	     /* wanted member whose value is due or under way, or KEYS_MAX */
	size_t begin;	     /* offset of that value */
	size_t offset;	     /* of the chunk in the text */
	const uint8_t *data; /* the chunk */

	uint32_t name_size; /* past MEDARK_JSON_NAME_MAX: cannot be a wanted name */
	uint8_t name[MEDARK_JSON_NAME_MAX];

	uint8_t utf8_left;	     /* continuation bytes that are due */
	uint8_t utf8_low, utf8_high; /* bounds of the next one (RFC 3629 section 4) */
	bool utf8_bad;
};

/* `object` is emptied; it and `keys` are borrowed, both may be NULL. */
void medark_json_machine_init(struct medark_json_machine *m, const struct medark_json_keys *keys,
			      struct medark_json_object *object);

/*
 * Takes the next bytes. Returns how many were used: all of them, unless `single` is set and the
 * outermost value, a container, ended.
 */
size_t medark_json_machine_run(struct medark_json_machine *m, const uint8_t *data, size_t size);

/* Ends the text: gives its status and, if there is an object, makes it complete. */
enum medark_json_status medark_json_machine_finish(struct medark_json_machine *m);

/*
 * While a wanted member's value is under way between two chunks: its number, and in *out_begin the
 * offset of its first byte; else MEDARK_JSON_KEYS_MAX.
 */
uint32_t medark_json_machine_open(const struct medark_json_machine *m, size_t *out_begin);

#endif
