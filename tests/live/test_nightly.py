# SPDX-License-Identifier: Apache-2.0
"""docs/NIGHTLY.md, word by word: its commands are run as they stand there.

What cannot be on the machine of a test stands in for it: the folders /etc and /var/lib lie in the test's own
folder, the server is the simulator, and sudo, apt, systemctl and journalctl are small programs. systemctl starts
what the unit that was built says.
"""

import os
import re
import stat
import subprocess

from live import LiveTest, MEDARK, environment, main

ROOT = os.environ["MEDARK_ROOT"]
UNITS = os.path.join(os.path.dirname(os.path.dirname(MEDARK)), "systemd")
SERVER = "fhir+https://ehr.example.org/fhir"
FOLDERS = ["/etc/medark", "/etc/systemd", "/var/lib/medark", "/var/lib/prometheus"]

TOOLS = {
    # Everything belongs to one user here.
    "sudo": 'if [ "$1" = -u ]; then [ "$2" = medark ]; shift 2; fi; exec "$@"',
    "chown": '[ "$1" = root:root ] && [ -f "$2" ]',
    "install": """
        n=$#
        while [ $n -gt 0 ]; do
            if [ "$1" = -o ] || [ "$1" = -g ]; then
                [ "$2" = medark ]
                shift 2
                n=$((n - 2))
            else
                set -- "$@" "$1"
                shift
                n=$((n - 1))
            fi
        done
        exec /usr/bin/install "$@" """,
    "apt": '[ "$1 $2" = "install ./medark_*.deb" ]',
    "systemctl": """
        case $1 in
        daemon-reload) ;;
        list-timers) [ "$2" = 'medark@*' ] ;;
        enable) [ "$2 $3" = "--now medark@nightly.timer" ] && [ -f "$UNITS/medark@.timer" ] ;;
        start)
            [ "$2" = medark@nightly.service ]
            drop=$ROOT_FOLDER/etc/systemd/system/$2.d/keys.conf
            if [ -f "$drop" ]; then
                export CREDENTIALS_DIRECTORY=$ROOT_FOLDER/credentials
                mkdir -p -m 0700 "$CREDENTIALS_DIRECTORY"
                sed -n 's/^LoadCredential=//p' "$drop" | while IFS=: read -r name path; do
                    /usr/bin/install -m 0400 "$path" "$CREDENTIALS_DIRECTORY/$name"
                done
            fi
            line=$(sed -n 's/^ExecStart=[^ ]*\\/medark //p' "$UNITS/medark@.service")
            line=$(printf '%s' "$line" | sed "s|/etc/medark|$ROOT_FOLDER/etc/medark|; s|%i|nightly|")
            # shellcheck disable=SC2086
            medark $line >>"$ROOT_FOLDER/journal" 2>&1
            ;;
        *) false ;;
        esac""",
    "journalctl": '[ "$1 $2 $3 $4 $5" = "-u medark@nightly.service -n 20 --no-pager" ] && cat "$ROOT_FOLDER/journal"',
}


def chapter():
    with open(os.path.join(ROOT, "docs", "NIGHTLY.md"), encoding="utf-8") as f:
        return f.read()


