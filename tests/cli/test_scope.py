# SPDX-License-Identifier: Apache-2.0
"""medark scope: the counts for the notice and the list of who is concerned, counted here again from the source."""

import collections
import csv
import datetime
import json
import os
import random
import resource
import signal
import stat

from archive import ArchiveTest
from cli import main

BSN = "http://fhir.nl/fhir/NamingSystem/bsn"
TODAY = datetime.date.today()


def about(number):
    return {"reference": f"Patient/{number}"}


def code(system, value):
    return {"coding": [{"system": system, "code": value}]}


def bsn(rng):
    """Nine digits that pass the 11-test; for tests, 99999… belong to nobody."""
    while True:
        digits = [9, 9, 9, 9, *(rng.randrange(10) for _ in range(4))]
        last = sum((9 - i) * d for i, d in enumerate(digits)) % 11
        if last < 10:
            return "".join(map(str, [*digits, last]))


def patient(rng, number):
    years = rng.choice([3, 17, 19, 40, 90])
    record = {"resourceType": "Patient", "id": f"p{number:03}", "name": [{"family": f"Fam{number}", "given": ["A"]}]}
    if rng.random() < 0.8:
        record["birthDate"] = f"{TODAY.year - years}-01-01"
    if rng.random() < 0.7:
        record["identifier"] = [{"system": BSN, "value": bsn(rng)}]
    if rng.random() < 0.5:
        record.setdefault("identifier", []).append({"system": "urn:x", "value": f"n{number}"})
    if rng.random() < 0.6:
        record["address"] = [{"use": "old", "city": "Elsewhere"},
                             {"line": [f"Street {number}", "b"], "postalCode": "1234 AB", "city": "Town", "country": "NL"}]
    if rng.random() < 0.6:
        record["telecom"] = [{"system": "phone", "value": "+31 20 1"}, {"system": "email", "value": "=a@example.org"},
                             {"system": "phone", "value": "0612"}]
    if rng.random() < 0.3:
        record["contact"] = [{"name": {"family": "Mother"}}]
    if rng.random() < 0.2:
        record["deceasedBoolean"] = True
    return record


def identity(record):
    found = {key: key in record for key in ("name", "address")}
    systems = {i["system"] for i in record.get("identifier", [])}
    return {name for name, has in {
        **found, "birth_date": "birthDate" in record, "gender": "gender" in record, "relatives": "contact" in record,
        "bsn": BSN in systems, "identifiers": bool(systems - {BSN}), "phone": "telecom" in record,
        "email": "telecom" in record}.items() if has}


# A record's members, the categories that it is of, and the member with its date.
KINDS = [
    ("Observation", {"category": [code("c", "laboratory")]}, {"laboratory"}, "effectiveDateTime"),
    ("Observation", {"category": [code("c", "vital-signs")]}, {"measurements"}, "effectiveDateTime"),
    ("Observation", {"category": [code("c", "social-history")]}, {"lifestyle"}, "effectiveDateTime"),
    ("Observation", {}, {"measurements"}, "effectiveDateTime"),
    ("DiagnosticReport", {"category": [code("http://terminology.hl7.org/CodeSystem/v2-0074", "RAD")]}, {"imaging"},
     "effectiveDateTime"),
    ("DiagnosticReport", {}, {"laboratory"}, "effectiveDateTime"),
    ("Condition", {"code": code("http://hl7.org/fhir/sid/icd-10", "F32.1")}, {"problems", "mental_health"}, "recordedDate"),
    ("Condition", {"code": code("http://hl7.org/fhir/sid/icpc-1-nl", "P76")}, {"problems", "mental_health"}, "recordedDate"),
    ("Condition", {"code": code("http://hl7.org/fhir/sid/icd-10", "E11")}, {"problems"}, "recordedDate"),
    ("Condition", {"code": code("http://snomed.info/sct", "F32")}, {"problems"}, "recordedDate"),
    ("MedicationRequest", {"medicationCodeableConcept": code("http://www.whocc.no/atc", "N06AB03")},
     {"medication", "mental_health"}, "authoredOn"),
    ("MedicationRequest", {"medicationCodeableConcept": code("http://www.whocc.no/atc", "C07AB02")}, {"medication"},
     "authoredOn"),
    ("Encounter", {}, {"visits"}, None), ("Coverage", {}, {"insurance"}, None), ("Flag", {}, {"alerts"}, None),
    ("ImagingStudy", {}, {"imaging"}, "started"), ("DocumentReference", {}, {"letters"}, "date"),
    ("Procedure", {}, {"procedures"}, "performedDateTime"), ("Basic", {}, {"other"}, "created"),
]


