# SPDX-License-Identifier: Apache-2.0
"""Random records of a whole data set, proved: by medark, by stock tools, by the second reader; and what stands in
the proofs of other records. Synthea's where the published data sets are, else invented ones.

Each class is the test real/<its name in lower case>.
"""

import collections
import glob
import hashlib
import json
import os
import random
import subprocess
import tarfile

from real import DATA, ROOT, RealTest, main, unpack

RANDOM_RECORDS = 6
OTHERS = 2000
SIZE_MAX = 24_000_000


class Proof(RealTest):
    def source(self):
        """A folder, and its records as (type/id, line)."""
        if os.path.isdir(DATA):
            unpack("synthea-r4-ndjson", self.path("src"))
        else:
            self.synth("--patients", "20")
        records = []
        for path in glob.glob(self.path("src", "**", "*.ndjson"), recursive=True):
            if os.path.getsize(path) > SIZE_MAX:
                os.unlink(path)  # the test is to be quick
        for path in sorted(glob.glob(self.path("src", "**", "*.ndjson"), recursive=True)):
            with open(path, "rb") as f:
                records += [(f"{(r := json.loads(line))['resourceType']}/{r['id']}", line) for line in f]
        return records

    def contents(self, name):
        with tarfile.open(self.path(name)) as tar:
            return {member.name: tar.extractfile(member).read() for member in tar.getmembers()}

    def verify(self, name, names):
        """By all three; the lines that are proved."""
        summary = self.succeed("verify-proof", name, "--trust", self.key("clinic.cert.pem"), "--json", "-v").json()[0]
        self.assertEqual({entry["record"] for entry in summary["proved"]}, set(names))
        files = summary["leaves"]
        folder = self.path("unpacked-" + name)
        os.mkdir(folder, 0o700)
        subprocess.run(["tar", "-C", folder, "-xf", self.path(name)], check=True)
        stock = subprocess.run(["sh", os.path.join(folder, "CHECK.sh"), self.key("clinic.cert.pem"), folder],
                               capture_output=True, text=True, check=False)
        self.assertEqual(stock.returncode, 0, stock.stderr)
        self.assertIn(f"VERIFIED: {files} of {files} files", stock.stdout)
        reader = subprocess.run(
            ["python3", "-B", os.path.join(ROOT, "tests", "interop", "medark_proof.py"), self.path(name), "--trust",
             self.key("clinic.cert.pem"), "--format", os.path.join(ROOT, "docs", "FORMAT.md")],
            capture_output=True, text=True, check=False)
        self.assertEqual(reader.returncode, 0, reader.stderr)
        lines = [content for path, content in self.contents(name).items() if path.startswith("records/")]
        self.assertEqual([row.split()[3] for row in reader.stdout.splitlines()],
                         [hashlib.sha256(line).hexdigest() for line in lines])
        return lines

    def check_silent(self, name, proved, records):
        """Of others neither bytes, nor ids, nor a hash that who guesses a record can compute."""
        with open(self.path(name), "rb") as f:
            proof = f.read()
        said = b"".join(proved)
        for other, line in records:
            if line in proved:
                continue
            bare = line.rstrip(b"\n")
            self.assertNotIn(bare, proof, other)
            identity = other.split("/")[1].encode()
            if identity not in said:  # a record may name others
                self.assertNotIn(identity, proof, other)
            for guess in (line, bare, b"\0" + line, b"\0" + bare):
                digest = hashlib.sha256(guess)
                self.assertNotIn(digest.digest(), proof, other)
                self.assertNotIn(digest.hexdigest().encode(), proof, other)

    def check_drill(self, count):
        """All of it is restored and compared: the figures are those of the source."""
        os.mkdir(self.path("scratch"))
        said = self.opened("drill", "--scratch", "scratch").json()[-1]
        files = [os.path.join(folder, name) for folder, _, names in os.walk(self.path("src")) for name in names]
        records = sum(count.values())
        self.assertTrue(said["passed"])
        self.assertEqual((said["bytes"], said["records"], said["leaves"], said["different"], said["packed"]),
                         (sum(map(os.path.getsize, files)), records, records, 0, 0))
        self.assertEqual(said["items"], len(files) + sum(len(folders) for _, folders, _ in os.walk(self.path("src"))))
        self.assertEqual(os.listdir(self.path("scratch")), [])

    def test_random_records_and_a_patient(self):
        records = self.source()
        # Synthea has some records of equal type and id, which are told.
        self.export("src", code=6 if os.path.isdir(DATA) else 0)
        count = collections.Counter(name for name, _ in records)
        seed = random.SystemRandom().randrange(2**32)
        rng = random.Random(seed)
        with self.subTest(seed=seed):
            chosen = rng.sample([record for record in records if count[record[0]] == 1], RANDOM_RECORDS)
            words = [word for name, _ in chosen for word in ("--record", name)]
            self.opened("prove", *words, "--out", "some.proof")
            lines = self.verify("some.proof", [name for name, _ in chosen])
            self.assertEqual(sorted(lines), sorted(line for _, line in chosen))
            self.check_silent("some.proof", lines, rng.sample(records, min(OTHERS, len(records))))
            self.check_drill(count)
            patient = rng.choice([name for name, _ in records if name.startswith("Patient/")])
            chart = self.chart(patient.split("/")[1])
            self.opened("prove", "--patient", patient.split("/")[1], "--out", "one.proof")
            rows = [json.loads(line) for lines in chart.values() for line in lines]
            lines = self.verify("one.proof", [f"{row['resourceType']}/{row['id']}" for row in rows])
            self.assertEqual({line.rstrip(b"\n") for line in lines},
                             {line for lines in chart.values() for line in lines})


if __name__ == "__main__":
    main()
