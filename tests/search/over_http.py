#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
In place of search_ask for the oracle: reads the same lines, and answers them with what the FHIR API
of `medark serve` says about an archive of the records: by GET and by POST in turn, page by page.
Other than there, what was found without an order stands in the order of the records, and what is
included is what there is.
"""

import http.client
import json
import os
import socket
import sys
import time
import urllib.parse

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "cli"))

from service import PASSWORD, Browser, ServiceTest  # noqa: E402 pylint: disable=wrong-import-position

# The server's address in the oracle's records and queries.
BASE = "https://fhir.example.org/base"
FORM = "application/x-www-form-urlencoded"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Service(ServiceTest):
    """An archive of the records, served."""

    def begin(self, records, zone):
        self.address = f"127.0.0.1:{free_port()}"
        self.base = f"https://{self.address}/fhir"
        self.numbers = {}
        for number, line in enumerate(records):
            record = json.loads(line)
            self.numbers[f"{record['resourceType']}/{record['id']}"] = number
        self.write("records/all.ndjson", "".join(line.replace(BASE, self.base) + "\n" for line in records))
        # Incomplete: some of the oracle's references cannot be used.
        self.succeed(*self.export("records", "records.medark"), code=6)
        self.account()
        self.start("records.medark", options=("--zone", zone), listen=self.address)
        form = {"grant_type": "client_credentials", "client_id": "jansen", "client_secret": PASSWORD, "reason": "ETREAT"}
        answer = self.browser().post("/token", **form)
        self.token = {"Authorization": "Bearer " + json.loads(answer.text)["access_token"]}
        self.connection = http.client.HTTPSConnection(self.address, context=Browser.tls(), timeout=60)
        self.addCleanup(self.connection.close)
        end = time.monotonic() + 60
        while self.ask("GET", "/fhir/Patient?_count=1")[0] == 503 and time.monotonic() < end:
            time.sleep(0.1)

    def ask(self, method, place, body=None):
        headers = {**self.token, **({"Content-Type": FORM} if body is not None else {})}
        self.connection.request(method, place, body, headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if not text.startswith(b"{"):
            raise AssertionError(f"status {answer.status}: {text[:300]} of {method} {place}")
        return answer.status, json.loads(text)

    def pages(self, query, number):
        """The Bundles of a query; with small pages now and then. An OperationOutcome ends them."""
        kind, _, form = query.replace(urllib.parse.quote(BASE, safe=""), urllib.parse.quote(self.base, safe="")).partition("?")
        form += f"&_count={(1000, 200, 7)[number % 3]}"
        if number % 2:
            status, answer = self.ask("POST", f"/fhir/{kind}/_search", form)
        else:
            status, answer = self.ask("GET", f"/fhir/{kind}?{form}")
        while True:
            yield status, answer
            links = {link["relation"]: link["url"] for link in answer.get("link", [])}
            if "next" not in links:
                return
            assert links["next"].startswith(self.base + "/"), "a link leads elsewhere"
            status, answer = self.ask("GET", links["next"].removeprefix(f"https://{self.address}"))

    def answer(self, query, number):
        found, brought, has_order = [], [], "_sort=" in query
        for status, page in self.pages(query, number):
            if status != 200:
                return f"! {status} {page['issue'][0]['code']}: {page['issue'][0]['diagnostics']}"
            names = []
            for entry in page.get("entry", []):
                name = f"{entry['resource']['resourceType']}/{entry['resource']['id']}"
                names.append(name)
                (found if entry["search"]["mode"] == "match" else brought).append(name)
            if len(set(names)) != len(names):
                return "! a page has a record twice"
        if len(set(found)) != len(found):
            return "! a record is found twice"
        if not has_order:
            found.sort(key=self.numbers.get)
        out = "".join(" " + name.partition("/")[2] for name in found)
        if "include=" not in query:
            return out
        return out + " +" + "".join(" " + name for name in dict.fromkeys(brought))


def main():
    if sys.argv[1:] == ["--list"]:
        os.execv(os.environ["SEARCH_ASK"], [os.environ["SEARCH_ASK"], "--list"])
    lines = sys.stdin.read().split("\n")[:-1]
    records = [line for line in lines if line.startswith("{")]
    Service.setUpClass()
    service = Service("run_medark")
    service.setUp()
    try:
        service.begin(records, sys.argv[1])
        for number, query in enumerate(lines[len(records):]):
            print(service.answer(query, number))
    finally:
        service.doCleanups()
        Service.doClassCleanups()


if __name__ == "__main__":
    main()
