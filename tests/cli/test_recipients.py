# SPDX-License-Identifier: Apache-2.0
"""medark recipients: who can open an archive, and letting more people open it later."""

import datetime
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile

from archive import ArchiveTest
from cli import ROOT, main

for folder in "evidence", "interop", "vectors":
    sys.path.insert(0, os.path.join(ROOT, "tests", folder))

import medark_cms as cms  # noqa: E402
from authority import Authority  # noqa: E402
from craft import SIGNING_TIME, pair, sign  # noqa: E402
from medark_reader import tar_header  # noqa: E402
from pki import Party, Purpose  # noqa: E402

READER = os.path.join(ROOT, "tests", "interop", "medark_reader.py")
RECOVER = os.path.join(ROOT, "lib", "archive", "texts", "RECOVER.sh")
HEX = "[0-9a-f]{64}"
TIME = r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ"


class Base(ArchiveTest):
    def read(self, name="a.medark"):
        with open(self.path(name), "rb") as f:
            return f.read()

    @staticmethod
    def add(*more, archive="a.medark", who="other", identity="it", signer="clinic"):
        return ["recipients", "add", archive, "--recipient", who + ".cert.pem", "--identity", identity + ".key.pem",
                "--trust", "clinic.cert.pem", "--signer", signer + ".cert.pem", "--signer-key", signer + ".key.pem", *more]

    @staticmethod
    def list(*more, archive="a.medark"):
        return ["recipients", "list", archive, "--trust", "clinic.cert.pem", *more]

    def members(self, name="a.medark"):
        with tarfile.open(self.path(name)) as tar:
            return tar.getnames()

    def opens(self, who, archive="a.medark"):
        return self.run_medark(*self.opened("patients", archive=archive, identity=who + ".key.pem")).code == 0

    def rebuild(self, change, name="a.medark"):
        """Its members behind MANIFEST, as a list of [name, content], changed and put together again."""
        content = self.read(name)
        offset = int(content[-1536:].split(b"\n")[1].split()[1])
        with tarfile.open(self.path(name)) as tar:
            last = [[m.name, tar.extractfile(m).read()] for m in tar if m.offset > offset and m.name != "LOCATOR"]
        start = offset + 512 + (len(self.manifest()) + 511) // 512 * 512
        out = content[:start]
        for member, data in change(last):
            out += tar_header(member, len(data)) + data + bytes(-len(data) % 512)
        self.write("b.medark", out + content[-2048:])

    def manifest(self):
        with tarfile.open(self.path("a.medark")) as tar:
            return tar.extractfile("MANIFEST").read()


    def signed_by(self, party, days_ago):
        """b.medark: a.medark with other.cert.pem, added so many days ago by `party`."""
        self.succeed(*self.add())
        with tarfile.open(self.path("a.medark")) as tar:
            keys = tar.extractfile("KEYS.2.p7m").read()
        text = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for data, name in ((self.manifest(), "MANIFEST"), (keys, "KEYS.2.p7m")))
        when = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=days_ago)

        def claim(attributes):
            return {**attributes, SIGNING_TIME: cms.encode(0x17, when.strftime("%y%m%d%H%M%SZ").encode())}

        self.rebuild(lambda last: [last[0], ["KEYS.2.p7m", keys], ["KEYS.2.p7s", sign(text.encode(), party, attributes=claim)]])


