# SPDX-License-Identifier: Apache-2.0
"""A doctor in a browser: finds a patient four ways, gives a reason, reads, prints, locks, leaves."""

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
        sheets = self.paper()
        self.check_printed(sheets, [patient["family"], *patient["texts"]])
        self.assertNotIn("Log out", " ".join(sheets))
        self.check_log(chosen)

    def check_log(self, chosen):
        rows = self.log("--patient", chosen["id"])
        charts = [row for row in rows if row["kind"] == "chart"]
        self.assertEqual({row["reason"] for row in charts}, {"BEHALF"})
        self.assertEqual({row["reason_text"] for row in charts}, {"dr. Bakker"})


if __name__ == "__main__":
    main()
