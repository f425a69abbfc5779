# SPDX-License-Identifier: Apache-2.0
"""A time stamping authority on this machine: HTTP by Python, stamps by `openssl ts -reply`."""

import http.server
import os
import shutil
import subprocess
import tempfile
import threading

CONFIG = """[tsa]
default_tsa = it
[it]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
certs = {folder}/chain.pem
signer_key = {folder}/tsa.key.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


class Authority:
    """`answer`: what it does otherwise, given the query: (status, media type, body); None: it stamps."""

    def __init__(self, party, *chain):
        self.folder, self.asked, self.answer = tempfile.mkdtemp(prefix="medark-tsa-"), [], None
        self.put("serial", b"01\n")
        self.put("tsa.pem", party.pem)
        self.put("chain.pem", b"".join(each.pem for each in chain) or party.pem)
        self.put("tsa.key.pem", party.private())
        self.put("tsa.cnf", CONFIG.format(folder=self.folder).encode())
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                query = self.rfile.read(int(self.headers["Content-Length"]))
                owner.asked.append((self.headers["Content-Type"], query))
                status, kind, body = (owner.answer or owner.stamp)(query)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/tsa"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        shutil.rmtree(self.folder)

    def put(self, name, content):
        with open(os.path.join(self.folder, name), "wb") as f:
            f.write(content)

    def stamp(self, query):
        self.put("query.tsq", query)
        done = subprocess.run(["openssl", "ts", "-reply", "-config", os.path.join(self.folder, "tsa.cnf"), "-queryfile",
                               os.path.join(self.folder, "query.tsq")], capture_output=True, check=True)
        return 200, "application/timestamp-reply", done.stdout
