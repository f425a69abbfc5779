/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include "closest.h"
#include "report.h"

#include <medark/common.h>
#include <medark/drill.h>
#include <medark/share.h>

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define AT(field) offsetof(struct cli_options, field)
#define COUNTS	  (CLI_DIFF | CLI_SCOPE)
#define EVIDENCE  (CLI_STAMP | CLI_COSIGN | CLI_CHECKPOINT)
#define LISTS	  (CLI_PATIENTS | CLI_ITEMS)
#define SHOWS	  (LISTS | CLI_SERVE)
#define OPENS	  (SHOWS | CLI_RESTORE | CLI_PROVE | CLI_DRILL | COUNTS | CLI_RECIPIENTS)
#define LONG                                                                                       \
	(CLI_EXPORT | CLI_VERIFY | CLI_CHECKPOINT | CLI_RESTORE | CLI_COSIGN | CLI_PROVE |         \
	 CLI_DRILL | COUNTS)
#define LEAVES (CLI_RESTORE | CLI_PROVE | CLI_DRILL)
#define SIGNS                                                                                      \
	(CLI_EXPORT | CLI_RESTORE | CLI_VERIFY | CLI_CHECKPOINT | CLI_COSIGN | CLI_DRILL |         \
	 CLI_RECIPIENTS)
#define CHECKS	 (CLI_VERIFY | CLI_VERIFY_PROOF | OPENS | EVIDENCE)
#define DESK	 (CLI_ACCOUNT | CLI_AUDIT)
#define WORK	 (CLI_EXPORT | CLI_RUN | CHECKS | CLI_INSPECT | CLI_KEY | DESK)
#define ROW_BASE 256 /* getopt's values from here on are rows of the table, below are letters */
#define ROW_MAX	 256

