/* SPDX-License-Identifier: Apache-2.0 */
#include "info.h"

#include "report.h"
#include "text.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

/* Rows of their own under one label. */
static void print_count(FILE *out, const char *label, const char *name, uint64_t count)
{
	char text[128];

	(void)snprintf(text, sizeof(text), "%-24s %" PRIu64, name, count);
	cli_report_row(out, label, text);
}

static void print_counts(FILE *out, const struct medark_archive_info *info)
{
	for (uint32_t i = 0; i < info->type_count; i++)
		print_count(out, i ? "" : "by type", info->types[i].name, info->types[i].count);
	for (uint32_t i = 0; i < info->reason_count; i++)
		print_count(out, i ? "" : "quarantine", info->reasons[i].name,
			    info->reasons[i].count);
}

static void print_recipients(FILE *out, const struct medark_archive_info *info)
{
	char text[128];

	for (uint32_t i = 0; i < info->recipient_count; i++) {
		(void)snprintf(text, sizeof(text), "%s %s", info->recipients[i].kind,
			       info->recipients[i].id);
		cli_report_row(out, i ? "" : "recipients", text);
	}
}

/* Where only an anchor is missing, the option that takes it. */
static void print_why(FILE *out, const char *why, const char *option)
{
	char text[96];

	cli_report_row(out, "", why);
	if (!strstr(why, "trust anchor"))
		return;
	(void)snprintf(text, sizeof(text), "(an anchor for it goes with %s)", option);
	cli_report_row(out, "", text);
}

/* Who let more people open it, since. */
static void print_revisions(FILE *out, const struct medark_archive_info *info, bool is_verified)
{
	char text[1024];

	for (uint32_t i = 0; i < info->revision_count; i++) {
		bool trusted = info->revisions[i].trusted || !is_verified;
		unsigned added = 0;

		for (uint32_t j = 0; j < info->recipient_count; j++)
			added += info->recipients[j].revision == i + 2;
		(void)snprintf(text, sizeof(text), "%u recipient%s by %.500s, claimed %s%s", added,
			       added == 1 ? "" : "s", info->revisions[i].signer,
			       info->revisions[i].signed_at, trusted ? "" : ": not trusted");
		cli_report_row(out, i ? "" : "added", text);
		if (!trusted)
			print_why(out, info->revisions[i].why, "--trust FILE");
	}
}

static void print_complete(FILE *out, const struct medark_archive_info *info)
{
	char text[128];

	if (info->complete) {
		cli_report_row(out, "complete", "yes");
		return;
	}
	if (info->quarantined || info->skipped)
		(void)snprintf(text, sizeof(text),
			       "no: %" PRIu64 " quarantined, %" PRIu64 " skipped",
			       info->quarantined, info->skipped);
	else
		(void)snprintf(text, sizeof(text), "no: nothing was read from a source");
	cli_report_row(out, "complete", text);
}

static void print_servers(FILE *out, const struct medark_archive_info *info)
{
	char text[1024];

	for (uint32_t i = 0; i < info->server_count; i++) {
		const char *time = info->servers[i].time, *since = info->servers[i].since;

		cli_report_row(out, i ? "" : "server", info->servers[i].base);
		(void)snprintf(text, sizeof(text), "%s%s", time[0] ? time : "unknown",
			       since[0]			  ? ""
			       : info->servers[i].partial ? ", of some patients"
							  : ", everything");
		cli_report_row(out, "as of", text);
		if (since[0])
			cli_report_row(out, "changed since", since);
	}
}

/* How certain it is that it was signed by then. */
static void print_time(FILE *out, const struct medark_archive_info *info)
{
	char text[1024];

	(void)fprintf(out, "  %-*s %s (the signer's word%s)\n", CLI_LABEL_WIDTH, "claimed time",
		      info->signed_at,
		      info->proven_at[0]  ? ""
		      : info->stamp_count ? "; no time stamp is trusted"
					  : ", no time stamp");
	if (info->proven_at[0]) {
		(void)snprintf(text, sizeof(text), "%s, by a time stamp", info->proven_at);
		cli_report_row(out, "signed before", text);
	}
	if (info->revoked_at[0]) {
		(void)snprintf(text, sizeof(text), "%s, after it had signed this",
			       info->revoked_at);
		cli_report_row(out, "revoked", text);
	}
}

/* What is known of revocation, and as of when. Dates of one form compare as texts. */
static void print_revocation(FILE *out, const struct medark_archive_info *info)
{
	const char *date = info->revocation_as_of;
	const char *at = info->proven_at[0] ? info->proven_at : info->judged_at;
	char text[128];

	if (!info->revocation_checked) {
		if (info->crl_count)
			cli_report_row(out, "revocation",
				       "not checked: no list of the signer's authority counts");
		return;
	}
	(void)snprintf(text, sizeof(text), "checked by a list of %s%s", date,
		       strcmp(date, at) < 0 ? "; a newer one could say more" : "");
	cli_report_row(out, "revocation", text);
}

