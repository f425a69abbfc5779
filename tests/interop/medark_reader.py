#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""An independent, strict reader of medark archives, written from docs/FORMAT.md alone.

    medark_reader.py verify   ARCHIVE --trust CERT [--identity KEY | --passphrase-file FILE]
    medark_reader.py patients ARCHIVE --trust CERT --identity KEY
    medark_reader.py records  ARCHIVE --trust CERT --identity KEY --patient PATIENT-KEY
    medark_reader.py restore  ARCHIVE --trust CERT --identity KEY --to DIR
    medark_reader.py root     ARCHIVE --trust CERT --identity KEY

`verify` with an identity opens and checks everything that is inside too; `root` prints the records
root as computed from the records. Needs Python 3.11, python3-cryptography and the zstd command.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 does not verify, 4 the signer is not trusted, 5 no
identity opens the archive. Nothing is released from an archive that breaks a rule (F-1): the whole
is checked before the first byte is written. It is a yardstick for tests, not a fast tool.
"""

import argparse
import datetime
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

import medark_cms as cms
from medark_cms import Malformed, need

KIB, MIB = 1024, 1024 * 1024
TABLES = (
    "items", "segments", "patients", "identifiers", "names", "births", "outside", "quarantine",
)  # fmt: skip
CHANGES = "changes"  # of an increment
TEXTS = ("README.txt", "RECOVER.sh", "FORMAT.md")
SEALED_MAX = 64 * MIB + 64 * KIB
NESTING_MAX = 512
MEMBER_MAX = {  # section 13
    **dict.fromkeys(TEXTS, MIB),
    "header.json": 64 * KIB,
    "keys.p7m": 64 * KIB,
    "summary.json": MIB,
    "MANIFEST": 256 * MIB,
    "MANIFEST.p7s": MIB,
    "LOCATOR": 512,
}
ADDITIONS = [  # F-40, in their order
    *(f"MANIFEST.{n}.p7s" for n in range(2, 10)), "MANIFEST.pq.p7s", "MANIFEST.tsr", "MANIFEST.crl",
    *(f"MANIFEST.{n}.{kind}" for n in range(2, 10) for kind in ("tsr", "crl")),
]  # fmt: skip
PROOF_ADDITIONS = ADDITIONS[:]  # F-29
ADDITIONS += [f"KEYS.{n}.{kind}" for n in range(2, 10) for kind in ("p7m", "p7s")]
MEMBER_MAX.update(dict.fromkeys(ADDITIONS, MIB))
MEMBER_MAX.update(dict.fromkeys([f"KEYS.{n}.p7m" for n in range(2, 10)], 64 * KIB))
DECIMAL = r"(0|[1-9][0-9]{0,18})"
HEX64 = r"[0-9a-f]{64}"


def number(text, most=2**63 - 1):
    """A decimal number of section 1, from bytes."""
    need(re.fullmatch(DECIMAL.encode(), text), "not a decimal number")
    value = int(text)
    need(value <= most, "number out of range")
    return value


def nesting(text):
    """How deep a JSON text is nested; the outermost object is 1 deep."""
    deepest = depth = 0
    for bracket in re.findall(r"[][{}]", re.sub(r'"(?:[^"\\]|\\.)*"', "", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def strict_json(data, what):
    """RFC 8259, UTF-8, no byte order mark, no repeated names, no NaN, no lone surrogates, 512 deep."""

    def unique(pairs):
        need(len({name for name, _ in pairs}) == len(pairs), f"{what}: a name is repeated")
        return dict(pairs)

    def refuse(_constant):
        raise Malformed(f"{what}: not JSON")

    try:
        text = data.decode("utf-8")
        need(not text.startswith("\ufeff"), f"{what}: has a byte order mark")
        # Python's own limit is another one in each version.
        need(nesting(text) <= NESTING_MAX, f"{what}: nested too deep")
        value = json.loads(text, object_pairs_hook=unique, parse_constant=refuse)
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise Malformed(f"{what}: not JSON") from None
    need(type(value) is dict, f"{what}: not a JSON object")
    return value


def index_json(data, what):
    """Of the index: no name is written with escapes either (section 8)."""
    value = strict_json(data, what)
    for text, colon in re.findall(rb'"((?:[^"\\]|\\.)*)"\s*(:?)', data):
        need(not colon or b"\\" not in text, f"{what}: a name has escapes")
    return value


def count(value, what):
    need(type(value) is int and 0 <= value < 2**63, f"{what}: not a count")
    return value


# ---- the tar file (section 2) -------------------------------------------------------------------


def tar_header(name, size):
    """F-3: the one header that a member of this name and size has."""
    h = bytearray(512)

    def put(offset, value):
        h[offset : offset + len(value)] = value

    put(0, name.encode("ascii"))
    put(100, b"0000644")
    put(108, b"0000000")
    put(116, b"0000000")
    put(124, b"%011o" % size)
    put(136, b"07033241600")
    put(148, b" " * 8)
    put(156, b"0")
    put(257, b"ustar\x0000")
    put(329, b"0000000")
    put(337, b"0000000")
    put(148, b"%06o\0 " % sum(h))
    return bytes(h)


def padded(size):
    return (size + 511) // 512 * 512


class Member:
    def __init__(self, name, size, sha256, offset):
        self.name, self.size, self.sha256, self.offset = name, size, sha256, offset


def check_order(names):
    """F-40."""
    places = [ADDITIONS.index(name) for name in names]
    need(places == sorted(set(places)), "additions do not stand in their order")
    keys = [name for name in names if name.startswith("KEYS.")]
    need(keys == [f"KEYS.{n // 2 + 2}.p7{'ms'[n % 2]}" for n in range(len(keys) // 2 * 2)],
         "recipients that were added, or a signature of theirs, are missing")  # fmt: skip
    names = names[:len(names) - len(keys)]
    for kind in ("p7s", "tsr"):
        numbers = [1] * (kind == "p7s") + [
            int((re.search(r"\.(\d)\.", name) or [0, 1])[1])
            for name in names if name.endswith(kind) and ".pq." not in name
        ]  # fmt: skip
        need(numbers == list(range(1, len(numbers) + 1)), f"a number of a .{kind} is missing")
    for name in names:
        before = name.replace(".crl", ".tsr")
        need(name == "MANIFEST.crl" or not name.endswith(".crl") or before in names,
             f"{name} stands without {before}")  # fmt: skip


def check_additions(manifest, signature, additions):
    """F-40 to F-43: what is there is right; whether anybody trusts it is another question. Gives the
    further signatures, the stamps, and the signatures of who added recipients."""
    check_order([name for name, _ in additions])
    signatures, stamps, adders = [], [], []
    for i, (name, content) in enumerate(additions):
        if name.endswith(".tsr"):
            before = b"".join(content for _, content in additions[:i])
            stamps.append(cms.TimeStamp(content, signature if name == "MANIFEST.tsr" else manifest + signature + before))
        elif name.endswith(".crl"):
            cms.check_lists(content)
        elif name.startswith("KEYS."):
            if name.endswith(".p7s"):  # F-47
                sums = ((manifest, "MANIFEST"), additions[i - 1][::-1])
                text = "".join(f"{hashlib.sha256(data).hexdigest()}  {of}\n" for data, of in sums)
                adders.append(cms.Signature(content, text.encode()))
        elif ".pq." not in name:
            signatures.append(cms.Signature(content, manifest))
    return signatures, stamps, adders


class Archive:
    """An archive whose every byte has been checked against its signed manifest."""

    def __init__(self, path, trust, at):
        self.file = open(path, "rb")
        self.size = self.file.seek(0, os.SEEK_END)
        self.read_end()
        # 12.1: nothing is believed before the signature and its chain.
        self.signature = cms.Signature(self.signature_bytes, self.manifest_bytes)
        trust.check(self.signature, at)
        self.cosignatures, self.stamps, self.adders = check_additions(
            self.manifest_bytes, self.signature_bytes, self.additions)
        self.parse_manifest()
        self.check_members()
        self.check_clear()

    def at(self, offset, size):
        need(offset <= self.size, "the archive is cut short")
        self.file.seek(offset)
        data = self.file.read(size)
        need(len(data) == size, "the archive is cut short")
        return data

    def member_at(self, offset, name):
        """The content of a member of an unknown size; the offset behind it."""
        header = self.at(offset, 512)
        digits = header[124:135]
        need(re.fullmatch(rb"[0-7]{11}", digits), f"no header of {name} where it has to be")
        size = int(digits, 8)
        need(header == tar_header(name, size), f"no header of {name} where it has to be")
        need(size <= MEMBER_MAX[name], f"{name} is too large")
        content = self.at(offset + 512, padded(size))
        need(not any(content[size:]), f"{name}: padding is not zero")
        return content[:size], offset + 512 + padded(size)

    def read_end(self):
        """F-5, F-8: from the end of the file to MANIFEST and MANIFEST.p7s."""
        need(self.size >= 2048 and self.size % 512 == 0, "not a medark archive: wrong size")
        end = self.at(self.size - 2048, 2048)
        need(end[:512] == tar_header("LOCATOR", 512), "not a medark archive: no LOCATOR at its end")
        need(not any(end[1024:]), "the end of the archive is not zero")
        line = re.match(rb"medark-locator 1\nmanifest-offset ([0-9]+)\n", end[512:1024])
        need(line, "LOCATOR is malformed")
        need(end[512 + line.end() : 1024].strip(b"\n") == b"", "LOCATOR is malformed")
        self.manifest_offset = number(line.group(1))
        self.manifest_bytes, after = self.member_at(self.manifest_offset, "MANIFEST")
        self.signature_bytes, after = self.member_at(after, "MANIFEST.p7s")
        self.additions = []
        while after < self.size - 2048:
            name = self.at(after, 100).rstrip(b"\0").decode("ascii", "replace")
            need(name in ADDITIONS, "something stands between MANIFEST.p7s and LOCATOR that has no place there")
            content, after = self.member_at(after, name)
            self.additions.append((name, content))
        need(after == self.size - 2048, "something stands between MANIFEST.p7s and LOCATOR")

    def parse_manifest(self):
        """F-21."""
        text = self.manifest_bytes
        need(text.endswith(b"\n") and text.isascii(), "MANIFEST: not lines of ASCII")
        lines = text[:-1].split(b"\n")
        head = (
            rb"# medark manifest 1", rb"# archive ([0-9a-f]{32})", rb"# sequence (.+)",
            rb"# previous (-|[0-9a-f]{64})", rb"# members (.+)", rb"# records (.+)",
            rb"# leaves (.+)", rb"# records-root ([0-9a-f]{64})",
        )  # fmt: skip
        need(len(lines) >= len(head), "MANIFEST: cut short")
        found = [re.fullmatch(form, line) for form, line in zip(head, lines)]
        need(all(found), "MANIFEST: malformed head")
        self.id_hex = found[1].group(1).decode()
        self.id = bytes.fromhex(self.id_hex)
        self.sequence = number(found[2].group(1))
        self.previous = found[3].group(1).decode()
        total, self.records, self.leaves = (number(found[i].group(1)) for i in (4, 5, 6))
        self.records_root = found[7].group(1).decode()
        rows = lines[len(head) :]
        need(len(rows) == 2 * total, "MANIFEST: wrong number of members")
        self.members, offset = {}, 0
        for size_line, hash_line in zip(rows[::2], rows[1::2]):
            need(size_line[:1] == b"#", "MANIFEST: malformed member")
            size = number(size_line[1:])
            match = re.fullmatch(rb"([0-9a-f]{64})  ([A-Za-z0-9._/-]{1,99})", hash_line)
            need(match, "MANIFEST: malformed member")
            name = match.group(2).decode()
            need(name not in self.members, f"MANIFEST: {name} stands twice")
            self.members[name] = Member(name, size, match.group(1).decode(), offset)
            offset += 512 + padded(size)
        need(offset == self.manifest_offset, "MANIFEST does not stand where the members end")

    def check_members(self):
        """F-7: the one order of members; then each one's header, padding and SHA-256."""
        need(len(self.members) + 3 <= 16777216, "too many members")
        counts = {}
        for name in self.members:
            folder, _, rest = name.rpartition("/")
            if re.fullmatch(r"[0-9]{8}\.zst\.p7m", rest):
                counts[folder] = counts.get(folder, 0) + 1
        self.segments = counts.get("data", 0)
        self.pages = {t: counts.get("index/" + t, 0) for t in (*TABLES, CHANGES)}
        order = [*TEXTS, "header.json", "keys.p7m"]
        order += [f"data/{n:08d}.zst.p7m" for n in range(1, self.segments + 1)]
        for t in self.pages:
            order += [f"index/{t}/{n:08d}.zst.p7m" for n in range(1, self.pages[t] + 1)]
        order += ["index/root.zst.p7m", "summary.json"]
        need(list(self.members) == order, "the members are not those of an archive, in its order")
        for member in self.members.values():
            most = MEMBER_MAX.get(member.name, SEALED_MAX)
            need(member.size <= most, f"{member.name} is too large")
            self.check_member(member)

    def check_member(self, member):
        name, size = member.name, member.size
        header = self.at(member.offset, 512)
        need(header == tar_header(name, size), f"{name}: wrong tar header")
        content = self.at(member.offset + 512, padded(size))
        need(not any(content[size:]), f"{name}: padding is not zero")
        content = content[:size]
        need(hashlib.sha256(content).hexdigest() == member.sha256, f"{name} has changed")
        if name.endswith(".zst.p7m"):
            cms.Segment(content, self.id, name)  # F-13 needs no key

    def content(self, name):
        """A member's bytes, checked again: the file could have changed in the meantime."""
        member = self.members[name]
        content = self.at(member.offset + 512, member.size)
        need(hashlib.sha256(content).hexdigest() == member.sha256, f"{name} has changed")
        return content

    # ---- header.json, keys.p7m, summary.json (sections 3, 4, 9; F-22) ----

    def check_clear(self):
        self.header = h = strict_json(self.content("header.json"), "header.json")
        need(h.get("format") == "medark", "header.json: not a medark archive")
        need(type(h.get("version")) is int and h["version"] == 1, "this version is not known")
        names = "format version archive created kek_commit recipients sequence previous tool source"
        need(set(h) == set(names.split()), "header.json: a name is missing or unknown")
        need(h["archive"] == self.id_hex, "header.json: wrong archive id")
        need(is_time(h["created"]), "header.json: bad time")
        need(is_hex(h["kek_commit"], 64), "header.json: bad kek_commit")
        need(type(h["sequence"]) is int and h["sequence"] >= 1, "header.json: bad sequence")
        need(h["sequence"] == self.sequence, "header.json: sequence is not MANIFEST's")
        first = h["previous"] is None
        need(first == (h["sequence"] == 1), "header.json: previous does not fit sequence")
        need(first or is_hex(h["previous"], 64), "header.json: bad previous")
        need(self.previous == ("-" if first else h["previous"]), "header.json: wrong previous")
        for name, form in (("tool", "[ -~]{1,64}"), ("source", "[a-z0-9-]{1,32}")):
            need(type(h[name]) is str and re.fullmatch(form, h[name]), f"header.json: bad {name}")
        need(type(h["recipients"]) is list, "header.json: bad recipients")
        for recipient in h["recipients"]:
            check_recipient(recipient)
        check_cost([r["kdf"] for r in h["recipients"] if "kdf" in r])
        self.keys = cms.Keys(self.content("keys.p7m"))
        self.keys.check(h["recipients"])
        self.revisions = []
        for name, content in self.additions:
            if re.fullmatch(r"KEYS\.\d\.p7m", name):
                self.revisions.append(cms.Keys(content))
                self.revisions[-1].check_extends([self.keys, *self.revisions][-2], name)
        self.check_summary()

    def check_summary(self):
        self.summary = s = strict_json(self.content("summary.json"), "summary.json")
        counts = "sources items bytes records opaque patients quarantined duplicates skipped".split()
        others = "format version archive types reasons declared complete".split()
        need(set(s) - {"servers"} == {*counts, *others}, "summary.json: a name is missing or unknown")
        if "servers" in s:
            check_servers(s["servers"])
        need(
            (s["format"], s["archive"]) == ("medark", self.id_hex)
            and (type(s["version"]) is int and s["version"] == 1),
            "summary.json: format, version or archive is not the header's",
        )
        for name in counts:
            count(s[name], "summary.json")
        for name, most in (("types", 1024), ("reasons", 64), ("declared", 1024)):
            if name != "declared" or s[name] is not None:
                need(type(s[name]) is dict and len(s[name]) <= most, f"summary.json: bad {name}")
                for entry, value in s[name].items():
                    need(re.fullmatch(r"[A-Za-z0-9._-]{1,64}", entry), "summary.json: bad name")
                    count(value, "summary.json")
        need(type(s["complete"]) is bool, "summary.json: bad complete")
        need(
            not s["complete"] or s["quarantined"] == s["skipped"] == 0,
            "summary.json: complete, but something is quarantined or skipped",
        )
        need(s["records"] == self.records, "summary.json: records are not MANIFEST's")

    # ---- opening (12.4, 12.5; sections 5, 6, 8) ----

    def open(self, key, passphrase):
        self.key = None
        for keys in (self.keys, *self.revisions):
            listed = self.header["recipients"] if keys is self.keys else [{}] * len(keys.recipients)
            self.key = self.key or keys.open(key, passphrase if keys is self.keys else None, listed)
        if not self.key:
            raise cms.NoIdentity("no identity opens this archive")
        commit = cms.labelled(self.key, b"medark kek-commit v1", self.id)
        need(commit.hex() == self.header["kek_commit"], "the archive key is not the committed one")
        self.salt_key = cms.labelled(self.key, b"medark record-salt v1", self.id)

    def unseal(self, name, kind, n, most):
        plain = cms.Segment(self.content(name), self.id, name).open(self.key)
        return decompress(plain, self.id_hex, kind, n, most, name)

    def segment(self, n):
        name = f"data/{n:08d}.zst.p7m"
        return DataSegment(self.unseal(name, "data", n, 80 * MIB), n, name)


