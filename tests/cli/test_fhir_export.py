# SPDX-License-Identifier: Apache-2.0
"""$export of the FHIR API: jobs, files, what is refused, and medark itself as the client."""

import json
import os
import subprocess
import time

from cli import main
from service import PASSWORD, ServiceTest

BULK = {"Prefer": "respond-async", "Accept": "application/fhir+json"}
PRETTY = {"resourceType": "Goal", "id": "g1", "lifecycleStatus": "active", "description": {"text": "two\nlines"},
          "subject": {"reference": "Patient/p2"}, "meta": {"lastUpdated": "2024-05-06T07:08:09Z"}}
OLD = {"resourceType": "Goal", "id": "g2", "lifecycleStatus": "active", "description": {"text": "old"},
       "subject": {"reference": "Patient/p1"}, "meta": {"lastUpdated": "2001-05-06T07:08:09Z"}}
OUTSIDE = {"resourceType": "Practitioner", "id": "d1", "name": [{"family": "Arts"}]}
CHANGED = {"resourceType": "Goal", "id": "g1", "lifecycleStatus": "completed", "description": {"text": "reached"},
           "subject": {"reference": "Patient/p2"}, "meta": {"lastUpdated": "2025-05-06T07:08:09Z"}}
XML = """<?xml version="1.0"?>
<Basic xmlns="http://hl7.org/fhir"><id value="x1"/><code><text value="x"/></code></Basic>
"""


