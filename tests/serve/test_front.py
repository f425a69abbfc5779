#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The server of lib/serve: TLS, HTTP, limits, clients of every kind, and its two processes."""

import contextlib
import hashlib
import http.client
import os
import random
import resource
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import unittest

from serve import (
    Server,
    context,
    exists,
    gone,
    lines,
    read_all,
    statuses,
    statuses_at_once,
)

KIB = 1024


class Shared(unittest.TestCase):
    """Tests that one server can take, one after the other."""

    options = ()

    @classmethod
    def setUpClass(cls):
        cls.server = Server(*cls.options)

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def head(self, *more, line="GET /echo HTTP/1.1", host=None):
        fields = [line, "Host: " + (host or self.server.host), *more]
        return "".join(f + "\r\n" for f in fields).encode() + b"\r\n"

    def still_serves(self):
        self.assertEqual(self.server.get()[0], 200)

    def streams(self):
        return int(self.server.get("/streams")[2])

    def no_streams(self):
        end = time.monotonic() + 10
        while self.streams() and time.monotonic() < end:
            time.sleep(0.05)
        self.assertEqual(self.streams(), 0)


class Tls(Shared):
    def versions(self, version, ciphers="DEFAULT:@SECLEVEL=0"):
        c = context()
        c.set_ciphers(ciphers)
        c.minimum_version = c.maximum_version = version
        with self.server.connect() as s, c.wrap_socket(s) as t:
            return t.version(), t.cipher()[0]

    def test_new_versions_are_spoken(self):
        self.assertEqual(self.versions(ssl.TLSVersion.TLSv1_3)[0], "TLSv1.3")
        self.assertEqual(self.versions(ssl.TLSVersion.TLSv1_2)[0], "TLSv1.2")

    def test_old_versions_are_not(self):
        with self.assertWarns(DeprecationWarning), self.assertRaises(OSError):
            self.versions(ssl.TLSVersion.TLSv1_1)
        self.still_serves()

    def test_weak_ciphers_are_not(self):
        for ciphers in ("AES128-SHA", "ECDHE-ECDSA-AES128-SHA", "AES256-GCM-SHA384"):
            with self.subTest(ciphers), self.assertRaises(OSError):
                self.versions(ssl.TLSVersion.TLSv1_2, ciphers + ":@SECLEVEL=0")

    def test_plain_http_is_not(self):
        with self.server.connect() as s:
            s.sendall(self.head())
            self.assertNotIn(b"HTTP/1.1", read_all(s))
        self.still_serves()

    def test_the_certificate_is_the_one_that_was_told(self):
        with self.server.tls() as s:
            der = s.getpeercert(binary_form=True)
        self.assertEqual(hashlib.sha256(der).hexdigest(), self.server.fingerprint)

    def test_the_certificate_has_the_names(self):
        with self.server.tls() as s:
            pem = ssl.DER_cert_to_PEM_cert(s.getpeercert(binary_form=True))
        for name in ("localhost", "127.0.0.1"):
            c = ssl.create_default_context(cadata=pem)
            with self.server.connect() as s, c.wrap_socket(s, server_hostname=name):
                pass
        c = ssl.create_default_context(cadata=pem)
        with self.server.connect() as s, self.assertRaises(ssl.SSLCertVerificationError):
            c.wrap_socket(s, server_hostname="other.example")


