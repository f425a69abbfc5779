# SPDX-License-Identifier: Apache-2.0
"""What the tests in a browser share: archives of patients, a service over them, and a script in Node that drives Chromium.

MEDARK_NODE is the folder with node_modules, MEDARK_SYNTH the generator of records; MEDARK_SHOTS may name a folder for
pictures of the pages.
"""

import datetime
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

    def paper(self, name="chart.pdf"):
        """The text of each sheet that a script printed into a file, mostly of the chart; each says how old it is."""
        text = subprocess.run(["pdftotext", "-layout", name, "-"], cwd=self.folder, check=True, text=True,
                              stdout=subprocess.PIPE).stdout
        sheets = [re.sub(r"\s+", " ", sheet) for sheet in text.rstrip("\f").split("\f")]
        self.assertGreater(len(sheets), 1)
        for sheet in sheets:
            self.assertIn("Emergency copy, data of", sheet)
        return sheets

    def check_summaries(self, patients):
        """On paper each patient has sheets of their own, each sheet says whose it is, and how old the data."""
        text = subprocess.run(["pdftotext", "-layout", "summaries.pdf", "-"], cwd=self.folder, check=True, text=True,
                              stdout=subprocess.PIPE).stdout
        sheets = text.rstrip("\f").split("\f")
        seen = []
        for sheet in sheets:
            head = sheet.lstrip().split("\n")[0]
            self.assertRegex(head, r"(Emergency copy, data of|Noodkopie, gegevens van) \d\d ")
            seen.append(re.search(r" (\d)/4$", head.rstrip()).group(1))
        self.assertEqual(sorted(set(seen)), ["1", "2", "3", "4"])
        self.assertEqual(seen, sorted(seen))
        for patient in patients:
            family = patient["name"][0]["family"].lower()
            self.assertEqual(len({n for n, sheet in zip(seen, sheets) if family in sheet.lower().lstrip().split("\n")[0]}), 1)

    def plan(self, patient, records):
        """
        An appointment of every day about now, and admissions of three others, too: the generator has none of today. The
        archive with them is more.medark.
        """
        others = [p for p in records["Patient"] if p.get("active") and p["name"][0]["family"] != patient["name"][0]["family"]][:3]
        who = {"reference": "Patient/" + patient["id"]}
        today = datetime.date.today()
        rows = [{"resourceType": "Appointment", "id": f"day{n}", "status": "booked", "description": "Controle",
                 "start": f"{today + datetime.timedelta(n)}T09:30:00+01:00", "participant": [{"actor": who}]}
                for n in range(-1, 8)]
        rows += [{"resourceType": "Encounter", "id": f"bed{n}", "status": "in-progress", "class": {"code": "IMP"},
                  "subject": {"reference": "Patient/" + each["id"]}, "period": {"start": f"{today}T08:00:00+01:00"},
                  "location": [{"location": {"display": f"Afdeling B{2 - n % 2}"}}]}
                 for n, each in enumerate([patient, *others])]
        self.write("synth/papers/brief 1.pdf", b"%PDF-1.4 a letter")
        self.write("synth/today.ndjson", "".join(json.dumps(row) + "\n" for row in rows))
        self.succeed(*self.export("synth", "more.medark"))
        return others

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
