# SPDX-License-Identifier: Apache-2.0
"""Progress: it only grows, counts each byte of the sources once, and fits the line."""

import gzip
import json
import os
import re
import shutil
import signal
import subprocess
import tarfile
import time

from archive import ArchiveTest, observation, patient
from cli import MEDARK, environment, main, on_terminal

MB = 10**6


class Progress(ArchiveTest):
    def records(self, size):
        """Some megabytes of records."""
        line = observation(1, 1)
        return (patient(0) + "\n" +
                "".join(line.replace('"o1"', f'"o{i}"') + "\n" for i in range(size // len(line))))

    def watch(self, *args):
        """Runs it with --json and a SIGUSR1 every now and then: (status objects, summary)."""
        # Until the program takes the signal it must not be killed by it.
        child = subprocess.Popen(["sh", "-c", "trap '' USR1; exec \"$@\"", "-", MEDARK, *args,
                                  "--json"], cwd=self.folder, env=environment(),
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE)
        self.addCleanup(child.stdout.close)
        self.addCleanup(child.stderr.close)
        self.addCleanup(child.kill)
        out = b""
        time.sleep(0.05)  # the shell's trap
        os.set_blocking(child.stdout.fileno(), False)
        while child.poll() is None:
            child.send_signal(signal.SIGUSR1)
            time.sleep(0.02)
            out += child.stdout.read() or b""
        out += child.stdout.read() or b""
        self.assertEqual(child.returncode, 0, child.stderr.read())
        lines = [json.loads(line) for line in out.splitlines()]
        status = [line for line in lines if line["message_type"] == "status"]
        return status, lines[-1]

    def check(self, status, phase, total):
        """Bytes grow up to the total, and the rate is what came in the last seconds."""
        seen = [line for line in status if line["phase"] == phase]
        self.assertTrue(seen)
        for line in seen:
            self.assertEqual(line["bytes_total"], total)
            self.assertAlmostEqual(line["percent"], 100 * line["bytes"] / total, delta=0.11)
        self.assertLessEqual(seen[-1]["bytes"], total)
        for name in ("bytes", "percent", "records", "seconds"):
            values = [line[name] for line in seen]
            self.assertEqual(values, sorted(values), name)
        for line in seen[2:]:
            if line["seconds"] < 3:  # the window holds all of it
                self.assertGreater(line["bytes_per_second"],
                                   (line["bytes"] - seen[0]["bytes"]) / line["seconds"] / 3)

    def size(self, *names):
        return sum(os.path.getsize(self.path(name)) for name in names)

    def test_copies_in_one_folder_are_counted_once_each(self):
        text = self.records(4 * MB)
        for i in range(6):
            self.write(f"many/{i}.ndjson", text)
        status, summary = self.watch(*self.export("many", "b.medark"))
        self.check(status, "reading", 6 * len(text))
        self.assertEqual(summary["bytes"], 6 * len(text))
        for line in status:
            if line["phase"] == "indexing":
                self.assertNotIn("percent", line)
                self.assertEqual(line["bytes"], 6 * len(text))

    def test_packed_and_compressed_sources_count_as_they_stand_there(self):
        text = self.records(6 * MB)
        self.write("plain/a.ndjson", text)
        self.write("plain/b.ndjson.gz", gzip.compress(text.encode()))
        with tarfile.open(self.path("c.tar.gz"), "w:gz") as tar:
            tar.add(self.path("plain/a.ndjson"), "a.ndjson")
            tar.add(self.path("plain/b.ndjson.gz"), "b.ndjson.gz")
        total = self.size("plain/a.ndjson", "plain/b.ndjson.gz", "c.tar.gz")
        status, _ = self.watch("export", "c.tar.gz", *self.export("plain", "b.medark")[1:])
        self.check(status, "reading", total)

    def test_verify_and_restore_end_at_their_whole(self):
        text = self.records(4 * MB)
        self.write("plain/a.ndjson", text)
        self.write("plain/b.ndjson.gz", gzip.compress(text.encode()))
        restored = verified = None
        noise = 16 * MB
        while not restored or not verified:  # a machine can be too fast to be asked
            self.assertLess(noise, 2000 * MB)
            self.write("plain/noise", os.urandom(noise))
            self.succeed(*self.export("plain", "b.medark", "--force"))
            shutil.rmtree(self.path("back"), ignore_errors=True)
            restored, _ = self.watch(*self.opened("restore", "--to", "back", "--threads", "1",
                                                  archive="b.medark"))
            verified, _ = self.watch("verify", "b.medark", "--trust", "clinic.cert.pem",
                                     "--threads", "1")
            noise *= 2
        self.check(restored, "restoring",
                   2 * len(text) + self.size("plain/b.ndjson.gz", "plain/noise"))
        self.check(verified, "verifying", self.size("b.medark"))

    def test_a_whole_of_which_a_part_is_not_known_is_not_known(self):
        self.write("plain/a.ndjson", self.records(6 * MB))
        os.mkfifo(self.path("pipe"))
        writer = subprocess.Popen(["sh", "-c", "cat plain/a.ndjson >pipe"], cwd=self.folder)
        self.addCleanup(writer.wait)
        status, _ = self.watch("export", "pipe", *self.export("plain", "b.medark")[1:])
        for line in status:
            self.assertNotIn("percent", line)
            self.assertNotIn("bytes_total", line)
        values = [line["bytes"] for line in status]
        self.assertEqual(values, sorted(values))

    def test_on_a_narrow_line_the_time_left_stays(self):
        wide = r"reading  [0-9.]+ %  .* of .*  \d+ records  item \d+  .*/s  \d:\d\d left"
        middle = r"reading  [0-9.]+ %  [^r]* of [^r]*  .*\d:\d\d left"
        narrow = r"(reading  )?[0-9.]+ %  \d:\d\d left"
        text, copies = self.records(24 * MB), 0
        for columns, want in [(120, wide), (60, middle), (24, narrow)]:
            lines = []
            while not lines:  # nobody knows the time left in the first second
                self.assertLess(copies, 64)
                self.write(f"plain/{copies}.ndjson", text)
                copies += 1
                shown = on_terminal(self.export("plain", "b.medark", "--force", "--threads", "1"),
                                    cwd=self.folder, columns=columns).out
                lines = [line.strip() for line in re.split(r"[\r\n]", shown) if " left" in line]
            for line in lines:
                self.assertRegex(line, f"^{want}$")
                self.assertLess(len(line), columns)


if __name__ == "__main__":
    main()
