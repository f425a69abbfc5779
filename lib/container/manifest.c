/* SPDX-License-Identifier: Apache-2.0 */
#include "container/manifest.h"

#include "base/text.h"
#include "container/member.h"

#include <assert.h>
#include <inttypes.h>

#define HEX_SIZE    ((size_t)2 * MEDARK_DIGEST_SIZE)
#define MEMBERS_MIN (FIXED_COUNT + 2) /* with the index root and the summary */

/* Bytes of a member's two lines: "#0" LF, hash, two spaces, a letter, LF. */
#define LINES_MIN (3 + HEX_SIZE + 2 + 1 + 1)

/* What stands before the segments. */
static const struct {
	const char *name;
	uint64_t limit;
} fixed[] = {
	{ MEDARK_MEMBER_README, MEDARK_TEXT_MEMBER_MAX },
	{ MEDARK_MEMBER_RECOVER, MEDARK_TEXT_MEMBER_MAX },
	{ MEDARK_MEMBER_FORMAT, MEDARK_TEXT_MEMBER_MAX },
	{ MEDARK_MEMBER_HEADER, MEDARK_HEADER_MAX },
	{ MEDARK_MEMBER_KEYS, MEDARK_KEYS_MAX },
};
#define FIXED_COUNT (sizeof(fixed) / sizeof(fixed[0]))

/* ---- the order of members (F-7): one automaton for writer and reader ---- */

struct order {
	uint32_t count;	       /* members seen */
	enum medark_kind kind; /* of the segment seen last; data before the first */
	uint32_t number;       /* of the segment seen last; 0 before the first */
	bool complete;	       /* the summary, which is last, was seen */
};

/* Is `name` the member that may come next? Then gives its limit of size. */
static bool order_next(struct order *o, struct medark_bytes name, uint64_t *out_limit)
{
	enum medark_kind kind;
	uint32_t number;

	if (o->complete || o->count >= MEDARK_MEMBERS_MAX)
		return false;
	if (o->count < FIXED_COUNT) {
		if (!medark_bytes_is(name, fixed[o->count].name))
			return false;
		*out_limit = fixed[o->count++].limit;
		return true;
	}
	if (o->kind == MEDARK_KIND_ROOT) {
		if (!medark_bytes_is(name, MEDARK_MEMBER_SUMMARY))
			return false;
		o->complete = true;
		o->count++;
		*out_limit = MEDARK_SUMMARY_MAX;
		return true;
	}
	if (!medark_member_parse(name, &kind, &number) || kind < o->kind)
		return false;
	if (number != (kind == o->kind ? o->number + 1 : 1))
		return false;
	o->kind = kind;
	o->number = number;
	o->count++;
	*out_limit = MEDARK_SEALED_MAX;
	return true;
}

/* ---- writing ---- */

struct medark_manifest_writer {
	struct order order;
	struct medark_buffer lines; /* two for each member; the head needs their number first */
};

int medark_manifest_writer_new(struct medark_manifest_writer **out, struct medark_error *err)
{
	struct medark_manifest_writer *w = calloc(1, sizeof(*w));

	if (!w)
		return medark_error_memory(err, "a manifest");
	w->lines.limit = MEDARK_MANIFEST_MAX;
	*out = w;
	return 0;
}

void medark_manifest_writer_free(struct medark_manifest_writer *w)
{
	if (!w)
		return;
	medark_buffer_clear(&w->lines);
	free(w);
}

int medark_manifest_writer_add(struct medark_manifest_writer *w, const char *name, uint64_t size,
			       const struct medark_digest *digest, struct medark_error *err)
{
	struct order order = w->order;
	char hex[HEX_SIZE + 1];
	uint64_t limit;

	if (!order_next(&order, medark_bytes_text(name), &limit))
		return medark_error_set(err, MEDARK_E_USAGE,
					"'%s' cannot be member %" PRIu32 " of an archive", name,
					w->order.count + 1);
	if (size > limit)
		return medark_error_set(err, MEDARK_E_USAGE,
					"'%s' is larger than the limit of %" PRIu64 " bytes", name,
					limit);
	medark_text_hex(digest->bytes, sizeof(digest->bytes), hex);
	MEDARK_TRY(medark_buffer_print(&w->lines, err, "#%" PRIu64 "\n%s  %s\n", size, hex, name));
	w->order = order;
	return 0;
}

int medark_manifest_writer_finish(struct medark_manifest_writer *w,
				  const struct medark_manifest_facts *facts,
				  struct medark_buffer *out, struct medark_error *err)
{
	char id[2 * MEDARK_ARCHIVE_ID_SIZE + 1], previous[HEX_SIZE + 1] = "-", root[HEX_SIZE + 1];
	size_t before = out->size;