def make(rng, patients):
    """The records, and of each that is no Patient its categories and its date."""
    records = [{"resourceType": "Practitioner", "id": "d", "name": [{"family": "Doctor"}]},
               {"resourceType": "Organization", "id": "o"}]
    facts = {}
    for number in range(patients):
        records.append(patient(rng, number))
        key = records[-1]["id"]
        for i in range(rng.randrange(6)):
            kind, members, categories, dated = rng.choice(KINDS)
            date = f"{rng.randrange(2015, 2026)}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}"
            date = date[:rng.choice([4, 7, 10, 10, 10])]
            owner = "beneficiary" if kind == "Coverage" else "subject"
            record = {"resourceType": kind, "id": f"{key}-{i}", owner: about(key), **members}
            if kind == "Encounter":
                record["period"] = {"start": date}
            elif dated:
                record[dated] = date
            records.append(record)
            facts[kind, record["id"]] = (key, categories, date if dated or kind == "Encounter" else None)
    return records, facts


def may_lie_in(date, since, until):
    return date + "-12-31"[len(date) - 4 if len(date) > 4 else 0:] >= since and (date + "-01-01"[len(date) - 4:]) <= until


def count(records, facts, since=None, until=None, types=None):
    """What the summary and the list have to say."""
    people = {r["id"]: r for r in records if r["resourceType"] == "Patient"}
    scope, undated = collections.defaultdict(list), 0
    for (kind, key), (owner, categories, date) in facts.items():
        if types and kind not in types:
            continue
        if (since or until) and not date:
            undated += 1
            continue
        if (since or until) and not may_lie_in(date, since or "0000", until or "9999"):
            continue
        scope[owner].append((kind, categories, date))
    by_type, by_category, concerned, rows = collections.Counter(), {}, {}, {}
    wants_patient = not types or "Patient" in types
    for key in people:
        if scope[key] or wants_patient and not (since or until):
            concerned[key] = scope[key] + ([("Patient", identity(people[key]), None)] if wants_patient else [])
    for key, found in concerned.items():
        for kind, categories, _ in found:
            by_type[kind] += 1
            for each in categories:
                by_category.setdefault(each, [set(), 0])
                by_category[each][0].add(key)
                by_category[each][1] += 1
        dates = sorted(date for _, _, date in found if date)
        rows[key] = {"records": len(found), "categories": set().union(*(c for _, c, _ in found)),
                     "types": dict(collections.Counter(k for k, _, _ in found)),
                     "first": dates[0] if dates else None, "last": dates[-1] if dates else None}
    minor = {k for k, p in people.items() if "birthDate" in p and int(p["birthDate"][:4]) + 18 > TODAY.year}
    return {"patients": len(concerned), "records": sum(by_type.values()), "types": dict(by_type), "undated": undated,
            "minors": len(minor & concerned.keys()), "deceased": sum("deceasedBoolean" in people[k] for k in concerned),
            "categories": {k: {"patients": len(v[0]), "records": v[1]} for k, v in by_category.items()}}, rows, minor


