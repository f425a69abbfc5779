# SPDX-License-Identifier: Apache-2.0
"""Keys in shares when memory, the disk or a call to the system fails: all files, or none."""

import glob
import os

from faults import FaultTest, errno, main

LIBRARY = (1, 99)  # 99: OpenSSL fell (shim.c)
TRIES = 24


class Shares(FaultTest):
    def setUp(self):
        super().setUp()
        self.succeed("key", "split", "--threshold", "2", "--shares", "3", "--name", "Escrow", "--out", "e")
        self.verbs = {
            "split": ["key", "split", "--threshold", "2", "--shares", "3", "--name", "Escrow", "--out", "new"],
            "join": ["key", "join", "e.share-1.txt", "e.share-3.txt", "--out", "new.key.pem"],
        }

    def remove(self, *names):
        super().remove(*names, *map(os.path.basename, glob.glob(self.path("new.*"))))

    def check(self, verb, result, before, codes, listing=None):
        if result.code == 99:  # it fell, and could remove nothing
            self.remove()
        super().check(verb, result, before, codes, listing)

    def check_done(self, verb, result, listing):
        self.assertEqual(result.code, 0, result.err)
        made = sorted(os.path.basename(path) for path in glob.glob(self.path("new.*")))
        if verb == "split":
            self.assertEqual(made, ["new.cert.pem"] + [f"new.share-{i}.txt" for i in (1, 2, 3)])
            self.succeed("key", "join", *made[1:], "--out", "new.key.pem")
        else:
            self.assertEqual(made, ["new.key.pem"])

    def test_each_allocation_fails_once(self):
        for verb in self.verbs:
            self.assertGreater(self.fail_each(verb, "own", TRIES, (errno.ENOMEM,)), 10)
            self.assertGreater(self.fail_each(verb, "alloc", TRIES, (errno.ENOMEM,), LIBRARY), 10)

    def test_each_write_sync_or_name_fails_once(self):
        for verb in self.verbs:
            for kind in ("write", "sync", "name", "meta"):
                self.fail_each(verb, kind, TRIES, (errno.ENOSPC,))

    def test_each_read_or_look_fails_once(self):
        for kind in ("read", "open", "stat"):
            self.fail_each("join", kind, TRIES)


if __name__ == "__main__":
    main()
