# SPDX-License-Identifier: Apache-2.0
"""medark items: the files of an archive, and what of them is in quarantine."""

import gzip
import json
import os
import subprocess

from archive import ArchiveTest
from cli import MEDARK, environment, main, on_terminal

NAME = "jansen\x1b[31m\tx.ndjson"


class Items(ArchiveTest):
    def rows(self, *more, archive="a.medark"):
        lines = self.succeed(*self.opened("items", *more, "--json", archive=archive)).json()
        self.assertEqual(lines[-1]["message_type"], "summary")
        count = lines[-1]["quarantined" if "--quarantined" in more else "items"]
        self.assertEqual(count, len(lines) - 1)
        return lines[:-1]

    def broken(self):
        """An archive with something of each kind, and the export's report of it."""
        good = '{"resourceType":"Patient","id":"x"}\n'
        self.write("src/" + NAME, good + '{"resourceType":"Patient","id":"y"\n')
        self.write("src/packed.ndjson.gz", gzip.compress(b'{"resourceType":"Basic","id":"z"}\n{\n'))
        os.symlink("nowhere", self.path("src/link"))
        os.utime(self.path("src/notes/read me.txt"), (86400, 86400))
        self.succeed(*self.export("src", "b.medark", "--report", "report.jsonl"), code=6)
        with open(self.path("report.jsonl"), encoding="utf-8") as f:
            return [json.loads(line) for line in f]

    def test_every_file_is_listed_with_what_it_is(self):
        self.broken()
        os.remove(self.path("src/link"))
        rows = {row["path"]: row for row in self.rows(archive="b.medark")
                if not row["kind"].startswith("decoded")}
        tree = self.tree("src")
        self.assertEqual(set(rows), {*tree, "notes"})
        for path, content in tree.items():
            mode = os.stat(self.path("src", path)).st_mode & 0o7777
            self.assertEqual((rows[path]["size"], rows[path]["mode"]), (len(content), f"{mode:04o}"))
        self.assertEqual(rows["notes"]["kind"], "dir")
        kinds = {path: (row["kind"], row["records"]) for path, row in rows.items()}
        self.assertEqual(kinds["Patient.ndjson"], ("ndjson", 3))
        self.assertEqual(kinds["Observation.ndjson"], ("ndjson", 60))
        self.assertEqual(kinds["notes/read me.txt"], ("opaque", 0))
        self.assertEqual(kinds["packed.ndjson.gz"][0], "opaque")
        self.assertEqual(rows["notes/read me.txt"]["modified"], "1970-01-02T00:00:00Z")

    def test_what_was_compressed_names_its_item(self):
        self.broken()
        rows = self.rows(archive="b.medark")
        self.assertEqual([row["number"] for row in rows], list(range(len(rows))))
        inside, = (row for row in rows if row["kind"] == "decoded:ndjson")
        self.assertTrue(rows[inside["parent"]]["path"].endswith("packed.ndjson.gz"))
        self.assertTrue(all(row["parent"] is None for row in rows if row is not inside))
        lines = self.succeed(*self.opened("items", archive="b.medark")).out.splitlines()
        self.assertEqual(lines[-1], f"{len(rows)} items, 1 of them decoded from compressed ones")
        for limit, decoded in [(0, 1), (inside["number"], 0)]:
            summary = self.succeed(*self.opened("items", "--json", "--limit", str(limit),
                                                archive="b.medark")).json()[-1]
            self.assertEqual(summary["decoded"], decoded)

    def test_the_quarantine_is_what_the_report_of_the_export_says(self):
        report = self.broken()
        found = self.rows("--quarantined", archive="b.medark")
        self.assertEqual(len(found), 3)

        def key(row):
            return (row["reason"], row.get("item"), row.get("offset") or 0, row.get("length") or 0)

        self.assertEqual(sorted(map(key, found), key=str),
                         sorted((key(row) for row in report if row["reason"] != "opaque"), key=str))
        names = {row["reason"]: row for row in found}
        self.assertIn("link", names["skipped"]["detail"])
        self.assertEqual((names["skipped"]["item"], names["skipped"]["path"]), (None, None))
        broken = [row for row in found if row["path"] and row["path"].endswith("x.ndjson")]
        self.assertEqual([row["offset"] for row in broken], [36])
        with open(self.path("src", NAME), "rb") as f:
            content = f.read()
        row = broken[0]
        self.assertIn(b'"id":"y"', content[row["offset"]:row["offset"] + row["length"]])

    def test_a_complete_archive_has_an_empty_quarantine(self):
        self.assertEqual(self.rows("--quarantined"), [])
        self.assertNotIn("decoded", self.succeed(*self.opened("items", "--quarantined",
                                                              "--json")).json()[-1])
        self.assertEqual(self.succeed(*self.opened("items", "--quarantined")).out,
                         "0 in quarantine or skipped\n")

    def test_names_cannot_steer_the_terminal(self):
        self.broken()
        for more in [[], ["--quarantined"]]:
            result = on_terminal(self.opened("items", *more, archive="b.medark"), cwd=self.folder)
            self.assertEqual(result.code, 0, result.out)
            self.assertNotIn("\x1b", result.out)
            self.assertIn("jansen\\x1B[31m\\x09x.ndjson", result.out)

    def test_the_table_counts_and_a_limit_says_that_there_are_more(self):
        count = len(self.rows())
        lines = self.succeed(*self.opened("items")).out.splitlines()
        self.assertEqual(lines[0].split(), ["ITEM", "KIND", "BYTES", "RECORDS", "MODIFIED", "PATH"])
        self.assertEqual(lines[-1], f"{count} items")
        self.assertEqual(len(lines), count + 2)
        lines = self.succeed(*self.opened("items", "--limit", "2")).out.splitlines()
        self.assertEqual(lines[-1], "2 shown, there are more: add --limit N (0: all)")
        summary = self.succeed(*self.opened("items", "--limit", "2", "--json")).json()[-1]
        self.assertEqual((summary["items"], summary["more"]), (2, True))

    def test_a_terminal_gets_200_rows_unless_a_limit_is_given(self):
        self.write_many()
        for more, shown, end in [
                ([], 200, "200 shown, there are more: add --limit N (0: all)"),
                (["--limit", "201"], 201, "201 shown, there are more: add --limit N (0: all)"),
                (["--limit", "0"], 3000, "3000 items")]:
            with self.subTest(more):
                result = on_terminal(self.opened("items", *more, archive="many.medark"),
                                     cwd=self.folder)
                self.assertEqual(result.code, 0, result.out)
                lines = result.out.splitlines()
                self.assertEqual(lines[-1], end)
                self.assertEqual(sum("x" * 60 in line for line in lines), shown)
        # Elsewhere, and as JSON, all rows come.
        lines = self.succeed(*self.opened("items", archive="many.medark")).out.splitlines()
        self.assertEqual((lines[-1], len(lines)), ("3000 items", 3002))
        result = on_terminal(self.opened("items", "--json", archive="many.medark"), cwd=self.folder)
        self.assertEqual(sum("x" * 60 in line for line in result.out.splitlines()), 3000)

    def test_a_limit_holds_for_the_quarantine(self):
        self.broken()
        whole = self.rows("--quarantined", archive="b.medark")
        for limit, shown in [(1, 1), (2, 2), (3, 3), (4, 3), (0, 3)]:
            with self.subTest(limit):
                more = ["--quarantined", "--limit", str(limit)]
                *rows, summary = self.succeed(*self.opened("items", *more, "--json",
                                                           archive="b.medark")).json()
                self.assertEqual(rows, whole[:shown])
                self.assertEqual((summary["quarantined"], summary["more"]), (shown, shown < 3))
                lines = self.succeed(*self.opened("items", *more, archive="b.medark")).out.splitlines()
                self.assertEqual(len(lines), shown + 2)
                self.assertEqual(lines[-1], "3 in quarantine or skipped" if shown == 3 else
                                 f"{shown} shown, there are more: add --limit N (0: all)")

    def test_a_terminal_gets_200_rows_of_the_quarantine(self):
        self.write("src/broken.ndjson", "".join(
            f'{{"resourceType":"Basic","id":"b{i}"}}\n{{"resourceType":"Basic"\n' for i in range(201)))
        self.succeed(*self.export("src", "b.medark"), code=6)
        more = ["--quarantined"]
        result = on_terminal(self.opened("items", *more, archive="b.medark"), cwd=self.folder)
        self.assertEqual(result.out.splitlines()[-1],
                         "200 shown, there are more: add --limit N (0: all)")
        self.assertEqual(result.out.count("broken.ndjson"), 200)
        more += ["--limit", "0"]
        result = on_terminal(self.opened("items", *more, archive="b.medark"), cwd=self.folder)
        self.assertEqual(result.out.splitlines()[-1], "201 in quarantine or skipped")

    def test_without_a_key_or_trust_nothing_is_listed(self):
        self.refuse(5, *self.opened("items", identity="other.key.pem"),
                    error="cannot open 'a.medark': none of the keys given is that of "
                    "one of its recipients (it has 1)")
        self.write("bad.medark", b"no archive")
        result = self.succeed(*self.opened("items", archive="bad.medark"), code=3)
        self.assertEqual(result.out, "")
        self.assertEqual(self.succeed("items", "a.medark", "--identity", "it.key.pem", "--trust",
                                      "stranger.cert.pem", code=4).out, "")
        self.succeed(*self.opened("items", "b.medark"), code=2)

    def test_a_closed_pipe_ends_it_without_a_word(self):
        self.write_many()
        with subprocess.Popen([MEDARK, *self.opened("items", archive="many.medark")],
                              cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=environment()) as process:
            process.stdout.readline()
            process.stdout.close()
            self.assertEqual(process.stderr.read(), b"")
            self.assertEqual(process.wait(), 141)

    def write_many(self):
        for i in range(3000):
            self.write(f"many/{i}-{'x' * 60}", b"x")
        self.succeed(*self.export("many", "many.medark"))


if __name__ == "__main__":
    main()
