/* SPDX-License-Identifier: Apache-2.0 */
#include "live/walk.h"

#include "base/hash.h"
#include "crypto/random.h"
#include "live/hashset.h"
#include "live/requests.h"
#include "live/sealed_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define PAGES_MAX   1000000 /* of a search */
#define EMPTY_MAX   1000    /* pages in a row without a record */
#define ADDRESS_MAX ((size_t)4096)
#define DONE_MAX    ((size_t)1 << 30)
#define ACCEPT	    "Accept: application/fhir+json"

/* Servers refuse sizes that they find too large, and some refuse to be told one. */
static const unsigned page_sizes[] = { 500, 100, 10, 0 };
#define SIZES (sizeof(page_sizes) / sizeof(*page_sizes))

enum state { OPEN, DONE, FAILED };

struct failure {
	size_t search;
	unsigned status;
	char *why;
};

/* A search that is under way. */
struct chain {
	struct medark_walk *walk;
	size_t search, size_index;
	struct medark_hashset seen; /* addresses of its pages */
	uint64_t entries;	    /* hash of the last page's */
	uint64_t records, least_total;
	bool has_total;
	unsigned empty;		 /* pages in a row without a record */
	struct medark_url first; /* its first page */
};

struct medark_walk {
	struct medark_walk_setup setup;
	struct medark_requests *requests;
	uint32_t *pages;
	uint8_t *states;
	struct failure *failures; /* in no order; sorted at the end */
	size_t failure_count, failure_max;
	struct medark_walk_sums sums;
	size_t done;
	uint64_t bytes, seed;
	size_t size_index; /* the size that has worked */
	time_t saved;	   /* when the list of empty searches was */
	bool is_changed;
};

/* ---- chains ---- */

static void chain_free(struct chain *c)
{
	if (!c)
		return;
	medark_url_clear(&c->first);
	medark_hashset_clear(&c->seen);
	free(c);
}
MEDARK_DEFINE_AUTO(struct chain, chain_free)

void medark_walk_free(struct medark_walk *w)
{
	if (!w)
		return;
	medark_requests_free(w->requests);
	for (size_t i = 0; i < w->failure_count; i++)
		free(w->failures[i].why);
	free(w->failures);
	free(w->pages);
	free(w->states);
	free(w);
}

void medark_walk_name(const struct medark_walk *w, size_t search, uint32_t page,
		      char out[MEDARK_HAUL_NAME_MAX])
{
	(void)snprintf(out, MEDARK_HAUL_NAME_MAX, "file-%c-%09zu-%07" PRIu32, w->setup.letter,
		       search, page);
}

static int begin_chain(struct medark_walk *w, size_t search, struct chain **out,
		       struct medark_error *err)
{
	MEDARK_AUTO(chain_free) struct chain *c = calloc(1, sizeof(*c));

	if (!c)
		return medark_error_memory(err, "a search");
	c->walk = w;
	c->search = search;
	c->size_index = w->size_index;
	MEDARK_TRY(medark_hashset_init(&c->seen, err));
	*out = MEDARK_TAKE(c);
	return 0;
}

/* The address of the first page, with the size that the chain asks for. */
static int first_page(struct chain *c, struct medark_url *out, struct medark_error *err)
{
	const struct medark_walk_setup *setup = &c->walk->setup;
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer path = MEDARK_BUFFER(ADDRESS_MAX);

	medark_url_clear(out);
	MEDARK_TRY(setup->ask(setup->context, c->search, page_sizes[c->size_index], &path, err));
	return medark_url_below(setup->place.talk.base, (const char *)path.data, out, err);
}

/* ---- ends of searches ---- */

static int fail(struct medark_walk *w, size_t search, unsigned status, const char *why,
		struct medark_error *err)
{
	if (w->failure_count == w->failure_max) {
		size_t max = w->failure_max ? 2 * w->failure_max : 16;
		struct failure *grown = realloc(w->failures, max * sizeof(*grown));

		if (!grown)
			return medark_error_memory(err, "a search");
		w->failures = grown;
		w->failure_max = max;
	}
	w->failures[w->failure_count] =
		(struct failure) { .search = search, .status = status, .why = strdup(why) };
	if (!w->failures[w->failure_count].why)
		return medark_error_memory(err, "a search");
	w->failure_count++;
	w->states[search] = FAILED;
	w->done++;
	return 0;
}

