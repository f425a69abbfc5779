# SPDX-License-Identifier: Apache-2.0
"""A public key infrastructure for the tests of evidence: authorities, signers, time stamping
authorities and revocation lists of every kind, right and wrong; and the ends of archives made of them.

Times are days from now: certificates are made anew for each run.
"""

import datetime
import hashlib
import os
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID as Purpose
from cryptography.x509.oid import NameOID, ObjectIdentifier

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "vectors"))

import craft  # noqa: E402
from medark_cms import INTEGER, OCTETS, SEQUENCE, SET, encode, oid  # noqa: E402

NOW = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
DOCUMENTS = ObjectIdentifier("1.3.6.1.5.5.7.3.36")
PEM, DER = serialization.Encoding.PEM, serialization.Encoding.DER


def day(number):
    """The moment so many days from now."""
    return NOW + datetime.timedelta(days=number)


def usage(*names):
    every = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(**{name: name in names for name in every})


class Party:
    """A key and a certificate; with `issuer` None it signs its own. `purposes`: of extendedKeyUsage; `place`: whence its
    revocation list comes."""

    def __init__(self, name, issuer=None, *, ca=False, path=None, key=None, begin=-400, end=400, purposes=(), critical=False,
                 uses=None, digest=None, serial=None, place=None):
        self.name, self.issuer = name, issuer
        self.key = key or ec.generate_private_key(ec.SECP256R1())
        by = issuer or self
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = (x509.CertificateBuilder().subject_name(subject)
                   .issuer_name(issuer.certificate.subject if issuer else subject).public_key(self.key.public_key())
                   .serial_number(serial or x509.random_serial_number())
                   .not_valid_before(day(begin)).not_valid_after(day(end)))
        if ca:
            builder = builder.add_extension(x509.BasicConstraints(True, path), critical=True)
            uses = uses or ("key_cert_sign", "crl_sign")
        if uses:
            builder = builder.add_extension(usage(*uses), critical=True)
        if place:
            builder = builder.add_extension(x509.CRLDistributionPoints([
                x509.DistributionPoint([x509.UniformResourceIdentifier(place)], None, None, None)]), critical=False)
        if purposes:
            builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=critical)
        self.certificate = builder.sign(by.key, digest or hashes.SHA256())
        self.pem = self.certificate.public_bytes(PEM)
        self.der = self.certificate.public_bytes(DER)
        self.issuer_and_serial = craft.cms.issuer_and_serial_of(self.der)

    def private(self):
        return self.key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())

    def crl(self, *revoked, begin=-5, end=30, key=None, part=None):
        """PEM of a list. `revoked`: (party, day) or (party, day, day since when the key was no secret). `part`: "users",
        "authorities" or a place, if it is of a part of the certificates. `end` None: it does not say until when it holds."""
        builder = (x509.CertificateRevocationListBuilder().issuer_name(self.certificate.subject)
                   .last_update(day(begin)).next_update(day(30 if end is None else end)))
        if part:
            place = None if part in ("users", "authorities") else [x509.UniformResourceIdentifier(part)]
            builder = builder.add_extension(x509.IssuingDistributionPoint(
                place, None, part == "users", part == "authorities", None, False, False), critical=True)
        for party, when, *since in revoked:
            entry = (x509.RevokedCertificateBuilder().serial_number(party.certificate.serial_number)
                     .revocation_date(day(when)))
            if since:
                entry = entry.add_extension(x509.InvalidityDate(day(since[0]).replace(tzinfo=None)), critical=False)
            builder = builder.add_revoked_certificate(entry.build())
        made = builder.sign(key or self.key, hashes.SHA256())
        return made.public_bytes(PEM) if end is not None else self.endless(made, key or self.key)

    @staticmethod
    def endless(made, key):
        """The list without its nextUpdate, which stands behind version, algorithm, issuer and thisUpdate."""
        version, algorithm, issuer, this_update, _, *rest = elements(made.tbs_certlist_bytes)
        inside = encode(SEQUENCE, version, algorithm, issuer, this_update, *rest)
        value = key.sign(inside, ec.ECDSA(hashes.SHA256()))
        der = encode(SEQUENCE, inside, algorithm, encode(3, b"\0" + value))
        return x509.load_der_x509_crl(der).public_bytes(PEM)


def elements(der):
    """What stands within the outermost element, each with its head."""
    def head(at):
        size = der[at + 1]
        if size < 0x80:
            return at + 2, size
        count = size & 0x7f
        return at + 2 + count, int.from_bytes(der[at + 2:at + 2 + count], "big")
    at, size = head(0)
    end = at + size
    while at < end:
        inside, size = head(at)
        yield der[at:inside + size]
        at = inside + size


