# SPDX-License-Identifier: Apache-2.0
"""Faults of MANIFEST.p7s and of trust (F-23 to F-26). Exit code 4 is for a signature that is right, by
somebody whom nobody vouches for."""

import hashlib

from craft import (
    CONTENT_TYPE, ECDSA_SHA256, INTEGER, MESSAGE_DIGEST, OCTETS, P256_ORDER, SEQUENCE, SET, SHA256,
    SIGNING_CERTIFICATE, SIGNING_TIME, UTC, attribute, certificate_id, chance, cms, ec, ecdsa, encode, oid, pair)  # fmt: skip
from cryptography.hazmat.primitives.asymmetric import utils
from vector import ALL, GOOD, UNTRUSTED, Vector, append, flip, odd, put, sub

NULL = encode(5)
SHA1 = oid("1.3.14.3.2.26")
SHA384, SHA512 = oid("2.16.840.1.101.3.4.2.2"), oid("2.16.840.1.101.3.4.2.3")
SIGNER, STRANGER = pair("signer"), pair("stranger")
# Certificates of others with the issuer and serial number of SIGNER's; it stands between the two.
TWINS = {"before": pair("a"), "behind": pair("twin-of-signer")}
assert TWINS["before"].der < SIGNER.der < TWINS["behind"].der


def signature(name, rule="F-24", codes=ALL, words="signature", **options):
    return Vector("signature-" + name, rule, codes, words, {"signature": odd(**options)})


def raw(name, change, words="signature"):
    return Vector("signature-" + name, "F-24", ALL, words, {"MANIFEST.p7s": change})


def trust(name, codes, words, signer="signer", anchor=None, rule="F-25", **options):
    changes = {"signature": odd(**options)}
    return Vector("trust-" + name, rule, codes, words, changes, anchor or signer, signer)


def purposes():
    tls_ca = (pair("tls-ca").der,)
    return [
        trust("key-usage", UNTRUSTED, "not trusted", "unfit", rule="F-26"),
        trust("purpose-tls-server", UNTRUSTED, "extendedKeyUsage", "tls-server", rule="F-26"),
        trust("purpose-document-signing", GOOD, "", "document-signer", rule="F-26"),
        trust("purpose-ca-tls-server", UNTRUSTED, "extendedKeyUsage", "under-tls-ca", "root", "F-26", chain=tls_ca),
        # Who trusts the same authority itself has chosen it for this.
        trust("purpose-anchor-tls-server", GOOD, "", "under-tls-ca", "tls-ca", "F-26", chain=tls_ca),
    ]  # fmt: skip


def trusts():
    ca = pair("ca").der
    return [
        trust("other-signer", UNTRUSTED, "not trusted", "stranger", "signer"),
        trust("self-signed-other-anchor", UNTRUSTED, "not trusted", "signer", "ca"),
        trust("expired", UNTRUSTED, "expired", "expired"),
        trust("not-yet-valid", UNTRUSTED, "not valid yet", "future"),
        *purposes(),
        trust("unknown-ca", UNTRUSTED, "not trusted", "member", "other-ca"),
        trust("own-ca-inside-is-no-anchor", UNTRUSTED, "not trusted", "member", "other-ca", chain=(ca,)),
        # The certificate of the anchor beside that of a stranger who signed.
        trust("anchor-inside-by-stranger", UNTRUSTED, "not trusted", "stranger", "signer", chain=(SIGNER.der,)),
    ]  # fmt: skip


def attributes(name, change, words="signature"):
    return signature("attribute-" + name, words=words, attributes=change)


def without(name):
    return lambda named: {n: v for n, v in named.items() if n != name}


def other(name, value):
    return lambda named: {**named, name: value}


def time(tag, text):
    return other(SIGNING_TIME, encode(tag, text))


def certificates(*ids, more=b""):
    return other(SIGNING_CERTIFICATE, encode(SEQUENCE, encode(SEQUENCE, *ids), more))