class Requests(Shared):
    def test_a_request_comes_as_it_went(self):
        status, _, body = self.server.get(
            "/echo/a%20b/../%2e?x=%26&y",
            "POST",
            b"a=1&b=%00",
            {
                "Cookie": "a=b; c=d",
                "Accept": "text/html",
                "Accept-Language": "nl",
                "Content-Type": "application/x-www-form-urlencoded",
                "Prefer": "handling=strict",
                "If-None-Match": 'W/"1"',
                "Origin": "https://localhost",
                "Sec-Fetch-Site": "same-origin",
                "Authorization": "Bearer x",
                "User-Agent": "dropped",
            },
        )
        self.assertEqual(status, 200)
        self.assertTrue(body.endswith(b"\nbody=9\na=1&b=%00"))
        told = lines(body)
        del told["thread"]
        self.assertEqual(
            told,
            {
                "method": "POST",
                "has_query": "1",
                "path": "/echo/a%20b/../%2e",
                "query": "x=%26&y",
                "peer": "127.0.0.1",
                "host": self.server.host,
                "cookie": "a=b; c=d",
                "accept": "text/html",
                "accept-encoding": "identity",
                "accept-language": "nl",
                "authorization": "Bearer x",
                "content-type": "application/x-www-form-urlencoded",
                "if-none-match": 'W/"1"',
                "origin": "https://localhost",
                "prefer": "handling=strict",
                "sec-fetch-site": "same-origin",
            },
        )

    def test_methods(self):
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
            with self.subTest(method):
                status, _, body = self.server.get(method=method)
                self.assertEqual((status, lines(body)["method"]), (200, method))
        status, headers, body = self.server.get(method="HEAD")
        self.assertEqual((status, body), (200, b""))
        self.assertGreater(int(headers["Content-Length"]), 0)
        for method in ("TRACE", "CONNECT", "BREW", "get", "G" * 100):
            with self.subTest(method):
                line = f"{method} /echo HTTP/1.1"
                self.assertEqual(statuses(self.server.raw(self.head(line=line))), [501])

    def test_versions(self):
        raw = self.server.raw
        self.assertIn(b"method=GET", raw(self.head(line="GET /echo HTTP/1.0")))
        for version in ("HTTP/2.0", "HTTP/0.9", "HTTP/1.2", "HTTP/11", "http/1.1", "RTSP/1.0"):
            with self.subTest(version):
                answer = raw(self.head(line="GET /echo " + version))
                self.assertNotIn(b" 200 ", answer)
                self.assertNotIn(b"method=", answer)
        self.assertNotIn(b"method=", raw(b"GET /echo\r\n\r\n"))
        self.assertNotIn(b"method=", raw(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))

    def test_targets(self):
        for target in ("echo", "*", "https://127.0.0.1/echo", "/ec\x01ho", "/\xe9", "/a#b"):
            with self.subTest(target):
                line = f"GET {target} HTTP/1.1"
                data = line.encode("latin-1") + b"\r\nHost: " + self.server.host.encode()
                self.assertEqual(statuses(self.server.raw(data + b"\r\n\r\n")), [400])

    def test_lists_on_several_lines_are_one(self):
        answer = self.server.raw(
            self.head("Accept: text/html", "accept:\t*/* ", "Prefer: a", "Connection: close")
        )
        self.assertIn(b"\naccept=text/html, */*\n", answer)
        self.assertIn(b"\nprefer=a\n", answer)
        fields = ("Accept:", "Accept: a", "Accept: ", "Prefer:", "Prefer: \t", "If-None-Match: ,")
        answer = self.server.raw(self.head(*fields, "Connection: close"))
        self.assertIn(b"\naccept=a\n", answer)
        self.assertIn(b"\nprefer=\n", answer)
        self.assertIn(b"\nif-none-match=,\n", answer)

    def test_other_fields_come_once(self):
        for name in ("Cookie", "Content-Type", "Authorization", "Origin"):
            with self.subTest(name):
                self.assertEqual(
                    statuses(self.server.raw(self.head(f"{name}: a", f"{name}: b"))), [400]
                )

    def test_malformed_fields_are_refused(self):
        for field in ("Cookie: a\x01b", "Cookie: a\x7fb", "C\x7f: b", "X Y: a", "X@: a"):
            with self.subTest(field):
                answer = self.server.raw(self.head(field))
                self.assertNotIn(b"method=", answer)
                self.assertIn(statuses(answer), ([400], []))

    def test_what_is_behind_a_zero_is_nothing(self):
        """To libmicrohttpd 0.9.75, and so to everybody; 1.0 refuses it."""
        answer = self.server.raw(self.head("Cookie: a\0b", "Connection: close"))
        if statuses_at_once(answer) != [400]:
            self.assertEqual(lines(answer.partition(b"\r\n\r\n")[2])["cookie"], "a")

    def test_a_line_that_goes_on_is_no_field(self):
        answer = self.server.raw(self.head("Cookie: a", " Host: evil.example", "Connection: close"))
        self.assertNotIn(b"host=evil.example", answer)


