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