	if (!w->order.complete)
		return medark_error_set(err, MEDARK_E_USAGE, "the manifest lacks members");
	assert(facts->sequence >= 1 && facts->has_previous == (facts->sequence > 1));
	assert(facts->records <= INT64_MAX && facts->leaves <= INT64_MAX);
	medark_text_hex(facts->archive.bytes, sizeof(facts->archive.bytes), id);
	medark_text_hex(facts->records_root.bytes, sizeof(facts->records_root.bytes), root);
	if (facts->has_previous)
		medark_text_hex(facts->previous.bytes, sizeof(facts->previous.bytes), previous);
	MEDARK_TRY(medark_buffer_print(out, err,
				       "# medark manifest %d\n"
				       "# archive %s\n"
				       "# sequence %" PRIu32 "\n"
				       "# previous %s\n"
				       "# members %" PRIu32 "\n"
				       "# records %" PRIu64 "\n"
				       "# leaves %" PRIu64 "\n"
				       "# records-root %s\n",
				       MEDARK_FORMAT_VERSION, id, facts->sequence, previous,
				       w->order.count, facts->records, facts->leaves, root));
	MEDARK_TRY(medark_buffer_add(out, w->lines.data, w->lines.size, err));
	if (out->size - before > MEDARK_MANIFEST_MAX)
		return medark_error_set(err, MEDARK_E_MEMORY,
					"the manifest is larger than the limit of %u bytes",
					MEDARK_MANIFEST_MAX);
	return 0;
}

/* ---- reading ---- */

struct medark_manifest {
	struct medark_manifest_facts facts;
	uint32_t count;
	uint32_t first[MEDARK_KIND_COUNT]; /* position of the segment with number 1 */
	uint32_t segments[MEDARK_KIND_COUNT];
	uint64_t offset; /* of MANIFEST itself */
	struct medark_manifest_member *members;
	char *names; /* all of them, each with its terminating zero */
};

struct cursor {
	const uint8_t *at;
	const uint8_t *end;
	uint64_t line; /* number of the line taken last */
	struct medark_error *err;
};

static int fault(const struct cursor *c, const char *what)
{
	return medark_error_set(c->err, MEDARK_E_FORMAT, "MANIFEST line %" PRIu64 ": %s", c->line,
				what);
}

static int fault_expected(const struct cursor *c, const char *label)
{
	return medark_error_set(c->err, MEDARK_E_FORMAT, "MANIFEST line %" PRIu64 ": expected '%s'",
				c->line, label);
}

/* The next line without its LF. */
static int take_line(struct cursor *c, struct medark_bytes *out)
{
	const uint8_t *lf = memchr(c->at, '\n', (size_t)(c->end - c->at));

	c->line++;
	if (!lf)
		return fault(c, "the text ends here");
	*out = medark_bytes(c->at, (size_t)(lf - c->at));
	c->at = lf + 1;
	return 0;
}

/* The value behind `label` in the next line. */
static int take_value(struct cursor *c, const char *label, struct medark_bytes *out)
{
	struct medark_bytes line;
	size_t n = strlen(label);

	MEDARK_TRY(take_line(c, &line));
	if (!medark_bytes_starts(line, label))
		return fault_expected(c, label);
	*out = medark_bytes(line.data + n, line.size - n);
	return 0;
}

static int take_number(struct cursor *c, const char *label, uint64_t max, uint64_t *out)
{
	struct medark_bytes value;

	MEDARK_TRY(take_value(c, label, &value));
	if (!medark_text_decimal(value, max, out))
		return fault(c, "not a number in its range");
	return 0;
}

static int take_hex(struct cursor *c, const char *label, void *out, size_t size)
{
	struct medark_bytes value;

	MEDARK_TRY(take_value(c, label, &value));
	if (!medark_text_unhex(value, out, size))
		return fault(c, "not a hexadecimal value of its length");
	return 0;
}

/* The eight first lines. */
static int take_facts(struct cursor *c, struct medark_manifest_facts *facts, uint64_t *out_members)
{
	struct medark_bytes value;
	uint64_t sequence;

	MEDARK_TRY(take_value(c, "# medark manifest ", &value));
	if (!medark_bytes_is(value, "1")) /* F-2 */
		return fault(c, "not version 1, the one that is known here");
	MEDARK_TRY(take_hex(c, "# archive ", facts->archive.bytes, sizeof(facts->archive.bytes)));
	MEDARK_TRY(take_number(c, "# sequence ", UINT32_MAX, &sequence));
	if (sequence == 0)
		return fault(c, "a sequence counts from 1");
	facts->sequence = (uint32_t)sequence;
	facts->has_previous = sequence > 1;
	MEDARK_TRY(take_value(c, "# previous ", &value));
	if (facts->has_previous ? !medark_text_unhex(value, facts->previous.bytes,
						     sizeof(facts->previous.bytes))
				: !medark_bytes_is(value, "-"))
		return fault(c, "not what this sequence demands");
	MEDARK_TRY(take_number(c, "# members ", MEDARK_MEMBERS_MAX, out_members));
	if (*out_members < MEMBERS_MIN)
		return fault(c, "too few members");
	MEDARK_TRY(take_number(c, "# records ", INT64_MAX, &facts->records));
	MEDARK_TRY(take_number(c, "# leaves ", INT64_MAX, &facts->leaves));
	return take_hex(c, "# records-root ", facts->records_root.bytes,
			sizeof(facts->records_root.bytes));
}

