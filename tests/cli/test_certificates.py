# SPDX-License-Identifier: Apache-2.0
"""Keys and certificates that do not fit: each is refused with one sentence, and nothing is left."""

import os
import subprocess

from archive import ArchiveTest
from cli import main

CONFIG = """[ca]
default_ca = d
[d]
database = ca.index
rand_serial = yes
new_certs_dir = .
default_md = sha256
policy = p
unique_subject = no
[p]
commonName = supplied
"""
PAST = ("20200101000000Z", "20200201000000Z")
FUTURE = ("20990101000000Z", "20990201000000Z")
NOW = ("20200101000000Z", "20990101000000Z")
# name: (kind of key, keyUsage, from and to)
CERTIFICATES = {
    "leaf": ("P-256", "digitalSignature", NOW),
    "expired": ("P-256", "digitalSignature,keyAgreement", PAST),
    "later": ("P-256", "digitalSignature,keyAgreement", FUTURE),
    "enciphers": ("rsa:3072", "dataEncipherment", NOW),
    "small": ("rsa:2048", "digitalSignature,keyEncipherment", NOW),
    "curve": ("P-521", "digitalSignature,keyAgreement", NOW),
}


class Certificates(ArchiveTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shell(f"printf %s '{CONFIG}' > ca.cnf; touch ca.index")
        for ca in ("ca", "other-ca"):
            cls.shell(f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 "
                      f"-subj '/CN={ca}' -keyout {ca}.key.pem -out {ca}.cert.pem")
        for name, (kind, usage, (begin, end)) in CERTIFICATES.items():
            key = kind if kind.startswith("rsa") else f"ec -pkeyopt ec_paramgen_curve:{kind}"
            cls.shell(f"printf 'keyUsage=critical,{usage}\\n' > {name}.ext")
            cls.shell(f"openssl req -newkey {key} -nodes -subj '/CN={name}' -keyout {name}.key.pem "
                      f"-out {name}.csr && chmod 600 {name}.key.pem")
            cls.shell(f"openssl ca -batch -config ca.cnf -cert ca.cert.pem -keyfile ca.key.pem -notext "
                      f"-in {name}.csr -out {name}.cert.pem -startdate {begin} -enddate {end} "
                      f"-extfile {name}.ext")
        cls.shell("openssl x509 -in clinic.cert.pem -outform DER -out clinic.der")
        cls.shell("openssl pkey -in clinic.key.pem -pubout -out public.pem")

    @classmethod
    def shell(cls, command):
        done = subprocess.run(["sh", "-ec", command], cwd=cls.clinic, capture_output=True, check=False)
        assert done.returncode == 0, (command, done.stderr.decode())

    def signing(self, name, key=None):
        """An export with the certificate and key of that name."""
        args = self.export("src", "b.medark")
        args[args.index("clinic.cert.pem")] = f"{name}.cert.pem"
        args[args.index("clinic.key.pem")] = key or f"{name}.key.pem"
        return args

    def encrypting(self, name):
        return self.export("src", "b.medark", "--recipient", name)

    def test_a_key_that_others_can_open_is_refused(self):
        for mode in (0o640, 0o604, 0o620, 0o602, 0o601, 0o660, 0o644):
            why = f"is open to others (mode {mode:04o}); chmod 600 it"
            os.chmod(self.path("clinic.key.pem"), mode)
            self.refuse(1, *self.export("src", "b.medark"),
                        error=f"cannot use the signer 'clinic.cert.pem': private key 'clinic.key.pem' {why}")
            os.chmod(self.path("it.key.pem"), mode)
            for verb in (["patients"], ["restore", "--to", "back"]):
                self.refuse(1, *self.opened(*verb),
                            error=f"cannot use the identity: private key 'it.key.pem' {why}")
        for mode in (0o600, 0o400):
            os.chmod(self.path("it.key.pem"), mode)
            self.succeed(*self.opened("patients"))

    def test_a_key_of_another_user_is_refused(self):
        if os.geteuid() != 0:
            self.skipTest("only root can give a file away")
        os.chown(self.path("it.key.pem"), 65534, 65534)
        self.refuse(1, *self.opened("patients"),
                    error="cannot use the identity: private key 'it.key.pem' belongs to another user")

    def test_a_certificate_out_of_its_time_is_refused(self):
        for name, why in (("expired", "expired on 2020-02-01 00:00 UTC"),
                          ("later", "is not valid before 2099-01-01 00:00 UTC")):
            self.refuse(1, *self.signing(name),
                        error=f"cannot use the signer: certificate '{name}.cert.pem' {why}")
            self.refuse(1, *self.encrypting(name + ".cert.pem"),
                        error=f"cannot use the recipient: certificate '{name}.cert.pem' {why}")

    def test_a_key_usage_that_does_not_allow_it_is_refused(self):
        sign = "is not meant for signing (digitalSignature is missing)"
        for name in ("it", "enciphers"):
            self.refuse(1, *self.signing(name),
                        error=f"cannot use the signer: certificate '{name}.cert.pem' {sign}")
        for name, missing in (("leaf", "keyAgreement"), ("clinic", "keyAgreement"),
                              ("enciphers", "keyEncipherment")):
            self.refuse(1, *self.encrypting(name + ".cert.pem"),
                        error=f"cannot use the recipient: certificate '{name}.cert.pem' is not meant for "
                        f"encryption ({missing} is missing)")

    def test_a_weak_or_unknown_kind_of_key_is_refused(self):
        for name, why in (("small", "has an RSA key of 2048 bits where 3072 to 16384 are needed"),
                          ("curve", "has a key that is neither RSA nor EC P-256 or P-384")):
            self.refuse(1, *self.signing(name),
                        error=f"cannot use the signer: certificate '{name}.cert.pem' {why}")
            self.refuse(1, *self.encrypting(name + ".cert.pem"),
                        error=f"cannot use the recipient: certificate '{name}.cert.pem' {why}")
            self.refuse(1, *self.opened("patients", identity=name + ".key.pem"),
                        error=f"cannot use the identity: private key '{name}.key.pem' is neither RSA of "
                        "3072 bits or more nor EC P-256 or P-384")

    def test_a_key_of_another_certificate_is_refused(self):
        self.refuse(1, *self.signing("clinic", "leaf.key.pem"),
                    error="cannot use the signer: the key 'leaf.key.pem' does not belong to the certificate "
                    "'clinic.cert.pem'")

    def test_a_certificate_in_the_place_of_a_key_is_named(self):
        for given, is_a in (("clinic.cert.pem", "a certificate"), ("public.pem", "a public key")):
            why = f"'{given}' is {is_a}, the private key is wanted"
            self.assertIn(why, self.refuse(1, *self.signing("clinic", given)).err)
            self.refuse(1, *self.opened("patients", identity=given), error=f"cannot use the identity: {why}")

    def test_a_key_in_the_place_of_a_certificate_is_named(self):
        for given, why in (("clinic.key.pem", "it is a private key, the certificate is wanted"),
                           ("clinic.der", "it is not PEM; convert it: openssl x509 -inform DER")):
            self.refuse(1, *self.encrypting(given),
                        error=f"cannot use the recipient: cannot use certificate '{given}': {why}")
        self.refuse(1, "verify", "a.medark", "--trust", "clinic.key.pem",
                    error="cannot use the trust anchor: cannot trust 'clinic.key.pem': it holds a "
                    "'PRIVATE KEY', where only certificates and CRLs belong")

    def test_a_signer_of_an_unknown_authority_is_not_trusted(self):
        self.succeed(*self.signing("leaf"), code=0)
        why = "the signer 'CN=leaf' is not trusted: its certificate does not lead to a trust anchor"
        for anchor in ("other-ca", "stranger"):
            self.refuse(4, "verify", "b.medark", "--trust", anchor + ".cert.pem",
                        error=f"cannot verify 'b.medark': {why}")
            for verb in (["patients"], ["restore", "--to", "back"]):
                self.refuse(4, verb[0], "b.medark", "--identity", "it.key.pem", "--trust",
                            anchor + ".cert.pem", *verb[1:], error=f"cannot open 'b.medark': {why}")
        self.succeed("verify", "b.medark", "--trust", "ca.cert.pem")


if __name__ == "__main__":
    main()
