# SPDX-License-Identifier: Apache-2.0
"""medark run NAME: an export that nobody watches, as a configuration says."""

import fcntl
import os
import re
import shlex
import shutil
import struct
import subprocess
import time

from archive import ArchiveTest, patient
from cli import MEDARK, environment, main

CONF = """\
# What the tests export.

source = {top}/src
archives=   {top}/archives
recipient = it.cert.pem
signer = clinic.cert.pem
signer-key = clinic.key.pem
"""


class RunTest(ArchiveTest):
    def setUp(self):
        super().setUp()
        os.mkdir(self.path("archives"), 0o700)
        shutil.copytree(self.clinic, self.path("conf"), ignore=lambda *_: ["src", "a.medark"])
        self.conf()

    def conf(self, more="", name="nightly", text=CONF):
        return self.write(f"conf/{name}.conf", text.format(top=self.folder) + more)

    def run_it(self, *more, name="nightly", code=0, **options):
        return self.succeed("run", name, "--config", "conf", *more, code=code, **options)

    def fail(self, code, error, *more, name="nightly", line=True, **options):
        """It fails with this sentence, and leaves nothing but what says so."""
        result = self.run_it(*more, name=name, code=code, **options)
        self.assertEqual(result.err.splitlines()[0], "medark: " + error)
        if line:
            self.assertRegex(result.out, rf"^medark run {name}: failed exit={code} "
                             r"seconds=\d+\.\d\d\n$")
        return result

    def archives(self, name="nightly"):
        return sorted(f for f in os.listdir(self.path("archives"))
                      if re.fullmatch(re.escape(name) + r"-\d{8}T\d{6}Z\.medark", f))

    def no_more_than(self, *hidden):
        self.assertEqual({f for f in os.listdir(self.path("archives"))} - set(self.archives()),
                         set(hidden))

    def sequence(self, archive):
        return self.succeed("inspect", "archives/" + archive, "--json").json()[-1]["sequence"]

    def metrics(self, name="run.prom"):
        with open(self.path("conf", name), encoding="utf-8") as f:
            lines = f.read().splitlines()
        found = {}
        for line in lines:
            if not line.startswith("#"):
                key, value = re.fullmatch(r'medark_run_(\w+)\{name="nightly"\} (\S+)', line).groups()
                found[key] = float(value)
        for key in found:
            self.assertTrue(any(x.startswith(f"# HELP medark_run_{key} ") for x in lines), key)
            self.assertIn(f"# TYPE medark_run_{key} gauge", lines)
        return found


