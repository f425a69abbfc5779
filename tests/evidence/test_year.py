# SPDX-License-Identifier: Apache-2.0
"""A year of nightly archives in one folder: verified in one command, without a key; and whatever somebody
does to it is named exactly."""

import hashlib
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "cli"))

from cli import Test, main  # noqa: E402
from pki import DOCUMENTS, Party, Purpose, Signed, stamp  # noqa: E402
from clinic import Archive  # noqa: E402
from vector import edit, put, sub  # noqa: E402

NIGHTS = 365
ROOT = Party("Root", ca=True)
CLINIC = Party("Clinic", ROOT, purposes=[DOCUMENTS])
ANOTHER = Party("Another", ROOT)
AUDITOR = Party("Auditor")
STAMPS = Party("Stamp root", ca=True, begin=-3650, end=3650)
TSA = Party("Stamps", STAMPS, purposes=[Purpose.TIME_STAMPING], critical=True)


def night(number, previous, *, note="", signer=CLINIC, when=None):
    """The archive of a night, and what the next one names."""
    changes = {"README.txt": put(f"night {number} {note}\n".encode())}
    if number > 1:
        changes["header"] = edit(sequence=number, previous=previous)
        changes["MANIFEST"] = sub(b"# sequence 1\n# previous -", f"# sequence {number}\n# previous {previous}".encode())
    signed = Signed(Archive(changes, "signer").bytes())
    p7s = signed.sign(signer)
    more = [("MANIFEST.tsr", stamp(TSA, p7s, when))] if when is not None else []
    return signed.archive(p7s, *more), hashlib.sha256(signed.manifest).hexdigest()


def name(number):
    return f"night-{number:03}.medark"


class Nights(Test):
    """A folder of them, made once for a class."""

    nights, when, first = NIGHTS, None, 1

    @classmethod
    def setUpClass(cls):
        cls.year, cls.hashes, previous = {}, {}, None
        for number in range(1, cls.nights + 1):
            cls.year[name(number)], previous = night(number, previous, when=cls.when)
            cls.hashes[number] = previous

    def setUp(self):
        super().setUp()
        os.mkdir(self.path("year"))
        for number in range(self.first, self.nights + 1):
            self.put(name(number), self.year[name(number)])
        self.write("root.pem", ROOT.pem)
        self.write("auditor.pem", AUDITOR.pem)
        self.write("auditor.key.pem", AUDITOR.private(), 0o600)

    def put(self, each, content):
        with open(self.path("year", each), "wb") as f:
            f.write(content)

    def verify(self, code=0, *more):
        return self.succeed("verify", "year", "--trust", "root.pem", "-q", *more, code=code).err.splitlines()

    def warned(self, code, *sentences, options=()):
        self.assertEqual(self.verify(code, *options), ["medark: warning: " + sentence for sentence in sentences])

    def checkpoint(self):
        self.succeed("checkpoint", "year", "--trust", "root.pem", "--signer", "auditor.pem", "--signer-key", "auditor.key.pem",
                     "--out", "year.checkpoint", "-q")
        return ["--trust", "auditor.pem", "--checkpoint", "year.checkpoint"]


class Year(Nights):
    def test_a_whole_year(self):
        self.assertEqual(self.verify(), [])
        shown = self.succeed("verify", "year", "--trust", "root.pem").out.splitlines()
        self.assertNotIn("NOT", shown[-1])
        self.assertEqual(len(shown), NIGHTS + 1)
        self.assertEqual(shown[0], "year/night-001.medark: verified, sequence 1, signed 2026-11-22T03:10:00Z (claimed), 5 records, incomplete")
        self.assertEqual(shown[-1], "the 365 archives are one chain without a gap, sequence 1 to 365")

    def test_one_is_missing(self):
        os.remove(self.path("year", name(100)))
        self.warned(6, "the chain has a gap: the archive with sequence 100, between 'year/night-099.medark' and "
                    "'year/night-101.medark', is not among the verified files")

    def test_the_last_ten_are_deleted(self):
        kept = self.checkpoint()
        for number in range(356, 366):
            os.remove(self.path("year", name(number)))
        self.assertEqual(self.verify(), [], "nobody can see it")
        with open(self.path("year.checkpoint"), encoding="ascii") as f:
            created = f.read().split("created ")[1].split("\n")[0]
        out = self.run_medark("verify", "year", "--trust", "root.pem", *kept).out.splitlines()
        self.assertEqual(out[-1], "NOT as it should be: what was found is said above (exit code 6)")
        self.warned(6, "the chain was rolled back: the archives with sequence 356 to 365, which were there at the checkpoint of "
                    f"{created}, are gone", options=kept)


