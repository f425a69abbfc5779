#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Says to which patients FHIR records belong: a slow second reading of the same rules.

Prints "fault type id patient,patient date updated" for every record of the JSON and NDJSON files
given, as tests/bench/attribute.c does, so that diff compares the two. Written from FHIR's
specification and lib/record/fhir.h, on json.loads() alone; the compartment is read from the
definitions, or from the C table if they are not at hand.

  attribution_oracle.py lib/record/compartment_table.c FILE…
"""
import json
import re
import sys
from urllib.parse import unquote

DATES = None
BSN = ("http://fhir.nl/fhir/NamingSystem/bsn", "urn:oid:2.16.840.1.113883.2.4.6.3")


class Fault(Exception):
    pass


def read_table(path):
    """type -> [(path, only, about)] of the C table."""
    arrays, types = {}, {}
    name = None
    for line in open(path, encoding="utf-8"):
        m = re.match(r"static const .* (paths_\w+)\[\]", line)
        if m:
            name = m[1]
            arrays[name] = []
        m = re.match(r"\t\{ \{ (.*?) \}, \d, \d+, (.*) \},", line)
        if m:
            arrays[name].append((re.findall(r'"(\w+)"', m[1]), "ONLY" in m[2], "ABOUT" in m[2]))
        m = re.match(r'\t\{ "(\w+)", (\w+), \d+ \},', line)
        if m:
            types[m[1]] = arrays.get(m[2], [])
    return types


def read_dates(path):
    text = open(path.replace("compartment_table.c", "fhir_date.c"), encoding="utf-8").read()
    return re.findall(r'"(\w+)"', text.split("names[", 1)[1].split("};", 1)[0])


class Members(dict):
    """A JSON object that remembers the order and whether a member stood there twice."""

    def __init__(self, pairs):
        super().__init__()
        self.repeated = set()
        for key, value in pairs:
            if key in self:
                self.repeated.add(key)
            else:
                self[key] = value


def many(value):
    """Every element that stands at a place: the items of an array, else the value."""
    if isinstance(value, list):
        for item in value:
            yield from many(item)
    elif value is not None:
        yield value


def at_path(value, path):
    """The values at a path below one member."""
    if not path:
        yield from many(value)
        return
    for item in many(value):
        if isinstance(item, dict) and path[0] in item:
            yield from at_path(item[path[0]], path[1:])


def text_of(value):
    """A primitive as the text of its JSON."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value)


def first_text(element, name):
    for item in many(element.get(name)):
        if not isinstance(item, dict) and text_of(item):
            return text_of(item)
    return ""


def is_bsn(system, value):
    if system not in BSN or not re.fullmatch(r"[0-9]{9}", value) or value == "0" * 9:
        return False
    return sum(int(c) * w for c, w in zip(value, (9, 8, 7, 6, 5, 4, 3, 2, -1))) % 11 == 0


def best_identifier(patient):
    best = None
    for identifier in many(patient.get("identifier")):
        system, value = first_text(identifier, "system"), first_text(identifier, "value")
        if value and (best is None or (is_bsn(system, value) and not best[0])):
            best = (is_bsn(system, value), f"{system}|{value}")
    return best[1] if best else None


TYPE = r"[A-Za-z]{1,64}"


def parse_reference(text):
    """(kind, type, rest) of Reference.reference."""
    if text.startswith("#"):
        return "contained", "", text[1:]
    if re.match(r"(?i)urn:(uuid|oid):", text):
        return "urn", "", text
    text = text.split("#", 1)[0]
    path, question, query = text.partition("?")
    scheme = re.match(r"(?i)https?://", path)
    if question:
        base = r"[^?]+/" if scheme else ""
        m = re.fullmatch(rf"{base}({TYPE})", path[scheme.end():] if scheme else path)
        return ("conditional", m[1], query) if m else ("unknown", "", "")
    base = r".+/" if scheme else ""
    m = re.fullmatch(rf"(?s:{base}([A-Z][A-Za-z]{{0,63}})/([^/]+?)(/_history/[^/]+)?)",
                     path[scheme.end():] if scheme else path)
    return ("literal", m[1], m[2]) if m else ("unknown", "", "")


