# SPDX-License-Identifier: Apache-2.0
"""medark serve, and a thousand connections, large requests, several in one go, and paths that lead out."""

import contextlib
import resource
import socket

from cli import main
from service import Browser, ServiceTest


def many_files():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4096 if hard == resource.RLIM_INFINITY else min(hard, 4096)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class Attack(ServiceTest):
    def setUp(self):
        super().setUp()
        self.account()
        self.start()

    def connect(self, seconds=20):
        host, _, port = self.address.rpartition(":")
        return socket.create_connection((host, int(port)), seconds)

    def tls(self):
        return Browser.tls().wrap_socket(self.connect())

    def send(self, *requests):
        """All requests at once over one connection; what comes back until its end."""
        with self.tls() as s:
            with contextlib.suppress(OSError):  # it may close while we still send
                s.sendall(b"".join(requests))
            answer = b""
            with contextlib.suppress(OSError):
                while part := s.recv(65536):
                    answer += part
        return answer

    def head(self, line, *fields):
        return "\r\n".join((line + " HTTP/1.1", "Host: " + self.address, *fields, "", "")).encode()

    def status(self, *requests):
        return self.send(*requests)[9:12].decode()

    def works(self):
        doctor = self.doctor()
        self.assertIn("Jan", doctor.open("jan vries").text)
        return doctor

    def test_a_thousand_connections_keep_no_doctor_from_a_chart(self):
        many_files()
        with contextlib.ExitStack() as stack:
            for number in range(1000):
                if number % 2:
                    stack.enter_context(self.connect())
                    continue
                s = stack.enter_context(self.tls())
                if number % 4:
                    s.sendall(b"GET /login HTTP/1.1\r\nX-Drip: ")  # and never any further
            doctor = self.works()
            self.assertEqual(doctor.get("/").status, 200)
        self.works()

    def test_what_is_too_large_is_refused_by_its_size(self):
        doctor = self.doctor()
        cookie = "Cookie: " + "; ".join(f"{k}={v}" for k, v in doctor.cookies.items())
        self.assertEqual(self.status(self.head("GET /" + "a" * 9000, "Connection: close")), "414")
        self.assertEqual(self.status(self.head("GET /", "X: " + "a" * 17000, "Connection: close")), "431")
        for path in ("/login", "/find", "/open", "/token", "/fhir/Patient/_search"):
            with self.subTest(path):
                form = "Content-Type: application/x-www-form-urlencoded"
                self.assertEqual(self.status(self.head("POST " + path, form, cookie, "Content-Length: 65537", "Connection: close"),
                                             b"a" * 65537), "413")
                self.assertIn(self.status(self.head("POST " + path, form, cookie, "Content-Length: 1290", "Connection: close"),
                                          b"a=1&b=2222&" * 117 + b"c=3"), ("400", "401", "403"))
        self.works()

    def test_several_requests_at_once_are_answered_each_to_its_own(self):
        one, two = self.doctor(), self.doctor()
        one.open("jan vries")
        places = [browser.find("vries") for browser in (one, two)]
        cookies = ["Cookie: " + "; ".join(f"{k}={v}" for k, v in browser.cookies.items()) for browser in (one, two)]
        answers = self.send(*(self.head("GET " + place, cookies[who]) for who, place in
                              [(0, "/"), (1, "/"), (0, places[0][0]), (1, places[0][0]), (1, "/nowhere")]),
                            self.head("GET /login", "Connection: close"))
        statuses = [part[:3].decode() for part in answers.split(b"HTTP/1.1 ")[1:]]
        # The second doctor does not come into the chart that the first one has open.
        self.assertEqual(statuses, ["200", "200", "200", "404", "404", "200"])

    def test_paths_lead_nowhere_else(self):
        doctor = self.doctor()
        doctor.open("jan vries")
        chart, = doctor.find("jan vries")
        for path in ("/../state/accounts.json", "/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd", "/style/../../it.key.pem",
                     "/chart/..%2f..%2fetc%2fpasswd", chart + "/../../etc/passwd", chart + "/file/..%2f..%2fit.key.pem",
                     chart + "/raw/%00", chart + "/file/99999999999999999999", "/fhir/../login", "/fhir/Patient/..%2f..%2fx",
                     "/%ff%fe", "/" + "%41" * 500, "/fhir/%24export/../x"):
            with self.subTest(path):
                answer = doctor.get(path)
                self.assertIn(answer.status, (400, 401, 404), answer.text)
                self.assertNotIn("root:", answer.text)
                self.assertNotIn("PRIVATE KEY", answer.text)


if __name__ == "__main__":
    main()
