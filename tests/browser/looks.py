# SPDX-License-Identifier: Apache-2.0
"""Every page as people see it: light, dark, wide, narrow. What test_english.py and test_dutch.py share."""

import datetime
import json

from browser import BrowserTest, about, fullest


class LooksTest(BrowserTest):
    def look(self, language):
        records = self.synth()
        chosen, _ = fullest(records)
        self.plan(chosen)
        for name, role in (("jansen", "clinician"), ("audit", "auditor"), ("desk", "desk")):
            self.account(name, role)
        self.start("more.medark")
        self.script("looks.mjs", patient=about(chosen), language=language, day=self.day(language),
                    auditor="audit", clerk="desk")
        self.end()

    def plan(self, patient):
        """An appointment of every day about now, and an admission: the generator has none of today."""
        who = {"reference": "Patient/" + patient["id"]}
        today = datetime.date.today()
        rows = [{"resourceType": "Appointment", "id": f"day{n}", "status": "booked", "description": "Controle",
                 "start": f"{today + datetime.timedelta(n)}T09:30:00+01:00", "participant": [{"actor": who}]}
                for n in range(-1, 8)]
        rows.append({"resourceType": "Encounter", "id": "bed", "status": "in-progress", "class": {"code": "IMP"},
                     "subject": who, "period": {"start": f"{today}T08:00:00+01:00"},
                     "location": [{"location": {"display": "Afdeling B2"}}]})
        self.write("synth/today.ndjson", "".join(json.dumps(row) + "\n" for row in rows))
        self.succeed(*self.export("synth", "more.medark"))

    @staticmethod
    def day(language):
        """Tomorrow, as the page writes it: it is among the days that are listed even if today ends now."""
        day = datetime.date.today() + datetime.timedelta(1)
        months = {"en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec", "nl": "jan feb mrt apr mei jun jul aug sep okt nov dec"}
        return f"{day.day:02} {months[language].split()[day.month - 1]} {day.year}"
