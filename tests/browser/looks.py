# SPDX-License-Identifier: Apache-2.0
"""Every page as people see it: light, dark, wide, narrow. What test_english.py and test_dutch.py share."""

import datetime

from browser import BrowserTest, about, fullest


class LooksTest(BrowserTest):
    def look(self, language):
        records = self.synth()
        chosen, _ = fullest(records)
        others = self.plan(chosen, records)
        for name, role in (("jansen", "clinician"), ("audit", "auditor"), ("desk", "desk"), ("it", "admin")):
            self.account(name, role)
        self.start("more.medark")
        self.script("looks.mjs", patient=about(chosen), language=language, day=self.day(language),
                    auditor="audit", clerk="desk", admin="it")
        self.check_summaries([chosen, *others])
        self.end()

    @staticmethod
    def day(language):
        """Tomorrow, as the page writes it: it is among the days that are listed even if today ends now."""
        day = datetime.date.today() + datetime.timedelta(1)
        months = {"en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec", "nl": "jan feb mrt apr mei jun jul aug sep okt nov dec"}
        return f"{day.day:02} {months[language].split()[day.month - 1]} {day.year}"
