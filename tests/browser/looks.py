# SPDX-License-Identifier: Apache-2.0
"""Every page as people see it: light, dark, wide, narrow. What test_english.py and test_dutch.py share."""

import datetime
import json
import re
import subprocess

from browser import BrowserTest, about, fullest


class LooksTest(BrowserTest):
    def look(self, language):
        records = self.synth()
        chosen, _ = fullest(records)
        others = [p for p in records["Patient"] if p.get("active") and p["name"][0]["family"] != chosen["name"][0]["family"]][:3]
        self.plan(chosen, others)
        for name, role in (("jansen", "clinician"), ("audit", "auditor"), ("desk", "desk"), ("it", "admin")):
            self.account(name, role)
        self.start("more.medark")
        self.script("looks.mjs", patient=about(chosen), language=language, day=self.day(language),
                    auditor="audit", clerk="desk", admin="it")
        self.check_summaries([chosen, *others])
        self.end()

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

    def plan(self, patient, others):
        """An appointment of every day about now, and admissions: the generator has none of today."""
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

    @staticmethod
    def day(language):
        """Tomorrow, as the page writes it: it is among the days that are listed even if today ends now."""
        day = datetime.date.today() + datetime.timedelta(1)
        months = {"en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec", "nl": "jan feb mrt apr mei jun jul aug sep okt nov dec"}
        return f"{day.day:02} {months[language].split()[day.month - 1]} {day.year}"
