# SPDX-License-Identifier: Apache-2.0
"""Faults of the tar file (F-3 to F-8). What only a signature could hide is signed again."""

from craft import member, odd_member
from vector import ALL, DATA1, DATA2, FORM, Vector, append, flip, page, poke, put, resub, sub

HEADER = "tar header.json"


def header(name, at, new, where="header.json"):
    changes = {"tar " + where: poke(at, new)}
    codes = FORM if where == DATA1 else ALL
    return Vector("tar-" + name, "F-3", codes, "tar header", changes)


def headers():
    return [
        header("mode-0600", 100, b"0000600"),
        header("mode-setuid", 100, b"0004644"),
        header("mode-spaces", 100, b"000644 \0"),
        header("uid", 108, b"0001750"),
        header("gid", 116, b"0001750"),
        header("mtime", 136, b"15150441000"),
        header("size-with-spaces", 124, b"       612 \0"),
        header("size-without-nul", 124, b"000000000612"),
        header("size-base-256", 124, b"\x80" + bytes(9) + b"\1\x8a"),
        header("size-smaller", 124, b"00000000001"),
        header("size-larger", 124, b"00000001000"),
        header("size-huge", 124, b"77777777777"),
        header("type-old-regular", 156, b"\0"),
        header("type-hard-link", 156, b"1"),
        header("type-symbolic-link", 156, b"2"),
        header("type-character-device", 156, b"3"),
        header("type-block-device", 156, b"4"),
        header("type-folder", 156, b"5"),
        header("type-fifo", 156, b"6"),
        header("type-contiguous", 156, b"7"),
        header("type-pax", 156, b"x"),
        header("type-pax-global", 156, b"g"),
        header("type-gnu-long-name", 156, b"L"),
        header("type-gnu-long-link", 156, b"K"),
        header("type-gnu-sparse", 156, b"S"),
        header("type-acl", 156, b"A"),
        header("link-name", 157, b"/etc/passwd"),
        header("magic-gnu", 257, b"ustar  \0"),
        header("magic-none", 257, bytes(8)),
        header("user-name", 265, b"root"),
        header("group-name", 297, b"root"),
        header("device-numbers", 329, b"0000001"),
        header("device-numbers-nul", 329, bytes(7)),
        header("prefix", 345, b"elsewhere"),
        header("bytes-after-prefix", 500, b"x"),
        header("name-junk-after-nul", 12, b"x"),
        header("name-other", 0, b"HEADER.JSON"),
        header("name-ansi-escape", 0, b"\x1b[31m.json\0"),
        header("name-absolute", 0, b"/etc/x.json"),
        header("name-parent", 0, b"../../.json"),
        header("name-100-bytes", 0, b"h" * 100),
        header("name-empty", 0, bytes(11)),
        header("segment-header", 108, b"0001750", DATA1),
        Vector("tar-checksum-wrong", "F-3", ALL, "tar header", {HEADER: flip(150)}),
        Vector("tar-checksum-old-form", "F-3", ALL, "tar header",
               {HEADER: lambda h: h[:148] + h[148:154] + b" \0" + h[156:]}),
        Vector("tar-manifest-header", "F-6", ALL, "MANIFEST", {"tar MANIFEST": poke(108, b"0001750")}),
        Vector("tar-signature-header", "F-6", ALL, "MANIFEST.p7s",
               {"tar MANIFEST.p7s": poke(108, b"0001750")}),
        Vector("tar-locator-header", "F-6", ALL, "its end is missing", {"tar LOCATOR": poke(108, b"0001750")}),
    ]  # fmt: skip


def extra(name, *args):
    """A member of another kind before README.txt, as tar programs write them."""
    content, typeflag = args
    first = odd_member(b"x", content, typeflag)
    changes = {"parts": lambda parts: [first, *parts]}
    return Vector("tar-extra-" + name, "F-6", ALL, "more or fewer bytes", changes)


def pax(text):
    size = len(text) + 3
    return b"%d %s\n" % (size + (size > 99), text)


def extras():
    return [
        extra("pax-size", pax(b"size=99999999999999999999"), b"x"),
        extra("pax-path", pax(b"path=../../x"), b"x"),
        extra("pax-acl", pax(b"SCHILY.acl.access=user::rwx"), b"x"),
        extra("pax-xattr", pax(b"SCHILY.xattr.user.a=1"), b"x"),
        extra("pax-sparse", pax(b"GNU.sparse.major=1"), b"x"),
        extra("pax-global", pax(b"comment=x"), b"g"),
        extra("gnu-long-name", b"R" * 200 + b"\0", b"L"),
        extra("gnu-sparse", b"x", b"S"),
        extra("symbolic-link", b"", b"2"),
        extra("folder", b"", b"5"),
        extra("zero-blocks", bytes(512), b"0"),
    ]