/* One member's two lines; its name goes to `name`, which has room for it. */
static int take_member(struct cursor *c, struct order *order, char *name,
		       struct medark_manifest_member *out)
{
	struct medark_bytes line, text;
	uint64_t limit;

	MEDARK_TRY(take_number(c, "#", UINT64_MAX, &out->size));
	MEDARK_TRY(take_line(c, &line));
	if (line.size <= HEX_SIZE + 2 || line.data[HEX_SIZE] != ' ' ||
	    line.data[HEX_SIZE + 1] != ' ' ||
	    !medark_text_unhex(medark_bytes(line.data, HEX_SIZE), out->digest.bytes,
			       sizeof(out->digest.bytes)))
		return fault(c, "not a SHA-256, two spaces and a name");
	text = medark_bytes(line.data + HEX_SIZE + 2, line.size - HEX_SIZE - 2);
	if (!order_next(order, text, &limit)) /* F-7 */
		return fault(c, "not the member that comes next in an archive");
	if (out->size > limit)
		return fault(c, "the member is larger than its limit");
	memcpy(name, text.data, text.size);
	name[text.size] = '\0';
	out->name = name;
	return 0;
}

static int take_members(struct cursor *c, struct medark_manifest *m)
{
	struct order order = { 0 };
	char *name = m->names;

	for (uint32_t i = 0; i < m->count; i++) {
		struct medark_manifest_member *member = &m->members[i];
		uint32_t number = order.number;
		enum medark_kind kind = order.kind;

		MEDARK_TRY(take_member(c, &order, name, member));
		name += strlen(name) + 1;
		member->offset = m->offset;
		m->offset += medark_member_space(member->size);
		if (order.number == number && order.kind == kind)
			continue;
		if (order.number == 1)
			m->first[order.kind] = i;
		m->segments[order.kind] = order.number;
	}
	if (!order.complete)
		return fault(c, "members are missing behind this one");
	if (c->at != c->end)
		return fault(c, "more lines than members");
	return 0;
}

int medark_manifest_parse(struct medark_bytes text, struct medark_manifest **out,
			  struct medark_error *err)
{
	MEDARK_AUTO(medark_manifest_free) struct medark_manifest *m = NULL;
	struct cursor c = { .at = text.data, .end = text.data + text.size, .err = err };
	uint64_t members;
	size_t rest;

	if (text.size == 0)
		return medark_error_set(err, MEDARK_E_FORMAT, "MANIFEST is empty");
	if (text.size > MEDARK_MANIFEST_MAX)
		return medark_error_set(err, MEDARK_E_FORMAT,
					"MANIFEST is larger than the limit of %u bytes",
					MEDARK_MANIFEST_MAX);
	m = calloc(1, sizeof(*m));
	if (!m)
		return medark_error_memory(err, "a manifest");
	MEDARK_TRY(take_facts(&c, &m->facts, &members));
	/* The text bounds what is allocated, not the number that it claims. */
	rest = (size_t)(c.end - c.at);
	if (members > rest / LINES_MIN)
		return fault(&c, "fewer lines than members");
	m->count = (uint32_t)members;
	m->members = malloc(members * sizeof(*m->members));
	m->names = malloc(rest); /* names and their zeros: less than the lines that hold them */
	if (!m->members || !m->names)
		return medark_error_memory(err, "a manifest");
	MEDARK_TRY(take_members(&c, m));
	*out = MEDARK_TAKE(m);
	return 0;
}

void medark_manifest_free(struct medark_manifest *m)
{
	if (!m)
		return;
	free(m->members);
	free(m->names);
	free(m);
}

const struct medark_manifest_facts *medark_manifest_facts(const struct medark_manifest *m)
{
	return &m->facts;
}

uint32_t medark_manifest_count(const struct medark_manifest *m)
{
	return m->count;
}

const struct medark_manifest_member *medark_manifest_member(const struct medark_manifest *m,
							    uint32_t i)
{
	assert(i < m->count);
	return &m->members[i];
}

const struct medark_manifest_member *medark_manifest_segment(const struct medark_manifest *m,
							     enum medark_kind kind, uint32_t number)
{
	assert((unsigned)kind < MEDARK_KIND_COUNT);
	if (number < 1 || number > m->segments[kind])
		return NULL;
	return &m->members[m->first[kind] + number - 1];
}

uint32_t medark_manifest_segments(const struct medark_manifest *m, enum medark_kind kind)
{
	assert((unsigned)kind < MEDARK_KIND_COUNT);
	return m->segments[kind];
}

const struct medark_manifest_member *medark_manifest_find(const struct medark_manifest *m,
							  const char *name)
{
	for (uint32_t i = 0; i < FIXED_COUNT; i++)
		if (strcmp(name, fixed[i].name) == 0)
			return &m->members[i];
	if (strcmp(name, MEDARK_MEMBER_SUMMARY) == 0)
		return &m->members[m->count - 1];
	if (strcmp(name, MEDARK_MEMBER_ROOT) == 0)
		return &m->members[m->count - 2];
	return NULL;
}

uint64_t medark_manifest_offset(const struct medark_manifest *m)
{
	return m->offset;
}
