#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures a running `medark serve`: p50, p95, p99 and the slowest of finding, charts, reads and $everything, by one client.

usage: service.py ADDRESS ACCOUNT PASSWORD-FILE [--patients N] [--cold] [--evict ARCHIVE] [--list admitted|0…7]

--cold: no chart is asked for twice. Otherwise each is asked for once before.
--evict: before each request the archive is dropped from the system's cache, so that it comes from the disk.
--list: only the summaries of that list's patients, ten times.
"""

import argparse
import http.client
import json
import os
import random
import re
import ssl
import time
import urllib.parse

NAMES = ["vries", "jan", "bakker", "de jong", "smit", "visser", "meijer 1971", "1970", "ja vr", "mulder an", "31-12-1970"]


class Client:
    def __init__(self, address, archive=None):
        self.archive = archive and os.open(archive, os.O_RDONLY)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        self.connection = http.client.HTTPSConnection(address, context=context, timeout=120)

    def ask(self, method, path, form=None, **headers):
        """Status, headers, body and milliseconds."""
        body = None
        if form is not None:
            body = urllib.parse.urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if self.archive:
            os.posix_fadvise(self.archive, 0, 0, os.POSIX_FADV_DONTNEED)
        begin = time.perf_counter()
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read()
        return answer.status, answer.headers, text, 1000 * (time.perf_counter() - begin)


def tell(what, times, size):
    times.sort()
    at = [times[min(len(times) - 1, int(len(times) * p))] for p in (0.5, 0.95, 0.99)]
    print(f"{what:<12} {len(times):>5}  p50 {at[0]:7.1f}  p95 {at[1]:7.1f}  p99 {at[2]:7.1f}  slowest {times[-1]:7.1f} ms"
          f"  {len(times) / sum(times) * 1000:7.1f}/s  {size // max(1, len(times)):>8} bytes")


def summaries(client, cookie, csrf, which):
    """The first time by itself: nothing is in memory then."""
    times, size = [], 0
    for turn in range(11):
        while client.ask("GET", "/lists/" + which, **cookie)[0] == 503:
            time.sleep(0.5)
        status, _, page, ms = client.ask("POST", "/print", {"csrf": csrf, "list": which, "from": "0", "reason": "TREAT"},
                                         **cookie)
        assert status == 200, status
        times.append(ms)
        size += len(page)
        if turn == 0:
            print(page.count(b'<section class="part"'), "patients")
            tell("first", times, size)
            times, size = [], 0
    tell("summaries", times, size)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("account")
    parser.add_argument("password")
    parser.add_argument("--patients", type=int, default=200)
    parser.add_argument("--cold", action="store_true")
    parser.add_argument("--evict")
    parser.add_argument("--list")
    args = parser.parse_args()
    with open(args.password, encoding="utf-8") as f:
        password = f.readline().rstrip("\n")
    random.seed(1)
    client = Client(args.address, args.evict)
    _, headers, _, _ = client.ask("POST", "/login", {"name": args.account, "password": password})
    cookie = {"Cookie": headers["Set-Cookie"].split(";")[0]}
    _, _, page, _ = client.ask("GET", "/", **cookie)
    csrf = re.search(rb'name="csrf" value="([0-9a-f]+)"', page).group(1).decode()
    if args.list:
        summaries(client, cookie, csrf, args.list)
        return
    times, places, size = [], set(), 0
    for name in NAMES * 5:
        status, _, page, ms = client.ask("POST", "/find", {"csrf": csrf, "query": name}, **cookie)
        assert status == 200, status
        times.append(ms)
        size += len(page)
        places |= set(re.findall(rb'href="(/chart/[0-9a-f]+)"', page))
    tell("find", times, size)
    charts = [p.decode() for p in random.sample(sorted(places), min(args.patients, len(places)))]
    times, size = [], 0
    for place in charts:
        client.ask("POST", "/open", {"csrf": csrf, "chart": place[7:], "reason": "TREAT"}, **cookie)
        for turn in range(1 if args.cold else 2):
            status, _, page, ms = client.ask("GET", place, **cookie)
            assert status == 200, status
        times.append(ms)
        size += len(page)
    tell("chart", times, size)
    status, _, text, _ = client.ask("POST", "/token", {"grant_type": "client_credentials", "client_id": args.account,
                                                       "client_secret": password})
    token = {"Authorization": "Bearer " + json.loads(text)["access_token"]}
    begin = time.perf_counter()
    while client.ask("GET", "/fhir/Patient/none", **token)[0] == 503:
        time.sleep(0.5)
    if time.perf_counter() - begin > 1:
        print(f"waited {time.perf_counter() - begin:.0f} s for the names of records")
    patients, place = [], "/fhir/Patient?birthdate=ge1900&_count=1000"
    while place and len(patients) < 5 * args.patients:
        _, _, text, _ = client.ask("GET", place, **token)
        bundle = json.loads(text)
        patients += [e["resource"]["id"] for e in bundle.get("entry", [])]
        place = next((l["url"].partition(args.address)[2] for l in bundle["link"] if l["relation"] == "next"), None)
    chosen = random.sample(patients, min(args.patients, len(patients)))
    observations = []
    for what, form in [("read", "/fhir/Patient/{}"), ("search", "/fhir/Observation?patient={}&_sort=-date&_count=50"),
                       ("everything", "/fhir/Patient/{}/$everything")]:
        times, size = [], 0
        for patient in chosen:
            status, _, text, ms = client.ask("GET", form.format(patient), **token)
            assert status == 200, (what, status, text[:300])
            times.append(ms)
            size += len(text)
            if what == "search":
                observations += [e["resource"]["id"] for e in json.loads(text).get("entry", [])]
        tell(what, times, size)
    times, size = [], 0
    for record in random.sample(observations, min(args.patients, len(observations))):
        status, _, text, ms = client.ask("GET", "/fhir/Observation/" + record, **token)
        assert status == 200, status
        times.append(ms)
        size += len(text)
    tell("read record", times, size)


if __name__ == "__main__":
    main()