class Hosts(Shared):
    options = ("--host", "chart.example")

    def status(self, *hosts):
        data = "GET /echo HTTP/1.1\r\nConnection: close\r\n"
        data += "".join(f"Host: {host}\r\n" for host in hosts)
        return statuses(self.server.raw(data.encode() + b"\r\n"))

    def test_names_that_are_ours(self):
        port = self.server.port
        for name in ("127.0.0.1", "localhost", "LocalHost", "chart.example"):
            with self.subTest(name):
                self.assertEqual(self.status(f"{name}:{port}"), [200])

    def test_names_that_are_not(self):
        names = ("evil.example", "[::1]", "chart.example.evil.example", "127.1")
        hosts = [f"{name}:{self.server.port}" for name in names]
        for host in (*hosts, "", "localhost", "localhost:1", "localhost:"):
            with self.subTest(host):
                self.assertEqual(self.status(host), [421])

    def test_one_name_alone(self):
        self.assertEqual(self.status(), [400])
        self.assertEqual(self.status(self.server.host, self.server.host), [400])
        self.assertEqual(self.status(self.server.host, "evil.example"), [400])


class Headers(Shared):
    options = ("--host", "chart.example")

    def test_every_answer_has_them(self):
        cases = (("/echo", 200), ("/headers", 404), ("/fails", 500), ("/stream/9", 200))
        for path, status in cases:
            with self.subTest(path):
                found, headers, _ = self.server.get(path)
                self.assertEqual(found, status)
                self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
                self.assertEqual(headers["Cross-Origin-Opener-Policy"], "same-origin")
                self.assertEqual(headers["Cross-Origin-Resource-Policy"], "same-origin")
                self.assertIsNone(headers["Server"])
                self.assertIsNone(headers["Strict-Transport-Security"])
                self.assertIsNotNone(headers["Date"])

    def test_the_vault_may_say_otherwise(self):
        _, headers, _ = self.server.get("/echo")
        self.assertEqual(headers.get_all("Cache-Control"), ["no-store"])
        self.assertEqual(headers.get_all("Referrer-Policy"), ["no-referrer"])
        _, headers, _ = self.server.get("/headers")
        self.assertEqual(headers.get_all("Cache-Control"), ["max-age=5"])
        self.assertEqual(headers.get_all("Referrer-Policy"), ["same-origin"])
        self.assertEqual(headers.get_all("Set-Cookie"), ["a=1", "b=2"])

    def test_the_fronts_own_pages_have_them(self):
        status, headers, body = self.server.get(headers={"Host": "evil.example"})
        self.assertEqual(status, 421)
        self.assertEqual(headers["Cache-Control"], "no-store")
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
        self.assertIn("default-src 'none'", headers["Content-Security-Policy"])
        self.assertNotIn(b"evil", body)

    def test_https_is_for_ever_where_others_come_from(self):
        host = {"Host": f"chart.example:{self.server.port}"}
        _, headers, _ = self.server.get(headers=host)
        self.assertEqual(headers["Strict-Transport-Security"], "max-age=31536000")

    def test_a_failure_tells_nothing(self):
        self.assertNotIn(b"asked", self.server.get("/fails")[2])


class Limits(Shared):
    def test_targets(self):
        self.assertEqual(self.server.get("/" + "a" * (8 * KIB - 1))[0], 200)
        for size in (8 * KIB, 20 * KIB, 100 * KIB):
            with self.subTest(size):
                line = "GET /" + "a" * size + " HTTP/1.1"
                answer = self.server.raw(self.head(line=line))
                self.assertIn(statuses_at_once(answer), ([414], [431]))
        self.still_serves()

    def test_heads(self):
        self.assertEqual(self.server.get(headers={"Cookie": "a" * 15000})[0], 200)
        for field in ("Cookie: " + "a" * 16 * KIB, "X: " + "a" * 200 * KIB):
            with self.subTest(len(field)):
                self.assertEqual(statuses_at_once(self.server.raw(self.head(field))), [431])
        for count in (3000, 30000):
            with self.subTest(count):
                answer = self.server.raw(self.head(*["a:b"] * count))
                self.assertEqual(statuses_at_once(answer), [431])
        self.still_serves()

    def test_bodies(self):
        status, _, body = self.server.get(method="POST", body=b"x" * 64 * KIB)
        self.assertEqual(status, 200)
        self.assertTrue(body.endswith(b"body=65536\n" + b"x" * 64 * KIB))
        for size in (64 * KIB + 1, 900 * KIB):
            with self.subTest(size):
                self.assertEqual(self.server.get(method="POST", body=b"x" * size)[0], 413)
        answer = self.server.raw(self.head("Content-Length: 99999999999"))
        self.assertEqual(statuses(answer), [413])
        self.still_serves()

    def chunked(self, *chunks, after=b"0\r\n\r\n"):
        data = self.head("Transfer-Encoding: chunked", "Connection: close")
        for chunk in chunks:
            data += b"%x\r\n%s\r\n" % (len(chunk), chunk)
        return self.server.raw(data + after)

    def test_bodies_in_chunks(self):
        self.assertTrue(self.chunked(b"abc", b"de").endswith(b"body=5\nabcde"))
        self.assertIn(b"body=65536\n", self.chunked(b"x" * 60000, b"x" * 5536))
        self.assertEqual(statuses(self.chunked(b"x" * 60000, b"x" * 5537)), [413])
        self.assertEqual(statuses(self.chunked(*[b"x" * 60000] * 10)), [413])
        self.assertEqual(statuses(self.chunked(*[b"x" * 60000] * 50)), [])
        for bad in (b"xyz\r\n", b"-1\r\n", b"fffffffffffffffff\r\n", b"1\r\nab\r\n0\r\n\r\n"):
            with self.subTest(bad):
                self.assertNotIn(b"method=", self.chunked(b"abc", after=bad))
        self.still_serves()

    def test_what_waits_for_a_word_gets_one(self):
        with self.server.tls() as s:
            s.sendall(self.head("Content-Length: 3", "Expect: 100-continue", "Connection: close"))
            self.assertEqual(s.recv(1000), b"HTTP/1.1 100 Continue\r\n\r\n")
            s.sendall(b"abc")
            self.assertTrue(read_all(s).endswith(b"body=3\nabc"))
        expect = ("Content-Length: 100000", "Expect: 100-continue")
        self.assertEqual(statuses(self.server.raw(self.head(*expect))), [413])
        self.assertEqual(statuses(self.server.raw(self.head("Expect: a miracle"))), [417])


