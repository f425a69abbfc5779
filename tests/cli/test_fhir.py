# SPDX-License-Identifier: Apache-2.0
"""The FHIR API of medark serve: read, search, pages, includes, $everything, refusals."""

import json

from cli import main
from fhir import FhirTest, about
from service import PASSWORD

BSN = "999990019"


RECORDS = [
    {"resourceType": "Practitioner", "id": "d1", "name": [{"family": "Arts"}]},
    {"resourceType": "Practitioner", "id": "d2", "name": [{"family": "Dokter"}]},
    *({"resourceType": "Condition", "id": f"c{n}", "subject": about(f"p{n % 3 + 1}"), "recordedDate": f"2020-01-{n + 1:02}",
       "code": {"coding": [{"system": "urn:icpc", "code": "A" + str(n % 4)}]}, "asserter": {"reference": f"Practitioner/d{n % 2 + 1}"},
       "text": {"status": "generated", "div": "<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"},
       "meta": {"versionId": str(n), "lastUpdated": f"2021-02-03T04:05:{n:02}Z"}} for n in range(20)),
    {"resourceType": "Provenance", "id": "v1", "target": [{"reference": "Condition/c3"}], "recorded": "2020-01-01T00:00:00Z",
     "agent": [{"who": {"reference": "Practitioner/d1"}}]},
]