def lists(*texts):
    """The one form of several lists (F-43): in the order of their DER."""
    ders = {x509.load_pem_x509_crl(text).public_bytes(DER) for text in texts}
    return b"".join(x509.load_der_x509_crl(der).public_bytes(PEM) for der in sorted(ders))


# ---- time stamps ----------------------------------------------------------------------------------

SHA256 = encode(SEQUENCE, oid("2.16.840.1.101.3.4.2.1"), encode(5, b""))
SHA1 = encode(SEQUENCE, oid("1.3.14.3.2.26"), encode(5, b""))


def number(value):
    return value.to_bytes(value.bit_length() // 8 + 1, "big")


def token(tsa, data, when, *, chain=(), algorithm=SHA256, digest=None, unsigned=b"", damage=False, version=1):
    """A TimeStampToken (RFC 3161) of day `when` over `data`."""
    digest = digest or hashlib.sha256(data).digest()
    time = day(when).strftime("%Y%m%d%H%M%SZ").encode()
    info = encode(SEQUENCE, encode(INTEGER, number(version)), oid("1.2.3.4.1"),
                  encode(SEQUENCE, algorithm, encode(OCTETS, digest)), encode(INTEGER, number(77)), encode(0x18, time))
    certificate = encode(SEQUENCE, encode(SEQUENCE, encode(SEQUENCE, encode(OCTETS, hashlib.sha256(tsa.der).digest()))))
    attributes = sorted([
        encode(SEQUENCE, oid("1.2.840.113549.1.9.3"), encode(SET, oid("1.2.840.113549.1.9.16.1.4"))),
        encode(SEQUENCE, oid("1.2.840.113549.1.9.4"), encode(SET, encode(OCTETS, hashlib.sha256(info).digest()))),
        encode(SEQUENCE, oid("1.2.840.113549.1.9.16.2.47"), encode(SET, certificate)),
    ])
    value = tsa.key.sign(encode(SET, *attributes), ec.ECDSA(hashes.SHA256()))
    if damage:
        value = value[:-1] + bytes([value[-1] ^ 1])
    sha = encode(SEQUENCE, oid("2.16.840.1.101.3.4.2.1"))
    signer = encode(SEQUENCE, encode(INTEGER, b"\1"), tsa.issuer_and_serial, sha,
                    bytes([0xA0]) + encode(SET, *attributes)[1:], craft.ECDSA_SHA256, encode(OCTETS, value), unsigned)
    inside = sorted([tsa.der, *(party.der for party in chain)])
    signed = encode(SEQUENCE, encode(INTEGER, b"\3"), encode(SET, sha),
                    encode(SEQUENCE, oid("1.2.840.113549.1.9.16.1.4"), encode(0xA0, encode(OCTETS, info))),
                    encode(0xA0, *inside), encode(SET, signer))
    return encode(SEQUENCE, oid("1.2.840.113549.1.7.2"), encode(0xA0, signed))


def stamp(tsa, data, when, *, status=0, after=b"", **odd):
    """The TimeStampResp that an archive keeps."""
    return encode(SEQUENCE, encode(SEQUENCE, encode(INTEGER, bytes([status]))), token(tsa, data, when, **odd)) + after


# ---- signatures, and the end of an archive ----------------------------------------------------------


class Signed:
    """The beginning of an archive up to its MANIFEST, to which ends are put."""

    def __init__(self, archive):
        end = archive[-2048:]
        offset = int(end[512:].split(b"\n")[1].split()[1])
        size = int(archive[offset + 124:offset + 135], 8)
        self.offset = offset
        self.front = archive[:offset + 512 + size + -size % 512]
        self.manifest = archive[offset + 512:offset + 512 + size]

    def sign(self, party, *chain, when=None, manifest=None, **odd):
        """MANIFEST.p7s; `when`: the signing time that is claimed, a day."""
        if when is not None:
            def claim(attributes):
                return {**attributes, craft.SIGNING_TIME: encode(0x17, day(when).strftime("%y%m%d%H%M%SZ").encode())}
            odd["attributes"] = claim
        return craft.sign(manifest or self.manifest, party, chain=[p.der for p in chain], **odd)

    def archive(self, p7s, *additions):
        """`additions`: (name, content)."""
        out = self.front + craft.member("MANIFEST.p7s", p7s)
        for name, content in additions:
            out += craft.member(name, content)
        return out + craft.member("LOCATOR", craft.locator(self.offset)) + bytes(1024)

    def covered(self, p7s, *additions):
        """What a second stamp is over."""
        return self.manifest + p7s + b"".join(content for _, content in additions)


def rsa_key(bits):
    return rsa.generate_private_key(65537, bits)
