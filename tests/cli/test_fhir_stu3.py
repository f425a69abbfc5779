# SPDX-License-Identifier: Apache-2.0
"""The FHIR API over records of STU3: it says so, and refuses what these cannot have."""

import json
import os
import subprocess

from cli import main
from fhir import FhirTest, about, ndjson

RECORDS = [
    {"resourceType": "Patient", "id": "p1", "identifier": [{"system": "urn:mrn", "value": "1"}]},
    {"resourceType": "Practitioner", "id": "d1"},
    {"resourceType": "Encounter", "id": "e1", "status": "finished", "class": {"code": "IMP"}, "subject": about("p1"),
     "reason": [{"coding": [{"system": "urn:icpc", "code": "A1"}]}]},
    {"resourceType": "Condition", "id": "c1", "clinicalStatus": "active", "verificationStatus": "confirmed", "subject": about("p1"),
     "context": {"reference": "Encounter/e1"}, "assertedDate": "2015-04-05"},
    {"resourceType": "Observation", "id": "o1", "status": "final", "subject": about("p1"), "context": {"reference": "Encounter/e1"},
     "code": {"text": "weight"}, "effectiveDateTime": "2016-01-01", "comment": "x",
     "related": [{"type": "has-member", "target": {"reference": "Observation/o2"}}]},
    {"resourceType": "Device", "id": "v1", "patient": about("p1"), "model": "Pump 3", "udi": {"deviceIdentifier": "0123"}},
    {"resourceType": "ProcedureRequest", "id": "r1", "status": "active", "intent": "order", "subject": about("p1"),
     "context": {"reference": "Encounter/e1"}, "code": {"text": "x-ray"}},
]
R4 = [
    {"resourceType": "Patient", "id": "p1"}, {"resourceType": "Practitioner", "id": "d1"},
    {"resourceType": "Condition", "id": "c1", "clinicalStatus": {"coding": [{"code": "active"}]}, "subject": about("p1"),
     "recordedDate": "2015-04-05"},
    {"resourceType": "Observation", "id": "o1", "status": "final", "subject": about("p1"), "code": {"text": "weight"}},
]


