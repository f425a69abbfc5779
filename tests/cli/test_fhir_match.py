# SPDX-License-Identifier: Apache-2.0
"""Patient/$match of the FHIR API: who is found, how sure it is, what is refused and what is logged."""

import json

from cli import main
from fhir import FhirTest, ndjson

BSN = "http://fhir.nl/fhir/NamingSystem/bsn"
GRADE = "http://hl7.org/fhir/StructureDefinition/match-grade"
PATIENTS = [
    {"resourceType": "Patient", "id": "m1", "gender": "male", "birthDate": "1950-02-03",
     "identifier": [{"system": "urn:oid:2.16.840.1.113883.2.4.6.3", "value": "999990056"}, {"system": "urn:mrn", "value": "A 17"}],
     "name": [{"family": "van der Berg", "given": ["Pieter", "Jan"]}]},
    {"resourceType": "Patient", "id": "m2", "gender": "male", "birthDate": "1950-02-03",
     "name": [{"use": "old", "family": "Smit", "given": ["P."]}, {"family": "Berg", "given": ["P."]}]},
    {"resourceType": "Patient", "id": "m3", "gender": "female", "birthDate": "1950-02",
     "name": [{"family": "Berg", "given": ["Pieter"]}]},
    {"resourceType": "Patient", "id": "m4", "gender": "male", "birthDate": "1950-02-03", "name": [{"family": "Berg", "given": ["Klaas"]}]},
    {"resourceType": "Patient", "id": "m5", "gender": "male", "birthDate": "1950-02-04", "name": [{"family": "Berg", "given": ["Pieter"]}]},
    {"resourceType": "Patient", "id": "m6", "birthDate": "1950-02-03", "name": [{"family": "Bergsma", "given": ["Pieter"]}]},
    {"resourceType": "Patient", "id": "m7", "gender": "male", "birthDate": "1950-02-03",
     "identifier": [{"system": BSN, "value": "999990068"}], "name": [{"family": "Berg", "given": ["Pieter"]}]},
    *({"resourceType": "Patient", "id": name, "identifier": [{"system": "urn:mrn", "value": "twice"}]} for name in ("m8", "m9")),
]


def parameters(resource, **more):
    kinds = {bool: "valueBoolean", int: "valueInteger"}
    return {"resourceType": "Parameters", "parameter": [
        {"name": "resource", "resource": {"resourceType": "Patient", **resource}},
        *({"name": name, kinds[type(value)]: value} for name, value in more.items())]}


def identifier(value, system=BSN):
    return {"identifier": [{"system": system, "value": value}]}


PERSON = {"name": [{"family": "Berg", "given": ["Pieter"]}], "birthDate": "1950-02-03"}


