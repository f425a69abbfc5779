# SPDX-License-Identifier: Apache-2.0
"""Recipients by ML-KEM and signatures by ML-DSA, where OpenSSL has them (3.5, Debian 13); elsewhere that they are refused."""

import os
import re
import subprocess
import sys

from archive import ArchiveTest
from cli import ROOT, main

sys.path.insert(0, os.path.join(ROOT, "tests", "interop"))

from medark_reader import tar_header  # noqa: E402

VERSION = re.match(r"OpenSSL (\S+)", subprocess.run(["openssl", "version"], capture_output=True, text=True,
                                                    check=True).stdout).group(1)
OFFERED = tuple(int(n) for n in VERSION.split(".")[:2]) >= (3, 5)
GOLDEN = os.path.join(ROOT, "tests", "golden", "pq", "recipient.pem")
GOLDEN_SIGNER = os.path.join(ROOT, "tests", "golden", "pq", "signer.pem")
NEEDED = f"post-quantum algorithms need OpenSSL 3.5 or later, and this is {VERSION}"


class PqTest(ArchiveTest):
    def setUp(self):
        super().setUp()
        print(f"OpenSSL {VERSION}, {'with' if OFFERED else 'without'} ML-KEM and ML-DSA: ", end="")

    def new(self, role, name, kind):
        said, = self.succeed("key", "new", "--role", role, "--name", name, "--type", kind, "--out", name, "--json").json()
        self.assertEqual((said["role"], said["type"]), (role, kind))
        return said

    def breaks(self, archive, rules, code, *broken, trust=("clinic.cert.pem",)):
        self.write("policy", rules)
        done = self.succeed("verify", archive, *[word for each in trust for word in ("--trust", each)], "--policy", "policy", code=code)
        self.assertEqual([line for line in done.err.splitlines() if "breaks the policy" in line],
                         [f"medark: warning: '{archive}' breaks the policy: {each}" for each in broken])


class Keys(PqTest):
    def test_keys_are_made_where_openssl_has_the_algorithms(self):
        for role, kind in [("signer", "ml-dsa-65"), ("signer", "ml-dsa-87"), ("recipient", "ml-kem-768"), ("recipient", "ml-kem-1024")]:
            if not OFFERED:
                self.refuse(1, "key", "new", "--role", role, "--name", "K", "--type", kind, "--out", "k",
                            error=f"cannot make the key 'k': {NEEDED}")
                continue
            said = self.new(role, kind, kind)
            text = subprocess.run(["openssl", "x509", "-in", kind + ".cert.pem", "-noout", "-text"], cwd=self.folder, check=True,
                                  capture_output=True, text=True).stdout
            self.assertIn("Public Key Algorithm: " + kind.upper(), text)
            self.assertIn("Digital Signature" if role == "signer" else "Key Encipherment", text)
            subprocess.run(["openssl", "pkey", "-in", kind + ".key.pem", "-check", "-noout"], cwd=self.folder, check=True,
                           capture_output=True)
            self.assertEqual(os.stat(self.path(kind + ".key.pem")).st_mode & 0o777, 0o600)
            self.assertEqual(len(said["recipient_id"]), 64 if role == "recipient" else 0)

    def test_a_key_is_for_one_role(self):
        self.refuse(2, "key", "new", "--role", "recipient", "--name", "K", "--type", "ml-dsa-65", "--out", "k",
                    error="cannot use ml-dsa-65 for a recipient: that takes ml-kem-768 or ml-kem-1024")
        self.refuse(2, "key", "new", "--role", "signer", "--name", "K", "--type", "ml-kem-1024", "--out", "k",
                    error="cannot use ml-kem-1024 for a signer: that takes ml-dsa-65 or ml-dsa-87")
        self.refuse(2, "key", "new", "--role", "signer", "--name", "K", "--type", "ml-dsa-44", "--out", "k",
                    error="cannot use 'ml-dsa-44' for --type: it must be p256, p384, rsa3072, ml-dsa-65, ml-dsa-87, ml-kem-768 or "
                    "ml-kem-1024")