def is_hex(value, digits):
    return type(value) is str and re.fullmatch(r"[0-9a-f]*", value) and len(value) == digits


def is_time(value):
    if type(value) is not str:
        return False
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value, re.ASCII):
        return False
    try:
        datetime.datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ")
        return True
    except ValueError:
        return False


def check_cost(specs):
    """F-27: all passphrases of an archive together."""
    scrypt = sum(kdf["n"] * kdf["p"] for kdf in specs if kdf["name"] == "scrypt")
    iterations = sum(kdf["iterations"] for kdf in specs if kdf["name"] != "scrypt")
    need(scrypt <= 2**22 and iterations <= 10_000_000, "header.json: kdf costs too much")


def check_recipient(r):
    need(type(r) is dict, "header.json: bad recipient")
    kinds = ("rsa-oaep", "ecdh-p256", "ecdh-p384", "passphrase", "ml-kem-768", "ml-kem-1024")
    need(r.get("kind") in kinds, "header.json: unknown kind of recipient")
    names = {"kind", "id", "kdf"} if r["kind"] == "passphrase" else {"kind", "id"}
    need(set(r) == names and type(r["id"]) is str, "header.json: bad recipient")
    if r["kind"] != "passphrase":
        return
    kdf = r["kdf"]
    need(type(kdf) is dict and is_hex(kdf.get("salt"), 32), "header.json: bad kdf")
    whole = {n: v for n, v in kdf.items() if type(v) is int}
    if kdf.get("name") == "scrypt":
        need(
            set(kdf) == {"name", "salt", "n", "r", "p"} and len(whole) == 3, "header.json: bad kdf"
        )
        power = kdf["n"] & (kdf["n"] - 1) == 0
        need(power and 2**14 <= kdf["n"] <= 2**20, "header.json: scrypt n out of range")
        need(kdf["r"] == 8 and 1 <= kdf["p"] <= 4, "header.json: scrypt r or p out of range")
    else:
        need(
            kdf.get("name") == "pbkdf2-sha512" and set(kdf) == {"name", "salt", "iterations"},
            "header.json: bad kdf",
        )
        need(
            whole and 100000 <= kdf["iterations"] <= 10000000,
            "header.json: iterations out of range",
        )


