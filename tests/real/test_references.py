# SPDX-License-Identifier: Apache-2.0
"""Whose a record is, however it says so; and what is wrong with a record, found where it stands.

Each class is the test real/<its name in lower case>.
"""

import json
import os
import unittest
import uuid

from real import SANITIZED, RealTest, main
from test_input import BSN, about, ndjson, patient

URN = "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"
OTHER_BSN = "urn:oid:2.16.840.1.113883.2.4.6.3"


def identified(system, value):
    return {"system": system, "value": value}


class References(RealTest):
    """Records, patients and what joins them stand in different files, in any order."""

    def counted(self, **want):
        found = {key: sum(counts.values()) for key, counts in self.counts().items()}
        self.assertEqual(found, {"P" + key: count for key, count in want.items()})

    def test_an_identifier_names_a_patient_of_any_file(self):
        by = {"identifier": identified(BSN, "999990019")}
        self.write("src/1.ndjson", ndjson(
            about(1, by), about(2, {"identifier": identified(OTHER_BSN, "999990019")}),
            about(3, {"type": "Patient", "identifier": identified("urn:x", "7")})))
        self.write("src/2.json", json.dumps(patient("p1", identifier=[
            identified(OTHER_BSN, "999990019"), identified("urn:x", "7")])))
        self.write("src/3.ndjson", ndjson(patient("p2"), about(4, by)))
        self.export("src")
        self.counted(p1=5, p2=1)
        self.assertEqual(len(self.chart("999990019")["Observation"]), 4)

    def test_a_conditional_reference_names_a_patient_of_any_file(self):
        self.write("src/1.ndjson", ndjson(
            about(1, {"reference": "Patient?identifier=urn%3Ax%7C7"}),
            about(2, {"reference": "http://h/base/Patient?identifier=urn:x|7&active=true"}),
            about(3, {"reference": "http://h/base/Patient/p1/_history/2"})))
        self.write("src/2.xml", '<Patient xmlns="http://hl7.org/fhir"><id value="p1"/><identifier>'
                   '<system value="urn:x"/><value value="7"/></identifier></Patient>')
        self.export("src")
        self.counted(p1=4)

    def test_a_urn_names_an_entry_of_another_file(self):
        self.write("src/1.ndjson", ndjson(about(1, {"reference": URN})))
        self.write("src/2.json", json.dumps({"resourceType": "Bundle", "entry": [
            {"fullUrl": URN.upper().replace("URN:UUID", "urn:uuid"), "resource": patient("p1")}]}))
        self.write("src/3.xml", '<Bundle xmlns="http://hl7.org/fhir"><entry><resource><Observation>'
                   f'<id value="o2"/><subject><reference value="{URN}"/></subject></Observation>'
                   "</resource></entry></Bundle>")
        self.export("src")
        self.counted(p1=3)

    def test_a_patient_without_an_id_is_known_by_its_entry(self):
        self.write("src/1.json", json.dumps({"resourceType": "Bundle", "entry": [
            {"fullUrl": URN.upper(), "resource": {"resourceType": "Patient", "gender": "male"}},
            {"fullUrl": "http://h/base/Patient/p1", "resource": {"resourceType": "Patient"}},
            {"resource": about(1, {"reference": URN})}]}))
        self.write("src/2.ndjson", ndjson(about(2, {"reference": URN}), about(3, "p1")))
        self.export("src")
        self.assertEqual(self.counts(), {"U" + URN: {"Patient": 1, "Observation": 2},
                                         "Pp1": {"Patient": 1, "Observation": 1}})
        self.assertEqual(self.patients()["U" + URN]["gender"], "male")

    def test_a_contained_patient_is_found_by_its_identifier(self):
        inner = {"resourceType": "Patient", "id": "x", "identifier": [identified(BSN, "999990019")]}
        self.write("src/1.ndjson", ndjson(about(1, {"reference": "#x"}, contained=[inner])))
        self.write("src/2.ndjson", ndjson(patient("p1", identifier=inner["identifier"])))
        self.export("src")
        self.counted(p1=2)

    def test_what_several_ways_name_is_one_patient(self):
        """A record that names its patient by id and by identifier is still one record."""
        who = identified("urn:x", "7")
        self.write("src/1.ndjson", ndjson(
            patient("p1", identifier=[who]),
            about(1, "p1", performer=[{"type": "Patient", "identifier": who}]),
            about(2, {"identifier": who}, performer=[{"type": "Patient", "reference": URN}])))
        self.write("src/2.json", json.dumps({"resourceType": "Bundle", "entry": [
            {"fullUrl": URN, "resource": patient("p1", identifier=[who])}]}))
        self.assertEqual(self.export("src", code=6)["reasons"], {"duplicate": 1})
        self.counted(p1=4)
        self.assertEqual(len(self.chart("p1")["Observation"]), 2)

    def test_patients_who_share_an_identifier_share_what_it_names(self):
        who = identified("urn:x", "7")
        both = [patient("p1", identifier=[who]), patient("p2", identifier=[who])]
        self.write("src/1.ndjson", ndjson(*both, *both, about(1, {"identifier": who})))
        seen = self.export("src", code=6)
        self.assertEqual((seen["duplicates"], seen["reasons"]), (2, {"ambiguous-reference": 1}))
        self.counted(p1=3, p2=3)

    def test_an_identifier_of_many_patients_names_none(self):
        who = identified("urn:x", "0")
        self.write("src/1.ndjson", ndjson(*[patient(f"p{i}", identifier=[who]) for i in range(17)],
                                          *[about(i, {"identifier": who}) for i in range(3)]))
        seen = self.export("src", code=6)
        self.assertEqual(seen["reasons"], {"ambiguous-reference": 1, "unknown-reference": 1})
        counts = self.counts()
        self.assertEqual(counts.pop("Iurn:x|0"), {"Observation": 3})
        self.assertEqual(counts, {f"Pp{i}": {"Patient": 1} for i in range(17)})

    def test_a_record_of_two_patients_is_in_both_charts(self):
        shared = {"resourceType": "Appointment", "id": "a1", "participant": [
            {"actor": {"reference": "Patient/p1"}}, {"actor": {"reference": "Practitioner/x"}},
            {"actor": {"reference": "Patient/p2"}}, {"actor": {"reference": "Patient/p1"}}]}
        self.write("src/a.ndjson", ndjson(shared, about(1, "p1"), about(2, "p2"), about(3, "p3")))
        self.write("src/p.ndjson", ndjson(*[patient(f"p{i}") for i in (1, 2, 3)]))
        seen = self.export("src")
        self.assertEqual(seen["records"], 7)
        self.counted(p1=3, p2=3, p3=2)
        line = json.dumps(shared).encode()
        for key in ("p1", "p2"):
            chart = self.chart(key)
            self.assertEqual(chart["Appointment"], [line])
            self.assertEqual(len(chart["Observation"]), 1)
        self.assertNotIn("Appointment", self.chart("p3"))
        # Both at once: it is still one record.
        self.assertEqual(self.chart("p1", "--patient", "p2")["Appointment"], [line])

    def meetings(self, count, step):
        """Records of 900 patients each in turn; one in `step` is shared with the patient x."""
        self.write("src/p.ndjson", ndjson(patient("x"), *[patient(f"p{i}") for i in range(900)]))
        with open(self.path("src/a.ndjson"), "w", encoding="ascii") as f:
            for i in range(count):
                f.write('{"resourceType":"Appointment","id":"a%d","participant":[{"actor":'
                        '{"reference":"Patient/p%d"}}%s]}\n' % (
                            i, i * 900 // count,
                            ',{"actor":{"reference":"Patient/x"}}' if i % step == 0 else ""))

    def test_a_patient_can_share_more_records_than_are_held_at_once(self):
        self.meetings(120_000, 2)
        self.export("src")
        self.assertEqual(self.counts()["Px"], {"Patient": 1, "Appointment": 60_000})
        self.assertEqual(len(self.chart("x")["Appointment"]), 60_000)

    @unittest.skipIf(SANITIZED, "takes minutes in a build with sanitizers: not run")
    def test_what_a_row_of_the_index_cannot_hold_is_reported_and_kept(self):
        self.meetings(1_700_000, 2)
        seen = self.export("src", code=6)
        missing = seen["reasons"].pop("too-large")
        self.assertEqual(seen["reasons"], {})
        self.assertEqual({line["detail"] for line in self.report()},
                         {"the index has no room to list it with one of its patients"})
        self.assertEqual(self.counts()["Px"], {"Patient": 1, "Appointment": 850_000 - missing})
        self.assertEqual(len(self.chart("x")["Appointment"]), 850_000 - missing)
        self.round_trip("src")

    def test_merged_patients_stay_two_and_say_so(self):
        self.write("src/p.ndjson", ndjson(
            patient("old", active=False, identifier=[identified("urn:x", "7")],
                    link=[{"other": {"reference": "Patient/new"}, "type": "replaced-by"}]),
            patient("new", link=[{"other": {"reference": "Patient/old"}, "type": "replaces"}]),
            about(1, "old"), about(2, "new"), about(3, {"identifier": identified("urn:x", "7")})))
        self.export("src")
        rows = self.patients()
        self.assertEqual((rows["Pold"]["links"], rows["Pnew"]["links"]),
                         ([["replaced-by", "Pnew"]], [["replaces", "Pold"]]))
        self.assertTrue(rows["Pold"]["inactive"])
        # Patient.link is part of the compartment: each Patient is in the other's chart too.
        self.assertEqual(rows["Pold"]["counts"], {"Patient": 2, "Observation": 2})
        self.assertEqual(rows["Pnew"]["counts"], {"Patient": 2, "Observation": 1})
        self.assertEqual(len(self.chart("new")["Patient"]), 2)

    def test_a_patient_whom_the_source_leaves_out_is_kept_and_reported(self):
        self.write("src/a.ndjson", ndjson(
            patient("p1"), about(1, "gone"), about(2, "gone"),
            about(3, {"identifier": identified(BSN, "999990032")}),
            about(4, {"reference": "Patient?name=jan"})))
        seen = self.export("src", code=6)
        self.assertEqual(seen["reasons"], {"unknown-reference": 3})
        self.assertEqual(self.counts(), {"Pp1": {"Patient": 1}, "Pgone": {"Observation": 2},
                                         f"I{BSN}|999990032": {"Observation": 1}})
        self.assertEqual(len(self.chart("gone")["Observation"]), 2)

    def test_urns_find_what_they_name_whatever_its_type(self):
        types = ["Device", "Endpoint", "Location", "Medication", "Organization", "Practitioner"]
        names = [str(uuid.uuid5(uuid.NAMESPACE_OID, str(i))) for i in range(4000)]
        outside = [{"resourceType": types[i % len(types)], "id": each}
                   for i, each in enumerate(names[:3000])]
        # The same id under two types, and more than one step away.
        outside.append({"resourceType": "Substance", "id": names[0]})
        far = {"resourceType": "HealthcareService", "id": str(uuid.uuid5(uuid.NAMESPACE_OID, "x")),
               "providedBy": {"reference": "urn:uuid:" + names[2999]}}
        wanted = names[:2900] + names[3000:] + [far["id"]]
        self.write("src/o.ndjson", ndjson(*outside, far))
        self.write("src/p.ndjson", ndjson(patient("p1"), *[
            about(i, "p1", hasMember=[{"reference": "urn:uuid:" + each}
                                      for each in wanted[i:i + 100]])
            for i in range(0, len(wanted), 100)]))
        self.export("src")
        self.chart("p1")
        found = []
        for name in os.listdir(self.path("chart/referenced")):
            with open(self.path("chart/referenced", name), encoding="utf-8") as f:
                found += [json.loads(line)["id"] for line in f]
        self.assertEqual(sorted(found),
                         sorted(names[:2900] + [names[0], names[2999], far["id"]]))
        with open(self.path("chart/report.json"), encoding="utf-8") as f:
            report = json.load(f)
        self.assertEqual(sorted(report["unresolved_names"]),
                         sorted("urn:uuid:" + each for each in names[3000:]))

    def test_the_report_tells_for_which_record_an_attached_file_came_along(self):
        def letter(key, *urls):
            return {"resourceType": "DocumentReference", "id": key,
                    "subject": {"reference": "Patient/p1"},
                    "content": [{"attachment": {"url": each}} for each in urls]}

        nameless = letter("", "c.pdf")
        del nameless["id"]
        self.write("src/a.ndjson", ndjson(patient("p1"), patient("p2"),
                                          letter("d1", "a.pdf", "of-p2/b%20c.pdf"),
                                          letter("d2", "a.pdf"), nameless))
        for name in ("a.pdf", "of-p2/b c.pdf", "c.pdf", "d.pdf"):
            self.write("src/" + name, "%PDF of " + name)
        self.export("src")
        self.chart("p1")
        with open(self.path("chart/report.json"), encoding="utf-8") as f:
            items = json.load(f)["items"]
        self.assertEqual({each["path"]: each["referrer"] for each in items},
                         {"a.pdf": "DocumentReference/d1",
                          "of-p2/b c.pdf": "DocumentReference/d1",
                          "c.pdf": "DocumentReference"})