class Signers(PqTest):
    def cosign(self, signer, archive="a.medark", key=None, trust="clinic.cert.pem"):
        return ["cosign", archive, "--signer", signer + ".cert.pem", "--signer-key", (key or signer) + ".key.pem", "--trust", trust]

    def test_the_signer_of_an_export_is_classical(self):
        args = self.export("src", "b.medark")
        args[args.index("--signer") + 1] = GOLDEN_SIGNER
        self.refuse(1, *args, error=f"cannot use the signer: certificate '{GOLDEN_SIGNER}' has a key of ML-DSA, whose signature stands "
                    "beside a classical one and not in its place (see medark cosign)")

    def test_a_second_signature_is_by_ml_dsa(self):
        if not OFFERED:
            self.refuse(1, "cosign", "a.medark", "--signer", GOLDEN_SIGNER, "--signer-key", "clinic.key.pem", "--trust",
                        "clinic.cert.pem", error=f"cannot sign 'a.medark': certificate '{GOLDEN_SIGNER}' has a key of ML-DSA: {NEEDED}")
            return
        for name, kind in [("pq", "ml-dsa-65"), ("witness", "ml-dsa-87")]:
            self.new("signer", name, kind)
        self.refuse(1, *self.cosign("pq", key="witness"),
                    error="cannot sign 'a.medark': private key 'witness.key.pem' does not belong to certificate 'pq.cert.pem'")
        self.refuse(1, *self.cosign("pq", key="clinic"),
                    error="cannot sign 'a.medark': private key 'clinic.key.pem' is neither ML-DSA-65 nor ML-DSA-87")
        self.assertEqual(self.succeed(*self.cosign("pq")).out, "a.medark: verified and signed\n")
        self.assertEqual(self.succeed(*self.cosign("pq")).out,
                         "a.medark: was signed with this certificate before; one signature of it is enough\n")
        self.refuse(1, *self.cosign("witness"), error="cannot sign 'a.medark': it has a post-quantum signature already, by 'CN=pq', "
                    "and there is room for one")
        # A classical one stands before it, also when it comes later.
        self.succeed(*self.cosign("stranger"))
        said, = self.succeed("verify", "a.medark", "--trust", "clinic.cert.pem", "--trust", "pq.cert.pem", "--json").json()
        self.assertEqual([(each["signer"], each["algorithm"], each["trusted"]) for each in said["signatures"]],
                         [("CN=stranger", "ECDSA P-256", False), ("CN=pq", "ML-DSA-65", True)])
        told = self.succeed("verify", "a.medark", "--trust", "clinic.cert.pem", "--trust", "pq.cert.pem").out
        self.assertRegex(told, r"\n  signed too by +CN=pq \(ML-DSA-65\), claimed 20\S+Z\n")
        shown, = self.succeed("inspect", "a.medark", "--json").json()
        self.assertEqual([(each["signer"], each["algorithm"], each["signed_at"][:2]) for each in shown["signatures"]],
                         [("CN=stranger", "ECDSA P-256", "20"), ("CN=pq", "ML-DSA-65", "20")])
        self.succeed(*self.opened("restore", "--to", "out"))
        self.assertEqual(self.tree("out"), self.tree("src"))
        # The stock tools agree.
        subprocess.run(["sh", "-ec", "tar -xf a.medark MANIFEST MANIFEST.pq.p7s; openssl cms -verify -binary -inform DER "
                        "-in MANIFEST.pq.p7s -content MANIFEST -purpose any -CAfile pq.cert.pem -out verified; "
                        "cmp verified MANIFEST"], cwd=self.folder, check=True, capture_output=True)
        # It goes into a proof, too, which the stock tools check; the second reader takes its place and form.
        self.succeed(*self.opened("prove", "--record", "Patient/p1", "--out", "p1.proof"))
        self.succeed("verify-proof", "p1.proof", "--trust", "clinic.cert.pem", "--trust", "pq.cert.pem")
        subprocess.run([sys.executable, "-B", os.path.join(ROOT, "tests", "interop", "medark_reader.py"), "verify",
                        "a.medark", "--trust", "clinic.cert.pem", "--identity", "it.key.pem"], cwd=self.folder, check=True,
                       capture_output=True)
        subprocess.run(["sh", "-ec", "mkdir p1; tar -xf p1.proof -C p1; sh p1/CHECK.sh clinic.cert.pem p1"], cwd=self.folder,
                       check=True, capture_output=True)
        subprocess.run(["sh", os.path.join(ROOT, "lib", "archive", "texts", "RECOVER.sh"), "a.medark", "it.key.pem", "recovered",
                        "clinic.cert.pem"], cwd=self.folder, check=True, capture_output=True)

    def test_a_signature_that_cannot_be_checked_is_told(self):
        # Of another manifest: only who has ML-DSA sees that.
        with open(os.path.join(ROOT, "tests", "golden", "pq", "MANIFEST.pq.p7s"), "rb") as f:
            p7s = f.read()
        self.damaged(lambda content: content[:-2048] + tar_header("MANIFEST.pq.p7s", len(p7s)) + p7s + bytes(-len(p7s) % 512) +
                     content[-2048:])
        shown, = self.succeed("inspect", "bad.medark", "--json").json()
        self.assertEqual([(each["signer"], each["algorithm"]) for each in shown["signatures"]], [("CN=ML-DSA-65", "ML-DSA-65")])
        self.assertRegex(self.succeed("inspect", "bad.medark").out, r"\n  signed too by +CN=ML-DSA-65 \(ML-DSA-65\), claimed 20\S+Z\n")
        if OFFERED:
            self.refuse(3, "verify", "bad.medark", "--trust", "clinic.cert.pem", error="cannot verify 'bad.medark': "
                        "MANIFEST.pq.p7s: the post-quantum signature is not over this manifest")
            return
        told = self.succeed("verify", "bad.medark", "--trust", "clinic.cert.pem", "--trust", GOLDEN_SIGNER).out
        self.assertRegex(told, r"\n  signed too by +CN=ML-DSA-65 \(ML-DSA-65\), claimed 20\S+Z: not trusted\n +" + re.escape(NEEDED))

    def test_the_rule_is_about_who_may_sign(self):
        missing = "it has no trusted post-quantum signature"
        self.breaks("a.medark", "post-quantum = yes\n", 4, missing)
        self.breaks("a.medark", "signer = clinic.cert.pem\npost-quantum = yes\n", 4, missing + " of who may sign")
        if not OFFERED:
            return
        self.new("signer", "pq", "ml-dsa-87")
        self.succeed(*self.cosign("pq"))
        both = ("clinic.cert.pem", "pq.cert.pem")
        self.breaks("a.medark", "post-quantum = yes\n", 4, missing)
        self.breaks("a.medark", "post-quantum = yes\n", 0, trust=both)
        self.breaks("a.medark", "signer = clinic.cert.pem\npost-quantum = yes\n", 4, missing + " of who may sign", trust=both)
        self.breaks("a.medark", "signer = clinic.cert.pem\nsigner = pq.cert.pem\npost-quantum = yes\n", 0, trust=both)
        self.breaks("a.medark", "cosigner = pq.cert.pem\n", 0, trust=both)