def signed_attributes():
    me = certificate_id(SIGNER.der)
    policy = encode(SEQUENCE, encode(SEQUENCE, oid("1.2.3")))
    wrong = certificate_id(SIGNER.der, digest=bytes(32))
    explicit = certificate_id(SIGNER.der, hash=encode(SEQUENCE, SHA256))
    sha1 = certificate_id(SIGNER.der, hash=encode(SEQUENCE, SHA1), digest=hashlib.sha1(SIGNER.der).digest())
    serial = certificate_id(SIGNER.der, issuer_serial=cms.issuer_serial(STRANGER.der))
    capabilities = "1.2.840.113549.1.9.15"
    v1 = "1.2.840.113549.1.9.16.2.12"
    return [
        attributes("without-content-type", without(CONTENT_TYPE)),
        attributes("without-digest", without(MESSAGE_DIGEST)),
        attributes("without-time", without(SIGNING_TIME)),
        attributes("without-certificate", without(SIGNING_CERTIFICATE)),
        attributes("more", other(capabilities, encode(SEQUENCE))),
        attributes("certificate-v1", lambda n: {**without(SIGNING_CERTIFICATE)(n), v1: n[SIGNING_CERTIFICATE]}),
        attributes("digest-other", other(MESSAGE_DIGEST, encode(OCTETS, bytes(32)))),
        attributes("digest-short", other(MESSAGE_DIGEST, encode(OCTETS, bytes(20)))),
        attributes("content-type-other", other(CONTENT_TYPE, oid("1.2.840.113549.1.7.2"))),
        attributes("time-generalized", time(24, b"20261122031000Z")),
        attributes("time-no-such-day", time(UTC, b"260230031000Z")),
        attributes("time-offset", time(UTC, b"261122031000+0100")),
        attributes("time-without-seconds", time(UTC, b"2611220310Z")),
        attributes("time-not-digits", time(UTC, b"2611220310x0Z")),
        attributes("certificate-hash-other", certificates(wrong)),
        attributes("certificate-none", certificates()),
        attributes("certificate-twice", certificates(me, me)),
        attributes("certificate-of-other", certificates(certificate_id(STRANGER.der))),
        attributes("certificate-explicit-default", certificates(explicit)),
        attributes("certificate-sha-1", certificates(sha1)),
        attributes("certificate-other-serial", certificates(serial)),
        attributes("certificate-policies", certificates(me, more=policy)),
        signature("attribute-twice", set=lambda parts: sorted([*parts, attribute(SIGNING_TIME, encode(UTC, b"261122031001Z"))])),
        signature("attribute-two-values", set=lambda parts: sorted([*parts[:-1], attribute(SIGNING_TIME, encode(UTC, b"261122031000Z"), encode(UTC, b"261122031001Z"))])),
        signature("attributes-not-sorted", set=lambda parts: sorted(parts)[::-1]),
        signature("attributes-none", set=lambda parts: []),
        signature("attributes-changed-after", words="signature is wrong",
                  signed=lambda s: s.replace(b"261122031000Z", b"261122031001Z")),
    ]  # fmt: skip


def twins():
    """CMS names the signer by issuer and serial number, and a reader that takes the first certificate with
    these checks the value against a key of the forger's choice."""
    both = [(place, twin, lambda _key, data, twin=twin: ecdsa(twin.key, data)) for place, twin in TWINS.items()]
    return [
        *(signature(f"forged-by-twin-{place}", "F-23", words="signature is wrong", chain=(twin.der,), value=value)
          for place, twin, value in both),
        *(signature(f"twin-{place}-inside", "F-23", GOOD, "", chain=(twin.der,)) for place, twin, _ in both),
        *(signature(f"signed-by-twin-{place}", "F-25", UNTRUSTED, "not trusted", chain=(twin.der,), value=value,
                    attributes=certificates(certificate_id(twin.der), certificate_id(SIGNER.der)))
          for place, twin, value in both),
    ]  # fmt: skip


def der_of(numbers):
    return encode(SEQUENCE, *(encode(INTEGER, n) for n in numbers))


def padded(key, data):
    """The same numbers with a needless zero in front."""
    r, s = utils.decode_dss_signature(ecdsa(key, data))
    return der_of([b"\0" * 2 + n.to_bytes(33, "big") for n in (r, s)])


def beyond(key, data):
    """s + n instead of s."""
    r, s = utils.decode_dss_signature(ecdsa(key, data))
    return der_of([n.to_bytes(34, "big").lstrip(b"\0") for n in (r, s + P256_ORDER)])


