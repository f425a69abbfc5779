# SPDX-License-Identifier: Apache-2.0
"""Faults of keys.p7m (F-9 to F-12), with a right signature over them."""

from craft import (
    BITS, ID_DATA, INTEGER, OCTETS, SEQUENCE, SET, aes_gcm, chance, cms, ec, ecdh_recipient, encode,
    oid, pair, serialization)  # fmt: skip
from vector import ALL, GOOD, KEYS, Vector, append, edit, flip, odd, put

ATTRIBUTES = encode(SEQUENCE, oid("1.2.840.113549.1.9.3"), encode(SET, ID_DATA))
CBC = encode(SEQUENCE, oid("2.16.840.1.101.3.4.1.42"), encode(OCTETS, chance("iv", 16)))
AES128_GCM = aes_gcm(chance("n", 12)).replace(oid("2.16.840.1.101.3.4.1.46"), oid("2.16.840.1.101.3.4.1.6"))
NULL = encode(5)
NOBODY = "05555"  # no identity fits


def keys(name, rule="F-9", codes=ALL, words="keys.p7m", **options):
    return Vector("keys-" + name, rule, codes, words, {"keys": odd(**options)})


def raw(name, change, rule="F-9", words="keys.p7m"):
    return Vector("keys-" + name, rule, ALL, words, {"keys.p7m": change})


def forms():
    return [
        keys("cbc-relabelled", type=oid("1.2.840.113549.1.7.3"), method=CBC, tag_size=16),
        keys("enveloped-data", type=oid("1.2.840.113549.1.7.3")),
        keys("cbc", method=CBC),
        keys("aes-128", method=AES128_GCM),
        keys("tag-4", method=aes_gcm(chance("keys.p7m nonce", 12), 4), tag_size=4),
        keys("tag-8", method=aes_gcm(chance("keys.p7m nonce", 12), 8), tag_size=8),
        keys("tag-12", method=aes_gcm(chance("keys.p7m nonce", 12), 12), tag_size=12),
        keys("tag-4-said-16", tag_size=4),
        keys("tag-0", tag_size=0),
        keys("tag-length-absent", method=aes_gcm(chance("keys.p7m nonce", 12), None)),
        keys("tag-12-length-absent", method=aes_gcm(chance("keys.p7m nonce", 12), None), tag_size=12),
        keys("nonce-8", nonce=chance("8", 8)),
        keys("nonce-16", nonce=chance("16", 16)),
        keys("version-1", version=b"\1"),
        keys("version-2-bytes", version=b"\0\0"),
        keys("originator", before=encode(0xA0, b"")),
        keys("signed-attributes", attributes=encode(0xA1, ATTRIBUTES)),
        keys("unsigned-attributes", after=encode(0xA2, ATTRIBUTES)),
        keys("content-type", content_type=oid("1.2.840.113549.1.7.2")),
        keys("content-constructed", tag_of_content=0xA0),
        keys("content-65", content=chance("archive key", 32).hex().encode() + b"\n"),
        keys("content-63", content=b"0" * 63),
        keys("content-empty", content=b""),
        keys("content-upper-case", "F-9", KEYS, "keys.p7m", content=chance("archive key", 32).hex().upper().encode()),
        keys("content-not-hex", "F-9", KEYS, "keys.p7m", content=b"g" * 64),
        keys("content-other-key", "F-12", KEYS, "kek_commit", content=b"ab" * 32),
        Vector("keys-commit-other", "F-12", KEYS, "kek_commit", {"header": edit(kek_commit="0" * 64)}),
        # A wrong RSA key can give something too: who cannot open it is not told why.
        Vector("keys-tag-wrong", "F-9", NOBODY, "recipients", {"keys.p7m": flip(-1)}),
        Vector("keys-ciphertext-wrong", "F-9", NOBODY, "recipients", {"keys.p7m": flip(-40)}),
        raw("byte-behind", append(b"\0")),
        raw("empty", put(b"")),
        raw("cut", lambda d: d[:-1]),
        raw("length-not-minimal", lambda d: d[:1] + b"\x83\0" + d[2:]),
        raw("length-indefinite", lambda d: d[:1] + b"\x80" + d[4:] + b"\0\0"),
        raw("length-huge", lambda d: d[:1] + b"\x84\xff\xff\xff\xff" + d[4:]),
        raw("pem", lambda d: b"-----BEGIN CMS-----\n" + d.hex().encode() + b"\n-----END CMS-----\n"),
        raw("too-large", append(bytes(65536)), words="larger than its limit"),
    ]  # fmt: skip


