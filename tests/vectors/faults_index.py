# SPDX-License-Identifier: Apache-2.0
"""Faults of the index (F-19, F-20 and section 8), and items whose paths lead elsewhere, with a right
signature over them. Which verb meets a fault depends on the table that it reads."""

import json

from craft import compact
from good import CHANGES, QUARANTINE, increment, quarantine
from vector import GOOD, ROOT, Vector, append, edit, line, page, put, row, sub

WHOLE = "00303"  # read by a restore of everything
CHART = "00033"  # read by a restore of one patient
LIST = "03033"  # read by patients, and to find one
LATER = "00003"  # a verb meets it only where it follows the entry
BOTH = "00333"  # read by both restores
NO_LIST = "00"  # items reads neither patients nor what finds them
ITEMS = "33"  # read by items, and by items --quarantined if that names the item
QUARANTINED = "03"  # read by items --quarantined alone
UNNAMED = "30"  # of an item that has nothing in quarantine


def root(name, change, words="root", codes="03333", lists=""):
    return Vector("root-" + name, "F-19", codes, words, {"root": change}, lists=lists)


def root_text(name, change, words="root"):
    return Vector("root-" + name, "F-19", "03333", words, {"data " + ROOT: change})


def table(name, **new):
    """Other values in a table's entry of the root."""

    def change(value):
        tables = value["tables"]
        return {**value, "tables": {**tables, name: edit(**new)(tables[name])}}

    return change


def without_table(name):
    return lambda v: {**v, "tables": {n: t for n, t in v["tables"].items() if n != name}}


def roots():
    deep = b'{"x":' + b"[" * 3000 + b"]" * 3000 + b","
    return [
        root("archive-other", edit(archive="0" * 32)),
        root("archive-missing", edit(archive=...)),
        root("signer-other", edit(signer="0" * 64), "sign"),
        root("signer-upper-case", lambda v: {**v, "signer": v["signer"].upper()}),
        root("signer-missing", edit(signer=...)),
        root("signer-null", edit(signer=None)),
        root("leaves-other", edit(leaves=9)),
        root("leaves-string", edit(leaves="8")),
        root("records-other", edit(records=6)),
        root("records-real", edit(records=5.0)),
        root("tables-missing", edit(tables=...)),
        root("tables-array", edit(tables=[])),
        root("table-missing", without_table("births")),
        root("table-null", lambda v: {**v, "tables": {**v["tables"], "names": None}}),
        root("rows-more", table("items", rows=6), "index", BOTH, ITEMS),
        root("rows-missing", table("items", rows=...)),
        root("rows-negative", table("items", rows=-1)),
        root("rows-0", table("items", rows=0)),
        root("rows-64-bits", table("items", rows=2**64)),
        root("pages-missing", table("items", pages=...)),
        root("pages-none", table("items", pages=[])),
        root("pages-more", table("items", pages=[[0, "0"], [2, "2"]])),
        root("page-first-row", table("items", pages=[[1, "0"]])),
        root("page-string", table("items", pages=[["0", "0"]])),
        root("page-number-as-key", table("items", pages=[[0, 0]])),
        root("page-long", table("items", pages=[[0, "0", 0]])),
        root("page-short", table("items", pages=[[0]])),
        root("patients-too-many", table("patients", rows=2**40)),
        root("page-key-other", table("patients", pages=[[0, "Pp0"]]), "", LATER),
        root_text("name-twice", sub(b"{", b'{"leaves":8,')),
        root_text("table-twice", sub(b'"tables":{', b'"tables":{"items":{"rows":5,"pages":[[0,"0"]]},')),
        root_text("rows-twice", sub(b'"rows":5', b'"rows":5,"rows":5')),
        root_text("name-not-known-twice", sub(b"{", b'{"new":1,"new":1,')),
        root_text("name-escaped", sub(b'"leaves"', b'"l\\u0065aves"')),
        root_text("name-not-known-escaped", sub(b'"rows":5', b'"rows":5,"ro\\u0077s":5')),
        root_text("array", lambda d: b"[" + d + b"]"),
        root_text("text-behind", append(b"x")),
        root_text("cut", lambda d: d[:-1]),
        root_text("empty", put(b"")),
        root_text("byte-order-mark", lambda d: b"\xef\xbb\xbf" + d),
        root_text("deep", sub(b"{", deep)),
        root_text("not-utf-8", sub(b"{", b'{"\xff":1,')),
    ]  # fmt: skip


def rows(name, change, codes, words="index", rule="F-19", lists=""):
    table_name, _, rest = name.partition("-")
    return Vector(f"{table_name}-{rest}", rule, codes, words, {"rows " + table_name: change}, lists=lists)


