# SPDX-License-Identifier: Apache-2.0
"""What the tests of the program share: running it, looking at what it left behind.

MEDARK is the program, MEDARK_ROOT the top of the source tree. With MEDARK_UPDATE_SCREENS=1 the
golden screens are written instead of compared.
"""

import json
import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.environ.get("MEDARK_ROOT", os.path.dirname(os.path.dirname(HERE)))
MEDARK = os.environ["MEDARK"]
VERBS = ["export", "run", "verify", "stamp", "cosign", "checkpoint", "inspect", "patients", "items", "restore", "prove", "verify-proof", "drill",
         "diff", "scope", "recipients", "key", "serve", "account", "audit", "help", "version"]


class Result:
    def __init__(self, code, out, err):
        self.code, self.out_bytes = code, out
        self.out = out.decode("utf-8", "replace")
        self.err = err.decode("utf-8", "replace")

    def json(self):
        """Every line of standard output is an object that says what it is."""
        lines = [json.loads(line) for line in self.out.splitlines()]
        for line in lines:
            assert line["message_type"] in ("status", "summary", "error", "patient",
                                            "item", "quarantined", "difference", "account", "event", "listening"), line
        return lines


def environment(**more):
    """Nothing of the caller's surroundings may change a result."""
    keep = {k: v for k, v in os.environ.items() if not k.startswith(("MEDARK", "NO_COLOR", "STATE_DIRECTORY"))}
    if "HOME" not in more:
        keep["XDG_STATE_HOME"] = "/nonexistent"
    else:
        keep.pop("XDG_STATE_HOME", None)
    keep.update(TERM="xterm", LC_ALL="C", LSAN_OPTIONS="exitcode=99", **more)
    return keep


class Test(unittest.TestCase):
    """Works in a folder of its own."""

    maxDiff = None

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="medark-cli-")
        self.addCleanup(shutil.rmtree, self.folder)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def write(self, name, content, mode=0o644):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(content if isinstance(content, bytes) else content.encode())
        os.chmod(path, mode)
        return path

    def files(self):
        """Every file in the folder, with its content: what a failure must not change."""
        found = {}
        for folder, folders, names in os.walk(self.folder):
            for name in folders:
                found[os.path.relpath(os.path.join(folder, name), self.folder)] = None
            for name in names:
                path = os.path.join(folder, name)
                with open(path, "rb") as f:
                    found[os.path.relpath(path, self.folder)] = f.read()
        return found

    def run_medark(self, *args, stdin=b"", env=None, **options):
        done = subprocess.run([MEDARK, *args], input=stdin, capture_output=True, cwd=self.folder,
                              env=environment(**(env or {})), timeout=120, check=False, **options)
        return Result(done.returncode, done.stdout, done.stderr)

    def succeed(self, *args, code=0, **options):
        result = self.run_medark(*args, **options)
        self.assertEqual(result.code, code, result.err + result.out)
        self.assertNotIn("Sanitizer", result.err)
        return result

    def refuse(self, code, *args, error=None, hint=None, **options):
        """It fails with this code and sentence, prints no result, and leaves no file behind."""
        before = self.files()
        result = self.run_medark(*args, **options)
        self.assertEqual(result.code, code, result.err + result.out)
        self.assertTrue(result.err.startswith("medark: cannot "), result.err)
        first, *rest = result.err.splitlines()
        if error is not None:
            self.assertEqual(first, "medark: " + error)
        if hint is not None:
            self.assertEqual(rest, ["  " + hint])
        self.assertEqual(self.files(), before, "a failure left something behind")
        return result

    def check_screen(self, name, text):
        path = os.path.join(HERE, "screens", name + ".txt")
        if os.environ.get("MEDARK_UPDATE_SCREENS"):
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
        with open(path, encoding="utf-8") as f:
            self.assertEqual(text, f.read())


def on_terminal(args, typed=(), cwd=None, env=None, columns=80, prepare=None):
    """Runs the program on a terminal and types each (text to wait for, answer)."""
    import fcntl
    import struct
    import termios

    pid, fd = pty.fork()
    if pid == 0:
        # Here, not in the parent: the program may look at the width before that gets to run.
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        os.chdir(cwd or "/")
        if prepare:
            prepare()
        os.execve(MEDARK, [MEDARK, *args], environment(**(env or {})))
    out, waiting, end = b"", list(typed), time.time() + 60
    while time.time() < end:
        ready, _, _ = select.select([fd], [], [], 1)
        if ready:
            try:
                data = os.read(fd, 65536)
            except OSError:
                break
            if not data:
                break
            out += data
        if waiting and waiting[0][0].encode() in out:
            # The prompt is printed before the echo goes off; what is typed in between is flushed.
            while termios.tcgetattr(fd)[3] & termios.ECHO and time.time() < end:
                time.sleep(0.01)
            os.write(fd, waiting.pop(0)[1].encode())
    else:
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    os.close(fd)
    return Result(os.waitstatus_to_exitcode(status), out.replace(b"\r\n", b"\n"), b"")


def main():
    unittest.main(argv=[sys.argv[0], "-v", *sys.argv[1:]])
