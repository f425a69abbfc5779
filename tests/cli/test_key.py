# SPDX-License-Identifier: Apache-2.0
"""medark key new."""

import os
import stat

from cli import Test, main

NEW = ["key", "new", "--role", "signer", "--name", "Clinic", "--out", "clinic"]


class Key(Test):
    def test_both_files_are_made_and_the_key_is_for_its_owner_only(self):
        for kind in ["p256", "p384", "rsa3072"]:
            summary, = self.succeed("key", "new", "--role", "recipient", "--name", "IT \u00fc",
                                    "--out", kind, "--type", kind, "--json").json()
            self.assertEqual(summary["key"], kind + ".key.pem")
            self.assertEqual(summary["certificate"], kind + ".cert.pem")
            self.assertEqual((summary["role"], summary["type"], summary["name"]),
                             ("recipient", kind, "IT \u00fc"))
            mode = stat.S_IMODE(os.stat(self.path(kind + ".key.pem")).st_mode)
            self.assertEqual(mode, 0o600)
            self.assertIn(b"BEGIN CERTIFICATE", self.files()[kind + ".cert.pem"])

    def test_nothing_is_overwritten_without_force(self):
        self.succeed(*NEW)
        before = self.files()
        for present in ["clinic.key.pem", "clinic.cert.pem"]:
            other = ({"clinic.key.pem", "clinic.cert.pem"} - {present}).pop()
            os.remove(self.path(other))
            self.refuse(1, *NEW, hint="choose another name, or give --force to replace it")
            self.write(other, before[other], 0o600)
        self.succeed(*NEW, "--force", "--quiet")
        self.assertNotEqual(self.files(), before)

    def test_a_prefix_names_files_and_no_folder(self):
        os.mkdir(self.path("keys"))
        for prefix, example in [("/", "/clinic"), ("keys/", "keys/clinic"), (".", "./clinic"),
                                ("keys/..", "keys/../clinic")]:
            self.refuse(2, *NEW[:-1], prefix,
                        error=f"cannot use '{prefix}' for --out: it is a folder; name the files in it, "
                        f"as in {example}")

    def test_a_folder_that_is_not_there_is_a_failure(self):
        self.refuse(1, *NEW[:-1], "nowhere/clinic")


if __name__ == "__main__":
    main()
