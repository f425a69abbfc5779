# SPDX-License-Identifier: Apache-2.0
"""kill -9, SIGINT and SIGTERM at any moment: nothing half under the final name, and the next run works."""

import os
import random
import signal

from faults import SEED, FaultTest, main, observation, patient, some

PATIENTS, COPIES, KILLS, STOPS = 3, 40000, 50, 20
CLEAN = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


class Kill(FaultTest):
    """A source of many segments, so that there is much to be stopped at."""

    def setUp(self):
        super().setUp()
        lines = [observation(i, i % PATIENTS + 1) + "\n" for i in range(100)]
        self.write("large/Patient.ndjson", "".join(patient(i) + "\n" for i in range(PATIENTS)))
        body = "".join(lines)
        for part in range(4):
            text = body.replace('"id": "o', f'"id": "f{part}-')
            copies = (text.replace('"id": "f', f'"id": "c{n}-') for n in range(COPIES // 400))
            self.write(f"large/Observation-{part}.ndjson", "".join(copies))
        self.large = self.tree("large")
        self.runs = {
            "export": self.export("large", "b.medark", "--threads", "2"),
            "restore": self.opened("restore", "--to", "back", "--threads", "2", archive="large.medark"),
            "database": self.opened("restore", "--to", "sqlite:back", "--threads", "2", archive="large.medark"),
        }
        self.succeed(*self.export("large", "large.medark"))
        self.before = set(os.listdir(self.folder))
        self.random = random.Random(SEED)

    def points(self, verb, how_many):
        """Random moments of a run, as numbers of its calls to the system and for memory."""
        where = self.path("count")
        self.assertEqual(self.shimmed(self.runs[verb], "any", count=where).code, 0)
        with open(where, encoding="ascii") as f:
            total = int(f.read())
        os.unlink(where)
        self.check_whole(verb)
        self.assertGreater(total, 20 * how_many)
        return sorted(self.random.randrange(1, total) for _ in range(how_many))

    def interrupted(self, verb, at, number):
        """The exit code of a run that gets a signal at its call `at`, and what it said."""
        result = self.shimmed(self.runs[verb], "any", at, signal=int(number))
        return result.code, result.err

    def check_whole(self, verb):
        if verb == "export":
            self.succeed("verify", "b.medark", "--trust", "clinic.cert.pem")
        elif verb == "database":
            self.check_database(self.large)
        else:
            self.assertEqual(self.tree("back"), self.large)
        self.remove("b.medark", "back")

    def check_after(self, verb, code):
        """Under the final name stands all or nothing."""
        name = "b.medark" if verb == "export" else "back"
        if os.path.lexists(self.path(name)):
            self.check_whole(verb)
        else:
            self.assertNotEqual(code, 0)
        return set(os.listdir(self.folder)) - self.before

    def killed(self, verb):
        """kill -9 at random points; the next run clears away what was left, or uses it."""
        ended = 0
        for at in self.points(verb, KILLS):
            with self.subTest(verb=verb, at=at):
                code, _ = self.interrupted(verb, at, signal.SIGKILL)
                self.assertIn(code, (0, -signal.SIGKILL))
                left = self.check_after(verb, code)
                self.assertLessEqual(left, {"back.medark-partial"} if verb == "restore" else set())
                ended += code != 0
        self.assertGreater(ended, KILLS // 2)
        self.succeed(*self.runs[verb])
        self.check_whole(verb)
        self.assertEqual(set(os.listdir(self.folder)), self.before)

    def test_kill_9_during_an_export(self):
        self.killed("export")

    def test_kill_9_during_a_restore(self):
        self.killed("restore")

    def test_kill_9_during_a_restore_into_a_database(self):
        self.killed("database")

    def test_kill_9_at_each_step_that_writes_or_names(self):
        for verb, kinds in (("export", ("write", "sync", "name")), ("restore", ("name", "room", "meta"))):
            for kind in kinds:
                for at in some(self.count(verb, kind), 12):
                    with self.subTest(verb=verb, kind=kind, at=at):
                        result = self.shimmed(self.verbs[verb], kind, at, signal=int(signal.SIGKILL))
                        self.assertIn(result.code, (0, -signal.SIGKILL))
                        self.check_step(verb)

    def check_step(self, verb):
        if os.path.lexists(self.path("b.medark")):
            self.succeed("verify", "b.medark", "--trust", "clinic.cert.pem")
        if os.path.lexists(self.path("back")):
            self.assertEqual(self.tree("back"), self.good)
        self.remove("b.medark", "back")
        self.succeed(*self.verbs[verb])
        self.remove("b.medark", "back")
        self.assertEqual(set(os.listdir(self.folder)), self.before)

    def stopped(self, verb):
        ended = 0
        for at in self.points(verb, STOPS):
            number = self.random.choice(CLEAN)
            with self.subTest(verb=verb, at=at, number=number):
                code, said = self.interrupted(verb, at, number)
                # Before the handlers are there a signal ends the program the plain way.
                self.assertIn(code, (0, 130, -number), said)
                self.assertEqual(self.check_after(verb, code), set())
                if code == 130:
                    self.assertRegex(said, r"^medark: cannot .*: interrupted\n$")
                    ended += 1
        self.assertGreater(ended, STOPS // 2)

    def test_a_second_signal_ends_it_at_once_and_the_next_run_cleans_up(self):
        for verb in self.runs:
            for at in self.points(verb, 6):
                code, said = self.interrupted_twice(verb, at)
                self.assertIn(code, (0, 130, -signal.SIGINT), said)
                left = self.check_after(verb, code)
                self.assertLessEqual(left, {"back.medark-partial"} if verb == "restore" else set())
            self.succeed(*self.runs[verb])
            self.check_whole(verb)
            self.assertEqual(set(os.listdir(self.folder)), self.before)

    def interrupted_twice(self, verb, at):
        result = self.shimmed(self.runs[verb], "any", at, signal=int(signal.SIGINT), rest=1)
        return result.code, result.err

    def test_a_signal_during_an_export(self):
        self.stopped("export")

    def test_a_signal_during_a_restore(self):
        self.stopped("restore")

    def test_a_signal_during_a_restore_into_a_database(self):
        self.stopped("database")


if __name__ == "__main__":
    main()