class Smuggling(Shared):
    """After whatever is unclear about where a body ends, nothing more is read."""

    def refused(self, *fields, among=(400,)):
        inner = self.head(line="GET /echo?smuggled HTTP/1.1")
        outer = self.head(*fields, line="POST /echo HTTP/1.1")
        answer = self.server.raw(outer + b"0\r\n\r\n" + inner)
        self.assertNotIn(b"smuggled", answer)
        self.assertIn(statuses_at_once(answer), [[status] for status in among])

    def test_length_and_coding(self):
        self.refused("Content-Length: 5", "Transfer-Encoding: chunked")
        self.refused("Transfer-Encoding: chunked", "Content-Length: 5")

    def test_several_lengths(self):
        self.refused("Content-Length: 5", "Content-Length: 5")
        self.refused("Content-Length: 5", "Content-Length: 0")
        self.refused("Content-Length: 5, 5")

    def test_odd_lengths(self):
        for value in ("+5", "-1", "0x5", "5 5", "05", "", "9" * 30):
            with self.subTest(value):
                self.refused("Content-Length: " + value, among=(400, 413))

    def test_odd_codings(self):
        self.refused("Transfer-Encoding: chunked", "Transfer-Encoding: chunked")
        for value in ("gzip, chunked", "xchunked", "identity", ""):
            with self.subTest(value):
                self.refused("Transfer-Encoding: " + value, among=(400, 501))

    def test_a_blank_before_the_colon(self):
        inner = self.head(line="GET /echo?smuggled HTTP/1.1")
        data = self.head("Content-Length : 5", line="POST /echo HTTP/1.1")
        answer = self.server.raw(data + inner)
        self.assertNotIn(b"body=5", answer)
        self.assertEqual([s for s in statuses(answer) if s != 400], [])

    def test_a_request_with_bare_line_feeds_is_one_request(self):
        """RFC 9112 section 2.2 lets a server take LF for an end of line."""
        data = self.head(line="GET /echo?one HTTP/1.1").replace(b"\r\n", b"\n")
        answer = self.server.raw(data)
        self.assertIn(statuses(answer), ([200], [400]))

    def test_pipelined_requests_are_answered_in_turn(self):
        one = self.head("Content-Length: 4", line="POST /echo?one HTTP/1.1") + b"GET "
        answer = self.server.raw(
            one
            + self.head(line="GET /stream/100000 HTTP/1.1")
            + self.head(line="GET /echo?three HTTP/1.1")
            + self.head("Connection: close", line="GET /echo?four HTTP/1.1")
            + self.head(line="GET /echo?five HTTP/1.1")
        )
        self.assertEqual(statuses(answer), [200] * 4)
        places = [answer.index(b"query=" + w) for w in (b"one", b"three", b"four")]
        self.assertEqual(places, sorted(places))
        self.assertNotIn(b"five", answer)
        self.assertIn(b"body=4\nGET ", answer)

    def test_a_refused_request_ends_the_connection(self):
        for first in (self.head(host="evil.example"), self.head("Cookie: " + "a" * 17000),
                      self.head(line="BREW / HTTP/1.1"),
                      self.head("Content-Length: 70000") + b"x" * 70000):  # fmt: skip
            with self.subTest(first[:40]):
                answer = self.server.raw(first + self.head(line="GET /echo?after HTTP/1.1"))
                self.assertEqual(len(statuses(answer)), 1)
                self.assertNotIn(b"after", answer)


