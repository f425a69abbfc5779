# SPDX-License-Identifier: Apache-2.0
"""$summary of an archive that came from a server: references resolve, whether they name that server or not."""

import json

from live import LiveTest, main

import document  # its folder is known by now
from service import PASSWORD, ServiceTest


class Summary(LiveTest, ServiceTest):
    def test_addresses_are_the_servers(self):
        server = self.serve()
        rows = [
            {"resourceType": "Patient", "id": "a", "name": [{"family": "Bakker"}]},
            {"resourceType": "Practitioner", "id": "d", "name": [{"family": "Arts"}]},
            {"resourceType": "Condition", "id": "c", "code": {"text": "x"}, "subject": {"reference": server.base + "/Patient/a"},
             "asserter": {"reference": "Practitioner/d"}},
            {"resourceType": "Procedure", "id": "p", "status": "completed", "code": {"text": "x"}, "subject": {"reference": "Patient/a"},
             "performer": [{"actor": {"reference": server.base + "/Practitioner/d/_history/1"}}]},
        ]
        self.write("src/more.ndjson", "".join(json.dumps(row) + "\n" for row in rows))
        self.live_export(server)
        self.account()
        self.start("live.medark")
        client = self.browser()
        answer = client.post("/token", grant_type="client_credentials", client_id="jansen", client_secret=PASSWORD, reason="TREAT")
        token = {"Authorization": "Bearer " + json.loads(answer.text)["access_token"]}
        bundle = json.loads(client.get("/fhir/Patient/a/$summary", **token).text)
        sections = document.check(self, bundle, {row["resourceType"] + "/" + row["id"]: row for row in rows})
        self.assertEqual([r["id"] for r in sections["problems"][0] + sections["procedures"][0]], ["c", "p"])
        found = {entry["fullUrl"] for entry in bundle["entry"] if not entry["fullUrl"].startswith("urn:uuid:")}
        self.assertEqual(found, {f"{server.base}/{row['resourceType']}/{row['id']}" for row in rows})


if __name__ == "__main__":
    main()
