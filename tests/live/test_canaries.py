# SPDX-License-Identifier: Apache-2.0
"""What a run must not leave behind: tokens, secrets, signed addresses and what stands in records, in what it
prints, in its arguments, and in any file, whatever way it ends."""

import base64
import json
import os
import signal
import subprocess
import time

from live import LiveTest, main
from cli import MEDARK, environment

NAME, BSN, NOTE = "Canaryfamily", "999990019", "canary-note"
SECRETS = ("canary-token", "canary-url", "canary-bearer", "canary-secret", "canary-page", "canary-outcome")


def record(kind, name, /, **more):
    return json.dumps({"resourceType": kind, "id": name, **more}) + "\n"


class Canaries(LiveTest):
    def setUp(self):
        super().setUp()
        os.mkdir(self.path("vendor"))
        self.write("vendor/Patient.ndjson", "".join(record("Patient", f"p{n}", name=[{"family": NAME, "given": [NAME]}],
                                                            identifier=[{"system": "urn:bsn", "value": BSN}])
                                                     for n in range(3)))
        self.write("vendor/Observation.ndjson", "".join(record(
            "Observation", f"o{n}", subject={"reference": f"Patient/p{n % 3}"}, note=[{"text": NOTE + "x" * 3000}])
            for n in range(400)))
        self.write("vendor/errors.txt", json.dumps({"resourceType": "OperationOutcome", "issue": [
            {"severity": "error", "code": "exception", "diagnostics": f"canary-outcome {NAME}"}]}) + "\n")
        self.ours = {"vendor", "src"} | {name for name in os.listdir(self.folder) if name.endswith(".pem")}

    def canaries(self):
        key = ""
        if os.path.exists(self.path("client.key.pem")):
            with open(self.path("client.key.pem"), encoding="ascii") as f:
                key = "".join(f.read().splitlines()[1:-1])
        words = [*SECRETS, NAME, NOTE, BSN, *([key[10:50]] if key else [])]
        for word in words:
            yield word.encode()
            yield base64.b64encode(word.encode())[:-4]

    def nothing_shows(self, *texts):
        found = list(texts)
        for folder, folders, names in os.walk(self.folder):
            if folder == self.folder:
                folders[:] = [each for each in folders if each not in self.ours]
            found += [os.path.join(folder, each).encode() for each in names + folders]
            for each in names:
                if each in self.ours or each in ("auth.json", "client.key.pem", "client.pub.pem"):
                    continue
                with open(os.path.join(folder, each), "rb") as f:
                    found.append(f.read())
        for canary in self.canaries():
            for text in found:
                self.assertNotIn(canary, text)

    def watch(self, *args, stop_at=None, server=None):
        """Runs it; what it shows to others on the machine meanwhile."""
        with subprocess.Popen([MEDARK, *args], cwd=self.folder, env=environment(), stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as running:
            seen = set()
            while running.poll() is None:
                for name in "cmdline", "environ", "comm":
                    try:
                        with open(f"/proc/{running.pid}/{name}", "rb") as f:
                            seen.add(f.read())
                    except OSError:
                        break
                if stop_at and server.count("GET", stop_at):
                    time.sleep(0.05)
                    running.send_signal(signal.SIGKILL)
                    break
                time.sleep(0.002)
            out, err = running.communicate()
        return running.returncode, [out, err, *seen]

    def server(self, **options):
        server = self.serve("vendor", **options)
        server.manifest = lambda m: m["error"].append(
            {"type": "OperationOutcome", "url": server.origin + "/files/errors.txt?canary-url"})
        return server

    def ways(self):
        yield self.server(client_keys={"k1": self.client_key()}), self.smart
        yield self.server(client_secret="canary-secret &=%"), lambda: self.auth(
            method="client-secret", client_id="medark", client_secret="canary-secret &=%")
        yield self.server(bearer="canary-bearer"), lambda: self.auth(method="bearer", token="canary-bearer")

    def test_a_run_that_ends_well_or_not_so_well(self):
        for server, auth in self.ways():
            for more in (["--verbose"], ["--json"], ["--quiet"]):
                code, shown = self.watch(*self.export("fhir+" + server.base, "x.medark", "--auth", auth(), "--force",
                                                      "--report", "x.jsonl", *more))
                self.assertEqual(code, 6, shown)
                self.nothing_shows(*shown)

    def test_a_run_that_fails(self):
        for server, auth in self.ways():
            server.meddle = lambda request: request.path.startswith("/fhir/status") and (request.answer(
                403, {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "forbidden",
                                                                    "diagnostics": "canary-outcome " + NAME}]}) or True)
            code, shown = self.watch(*self.export("fhir+" + server.base, "x.medark", "--auth", auth(), "--verbose"))
            self.assertEqual(code, 1, shown)
            self.nothing_shows(*shown)

    def test_a_run_that_is_killed(self):
        for server, auth in self.ways():
            for when in ("/fhir/status", "/files/Observation", "/files/Patient"):
                code, shown = self.watch(*self.export("fhir+" + server.base, "x.medark", "--auth", auth(), "--force"), stop_at=when,
                                         server=server)
                self.assertIn(code, (-signal.SIGKILL, 6))
                self.nothing_shows(*shown)
            self.watch(*self.export("fhir+" + server.base, "x.medark", "--auth", auth(), "--force"))

    def test_a_run_by_its_configuration(self):
        server = self.server(client_keys={"k1": self.client_key()})
        self.smart()
        os.mkdir(self.path("archives"), 0o700)
        self.write("nightly.conf", f"source = fhir+{server.base}\nauth = auth.json\narchives = archives\n"
                   "recipient = it.cert.pem\nsigner = clinic.cert.pem\nsigner-key = clinic.key.pem\n"
                   "report = last.jsonl\ntextfile = nightly.prom\n")
        code, shown = self.watch("run", "nightly", "--config", ".")
        self.assertEqual(code, 6, shown)
        self.assertIn("nightly.prom", os.listdir(self.folder))
        self.nothing_shows(*shown)


if __name__ == "__main__":
    main()
