# SPDX-License-Identifier: Apache-2.0
"""medark serve: log-in, finding, reasons, the log; what a browser and an attacker may do."""

import base64
import datetime
import json
import os
import re
import urllib.parse

from cli import main
from service import PASSWORD, ServiceTest

BSN = "999990019"


class Charts(ServiceTest):
    def setUp(self):
        super().setUp()
        self.account()

    def test_a_doctor_finds_a_patient_says_why_and_reads(self):
        self.start()
        browser = self.browser()
        self.assertEqual(browser.get("/").headers["Location"], "/login")
        self.assertEqual(browser.log_in().headers["Location"], "/")
        for query in ("vries jan", BSN, "31-12-1970", "p1"):
            place, = browser.find(query)
        asked = browser.get(place)
        self.assertIn('name="reason"', asked.text)
        self.assertNotIn("weight", asked.text)
        again = browser.post("/open", chart=place[7:], reason="BEHALF", text="")
        self.assertEqual(again.status, 400)
        opened = browser.post("/open", chart=place[7:], reason="ETREAT", text="sudden")
        self.assertEqual(opened.headers["Location"], place)
        chart = browser.get(place)
        self.assertEqual(chart.status, 200)
        self.assertIn("weight", chart.text)
        self.assertIn("50 kg", chart.text)
        self.assertEqual(browser.post("/logout").headers["Location"], "/login")
        self.assertEqual(browser.get(place).headers["Location"], "/login")
        self.end()
        kinds = [row["kind"] for row in self.log()]
        self.assertEqual(kinds, ["start", "login", *["search"] * 4, "chart", "read", "logout", "stop"])
        chart, = [row for row in self.log("--patient", "p1") if row["kind"] == "chart"]
        self.assertEqual((chart["account"], chart["shown"], chart["peer"]), ("jansen", "Dr Jansen", "127.0.0.1"))
        self.assertEqual((chart["reason"], chart["reason_text"]), ("ETREAT", "sudden"))

    def test_every_answer_shuts_the_browser_in(self):
        self.start()
        browser = self.doctor()
        for answer in (browser.get("/"), browser.open("vries jan"), browser.get("/nothing")):
            policy = answer.headers["Content-Security-Policy"]
            self.assertTrue(policy.startswith("default-src 'none';"), policy)
            self.assertNotIn("unsafe", policy)
            self.assertNotIn("script-src", policy)
            self.assertEqual(answer.headers["Cache-Control"], "no-store")
            # Browsers do not say where a form comes from if no page may be named.
            self.assertEqual(answer.headers.get_all("Referrer-Policy"), ["same-origin"])
            self.assertIn('<meta name="referrer" content="same-origin">', answer.text)
            self.assertNotIn("<script", answer.text)
            self.assertNotIn(" style=", answer.text)
        style = re.search(r'href="(/static/[0-9a-f]{16}\.css)"', answer.text).group(1)
        sheet = browser.get(style)
        self.assertEqual(sheet.headers["Content-Type"], "text/css; charset=utf-8")
        self.assertIn("immutable", sheet.headers["Cache-Control"])
        self.assertEqual(browser.get("/static/0000000000000000.css").status, 404)

    def test_no_address_names_a_patient(self):
        self.start()
        browser = self.doctor()
        text = browser.post("/find", query="vries").text
        for href in re.findall(r'(?:href|action)="([^"]*)"', text):
            self.assertRegex(href, r"^(/|#)[a-z0-9/.#]*$")
            for secret in (BSN, "p1", "ries"):
                self.assertNotIn(secret, href)
        one, other = browser.find("vries jan"), self.doctor().find("vries jan")
        self.assertNotEqual(one, other)
        self.assertEqual(self.doctor().get(one[0]).status, 404)

    def test_pages_speak_dutch_and_english(self):
        self.start()
        self.assertIn("Inloggen", self.browser(**{"Accept-Language": "nl-NL,en;q=0.8"}).get("/login").text)
        browser = self.browser()
        self.assertIn("Log in", browser.get("/login").text)
        browser.get("/language/nl")
        self.assertIn('<html lang="nl">', browser.get("/login").text)
        self.assertEqual(browser.get("/language/de").status, 404)

    def test_a_locked_session_shows_nothing(self):
        self.start()
        browser = self.doctor()
        place, = browser.find("vries jan")
        browser.post("/open", chart=place[7:], reason="TREAT")
        before = dict(browser.cookies)
        self.assertEqual(browser.post("/lock").headers["Location"], "/unlock")
        self.assertEqual(browser.get(place).headers["Location"], "/unlock")
        self.assertEqual(browser.post("/find", query="vries").headers["Location"], "/unlock")
        browser.get("/unlock")
        self.assertEqual(browser.post("/unlock", password="something else").status, 403)
        self.assertEqual(browser.post("/unlock", password=PASSWORD).headers["Location"], "/")
        self.assertNotEqual(browser.cookies, before)
        self.assertIn("weight", browser.get(place).text)
        stale = self.browser()
        stale.cookies = before
        self.assertEqual(stale.get(place).headers["Location"], "/login")

    def test_forms_come_from_our_pages_only(self):
        self.start()
        browser = self.doctor()
        good = browser.csrf
        self.assertEqual(browser.post("/find", query="vries", csrf="0" * 64).status, 403)
        self.assertEqual(browser.post("/find", query="vries", csrf="").status, 403)
        for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
            self.assertEqual(browser.post("/find", headers=headers, query="vries", csrf=good).status, 403)
        same = {"Origin": "https://" + self.address, "Sec-Fetch-Site": "same-origin"}
        self.assertEqual(browser.post("/find", headers=same, query="vries", csrf=good).status, 200)
        other = self.doctor()
        self.assertEqual(other.post("/find", query="vries", csrf=good).status, 403)
        plain = browser.ask("POST", "/find", b'{"query":"vries"}', **{"Content-Type": "application/json"})
        self.assertEqual(plain.status, 403)
        self.assertEqual(browser.ask("DELETE", "/").status, 405)
        self.assertEqual(browser.get("/find").status, 405)
        self.assertEqual(self.browser().post("/login", headers={"Sec-Fetch-Site": "cross-site"}, name="jansen",
                                             password=PASSWORD).status, 403)

    def test_a_token_that_was_known_before_a_log_in_is_worth_nothing(self):
        self.start()
        browser = self.browser()
        browser.cookies["__Host-session"] = "a" * 64
        self.assertEqual(browser.log_in().status, 303)
        self.assertNotEqual(browser.cookies["__Host-session"], "a" * 64)
        stolen = self.browser()
        stolen.cookies["__Host-session"] = "a" * 64
        self.assertEqual(stolen.get("/").headers["Location"], "/login")

    def test_guessing_passwords_takes_ever_longer(self):
        self.start()
        browser, tries = self.browser(), 1
        # Each wrong one makes the wait longer, until it is longer than an attempt takes on a busy machine.
        while "Too many attempts" not in (answer := browser.post("/login", name="jansen", password="not the password")).text:
            self.assertEqual(answer.status, 403)
            tries += 1
            self.assertLess(tries, 20)
        self.assertGreater(tries, 3)
        for _ in range(5):
            browser.post("/login", name="jansen", password="not the password")
        self.assertIn("Too many attempts", self.browser().post("/login", name="jansen", password=PASSWORD).text)
        self.end()
        # The log has each that was tried, and one for all that were not: who goes on for ever does not fill the disk.
        self.assertEqual([row["kind"] for row in self.log()].count("login-failed"), tries)

    def test_roles_are_those_of_now(self):
        self.account("desk", "desk")
        self.account("audit", "auditor")
        self.start()
        desk, auditor, doctor = self.browser(), self.browser(), self.doctor()
        desk.log_in("desk")
        auditor.log_in("audit")
        self.assertEqual(desk.find("vries"), [])
        self.assertIn("Vries, Jan", desk.post("/find", query="vries").text)
        self.assertEqual(auditor.get("/").headers["Location"], "/log")
        place, = doctor.find("vries jan")
        self.succeed("account", "roles", "jansen", "--role", "desk", "--state", "state")
        self.assertEqual(doctor.get(place).status, 403)
        self.succeed("account", "disable", "desk", "--state", "state")
        self.assertEqual(desk.get("/").headers["Location"], "/login")
        self.end()
        details = [row["detail"] for row in self.log() if row["kind"] == "account"]
        self.assertEqual(len(details), 2, details)

    def test_a_new_password_ends_the_sessions_of_the_old_one(self):
        self.start()
        doctor = self.doctor()
        place, = doctor.find("vries jan")
        self.write("other", "a quite different one\n", 0o600)
        self.succeed("account", "passwd", "jansen", "--passphrase-file", "other", "--state", "state")
        self.assertEqual(doctor.get(place).headers["Location"], "/login")
        self.assertEqual(self.browser().log_in(password="a quite different one").status, 303)

    def test_nothing_is_shown_when_the_log_cannot_be_written(self):
        self.start(options=("--audit-log", "log"))
        browser = self.doctor()
        place, = browser.find("vries jan")
        limit = os.path.getsize(self.path("log/audit-000001.log"))
        self.limit_files(limit)
        answer = browser.post("/find", query="vries")
        self.assertEqual(answer.status, 503, answer.text)
        self.assertNotIn("Vries", answer.text)
        opened = browser.post("/open", chart=place[7:], reason="TREAT")
        self.assertEqual(opened.status, 503)
        self.assertEqual(self.browser().log_in().status, 503)
        self.limit_files(None)
        self.assertEqual(browser.post("/open", chart=place[7:], reason="TREAT").status, 303)
        self.assertIn("weight", browser.get(place).text)

    def test_nothing_of_a_patient_stands_on_the_disk_or_in_what_it_says(self):
        self.start()
        browser = self.doctor()
        browser.open(BSN)
        for name, content in self.files().items():
            if name.startswith("state/") and content is not None:
                for secret in (BSN, "Vries", "weight"):
                    self.assertNotIn(secret.encode(), content, name)
        self.assertNotIn(BSN, self.end())

    def test_lists_have_the_next_days_and_who_is_admitted(self):
        today = datetime.date.today()
        about = [{"actor": {"reference": "Patient/p1"}}]
        records = [{"resourceType": "Appointment", "id": f"a{n}", "status": "booked", "description": f"visit {n}",
                    "start": f"{today + datetime.timedelta(days=n)}T09:{30 - n}:00Z", "participant": about}
                   for n in (-1, 0, 1, 7, 8)]
        for n, (status, kind, more) in enumerate([("in-progress", "IMP", {}), ("finished", "IMP", {}),
                                                  ("in-progress", "AMB", {}),
                                                  ("in-progress", "IMP", {"period": {"end": "2020-01-01"}})]):
            records.append({"resourceType": "Encounter", "id": f"e{n}", "status": status, "class": {"code": kind},
                            "subject": {"reference": "Patient/p3"}, "reasonCode": [{"text": f"stay {n}"}], **more})
        self.write("src/more.ndjson", "".join(json.dumps(r) + "\n" for r in records))
        self.succeed(*self.export("src", "b.medark"))
        self.account("desk", "desk")
        self.start("b.medark", options=("--zone", "/usr/share/zoneinfo/Etc/UTC"))
        browser, desk = self.doctor(), self.browser()
        desk.log_in("desk")
        seen = {}
        for place in (*range(8), "admitted"):
            text = desk.get(f"/lists/{place}").text
            seen[place] = re.findall(r"(?:visit|stay) -?\d", text)
            self.assertNotIn("/chart/", text)
        self.assertEqual(seen, {0: ["visit 0"], 1: ["visit 1"], 7: ["visit 7"], "admitted": ["stay 0"],
                                **{n: [] for n in range(2, 7)}})
        self.assertRegex(browser.get("/lists/0").text, r'<a href="/chart/[0-9a-f]{32}">Vries, Jan</a>')
        for path in ("/lists/8", "/lists/x", "/lists/00"):
            self.assertEqual(browser.get(path).status, 404)
        self.end()
        self.assertIn(f"appointments of {today}", [row["detail"] for row in self.log()])

    def test_lists_say_the_practices_own_number(self):
        """Not the id of FHIR: of type MR, else the first that is no BSN, else none."""
        own = {"value": "MR-7", "type": {"coding": [{"code": "MR"}]}}
        wanted = {"q1": ([{"value": "X-1"}, own], "MR-7"), "q2": ([{"value": "X-2"}, {"value": "X-3"}], "X-2"),
                  "q3": ([], "")}
        rows = [{"resourceType": "Patient", "id": key, "birthDate": "1970-01-01", "name": [{"family": "Number" + key}],
                 "identifier": [{"system": "http://fhir.nl/fhir/NamingSystem/bsn", "value": BSN}] * (key == "q1") + numbers}
                for key, (numbers, _) in wanted.items()]
        rows += [{"resourceType": "Encounter", "id": key, "status": "in-progress", "class": {"code": "IMP"},
                  "subject": {"reference": "Patient/" + key}} for key in wanted]
        self.write("own/all.ndjson", "".join(json.dumps(r) + "\n" for r in rows))
        self.succeed(*self.export("own", "own.medark"))
        self.start("own.medark")
        browser = self.doctor()
        admitted, found = browser.get("/lists/admitted").text, browser.post("/find", query="number").text
        self.succeed(*self.opened("restore", "--to", "html:pages", archive="own.medark"))
        with open(self.path("pages/index.html"), encoding="utf-8") as f:
            pages = f.read()
        for key, (_, number) in wanted.items():
            for text in (found, admitted, pages):
                row, = re.findall(rf"<tr(?:(?!<tr).)*Number{key}(?:(?!<tr).)*</tr>", text, re.S)
                self.assertIn(f"<td>{number}</td>", row)
                self.assertNotIn(f"<td>{key}</td>", row)
            chart = browser.open("Number" + key).text
            banner = re.search(r'<div class="patient">.*?</div>\n<p', chart, re.S).group(0)
            self.assertEqual(re.findall(r"<dt>Record number</dt><dd><bdi>(.*?)</bdi>", banner), [number] * bool(number))

    def test_one_odd_record_breaks_no_list(self):
        rows = []
        for n, date in enumerate(("9" * 30, "x" * 1500, "1970-01-01" + "y" * 4000, "\u202e")):
            rows += [{"resourceType": "Patient", "id": f"odd{n}", "birthDate": date, "name": [{"family": "Odd" + "\u00eb" * 100 * n}],
                      "identifier": [{"value": "N" * 900 * n}]},
                     {"resourceType": "Encounter", "id": f"e{n}", "status": "in-progress", "class": {"code": "IMP"},
                      "subject": {"reference": f"Patient/odd{n}"}, "location": [{"location": {"display": "W" * 400 * n}}]}]
        self.write("odd/all.ndjson", "".join(json.dumps(r) + "\n" for r in rows))
        self.run_medark(*self.export("odd", "odd.medark"))
        self.start("odd.medark")
        browser = self.doctor()
        self.assertEqual(len(browser.find("odd")), 4)
        self.assertEqual(browser.get("/lists/admitted").text.count("<tr>"), 5)
        printed = browser.post("/print", **{"list": "admitted", "from": "0", "reason": "TREAT"})
        self.assertEqual(printed.text.count('<section class="part"'), 4)
        self.assertNotIn("\u202e", printed.text)

    def test_programs_get_tokens(self):
        self.account("desk", "desk")
        self.start()
        program = self.browser()
        grant = {"grant_type": "client_credentials"}
        for name, secret, status, error in [
            ("jansen", "wrong", 401, "invalid_client"), ("nobody", PASSWORD, 401, "invalid_client"),
            ("desk", PASSWORD, 400, "unauthorized_client"), ("", PASSWORD, 401, "invalid_client"),
        ]:
            answer = program.post("/token", **grant, client_id=name, client_secret=secret)
            self.assertEqual((answer.status, json.loads(answer.text)), (status, {"error": error}))
        self.assertEqual(program.post("/token", grant_type="password", client_id="jansen",
                                      client_secret=PASSWORD).status, 400)
        self.assertEqual(program.post("/token", **grant, client_id="jansen", client_secret=PASSWORD,
                                      reason="WHIM").status, 400)
        basic = base64.b64encode(b"jansen:" + urllib.parse.quote_plus(PASSWORD).encode()).decode()
        for headers, more in ({"Authorization": "Basic " + basic}, {}), ({}, {"client_id": "jansen",
                                                                              "client_secret": PASSWORD}):
            answer = program.post("/token", headers=headers, **grant, **more, reason="ETREAT")
            self.assertEqual(answer.status, 200, answer.text)
            token = json.loads(answer.text)
            self.assertEqual((token["token_type"], token["expires_in"]), ("Bearer", 600))
            self.assertRegex(token["access_token"], "^[0-9a-f]{64}$")
        self.assertEqual(program.get("/token").status, 405)
        self.end()
        rows = [row for row in self.log() if row["kind"] == "login"]
        self.assertEqual([row["reason"] for row in rows], ["ETREAT"] * 2)

    def test_odd_requests_are_answered(self):
        self.start()
        browser = self.doctor()
        for path in ("/chart/", "/chart/..", "/chart/%2e%2e", "/chart/" + "f" * 32, "/chart/" + "f" * 4000, "/static/",
                     "/chart/\x7f".replace("\x7f", "%00")):
            self.assertIn(browser.get(path).status, (400, 404), path)
        self.assertEqual(browser.post("/find", query="\x00").status, 403)
        self.assertEqual(browser.post("/find", query="x" * 1500).status, 200)
        self.assertIn("Nobody found", browser.post("/find", query="<script>alert(1)</script>").text)
        self.assertEqual(browser.ask("POST", "/find", b"x" * 70000).status, 413)