# ---- compression (F-14, F-15) -------------------------------------------------------------------


def decompress(plain, archive, kind, n, most, what):
    """Checks the binding and the form of the frames; the bytes of the one zstd frame."""
    binding = b'{"archive":"%s","kind":"%s","number":%d}' % (archive.encode(), kind.encode(), n)
    frame = b"\x50\x2a\x4d\x18" + len(binding).to_bytes(4, "little") + binding
    need(plain.startswith(frame), f"{what}: wrong binding: this is another segment")
    start = len(frame)
    size, end = zstd_frame(plain, start, what)
    need(size <= most, f"{what}: decompresses to more than is allowed")
    padding = plain[end:]
    if padding:
        need(
            padding[:4] == b"\x51\x2a\x4d\x18" and len(padding) >= 8,
            f"{what}: bytes after the frame",
        )
        length = int.from_bytes(padding[4:8], "little")
        need(len(padding) == 8 + length and not any(padding[8:]), f"{what}: malformed padding")
    return zstd(plain[start:end], size, what)


def zstd_frame(data, start, what):
    """RFC 8878 3.1.1: the content size and the end of the frame that begins at `start`."""
    need(data[start : start + 4] == b"\x28\xb5\x2f\xfd", f"{what}: no zstd frame")
    need(len(data) > start + 5, f"{what}: zstd frame is cut short")
    descriptor = data[start + 4]
    need(descriptor & 0b00000011 == 0, f"{what}: zstd frame with a dictionary")
    need(descriptor & 0b00001000 == 0, f"{what}: zstd frame with the reserved bit")
    checksum = 4 if descriptor & 0b00000100 else 0
    single, at = descriptor & 0b00100000, start + 5
    window = None
    if not single:
        exponent, mantissa = data[at] >> 3, data[at] & 7
        window = (1 << (10 + exponent)) // 8 * (8 + mantissa)
        at += 1
    width = {0: 1 if single else 0, 1: 2, 2: 4, 3: 8}[descriptor >> 6]
    need(width, f"{what}: zstd frame without content size")
    size = int.from_bytes(data[at : at + width], "little") + (256 if width == 2 else 0)
    at += width
    need((size if window is None else window) <= 8 * MIB, f"{what}: zstd window is too large")
    last = False
    while not last:
        need(at + 3 <= len(data), f"{what}: zstd frame is cut short")
        block = int.from_bytes(data[at : at + 3], "little")
        last, form = block & 1, block >> 1 & 3
        need(form != 3, f"{what}: zstd block of the reserved kind")
        at += 3 + (1 if form == 1 else block >> 3)
    need(at + checksum <= len(data), f"{what}: zstd frame is cut short")
    return size, at + checksum


