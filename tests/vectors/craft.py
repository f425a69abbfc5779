# SPDX-License-Identifier: Apache-2.0
"""Writes archives of docs/FORMAT.md byte by byte, each stage open to a change: so that a test can make
one that is right in everything but one place. Nothing is random: the same archive comes out each time.

Everything is for tests: the keys are published in the folder keys.
"""

import hashlib
import json
import os
import sys

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF
from cryptography.hazmat.primitives.keywrap import aes_key_wrap

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "interop"))

import medark_cms as cms  # noqa: E402
import medark_reader as reader  # noqa: E402
from medark_cms import (  # noqa: E402
    BITS, ID_DATA, INTEGER, OCTETS, OID, SEQUENCE, SET, SHA256, UTC, encode, oid)  # fmt: skip

TABLES = reader.TABLES
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
MASK = 2**64 - 1


def chance(label, size):
    """Bytes that look random, the same for the same label."""
    out = b""
    while len(out) < size:
        out += hashlib.sha256(b"medark vectors %d %s" % (len(out), label.encode())).digest()
    return out[:size]


# ---- keys ---------------------------------------------------------------------------------------


class Pair:
    """A private key and its certificate."""

    def __init__(self, name):
        self.name = name
        path = os.path.join(HERE, "keys", name)
        with open(path + ".key.pem", "rb") as f:
            self.key = serialization.load_pem_private_key(f.read(), None)
        with open(path + ".cert.pem", "rb") as f:
            self.certificate = x509.load_pem_x509_certificate(f.read())
        self.der = self.certificate.public_bytes(serialization.Encoding.DER)
        self.issuer_and_serial = cms.issuer_and_serial_of(self.der)
        self.id = hashlib.sha256(self.issuer_and_serial).hexdigest()


_pairs = {}


def pair(name):
    if name not in _pairs:
        _pairs[name] = Pair(name)
    return _pairs[name]


# ---- compression --------------------------------------------------------------------------------

P1, P2, P3 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
P4, P5 = 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5


def rotate(value, bits):
    return (value << bits | value >> (64 - bits)) & MASK


def xxh64(data):
    """XXH64 with seed 0: the checksum of a zstd frame is its low 32 bits."""

    def round_(acc, lane):
        return rotate((acc + lane * P2) & MASK, 31) * P1 & MASK

    def lane(at):
        return int.from_bytes(data[at : at + 8], "little")

    at, acc = 0, [(P1 + P2) & MASK, P2, 0, -P1 & MASK]
    while at + 32 <= len(data):
        acc = [round_(a, lane(at + 8 * i)) for i, a in enumerate(acc)]
        at += 32
    h = P5
    if at:
        h = sum(rotate(a, n) for a, n in zip(acc, (1, 7, 12, 18))) & MASK
        for a in acc:
            h = ((h ^ round_(0, a)) * P1 + P4) & MASK
    h = (h + len(data)) & MASK
    while at + 8 <= len(data):
        h = (rotate(h ^ round_(0, lane(at)), 27) * P1 + P4) & MASK
        at += 8
    if at + 4 <= len(data):
        h = (rotate(h ^ int.from_bytes(data[at : at + 4], "little") * P1 & MASK, 23) * P2 + P3) & MASK
        at += 4
    for byte in data[at:]:
        h = rotate(h ^ byte * P5 & MASK, 11) * P1 & MASK
    for shift, prime in ((33, P2), (29, P3)):
        h = (h ^ h >> shift) * prime & MASK
    return h ^ h >> 32


def block(form, size, content, last=False):
    """form: 0 as it is, 1 one byte repeated, 3 reserved."""
    return (size << 3 | form << 1 | last).to_bytes(3, "little") + content


def blocks(data):
    """Uncompressed blocks of at most 128 KiB."""
    parts = [data[i : i + 131072] for i in range(0, len(data), 131072)] or [b""]
    return b"".join(block(0, len(p), p, p is parts[-1]) for p in parts)


