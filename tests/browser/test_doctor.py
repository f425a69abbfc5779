# SPDX-License-Identifier: Apache-2.0
"""A doctor in a browser: finds a patient four ways, gives a reason, reads, prints, locks, leaves."""

import re
import subprocess

from browser import BrowserTest, about, fullest, main, texts

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


class Doctor(BrowserTest):
    def test_an_evening(self):
        records = self.synth()
        chosen, own = fullest(records)
        patient = {**about(chosen), "texts": texts(own), "panels": [PANELS[kind] for kind in PANELS if kind in own]}
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
            self.assertIn(re.split(r"\W", each)[0], text)  # the rest may be on the next line
        self.assertNotIn("Log out", text)

    def check_log(self, chosen):
        rows = self.log("--patient", chosen["id"])
        charts = [row for row in rows if row["kind"] == "chart"]
        self.assertEqual({row["reason"] for row in charts}, {"BEHALF"})
        self.assertEqual({row["reason_text"] for row in charts}, {"dr. Bakker"})


if __name__ == "__main__":
    main()