def zstd(frame, size, what):
    with tempfile.TemporaryFile() as source:
        source.write(frame)
        source.seek(0)
        command = ["zstd", "-dc", "--no-progress", "-q"]
        with subprocess.Popen(command, stdin=source, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL) as process:  # fmt: skip
            out = process.stdout.read(size + 1)
            if len(out) > size:
                process.kill()
        need(process.returncode == 0 and len(out) == size, f"{what}: zstd cannot decompress it")
    return out


# ---- data segments (section 6) and the record tree (section 7) ----------------------------------


class DataSegment:
    """A data segment's map and content. `extents`: (kind, item, offset, place in the content,
    length); `records`: the leaves as (start, end) in the content, in order."""

    def __init__(self, data, n, what):
        self.number, self.what = n, what
        lines, at = [], 0
        while True:
            end = data.find(b"\n", at, 16 * MIB)
            need(end >= 0, f"{what}: its map does not end")
            line, at = data[at:end], end + 1
            if not line:
                break
            lines.append(line)
        need(len(lines) >= 3 and lines[0] == b"medark-map 1", f"{what}: malformed map")
        head = [
            re.fullmatch(form, line)
            for form, line in zip((b"leaves (.+)", b"content (.+)"), lines[1:])
        ]
        need(all(head), f"{what}: malformed map")
        self.leaves, size = (number(match.group(1)) for match in head)
        self.content = data[at:]
        need(size == len(self.content) <= 64 * MIB, f"{what}: wrong content size in its map")
        self.extents, self.records, place, ends = [], [], 0, {}
        for line in lines[3:]:
            fields = line.split(b" ")
            need(
                len(fields) == 4 and fields[0] in (b"L", b"R", b"P", b"F"), f"{what}: malformed map"
            )
            kind, item, length = (
                fields[0].decode(),
                number(fields[1], 2**32 - 2),
                number(fields[3]),
            )
            if fields[2] == b"=":
                need(item in ends, f"{what}: an extent continues nothing")
                offset = ends[item]
            else:
                offset = number(fields[2])
            need(length >= 1 and offset + length < 2**63, f"{what}: extent out of range")
            need(place + length <= size, f"{what}: extents exceed the content")
            ends[item] = offset + length
            self.extents.append((kind, item, offset, place, length))
            self.add_records(kind, place, place + length)
            place += length
        need(place == size, f"{what}: extents do not cover the content")
        need(len(self.records) == self.leaves, f"{what}: wrong number of leaves in its map")

    def add_records(self, kind, start, end):
        if kind in "RP":
            self.records.append((start, end))
        while kind == "L" and start < end:
            lf = self.content.find(b"\n", start, end)
            stop = end if lf < 0 else lf + 1
            self.records.append((start, stop))
            start = stop

    def hash(self, salt_key):
        """The segment hash of section 7."""
        ecb = Cipher(algorithms.AES(salt_key), modes.ECB()).encryptor()
        s = self.number.to_bytes(8, "big")
        salts = ecb.update(b"".join(s + i.to_bytes(8, "big") for i in range(self.leaves)))
        hashes = []
        for i, (start, end) in enumerate(self.records):
            leaf = hashlib.sha256(b"\0" + salts[16 * i : 16 * i + 16])
            leaf.update(self.content[start:end])
            hashes.append(leaf.digest())
        head = b"\2" + s + self.leaves.to_bytes(8, "big")
        return hashlib.sha256(head + tree(hashes)).digest()


