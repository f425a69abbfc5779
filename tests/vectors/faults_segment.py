# SPDX-License-Identifier: Apache-2.0
"""Faults of sealed segments and of what is inside (F-13 to F-18), with a right signature over them."""

from clinic import LETTER, OBSERVATION, PATIENT
from craft import (
    ID_DATA, OCTETS, SEQUENCE, SET, aes_gcm, aes_key_wrap, binding, block, chance, cms, encode, oid,
    repeated, skippable, zstd)  # fmt: skip
from vector import (
    DATA1, FORM, INSIDE, ROOT, Vector, append, flip, line, odd, page, prepend, put, sub)  # fmt: skip

ID, KEY = chance("archive id", 16), chance("archive key", 32)
ATTRIBUTES = encode(SEQUENCE, oid("1.2.840.113549.1.9.3"), encode(SET, ID_DATA))
CBC = encode(SEQUENCE, oid("2.16.840.1.101.3.4.1.42"), encode(OCTETS, chance("iv", 16)))
NONCE = chance(DATA1 + " nonce", 12)
AES128_GCM = aes_gcm(NONCE).replace(oid("2.16.840.1.101.3.4.1.46"), oid("2.16.840.1.101.3.4.1.6"))
WRAPPED = aes_key_wrap(KEY, chance(DATA1 + " content key", 32))
MIB = 1 << 20


def sealed(name, codes=FORM, words="sealed|structure|data/", **options):
    return Vector("segment-" + name, "F-13", codes, words, {"seal " + DATA1: odd(**options)})


def raw(name, change, codes=FORM):
    return Vector("segment-" + name, "F-13", codes, "data/00000001|segment 1", {DATA1: change})


def one(recipient):
    return lambda _recipients: [recipient]


def kek(key_id=ID, wrapped=WRAPPED):
    return cms.kek_recipient(key_id, wrapped)


def forms():
    null = kek().replace(cms.AES256_WRAP, encode(SEQUENCE, oid("2.16.840.1.101.3.4.1.45"), encode(5)))
    wrap128 = kek().replace(cms.AES256_WRAP, encode(SEQUENCE, oid("2.16.840.1.101.3.4.1.5")))
    return [
        sealed("cbc-relabelled", type=oid("1.2.840.113549.1.7.3"), method=CBC),
        sealed("enveloped-data", type=oid("1.2.840.113549.1.7.3")),
        sealed("signed-data", type=oid("1.2.840.113549.1.7.2")),
        sealed("cbc", method=CBC),
        sealed("aes-128", method=AES128_GCM),
        sealed("tag-4", method=aes_gcm(NONCE, 4), tag_size=4),
        sealed("tag-8", method=aes_gcm(NONCE, 8), tag_size=8),
        sealed("tag-12", method=aes_gcm(NONCE, 12), tag_size=12),
        sealed("tag-15", tag_size=15),
        sealed("tag-none", tag_size=0),
        sealed("tag-length-absent", method=aes_gcm(NONCE, None)),
        sealed("tag-12-length-absent", method=aes_gcm(NONCE, None), tag_size=12),
        sealed("nonce-8", nonce=chance("8", 8)),
        sealed("nonce-16", nonce=chance("16", 16)),
        sealed("version-1", version=b"\1"),
        sealed("originator", before=encode(0xA0, b"")),
        sealed("signed-attributes", attributes=encode(0xA1, ATTRIBUTES)),
        sealed("unsigned-attributes", after=encode(0xA2, ATTRIBUTES)),
        sealed("content-type", content_type=oid("1.2.840.113549.1.7.2")),
        sealed("content-constructed", tag_of_content=0xA0),
        sealed("no-recipient", recipients=lambda r: []),
        sealed("two-recipients", recipients=lambda r: r * 2),
        sealed("other-archive-id", recipients=one(kek(bytes(16)))),
        sealed("id-15-bytes", recipients=one(kek(ID[:15]))),
        sealed("wrapped-24", recipients=one(kek(wrapped=bytes(24)))),
        sealed("wrap-null", recipients=one(null)),
        sealed("wrap-aes-128", recipients=one(wrap128)),
        sealed("wrapped-by-other-key", INSIDE, wrapped=aes_key_wrap(chance("other", 32), chance("key", 32))),
        raw("tag-wrong", flip(-1), INSIDE),
        raw("ciphertext-wrong", flip(-40), INSIDE),
        raw("nonce-wrong", lambda d: d.replace(NONCE, bytes(12)), INSIDE),
        raw("wrapped-wrong", lambda d: d.replace(WRAPPED, bytes(40)), INSIDE),
        raw("byte-behind", append(b"\0")),
        raw("byte-before", prepend(b"\0")),
        raw("cut", lambda d: d[:-1]),
        raw("twice", lambda d: d + d),
        raw("length-indefinite", lambda d: d[:1] + b"\x80" + d[4:] + b"\0\0"),
        raw("length-not-minimal", lambda d: d[:1] + b"\x83\0" + d[2:]),
        raw("length-huge", lambda d: d[:1] + b"\x84\xff\xff\xff\xff" + d[4:]),
    ]  # fmt: skip


