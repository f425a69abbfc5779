# SPDX-License-Identifier: Apache-2.0
"""Exports from servers without bulk export: $everything, searches over the compartment, plain paging."""

import json
import os
import random
import shutil
import signal
import subprocess
import time

from live import MEDARK, LiveTest, environment, main
from rest import Rest

SEED, KILLS = 20261128, 15
PATIENTS, EACH = 8, 5


class SearchTest(LiveTest):
    def setUp(self):
        super().setUp()
        self.store("Patient", [{"id": f"canary-{i}"} for i in range(PATIENTS)])
        self.store("Observation", [
            {"id": f"o-{i}-{k}", "subject": {"reference": f"Patient/canary-{i}"},
             "performer": [{"reference": f"Practitioner/d{k}"}]} for i in range(PATIENTS) for k in range(EACH)])
        self.store("Encounter", [{"id": f"e-{i}", "subject": {"reference": f"Patient/canary-{i}"}}
                                 for i in range(1, PATIENTS)])
        self.store("Practitioner", [{"id": f"d{k}"} for k in range(EACH)])
        self.store("Organization", [{"id": "org"}])

    def store(self, kind, records):
        self.write(f"data/{kind}.ndjson", "".join(
            json.dumps({"resourceType": kind, **record}) + "\n" for record in records))

    def start(self, **options):
        server = self.serve("data", **options)
        server.levels = set()
        server.rest = Rest(server)
        return server

    def found(self, archive="live.medark", target=None):
        """Type/id -> content of all records in an archive."""
        target = target or "back-" + archive
        self.succeed(*self.opened("restore", "--to", target, archive=archive))
        records = {}
        for path, content in self.tree(target).items():
            text = content.decode()
            if path.endswith(".ndjson"):
                resources = [json.loads(line) for line in text.splitlines()]
            elif path.endswith(".json"):
                whole = json.loads(text)
                resources = [whole]
                if whole["resourceType"] == "Bundle":
                    resources = [e["resource"] for e in whole.get("entry", [])]
            else:
                continue
            for resource in resources:
                if resource["resourceType"] != "OperationOutcome":
                    records[f"{resource['resourceType']}/{resource['id']}"] = resource
        return records

    def stored(self, *kinds):
        return {f"{r['resourceType']}/{r['id']}": r for path, content in self.tree("data").items()
                for r in map(json.loads, content.splitlines()) if not kinds or r["resourceType"] in kinds}

    def missing(self, report="report.jsonl"):
        with open(self.path(report), encoding="utf-8") as f:
            return [json.loads(line) for line in f]