class Stu3(FhirTest):
    def serve(self, records, *more):
        self.write("old/all.ndjson", ndjson(records))
        self.succeed(*self.export("old", "b.medark", *more))
        self.begin()

    def statement(self):
        return json.loads(self.client.get("/fhir/metadata").text)

    def test_metadata_is_of_the_release_that_the_records_show(self):
        self.serve(RECORDS)
        statement = self.statement()
        self.assertEqual((statement["fhirVersion"], statement["acceptUnknown"]), ("3.0.2", "both"))
        rest, = statement["rest"]
        types = {r["type"]: r for r in rest["resource"]}
        self.assertNotIn("ServiceRequest", types)
        self.assertFalse([r for r in types.values() if "operation" in r])
        self.assertIn({"name": "everything", "definition": {"reference": "http://hl7.org/fhir/OperationDefinition/Patient-everything"}},
                      rest["operation"])
        self.assertTrue(rest["security"]["service"][0]["coding"][0]["system"].startswith("http://hl7.org/fhir/"))
        names = {p["name"] for p in types["Observation"]["searchParam"]}
        self.assertTrue({"_id", "encounter", "code"} <= names)
        self.assertFalse({"has-member", "_source"} & names)
        self.assertNotIn("Observation:has-member", types["Observation"]["searchInclude"])

    def test_a_later_release(self):
        self.serve(R4 + [{**RECORDS[4], "id": "converted"}])
        statement = self.statement()
        self.assertEqual((statement["fhirVersion"], "acceptUnknown" in statement), ("4.0.1", False))
        rest, = statement["rest"]
        # What is of a type stands with that type.
        self.assertEqual([o["name"] for o in rest["operation"]], ["export"])
        patient, = (r for r in rest["resource"] if r["type"] == "Patient")
        self.assertIn({"name": "everything", "definition": "http://hl7.org/fhir/OperationDefinition/Patient-everything"}, patient["operation"])
        self.assertIn("ServiceRequest", {r["type"] for r in statement["rest"][0]["resource"]})
        self.assertEqual(self.get("/ServiceRequest?patient=p1").status, 200)

    def test_searches_look_where_stu3_has_it(self):
        self.serve(RECORDS)
        for path, wanted in [
            ("/Condition?recorded-date=2015-04-05", ["c1"]), ("/Condition?patient=p1&clinical-status=active", ["c1"]),
            ("/Condition?encounter=Encounter/e1", ["c1"]), ("/Observation?encounter=e1", ["o1"]), ("/Encounter?reason-code=A1", ["e1"]),
            ("/Device?model=pump", ["v1"]), ("/Device?udi-di=0123", ["v1"]), ("/Device?patient=p1", ["v1"]),
        ]:
            with self.subTest(path):
                self.assertEqual(self.found(path)[0], wanted)
        for path in ("/Observation?patient=p1&has-member=Observation/o2", "/Observation?has-member:missing=true", "/Encounter?based-on=x",
                     "/Observation?patient=p1&_include=Observation:has-member", "/Observation?_id=o1&_revinclude=Observation:derived-from",
                     "/Goal?_sort=achievement-status", "/Patient?_source=x"):
            with self.subTest(path):
                self.refused(self.get(path), 400, "not-supported")
        for path in ("/ServiceRequest?patient=p1", "/Patient/p1/ServiceRequest", "/ProcedureRequest?patient=p1"):
            self.refused(self.get(path), 404, "not-supported" if path[1] != "P" or path[2] == "r" else "not-found")
        self.assertEqual(self.get("/ProcedureRequest/r1").json, RECORDS[-1])
        self.assertEqual(self.get("/ProcedureRequest/r1/_history/1").status, 404)
        self.refused(self.ask("PUT", "/ProcedureRequest/r1", b"{}"), 405, "not-supported")
        self.refused(self.get("/Nonsense/r1"), 404, "not-supported")
        kinds = {e["resource"]["resourceType"] for e in self.get("/Patient/p1/$everything").json["entry"]}
        self.assertTrue({"ProcedureRequest", "Observation"} <= kinds)

    def test_records_in_xml_show_it_too(self):
        self.write("old/x.xml", '<Condition xmlns="http://hl7.org/fhir"><id value="x"/><clinicalStatus value="active"/><subject>'
                                '<reference value="Patient/p1"/></subject></Condition>')
        self.serve(RECORDS[:2])
        self.assertEqual(self.statement()["fhirVersion"], "3.0.2")

    def test_published_examples(self):
        for name, version in (("nl-stu3-zib2017", "3.0.2"), ("nl-core-r4-zib2020", "4.0.1"), ("fhir-r4-examples", "4.0.1")):
            path = os.path.join(os.environ["MEDARK_ROOT"], "..", "shared", "data", name + ".tar.zst")
            if not os.path.exists(path):
                print(f"NOT CHECKED: {name} is not there")
                continue
            with self.subTest(name):
                os.makedirs(self.path(name))
                subprocess.run(["tar", "-xf", path, "-C", self.path(name)], check=True)
                self.run_medark(*self.export(name, name + ".medark"))  # some examples are faulty
                self.start(name + ".medark")
                statement = json.loads(self.browser().get("/fhir/metadata").text)
                self.assertEqual(statement["fhirVersion"], version)
                self.end()

    def test_match_has_the_extension_of_stu3(self):
        self.serve(RECORDS)
        body = {"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": RECORDS[0]}]}
        answer = self.ask("POST", "/Patient/$match", json.dumps(body).encode(), **{"Content-Type": "application/fhir+json"})
        self.assertEqual(answer.json["entry"][0]["search"]["extension"],
                         [{"url": "http://hl7.org/fhir/StructureDefinition/patient-mpi-match", "valueCode": "certain"}])


if __name__ == "__main__":
    main()
