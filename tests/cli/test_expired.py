# SPDX-License-Identifier: Apache-2.0
"""Archives that have outlived the certificate of their signer: --at.

No program signs with a certificate that has expired, so the archives are those of the test vectors:
the certificate of `expired` is valid in 2020.
"""

import os
import shutil
import sys

from archive import ArchiveTest
from cli import ROOT, main

VECTORS = os.path.join(ROOT, "tests", "vectors")
sys.path.insert(0, VECTORS)

from craft import SIGNING_TIME, UTC, encode  # noqa: E402
from vector import GOOD, Vector, edit, odd  # noqa: E402

WHEN = "2020-06-01T03:10:00Z"
FORM = "it must be a date or a time in UTC, such as 2026-11-22 or 2026-11-22T03:10:00Z"
WHY = "the signer 'CN=medark test expired' is not trusted: its certificate has expired"
TOLD = "(by --at: no certificate was judged as of now)"


def advice(when):
    return ("the signer was trusted when the archive says it was made: to judge as of then, give "
            f"--at {when}. That time is the signer's own word: whoever steals the key of an "
            "expired certificate can sign with any date")


def signed(when, **changes):
    """An archive of `expired` that says it was signed then (YYMMDDHHMMSSZ)."""
    changes["signature"] = odd(attributes=lambda a: {**a, SIGNING_TIME: encode(UTC, when)})
    return Vector("x", "F-25", GOOD, "", changes, "expired", "expired").bytes()


