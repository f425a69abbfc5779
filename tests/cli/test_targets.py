# SPDX-License-Identifier: Apache-2.0
"""What stands in the way of an output, or is missing for it: the sentence and a way on that works."""

import os

from archive import ArchiveTest
from cli import main


class Export(ArchiveTest):
    def test_what_is_no_file_is_answered_with_what_helps(self):
        os.mkdir(self.path("folder"))
        files = "name a file; for a pipe or a device: --out - and a redirection"
        for name, hint in [("folder", "it is a folder: name a file in it"), ("/dev/null", files)]:
            for force in [[], ["--force"]]:
                with self.subTest((name, force)):
                    self.refuse(1, *self.export("src", name, *force), hint=hint)
        os.mkfifo(self.path("folder/pipe"))  # last: nobody may look into it
        result = self.run_medark(*self.export("src", "folder/pipe", "--force"))
        self.assertEqual((result.code, result.err.splitlines()[1]), (1, "  " + files))

    def test_the_names_of_standard_output_are_answered_with_the_option(self):
        for name in ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"]:
            self.refuse(2, *self.export("src", name, "--force"),
                        error=f"cannot export to '{name}': for standard output give --out -")


class Restore(ArchiveTest):
    def to(self, target, *more):
        return self.opened("restore", "--to", target, *more)

    def test_a_file_is_no_folder_whatever_is_forced(self):
        for force in [[], ["--force"]]:
            self.refuse(1, *self.to("it.cert.pem", *force),
                        hint="--to takes a folder: name a new or empty one")

    def test_what_is_missing_for_a_folder_is_named(self):
        for target, why in [
                ("nodir/sub/x", "the folder 'nodir/sub' does not exist: make it first"),
                ("nodir/x/", "the folder 'nodir' does not exist: make it first"),
                ("a.medark/x", "'a.medark' is not a folder"),
                ("n" * 250, "the name is too long")]:
            with self.subTest(target):
                self.refuse(1, *self.to(target), error=f"cannot restore to '{target}': {why}")


if __name__ == "__main__":
    main()
