# SPDX-License-Identifier: Apache-2.0
"""Patient/[id]/$everything of the FHIR API: parts of a chart by time and type, and pages."""

import json

from cli import main
from fhir import FhirTest, about, ndjson

RECORDS = [
    {"resourceType": "Patient", "id": "p1", "birthDate": "2020-06-01"},
    {"resourceType": "Practitioner", "id": "d1"},
    {"resourceType": "Encounter", "id": "e1", "status": "finished", "subject": about("p1"), "class": {"code": "IMP"},
     "period": {"start": "2019-12-30", "end": "2020-01-02"}, "participant": [{"individual": {"reference": "Practitioner/d1"}}]},
    {"resourceType": "Encounter", "id": "open", "status": "in-progress", "subject": about("p1"), "class": {"code": "IMP"},
     "period": {"start": "2019-12-30"}},
    {"resourceType": "Condition", "id": "c1", "subject": about("p1"), "onsetDateTime": "2015", "recordedDate": "2020-03-04"},
    {"resourceType": "Condition", "id": "c2", "subject": about("p1"), "onsetDateTime": "2015"},
    {"resourceType": "Observation", "id": "o1", "status": "final", "subject": about("p1"), "effectiveDateTime": "2020-06-01T12:00:00Z"},
    {"resourceType": "Observation", "id": "o2", "status": "final", "subject": about("p1"), "effectiveDateTime": "2018",
     "valueDateTime": "2020-06-01"},
    {"resourceType": "Observation", "id": "undated", "status": "final", "subject": about("p1")},
    {"resourceType": "Coverage", "id": "card", "status": "active", "beneficiary": about("p1")},
]
ALWAYS = ["card", "d1", "p1", "undated"]


class Everything(FhirTest):
    def setUp(self):
        super().setUp()
        self.write("chart/all.ndjson", ndjson(RECORDS))
        self.succeed(*self.export("chart", "b.medark"))

    def ids(self, query):
        answer = self.get("/Patient/p1/$everything?" + query)
        self.assertEqual(answer.status, 200, answer.text)
        found = sorted(e["resource"]["id"] for e in answer.json.get("entry", []))
        self.assertEqual(answer.json["total"], len(found))
        return found

    def test_start_and_end(self):
        self.begin()
        self.assertEqual(self.ids(""), sorted(r["id"] for r in RECORDS))
        for query, dated in [
            ("start=2020-01-01", ["c1", "e1", "o1", "open"]), ("start=2020-01-02", ["c1", "e1", "o1", "open"]),
            ("start=2020-01-03", ["c1", "o1", "open"]), ("end=2019", ["c1", "c2", "e1", "o2", "open"]),
            ("end=2019-12-29", ["c1", "c2", "o2"]), ("start=2020-06-01&end=2020-06-01", ["o1", "open"]),
            ("start=2020-06-02&end=2020-06-30", ["open"]), ("start=2016&end=2017", []), ("start=2018-05&end=2018-06", ["o2"]),
        ]:
            with self.subTest(query):
                self.assertEqual(self.ids(query), sorted(dated + ALWAYS))
        self.assertEqual(self.ids("start=2020-01-03&_type=Condition,Patient"), ["c1", "p1"])
        self.assertEqual(self.ids("start=2020-01-03&_type=Condition&_type=Observation"), ["c1", "o1", "undated"])
        posted = self.ask("POST", "/Patient/p1/$everything", {"start": "2020-01-03", "_type": "Condition"})
        self.assertEqual([e["resource"]["id"] for e in posted.json["entry"]], ["c1"])

    def test_parameters_come_as_a_resource_too(self):
        self.begin()
        body = {"resourceType": "Parameters", "parameter": [
            {"name": "start", "valueDate": "2020-01-03"}, {"name": "_type", "valueCode": "Condition"}, {"name": "_type", "valueCode": "Patient"},
            {"name": "_count", "valueInteger": 1}]}
        answer = self.ask("POST", "/Patient/p1/$everything", json.dumps(body).encode(), **{"Content-Type": "application/fhir+json"})
        self.assertEqual((answer.status, answer.json["total"], len(answer.json["entry"])), (200, 2, 1), answer.text)
        links = {link["relation"]: link["url"] for link in answer.json["link"]}
        self.assertEqual(self.get(links["next"].partition("/fhir")[2]).json["total"], 2)
        # Of a search a form is the only way.
        self.refused(self.ask("POST", "/Patient/_search", b"{}", **{"Content-Type": "application/fhir+json"}), 415, "not-supported")

    def test_pages(self):
        self.begin()
        whole = [e["resource"]["id"] for e in self.get("/Patient/p1/$everything").json["entry"]]
        answer = self.get("/Patient/p1/$everything?_count=4&start=2000")
        pages = []
        while True:
            self.assertEqual((answer.status, answer.json["total"]), (200, len(RECORDS)), answer.text)
            pages.append([e["resource"]["id"] for e in answer.json["entry"]])
            links = {link["relation"]: link["url"] for link in answer.json["link"]}
            if "next" not in links:
                break
            place = links["next"].partition("/fhir")[2]
            self.assertRegex(place, r"^/Patient/p1/\$everything\?_page=[-_A-Za-z0-9]+$")
            answer = self.get(place)
        self.assertEqual([len(page) for page in pages], [4, 4, 2])
        self.assertEqual(sum(pages, []), whole)
        first = self.get(links["first"].partition("/fhir")[2])
        self.assertEqual([e["resource"]["id"] for e in first.json["entry"]], pages[0])
        none = self.get("/Patient/p1/$everything?_count=0").json
        self.assertEqual((none["total"], none.get("entry"), [link["relation"] for link in none["link"]]), (len(RECORDS), None, ["self"]))
        self.assertEqual([link["relation"] for link in self.get("/Patient/p1/$everything?_count=10").json["link"]], ["self"])

    def test_what_is_refused(self):
        self.begin()
        for query, code in [("start=x", "invalid"), ("end=2020-13", "invalid"), ("_since=1", "invalid"), ("_count=-1", "invalid"),
                            ("_page=AAAA", "not-found")]:
            with self.subTest(query):
                self.refused(self.get("/Patient/p1/$everything?" + query), 400, code)
        long = {"x" * 100 + str(n): "y" * 100 for n in range(100)}
        self.refused(self.ask("POST", "/Patient/p1/$everything", {"_count": "1", **long}), 403, "too-costly")

    def test_each_page_is_logged(self):
        self.begin()
        answer = self.get("/Patient/p1/$everything?_count=6")
        links = {link["relation"]: link["url"] for link in answer.json["link"]}
        self.get(links["next"].partition("/fhir")[2])
        self.end()
        rows = [row for row in self.log() if row["kind"] == "export"]
        self.assertEqual([row["patient"] for row in rows], ["p1", "p1"])
        self.assertNotIn("_page", json.dumps(rows))


if __name__ == "__main__":
    main()