class Chain(RunTest):
    def test_a_run_makes_the_next_archive_of_the_chain_and_says_so_in_one_line(self):
        first = self.run_it()
        archive, = self.archives()
        self.assertRegex(
            first.out, r"^medark run nightly: ok exit=0 complete=true records=63 patients=3 "
            r"quarantined=0 skipped=0 missing=0 sequence=1 bytes=\d+ seconds=\d+\.\d\d "
            rf"archive={re.escape(self.path('archives', archive))}\n$")
        self.assertIn("begins a chain", first.err)
        second = self.run_it()
        self.assertEqual(second.err, "")
        self.assertIn(" sequence=2 ", second.out)
        self.no_more_than(".nightly.lock")
        done = self.succeed("verify", *("archives/" + a for a in self.archives()), "--trust",
                            "clinic.cert.pem", "--json").json()
        self.assertEqual([x["verified"] for x in done if "verified" in x], [True, True])
        self.assertEqual([self.sequence(a) for a in self.archives()], [1, 2])

    def test_the_name_of_an_archive_is_its_own_time(self):
        self.run_it()
        archive, = self.archives()
        created = self.succeed("inspect", "archives/" + archive, "--json").json()[-1]["created"]
        self.assertEqual(archive, "nightly-" + re.sub("[-:]", "", created) + ".medark")

    def test_json_has_the_same_and_what_an_export_says(self):
        summary = self.run_it("--json").json()[-1]
        self.assertEqual((summary["message_type"], summary["verb"], summary["name"],
                          summary["state"], summary["exit_code"], summary["sequence"]),
                         ("summary", "run", "nightly", "ok", 0, 1))
        self.assertEqual(os.path.basename(summary["file"]), self.archives()[0])
        self.assertEqual(summary["records"], 63)
        self.conf("level = 99\n")
        error, summary = self.run_it("--json", code=2).json()
        self.assertEqual((error["message_type"], error["exit_code"]), ("error", 2))
        self.assertEqual((summary["state"], summary["exit_code"]), ("failed", 2))
        self.assertNotIn("file", summary)

    def test_quiet_says_nothing_of_what_went_well(self):
        self.run_it()
        result = self.run_it("-q")
        self.assertEqual(result.out + result.err, "")

    def test_names_that_begin_alike_are_chains_of_their_own(self):
        self.conf(name="nightly-2")
        self.run_it()
        self.run_it(name="nightly-2")
        self.run_it()
        self.assertEqual([self.sequence(a) for a in self.archives()], [1, 2])
        self.assertEqual([self.sequence(a) for a in self.archives("nightly-2")], [1])

    def test_the_highest_number_is_continued_whatever_the_clock_said(self):
        self.run_it()
        self.run_it()
        first, second = self.archives()
        os.rename(self.path("archives", second), self.path("archives/nightly-20200101T000000Z.medark"))
        self.assertIn(" sequence=3 ", self.run_it().out)
        self.assertEqual(self.sequence(first), 1)

    def test_a_damaged_newest_archive_is_never_passed_over(self):
        self.run_it()
        self.run_it()
        self.conf("textfile = run.prom\n")
        newest = self.path("archives", self.archives()[-1])
        with open(newest, "rb") as f:
            content = f.read()
        for damage in [content[:1000], b"", content[:-600] + b"x" + content[-599:]]:
            with self.subTest(len(damage)), open(newest, "wb") as f:
                f.write(damage)
            result = self.run_it(code=3)
            self.assertIn(os.path.basename(newest), result.err)
            self.assertEqual(len(self.archives()), 2)
            self.assertEqual(self.metrics()["exit_code"], 3)
            self.no_more_than(".nightly.lock")
        with open(newest, "wb") as f:
            f.write(content[:1000])
        self.assertIn("\n  put a good copy in its place; if there is none, move it out of the folder, "
                      "and the chain goes on from the archive before it\n", self.run_it(code=3).err)
        os.rename(newest, self.path("damaged"))
        self.assertIn(" sequence=2 ", self.run_it().out)

    def test_an_older_damaged_archive_is_warned_of(self):
        self.run_it()
        self.run_it()
        with open(self.path("archives", self.archives()[0]), "r+b") as f:
            f.truncate(1000)
        result = self.run_it()
        self.assertIn(" sequence=3 ", result.out)
        self.assertEqual(result.err, "medark: warning: 1 older archive of 'nightly' cannot be read: "
                         "medark verify tells of it\n")

    def test_two_archives_of_one_number_are_refused(self):
        self.run_it()
        self.run_it()
        second = self.archives()[-1]
        shutil.copy(self.path("archives", second), self.path("archives/nightly-20990101T000000Z.medark"))
        result = self.run_it(code=1)
        self.assertIn("have the same number; move the one away that does not belong there", result.err)
        self.assertIn(second, result.err)

    def test_the_archive_before_must_be_of_the_signer(self):
        self.run_it()
        stranger = CONF.replace("clinic", "stranger")
        self.conf(text=stranger)
        self.assertIn("signer", self.run_it(code=4).err)
        self.assertEqual(len(self.archives()), 1)
        self.conf("trust = clinic.cert.pem\n", text=stranger)
        self.assertIn(" sequence=2 ", self.run_it().out)


