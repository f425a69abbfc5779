# SPDX-License-Identifier: Apache-2.0
"""What the tests of faults share: a small clinic, the program with one call that fails, and what must
hold after it. MEDARK is a program without sanitizers, MEDARK_SHIM the shim of shim.c."""

import errno
import os
import random
import re
import sqlite3
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "cli"))

from archive import ArchiveTest, observation, patient  # noqa: E402
from cli import MEDARK, Result, environment, main  # noqa: E402

SHIM = os.environ["MEDARK_SHIM"]
SEED = 20261122
PASSPHRASE = "correct horse battery staple"
PATIENT_DATA = ("Vries", "Sofie", "99999", "1970-12-31", "p1", "Anna")
__all__ = ["FaultTest", "MEDARK", "Result", "SEED", "SHIM", "environment", "errno", "main", "observation",
           "patient", "some"]  # fmt: skip


def some(total, most, seed=SEED):
    """All calls from 1 to `total`, or `most` of them: the first and the last ones, and any between."""
    if total <= most:
        return range(1, total + 1)
    ends = most // 4
    between = range(ends + 1, total - ends + 1)
    rest = sorted(random.Random(seed).sample(between, most - 2 * ends))
    return [*range(1, ends + 1), *rest, *range(total - ends + 1, total + 1)]


LISTINGS = ("patients", "items")
# What a verb may write.
WRITTEN = ("b.medark", "back", "back.zip", "back.jsonl", "back.html", "back.csv")


