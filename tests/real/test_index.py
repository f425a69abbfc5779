# SPDX-License-Identifier: Apache-2.0
"""Names that a hostile source could choose: whatever it says, the archive that comes of it opens.

Each class is the test real/<its name in lower case>.
"""

import io
import json
import os
import tarfile

from real import RealTest, main
from test_input import about, ndjson, patient

ODD = ["a\tb", "a\nb", "a\rb", "a\\b", 'a"b', "a\u0000b", "a\u0001b", "a\u007fb", "a b", "a:b", "a/b",
       "\\", "\t", '"', "\u0000", "{}", "é", "%s", "x" * 300]


class Index(RealTest):
    """Rows are looked at as a reader will before they are written; here, that they all pass."""

    def opens(self, *sources, code=6):
        seen = self.export(*sources, code=code)
        self.verify_elsewhere()
        self.assertEqual(len(self.patients()), seen["patients"])
        self.restore()
        return seen

    def test_ids_types_and_identifiers_of_any_form(self):
        records = []
        for odd in ODD:
            records += [
                {"resourceType": "Organization", "id": odd},
                {"resourceType": odd, "id": "o1"},
                {"resourceType": odd, "id": odd},
                {"resourceType": odd, "id": odd, "subject": {"reference": "Patient/p1"}},
                patient(odd, name=[{"family": odd, "given": [odd], "text": odd}], birthDate=odd,
                        gender=odd, deceasedDateTime=odd,
                        identifier=[{"system": odd, "value": odd}],
                        link=[{"other": {"reference": "Patient/" + odd}, "type": odd}]),
                about(1, odd), about(odd, "p1", effectiveDateTime=odd),
                about(2, {"reference": "urn:uuid:" + odd}),
                about(3, {"identifier": {"system": odd, "value": odd}}),
            ]
        self.write("src/a.ndjson", ndjson(patient("p1"), *records))
        self.write("src/b.json", json.dumps({"resourceType": "Bundle", "entry": [
            {"fullUrl": odd, "resource": {"resourceType": "Patient"}} for odd in ODD]}))
        self.opens("src")
        self.assertEqual(self.chart("p1")["Patient"], [json.dumps(patient("p1")).encode()])

    def told_of(self, large):
        """Exports one Patient beside another; that it is too large for a row is told, and nothing
        else comes of it. Gives its row."""
        self.write("src/a.ndjson", ndjson(large, patient("p2", name=[{"family": "Vries"}])))
        seen = self.opens("src")
        self.same_tree("src", "back")
        self.assertEqual(seen["reasons"], {"too-large": 1})
        told, = self.report()
        self.assertEqual((told["item"], told["offset"], told["detail"]), (
            0, 0, "the index has no room for all names, identifiers and links of this patient"))
        self.assertEqual(list(self.patients("Vries")), ["Pp2"])
        self.assertEqual(self.chart("big")["Patient"], [json.dumps(large).encode()])
        return self.patients("big")["Pbig"]

    def test_names_that_no_row_has_room_for(self):
        # Six bytes each in JSON: 32 names of 76 KiB would take 15 MB.
        long = "\x01" * 4096
        names = [{"family": long, "given": [long] * 15, "text": long} for _ in range(31)]
        row = self.told_of(patient("big", name=[*names, {"family": "Zwart"}], gender="other"))
        self.assertEqual(row["gender"], "other")
        self.assertLess(len(row["names"]), 31)
        self.assertEqual(row["names"][:-1], [
            {"family": long, "given": " ".join([long] * 15), "text": long}] * (len(row["names"]) - 1))
        self.assertEqual(row["names"][-1], {"family": "Zwart"})
        self.assertEqual(list(self.patients("zwart")), ["Pbig"])

    def test_everything_else_fits_beside_them(self):
        # As much of everything as is looked at, in a line that is short enough to be held.
        long, key = "\x01" * 4096, "\x02" * 500
        row = self.told_of(patient(
            "big", birthDate=long, gender=long, deceasedDateTime=long,
            identifier=[{"system": long, "value": long}] * 64,
            name=[{"family": long, "given": [long] * 15}] * 26,
            link=[{"type": long, "other": {"identifier": {"system": key, "value": key}}}] * 64))
        self.assertEqual((len(row["identifiers"]), len(row["links"])), (64, 64))
        self.assertEqual((row["birth"], row["gender"], row["deceased"]), (long, long, long))

    def test_an_identifier_that_no_row_has_room_for(self):
        large = {"system": "s" * 4096, "value": "v" * 4096}
        row = self.told_of(patient("big", identifier=[large, {"system": "s", "value": "x17"}]))
        self.assertEqual(row["identifiers"], [["s" * 4096, "v" * 4096], ["s", "x17"]])
        self.assertEqual(list(self.patients("x17")), ["Pbig"])

    def test_more_names_identifiers_and_links_than_are_looked_at(self):
        for more in [{"identifier": [{"system": "s", "value": f"v{i}"} for i in range(65)]},
                     {"name": [{"family": f"F{i}"} for i in range(33)]},
                     {"name": [{"family": "F", "given": [f"G{i}" for i in range(17)]}]},
                     {"name": [{"family": "f" * 4097}]},
                     {"link": [{"type": "seealso", "other": {"reference": "Patient/p2"}}
                               for _ in range(65)]}]:
            with self.subTest(list(more)):
                self.told_of(patient("big", **more))

    def test_names_of_more_words_than_a_row_of_the_sorter_holds(self):
        # One letter of three bytes, and four words of it: 17 MB of search words.
        many = [{"family": "\ufdfa" * 1365, "given": ["\ufdfa" * 1365] * 15}] * 31
        self.write("src/a.ndjson", ndjson(patient("big", name=[*many, {"family": "Zwart"}]),
                                          patient("p2")))
        self.opens("src", code=0)
        for word in "\u0635\u0644\u0649", "zwart":
            self.assertEqual(list(self.patients(word)), ["Pbig"])

    def tar(self, name, *members):
        with tarfile.open(self.path(name), "w", format=tarfile.GNU_FORMAT) as f:
            for path, mtime in members:
                info = tarfile.TarInfo(path)
                info.mtime, info.size = mtime, 1
                f.addfile(info, io.BytesIO(b"x"))

    def test_times_that_nobody_has(self):
        times = [-2**63, 2**63 - 1, -2**63 + 1, -1, 0, 2**40]
        self.tar("a.tar", *[(f"f{i}", each) for i, each in enumerate(times)])
        self.opens("a.tar", code=0)
        self.assertEqual(len(os.listdir(self.path("back"))), len(times))

    def test_the_longest_paths_behind_the_longest_name_of_a_source(self):
        deep = "/".join(["d" * 99] * 40)  # cut off at what a source gives
        name = "n" * 251 + ".tar"
        for folder in ("one", "two"):
            os.mkdir(self.path(folder))
            self.tar(f"{folder}/{name}", (deep, 0), (deep[:3800 - 1], 0))
        seen = self.opens(f"one/{name}", f"two/{name}")
        self.assertEqual((seen["items"], seen["skipped"]), (4, 2))


if __name__ == "__main__":
    main()
