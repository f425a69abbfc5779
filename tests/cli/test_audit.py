# SPDX-License-Identifier: Apache-2.0
"""medark audit, on logs that were written as a service writes them."""

import json
import os
import subprocess
import sys

from cli import ROOT, Test, environment, main

# 2026-11-22T03:00:00Z
START = 1795316400


class Audit(Test):
    def setUp(self):
        super().setUp()
        for name in ["auditor", "other"]:
            self.succeed("key", "new", "--role", "recipient", "--name", name, "--out", name)
        self.log([(0, "login", "jansen", "-"), (1, "chart", "jansen", "Patient/1"),
                  (2, "read", "jansen", "Patient/1")])
        self.log([(86400, "chart", "bakker", "Patient/2"), (90000, "read", "bakker", "Patient/1")])
        self.paths = ["audit/audit-000001.log", "audit/audit-000002.log"]
        self.key = ["--identity", "auditor.key.pem"]

    def log(self, rows):
        text = "".join(f"{START + seconds} {kind} {who} {patient}\n"
                       for seconds, kind, who, patient in rows)
        done = subprocess.run([os.environ["MEDARK_WRITE_LOG"], "audit", "auditor.cert.pem"],
                              input=text.encode(), capture_output=True, cwd=self.folder,
                              env=environment(), check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    def events(self, *args):
        *rows, summary = self.succeed("audit", *self.paths, *self.key, "--json", *args).json()
        self.assertEqual(summary["shown"], len(rows))
        self.assertEqual(summary["rows"], 5)
        return [(row["log"], row["number"]) for row in rows]

    def test_without_a_key_the_chain_is_checked(self):
        result = self.succeed("audit", *reversed(self.paths))
        self.assertIn("5 rows in 2 files, none changed or missing; read without a key\n",
                      result.out)
        self.assertNotIn("jansen", result.out)
        summary, = self.succeed("audit", *self.paths, "--json").json()
        self.assertEqual((summary["files"], summary["first"], summary["last"], summary["rows"],
                          summary["shown"], summary["opened"], summary["torn"]),
                         (2, 1, 2, 5, 0, False, 0))
        self.assertRegex(summary["hash"], "^[0-9a-f]{64}$")
        self.assertIn(summary["hash"], result.out)

    def test_with_a_key_rows_are_printed_and_cannot_steer_the_terminal(self):
        out = self.succeed("audit", *self.paths, *self.key).out
        self.assertIn("2026-11-22T03:00:01.000Z chart        jansen           Patient/1", out)
        self.assertIn(" Observation/7 from 192.0.2.7 ETREAT: un\\x1B[31mconscious", out)
        self.assertNotIn("\x1b", out)
        first = self.succeed("audit", *self.paths, *self.key, "--json").json()[1]
        self.assertEqual(first, {
            "message_type": "event", "log": 1, "number": 2, "recorded": "2026-11-22T03:00:01.000Z",
            "kind": "chart", "action": "R", "outcome": 0, "account": "jansen",
            "shown": "Dr Jansen", "roles": ["clinician"], "peer": "192.0.2.7",
            "archive": "11220000000000000000000000000000", "patient": "Patient/1",
            "record": "Observation/7", "query": None, "detail": None, "reason": "ETREAT",
            "reason_text": "un\x1b[31mconscious"})

    def test_rows_are_picked_by_patient_account_and_period(self):
        self.assertEqual(self.events("--patient", "Patient/1"), [(1, 2), (1, 3), (2, 2)])
        self.assertEqual(self.events("--patient", "1"), [(1, 2), (1, 3), (2, 2)])
        self.assertEqual(self.events("--patient", "3"), [])
        self.assertEqual(self.events("--account", "bakker"), [(2, 1), (2, 2)])
        self.assertEqual(self.events("--account", "bakker", "--patient", "1"), [(2, 2)])
        self.assertEqual(self.events("--from", "2026-11-23"), [(2, 1), (2, 2)])
        self.assertEqual(self.events("--to", "2026-11-22"), [(1, 1), (1, 2), (1, 3)])
        self.assertEqual(self.events("--from", "2026-11-22T03:00:01Z", "--to",
                                     "2026-11-22T03:00:01Z"), [(1, 2)])

    def test_a_patient_can_be_read_from_standard_input(self):
        args = ["audit", *self.paths, *self.key, "--json", "--patient", "-"]
        self.assertEqual(len(self.succeed(*args, stdin=b"2\n").json()), 2)
        # Nothing is no patient, and not all of them.
        self.refuse(1, *args, stdin=b"", error="cannot use standard input: no line is in it")
        self.refuse(2, *args, stdin=b"1\n2\n", hint="see: medark help audit",
                    error="cannot use --patient: there is more than one")

    def test_rows_become_audit_events(self):
        out = self.succeed("audit", *self.paths, *self.key, "--fhir").out
        events = [json.loads(line) for line in out.splitlines()]
        self.assertEqual(len(events), 5)
        for event in events:
            self.assertEqual(event["resourceType"], "AuditEvent")
            # What R4 does not let be absent.
            for name in ["type", "recorded", "agent", "source"]:
                self.assertIn(name, event)
            self.assertIn("requestor", event["agent"][0])
            self.assertIn("observer", event["source"])
        self.assertEqual(events[1]["entity"][0]["what"], {"reference": "Patient/1"})
        self.assertEqual(events[1]["purposeOfEvent"][0]["coding"][0]["code"], "ETREAT")

    def second_reader(self, *args):
        script = os.path.join(ROOT, "tests", "interop", "medark_audit.py")
        return subprocess.run([sys.executable, "-B", script, *args], cwd=self.folder,
                              capture_output=True, text=True, check=True).stdout

    def test_a_reader_that_was_written_from_the_document_reads_the_same(self):
        summary, = self.succeed("audit", self.paths[0], "--json").json()
        self.assertEqual(self.second_reader(self.paths[0]), f"3 {summary['hash']}\n")
        rows = [json.loads(line) for line in self.second_reader(
            self.paths[0], "auditor.key.pem", "auditor.cert.pem").splitlines()]
        ours = self.succeed("audit", self.paths[0], *self.key, "--json").json()[:-1]
        self.assertEqual(len(rows), 3)
        for theirs, own in zip(rows, ours):
            for name in ["number", "recorded", "kind", "action", "outcome", "reason"]:
                self.assertEqual(theirs[name], own[name])
            for name in ["account", "shown", "peer", "archive", "patient", "record", "query",
                         "detail", "reason_text"]:
                self.assertEqual(theirs[name], own[name] or "")

    def test_what_was_changed_or_is_missing_is_told(self):
        first, second = (self.files()[path] for path in self.paths)
        self.write(self.paths[0], first[:-50] + bytes([first[-50] ^ 1]) + first[-49:], 0o600)
        self.refuse(3, "audit", *self.paths, error="cannot read the audit log "
                    "'audit/audit-000001.log': row 3 was changed")
        # The last row is gone: the next file knows of it.
        size = int.from_bytes(first[15:19], "big") + 36
        ends = [15 + size]
        while ends[-1] < len(first):
            ends.append(ends[-1] + int.from_bytes(first[ends[-1]:ends[-1] + 4], "big") + 36)
        self.write(self.paths[0], first[:ends[-2]], 0o600)
        self.refuse(3, "audit", *self.paths, error="cannot read the audit log "
                    "'audit/audit-000002.log': file 1 of the log had 3 rows when file 2 was begun, "
                    "and has others now (2)")
        self.write(self.paths[0], first, 0o600)
        self.log([(100000, "stop", "-", "-")])
        self.refuse(3, "audit", self.paths[0], "audit/audit-000003.log", error="cannot read the "
                    "audit log 'audit/audit-000003.log': file 3 of the log was not begun behind "
                    "file 1: one between them is missing")
        self.succeed("audit", *self.paths, "audit/audit-000003.log")
        # A torn row at the end of the last file; one before it is known to the next file.
        self.write(self.paths[1], second[:-9], 0o600)
        result = self.succeed("audit", *self.paths, code=6)
        self.assertIn("bytes that are no whole row: the service was stopped while it wrote it",
                      result.err)
        os.remove(self.path("audit/audit-000003.log"))
        self.log([(100000, "start", "-", "-")])
        result = self.succeed("audit", *self.paths, "audit/audit-000003.log")
        self.assertIn("file 2 of the log ends with", result.err)

    def test_mistakes_are_told(self):
        self.refuse(5, "audit", *self.paths, "--identity", "other.key.pem",
                    hint="it opens with the key of who may read it, as the auditor, not with that of "
                    "an account")
        for args, error in [
            ([], "cannot read the audit log: a log is missing"),
            ([*self.paths, "--patient", "1"],
             "cannot read the audit log: --identity KEY (or MEDARK_IDENTITY) is missing"),
            ([*self.paths, *self.key, "--json", "--fhir"], "cannot use --json with --fhir"),
            ([*self.paths, *self.key, "--from", "2026-02-31"], "cannot use '2026-02-31' for --from: "
             "it must be 2026-11-22 or 2026-11-22T03:10:00Z (UTC)"),
            ([*self.paths, *self.key, "--to", "22-11-2026"], "cannot use '22-11-2026' for --to: it "
             "must be 2026-11-22 or 2026-11-22T03:10:00Z (UTC)"),
            (["audit"], "cannot read 'audit': it is a folder; name the files in it, as in "
             "audit/audit-*.log"),
        ]:
            with self.subTest(args):
                self.refuse(2, "audit", *args, error=error, hint="see: medark help audit")
        self.write("no", "no log")
        self.refuse(3, "audit", "no", error="cannot read the audit log 'no': it is no audit log")


if __name__ == "__main__":
    main()
