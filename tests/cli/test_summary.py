# SPDX-License-Identifier: Apache-2.0
"""Patient/[id]/$summary: the International Patient Summary of medark serve."""

import json
import re

import document
from cli import main
from service import ServiceTest

LOINC, OTHER = "http://loinc.org", "urn:codes"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"


def about(owner):
    return {"reference": f"Patient/{owner}"}


def concept(code, system=OTHER):
    return {"coding": [{"system": system, "code": code}], "text": f"about {code}"}


def record(kind, key, owner="a", **more):
    field = "patient" if kind in ("AllergyIntolerance", "Immunization", "Consent") else "subject"
    return {"resourceType": kind, "id": key, field: about(owner), **more}


def condition(key, status=None, **more):
    system = "http://terminology.hl7.org/CodeSystem/condition-clinical"
    return record("Condition", key, code=concept(key), **({"clinicalStatus": concept(status, system)} if status else {}), **more)


def observation(key, code, date, category=None, system=OTHER, **more):
    return record("Observation", key, status=more.pop("status", "final"), code=concept(code, system), effectiveDateTime=date,
                  valueQuantity={"value": 1.50, "unit": "mmol/l"},
                  **({"category": [{"coding": [{"system": CATEGORY, "code": category}]}]} if category else {}), **more)


def wrong(status):
    return {"verificationStatus": {"coding": [{"code": status}]}}


RECORDS = [
    {"resourceType": "Patient", "id": "a", "name": [{"family": "Bakker", "given": ["Els"]}], "birthDate": "1970-12-31",
     "managingOrganization": {"reference": "Organization/o"}, "generalPractitioner": [{"reference": "Practitioner/gone"}],
     "link": [{"other": about("mother"), "type": "seealso"}]},
    {"resourceType": "Patient", "id": "mother", "name": [{"family": "Bakker", "given": ["Oma"]}]},
    {"resourceType": "Patient", "id": "nobody", "name": [{"family": "Leeg"}]},
    {"resourceType": "Organization", "id": "o", "name": "Kliniek", "partOf": {"reference": "Organization/above"}},
    {"resourceType": "Organization", "id": "above", "name": "Groep"},
    {"resourceType": "Practitioner", "id": "d", "name": [{"family": "Arts"}]},
    {"resourceType": "Medication", "id": "m", "code": {"text": "metformine <b>500</b> & meer"}},
    record("MedicationRequest", "m1", status="active", intent="order", medicationReference={"reference": "Medication/m"},
           requester={"reference": "Practitioner/d"}, authoredOn="2024-01-01"),
    record("MedicationRequest", "m2", status="stopped", intent="order", medicationCodeableConcept=concept("oud")),
    record("MedicationRequest", "m3", status="active", intent="order", doNotPerform=True, medicationCodeableConcept=concept("nooit")),
    record("MedicationStatement", "m4", status="on-hold", medicationCodeableConcept=concept("gepauzeerd")),
    record("MedicationStatement", "m5", status="not-taken", medicationCodeableConcept=concept("geweigerd")),
    record("MedicationDispense", "m6", status="completed", medicationCodeableConcept=concept("verstrekt")),
    record("AllergyIntolerance", "l1", code=concept("716186003", "http://snomed.info/sct")),
    record("AllergyIntolerance", "l2", code=concept("penicilline"), **wrong("refuted")),
    record("AllergyIntolerance", "l3", "mother", code=concept("noten"), recorder=about("a")),
    condition("c1"), condition("c2", "active", recordedDate="2020-01-01"), condition("c3", "recurrence", recordedDate="2021-01-01"),
    condition("c4", "resolved"), condition("c5", "inactive"), condition("c6", abatementDateTime="2020-01-01"),
    condition("c7", "active", **wrong("entered-in-error")), condition("c8", "remission"),
    record("Flag", "f1", status="active", code=concept("vallen")), record("Flag", "f2", status="inactive", code=concept("oud")),
    record("Immunization", "i1", status="completed", vaccineCode=concept("griep"), occurrenceDateTime="2020"),
    record("Immunization", "i2", status="not-done", vaccineCode=concept("mazelen"), occurrenceDateTime="2020"),
    record("Procedure", "p1", status="completed", code=concept("heup"), performer=[{"actor": {"reference": "Practitioner/d"}}]),
    record("Procedure", "p2", status="preparation", code=concept("knie")),
    observation("r1", "k", "2020-01-01", "laboratory"), observation("r2", "k", "2022-01-01", "laboratory"),
    observation("r3", "k", "2022-01-01", "laboratory"), observation("r4", "na", "2019", "laboratory"),
    observation("r5", "k", "2023-01-01", "laboratory", status="cancelled"), observation("r6", "zonder", "2018"),
    observation("r7", "vraag", "2023", "survey"),
    record("DiagnosticReport", "d1", status="final", code=concept("lever"), result=[{"reference": "Observation/r1"}],
           effectiveDateTime="2020-01-01"),
    record("DiagnosticReport", "d2", status="final", code=concept("brief"), presentedForm=[{"data": "eA=="}]),
    observation("v1", "8867-4", "2020-01-01T10:00:00Z", "vital-signs", LOINC),
    observation("v2", "8867-4", "2020-01-01T11:00:00Z", "vital-signs", LOINC),
    record("DeviceUseStatement", "u1", status="active", device={"reference": "Device/pump"}, timingDateTime="2020"),
    {"resourceType": "Device", "id": "pump", "deviceName": [{"name": "pomp", "type": "other"}]},
    record("CarePlan", "g1", status="active", intent="plan", title="plan"),
    record("CarePlan", "g2", status="completed", intent="plan"),
    observation("s1", "72166-2", "2020", "social-history", LOINC), observation("s2", "72166-2", "2021", "social-history", LOINC),
    observation("w1", "82810-3", "2020", None, LOINC),
    record("Consent", "t1", status="active", scope=concept("treatment"), category=[concept("reanimatie")]),
    record("Consent", "t2", status="active", scope=concept("patient-privacy"), category=[concept("delen")]),
    {"resourceType": "Composition", "id": "brief", "status": "final", "subject": about("a"), "title": "brief"},
    record("Encounter", "e1", status="finished", extension=[{"url": "urn:x", "valueReference": {"reference": "Composition/brief"}}]),
]
XML = ('<AllergyIntolerance xmlns="http://hl7.org/fhir"><id value="x1"/><patient><reference value="Patient/nobody"/></patient>'
       '</AllergyIntolerance>',
       '<Immunization xmlns="http://hl7.org/fhir"><id value="x2"/><patient><reference value="Patient/nobody"/></patient></Immunization>')
