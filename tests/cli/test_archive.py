# SPDX-License-Identifier: Apache-2.0
"""Whole archives: export, verify, inspect, patients, restore; each failure leaves nothing."""

import json
import os
import shutil
import signal
import subprocess
import time

from archive import ArchiveTest, observation, patient
from cli import MEDARK, environment, main

EXPORT_KEYS = ("archive manifest sequence items bytes records patients opaque quarantined "
               "duplicates skipped excluded archive_bytes index_bytes seconds complete").split()


class Export(ArchiveTest):
    def test_the_summary_counts_what_was_exported(self):
        *_, summary = self.succeed(*self.export("src", "b.medark", "--json")).json()
        self.assertEqual(summary["message_type"], "summary")
        for key in EXPORT_KEYS:
            self.assertIn(key, summary)
        self.assertEqual((summary["records"], summary["patients"], summary["quarantined"]),
                         (63, 3, 0))
        self.assertTrue(summary["complete"])
        self.assertEqual(summary["bytes"], sum(map(len, self.tree("src").values())))
        self.assertEqual(summary["archive_bytes"], os.path.getsize(self.path("b.medark")))
        text = self.succeed(*self.export("src", "c.medark")).out
        self.assertEqual(text.splitlines()[-1], "c.medark: complete")

    def test_an_archive_is_not_overwritten_without_force(self):
        self.refuse(1, *self.export("src", "a.medark"),
                    error="cannot export: 'a.medark' exists",
                    hint="choose another name, or give --force to replace it")
        self.succeed(*self.export("src", "a.medark", "--force"))

    def test_what_cannot_be_read_or_used_is_a_failure(self):
        self.write("text.pem", "no certificate\n")
        self.refuse(1, *self.export("nowhere", "b.medark"))
        self.refuse(1, *self.export("src", "nowhere/b.medark"),
                    error="cannot export to 'nowhere/b.medark': cannot write into the folder 'nowhere': No such file or directory")
        self.refuse(1, *self.export("src", "b.medark", "--recipient", "nowhere.pem"))
        self.refuse(1, *self.export("src", "b.medark", "--recipient", "text.pem"))
        os.chmod(self.path("clinic.key.pem"), 0o644)
        self.refuse(1, *self.export("src", "b.medark"))

    def test_input_that_cannot_be_understood_is_archived_and_told(self):
        self.write("src/Broken.ndjson", '{"resourceType":"Patient","id":"x"\n')
        *_, summary = self.succeed(*self.export("src", "b.medark", "--json", "--report", "r.jsonl"),
                                   code=6).json()
        self.assertFalse(summary["complete"])
        self.assertGreaterEqual(summary["quarantined"], 1)
        self.assertEqual(os.stat(self.path("r.jsonl")).st_mode & 0o777, 0o600)
        self.succeed("verify", "b.medark", "--trust", "clinic.cert.pem")
        for more, last in [
                (["--report", "r.jsonl"], "what is quarantined, skipped or missing is listed in r.jsonl"),
                ([], "to list it: medark items --quarantined 'a b' --identity KEY --trust CERT")]:
            lines = self.succeed(*self.export("src", "a b", "--force", *more), code=6).out
            self.assertEqual(lines.splitlines()[-2:], ["a b: written, but incomplete", last])
        quiet = self.succeed(*self.export("src", "c.medark", "--quiet"), code=6)
        self.assertEqual(quiet.out, "")
        self.assertEqual(quiet.err, "medark: warning: the archive is written, but incomplete: "
                         "1 quarantined, 0 skipped\n")

    def test_a_source_from_which_nothing_was_read_makes_it_incomplete(self):
        self.write("nothing/of/it.ndjson", "")
        warning = "medark: warning: nothing was read from "
        result = self.succeed(*self.export("nothing", "b.medark", "--quiet"), code=6)
        self.assertEqual(result.err, warning + "the source 'nothing': is it mounted?\n")
        self.succeed("verify", "b.medark", "--trust", "clinic.cert.pem")
        self.assertIn("no: nothing was read from a source", self.succeed("inspect", "b.medark").out)
        # A pipe whose writer fails, alone and beside what has data.
        result = self.succeed(*self.export("-", "c.medark"), code=6)
        self.assertEqual(result.err, warning + "standard input: did the command before the pipe fail?\n")
        self.assertEqual(result.out.splitlines()[-1], "c.medark: written, but incomplete")
        *_, summary = self.succeed("export", "src", *self.export("-", "d.medark", "--json")[1:],
                                   code=6).json()
        self.assertEqual((summary["empty_sources"], summary["complete"], summary["records"]),
                         (1, False, 63))
        result = self.succeed(*self.export("nothing/of/it.ndjson", "e.medark", "-q"), code=6)
        self.assertEqual(result.err, warning + "the source 'nothing/of/it.ndjson': was it written to its "
                         "end?\n")
        result = self.succeed(*self.opened("restore", "--to", "e", "-q", archive="e.medark"))
        self.assertEqual(result.err, "medark: warning: the archive is incomplete: nothing was read from a "
                         "source\n")

    def test_an_archive_in_which_no_patient_can_be_found_is_warned_of(self):
        self.write("night.tar.xz", b"\xfd7zXZ\0\0\x04" + bytes(100))
        result = self.succeed(*self.export("night.tar.xz", "b.medark", "--quiet"))
        first, second = result.err.splitlines()
        self.assertTrue(first.startswith("medark: warning: no record was recognised: the archive keeps "
                                         "every byte that was read, but no patient can be found in it; "))
        self.assertTrue(second.startswith("medark: warning: 1 item is packed or encoded in a way "
                                          "that is not looked into: "))
        self.assertTrue(second.endswith(" (--report FILE lists it)"))
        *status, summary = self.succeed(*self.export("night.tar.xz", "c.medark", "--json")).json()
        self.assertEqual([line["warning"] for line in status if "warning" in line],
                         summary["warnings"])
        self.assertEqual(["medark: warning: " + each for each in summary["warnings"]],
                         [first, second])
        self.assertEqual(self.succeed(*self.export("src", "d.medark", "--json")).json()[-1]
                         ["warnings"], [])
        shutil.copy(self.path("night.tar.xz"), self.path("src/a.xz"))
        shutil.copy(self.path("night.tar.xz"), self.path("src/b.xz"))
        result = self.succeed(*self.export("src", "e.medark", "--quiet", "--report", "r.jsonl"))
        self.assertTrue(result.err.endswith(" (r.jsonl lists them)\n"), result.err)

    def test_an_archive_can_go_to_standard_output(self):
        result = self.succeed(*self.export("src", "-"))
        self.assertIn("standard output: complete", result.err)
        self.write("b.medark", result.out_bytes)
        self.succeed("verify", "b.medark", "--trust", "clinic.cert.pem")
        result = self.succeed(*self.export("src", "-", "--json"))
        self.assertIn('"message_type":"summary"', result.err)

    def test_standard_input_can_be_the_source(self):
        with open(self.path("src", "Patient.ndjson"), "rb") as f:
            *_, summary = self.succeed(*self.export("-", "b.medark", "--json"),
                                       stdin=f.read()).json()
        self.assertEqual((summary["items"], summary["patients"]), (1, 3))

    def test_a_chain_is_continued_and_its_previous_archive_is_verified(self):
        summary = self.succeed(*self.export("src", "b.medark", "--previous", "a.medark",
                                            "--json")).json()[-1]
        first = self.succeed("verify", "a.medark", "--trust", "clinic.cert.pem", "--json").json()[0]
        second = self.succeed("verify", "b.medark", "--trust", "clinic.cert.pem",
                              "--json").json()[0]
        self.assertEqual(summary["sequence"], first["sequence"] + 1)
        self.assertEqual(second["previous"], first["manifest"])
        self.assertIsNone(first["previous"])

        self.damaged(lambda content: content[:-600])
        self.refuse(3, *self.export("src", "c.medark", "--previous", "bad.medark"))
        self.refuse(4, "export", "src", "--recipient", "it.cert.pem", "--signer",
                    "stranger.cert.pem", "--signer-key", "stranger.key.pem", "--out", "c.medark",
                    "--previous", "a.medark")
        self.succeed("export", "src", "--recipient", "it.cert.pem", "--signer",
                     "stranger.cert.pem", "--signer-key", "stranger.key.pem", "--out", "c.medark",
                     "--previous", "a.medark", "--trust", "clinic.cert.pem")

    def start_endless(self, number):
        """An export from a pipe that goes on until it is stopped; the signal comes early on."""
        child = subprocess.Popen([MEDARK, *self.export("-", "b.medark")], cwd=self.folder,
                                 bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, env=environment())
        self.addCleanup(child.stdout.close)
        self.addCleanup(child.stderr.close)
        self.addCleanup(child.stdin.close)
        self.addCleanup(child.kill)
        began, left = time.time(), [number]
        if number == signal.SIGUSR1:
            left.append(signal.SIGTERM)
        for i in range(10**9):
            try:
                child.stdin.write(b"".join(b'{"resourceType":"Patient","id":"p%d-%d"}\n' % (i, j)
                                           for j in range(1000)))
            except BrokenPipeError:
                break
            if left and time.time() > began + (0.5 if left[0] == number else 1.5):
                child.send_signal(left.pop(0))
            self.assertLess(time.time(), began + 60)
        return child

    def test_a_signal_stops_it_cleanly(self):
        before = self.files()
        for number in [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT]:
            child = self.start_endless(number)
            self.assertEqual(child.wait(timeout=60), 130)
            self.assertEqual(child.stderr.read().decode(),
                             "medark: cannot export to 'b.medark': interrupted\n")
            self.assertEqual(self.files(), before)

    def test_sigusr1_gets_a_status_line_without_a_terminal(self):
        child = self.start_endless(signal.SIGUSR1)
        self.assertEqual(child.wait(timeout=60), 130)
        self.assertRegex(child.stderr.read().decode(),
                         r"^medark: reading  [0-9.]+ \w+  \d+ records  item 0  [0-9.]+ \w+/s\n"
                         r"medark: cannot export to 'b.medark': interrupted\n$")


