#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the test vectors: archives.tar.xz holds NAME.medark for each, with one fault, and vectors.tsv says
what has to become of it. (One file, because they have nearly everything in common.)

    make.py          writes both (after a change of the lists in faults_*.py)
    make.py --check  tells whether what stands here is what would be written
"""

import hashlib
import io
import os
import sys
import tarfile

import faults_clear
import faults_index
import faults_keys
import faults_segment
import faults_signature
import faults_tar
import good
from clinic import ITEMS

HERE = os.path.dirname(os.path.abspath(__file__))
FILES, TABLE = os.path.join(HERE, "archives.tar.xz"), os.path.join(HERE, "vectors.tsv")
HEAD = "file\trule\ttrust\tverify\tpatients\titems\tquarantine\trestore\tone\treader\twords\ttree\n"
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
            codes = vector.columns()
            assert len(codes) == 7 and (vector.words or not set(codes[:6]) - {"0"}), vector.name
            names.add(vector.name)
            yield vector


def read():
    """The archives that stand here: {name: bytes}."""
    if not os.path.exists(FILES):
        return {}
    with tarfile.open(FILES) as tar:
        return {each.name: tar.extractfile(each).read() for each in tar}


def write(archives, table):
    with tarfile.open(FILES, "w:xz", format=tarfile.USTAR_FORMAT, preset=6) as tar:
        for name, content in archives.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    with open(TABLE, "w", encoding="utf-8") as f:
        f.write(table)


def main():
    source = tree_digest({path: content for path, kind, content in ITEMS if kind != b"dir"})
    table, archives = HEAD, {}
    for vector in vectors():
        name = vector.name + ".medark"
        tree = source if vector.name.startswith("good-") else "-"
        row = [name, vector.rule, vector.trust, *vector.columns(), vector.words or "-", tree]
        table += "\t".join(row) + "\n"
        archives[name] = vector.bytes()
    if sys.argv[1:] != ["--check"]:
        write(archives, table)
        print(f"{len(archives)} vectors")
        return 0
    old = read()
    differ = [name for name in {**old, **archives} if old.get(name) != archives.get(name)]
    with open(TABLE, encoding="utf-8") as f:
        differ += ["vectors.tsv"] if f.read() != table else []
    for name in differ:
        print(f"not as make.py makes it: {name}")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
