# SPDX-License-Identifier: Apache-2.0
"""What an archive of a folder has to say, worked out a second time and without medark.

Reads every file of a folder with Python's own JSON and XML parsers and puts the records with their
patients by the rules of docs/FORMAT.md and FHIR's Patient compartment, as the attribution oracle of
tests/interop knows them. Slow and simple on purpose: everything is held in memory.
"""

import collections
import json
import os
import sys
import xml.etree.ElementTree as ET

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.environ.get("MEDARK_ROOT", os.path.dirname(os.path.dirname(HERE)))
sys.path.insert(0, os.path.join(ROOT, "tests", "interop"))

import attribution_oracle as oracle  # noqa: E402 (the path is known only now)

TABLE_FILE = os.path.join(ROOT, "lib", "record", "compartment_table.c")
TABLE = oracle.read_table(TABLE_FILE)
oracle.DATES = oracle.read_dates(TABLE_FILE)

FHIR = "{http://hl7.org/fhir}"
BSN = "http://fhir.nl/fhir/NamingSystem/bsn"
# The reason for a patient whom records name and the source leaves out.
NO_PATIENT = "unknown-reference"


class Record:
    def __init__(self, resource, content, full_url="", entries=None, item=None):
        self.resource, self.content, self.full_url = resource, content, full_url
        self.entries, self.item = entries or {}, item


def parse(text):
    return json.loads(text, object_pairs_hook=oracle.Members)


def content(value):
    """A JSON value with the order of its members, for comparison: lay-out is left out."""
    if isinstance(value, dict):
        return tuple((name, content(each)) for name, each in value.items())
    if isinstance(value, list):
        return [content(each) for each in value]
    return (type(value).__name__, value)


def element(node):
    """An XML element as the JSON that says the same."""
    if not len(node):
        return node.get("value", "")
    out = oracle.Members([])
    for child in node:
        name = child.tag.replace(FHIR, "")
        if name in ("contained", "resource"):
            value = resource_of(child[0])
        else:
            value = element(child)
        if name in out:
            out[name] = (out[name] if isinstance(out[name], list) else [out[name]]) + [value]
        else:
            out[name] = value
    return out


def resource_of(node):
    out = oracle.Members([("resourceType", node.tag.replace(FHIR, ""))])
    body = element(node)
    if isinstance(body, dict):
        out.update(body)
    return out


def entries_of(bundle):
    return [each for each in oracle.many(bundle.get("entry")) if isinstance(each, dict)]


def document(resource, text, item):
    """The records of a document: itself, or a Bundle's entries' resources."""
    if resource.get("resourceType") != "Bundle":
        yield Record(resource, text, item=item)
        return
    known = oracle.bundle_entries({"entry": entries_of(resource)})
    for entry in entries_of(resource):
        inner = entry.get("resource")
        if inner is not None:
            yield Record(inner, content(inner), entry.get("fullUrl", ""), known, item)


def read_file(path, item):
    """The records of a file; none if it is not FHIR."""
    with open(path, "rb") as f:
        data = f.read()
    if path.endswith(".ndjson"):
        for line in data.decode("utf-8-sig").split("\n"):
            if line.strip():
                yield Record(parse(line), line, item=item)
    elif path.endswith(".json"):
        resource = parse(data.decode("utf-8-sig"))
        if isinstance(resource, dict) and "resourceType" in resource:
            yield from document(resource, content(resource), item)
    elif path.endswith(".xml"):
        try:
            root = ET.fromstring(data)
        except ET.ParseError:
            return
        if root.tag.startswith(FHIR):
            yield from document(resource_of(root), data, item)


def walk(top):
    """Every file of a folder, by the bytes of its names: the order in which they are archived."""
    for name in sorted(os.listdir(os.fsencode(top))):
        path = os.path.join(os.fsencode(top), name)
        if os.path.isdir(path):
            yield from walk(os.fsdecode(path))
        else:
            yield os.fsdecode(path)


def alias(key):
    """One spelling of the two names that the BSN's system has."""
    if key.startswith("I:"):
        system, _, value = key[2:].partition("|")
        return f"I:{BSN if system in oracle.BSN else system}|{value}"
    return key


class Expected:
    """Counts of a folder, as `inspect` and `patients` have to give them."""

    def __init__(self, top=None):
        self.types = collections.Counter()
        self.reasons = collections.Counter()
        self.duplicates = 0
        self.outside = 0    # records of no patient
        self.several = 0    # records of more than one
        self.items = collections.Counter()  # records by item
        self._first = {}
        self._bound = collections.defaultdict(list)
        self._counts = collections.defaultdict(collections.Counter)
        self._own = set()
        for path in walk(top) if top else ():
            for record in read_file(path, os.path.relpath(path, top)):
                self.add(record)

    def add(self, record):
        fault, name, identity, keys, _, _ = oracle.facts(
            record.resource, TABLE, record.full_url, record.entries).split(" ")
        if fault != "ok":
            self.reasons[fault] += 1
        if name == "-":
            return
        self.types[name] += 1
        self.items[record.item] += 1
        keys = [] if keys == "-" else keys.split(",")
        self.outside += not keys
        self.several += len(keys) > 1
        for key in {alias(each) for each in keys}:
            self._counts[key][name] += 1
        if identity != "-":
            self._again(name, identity, record.content)
        if name == "Patient" and fault == "ok":
            self._bind(record, keys[0])

    def _again(self, name, identity, what):
        if (name, identity) not in self._first:
            self._first[name, identity] = what
        elif self._first[name, identity] == what:
            self.duplicates += 1
        else:
            self.reasons["duplicate"] += 1

    def _bind(self, record, own):
        """What else the patient is called: the entry's URN, and every identifier."""
        self._own.add(own)
        if record.full_url.startswith("urn:"):
            self._bound[f"U:{record.full_url.lower()}"].append(own)
        for each in oracle.many(record.resource.get("identifier")):
            value = oracle.first_text(each, "value")
            if value:
                system = oracle.first_text(each, "system")
                self._bound[alias(f"I:{system}|{value}")].append(own)

    def patients(self):
        """Counts by type for every key of the index, and those of whom no Patient came."""
        found = collections.defaultdict(collections.Counter)
        for key, counts in self._counts.items():
            for own in set(self._bound.get(key, ())) or {key}:
                found[own.replace(":", "", 1)].update(counts)
        return {key: dict(counts) for key, counts in found.items()}

    def missing(self):
        return sorted(key for key in self.patients() if key[0] + ":" + key[1:] not in self._own)