def plain(name, change, words="binding|frame|segment", where=DATA1, codes=INSIDE, lists=""):
    return Vector("plain-" + name, "F-14", codes, words, {"plain " + where: change}, lists=lists)


def rebound(archive=ID, kind="data", n=1):
    good = binding(ID, "data", 1)
    return sub(good, binding(archive, kind, n))


def bindings():
    good = binding(ID, "data", 1)
    text = good[8:]
    spaced = skippable(0x184D2A50, text.replace(b",", b", "))
    longer = skippable(0x184D2A50, text[:-1] + b',"x":1}')
    return [
        plain("binding-number", rebound(n=2)),
        plain("binding-number-0", rebound(n=0)),
        plain("binding-number-leading-zero", sub(good, skippable(0x184D2A50, text.replace(b":1}", b":01}")))),
        plain("binding-kind", rebound(kind="items")),
        plain("binding-archive", rebound(archive=bytes(16))),
        plain("binding-archive-upper-case", sub(good, skippable(0x184D2A50, text.replace(ID.hex().encode(), ID.hex().upper().encode())))),
        plain("binding-spaces", sub(good, spaced)),
        plain("binding-more", sub(good, longer)),
        plain("binding-missing", sub(good, b"")),
        plain("binding-empty", sub(good, skippable(0x184D2A50, b""))),
        plain("binding-twice", prepend(good)),
        plain("binding-behind", lambda p: p[len(good):] + good),
        plain("binding-magic", sub(good, skippable(0x184D2A52, text))),
        plain("binding-padding-magic", sub(good, skippable(0x184D2A51, text))),
        plain("binding-size-huge", sub(good, skippable(0x184D2A50, text, 0xFFFFFFFF))),
        plain("binding-only", put(good)),
        plain("empty", put(b"")),
        plain("page-binding-kind", sub(b'"items"', b'"names"'), where=page("items"), codes="00333", lists="33"),
        plain("root-binding-kind", sub(b'"root"', b'"data"'), where=ROOT, codes="03333"),
        plain("root-binding-number", sub(b":1}", b":2}"), where=ROOT, codes="03333"),
    ]  # fmt: skip


def frame(name, rule="F-14", codes=INSIDE, words="compression|frame", where=DATA1, lists="", **options):
    return Vector("zstd-" + name, rule, codes, words, {"frame " + where: odd(**options)}, lists=lists)


def tail(name, change, words="zstd|frame|padding"):
    return Vector("zstd-" + name, "F-14", INSIDE, words, {"plain " + DATA1: change})


