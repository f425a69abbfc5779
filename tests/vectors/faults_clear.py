# SPDX-License-Identifier: Apache-2.0
"""Faults of MANIFEST, header.json and summary.json, signed by the trusted signer (F-2, F-21, F-22)."""

import json

from clinic import pair
from craft import compact
from good import SERVER
from vector import ALL, DATA1, Vector, append, edit, line, prepend, put, resub, sub


def manifest(name, change, words="MANIFEST", rule="F-21", codes=ALL):
    return Vector("manifest-" + name, rule, codes, words, {"MANIFEST": change})


def lines(change):
    return lambda text: b"".join(x + b"\n" for x in change(text[:-1].split(b"\n")))


def pairs(change):
    """Changes the list of the members' (size line, hash line)."""

    def both(all_lines):
        rest = all_lines[8:]
        made = change(list(zip(rest[::2], rest[1::2])))
        return all_lines[:8] + [x for two in made for x in two]

    return lines(both)


def manifests():
    first = rb"#(\d+)\n([0-9a-f]{64})  README.txt\n"
    return [
        manifest("version-2", sub(b"manifest 1", b"manifest 2"), rule="F-2"),
        manifest("crlf", lambda t: t.replace(b"\n", b"\r\n")),
        manifest("one-crlf", sub(b"README.txt\n", b"README.txt\r\n")),
        manifest("byte-order-mark", prepend(b"\xef\xbb\xbf")),
        manifest("no-last-line-end", lambda t: t[:-1]),
        manifest("empty-line", append(b"\n")),
        manifest("empty", put(b"")),
        manifest("head-only", lines(lambda x: x[:8])),
        manifest("nul", sub(b"README.txt", b"README\0txt")),
        manifest("not-ascii", sub(b"README.txt", "R\u00c9ADME.txt".encode())),
        manifest("ansi-escape", sub(b"README.txt", b"\x1b[31mREADME.txt")),
        manifest("upper-case-archive", resub(rb"archive [0-9a-f]+", lambda m: m[0].upper().replace(b"ARCHIVE", b"archive"))),
        manifest("upper-case-digest", resub(rb"[0-9a-f]{64}  R", lambda m: m[0].upper())),
        manifest("short-digest", resub(rb"[0-9a-f]{64}  R", lambda m: m[0][1:])),
        manifest("one-space", sub(b"  README", b" README")),
        manifest("three-spaces", sub(b"  README", b"   README")),
        manifest("tab", sub(b"  README", b"\tREADME")),
        manifest("binary-mark", sub(b"  README", b" *README")),
        manifest("escaped-name", resub(rb"[0-9a-f]{64}  R", lambda m: b"\\" + m[0])),
        manifest("comment", lines(lambda x: [*x[:8], b"# a remark", *x[8:]])),
        manifest("comment-at-end", append(b"# a remark\n")),
        manifest("head-order", lines(lambda x: [x[0], x[2], x[1], *x[3:]])),
        manifest("head-twice", lines(lambda x: [*x[:8], x[7], *x[8:]])),
        manifest("head-missing", lines(line(6, None))),
        manifest("member-missing", pairs(lambda p: [*p[:5], *p[6:]])),
        manifest("member-twice", pairs(lambda p: [*p[:1], *p])),
        manifest("member-added", pairs(lambda p: [*p, (b"#0", b"0" * 64 + b"  notes.txt")])),
        manifest("members-exchanged", pairs(lambda p: [p[1], p[0], *p[2:]])),
        manifest("size-line-missing", resub(rb"#\d+\n", b"")),
        manifest("size-after-digest", resub(first, rb"\2  README.txt\n#\1\n")),
        manifest("members-counted-wrong", sub(b"# members 1", b"# members 11")),
        manifest("members-0", resub(rb"# members \d+", b"# members 0")),
        manifest("leading-zero", sub(b"# members 1", b"# members 01")),
        manifest("plus-sign", sub(b"# records ", b"# records +")),
        manifest("minus-sign", sub(b"# records ", b"# records -")),
        manifest("hexadecimal", sub(b"# records 5", b"# records 0x5")),
        manifest("size-leading-zero", resub(rb"#(\d+)\n", rb"#0\1\n")),
        manifest("size-one-more", resub(first, lambda m: m[0].replace(b"#" + m[1], b"#%d" % (int(m[1]) + 1))), "README|MANIFEST", codes="30303"),
        manifest("size-block-more", resub(first, lambda m: m[0].replace(b"#" + m[1], b"#%d" % (int(m[1]) + 512))), "bytes"),
        manifest("size-65-bits", resub(rb"#\d+\n", b"#18446744073709551616\n")),
        manifest("size-63-bits", resub(rb"#\d+\n", b"#9223372036854775807\n")),
        manifest("digest-wrong", resub(rb"[0-9a-f]{64}  header", b"0" * 64 + b"  header"), "SHA-256"),
        manifest("segment-digest-wrong", resub(rb"[0-9a-f]{64}  data/00000001", b"0" * 64 + b"  data/00000001"), "SHA-256", codes="30333"),
        manifest("digests-exchanged", pairs(lambda p: [(p[0][0], p[1][1][:64] + p[0][1][64:]), (p[1][0], p[0][1][:64] + p[1][1][64:]), *p[2:]]), "SHA-256", codes="30303"),
        manifest("sequence-0", sub(b"# sequence 1", b"# sequence 0")),
        manifest("sequence-other", sub(b"# sequence 1", b"# sequence 2"), "MANIFEST", "F-22"),
        manifest("previous-other", sub(b"# previous -", b"# previous " + b"0" * 64), "MANIFEST", "F-22"),
        manifest("previous-empty", sub(b"# previous -", b"# previous ")),
        manifest("archive-other", resub(rb"archive [0-9a-f]+", b"archive " + b"0" * 32), "MANIFEST", "F-22"),
        manifest("records-other", sub(b"# records 5", b"# records 6"), "MANIFEST", "F-22"),
        manifest("leaves-other", sub(b"# leaves 8", b"# leaves 9"), "MANIFEST", "F-19", "03333"),
        manifest("records-root-other", resub(rb"root [0-9a-f]+", b"root " + b"0" * 64), "records root", "F-18", "00303"),
        manifest("records-root-missing", resub(rb"root [0-9a-f]+", b"root -")),
    ]  # fmt: skip