class Match(FhirTest):
    def setUp(self):
        super().setUp()
        self.write("src/more.ndjson", ndjson(PATIENTS) + '{"resourceType":"Practitioner","id":"d1"}\n')
        self.succeed(*self.export("src", "b.medark"))

    def post(self, body, path="/Patient/$match", kind="application/fhir+json"):
        return self.ask("POST", path, body if isinstance(body, bytes) else json.dumps(body).encode(), **{"Content-Type": kind})

    def matched(self, resource, path="/Patient/$match", **more):
        answer = self.post(parameters(resource, **more), path)
        self.assertEqual(answer.status, 200, answer.text)
        bundle = answer.json
        self.assertEqual((bundle["resourceType"], bundle["type"]), ("Bundle", "searchset"))
        found = []
        for entry in bundle.get("entry", []):
            extension, = entry["search"]["extension"]
            self.assertEqual((extension["url"], entry["search"]["mode"]), (GRADE, "match"))
            self.assertTrue(entry["fullUrl"].endswith("/Patient/" + entry["resource"]["id"]))
            found.append((entry["resource"]["id"], extension["valueCode"], entry["search"]["score"]))
        self.assertEqual([f[2] for f in found], sorted((f[2] for f in found), reverse=True))
        self.assertGreaterEqual(bundle["total"], len(found))
        return found

    def test_identifiers_are_certain_unless_something_contradicts(self):
        self.begin()
        for resource, wanted in [
            (identifier("999990019"), [("p1", "certain", 1)]),
            ({**identifier("999990019"), "birthDate": "1970-12", "gender": "male"}, [("p1", "certain", 1)]),
            ({**identifier("999990019"), "birthDate": "1970-12-30"}, [("p1", "probable", 0.8)]),
            ({**identifier("999990019"), "gender": "female"}, [("p1", "probable", 0.8)]),
            ({**identifier("999990019"), "gender": "female", "birthDate": "1971"}, [("p1", "possible", 0.4)]),
            ({**identifier("999990019"), "gender": "unknown"}, [("p1", "certain", 1)]),
            # The other system of a BSN; an identifier with a space; one that another system has.
            (identifier("999990056"), [("m1", "certain", 1)]),
            (identifier("A 17", "urn:mrn"), [("m1", "certain", 1)]),
            (identifier("A 17", "urn:other"), []),
            (identifier("999990081"), []),
        ]:
            with self.subTest(resource):
                self.assertEqual(self.matched(resource), wanted)

    def test_names_and_birth_dates_are_never_certain(self):
        self.begin()
        self.assertEqual(self.matched({**PERSON, "gender": "male"}),
                         [("m1", "probable", 0.8), ("m7", "probable", 0.8), ("m2", "possible", 0.6), ("m3", "possible", 0.2)])
        self.assertEqual(self.matched(PERSON), [("m1", "probable", 0.7), ("m7", "probable", 0.7), ("m2", "possible", 0.5),
                                                ("m3", "possible", 0.5)])
        # Another BSN; another sex; only a year.
        self.assertEqual(self.matched({**PERSON, **identifier("999990081")})[-1], ("m7", "possible", 0.4))
        self.assertEqual(self.matched({**PERSON, "gender": "female"})[0], ("m3", "possible", 0.6))
        self.assertEqual({f[0] for f in self.matched({**PERSON, "birthDate": "1950"})}, {"m1", "m2", "m3", "m5", "m7"})
        self.assertEqual(self.matched({"name": [{"family": "Smit"}], "birthDate": "1950-02-03"}), [("m2", "possible", 0.4)])
        self.assertEqual(self.matched({"name": [{"family": "nobody"}], "birthDate": "1950-02-03"}), [])
        self.assertEqual(self.matched({"name": [{"family": "M\u00dcLLER", "given": ["sofie"]}], "birthDate": "1981-02-03"}),
                         [("p2", "probable", 0.7)])

    def test_settings(self):
        self.begin()
        both = {**PERSON, **identifier("999990056")}
        self.assertEqual([f[0] for f in self.matched(both)][0], "m1")
        self.assertEqual(self.matched(both, onlyCertainMatches=True), [("m1", "certain", 1)])
        self.assertEqual(self.matched(PERSON, onlyCertainMatches=True), [])
        twice = identifier("twice", "urn:mrn")
        self.assertEqual(self.matched(twice), [("m8", "certain", 1), ("m9", "certain", 1)])
        self.assertEqual(self.matched(twice, onlyCertainMatches=True), [])
        self.assertEqual(len(self.matched(both, onlyCertainMatches=False, count=2)), 2)
        answer = self.post({"resourceType": "Patient", **both}, "/Patient/$match?onlyCertainMatches=true&count=1",
                           "application/json; charset=utf-8")
        self.assertEqual([e["resource"]["id"] for e in answer.json["entry"]], ["m1"])

    def test_what_is_refused(self):
        self.begin()
        for body, status, code in [
            (b"{", 400, "structure"), (b"", 400, "structure"), ({"resourceType": "Observation"}, 400, "invalid"),
            (parameters({}), 400, "required"), (parameters(identifier("999990018")), 400, "required"),
            (parameters({"identifier": [{"value": "999990019"}]}), 400, "required"),
            (parameters({"birthDate": "1970-12-31"}), 400, "required"), (parameters({"name": [{"family": "x"}]}), 400, "required"),
            (parameters({**PERSON, "birthDate": "31-12-1970"}), 400, "invalid"), (parameters(PERSON, count=0), 400, "invalid"),
            (parameters(PERSON, onlyCertainMatches=3), 400, "invalid"), (parameters(PERSON, whatever=True), 400, "not-supported"),
            ({"resourceType": "Parameters", "parameter": parameters(PERSON)["parameter"] * 2}, 400, "invalid"),
            (parameters({"identifier": [{"system": "s", "value": str(n)} for n in range(17)]}), 400, "too-costly"),
        ]:
            with self.subTest(body):
                answer = self.post(body)
                self.refused(answer, status, code)
                self.assertNotIn("1970", answer.text)
        for kind in ("application/x-www-form-urlencoded", "application/fhir+xml", "text/json"):
            self.refused(self.post(parameters(PERSON), kind=kind), 415, "not-supported")
        self.assertEqual(self.client.ask("POST", "/fhir/Patient/$match", b" " * 70000, **self.token,
                                         **{"Content-Type": "application/fhir+json"}).status, 413)
        answer = self.get("/Patient/$match")
        self.refused(answer, 405, "not-supported")
        self.assertEqual(answer.headers["Allow"], "POST")
        operations = [o for r in self.get("/metadata").json["rest"][0]["resource"] for o in r.get("operation", [])]
        self.assertIn({"name": "match", "definition": "http://hl7.org/fhir/OperationDefinition/Patient-match"}, operations)

    def test_the_log_says_who_was_looked_for_and_no_more(self):
        self.begin()
        self.post(parameters({**PERSON, **identifier("999990056"), "address": [{"text": "Kanaalweg 3"}], "gender": "male"}))
        self.post(parameters({}))
        self.end()
        rows = [row for row in self.log() if row["kind"] == "search"]
        self.assertEqual([row["query"] for row in rows], ["Patient/$match?identifier=" + BSN + "|999990056&family=berg"
                                                          "&birthdate=1950-02-03&gender=male"])
        self.assertEqual((rows[0]["reason"], rows[0]["detail"], rows[0].get("patient")), ("ETREAT", "FHIR", None))
        self.assertNotIn("Kanaalweg", json.dumps(self.log()))
        self.assertNotIn("999990056", self.said)


if __name__ == "__main__":
    main()
