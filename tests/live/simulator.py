# SPDX-License-Identifier: Apache-2.0
"""A FHIR server with bulk export, as good or as bad as a test wants it.

It serves the NDJSON files of a folder. What goes wrong is chosen by attributes of Server, or by a function
`meddle(request)` that may answer in the server's place. Every request is kept in `log`.
"""

import base64
import http.server
import json
import os
import secrets
import threading
import time
import urllib.parse

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils


def decode(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


class Request(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # a head and a body, and 40 ms between them

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", **headers):
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
            headers.setdefault("Content_Type", "application/json")
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def route(self):
        server = self.server
        size = int(self.headers.get("Content-Length") or 0)
        self.body = self.rfile.read(size)
        self.where = urllib.parse.urlsplit(self.path)
        with server.lock:
            server.log.append((self.command, self.path, dict(self.headers)))
        if server.meddle and server.meddle(self):
            return
        server.respond(self)

    do_GET = do_POST = do_DELETE = route


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, folder, client_keys=None, client_secret=None, bearer=None, tls=None):
        super().__init__(("127.0.0.1", 0), Request)
        if tls:  # an ssl.SSLContext
            self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.folder = folder
        self.client_keys = client_keys  # key id -> public key, of the client "medark"
        self.client_secret, self.bearer = client_secret, bearer
        self.tokens = {bearer: 1 << 62} if bearer else {}
        self.token_seconds = 300
        self.scopes, self.granted = {"system/*.rs", "system/*.read"}, None
        self.lock = threading.Lock()
        self.log, self.meddle = [], None
        self.rest = None  # a Rest: it has reading and search beside
        self.jobs, self.polls_needed = {}, 1
        self.asked = {}  # job -> (path, parameters)
        self.levels = {"$export", "Patient/$export", "Group/g1/$export"}
        self.kick_off, self.parameters = {"GET", "POST"}, {"_since"}
        self.time = "2026-11-22T03:00:00.123+01:00"
        self.deleted = []  # names of files in the folder
        self.retry_after = "1"
        self.manifest = None  # changes the manifest
        self.used = set()  # ids of assertions
        self.origin = f"http{'s' if tls else ''}://127.0.0.1:{self.server_address[1]}"
        self.base = self.origin + "/fhir"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        """A client that is killed, or has heard enough, is no fault of the server."""

    def stop(self):
        self.shutdown()
        self.server_close()

    def count(self, method, prefix):
        return sum(m == method and p.startswith(prefix) for m, p, _ in self.log)

    def respond(self, request):
        path = request.where.path
        if path == "/fhir/.well-known/smart-configuration":
            request.answer(200, {"token_endpoint": self.origin + "/token",
                                 "grant_types_supported": ["client_credentials"]})
        elif path == "/token" and request.command == "POST":
            self.give_token(request)
        elif not self.may(request):
            request.answer(401, {"resourceType": "OperationOutcome"})
        elif path.endswith("$export"):
            self.begin(request, path[len("/fhir/"):])
        elif path.startswith("/fhir/status/"):
            self.tell(request, path.rsplit("/", 1)[1])
        elif path.startswith("/files/"):
            self.give_file(request, path[len("/files/"):])
        elif not (self.rest and self.rest.respond(request)):
            request.answer(404, {"resourceType": "OperationOutcome"})

    # ---- tokens ----

    def may(self, request):
        if not (self.client_keys or self.client_secret or self.bearer):
            return True
        word, _, token = (request.headers.get("Authorization") or "").partition(" ")
        return word == "Bearer" and self.tokens.get(token, 0) > time.time()

    def give_token(self, request):
        form = dict(urllib.parse.parse_qsl(request.body.decode()))
        if form.get("grant_type") != "client_credentials":
            return request.answer(400, {"error": "unsupported_grant_type"})
        if not (self.has_asserted(form) if self.client_keys else self.has_secret(request)):
            return request.answer(401, {"error": "invalid_client"})
        if form["scope"] not in self.scopes:
            return request.answer(400, {"error": "invalid_scope"})
        token = "canary-token-" + secrets.token_hex(16)
        self.tokens[token] = time.time() + self.token_seconds
        return request.answer(200, {"access_token": token, "token_type": "bearer",
                                    "expires_in": self.token_seconds, "scope": self.granted or form["scope"]})

    def has_secret(self, request):
        word, _, value = (request.headers.get("Authorization") or "").partition(" ")
        wanted = "medark:" + urllib.parse.quote(self.client_secret, safe="")
        return word == "Basic" and base64.b64decode(value).decode() == wanted

    def has_asserted(self, form):
        if form.get("client_assertion_type") != (
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"):
            return False
        head, claims, signature = form["client_assertion"].split(".")
        signed = f"{head}.{claims}".encode()
        head, claims, signature = json.loads(decode(head)), json.loads(decode(claims)), decode(signature)
        if claims["iss"] != "medark" or claims["sub"] != "medark" or claims["aud"] != self.origin + "/token":
            return False
        if not time.time() < claims["exp"] <= time.time() + 300 or claims["jti"] in self.used:
            return False
        self.used.add(claims["jti"])
        return verifies(self.client_keys[head["kid"]], head["alg"], signature, signed)

    # ---- the export ----

    def begin(self, request, path):
        query = dict(urllib.parse.parse_qsl(request.where.query))
        if request.command == "POST":
            body = json.loads(request.body)
            query = {p["name"]: p["valueInstant"] for p in body.get("parameter", [])}
        if path not in self.levels:
            return request.answer(404, {"resourceType": "OperationOutcome"})
        if request.command not in self.kick_off:
            return request.answer(405, {"resourceType": "OperationOutcome"})
        if not set(query) <= self.parameters:
            return request.answer(400, {"resourceType": "OperationOutcome"})
        job = secrets.token_hex(8)
        self.jobs[job] = 0
        self.asked[job] = (path, query)
        return request.answer(202, Content_Location=f"{self.base}/status/{job}")

    def tell(self, request, job):
        if job not in self.jobs:
            return request.answer(404, {"resourceType": "OperationOutcome"})
        if request.command == "DELETE":
            del self.jobs[job]
            return request.answer(202)
        self.jobs[job] += 1
        if self.jobs[job] <= self.polls_needed:
            return request.answer(202, X_Progress="half \x1b[31mof it", Retry_After=self.retry_after)
        manifest = {
            "transactionTime": self.time, "request": self.base + "/$export",
            "requiresAccessToken": True, "error": [],
            "output": [{"type": name.split(".")[0], "url": f"{self.origin}/files/{name}?sig=canary-url",
                        "count": lines(os.path.join(self.folder, name))}
                       for name in sorted(os.listdir(self.folder)) if name.endswith(".ndjson")
                       and name not in self.deleted],
            "deleted": [{"type": "Bundle", "url": f"{self.origin}/files/{name}", "count": 1} for name in self.deleted],
        }
        if self.manifest:
            self.manifest(manifest)
        return request.answer(200, manifest)

    def give_file(self, request, name):
        try:
            with open(os.path.join(self.folder, os.path.basename(name)), "rb") as f:
                request.answer(200, f.read(), Content_Type="application/fhir+ndjson")
        except FileNotFoundError:
            request.answer(404)


def lines(path):
    with open(path, "rb") as f:
        return sum(bool(line.strip()) for line in f)


def verifies(key_path, algorithm, signature, signed):
    with open(key_path, "rb") as f:
        key = serialization.load_pem_public_key(f.read())
    try:
        if algorithm == "RS384":
            key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA384())
        else:
            half = {"ES384": 48, "ES256": 32}[algorithm]
            digest = {"ES384": hashes.SHA384(), "ES256": hashes.SHA256()}[algorithm]
            if len(signature) != 2 * half:
                return False
            r, s = (int.from_bytes(part, "big") for part in (signature[:half], signature[half:]))
            key.verify(utils.encode_dss_signature(r, s), signed, ec.ECDSA(digest))
    except InvalidSignature:
        return False
    return True
