# SPDX-License-Identifier: Apache-2.0
"""What two validators, none of them ours, say of what the FHIR API answers: summaries, charts, searches."""

import json
import os
import subprocess
import unittest

import client
import document
from client import DATA, ClientTest, main

BUNDLES = 8


class Validators(ClientTest):
    def ask_everything(self, archived):
        """Each patient's answers: a summary, the chart, and a search of each type with what it refers to."""
        patients = [name.partition("/")[2] for name in archived if name.startswith("Patient/")]
        kinds = sorted({name.partition("/")[0] for name in archived} - {"Patient", "Bundle"})
        searched = [r["type"] for r in self.get("/metadata")["rest"][0]["resource"]
                    if {"patient", "_id"} <= {p["name"] for p in r["searchParam"]} and r["type"] in kinds]
        self.assertGreater(len(searched), 5)
        for patient in patients:
            summary = self.get(f"/Patient/{patient}/$summary")
            document.check(self, summary, archived)
            yield f"{patient} $summary", summary
            yield f"{patient} $everything", self.get(f"/Patient/{patient}/$everything")
            for kind in searched:
                yield f"{patient} {kind}", self.get(f"/{kind}?patient={patient}&_count=40")
        yield "Patient", self.get("/Patient?_count=50&_revinclude=Condition:patient&nonsense=1")
        yield "metadata", self.get("/metadata")

    def validate(self, archived, archive):
        self.begin(archive)
        with open(self.path("records.json"), "w", encoding="utf-8") as f:
            json.dump(archived, f)
        with open(self.path("answers.ndjson"), "w", encoding="utf-8") as f:
            count = sum(1 for each in self.ask_everything(archived)
                        if f.write(json.dumps({"name": each[0], "resource": each[1]}) + "\n"))
        said = self.script("validators.mjs", records=self.path("records.json"), answers=self.path("answers.ndjson"), count=count)
        print(*(line for line in said.splitlines() if line.startswith("# judged")), sep="\n")

    def test_the_generators_patients(self):
        self.validate(self.synth(), "dutch.medark")

    @unittest.skipUnless(os.path.isdir(DATA), "no ../shared/data: not run")
    def test_published_bundles(self):
        """Synthea's, as published: references are URNs, and some lead to nothing."""
        subprocess.run(["sh", "-c", 'zstd -dc --long=27 "$1" | tar -x', "sh", os.path.join(DATA, "synthea-bundles.tar.zst")],
                       cwd=self.folder, check=True)
        os.mkdir(self.path("synthea"))
        chosen = sorted(os.listdir(self.path("synthea-r4-bundles")),
                        key=lambda name: os.path.getsize(self.path("synthea-r4-bundles", name)))[:BUNDLES]
        for name in chosen:
            os.rename(self.path("synthea-r4-bundles", name), self.path("synthea", name))
        self.run_medark(*self.export("synthea", "synthea.medark"))
        self.validate(client.records_of(self.path("synthea")), "synthea.medark")


if __name__ == "__main__":
    main()