def listed(*recipients):
    return lambda header: {**header, "recipients": list(recipients)}


def recipients(name, change, header=None, rule="F-10", codes=ALL, words="keys.p7m"):
    """`change` gets the list of encoded recipients and the content key."""
    changes = {"keys": odd(recipients=change)}
    if header:
        changes["header"] = header
    return Vector("recipient-" + name, rule, codes, words, changes)


ME, SECOND = pair("recipient"), pair("second")
HERE = {"kind": "ecdh-p256", "id": ME.id}


def remade(name, rule="F-10", codes=ALL, words="keys.p7m", **options):
    """The recipient's own entry, with something odd in it."""

    def change(_made, key):
        return [ecdh_recipient(ME, key, "to recipient", **options)]

    return recipients(name, change, None, rule, codes, words)


def compressed_point():
    key = ec.derive_private_key(7, ec.SECP256R1()).public_key()
    return key.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint
    )


def another(made, key):
    return [*made, ecdh_recipient(SECOND, key, "to second")]


def backwards(made, key):
    return sorted(another(made, key))[::-1]


def both():
    """The two as they have to stand in header.json."""
    key = chance("keys.p7m content key", 32)
    made = {ecdh_recipient(to, key, "to " + to.name): to.id for to in (ME, SECOND)}
    return [{"kind": "ecdh-p256", "id": made[m]} for m in sorted(made)]


def kek(key_id, wrapped=bytes(40), wrap=cms.AES256_WRAP, version=b"\4", more=b""):
    who = encode(SEQUENCE, encode(OCTETS, key_id), more)
    return encode(0xA2, encode(INTEGER, version), who, wrap, encode(OCTETS, wrapped))


def key_transport(method, encrypted=bytes(384), version=b"\0", who=ME.issuer_and_serial):
    return encode(SEQUENCE, encode(INTEGER, version), who, method, encode(OCTETS, encrypted))


PASSPHRASE = {"kind": "passphrase", "id": "p", "kdf": {"name": "scrypt", "n": 131072, "r": 8, "p": 1, "salt": "00" * 16}}  # fmt: skip
RSA = {"kind": "rsa-oaep", "id": ME.id}
PKCS1 = encode(SEQUENCE, oid("1.2.840.113549.1.1.1"), NULL)
OAEP_SHA1 = encode(SEQUENCE, oid("1.2.840.113549.1.1.7"), encode(SEQUENCE))


def only(name, made, entry, rule="F-10", codes=ALL, words="keys.p7m"):
    return recipients(name, lambda _m, _k: [made], listed(entry), rule, codes, words)


def costly(name, codes, words, *costs):
    """The recipient, and a passphrase with each of the costs."""
    salted = [{"kind": "passphrase", "id": f"p{i}", "kdf": {**cost, "salt": "00" * 16}}
              for i, cost in enumerate(costs)]  # fmt: skip
    return recipients(
        name,
        lambda made, _key: [*made, *(kek(b"p%d" % i) for i in range(len(costs)))],
        listed(HERE, *salted),
        "F-27",
        codes,
        words,
    )


def scrypt(n, p):
    return {"name": "scrypt", "n": n, "r": 8, "p": p}


def costs():
    half = {"name": "pbkdf2-sha512", "iterations": 5_000_000}
    return [
        costly("scrypt-together-at-limit", GOOD, "", scrypt(2**20, 2), scrypt(2**19, 4)),
        costly("scrypt-together-too-much", ALL, "kdf", scrypt(2**20, 4), scrypt(2**14, 1)),
        costly("pbkdf2-together-at-limit", GOOD, "", half, half, scrypt(2**20, 4)),
        costly("pbkdf2-together-too-much", ALL, "kdf", half, {**half, "iterations": 5_000_001}),
    ]


