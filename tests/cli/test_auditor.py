# SPDX-License-Identifier: Apache-2.0
"""medark serve: the page of who checks who read what."""

import datetime
import html
import http.client
import json
import os
import re
import resource

from cli import main
from service import ServiceTest

BSN = "999990019"


def rows(answer):
    """The cells of the table, as text."""
    assert answer.status == 200, (answer.status, answer.text)
    body = answer.text.partition("<tbody>")[2].partition("</tbody>")[0]
    return [[html.unescape(re.sub(r"<[^>]*>", "", cell)) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row)]
            for row in re.findall(r"<tr>(.*?)</tr>", body)]


class Auditor(ServiceTest):
    def setUp(self):
        super().setUp()
        self.account()
        self.account("audit", "auditor")

    def auditor(self, **headers):
        browser = self.browser(**headers)
        self.assertEqual(browser.log_in("audit").headers["Location"], "/")
        self.assertEqual(browser.get("/").headers["Location"], "/log")
        browser.get("/log")
        return browser

    def test_the_log_is_the_first_page_and_no_chart_opens(self):
        self.start()
        doctor = self.doctor()
        doctor.open(BSN, reason="ETREAT", text="sudden")
        place, = doctor.find("vries jan")
        auditor = self.auditor()
        answer = auditor.get("/log")
        self.assertIn("The log is unbroken", answer.text)
        told = rows(answer)
        self.assertEqual([row[2].split(" ")[0] for row in told[2:7]], ["log-in", "search", "read", "chart", "search"])
        chart = told[5]
        self.assertIn("Dr Jansen jansen, clinician", chart[1])
        self.assertEqual(chart[3:], ["p1", "emergency sudden", "127.0.0.1"])
        self.assertRegex(chart[0], r"^\d\d \w{3} \d{4} \d\d:\d\d:\d\d")
        # Whoever reads the log stands in it, too, before anything is shown.
        self.assertTrue(told[0][2].startswith("log read"), told[0])
        self.assertIn("audit, auditor", told[0][1])
        for secret in ("Vries, Jan", "weight"):
            self.assertNotIn(secret, answer.text)
        for path in (place, "/lists/0", "/lists/admitted"):
            self.assertIn(auditor.get(path).status, (403, 404))
        self.assertEqual(auditor.post("/find", query="vries").headers["Location"], "/log")
        self.assertEqual(auditor.post("/open", chart=place[7:], reason="TREAT").status, 403)
        self.assertNotIn('href="/lists', answer.text)

    def test_what_people_typed_stays_text(self):
        self.start()
        hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>\u202egpj"
        self.doctor().post("/find", query=hostile)
        stranger = self.browser()
        stranger.post("/login", name="<b>x</b>\x01", password="p")
        auditor = self.auditor()
        for answer in auditor.get("/log"), auditor.post("/log", patient=hostile, account=hostile):
            self.assertEqual(answer.status, 200)
            for mark in ("<script", "<img", "<b>x", "\u202e", "\x01"):
                self.assertNotIn(mark, answer.text)
        self.assertIn("&lt;script&gt;alert(1)", answer.text)

    def test_nobody_else_reads_it(self):
        self.account("desk", "desk")
        self.start()
        desk = self.browser()
        desk.log_in("desk")
        for browser in (desk, self.doctor()):
            for answer in browser.get("/log"), browser.post("/log"), browser.post("/log/save"):
                self.assertEqual(answer.status, 403)
                self.assertNotIn("<tbody>", answer.text)
            self.assertNotIn('href="/log"', browser.get("/").text)
        stranger = self.browser()
        self.assertEqual(stranger.get("/log").headers["Location"], "/login")
        auditor = self.auditor()
        self.assertEqual(auditor.post("/log", csrf="0" * 64).status, 403)
        auditor.get("/log")
        auditor.post("/lock")
        for answer in auditor.get("/log"), auditor.post("/log"), auditor.post("/log/save"):
            self.assertEqual(answer.headers["Location"], "/unlock")
        self.end()
        self.assertEqual([row["account"] for row in self.log() if row["kind"] == "log"], ["audit"] * 2)

    def test_who_treats_and_checks_has_both(self):
        self.succeed("account", "roles", "jansen", "--role", "clinician", "--role", "auditor", "--state", "state")
        self.start()
        both = self.doctor()
        text = both.get("/").text
        for href in ("/", "/lists/0", "/log"):
            self.assertIn(f'href="{href}"', text)
        self.assertEqual(both.get("/log").status, 200)

    def test_by_patient_employee_and_day(self):
        self.account("bakker")
        self.start(options=("--zone", "/usr/share/zoneinfo/Etc/UTC"))
        self.doctor().open(BSN)
        other = self.browser()
        other.log_in("bakker")
        other.open("vries anna")
        auditor = self.auditor()
        of = {}
        for patient in ("p1", "p3", BSN, " p1 ", "p2", "999990032", "Patient/p1", "Vries"):
            found = rows(auditor.post("/log", patient=patient))
            of[patient] = {(row[1].split(",")[0].split(" ")[-1], row[3]) for row in found if "log read" not in row[2]}
        self.assertEqual(of, {"p1": {("jansen", "p1")}, " p1 ": {("jansen", "p1")}, BSN: {("jansen", "p1")},
                              "p3": {("bakker", "p3")}, "999990032": {("bakker", "p3")}, "p2": set(),
                              "Patient/p1": {("jansen", "p1")}, "Vries": set()})
        found = rows(auditor.post("/log", account="bakker"))
        self.assertEqual([row[2].split(" ")[0] for row in found], ["read", "chart", "search", "log-in"])
        found = rows(auditor.post("/log", account="bakker", patient="p3"))
        self.assertEqual([row[2].split(" ")[0] for row in found], ["read", "chart"])
        today = datetime.datetime.now(datetime.timezone.utc).date()
        before, after = (str(today + datetime.timedelta(days)) for days in (-1, 1))
        for days, is_found in [({"from": before}, True), ({"from": after}, False), ({"until": before}, False),
                               ({"until": after}, True), ({"from": before, "until": after}, True),
                               ({"from": after, "until": before}, False)]:
            answer = auditor.post("/log", account="bakker", **days)
            self.assertEqual(bool(rows(answer)), is_found, days)
            self.assertEqual("No row of the log is about that" in answer.text, not is_found)
        for wrong in ({"from": "2026-02-31"}, {"until": "yesterday"}, {"from": "2026-11"}, {"patient": "x" * 300},
                      {"account": "y" * 300}):
            answer = auditor.post("/log", **wrong)
            self.assertEqual(answer.status, 400)
            self.assertIn("Days are written 2026-11-29", answer.text)
        self.end()
        told = self.log("--account", "audit", "--patient", "p1")
        self.assertEqual({(row["kind"], row["reason"]) for row in told}, {("log", "HCOMPL")})

    def test_a_day_is_that_of_the_providers_clock(self):
        """No place on Earth has another date than these two at any moment, fourteen hours apart at least."""
        now = datetime.datetime.now(datetime.timezone.utc)
        for zone, hours in (("Etc/GMT-14", 14), ("Etc/GMT+12", -12)):
            self.start(options=("--zone", "/usr/share/zoneinfo/" + zone))
            auditor = self.auditor()
            day = (now + datetime.timedelta(hours=hours)).date()
            answer = auditor.post("/log", **{"from": str(day), "until": str(day)})
            if rows(answer) == []:  # midnight came there meanwhile
                day += datetime.timedelta(1)
                answer = auditor.post("/log", **{"from": str(day), "until": str(day)})
            self.assertTrue(rows(answer)[0][0].startswith(f"{day.day:02} "), (rows(answer)[0], day))
            self.assertEqual(rows(auditor.post("/log", **{"from": str(day + datetime.timedelta(1))})), [])
            self.end()

    def test_pages_go_back_and_stay_where_they_are(self):
        self.start()
        doctor = self.doctor()
        for number in range(210):
            doctor.post("/find", query=f"nobody {number}")
        auditor = self.auditor()

        def turn(answer, word):
            form = re.search(r'<form method="post" action="/log">((?:(?!</form>).)*)>' + word + "<", answer.text)
            return form and auditor.post("/log", **dict(re.findall(r'name="(\w+)" value="([^"]*)"', form.group(1))))

        def queries(answer):
            return [int(each) for each in re.findall(r"nobody (\d+)<", answer.text)]

        first = auditor.post("/log", account="jansen")
        self.assertEqual(queries(first), list(range(209, 109, -1)))
        self.assertIsNone(turn(first, "Newer"))
        doctor.post("/find", query="somebody else")
        second = turn(first, "Older")
        self.assertEqual(queries(second), list(range(109, 9, -1)))
        self.assertIn("Page 2", second.text)
        third = turn(second, "Older")
        self.assertEqual(queries(third), list(range(9, -1, -1)))
        self.assertEqual(rows(third)[-1][2], "log-in")
        self.assertIsNone(turn(third, "Older"))
        self.assertEqual(queries(turn(turn(third, "Newer"), "Newer")), queries(first))
        self.assertIn("somebody else", auditor.post("/log", account="jansen").text)
        self.assertEqual(rows(auditor.post("/log", account="jansen", page="99999")), [])
        self.assertEqual(len(rows(auditor.post("/log", page="-1", file="x", row="18446744073709551616"))), 100)

    def test_it_can_be_saved_as_audit_events(self):
        self.start()
        self.doctor().open(BSN, reason="BEHALF", text="Dr Bakker")
        auditor = self.auditor()
        for number in range(150):
            auditor.post("/find", query=f"{number}")
        answer = auditor.post("/log/save")
        self.assertEqual(answer.headers["Content-Type"], "application/fhir+ndjson")
        self.assertRegex(answer.headers["Content-Disposition"],
                         r'^attachment; filename="audit-\d{4}-\d\d-\d\d\.ndjson"$')
        some = auditor.post("/log/save", patient=BSN).text
        auditor.get("/log")
        self.assertEqual(auditor.post("/log/save", **{"from": "soon"}).status, 400)
        self.end()
        said = self.succeed("audit", "state/audit/audit-000001.log", "--identity", "it.key.pem", "--fhir").out
        self.assertTrue(said.startswith(answer.text))
        events = [json.loads(line) for line in answer.text.splitlines()]
        self.assertEqual(events[-1]["outcomeDesc"], "saved as AuditEvents")
        self.assertEqual({each["resourceType"] for each in events}, {"AuditEvent"})
        some = [json.loads(line) for line in some.splitlines()]
        self.assertEqual([each["subtype"][0]["code"] for each in some[:2]], ["access", "read"])
        self.assertEqual(some[0]["purposeOfEvent"], [{"text": "on behalf of Dr Bakker"}])
        self.assertIn({"identifier": {"value": "p1"}}, [entity.get("what") for entity in some[0]["entity"]])

    def test_what_restores_took_out_is_another_log(self):
        self.start()
        auditor = self.auditor()
        empty = auditor.post("/log", log="restores")
        self.assertEqual(rows(empty), [])
        self.assertIn("No row of the log is about that", empty.text)
        self.assertNotIn("The log is unbroken", empty.text)
        self.assertIn("No row of the log is about that", auditor.post("/log/save", log="restores").text)
        # While the service runs, whose own log is locked.
        for target in ("html:pack", "csv:tables"):
            self.succeed(*self.opened("restore", "--to", target, "--state", "state"))
        answer = auditor.post("/log", log="restores")
        self.assertIn("The log is unbroken", answer.text)
        self.assertEqual([row[2] for row in rows(answer)],
                         [f"taken out as data exported to clear text: {form}, all, 3 patients" for form in ("csv", "html")])
        self.assertIn('<option value="restores" selected>', answer.text)
        saved = [json.loads(line) for line in auditor.post("/log/save", log="restores").text.splitlines()]
        self.assertEqual([event["subtype"][0]["code"] for event in saved], ["extract"] * 2)
        self.assertNotIn("csv", auditor.get("/log").text)
        self.end()
        self.assertEqual([row["query"] for row in self.log() if row["kind"] == "log"],
                         [None, *["log=restores"] * 4, None])

    def test_a_long_log_is_saved_whole(self):
        self.start()
        doctor = self.doctor()
        for _ in range(40):
            doctor.post("/find", query="x" * 1000)
        text = self.auditor().post("/log/save").text
        self.assertGreater(len(text), 65536)
        self.assertEqual(text.count("\n"), 45)
        for line in text.splitlines():
            json.loads(line)

    def test_a_log_that_was_changed_is_told(self):
        for _ in range(2):
            self.start()
            self.doctor().find("vries")
            self.end()
        path = self.path("state/audit/audit-000001.log")
        with open(path, "r+b") as f:
            f.seek(-1, os.SEEK_END)
            last = f.read(1)
            f.seek(-1, os.SEEK_END)
            f.write(bytes([last[0] ^ 1]))
        self.start()
        auditor = self.auditor()
        text = auditor.get("/log").text
        self.assertNotIn("The log is unbroken", text)
        self.assertIn("<b>The log is broken.</b> File 1, row 4: it was changed", text)
        self.assertIn("vries", text)
        # A copy that ends early must not look like a whole one.
        with self.assertRaises(http.client.IncompleteRead):
            auditor.post("/log/save")
        os.rename(path, self.path("away"))
        self.assertIn("Files that are older are not here; the first one has number 2.", auditor.get("/log").text)
        os.rename(self.path("state/audit/audit-000002.log"), path)
        self.assertIn("File 1: it cannot be read as a log", auditor.get("/log").text)
        os.remove(path)
        self.end()

    def test_what_is_sealed_to_other_keys_is_said_to_be(self):
        self.write("secret words", "a passphrase of many words\n", 0o600)
        self.succeed("key", "new", "--role", "recipient", "--name", "auditor", "--out", "auditor")
        command = self.export("src", "b.medark", "--passphrase-file", "secret words")
        self.succeed(*command[:2], *command[4:])
        self.start()
        self.end()
        self.start("b.medark", identity=("--passphrase-file", "secret words"), options=("--auditor", "auditor.cert.pem"))
        auditor = self.auditor()
        answer = auditor.get("/log")
        self.assertIn("The log is unbroken", answer.text)
        self.assertIn("are sealed to keys that this service does not have", answer.text)
        self.assertIn("(2/2) <code>medark audit audit-*.log --identity KEY</code>", answer.text)
        self.assertEqual(rows(answer), [])
        self.assertEqual(auditor.post("/log/save").text, "")
        self.end()
        rest = self.succeed("audit", "state/audit/audit-000002.log", "--identity", "auditor.key.pem", "--json").json()
        self.assertEqual([row["kind"] for row in rest if row["message_type"] == "event"],
                         ["start", "login", "log", "log", "log", "stop"])
        self.start()
        answer = self.auditor().get("/log")
        self.assertIn("(1/3) <code>", answer.text)
        self.assertEqual(rows(answer)[-1][2], "service started")

    def test_dutch(self):
        self.start()
        self.doctor().open(BSN)
        auditor = self.auditor(**{"Accept-Language": "nl"})
        text = auditor.get("/log").text
        for word in ("Logging", "De logging is volledig", "Medewerker: account", "dossier geopend", "behandeling",
                     "Opslaan als FHIR AuditEvents", "behandelaar"):
            self.assertIn(word, text)

    def test_no_address_says_who_was_looked_for(self):
        self.start()
        self.doctor().open(BSN)
        auditor = self.auditor()
        text = auditor.post("/log", patient=BSN, account="jansen").text
        for href in re.findall(r'(?:href|action)="([^"]*)"', text):
            self.assertRegex(href, r"^(/|#)[a-z0-9/.#]*$")
            for secret in (BSN, "p1", "jansen"):
                self.assertNotIn(secret, href)
        self.assertEqual(auditor.get("/log?patient=p1").status, 200)
        self.assertIn("log read", auditor.get("/log?account=jansen").text)

    def test_nothing_is_shown_when_the_reading_cannot_be_written(self):
        self.start()
        auditor = self.auditor()
        limit = os.path.getsize(self.path("state/audit/audit-000001.log"))
        resource.prlimit(self.service.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        for answer in auditor.get("/log"), auditor.post("/log/save"):
            self.assertEqual(answer.status, 503)
            self.assertNotIn("log-in", answer.text)
        resource.prlimit(self.service.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


if __name__ == "__main__":
    main()
