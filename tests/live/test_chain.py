# SPDX-License-Identifier: Apache-2.0
"""medark restore MON TUE WED: of a chain of increments the latest of each record, and nothing that was
deleted. What the server holds each night is kept here as a dictionary, and is what has to come back."""

import datetime
import json
import os
import random
import re
import sqlite3
import time

from live import LiveTest, main
from target import Target


def line(record):
    return json.dumps(record, separators=(",", ":")).encode() + b"\n"


class Vendor:
    """Records of a vendor that change, and the export of what has."""

    def __init__(self, folder):
        self.folder, self.now = folder, {}
        self.changed, self.gone = {}, []

    def put(self, kind, name, /, **more):
        self.now[kind, name] = self.changed[kind, name] = {"resourceType": kind, "id": name, **more}

    def delete(self, kind, name):
        del self.now[kind, name]
        self.changed.pop((kind, name), None)
        self.gone.append(f"{kind}/{name}")

    def write(self, server):
        for name in os.listdir(self.folder):
            os.remove(os.path.join(self.folder, name))
        for (kind, _), record in self.changed.items():
            with open(os.path.join(self.folder, kind + ".ndjson"), "ab") as f:
                f.write(line(record))
        server.deleted = ["gone.ndjson"] if self.gone else []
        if self.gone:
            with open(os.path.join(self.folder, "gone.ndjson"), "wb") as f:
                f.write(line({"resourceType": "Bundle", "type": "transaction", "entry": [
                    {"request": {"method": "DELETE", "url": url}} for url in self.gone]}))
        self.changed, self.gone = {}, []


def about(number):
    return {"subject": {"reference": f"Patient/p{number}"}}