class Add(Base):
    def test_who_is_added_can_open_it_and_no_data_is_touched(self):
        before = self.read()
        self.assertFalse(self.opens("other"))
        result = self.succeed(*self.add())
        self.assertEqual((result.out, result.err), ("a.medark: 1 added, it has 2 recipients now\n", ""))
        after = self.read()
        self.assertEqual(after[:len(before) - 2048], before[:-2048], "more than the end was changed")
        self.assertEqual(after[-2048:], before[-2048:])
        self.assertEqual(self.members()[-4:], ["MANIFEST.p7s", "KEYS.2.p7m", "KEYS.2.p7s", "LOCATOR"])
        for who in "it", "other":
            self.assertTrue(self.opens(who))
        self.assertFalse(self.opens("stranger"))
        self.assertNotIn("a.medark.tail", os.listdir(self.folder))
        info = self.succeed("verify", "a.medark", "--trust", "clinic.cert.pem")
        self.assertRegex(info.out, rf"  added         1 recipient by CN=clinic, claimed {TIME}\n")

    def test_stock_tools_open_and_check_what_was_added(self):
        self.succeed(*self.add())
        subprocess.run(["tar", "-xf", "a.medark"], cwd=self.folder, check=True)
        keys = [subprocess.run(["openssl", "cms", "-decrypt", "-inform", "DER", "-in", member, "-inkey", who + ".key.pem"],
                               cwd=self.folder, capture_output=True, check=True).stdout
                for member, who in [("keys.p7m", "it"), ("KEYS.2.p7m", "it"), ("KEYS.2.p7m", "other")]]
        self.assertEqual((len(keys[0]), len(set(keys))), (64, 1))
        check = ("sha256sum MANIFEST KEYS.2.p7m | openssl cms -verify -binary -cades -inform DER -in KEYS.2.p7s "
                 "-content /dev/stdin -out /dev/null -CAfile clinic.cert.pem -partial_chain -purpose any")
        subprocess.run(["sh", "-c", check], cwd=self.folder, capture_output=True, check=True)
        self.write("MANIFEST", b"other")
        self.assertNotEqual(subprocess.run(["sh", "-c", check], cwd=self.folder, capture_output=True, check=False).returncode, 0)

    def test_other_readers_open_it_for_everybody(self):
        self.succeed(*self.add())
        for who, code in ("it", 0), ("other", 0), ("stranger", 1):
            done = subprocess.run([sys.executable, "-B", READER, "verify", "a.medark", "--trust", "clinic.cert.pem",
                                   "--identity", who + ".key.pem"], cwd=self.folder, capture_output=True, check=False)
            self.assertEqual(done.returncode == 0, code == 0, done.stderr)
            done = subprocess.run(["sh", RECOVER, "-r", "a.medark", who + ".key.pem", "out-" + who, "clinic.cert.pem"],
                                  cwd=self.folder, capture_output=True, check=False)
            self.assertEqual(done.returncode == 0, code == 0, done.stderr)
            self.assertRegex(done.stderr, b"recipients were added by subject=CN ?= ?clinic ")

    def test_who_was_added_adds_others(self):
        self.succeed("key", "new", "--role", "recipient", "--name", "third", "--out", "third", "--type", "rsa3072")
        self.succeed(*self.add())
        result = self.succeed(*self.add("--recipient", "other.cert.pem", who="third", identity="other", archive="a.medark"))
        self.assertEqual(result.out, "a.medark: 1 added, it has 3 recipients now\n")
        for who in "it", "other", "third":
            self.assertTrue(self.opens(who))

    def test_who_can_open_it_already_is_passed_over(self):
        for _ in range(2):
            result = self.succeed(*self.add())
        self.assertEqual(result.out, "a.medark: nothing to add, they are recipients already\n")
        self.assertEqual(self.members().count("KEYS.2.p7m"), 1)
        self.assertNotIn("KEYS.3.p7m", self.members())
        json, = self.succeed(*self.add("--json", who="it")).json()
        self.assertEqual([json[key] for key in ("file", "added", "present", "recipients", "revision")], ["a.medark", 0, 1, 2, 0])

    def test_a_passphrase_lets_others_in_and_goes_on_opening_it(self):
        self.write("words", "a long enough passphrase\n", 0o600)
        self.succeed("export", "src", "--passphrase-file", "words", "--recipient", "it.cert.pem", "--signer", "clinic.cert.pem",
                     "--signer-key", "clinic.key.pem", "--out", "b.medark")
        add = [word for word in self.add(archive="b.medark") if word not in ("--identity", "it.key.pem")]
        self.succeed(*add, "--passphrase-file", "words")
        self.assertTrue(self.opens("other", "b.medark"))
        self.succeed("patients", "b.medark", "--trust", "clinic.cert.pem", "--passphrase-file", "words")
        self.assertTrue(self.opens("it", "b.medark"))

    def test_a_folder_gets_them_whole_and_goes_on_after_a_failure(self):
        os.mkdir(self.path("nights"))
        for name in "1", "3":
            shutil.copy(self.path("a.medark"), self.path("nights", name + ".medark"))
        self.write("nights/2.medark", self.read()[:-512])
        result = self.run_medark(*self.add(archive="nights"))
        self.assertEqual(result.code, 3)
        self.assertEqual(result.out, "nights/1.medark: 1 added, it has 2 recipients now\nnights/3.medark: 1 added, it has 2 recipients now\n")
        self.assertTrue(result.err.startswith("medark: cannot add recipients to 'nights/2.medark': the archive is cut off"), result.err)

    def test_it_can_be_done_eight_times(self):
        for n in range(9):
            self.succeed("key", "new", "--role", "recipient", "--name", f"r{n}", "--out", f"r{n}")
        for n in range(8):
            json, = self.succeed(*self.add("--json", who=f"r{n}")).json()
            self.assertEqual((json["revision"], json["recipients"]), (n + 2, n + 2))
        self.refuse(1, *self.add(who="r8"),
                    error="cannot add recipients to 'a.medark': recipients were added 8 times, and there is room for no more: "
                    "restore it and export anew")
        self.assertTrue(self.opens("r7"))
        self.assertEqual(len(self.succeed(*self.list("--json")).json()[0]["recipients"]), 9)


