# SPDX-License-Identifier: Apache-2.0
"""medark stamp and cosign: what an archive gets later, without keys and without its data being touched."""

import datetime
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "cli"))

from archive import ArchiveTest  # noqa: E402
from cli import MEDARK, environment, main  # noqa: E402
from authority import Authority  # noqa: E402
from pki import NOW, Party, Purpose, Signed, lists, stamp  # noqa: E402

STAMPS = Party("Stamp root", ca=True, begin=-3650, end=3650)
TSA = Party("Stamps", STAMPS, purposes=[Purpose.TIME_STAMPING], critical=True)


class Base(ArchiveTest):
    def setUp(self):
        super().setUp()
        self.authority = Authority(TSA, TSA, STAMPS)
        self.addCleanup(self.authority.close)
        self.write("stamps.pem", STAMPS.pem)
        self.before = self.read("a.medark")
        offset = int(self.before[-1536:].split(b"\n")[1].split()[1])
        self.data = self.before[:offset]

    def read(self, name):
        with open(self.path(name), "rb") as f:
            return f.read()

    def stamp(self, *more, archive="a.medark"):
        return ["stamp", archive, "--tsa", self.authority.url, "--trust", "clinic.cert.pem", "--tsa-trust", "stamps.pem", *more]

    def cosign(self, who="stranger", archive="a.medark"):
        return ["cosign", archive, "--signer", who + ".cert.pem", "--signer-key", who + ".key.pem", "--trust", "clinic.cert.pem",
                "--tsa-trust", "stamps.pem"]

    def verify(self, *more):
        said = self.succeed("verify", "a.medark", "--trust", "clinic.cert.pem", "--tsa-trust", "stamps.pem", "--json", *more).json()
        found, = [line for line in said if line["message_type"] == "summary"]
        return found

    def openssl(self, *args):
        return subprocess.run(["openssl", *args], cwd=self.folder, capture_output=True, check=True)

    def unpack(self):
        subprocess.run(["tar", "-xf", "a.medark"], cwd=self.folder, check=True)