class Chain(LiveTest):
    def setUp(self):
        super().setUp()
        os.mkdir(self.path("vendor"))
        self.vendor = Vendor(self.path("vendor"))
        self.server = self.serve("vendor")
        self.nights = []

    def night(self):
        """Exports what has changed, and notes what a restore as of this night has to give."""
        self.vendor.write(self.server)
        name = f"{len(self.nights) + 1}.medark"
        self.server.time = f"2026-11-{len(self.nights) + 1:02}T03:00:00Z"
        more = ["--previous", self.nights[-1][0], "--since", "auto"] if self.nights else []
        self.live_export(self.server, *more, out=name)
        self.nights.append((name, dict(self.vendor.now)))
        return name

    def restored(self, *more, archives=None, target="back"):
        archives = archives or [name for name, _ in self.nights]
        result = self.succeed("restore", *archives, "--identity", "it.key.pem", "--trust", "clinic.cert.pem",
                              "--to", target, "--force", "--json", *more)
        return self.tree(target), result

    def records(self, tree, folder=""):
        found = {}
        for path, content in tree.items():
            if path.endswith(".ndjson") and os.path.dirname(path) == folder:
                for text in content.splitlines():
                    record = json.loads(text)
                    key = record["resourceType"], record["id"]
                    self.assertNotIn(key, found, "a record twice")
                    found[key] = record
        return found

    def three_nights(self):
        for n in (1, 2):
            self.vendor.put("Patient", f"p{n}", birthDate=f"197{n}-01-01",
                            identifier=[{"system": "http://fhir.nl/fhir/NamingSystem/bsn", "value": f"99999000{n}"}])
        for n in range(6):
            self.vendor.put("Observation", f"o{n}", status="final", performer=[{"reference": "Practitioner/d1"}],
                            **about(1 + n % 2))
        self.vendor.put("Practitioner", "d1", name=[{"family": "Old"}])
        self.night()
        self.vendor.put("Observation", "o0", status="amended", performer=[{"reference": "Practitioner/d1"}], **about(1))
        self.vendor.put("Observation", "o2", status="final", **about(2))  # it was the wrong patient
        self.vendor.delete("Observation", "o4")
        self.vendor.put("Practitioner", "d1", name=[{"family": "New"}])
        self.night()
        self.vendor.put("Observation", "o4", status="final", note=[{"text": "back again"}], **about(1))
        self.vendor.delete("Observation", "o5")
        self.night()

    def test_everything_as_of_the_latest_night(self):
        self.three_nights()
        tree, result = self.restored()
        self.assertEqual(self.records(tree), self.nights[-1][1])
        summary = result.json()[-1]
        self.assertEqual((summary["archives"], summary["records"], summary["complete"]), (3, 8, True))

    def test_compared_and_counted_as_of_the_latest_night(self):
        self.three_nights()
        opened = ["--identity", "it.key.pem", "--trust", "clinic.cert.pem", "--json"]
        first, last = self.nights[0][1], self.nights[-1][1]
        wanted = {"same": sum(first.get(key) == record for key, record in last.items()), "added": len(last.keys() - first.keys()),
                  "changed": sum(first[key] != last[key] for key in first.keys() & last.keys()),
                  "gone": len(first.keys() - last.keys())}
        self.assertEqual(wanted["changed"], 4)
        said = self.succeed("diff", "1.medark", "3.medark", "--new", "1.medark", "--new", "2.medark", *opened, code=6).json()[-1]
        self.assertEqual((said["records"], said["moved"], said["new"]["archives"]), (wanted, 1, 3))
        chain = ["3.medark", "--old", "2.medark", "--old", "1.medark"]
        self.succeed("diff", chain[0], "3.medark", *chain[1:], "--new", "1.medark", "--new", "2.medark", *opened)
        # Against what the vendor has now, straight from the server; and what an increment alone is.
        self.vendor.changed = dict(self.vendor.now)
        self.vendor.write(self.server)
        said = self.succeed("diff", chain[0], "fhir+" + self.server.base, *chain[1:], *opened).json()[-1]
        self.assertEqual((said["equal"], said["records"]["same"], said["new"]["source"]), (True, len(last), True))
        *warned, said = self.succeed("diff", "3.medark", "3.medark", *opened, code=6).json()
        self.assertEqual(len(warned), 2)
        self.assertIn("the old archive is an increment", warned[0]["warning"])

        said = self.succeed("scope", "2.medark", "3.medark", "1.medark", *opened).json()[-1]
        kinds = [kind for kind, _ in last]
        self.assertEqual(said["types"], {"Observation": kinds.count("Observation"), "Patient": 2})
        self.assertEqual((said["archives"], said["patients"], said["outside"], said["file"]), (3, 2, 1, "3.medark"))

    def test_a_database_as_of_each_night(self):
        self.three_nights()
        for k, (_, wanted) in enumerate(self.nights):
            names = [name for name, _ in self.nights[:k + 1]]
            self.succeed("restore", *names, "--identity", "it.key.pem", "--trust", "clinic.cert.pem", "--to", f"sqlite:{k}.db")
            db = sqlite3.connect(self.path(f"{k}.db"))
            self.addCleanup(db.close)
            found = [json.loads(text) for (text,) in db.execute("SELECT text FROM resources")]
            self.assertEqual(len(found), len(wanted))
            self.assertEqual({(r["resourceType"], r["id"]): r for r in found}, wanted)
            whose = dict(db.execute("SELECT r.id, p.id FROM findings JOIN resources AS r USING (resource) JOIN patients AS p "
                                    "USING (patient)").fetchall())
            self.assertEqual(whose, {name: r["subject"]["reference"].split("/")[1] for (kind, name), r in wanted.items()
                                     if kind == "Observation"})
            self.assertEqual(db.execute("SELECT value FROM about WHERE name = 'archives'").fetchone(), (k + 1,))
            self.assertEqual(db.execute("PRAGMA foreign_key_check").fetchall(), [])

    def attachments(self, tree):
        return {content for path, content in tree.items() if path.startswith("items/attachments/")}

    def test_attachments_go_with_their_records(self):
        letters = {"b1": b"of d1", "b2": b"of d2", "b3": b"of d3"}

        def document(number, letter, **more):
            self.vendor.put("DocumentReference", f"d{number}", status="current", content=[{"attachment": {
                "contentType": "text/plain", "url": f"Binary/{letter}", **more}}], **about(1))

        def give(request):
            name = request.path.rsplit("/", 1)[1]
            if request.path.startswith("/fhir/Binary/") and name in letters:
                request.answer(200, letters[name], Content_Type="text/plain")
                return True
            return False

        self.server.meddle = give
        self.vendor.put("Patient", "p1")
        for n in (1, 2, 3):
            document(n, f"b{n}")
        self.night()
        self.vendor.delete("DocumentReference", "d1")
        letters["b2"] = b"of d2, corrected"
        document(2, "b2", title="corrected")
        self.night()
        self.assertEqual(self.attachments(self.restored()[0]), {b"of d2, corrected", b"of d3"})
        self.assertEqual(self.attachments(self.restored("--patient", "p1", target="p1")[0]), {b"of d2, corrected", b"of d3"})
        whole = self.restored(archives=["1.medark"], target="first")[0]
        self.assertEqual({content for path, content in whole.items() if path.startswith("attachments/")},
                         {b"of d1", b"of d2", b"of d3"})

    def test_one_patient(self):
        self.three_nights()
        for who in ("p1", "999990001"):
            tree, _ = self.restored("--patient", who)
            own = self.records(tree)
            self.assertEqual(sorted(own), [("Observation", "o0"), ("Observation", "o4"), ("Patient", "p1")])
            self.assertEqual(own["Observation", "o0"]["status"], "amended")
            self.assertEqual(own["Observation", "o4"]["note"], [{"text": "back again"}])
            outside = self.records(tree, "referenced")
            self.assertEqual([r["name"] for r in outside.values()], [[{"family": "New"}]])
        other, _ = self.restored("--patient", "p2")
        self.assertEqual(sorted(self.records(other)), [("Observation", "o1"), ("Observation", "o2"),
                                                       ("Observation", "o3"), ("Patient", "p2")])

    def test_as_bundles(self):
        self.three_nights()
        tree, _ = self.restored(target="whole")
        self.succeed("restore", *(name for name, _ in self.nights), "--identity", "it.key.pem", "--trust",
                     "clinic.cert.pem", "--to", "bundle:bundles")
        found = {}
        for path, content in self.tree("bundles").items():
            for entry in json.loads(content)["entry"] if path != "index.ndjson" else ():
                found[tuple(entry["request"]["url"].split("/"))] = entry["resource"]
        wanted = self.records(tree)
        self.assertEqual(found, {key: wanted[key] for key in found})
        self.assertEqual({key for key in wanted if key not in found}, set())

    def test_what_leaves_is_in_the_log(self):
        self.vendor.put("Patient", "p1")
        self.vendor.put("Patient", "p2")
        self.night()
        self.vendor.put("Patient", "p3")
        self.night()
        for more, told in [([], "all patients of a chain of 2 archives"), (["--patient", "p1", "--patient", "p2"], "2 patients"),
                           (["--as-of", "2026-11-01T00:00:00Z"], None)]:
            restore = ["restore", *(name for name, _ in self.nights), "--identity", "it.key.pem", "--trust", "clinic.cert.pem",
                       "--to", "csv:back", "--audit-log", "log", *more]
            before = len(os.listdir(self.path("log"))) if os.path.exists(self.path("log")) else 0
            result = self.run_medark(*restore)
            if told is None:
                self.assertNotEqual(result.code, 0)
                self.assertEqual(len(os.listdir(self.path("log"))), before)
                continue
            self.assertEqual(result.code, 0, result.err)
            name = sorted(os.listdir(self.path("log")))[-1]
            row, = [each for each in self.succeed("audit", "log/" + name, "--identity", "it.key.pem", "--json").json()
                    if each["message_type"] == "event"]
            self.assertEqual(row["detail"], "exported to clear text: csv, " + told)
            latest, = self.succeed("inspect", self.nights[-1][0], "--json").json()
            self.assertEqual(row["archive"], latest["archive"])
            os.rename(self.path("back"), self.path(f"was {before}"))

    def test_as_of_an_earlier_night(self):
        self.three_nights()
        tree, _ = self.restored(archives=["1.medark", "2.medark"])
        self.assertEqual(self.records(tree), self.nights[1][1])
        time.sleep(1.1)
        then = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 1))
        self.vendor.put("Patient", "p3")
        self.night()
        tree, _ = self.restored("--as-of", then)
        self.assertEqual(self.records(tree), self.nights[2][1])
        self.refuse(1, "restore", "1.medark", "2.medark", "--identity", "it.key.pem", "--trust", "clinic.cert.pem",
                    "--to", "x", "--as-of", "2020-01-01")

    def test_any_order_and_more_than_is_needed(self):
        self.three_nights()
        self.succeed(*self.export("fhir+" + self.server.base, "4.medark", "--previous", "3.medark"), code=6)  # no Patient
        tree, result = self.restored(archives=["3.medark", "1.medark", "2.medark"])
        self.assertEqual(self.records(tree), self.nights[-1][1])
        _, result = self.restored(archives=["3.medark", "4.medark", "1.medark", "2.medark"], target="other")
        self.assertEqual((result.json()[-1]["archives"], result.json()[-1]["file"]), (1, "4.medark"))
        self.assertNotIn("does not lead to", result.out)

    def test_an_archive_of_another_source_is_told(self):
        """The one with the highest number is restored: what has nothing to do with it must not go unseen."""
        self.three_nights()
        self.succeed(*self.export("src", "other.medark"))
        sentence = r"archive [0-9a-f]{8}, number 1, does not lead to number 3, which is restored"
        tree, result = self.restored(archives=["1.medark", "other.medark", "2.medark", "3.medark"])
        self.assertEqual(self.records(tree), self.nights[-1][1])
        self.assertRegex(result.out, sentence)
        self.assertEqual(len(re.findall("does not lead to", result.out)), 1)
        result = self.succeed("restore", "3.medark", "other.medark", "1.medark", "2.medark", "--identity", "it.key.pem",
                              "--trust", "clinic.cert.pem", "--to", "fhir+" + self.target().base)
        self.assertRegex(result.err, sentence)

    def test_a_gap_is_refused(self):
        self.three_nights()
        result = self.refuse(1, "restore", "1.medark", "3.medark", "--identity", "it.key.pem", "--trust",
                             "clinic.cert.pem", "--to", "x")
        self.assertIn("archive number 3 is an increment, and the archive before it was not given", result.err)

    def test_an_increment_alone_is_told(self):
        self.three_nights()
        _, result = self.restored(archives=["2.medark"])
        self.assertIn("holds only what has changed", result.out)
        _, result = self.restored("--patient", "p1", archives=["2.medark"], target="chart")
        self.assertIn("holds only what has changed", result.out)

    def into(self, target, *more, archives=None, code=0):
        archives = archives or [name for name, _ in self.nights]
        result = self.succeed("restore", *archives, "--identity", "it.key.pem", "--trust", "clinic.cert.pem",
                              "--to", "fhir+" + target.base, "--json", *more, code=code).json()[-1]
        there = {tuple(name.split("/")): dict(body) for name, body in target.store.items()}
        for body in there.values():
            body.pop("meta", None)
        return there, result

    def target(self, **options):
        target = Target(**options)
        self.addCleanup(target.stop)
        return target

    def test_some_patients_into_a_server(self):
        self.three_nights()
        now = self.nights[-1][1]
        for who in ("p1", "999990001"):
            there, result = self.into(self.target(integrity=True), "--patient", who)
            self.assertEqual(there, {key: now[key] for key in [("Patient", "p1"), ("Observation", "o0"), ("Observation", "o4"),
                                                               ("Practitioner", "d1")]})
            self.assertEqual((result["patients"], result["records"], result["restored"], result["archives"]), (1, 4, 4, 3))
        target = self.target()
        there, result = self.into(target, "--patient", "p2")  # o2 moved to p2, who has nothing else that changed
        self.assertEqual(sorted(there), [("Observation", "o1"), ("Observation", "o2"), ("Observation", "o3"), ("Patient", "p2"),
                                         ("Practitioner", "d1")])
        there, result = self.into(target, "--patient", "p1", "--patient", "p2")
        self.assertEqual((there, result["sent"], result["patients"]), (now, 2 + 1, 2))
        there, result = self.into(target)
        self.assertEqual((there, result["sent"]), (now, 0))
        there, result = self.into(self.target(), "--patient", "p1", "--dry-run")
        self.assertEqual((there, result["records"], result["patients"]), ({}, 4, 1))
        self.assertEqual(self.run_medark("restore", "1.medark", "2.medark", "3.medark", "--identity", "it.key.pem", "--trust",
                                         "clinic.cert.pem", "--to", "fhir+" + target.base, "--patient", "nobody").code, 1)

    def test_what_an_increment_refers_to_lies_in_another_archive(self):
        self.vendor.put("Patient", "p1")
        self.vendor.put("Organization", "old", name="old", partOf={"reference": "Organization/top"})
        self.vendor.put("Organization", "top", name="top")
        self.vendor.put("Organization", "gone", name="gone")
        self.vendor.put("Organization", "unused", name="unused")
        self.vendor.put("Observation", "o1", performer=[{"reference": "Organization/late"}], **about(1))
        self.night()
        self.vendor.put("Organization", "late", name="late", partOf={"reference": "Organization/old"})
        self.vendor.put("Observation", "o2", performer=[{"reference": "Organization/gone"}], **about(1))
        self.vendor.delete("Organization", "gone")
        self.night()
        for ids in ("any", "none"):
            target = self.target(ids=ids)
            _, result = self.into(target, "--patient", "p1", "--journal", ids)
            names = sorted(body.get("name") for body in target.store.values() if body["resourceType"] == "Organization")
            self.assertEqual((names, result["restored"]), (["late", "old", "top"], 6))
            self.assertEqual(result["unresolved"], 1)  # what was deleted

    def test_today_over_all_archives(self):
        """Each patient with all archives' records, and whoever is needed first in any of them."""
        day = datetime.date.today()

        def meet(name, number, days):
            self.vendor.put("Appointment", name, status="booked", start=f"{day + datetime.timedelta(days)}T12:00:00+00:00",
                            participant=[{"actor": {"reference": f"Patient/p{number}"}, "status": "accepted"}])

        def see(name, number, days):
            self.vendor.put("Observation", name, effectiveDateTime=str(day - datetime.timedelta(days)), **about(number))

        for n in range(1, 6):
            self.vendor.put("Patient", f"p{n}", birthDate="1970-01-01")
            see(f"o{n}", n, 400)
        meet("a1", 1, 0)  # moved to next week
        meet("a2", 2, 0)
        self.night()
        meet("a1", 1, 7)
        meet("a4", 4, 0)
        see("n3", 3, 3)
        self.vendor.put("Patient", "p6", birthDate="1980-01-01")
        meet("a6", 6, 0)
        self.night()
        see("n4", 4, 800)
        self.night()
        target = self.target()
        there, result = self.into(target, "--today", "--workers", "1")
        self.assertEqual(there, self.nights[-1][1])
        self.assertEqual((result["patients"], result["today"], result["recent"]), (6, 3, 2))
        order = [name for name in target.order if not name.startswith("Basic/")]
        whose = [int(there[tuple(name.split("/"))].get("subject", {}).get("reference", name)[-1]) if name[0] != "A" else int(name[-1])
                 for name in order]
        kinds = [0 if n in (2, 4, 6) else 1 if n in (1, 3) else 2 for n in whose]
        self.assertEqual(kinds, sorted(kinds), order)
        for n in (1, 2, 3, 4, 6):  # all of one patient together
            self.assertEqual(whose.index(n) + whose.count(n) - 1, len(whose) - 1 - whose[::-1].index(n), order)

    def test_into_a_server(self):
        self.three_nights()
        target = self.target()
        archives = [name for name, _ in self.nights]
        opened = ["--identity", "it.key.pem", "--trust", "clinic.cert.pem", "--to", "fhir+" + target.base, "--json"]
        result = self.succeed("restore", *archives, *opened).json()[-1]
        self.assertEqual((result["archives"], result["restored"], result["equal"], result["patients"]), (3, 8, 8, 2))
        self.assertEqual(result["superseded"], 5)
        there = {tuple(name.split("/")): body for name, body in target.store.items()}
        for body in there.values():
            body.pop("meta", None)
        self.assertEqual(there, self.nights[-1][1])
        again = self.succeed("restore", *archives, *opened).json()[-1]
        self.assertEqual(again["sent"], 0)
        alone = self.succeed("restore", "2.medark", *opened, "--journal", "j", code=None)
        self.assertIn("only what has changed is sent", alone.out)

    def succeed(self, *args, code=0, **options):
        """Any code, if it is None."""
        return super().succeed(*args, code=code, **options) if code is not None else self.run_medark(*args, **options)

    def test_random_histories(self):
        dice = random.Random(int(os.environ.get("MEDARK_SEED", "7")))
        for n in range(1, 5):
            self.vendor.put("Patient", f"p{n}")
        for night in range(6):
            for _ in range(40):
                kind, name = dice.choice(["Observation", "Condition", "Organization"]), f"x{dice.randrange(30)}"
                if (kind, name) in self.vendor.now and dice.random() < 0.3:
                    self.vendor.delete(kind, name)
                elif kind == "Organization":
                    self.vendor.put(kind, name, name=f"{night}-{dice.random()}")
                else:
                    self.vendor.put(kind, name, code={"text": str(dice.random())}, **about(dice.randrange(1, 5)),
                                    performer=[{"reference": f"Organization/x{dice.randrange(30)}"}])
            self.night()
        tree, _ = self.restored()
        self.assertEqual(self.records(tree), self.nights[-1][1])
        for n in range(1, 5):
            tree, _ = self.restored("--patient", f"p{n}", target=f"chart{n}")
            wanted = {key: r for key, r in self.nights[-1][1].items()
                      if r.get("subject") == {"reference": f"Patient/p{n}"} or key == ("Patient", f"p{n}")}
            self.assertEqual(self.records(tree), wanted)
            for reference in [each["reference"] for r in wanted.values() for each in r.get("performer", [])]:
                key = tuple(reference.split("/"))
                if key in self.nights[-1][1]:
                    wanted[key] = self.nights[-1][1][key]
            there, result = self.into(self.target(), "--patient", f"p{n}")
            self.assertEqual((there, result["patients"]), (wanted, 1))
        there, result = self.into(self.target(), "--today")
        self.assertEqual((there, result["patients"]), (self.nights[-1][1], 4))


if __name__ == "__main__":
    main()