WANTED = {
    "medication": ["m1", "m4"], "allergies": ["l1"], "problems": ["c3", "c2", "c1"], "alerts": ["f1"], "immunisations": ["i1"],
    "procedures": ["p1"], "results": ["r2", "r3", "r4", "r6", "d1"], "vitals": ["v2"], "devices": ["u1"], "past": ["c6", "c4", "c5", "c8"],
    "plan": ["g1"], "social": ["s2"], "pregnancy": ["w1"], "directives": ["t1"],
}


def ids(resources):
    return [each["id"] for each in resources]


class Summary(ServiceTest):
    def setUp(self):
        super().setUp()
        self.account()
        self.write("ips/all.ndjson", "".join(json.dumps(r) + "\n" for r in RECORDS))
        for number, text in enumerate(XML):
            self.write(f"ips/{number}.xml", text)
        self.succeed(*self.export("ips", "ips.medark"))
        self.archived = {r["resourceType"] + "/" + r["id"]: r for r in RECORDS}

    def begin(self, archive="ips.medark", **headers):
        self.start(archive)
        self.client = self.browser(**headers)
        self.take_token()

    def ask(self, path, method="GET", body=None, status=200, **headers):
        answer = self.client.ask(method, "/fhir" + path, body, **self.token, **headers)
        self.assertEqual(answer.status, status, answer.text)
        return answer

    def summary(self, patient="a"):
        bundle = json.loads(self.ask(f"/Patient/{patient}/$summary").text)
        return bundle, document.check(self, bundle, self.archived)

    def test_each_record_is_in_its_section_as_it_stands(self):
        self.begin()
        bundle, sections = self.summary()
        self.assertEqual({name: ids(found) for name, (found, _) in sections.items()}, WANTED)
        others = {each["resource"]["resourceType"] + "/" + each["resource"]["id"] for each in bundle["entry"][3:]}
        self.assertLessEqual({"Organization/o", "Organization/above", "Practitioner/d", "Medication/m", "Device/pump", "Observation/r1"},
                             others)
        self.assertEqual([each for each in others if each.partition("/")[0] in ("Patient", "Composition", "Encounter")], [])
        # What is left out is told; a number stays as it is written.
        for name, words in [("medication", "Left out: 4 ended, planned or not done"), ("allergies", "Left out: 1 refuted"),
                            ("allergies", "Left out: 1 about somebody else"), ("results", "Left out: 1 other results"),
                            ("medication", "metformine <b>500</b> & meer"), ("problems", "Left out: 1 refuted or entered in error")]:
            self.assertIn(words, sections[name][1])
        self.assertIn(json.dumps(self.archived["Observation/r2"]), self.ask("/Patient/a/$summary").text)

    def test_no_information_is_said_and_is_not_none_known(self):
        self.begin()
        bundle, sections = self.summary("nobody")
        self.assertEqual(set(sections), {"medication", "allergies", "problems", "immunisations"})
        codes = {name: [document.absent(each) for each in found] for name, (found, _) in sections.items()}
        self.assertEqual(codes, {"medication": ["no-medication-info"], "allergies": ["no-allergy-info"],
                                 "problems": ["no-problem-info"], "immunisations": []})
        self.assertNotIn("no-known", json.dumps(bundle))
        for name in ("allergies", "immunisations"):
            self.assertIn("Left out: 1 that cannot be read here (archived as XML", sections[name][1])
        kinds = {each["resource"]["resourceType"]: each["resource"] for each in bundle["entry"]}
        self.assertEqual(kinds["AllergyIntolerance"]["clinicalStatus"]["coding"][0]["code"], "active")
        self.assertEqual(kinds["MedicationStatement"]["_effectiveDateTime"]["extension"][0]["valueCode"], "unknown")

    def test_the_same_archive_gives_the_same_document(self):
        self.begin()
        first = self.ask("/Patient/nobody/$summary").text
        self.assertEqual(self.ask("/Patient/nobody/$summary", "POST").text, first)
        self.end()
        self.begin()
        again = self.ask("/Patient/nobody/$summary").text
        base = json.loads(first)["entry"][1]["fullUrl"].rpartition("/Patient/")[0]
        other = json.loads(again)["entry"][1]["fullUrl"].rpartition("/Patient/")[0]
        self.assertEqual(again.replace(other, base), first)

    def test_it_speaks_dutch_to_who_does(self):
        self.begin(**{"Accept-Language": "nl-NL,en;q=0.5"})
        bundle, sections = self.summary("nobody")
        self.assertEqual(bundle["entry"][0]["resource"]["language"], "nl")
        self.assertIn("Geen informatie over allergie\u00ebn", sections["allergies"][1])
        self.assertEqual(document.absent(sections["allergies"][0][0]), "no-allergy-info")

    def test_what_may_be_asked(self):
        self.begin()
        path = "/Patient/nobody/$summary"
        profile = document.IPS + "StructureDefinition/Bundle-uv-ips"
        plain = self.ask(path).text
        self.assertEqual(self.ask(path + "?profile=" + profile + "%7C1.1.0&_format=json").text, plain)
        for body, headers in [
            ({"profile": profile}, {}),
            (json.dumps({"resourceType": "Parameters", "parameter": [{"name": "profile", "valueCanonical": profile}]}),
             {"Content-Type": "application/fhir+json; charset=utf-8"}),
            (json.dumps({"resourceType": "Parameters"}), {"Content-Type": "application/json"}),
        ]:
            self.assertEqual(self.ask(path, "POST", body, **headers).text, plain)
        refused = json.dumps({"resourceType": "Parameters", "parameter": [{"name": "profile", "valueCanonical": "urn:other"}]})
        for answer in (self.ask(path + "?profile=urn:other", status=400),
                       self.ask(path, "POST", refused, 400, **{"Content-Type": "application/fhir+json"}),
                       self.ask(path, "POST", "{}", 400, **{"Content-Type": "application/fhir+json"}),
                       self.ask(path, "POST", "{", 400, **{"Content-Type": "application/fhir+json"}),
                       self.ask(path, "POST", "x", 415, **{"Content-Type": "text/plain"}),
                       self.ask("/Patient/none/$summary", status=404), self.ask("/Patient/$summary", status=404),
                       self.ask(path, "PUT", "{}", 405)):
            self.assertEqual(json.loads(answer.text)["resourceType"], "OperationOutcome")
        statement = json.loads(self.client.get("/fhir/metadata").text)
        operations = {o["name"]: o["definition"] for r in statement["rest"][0]["resource"] for o in r.get("operation", [])}
        self.assertEqual(operations["summary"], document.IPS + "OperationDefinition/summary")

    def test_the_log_has_it_before_it_leaves(self):
        self.begin()
        self.ask("/Patient/a/$summary")
        self.end()
        rows = [row for row in self.log() if row["kind"] == "export"]
        self.assertEqual([(row["patient"], row["reason"], row["detail"]) for row in rows], [("a", "ETREAT", "FHIR")])

    def test_the_page_and_what_it_saves(self):
        self.begin()
        doctor = self.doctor()
        chart = doctor.open("Bakker 1970-12-31")
        place, = re.findall(r'href="(/chart/[0-9a-f]{32}/ips)"', chart.text)
        page = doctor.get(place)
        self.assertEqual(page.status, 200)
        for words in ("metformine &lt;b&gt;500&lt;/b&gt; &amp; meer", "about penicilline"):
            self.assertEqual(words in page.text, words.startswith("met"))
        self.assertIn(f'href="{place}.json"', page.text)
        saved = doctor.get(place + ".json")
        self.assertEqual(saved.text, self.ask("/Patient/a/$summary").text)
        self.assertEqual(saved.headers["Content-Type"], "application/fhir+json; charset=utf-8")
        self.assertEqual(saved.headers["Content-Disposition"], 'attachment; filename="patient-summary.json"')
        self.assertIn("no-store", saved.headers["Cache-Control"])
        self.assertIn("sandbox", saved.headers["Content-Security-Policy"])
        for other in ("/ips/", "/ips.jso", "/ips.json/", "/ipsx"):
            self.assertEqual(doctor.get(place[:-4] + other).status, 404)
        stranger = self.browser()
        self.assertEqual(stranger.get(place + ".json").status, 303)
        self.end()
        rows = [(row["kind"], row["patient"], row["detail"], row["reason"]) for row in self.log() if row.get("detail") == "summary"]
        self.assertEqual(rows, [("read", "a", "summary", "TREAT"), ("export", "a", "summary", "TREAT")])

    def test_the_pack_has_it_too(self):
        self.succeed(*self.opened("restore", "--to", "html:pack", "--lang", "nl", "--patient", "nobody", archive="ips.medark"))
        with open(self.path("pack/patients/1-ips.html"), encoding="utf-8") as f:
            page = f.read()
        for words in ("Internationale pati\u00ebntsamenvatting", "<b>Geen informatie over allergie\u00ebn</b>: dat betekent niet dat ze er niet zijn.", 'href="1.html"'):
            self.assertIn(words, page)
        with open(self.path("pack/patients/1.html"), encoding="utf-8") as f:
            self.assertIn('href="1-ips.html"', f.read())

    def test_without_a_log_nothing_leaves(self):
        self.begin()
        self.limit_files(1)
        answer = self.ask("/Patient/a/$summary", status=503)
        self.assertEqual(json.loads(answer.text)["resourceType"], "OperationOutcome")
        self.assertNotIn("Bakker", answer.text)
        self.limit_files(None)
        self.ask("/Patient/a/$summary")

    def test_references_by_urn_resolve_too(self):
        key = "0f0f0f0f-1111-4222-8333-444444444444"
        rows = [{"resourceType": "Patient", "id": key, "name": [{"family": "Urn"}]},
                {"resourceType": "Condition", "id": "c", "subject": {"reference": "urn:uuid:" + key}, "code": concept("x"),
                 "clinicalStatus": concept("active")}]
        self.write("urn/b.json", json.dumps({"resourceType": "Bundle", "type": "collection", "entry": [
            {"fullUrl": "urn:uuid:" + r["id"], "resource": r} for r in rows]}))
        self.succeed(*self.export("urn", "urn.medark"))
        self.begin("urn.medark")
        self.archived = {r["resourceType"] + "/" + r["id"]: r for r in rows}
        bundle, sections = self.summary(key)
        self.assertEqual(ids(sections["problems"][0]), ["c"])
        self.assertEqual(bundle["entry"][1]["fullUrl"], "urn:uuid:" + key)


if __name__ == "__main__":
    main()