class Autumn(Nights):
    """The last nights of the year: what came before them is no gap."""

    first = 300

    def test_two_are_swapped(self):
        self.put(name(320), self.year[name(321)])
        self.put(name(321), self.year[name(320)])
        self.warned(0, "the names are in another order than the archives: 'year/night-321.medark' has sequence 320, "
                    "'year/night-320.medark' before it 321")

    def test_one_is_replaced_by_an_older_copy(self):
        self.put(name(350), self.year[name(310)])
        self.warned(6, "'year/night-350.medark' is the same archive as 'year/night-310.medark' (sequence 310)",
                    "the chain has a gap: the archive with sequence 350, between 'year/night-349.medark' and "
                    "'year/night-351.medark', is not among the verified files")

    def test_one_is_signed_by_another(self):
        signed = Signed(self.year[name(350)])
        self.put(name(350), signed.archive(signed.sign(ANOTHER)))
        lines = self.verify(0)
        self.assertEqual(len(lines), 2, lines)
        self.assertIn("the signer changes in the chain: 'year/night-350.medark' (sequence 350)", lines[0])
        self.write("policy", f"# who may sign\nsigner = {hashlib.sha256(CLINIC.der).hexdigest()}\n")
        lines = self.verify(4, "--policy", "policy")
        self.assertEqual(lines[0], "medark: warning: 'year/night-350.medark' breaks the policy: its signer may not sign")

    def test_a_fork(self):
        self.put("night-320b.medark", night(320, self.hashes[319], note="another")[0])
        line, = [line for line in self.verify(6) if "forks" in line]
        self.assertRegex(line, r"'year/night-320b?\.medark' and 'year/night-320b?\.medark' both continue 'year/night-319\.medark' "
                         r"\(sequence 319\)$")

    def test_one_is_truncated(self):
        self.put(name(330), self.year[name(330)][:-3000])
        lines = self.verify(3)
        self.assertEqual(lines[0], "medark: cannot verify 'year/night-330.medark': the archive is cut off: its end is missing "
                         f"({len(self.year[name(330)]) - 3000} bytes are there); copy it again, or take another copy")
        self.assertIn("the archive with sequence 330", lines[-1])

    def test_a_byte_is_changed(self):
        content = bytearray(self.year[name(300)])
        content[9000] ^= 1
        self.put(name(300), bytes(content))
        lines = self.verify(3)
        self.assertIn("night-300.medark", lines[0])

    def test_the_year_is_written_anew(self):
        kept = self.checkpoint()
        previous = self.hashes[362]
        for number in 363, 364, 365, 366:
            content, previous = night(number, previous, note="anew")
            self.put(name(number), content)
        lines = self.verify(6, *kept)
        self.assertEqual(len(lines), 1)
        self.assertIn("the chain was replaced: the archive with sequence 365 is another one than that of the checkpoint", lines[0])

    def test_a_year_that_goes_on(self):
        kept = self.checkpoint()
        self.put(name(366), night(366, self.hashes[365])[0])
        shown = self.succeed("verify", "year", "--trust", "root.pem", *kept).out
        self.assertRegex(shown, r"the archives go on from the checkpoint of \S+ \(sequence 365\)\n$")

    def test_some_may_be_missing(self):
        for number in 310, 311, 340:
            os.remove(self.path("year", name(number)))
        self.write("policy", "missing = 3\n")
        self.assertEqual(len(self.verify(0, "--policy", "policy")), 2)
        self.write("policy", "missing = 2\n")
        self.assertEqual(len(self.verify(6, "--policy", "policy")), 2)

    def test_a_report_is_a_file(self):
        self.refuse(2, "verify", "year", "--trust", "root.pem", "--report", "-", error="cannot use '-' for --report: it must be a file")

    def test_a_report(self):
        os.remove(self.path("year", name(320)))
        self.write("year/night-321.medark", b"nonsense")
        words = ["verify", "year", "--trust", "root.pem", "--report", "report.html", "--signer", "auditor.pem", "--signer-key",
                 "auditor.key.pem"]
        shown = self.succeed(*words, code=3).out
        self.assertTrue(shown.endswith("\nreport.html: written; its signature is report.html.p7s\n"
                                       "NOT as it should be: what was found is said above (exit code 3)\n"), shown[-200:])
        *_, told = self.succeed(*words, "--json", "--force", code=3).json()
        self.assertEqual((told["report"], told["signature"]), ("report.html", "report.html.p7s"))
        with open(self.path("report.html"), encoding="utf-8") as f:
            page = f.read()
        self.assertIn("<h1>Verification of archives</h1>\n<p class=\"notice bad\">64 of 65", page)
        self.assertIn("64 of 65 archives verify; 64 are not complete. Something has to be looked at: see below.", page)
        self.assertIn("<li>year/night-321.medark: does not verify: this is no medark archive</li>", page)
        self.assertIn("the archives with sequence 320 to 321", page)
        for number in 302, 365:
            size = len(self.year[name(number)])
            self.assertIn(f"year/{name(number)}</th><td>{self.hashes[number]}</td><td class=\"n\">{size}</td>", page)
        self.assertIn("only a checkpoint, kept elsewhere, shows that", page)
        for secret in ("Vries", "999990019", "p1"):
            self.assertNotIn(secret, page)
        command = ["openssl", "cms", "-verify", "-binary", "-cades", "-inform", "DER", "-in", "report.html.p7s", "-content", "report.html", "-out",
                   "/dev/null", "-CAfile", "auditor.pem", "-purpose", "any", "-partial_chain"]
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True)