const struct cli_option cli_option_table[] = {
	{ "role", 0, CLI_TEXT, CLI_KEY, AT(role), "signer|recipient", "what the key is for" },
	{ "name", 0, CLI_TEXT, CLI_KEY, AT(name), "CN",
	  "name in the certificate, and on shares, 1 to 64\ncharacters" },
	{ "type", 0, CLI_TEXT, CLI_KEY, AT(key_type), "TYPE",
	  "kind of key: p256 (the default), p384, rsa3072;\nsafe from quantum computers, with "
	  "OpenSSL 3.5:\nml-dsa-65, ml-dsa-87 of a signer, ml-kem-768,\nml-kem-1024 of a recipient" },
	{ "threshold", 0, CLI_NUMBER, CLI_KEY, AT(threshold), "M",
	  "split: how many shares give the key", 2, MEDARK_SHARES_MAX },
	{ "shares", 0, CLI_NUMBER, CLI_KEY, AT(shares), "N", "split: how many shares there are", 2,
	  MEDARK_SHARES_MAX },
	{ "key", 0, CLI_TEXT, CLI_KEY, AT(key), "KEY",
	  "split: a private key (PEM) that exists, not a new one" },
	{ "recipient", 0, CLI_LIST, CLI_KEY, AT(recipients), "CERT",
	  "split: the certificate (PEM) of --key" },
	{ "out", 0, CLI_TEXT, CLI_KEY, AT(out), "PREFIX",
	  "write PREFIX.cert.pem, and PREFIX.key.pem or\nPREFIX.share-1.txt and so on; join: the key's file" },
	{ "recipient", 0, CLI_LIST, CLI_EXPORT, AT(recipients), "CERT",
	  "certificate (PEM) of who can open it; repeatable" },
	{ "recipient", 0, CLI_LIST, CLI_RECIPIENTS, AT(recipients), "CERT",
	  "add: certificate (PEM) of who can open it from now on;\nlist: name this one where it stands; repeatable" },
	{ "escrow", 0, CLI_LIST, CLI_EXPORT, AT(escrows), "CERT",
	  "certificate (PEM) of a key that is kept for when the\nothers are lost, as in shares; repeatable" },
	{ "tsa", 0, CLI_TEXT, CLI_STAMP, AT(tsa), "URL",
	  "time stamping authority (RFC 3161), http or https" },
	{ "tsa-trust", 0, CLI_LIST, CHECKS, AT(tsa_trust), "CERT",
	  "trust anchor of time stamping authorities, and CRLs\n(PEM); repeatable (default: those of --trust)" },
	{ "tsa-ca", 0, CLI_TEXT, CLI_STAMP, AT(tsa_ca), "FILE",
	  "authorities (PEM) for its https, not the system's" },
	{ "crl", 0, CLI_LIST, CLI_STAMP | CLI_EXPORT, AT(crls), "FILE",
	  "revocation lists (PEM) to put beside the signature;\nrepeatable" },
	{ "signer", 0, CLI_TEXT, CLI_EXPORT | CLI_COSIGN, AT(signer), "CERT",
	  "certificate (PEM) of the signer, intermediates too" },
	{ "signer", 0, CLI_TEXT, CLI_RECIPIENTS, AT(signer), "CERT",
	  "add: certificate (PEM) of who signs that they were\nadded, intermediates too" },
	{ "signer-key", 0, CLI_TEXT, SIGNS, AT(signer_key), "KEY", "the signer's private key" },
	{ "signer-key-passphrase-file", 0, CLI_TEXT, SIGNS, AT(signer_key_passphrase_file), "FILE",
	  "opens the signer's key if it is encrypted" },
	{ "out", 0, CLI_TEXT, CLI_EXPORT, AT(out), "FILE", "the archive; - is standard output" },
	{ "previous", 0, CLI_TEXT, CLI_EXPORT, AT(previous), "ARCHIVE",
	  "the archive before this one in the chain" },
	{ "identity", 0, CLI_LIST, OPENS | CLI_AUDIT, AT(identities), "KEY",
	  "private key (PEM) that opens it, or a share of one;\nrepeatable (default: MEDARK_IDENTITY)" },
	{ "trust", 0, CLI_LIST, CHECKS, AT(trust), "CERT",
	  "trust anchor: CA or signer's own certificate, CRLs\n(PEM); repeatable (default: MEDARK_TRUST)" },
	{ "trust", 0, CLI_LIST, CLI_EXPORT, AT(trust), "CERT",
	  "trust anchor of --previous, if another signed it" },
	{ "signed-by", 0, CLI_LIST, CHECKS, AT(signers), "SIGNER",
	  "only this signer, beside --trust: a certificate (PEM)\nor its SHA-256 fingerprint; "
	  "repeatable" },
	{ "at", 0, CLI_TEXT, CHECKS, AT(at), "DATE",
	  "judge certificates as of then, not now: 2026-11-22 or\n2026-11-22T03:10:00Z (UTC)" },
	{ "at", 0, CLI_TEXT, CLI_EXPORT, AT(at), "DATE",
	  "judge the certificates of --previous as of then:\n2026-11-22 or 2026-11-22T03:10:00Z "
	  "(UTC)" },
	{ "old", 0, CLI_LIST, CLI_DIFF, AT(olds), "FILE",
	  "an archive before OLD, if that is an increment;\nrepeatable" },
	{ "new", 0, CLI_LIST, CLI_DIFF, AT(news), "FILE", "the same before NEW; repeatable" },
	{ "list", 0, CLI_TEXT, CLI_DIFF, AT(list), "FILE",
	  "write every difference, by patient: FILE.csv, or\nFILE.jsonl (JSON Lines)" },
	{ "type", 0, CLI_COMMAS, CLI_SCOPE, AT(types), "TYPE",
	  "count only these resource types; repeatable or\nseparated by commas" },
	{ "since", 0, CLI_TEXT, CLI_SCOPE, AT(since), "DATE",
	  "count only what is dated then or later (YYYY-MM-DD or\nDD-MM-YYYY)" },
	{ "until", 0, CLI_TEXT, CLI_SCOPE, AT(until), "DATE",
	  "count only what is dated then or before" },
	{ "list", 0, CLI_TEXT, CLI_SCOPE, AT(list), "FILE",
	  "write a row for each patient, with how to reach them:\nFILE.csv, or FILE.jsonl (JSON Lines)" },
	{ "report", 0, CLI_TEXT, CLI_DIFF, AT(report), "FILE",
	  "write a page of the counts (HTML, nobody is named)" },
	{ "recipient", 0, CLI_LIST, CLI_INSPECT, AT(recipients), "CERT",
	  "tell whether this certificate (PEM) is among the\nrecipients; repeatable" },
	{ "to", 0, CLI_TEXT, CLI_RESTORE, AT(to), "TARGET",
	  "a new or empty folder; a FHIR server\n(fhir+https://...); a FHIR Bundle for each\npatient (bundle:DIR); tables\n(csv:DIR); pages to read in a browser\n(html:DIR, or encrypted: html:FILE.zip); a database\n(sqlite:FILE); a bag, RFC 8493 (bagit:DIR)" },
	{ "lang", 0, CLI_TEXT, CLI_RESTORE, AT(lang), "nl|en",
	  "with html: the language of the pages (yours)" },
	{ "zip-passphrase", 0, CLI_FLAG, CLI_RESTORE, AT(zip_passphrase), NULL,
	  "with html:FILE.zip: ask for its passphrase (default:\none is drawn, and shown once on the terminal)" },
	{ "zip-passphrase-file", 0, CLI_TEXT, CLI_RESTORE, AT(zip_passphrase_file), "FILE",
	  "with html:FILE.zip: read its passphrase from a file\nthat only you can read" },
	{ "as-of", 0, CLI_TEXT, CLI_RESTORE, AT(as_of), "DATE",
	  "of several archives of a chain only those made then\nor before: 2026-11-22 or "
	  "2026-11-22T03:10:00Z (UTC)" },
	{ "patient", 0, CLI_LIST, CLI_RESTORE, AT(patients), "ID",
	  "only this patient (id, BSN, other identifier);\nrepeatable; - reads them from standard "
	  "input" },
	{ "patient", 0, CLI_LIST, CLI_PROVE, AT(patients), "ID",
	  "all records of this patient (id, BSN, other\nidentifier); repeatable; - reads them from standard\ninput" },
	{ "record", 0, CLI_LIST, CLI_PROVE, AT(records), "TYPE/ID",
	  "this record; repeatable; with --patient only among\nthe patient's, which is faster" },
	{ "out", 0, CLI_TEXT, CLI_PROVE, AT(out), "FILE", "the proof, which only you can read" },
	{ "type", 0, CLI_COMMAS, CLI_RESTORE, AT(types), "TYPE",
	  "with --patient: only these resource types; repeatable\nor separated by commas" },
	{ "since", 0, CLI_TEXT, CLI_RESTORE, AT(since), "DATE",
	  "with --patient: only what is dated or was updated\nthen or later (YYYY-MM-DD or DD-MM-YYYY)" },
	{ "since", 0, CLI_TEXT, CLI_EXPORT, AT(since), "auto",
	  "only what a FHIR server says has changed since the\narchive of --previous" },
	{ "group", 0, CLI_TEXT, CLI_EXPORT, AT(group), "ID",
	  "only the patients of this Group of a FHIR server" },
	{ "patients", 0, CLI_TEXT, CLI_EXPORT, AT(patients_file), "FILE",
	  "only the patients of a FHIR server whom FILE lists: an\nid a line, or the output of "
	  "patients --json" },
	{ "method", 0, CLI_TEXT, CLI_EXPORT, AT(method), "METHOD",
	  "how a FHIR server is asked: auto (the default), bulk,\neverything, search or page" },
	{ "today", 0, CLI_FLAG, CLI_RESTORE, AT(today), NULL,
	  "server: patients with an appointment today first, then\nthose with recent records, then "
	  "the rest" },
	{ "dry-run", 0, CLI_FLAG, CLI_RESTORE, AT(dry_run), NULL,
	  "server: show what would be done, and write nothing" },
	{ "ids", 0, CLI_TEXT, CLI_RESTORE, AT(ids), "same|prefix|server",
	  "server: which ids records get there (default: what\nthe server allows)" },
	{ "id-prefix", 0, CLI_TEXT, CLI_RESTORE, AT(id_prefix), "WORD",
	  "server: what stands in front of ids (medark-)" },
	{ "source-base", 0, CLI_TEXT, CLI_RESTORE, AT(source_base), "URL",
	  "server: where the records came from, if references\nname it" },
	{ "workers", 0, CLI_NUMBER, CLI_RESTORE, AT(workers), "N",
	  "server: requests side by side, 1 to 64 (default: 8)", 1, 64 },
	{ "journal", 0, CLI_TEXT, CLI_RESTORE, AT(journal), "FILE",
	  "server: what is there already (default: beside the\narchive)" },
	{ "rejected", 0, CLI_TEXT, CLI_RESTORE, AT(rejected), "FILE",
	  "server: keep what it does not take, with its answer\n(NDJSON, in clear text)" },
	{ "no-read-back", 0, CLI_FLAG, CLI_RESTORE, AT(no_read_back), NULL,
	  "server: do not compare what it has afterwards" },
	{ "limit", 0, CLI_NUMBER, CLI_PATIENTS, AT(limit), "N",
	  "at most N patients; 0 is all (default: 200 on a\nterminal, else all)", 0,
	  INT64_MAX - 1 },
	{ "limit", 0, CLI_NUMBER, CLI_ITEMS, AT(limit), "N",
	  "at most N rows; 0 is all (default: 200 on a\nterminal, else all)", 0, INT64_MAX - 1 },
	{ "quarantined", 0, CLI_FLAG, CLI_ITEMS, AT(quarantined), NULL,
	  "what was not understood, or skipped, and why" },
	{ "passphrase", 0, CLI_FLAG, CLI_EXPORT, AT(passphrase), NULL,
	  "a passphrase opens it too; ask for it" },
	{ "passphrase", 0, CLI_FLAG, OPENS | CLI_AUDIT, AT(passphrase), NULL,
	  "ask for the passphrase" },
	{ "passphrase-file", 0, CLI_TEXT, CLI_EXPORT | OPENS | CLI_AUDIT, AT(passphrase_file),
	  "FILE", "read the passphrase from a file that only you\ncan read" },
	{ "passphrase-fd", 0, CLI_TEXT, CLI_EXPORT | OPENS | CLI_AUDIT, AT(passphrase_fd), "N",
	  "read the passphrase from file descriptor N" },
	{ "passphrase-command", 0, CLI_TEXT, CLI_EXPORT | OPENS | CLI_AUDIT, AT(passphrase_command),
	  "COMMAND", "read the passphrase from what COMMAND prints" },
	{ "profile", 0, CLI_COMMAS, CLI_EXPORT, AT(profiles), "NAME",
	  "fips: only what FIPS 140-3 approves; pq-required: only\nrecipients that withstand quantum "
	  "computers;\nrepeatable or separated by commas" },
	{ "level", 0, CLI_NUMBER, CLI_EXPORT, AT(level), "N",
	  "compression, 1 (fast, the default) to 22 (small)", 1, 22 },
	{ "memory", 0, CLI_SIZE, CLI_EXPORT, AT(memory), "SIZE",
	  "memory to use, 192M or more (default: 240M)", UINT64_C(192) << 20, UINT64_C(1) << 44 },
	{ "threads", 0, CLI_NUMBER, LONG, AT(threads), "N",
	  "threads to use, 1 to 64 (default: one for each\nprocessor)", 1, MEDARK_THREADS_MAX },
	{ "exclude", 0, CLI_LIST, CLI_EXPORT, AT(excludes), "PATTERN",
	  "leave out what matches, within a source (* is for /\ntoo); repeatable" },
	{ "expect-missing", 0, CLI_COMMAS, CLI_EXPORT, AT(expected), "TYPE",
	  "a FHIR server may give fewer of this type than it\ncounts; repeatable or separated by commas" },
	{ "auth", 0, CLI_TEXT, CLI_EXPORT | CLI_RESTORE | CLI_DIFF, AT(auth), "FILE",
	  "how a FHIR server is shown who asks (JSON)" },
	{ "report", 0, CLI_TEXT, CLI_EXPORT, AT(report), "FILE",
	  "list what was quarantined, skipped or not looked into\n(JSON Lines)" },
	{ "report", 0, CLI_TEXT, CLI_RESTORE, AT(report), "FILE",
	  "server: counts, what was rejected and what differs\n(JSON Lines)" },
	{ "signer", 0, CLI_TEXT, CLI_RESTORE, AT(signer), "CERT",
	  "server: who signs the report, as FILE.p7s" },
	{ "scratch", 0, CLI_TEXT, CLI_DRILL, AT(scratch), "DIR",
	  "make the private folder in this one (default: TMPDIR,\nthen /var/tmp); /dev/shm is in memory" },
	{ "charts", 0, CLI_NUMBER, CLI_DRILL, AT(charts), "N",
	  "restore so many charts, drawn at random (default: 3)", 0, MEDARK_DRILL_CHARTS_MAX },
	{ "policy", 0, CLI_TEXT, CLI_VERIFY, AT(policy), "FILE",
	  "rules beside --trust: who may sign, stamps, strength,\nhow much may be missing" },
	{ "checkpoint", 0, CLI_TEXT, CLI_VERIFY, AT(checkpoint), "FILE",
	  "what was there then (medark checkpoint) must be there\nstill" },
	{ "report", 0, CLI_TEXT, CLI_VERIFY, AT(report), "FILE",
	  "write what was found as a page (HTML)" },
	{ "signer", 0, CLI_TEXT, CLI_VERIFY, AT(signer), "CERT",
	  "who signs the report, as FILE.p7s" },
	{ "signer", 0, CLI_TEXT, CLI_CHECKPOINT, AT(signer), "CERT",
	  "certificate (PEM) of who signs the checkpoint" },
	{ "out", 0, CLI_TEXT, CLI_CHECKPOINT, AT(out), "FILE", "the checkpoint" },
	{ "report", 0, CLI_TEXT, CLI_DRILL, AT(report), "FILE",
	  "write what was found as a page (HTML)" },
	{ "signer", 0, CLI_TEXT, CLI_DRILL, AT(signer), "CERT",
	  "who signs the report, as FILE.p7s" },
	{ "force", 0, CLI_FLAG,
	  CLI_EXPORT | CLI_KEY | CLI_PROVE | CLI_DRILL | COUNTS | CLI_VERIFY | CLI_CHECKPOINT,
	  AT(force), NULL, "overwrite existing files" },
	{ "force", 0, CLI_FLAG, CLI_RECIPIENTS, AT(force), NULL,
	  "add: leave out what was added last by signers who are\nnot trusted" },
	{ "force", 0, CLI_FLAG, CLI_STAMP, AT(force), NULL,
	  "stamp again what has a stamp for 30 days or more" },
	{ "force", 0, CLI_FLAG, CLI_RESTORE, AT(force), NULL,
	  "write into a folder that is not empty; a chart takes\nthe place of the chart that stands there; server:\nwrite over records of the same ids" },
	{ "no-sync", 0, CLI_FLAG, CLI_RESTORE, AT(no_sync), NULL,
	  "do not wait for the disk (a power cut may lose it)" },
	{ "config", 0, CLI_TEXT, CLI_RUN, AT(config), "FOLDER",
	  "where NAME.conf stands (default: MEDARK_CONFIG, then\n~/.config/medark if it is there, "
	  "then /etc/medark)" },
	{ "check", 0, CLI_FLAG, CLI_RUN, AT(check), NULL,
	  "look whether a run would begin; export nothing" },
	{ "state", 0, CLI_TEXT, CLI_ACCOUNT | CLI_SERVE, AT(state), "DIR",
	  "folder of the accounts, for its owner alone (default:\nSTATE_DIRECTORY, then ~/.local/state/medark)" },
	{ "state", 0, CLI_TEXT, LEAVES, AT(state), "DIR",
	  "keep a row of what leaves in clear text in\nDIR/audit-restore (default: in STATE_DIRECTORY, then\n~/.local/state/medark, if that has an audit log)" },
	{ "state", 0, CLI_TEXT, COUNTS, AT(state), "DIR",
	  "keep a row of a list that is written in\nDIR/audit-restore (default: in STATE_DIRECTORY, then\n~/.local/state/medark, if that has an audit log)" },
	{ "audit-log", 0, CLI_TEXT, LEAVES | COUNTS, AT(audit_log), "DIR",
	  "keep that row in this folder" },
	{ "auditor", 0, CLI_LIST, LEAVES | COUNTS, AT(auditors), "CERT",
	  "certificate (PEM) of who may read that row, beside who\nhas a KEY of --identity; repeatable" },
	{ "audit-log", 0, CLI_TEXT, CLI_SERVE, AT(audit_log), "DIR",
	  "folder of the audit log (default: audit in that of the\naccounts)" },
	{ "auditor", 0, CLI_LIST, CLI_SERVE, AT(auditors), "CERT",
	  "certificate (PEM) of who may read the log, beside who\nhas a KEY of --identity; repeatable" },
	{ "listen", 0, CLI_LIST, CLI_SERVE, AT(listen), "ADDRESS",
	  "IP address and port (default: 127.0.0.1:8443);\nrepeatable" },
	{ "allow-others", 0, CLI_FLAG, CLI_SERVE, AT(allow_others), NULL,
	  "let other machines reach it, not this one alone" },
	{ "host", 0, CLI_LIST, CLI_SERVE, AT(hosts), "NAME",
	  "name by which browsers may call it, beside the\naddresses; repeatable" },
	{ "tls-cert", 0, CLI_TEXT, CLI_SERVE, AT(tls_cert), "CERT",
	  "certificate (PEM) that browsers are shown (default:\none made for this run)" },
	{ "tls-key", 0, CLI_TEXT, CLI_SERVE, AT(tls_key), "KEY", "its private key (PEM)" },
	{ "user", 0, CLI_TEXT, CLI_SERVE, AT(user), "NAME",
	  "started as root: who the process becomes that speaks\nwith the network (default: nobody)" },
	{ "zone", 0, CLI_TEXT, CLI_SERVE, AT(zone), "FILE",
	  "the provider's time zone, a file of the tz database\n(default: that of this machine)" },
	{ "threads", 0, CLI_NUMBER, CLI_SERVE, AT(threads), "N",
	  "requests that are worked on at a time, 1 to 64\n(default: 4)", 1, MEDARK_THREADS_MAX },
	{ "role", 0, CLI_COMMAS, CLI_ACCOUNT, AT(roles), "ROLE",
	  "clinician, desk, auditor or admin; repeatable or\nseparated by commas" },
	{ "shown", 0, CLI_TEXT, CLI_ACCOUNT, AT(shown), "TEXT",
	  "what pages and the log call the account (default: its\nname)" },
	{ "issuer", 0, CLI_TEXT, CLI_ACCOUNT, AT(issuer), "TEXT",
	  "totp: what the app calls this place (default: medark)" },
	{ "off", 0, CLI_FLAG, CLI_ACCOUNT, AT(off), NULL, "totp: log-ins want no code any more" },
	{ "passphrase-file", 0, CLI_TEXT, CLI_ACCOUNT, AT(passphrase_file), "FILE",
	  "read the password from a file that only you can read" },
	{ "passphrase-fd", 0, CLI_TEXT, CLI_ACCOUNT, AT(passphrase_fd), "N",
	  "read the password from file descriptor N" },
	{ "passphrase-command", 0, CLI_TEXT, CLI_ACCOUNT, AT(passphrase_command), "COMMAND",
	  "read the password from what COMMAND prints" },
	{ "patient", 0, CLI_LIST, CLI_AUDIT, AT(patients), "ID",
	  "only what was done with this patient's records; -\nreads the id from standard input" },
	{ "account", 0, CLI_TEXT, CLI_AUDIT, AT(account), "NAME", "only what this account did" },
	{ "from", 0, CLI_TEXT, CLI_AUDIT, AT(from), "DATE",
	  "only from then on: 2026-11-22 or 2026-11-22T03:10:00Z\n(UTC)" },
	{ "to", 0, CLI_TEXT, CLI_AUDIT, AT(until), "DATE",
	  "only until then, that day or second included" },
	{ "fhir", 0, CLI_FLAG, CLI_AUDIT, AT(fhir), NULL,
	  "print AuditEvents of FHIR R4 (NDJSON) and nothing else" },
	{ "json", 0, CLI_FLAG, WORK | CLI_VERSION, AT(json), NULL, "print JSON Lines" },
	{ "quiet", 'q', CLI_FLAG, WORK, AT(quiet), NULL, "print errors and warnings only" },
	{ "verbose", 'v', CLI_FLAG, WORK | CLI_VERSION, AT(verbose), NULL, "print more" },
	{ "help", 'h', CLI_FLAG, CLI_ALL, AT(help), NULL, "show this screen" },
};
const size_t cli_option_count = sizeof(cli_option_table) / sizeof(cli_option_table[0]);
_Static_assert(sizeof(cli_option_table) / sizeof(cli_option_table[0]) <= ROW_MAX, "more rows");

