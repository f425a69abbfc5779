/* SPDX-License-Identifier: Apache-2.0 */
#include "verify_page.h"

#include "page_text.h"
#include "passphrase.h"
#include "report.h"
#include "text.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TITLE "Verification of archives"

struct cli_verify_row {
	char *path, *verdict; /* owned */
	uint64_t sequence, records, patients, size;
	char created[32], signed_at[32], proven_at[32];
	char signer[512], also[256], fingerprint[65], manifest[65];
	uint32_t signatures, trusted;
	uint32_t added, vouched; /* revisions of recipients, and those by a trusted signer */
	char judged_at[32], revocation_as_of[32];
	bool is_verified, complete;
};

void cli_verify_page_clear(struct cli_verify_page *page)
{
	for (size_t i = 0; i < page->count; i++) {
		free(page->rows[i].path);
		free(page->rows[i].verdict);
	}
	for (size_t i = 0; i < page->finding_count; i++)
		free(page->findings[i]);
	free(page->rows);
	free(page->findings);
}

static struct cli_verify_row *new_row(struct cli_verify_page *page, const char *path,
				      const char *verdict)
{
	struct cli_verify_row *rows;

	if (!page->options->report)
		return NULL;
	rows = realloc(page->rows, (page->count + 1) * sizeof(*rows));
	page->has_failed |= !rows;
	if (!rows)
		return NULL;
	page->rows = rows;
	rows[page->count] =
		(struct cli_verify_row) { .path = strdup(path), .verdict = strdup(verdict) };
	page->has_failed |= !rows[page->count].path || !rows[page->count].verdict;
	return &rows[page->count++];
}

void cli_verify_page_add(struct cli_verify_page *page, const char *path,
			 const struct medark_archive_info *info, const char *broken)
{
	struct cli_verify_row *row = new_row(page, path, broken);

	if (!row)
		return;
	page->verified++;
	row->is_verified = true;
	row->sequence = info->sequence;
	row->records = info->records;
	row->patients = info->patients;
	row->size = info->size;
	row->complete = info->complete;
	memcpy(row->created, info->created, sizeof(row->created));
	memcpy(row->signed_at, info->signed_at, sizeof(row->signed_at));
	memcpy(row->proven_at, info->proven_at, sizeof(row->proven_at));
	memcpy(row->judged_at, info->judged_at, sizeof(row->judged_at));
	memcpy(row->revocation_as_of, info->revocation_as_of, sizeof(row->revocation_as_of));
	memcpy(row->fingerprint, info->signer_fingerprint, sizeof(row->fingerprint));
	memcpy(row->manifest, info->manifest, sizeof(row->manifest));
	(void)snprintf(row->signer, sizeof(row->signer), "%s", info->signer);
	(void)snprintf(row->also, sizeof(row->also), "%s", info->signer_also);
	row->signatures = info->signature_count;
	for (uint32_t i = 0; i < info->signature_count; i++)
		row->trusted += info->signatures[i].trusted;
	row->added = info->revision_count;
	for (uint32_t i = 0; i < info->revision_count; i++)
		row->vouched += info->revisions[i].trusted;
}

void cli_verify_page_fail(struct cli_verify_page *page, const char *path, const char *why)
{
	(void)new_row(page, path, why);
}

void cli_verify_page_find(void *context, const char *sentence)
{
	struct cli_verify_page *page = context;
	char **findings;

	if (!page->options->report)
		return;
	findings = realloc(page->findings, (page->finding_count + 1) * sizeof(*findings));
	page->has_failed |= !findings;
	if (!findings)
		return;
	page->findings = findings;
	findings[page->finding_count] = strdup(sentence);
	page->has_failed |= !findings[page->finding_count];
	page->finding_count += findings[page->finding_count] != NULL;
}

/* ---- the page ---- */

#define ANCHORS_SHOWN 64

/* A file of anchors, and all that are in it, with fingerprints: names can be anybody's. */
static void put_anchor(FILE *f, const char *label, const char *path)
{
	struct medark_certificate_info *list = calloc(ANCHORS_SHOWN, sizeof(*list));
	struct medark_error ignored = { 0 };
	size_t count = 0;

	(void)fputs("<tr><th scope=\"row\">", f);
	cli_page_text(f, label);
	(void)fputs("</th><td>", f);
	cli_page_text(f, path);
	if (!list || medark_anchors_describe(path, list, ANCHORS_SHOWN, &count, &ignored) < 0)
		(void)fputs("<br>cannot be read any more", f);
	for (size_t i = 0; i < count && i < ANCHORS_SHOWN; i++) {
		(void)fputs("<br>", f);
		cli_page_text(f, list[i].subject);
		(void)fprintf(f, "<br>SHA-256 %s", list[i].fingerprint);
	}
	if (count > ANCHORS_SHOWN)
		(void)fprintf(f, "<br>and %zu more", count - ANCHORS_SHOWN);
	(void)fputs("</td></tr>\n", f);
	free(list);
}

