# SPDX-License-Identifier: Apache-2.0
"""Starts the server of echo.c, and speaks with it: over TLS by hand, or with http.client."""

import contextlib
import http.client
import os
import re
import signal
import socket
import ssl
import subprocess
import time

ECHO = os.environ["SERVE_ECHO"]


def context():
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    c.check_hostname = False
    c.verify_mode = ssl.CERT_NONE
    return c


class Server:
    """With `wait`, only begun: it becomes ready after so many seconds."""

    def __init__(self, *options, wait=0, listen=("127.0.0.1:0",), pass_fds=()):
        command = [ECHO]
        for address in listen:
            command += ["--listen", address]
        command += [*options, "--wait", str(wait)]
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            pass_fds=pass_fds,
        )
        self.addresses = []
        self.wait_for_line("front")
        if wait == 0:
            self.wait_for_loop()

    def wait_for_loop(self):
        """It says "ready" shortly before its vault takes signals and requests."""
        self.wait_for_line("ready")
        end = time.monotonic() + 10
        while self.get()[0] == 503 and time.monotonic() < end:
            time.sleep(0.01)

    def wait_for_line(self, word):
        for line in self.process.stdout:
            name, _, value = line.strip().partition(" ")
            if name == "listen":
                self.addresses.append(value)
            elif name == "front":
                self.front = int(value)
            elif name == "fingerprint":
                self.fingerprint = value
            if name == word:
                return
        raise AssertionError("the server did not start: " + self.join()[1])

    @property
    def host(self):
        return self.addresses[0]

    @property
    def port(self):
        return int(self.host.rpartition(":")[2])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """Ends it, and finds nothing to complain about, unless a test has ended it."""
        if self.process.returncode is None:
            code, text = self.stop()
            assert code == 0, (code, text)
            assert "Sanitizer" not in text, text

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.join()

    def join(self, seconds=20):
        self.process.wait(seconds)
        text = self.process.stderr.read()
        self.process.stdout.close()
        self.process.stderr.close()
        return self.process.returncode, text

    def connect(self, seconds=20):
        return socket.create_connection(("127.0.0.1", self.port), seconds)

    def tls(self, seconds=20):
        return context().wrap_socket(self.connect(seconds))

    def http(self, seconds=20):
        return http.client.HTTPSConnection(
            "127.0.0.1", self.port, timeout=seconds, context=context()
        )

    def get(self, path="/echo", method="GET", body=None, headers=None):
        """(status, headers, body) of a request on a connection of its own."""
        with contextlib.closing(self.http()) as c:
            c.request(method, path, body, headers or {})
            r = c.getresponse()
            return r.status, r.headers, r.read()

    def raw(self, data, seconds=20):
        """Everything that comes back for these bytes until the server closes, or 2 s of silence."""
        with self.tls(seconds) as s:
            with contextlib.suppress(OSError):
                s.sendall(data)
            return read_all(s)


def read_all(s, silence=2):
    out = b""
    s.settimeout(silence)
    with contextlib.suppress(OSError):
        while part := s.recv(65536):
            out += part
    return out


def statuses(data):
    """Of all answers in these bytes: no body of echo.c holds such a line."""
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", data)]


def statuses_at_once(data):
    """
    The same of one answer that may be libmicrohttpd's own: over TLS version 0.9.75 says the head of
    those twice, and then closes.
    """
    found = statuses(data)
    return found[:1] if len(found) == 2 and found[0] == found[1] else found


def lines(body):
    """What /echo says, as a dictionary."""
    head, _, _ = body.partition(b"\nbody=")
    return dict(line.split("=", 1) for line in head.decode().split("\n"))


def exists(pid):
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def gone(pid, seconds=5):
    end = time.monotonic() + seconds
    while exists(pid) and time.monotonic() < end:
        time.sleep(0.02)
    return not exists(pid)
