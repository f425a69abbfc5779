/* SPDX-License-Identifier: Apache-2.0 */
#include "chain.h"

#include "report.h"

#include <inttypes.h>

#define SENTENCE_MAX 2048

static void missing_sentence(const struct medark_chain_finding *f, char out[SENTENCE_MAX])
{
	if (f->missing_from == f->missing_to)
		(void)snprintf(out, SENTENCE_MAX,
			       "the chain has a gap: the archive with sequence %" PRIu64
			       ", between '%.512s' and '%.512s', is not among the verified files",
			       f->missing_from, f->after->name, f->archive->name);
	else
		(void)snprintf(out, SENTENCE_MAX,
			       "the chain has a gap: the archives with sequence %" PRIu64
			       " to %" PRIu64
			       ", between '%.512s' and '%.512s', are not among the verified files",
			       f->missing_from, f->missing_to, f->after->name, f->archive->name);
}

static void gap_sentence(const struct medark_chain_finding *f, char out[SENTENCE_MAX])
{
	if (f->kind == MEDARK_CHAIN_MISSING)
		missing_sentence(f, out);
	else if (f->kind == MEDARK_CHAIN_FORK && !f->after)
		(void)snprintf(
			out, SENTENCE_MAX,
			"the chain forks: '%.512s' and '%.512s' both continue an archive that "
			"is not among the verified files",
			f->beside->name, f->archive->name);
	else if (f->kind == MEDARK_CHAIN_FORK)
		(void)snprintf(out, SENTENCE_MAX,
			       "the chain forks: '%.512s' and '%.512s' both continue '%.512s' "
			       "(sequence %" PRIu64 ")",
			       f->beside->name, f->archive->name, f->after->name,
			       f->after->sequence);
	else if (f->kind == MEDARK_CHAIN_NUMBER)
		(void)snprintf(out, SENTENCE_MAX,
			       "the chain is broken: '%.512s' (sequence %" PRIu64
			       ") names '%.512s' (sequence %" PRIu64 ") as the one before it",
			       f->archive->name, f->archive->sequence, f->after->name,
			       f->after->sequence);
	else if (f->kind == MEDARK_CHAIN_OTHER_BEFORE)
		(void)snprintf(out, SENTENCE_MAX,
			       "the chain is broken: '%.512s' (sequence %" PRIu64
			       ") does not continue '%.512s' (sequence %" PRIu64 ")",
			       f->archive->name, f->archive->sequence, f->after->name,
			       f->after->sequence);
	else
		(void)snprintf(out, SENTENCE_MAX,
			       "the chain has a gap: the archive before '%.512s' (sequence %" PRIu64
			       ") is not among the verified files; if they are of several sites, "
			       "verify each site's by themselves",
			       f->archive->name, f->archive->sequence);
}

static void signer_sentence(const struct medark_chain_finding *f, char out[SENTENCE_MAX])
{
	/* Only the signature was replaced: whom the anchor vouches for can do that. */
	if (f->kind == MEDARK_CHAIN_SIGNED_AGAIN)
		(void)snprintf(
			out, SENTENCE_MAX,
			"'%.512s' is the same archive as '%.512s', but another signer signed it: it "
			"with the certificate %s, the other with %s",
			f->archive->name, f->after->name, f->archive->signer_fingerprint,
			f->after->signer_fingerprint);
	else
		(void)snprintf(out, SENTENCE_MAX,
			       "the signer changes in the chain: '%.512s' (sequence %" PRIu64
			       ") is signed with the certificate %s, '%.512s' before it with %s",
			       f->archive->name, f->archive->sequence,
			       f->archive->signer_fingerprint, f->after->name,
			       f->after->signer_fingerprint);
}

static void print_json(const struct cli_options *options, const struct medark_chain_finding *f,
		       const char *sentence)
{
	struct cli_json json;

	cli_report_json(options, &json, "status");
	cli_json_text(&json, "warning", sentence);
	cli_json_text(&json, "file", f->archive->name);
	cli_json_number(&json, "sequence", f->archive->sequence);
	cli_json_text_or_null(&json, "after", f->after ? f->after->name : "");
	cli_json_text_or_null(&json, "beside", f->beside ? f->beside->name : "");
	if (f->missing_from) {
		cli_json_number(&json, "missing_from", f->missing_from);
		cli_json_number(&json, "missing_to", f->missing_to);
	}
	if (!f->is_gap) {
		cli_json_text(&json, "signer_fingerprint", f->archive->signer_fingerprint);
		cli_json_text(&json, "signer_before", f->after->signer_fingerprint);
	}
	cli_json_end(&json);
}

