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
        for wrong in [SECRET + " ", SECRET[1:]]:
            self.write("wrong", wrong, 0o600)
            self.refuse(5, *self.look, "--passphrase-file", "wrong",
                        hint="it was made with another passphrase: check capitals, spaces and the "
                        "keyboard's layout")

    def test_a_passphrase_that_does_not_open_is_said_to(self):
        self.seal()
        self.write("wrong", "wrong\n", 0o600)
        no = "cannot open 'b.medark': "
        self.refuse(5, *self.look, "--passphrase-file", "wrong",
                    error=no + "the passphrase does not open it")
        self.refuse(5, *self.look, "--passphrase-file", "wrong", "--identity", "other.key.pem",
                    error=no + "the passphrase does not open it: no key does")
        self.refuse(5, *self.look, "--identity", "other.key.pem",
                    error=no + "only a passphrase opens it: no key does",
                    hint="it can be opened with a passphrase, too: give --passphrase")
        self.succeed(*self.export("src", "c.medark", "--passphrase-file", "secret"))
        self.refuse(5, "patients", "c.medark", *self.look[2:], "--passphrase-file", "wrong", "--identity",
                    "other.key.pem", error="cannot open 'c.medark': none of the keys given is that "
                    "of one of its recipients (it has 1), and the passphrase does not open it")
        self.refuse(5, "patients", "a.medark", *self.look[2:], "--passphrase-file", "wrong",
                    error="cannot open 'a.medark': the passphrase does not open it: only keys do, and "
                    "none is given",
                    hint="to ask whether somebody can open it: medark inspect a.medark --recipient CERT")

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
        self.seal()
        for mode in [0o640, 0o604, 0o644, 0o660, 0o620, 0o602, 0o601]:
            os.chmod(self.file, mode)
            why = (f"cannot use the passphrase in 'secret': the file is open to others (mode "
                   f"{mode:04o}); chmod 600 it")
            self.refuse(1, *self.export("src", "c.medark", "--passphrase-file", "secret"),
                        error=why)
            self.refuse(1, *self.look, "--passphrase-file", "secret", error=why)
            self.refuse(1, *self.look, error=why, env={"MEDARK_PASSPHRASE_FILE": "secret"})
        os.chmod(self.file, 0o400)
        self.succeed(*self.look, "--passphrase-file", "secret")

    def test_a_file_of_another_user_is_refused(self):
        if os.geteuid() != 0:
            self.skipTest("only root can give a file away")
        os.chown(self.file, 65534, 65534)
        why = "cannot use the passphrase in 'secret': the file belongs to another user"
        self.refuse(1, *self.sealed, "--passphrase-file", "secret", error=why)
        self.refuse(1, *self.look, "--passphrase-file", "secret", error=why)

    def test_a_pipe_is_judged_like_a_file(self):
        self.seal()
        for mode in 0o600, 0o644:
            os.mkfifo(self.path("pipe"), mode)
            os.chmod(self.path("pipe"), mode)
            with subprocess.Popen(["sh", "-c", "exec cat secret >pipe"], cwd=self.folder) as writer:
                result = self.run_medark(*self.look, "--passphrase-file", "pipe")
                writer.wait(60)
            self.assertEqual(result.code, 0 if mode == 0o600 else 1, result.err)
            os.unlink(self.path("pipe"))
        # What a shell makes of <(cat secret).
        self.succeed(*self.look, "--passphrase-file", "/dev/stdin", stdin=SECRET.encode())

    def test_what_is_no_passphrase_is_refused(self):
        self.write("empty", "", 0o600)
        self.write("line", "\n", 0o600)
        for name, why in [("empty", "it is empty"), ("line", "it is empty"),
                          ("nowhere", "No such file or directory")]:
            self.refuse(1, *self.sealed, "--passphrase-file", name,
                        error=f"cannot read the passphrase from '{name}': {why}")

    def test_what_stock_tools_would_read_otherwise_is_refused(self):
        """By an export and by whatever opens an archive (F-10)."""
        self.seal()
        refused = [("x" * 1001, "it is longer than 1000 bytes"),
                   ("x" * 1000 + "\r\n\n", "it is longer than 1000 bytes")]
        refused += [(text, "it is more than one line, or holds a NUL")
                    for text in ["two\nlines\n", "one\n\n", "a\0b", SECRET + "\0\n", "a\r\r\n",
                                 "a\n\r\n"]]
        restore = self.opened("restore", "--to", "out")
        for text, why in refused:
            self.write("odd", text, 0o600)
            for verb in [self.sealed, self.look, restore]:
                self.refuse(2, *verb, "--passphrase-file", "odd",
                            error=f"cannot use the passphrase from 'odd': {why}")
            self.refuse(2, *self.look, "--passphrase-command", "cat odd",
                        error=f"cannot use the passphrase from the passphrase command: {why}")
        for text in ["x" * 1000 + "\r\n", " \rx\t\n"]:
            os.unlink(self.path("b.medark"))
            self.write("odd", text, 0o600)
            self.succeed(*self.sealed, "--passphrase-file", "odd")
            self.succeed(*self.look, "--passphrase-file", "odd")

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
