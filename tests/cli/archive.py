# SPDX-License-Identifier: Apache-2.0
"""A small clinic for the tests of whole archives: keys, a source, one archive of it."""

import json
import os
import shutil
import tempfile

from cli import Test

# 99999… are numbers for tests; none belongs to a person.
PATIENTS = [
    ("p1", "999990019", "Vries", "Jan", "1970-12-31", "male"),
    ("p2", "999990020", "M\u00fcller", "Sofie", "1981-02-03", "female"),
    ("p3", "999990032", "Vries", "Anna\u001b[31m", "2001-05-06", "female"),
]


def patient(number):
    key, bsn, family, given, birth, gender = PATIENTS[number]
    return json.dumps({
        "resourceType": "Patient", "id": key, "gender": gender, "birthDate": birth,
        "identifier": [{"system": "http://fhir.nl/fhir/NamingSystem/bsn", "value": bsn}],
        "name": [{"family": family, "given": [given]}],
        **({"deceasedDateTime": "2024-03-01"} if key == "p2" else {}),
    })


def observation(number, owner):
    return json.dumps({
        "resourceType": "Observation", "id": f"o{number}", "status": "final",
        "code": {"text": "weight"}, "subject": {"reference": f"Patient/p{owner}"},
        "effectiveDateTime": f"20{number % 25:02}-01-02",
        "valueQuantity": {"value": 50 + number, "unit": "kg"},
    })


class ArchiveTest(Test):
    """Keys and a complete archive are made once for a class, and copied for each test."""

    @classmethod
    def setUpClass(cls):
        cls.clinic = tempfile.mkdtemp(prefix="medark-clinic-")
        cls.addClassCleanup(shutil.rmtree, cls.clinic)
        make = cls("run_medark")
        make.folder = cls.clinic
        for role, out in [("signer", "clinic"), ("recipient", "it"), ("recipient", "other"),
                          ("signer", "stranger")]:
            make.succeed("key", "new", "--role", role, "--name", out, "--out", out)
        make.write("src/Patient.ndjson", "".join(patient(i) + "\n" for i in range(3)))
        make.write("src/Observation.ndjson",
                   "".join(observation(i, i % 3 + 1) + "\n" for i in range(60)))
        make.write("src/notes/read me.txt", b"not a record \x00\xff\n")
        make.succeed(*make.export("src", "a.medark"))

    def setUp(self):
        super().setUp()
        shutil.copytree(self.clinic, self.folder, dirs_exist_ok=True)

    @staticmethod
    def export(source, out, *more):
        return ["export", source, "--recipient", "it.cert.pem", "--signer", "clinic.cert.pem",
                "--signer-key", "clinic.key.pem", "--out", out, *more]

    @staticmethod
    def opened(verb, *more, archive="a.medark", identity="it.key.pem"):
        return [verb, archive, "--identity", identity, "--trust", "clinic.cert.pem", *more]

    def damaged(self, change):
        with open(self.path("a.medark"), "rb") as f:
            content = bytearray(f.read())
        return self.write("bad.medark", bytes(change(content)))

    def tree(self, name):
        top, found = self.path(name), {}
        for folder, _, names in os.walk(top):
            for each in names:
                path = os.path.join(folder, each)
                with open(path, "rb") as f:
                    found[os.path.relpath(path, top)] = f.read()
        return found