def header(name, change, words="header.json", rule="F-1"):
    return Vector("header-" + name, rule, ALL, words, {"header.json": change})


def values(**new):
    change = edit(**new)
    return lambda text: compact(change(json.loads(text)))


RECIPIENT = pair("recipient").id
SALT = "00" * 16


def recipient(**new):
    return values(recipients=[{"kind": "ecdh-p256", "id": RECIPIENT, **new}])


def scrypt(**new):
    kdf = {"name": "scrypt", "n": 131072, "r": 8, "p": 1, "salt": SALT, **new}
    kdf = {name: value for name, value in kdf.items() if value is not ...}
    return values(recipients=[{"kind": "passphrase", "id": "p", "kdf": kdf}])


def pbkdf2(**new):
    kdf = {"name": "pbkdf2-sha512", "iterations": 600000, "salt": SALT, **new}
    return values(recipients=[{"kind": "passphrase", "id": "p", "kdf": kdf}])


def headers():
    deep = b'"x":' + b"[" * 5000 + b"]" * 5000 + b","
    return [
        header("version-2", values(version=2), "version", "F-2"),
        header("version-0", values(version=0), "version", "F-2"),
        header("version-string", values(version="1"), rule="F-2"),
        header("version-real", sub(b'"version":1', b'"version":1.0'), rule="F-2"),
        header("version-exponent", sub(b'"version":1', b'"version":1e0'), rule="F-2"),
        header("version-true", values(version=True), rule="F-2"),
        header("version-huge", values(version=2**64 + 1), rule="F-2"),
        header("format-other", values(format="Medark")),
        header("name-unknown", values(note=1), rule="F-2"),
        header("name-upper-case", sub(b'"tool"', b'"Tool"'), rule="F-2"),
        header("name-twice", sub(b"{", b'{"sequence":1,'), rule="F-2"),
        header("name-twice-escaped", sub(b"{", b'{"sequenc\\u0065":1,'), rule="F-2"),
        header("name-missing", values(tool=...)),
        header("archive-other", values(archive="0" * 32), rule="F-22"),
        header("archive-upper-case", resub(rb'"archive":"[0-9a-f]+"', lambda m: b'"archive":' + m[0][10:].upper())),
        header("archive-short", values(archive="0" * 31)),
        header("archive-number", values(archive=0)),
        header("created-no-such-day", values(created="2026-02-30T00:00:00Z")),
        header("created-offset", values(created="2026-02-03T00:00:00+01:00")),
        header("created-fraction", values(created="2026-02-03T00:00:00.5Z")),
        header("created-date", values(created="2026-02-03")),
        header("created-null", values(created=None)),
        header("commit-missing", values(kek_commit=...), rule="F-12"),
        header("commit-short", values(kek_commit="0" * 62), rule="F-12"),
        header("commit-null", values(kek_commit=None), rule="F-12"),
        header("sequence-0", values(sequence=0)),
        header("sequence-negative", values(sequence=-1)),
        header("sequence-other", values(sequence=2, previous="0" * 64), rule="F-22"),
        header("sequence-2-without-previous", values(sequence=2)),
        header("sequence-1-with-previous", values(previous="0" * 64)),
        header("sequence-leading-zero", sub(b'"sequence":1', b'"sequence":01')),
        header("previous-upper-case", values(sequence=2, previous="A" * 64)),
        header("previous-missing", values(previous=...)),
        header("tool-control", values(tool="a\u001b[31m")),
        header("tool-line-end", values(tool="a\nb")),
        header("tool-empty", values(tool="")),
        header("tool-long", values(tool="x" * 2000)),
        header("tool-not-ascii", values(tool="a\u202eb")),
        header("source-form", values(source="Files")),
        header("source-null", values(source=None)),
        header("recipients-none", values(recipients=[]), rule="F-11"),
        header("recipients-65", values(recipients=[{"kind": "ecdh-p256", "id": "%064x" % i} for i in range(65)]), rule="F-11"),
        header("recipients-object", values(recipients={"kind": "ecdh-p256", "id": RECIPIENT}), rule="F-11"),
        header("recipient-other", recipient(id="0" * 64), "recipients", "F-11"),
        header("recipient-other-kind", recipient(kind="ecdh-p384"), "recipients", "F-11"),
        header("recipient-unknown-kind", recipient(kind="x25519"), rule="F-10"),
        header("recipient-short-id", recipient(id=RECIPIENT[:-2]), rule="F-11"),
        header("recipient-upper-case-id", recipient(id=RECIPIENT.upper()), rule="F-11"),
        header("recipient-unknown-name", recipient(name="it"), rule="F-2"),
        header("recipient-with-kdf", recipient(kdf={"name": "scrypt", "n": 131072, "r": 8, "p": 1, "salt": SALT})),
        header("recipient-more", values(recipients=[{"kind": "ecdh-p256", "id": RECIPIENT}, {"kind": "ecdh-p256", "id": pair("second").id}]), "recipients", "F-11"),
        header("recipient-twice", values(recipients=[{"kind": "ecdh-p256", "id": RECIPIENT}] * 2), "recipients", "F-11"),
        header("passphrase-without-kdf", values(recipients=[{"kind": "passphrase", "id": "p"}])),
        header("scrypt-n-huge", scrypt(n=2**30)),
        header("scrypt-n-small", scrypt(n=2**10)),
        header("scrypt-n-no-power", scrypt(n=131073)),
        header("scrypt-r", scrypt(r=16)),
        header("scrypt-p-huge", scrypt(p=2**20)),
        header("scrypt-p-0", scrypt(p=0)),
        header("scrypt-salt-short", scrypt(salt="00" * 8)),
        header("scrypt-unknown-name", scrypt(iterations=1)),
        header("scrypt-missing-name", scrypt(r=...)),
        header("pbkdf2-iterations-huge", pbkdf2(iterations=2**31)),
        header("pbkdf2-iterations-few", pbkdf2(iterations=1000)),
        header("kdf-unknown", pbkdf2(name="argon2id")),
        header("byte-order-mark", prepend(b"\xef\xbb\xbf")),
        header("utf-16", lambda t: t.decode().encode("utf-16")),
        header("not-utf-8", sub(b"vectors", b"vect\xffrs")),
        header("lone-surrogate", sub(b"vectors", b"vect\\ud800rs")),
        header("nul-behind", append(b"\0")),
        header("two-objects", lambda t: t + t),
        header("array", lambda t: b"[" + t + b"]"),
        header("cut", lambda t: t[:-1]),
        header("empty", put(b"")),
        header("trailing-comma", lambda t: t[:-1] + b",}"),
        header("comment", sub(b"{", b"{/* x */")),
        header("single-quotes", lambda t: t.replace(b'"', b"'")),
        header("deep", sub(b"{", b"{" + deep)),
        header("too-large", append(b" " * 65536), "larger than its limit"),
    ]  # fmt: skip