def check_servers(servers):
    """Section 9: where the archive is from, and as of when."""
    need(type(servers) is list and 1 <= len(servers) <= 64, "summary.json: bad servers")
    for server in servers:
        need(
            type(server) is dict and set(server) == {"base", "time", "since", "partial"},
            "summary.json: a name is missing or unknown",
        )
        for name, most in (("base", 512), ("time", 64), ("since", 64)):
            value = server[name]
            need(
                (value is None and name != "base")
                or (type(value) is str and re.fullmatch(r"[ -~]{1,%d}" % most, value)),
                f"summary.json: bad {name}",
            )
        need(type(server["partial"]) is bool, "summary.json: bad partial")


def tree(hashes):
    """RFC 6962 2.1, over hashes."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = 1 << (len(hashes) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + tree(hashes[:k]) + tree(hashes[k:])).digest()


# ---- the index (section 8) ----------------------------------------------------------------------


def unescape(field):
    """A TAB field's bytes; every byte has the one form that the rule gives it."""
    need(not re.search(rb"[\x00-\x1f\x7f]", field), "index: a control character is not escaped")
    plain = {b"t": b"\t", b"n": b"\n", b"r": b"\r", b"\\": b"\\"}

    def one(match):
        if match.group(1) in plain:
            return plain[match.group(1)]
        need(match.group(2), "index: unknown escape")
        byte = bytes.fromhex(match.group(2).decode())
        need(
            (byte < b" " or byte == b"\x7f") and byte not in plain.values(),
            "index: needless escape",
        )
        return byte

    return re.sub(rb"\\(x([0-9a-f]{2})|.|$)", one, field)