class FaultTest(ArchiveTest):
    def setUp(self):
        super().setUp()
        os.unlink(self.path("stranger.key.pem"))
        self.verbs = {
            "export": self.export("src", "b.medark", "--threads", "2"),
            "verify": ["verify", "a.medark", "--trust", "clinic.cert.pem", "--threads", "2"],
            "patients": self.opened("patients"),
            "items": self.opened("items"),
            "restore": self.opened("restore", "--to", "back", "--threads", "2"),
            "chart": self.opened("restore", "--to", "back", "--patient", "p1"),
            "database": self.opened("restore", "--to", "sqlite:back", "--threads", "2"),
            "sealed": self.opened("restore", "--to", "html:back.zip", "--zip-passphrase-file", "secret"),
            "diff": self.opened("diff", "a.medark", "--list", "back.jsonl", "--report", "back.html"),
            "scope": self.opened("scope", "--list", "back.csv"),
            "pages": self.opened("restore", "--to", "html:back", "--lang", "en", archive="ward.medark"),
        }
        self.write("secret", PASSPHRASE, 0o600)
        self.good = self.tree("src")
        self.may_stay = ()

    def run_medark(self, *args, env=None, **options):
        """With the shim idle, which leaves out the syncs."""
        return super().run_medark(*args, env={"LD_PRELOAD": SHIM, **(env or {})}, **options)

    def shimmed(self, args, kind, at=0, number=errno.EIO, **more):
        """Runs with call `at` of a kind failing; more: rest, signal, count."""
        env = environment(LD_PRELOAD=SHIM, FAULT_KIND=kind, FAULT_AT=str(at), FAULT_ERRNO=str(number),
                          **{"FAULT_" + n.upper(): str(v) for n, v in more.items()})  # fmt: skip
        done = subprocess.run([MEDARK, *args], stdin=subprocess.DEVNULL, capture_output=True, env=env,
                              cwd=self.folder, timeout=120, check=False)  # fmt: skip
        return Result(done.returncode, done.stdout, done.stderr)

    def count(self, verb, kind):
        """How many calls of a kind a verb makes when all goes well."""
        where = self.path("count")
        result = self.shimmed(self.verbs[verb], kind, count=where)
        self.assertEqual(result.code, 0, result.err)
        with open(where, encoding="ascii") as f:
            total = int(f.read())
        os.unlink(where)
        self.remove(*WRITTEN)
        return total

    def remove(self, *names):
        subprocess.run(["rm", "-rf", *(self.path(n) for n in names)], check=True)

    def fail_each(self, verb, kind, most=40, numbers=(errno.EIO,), codes=(1,), **more):
        """Every call (or `most` of them) of a kind fails in its turn. Returns how many were tried."""
        calls = some(self.count(verb, kind), most)
        before = self.files()
        expected = None
        if verb in LISTINGS:
            expected = self.succeed(*self.verbs[verb]).out
        for number in numbers:
            for at in calls:
                with self.subTest(verb=verb, kind=kind, at=at, errno=number):
                    result = self.shimmed(self.verbs[verb], kind, at, number, **more)
                    self.check(verb, result, before, codes, expected)
        return len(calls)

    def check(self, verb, result, before, codes, listing=None):
        """Either the verb did all of its work, or it failed, said so, and left nothing."""
        self.assertGreaterEqual(result.code, 0, f"ended by a signal: {result.err}")
        if result.code == 99:  # OpenSSL fell
            self.remove("back.medark-partial")
        if result.code in (0, 6):
            self.check_done(verb, result, listing)
            self.remove(*WRITTEN)
        else:
            self.assertIn(result.code, codes, result.err)
            if result.code != 99:
                self.check_sentence(result)
        left = self.files()
        for name in self.may_stay:
            self.remove(name)
            left = {n: c for n, c in left.items() if n.split(os.sep)[0] != name}
        self.assertEqual(sorted(left), sorted(before), "something was left behind")
        self.assertEqual(left, before)

    def check_done(self, verb, result, listing):
        if verb == "export":
            self.check_archive(result)
            return
        self.assertEqual(result.code, 0, result.err)
        if verb in LISTINGS:
            self.assertEqual(result.out, listing)
        elif verb == "restore":
            self.assertEqual(self.tree("back"), self.good)
        elif verb == "many":
            self.assertEqual(self.tree("back"), self.tree("many"))
        elif verb == "database":
            self.check_database(self.good)
        elif verb == "sealed":
            self.check_sealed()
        elif verb == "pages":
            pages = self.tree("back")
            self.assertEqual(len(pages), 1 + 3 * 3 + 9 + 3 + 1)
            self.assertEqual(pages["lists/admitted-0-1.html"].count(b'<section class="part"'), 2)
            self.assertEqual(pages["files/1-1.bin"], b"a file")
        elif verb == "diff":
            self.assertIn("both hold the same", result.out)
            self.assertIn(b"Both sides hold the same.", self.files()["back.html"])
        elif verb == "scope":
            self.assertEqual(self.files()["back.csv"].count(b"\r\n"), 4)
        elif verb == "chart":
            self.assertEqual(self.tree("back")["Patient.ndjson"].count(b"\n"), 1)
            self.assertEqual(self.tree("back")["Observation.ndjson"].count(b"\n"), 20)

    def check_database(self, source):
        """It is whole: each record of the source, and the rows and the search that come last."""
        db = sqlite3.connect(self.path("back"))
        try:
            self.assertEqual(db.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
            texts = sorted(text for (text,) in db.execute("SELECT text FROM resources"))
            found = db.execute("SELECT count(*) FROM search WHERE search MATCH 'weight'").fetchone()[0]
        finally:
            db.close()
        lines = [line for name, content in source.items() if name.endswith(".ndjson") for line in content.decode().splitlines()]
        self.assertEqual(texts, sorted(lines))
        self.assertEqual(found, sum('"Observation"' in line for line in lines))

    def check_sealed(self):
        """Every page is in it, the last one, too."""
        pages = {name: subprocess.run(["bsdtar", "-x", "-O", "-f", "back.zip", "--passphrase", PASSPHRASE, name], check=True,
                                      cwd=self.folder, stdout=subprocess.PIPE).stdout
                 for name in ["index.html", *(f"patients/{n}{raw}.html" for n in (1, 2, 3) for raw in ("", "-raw"))]}
        for name, content in pages.items():
            self.assertTrue(content.rstrip().endswith(b"</html>"), name)
        self.assertEqual(pages["index.html"].count(b"<tr data-k="), 3)

    def check_archive(self, result):
        """What export calls done is there and verifies; what it calls complete is all of the source."""
        self.succeed("verify", "b.medark", "--trust", "clinic.cert.pem")
        self.succeed(*self.opened("restore", "--to", "back", archive="b.medark"))
        back = self.tree("back")
        if result.code == 0:
            self.assertEqual(back, self.good)
            return
        # What could be read of a file is kept, and the file is reported.
        self.assertIn("incomplete", result.out + result.err)
        for name, content in back.items():
            self.assertTrue(self.good[name].startswith(content), name)

    def check_sentence(self, result):
        lines = result.err.strip().split("\n")
        self.assertRegex(lines[0], r"^medark: cannot [^\x00-\x1f\x7f]+[^.\s]$")
        self.assertLessEqual(len(lines), 2, result.err)
        for word in PATIENT_DATA:
            self.assertIsNone(re.search(rf"\b{re.escape(word)}\b", result.err), result.err)
