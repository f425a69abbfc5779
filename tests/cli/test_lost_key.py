# SPDX-License-Identifier: Apache-2.0
"""docs/LOST-KEY.md, word by word: its commands, in its order."""

import os
import re
import subprocess

from archive import ArchiveTest
from cli import ROOT, environment, main


class LostKey(ArchiveTest):
    def test_the_page_is_true(self):
        with open(os.path.join(ROOT, "docs/LOST-KEY.md"), encoding="utf-8") as f:
            self.page = f.read()
        os.makedirs(self.path("bin"))
        os.symlink(os.path.abspath(os.environ["MEDARK"]), self.path("bin/medark"))
        env = environment(HOME=self.folder, PATH=self.path("bin") + ":" + os.environ["PATH"])
        printed = {}
        for command in re.findall(r"^    (.*)$", self.page, re.M):
            done = subprocess.run(["sh", "-c", command], cwd=self.folder, env=env, capture_output=True, text=True,
                                  timeout=120, check=False)
            self.assertEqual(done.returncode, 0, command + "\n" + done.stderr)
            printed.setdefault(" ".join(command.split()[:2]), []).append(done.stdout)
            if "--to rescued" in command:
                self.assertEqual(self.tree("rescued"), self.tree("src"))
        self.assertEqual(set(printed), {"medark " + v for v in (
            "key", "export", "inspect", "drill", "recipients", "patients", "restore", "scope", "verify")} | {"rm -r", "shred -u"})
        self.assertIn("Vries", printed["medark patients"][0])
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
