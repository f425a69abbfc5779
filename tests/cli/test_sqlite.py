# SPDX-License-Identifier: Apache-2.0
"""medark restore --to sqlite:FILE: one database with the records, the lists of charts, and a search (docs/SQLITE.md)."""

import contextlib
import csv
import json
import os
import re
import sqlite3

from archive import ArchiveTest
from cli import main

LISTS = ("allergies", "alerts", "medication", "laboratory", "problems", "procedures", "letters", "appointments", "contacts",
         "vitals", "findings", "immunisations", "care", "people", "other")  # fmt: skip
ROOT = os.environ["MEDARK_ROOT"]


def about(number="p"):
    return {"reference": f"Patient/{number}"}


def problem(number, text, **more):
    return {"resourceType": "Condition", "id": number, "subject": about(), "code": {"text": text}, **more}


class Database(ArchiveTest):
    def restore(self, archive="a.medark", *more, out="d.db"):
        command = self.opened("restore", "--to", "sqlite:" + out, "--json", *more, archive=archive)
        self.summary = self.succeed(*command).json()[-1]
        return self.open(out)

    def open(self, name):
        db = sqlite3.connect(self.path(name))
        self.addCleanup(db.close)
        self.assertEqual(db.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
        self.assertEqual(db.execute("PRAGMA foreign_key_check").fetchall(), [])
        db.execute("PRAGMA cell_size_check = ON")
        db.execute("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")
        db.rollback()
        db.row_factory = sqlite3.Row
        return db

    def made(self, records, *more, codes=(0, 6), name="b.medark"):
        self.write("other/r.ndjson", "".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in records))
        result = self.run_medark(*self.export("other", name))
        self.assertIn(result.code, codes, result.err)
        return self.restore(name, *more)

    def compare_with_tables(self, db, archive, *more):
        """Row by row with the restore into csv:DIR, which comes another way from the same lists."""
        self.succeed(*self.opened("restore", "--to", "csv:tables", *more, archive=archive))
        rows = 0
        for name in LISTS + ("patients",):
            with open(self.path(f"tables/{name}.csv"), newline="", encoding="utf-8") as f:
                wanted = list(csv.DictReader(f))
            if name == "patients":
                found = [{**dict(r), "patient": r["id"]} for r in db.execute("SELECT * FROM patients ORDER BY patient")]
            else:
                found = [self.as_csv(r) for r in db.execute(
                    f"SELECT l.*, p.id AS who, r.type || '/' || coalesce(r.id, '') AS record FROM {name} AS l "
                    "JOIN patients AS p USING (patient) JOIN resources AS r USING (resource) ORDER BY l.entry")]  # fmt: skip
            self.assertEqual(len(found), len(wanted), name)
            for a, b in zip(found, wanted):
                self.assertEqual({k: str(a[k]) if a[k] is not None else "" for k in b},
                                 {k: re.sub(r"^'(?=[=+@\t\r\n-])", "", v) for k, v in b.items()})  # fmt: skip
                rows += 1
        return rows

    @staticmethod
    def as_csv(row):
        words = {name: ("no", "yes")[row[name]] for name in ("current", "entered_in_error")}
        return {**dict(row), **words, "patient": row["who"]}

    def texts(self, db, where="1"):
        return sorted(r[0] for r in db.execute(f"SELECT text FROM resources WHERE {where}"))


