#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures a running `medark serve` with many clients at once, by wrk: requests each second, p50, p95, p99 and the slowest.

usage: service_wrk.py ADDRESS ACCOUNT PASSWORD-FILE [--clients 1,4,16,64] [--seconds 8] [--patients 300]

Each client keeps one TLS connection and asks anew when it has its answer; patients are drawn at random.
"""

import argparse
import json
import random
import re
import subprocess
import tempfile
import time

from service import NAMES, Client

SCRIPT = """
local paths = { %s }
local bodies = { %s }
local n = 0
function setup(thread) thread:set("seed", %d + n); n = n + 1 end
function init(args) math.randomseed(seed) end
function request()
  local headers = { ["%s"] = "%s" }
  local path = paths[math.random(#paths)]
  if #bodies == 0 then return wrk.format("GET", path, headers) end
  headers["Content-Type"] = "application/x-www-form-urlencoded"
  return wrk.format("POST", path, headers, bodies[math.random(#bodies)])
end
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('{"requests":%%d,"seconds":%%f,"p50":%%f,"p95":%%f,"p99":%%f,"max":%%f,"errors":%%d,"bytes":%%d}\\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(95) / 1e3,
    latency:percentile(99) / 1e3, latency.max / 1e3, e.connect + e.read + e.write + e.status + e.timeout, summary.bytes))
end
"""


def quoted(texts):
    return ", ".join(json.dumps(text) for text in texts)


def run(address, clients, seconds, paths, bodies, header):
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(SCRIPT % (quoted(paths), quoted(bodies), random.randrange(1 << 30), *header))
        script.flush()
        result = subprocess.run(["wrk", "-t", str(min(2, clients)), "-c", str(clients), "-d", f"{seconds}s", "--timeout", "30s", "-s",
                                 script.name, "https://" + address], check=True, capture_output=True, text=True)
    return json.loads(next(line for line in result.stdout.splitlines() if line.startswith("{")))


class Session:
    def __init__(self, args):
        with open(args.password, encoding="utf-8") as f:
            password = f.readline().rstrip("\n")
        self.client = Client(args.address)
        _, headers, _, _ = self.client.ask("POST", "/login", {"name": args.account, "password": password})
        self.cookie = ("Cookie", headers["Set-Cookie"].split(";")[0])
        _, _, page, _ = self.client.ask("GET", "/", Cookie=self.cookie[1])
        self.csrf = re.search(rb'name="csrf" value="([0-9a-f]+)"', page).group(1).decode()
        _, _, text, _ = self.client.ask("POST", "/token", {"grant_type": "client_credentials", "client_id": args.account,
                                                           "client_secret": password})
        self.token = ("Authorization", "Bearer " + json.loads(text)["access_token"])

    def patients(self, count):
        """Some of many, by the names that are looked for."""
        while self.client.ask("GET", "/fhir/Patient/none", Authorization=self.token[1])[0] == 503:
            time.sleep(0.5)
        found, place = [], "/fhir/Patient?birthdate=ge1900&_count=1000"
        while place and len(found) < 10 * count:
            _, _, text, _ = self.client.ask("GET", place, Authorization=self.token[1])
            bundle = json.loads(text)
            found += [e["resource"]["id"] for e in bundle.get("entry", [])]
            place = next((l["url"].partition("/fhir")[2] for l in bundle["link"] if l["relation"] == "next"), None)
            place = place and "/fhir" + place
        return random.sample(found, min(count, len(found)))

    def charts(self, count):
        """Addresses of charts, opened."""
        places = set()
        for name in NAMES:
            _, _, page, _ = self.client.ask("POST", "/find", {"csrf": self.csrf, "query": name}, Cookie=self.cookie[1])
            places |= set(re.findall(r'href="(/chart/[0-9a-f]+)"', page.decode()))
        chosen = random.sample(sorted(places), min(count, len(places)))
        for place in chosen:
            self.client.ask("POST", "/open", {"csrf": self.csrf, "chart": place[7:], "reason": "TREAT"}, Cookie=self.cookie[1])
        return chosen


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("account")
    parser.add_argument("password")
    parser.add_argument("--clients", default="1,4,16,64")
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--patients", type=int, default=300)
    args = parser.parse_args()
    random.seed(1)
    session = Session(args)
    patients = session.patients(args.patients)
    finds = [f"csrf={session.csrf}&query=" + name.replace(" ", "+") for name in NAMES]
    kinds = [
        ("find", ["/find"], finds, session.cookie),
        ("chart", session.charts(60), [], session.cookie),
        ("read", ["/fhir/Patient/" + p for p in patients], [], session.token),
        ("search", [f"/fhir/Observation?patient={p}&_sort=-date&_count=50" for p in patients], [], session.token),
        ("everything", [f"/fhir/Patient/{p}/$everything" for p in patients], [], session.token),
    ]
    print("| | clients | each second | p50 | p95 | p99 | slowest | errors |\n| --- | --- | --- | --- | --- | --- | --- | --- |")
    for what, paths, bodies, header in kinds:
        for clients in map(int, args.clients.split(",")):
            r = run(args.address, clients, args.seconds, paths, bodies, header)
            print(f"| {what} | {clients} | {r['requests'] / r['seconds']:.0f} | {r['p50']:.1f} | {r['p95']:.1f} | {r['p99']:.1f} |"
                  f" {r['max']:.0f} | {r['errors']} |", flush=True)


if __name__ == "__main__":
    main()