/* What one run of the parser needs. */
struct parser {
	struct cli_options *out;
	struct option longs[ROW_MAX + 1];
	size_t count;
	char letters[16];
	bool seen[ROW_MAX];
};

static void parser_init(struct parser *p, struct cli_options *out)
{
	size_t used = 0;

	memset(p, 0, sizeof(*p));
	p->out = out;
	p->letters[used++] = ':'; /* a missing value is told from an unknown option */
	for (size_t i = 0; i < cli_option_count; i++) {
		const struct cli_option *row = &cli_option_table[i];

		if (!(row->verbs & (unsigned)out->verb->bit))
			continue;
		p->longs[p->count++] = (struct option) {
			.name = row->name,
			.has_arg = row->kind == CLI_FLAG ? no_argument : required_argument,
			.val = ROW_BASE + (int)i,
		};
		if (row->letter)
			p->letters[used++] = row->letter;
	}
}

static const struct cli_option *row_of(int value)
{
	if (value >= ROW_BASE)
		return &cli_option_table[value - ROW_BASE];
	for (size_t i = 0; i < cli_option_count; i++)
		if (cli_option_table[i].letter == value)
			return &cli_option_table[i];
	return NULL;
}

static bool read_number(const char *text, bool with_unit, uint64_t *out)
{
	static const char units[] = "KMG";
	uint64_t n = 0;

	if (*text < '0' || *text > '9')
		return false;
	for (; *text >= '0' && *text <= '9'; text++)
		if (__builtin_mul_overflow(n, UINT64_C(10), &n) ||
		    __builtin_add_overflow(n, (uint64_t)(*text - '0'), &n))
			return false;
	if (with_unit && *text) {
		const char *unit = strchr(units, *text & ~0x20);
		unsigned shift = unit ? 10 * (unsigned)(unit - units + 1) : 0;

		if (!shift || n > UINT64_MAX >> shift)
			return false;
		n <<= shift;
		text++;
	}
	*out = n;
	return *text == '\0';
}