class Nonsense(Shared):
    """Requests with changes at random places: any answer, or none, but nobody dies of it."""

    rounds = int(os.environ.get("SERVE_ROUNDS", "200"))

    def seeds(self):
        form = "Content-Type: application/x-www-form-urlencoded"
        post = "POST /echo?a=b HTTP/1.1"
        chunks = b"5;x=y\r\nabcde\r\n0\r\nTrailer: x\r\n\r\n"
        return [
            self.head("Cookie: a=b; c=d", "Accept: a,, b", "accept:", "Prefer: x"),
            self.head(form, "Content-Length: 7", line=post) + b"a=%00&b",
            self.head(form, "Transfer-Encoding: chunked", line=post) + chunks,
            self.head(line="HEAD /chunks/70000 HTTP/1.1"),
            self.head("Connection: close", line="GET /stream/70000 HTTP/1.0"),
            self.head("Expect: 100-continue", "Content-Length: 3", line=post) + b"abc",
            self.head(line="GET /headers HTTP/1.1") * 3,
        ]

    def change(self, data, chance):
        pieces = (b"\0", b"\r\n", b"\n", b" ", b"\t", b":", b",", b"%", b"\xff", b"a" * 9000, b"0")
        data = bytearray(data)
        for _ in range(chance.randrange(1, 5)):
            at = chance.randrange(len(data))
            until = at + chance.choice((0, 0, 1, 3, 20))
            data[at:until] = chance.choice(pieces)
        return bytes(data)

    def test_it_is_survived(self):
        chance = random.Random(20261122)
        seeds = self.seeds()
        for _ in range(self.rounds):
            data = self.change(chance.choice(seeds), chance)
            with self.server.tls() as s, contextlib.suppress(OSError):
                s.sendall(data)
                s.settimeout(0.05)
                s.recv(100000)
        self.still_serves()
        self.no_streams()


class Bodies(Shared):
    options = ("--threads", "2")

    def test_bodies_of_every_size(self):
        for size in (0, 1, 65535, 65536, 65537, 131072, 1000001, 4 << 20):
            with self.subTest(size):
                status, headers, body = self.server.get(f"/bytes/{size}")
                self.assertEqual((status, headers["Content-Length"]), (200, str(size)))
                self.assertEqual(body, b"b" * size)
        self.assertEqual(self.server.get(f"/bytes/{(4 << 20) + 1}")[0], 500)

    def test_answers_without_a_body(self):
        for status in (204, 304):
            with self.subTest(status):
                found, headers, body = self.server.get(f"/status/{status}")
                self.assertEqual((found, body), (status, b""))
                self.assertIn(headers["Content-Length"], (None, "0") if status == 304 else (None,))

    def test_long_bodies_are_pulled(self):
        for size in (0, 1, 50000, 50001, 5000000):
            with self.subTest(size):
                _, headers, body = self.server.get(f"/stream/{size}")
                self.assertEqual(headers["Content-Length"], str(size))
                self.assertEqual(body, b"s" * size)
                _, headers, body = self.server.get(f"/chunks/{size}")
                self.assertEqual(headers["Transfer-Encoding"], "chunked")
                self.assertEqual(body, b"s" * size)
        self.no_streams()

    def test_a_body_may_have_nothing_yet(self):
        for waits in (1, 50):
            with self.subTest(waits):
                self.assertEqual(self.server.get(f"/waits/{waits}")[2], b"s" * 120000)
        self.no_streams()

    def test_a_body_that_breaks_off_is_seen_to(self):
        with self.assertRaises((http.client.IncompleteRead, ConnectionError, ssl.SSLError)):
            self.server.get("/broken/200000")
        self.no_streams()

    def test_a_head_alone_frees_the_body(self):
        status, headers, body = self.server.get("/stream/9000000", method="HEAD")
        self.assertEqual((status, headers["Content-Length"], body), (200, "9000000", b""))
        self.no_streams()

    def test_clients_that_go_free_the_body(self):
        for _ in range(20):
            with self.server.tls() as s:
                s.sendall(self.head(line="GET /stream/900000000 HTTP/1.1"))
                s.recv(1000)
        self.no_streams()

    def test_slow_clients_do_not_keep_others(self):
        with contextlib.ExitStack() as stack:
            slow = [stack.enter_context(self.server.tls()) for _ in range(20)]
            for s in slow:
                s.sendall(self.head(line="GET /chunks/900000000 HTTP/1.1"))
                s.recv(1000)
            self.assertEqual(self.streams(), 20)
            _, _, body = self.server.get("/stream/3000000")
            self.assertEqual(len(body), 3000000)
        self.no_streams()