class Nightly(LiveTest):
    def setUp(self):
        super().setUp()
        self.text = chapter()
        shown = re.sub(r"(?ms)^```.*?^```$", "", self.text)  # what comes out, or goes elsewhere
        self.commands = "".join(line[4:] + "\n" for line in shown.splitlines() if line.startswith("    "))
        os.mkdir(self.path("tools"))
        for name, script in TOOLS.items():
            path = self.write("tools/" + name, "#!/bin/sh\nset -eu\n" + script + "\n", mode=0o755)
            self.assertTrue(os.stat(path).st_mode & stat.S_IXUSR)
        os.symlink(MEDARK, self.path("tools/medark"))
        os.makedirs(self.path("work"))
        for folder in ("etc", "var/lib"):
            os.makedirs(self.path("root", folder))

    def script(self, server):
        """The commands, with this folder and this server in the place of the real ones."""
        text = self.commands
        self.assertEqual(text.count(SERVER), 1)
        text = text.replace(SERVER, "fhir+" + server.base)
        for folder in FOLDERS:
            self.assertIn(folder, text)
            text = re.sub(rf"(?<![\w/]){folder}(?=[/\s'])", self.path("root") + folder, text)
        return text

    def run_chapter(self, server):
        path = self.write("chapter.sh", "umask 022\n" + self.script(server))
        env = environment(PATH=self.path("tools") + ":" + os.environ["PATH"], UNITS=UNITS,
                          ROOT_FOLDER=self.path("root"), HOME=self.path("work"),
                          MEDARK_CONFIG=self.path("root/etc/medark"))
        return subprocess.run(["sh", "-eu", path], cwd=self.path("work"), env=env, capture_output=True,
                              text=True, timeout=240, check=False)

    def run_conf(self, server, more=""):
        self.write("nightly.conf", f"source = fhir+{server.base}\nauth = auth.json\narchives = archives\n"
                   "recipient = it.cert.pem\nsigner = clinic.cert.pem\nsigner-key = clinic.key.pem\n" + more)

    def test_increments_with_a_whole_archive_now_and_then(self):
        server = self.serve(client_keys={"k1": self.client_key()})
        os.mkdir(self.path("archives"), 0o700)
        self.smart()
        self.run_conf(server, "full-every = 3\n")
        for night in range(1, 8):
            server.time = f"2026-11-{night:02}T03:00:00Z"
            ready = self.succeed("run", "nightly", "--config", ".", "--check", "--json").json()[-1]
            self.assertEqual(ready["increment"], night % 3 != 1)
            self.assertIn(f" sequence={night} ", self.succeed("run", "nightly", "--config", ".").out)
        asked = [query.get("_since") for _, query in server.asked.values()]
        day = "2026-11-{:02}T03:00:00Z".format
        self.assertEqual(asked, [None, day(1), day(2), None, day(4), day(5), None])
        archives = sorted(f for f in os.listdir(self.path("archives")) if f.endswith(".medark"))
        # Where no whole one stands any more, an increment could not be restored.
        for gone in (archives[0], archives[3], archives[6]):
            os.remove(self.path("archives", gone))
        self.assertIn("  what          everything\n", self.succeed("run", "nightly", "--config", ".", "--check").out)
        self.succeed("run", "nightly", "--config", ".")
        self.assertEqual(list(server.asked.values())[-1][1], {})

    def test_increments_need_a_server(self):
        server = self.serve()
        os.mkdir(self.path("archives"), 0o700)
        self.auth(method="none")
        for more, error in [
                ("full-every = 7\nsource = src\n", "cannot use './nightly.conf': 'full-every' is for one source, a FHIR "
                 "server"),
                ("full-every = 0\n", "cannot use '0' for 'full-every' in './nightly.conf', line 7: it must be 1 to 1000")]:
            self.run_conf(server, more)
            self.refuse(2, "run", "nightly", "--config", ".", "--check", error=error)

    def test_the_chapter_word_by_word(self):
        server = self.serve(client_keys={"2026-11": self.path("work/client.pub.pem")})
        done = self.run_chapter(server)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        lines = [line for line in done.stdout.splitlines() if line.startswith("medark run nightly: ")]
        self.assertEqual(len(lines), 2, done.stdout)  # by hand, and out of the journal
        self.summaries_are_alike(lines[0])
        self.assertIn("nightly: ready; nothing was exported, no server was asked\n", done.stdout)
        folder = self.path("root/var/lib/medark/nightly")
        archives = sorted(f for f in os.listdir(folder) if f.endswith(".medark"))
        self.assertEqual(len(archives), 3)
        self.assertEqual(server.count("GET", "/fhir/$export"), 3)
        restored = b"".join(v for k, v in self.tree("work/everything").items() if k.endswith(".ndjson"))
        source = b"".join(v for k, v in self.tree("src").items() if k.endswith(".ndjson"))
        self.assertEqual(sorted(restored.splitlines()), sorted(source.splitlines()))
        for each in (*archives, "last-report.jsonl"):
            self.assertEqual(os.stat(os.path.join(folder, each)).st_mode & 0o777, 0o600)
        self.alerts_ask_for_what_is_there()

    def summaries_are_alike(self, real):
        """The line that the chapter shows has the same words."""
        shown = re.search(r"```\n(medark run nightly: .*?)\n```", self.text, re.DOTALL).group(1)
        words = [re.sub("=.*", "", word) for word in shown.split()]
        self.assertEqual(words, [re.sub("=.*", "", word) for word in real.split()])

    def alerts_ask_for_what_is_there(self):
        with open(self.path("root/var/lib/prometheus/node-exporter/medark-nightly.prom"), encoding="utf-8") as f:
            metrics = set(re.findall(r'^(medark_run_\w+)\{name="nightly"\} ', f.read(), re.MULTILINE))
        rules = re.search(r"```yaml\n(.*?)```", self.text, re.DOTALL).group(1)
        asked = set(re.findall(r"medark_run_\w+", rules))
        self.assertGreaterEqual(len(asked), 4)
        self.assertLessEqual(asked, metrics)

    def test_the_drop_ins_are_what_systemd_takes(self):
        for kind, name in [("timer", "time.conf"), ("service", "keys.conf")]:
            with open(os.path.join(UNITS, f"medark@.{kind}"), encoding="utf-8") as f:
                unit = re.sub(r"(?m)^ExecStart=\S+", "ExecStart=" + MEDARK, f.read())
            self.write(f"units/medark@nightly.{kind}", unit)
            drop = re.search(rf"nightly\.{kind}\.d/{name} <<'END'\n(.*?)END\n", self.commands, re.DOTALL)
            self.write(f"units/medark@nightly.{kind}.d/{name}", drop.group(1))
            done = subprocess.run(["systemd-analyze", "verify", "--man=no",
                                   self.path(f"units/medark@nightly.{kind}")], capture_output=True, text=True,
                                  check=False)
            self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_a_run_that_was_killed_goes_on_with_what_it_had_fetched(self):
        server = self.serve(client_keys={"k1": self.client_key()})
        os.mkdir(self.path("archives"), 0o700)
        self.smart()
        self.run_conf(server)
        process = subprocess.Popen([MEDARK, "run", "nightly", "--config", "."], cwd=self.folder,
                                   env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        server.meddle = lambda request: request.where.path.endswith("/Patient.ndjson") and (
            process.kill() or process.wait() or True)
        process.wait(timeout=60)
        self.assertIn(".nightly.next.medark-job-1", os.listdir(self.path("archives")))
        server.meddle = None
        result = self.succeed("run", "nightly", "--config", ".")
        self.assertIn(" complete=true records=63 ", result.out)
        self.assertEqual(server.count("GET", "/fhir/$export"), 1)
        self.assertEqual(sorted(f for f in os.listdir(self.path("archives")) if not f.endswith(".medark")),
                         [".nightly.lock"])


if __name__ == "__main__":
    main()
