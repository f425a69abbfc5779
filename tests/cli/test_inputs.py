# SPDX-License-Identifier: Apache-2.0
"""No output takes the place of what the run reads, --force or not, whatever the file is called."""

import os

from archive import ArchiveTest
from cli import main


class Inputs(ArchiveTest):
    def refuse_read(self, output, what, *args, **options):
        option = "--report" if args[-1] == output and "--report" in args else "--out"
        for force in [[], ["--force"]]:
            self.refuse(2, *args, *force, error=f"cannot write to '{output}' of {option}: the same "
                        f"file is read ({what})", **options)

    def test_an_archive_or_report_replaces_nothing_that_is_read(self):
        self.write("pass.txt", "secret\n", 0o600)
        self.write("one.ndjson", '{"resourceType":"Patient","id":"x"}\n')
        more = ["--passphrase-file", "pass.txt", "--previous", "a.medark", "--trust",
                "clinic.cert.pem", "--signer-key-passphrase-file", "pass.txt"]
        for name, what in [("clinic.cert.pem", "--signer"), ("clinic.key.pem", "--signer-key"),
                           ("it.cert.pem", "--recipient"), ("one.ndjson", "a source"),
                           ("pass.txt", "--signer-key-passphrase-file"),
                           ("./a.medark", "--previous")]:
            with self.subTest(name):
                self.refuse_read(name, what, *self.export("one.ndjson", name, *more))
                self.refuse_read(name, what, *self.export("one.ndjson", "b.medark", *more, "--report",
                                                          name))
        self.refuse_read("it.key.pem", "MEDARK_IDENTITY", *self.export("src", "it.key.pem"),
                         env={"MEDARK_IDENTITY": "it.key.pem"})

    def test_another_name_of_the_same_file_is_no_way_around(self):
        os.link(self.path("clinic.key.pem"), self.path("hard"))
        os.symlink("clinic.key.pem", self.path("soft"))
        for name in ["hard", "soft", "./clinic.key.pem", self.path("clinic.key.pem"),
                     "src/../clinic.key.pem"]:
            with self.subTest(name):
                self.refuse_read(name, "--signer-key", *self.export("src", name))

    def test_a_file_of_a_source_folder_is_not_replaced(self):
        self.refuse(2, *self.export("src", "src/notes/read me.txt", "--force"),
                    error="cannot write to 'src/notes/read me.txt' of --out: it stands in the source "
                    "'src' and would be read, too")
        os.symlink("src/Patient.ndjson", self.path("link"))
        self.refuse(2, *self.export("src/", "link", "--force"))
        self.refuse(2, *self.export("src/", "b.medark", "--report", "src/Patient.ndjson", "--force"))
        self.succeed(*self.export("src", "src/new.medark"))

    def test_standard_input_is_a_source_too(self):
        with open(self.path("src/Patient.ndjson"), "rb") as f:
            content = f.read()
            f.seek(0)
            os.dup2(f.fileno(), 0)
        result = self.run_medark(*self.export("-", "src/Patient.ndjson", "--force"), stdin=None)
        self.assertEqual(result.code, 2, result.err)
        with open(self.path("src/Patient.ndjson"), "rb") as f:
            self.assertEqual(f.read(), content)

    def test_report_and_archive_are_two_files(self):
        for report in ["b.medark", "./b.medark", self.path("b.medark")]:
            self.refuse(2, *self.export("src", "b.medark", "--report", report),
                        error="cannot export: --report must be a file of its own")

    def test_a_restore_overwrites_nothing_that_opens_the_archive(self):
        self.refuse(2, *self.opened("restore", "--to", ".", "--force"),
                    error="cannot restore to '.': the file 'clinic.cert.pem' of --trust stands in it "
                    "and could be overwritten")
        os.mkdir(self.path("t"))
        os.rename(self.path("a.medark"), self.path("t/a.medark"))
        self.refuse(2, *self.opened("restore", "--to", "t", "--force", archive="t/a.medark"),
                    error="cannot restore to 't': the file 't/a.medark' of the archive stands in it and "
                    "could be overwritten")

    def test_a_new_key_replaces_none_that_a_variable_names(self):
        new = ["key", "new", "--role", "recipient", "--name", "IT", "--out", "it"]
        self.refuse(2, *new, "--force", env={"MEDARK_IDENTITY": "./it.key.pem"},
                    error="cannot write to 'it.key.pem' of --out: the same file is read "
                    "(MEDARK_IDENTITY)")
        self.refuse(2, *new, "--force", env={"MEDARK_TRUST": "it.cert.pem"})
        self.succeed(*new, "--force")


if __name__ == "__main__":
    main()