class Exclude(ArchiveTest):
    def warnings(self, *args):
        result = self.succeed(*args, "--quiet")
        return [line.removeprefix("medark: warning: ") for line in result.err.splitlines()]

    def report(self):
        with open(self.path("r.jsonl"), encoding="utf-8") as f:
            return [json.loads(line) for line in f]

    INTO = ("the archive is written into the source 'src', and the next export takes it along: "
            "write it elsewhere, or leave it out with --exclude")

    def test_an_archive_among_the_records_is_warned_of(self):
        self.assertEqual(self.warnings(*self.export("src", "src/mon.medark")), [self.INTO])
        self.assertEqual(
            self.warnings(*self.export("src", "src/notes/../tue.medark", "--report", "r.jsonl")),
            [self.INTO, "1 item is an archive of medark, so that each export is larger than the "
             "last: leave them out with --exclude PATTERN, or move them away"])
        line, = self.report()
        self.assertEqual((line["reason"], line["path"], line["detail"]),
                         ("opaque", "mon.medark", "a medark archive: leave it out with --exclude"))
        # With a pattern that leaves it out, or beside the source, there is nothing to warn of.
        self.assertEqual(self.warnings(*self.export("src", "src/wed.medark", "--exclude",
                                                    "*.medark")), [])
        os.symlink("src", self.path("link"))
        self.assertEqual(self.warnings(*self.export("link", "src/thu.medark"))[0],
                         self.INTO.replace("src", "link"))
        self.assertEqual(self.warnings(*self.export("src", "src.medark", "--exclude",
                                                    "*.medark")), [])

    def test_what_is_written_is_not_read(self):
        before = self.tree("src")
        with open(self.path("src/a.medark"), "wb") as out:
            done = subprocess.run([MEDARK, *self.export("src", "-", "--report", "src/r.jsonl")],
                                  cwd=self.folder, env=environment(), stdout=out,
                                  stderr=subprocess.PIPE, check=True)
        self.assertIn(b"  excluded      1\n", done.stderr)
        os.rename(self.path("src/r.jsonl"), self.path("r.jsonl"))
        self.assertEqual(self.report(), [{"reason": "excluded", "path": "a.medark", "detail":
                                          "it is being written by this export"}])
        self.succeed(*self.opened("restore", "--to", "back", archive="src/a.medark"))
        self.assertEqual(self.tree("back"), before)

    def test_patterns_leave_out_files_and_folders(self):
        self.write("src/cache/deep/a.ndjson", "x\n")
        self.write("src/notes/b.tmp", "x\n")
        self.write("src/c.tmp", "x\n")
        os.symlink("nowhere", self.path("src/cache/link"))
        *_, summary = self.succeed(*self.export(
            "src", "b.medark", "--json", "--exclude", "*.tmp", "--exclude", "./cache/",
            "--report", "r.jsonl")).json()
        self.assertEqual((summary["excluded"], summary["skipped"], summary["records"]),
                         (6, 0, 63))
        lines = self.report()
        self.assertEqual(sorted(line["path"] for line in lines),
                         ["c.tmp", "cache", "cache/deep", "cache/deep/a.ndjson", "cache/link",
                          "notes/b.tmp"])
        self.assertEqual({(line["reason"], line["detail"]) for line in lines},
                         {("excluded", "it matches a pattern")})
        self.succeed(*self.opened("restore", "--to", "back", archive="b.medark"))
        self.assertEqual(sorted(self.tree("back")),
                         ["Observation.ndjson", "Patient.ndjson", "notes/read me.txt"])
        # A packed source and one of several: the pattern is about paths within each.
        subprocess.run(["tar", "-C", self.path("src"), "-cf", self.path("p.tar"), "c.tmp",
                        "Patient.ndjson", "notes"], check=True)
        *_, summary = self.succeed("export", "p.tar", *self.export(
            "src", "c.medark", "--json", "--exclude", "*.tmp", "--exclude", "cache", "--report",
            "r.jsonl", "--force")[1:]).json()
        self.assertEqual(summary["excluded"], 8)
        self.assertIn("p.tar/notes/b.tmp", [line["path"] for line in self.report()])

    def test_a_pattern_that_can_match_nothing_is_refused(self):
        self.refuse(2, *self.export("src", "b.medark", "--exclude", "/srv/x"))
        self.refuse(2, *self.export("src", "b.medark", "--exclude", "./"))


