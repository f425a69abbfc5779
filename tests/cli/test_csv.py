# SPDX-License-Identifier: Apache-2.0
"""medark restore --to csv:DIR: the lists of charts as tables (RFC 4180)."""

import csv
import json
import os

from archive import ArchiveTest
from cli import main

LISTS = {"allergies", "alerts", "medication", "laboratory", "problems", "procedures", "letters", "appointments", "contacts",
         "vitals", "findings", "immunisations", "care", "people", "other"}


def about(number="p"):
    return {"reference": f"Patient/{number}"}


def code(text):
    return {"coding": [{"system": "s", "code": "c", "display": "not this"}], "text": text}


class Tables(ArchiveTest):
    def tables(self, records, *more, codes=(0, 6)):
        self.write("other/r.ndjson", "".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in records))
        result = self.run_medark(*self.export("other", "b.medark"))
        self.assertIn(result.code, codes, result.err)
        return self.read("b.medark", *more)

    def read(self, archive, *more):
        self.summary = self.succeed(*self.opened("restore", "--to", "csv:tables", "--json", *more, archive=archive)).json()[-1]
        self.assertEqual(set(os.listdir(self.path("tables"))), {name + ".csv" for name in LISTS | {"patients"}})
        found = {}
        for name in LISTS | {"patients"}:
            with open(self.path(f"tables/{name}.csv"), newline="", encoding="utf-8") as f:
                content = f.read()
            self.assertTrue(content.endswith("\r\n"))
            found[name] = list(csv.DictReader(content.splitlines(keepends=True), strict=True))
        return found

    def test_each_record_is_in_one_table(self):
        found = self.read("a.medark")
        self.assertEqual((self.summary["patients"], self.summary["records"]), (3, 60))
        self.assertEqual({row["patient"] for row in found["patients"]}, {row["patient"] for row in found["findings"]} |
                         {row["patient"] for row in found["laboratory"]})
        rows = [row["record"] for name in LISTS for row in found[name]]
        with open(self.path("src/Observation.ndjson"), encoding="utf-8") as f:
            self.assertEqual(sorted(rows), sorted("Observation/" + json.loads(line)["id"] for line in f))

    def test_what_the_lists_show(self):
        found = self.tables([
            {"resourceType": "Patient", "id": "p", "name": [{"family": "Jansen", "given": ["Anna", "M."], "prefix": ["van"]}],
             "birthDate": "1970-01-31", "gender": "female"},
            {"resourceType": "Practitioner", "id": "d", "name": [{"family": "Bakker", "given": ["A."], "prefix": ["dr."]}]},
            {"resourceType": "AllergyIntolerance", "id": "a", "patient": about(), "code": code("Penicillin"),
             "clinicalStatus": code("active"), "criticality": "high", "recordedDate": "2020-02-03",
             "reaction": [{"manifestation": [code("rash"), code("fever")]}], "note": [{"text": "as a child"}]},
            {"resourceType": "MedicationRequest", "id": "m", "subject": about(), "status": "stopped",
             "contained": [{"resourceType": "Medication", "id": "in", "code": code("Metoprolol 50 mg")}],
             "medicationReference": {"reference": "#in"}, "authoredOn": "2026-01-02T10:00:00+01:00",
             "dosageInstruction": [{"timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}},
                                    "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}], "asNeededBoolean": True}],
             "requester": {"reference": "Practitioner/d"}},
            {"resourceType": "Observation", "id": "l", "subject": about(), "status": "final", "code": code("Potassium"),
             "category": [{"coding": [{"code": "laboratory"}]}], "effectiveDateTime": "2026-03-04",
             "interpretation": [code("High")], "referenceRange": [{"low": {"value": 3.5, "unit": "mmol/l"},
                                                                   "high": {"value": 5, "unit": "mmol/l"}}]},
            '{"resourceType":"Observation","id":"w","subject":{"reference":"Patient/p"},"status":"final","code":{"text":"Weight"},'
            '"category":[{"coding":[{"code":"vital-signs"}]}],"valueQuantity":{"value":80.10,"unit":"kg","comparator":"<"}}',
            {"resourceType": "Observation", "id": "bp", "subject": about(), "status": "entered-in-error", "code": code("Pressure"),
             "component": [{"code": code("systolic"), "valueQuantity": {"value": 120, "unit": "mmHg"}},
                           {"code": code("diastolic"), "valueQuantity": {"value": 80, "unit": "mmHg"}}]},
            {"resourceType": "Condition", "id": "c", "subject": about(), "code": code("Asthma"), "clinicalStatus": "resolved"},
            {"resourceType": "Basic", "id": "x", "subject": about(), "code": code("something else")}])
        want = {
            "allergies": {"date": "2020-02-03", "what": "Penicillin", "reaction": "rash; fever", "criticality": "high",
                          "status": "active", "note": "as a child", "current": "yes", "record": "AllergyIntolerance/a"},
            "medication": {"date": "2026-01-02T10:00:00+01:00", "what": "Metoprolol 50 mg",
                           "dose": "1 tablet, 2 per 1 d, as needed", "status": "stopped", "by": "dr. A. Bakker", "current": "no"},
            "laboratory": {"what": "Potassium", "flag": "High", "reference_range": "3.5 mmol/l \u2013 5 mmol/l"},
            "vitals": {"what": "Weight", "result": "< 80.10 kg", "date": ""},
            "findings": {"what": "Pressure", "result": "systolic: 120 mmHg; diastolic: 80 mmHg", "entered_in_error": "yes"},
            "problems": {"what": "Asthma", "status": "resolved", "current": "no", "kind": ""},
            "other": {"what": "something else", "kind": "Basic", "record": "Basic/x"},
            "patients": {"patient": "p", "family": "Jansen", "given": "Anna M.", "birth": "1970-01-31", "gender": "female"}}
        for name in LISTS | {"patients"}:
            with self.subTest(name):
                self.assertEqual(len(found[name]), name in want)
                self.assertEqual({k: found[name][0][k] for k in want[name]} if name in want else {}, want.get(name, {}))

    def test_what_a_spreadsheet_would_run_is_a_text(self):
        texts = ["=HYPERLINK(\"http://x\",\"y\")", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\tx", "-5", "+31", "a \"b\",\r\nc", "-5.5"]
        found = self.tables([{"resourceType": "Patient", "id": "p"}] + [
            {"resourceType": "Condition", "id": f"c{i}", "subject": about(), "code": {"text": text}}
            for i, text in enumerate(texts)])
        rows = {row["record"]: row["what"] for row in found["problems"]}
        for i, text in enumerate(texts):
            is_harmless = text[0] == "a" or text in ("-5", "+31", "-5.5")
            self.assertEqual(rows[f"Condition/c{i}"], text if is_harmless else "'" + text)

    def test_what_is_hostile_or_no_json_is_a_row_too(self):
        deep = {"resourceType": "Condition", "id": "d", "subject": about(), "code": {"text": "x"}}
        for _ in range(100):
            deep["code"] = {"coding": [deep["code"]]}
        self.write("other/x.xml", '<Observation xmlns="http://hl7.org/fhir"><id value="x"/><subject>'
                   '<reference value="Patient/p"/></subject></Observation>')
        found = self.tables([{"resourceType": "Patient", "id": "p"}, deep,
                             {"resourceType": "Condition", "id": "loop", "subject": about(),
                              "code": {"reference": "Condition/loop"}, "stage": [[[1]]]}])
        self.assertEqual({row["record"] for row in found["problems"]}, {"Condition/d", "Condition/loop"})
        self.assertEqual([row["record"] for row in found["findings"]], ["Observation/x"])

    def test_one_patient(self):
        found = self.read("a.medark", "--patient", "999990019")
        self.assertEqual((len(found["patients"]), self.summary["records"]), (1, 20))

    def test_what_does_not_fit_is_refused(self):
        for more in (["--force"], ["--type", "Observation", "--patient", "p1"]):
            self.refuse(2, *self.opened("restore", "--to", "csv:x", *more))
        self.refuse(2, *self.opened("restore", "--to", "csv:"))


if __name__ == "__main__":
    main()
