# SPDX-License-Identifier: Apache-2.0
"""A client of the FHIR API of medark serve."""

import json
import os
import sys

from service import ServiceTest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "live"))

from simulator import Server  # noqa: E402 pylint: disable=wrong-import-position


def about(owner):
    return {"reference": f"Patient/{owner}"}


def ndjson(records):
    return "".join(json.dumps(r) + "\n" for r in records)


class FhirTest(ServiceTest):
    def setUp(self):
        super().setUp()
        self.account()

    def chain(self, records, changed, gone=()):
        """1.medark has all records of a server; 2.medark is the increment behind it, and names what was deleted."""
        self.write("vendor/all.ndjson", ndjson(records))
        server = Server(self.path("vendor"))
        self.addCleanup(server.stop)
        self.succeed(*self.export("fhir+" + server.base, "1.medark"))
        self.write("vendor/all.ndjson", ndjson(changed))
        self.write("vendor/gone.ndjson", ndjson([{"resourceType": "Bundle", "type": "transaction", "entry": [
            {"request": {"method": "DELETE", "url": url}} for url in gone]}]))
        server.deleted = ["gone.ndjson"]
        server.time = "2026-11-23T03:00:00+01:00"
        self.succeed(*self.export("fhir+" + server.base, "2.medark", "--previous", "1.medark", "--since", "auto"))

    def begin(self, *archives):
        self.start(*(archives or ("b.medark",)))
        self.client = self.browser()
        self.take_token("/Practitioner/d1")

    def ask(self, method, path, body=None, **headers):
        answer = self.client.ask(method, "/fhir" + path, body, **{**self.token, **headers})
        if answer.body and method != "HEAD":
            answer.json = json.loads(answer.text)
        return answer

    def get(self, path, **headers):
        return self.ask("GET", path, **headers)

    def found(self, path, status=200):
        """Ids of a search, over all its pages; and the first page."""
        first = answer = self.get(path)
        ids = []
        while True:
            self.assertEqual(answer.status, status, answer.text)
            for entry in answer.json.get("entry", []):
                if entry["search"]["mode"] == "match":
                    ids.append(entry["resource"]["id"])
            links = {link["relation"]: link["url"] for link in answer.json["link"]}
            if "next" not in links:
                return ids, first.json
            place = links["next"].partition("/fhir")[2]
            self.assertRegex(place, r"^/[A-Za-z/0-9%]+\?_page=[-_A-Za-z0-9]+$")
            answer = self.get(place)

    def refused(self, answer, status, code):
        self.assertEqual(answer.status, status, answer.text)
        self.assertEqual(answer.json["resourceType"], "OperationOutcome")
        self.assertEqual(answer.json["issue"][0]["code"], code)
        self.assertTrue(answer.json["issue"][0]["diagnostics"])
