# SPDX-License-Identifier: Apache-2.0
"""medark restore --to fhir+http://…: into a server that behaves, and into others."""

import datetime
import json
import os
import signal
import subprocess
import threading
import time
import uuid

from live import MEDARK, LiveTest, environment, main
from archive import observation, patient  # behind live, which knows where it is
from target import Target, references

DAY = datetime.date.today()


def resource(kind, key, **more):
    return {"resourceType": kind, **({"id": key} if key else {}), **more}


def refer(name):
    return {"reference": name}


def clinic():
    """What refers to each other in every way: in a circle, forward, across patients, with versions."""
    yield resource("Organization", "org1", name="one", partOf=refer("Organization/org2"))
    yield resource("Organization", "org2", name="two")
    yield resource("Practitioner", "prac1", name=[{"family": "Canary"}])
    yield resource("Medication", "med1", code={"text": "m"})
    for p in ("1", "2"):
        other = "2" if p == "1" else "1"
        yield resource("Patient", f"pat{p}", name=[{"family": "Canary-name"}], managingOrganization=refer("Organization/org1"),
                       link=[{"other": refer(f"Patient/pat{other}"), "type": "seealso"}])
        yield resource("Condition", f"con{p}", subject=refer(f"Patient/pat{p}"), encounter=refer(f"Encounter/enc{p}"))
        yield resource("Encounter", f"enc{p}", status="finished", **{"class": {"code": "AMB"}},
                       subject=refer(f"Patient/pat{p}/_history/3"), diagnosis=[{"condition": refer(f"Condition/con{p}")}])
        yield resource("Observation", f"obs{p}", status="final", code={"text": "w"}, subject=refer(f"Patient/pat{p}"),
                       encounter=refer(f"Encounter/enc{p}"), performer=[refer("Practitioner/prac1"), refer("Practitioner/nobody")],
                       hasMember=[refer(f"Observation/mem{p}")], valueQuantity={"value": 7})
        yield resource("Observation", f"mem{p}", status="final", code={"text": "m"}, subject=refer(f"Patient/pat{p}"),
                       derivedFrom=[refer(f"Observation/obs{p}")])
        yield resource("MedicationRequest", f"req{p}", status="active", intent="order", subject=refer(f"Patient/pat{p}"),
                       medicationReference=refer("#m"), contained=[resource("Medication", "m", code={"text": "c"})])
        yield resource("Provenance", f"pro{p}", target=[refer(f"Observation/obs{p}"), refer(f"Patient/pat{p}")],
                       agent=[{"who": refer("Practitioner/prac1")}], recorded="2026-01-01T00:00:00Z")


class RestoreTest(LiveTest):
    def target(self, **options):
        server = Target(**options)
        self.addCleanup(server.stop)
        return server

    def command(self, server, *more, archive="a.medark"):
        return self.opened("restore", "--to", "fhir+" + server.base, *more, archive=archive)

    def restore(self, server, *more, code=0, archive="a.medark", **options):
        result = self.succeed(*self.command(server, "--json", *more, archive=archive), code=code, **options)
        return result.json()[-1]

    def archive(self, records, name="b.medark"):
        lines = (r if isinstance(r, str) else json.dumps(r) for r in records)
        self.write(f"{name}.src/records.ndjson", "".join(line + "\n" for line in lines))
        self.succeed(*self.export(f"{name}.src", name), code=None)
        return name

    def succeed(self, *args, code=0, **options):
        """Any code, if it is None."""
        if code is not None:
            return super().succeed(*args, code=code, **options)
        result = self.run_medark(*args, **options)
        self.assertIn(result.code, (0, 6), result.err)
        return result

    def report(self, name="report.jsonl"):
        with open(self.path(name), encoding="utf-8") as f:
            return [json.loads(line) for line in f]

    def resolves(self, server, but=()):
        """Every reference at the server leads somewhere."""
        for body in server.store.values():
            for each in references(body):
                text = each["reference"]
                if not text.startswith("#") and text not in but:
                    self.assertIn(text, server.store, body)