def summary(name, change, words="summary.json", rule="F-1"):
    return Vector("summary-" + name, rule, ALL, words, {"summary.json": change})


def summaries():
    return [
        summary("name-unknown", values(note=1), rule="F-2"),
        summary("name-missing", values(skipped=...)),
        summary("name-twice", sub(b"{", b'{"items":5,'), rule="F-2"),
        summary("version-2", values(version=2), rule="F-2"),
        summary("format-other", values(format="x")),
        summary("archive-other", values(archive="0" * 32), rule="F-22"),
        summary("records-other", values(records=6, types={"Observation": 6}), rule="F-22"),
        summary("negative", values(items=-1)),
        summary("real", values(items=5.5)),
        summary("string", values(items="5")),
        summary("64-bits", values(bytes=2**64)),
        summary("types-array", values(types=[])),
        summary("types-twice", sub(b'"types":{', b'"types":{"Patient":2,')),
        summary("types-negative", values(types={"Patient": -2})),
        summary("complete-number", values(complete=1)),
        summary("complete-but-quarantined", values(complete=True)),
        summary("declared-array", values(declared=[])),
        summary("servers-none", values(servers=[])),
        summary("servers-object", values(servers=SERVER)),
        summary("servers-65", values(servers=[SERVER] * 65)),
        summary("servers-null", values(servers=None)),
        summary("server-text", values(servers=["https://ehr.example/fhir"])),
        summary("server-name-unknown", values(servers=[{**SERVER, "note": 1}]), rule="F-2"),
        summary("server-name-missing", values(servers=[{"base": "a", "time": None}])),
        summary("server-base-null", values(servers=[{**SERVER, "base": None}])),
        summary("server-base-long", values(servers=[{**SERVER, "base": "a" * 513}])),
        summary("server-base-control", values(servers=[{**SERVER, "base": "a\tb"}])),
        summary("server-time-number", values(servers=[{**SERVER, "time": 5}])),
        summary("server-time-empty", values(servers=[{**SERVER, "time": ""}])),
        summary("server-partial-missing", values(servers=[{k: v for k, v in SERVER.items() if k != "partial"}])),
        summary("server-partial-number", values(servers=[{**SERVER, "partial": 0}])),
        summary("server-since-long", values(servers=[{**SERVER, "since": "2" * 65}])),
        summary("byte-order-mark", prepend(b"\xef\xbb\xbf")),
        summary("text-behind", append(b"x")),
        summary("too-large", append(b" " * (1 << 20)), "larger than its limit"),
        Vector("text-too-large", "F-1", ALL, "larger than its limit", {"README.txt": append(b" " * (1 << 20))}),
        Vector("segment-empty", "F-13", "30333", "segment|data/", {DATA1: put(b"")}),
    ]  # fmt: skip


VECTORS = [*manifests(), *headers(), *summaries()]
