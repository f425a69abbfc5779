#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks what medark-synth writes: usage: test_synth.py PATH-OF-MEDARK-SYNTH"""

import base64
import collections
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

PROGRAM = None

# Of 12 patients with the default seed. A change here changes every set that anybody has made:
# benchmarks and golden files have to be made anew.
DIGESTS = {
    "--out": "51467c4f3e37a54df2645721b44c554749042f1afb834abd82fb0cf3c0968535",
    "--bundles": "3b2725d7c4d2de041fb0c2804953925f81455909d6df3ce0b06dfa04f539807a",
    "--xml": "2c38ba53ba44e93fbe0bf36a925687000e3ab0c3adc2cb6e12ef024fc768f507",
}

REFERENCE = re.compile(r"(urn:uuid:|[A-Z][A-Za-z]+/)([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$")


def run(*arguments):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False)


def digest(folder):
    total = hashlib.sha256()
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), "rb") as file:
            total.update(name.encode() + b"\0" + hashlib.sha256(file.read()).digest())
    return total.hexdigest()


def read_lines(folder):
    """Lines of each file, as bytes without line ends."""
    lines = {}
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), "rb") as file:
            lines[name] = file.read().splitlines()
    return lines


def walk(value):
    """All members of all objects inside a value, as (name, value)."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield name, member
            yield from walk(member)
    elif isinstance(value, list):
        for member in value:
            yield from walk(member)


def references(resource):
    """What a resource points to, as (prefix, id); an attachment's url may point too."""
    for name, member in walk(resource):
        if name == "reference" or (name == "url" and isinstance(member, str)):
            match = REFERENCE.match(member)
            if match:
                yield match.group(1), match.group(2)
            elif name == "reference":
                raise AssertionError(f"not a reference: {member}")


def leaves(value):
    """The primitives of a resource but its type and its narrative."""
    if isinstance(value, dict):
        for name, member in value.items():
            if name not in ("resourceType", "div"):
                yield from leaves(member)
    elif isinstance(value, list):
        for member in value:
            yield from leaves(member)
    elif isinstance(value, bool):
        yield "true" if value else "false"
    else:
        yield str(value)


def passes_eleven_test(bsn):
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return len(bsn) == 9 and sum(w * int(d) for w, d in zip(weights, bsn)) % 11 == 0


