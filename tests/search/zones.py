#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What clocks show, in every kind of zone, is the moment that Python's zoneinfo says.

usage: zones.py ASK
"""
import datetime
import random
import subprocess
import sys
import zoneinfo

EPOCH = datetime.datetime(1970, 1, 1)
YEARS = (1916, 1940, 1977, 1996, 2011, 2026, 2060)
# Changes of every kind: by half an hour, by two, before midnight, in summer's stead, of the date line.
ODD = ("Europe/Amsterdam", "Europe/Dublin", "Africa/Casablanca", "America/Nuuk", "Asia/Gaza",
       "Antarctica/Troll", "Australia/Lord_Howe", "Africa/Monrovia", "Pacific/Apia",
       "America/New_York", "Australia/Sydney", "Asia/Kathmandu", "UTC")  # fmt: skip


def times(zone, draw):
    """Seconds on the clock: anywhere, and by quarters of an hour around the changes of some years."""
    out = [draw.randrange(-4_000_000_000, 6_000_000_000) for _ in range(300)]
    for year in YEARS:
        before = None
        for hours in range(0, 366 * 24, 6):
            at = datetime.datetime(year, 1, 1) + datetime.timedelta(hours=hours)
            offset = zone.utcoffset(at)
            if before not in (None, offset):
                seconds = int((at - EPOCH).total_seconds())
                out += [seconds + 900 * k for k in range(-36, 12)]
            before = offset
    return out


def expected(zone, seconds):
    at = (EPOCH + datetime.timedelta(seconds=seconds)).replace(tzinfo=zone, fold=0)
    return seconds - int(at.utcoffset().total_seconds())


def path_of(name):
    for folder in zoneinfo.TZPATH:
        try:
            with open(f"{folder}/{name}", "rb"):
                return f"{folder}/{name}"
        except OSError:
            continue
    raise FileNotFoundError(name)


def main():
    draw, wrong, seen = random.Random(1), 0, 0
    for name in ODD:
        zone = zoneinfo.ZoneInfo(name)
        local = times(zone, draw)
        answer = subprocess.run([sys.argv[1], "--clock", path_of(name)], check=True, text=True,
                                input="\n".join(map(str, local)), capture_output=True)  # fmt: skip
        found = [int(line) for line in answer.stdout.split()]
        if len(found) != len(local):
            print(f"{name}: {len(found)} answers")
            wrong += 1
        for seconds, utc in zip(local, found):
            seen += 1
            if utc != expected(zone, seconds):
                wrong += 1
                print(f"{name}: {seconds} is {utc} and not {expected(zone, seconds)}")
    print(f"{seen} times, {wrong} wrong")
    return 1 if wrong or seen < 5000 else 0


sys.exit(main())
