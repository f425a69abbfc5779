/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buffer.h"
#include "base/text.h"
#include "crypto/digest.h"

#include <medark/chain.h>

#include <assert.h>
#include <string.h>

#define LINKS_MAX 100000

struct added {
	struct medark_chain_link link;
	char *name; /* the link's */
};

struct medark_chain {
	struct medark_buffer list; /* struct added, in the order of adding */
	bool is_ordered;	   /* which means something */
};

int medark_chain_new(struct medark_chain **out, struct medark_error *err)
{
	struct medark_chain *chain = calloc(1, sizeof(*chain));

	if (!chain)
		return medark_error_memory(err, "a chain");
	chain->list.limit = LINKS_MAX * sizeof(struct added);
	*out = chain;
	return 0;
}

static struct added *list_of(const struct medark_chain *chain)
{
	return (struct added *)(void *)chain->list.data;
}

static size_t count_of(const struct medark_chain *chain)
{
	return chain->list.size / sizeof(struct added);
}

void medark_chain_free(struct medark_chain *chain)
{
	if (!chain)
		return;
	for (size_t i = 0; i < count_of(chain); i++)
		free(list_of(chain)[i].name);
	medark_buffer_clear(&chain->list);
	free(chain);
}

static bool is_hash(const char text[65])
{
	struct medark_digest digest;

	return medark_text_unhex(medark_bytes(text, strnlen(text, 65)), &digest, sizeof(digest));
}

int medark_chain_add(struct medark_chain *chain, const char *name,
		     const struct medark_archive_info *info, struct medark_error *err)
{
	struct added added = { .link.sequence = info->sequence };
	int code;

	assert(name);
	if (!is_hash(info->manifest) || !is_hash(info->signer_fingerprint) ||
	    (info->previous[0] && !is_hash(info->previous)))
		return medark_error_set(err, MEDARK_E_USAGE,
					"what is known of '%s' has no place in a chain", name);
	if (count_of(chain) == LINKS_MAX)
		return medark_error_set(err, MEDARK_E_MEMORY,
					"a chain has room for %d archives at most", LINKS_MAX);
	memcpy(added.link.manifest, info->manifest, sizeof(info->manifest));
	memcpy(added.link.previous, info->previous, sizeof(info->previous));
	memcpy(added.link.signer_fingerprint, info->signer_fingerprint,
	       sizeof(info->signer_fingerprint));
	added.link.name = added.name = strdup(name);
	if (!added.name)
		return medark_error_memory(err, "a chain");
	code = medark_buffer_add(&chain->list, &added, sizeof(added), err);
	if (code < 0)
		free(added.name);
	return code;
}

/* ---- how the archives hang together ---- */

struct node {
	const struct medark_chain_link *link;
	struct node *same;   /* the one of the same manifest that counts; NULL: this one */
	struct node *before; /* the one that it names; NULL if it was not added */
	struct node *next;   /* the one that continues it */
	size_t signer;	     /* a number for each certificate */
};

/* Sorting and searching instead of comparing all with all. */
struct survey {
	struct node *nodes; /* all that were added, by number */
	size_t count;
	struct node **index; /* of each archive one: by manifest, then by signer */
	size_t archives;
	struct node **ends; /* the last end of each signer's chain that was passed, or NULL */
	size_t passed;	    /* nodes that were looked at for that */
	int (*each)(void *context, const struct medark_chain_finding *finding);
	void *context;
	struct medark_chain_result result;
};

static void survey_clear(struct survey *s)
{
	free(s->nodes);
	free(s->index);
	free(s->ends);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct survey, survey_clear)

/* Of the same archive the one that was added first comes first. */
static int by_number(const void *a, const void *b)
{
	const struct medark_chain_link *x = ((const struct node *)a)->link;
	const struct medark_chain_link *y = ((const struct node *)b)->link;
	int order = (x->sequence > y->sequence) - (x->sequence < y->sequence);

	if (!order)
		order = strcmp(x->manifest, y->manifest);
	return order ? order : (x > y) - (x < y);
}

static int by_manifest(const void *a, const void *b)
{
	const struct node *x = *(struct node *const *)a, *y = *(struct node *const *)b;
	int order = strcmp(x->link->manifest, y->link->manifest);

	return order ? order : (x > y) - (x < y);
}

