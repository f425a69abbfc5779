# SPDX-License-Identifier: Apache-2.0
"""A doctor in a browser: finds a patient four ways, gives a reason, reads, prints, locks, leaves."""

import json

from browser import BrowserTest, about, fullest, main, texts

import document  # its folder is known by now

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
        sheets = self.paper()
        self.check_printed(sheets, [patient["family"], *patient["texts"]])
        self.assertNotIn("Log out", " ".join(sheets))
        self.check_summary(patient, records)
        self.check_log(chosen)

    def check_summary(self, patient, records):
        """On paper each sheet says whom it is about; the document has what $summary has."""
        for sheet in self.paper("ips.pdf"):
            self.assertIn(patient["family"].lower(), sheet.lower())
            self.assertIn(patient["bsn"], sheet)
        with open(self.path("ips.json"), encoding="utf-8") as f:
            found = document.check(self, json.load(f), {f"{r['resourceType']}/{r['id']}": r for kind in records.values() for r in kind})
        self.assertGreater(len(found), 5)

    def check_log(self, chosen):
        rows = self.log("--patient", chosen["id"])
        charts = [row for row in rows if row["kind"] == "chart"]
        self.assertEqual({row["reason"] for row in charts}, {"BEHALF"})
        self.assertEqual({row["reason_text"] for row in charts}, {"dr. Bakker"})
        self.assertEqual([(row["detail"], row["reason"]) for row in rows if row["kind"] == "export"], [("summary", "BEHALF")])
        self.assertEqual(len([row for row in rows if row["kind"] == "read" and row["detail"] == "summary"]), 1)


if __name__ == "__main__":
    main()
