# SPDX-License-Identifier: Apache-2.0
"""medark restore MON TUE WED: of a chain of increments the latest of each record, and nothing that was
deleted. What the server holds each night is kept here as a dictionary, and is what has to come back."""

import json
import os
import random
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

    def test_into_a_server(self):
        self.three_nights()
        target = Target()
        self.addCleanup(target.stop)
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
        self.refuse(2, "restore", *archives, *opened, "--patient", "p1")
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
                    self.vendor.put(kind, name, code={"text": str(dice.random())}, **about(dice.randrange(1, 5)))
            self.night()
        tree, _ = self.restored()
        self.assertEqual(self.records(tree), self.nights[-1][1])
        for n in range(1, 5):
            tree, _ = self.restored("--patient", f"p{n}", target=f"chart{n}")
            wanted = {key: r for key, r in self.nights[-1][1].items()
                      if r.get("subject") == {"reference": f"Patient/p{n}"} or key == ("Patient", f"p{n}")}
            self.assertEqual(self.records(tree), wanted)


if __name__ == "__main__":
    main()
