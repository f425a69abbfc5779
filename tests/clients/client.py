# SPDX-License-Identifier: Apache-2.0
"""
What the tests with others' programs share: archives, a service over them, a token, and a script in Node.

MEDARK_NODE is the folder with node_modules, MEDARK_SYNTH the generator of records.
"""

import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.environ.get("MEDARK_ROOT", os.path.dirname(os.path.dirname(HERE)))
DATA = os.path.join(os.path.dirname(ROOT), "shared", "data")
sys.path.insert(0, os.path.join(HERE, "..", "cli"))

from cli import environment, main  # noqa: E402,F401 pylint: disable=wrong-import-position,unused-import
from service import PASSWORD, ServiceTest  # noqa: E402 pylint: disable=wrong-import-position


def records_of(folder):
    """Every record below a folder, by Type/id: lines, and entries of Bundles."""
    found = {}
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), encoding="utf-8") as f:
            rows = [json.loads(line) for line in f] if name.endswith(".ndjson") else \
                [entry["resource"] for entry in json.load(f)["entry"]]
        found.update({f"{row['resourceType']}/{row['id']}": row for row in rows})
    return found


class ClientTest(ServiceTest):
    def synth(self, count=8):
        """The generator's Dutch patients, in an archive; all of their records."""
        subprocess.run([os.environ["MEDARK_SYNTH"], "--out", self.path("dutch"), "--patients", str(count)], check=True,
                       stdout=subprocess.DEVNULL)
        self.succeed(*self.export("dutch", "dutch.medark"))
        return records_of(self.path("dutch"))

    def begin(self, archive):
        self.account()
        self.start(archive)
        self.take_token("/Patient?_count=1")

    def get(self, path):
        answer = self.browser().get("/fhir" + path, **self.token)
        self.assertEqual(answer.status, 200, answer.text[:500])
        return json.loads(answer.text)

    def script(self, name, **given):
        """Runs a script; what it prints is shown if it fails."""
        given = {"packages": os.environ["MEDARK_NODE"], "account": "jansen", "password": PASSWORD, "folder": self.folder,
                 "base": f"https://{self.address}/fhir", **given}
        # The service's certificate is its own, made for this run.
        done = subprocess.run(["node", "--test-reporter=tap", os.path.join(HERE, name)], input=json.dumps(given), text=True,
                              timeout=500, env=environment(NODE_TLS_REJECT_UNAUTHORIZED="0"), capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout[-6000:] + done.stderr[-2000:])
        self.assertRegex(done.stdout, r"(?m)^# pass [1-9]")
        return done.stdout