static void print_evidence(FILE *out, const struct medark_archive_info *info, bool is_verified)
{
	char text[1024];

	for (uint32_t i = 0; i < info->stamp_count && is_verified; i++) {
		bool trusted = info->stamps[i].trusted;

		(void)snprintf(text, sizeof(text), "%s by %.500s%s", info->stamps[i].time,
			       info->stamps[i].authority, trusted ? "" : ": not trusted");
		cli_report_row(out, "time stamp", text);
		if (!trusted)
			print_why(out, info->stamps[i].why, "--tsa-trust FILE");
	}
	if (info->stamp_count && !is_verified)
		cli_report_row_number(out, "time stamps", info->stamp_count);
	for (uint32_t i = 0; i < info->signature_count; i++) {
		const char *algorithm = info->signatures[i].algorithm;
		bool trusted = info->signatures[i].trusted || !is_verified;
		bool is_pq = strncmp(algorithm, "ML-DSA", 6) == 0;

		(void)snprintf(text, sizeof(text), "%.500s%s%s%s, claimed %s%s",
			       info->signatures[i].signer, is_pq ? " (" : "",
			       is_pq ? algorithm : "", is_pq ? ")" : "",
			       info->signatures[i].signed_at, trusted ? "" : ": not trusted");
		cli_report_row(out, "signed too by", text);
		if (info->signatures[i].also[0])
			cli_report_row(out, "", info->signatures[i].also);
		if (!trusted)
			print_why(out, info->signatures[i].why, "--trust FILE");
	}
}

void cli_info_print(const struct cli_options *options, const struct medark_archive_info *info)
{
	FILE *out = stdout;

	cli_report_row(out, "signer", info->signer);
	if (info->signer_also[0])
		cli_report_row(out, "known as", info->signer_also);
	cli_report_row(out, "fingerprint", info->signer_fingerprint);
	print_time(out, info);
	cli_report_row_judged(out, info->judged_at);
	if (options->verb->bit != CLI_INSPECT)
		print_revocation(out, info);
	print_evidence(out, info, options->verb->bit != CLI_INSPECT);
	cli_report_row(out, "archive", info->archive);
	cli_report_row_number(out, "sequence", info->sequence);
	cli_report_row(out, "previous", info->previous[0] ? info->previous : "none");
	cli_report_row(out, "manifest", info->manifest);
	print_servers(out, info);
	cli_report_row_number(out, "members", info->members);
	cli_report_row_bytes(out, "size", info->size);
	cli_report_row_number(out, "items", info->items);
	cli_report_row_bytes(out, "bytes", info->bytes);
	cli_report_row_number(out, "records", info->records);
	cli_report_row_number(out, "patients", info->patients);
	cli_report_row_number(out, "quarantined", info->quarantined);
	print_complete(out, info);
	if (options->verb->bit == CLI_INSPECT || options->verbose)
		print_recipients(out, info);
	print_revisions(out, info, options->verb->bit != CLI_INSPECT);
	if (options->verbose)
		print_counts(out, info);
}

void cli_info_json_recipients(struct cli_json *json, const struct medark_archive_info *info,
			      const char *(*name_of)(void *context, const char *id), void *context)
{
	cli_json_open(json, "recipients", '[');
	for (uint32_t i = 0; i < info->recipient_count; i++) {
		cli_json_open(json, NULL, '{');
		cli_json_text(json, "kind", info->recipients[i].kind);
		cli_json_text(json, "id", info->recipients[i].id);
		cli_json_number(json, "revision", info->recipients[i].revision);
		if (name_of)
			cli_json_text_or_null(json, "certificate",
					      name_of(context, info->recipients[i].id));
		cli_json_close(json, '}');
	}
	cli_json_close(json, ']');
	cli_json_open(json, "revisions", '[');
	for (uint32_t i = 0; i < info->revision_count; i++) {
		cli_json_open(json, NULL, '{');
		cli_json_number(json, "revision", i + 2);
		cli_json_text(json, "signer", info->revisions[i].signer);
		cli_json_text(json, "fingerprint", info->revisions[i].fingerprint);
		cli_json_text(json, "signed_at", info->revisions[i].signed_at);
		cli_json_bool(json, "trusted", info->revisions[i].trusted);
		cli_json_text_or_null(json, "why", info->revisions[i].why);
		cli_json_close(json, '}');
	}
	cli_json_close(json, ']');
}