class Methods(SearchTest):
    def test_each_method_brings_what_the_folder_holds(self):
        for method in ("everything", "search", "page"):
            with self.subTest(method):
                server = self.start()
                self.live_export(server, "--method", method, out=method + ".medark")
                self.assertEqual(self.found(method + ".medark"), self.stored())

    def test_the_method_is_chosen_by_what_the_server_says(self):
        cases = (({"export": True}, {"$export"}, "$export"), ({}, set(), "$everything"),
                 ({"everything": False}, set(), "?patient="),
                 ({"everything": False, "searchable": {"Patient", "Organization", "Practitioner"}}, set(), "Organization?_count"))
        for i, (values, levels, sign) in enumerate(cases):
            with self.subTest(sign):
                server = self.start()
                server.levels, server.polls_needed = levels, 0
                for name, value in values.items():
                    setattr(server.rest, name, value)
                self.live_export(server, out=f"{i}.medark")
                self.assertTrue(any(sign in path for _, path, _ in server.log), sign)
                self.assertEqual(sum("$everything" in path for _, path, _ in server.log) > 0, sign == "$everything")

    def test_a_refused_kick_off_leads_to_the_next_method(self):
        server = self.start()
        server.rest.export = True  # says so, and has none
        self.live_export(server)
        self.assertEqual(self.found(), self.stored())
        self.assertGreater(server.count("GET", "/fhir/$export"), 0)

    def test_a_server_that_does_not_say_what_it_can_is_asked_all_the_same(self):
        server = self.start()
        server.rest.metadata = False
        self.live_export(server)
        self.assertEqual(self.found(), self.stored())

    def test_a_server_that_cannot_say_what_it_can_is_asked_for_a_bulk_export(self):
        server = self.start()
        server.levels, server.polls_needed = {"$export"}, 0
        server.meddle = lambda r: r.path == "/fhir/metadata" and (r.answer(500) or True)
        self.live_export(server)
        self.assertEqual(self.found(), self.stored())
        self.assertEqual(server.count("GET", "/fhir/metadata"), 3)

    def test_a_type_that_nobody_declares_and_that_is_refused_is_told(self):
        server = self.start()
        server.rest.metadata, server.rest.needs_patient = False, True
        self.live_export(server, "--method", "page", "--report", "report.jsonl", code=6)
        self.assertTrue(any("search/Observation." in json.dumps(row) for row in self.missing()))
        self.assertFalse(any("search/Account." in json.dumps(row) for row in self.missing()))

    def test_an_everything_that_is_not_there_after_all_leads_to_searches(self):
        for status in (400, 404, 405, 501):
            with self.subTest(status):
                server = self.start()
                server.meddle = lambda r, s=status: "$everything" in r.path and (r.answer(s) or True)
                self.live_export(server, out=f"{status}.medark")
                self.assertEqual(self.found(f"{status}.medark"), self.stored())
                self.assertEqual(len({p.split("?")[0] for _, p, _ in server.log if "$everything" in p}), 1)

    def test_an_everything_that_was_asked_for_is_not_given_up(self):
        server = self.start()
        server.meddle = lambda r: "$everything" in r.path and (r.answer(501) or True)
        self.live_export(server, "--method", "everything", code=6)
        self.assertEqual(len({p.split("?")[0] for _, p, _ in server.log if "$everything" in p}), PATIENTS)

    def test_bulk_alone_is_no_choice_of_another(self):
        server = self.start()
        result = self.live_export(server, "--method", "bulk", code=1)
        self.assertIn("has no bulk export", result.err)
        self.assertFalse(os.path.exists(self.path("live.medark")))

    def test_a_method_of_another_name_is_refused(self):
        result = self.live_export(self.start(), "--method", "magic", code=2)
        self.assertIn("auto, bulk, everything, search or page", result.err)


class Pages(SearchTest):
    def test_links_are_followed_however_they_are_written(self):
        for link in ("opaque", "relative", "query"):
            with self.subTest(link):
                server = self.start()
                server.rest.link = link
                self.live_export(server, "--method", "page", out=link + ".medark")
                self.assertEqual(self.found(link + ".medark"), self.stored())

    def test_links_that_lead_astray_are_not_followed(self):
        for link, words in (("elsewhere", "at another server"), ("loop", "without end"), ("same", "the same page again")):
            with self.subTest(link):
                server = self.start()
                server.rest.link = link
                self.live_export(server, "--method", "page", "--report", "report.jsonl", "--force",
                                 out=link + ".medark", code=6)
                self.assertTrue(any(words in json.dumps(row) for row in self.missing()), self.missing())
                self.assertLess(len(server.log), 40)

    def test_a_page_size_that_is_refused_is_made_smaller(self):
        for count_max in (100, 10, 0):
            with self.subTest(count_max):
                server = self.start()
                server.rest.count_max = count_max
                self.live_export(server, "--method", "everything", out=f"{count_max}.medark")
                self.assertEqual(self.found(f"{count_max}.medark"), self.stored())

    def test_a_list_of_patients_may_be_plain(self):
        server = self.start()
        server.meddle = lambda r: "_elements" in r.path and (r.answer(400) or True)
        self.live_export(server, "--method", "everything")
        self.assertEqual(self.found(), self.stored())

    def test_remarks_are_kept_and_told(self):
        server = self.start()
        server.rest.outcome = "warning"
        result = self.live_export(server, "--method", "page")
        self.assertIn("remarks on what it has found", result.err)
        self.assertEqual(self.found(), self.stored())

    def test_errors_among_what_is_found_make_it_incomplete(self):
        server = self.start()
        server.rest.outcome = "error"
        result = self.live_export(server, "--method", "page", code=6)
        self.assertIn("errors among what it has found", result.err)

    def test_a_total_may_be_missing(self):
        server = self.start()
        server.rest.total = None
        self.live_export(server, "--method", "page")
        self.assertEqual(self.found(), self.stored())

    def test_a_total_that_says_more_makes_it_incomplete(self):
        server = self.start()
        server.rest.total = 2
        result = self.live_export(server, "--method", "page", code=6)
        self.assertIn("fewer than it says that it has found", result.err)
        self.assertEqual(self.found(), self.stored())

    def test_a_total_that_says_less_is_no_loss(self):
        server = self.start()
        server.rest.total = -1
        self.live_export(server, "--method", "page")

    def test_a_type_that_is_refused_makes_it_incomplete(self):
        server = self.start()
        server.rest.refused = {"Organization": 403}
        self.live_export(server, "--method", "page", "--report", "report.jsonl", code=6)
        self.assertTrue(any("status 403" in json.dumps(row) for row in self.missing()))
        self.assertEqual(self.found(), {k: v for k, v in self.stored().items() if not k.startswith("Organization")})

    def test_an_answer_that_is_no_bundle_makes_it_incomplete(self):
        server = self.start()
        server.meddle = lambda r: r.where.path == "/fhir/Encounter" and (r.answer(200, b"<html>") or True)
        self.live_export(server, "--method", "page", "--report", "report.jsonl", code=6)
        self.assertTrue(any("no Bundle" in json.dumps(row) for row in self.missing()))

    def test_busy_servers_are_asked_again(self):
        server, seen = self.start(), set()

        def meddle(request):
            if request.path in seen or len(seen) > 4:
                return False
            seen.add(request.path)
            request.answer(429 if len(seen) % 2 else 503, Retry_After="1")
            return True

        server.meddle = meddle
        self.live_export(server, "--method", "search")
        self.assertEqual(self.found(), self.stored())