def items():
    def field(name, n=0, codes=BOTH, said="index", lists="", **fields):
        lists = lists or (ITEMS if codes == BOTH else NO_LIST)
        return rows("items-" + name, row(n, **fields), codes, said, lists=lists)

    def text(name, change):
        return Vector("items-" + name, "F-19", BOTH, "index", {"data " + page("items"): change}, lists=ITEMS)

    return [
        field("number-wrong", f0=b"7"),
        field("number-leading-zero", f0=b"00"),
        field("kind-unknown", f1=b"link"),
        field("kind-empty", f1=b""),
        field("kind-decoded-without-parent", f1=b"decoded"),
        field("kind-decoded-unknown", f1=b"decoded:link", f5=b"0"),
        field("size-less", f2=b"1", codes=WHOLE, said="of an item|every item|quarantine", lists=QUARANTINED),
        field("size-more", f2=b"100000", codes=WHOLE, said="of an item|every item"),
        field("size-most", f2=b"9223372036854775807", codes=WHOLE, said="every item"),
        field("size-0", f2=b"0", codes=WHOLE, said="of an item|every item|quarantine", lists=QUARANTINED),
        field("size-64-bits", f2=b"18446744073709551615"),
        field("size-leading-zero", f2=b"0100"),
        field("folder-with-size", 3, f2=b"5", codes=WHOLE, lists=UNNAMED),
        field("time-short", f3=b"1700000000.5"),
        field("time-long", f3=b"1700000000.0000000000"),
        field("time-no-point", f3=b"1700000000"),
        field("time-exponent", f3=b"1e9.000000000"),
        field("time-64-bits", f3=b"99999999999999999999.000000000"),
        field("mode-not-octal", f4=b"0999"),
        field("mode-5-digits", f4=b"00644"),
        field("parent-unknown", f5=b"99"),
        field("parent-itself", f1=b"decoded", f5=b"0"),
        field("parent-later", f1=b"decoded", f5=b"1"),
        field("segments-none", f6=b"-", f7=b"-", codes=LATER),
        field("segments-half", f6=b"-"),
        field("segments-backwards", f6=b"2", f7=b"1"),
        field("segments-unknown", f7=b"9", codes=LATER),
        field("segments-other", 1, f6=b"2", codes=LATER),
        field("records-negative", f8=b"-2"),
        field("field-more", f9=b"a\tb"),
        field("path-empty", f9=b""),
        field("path-4097-bytes", f9=b"/".join([b"x" * 63] * 65)),
        field("path-one-byte-too-long", f9=b"/".join([b"x" * 63] * 64) + b"/x"),
        field("path-control", f9=b"a\x01b", codes=LATER),
        field("path-needless-escape", f9=b"\\x41", codes=LATER),
        field("path-unknown-escape", f9=b"a\\qb"),
        field("path-upper-case-escape", f9=b"a\\x1Bb"),
        field("path-cut-escape", f9=b"a\\"),
        rows("items-field-missing", line(0, b"0\tndjson"), BOTH, lists=ITEMS),
        rows("items-row-missing", line(4, None), WHOLE, "does not exist"),
        rows("items-row-twice", lambda r: [r[0], *r], BOTH, lists=UNNAMED),
        rows("items-other-order", lambda r: [r[1], r[0], *r[2:]], BOTH, lists=ITEMS),
        rows("items-empty-row", lambda r: [*r, b""], WHOLE, lists=UNNAMED),
        text("no-line-end", lambda d: d[:-1]),
        text("empty", put(b"")),
        Vector("items-crlf", "F-19", LATER, "", {"data " + page("items"): lambda d: d.replace(b"\n", b"\r\n")}),
        text("row-beyond-root", append(b"5\topaque\t0\t0.000000000\t0644\t-\t-\t-\t0\tx\n")),
    ]  # fmt: skip


def segments():
    zero = b"0" * 64
    return [
        rows("segments-hash-other", row(0, f3=zero), WHOLE, "records root", "F-18"),
        rows("segments-hash-upper-case", lambda r: [r[0].upper(), *r[1:]], "00333"),
        rows("segments-hash-short", row(0, f3=zero[1:]), "00333"),
        rows("segments-leaves-other", row(0, f1=b"4"), WHOLE, "records root"),
        rows("segments-content-other", row(0, f2=b"9"), WHOLE, "segment"),
        rows("segments-content-huge", row(0, f2=b"9223372036854775807"), "00333", "index|segment"),
        rows("segments-number", row(0, f0=b"2"), "00333"),
        rows("segments-field-more", row(0, f3=zero + b"\t1"), "00333"),
        rows("segments-row-missing", line(1, None), BOTH),
        rows("segments-row-more", lambda r: [*r, b"3\t0\t0\t" + zero], "00303"),
        rows("segments-other-order", lambda r: r[::-1], "00333"),
    ]


