# SPDX-License-Identifier: Apache-2.0
"""Who may sign, who is asked for, who can open it, and whether archives follow each other."""

import json
import os
import shutil
import subprocess
import sys
import tarfile

from archive import ArchiveTest
from cli import ROOT, Test, main

VECTORS = os.path.join(ROOT, "tests", "vectors")
sys.path.insert(0, VECTORS)

from craft import pair, sign  # noqa: E402
from vector import GOOD, Vector, put  # noqa: E402


def openssl(folder, *args):
    done = subprocess.run(["openssl", *args], cwd=folder, capture_output=True, check=True)
    return done.stdout.decode()


def self_signed(test, name, *more, days=365):
    openssl(test.folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-keyout", name + ".key.pem", "-out", name + ".cert.pem", "-subj",
            "/CN=" + name, "-days", str(days), *more)
    os.chmod(test.path(name + ".key.pem"), 0o600)


class Purpose(ArchiveTest):
    def test_a_web_servers_certificate_cannot_sign(self):
        self_signed(self, "tls", "-addext", "extendedKeyUsage=serverAuth")
        self.refuse(1, "export", "src", "--recipient", "it.cert.pem", "--signer", "tls.cert.pem",
                    "--signer-key", "tls.key.pem", "--out", "b.medark",
                    error="cannot use the signer: certificate 'tls.cert.pem' is not meant for "
                    "signing (its extendedKeyUsage names neither documentSigning nor "
                    "emailProtection nor codeSigning)")

    def test_a_certificate_for_signing_documents_can(self):
        self_signed(self, "seal", "-addext", "extendedKeyUsage=1.3.6.1.5.5.7.3.36")
        self.succeed("export", "src", "--recipient", "it.cert.pem", "--signer", "seal.cert.pem",
                     "--signer-key", "seal.key.pem", "--out", "b.medark")
        self.succeed("verify", "b.medark", "--trust", "seal.cert.pem")

    def test_all_names_of_a_care_providers_certificate_are_shown(self):
        """As PKIoverheid and the UZI register write them; a line end in one is no line end here."""
        self.write("req", "[req]\nprompt=no\ndistinguished_name=dn\nx509_extensions=ext\n"
                   "[dn]\nC=NL\nO=Huisartsenpraktijk Voorbeeld\norganizationIdentifier=NTRNL-00000001\nserialNumber=90000001\n"
                   "CN=Export\n"
                   "[ext]\nsubjectAltName=@alt\n"
                   "[alt]\notherName.1=2.5.5.5;IA5STRING:2.16.528.1.1007.3.1-1-900000001-N-90000001-01.015-00000000\n"
                   "email.1=export@praktijk.example\n"
                   "otherName.2=1.3.6.1.4.1.311.20.2.3;FORMAT:UTF8,UTF8:a\\nb\notherName.3=1.2.3.4;INT:5\nURI.1=https://x.example/a\\;b\n")
        openssl(self.folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", "uzi.key.pem", "-out", "uzi.cert.pem", "-config", "req", "-days", "365")
        os.chmod(self.path("uzi.key.pem"), 0o600)
        self.succeed("export", "src", "--recipient", "it.cert.pem", "--signer", "uzi.cert.pem", "--signer-key", "uzi.key.pem",
                     "--out", "b.medark")
        also = ("otherName 2.5.5.5: 2.16.528.1.1007.3.1-1-900000001-N-90000001-01.015-00000000; "
                "email: export@praktijk.example; otherName 1.3.6.1.4.1.311.20.2.3: a?b; uri: https://x.example/a,b")
        found = self.succeed("verify", "b.medark", "--trust", "uzi.cert.pem", "--json", "--report", "r.html").json()[0]
        self.assertEqual(found["signer_also"], also)
        self.assertEqual(found["signer"], "CN=Export,serialNumber=90000001,organizationIdentifier=NTRNL-00000001,"
                         "O=Huisartsenpraktijk Voorbeeld,C=NL")
        self.assertIn(f"  known as      {also}\n", self.succeed("verify", "b.medark", "--trust", "uzi.cert.pem").out)
        with open(self.path("r.html"), encoding="utf-8") as f:
            page = f.read()
        self.assertIn(also, page)
        self.assertIn(found["signer"], page)
        self.succeed("cosign", "a.medark", "--signer", "uzi.cert.pem", "--signer-key", "uzi.key.pem", "--trust", "clinic.cert.pem")
        found, = self.succeed("verify", "a.medark", "--trust", "clinic.cert.pem", "--json").json()
        self.assertEqual((found["signer_also"], found["signatures"][0]["also"]), (None, also))

    def under(self, purpose):
        """A signer under an authority with this extended key usage, under a root; the warnings."""
        self_signed(self, "root", "-addext", "keyUsage=keyCertSign")
        self.write("ext", "basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\n"
                   f"extendedKeyUsage={purpose}\n")
        for name, issuer, more in [("sub", "root", ["-extfile", "ext"]), ("under", "sub", [])]:
            openssl(self.folder, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                    "-nodes", "-keyout", name + ".key.pem", "-out", "csr", "-subj", "/CN=" + name)
            openssl(self.folder, "x509", "-req", "-in", "csr", "-CA", issuer + ".cert.pem",
                    "-CAkey", issuer + ".key.pem", "-days", "365", "-out", name + ".cert.pem",
                    *more)
        os.chmod(self.path("under.key.pem"), 0o600)
        chain = b""
        for name in "under", "sub", "root":
            with open(self.path(name + ".cert.pem"), "rb") as f:
                chain += f.read()
        self.write("chain.pem", chain)
        return self.succeed("export", "src", "--recipient", "it.cert.pem", "--signer", "chain.pem",
                            "--signer-key", "under.key.pem", "--out", "b.medark", "-q").err

    def test_an_authority_for_web_servers_above_the_signer_is_warned_of(self):
        self.assertEqual(self.under("serverAuth"),
                         "medark: warning: the certificate 'CN=sub' above the signer's is not meant "
                         "for signing (its extendedKeyUsage): the archive does not verify for those "
                         "who trust an authority above it; sign with a certificate of another "
                         "authority\n")
        self.refuse(4, "verify", "b.medark", "--trust", "root.cert.pem")
        self.succeed("verify", "b.medark", "--trust", "sub.cert.pem")

    def test_an_authority_for_signing_above_the_signer_is_not(self):
        self.assertEqual(self.under("emailProtection"), "")
        self.succeed("verify", "b.medark", "--trust", "root.cert.pem")

    def test_a_certificate_that_expires_soon_is_warned_of(self):
        self_signed(self, "soon", days=10)
        result = self.succeed("export", "src", "--recipient", "soon.cert.pem", "--signer",
                              "soon.cert.pem", "--signer-key", "soon.key.pem", "--out", "b.medark",
                              "-q")
        signer, recipient = result.err.splitlines()
        self.assertRegex(signer, r"^medark: warning: the certificate of the signer 'CN=soon' "
                         r"expires on \d{4}-\d\d-\d\d: after that archives that it signed verify "
                         r"only as of an earlier time$")
        self.assertRegex(recipient, r"^medark: warning: the certificate of the recipient 'CN=soon' "
                         r"expires on \d{4}-\d\d-\d\d: exports to it fail after that$")
        lines = self.succeed("verify", "b.medark", "--trust", "soon.cert.pem", "--json").json()
        self.assertEqual([line["message_type"] for line in lines], ["status", "summary"])
        self.assertIn("expires on", lines[0]["warning"])
        self.assertEqual(self.succeed("verify", "a.medark", "--trust", "clinic.cert.pem").err, "")


class SignedBy(ArchiveTest):
    def chained(self):
        """A signer under an authority that is trusted, and another one under it."""
        self_signed(self, "ca", "-addext", "keyUsage=keyCertSign")
        for name in ["one", "two"]:
            openssl(self.folder, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                    "-nodes", "-keyout", name + ".key.pem", "-out", "csr", "-subj", "/CN=" + name)
            os.chmod(self.path(name + ".key.pem"), 0o600)
            openssl(self.folder, "x509", "-req", "-in", "csr", "-CA", "ca.cert.pem", "-CAkey",
                    "ca.key.pem", "-days", "365", "-out", name + ".cert.pem")
        self.succeed("export", "src", "--recipient", "it.cert.pem", "--signer", "one.cert.pem",
                     "--signer-key", "one.key.pem", "--out", "b.medark")

    def test_only_the_signer_that_is_asked_for_is_trusted(self):
        self.chained()
        fingerprint = openssl(self.folder, "x509", "-in", "one.cert.pem", "-noout", "-sha256",
                              "-fingerprint").strip().split("=")[1]
        opened = ["b.medark", "--trust", "ca.cert.pem", "--identity", "it.key.pem"]
        for verb, *more in [["verify", "b.medark", "--trust", "ca.cert.pem"], ["patients", *opened],
                            ["restore", *opened, "--to", "out"]]:
            self.refuse(4, verb, *more, "--signed-by", "two.cert.pem",
                        error=f"cannot {'verify' if verb == 'verify' else 'open'} 'b.medark': the "
                        "signer 'CN=one' is not trusted: its certificate is not the one that was "
                        "asked for",
                        hint="is 'two.cert.pem' the right signer? the archive says it was signed "
                        f"by CN=one (SHA-256 {fingerprint.replace(':', '').lower()})")
            self.succeed(verb, *more, "--signed-by", fingerprint)
            shutil.rmtree(self.path("out"), ignore_errors=True)
        self.succeed("verify", "b.medark", "--trust", "ca.cert.pem", "--signed-by", "two.cert.pem",
                     "--signed-by", "one.cert.pem")
        # It is asked for beside the trust anchor, not in its place.
        self.refuse(4, "verify", "b.medark", "--trust", "two.cert.pem", "--signed-by",
                    "one.cert.pem")

    def test_what_stands_beside_the_signer_vouches_for_no_other(self):
        self.chained()
        with open(self.path("two.chain.pem"), "wb") as out:
            for name in ("two", "ca"):
                with open(self.path(name + ".cert.pem"), "rb") as f:
                    out.write(f.read())
        more = ["export", "src", "--recipient", "it.cert.pem", "--signer", "two.chain.pem",
                "--signer-key", "two.key.pem"]
        self.refuse(4, *more, "--out", "c.medark", "--previous", "b.medark")
        self.succeed(*more, "--out", "c.medark", "--previous", "b.medark", "--trust", "ca.cert.pem")
        self.succeed(*more, "--out", "d.medark", "--previous", "c.medark")

    def fingerprint(self, name):
        told = openssl(self.folder, "x509", "-in", name, "-noout", "-sha256", "-fingerprint")
        return told.strip().split("=")[1].replace(":", "").lower()

    def test_a_chain_that_another_signer_continues_is_warned_of(self):
        self.chained()
        for signer, before, out in [("two", "b", "c"), ("two", "c", "d"), ("one", "d", "e")]:
            self.succeed("export", "src", "--recipient", "it.cert.pem", "--signer",
                         signer + ".cert.pem", "--signer-key", signer + ".key.pem", "--out",
                         out + ".medark", "--previous", before + ".medark", "--trust",
                         "ca.cert.pem")
        one, two = (self.fingerprint(name + ".cert.pem") for name in ("one", "two"))
        files = ["b.medark", "c.medark", "d.medark", "e.medark"]
        verify = ["verify", *files, "--trust", "ca.cert.pem"]
        result = self.succeed(*verify)
        self.assertEqual(result.out.splitlines()[-1], "the 4 archives are one chain without a "
                         "gap, sequence 1 to 4, of more than one signer")
        self.assertEqual(result.err.splitlines(), [
            "medark: warning: the signer changes in the chain: 'c.medark' (sequence 2) is signed "
            f"with the certificate {two}, 'b.medark' before it with {one}",
            "medark: warning: the signer changes in the chain: 'e.medark' (sequence 4) is signed "
            f"with the certificate {one}, 'd.medark' before it with {two}"])
        self.assertEqual(self.succeed(*verify, "-q").err, result.err)
        *summaries, first, second, chains = self.succeed(*verify, "--json").json()
        self.assertEqual((chains["chains"], chains["signers"]), (1, 2))
        self.assertEqual([s["signer_fingerprint"] for s in summaries], [one, two, two, one])
        self.assertEqual((first["message_type"], first["file"], first["sequence"], first["after"],
                          first["signer_fingerprint"], first["signer_before"]),
                         ("status", "c.medark", 2, "b.medark", two, one))
        self.assertIn("the signer changes", second["warning"])
        self.assertEqual(self.succeed("verify", *files[1:3], "--trust", "ca.cert.pem").err, "")
        self.assertEqual(self.run_medark(*verify, "--signed-by", one).code, 4)

    def test_an_archive_that_was_signed_again_is_told_of(self):
        for name in "signer.cert.pem", "document-signer.cert.pem", "recipient.key.pem":
            shutil.copy(os.path.join(VECTORS, "keys", name), self.folder)
        os.chmod(self.path("recipient.key.pem"), 0o600)
        first = Vector("x", "F-25", GOOD, "", {}).bytes()
        with tarfile.open(self.write("first.medark", first)) as tar:
            manifest = tar.extractfile("MANIFEST").read()
        again = {"MANIFEST.p7s": put(sign(manifest, pair("document-signer")))}
        self.write("again.medark", Vector("x", "F-25", GOOD, "", again).bytes())
        trust = ["--trust", "signer.cert.pem", "--trust", "document-signer.cert.pem"]
        one, two = map(self.fingerprint, ("signer.cert.pem", "document-signer.cert.pem"))
        result = self.succeed("verify", "first.medark", "again.medark", *trust, "-q")
        self.assertEqual(result.err, "medark: warning: 'again.medark' is the same archive as "
                         "'first.medark', but another signer signed it: it with the certificate "
                         f"{two}, the other with {one}\n")
        self.assertEqual(self.succeed("verify", "first.medark", "first.medark", *trust, "-q").err,
                         "")
        self.assertIn(f"\n  fingerprint   {two}\n",
                      self.succeed("verify", "again.medark", *trust).out)
        # Whoever has a key notices: the encrypted index names the first signer.
        restore = ["--identity", "recipient.key.pem", "--to", "back", *trust]
        result = self.refuse(3, "restore", "again.medark", *restore)
        self.assertIn("the index names another signer", result.err)
        self.succeed("restore", "first.medark", *restore)

    def test_the_fingerprint_of_the_signer_is_always_shown(self):
        expected = f"\n  fingerprint   {self.fingerprint('clinic.cert.pem')}\n"
        for more in [], ["-v"]:
            self.assertIn(expected, self.succeed("verify", "a.medark", "--trust", "clinic.cert.pem",
                                                 *more).out)

    def test_what_names_no_signer_is_refused(self):
        verify = ["verify", "a.medark", "--trust", "clinic.cert.pem", "--signed-by"]
        self.refuse(1, *verify, "nowhere.pem")
        self.refuse(1, *verify, "it.key.pem")
        self.refuse(2, *verify, "abcdef", error="cannot use the signer 'abcdef': a fingerprint has "
                    "64 hexadecimal digits")


class Recipients(ArchiveTest):
    def test_the_id_of_a_certificate_is_told_wherever_it_is_used(self):
        made = {}
        for kind in ["p256", "p384", "rsa3072"]:
            made[kind], = self.succeed("key", "new", "--role", "recipient", "--name", kind,
                                       "--out", kind, "--type", kind, "--json").json()
        text = self.succeed("key", "new", "--role", "recipient", "--name", "x", "--out", "x").out
        self.assertRegex(text, r"\n  fingerprint   [0-9a-f]{64}\n  recipient id  [0-9a-f]{64}\n")
        with open(self.path("word"), "w", encoding="utf-8") as f:
            f.write("geheim\n")
        os.chmod(self.path("word"), 0o600)
        more = [word for kind in made for word in ("--recipient", kind + ".cert.pem")]
        *_, summary = self.succeed(*self.export("src", "b.medark", "--json", "--passphrase-file",
                                                "word", *more)).json()
        found = {each["subject"]: (each["kind"], each["id"]) for each in summary["recipients"]}
        for kind, name in [("p256", "ecdh-p256"), ("p384", "ecdh-p384"), ("rsa3072", "rsa-oaep")]:
            self.assertEqual(found[f"CN={kind}"], (name, made[kind]["recipient_id"]))
        self.assertEqual(found[None], ("passphrase", "passphrase-1"))
        inspected, = self.succeed("inspect", "b.medark", "--json").json()
        self.assertEqual([(r["kind"], r["id"]) for r in summary["recipients"]],
                         [(r["kind"], r["id"]) for r in inspected["recipients"]])
        text = self.succeed(*self.export("src", "c.medark")).out
        self.assertRegex(text, r"\n  recipients    ecdh-p256 [0-9a-f]{64}  CN=it\n")

    def test_inspect_answers_whether_a_certificate_is_a_recipient(self):
        text = self.succeed("inspect", "a.medark", "--recipient", "it.cert.pem").out
        self.assertIn("\n  asked for     it.cert.pem: is a recipient\n", text)
        result = self.run_medark("inspect", "a.medark", "--recipient", "it.cert.pem",
                                 "--recipient", "other.cert.pem")
        self.assertEqual(result.code, 5)
        self.assertIn("\n                other.cert.pem: is no recipient\n", result.out)
        self.assertEqual(result.err, "medark: cannot find 'other.cert.pem' among the recipients of "
                         "'a.medark'\n")
        summary, error = self.run_medark("inspect", "a.medark", "--json", "--recipient",
                                         "other.cert.pem").json()
        asked, = summary["asked"]
        self.assertEqual((asked["certificate"], asked["is_recipient"]), ("other.cert.pem", False))
        self.assertEqual(error["exit_code"], 5)
        self.refuse(1, "inspect", "a.medark", "--recipient", "it.key.pem")

    def test_a_certificate_in_the_place_of_an_identity_is_told(self):
        self.refuse(1, *self.opened("patients", identity="it.cert.pem"),
                    error="cannot use the identity: 'it.cert.pem' is a certificate, the private "
                    "key is wanted")

    def test_who_is_no_recipient_is_told_how_many_there_are(self):
        none = "none of the keys given is "
        hint = "to ask whether somebody can open it: medark inspect {} --recipient CERT"
        self.refuse(5, *self.opened("patients", identity="other.key.pem"),
                    error=f"cannot open 'a.medark': {none}that of one of its recipients (it has 1)",
                    hint=hint.format("a.medark"))
        self.succeed("key", "new", "--role", "recipient", "--name", "third", "--out", "third")
        self.succeed(*self.export("src", "b.medark", "--recipient", "third.cert.pem"))
        self.refuse(5, *self.opened("patients", archive="b.medark", identity="other.key.pem"),
                    error=f"cannot open 'b.medark': {none}that of one of its recipients (it has 2)",
                    hint=hint.format("b.medark"))
        # What the hint says works.
        self.succeed("inspect", "b.medark", "--recipient", "it.cert.pem")
        self.succeed("inspect", "b.medark", "--recipient", "other.cert.pem", code=5)


class Chain(ArchiveTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        make = cls("run_medark")
        make.folder = cls.clinic
        before = "a.medark"
        for name in ["b", "c", "d", "e"]:
            make.succeed(*make.export("src/Patient.ndjson", name + ".medark", "--previous", before))
            before = name + ".medark"
        # Another one that continues the second, and another chain.
        make.succeed(*make.export("src/Patient.ndjson", "fork.medark", "--previous", "b.medark"))
        make.succeed(*make.export("src/Patient.ndjson", "first.medark"))

    def verify(self, names, *more, code=0):
        files = [name + ".medark" for name in names]
        return self.succeed("verify", *files, "--trust", "clinic.cert.pem", *more, code=code)

    def test_a_chain_without_a_gap_is_told_in_whatever_order(self):
        for names in ["abcde", "edcba", "cabde"]:
            result = self.verify(names)
            self.assertEqual(result.out.splitlines()[-1], "the 5 archives are one chain without a "
                             "gap, sequence 1 to 5")
            self.assertEqual(result.err, "")
        *files, chains = self.verify("abc", "--json").json()
        self.assertEqual(len(files), 3)
        self.assertEqual({key: chains[key] for key in ("archives", "chains", "gaps", "signers", "first", "last")},
                         {"archives": 3, "chains": 1, "gaps": 0, "signers": 1, "first": 1, "last": 3})
        self.assertEqual(self.verify("abc", "-q").out, "")

    def test_the_ends_of_a_chain_and_other_chains_are_no_gaps(self):
        self.assertIn("sequence 3 to 5", self.verify("edc").out)
        self.assertNotIn("chain", self.verify("a").out)
        self.assertNotIn("chain", self.verify("aa").out)
        self.assertEqual(self.verify(["first", "a", "b"]).out.splitlines()[-1],
                         "the 3 archives are 2 chains, which have nothing to do with each other")
        self.assertEqual(self.verify("d").err, "")

    def test_a_gap_is_told_with_what_is_missing(self):
        result = self.verify("eadb", "-q", code=6)
        self.assertEqual(result.err, "medark: warning: the chain has a gap: the archive with "
                         "sequence 3, between 'b.medark' and 'd.medark', is not among the verified "
                         "files\n")
        *files, gap, chains = self.verify("ea", "--json", code=6).json()
        self.assertEqual((chains["archives"], chains["chains"], chains["gaps"]), (2, 2, 1))
        self.assertEqual([line["file"] for line in files], ["e.medark", "a.medark"])
        self.assertEqual((gap["message_type"], gap["file"], gap["after"], gap["sequence"],
                          gap["missing_from"], gap["missing_to"]),
                         ("status", "e.medark", "a.medark", 5, 2, 4))
        self.assertIn("sequence 2 to 4", gap["warning"])
        self.assertEqual(len(self.verify("ace", "-q", code=6).err.splitlines()), 2)

    def test_what_does_not_verify_is_missing_and_worse(self):
        with open(self.path("b.medark"), "r+b") as f:
            f.write(b"x")
        result = self.verify("abc", code=3)
        self.assertIn("sequence 2, between 'a.medark' and 'c.medark'", result.err)

    def test_what_does_not_follow_is_told(self):
        result = self.verify(["a", "b", "c", "fork"], "-q", code=6)
        self.assertRegex(result.err, r"^medark: warning: the chain forks: '(c\.medark' and 'fork|"
                         r"fork\.medark' and 'c)\.medark' both continue 'b\.medark' \(sequence 2\)\n$")
        result = self.verify(["c", "fork"], "-q", code=6)
        self.assertRegex(result.err, r"^medark: warning: the chain forks: '(c\.medark' and 'fork|"
                         r"fork\.medark' and 'c)\.medark' both continue an archive that is not among the "
                         r"verified files\n$")
        fork = next(line for line in self.verify(["b", "c", "fork"], "--json", code=6).json()
                    if "warning" in line)
        self.assertEqual({fork["file"], fork["beside"]}, {"c.medark", "fork.medark"})
        self.assertEqual(fork["after"], "b.medark")
        result = self.verify(["first", "b"], "-q", code=6)
        self.assertEqual(result.err, "medark: warning: the chain is broken: 'b.medark' (sequence 2) "
                         "does not continue 'first.medark' (sequence 1)\n")


class Behind(ArchiveTest):
    def setUp(self):
        super().setUp()
        with tarfile.open(self.path("a.medark")) as tar:
            member = tar.getmember("data/00000001.zst.p7m")
        self.place, self.size = member.offset, member.size

    def test_bytes_behind_the_end_are_told(self):
        for more in [b"x", b"\0" * 512, b"signed by a tool\n" * 5000]:
            self.damaged(lambda content, more=more: content + more)
            self.refuse(3, "verify", "bad.medark", "--trust", "clinic.cert.pem",
                        error=f"cannot verify 'bad.medark': {len(more)} bytes stand behind LOCATOR "
                        "and the end of the archive; copy it again, or take another copy")

    def test_an_archive_that_is_cut_off_is_told_from_what_is_none(self):
        size = os.path.getsize(self.path("a.medark"))
        for left in [size - 512, size - 1, size // 2, 100]:
            self.damaged(lambda content, left=left: content[:left])
            self.refuse(3, "verify", "bad.medark", "--trust", "clinic.cert.pem",
                        error="cannot verify 'bad.medark': the archive is cut off: its end is missing "
                        f"({left} bytes are there); copy it again, or take another copy")
        for content in [b"README.txt", b"README.txt is no archive\n" * 1000, bytes(100000)]:
            self.write("bad.medark", content)
            for verb in [["inspect"], ["verify", "--trust", "clinic.cert.pem"]]:
                self.refuse(3, *verb, "bad.medark",
                            error=f"cannot {verb[0]} 'bad.medark': this is no medark archive")

    def test_an_empty_file_is_said_to_be(self):
        self.write("bad.medark", b"")
        for verb, action in [(["inspect"], "inspect"), (["verify", "--trust", "clinic.cert.pem"], "verify"),
                             (self.opened("items")[:1] + self.opened("items")[2:], "open")]:
            self.refuse(3, *verb, "bad.medark", error=f"cannot {action} 'bad.medark': the file is empty; "
                        "copy it again, or take another copy")

    def test_a_changed_member_is_named_with_what_helps(self):
        def flip(content):
            content[self.place + 700] ^= 1
            return content

        self.damaged(flip)
        self.refuse(3, "verify", "bad.medark", "--trust", "clinic.cert.pem",
                    error="cannot verify 'bad.medark': data/00000001.zst.p7m: its content, bytes "
                    f"{self.place + 512} to {self.place + 511 + self.size} of the file, is not the one that was signed "
                    "(SHA-256 differs); copy the archive again, or take another copy")

    def test_a_changed_header_is_named_with_its_byte(self):
        def flip(content):
            content[self.place + 130] ^= 1
            return content

        self.damaged(flip)
        self.refuse(3, "verify", "bad.medark", "--trust", "clinic.cert.pem",
                    error="cannot verify 'bad.medark': data/00000001.zst.p7m: its tar header is not the one that the "
                    f"manifest gives it (from byte {self.place + 130} of the file on)")


class Report(ArchiveTest):
    def test_the_lines_of_a_report_have_the_keys_of_the_manual(self):
        self.write("src/Broken.ndjson", '{"resourceType":"Patient","id":"x"\n')
        os.symlink("Patient.ndjson", self.path("src/link"))
        self.succeed(*self.export("src", "b.medark", "--report", "r.jsonl"), code=6)
        with open(self.path("r.jsonl"), encoding="utf-8") as f:
            lines = {line["reason"]: line for line in map(json.loads, f)}
        self.assertEqual(set(lines["broken-syntax"]),
                         {"reason", "item", "offset", "length", "detail", "path"})
        self.assertEqual(set(lines["skipped"]), {"reason", "detail", "path"})


class Name(Test):
    def test_a_common_name_is_counted_in_characters(self):
        new = ["key", "new", "--role", "signer", "--out", "x", "--name"]
        self.succeed(*new, "\u00e9" * 64)
        self.refuse(2, *new, "\u00e9" * 65, "--force",
                    error="cannot make the key 'x': a common name has 1 to 64 characters")


if __name__ == "__main__":
    main()