class Patients(SearchTest):
    def of(self, *numbers):
        names = [f'"Patient/canary-{i}"' for i in numbers]
        return {k: v for k, v in self.stored("Observation", "Encounter", "Patient").items()
                if any(n in json.dumps(v) for n in names) or k in [n.strip('"') for n in names]}

    def chart(self, archive="live.medark"):
        return {k: v for k, v in self.found(archive).items() if k.split("/")[0] in ("Patient", "Observation", "Encounter")}

    def test_a_list_of_patients(self):
        self.write("ids", "canary-1\n\n Patient/canary-3 \r\ncanary-1\n")
        for method in ("everything", "search"):
            with self.subTest(method):
                server = self.start()
                self.live_export(server, "--method", method, "--patients", "ids", out=method + ".medark")
                self.assertEqual(self.chart(method + ".medark"), self.of(1, 3))

    def test_the_patients_of_an_earlier_archive(self):
        self.succeed(*self.export("data", "before.medark"))
        listed = self.succeed(*self.opened("patients", "--json", archive="before.medark"))
        lines = listed.out.splitlines(keepends=True)
        self.assertGreater(len(lines), PATIENTS)  # and a summary
        self.write("ids", "".join(line for line in lines if '"canary-2"' in line or '"summary"' in line))
        self.live_export(self.start(), "--patients", "ids")
        self.assertEqual(self.chart(), self.of(2))

    def test_patients_whom_nobody_can_ask_for_make_it_incomplete(self):
        self.store("Patient", [{"id": "canary-1"}, {"id": "a:b"}, {"id": "c d"}])
        self.write("data/More.ndjson", '{"resourceType":"Patient","id":"canary\\u002d2"}\n')
        for method in ("everything", "search"):
            server = self.start()
            result = self.live_export(server, "--method", method, out=method + ".medark", code=6)
            self.assertIn("2 patients have no id of the form of FHIR's", result.err)
            self.assertTrue(any("canary-2" in path for _, path, _ in server.log), "an id with an escape in it")

    def test_a_list_that_is_none_is_refused(self):
        for text, words in (("a b\n", "line 1"), ("ok\n{\"id\":7}\n", "line 2"), ("", "names no patient"),
                            ("../x\n", "line 1"), ("{broken\n", "line 1")):
            with self.subTest(text):
                self.write("ids", text)
                result = self.live_export(self.start(), "--patients", "ids", code=2)
                self.assertIn(words, result.err)
                self.assertNotIn("a b", result.err)

    def test_a_patient_whom_the_server_does_not_know_makes_it_incomplete(self):
        self.write("ids", "nobody\ncanary-1\n")
        for method, words in (("auto", "status 404"), ("everything", "status 404"), ("search", "does not know")):
            with self.subTest(method):
                self.live_export(self.start(), "--patients", "ids", "--method", method, "--report", "report.jsonl",
                                 "--force", out=method + ".medark", code=6)
                self.assertTrue(any(words in json.dumps(row) for row in self.missing()))
                self.assertEqual(self.chart(method + ".medark"), self.of(1))

    def test_the_members_of_a_group(self):
        self.store("Group", [{"id": "g9", "member": [{"entity": {"reference": "Patient/canary-4"}},
                                                     {"entity": {"reference": "Patient/canary-5"}}]}])
        self.live_export(self.start(), "--group", "g9")
        self.assertEqual(self.chart(), self.of(4, 5))
        self.assertIn("Group/g9", self.found(target="again"))

    def test_members_who_are_no_patients_make_it_incomplete(self):
        self.store("Group", [{"id": "g9", "member": [{"entity": {"reference": "Patient/canary-4"}},
                                                     {"entity": {"reference": "Group/other"}}, {}]}])
        result = self.live_export(self.start(), "--group", "g9", code=6)
        self.assertIn("2 members of the group are no patients", result.err)

    def test_a_server_that_lists_no_patients_wants_a_list(self):
        server = self.start()
        server.rest.refused = {"Patient": 403}
        result = self.live_export(server, "--method", "everything", code=1)
        self.assertIn("--patients", result.err)

    def test_a_server_that_wants_a_patient_is_searched_patient_by_patient(self):
        server = self.start()
        server.rest.needs_patient, server.rest.everything = True, False
        self.live_export(server)
        self.assertEqual(self.found(), self.stored())

    def test_what_does_not_go_together_is_refused(self):
        self.write("ids", "canary-1\n")
        server = self.start()
        for more in (("--patients", "ids", "--method", "bulk"), ("--patients", "ids", "--group", "g"),
                     ("--patients", "ids", "--method", "page"), ("--group", "g", "--method", "page")):
            self.live_export(server, *more, code=2)