def kinds():
    return [
        recipients("none", lambda _m, _k: [], rule="F-9"),
        # The independent reader has no objection to that.
        recipients("twice", lambda m, _k: m * 2, listed(HERE, HERE), "F-11", "33330", "same id"),
        recipients("not-in-header", another, None, "F-11", ALL, "recipients"),
        recipients("header-in-other-order", another, listed(*both()[::-1]), "F-11", ALL, "recipients"),
        Vector("recipient-set-not-sorted", "F-9", ALL, "keys.p7m",
               {"header": listed(*both()[::-1]), "keys": odd(recipients=backwards, unsorted=True)}),
        recipients("65", lambda m, k: [kek(b"p%d" % i) for i in range(65)], None, "F-9"),
        recipients("other-type", lambda _m, _k: [encode(0xA4, oid("1.2.3"), NULL)]),
        recipients("password-info", lambda _m, _k: [encode(0xA3, encode(INTEGER, b"\0"), cms.AES256_WRAP, encode(OCTETS, bytes(40)))]),
        remade("ecdh-version-2", version=b"\2"),
        remade("ecdh-sha1", scheme=oid("1.3.133.16.840.63.0.2")),
        remade("ecdh-sha384", scheme=oid("1.3.132.1.11.2")),
        remade("ecdh-cofactor", scheme=oid("1.3.132.1.14.1")),
        remade("ecdh-aes-128-wrap", wrap=encode(SEQUENCE, oid("2.16.840.1.101.3.4.1.5"))),
        remade("ecdh-wrap-null", wrap=encode(SEQUENCE, oid("2.16.840.1.101.3.4.1.45"), NULL)),
        remade("ecdh-ukm", ukm=encode(0xA1, encode(OCTETS, b"ukm"))),
        remade("ecdh-curve-named", key_type=encode(SEQUENCE, oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7"))),
        remade("ecdh-point-compressed", point=compressed_point()),
        remade("ecdh-point-infinity", point=b"\0"),
        remade("ecdh-point-short", point=b"\4" + bytes(63)),
        remade("ecdh-point-off-curve", codes="05553", words="recipients", point=b"\4" + bytes(31) + b"\1" + bytes(31) + b"\1"),
        remade("ecdh-point-zero", codes="05553", words="recipients", point=b"\4" + bytes(64)),
        remade("ecdh-two-keys", more_keys=(encode(SEQUENCE, SECOND.issuer_and_serial, encode(OCTETS, bytes(40))),)),
        remade("ecdh-wrapped-short", wrapped=bytes(32)),
        remade("ecdh-wrapped-long", wrapped=bytes(48)),
        remade("ecdh-key-id", who=encode(0xA0, encode(OCTETS, bytes(20)))),
        remade("ecdh-wrapped-wrong", codes=NOBODY, words="recipients", wrapped=bytes(40)),
        remade("ecdh-other-certificate", "F-11", words="recipients", who=SECOND.issuer_and_serial),
        only("passphrase-other-id", kek(b"q"), PASSPHRASE, "F-11", words="recipients"),
        only("passphrase-upper-case", kek(b"P"), {**PASSPHRASE, "id": "P"}, words="keys.p7m|header"),
        only("passphrase-date", kek(b"p", more=encode(24, b"20260101000000Z")), PASSPHRASE),
        only("passphrase-attribute", kek(b"p", more=encode(SEQUENCE, oid("1.2.3"), NULL)), PASSPHRASE),
        only("passphrase-version-3", kek(b"p", version=b"\3"), PASSPHRASE),
        only("passphrase-aes-128-wrap", kek(b"p", wrap=encode(SEQUENCE, oid("2.16.840.1.101.3.4.1.5"))), PASSPHRASE),
        only("passphrase-wrapped-24", kek(b"p", wrapped=bytes(24)), PASSPHRASE),
        only("passphrase-as-ecdh", kek(b"p"), HERE, "F-11", words="recipients"),
        only("rsa-pkcs1", key_transport(PKCS1), RSA),
        only("rsa-oaep-sha1", key_transport(OAEP_SHA1), RSA),
        only("rsa-2048", key_transport(cms.OAEP, bytes(256)), RSA),
        only("rsa-version-2", key_transport(cms.OAEP, version=b"\2"), RSA),
        only("rsa-key-id", key_transport(cms.OAEP, who=encode(0x80, bytes(20))), RSA),
        only("rsa-oaep-null", key_transport(encode(SEQUENCE, oid("1.2.840.113549.1.1.7"), NULL)), RSA),
        only("rsa-of-other", key_transport(cms.OAEP), RSA, "F-11", NOBODY, "recipients"),
    ]  # fmt: skip


VECTORS = [*forms(), *kinds(), *costs()]
