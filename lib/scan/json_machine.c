/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/json_machine.h"

#include "scan/json_token.h"

enum state {
	VALUE,	      /* a value must come */
	VALUE_OR_END, /* ... or ']' */
	NAME,	      /* a member's name must come */
	NAME_OR_END,  /* ... or '}' */
	COLON,
	AFTER, /* a value inside a container has ended */
	STRING,
	ESCAPE,
	HEX,
	MINUS,
	ZERO,
	INTEGER,
	POINT,
	FRACTION,
	EXPONENT,
	SIGN,
	POWER,
	LITERAL,
	DONE, /* the outermost value has ended */
	DEAD,
};

void medark_json_machine_init(struct medark_json_machine *m, const struct medark_json_keys *keys,
			      struct medark_json_object *object)
{
	memset(m, 0, sizeof(*m));
	m->keys = keys;
	m->object = object;
	m->depth_max = MEDARK_JSON_DEPTH_MAX;
	m->key = MEDARK_JSON_KEYS_MAX;
	if (!object)
		return;
	medark_json_empty(object);
}

static size_t offset(const struct medark_json_machine *m, const uint8_t *p)
{
	return m->offset + (size_t)(p - m->data);
}

static bool in_object(const struct medark_json_machine *m)
{
	return m->kinds[m->depth / 8] >> (m->depth % 8) & 1;
}

static const uint8_t *die(struct medark_json_machine *m, const uint8_t *p,
			  enum medark_json_status fault)
{
	m->state = DEAD;
	m->fault = (uint8_t)fault;
	return p;
}

/* A value ended before `p`. */
static const uint8_t *end_value(struct medark_json_machine *m, const uint8_t *p)
{
	m->state = m->depth ? AFTER : DONE;
	if (m->depth == 1 && m->key < MEDARK_JSON_KEYS_MAX) {
		medark_json_put(m->object, m->key, m->begin, offset(m, p));
		m->key = MEDARK_JSON_KEYS_MAX;
	}
	return p;
}

static const uint8_t *begin_container(struct medark_json_machine *m, const uint8_t *p, bool object)
{
	uint8_t bit;

	if (m->depth == m->depth_max)
		return die(m, p, MEDARK_JSON_DEPTH);
	if (m->depth++ == 0)
		m->is_object = object;
	bit = (uint8_t)(1u << m->depth % 8);
	m->kinds[m->depth / 8] &= (uint8_t)~bit;
	if (object)
		m->kinds[m->depth / 8] |= bit;
	m->state = object ? NAME_OR_END : VALUE_OR_END;
	return p + 1;
}

static const uint8_t *end_container(struct medark_json_machine *m, const uint8_t *p)
{
	if (in_object(m) != (*p == '}'))
		return die(m, p, MEDARK_JSON_SYNTAX);
	m->depth--;
	return end_value(m, p + 1);
}

static const uint8_t *begin_literal(struct medark_json_machine *m, const uint8_t *p,
				    const char *rest)
{
	m->rest = rest;
	m->state = LITERAL;
	return p + 1;
}

static const uint8_t *begin_value(struct medark_json_machine *m, const uint8_t *p)
{
	if (m->depth == 1)
		m->begin = offset(m, p);
	switch (*p) {
	case '{':
	case '[':
		return begin_container(m, p, *p == '{');
	case '"':
		m->state = STRING;
		m->in_name = m->in_wanted = false;
		return p + 1;
	case 't':
		return begin_literal(m, p, "rue");
	case 'f':
		return begin_literal(m, p, "alse");
	case 'n':
		return begin_literal(m, p, "ull");
	case '-':
		m->state = MINUS;
		return p + 1;
	case '0':
		m->state = ZERO;
		return p + 1;
	default:
		m->state = INTEGER;
		return medark_json_is_digit(*p) ? p + 1 : die(m, p, MEDARK_JSON_SYNTAX);
	}
}

static const uint8_t *begin_name(struct medark_json_machine *m, const uint8_t *p)
{
	if (*p != '"')
		return die(m, p, MEDARK_JSON_SYNTAX);
	m->state = STRING;
	m->in_name = true;
	m->in_wanted = m->keys && m->depth == 1;
	m->name_size = 0;
	return p + 1;
}

static const uint8_t *separator(struct medark_json_machine *m, const uint8_t *p)
{
	if (*p == '}' || *p == ']')
		return end_container(m, p);
	if (*p != ',')
		return die(m, p, MEDARK_JSON_SYNTAX);
	m->state = in_object(m) ? NAME : VALUE;
	return p + 1;
}