class Beginning(ServiceTest):
    def serve(self, *more):
        return ("serve", "a.medark", "--identity", "it.key.pem", "--trust", "clinic.cert.pem", "--state", "state",
                "--listen", "127.0.0.1:0", *more)

    def test_without_accounts_it_says_how_to_make_one(self):
        said = self.refuse(1, *self.serve(), error="cannot serve: there are no accounts yet in 'state'").err
        self.assertIn("medark account add NAME --role clinician", said)

    def test_others_need_a_word(self):
        self.account()
        self.assertIn("--allow-others", self.refuse(2, *self.serve("--listen", "0.0.0.0:0")).err)
        self.assertIn("--tls-key KEY", self.refuse(2, *self.serve("--tls-cert", "clinic.cert.pem")).err)

    def test_the_key_has_to_fit(self):
        self.account()
        command = list(self.serve())
        command[command.index("it.key.pem")] = "other.key.pem"
        self.refuse(5, *command)
        self.assertFalse(os.path.exists(self.path("state/audit")))

    def test_the_folder_of_the_state_has_a_default(self):
        self.write("secret", PASSWORD + "\n", 0o600)
        env = {"XDG_STATE_HOME": self.path("home")}
        self.succeed("account", "add", "a", "--role", "desk", "--passphrase-file", "secret", env=env)
        self.assertTrue(os.path.exists(self.path("home/medark/accounts.json")))
        self.assertIn("a ", self.succeed("account", "list", env=env).out)


if __name__ == "__main__":
    main()
