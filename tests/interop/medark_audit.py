#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A second reader of the audit log, written from docs/AUDIT.md, and from nothing else.

usage: medark_audit.py LOG [KEY CERT]

Prints the texts of the rows, one a line; without a key only how many there are. keys.p7m is opened by
stock openssl.
"""
import base64
import hashlib
import hmac
import json
import subprocess
import sys

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"medark-audit 1\n"


def frames(data):
    """Bodies and hashes; ends at a row that was not finished (A-8)."""
    assert data.startswith(MAGIC), "A-1"
    at = len(MAGIC)
    while at < len(data) and data[at:].strip(b"\0"):
        size = int.from_bytes(data[at:at + 4], "big")
        if at + 4 + size + 32 > len(data):
            return
        assert 1 <= size <= 262144, "A-2"
        body, digest = data[at + 4:at + 4 + size], data[at + 4 + size:at + 36 + size]
        assert hashlib.sha256(b"medark audit v1\0" + data[at:at + 4] + body).digest() == digest, "A-3"
        yield body, digest
        at += 36 + size


def log_key(head, key, cert):
    done = subprocess.run(["openssl", "cms", "-decrypt", "-binary", "-inform", "DER", "-inkey", key,
                           "-recip", cert], input=base64.b64decode(head["keys"], validate=True),
                          capture_output=True, check=True)
    found = bytes.fromhex(done.stdout.decode())
    log = bytes.fromhex(head["log"])
    commit = hmac.digest(found, b"medark kek-commit v1\0" + log, "sha256")
    assert commit.hex() == head["kek_commit"], "A-4"
    return hmac.digest(found, b"medark audit row-key v1\0" + log, "sha256")


def main():
    with open(sys.argv[1], "rb") as f:
        rows = frames(f.read())
    body, before = next(rows)
    head = json.loads(body)
    assert set(head) == {"log", "file", "created", "archives", "previous", "kek_commit", "keys"}, "A-4"
    opener = AESGCM(log_key(head, *sys.argv[2:4])) if len(sys.argv) > 2 else None
    count = 0
    for body, digest in rows:
        count += 1
        assert body[:8] == count.to_bytes(8, "big") and body[16:48] == before, "A-5"
        if opener:
            text = json.loads(opener.decrypt(bytes(4) + body[8:16], body[48:], None))
            assert text["number"] == count and text["after"] == before.hex(), "A-7"
            print(json.dumps(text))
        before = digest
    if not opener:
        print(count, before.hex())


main()
