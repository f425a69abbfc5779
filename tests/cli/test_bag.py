# SPDX-License-Identifier: Apache-2.0
"""medark restore --to bagit:DIR: a restore that libraries' software can check (RFC 8493)."""

import hashlib
import os
import subprocess

from archive import ArchiveTest
from cli import main


class Bag(ArchiveTest):
    def check(self, folder):
        """As section 3 has it: complete and valid, by our own reading, and by sha256sum."""
        tree = self.tree(folder)
        self.assertEqual(tree["bagit.txt"], b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
        for manifest, files in (("manifest-sha256.txt", {p for p in tree if p.startswith("data/")}),
                                ("tagmanifest-sha256.txt", {"bagit.txt", "bag-info.txt", "manifest-sha256.txt"})):
            listed = {}
            for line in tree[manifest].decode().splitlines():
                digest, path = line.split("  ", 1)
                path = path.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
                self.assertNotIn(path, listed)
                listed[path] = digest
            self.assertEqual(set(listed), files)
            for path, digest in listed.items():
                self.assertEqual(hashlib.sha256(tree[path]).hexdigest(), digest, path)
        info = dict(line.split(": ", 1) for line in tree["bag-info.txt"].decode().splitlines())
        payload = [content for path, content in tree.items() if path.startswith("data/")]
        self.assertEqual(info["Payload-Oxum"], f"{sum(map(len, payload))}.{len(payload)}")
        return {path[5:]: content for path, content in tree.items() if path.startswith("data/")}, info

    def sha256sum(self, folder):
        subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "manifest-sha256.txt"], cwd=self.path(folder),
                       check=True)

    def test_a_whole_archive(self):
        self.succeed(*self.opened("restore", "--to", "bagit:bag"))
        payload, info = self.check("bag")
        self.sha256sum("bag")
        self.assertEqual(payload, self.tree("src"))
        archive = self.succeed("inspect", "a.medark", "--json").json()[-1]
        self.assertEqual(info["External-Identifier"], "medark:" + archive["archive"])
        self.assertEqual(os.stat(self.path("bag")).st_mode & 0o777, 0o700)

    def test_one_patient(self):
        self.succeed(*self.opened("restore", "--to", "bagit:bag", "--patient", "999990019"))
        payload, _ = self.check("bag")
        self.sha256sum("bag")
        self.assertEqual(set(payload), {"Patient.ndjson", "Observation.ndjson", "report.json"})

    def test_odd_names(self):
        self.write("odd/100% sure", b"2")
        self.write("odd/empty", b"")
        self.write("odd/\u00e9 \u4e2d", b"3")
        self.succeed(*self.export("odd", "odd.medark"), code=0)
        self.succeed(*self.opened("restore", "--to", "bagit:bag", archive="odd.medark"))
        self.assertEqual(self.check("bag")[0], self.tree("odd"))
        self.write("odd/line\\nend".replace("\\n", "\n"), b"1")
        with open(os.fsencode(self.path("odd")) + b"/\xff", "wb"):
            pass
        self.succeed(*self.export("odd", "odder.medark"))
        self.succeed(*self.opened("restore", "--to", "bagit:other", archive="odder.medark"))
        self.assertIn("medark-renamed.json", self.check("other")[0])

    def test_what_cannot_be_is_refused(self):
        self.refuse(2, *self.opened("restore", "--to", "bagit:bag", "--force"))
        self.refuse(2, *self.opened("restore", "--to", "bagit:"))
        self.write("taken/file", b"x")
        self.refuse(1, *self.opened("restore", "--to", "bagit:taken"))


if __name__ == "__main__":
    main()
