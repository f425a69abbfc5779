# SPDX-License-Identifier: Apache-2.0
"""medark restore into a server that others wrote: Medplum's FHIR router, with validation on.

MEDARK_NODE is the folder with node_modules (medplum/install.sh), MEDARK_SYNTH the generator of records.
"""

import collections
import json
import os
import subprocess
import urllib.request

from live import LiveTest, main

HERE = os.path.dirname(os.path.abspath(__file__))


def references(value):
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for each in value.values():
            yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


class Medplum(LiveTest):
    def start(self, ids):
        running = subprocess.Popen(["node", os.path.join(HERE, "medplum", "server.mjs"), os.environ["MEDARK_NODE"], ids],
                                   stdout=subprocess.PIPE, text=True)
        self.addCleanup(running.stdout.close)
        self.addCleanup(running.wait)
        self.addCleanup(running.kill)
        return f"http://127.0.0.1:{int(running.stdout.readline())}/fhir"

    @staticmethod
    def get(url):
        with urllib.request.urlopen(url) as answer:
            return json.load(answer)

    def synth(self):
        """Records of the project's own generator: (the folder's name, each record by its name)."""
        subprocess.run([os.environ["MEDARK_SYNTH"], "--out", self.path("synth"), "--patients", "4",
                        "--records-per-patient", "60"], check=True, stdout=subprocess.DEVNULL)
        found = {}
        for name in os.listdir(self.path("synth")):
            with open(self.path("synth", name), encoding="utf-8") as f:
                for line in f:
                    record = json.loads(line)
                    found[f"{record['resourceType']}/{record['id']}"] = record
        self.succeed(*self.export("synth", "synth.medark"))
        return found

    def everything(self, base, types):
        """What the server has, as a client of it sees it, page by page."""
        found = {}
        for kind in types:
            at = 0
            while True:
                page = self.get(f"{base}/{kind}?_count=100&_offset={at}").get("entry", [])
                for each in page:
                    found[f"{kind}/{each['resource']['id']}"] = each["resource"]
                at += len(page)
                if len(page) < 100:
                    break
        return found

    def restore(self, base, *more, code=0):
        result = self.run_medark(*self.opened("restore", "--to", "fhir+" + base, "--json", "--force", "--report", "report.jsonl",
                                              "--rejected", "rejected.ndjson", *more, archive="synth.medark"))
        self.assertEqual(result.code, code, result.err + result.out)
        return result.json()[-1]

    def arrives(self, ids):
        records = self.synth()
        base = self.start(ids)
        result = self.restore(base)
        self.assertEqual((result["restored"], result["equal"], result["rejected"]), (len(records), len(records), 0))
        types = collections.Counter(name.split("/")[0] for name in records)
        there = self.everything(base, types)
        self.assertEqual(collections.Counter(name.split("/")[0] for name in there), types)
        for record in there.values():
            for reference in references(record):
                if not reference.startswith("#"):
                    self.assertIn(reference, there)
        # A second run writes nothing.
        before = self.get(base + "/counts")
        self.assertEqual((self.restore(base)["sent"], self.get(base + "/counts")), (0, before))
        self.comes_back(base, there)
        return records, there, result

    def comes_back(self, base, there):
        """Exported again, by paging: the same records as a client of the server sees."""
        self.succeed(*self.export("fhir+" + base, "again.medark", "--method", "page", "--force"))
        found = {}
        self.succeed(*self.opened("restore", "--to", "again", "--force", archive="again.medark"))
        for content in self.tree("again").values():
            for entry in json.loads(content).get("entry", []):
                record = entry["resource"]
                found[f"{record['resourceType']}/{record['id']}"] = record
        self.assertEqual(found, there)

    def same(self, records, there, names):
        """The same content, with the ids of the archive."""
        def back(value):
            if isinstance(value, dict):
                return {k: names.get(v, v) if k in ("reference", "url") and isinstance(v, str) else back(v)
                        for k, v in value.items()}
            return [back(v) for v in value] if isinstance(value, list) else value

        for name, record in there.items():
            for body in (record, records[names.get(name, name)]):
                body.pop("id")
                body.pop("meta", None)
            self.assertEqual(back(record), records[names.get(name, name)])

    def test_with_the_ids_of_the_archive(self):
        records, there, result = self.arrives("ids")
        self.assertEqual(result["ids"], "same")
        self.same(records, there, {})

    def test_with_ids_that_it_gives(self):
        records, there, result = self.arrives("no-ids")
        self.assertEqual((result["ids"], result["client_ids"]), ("server", "none"))
        names = {name: record["meta"]["tag"][0]["code"] for name, record in there.items()}
        self.assertEqual(len(set(names.values())), len(records))
        self.same(records, there, names)

    def test_what_it_does_not_take_is_explained(self):
        records = self.synth()
        key = next(name for name in records if name.startswith("Observation/"))
        bad = {**records[key], "status": ["final"]}
        with open(self.path("synth", "Observation.ndjson"), "a", encoding="utf-8") as f:
            f.write(json.dumps({**bad, "id": "bad-one"}) + "\n")
        self.succeed(*self.export("synth", "synth.medark", "--force"))
        result = self.restore(self.start("ids"), code=6)
        self.assertEqual((result["restored"], result["rejected"]), (len(records), 1))
        with open(self.path("rejected.ndjson"), encoding="utf-8") as f:
            line = json.loads(f.read())
        self.assertEqual((line["status"], line["resource"]["id"]), (400, "bad-one"))
        self.assertIn("status", json.dumps(line["outcome"]))


if __name__ == "__main__":
    main()