class Slow(Shared):
    options = ("--head", "2", "--body", "2", "--idle", "2", "--take", "3")

    def ends(self, s, drip=None, least=1.0, most=8.0):
        """The server closes while we send a byte now and then."""
        start = time.monotonic()
        s.settimeout(0.3)
        while time.monotonic() - start < most:
            try:
                if drip:
                    s.sendall(drip)
                if not s.recv(1000):
                    break
            except TimeoutError:
                continue
            except OSError:
                break
        took = time.monotonic() - start
        self.assertGreater(took, least)
        self.assertLess(took, most)

    def test_connections_that_say_nothing(self):
        with self.server.connect() as s:
            self.ends(s)
        with self.server.tls() as s:
            self.ends(s)

    def test_heads_that_drip(self):
        with self.server.tls() as s:
            s.sendall(b"GET /echo HTTP/1.1\r\nX: ")
            self.ends(s, b"a")

    def test_bodies_that_drip(self):
        with self.server.tls() as s:
            s.sendall(self.head("Content-Length: 1000", line="POST /echo HTTP/1.1"))
            self.ends(s, b"a")

    def test_handshakes_that_drip(self):
        with self.server.connect() as s:
            s.sendall(b"\x16\x03\x01\x02\x00")
            self.ends(s, b"\x00")

    def test_connections_that_are_idle(self):
        with self.server.tls() as s:
            s.sendall(self.head())
            self.assertIn(b"200 OK", s.recv(10000))
            self.ends(s)

    def test_second_heads_that_drip(self):
        with self.server.tls() as s:
            s.sendall(self.head())
            self.assertIn(b"200 OK", s.recv(10000))
            self.ends(s, b"G")

    def test_answers_that_nobody_takes(self):
        with self.server.tls() as s:
            s.sendall(self.head(line="GET /stream/900000000 HTTP/1.1"))
            s.recv(1000)
            time.sleep(3)
            self.no_streams()

    def test_those_that_take_slowly_are_let(self):
        with self.server.tls() as s:
            s.sendall(self.head("Connection: close", line="GET /stream/1000000 HTTP/1.1"))
            got = 0
            for _ in range(12):
                time.sleep(0.5)
                got += len(s.recv(16384))
            got += len(read_all(s, 10))
        self.assertGreater(got, 1000000)

    def test_handlers_may_take_their_time(self):
        self.assertEqual(self.server.get("/slow/4000")[0], 200)


def many_files():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4096 if hard == resource.RLIM_INFINITY else min(hard, 4096)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class Connections(unittest.TestCase):
    def test_a_thousand_idle_ones_keep_nobody(self):
        many_files()
        with Server("--idle", "100", "--head", "100") as server, contextlib.ExitStack() as stack:
            for _ in range(500):
                stack.enter_context(server.tls())
            for _ in range(500):
                stack.enter_context(server.connect())
            for _ in range(20):
                self.assertEqual(server.get()[0], 200)

    def test_an_address_gets_so_many(self):
        with Server("--of-address", "5") as server, contextlib.ExitStack() as stack:
            for _ in range(5):
                stack.enter_context(server.tls())
            with self.assertRaises(OSError):
                server.tls()
            stack.close()
            end = time.monotonic() + 5
            while time.monotonic() < end:
                with contextlib.suppress(OSError):
                    self.assertEqual(server.get()[0], 200)
                    return
            self.fail("connections that ended count for ever")

    def test_all_get_so_many_and_then_wait(self):
        with Server("--connections", "5", "--head", "2") as server, contextlib.ExitStack() as stack:
            for _ in range(5):
                stack.enter_context(server.tls())
            self.assertEqual(server.get()[0], 200)  # when the others' time is over

    def test_resets_are_survived(self):
        with Server() as server:
            for i in range(50):
                s = server.connect()
                s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                s.sendall(b"\x16\x03\x01"[: i % 4])
                s.close()
            self.assertEqual(server.get()[0], 200)


