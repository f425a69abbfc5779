# SPDX-License-Identifier: Apache-2.0
"""Two clients from npm drive the FHIR API: fhir-kit-client and fhirclient (SMART)."""

import json

from client import ClientTest, main


class Clients(ClientTest):
    def test_two_clients(self):
        archived = self.synth()
        patient = max((r for r in archived.values() if r["resourceType"] == "Patient"),
                      key=lambda p: sum(f"Patient/{p['id']}" in json.dumps(r) for r in archived.values()))
        self.begin("dutch.medark")
        with open(self.path("records.json"), "w", encoding="utf-8") as f:
            json.dump(archived, f)
        self.script("clients.mjs", records=self.path("records.json"), patient=patient["id"])
        self.end()
        rows = [row for row in self.log() if row["detail"] == "FHIR"]
        self.assertEqual({row["kind"] for row in rows}, {"read", "search", "export"})
        self.assertEqual({row["reason"] for row in rows}, {"ETREAT"})


if __name__ == "__main__":
    main()
