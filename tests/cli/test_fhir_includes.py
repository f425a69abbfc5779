# SPDX-License-Identifier: Apache-2.0
"""_revinclude of the FHIR API: what refers to what was found, wherever it stands."""

import time

from cli import main
from fhir import FhirTest, about, ndjson


def to(name, **more):
    return {"reference": name, **more}


RECORDS = [
    {"resourceType": "Encounter", "id": "birth", "status": "finished", "class": {"code": "IMP"}, "subject": about("p1")},
    {"resourceType": "Encounter", "id": "visit", "status": "finished", "class": {"code": "AMB"}, "subject": about("p2")},
    # Of the same patient; of the child, about the mother's encounter; and with an escape in the name.
    {"resourceType": "Procedure", "id": "own", "status": "completed", "subject": about("p1"), "encounter": to("Encounter/birth")},
    {"resourceType": "Procedure", "id": "child", "status": "completed", "subject": about("p3"), "encounter": to("Encounter/birth")},
    {"resourceType": "Procedure", "id": "version", "status": "completed", "subject": about("p2"),
     "encounter": to("Encounter/birth/_history/1")},
    {"resourceType": "Procedure", "id": "other", "status": "completed", "subject": about("p2"), "encounter": to("Encounter/visit")},
    # Of nobody; and in the compartment of another patient alone.
    {"resourceType": "Provenance", "id": "nobody", "target": [to("Encounter/birth")], "recorded": "2020-01-01T00:00:00Z",
     "agent": [{"who": to("Practitioner/d1")}]},
    {"resourceType": "Provenance", "id": "anothers", "target": [to("Encounter/birth"), to("Patient/p2")],
     "recorded": "2020-01-01T00:00:00Z", "agent": [{"who": to("Practitioner/d1")}]},
    # Of two patients.
    {"resourceType": "Appointment", "id": "both", "status": "booked",
     "participant": [{"actor": about("p1"), "status": "accepted"}, {"actor": about("p2"), "status": "accepted"}]},
    {"resourceType": "Practitioner", "id": "d1"},
]
ESCAPED = '{"resourceType":"Procedure","id":"escaped","status":"completed","subject":{"reference":"Patient\\/p3"},' \
          '"encounter":{"ref\\u0065rence":"Encounter\\/birth"}}\n'


class Includes(FhirTest):
    def setUp(self):
        super().setUp()
        self.write("src/more.ndjson", ndjson(RECORDS) + ESCAPED)
        self.succeed(*self.export("src", "b.medark"))

    def brought(self, path):
        answer = self.get(path)
        self.assertEqual(answer.status, 200, answer.text)
        names = [e["resource"]["resourceType"] + "/" + e["resource"]["id"] for e in answer.json.get("entry", [])
                 if e["search"]["mode"] == "include"]
        self.assertEqual(len(names), len(set(names)))
        return sorted(names)

    def test_what_refers_is_found_in_every_chart_and_outside(self):
        self.begin()
        procedures = ["Procedure/child", "Procedure/escaped", "Procedure/own", "Procedure/version"]
        provenances = ["Provenance/anothers", "Provenance/nobody"]
        for where in ("Encounter?patient=p1", "Encounter?subject=Patient/p1", "Patient/p1/Encounter?", "Encounter?_id=birth",
                      "Encounter?class=IMP"):
            with self.subTest(where):
                self.assertEqual(self.brought(f"/{where}&_revinclude=Procedure:encounter"), procedures)
                self.assertEqual(self.brought(f"/{where}&_revinclude=Provenance:target"), provenances)
        self.assertEqual(self.brought("/Encounter?_id=visit&_revinclude=Procedure:encounter"), ["Procedure/other"])
        self.assertEqual(self.brought("/Encounter?_id=visit&_revinclude=Provenance:target"), [])
        for patient in ("p1", "p2"):
            self.assertEqual(self.brought(f"/Patient?_id={patient}&_revinclude=Appointment:patient"), ["Appointment/both"])
        self.assertEqual(self.brought("/Patient?_id=p3&_revinclude=Appointment:patient"), [])
        # What is in no compartment may be referred to by everybody.
        self.assertEqual(self.brought("/Practitioner?_id=d1&_revinclude=Provenance:agent"), provenances)
        self.assertEqual(self.brought("/Encounter?patient=p1&_revinclude=Provenance:target&_include:iterate=Provenance:agent"
                                      "&_revinclude:iterate=Provenance:agent"), ["Practitioner/d1", *provenances])

    def test_a_later_archive_has_the_record_that_is_referred_to(self):
        """The Encounter is in the increment alone now; what refers to it is where it was."""
        patients = [{"resourceType": "Patient", "id": f"p{n}"} for n in (1, 2, 3)]
        self.chain(patients + RECORDS, [{**RECORDS[0], "status": "cancelled"}], gone=["Procedure/child"])
        self.begin("1.medark", "2.medark")
        for where in ("Encounter?patient=p1", "Encounter?_id=birth"):
            self.assertEqual(self.brought(f"/{where}&_revinclude=Procedure:encounter"), ["Procedure/own", "Procedure/version"])
            self.assertEqual(self.brought(f"/{where}&_revinclude=Provenance:target"), ["Provenance/anothers", "Provenance/nobody"])
        self.assertEqual(self.get("/Encounter/birth").json["status"], "cancelled")


class Many(FhirTest):
    """A record refers to as many as its source wrote into it, and each of them costs a chart to be read."""

    def setUp(self):
        super().setUp()
        conditions = [{"resourceType": "Condition", "id": f"c{n}", "subject": about("x"), "encounter": to("Encounter/e"),
                       "note": [{"text": "x" * 1000}]} for n in range(2000)]
        shared = [{"resourceType": "Appointment", "id": f"a{n}", "status": "booked", "comment": "x" * 1000,
                   "participant": [{"actor": about("x"), "status": "accepted"}, {"actor": about("y"), "status": "accepted"}]}
                  for n in range(2000)]
        self.write("many/r.ndjson", ndjson([
            {"resourceType": "Patient", "id": "x"}, {"resourceType": "Patient", "id": "y"}, *shared, {"resourceType": "Practitioner", "id": "d1"}, *conditions,
            {"resourceType": "Encounter", "id": "e", "status": "finished", "class": {"code": "IMP"}, "subject": about("x"),
             "diagnosis": [{"condition": to(f"Condition/c{n}")} for n in range(2000)]}]))
        self.succeed(*self.export("many", "b.medark"))

    def test_no_includes_keep_a_thread_for_minutes(self):
        self.begin()
        begin = time.monotonic()
        answer = self.get("/Condition?patient=x&_count=1000&_include=Condition:encounter&_include=Condition:patient")
        self.assertEqual((answer.status, len(answer.json["entry"])), (200, 1002))
        answer = self.get("/Encounter?patient=x&_include=Encounter:diagnosis")
        if answer.status != 200:
            self.refused(answer, 403, "too-costly")
        self.assertLess(time.monotonic() - begin, 30)
        answer = self.get("/Encounter?patient=x&_include=Encounter:patient")
        self.assertEqual((answer.status, len(answer.json["entry"])), (200, 2))

    def test_records_that_two_patients_share_keep_no_thread_for_minutes(self):
        self.begin()
        begin = time.monotonic()
        ids, _ = self.found("/Appointment?_count=1000")
        self.assertEqual(sorted(ids), sorted(f"a{n}" for n in range(2000)))
        self.assertLess(time.monotonic() - begin, 20)


if __name__ == "__main__":
    main()