static void succeed(struct chain *c)
{
	struct medark_walk *w = c->walk;

	if (c->has_total && c->least_total > c->records) {
		w->sums.short_searches++;
		w->sums.short_records += c->least_total - c->records;
	}
	w->states[c->search] = DONE;
	w->done++;
}

/* ---- a page ---- */

/*
 * Counts what a page holds. A server that shows the same page for ever, under addresses that are
 * always new, is found by what it shows.
 */
static int count_page(struct chain *c, const struct medark_bundle *page, struct medark_error *err)
{
	struct medark_walk *w = c->walk;
	uint64_t entries = medark_hash(w->seed, page->entries);

	if (page->records && entries == c->entries)
		return medark_error_set(err, MEDARK_E_REMOTE, "%s gives the same page again",
					w->setup.place.talk.base->origin);
	c->empty = page->records ? 0 : c->empty + 1;
	if (c->empty > EMPTY_MAX)
		return medark_error_set(err, MEDARK_E_REMOTE, "%s gives empty pages without end",
					w->setup.place.talk.base->origin);
	c->entries = entries;
	c->records += page->records;
	w->sums.outcomes += page->outcomes;
	w->sums.errors += page->errors;
	if (page->has_total && (!c->has_total || page->total < c->least_total)) {
		c->has_total = true;
		c->least_total = page->total;
	}
	return w->setup.page ? w->setup.page(w->setup.context, c->search, page, err) : 0;
}

/* The page behind this one: 1 and its address, 0: there is none. */
static int find_next(struct chain *c, const struct medark_bundle *page, struct medark_url *out,
		     struct medark_error *err)
{
	const struct medark_walk_place *place = &c->walk->setup.place;
	int code;

	MEDARK_TRY(medark_bundle_next(page, place->talk.base, &c->first, out, err));
	if (!out->text)
		return 0;
	code = medark_hashset_add(&c->seen, medark_bytes_text(out->text), err);
	if (code == 0 || (code == 1 && c->walk->pages[c->search] >= PAGES_MAX))
		return medark_error_set(err, MEDARK_E_REMOTE,
					"%s leads from page to page without end",
					place->talk.base->origin);
	return code;
}

/* Takes a page that is on disk now: as find_next(). */
static int take_page(struct chain *c, const struct medark_bundle *page, struct medark_url *out,
		     struct medark_error *err)
{
	MEDARK_TRY(count_page(c, page, err));
	return find_next(c, page, out, err);
}

static int keep_page(struct chain *c, struct medark_bytes text, struct medark_error *err)
{
	struct medark_walk *w = c->walk;
	char name[MEDARK_HAUL_NAME_MAX];

	medark_walk_name(w, c->search, w->pages[c->search] + 1, name);
	MEDARK_TRY(medark_sealed_write(w->setup.place.folder, name, w->setup.place.secret, text,
				       false, err));
	w->pages[c->search]++;
	w->bytes += text.size;
	return 0;
}

/* ---- answers ---- */

/* Refusals that may be of the page's size. */
static bool may_be_size(const struct medark_http_response *r)
{
	return r->status == 400 || r->status == 413 || r->status == 422 || r->status == 500 ||
	       r->status == 504 || (r->status == 200 && r->failure.code && !r->is_transient);
}

/* 1: the search is asked for again, with smaller pages. */
static int ask_smaller(struct chain *c, struct medark_request *request, struct medark_error *err)
{
	if (c->walk->pages[c->search] || c->size_index + 1 == SIZES)
		return 0;
	c->size_index++;
	MEDARK_TRY(first_page(c, &request->url, err));
	request->is_followed = true;
	return 1;
}