class Index:
    """All tables, read whole; checked against each other and the rules of section 8."""

    def __init__(self, archive):
        self.archive = archive
        root = index_json(archive.unseal("index/root.zst.p7m", "root", 1, 64 * MIB), "index root")
        need(root.get("archive") == archive.id_hex, "index root: wrong archive")
        signer = hashlib.sha256(archive.signature.signer_der).hexdigest()
        need(root.get("signer") == signer, "index root: names another signer")
        need(count(root.get("leaves"), "index root") == archive.leaves, "index root: wrong leaves")
        need(
            count(root.get("records"), "index root") == archive.records, "index root: wrong records"
        )
        tables = root.get("tables")
        need(type(tables) is dict and set(TABLES) <= set(tables), "index root: a table is missing")
        need(CHANGES in tables or not archive.pages[CHANGES], "index root: a table is missing")
        self.rows = {name: self.table(name, tables[name]) for name in (*TABLES, CHANGES) if name in tables}
        self.items = [Item(row, n) for n, row in enumerate(self.rows["items"])]
        self.check_parents()
        self.check_counts()
        self.read_segments()
        self.read_patients()
        self.read_lookups()
        self.read_quarantine()
        self.read_changes()

    def table(self, name, entry):
        """The rows of one table as lines without LF, its pages as the root says."""
        need(type(entry) is dict and type(entry.get("pages")) is list, "index root: bad table")
        pages = entry["pages"]
        need(len(pages) == self.archive.pages[name], f"index root: wrong number of {name} pages")
        rows = []
        for n, page in enumerate(pages, 1):
            what = f"index/{name}/{n:08d}"
            data = self.archive.unseal(what + ".zst.p7m", name, n, 16 * MIB)
            need(data.endswith(b"\n"), f"{what}: does not end with a line")
            need(type(page) is list and len(page) == 2, "index root: bad page")
            need(
                type(page[0]) is int and page[0] == len(rows),
                f"index root: wrong first row of {what}",
            )
            rows += data[:-1].split(b"\n")
            first = rows[page[0]]
            key = first.split(b"\t")[0]
            if name == "patients":
                key = str(strict_json(first, what).get("key")).encode()
            need(
                type(page[1]) is str and page[1].encode() == key, f"index root: wrong key of {what}"
            )
        need(
            count(entry.get("rows"), "index root") == len(rows), f"index root: wrong rows of {name}"
        )
        return rows

    def fields(self, name, n):
        """A table's rows as lists of n unescaped fields."""
        out = []
        for row in self.rows[name]:
            parts = row.split(b"\t")
            need(len(parts) == n, f"index/{name}: wrong number of fields")
            out.append([unescape(p) for p in parts])
        return out

    def check_parents(self):
        for item in self.items:
            need(
                (item.parent is not None) == item.kind.startswith("decoded"),
                "index/items: kind and parent do not fit",
            )
            need(item.parent is None or item.parent < item.number, "index/items: bad parent")

    def check_counts(self):
        given = [i for i in self.items if i.parent is None]
        counted = {
            "items": len(given),
            "bytes": sum(i.size for i in given),
            "opaque": sum(i.kind == "opaque" for i in given),
        }
        for name, value in counted.items():
            need(self.archive.summary[name] == value, f"summary.json: {name} are not the index's")

    def read_segments(self):
        self.segments = []
        for n, row in enumerate(self.fields("segments", 4), 1):
            need(number(row[0]) == n, "index/segments: not in order")
            need(re.fullmatch(HEX64.encode(), row[3]), "index/segments: bad hash")
            self.segments.append((number(row[1]), number(row[2]), row[3].decode()))
        need(len(self.segments) == self.archive.segments, "index/segments: wrong number of rows")
        need(
            sum(s[0] for s in self.segments) == self.archive.leaves, "index/segments: wrong leaves"
        )
        root = tree([bytes.fromhex(s[2]) for s in self.segments]).hex()
        need(root == self.archive.records_root, "index/segments: not the records root of MANIFEST")

    def place(self, segment, offset, length):
        """F-20."""
        need(type(segment) is int and 1 <= segment <= len(self.segments), "index: no such segment")
        count(offset, "index")
        need(count(length, "index") >= 1, "index: empty range")
        need(
            offset + length <= self.segments[segment - 1][1], "index: range outside of its segment"
        )
        return segment, offset, length

    def read_patients(self):
        self.patients, last = [], None
        for n, row in enumerate(self.rows["patients"]):
            p = index_json(row, "index/patients")
            need(list(p)[:2] == ["key", "n"] and p["n"] == n, "index/patients: bad row number")
            need(type(p["key"]) is str and p["key"][:1] in "PUI", "index/patients: bad key")
            key = p["key"].encode()
            need(last is None or last < key, "index/patients: not in order")
            last = key
            for name in ("at", "shared"):
                ranges = p.get(name, [])
                need(type(ranges) is list, "index/patients: bad ranges")
                for r in ranges:
                    need(type(r) is list and len(r) == 3, "index/patients: bad ranges")
                    self.place(*r)
                need(ranges == sorted(ranges), "index/patients: ranges are not in order")
            self.patients.append(p)
        need(len(self.patients) == self.archive.summary["patients"], "index/patients: wrong number")

    def read_lookups(self):
        """identifiers, names, births, outside: order and numbers."""
        self.outside = []
        for name, width in (("identifiers", 3), ("names", 2), ("births", 2), ("outside", 2)):
            rows = self.rows[name]
            keys = [row.split(b"\t")[: 2 if name == "identifiers" else 1] for row in rows]
            need(keys == sorted(keys), f"index/{name}: not in order")
            for row in self.fields(name, width):
                if name == "outside":
                    self.outside += [
                        self.place(*(number(f) for f in places(p))) for p in row[1].split(b" ")
                    ]
                    continue
                numbers = [number(f) for f in row[-1].split(b" ")]
                need(
                    1 <= len(numbers) <= (1 if name == "identifiers" else 1000),
                    f"index/{name}: bad row",
                )
                need(numbers == sorted(set(numbers)), f"index/{name}: rows are not ascending")
                need(numbers[-1] < len(self.patients), f"index/{name}: no such patient")

    def read_changes(self):
        """In order, each name once. An increment, and nothing else, has the table."""
        since = [s["since"] for s in self.archive.summary.get("servers", [])]
        need((CHANGES in self.rows) == any(since), "index: changes of no increment, or none of one")
        for name, kind in self.fields(CHANGES, 2) if CHANGES in self.rows else ():
            need(name and kind in (b"+", b"-"), "index/changes: bad row")
        names = [row.split(b"\t")[0] for row in self.rows.get(CHANGES, ())]
        need(names == sorted(set(names)), "index/changes: not in order, or twice")

    def read_quarantine(self):
        """Order and places; what was skipped has no item, what is missing perhaps: those come last."""
        last = (0, 0)
        for reason, item, offset, length, segment, _ in self.fields("quarantine", 6):
            need(re.fullmatch(rb"[a-z0-9-]{1,64}", reason), "index/quarantine: bad reason")
            need(
                reason in (b"skipped", b"missing") if item == b"-" else reason != b"skipped",
                "index/quarantine: an item of what was skipped, or none of what was not",
            )
            offset, end = number(offset), number(offset) + number(length)
            n = len(self.items) if item == b"-" else number(item)
            need(last <= (n, offset), "index/quarantine: not in order")
            last = n, offset
            if item != b"-":
                need(n < len(self.items), "index/quarantine: no such item")
                need(end <= self.items[n].size, "index/quarantine: out of range")
            need(
                segment == b"-" or 1 <= number(segment) <= len(self.segments),
                "index/quarantine: bad segment",
            )