class Refusals(Base):
    def test_who_cannot_open_it_adds_nobody(self):
        self.refuse(5, *self.add(identity="stranger"))
        self.refuse(5, *self.add(identity="other"))

    def test_who_signs_has_to_be_trusted(self):
        self.refuse(4, *self.add(signer="stranger"),
                    error="cannot add recipients to 'a.medark': who adds recipients has to be trusted as well: the signer "
                    "'CN=stranger' is not trusted: its certificate does not lead to a trust anchor")

    def test_what_another_added_is_told_and_nothing_is_added_to_it(self):
        self.succeed(*self.add("--trust", "stranger.cert.pem", signer="stranger"))
        self.assertTrue(self.opens("other"), "who can open it does not hang on who is trusted")
        found, = self.succeed("verify", "a.medark", "--trust", "clinic.cert.pem", "--json").json()
        self.assertFalse(found["revisions"][0]["trusted"])
        text = self.succeed(*self.list()).out
        self.assertRegex(text, rf"  added {TIME} \(claimed\) by CN=stranger, who is not trusted:\n  the signer 'CN=stranger' is not trusted")
        # Others are added all the same, and each revision stays as it was told.
        self.succeed("key", "new", "--role", "recipient", "--name", "third", "--out", "third")
        self.succeed(*self.add(who="third"))
        self.assertTrue(self.opens("other") and self.opens("third"))
        found, = self.succeed(*self.list("--json")).json()
        self.assertEqual([r["trusted"] for r in found["revisions"]], [False, True])

    def test_who_is_named_by_a_stranger_is_not_taken_for_a_recipient(self):
        self.succeed(*self.add("--trust", "stranger.cert.pem", signer="stranger"))
        self.refuse(1, *self.add(),
                    error="cannot add recipients to 'a.medark': 'CN=other' is named in KEYS.2.p7m already, but it was added by "
                    "'CN=stranger', who is not trusted, and perhaps opens nothing; --force leaves out what such signers have "
                    "added last")
        found, = self.succeed(*self.add("--force", "--json")).json()
        self.assertEqual((found["added"], found["revision"], found["dropped"]), (1, 2, 1))
        self.assertTrue(self.opens("other"))
        found, = self.succeed(*self.list("--json")).json()
        self.assertEqual([(r["signer"], r["trusted"]) for r in found["revisions"]], [("CN=clinic", True)])

    def test_strangers_keep_nobody_out_by_filling_the_room(self):
        for n in range(9):
            self.succeed("key", "new", "--role", "recipient", "--name", f"r{n}", "--out", f"r{n}")
        self.succeed(*self.add(who="r8"))
        for n in range(7):
            self.succeed(*self.add("--trust", "stranger.cert.pem", who=f"r{n}", signer="stranger"))
        self.refuse(1, *self.add(),
                    error="cannot add recipients to 'a.medark': recipients were added 8 times, and there is room for no more: "
                    "restore it and export anew; or leave out, with --force, what signers who are not trusted have added last")
        found, = self.succeed(*self.add("--force", "--json")).json()
        self.assertEqual((found["revision"], found["dropped"], found["recipients"]), (3, 7, 3))
        self.assertTrue(self.opens("other") and self.opens("r8") and self.opens("it"))

    def test_who_added_them_may_have_expired_since(self):
        root = Party("Root", ca=True, begin=-3650, end=3650)
        was, now = (Party(name, root, begin=begin, end=end) for name, begin, end in [("Was", -400, -10), ("Now", -5, 400)])
        self.write("root.pem", root.pem)
        for name, party in ("was", was), ("now", now):
            self.write(name + ".cert.pem", party.pem)
            self.write(name + ".key.pem", party.private(), 0o600)
        self.succeed("key", "new", "--role", "recipient", "--name", "third", "--out", "third")
        self.signed_by(was, 100)
        found, = self.succeed("verify", "b.medark", "--trust", "clinic.cert.pem", "--trust", "root.pem", "--json").json()
        self.assertFalse(found["revisions"][0]["trusted"])
        self.assertIn("expired", found["revisions"][0]["why"])
        again = [w.replace("a.medark", "b.medark") for w in self.add("--trust", "root.pem", "--force", signer="now")]
        self.assertIn("they are recipients already", self.succeed(*again).out)
        found, = self.succeed(*[w.replace("other.cert", "third.cert") for w in again], "--json").json()
        self.assertEqual((found["added"], found["dropped"], found["revision"]), (1, 0, 3))

    def test_wrong_files(self):
        self.refuse(1, *self.add(who="nobody"))
        self.refuse(1, *self.add(archive="none.medark"))
        self.refuse(1, *[word.replace("other.cert.pem", "it.key.pem") for word in self.add()])

    def test_wrong_words(self):
        self.refuse(2, "recipients", error="cannot run recipients: it needs a second word: add or list")
        self.refuse(2, "recipients", "ad", error="cannot run 'recipients ad': it is unknown; did you mean 'recipients add'?")
        self.refuse(2, "recipients", "list", error="cannot list recipients: an archive and --trust CERT (or MEDARK_TRUST) are missing")
        self.refuse(2, "recipients", "add", "a.medark", "--trust", "clinic.cert.pem", "--identity", "it.key.pem",
                    error="cannot add recipients: --recipient CERT, --signer CERT and --signer-key KEY are missing")
        self.refuse(2, *self.list("--identity", "it.key.pem"), error="cannot use --identity with recipients list")
        for word in "remove", "rm", "delete":
            self.refuse(2, "recipients", word, "a.medark",
                        error="cannot remove a recipient: whoever could open an archive may have a copy of it, or of its key; "
                        "export anew without them, or restore it and export that")