def patient(name, change, codes=LIST, n=0, words="index|patient"):
    def both(all_rows):
        return [change(r) if i == n else r for i, r in enumerate(all_rows)]

    return Vector("patients-" + name, "F-19", codes, words, {"rows patients": both}, lists=NO_LIST)


def values(**new):
    return lambda text: compact(edit(**new)(json.loads(text)))


def patients():
    o1 = 358
    return [
        patient("name-escaped", sub(b'"records"', b'"r\\u0065cords"')),
        patient("not-json", put(b"not JSON")),
        patient("cut", lambda r: r[:-1]),
        patient("array", lambda r: b"[" + r + b"]"),
        patient("empty-row", put(b"")),
        patient("name-twice", sub(b"{", b'{"n":0,')),
        patient("key-not-first", lambda r: compact(dict(reversed(json.loads(r).items()))), "00033"),
        patient("key-missing", values(key=...)),
        patient("key-number", values(key=1)),
        patient("key-of-other-form", values(key="Xp1"), "00013"),
        patient("n-other", values(n=1)),
        patient("n-string", values(n="0")),
        patient("not-utf-8", sub(b"Vries", b"Vr\xffes")),
        patient("control-character", sub(b"Vries", b"Vr\x01es")),
        patient("deep", sub(b'"names":', b'"x":' + b"[" * 5000 + b"]" * 5000 + b',"names":')),
        patient("names-string", values(names="Vries"), "03030"),
        patient("records-negative", values(records=-1), "03030"),
        patient("records-string", values(records="2"), "03030"),
        patient("at-object", values(at={}), "00033"),
        patient("at-short", values(at=[[1, 0]]), "00033"),
        patient("at-string", values(at=[["1", 0, 10]]), "00033"),
        patient("at-segment-0", values(at=[[0, 0, o1]]), "00033"),
        patient("at-segment-unknown", values(at=[[9, 0, o1]]), "00033"),
        patient("at-behind-content", values(at=[[1, 0, 999999]]), "00033"),
        patient("at-overflow", values(at=[[1, 9223372036854775807, 9223372036854775807]]), "00033"),
        patient("at-64-bits", values(at=[[1, 0, 2**64]]), "00033"),
        patient("at-length-0", values(at=[[1, 0, 0]]), "00033"),
        patient("at-cuts-record", values(at=[[1, 0, 100]]), "00033"),
        patient("at-begins-in-record", values(at=[[1, 7, o1 - 7]]), "00033"),
        patient("at-other-order", values(at=[[2, 0, 10], [1, 0, 10]]), "00033"),
        rows("patients-other-order", lambda r: r[::-1], "03013", "index|patient", lists=NO_LIST),
        rows("patients-row-missing", line(1, None), LATER, "index|patient"),
        rows("patients-row-twice", lambda r: [r[0], *r], "03003", "index|patient", lists=NO_LIST),
    ]


def lookups():
    """Tables that are looked into by what they begin with: a fault shows where somebody looks."""
    return [
        rows("identifiers-other-order", lambda r: [b"zz\ts\t0", *r], LATER),
        rows("identifiers-row-unknown", row(0, f2=b"9"), LATER),
        rows("identifiers-row-no-number", row(0, f2=b"x"), LATER),
        rows("identifiers-control", row(0, f1=b"a\x01"), LATER),
        rows("identifiers-field-missing", line(0, b"999990019"), LATER),
        rows("names-other-order", lambda r: r[::-1], LATER),
        rows("names-row-unknown", row(0, f1=b"9"), LATER),
        rows("names-rows-descending", row(0, f1=b"1 0"), LATER),
        rows("names-no-rows", row(0, f1=b""), LATER),
        rows("births-row-unknown", row(0, f1=b"9"), LATER),
        rows("births-other-order", lambda r: r[::-1], LATER),
        rows("outside-segment-unknown", row(0, f1=b"9:0:10"), CHART, "index|outside|segment"),
        rows("outside-behind-content", row(0, f1=b"2:0:99999"), CHART, "index|outside|segment"),
        rows("outside-overflow", row(0, f1=b"2:9223372036854775807:9223372036854775807"), CHART, "index|outside|segment"),
        rows("outside-length-0", row(0, f1=b"2:0:0"), CHART, "index|outside|segment"),
        rows("outside-cuts-record", row(0, f1=b"2:0:10"), CHART, "index|outside|segment"),
        rows("outside-malformed", row(0, f1=b"2:0"), CHART, "index|outside|segment"),
        rows("outside-no-number", row(0, f1=b"a:b:c"), CHART, "index|outside|segment"),
        rows("outside-other-order", lambda r: [b"Z/1\t2:0:1", *r], LATER),
        rows("quarantine-item-unknown", row(0, f1=b"9"), LATER, lists=QUARANTINED),
        rows("quarantine-out-of-range", row(0, f3=b"9999999"), LATER, lists=QUARANTINED),
        rows("quarantine-segment-unknown", row(0, f4=b"9"), LATER),
        rows("names-field-more", lambda r: [*r, b"zz\t0\t0"], LATER),
    ]  # fmt: skip


