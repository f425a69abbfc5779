# SPDX-License-Identifier: Apache-2.0
"""medark drill: everything is restored, compared and taken away again; the report, and its signature."""

import gzip
import html.parser
import os
import signal
import stat
import subprocess
import time

from archive import PATIENTS, ArchiveTest
from cli import MEDARK, environment, main


class Page(html.parser.HTMLParser):
    """Rows of the tables, and whatever the page would fetch or run."""

    def __init__(self, text):
        super().__init__()
        self.rows, self.cells, self.loads, self.open = {}, None, [], False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.loads += [value for name, value in attrs if name in ("src", "href") and not value.startswith("#")]
        self.loads += ["script"] if tag == "script" else []
        if tag == "tr":
            self.cells = []
        self.open = tag in ("th", "td")
        if self.open:
            self.cells.append("")

    def handle_data(self, data):
        if self.open:
            self.cells[-1] += data

    def handle_endtag(self, tag):
        self.open = False
        if tag == "tr":
            self.rows[self.cells[0]] = self.cells[1:]


class Drill(ArchiveTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        make = cls("run_medark")
        make.folder = cls.clinic
        make.write("src/more/Organization.ndjson.gz",
                   gzip.compress(b'{"resourceType":"Organization","id":"g"}\n' * 5, mtime=0))
        make.write("src/closed/only me.bin", b"\x00" * 5000, 0o400)
        os.chmod(make.path("src", "closed"), 0o500)
        cls.addClassCleanup(os.chmod, make.path("src", "closed"), 0o700)
        make.succeed(*make.export("src", "b.medark"))
        os.mkdir(make.path("scratch"))

    def setUp(self):
        super().setUp()
        self.addCleanup(os.chmod, self.path("src", "closed"), 0o700)

    def drill(self, *more, archive="b.medark"):
        return self.opened("drill", "--scratch", "scratch", *more, archive=archive)

    def test_everything_is_compared_and_taken_away(self):
        archive = self.succeed("inspect", "b.medark", "--json").json()[0]
        said = self.succeed(*self.drill("--json", "--charts", "5")).json()[-1]
        self.assertTrue(said["passed"])
        for key in ("archive", "manifest", "items", "bytes", "records", "signer"):
            self.assertEqual(said[key], archive[key], key)
        self.assertEqual((said["leaves"], said["packed"], said["different"], said["different_segments"]), (71, 5, 0, 0))
        self.assertEqual((said["charts"], said["chart_records"]), (5, 105))
        self.assertEqual(said["archive_bytes"], os.path.getsize(self.path("b.medark")))
        steps = ("open", "verify", "restore", "compare", "charts")  # of three digits each; the first chart is one of all
        self.assertLessEqual(sum(said[key + "_seconds"] for key in steps), said["seconds"] + 0.005)
        self.assertLessEqual(said["first_chart_seconds"], said["charts_seconds"])
        self.assertEqual(os.listdir(self.path("scratch")), [])
        text = self.succeed(*self.drill()).out
        self.assertEqual(text.splitlines()[-1], "b.medark: what was restored is what was signed")
        self.assertNotIn("p1", text)
        self.assertEqual(self.succeed(*self.drill("--charts", "0", "--json")).json()[-1]["charts"], 0)

    def test_a_report_is_one_page_that_openssl_verifies(self):
        self.succeed(*self.drill("--report", "r.html", "--signer", "stranger.cert.pem", "--signer-key", "stranger.key.pem"))
        with open(self.path("r.html"), encoding="utf-8") as f:
            text = f.read()
        page, archive = Page(text), self.succeed("inspect", "b.medark", "--json").json()[0]
        self.assertIn("Passed: what was restored is what was signed.", text)
        self.assertEqual(page.loads, [])
        self.assertEqual(page.rows["archive"], [archive["archive"]])
        self.assertEqual(page.rows["SHA-256 of MANIFEST"], [archive["manifest"]])
        self.assertEqual(page.rows["trust anchor"],
                         [f"clinic.cert.pem: CN=clinic, SHA-256 {archive['signer_fingerprint']}"])
        self.assertEqual(page.rows["bytes"], [str(archive["bytes"])])
        self.assertEqual(page.rows["that differ"], ["0"])
        self.assertEqual(page.rows["verify"][0], str(os.path.getsize(self.path("b.medark"))))
        for _, *words in PATIENTS:
            for word in words[:4]:
                self.assertNotIn(word, text)
        verify = ["openssl", "cms", "-verify", "-binary", "-content", "r.html", "-inform", "DER", "-in", "r.html.p7s",
                  "-CAfile", "stranger.cert.pem", "-purpose", "any", "-out", "/dev/null"]
        self.assertEqual(subprocess.run(verify, cwd=self.folder, capture_output=True, check=False).returncode, 0)
        self.write("r.html", text.replace("Passed", "passed"))
        self.assertNotEqual(subprocess.run(verify, cwd=self.folder, capture_output=True, check=False).returncode, 0)
        self.assertEqual(self.refuse(1, *self.drill("--report", "r.html")).err.splitlines()[1],
                         "  name a new file, or give --force to replace it and its signature")
        self.succeed(*self.drill("--report", "r.html", "--force"))

    def test_what_does_not_verify_leaves_nothing(self):
        self.damaged(lambda content: content[:9000] + bytes([content[9000] ^ 1]) + content[9001:])
        self.refuse(3, *self.drill("--report", "r.html", archive="bad.medark"))
        self.refuse(5, *self.opened("drill", "--scratch", "scratch", identity="other.key.pem"))
        self.refuse(1, *self.opened("drill", "--scratch", "nowhere"))
        self.refuse(4, "drill", "b.medark", "--identity", "it.key.pem", "--trust", "stranger.cert.pem")

    def test_usage(self):
        self.refuse(2, "drill", error="cannot rehearse a restore: an archive, --identity KEY (or MEDARK_IDENTITY, or "
                    "--passphrase) and --trust CERT (or MEDARK_TRUST) are missing")
        self.refuse(2, *self.drill("--signer", "clinic.cert.pem"),
                    error="cannot rehearse a restore: --signer-key KEY and --report FILE are missing")
        self.refuse(2, *self.drill("a.medark"))
        self.refuse(2, *self.drill("--report", "-"))
        self.refuse(2, *self.drill("--report", "it.key.pem", "--force"))
        self.refuse(2, *self.drill("--charts", "1001"))
        self.refuse(1, *self.drill("--report", "r.html", "--signer", "clinic.cert.pem", "--signer-key", "stranger.key.pem"))

    def test_a_row_of_the_log_comes_first(self):
        os.mkdir(self.path("state"), 0o700)
        self.succeed(*self.drill("--state", "state"))
        names = sorted(os.listdir(self.path("state/audit-restore")))
        read = self.succeed("audit", *(f"state/audit-restore/{name}" for name in names), "--identity", "it.key.pem",
                            "--json").json()
        self.assertEqual([row["detail"] for row in read if row["message_type"] == "event"],
                         ["rehearsed in clear text, in a folder that is removed: all, 3 patients"])

    def test_the_folder_is_private_and_goes_when_it_is_stopped_or_killed(self):
        for number, left in ((signal.SIGINT, False), (signal.SIGTERM, False), (signal.SIGKILL, True)):
            command = [MEDARK, *self.drill("--charts", "1000")]
            with subprocess.Popen(command, cwd=self.folder, env=environment(), stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL) as process:
                end = time.time() + 60
                while not os.listdir(self.path("scratch")) and time.time() < end:
                    time.sleep(0.002)
                name, = os.listdir(self.path("scratch"))
                self.assertEqual(stat.S_IMODE(os.stat(self.path("scratch", name)).st_mode), 0o700)
                process.send_signal(number)
            self.assertEqual(process.returncode, -9 if left else 130)
            self.assertEqual(len(os.listdir(self.path("scratch"))), int(left))
        self.succeed(*self.drill())
        self.assertEqual(os.listdir(self.path("scratch")), [])


if __name__ == "__main__":
    main()
