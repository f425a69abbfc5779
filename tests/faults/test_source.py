# SPDX-License-Identifier: Apache-2.0
"""Sources that change, grow, shrink, vanish or cannot be read while they are exported: what is archived is
one of the states that a file had, or the file is named in the report and the exit code is 6."""

import json
import os
import shutil
import signal
import stat
import subprocess

from faults import MEDARK, SHIM, FaultTest, environment, errno, main, observation, patient, some

NOBODY = 65534
SAMPLES = 6


def grown(path):
    with open(path, "ab") as f:
        f.write(b'{"resourceType":"Observation","id":"later","subject":{"reference":"Patient/p1"}}\n')


def shrunk(path):
    os.truncate(path, os.path.getsize(path) // 2)


def emptied(path):
    os.truncate(path, 0)


def rewritten(path):
    """The same size, other bytes."""
    with open(path, "r+b") as f:
        content = f.read().replace(b"weight", b"height")
        f.seek(0)
        f.write(content)


def replaced(path):
    with open(path + ".new", "wb") as f:
        f.write(b'{"resourceType":"Observation","id":"other"}\n')
    os.rename(path + ".new", path)


def renamed(path):
    os.rename(path, path + ".moved.ndjson")


def deleted(path):
    os.unlink(path)


def linked(path):
    os.unlink(path)
    os.symlink("/etc/hostname", path)


def piped(path):
    os.unlink(path)
    os.mkfifo(path)


def made_folder(path):
    os.unlink(path)
    os.mkdir(path)


CHANGES = (grown, shrunk, emptied, rewritten, replaced, renamed, deleted, linked, piped, made_folder)


class Source(FaultTest):
    def setUp(self):
        super().setUp()
        self.write("moving/Patient.ndjson", "".join(patient(i) + "\n" for i in range(3)))
        body = "".join(observation(i, i % 3 + 1) + "\n" for i in range(100))
        self.write("moving/Observation.ndjson", body * 150)
        self.write("moving/Z/last.txt", "the last one\n")
        self.file = self.path("moving", "Observation.ndjson")
        self.args = self.export("moving", "b.medark", "--threads", "2", "--report", "report.jsonl")

    def changed_at(self, kind, at, change):
        """Lets the export stop itself at a call, changes the source, and lets it go on."""
        env = environment(LD_PRELOAD=SHIM, FAULT_KIND=kind, FAULT_AT=str(at),
                          FAULT_SIGNAL=str(int(signal.SIGSTOP)))  # fmt: skip
        with subprocess.Popen([MEDARK, *self.args], cwd=self.folder, env=env, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as child:  # fmt: skip
            _, status = os.waitpid(child.pid, os.WUNTRACED)
            stopped = os.WIFSTOPPED(status)
            if stopped:
                change(self.file)
                child.send_signal(signal.SIGCONT)
                said = child.stderr.read().decode()
                _, status = os.waitpid(child.pid, 0)
            else:
                said = child.stderr.read().decode()
            child.returncode = os.waitstatus_to_exitcode(status)
        return stopped, child.returncode, said

    def report(self):
        with open(self.path("report.jsonl"), encoding="utf-8") as f:
            return [json.loads(line) for line in f]

    def calls(self, kind, most):
        where = self.path("count")
        self.shimmed(self.args, kind, count=where)
        with open(where, encoding="ascii") as f:
            total = int(f.read())
        self.remove("b.medark", "report.jsonl", "count")
        return some(total, most)[SAMPLES // 2 :]

    def plain(self, name):
        """The regular files of a folder: links are not followed, pipes not waited for."""
        top, found = self.path(name), {}
        for folder, _, names in os.walk(top):
            for each in (os.path.join(folder, n) for n in names):
                if stat.S_ISREG(os.lstat(each).st_mode):
                    with open(each, "rb") as f:
                        found[os.path.relpath(each, top)] = f.read()
        return found

    def check_moved(self, change, old, code, said):
        """Every file as it was, or as it is, or named in the report."""
        self.assertIn(code, (0, 6), said)
        self.succeed("verify", "b.medark", "--trust", "clinic.cert.pem")
        self.succeed(*self.opened("restore", "--to", "back", archive="b.medark"))
        back, new = self.tree("back"), self.plain("moving")
        named = {line.get("path") for line in self.report()}
        for name in old:
            states = (old[name], new.get(name))
            whole = name in back and back[name] in states
            gone = name not in back and name not in new
            self.assertTrue(whole or gone or name in named, f"{change.__name__}: {name}")
            if not whole and not gone:
                self.assertEqual(code, 6)
        self.remove("b.medark", "back", "report.jsonl")
        return named

    def moved(self, kind, most=SAMPLES * 2):
        """Every change at some of the calls of a kind; which changes were ever reported."""
        found = set()
        calls = self.calls(kind, most)
        shutil.copytree(self.path("moving"), self.path("kept"))
        for change in CHANGES:
            for at in calls:
                with self.subTest(kind=kind, at=at, change=change.__name__):
                    self.remove("moving")
                    shutil.copytree(self.path("kept"), self.path("moving"))
                    old = self.tree("moving")
                    _, code, said = self.changed_at(kind, at, change)
                    if "Observation.ndjson" in self.check_moved(change, old, code, said):
                        self.assertEqual(code, 6)
                        found.add(change)
        return found

    def test_changes_while_it_reads(self):
        found = self.moved("read")
        self.assertLessEqual({grown, shrunk, emptied, rewritten}, found)

    def test_changes_while_it_looks(self):
        # One call alone stands between the list of a folder and the look at its file.
        found = self.moved("stat", SAMPLES * 5)
        self.assertLessEqual({renamed, deleted, linked, piped}, found)

    def test_changes_while_it_opens(self):
        self.moved("open")


class Unreadable(FaultTest):
    def test_a_read_error_is_reported_by_name(self):
        """EIO at each read: the files that could not be read whole are named."""
        args = self.export("src", "b.medark", "--report", "report.jsonl")
        seen = set()
        for at in range(1, self.count("export", "read") + 1):
            result = self.shimmed(args, "read", at)
            if result.code == 6:
                with open(self.path("report.jsonl"), encoding="utf-8") as f:
                    lines = [json.loads(line) for line in f]
                seen |= {line["path"] for line in lines if line["reason"] == "unreadable"}
            self.remove("b.medark", "report.jsonl")
        self.assertEqual(seen, set(self.good))

    def test_what_was_read_before_an_error_is_kept(self):
        """Of records and of an opaque item: all bytes before the failure, whose place the report names."""
        body = "".join(observation(i, i % 3 + 1) + "\n" for i in range(60))
        self.write("long/Observation.ndjson", body * 150)
        self.write("long/scan.bin", bytes(range(256)) * 9000)
        good, partly = self.tree("long"), set()
        args = self.export("long", "b.medark", "--report", "report.jsonl", "--threads", "1")
        for at in range(1, 40):
            result = self.shimmed(args, "read", at, rest=1)
            if result.code == 6:
                partly |= self.check_kept(good)
            self.remove("b.medark", "report.jsonl", "back")
        self.assertEqual(partly, set(good))

    def check_kept(self, good):
        self.succeed(*self.opened("restore", "--to", "back", archive="b.medark"))
        back = self.tree("back")
        self.assertEqual(back.keys(), good.keys())
        with open(self.path("report.jsonl"), encoding="utf-8") as f:
            lines = [json.loads(line) for line in f]
        failed = {line["path"]: line for line in lines if line["reason"] == "unreadable"}
        self.assertNotIn("changed", {line["reason"] for line in lines})
        for name, content in good.items():
            self.assertTrue(content.startswith(back[name]), name)
            self.assertTrue(back[name] == content or name in failed, name)
            if name in failed:
                self.assertEqual(failed[name]["offset"], len(back[name]))
                self.assertIn("Input/output error", failed[name]["detail"])
        return {name for name in failed if 0 < len(back[name]) < len(good[name])}

    def test_a_source_that_cannot_be_read_at_all_ends_the_export(self):
        before = self.files()
        for source, kind in (("src", "list"), ("src/Patient.ndjson", "read")):
            seen = set()
            args = self.verbs["export"] = self.export(source, "b.medark")
            for at in range(1, self.count("export", kind) + 1):
                result = self.shimmed(args, kind, at)
                seen.add(result.code)
                if result.code == 1:
                    self.check_sentence(result)
                    self.assertEqual(self.files(), before)
                self.remove("b.medark")
            self.assertIn(1, seen)

    def test_nothing_is_left_out_for_want_of_descriptors(self):
        before = self.files()
        for number, told in (errno.EMFILE, "ulimit -n"), (errno.ENFILE, "other programs"):
            for kind in "open", "list":
                ended = 0
                for at in range(1, self.count("export", kind) + 1):
                    result = self.shimmed(self.verbs["export"], kind, at, number)
                    with self.subTest(kind=kind, at=at, errno=number):
                        self.check("export", result, before, (1,))
                        self.assertNotEqual(result.code, 6, result.err)
                    ended += told in result.err
                self.assertGreater(ended, 1)

    def as_nobody(self, args):
        """Runs without root's rights, which no file mode binds."""
        if os.geteuid() != 0:
            return self.run_medark(*args)
        keys = ("clinic.key.pem", "clinic.cert.pem", "it.cert.pem", "it.key.pem")
        for name in keys:
            os.chown(self.path(name), NOBODY, NOBODY)
        os.chmod(self.folder, 0o777)
        return self.run_medark(*args, user=NOBODY, group=NOBODY, extra_groups=[])

    def test_what_may_not_be_read_is_reported(self):
        self.write("src/secret.txt", "x", 0o000)
        self.write("src/closed/inside.txt", "x")
        os.chmod(self.path("src", "closed"), 0o000)
        try:
            result = self.as_nobody(self.export("src", "b.medark", "--json", "--report", "report.jsonl"))
        finally:
            os.chmod(self.path("src", "closed"), 0o755)
        self.assertEqual(result.code, 6, result.err)
        self.assertFalse(result.json()[-1]["complete"])
        with open(self.path("report.jsonl"), encoding="utf-8") as f:
            named = {json.loads(line)["path"] for line in f}
        self.assertEqual(named, {"secret.txt", "closed"})
        self.succeed("verify", "b.medark", "--trust", "clinic.cert.pem")

    def test_a_source_that_may_not_be_read_fails(self):
        os.chmod(self.path("src"), 0o000)
        try:
            result = self.as_nobody(self.export("src", "b.medark"))
        finally:
            os.chmod(self.path("src"), 0o755)
        self.assertEqual(result.code, 1, result.err)
        self.check_sentence(result)
        self.assertFalse(os.path.lexists(self.path("b.medark")))

    def test_an_archive_that_may_not_be_read_is_no_bad_archive(self):
        os.chmod(self.path("a.medark"), 0o000)
        for verb in (["verify", "a.medark", "--trust", "clinic.cert.pem"], ["inspect", "a.medark"]):
            result = self.as_nobody(verb)
            self.assertEqual(result.code, 1, result.err)
            self.check_sentence(result)

    def test_a_target_that_may_not_be_written_fails(self):
        os.mkdir(self.path("closed"), 0o555)
        for args in (self.export("src", "closed/b.medark"), self.opened("restore", "--to", "closed/back")):
            result = self.as_nobody(args)
            self.assertEqual(result.code, 1, result.err)
            self.check_sentence(result)
            self.assertEqual(os.listdir(self.path("closed")), [])


if __name__ == "__main__":
    main()
