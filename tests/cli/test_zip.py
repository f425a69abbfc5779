# SPDX-License-Identifier: Apache-2.0
"""medark restore --to html:FILE.zip: the pages as one encrypted file that other programs open."""

import json
import os
import re
import resource
import shutil
import stat
import subprocess
import time
import zipfile

from archive import PATIENTS, ArchiveTest
from cli import MEDARK, environment, main, on_terminal

SEVEN_ZIP = shutil.which("7zz") or "7z"  # Debian 12 and 13
PASSPHRASE = "correct horse battery staple"
GROUPS = r"(?:[0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}"


class Zip(ArchiveTest):
    def setUp(self):
        super().setUp()
        self.write("secret", PASSPHRASE + "\n", 0o600)

    def restore(self, target="html:pack.zip", *more, secret="secret"):
        return self.opened("restore", "--to", target, *(["--zip-passphrase-file", secret] if secret else []), *more)

    def unpack(self, name, passphrase=PASSPHRASE, archive="pack.zip"):
        """By bsdtar and by 7-Zip: both give the same."""
        for tool, command in [("bsdtar", ["bsdtar", "-x", "-f", archive, "--passphrase", passphrase, "-C", name + " bsdtar"]),
                              ("7zz", [SEVEN_ZIP, "x", "-y", "-bd", "-p" + passphrase, f"-o{name} 7zz", archive])]:
            shutil.rmtree(self.path(f"{name} {tool}"), ignore_errors=True)
            os.mkdir(self.path(f"{name} {tool}"))
            done = subprocess.run(command, cwd=self.folder, capture_output=True, check=False, stdin=subprocess.DEVNULL)
            yield done.returncode, self.tree(f"{name} {tool}")

    def attachments(self):
        letter = {"resourceType": "DocumentReference", "id": "d1", "subject": {"reference": "Patient/p1"}, "status": "current",
                  "content": [{"attachment": {"contentType": "application/pdf", "data": "JVBERi0xLjcKUFJJVkFURQ=="}}]}
        self.write("src/DocumentReference.ndjson", json.dumps(letter) + "\n")
        self.succeed(*self.export("src", "a.medark", "--force"))

    def test_it_holds_what_the_folder_holds(self):
        self.attachments()
        for _ in range(3):  # the pages say how old they are, in minutes
            self.succeed(*self.restore("html:pack", secret=None))
            said = self.succeed(*self.restore()).out
            wanted = self.tree("pack")
            found = list(self.unpack("back"))
            if all(tree == wanted for _, tree in found):
                break
            shutil.rmtree(self.path("pack"))
            os.remove(self.path("pack.zip"))
        self.assertEqual(found, [(0, wanted)] * 2)
        self.assertIn("files/1-1.pdf", wanted)
        self.assertEqual(len(wanted), 20)
        self.assertIn("the file is encrypted: whoever has it and its passphrase can read every patient in it", said)
        self.assertNotIn(PASSPHRASE, said)
        self.assertEqual(stat.S_IMODE(os.stat(self.path("pack.zip")).st_mode), 0o600)

    def test_without_the_passphrase_nothing_can_be_read(self):
        self.attachments()
        self.succeed(*self.restore())
        for wrong in ("correct horse battery stapl", "Correct horse battery staple"):
            for code, tree in self.unpack("back", wrong):
                self.assertNotEqual(code, 0)
                self.assertEqual([name for name, content in tree.items() if content.strip(b"\0")], [])
        with open(self.path("pack.zip"), "rb") as f:
            content = f.read()
        for patient in PATIENTS:
            for word in patient[1:4]:
                self.assertNotIn(word.encode(), content)
        for word in (b"weight", b"PRIVATE", b"<html", PASSPHRASE.encode()):
            self.assertNotIn(word, content)
        with zipfile.ZipFile(self.path("pack.zip")) as z:
            for entry in z.infolist():
                self.assertEqual(entry.compress_type, 99, entry.filename)
                self.assertTrue(entry.flag_bits & 1)
                self.assertIn(b"\x01\x99\x07\x00", entry.extra)  # AE, with a key of 256 bits:
                self.assertEqual(entry.extra[entry.extra.index(b"AE") + 2], 3)
                with self.assertRaises((RuntimeError, NotImplementedError)):
                    z.read(entry, PASSPHRASE.encode())

    def test_names_and_times_tell_nothing(self):
        self.attachments()
        self.succeed(*self.restore())
        with zipfile.ZipFile(self.path("pack.zip")) as z:
            entries = z.infolist()
        for entry in entries:
            self.assertRegex(entry.filename, r"^(index\.html|patients/\d+(-raw|-ips)?\.html|lists/(\d|admitted)(-\d+-\d+)?\.html|files/\d+-\d+\.pdf)$")
            self.assertEqual(entry.date_time, (1980, 1, 1, 0, 0, 0))
            self.assertEqual(entry.comment, b"")
            # The field of times is empty, that of the owner says 0; libarchive 3.7 has neither.
            self.assertIn(entry.extra.partition(b"\x01\x99")[0],
                          (b"UT\x01\x00\x00ux\x0b\x00\x01\x04\0\0\0\0\x04\0\0\0\0", b""))
            self.assertEqual(len(entry.extra.partition(b"\x01\x99")[2]), 9)
        self.assertEqual(len(entries), 20)

    def test_two_of_the_same_differ(self):
        for name in ("one", "two"):
            self.succeed(*self.restore(f"html:{name}.zip"))
        first, second = (self.files()[name + ".zip"] for name in ("one", "two"))
        self.assertNotEqual(first[100:200], second[100:200])

    def test_nothing_of_it_is_on_the_disk_in_clear(self):
        """Watched while it runs: what is open for writing, and what it holds."""
        self.write("src/more.ndjson", "".join(json.dumps({
            "resourceType": "Patient", "id": f"q{n}", "name": [{"family": "Canary", "given": [f"Bird{n}"]}]}) + "\n"
            for n in range(400)))
        self.succeed(*self.export("src", "a.medark", "--force"))
        os.mkdir(self.path("tmp"))
        before, seen = set(self.files()), {}
        run = subprocess.Popen([MEDARK, *self.restore()], cwd=self.folder, env=environment(TMPDIR=self.path("tmp")),
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        while run.poll() is None:
            for fd in os.listdir(f"/proc/{run.pid}/fd") if os.path.exists(f"/proc/{run.pid}/fd") else ():
                try:
                    path = f"/proc/{run.pid}/fd/{fd}"
                    if os.path.isfile(path) and not os.readlink(path).endswith(("a.medark", "secret", ".pem")):
                        with open(path, "rb") as f:
                            content = f.read()
                        seen.setdefault(os.readlink(path), set()).add(any(
                            word in content for word in (b"Canary", b"Vries", b"999990019")))
                except OSError:
                    pass
            self.assertEqual({name for name in os.listdir(self.path("tmp"))}, set())
            time.sleep(0.005)
        said = run.communicate()
        self.assertEqual(run.returncode, 0, said)
        self.assertTrue(seen, "nothing was seen")
        self.assertEqual({found for each in seen.values() for found in each}, {False}, seen)
        self.assertEqual(set(self.files()) - before, {"pack.zip"})

    def test_it_never_overwrites(self):
        self.succeed(*self.restore())
        with open(self.path("pack.zip"), "rb") as f:
            content = f.read()
        self.refuse(1, *self.restore(), error="cannot restore to: 'pack.zip' exists", hint="name a new file")
        self.refuse(2, *self.restore("html:other.zip", "--force"))
        # No passphrase is shown that opens nothing.
        result = on_terminal(self.restore(secret=None), cwd=self.folder)
        self.assertEqual(result.code, 1)
        self.assertNotRegex(result.out, GROUPS)
        with open(self.path("pack.zip"), "rb") as f:
            self.assertEqual(f.read(), content)

    def test_a_full_disk_leaves_nothing(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

        self.refuse(1, *self.restore(), preexec_fn=limit,
                    error="cannot restore to 'pack.zip': cannot write the ZIP file: File too large")

    def test_a_passphrase_that_is_too_weak_is_refused_with_the_reason(self):
        for text, why in [("nineteen characters", "a passphrase of fewer than 20 characters can be guessed, as ZIP makes keys "
                                                  "of it with 1,000 rounds of SHA-1 only"),
                          ("één paard twee paarden", "the passphrase of a ZIP file is of printable ASCII characters: programs "
                                                     "differ in how they encode others"),
                          ("x" * 201, "the passphrase of a ZIP file has at most 200 characters")]:
            self.write("weak", text, 0o600)
            self.assertIn(why, self.refuse(2, *self.restore(secret="weak")).err)
        self.write("weak", "x" * 200, 0o600)
        self.succeed(*self.restore(secret="weak"))

    def test_the_file_of_the_passphrase_is_a_secret(self):
        self.write("open", PASSPHRASE, 0o644)
        self.refuse(1, *self.restore(secret="open"))
        self.refuse(2, *self.restore("html:pack.zip", "--zip-passphrase"),
                    error="cannot use more than one of --zip-passphrase and --zip-passphrase-file")
        for target in ("html:pack", "csv:pack", "pack.zip", "sqlite:pack.zip"):
            self.refuse(2, *self.restore(target), error="cannot use --zip-passphrase-file: it is for --to html:FILE.zip")

    def test_without_a_terminal_none_can_be_shown(self):
        self.refuse(2, *self.restore(secret=None), start_new_session=True,
                    error="cannot show a new passphrase for the ZIP file: there is no terminal; give --zip-passphrase-file")

    def test_one_that_is_drawn_is_shown_once_on_the_terminal(self):
        drawn = set()
        for name in ("one.zip", "TWO.ZIP"):
            result = on_terminal(self.restore("html:" + name, "--json", secret=None), cwd=self.folder)
            out = result.out
            self.assertEqual(result.code, 0, out)
            text, = re.findall(GROUPS, out)
            self.assertIn("shown this once", out)
            self.assertNotIn(text, [line for line in out.splitlines() if line.startswith("{")][0])
            for done, tree in self.unpack("back", text, name):
                self.assertEqual(done, 0)
                self.assertIn("index.html", tree)
            drawn.add(text)
        self.assertEqual(len(drawn), 2)

    def test_one_can_be_typed(self):
        question = "New passphrase of the ZIP file: "
        result = on_terminal(self.restore("html:pack.zip", "--zip-passphrase", secret=None), cwd=self.folder,
                             typed=[(question, PASSPHRASE + "\n"), ("The same again: ", PASSPHRASE + "\n")])
        self.assertEqual(result.code, 0, result.out)
        self.assertNotIn(PASSPHRASE, result.out)
        for done, _ in self.unpack("back"):
            self.assertEqual(done, 0)

    def test_it_is_in_the_log(self):
        self.succeed(*self.restore("html:pack.zip", "--audit-log", "log", "--lang", "nl", "--patient", "p1"))
        rows = self.succeed("audit", "log/audit-000001.log", "--identity", "it.key.pem", "--json").json()
        self.assertEqual(rows[0]["detail"], "exported under a passphrase: html, ZIP file, 1 patient")
        for code, tree in self.unpack("back"):
            self.assertEqual((code, sorted(tree)), (0, ["index.html", "patients/1-ips.html", "patients/1-raw.html", "patients/1.html"]))
            self.assertIn(b'<html lang="nl">', tree["index.html"])


if __name__ == "__main__":
    main()