class Export(ServiceTest):
    def setUp(self):
        super().setUp()
        self.account()
        os.remove(self.path("src/notes/read me.txt"))
        os.rmdir(self.path("src/notes"))
        self.write("src/goal.json", json.dumps(PRETTY, indent=2))
        self.write("src/more.ndjson", "".join(json.dumps(r) + "\n" for r in (OLD, OUTSIDE)))

    def begin(self, *archives, options=()):
        self.succeed(*self.export("src", "b.medark"))
        self.start("b.medark", *archives, options=options)
        self.client = self.browser()
        self.take_token()

    def ask(self, method, path, **headers):
        return self.client.ask(method, path.partition("/fhir")[2] and path[path.index("/fhir"):], **{**self.token, **headers})

    def kick(self, path="$export"):
        answer = self.ask("GET", "/fhir/" + path, **BULK)
        self.assertEqual((answer.status, answer.text), (202, ""))
        return answer.headers["Content-Location"]

    def manifest(self, place):
        end = time.monotonic() + 30
        answer = self.ask("GET", place)
        while answer.status == 202 and time.monotonic() < end:
            self.assertTrue(answer.headers["Retry-After"])
            time.sleep(0.02)
            answer = self.ask("GET", place)
        self.assertEqual(answer.status, 200, answer.text)
        self.assertEqual(answer.headers["Content-Type"], "application/json")
        return json.loads(answer.text)

    def lines(self, url):
        answer = self.ask("GET", url)
        self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "application/fhir+ndjson"))
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        return [json.loads(line) for line in answer.text.splitlines()]

    def refused(self, answer, status, code):
        self.assertEqual(answer.status, status, answer.text)
        outcome = json.loads(answer.text)
        self.assertEqual((outcome["resourceType"], outcome["issue"][0]["code"]), ("OperationOutcome", code))

    def test_everything_is_given_by_type(self):
        self.begin()
        for level in ("", "Patient/"):
            place = self.kick(level + "$export")
            self.assertRegex(place, r"^https://127\.0\.0\.1:[0-9]+/fhir/\$export-status\?_job=[-_A-Za-z0-9]+$")
            manifest = self.manifest(place)
            self.assertTrue(manifest["requiresAccessToken"])
            self.assertRegex(manifest["transactionTime"], r"^20..-..-..T..:..:..(\.[0-9]+)?(Z|[+-]..:..)$")
            self.assertTrue(manifest["request"].endswith("/fhir/" + level + "$export"), manifest["request"])
            self.assertEqual(manifest["error"], [])
            files = {entry["type"]: self.lines(entry["url"]) for entry in manifest["output"]}
            self.assertEqual({kind: len(lines) for kind, lines in files.items()},
                             {"Patient": 3, "Observation": 60, "Goal": 2, "Practitioner": 1})
            self.assertIn(PRETTY, files["Goal"])
            self.assertEqual(files["Practitioner"], [OUTSIDE])
        answer = self.ask("DELETE", place)
        self.assertEqual((answer.status, answer.text), (202, ""))

    def test_types_and_since(self):
        self.begin()
        manifest = self.manifest(self.kick("$export?_type=Goal,Practitioner,Flag&_since=2020-01-01T00:00:00Z"))
        files = {entry["type"]: self.lines(entry["url"]) for entry in manifest["output"]}
        # What does not say when it was changed may have been.
        self.assertEqual(files, {"Goal": [PRETTY], "Practitioner": [OUTSIDE]})
        self.assertIn("_type=Goal,Practitioner,Flag", manifest["request"])

    def test_the_latest_of_a_chain(self):
        self.succeed(*self.export("src", "b.medark"))
        with open(self.path("src/goal.json"), "w", encoding="utf-8") as f:
            json.dump(CHANGED, f)
        self.succeed(*self.export("src", "c.medark", "--previous", "b.medark"))
        self.start("b.medark", "c.medark")
        self.client = self.browser()
        answer = self.client.post("/token", grant_type="client_credentials", client_id="jansen", client_secret=PASSWORD)
        self.token = {"Authorization": "Bearer " + json.loads(answer.text)["access_token"]}
        manifest = self.manifest(self.kick("$export?_type=Goal"))
        goals = self.lines(manifest["output"][0]["url"])
        self.assertEqual(sorted(g["id"] for g in goals), ["g1", "g2"])
        self.assertIn(CHANGED, goals)

    def test_records_in_xml_are_told(self):
        self.write("src/x.xml", XML)
        self.begin()
        error, = self.manifest(self.kick())["error"]
        outcome, = self.lines(error["url"])
        self.assertEqual(error["type"], outcome["resourceType"])
        self.assertIn("1 record is archived as XML and is in none of these files: medark restore gives it", outcome["issue"][0]["diagnostics"])

    def test_what_is_refused(self):
        self.begin()
        self.refused(self.ask("GET", "/fhir/$export"), 400, "invalid")
        for query in ("_since=soon", "_outputFormat=text/csv", "_typeFilter=Goal%3Fstatus%3Dactive", "_type=%ff", "x=" + "y" * 4001):
            self.refused(self.ask("GET", "/fhir/$export?" + query, **BULK), 400, "invalid")
        self.assertEqual(self.ask("GET", "/fhir/$export?_typeFilter=Goal%3Fstatus%3Dactive",
                                  **{**BULK, "Prefer": "respond-async, handling=lenient"}).status, 202)
        for place in ("$export-status?_job=AAAA", "$export-status", "$export-file?_file=AAAA", "$export-file"):
            self.refused(self.ask("GET", "/fhir/" + place), 404, "not-found")
        # An address is for what it was made for.
        job = self.kick()
        page = self.manifest(job)["output"][0]["url"].partition("=")[2]
        self.refused(self.ask("GET", "/fhir/$export-status?_job=" + page), 404, "not-found")
        self.refused(self.ask("GET", "/fhir/$export-file?_file=" + job.partition("=")[2]), 404, "not-found")
        for path in ("$export", "$export-file?_file=x"):
            self.refused(self.ask("DELETE", "/fhir/" + path), 405, "not-supported")
            self.refused(self.ask("POST", "/fhir/" + path), 405, "not-supported")
        self.refused(self.ask("GET", "/fhir/Group/g/$export", **BULK), 404, "not-supported")
        self.token = {}
        for path in ("$export", job, "$export-file?_file=" + page):
            self.refused(self.ask("GET", "/fhir/" + path.rpartition("/")[2], **BULK), 401, "login")

    def test_each_file_is_a_row_of_the_log(self):
        self.begin()
        self.lines(self.manifest(self.kick("$export?_type=Goal"))["output"][0]["url"])
        self.end()
        rows = [(row["query"], row.get("patient")) for row in self.log() if row["kind"] == "export"]
        self.assertEqual(rows, [("$export?_type=Goal", None), ("$export-file?_type=Goal", None)])

    def test_metadata_tells_it(self):
        self.begin()
        rest, = json.loads(self.ask("GET", "/fhir/metadata").text)["rest"]
        self.assertEqual([o["name"] for o in rest["operation"]], ["export"])
        patient, = (r for r in rest["resource"] if r["type"] == "Patient")
        self.assertIn("export", [o["name"] for o in patient["operation"]])

    def test_medark_takes_it_back(self):
        """From the service into an archive again: the same records."""
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-subj", "/CN=ward pc", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "tls.key.pem", "-out",
                        "tls.cert.pem"], cwd=self.folder, check=True, stderr=subprocess.DEVNULL)
        os.chmod(self.path("tls.key.pem"), 0o600)
        self.begin(options=("--tls-cert", "tls.cert.pem", "--tls-key", "tls.key.pem"))
        auth = self.write("auth.json", json.dumps({"method": "client-secret", "client_id": "jansen", "client_secret": PASSWORD,
                                                   "ca": "tls.cert.pem"}), 0o600)
        result = self.succeed(*self.export(f"fhir+https://{self.address}/fhir", "back.medark", "--auth", auth, "--json")).json()[-1]
        self.assertEqual((result["records"], result["patients"], result["complete"]), (66, 3, True))
        kept = []
        for archive in ("b.medark", "back.medark"):
            self.succeed(*self.opened("restore", "--to", "out-" + archive, archive=archive))
            records = []
            for path, content in self.tree("out-" + archive).items():
                texts = content.splitlines() if path.endswith(".ndjson") else [content] if path.endswith(".json") else []
                records += [json.dumps(json.loads(text), sort_keys=True) for text in texts if text.strip()]
            kept.append(sorted(records))
        self.assertEqual(*kept)


if __name__ == "__main__":
    main()
