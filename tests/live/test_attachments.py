# SPDX-License-Identifier: Apache-2.0
"""What records lead to and an export has not brought: the bytes of attachments, and records that others refer to."""

import base64
import gzip
import hashlib
import json
import os
import random
import time

import test_search
from live import main
from test_search import KILLS, SEED, SearchTest

PDF = b"%PDF-1.7 canary scan \x00\xff" * 100


def key(url):
    return hashlib.sha256(url.encode()).hexdigest()[:32]


class FollowTest(SearchTest):
    def setUp(self):
        super().setUp()
        self.store("Binary", [{"id": "b1", "contentType": "application/pdf", "data": base64.b64encode(PDF).decode()}])

    def document(self, *attachments, kind="DocumentReference", **more):
        self.store(kind, [{"id": f"doc-{i}", "subject": {"reference": "Patient/canary-1"},
                           "content": [{"attachment": a}], **more} for i, a in enumerate(attachments)])

    def start(self, bulk=True, **options):
        server = super().start(**options)
        if bulk:
            server.levels, server.polls_needed = {"$export"}, 0
            server.rest.export = True
            server.manifest = lambda m: m.update(output=[f for f in m["output"] if f["type"] != "Binary"])
        return server

    def items(self, archive="live.medark", target=None):
        """The attachments of an archive: name -> bytes."""
        target = target or "back-" + archive
        self.succeed(*self.opened("restore", "--to", target, archive=archive))
        begin = "attachments/"
        return {path[len(begin):]: content for path, content in self.tree(target).items() if path.startswith(begin)}


