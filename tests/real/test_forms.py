# SPDX-License-Identifier: Apache-2.0
"""Invented Dutch patients as tables and as a database: each record of the source in its list, and what the
lists say compared with what is worked out here from the source, without the program.

Each class is the test real/<its name in lower case>.
"""

import collections
import csv
import json
import os
import re
import sqlite3

from real import RealTest, main

LISTS = {"AllergyIntolerance": "allergies", "Flag": "alerts", "Consent": "alerts", "MedicationRequest": "medication",
         "MedicationStatement": "medication", "Condition": "problems", "Procedure": "procedures", "DiagnosticReport": "letters",
         "DocumentReference": "letters", "Appointment": "appointments", "Encounter": "contacts",
         "Immunization": "immunisations", "CarePlan": "care", "Coverage": "people"}  # fmt: skip
OUTSIDE = {"Binary", "Location", "Medication", "Organization", "Practitioner", "PractitionerRole"}
ENDED = {"completed", "stopped", "cancelled", "entered-in-error", "inactive", "resolved"}


def list_of(record):
    if record["resourceType"] != "Observation":
        return LISTS.get(record["resourceType"], "other")
    codes = {coding["code"] for category in record.get("category", []) for coding in category["coding"]}
    return "laboratory" if "laboratory" in codes else "vitals" if "vital-signs" in codes else "findings"


def patients_of(record):
    """An appointment may be of several: it is in the chart of each."""
    actors = [p.get("actor", {}) for p in record.get("participant", [])] if record["resourceType"] == "Appointment" else []
    named = [record.get(name, {}) for name in ("subject", "patient", "beneficiary")] + actors
    return {r["reference"][8:] for r in named if r.get("reference", "").startswith("Patient/")}


def concept(value):
    return value.get("text") or next((c.get("display") or c["code"] for c in value.get("coding", [])), "")


def expected(record):
    """What some columns have to say; numbers as they stand in the text, not as computers round them."""
    kind, said = record["resourceType"], {}
    if kind in ("AllergyIntolerance", "Condition", "Observation", "Procedure"):
        said["what"] = concept(record["code"])
    if kind == "AllergyIntolerance":
        said["date"] = record.get("recordedDate", record.get("onsetDateTime", ""))
        said["criticality"] = record.get("criticality")
    if kind == "Condition":
        said.update(date=record.get("onsetDateTime", record.get("recordedDate", "")), until=record.get("abatementDateTime", ""))
        said["current"] = "no" if record["clinicalStatus"]["coding"][0]["code"] in ENDED else "yes"
    if kind == "Observation":
        said.update(date=record["effectiveDateTime"], status=record["status"])
        quantity = record.get("valueQuantity")
        if quantity and "comparator" not in quantity:
            said["result"] = f"{quantity['value']} {quantity['unit']}".strip()
    if kind == "MedicationRequest":
        said.update(date=record["authoredOn"], status=record["status"], current="no" if record["status"] in ENDED else "yes")
        if "medicationCodeableConcept" in record:
            said["what"] = concept(record["medicationCodeableConcept"])
    if kind == "Appointment":
        said.update(date=record["start"], until=record["end"], what=record["description"], status=record["status"])
    if kind == "Encounter":
        said.update(what=concept(record["type"][0]), status=record["status"])
    if kind == "Immunization":
        said.update(date=record["occurrenceDateTime"], what=concept(record["vaccineCode"]), status=record["status"])
    return {column: value for column, value in said.items() if value is not None}


class Forms(RealTest):
    def setUp(self):
        super().setUp()
        self.synth("--patients", "40", "--records-per-patient", "120")
        self.seen = self.export("src")
        self.records, self.texts = {}, {}
        for name in os.listdir(self.path("src")):
            with open(self.path(f"src/{name}"), encoding="utf-8") as f:
                for line in f.read().splitlines():
                    record = json.loads(line, parse_float=str, parse_int=str)
                    key = f"{record['resourceType']}/{record['id']}"
                    self.assertNotIn(key, self.texts)
                    self.records[key], self.texts[key] = record, line
        self.assertEqual(len(self.texts), self.seen["records"])
        charts = {key: r for key, r in self.records.items() if r["resourceType"] not in OUTSIDE}
        self.patients = {r["id"]: r for r in charts.values() if r["resourceType"] == "Patient"}
        self.listed = {key: r for key, r in charts.items() if r["resourceType"] != "Patient"}
        self.assertEqual(len(self.patients), self.seen["patients"])

    def compare(self, rows):
        """rows: the list's name -> its rows, as dictionaries of texts."""
        count, values = collections.Counter(list_of(r) for r in self.listed.values() for _ in patients_of(r)), 0
        self.assertEqual({name: len(found) for name, found in rows.items() if found and name != "patients"}, dict(count))
        told = set()
        for name, found in rows.items():
            for row in found if name != "patients" else ():
                record = self.listed[row["record"]]
                self.assertEqual(name, list_of(record))
                told.add((row["record"], row["patient"]))
                said = expected(record)
                values += len(said)
                self.assertEqual({column: row[column] for column in said}, said, row["record"])
        self.assertEqual(told, {(key, whose) for key, r in self.listed.items() for whose in patients_of(r)})
        self.assertGreater(values, 2 * len(self.listed))
        self.assertEqual({row["patient"] for row in rows["patients"]}, set(self.patients))
        for row in rows["patients"]:
            record = self.patients[row["patient"]]
            self.assertEqual((row["birth"], row["gender"]), (record["birthDate"], record["gender"]))
            self.assertIn(row["family"], record["name"][0]["family"])

    def test_tables(self):
        self.opened("restore", "--to", "csv:tables")
        rows = {}
        for name in os.listdir(self.path("tables")):
            with open(self.path(f"tables/{name}"), newline="", encoding="utf-8") as f:
                rows[name[:-4]] = [{k: re.sub(r"^'(?=[-+=@\t\r\n])", "", v) for k, v in row.items()}
                                   for row in csv.DictReader(f, strict=True)]  # fmt: skip
        self.compare(rows)

    def test_a_database(self):
        self.opened("restore", "--to", "sqlite:charts.db")
        db = sqlite3.connect(self.path("charts.db"))
        self.addCleanup(db.close)
        db.row_factory = sqlite3.Row
        names = [r[0] for r in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%entered_in_error%'")]
        rows = {"patients": [{**dict(r), "patient": r["id"]} for r in db.execute("SELECT * FROM patients")]}
        for name in names:
            found = db.execute(f"SELECT l.*, p.id AS who, r.type || '/' || r.id AS record FROM {name} AS l "
                               "JOIN patients AS p USING (patient) JOIN resources AS r USING (resource)")  # fmt: skip
            rows[name] = [{**{k: r[k] or "" for k in r.keys()}, "patient": r["who"], "current": ("no", "yes")[r["current"]]}
                          for r in found]  # fmt: skip
        self.compare(rows)
        texts = {f"{r['type']}/{r['id']}": r["text"] for r in db.execute("SELECT type, id, text FROM resources")}
        self.assertEqual({key: self.texts[key] for key in texts}, texts)
        self.assertEqual(set(self.texts) - set(texts) - {k for k, r in self.records.items() if r["resourceType"] in OUTSIDE}, set())
        self.assertEqual(db.execute("SELECT count(*) FROM resources").fetchone()[0], len(texts), "a record twice")
        self.assertEqual(db.execute("PRAGMA integrity_check").fetchone()[0], "ok")
        self.assertEqual(db.execute("PRAGMA foreign_key_check").fetchall(), [])


if __name__ == "__main__":
    main()