def quarantines():
    def listed(name, changed):
        return Vector("quarantine-" + name, "F-19", LATER, "index", quarantine(changed), lists=QUARANTINED)

    def one(name, n, **fields):
        return listed(name, row(n, **fields)(QUARANTINE))

    first, other, _, second, third, skipped, *_ = QUARANTINE
    return [
        listed("other-order", [first, third, second, skipped]),
        listed("other-order-of-offsets", [other, first, second, skipped]),
        listed("skipped-first", [skipped, first, second]),
        listed("skipped-in-between", [first, skipped, second]),
        one("skipped-other-order", 5, f2=b"1"),
        one("skipped-with-item", 4, f0=b"skipped"),
        one("item-without-skipped", 5, f0=b"broken-syntax"),
        one("reason-upper-case", 1, f0=b"Broken-syntax"),
        one("reason-65-bytes", 2, f0=b"a" * 65),
        one("reason-empty", 1, f0=b""),
        one("offset-behind-item", 4, f2=b"14"),
        one("length-behind-item", 4, f3=b"1"),
        one("length-64-bits", 1, f3=b"18446744073709551615"),
        one("item-33-bits", 4, f1=b"4294967296"),
        one("skipped-no-number", 6, f2=b"-"),
        one("segment-0", 1, f4=b"0"),
        one("detail-unknown-escape", 1, f5=b"a\\q"),
        one("field-more", 1, f5=b"a\tb"),
        listed("field-missing", [first, b"broken-syntax\t4\t0\t1\t-"]),
    ]  # fmt: skip


def changes():
    def one(name, changed):
        return Vector("changes-" + name, "F-19", LATER, "", increment(changed))

    first, second, third = CHANGES
    return [
        one("other-order", [second, first, third]),
        one("twice", [first, second, b"Observation/o1\t-", third]),
        one("unknown-kind", [first, b"Observation/o1\t*", third]),
        one("field-missing", [first, b"Observation/o1", third]),
        one("field-more", [first, b"Observation/o1\t+\t", third]),
        one("no-name", [b"\t-", first, second, third]),
        one("control-character", [first, b"Observation/\x01\t+", third]),
        Vector("changes-not-in-root", "F-19", "03333", "root", {
            **increment(CHANGES), "root": without_table("changes")}),
        Vector("changes-of-no-increment", "F-19", "03333", "increment", {"rows changes": put(CHANGES)}),
        Vector("increment-without-changes", "F-19", "03333", "increment", {"summary": increment(CHANGES)["summary"]}),
    ]  # fmt: skip


def path(name, new, n=0, codes=GOOD):
    """Not refused by the tool: such an item gets another name, inside of the target, and is told."""
    return Vector("path-" + name, "F-20", codes, "", {"rows items": row(n, f9=new)})


def paths():
    return [
        path("parent", b"../escaped"),
        path("parent-deep", b"../../../../../../../../tmp/medark-escaped"),
        path("parent-inside", b"a/../../../escaped"),
        path("parent-only", b".."),
        path("here", b"."),
        path("here-inside", b"a/./b"),
        path("absolute", b"/tmp/medark-escaped"),
        path("absolute-twice", b"//tmp/medark-escaped"),
        path("empty-part", b"a//b"),
        path("slash-behind", b"a/"),
        path("nul", b"a\\x00b"),
        path("line-end", b"a\\nb"),
        path("escape-sequence", b"\\x1b[31mred"),
        path("backslash", b"a\\\\..\\\\b"),
        path("name-256-bytes", b"x" * 256),
        path("path-4096-bytes", b"/".join([b"x" * 62] * 65)),
        path("most-bytes", b"/".join([b"x" * 63] * 63 + [b"x" * 64])),
        path("not-utf-8", b"a\xff\xfeb"),
        path("right-to-left", "a\u202eb".encode()),
        path("same-as-other", b"Patient.ndjson"),
        path("file-as-folder", b"Patient.ndjson/x"),
        path("folder-as-file", b"notes"),
        path("folder-is-parent", b"..", 3),
        path("partial", b".medark-partial"),
        path("report", b"medark-renamed.json"),
    ]


VECTORS = [*roots(), *items(), *segments(), *patients(), *lookups(), *quarantines(), *changes(), *paths()]
