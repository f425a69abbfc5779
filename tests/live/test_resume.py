# SPDX-License-Identifier: Apache-2.0
"""An export from a server that is killed goes on where it was, and leaves nothing in clear text."""

import os
import random
import re
import signal
import subprocess
import time

from live import MEDARK, LiveTest, environment, main

SEED, KILLS = 20261128, 30


class Resume(LiveTest):
    def setUp(self):
        super().setUp()
        for i in range(40):
            self.write(f"src/Basic.{i:02}.ndjson", "".join(
                f'{{"resourceType":"Basic","id":"canary-{i}-{k}","subject":{{"reference":"Patient/p1"}}}}\n'
                for k in range(50)))
        self.server = self.serve(client_keys={"k1": self.client_key()})
        self.args = self.export("fhir+" + self.server.base, "live.medark", "--auth", self.smart(), "--json")

    def job(self):
        return next((self.path(n) for n in os.listdir(self.folder) if "medark-job" in n), None)

    def killed_after(self, seconds, *more):
        """Starts an export and kills it; true if it was done before."""
        with subprocess.Popen([MEDARK, *self.args, *more], cwd=self.folder, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=environment()) as process:
            try:
                process.wait(seconds)
                self.assertEqual(process.returncode, 0, process.stderr.read())
                return True
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
                return False

    def finished(self):
        """The files that have their name on the disk."""
        return {int(n[5:]) for n in os.listdir(self.job() or self.path("src"))
                if re.fullmatch(r"file-\d+", n)}

    def asked(self):
        """How often each file was asked for."""
        names = sorted(n for n in os.listdir(self.path("src")) if n.endswith(".ndjson"))
        return {i + 1: self.server.count("GET", "/files/" + n + "?") for i, n in enumerate(names)}

    def nothing_in_clear(self):
        """Not in what the killed process has left, and not in its name."""
        for folder, _, names in os.walk(self.job() or self.path("nothing")):
            for name in names:
                with open(os.path.join(folder, name), "rb") as f:
                    content = f.read()
                for secret in (b"canary", b"resourceType", self.server.origin.encode()):
                    self.assertNotIn(secret, content, name)
                self.assertEqual(os.stat(os.path.join(folder, name)).st_mode & 0o777, 0o600)

    def test_the_folder_of_a_job_that_another_user_made_is_refused(self):
        if os.geteuid() != 0:
            self.skipTest("only root can give a folder away")
        for out in ("live.medark", "-"):
            folder = self.path(f".{'' if out == '-' else out}.medark-job-1")
            os.mkdir(folder, 0o777)
            self.write(os.path.join(folder, "file-1"), b"theirs")
            os.chown(folder, 65534, 65534)
            result = self.refuse(1, *self.export("fhir+" + self.server.base, out), env={"TMPDIR": self.folder})
            self.assertIn(f".medark-job-1' of the job belongs to another user", result.err)
            self.assertEqual(os.listdir(folder), ["file-1"])

    def test_a_second_export_leaves_the_files_of_the_first(self):
        """Also from an open server, whose files nobody opens later."""
        server = self.serve()
        server.meddle = self.slow
        args = self.export("fhir+" + server.base, "live.medark")
        with subprocess.Popen([MEDARK, *args], cwd=self.folder, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=environment()) as first:
            while server.count("GET", "/files/") < 5:
                time.sleep(0.01)
            self.assertEqual(self.run_medark(*args).code, 1)
            self.assertEqual(first.wait(60), 0, first.stderr.read())
        self.check_archive()

    def test_killed_at_any_moment_it_goes_on(self):
        wait = random.Random(SEED)
        self.server.meddle = self.slow
        self.server.polls_needed = 0
        kills = 0
        while kills < KILLS:
            before, asked = self.finished(), self.asked()
            is_done = self.killed_after(wait.uniform(0.02, 0.6))
            for i, count in asked.items():
                if i in before:
                    self.assertEqual(self.asked()[i], count, "a finished file was fetched again")
            self.nothing_in_clear()
            if is_done or os.path.exists(self.path("live.medark")):  # or killed right behind it
                self.check_archive()
                os.remove(self.path("live.medark"))
            kills += not is_done
        self.succeed(*self.args, code=0)
        self.check_archive()
        self.assertIsNone(self.job())

    @staticmethod
    def slow(request):
        if request.path.startswith("/files/"):
            time.sleep(0.02)
        return False

    def check_archive(self):
        self.succeed("verify", "live.medark", "--trust", "clinic.cert.pem")
        wanted = sorted(line for path, content in self.tree("src").items() if path.endswith(".ndjson")
                        for line in content.splitlines())
        subprocess.run(["rm", "-rf", self.path("back-live.medark")], check=True)
        self.assertEqual(self.records("live.medark"), wanted)

    def test_a_job_that_the_server_has_forgotten_is_asked_for_anew(self):
        self.server.polls_needed = 10**6
        self.assertFalse(self.killed_after(1.5))
        self.assertEqual(self.server.count("GET", "/fhir/$export"), 1)
        self.server.jobs.clear()
        self.server.polls_needed = 0
        self.succeed(*self.args)
        self.assertEqual(self.server.count("GET", "/fhir/$export"), 2)
        self.check_archive()

    def test_a_job_on_the_server_is_gone_on_with(self):
        self.server.polls_needed = 10**6
        self.assertFalse(self.killed_after(1.5))
        self.server.polls_needed = 0
        self.succeed(*self.args)
        self.assertEqual(self.server.count("GET", "/fhir/$export"), 1)
        self.check_archive()

    def test_what_has_its_archive_is_not_taken_for_a_new_one(self):
        """Killed behind the archive's name: the next export must not be made of the old files."""
        self.succeed(*self.args)
        self.server.polls_needed = 10**6
        self.assertFalse(self.killed_after(1.5, "--force"))
        self.write(os.path.join(self.job(), "done"), "")
        self.server.polls_needed = 0
        self.succeed(*self.args, "--force")
        self.assertEqual(self.server.count("GET", "/fhir/$export"), 3)

    def killed_with_files(self, bearer):
        """A server with this token, of whose export an earlier run has fetched something."""
        server = self.serve(bearer=bearer)
        server.tokens["other"] = 1 << 62
        server.meddle = lambda request: self.slow(request) or self.slow(request)
        self.args = self.export("fhir+" + server.base, "live.medark", "--auth",
                                self.auth(method="bearer", token="canary-bearer"))
        with subprocess.Popen([MEDARK, *self.args], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=environment()) as process:
            while process.poll() is None and not self.finished():
                time.sleep(0.001)
            process.kill()
        self.assertGreater(len(self.finished()), 0)
        server.meddle = None
        return server

    def test_a_job_of_another_secret_is_begun_anew(self):
        """As after a token was changed: nobody can open what the last run left."""
        server = self.killed_with_files("canary-bearer")
        self.live_export(server, "--auth", self.auth(method="bearer", token="other"))
        self.assertEqual(len(server.jobs), 1)  # of the first one nobody knows any more

    def test_without_its_mark_it_is_begun_anew(self):
        """As after a power cut, and then another token: it must not hold up all nights to come."""
        server = self.killed_with_files("canary-bearer")
        os.remove(os.path.join(self.job(), "job-mark"))
        self.live_export(server, "--auth", self.auth(method="bearer", token="other"))

    def test_a_job_of_another_server_is_begun_anew(self):
        """As after the address in a configuration was changed: nothing of the first server, nor a word to it."""
        first = self.killed_with_files("canary-bearer")
        asked = len(first.log)
        self.write("other/Patient.ndjson", '{"resourceType":"Patient","id":"elsewhere"}\n')
        second = self.serve("other", bearer="canary-bearer")
        second.time = "2026-11-30T03:00:00Z"
        self.live_export(second, "--auth", self.auth(method="bearer", token="canary-bearer"))
        self.assertEqual(self.records("live.medark"), [b'{"resourceType":"Patient","id":"elsewhere"}'])
        self.assertEqual(len(first.log), asked)
        listed = self.succeed("inspect", "live.medark", "--json").json()[-1]
        self.assertEqual([(s["base"], s["time"]) for s in listed["servers"]], [(second.base, second.time)])

    def test_the_archive_remembers_no_secret(self):
        result = self.succeed(*self.args, "--report", "report.jsonl")
        for text in (result.out, result.err):
            self.assertNotIn("canary", text)
        with open(self.path("report.jsonl"), encoding="utf-8") as f:
            self.assertNotIn("canary", f.read())


if __name__ == "__main__":
    main()
