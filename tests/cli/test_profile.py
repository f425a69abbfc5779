# SPDX-License-Identifier: Apache-2.0
"""export --profile fips: PBKDF2 for passphrases, and OpenSSL's FIPS provider where Debian has it (13)."""

import glob
import json
import os
import subprocess

from archive import ArchiveTest
from cli import main

WARNING = ("medark: warning: OpenSSL's FIPS provider is not active here: the algorithms are those that FIPS 140-3 "
           "approves, but no validated module carries them out")
MODULES = glob.glob("/usr/lib/*/ossl-modules/fips.so")


class Profile(ArchiveTest):
    def setUp(self):
        super().setUp()
        self.write("secret", "correct horse battery staple\n", 0o600)

    def kdf(self, archive):
        text = subprocess.run(["tar", "-xOf", archive, "header.json"], cwd=self.folder, check=True,
                              capture_output=True).stdout
        found, = [each["kdf"] for each in json.loads(text)["recipients"] if "kdf" in each]
        return found

    def fips(self):
        """The surroundings of a system where the FIPS provider is active."""
        subprocess.run(["openssl", "fipsinstall", "-module", MODULES[0], "-out", "fipsmodule.cnf"], cwd=self.folder,
                       check=True, capture_output=True)
        conf = self.write("fips.cnf", f"openssl_conf = main\n.include {self.path('fipsmodule.cnf')}\n[main]\n"
                          "providers = all\n[all]\nfips = fips_sect\nbase = base\n[base]\nactivate = 1\n")
        return {"OPENSSL_CONF": conf}

    def test_a_passphrase_is_stretched_by_pbkdf2(self):
        for profile, name in [("fips", "pbkdf2-sha512"), ("default", "scrypt")]:
            out = profile + ".medark"
            result = self.succeed(*self.export("src", out, "--passphrase-file", "secret", "--profile", profile))
            self.assertEqual(self.kdf(out)["name"], name)
            self.succeed("restore", out, "--passphrase-file", "secret", "--trust", "clinic.cert.pem", "--to", profile)
            self.assertEqual(self.tree(profile), self.tree("src"))
            self.assertEqual(WARNING in result.err, profile == "fips")
        self.assertEqual(self.kdf("fips.medark")["iterations"], 600000)

    def test_another_profile_is_refused(self):
        self.refuse(2, *self.export("src", "b.medark", "--profile", "FIPS"),
                    error="cannot use 'FIPS' for --profile: it must be default, fips or pq-required")

    def test_a_run_has_a_profile_too(self):
        os.mkdir(self.path("nights"), 0o700)
        self.write("nightly.conf", f"source = {self.path('src')}\narchives = {self.path('nights')}\n"
                   "recipient = it.cert.pem\nsigner = clinic.cert.pem\nsigner-key = clinic.key.pem\n"
                   "passphrase-file = secret\nprofile = fips\n")
        for _ in range(2):  # the second one reads the first before it begins
            self.assertIn(WARNING, self.succeed("run", "nightly", "--config", ".").err)
        for made in glob.glob(self.path("nights", "*.medark")):
            self.assertEqual(self.kdf(made)["name"], "pbkdf2-sha512")

    def test_the_providers_are_told(self):
        said, = self.succeed("version", "--json").json()
        self.assertTrue(said["openssl"].startswith("OpenSSL 3."), said)
        self.assertEqual((said["providers"][0]["name"], said["fips"]), ("default", False))
        text = self.succeed("version", "--verbose").out
        self.assertIn(said["openssl"], text)
        self.assertIn("default " + said["providers"][0]["version"], text)

    def test_the_fips_provider_computes_everything(self):
        if not MODULES:
            print("this Debian has no FIPS provider: ", end="")
            said, = self.succeed("version", "--json").json()
            self.assertFalse(said["fips"])
            return
        active = self.fips()
        said, = self.succeed("version", "--json", env=active).json()
        self.assertEqual((sorted(each["name"] for each in said["providers"]), said["fips"]), (["base", "fips"], True))
        self.assertEqual(self.kdf_of_export(active), "pbkdf2-sha512")
        self.succeed("verify", "f.medark", "--trust", "clinic.cert.pem")
        for how, to in [(["--passphrase-file", "secret"], "x"), (["--identity", "it.key.pem"], "y")]:
            for env in ({}, active):
                self.succeed("restore", "f.medark", *how, "--trust", "clinic.cert.pem", "--to", to + str(len(env)), env=env)
                self.assertEqual(self.tree(to + str(len(env))), self.tree("src"))
        # There is no scrypt without the profile.
        result = self.refuse(1, *self.export("src", "g.medark", "--passphrase-file", "secret"), env=active)
        self.assertIn("OpenSSL does not provide scrypt", result.err)

    def kdf_of_export(self, active):
        result = self.succeed(*self.export("src", "f.medark", "--passphrase-file", "secret", "--profile", "fips"),
                              env=active)
        self.assertNotIn(WARNING, result.err)
        return self.kdf("f.medark")["name"]


if __name__ == "__main__":
    main()
