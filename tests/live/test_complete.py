# SPDX-License-Identifier: Apache-2.0
"""Is it all there? What servers say of their exports, and what then really comes: each of these was seen."""

import gzip
import json
import os
import time

from live import LiveTest, main


def outcome(severity, code="exception", text="canary-outcome of Jan de Vries"):
    return json.dumps({"resourceType": "OperationOutcome",
                       "issue": [{"severity": severity, "code": code, "diagnostics": text}]}) + "\n"


class CompleteTest(LiveTest):
    """A server that counts, unless `counts` is None."""

    def serve_counting(self, counts=None, after=None, **options):
        server = self.serve(**options)
        server.meddlers = []

        def meddle(request):
            path = request.where.path
            if counts is not None and path == "/fhir/metadata":
                request.answer(200, {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1", "rest": [
                    {"mode": "server", "operation": [{"name": "export", "definition": "http://hl7.org/fhir/uv/bulkdata/"
                      "OperationDefinition/export"}], "resource": [
                        {"type": kind, "interaction": [{"code": "search-type"}]} for kind in counts]}]})
                return True
            if counts is not None and request.where.query == "_summary=count":
                kind = path.rsplit("/", 1)[1]
                fetched = server.count("GET", "/files/") > 0
                count = (after if after and fetched else counts)[kind]
                request.answer(*(count if isinstance(count, tuple) else (200, {"resourceType": "Bundle", "total": count})))
                return True
            return any(each(request) for each in server.meddlers)

        server.meddle = meddle
        return server

    def run_export(self, server, *more, code=0, out="live.medark"):
        result = self.live_export(server, "--json", *more, code=code, out=out)
        return result, result.json()[-1]

    def reasons(self, archive="live.medark"):
        result = self.succeed(*self.opened("items", "--quarantined", "--json", archive=archive))
        return [row["detail"] for row in result.json() if row.get("reason") == "missing"]