static void put_signer(FILE *f, const char *label, const char *name, const char *fingerprint)
{
	(void)fputs("<tr><th scope=\"row\">", f);
	cli_page_text(f, label);
	(void)fputs("</th><td>", f);
	cli_page_text(f, name);
	(void)fprintf(f, "<br>SHA-256 %s</td></tr>\n", fingerprint);
}

#define SIGNERS_SHOWN 64

/* Each signer once, with the fingerprint whole. */
static void put_signers(FILE *f, const struct cli_verify_page *page)
{
	const struct cli_verify_row *signers[SIGNERS_SHOWN];
	size_t archives[SIGNERS_SHOWN] = { 0 }, count = 0;
	bool has_more = false;

	for (size_t i = 0; i < page->count; i++) {
		const struct cli_verify_row *row = &page->rows[i];
		size_t k = 0;

		while (k < count && strcmp(signers[k]->fingerprint, row->fingerprint) != 0)
			k++;
		if (!row->is_verified || k == SIGNERS_SHOWN) {
			has_more |= row->is_verified;
			continue;
		}
		signers[k] = row;
		archives[k]++;
		count += k == count;
	}
	(void)fputs("<h2>Signers</h2>\n<table class=\"list\">\n", f);
	for (size_t k = 0; k < count; k++) {
		(void)fputs("<tr><th scope=\"row\">", f);
		cli_page_text(f, signers[k]->signer);
		(void)fprintf(f, "</th><td>SHA-256 %s<br>%zu archive%s</td></tr>\n",
			      signers[k]->fingerprint, archives[k], archives[k] == 1 ? "" : "s");
	}
	(void)fputs(has_more ? "</table>\n<p>And others.</p>\n" : "</table>\n", f);
}

static void put_result(FILE *f, const struct cli_verify_page *page, int exit_code)
{
	size_t broken = 0, incomplete = 0;
	bool is_good;

	for (size_t i = 0; i < page->count; i++) {
		broken += page->rows[i].is_verified && *page->rows[i].verdict;
		incomplete += page->rows[i].is_verified && !page->rows[i].complete;
	}
	is_good = exit_code == CLI_DONE && !broken && !incomplete && !page->finding_count;
	(void)fprintf(f, "<p class=\"notice %s\">%zu of %zu archive%s verif%s",
		      is_good ? "good" : "bad", page->verified, page->count,
		      page->count == 1 ? "" : "s", page->count == 1 ? "ies" : "y");
	if (broken)
		(void)fprintf(f, "; %zu break%s the policy", broken, broken == 1 ? "s" : "");
	if (incomplete)
		(void)fprintf(f, "; %zu %s not complete", incomplete,
			      incomplete == 1 ? "is" : "are");
	(void)fprintf(f, ". %s</p>\n",
		      is_good ? "Nothing is missing that can be seen."
			      : "Something has to be looked at: see below.");
}

static void put_findings(FILE *f, const struct cli_verify_page *page)
{
	size_t told = page->finding_count;

	(void)fputs("<h2>Findings</h2>\n<ul>\n", f);
	for (size_t i = 0; i < page->count; i++) {
		const struct cli_verify_row *row = &page->rows[i];

		if (row->is_verified && !row->complete) {
			told++;
			(void)fputs("<li>", f);
			cli_page_text(f, row->path);
			(void)fputs(": is not complete: something was quarantined, skipped or "
				    "missing</li>\n",
				    f);
		}
		if (row->is_verified && !*row->verdict)
			continue;
		told++;
		(void)fputs("<li>", f);
		cli_page_text(f, row->path);
		(void)fputs(row->is_verified ? ": breaks the policy: " : ": does not verify: ", f);
		cli_page_text(f, row->verdict);
		(void)fputs("</li>\n", f);
	}
	for (size_t i = 0; i < page->finding_count; i++) {
		(void)fputs("<li>", f);
		cli_page_text(f, page->findings[i]);
		(void)fputs("</li>\n", f);
	}
	if (!told)
		(void)fputs("<li>None.</li>\n", f);
	(void)fputs("</ul>\n", f);
}

