# SPDX-License-Identifier: Apache-2.0
"""Archives that are right, in forms that our own writer does not produce: a reader must take them."""

import json

from craft import chance, compact, ecdh_recipient, pair, skippable
from vector import DATA1, GOOD, ROOT, Vector, append, edit, odd, put

# Rows of a quarantine: equal places, whole items, none of an item's bytes; what was skipped, or is missing, comes last.
QUARANTINE = [
    b"broken-syntax\t0\t100\t20\t1\t",
    b"broken-syntax\t0\t268\t40\t2\tline 3",
    b"%s\t0\t268\t0\t2\t" % (b"a-9" * 22)[:64],
    b"id-conflict\t1\t0\t280\t-\tPatient/p1",
    b"broken-syntax\t4\t13\t0\t2\t",
    b"skipped\t-\t0\t0\t-\tlink: a\\x1b[31m",
    b"skipped\t-\t0\t0\t-\tdevice: b",
    b"missing\t-\t0\t0\t-\tObservation",
]

SERVER = {"base": "https://ehr.example/fhir", "time": "2026-11-22T03:00:00.123+01:00", "since": None, "partial": False}

# What an increment has, and what its source has no more.
CHANGES = [b"Condition/gone\t-", b"Observation/o1\t+", b"Patient/p1\t+"]

FIRST, SECOND = pair("recipient"), pair("second")


def good(name, rule, changes, trust="signer", signer="signer"):
    return Vector("good-" + name, rule, GOOD, "", changes, trust, signer)


def for_two(made, key):
    return [*made, ecdh_recipient(SECOND, key, "to second")]


def listed_for_two(header):
    key = chance("keys.p7m content key", 32)
    made = {ecdh_recipient(to, key, "to " + to.name): to.id for to in (FIRST, SECOND)}
    return {**header, "recipients": [{"kind": "ecdh-p256", "id": made[m]} for m in sorted(made)]}


def patients(rows):
    return [compact({**json.loads(r), "later": {"a": [1, {"b": None}]}}) for r in rows]


def decimal_place(lines):
    """`=` may be written as a number."""
    return [line.replace(b"=", b"%d" % end) if b"=" in line else line for line, end in zip(lines, ends(lines))]


def quarantine(rows):
    """Changes to these rows, and to what the root says of them."""
    said = {"rows": len(rows), "pages": [[0, rows[0].split(b"\t")[0].decode()]]}
    return {"rows quarantine": put(rows), "root": lambda v: {**v, "tables": {**v["tables"], "quarantine": said}}}


def increment(changes):
    summary = edit(servers=[{**SERVER, "since": "2026-11-21T03:00:00Z"}])
    return {"rows changes": put(changes), "summary": summary}


def no_changes():
    """The table stands in the root and has no page."""
    empty = {"rows": 0, "pages": []}
    return {"rows changes": put([]), "root": lambda v: {**v, "tables": {**v["tables"], "changes": empty}}}


def ends(lines):
    last = {}
    for line in lines:
        fields = line.split(b" ")
        if len(fields) == 4:
            start = last.get(fields[1], 0) if fields[2] == b"=" else int(fields[2])
            last[fields[1]] = start + int(fields[3])
            yield start
        else:
            yield 0


VECTORS = [
    good("plain", "F-1", {}),
    good("padding", "F-14", {"plain " + DATA1: append(skippable(0x184D2A51, bytes(1000)))}),
    good("padding-empty", "F-14", {"plain " + DATA1: append(skippable(0x184D2A51, b""))}),
    good("window-8-mib", "F-14", {"frame " + DATA1: odd(window=0x68)}),
    good("without-checksum", "F-14", {"frame " + n: odd(flags=0, checksum=b"") for n in (DATA1, ROOT)}),
    good("content-size-8-bytes", "F-14", {"frame " + ROOT: odd(flags=0b11000100)}),
    good("index-unknown-names", "F-2", {"rows patients": patients, "root": edit(later=[1])}),
    good("map-decimal-places", "F-16", {"map 2": decimal_place}),
    good("quarantine", "F-19", {**quarantine(QUARANTINE), "summary": edit(
        quarantined=6, skipped=2, reasons={"broken-syntax": 3, "id-conflict": 1, "a-9": 1, "missing": 1})}),
    good("servers", "F-2", {"summary": edit(servers=[SERVER, {**SERVER, "time": None, "partial": True}])}),
    good("increment", "F-19", increment(CHANGES)),
    good("increment-empty", "F-19", {**increment(CHANGES), **no_changes()}),
    good("two-recipients", "F-11", {"keys": odd(recipients=for_two), "header": listed_for_two}),
    good("header-json-spaces", "F-2", {"header.json": lambda t: json.dumps(json.loads(t), indent=4).encode() + b"\n"}),
    good("texts-empty", "F-7", {n: put(b"") for n in ("README.txt", "RECOVER.sh", "FORMAT.md")}),
    good("sequence-7", "F-22", {
        "header": edit(sequence=7, previous="ab" * 32),
        "MANIFEST": lambda t: t.replace(b"sequence 1", b"sequence 7").replace(b"previous -", b"previous " + b"ab" * 32)}),
    good("signed-by-ca-member", "F-25", {}, "ca", "member"),
    good("signed-by-ca-member-chain-inside", "F-25", {"signature": odd(chain=(pair("ca").der,))}, "ca", "member"),
    good("anchor-is-the-member", "F-25", {}, "member", "member"),
]  # fmt: skip