class Census(CompleteTest):
    RIGHT = {"Patient": 3, "Observation": 60, "Condition": 0}

    def test_what_agrees_is_complete_and_declared(self):
        server = self.serve_counting(self.RIGHT)
        self.run_export(server)
        self.assertEqual(server.count("GET", "/fhir/Patient?_summary=count"), 2)
        listed = self.succeed("inspect", "live.medark", "--json").json()[-1]
        self.assertEqual(listed["declared"], {"Observation": 60, "Patient": 3})

    def test_what_did_not_come_is_missing(self):
        server = self.serve_counting({"Patient": 3, "Observation": 60, "Condition": 7})
        result, summary = self.run_export(server, code=6)
        self.assertEqual((summary["missing"], summary["complete"]), (1, False))
        self.assertEqual(self.reasons(), ["the server counts 7 of the type Condition, and gave 0 different ones"])
        self.assertIn("the server counts 7 of the type Condition", result.out)

    def test_a_slice_that_comes_twice_hides_nothing(self):
        """Counts agree with the rows; records are lost all the same."""
        with open(self.path("src/Observation.ndjson"), "rb") as f:
            lines = f.readlines()
        os.remove(self.path("src/Observation.ndjson"))
        for name in "1", "2":
            self.write(f"src/Observation.{name}.ndjson", b"".join(lines[:40]))
        _, summary = self.run_export(self.serve_counting({"Patient": 3, "Observation": 80}), code=6)
        self.assertEqual((summary["records"], summary["duplicates"]), (83, 40))
        self.assertEqual(self.reasons(), ["the server counts 80 of the type Observation, and gave 40 different ones"])
        _, summary = self.run_export(self.serve_counting(), "--force", code=6)
        self.assertEqual(self.reasons(), ["40 records of the type Observation came more than once, and the server does "
                                          "not count them: others may not have come"])

    def test_a_system_that_is_in_use(self):
        """Records come and go while it is exported."""
        after = {"Patient": 3, "Observation": 64, "Condition": 0}
        self.run_export(self.serve_counting({"Patient": 3, "Observation": 58, "Condition": 0}, after))

    def test_a_server_that_counts_too_few(self):
        result, _ = self.run_export(self.serve_counting({"Patient": 3, "Observation": 10}))
        self.assertIn("its counts are not to be relied on", result.out)

    def test_types_that_it_does_not_count(self):
        counts = {"Patient": 3, "Observation": (403, {}), "Condition": (200, {"resourceType": "Bundle"})}
        self.run_export(self.serve_counting(counts))

    def test_what_is_expected_to_be_missing(self):
        """The decision of who exports, told each time; of that type alone."""
        server = self.serve_counting({"Patient": 3, "Observation": 60, "AuditEvent": 1000, "Subscription": 2})
        result, summary = self.run_export(server, "--expect-missing", "AuditEvent,Subscription", "--report", "r.jsonl")
        sentence = ("the server counts 1000 of the type AuditEvent, and gave 0 different ones, as --expect-missing allows")
        self.assertIn(sentence, result.out)
        with open(self.path("r.jsonl"), encoding="utf-8") as report:
            self.assertIn(sentence, report.read())
        self.assertEqual((summary["complete"], self.reasons()), (True, []))
        listed = self.succeed("inspect", "live.medark", "--json").json()[-1]
        self.assertEqual(listed["declared"]["AuditEvent"], 1000)
        self.run_export(server, "--expect-missing", "AuditEvent", "--force", code=6)
        self.assertEqual(self.reasons(), ["the server counts 2 of the type Subscription, and gave 0 different ones"])
        self.live_export(server, "--expect-missing", "AuditEvents", code=2, out="other.medark")

    def test_a_second_count_that_fails(self):
        """The first one holds then: a server that is overloaded by an export must not hide what it left out."""
        for after in ((500, {}), (200, {"resourceType": "Bundle", "total": 0})):
            server = self.serve_counting({"Patient": 3, "Observation": 61}, {"Patient": 3, "Observation": after})
            self.run_export(server, "--force", code=6)
            self.assertEqual(self.reasons(), ["the server counts 61 of the type Observation, and gave 60 different ones"])
            server = self.serve_counting(self.RIGHT, {"Patient": 3, "Observation": after, "Condition": 0})
            self.run_export(server, "--force")

    def test_a_server_that_puts_off_counting_for_ever(self):
        counts = {kind: 1 for kind in ("Condition", "Device", "Encounter", "Observation", "Patient")}
        server = self.serve_counting(counts)
        inner = server.meddle

        def meddle(request):
            if request.where.query == "_summary=count":
                request.answer(429, {}, Retry_After="0")
                return True
            return inner(request)

        server.meddle = meddle
        result, _ = self.run_export(server)
        self.assertIn("did not answer 5 questions of how many records of a type it has", result.out)
        self.assertIn("answers with status 429: asking again in 1 s", result.out)
        self.assertEqual(server.count("GET", "/fhir/Observation?_summary=count"), 0)


class Manifests(CompleteTest):
    def test_a_list_of_nothing_but_errors(self):
        self.write("src/errors.txt", outcome("error", "not-supported") + outcome("fatal"))
        server = self.serve()
        server.manifest = lambda m: m.update(output=[], error=[
            {"type": "OperationOutcome", "url": server.origin + "/files/errors.txt"}])
        result, summary = self.run_export(server, code=6)
        self.assertEqual((summary["records"], summary["complete"]), (2, False))
        self.assertEqual(self.reasons(), ["the server reports 2 errors of its export, the first of the kind "
                                          "'not-supported'"])
        self.assertNotIn("canary-outcome", result.out + result.err)

    def test_warnings_are_no_errors(self):
        self.write("src/errors.txt", outcome("warning") + outcome("information"))
        for name in "error", "outcome":  # STU3 and STU4
            server = self.serve()
            server.manifest = lambda m, name=name, server=server: m.update({name: [
                {"type": "OperationOutcome", "url": server.origin + "/files/errors.txt", "count": 2}]})
            _, summary = self.run_export(server, "--force")
            self.assertEqual(summary["records"], 65)

    def test_a_count_that_is_too_high(self):
        server = self.serve()
        server.manifest = lambda m: m["output"][0].update(count=61)
        _, summary = self.run_export(server, code=6)
        self.assertEqual((summary["missing"], self.reasons()), (1, ["61 records were to come, 60 did"]))

    def test_a_count_that_is_too_low(self):
        server = self.serve()
        server.manifest = lambda m: m["output"][0].update(count=59)
        self.run_export(server)

    def test_types_that_are_not_what_they_say(self):
        server = self.serve()
        server.manifest = lambda m: m["output"][0].update(type="Condition")
        _, summary = self.run_export(server)
        self.assertEqual(summary["records"], 63)

    def test_odd_lists(self):
        for change in ({"error": ""}, {"error": None}, {"deleted": ""}, {"output": None}, {"requiresAccessToken": None}):
            server = self.serve()
            server.manifest = lambda m, change=change: m.update(change)
            self.live_export(server, "--force", code=6 if "output" in change else 0)

    def test_a_list_in_parts(self):
        server = self.serve()
        parts = []

        def manifest(m):
            parts.append(1)
            m["output"] = [m["output"][len(parts) - 1]]
            if len(parts) < 2:
                m["link"] = [{"relation": "next", "url": server.base + "/status/" + next(iter(server.jobs))}]

        server.manifest = manifest
        _, summary = self.run_export(server)
        self.assertEqual(summary["records"], 63)


