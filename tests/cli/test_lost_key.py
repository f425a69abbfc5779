# SPDX-License-Identifier: Apache-2.0
"""docs/LOST-KEY.md, word by word: its commands, in its order."""

import datetime
import os
import re
import subprocess
import sys

from archive import ArchiveTest
from cli import ROOT, environment, main

sys.path.insert(0, os.path.join(ROOT, "tests", "evidence"))

from authority import Authority  # noqa: E402 (the path is known only now)
from pki import Party, Purpose  # noqa: E402


class LostKey(ArchiveTest):
    def test_the_page_is_true(self):
        with open(os.path.join(ROOT, "docs/LOST-KEY.md"), encoding="utf-8") as f:
            self.page = f.read()
        stamps = Party("Stamp root", ca=True)
        authority = Authority(Party("Stamps", stamps, purposes=[Purpose.TIME_STAMPING], critical=True))
        self.addCleanup(authority.close)
        self.write("tsa-root.pem", stamps.pem)
        # The key of the page was stolen before this archive is made; that of the test will be tomorrow.
        policy, = re.findall(r"^```\n(.*?)^```", self.page, re.M | re.S)
        tomorrow = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
        self.write("stolen.policy", re.sub(r"20\S+Z", tomorrow.strftime("%Y-%m-%dT%H:%M:%SZ"), policy))
        self.write("forged.policy", policy)
        os.makedirs(self.path("bin"))
        os.symlink(os.path.abspath(os.environ["MEDARK"]), self.path("bin/medark"))
        env = environment(HOME=self.folder, PATH=self.path("bin") + ":" + os.environ["PATH"])
        printed = {}
        for command in re.findall(r"^    (.*)$", self.page, re.M):
            command = command.replace("http://tsa.example", authority.url)
            done = subprocess.run(["sh", "-c", command], cwd=self.folder, env=env, capture_output=True, text=True,
                                  timeout=120, check=False)
            self.assertEqual(done.returncode, 0, command + "\n" + done.stderr)
            printed.setdefault(" ".join(command.split()[:2]), []).append(done.stdout)
            if "--to rescued" in command:
                self.assertEqual(self.tree("rescued"), self.tree("src"))
        self.assertEqual(set(printed), {"medark " + v for v in (
            "key", "export", "stamp", "inspect", "drill", "recipients", "patients", "restore", "scope", "verify")} | {"rm -r", "shred -u"})
        self.assertIn("Vries", printed["medark patients"][0])
        verify = ["verify", "night.medark", "--trust", "clinic.cert.pem", "--tsa-trust", "tsa-root.pem", "--policy"]
        self.assertIn("its time stamp is of", self.succeed(*verify, "forged.policy", code=4).err)
        self.look_at_what_is_there()

    def look_at_what_is_there(self):
        """The new archive opens with the new key, and the new set opens what the old one did."""
        self.assertFalse(os.path.exists(self.path("rescued")) or os.path.exists(self.path("escrow.key.pem")))
        self.succeed(*self.opened("patients", archive="rescued.medark", identity="it-second.key.pem"))
        shares = [w for i in (2, 3, 5) for w in ("--identity", f"escrow-second.share-{i}.txt")]
        for archive in ["night.medark", "rescued.medark"]:
            self.succeed("patients", archive, *shares, "--trust", "clinic.cert.pem")
        self.refuse(1, "patients", "night.medark", *shares[:4], "--identity", "escrow.share-1.txt", "--trust",
                    "clinic.cert.pem")

    def test_its_sentences_are_the_programs(self):
        with open(os.path.join(ROOT, "docs/LOST-KEY.md"), encoding="utf-8") as f:
            said = re.findall(r"^\| `(.*?)` \|", f.read(), re.M)
        sources = ""
        for name in ["lib/crypto/share.c", "lib/archive/quorum.c", "cmd/key_shares.c"]:
            with open(os.path.join(ROOT, name), encoding="utf-8") as f:
                sources += re.sub(r'"\s*"', "", f.read())
        for sentence in said:
            pattern = re.escape(sentence).replace("\u2026", "%s")
            pattern = re.sub(r"\d+(?=\\ shares|\\ are| are)|(?<=the\\ )\d", "%z?u", pattern)
            pattern = pattern.replace("line\\ 2", "line\\ %u").replace("\\ are\\ given", "\\ %s\\ given")
            pattern = pattern.replace("without\\ share\\ 2", "without\\ %s")
            self.assertRegex(sources, pattern)


if __name__ == "__main__":
    main()
