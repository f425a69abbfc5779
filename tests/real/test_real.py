# SPDX-License-Identifier: Apache-2.0
"""The published data sets: exported, verified by another user, restored byte for byte, and every
count compared with a second reading of the same files (expected.py).

Each class is the test real/<its name in lower case>.
"""

import collections
import gzip
import os
import subprocess
import zipfile

import expected
from real import DataTest, main, packed, unpack

LARGEST = "9efca32a-04f9-438a-990c-a287e8b62aac"
SMALLEST = "1ae0605d-e5b8-4d6d-a96d-c93dcbd57e06"


def lines_of(top, patient):
    """Every line of a folder's NDJSON that names the patient, without JSON: ids are unique."""
    found = collections.Counter()
    for name in sorted(os.listdir(top)):
        with open(os.path.join(top, name), "rb") as f:
            found.update(line.rstrip(b"\n") for line in f if patient.encode() in line)
    return found


class Agreement(DataTest):
    """Nothing of its own: how an archive is compared with the second reading."""

    def agree(self, seen, want):
        self.assertEqual(seen["types"], dict(want.types))
        self.assertEqual(seen["records"], sum(want.types.values()))
        self.assertEqual(seen["duplicates"], want.duplicates)
        reasons = want.reasons + collections.Counter({expected.NO_PATIENT: len(want.missing())})
        self.assertEqual(seen["reasons"], dict(reasons))
        self.assertEqual(seen["patients"], len(want.patients()))
        self.assertEqual(self.counts(), want.patients())

    def check(self, name, code=0):
        """The whole round trip of a data set; the archive's summary and the expectation."""
        unpack(name, self.path("src"))
        want = expected.Expected(self.path("src"))
        seen = self.export("src", code=code)
        self.agree(seen, want)
        self.assertEqual(seen["bytes"], sum(
            os.path.getsize(os.path.join(folder, each))
            for folder, _, names in os.walk(self.path("src")) for each in names))
        self.round_trip("src")
        return seen, want


class Synthea(Agreement):
    def test_the_bulk_export_of_615_patients(self):
        seen, want = self.check("synthea-r4-ndjson", code=6)
        self.assertEqual((seen["bytes"], seen["records"], seen["patients"]),
                         (262_008_146, 191_093, 615))
        # The folder in which the 16 files are is an item too.
        self.assertEqual(seen["items"], 16 + 1)

        # Every record but those of the directory belongs to exactly one patient.
        outside = want.types["Organization"] + want.types["Practitioner"]
        self.assertEqual((want.types["Organization"], want.types["Practitioner"]), (1093, 1093))
        self.assertEqual((want.outside, want.several), (outside, 0))
        rows = self.counts()
        self.assertEqual(sum(sum(row.values()) for row in rows.values()), 191_093 - outside)

        sizes = {key: sum(row.values()) for key, row in rows.items()}
        self.assertEqual(max(sizes, key=sizes.get), "P" + LARGEST)
        self.assertEqual(min(sizes, key=sizes.get), "P" + SMALLEST)
        for patient, count in [(LARGEST, 1240), (SMALLEST, 59)]:
            self.assertEqual(sizes["P" + patient], count)
            chart = self.chart(patient)
            self.assertEqual({name: len(lines) for name, lines in chart.items()},
                             rows["P" + patient])
            self.assertEqual(collections.Counter(sum(chart.values(), [])),
                             lines_of(self.path("src", "synthea-r4-ndjson"), patient))

        # The bundles from which the set was made each brought their own copy of the practice:
        # most are equal, some differ in a count of encounters. Which one is right only the source
        # knows, so they are kept and named.
        self.assertEqual(seen["duplicates"], 1784)
        self.assertEqual(seen["reasons"], {"duplicate": 198})
        types = collections.Counter(os.path.basename(line["path"]) for line in self.report())
        self.assertLessEqual(set(types), {"Organization.ndjson", "Practitioner.ndjson",
                                          "ExplanationOfBenefit.ndjson"})


class Bundles(Agreement):
    def test_40_r4_and_40_stu3_transaction_bundles(self):
        seen, want = self.check("synthea-bundles")
        # References are urn:uuid within a Bundle; nothing is left over.
        self.assertEqual((seen["records"], seen["patients"], seen["opaque"]), (14_757, 80, 0))
        self.assertEqual((want.several, seen["reasons"]), (0, {}))


class Examples(Agreement):
    def test_5299_examples_of_fhir_r4(self):
        seen, want = self.check("fhir-r4-examples", code=6)
        self.assertEqual(sum(path.endswith(".json") for path in expected.walk(self.path("src"))),
                         5299)
        self.assertEqual(seen["reasons"], {
            # Examples of several artefacts share ids (a StructureDefinition stands in a Bundle of
            # all and alone, with other narrative): 87 with other content.
            "duplicate": 87,
            # 16 name patients of whom the set has no Patient (Patient/infant …), and 3 Claims
            # a contained Patient without an identifier, or a text that is no reference.
            "unknown-reference": 16 + 3,
        })
        self.assertEqual(len(want.missing()), 16)
        # The licence and the package's own index are no FHIR.
        self.assertEqual(seen["opaque"], 2)