class Processes(unittest.TestCase):
    def test_until_the_vault_is_ready_the_front_says_so(self):
        with Server(wait=3) as server:
            status, headers, body = server.get()
            self.assertEqual((status, headers["Retry-After"]), (503, "5"))
            self.assertIn(b"The server is getting ready", body)
            self.assertEqual(headers["Cache-Control"], "no-store")
            server.wait_for_loop()
            self.assertEqual(server.get()[0], 200)

    def test_a_signal_ends_both(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number), Server() as server, server.tls() as idle:
                start = time.monotonic()
                code, text = server.stop(number)
                self.assertEqual((code, text), (0, ""))
                self.assertLess(time.monotonic() - start, 5)
                self.assertTrue(gone(server.front, 0))
                self.assertEqual(read_all(idle), b"")

    def test_a_signal_to_all_ends_them_as_well(self):
        """As Ctrl-C does, and systemd."""
        with Server() as server:
            os.kill(server.front, signal.SIGINT)
            os.kill(server.front, signal.SIGTERM)
            time.sleep(0.2)
            self.assertTrue(exists(server.front))
            self.assertEqual(server.get()[0], 200)
            self.assertEqual(server.stop(signal.SIGINT), (0, ""))

    def test_a_signal_during_a_request(self):
        with Server() as server, server.tls() as s:
            s.sendall(f"GET /slow/60000 HTTP/1.1\r\nHost: {server.host}\r\n\r\n".encode())
            time.sleep(0.5)
            start = time.monotonic()
            self.assertEqual(server.stop(), (0, ""))
            self.assertLess(time.monotonic() - start, 5)
            self.assertTrue(gone(server.front, 0))

    def test_a_front_whose_vault_is_killed_ends(self):
        for wait in (0, 30):
            with self.subTest(wait), Server(wait=wait) as server, server.tls():
                self.assertEqual(server.stop(signal.SIGKILL)[0], -signal.SIGKILL)
                self.assertTrue(gone(server.front))

    def test_a_vault_whose_front_is_killed_ends(self):
        with Server() as server:
            os.kill(server.front, signal.SIGKILL)
            self.assertEqual(server.join(5), (1, "echo: the front died of signal 9\n"))

    def test_a_vault_whose_front_is_killed_during_a_request_ends(self):
        with Server() as server, server.tls() as s:
            s.sendall(f"GET /slow/2000 HTTP/1.1\r\nHost: {server.host}\r\n\r\n".encode())
            time.sleep(0.5)
            os.kill(server.front, signal.SIGKILL)
            self.assertEqual(server.join(5), (1, "echo: the front died of signal 9\n"))

    def test_a_vault_whose_front_stands_still_ends(self):
        with Server() as server:
            os.kill(server.front, signal.SIGSTOP)
            start = time.monotonic()
            self.assertEqual(server.stop()[0], 0)
            self.assertLess(time.monotonic() - start, 5)
            self.assertTrue(gone(server.front, 0))

    def test_a_vault_with_a_program_of_its_own_dies(self):
        with Server() as server:
            self.assertIn(b"Permission denied", server.get("/try/socket")[2])
            with contextlib.suppress(OSError, http.client.HTTPException):
                self.assertEqual(server.get("/try/exec")[0], 503)
            self.assertEqual(server.join(5)[0], -signal.SIGSYS)
            self.assertTrue(gone(server.front))

    def test_the_fronts_name_is_its_own(self):
        with Server() as server, open(f"/proc/{server.front}/comm") as f:
            self.assertEqual(f.read(), "medark-front\n")

    def test_the_front_has_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            secret = os.path.join(folder, "secret")
            with open(secret, "w"), open(secret) as f:
                with Server(pass_fds=(f.fileno(),)) as server:
                    self.look(server)
                    if os.geteuid() == 0:
                        held = f"/proc/{server.process.pid}/fd/{f.fileno()}"
                        self.assertEqual(os.readlink(held), secret)

    def look(self, server):
        with open(f"/proc/{server.front}/status") as f:
            status = dict(line.rstrip("\n").split(":", 1) for line in f)
        self.assertEqual(status["NoNewPrivs"].strip(), "1")
        self.assertEqual(status["Seccomp"].strip(), "2")
        self.assertEqual(int(status["CapEff"], 16), 0)
        for task in os.listdir(f"/proc/{server.front}/task"):
            with open(f"/proc/{server.front}/task/{task}/status") as f:
                self.assertIn("Seccomp:\t2\n", f.read())
        with open(f"/proc/{server.process.pid}/status") as f:
            self.assertIn("Seccomp:\t2\n", f.read())
        if os.geteuid() != 0:
            # Its memory and descriptors are closed to its own user as well.
            with self.assertRaises(PermissionError):
                os.listdir(f"/proc/{server.front}/fd")
            return
        self.assertNotIn("0", status["Uid"].split())
        self.assertNotIn("0", status["Gid"].split())
        self.assertEqual(os.readlink(f"/proc/{server.front}/cwd"), "/")
        self.look_at_descriptors(server.front)

    def look_at_descriptors(self, front):
        for fd in os.listdir(f"/proc/{front}/fd"):
            if int(fd) <= 2:
                continue  # /dev/null, but for the stderr of a build with sanitizers
            link = os.readlink(f"/proc/{front}/fd/{fd}")
            self.assertTrue(link.startswith(("socket:", "anon_inode:[event")), link)


