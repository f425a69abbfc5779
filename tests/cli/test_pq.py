# SPDX-License-Identifier: Apache-2.0
"""Recipients by ML-KEM and signatures by ML-DSA, where OpenSSL has them (3.5, Debian 13); elsewhere that they are refused."""

import os
import re
import subprocess
import sys

from archive import ArchiveTest
from cli import ROOT, main

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
        self.refuse(1, *self.cosign("pq"), error="cannot sign 'a.medark': 'CN=pq' has signed it already")
        self.refuse(1, *self.cosign("witness"), error="cannot sign 'a.medark': it has a post-quantum signature already, by 'CN=pq', "
                    "and there is room for one")
        # A classical one stands before it, also when it comes later.
        self.succeed(*self.cosign("stranger"))
        said, = self.succeed("verify", "a.medark", "--trust", "clinic.cert.pem", "--trust", "pq.cert.pem", "--json").json()
        self.assertEqual([(each["signer"], each["algorithm"], each["trusted"]) for each in said["signatures"]],
                         [("CN=stranger", "ECDSA P-256", False), ("CN=pq", "ML-DSA-65", True)])
        self.succeed(*self.opened("restore", "--to", "out"))
        self.assertEqual(self.tree("out"), self.tree("src"))
        # The stock tools agree.
        subprocess.run(["sh", "-ec", "tar -xf a.medark MANIFEST MANIFEST.pq.p7s; openssl cms -verify -binary -inform DER "
                        "-in MANIFEST.pq.p7s -content MANIFEST -purpose any -CAfile pq.cert.pem -out verified; "
                        "cmp verified MANIFEST"], cwd=self.folder, check=True, capture_output=True)


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
