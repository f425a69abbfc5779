# SPDX-License-Identifier: Apache-2.0
"""What the tests on whole data sets share: unpacking, exporting, looking at what comes back.

MEDARK and MEDARK_SYNTH are the programs, MEDARK_ROOT is the top of the source tree; the published
data sets are looked for in ../shared/data beside it. MEDARK_SANITIZED is 1 in builds whose use of
memory says nothing.
"""

import collections
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.environ.get("MEDARK_ROOT", os.path.dirname(os.path.dirname(HERE)))
sys.path.insert(0, os.path.join(ROOT, "tests", "cli"))

from cli import MEDARK, Result, Test, environment, main  # noqa: E402 (the path is known only now)

SYNTH = os.environ["MEDARK_SYNTH"]
SANITIZED = os.environ.get("MEDARK_SANITIZED") == "1"
DATA = os.path.join(os.path.dirname(ROOT), "shared", "data")
NOBODY = 65534

__all__ = ["DATA", "MEDARK", "SANITIZED", "SYNTH", "DataTest", "RealTest", "entries", "main",
           "packed", "unpack"]


def packed(name):
    return os.path.join(DATA, name + ".tar.zst")


def unpack(name, folder):
    os.makedirs(folder)
    subprocess.run(["sh", "-c", 'zstd -dc --long=27 "$1" | tar -x -C "$2"', "sh", packed(name),
                    folder], check=True)
    return folder


def entries(top):
    """(path, is folder, mode, time in ns) of everything below a folder, as bytes."""
    top, found = os.fsencode(top), {}
    for folder, folders, names in os.walk(top):
        for name in folders + names:
            path = os.path.join(folder, name)
            st = os.lstat(path)
            found[os.path.relpath(path, top)] = (name in folders, st.st_mode & 0o7777,
                                                 st.st_mtime_ns)
    return found