class Ways(RestoreTest):
    def test_everything_arrives_as_it_was(self):
        server = self.target()
        result = self.restore(server)
        self.assertEqual((result["records"], result["restored"], result["equal"], result["opaque"]), (63, 63, 63, 1))
        self.assertTrue(result["complete"])
        self.assertEqual(server.store["Observation/o7"]["valueQuantity"], {"value": 57, "unit": "kg"})
        self.assertEqual(len(server.store), 63)

    def test_a_second_restore_writes_nothing(self):
        for ids in ("any", "none"):
            with self.subTest(ids):
                server = self.target(ids=ids)
                self.restore(server, "--journal", "j-" + ids)
                before = dict(server.writes)
                again = self.restore(server, "--journal", "j-" + ids)
                self.assertEqual((again["sent"], again["restored"], again["continued"]), (0, 63, True))
                self.assertEqual(server.writes, before, "also no probe")

    def test_ids_that_the_server_gives(self):
        self.archive(clinic())
        for transactions in (True, False):
            with self.subTest(transactions):
                server = self.target(ids="none", transactions=transactions)
                result = self.restore(server, "--journal", f"j{transactions}", archive="b.medark")
                self.assertEqual((result["ids"], result["restored"], result["different"], result["unresolved"]),
                                 ("server", 18, 0, 2))
                self.assertEqual(len(server.store), 18)
                self.resolves(server, but=["urn:medark:not-restored:Practitioner/nobody"])
                for name, body in server.store.items():
                    self.assertNotIn("old", name)
                    self.assertTrue(body["meta"]["tag"][0]["system"].startswith("urn:medark:"))

    def test_without_a_journal_nothing_is_made_twice(self):
        self.archive(clinic())
        server = self.target(ids="none")
        self.restore(server, "--journal", "j1", archive="b.medark")
        self.restore(server, "--journal", "j2", archive="b.medark")
        self.assertEqual(len(server.store), 18)

    def test_references_that_must_lead_somewhere(self):
        self.archive(r for r in clinic())
        for ids in ("any", "uuid", "none"):
            with self.subTest(ids):
                server = self.target(ids=ids, integrity=True)
                result = self.restore(server, "--journal", "j" + ids, "--report", "r" + ids, code=6, archive="b.medark")
                # The two that refer to nobody, and what refers to them, and so on.
                self.assertEqual(result["restored"] + result["rejected"], 18)
                named = {line["record"] for line in self.report("r" + ids) if line["kind"] == "rejected"}
                self.assertLessEqual({"Observation/obs1", "Observation/obs2"}, named)
                self.assertEqual(len(named), result["rejected"])

    def test_a_prefix(self):
        self.archive([*clinic(), resource("Patient", "77"),
                      resource("Observation", "88", status="final", code={"text": "x"}, subject=refer("Patient/77"))])
        server = self.target(ids="letters")
        result = self.restore(server, archive="b.medark")
        self.assertEqual((result["ids"], result["client_ids"]), ("prefix", "with letters"))
        self.assertIn("Patient/medark-77", server.store)
        self.assertEqual(server.store["Observation/medark-88"]["subject"], refer("Patient/medark-77"))
        self.resolves(server, but=["Practitioner/medark-nobody"])
        self.assertTrue(all(name.split("/")[1].startswith("medark-") for name in server.store))

    def test_only_uuids(self):
        keys = [str(uuid.UUID(int=i + (4 << 76) + (8 << 62))) for i in range(4)]
        self.archive([resource("Patient", keys[0]), resource("Patient", keys[1]),
                      resource("Observation", keys[2], status="final", code={"text": "x"},
                               subject=refer("urn:uuid:" + keys[0]))])
        server = self.target(ids="uuid")
        result = self.restore(server, archive="b.medark")
        self.assertEqual((result["ids"], result["client_ids"]), ("same", "UUIDs"))
        self.resolves(server)
        self.archive(clinic(), "c.medark")
        self.assertEqual(self.restore(self.target(ids="uuid"), archive="c.medark")["ids"], "server")

    def test_numbers_and_unknown_members_stay_as_they_were(self):
        text = ('{"resourceType" : "Observation", "id":"n1","status":"final","code":{"text":"\\u00e9"},'
                '"valueQuantity":{"value":1.10},"strange":[1.0e2, {"reference":"Observation/n1/_history/9"}]}')
        self.archive([text])
        seen = []
        server = self.target(ids="none", transactions=False)
        server.meddle = lambda request: seen.append(request.body)
        self.restore(server, archive="b.medark")
        body = next(b for b in seen if b"strange" in b).decode()
        self.assertIn('"valueQuantity":{"value":1.10},"strange":[1.0e2,', body)
        self.assertIn('"code":{"text":"\\u00e9"}', body)
        self.assertNotIn('"id"', body)

    def test_records_without_an_id(self):
        self.archive([resource("Organization", None, name="x"), resource("Organization", "o", name="y")])
        for ids in ("any", "none"):
            server = self.target(ids=ids)
            result = self.restore(server, "--journal", "j" + ids, archive="b.medark")
            self.assertEqual((result["restored"], len(server.store)), (2, 2))

    def test_the_newest_of_a_name_wins(self):
        def version(day, text):
            return resource("Organization", "o", meta={"lastUpdated": f"2026-01-{day:02}T10:00:00.5+01:00"}, name=text)
        self.archive([version(2, "newest"), version(1, "old"), resource("Patient", "p")])
        server = self.target()
        whole = self.succeed(*self.command(server, "--report", "report.jsonl", "--json", archive="b.medark"), code=6)
        result = whole.json()[-1]
        self.assertIn("1 older than one of the same type and id", whole.err + whole.out)
        self.assertEqual((result["older"], result["restored"], result["complete"]), (1, 2, False))
        self.assertEqual(server.store["Organization/o"]["name"], "newest")
        self.assertIn({"kind": "not-sent", "record": "Organization/o",
                       "reason": "another record of this name is newer"}, self.report())

    def test_two_sources_with_the_same_ids(self):
        """Patient/1 of two practices: one's laboratory results must not come into the other's chart."""
        self.write("north/r.ndjson", json.dumps(resource("Patient", "1", name=[{"family": "Noord"}])) + "\n" + json.dumps(
            resource("Observation", "10", status="final", code={"text": "x"}, subject=refer("Patient/1"))) + "\n")
        self.write("south/r.ndjson", json.dumps(resource("Patient", "1", name=[{"family": "Zuid"}])) + "\n")
        args = self.export("north", "both.medark")
        args.insert(args.index("north") + 1, "south")
        self.succeed(*args, code=6)
        server = self.target()
        for more in ((), ("--patient", "1"), ("--dry-run",)):
            message = self.refuse(2, *self.command(server, *more, archive="both.medark"))
            self.assertIn("the archive is of 2 sources, and 1 records", message.err)
        self.assertFalse(server.store)
        result = self.succeed(*self.opened("restore", "--patient", "1", "--to", "chart", archive="both.medark"))
        self.assertIn("this chart may be of two patients", result.err)

    def test_ids_of_no_form_of_ids(self):
        """They go into no address and no record with a prefix; the rest arrives."""
        odd = resource("Patient", 'x","active":"y')
        self.archive([odd, resource("Patient", "p"), resource("Organization", "under_score")])
        server = self.target()
        result = self.restore(server, "--ids", "prefix", "--report", "report.jsonl", archive="b.medark", code=6)
        self.assertEqual((result["restored"], result["not_sent"]), (1, 2))
        self.assertEqual(set(server.store), {"Patient/medark-p"})
        self.assertEqual({row["reason"] for row in self.report() if row["kind"] == "not-sent"},
                         {"its id has no form that servers take with a prefix"})

    def test_names_with_escapes_in_them(self):
        """However a member's name is spelled, what it refers to has another id there."""
        self.archive([resource("Patient", "p"),
                      '{"resourceType":"Observation","\\u0069d":"o","status":"final","code":{"text":"x"},'
                      '"subject":{"\\u0072eference":"Patient/p"}}'])
        server = self.target()
        self.restore(server, "--ids", "prefix", archive="b.medark")
        self.assertEqual(server.store["Observation/medark-o"]["subject"], refer("Patient/medark-p"))

    def test_xml(self):
        xml = '<Patient xmlns="http://hl7.org/fhir"><id value="x1"/><active value="true"/></Patient>'
        self.write("x/p.xml", xml)
        self.write("x/o.ndjson", json.dumps(resource("Organization", "o")) + "\n")
        self.succeed(*self.export("x", "x.medark"))
        server = self.target(xml=True)
        self.assertEqual(self.restore(server, archive="x.medark")["restored"], 2)
        self.assertEqual(server.store["Patient/x1"]["xml"], xml)
        result = self.restore(self.target(), code=6, archive="x.medark")
        self.assertEqual(result["reasons"], [{"reason": "the server takes no XML", "count": 1}])