static int end_badly(struct chain *c, unsigned status, const char *why, struct medark_error *err)
{
	int code = fail(c->walk, c->search, status, why, err);

	chain_free(c);
	return code;
}

static int take_answer(struct chain *c, struct medark_request *request,
		       const struct medark_http_response *r, struct medark_error *err)
{
	const struct medark_bytes text = medark_bytes(r->body.data, r->body.size);
	struct medark_walk *w = c->walk;
	MEDARK_AUTO(medark_url_clear) struct medark_url next = { 0 };
	struct medark_bundle page;
	bool is_nothing;
	int code;

	MEDARK_TRY(medark_bundle_parse(text, &page, err));
	w->size_index = c->size_index;
	is_nothing = w->pages[c->search] == 0 && page.records + page.outcomes == 0 &&
		     page.next.size == 0;
	if (is_nothing)
		w->is_changed = true;
	else
		MEDARK_TRY(keep_page(c, text, err));
	code = take_page(c, &page, &next, err);
	MEDARK_TRY(code);
	if (code == 0) {
		succeed(c);
		chain_free(c);
		request->tag = NULL;
		return 0;
	}
	medark_url_clear(&request->url);
	request->url = next;
	next = (struct medark_url) { 0 };
	request->is_followed = true;
	return 0;
}

static int save_done(struct medark_walk *w, bool is_end, struct medark_error *err);

static int done(void *context, struct medark_request *request, const struct medark_http_response *r,
		struct medark_error *err)
{
	struct medark_walk *w = context;
	struct chain *c = request->tag;
	struct medark_error why = { 0 };
	int code = MEDARK_E_REMOTE;

	MEDARK_TRY(save_done(w, false, err));
	if (r->status == 200 && !r->failure.code) {
		code = take_answer(c, request, r, &why);
	} else {
		int again = may_be_size(r) ? ask_smaller(c, request, err) : 0;

		if (again)
			return again < 0 ? again : 0;
		why = request->why;
	}
	if (code == MEDARK_E_REMOTE) {
		request->tag = NULL;
		return end_badly(c, r->status, why.message, err);
	}
	if (code < 0 && err)
		*err = why;
	return code;
}

static void drop(void *context, struct medark_request *request)
{
	(void)context;
	chain_free(request->tag);
}

/* ---- searches that found nothing have no page: a list tells of them ---- */

static void done_name(const struct medark_walk *w, char out[MEDARK_HAUL_NAME_MAX])
{
	(void)snprintf(out, MEDARK_HAUL_NAME_MAX, "job-done-%c", w->setup.letter);
}

/* Now and then: what is not in the list yet is asked for again. */
static int save_done(struct medark_walk *w, bool is_end, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer bits = MEDARK_BUFFER(DONE_MAX);
	char name[MEDARK_HAUL_NAME_MAX];
	size_t size = w->setup.count / 8 + 1;
	time_t at = time(NULL);

	if (!w->is_changed || (!is_end && at - w->saved < 1))
		return 0;
	MEDARK_TRY(medark_buffer_reserve(&bits, size, err));
	memset(bits.data, 0, size);
	for (size_t i = 0; i < w->setup.count; i++)
		if (w->states[i] == DONE && w->pages[i] == 0)
			bits.data[i / 8] |= (uint8_t)(1u << i % 8);
	done_name(w, name);
	MEDARK_TRY(medark_sealed_write(w->setup.place.folder, name, w->setup.place.secret,
				       medark_bytes(bits.data, size), false, err));
	w->saved = at;
	w->is_changed = false;
	return 0;
}

static int load_done(struct medark_walk *w, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer bits = MEDARK_BUFFER(DONE_MAX);
	char name[MEDARK_HAUL_NAME_MAX];
	int code;

	done_name(w, name);
	code = medark_sealed_read(w->setup.place.folder, name, w->setup.place.secret, &bits, err);
	if (code == MEDARK_E_NOT_FOUND || code == MEDARK_E_SYSTEM)
		return 0; /* nothing, or what a power cut has left */
	MEDARK_TRY(code);
	for (size_t i = 0; i < w->setup.count && i / 8 < bits.size; i++) {
		if (!(bits.data[i / 8] >> i % 8 & 1))
			continue;
		w->states[i] = DONE;
		w->done++;
	}
	return 0;
}

