# SPDX-License-Identifier: Apache-2.0
"""Keys in a token, here SoftHSM: signing and opening; PINs; what is said if it cannot be."""

import json
import os
import re
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor

from archive import observation, patient
from cli import Test, main, on_terminal
from service import ServiceTest

PIN = "2468"
SPY = "/usr/lib/x86_64-linux-gnu/pkcs11-spy.so"
MODULE = "/usr/lib/softhsm/libsofthsm2.so"
LABELS = {"signer": ["EC:prime256v1"], "reader": ["EC:prime256v1", "--usage-derive"],
          "signer3072": ["rsa:3072"], "reader3072": ["rsa:3072"], "reader384": ["EC:secp384r1", "--usage-derive"]}
# See no_deepbind.c; without a sanitizer it does nothing.
PRELOAD = {"LD_PRELOAD": os.environ["MEDARK_NO_DEEPBIND"], "ASAN_OPTIONS": "verify_asan_link_order=0"}
# What stands before a point in a SubjectPublicKeyInfo.
POINTS = {"EC:prime256v1": "3059301306072a8648ce3d020106082a8648ce3d030107034200",
          "EC:secp384r1": "3076301006072a8648ce3d020106052b81040022036200"}


def module(name):
    """Debian's folders of other machines' architectures have other names."""
    if os.path.exists(name):
        return name
    found = subprocess.run(["find", "/usr/lib", "-name", os.path.basename(name)], capture_output=True,
                           text=True, check=True).stdout.splitlines()
    assert found, f"{os.path.basename(name)} is not installed"
    return found[0]