static int apply_number(struct cli_options *out, const struct cli_option *row, const char *value,
			const char *shown)
{
	uint64_t n;

	if (!read_number(value, row->kind == CLI_SIZE, &n))
		return cli_report_usage(out, "cannot use '%s' for %s: it is not a %s", value, shown,
					row->kind == CLI_SIZE ? "size such as 512M or 2G"
							      : "number");
	if (row->kind == CLI_SIZE && (n < row->min || n > row->max))
		return cli_report_usage(out, "cannot use '%s' for %s: it must be %lluM to %lluG",
					value, shown, (unsigned long long)(row->min >> 20),
					(unsigned long long)(row->max >> 30));
	if (n < row->min || n > row->max)
		return cli_report_usage(out, "cannot use '%s' for %s: it must be %llu to %llu",
					value, shown, (unsigned long long)row->min,
					(unsigned long long)row->max);
	*(uint64_t *)((char *)out + row->offset) = n;
	if (row->offset == AT(limit))
		out->has_limit = true;
	if (row->offset == AT(charts))
		out->has_charts = true;
	return 0;
}

/* Room for the words of every list, as commas can make more words than argv has. */
static int add_to_list(struct cli_options *out, const struct cli_option *row, char *value,
		       const char *shown)
{
	struct cli_list *list = (struct cli_list *)((char *)out + row->offset);
	char *comma = row->kind == CLI_COMMAS ? strchr(value, ',') : NULL;

	for (;;) {
		if (comma)
			*comma = '\0';
		if (!*value)
			return cli_report_usage(out, "cannot use %s: a value is empty", shown);
		const char **items = realloc(list->items, (list->count + 1) * sizeof(*items));

		if (!items)
			return cli_report_memory(out);
		list->items = items;
		list->items[list->count++] = value;
		if (!comma)
			return 0;
		value = comma + 1;
		comma = strchr(value, ',');
	}
}

