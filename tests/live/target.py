# SPDX-License-Identifier: Apache-2.0
"""A FHIR server to restore into, as good or as bad as a test wants it.

It keeps what it gets in `store` and counts writes of each resource in `writes`. What it allows is chosen by
attributes; `meddle(request)` may answer in its place, and `reject(resource)` says what it does not take.
"""

import copy
import json
import re
import threading
import urllib.parse
import uuid

from simulator import Request, Server

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
ID = re.compile(r"[A-Za-z0-9.-]{1,64}$")


class Refused(Exception):
    def __init__(self, status, code, text):
        super().__init__(text)
        self.status = status
        self.outcome = {"resourceType": "OperationOutcome", "issue": [
            {"severity": "error", "code": code, "diagnostics": text}]}


def references(value):
    """Every reference in a resource, with the object that holds it."""
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value
        for each in value.values():
            yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


class TargetRequest(Request):
    do_GET = do_POST = do_DELETE = do_PUT = Request.route


class Target(Server):
    def __init__(self, ids="any", transactions=True, bearer=None, client_keys=None, **options):
        super().__init__(None, bearer=bearer, client_keys=client_keys)
        self.RequestHandlerClass = TargetRequest
        self.ids, self.transactions = ids, transactions
        self.batches = options.get("batches", True)
        self.largest = options.get("largest", 1000)  # entries of a bundle
        self.integrity = options.get("integrity", False)
        self.types = options.get("types")  # those that it has; None: it does not say
        self.xml = options.get("xml", False)
        self.reject = None
        self.finds = None  # what a search by tag finds instead: kind, "system|code" -> name or None
        self.turns = False  # answers to transactions come in another order
        self.claims = None  # what a create says of where it is: name -> name
        self.change = None  # what a read gives instead
        self.store, self.writes, self.tags = {}, {}, {}
        self.order = []  # names, as they were first written
        self.guard = threading.RLock()
        self.match = None  # what the request under way wants to write over

    # ---- what it says ----

    def metadata(self):
        rest = {"mode": "server", "interaction": [{"code": "batch"}]}
        if self.transactions:
            rest["interaction"].append({"code": "transaction"})
        if self.types is not None:
            rest["resource"] = [{"type": t, "interaction": [{"code": "create"}, {"code": "update"}]}
                                for t in self.types]
        return {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1", "rest": [rest],
                "software": {"name": "simulator"},
                "format": ["json"] + (["application/fhir+xml"] if self.xml else [])}

    def respond(self, request):
        if request.where.path in ("/token", "/fhir/.well-known/smart-configuration"):
            return super().respond(request)
        if not self.may(request):
            return request.answer(401, {"resourceType": "OperationOutcome"})
        path = request.where.path[len("/fhir"):].strip("/")
        if path == "Patient" and request.where.query == "_summary=count":
            return request.answer(200, {"resourceType": "Bundle", "type": "searchset",
                                        "total": sum(n.startswith("Patient/") for n in self.store)})
        if path == "metadata":
            return request.answer(200, self.metadata())
        try:
            with self.guard:
                status, body, location = self.handle(request, path)
        except Refused as refused:
            return request.answer(refused.status, refused.outcome)
        more = {"Location": f"{self.base}/{location}/_history/1"} if location else {}
        return request.answer(status, body if body is not None else b"", **more)

    def handle(self, request, path):
        self.match = None
        if request.command == "POST" and not path:
            return self.bundle(json.loads(request.body))
        if request.headers.get("Content-Type") == "application/fhir+xml":
            if not self.xml:
                raise Refused(415, "not-supported", "no XML here")
            return self.put_xml(path, request.body)
        body = json.loads(request.body) if request.body else None
        self.match = request.headers.get("If-Match")
        return self.one(request.command, path, body, request.headers.get("If-None-Exist"))

    # ---- single interactions ----

    def one(self, method, path, body, condition=None):
        if method == "POST":
            return self.create(path, body, condition)
        kind, _, key = path.partition("/")
        name = f"{kind}/{urllib.parse.unquote(key)}"
        if method == "PUT":
            return self.update(kind, urllib.parse.unquote(key), body)
        if name not in self.store:
            raise Refused(404, "not-found", name)
        if method == "DELETE":
            del self.store[name]
            return 204, None, None
        resource = copy.deepcopy(self.store[name])
        return 200, self.change(resource) or resource if self.change else resource, None

    def check(self, kind, body):
        if body.get("resourceType") != kind:
            raise Refused(400, "invalid", "another type")
        reason = self.reject and self.reject(body)
        if reason:
            raise Refused(422, "invariant", reason)
        if self.integrity:
            for each in references(body):
                text = each["reference"]
                if not text.startswith("#") and text not in self.store and text not in self.coming:
                    raise Refused(409 if self.integrity == 409 else 422, "processing", "no " + text)

    coming = frozenset()

    def keep(self, name, body, key):
        body = {**body, "id": key, "meta": {**body.get("meta", {}), "versionId": str(self.writes.get(name, 0) + 1),
                                            "lastUpdated": "2026-11-28T12:00:00Z"}}
        self.store[name] = body
        self.writes[name] = self.writes.get(name, 0) + 1
        if self.writes[name] == 1:
            self.order.append(name)
        for tag in body["meta"].get("tag", []):
            self.tags[f"{tag.get('system')}|{tag.get('code')}", body["resourceType"]] = name

    def create(self, kind, body, condition):
        self.check(kind, body)
        if "id" in body:
            raise Refused(400, "invalid", "an id in a create")
        if condition:
            found = self.find(kind, condition)
            if found:
                return 200, self.store[found], found
        key = str(uuid.uuid4())
        self.keep(f"{kind}/{key}", body, key)
        return 201, None, self.claims(f"{kind}/{key}") if self.claims else f"{kind}/{key}"

    def find(self, kind, condition):
        field, _, value = condition.partition("=")
        assert field == "_tag", condition
        if self.finds:
            return self.finds(kind, urllib.parse.unquote(value))
        name = self.tags.get((urllib.parse.unquote(value), kind))
        return name if name in self.store else None

    def update(self, kind, key, body):
        name = f"{kind}/{key}"
        if body.get("id") != key or not ID.match(key):
            raise Refused(400, "invalid", "the id")
        if name not in self.store:
            if self.ids == "none":
                raise Refused(404, "not-found", "ids are ours")
            if self.ids == "uuid" and not UUID.match(key):
                raise Refused(400, "value", "no UUID")
            if self.ids == "letters" and key.isdigit():
                raise Refused(400, "value", "digits only")
        if self.match and self.match != f'W/"{self.store.get(name, {}).get("meta", {}).get("versionId")}"':
            raise Refused(412, "conflict", "another version")
        self.check(kind, body)
        new = name not in self.store
        self.keep(name, body, key)
        return 201 if new else 200, None, name

    def put_xml(self, path, body):
        self.store[path] = {"resourceType": path.split("/")[0], "id": path.split("/")[1], "xml": body.decode()}
        self.writes[path] = self.writes.get(path, 0) + 1
        return 201, None, path

    # ---- bundles ----

    def bundle(self, bundle):
        if bundle["type"] == "batch":
            if not self.batches:
                raise Refused(405, "not-supported", "no batches")
            return 200, {"resourceType": "Bundle", "type": "batch-response",
                         "entry": [self.entry(e) for e in bundle["entry"]]}, None
        if not self.transactions:
            raise Refused(405, "not-supported", "no transactions")
        if len(bundle["entry"]) > self.largest:
            raise Refused(413, "too-costly", "too many entries")
        return self.transaction(bundle["entry"])

    def transaction(self, entries):
        kept = copy.deepcopy((self.store, self.writes, self.tags, self.order))
        names, places = {}, []
        try:
            for entry in entries:
                places.append(self.place(entry, names))
            self.coming = {place for _, place in places}
            for entry in entries:
                for each in references(entry["resource"]):
                    each["reference"] = names.get(each["reference"], each["reference"])
            answers = [self.write(entry, *place) for entry, place in zip(entries, places)]
        except Refused:
            self.store, self.writes, self.tags, self.order = kept
            raise
        finally:
            self.coming = frozenset()
        if self.turns:
            answers.reverse()
        return 200, {"resourceType": "Bundle", "type": "transaction-response", "entry": answers}, None

    def place(self, entry, names):
        """Where an entry goes: (status, name)."""
        request, kind = entry["request"], entry["resource"]["resourceType"]
        if request["method"] == "PUT":
            return 201, request["url"]
        found = self.find(kind, request["ifNoneExist"]) if request.get("ifNoneExist") else None
        name = found or f"{kind}/{uuid.uuid4()}"
        names[entry["fullUrl"]] = name
        return 200 if found else 201, name

    def write(self, entry, status, name):
        kind, key = name.split("/")
        if entry["request"]["method"] == "PUT":
            status, _, _ = self.update(kind, key, entry["resource"])
        else:
            if "id" in entry["resource"]:
                raise Refused(400, "invalid", "an id in a create")
            self.check(kind, entry["resource"])
            if status == 201:
                self.keep(name, entry["resource"], key)
        return {"response": {"status": f"{status} OK", "location": f"{name}/_history/1"}}

    def entry(self, entry):
        try:
            status, body, _ = self.one(entry["request"]["method"], entry["request"]["url"], None)
        except Refused as refused:
            return {"response": {"status": str(refused.status), "outcome": refused.outcome}}
        return {"resource": body, "response": {"status": f"{status} OK"}}

    # ---- what a test asks ----

    def names(self):
        return sorted(self.store)

    def total_writes(self):
        return sum(n for name, n in self.writes.items() if not name.startswith("Basic/"))