class Attachments(FollowTest):
    def test_their_bytes_become_items(self):
        cases = {"relative": "Binary/b1", "absolute": "{base}/Binary/b1", "version": "Binary/b1/_history/1"}
        for binary in ("raw", "json"):
            for name, url in cases.items():
                with self.subTest(binary=binary, url=name):
                    server = self.start()
                    server.rest.binary = binary
                    server.rest.records["Binary"].setdefault("b1/_history/1", server.rest.records["Binary"]["b1"])
                    self.document({"url": url.format(base=server.base), "contentType": "application/pdf",
                                   "title": "Letter 1.pdf", "size": 7})
                    server.meddle = lambda r: r.where.path.endswith("/_history/1") and (
                        r.server.rest.read(r, "Binary", "b1") or True)
                    out = f"{binary}-{name}.medark"
                    self.live_export(server, out=out)
                    items = self.items(out)
                    self.assertEqual(items[key(url.format(base=server.base)) + "-Letter_1.pdf"], PDF)
                    self.assertEqual(server.count("GET", "/fhir/Binary/"), 1)
                    self.assertEqual(len(items), 1 if binary == "raw" else 2)

    def test_a_patients_chart_brings_them(self):
        server = self.start()
        self.document({"url": "Binary/b1", "contentType": "application/pdf"},
                      {"url": server.origin + "/files/scan?id=2", "contentType": "image/png"})
        self.write("data/scan", "canary PNG")
        self.live_export(server)
        self.succeed(*self.opened("restore", "--to", "chart", "--patient", "canary-1", archive="live.medark"))
        files = {content for path, content in self.tree("chart").items() if "items/" in path}
        self.assertEqual(files, {PDF, b"canary PNG"})
        self.succeed(*self.opened("restore", "--to", "other", "--patient", "canary-2", archive="live.medark"))
        self.assertFalse([path for path in self.tree("other") if "items/" in path])

    def test_every_method_brings_them(self):
        self.document({"url": "Binary/b1", "contentType": "application/pdf", "title": "a"})
        for method in ("bulk", "everything", "search", "page"):
            with self.subTest(method):
                server = self.start()
                self.live_export(server, "--method", method, out=method + ".medark")
                self.assertEqual(self.items(method + ".medark"), {key("Binary/b1") + "-a.pdf": PDF})

    def test_wherever_they_stand(self):
        server = self.start()
        self.store("Patient", [{"id": "canary-1", "photo": [{"url": "/docs/a"}]}])
        self.store("DiagnosticReport", [{"id": "r", "presentedForm": [{"url": "/docs/b"}, {"data": "AAAA"}]}])
        self.store("Observation", [])
        self.store("Encounter", [])
        self.store("Communication", [{"id": "c", "payload": [{"contentAttachment": {"url": "/docs/c"}}], "extension": [
            {"url": "http://x.example/e", "valueAttachment": {"url": "/docs/d"}}]}])
        asked = []
        server.meddle = lambda r: "/docs/" in r.path and (asked.append(r.path[-1]) or r.answer(200, r.path.encode()) or True)
        self.live_export(server)
        self.assertEqual(sorted(asked), ["a", "b", "c", "d"])
        self.assertEqual(sorted(self.items().values()), [f"/docs/{n}".encode() for n in "abcd"])

    def test_what_the_export_has_brought_is_not_fetched(self):
        server = self.start()
        server.manifest = None
        self.document({"url": "Binary/b1"})
        self.live_export(server)
        self.assertEqual(server.count("GET", "/fhir/Binary/"), 0)

    def test_one_address_is_fetched_once(self):
        server = self.start()
        self.document({"url": "Binary/b1"}, {"url": "Binary/b1"}, {"url": "Binary/b1", "title": "other"})
        self.live_export(server)
        self.assertEqual(server.count("GET", "/fhir/Binary/"), 1)

    def test_a_binary_of_the_same_name_elsewhere_is_another(self):
        server = self.start()
        self.document({"url": "https://elsewhere.example/Binary/b1"}, {"url": "Binary/b1", "title": "own"})
        result = self.live_export(server, code=6)
        self.assertIn("1 attachments lie at other servers", result.err)
        self.assertEqual(self.items(), {key("Binary/b1") + "-own.bin": PDF})

    def test_other_servers_are_not_asked(self):
        elsewhere = self.start()
        server = self.start(bearer="canary-bearer")
        self.document({"url": elsewhere.base + "/Binary/b1"}, {"url": "http://192.168.0.1/x"}, {"url": "ftp://h/x"},
                      {"url": "#inside"}, {"url": "urn:uuid:1"}, {"url": "data:text/plain,x"}, {"url": "https://[::1/"})
        result = self.live_export(server, "--auth", self.auth(method="bearer", token="canary-bearer"), code=6)
        self.assertIn("4 attachments lie at other servers", result.err)
        self.assertEqual(elsewhere.log, [])

    def test_a_token_goes_to_the_server_alone(self):
        elsewhere = self.start()
        server = self.start(bearer="canary-bearer")
        self.document({"url": "Binary/b1", "title": "x", "contentType": "application/pdf"})
        server.meddle = lambda r: r.path == "/fhir/Binary/b1" and (
            r.answer(302, Location=elsewhere.base + "/Binary/b1") or True)
        self.live_export(server, "--auth", self.auth(method="bearer", token="canary-bearer"))
        self.assertEqual(self.items(), {key("Binary/b1") + "-x.pdf": PDF})
        asked = [headers for _, path, headers in server.log if path == "/fhir/Binary/b1"]
        self.assertTrue(all("Authorization" in headers for headers in asked))
        self.assertFalse(any("Authorization" in headers for _, _, headers in elsewhere.log))
        self.assertEqual(elsewhere.count("GET", "/fhir/Binary/b1"), 1)

    def test_what_is_not_given_makes_it_incomplete(self):
        for status in (404, 403, 410):
            with self.subTest(status):
                server = self.start()
                self.document({"url": "Binary/nothing"}, {"url": "Binary/b1"})
                server.meddle = lambda r, s=status: r.path.endswith("nothing") and (r.answer(s) or True)
                self.live_export(server, "--report", "report.jsonl", "--force", out=f"{status}.medark", code=6)
                self.assertTrue(any(f"status {status}" in json.dumps(row) for row in self.missing()))

    def test_a_bad_minute_is_no_loss(self):
        server, seen = self.start(), []
        self.document({"url": "Binary/b1", "title": "x"})
        server.meddle = lambda r: "Binary" in r.path and not seen and (seen.append(1) or r.answer(503) or True)
        self.live_export(server)
        self.assertEqual(list(self.items().values()), [PDF])

    def test_data_that_is_no_base64_is_kept_as_it_came(self):
        server = self.start()
        self.document({"url": "Binary/b1", "title": "x"})
        line = b'{"resourceType":"Binary","id":"b1","data":"-_-"}'
        server.meddle = lambda r: "Binary" in r.path and (r.answer(200, line) or True)
        result = self.live_export(server, code=6)
        self.assertIn("not base64", result.err)
        self.assertEqual(list(self.items().values()), [line])

    def test_records_are_no_attachments(self):
        """Whoever can write a record into a chart must not bring others' records into it."""
        beyond = ["Patient/canary-2", "Patient/canary-2/$everything", "{base}/Observation?subject=Patient/canary-2",
                  "$export", "{origin}/x/../fhir/Patient/canary-2", "{origin}/fhir/%50atient/canary-2",
                  "{origin}//fhir/Patient/canary-2", "{origin}/x/%2e%2e/fhir/Patient/canary-2",
                  "{origin}/FHIR/Patient/canary-2", "Binary/b1?_format=json", "Binary/b1/../../Patient/canary-2"]
        server = self.start(bearer="canary-bearer")
        self.document(*({"url": url.format(base=server.base, origin=server.origin)} for url in beyond))
        self.live_export(server, "--report", "report.jsonl", "--auth", self.auth(method="bearer", token="canary-bearer"),
                         code=6)
        rows = [row for row in self.missing() if "is not asked for" in json.dumps(row)]
        self.assertEqual(len(rows), len(beyond))
        self.assertEqual(self.items(), {})
        asked = [path for _, path, _ in server.log]
        self.assertFalse([path for path in asked if "canary-2" in path or "Binary" in path], asked)
        self.assertEqual(server.count("GET", "/fhir/$export"), 1)

    def test_a_redirect_to_records_is_no_attachment(self):
        """Some servers have addresses that lead on to wherever these say."""
        server = self.start()
        self.document({"url": "/open?to=1"}, {"url": "/open?to=2", "title": "fine"}, {"url": "Binary/b2", "title": "own"})
        where = {"/open?to=1": "/fhir/Patient/canary-2?_format=csv", "/open?to=2": "/docs/2", "/fhir/Binary/b2": "/fhir/x/2"}

        def meddle(request):
            if request.path in where:
                request.answer(302, Location=where[request.path])
            elif request.path in where.values():
                request.answer(200, b"canary;csv", Content_Type="text/csv")
            else:
                return False
            return True

        server.meddle = meddle
        self.live_export(server, "--report", "report.jsonl", code=6)
        rows = [row for row in self.missing() if "redirected to records" in json.dumps(row)]
        self.assertEqual(len(rows), 1)
        self.assertEqual(sorted(name.split("-", 1)[1] for name in self.items()), ["fine.bin", "own.bin"])

    def test_what_comes_is_an_attachment(self):
        """What the server answers with, what the record says of it, and why that does not fit; None: it does."""
        patient, outcome = b'{"resourceType":"Patient","id":"2"}', b'{"resourceType":"OperationOutcome"}'
        bundle, xml = b'{"resourceType":"Bundle","type":"document"}', b'<?xml version="1.0"?><Patient xmlns="http://hl7.org/fhir"/>'
        record, nothing, page = "is no attachment", "not one byte", "a page of HTML"
        fhir, pdf = "application/fhir+json", "application/pdf"
        cases = [("/docs/1", patient, fhir, pdf, record), ("/docs/2", b"\xef\xbb\xbf " + bundle, fhir, fhir, record),
                 ("/docs/3", xml, "text/xml", "text/xml", record), ("/docs/4", b"[" + patient + b"]", fhir, fhir, record),
                 ("/docs/5", patient + b"\n" + patient, fhir, fhir, record), ("Binary/6", patient, fhir, pdf, record),
                 ("Binary/7", outcome, fhir, fhir, "OperationOutcome"), ("Binary/8", b"", pdf, pdf, nothing),
                 ("Binary/9", b"<html>log in", "text/html; charset=utf-8", pdf, page),
                 ("Binary/10", bundle, fhir, fhir, None), ("Binary/11", b'{"a":1}', "application/json", None, None),
                 ("Binary/12", b"<html>letter", "text/html", "text/html", None),
                 ("/docs/13", b"<html>letter", "text/html", None, None), ("/docs/14", b"<ClinicalDocument/>", "text/xml", None, None)]
        server = self.start()
        answers = {("/fhir/" * (url[0] != "/")) + url: (body, kind) for url, body, kind, _, _ in cases}
        self.document(*({"url": url, **({"contentType": said} if said else {})} for url, _, _, said, _ in cases))
        server.meddle = lambda r: r.path in answers and (
            r.answer(200, answers[r.path][0], Content_Type=answers[r.path][1]) or True)
        self.live_export(server, "--report", "report.jsonl", code=6)
        rows, items = [json.dumps(row) for row in self.missing()], self.items()
        for url, body, _, _, why in cases:
            with self.subTest(url):
                named = [row for row in rows if key(url) in row]
                self.assertEqual([why in row for row in named], [True] if why else [])
                self.assertEqual([c for n, c in items.items() if n.startswith(key(url))], [] if why else [body])

    def test_no_record_is_in_an_attachment(self):
        """Whoever may upload a document must not put records into somebody's chart, in whatever form they come."""
        forged = json.dumps({"resourceType": "AllergyIntolerance", "id": "forged", "patient": {"reference": "Patient/canary-2"},
                             "code": {"text": "forged"}}).encode() + b"\n"
        fhir = "application/fhir+json"
        forms = {"Binary/f1": (forged, fhir), "Binary/f2": (gzip.compress(forged), "application/gzip"),
                 "Binary/f3": (b'{"resourceType":"Binary","id":"f3"}\n' + forged, fhir),
                 "Binary/f4": (b'{"resourceType":"Binary","id":"other","data":"aGk="}', fhir),
                 "Binary/f5": (b"hello\n" + forged, "text/plain"), "/docs/f6": (b"1\n" + forged, "text/plain"),
                 "Binary/f7": (b"<!--" + b"x" * 9000 + b"--><Patient xmlns='http://hl7.org/fhir'><id value='forged'/></Patient>", "text/xml")}
        data = base64.b64encode(forged).decode()
        self.store("Binary", [{"id": "f8", "contentType": "text/plain", "data": data}])
        server = self.start()
        server.rest.binary = "json"
        answers = {("/fhir/" * (url[0] != "/")) + url: form for url, form in forms.items()}
        server.meddle = lambda r: r.path in answers and (
            r.answer(200, answers[r.path][0], Content_Type=answers[r.path][1]) or True)
        self.document(*({"url": url, "contentType": kind} for url, (_, kind) in forms.items()),
                      {"url": "Binary/f8", "contentType": "text/plain"})
        self.live_export(server)
        items = self.items()
        for url, (body, _) in forms.items():
            self.assertEqual([c for n, c in items.items() if n.startswith(key(url))], [body], url)
        self.assertIn(forged, [c for n, c in items.items() if n.startswith(key("Binary/f8"))])
        self.succeed(*self.opened("restore", "--to", "chart", "--patient", "canary-2", archive="live.medark"))
        self.assertFalse([p for p, c in self.tree("chart").items() if b"forged" in c])
        rows = self.succeed(*self.opened("items", "--json", archive="live.medark")).json()
        kinds = {row["path"].split("/")[1].split("-")[0] + row["path"][-12:]: row["kind"] for row in rows
                 if row.get("path", "").startswith("attachments/")}
        self.assertEqual({kind for path, kind in kinds.items() if not path.endswith(".Binary.json")}, {"opaque"}, kinds)

    def test_a_hash_that_does_not_fit_is_named(self):
        right, other = (base64.b64encode(hashlib.sha1(b).digest()).decode() for b in (PDF, b"other"))
        empty = base64.b64encode(hashlib.sha1(b"").digest()).decode()
        for binary in ("raw", "json"):
            with self.subTest(binary):
                server = self.start()
                server.rest.binary = binary
                server.meddle = lambda r: r.path == "/docs/empty" and (r.answer(200) or True)
                self.document({"url": "Binary/b1", "hash": right, "size": 7, "title": "right"},
                              {"url": "/docs/empty", "hash": empty, "size": 0})
                self.live_export(server, out=binary + "1.medark")
                self.document({"url": "Binary/b1", "hash": other, "title": "wrong"})
                result = self.live_export(server, out=binary + "2.medark", code=6)
                self.assertIn(f"{key('Binary/b1')}: these bytes do not fit the hash in the record", result.err)
                self.assertNotIn("wrong", result.err)  # a title may name the patient
                self.assertEqual(self.items(binary + "2.medark")[key("Binary/b1") + "-wrong.bin"], PDF)