int cli_option_apply(struct cli_options *out, const struct cli_option *row, char *value,
		     const char *shown, bool *seen)
{
	void *place = (char *)out + row->offset;
	bool repeatable = row->kind == CLI_FLAG || row->kind == CLI_LIST || row->kind == CLI_COMMAS;

	/* Two values for one option are a mistake that would otherwise go to the wrong file. */
	if (*seen && !repeatable)
		return cli_report_usage(out, "cannot use %s: it is given twice", shown);
	*seen = true;
	/* An unset shell variable; an empty name would only fail later and less clearly. */
	if (row->kind != CLI_FLAG && !*value)
		return cli_report_usage(out, "cannot use %s: its value is empty", shown);
	switch (row->kind) {
	case CLI_FLAG:
		*(bool *)place = true;
		return 0;
	case CLI_TEXT:
		*(const char **)place = value;
		return 0;
	case CLI_LIST:
	case CLI_COMMAS:
		return add_to_list(out, row, value, shown);
	case CLI_NUMBER:
	case CLI_SIZE:
		return apply_number(out, row, value, shown);
	}
	return 0;
}

static int apply(struct parser *p, const struct cli_option *row, char *value)
{
	char shown[64];

	(void)snprintf(shown, sizeof(shown), "--%s", row->name);
	return cli_option_apply(p->out, row, value, shown, &p->seen[row - cli_option_table]);
}