def frames():
    zeros = skippable(0x184D2A51, bytes(100))
    return [
        frame("checksum-wrong", checksum=b"\0\0\0\0"),
        frame("without-content-size", size=False),
        frame("content-size-less", size=10),
        frame("content-size-more", size=100000),
        frame("content-size-0", size=0),
        frame("dictionary", flags=0b00000101),
        frame("reserved-bit", flags=0b00001100),
        frame("window-16-mib", window=0x70),
        frame("window-9-mib", window=0x69),
        frame("window-128-mib", window=0x88),
        frame("window-2-gib", window=0xA8),
        frame("window-largest", window=0xFF),
        frame("block-reserved", body=block(3, 10, b"", True)),
        frame("block-cut", body=block(0, 1000, b"x" * 10, True)),
        frame("block-larger-than-128-kib", body=block(1, 200000, b"x", True), size=200000, checksum=bytes(4)),
        frame("compressed-block-malformed", body=block(2, 20, chance("block", 20), True)),
        frame("no-last-block", body=block(0, 4, b"medx")),
        frame("content-size-64-bits", "F-15", size=2**64 - 1, window=0x68),
        frame("content-size-1-tib", "F-15", size=2**40, window=0x68),
        frame("content-size-81-mib", "F-15", size=81 * MIB, window=0x68),
        # 2,000 to 1, and told truthfully: 80 MiB and a byte of data, 16 MiB and a byte of a page.
        frame("bomb-data", "F-15", body=repeated(80 * MIB + 1), size=80 * MIB + 1, window=0x68, checksum=b"\xb6\x52\x65\x7f"),
        frame("bomb-items", "F-15", "00333", where=page("items"), lists="33", body=repeated(16 * MIB + 1), size=16 * MIB + 1, window=0x68, checksum=b"\x60\x39\xfa\x40"),
        frame("bomb-patients", "F-15", "03033", where=page("patients"), lists="00", body=repeated(16 * MIB + 1), size=16 * MIB + 1, window=0x68, checksum=b"\x60\x39\xfa\x40"),
        frame("bomb-root", "F-15", "03333", where=ROOT, body=repeated(64 * MIB + 1), size=64 * MIB + 1, window=0x68, checksum=b"\xbd\xe5\x91\x98"),
        # Small is what it says, large is what comes.
        frame("bomb-untold", "F-15", body=repeated(300 * MIB), checksum=b"\x69\xff\xfd\x8c"),
        tail("two-frames", append(zstd(b"more"))),
        tail("skippable-then-frame", append(skippable(0x184D2A52, b"x") + zstd(b"more"))),
        tail("empty-frame-behind", append(zstd(b""))),
        tail("skippable-between", lambda p: p.replace(b"\x28\xb5\x2f\xfd", skippable(0x184D2A52, b"x") + b"\x28\xb5\x2f\xfd", 1)),
        tail("byte-behind", append(b"\0")),
        tail("text-behind", append(b"smuggled bytes")),
        tail("cut", lambda p: p[:-1]),
        tail("nested", lambda p: p[:80] + zstd(p[80:])),
        tail("magic-old", lambda p: p.replace(b"\x28\xb5\x2f\xfd", b"\x27\xb5\x2f\xfd", 1)),
        tail("magicless", lambda p: p.replace(b"\x28\xb5\x2f\xfd", b"", 1)),
        tail("padding-not-zero", append(skippable(0x184D2A51, b"\0\0\1\0"))),
        tail("padding-secret", append(skippable(0x184D2A51, b"smuggled bytes"))),
        tail("padding-twice", append(zeros + zeros)),
        tail("padding-magic", append(skippable(0x184D2A52, bytes(10)))),
        tail("padding-size-more", append(skippable(0x184D2A51, bytes(10), 11))),
        tail("padding-size-less", append(skippable(0x184D2A51, bytes(10), 9))),
        tail("padding-cut", append(zeros[:7])),
        tail("padding-before", lambda p: p.replace(b"\x28\xb5\x2f\xfd", zeros + b"\x28\xb5\x2f\xfd", 1)),
    ]  # fmt: skip


def mapped(name, change, words="map", n=1, codes=INSIDE, rule="F-16"):
    return Vector("map-" + name, rule, codes, words, {f"map {n}": change})


O1, P1, L1 = (len(x) for x in (OBSERVATION[0], PATIENT[0], LETTER[0]))