class Choice(RestoreTest):
    def test_patients_and_what_they_refer_to(self):
        self.archive([*clinic(), resource("Organization", "unused", name="u")])
        server = self.target()
        result = self.restore(server, "--patient", "pat1", archive="b.medark")
        self.assertEqual(result["patients"], 1)
        self.assertEqual({n for n in server.store if n.split("/")[0] in ("Organization", "Practitioner", "Medication")},
                         {"Organization/org1", "Organization/org2", "Practitioner/prac1"})
        self.assertIn("Patient/pat1", server.store)
        self.assertIn("Observation/obs1", server.store)
        self.assertNotIn("Observation/obs2", server.store)
        self.assertNotIn("Organization/unused", server.store)
        self.refuse(1, *self.command(server, "--patient", "nobody", archive="b.medark"))
        self.restore(server, archive="b.medark")
        self.assertEqual(len(server.store), 19)
        self.assertEqual(set(server.writes[n] for n in server.store), {1})

    def test_today_first(self):
        records = []
        for p, (seen, planned) in enumerate([(800, None), (5, None), (400, 0), (30, 3)]):
            records.append(resource("Patient", f"p{p}"))
            records.append(resource("Observation", f"o{p}", status="final", code={"text": "x"}, subject=refer(f"Patient/p{p}"),
                                    effectiveDateTime=str(DAY - datetime.timedelta(seen))))
            if planned is not None:
                records.append(resource("Appointment", f"a{p}", status="booked",
                                        start=str(DAY + datetime.timedelta(planned)) + "T12:00:00+00:00",
                                        participant=[{"actor": refer(f"Patient/p{p}"), "status": "accepted"}]))
        self.archive(records)
        server = self.target()
        result = self.restore(server, "--today", "--workers", "1", archive="b.medark")
        order = [n for n in server.order if n.startswith("Patient/")]
        self.assertEqual(order, ["Patient/p2", "Patient/p1", "Patient/p3", "Patient/p0"])
        self.assertEqual((result["today"], result["recent"]), (1, 2))

    def test_a_dry_run_writes_nothing(self):
        server = self.target(types=["Patient", "Basic"])
        before = self.files()
        result = self.restore(server, "--dry-run", "--today")
        self.assertEqual({r["type"]: r["records"] for r in result["types"]}, {"Patient": 3, "Observation": 60})
        self.assertEqual((result["not_sent"], result["probed"], result["ids"]), (60, False, None))
        self.assertEqual(result["reasons"], [{"reason": "the server has no such type", "count": 60}])
        self.assertEqual({method for method, _, _ in server.log}, {"GET"})
        self.assertEqual(self.files(), before)
        text = self.succeed(*self.command(server, "--dry-run")).out
        self.assertIn("nothing was written", text)

    def test_options_that_do_not_fit(self):
        server = self.target()
        for more in (["--since", "2026-01-01"], ["--type", "Patient"], ["--no-sync"], ["--ids", "mine"],
                     ["--ids", "same", "--id-prefix", "x"], ["--signer", "clinic.cert.pem"], ["--id-prefix", "a/b"],
                     ["--journal", "a.medark"], ["--report", "r", "--rejected", "r"]):
            with self.subTest(more):
                self.assertIn(self.refuse(2, *self.command(server, *more)).code, (2,))
        for more in (["--today"], ["--auth", "x"], ["--dry-run"], ["--report", "x"]):
            with self.subTest(more):
                self.refuse(2, *self.opened("restore", "--to", "folder", *more))
        self.refuse(2, *self.opened("restore", "--to", "fhir+http://ehr.example/fhir"))
        result = self.refuse(2, *self.opened("restore", "--to", "fhir+https://user:canary-word@ehr.example/fhir"))
        self.assertNotIn("canary-word", result.err + result.out)
        self.restore(server, "--ids", "same")
        self.refuse(2, *self.command(server, "--ids", "server"))


