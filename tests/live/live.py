# SPDX-License-Identifier: Apache-2.0
"""What tests of exports from servers share: keys, records, a server, an export of it."""

import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))

from archive import ArchiveTest  # noqa: E402 pylint: disable=wrong-import-position
from cli import MEDARK, environment, main  # noqa: E402,F401 pylint: disable=wrong-import-position,unused-import
from simulator import Server  # noqa: E402 pylint: disable=wrong-import-position


class LiveTest(ArchiveTest):
    def serve(self, folder="src", **options):
        server = Server(self.path(folder), **options)
        self.addCleanup(server.stop)
        return server

    def auth(self, **values):
        path = self.write("auth.json", json.dumps(values))
        os.chmod(path, 0o600)
        return path

    def client_key(self, kind="ec", option="ec_paramgen_curve:P-384"):
        """A key of the client, and the public part as the server has it."""
        subprocess.run(["openssl", "genpkey", "-algorithm", kind, "-pkeyopt", option, "-out", "client.key.pem"],
                       cwd=self.folder, check=True, stderr=subprocess.DEVNULL)
        subprocess.run(["openssl", "pkey", "-in", "client.key.pem", "-pubout", "-out", "client.pub.pem"],
                       cwd=self.folder, check=True)
        os.chmod(self.path("client.key.pem"), 0o600)
        return self.path("client.pub.pem")

    def smart(self):
        return self.auth(method="smart-backend", client_id="medark", key="client.key.pem", key_id="k1")

    def live_export(self, server, *more, out="live.medark", code=0, **options):
        return self.succeed(*self.export("fhir+" + server.base, out, *more), code=code, **options)

    def records(self, archive):
        """All records of an archive, whatever files they came in."""
        target = "back-" + archive
        self.succeed(*self.opened("restore", "--to", target, archive=archive))
        return sorted(line for path, content in self.tree(target).items() if path.endswith(".ndjson")
                      for line in content.splitlines() if line.strip())
