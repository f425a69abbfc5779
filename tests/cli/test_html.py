# SPDX-License-Identifier: Apache-2.0
"""medark restore --to html:DIR: charts as pages that any browser reads without a network."""

import base64
import datetime
import hashlib
import html.parser
import json
import os
import re
import stat
import urllib.parse

from archive import ArchiveTest
from cli import main

VOID = {"meta", "link", "br", "img", "input"}
TAGS = VOID | set("html head title style body a div p header main footer nav h1 h2 h3 h4 dl dt dd span b bdi strong time section "
                  "table caption thead tbody tr th td ul ol li details summary article pre svg polyline circle script label".split())
ATTRIBUTES = {"lang", "charset", "http-equiv", "content", "name", "class", "href", "id", "tabindex", "aria-label", "aria-hidden",
              "aria-current", "datetime", "scope", "role", "hidden", "for", "type", "autocomplete", "spellcheck", "src", "alt", "rel",
              "viewbox", "points", "cx", "cy", "r", "data-from", "data-units", "data-old", "data-k", "data-found", "data-none",
              "data-more"}
EVIL = "<script>alert(1)</script>\"><img src=x onerror=alert(1)>'</title></style>\u202egpj.exe"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


class Page(html.parser.HTMLParser):
    """What a page is made of; fails where a tag is not closed."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.links, self.ids, self.names, self.handlers, self.scripts, self.styles = [], [], [], set(), [], [], []
        self.attributes, self.text, self.policy = set(), "", None
        self.feed(text)
        self.close()
        if self.open:
            raise AssertionError(f"not closed: {self.open}")

    def handle_starttag(self, tag, attrs):
        self.names.add(tag)
        for name, value in attrs:
            self.attributes.add(name)
            if name in ("href", "src"):
                self.links.append((tag, value))
            if name == "id":
                self.ids.append(value)
        found = dict(attrs)
        if found.get("http-equiv") == "Content-Security-Policy":
            self.policy = found["content"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            raise AssertionError(f"</{tag}> closes nothing")

    def handle_data(self, data):
        if self.open[-1:] == ["script"]:
            self.scripts.append(data)
        elif self.open[-1:] == ["style"]:
            self.styles.append(data)
        else:
            self.text += data


def about(number="p"):
    return {"reference": f"Patient/{number}"}


def attachment(data, kind, **more):
    return {"attachment": dict(contentType=kind, data=base64.b64encode(data).decode(), **more)}


class Pages(ArchiveTest):
    def pages(self, archive, *more):
        more = more if "--lang" in more else (*more, "--lang", "en")
        self.summary = self.succeed(*self.opened("restore", "--to", "html:pages", "--json", *more, archive=archive)).json()[-1]
        found = {}
        for folder, _, names in os.walk(self.path("pages")):
            self.assertEqual(stat.S_IMODE(os.stat(folder).st_mode), 0o700)
            for name in names:
                path = os.path.join(folder, name)
                self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
                inside = os.path.relpath(path, self.path("pages"))
                self.assertRegex(inside, r"\A(index|patients/[0-9]+(-raw|-ips)?|lists/([0-7]|admitted)(-[0-9]+-[0-9]+)?)\.html\Z|\Afiles/[0-9]+-[0-9]+\.[a-z]{3}\Z")
                if inside.endswith(".html"):
                    with open(path, encoding="utf-8") as f:
                        found[inside] = Page(f.read())
        for inside, page in found.items():
            self.check(inside, page, found)
        return found

    def check(self, inside, page, found):
        """Nothing of the data's own runs, links or fetches; our own links lead to something."""
        self.assertLessEqual(page.names, TAGS, inside)
        self.assertLessEqual(page.attributes, ATTRIBUTES, inside)
        self.assertEqual(len(page.ids), len(set(page.ids)), inside)
        for text, directive in ((page.scripts, "script-src"), (page.styles, "style-src")):
            self.assertEqual(len(text), 1, inside)
            digest = base64.b64encode(hashlib.sha256(text[0].encode()).digest()).decode()
            self.assertIn(f"{directive} 'sha256-{digest}'", page.policy)
        self.assertTrue(page.policy.startswith("default-src 'none'; "))
        for tag, link in page.links:
            if tag == "img":
                self.assertRegex(link, r"\Adata:image/(png|jpeg|gif);base64,[A-Za-z0-9+/=]+\Z")
                continue
            self.assertEqual(tag, "a")
            self.assertEqual(urllib.parse.urlsplit(link)[:2], ("", ""), inside)
            path, _, mark = link.partition("#")
            target = os.path.normpath(os.path.join(os.path.dirname(inside), path)) if path else inside
            self.assertTrue(os.path.exists(self.path("pages", target)), link)
            self.assertTrue(not mark or mark in found[target].ids, link)

    def own(self, records, *more):
        self.write("other/r.ndjson", "".join(json.dumps(r) + "\n" for r in records))
        result = self.run_medark(*self.export("other", "b.medark"))
        self.assertIn(result.code, (0, 6), result.err)
        return self.pages("b.medark", *more)

    def test_every_patient_has_a_page_and_stands_in_the_index(self):
        found = self.pages("a.medark")
        self.assertEqual(set(found), {"index.html"} | {f"patients/{i}{kind}.html" for i in (1, 2, 3) for kind in ("", "-raw", "-ips")} |
                         {f"lists/{name}.html" for name in [*range(8), "admitted"]})
        self.assertEqual((self.summary["patients"], self.summary["records"]), (3, 63))
        index = found["index.html"]
        self.assertEqual(sum(link.startswith("patients/") for _, link in index.links), 3)
        self.assertIn("This folder is not encrypted.", index.text)
        for page in found.values():
            self.assertRegex(page.text, r"Emergency copy data of [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{5}")
            self.assertIn("read-only", page.text)

    def test_it_says_which_file_to_open(self):
        said = self.succeed(*self.opened("restore", "--to", "html:pages")).out
        self.assertIn("open index.html in that folder with a browser", said)
        self.assertNotIn("index.html", self.succeed(*self.opened("restore", "--to", "csv:tables")).out)

    def test_the_pages_speak_dutch(self):
        found = self.pages("a.medark", "--lang", "nl", "--patient", "999990019")
        self.assertIn("Deze map is niet versleuteld.", found["index.html"].text)
        self.assertIn("alleen lezen", found["patients/1.html"].text)
        self.assertEqual(self.summary["patients"], 1)
        # Of one patient alone a list of all would be wrong.
        self.assertFalse(os.path.exists(self.path("pages/lists")))

    def test_lists_lead_to_charts_and_to_summaries_that_can_be_printed(self):
        today, records = datetime.date.today(), []
        for n in range(103):
            who = about(f"w{n}")
            records += [{"resourceType": "Patient", "id": f"w{n}", "name": [{"family": f"Ward{n:03}"}], "identifier": [{"value": f"N{n:03}"}]},
                        {"resourceType": "Encounter", "id": f"e{n}", "status": "in-progress", "class": {"code": "IMP"}, "subject": who,
                         "location": [{"location": {"display": EVIL if n == 0 else f"Ward {'AB'[n % 2]}"}}]},
                        {"resourceType": "MedicationRequest", "id": f"m{n}", "status": "active", "subject": who,
                         "medicationCodeableConcept": {"text": f"medicine {n:03}"}}]
        records += [{"resourceType": "Appointment", "id": f"a{n}", "status": "booked", "description": f"visit {n}",
                     "start": f"{today + datetime.timedelta(days=day)}T{12 - n:02}:00:00", "participant": [{"actor": about(f"w{n}")}]}
                    for n, day in enumerate((2, 2, -1, 9))]
        found = self.own(records)
        self.assertIn(("a", "lists/0.html"), found["index.html"].links)
        self.assertIn(("a", "../lists/0.html"), found["patients/1.html"].links)
        self.assertEqual(sum(link.startswith("../patients/") for _, link in found["lists/admitted.html"].links), 103)
        days = [re.findall(r"visit \d", found[f"lists/{n}.html"].text) for n in range(8)]
        # Ordered by their time; those before and after the week are not there.
        self.assertEqual(days, [[], [], ["visit 1", "visit 0"], [], [], [], [], []])
        self.assertIn("The source has nobody here.", found["lists/0.html"].text)
        self.assertEqual(re.findall(r"medicine \d+", found["lists/2-0-1.html"].text), ["medicine 001", "medicine 000"])
        first, second = found["lists/admitted-0-1.html"], found["lists/admitted-0-2.html"]
        self.assertIn("Patients 1 to 100 of 103.", first.text)
        self.assertIn(("a", "admitted-0-2.html"), first.links)
        self.assertIn("Patients 101 to 103 of 103.", second.text)
        shown = re.findall(r"medicine (\d+)", first.text + second.text)
        self.assertEqual(sorted(shown), [f"{n:03}" for n in range(103)])
        self.assertEqual(first.text.count("Emergency copy, data of "), 100)
        for part in first.text.split("Record number")[1:]:
            self.assertRegex(part.strip(), r"^N\d{3}")
        # By place: the odd one, then ward A, ward B.
        self.assertEqual([len(re.findall("medicine ", found[f"lists/admitted-{n}-1.html"].text)) for n in (1, 2, 3)], [1, 51, 51])
        self.assertIn("Admitted, Ward B", found["lists/admitted-3-1.html"].text)
        self.assertNotIn("lists/admitted-4-1.html", found)

    def test_files_that_records_point_to_come_along(self):
        self.write("other/docs/letter.pdf", b"%PDF-1.4 letter")
        self.write("other/docs/evil.html", b"<script>alert(1)</script>")
        found = self.own([{"resourceType": "Patient", "id": "p"}, {
            "resourceType": "DocumentReference", "id": "d", "subject": about(), "status": "current", "content": [
                {"attachment": {"url": url}} for url in ("docs/letter.pdf", "docs/evil.html", "./docs/letter.pdf", "docs/none.pdf")]}])
        files = {name: open(self.path("pages/files", name), "rb").read() for name in os.listdir(self.path("pages/files"))}
        self.assertEqual(files, {"1-1.pdf": b"%PDF-1.4 letter", "1-2.bin": b"<script>alert(1)</script>", "1-3.pdf": b"%PDF-1.4 letter"})
        self.assertEqual(sum("../files/" in link for _, link in found["patients/1.html"].links), 3)
        self.assertEqual(found["patients/1.html"].text.count("cannot be shown here"), 1)

    def test_a_hostile_patient_is_inert(self):
        found = self.own([
            {"resourceType": "Patient", "id": "p", "name": [{"family": EVIL, "given": [EVIL]}], "birthDate": "1970-01-31",
             "identifier": [{"system": "x", "value": EVIL}], "address": [{"city": EVIL}]},
            {"resourceType": "AllergyIntolerance", "id": "a", "patient": about(), "code": {"text": EVIL}},
            {"resourceType": "Flag", "id": "f", "subject": about(), "status": "active", "code": {"text": EVIL}},
            {"resourceType": "Composition", "id": "c", "subject": about(), "title": EVIL, "status": "final", "date": "2026-01-01",
             "text": {"status": "generated", "div": "<div>" + EVIL + "<a href='javascript:alert(1)'>x</a><svg onload=x></div></main>"}},
            {"resourceType": "DocumentReference", "id": "d", "subject": about(), "status": "current", "content": [
                attachment(b"<script>alert(1)</script>", "text/html", title=EVIL),
                attachment(b"<svg onload='alert(1)'/>", "image/svg+xml"),
                attachment(EVIL.encode(), "text/plain"),
                attachment(PNG, "text/html", title=EVIL),
                attachment(b"%PDF-1.4 x", "text/html"),
                {"attachment": {"url": "javascript:alert(1)", "title": EVIL}},
                {"attachment": {"url": "Binary/b"}},
                {"attachment": {"data": "###", "title": "broken"}}]},
            {"resourceType": "Binary", "id": "b", "contentType": "text/html", "data": base64.b64encode(b"GIF89a").decode()},
            {"resourceType": "Observation", "id": "o", "subject": about(), "status": "final", "code": {"text": EVIL},
             "valueString": EVIL, "category": [{"coding": [{"code": "laboratory"}]}]}])
        chart = found["patients/1.html"]
        self.assertIn("alert(1)", chart.text)
        self.assertNotIn("\u202e", chart.text)
        files = sorted(os.listdir(self.path("pages/files")))
        self.assertEqual([name.rpartition(".")[2] for name in files], ["bin", "bin", "pdf", "gif"])
        self.assertEqual(self.summary["opaque"], 4)
        self.assertEqual([link[:22] for tag, link in chart.links if tag == "img"], ["data:image/png;base64,"])

    def test_results_and_letters_are_shown_as_recorded(self):
        result = {"resourceType": "Observation", "subject": about(), "status": "final", "code": {"text": "Potassium"},
                  "category": [{"coding": [{"code": "laboratory"}]}]}
        records = [{"resourceType": "Patient", "id": "p", "name": [{"family": "Jansen", "given": ["Anna"]}], "birthDate": "1970", "deceasedBoolean": True}]
        records += [dict(result, id=f"r{i}", effectiveDateTime=f"2026-0{i}-01", valueQuantity={"value": i, "unit": "mmol/l"})
                    for i in range(1, 5)]
        records.append({"resourceType": "DocumentReference", "id": "d", "subject": about(), "status": "current", "date": "2026-05-01",
                        "description": "A letter", "content": [attachment("Dear colleague,\n\u00e9".encode(), "text/plain")]})
        found = self.own(records)
        self.assertIn("Jansen, Anna Deceased", found["index.html"].text)
        text = found["patients/1.html"].text
        self.assertIn("Trend of Potassium: 4 values", text)
        self.assertIn("4 mmol/l01 Apr 2026", text)
        self.assertIn("Dear colleague,\n\u00e9", text)
        self.assertIn("Born1970", re.sub(r"\s", "", text))
        self.assertIn('"resourceType": "DocumentReference"', found["patients/1-raw.html"].text)

    def test_what_does_not_fit_is_refused(self):
        for more in (["--force"], ["--type", "Observation", "--patient", "p1"], ["--lang", "fr"]):
            self.refuse(2, *self.opened("restore", "--to", "html:x", *more))
        self.refuse(2, *self.opened("restore", "--to", "x", "--lang", "nl"))
        self.refuse(2, *self.opened("restore", "--to", "fhir+http://127.0.0.1:1/", "--lang", "nl"))
        self.refuse(2, *self.opened("restore", "--to", "html:"))
        self.assertFalse(os.path.exists(self.path("x")))


if __name__ == "__main__":
    main()