/* Is it the name of a page of this walk? Then of which search, and which page. */
static bool read_name(const struct medark_walk *w, const char *name, size_t *out_search,
		      uint32_t *out_page)
{
	char again[MEDARK_HAUL_NAME_MAX];
	const char *number = name + strlen("file-x-");
	char *end;

	if (strncmp(name, "file-", 5) != 0 || name[5] != w->setup.letter || name[6] != '-')
		return false;
	*out_search = (size_t)strtoul(number, &end, 10);
	if (*end != '-')
		return false;
	*out_page = (uint32_t)strtoul(end + 1, NULL, 10);
	/* The one form that a name has: no sign, no spaces, no ending. */
	medark_walk_name(w, *out_search, *out_page, again);
	return strcmp(again, name) == 0;
}

/* ---- going on ---- */

/* Pages of an earlier run, by their names: how many there are of each search. */
static int look(struct medark_walk *w, struct medark_error *err)
{
	int copy = openat(w->setup.place.folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *entry;

	if (!dir) {
		int code = errno;

		if (copy >= 0)
			(void)close(copy);
		return medark_error_errno(err, code, "cannot read the folder of the job");
	}
	while ((entry = readdir(dir))) {
		size_t search;
		uint32_t page;

		if (read_name(w, entry->d_name, &search, &page) && search < w->setup.count &&
		    page > w->pages[search])
			w->pages[search] = page;
	}
	(void)closedir(dir);
	return 0;
}

static void remove_pages(struct medark_walk *w, size_t search, uint32_t first, uint32_t last)
{
	char name[MEDARK_HAUL_NAME_MAX];

	for (uint32_t i = first; i <= last; i++) {
		medark_walk_name(w, search, i, name);
		(void)unlinkat(w->setup.place.folder, name, 0);
	}
}

/* One page of an earlier run: as take_page(); MEDARK_E_SYSTEM: it does not open. */
static int replay_page(struct chain *c, uint32_t number, struct medark_buffer *text,
		       struct medark_url *out, struct medark_error *err)
{
	struct medark_walk *w = c->walk;
	char name[MEDARK_HAUL_NAME_MAX];
	struct medark_bundle page;

	text->size = 0;
	medark_walk_name(w, c->search, number, name);
	MEDARK_TRY(
		medark_sealed_read(w->setup.place.folder, name, w->setup.place.secret, text, err));
	MEDARK_TRY(medark_bundle_parse(medark_bytes(text->data, text->size), &page, err));
	w->bytes += text->size;
	return take_page(c, &page, out, err);
}

/* The pages of an earlier run, until one is missing: 1 and where to go on, 0: it is done. */
static int replay(struct chain *c, struct medark_url *out, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer text = MEDARK_BUFFER_SECRET(MEDARK_WALK_PAGE_MAX + (1 << 17));
	struct medark_walk *w = c->walk;
	uint32_t there = w->pages[c->search], number = 0;
	int code = 1;

	for (; code == 1 && number < there; number++) {
		MEDARK_AUTO(medark_url_clear) struct medark_url next = { 0 };

		w->pages[c->search] = number + 1;
		code = replay_page(c, number + 1, &text, &next, err);
		if (code == MEDARK_E_SYSTEM || code == MEDARK_E_NOT_FOUND) {
			w->pages[c->search] = number;
			remove_pages(w, c->search, number + 1, there);
			return 1;
		}
		MEDARK_TRY(code);
		medark_url_clear(out);
		*out = next;
		next = (struct medark_url) { 0 };
	}
	w->pages[c->search] = number;
	remove_pages(w, c->search, number + 1, there);
	return code;
}

static int begin(struct medark_walk *w, size_t search, struct medark_error *err)
{
	MEDARK_AUTO(chain_free) struct chain *c = NULL;
	struct medark_request request = { .accept = ACCEPT, .body_max = MEDARK_WALK_PAGE_MAX };
	struct medark_error why = { 0 };
	int code;

	MEDARK_TRY(begin_chain(w, search, &c, err));
	MEDARK_TRY(first_page(c, &c->first, err));
	MEDARK_TRY(first_page(c, &request.url, err));
	code = medark_hashset_add(&c->seen, medark_bytes_text(request.url.text), err);
	MEDARK_TRY(code);
	code = replay(c, &request.url, &why);
	if (code == 0)
		succeed(c);
	if (code == MEDARK_E_REMOTE)
		code = fail(w, search, 0, why.message, err);
	else if (code < 0 && err)
		*err = why;
	if (code == 1) {
		request.tag = MEDARK_TAKE(c);
		code = medark_requests_add(w->requests, &request, err);
		if (request.url.text) /* it was not taken */
			chain_free(request.tag);
	}
	medark_url_clear(&request.url);
	return code < 0 ? code : 0;
}

/* ---- the whole ---- */

int medark_walk_new(const struct medark_walk_setup *setup, struct medark_walk **out,
		    struct medark_error *err)
{
	MEDARK_AUTO(medark_walk_free) struct medark_walk *w = calloc(1, sizeof(*w));
	const struct medark_requests_setup requests = {
		.talk = setup->place.talk,
		.http = setup->place.http,
		.parallel = setup->place.parallel,
		.done = done,
		.drop = drop,
		.context = w,
	};

	if (!w)
		return medark_error_memory(err, "searches");
	w->setup = *setup;
	w->pages = calloc(setup->count + 1, sizeof(*w->pages));
	w->states = calloc(setup->count + 1, sizeof(*w->states));
	if (!w->pages || !w->states)
		return medark_error_memory(err, "searches");
	MEDARK_TRY(medark_random(&w->seed, sizeof(w->seed), err));
	MEDARK_TRY(medark_requests_new(&requests, &w->requests, err));
	MEDARK_TRY(look(w, err));
	MEDARK_TRY(load_done(w, err));
	*out = MEDARK_TAKE(w);
	return 0;
}

static int report(struct medark_walk *w, struct medark_error *err)
{
	const struct medark_bulk_progress progress = {
		.phase = "fetching",
		.progress = "",
		.files = w->setup.count,
		.fetched = w->done,
		.bytes = w->bytes,
	};

	return w->setup.place.tell(w->setup.place.context, &progress, err);
}

static int compare_failures(const void *a, const void *b)
{
	const struct failure *first = a, *second = b;

	return (first->search > second->search) - (first->search < second->search);
}

int medark_walk_run(struct medark_walk *w, struct medark_error *err)
{
	for (size_t i = w->setup.first; i < w->setup.count; i++) {
		if (w->states[i] != OPEN)
			continue;
		MEDARK_TRY(begin(w, i, err));
		MEDARK_TRY(report(w, err));
	}
	MEDARK_TRY(medark_requests_finish(w->requests, err));
	if (w->failure_count)
		qsort(w->failures, w->failure_count, sizeof(*w->failures), compare_failures);
	MEDARK_TRY(save_done(w, true, err));
	return report(w, err);
}

uint32_t medark_walk_pages(const struct medark_walk *w, size_t search)
{
	return w->pages[search];
}

static const struct failure *find_failure(const struct medark_walk *w, size_t search)
{
	const struct failure key = { .search = search };

	return w->failure_count
		       ? bsearch(&key, w->failures, w->failure_count, sizeof(key), compare_failures)
		       : NULL;
}

const char *medark_walk_failure(const struct medark_walk *w, size_t search)
{
	const struct failure *f = find_failure(w, search);

	return f ? f->why : NULL;
}

unsigned medark_walk_status(const struct medark_walk *w, size_t search)
{
	const struct failure *f = find_failure(w, search);

	return f ? f->status : 0;
}

struct medark_walk_sums medark_walk_sums(const struct medark_walk *w)
{
	return w->sums;
}
