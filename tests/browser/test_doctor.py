# SPDX-License-Identifier: Apache-2.0
"""A doctor in a browser: finds a patient four ways, gives a reason, reads, prints, locks, leaves."""

import re
import subprocess

from browser import BrowserTest, about, main

# What a chart has to show of each type: how a record says what it is about.
SHOWN = {
    "AllergyIntolerance": lambda r: r["code"]["text"],
    "Condition": lambda r: r["code"]["text"],
    "Flag": lambda r: r["code"]["text"],
    "Immunization": lambda r: r["vaccineCode"]["text"],
    "Observation": lambda r: r["code"]["text"],
    "Procedure": lambda r: r["code"]["text"],
}
PANELS = {
    "AllergyIntolerance": "allergies",
    "Appointment": "appointments",
    "Condition": "problems",
    "DocumentReference": "letters",
    "Encounter": "contacts",
    "Immunization": "immunisations",
    "MedicationRequest": "medication",
    "Observation": "laboratory",
    "Procedure": "procedures",
}


def of(patient, records):
    """The records of a patient, by type."""
    own = "Patient/" + patient["id"]
    found = {kind: [r for r in rows if own in (r.get("subject", r.get("patient", {})).get("reference"),
                                               *(p["actor"].get("reference") for p in r.get("participant", ())
                                                 if "actor" in p))]
             for kind, rows in records.items()}
    return {kind: rows for kind, rows in found.items() if rows}


class Doctor(BrowserTest):
    def test_an_evening(self):
        records = self.synth()
        # Somebody with something in most lists, and a BSN.
        chosen = max((p for p in records["Patient"] if p.get("active") and len(p["identifier"]) > 1),
                     key=lambda p: len(set(of(p, records)) & set(SHOWN | PANELS)))
        own = of(chosen, records)
        texts = {SHOWN[kind](record) for kind in SHOWN for record in own.get(kind, ())}
        patient = {**about(chosen), "texts": sorted(texts), "panels": [PANELS[kind] for kind in PANELS if kind in own]}
        self.account()
        self.start("synth.medark")
        self.script("doctor.mjs", patient=patient)
        self.end()
        self.check_paper(patient)
        self.check_log(chosen)

    def check_paper(self, patient):
        """Each sheet says how old it is; the chart is on them."""
        text = subprocess.run(["pdftotext", "-layout", "chart.pdf", "-"], cwd=self.folder, check=True, text=True,
                              stdout=subprocess.PIPE).stdout
        sheets = text.rstrip("\f").split("\f")
        self.assertGreater(len(sheets), 1)
        for sheet in sheets:
            self.assertIn("Emergency copy, data of", re.sub(r"\s+", " ", sheet))
        for each in (patient["family"], *patient["texts"]):
            self.assertIn(each.split()[0], text)
        self.assertNotIn("Log out", text)

    def check_log(self, chosen):
        rows = self.log("--patient", chosen["id"])
        charts = [row for row in rows if row["kind"] == "chart"]
        self.assertEqual({row["reason"] for row in charts}, {"BEHALF"})
        self.assertEqual({row["reason_text"] for row in charts}, {"dr. Bakker"})


if __name__ == "__main__":
    main()
