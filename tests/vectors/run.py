#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Every test vector through the program (verify, inspect, patients, items with and without --quarantined,
restore of everything and of one patient) and through the independent reader: the exit code is the one of
vectors.tsv, the sentence names the layer, and nothing is released.

    run.py [NAME…]   only those whose name begins so

MEDARK is the program.
"""

import concurrent.futures
import datetime
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "interop"))

import make  # noqa: E402
import medark_cms as cms  # noqa: E402
import medark_reader as reader  # noqa: E402

MEDARK = os.environ["MEDARK"]
ESCAPED = "/tmp/medark-escaped"  # where some paths of items lead
PATIENT_DATA = ("Vries", "Smit", "Jan", "999990019", "1970", "Observation")
NOW = datetime.datetime.now(datetime.timezone.utc)
ENVIRONMENT = {n: v for n, v in os.environ.items() if not n.startswith("MEDARK")}


class Case:
    good_lines = {}  # by list: the lines that it puts out of the good archives

    def __init__(self, number, row, content, keys):
        self.number, self.content, self.keys, self.faults = number, content, keys, []
        (self.file, self.rule, self.trust, self.verify, self.patients, self.items, self.quarantine,
         self.restore, self.one, self.reader, self.words, self.tree) = row  # fmt: skip

    def expect(self, condition, what):
        if not condition:
            self.faults.append(f"{self.file} ({self.rule}): {what}")

    def run(self):
        self.folder = tempfile.mkdtemp(prefix="medark-vector-")
        try:
            self.path = os.path.join(self.folder, "x.medark")
            with open(self.path, "wb") as f:
                f.write(self.content)
            self.program()
            self.independent_reader()
        except Exception as e:  # pylint: disable=broad-except
            self.faults.append(f"{self.file}: {type(e).__name__}: {e}")
        finally:
            shutil.rmtree(self.folder)
        return self.faults

    def program(self):
        anchor = ["--trust", os.path.join(self.keys, self.trust + ".cert.pem")]
        access = [*anchor, "--identity", os.path.join(self.keys, "recipient.key.pem")]
        self.call("verify", self.verify, anchor)
        # What fails while it is opened fails so for every verb: not each needs all of them then.
        codes = {self.verify, self.patients, self.items, self.quarantine, self.restore, self.one}
        if len(codes) > 1 or self.verify == "0" or self.number % 4 == 0:
            self.call("inspect", "03", [])
            self.call("patients", self.patients, access)
            self.call("items", self.items, access)
            self.call("items", self.quarantine, [*access, "--quarantined"])
            self.target = self.make_target()
            self.call("restore", self.one, [*access, "--to", self.target, "--patient", "p1"])
        self.target = self.make_target()
        self.call("restore", self.restore, [*access, "--to", self.target])
        if self.restore == "0" and self.tree != "-":
            self.expect(make.tree_digest(read_tree(self.target)) == self.tree, "other bytes are restored")

    def make_target(self):
        """A folder some levels down, so that a way out of it can be seen."""
        top = tempfile.mkdtemp(dir=self.folder)
        os.makedirs(os.path.join(top, "a", "b"))
        return os.path.join(top, "a", "b", "out")

    def outside(self):
        """Everything that a restore may not touch."""
        return sorted(
            os.path.join(folder, name)
            for folder, folders, files in os.walk(self.folder)
            for name in folders + files
            if os.path.join(folder, name) != getattr(self, "target", None)
            and not folder.startswith(getattr(self, "target", "\0"))
        )

    def call(self, verb, codes, options):
        before = self.outside()
        command = [MEDARK, verb, self.path, *options]
        # Looking for leaks takes as long as the rest of a short run: in every fourth one.
        environment = ENVIRONMENT if self.number % 4 == 0 else {**ENVIRONMENT, "ASAN_OPTIONS": "detect_leaks=0"}
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, env=environment,
                              timeout=120, check=False)  # fmt: skip
        what = verb + (" of one patient" if "--patient" in options else "")
        what += " in quarantine" if "--quarantined" in options else ""
        error = done.stderr.decode("utf-8", "replace")
        said = f"{what}: exit code {done.returncode}, expected {codes}: {error.strip()!r}"
        self.expect(str(done.returncode) in list(codes), said)
        self.expect(self.outside() == before, f"{what} made something outside of its target")
        self.expect(not os.path.lexists(ESCAPED), f"{what} wrote elsewhere")
        if done.returncode == 0:
            return
        self.refused(what, done.stdout, error)
        if verb == "restore":
            self.expect(not os.path.lexists(self.target), f"{what} left its target")

    def refused(self, what, out, error):
        """One clear sentence that names the layer, and nothing of the records."""
        if what in Case.good_lines:  # rows stream: those before the fault may have come out
            out = b"".join(line for line in out.splitlines(True) if line not in Case.good_lines[what])
        self.expect(not out, f"{what} put out {out!r}")
        first = error.split("\n")[0]
        self.expect(re.fullmatch(r"medark: cannot [^\x00-\x1f\x7f]+[^.]", first), f"{what}: {error!r}")
        self.expect(len(error.strip().split("\n")) <= 2, f"{what} says too much: {error!r}")
        self.expect(not any(word in error for word in PATIENT_DATA), f"{what} tells: {error!r}")
        if what != "inspect":
            said = any(word in error for word in self.words.split("|"))
            self.expect(said, f"{what} does not name its layer ({self.words}): {error!r}")

    def independent_reader(self):
        code, said = "0", ""
        try:
            trust = cms.Trust(os.path.join(self.keys, self.trust + ".cert.pem"))
            archive = reader.Archive(self.path, trust, NOW)
            key = cms.load_key(os.path.join(self.keys, "recipient.key.pem"), None)
            archive.open(key, None)
            reader.check_ranges(archive, reader.Index(archive))
        except (cms.Malformed, cms.Untrusted, cms.NoIdentity) as e:
            code = {"Malformed": "3", "Untrusted": "4", "NoIdentity": "5"}[type(e).__name__]
            said = str(e)
        self.expect(code == self.reader, f"the reader gives {code} ({said}), expected {self.reader}")


def read_tree(top):
    found = {}
    for folder, _, names in os.walk(os.fsencode(top)):
        for name in names:
            with open(os.path.join(folder, name), "rb") as f:
                found[os.path.relpath(os.path.join(folder, name), os.fsencode(top))] = f.read()
    return found


def private_keys(folder):
    """Version control does not keep that a key is for its owner alone."""
    keys = os.path.join(folder, "keys")
    shutil.copytree(os.path.join(HERE, "keys"), keys)
    for name in os.listdir(keys):
        os.chmod(os.path.join(keys, name), 0o600)
    return keys


def lines_of_good(archives, folder, keys):
    """By list: what it puts out of archives that are right."""
    lists = {"patients": ["patients"], "items": ["items"], "items in quarantine": ["items", "--quarantined"]}
    path, lines = os.path.join(folder, "good.medark"), {what: set() for what in lists}
    for name in ("good-plain.medark", "good-quarantine.medark"):
        with open(path, "wb") as f:
            f.write(archives[name])
        for what, verb in lists.items():
            command = [MEDARK, *verb, path, "--trust", os.path.join(keys, "signer.cert.pem"), "--identity",
                       os.path.join(keys, "recipient.key.pem")]  # fmt: skip
            done = subprocess.run(command, capture_output=True, check=True, env=ENVIRONMENT)
            lines[what].update(done.stdout.splitlines(True))
    return lines


def main():
    with open(os.path.join(HERE, "vectors.tsv"), encoding="utf-8") as f:
        rows = [line.rstrip("\n").split("\t") for line in f][1:]
    if sys.argv[1:]:
        rows = [row for row in rows if row[0].startswith(tuple(sys.argv[1:]))]
    archives = make.read()
    with tempfile.TemporaryDirectory(prefix="medark-vectors-") as folder:
        keys = private_keys(folder)
        Case.good_lines = lines_of_good(archives, folder, keys)
        cases = [Case(n, row, archives[row[0]], keys) for n, row in enumerate(rows)]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            faults = [fault for found in pool.map(Case.run, cases) for fault in found]
    for fault in faults:
        print(fault)
    print(f"{len(rows)} vectors, {len(faults)} faults")
    return 1 if faults or not rows else 0


if __name__ == "__main__":
    sys.exit(main())
