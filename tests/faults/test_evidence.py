# SPDX-License-Identifier: Apache-2.0
"""Proofs and rehearsals when memory, the disk or a call to the system fails: all is done, or nothing left."""

import os

from faults import FaultTest, errno, main

# 3: jansson can lose a value without a word, which then looks malformed. 99: OpenSSL fell (shim.c).
LIBRARY = (1, 3, 99)
TRIES = 16


class Evidence(FaultTest):
    def setUp(self):
        super().setUp()
        os.mkdir(self.path("scratch"))
        self.verbs = {
            "prove": self.opened("prove", "--record", "Observation/o1", "--out", "back.zip", "--threads", "2"),
            "drill": self.opened("drill", "--scratch", "scratch", "--charts", "1", "--threads", "2", "--report", "back.zip",
                                 "--signer", "clinic.cert.pem", "--signer-key", "clinic.key.pem"),
        }

    def remove(self, *names):
        super().remove(*names, "back.zip.p7s")

    def check_done(self, verb, result, listing):
        self.assertEqual(result.code, 0, result.err)
        if verb == "prove":
            self.succeed("verify-proof", "back.zip", "--trust", "clinic.cert.pem")
            return
        self.assertIn("what was restored is what was signed", result.out)
        self.assertEqual(os.listdir(self.path("scratch")), [])
        with open(self.path("back.zip"), encoding="utf-8") as f:
            self.assertTrue(f.read().rstrip().endswith("</html>"))
        self.assertTrue(os.path.exists(self.path("back.zip.p7s")))

    def test_each_allocation_fails_once(self):
        for verb in self.verbs:
            self.assertGreater(self.fail_each(verb, "own", 2 * TRIES, (errno.ENOMEM,)), 10)
            self.assertGreater(self.fail_each(verb, "alloc", TRIES, (errno.ENOMEM,), LIBRARY), 10)

    def test_each_write_sync_or_name_fails_once(self):
        for verb in self.verbs:
            for kind in ("write", "sync", "name", "room", "meta"):
                self.fail_each(verb, kind, TRIES, (errno.ENOSPC,))

    def test_each_read_or_look_fails_once(self):
        for verb in self.verbs:
            for kind in ("read", "open", "stat", "list"):
                self.fail_each(verb, kind, TRIES)

    def test_what_cannot_be_removed_is_told(self):
        """Records in clear text: nobody may believe that they are gone. The next drill removes them."""
        self.fail_each("drill", "remove", TRIES)  # once: it is tried again
        result = self.shimmed(self.verbs["drill"], "remove", 1, errno.EACCES, rest=1)
        self.assertEqual(result.code, 1, result.err)
        self.assertIn("what was restored, in clear text, is left in 'scratch/medark-drill-", result.err)
        self.assertFalse(os.path.exists(self.path("back.zip")))
        self.assertEqual(len(os.listdir(self.path("scratch"))), 1)
        self.succeed(*self.verbs["drill"])
        self.assertEqual(os.listdir(self.path("scratch")), [])


if __name__ == "__main__":
    main()
