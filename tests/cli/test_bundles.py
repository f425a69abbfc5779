# SPDX-License-Identifier: Apache-2.0
"""medark restore --to bundle:DIR: each patient as a FHIR transaction Bundle."""

import json
import os

from archive import ArchiveTest
from cli import main


class Bundles(ArchiveTest):
    def bundles(self, folder):
        """File name -> [(url, resource)] of each Bundle; and the lines of the index."""
        found = {}
        for name in os.listdir(self.path(folder)):
            if name == "index.ndjson":
                continue
            with open(self.path(f"{folder}/{name}"), encoding="utf-8") as f:
                bundle = json.load(f)
            self.assertEqual((bundle["resourceType"], bundle["type"]), ("Bundle", "transaction"))
            self.assertEqual({entry["request"]["method"] for entry in bundle["entry"]} - {"PUT"}, set())
            found[name] = [(entry["request"]["url"], entry["resource"]) for entry in bundle["entry"]]
            for url, resource in found[name]:
                self.assertEqual(url, f"{resource['resourceType']}/{resource['id']}")
            self.assertEqual(len({url for url, _ in found[name]}), len(found[name]), "twice in a transaction")
        with open(self.path(f"{folder}/index.ndjson"), encoding="utf-8") as f:
            index = [json.loads(line) for line in f]
        self.assertEqual({row["file"] for row in index}, set(found))
        self.assertEqual({row["file"]: row["entries"] for row in index}, {k: len(v) for k, v in found.items()})
        return found, index

    def restore(self, *more, archive="a.medark", code=0, target="bundles"):
        result = self.succeed(*self.opened("restore", "--to", "bundle:" + target, "--json", *more, archive=archive),
                              code=code)
        return self.bundles(target), result

    def archive(self, files, code=None):
        for name, content in files.items():
            self.write("other/" + name, content)
        result = self.run_medark(*self.export("other", "b.medark"))
        self.assertIn(result.code, (0, 6) if code is None else (code,), result.err)
        return "b.medark"

    def test_everybody(self):
        (found, index), result = self.restore()
        source = {}
        for name in ("Patient", "Observation"):
            with open(self.path(f"src/{name}.ndjson"), encoding="utf-8") as f:
                for record in map(json.loads, f):
                    source[f"{name}/{record['id']}"] = record
        self.assertEqual(dict(entry for entries in found.values() for entry in entries), source)
        self.assertEqual(sum(map(len, found.values())), len(source))
        for name, entries in found.items():
            patients = [resource for _, resource in entries if resource["resourceType"] == "Patient"]
            self.assertEqual([f"Patient-{p['id']}.json" for p in patients], [name])
        self.assertEqual([set(row["patient"]) & {"key", "names", "birth"} for row in index], 3 * [{"key", "names", "birth"}])
        summary = result.json()[-1]
        self.assertEqual((summary["patients"], summary["records"], summary["left_out"]), (3, 63, 0))
        self.assertEqual(os.stat(self.path("bundles")).st_mode & 0o777, 0o700)
        self.assertEqual({os.stat(self.path("bundles/" + n)).st_mode & 0o777 for n in os.listdir(self.path("bundles"))},
                         {0o600})

    def test_one_patient(self):
        (found, _), result = self.restore("--patient", "999990019")
        self.assertEqual((len(found), result.json()[-1]["records"]), (1, 21))
        self.refuse(1, *self.opened("restore", "--to", "bundle:none", "--patient", "nobody"))
        self.assertFalse(os.path.exists(self.path("none")))

    def test_numbers_stay_as_they_were(self):
        record = '{"resourceType":"Patient","id":"p","multipleBirthInteger":1.10,  "x":"\\u00e9"}'
        self.restore(archive=self.archive({"p.ndjson": record + "\n"}), code=0)
        with open(self.path("bundles/Patient-p.json"), encoding="utf-8") as f:
            self.assertIn(record, f.read())

    def test_what_several_refer_to_is_in_each(self):
        self.archive({"a.ndjson": "".join(json.dumps(r) + "\n" for r in (
            {"resourceType": "Practitioner", "id": "d"}, {"resourceType": "Patient", "id": "p1"},
            {"resourceType": "Patient", "id": "p2"},
            {"resourceType": "Observation", "id": "o1", "subject": {"reference": "Patient/p1"},
             "performer": [{"reference": "Practitioner/d"}]},
            {"resourceType": "Observation", "id": "o2", "subject": {"reference": "Patient/p2"},
             "performer": [{"reference": "Practitioner/d"}, {"reference": "Patient/p1"}]}))})
        (found, _), _ = self.restore(archive="b.medark")
        self.assertEqual({name: {url for url, _ in entries} for name, entries in found.items()}, {
            "Patient-p1.json": {"Patient/p1", "Observation/o1", "Observation/o2", "Practitioner/d"},
            "Patient-p2.json": {"Patient/p2", "Observation/o2", "Practitioner/d"}})

    def test_what_a_transaction_cannot_hold_is_counted(self):
        def version(day, **more):
            return json.dumps({"resourceType": "Patient", "id": "p", "meta": {"lastUpdated": f"2026-01-0{day}T10:00:00Z"},
                               **more}) + "\n"
        self.archive({"a.ndjson": version(1) + version(3, active=True) + version(2) + version(3, active=True),
                      "o.ndjson": '{"resourceType":"Observation","subject":{"reference":"Patient/p"}}\n',
                      "x.xml": '<Observation xmlns="http://hl7.org/fhir"><id value="x"/><subject>'
                               '<reference value="Patient/p"/></subject></Observation>'})
        (found, _), result = self.restore(archive="b.medark", code=6)
        self.assertEqual(result.json()[-1]["left_out"], 3)
        (url, observation), patient = sorted(found["Patient-p.json"], key=lambda entry: entry[0])
        self.assertEqual((patient[0], patient[1]["active"]), ("Patient/p", True))
        self.assertIn("3 records are in no Bundle", result.err + result.out)
        # A record without an id gets one, the same each time.
        self.assertEqual(url, "Observation/" + observation["id"])
        again, _ = self.restore(archive="b.medark", code=6, target="again")
        self.assertEqual(again[0], found)

    def test_ids_that_are_no_names_of_files(self):
        self.archive({"a.ndjson": "".join(json.dumps({"resourceType": "Patient", "id": i}) + "\n"
                                          for i in ("../up", "a/b", "good", "x" * 100))})
        (found, _), result = self.restore(archive="b.medark", code=6)
        self.assertEqual(len(found), 4)
        self.assertEqual(sorted(name.split("-")[0] for name in found), ["Patient", "number", "number", "number"])
        self.assertEqual(result.json()[-1]["left_out"], 3)  # FHIR's ids have 64 characters at most

    def test_what_does_not_fit_is_refused(self):
        for more in (["--force"], ["--type", "Observation", "--patient", "p1"], ["--since", "2026-01-01", "--patient", "p1"]):
            self.assertIn("they hold all", self.refuse(2, *self.opened("restore", "--to", "bundle:x", *more)).err)
        self.refuse(2, *self.opened("restore", "--to", "bundle:"))
        self.write("taken/file", b"x")
        self.refuse(1, *self.opened("restore", "--to", "bundle:taken"))
        self.assertEqual(self.tree("taken"), {"file": b"x"})


if __name__ == "__main__":
    main()