class References(FollowTest):
    def listed(self, server, *more, code=0):
        self.write("ids", "canary-1\n")
        return self.live_export(server, "--patients", "ids", *more, code=code)

    def test_what_a_chart_refers_to_is_fetched(self):
        self.store("Practitioner", [{"id": f"d{k}", "qualification": [{"issuer": {"reference": "Organization/org"}}]}
                                    for k in range(9)])
        server = self.start(bulk=False)
        self.listed(server)
        found = self.found()
        self.assertEqual({k for k in found if k.startswith("Practitioner/")}, {f"Practitioner/d{k}" for k in range(5)})
        self.assertIn("Organization/org", found)  # which only a Practitioner refers to
        self.assertEqual(server.count("GET", "/fhir/Practitioner/"), 5)

    def test_absolute_references_to_the_server_are_its_own(self):
        server = self.start(bulk=False)
        self.store("Observation", [{"id": "o", "subject": {"reference": "Patient/canary-1"}, "performer": [
            {"reference": server.base + "/Practitioner/d2/_history/1"},
            {"reference": "urn:uuid:1"}, {"display": "nobody"}]}])
        server.rest = type(server.rest)(server)
        self.listed(server)
        self.assertIn("Practitioner/d2", self.found())

    def test_what_the_server_does_not_have_is_a_remark(self):
        self.store("Practitioner", [{"id": "d0"}])
        result = self.listed(self.start(bulk=False), "--report", "report.jsonl")
        words = "4 records that others refer to are not at the server"
        self.assertIn(words, result.err)
        self.assertIn({"reason": "remark", "detail": words}, self.missing())

    def test_what_it_refuses_makes_it_incomplete(self):
        server = self.start(bulk=False)
        server.rest.refused = {"Practitioner": 403}
        self.listed(server, "--report", "report.jsonl", code=6)
        rows = [row for row in self.missing() if "references/Practitioner/" in json.dumps(row)]
        self.assertEqual(len(rows), 5)
        self.assertIn("status 403", json.dumps(rows[0]))

    def test_something_else_than_a_record_makes_it_incomplete(self):
        server = self.start(bulk=False)
        server.meddle = lambda r: "/Practitioner/" in r.path and (r.answer(200, b"<html>") or True)
        self.listed(server, "--report", "report.jsonl", code=6)
        self.assertTrue(any("something else" in json.dumps(row) for row in self.missing()))

    def test_another_record_than_the_one_asked_for_is_not_taken(self):
        server = self.start(bulk=False)
        other = b'{"resourceType":"Patient","id":"canary-9","active":true}'
        server.meddle = lambda r: r.path.endswith("/Practitioner/d0") and (r.answer(200, other) or True)
        self.listed(server, "--report", "report.jsonl", code=6)
        self.assertTrue(any("references/Practitioner/d0" in json.dumps(row) for row in self.missing()))
        self.assertNotIn("Patient/canary-9", self.found())

    def test_a_record_without_end_is_not_taken(self):
        server = self.start(bulk=False)
        endless = gzip.compress(b" " * (1 << 20)) * 129
        server.meddle = lambda r: r.path.endswith("/Practitioner/d0") and (
            r.answer(200, endless, Content_Encoding="gzip") or True)
        self.listed(server, "--report", "report.jsonl", code=6)
        rows = [json.dumps(row) for row in self.missing() if "references/Practitioner/d0" in json.dumps(row)]
        self.assertEqual(["longer than a record may be" in row for row in rows], [True])

    def test_other_servers_are_not_asked(self):
        elsewhere, server = self.start(), self.start(bulk=False)
        self.store("Observation", [{"id": "o", "subject": {"reference": "Patient/canary-1"},
                                    "performer": [{"reference": elsewhere.base + "/Practitioner/d2"}]}])
        server.rest = type(server.rest)(server)
        result = self.listed(server)
        self.assertIn("1 references lead to other servers", result.err)
        self.assertEqual(elsewhere.log, [])

    def test_other_patients_are_not_fetched(self):
        server = self.start(bulk=False)
        self.store("Observation", [{"id": "o", "subject": {"reference": "Patient/canary-1"},
                                    "focus": [{"reference": "Patient/canary-5"}, {"reference": "Encounter/e-5"}]}])
        server.rest = type(server.rest)(server)
        result = self.listed(server)
        self.assertIn("2 records that others refer to belong to patients", result.err)
        found = self.found()
        self.assertNotIn("Patient/canary-5", found)
        self.assertNotIn("Encounter/e-5", found)

    def test_an_everything_that_leaves_the_patient_out_is_made_whole(self):
        server = self.start(bulk=False)
        give = server.rest.give
        server.rest.give = lambda request, found, count: give(
            request, [line for line in found if "$everything" not in request.path or '"Patient"' not in line], count)
        self.live_export(server, "--method", "everything")
        self.assertEqual(set(self.stored()) - set(self.found()), {"Binary/b1"})


