#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A second, strict reader of proofs of records, written from docs/FORMAT.md section 14 alone.

    medark_proof.py PROOF --trust CERT --format FORMAT.md [--at TIME]

Prints a line for each proved leaf: segment, place, size, SHA-256 of its bytes. Exit codes: 0 the proof
verifies, 2 wrong usage, 3 it does not verify, 4 the signer is not trusted. Needs python3-cryptography.
"""

import argparse
import datetime
import hashlib
import re
import sys

import medark_cms as cms
from medark_cms import Malformed, need
from medark_reader import PROOF_ADDITIONS, check_additions, MEMBER_MAX, MIB, number, padded, tar_header


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def script_digest(format_text):
    """The digest that F-30 of FORMAT.md names."""
    return re.search(r"F-30.*?`([0-9a-f]{64})`", format_text, re.DOTALL).group(1)


def members(data):
    """F-29: (name, content) of each member, the whole file accounted for."""
    found, at = [], 0
    while data[at : at + 1] not in (b"\0", b""):
        header = data[at : at + 512]
        name = header[:100].rstrip(b"\0").decode("ascii", "replace")
        need(re.fullmatch(r"[A-Za-z0-9._/-]{1,99}", name), "malformed name")
        need(re.fullmatch(rb"[0-7]{11}", header[124:135]), f"{name}: malformed size")
        size = int(header[124:135], 8)
        need(header == tar_header(name, size), f"{name}: wrong tar header")
        content = data[at + 512 : at + 512 + padded(size)]
        need(len(content) == padded(size), f"{name}: cut short")
        need(not any(content[size:]), f"{name}: padding is not zero")
        found.append((name, content[:size]))
        at += 512 + padded(size)
    need(data[at:] == bytes(1024), "the end is not 1024 zero bytes")
    return found


def climb(digest, index, count, path):
    """The root over `count` hashes of which `digest` is number `index`, from the definition (RFC 6962
    2.1, 2.1.1): the last hash of the path is the other half's."""
    need(0 <= index < count, "no such number in its tree")
    if count == 1:
        need(not path, "a path is too long")
        return digest
    need(path, "a path is too short")
    half = 1
    while half * 2 < count:
        half *= 2
    if index < half:
        return sha256(b"\1", climb(digest, index, half, path[:-1]), path[-1])
    return sha256(b"\1", path[-1], climb(digest, index - half, count - half, path[:-1]))


def hashes(words):
    need(all(re.fullmatch(rb"[0-9a-f]{64}", word) for word in words), "PROOF: not a hash")
    return [bytes.fromhex(word.decode()) for word in words]


def parse(text):
    """F-31: (segment, leaves, path, [(place, salt, path)]) for each segment."""
    need(text.endswith(b"\n") and text.isascii(), "PROOF: not lines of ASCII")
    lines = [line.split(b" ") for line in text[:-1].split(b"\n")]
    need(lines[0] == [b"medark-proof", b"1"], "PROOF: not of this version")
    need(len(lines) > 1 and lines[1][0] == b"leaves" and len(lines[1]) == 2, "PROOF: malformed head")
    wanted, segments = number(lines[1][1], 99_999_999), []
    for word, *rest in lines[2:]:
        need(len(rest) >= 2, "PROOF: malformed line")
        if word == b"segment":
            segments.append((number(rest[0], 99_999_999), number(rest[1]), hashes(rest[2:]), []))
            continue
        need(word == b"leaf" and segments, "PROOF: malformed line")
        need(re.fullmatch(rb"[0-9a-f]{32}", rest[1]), "PROOF: malformed salt")
        segments[-1][3].append((number(rest[0]), bytes.fromhex(rest[1].decode()), hashes(rest[2:])))
    for order in [[s[0] for s in segments]] + [[leaf[0] for leaf in s[3]] for s in segments]:
        need(order and order == sorted(set(order)), "PROOF: not in order, or a segment has no leaf")
    need(wanted >= 1 and wanted == sum(len(s[3]) for s in segments), "PROOF: leaves are missing or too many")
    return segments


def verify(data, trust, at, script):
    """The proved leaves as (segment, place, content)."""
    found = members(data)
    names = [name for name, _ in found]
    need(names[:3] == ["CHECK.sh", "MANIFEST", "MANIFEST.p7s"], "not the members of a proof, in its order")
    extra = [(name, content) for name, content in found[3:] if name in PROOF_ADDITIONS]
    del found[3:3 + len(extra)]
    need([name for name, _ in found[3:4]] == ["PROOF"], "not the members of a proof, in its order")
    need(names[3:3 + len(extra)] == [name for name, _ in extra], "not the members of a proof, in its order")
    contents = [content for _, content in found]
    need(hashlib.sha256(contents[0]).hexdigest() == script, "CHECK.sh is another one")
    for name, content in found:
        need(len(content) <= {**MEMBER_MAX, "PROOF": 256 * MIB}.get(name, 64 * MIB), f"{name} is too large")
    manifest = contents[1]
    trust.check(cms.Signature(contents[2], manifest), at)
    check_additions(manifest, contents[2], extra)
    root = re.search(rb"^# records-root ([0-9a-f]{64})$", manifest, re.MULTILINE)
    need(manifest.startswith(b"# medark manifest 1\n") and root, "MANIFEST is malformed")
    total = len(re.findall(rb"^[0-9a-f]{64}  data/[0-9]{8}\.zst\.p7m$", manifest, re.MULTILINE))
    segments = parse(contents[3])
    records = found[4:]
    need([name for name, _ in records] == [f"records/{n:08d}" for n in range(1, len(records) + 1)], "records/ is malformed")
    need(len(records) == sum(len(s[3]) for s in segments), "records/ are not those of PROOF")
    proved = []
    for segment, leaves, path, rows in segments:
        trees = set()
        for place, salt, way in rows:
            content = records[len(proved)][1]
            trees.add(climb(sha256(b"\0", salt, content), place, leaves, way))
            proved.append((segment, place, content))
        need(len(trees) == 1, "records of a segment lead to different trees")
        digest = sha256(b"\2", segment.to_bytes(8, "big"), leaves.to_bytes(8, "big"), trees.pop())
        need(climb(digest, segment - 1, total, path).hex() == root.group(1).decode(), "it does not lead to what was signed")
    return proved


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("proof")
    parser.add_argument("--trust", required=True)
    parser.add_argument("--at")
    parser.add_argument("--format", required=True, help="FORMAT.md, which names the digest of CHECK.sh")
    options = parser.parse_args()
    at = datetime.datetime.now(datetime.timezone.utc)
    if options.at:
        at = datetime.datetime.fromisoformat(options.at.replace("Z", "+00:00"))
    with open(options.format, encoding="utf-8") as f:
        script = script_digest(f.read())
    with open(options.proof, "rb") as f:
        data = f.read()
    try:
        for segment, place, content in verify(data, cms.Trust(options.trust), at, script):
            print(segment, place, len(content), hashlib.sha256(content).hexdigest())
        return 0
    except Malformed as e:
        print(f"does not verify: {e}", file=sys.stderr)
        return 3
    except cms.Untrusted as e:
        print(f"not trusted: {e}", file=sys.stderr)
        return 4


if __name__ == "__main__":
    sys.exit(main())
