# SPDX-License-Identifier: Apache-2.0
"""Time passes: sessions that nobody uses are locked, old ones end, and the log says so by itself."""

import os
import resource
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "cli"))

from cli import main  # noqa: E402 pylint: disable=wrong-import-position
from service import PASSWORD, ServiceTest  # noqa: E402 pylint: disable=wrong-import-position


class Clock(ServiceTest):
    def setUp(self):
        super().setUp()
        self.account()
        self.start(env={"LD_PRELOAD": os.environ["MEDARK_CLOCK"], "CLOCK_AHEAD": self.path("ahead")})
        self.path_of_log = self.path("state/audit/audit-000001.log")

    def wait(self, minutes):
        self.before = os.path.getsize(self.path_of_log)
        self.write("ahead.new", str(minutes * 60))
        os.rename(self.path("ahead.new"), self.path("ahead"))

    def grows(self):
        """Does a row come of what was waited for, without any request?"""
        end = time.monotonic() + 60
        while os.path.getsize(self.path_of_log) == self.before and time.monotonic() < end:
            time.sleep(0.1)
        return os.path.getsize(self.path_of_log) > self.before

    def told(self):
        self.end()
        return [(row["kind"], row["detail"]) for row in self.log() if row["kind"] in ("login", "lock", "logout")]

    def test_a_session_that_nobody_uses_is_locked_and_then_over(self):
        doctor = self.doctor()
        self.wait(9)
        self.assertEqual(doctor.get("/").status, 200)
        self.wait(18)
        self.assertEqual(doctor.get("/").status, 200)
        self.wait(30)
        self.assertTrue(self.grows())
        self.assertEqual(doctor.get("/").headers["Location"], "/unlock")
        doctor.get("/unlock")
        self.assertEqual(doctor.post("/unlock", password=PASSWORD).status, 303)
        self.assertEqual(doctor.get("/").status, 200)
        self.wait(12 * 60 + 1)
        self.assertTrue(self.grows())
        self.assertEqual(doctor.get("/").headers["Location"], "/login")
        self.assertEqual(self.told(), [("login", None), ("lock", "not used"), ("login", "unlocked"),
                                       ("lock", "not used"), ("logout", "longest life of a session")])
        rows = [row for row in self.log() if row["kind"] in ("lock", "logout")]
        self.assertEqual({(row["account"], row["shown"], tuple(row["roles"])) for row in rows},
                         {("jansen", "Dr Jansen", ("clinician",))})
        events = [line for line in self.succeed("audit", "state/audit/audit-000001.log", "--identity", "it.key.pem",
                                                "--fhir").out.splitlines() if '"outcomeDesc":"not used"' in line]
        self.assertEqual(len(events), 2)
        self.assertIn('"code":"110123","display":"Logout"', events[0])

    def test_who_comes_back_at_once_finds_the_lock_in_the_log_before(self):
        doctor = self.doctor()
        self.wait(11)
        self.assertEqual(doctor.get("/").headers["Location"], "/unlock")
        doctor.get("/unlock")
        doctor.post("/unlock", password=PASSWORD)
        doctor.get("/")
        self.assertEqual(doctor.post("/lock").headers["Location"], "/unlock")
        self.wait(30)
        self.assertEqual(self.told(), [("login", None), ("lock", "not used"), ("login", "unlocked"), ("lock", None)])

    def test_a_row_that_cannot_be_written_is_written_later(self):
        doctor = self.doctor()
        limit = os.path.getsize(self.path_of_log)
        resource.prlimit(self.service.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        self.wait(11)
        self.assertEqual(doctor.get("/unlock").status, 503)
        resource.prlimit(self.service.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        self.assertTrue(self.grows())
        self.assertEqual(self.told(), [("login", None), ("lock", "not used")])

    def test_what_happened_last_is_told_at_the_end(self):
        self.doctor()
        self.wait(13 * 60)
        self.assertEqual(self.told(), [("login", None), ("lock", "not used"), ("logout", "longest life of a session")])


if __name__ == "__main__":
    main()