/* One token, or the begin of one, in the states outside strings, numbers and literals. */
static const uint8_t *token(struct medark_json_machine *m, const uint8_t *p, const uint8_t *end)
{
	p = medark_json_skip_space(p, end);
	if (p == end)
		return p;
	switch (m->state) {
	case VALUE:
		return begin_value(m, p);
	case VALUE_OR_END:
		return *p == ']' ? end_container(m, p) : begin_value(m, p);
	case NAME:
		return begin_name(m, p);
	case NAME_OR_END:
		return *p == '}' ? end_container(m, p) : begin_name(m, p);
	case COLON:
		m->state = VALUE;
		return *p == ':' ? p + 1 : die(m, p, MEDARK_JSON_SYNTAX);
	case AFTER:
		return separator(m, p);
	default: /* DONE */
		return die(m, p, MEDARK_JSON_SYNTAX);
	}
}

static void collect(struct medark_json_machine *m, const uint8_t *p, size_t size)
{
	if (!m->in_wanted)
		return;
	if (size > MEDARK_JSON_NAME_MAX - m->name_size || m->name_size > MEDARK_JSON_NAME_MAX) {
		m->name_size = MEDARK_JSON_NAME_MAX + 1;
		return;
	}
	memcpy(m->name + m->name_size, p, size);
	m->name_size += (uint32_t)size;
}

/* The closing quote is at `p`. */
static const uint8_t *end_string(struct medark_json_machine *m, const uint8_t *p)
{
	if (!m->in_name)
		return end_value(m, p + 1);
	m->state = COLON;
	if (!m->in_wanted)
		return p + 1;
	m->key = medark_json_keys_find(m->keys, m->name, m->name_size);
	if (m->key < MEDARK_JSON_KEYS_MAX && medark_json_has(m->object, m->key)) {
		if (!m->object->repeated)
			m->object->repeated_key = m->key;
		m->object->repeated = true;
		m->key = MEDARK_JSON_KEYS_MAX;
	}
	return p + 1;
}

static const uint8_t *string(struct medark_json_machine *m, const uint8_t *p, const uint8_t *end)
{
	uint64_t seen = 0;
	const uint8_t *stop = medark_json_plain(p, end, &seen);

	collect(m, p, (size_t)(stop - p));
	if (stop == end)
		return stop;
	if (*stop == '"')
		return end_string(m, stop);
	if (*stop != '\\')
		return die(m, stop, MEDARK_JSON_SYNTAX);
	m->state = ESCAPE;
	return stop + 1;
}

static const uint8_t *escape(struct medark_json_machine *m, const uint8_t *p)
{
	uint8_t c = medark_json_unescape(*p);

	if (!c)
		return die(m, p, MEDARK_JSON_SYNTAX);
	m->state = STRING;
	if (c != 'u') {
		collect(m, &c, 1);
		return p + 1;
	}
	m->state = HEX;
	m->hex_left = 4;
	m->hex = 0;
	return p + 1;
}

static const uint8_t *hex(struct medark_json_machine *m, const uint8_t *p)
{
	int digit = medark_json_hex(*p);
	uint8_t c;

	if (digit < 0)
		return die(m, p, MEDARK_JSON_SYNTAX);
	m->hex = (uint16_t)(m->hex << 4 | digit);
	if (--m->hex_left)
		return p + 1;
	m->state = STRING;
	/* Wanted names are ASCII: any byte beyond stands for a character that none has. */
	c = m->hex < 0x80 ? (uint8_t)m->hex : 0xff;
	collect(m, &c, 1);
	return p + 1;
}

static const uint8_t *literal(struct medark_json_machine *m, const uint8_t *p)
{
	if (*p != (uint8_t)*m->rest)
		return die(m, p, MEDARK_JSON_SYNTAX);
	m->rest++;
	return *m->rest ? p + 1 : end_value(m, p + 1);
}

/* The state that a byte of a number leads to; DONE if it does not belong to the number. */
static uint8_t number_state(uint8_t state, uint8_t c)
{
	bool digit = medark_json_is_digit(c);
	bool exponent = c == 'e' || c == 'E';

	switch (state) {
	case MINUS:
		return c == '0' ? ZERO : digit ? INTEGER : DEAD;
	case ZERO:
		return c == '.' ? POINT : exponent ? EXPONENT : DONE;
	case INTEGER:
		return digit ? INTEGER : c == '.' ? POINT : exponent ? EXPONENT : DONE;
	case POINT:
		return digit ? FRACTION : DEAD;
	case FRACTION:
		return digit ? FRACTION : exponent ? EXPONENT : DONE;
	case EXPONENT:
		return digit ? POWER : c == '+' || c == '-' ? SIGN : DEAD;
	case SIGN:
		return digit ? POWER : DEAD;
	default: /* POWER */
		return digit ? POWER : DONE;
	}
}