def maps():
    extent = b"L 0 0 %d" % O1
    size = O1 + P1 + L1
    return [
        mapped("version-2", line(0, b"medark-map 2"), rule="F-2"),
        mapped("leaves-more", line(1, b"leaves 4"), "leaves|map"),
        mapped("leaves-less", line(1, b"leaves 2"), "leaves|map"),
        mapped("leaves-leading-zero", line(1, b"leaves 03")),
        mapped("leaves-huge", line(1, b"leaves 18446744073709551615")),
        mapped("content-more", line(2, b"content %d" % (size + 1))),
        mapped("content-less", line(2, b"content %d" % (size - 1))),
        mapped("content-huge", line(2, b"content 18446744073709551615")),
        mapped("heads-exchanged", lambda m: [m[0], m[2], m[1], *m[3:]]),
        mapped("head-missing", line(1, None)),
        mapped("kind-unknown", line(3, b"X" + extent[1:])),
        mapped("kind-lower-case", line(3, b"l" + extent[1:])),
        mapped("two-spaces", line(3, extent.replace(b" ", b"  ", 1))),
        mapped("tab", line(3, extent.replace(b" ", b"\t", 1))),
        mapped("space-behind", line(3, extent + b" ")),
        mapped("field-more", line(3, extent + b" 1")),
        mapped("field-missing", line(3, b"L 0 0")),
        mapped("leading-zero", line(3, b"L 00 0 %d" % O1)),
        mapped("negative", line(3, b"L 0 -0 %d" % O1)),
        mapped("hexadecimal", line(3, b"L 0 0x0 %d" % O1)),
        mapped("continues-nothing", line(3, b"L 0 = %d" % O1)),
        mapped("continues-other-item", line(4, b"L 1 = %d" % P1)),
        mapped("length-0", lambda m: [*m[:3], b"F 0 0 0", *m[3:]]),
        mapped("length-0-record", lambda m: [*m[:3], b"R 0 0 0", *m[3:]]),
        mapped("length-more", line(3, b"L 0 0 %d" % (O1 + 1))),
        mapped("length-less", line(3, b"L 0 0 %d" % (O1 - 1))),
        mapped("length-63-bits", line(3, b"L 0 0 9223372036854775807")),
        mapped("length-64-bits", line(3, b"L 0 0 18446744073709551615")),
        mapped("offset-63-bits", line(3, b"L 0 9223372036854775807 %d" % O1)),
        mapped("offset-64-bits", line(3, b"L 0 18446744073709551615 %d" % O1)),
        mapped("offset-65-bits", line(3, b"L 0 18446744073709551616 %d" % O1)),
        mapped("item-32-bits", line(3, b"L 4294967296 0 %d" % O1)),
        mapped("extent-missing", line(5, None)),
        mapped("extent-twice", lambda m: [*m[:4], m[3], *m[4:]]),
        mapped("crlf", lambda m: [x + b"\r" for x in m]),
        mapped("no-empty-line", line(6, None)),
        mapped("two-empty-lines", lambda m: [*m, b""]),
        mapped("comment", lambda m: [*m[:3], b"# remark", *m[3:]]),
        mapped("not-ascii", line(3, b"L\xa00 0 %d" % O1)),
        mapped("nul", line(3, extent + b"\0")),
        mapped("empty", put([])),
        mapped("only-head", lambda m: m[:3]),
        Vector("map-never-ends", "F-16", INSIDE, "map", {"data " + DATA1: lambda d: b"L" * len(d)}),
        Vector("map-17-mib", "F-16", INSIDE, "map", {
            "frame " + DATA1: odd(body=repeated(17 * MIB), size=17 * MIB, window=0x68, checksum=b"\xf1\x5a\xa8\x8e")}),
        Vector("content-byte-more", "F-16", INSIDE, "map", {"data " + DATA1: append(b"x")}),
        Vector("content-byte-less", "F-16", INSIDE, "map", {"data " + DATA1: lambda d: d[:-1]}),
    ]  # fmt: skip


def covers():
    """What the map says of the items, and the record tree. A chart needs no item, only its records."""
    whole = "00303"
    words = "every byte|bytes of|behind the end|item"
    o2 = len(OBSERVATION[1])
    return [
        mapped("item-unknown", line(3, b"L 9 0 %d" % O1), words, rule="F-20"),
        mapped("item-last-32-bits", line(3, b"L 4294967295 0 %d" % O1), words, rule="F-20"),
        mapped("item-folder", line(3, b"L 3 0 %d" % O1), words, codes=whole, rule="F-17"),
        mapped("offset-behind-item", line(3, b"L 0 999999999999 %d" % O1), words, codes=whole, rule="F-17"),
        mapped("offset-one-late", line(3, b"L 0 1 %d" % O1), words, codes=whole, rule="F-17"),
        mapped("overlap-inside", line(4, b"L 0 0 %d" % P1), words, codes=whole, rule="F-17"),
        mapped("overlap-segments", line(3, b"L 0 0 %d" % o2), words, 2, whole, "F-17"),
        mapped("gap-segments", line(3, b"L 0 %d %d" % (O1 + 1, o2)), words, 2, whole, "F-17"),
        mapped("items-exchanged", lambda m: [*m[:3], b"L 1 0 %d" % O1, b"L 0 0 %d" % P1, *m[5:]], words, codes=whole, rule="F-17"),
        mapped("part-without-end", line(9, b"P 4 %d %d" % (L1, len(LETTER[1]))), words, 2, "00003", "F-16"),
        Vector("content-other", "F-18", "00003", "", {"content 2": sub(b"record", b"recorD")}),
    ]  # fmt: skip


VECTORS = [*forms(), *bindings(), *frames(), *maps(), *covers()]
