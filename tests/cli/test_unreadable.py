# SPDX-License-Identifier: Apache-2.0
"""Files of a source that cannot be read: each is told, and no name goes where names are kept."""

import ctypes
import json
import os
import resource

from archive import ArchiveTest
from cli import main, on_terminal

PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 24, 1, 2


def without_privilege():
    """Root reads everything unless these are taken away; who is not root may not, and need not."""
    if os.geteuid() == 0:
        prctl = ctypes.CDLL(None).prctl
        for capability in [CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH]:
            assert prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0


def with_few_descriptors():
    resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))


def with_a_low_soft_limit():
    resource.setrlimit(resource.RLIMIT_NOFILE, (40, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))


class Machine(ArchiveTest):
    """What the machine lacks is no fault of a file: none is left out for it."""

    def refuse_for_descriptors(self):
        self.refuse(1, *self.export("src", "b.medark"), preexec_fn=with_few_descriptors,
                    error="cannot export to 'b.medark': the source cannot be read on: this process "
                    "has as many files open as it may; allow more (ulimit -n 4096) and export again")
        self.succeed(*self.export("src", "b.medark"), preexec_fn=with_a_low_soft_limit)

    def test_too_many_files_at_once_end_the_export(self):
        for i in range(50):
            self.write(f"src/many/{i}.ndjson", "".join(
                '{"resourceType":"Device","id":"d%d-%d"}\n' % (i, n) for n in range(2)))
        self.refuse_for_descriptors()

    def test_too_many_folders_in_each_other_end_the_export(self):
        self.write("src/" + 50 * "f/" + "x", "x")
        self.refuse_for_descriptors()


class Unreadable(ArchiveTest):
    def close_files(self, count):
        self.write("src/Condition.ndjson", '{"resourceType":"Condition","id":"c"}\n')
        for i in range(count):
            self.write(f"src/D/Jansen-{i:02}\x1b[31m.json", '{"resourceType":"Device"}', 0)

    def export_closed(self, *more, **options):
        return self.succeed(*self.export("src", "b.medark", *more), code=6,
                            preexec_fn=without_privilege, **options)

    def test_each_is_told_with_its_number_and_reason(self):
        self.close_files(2)
        result = self.export_closed("--report", "r.jsonl", "--quiet")
        self.assertEqual(result.err, 2 * (
            "medark: warning: a file or folder before item 2: cannot be opened: Permission denied\n") +
            "medark: warning: the archive is written, but incomplete: 0 quarantined, 2 skipped; listed "
            "in r.jsonl\n")
        with open(self.path("r.jsonl"), encoding="utf-8") as f:
            lines = [json.loads(line) for line in f]
        self.assertEqual([(line["reason"], line["detail"]) for line in lines],
                         2 * [("skipped", "cannot be opened: Permission denied")])
        self.assertIn("Jansen-00", lines[0]["path"])

    def test_ten_are_told_and_then_how_many_more(self):
        self.close_files(13)
        self.assertEqual(self.export_closed("-q").err.splitlines()[10],
                         "medark: warning: and 3 more; --report FILE lists all")
        self.assertEqual(self.export_closed("-q", "--force", "--report", "r").err.splitlines()[10],
                         "medark: warning: and 3 more; r lists all")

    def test_a_folder_that_cannot_be_listed_is_told(self):
        self.close_files(0)
        self.write("src/E/x", "x")
        os.chmod(self.path("src/E"), 0)
        self.assertIn("before item 1: cannot be opened: Permission denied\n",
                      self.export_closed("-q").err)
        os.chmod(self.path("src/E"), 0o700)

    def test_json_has_the_count_and_no_name(self):
        self.close_files(2)
        result = self.export_closed("--json")
        status, = [line for line in result.json() if "unreadable" in line]
        self.assertEqual((status["message_type"], status["unreadable"]), ("status", 2))
        self.assertNotIn("Jansen", result.out + result.err)

    def test_a_terminal_shows_the_name_and_is_not_steered_by_it(self):
        self.close_files(1)
        result = on_terminal(self.export("src", "b.medark", "--quiet"), cwd=self.folder,
                             prepare=without_privilege, env={"NO_COLOR": "1"})
        self.assertIn("medark: warning: 'D/Jansen-00\\x1B[31m.json': cannot be opened: Permission "
                      "denied\n", result.out)


if __name__ == "__main__":
    main()