static const char *long_name(size_t i, const void *context)
{
	return ((const struct parser *)context)->longs[i].name;
}

static int refuse_unknown(struct parser *p, const char *word)
{
	const struct cli_verb *verb = p->out->verb;
	char name[64];
	const char *near = NULL;
	size_t size;

	if (optopt && optopt < ROW_BASE && !row_of(optopt))
		return cli_report_usage(p->out,
					"cannot use the option '-%c' with %s: it is unknown",
					optopt, verb->title);
	if (optopt)
		return cli_report_usage(p->out, "cannot use a value with --%s: it takes none",
					row_of(optopt)->name);
	while (*word == '-')
		word++;
	size = strcspn(word, "=");
	if (size < sizeof(name)) {
		memcpy(name, word, size);
		name[size] = '\0';
		near = cli_closest(name, p->count, long_name, p);
	}
	/* What follows '=' may be a secret: only the name is quoted. */
	return cli_report_usage(p->out, "cannot use the option '--%.*s' with %s: %s%s%s",
				(int)(size < 64 ? size : 64), word, verb->title,
				near ? "did you mean '--" : "it is unknown", near ? near : "",
				near ? "'?" : "");
}

static int refuse_missing(struct parser *p)
{
	const struct cli_option *row = row_of(optopt);

	return cli_report_usage(p->out, "cannot use --%s: its value, %s, is missing", row->name,
				row->argument);
}