class Checkpoint(Nights):
    """The file that the auditor keeps; and policies."""

    nights, when = 5, -1

    def test_stock_tools_check_it(self):
        self.checkpoint()
        with open(self.path("year.checkpoint"), encoding="ascii") as f:
            text, pem = f.read().split("-----BEGIN", 1)
        self.assertRegex(text, r"^medark checkpoint 1\ncreated \S+\nsequence 5\narchive [0-9a-f]{32}\nmanifest [0-9a-f]{64}\nfirst 1\n"
                         r"archives 5\n$")
        self.write("text", text)
        self.write("sig.pem", "-----BEGIN" + pem)
        subprocess.run(["openssl", "cms", "-verify", "-binary", "-cades", "-inform", "PEM", "-in", "sig.pem", "-content", "text", "-out",
                        "/dev/null", "-CAfile", "auditor.pem", "-purpose", "any", "-partial_chain"], cwd=self.folder, check=True,
                       capture_output=True)

    def test_a_report_names_who_vouches_by_fingerprints(self):
        tricky = Party("Trust\u202eme\u2066\u200f", ROOT)
        self.put("night-006\u202e\u200f.medark", night(6, self.hashes[5], signer=tricky)[0])
        many = [Party(f"Anchor {i}") for i in range(66)]
        self.write("two.pem", AUDITOR.pem + STAMPS.pem)
        self.write("many.pem", b"".join(party.pem for party in many))
        kept = self.checkpoint()
        shown = self.succeed("verify", "year", "--trust", "root.pem", "--trust", "two.pem", "--trust", "many.pem", *kept, "--report",
                             "report.html", "-v")
        with open(self.path("report.html"), encoding="utf-8") as f:
            page = f.read()

        def named(party):
            return f"CN={party.name}<br>SHA-256 {hashlib.sha256(party.der).hexdigest()}<"
        self.assertIn('<th scope="row">trust anchor</th><td>two.pem<br>', page)
        for party in AUDITOR, STAMPS, ROOT:
            self.assertIn(named(party), page)
        self.assertEqual(sum(named(party) in page for party in many), 64)
        self.assertIn("<br>and 2 more</td>", page)
        self.assertIn('<th scope="row">signed by</th><td>' + named(AUDITOR), page)
        # Nothing turns the text around: neither on the page nor on the screen. In the names of certificates it is replaced early.
        self.assertIn("CN=Trust?me??", page)
        for text in page, shown.out, shown.err:
            self.assertIn("night-006\\u202E\\u200F.medark", text)
            self.assertFalse(set(text) & set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))

    def test_a_change_is_refused(self):
        kept = self.checkpoint()
        with open(self.path("year.checkpoint"), "rb") as f:
            good = f.read()
        for at in range(0, len(good), 29):
            bad = bytearray(good)
            bad[at] ^= 1
            self.write("year.checkpoint", bytes(bad))
            self.assertEqual(self.run_medark("verify", "year/night-001.medark", "--trust", "root.pem", *kept).code, 3, at)

    def test_the_first_ones_are_deleted(self):
        kept = self.checkpoint()
        for number in 1, 2:
            os.remove(self.path("year", name(number)))
        line, = self.verify(6, *kept)
        self.assertIn("2 of the 5 archives that were there at the checkpoint of", line)
        os.remove(self.path("year", name(4)))
        self.write("policy", "missing = 9\n")
        self.assertIn("3 of the 5 archives that were there at the checkpoint of", self.verify(6, *kept, "--policy", "policy")[-1])

    def test_it_is_of_one_chain(self):
        args = ["checkpoint", "year", "--trust", "root.pem", "--signer", "auditor.pem", "--signer-key", "auditor.key.pem", "--out",
                "no.checkpoint", "-q"]

        def several(count):
            result = self.run_medark(*args)
            self.assertEqual((result.code, os.path.exists(self.path("no.checkpoint"))), (2, False), result.err)
            self.assertIn(f"medark: cannot write the checkpoint 'no.checkpoint': the archives are {count} chains, and a checkpoint is "
                          "of one; give the archives of one chain, and make a checkpoint of each\n", result.err)
        # Another site's, whole; then one whose beginning is not there.
        for first in 1, 2:
            previous = night(1, None, note="of another site")[1] if first == 2 else None
            content, _ = night(first, previous, note="of another site", signer=ANOTHER)
            self.put("site.medark", content)
            several(2)
        # Two that continue the same one.
        self.put("site.medark", night(4, self.hashes[3], note="otherwise")[0])
        several(2)
        self.put("more.medark", night(1, None, note="a third", signer=ANOTHER)[0])
        several(3)
        # What is missing between others joins them.
        for gone in "site.medark", "more.medark", name(2), name(4):
            os.remove(self.path("year", gone))
        self.succeed(*args, code=6)

    def test_of_somebody_else(self):
        self.checkpoint()
        self.refuse(4, "verify", "year", "--trust", "root.pem", "--checkpoint", "year.checkpoint",
                    error="cannot use the checkpoint 'year.checkpoint': the signer 'CN=Auditor' is not trusted: its certificate does "
                    "not lead to a trust anchor",
                    hint="the certificate of who made it goes with --trust FILE, beside the anchor of the archives")

    def test_nothing_is_vouched_for_that_does_not_verify(self):
        self.put(name(3), b"nonsense")
        self.refuse(3, "checkpoint", "year", "--trust", "root.pem", "--signer", "auditor.pem", "--signer-key", "auditor.key.pem",
                    "--out", "year.checkpoint")
        self.refuse(2, "checkpoint", "year", "--trust", "root.pem", error="cannot make a checkpoint of: --signer CERT, --signer-key KEY "
                    "and --out FILE are missing")

    def policy(self, code, text, *broken, options=()):
        self.write("policy", text)
        lines = self.verify(code, "--policy", "policy", *options)
        self.assertEqual(lines[:len(broken)], [f"medark: warning: 'year/{name(1)}' breaks the policy: {each}" for each in broken])
        return lines

    def test_rules(self):
        stamps = ["--tsa-trust", "stamps.pem"]
        self.write("stamps.pem", STAMPS.pem)
        self.write("tsa.pem", TSA.pem)
        self.write("clinic.pem", CLINIC.pem)
        self.policy(0, "signer = clinic.pem\nstamped = yes\nstamp-authority = tsa.pem\n\n# no more\n", options=stamps)
        stamped = "no time stamp of a trusted authority proves its time (medark stamp puts one there)"
        proven = "no time stamp of an authority that is asked for proves its time"
        self.policy(4, "stamped = yes\n", stamped)
        out = self.run_medark("verify", "year", "--trust", "root.pem", "--policy", "policy").out.splitlines()
        self.assertEqual(sum(line.endswith(", but breaks the policy") for line in out), self.nights)
        self.assertEqual(out[-1], "NOT as it should be: what was found is said above (exit code 4)")
        self.policy(4, "stamp-authority = clinic.pem\n", proven, options=stamps)
        self.policy(0, "purpose = 1.3.6.1.5.5.7.3.36\nstrength = 128\n")
        self.policy(4, "purpose = emailProtection\nstrength = 192\nrevocation-checked = yes\n",
                    "the signer's certificate is not for the purpose asked for", "its signature has less than 192 bits of strength",
                    "no revocation list of the signer's authority is at hand")
        self.policy(4, "cosigner = clinic.pem\npost-quantum = yes\n", "a signature that is asked for is missing",
                    "it has no trusted post-quantum signature")
        self.policy(6, "complete = yes\n", "it is not complete")
        self.assertIn("the policy is broken: the newest archive is of", self.policy(6, "newest-hours = 1\n")[-1])

    def test_names_of_files_are_seen_from_the_policy(self):
        self.write("rules/keys/clinic.pem", CLINIC.pem)
        self.write("rules/policy", "signer = keys/clinic.pem\n")
        self.assertEqual(self.verify(0, "--policy", "rules/policy"), [])
        self.write("rules/policy", f"signer = {self.path('rules/keys/clinic.pem')}\n")
        self.assertEqual(self.verify(0, "--policy", self.path("rules/policy")), [])
        self.write("clinic.pem", CLINIC.pem)
        self.write("rules/policy", "signer = clinic.pem\n")
        result = self.refuse(2, "verify", "year", "--trust", "root.pem", "--policy", "rules/policy")
        self.assertIn("cannot use the policy 'rules/policy', line 1: cannot open 'rules/clinic.pem'", result.err)

    def test_what_was_stamped_before_a_time(self):
        """What is to be believed of a signer whose key was stolen then."""
        self.write("stamps.pem", STAMPS.pem)
        stamps = ["--tsa-trust", "stamps.pem"]
        for text in "2999-01-01", "01-01-2999", "2999-01-01T00:00:00Z":
            self.policy(0, f"stamped-before = {text}\n", options=stamps)
        for text, shown in [("2020-02-29", "2020-02-29"), ("29-02-2020", "2020-02-29"), ("2020-02-29T00:00:00Z", "2020-02-29T00:00:00Z")]:
            line = self.policy(4, f"stamped-before = {text}\n", options=stamps)[0]
            self.assertRegex(line, rf"breaks the policy: its time stamp is of 20\S+Z, not before {shown}$")
        self.policy(4, "stamped-before = 2999-01-01\n", "no time stamp of a trusted authority proves its time (medark stamp puts one there)")

    def test_rules_that_are_none(self):
        for text, what in [("signers = x\n", "there is no such rule; medark-verify(1) lists them"), ("signer\n", "it is not of the form "
                           "'key = value'"), ("stamped = maybe\n", "the value must be yes or no"), ("strength = 99\n", "the value must be "
                           "128 or 192"), ("missing = -1\n", "the value must be a number up to 1000000"),
                           ("stamped-before = May\n", "the value must be a date (2026-11-22) or a time "
                           "(2026-11-22T03:10:00Z)"), ("stamped-before = 2026-11-22T3:10:00Z\n", "the value must be a date (2026-11-22) or "
                           "a time (2026-11-22T03:10:00Z)"), ("signer = 1234\n", "a fingerprint has 64 hexadecimal digits"),
                           (f"signer = {'ab' * 33}\n", "a fingerprint has 64 hexadecimal digits"), ("purpose =\n", "the value is missing")]:
            self.write("policy", "# first\n" + text)
            self.refuse(2, "verify", "year", "--trust", "root.pem", "--policy", "policy",
                        error=f"cannot use the policy 'policy', line 2: {what}")


if __name__ == "__main__":
    main()