class Whole(Database):
    def test_each_record_is_there_once(self):
        db = self.restore()
        self.assertEqual((self.summary["patients"], self.summary["records"], self.summary["referenced"]), (3, 63, 0))
        archive = self.succeed(*["inspect", "a.medark", "--json"]).json()[-1]
        counted = dict(db.execute("SELECT type, count(*) FROM resources GROUP BY type").fetchall())
        self.assertEqual(counted, {"Patient": 3, "Observation": 60})
        self.assertEqual(sum(counted.values()), archive["records"])
        lines = [line for name in ("Patient", "Observation") for line in self.tree("src")[name + ".ndjson"].decode().splitlines()]
        self.assertEqual(self.texts(db), sorted(lines))
        self.assertEqual({r[0] for r in db.execute("SELECT json_extract(text, '$.resourceType') = type FROM resources")}, {1})
        said = dict(db.execute("SELECT name, value FROM about").fetchall())
        self.assertEqual((said["archive"], said["created"], said["manifest"]),
                         (archive["archive"], archive["created"], archive["manifest"]))  # fmt: skip
        self.assertEqual((said["complete"], said["patients"], said["records"], said["patients_chosen"]), (1, 3, 63, "all"))
        self.assertEqual(db.execute("PRAGMA application_id").fetchone()[0], int.from_bytes(b"mdrk", "big"))
        self.assertEqual(db.execute("PRAGMA user_version").fetchone()[0], 1)

    def test_the_lists_are_those_of_the_tables(self):
        self.assertEqual(self.compare_with_tables(self.restore(), "a.medark"), 63)

    def test_one_patient(self):
        db = self.restore("a.medark", "--patient", "999990019")
        self.assertEqual(self.compare_with_tables(db, "a.medark", "--patient", "999990019"), 21)
        self.succeed(*self.opened("restore", "--to", "chart", "--patient", "999990019"))
        tree = self.tree("chart")
        lines = [line for name, content in tree.items() if name.endswith(".ndjson") for line in content.decode().splitlines()]
        self.assertEqual(self.texts(db), sorted(lines))
        self.assertEqual(db.execute("SELECT value FROM about WHERE name = 'patients_chosen'").fetchone()[0], "some")

    def test_the_same_archive_gives_the_same_bytes(self):
        self.restore(out="one.db")
        self.restore(out="two.db")
        tree = self.tree(".")
        self.assertEqual(tree["one.db"], tree["two.db"])


