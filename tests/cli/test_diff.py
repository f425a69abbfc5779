# SPDX-License-Identifier: Apache-2.0
"""medark diff: planted differences are found to the unit, and nothing else is. What is expected is counted here, with
Python's own JSON."""

import collections
import csv
import decimal
import gzip
import json
import os
import random
import stat

from archive import ArchiveTest
from cli import main

KINDS = ("same", "added", "changed", "gone")
STAMPS = ("versionId", "lastUpdated", "source", "tag")


def load(text):
    """What a record says: numbers with their precision, meta without what servers set."""
    record = json.loads(text, parse_float=lambda s: tuple(decimal.Decimal(s).as_tuple()))
    meta = {key: value for key, value in record.pop("meta", {}).items() if key not in STAMPS}
    return {**record, **({"meta": meta} if meta else {})}


def owners(record):
    if record["resourceType"] == "Patient":
        return {record["id"]}
    found = {value["reference"][8:] for value in (record.get("subject"), record.get("patient"))
             if value and value.get("reference", "").startswith("Patient/")}
    return found | {p["actor"]["reference"][8:] for p in record.get("participant", [])}


def count(old, new):
    """The summary's counts, of two lists of lines."""
    sides = [{(r["resourceType"], r["id"]): r for r in map(load, lines)} for lines in (old, new)]
    types = collections.defaultdict(collections.Counter)
    people = collections.defaultdict(collections.Counter)
    rows, moved = set(), 0
    for name in sides[0].keys() | sides[1].keys():
        a, b = (side.get(name) for side in sides)
        kind = "added" if a is None else "gone" if b is None else "same" if a == b else "changed"
        types[name[0]][kind] += 1
        was, now = (owners(r) if r else set() for r in (a, b))
        moved += a is not None and b is not None and was != now
        for one in (was | now) or {None}:
            here = kind if a is None or b is None or (one in was) == (one in now) else "gone" if one in was else "added"
            people[one][here] += 1
            if here != "same":
                rows.add((one or "", here, *name))
    patients = collections.Counter()
    for one, counts in people.items():
        if one is not None:
            kinds = {kind for kind in KINDS if counts[kind]}
            patients["changed" if len(kinds) > 1 else kinds.pop()] += 1
    plain = {key: {kind: value[kind] for kind in KINDS} for key, value in types.items()}
    return {"types": plain, "records": {kind: sum(value[kind] for value in plain.values()) for kind in KINDS},
            "shared": {kind: people[None][kind] for kind in KINDS},
            "patients": {kind: patients[kind] for kind in KINDS}, "moved": moved}, rows


def about(number):
    return {"reference": f"Patient/{number}"}


def make(rng, patients):
    """Lines of records, of all kinds that matter: shared ones, of several patients, of nobody."""
    records = [{"resourceType": "Organization", "id": f"org{i}", "name": f"Clinic {i}"} for i in range(8)]
    for p in range(patients):
        key = f"p{p}"
        records.append({"resourceType": "Patient", "id": key, "name": [{"family": f"N\u00e4me{p}", "given": ["A"]}],
                        "meta": {"versionId": "1", "security": [{"code": "R"}]}})
        for i in range(rng.randrange(1, 9)):
            records.append({"resourceType": "Observation", "id": f"{key}-o{i}", "subject": about(key), "status": "final",
                            "code": {"text": "weight", "coding": [{"system": "s", "code": "c/\"d\""}]},
                            "valueQuantity": {"value": rng.randrange(1000) / 10, "unit": "kg"}})
        if p:
            records.append({"resourceType": "Appointment", "id": f"{key}-a", "status": "booked",
                            "participant": [{"actor": about(key)}, {"actor": about(f"p{rng.randrange(p)}")}]})
    return records


def respell(rng, record):
    """The same, as another server writes it."""
    if isinstance(record, dict):
        items = list(record.items())
        rng.shuffle(items)
        return {key: respell(rng, value) for key, value in items}
    return [respell(rng, value) for value in record] if isinstance(record, list) else record


def stamped(rng, record):
    meta = {**record.get("meta", {}), "versionId": str(rng.randrange(99)), "lastUpdated": "2026-11-29T00:00:00Z",
            "source": "#x", "tag": [{"code": "t"}]}
    return {**record, "meta": meta}