class Faults(RealTest):
    """What the generator broke on purpose is found, where it stands; nothing else is."""

    REASONS = {"duplicate-id": "duplicate", "invalid-utf8": "invalid-utf8",
               "no-resource-type": "no-resource-type", "unknown-patient": "unknown-reference",
               "unusable-reference": "unknown-reference", "broken-json": "broken-syntax"}

    def check(self, *args):
        self.synth("--patients", "200", "--faults", "--truth", self.path("truth.json"), *args)
        with open(self.path("truth.json"), encoding="utf-8") as f:
            truth = json.load(f)
        want = set()
        for fault in truth["faults"]:
            name = fault["file"] + (".ndjson" if "." not in fault["file"] else "")
            with open(self.path("src", name), "rb") as f:
                before = b"".join(f.readlines()[:fault["line"] - 1])
            want.add((name, len(before), self.REASONS[fault["kind"]]))
        self.assertEqual(len(want), len(self.REASONS))
        seen = self.export("src", code=6)
        self.assertEqual({(line["path"], line["offset"], line["reason"])
                          for line in self.report()}, want)
        self.assertEqual(seen["quarantined"], len(want))
        for name, each in truth["records"].items():
            if name != "total":
                # Of what is no JSON nothing is believed; the others are records all the same.
                extra = sum(f.get("type") == name and f["kind"] != "invalid-utf8"
                            for f in truth["faults"])
                self.assertEqual(seen["types"][name], each + extra, name)
        rows = self.counts()
        for chosen in truth["chosen"]:
            # A Binary is of no compartment: the chart has it as something referred to.
            counts = {k: v for k, v in chosen["records"].items()
                      if v and k not in ("total", "Binary")}
            if chosen["role"] == "first":  # whose Encounter came a second time
                counts["Encounter"] += 1
            self.assertEqual(rows["P" + chosen["id"]], counts)
        self.round_trip("src")

    def test_every_planted_fault_is_found(self):
        self.check()

    def test_in_any_order_of_records(self):
        self.check("--shuffle")


if __name__ == "__main__":
    main()