class List(Base):
    def test_it_tells_who_can_open_it_and_who_added_them(self):
        self.succeed(*self.add())
        self.assertRegex(self.succeed(*self.list("--recipient", "other.cert.pem")).out,
                         rf"^a\.medark: 2 recipients\n  ecdh-p256    {HEX}\n  added {TIME} \(claimed\) by CN=clinic:\n"
                         rf"  ecdh-p256    {HEX}\n               other\.cert\.pem\n$")
        found, = self.succeed(*self.list("--recipient", "other.cert.pem", "--json")).json()
        self.assertEqual([(r["kind"], r["revision"], r["certificate"]) for r in found["recipients"]],
                         [("ecdh-p256", 1, None), ("ecdh-p256", 2, "other.cert.pem")])
        self.assertEqual([(r["revision"], r["signer"], r["trusted"], r["why"]) for r in found["revisions"]],
                         [(2, "CN=clinic", True, None)])

    def test_inspect_finds_who_was_added(self):
        self.refuse(5, "inspect", "a.medark", "--recipient", "other.cert.pem")
        self.succeed(*self.add())
        self.assertIn("other.cert.pem: is a recipient", self.succeed("inspect", "a.medark", "--recipient", "other.cert.pem").out)

    def test_no_line_is_wider_than_a_terminal(self):
        self.succeed(*self.add())
        for line in self.succeed(*self.list("--recipient", "it.cert.pem")).out.splitlines():
            self.assertLessEqual(len(line), 80)


