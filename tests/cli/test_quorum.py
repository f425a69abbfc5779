# SPDX-License-Identifier: Apache-2.0
"""medark key split and join; archives opened with shares; the same by gfsplit, gfcombine and openssl."""

import ctypes
import ctypes.util
import glob
import hashlib
import itertools
import os
import re
import shutil
import stat
import subprocess
import tempfile

from archive import ArchiveTest
from cli import ROOT, main

SPLIT = ["key", "split", "--threshold", "3", "--shares", "5", "--name", "Escrow", "--out"]


def scan(lines):
    """The text of a QR code that is printed in half blocks, by libzbar (python3-zbar brings it)."""
    zbar = ctypes.CDLL(ctypes.util.find_library("zbar"))
    for name in ["zbar_image_create", "zbar_image_scanner_create", "zbar_image_first_symbol"]:
        getattr(zbar, name).restype = ctypes.c_void_p
    zbar.zbar_symbol_get_data.restype = ctypes.c_char_p
    width = max(map(len, lines)) + 4
    rows = [[False] * width] * 4
    for line in lines:
        rows += [[c in half for c in line.ljust(width)] for half in ("\u2588\u2580", "\u2588\u2584")]
    rows += [[False] * width] * 4
    grey = b"".join(bytes(0 if dark else 255 for dark in row for _ in range(4)) * 4 for row in rows)
    image = ctypes.c_void_p(zbar.zbar_image_create())
    scanner = ctypes.c_void_p(zbar.zbar_image_scanner_create())
    zbar.zbar_image_set_format(image, ctypes.c_ulong(int.from_bytes(b"Y800", "little")))
    zbar.zbar_image_set_size(image, width * 4, len(rows) * 4)
    zbar.zbar_image_set_data(image, grey, ctypes.c_ulong(len(grey)), None)
    zbar.zbar_image_scanner_set_config(scanner, 0, 0, 1)
    assert zbar.zbar_scan_image(scanner, image) == 1
    return zbar.zbar_symbol_get_data(ctypes.c_void_p(zbar.zbar_image_first_symbol(image))).decode()


