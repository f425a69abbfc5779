/* SPDX-License-Identifier: Apache-2.0 */
/*
 * form: fills templates. A writer sets slots, then has templates copied to the sink with the slots
 * in their places. Templates are texts in template.c, cut into pieces once at the start; a piece is
 * a run of bytes followed by a slot, so that a record of a kilobyte costs a few dozen copies.
 *
 * A slot keeps its value until it is set anew: what all records of a patient share is set once.
 */
#ifndef SYNTH_FORM_H
#define SYNTH_FORM_H

#include "base/cleanup.h"

#include "sink.h"
#include "slot.h"
#include "template.h"

#include <stdbool.h>
#include <stdint.h>

enum synth_kind {
	SYNTH_TEXT,	 /* bytes as they are; a writer gives nothing that JSON would escape */
	SYNTH_NUMBER,	 /* an integer, shown with `decimals` decimals */
	SYNTH_DATE,	 /* a day: 2024-05-31 */
	SYNTH_DUTCH,	 /* a day: 31-05-2024 */
	SYNTH_TIME,	 /* seconds of a Dutch clock since 1970: 2024-05-31T09:15:00+02:00 */
	SYNTH_INSTANT,	 /* milliseconds since 1970 in UTC: 2024-05-31T07:15:00.000Z */
	SYNTH_ID,	 /* a record's key, as a UUID */
	SYNTH_REFERENCE, /* `text` is the type, `key` the record's key */
};

struct synth_value {
	enum synth_kind kind;
	bool inside; /* a reference to something that stands in the same Bundle */
	uint8_t decimals;
	uint32_t size; /* of text */
	const char *text;
	union {
		int64_t number;
		uint64_t key;
	};
};

struct synth_piece {
	const char *text;
	uint32_t size;
	enum synth_slot slot; /* SLOT_MAX: none */
};

#define SYNTH_PIECES_MAX 1024

struct synth_form {
	struct synth_sink *sink;
	bool urn; /* references inside a Bundle are urn:uuid:... */
	struct synth_value slots[SLOT_MAX];
	struct synth_piece pieces[SYNTH_PIECES_MAX];
	uint32_t first[SYNTH_TEMPLATE_MAX + 1]; /* of each template, in `pieces` */
	char *texts;				/* what the pieces point into */
};

/* Cuts the templates; the sink is set by the caller before the first fill. */
int synth_form_new(struct synth_form **out, struct medark_error *err) MEDARK_MUST_USE;
void synth_form_free(struct synth_form *form);
MEDARK_DEFINE_AUTO(struct synth_form, synth_form_free)

void synth_fill(struct synth_form *form, enum synth_template which);

/* The 36 characters of the UUID of a key. */
#define SYNTH_ID_SIZE 36
void synth_id_text(uint64_t key, char out[SYNTH_ID_SIZE]);

/* `text` is borrowed until the slot is set anew. */
static inline void synth_set_bytes(struct synth_form *form, enum synth_slot slot, const char *text,
				   size_t size)
{
	form->slots[slot] =
		(struct synth_value) { .kind = SYNTH_TEXT, .text = text, .size = (uint32_t)size };
}

static inline void synth_set(struct synth_form *form, enum synth_slot slot, const char *text)
{
	synth_set_bytes(form, slot, text, strlen(text));
}

static inline void synth_set_number(struct synth_form *form, enum synth_slot slot, int64_t number,
				    uint8_t decimals)
{
	form->slots[slot] = (struct synth_value) { .kind = SYNTH_NUMBER,
						   .decimals = decimals,
						   .number = number };
}

/* `kind` is one of SYNTH_DATE, SYNTH_DUTCH, SYNTH_TIME and SYNTH_INSTANT. */
static inline void synth_set_time(struct synth_form *form, enum synth_slot slot,
				  enum synth_kind kind, int64_t time)
{
	form->slots[slot] = (struct synth_value) { .kind = kind, .number = time };
}

static inline void synth_set_id(struct synth_form *form, enum synth_slot slot, uint64_t key)
{
	form->slots[slot] = (struct synth_value) { .kind = SYNTH_ID, .key = key };
}

/* `type` is a string that stays. */
static inline void synth_set_reference(struct synth_form *form, enum synth_slot slot,
				       const char *type, uint64_t key, bool inside)
{
	form->slots[slot] = (struct synth_value) {
		.kind = SYNTH_REFERENCE,
		.inside = inside,
		.text = type,
		.size = (uint32_t)strlen(type),
		.key = key,
	};
}

#endif