class RealTest(Test):
    """Keys are made once for a class; each test has a folder of its own."""

    @classmethod
    def setUpClass(cls):
        cls.clinic = tempfile.mkdtemp(prefix="medark-real-")
        cls.addClassCleanup(shutil.rmtree, cls.clinic)
        for role, out in [("signer", "clinic"), ("recipient", "it")]:
            subprocess.run([MEDARK, "key", "new", "--role", role, "--name", out, "--out", out,
                            "-q"], cwd=cls.clinic, check=True)

    def key(self, name):
        return os.path.join(self.clinic, name)

    def run_medark(self, *args, stdin=None, env=None, program=(MEDARK,), cwd=None, **options):
        """As in the tests of the program, but these take their time; arguments may be bytes."""
        given = {"stdin": stdin} if hasattr(stdin, "fileno") else {"input": stdin or b""}
        done = subprocess.run([*program, *args], capture_output=True, cwd=cwd or self.folder,
                              env=env or environment(), timeout=900, check=False, **given,
                              **options)
        return Result(done.returncode, done.stdout, done.stderr)

    def export(self, *sources, out="a.medark", code=0, more=(), stdin=None):
        """Exports; the summary with what `inspect` adds to it."""
        summary = self.succeed(
            "export", *sources, "--recipient", self.key("it.cert.pem"), "--signer",
            self.key("clinic.cert.pem"), "--signer-key", self.key("clinic.key.pem"), "--out", out,
            "--report", out + ".jsonl", "--force", "--json", *more, code=code,
            stdin=stdin).json()[-1]
        seen = self.succeed("inspect", out, "--json").json()[-1]
        for name in ("records", "patients", "items", "bytes", "quarantined", "duplicates",
                     "skipped", "opaque", "complete"):
            self.assertEqual(seen[name], summary[name], name)
        self.assertEqual(summary["complete"], code == 0)
        self.assertEqual(sum(seen["reasons"].values()), summary["quarantined"])
        return {**seen, **summary}

    def report(self, out="a.medark"):
        with open(self.path(out + ".jsonl"), encoding="utf-8") as f:
            return [json.loads(line) for line in f]

    def opened(self, verb, *more, out="a.medark"):
        return self.succeed(verb, out, "--identity", self.key("it.key.pem"), "--trust",
                            self.key("clinic.cert.pem"), "--json", *more)

    def patients(self, *query, out="a.medark"):
        """The index's rows by their keys."""
        lines = self.opened("patients", *query, out=out).json()
        rows = [line["row"] for line in lines if line["message_type"] == "patient"]
        self.assertEqual(lines[-1]["patients"], len(rows))
        return {row["key"]: row for row in rows}

    def counts(self, out="a.medark"):
        return {key: row["counts"] for key, row in self.patients(out=out).items()}

    def verify_elsewhere(self, out="a.medark"):
        """Another user, who has the archive and the trust anchor and nothing else, verifies it."""
        folder = tempfile.mkdtemp(prefix="medark-auditor-")
        self.addCleanup(shutil.rmtree, folder)
        for path, name in [(MEDARK, "medark"), (self.path(out), "a.medark"),
                           (self.key("clinic.cert.pem"), "anchor.pem")]:
            shutil.copy(path, os.path.join(folder, name))
        os.chmod(os.path.join(folder, "a.medark"), 0o644)  # handed over: it is made for its owner
        os.chmod(folder, 0o755)
        as_user = []
        if os.getuid() == 0:
            as_user = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        # LeakSanitizer may not look at a process that has changed its user.
        env = {"HOME": "/nonexistent", "PATH": "/usr/bin:/bin", "ASAN_OPTIONS": "detect_leaks=0"}
        result = self.succeed("verify", "a.medark", "--trust", "anchor.pem", cwd=folder, env=env,
                              program=[*as_user, os.path.join(folder, "medark")])
        self.assertEqual(result.out.splitlines()[-1], "a.medark: verified")

    def same_tree(self, source, back, times=True):
        """Byte for byte, and the same folders, names, modes and times."""
        diff = subprocess.run(["diff", "-r", source, back], cwd=self.folder, check=False,
                              capture_output=True)
        self.assertEqual((diff.returncode, diff.stdout[:2000]), (0, b""))
        a, b = entries(self.path(source)), entries(self.path(back))
        self.assertEqual(sorted(a), sorted(b))
        if times:
            self.assertEqual({k: v for k, v in a.items() if v != b[k]},
                             {k: v for k, v in b.items() if v != a[k]})

    def restore(self, to="back", *more, out="a.medark"):
        shutil.rmtree(self.path(to), ignore_errors=True)
        return self.opened("restore", "--to", to, *more, out=out).json()[-1]

    def round_trip(self, source, out="a.medark"):
        """Verified by another user, restored byte-exact. The source may be gone by then."""
        self.verify_elsewhere(out)
        self.restore(out=out)
        self.same_tree(source, "back")
        shutil.rmtree(self.path("back"))

    def chart(self, patient, *more, out="a.medark"):
        """A patient's records as they are restored, by type."""
        summary = self.restore("chart", "--patient", patient, *more, out=out)
        found = collections.defaultdict(list)
        for name in sorted(glob.glob("*.ndjson", root_dir=self.path("chart"))):
            with open(self.path("chart", name), "rb") as f:
                found[name.removesuffix(".ndjson")] += f.read().splitlines()
        for name in sorted(glob.glob("*.xml", root_dir=self.path("chart", "xml"))):
            with open(self.path("chart", "xml", name), "rb") as f:
                found[name.split("-")[0]].append(f.read())
        self.assertEqual(sum(map(len, found.values())), summary["records"])
        return found

    def synth(self, *args, out="src"):
        subprocess.run([SYNTH, *args, "--out", self.path(out)], check=True, cwd=self.folder)
        return out


@unittest.skipUnless(os.path.isdir(DATA), "no ../shared/data: not run")
class DataTest(RealTest):
    """Runs where the published data sets are."""