def algorithms():
    sha1, sha384, sha512 = (encode(SEQUENCE, h) for h in (SHA1, SHA384, SHA512))
    ecdsa1 = encode(SEQUENCE, oid("1.2.840.10045.4.1"))
    ecdsa384 = encode(SEQUENCE, oid("1.2.840.10045.4.3.3"))
    ed25519 = encode(SEQUENCE, oid("1.3.101.112"))
    rsa = encode(SEQUENCE, oid("1.2.840.113549.1.1.11"), NULL)

    def by(name, signer, value, codes=ALL, **options):
        changes = {"signature": odd(value=value, **options)}
        return Vector("signature-" + name, "F-23", codes, "signature|not trusted", changes, signer, signer)

    def ecdsa_sha384(key, data):
        return key.sign(data, ec.ECDSA(cms.hashes.SHA384()))

    pss20 = cms.PSS.replace(b"\2\1\x20", b"\2\1\x14")
    made = chance("no signature", 384)
    return [
        signature("sha-1", digest=sha1, method=ecdsa1),
        signature("sha-1-digest-only", digest=sha1),
        signature("sha-384-with-p-256", digest=sha384, method=ecdsa384),
        signature("sha-512", digest=sha512),
        signature("digest-null", digest=encode(SEQUENCE, SHA256, NULL)),
        signature("digests-differ", signer_digest=sha384),
        signature("digest-twice", more_digests=(encode(SEQUENCE, SHA256),)),
        signature("digest-more", more_digests=(sha384,)),
        signature("ecdsa-null", method=encode(SEQUENCE, oid("1.2.840.10045.4.3.2"), NULL)),
        signature("ecdsa-plain", method=encode(SEQUENCE, oid("1.2.840.10045.2.1"))),
        signature("said-rsa", method=cms.PSS),
        signature("wrong-key", words="signature is wrong", value=lambda _k, s: ecdsa(STRANGER.key, s)),
        signature("empty", words="signature", value=lambda _k, _s: b""),
        signature("zeros", words="signature is wrong", value=lambda _k, _s: der_of([b"\0", b"\0"])),
        signature("needless-zeros", words="signature is wrong", value=padded),
        signature("number-too-large", words="signature is wrong", value=beyond),
        # (r, n - s) fits wherever (r, s) does: the one change that no reader can tell. It says the same.
        signature("other-of-two", "F-23", GOOD, "", value=lambda k, s: ecdsa(k, s, True)),
        by("ed25519", "ed25519", lambda _k, _s: made[:64], method=ed25519),
        by("p-384-said-p-256", "p384", lambda _k, _s: ecdsa(SIGNER.key, b"")),
        by("rsa-pkcs1", "rsa3072", lambda _k, _s: made, method=rsa),
        by("pss-salt-20", "rsa3072", lambda _k, _s: made, method=pss20),
        by("pss-wrong", "rsa3072", lambda _k, _s: made, method=cms.PSS),
        by("rsa-2048", "rsa2048", lambda _k, _s: made[:256], method=cms.PSS),
    ]  # fmt: skip


def forms():
    der = SIGNER.der
    key_id = encode(0x80, bytes(20))
    unsigned = encode(0xA1, attribute("1.2.840.113549.1.9.16.2.14", encode(SEQUENCE)))
    revocation = encode(0xA1, encode(SEQUENCE))
    content = encode(0xA0, encode(OCTETS, b"content"))
    return [
        signature("version-3", version=b"\3"),
        signature("signer-version-3", signer_version=b"\3"),
        signature("signer-key-id", signer_version=b"\3", who=key_id),
        signature("signer-unknown", who=STRANGER.issuer_and_serial),
        signature("content-inside", content=content),
        signature("content-type-other", content_type=oid("1.2.840.113549.1.9.16.1.4")),
        signature("unsigned-attribute", after_value=unsigned),
        signature("unsigned-attributes-empty", after_value=encode(0xA1)),
        signature("revocation-list", after_certificates=revocation),
        signature("no-certificate", certificates=lambda c: []),
        signature("certificate-other", certificates=lambda c: [STRANGER.der]),
        signature("certificate-more", certificates=lambda c: sorted([*c, STRANGER.der])),
        signature("certificate-twice", certificates=lambda c: [der, der]),
        signature("certificates-not-sorted", chain=(STRANGER.der,), certificates=lambda c: c[::-1]),
        signature("certificates-17", certificates=lambda c: [der] * 17),
        signature("certificate-changed", certificates=lambda c: [der[:-9] + b"\0" + der[-8:]]),
        signature("certificate-cut", certificates=lambda c: [encode(SEQUENCE, der[4:-20])]),
        signature("no-signer", signers=lambda s: []),
        signature("two-signers", signers=lambda s: s * 2),
        signature("type-other", type=oid("1.2.840.113549.1.7.3")),
        raw("byte-behind", append(b"\0")),
        raw("block-behind", append(bytes(512))),
        raw("none", put(b"")),
        raw("cut", lambda d: d[:-1]),
        raw("twice", lambda d: d + d),
        raw("value-changed", flip(-3)),
        raw("certificate-byte-changed", lambda d: d.replace(der, der[:-3] + b"\0" + der[-2:])),
        raw("length-indefinite", lambda d: d[:1] + b"\x80" + d[4:] + b"\0\0"),
        raw("length-not-minimal", lambda d: d[:1] + b"\x83\0" + d[2:]),
        raw("pem", lambda d: b"-----BEGIN CMS-----\n" + d.hex().encode() + b"\n-----END CMS-----\n"),
        raw("too-large", append(bytes(1 << 20)), "too large"),
        raw("of-other-manifest", sub(b"261122031000Z", b"261122031001Z")),
        raw("set-as-sequence", sub(encode(SET, encode(SEQUENCE, SHA256)), encode(SEQUENCE, encode(SEQUENCE, SHA256)))),
        raw("algorithm-changed", sub(ECDSA_SHA256, ECDSA_SHA256[:-1] + b"\3")),
    ]  # fmt: skip


VECTORS = [*trusts(), *signed_attributes(), *twins(), *algorithms(), *forms()]