def repeated(size):
    """Blocks that give `size` zero bytes."""
    out = b"".join(block(1, 131072, b"\0") for _ in range((size - 1) // 131072))
    return out + block(1, (size - 1) % 131072 + 1, b"\0", True)


def zstd(data, *, body=None, size=None, window=None, checksum=None, flags=0b00000100):
    """One zstd frame (RFC 8878 3.1.1) with content size and checksum. `window` is the byte of a window
    descriptor; without it the content is one segment. `size` False: no content size. `flags`: of the
    descriptor, with a checksum unless told otherwise."""
    body = blocks(data) if body is None else body
    size = len(data) if size is None else size
    descriptor = flags
    if size is not False:
        descriptor |= 0b10000000 if size < 2**32 else 0b11000000
    if window is None and size is not False:
        descriptor |= 0b00100000
    head = b"\x28\xb5\x2f\xfd" + bytes([descriptor])
    if not descriptor & 0b00100000:
        head += bytes([0x50 if window is None else window])
    head += b"".join(chance("dictionary id", 1) for _ in range(descriptor & 3 == 1))
    if size is not False:
        head += size.to_bytes(8 if descriptor >> 6 == 3 else 4, "little")
    if checksum is None:
        checksum = (xxh64(data) & 0xFFFFFFFF).to_bytes(4, "little")
    return head + body + checksum


def skippable(magic, content, size=None):
    size = len(content) if size is None else size
    return magic.to_bytes(4, "little") + size.to_bytes(4, "little") + content


def binding(archive, kind, n):
    text = '{"archive":"%s","kind":"%s","number":%d}' % (archive.hex(), kind, n)
    return skippable(0x184D2A50, text.encode())


# ---- sealing ------------------------------------------------------------------------------------


def aes_gcm(nonce, tag_size=16):
    parameters = encode(OCTETS, nonce)
    if tag_size is not None:
        parameters += encode(INTEGER, bytes([tag_size]))
    return encode(SEQUENCE, oid("2.16.840.1.101.3.4.1.46"), encode(SEQUENCE, parameters))


def enveloped(recipients, encrypted, tag, **odd):
    """AuthEnvelopedData. odd: type, version, before and after (what stands around the encrypted content
    information), method, content_type, tag_of_content."""
    info = encode(
        SEQUENCE,
        odd.get("content_type", ID_DATA),
        odd.get("method") or aes_gcm(odd["nonce"]),
        encode(odd.get("tag_of_content", 0x80), encrypted),
    )
    data = encode(
        SEQUENCE,
        encode(INTEGER, odd.get("version", b"\0")),
        odd.get("before", b""),
        encode(SET, *recipients),
        info,
        odd.get("attributes", b""),
        encode(OCTETS, tag) if tag is not None else b"",
        odd.get("after", b""),
    )
    return encode(SEQUENCE, odd.get("type", oid("1.2.840.113549.1.9.16.1.23")), encode(0xA0, data))


def seal(plain, label, kek, archive_id, **odd):
    """A sealed segment (F-13). odd as for enveloped(), and: recipients (changes their list), nonce,
    tag_size, wrapping."""
    content_key = chance(label + " content key", 32)
    nonce = odd.setdefault("nonce", chance(label + " nonce", 12))
    sealed = AESGCM(content_key).encrypt(nonce, plain, None)
    wrapped = odd.pop("wrapped", None) or aes_key_wrap(kek, content_key)
    recipients = [cms.kek_recipient(archive_id, wrapped)]
    if "recipients" in odd:
        recipients = odd.pop("recipients")(recipients)
    tag_size = odd.pop("tag_size", 16)
    return enveloped(recipients, sealed[:-16], sealed[-16:][:tag_size], **odd)


def ecdh_recipient(to, content_key, label, **odd):
    """KeyAgreeRecipientInfo for P-256 (F-10). odd: version, point, scheme, wrap, ukm, wrapped, keys."""
    ephemeral = ec.derive_private_key(
        int.from_bytes(chance(label + " ephemeral key", 32), "big") % P256_ORDER, ec.SECP256R1()
    )
    point = ephemeral.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    shared = ephemeral.exchange(ec.ECDH(), to.certificate.public_key())
    info = encode(SEQUENCE, cms.AES256_WRAP, encode(0xA2, encode(OCTETS, b"\0\0\1\0")))
    hash_ = cms.hashes.SHA256()
    wrapping = X963KDF(algorithm=hash_, length=32, sharedinfo=info).derive(shared)
    wrapped = odd.get("wrapped") or aes_key_wrap(wrapping, content_key)
    who = odd.get("who", to.issuer_and_serial)
    one = encode(SEQUENCE, who, encode(OCTETS, wrapped))
    public = encode(
        0xA1,
        odd.get("key_type", cms.EC_PUBLIC_KEY),
        encode(BITS, b"\0" + odd.get("point", point)),
    )
    return encode(
        0xA1,
        encode(INTEGER, odd.get("version", b"\3")),
        encode(0xA0, public),
        odd.get("ukm", b""),
        encode(SEQUENCE, odd.get("scheme", oid("1.3.132.1.11.1")), odd.get("wrap", cms.AES256_WRAP)),
        encode(SEQUENCE, one, *odd.get("more_keys", ())),
    )


# ---- signing ------------------------------------------------------------------------------------


def ecdsa(key, data, high=False):
    """A P-256 signature with SHA-256. high: the other of the two that fit, (r, n - s)."""
    digest = hashlib.sha256(data).digest()
    nonce = int.from_bytes(chance("nonce " + digest.hex(), 32), "big") % P256_ORDER
    point = ec.derive_private_key(nonce, ec.SECP256R1()).public_key().public_numbers()
    r = point.x % P256_ORDER
    secret = key.private_numbers().private_value
    s = pow(nonce, -1, P256_ORDER) * (int.from_bytes(digest, "big") + r * secret) % P256_ORDER
    if (s > P256_ORDER // 2) != high:
        s = P256_ORDER - s
    return encode(SEQUENCE, *(encode(INTEGER, integer(v)) for v in (r, s)))


def integer(value):
    return value.to_bytes(value.bit_length() // 8 + 1, "big")


def attribute(name, *values):
    return encode(SEQUENCE, oid(name), encode(SET, *values))


def certificate_id(der, **odd):
    """ESSCertIDv2 with SHA-256. odd: digest, hash (an AlgorithmIdentifier), issuer_serial."""
    digest = odd.get("digest") or hashlib.sha256(der).digest()
    serial = odd.get("issuer_serial", cms.issuer_serial(der))
    return encode(SEQUENCE, odd.get("hash", b""), encode(OCTETS, digest), serial)


CONTENT_TYPE, MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
SIGNING_TIME, SIGNING_CERTIFICATE = "1.2.840.113549.1.9.5", "1.2.840.113549.1.9.16.2.47"
ECDSA_SHA256 = encode(SEQUENCE, oid("1.2.840.10045.4.3.2"))


def attributes_of(manifest, certificates):
    """The four signed attributes by their names."""
    ids = b"".join(certificate_id(der) for der in certificates)
    return {
        CONTENT_TYPE: ID_DATA,
        MESSAGE_DIGEST: encode(OCTETS, hashlib.sha256(manifest).digest()),
        SIGNING_TIME: encode(UTC, b"261122031000Z"),
        SIGNING_CERTIFICATE: encode(SEQUENCE, encode(SEQUENCE, ids)),
    }


def sign(manifest, signer, **odd):
    """MANIFEST.p7s (F-23, F-24). odd: chain (further certificates), attributes (changes the dict),
    set (changes the list of encoded attributes), signed (changes what is signed), value, method,
    digest, version, signer_version, who, certificates (changes the list), content, after_certificates,
    after_value, signers (changes the list)."""
    certificates = [signer.der, *odd.get("chain", ())]
    named = attributes_of(manifest, certificates)
    named = odd["attributes"](named) if "attributes" in odd else named
    parts = [attribute(name, value) for name, value in named.items()]
    parts = odd["set"](parts) if "set" in odd else sorted(parts)
    signed = encode(SET, *parts)
    signed = odd["signed"](signed) if "signed" in odd else signed
    value = odd["value"](signer.key, signed) if "value" in odd else ecdsa(signer.key, signed)
    digest = odd.get("digest", encode(SEQUENCE, SHA256))
    info = encode(
        SEQUENCE,
        encode(INTEGER, odd.get("signer_version", b"\1")),
        odd.get("who", signer.issuer_and_serial),
        odd.get("signer_digest", digest),
        bytes([0xA0]) + encode(SET, *parts)[1:],
        odd.get("method", ECDSA_SHA256),
        encode(OCTETS, value),
        odd.get("after_value", b""),
    )
    inside = sorted(certificates)
    inside = odd["certificates"](inside) if "certificates" in odd else inside
    signers = odd["signers"]([info]) if "signers" in odd else [info]
    data = encode(
        SEQUENCE,
        encode(INTEGER, odd.get("version", b"\1")),
        encode(SET, digest, *odd.get("more_digests", ())),
        encode(SEQUENCE, odd.get("content_type", ID_DATA), odd.get("content", b"")),
        encode(0xA0, *inside) if inside else b"",
        odd.get("after_certificates", b""),
        encode(SET, *signers),
    )
    return encode(SEQUENCE, odd.get("type", oid("1.2.840.113549.1.7.2")), encode(0xA0, data))


# ---- the tar file -------------------------------------------------------------------------------


def checksum(header):
    """Gives a changed header the checksum that fits."""
    header = bytearray(header)
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header)


def member(name, content):
    return reader.tar_header(name, len(content)) + content + bytes(-len(content) % 512)


def odd_member(name, content, typeflag):
    """A member of another type, as tar programs write for long names, attributes and links."""
    header = bytearray(reader.tar_header("x", len(content)))
    header[0:100] = name.ljust(100, b"\0")
    header[156:157] = typeflag
    return checksum(header) + content + bytes(-len(content) % 512)


def locator(offset):
    return (b"medark-locator 1\nmanifest-offset %d" % offset).ljust(512, b"\n")


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