def padding(name, codes=ALL):
    changes = {"padding " + name: flip(-1)}
    short = name.split(".")[0].split("/")[0].lower()
    return Vector("padding-" + short, "F-4", codes, "zero bytes only", changes)


def ends():
    vectors = [
        padding("header.json"),
        padding("README.txt", "30303"),
        padding(DATA2, FORM),
        padding("MANIFEST"),
        Vector("padding-signature", "F-4", ALL, "zero bytes only", {"padding MANIFEST.p7s": flip(-1)}),
        Vector("padding-block-more", "F-4", ALL, "more or fewer bytes",
               {"padding README.txt": append(bytes(512))}),
        Vector("end-not-zero", "F-5", ALL, "1024 zero bytes", {"end": flip(700)}),
        Vector("end-missing", "F-5", ALL, "its end is missing", {"end": put(b"")}),
        Vector("end-half", "F-5", ALL, "its end is missing", {"end": put(bytes(512))}),
        Vector("end-one-byte-less", "F-5", ALL, "its end is missing", {"end": put(bytes(1023))}),
        Vector("end-one-byte-more", "F-5", ALL, "LOCATOR", {"end": put(bytes(1025))}),
        Vector("end-blocking-factor", "F-5", ALL, "LOCATOR", {"end": put(bytes(10240))}),
        Vector("end-text-appended", "F-5", ALL, "LOCATOR", {"end": append(b"appended\n")}),
        Vector("end-archive-twice", "F-5", ALL, "no place there",
               {"file": lambda whole: whole + whole}),
        Vector("empty-file", "F-5", ALL, "the file is empty", {"file": put(b"")}),
        Vector("only-the-end", "F-5", ALL, "LOCATOR|no MANIFEST", {"file": lambda w: w[-2048:]}),
    ]  # fmt: skip
    cuts = {"readme": 300, "header": 3000, "segment": 8000, "index": 14000, "manifest": 21000}
    for name, at in cuts.items():
        changes = {"file": lambda whole, at=at: whole[:at]}
        words = "its end is missing"
        vectors.append(Vector("cut-in-" + name, "F-5", ALL, words, changes))
    for name, at in (("header", 700), ("summary", 18432)):
        changes = {"file": lambda whole, at=at: whole[:at] + whole[at + 512 :]}
        vectors.append(Vector("block-missing-in-" + name, "F-6", ALL, "MANIFEST", changes))
    return vectors


def members(name, change, words="member|MANIFEST|missing"):
    return Vector("members-" + name, "F-7", ALL, words, {"members": change})


def without(gone):
    return lambda members_: [m for m in members_ if m[0] != gone]


def renamed(old, new):
    return lambda members_: [(new if n == old else n, c) for n, c in members_]


def swapped(one, two):
    def change(members_):
        names = [n for n, _ in members_]
        i, j = names.index(one), names.index(two)
        members_[i], members_[j] = members_[j], members_[i]
        return members_

    return change


def added(name, content, before):
    def change(members_):
        at = [n for n, _ in members_].index(before)
        return [*members_[:at], (name, content), *members_[at:]]

    return change


def doubled(name):
    def change(members_):
        return [m for m in members_ for _ in range(2 if m[0] == name else 1)]

    return change


def exchanged(one, two):
    """Two members keep their names and exchange their contents."""

    def change(members_):
        content = dict(members_)
        other = {one: content[two], two: content[one]}
        return [(n, other.get(n, c)) for n, c in members_]

    return change