def reference_key(resource, reference, only, about, entries):
    """The patient's key, or None; raises Fault."""
    kind_given = first_text(reference, "type")
    if kind_given:
        may_be = kind_given in ("Patient", "http://hl7.org/fhir/StructureDefinition/Patient")
    else:
        may_be = only or about
    identifier = None
    for item in many(reference.get("identifier")):
        if isinstance(item, dict) and first_text(item, "value"):
            identifier = f"{first_text(item, 'system')}|{first_text(item, 'value')}"
    text = first_text(reference, "reference")
    if not text:
        return f"I:{identifier}" if identifier and may_be else None
    kind, name, rest = parse_reference(text)
    if kind == "literal":
        return f"P:{rest}" if name == "Patient" else None
    if kind == "urn":
        if rest.lower() in entries:
            return entries[rest.lower()]
        return f"U:{rest.lower()}" if may_be else None
    if kind == "conditional":
        if name != "Patient":
            return None
        for parameter in rest.split("&"):
            if parameter.startswith("identifier="):
                value = unquote(parameter[len("identifier="):])
                if value and not value.endswith("|"):
                    return f"I:{value if '|' in value else '|' + value}"
                break
        raise Fault
    if kind == "contained":
        for item in many(resource.get("contained")):
            if isinstance(item, dict) and item.get("id") == rest and rest:
                if item.get("resourceType") != "Patient":
                    return None
                best = best_identifier(item)
                if best:
                    return f"I:{best}"
                break
        raise Fault
    if identifier and may_be:
        return f"I:{identifier}"
    if may_be:
        raise Fault
    return None


def url_key(url):
    kind, name, rest = parse_reference(url) if url else ("unknown", "", "")
    if kind == "literal" and name == "Patient":
        return f"P:{rest}"
    return f"U:{url.lower()}" if kind == "urn" else None


def date_number(text):
    m = re.match(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T|$)|$)|$)", text, re.A)
    if not m or m[1] == "0000":
        return 0
    month, day = int(m[2] or 0), int(m[3] or 0)
    if m[2] and not 1 <= month <= 12 or m[3] and not 1 <= day <= 31:
        return 0
    return int(m[1]) * 10000 + month * 100 + day


def clinical_date(resource):
    for name in DATES:
        value = resource.get(name)
        if isinstance(value, dict):
            value = value.get("start")
        if isinstance(value, str) and date_number(value):
            return date_number(value)
    return 0


def facts(resource, table, full_url="", entries=None):
    """One line for a resource."""
    if not isinstance(resource, dict):
        return "no-resource-type - - - 00000000 00000000"
    name = resource.get("resourceType")
    if not isinstance(name, str) or not re.fullmatch(TYPE, name):
        return "no-resource-type - - - 00000000 00000000"
    wanted = {p[0][0] for paths in table.values() for p in paths} | set(DATES)
    wanted |= {"resourceType", "id", "meta", "contained"}
    fault = "repeated-member" if resource.repeated & wanted else None
    keys = []
    paths = table.get(name, [])
    for member in resource:
        for path, only, about in paths:
            if path[0] != member:
                continue
            for reference in at_path(resource[member], path[1:]):
                if isinstance(reference, str) and path[-1] == "reference":
                    continue  # R5's CodeableReference.reference, where R4 has Reference.reference
                if not isinstance(reference, dict):
                    fault = fault or "unknown-reference"
                    continue
                if "reference" in reference.repeated:
                    fault = fault or "repeated-member"
                try:
                    key = reference_key(resource, reference, only, about, entries or {})
                except Fault:
                    fault = fault or "unknown-reference"
                    continue
                if key and key not in keys:
                    keys.append(key)
    identity = resource.get("id") or ""
    if name == "Patient":
        own = f"P:{identity}" if identity else url_key(full_url)
        if own:
            keys = [own] + [k for k in keys if k != own]
        else:
            fault = fault or "unknown-reference"
    meta = resource.get("meta")
    updated = meta.get("lastUpdated") if isinstance(meta, dict) else None
    return (f"{fault or 'ok'} {name} {identity or '-'} {','.join(keys) or '-'} "
            f"{clinical_date(resource):08d} {date_number(updated or ''):08d}")


def bundle_entries(bundle):
    entries = {}
    for entry in bundle.get("entry", []):
        url, resource = entry.get("fullUrl", ""), entry.get("resource")
        if resource and re.match(r"(?i)urn:(uuid|oid):", url):
            identity = resource.get("id")
            own = f"P:{identity}" if identity else f"U:{url.lower()}"
            entries[url.lower()] = own if resource.get("resourceType") == "Patient" else None
    return entries


def document(resource, table):
    if not isinstance(resource, dict) or resource.get("resourceType") != "Bundle":
        print(facts(resource, table))
        return
    entries = bundle_entries(resource)
    for entry in resource.get("entry", []):
        if entry.get("resource") is not None:
            print(facts(entry["resource"], table, entry.get("fullUrl", ""), entries))


def main():
    global DATES
    table = read_table(sys.argv[1])
    DATES = read_dates(sys.argv[1])
    for path in sys.argv[2:]:
        with open(path, encoding="utf-8-sig") as f:
            if path.endswith(".ndjson"):
                for line in f:
                    if line.strip():
                        print(facts(json.loads(line, object_pairs_hook=Members), table))
            else:
                resource = json.load(f, object_pairs_hook=Members)
                if isinstance(resource, dict) and "resourceType" in resource:
                    document(resource, table)
                else:
                    print("opaque", path)


if __name__ == "__main__":
    main()