class Killed(RunTest):
    def test_what_a_killed_run_has_completed_gets_its_name(self):
        self.run_it()
        name, = self.archives()
        os.rename(self.path("archives", name), self.path("archives/nightly.next"))
        self.assertIn(" sequence=2 ", self.run_it().out)
        self.assertEqual(self.archives()[0], name)
        self.assertEqual(len(self.archives()), 2)
        self.no_more_than(".nightly.lock")
        for each in self.archives():
            self.succeed("verify", "archives/" + each, "--trust", "clinic.cert.pem")

    def test_so_it_does_if_the_next_run_fails(self):
        self.run_it()
        name, = self.archives()
        os.rename(self.path("archives", name), self.path("archives/nightly.next"))
        os.rename(self.path("src"), self.path("gone"))
        self.run_it(code=1)
        self.assertEqual(self.archives(), [name])
        os.rename(self.path("gone"), self.path("src"))
        self.run_it()
        self.assertEqual([self.sequence(a) for a in self.archives()], [1, 2])
        self.no_more_than(".nightly.lock")

    def test_two_runs_do_not_overlap(self):
        self.conf("textfile = run.prom\n")
        self.run_it()
        before = self.metrics()
        with open(self.path("archives/.nightly.lock"), "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.fail(1, "cannot run 'nightly': another run of it is under way")
            self.assertEqual(self.metrics(), before)
            self.assertIn("another run of this name is under way", self.run_it("--check").err)
        self.run_it()
        self.assertEqual(len(self.archives()), 2)

    def test_a_run_that_is_stopped_says_so(self):
        os.mkfifo(self.path("pipe"))
        self.conf("textfile = run.prom\n", text=CONF.replace("/src", "/pipe"))
        process = subprocess.Popen([MEDARK, "run", "nightly", "--config", "conf"], cwd=self.folder,
                                   env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        with open(self.path("pipe"), "wb") as pipe:
            pipe.write(patient(0).encode() + b"\n")
            pipe.flush()
            time.sleep(0.3)
            process.terminate()
            time.sleep(0.3)
        out, err = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 130, err)
        self.assertRegex(out.decode(), r"^medark run nightly: failed exit=130 seconds=")
        self.assertEqual(self.metrics()["exit_code"], 130)
        self.assertEqual(self.archives(), [])


class Metrics(RunTest):
    def test_a_run_is_told_to_prometheus(self):
        self.conf("textfile = run.prom\n")
        before = int(time.time())
        self.run_it()
        found = self.metrics()
        self.assertEqual(found["last_start_seconds"], found["last_success_seconds"])
        self.assertTrue(before <= found["last_start_seconds"] <= time.time())
        size = os.path.getsize(self.path("archives", self.archives()[0]))
        self.assertEqual(
            {k: v for k, v in found.items() if not k.endswith("seconds")},
            {"exit_code": 0, "complete": 1, "sequence": 1, "records": 63, "patients": 3,
             "archive_bytes": size, "quarantined": 0, "skipped": 0, "missing": 0, "increment": 0})
        self.assertGreater(found["duration_seconds"], 0)
        self.assertEqual(os.stat(self.path("conf/run.prom")).st_mode & 0o777, 0o644)

    def test_an_incomplete_archive_is_a_success_that_is_not_complete(self):
        self.conf("textfile = run.prom\n")
        self.write("src/broken.ndjson", patient(0) + "\n" + patient(1)[:-9] + "\n")
        result = self.run_it(code=6)
        self.assertRegex(result.out, "^medark run nightly: incomplete exit=6 complete=false "
                         "records=64 patients=3 quarantined=1 skipped=0 ")
        found = self.metrics()
        self.assertEqual((found["exit_code"], found["complete"], found["quarantined"]), (6, 0, 1))
        self.assertGreater(found["last_success_seconds"], 0)

    def test_a_failure_keeps_the_time_of_the_last_success(self):
        self.conf("textfile = run.prom\n")
        os.rename(self.path("src"), self.path("gone"))
        self.run_it(code=1)
        self.assertEqual(self.metrics()["last_success_seconds"], 0)
        os.rename(self.path("gone"), self.path("src"))
        self.run_it()
        success = self.metrics()["last_success_seconds"]
        os.rename(self.path("src"), self.path("gone"))
        time.sleep(1.1)
        self.run_it(code=1)
        found = self.metrics()
        self.assertEqual((found["exit_code"], found["complete"], found["records"],
                          found["last_success_seconds"]), (1, 0, 0, success))
        self.assertGreater(found["last_start_seconds"], success)

    def test_odd_files_in_its_place(self):
        self.conf("textfile = run.prom\n")
        os.rename(self.path("src"), self.path("gone"))
        for content in [b"", b"\x00" * 5000, b"medark_run_last_success_seconds{name=\"nightly\"} x\n",
                        b"medark_run_last_success_seconds{name=\"nightly\"} -5\n",
                        b"medark_run_last_success_seconds{name=\"other\"} 5\n", b"y" * 200000]:
            self.write("conf/run.prom", content)
            self.run_it(code=1)
            self.assertEqual(self.metrics()["last_success_seconds"], 0)
        self.write("conf/run.prom.part", "left by a killed run")
        self.run_it(code=1)
        self.assertFalse(os.path.exists(self.path("conf/run.prom.part")))

    def test_a_textfile_that_cannot_be_written_is_a_failure_but_the_archive_stays(self):
        self.conf("textfile = missing/run.prom\n")
        result = self.run_it(code=1)
        self.assertIn("medark: cannot write the textfile 'missing/run.prom': No such file or directory",
                      result.err)
        self.assertRegex(result.out, "^medark run nightly: ok exit=1 complete=true ")
        self.assertEqual(len(self.archives()), 1)


class Check(RunTest):
    def test_it_tells_what_a_run_would_do_and_does_nothing(self):
        self.conf("textfile = run.prom\nreport = report.jsonl\n")
        before = self.files()
        result = self.run_it("--check")
        self.assertIn("\nnightly: ready; nothing was exported, no server was asked\n", result.out)
        self.assertIn("none: the next archive begins a chain", result.out)
        self.assertEqual(self.files(), before)
        self.run_it()
        before = self.files()
        summary = self.run_it("--check", "--json").json()[-1]
        self.assertEqual((summary["state"], summary["sequence"], os.path.basename(summary["previous"])),
                         ("ready", 2, self.archives()[0]))
        self.assertEqual(summary["sources"], [self.path("src")])
        self.assertEqual(summary["signer"], "CN=clinic")
        self.assertGreater(summary["room"], 0)
        self.assertEqual(self.files(), before)

    def test_it_finds_what_would_fail(self):
        cases = [
            ("recipient = clinic.cert.pem\n", 1), ("textfile = missing/x\n", 1),
            ("report = missing/x\n", 1), ("auth = open.json\n", 1), ("auth = none.json\n", 1),
            ("source = {top}/none\n", 1), ("source = fhir+http://ehr.example/fhir\n", 2),
            ("passphrase-file = none\n", 1), ("exclude = /x\n", 2),
        ]
        self.write("conf/open.json", '{"method": "none"}', mode=0o644)
        for more, code in cases:
            with self.subTest(more):
                self.conf(more.format(top=self.folder))
                before = self.files()
                result = self.run_it("--check", code=code)
                self.assertTrue(result.err.startswith("medark: cannot "), result.err)
                self.assertEqual((result.out, self.files()), ("", before))
        self.conf("recipient = none.pem\n")
        self.assertIn("names of files in 'conf/nightly.conf' are relative to its folder", self.run_it(code=1).err)

    def test_keys_that_are_open_to_others(self):
        os.chmod(self.path("conf/clinic.key.pem"), 0o640)
        self.assertIn("chmod 600", self.run_it("--check", code=1).err)
        self.assertIn("chmod 600", self.run_it(code=1).err)

    def test_a_credential_of_systemd(self):
        self.conf("auth = $CREDENTIALS_DIRECTORY/auth.json\n")
        self.fail(2, "cannot use 'conf/nightly.conf': line 8: CREDENTIALS_DIRECTORY is not set: systemd "
                  "sets it for a service with LoadCredential=")
        path = self.write("creds/auth.json", '{"method": "none"}', mode=0o400)
        env = {"CREDENTIALS_DIRECTORY": os.path.dirname(path)}
        self.run_it("--check", env=env)
        # In a tmpfs they belong to root, and a list gives the service's user, who is this one, a right.
        secret = self.write("creds/secret", "geheim\n", mode=0o400)
        self.conf("auth = $CREDENTIALS_DIRECTORY/auth.json\n"
                  "passphrase-file = $CREDENTIALS_DIRECTORY/secret\n")
        for each in (path, secret):
            entries = [(1, 4, -1), (2, 4, os.geteuid()), (4, 0, -1), (16, 4, -1), (32, 0, -1)]
            os.setxattr(each, "system.posix_acl_access",
                        struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *e) for e in entries))
            self.assertEqual(os.stat(each).st_mode & 0o777, 0o440)
        self.run_it("--check", env=env)
        os.chmod(secret, 0o444)
        self.assertIn("is open to others", self.run_it("--check", code=1, env=env).err)