class Chain(RestoreTest):
    def test_an_increment_alone_goes_behind_the_whole_archive(self):
        source = self.serve()
        self.live_export(source, out="1.medark")
        for name in ("Patient", "Observation"):
            os.remove(self.path(f"src/{name}.ndjson"))
        self.write("src/Observation.ndjson", json.dumps(
            resource("Observation", "o1", status="amended", code={"text": "x"},
                     subject=refer(source.base + "/Patient/p1"))) + "\n")
        source.time = "2026-11-23T03:00:00Z"
        self.live_export(source, "--previous", "1.medark", "--since", "auto", out="2.medark")
        for prefix, more in (("", []), ("medark-", ["--ids", "prefix"])):
            server = self.target(integrity=True)
            self.assertEqual(self.restore(server, *more, archive="1.medark")["restored"], 63)
            result = self.succeed(*self.command(server, "--force", *more, archive="2.medark"))
            self.assertIn("this archive is an increment", result.err)
            changed = server.store[f"Observation/{prefix}o1"]
            self.assertEqual((changed["status"], len(server.store)), ("amended", 63))
            # The archive says where it came from: the reference is a relative one here.
            self.assertEqual(changed["subject"], refer(f"Patient/{prefix}p1"))
        server = self.target(ids="none")
        result = self.run_medark(*self.command(server, archive="2.medark"))
        self.assertEqual(result.code, 2)
        self.assertIn("medark: cannot restore to 'fhir+" + server.base + "': the archive is an increment", result.err)
        result = self.succeed("restore", "1.medark", *self.command(server, "--json", archive="2.medark")[1:])
        self.assertEqual(result.json()[-1]["restored"], 63)
        self.resolves(server)


