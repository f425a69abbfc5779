/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mutate: whatever is done to an archive, it must not verify (promise 6 of the format).
 *
 *	mutate bytes [all]      every byte of an archive, one after the other; without `all`, one in
 *				TEXT_STEP of the documentation within it, which no reader parses
 *	mutate members          every member: changed, dropped, doubled, exchanged, cut, grown
 *	mutate random N [SEED]  N random changes; the same ones for the same seed
 *
 * Where the change moves MANIFEST, LOCATOR is also put right: a reader must find more than that.
 */
#include "container/member.h"
#include "subject.h"

#include <string.h>
#include <sys/wait.h>

#define WORKERS	   2
#define FAULTS_MAX 20 /* told by each worker before it gives up */
#define GROW_MAX   4096
#define TEXT_STEP  16
#define SEED	   UINT64_C(20261122)

struct work {
	struct subject *subject;
	struct medark_buffer changed;
	uint64_t random;
	size_t done, faults;
};

/* splitmix64 */
static uint64_t next(struct work *w)
{
	uint64_t z = w->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static size_t below(struct work *w, size_t n)
{
	return (size_t)(next(w) % n);
}

static void count(struct work *w, bool refused)
{
	w->done++;
	w->faults += !refused;
}

static void check(struct work *w, const char *what)
{
	const struct medark_buffer *good = &w->subject->archive;
	const struct medark_buffer *bad = &w->changed;

	if (good->size == bad->size && memcmp(good->data, bad->data, bad->size) == 0)
		return;
	count(w, medark_subject_refused(w->subject, bad->data, bad->size, what));
}

/* ---- building a changed archive ---- */

static void add(struct work *w, const void *data, size_t size)
{
	struct medark_error err;

	if (medark_buffer_add(&w->changed, data, size, &err) < 0)
		abort();
}

static void add_range(struct work *w, size_t begin, size_t end)
{
	add(w, w->subject->archive.data + begin, end - begin);
}

static void start(struct work *w)
{
	w->changed.size = 0;
}

static const struct member *member(const struct work *w, size_t i)
{
	return &w->subject->members[i];
}

static void add_member(struct work *w, size_t i)
{
	add_range(w, member(w, i)->begin, member(w, i)->end);
}

static void add_members(struct work *w, size_t begin, size_t end)
{
	for (size_t i = begin; i < end; i++)
		add_member(w, i);
}

static void add_end(struct work *w)
{
	add_range(w, w->subject->archive.size - 1024, w->subject->archive.size);
}

/* A member with its own name, and content and padding made anew. */
static void add_made(struct work *w, const char *name, const uint8_t *content, size_t size)
{
	static const uint8_t zeros[512];
	uint8_t header[512];

	medark_member_header(name, size, header);
	add(w, header, sizeof(header));
	add(w, content, size);
	add(w, zeros, (512 - size % 512) % 512);
}

static const uint8_t *content(const struct work *w, size_t i)
{
	return w->subject->archive.data + member(w, i)->begin + 512;
}

/* Lets LOCATOR say where MANIFEST stands now, if one can be found. */
static bool repair(struct work *w)
{
	uint8_t header[512], *locator = w->changed.data + w->changed.size - TAIL_SIZE;

	if (w->changed.size < 2 * TAIL_SIZE)
		return false;
	medark_member_header("LOCATOR", 512, header);
	if (memcmp(locator, header, sizeof(header)) != 0)
		return false;
	for (size_t at = 0; at + TAIL_SIZE < w->changed.size; at += 512) {
		if (memcmp(w->changed.data + at, "MANIFEST\0", 9) != 0)
			continue;
		medark_locator_make(at, locator + 512);
		return true;
	}
	return false;
}

/* As it is, and with LOCATOR put right. */
static void check_both(struct work *w, const char *what)
{
	char text[160];

	check(w, what);
	if (!repair(w))
		return;
	(void)snprintf(text, sizeof(text), "%s, LOCATOR put right", what);
	check(w, text);
}

/* ---- members ---- */

static void change_order(struct work *w, size_t i)
{
	size_t n = w->subject->member_count;
	char what[128];

	for (size_t j = i + 1; j < n; j++) {
		start(w);
		add_members(w, 0, i);
		add_member(w, j);
		add_members(w, i + 1, j);
		add_member(w, i);
		add_members(w, j + 1, n);
		add_end(w);
		(void)snprintf(what, sizeof(what), "members %zu and %zu exchanged", i, j);
		check_both(w, what);

		start(w);
		add_members(w, 0, i);
		add_made(w, member(w, i)->name, content(w, j), member(w, j)->size);
		add_members(w, i + 1, j);
		add_made(w, member(w, j)->name, content(w, i), member(w, i)->size);
		add_members(w, j + 1, n);
		add_end(w);
		(void)snprintf(what, sizeof(what), "contents of members %zu and %zu exchanged", i,
			       j);
		check_both(w, what);
	}
}

static void change_presence(struct work *w, size_t i)
{
	size_t n = w->subject->member_count;
	char what[128];

	start(w);
	add_members(w, 0, i);
	add_members(w, i + 1, n);
	add_end(w);
	(void)snprintf(what, sizeof(what), "member %zu dropped", i);
	check_both(w, what);
	for (size_t at = 0; at <= n; at++) {
		start(w);
		add_members(w, 0, at);
		add_member(w, i);
		add_members(w, at, n);
		add_end(w);
		(void)snprintf(what, sizeof(what), "member %zu doubled before %zu", i, at);
		check_both(w, what);
	}
}

/* The member i has `size` bytes of `data` instead; its header follows, or stays what it was. */
static void replace(struct work *w, size_t i, const uint8_t *data, size_t size, const char *what)
{
	size_t n = w->subject->member_count, padded = (size + 511) / 512 * 512;
	char text[128];

	start(w);
	add_members(w, 0, i);
	add_made(w, member(w, i)->name, data, size);
	add_members(w, i + 1, n);
	add_end(w);
	(void)snprintf(text, sizeof(text), "member %zu %s", i, what);
	check_both(w, text);
	start(w);
	add_members(w, 0, i);
	add_made(w, member(w, i)->name, data, size);
	memcpy(w->changed.data + w->changed.size - padded - 512,
	       w->subject->archive.data + member(w, i)->begin, 512);
	add_members(w, i + 1, n);
	add_end(w);
	(void)snprintf(text, sizeof(text), "member %zu %s, old header", i, what);
	check_both(w, text);
}

static void change_size(struct work *w, size_t i)
{
	static const size_t grown[] = { 1, 2, 16, 511, 512, 513, GROW_MAX };
	size_t size = member(w, i)->size, cut[] = { 1, 2, 16, 511, 512, 513, size / 2, size };
	uint8_t *data = calloc(1, size + GROW_MAX);

	if (!data)
		abort();
	memcpy(data, content(w, i), size);
	for (size_t k = 0; k < sizeof(grown) / sizeof(*grown); k++)
		replace(w, i, data, size + grown[k], "grown by zeros");
	for (size_t k = 0; k < sizeof(cut) / sizeof(*cut); k++) {
		if (cut[k] > size)
			continue;
		replace(w, i, data, size - cut[k], "cut");
		replace(w, i, data + cut[k], size - cut[k], "cut at its front");
	}
	memset(data + size, '\n', GROW_MAX);
	replace(w, i, data, size + 1, "grown by a line end");
	memmove(data + 1, data, size);
	replace(w, i, data, size + 1, "shifted");
	memset(data, 0, size);
	replace(w, i, data, size, "zeroed");
	free(data);
}

/* The archive ends within member i, or begins with it. */
static void change_ends(struct work *w, size_t i)
{
	const struct member *m = member(w, i);
	size_t ends[] = { m->begin,	  m->begin + 1,
			  m->begin + 512, m->begin + 512 + m->size / 2,
			  m->end - 1,	  m->begin + 512 + m->size };
	char what[128];

	for (size_t k = 0; k < sizeof(ends) / sizeof(*ends); k++) {
		(void)snprintf(what, sizeof(what), "ends at byte %zu", ends[k]);
		start(w);
		add_range(w, 0, ends[k]);
		check(w, what);
		add_end(w);
		(void)snprintf(what, sizeof(what), "ends at byte %zu, properly", ends[k]);
		check(w, what);
		(void)snprintf(what, sizeof(what), "begins at byte %zu", ends[k]);
		start(w);
		add_range(w, ends[k], w->subject->archive.size);
		check_both(w, what);
	}
}

static void all_members(struct work *w, unsigned worker)
{
	for (size_t i = worker; i < w->subject->member_count && w->faults < FAULTS_MAX;
	     i += WORKERS) {
		change_order(w, i);
		change_presence(w, i);
		change_size(w, i);
		change_ends(w, i);
	}
}

/* ---- bytes ---- */

/* FORMAT.md, README.txt and RECOVER.sh are bound by their hashes alone. */
static bool is_documentation(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot &&
	       (strcmp(dot, ".md") == 0 || strcmp(dot, ".txt") == 0 || strcmp(dot, ".sh") == 0);
}

/* Is the byte within the content of documentation, and not one of those that are tried? */
static bool is_left_out(const struct work *w, size_t at)
{
	for (size_t i = 0; i < w->subject->member_count; i++) {
		const struct member *m = member(w, i);

		if (at >= m->begin + 512 && at < m->begin + 512 + m->size)
			return is_documentation(m->name) && (at / 512 + at) % TEXT_STEP != 0;
	}
	return false;
}

static void all_bytes(struct work *w, unsigned worker, bool leave_out)
{
	const struct medark_buffer *good = &w->subject->archive;

	for (size_t at = worker; at < good->size && w->faults < FAULTS_MAX; at += WORKERS) {
		uint8_t bit = (uint8_t)(1u << (next(w) % 8));

		if (leave_out && is_left_out(w, at))
			continue;

		count(w, medark_subject_refused_byte(w->subject, at, good->data[at] ^ bit));
	}
}

/* ---- random ---- */

/* A place; every second time at the border of a block. */
static size_t place(struct work *w, size_t size)
{
	size_t at = below(w, size);

	return next(w) & 1 ? at : at / 512 * 512;
}

/* A length: mostly short, sometimes some blocks, now and then long. */
static size_t length(struct work *w, size_t most)
{
	static const size_t scale[] = { 1, 8, 64, 512, 512, 2048, 16384 };
	size_t n = 1 + below(w, scale[below(w, sizeof(scale) / sizeof(*scale))]);

	if (n >= 512)
		n = n / 512 * 512;
	return n < most ? n : most;
}

static void overwrite(struct work *w)
{
	size_t at = place(w, w->changed.size), n = length(w, w->changed.size - at);
	unsigned how = (unsigned)below(w, 3);

	for (size_t i = at; i < at + n; i++) {
		uint8_t new_byte = how == 0 ? (uint8_t)next(w) : 0;

		w->changed.data[i] = how == 1 ? w->changed.data[i] ^ 0x20 : new_byte;
	}
}

static void drop(struct work *w)
{
	size_t at = place(w, w->changed.size), n = length(w, w->changed.size - at);

	memmove(w->changed.data + at, w->changed.data + at + n, w->changed.size - at - n);
	w->changed.size -= n;
}

/* Puts a copy of what stands elsewhere, or zeros, at some place. */
static void insert(struct work *w)
{
	size_t from = place(w, w->changed.size), n = length(w, w->changed.size - from);
	size_t at = place(w, w->changed.size);
	struct medark_error err;
	uint8_t *copy = calloc(1, n);

	if (!copy || medark_buffer_reserve(&w->changed, n, &err) < 0)
		abort();
	if (next(w) & 3)
		memcpy(copy, w->changed.data + from, n);
	memmove(w->changed.data + at + n, w->changed.data + at, w->changed.size - at);
	memcpy(w->changed.data + at, copy, n);
	w->changed.size += n;
	free(copy);
}

static void exchange(struct work *w)
{
	size_t a = place(w, w->changed.size), b = place(w, w->changed.size);
	size_t most = w->changed.size - (a > b ? a : b);
	size_t n = length(w, most < 1 ? 1 : most);

	for (size_t i = 0; i < n; i++) {
		uint8_t kept = w->changed.data[a + i];

		w->changed.data[a + i] = w->changed.data[b + i];
		w->changed.data[b + i] = kept;
	}
}

static void cut(struct work *w)
{
	w->changed.size = place(w, w->changed.size);
	if (next(w) & 1)
		add_range(w, w->subject->archive.size - TAIL_SIZE, w->subject->archive.size);
}

static void all_random(struct work *w, unsigned worker, size_t total, uint64_t seed)
{
	static void (*const kinds[])(struct work *) = { overwrite, overwrite, drop,
							insert,	   exchange,  cut };
	static const char *const names[] = { "overwritten", "overwritten", "dropped",
					     "inserted",    "exchanged",   "cut" };
	char what[128];

	for (size_t i = worker; i < total && w->faults < FAULTS_MAX; i += WORKERS) {
		size_t kind;

		w->random = seed * UINT64_C(0x100000001b3) + i;
		kind = below(w, sizeof(kinds) / sizeof(*kinds));
		start(w);
		add_range(w, 0, w->subject->archive.size);
		kinds[kind](w);
		(void)snprintf(what, sizeof(what), "random change %zu of seed %llu (%s)", i,
			       (unsigned long long)seed, names[kind]);
		if (next(w) & 1)
			(void)repair(w);
		check(w, what);
	}
}

/* ---- main ---- */

static int work(struct subject *s, unsigned worker, char **argv)
{
	struct work w = { .subject = s, .changed = MEDARK_BUFFER(4u << 20), .random = worker };

	medark_subject_settle(s);
	if (strcmp(argv[1], "bytes") == 0)
		all_bytes(&w, worker, !argv[2]);
	else if (strcmp(argv[1], "members") == 0)
		all_members(&w, worker);
	else
		all_random(&w, worker, strtoull(argv[2], NULL, 10),
			   argv[3] ? strtoull(argv[3], NULL, 10) : SEED);
	(void)printf("worker %u: %zu changes, %zu not refused as they must be\n", worker, w.done,
		     w.faults);
	medark_buffer_clear(&w.changed);
	medark_subject_clear(s);
	return w.faults || !w.done;
}

int main(int argc, char **argv)
{
	static struct subject subject;
	int failed = 0, status;

	if (argc < 2 || (strcmp(argv[1], "random") == 0 ? argc < 3 : argc > 3)) {
		(void)fprintf(stderr, "usage: mutate bytes [all] | members | random N [SEED]\n");
		return 2;
	}
	medark_subject_make(&subject);
	for (unsigned i = 0; i < WORKERS; i++) {
		pid_t child = fork();

		if (child < 0)
			return 2;
		if (child == 0)
			exit(work(&subject, i, argv));
	}
	while (wait(&status) > 0)
		failed |= !WIFEXITED(status) || WEXITSTATUS(status) != 0;
	medark_subject_clear(&subject);
	return failed;
}
