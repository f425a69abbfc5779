# SPDX-License-Identifier: Apache-2.0
"""Every option of every verb stands in its man page and in every completion."""

import os
import re
import shutil
import subprocess

from cli import ROOT, VERBS, Test, main

COMPLETION = os.path.join(ROOT, "cmd", "completion")


def read(*parts):
    with open(os.path.join(*parts), encoding="utf-8") as f:
        return f.read()


class Options(Test):
    def options(self, verb):
        screen = self.succeed("help", verb).out
        return re.findall(r"^  (?:-\w, )?--([a-z-]+)", screen, re.MULTILINE)

    def test_the_man_page_explains_every_option_and_exit_code(self):
        for verb in VERBS[:-2]:
            page = read(ROOT, "docs", "man", f"medark-{verb}.1")
            screen = self.succeed("help", verb).out
            for option in self.options(verb):
                self.assertRegex(page, rf"\n\.It Fl (\w , )?-{option}\b", (verb, option))
            for code in re.findall(r"^  (\d+)  ", screen, re.MULTILINE):
                self.assertIn(f"\n.It {code}\n", page, verb)

    def test_no_man_page_explains_an_option_that_is_not_there(self):
        for verb in VERBS[:-2]:
            page = read(ROOT, "docs", "man", f"medark-{verb}.1")
            known = set(self.options(verb))
            for option in re.findall(r"\n\.It Fl (?:\w , )?-([a-z-]+)", page):
                self.assertIn(option, known, verb)

    def test_bash_completes_every_option(self):
        bash = shutil.which("bash")
        self.assertIsNotNone(bash, "bash is missing")
        for verb in VERBS[:-2]:
            script = (f"source '{COMPLETION}/medark.bash'; COMP_WORDS=(medark {verb} --); "
                      "COMP_CWORD=2; _medark; printf '%s\\n' \"${COMPREPLY[@]}\"")
            done = subprocess.run([bash, "-c", script], capture_output=True, text=True, check=True)
            self.assertEqual(sorted(done.stdout.split()),
                             sorted("--" + o for o in self.options(verb)), verb)

    def test_fish_completes_every_option(self):
        fish = shutil.which("fish")
        self.assertIsNotNone(fish, "fish is missing")
        for verb in VERBS[:-2]:
            script = f"source '{COMPLETION}/medark.fish'; complete -C 'medark {verb} --'"
            done = subprocess.run([fish, "--no-config", "-c", script], capture_output=True,
                                  text=True, check=True, cwd=self.folder,
                                  env={**os.environ, "HOME": self.folder})
            offered = [line.split("\t")[0] for line in done.stdout.splitlines()]
            self.assertEqual(sorted(offered), sorted("--" + o for o in self.options(verb)), verb)

    def test_zsh_reads_its_completion_and_it_names_every_option(self):
        zsh = shutil.which("zsh")
        self.assertIsNotNone(zsh, "zsh is missing")
        subprocess.run([zsh, "-n", os.path.join(COMPLETION, "_medark")], check=True)
        text = read(COMPLETION, "_medark")
        for verb in VERBS:
            self.assertIn(verb, text)
            for option in self.options(verb):
                self.assertRegex(text, rf"--{option}\b", verb)


if __name__ == "__main__":
    main()
