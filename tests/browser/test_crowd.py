# SPDX-License-Identifier: Apache-2.0
"""A folder of `medark restore --to html:DIR` with 5,000 patients: a search takes less than 100 ms."""

import os
import subprocess

from browser import BrowserTest, about, lines, main

PATIENTS = 5000


class Crowd(BrowserTest):
    def test_a_search_among_thousands(self):
        subprocess.run([os.environ["MEDARK_SYNTH"], "--out", self.path("many"), "--patients", str(PATIENTS),
                        "--records-per-patient", "5"], check=True, stdout=subprocess.DEVNULL)
        self.succeed(*self.export("many", "many.medark"))
        self.succeed(*self.opened("restore", "--to", "html:pack", "--lang", "en", archive="many.medark"))
        self.script("crowd.mjs", bsn=about(lines(self.path("many/Patient.ndjson"))[17])["bsn"])


if __name__ == "__main__":
    main()