class Scope(ArchiveTest):
    def archive(self, records, name="s", code=0):
        self.write(f"{name}/r.ndjson", "".join(json.dumps(r) + "\n" for r in records))
        self.succeed(*self.export(name, f"{name}.medark"), code=code)

    def scope(self, *more, archive="s.medark"):
        return self.opened("scope", *more, archive=archive)

    def summary(self, *more, archive="s.medark", code=0):
        said = self.succeed(*self.scope("--json", *more, archive=archive), code=code).json()[-1]
        said["categories"] = {k: v for k, v in said["categories"].items() if v["patients"]}
        return said

    def test_the_figures_are_right_to_the_unit(self):
        rng = random.Random(11)
        records, facts = make(rng, 120)
        rng.shuffle(records)
        self.archive(records)
        for options, limits in (((), {}), (("--since", "2019-06-15"), {"since": "2019-06-15"}),
                                (("--until", "15-06-2019"), {"until": "2019-06-15"}),
                                (("--since", "2018-02-01", "--until", "2020-01-01", "--type", "Observation,Condition"),
                                 {"since": "2018-02-01", "until": "2020-01-01", "types": {"Observation", "Condition"}}),
                                (("--type", "Coverage", "--type", "Flag"), {"types": {"Coverage", "Flag"}}),
                                (("--type", "Patient"), {"types": {"Patient"}})):
            wanted, rows, minor = count(records, facts, **limits)
            self.assertTrue(wanted["patients"] > 10, options)
            said = self.summary("--list", "l.jsonl", "--force", *options)
            for key, value in wanted.items():
                self.assertEqual(said[key], value, (options, key))
            with open(self.path("l.jsonl"), encoding="utf-8") as f:
                found = [json.loads(line) for line in f]
            self.assertEqual([row["id"] for row in found], sorted(rows))
            people = {r["id"]: r for r in records if r["resourceType"] == "Patient"}
            for row in found:
                want, person = rows[row["id"]], people[row["id"]]
                self.assertEqual({**want, "categories": None}, {**{k: row[k] for k in want}, "categories": None}, options)
                self.assertEqual(set(row["categories"]), want["categories"])
                self.assertEqual((row["family"], row["birth_date"], row["minor"], row["deceased"]),
                                 (person["name"][0]["family"], person.get("birthDate"), row["id"] in minor,
                                  "deceasedBoolean" in person))
                self.assertEqual(row["has_bsn"], "bsn" in identity(person))
                self.assertEqual(row["address"], f"Street {int(row['id'][1:])}, b, 1234 AB Town, NL" if "address" in person else None)
                self.assertEqual(row["phone"], "+31 20 1; 0612" if "telecom" in person else None)
                self.assertEqual(row["email"], "=a@example.org" if "telecom" in person else None)
        self.assertEqual((said["outside"], said["staff"]), (0, 0))
        self.assertEqual([self.summary()[key] for key in ("outside", "staff", "files", "xml")], [2, 1, 0, 0])
        one = self.summary("--threads", "3")
        self.assertEqual({k: one[k] for k in ("patients", "records", "types", "categories")},
                         {k: v for k, v in self.summary("--threads", "1").items() if k in ("patients", "records", "types", "categories")})

    def test_the_list_as_a_table(self):
        self.archive([{"resourceType": "Patient", "id": "p", "name": [{"family": "=cmd", "given": ["A", "B"]}],
                       "birthDate": "2020", "gender": "female", "deceasedDateTime": "2024-03-01",
                       "telecom": [{"system": "email", "value": "=a@example.org"}],
                       "address": [{"text": "1 \"Main\" St\nTown"}]},
                      {"resourceType": "Observation", "id": "1", "subject": about("p"), "effectiveDateTime": "2021-02"}])
        self.succeed(*self.scope("--list", "l.csv"))
        self.assertEqual(stat.S_IMODE(os.stat(self.path("l.csv")).st_mode), 0o600)
        with open(self.path("l.csv"), newline="", encoding="utf-8") as f:
            row, = csv.DictReader(f, strict=True)
        self.assertEqual(row, {
            "patient": "p", "family": "'=cmd", "given": "A B", "prefix": "", "name": "", "birth_date": "2020",
            "gender": "female", "bsn": "no", "deceased": "2024-03-01", "minor": "yes", "address": "1 \"Main\" St Town",
            "phone": "", "email": "'=a@example.org", "categories": "name birth_date gender address email measurements",
            "records": "2", "types": "Observation:1 Patient:1", "first": "2021-02", "last": "2021-02"})

    def test_shared_and_linked_records_count_once(self):
        self.archive([{"resourceType": "Patient", "id": "a", "telecom": [{"system": "phone", "value": "1"}]},
                      {"resourceType": "Patient", "id": "b", "telecom": [{"system": "phone", "value": "2"}],
                       "link": [{"type": "seealso", "other": about("a")}]},
                      {"resourceType": "Appointment", "id": "x",
                       "participant": [{"actor": about("a")}, {"actor": about("b")}, {"actor": about("gone")}]}], code=6)
        said = self.summary("--list", "l.jsonl", code=6)
        self.assertEqual((said["patients"], said["records"], said["types"]), (3, 3, {"Appointment": 1, "Patient": 2}))
        self.assertEqual(said["categories"]["visits"], {"patients": 3, "records": 1})
        with open(self.path("l.jsonl"), encoding="utf-8") as f:
            self.assertEqual([(r["id"], r["phone"], r["records"]) for r in map(json.loads, f)],
                             [("a", "1", 2), ("b", "2", 2), ("gone", None, 1)])

    def test_what_is_not_records_is_told(self):
        said = self.summary(archive="a.medark")
        self.assertEqual((said["patients"], said["files"], said["complete"]), (3, 1, True))
        self.write("bad/r.ndjson", '{"resourceType":"Patient","id":"p"}\n{"resourceType":"Basic",,}\n')
        self.write("bad/p.xml", "<Patient xmlns='http://hl7.org/fhir'><id value='x'/>"
                   "<identifier><system value='urn:x'/><value value='1'/></identifier><name><family value='F'/></name>"
                   "<birthDate value='2001-01-01'/></Patient>")
        self.succeed(*self.export("bad", "bad.medark"), code=6)
        said = self.summary(archive="bad.medark", code=6)
        self.assertEqual((said["patients"], said["xml"], said["complete"], said["outside"]), (2, 1, False, 1))
        # Of a Patient in XML what the index knows, and no more.
        self.assertEqual(said["categories"], {name: {"patients": 1, "records": 1} for name in ("name", "birth_date", "identifiers")})
        done = self.succeed(*self.scope(archive="bad.medark"), code=6)
        self.assertIn("an archive is incomplete (1 quarantined, 0 skipped)", done.err)
        self.assertIn("\n  1 record is of no patient, 0 of them about staff and others\n", done.out)
        self.assertIn("\n  1 record is XML: it is counted by its type\n", done.out)
        self.assertIn("\n  1 file is no record: whose it is, is not known\n", self.succeed(*self.scope(archive="a.medark")).out)

    def test_what_only_older_archives_have_is_not_counted_in_silence(self):
        self.write("fewer/p.ndjson", '{"resourceType":"Patient","id":"p1"}')
        self.succeed(*self.export("fewer", "b.medark", "--previous", "a.medark"))
        done = self.succeed(*self.scope("b.medark", archive="a.medark"))
        self.assertRegex(done.out, r"(?m)^  patients +1$")
        self.assertIn("a later archive holds everything anew, and 1 of the archives before it is not counted: what was deleted since stands "
                      "in those alone; count each by itself, too", done.err)
        self.assertEqual(self.succeed(*self.scope(archive="b.medark")).err, "")

    def test_the_screen_names_nobody(self):
        done = self.succeed(*self.scope(archive="a.medark"))
        self.assertRegex(done.out, r"(?m)^  patients +3$")
        self.assertRegex(done.out, r"(?m)^  citizen service number \(BSN\) +\d+ +\d+$")
        for word in ("Vries", "999990019", "p1", "1970"):  # a hash may hold digits of any kind
            self.assertNotRegex(done.out, rf"\b{word}\b")
        self.assertEqual(self.succeed(*self.scope("-q", archive="a.medark")).out, "")

    def test_a_list_is_a_row_of_the_log_first(self):
        self.succeed(*self.scope("--state", "state", archive="a.medark"))
        self.assertFalse(os.path.exists(self.path("state")))
        said = self.summary("--list", "l.csv", "--state", "state", archive="a.medark")
        self.assertEqual((said["audit_log"], said["list"]), ("state/audit-restore", "l.csv"))
        self.assertIn("\n  list          l.csv\n", self.succeed(*self.scope("--list", "l.csv", "--force", archive="a.medark")).out)
        log = "state/audit-restore/" + os.listdir(self.path("state/audit-restore"))[0]
        row, = (r for r in self.succeed("audit", log, "--identity", "it.key.pem", "--json").json()
                if r["message_type"] == "event")
        self.assertEqual((row["kind"], row["outcome"], row["archive"], row["detail"]),
                         ("export", 0, said["archive"], "exported to clear text: list of patients, of at most 3 patients"))
        self.write("no", "a file")
        done = self.run_medark(*self.scope("--list", "e.csv", "--audit-log", "no", archive="a.medark"))
        self.assertEqual(done.code, 1, done.err)
        self.assertFalse(os.path.exists(self.path("e.csv")))

    def test_a_type_that_fhir_does_not_have_is_looked_for_in_all_archives(self):
        self.succeed(*self.export("src", "plain.medark"))
        self.write("src/Own.ndjson", '{"resourceType":"Ownthing","id":"1"}\n')
        self.succeed(*self.export("src", "own.medark", "--previous", "plain.medark"))
        for order in ["plain.medark", "own.medark"], ["own.medark", "plain.medark"]:
            result = self.succeed("scope", *order, "--identity", "it.key.pem", "--trust", "clinic.cert.pem", "--type",
                                  "Ownthing,Patient")
            self.assertEqual(result.err.count("medark: warning: FHIR has no resource type 'Ownthing'"), 1, result.err)

    def test_a_list_that_cannot_be_written_leaves_nothing(self):
        def prepare():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

        for name in "l.csv", "l.jsonl":
            result = self.refuse(1, *self.scope("--list", name, archive="a.medark"), preexec_fn=prepare)
            self.assertRegex(result.err, rf"^medark: cannot write '{name}' after \d+ bytes: File too large\n")
        self.write("l.csv", "old")
        self.refuse(1, *self.scope("--list", "l.csv", "--force", archive="a.medark"), preexec_fn=prepare)
        self.succeed(*self.scope("--list", "l.csv", "--force", archive="a.medark"))
        self.refuse(1, *self.scope("--list", "l.csv", archive="a.medark"), error="cannot write: 'l.csv' exists",
                    hint="choose another name, or give --force to replace it")

    def test_what_is_refused(self):
        self.refuse(2, *self.scope("--since", "2026-13-01", archive="a.medark"),
                    error="cannot use '2026-13-01' for --since: it must be a date, YYYY-MM-DD or DD-MM-YYYY")
        self.refuse(2, *self.scope("--since", "2026-02-02", "--until", "2026-02-01", archive="a.medark"))
        self.refuse(2, *self.scope("--type", "Observaton", archive="a.medark"))
        self.refuse(2, *self.scope("--list", "list", archive="a.medark"))
        self.refuse(2, "scope", "--identity", "it.key.pem", "--trust", "clinic.cert.pem")
        self.refuse(4, "scope", "a.medark", "--identity", "it.key.pem", "--trust", "stranger.cert.pem")
        self.refuse(5, "scope", "a.medark", "--identity", "other.key.pem", "--trust", "clinic.cert.pem")
        self.write("l.csv", "mine")
        self.refuse(1, *self.scope("--list", "l.csv", archive="a.medark"))


if __name__ == "__main__":
    main()