struct telling {
	const struct cli_options *options;
	struct cli_chain_sink *sink;
	uint64_t missing; /* archives between others, */
	uint64_t joints;  /* at so many places */
	uint64_t forks;	  /* behind an archive that is there */
	bool has_other;	  /* a gap of another kind */
};

static int tell(void *context, const struct medark_chain_finding *finding)
{
	struct telling *t = context;
	const struct cli_options *options = t->options;
	char sentence[SENTENCE_MAX];

	if (finding->kind == MEDARK_CHAIN_MISSING) {
		t->missing += finding->missing_to - finding->missing_from + 1;
		t->joints++;
	} else {
		t->has_other |= finding->is_gap;
	}
	t->forks += finding->kind == MEDARK_CHAIN_FORK && finding->after;
	if (finding->is_gap)
		gap_sentence(finding, sentence);
	else if (finding->kind == MEDARK_CHAIN_AGAIN)
		(void)snprintf(sentence, sizeof(sentence),
			       "'%.512s' is the same archive as '%.512s' (sequence %" PRIu64 ")",
			       finding->archive->name, finding->after->name,
			       finding->archive->sequence);
	else if (finding->kind == MEDARK_CHAIN_ORDER)
		(void)snprintf(sentence, sizeof(sentence),
			       "the names are in another order than the archives: '%.512s' has "
			       "sequence %" PRIu64 ", '%.512s' before it %" PRIu64,
			       finding->archive->name, finding->archive->sequence,
			       finding->after->name, finding->after->sequence);
	else
		signer_sentence(finding, sentence);
	if (t->sink->add)
		t->sink->add(t->sink->context, sentence);
	/* Of an archive that was signed again none is before the other. */
	if (options->json && finding->kind != MEDARK_CHAIN_SIGNED_AGAIN &&
	    finding->kind != MEDARK_CHAIN_AGAIN && finding->kind != MEDARK_CHAIN_ORDER)
		print_json(options, finding, sentence);
	else
		cli_report_warning(options, sentence);
	return 0;
}

static void print_chains(const struct cli_options *options,
			 const struct medark_chain_result *result)
{
	struct cli_json json;

	cli_report_json(options, &json, "status");
	cli_json_number(&json, "archives", result->archives);
	cli_json_number(&json, "chains", result->chains);
	cli_json_number(&json, "gaps", result->gaps);
	cli_json_number(&json, "signers", result->signers);
	cli_json_number(&json, "first", result->first);
	cli_json_number(&json, "last", result->last);
	cli_json_end(&json);
}

int cli_chain_report(const struct cli_options *options, struct medark_chain *chain,
		     struct cli_chain_sink *sink)
{
	struct telling t = { .options = options, .sink = sink };
	struct medark_chain_result result;
	struct medark_error err = { 0 };
	int code = medark_chain_check(chain, tell, &t, &result, &err);

	if (code < 0)
		return cli_report_failure(
			options,
			&(struct cli_failure) { .action = "verify", .code = code, .err = &err });
	sink->result = result;
	sink->apart = result.chains - t.joints + t.forks;
	if (result.archives > 1 && options->json)
		print_chains(options, &result);
	if (t.has_other || t.missing > sink->allowed)
		return CLI_INCOMPLETE;
	if (result.gaps)
		return CLI_DONE;
	if (options->json || options->quiet || result.archives < 2)
		return CLI_DONE;
	if (result.chains > 1)
		(void)printf("the %" PRIu64 " archives are %" PRIu64
			     " chains, which have nothing to do with each other\n",
			     result.archives, result.chains);
	else
		(void)printf("the %" PRIu64 " archives are one chain without a gap, sequence "
			     "%" PRIu64 " to %" PRIu64 "%s\n",
			     result.archives, result.first, result.last,
			     result.signers == 1 ? "" : ", of more than one signer");
	return CLI_DONE;
}