def places(text):
    """SEGMENT:OFFSET:LENGTH"""
    fields = text.split(b":")
    need(len(fields) == 3, "index/outside: malformed place")
    return fields


class Item:
    def __init__(self, row, n):
        fields = row.split(b"\t")
        need(len(fields) == 10, "index/items: wrong number of fields")
        need(number(fields[0]) == n, "index/items: not in order")
        self.number, self.kind = n, fields[1].decode("ascii", "replace")
        plain = "ndjson|json|xml|opaque"
        need(
            re.fullmatch(f"dir|{plain}|decoded(:({plain}))?", self.kind),
            "index/items: unknown kind",
        )
        self.size = number(fields[2])
        need(self.kind != "dir" or self.size == 0, "index/items: a folder has no bytes")
        time = re.fullmatch(rb"(-?)" + DECIMAL.encode() + rb"\.([0-9]{9})", fields[3])
        need(time, "index/items: bad time")
        self.mtime_ns = int(time.group(1) + time.group(2)) * 10**9 + int(time.group(3))
        need(re.fullmatch(rb"[0-7]{4}", fields[4]), "index/items: bad mode")
        self.mode = int(fields[4], 8)
        self.parent = None if fields[5] == b"-" else number(fields[5])
        self.first, self.last = ((None if f == b"-" else number(f)) for f in fields[6:8])
        need(
            (self.first is None) == (self.last is None) == (self.size == 0),
            "index/items: bad segments",
        )
        self.records = number(fields[8])
        self.path = unescape(fields[9])
        need(1 <= len(self.path) <= 4096, "index/items: bad path")
        self.got, self.seen = [], set()  # extents and segments met, for F-17
        self.parts, self.goes_on = set(), set()  # where R and P extents begin; where P ones end

    def covered(self):
        """F-17, and that `first` and `last` tell the truth."""
        at = 0
        for offset, length in sorted(self.got):
            need(offset == at, f"item {self.number}: a gap or an overlap in its bytes")
            at += length
        need(at == self.size, f"item {self.number}: its extents do not cover it")
        need(self.goes_on <= self.parts, f"item {self.number}: a record in parts does not go on")
        if self.seen:
            need(
                (self.first, self.last) == (min(self.seen), max(self.seen)),
                "index/items: bad segments",
            )


def read_records(archive, index, each=None):
    """Opens every data segment and checks all that the archive says of it; calls `each` with it."""
    for n, (leaves, size, wanted) in enumerate(index.segments, 1):
        segment = archive.segment(n)
        need(
            (segment.leaves, len(segment.content)) == (leaves, size),
            f"{segment.what}: not as indexed",
        )
        need(segment.hash(archive.salt_key).hex() == wanted, f"{segment.what}: wrong segment hash")
        for kind, item, offset, _, length in segment.extents:
            need(item < len(index.items), f"{segment.what}: no such item")
            item = index.items[item]
            need(offset + length <= item.size, f"{segment.what}: extent outside of its item")
            item.got.append((offset, length))
            item.seen.add(n)
            if kind in "RP":
                item.parts.add(offset)
            if kind == "P":
                item.goes_on.add(offset + length)
        if each:
            each(segment)
    for item in index.items:
        item.covered()


def check_ranges(archive, index):
    """No range of a patient or of `outside` cuts a record."""
    wanted = {}
    for patient in index.patients:
        for segment, offset, length in patient.get("at", []) + patient.get("shared", []):
            wanted.setdefault(segment, []).append((offset, offset + length))
    for segment, offset, length in index.outside:
        wanted.setdefault(segment, []).append((offset, offset + length))

    def each(segment):
        # Where a record ends or begins, and so where a frame (F) does.
        borders = {at for record in segment.records for at in record}
        borders |= {place for _, _, _, place, _ in segment.extents} | {len(segment.content)}
        for start, end in wanted.get(segment.number, []):
            need({start, end} <= borders, f"{segment.what}: a range cuts a record")

    read_records(archive, index, each)


# ---- commands -----------------------------------------------------------------------------------


