#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Chooses the few inputs that cover most, from what a libFuzzer merge measured.

    choose.py MERGE-CONTROL-FILE INPUTS BYTES FOLDER

Copies at most INPUTS files of at most BYTES together into FOLDER: always the next one that adds
most features. Files named found-… showed a bug once; they are kept in any case.
"""

import os
import shutil
import sys


def measured(path):
    """The features of each file, by its path."""
    with open(path, encoding="ascii") as f:
        lines = f.read().split("\n")
    count = int(lines[0])
    names = lines[2 : 2 + count]
    features = {}
    for line in lines[2 + count :]:
        fields = line.split()
        if fields and fields[0] == "FT":
            features[names[int(fields[1])]] = set(map(int, fields[2:]))
    return features


def choose(features, count, room):
    seen = set()
    while count > 0 and features:
        best = max(features, key=lambda n: (len(features[n] - seen), -os.path.getsize(n)))
        gain = features.pop(best) - seen
        if not gain:
            return
        if os.path.getsize(best) <= room:
            seen |= gain
            room -= os.path.getsize(best)
            count -= 1
            yield best


def main():
    control, count, room, folder = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    features = measured(control)
    kept = [n for n in features if os.path.basename(n).startswith("found-")]
    for name in kept + list(choose(features, count, room)):
        shutil.copy(name, os.path.join(folder, os.path.basename(name)))


if __name__ == "__main__":
    main()