static int by_signer(const void *a, const void *b)
{
	const struct node *x = *(struct node *const *)a, *y = *(struct node *const *)b;

	return strcmp(x->link->signer_fingerprint, y->link->signer_fingerprint);
}

static int name_to_node(const void *manifest, const void *node)
{
	return strcmp(manifest, (*(struct node *const *)node)->link->manifest);
}

static struct node *find(const struct survey *s, const char *manifest)
{
	struct node **found =
		bsearch(manifest, s->index, s->archives, sizeof(struct node *), name_to_node);

	return found ? *found : NULL;
}

/* Every archive once, so that it can be found by its manifest. There is at least one. */
static void index_manifests(struct survey *s)
{
	for (size_t i = 0; i < s->count; i++)
		s->index[i] = &s->nodes[i];
	qsort(s->index, s->count, sizeof(struct node *), by_manifest);
	s->archives = 1;
	for (size_t i = 1; i < s->count; i++) {
		struct node *last = s->index[s->archives - 1], *node = s->index[i];

		if (strcmp(last->link->manifest, node->link->manifest) == 0)
			node->same = last;
		else
			s->index[s->archives++] = node;
	}
}

static bool has_next_number(const struct node *node)
{
	uint64_t number = node->link->sequence;

	return number && node->before->link->sequence == number - 1;
}

/* All before anything is told: whether an archive is an end depends on those behind it. */
static void join(struct survey *s)
{
	for (size_t i = 0; i < s->count; i++) {
		struct node *node = &s->nodes[i];

		if (node->same || !node->link->previous[0])
			continue;
		node->before = find(s, node->link->previous);
		if (node->before && has_next_number(node) && !node->before->next)
			node->before->next = node;
	}
}

static void number_signers(struct survey *s)
{
	qsort(s->index, s->archives, sizeof(struct node *), by_signer);
	for (size_t i = 0; i < s->archives; i++) {
		if (i == 0 || by_signer(&s->index[i - 1], &s->index[i]) != 0)
			s->result.signers++;
		s->index[i]->signer = (size_t)s->result.signers - 1;
	}
}

static int make(struct survey *s, const struct medark_chain *chain, struct medark_error *err)
{
	s->nodes = calloc(s->count, sizeof(*s->nodes));
	s->index = calloc(s->count, sizeof(struct node *));
	s->ends = calloc(s->count, sizeof(struct node *));
	if (!s->nodes || !s->index || !s->ends)
		return medark_error_memory(err, "a chain");
	for (size_t i = 0; i < s->count; i++)
		s->nodes[i].link = &list_of(chain)[i].link;
	qsort(s->nodes, s->count, sizeof(*s->nodes), by_number);
	index_manifests(s);
	join(s);
	number_signers(s);
	s->result.archives = s->archives;
	s->result.first = s->nodes[0].link->sequence;
	s->result.last = s->nodes[s->count - 1].link->sequence;
	return 0;
}

/* ---- what is told of it ---- */

static int tell(struct survey *s, const struct medark_chain_finding *finding)
{
	s->result.gaps += finding->is_gap;
	return s->each ? s->each(s->context, finding) : 0;
}

/*
 * The last end of a chain with a lower number and the same signer, as several sites' chains may be
 * there; NULL: none. Numbers only rise from call to call, so each node is passed once.
 */
static const struct node *end_before(struct survey *s, const struct node *node)
{
	for (; s->nodes[s->passed].link->sequence < node->link->sequence; s->passed++) {
		struct node *n = &s->nodes[s->passed];

		if (!n->same && !n->next)
			s->ends[n->signer] = n;
	}
	return s->ends[node->signer];
}

/* Neither was the archive added that the first one and `node` both continue. */
static int tell_fork(struct survey *s, const struct node *node)
{
	const struct medark_chain_finding finding = {
		.kind = MEDARK_CHAIN_FORK,
		.is_gap = true,
		.archive = node->link,
		.beside = s->nodes->link,
	};

	return tell(s, &finding);
}

