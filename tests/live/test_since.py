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
        self.assertEqual(first["servers"], [{"base": server.base, "time": "2026-11-22T03:00:00.123+01:00", "since": None, "partial": False}])
        self.assertEqual(second["servers"], [{"base": server.base, "time": "2026-11-23T03:00:00Z",
                                              "since": "2026-11-22T03:00:00.123+01:00", "partial": False}])
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

    def test_of_some_patients_there_is_no_increment(self):
        """Who joins a group would come without what did not change lately."""
        server = self.serve()
        server.levels = {"$export", "Group/g1/$export"}
        address = "fhir+" + server.base
        self.live_export(server, "--group", "g1", out="1.medark")
        self.assertTrue(self.info("1.medark")["servers"][0]["partial"])
        message = self.refuse(2, *self.export(address, "2.medark", "--previous", "1.medark", "--since", "auto"))
        self.assertIn("is of several sources or some patients", message.err)
        self.live_export(server, "--previous", "1.medark", out="2.medark")
        for more in (("--group", "g1"), ("--patients", "list")):
            message = self.refuse(2, *self.export(address, "3.medark", "--previous", "2.medark", "--since", "auto", *more))
            self.assertIn("is for all patients of a server", message.err)
        self.live_export(server, "--previous", "2.medark", "--since", "auto", out="3.medark")

    def test_of_several_sources_there_is_no_increment(self):
        server = self.serve()
        self.write("letters/a.txt", b"a letter")
        address = "fhir+" + server.base
        args = self.export(address, "1.medark")
        self.succeed(*args[:args.index(address) + 1], "letters", *args[args.index(address) + 1:])
        self.assertEqual(self.info("1.medark")["sources"], 2)
        self.refuse(2, *self.export(address, "2.medark", "--previous", "1.medark", "--since", "auto"))

    def test_deletions_that_nobody_understands_make_it_incomplete(self):
        server = self.increments()
        self.write("src/gone.ndjson", b'{"resourceType":"Bundle","entry":[{"request":{"method":"PUT","url":"Condition/c1"}}]}\n')
        result = self.live_export(server, "--previous", "1.medark", "--since", "auto", "--json", out="2.medark", code=6)
        self.assertEqual(result.json()[-1]["missing"], 1)


class Lacking(LiveTest):
    def test_it_does_not_begin_with_an_archive_that_lacks_something(self):
        server = self.serve()
        server.manifest = lambda m: m["output"].append({"type": "Condition"})
        self.live_export(server, out="1.medark", code=6)
        server.manifest = None
        result = self.refuse(2, *self.export("fhir+" + server.base, "2.medark", "--previous", "1.medark",
                                             "--since", "auto"))
        self.assertIn("the previous archive lacks some of what this server has", result.err)


class Runs(LiveTest):
    """medark run with full-every: what is whole, and what is an increment."""

    def setUp(self):
        super().setUp()
        os.mkdir(self.path("archives"), 0o700)
        self.server = self.serve()

    def night(self, full_every, code=0):
        self.write("nightly.conf", f"source = fhir+{self.server.base}\narchives = archives\nrecipient = it.cert.pem\n"
                   f"signer = clinic.cert.pem\nsigner-key = clinic.key.pem\nfull-every = {full_every}\n")
        return self.succeed("run", "nightly", "--config", ".", "--json", code=code).json()[-1]

    def kinds(self):
        return [self.succeed("inspect", "archives/" + name, "--json").json()[-1]["increment"]
                for name in sorted(os.listdir(self.path("archives"))) if name.endswith(".medark")]

    def test_one_of_three_is_whole(self):
        for _ in range(5):
            self.night(3)
        self.assertEqual(self.kinds(), [False, True, True, False, True])

    def test_a_group_is_whole_each_night(self):
        self.write("nightly.conf", f"source = fhir+{self.server.base}\narchives = archives\nrecipient = it.cert.pem\n"
                   "signer = clinic.cert.pem\nsigner-key = clinic.key.pem\nfull-every = 7\ngroup = g1\n")
        self.assertIn("not for a group or a list", self.refuse(2, "run", "nightly", "--config", ".").err)

    def test_behind_one_that_lacks_something_comes_a_whole_one(self):
        self.night(10)
        self.server.manifest = lambda m: m["output"].append({"type": "Condition"})
        self.night(10, code=6)
        self.server.manifest = None
        self.night(10)
        self.assertEqual(self.kinds(), [False, True, False])


class Levels(LiveTest):
    def test_a_group(self):
        server = self.serve()
        self.live_export(server, "--group", "g1")
        self.assertEqual([path for path, _ in server.asked.values()], ["Group/g1/$export"])
        self.refuse(1, *self.export("fhir+" + server.base, "x.medark", "--group", "g2"))


if __name__ == "__main__":
    main()