static void json_lists(struct cli_json *json, const struct medark_archive_info *info)
{
	cli_info_json_recipients(json, info, NULL, NULL);
	cli_json_open(json, "signatures", '[');
	for (uint32_t i = 0; i < info->signature_count; i++) {
		cli_json_open(json, NULL, '{');
		cli_json_text(json, "signer", info->signatures[i].signer);
		cli_json_text_or_null(json, "also", info->signatures[i].also);
		cli_json_text(json, "fingerprint", info->signatures[i].fingerprint);
		cli_json_text(json, "algorithm", info->signatures[i].algorithm);
		cli_json_text(json, "signed_at", info->signatures[i].signed_at);
		cli_json_bool(json, "trusted", info->signatures[i].trusted);
		cli_json_text_or_null(json, "why", info->signatures[i].why);
		cli_json_close(json, '}');
	}
	cli_json_close(json, ']');
	cli_json_open(json, "stamps", '[');
	for (uint32_t i = 0; i < info->stamp_count; i++) {
		cli_json_open(json, NULL, '{');
		cli_json_text_or_null(json, "time", info->stamps[i].time);
		cli_json_text(json, "authority", info->stamps[i].authority);
		cli_json_text(json, "policy", info->stamps[i].policy);
		cli_json_text(json, "serial", info->stamps[i].serial);
		cli_json_bool(json, "trusted", info->stamps[i].trusted);
		cli_json_text_or_null(json, "why", info->stamps[i].why);
		cli_json_close(json, '}');
	}
	cli_json_close(json, ']');
	cli_json_open(json, "servers", '[');
	for (uint32_t i = 0; i < info->server_count; i++) {
		cli_json_open(json, NULL, '{');
		cli_json_text(json, "base", info->servers[i].base);
		cli_json_text_or_null(json, "time", info->servers[i].time);
		cli_json_text_or_null(json, "since", info->servers[i].since);
		cli_json_bool(json, "partial", info->servers[i].partial);
		cli_json_close(json, '}');
	}
	cli_json_close(json, ']');
	cli_json_open(json, "types", '{');
	for (uint32_t i = 0; i < info->type_count; i++)
		cli_json_number(json, info->types[i].name, info->types[i].count);
	cli_json_close(json, '}');
	cli_json_open(json, "declared", '{');
	for (uint32_t i = 0; i < info->declared_count; i++)
		cli_json_number(json, info->declared[i].name, info->declared[i].count);
	cli_json_close(json, '}');
	cli_json_open(json, "reasons", '{');
	for (uint32_t i = 0; i < info->reason_count; i++)
		cli_json_number(json, info->reasons[i].name, info->reasons[i].count);
	cli_json_close(json, '}');
}

void cli_info_json(struct cli_json *json, const struct medark_archive_info *info)
{
	cli_json_text(json, "archive", info->archive);
	cli_json_text(json, "manifest", info->manifest);
	cli_json_text_or_null(json, "previous", info->previous);
	cli_json_number(json, "sequence", info->sequence);
	cli_json_text(json, "created", info->created);
	cli_json_text(json, "signed_at", info->signed_at);
	cli_json_text(json, "signer", info->signer);
	cli_json_text_or_null(json, "signer_also", info->signer_also);
	cli_json_text(json, "signer_fingerprint", info->signer_fingerprint);
	cli_json_text_or_null(json, "proven_at", info->proven_at);
	cli_json_text_or_null(json, "revoked_at", info->revoked_at);
	cli_json_bool(json, "revocation_checked", info->revocation_checked);
	cli_json_text_or_null(json, "revocation_as_of", info->revocation_as_of);
	cli_json_text_or_null(json, "stamped_until", info->stamped_until);
	cli_json_text(json, "tool", info->tool);
	cli_json_text(json, "source", info->source);
	cli_json_number(json, "format_version", info->format_version);
	cli_json_number(json, "archive_bytes", info->size);
	cli_json_number(json, "members", info->members);
	cli_json_number(json, "segments", info->segments);
	cli_json_number(json, "sources", info->sources);
	cli_json_number(json, "items", info->items);
	cli_json_number(json, "bytes", info->bytes);
	cli_json_number(json, "records", info->records);
	cli_json_number(json, "patients", info->patients);
	cli_json_number(json, "opaque", info->opaque);
	cli_json_number(json, "quarantined", info->quarantined);
	cli_json_number(json, "duplicates", info->duplicates);
	cli_json_number(json, "skipped", info->skipped);
	cli_json_bool(json, "complete", info->complete);
	cli_json_bool(json, "increment", info->increment);
	json_lists(json, info);
}

bool cli_info_stamp_lasts(const struct medark_archive_info *info)
{
	struct tm tm = { 0 };

	return strptime(info->stamped_until, "%Y-%m-%dT%H:%M:%SZ", &tm) &&
	       difftime(timegm(&tm), time(NULL)) > 30 * 86400.0;
}
