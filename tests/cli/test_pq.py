# SPDX-License-Identifier: Apache-2.0
"""Recipients by ML-KEM, where OpenSSL has it (3.5, Debian 13); elsewhere that it is refused."""

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


class Recipients(ArchiveTest):
    def setUp(self):
        super().setUp()
        print(f"OpenSSL {VERSION}, {'with' if OFFERED else 'without'} ML-KEM: ", end="")

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