/* The archive before `node` was not added. */
static int tell_missing(struct survey *s, const struct node *node)
{
	const struct node *end = end_before(s, node);
	struct medark_chain_finding finding = {
		.kind = MEDARK_CHAIN_NO_BEFORE,
		.is_gap = true,
		.archive = node->link,
	};

	if (!end)
		return tell(s, &finding);
	finding.after = end->link;
	finding.kind = MEDARK_CHAIN_OTHER_BEFORE;
	if (end->link->sequence + 1 < node->link->sequence) {
		finding.kind = MEDARK_CHAIN_MISSING;
		finding.missing_from = end->link->sequence + 1;
		finding.missing_to = node->link->sequence - 1;
	}
	return tell(s, &finding);
}

static int tell_signer(struct survey *s, const struct node *node, const struct node *other,
		       enum medark_chain_kind kind)
{
	struct medark_chain_finding finding = { .kind = kind,
						.archive = node->link,
						.after = other->link };

	if (strcmp(node->link->signer_fingerprint, other->link->signer_fingerprint) == 0)
		return 0;
	return tell(s, &finding);
}

/* `node` names an archive that was added. */
static int tell_joint(struct survey *s, const struct node *node)
{
	const struct node *before = node->before;
	struct medark_chain_finding finding = {
		.kind = MEDARK_CHAIN_NUMBER,
		.is_gap = true,
		.archive = node->link,
		.after = before->link,
	};
	int code = tell_signer(s, node, before, MEDARK_CHAIN_SIGNER);

	if (code || before->next == node)
		return code;
	if (has_next_number(node)) {
		finding.kind = MEDARK_CHAIN_FORK;
		finding.beside = before->next->link;
	}
	return tell(s, &finding);
}

/* Two files of one archive; the same file twice is no news. */
static int tell_again(struct survey *s, const struct node *node)
{
	const struct medark_chain_finding finding = { .kind = MEDARK_CHAIN_AGAIN,
						      .archive = node->link,
						      .after = node->same->link };
	int code = tell_signer(s, node, node->same, MEDARK_CHAIN_SIGNED_AGAIN);

	if (code || strcmp(node->link->name, node->same->link->name) == 0 ||
	    strcmp(node->link->signer_fingerprint, node->same->link->signer_fingerprint) != 0)
		return code;
	return tell(s, &finding);
}

static int tell_node(struct survey *s, const struct node *node)
{
	if (node->same)
		return tell_again(s, node);
	if (node->before)
		return tell_joint(s, node);
	s->result.chains++;
	if (!node->link->previous[0] || node == s->nodes)
		return 0;
	if (strcmp(node->link->previous, s->nodes->link->previous) == 0)
		return tell_fork(s, node);
	return tell_missing(s, node);
}

/*
 * In the order of adding, numbers only rise, if the caller says that it means something. Of several
 * chains nothing can be said.
 */
static int tell_order(struct survey *s, const struct medark_chain *chain)
{
	const struct added *list = list_of(chain);

	for (size_t i = 1; s->result.chains == 1 && i < s->count; i++) {
		const struct medark_chain_finding finding = { .kind = MEDARK_CHAIN_ORDER,
							      .archive = &list[i].link,
							      .after = &list[i - 1].link };

		if (list[i].link.sequence < list[i - 1].link.sequence) {
			int code = tell(s, &finding);

			if (code)
				return code;
		}
	}
	return 0;
}

int medark_chain_check(struct medark_chain *chain,
		       int (*each)(void *context, const struct medark_chain_finding *finding),
		       void *context, struct medark_chain_result *out, struct medark_error *err)
{
	MEDARK_AUTO(survey_clear)
	struct survey s = { .count = count_of(chain), .each = each, .context = context };

	if (s.count)
		MEDARK_TRY(make(&s, chain, err));
	for (size_t i = 0; i < s.count; i++) {
		int code = tell_node(&s, &s.nodes[i]);

		if (code)
			return code;
	}
	if (chain->is_ordered) {
		int code = tell_order(&s, chain);

		if (code)
			return code;
	}
	*out = s.result;
	return 0;
}

void medark_chain_set_ordered(struct medark_chain *chain, bool ordered)
{
	chain->is_ordered = ordered;
}
