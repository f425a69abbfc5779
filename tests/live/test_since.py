# SPDX-License-Identifier: Apache-2.0
"""medark export --since auto: only what has changed, and what was deleted, as increments of a chain."""

import json
import os

from live import LiveTest, main


def line(kind, name, **more):
    return json.dumps({"resourceType": kind, "id": name, **more}, separators=(",", ":")).encode() + b"\n"


class Since(LiveTest):
    def increments(self, **options):
        """A server, its whole archive, and an increment after something has changed."""
        server = self.serve(**options)
        self.live_export(server, out="1.medark")
        for name in os.listdir(server.folder):
            path = os.path.join(server.folder, name)
            if name.endswith(".ndjson"):
                os.remove(path)
        self.write("src/Observation.ndjson", line("Observation", "o1", subject={"reference": "Patient/p1"}, status="amended"))
        self.write("src/gone.ndjson", json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": [
            {"request": {"method": "DELETE", "url": "Condition/c1"}},
            {"request": {"method": "DELETE", "url": server.base + "/Condition/c2"}}]}).encode() + b"\n")
        server.deleted, server.time = ["gone.ndjson"], "2026-11-23T03:00:00Z"
        return server

    def info(self, archive):
        return self.succeed("inspect", archive, "--json").json()[-1]

    def test_it_asks_from_the_time_of_the_archive_before(self):
        server = self.increments()
        self.live_export(server, "--previous", "1.medark", "--since", "auto", out="2.medark")
        self.assertEqual([query for _, query in server.asked.values()],
                         [{}, {"_since": "2026-11-22T03:00:00.123+01:00"}])
        first, second = self.info("1.medark"), self.info("2.medark")
        self.assertEqual((first["increment"], first["source"]), (False, "fhir"))
        self.assertEqual(first["servers"], [{"base": server.base, "time": "2026-11-22T03:00:00.123+01:00", "since": None}])
        self.assertEqual(second["servers"], [{"base": server.base, "time": "2026-11-23T03:00:00Z",
                                              "since": "2026-11-22T03:00:00.123+01:00"}])
        self.assertEqual((second["increment"], second["records"], second["complete"]), (True, 1, True))
        self.succeed("verify", "1.medark", "2.medark", "--trust", "clinic.cert.pem")

    def test_a_server_that_wants_post(self):
        server = self.increments()
        server.kick_off = {"POST"}
        self.live_export(server, "--previous", "1.medark", "--since", "auto", out="2.medark")
        self.assertEqual(list(server.asked.values())[-1][1], {"_since": "2026-11-22T03:00:00.123+01:00"})

    def test_a_server_that_cannot_tell_gives_everything(self):
        server = self.increments()
        server.parameters = set()
        result = self.live_export(server, "--previous", "1.medark", "--since", "auto", out="2.medark", code=6)
        self.assertIn("cannot tell what has changed", result.err)
        self.assertEqual(self.info("2.medark")["increment"], False)

    def test_what_does_not_fit_is_refused(self):
        server = self.increments()
        self.refuse(2, *self.export("fhir+" + server.base, "x.medark", "--since", "auto"))
        self.refuse(2, *self.export("fhir+" + server.base, "x.medark", "--previous", "1.medark", "--since", "2026-11-22"))
        self.refuse(2, *self.export("src", "x.medark", "--previous", "1.medark", "--since", "auto"))
        self.succeed(*self.export("src", "files.medark"), code=6)
        message = self.refuse(2, *self.export("fhir+" + server.base, "x.medark", "--previous", "files.medark",
                                              "--since", "auto"))
        self.assertIn("does not say as of when", message.err)

    def test_deletions_that_nobody_understands_make_it_incomplete(self):
        server = self.increments()
        self.write("src/gone.ndjson", b'{"resourceType":"Bundle","entry":[{"request":{"method":"PUT","url":"Condition/c1"}}]}\n')
        result = self.live_export(server, "--previous", "1.medark", "--since", "auto", "--json", out="2.medark", code=6)
        self.assertEqual(result.json()[-1]["missing"], 1)


class Levels(LiveTest):
    def test_a_group(self):
        server = self.serve()
        self.live_export(server, "--group", "g1")
        self.assertEqual([path for path, _ in server.asked.values()], ["Group/g1/$export"])
        self.refuse(1, *self.export("fhir+" + server.base, "x.medark", "--group", "g2"))


if __name__ == "__main__":
    main()
