# SPDX-License-Identifier: Apache-2.0
"""A reader in JavaScript, whose cryptography is not OpenSSL's, takes what medark writes, and refuses
what was changed. MEDARK is the program, MEDARK_NODE the folder with the packages of js/."""

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
RECORDS = b"".join(b'{"resourceType":"Patient","id":"%d"}\n' % i for i in range(9))
SIGNERS, READERS = {"p256": "p256", "rsa": "rsa3072"}, {"p256": "ecdh-p256", "p384": "ecdh-p384", "rsa3072": "rsa-oaep"}


class Reader(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="medark-js-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        # Where its packages are: node looks beside the file.
        os.symlink(os.path.join(os.environ["MEDARK_NODE"], "node_modules"), cls.path("node_modules"))
        for name in ("primitives.cjs", "der.cjs", "cms.cjs", "reader.cjs"):
            shutil.copy(os.path.join(HERE, "js", name), cls.folder)
        with open(cls.path("records.ndjson"), "wb") as f:
            f.write(RECORDS)
        to = []
        for kind in READERS:
            cls.medark("key", "new", "--role", "recipient", "--type", kind, "--name", kind, "--out", kind)
            to += ["--recipient", kind + ".cert.pem"]
        cls.run_tool("openssl", "req", "-x509", "-newkey", "rsa:3072", "-nodes", "-keyout", "ca.key", "-subj", "/CN=CA",
                     "-days", "400", "-out", "ca.pem")
        for name, kind in SIGNERS.items():
            cls.medark("key", "new", "--role", "signer", "--type", kind, "--name", "Clinic", "--out", "s-" + name)
        # One signer stands below an authority.
        cls.run_tool("sh", "-ec", "openssl pkey -in s-p256.key.pem -pubout -out s.pub; echo keyUsage=digitalSignature >ext; "
                     "openssl x509 -new -force_pubkey s.pub -CA ca.pem -CAkey ca.key -days 400 -subj /CN=Clinic -extfile ext "
                     "-out s-p256.cert.pem")
        for name in SIGNERS:
            cls.medark("export", "records.ndjson", *to, "--signer", f"s-{name}.cert.pem", "--signer-key",
                       f"s-{name}.key.pem", "--out", name + ".medark")

    @classmethod
    def path(cls, name):
        return os.path.join(cls.folder, name)

    @classmethod
    def run_tool(cls, *args):
        done = subprocess.run(args, cwd=cls.folder, capture_output=True, check=False)
        if done.returncode:
            raise AssertionError(done.stderr.decode())
        return done.stdout

    @classmethod
    def medark(cls, *args):
        return cls.run_tool(os.environ["MEDARK"], *args, "--quiet")

    def read(self, archive, anchor, *key, program="reader.cjs"):
        return subprocess.run(["node", self.path(program), archive, anchor, *key], cwd=self.folder, capture_output=True,
                              text=True, check=False)

    def accept(self, *args):
        done = self.read(*args)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return json.loads(done.stdout)

    def refuse(self, sentence, *args):
        done = self.read(*args)
        self.assertEqual((done.returncode, done.stderr, done.stdout), (1, sentence + "\n", ""))

    def changed(self, change):
        """The archive with another content, of the same size."""
        with open(self.path("p256.medark"), "rb") as f:
            content = bytearray(f.read())
        before = len(content)
        change(content)
        self.assertEqual(len(content), before)
        with open(self.path("bad.medark"), "wb") as f:
            f.write(content)
        return "bad.medark"

    @staticmethod
    def place(content, name):
        """Where a member's content begins, and its size."""
        at = re.search(rb"(?:^|\0)" + re.escape(name) + rb"\0", bytes(content)).end() - len(name) - 1
        return at + 512, int(content[at + 124:at + 135], 8)

    def test_both_signatures_verify(self):
        for name, anchor, algorithm in [("p256", "ca.pem", "1.2.840.10045.4.3.2"),
                                        ("p256", "s-p256.cert.pem", "1.2.840.10045.4.3.2"),
                                        ("rsa", "s-rsa.cert.pem", "1.2.840.113549.1.1.10")]:
            said = self.accept(name + ".medark", anchor)
            self.assertEqual(said["algorithm"], algorithm)
            verified, = [json.loads(line) for line in self.run_tool(
                os.environ["MEDARK"], "verify", name + ".medark", "--trust", anchor, "--json").splitlines()
                if b'"summary"' in line]
            self.assertIn(said["archive"], json.dumps(verified))
            self.assertIn(said["signer"], json.dumps(verified))

    def test_each_recipient_opens_it(self):
        for kind, opened in READERS.items():
            inside = self.accept("rsa.medark", "s-rsa.cert.pem", kind + ".key.pem")["inside"]
            self.assertEqual((inside["opened"], inside["leaves"]), (opened, 9))
            self.assertEqual(base64.b64decode(inside["content"]), RECORDS)

    def test_strangers_are_refused(self):
        self.refuse("the signer is not trusted", "p256.medark", "s-rsa.cert.pem")
        self.refuse("no recipient fits the key", "p256.medark", "ca.pem", "s-p256.key.pem")

    def test_a_changed_manifest_is_refused(self):
        def change(content):
            at, size = self.place(content, b"MANIFEST")
            content[at + size - 80] ^= 1

        self.refuse("the signature is not over this manifest", self.changed(change), "ca.pem")

    def test_a_changed_signature_is_refused(self):
        def change(content):
            at, size = self.place(content, b"MANIFEST.p7s")
            content[at + size - 1] ^= 1

        self.refuse("the signature is wrong", self.changed(change), "ca.pem")

    def test_a_changed_segment_is_refused_by_the_manifest(self):
        def change(content):
            at, size = self.place(content, b"data/00000001.zst.p7m")
            content[at + size - 30] ^= 1

        self.refuse("data/00000001.zst.p7m is not what the manifest says", self.changed(change), "ca.pem")

    def sign_anew(self, content):
        """The manifest says what stands there, and is signed: only what is inside can be wrong."""
        at, size = self.place(content, b"MANIFEST")
        lines = bytes(content[at:at + size]).split(b"\n")
        for i in range(9, len(lines) - 1, 2):
            begin, length = self.place(content, lines[i][66:])
            lines[i] = hashlib.sha256(content[begin:begin + length]).hexdigest().encode() + lines[i][64:]
        manifest = b"\n".join(lines)
        content[at:at + size] = manifest
        with open(self.path("manifest"), "wb") as f:
            f.write(manifest)
        at, size = self.place(content, b"MANIFEST.p7s")
        # A signature of ECDSA has 70 to 72 bytes.
        for _ in range(100):
            p7s = self.run_tool("openssl", "cms", "-sign", "-binary", "-cades", "-md", "sha256", "-nosmimecap", "-in",
                                "manifest", "-signer", "s-p256.cert.pem", "-inkey", "s-p256.key.pem", "-outform", "DER")
            if len(p7s) == size:
                break
        content[at:at + size] = p7s

    def test_a_changed_segment_is_refused_by_its_tag(self):
        def change(content):
            at, size = self.place(content, b"data/00000001.zst.p7m")
            content[at + size - 30] ^= 1
            self.sign_anew(content)

        bad = self.changed(change)
        self.accept(bad, "ca.pem")
        self.refuse("the tag is wrong", bad, "ca.pem", "p256.key.pem")

    def test_openssl_is_out_of_reach(self):
        for how in ("require('crypto').createHash('sha256')", "require('node:crypto').webcrypto.subtle",
                    "globalThis.crypto.subtle", "process.binding('crypto')",
                    "process.getBuiltinModule('crypto').createHash('sha256')"):
            with open(self.path("try.cjs"), "w", encoding="utf-8") as f:
                f.write("require('./primitives.cjs');\ntry {\n" + how + ";\n} catch {\n\tprocess.exitCode = 3;\n}\n")
            self.assertEqual(self.read("", "", program="try.cjs").returncode, 3, how)
        # The reader and what it loads name nothing else that leads there.
        done = subprocess.run(["grep", "-lrE", r"import\(", *(self.path(f"{name}.cjs") for name in (
            "primitives", "der", "cms", "reader"))], check=False, capture_output=True)
        self.assertEqual(done.stdout, b"")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v", *sys.argv[1:]])