/*
 * Behind --passphrase, which takes no value, stands what is probably a secret: it is neither
 * repeated nor left where others can see it. A file is the archive or a source.
 */
static int check_behind(struct parser *p, const struct cli_option *row, char *word)
{
	if (row->offset != AT(passphrase) || !word || word[0] == '-' || access(word, F_OK) == 0)
		return 0;
	memset(word, '*', strlen(word));
	return cli_report_usage(p->out, "cannot use a value with --passphrase: it takes none, it "
					"asks (a query stands in front of it)");
}

static int parse_all(struct parser *p, int argc, char **argv)
{
	for (;;) {
		int value = getopt_long(argc, argv, p->letters, p->longs, NULL);
		int code;

		if (value == -1)
			return 0;
		if (value == '?')
			return refuse_unknown(p, argv[optind - 1]);
		if (value == ':')
			return refuse_missing(p);
		code = apply(p, row_of(value), optarg);
		if (!code)
			code = check_behind(p, row_of(value), argv[optind]);
		if (code)
			return code;
	}
}

bool cli_options_want_json(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--json") == 0)
			return true;
	return false;
}

/* Replaces the words from `first` on by copies and blanks them out where others can see them. */
static int hide(struct cli_options *out, struct cli_list *list, size_t first)
{
	for (size_t i = first; i < list->count; i++) {
		size_t count = out->hidden.count;
		const char **items = realloc(out->hidden.items, (count + 1) * sizeof(*items));
		char *copy = strdup(list->items[i]);

		if (items)
			out->hidden.items = items;
		if (!items || !copy) {
			free(copy);
			return cli_report_memory(out);
		}
		out->hidden.items[out->hidden.count++] = copy;
		memset((char *)(uintptr_t)list->items[i], '*', strlen(list->items[i]));
		list->items[i] = copy;
	}
	return 0;
}

