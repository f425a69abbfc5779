# SPDX-License-Identifier: Apache-2.0
"""Exports over TLS: whom medark talks to, and whom it does not."""

import datetime
import ipaddress
import os
import ssl
import subprocess

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from live import LiveTest, main

NOT_TRUSTED = ("its certificate is not trusted: it has expired, is for another name, or no authority "
               "that is trusted here vouches for it")
NO_TLS = "it does not agree on TLS 1.2 or newer, or refuses our certificate"


class Tls(LiveTest):
    def setUp(self):
        super().setUp()
        self.issue("ca", None, "basicConstraints=critical,CA:TRUE")
        self.issue("server", "ca", "subjectAltName=IP:127.0.0.1")

    def openssl(self, *args):
        subprocess.run(["openssl", *args], cwd=self.folder, check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)

    def issue_old(self, name):
        """As of 2020: openssl x509 gives no certificate that has expired already."""
        with open(self.path("ca.cert.pem"), "rb") as cert, open(self.path("ca.key.pem"), "rb") as key:
            ca, ca_key = x509.load_pem_x509_certificate(cert.read()), serialization.load_pem_private_key(key.read(), None)
        key = ec.generate_private_key(ec.SECP256R1())
        cert = (x509.CertificateBuilder().issuer_name(ca.subject).public_key(key.public_key())
                .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
                .serial_number(7).not_valid_before(datetime.datetime(2020, 1, 1))
                .not_valid_after(datetime.datetime(2020, 2, 1))
                .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
                .sign(ca_key, hashes.SHA256()))
        self.write(name + ".cert.pem", cert.public_bytes(serialization.Encoding.PEM).decode())
        self.write(name + ".key.pem", key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                                        serialization.NoEncryption()).decode(), 0o600)

    def issue(self, name, issuer, extension):
        self.write(name + ".ext", extension + "\n")
        self.openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                     "-keyout", name + ".key.pem", "-out", name + ".csr", "-subj", "/CN=" + name)
        signer = (["-signkey", name + ".key.pem"] if issuer is None else
                  ["-CA", issuer + ".cert.pem", "-CAkey", issuer + ".key.pem"])
        self.openssl("x509", "-req", "-in", name + ".csr", *signer, "-days", "30", "-extfile", name + ".ext",
                     "-out", name + ".cert.pem")
        os.chmod(self.path(name + ".key.pem"), 0o600)

    def context(self, name="server"):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path(name + ".cert.pem"), self.path(name + ".key.pem"))
        return context

    def refused(self, server, sentence, auth):
        result = self.refuse(1, *self.export("fhir+" + server.base, "x.medark", "--auth", auth))
        first = result.err.splitlines()[0]
        self.assertTrue(first.endswith(f"{server.origin}: {sentence}"), first)
        self.assertEqual(server.log, [])

    def test_a_server_of_a_trusted_authority(self):
        server = self.serve(tls=self.context())
        self.live_export(server, "--auth", self.auth(method="none", ca="ca.cert.pem"))
        self.assertEqual(len(self.records("live.medark")), 63)

    def test_an_authority_that_nobody_named_is_not_trusted(self):
        self.refused(self.serve(tls=self.context()), NOT_TRUSTED, self.auth(method="none"))

    def test_a_certificate_that_vouches_for_itself(self):
        self.issue("own", None, "subjectAltName=IP:127.0.0.1")
        self.refused(self.serve(tls=self.context("own")), NOT_TRUSTED,
                     self.auth(method="none", ca="ca.cert.pem"))

    def test_a_certificate_for_another_host(self):
        self.issue("other", "ca", "subjectAltName=IP:127.0.0.2,DNS:ehr.example")
        self.refused(self.serve(tls=self.context("other")), NOT_TRUSTED,
                     self.auth(method="none", ca="ca.cert.pem"))

    def test_a_certificate_that_has_expired(self):
        self.issue_old("old")
        self.refused(self.serve(tls=self.context("old")), NOT_TRUSTED,
                     self.auth(method="none", ca="ca.cert.pem"))

    def test_tls_1_1_is_refused(self):
        context = self.context()
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
        self.refused(self.serve(tls=context), NO_TLS, self.auth(method="none", ca="ca.cert.pem"))

    def test_mutual_tls(self):
        self.issue("client", "ca", "extendedKeyUsage=clientAuth")
        context = self.context()
        context.maximum_version = ssl.TLSVersion.TLSv1_2  # refuses before the request, not behind it
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(self.path("ca.cert.pem"))
        server = self.serve(tls=context)
        auth = {"method": "none", "ca": "ca.cert.pem"}
        self.refused(server, NO_TLS, self.auth(**auth))
        self.live_export(server, "--auth", self.auth(**auth, client_cert="client.cert.pem",
                                                     client_key="client.key.pem"))
        self.assertEqual(len(self.records("live.medark")), 63)

    def test_the_clients_certificate_is_shown_to_the_server_alone(self):
        """And where tokens are given; not where files lie, or where a redirect leads."""
        self.issue("client", "ca", "extendedKeyUsage=clientAuth")
        servers, shown = {}, {}
        for name in ("base", "tokens", "files", "moved"):
            context = self.context()
            context.verify_mode = ssl.CERT_OPTIONAL
            context.load_verify_locations(self.path("ca.cert.pem"))
            servers[name] = self.serve(tls=context, client_secret="canary-secret")
            shown[name] = set()
            servers[name].meddle = lambda r, seen=shown[name]: seen.add(bool(r.connection.getpeercert()))
        base, files, moved = servers["base"], servers["files"], servers["moved"]
        base.tokens = files.tokens = moved.tokens = servers["tokens"].tokens
        base.manifest = lambda m: m.update(requiresAccessToken=False, output=[
            {**f, "url": f["url"].replace(base.origin, files.origin)} for f in m["output"]])
        files.may = moved.may = lambda request: True
        files.meddle = lambda r: shown["files"].add(bool(r.connection.getpeercert())) or (
            "Patient" in r.path and (r.answer(307, Location=moved.origin + r.path) or True))
        self.live_export(base, "--auth", self.auth(
            method="client-secret", client_id="medark", client_secret="canary-secret", ca="ca.cert.pem",
            client_cert="client.cert.pem", client_key="client.key.pem", token_url=servers["tokens"].origin + "/token"))
        self.assertEqual(shown, {"base": {True}, "tokens": {True}, "files": {False}, "moved": {False}})
        self.assertEqual(len(self.records("live.medark")), 63)

    def test_clear_text_goes_to_this_machine_alone(self):
        for host in ["ehr.example", "10.0.0.1", "localhost.example", "127.0.0.1.example", "[::2]"]:
            result = self.refuse(2, *self.export(f"fhir+http://{host}/fhir", "x.medark"))
            self.assertIn("is another machine: records would cross the network in clear text; use https",
                          result.err)


if __name__ == "__main__":
    main()
