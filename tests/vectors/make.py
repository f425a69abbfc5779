#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the test vectors: archives/NAME.medark.gz, each with one fault, and vectors.tsv, which says what
has to become of each.

    make.py          writes them all (after a change of the lists in faults_*.py)
    make.py --check  tells whether what stands here is what would be written
"""

import gzip
import hashlib
import os
import sys

import faults_clear
import faults_index
import faults_keys
import faults_segment
import faults_signature
import faults_tar
import good
from clinic import ITEMS

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER, TABLE = os.path.join(HERE, "archives"), os.path.join(HERE, "vectors.tsv")
HEAD = "file\trule\ttrust\tverify\tpatients\trestore\tone\treader\twords\ttree\n"
MODULES = (good, faults_tar, faults_clear, faults_keys, faults_segment, faults_index, faults_signature)


def tree_digest(files):
    """Of a restored folder: {path: content}, both bytes; folders do not count."""
    digest = hashlib.sha256()
    for path, content in sorted(files.items()):
        digest.update(b"%s\0%s\n" % (path, hashlib.sha256(content).hexdigest().encode()))
    return digest.hexdigest()


def vectors():
    names = set()
    for module in MODULES:
        for vector in module.VECTORS:
            assert vector.name not in names, vector.name
            assert len(vector.codes) == 5 and (vector.words or not set(vector.codes[:4]) - {"0"}), vector.name
            names.add(vector.name)
            yield vector


def main():
    check = sys.argv[1:] == ["--check"]
    source = tree_digest({path: content for path, kind, content in ITEMS if kind != b"dir"})
    rows, wanted, differ = [HEAD], set(), []
    os.makedirs(FOLDER, exist_ok=True)
    for vector in vectors():
        name, content = vector.name + ".medark.gz", vector.bytes()
        tree = source if vector.name.startswith("good-") else "-"
        row = [name, vector.rule, vector.trust, *vector.codes, vector.words or "-", tree]
        rows.append("\t".join(row) + "\n")
        wanted.add(name)
        path = os.path.join(FOLDER, name)
        old = None
        if os.path.exists(path):
            with gzip.open(path) as f:
                old = f.read()
        if old != content:
            differ.append(name)
        if old != content and not check:
            with open(path, "wb") as f:
                f.write(gzip.compress(content, 9, mtime=0))
    differ += [f"{name} is left over" for name in set(os.listdir(FOLDER)) - wanted]
    table = "".join(rows)
    if check:
        with open(TABLE, encoding="utf-8") as f:
            differ += ["vectors.tsv"] if f.read() != table else []
        print(*(f"not as make.py makes it: {name}" for name in differ), sep="\n")
        return 1 if differ else 0
    for name in set(os.listdir(FOLDER)) - wanted:
        os.unlink(os.path.join(FOLDER, name))
    with open(TABLE, "w", encoding="utf-8") as f:
        f.write(table)
    print(f"{len(wanted)} vectors, {len(differ)} written or removed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