class Token(Test):
    """A token with keys that were made in it, certificates for them by a CA, an archive."""

    @classmethod
    def setUpClass(cls):
        cls.clinic = tempfile.mkdtemp(prefix="medark-token-")
        cls.addClassCleanup(shutil.rmtree, cls.clinic)
        cls.module, cls.spy = module(MODULE), module(SPY)
        os.mkdir(os.path.join(cls.clinic, "tokens"))
        make = cls("run_medark")
        make.folder = cls.clinic
        conf = make.write("softhsm2.conf", f"directories.tokendir = {cls.clinic}/tokens\n"
                          "objectstore.backend = file\nlog.level = ERROR\n")
        cls.env = {"SOFTHSM2_CONF": conf}
        cls.tool("softhsm2-util", "--init-token", "--free", "--label", "clinic", "--pin", PIN,
                 "--so-pin", "13579")
        cls.tool("sh", "-ec", "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ca.key; "
                 "openssl req -x509 -new -key ca.key -subj '/CN=Clinic CA' -days 500 -out ca.pem")
        for i, (label, how) in enumerate(LABELS.items()):
            cls.make_key(label, str(10 + i), how)
        make.write("pin", PIN + "\n", 0o600)
        make.write("wrong", "1111\n", 0o600)
        make.write("src/Patient.ndjson", "".join(patient(i) + "\n" for i in range(3)))
        make.write("src/Observation.ndjson", "".join(observation(i, i % 3 + 1) + "\n" for i in range(20)))
        make.succeed(*make.export("signer", "a.medark"))

    @classmethod
    def tool(cls, *args):
        return subprocess.run(args, check=True, cwd=cls.clinic, env={**os.environ, **cls.env},
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout

    @classmethod
    def make_key(cls, label, number, how):
        pkcs11 = ["pkcs11-tool", "--module", cls.module, "--token-label", "clinic", "--login", "--pin", PIN]
        made = cls.tool(*pkcs11, "--keypairgen", "--key-type", *how, "--id", number, "--label", label)
        if how[0] in POINTS:  # pkcs11-tool cannot write each curve's keys
            point, = re.findall(rb"EC_POINT: *04..(04[0-9a-f]+)", made)
            with open(os.path.join(cls.clinic, label + ".der"), "wb") as f:
                f.write(bytes.fromhex(POINTS[how[0]] + point.decode()))
        else:
            cls.tool(*pkcs11, "--read-object", "--type", "pubkey", "--id", number, "-o", label + ".der")
        cls.tool("sh", "-ec", f"openssl pkey -pubin -inform DER -in {label}.der -out {label}.pub; "
                 f"openssl x509 -new -force_pubkey {label}.pub -CA ca.pem -CAkey ca.key -days 400 "
                 f"-set_serial {number} -subj '/CN={label}' -out {label}.pem")

    account, start, browser, doctor, end = (ServiceTest.account, ServiceTest.start, ServiceTest.browser,
                                            ServiceTest.doctor, ServiceTest.end)

    def setUp(self):
        super().setUp()
        for name in os.listdir(self.clinic):
            if name.endswith((".pem", ".medark")) or name in ("pin", "wrong"):
                shutil.copy(os.path.join(self.clinic, name), self.folder)
        os.symlink(os.path.join(self.clinic, "src"), self.path("src"))

    def run_medark(self, *args, stdin=b"", env=None, **options):
        return super().run_medark(*args, stdin=stdin, env={**self.env, **PRELOAD, **(env or {})}, **options)

    @classmethod
    def uri(cls, label, query="", path=None):
        return f"pkcs11:token=clinic;object={label}?module-path={path or cls.module}{query}"

    @classmethod
    def export(cls, signer, out, *more):
        return ["export", "src", "--recipient", "reader.pem", "--recipient", "reader3072.pem",
                "--recipient", "reader384.pem", "--signer", signer + ".pem", "--signer-key", cls.uri(signer),
                "--signer-key-passphrase-file", "pin", "--out", out, *more]

    def look(self, label, *more, archive="a.medark", uri=None):
        return ["patients", archive, "--trust", "ca.pem", "--identity", uri or self.uri(label), *more]

    def check_signature(self, archive):
        """By medark, and by the stock tool."""
        self.succeed("verify", archive, "--trust", "ca.pem")
        subprocess.run(["tar", "-xf", archive, "MANIFEST", "MANIFEST.p7s"], cwd=self.folder, check=True)
        subprocess.run(["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "MANIFEST.p7s",
                        "-content", "MANIFEST", "-CAfile", "ca.pem", "-out", "/dev/null"], cwd=self.folder,
                       check=True, capture_output=True)

    def logins(self, log):
        with open(log, encoding="utf-8", errors="replace") as f:
            return len(re.findall(r"^\d+: C_Login$", f.read(), re.M))

    def test_what_a_token_signed_verifies(self):
        self.check_signature("a.medark")
        self.succeed(*self.export("signer3072", "b.medark"))
        self.check_signature("b.medark")

    def test_a_token_opens_what_was_sealed_for_it(self):
        for label in ["reader", "reader3072", "reader384"]:
            with self.subTest(label):
                result = self.succeed(*self.look(label, "--passphrase-file", "pin"))
                self.assertIn("Vries, Jan", result.out)
                self.assertEqual(result.err, "")
        self.succeed("restore", "a.medark", "--trust", "ca.pem", "--identity", self.uri("reader3072"),
                     "--passphrase-file", "pin", "--to", "out")
        for name in ["Patient.ndjson", "Observation.ndjson"]:
            with open(self.path("src", name), "rb") as a, open(self.path("out", name), "rb") as b:
                self.assertEqual(a.read(), b.read())

    def test_the_system_s_module_is_used_where_none_is_named(self):
        self.succeed(*self.look("reader", "--passphrase-file", "pin", uri="pkcs11:token=clinic;object=reader"))

    def test_a_pin_comes_the_ways_other_secrets_do(self):
        self.succeed(*self.look("reader", "--passphrase-command", "cat pin"))
        self.succeed(*self.look("reader", "--passphrase-fd", "0"), stdin=PIN.encode())
        self.succeed(*self.look("reader"), env={"MEDARK_PASSPHRASE_FILE": "pin"})
        self.succeed(*self.look("reader", uri=self.uri("reader", "&pin-source=file:" + self.path("pin"))))
        self.succeed("patients", "a.medark", "--trust", "ca.pem", "--passphrase-file", "pin",
                     env={"MEDARK_IDENTITY": self.uri("reader")})
        result = on_terminal(self.look("reader"), [("PIN of the key 'pkcs11:token=clinic", PIN + "\n")],
                             cwd=self.folder, env={**self.env, **PRELOAD})
        self.assertEqual(result.code, 0, result.out)
        self.assertNotIn(PIN, result.out)

    def test_a_pin_in_the_uri_is_refused_and_not_repeated(self):
        error = ("cannot use the key in a token: the PKCS#11 URI holds the PIN (pin-value), which other users "
                 "of this machine can read there; take it out and change the PIN")
        for more in [[], ["--passphrase-file", "pin"]]:
            result = self.refuse(2, *self.look("reader", *more, uri=self.uri("reader", "&pin-value=" + PIN)),
                                 error=error)
            self.assertNotIn(PIN, result.err)
        wanted = self.export("signer", "b.medark")
        wanted[wanted.index(self.uri("signer"))] = self.uri("signer", "&pin-value=" + PIN)
        self.assertNotIn(PIN, self.refuse(2, *wanted, error=error).err)

    def test_a_wrong_pin_is_tried_once(self):
        log = self.path("spy.log")
        # The spy itself leaks.
        spied = {"PKCS11SPY": self.module, "PKCS11SPY_OUTPUT": log, "ASAN_OPTIONS": "detect_leaks=0:verify_asan_link_order=0"}
        result = self.run_medark(*self.look("reader", "--passphrase-file", "wrong",
                                            uri=self.uri("reader", path=self.spy)), env=spied)
        self.assertEqual(result.code, 1, result.err)
        self.assertIn("the token does not take this PIN (it was tried once; after a few wrong ones tokens lock)",
                      result.err)
        self.assertEqual(self.logins(log), 1)
        self.assertNotIn("1111", result.err)
        self.succeed(*self.look("reader", "--passphrase-file", "pin", uri=self.uri("reader", path=self.spy)),
                     env=spied)
        self.assertGreater(self.logins(log), 1)

    def test_what_is_not_there_is_said(self):
        pin = ["--passphrase-file", "pin"]
        missing = "there is no such token, or no such private key in it"
        for uri in [self.uri("nobody"), self.uri("reader").replace("token=clinic", "token=other")]:
            self.assertIn(missing, self.refuse(1, *self.look("", *pin, uri=uri)).err)
        uri = self.uri("reader", path="/nonexistent.so")
        self.assertIn("the PKCS#11 module cannot be loaded: /nonexistent.so: cannot open shared object file",
                      self.refuse(1, *self.look("", *pin, uri=uri)).err)
        uri = self.uri("reader", path=self.path("ca.pem"))
        self.assertIn("the PKCS#11 module cannot be loaded: ", self.refuse(1, *self.look("", *pin, uri=uri)).err)
        self.refuse(1, *self.look("reader"), error="cannot ask for a passphrase: there is no terminal; use "
                    "--passphrase-file, --passphrase-fd or --passphrase-command", start_new_session=True)

    def test_a_file_of_a_pin_that_others_can_read_is_refused(self):
        os.chmod(self.path("pin"), 0o640)
        uri = self.uri("reader", "&pin-source=" + self.path("pin"))
        self.assertIn(f"the file of the PIN '{self.path('pin')}' is open to others (mode 0640); chmod 600 it",
                      self.refuse(1, *self.look("", uri=uri)).err)

    def test_another_key_of_the_token_fits_no_certificate(self):
        wanted = self.export("signer", "b.medark")
        wanted[wanted.index("signer.pem")] = "signer3072.pem"
        self.assertIn("does not belong to the certificate", self.refuse(1, *wanted).err)
        self.refuse(5, *self.look("signer", "--passphrase-file", "pin"))

    def test_a_run_at_night_signs_with_the_token(self):
        os.mkdir(self.path("nights"))
        conf = (f"source = {self.path('src')}\narchives = {self.path('nights')}\n"
                f"recipient = {self.path('reader.pem')}\nsigner = {self.path('signer.pem')}\n"
                f"signer-key = {self.uri('signer', '&pin-source=' + self.path('pin'))}\n")
        self.write("nightly.conf", conf, 0o600)
        self.succeed("run", "nightly", "--config", ".")
        made, = [name for name in os.listdir(self.path("nights")) if name.endswith(".medark")]
        self.check_signature(os.path.join("nights", made))
        self.write("nightly.conf", conf.replace("&pin-source=" + self.path("pin"), ""), 0o600)
        result = self.run_medark("run", "nightly", "--config", ".")
        self.assertEqual(result.code, 2)
        self.assertIn("it is in a token, and 'signer-key-passphrase-file' is missing", result.err)

    def test_each_thread_of_a_service_opens_with_the_token(self):
        shutil.copy(self.path("ca.pem"), self.path("clinic.cert.pem"))
        for label in ("reader", "reader3072"):
            self.account(label)
            self.start(env={**self.env, **PRELOAD}, options=("--auditor", "reader.pem"), identity=(
                "--identity", self.uri(label, "&pin-source=" + self.path("pin"))))
            with ThreadPoolExecutor(8) as several:
                doctor = self.doctor_named(label)
                found = list(several.map(lambda _: doctor.find("Vries"), range(24)))
            self.assertEqual({len(each) for each in found}, {2})
            self.assertEqual(self.end(), "")

    def doctor_named(self, name):
        browser = self.browser()
        self.assertEqual(browser.log_in(name).status, 303)
        return browser

    def test_a_key_that_is_shown_to_servers_has_to_be_a_file(self):
        self.write("auth.json", json.dumps({"method": "smart-backend", "client_id": "medark", "key": self.uri("signer")}),
                   0o600)
        wanted = self.export("signer", "b.medark", "--auth", "auth.json")
        wanted[1] = "fhir+https://127.0.0.1:1/fhir"
        self.assertIn("'key' has to be a file, not a key in a token", self.refuse(2, *wanted).err)

    def test_a_server_s_key_has_to_be_a_file(self):
        result = self.run_medark("serve", "a.medark", "--trust", "ca.pem", "--identity", self.uri("reader"),
                                 "--passphrase-file", "pin", "--state", "state", "--listen", "127.0.0.1:0",
                                 "--tls-cert", "ca.pem", "--tls-key", self.uri("reader"))
        self.assertEqual(result.code, 1)
        self.assertIn("a server's key has to be a file: the process that uses it can reach no token", result.err)


if __name__ == "__main__":
    main()
