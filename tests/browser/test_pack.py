# SPDX-License-Identifier: Apache-2.0
"""The folder of `medark restore --to html:DIR` in a browser, from the disk."""

import hostile
from browser import BrowserTest, about, fullest, main, texts


class Pack(BrowserTest):
    def pages(self, archive, folder, language="en"):
        self.succeed(*self.opened("restore", "--to", "html:" + folder, "--lang", language, archive=archive))

    def test_the_folder(self):
        records = self.synth()
        chosen, own = fullest(records)
        rows, attacker = hostile.make(records)
        self.archive(rows, "hostile.medark")
        others = self.plan(chosen, records)
        self.pages("more.medark", "english")
        self.pages("more.medark", "dutch", "nl")
        self.pages("hostile.medark", "attack")
        patient = {**about(chosen), "texts": texts(own), "count": len(records["Patient"])}
        self.script("pack.mjs", patient=patient, hostile=attacker, packs={"english": "english", "dutch": "dutch", "hostile": "attack"})
        sheets = self.paper()
        self.check_printed(sheets, patient["texts"])
        for sheet in sheets:
            self.assertIn(patient["family"].lower(), sheet.lower())
        self.check_summaries([chosen, *others])


if __name__ == "__main__":
    main()