class Setup(unittest.TestCase):
    def fails(self, *options, listen=("127.0.0.1:0",)):
        with self.assertRaises(AssertionError) as caught:
            Server(*options, listen=listen)
        return str(caught.exception).partition("echo: ")[2].strip()

    def test_others_are_let_in_on_purpose_alone(self):
        self.assertEqual(
            self.fails(listen=["0.0.0.0:0"]),
            "others can reach '0.0.0.0:0': that must be allowed explicitly",
        )

    def test_a_port_in_use(self):
        with Server() as server:
            self.assertEqual(
                self.fails(listen=[server.host]),
                f"cannot listen to '{server.host}': another program has this port; stop it, or take another port",
            )

    def test_several_addresses(self):
        with Server(listen=("127.0.0.1:0", "127.0.0.2:0")) as server:
            host, _, port = server.addresses[1].rpartition(":")
            s = socket.create_connection((host, int(port)), 10)
            with s, context().wrap_socket(s) as t:
                t.sendall(f"GET / HTTP/1.1\r\nHost: {server.addresses[1]}\r\n\r\n".encode())
                self.assertIn(b"200 OK", t.recv(10000))

    def test_ipv6(self):
        try:
            with socket.socket(socket.AF_INET6) as s:
                s.bind(("::1", 0))
        except OSError:
            self.skipTest("this machine has no IPv6")
        with Server(listen=("127.0.0.1:0", "[::1]:0")) as server:
            port = int(server.addresses[1].rpartition(":")[2])
            with socket.create_connection(("::1", port), 10) as s, context().wrap_socket(s) as t:
                t.sendall(f"GET / HTTP/1.1\r\nHost: [::1]:{port}\r\n\r\n".encode())
                self.assertIn(b"\npeer=::1\n", read_all(t))

    @unittest.skipUnless(os.geteuid() == 0, "whoever is not root stays who it is")
    def test_users(self):
        self.assertEqual(self.fails("--user", "no-such"), "there is no user 'no-such'")
        with Server("--user", "daemon") as server:
            with open(f"/proc/{server.front}/status") as f:
                self.assertNotIn("Uid:\t0", f.read())

    @unittest.skipUnless(shutil.which("openssl"), "needs openssl")
    def test_a_certificate_of_ones_own(self):
        with tempfile.TemporaryDirectory() as folder:
            cert, key = os.path.join(folder, "c.pem"), os.path.join(folder, "k.pem")
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x",
                 "-keyout", key, "-out", cert],
                check=True, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            os.chmod(key, 0o600)
            with Server("--cert", cert, "--key", key) as server, server.tls() as s:
                der = s.getpeercert(binary_form=True)
                with open(cert) as f:
                    self.assertEqual(der, ssl.PEM_cert_to_DER_cert(f.read()))
                self.assertEqual(hashlib.sha256(der).hexdigest(), server.fingerprint)
            os.chmod(key, 0o644)
            self.assertIn("is open to others", self.fails("--cert", cert, "--key", key))

    def test_a_certificate_without_its_key(self):
        self.assertEqual(
            self.fails("--cert", "/dev/null"), "a certificate and its key go together"
        )


if __name__ == "__main__":
    unittest.main()