class Quorum(ArchiveTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        make = cls("run_medark")
        make.folder = cls.clinic
        make.succeed(*SPLIT, "e")
        make.succeed("key", "split", "--threshold", "2", "--shares", "2", "--name", "B\u00fc",
                     "--type", "p384", "--out", "f")
        make.succeed("export", "src", "--recipient", "e.cert.pem", "--recipient", "f.cert.pem", "--signer",
                     "clinic.cert.pem", "--signer-key", "clinic.key.pem", "--out", "e.medark")

    def text(self, name):
        with open(self.path(name), encoding="utf-8") as f:
            return f.read()

    def value(self, name, key):
        return re.search(rf"^{key}: *(.*)$", self.text(name), re.M)[1]

    def change(self, name, pattern, new):
        text, count = re.subn(pattern, new, self.text(name), count=1, flags=re.M)
        self.assertEqual(count, 1)
        return self.write("changed-" + name, text, 0o600)

    def shell(self, command, folder=None):
        done = subprocess.run(["bash", "-euc", command], cwd=folder or self.folder, capture_output=True, text=True,
                              timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def join(self, *shares, out="k.pem", prefix="e"):
        names = [f"{prefix}.share-{s}.txt" if isinstance(s, int) else s for s in shares]
        return ["key", "join", *names, "--out", out]

    def public_of(self, key, folder=None):
        return self.shell(f"openssl pkey -in '{key}' -pubout -outform DER | sha256sum", folder).split()[0]

    def forged(self, number, prefix="e"):
        """A share whose content is wrong and whose checks are all right, as its line for a QR code."""
        parts = scan_line(self.text(f"{prefix}.share-{number}.txt"))
        parts[8] = hashlib.sha512(parts[8].encode()).hexdigest()[:len(parts[8])].upper()
        line = ":".join(parts[:9])
        line += ":" + hashlib.sha256(line.encode()).hexdigest()[:16].upper()
        return self.write(f"forged-{number}.txt", line + "\n", 0o600)

    # ---- what is written ----

    def test_nothing_but_shares_and_a_certificate_is_written(self):
        made = {n for n in os.listdir(self.clinic) if n.startswith("e.") and n != "e.medark"}
        self.assertEqual(made, {"e.cert.pem"} | {f"e.share-{i}.txt" for i in range(1, 6)})
        for i in range(1, 6):
            self.assertEqual(stat.S_IMODE(os.stat(self.path(f"e.share-{i}.txt")).st_mode), 0o600)
        self.assertEqual(self.value("e.share-2.txt", "public key"),
                         self.shell("openssl x509 -in e.cert.pem -noout -pubkey | openssl pkey -pubin -outform DER | "
                                    "sha256sum").split()[0])
        self.assertEqual(self.value("e.share-4.txt", "certificate"),
                         self.shell("openssl x509 -in e.cert.pem -outform DER | sha256sum").split()[0])
        self.assertEqual(len({self.value(f"e.share-{i}.txt", "set") for i in range(1, 6)}), 1)

    def test_the_report_says_which_recipient_is_the_escrow_key(self):
        words = self.export("src", "n.medark", "--escrow", "e.cert.pem")
        *_, summary = self.succeed(*words, "--json").json()
        self.assertEqual({r["subject"]: r["escrow"] for r in summary["recipients"]}, {"CN=it": False, "CN=Escrow": True})
        text = self.succeed(*words, "--force").out
        self.assertRegex(text, r"CN=Escrow  \(escrow\)\n")
        self.assertNotIn("nobody else opens it", text)
        self.assertIn("nobody else opens it if that key is lost: see --escrow", self.succeed(*self.export("src", "m.medark")).out)
        self.refuse(2, *self.export("src", "e.cert.pem", "--escrow", "e.cert.pem", "--force"))

    def test_a_configuration_takes_it(self):
        os.mkdir(self.path("archives"), 0o700)
        self.write("night.conf", f"source = {self.path('src')}\narchives = {self.path('archives')}\n"
                   "escrow = e.cert.pem\nsigner = clinic.cert.pem\nsigner-key = clinic.key.pem\n")
        ready, = self.succeed("run", "night", "--check", "--config", ".", "--json").json()
        self.assertEqual([os.path.basename(p) for p in ready["escrows"]], ["e.cert.pem"])

    def test_a_share_is_one_page(self):
        for name in ["e.share-1.txt", "f.share-2.txt"]:
            lines = self.text(name).splitlines()
            self.assertLessEqual(len(lines), 66)
            self.assertLessEqual(max(map(len, lines)), 80)

    def test_the_qr_code_says_what_the_page_says_and_joins(self):
        for name in ["e.share-1.txt", "f.share-2.txt"]:
            line = scan([l for l in self.text(name).splitlines() if re.match("^ *[\u2588\u2580\u2584]", l)])
            self.assertEqual(line.split(":"), scan_line(self.text(name)))
            self.write("scanned.txt", line, 0o600)
            if name.startswith("e"):
                self.succeed(*self.join("scanned.txt", 2, 5))
                self.assertEqual(self.public_of("k.pem"), self.value(name, "public key"))

    def test_nothing_is_overwritten(self):
        result = self.refuse(1, *SPLIT, "e", hint="choose another prefix: what stands there may be shares of "
                             "another key")
        self.assertIn("exists already", result.err)
        self.write("k.pem", "mine")
        self.refuse(1, *self.join(1, 2, 3))
        self.succeed(*self.join(1, 2, 3), "--force")
        self.refuse(2, *self.join(1, 2, 3, out="e.share-1.txt"), "--force",
                    error="cannot use 'e.share-1.txt' for --out: it is a share")

    def test_a_key_that_exists_is_split(self):
        result = self.succeed("key", "split", "--threshold", "2", "--shares", "3", "--name", "IT", "--out", "it",
                              "--key", "it.key.pem", "--recipient", "it.cert.pem")
        self.assertIn("the file of --key is still a whole key: whoever has it needs no share", result.err)
        self.succeed(*self.join(1, 3, prefix="it"))
        self.assertEqual(self.shell("openssl pkey -in k.pem -outform DER | sha256sum"),
                         self.shell("openssl pkey -in it.key.pem -outform DER | sha256sum"))
        self.refuse(1, "key", "split", "--threshold", "2", "--shares", "3", "--name", "IT", "--out", "x", "--key",
                    "it.key.pem", "--recipient", "other.cert.pem",
                    error="cannot split the key: the key 'it.key.pem' does not belong to the "
                    "certificate 'other.cert.pem'")

    # ---- joining ----

    def test_every_subset(self):
        wanted = self.value("e.share-1.txt", "public key")
        for size in range(1, 6):
            for chosen in itertools.combinations(range(1, 6), size):
                if size < 3:
                    self.refuse(1, *self.join(*chosen),
                                error=f"cannot join the shares: 3 shares of the set {self.value('e.share-1.txt', 'set')} "
                                f"are needed, and {size} {'is' if size == 1 else 'are'} given: {3 - size} more")
                    continue
                summary, = self.succeed(*self.join(*chosen), "--force", "--json").json()
                self.assertEqual((summary["public_key"], summary["misfits"]), (wanted, None))
                if size == 3:
                    self.assertEqual(self.public_of("k.pem"), wanted)
        self.assertEqual(stat.S_IMODE(os.stat(self.path("k.pem")).st_mode), 0o600)

    def test_the_same_share_twice_counts_once(self):
        self.refuse(1, *self.join(1, 1, 2), error=f"cannot join the shares: 3 shares of the set "
                    f"{self.value('e.share-1.txt', 'set')} are needed, and 2 are given: 1 more; 'e.share-1.txt' is given twice")
        self.succeed(*self.join(1, 1, 2, 3))

    def test_damaged_shares_are_named_by_line(self):
        for pattern, new, sentence in [
                (r"^2\) (....)", r"2) \1 0000", "line 2) is damaged: it has 16 digits (0 to 9, A to F), = and 4 digits"),
                (r"^3\) .... ", "3) 0000 ", "line 3) is damaged: it does not fit the four digits behind ="),
                (r"^4\).*$", "", "line 4) is missing"),
                (r"^share: *2$", "share: 3", "it does not fit its check: there is a mistake in 'type:', 'set:', "
                 "'share:', 'shares:', 'threshold:', 'public key:' or 'check:', or a line is another share's")]:
            changed = self.change("e.share-2.txt", pattern, new)
            self.refuse(1, *self.join(1, os.path.basename(changed), 3),
                        error=f"cannot join the shares: share 'changed-e.share-2.txt': {sentence}")

    def test_shares_of_another_set_are_named(self):
        self.succeed(*SPLIT, "g")
        ours, theirs = self.value("e.share-1.txt", "set"), self.value("g.share-1.txt", "set")
        self.refuse(1, *self.join(1, 2, "g.share-3.txt"),
                    error=f"cannot join the shares: share 'g.share-3.txt' is of another set ({theirs}) than "
                    f"'e.share-1.txt' ({ours})")

    def test_a_wrong_share_is_found_where_there_is_one_more(self):
        self.forged(2)
        self.refuse(1, *self.join(1, "forged-2.txt", 3),
                    error="cannot join the shares: the shares give another key than the one that was split: one of "
                    "the 3 is wrong; with one more, it can be told which")
        result = self.succeed(*self.join(1, "forged-2.txt", 3, 4))
        self.assertIn("the key was joined without share 2 ('forged-2.txt'): wrong content, or another key's",
                      result.err)
        self.assertEqual(self.public_of("k.pem"), self.value("e.share-1.txt", "public key"))
        self.forged(5)
        self.refuse(1, *self.join(1, "forged-2.txt", "forged-5.txt", 3),
                    error="cannot join the shares: no 3 of the 4 shares give the key that was split")
        self.refuse(1, *self.join(1, "e.share-2.txt", "forged-2.txt"),
                    error="cannot join the shares: 'e.share-2.txt' and 'forged-2.txt' both are share 2, and differ")

    def test_wrong_shares_are_found_among_many(self):
        """More choices of 10 out of 20 than are tried one by one."""
        self.succeed("key", "split", "--threshold", "10", "--shares", "20", "--name", "Many", "--out", "m")
        for number in (1, 2):
            self.forged(number, "m")
        names = ["forged-1.txt", "forged-2.txt", *range(3, 21)]
        result = self.succeed(*self.join(*names, prefix="m"))
        self.assertIn("without share 1 ('forged-1.txt'), share 2 ('forged-2.txt'): wrong content", result.err)
        self.assertEqual(self.public_of("k.pem"), self.value("m.share-3.txt", "public key"))
        for number in range(3, 12):
            self.forged(number, "m")
        names = [f"forged-{i}.txt" for i in range(1, 12)] + list(range(12, 21))
        self.refuse(1, *self.join(*names, out="none.pem", prefix="m"),
                    error="cannot join the shares: no 10 of the 20 shares give the key that was split (not all choices "
                    "were tried: leave some out)")

    def test_a_share_that_others_can_read_is_refused(self):
        os.chmod(self.path("e.share-2.txt"), 0o644)
        self.refuse(1, *self.join(1, 2, 3), error="cannot join the shares: share 'e.share-2.txt' is open to others "
                    "(mode 0644); chmod 600 it")
        self.refuse(1, *self.join(1, "it.key.pem", 3),
                    error="cannot join the shares: share 'it.key.pem': it is no share of a key")

    # ---- in the place of a key ----

    def test_an_archive_is_restored_with_shares(self):
        before = set(os.listdir(self.folder))
        shares = [w for i in (5, 1, 3) for w in ("--identity", f"e.share-{i}.txt")]
        self.succeed("restore", "e.medark", *shares, "--trust", "clinic.cert.pem", "--to", "back")
        self.assertEqual(self.tree("back"), self.tree("src"))
        self.assertEqual(set(os.listdir(self.folder)) - before, {"back"})
        self.refuse(1, "patients", "e.medark", *shares[:4], "--trust", "clinic.cert.pem",
                    error=f"cannot join the shares: 3 shares of the set {self.value('e.share-1.txt', 'set')} are "
                    "needed, and 2 are given: 1 more")
        shares = ["--identity", "f.share-2.txt", "--identity", "it.key.pem", "--identity", "f.share-1.txt"]
        self.assertIn("Vries", self.succeed("patients", "e.medark", *shares, "--trust", "clinic.cert.pem").out)

    def test_all_words_that_a_shell_makes_of_a_pattern_are_taken(self):
        names = " ".join(f"e.share-{i}.txt" for i in (2, 4, 5)).split()
        for words in [["e.medark", "--identity", *names], ["--identity", *names, "e.medark"], ["--identity", *names, "--", "e.medark"]]:
            self.assertIn("Vries", self.succeed("patients", "--trust", "clinic.cert.pem", *words).out)
        self.assertIn("1 patient\n", self.succeed("patients", "--trust", "clinic.cert.pem", "e.medark", "--identity", *names, "jan").out)
        self.succeed("drill", "e.medark", "--trust", "clinic.cert.pem", "--identity", *names)
        # Behind a key a share is a word like any other.
        self.refuse(2, "drill", "e.medark", "--trust", "clinic.cert.pem", "--identity", "it.key.pem", *names,
                    error="cannot rehearse a restore: exactly one archive is needed, 4 are named")

    def test_what_to_do_next_is_what_works(self):
        shown = self.succeed(*SPLIT, "my set").out
        export, drill = re.findall(r"^  (medark .*)$", shown, re.M)
        self.assertEqual(drill, "medark drill ARCHIVE --trust CERT --identity 'my set'.share-*.txt")
        rest = " ".join(self.export("src", "n.medark")[1:])
        program = f"'{os.path.abspath(os.environ['MEDARK'])}' "
        for line in [export.replace("...", rest.replace("--out n.medark", "")).replace("ARCHIVE", "n.medark"),
                     drill.replace("ARCHIVE", "n.medark").replace("CERT", "clinic.cert.pem")]:
            self.shell(line.replace("medark ", program, 1))

    # ---- stock tools ----

    def test_the_procedure_on_the_page_gives_the_key(self):
        for prefix, numbers in [("e", (2, 4, 5)), ("f", (1, 2))]:
            with tempfile.TemporaryDirectory() as folder:
                for i in numbers:
                    shutil.copy(self.path(f"{prefix}.share-{i}.txt"), folder)
                page = self.text(f"{prefix}.share-2.txt")
                procedure = page[page.index("  umask 077"):]
                printed = self.shell(procedure, folder)
                self.assertEqual(printed.split()[0], self.value(f"{prefix}.share-2.txt", "public key"))
                self.assertEqual(stat.S_IMODE(os.stat(os.path.join(folder, "KEY.pem")).st_mode), 0o600)
                left = {f"{prefix}.share-{i}.txt" for i in numbers} | {"KEY.pem"}
                self.assertEqual(set(os.listdir(folder)), left, "parts of the key are left")
                if prefix == "e":
                    shutil.copy(os.path.join(folder, "KEY.pem"), self.path("stock.pem"))
                    self.shell(f"sh {ROOT}/lib/archive/texts/RECOVER.sh e.medark stock.pem recovered clinic.cert.pem")
                    self.assertTrue(any(name.endswith("Patient.ndjson") for name in self.tree("recovered")))

    def test_shares_of_gfsplit_join(self):
        """gfsplit draws the numbers of its shares from 1 to 255."""
        self.succeed(*self.join(1, 2, 3))
        text = self.shell("openssl pkey -in k.pem -noout -text")
        number = re.search(r"priv:([0-9a-f:\s]+)pub:", text)[1]
        number = bytes.fromhex("".join(number.replace(":", " ").split()))[-32:].rjust(32, b"\0")
        self.write("number", number, 0o600)
        self.shell("gfsplit -n 2 -m 4 number raw")
        names = []
        for path in sorted(glob.glob(self.path("raw.*")))[:2]:
            with open(path, "rb") as f:
                share = f.read().hex().upper()
            line = ":".join(["MEDARK-SHARE", "1", "P256", "00" * 8, str(int(path[-3:])), "2", "255",
                             self.value("e.share-1.txt", "public key").upper(), share])
            line += ":" + hashlib.sha256(line.encode()).hexdigest()[:16].upper()
            names.append(os.path.basename(self.write("gf-" + path[-3:], line + "\n", 0o600)))
        self.succeed(*self.join(*names, out="again.pem"))
        self.assertEqual(self.public_of("again.pem"), self.public_of("k.pem"))

    # ---- the command line ----

    def test_mistakes_of_the_command_line(self):
        for args, error in [
                (["key", "split"], "cannot split a key: --threshold M, --shares N, --name TEXT and --out PREFIX are missing"),
                (["key", "join"], "cannot join a key: shares and --out KEY are missing"),
                ([*SPLIT, "x", "--threshold", "6"], "cannot use --threshold: it is given twice"),
                (["key", "split", "--threshold", "4", "--shares", "3", "--name", "x", "--out", "x"],
                 "cannot use '4' for --threshold: there are only 3 shares"),
                (["key", "split", "--threshold", "1", "--shares", "3", "--name", "x", "--out", "x"],
                 "cannot use '1' for --threshold: it must be 2 to 255"),
                ([*SPLIT, "x", "--type", "rsa3072"],
                 "cannot use 'rsa3072' for --type: a key that is split is p256 or p384"),
                ([*SPLIT, "x", "--force"], "cannot use --force with key split"),
                ([*SPLIT, "x", "--role", "signer"], "cannot use --role with key split"),
                ([*SPLIT, "x", "--recipient", "it.cert.pem"],
                 "cannot use --recipient without --key: a new key gets a new certificate"),
                ([*SPLIT, "x", "--key", "it.key.pem", "--recipient", "it.cert.pem", "--type", "p256"],
                 "cannot use --type with --key: it has a type already"),
                ([*SPLIT, "x", "y"], "cannot split a key: 'y' is one word too many"),
                (["key", "new", "--shares", "3"], "cannot use --shares with key new")]:
            with self.subTest(args):
                self.refuse(2, *args, error=error)


def scan_line(page):
    """The line of a QR code, in its parts, made of what the page says."""
    value = {key: found for key, found in re.findall(r"^([a-z ]+): +(.*)$", page, re.M)}
    rows = "".join(re.findall(r"^\d\) (.*) =", page, re.M)).replace(" ", "")
    return ["MEDARK-SHARE", "1", value["type"].upper(), value["set"].upper(), value["share"], value["threshold"],
            value["shares"], value["public key"].upper(), rows, value["check"]]


if __name__ == "__main__":
    main()