static void put_how(FILE *f, const struct cli_verify_page *page)
{
	const struct cli_options *options = page->options;
	char text[64];
	struct tm tm;
	time_t now = time(NULL);

	(void)gmtime_r(&now, &tm);
	(void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	(void)fputs("<h2>By what it was judged</h2>\n<table class=\"list\">\n", f);
	cli_page_row(f, "program", "medark");
	cli_page_row(f, "version", medark_version());
	cli_page_row(f, "time", text);
	for (size_t i = 0; i < options->trust.count; i++)
		put_anchor(f, "trust anchor", options->trust.items[i]);
	if (!options->trust.count && getenv("MEDARK_TRUST"))
		put_anchor(f, "trust anchor", getenv("MEDARK_TRUST"));
	for (size_t i = 0; i < options->tsa_trust.count; i++)
		put_anchor(f, "anchor of time stamps", options->tsa_trust.items[i]);
	for (size_t i = 0; i < options->signers.count; i++)
		cli_page_row(f, "only this signer", options->signers.items[i]);
	if (options->at)
		cli_page_row(f, "certificates as of", options->at);
	cli_page_row(f, "policy", page->policy->path ? page->policy->path : "none");
	if (page->has_checkpoint) {
		cli_page_row(f, "checkpoint of", page->checkpoint.created);
		put_signer(f, "signed by", page->checkpoint.signer,
			   page->checkpoint.signer_fingerprint);
	} else {
		cli_page_row(f, "checkpoint", "none");
	}
	(void)fputs("</table>\n", f);
}

/* Dates of one form compare as texts. */
static bool has_older_list(const struct cli_verify_row *row)
{
	const char *at = *row->proven_at ? row->proven_at : row->judged_at;

	return *row->revocation_as_of && strcmp(row->revocation_as_of, at) < 0;
}

static void put_checked(FILE *f, const struct cli_verify_page *page)
{
	size_t unproven = 0, unchecked = 0, older = 0;

	for (size_t i = 0; i < page->count; i++) {
		const struct cli_verify_row *row = &page->rows[i];

		unproven += row->is_verified && !*row->proven_at;
		unchecked += row->is_verified && !*row->revocation_as_of;
		older += row->is_verified && has_older_list(row);
	}
	(void)fputs(
		"<h2>What was checked</h2>\n<ul>\n"
		"<li>Of each archive: the signature over its manifest and the way from its signer "
		"to a trust anchor; every further signature, time stamp and revocation list; every "
		"member against the signed manifest, byte for byte; the form of every sealed "
		"member.</li>\n"
		"<li>Of all together: whether each names the one before it, and none is missing "
		"between them, stands twice, or is another than its number says.</li>\n</ul>\n"
		"<h2>What could not be checked</h2>\n<ul>\n"
		"<li>What the records say: they are encrypted, and no key was used. A rehearsal "
		"(medark drill) shows that they open.</li>\n",
		f);
	if (!page->has_checkpoint)
		(void)fputs("<li>Whether archives behind the last one were deleted: only a "
			    "checkpoint, kept elsewhere, shows that.</li>\n",
			    f);
	if (unproven)
		(void)fprintf(
			f,
			"<li>When %zu of the archives were signed: no time stamp of a trusted "
			"authority is there, and the time is their signer's word.</li>\n",
			unproven);
	if (unchecked)
		(void)fprintf(f,
			      "<li>Whether the signer's certificate of %zu of the archives was "
			      "revoked: no revocation list of its authority counts for "
			      "the time as of which it was judged.</li>\n",
			      unchecked);
	if (older)
		(void)fprintf(f,
			      "<li>Whether the signer's certificate of %zu of the archives was "
			      "revoked between the date of the revocation list and the time as of "
			      "which it was judged: only a newer list says that.</li>\n",
			      older);
	(void)fputs("</ul>\n", f);
}

static void put_row(FILE *f, const struct cli_verify_row *row)
{
	(void)fputs("<tr><th scope=\"row\">", f);
	cli_page_text(f, row->path);
	if (!row->is_verified) {
		(void)fputs("</th><td colspan=\"6\"><b>does not verify</b></td></tr>\n", f);
		return;
	}
	(void)fprintf(f, "</th><td class=\"n\">%" PRIu64 "</td><td class=\"w\">", row->sequence);
	cli_page_text(f, *row->proven_at ? row->proven_at : row->signed_at);
	(void)fputs(*row->proven_at ? " (proven)" : " (claimed)", f);
	(void)fputs("</td><td>", f);
	cli_page_text(f, row->signer);
	if (*row->also) {
		(void)fputs("<br>", f);
		cli_page_text(f, row->also);
	}
	(void)fprintf(f, "<br>%.16s…", row->fingerprint);
	if (*row->revocation_as_of)
		(void)fprintf(f, "<br>revocation list of %s", row->revocation_as_of);
	if (row->signatures)
		(void)fprintf(f, "<br>and %u more, %u trusted", row->signatures, row->trusted);
	if (row->added)
		(void)fprintf(f, "<br>recipients added %u time%s, %u by a trusted signer",
			      row->added, row->added == 1 ? "" : "s", row->vouched);
	(void)fprintf(f,
		      "</td><td class=\"n\">%" PRIu64 "</td><td class=\"n\">%" PRIu64
		      "</td><td>%s</td></tr>\n",
		      row->records, row->patients, row->complete ? "yes" : "no");
}

static void put_archives(FILE *f, const struct cli_verify_page *page)
{
	(void)fputs(
		"<h2>Archives</h2>\n<table class=\"list\">\n<thead><tr><th scope=\"col\">archive</th>"
		"<th scope=\"col\" class=\"n\">sequence</th><th scope=\"col\">signed</th>"
		"<th scope=\"col\">signer, and the beginning of its fingerprint</th>"
		"<th scope=\"col\" class=\"n\">records</th>"
		"<th scope=\"col\" class=\"n\">patients</th>"
		"<th scope=\"col\" class=\"w\">complete</th></tr></thead>\n<tbody>\n",
		f);
	for (size_t i = 0; i < page->count; i++)
		put_row(f, &page->rows[i]);
	(void)fputs("</tbody>\n</table>\n", f);
}

/* What ties a printed page to the files: a manifest has the hash of everything in its archive. */
static void put_hashes(FILE *f, const struct cli_verify_page *page)
{
	(void)fputs("<h2>Which files these are</h2>\n<table class=\"list\">\n<thead><tr>"
		    "<th scope=\"col\">archive</th><th scope=\"col\">SHA-256 of its MANIFEST</th>"
		    "<th scope=\"col\" class=\"n\">bytes</th></tr></thead>\n<tbody>\n",
		    f);
	for (size_t i = 0; i < page->count; i++) {
		if (!page->rows[i].is_verified)
			continue;
		(void)fputs("<tr><th scope=\"row\">", f);
		cli_page_text(f, page->rows[i].path);
		(void)fprintf(f, "</th><td>%s</td><td class=\"n\">%" PRIu64 "</td></tr>\n",
			      page->rows[i].manifest, page->rows[i].size);
	}
	(void)fputs("</tbody>\n</table>\n", f);
}

/* The page, and its signature if there is a signer. */
static int store(const struct cli_options *options, const char *text, size_t size)
{
	__attribute__((cleanup(cli_passphrase_clear))) struct cli_passphrase opens = { .size = 0 };
	struct medark_checkpoint_request request = { .path = options->report,
						     .replace = options->force,
						     .certificate = options->signer,
						     .key = options->signer_key };
	struct medark_error err = { 0 };
	int code = 0;

	if (options->signer)
		code = cli_passphrase_read_for_key(options, options->signer_key,
						   options->signer_key_passphrase_file, &opens);
	if (code)
		return code;
	request.passphrase = opens.size ? opens.bytes : NULL;
	request.passphrase_size = opens.size;
	code = medark_report_write(&request, text, size, &err);
	return code < 0 ? cli_report_failure(options,
					     &(struct cli_failure) { .action = "write the report",
								     .file = options->report,
								     .code = code,
								     .err = &err })
			: 0;
}

static void tell_written(const struct cli_options *options)
{
	char signature[PATH_MAX] = "";
	struct cli_json json;

	if (options->signer)
		(void)snprintf(signature, sizeof(signature), "%s.p7s", options->report);
	if (options->json) {
		cli_report_json(options, &json, "status");
		cli_json_text(&json, "report", options->report);
		cli_json_text_or_null(&json, "signature", signature);
		cli_json_end(&json);
	} else if (!options->quiet) {
		cli_text_print(stdout, options->report);
		(void)fputs(": written", stdout);
		if (*signature) {
			(void)fputs("; its signature is ", stdout);
			cli_text_print(stdout, signature);
		}
		(void)fputc('\n', stdout);
	}
}

int cli_verify_page_write(struct cli_verify_page *page, int exit_code)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f;
	int code;

	if (!page->options->report)
		return 0;
	f = open_memstream(&text, &size);
	if (!f)
		return cli_report_memory(page->options);
	page->has_failed |= cli_page_begin(f, TITLE) < 0;
	put_result(f, page, exit_code);
	put_findings(f, page);
	put_archives(f, page);
	put_hashes(f, page);
	put_signers(f, page);
	put_how(f, page);
	put_checked(f, page);
	page->has_failed |= cli_page_end(f) < 0;
	if (fclose(f) != 0 || page->has_failed) {
		free(text);
		return cli_report_memory(page->options);
	}
	code = store(page->options, text, size);
	free(text);
	if (!code)
		tell_written(page->options);
	return code;
}
