# SPDX-License-Identifier: Apache-2.0
"""docs/OUTAGE.md, word by word: its commands, in its order, on an archive."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time

from cli import ROOT, main, environment, on_terminal
from service import PASSWORD, Browser, ServiceTest


class Outage(ServiceTest):
    def commands(self):
        with open(os.path.join(ROOT, "docs/OUTAGE.md"), encoding="utf-8") as f:
            self.page = f.read()
        return re.findall(r"^    (medark .*)$", self.page, re.M)

    def surroundings(self):
        """`medark` is found, and the state of accounts is this test's own."""
        os.makedirs(self.path("bin"))
        os.symlink(os.path.abspath(os.environ["MEDARK"]), self.path("bin/medark"))
        return environment(HOME=self.folder, PATH=self.path("bin") + ":" + os.environ["PATH"])

    def shell(self, command):
        result = subprocess.run(["sh", "-c", command], cwd=self.folder, env=self.env, capture_output=True, text=True,
                                timeout=120, check=False)
        self.assertEqual(result.returncode, 0, command + "\n" + result.stderr)
        return result.stdout

    def serve(self, command):
        """The command as it stands, on a port that nobody has; a browser."""
        port = self.free_port()
        command = command.replace("192.0.2.7:8443", f"127.0.0.1:{port}")
        if "--listen" not in command:
            command += f" --listen 127.0.0.1:{port}"
        process = subprocess.Popen(["sh", "-c", "exec " + command], cwd=self.folder, env=self.env, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.kill)
        self.assertEqual(process.stdout.readline(), f"https://127.0.0.1:{port}\n")
        browser = Browser(f"127.0.0.1:{port}")
        end = time.monotonic() + 30
        while browser.get("/login").status == 503 and time.monotonic() < end:
            time.sleep(0.02)
        return process, browser

    @staticmethod
    def free_port():
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            return s.getsockname()[1]

    def stop(self, process):
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(60), 0, process.stderr.read())

    def test_the_page_is_true(self):
        verify, account, here, elsewhere, pack, audit = self.commands()
        shutil.copy(self.path("a.medark"), self.path("night.medark"))
        self.env = self.surroundings()
        self.assertTrue(self.shell(verify).rstrip().endswith("verified"))
        words = subprocess.run(["sh", "-c", f'printf "%s\\n" {account[len("medark "):]}'], text=True,
                               capture_output=True, check=True).stdout.splitlines()
        made = on_terminal(words, [("New password of 'j.jansen'", PASSWORD + "\n"),
                                   ("The same again", PASSWORD + "\n")], cwd=self.folder,
                           env={"HOME": self.folder})
        self.assertEqual(made.code, 0, made.out)
        process, browser = self.serve(here)
        self.assertEqual(browser.log_in("j.jansen").status, 303)
        self.assertIn("weight", browser.open("999990019", reason="ETREAT").text)
        self.stop(process)
        self.make_tls()
        process, browser = self.serve(elsewhere)
        self.assertEqual(browser.log_in("j.jansen").status, 303)
        self.stop(process)
        self.shell(pack)
        self.assertTrue(os.path.exists(self.path("pack/index.html")))
        self.assertIn("ETREAT", self.shell(audit))

    def make_tls(self):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-keyout", "tls.key.pem", "-out", "tls.cert.pem", "-days", "2", "-subj", "/CN=fallback",
                        "-addext", "subjectAltName=DNS:fallback.clinic.example"],
                       cwd=self.folder, check=True, capture_output=True)
        os.chmod(self.path("tls.key.pem"), 0o600)

    def test_it_fits_a_printed_page(self):
        self.commands()
        lines = sum(1 + len(line) // 110 for line in self.page.splitlines())
        self.assertLessEqual(lines, 85)


if __name__ == "__main__":
    main()