def say(text):
    sys.stdout.buffer.write(text.encode() if type(text) is str else text)


def verify(archive, _options):
    if hasattr(archive, "key"):
        check_ranges(archive, Index(archive))
        say("every record opens and is where the index says\n")
    subject = archive.signature.signer.subject.rfc4514_string().encode("ascii", "backslashreplace")
    say(
        b"signed by "
        + subject
        + f" at {archive.signature.time:%Y-%m-%dT%H:%M:%SZ} (claimed)\n".encode()
    )
    for each in archive.cosignatures:
        who = each.signer.subject.rfc4514_string().encode("ascii", "backslashreplace")
        say(b"signed too by " + who + b" (not judged)\n")
    for each in archive.stamps:
        say(f"stamped at {each.time:%Y-%m-%dT%H:%M:%SZ} (the authority is not judged)\n")
    say(f"{len(archive.members) + 3 + len(archive.additions)} members, {archive.records} records: verified\n")


def patients(archive, _options):
    index = Index(archive)
    read_records(archive, index)
    for row in index.rows["patients"]:
        say(row + b"\n")


def records(archive, options):
    """The bytes of a patient's records, as the index finds them."""
    index = Index(archive)
    check_ranges(archive, index)
    for patient in index.patients:
        if patient["key"] == options.patient:
            for n, offset, length in patient.get("at", []) + patient.get("shared", []):
                say(archive.segment(n).content[offset : offset + length])
            return
    raise SystemExit("no such patient")


def root(archive, _options):
    index, hashes = Index(archive), []
    read_records(archive, index, lambda segment: hashes.append(segment.hash(archive.salt_key)))
    computed = tree(hashes).hex()
    need(computed == archive.records_root, "the records root is not MANIFEST's")
    say(computed + "\n")


def restore(archive, options):
    """Every item under its path. The folder appears when all of it is there and checked."""
    target = os.fsencode(options.to)
    if os.path.lexists(target):
        raise SystemExit("the target exists already")
    partial = target.rstrip(b"/") + b".partial"
    os.mkdir(partial, 0o700)
    try:
        index = Index(archive)
        paths = {i.number: safe_path(partial, i.path) for i in index.items if i.parent is None}
        for item in index.items:
            if item.number in paths and item.kind == "dir":
                os.makedirs(paths[item.number], exist_ok=True)
        for item in index.items:
            if item.number in paths and item.kind != "dir":
                os.makedirs(os.path.dirname(paths[item.number]), exist_ok=True)
                os.close(os.open(paths[item.number], os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))

        def each(segment):
            for _, item, offset, place, length in segment.extents:
                if item in paths:
                    with open(paths[item], "r+b") as f:
                        f.seek(offset)
                        f.write(segment.content[place : place + length])

        read_records(archive, index, each)
        # Folders last and the deepest first: writing into a folder changes its time.
        for item in sorted(index.items, key=lambda i: (i.kind == "dir", -i.path.count(b"/"))):
            if item.number in paths:
                os.chmod(paths[item.number], item.mode & 0o777)
                os.utime(paths[item.number], ns=(item.mtime_ns, item.mtime_ns))
        os.rename(partial, target)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


def safe_path(folder, path):
    parts = path.split(b"/")
    need(
        not {b"", b".", b".."} & set(parts) and b"\0" not in path, "an item's path leads elsewhere"
    )
    return os.path.join(folder, *parts)


def arguments():
    parser = argparse.ArgumentParser(description="An independent reader of medark archives")
    parser.add_argument("verb", choices=[f.__name__ for f in COMMANDS])
    parser.add_argument("archive")
    parser.add_argument("--trust", required=True, help="PEM: anchors and revocation lists")
    parser.add_argument("--at", help="judge certificates at this time: 2026-11-22T03:10:00Z")
    parser.add_argument("--identity", help="PEM: a private key")
    parser.add_argument("--key-passphrase-file", help="opens the private key")
    parser.add_argument("--passphrase-file", help="opens the archive")
    parser.add_argument("--to", help="a folder that does not exist yet")
    parser.add_argument("--patient", help="a key as `patients` prints it")
    options = parser.parse_args()
    if (options.verb == "restore") != (options.to is not None):
        parser.error("restore needs --to, and nothing else does")
    if (options.verb == "records") != (options.patient is not None):
        parser.error("records needs --patient, and nothing else does")
    if options.verb != "verify" and not (options.identity or options.passphrase_file):
        parser.error("this needs --identity or --passphrase-file")
    if options.at and not is_time(options.at):
        parser.error("--at needs a time such as 2026-11-22T03:10:00Z")
    return options


def secret(path):
    """A passphrase from a file: its bytes without the line end."""
    if path is None:
        return None
    with open(path, "rb") as f:
        return f.read().removesuffix(b"\n").removesuffix(b"\r")


COMMANDS = (verify, patients, records, restore, root)


def main():
    options = arguments()
    now = datetime.datetime.now(datetime.timezone.utc)
    at = datetime.datetime.fromisoformat(options.at.replace("Z", "+00:00")) if options.at else now
    try:
        archive = Archive(options.archive, cms.Trust(options.trust), at)
        if options.identity or options.passphrase_file:
            key = None
            if options.identity:
                key = cms.load_key(options.identity, secret(options.key_passphrase_file))
            archive.open(key, secret(options.passphrase_file))
        {f.__name__: f for f in COMMANDS}[options.verb](archive, options)
        return 0
    except Malformed as e:
        print(f"does not verify: {e}", file=sys.stderr)
        return 3
    except cms.Untrusted as e:
        print(f"not trusted: {e}", file=sys.stderr)
        return 4
    except cms.NoIdentity as e:
        print(f"{e}", file=sys.stderr)
        return 5


if __name__ == "__main__":
    sys.exit(main())
