# SPDX-License-Identifier: Apache-2.0
"""medark export fhir+http://…: bulk export, from a server that behaves, and from others."""

import os

from live import LiveTest, main


class Bulk(LiveTest):
    def same_as_the_folder(self, archive="live.medark"):
        os.remove(self.path("src/notes/read me.txt"))
        os.rmdir(self.path("src/notes"))
        self.succeed(*self.export("src", "folder.medark", "--force"))
        self.assertEqual(self.records(archive), self.records("folder.medark"))

    def nothing_is_left(self):
        self.assertEqual([name for name in os.listdir(self.folder) if "medark-job" in name], [])

    def test_an_open_server(self):
        server = self.serve()
        result = self.live_export(server, "--json").json()[-1]
        self.assertEqual((result["records"], result["patients"], result["complete"]), (63, 3, True))
        self.assertEqual(server.count("DELETE", "/fhir/status/"), 1)
        self.nothing_is_left()
        self.same_as_the_folder()

    def test_smart_backend_services_with_each_kind_of_key(self):
        for kind, option in [("ec", "ec_paramgen_curve:P-384"), ("ec", "ec_paramgen_curve:P-256"),
                             ("rsa", "rsa_keygen_bits:3072")]:
            with self.subTest(option):
                server = self.serve(client_keys={"k1": self.client_key(kind, option)})
                self.live_export(server, "--auth", self.smart(), "--force")
        self.nothing_is_left()
        self.same_as_the_folder()

    def test_other_ways_of_showing_who_asks(self):
        server = self.serve(client_secret="canary: &=%")
        self.live_export(server, "--auth", self.auth(method="client-secret", client_id="medark",
                                                     client_secret="canary: &=%"))
        server = self.serve(bearer="canary-bearer")
        self.live_export(server, "--auth", self.auth(method="bearer", token="canary-bearer"), "--force")
        self.refuse(1, *self.export("fhir+" + server.base, "x.medark"))

    def test_a_token_that_ends_is_renewed(self):
        server = self.serve(client_keys={"k1": self.client_key()})
        server.token_seconds = 1
        self.live_export(server, "--auth", self.smart())
        self.assertGreater(server.count("POST", "/token"), 2)

    def test_scopes(self):
        server = self.serve(client_keys={"k1": self.client_key()})
        server.scopes = {"system/*.read"}  # as of SMART 1
        self.assertNotIn("grants less", self.live_export(server, "--auth", self.smart()).err)
        server.granted = "system/Patient.read"
        self.assertIn("grants less than was asked for", self.live_export(server, "--auth", self.smart(), "--force").err)

    def test_an_address_that_is_none_of_a_server(self):
        server = self.serve()
        result = self.refuse(1, *self.export("fhir+" + server.origin + "/other", "x.medark"))
        self.assertIn("no FHIR server answers at " + server.origin + "/other: check the address", result.err)

    def test_waiting_as_asked_uses_up_no_attempt(self):
        server = self.serve()
        server.polls_needed, seen = 0, []

        def meddle(request):
            if request.where.path != "/files/Patient.ndjson":
                return False
            seen.append(1)
            if len(seen) <= 9:
                request.answer(429 if len(seen) < 9 else 503, Retry_After="1")
            return len(seen) <= 9

        server.meddle = meddle
        self.live_export(server)

    def test_a_bad_minute_of_who_gives_tokens(self):
        server = self.serve(client_keys={"k1": self.client_key()})
        server.token_seconds, seen = 1, []

        def meddle(request):
            if request.where.path != "/token":
                return False
            seen.append(1)
            if len(seen) % 2:
                request.answer(503, Retry_After="1")
            return len(seen) % 2

        server.meddle = meddle
        self.live_export(server, "--auth", self.smart())
        self.assertGreater(len(seen), 5)

    def test_a_file_that_is_missing_makes_it_incomplete(self):
        server = self.serve()

        def meddle(request):
            gone = request.where.path.endswith("/Patient.ndjson")
            if gone:
                request.answer(404)
            return gone

        server.meddle = meddle
        result = self.live_export(server, "--json", code=6).json()[-1]
        self.assertEqual((result["records"], result["skipped"], result["complete"]), (60, 1, False))

    def test_entries_that_lead_nowhere_make_it_incomplete(self):
        server = self.serve()
        server.manifest = lambda m: m["output"].extend(
            [{"type": "Patient"}, {"type": "Patient", "url": "http://ehr.example/1"}])
        result = self.live_export(server, "--json", code=6).json()[-1]
        self.assertEqual((result["records"], result["missing"], result["complete"]), (63, 1, False))

    def test_many_entries_that_lead_nowhere_are_one_sentence(self):
        server = self.serve()
        server.manifest = lambda m: m["output"].extend([0] * 150000)
        result = self.live_export(server, code=6)
        self.assertIn("150000 files of the server's list have no address", result.err)
        server.manifest = lambda m: m["output"].extend([0] * 200000)
        self.refuse(1, *self.export("fhir+" + server.base, "x.medark"))

    def test_fresh_addresses_of_a_list_that_is_in_another_order(self):
        """A file is known by its place: the second half of it would come twice, and another one not at all."""
        def renew(turn):
            server, first = self.serve(), []

            def manifest(m):
                if first:
                    turn(m["output"])
                first.append(True)

            def meddle(request):
                return len(first) == 1 and request.path.startswith("/files/") and (request.answer(403) or True)

            server.manifest, server.meddle = manifest, meddle
            return server

        def swap(output):
            output[0]["url"], output[1]["url"] = output[1]["url"], output[0]["url"]

        def sign(output):
            for entry in output:
                entry["url"] = entry["url"].replace("/files/", "/files/fresh/")

        self.write("src/Observation.2.ndjson", '{"resourceType":"Observation","id":"second"}\n')
        self.write("src/Observation.1.ndjson", '{"resourceType":"Observation","id":"first"}\n')
        self.live_export(renew(sign), out="signed.medark")
        self.live_export(renew(swap), out="swapped.medark", code=6)

    def test_a_job_elsewhere_is_not_deleted_there(self):
        elsewhere, server = self.serve(), self.serve()
        elsewhere.jobs["j"] = 0

        def meddle(request):
            return "$export" in request.path and (
                request.answer(202, Content_Location=f"{elsewhere.base}/status/j") or True)

        server.meddle = meddle
        self.live_export(server)
        self.assertGreater(elsewhere.count("GET", "/fhir/status/j"), 0)
        self.assertEqual(elsewhere.count("DELETE", "/fhir/status/j"), 0)

    def test_a_server_that_is_busy(self):
        server = self.serve()
        seen = {}

        def meddle(request):
            seen[request.path] = seen.get(request.path, 0) + 1
            if seen[request.path] == 1:
                request.answer(429 if "files" in request.path else 503, Retry_After="1")
            return seen[request.path] == 1

        server.meddle = meddle
        self.live_export(server)
        self.same_as_the_folder()


if __name__ == "__main__":
    main()