class Required(PqTest):
    def recover(self, archive, name):
        """By stock tools, with the key of ML-KEM."""
        return subprocess.run(["sh", os.path.join(ROOT, "lib", "archive", "texts", "RECOVER.sh"), archive, name + ".key.pem",
                               name + ".recovered", "clinic.cert.pem"], cwd=self.folder, capture_output=True, text=True, check=False)

    BROKEN = "has a key that quantum computers would break: give one with a key of ML-KEM, or a passphrase"

    def exported(self, out, *more):
        return ["export", "src", "--signer", "clinic.cert.pem", "--signer-key", "clinic.key.pem", "--out", out,
                "--profile", "pq-required", *more]

    def test_a_classical_recipient_is_refused(self):
        self.write("secret", "correct horse battery staple\n", 0o600)
        self.succeed("key", "new", "--role", "recipient", "--name", "R", "--type", "rsa3072", "--out", "rsa")
        for option, certificate in [("--recipient", "it.cert.pem"), ("--recipient", "rsa.cert.pem"), ("--escrow", "other.cert.pem")]:
            self.refuse(1, *self.exported("b.medark", "--passphrase-file", "secret", option, certificate),
                        error=f"cannot use the recipient: certificate '{certificate}' {self.BROKEN}")
        self.write("nightly.conf", f"source = {self.path('src')}\narchives = {self.folder}\nrecipient = it.cert.pem\n"
                   "signer = clinic.cert.pem\nsigner-key = clinic.key.pem\nprofile = pq-required\n")
        os.chmod(self.folder, 0o700)
        self.assertIn(f"certificate 'it.cert.pem' {self.BROKEN}", self.refuse(1, "run", "nightly", "--config", ".", "--check").err)

    def test_a_passphrase_withstands(self):
        self.write("secret", "correct horse battery staple\n", 0o600)
        self.succeed(*self.exported("b.medark", "--passphrase-file", "secret", "--profile", "fips"))
        self.breaks("b.medark", "pq-required = yes\n", 0)
        said, = self.succeed("inspect", "b.medark", "--json").json()
        self.assertEqual([each["kind"] for each in said["recipients"]], ["passphrase"])

    def test_the_rule_names_each_recipient_that_is_classical(self):
        said, = self.succeed("inspect", "a.medark", "--json").json()
        self.breaks("a.medark", "pq-required = yes\n", 6,
                    f"quantum computers would break the key of its recipient {said['recipients'][0]['id']} (ecdh-p256)")
        self.breaks("a.medark", "pq-required = no\n", 0)

    def test_ml_kem_withstands(self):
        if not OFFERED:
            self.refuse(1, *self.exported("b.medark", "--recipient", GOLDEN),
                        error=f"cannot use the recipient: certificate '{GOLDEN}' has a key of ML-KEM: {NEEDED}")
            return
        self.new("recipient", "small", "ml-kem-768")
        self.new("recipient", "large", "ml-kem-1024")
        self.succeed(*self.exported("b.medark", "--recipient", "small.cert.pem", "--escrow", "large.cert.pem"))
        self.breaks("b.medark", "pq-required = yes\n", 0)
        for name in ["small", "large"]:
            self.succeed(*self.opened("restore", "--to", name, archive="b.medark", identity=name + ".key.pem"))
            self.assertEqual(self.tree(name), self.tree("src"))
            done = self.recover("b.medark", name)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(self.tree(name + ".recovered"), self.tree("src"))
        self.new("recipient", "stranger-kem", "ml-kem-768")
        done = self.recover("b.medark", "stranger-kem")
        self.assertEqual(done.returncode, 1)
        self.assertIn("RECOVER: this key does not open the archive", done.stderr)