class OldArchives(ArchiveTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in "expired.cert.pem", "recipient.key.pem":
            shutil.copy(os.path.join(VECTORS, "keys", name), cls.clinic)
        os.chmod(os.path.join(cls.clinic, "recipient.key.pem"), 0o600)
        for name, when in ("old", b"200601031000Z"), ("late", b"221122031000Z"):
            with open(os.path.join(cls.clinic, name + ".medark"), "wb") as f:
                f.write(signed(when))


class Expired(OldArchives):
    @staticmethod
    def reading(archive="old.medark"):
        trust = ["--trust", "expired.cert.pem"]
        opened = [archive, "--identity", "recipient.key.pem", *trust]
        return [["verify", archive, *trust], ["patients", *opened],
                ["restore", *opened, "--to", "back"]]

    def test_it_is_not_trusted_and_the_next_step_is_told(self):
        for command in self.reading():
            action = "verify" if command[0] == "verify" else "open"
            self.refuse(4, *command, error=f"cannot {action} 'old.medark': {WHY}",
                        hint=advice(WHEN))
        error, = self.run_medark(*self.reading()[0], "--json").json()
        self.assertEqual((error["exit_code"], error["hint"]), (4, advice(WHEN)))

    def test_a_time_of_the_past_opens_it_and_the_output_says_so(self):
        for command in self.reading():
            text = self.succeed(*command, "--at", WHEN).out
            self.assertIn(f"\n  judged as of  {WHEN} {TOLD}\n", "\n" + text)
            shutil.rmtree(self.path("back"), ignore_errors=True)
            *_, summary = self.succeed(*command, "--at", "2020-06-01", "--json").json()
            self.assertEqual(summary["judged_at"], "2020-06-01T00:00:00Z")

    def test_without_it_the_output_says_that_it_was_not_given(self):
        for command in (["verify", "a.medark", "--trust", "clinic.cert.pem"],
                        self.opened("patients"), self.opened("restore", "--to", "back")):
            text = self.succeed(*command).out
            self.assertNotIn("judged", text)
            shutil.rmtree(self.path("back"), ignore_errors=True)
            *_, summary = self.succeed(*command, "--json").json()
            self.assertIsNone(summary["judged_at"])

    def test_a_time_at_which_the_certificate_is_not_valid_does_not(self):
        for when in "2019-12-31T23:59:59Z", "2021-01-01T00:00:01Z", "1969-07-20", "0001-01-01":
            for command in self.reading():
                self.refuse(4, *command, "--at", when, hint=advice(WHEN))
        for when in "2020-01-01", "2020-12-31T23:59:59Z":
            self.succeed(*self.reading()[0], "--at", when)

    def test_a_signing_time_outside_of_the_validity_is_not_proposed(self):
        result = self.refuse(4, *self.reading("late.medark")[0])
        self.assertNotIn("--at", result.err)
        self.succeed(*self.reading("late.medark")[0], "--at", WHEN)

    def test_the_time_of_the_export_is_proposed_where_only_it_fits(self):
        header = edit(created="2020-11-22T03:10:00Z")
        self.write("b.medark", signed(b"221122031000Z", header=header))
        self.refuse(4, *self.reading("b.medark")[0], hint=advice("2020-11-22T03:10:00Z"))

    def test_another_anchor_is_not_told_of_time(self):
        result = self.refuse(4, "verify", "old.medark", "--trust", "clinic.cert.pem")
        self.assertIn("does not lead to a trust anchor", result.err)
        self.assertNotIn("--at", result.err)
        self.refuse(4, "verify", "old.medark", "--trust", "clinic.cert.pem", "--at", WHEN)

    def test_each_of_several_archives_is_judged_alike(self):
        more = ["--trust", "expired.cert.pem", "--trust", "clinic.cert.pem", "--json"]

        def results(*words):
            # On a busy machine it also says how far it is.
            return [line for line in self.run_medark(*words).json() if line["message_type"] != "status"]

        first, second = results("verify", "old.medark", "a.medark", *more)
        # What was tried to find the hint does not outlive it.
        self.assertEqual((first["exit_code"], second["verified"]), (4, True))
        self.assertIsNone(second["judged_at"])
        *_, last = results("verify", "old.medark", "old.medark", *more, "--at", "2023-01-01")
        self.assertEqual(last["exit_code"], 4)

    def test_what_is_no_time_of_the_past_is_refused(self):
        more = self.export("src", "b.medark", "--previous", "a.medark")
        for command in *self.reading(), more:
            for when in "yesterday", "2026", "2025-02-29", "2020-06-01T03:10:00+01:00", "01-06-2020":
                self.refuse(2, *command, "--at", when,
                            error=f"cannot use '{when}' for --at: {FORM}",
                            hint=f"see: medark help {command[0]}")
            self.refuse(2, *command, "--at", "2199-01-01",
                        error="cannot use '2199-01-01' for --at: it lies in the future")
            self.refuse(2, *command, "--at", WHEN, "--at", WHEN)


class Continued(OldArchives):
    """A chain goes on after its signer's certificate was renewed."""

    def continued(self, *more):
        return self.export("src", "b.medark", "--previous", "old.medark", "--trust",
                           "expired.cert.pem", *more)

    def test_the_next_step_is_told(self):
        self.refuse(4, *self.continued(), hint=advice(WHEN))
        self.refuse(4, *self.continued("--at", "2023-01-01"), hint=advice(WHEN))

    def test_the_previous_archive_is_judged_as_of_the_time(self):
        text = self.succeed(*self.continued("--at", WHEN)).out
        self.assertIn(f"\n  judged as of  {WHEN} {TOLD}\n", text)
        summary = self.succeed(*self.continued("--at", WHEN, "--force", "--json")).json()[-1]
        self.assertEqual((summary["judged_at"], summary["sequence"]), (WHEN, 2))
        summary = self.succeed(*self.export("src", "c.medark", "--previous", "a.medark",
                                            "--json")).json()[-1]
        self.assertIsNone(summary["judged_at"])
        # The signer of the new one is judged as of now, whatever the time that was given.
        self.succeed("verify", "b.medark", "--trust", "clinic.cert.pem")

    def test_it_is_for_the_previous_archive_only(self):
        self.refuse(2, *self.export("src", "b.medark", "--at", WHEN),
                    error="cannot export: --at is for --previous, which is missing")


if __name__ == "__main__":
    main()
