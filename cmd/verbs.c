/* SPDX-License-Identifier: Apache-2.0 */
#include "verbs.h"

#include <string.h>

const struct cli_verb cli_verbs[] = {
	{
		.name = "export",
		.title = "export",
		.action = "export",
		.brief = "write sources into a new archive",
		.bit = CLI_EXPORT,
		.run = cmd_export,
		.exits = "0 1 2 3 4 6 130",
		.meanings = { { CLI_UNVERIFIED, "the archive of --previous does not verify" },
			      { CLI_UNTRUSTED,
				"the archive of --previous verifies, but its signer is not trusted" },
			      { CLI_INCOMPLETE,
				"done, but incomplete: something is quarantined, skipped or missing" } },
		.synopsis = "medark export SOURCE... --recipient CERT --signer CERT\n"
			    "              --signer-key KEY --out FILE [options]\n",
		.text = "Reads the sources byte for byte and writes one signed, encrypted archive. A\n"
			"SOURCE is a folder, a file, a tar or zip, - for standard input, or a FHIR server\n"
			"(fhir+https://...), of which all is fetched that it gives. Only the\n"
			"recipients can open the archive; this machine needs none of their keys. What\n"
			"cannot be understood is archived all the same and reported (exit code 6).\n",
		.examples =
			"  medark export /srv/fhir --recipient it.cert.pem \\\n"
			"      --signer clinic.cert.pem --signer-key clinic.key.pem \\\n"
			"      --out night.medark\n"
			"  medark export /srv/fhir --recipient it.cert.pem --previous mon.medark \\\n"
			"      --signer clinic.cert.pem --signer-key clinic.key.pem \\\n"
			"      --out tue.medark --report tue.jsonl\n",
	},
	{
		.name = "run",
		.title = "run",
		.action = "run",
		.brief = "export as a configuration says, unattended",
		.bit = CLI_RUN,
		.run = cmd_run,
		.exits = "0 1 2 3 4 6 130",
		.meanings = { { CLI_FAILED, "failed, or another run of NAME is under way" },
			      { CLI_UNVERIFIED, "the newest archive of NAME does not verify" },
			      { CLI_UNTRUSTED,
				"the newest archive of NAME is of a signer who is not trusted" },
			      { CLI_INCOMPLETE,
				"done, but incomplete: something is quarantined, skipped or missing" } },
		.synopsis = "medark run NAME [--check] [options]\n",
		.text = "Reads NAME.conf, which has the options of export as lines \"key = value\", and\n"
			"writes the next archive of NAME into its folder, continuing the chain of those\n"
			"that stand there. Asks nobody anything. One line on standard output says how it\n"
			"went, and a file has the same for Prometheus if the configuration names one.\n"
			"medark-run(1) lists the keys.\n",
		.examples = "  medark run nightly --check\n"
			    "  medark run nightly\n"
			    "  systemctl enable --now medark@nightly.timer\n",
	},
	{
		.name = "verify",
		.title = "verify",
		.action = "verify",
		.brief = "check the signature and every byte; needs no decryption key",
		.bit = CLI_VERIFY,
		.run = cmd_verify,
		.exits = "0 1 2 3 4 6 130",
		.meanings = { { CLI_DONE, "all archives verify, and keep the policy" },
			      { CLI_UNTRUSTED,
				"a signer is not trusted; or who signed, and when, breaks the policy" },
			      { CLI_INCOMPLETE,
				"all verify, but: the chain has a gap or is broken, what was there at\n"
				"       the checkpoint is gone, or the policy asks for more" } },
		.synopsis = "medark verify FILE|FOLDER... --trust CERT [options]\n",
		.text = "Checks the signature against the trust anchor, and every byte of every member\n"
			"against what was signed. Several files are all reported; the exit code is the\n"
			"worst one. If one is missing in the chain that they form, in whatever order they\n"
			"are given, that is told, too (exit code 6). The time is the signer's word as\n"
			"long as no time stamp confirms it. That the last ones were deleted shows only a\n"
			"checkpoint that was kept elsewhere; medark-verify(1) has the rules of a policy.\n",
		.examples =
			"  medark verify night.medark --trust clinic.cert.pem\n"
			"  medark verify *.medark --trust ca.pem --signed-by clinic.cert.pem\n"
			"  medark verify /srv/archives --trust ca.pem --tsa-trust tsa-root.pem \\\n"
			"      --policy clinic.policy --report 2026-11.html\n"
			"  medark verify /srv/archives --trust ca.pem --trust auditor.cert.pem \\\n"
			"      --checkpoint 2026-10.checkpoint\n",
	},
	{
		.name = "stamp",
		.title = "stamp",
		.action = "stamp",
		.brief = "have a time stamping authority prove when an archive was signed",
		.bit = CLI_STAMP,
		.run = cmd_stamp,
		.exits = "0 1 2 3 4 130",
		.meanings = { { CLI_UNTRUSTED,
				"the signer or the time stamping authority is not trusted" } },
		.synopsis = "medark stamp FILE|FOLDER... --tsa URL --trust CERT [options]\n",
		.text = "Puts a time stamp (RFC 3161) behind the archive: from then on it verifies also\n"
			"after the signer's certificate has expired or was revoked. No key is needed, and\n"
			"no data is rewritten. Stamp it again before the authority's certificate expires:\n"
			"the new stamp covers the old one. The authority gets a hash, and nothing else.\n"
			"With --crl, revocation lists go in too, so that it can be told later whether the\n"
			"signer's certificate was revoked by then; without --tsa, only these. What has a\n"
			"stamp for 30 days or more is left as it is.\n",
		.examples =
			"  medark stamp night.medark --tsa http://tsa.example --trust ca.pem \\\n"
			"      --tsa-trust tsa-root.pem --crl ca.crl.pem\n"
			"  medark stamp /srv/archives --tsa http://tsa.example --trust ca.pem\n",
	},
	{
		.name = "cosign",
		.title = "cosign",
		.action = "sign",
		.brief = "sign an archive once more: a vendor, a witness",
		.bit = CLI_COSIGN,
		.run = cmd_cosign,
		.exits = "0 1 2 3 4 130",
		.synopsis = "medark cosign FILE|FOLDER... --signer CERT --signer-key KEY\n"
			    "               --trust CERT [options]\n",
		.text = "Verifies every byte, then puts a second signature behind the archive. --trust is\n"
			"the anchor of who signed it first. No key that opens it is needed, and no data\n"
			"is rewritten. verify reports each signature on its own. What this certificate\n"
			"has signed before is left as it is.\n",
		.examples = "  medark cosign night.medark --signer vendor.cert.pem \\\n"
			    "      --signer-key vendor.key.pem --trust clinic.cert.pem\n",
	},
	{
		.name = "checkpoint",
		.title = "checkpoint",
		.action = "make a checkpoint of",
		.brief = "note what is there, for an auditor to keep elsewhere",
		.bit = CLI_CHECKPOINT,
		.run = cmd_checkpoint,
		.exits = "0 1 2 3 4 6 130",
		.meanings = { { CLI_INCOMPLETE,
				"made, but the archives are no single chain, or have gaps" } },
		.synopsis = "medark checkpoint FILE|FOLDER... --trust CERT --signer CERT\n"
			    "               --signer-key KEY --out FILE [options]\n",
		.text = "Verifies the archives, and writes a small signed file that names the latest one.\n"
			"As each archive names the one before it, that holds all of them. Keep it where\n"
			"nobody who can write to the archives can write: verify --checkpoint then shows\n"
			"what was deleted, rolled back or put in its place since.\n",
		.examples =
			"  medark checkpoint /srv/archives --trust ca.pem --signer auditor.cert.pem \\\n"
			"      --signer-key auditor.key.pem --out 2026-11.checkpoint\n"
			"  medark verify /srv/archives --trust ca.pem --trust auditor.cert.pem \\\n"
			"      --checkpoint 2026-11.checkpoint\n",
	},
	{
		.name = "inspect",
		.title = "inspect",
		.action = "inspect",
		.brief = "show what is visible without any key; verifies nothing",
		.bit = CLI_INSPECT,
		.run = cmd_inspect,
		.exits = "0 1 2 3 5",
		.meanings = { { CLI_DONE, "done; with --recipient: all are recipients" },
			      { CLI_UNVERIFIED, "is no archive, is cut off or is malformed" },
			      { CLI_IDENTITY, "a certificate of --recipient is no recipient" } },
		.synopsis = "medark inspect FILE [--recipient CERT] [options]\n",
		.text = "Prints what the archive says of itself: who signed it, who can open it, what\n"
			"it counts. Nothing of that is verified: anybody could have written it. With\n"
			"--verbose also the records by type. With --recipient it answers whether a\n"
			"certificate is among those who can open it (exit code 5: it is not).\n",
		.examples = "  medark inspect night.medark\n"
			    "  medark inspect night.medark --recipient it.cert.pem\n",
	},
	{
		.name = "patients",
		.title = "patients",
		.action = "list patients",
		.brief = "list or search the patients in an archive",
		.bit = CLI_PATIENTS,
		.run = cmd_patients,
		.exits = "0 1 2 3 4 5 130 141",
		.synopsis =
			"medark patients FILE --identity KEY --trust CERT [QUERY...] [options]\n",
		.text = "A QUERY is an id, a BSN or another identifier (also SYSTEM|VALUE), a birth\n"
			"date (31-12-1970, 1970-12-31, 31121970; also 12-1970 or 1970) or the beginnings\n"
			"of names; all words must fit. The query - is read from standard input, so that\n"
			"it stands in no process list. Without a query all patients are listed.\n",
		.examples =
			"  medark patients night.medark --identity it.key.pem --trust ca.pem\n"
			"  medark patients night.medark --identity it.key.pem --trust ca.pem \\\n"
			"      jan vries 31-12-1970\n",
	},
	{
		.name = "items",
		.title = "items",
		.action = "list items",
		.brief = "list the files in an archive, or what is in quarantine",
		.bit = CLI_ITEMS,
		.run = cmd_items,
		.exits = "0 1 2 3 4 5 130 141",
		.synopsis =
			"medark items FILE --identity KEY --trust CERT [--quarantined] [options]\n",
		.text = "Lists the files that were exported, with what they were taken for and how many\n"
			"records they gave. With --quarantined: what of them was not understood, and\n"
			"why, with its place in bytes; and what was skipped.\n",
		.examples = "  medark items night.medark --identity it.key.pem --trust ca.pem\n"
			    "  medark items night.medark --identity it.key.pem --trust ca.pem \\\n"
			    "      --quarantined --json > quarantine.jsonl\n",
	},
	{
		.name = "restore",
		.title = "restore",
		.action = "restore",
		.brief = "bring records back: files, pages, tables, or into a FHIR server",
		.bit = CLI_RESTORE,
		.run = cmd_restore,
		.exits = "0 1 2 3 4 5 6 130",
		.meanings = { { CLI_DONE,
				"done; a warning tells if the archive itself is incomplete" },
			      { CLI_INCOMPLETE, "done, but the server did not take all, or has it "
						"otherwise" } },
		.synopsis =
			"medark restore FILE... --identity KEY --trust CERT --to TARGET [options]\n",
		.text = "Restores every item byte for byte; with --patient the records of these\n"
			"patients as FOLDER/TYPE.ndjson with what they refer to. Everything is verified\n"
			"before anything is written. A failure leaves nothing behind. Of an increment\n"
			"(export --since) give the archives before it too: the latest of each record\n"
			"is restored, and what was deleted is not.\n\n"
			"Into a FHIR server it sends every record, reads it back and compares. A restore\n"
			"that was stopped goes on; a second one sends nothing twice.\n",
		.examples =
			"  medark restore night.medark --identity it.key.pem --trust ca.pem \\\n"
			"      --to /srv/restored\n"
			"  medark restore night.medark --identity it.key.pem --trust ca.pem \\\n"
			"      --to chart --patient 999999904 --type Condition,Observation\n"
			"  medark restore mon.medark tue.medark wed.medark --identity it.key.pem \\\n"
			"      --trust ca.pem --as-of 2026-11-25T12:00:00Z --to /srv/restored\n"
			"  medark restore night.medark --identity it.key.pem --trust ca.pem \\\n"
			"      --to fhir+https://ehr.example/fhir --auth server.json --today\n",
	},
	{
		.name = "prove",
		.title = "prove",
		.action = "prove",
		.brief = "show that records stood in an archive, and nothing of others",
		.bit = CLI_PROVE,
		.run = cmd_prove,
		.exits = "0 1 2 3 4 5 130",
		.synopsis =
			"medark prove FILE --identity KEY --trust CERT --patient ID...\n"
			"              --out FILE.proof [options]\n"
			"       medark prove FILE --identity KEY --trust CERT --record TYPE/ID...\n"
			"              --out FILE.proof [options]\n",
		.text = "Writes a small file that shows, to whoever has the trust anchor and no key, that\n"
			"these records stood in the archive byte for byte, and who signed that. It holds\n"
			"them in clear text, and nothing of any other record. It does not show that they\n"
			"are all records of a patient. medark verify-proof checks it; so does the script\n"
			"CHECK.sh with openssl alone. Of a chain give the archive that has the record.\n",
		.examples = "  medark prove night.medark --identity it.key.pem --trust ca.pem \\\n"
			    "      --record Observation/8f2a --out measured.proof\n"
			    "  medark prove night.medark --identity it.key.pem --trust ca.pem \\\n"
			    "      --patient 999999904 --out chart.proof\n",
	},
	{
		.name = "verify-proof",
		.title = "verify-proof",
		.action = "verify the proof",
		.brief = "check a proof of records; needs no decryption key",
		.bit = CLI_VERIFY_PROOF,
		.run = cmd_verify_proof,
		.exits = "0 1 2 3 4 130",
		.synopsis = "medark verify-proof FILE.proof --trust CERT [options]\n",
		.text = "Checks every byte of a proof that medark prove made, against the trust anchor\n"
			"alone, and tells who signed, which archive it was, and how many records are\n"
			"proved; with --verbose which. Without a time stamp the time is the signer's\n"
			"word. The proof is a tar\n"
			"file: once it verifies, tar -xf FILE.proof gives the records.\n",
		.examples = "  medark verify-proof chart.proof --trust clinic.cert.pem\n"
			    "  medark verify-proof chart.proof --trust ca.pem --verbose\n",
	},
	{
		.name = "drill",
		.title = "drill",
		.action = "rehearse a restore",
		.brief = "rehearse a restore: compare everything, time it, report",
		.bit = CLI_DRILL,
		.run = cmd_drill,
		.exits = "0 1 2 3 4 5 130",
		.meanings = { { CLI_DONE, "what was restored is what was signed" },
			      { CLI_UNVERIFIED,
				"the archive does not verify, or what was restored differs" } },
		.synopsis = "medark drill FILE --identity KEY --trust CERT [options]\n",
		.text = "Verifies the archive, restores all of it into a private folder, reads that back,\n"
			"and compares every file, every byte and the hash of every record with what was\n"
			"signed. Restores some charts, too. Tells how long each step took; the report is\n"
			"one page of HTML, without patient data, and can be signed. The folder is removed\n"
			"at the end, also after a failure.\n",
		.examples =
			"  medark drill night.medark --identity it.key.pem --trust ca.pem\n"
			"  medark drill night.medark --identity it.key.pem --trust ca.pem \\\n"
			"      --scratch /dev/shm --report drill.html --signer it-lead.cert.pem \\\n"
			"      --signer-key it-lead.key.pem\n",
	},
	{
		.name = "diff",
		.title = "diff",
		.action = "compare",
		.brief = "compare two archives, or an archive and a source, by record",
		.bit = CLI_DIFF,
		.run = cmd_diff,
		.exits = "0 1 2 3 4 5 6 130",
		.meanings = { { CLI_DONE, "both were read, and hold the same" },
			      { CLI_INCOMPLETE,
				"done, but they differ, or not all could be compared" } },
		.synopsis = "medark diff OLD NEW --identity KEY --trust CERT [options]\n",
		.text = "Tells by resource type, and by patient, which records are the same, were added,\n"
			"were changed or are gone: the proof of a migration. OLD is an archive; NEW is\n"
			"one, or what export takes as a SOURCE: a folder, a file, a FHIR server. How a\n"
			"server writes a record does not count, nor do versionId, lastUpdated, source\n"
			"and tag in meta; the precision of numbers does: 1.10 is not 1.1. The screen and\n"
			"the page of --report have counts only; --list names patients and records.\n",
		.examples = "  medark diff before.medark after.medark --identity it.key.pem \\\n"
			    "      --trust ca.pem --report migration.html\n"
			    "  medark diff before.medark fhir+https://new.example/fhir \\\n"
			    "      --auth new.json --identity it.key.pem --trust ca.pem \\\n"
			    "      --list differences.csv\n",
	},
	{
		.name = "scope",
		.title = "scope",
		.action = "count",
		.brief = "whose data, and of which kinds, stood in what was exposed",
		.bit = CLI_SCOPE,
		.run = cmd_scope,
		.exits = "0 1 2 3 4 5 6 130",
		.meanings = { { CLI_INCOMPLETE,
				"done, but the archive itself is incomplete: there may be more" } },
		.synopsis = "medark scope ARCHIVE... --identity KEY --trust CERT [options]\n",
		.text = "For a breach: counts the patients, their records by type, and the categories of\n"
			"personal data (identity, address, kinds of health data), as the notice to the\n"
			"supervisory authority asks within 72 hours (GDPR art. 33). With --list it\n"
			"writes who they are and how to reach them, for telling them (art. 34). Nobody\n"
			"is named on the screen. --since, --until and --type leave out what was not\n"
			"exposed. Of an increment give the archives before it too.\n",
		.examples = "  medark scope night.medark --identity it.key.pem --trust ca.pem\n"
			    "  medark scope night.medark --identity it.key.pem --trust ca.pem \\\n"
			    "      --since 2025-01-01 --type Observation,DiagnosticReport \\\n"
			    "      --list concerned.csv\n",
	},
	{
		.name = "recipients",
		.title = "recipients",
		.action = "tell or add recipients of",
		.brief = "list who can open an archive; let more people open it",
		.bit = CLI_RECIPIENTS,
		.run = cmd_recipients,
		.exits = "0 1 2 3 4 5 130",
		.meanings = { { CLI_UNTRUSTED,
				"the signer of the archive, or of recipients, is not trusted" } },
		.synopsis =
			"medark recipients list FILE|FOLDER... --trust CERT [options]\n"
			"       medark recipients add FILE|FOLDER... --recipient CERT --identity KEY\n"
			"               --trust CERT --signer CERT --signer-key KEY [options]\n",
		.text = "list tells who can open the archives: those of the export, and who was added by\n"
			"whom. No key is needed.\n\n"
			"add lets more people open them. It takes the key of one who can already, and a\n"
			"signer, who vouches for it. Only the end of the file changes, and no data: the\n"
			"signature, time stamps and chain stay good. Who is there already is passed over,\n"
			"so it can be run again. An archive takes it 8 times. --force leaves out what\n"
			"was added last by signers who are not trusted.\n\n"
			"Nobody can be removed: who could open an archive may have kept a copy of it.\n"
			"To leave somebody out, export anew without them, or restore and export that.\n",
		.examples = "  medark recipients list night.medark --trust clinic.cert.pem\n"
			    "  medark recipients add /srv/archives --recipient new-it.cert.pem \\\n"
			    "      --identity it.key.pem --trust clinic.cert.pem \\\n"
			    "      --signer clinic.cert.pem --signer-key clinic.key.pem\n",
	},
	{
		.name = "key",
		.title = "key",
		.action = "make, split or join a key",
		.brief = "make a key pair; split a key into shares, join them",
		.bit = CLI_KEY,
		.run = cmd_key,
		.exits = "0 1 2",
		.synopsis =
			"medark key new --role signer|recipient --name CN --out PREFIX\n"
			"               [--type p256|p384|rsa3072] [options]\n"
			"       medark key split --threshold M --shares N --name CN --out PREFIX\n"
			"               [--type p256|p384 | --key KEY --recipient CERT] [options]\n"
			"       medark key join SHARE... --out KEY [options]\n",
		.text = "new makes a private key, PREFIX.key.pem, that only you can read, and a\n"
			"self-signed certificate, PREFIX.cert.pem. A signer signs exports; a recipient\n"
			"opens them.\n\n"
			"split makes a recipient whose private key is never written: N shares to print,\n"
			"of which any M give it back, and fewer tell nothing. join does that; so does\n"
			"gfcombine. Each --identity can name a share instead of a key, too: then nothing\n"
			"is written. Shares that are damaged, missing, wrong or another set's are named.\n",
		.examples =
			"  medark key new --role signer --name \"Clinic export\" --out clinic\n"
			"  medark key new --role recipient --name \"Clinic IT\" --out it\n"
			"  medark key split --threshold 3 --shares 5 --name Escrow --out escrow\n"
			"  medark key join escrow.share-*.txt --out escrow.key.pem\n",
	},
	{
		.name = "serve",
		.title = "serve",
		.action = "serve",
		.brief = "show charts and serve FHIR straight from archives",
		.bit = CLI_SERVE,
		.run = cmd_serve,
		.exits = "0 1 2 3 4 5 130",
		.meanings = { { CLI_DONE, "served until it was stopped (Ctrl-C, SIGTERM)" },
			      { CLI_UNVERIFIED, "an archive or the accounts are malformed" } },
		.synopsis = "medark serve FILE... --identity KEY --trust CERT [options]\n",
		.text = "For when the system that the records came from is down: charts in a browser, and\n"
			"a read-only FHIR API under /fhir, from the archive as it is. Several FILEs of a\n"
			"chain give the state of the latest. Nothing is unpacked onto the disk. Who reads\n"
			"logs in with an account (medark account), says why a chart is opened, and is in\n"
			"the audit log (medark audit) before anything is shown.\n",
		.examples =
			"  medark account add j.jansen --role clinician\n"
			"  medark serve night.medark --identity it.key.pem --trust clinic.cert.pem\n"
			"  medark serve week/*.medark --identity it.key.pem --trust ca.pem \\\n"
			"      --listen 192.0.2.7:443 --allow-others --host fallback.clinic.example \\\n"
			"      --tls-cert tls.cert.pem --tls-key tls.key.pem\n",
	},
	{
		.name = "account",
		.title = "account",
		.action = "change accounts",
		.brief = "keep the accounts of who may read charts from archives",
		.bit = CLI_ACCOUNT,
		.run = cmd_account,
		.exits = "0 1 2 3 130",
		.meanings = { { CLI_UNVERIFIED, "the file of accounts is malformed" } },
		.synopsis = "medark account list [options]\n"
			    "       medark account add NAME --role ROLE [--shown TEXT]\n"
			    "       medark account roles NAME --role ROLE\n"
			    "       medark account totp NAME [--issuer TEXT | --off]\n"
			    "       medark account passwd|disable|enable|remove NAME\n",
		.text = "Keeps accounts.json in the folder of --state, which add makes if it is not\n"
			"there. A service that uses the folder sees a change at once. Passwords have 12\n"
			"characters at least; they are asked for on the terminal, or come from one of\n"
			"--passphrase-file, --passphrase-fd and --passphrase-command. totp prints the\n"
			"address that an authenticator app reads: log-ins then want its code, too.\n",
		.examples =
			"  medark account add j.jansen --state /var/lib/medark --role clinician \\\n"
			"      --shown \"Dr J. Jansen\"\n"
			"  medark account totp j.jansen --state /var/lib/medark | qrencode -t utf8\n"
			"  medark account list --state /var/lib/medark\n",
	},
	{
		.name = "audit",
		.title = "audit",
		.action = "read the audit log",
		.brief = "check and read the log of who read which charts",
		.bit = CLI_AUDIT,
		.run = cmd_audit,
		.exits = "0 1 2 3 5 6 130 141",
		.meanings = { { CLI_DONE, "the log is whole" },
			      { CLI_UNVERIFIED,
				"rows or files were changed, taken away or put in" },
			      { CLI_IDENTITY, "no identity opens the log" },
			      { CLI_INCOMPLETE, "the last row was not finished, or a file before "
						"was found faulty" } },
		.synopsis = "medark audit LOG... [--identity KEY] [--patient ID] [--account NAME]\n"
			    "             [--from DATE] [--to DATE] [--fhir] [options]\n",
		.text = "Checks that no row of the files was changed, put in or taken away, and that\n"
			"they follow each other. That needs no key. With the key of one who may read it\n"
			"(--identity), the rows are printed; with --fhir as AuditEvents. Note the hash\n"
			"of the last row elsewhere: whoever has it can prove later that nothing is gone.\n",
		.examples =
			"  medark audit /var/lib/medark/audit/audit-*.log\n"
			"  medark audit audit-*.log --identity auditor.key.pem --patient 999999904\n"
			"  medark audit audit-*.log --identity auditor.key.pem --fhir \\\n"
			"      --from 2026-11-01 --to 2026-11-30 > november.ndjson\n",
	},
	{
		.name = "help",
		.title = "help",
		.action = "help",
		.brief = "explain a verb: medark help VERB",
		.bit = CLI_HELP,
		.run = cmd_help,
		.exits = "0 2",
		.synopsis = "medark help [VERB]\n",
		.text = "Shows the overview, or the screen of one verb.\n",
		.examples = "  medark help export\n",
	},
	{
		.name = "version",
		.title = "version",
		.action = "tell the version",
		.brief = "print the version",
		.bit = CLI_VERSION,
		.run = cmd_version,
		.exits = "0 2",
		.synopsis = "medark version [--json]\n",
		.text = "Prints the version of the program and its library.\n",
		.examples = "  medark version\n",
	},
};
const size_t cli_verb_count = sizeof(cli_verbs) / sizeof(cli_verbs[0]);

const struct cli_verb *cli_verb_find(const char *name)
{
	for (size_t i = 0; i < cli_verb_count; i++)
		if (strcmp(cli_verbs[i].name, name) == 0)
			return &cli_verbs[i];
	return NULL;
}