static const uint8_t *number(struct medark_json_machine *m, const uint8_t *p, const uint8_t *end)
{
	for (; p < end; p++) {
		uint8_t next = number_state(m->state, *p);

		if (next == DEAD)
			return die(m, p, MEDARK_JSON_SYNTAX);
		if (next == DONE)
			return end_value(m, p);
		m->state = next;
	}
	return p;
}

static const uint8_t *step(struct medark_json_machine *m, const uint8_t *p, const uint8_t *end)
{
	switch (m->state) {
	case STRING:
		return string(m, p, end);
	case ESCAPE:
		return escape(m, p);
	case HEX:
		return hex(m, p);
	case LITERAL:
		return literal(m, p);
	case DEAD:
		return end;
	default:
		return m->state >= MINUS && m->state <= POWER ? number(m, p, end)
							      : token(m, p, end);
	}
}

/* A byte that begins a sequence of more than one (RFC 3629 section 4). */
static void utf8_lead(struct medark_json_machine *m, uint8_t c)
{
	m->utf8_low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
	m->utf8_high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
	m->utf8_left = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
	if (c < 0xc2 || c > 0xf4)
		m->utf8_bad = true;
}

static void check_utf8(struct medark_json_machine *m, const uint8_t *p, const uint8_t *end)
{
	while (p < end && !m->utf8_bad) {
		if (m->utf8_left) {
			m->utf8_bad = *p < m->utf8_low || *p > m->utf8_high;
			m->utf8_low = 0x80;
			m->utf8_high = 0xbf;
			m->utf8_left--;
			p++;
			continue;
		}
		while (end - p >= 8 && !(medark_get_le64(p) & UINT64_C(0x8080808080808080)))
			p += 8;
		while (p < end && *p < 0x80)
			p++;
		if (p < end)
			utf8_lead(m, *p++);
	}
}

size_t medark_json_machine_run(struct medark_json_machine *m, const uint8_t *data, size_t size)
{
	const uint8_t *p = data;

	if (size == 0)
		return 0;
	m->data = data;
	while (p < data + size && !(m->single && m->state == DONE))
		p = step(m, p, data + size);
	check_utf8(m, data, p);
	m->offset += (size_t)(p - data);
	return (size_t)(p - data);
}

static enum medark_json_status status(const struct medark_json_machine *m)
{
	if (m->utf8_bad || m->utf8_left)
		return MEDARK_JSON_UTF8;
	switch (m->state) {
	case DEAD:
		return (enum medark_json_status)m->fault;
	case DONE:
		return m->is_object ? MEDARK_JSON_OBJECT : MEDARK_JSON_OTHER;
	case ZERO:
	case INTEGER:
	case FRACTION:
	case POWER:
		return m->depth ? MEDARK_JSON_SYNTAX : MEDARK_JSON_OTHER;
	case VALUE:
		return m->depth ? MEDARK_JSON_SYNTAX : MEDARK_JSON_EMPTY;
	default:
		return MEDARK_JSON_SYNTAX;
	}
}

enum medark_json_status medark_json_machine_finish(struct medark_json_machine *m)
{
	enum medark_json_status end = status(m);

	if (!m->object)
		return end;
	m->object->status = end;
	if (end != MEDARK_JSON_OBJECT)
		medark_json_empty(m->object);
	return end;
}

uint32_t medark_json_machine_open(const struct medark_json_machine *m, size_t *out_begin)
{
	bool due = m->depth == 1 && (m->state == COLON || m->state == VALUE);

	if (m->key == MEDARK_JSON_KEYS_MAX || due || m->state == DEAD)
		return MEDARK_JSON_KEYS_MAX;
	*out_begin = m->begin;
	return m->key;
}

void medark_json_scan_scalar(const struct medark_json_keys *keys, const uint8_t *data, size_t size,
			     struct medark_json_object *out)
{
	struct medark_json_machine m;

	medark_json_machine_init(&m, keys, out);
	medark_json_machine_run(&m, data, size);
	(void)medark_json_machine_finish(&m);
}
