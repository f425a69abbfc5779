# SPDX-License-Identifier: Apache-2.0
"""Every page in English, as people see it, and what axe-core says of it."""

from browser import main
from looks import LooksTest


class English(LooksTest):
    def test_every_page(self):
        self.look("en")


if __name__ == "__main__":
    main()
