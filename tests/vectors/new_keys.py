#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the keys of the test vectors anew. All vectors have to be made again afterwards (make.py).

    new_keys.py [NAME…]   only these; who is issued by one of them has to be named too, and its issuer
"""

import datetime
import os
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "keys")
ALWAYS = (datetime.datetime(2020, 1, 1), datetime.datetime(2120, 1, 1))
PAST = (datetime.datetime(2020, 1, 1), datetime.datetime(2021, 1, 1))
FUTURE = (datetime.datetime(2119, 1, 1), datetime.datetime(2120, 1, 1))


def usage(*names):
    known = ("digital_signature content_commitment key_encipherment data_encipherment key_agreement "
             "key_cert_sign crl_sign encipher_only decipher_only").split()  # fmt: skip
    return x509.KeyUsage(**{name: name in names for name in known})


def write(name, data, mode):
    if sys.argv[1:] and name.split(".")[0] not in sys.argv[1:]:
        return
    path = os.path.join(FOLDER, name)
    with open(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, mode), "wb") as f:
        f.write(data)


def make(name, serial, *, key=None, use=("digital_signature",), purpose=None, time=ALWAYS, issuer=None,
         of=None):  # fmt: skip
    """`issuer`: (key, certificate) of a CA; None: the certificate signs itself. `purpose`: a dotted
    extended key usage. `of`: says falsely that the certificate of this name issued it."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "medark test " + name)])
    by_key, by_name = (issuer[0], issuer[1].subject) if issuer else (key, subject)
    if of:
        by_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "medark test " + of)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by_name)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(time[0])
        .not_valid_after(time[1])
        .add_extension(x509.BasicConstraints("key_cert_sign" in use, None), True)
        .add_extension(usage(*use), True)
    )
    if purpose:
        builder = builder.add_extension(x509.ExtendedKeyUsage([x509.ObjectIdentifier(purpose)]), True)
    digest = None if isinstance(by_key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    certificate = builder.sign(by_key, digest)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    warning = b"For tests only: this key is published and protects nothing.\n"
    write(name + ".key.pem", warning + pem, 0o600)
    write(name + ".cert.pem", certificate.public_bytes(serialization.Encoding.PEM), 0o644)
    return key, certificate


def main():
    os.makedirs(FOLDER, exist_ok=True)
    make("signer", 1001)
    make("stranger", 1002)
    make("expired", 1003, time=PAST)
    make("future", 1004, time=FUTURE)
    make("unfit", 1005, use=("key_agreement",))
    ca = make("ca", 1006, use=("key_cert_sign", "crl_sign"))
    make("member", 1007, issuer=ca)
    make("other-ca", 1008, use=("key_cert_sign", "crl_sign"))
    make("p384", 1009, key=ec.generate_private_key(ec.SECP384R1()))
    make("ed25519", 1010, key=ed25519.Ed25519PrivateKey.generate())
    make("rsa2048", 1011, key=rsa.generate_private_key(65537, 2048))
    make("rsa3072", 1012, key=rsa.generate_private_key(65537, 3072))
    make("tls-server", 1013, purpose="1.3.6.1.5.5.7.3.1")
    make("document-signer", 1014, purpose="1.3.6.1.5.5.7.3.36")
    # An authority for web servers alone, between its own and a signer.
    root = make("root", 1015, use=("key_cert_sign", "crl_sign"))
    tls_ca = make("tls-ca", 1016, use=("key_cert_sign", "crl_sign"), purpose="1.3.6.1.5.5.7.3.1", issuer=root)
    make("under-tls-ca", 1017, issuer=tls_ca)
    # The issuer and serial number of `signer`. Sorted, one stands before and one behind it.
    make("a", 1001, of="signer")
    make("twin-of-signer", 1001, of="signer")
    make("recipient", 2001, use=("key_agreement",))
    make("second", 2002, use=("key_agreement",))


if __name__ == "__main__":
    main()
