# SPDX-License-Identifier: Apache-2.0
"""Whatever is shown of a hostile patient's chart does nothing."""

import hostile
from browser import BrowserTest, main


class Hostile(BrowserTest):
    def test_nothing_happens(self):
        rows, patient = hostile.make(self.synth())
        self.archive(rows, "hostile.medark")
        self.account()
        self.start("hostile.medark")
        self.script("hostile.mjs", patient=patient, attacks=[attack % 0 for attack in hostile.ATTACKS])
        self.end()


if __name__ == "__main__":
    main()
