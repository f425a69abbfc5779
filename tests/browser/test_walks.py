# SPDX-License-Identifier: Apache-2.0
"""To a chart by keyboard alone, and in a browser that runs no scripts."""

from browser import BrowserTest, about, fullest, main, texts


class Walks(BrowserTest):
    def test_every_way_leads_to_the_chart(self):
        chosen, own = fullest(self.synth())
        self.account()
        self.start("synth.medark")
        self.script("walks.mjs", patient={**about(chosen), "texts": texts(own)})
        self.end()


if __name__ == "__main__":
    main()