class Beside(Base):
    """With what else stands at the end of an archive."""

    def setUp(self):
        super().setUp()
        root = Party("Stamp root", ca=True, begin=-3650, end=3650)
        self.authority = Authority(Party("Stamps", root, purposes=[Purpose.TIME_STAMPING], critical=True), root)
        self.addCleanup(self.authority.close)
        self.write("stamps.pem", root.pem)

    def stamp(self):
        self.succeed("stamp", "a.medark", "--tsa", self.authority.url, "--trust", "clinic.cert.pem", "--tsa-trust", "stamps.pem", "--force")

    def test_stamps_and_signatures_come_before_it_and_stay_good(self):
        self.stamp()
        self.succeed(*self.add())
        self.stamp()
        found, = self.succeed("verify", "a.medark", "--trust", "clinic.cert.pem", "--tsa-trust", "stamps.pem", "--json").json()
        self.assertEqual([s["trusted"] for s in found["stamps"]], [True, True])
        self.assertEqual(self.members()[-6:], ["MANIFEST.p7s", "MANIFEST.tsr", "MANIFEST.2.tsr", "KEYS.2.p7m", "KEYS.2.p7s", "LOCATOR"])
        self.assertTrue(self.opens("other"))

    def test_a_proof_says_nothing_of_who_can_open_the_archive(self):
        self.stamp()
        self.succeed(*self.add())
        self.succeed(*self.opened("prove", "--patient", "p1", "--out", "p.proof", identity="other.key.pem"))
        self.assertEqual([n for n in self.members("p.proof") if n.startswith("KEYS") or n == "keys.p7m"], [])
        self.assertIn("MANIFEST.tsr", self.members("p.proof"))
        self.succeed("verify-proof", "p.proof", "--trust", "clinic.cert.pem", "--tsa-trust", "stamps.pem")

    def test_keys_in_a_proof_are_refused(self):
        self.succeed(*self.add())
        self.succeed(*self.opened("prove", "--patient", "p1", "--out", "p.proof"))
        whole, proof = self.read(), self.read("p.proof")
        start, end = whole.index(b"KEYS.2.p7m\0"), len(whole) - 2048
        at = proof.index(b"PROOF\0")
        self.write("bad.proof", proof[:at] + whole[start:end] + proof[at:])
        self.refuse(3, "verify-proof", "bad.proof", "--trust", "clinic.cert.pem")


