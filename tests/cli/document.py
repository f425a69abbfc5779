# SPDX-License-Identifier: Apache-2.0
"""What a FHIR document has to be, whatever is in it (https://hl7.org/fhir/R4/documents.html, https://hl7.org/fhir/uv/ips)."""

import re
import xml.etree.ElementTree as ElementTree

IPS = "http://hl7.org/fhir/uv/ips/"
ABSENT = IPS + "CodeSystem/absent-unknown-uv-ips"
SECTIONS = {"10160-0": "medication", "48765-2": "allergies", "11450-4": "problems", "104605-1": "alerts", "11369-6": "immunisations",
            "47519-4": "procedures", "30954-2": "results", "8716-3": "vitals", "46264-8": "devices", "11348-0": "past",
            "18776-5": "plan", "29762-2": "social", "10162-6": "pregnancy", "42348-3": "directives"}
TYPES = {"medication": {"MedicationStatement", "MedicationRequest", "MedicationDispense", "MedicationAdministration"},
         "allergies": {"AllergyIntolerance"}, "problems": {"Condition"}, "alerts": {"Flag"}, "immunisations": {"Immunization"},
         "procedures": {"Procedure"}, "results": {"Observation", "DiagnosticReport"}, "vitals": {"Observation"},
         "devices": {"DeviceUseStatement"}, "past": {"Condition"}, "plan": {"CarePlan"}, "social": {"Observation"},
         "pregnancy": {"Observation"}, "directives": {"Consent"}}
# https://hl7.org/fhir/R4/narrative.html; of them those that are made.
TAGS = {"div", "h3", "p", "b", "table", "thead", "tbody", "tr", "th", "td"}
INSTANT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[-+]\d\d:\d\d)"


def references(node):
    """Every Reference.reference below a value."""
    if isinstance(node, list):
        for each in node:
            yield from references(each)
    elif isinstance(node, dict):
        if isinstance(node.get("reference"), str):
            yield node["reference"]
        for each in node.values():
            yield from references(each)


def resolve(entry, reference):
    """As https://hl7.org/fhir/R4/bundle.html#references has it; None: it cannot be resolved within."""
    if re.match(r"[a-z]+:", reference):
        return re.sub(r"/_history/[^/]*$", "", reference)
    found = re.match(r"(https?:.*)/[A-Za-z]+/[^/]+$", entry["fullUrl"])
    return found and found.group(1) + "/" + re.sub(r"/_history/[^/]*$", "", reference)


def check_narrative(test, text):
    test.assertEqual(text["status"], "generated")
    root = ElementTree.fromstring(text["div"])
    for node in root.iter():
        test.assertTrue(node.tag.startswith("{http://www.w3.org/1999/xhtml}"), node.tag)
        test.assertIn(node.tag.partition("}")[2], TAGS)
        test.assertLessEqual(set(node.attrib), {"class", "lang", "scope", "{http://www.w3.org/XML/1998/namespace}lang"})
    words = " ".join(root.itertext())
    test.assertTrue(words.strip())
    return words


def check(test, bundle, archived):
    """
    The sections by name, each with its resources and what its narrative says. `archived`: every record of the archive by
    Type/id; what of them is in the document must be equal, and what they refer to must be there, if it is one that may.
    """
    test.assertEqual((bundle["resourceType"], bundle["type"]), ("Bundle", "document"))
    test.assertEqual(bundle["identifier"]["system"], "urn:ietf:rfc:3986")
    test.assertRegex(bundle["identifier"]["value"], r"^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
    test.assertRegex(bundle["timestamp"], f"^{INSTANT}$")
    entries = {entry["fullUrl"]: entry for entry in bundle["entry"]}
    test.assertEqual(len(entries), len(bundle["entry"]))
    for entry in bundle["entry"]:
        test.assertEqual(set(entry), {"fullUrl", "resource"})
        if not entry["fullUrl"].startswith("urn:uuid:"):
            own = entry["resource"]["resourceType"] + "/" + entry["resource"]["id"]
            test.assertTrue(entry["fullUrl"].endswith("/" + own), entry["fullUrl"])
            test.assertEqual(entry["resource"], archived[own])
    kinds = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
    test.assertEqual((kinds.count("Composition"), kinds.count("Patient"), kinds[0]), (1, 1, "Composition"))
    composition = bundle["entry"][0]["resource"]
    patient = entries[composition["subject"]["reference"]]["resource"]
    test.assertEqual(patient["resourceType"], "Patient")
    test.assertEqual(composition["type"]["coding"][0]["code"], "60591-5")
    test.assertEqual((composition["status"], composition["date"]), ("final", bundle["timestamp"]))
    test.assertTrue(composition["title"])
    device = entries[composition["author"][0]["reference"]]["resource"]
    test.assertEqual((device["resourceType"], device["deviceName"][0]["name"]), ("Device", "medark"))
    check_references(test, bundle, entries, archived)
    check_narrative(test, composition["text"])
    sections = {}
    for section in composition["section"]:
        name = SECTIONS[section["code"]["coding"][0]["code"]]
        test.assertNotIn(name, sections)
        test.assertTrue(section["title"])
        words = check_narrative(test, section["text"])
        found = [entries[each["reference"]]["resource"] for each in section.get("entry", [])]
        test.assertNotEqual("emptyReason" in section, bool(found))
        test.assertLessEqual({each["resourceType"] for each in found}, TYPES[name])
        sections[name] = (found, words)
    test.assertLessEqual({"medication", "allergies", "problems"}, set(sections))
    for name in ("medication", "allergies", "problems"):
        test.assertTrue(sections[name][0], name)
    return sections


def check_references(test, bundle, entries, archived):
    reached = {bundle["entry"][0]["fullUrl"]}
    for entry in bundle["entry"]:
        for reference in references(entry["resource"]):
            if reference.startswith("#"):
                continue
            place = resolve(entry, reference)
            if place in entries:
                reached.add(place)
                continue
            test.assertNotIn(entry["fullUrl"][:9] + reference[:8], {"urn:uuid:urn:uuid"}, reference)
            # Other patients are not handed over, nor other documents.
            name = "/".join(re.sub(r"/_history/[^/]*$", "", reference).split("/")[-2:])
            if name in archived:
                test.assertIn(archived[name]["resourceType"], {"Patient", "Composition"}, reference)
    test.assertEqual(reached, set(entries), "something is there that nothing refers to")


def absent(resource):
    """The code that says that there is no information, or None."""
    code = resource.get("medicationCodeableConcept") or resource.get("code") or {}
    codes = [each["code"] for each in code.get("coding", []) if each.get("system") == ABSENT]
    return codes[0] if codes else None