class Configuration(RunTest):
    def test_lines_that_say_nothing_or_something_wrong(self):
        where = "cannot use 'conf/nightly.conf': line 8: "
        cases = [
            ("recipent = x", where + "the key 'recipent' is unknown; did you mean 'recipient'?"),
            ("xyzzy = x", where + "the key 'xyzzy' is unknown"),
            ("nothing", where + "it is no 'key = value'"),
            ("= x", where + "it is no 'key = value'"),
            ("level =", "cannot use 'level' in 'conf/nightly.conf', line 8: its value is empty"),
            ("level = 23",
             "cannot use '23' for 'level' in 'conf/nightly.conf', line 8: it must be 1 to 22"),
            ("memory = 1T", "cannot use '1T' for 'memory' in 'conf/nightly.conf', line 8: it is not a "
             "size such as 512M or 2G"),
            ("signer = x", "cannot use 'signer' in 'conf/nightly.conf', line 8: it is given twice"),
            ("archives = x", "cannot use 'archives' in 'conf/nightly.conf', line 8: it is given twice"),
            ("textfile =", "cannot use 'textfile' in 'conf/nightly.conf', line 8: its value is empty"),
            ("out = x", where + "'out' is no key here: the archive gets its name from NAME and the time, "
             "in the folder of 'archives'"),
            ("previous = x", where + "'previous' is no key here: the newest archive in the folder of "
             "'archives' is continued"),
            ("passphrase-command = geheim", where + "'passphrase-command' is no key here: secrets come "
             "from files: 'passphrase-file' names one"),
            ("passphrase = geheim", where + "'passphrase' is no key here: nobody is there to be asked; "
             "'passphrase-file' names a file"),
            ("lev\x01el = 1", where + "it holds a control character"),
            ("source = -", "cannot use 'conf/nightly.conf': a run has no standard input to take for a "
             "source"),
        ]
        for line, error in cases:
            with self.subTest(line):
                self.conf(line + "\n")
                before = self.files()
                result = self.fail(2, error)
                self.assertNotIn("geheim", result.err)
                self.assertEqual(self.files(), before)

    def test_what_is_missing_is_told_at_once(self):
        self.write("conf/nightly.conf", "")
        self.fail(2, "cannot use 'conf/nightly.conf': missing: 'source', 'archives', 'recipient', "
                  "'signer', 'signer-key'")
        self.conf("passphrase-file = secret\n",
                  text="\n".join(x for x in CONF.splitlines() if "recipient" not in x) + "\n")
        self.write("conf/secret", "geheim\n", mode=0o600)
        self.run_it()

    def test_its_form(self):
        self.write("conf/nightly.conf", CONF.format(top=self.folder).replace("\n", "\r\n") + "\t# x\r\n"
                   "exclude = a # b\r\n  exclude=*.x ")
        self.run_it()
        self.write("conf/nightly.conf", "#" * 70000)
        self.fail(2, "cannot use 'conf/nightly.conf': it is larger than 65536 bytes")
        self.write("conf/nightly.conf", "a\0b")
        self.fail(2, "cannot use 'conf/nightly.conf': it holds a NUL")

    def test_every_option_of_export_that_takes_a_value_is_a_key(self):
        screen = self.succeed("help", "export").out
        with_value = set(re.findall(r"^  --([a-z-]+) [A-Z]", screen, re.MULTILINE))
        no_keys = {"out", "previous", "passphrase-fd", "passphrase-command"}
        self.assertTrue(no_keys < with_value)
        for key in with_value - no_keys - {"recipient", "exclude", "trust"}:
            self.write("conf/nightly.conf", f"{key} =\n")
            self.assertIn(f"'{key}' in 'conf/nightly.conf', line 1: its value is empty",
                          self.run_it(code=2).err)

    def test_who_may_write_to_it(self):
        os.chmod(self.conf(), 0o664)
        self.fail(1, "cannot use 'conf/nightly.conf': others can write to it (mode 0664); chmod go-w it")
        os.remove(self.path("conf/nightly.conf"))
        os.mkdir(self.path("conf/nightly.conf"))
        self.fail(1, "cannot use 'conf/nightly.conf': it is no regular file")

    def test_where_it_stands(self):
        home = {"HOME": self.path("home")}
        shutil.copytree(self.path("conf"), self.path("home/.config/medark"))
        shutil.copytree(self.path("conf"), self.path("xdg/medark"))
        for env, where in [({"MEDARK_CONFIG": self.path("conf"), **home}, "conf"),
                           ({"XDG_CONFIG_HOME": self.path("xdg"), **home}, "xdg/medark"),
                           (home, "home/.config/medark")]:
            result = self.succeed("run", "nightly", "--check", env=env)
            self.assertRegex(result.out, rf"^  configuration +{re.escape(self.path(where))}/nightly.conf\n")
        self.refuse(2, "run", "no-such-name", "--check", env={"HOME": self.path("empty")},
                    error="cannot run it: there is no '/etc/medark/no-such-name.conf': write it, or name its folder with --config")
        self.refuse(2, "run", "nightly", "--check", "--config", "empty", env=home,
                    error="cannot run it: there is no 'empty/nightly.conf': write it, or name its folder with --config")

    def test_names(self):
        for name in [".x", "-", "a/b", "../nightly", "a b", "\u00e9", "x" * 65, "_x", "a%b"]:
            with self.subTest(name):
                self.assertIn("a name has 1 to 64", self.run_medark("run", "--", name).err)
        self.refuse(2, "run", error="cannot run: give one name, as in medark run NAME",
                    hint="see: medark help run")
        self.refuse(2, "run", "a", "b", error="cannot run: give one name, as in medark run NAME")

    def test_an_encrypted_key_is_never_asked_for(self):
        subprocess.run(["openssl", "pkcs8", "-topk8", "-in", "conf/clinic.key.pem", "-out",
                        "conf/locked.pem", "-passout", "pass:geheim"], cwd=self.folder, check=True)
        os.chmod(self.path("conf/locked.pem"), 0o600)
        self.conf(text=CONF.replace("clinic.key.pem", "locked.pem"))
        self.fail(2, "cannot use the key 'locked.pem': it is encrypted, and "
                  "'signer-key-passphrase-file' is missing")
        self.write("conf/secret", "geheim\n", mode=0o600)
        self.conf("signer-key-passphrase-file = secret\n", text=CONF.replace("clinic.key.pem", "locked.pem"))
        self.run_it()


