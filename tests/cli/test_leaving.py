# SPDX-License-Identifier: Apache-2.0
"""medark restore: what leaves an archive in clear text is in the audit log before it does."""

import fcntl
import getpass
import os
import stat
import subprocess
import threading

from archive import ArchiveTest
from cli import MEDARK, environment, main

FORMS = {"folder": "back", "html": "html:back", "csv": "csv:back", "bundle": "bundle:back", "bagit": "bagit:back",
         "sqlite": "sqlite:back"}
LOG = "state/audit-restore"


class Leaving(ArchiveTest):
    def restore(self, target="html:back", *more):
        return self.opened("restore", "--to", target, *more)

    def rows(self, folder=LOG, identity="it.key.pem"):
        if not os.path.isdir(self.path(folder)):
            return []
        files = sorted(os.listdir(self.path(folder)))
        read = self.succeed("audit", *(f"{folder}/{name}" for name in files), "--identity", identity, "--json").json()
        return [row for row in read if row["message_type"] == "event"]

    def test_every_form_is_a_row(self):
        archive, = self.succeed("inspect", "a.medark", "--json").json()
        for number, (form, target) in enumerate(FORMS.items()):
            said = self.succeed(*self.restore(target, "--state", "state")).out
            self.assertIn(f"audit log     {LOG}", said)
            self.assertIn("patient data leaves the archive in clear text, for you alone", said)
            row = self.rows()[number]
            self.assertEqual((row["kind"], row["action"], row["outcome"], row["archive"]),
                             ("export", "R", 0, archive["archive"]))
            self.assertEqual(row["detail"], f"exported to clear text: {form}, all, 3 patients")
            self.assertEqual(row["account"], getpass.getuser())
            self.assertEqual(row["patient"], None)
            os.rename(self.path("back"), self.path("was " + form))
        one = self.succeed(*self.restore("back", "--patient", "999990019", "--state", "state", "--json")).json()
        self.assertEqual(one[-1]["audit_log"], LOG)
        row = self.rows()[-1]
        self.assertEqual(row["detail"], "exported to clear text: folder, 1 patient")
        self.assertNotIn("999990019", str(row))
        said = self.succeed("audit", *(f"{LOG}/{name}" for name in sorted(os.listdir(self.path(LOG))))).out
        self.assertIn("7 rows in 7 files, none changed or missing", said)

    def test_of_several_archives_the_latest_is_named(self):
        self.write("more/Patient.ndjson", '{"resourceType":"Patient","id":"p9"}\n')
        self.succeed(*self.export("more", "b.medark", "--previous", "a.medark", "--trust", "clinic.cert.pem"))
        self.succeed("restore", "a.medark", "b.medark", "--identity", "it.key.pem", "--trust", "clinic.cert.pem",
                     "--to", "csv:back", "--state", "state")
        self.assertEqual(self.rows()[0]["detail"], "exported to clear text: csv, all, 1 patient")

    def test_without_a_state_there_is_no_log_and_it_says_so(self):
        before = set(self.files())
        said = self.succeed(*self.restore("back")).out
        self.assertIn("audit log     none was kept of this (--state DIR keeps one)", said)
        self.assertEqual({name.split("/")[0] for name in set(self.files()) - before}, {"back"})
        summary = self.succeed(*self.restore("again", "--json")).json()[-1]
        self.assertIsNone(summary["audit_log"])
        # Accounts alone are no log; nor is a state that nobody ever used.
        self.write("home/medark/accounts.json", "{}", 0o600)
        self.succeed(*self.restore("third"), env={"XDG_STATE_HOME": self.path("home")})
        self.assertEqual(os.listdir(self.path("home/medark")), ["accounts.json"])

    def test_the_default_state_is_used_if_it_has_a_log(self):
        for own in ("audit", "audit-restore"):
            os.makedirs(self.path(own, "medark", own), 0o700)
            self.succeed(*self.restore("back " + own), env={"XDG_STATE_HOME": self.path(own)})
            self.assertEqual(len(self.rows(f"{own}/medark/audit-restore")), 1)
            self.assertEqual([name for name in self.files() if name.startswith(f"{own}/medark/audit/")], [])
        self.succeed(*self.restore("third", "--audit-log", "elsewhere"))
        self.assertEqual(len(self.rows("elsewhere")), 1)

    def test_without_its_row_nothing_leaves(self):
        os.makedirs(self.path(LOG))
        os.chmod(self.path(LOG), 0o755)
        for target in FORMS.values():
            self.refuse(1, *self.restore(target, "--state", "state"),
                        error=f"cannot write the audit log: others have a right on '{LOG}': chmod 700 takes it "
                              "away")

    def test_what_cannot_be_restored_is_no_row(self):
        self.write("back/x", "")
        result = self.run_medark(*self.restore("back", "--state", "state"))
        self.assertEqual(result.code, 1, result.err)
        self.damaged(lambda content: content[:len(content) // 2] + b"x" + content[len(content) // 2 + 1:])
        self.assertEqual(self.run_medark(*self.opened("restore", "--to", "new", "--state", "state",
                                                      archive="bad.medark")).code, 3)
        self.assertEqual(self.rows(), [])

    def test_what_fails_behind_the_row_is_a_second_one(self):
        result = self.run_medark(*self.restore("html:back", "--patient", "nobody", "--state", "state"))
        self.assertEqual(result.code, 1, result.err)
        self.assertEqual([(row["outcome"], row["detail"]) for row in self.rows()],
                         [(0, "exported to clear text: html, 1 patient"), (8, "exported to clear text: html, 1 patient")])

    def test_a_passphrase_alone_needs_an_auditor(self):
        self.write("secret", "a passphrase of many words\n", 0o600)
        self.succeed("key", "new", "--role", "recipient", "--name", "auditor", "--out", "auditor")
        command = self.export("src", "b.medark", "--passphrase-file", "secret")
        self.succeed(*command[:2], *command[4:])
        restore = ["restore", "b.medark", "--trust", "clinic.cert.pem", "--passphrase-file", "secret", "--to", "html:back",
                   "--state", "state"]
        os.mkdir(self.path("state"), 0o700)
        self.refuse(2, *restore, hint="give --auditor CERT: the certificate of who may read the log")
        self.succeed(*restore, "--auditor", "auditor.cert.pem")
        self.assertEqual(len(self.rows(identity="auditor.key.pem")), 1)

    def test_restores_at_the_same_time_wait_for_each_other(self):
        found = []

        def run(number):
            found.append(self.run_medark(*self.restore(f"csv:back{number}", "--state", "state")).code)

        threads = [threading.Thread(target=run, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(found, [0] * 6)
        self.assertEqual(len(self.rows()), 6)

    def test_a_folder_that_a_service_writes_is_said_to_be_so(self):
        self.succeed(*self.restore("first", "--state", "state"))
        fd = os.open(self.path(LOG), os.O_RDONLY)
        fcntl.flock(fd, fcntl.LOCK_EX)
        try:
            self.refuse(1, *self.restore("back", "--state", "state"), hint="--audit-log names another folder for it",
                        error=f"cannot write the audit log: another process writes the audit log in '{LOG}'")
        finally:
            os.close(fd)

    def test_what_leaves_is_for_its_owner_alone(self):
        for form in ("html", "csv", "bundle", "sqlite"):
            said = subprocess.run([MEDARK, *self.restore(FORMS[form])], cwd=self.folder, env=environment(), text=True,
                                  stdout=subprocess.PIPE, check=True, umask=0).stdout
            self.assertIn("0600", said)
            top = self.path("back")
            for folder, folders, names in os.walk(top):
                for name in folders:
                    self.assertEqual(stat.S_IMODE(os.stat(os.path.join(folder, name)).st_mode), 0o700)
                for name in names:
                    self.assertEqual(stat.S_IMODE(os.stat(os.path.join(folder, name)).st_mode), 0o600)
            self.assertEqual(stat.S_IMODE(os.stat(top).st_mode), 0o600 if form == "sqlite" else 0o700)
            os.rename(top, self.path("was " + form))

    def test_a_server_has_no_such_row(self):
        for option in (["--state", "state"], ["--audit-log", "log"], ["--auditor", "it.cert.pem"]):
            self.refuse(2, *self.restore("fhir+https://127.0.0.1:1/fhir", *option),
                        error=f"cannot use {option[0]}: it is for a restore into a folder")


if __name__ == "__main__":
    main()