class Synth(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)

    def path(self, name):
        return os.path.join(self.scratch.name, name)

    def make(self, name, *arguments, form="--out"):
        folder = self.path(name)
        done = run(form, folder, *arguments)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return folder

    def make_with_truth(self, name, *arguments):
        truth = self.path(name + ".json")
        folder = self.make(name, *arguments, "--truth", truth)
        with open(truth, encoding="utf-8") as file:
            return folder, json.load(file)

    def test_the_same_options_give_the_same_bytes_everywhere(self):
        for form, expected in DIGESTS.items():
            folders = [self.make(form + n, "--patients", "12", form=form) for n in "ab"]
            self.assertEqual(digest(folders[0]), digest(folders[1]))
            self.assertEqual(digest(folders[0]), expected, form)

    def test_another_seed_gives_other_patients(self):
        one = read_lines(self.make("one", "--patients", "3"))
        two = read_lines(self.make("two", "--patients", "3", "--seed", "2"))
        for name in ("Patient.ndjson", "Observation.ndjson"):
            self.assertFalse(set(one[name]) & set(two[name]))

    def test_a_patient_is_the_same_whatever_the_number_of_patients(self):
        few = read_lines(self.make("few", "--patients", "5"))
        many = read_lines(self.make("many", "--patients", "15"))
        for name, lines in few.items():
            self.assertEqual(lines, many[name][: len(lines)], name)

    def check_set(self, folder, truth):
        """Every line is a resource, every id is its own, every reference resolves."""
        known, pointed = set(), []
        counts = collections.Counter()
        compartments = collections.defaultdict(collections.Counter)
        for name, lines in read_lines(folder).items():
            for line in lines:
                resource = json.loads(line.decode("utf-8"))
                kind = resource["resourceType"]
                self.assertEqual(kind + ".ndjson", name)
                self.assertNotIn((kind, resource["id"]), known)
                known.add((kind, resource["id"]))
                found = {(prefix.rstrip("/"), key) for prefix, key in references(resource)}
                pointed.extend(found)
                counts[kind] += 1
                members = {key for prefix, key in found if prefix == "Patient"}
                if kind == "Patient":
                    members.add(resource["id"])
                for patient in members:
                    compartments[patient][kind] += 1
        self.assertEqual(set(pointed) - known, set())
        expected = dict(truth["records"])
        self.assertEqual(expected.pop("total"), sum(counts.values()))
        self.assertEqual(expected, counts)
        self.assertEqual([c["role"] for c in truth["chosen"]], ["first", "last", "largest"])
        for chosen in truth["chosen"]:
            expected = dict(chosen["records"])
            expected.pop("total")
            self.assertEqual(expected, compartments[chosen["id"]])

    def test_every_reference_resolves_and_the_counts_are_the_truth(self):
        folder, truth = self.make_with_truth("dense", "--patients", "30")
        self.check_set(folder, truth)
        folder, truth = self.make_with_truth(
            "thin", "--patients", "2500", "--records-per-patient", "8", "--seed", "7")
        self.check_set(folder, truth)

    def test_there_are_merged_patients_and_appointments_of_two_patients(self):
        lines = read_lines(
            self.make("thin", "--patients", "2500", "--records-per-patient", "20"))
        merged = [p for p in map(json.loads, lines["Patient.ndjson"]) if "link" in p]
        self.assertTrue(5 <= len(merged) <= 25, len(merged))
        for patient in merged:
            self.assertFalse(patient["active"])
            self.assertEqual(patient["link"][0]["type"], "replaced-by")
        patients = [line.count(b'"Patient/') for line in lines["Appointment.ndjson"]]
        self.assertEqual(set(patients), {1, 2})

    def test_every_bsn_passes_and_belongs_to_one_patient(self):
        lines = read_lines(
            self.make("thin", "--patients", "20000", "--records-per-patient", "1"))
        numbers, local = [], []
        for patient in map(json.loads, lines["Patient.ndjson"]):
            for identifier in patient["identifier"]:
                is_bsn = identifier["system"].endswith("/bsn")
                (numbers if is_bsn else local).append(identifier["value"])
        self.assertEqual(len(set(numbers)), len(numbers))
        self.assertEqual(len(set(local)), 20000)
        self.assertTrue(all(map(passes_eleven_test, numbers)))
        self.assertTrue(all(n.startswith("999") for n in numbers))
        self.assertGreater(sum(n.startswith("99999") for n in numbers), 850)

    def test_shuffling_changes_the_order_and_nothing_else(self):
        plain = read_lines(self.make("plain", "--patients", "40"))
        shuffled = read_lines(self.make("shuffled", "--patients", "40", "--shuffle"))
        self.assertEqual(plain.keys(), shuffled.keys())
        for name, lines in plain.items():
            self.assertEqual(sorted(lines), sorted(shuffled[name]), name)
        subjects = [json.loads(line)["subject"]["reference"]
                    for line in shuffled["Observation.ndjson"]]
        runs = 1 + sum(a != b for a, b in zip(subjects, subjects[1:]))
        self.assertGreater(runs, 20 * 40)

    def test_bundles_hold_the_same_records_and_their_references_resolve(self):
        plain = read_lines(self.make("plain", "--patients", "20"))
        expected = {}
        for lines in plain.values():
            for resource in map(json.loads, lines):
                expected[resource["resourceType"] + "/" + resource["id"]] = resource
        known = set(expected)
        folder = self.make("bundles", "--patients", "20", form="--bundles")
        names = sorted(os.listdir(folder))
        self.assertEqual(names, ["%08d.json" % n for n in range(1, 21)] + ["directory.json"])
        for name in names:
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                bundle = json.load(file)
            inside = {}
            for entry in bundle["entry"]:
                url = entry["request"]["url"]
                self.assertEqual(entry["fullUrl"], "urn:uuid:" + entry["resource"]["id"])
                inside[entry["fullUrl"]] = url
            for entry in bundle["entry"]:
                for prefix, key in references(entry["resource"]):
                    if prefix == "urn:uuid:":
                        self.assertIn(prefix + key, inside)
                    else:
                        self.assertIn(prefix + key, known)
                        self.assertNotIn("urn:uuid:" + key, inside)
                text = json.dumps(entry["resource"])
                text = re.sub(r"urn:uuid:[0-9a-f-]{36}", lambda m: inside[m.group()], text)
                self.assertEqual(json.loads(text), expected.pop(entry["request"]["url"]))
        self.assertEqual(expected, {})

    def test_xml_says_the_same_as_json(self):
        plain = read_lines(self.make("plain", "--patients", "3"))
        expected = {}
        for lines in plain.values():
            for line in lines:
                resource = json.loads(line, parse_float=str, parse_int=str)
                expected[resource["resourceType"], resource["id"]] = sorted(leaves(resource))
        folder = self.make("xml", "--patients", "3", form="--xml")
        space = "{http://hl7.org/fhir}"
        for name in os.listdir(folder):
            root = xml.etree.ElementTree.parse(os.path.join(folder, name)).getroot()
            kind = root.tag.removeprefix(space)
            self.assertTrue(name.startswith(kind + "-"))
            found = []
            for element in root.iter():
                if element.tag.startswith(space):
                    found.extend(element.attrib.values())
            key = kind, root.find(space + "id").get("value")
            self.assertEqual(sorted(found), expected.pop(key), name)
        self.assertEqual(expected, {})

    def test_documents_can_be_read_and_have_their_size(self):
        lines = read_lines(self.make("plain", "--patients", "30"))
        scans = {}
        for scan in map(json.loads, lines["Binary.ndjson"]):
            scans["Binary/" + scan["id"]] = base64.b64decode(scan["data"], validate=True)
        for data in scans.values():
            start = int(re.search(rb"startxref\n(\d+)\n%%EOF\n$", data).group(1))
            self.assertTrue(data.startswith(b"%PDF-1.4\n"))
            places = re.findall(rb"^(\d{10}) 00000 n ", data[start:], re.M)
            for number, place in enumerate(places, 1):
                self.assertTrue(data[int(place):].startswith(b"%d 0 obj\n" % number))
            self.assertEqual(len(places), 6)
        letters = 0
        for document in map(json.loads, lines["DocumentReference.ndjson"]):
            attachment = document["content"][0]["attachment"]
            if "url" in attachment:
                self.assertEqual(len(scans.pop(attachment["url"])), attachment["size"])
                continue
            letter = base64.b64decode(attachment["data"], validate=True)
            self.assertEqual(len(letter), attachment["size"])
            self.assertIn(document["subject"]["display"], letter.decode("utf-8"))
            letters += 1
        self.assertEqual(scans, {})
        self.assertGreater(letters, 0)

    def test_values_are_plausible_and_nothing_but_appointments_lies_ahead(self):
        lines = read_lines(self.make("plain", "--patients", "60", "--end-date", "2025-03-30"))
        for name, texts in lines.items():
            for resource in map(json.loads, texts):
                self.assertLess(resource["meta"]["lastUpdated"], "2025-03-31")
                self.assertGreater(resource["meta"]["lastUpdated"], "2013-12-31")
        for observation in map(json.loads, lines["Observation.ndjson"]):
            self.assertLess(observation["effectiveDateTime"], "2025-03-31")
            self.assertLessEqual(observation["issued"], observation["meta"]["lastUpdated"])
            if "referenceRange" in observation:
                value = observation["valueQuantity"]["value"]
                high = observation["referenceRange"][0]["high"]["value"]
                self.assertTrue(0 <= value < 15 * high, observation)
        starts = [json.loads(line)["start"] for line in lines["Appointment.ndjson"]]
        self.assertTrue(any(start > "2025-03-31" for start in starts))
        self.assertTrue(any(byte > 127 for line in lines["Patient.ndjson"] for byte in line))

    def test_faults_stand_where_the_truth_says(self):
        folder, truth = self.make_with_truth("faults", "--patients", "10", "--faults")
        good = read_lines(self.make("good", "--patients", "10"))
        lines = read_lines(folder)
        faults = {}
        for fault in truth["faults"]:
            line = lines[fault["file"]][fault["line"] - 1]
            faults[fault["kind"]] = line
            if "id" in fault:
                self.assertIn(fault["id"].encode(), line)
        self.assertEqual(
            list(faults), ["duplicate-id", "invalid-utf8", "no-resource-type",
                           "unknown-patient", "unusable-reference", "broken-json"])
        for name, kept in good.items():
            added = [f for f in truth["faults"] if f["file"] == name]
            self.assertEqual(lines[name][: len(kept)], kept)
            self.assertEqual(len(lines[name]), len(kept) + len(added))
        twice = json.loads(faults["duplicate-id"])["id"].encode()
        self.assertEqual(sum(b'"id":"' + twice in line for line in lines["Encounter.ndjson"]), 2)
        with self.assertRaises(UnicodeDecodeError):
            faults["invalid-utf8"].decode("utf-8")
        self.assertNotIn("resourceType", json.loads(faults["no-resource-type"]))
        subject = json.loads(faults["unknown-patient"])["subject"]["reference"]
        self.assertRegex(subject, r"^Patient/[0-9a-f-]{36}$")
        self.assertFalse(any(subject[8:].encode() in line for line in lines["Patient.ndjson"]))
        with self.assertRaises(json.JSONDecodeError):
            json.loads(faults["broken-json"])
        with open(os.path.join(folder, "Observation.ndjson"), "rb") as file:
            self.assertFalse(file.read().endswith(b"\n"))

    def test_bytes_picks_the_number_of_patients(self):
        folder = self.make("bytes", "--bytes", "20M")
        size = sum(entry.stat().st_size for entry in os.scandir(folder))
        self.assertTrue(18e6 < size < 22e6, size)

    def test_a_folder_with_something_in_it_is_refused(self):
        folder = self.path("full")
        os.mkdir(folder)
        with open(os.path.join(folder, "kept"), "w", encoding="utf-8"):
            pass
        done = run("--out", folder)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, f"medark-synth: directory '{folder}' is not empty\n")
        self.assertEqual(os.listdir(folder), ["kept"])

    def test_wrong_use_is_told_and_nothing_is_written(self):
        out = self.path("out")
        for arguments, message in (
                ([], "one of --out, --bundles and --xml is needed; see --help"),
                (["--out", out, "--xml", out],
                 "only one of --out, --bundles and --xml can be given"),
                (["--out", out, "--patients", "many"],
                 "--patients is a number up to 10000000, not 'many'"),
                (["--out", out, "--patients", "0"],
                 "there must be at least one patient and one record"),
                (["--out", out, "--start-date", "2024-02-30"],
                 "--start-date is a date like 2024-05-31, not '2024-02-30'"),
                (["--out", out, "--end-date", "2001-01-01"],
                 "--start-date must come before --end-date"),
                (["--bundles", out, "--shuffle"],
                 "--shuffle and --faults go with --out only"),
                (["--out", out, "more"], "unknown argument 'more'; see --help"),
                (["--nonsense"], "unknown option or missing value; see --help")):
            done = run(*arguments)
            self.assertEqual((done.returncode, done.stderr),
                             (2, f"medark-synth: {message}\n"), arguments)
            self.assertFalse(os.path.exists(out))

    def test_a_failed_write_is_told(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([PROGRAM, "--help"], stdout=full, stderr=subprocess.PIPE,
                                  text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot write to standard output", done.stderr)
        done = run("--out", self.path("missing/out"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot make directory", done.stderr)

    def test_help_and_version_are_there(self):
        self.assertIn("--records-per-patient R", run("--help").stdout)
        self.assertRegex(run("--version").stdout, r"^medark-synth \d+\.\d+\.\d+\n$")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