class Mending(RestoreTest):
    def test_what_was_not_restored_yet_is_referred_to_later(self):
        self.archive([resource("Patient", "a", link=[{"other": refer("Patient/b"), "type": "seealso"}]),
                      resource("Patient", "b"),
                      resource("Observation", "oa", status="final", code={"text": "x"}, subject=refer("Patient/a"),
                               focus=[refer("Observation/ob")]),
                      resource("Observation", "ob", status="final", code={"text": "x"}, subject=refer("Patient/b"))])
        server = self.target(ids="none")
        self.restore(server, "--patient", "a", archive="b.medark")
        found = {t for body in server.store.values() for t in (r["reference"] for r in references(body))}
        self.assertIn("urn:medark:not-restored:Observation/ob", found)
        result = self.restore(server, archive="b.medark")
        self.assertEqual((result["restored"], result["unresolved"]), (4, 0))
        self.resolves(server)
        self.assertEqual(self.restore(server, archive="b.medark")["sent"], 0)

    def test_a_server_that_has_patients_is_told_of(self):
        server = self.target()
        self.restore(server)
        result = self.succeed(*self.command(server, "--dry-run", "--ids", "same"))
        self.assertIn("the server has 3 patients already", result.err)

    def test_what_a_server_has_is_not_written_over(self):
        """Another hospital's patients have the same numbers."""
        server = self.target()
        self.restore(server)
        before = json.dumps(server.store, sort_keys=True)
        self.archive([resource("Patient", "p1", name=[{"family": "Other"}])])
        result = self.refuse(1, *self.command(server, archive="b.medark"))
        self.assertIn("the server has 3 patients already; of 1 ids that records are to get, and that were looked for, "
                      "1 are taken there", result.err)
        self.assertIn("--force", result.err)
        self.assertEqual(json.dumps(server.store, sort_keys=True), before)
        # Beside them; but not over what another archive has there already.
        self.restore(server, "--ids", "prefix", archive="b.medark")
        self.assertEqual(server.store["Patient/medark-p1"]["name"], [{"family": "Other"}])
        self.archive([resource("Patient", "p1", name=[{"family": "Third"}])], name="c.medark")
        self.refuse(1, *self.command(server, "--ids", "prefix", archive="c.medark"))
        self.restore(server, "--ids", "prefix", "--id-prefix", "third-", archive="c.medark")
        self.assertEqual(server.store["Patient/medark-p1"]["name"], [{"family": "Other"}])
        self.restore(server, "--force", "--ids", "same", "--journal", "j", archive="b.medark")
        self.assertEqual(server.store["Patient/p1"]["name"], [{"family": "Other"}])


