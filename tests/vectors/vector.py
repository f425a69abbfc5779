# SPDX-License-Identifier: Apache-2.0
"""What one test vector is, and the small changes that they are made of."""

import dataclasses
import re

from clinic import Archive
from craft import checksum


@dataclasses.dataclass
class Vector:
    """`codes`: the exit codes of verify, patients, restore, restore of patient p1, and of the independent
    reader, which looks at everything. Where 0 stands before a 3, that verb does not touch the fault: it
    lies behind a key, or in a member that the verb does not read. `words` stand in the error sentence
    (alternatives with |); they name the layer that refuses. `lists`: the exit codes of items and of items
    --quarantined, where they are not those of patients."""

    name: str
    rule: str
    codes: str
    words: str
    changes: dict
    trust: str = "signer"
    signer: str = "signer"
    lists: str = ""

    def columns(self):
        """The exit codes in the order of vectors.tsv."""
        return [*self.codes[:2], *(self.lists or self.codes[1] * 2), *self.codes[2:]]

    def bytes(self):
        return Archive(self.changes, self.signer).bytes()


ALL = "33333"  # seen by everybody
FORM = "30333"  # the form of data segment 1: seen without a key; patients does not read it
FORM2 = "30303"  # of data segment 2, which holds nothing of p1 but what it refers to
INSIDE = "00333"  # inside of data segment 1
KEYS = "03333"  # what only an identity sees
UNTRUSTED = "44444"
GOOD = "00000"

DATA1, DATA2 = "data/00000001.zst.p7m", "data/00000002.zst.p7m"
ROOT = "index/root.zst.p7m"


def page(table):
    return f"index/{table}/00000001.zst.p7m"


def put(value):
    return lambda _old: value


def sub(old, new, count=1):
    """Replaces bytes that have to be there."""

    def change(data):
        assert old in data, old
        return data.replace(old, new, count)

    return change


def resub(pattern, new):
    def change(data):
        changed, count = re.subn(pattern, new, data, count=1)
        assert count, pattern
        return changed

    return change


def flip(at, bit=1):
    def change(data):
        data = bytearray(data)
        data[at] ^= bit
        return bytes(data)

    return change


def poke(at, new):
    """Writes into a tar header, whose checksum follows."""

    def change(header):
        return checksum(header[:at] + new + header[at + len(new) :])

    return change


def append(more):
    return lambda data: data + more


def prepend(more):
    return lambda data: more + data


def edit(**values):
    """Other values of an object; ... takes a name away."""

    def change(value):
        new = {**value, **values}
        return {name: v for name, v in new.items() if v is not ...}

    return change


def row(n, **fields):
    """Other TAB fields in row n: f0=…"""

    def change(rows):
        cells = rows[n].split(b"\t")
        for field, value in fields.items():
            cells[int(field[1:])] = value
        return [*rows[:n], b"\t".join(cells), *rows[n + 1 :]]

    return change


def line(n, new):
    """Another line n; None takes it away."""

    def change(lines):
        return [*lines[:n], *([] if new is None else [new]), *lines[n + 1 :]]

    return change


def odd(**options):
    return lambda given: {**given, **options}