class Ways(CompleteTest):
    """What happens on the way."""

    def once(self, server, prefix, answer):
        seen = set()

        def meddle(request):
            if request.path.startswith(prefix) and request.path not in seen:
                seen.add(request.path)
                answer(request)
                return True
            return False

        server.meddle = meddle
        return seen

    def content(self, server, request):
        with open(os.path.join(server.folder, os.path.basename(request.where.path)), "rb") as f:
            return f.read()

    def complete(self, server):
        _, summary = self.run_export(server)
        self.assertEqual((summary["records"], summary["complete"]), (63, True))
        self.assertEqual(len(self.records("live.medark")), 63)

    def test_a_body_that_is_cut_off(self):
        server = self.serve()

        def answer(request):
            request.send_response(200)
            request.send_header("Content-Length", "100000")
            request.end_headers()
            request.wfile.write(b'{"resourceType":"Patient","id":"half"}\n')
            request.close_connection = True

        self.once(server, "/files/", answer)
        self.complete(server)

    def test_gzip_that_is_cut_off(self):
        server = self.serve()

        def answer(request):
            packed = gzip.compress(self.content(server, request))
            request.answer(200, packed[:-20], Content_Encoding="gzip")

        seen = self.once(server, "/files/", answer)
        self.complete(server)
        self.assertEqual(len(seen), 2)

    def test_gzip(self):
        server = self.serve()

        def meddle(request):
            if not request.path.startswith("/files/"):
                return False
            self.assertIn("gzip", request.headers["Accept-Encoding"])
            request.answer(200, gzip.compress(self.content(server, request)), Content_Encoding="gzip")
            return True

        server.meddle = meddle
        self.complete(server)

    def test_gzip_of_not_one_byte_is_fetched_again(self):
        server = self.serve()
        seen = self.once(server, "/files/", lambda request: request.answer(200, Content_Encoding="gzip"))
        self.complete(server)
        self.assertEqual(len(seen), 2)

    def test_a_body_that_grows_without_end(self):
        server = self.serve()
        bomb = gzip.compress(bytes(1 << 20)) * 300
        server.meddle = lambda r: r.path.startswith("/files/Patient") and (
            r.answer(200, bomb, Content_Encoding="gzip") or True)
        self.run_export(server, code=6)
        result = self.succeed(*self.opened("items", "--quarantined", "--json", archive="live.medark"))
        self.assertIn("its compressed answer grows without end", result.out)
        self.assertEqual(server.count("GET", "/files/Patient"), 1)

    def test_a_file_with_an_open_end(self):
        """Neither a length nor chunks: with a count it is known what has to come, without one it is not."""
        for has_count in (True, False):
            with self.subTest(has_count):
                server = self.serve()

                def meddle(request):
                    if not request.path.startswith("/files/"):
                        return False
                    request.send_response(200)
                    request.send_header("Connection", "close")
                    request.end_headers()
                    request.wfile.write(self.content(server, request))
                    request.close_connection = True
                    return True

                server.meddle = meddle
                if not has_count:
                    server.manifest = lambda m: [f.pop("count") for f in m["output"]]
                result = self.live_export(server, out=f"{has_count}.medark")
                self.assertEqual("neither how long 2 of its files are nor how many" in result.err, not has_count)
                self.assertEqual(len(self.records(f"{has_count}.medark")), 63)

    def test_a_slow_body(self):
        server = self.serve()

        def answer(request):
            content = self.content(server, request)
            request.send_response(200)
            request.send_header("Content-Length", str(len(content)))
            request.end_headers()
            for at in range(0, len(content), 1 + len(content) // 8):
                request.wfile.write(content[at:at + 1 + len(content) // 8])
                request.wfile.flush()
                time.sleep(0.1)

        self.once(server, "/files/", answer)
        self.complete(server)

    def test_a_connection_that_is_reset(self):
        server = self.serve()

        def answer(request):
            request.close_connection = True
            request.connection.close()

        self.once(server, "/files/", answer)
        self.complete(server)

    def test_retry_after_as_seconds_since_1970_and_as_a_date(self):
        server = self.serve()
        for value in (str(int(time.time()) + 1), time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 1))):
            server.retry_after = value
            began = time.monotonic()
            self.run_export(server, "--force")
            self.assertLess(time.monotonic() - began, 30)

    def test_files_elsewhere_get_no_token(self):
        other = self.serve()
        server = self.serve(bearer="canary-bearer")

        def meddle(request):
            if not request.path.startswith("/files/"):
                return False
            request.answer(307, Location=other.origin + request.path)
            return True

        server.meddle = meddle
        auth = self.auth(method="bearer", token="canary-bearer")
        _, summary = self.run_export(server, "--auth", auth)
        self.assertEqual(summary["records"], 63)
        self.assertEqual(other.count("GET", "/files/"), 2)
        self.assertTrue(all("Authorization" not in headers for _, _, headers in other.log))

    def test_files_that_want_no_token_get_none(self):
        server = self.serve(bearer="canary-bearer")
        server.manifest = lambda m: m.update(requiresAccessToken=False)
        server.meddle = lambda request: request.path.startswith("/files/") and (
            server.give_file(request, request.where.path[len("/files/"):]) or True)
        self.run_export(server, "--auth", self.auth(method="bearer", token="canary-bearer"))
        self.assertTrue(all("Authorization" not in headers for _, path, headers in server.log if "/files/" in path))

    def test_redirects_that_lead_nowhere(self):
        server = self.serve()
        for where in (lambda r: r.path, lambda r: "http://ehr.example/x", lambda r: "ftp://127.0.0.1/x"):
            server.meddle = lambda request, where=where: request.path.startswith("/files/") and (
                request.answer(302, Location=where(request)) or True)
            _, summary = self.run_export(server, "--force", code=6)
            self.assertEqual((summary["records"], summary["skipped"]), (0, 2))

    def test_a_job_that_vanishes(self):
        server = self.serve()
        server.meddle = lambda request: request.path.startswith("/fhir/status/") and (request.answer(404) or True)
        result = self.run_medark(*self.export("fhir+" + server.base, "live.medark"))
        self.assertEqual(result.code, 1)
        self.assertIn("does not know the export any more", result.err)
        server.meddle = None
        self.complete(server)

    def test_a_job_that_fails(self):
        server = self.serve()
        server.meddle = lambda request: request.path.startswith("/fhir/status/") and (
            request.answer(410, json.loads(outcome("error"))) or True)
        result = self.run_medark(*self.export("fhir+" + server.base, "live.medark"))
        self.assertEqual((result.code, "canary" in result.err), (1, False))

    def test_a_huge_line(self):
        big = {"resourceType": "Binary", "id": "b1", "contentType": "text/plain", "data": "QUJD" * (8 << 20)}
        self.write("src/Binary.ndjson", json.dumps(big) + "\n")
        server = self.serve()
        _, summary = self.run_export(server)
        self.assertEqual(summary["records"], 64)

    def test_thousands_of_tiny_files(self):
        count = int(os.environ.get("MEDARK_TINY_FILES", "2000"))
        server = self.serve()
        server.manifest = lambda m: m.update(output=[
            {"type": "Patient", "url": f"{server.origin}/files/{n}", "count": 1} for n in range(count)])
        server.meddle = lambda request: request.path.startswith("/files/") and (request.answer(
            200, json.dumps({"resourceType": "Patient", "id": request.where.path[7:]}).encode() + b"\n") or True)
        _, summary = self.run_export(server)
        self.assertEqual((summary["records"], summary["items"], summary["patients"]), (count, count, count))


if __name__ == "__main__":
    main()
