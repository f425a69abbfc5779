# SPDX-License-Identifier: Apache-2.0
"""Every page in Dutch, as people see it, and what axe-core says of it."""

from browser import main
from looks import LooksTest


class Dutch(LooksTest):
    def test_every_page(self):
        self.look("nl")


if __name__ == "__main__":
    main()
