#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A FHIR server for measuring: bulk export of the NDJSON files of a folder, as fast as the system can send them.

usage: serve.py FOLDER     prints the address to export from, and serves until its standard input ends
"""

import collections
import http.server
import json
import pathlib
import sys
import threading


class Request(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # a small answer waits for nobody

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def resource(self, value):
        self.answer(200, json.dumps(value).encode(), Content_Type="application/fhir+json")

    def do_GET(self):
        origin = f"http://{self.headers['Host']}"
        if self.path.startswith("/fhir/$export"):
            self.answer(202, Content_Location=origin + "/fhir/status")
        elif self.path == "/fhir/status":
            output = [{"type": name.split(".")[0], "url": f"{origin}/files/{name}"}
                      for name in sorted(self.server.files)]
            manifest = {"transactionTime": "2026-11-22T03:00:00Z", "request": origin + "/fhir/$export",
                        "requiresAccessToken": False, "output": output, "error": []}
            self.resource(manifest)
        elif self.path == "/fhir/metadata":
            types = [{"type": kind, "interaction": [{"code": "search-type"}]} for kind in self.server.totals]
            self.resource({"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1",
                           "rest": [{"mode": "server", "resource": types,
                                     "operation": [{"name": "export"}]}]})
        elif self.path.endswith("?_summary=count"):
            total = self.server.totals.get(self.path[len("/fhir/"):].partition("?")[0], 0)
            self.resource({"resourceType": "Bundle", "type": "searchset", "total": total})
        elif self.path.startswith("/files/") and self.path[7:] in self.server.files:
            self.give(self.server.files[self.path[7:]])
        else:
            self.answer(404)

    def do_DELETE(self):
        self.answer(202)

    def give(self, path):
        with open(path, "rb") as f:
            self.send_response(200)
            self.send_header("Content-Type", "application/fhir+ndjson")
            self.send_header("Content-Length", str(path.stat().st_size))
            self.end_headers()
            self.connection.sendfile(f)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, folder):
        super().__init__(("127.0.0.1", 0), Request)
        self.files = {path.name: path for path in pathlib.Path(folder).glob("*.ndjson")}
        self.totals = collections.Counter(kind for kind, _ in self.ids())

    def ids(self):
        """What there is, each once: it is counted as a server counts."""
        found = set()
        for path in self.files.values():
            with open(path, "rb") as f:
                found.update((r["resourceType"], r["id"]) for r in map(json.loads, f))
        return found

    def handle_error(self, request, client_address):
        """A client that went away is no fault of the server."""


server = Server(sys.argv[1])
threading.Thread(target=server.serve_forever, daemon=True).start()
print(f"fhir+http://127.0.0.1:{server.server_address[1]}/fhir", flush=True)
sys.stdin.read()
