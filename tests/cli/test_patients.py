# SPDX-License-Identifier: Apache-2.0
"""medark patients: the table, the query, the terminal."""

import os
import subprocess

from archive import PATIENTS, ArchiveTest
from cli import MEDARK, environment, main, on_terminal


class Patients(ArchiveTest):
    def rows(self, *query, **options):
        lines = self.succeed(*self.opened("patients", *query, "--json"), **options).json()
        self.assertEqual(lines[-1]["message_type"], "summary")
        self.assertEqual(lines[-1]["patients"], len(lines) - 1)
        return lines[:-1]

    def test_all_are_listed_with_what_is_known(self):
        rows = {row["id"]: row for row in self.rows()}
        self.assertEqual(sorted(rows), ["p1", "p2", "p3"])
        for key, _, family, given, birth, gender in PATIENTS:
            row = rows[key]
            self.assertEqual((row["family"], row["given"], row["birth_date"], row["gender"]),
                             (family, given, birth, gender))
            self.assertEqual((row["records"], row["deceased"]), (21, key == "p2"))

    def test_a_query_finds_by_id_number_date_and_name(self):
        for query, found in [(["p1"], ["p1"]), (["999990020"], ["p2"]), (["vries"], ["p1", "p3"]),
                             (["VRIES", "jan"], ["p1"]), (["31-12-1970"], ["p1"]),
                             (["31121970"], ["p1"]), (["1970-12-31"], ["p1"]),
                             (["muller"], ["p2"]), (["vries 2001-05-06"], ["p3"]),
                             (["nobody"], [])]:
            with self.subTest(query):
                self.assertEqual(sorted(row["id"] for row in self.rows(*query)), found)

    def test_a_query_is_read_from_standard_input(self):
        self.assertEqual([row["id"] for row in self.rows("-", stdin=b"vries jan\n")], ["p1"])

    def test_the_table_is_aligned_and_counts(self):
        lines = self.succeed(*self.opened("patients")).out.splitlines()
        self.assertEqual(lines[-1], "3 patients")
        self.assertEqual(lines[0].split(),
                         ["ID", "NAME", "BORN", "GENDER", "DIED", "RECORDS", "FIRST", "LAST"])
        place = lines[0].index("BORN")
        self.assertEqual(sorted(line[place:place + 10] for line in lines[1:4]),
                         ["1970-12-31", "1981-02-03", "2001-05-06"])
        self.assertIn("2024-03-01", "".join(lines))
        self.assertEqual(self.succeed(*self.opened("patients", "p1")).out.splitlines()[-1],
                         "1 patient")
        self.assertEqual(self.succeed(*self.opened("patients", "nobody")).out, "0 patients\n")

    def test_a_second_archive_is_no_query(self):
        self.write("b.medark", "")
        for words in [["b.medark"], ["evers", "./b.medark"]]:
            self.refuse(2, *self.opened("patients", *words),
                        error=f"cannot list patients: '{words[-1]}' is a second archive, and only one "
                        "is searched at a time", hint="see: medark help patients")
        self.succeed(*self.opened("patients", "c.medark"))

    def test_a_query_in_the_place_of_the_archive_is_told(self):
        words = self.opened("patients", archive="jacobs")
        self.refuse(1, *words, hint="the first word is the archive: medark patients FILE QUERY")
        self.assertEqual(len(self.refuse(1, "restore", *words[1:], "--to", "x").err.splitlines()), 1)

    def test_more_shows_the_bsn_and_a_narrow_terminal_cuts_no_number(self):
        lines = self.succeed(*self.opened("patients", "-v", "p2")).out.splitlines()
        self.assertEqual(lines[0].split()[:3], ["ID", "BSN", "NAME"])
        self.assertEqual(lines[1].split()[:2], ["p2", "999990020"])
        self.assertNotIn("999990020", self.succeed(*self.opened("patients", "p2")).out)
        self.assertEqual(self.rows("p2")[0]["bsn"], "999990020")
        result = on_terminal(self.opened("patients", "-v"), cwd=self.folder, columns=20)
        for key, bsn, _, _, birth, _ in PATIENTS:
            self.assertRegex(result.out, rf"(?m)^{key} +{bsn} .* {birth}")

    def test_a_limit_says_that_there_are_more(self):
        lines = self.succeed(*self.opened("patients", "--limit", "2", "--json")).json()
        self.assertEqual((lines[-1]["patients"], lines[-1]["more"]), (2, True))
        lines = self.succeed(*self.opened("patients", "--limit", "3", "--json")).json()
        self.assertEqual((lines[-1]["patients"], lines[-1]["more"]), (3, False))

    def test_a_name_cannot_steer_the_terminal_and_rows_fit(self):
        for columns in [40, 80, 132]:
            result = on_terminal(self.opened("patients"), cwd=self.folder, columns=columns)
            self.assertEqual(result.code, 0, result.out)
            self.assertNotIn("\x1b", result.out)
            for line in result.out.splitlines():
                self.assertLessEqual(len(line), columns)
        self.assertIn(r"Vries, Anna\x1B[31m", result.out)

    def test_a_name_cannot_steer_a_terminal_that_shows_json(self):
        self.write("c1.ndjson", '{"resourceType":"Patient","id":"a","name":[{"family":"\x9b31m"}]}')
        self.succeed(*self.export("c1.ndjson", "c1.medark"))
        result = self.succeed(*self.opened("patients", "--json", archive="c1.medark"))
        self.assertNotIn("\x9b", result.out)
        row = result.json()[0]
        self.assertEqual((row["family"], row["row"]["names"][0]["family"]), ("\x9b31m", "\x9b31m"))

    def test_who_has_no_key_is_told_who_has(self):
        self.refuse(5, *self.opened("patients", identity="other.key.pem"),
                    hint="to ask whether somebody can open it: medark inspect a.medark --recipient CERT")
        self.refuse(4, "patients", "a.medark", "--identity", "it.key.pem", "--trust",
                    "stranger.cert.pem")
        self.succeed("patients", "a.medark", env={"MEDARK_IDENTITY": "it.key.pem",
                                                  "MEDARK_TRUST": "clinic.cert.pem"})

    def test_a_reader_that_goes_away_is_no_noise(self):
        gone, out = os.pipe()
        os.close(gone)  # before the program starts: it must not be quicker
        try:
            result = subprocess.run([MEDARK, *self.opened("patients")], cwd=self.folder, stdout=out,
                                    stderr=subprocess.PIPE, env=environment(), check=False)
        finally:
            os.close(out)
        self.assertEqual(result.stderr, b"")
        self.assertEqual(result.returncode, 141)


if __name__ == "__main__":
    main()