class Trouble(RestoreTest):
    def test_bundles_that_are_too_large(self):
        server = self.target(largest=8)
        result = self.restore(server)
        self.assertEqual((result["restored"], result["rejected"]), (63, 0))
        self.assertEqual(set(server.writes[n] for n in server.store), {1})

    def test_no_bundles_at_all(self):
        server = self.target(transactions=False, batches=False)
        self.assertEqual(self.restore(server)["equal"], 63)
        server = self.target(largest=0, batches=False)
        self.assertEqual(self.restore(server)["equal"], 63)

    def test_only_the_guilty_are_rejected(self):
        for transactions in (True, False):
            with self.subTest(transactions):
                server = self.target(transactions=transactions)
                server.reject = lambda body: "Canary-reason" if body.get("id") in ("o7", "o31") else None
                more = ["--rejected", f"no{transactions}.ndjson", "--report", f"r{transactions}"]
                result = self.restore(server, *more, code=6)
                self.assertEqual((result["restored"], result["rejected"]), (61, 2))
                self.assertEqual(result["reasons"], [{"reason": "rejected: status 422, invariant", "count": 2}])
                with open(self.path(more[1]), encoding="utf-8") as f:
                    lines = [json.loads(line) for line in f]
                self.assertEqual(sorted(line["resource"]["id"] for line in lines), ["o31", "o7"])
                self.assertEqual(lines[0]["outcome"]["issue"][0]["diagnostics"], "Canary-reason")
                self.assertEqual(os.stat(self.path(more[1])).st_mode & 0o777, 0o600)
                self.assertEqual(os.stat(self.path(more[3])).st_mode & 0o777, 0o600)
                # Mended, the next run sends these two only.
                server.reject, before = None, server.total_writes()
                self.assertEqual(self.restore(server)["sent"], 2)
                self.assertEqual(server.total_writes() - before, 2)

    def test_a_busy_server(self):
        for status in (409, 429, 503, 500, None):
            with self.subTest(status):
                server = self.target()
                seen = set()

                def meddle(request, status=status, seen=seen):
                    if request.command == "GET" or request.path in seen:
                        return False
                    seen.add(request.path)
                    if status:
                        request.answer(status, Retry_After="1")
                    else:
                        request.close_connection = True
                    return True

                server.meddle = meddle
                result = self.restore(server, "--journal", f"j{status}")
                self.assertEqual((result["restored"], result["equal"]), (63, 63))

    def test_what_is_read_back_is_compared(self):
        server = self.target()

        def change(body):
            if body["id"] == "o3":
                return {**body, "valueQuantity": {"value": 999, "unit": "kg"}}
            return None

        server.change = change
        restored = self.restore(server, "--report", "report.jsonl", code=6)
        self.assertEqual((restored["different"], restored["equal"]), (1, 62))
        self.assertIn({"kind": "different", "record": "Observation/o3", "path": "valueQuantity.value"}, self.report())
        del server.store["Observation/o4"]
        restored = self.restore(server, "--report", "report.jsonl", "--force", code=6)
        self.assertEqual((restored["sent"], restored["gone"]), (0, 1))
        self.assertEqual(self.restore(server, "--no-read-back")["equal"], 0)

    def test_what_was_taken_and_is_not_there_is_sent_again(self):
        for ids in ("any", "none"):
            with self.subTest(ids):
                server = self.target(ids=ids)

                def lose(request, server=server):
                    if b'"method":"GET"' in (request.body or b"").replace(b" ", b""):
                        lost.extend(n for n, r in server.store.items() if r.get("valueQuantity") and not lost)
                        for name in lost:
                            server.store.pop(name, None)

                lost = []
                server.meddle = lose
                restored = self.restore(server, "--journal", "j" + ids, code=6)
                self.assertEqual(restored["gone"], len(lost))
                self.assertGreater(len(lost), 0)
                server.meddle = None
                restored = self.restore(server, "--journal", "j" + ids, code=0 if ids == "any" else 6)
                if ids == "none":  # what others refer to has that id; the server does not take it back
                    self.assertEqual(restored["reasons"], [{"reason": "rejected: status 404, not-found", "count": 1}])
                    continue
                self.assertEqual((restored["sent"], restored["gone"], restored["equal"]), (len(lost), 0, 63))
                # What goes later somebody has deleted: it does not come back.
                server.store.pop(lost[0])
                restored = self.restore(server, "--journal", "j" + ids, code=6)
                self.assertEqual((restored["sent"], restored["gone"]), (0, 1))

    def test_an_issue_of_the_servers_own_words_is_told_nowhere(self):
        server = self.target()
        words = "canary\x1b[31m of Patient Jansen"

        def refuse(request):
            if b"/o7" in request.body.replace(b'"o7"', b"/o7") and request.command in ("POST", "PUT"):
                return request.answer(422, {"resourceType": "OperationOutcome", "issue": [
                    {"severity": "error", "code": words}]}) or True
            return False

        server.meddle = refuse
        result = self.run_medark(*self.command(server, "--report", "report.jsonl"))
        self.assertEqual(result.code, 6, result.err)
        self.assertNotIn("canary", result.out + result.err)
        self.assertIn({"kind": "rejected", "record": "Observation/o7", "status": 422, "issue": ""}, self.report())

    def test_a_server_that_never_comes_back(self):
        server = self.target()
        server.meddle = lambda request: request.command != "GET" and (request.answer(403, {}) or True)
        self.refuse(1, *self.command(server))
        server = self.target(bearer="canary-bearer")
        self.refuse(1, *self.command(server))

    def test_killed_at_any_moment_it_goes_on(self):
        self.archive([*clinic(), *(observation(i, i % 3 + 1) for i in range(400)), *(patient(i) for i in range(3))])
        for ids in ("any", "none"):
            server = self.target(ids=ids, largest=10)
            args = [MEDARK, *self.command(server, "--journal", "j" + ids, archive="b.medark")]
            killed = 0
            for wait in (0.15, 0.3, 0.45, 0.6, 0.8, 1.0):
                with subprocess.Popen(args, cwd=self.folder, env=environment(), stdout=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL) as running:
                    time.sleep(wait)
                    running.send_signal(signal.SIGKILL)
                    killed += running.wait() == -signal.SIGKILL
            self.assertGreater(killed, 0)
            result = self.restore(server, "--journal", "j" + ids, archive="b.medark")
            self.assertEqual((result["restored"], result["equal"]), (421, 421))
            self.assertEqual(len([n for n in server.store if not n.startswith("Basic/")]), 421)
            before = dict(server.writes)
            self.restore(server, "--journal", "j" + ids, archive="b.medark")
            self.assertEqual(server.writes, before)

    def test_interrupted_it_stops_and_goes_on(self):
        server = self.target()
        is_sending = threading.Event()

        def slow(request):
            if request.command == "POST" and request.where.path.rstrip("/") == "/fhir":
                is_sending.set()
                time.sleep(1.5)

        server.meddle = slow
        with subprocess.Popen([MEDARK, *self.command(server)], cwd=self.folder, env=environment(),
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
            self.assertTrue(is_sending.wait(60))
            running.send_signal(signal.SIGINT)
            running.communicate()
        self.assertEqual(running.returncode, 130)
        server.meddle = None
        self.assertEqual(self.restore(server)["restored"], 63)

    def test_a_journal_of_something_else(self):
        server = self.target()
        self.restore(server, "--journal", "j")
        self.write("k", b"something else, which is not to be overwritten by anybody\n" * 4)
        self.refuse(2, *self.command(server, "--journal", "k"))
        self.write("short", b"a note")
        self.refuse(2, *self.command(server, "--journal", "short"))
        with open(self.path("short"), "rb") as f:
            self.assertEqual(f.read(), b"a note")
        self.archive(clinic())
        self.refuse(2, *self.command(server, "--journal", "j", archive="b.medark"))
        size = os.path.getsize(self.path("j"))
        with open(self.path("j"), "r+b") as f:
            f.truncate(size - 7)  # half a frame is sent again
        self.assertEqual(self.restore(server, "--journal", "j")["restored"], 63)


class Ends(RestoreTest):
    def test_a_token_that_ends_is_renewed(self):
        server = self.target(client_keys={"k1": self.client_key()}, largest=5)
        server.token_seconds = 1
        server.meddle = lambda request: request.command == "POST" and time.sleep(0.2)
        self.assertEqual(self.restore(server, "--auth", self.smart(), "--workers", "2")["equal"], 63)
        self.assertGreater(server.count("POST", "/token"), 2)

    def test_a_token_that_is_taken_back_is_renewed(self):
        server = self.target(client_keys={"k1": self.client_key()}, largest=5)
        seen = []

        def meddle(request):
            if request.command == "POST" and request.where.path == "/fhir":
                seen.append(1)
                if len(seen) == 3:
                    server.tokens.clear()

        server.meddle = meddle
        self.assertEqual(self.restore(server, "--auth", self.smart())["restored"], 63)
        self.assertEqual(server.count("POST", "/token"), 2)

    def test_references_to_where_the_records_came_from(self):
        self.archive([resource("Patient", "a"), resource("Observation", "o", status="final", code={"text": "x"},
                                                         subject=refer("https://old.example/fhir/Patient/a"),
                                                         focus=[refer("https://other.example/fhir/Patient/a")])])
        server = self.target(ids="none")
        self.restore(server, "--source-base", "https://old.example/fhir", archive="b.medark")
        kept = next(body for name, body in server.store.items() if name.startswith("Observation/"))
        self.assertIn(kept["subject"]["reference"], server.store)
        self.assertEqual(kept["focus"][0]["reference"], "https://other.example/fhir/Patient/a")

    def test_a_server_that_is_none(self):
        server = self.target()
        server.meddle = lambda request: request.answer(200, {"resourceType": "Patient"}) or True
        result = self.refuse(1, *self.command(server))
        self.assertIn("does not describe itself as a FHIR server", result.err)
        server.meddle = lambda request: request.command != "GET" and (request.answer(307, Location="/x") or True)
        self.refuse(1, *self.command(server))


class Secrets(RestoreTest):
    def test_nothing_is_told_that_should_not_be(self):
        self.archive(clinic())
        server = self.target(ids="none", bearer="canary-bearer")
        server.reject = lambda body: "Canary-reason" if body["resourceType"] == "Provenance" else None
        auth = self.auth(method="bearer", token="canary-bearer")
        more = ["--auth", auth, "--report", "report.jsonl", "--verbose", "--signer", "clinic.cert.pem", "--signer-key",
                "clinic.key.pem"]
        result = self.succeed(*self.command(server, *more, archive="b.medark"), code=6)
        for text in (result.out, result.err, *(self.files()[n].decode("latin-1") for n in
                                               ("report.jsonl", *(n for n in self.files() if "medark-restore" in n)))):
            for secret in ("canary-bearer", "Canary-name", "Canary-reason"):
                self.assertNotIn(secret, text)
        journal = next(self.files()[n] for n in self.files() if "medark-restore" in n)
        for name in server.store:
            self.assertNotIn(name.split("/")[1].encode(), journal)
        self.assertNotIn(b"pat1", journal)

    def test_the_report_is_signed(self):
        self.restore(self.target(), "--report", "report.jsonl", "--signer", "clinic.cert.pem", "--signer-key",
                     "clinic.key.pem")
        subprocess.run(["openssl", "cms", "-verify", "-binary", "-cades", "-inform", "DER", "-in", "report.jsonl.p7s",
                        "-content", "report.jsonl", "-out", os.devnull, "-CAfile", "clinic.cert.pem", "-partial_chain",
                        "-no-CApath", "-no-CAstore", "-purpose", "any"], cwd=self.folder, check=True,
                       stderr=subprocess.DEVNULL)
        items = [line for line in self.report() if line["kind"] == "attachment"]
        self.assertEqual([item["size"] for item in items], [16])
        listed = self.succeed(*self.opened("items", "--json")).json()
        self.assertEqual(next(row["path"] for row in listed if row.get("number") == items[0]["item"]), "notes/read me.txt")
        head = self.report()[0]
        self.assertEqual((head["kind"], head["restored"], head["complete"]), ("restore", 63, True))


if __name__ == "__main__":
    main()