static int take_operands(struct cli_options *out, size_t count, char **words)
{
	out->operands = (struct cli_list) { .items = calloc(count + 1, sizeof(char *)) };
	if (!out->operands.items)
		return cli_report_memory(out);
	for (; out->operands.count < count; out->operands.count++) {
		if (!*words[out->operands.count])
			return cli_report_usage(out, "cannot run %s: an argument is empty",
						out->verb->title);
		out->operands.items[out->operands.count] = words[out->operands.count];
	}
	return 0;
}

int cli_options_parse(struct cli_options *out, const struct cli_verb *verb, int argc, char **argv)
{
	struct parser p;
	int code;

	*out = (struct cli_options) { .verb = verb, .json = cli_options_want_json(argc, argv) };
	parser_init(&p, out);
	opterr = 0;
	code = parse_all(&p, argc, argv);
	if (code)
		return code;
	code = take_operands(out, (size_t)(argc - optind), argv + optind);
	if (!code && verb->bit == CLI_PATIENTS)
		code = hide(out, &out->operands, 1);
	if (!code && (verb->bit & (CLI_RESTORE | CLI_AUDIT | CLI_PROVE)))
		code = hide(out, &out->patients, 0);
	if (!code)
		code = hide(out, &out->records, 0);
	return code;
}

void cli_options_clear(struct cli_options *options)
{
	struct cli_list *lists[] = { &options->recipients, &options->trust,    &options->identities,
				     &options->patients,   &options->types,    &options->signers,
				     &options->excludes,   &options->operands, &options->hidden,
				     &options->expected,   &options->roles,    &options->listen,
				     &options->hosts,	   &options->auditors, &options->tsa_trust,
				     &options->crls,	   &options->records,  &options->olds,
				     &options->news,	   &options->escrows,  &options->profiles };

	for (size_t i = 0; i < options->hidden.count; i++)
		free((char *)(uintptr_t)options->hidden.items[i]);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		free(lists[i]->items);
		*lists[i] = (struct cli_list) { 0 };
	}
}