class Folder(RunTest):
    def test_who_may_write_to_it(self):
        for mode in (0o770, 0o707, 0o1777):
            os.chmod(self.path("archives"), mode)
            self.fail(1, f"cannot use the folder '{self.path('archives')}' of 'archives': others can "
                      f"write to it (mode {mode:04o}); chmod go-w it")
        os.chmod(self.path("archives"), 0o755)
        self.run_it()

    def test_it_must_be_there(self):
        os.rmdir(self.path("archives"))
        self.fail(1, f"cannot open the folder '{self.path('archives')}' of 'archives': No such file or "
                  "directory")
        self.assertFalse(os.path.exists(self.path("archives")))

    def test_it_must_not_lie_in_a_source(self):
        for top in (self.folder, self.path("archives")):
            self.conf(text=CONF.replace("{top}/src", top))
            self.fail(2, f"cannot write archives to '{self.path('archives')}': it stands in the source "
                      f"'{top}', and each archive would hold those before it")

    def test_what_is_written_is_not_what_is_read(self):
        for line in ["textfile = clinic.key.pem", "report = it.cert.pem", "report = {top}/src/x",
                     "textfile = r\nreport = r"]:
            with self.subTest(line):
                self.write("src/x", "x")
                self.conf(line.format(top=self.folder) + "\n")
                before = self.files()
                self.assertRegex(self.run_it(code=2).err, "the same file is read|it stands in the source|"
                                 "'report' and 'textfile' are one file")
                self.assertEqual(self.files(), before)

    def test_its_name_is_quoted_for_a_shell(self):
        os.mkdir(self.path("of it's own"), 0o700)
        self.conf(text=CONF.replace("/archives", "/of it's own"))
        words = shlex.split(self.run_it().out)
        self.assertTrue(words[-1].startswith("archive=" + self.path("of it's own/nightly-")), words)


if __name__ == "__main__":
    main()
