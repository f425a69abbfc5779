# SPDX-License-Identifier: Apache-2.0
"""What the tests in a browser share: archives of patients, a service over them, and a script in Node that drives Chromium.

MEDARK_NODE is the folder with node_modules, MEDARK_SYNTH the generator of records; MEDARK_SHOTS may name a folder for
pictures of the pages.
"""

import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "cli"))

from cli import environment, main  # noqa: E402,F401 pylint: disable=wrong-import-position,unused-import
from service import PASSWORD, ServiceTest  # noqa: E402 pylint: disable=wrong-import-position


def lines(path):
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f]

# What a chart has to show of each type: how a record says what it is about.
SHOWN = {
    "AllergyIntolerance": lambda r: r["code"]["text"],
    "Condition": lambda r: r["code"]["text"],
    "Flag": lambda r: r["code"]["text"],
    "Immunization": lambda r: r["vaccineCode"]["text"],
    "Observation": lambda r: r["code"]["text"],
    "Procedure": lambda r: r["code"]["text"],
}


class BrowserTest(ServiceTest):
    def synth(self, count=12):
        """The generator's patients: the records of each type. The archive of them is synth.medark."""
        subprocess.run([os.environ["MEDARK_SYNTH"], "--out", self.path("synth"), "--patients", str(count)], check=True,
                       stdout=subprocess.DEVNULL)
        self.succeed(*self.export("synth", "synth.medark"))
        return {name.partition(".")[0]: lines(self.path("synth", name)) for name in os.listdir(self.path("synth"))}

    def archive(self, rows, name):
        """An archive of records, of which some may be too odd to be recognised."""
        self.write("rows/all.ndjson", "".join(json.dumps(row) + "\n" for row in rows))
        result = self.run_medark(*self.export("rows", name))
        self.assertIn(result.code, (0, 6), result.err)

    def paper(self):
        """The text of each sheet of the chart that a script printed into chart.pdf; each says how old it is."""
        text = subprocess.run(["pdftotext", "-layout", "chart.pdf", "-"], cwd=self.folder, check=True, text=True,
                              stdout=subprocess.PIPE).stdout
        sheets = [re.sub(r"\s+", " ", sheet) for sheet in text.rstrip("\f").split("\f")]
        self.assertGreater(len(sheets), 1)
        for sheet in sheets:
            self.assertIn("Emergency copy, data of", sheet)
        return sheets

    def check_printed(self, sheets, wanted):
        """Each text begins somewhere; the rest may be on the next line."""
        text = " ".join(sheets)
        self.assertEqual([each for each in wanted if re.split(r"\W", each)[0] not in text], [])

    def script(self, name, **given):
        """Runs a script; what it prints is shown if it fails."""
        given = {"packages": os.environ["MEDARK_NODE"], "shots": os.environ.get("MEDARK_SHOTS"), "account": "jansen",
                 "password": PASSWORD, "folder": self.folder, "address": getattr(self, "address", None), **given}
        done = subprocess.run(["node", "--test-reporter=tap", os.path.join(HERE, name)], input=json.dumps(given), text=True, timeout=240,
                              env=environment(), capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"(?m)^# pass [1-9]")
        return done.stdout


def about(patient):
    """A patient of the generator, as scripts look for it."""
    numbers = {each["system"]: each["value"] for each in patient["identifier"]}
    name, birth = patient["name"][0], patient["birthDate"]
    bsn = numbers["http://fhir.nl/fhir/NamingSystem/bsn"]
    return {"row": bsn, "query": bsn, "bsn": bsn, "number": numbers["http://example.nl/fhir/patient-nummer"],
            "family": name["family"], "given": name["given"][0],
            "name": f"{name['family']}, {' '.join(name['given'])}", "birth": "-".join(reversed(birth.split("-")))}


def of(patient, records):
    """The records of a patient, by type."""
    own = "Patient/" + patient["id"]
    found = {kind: [r for r in rows if own in (r.get("subject", r.get("patient", {})).get("reference"),
                                               *(p["actor"].get("reference") for p in r.get("participant", ())
                                                 if "actor" in p))]
             for kind, rows in records.items()}
    return {kind: rows for kind, rows in found.items() if rows}


def fullest(records):
    """Somebody with a BSN and something in most lists, who has no more than it takes; and all that is theirs."""
    found = [(p, of(p, records)) for p in records["Patient"] if p.get("active") and len(p["identifier"]) > 1]
    return max(found, key=lambda each: (len(each[1]), -sum(map(len, each[1].values()))))


def texts(own):
    """What has to stand on the chart of somebody with these records."""
    return sorted({SHOWN[kind](record) for kind in SHOWN for record in own.get(kind, ())})