class Content(Database):
    def test_what_several_patients_share_is_there_once(self):
        doctor = '{"resourceType":"Practitioner","id":"d","name":[{"family":"Bakker"}],"extension":[]}'
        both = {"resourceType": "Appointment", "id": "both", "status": "booked", "description": "together",
                "participant": [{"actor": about("p")}, {"actor": about("q")}, {"actor": {"reference": "Practitioner/d"}}]}  # fmt: skip
        db = self.made([{"resourceType": "Patient", "id": "p"}, {"resourceType": "Patient", "id": "q"}, doctor, both,
                        *({"resourceType": "MedicationRequest", "id": "m" + who, "subject": about(who), "status": "active",
                           "medicationCodeableConcept": {"text": "x"}, "requester": {"reference": "Practitioner/d"}}
                          for who in "pq")])  # fmt: skip
        rows = db.execute("SELECT type, id, is_outside, count(*) FROM resources GROUP BY text ORDER BY type, id").fetchall()
        self.assertEqual([tuple(r) for r in rows],
                         [("Appointment", "both", 0, 1), ("MedicationRequest", "mp", 0, 1), ("MedicationRequest", "mq", 0, 1),
                          ("Patient", "p", 0, 1), ("Patient", "q", 0, 1), ("Practitioner", "d", 1, 1)])  # fmt: skip
        shared = db.execute("SELECT r.id, group_concat(p.id) FROM resources AS r JOIN charts USING (resource) JOIN patients AS p "
                            "USING (patient) GROUP BY resource HAVING count(*) > 1 ORDER BY r.id").fetchall()  # fmt: skip
        self.assertEqual([(r[0], sorted(r[1].split(","))) for r in shared], [("both", ["p", "q"]), ("d", ["p", "q"])])
        self.assertEqual(self.texts(db, "type = 'Practitioner'"), [doctor])
        self.assertEqual((self.summary["records"], self.summary["referenced"]), (5, 1))
        self.assertEqual(self.compare_with_tables(db, "b.medark"), 6)

    def test_what_stands_twice_stays_twice_in_a_chart(self):
        twice = json.dumps(problem("c", "twice", asserter={"reference": "Practitioner/d"}))
        doctor = '{"resourceType":"Practitioner","id":"d"}'
        db = self.made([{"resourceType": "Patient", "id": "p"}, twice, twice, doctor, doctor])
        self.assertEqual(db.execute("SELECT count(*) FROM problems").fetchone()[0], 2)
        self.succeed(*self.opened("restore", "--to", "chart", "--patient", "p", archive="b.medark"))
        lines = [line for name, content in self.tree("chart").items() if name.endswith(".ndjson")
                 for line in content.decode().splitlines()]  # fmt: skip
        self.assertEqual(self.texts(db), sorted(lines))

    def test_hostile_values_stay_as_they_are(self):
        texts = ["=HYPERLINK(\"http://x\",\"y\")", "@SUM(1)", "\tx", "a'); DROP TABLE patients; --", "\"; --", "\u202eabc",
                 "a\r\nb", "\U0001f600", "%s%n", "?1 :x $y", "x" * 31000]  # fmt: skip
        db = self.made([{"resourceType": "Patient", "id": "p", "name": [{"family": "O'Brien\"); --"}]},
                        *(problem(f"c{i}", text) for i, text in enumerate(texts))])  # fmt: skip
        found = dict(db.execute("SELECT r.id, what FROM problems JOIN resources AS r USING (resource)").fetchall())
        self.assertEqual(found, {f"c{i}": text for i, text in enumerate(texts)})
        self.assertEqual(db.execute("SELECT family FROM patients").fetchone()[0], "O'Brien\"); --")
        self.assertEqual(self.compare_with_tables(db, "b.medark"), 1 + len(texts))

    def test_a_zero_byte_ends_no_cell(self):
        """It would end the text for SQL's functions; so half a surrogate is no text either."""
        raw = ['{"resourceType":"Condition","id":"zero","subject":{"reference":"Patient/p"},"code":{"text":"a\\u0000b"}}',
               '{"resourceType":"Condition","id":"half","subject":{"reference":"Patient/p"},"code":{"text":"a\\ud800b"}}']  # fmt: skip
        db = self.made([{"resourceType": "Patient", "id": "p"}, *raw])
        found = {r[0]: r[1] for r in db.execute("SELECT r.id, what FROM problems JOIN resources AS r USING (resource)")}
        self.assertEqual(found, {"zero": "a\ufffdb", "half": "a\ufffdb"})
        self.assertEqual(db.execute("SELECT text FROM resources WHERE id = 'zero'").fetchone()[0], raw[0])

    def test_xml_stands_as_it_is(self):
        xml = ('<?xml version="1.0" encoding="UTF-8"?>\n<Observation xmlns="http://hl7.org/fhir"><id value="x"/><code><text '
               'value="caf\u00e9"/></code>\n<subject><reference value="Patient/p"/></subject></Observation>\n')  # fmt: skip
        self.write("other/x.xml", xml)
        db = self.made([{"resourceType": "Patient", "id": "p"}])
        self.succeed(*self.opened("restore", "--to", "chart", "--patient", "p", archive="b.medark"))
        rows = db.execute("SELECT type, id, format, text FROM resources WHERE format = 'xml'").fetchall()
        self.assertEqual([tuple(r) for r in rows], [("Observation", "x", "xml", self.tree("chart")["xml/Observation-1.xml"].decode())])
        self.assertEqual(db.execute("SELECT count(*) FROM findings").fetchone()[0], 1)
        self.assertEqual(self.compare_with_tables(db, "b.medark"), 2)

    def test_a_byte_order_mark_is_no_part_of_a_record(self):
        db = self.made(["\ufeff" + json.dumps({"resourceType": "Patient", "id": "p"}), problem("c", "x")])
        self.assertEqual(db.execute("SELECT count(*) FROM resources WHERE json_valid(text)").fetchone()[0], 2)

    def test_versions_and_times_are_columns(self):
        db = self.made([{"resourceType": "Patient", "id": "p", "meta": {"versionId": "7", "lastUpdated": "2026-01-02T03:04:05Z"}},
                        problem("c", "x", meta={"versionId": 3, "lastUpdated": ["no"]})])  # fmt: skip
        rows = db.execute("SELECT id, version, last_updated FROM resources ORDER BY id DESC").fetchall()
        self.assertEqual([tuple(r) for r in rows], [("p", "7", "2026-01-02T03:04:05Z"), ("c", None, None)])

    def test_the_search_folds_diacritics_and_case(self):
        db = self.made([{"resourceType": "Patient", "id": "p", "name": [{"family": "Ren\u00e9e", "given": ["J\u00fcrgen"]}]},
                        problem("c", "M\u00e9ni\u00e8re, rechts", note=[{"text": "sinds kort"}]), problem("d", "iets anders")])  # fmt: skip

        def find(words):
            return [tuple(r) for r in db.execute("SELECT list, what FROM search WHERE search MATCH ? ORDER BY rank", (words,))]

        meniere = ("problems", "M\u00e9ni\u00e8re, rechts")
        self.assertEqual(find("meniere"), [meniere])
        self.assertEqual(find("MENI\u00c8RE"), [meniere])
        self.assertEqual(find("detail: kort"), [meniere])
        self.assertEqual(find("men*"), [meniere])
        self.assertEqual(find("jurgen renee"), [("patients", "J\u00fcrgen Ren\u00e9e")])
        self.assertEqual(find("resourceType"), [])