def migrate(rng, records):
    """Every kind of difference, and of none."""
    new, people = [], [r["id"] for r in records if r["resourceType"] == "Patient"]
    lost = set(rng.sample(people, 3))
    people = [one for one in people if one not in lost]
    for record in records:
        mine = owners(record)
        if mine & lost or rng.random() < 0.03 and record["resourceType"] != "Patient":
            continue
        roll = rng.random()
        if roll < 0.05:
            record = {**record, "language": "nl"}
        elif roll < 0.1 and "valueQuantity" in record:
            record = {**record, "status": "amended", "valueQuantity": {"unit": "g", "value": 1}}
        elif roll < 0.15 and "subject" in record:
            record = {**record, "subject": about(rng.choice(people))}
        elif roll < 0.2:
            new.append({**record, "id": record["id"] + "-more"})
        new.append(stamped(rng, record))
    new.append({"resourceType": "Patient", "id": "newcomer"})
    new.append({"resourceType": "Observation", "id": "newcomer-o", "subject": about("newcomer")})
    rng.shuffle(new)
    return [json.dumps(respell(rng, r), ensure_ascii=rng.random() < 0.5,
                       separators=rng.choice([(",", ":"), (" ,  ", " :\t")])) for r in new]


class Diff(ArchiveTest):
    def diff(self, *more, old="a.medark", new="b.medark"):
        return ["diff", old, new, "--identity", "it.key.pem", "--trust", "clinic.cert.pem", *more]

    def archive(self, lines, out, name="r", code=(0, 6)):
        self.write(f"{name}-{out}/{name}.ndjson", "".join(line + "\n" for line in lines))
        self.assertIn(self.run_medark(*self.export(f"{name}-{out}", out, "--force")).code, code)

    def summary(self, *more, code=6, **sides):
        return self.succeed(*self.diff("--json", *more, **sides), code=code).json()[-1]

    def compare(self, old, new, code=6):
        """The summary of two lists of lines, and the rows of the list."""
        self.archive(old, "old.medark")
        self.archive(new, "new.medark")
        said = self.summary("--list", "d.jsonl", "--force", old="old.medark", new="new.medark", code=code)
        with open(self.path("d.jsonl"), encoding="utf-8") as f:
            return said, [json.loads(line) for line in f]

    def test_planted_differences_to_the_unit(self):
        rng = random.Random(5)
        records = make(rng, 60)
        old, new = [json.dumps(r) for r in records], migrate(rng, records)
        wanted, rows = count(old, new)
        self.assertTrue(all(wanted["records"][kind] > 5 for kind in KINDS), wanted)
        self.assertTrue(all(wanted["patients"].values()) and wanted["moved"] and wanted["shared"]["changed"], wanted)
        said, listed = self.compare(old, new)
        for key, value in wanted.items():
            self.assertEqual(said[key], value, key)
        self.assertIs(said["equal"], False)
        self.assertEqual(said["old"]["records"], len(old))
        self.assertEqual(said["new"]["patients"], sum(wanted["patients"][k] for k in ("same", "added", "changed")))
        found = [(d["patient"] or "", d["kind"], d["type"], d["id"]) for d in listed]
        self.assertEqual(len(found), len(set(found)))
        self.assertEqual(set(found), rows)
        self.assertEqual([d["patient"] for d in listed if d["patient"]],
                         sorted(d["patient"] for d in listed if d["patient"]))
        self.assertEqual({tuple(d["elements"]) for d in listed if d["kind"] == "changed" and not d["moved"]},
                         {("language",), ("status", "valueQuantity")})
        self.assertTrue(all(sorted(d["elements"]) == ["subject"] for d in listed if d["moved"]))
        # The same of the source itself, and the other way round.
        again = self.summary(old="old.medark", new="r-new.medark")
        self.assertEqual({key: again[key] for key in wanted}, wanted)
        self.assertEqual((again["new"]["source"], again["old"]["source"]), (True, False))
        back = self.summary(old="new.medark", new="old.medark")
        self.assertEqual([back["records"][k] for k in KINDS], [wanted["records"][k] for k in ("same", "gone", "changed", "added")])
        four = self.summary("--threads", "4", old="old.medark", new="new.medark")
        self.assertEqual({key: four[key] for key in wanted}, wanted)

    def test_another_spelling_is_no_difference(self):
        rng = random.Random(6)
        records = make(rng, 10)
        new = [json.dumps(respell(rng, stamped(rng, r)), separators=(" , ", ": ")) for r in records]
        rng.shuffle(new)
        said, listed = self.compare([json.dumps(r) for r in records], new, code=0)
        self.assertIs(said["equal"], True)
        self.assertEqual(said["records"], {"same": len(records), "added": 0, "changed": 0, "gone": 0})
        self.assertEqual(listed, [])

    def test_what_counts_as_a_change(self):
        base = json.dumps({"resourceType": "Observation", "id": "N", "subject": about("p"),
                           "meta": {"profile": ["a"], "tag": []}, "valueQuantity": {"value": 1.5},
                           "component": [{"id": "1"}, {"id": "2"}]})
        changes = {
            "precision": ('"value": 1.5', '"value": 1.50', "valueQuantity"), "profile": ('"a"', '"b"', "meta"),
            "order": ('{"id": "1"}, {"id": "2"}', '{"id": "2"}, {"id": "1"}', "component"),
            "null": ('"subject"', '"other": null, "subject"', "other"),
            "name": ('"id": "N"', '"id": "N", "0700 in 999990019": 1', "?"),
            "case": ('"subject": {"r', '"subject": {"display": "P", "r', "subject"),
            "spelling": ('"value": 1.5', '"value": 15e-1', None),
            "stamp": ('"tag": []', '"tag": [{"code": "x"}], "versionId": "7"', None),
            "escape": ('"profile"', '"\\u0070rofile"', None),
        }
        new = []
        for name, (old_text, new_text, _) in changes.items():
            self.assertIn(old_text, base)
            new.append(base.replace(old_text, new_text).replace('"N"', f'"{name}"'))
        said, listed = self.compare([base.replace('"N"', f'"{name}"') for name in changes], new)
        self.assertEqual({row["id"]: row["elements"] for row in listed},
                         {name: [change[2]] for name, change in changes.items() if change[2]})
        self.assertEqual({(row["kind"], row["patient"]) for row in listed}, {("changed", "p")})
        self.assertEqual(said["records"], {"same": 3, "added": 0, "changed": 6, "gone": 0})

    def test_without_an_id_what_it_says_counts(self):
        old = ['{"resourceType":"Basic","code":{"text":"a"}}', '{"resourceType":"Basic","code":{"text":"b"}}']
        new = ['{"code":{"text":"b"},"resourceType":"Basic"}', '{"resourceType":"Basic","code":{"text":"c"}}']
        said, listed = self.compare(old, new)
        self.assertEqual(said["records"], {"same": 1, "added": 1, "changed": 0, "gone": 1})
        self.assertEqual(sorted((d["kind"], d["id"]) for d in listed), [("added", None), ("gone", None)])

    def test_repeated_records_count_once(self):
        one = '{"resourceType":"Basic","id":"1","code":{"text":"a"}}'
        two = '{"resourceType":"Basic","id":"1","code":{"text":"b"}}'
        said, _ = self.compare([one, one, '{"id":"1","code":{"text":"a"},"resourceType":"Basic"}'], [one], code=0)
        self.assertEqual((said["records"]["same"], said["old"]["repeated"], said["old"]["records"]), (1, 2, 3))
        # Of two that differ under one name, one is left.
        said, _ = self.compare([one, two], [two])
        self.assertEqual(said["records"], {"same": 1, "added": 0, "changed": 0, "gone": 1})

    def test_files_faults_and_xml(self):
        for name, text, code in (("old", "one", "<Basic xmlns='http://hl7.org/fhir'><id value='x'/></Basic>"),
                                 ("new", "two", "<Basic xmlns='http://hl7.org/fhir'><id  value='x'/></Basic>")):
            self.write(f"{name}/b.xml", code)
            self.write(f"{name}/{name}.pdf", b"%PDF same \x00")
            self.write(f"{name}/note.bin", b"\x00\x01" + text.encode())
            self.write(f"{name}/r.ndjson", '{"resourceType":"Basic","id":"1"}\n{"resourceType":"Basic","id":"2",,}\n')
            self.run_medark(*self.export(name, f"{name}.medark"))
        said = self.summary(old="old.medark", new="new.medark")
        self.assertEqual(said["files"], {"same": 1, "added": 1, "changed": 0, "gone": 1})
        self.assertEqual(said["types"], {"?": {"same": 1, "added": 0, "changed": 0, "gone": 0},
                                         "Basic": {"same": 1, "added": 0, "changed": 1, "gone": 0}})
        self.assertEqual([said["old"][key] for key in ("xml", "faulty", "files")], [1, 1, 2])

    def test_large_records_and_packed_ones(self):
        long = json.dumps({"resourceType": "Binary", "id": "b", "contentType": "x/y", "data": "A" * 5_000_000})
        self.write("plain/Binary.ndjson", long + "\n" + json.dumps({"resourceType": "Basic", "id": "1"}) + "\n")
        self.write("plain/big.dat", os.urandom(1) + b"\x00" * 6_000_000)
        self.write("packed/all.ndjson.gz", gzip.compress((long.replace('"AAA', '"BAA') + "\n").encode()))
        self.succeed(*self.export("plain", "plain.medark"))
        said = self.summary(old="plain.medark", new="plain", code=0)
        self.assertEqual((said["records"]["same"], said["files"]["same"]), (2, 1))
        self.succeed(*self.export("packed", "packed.medark"))
        said = self.summary(old="plain.medark", new="packed.medark")
        self.assertEqual(said["types"]["Binary"], {"same": 0, "added": 0, "changed": 1, "gone": 0})
        self.assertEqual((said["files"]["gone"], said["files"]["added"]), (1, 0))

    def test_the_list_as_a_table(self):
        said, _ = self.compare(['{"resourceType":"Patient","id":"-1+1","gender":"male"}'],
                               ['{"resourceType":"Patient","id":"-1+1","gender":"female","active":true}'])
        self.assertEqual(said["patients"]["changed"], 1)
        self.succeed(*self.diff("--list", "d.csv", old="old.medark", new="new.medark"), code=6)
        self.assertEqual(stat.S_IMODE(os.stat(self.path("d.csv")).st_mode), 0o600)
        with open(self.path("d.csv"), newline="", encoding="utf-8") as f:
            text = f.read()
        self.assertTrue(text.endswith("\r\n"))
        self.assertEqual(list(csv.reader(text.splitlines(), strict=True)),
                         [["patient", "kind", "type", "id", "moved", "elements"],
                          ["'-1+1", "changed", "Patient", "'-1+1", "no", "gender active"]])

    def test_the_screen_and_the_page_name_nobody(self):
        self.compare(['{"resourceType":"Patient","id":"secret-1","gender":"male"}'],
                     ['{"resourceType":"Patient","id":"secret-1","gender":"other"}'])
        done = self.succeed(*self.diff("--report", "r.html", old="old.medark", new="new.medark"), code=6)
        with open(self.path("r.html"), encoding="utf-8") as f:
            page = f.read()
        manifest = self.succeed("inspect", "old.medark", "--json").json()[0]["manifest"]
        self.assertIn(manifest, page)
        self.assertIn("CN=clinic", page)
        self.assertNotIn("secret", page + done.out + done.err)
        self.assertNotIn("<script", page)
        self.assertIn("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;\">",
                      page)
        self.assertIn("<h1>Comparison of patient records</h1>\n<p class=\"notice bad\">The sides differ", page)
        self.assertTrue(page.endswith("</body>\n</html>\n"))
        self.assertNotIn("http://", page)
        self.assertIn("they are not the same", done.out)
        self.assertIn("\n                1 record, 1 patient\n", done.out)
        self.assertIn("\n  report        r.html\n", done.out)
        said, = self.succeed(*self.diff("--report", "r.html", "--list", "l.csv", "--force", "--json", old="old.medark", new="new.medark"),
                             code=6).json()
        self.assertEqual((said["report"], said["list"]), ("r.html", "l.csv"))
        told = self.succeed(*self.diff("-v", old="old.medark", new="new.medark"), code=6)
        self.assertRegex(told.out, r"(?m)^ +0 +0 +1 +0  secret-1$")
        patient, _ = self.succeed(*self.diff("-v", "--json", old="old.medark", new="new.medark"), code=6).json()
        self.assertEqual((patient["id"], patient["kind"], patient["changed"]), ("secret-1", "changed", 1))

    def test_what_leaves_is_a_row_of_the_log_first(self):
        self.archive(['{"resourceType":"Patient","id":"p1"}'], "b.medark")
        self.succeed(*self.diff("--list", "d.csv", "--state", "state"), code=6)
        log = "state/audit-restore/" + os.listdir(self.path("state/audit-restore"))[0]
        row, = (r for r in self.succeed("audit", log, "--identity", "it.key.pem", "--json").json()
                if r["message_type"] == "event")
        self.assertEqual((row["kind"], row["outcome"], row["detail"]),
                         ("export", 0, "exported to clear text: list of differences, of at most 3 patients"))
        self.succeed(*self.diff("--state", "state"), code=6)
        self.assertEqual(len(os.listdir(self.path("state/audit-restore"))), 1)
        # Where it cannot be written, nothing leaves.
        self.write("no", "a file")
        done = self.run_medark(*self.diff("--list", "e.csv", "--audit-log", "no"))
        self.assertEqual(done.code, 1, done.err)
        self.assertIn("nothing was written, as what leaves has to be in the log first", done.err)
        self.assertFalse(os.path.exists(self.path("e.csv")))
        self.assertEqual([name for name in os.listdir(self.folder) if "partial" in name], [])

    def test_nothing_stays_of_a_source(self):
        os.mkdir(self.path("tmp"))
        self.succeed(*self.diff(new="src"), env={"TMPDIR": self.path("tmp")})
        self.assertEqual(os.listdir(self.path("tmp")), [])
        self.refuse(1, *self.diff(new="nowhere"))
        self.refuse(2, *self.diff(new="src"), env={"TMPDIR": self.path("src")})
        self.refuse(1, *self.diff(new="src"), env={"TMPDIR": self.path("none")})

    def test_an_archive_against_itself(self):
        said = self.summary(new="a.medark", code=0)
        self.assertEqual((said["patients"]["same"], said["records"]["same"], said["files"]["same"]), (3, 63, 1))
        self.assertIn("both hold the same", self.succeed(*self.diff(new="a.medark")).out)
        self.assertEqual(self.succeed(*self.diff("-q", new="a.medark")).out, "")

    def test_a_page_is_a_file(self):
        self.refuse(2, *self.diff("--report", "-", old="a.medark", new="a.medark"), error="cannot use '-' for --report: it must be a file")

    def test_what_is_refused(self):
        self.refuse(2, "diff", "a.medark", "--identity", "it.key.pem", "--trust", "clinic.cert.pem",
                    error="cannot compare: what to compare it with is missing")
        self.refuse(2, *self.diff("c.medark"))
        self.refuse(2, *self.diff("--list", "d.txt"),
                    error="cannot use 'd.txt' for --list: its name must end in .csv or .jsonl")
        self.refuse(2, *self.diff("--list", "d.csv", "--report", "./d.csv", new="a.medark"))
        self.refuse(2, *self.diff("--new", "a.medark", new="src"), error="cannot use --new with 'src': it is no archive")
        self.refuse(2, *self.diff(new="https://x.example/fhir"),
                    error="cannot compare with 'https://x.example/fhir': a FHIR server is named as fhir+https://...")
        self.refuse(4, "diff", "a.medark", "src", "--identity", "it.key.pem", "--trust", "stranger.cert.pem")
        self.refuse(5, "diff", "a.medark", "src", "--identity", "other.key.pem", "--trust", "clinic.cert.pem")
        self.damaged(lambda content: content[:-2000])
        self.refuse(3, *self.diff(new="bad.medark"))
        for name in ("src/d.csv", "src/notes/d.csv"):
            self.refuse(2, *self.diff("--list", name, new="src"),
                        error=f"cannot write to '{name}' of --list: it stands in the source 'src' and would be read, too")
        self.refuse(2, *self.diff("--report", "a.medark", "--force", new="src"))
        self.write("e.jsonl", "{}", 0o600)
        self.refuse(2, *self.diff("--list", "e.jsonl", "--auth", "e.jsonl", "--force", new="src"))
        self.write("d.csv", "mine")
        self.refuse(1, *self.diff("--list", "d.csv", new="src"))
        self.refuse(2, *self.diff("--list", "it.key.pem.csv", "--report", "it.key.pem", "--force", new="src"))
        os.rename(self.path("bad.medark"), self.path("bad"))
        self.write("in/one.medark", b"")
        os.replace(self.path("a.medark"), self.path("in/one.medark"))
        self.refuse(2, *self.diff(old="in/one.medark", new="in"))


if __name__ == "__main__":
    main()
