# SPDX-License-Identifier: Apache-2.0
"""kill -9, SIGINT and SIGTERM at any moment: nothing half under the final name, and the next run works."""

import os
import random
import signal
import subprocess
import time

from faults import MEDARK, SEED, FaultTest, environment, main, observation, patient, some

PATIENTS, COPIES, KILLS, STOPS = 3, 40000, 50, 30


class Kill(FaultTest):
    """A source that takes a while: half a second or so."""

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
        }
        self.succeed(*self.export("large", "large.medark"))
        self.before = set(os.listdir(self.folder))
        self.random = random.Random(SEED)

    def interrupted(self, verb, number, seconds):
        """The exit code of a run that gets a signal after some time, and what it said."""
        with subprocess.Popen([MEDARK, *self.runs[verb]], cwd=self.folder, env=environment(),
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as child:  # fmt: skip
            time.sleep(seconds)
            child.send_signal(number)
            _, said = child.communicate(timeout=60)
            return child.returncode, said.decode()

    def duration(self, verb):
        began = time.monotonic()
        self.succeed(*self.runs[verb])
        took = time.monotonic() - began
        self.check_whole(verb)
        return took

    def check_whole(self, verb):
        if verb == "export":
            self.succeed("verify", "b.medark", "--trust", "clinic.cert.pem")
        else:
            self.assertEqual(self.tree("back"), self.large)
        self.remove("b.medark", "back")

    def check_after(self, verb, code):
        """Under the final name stands all or nothing."""
        name = {"export": "b.medark", "restore": "back"}[verb]
        if os.path.lexists(self.path(name)):
            self.check_whole(verb)
        else:
            self.assertNotEqual(code, 0)
        return set(os.listdir(self.folder)) - self.before

    def killed(self, verb):
        """kill -9 at random moments; the next run clears away what was left, or uses it."""
        took = self.duration(verb)
        ended = 0
        for _ in range(KILLS // 2):
            code, _ = self.interrupted(verb, signal.SIGKILL, self.random.random() * took)
            self.assertIn(code, (0, -signal.SIGKILL))
            left = self.check_after(verb, code)
            self.assertLessEqual(left, {"back.medark-partial"} if verb == "restore" else set())
            ended += code != 0
        self.assertGreater(ended, KILLS // 8)
        self.succeed(*self.runs[verb])
        self.check_whole(verb)
        self.assertEqual(set(os.listdir(self.folder)), self.before)

    def test_kill_9_during_an_export(self):
        self.killed("export")

    def test_kill_9_during_a_restore(self):
        self.killed("restore")

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
        took = self.duration(verb)
        ended = 0
        for _ in range(STOPS // 2):
            number = self.random.choice((signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
            # Not before it has begun: until then a signal ends it the plain way.
            code, said = self.interrupted(verb, number, 0.05 + self.random.random() * took)
            self.assertIn(code, (0, 130), said)
            self.assertEqual(self.check_after(verb, code), set())
            if code:
                self.assertRegex(said, r"^medark: cannot .*: interrupted\n$")
            ended += code != 0
        self.assertGreater(ended, 2)

    def test_a_signal_during_an_export(self):
        self.stopped("export")

    def test_a_signal_during_a_restore(self):
        self.stopped("restore")


if __name__ == "__main__":
    main()
