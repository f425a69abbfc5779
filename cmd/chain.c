/* SPDX-License-Identifier: Apache-2.0 */
#include "chain.h"

#include "report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void cli_chain_clear(struct cli_chain *chain)
{
	free(chain->links);
	*chain = (struct cli_chain) { 0 };
}

static struct cli_link *find(const struct cli_chain *chain, const char *manifest)
{
	for (size_t i = 0; i < chain->count; i++)
		if (strcmp(chain->links[i].manifest, manifest) == 0)
			return &chain->links[i];
	return NULL;
}

/* Only the signature was replaced: whom the anchor vouches for can do that. */
static void tell_signed_again(const struct cli_options *options, const struct cli_link *first,
			      const char *file, const char *signer)
{
	char sentence[2048];

	(void)snprintf(sentence, sizeof(sentence),
		       "'%.512s' is the same archive as '%.512s', but another signer signed it: it "
		       "with the certificate %s, the other with %s",
		       file, first->file, signer, first->signer);
	cli_report_warning(options, sentence);
}

int cli_chain_add(const struct cli_options *options, struct cli_chain *chain, const char *file,
		  const struct medark_archive_info *info)
{
	struct cli_link *links, *link = find(chain, info->manifest);

	if (link) {
		if (strcmp(link->signer, info->signer_fingerprint) != 0)
			tell_signed_again(options, link, file, info->signer_fingerprint);
		return CLI_DONE;
	}
	links = realloc(chain->links, (chain->count + 1) * sizeof(*links));
	if (!links)
		return cli_report_memory(options);
	chain->links = links;
	link = &links[chain->count++];
	*link = (struct cli_link) { .file = file, .sequence = info->sequence };
	memcpy(link->manifest, info->manifest, sizeof(link->manifest));
	memcpy(link->previous, info->previous, sizeof(link->previous));
	memcpy(link->signer, info->signer_fingerprint, sizeof(link->signer));
	return CLI_DONE;
}

static int by_sequence(const void *a, const void *b)
{
	const struct cli_link *x = a, *y = b;

	if (x->sequence != y->sequence)
		return x->sequence < y->sequence ? -1 : 1;
	return strcmp(x->manifest, y->manifest);
}

/* A gap before `link`; `after` is the archive that stands before the gap, if there is one. */
struct gap {
	const struct cli_link *link, *after;
	uint64_t from, to; /* numbers that are missing; 0: none, the two do not fit */
};

static void report_gap(const struct cli_options *options, const struct gap *gap,
		       const char *sentence)
{
	struct cli_json json;

	if (!options->json) {
		cli_report_warning(options, sentence);
		return;
	}
	cli_report_json(options, &json, "status");
	cli_json_text(&json, "warning", sentence);
	cli_json_text(&json, "file", gap->link->file);
	cli_json_number(&json, "sequence", gap->link->sequence);
	cli_json_text_or_null(&json, "after", gap->after ? gap->after->file : "");
	if (gap->from) {
		cli_json_number(&json, "missing_from", gap->from);
		cli_json_number(&json, "missing_to", gap->to);
	}
	cli_json_end(&json);
}

static void tell_gap(const struct cli_options *options, const struct gap *gap)
{
	char sentence[2048];
	const struct cli_link *link = gap->link, *after = gap->after;

	if (!after)
		(void)snprintf(sentence, sizeof(sentence),
			       "the chain has a gap: the archive before '%.512s' (sequence %" PRIu64
			       ") is not among the verified files",
			       link->file, link->sequence);
	else if (!gap->from)
		(void)snprintf(sentence, sizeof(sentence),
			       "the chain is broken: '%.512s' (sequence %" PRIu64
			       ") does not continue '%.512s' (sequence %" PRIu64 ")",
			       link->file, link->sequence, after->file, after->sequence);
	else if (gap->from == gap->to)
		(void)snprintf(sentence, sizeof(sentence),
			       "the chain has a gap: the archive with sequence %" PRIu64
			       ", between '%.512s' and '%.512s', is not among the verified files",
			       gap->from, after->file, link->file);
	else
		(void)snprintf(sentence, sizeof(sentence),
			       "the chain has a gap: the archives with sequence %" PRIu64
			       " to %" PRIu64
			       ", between '%.512s' and '%.512s', are not among the verified files",
			       gap->from, gap->to, after->file, link->file);
	report_gap(options, gap, sentence);
}