class Stamp(Base):
    def test_a_stamp_proves_when_it_was_signed(self):
        result = self.succeed(*self.stamp())
        self.assertRegex(result.out, r"^a\.medark: stamped; it was signed before 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ\n$")
        (kind, _query), = self.authority.asked
        self.assertEqual(kind, "application/timestamp-query")
        after = self.read("a.medark")
        self.assertTrue(after.startswith(self.data), "data was touched")
        found = self.verify()
        self.assertIsNotNone(found["proven_at"])
        self.assertEqual([each["trusted"] for each in found["stamps"]], [True])
        # Stock tools see the same.
        self.unpack()
        self.openssl("ts", "-verify", "-in", "MANIFEST.tsr", "-data", "MANIFEST.p7s", "-CAfile", "stamps.pem")
        self.assertNotIn(STAMPS.der, self.read("MANIFEST.tsr"), "the root has no place in it")

    def test_what_is_known_of_it_is_shown(self):
        self.succeed(*self.stamp("-q"))
        self.succeed(*self.cosign(), "-q")
        shown = self.succeed("verify", "a.medark", "--trust", "clinic.cert.pem", "--tsa-trust", "stamps.pem").out
        self.assertRegex(shown, r"signed before 20\S+Z, by a time stamp\n")
        self.assertRegex(shown, r"time stamp    20\S+Z by CN=Stamps\n")
        self.assertRegex(shown, r"signed too by CN=stranger, claimed 20\S+Z: not trusted\n")
        shown = self.succeed("inspect", "a.medark").out
        self.assertRegex(shown, r"time stamps   1\n")
        self.assertRegex(shown, r"signed too by CN=stranger, claimed 20\S+Z\n")

    def test_stamping_again_covers_what_is_there(self):
        for n in 1, 2, 3:
            self.succeed(*self.stamp("--force"))
            self.assertEqual(len(self.verify()["stamps"]), n)
        self.unpack()
        names = ["MANIFEST", "MANIFEST.p7s", "MANIFEST.tsr"]
        self.write("covered", b"".join(self.read(name) for name in names))
        self.openssl("ts", "-verify", "-in", "MANIFEST.2.tsr", "-data", "covered", "-CAfile", "stamps.pem")
        self.write("covered", b"".join(self.read(name) for name in [*names, "MANIFEST.2.tsr"]))
        self.openssl("ts", "-verify", "-in", "MANIFEST.3.tsr", "-data", "covered", "-CAfile", "stamps.pem")
        for _ in range(6):
            self.succeed(*self.stamp("--force"))
        self.refuse(1, *self.stamp("--force"), error="cannot stamp 'a.medark': it has all of its kind that an archive has room for")

    def test_what_has_a_stamp_that_lasts_is_left_alone(self):
        self.succeed(*self.stamp())
        before = self.read("a.medark")
        self.assertRegex(self.succeed(*self.stamp()).out, r"^a\.medark: has a time stamp until \S+; --force stamps it again\n$")
        self.assertEqual(self.read("a.medark"), before)
        self.assertEqual(len(self.authority.asked), 1)

    def test_what_a_stamp_rests_on_ends_with_the_first_of_its_authorities(self):
        middle = Party("Middle", STAMPS, ca=True, begin=-400, end=10.5)
        ends = (NOW + datetime.timedelta(days=10.5)).strftime("%Y-%m-%dT%H:%M:%SZ")
        lasting, short = self.authority, Authority(Party("Short", middle, purposes=[Purpose.TIME_STAMPING], critical=True), middle)
        self.addCleanup(short.close)
        self.authority = short
        self.succeed(*self.stamp())
        self.assertEqual(self.verify()["stamped_until"], ends)
        result = self.succeed("verify", "a.medark", "--trust", "clinic.cert.pem", "--tsa-trust", "stamps.pem", "-q")
        self.assertEqual(result.err, "medark: warning: the certificate of the authority above the time stamping authority 'CN=Short' "
                         f"expires on {ends[:10]}: stamp the archive again before (medark stamp)\n")
        # Of a folder it is said once.
        for name in "1", "2":
            self.write(f"nights/{name}.medark", self.read("a.medark"))
        said = self.run_medark("verify", "nights", "--trust", "clinic.cert.pem", "--tsa-trust", "stamps.pem", "-q").err
        self.assertIn(f"medark: warning: the time stamps of 2 archives hold for less than 30 days, until {ends[:10]} that of "
                      "'nights/1.medark': stamp again before (medark stamp)\n", said)
        # What nobody vouches for behind it changes nothing.
        other = Party("Other", ca=True)
        foreign = Authority(Party("Foreign", other, purposes=[Purpose.TIME_STAMPING], critical=True), other)
        self.addCleanup(foreign.close)
        self.write("other.pem", other.pem)
        self.succeed("stamp", "a.medark", "--tsa", foreign.url, "--trust", "clinic.cert.pem", "--tsa-trust", "other.pem")
        self.assertEqual(self.verify()["stamped_until"], ends)
        self.assertIn("of the authority above the time stamping authority 'CN=Short' expires",
                      self.succeed("verify", "a.medark", "--trust", "clinic.cert.pem", "--tsa-trust", "stamps.pem", "-q").err)
        # It does not last, and is stamped again; then it does, also if a stranger's stamp is the last one.
        self.authority = lasting
        self.succeed(*self.stamp("-q"))
        self.assertEqual([each["trusted"] for each in self.verify()["stamps"]], [True, False, True])
        self.succeed("stamp", "a.medark", "--tsa", foreign.url, "--trust", "clinic.cert.pem", "--tsa-trust", "other.pem")
        self.assertIn("a.medark: has a time stamp until", self.succeed(*self.stamp()).out)
        self.assertEqual(len(lasting.asked), 1)

    def crowd(self, *stampers, begin=-9):
        """Stamps of these, one a day, put behind the archive as anybody can who can write to it."""
        clinic = Party("Own clinic")
        signed = Signed(self.before)
        p7s, more = signed.sign(clinic), []
        for i, each in enumerate(stampers):
            name = f"MANIFEST.{i + 1}.tsr" if i else "MANIFEST.tsr"
            more.append((name, stamp(each, signed.covered(p7s, *more) if i else p7s, begin + i)))
        self.write("a.medark", signed.archive(p7s, *more))
        self.write("clinic.cert.pem", clinic.pem)
        return clinic

    def test_stamps_of_nobody_keep_out_no_real_one(self):
        nobody = Party("Nobody", purposes=[Purpose.TIME_STAMPING], critical=True)
        for real in 0, 1, 4:
            clinic = self.crowd(*[TSA] * real, *[nobody] * (9 - real))
            self.write("own.crl", clinic.crl())
            result = self.succeed(*self.stamp("--force", "--crl", "own.crl"))
            self.assertEqual(result.err.count("by 'CN=Nobody' was dropped, as there was no room and no anchor that was given vouches "
                                              "for it"), 9 - real, result.err)
            self.assertEqual(len(result.err.splitlines()), 9 - real)
            found = self.verify()
            self.assertEqual([each["trusted"] for each in found["stamps"]], [True] * (real + 1))
            self.assertTrue(found["revocation_checked"])
            names = subprocess.run(["tar", "-tf", "a.medark"], cwd=self.folder, capture_output=True, text=True, check=True).stdout
            self.assertEqual(names.count(".crl\n"), 1)
            self.assertFalse(os.path.exists(self.path("a.medark.tail")))

    def test_no_stamp_is_dropped_while_there_is_room(self):
        nobody = Party("Nobody", purposes=[Purpose.TIME_STAMPING], critical=True)
        self.crowd(TSA, *[nobody] * 7)
        self.assertEqual(self.succeed(*self.stamp("--force")).err, "")
        self.assertEqual([each["trusted"] for each in self.verify()["stamps"]], [True, *[False] * 7, True])
        # A trusted one covers them now: they stay for good.
        self.refuse(1, *self.stamp("--force"), error="cannot stamp 'a.medark': it has all of its kind that an archive has room for")

    def test_what_was_evidence_once_is_not_dropped(self):
        nobody = Party("Nobody", purposes=[Purpose.TIME_STAMPING], critical=True)
        expired = Party("Expired", STAMPS, purposes=[Purpose.TIME_STAMPING], critical=True, begin=-400, end=-0.5)
        full = "cannot stamp 'a.medark': it has all of its kind that an archive has room for"
        self.crowd(*[nobody] * 8, expired)
        self.refuse(1, *self.stamp("--force"), error=full)
        self.crowd(*[nobody] * 7, expired, nobody)
        self.assertEqual(self.succeed(*self.stamp("--force")).err.count("was dropped"), 1)
        self.assertEqual(len(self.verify()["stamps"]), 9)
        # Revoked since then; and judged as of another time, which says nothing of now.
        self.crowd(*[nobody] * 8, revoked := Party("Revoked", STAMPS, purposes=[Purpose.TIME_STAMPING], critical=True))
        self.write("stamps.pem", STAMPS.pem + STAMPS.crl((revoked, -0.1), begin=-0.05))
        self.refuse(1, *self.stamp("--force"), error=full)
        self.write("stamps.pem", STAMPS.pem)
        self.crowd(*[nobody] * 9)
        self.refuse(1, *self.stamp("--force", "--at", (NOW - datetime.timedelta(days=20)).strftime("%Y-%m-%d")), error=full)

    def test_lists_without_room_are_told(self):
        """Members of lists become one, if it has room for them; else the newest stays."""
        nobody = Party("Nobody", purposes=[Purpose.TIME_STAMPING], critical=True)
        clinic, other, signed = Party("Own clinic"), Party("Other", ca=True), Signed(self.before)
        p7s = signed.sign(clinic)
        many = [lists(*[other.crl(begin=-5 - i / 100 - half) for i in range(40)]) for half in (0, 2)]
        more = [("MANIFEST.tsr", stamp(nobody, p7s, -9)), ("MANIFEST.crl", many[0])]
        for n in range(2, 10):
            more.append((f"MANIFEST.{n}.tsr", stamp(nobody, signed.covered(p7s, *more), n - 10)))
        self.write("a.medark", signed.archive(p7s, *more, ("MANIFEST.9.crl", many[1])))
        self.write("clinic.cert.pem", clinic.pem)
        result = self.succeed(*self.stamp())
        self.assertIn("revocation lists behind these stamps were dropped, as there was no room: give those that are needed with --crl",
                      result.err)
        subprocess.run(["tar", "-xf", "a.medark", "MANIFEST.crl"], cwd=self.folder, check=True)
        self.assertEqual(self.read("MANIFEST.crl"), many[1])
        self.assertEqual(len(self.verify()["stamps"]), 1)

    def test_what_would_spoil_the_archive_is_not_added(self):
        """A list with another key's signature counts as none; one that names the signer is not put in."""
        root = Party("Root", ca=True)
        leaf = Party("Clinic", root)
        for name, content in [("leaf.cert.pem", leaf.pem), ("root.pem", root.pem), ("bad.crl", root.crl((leaf, -1)))]:
            self.write(name, content)
        self.write("leaf.key.pem", leaf.private(), 0o600)
        self.succeed("export", "src", "--recipient", "it.cert.pem", "--signer", "leaf.cert.pem", "--signer-key", "leaf.key.pem", "--out",
                     "b.medark", "-q")
        result = self.refuse(4, "stamp", "b.medark", "--crl", "bad.crl", "--trust", "root.pem")
        self.assertIn("with it the archive would not verify, so it was not added", result.err)
        self.succeed("verify", "b.medark", "--trust", "root.pem")

    def test_a_journal_of_something_else_is_not_carried_out(self):
        with open(self.path("other"), "wb") as f:
            f.write(self.before)
        done = subprocess.run([MEDARK, *self.cosign()], cwd=self.folder, capture_output=True, check=False, env=environment(),
                              preexec_fn=self.limit(len(self.before)))
        self.assertEqual(done.returncode, 1, done.stderr)
        journal = self.read("a.medark.tail")
        # Another copy was put in its place meanwhile, with a stamp.
        self.write("a.medark", self.before)
        os.rename(self.path("a.medark.tail"), self.path("kept"))
        self.succeed(*self.stamp())
        stamped = self.read("a.medark")
        for content, mode in [(journal, 0o600), (journal, 0o666), (journal[:384], 0o600), (journal[:-512], 0o600)]:
            self.write("a.medark.tail", content, mode)
            self.refuse(1, *self.cosign())
            self.assertEqual(self.read("a.medark"), stamped)

    def test_a_witness_signs_too(self):
        result = self.succeed(*self.cosign())
        self.assertEqual(result.out, "a.medark: verified and signed\n")
        self.assertTrue(self.read("a.medark").startswith(self.data), "data was touched")
        self.assertEqual([(each["signer"], each["trusted"]) for each in self.verify()["signatures"]], [("CN=stranger", False)])
        found = self.verify("--trust", "stranger.cert.pem")
        self.assertEqual([each["trusted"] for each in found["signatures"]], [True])
        self.unpack()
        self.openssl("cms", "-verify", "-binary", "-cades", "-inform", "DER", "-in", "MANIFEST.2.p7s", "-content", "MANIFEST", "-out",
                     "/dev/null", "-CAfile", "stranger.cert.pem", "-purpose", "any", "-partial_chain")

    def test_one_signature_of_a_certificate_is_enough(self):
        self.succeed(*self.cosign(), "-q")
        signed = self.read("a.medark")
        for who in "stranger", "clinic":
            self.assertEqual(self.succeed(*self.cosign(who)).out,
                             "a.medark: was signed with this certificate before; one signature of it is enough\n")
            summary, = self.succeed(*self.cosign(who), "--json").json()
            self.assertEqual((summary["signed"], summary["added"]), (True, False))
        self.assertEqual(self.read("a.medark"), signed)

    def test_a_folder_is_all_archives_in_it(self):
        """One line each; what cannot be done keeps the others from nothing; the worst is the exit code."""
        os.mkdir(self.path("night"))
        for each in "1.medark", "2.medark", "4.medark":
            self.write("night/" + each, self.before)
        self.write("night/3.medark", b"nonsense")
        self.write("night/5.medark", self.before[:4000] + bytes([self.before[4000] ^ 1]) + self.before[4001:])
        self.write("night/6.txt", b"no archive")
        done = self.succeed(*self.stamp(archive="night"), code=3)
        self.assertEqual([line.split(":")[0] for line in done.out.splitlines()], [f"night/{n}.medark" for n in (1, 2, 4, 5)])
        self.assertEqual(done.err, "medark: cannot open 'night/3.medark': this is no medark archive\n")
        done = self.succeed(*self.cosign(archive="night"), code=3)
        self.assertEqual(done.out, "".join(f"night/{n}.medark: verified and signed\n" for n in (1, 2, 4)))
        self.assertEqual(len(done.err.splitlines()), 2)
        for n in 3, 5:
            os.remove(self.path(f"night/{n}.medark"))
        self.write("night/7.medark", self.before)
        self.assertEqual(re.findall(r"^night/(\d).medark: (?:has|(stamped))", self.succeed(*self.stamp(archive="night")).out, re.M),
                         [("1", ""), ("2", ""), ("4", ""), ("7", "stamped")])
        self.assertEqual(re.findall(r"^night/(\d).medark: (?:was|(verified))", self.succeed(*self.cosign(archive="night")).out, re.M),
                         [("1", ""), ("2", ""), ("4", ""), ("7", "verified")])
        os.mkdir(self.path("empty"))
        self.refuse(2, *self.stamp(archive="empty"), error="cannot stamp 'empty': there is no archive (*.medark) in this folder")

    def test_an_archive_that_nobody_vouches_for_does_not_hide_one_that_was_changed(self):
        self.write("bad.medark", b"nonsense")
        self.refuse(3, "cosign", "bad.medark", "a.medark", "--signer", "stranger.cert.pem", "--signer-key", "stranger.key.pem", "--trust",
                    "stranger.cert.pem")

    def test_who_signs_looks_at_every_byte(self):
        self.damaged(lambda content: content[:4000] + bytes([content[4000] ^ 1]) + content[4001:])
        self.refuse(3, *self.cosign(archive="bad.medark"))

    def test_it_still_opens_and_chains(self):
        self.succeed(*self.cosign())
        self.succeed(*self.stamp())
        self.succeed(*self.export("src", "b.medark", "--previous", "a.medark"))
        self.succeed("verify", "a.medark", "b.medark", "--trust", "clinic.cert.pem")
        self.succeed(*self.opened("restore", "--to", "out"))
        self.assertEqual(self.tree("out"), self.tree("src"))

    def test_stock_tools_open_it_still(self):
        self.succeed(*self.cosign())
        self.succeed(*self.stamp())
        self.unpack()
        done = subprocess.run(["sh", "RECOVER.sh", "a.medark", "it.key.pem", "out", "clinic.cert.pem"], cwd=self.folder,
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stderr, r"signed too by subject=CN ?= ?stranger \(whom nobody vouches for here\)")
        self.assertIn("MANIFEST.tsr is a time stamp, which is not looked at here", done.stderr)
        self.assertEqual(self.tree("out"), self.tree("src"))

    def test_revocation_lists_travel_with_it(self):
        root = Party("Root", ca=True)
        leaf = Party("Clinic", root)
        self.write("leaf.cert.pem", leaf.pem)
        self.write("leaf.key.pem", leaf.private(), 0o600)
        self.write("root.pem", root.pem)
        self.write("one.crl", root.crl(begin=-5))
        self.write("two.crl", root.crl(begin=-4))
        self.succeed("export", "src", "--recipient", "it.cert.pem", "--signer", "leaf.cert.pem", "--signer-key", "leaf.key.pem",
                     "--crl", "one.crl", "--out", "b.medark", "-q")
        self.succeed("stamp", "b.medark", "--crl", "two.crl", "--trust", "root.pem")
        found = self.succeed("verify", "b.medark", "--trust", "root.pem", "--json").json()[0]
        self.assertEqual(found["revocation_as_of"], (NOW - datetime.timedelta(days=4)).strftime("%Y-%m-%dT%H:%M:%SZ"))
        shown = self.succeed("verify", "b.medark", "--trust", "root.pem").out
        self.assertIn(f"revocation    checked by a list of {found['revocation_as_of']}\n", shown)
        self.assertTrue(found["revocation_checked"])
        # Of an archive whose stamp lasts only the lists are new.
        self.write("c.medark", self.read("b.medark"))
        self.succeed(*self.stamp("--trust", "root.pem", "-q", archive="c.medark"))
        self.assertEqual(self.succeed(*self.stamp("--trust", "root.pem", "--crl", "two.crl", archive="c.medark")).out,
                         "c.medark: it has 2 revocation lists now\n")
        subprocess.run(["tar", "-xf", "b.medark", "MANIFEST.crl"], cwd=self.folder, check=True)
        self.assertEqual(self.read("MANIFEST.crl"), lists(self.read("one.crl"), self.read("two.crl")))
        self.succeed(*self.stamp("--trust", "root.pem", archive="b.medark"))
        self.succeed(*self.stamp("--trust", "root.pem", "--force", archive="b.medark"))
        self.write("three.crl", root.crl(begin=-3))
        self.succeed("stamp", "b.medark", "--crl", "three.crl", "--trust", "root.pem", "--tsa-trust", "stamps.pem")
        names = subprocess.run(["tar", "-tf", "b.medark"], cwd=self.folder, capture_output=True, text=True, check=True).stdout.split()
        self.assertEqual(names[-6:-1], ["MANIFEST.p7s", "MANIFEST.tsr", "MANIFEST.crl", "MANIFEST.2.tsr", "MANIFEST.2.crl"])
        # Of the lists that are there the newest is older than the stamp.
        args = ["verify", "b.medark", "--trust", "root.pem", "--tsa-trust", "stamps.pem"]
        self.assertRegex(self.succeed(*args, "--report", "older.html").out,
                         r"revocation    checked by a list of 20\S+Z; a newer one could say more\n")
        self.assertIn(b"Whether the signer's certificate of 1 of the archives was revoked between the date of the revocation list and",
                      self.read("older.html"))
        # Revoked today, stamped before: it stands.
        self.write("now.crl", root.crl((leaf, 0.1), begin=-1))
        self.write("all.pem", root.pem + self.read("now.crl"))
        found = self.succeed("verify", "b.medark", "--trust", "all.pem", "--tsa-trust", "stamps.pem", "--json").json()[0]
        self.assertIsNotNone(found["revoked_at"])
        shown = self.succeed("verify", "b.medark", "--trust", "all.pem", "--tsa-trust", "stamps.pem").out
        self.assertRegex(shown, r"revoked       20\S+Z, after it had signed this\n")

    def test_a_change_that_was_interrupted_is_finished(self):
        for cut in 0, 600:
            # What a full disk leaves, or a power cut: the new end beside the archive, which is half written.
            self.write("a.medark", self.before)
            done = subprocess.run([MEDARK, *self.cosign()], cwd=self.folder, capture_output=True, check=False,
                                  env=environment(), preexec_fn=self.limit(len(self.before) + cut))
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertTrue(os.path.exists(self.path("a.medark.tail")), done.stderr)
            self.succeed(*self.stamp())
            self.assertFalse(os.path.exists(self.path("a.medark.tail")))
            found = self.verify()
            self.assertEqual((len(found["signatures"]), len(found["stamps"])), (1, 1))

    def test_what_stands_in_the_way_is_not_touched(self):
        self.write("a.medark.tail", b"mine")
        result = self.refuse(1, *self.stamp())
        self.assertIn("is there, but is not what an interrupted change leaves", result.err)
        self.succeed(*self.cosign(archive=self.copy("b.medark")))

    def copy(self, name):
        self.write(name, self.before)
        return name

    @staticmethod
    def limit(size):
        import resource
        import signal

        def prepare():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        return prepare


