# SPDX-License-Identifier: Apache-2.0
"""The FHIR API over a chain of archives: the latest of each record, and what was deleted."""

from cli import main
from fhir import FhirTest, about


def goal(name, owner, text):
    return {"resourceType": "Goal", "id": name, "lifecycleStatus": "active", "subject": about(owner), "description": {"text": text},
            "meta": {"versionId": "1"}}


RECORDS = [
    {"resourceType": "Patient", "id": "p1"}, {"resourceType": "Patient", "id": "p2"},
    goal("kept", "p1", "kept"), goal("changed", "p1", "before"), goal("gone", "p1", "gone"),
    {"resourceType": "Practitioner", "id": "d1"}, {"resourceType": "Practitioner", "id": "d2"},
]
DELETED = ["Goal/gone", "Practitioner/d2", "Patient/p2", "Goal/never-archived"]


class Chain(FhirTest):
    def setUp(self):
        super().setUp()
        self.chain(RECORDS, [goal("changed", "p1", "after")], DELETED)

    def test_what_was_deleted_is_gone(self):
        self.begin("2.medark", "1.medark")
        for name in DELETED:
            with self.subTest(name):
                self.refused(self.get("/" + name), 410, "deleted")
                self.refused(self.get("/" + name + "/_history/1"), 410, "deleted")
                self.assertEqual(self.ask("HEAD", "/" + name).status, 410)
        self.refused(self.get("/Patient/p2/$everything"), 410, "deleted")
        for name in ("Goal/none", "Patient/gone", "Goal/" + "x" * 300, "Goal/gone%09"):
            self.refused(self.get("/" + name), 404, "not-found")
        self.assertEqual(self.get("/Goal/changed").json["description"]["text"], "after")
        self.assertEqual(self.get("/Goal/kept").status, 200)
        self.assertEqual(sorted(self.found("/Goal")[0]), ["changed", "kept"])
        self.assertEqual(self.found("/Goal?_id=gone")[0], [])
        self.assertEqual(self.found("/Practitioner")[0], ["d1"])
        self.assertEqual(self.found("/Patient")[0], ["p1"])
        self.end()
        rows = [row for row in self.log() if row.get("record") == "Goal/gone"]
        self.assertEqual({(row["kind"], row["outcome"]) for row in rows}, {("read", 4)})

    def test_before_it_was_deleted_it_is_there(self):
        self.begin("1.medark")
        for name in DELETED[:3]:
            self.assertEqual(self.get("/" + name).status, 200)


if __name__ == "__main__":
    main()
