# SPDX-License-Identifier: Apache-2.0
"""The part of the simulated FHIR server that has no bulk export: metadata, reading, search, $everything.

Records are the lines of the NDJSON files of a folder, and are given as they stand there. What goes wrong is chosen by
attributes of Rest.
"""

import json
import os
import secrets
import urllib.parse

PATHS = {"patient": ("patient", "subject"), "subject": ("subject",), "performer": ("performer",), "link": ("link",)}
PARAMS = {"Observation": ("patient", "subject", "performer"), "Encounter": ("subject",), "Patient": ("_id",),
          "DocumentReference": ("patient",), "Condition": ("patient",)}


class Rest:
    def __init__(self, server):
        self.server = server
        self.records = {}  # type -> id -> line
        for name in sorted(os.listdir(server.folder)):
            if name.endswith(".ndjson"):
                with open(os.path.join(server.folder, name), encoding="utf-8") as f:
                    for line in filter(None, (line.strip() for line in f)):
                        record = json.loads(line)
                        self.records.setdefault(record["resourceType"], {})[record["id"]] = line
        self.everything, self.export, self.metadata = True, False, True
        self.searchable = set(self.records) - {"Binary"}
        self.page_size, self.count_max = 3, None  # records of a page at most; _count that is refused beyond
        self.total = 0  # told beside the right one; None: no total
        self.link = "opaque"  # or "relative", "query", "elsewhere", "loop", "same"
        self.outcome = None  # severity of a remark on each page
        self.needs_patient = False  # searches without one are refused
        self.refused = {}  # type -> status
        self.gone = set()  # Type/id that are not given, with their status
        self.binary = "raw"  # or "json"
        self.pages = {}  # token -> (records, where)

    def statement(self):
        types = [{"type": t, "interaction": [{"code": "read"}] + [{"code": "search-type"}] * (t in self.searchable),
                  "searchParam": [{"name": p, "type": "reference"} for p in PARAMS.get(t, ())],
                  "operation": [{"name": "everything"}] * (t == "Patient" and self.everything)}
                 for t in sorted(self.records)]
        return {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1",
                "rest": [{"mode": "server", "resource": types, "operation": [{"name": "export"}] * self.export}]}

    def respond(self, request):
        """Answers, if it is a request of this kind."""
        path = request.where.path[len("/fhir"):].strip("/")
        parts, query = path.split("/"), dict(urllib.parse.parse_qsl(request.where.query))
        if path == "metadata" and self.metadata:
            request.answer(200, self.statement())
        elif "page" in query:
            self.give_page(request, query["page"])
        elif len(parts) == 1 and parts[0] in self.records:
            self.search(request, parts[0], query)
        elif len(parts) == 2 and parts[0] in self.records:
            self.read(request, *parts)
        elif len(parts) == 3 and parts[2] == "$everything" and self.everything:
            self.give_everything(request, parts[1], query)
        else:
            return False
        return True

    def refuse(self, request, status, code="invalid"):
        request.answer(status, {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": code}]})

    # ---- reading ----

    def read(self, request, kind, name):
        line = self.records[kind].get(name)
        if kind in self.refused:
            return self.refuse(request, self.refused[kind])
        if line is None:
            return self.refuse(request, 404, "not-found")
        if kind == "Binary" and self.binary == "raw":
            import base64  # pylint: disable=import-outside-toplevel
            record = json.loads(line)
            return request.answer(200, base64.b64decode(record["data"]), Content_Type=record["contentType"])
        return request.answer(200, line.encode(), Content_Type="application/fhir+json")

    # ---- searching ----

    def about(self, line, param, patient):
        record = json.loads(line)
        if param == "_id":
            return record["id"] == patient
        texts = [json.dumps(record.get(name)) for name in PATHS[param]]
        return any(f'"Patient/{patient}"' in text for text in texts)

    def search(self, request, kind, query):
        count = query.pop("_count", None)
        query.pop("_elements", None)
        if kind in self.refused:
            return self.refuse(request, self.refused[kind])
        if kind not in self.searchable or not set(query) <= set(PARAMS.get(kind, ())):
            return self.refuse(request, 400)
        if self.needs_patient and not query and kind in PARAMS and kind != "Patient":
            return self.refuse(request, 400, "required")
        found = list(self.records[kind].values())
        for param, value in query.items():
            found = [line for line in found if self.about(line, param, value.rsplit("/", 1)[-1])]
        return self.give(request, found, count)

    def give_everything(self, request, patient, query):
        if patient not in self.records["Patient"]:
            return self.refuse(request, 404, "not-found")
        found = [self.records["Patient"][patient]]
        for kind in sorted(PARAMS):
            if kind != "Patient":
                found += [line for line in self.records.get(kind, {}).values() if f'"Patient/{patient}"' in line]
        return self.give(request, found, query.get("_count"))

    def give(self, request, found, count):
        if self.count_max is not None and int(count or 0) > self.count_max:
            return self.refuse(request, 400, "too-costly")
        token = secrets.token_hex(8)
        self.pages[token] = (found, request.where.path)
        return self.give_page(request, f"{token}.0")

    def next_link(self, token, start, end):
        where = self.pages[token][1]
        return {"opaque": f"{self.server.base}/?page={token}.{end}",
                "relative": f"{where[len('/fhir/'):]}?page={token}.{end}",
                "query": f"?page={token}.{end}",
                "elsewhere": f"https://elsewhere.example/fhir?page={token}.{end}",
                "loop": f"{self.server.base}?page={token}.{self.page_size if start else end}",
                "same": f"{self.server.base}?page={token}.{start}&x={secrets.token_hex(4)}"}[self.link]

    def give_page(self, request, page):
        token, _, start = page.partition(".")
        if token not in self.pages:
            return self.refuse(request, 410, "not-found")
        found, start = self.pages[token][0], int(start)
        end = min(start + self.page_size, len(found))
        entries = [f'{{"fullUrl":"{self.server.base}/x","resource":{line},"search":{{"mode":"match"}}}}'
                   for line in found[start:end]]
        if self.outcome:
            outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": self.outcome, "code": "informational"}]}
            entries.append(f'{{"resource":{json.dumps(outcome)},"search":{{"mode":"outcome"}}}}')
        total = "" if self.total is None else f'"total":{len(found) + self.total},'
        link = ""
        if end < len(found):
            link = f'"link":[{{"relation":"self","url":"x"}},{{"relation":"next","url":"{self.next_link(token, start, end)}"}}],'
        body = (f'{{"resourceType":"Bundle","type":"searchset",{total}{link}"entry":[' + ",".join(entries) + "]}")
        return request.answer(200, body.encode(), Content_Type="application/fhir+json")
