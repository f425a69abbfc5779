# SPDX-License-Identifier: Apache-2.0
"""What is put behind an archive when memory, the disk or a call fails, or the program is killed: the archive is as it
was, or as it is to be, or the next change makes it so; and no data is ever touched."""

import os
import random
import signal

from faults import SEED, FaultTest, errno, main, some

TRIES = 24
KILLS = 40


class Append(FaultTest):
    def setUp(self):
        super().setUp()
        self.before = self.read()
        self.data = self.before[:int(self.before[-1536:].split(b"\n")[1].split()[1])]
        signer = ["--trust", "clinic.cert.pem", "--signer", "clinic.cert.pem", "--signer-key", "clinic.key.pem"]
        self.succeed("key", "new", "--role", "signer", "--name", "witness", "--out", "witness")
        self.verbs = {
            "recipients": ["recipients", "add", "a.medark", "--recipient", "other.cert.pem", "--identity", "it.key.pem", *signer],
            "cosign": ["cosign", "a.medark", "--signer", "witness.cert.pem", "--signer-key", "witness.key.pem", *signer[:2],
                       "--threads", "2"],
        }

    def read(self, name="a.medark"):
        with open(self.path(name), "rb") as f:
            return f.read()

    def count(self, verb, kind):
        where = self.path("count")
        self.assertEqual(self.shimmed(self.verbs[verb], kind, count=where).code, 0)
        with open(where, encoding="ascii") as f:
            total = int(f.read())
        os.unlink(where)
        self.start_again()
        return total

    def start_again(self):
        self.write("a.medark", self.before)
        self.remove("a.medark.tail", "a.medark.tail.new")

    def additions(self):
        found, = self.succeed("verify", "a.medark", "--trust", "clinic.cert.pem", "--json").json()
        return len(found["revisions"]) + len(found["signatures"])

    def check_append(self, verb, result, killed=False):
        try:
            self.check_each(verb, result, killed)
        finally:
            self.start_again()

    def check_each(self, verb, result, killed):
        self.assertTrue(self.read().startswith(self.data), "data was touched")
        if result.code in (0, 99) or killed:
            pass
        else:
            self.assertIn(result.code, (1, 3), result.err)
            self.check_sentence(result)
        if result.code == 0:
            self.assertEqual(self.additions(), 1)
            self.assertFalse(os.path.exists(self.path("a.medark.tail")))
        elif not os.path.exists(self.path("a.medark.tail")):
            self.assertIn(self.additions(), (0, 1))
        # Whatever stopped it, the same command ends in what was meant.
        again = self.run_medark(*self.verbs[verb])
        if verb == "cosign" and again.code == 1:
            self.assertIn("has signed it already", again.err)
        else:
            self.assertEqual(again.code, 0, again.err)
        self.assertEqual(self.additions(), 1)
        self.assertTrue(self.read().startswith(self.data), "data was touched")
        self.assertEqual([n for n in os.listdir(self.folder) if n.startswith("a.medark")], ["a.medark"])

    def each(self, verb, kind, number=errno.EIO, most=TRIES):
        calls = some(self.count(verb, kind), most)
        for at in calls:
            with self.subTest(verb=verb, kind=kind, at=at):
                self.check_append(verb, self.shimmed(self.verbs[verb], kind, at, number))
        return len(calls)

    def test_each_allocation_fails_once(self):
        for verb in self.verbs:
            self.assertGreater(self.each(verb, "own", errno.ENOMEM), 10)

    def test_each_write_sync_or_name_fails_once(self):
        for verb in self.verbs:
            tried = sum(self.each(verb, kind, errno.ENOSPC) for kind in ("write", "sync", "name", "room", "meta"))
            self.assertGreater(tried, 3)

    def test_each_read_or_look_fails_once(self):
        for verb in self.verbs:
            for kind in ("read", "open", "stat"):
                self.each(verb, kind, most=TRIES // 2)

    def test_it_is_killed_at_any_moment(self):
        chance = random.Random(SEED)
        for verb in self.verbs:
            total, ended = self.count(verb, "any"), 0
            # The last calls are those that write the end.
            points = [*range(max(1, total - KILLS // 2), total + 1), *(chance.randrange(1, total) for _ in range(KILLS // 2))]
            for at in points:
                with self.subTest(verb=verb, at=at):
                    result = self.shimmed(self.verbs[verb], "any", at, signal=int(signal.SIGKILL))
                    self.assertIn(result.code, (0, -signal.SIGKILL))
                    ended += result.code != 0
                    self.check_append(verb, result, killed=True)
            self.assertGreater(ended, KILLS // 2)


if __name__ == "__main__":
    main()