class Attacks(Base):
    def setUp(self):
        super().setUp()
        self.succeed(*self.add())

    def verify(self, code, error):
        self.refuse(code, "verify", "b.medark", "--trust", "clinic.cert.pem", error=f"cannot verify 'b.medark': {error}")

    def test_no_byte_of_it_can_change(self):
        whole = self.read()
        start = whole.index(b"KEYS.2.p7m\0")
        for at in range(start, len(whole) - 2048, 29):
            changed = bytearray(whole)
            changed[at] ^= 1 << at % 8
            self.write("b.medark", bytes(changed))
            self.assertEqual(self.run_medark("verify", "b.medark", "--trust", "clinic.cert.pem").code, 3, f"byte {at}")

    def test_members_that_are_missing_or_moved(self):
        self.rebuild(lambda last: [m for m in last if m[0] != "KEYS.2.p7s"])
        self.verify(3, "KEYS.2.p7m comes without its signature")
        self.rebuild(lambda last: [m for m in last if m[0] != "KEYS.2.p7m"])
        self.verify(3, "KEYS.2.p7s comes without the recipients that it signs")
        self.rebuild(lambda last: [[m[0].replace("2", "3"), m[1]] for m in last])
        self.verify(3, "KEYS.3.p7m comes without the recipients before it, or their signature")
        self.rebuild(lambda last: [last[i] for i in (1, 2, 0)])
        self.verify(3, "MANIFEST.p7s: its tar header is missing or not of the one form")

    def test_the_recipients_of_another_archive(self):
        self.succeed(*self.export("src", "c.medark"))
        self.succeed(*self.add(archive="c.medark"))
        with tarfile.open(self.path("c.medark")) as tar:
            other = {name: tar.extractfile(name).read() for name in ("KEYS.2.p7m", "KEYS.2.p7s")}
        self.rebuild(lambda last: [[name, other.get(name, content)] for name, content in last])
        self.verify(3, "KEYS.2.p7s: the signature is not over this manifest")

    def signed(self, change):
        """KEYS.2.p7m of other parts (recipients, nonce, content, tag), signed by who is trusted."""
        with tarfile.open(self.path("a.medark")) as tar:
            first, second = (cms.Sealed(tar.extractfile(name).read(), name) for name in ("keys.p7m", "KEYS.2.p7m"))
        keys = cms.auth_enveloped(*change(first, second))
        text = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for data, name in ((self.manifest(), "MANIFEST"), (keys, "KEYS.2.p7m")))
        self.rebuild(lambda last: [last[0], ["KEYS.2.p7m", keys], ["KEYS.2.p7s", sign(text.encode(), pair(self.path("clinic")))]])

    def test_what_is_signed_but_lets_nobody_in_or_leaves_somebody_out(self):
        self.signed(lambda _, b: (b.recipients, b.nonce, b.ciphertext, b.tag))
        self.succeed("verify", "b.medark", "--trust", "clinic.cert.pem")
        for change in (lambda a, b: (a.recipients, a.nonce, a.ciphertext, a.tag),
                       lambda a, b: ([r for r in b.recipients if r not in a.recipients], b.nonce, b.ciphertext, b.tag),
                       lambda a, b: (b.recipients, bytes(12), b.ciphertext, b.tag),
                       lambda a, b: (b.recipients, b.nonce, bytes(64), b.tag),
                       lambda a, b: (b.recipients, b.nonce, b.ciphertext, bytes(16))):
            self.signed(change)
            self.verify(3, "KEYS.2.p7m does not have all recipients of before, and more")

    def test_a_passphrase_that_comes_in_later(self):
        later = cms.kek_recipient(b"passphrase-2", bytes(40))
        self.signed(lambda _, b: (sorted([*b.recipients, later]), b.nonce, b.ciphertext, b.tag))
        self.verify(3, "KEYS.2.p7m adds a passphrase")

    def test_recipients_that_are_no_recipients(self):
        self.signed(lambda _, b: ([b"\x30\x00"], b.nonce, b.ciphertext, b.tag))
        result = self.run_medark("verify", "b.medark", "--trust", "clinic.cert.pem")
        self.assertEqual(result.code, 3)
        self.assertIn("KEYS.2.p7m: as keys.p7m is malformed: ", result.err)

    def test_what_is_no_envelope(self):
        self.rebuild(lambda last: [last[0], ["KEYS.2.p7m", b"no"], last[2]])
        self.verify(3, "KEYS.2.p7s: the signature is not over this manifest")


if __name__ == "__main__":
    main()