class Fhir(FhirTest):
    def setUp(self):
        super().setUp()
        self.write("src/more.ndjson", "".join(json.dumps(r) + "\n" for r in RECORDS))
        self.succeed(*self.export("src", "b.medark"))

    def test_a_record_is_given_as_it_stands(self):
        self.begin()
        answer = self.get("/Condition/c3")
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.text, json.dumps(RECORDS[5]))
        self.assertEqual(answer.headers["Content-Type"], "application/fhir+json; charset=utf-8")
        self.assertEqual(answer.headers["ETag"], 'W/"3"')
        self.assertEqual(answer.headers["Last-Modified"], "Wed, 03 Feb 2021 04:05:03 GMT")
        self.assertEqual(self.get("/Condition/c3", **{"If-None-Match": 'W/"3"'}).status, 304)
        self.assertEqual(self.get("/Condition/c3/_history/3").status, 200)
        self.refused(self.get("/Condition/c3/_history/4"), 404, "not-found")
        self.refused(self.get("/Condition/none"), 404, "not-found")
        self.assertRegex(self.get("/Practitioner/d1").headers["ETag"], r'^W/"[0-9a-f]{32}"$')
        head = self.ask("HEAD", "/Condition/c3")
        self.assertEqual((head.status, head.body), (200, b""))

    def test_metadata_needs_no_token(self):
        self.begin()
        answer = self.client.get("/fhir/metadata")
        self.assertEqual(answer.status, 200)
        statement = json.loads(answer.text)
        self.assertEqual((statement["resourceType"], statement["fhirVersion"]), ("CapabilityStatement", "4.0.1"))
        types = {r["type"]: r for r in statement["rest"][0]["resource"]}
        self.assertEqual({i["code"] for i in types["Patient"]["interaction"]}, {"read", "vread", "search-type"})
        self.assertIn("birthdate", {p["name"] for p in types["Patient"]["searchParam"]})
        smart = json.loads(self.client.get("/fhir/.well-known/smart-configuration").text)
        self.assertEqual(smart["token_endpoint"], f"https://{self.address}/token")
        for token in ({}, {"Authorization": "Bearer " + "0" * 64}, {"Authorization": "Basic eA=="}):
            answer = self.client.get("/fhir/Patient/p1", **token)
            self.assertEqual((answer.status, answer.headers["WWW-Authenticate"]), (401, "Bearer"))
            self.assertNotIn("Vries", answer.text)

    def test_searches_find_what_fits_and_nothing_else(self):
        self.begin()
        everyone = [f"c{n}" for n in range(20)]
        mine = [f"c{n}" for n in range(20) if n % 3 == 0]
        for path, wanted in [
            ("/Condition?patient=p1", mine), ("/Condition?patient=Patient/p1", mine), ("/Condition?subject=Patient/p1", mine),
            ("/Patient/p1/Condition", mine), ("/Condition?patient=p9", []), ("/Condition", everyone),
            ("/Condition?code=urn:icpc|A1", [f"c{n}" for n in range(20) if n % 4 == 1]),
            ("/Condition?code=A1,A2&patient=p1", [f"c{n}" for n in range(20) if n % 3 == 0 and n % 4 in (1, 2)]),
            ("/Condition?recorded-date=ge2020-01-15", [f"c{n}" for n in range(14, 20)]),
            ("/Condition?_id=c1,c2,none,c1", ["c1", "c2"]), ("/Patient?_id=p1", ["p1"]),
            ("/Patient?identifier=" + BSN, ["p1"]), ("/Patient?family=vri", ["p1", "p3"]), ("/Patient?given=sof", ["p2"]),
            ("/Patient?birthdate=1970-12-31", ["p1"]), ("/Patient?birthdate=gt1975&gender=female", ["p2", "p3"]),
            ("/Patient?name=vries&birthdate=2001-05-06", ["p3"]), ("/Patient?family=nobody", []),
            ("/Practitioner", ["d1", "d2"]), ("/Practitioner?name=arts", ["d1"]),
            ("/Provenance?target=Condition/c3", ["v1"]), ("/Observation?code:text=x&patient=p1", None),
        ]:
            for extra in ("", "_count=2"):
                with self.subTest(path, extra=extra):
                    full = path + ("?" if "?" not in path else "&") + extra if extra else path
                    if wanted is None:
                        self.refused(self.get(full), 400, "not-supported")
                        continue
                    ids, first = self.found(full)
                    self.assertEqual(sorted(ids), sorted(wanted))
                    if "total" in first:
                        self.assertEqual(first["total"], len(wanted))
                    kind, _, query = full.partition("?")
                    if not kind.startswith("/Patient/"):
                        posted = self.ask("POST", kind + "/_search", dict(p.split("=", 1) for p in query.split("&") if p))
                        self.assertEqual([e["resource"] for e in posted.json.get("entry", [])],
                                         [e["resource"] for e in first.get("entry", [])])

    def test_records_of_two_charts_and_of_none_are_found(self):
        """A Patient stands in the chart of whom it was replaced by, too; a Device is in none."""
        records = [
            {"resourceType": "Patient", "id": "a1", "name": [{"family": "Bakker"}]},
            {"resourceType": "Patient", "id": "a2", "active": False, "name": [{"family": "Visser"}],
             "link": [{"other": about("a1"), "type": "replaced-by"}]},
            {"resourceType": "Device", "id": "pump", "patient": about("a1")},
        ]
        self.write("two/all.ndjson", "".join(json.dumps(r) + "\n" for r in records))
        self.succeed(*self.export("two", "c.medark"))
        self.begin("c.medark")
        for path, wanted in [("/Patient?family=visser", ["a2"]), ("/Patient?family=bakker,visser", ["a1", "a2"]),
                             ("/Device?patient=a1", ["pump"]), ("/Device?patient=a2", [])]:
            with self.subTest(path):
                self.assertEqual(sorted(self.found(path)[0]), wanted)

    def test_what_refers_to_many_is_looked_for_once(self):
        many = [{"resourceType": "Organization", "id": f"g{n}", "partOf": {"reference": f"Organization/g{n // 2}"}}
                for n in range(1, 400)]
        self.write("src/refers.ndjson", "".join(json.dumps(r) + "\n" for r in many))
        self.succeed(*self.export("src", "c.medark"))
        self.begin("c.medark")
        answer = self.get("/Organization?_count=1000&_revinclude=Organization:partof")
        self.assertEqual((answer.status, len(answer.json["entry"])), (200, 399), answer.text[:300])
        answer = self.get("/Organization?_id=g2&_revinclude:iterate=Organization:partof")
        under = [n for n in range(1, 400) if bin(n).startswith("0b10")]
        self.assertEqual(sorted(int(e["resource"]["id"][1:]) for e in answer.json["entry"]), under)

    def test_order_counts_and_parts(self):
        self.begin()
        ids, first = self.found("/Condition?_sort=-recorded-date&_count=7")
        self.assertEqual(ids, [f"c{n}" for n in reversed(range(20))])
        self.assertEqual(first["total"], 20)
        count = self.get("/Condition?_summary=count").json
        self.assertEqual((count["total"], count.get("entry")), (20, None))
        part = self.get("/Condition?patient=p1&_elements=recordedDate&_count=1").json["entry"][0]["resource"]
        self.assertEqual(set(part), {"resourceType", "id", "meta", "subject", "code", "recordedDate"})
        self.assertEqual(part["meta"]["tag"][0]["code"], "SUBSETTED")
        self.assertEqual(part["meta"]["versionId"], "0")
        self.assertNotIn("text", self.get("/Condition?_id=c1&_summary=data").json["entry"][0]["resource"])
        self.assertIn("text", self.get("/Condition?_id=c1&_summary=text").json["entry"][0]["resource"])
        self.assertEqual(self.get("/Condition?_total=accurate&_count=1").json["total"], 20)

    def test_includes_bring_along(self):
        self.begin()

        def names(path):
            self.assertEqual(self.get(path).status, 200, self.get(path).text)
            return sorted(e["resource"]["resourceType"] + "/" + e["resource"]["id"] + ":" + e["search"]["mode"]
                          for e in self.get(path).json["entry"])

        self.assertEqual(names("/Condition?_id=c3&_include=Condition:asserter&_include=Condition:subject"),
                         ["Condition/c3:match", "Patient/p1:include", "Practitioner/d2:include"])
        self.assertEqual(names("/Condition?_id=c3&_revinclude=Provenance:target"), ["Condition/c3:match", "Provenance/v1:include"])
        self.assertEqual(names("/Condition?_id=c3&_revinclude=Provenance:target&_include:iterate=Provenance:agent"),
                         ["Condition/c3:match", "Practitioner/d1:include", "Provenance/v1:include"])
        self.assertEqual(len(names("/Patient?_id=p1&_revinclude=Condition:patient")), 8)

    def test_everything_is_a_chart(self):
        self.begin()
        bundle = self.get("/Patient/p1/$everything").json
        kinds = {}
        for entry in bundle["entry"]:
            kinds[entry["resource"]["resourceType"]] = kinds.get(entry["resource"]["resourceType"], 0) + 1
        self.assertEqual(kinds, {"Patient": 1, "Observation": 20, "Condition": 7, "Practitioner": 2})
        self.assertEqual(bundle["total"], 30)
        self.assertEqual(len(self.get("/Patient/p1/$everything?_type=Condition").json["entry"]), 7)
        self.assertEqual(len(self.get("/Patient/p1/$everything?_type=Condition&_since=2021-02-03T04:05:06Z").json["entry"]), 5)
        self.refused(self.get("/Patient/p9/$everything"), 404, "not-found")
        self.refused(self.get("/Patient/$nonsense"), 404, "not-supported")

    def test_nothing_can_be_written_and_mistakes_are_told(self):
        self.begin()
        for method, path in [("PUT", "/Patient/p1"), ("DELETE", "/Patient/p1"), ("PATCH", "/Patient/p1"), ("POST", "/Patient"),
                             ("POST", "/"), ("DELETE", "/Condition")]:
            answer = self.ask(method, path, b"{}", **{"Content-Type": "application/fhir+json"})
            self.refused(answer, 405, "not-supported")
            self.assertIn("Allow", answer.headers)
        for path, status, code in [
            ("/Nonsense", 404, "not-supported"), ("/Condition?recorded-date=x", 400, "invalid"),
            ("/Condition?patient.name=x", 400, "not-supported"), ("/Condition?_page=AAAA", 400, "not-found"),
            ("/Condition?_count=-1", 400, "invalid"), ("/Condition?x=%zz", 400, "invalid"), ("/a/b/c/d/e/f/g/h", 404, "not-found"),
            ("/Patient/%00", 404, "not-found"),
        ]:
            with self.subTest(path):
                self.refused(self.get(path), status, code)
        self.refused(self.get("/Patient/p1", Accept="application/fhir+xml"), 406, "not-supported")
        lenient = self.get("/Condition?patient=p1&whatever=1")
        outcome = [e["resource"] for e in lenient.json["entry"] if e["search"]["mode"] == "outcome"]
        self.assertIn("whatever", outcome[0]["issue"][0]["diagnostics"])
        self.assertNotIn("whatever", lenient.json["link"][0]["url"])
        self.refused(self.get("/Condition?patient=p1&whatever=1", Prefer="handling=strict"), 400, "not-supported")

    def test_the_log_has_what_was_asked_and_why(self):
        self.begin()
        self.get("/Condition?patient=p1&code=A1")
        self.get("/Condition/c3")
        self.get("/Patient/p1/$everything")
        self.get("/Patient/nobody")
        self.end()
        rows = [row for row in self.log() if row["detail"] == "FHIR" and row.get("record") != "Practitioner/d1"]
        self.assertEqual([row["kind"] for row in rows], ["search", "read", "export", "read"])
        self.assertEqual(rows[0]["query"], "Condition?patient=p1&code=A1")
        self.assertEqual([row.get("patient") for row in rows[:3]], ["p1"] * 3)
        self.assertEqual(rows[1]["record"], "Condition/c3")
        self.assertEqual({row["reason"] for row in rows}, {"ETREAT"})
        self.assertNotIn("p1", self.said)

    def test_the_log_names_the_patient_however_the_question_is_put(self):
        self.begin()
        own = self.get("/Patient/p1/Condition").json["total"]
        # The same compartment, by an identifier; one record, and a whole chart, by their names.
        self.assertEqual(self.get(f"/Patient/{BSN}/Condition").json["total"], own)
        self.get("/Condition?_id=c3,c4,c3,none")
        self.get("/Patient?_id=p2&_revinclude=Condition:subject")
        # What is asked for stands behind more than a row has room for.
        self.ask("POST", "/Condition/_search", {"x": "y" * 3990, "x2": "z" * 100, "patient": "p3", "code": "A2"})
        self.end()
        rows = [(row.get("patient"), row.get("record"), row["query"]) for row in self.log() if row["kind"] == "search"]
        self.assertEqual(rows[:5], [("p1", None, "Condition?"), ("p1", None, "Condition?"),
                                    ("p1", "Condition/c3", "Condition?_id=c3,c4,c3,none"), ("p2", "Condition/c4", "Condition?"),
                                    ("p2", "Patient/p2", "Patient?_id=p2&_revinclude=Condition:subject")])
        self.assertEqual([row[0] for row in rows[5:]], ["p3", "p3"])
        self.assertEqual("".join(row[2].partition("?")[2] for row in rows[5:]),
                         "x=" + "y" * 3990 + "&x2=" + "z" * 100 + "&patient=p3&code=A2")

    def test_any_address_can_be_logged(self):
        self.begin()
        for path in ("/Condition/" + "x" * 300, "/Condition/" + "%C3%A9" * 200, "/Condition/%FF%09", "/Patient/" + "y" * 300 + "/$everything"):
            self.refused(self.get(path), 404, "not-found")
        self.assertEqual(self.ask("POST", "/Condition/_search", {"patient": "p1", "x": "\u00e9" * 2040, "y": "\u00e9" * 2040}).status, 200)
        self.assertEqual(self.client.ask("POST", "/fhir/Condition/_search", ("patient=p1&x=a" + "\u00e9" * 2000).encode(), **self.token,
                                         **{"Content-Type": "application/x-www-form-urlencoded"}).status, 200)
        self.assertNotIn("log", self.end())
        self.assertIn("Condition/?\t", [row.get("record") for row in self.log()])

    def test_long_answers_come_whole(self):
        self.write("long/r.ndjson", json.dumps({"resourceType": "Patient", "id": "x"}) + "\n" + "".join(
            json.dumps({"resourceType": "Observation", "id": f"l{n}", "subject": about("x"), "note": [{"text": "z" * 20000}]}) + "\n"
            for n in range(400)))
        self.succeed(*self.export("long", "l.medark"))
        self.start("l.medark")
        self.client = self.browser()
        answer = self.client.post("/token", grant_type="client_credentials", client_id="jansen", client_secret=PASSWORD)
        self.token = {"Authorization": "Bearer " + json.loads(answer.text)["access_token"]}
        bundle = self.get("/Patient/x/$everything")
        self.assertGreater(len(bundle.body), 8_000_000)
        self.assertEqual(len(bundle.json["entry"]), 401)


if __name__ == "__main__":
    main()
