# SPDX-License-Identifier: Apache-2.0
"""The figures of diff and scope on published records, with planted differences, counted here again."""

import collections
import datetime
import json
import os
import random

from real import DataTest, main, unpack

KINDS = ("same", "added", "changed", "gone")
TYPES = ("Patient", "Condition", "Immunization", "Procedure", "MedicationRequest", "DiagnosticReport")


def owner(record):
    if record["resourceType"] == "Patient":
        return record["id"]
    reference = record["patient" if record["resourceType"] == "Immunization" else "subject"]["reference"]
    return reference.rsplit("/", 1)[-1].removeprefix("urn:uuid:")


def respell(rng, value):
    """The same, as another server writes it."""
    if isinstance(value, dict):
        members = list(value.items())
        rng.shuffle(members)
        return {key: respell(rng, each) for key, each in members}
    return [respell(rng, each) for each in value] if isinstance(value, list) else value


class Figures(DataTest):
    def lines(self):
        """Of each type the lines of its file."""
        unpack("synthea-r4-ndjson", self.path("all"))
        found = {}
        for kind in TYPES:
            with open(self.path("all", "synthea-r4-ndjson", kind + ".ndjson"), encoding="utf-8") as f:
                found[kind] = f.read().splitlines()
        return found

    def archive(self, lines, name):
        for kind, texts in lines.items():
            self.write(f"{name}/{kind}.ndjson", "".join(text + "\n" for text in texts))
        self.export(name, out=name + ".medark")

    def ask(self, verb, *more, code=0):
        return self.succeed(verb, *more, "--identity", self.key("it.key.pem"), "--trust", self.key("clinic.cert.pem"),
                            "--json", code=code).json()[-1]

    def plant(self, rng, old):
        """The new lines, and what was done, by record and by patient."""
        records, people, new = collections.Counter(), collections.defaultdict(set), {kind: [] for kind in TYPES}
        for kind, texts in old.items():
            for text in texts:
                record, roll = json.loads(text, parse_float=Number), rng.random()
                what = "same"
                if roll < 0.002 and kind != "Patient":
                    what = "gone"
                elif roll < 0.004:
                    what, record["language"] = "changed", "nl"
                elif roll < 0.006 and kind != "Patient":
                    new[kind].append(json.dumps({**record, "id": record["id"] + "-x"}, cls=Plain))
                    records["added"] += 1
                    people[owner(record)].add("added")
                records[what] += 1
                people[owner(record)].add(what)
                if what != "gone":
                    record["meta"] = {**record.get("meta", {}), "versionId": "2", "lastUpdated": "2026-01-01T00:00:00Z"}
                    new[kind].append(json.dumps(respell(rng, record), cls=Plain))
            rng.shuffle(new[kind])
        return new, records, people

    def test_planted_differences_and_who_is_concerned(self):
        rng, old = random.Random(3), self.lines()
        new, records, people = self.plant(rng, old)
        self.archive(old, "old")
        self.archive(new, "new")
        said = self.ask("diff", "old.medark", "new.medark", code=6)
        self.assertEqual(said["records"], {kind: records[kind] for kind in KINDS})
        differ = sum(kinds != {"same"} for kinds in people.values())
        self.assertTrue(0 < differ < len(people))
        self.assertEqual(said["patients"], {"same": len(people) - differ, "added": 0, "changed": differ, "gone": 0})
        self.assertEqual((said["old"]["repeated"], said["old"]["faulty"], said["moved"]), (0, 0, 0))

        said = self.ask("scope", "old.medark")
        self.assertEqual(said["types"], {kind: len(texts) for kind, texts in old.items()})
        self.assertEqual((said["patients"], said["outside"]), (len(people), 0))
        patients = [json.loads(text) for text in old["Patient"]]
        today = datetime.date.today()
        born = [datetime.date.fromisoformat(p["birthDate"]) for p in patients]
        self.assertEqual(said["minors"], sum((b.year + 18, b.month, b.day) > (today.year, today.month, today.day) for b in born))
        self.assertEqual(said["deceased"], sum("deceasedDateTime" in p for p in patients))
        for name, member in (("address", "address"), ("phone", "telecom"), ("name", "name"), ("gender", "gender")):
            self.assertEqual(said["categories"][name]["patients"], sum(bool(p.get(member)) for p in patients), name)
        concerned = collections.defaultdict(int)
        for text in old["Immunization"]:
            record = json.loads(text)
            if "2010-01-01" <= record["occurrenceDateTime"][:10] <= "2012-06-30":
                concerned[owner(record)] += 1
        said = self.ask("scope", "old.medark", "--type", "Immunization", "--since", "2010-01-01", "--until", "2012-06-30",
                        "--list", "list.jsonl")
        self.assertEqual((said["patients"], said["records"]), (len(concerned), sum(concerned.values())))
        with open(self.path("list.jsonl"), encoding="utf-8") as f:
            self.assertEqual({row["id"]: row["records"] for row in map(json.loads, f)}, concerned)
        self.assertEqual(os.stat(self.path("list.jsonl")).st_mode & 0o777, 0o600)


class Number(float):
    """A number that is written as it was read."""

    def __new__(cls, text):
        number = super().__new__(cls, text)
        number.text = text
        return number

    def __repr__(self):
        return self.text


class Plain(json.JSONEncoder):
    """Python's own encoder in C would write numbers anew."""

    def iterencode(self, o, _one_shot=False):
        return json.encoder._make_iterencode(
            {}, self.default, json.encoder.encode_basestring_ascii, None, repr, ":", ",", False, False, False)(o, 0)


if __name__ == "__main__":
    main()
