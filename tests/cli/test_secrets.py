# SPDX-License-Identifier: Apache-2.0
"""Passphrases: from files, descriptors, commands and the terminal; never where others see them."""

import os
import subprocess

from archive import ArchiveTest
from cli import main, on_terminal

SECRET = "correct horse battery"


class Secrets(ArchiveTest):
    def setUp(self):
        super().setUp()
        self.file = self.write("secret", SECRET + "\n", 0o600)
        self.sealed = self.export("src", "b.medark")
        del self.sealed[2:4]  # nobody but who knows the passphrase
        self.look = ["patients", "b.medark", "--trust", "clinic.cert.pem"]

    def seal(self):
        self.succeed(*self.sealed, "--passphrase-file", "secret")

    def test_a_passphrase_opens_what_was_sealed_with_it(self):
        self.seal()
        self.succeed(*self.look, "--passphrase-file", "secret")
        self.succeed(*self.look, "--passphrase-command", "cat secret")
        self.succeed(*self.look, env={"MEDARK_PASSPHRASE_FILE": "secret"})
        with open(self.file, "rb") as f:
            self.succeed(*self.look, "--passphrase-fd", str(f.fileno()), pass_fds=[f.fileno()])
        self.succeed(*self.look, "--passphrase-fd", "0", stdin=SECRET.encode())
        self.write("secret", SECRET + "\r\n", 0o600)
        self.succeed(*self.look, "--passphrase-file", "secret")

    def test_another_passphrase_does_not(self):
        self.seal()
        for wrong in [SECRET + " ", SECRET + "\n\n", SECRET[1:]]:
            self.write("wrong", wrong, 0o600)
            self.refuse(5, *self.look, "--passphrase-file", "wrong",
                        hint="to list who can open it: medark inspect b.medark")

    def test_a_passphrase_that_does_not_open_is_said_to(self):
        self.seal()
        self.write("wrong", "wrong\n", 0o600)
        no = "cannot open 'b.medark': "
        self.refuse(5, *self.look, "--passphrase-file", "wrong",
                    error=no + "the passphrase does not open it")
        self.refuse(5, *self.look, "--passphrase-file", "wrong", "--identity", "other.key.pem",
                    error=no + "none of the keys given is among the archive's recipients (there is 1), "
                    "and the passphrase does not open it")
        self.refuse(5, "patients", "a.medark", *self.look[2:], "--passphrase-file", "wrong",
                    error="cannot open 'a.medark': the passphrase does not open it: only keys do, and "
                    "none is given")

    def test_a_secret_behind_the_option_is_refused_and_not_repeated(self):
        error = ("cannot use a value with --passphrase: it takes none, it asks (a query stands in "
                 "front of it)")
        for args in [[*self.sealed, "--passphrase", "geheim123"],
                     ["export", "--passphrase", "geheim123", *self.sealed[1:]],
                     [*self.look, "--passphrase", "geheim123"],
                     ["restore", "--passphrase", "geheim123", "s.medark", "--to", "x"]]:
            result = self.refuse(2, *args, error=error)
            self.assertNotIn("geheim", result.err + result.out)
        self.write("x.ndjson", "{}")
        result = self.run_medark("export", "--passphrase", "x.ndjson", "--out", "o")
        self.assertIn("are missing", result.err)

    def test_a_file_that_others_can_read_is_refused(self):
        for mode in [0o640, 0o604, 0o644, 0o660]:
            os.chmod(self.file, mode)
            self.refuse(1, *self.sealed, "--passphrase-file", "secret",
                        error="cannot use the passphrase in 'secret': others can read the file; "
                        "run: chmod 600 'secret'")

    def test_what_is_no_passphrase_is_refused(self):
        self.write("empty", "", 0o600)
        self.write("line", "\n", 0o600)
        self.write("long", "x" * 1025, 0o600)
        for name, why in [("empty", "it is empty"), ("line", "it is empty"),
                          ("long", "it is longer than 1024 bytes"),
                          ("nowhere", "No such file or directory")]:
            self.refuse(1, *self.sealed, "--passphrase-file", name,
                        error=f"cannot read the passphrase from '{name}': {why}")
        self.write("longest", "x" * 1024 + "\n", 0o600)
        self.succeed(*self.sealed, "--passphrase-file", "longest")

    def test_a_command_must_succeed(self):
        self.refuse(1, *self.sealed, "--passphrase-command", "cat secret; exit 3",
                    error="cannot use the passphrase command: it failed (exit code 3)")
        self.refuse(1, *self.sealed, "--passphrase-command", "true",
                    error="cannot read the passphrase from the passphrase command: it is empty")

    def test_a_command_gets_signals_as_usual(self):
        """A pipe in it ends with its reader, though medark itself ignores SIGPIPE."""
        self.seal()
        command = "(yes 2>err; echo $? >>code) | head -n 1 >/dev/null; cat secret"
        self.succeed(*self.look, "--passphrase-command", command)
        self.assertEqual(self.files()["err"], b"")
        self.assertEqual(self.files()["code"], b"141\n")

    def test_a_descriptor_must_be_one(self):
        self.refuse(2, *self.sealed, "--passphrase-fd", "x")
        self.refuse(1, *self.sealed, "--passphrase-fd", "77")

    def test_only_one_way_is_taken(self):
        self.refuse(2, *self.sealed, "--passphrase-file", "secret", "--passphrase-fd", "3")

    def test_a_forgotten_variable_adds_no_way_to_open_an_archive(self):
        env = {"MEDARK_PASSPHRASE_FILE": "secret"}
        self.refuse(2, *self.sealed, env=env)
        self.succeed(*self.export("src", "c.medark"), env=env)
        summary, = self.succeed("inspect", "c.medark", "--json").json()
        self.assertEqual(len(summary["recipients"]), 1)
        self.succeed(*self.sealed, "--passphrase", env=env)
        self.succeed(*self.look, "--passphrase-file", "secret")

    def test_the_terminal_asks_twice_for_a_new_one_and_shows_nothing(self):
        ask = [("New passphrase of the archive: ", SECRET + "\n"),
               ("The same again: ", SECRET + "\n")]
        result = on_terminal([*self.sealed, "--passphrase", "-q"], ask, cwd=self.folder)
        self.assertEqual(result.code, 0, result.out)
        self.assertNotIn("horse", result.out)
        result = on_terminal([*self.look, "--passphrase"], [("Passphrase: ", SECRET + "\n")],
                             cwd=self.folder)
        self.assertEqual(result.code, 0, result.out)

    def test_two_that_differ_are_refused(self):
        before = self.files()
        ask = [("New passphrase of the archive: ", "one\n"), ("The same again: ", "two\n")]
        result = on_terminal([*self.sealed, "--passphrase"], ask, cwd=self.folder,
                             env={"NO_COLOR": "1"})
        self.assertEqual(result.code, 1, result.out)
        self.assertIn("medark: cannot use the passphrase: the two are not the same", result.out)
        self.assertEqual(self.files(), before)

    def test_an_interrupted_question_ends_with_130(self):
        before = self.files()
        result = on_terminal([*self.sealed, "--passphrase"],
                             [("New passphrase of the archive: ", "\x03")], cwd=self.folder)
        self.assertEqual(result.code, 130, result.out)
        self.assertEqual(self.files(), before)

    def test_without_a_terminal_nothing_can_be_asked(self):
        self.refuse(1, *self.sealed, "--passphrase", start_new_session=True,
                    error="cannot ask for a passphrase: there is no terminal; use "
                    "--passphrase-file, --passphrase-fd or --passphrase-command")

    def test_encrypted_keys_are_opened(self):
        for name in ["clinic", "it"]:
            subprocess.run(["openssl", "pkcs8", "-topk8", "-in", name + ".key.pem", "-out",
                            name + ".enc.pem", "-passout", "file:secret"], cwd=self.folder,
                           check=True)
            os.chmod(self.path(name + ".enc.pem"), 0o600)
        sign = self.export("src", "c.medark")
        sign[sign.index("clinic.key.pem")] = "clinic.enc.pem"
        self.refuse(1, *sign, start_new_session=True,
                    error="cannot ask for a passphrase: there is no terminal; use "
                    "--signer-key-passphrase-file")
        self.succeed(*sign, "--signer-key-passphrase-file", "secret")
        look = self.opened("patients", identity="it.enc.pem")
        self.succeed(*look, "--passphrase-file", "secret")
        self.refuse(1, *look, start_new_session=True)
        result = on_terminal(look, [("Passphrase of the key 'it.enc.pem': ", SECRET + "\n")],
                             cwd=self.folder)
        self.assertEqual(result.code, 0, result.out)


if __name__ == "__main__":
    main()
