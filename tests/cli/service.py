# SPDX-License-Identifier: Apache-2.0
"""A running `medark serve`, and a browser's part of speaking with it."""

import http.client
import json
import os
import re
import resource
import signal
import ssl
import subprocess
import time
import urllib.parse

from archive import ArchiveTest
from cli import environment

PASSWORD = "correct horse battery"


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def text(self):
        return self.body.decode()


class Browser:
    """Keeps cookies as a browser does, and follows nothing by itself."""

    def __init__(self, address, **headers):
        self.address, self.headers, self.cookies, self.csrf = address, headers, {}, None

    @staticmethod
    def tls():
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context

    def ask(self, method, path, body=None, **headers):
        connection = http.client.HTTPSConnection(self.address, context=self.tls(), timeout=60)
        sent = {**self.headers, **headers}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        if isinstance(body, dict):
            body = urllib.parse.urlencode(body)
            sent.setdefault("Content-Type", "application/x-www-form-urlencoded")
        try:
            connection.request(method, path, body, sent)
            answer = Answer(connection.getresponse())
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie", []):
            name, _, value = line.split(";")[0].partition("=")
            if "Max-Age=0" in line:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        found = re.search(r'name="csrf" value="([0-9a-f]{64})"', answer.body.decode("utf-8", "replace"))
        if found:
            self.csrf = found.group(1)
        return answer

    def get(self, path, **headers):
        return self.ask("GET", path, **headers)

    def post(self, path, headers=None, **fields):
        if self.csrf:
            fields.setdefault("csrf", self.csrf)
        return self.ask("POST", path, fields, **(headers or {}))

    def log_in(self, name="jansen", password=PASSWORD):
        answer = self.post("/login", name=name, password=password)
        if answer.status == 303:
            self.get("/")
        return answer

    def find(self, query):
        """The charts' addresses that a query finds."""
        answer = self.post("/find", query=query)
        assert answer.status == 200, (answer.status, answer.text)
        return re.findall(r'href="(/chart/[0-9a-f]{32})"', answer.text)

    def open(self, query, reason="TREAT", text=""):
        """The chart of the one patient whom a query finds."""
        place, = self.find(query)
        answer = self.post("/open", chart=place.rpartition("/")[2], reason=reason, text=text)
        assert answer.status == 303, (answer.status, answer.text)
        return self.get(place)


class ServiceTest(ArchiveTest):
    def account(self, name="jansen", role="clinician"):
        if not os.path.exists(self.path("secret")):
            self.write("secret", PASSWORD + "\n", 0o600)
        self.succeed("account", "add", name, "--role", role, "--state", "state", "--passphrase-file", "secret",
                     "--shown", "Dr " + name.title())

    def start(self, *archives, options=(), env=None, listen="127.0.0.1:0", identity=("--identity", "it.key.pem")):
        """A service that is ended with the test, and must then have nothing to complain about."""
        command = [os.environ["MEDARK"], "serve", *(archives or ("a.medark",)), *identity, "--trust", "clinic.cert.pem",
                    "--state", "state", "--listen", listen, "--json", *options]
        self.service = subprocess.Popen(command, cwd=self.folder, env=environment(**(env or {})), text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(self.end)
        line = self.service.stdout.readline()
        self.assertTrue(line, self.service.poll() is not None and self.service.stderr.read())
        self.listening = json.loads(line)
        self.address = self.listening["addresses"][0]
        end = time.monotonic() + 60
        while self.browser().get("/login").status == 503:
            self.assertLess(time.monotonic(), end, "it does not get ready")
            time.sleep(0.02)
        return self.listening

    def browser(self, **headers):
        return Browser(self.address, **headers)

    def doctor(self, **headers):
        browser = self.browser(**headers)
        self.assertEqual(browser.log_in().status, 303)
        return browser

    def take_token(self, place=None):
        """A program's access to the API; with a place from when it is answered on, as the names of records are read."""
        answer = self.browser().post("/token", grant_type="client_credentials", client_id="jansen", client_secret=PASSWORD,
                                     reason="ETREAT")
        self.token = {"Authorization": "Bearer " + json.loads(answer.text)["access_token"]}
        end = time.monotonic() + 60
        while place and self.browser().get("/fhir" + place, **self.token).status == 503:
            self.assertLess(time.monotonic(), end, "the names of records are not read")
            time.sleep(0.02)

    def end(self):
        """Stops it; what it said on standard error."""
        if self.service.returncode is None:
            self.service.send_signal(signal.SIGTERM)
            _, self.said = self.service.communicate(timeout=60)
            self.assertEqual(self.service.returncode, 0, self.said)
            self.assertNotIn("Sanitizer", self.said)
        return self.said

    def limit_files(self, size):
        """No file of the service may grow beyond this many bytes."""
        limit = resource.RLIM_INFINITY if size is None else size
        resource.prlimit(self.service.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))

    def log(self, *more):
        """Rows of the audit log, which the service has to have ended."""
        folder = self.path("state/audit")
        files = sorted("state/audit/" + name for name in os.listdir(folder))
        rows = self.succeed("audit", *files, "--identity", "it.key.pem", "--json", *more).json()
        return [row for row in rows if row["message_type"] == "event"]