class Zib(Agreement):
    def test_271_xml_examples_of_nl_core_r4(self):
        seen, _ = self.check("nl-core-r4-zib2020", code=6)
        # One Procedure names a patient whom the set leaves out.
        self.assertEqual(seen["reasons"], {"unknown-reference": 1})
        self.assertEqual((seen["records"], seen["patients"]), (271, 9))

    def test_208_xml_examples_of_stu3(self):
        seen, _ = self.check("nl-stu3-zib2017")
        self.assertEqual((seen["records"], seen["patients"], seen["reasons"]), (208, 8, {}))


class Packed(Agreement):
    """The same records by other doors: each has to give what the folder gives."""

    def test_a_compressed_tar_is_read_as_a_stream(self):
        name = "synthea-r4-ndjson"
        unpack(name, self.path("src"))
        folder = self.export("src", out="folder.medark", code=6)
        want = self.counts("folder.medark")
        for source, stdin in [(packed(name), None), ("-", packed(name))]:
            with open(stdin or os.devnull, "rb") as f:
                seen = self.export(source, code=6, stdin=f)
            for each in ("records", "patients", "bytes", "items", "types", "reasons", "duplicates"):
                self.assertEqual(seen[each], folder[each], each)
            self.assertEqual(self.counts(), want)
        self.round_trip("src")

    def test_compressed_files_are_looked_into_and_kept_as_they_are(self):
        self.synth("--patients", "40", out="plain")
        plain = self.export("plain", out="plain.medark")
        want = self.counts("plain.medark")
        os.mkdir(self.path("src"))
        for i, name in enumerate(sorted(os.listdir(self.path("plain")))):
            path = self.path("plain", name)
            with open(path, "rb") as f:
                data = f.read()
            if i % 3 == 0:
                self.write(f"src/{name}", data)
            elif i % 3 == 1:
                self.write(f"src/{name}.gz", gzip.compress(data))
            else:
                subprocess.run(["zstd", "-q", path, "-o", self.path("src", name + ".zst")],
                               check=True)
        seen = self.export("src")
        self.assertEqual((seen["types"], seen["items"]), (plain["types"], plain["items"]))
        self.assertEqual(self.counts(), want)
        self.round_trip("src")
        # The name says nothing: what is compressed is known by its first bytes.
        for name in os.listdir(self.path("src")):
            os.rename(self.path("src", name), self.path("src", name.split(".")[0] + ".bin"))
        self.assertEqual(self.export("src")["types"], plain["types"])

    def test_a_zip_gives_what_its_folder_gives(self):
        self.synth("--patients", "40")
        with zipfile.ZipFile(self.path("src.zip"), "w", zipfile.ZIP_DEFLATED) as z:
            for name in sorted(os.listdir(self.path("src"))):
                z.write(self.path("src", name), name)
        folder = self.export("src", out="folder.medark")
        seen = self.export("src.zip")
        self.assertEqual(seen["types"], folder["types"])
        self.assertEqual(self.counts(), self.counts("folder.medark"))
        self.verify_elsewhere()
        self.restore()
        # A zip's times have two seconds and no zone.
        self.same_tree("src", "back", times=False)

    def test_several_sources_stand_side_by_side(self):
        unpack("nl-stu3-zib2017", self.path("zib"))
        self.synth("--patients", "10", out="synth")
        self.write("notes.txt", "read me\n")
        apart = [self.export(each, out=f"{i}.medark") for i, each in
                 enumerate(["zib", "synth", "notes.txt"])]
        seen = self.export("zib", "synth", packed("hl7v2"), "notes.txt", code=6)
        only_v2 = self.export(packed("hl7v2"), out="v2.medark", code=6)
        for each in ("records", "bytes", "items", "opaque"):
            self.assertEqual(seen[each], only_v2[each] + sum(a[each] for a in apart), each)
        self.restore()
        unpack("hl7v2", self.path("v2"))
        self.same_tree("zib", "back/zib")
        self.same_tree("synth", "back/synth")
        self.same_tree("v2", "back/hl7v2.tar.zst")
        with open(self.path("back", "notes.txt", "notes.txt"), encoding="ascii") as f:
            self.assertEqual(f.read(), "read me\n")


class Opaque(Agreement):
    """What is not FHIR is kept byte for byte; nothing in it is taken for a record."""

    # Files in which nothing is recognised, of all; the rest are FHIR that lies among them.
    SETS = {"ccda": (885, 885), "dicom": (207, 207), "edifact": (47, 47), "hl7v2": (166, 169)}

    def test_other_formats_come_back_byte_for_byte(self):
        for name, (opaque, files) in self.SETS.items():
            with self.subTest(name):
                unpack(name, self.path(name))
                self.assertEqual(len(list(expected.walk(self.path(name)))), files)
                # Each HL7v2 sample with its conversion to FHIR repeats ids in other Bundles.
                seen = self.export(name, code=6 if name == "hl7v2" else 0)
                self.assertEqual((seen["opaque"], seen["skipped"]), (opaque, 0))
                self.assertEqual(seen["records"] == 0, opaque == files)
                self.round_trip(name)


if __name__ == "__main__":
    main()
