# SPDX-License-Identifier: Apache-2.0
"""medark serve: files of an archive that are no records, in the charts whose records point to them, and for who administers."""

import gzip
import hashlib
import json
import re

from archive import patient
from cli import main
from service import ServiceTest

PDF = b"%PDF-1.4 a letter\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
HTML = b"<script>alert(1)</script>"
BIG = bytes(range(256)) * 40000  # over more than one segment

SERVED = "https://server.example/fhir/Binary/7?x"
FETCHED = f"attachments/{hashlib.sha256(SERVED.encode()).hexdigest()[:32]}-letter.bin"

# What a DocumentReference of p1 points to, from fhir/, and what has to come: None if nothing.
LINKS = {
    "../docs/letter.pdf": (PDF, "application/pdf", "attachment"),
    "docs/scan.png": (PNG, "image/png", "inline"),
    "docs/a%20b.html": (HTML, "application/octet-stream", "attachment"),
    "own.bin": (BIG, "application/octet-stream", "attachment"),
    # As an export from a server names what it has fetched: by the address.
    SERVED: (b"fetched", "application/octet-stream", "attachment"),
    "docs/none.pdf": None,
    "../../../../etc/passwd": None,
    "/docs/letter.pdf": None,
    "https://other.example/docs/letter.pdf": None,
    # Packed records of everybody are no document of one patient.
    "../all.ndjson.gz": None,
}


class Files(ServiceTest):
    def setUp(self):
        super().setUp()
        self.account()
        self.account("it", "admin")
        for name, content in {FETCHED: b"fetched", "docs/letter.pdf": PDF, "docs/scan.png": PNG, "docs/a b.html": HTML, "fhir/own.bin": BIG,
                              "lost/Jansen 1970.txt": b"whose?", "all.ndjson.gz": gzip.compress((patient(1) + "\n").encode())}.items():
            self.write("new/" + name, content)
        self.write("new/fhir/Patient.ndjson", patient(0) + "\n")
        self.write("new/fhir/DocumentReference.ndjson", "".join(json.dumps({
            "resourceType": "DocumentReference", "id": f"d{i}", "status": "current", "subject": {"reference": "Patient/p1"},
            "content": [{"attachment": {"title": f"title {i}.", "url": url}}]}) + "\n" for i, url in enumerate(LINKS)))
        self.succeed(*self.export("new", "files.medark"))

    def serve(self):
        self.start("files.medark")

    def test_a_chart_has_the_files_that_its_records_point_to(self):
        self.serve()
        browser = self.doctor()
        while browser.get("/lists/0").status == 503:
            pass
        chart = browser.open("vries jan").text
        for i, (url, wanted) in enumerate(LINKS.items()):
            found = re.search(rf'href="(/chart/[0-9a-f]+/file/\d+/\d+)"[^>]*>title {i}\.<', chart)
            self.assertEqual(bool(found), bool(wanted), url)
            self.assertEqual(f"title {i}., cannot be shown here" in chart, not wanted)
            if not wanted:
                continue
            answer = browser.get(found.group(1))
            content, kind, disposition = wanted
            self.assertEqual((answer.status, answer.body), (200, content), url)
            self.assertEqual(answer.headers["Content-Type"], kind)
            self.assertTrue(answer.headers["Content-Disposition"].startswith(disposition))
            self.assertIn("sandbox", answer.headers["Content-Security-Policy"])
        self.end()
        rows = [row for row in self.log("--patient", "p1") if row["detail"] == "file"]
        self.assertEqual(len(rows), sum(map(bool, LINKS.values())))

    def test_who_administers_finds_all_others_too(self):
        self.serve()
        admin, doctor = self.browser(), self.doctor()
        admin.log_in("it")
        self.assertEqual(admin.get("/").headers["Location"], "/files/")
        self.assertNotIn("/files/", doctor.get("/").text)
        self.assertEqual(doctor.get("/files/").status, 403)
        while admin.get("/files/").status == 503:
            pass
        text = admin.get("/files/").text
        found = {name: place for place, name in re.findall(r'href="(/files/\d+-\d+)">([^<]*)<', text)}
        self.assertEqual(sorted(found), [FETCHED, "docs/a b.html", "docs/letter.pdf", "docs/scan.png", "fhir/own.bin",
                                         "lost/Jansen 1970.txt"])
        place = found["lost/Jansen 1970.txt"]
        self.assertEqual(doctor.get(place).status, 403)
        answer = admin.get(place)
        self.assertEqual(answer.body, b"whose?")
        self.assertEqual(answer.headers["Content-Type"], "application/octet-stream")
        self.assertEqual(admin.get(found["fhir/own.bin"]).body, BIG)
        for odd in ("/files/0-0", "/files/1-0", "/files/0-4294967295", "/files/0-", "/files/x", "/files/from-6", "/files/from-x",
                    "/files/..%2f"):
            self.assertEqual(admin.get(odd).status, 404, odd)
        self.end()
        rows = [row for row in self.log() if row["kind"] == "export"]
        self.assertEqual([row["account"] for row in rows], ["it", "it"])
        self.assertRegex(rows[0]["detail"], r"^item \d+ of archive 1 of the chain: lost/Jansen 1970\.txt$")

    def test_a_long_list_goes_on(self):
        for i in range(205):
            self.write(f"new/many/{i:03}.txt", str(i).encode())
        self.succeed(*self.export("new", "many.medark"))
        self.start("many.medark")
        admin = self.browser()
        admin.log_in("it")
        while admin.get("/files/").status == 503:
            pass
        text = admin.get("/files/").text
        next_, = re.findall(r'href="(/files/from-\d+)"', text)
        rest = admin.get(next_).text
        self.assertNotIn("/files/from-", rest)
        names = re.findall(r'href="/files/\d+-\d+">([^<]*)<', text + rest)
        self.assertEqual(len(names), 211)
        self.assertEqual(len(set(names)), 211)


if __name__ == "__main__":
    main()