class Target(Database):
    def test_a_file_that_exists_is_kept_unless_forced(self):
        self.write("d.db", "mine")
        os.chmod(self.path("d.db"), 0o644)
        before = self.files()
        result = self.refuse(1, *self.opened("restore", "--to", "sqlite:d.db"))
        self.assertIn("give --force to replace it", result.err)
        self.assertEqual(self.files(), before)
        self.restore("a.medark", "--force")
        self.assertEqual(os.stat(self.path("d.db")).st_mode & 0o777, 0o600)
        self.assertEqual(self.files().keys(), before.keys())

    def test_what_is_no_file_is_never_replaced(self):
        os.mkdir(self.path("d.db"))
        for more in ([], ["--force"]):
            self.refuse(1, *self.opened("restore", "--to", "sqlite:d.db", *more))
        self.refuse(1, *self.opened("restore", "--to", "sqlite:none/d.db"))

    def test_an_input_is_never_replaced(self):
        before = self.files()
        for name in ("a.medark", "it.key.pem", "clinic.cert.pem"):
            self.refuse(2, *self.opened("restore", "--to", "sqlite:" + name, "--force"))
        self.assertEqual(self.files(), before)

    def test_only_its_owner_reads_it_and_nothing_else_is_left(self):
        before = set(os.listdir(self.folder))
        self.restore()
        self.assertEqual(set(os.listdir(self.folder)) - before, {"d.db"})
        self.assertEqual(os.stat(self.path("d.db")).st_mode & 0o777, 0o600)

    def test_what_does_not_fit_is_refused(self):
        for more in (["--type", "Observation", "--patient", "p1"], ["--since", "2020-01-01", "--patient", "p1"]):
            self.refuse(2, *self.opened("restore", "--to", "sqlite:x.db", *more))
        for target in ("sqlite:", "sqlite:-"):
            self.refuse(2, *self.opened("restore", "--to", target))
        self.refuse(5, *self.opened("restore", "--to", "sqlite:x.db", identity="other.key.pem"))
        self.assertFalse(os.path.exists(self.path("x.db")))

    def test_an_archive_that_does_not_verify_gives_nothing(self):
        def change(content):
            content[len(content) // 2] ^= 1
            return content

        self.damaged(change)
        result = self.run_medark(*self.opened("restore", "--to", "sqlite:d.db", archive="bad.medark"))
        self.assertNotEqual(result.code, 0)
        self.assertFalse(os.path.exists(self.path("d.db")))


class Manual(Database):
    def test_the_examples_of_the_manual_run_word_by_word(self):
        """Each block of SQL in docs/SQLITE.md, and the columns that it says there are."""
        with open(os.path.join(ROOT, "docs/SQLITE.md"), encoding="utf-8") as f:
            text = f.read()
        db = self.restore()
        blocks = re.findall(r"^```sql\n(.*?)^```", text, re.M | re.S)
        self.assertGreaterEqual(len(blocks), 5)
        found = 0
        for block in blocks:
            with self.subTest(block), contextlib.closing(db.execute(block)) as rows:
                found += len(rows.fetchall()) > 0
        self.assertGreaterEqual(found, 4)
        for name in ("about", "patients", "resources", "charts", "search") + LISTS:
            row = re.search(rf"^\| `{name}` \| (.*?) \|", text, re.M)
            self.assertTrue(row, name)
            said = re.findall(r"`(\w+)`", row[1])
            columns = [r["name"] for r in db.execute(f"SELECT name FROM pragma_table_info('{name}')")]
            if name in LISTS:
                said = ["entry", "patient", "resource", "current", "entered_in_error", *said]
            self.assertEqual(said, columns, name)


if __name__ == "__main__":
    main()
