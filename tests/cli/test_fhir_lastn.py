# SPDX-License-Identifier: Apache-2.0
"""Observation/$lastn of the FHIR API: the latest of each code, and of codes that mean the same."""

import json

from cli import main
from fhir import FhirTest, about, ndjson


def observation(name, date, *codes, text=None, owner="p1", **more):
    code = {"coding": [{"system": "urn:" + c[0], "code": c} for c in codes]} if codes else {}
    if text:
        code["text"] = text
    when = {"effectiveDateTime": date} if date else {}
    return {"resourceType": "Observation", "id": name, "status": "final", "subject": about(owner), "code": code, **when, **more}


LABORATORY = {"category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}]}]}
RECORDS = [
    # a, and what is a as well.
    observation("a1", "2021-01-01", "a"), observation("a3", "2021-01-03T10:00:00Z", "a"), observation("a2", "2021-01-02", "a", "c"),
    observation("c1", "2020-05-05", "c", **LABORATORY), observation("c9", None, "c"),
    # b: three at the same time, and one before.
    observation("b1", "2021-02-01T10:00:00+01:00", "b"), observation("b2", "2021-02-01T09:00:00Z", "b"),
    observation("b3", "2021-02-01T09:00:00Z", "b"), observation("b0", "2021-01-31", "b", **LABORATORY),
    # The same code of another system; texts alone; no code.
    {**observation("other", "2019-01-01"), "code": {"coding": [{"system": "urn:x", "code": "a"}]}},
    observation("t1", "2018-01-01", text="Text"), observation("t2", "2018-01-02", text="Text"), observation("t3", "2018-01-01", text="text"),
    {**observation("none", "2017-01-01"), "effectiveDateTime": None},
    {**observation("period", None, "p"), "effectivePeriod": {"start": "2016-01-01", "end": "2022-01-01"}},
    observation("p", "2016-01-02", "p"),
    observation("of-another", "2022-01-01", "a", owner="p2"),
]


class Lastn(FhirTest):
    def setUp(self):
        super().setUp()
        self.write("lastn/all.ndjson", ndjson([{"resourceType": "Patient", "id": "p1"}, {"resourceType": "Patient", "id": "p2"}]
                                              + RECORDS + [{"resourceType": "Practitioner", "id": "d1"}]))
        self.succeed(*self.export("lastn", "b.medark"))

    def ids(self, query):
        answer = self.get("/Observation/$lastn?" + query)
        self.assertEqual(answer.status, 200, answer.text)
        posted = self.ask("POST", "/Observation/$lastn", dict(p.split("=", 1) for p in query.split("&")))
        self.assertEqual(posted.json, answer.json)
        body = {"resourceType": "Parameters", "parameter": []}
        for name, _, value in (p.partition("=") for p in query.split("&")):
            body["parameter"].append({"name": name, **({"valueInteger": int(value)} if name == "max" else {"valueString": value})})
        posted = self.ask("POST", "/Observation/$lastn", json.dumps(body).encode(), **{"Content-Type": "application/fhir+json"})
        self.assertEqual(posted.json, answer.json)
        entries = answer.json.get("entry", [])
        self.assertEqual({e["search"]["mode"] for e in entries} - {"match"}, set())
        self.assertEqual(answer.json["total"], len(entries))
        return [e["resource"]["id"] for e in entries]

    def test_the_latest_of_each_code(self):
        self.begin()
        latest = ["b1", "b2", "b3", "a3", "other", "t2", "t3", "p", "none"]
        self.assertEqual(self.ids("patient=p1"), latest)
        self.assertEqual(self.ids("subject=Patient/p1&max=1"), latest)
        self.assertEqual(self.ids("patient=Patient/p1&code=urn:b|b&max=2"), ["b1", "b2", "b3"])
        self.assertEqual(self.ids("patient=p1&code=urn:b|b&max=3"), ["b1", "b2", "b3"])
        self.assertEqual(self.ids("patient=p1&code=b&max=4"), ["b1", "b2", "b3", "b0"])
        # a and c are the same, as a2 has both: without it they are two.
        self.assertEqual(self.ids("patient=p1&code=urn:a|a,urn:c|c&max=2"), ["a3", "a2"])
        self.assertEqual(self.ids("patient=p1&code=urn:a|a,urn:c|c&date=ne2021-01-02"), ["a3", "c1"])
        self.assertEqual(self.ids("patient=p1&code=urn:a|a,urn:c|c&max=9"), ["a3", "a2", "a1", "c1", "c9"])
        self.assertEqual(self.ids("patient=p1&category=laboratory"), ["b0", "c1"])
        self.assertEqual(self.ids("patient=p2&code=urn:a|a"), ["of-another"])
        self.assertEqual(self.ids("patient=p3&code=urn:a|a"), [])

    def test_what_is_refused(self):
        self.begin()
        for query, code in [("", "required"), ("code=urn:a|a", "required"), ("patient=p1,p2", "required"), ("_id=a1", "required"),
                            ("patient=p1&max=0", "invalid"), ("patient=p1&max=x", "invalid"), ("patient=p1&max=1&max=2", "invalid"),
                            ("patient=p1&_sort=code", "invalid"), ("patient=p1&_count=3", "not-supported"),
                            ("patient=p1&_include=Observation:subject", "not-supported"), ("patient=p1&whatever=1", "not-supported"),
                            ("patient=p1&_summary=count", "not-supported"), ("patient=p1&date=x", "invalid")]:
            with self.subTest(query):
                self.refused(self.get("/Observation/$lastn?" + query), 400, code)
        answer = self.ask("POST", "/Observation/$lastn", b"{}", **{"Content-Type": "application/fhir+xml"})
        self.refused(answer, 415, "not-supported")
        for body, code in [(b"{", "structure"), (b"{}", "invalid"), (b"[]", "invalid"),
                           (b'{"resourceType":"Parameters","parameter":[{"name":"patient"}]}', "not-supported"),
                           (b'{"resourceType":"Parameters","parameter":[{"valueString":"p1"}]}', "not-supported"),
                           (b'{"resourceType":"Parameters","parameter":[{"name":"patient","valueReference":{}}]}', "not-supported"),
                           (b'{"resourceType":"Parameters","parameter":[{"name":"p\\u0000","valueString":"x"}]}', "invalid"),
                           (b'{"resourceType":"Parameters"}', "required")]:
            with self.subTest(body):
                self.refused(self.ask("POST", "/Observation/$lastn", body, **{"Content-Type": "application/fhir+json"}), 400, code)
        operations = {r["type"]: r.get("operation") for r in self.get("/metadata").json["rest"][0]["resource"]}
        self.assertEqual(operations["Observation"],
                         [{"name": "lastn", "definition": "http://hl7.org/fhir/OperationDefinition/Observation-lastn"}])

    def test_the_log_has_the_patient_and_what_was_asked(self):
        self.begin()
        self.get("/Observation/$lastn?patient=p1&code=b&max=2")
        body = {"resourceType": "Parameters", "parameter": [{"name": "patient", "valueString": "p1"}, {"name": "code", "valueString": "urn:b|b&"}]}
        self.ask("POST", "/Observation/$lastn", json.dumps(body).encode(), **{"Content-Type": "application/fhir+json"})
        self.end()
        rows = [row for row in self.log() if row["kind"] == "search"]
        self.assertEqual([(row["patient"], row["query"]) for row in rows],
                         [("p1", "Observation/$lastn?patient=p1&code=b&max=2"), ("p1", "Observation/$lastn?patient=p1&code=urn:b|b%26")])


if __name__ == "__main__":
    main()