class Authorities(Base):
    """What an authority may do otherwise; nothing of it is kept."""

    def check(self, answer, code, error):
        self.authority.answer = answer
        self.refuse(code, *self.stamp(), error=error)
        self.assertEqual(self.read("a.medark"), self.before)

    def test_answers_that_are_none(self):
        kind = "application/timestamp-reply"
        origin = self.authority.url[:-4]
        self.check(lambda _: (403, "text/plain", b"no"), 1, f"cannot stamp 'a.medark': {origin} answers with HTTP status 403")
        self.check(lambda _: (200, "text/html", b"hello"), 1, f"cannot stamp 'a.medark': {origin} answers with something else than a "
                   "time stamp (its media type is not application/timestamp-reply)")
        self.check(lambda _: (200, kind, b"hello"), 3, "cannot stamp 'a.medark': the answer is no time stamp (RFC 3161)")
        self.check(lambda _: (200, kind, b""), 3, "cannot stamp 'a.medark': the answer is no time stamp (RFC 3161)")
        refusal = b"\x30\x11\x30\x0f\x02\x01\x02\x30\x07\x0c\x05sorry\x03\x01\x00"
        self.check(lambda _: (200, kind, refusal), 3,
                   "cannot stamp 'a.medark': the time stamping authority refuses (status 2): sorry")

    def test_a_stamp_of_something_else(self):
        other = self.authority.stamp

        def swap(query):
            return other(query.replace(query[24:56], bytes(32)))
        self.authority.answer = swap
        result = self.refuse(3, *self.stamp())
        self.assertIn("the answer is not for what was asked", result.err)

    def test_an_old_answer(self):
        kept = []

        def again(query):
            kept.append(self.authority.stamp(query))
            return kept[0]
        self.authority.answer = again
        self.succeed(*self.stamp())
        result = self.run_medark(*self.stamp("--force"))
        self.assertEqual(result.code, 3, result.err)

    def test_an_authority_that_is_not_trusted(self):
        self.write("stamps.pem", Party("Other", ca=True).pem)
        self.refuse(4, *self.stamp(), error="cannot stamp 'a.medark': the time stamping authority 'CN=Stamps' is not trusted: its "
                    "certificate does not lead to a trust anchor",
                    hint="its trust anchor goes with --tsa-trust FILE, which may be given several times")
        self.assertEqual(self.read("a.medark"), self.before)
        self.write("right.pem", STAMPS.pem)
        self.succeed(*self.stamp("--tsa-trust", "right.pem"))
        shown = self.succeed("verify", "a.medark", "--trust", "clinic.cert.pem").out
        self.assertIn("its certificate does not lead to a trust anchor\n" + " " * 16 + "(an anchor for it goes with --tsa-trust FILE)\n",
                      shown)

    def test_a_bad_minute_is_waited_for(self):
        tries = []

        def third(query):
            tries.append(query)
            return self.authority.stamp(query) if len(tries) == 2 else (503, "text/plain", b"later")
        self.authority.answer = third
        self.succeed(*self.stamp())
        self.assertEqual(len(tries), 2)

    def test_an_archive_of_somebody_else(self):
        self.refuse(4, "stamp", "a.medark", "--tsa", self.authority.url, "--trust", "stranger.cert.pem")
        self.assertEqual(self.authority.asked, [])

    def test_what_is_missing(self):
        self.refuse(2, "stamp", "a.medark", "--trust", "clinic.cert.pem",
                    error="cannot stamp: --tsa URL (or --crl FILE) is missing")
        self.refuse(2, "stamp", "a.medark", "--tsa", "ftp://x", "--trust", "clinic.cert.pem",
                    error="cannot stamp 'a.medark': an address is neither https nor http")


if __name__ == "__main__":
    main()