/*
 * The last archive before `link` that nothing continues: of the same signer if there is one, as
 * several sites' chains may be verified at once.
 */
static const struct cli_link *end_before(const struct cli_chain *chain, const struct cli_link *link)
{
	const struct cli_link *any = NULL, *own = NULL;

	for (const struct cli_link *l = chain->links; l < link; l++) {
		if (l->followed || l->sequence >= link->sequence)
			continue;
		any = l;
		if (strcmp(l->signer, link->signer) == 0)
			own = l;
	}
	return own ? own : any;
}

/* `link` has a previous archive, and it is not among the files. The links are sorted. */
static bool check_head(const struct cli_options *options, const struct cli_chain *chain,
		       const struct cli_link *link)
{
	struct gap gap = { .link = link, .after = end_before(chain, link) };

	if (link == chain->links)
		return true;
	if (gap.after && gap.after->sequence + 1 < link->sequence) {
		gap.from = gap.after->sequence + 1;
		gap.to = link->sequence - 1;
	}
	tell_gap(options, &gap);
	return false;
}

/* `link` continues `before`, but another certificate signed it. */
static void tell_signer(const struct cli_options *options, const struct cli_link *link,
			const struct cli_link *before)
{
	char sentence[2048];
	struct cli_json json;

	(void)snprintf(sentence, sizeof(sentence),
		       "the signer changes in the chain: '%.512s' (sequence %" PRIu64
		       ") is signed with the certificate %s, '%.512s' before it with %s",
		       link->file, link->sequence, link->signer, before->file, before->signer);
	if (!options->json) {
		cli_report_warning(options, sentence);
		return;
	}
	cli_report_json(options, &json, "status");
	cli_json_text(&json, "warning", sentence);
	cli_json_text(&json, "file", link->file);
	cli_json_number(&json, "sequence", link->sequence);
	cli_json_text(&json, "after", before->file);
	cli_json_text(&json, "signer_fingerprint", link->signer);
	cli_json_text(&json, "signer_before", before->signer);
	cli_json_end(&json);
}

static bool check_link(const struct cli_options *options, const struct cli_chain *chain,
		       const struct cli_link *link)
{
	struct cli_link *before = find(chain, link->previous);
	struct gap gap = { .link = link, .after = before };

	if (!before)
		return check_head(options, chain, link);
	if (strcmp(before->signer, link->signer) != 0)
		tell_signer(options, link, before);
	/* Two that continue the same one: somebody's night is in neither chain. */
	if (before->sequence + 1 == link->sequence && !before->followed)
		return before->followed = true;
	tell_gap(options, &gap);
	return false;
}

static bool has_one_signer(const struct cli_chain *chain)
{
	for (size_t i = 1; i < chain->count; i++)
		if (strcmp(chain->links[i].signer, chain->links[0].signer) != 0)
			return false;
	return true;
}

int cli_chain_report(const struct cli_options *options, struct cli_chain *chain)
{
	size_t heads = 0;
	bool whole = true;

	if (chain->count < 2)
		return CLI_DONE;
	qsort(chain->links, chain->count, sizeof(*chain->links), by_sequence);
	for (size_t i = 0; i < chain->count; i++) {
		struct cli_link *link = &chain->links[i];

		heads += !link->previous[0] || !find(chain, link->previous);
		if (link->previous[0])
			whole = check_link(options, chain, link) && whole;
	}
	if (whole && heads == 1 && !options->json && !options->quiet)
		(void)printf("the %zu archives are one chain without a gap, sequence %" PRIu64
			     " to %" PRIu64 "%s\n",
			     chain->count, chain->links[0].sequence,
			     chain->links[chain->count - 1].sequence,
			     has_one_signer(chain) ? "" : ", of more than one signer");
	return whole ? CLI_DONE : CLI_INCOMPLETE;
}
