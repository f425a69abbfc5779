# SPDX-License-Identifier: Apache-2.0
"""Proofs and rehearsals when memory, the disk or a call to the system fails: all is done, or nothing left."""

import json
import os
import signal
import subprocess
import sys

from faults import MEDARK, SHIM, FaultTest, environment, errno, main

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "evidence"))

from pki import Party, Purpose, Signed, craft, stamp  # noqa: E402

# 3: jansson can lose a value without a word, which then looks malformed. 99: OpenSSL fell (shim.c).
LIBRARY = (1, 3, 99)
TRIES = 16


class Evidence(FaultTest):
    def setUp(self):
        super().setUp()
        os.mkdir(self.path("scratch"))
        self.verbs = {
            "prove": self.opened("prove", "--record", "Observation/o1", "--out", "back.zip", "--threads", "2"),
            "drill": self.opened("drill", "--scratch", "scratch", "--charts", "1", "--threads", "2", "--report", "back.zip",
                                 "--signer", "clinic.cert.pem", "--signer-key", "clinic.key.pem"),
        }

    def remove(self, *names):
        super().remove(*names, "back.zip.p7s")

    def check_done(self, verb, result, listing):
        self.assertEqual(result.code, 0, result.err)
        if verb == "prove":
            self.succeed("verify-proof", "back.zip", "--trust", "clinic.cert.pem")
            return
        self.assertIn("what was restored is what was signed", result.out)
        self.assertEqual(os.listdir(self.path("scratch")), [])
        with open(self.path("back.zip"), encoding="utf-8") as f:
            self.assertTrue(f.read().rstrip().endswith("</html>"))
        self.assertTrue(os.path.exists(self.path("back.zip.p7s")))

    def test_each_allocation_fails_once(self):
        for verb in self.verbs:
            self.assertGreater(self.fail_each(verb, "own", 2 * TRIES, (errno.ENOMEM,)), 10)
            self.assertGreater(self.fail_each(verb, "alloc", TRIES, (errno.ENOMEM,), LIBRARY), 10)

    def test_each_write_sync_or_name_fails_once(self):
        for verb in self.verbs:
            for kind in ("write", "sync", "name", "room", "meta"):
                self.fail_each(verb, kind, TRIES, (errno.ENOSPC,))

    def test_each_read_or_look_fails_once(self):
        for verb in self.verbs:
            for kind in ("read", "open", "stat", "list"):
                self.fail_each(verb, kind, TRIES)

    def damaged(self, change):
        """A drill that is stopped when all is restored; `change` gets the folder; then it goes on."""
        env = environment(LD_PRELOAD=SHIM, FAULT_KIND="sync", FAULT_AT="1", FAULT_SIGNAL=str(int(signal.SIGSTOP)))
        with subprocess.Popen([MEDARK, *self.verbs["drill"], "--json"], cwd=self.folder, env=env, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True) as process:
            _, status = os.waitpid(process.pid, os.WUNTRACED)
            self.assertTrue(os.WIFSTOPPED(status), process.stderr.read() if os.WIFEXITED(status) else status)
            partial, = os.listdir(self.path("scratch"))
            change(self.path("scratch", partial, "unfinished.medark-restore", "whole"))
            process.send_signal(signal.SIGCONT)
            out, err = process.communicate(timeout=60)
        self.assertEqual(os.listdir(self.path("scratch")), [])
        return process.returncode, json.loads(out.splitlines()[0]), err

    def test_what_differs_is_found_to_the_byte_and_reported(self):
        def spoil(folder):
            for name, at in (("Observation.ndjson", 2000), ("Observation.ndjson", 2001), ("Patient.ndjson", 10)):
                with open(os.path.join(folder, name), "r+b") as f:
                    f.seek(at)
                    byte = f.read(1)[0]
                    f.seek(at)
                    f.write(bytes([byte ^ 1]))

        code, said, err = self.damaged(spoil)
        self.assertEqual(code, 3, err)
        self.assertEqual((said["passed"], said["different"], said["different_segments"]), (False, 2, 1))
        rows = self.succeed(*self.opened("items", "--json")).json()[:-1]
        item = next(row["number"] for row in rows if row["path"] == "Observation.ndjson")
        self.assertIn(f"cannot restore 'a.medark' as it was signed: 1 segments differ, first at byte 2000 of item {item}", err)
        with open(self.path("back.zip"), encoding="utf-8") as f:
            page = f.read()
        self.assertIn(f"in 2 of {said['leaves']} records", page)
        self.assertIn(f"at byte 2000 of item {item}", page)
        self.assertTrue(os.path.exists(self.path("back.zip.p7s")))

    def test_a_file_that_is_gone_or_cut_is_found(self):
        code, said, err = self.damaged(lambda folder: os.unlink(os.path.join(folder, "notes", "read me.txt")))
        self.assertEqual((code, said["message_type"]), (1, "error"), err)
        code, said, err = self.damaged(lambda folder: os.truncate(os.path.join(folder, "Patient.ndjson"), 5))
        self.assertEqual((code, said["message_type"]), (1, "error"), err)
        self.assertIn("has 5 bytes where it was restored", err)
        self.assertFalse(os.path.exists(self.path("back.zip")))

    def test_what_cannot_be_removed_is_told(self):
        """Records in clear text: nobody may believe that they are gone. The next drill removes them."""
        self.fail_each("drill", "remove", TRIES)  # once: it is tried again
        result = self.shimmed(self.verbs["drill"], "remove", 1, errno.EACCES, rest=1)
        self.assertEqual(result.code, 1, result.err)
        self.assertIn("what was restored, in clear text, is left in 'scratch/medark-drill-", result.err)
        self.assertFalse(os.path.exists(self.path("back.zip")))
        self.assertEqual(len(os.listdir(self.path("scratch"))), 1)
        self.succeed(*self.verbs["drill"])
        self.assertEqual(os.listdir(self.path("scratch")), [])