class Recipients(PqTest):
    def issue(self, name, kind):
        subprocess.run(["sh", "-ec", f"umask 077; openssl genpkey -algorithm {kind} -out {name}.key; "
                        f"openssl pkey -in {name}.key -pubout -out {name}.pub; echo keyUsage=keyEncipherment >ext; "
                        f"openssl x509 -new -force_pubkey {name}.pub -CA clinic.cert.pem -CAkey clinic.key.pem "
                        f"-subj /CN={name} -days 400 -extfile ext -out {name}.pem"], cwd=self.folder, check=True,
                       capture_output=True)

    def test_an_archive_opens_with_a_key_of_ml_kem(self):
        if not OFFERED:
            self.assertIn(f"has a key of ML-KEM: post-quantum algorithms need OpenSSL 3.5 or later, and this is {VERSION}",
                          self.refuse(1, *self.export("src", "b.medark", "--recipient", GOLDEN)).err)
            return
        for name, kind in [("smaller", "ML-KEM-768"), ("larger", "ML-KEM-1024"), ("stranger", "ML-KEM-768")]:
            self.issue(name, kind)
        self.succeed(*self.export("src", "b.medark", "--recipient", "smaller.pem", "--recipient", "larger.pem"))
        said, = self.succeed("inspect", "b.medark", "--json").json()
        self.assertEqual(sorted(each["kind"] for each in said["recipients"]), ["ecdh-p256", "ml-kem-1024", "ml-kem-768"])
        self.succeed("verify", "b.medark", "--trust", "clinic.cert.pem")
        for key in ["smaller.key", "larger.key", "it.key.pem"]:
            self.succeed(*self.opened("restore", "--to", key + ".out", archive="b.medark", identity=key))
            self.assertEqual(self.tree(key + ".out"), self.tree("src"))
        self.refuse(5, *self.opened("patients", archive="b.medark", identity="stranger.key"))
        # The second reader takes the form, and opens it as the other recipient.
        subprocess.run([sys.executable, "-B", os.path.join(ROOT, "tests", "interop", "medark_reader.py"), "verify",
                        "b.medark", "--trust", "clinic.cert.pem", "--identity", "it.key.pem"], cwd=self.folder, check=True,
                       capture_output=True)


if __name__ == "__main__":
    main()