class Resume(SearchTest):
    def job(self):
        return next((self.path(n) for n in os.listdir(self.folder) if "medark-job" in n), None)

    def killed_after(self, seconds, args):
        with subprocess.Popen([MEDARK, *args], cwd=self.folder, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, env=environment()) as process:
            try:
                process.wait(seconds)
                self.assertEqual(process.returncode, 0, process.stderr.read())
                return True
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
                return False

    def nothing_in_clear(self):
        for folder, _, names in os.walk(self.job() or self.path("nothing")):
            for name in names:
                with open(os.path.join(folder, name), "rb") as f:
                    content = f.read()
                for secret in (b"canary", b"resourceType", b"Observation", self.server.origin.encode()):
                    self.assertNotIn(secret, content, name)
                    self.assertNotIn(secret.decode(), name)

    def pages(self):
        return {n for n in os.listdir(self.job() or self.path("data")) if n.startswith("file-") and not n.endswith(".part")}

    def slow(self, request):
        if request.path.startswith("/fhir/") or "page=" in request.path:
            time.sleep(0.01)
        return False

    def test_killed_at_any_moment_it_goes_on(self):
        wait = random.Random(SEED)
        for method in ("everything", "search", "page"):
            with self.subTest(method):
                self.server = self.start(client_keys={"k1": self.client_key()})
                self.server.meddle = self.slow
                out = method + ".medark"
                args = self.export("fhir+" + self.server.base, out, "--auth", self.smart(), "--method", method)
                kills, most = 0, 0
                while kills < KILLS:
                    before = self.pages()
                    is_done = self.killed_after(wait.uniform(0.1, 0.7), args)
                    self.nothing_in_clear()
                    if is_done or os.path.exists(self.path(out)):
                        os.remove(self.path(out))
                        if self.job():  # killed while that was taken away
                            shutil.rmtree(self.job())
                    else:
                        self.assertLessEqual(before, self.pages(), "a page was lost")
                    most = max(most, len(self.pages()))
                    kills += not is_done
                self.assertGreater(most, 0)
                self.succeed(*args)
                self.assertEqual(self.found(out), self.stored())
                self.assertIsNone(self.job())

    def test_no_page_is_fetched_twice(self):
        self.server = self.start(client_keys={"k1": self.client_key()})
        self.server.rest.link = "opaque"
        args = self.export("fhir+" + self.server.base, "live.medark", "--auth", self.smart(), "--method", "everything")

        def stop(request):
            if len(self.pages()) < 8:
                return False
            time.sleep(5)
            return True

        self.server.meddle = stop
        self.assertFalse(self.killed_after(2.5, args))
        pages, asked = self.pages(), len(self.server.log)
        self.assertGreaterEqual(len(pages), 8)
        self.server.meddle, self.server.log[:] = None, []
        self.succeed(*args)
        self.assertGreater(asked, 8)
        whole = sum(1 for _, path, _ in self.server.log if "page=" in path or "$everything" in path)
        server = self.start(client_keys={"k1": self.path("client.pub.pem")})
        self.succeed(*self.export("fhir+" + server.base, "other.medark", "--auth", self.smart(), "--method", "everything"))
        needed = sum(1 for _, path, _ in server.log if "page=" in path or "$everything" in path)
        self.assertLessEqual(whole, needed - len(pages) + 4)
        self.assertEqual(self.found(), self.stored())

    def test_a_page_that_a_power_cut_has_broken_is_fetched_again(self):
        self.server = self.start(client_keys={"k1": self.client_key()})
        args = self.export("fhir+" + self.server.base, "live.medark", "--auth", self.smart(), "--method", "everything")
        self.server.meddle = lambda r: len(self.pages()) > 9 and (time.sleep(5) or True)
        self.assertFalse(self.killed_after(2.5, args))
        self.server.meddle = None
        for i, name in enumerate(sorted(self.pages())):
            with open(os.path.join(self.job(), name), "r+b") as f:
                if i % 3 == 0:
                    f.truncate(0 if i % 2 else 30)
        self.succeed(*args)
        self.assertEqual(self.found(), self.stored())

    def test_a_list_that_changes_meanwhile(self):
        """Searches are numbered: a patient whom the server lists first by now gets no place in between."""
        self.server = self.start(client_keys={"k1": self.client_key()})
        args = self.export("fhir+" + self.server.base, "live.medark", "--auth", self.smart(), "--method", "everything")
        self.server.meddle = lambda r: len(self.pages()) > 5 and (time.sleep(5) or True)
        self.assertFalse(self.killed_after(2.5, args))
        self.server.meddle = None
        for name in self.pages():
            if name.startswith("file-l-"):
                os.remove(os.path.join(self.job(), name))
        self.store("Patient", [{"id": "aaa"}, *({"id": f"canary-{i}"} for i in range(1, PATIENTS))])
        self.store("Observation", [
            {"id": f"new-{i}", "subject": {"reference": "Patient/" + ("aaa" if i == 0 else f"canary-{i}")}}
            for i in range(PATIENTS)])
        self.server.rest = Rest(self.server)
        result = self.run_medark(*args)  # of some patients it has forgotten the next pages
        self.assertIn(result.code, (0, 6), result.err)
        found = self.found()
        for i in range(1, PATIENTS):
            self.assertIn(f"Patient/canary-{i}", found)
        self.assertIn("Patient/aaa", found)
        self.assertIn("Observation/new-0", found)

    def test_another_list_is_another_job(self):
        self.server = self.start(client_keys={"k1": self.client_key()})
        args = self.export("fhir+" + self.server.base, "live.medark", "--auth", self.smart(), "--patients", "ids")
        self.write("ids", "canary-1\n")
        self.server.meddle = lambda r: "$everything" in r.path and (time.sleep(3) or True)
        self.assertFalse(self.killed_after(1.5, args))
        self.server.meddle = None
        self.write("ids", "canary-2\n")
        self.succeed(*args)
        self.assertIn("Patient/canary-2", self.found())
        self.assertNotIn("Patient/canary-1", self.found(target="again"))


if __name__ == "__main__":
    main()