class Ends(FaultTest):
    """Another signature, put behind an archive."""

    def setUp(self):
        super().setUp()
        self.succeed("key", "new", "--role", "signer", "--name", "witness", "--out", "witness")
        self.args = ["cosign", "a.medark", "--signer", "witness.cert.pem", "--signer-key", "witness.key.pem", "--trust",
                     "clinic.cert.pem"]
        with open(self.path("a.medark"), "rb") as f:
            self.before = f.read()

    def change(self, kind, at, number):
        """What a change of the archive as it was leaves: result, archive, and whether a journal is there."""
        self.write("a.medark", self.before)
        result = self.shimmed(self.args, kind, at, number)
        with open(self.path("a.medark"), "rb") as f:
            return result, f.read(), os.path.exists(self.path("a.medark.tail"))

    def test_each_sync_of_a_change_fails_once(self):
        """Journal, its name, archive, and that the journal's name is gone."""
        _, signed, _ = self.change("sync", 0, errno.EIO)
        for at, archive, is_left in (1, self.before, False), (2, self.before, False), (3, None, True), (4, None, False):
            with self.subTest(at=at):
                result, found, has_journal = self.change("sync", at, errno.EIO)
                self.assertEqual((result.code, has_journal), (1, is_left), result.err)
                self.check_sentence(result)
                self.assertEqual(len(found), len(archive or signed))
                if archive:
                    self.assertEqual(found, archive)
                    continue
                again = self.shimmed(self.args, "sync")
                self.assertIn("was signed with this certificate before", again.out)
                self.assertFalse(os.path.exists(self.path("a.medark.tail")))
                self.succeed("verify", "a.medark", "--trust", "clinic.cert.pem")
        result, _, _ = self.change("sync", 5, errno.EIO)
        self.assertEqual(result.code, 0, result.err)
        for at in 2, 4:  # a file system that syncs no folders
            result, _, has_journal = self.change("sync", at, errno.EINVAL)
            self.assertEqual((result.code, has_journal), (0, False), result.err)

    def test_without_a_lock_nothing_is_changed(self):
        for number in errno.ENOLCK, errno.EOPNOTSUPP, errno.EINVAL:
            result, found, has_journal = self.change("lock", 1, number)
            self.assertEqual((result.code, found, has_journal), (1, self.before, False), result.err)
            self.assertIn("cannot lock 'a.medark', without which two runs could spoil it", result.err)
        result, found, _ = self.change("lock", 1, errno.EWOULDBLOCK)
        self.assertEqual((result.code, found), (1, self.before), result.err)
        self.assertIn("another run is changing the end of 'a.medark'", result.err)
        result, found, _ = self.change("lock", 1, errno.EINTR)
        self.assertEqual(result.code, 0, result.err)


class Memory(FaultTest):
    """What nobody is known to have signed yet is read with bounded memory."""

    MANIFEST = 64 << 20
    STAMPS = 4

    def peak(self, *args):
        """Exit code, what was said, and the bytes that the program had at most. A process in between is small: what its
        parent had counts for a process, too."""
        measure = ("import resource, subprocess, sys; code = subprocess.run(sys.argv[1:], stdout=2).returncode; "
                   "print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
        done = subprocess.run([sys.executable, "-c", measure, MEDARK, *args], cwd=self.folder, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, env=environment(), check=True)
        code, kilobytes = map(int, done.stdout.split())
        return code, done.stderr, kilobytes * 1024

    def test_a_large_manifest_is_in_memory_once(self):
        stamps = Party("Stamp root", ca=True)
        tsa = Party("Stamps", stamps, purposes=[Purpose.TIME_STAMPING], critical=True)
        clinic = Party("Clinic")
        with open(self.path("a.medark"), "rb") as f:
            signed = Signed(f.read())
        signed.manifest = os.urandom(self.MANIFEST)
        signed.front = signed.front[:signed.offset] + craft.member("MANIFEST", signed.manifest)
        p7s, more = signed.sign(clinic), []
        for number in range(1, self.STAMPS + 1):
            covered = signed.covered(p7s, *more) if number > 1 else p7s
            more.append(("MANIFEST.tsr" if number == 1 else f"MANIFEST.{number}.tsr", stamp(tsa, covered, number - 10)))
        self.write("large.medark", signed.archive(p7s, *more))
        self.write("clinic.pem", clinic.pem)
        self.write("stamps.pem", stamps.pem)
        self.write("one.crl", clinic.crl())
        code, said, peak = self.peak("stamp", "large.medark", "--crl", "one.crl", "--trust", "clinic.pem", "--tsa-trust", "stamps.pem")
        self.assertIn("large.medark': ", said)  # stamped; only then it is found that this is no manifest
        self.assertEqual(code, 3, said)
        self.assertLess(peak, self.MANIFEST + (48 << 20))


if __name__ == "__main__":
    main()