class Resume(FollowTest):
    job, killed_after = test_search.Resume.job, test_search.Resume.killed_after
    pages, nothing_in_clear = test_search.Resume.pages, test_search.Resume.nothing_in_clear

    def test_what_was_fetched_is_not_fetched_again(self):
        self.document(*({"url": f"/docs/{i}", "title": f"t{i}"} for i in range(20)))
        self.server = self.start(client_keys={"k1": self.client_key()})
        args = self.export("fhir+" + self.server.base, "live.medark", "--auth", self.smart())
        asked, fetched = [], []

        def meddle(request):
            if "/docs/" not in request.path:
                return False
            asked.append(request.path)
            if len(asked) > 8:
                time.sleep(5)
                return True
            fetched.append(request.path)
            request.answer(200, b"canary " + request.path.encode())
            return True

        self.server.meddle = meddle
        self.assertFalse(self.killed_after(2.5, args))
        self.nothing_in_clear()
        there = [n for n in self.pages() if n.startswith("file-a")]
        self.assertGreater(len(there), 4)
        with open(os.path.join(self.job(), there[0]), "r+b") as f:
            f.truncate(20)  # as a power cut may
        again = []
        self.server.meddle = lambda r: "/docs/" in r.path and (
            again.append(r.path) or r.answer(200, b"canary " + r.path.encode()) or True)
        self.succeed(*args)
        self.assertEqual(len(again), 20 - len(there) + 1)
        self.assertEqual(sorted(self.items().values()), sorted(f"canary /docs/{i}".encode() for i in range(20)))
        self.assertIsNone(self.job())

    def test_killed_at_any_moment_it_goes_on(self):
        """While records and attachments are followed, with Binaries as JSON, which become two items."""
        wait = random.Random(SEED)
        self.document(*({"url": f"Binary/c{i}", "title": f"t{i}"} for i in range(20)))
        self.store("Binary", [{"id": f"c{i}", "data": base64.b64encode(f"canary {i}".encode()).decode()} for i in range(20)])
        self.server = self.start(bulk=False, client_keys={"k1": self.client_key()})
        self.server.rest.binary = "json"
        self.server.rest.searchable = {"Patient", "DocumentReference", "Observation", "Encounter"}

        def slow(request):
            if request.path.count("/") > 2:
                time.sleep(0.03)
            return False

        self.server.meddle = slow
        args = self.export("fhir+" + self.server.base, "live.medark", "--auth", self.smart(), "--method", "everything")
        kills, seen = 0, set()
        while kills < KILLS:
            is_done = self.killed_after(wait.uniform(0.2, 0.9), args)
            self.nothing_in_clear()
            seen |= {name[:6] for name in self.pages()}
            if is_done or os.path.exists(self.path("live.medark")):
                os.remove(self.path("live.medark"))
            kills += not is_done
        self.assertLessEqual({"file-s", "file-a", "file-r"}, seen)
        self.succeed(*args)
        items = self.items()
        self.assertEqual({c for n, c in items.items() if n.endswith(".bin")}, {f"canary {i}".encode() for i in range(20)})
        self.assertEqual(len(items), 40)
        self.assertEqual(set(self.stored("Practitioner")), {k for k in self.found(target="again") if k.startswith("Practitioner/")})


if __name__ == "__main__":
    main()
