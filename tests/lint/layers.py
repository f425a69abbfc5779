#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Includes go down the floors only, third-party headers stay at home, files and functions stay small.

usage: layers.py ROOT
"""
import pathlib
import re
import sys

FILE_LINES = 600
FUNCTION_LINES = 60
LINE_WIDTH = 100


def read_rules(path):
    floors, homes = {}, {}
    for line in path.read_text().splitlines():
        line = line.split("#")[0].strip()
        if not line:
            continue
        kind, rest = line.split(" ", 1)
        name, names = rest.split(":")
        {"floor": floors, "home": homes}[kind][name.strip()] = set(names.split())
    return floors, homes


def check_includes(path, floor, floors, homes):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        found = re.match(r'\s*#\s*include\s+(["<])([^">]+)[">]', line)
        if not found:
            continue
        quote, header = found.groups()
        where = f"{path}:{number}"
        if quote == '"' and floor != "cmd":
            target = header.split("/")[0]
            if "/" not in header or target not in floors:
                yield f"{where}: '{header}' is not written from a floor"
            elif target != floor and target not in floors[floor]:
                yield f"{where}: {floor} may not include from {target}"
        if quote == '"' and floor == "cmd" and "/" in header:
            yield f"{where}: the program uses include/medark/ only"
        for prefix, home in homes.items():
            if quote == "<" and header.startswith(prefix) and floor not in home:
                yield f"{where}: <{header}> may be included in {' '.join(sorted(home))} only"


def check_size(path):
    lines = path.read_text().splitlines()
    if len(lines) > FILE_LINES:
        yield f"{path}: {len(lines)} lines, {FILE_LINES} are the most"
    start = None
    for number, line in enumerate(lines, 1):
        if len(line.expandtabs(8)) > LINE_WIDTH and '"' not in line:
            yield f"{path}:{number}: wider than {LINE_WIDTH} columns"
        if line == "{":
            start = number
        elif line == "}" and start:
            if number - start - 1 > FUNCTION_LINES:
                yield f"{path}:{start}: a function of {number - start - 1} lines"
            start = None


def main():
    root = pathlib.Path(sys.argv[1])
    floors, homes = read_rules(root / "tests/lint/layers.txt")
    problems, seen = [], 0
    sources = [(p, p.relative_to(root / "lib").parts[0]) for p in (root / "lib").rglob("*.[ch]")]
    sources += [(p, "cmd") for p in (root / "cmd").glob("*.[ch]")]
    for path, floor in sorted(sources):
        seen += 1
        if floor != "cmd" and floor not in floors:
            problems.append(f"{path}: '{floor}' is not a floor")
            continue
        problems += check_includes(path, floor, floors, homes)
        if not path.name.startswith("compartment_table"):
            problems += check_size(path)
    if not seen:
        problems.append(f"{root}: no sources found")
    print("\n".join(problems) or f"{seen} files, no arrow goes up")
    return 1 if problems else 0


sys.exit(main())
