# SPDX-License-Identifier: Apache-2.0
"""The cryptographic half of the independent reader: DER, keys.p7m, sealed segments, MANIFEST.p7s.

Written from docs/FORMAT.md (its rules are named F-N) and the RFCs that it names, with Debian's
python3-cryptography for the primitives; nothing of it comes from the C code. DER is parsed here and
not by a library, because F-13 and F-24 ask for one form and libraries accept many.
"""

import datetime
import hashlib
import hmac
import re

from cryptography import x509
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap


class Malformed(Exception):
    """The archive does not verify: exit code 3."""


class Untrusted(Exception):
    """The archive is what its signer signed, but nobody vouches for the signer: exit code 4."""


class NoIdentity(Exception):
    """No key or passphrase opens the archive: exit code 5."""


def need(condition, sentence):
    if not condition:
        raise Malformed(sentence)


# ---- DER ----------------------------------------------------------------------------------------

SEQUENCE, SET, INTEGER, OCTETS, BITS, OID, NULL, UTC = 0x30, 0x31, 2, 4, 3, 6, 5, 23


def encode(tag, *parts):
    """Encodes one value; `parts` are its content."""
    body = b"".join(parts)
    n = len(body)
    if n < 128:
        return bytes([tag, n]) + body
    size = n.to_bytes((n.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + body


def oid(dotted):
    arcs = [int(a) for a in dotted.split(".")]
    out = bytearray([arcs[0] * 40 + arcs[1]])
    for arc in arcs[2:]:
        group = [arc & 0x7F]
        while arc := arc >> 7:
            group.append(0x80 | arc & 0x7F)
        out += bytes(reversed(group))
    return encode(OID, bytes(out))


class Der:
    """Reads values one after the other; definite, minimal lengths only."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def more(self):
        return self.at < len(self.data)

    def peek(self):
        return self.data[self.at] if self.more() else None

    def raw(self, tag):
        """The next value with its tag and length."""
        start = self.at
        need(self.peek() == tag, "DER: unexpected tag")
        need(start + 2 <= len(self.data), "DER: cut short")
        n, head = self.data[start + 1], 2
        if n >= 0x80:
            count = n & 0x7F
            need(1 <= count <= 4 and start + 2 + count <= len(self.data), "DER: bad length")
            n = int.from_bytes(self.data[start + 2 : start + 2 + count], "big")
            need(n >= 0x80 and n >> 8 * (count - 1) > 0, "DER: length is not minimal")
            head += count
        need(start + head + n <= len(self.data), "DER: cut short")
        self.at = start + head + n
        self.head = head
        return self.data[start : self.at]

    def content(self, tag):
        raw = self.raw(tag)
        return raw[self.head :]

    def into(self, tag):
        return Der(self.content(tag))

    def expect(self, encoded):
        end = self.at + len(encoded)
        need(self.data[self.at : end] == encoded, "DER: not the one form that is allowed")
        self.at = end

    def end(self):
        need(not self.more(), "DER: bytes left over")

    def rest_of(self, tag):
        """All that is left, elements of one tag."""
        while self.more():
            yield self.raw(tag)

    def set_of(self, tag, member_tags):
        """A SET OF in DER order; the encodings of its members."""
        inner, out = self.into(tag), []
        while inner.more():
            need(inner.peek() in member_tags, "DER: unexpected member of a set")
            out.append(inner.raw(inner.peek()))
        need(out == sorted(out), "DER: set is not in order")
        return out


SHA256, SHA384 = oid("2.16.840.1.101.3.4.2.1"), oid("2.16.840.1.101.3.4.2.2")
ID_DATA = oid("1.2.840.113549.1.7.1")
AES256_WRAP = encode(SEQUENCE, oid("2.16.840.1.101.3.4.1.45"))
MGF1 = oid("1.2.840.113549.1.1.8")
OAEP = encode(
    SEQUENCE,
    oid("1.2.840.113549.1.1.7"),
    encode(
        SEQUENCE,
        encode(0xA0, encode(SEQUENCE, SHA256)),
        encode(0xA1, encode(SEQUENCE, MGF1, encode(SEQUENCE, SHA256))),
    ),
)
SHA256_NULL = encode(SEQUENCE, SHA256, encode(NULL))
PSS = encode(
    SEQUENCE,
    oid("1.2.840.113549.1.1.10"),
    encode(
        SEQUENCE,
        encode(0xA0, SHA256_NULL),
        encode(0xA1, encode(SEQUENCE, MGF1, SHA256_NULL)),
        encode(0xA2, encode(INTEGER, b"\x20")),
    ),
)
EC_PUBLIC_KEY = encode(SEQUENCE, oid("1.2.840.10045.2.1"))
ECDH = {  # kind: (key encryption algorithm, curve, KDF hash, bytes of a point)
    "ecdh-p256": (oid("1.3.132.1.11.1"), ec.SECP256R1, hashes.SHA256(), 65),
    "ecdh-p384": (oid("1.3.132.1.11.2"), ec.SECP384R1, hashes.SHA384(), 97),
}


# ---- AuthEnvelopedData: keys.p7m (F-9 to F-11) and segments (F-13) ------------------------------


def auth_enveloped(recipients, nonce, ciphertext, tag):
    """The one DER encoding of F-13 around encoded recipients."""
    gcm = encode(
        SEQUENCE,
        oid("2.16.840.1.101.3.4.1.46"),
        encode(SEQUENCE, encode(OCTETS, nonce), encode(INTEGER, b"\x10")),
    )
    data = encode(
        SEQUENCE,
        encode(INTEGER, b"\0"),
        encode(SET, *recipients),
        encode(SEQUENCE, ID_DATA, gcm, encode(0x80, ciphertext)),
        encode(OCTETS, tag),
    )
    return encode(SEQUENCE, oid("1.2.840.113549.1.9.16.1.23"), encode(0xA0, data))


class Sealed:
    """An AuthEnvelopedData whose form has been checked byte for byte."""

    def __init__(self, data, what):
        outer = Der(data)
        content = outer.into(SEQUENCE)
        outer.end()
        content.raw(OID)
        wrapper = content.into(0xA0)
        content.end()
        body = wrapper.into(SEQUENCE)
        wrapper.end()
        body.raw(INTEGER)
        self.recipients = body.set_of(SET, (0x30, 0xA1, 0xA2, 0xA4))
        info = body.into(SEQUENCE)
        self.tag = body.content(OCTETS)
        body.end()
        info.raw(OID)
        gcm = info.into(SEQUENCE)
        gcm.raw(OID)
        self.nonce = gcm.into(SEQUENCE).content(OCTETS)
        self.ciphertext = info.content(0x80)
        need(len(self.nonce) == 12 and len(self.tag) == 16, f"{what}: wrong nonce or tag length")
        # What was skipped above is checked here: the whole must be what these parts give.
        again = auth_enveloped(self.recipients, self.nonce, self.ciphertext, self.tag)
        need(again == data, f"{what}: not the one form of a sealed member")

    def open(self, content_key, what):
        try:
            return AESGCM(content_key).decrypt(self.nonce, self.ciphertext + self.tag, None)
        except InvalidTag:
            raise Malformed(f"{what}: wrong authentication tag") from None


def kek_recipient(key_id, wrapped):
    return encode(
        0xA2,
        encode(INTEGER, b"\4"),
        encode(SEQUENCE, encode(OCTETS, key_id)),
        AES256_WRAP,
        encode(OCTETS, wrapped),
    )


class KekRecipient:
    def __init__(self, encoded):
        r = Der(encoded).into(0xA2)
        r.raw(INTEGER)
        self.key_id = r.into(SEQUENCE).content(OCTETS)
        r.raw(SEQUENCE)
        self.wrapped = r.content(OCTETS)
        need(len(self.wrapped) == 40, "wrapped key is not 40 bytes long")
        need(kek_recipient(self.key_id, self.wrapped) == encoded, "KEKRecipientInfo: wrong form")

    def unwrap(self, key):
        return aes_key_unwrap(key, self.wrapped)


class Segment:
    """A sealed segment of an archive (F-13). Its structure is checked without a key."""

    def __init__(self, data, archive_id, what):
        self.what = what
        self.sealed = Sealed(data, what)
        need(len(self.sealed.recipients) == 1, f"{what}: not exactly one recipient")
        need(self.sealed.recipients[0][0] == 0xA2, f"{what}: recipient is not a KEKRecipientInfo")
        self.kek = KekRecipient(self.sealed.recipients[0])
        need(self.kek.key_id == archive_id, f"{what}: sealed for another archive")

    def open(self, archive_key):
        try:
            content_key = self.kek.unwrap(archive_key)
        except InvalidUnwrap:
            raise Malformed(f"{self.what}: content key does not unwrap") from None
        need(len(content_key) == 32, f"{self.what}: content key is not 32 bytes long")
        return self.sealed.open(content_key, self.what)


class KeyTransport:
    """rsa-oaep (F-10)."""

    kind = "rsa-oaep"

    def __init__(self, encoded):
        r = Der(encoded).into(SEQUENCE)
        r.expect(encode(INTEGER, b"\0"))
        self.issuer_and_serial = r.raw(SEQUENCE)
        r.expect(OAEP)
        self.encrypted = r.content(OCTETS)
        need(384 <= len(self.encrypted) <= 2048, "RSA recipient of less than 3072 bits")
        r.end()
        self.id = hashlib.sha256(self.issuer_and_serial).hexdigest()

    def content_key(self, key, _passphrase, _kdf):
        if not isinstance(key, rsa.RSAPrivateKey) or key.key_size != 8 * len(self.encrypted):
            return None
        sha = hashes.SHA256()
        try:
            return key.decrypt(self.encrypted, padding.OAEP(padding.MGF1(sha), sha, None))
        except ValueError:
            return None


class KeyAgreement:
    """ecdh-p256 and ecdh-p384 (F-10, RFC 5753 3.1 and 7.2)."""

    def __init__(self, encoded):
        r = Der(encoded).into(0xA1)
        r.expect(encode(INTEGER, b"\3"))
        originator = r.into(0xA0)
        public = originator.into(0xA1)
        originator.end()
        public.expect(EC_PUBLIC_KEY)
        point = public.content(BITS)
        public.end()
        need(point[:2] == b"\0\4", "ECDH recipient without an uncompressed point")
        self.point = point[1:]
        algorithm = r.raw(SEQUENCE)
        for kind, (scheme, curve, sha, size) in ECDH.items():
            if algorithm == encode(SEQUENCE, scheme, AES256_WRAP) and len(self.point) == size:
                self.kind, self.curve, self.hash = kind, curve, sha
                break
        else:
            raise Malformed("ECDH recipient with an unknown scheme")
        keys = r.into(SEQUENCE)
        r.end()
        one = keys.into(SEQUENCE)
        keys.end()
        self.issuer_and_serial = one.raw(SEQUENCE)
        self.wrapped = one.content(OCTETS)
        one.end()
        need(len(self.wrapped) == 40, "wrapped key is not 40 bytes long")
        self.id = hashlib.sha256(self.issuer_and_serial).hexdigest()

    def content_key(self, key, _passphrase, _kdf):
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != self.curve.name:
            return None
        try:
            public = ec.EllipticCurvePublicKey.from_encoded_point(self.curve(), self.point)
        except ValueError:
            raise Malformed("ECDH recipient: the point is not on the curve") from None
        shared = key.exchange(ec.ECDH(), public)
        info = encode(SEQUENCE, AES256_WRAP, encode(0xA2, encode(OCTETS, (256).to_bytes(4, "big"))))
        kek = X963KDF(algorithm=self.hash, length=32, sharedinfo=info).derive(shared)
        try:
            return aes_key_unwrap(kek, self.wrapped)
        except InvalidUnwrap:
            return None


class Passphrase(KekRecipient):
    """A passphrase (F-10)."""

    kind = "passphrase"

    def __init__(self, encoded):
        super().__init__(encoded)
        need(re.fullmatch(rb"[a-z0-9-]{1,64}", self.key_id), "passphrase recipient: bad id")
        self.id = self.key_id.decode()

    def content_key(self, _key, passphrase, kdf):
        if passphrase is None:
            return None
        salt = bytes.fromhex(kdf["salt"])
        if kdf["name"] == "scrypt":
            n, r, p = kdf["n"], kdf["r"], kdf["p"]
            room = 128 * r * (n + p + 2) + (1 << 20)
            key = hashlib.scrypt(passphrase, salt=salt, n=n, r=r, p=p, maxmem=room, dklen=32)
        else:
            key = hashlib.pbkdf2_hmac("sha512", passphrase, salt, kdf["iterations"], 32)
        try:
            return self.unwrap(key)
        except InvalidUnwrap:
            return None


class Encapsulation:
    """ml-kem-768 and ml-kem-1024 (F-10, RFC 9629): the form alone, as python3-cryptography has no ML-KEM."""

    kinds = {"ml-kem-768": ("2.16.840.1.101.3.4.4.2", 1088), "ml-kem-1024": ("2.16.840.1.101.3.4.4.3", 1568)}

    def __init__(self, encoded):
        other = Der(encoded).into(0xA4)
        other.expect(oid("1.2.840.113549.1.9.16.13.3"))
        r = other.into(SEQUENCE)
        other.end()
        r.expect(encode(INTEGER, b"\0"))
        self.issuer_and_serial = r.raw(SEQUENCE)
        algorithm, ciphertext = r.raw(SEQUENCE), r.content(OCTETS)
        found = [kind for kind, (name, size) in self.kinds.items()
                 if algorithm == encode(SEQUENCE, oid(name)) and len(ciphertext) == size]
        need(found, "KEM recipient with an unknown KEM")
        self.kind = found[0]
        r.expect(encode(SEQUENCE, oid("1.2.840.113549.1.9.16.3.28")))
        r.expect(encode(INTEGER, b"\x20"))
        r.expect(AES256_WRAP)
        need(len(r.content(OCTETS)) == 40, "wrapped key is not 40 bytes long")
        r.end()
        self.id = hashlib.sha256(self.issuer_and_serial).hexdigest()

    def content_key(self, _key, _passphrase, _kdf):
        return None


RECIPIENTS = {0x30: KeyTransport, 0xA1: KeyAgreement, 0xA2: Passphrase, 0xA4: Encapsulation}


class Keys:
    """keys.p7m: who can open the archive."""

    def __init__(self, data):
        self.sealed = Sealed(data, "keys.p7m")
        need(len(self.sealed.ciphertext) == 64, "keys.p7m: content is not 64 bytes long")
        need(1 <= len(self.sealed.recipients) <= 64, "keys.p7m: not 1 to 64 recipients")
        self.recipients = [RECIPIENTS[r[0]](r) for r in self.sealed.recipients]

    def check(self, listed):
        """F-11: `recipients` of header.json equal what is here."""
        need(len(listed) == len(self.recipients), "header.json and keys.p7m differ in recipients")
        for here, there in zip(self.recipients, listed):
            need(
                (here.kind, here.id) == (there["kind"], there["id"]),
                "header.json and keys.p7m differ in recipients",
            )

    def check_extends(self, before, what):
        """F-46: everybody of before is in it, and more; no passphrase comes in."""
        a, b = self.sealed, before.sealed
        need(set(b.recipients) < set(a.recipients), f"{what} does not have all recipients of before, and more")
        need((a.nonce, a.ciphertext, a.tag) == (b.nonce, b.ciphertext, b.tag), f"{what}: another content")
        need(not any(r[0] == 0xA2 for r in set(a.recipients) - set(b.recipients)), f"{what} adds a passphrase")

    def open(self, key, passphrase, listed):
        """The archive key, by whichever recipient fits, or None."""
        for recipient, entry in zip(self.recipients, listed):
            content_key = recipient.content_key(key, passphrase, entry.get("kdf"))
            if content_key is None or len(content_key) != 32:
                continue
            try:
                text = self.sealed.open(content_key, "keys.p7m")
            except Malformed:
                # A wrong RSA key can "decrypt" to 32 bytes; a right one is told by the tag.
                continue
            need(re.fullmatch(rb"[0-9a-f]{64}", text), "keys.p7m: content is not 64 hex characters")
            return bytes.fromhex(text.decode())
        return None


def labelled(archive_key, label, archive_id):
    """F-12 and section 7: HMAC-SHA256(archive key, label || 0x00 || archive id)."""
    return hmac.new(archive_key, label + b"\0" + archive_id, hashlib.sha256).digest()


# ---- SignedData: MANIFEST.p7s (F-23 to F-25) ----------------------------------------------------

ATTRIBUTES = {
    oid("1.2.840.113549.1.9.3"): "content-type",
    oid("1.2.840.113549.1.9.4"): "message-digest",
    oid("1.2.840.113549.1.9.5"): "signing-time",
    oid("1.2.840.113549.1.9.16.2.47"): "signing-certificate-v2",
}


class Signature:
    """MANIFEST.p7s. Raises Malformed unless it is right and in its one form; then `signer` (an
    x509.Certificate), `signer_der`, `others` and `time` hold. Trust is another question."""

    def __init__(self, data, manifest):
        outer = Der(data)
        content = outer.into(SEQUENCE)
        outer.end()
        content.expect(oid("1.2.840.113549.1.7.2"))
        wrapper = content.into(0xA0)
        content.end()
        signed = wrapper.into(SEQUENCE)
        wrapper.end()
        signed.expect(encode(INTEGER, b"\1"))
        algorithms = signed.set_of(SET, (SEQUENCE,))
        need(len(algorithms) == 1, "signature: not exactly one digest algorithm")
        names = {
            encode(SEQUENCE, SHA256): hashes.SHA256(),
            encode(SEQUENCE, SHA384): hashes.SHA384(),
        }
        need(algorithms[0] in names, "signature: unknown digest algorithm")
        self.hash = names[algorithms[0]]
        signed.expect(encode(SEQUENCE, ID_DATA))
        embedded = signed.set_of(0xA0, (SEQUENCE,))
        need(1 <= len(embedded) <= 16, "signature: not 1 to 16 certificates")
        need(len(set(embedded)) == len(embedded), "signature: a certificate stands twice")
        signers = signed.set_of(SET, (SEQUENCE,))
        signed.end()
        need(len(signers) == 1, "signature: not exactly one signer")
        self.signer_info(Der(signers[0]).into(SEQUENCE), algorithms[0], embedded, manifest)

    def signer_info(self, info, algorithm, embedded, manifest):
        info.expect(encode(INTEGER, b"\1"))
        issuer_and_serial = info.raw(SEQUENCE)
        info.expect(algorithm)
        attributes = info.raw(0xA0)
        method = info.raw(SEQUENCE)
        value = info.content(OCTETS)
        info.end()
        # Anybody can make another certificate of these names: signing-certificate-v2 tells whose it is.
        named = [c for c in embedded if issuer_and_serial_of(c) == issuer_and_serial]
        need(named, "signature: the signer's certificate is missing")
        self.signer_der = self.attributes(attributes, embedded, manifest)
        need(self.signer_der in named, "signature: is of another certificate")
        self.signer = load_certificate(self.signer_der)
        self.others = [load_certificate(c) for c in embedded if c != self.signer_der]
        # What is signed is the SET OF encoding, RFC 5652 5.4.
        self.check_value(method, value, bytes([SET]) + attributes[1:])

    def attributes(self, encoded, embedded, manifest):
        """Checks all four; the signer's certificate among those embedded."""
        found = {}
        for attribute in Der(encoded).set_of(0xA0, (SEQUENCE,)):
            a = Der(attribute).into(SEQUENCE)
            name = ATTRIBUTES.get(a.raw(OID))
            need(name is not None and name not in found, "signature: attribute unknown or repeated")
            found[name] = a.into(SET)
            a.end()
        need(len(found) == 4, "signature: an attribute is missing")
        found["content-type"].expect(ID_DATA)
        digest = hashes.Hash(self.hash)
        digest.update(manifest)
        found["message-digest"].expect(encode(OCTETS, digest.finalize()))
        self.time = self.signing_time(found["signing-time"])
        first = self.signing_certificate(found["signing-certificate-v2"], embedded)
        for value in found.values():
            value.end()
        return first

    @staticmethod
    def signing_time(value):
        tag = value.peek()
        text = value.content(tag).decode("ascii", "replace")
        need(tag in (UTC, 24), "signature: bad signing-time")
        form = r"\d{12}Z" if tag == UTC else r"\d{14}Z"
        need(re.fullmatch(form, text, re.ASCII), "signature: bad signing-time")
        if tag == UTC:
            text = ("20" if text[:2] < "50" else "19") + text
        else:
            need(not "1950" <= text[:4] < "2050", "signature: bad signing-time")
        try:
            time = datetime.datetime.strptime(text, "%Y%m%d%H%M%SZ")
        except ValueError:
            raise Malformed("signature: bad signing-time") from None
        return time.replace(tzinfo=datetime.timezone.utc)

    @staticmethod
    def signing_certificate(value, embedded):
        """One ESSCertIDv2 for each certificate inside, the signer's first (RFC 5035)."""
        outer = value.into(SEQUENCE)
        entries = outer.into(SEQUENCE)
        outer.end()
        listed = []
        while entries.more():
            entry = entries.into(SEQUENCE)
            name = "sha256"
            if entry.peek() == SEQUENCE:
                entry.expect(encode(SEQUENCE, SHA384))
                name = "sha384"
            digest = entry.content(OCTETS)
            match = [c for c in embedded if hashlib.new(name, c).digest() == digest]
            need(
                len(match) == 1 and match[0] not in listed, "signature: names a certificate wrongly"
            )
            if entry.more():
                need(
                    entry.raw(SEQUENCE) == issuer_serial(match[0]),
                    "signature: names a certificate wrongly",
                )
            entry.end()
            listed.append(match[0])
        need(listed and len(listed) == len(embedded), "signature: does not name every certificate")
        return listed[0]

    def check_value(self, method, value, signed):
        key = self.signer.public_key()
        try:
            if isinstance(key, rsa.RSAPublicKey):
                need(key.key_size >= 3072, "signature: RSA key of less than 3072 bits")
                need(method == PSS and self.hash.name == "sha256", "signature: unknown algorithm")
                pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
                key.verify(value, signed, pss, hashes.SHA256())
                return
            need(isinstance(key, ec.EllipticCurvePublicKey), "signature: unknown kind of key")
            need(
                (key.curve.name, self.hash.name)
                in (("secp256r1", "sha256"), ("secp384r1", "sha384")),
                "signature: curve and digest do not fit",
            )
            last = 2 if self.hash.name == "sha256" else 3
            ecdsa = encode(SEQUENCE, oid(f"1.2.840.10045.4.3.{last}"))
            need(method == ecdsa, "signature: unknown algorithm")
            pair = Der(value)
            numbers = pair.into(SEQUENCE)
            pair.end()
            numbers.raw(INTEGER)
            numbers.raw(INTEGER)
            numbers.end()
            key.verify(value, signed, ec.ECDSA(self.hash))
        except InvalidSignature:
            raise Malformed("the signature over MANIFEST is wrong") from None


class TimeStamp:
    """A TimeStampResp (F-42, RFC 3161) over `covered`. Raises Malformed unless it is right; whether its
    authority is to be trusted is another question."""

    TST_INFO = oid("1.2.840.113549.1.9.16.1.4")
    HASHES = {"608648016503040201": "sha256", "608648016503040202": "sha384", "608648016503040203": "sha512"}

    def __init__(self, data, covered):
        outer = Der(data)
        response = outer.into(SEQUENCE)
        outer.end()
        response.expect(encode(SEQUENCE, encode(INTEGER, b"\0")))
        content = response.into(SEQUENCE)
        response.end()
        content.expect(oid("1.2.840.113549.1.7.2"))
        wrapper = content.into(0xA0)
        content.end()
        signed = wrapper.into(SEQUENCE)
        wrapper.end()
        signed.raw(INTEGER)
        signed.raw(SET)
        inner = signed.into(SEQUENCE)
        inner.expect(self.TST_INFO)
        holder = inner.into(0xA0)
        inner.end()
        self.info = holder.content(OCTETS)
        holder.end()
        embedded = list(signed.into(0xA0).rest_of(SEQUENCE)) if signed.peek() == 0xA0 else []
        signers = signed.set_of(SET, (SEQUENCE,))
        signed.end()
        need(len(signers) == 1, "time stamp: not exactly one signer")
        self.read_info(covered)
        self.check_signer(Der(signers[0]).into(SEQUENCE), embedded)

    def read_info(self, covered):
        info = Der(self.info).into(SEQUENCE)
        info.expect(encode(INTEGER, b"\1"))
        info.raw(OID)
        imprint = info.into(SEQUENCE)
        name = self.HASHES.get(imprint.into(SEQUENCE).content(OID).hex())
        need(name, "time stamp: unknown hash")
        digest = imprint.content(OCTETS)
        need(digest == hashlib.new(name, covered).digest(), "time stamp: over something else")
        info.raw(INTEGER)
        text = info.content(0x18).decode("ascii").rstrip("Z").partition(".")[0]
        self.time = datetime.datetime.strptime(text, "%Y%m%d%H%M%S")

    def check_signer(self, signer, embedded):
        signer.raw(INTEGER)
        who = signer.raw(SEQUENCE)
        algorithm = signer.into(SEQUENCE).content(OID).hex()
        attributes = signer.raw(0xA0)
        signer.raw(SEQUENCE)
        value = signer.content(OCTETS)
        need(not signer.more(), "time stamp: holds what its authority did not sign")
        certificates = [c for c in embedded if issuer_and_serial_of(c) == who]
        need(certificates, "time stamp: its authority's certificate is missing")
        names = {"608648016503040201": hashes.SHA256(), "608648016503040202": hashes.SHA384(),
                 "608648016503040203": hashes.SHA512()}  # fmt: skip
        need(algorithm in names, "time stamp: unknown digest")
        digest = hashes.Hash(names[algorithm])
        digest.update(self.info)
        need(encode(OCTETS, digest.finalize()) in attributes, "time stamp: its content was changed")
        key = load_certificate(certificates[0]).public_key()
        covered = bytes([SET]) + attributes[1:]
        try:
            if isinstance(key, rsa.RSAPublicKey):
                key.verify(value, covered, padding.PKCS1v15(), names[algorithm])
            else:
                key.verify(value, covered, ec.ECDSA(names[algorithm]))
        except InvalidSignature:
            raise Malformed("the signature of the time stamp is wrong") from None


def check_lists(text):
    """MANIFEST.crl (F-43)."""
    pem = re.findall(rb"-----BEGIN X509 CRL-----.*?-----END X509 CRL-----\n", text, re.DOTALL)
    need(pem and b"".join(pem) == text, "revocation lists: not PEM in its one form")
    try:
        lists = [x509.load_pem_x509_crl(each) for each in pem]
    except ValueError:
        raise Malformed("revocation lists: one cannot be read") from None
    ders = [each.public_bytes(serialization.Encoding.DER) for each in lists]
    need(ders == sorted(set(ders)), "revocation lists: not in their order")
    again = b"".join(each.public_bytes(serialization.Encoding.PEM) for each in lists)
    need(again == text, "revocation lists: not PEM in its one form")


def load_certificate(der):
    try:
        certificate = x509.load_der_x509_certificate(der)
        certificate.public_key()
        list(certificate.extensions)
        return certificate
    except Exception as e:  # the library has many: InvalidVersion, UnsupportedAlgorithm ...
        raise Malformed(f"a certificate cannot be read: {type(e).__name__}") from None


def names_of(der):
    """The encoded serial number and issuer of a certificate."""
    tbs = Der(der).into(SEQUENCE).into(SEQUENCE)
    if tbs.peek() == 0xA0:
        tbs.raw(0xA0)
    serial = tbs.raw(INTEGER)
    tbs.raw(SEQUENCE)
    return serial, tbs.raw(SEQUENCE)


def issuer_and_serial_of(der):
    serial, issuer = names_of(der)
    return encode(SEQUENCE, issuer, serial)


def issuer_serial(der):
    """RFC 5035 IssuerSerial: GeneralNames with one directoryName."""
    serial, issuer = names_of(der)
    return encode(SEQUENCE, encode(SEQUENCE, encode(0xA4, issuer)), serial)


# ---- trust (F-25) -------------------------------------------------------------------------------


SIGNING_PURPOSES = {
    "2.5.29.37.0", "1.3.6.1.5.5.7.3.3", "1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.36",
    "1.3.6.1.4.1.311.10.3.12",
}  # fmt: skip


def valid(certificate, name):
    """One end of a certificate's validity. Older versions of the library know no time zones."""
    if hasattr(certificate, name + "_utc"):
        return getattr(certificate, name + "_utc")
    return getattr(certificate, name).replace(tzinfo=datetime.timezone.utc)


class Trust:
    """Anchors and revocation lists from a PEM file."""

    def __init__(self, path):
        with open(path, "rb") as f:
            text = f.read()
        kind = rb"-----BEGIN (CERTIFICATE|X509 CRL)-----.*?-----END \1-----"
        self.anchors, self.crls = [], []
        for match in re.finditer(kind, text, re.DOTALL):
            pem = match.group(0) + b"\n"
            if match.group(1) == b"CERTIFICATE":
                self.anchors.append(x509.load_pem_x509_certificate(pem))
            else:
                self.crls.append(x509.load_pem_x509_crl(pem))
        if not self.anchors:
            raise Untrusted("the trust file holds no certificate")

    def check(self, signature, at):
        """Raises Untrusted unless a chain leads from the signer to an anchor at the time `at`."""
        usage = extension(signature.signer, x509.KeyUsage)
        if usage is not None and not (usage.digital_signature or usage.content_commitment):
            raise Untrusted("the signer's certificate is not one for signatures")
        if not may_sign(signature.signer):
            raise Untrusted("the signer's certificate is for another purpose than signatures")
        self.moment = at.astimezone(datetime.timezone.utc)
        reasons = []
        if not self.leads(signature.signer, signature.others, 0, reasons):
            raise Untrusted(
                reasons[0] if reasons else "the signer's certificate leads to no anchor"
            )

    def leads(self, certificate, others, depth, reasons):
        begin, end = (valid(certificate, name) for name in ("not_valid_before", "not_valid_after"))
        if not begin <= self.moment <= end:
            reasons.append("a certificate is not valid at this time")
            return False
        if certificate in self.anchors:
            return True
        if depth > 16:
            return False
        for issuer in self.anchors + others:
            if not issued(certificate, issuer, depth):
                continue
            if issuer not in self.anchors and not may_sign(issuer):
                reasons.append("a certificate of a CA is for another purpose than signatures")
                continue
            if self.revoked(certificate, issuer):
                reasons.append("a certificate is revoked")
                continue
            if self.leads(issuer, others, depth + 1, reasons):
                return True
        return False

    def revoked(self, certificate, issuer):
        for crl in self.crls:
            if crl.issuer == issuer.subject and crl.is_signature_valid(issuer.public_key()):
                if crl.get_revoked_certificate_by_serial_number(certificate.serial_number):
                    return True
        return False


def extension(certificate, kind):
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def may_sign(certificate):
    """F-26, of the signer's certificate and those of the CAs below the anchor."""
    purposes = extension(certificate, x509.ExtendedKeyUsage)
    return purposes is None or bool({p.dotted_string for p in purposes} & SIGNING_PURPOSES)


def issued(certificate, issuer, depth):
    """Whether `issuer` is a CA that signed `certificate`, which has `depth` CAs below it."""
    if certificate.issuer != issuer.subject or certificate == issuer:
        return False
    constraints, usage = extension(issuer, x509.BasicConstraints), extension(issuer, x509.KeyUsage)
    if constraints is None or not constraints.ca or (usage is not None and not usage.key_cert_sign):
        return False
    if constraints.path_length is not None and constraints.path_length < depth:
        return False
    key, sha = issuer.public_key(), certificate.signature_hash_algorithm
    signed, value = certificate.tbs_certificate_bytes, certificate.signature
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(value, signed, ec.ECDSA(sha))
        elif isinstance(key, rsa.RSAPublicKey):
            pss = certificate.signature_algorithm_oid.dotted_string == "1.2.840.113549.1.1.10"
            # PSS parameters of a certificate are taken as hash = MGF1 hash, salt found out.
            scheme = padding.PSS(padding.MGF1(sha), padding.PSS.AUTO) if pss else padding.PKCS1v15()
            key.verify(value, signed, scheme, sha)
        else:
            return False
    except (InvalidSignature, ValueError):
        return False
    return True


def load_key(path, password):
    with open(path, "rb") as f:
        return serialization.load_pem_private_key(f.read(), password)
