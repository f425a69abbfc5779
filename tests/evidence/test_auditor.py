# SPDX-License-Identifier: Apache-2.0
"""docs/AUDITOR.md, word by word: its commands, in its order, on a chain of three nights."""

import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "cli"))

from archive import ArchiveTest  # noqa: E402
from cli import ROOT, environment, main  # noqa: E402
from authority import Authority  # noqa: E402
from pki import DOCUMENTS, Party, Purpose  # noqa: E402


class Auditor(ArchiveTest):
    def setUp(self):
        super().setUp()
        root = Party("Authority", ca=True)
        clinic = Party("Clinic", root, purposes=[DOCUMENTS])
        stamps = Party("Stamp root", ca=True)
        tsa = Party("Stamps", stamps, purposes=[Purpose.TIME_STAMPING], critical=True)
        self.authority = Authority(tsa, tsa)
        self.addCleanup(self.authority.close)
        for name, content in [("ca.pem", root.pem), ("clinic.cert.pem", clinic.pem), ("tsa-root.pem", stamps.pem)]:
            self.write(name, content)
        os.remove(self.path("clinic.key.pem"))
        self.write("clinic.key.pem", clinic.private(), 0o600)
        os.mkdir(self.path("archives"))
        for night in 1, 2, 3:
            before = ["--previous", f"archives/night-{night - 1}.medark"] if night > 1 else []
            self.succeed(*self.export("src", f"archives/night-{night}.medark", *before, "-q"))
            self.succeed("stamp", f"archives/night-{night}.medark", "--tsa", self.authority.url, "--trust", "ca.pem", "--tsa-trust",
                         "tsa-root.pem", "-q")
        os.makedirs(self.path("bin"))
        os.symlink(os.path.abspath(os.environ["MEDARK"]), self.path("bin/medark"))
        self.env = environment(HOME=self.folder, PATH=self.path("bin") + ":" + os.environ["PATH"])

    def shell(self, command):
        done = subprocess.run(["sh", "-c", command], cwd=self.folder, env=self.env, capture_output=True, text=True, timeout=120,
                              check=False)
        self.assertEqual(done.returncode, 0, command + "\n" + done.stderr + done.stdout)
        return done.stdout

    def test_word_by_word(self):
        with open(os.path.join(ROOT, "docs/AUDITOR.md"), encoding="utf-8") as f:
            page = f.read()
        policy, = re.findall(r"^```\n(.*?)^```", page, re.M | re.S)
        self.write("clinic.policy", policy)
        commands = re.findall(r"^    ((?:medark|tar|openssl) .*)$", page, re.M)
        self.assertEqual(len(commands), 13)
        said = [self.shell(command.replace("http://tsa.example", self.authority.url)) for command in commands]
        self.assertIn("the 3 archives are one chain without a gap, sequence 1 to 3", said[0])
        self.assertIn("signed before", said[0])
        self.assertIn("the archives go on from the checkpoint", said[4])
        self.assertIn("archives/night-3.medark: verified and signed", said[5])
        self.assertIn("night-3.medark: has a time stamp until", said[-1])
        for report in "first.html", "drill.html", "drill.html.p7s", "visit.checkpoint", "p1.proof":
            self.assertTrue(os.path.exists(self.path(report)), report)


if __name__ == "__main__":
    main()