class Verify(ArchiveTest):
    def verify(self, *files, trust="clinic.cert.pem"):
        return ["verify", *files, "--trust", trust]

    def test_the_last_line_says_that_it_is_verified(self):
        lines = self.succeed(*self.verify("a.medark")).out.splitlines()
        self.assertEqual(lines[-1], "a.medark: verified")
        labels = [line[2:16].strip() for line in lines[:-1]]
        for label in ["signer", "claimed time", "sequence", "members", "records", "patients",
                      "quarantined"]:
            self.assertIn(label, labels)
        self.assertEqual(self.succeed(*self.verify("a.medark"), "-q").out, "")

    def test_the_variable_stands_in_for_the_anchor(self):
        self.succeed("verify", "a.medark", env={"MEDARK_TRUST": "clinic.cert.pem"})
        self.refuse(1, "verify", "a.medark", env={"MEDARK_TRUST": "nowhere.pem"})

    def test_a_changed_byte_anywhere_does_not_verify(self):
        size = os.path.getsize(self.path("a.medark"))
        for place in [0, 1000, size // 3, size // 2, size - 3000, size - 1]:
            def flip(content, place=place):
                content[place] ^= 0x20
                return content

            self.damaged(flip)
            self.refuse(3, *self.verify("bad.medark"))

    def test_what_is_cut_off_or_added_does_not_verify(self):
        for change in [lambda c: c[:-1], lambda c: c[:len(c) // 2], lambda c: c[:100],
                       lambda c: c + b"\0", lambda c: b""]:
            self.damaged(change)
            self.refuse(3, *self.verify("bad.medark"))

    def test_an_anchor_that_does_not_fit_is_told_with_who_signed(self):
        result = self.refuse(4, *self.verify("a.medark", trust="stranger.cert.pem"))
        self.assertRegex(result.err.splitlines()[1],
                         r"^  is 'stranger\.cert\.pem' the right trust anchor\? the archive says "
                         r"it was signed by .*clinic.* \(SHA-256 [0-9a-f]{64}\)$")

    def test_what_is_not_there_is_a_failure(self):
        self.refuse(1, *self.verify("nowhere.medark"))
        self.refuse(1, *self.verify("a.medark", trust="nowhere.pem"))

    def test_every_file_is_reported_and_the_worst_decides(self):
        self.damaged(lambda content: content[:-600])
        for files, code in [(["nowhere", "a.medark", "bad.medark"], 3),
                            (["a.medark", "nowhere"], 1), (["bad.medark", "a.medark"], 3)]:
            result = self.run_medark(*self.verify(*files))
            self.assertEqual(result.code, code)
            self.assertEqual(result.out.count("verified\n"), 1)
            self.assertEqual(result.err.count("medark: cannot"), len(files) - 1)
        lines = self.run_medark(*self.verify("nowhere", "a.medark", "bad.medark"), "--json").json()
        self.assertEqual([(line["file"], line["verified"]) for line in lines],
                         [("nowhere", False), ("a.medark", True), ("bad.medark", False)])
        self.assertEqual([line.get("exit_code") for line in lines], [1, None, 3])


class Inspect(ArchiveTest):
    def test_it_says_that_nothing_is_verified(self):
        out = self.succeed("inspect", "a.medark").out
        self.assertIn("a.medark: not verified; the archive says of itself:\n", out)
        self.assertEqual(out.splitlines()[-1], "nothing was verified; to verify it: medark verify "
                         "--trust CERT a.medark")
        summary, = self.succeed("inspect", "a.medark", "--json").json()
        self.assertFalse(summary["verified"])
        self.assertEqual(len(summary["recipients"]), 1)
        self.assertEqual((summary["records"], summary["patients"]), (63, 3))

    def test_quiet_leaves_the_answer_alone(self):
        quiet = self.succeed("inspect", "a.medark", "-q", "--recipient", "it.cert.pem")
        self.assertEqual(quiet.out + quiet.err, "")
        quiet = self.refuse(5, "inspect", "a.medark", "-q", "--recipient", "other.cert.pem")
        self.assertEqual(quiet.out, "")

    def test_other_files_are_no_archives(self):
        self.write("text", "no archive\n" * 1000)
        self.refuse(3, "inspect", "text")
        self.refuse(1, "inspect", "nowhere")


class Restore(ArchiveTest):
    def test_a_folder_is_no_archive(self):
        self.refuse(2, "verify", "a.medark", "src", "--trust", "clinic.cert.pem",
                    error="cannot verify 'src': there is no archive (*.medark) in this folder")
        for args in [["inspect", "src"], self.opened("patients", archive="src"),
                     self.opened("restore", "--to", "x", archive="src")]:
            self.refuse(2, *args, error="cannot open 'src': it is a folder; name the archive in it, as "
                        "in src/NAME.medark")

    def test_what_is_complete_without_its_summary_is_said_to_be(self):
        for args, made in [(self.opened("restore", "--to", "back"), "back"),
                           (self.export("src", "full.medark"), "full.medark"),
                           (["key", "new", "--role", "signer", "--name", "n", "--out", "n"], "n")]:
            with open("/dev/full", "w") as full:
                done = subprocess.run([MEDARK, *args], stdout=full, stderr=subprocess.PIPE,
                                      cwd=self.folder, env=environment(), check=False)
            self.assertEqual((done.returncode, done.stderr.decode()),
                             (1, "medark: cannot print the summary: No space left on device; "
                              f"'{made}' itself is complete\n"))
        self.assertEqual(self.tree("back"), self.tree("src"))
        self.succeed("verify", "full.medark", "--trust", "clinic.cert.pem")

    def test_everything_comes_back_byte_for_byte(self):
        out = self.succeed(*self.opened("restore", "--to", "back")).out
        self.assertEqual(out.splitlines()[-1], "a.medark: verified and restored to back")
        self.assertEqual(self.tree("back"), self.tree("src"))

    def test_one_patient_comes_back_with_what_was_asked_for(self):
        *_, summary = self.succeed(*self.opened("restore", "--to", "chart", "--patient",
                                                "999990019", "--json")).json()
        self.assertEqual((summary["patients"], summary["records"], summary["whole"]),
                         (1, 21, False))
        self.assertEqual(self.tree("chart")["Observation.ndjson"].count(b"\n"), 20)
        self.succeed(*self.opened("restore", "--to", "few", "--patient", "-", "--type",
                                  "Observation", "--since", "2020-01-01"), stdin=b"p1\np2\n")
        self.assertNotIn("Patient.ndjson", self.tree("few"))

    def chart(self, to, *patients, more=(), **options):
        named = [word for each in patients for word in ("--patient", each)]
        return self.opened("restore", "--to", to, *named, *more, **options)

    def test_a_chart_takes_the_place_of_the_one_before_as_a_whole(self):
        self.write("letters/DocumentReference.ndjson", json.dumps({
            "resourceType": "DocumentReference", "id": "d", "status": "current",
            "subject": {"reference": "Patient/p1"},
            "content": [{"attachment": {"url": "scans/../scans/a b.pdf"}}]}) + "\n")
        self.write("letters/scans/a b.pdf", b"%PDF \x00")
        self.write("letters/Patient.xml", '<Patient xmlns="http://hl7.org/fhir"><id value="p1"/>'
                   "</Patient>")
        self.succeed(*self.export("letters", "letters.medark"))
        first = self.chart("c", "p1", archive="letters.medark")
        self.succeed(*first)
        self.assertEqual(sorted(self.tree("c")), ["DocumentReference.ndjson", "items/scans/a b.pdf",
                                                  "report.json", "xml/Patient-1.xml"])
        os.chmod(self.path("c"), 0o750)
        for number, args in enumerate([self.chart("{}", "p2"), self.chart("{}", "p2"),
                                       self.chart("{}", "p3", more=["--type", "Patient"]), first]):
            again = ["new%d" % number if word in ("{}", "c") else word for word in args]
            self.succeed(*again)
            self.succeed(*["c" if word == "{}" else word for word in args], "--force")
            self.assertEqual(self.tree("c"), self.tree("new%d" % number))
            self.assertEqual(os.stat(self.path("c")).st_mode & 0o777, 0o750)
        self.assertFalse(os.path.exists(self.path("c.medark-partial")))

    def test_a_chart_replaces_nothing_but_a_chart(self):
        self.succeed(*self.chart("c", "p1"))
        for name in ["letter.txt", "Mine.ndjson", "items/x", "xml/Observation-1.txt",
                     "referenced/Mine.ndjson", "mine/x"]:
            with self.subTest(name):
                path = self.write("c/" + name, "mine")
                self.refuse(2, *self.chart("c", "p2", more=["--force"]),
                            error="cannot restore 'a.medark': the target folder '%s' holds more than an "
                            "earlier chart, which is all that a chart may replace: choose a new folder"
                            % self.path("c"))
                os.remove(path)
                if "/" in name:
                    os.rmdir(os.path.dirname(path))
        os.symlink("../a.medark", self.path("c", "Patient.ndjson~"))
        self.refuse(2, *self.chart("c", "p2", more=["--force"]))
        os.remove(self.path("c", "Patient.ndjson~"))
        os.rename(self.path("c/report.json"), self.path("report.json"))
        self.refuse(2, *self.chart("c", "p2", more=["--force"]))
        self.refuse(2, *self.chart("src", "p2", more=["--force"]))

    def test_force_is_offered_where_it_helps(self):
        new = "restore into a new folder"
        replace = new + ", or give --force to replace the chart in it"
        self.refuse(1, *self.chart("src", "p1"), hint=new)
        self.succeed(*self.chart("c", "p1"))
        self.refuse(1, *self.chart("c", "p2"), hint=replace)
        mine = self.write("c/letter.txt", "mine")
        self.refuse(1, *self.chart("c", "p2"), hint=new)
        self.refuse(1, *self.opened("restore", "--to", "c"), hint=new + ", or give --force")
        os.remove(mine)
        self.succeed(*self.chart("c", "p2", more=["--force"]))

    def test_what_the_folder_tells_one_by_one_is_pointed_to(self):
        self.write("odd/n\x1b.txt", "x")
        self.write("odd/o.ndjson", json.dumps({"resourceType": "Observation", "id": "o", "subject": {
            "reference": "Patient/p1"}, "encounter": {"reference": "Encounter/none"}}) + "\n"
            + patient(0) + "\n")
        self.succeed(*self.export("odd", "b.medark"))
        for args, label, want in [
                (["--to", "w"], "renamed", ["1 (see medark-renamed.json)"]),
                (["--to", "c", "--patient", "p1"], "unresolved", ["1 (see report.json)"]),
                (["--to", "d", "--patient", "p1"], "renamed", [])]:
            out = self.succeed(*self.opened("restore", *args, archive="b.medark")).out
            self.assertEqual([line.split(None, 1)[1] for line in out.splitlines()
                              if line.startswith(f"  {label} ")], want)
        self.assertIn("medark-renamed.json", self.tree("w"))
        self.assertIn(b"Encounter/none", self.tree("c")["report.json"])
        out = self.succeed(*self.chart("e", "p1")).out
        self.assertIn("  unresolved    0\n", out)

    def test_an_incomplete_archive_is_told_of(self):
        self.write("src/Broken.ndjson", '{"resourceType":"Patient","id":"x"\n' * 2)
        os.symlink("nowhere", self.path("src/link"))
        self.succeed(*self.export("src", "b.medark"), code=6)
        for args in [["--to", "back"], ["--to", "chart", "--patient", "p1"]]:
            args = self.opened("restore", *args, archive="b.medark")
            result = self.succeed(*args, "--quiet")
            self.assertEqual(result.err, "medark: warning: the archive is incomplete: 1 quarantined, 1 "
                             "skipped; to list it: medark items --quarantined b.medark --identity KEY --trust CERT\n")
            args[args.index("--to") + 1] += "2"
            warning, summary = self.succeed(*args, "--json").json()
            self.assertTrue(warning["warning"].startswith("the archive is incomplete"))
            want = {"complete": False, "quarantined": 1, "skipped": 1, "duplicates": 0}
            self.assertEqual({key: summary[key] for key in want}, want)
        with open(self.path("chart/report.json"), encoding="utf-8") as f:
            report = json.load(f)
        self.assertEqual({key: report[key] for key in want}, want)
        self.succeed(*self.opened("restore", "--to", "whole"))
        self.assertEqual(self.succeed(*self.opened("restore", "--to", "whole2", "-q")).err, "")

    def test_a_patient_who_is_not_found_is_answered_with_what_helps(self):
        hint = ("--patient takes an id or an identifier such as a BSN, not a name; medark patients FILE "
                "QUERY finds it")
        self.refuse(1, *self.chart("c", "p1", "Vries"), hint=hint,
                    error="cannot restore 'a.medark': patient 2 of the request is not in the archive")
        self.refuse(1, *self.chart("c", "p1", "-", "p2"), stdin=b"p2\r\n\n\nVries\np3\n", hint=hint,
                    error="cannot restore the patient of line 4 of standard input: patient 3 of the "
                    "request is not in the archive")
        self.succeed(*self.chart("c", "-"), stdin=b"\np2\r\n\np1")

    def test_a_date_is_written_as_in_a_query(self):
        for number, date in enumerate(["2020-12-31", "31-12-2020"]):
            self.succeed(*self.chart("s%d" % number, "p1", more=["--since", date]))
            self.assertEqual(self.tree("s%d" % number), self.tree("s0"))
        self.assertIn(b'"since":"2020-12-31"', self.tree("s1")["report.json"])
        for date in ["31-12-20", "2020-31-12", "29-02-2023", "20201231", "31122020", "31-12-2020x", "-1-12-2020",
                     "2020-12-", "31-12-", "1970", "31--1-2020", ""]:
            self.refuse(2, *self.chart("no", "p1", more=["--since", date]))

    def test_a_type_that_fhir_does_not_have_is_refused(self):
        for types, wrong, meant in [("observation", "observation", "; did you mean 'Observation'?"),
                                    ("Patient,Obs", "Obs", ""),
                                    ("Patient,Observatoin", "Observatoin",
                                     "; did you mean 'Observation'?")]:
            self.refuse(2, *self.chart("none", "p1", more=["--type", types]), hint="see: medark help restore",
                        error=f"cannot use '{wrong}' for --type: FHIR has no resource type of that name{meant}")

    def test_such_a_type_is_warned_of_where_the_archive_has_others(self):
        self.write("src/Own.ndjson", '{"resourceType":"Ownthing","id":"1"}\n')
        self.succeed(*self.export("src", "b.medark"))
        result = self.succeed(*self.chart("own", "p1", more=["--type", "Ownthing,Observatoin,Patient"],
                                          archive="b.medark"), "-q")
        unknown = "medark: warning: FHIR has no resource type "
        self.assertEqual(result.err, unknown + "'Ownthing'\n" + unknown +
                         "'Observatoin'; did you mean 'Observation'?\n")
        self.assertEqual(sorted(self.tree("own")), ["Patient.ndjson", "report.json"])

    def test_a_chart_without_records_names_the_options_that_left_them_out(self):
        self.write("old/o.ndjson", observation(1, 9) + "\n" + observation(2, 8) + "\n")
        self.succeed(*self.export("old", "old.medark"), code=6)
        for number, (patients, more, why) in enumerate([
                (["p9"], ["--type", "Condition"], "patient is of the types of --type"),
                (["p9"], ["--since", "2100-01-01"], "patient is of the time of --since"),
                (["p9", "p8"], ["--since", "2100-01-01", "--type", "Observation"],
                 "patients is of the types of --type and the time of --since")]):
            result = self.succeed(*self.chart("n%d" % number, *patients, more=more, archive="old.medark"), "-q")
            self.assertEqual(result.err.splitlines()[-1], "medark: warning: no record of the " + why)
        result = self.succeed(*self.chart("date", "p1", more=["--since", "2100-01-01"]), "-q")
        self.assertEqual(result.err, "")

    def test_a_folder_that_others_may_enter_is_warned_of(self):
        os.mkdir(self.path("back"))
        os.chmod(self.path("back"), 0o755)
        result = self.succeed(*self.opened("restore", "--to", "back", "--quiet"))
        self.assertEqual(result.err, "medark: warning: others may enter the folder 'back' (mode 0755), "
                         "which was there before: chmod 700 it unless they should read the records\n")
        self.assertEqual(os.stat(self.path("back")).st_mode & 0o777, 0o755)
        self.assertEqual(self.succeed(*self.opened("restore", "--to", "new", "--quiet")).err, "")
        self.assertEqual(os.stat(self.path("new")).st_mode & 0o777, 0o700)

    def test_a_folder_in_the_way_that_medark_did_not_make_stays(self):
        self.write("back.medark-partial/letter.txt", "mine")
        self.refuse(1, *self.opened("restore", "--to", "back", "--force"),
                    error="cannot restore to 'back': 'back.medark-partial' stands in the way and holds "
                    "what no restore put there; move it away or remove it")

    def test_a_failure_leaves_no_folder(self):
        self.refuse(5, *self.opened("restore", "--to", "back", identity="other.key.pem"),
                    hint="to ask whether somebody can open it: medark inspect a.medark --recipient CERT")
        result = self.refuse(1, *self.opened("restore", "--to", "back", "--patient", "999990044"))
        self.assertNotIn("999990044", result.err)
        self.refuse(1, *self.opened("restore", "--to", "nowhere/back"))
        self.refuse(1, *self.opened("restore", "--to", "src"),
                    hint="restore into a new folder, or give --force")
        self.refuse(4, "restore", "a.medark", "--identity", "it.key.pem", "--trust",
                    "stranger.cert.pem", "--to", "back")

        def flip(content):
            content[content.index(b"data/00000001") + 700] ^= 1
            return content

        self.damaged(flip)
        self.refuse(3, *self.opened("restore", "--to", "back", archive="bad.medark"))

    def test_what_a_chart_refers_to_leads_to_more_than_the_chart_itself(self):
        """The names that are looked for are kept while those that they lead to are added."""
        def refer(kind, numbers):
            return [{"reference": f"{kind}/{kind}-{n}-{'x' * 40}"} for n in numbers]

        def record(kind, number, **more):
            return {"resourceType": kind, "id": f"{kind}-{number}-{'x' * 40}", **more}

        lines = [{"resourceType": "Observation", "id": "led", "status": "final", "code": {"text": "x"},
                  "subject": {"reference": "Patient/p1"}, "performer": refer("PractitionerRole", range(60))}]
        for n in range(50):
            lines.append(record("PractitionerRole", n, location=refer("Location", range(20 * n, 20 * n + 20))))
            lines.extend(record("Location", i) for i in range(20 * n, 20 * n + 19))
        self.write("led/all.ndjson", "".join(json.dumps(line) + "\n" for line in lines))
        self.write("led/Patient.ndjson", patient(0) + "\n")
        self.succeed(*self.export("led", "led.medark"))
        self.succeed(*self.opened("restore", "--to", "chart", "--patient", "p1", archive="led.medark"))
        tree = self.tree("chart")
        self.assertEqual(tree["referenced/PractitionerRole.ndjson"].count(b"\n"), 50)
        self.assertEqual(tree["referenced/Location.ndjson"].count(b"\n"), 950)
        absent = json.loads(tree["report.json"])["unresolved_names"]
        self.assertEqual(len(absent), 60)
        self.assertEqual({name.split("/")[0] for name in absent}, {"PractitionerRole", "Location"})

    def test_a_key_that_others_can_read_is_refused(self):
        os.chmod(self.path("it.key.pem"), 0o640)
        self.refuse(1, *self.opened("restore", "--to", "back"))


if __name__ == "__main__":
    main()
