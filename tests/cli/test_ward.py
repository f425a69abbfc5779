# SPDX-License-Identifier: Apache-2.0
"""medark serve: the summaries of all patients of a list, to be printed at once."""

import datetime
import json
import os
import re
import resource

from cli import main
from service import ServiceTest


class Ward(ServiceTest):
    def setUp(self):
        super().setUp()
        self.account()
        self.account("desk", "desk")

    def serve(self, count, *more):
        """Patients w0, w1 … of whom the even ones are in ward A, the others in ward B; each has a medicine."""
        today, rows = datetime.date.today(), list(more)
        for n in range(count):
            who = {"reference": f"Patient/w{n}"}
            rows += [{"resourceType": "Patient", "id": f"w{n}", "birthDate": "1960-01-01",
                      "name": [{"family": f"Ward{n:03}", "given": ["Ada"]}], "identifier": [{"value": f"N{n:03}"}]},
                     {"resourceType": "Encounter", "id": f"e{n}", "status": "in-progress", "class": {"code": "IMP"},
                      "subject": who, "location": [{"location": {"display": f"Ward {'AB'[n % 2]}"}}]},
                     {"resourceType": "MedicationRequest", "id": f"m{n}", "status": "active", "subject": who,
                      "medicationCodeableConcept": {"text": f"medicine {n:03}"}},
                     {"resourceType": "Appointment", "id": f"a{n}", "status": "booked", "start": f"{today}T{8 + n % 9:02}:00:00Z",
                      "participant": [{"actor": who}]}]
        self.write("ward/all.ndjson", "".join(json.dumps(r) + "\n" for r in rows))
        self.succeed(*self.export("ward", "ward.medark"))
        self.start("ward.medark", options=("--zone", "/usr/share/zoneinfo/Etc/UTC", "--audit-log", "log"))
        return self.doctor()

    @staticmethod
    def print(browser, which, **more):
        return browser.post("/print", **{"list": which, "from": "0", "reason": "TREAT", "text": "round", **more})

    @staticmethod
    def parts(answer):
        """What each patient's part of the document says, by family name."""
        parts = answer.text.split('<section class="part"')[1:]
        return {re.search(r"Ward\d\d\d", part).group(0): part for part in parts}

    def rows(self):
        """What the log says was printed, by patient."""
        self.end()
        files = sorted("log/" + name for name in os.listdir(self.path("log")))
        rows = self.succeed("audit", *files, "--identity", "it.key.pem", "--json").json()
        return [row for row in rows if row.get("kind") == "print"]

    def test_each_patient_of_a_list_has_a_part_and_a_row_in_the_log(self):
        warning = {"resourceType": "AllergyIntolerance", "id": "al", "patient": {"reference": "Patient/w2"},
                   "code": {"text": "penicillin"}, "clinicalStatus": {"coding": [{"code": "active"}]}}
        twice = {"resourceType": "Encounter", "id": "again", "status": "in-progress", "class": {"code": "IMP"},
                 "subject": {"reference": "Patient/w1"}, "location": [{"location": {"display": "Ward B"}}]}
        browser = self.serve(4, warning, twice)
        asked = browser.get("/lists/admitted/print")
        self.assertIn('name="reason"', asked.text)
        self.assertNotIn("Ward0", asked.text)
        shown = self.print(browser, "admitted")
        self.assertEqual(shown.status, 200)
        parts = self.parts(shown)
        # By ward, each once.
        self.assertEqual(list(parts), ["Ward000", "Ward002", "Ward001", "Ward003"])
        for name, part in parts.items():
            number = name[-3:]
            self.assertIn(f"<bdi>N{number}</bdi>", part)
            self.assertIn(f"medicine {number}", part)
            self.assertEqual(part.count("Emergency copy, data of"), 1)
            self.assertEqual(len(re.findall("medicine ", part)), 1)
        self.assertIn("<b>penicillin</b>", parts["Ward002"])
        self.assertIn("Not recorded", parts["Ward001"])
        self.assertIn("Patients 1 to 4 of 4.", shown.text)
        self.assertNotIn("Show the next ones", shown.text)
        for bad in ("<script", " style=", 'href="#'):
            self.assertNotIn(bad, shown.text[shown.text.index("<main"):])
        rows = self.rows()
        self.assertEqual([row["patient"] for row in rows], ["w0", "w2", "w1", "w3"])
        self.assertEqual({(row["account"], row["reason"], row["reason_text"], row["detail"]) for row in rows},
                         {("jansen", "TREAT", "round", "summary, admitted")})

    def test_a_ward_or_a_day_can_be_printed_alone(self):
        browser = self.serve(4)
        places = re.findall(r'href="(/lists/admitted/print[^"]*)">([^<]*)<', browser.get("/lists/admitted").text)
        self.assertEqual(places, [("/lists/admitted/print", "All"), ("/lists/admitted/print/0", "Ward A"),
                                  ("/lists/admitted/print/1", "Ward B")])
        self.assertIn('name="place" value="1"', browser.get(places[2][0]).text)
        shown = self.print(browser, "admitted", place="1")
        self.assertEqual(list(self.parts(shown)), ["Ward001", "Ward003"])
        self.assertIn("Admitted, Ward B</h1>", shown.text)
        day = self.print(browser, "0")
        self.assertEqual(list(self.parts(day)), ["Ward000", "Ward001", "Ward002", "Ward003"])
        self.assertEqual(self.print(browser, "1").text.count('class="part"'), 0)
        self.assertEqual(self.print(browser, "admitted", place="2").text.count('class="part"'), 0)
        self.assertEqual(len(self.rows()), 6)

    def test_a_document_has_a_hundred_at_most_and_says_how_many_there_are(self):
        browser = self.serve(103)
        shown = self.print(browser, "admitted")
        self.assertEqual(len(self.parts(shown)), 100)
        self.assertIn("Patients 1 to 100 of 103.", shown.text)
        self.assertIn("<span>100/103</span>", shown.text)
        form = shown.text[shown.text.index('<form class="no-print"'):]
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[:form.index("</form>")]))
        self.assertEqual((fields["from"], fields["reason"], fields["text"]), ("100", "TREAT", "round"))
        last = browser.post("/print", **fields)
        self.assertEqual(len(self.parts(last)), 3)
        self.assertIn("Patients 101 to 103 of 103.", last.text)
        self.assertFalse(set(self.parts(shown)) & set(self.parts(last)))
        self.assertEqual(self.print(browser, "admitted", **{"from": "104"}).status, 404)
        self.assertEqual(len(self.rows()), 103)

    def test_it_needs_a_reason_and_a_clinician(self):
        browser, desk = self.serve(2), self.browser()
        desk.log_in("desk")
        for more in ({"reason": ""}, {"reason": "WHIM"}, {"reason": "BEHALF", "text": ""}):
            answer = self.print(browser, "admitted", **more)
            self.assertEqual(answer.status, 400)
            self.assertIn('name="list" value="admitted"', answer.text)
            self.assertNotIn("Ward0", answer.text)
        self.assertNotIn("/print", desk.get("/lists/admitted").text)
        for answer in (desk.get("/lists/admitted/print"), self.print(desk, "admitted")):
            self.assertEqual(answer.status, 403)
            self.assertNotIn("Ward0", answer.text)
        self.assertEqual(self.print(browser, "admitted", csrf="0" * 64).status, 403)
        for more in ({"list": "8"}, {"list": ""}, {"from": "-1"}, {"from": "x"}, {"place": "9999"}, {"place": "x"}):
            fields = {"list": "admitted", "from": "0", "reason": "TREAT", **more}
            self.assertEqual(browser.post("/print", **fields).status, 404, more)
        for path in ("/lists/admitted/", "/lists/admitted/prints", "/lists/admitted/print/", "/lists/admitted/print/x",
                     "/lists/9/print"):
            self.assertEqual(browser.get(path).status, 404, path)
        self.assertEqual(browser.get("/print").status, 405)
        self.assertEqual(self.rows(), [])

    def test_nothing_is_shown_when_one_row_cannot_be_written(self):
        browser = self.serve(20)
        self.print(browser, "0", reason="")
        # Room for some of the rows.
        limit = os.path.getsize(self.path("log/audit-000001.log")) + 2500
        resource.prlimit(self.service.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        answer = self.print(browser, "admitted")
        self.assertEqual(answer.status, 503)
        self.assertNotIn("Ward0", answer.text)
        self.assertNotIn("medicine", answer.text)
        resource.prlimit(self.service.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        self.assertEqual(len(self.parts(self.print(browser, "admitted"))), 20)
        rows = self.rows()
        self.assertGreater(len(rows), 20)
        self.assertLess(len(rows), 40)


if __name__ == "__main__":
    main()