def sets():
    dropped = ["README.txt", "RECOVER.sh", "FORMAT.md", "header.json", "keys.p7m", DATA1,
               "index/root.zst.p7m", "summary.json"]  # fmt: skip
    vectors = [members("without-" + n.split(".")[0].replace("/", "-").lower(), without(n)) for n in dropped]
    number = "data/%s.zst.p7m"
    return [
        *vectors,
        # The last segment and a whole table: the clear half is in order, the index shows it.
        Vector("members-without-last-segment", "F-7", "00333", "index", {"members": without(DATA2)}),
        Vector("members-without-table", "F-7", "03333", "index", {"members": without(page("births"))}),
        members("readme-twice", doubled("README.txt")),
        members("segment-twice", doubled(DATA1)),
        members("summary-twice", doubled("summary.json")),
        members("texts-in-other-order", swapped("README.txt", "RECOVER.sh")),
        members("segments-in-other-order", swapped(DATA1, DATA2)),
        members("tables-in-other-order", swapped(page("names"), page("births"))),
        members("root-before-tables", swapped("index/root.zst.p7m", page("items"))),
        members("summary-first", swapped("summary.json", "README.txt")),
        members("unknown", added("notes.txt", b"x", "header.json")),
        members("unknown-table", added("index/other/00000001.zst.p7m", b"x", "index/root.zst.p7m")),
        members("unknown-folder", added("data/", b"", DATA1)),
        members("reserved-signature", added("MANIFEST.2.p7s", b"x", "summary.json")),
        members("manifest-inside", added("MANIFEST", b"x", "summary.json")),
        members("number-0", renamed(DATA1, number % "00000000")),
        members("number-gap", renamed(DATA2, number % "00000003")),
        members("number-9-digits", renamed(DATA1, number % "000000001")),
        members("number-short", renamed(DATA1, number % "1")),
        members("name-parent", renamed("README.txt", "../README.txt")),
        members("name-absolute", renamed("README.txt", "/README.txt")),
        members("name-upper-case", renamed("README.txt", "README.TXT")),
        Vector("members-signature-malformed", "F-41", ALL, "MANIFEST.2.p7s",
               {"all": lambda p: [*p[:-2], member("MANIFEST.2.p7s", b"x"), *p[-2:]]}),
        Vector("members-time-stamp-malformed", "F-42", ALL, "MANIFEST.tsr",
               {"all": lambda p: [*p[:-2], member("MANIFEST.tsr", b"x"), *p[-2:]]}),
        Vector("members-manifest-missing", "F-7", ALL, "MANIFEST", {"all": lambda p: [*p[:-4], *p[-3:]]}),
        Vector("members-signature-missing", "F-7", ALL, "MANIFEST.p7s", {"all": lambda p: [*p[:-3], *p[-2:]]}),
        Vector("members-signature-twice", "F-7", ALL, "no place there", {"all": lambda p: [*p[:-2], p[-3], *p[-2:]]}),
        Vector("segments-exchanged", "F-14", "00333", "segment",
               {"members": exchanged(DATA1, DATA2)}),
        Vector("pages-exchanged", "F-14", "03033", "segment",
               {"members": exchanged(page("patients"), page("names"))}, lists="00"),
        Vector("unlisted-at-front", "F-6", ALL, "more or fewer",
               {"parts": lambda p: [member("notes.txt", b"x"), *p]}),
        Vector("unlisted-at-end", "F-6", ALL, "more or fewer",
               {"parts": lambda p: [*p, member("notes.txt", b"x")]}),
        Vector("another-signed-manifest-after", "F-8", ALL, "LOCATOR|more or fewer",
               {"all": lambda p: [*p[:-4], p[-4], p[-3], *p[-4:]]}),
    ]  # fmt: skip


def locators():
    def offset(name, change, words="MANIFEST|offset|LOCATOR"):
        return Vector("locator-" + name, "F-8", ALL, words, {"offset": change})

    def text(name, change, words="LOCATOR"):
        return Vector("locator-" + name, "F-8", ALL, words, {"LOCATOR": change})

    return [
        offset("to-start", put(0)),
        offset("block-too-early", lambda n: n - 512),
        offset("block-too-late", lambda n: n + 512),
        offset("to-signature", lambda n: n + 512 + 3072),
        offset("one-byte-off", lambda n: n + 1),
        offset("beyond-file", lambda n: n + 1048576),
        offset("63-bits", put(2**63 - 512)),
        offset("64-bits", put(2**64)),
        text("leading-zero", resub(rb"offset (\d+)\n", rb"offset 0\1")),
        text("plus-sign", resub(rb"offset (\d+)\n", rb"offset +\1")),
        text("version-2", sub(b"locator 1", b"locator 2")),
        text("crlf", lambda t: t[:16] + b"\r" + t[16:-1]),
        text("more-text", lambda t: t[:100] + b"x" + t[101:]),
        text("zeros-behind", lambda t: t.rstrip(b"\n") + b"\n" + bytes(511 - len(t.rstrip(b"\n")))),
        text("no-number", resub(rb"offset \d+\n", b"offset \n\n\n\n\n\n")),
        text("name-other", sub(b"medark-locator", b"medark-Locator")),
        text("empty", put(b"\n" * 512)),
        Vector("locator-without", "F-8", ALL, "its end is missing", {"all": lambda p: [*p[:-2], p[-1]]}),
        Vector("locator-513-bytes", "F-8", ALL, "its end is missing", {"LOCATOR": append(b"\n")}),
    ]


VECTORS = [*headers(), *extras(), *ends(), *sets(), *locators()]
