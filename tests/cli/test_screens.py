# SPDX-License-Identifier: Apache-2.0
"""The screens of help: golden, and within 80 columns."""

import subprocess

from cli import MEDARK, VERBS, Test, environment, main


class Screens(Test):
    def test_every_verb_has_a_screen_that_help_and_the_option_show_alike(self):
        for verb in VERBS:
            with self.subTest(verb):
                screen = self.succeed("help", verb)
                self.assertEqual(screen.err, "")
                self.assertEqual(screen.out, self.succeed(verb, "--help").out)
                self.assertEqual(screen.out, self.succeed(verb, "-h").out)
                self.assertIn("\nExamples:\n", screen.out)
                self.assertIn("\nExit codes:\n", screen.out)
                self.check_screen("help-" + verb, screen.out)

    def test_the_overview_names_every_verb(self):
        screen = self.succeed("help")
        self.assertEqual(screen.out, self.succeed("--help").out)
        self.assertEqual(screen.out, self.succeed("-h").out)
        for verb in VERBS:
            self.assertIn("\n  " + verb, screen.out)
        self.check_screen("help", screen.out)

    def test_screens_fit_80_columns(self):
        for args in [["help"], *(["help", verb] for verb in VERBS)]:
            for line in self.succeed(*args).out.splitlines():
                self.assertLessEqual(len(line), 80, line)

    def test_without_a_verb_the_overview_is_shown_and_nothing_counts_as_done(self):
        self.assertEqual(self.succeed(code=2).out, self.succeed("help").out)

    def test_help_for_key_new_is_found_by_both_words(self):
        self.assertEqual(self.succeed("help", "key", "new").out, self.succeed("help", "key").out)
        self.assertEqual(self.succeed("key", "new", "--help").out, self.succeed("help", "key").out)

    def test_the_version_is_told_in_both_forms(self):
        self.assertRegex(self.succeed("version").out, r"^medark \d+\.\d+\.\d+\n$")
        self.assertEqual(self.succeed("version").out, self.succeed("--version").out)
        summary, = self.succeed("version", "--json").json()
        self.assertEqual(summary["message_type"], "summary")
        self.assertEqual("medark " + summary["version"] + "\n", self.succeed("version").out)

    def test_a_result_that_cannot_be_written_is_a_failure(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([MEDARK, "version"], stdout=full, stderr=subprocess.PIPE,
                                  env=environment(), check=False)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr.decode(), "medark: cannot write to standard output: "
                         "No space left on device\n")


if __name__ == "__main__":
    main()
