# SPDX-License-Identifier: Apache-2.0
"""Calls to the system that fail: writing, syncing, naming, reading; short writes and reads."""

import os
import resource
import shutil
import subprocess

from faults import MEDARK, SHIM, FaultTest, Result, environment, errno, main

WRITERS = ("export", "restore", "chart", "database", "sealed")
READERS = ("export", "verify", "patients", "items", "restore", "chart", "database", "sealed")


def most(verb):
    """So many of the calls are tried: each try of a ZIP file encrypts and unpacks it."""
    return 15 if verb == "sealed" else 60


class System(FaultTest):
    def test_each_write_fails_once(self):
        for verb in WRITERS:
            self.fail_each(verb, "write", most(verb), (errno.EIO, errno.ENOSPC, errno.EDQUOT))

    def test_the_disk_is_full_from_some_write_on(self):
        for verb in WRITERS:
            self.fail_each(verb, "write", most(verb), (errno.ENOSPC,), rest=1)

    def test_short_and_interrupted_transfers_change_nothing(self):
        for verb in WRITERS:
            self.fail_each(verb, "write", most(verb), (0, errno.EINTR), codes=())
        for verb in READERS:
            self.fail_each(verb, "read", most(verb), (0, errno.EINTR), codes=())

    def test_each_sync_fails_once(self):
        """Few files are synced one by one, many with their file system."""
        self.write("many/notes.txt", "x")
        for i in range(200):
            self.write(f"many/{i}.txt", "x")
        self.succeed(*self.export("many", "many.medark"))
        self.verbs["many"] = self.opened("restore", "--to", "back", archive="many.medark")
        for verb, least in (("export", 2), ("restore", 5), ("chart", 4), ("database", 2), ("many", 2)):
            self.assertGreaterEqual(self.fail_each(verb, "sync"), least)

    def test_without_syncs_none_is_done(self):
        for verb, *more in (("restore",), ("restore", "--patient", "p1"), ("database",)):
            where = self.path("count")
            result = self.shimmed([*self.verbs[verb], "--no-sync", *more], "sync", count=where)
            self.assertEqual(result.code, 0, result.err)
            with open(where, encoding="ascii") as f:
                self.assertEqual(int(f.read()), 0)
            self.remove("back", "count")

    def test_a_sync_that_fails_never_loses_an_archive_that_is_replaced(self):
        args = self.export("src", "a.medark", "--force")
        before, total = self.files(), self.count("export", "sync")
        for at in range(1, total + 1):
            result = self.shimmed(args, "sync", at)
            self.assertEqual(result.code, 1, result.err)
            self.check_sentence(result)
            left = self.files()
            self.assertEqual(left.keys(), before.keys())
            self.succeed("verify", "a.medark", "--trust", "clinic.cert.pem")
            # The last one is of the folder: by then the old archive is gone.
            self.assertEqual(left == before, at < total)
            self.assertEqual("which is written and stays" in result.err, at == total)

    def test_nothing_can_be_removed(self):
        """What then stays of a restore is known by its name, and goes with the next one."""
        self.may_stay = ("back.medark-partial",)
        for verb in WRITERS:
            self.fail_each(verb, "remove", 40, (errno.EIO, errno.EBUSY))

    def test_a_merge_that_fails_leaves_whole_files_and_can_be_done_again(self):
        args = [*self.verbs["restore"], "--force"]
        where = self.path("count")
        seen = set()
        for kind in ("name", "list", "sync"):
            self.fill_target()
            self.assertEqual(self.shimmed(args, kind, count=where).code, 0)
            with open(where, encoding="ascii") as f:
                total = int(f.read())
            for at in range(1, total + 1):
                self.fill_target()
                with self.subTest(kind=kind, at=at):
                    seen.add(self.merge(args, kind, at))
        self.assertIn("a part", seen)

    def fill_target(self):
        self.remove("back")
        self.write("back/Patient.ndjson", "old")
        self.write("back/notes/mine.txt", "mine")

    def merge(self, args, kind, at):
        """One merge with a call that fails: what is in the target is old or new, and told."""
        result = self.shimmed(args, kind, at)
        old = {"Patient.ndjson": b"old", os.path.join("notes", "mine.txt"): b"mine"}
        new, left = {**old, **self.good}, self.tree("back")
        self.assertIn(result.code, (0, 1), result.err)
        self.assertFalse(os.path.lexists(self.path("back.medark-partial")))
        for name, content in left.items():
            self.assertIn(content, (old.get(name), new.get(name)))
        self.assertLessEqual(old.keys(), left.keys())
        if result.code == 0:
            self.assertEqual(left, new)
            return "all"
        self.check_sentence(result)
        partly = "holds only a part of what was to be restored" in result.err
        if left not in (old, new):
            self.assertTrue(partly, result.err)
        self.succeed(*args)
        self.assertEqual(self.tree("back"), new)
        return "a part" if partly else "nothing"

    def test_each_name_cannot_be_given(self):
        for verb in WRITERS:
            self.fail_each(verb, "name", 40, (errno.EIO, errno.ENOSPC, errno.EACCES))

    def test_room_modes_and_times_cannot_be_set(self):
        for verb in WRITERS:
            self.fail_each(verb, "room", 40, (errno.ENOSPC, errno.EIO))
            self.fail_each(verb, "meta", 40, (errno.EIO, errno.EPERM))

    def test_each_read_fails_once(self):
        for verb in READERS:
            self.fail_each(verb, "read", 60)

    def test_nothing_can_be_opened_listed_or_looked_at(self):
        for verb in READERS:
            for kind in ("open", "stat", "list"):
                self.fail_each(verb, kind, 60, (errno.EIO, errno.EMFILE))

    def test_files_without_a_name_are_not_needed(self):
        """Some file systems have none: then a hidden one stands in, and goes away too."""
        before = self.files()
        result = self.shimmed(self.verbs["export"], "tmpfile", 1, errno.EOPNOTSUPP, rest=1)
        self.check("export", result, before, ())
        for at in range(1, 30):
            result = self.limited(self.verbs["export"], at * 2000, "tmpfile")
            self.check("export", result, before, (1,))

    def limited(self, args, size, kind="none"):
        """No file may get larger than `size`."""
        env = environment(LD_PRELOAD=SHIM, FAULT_KIND=kind, FAULT_AT="1",
                          FAULT_ERRNO=str(errno.EOPNOTSUPP), FAULT_REST="1")  # fmt: skip
        done = subprocess.run(
            [MEDARK, *args], stdin=subprocess.DEVNULL, capture_output=True, env=env, cwd=self.folder,
            timeout=120, check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)))  # fmt: skip
        return Result(done.returncode, done.stdout, done.stderr)

    def test_no_file_may_grow_beyond_a_limit(self):
        before = self.files()
        for size in (0, 1, 511, 512, 5000, 20000, 40000, 60000):
            for verb in WRITERS:
                with self.subTest(verb=verb, size=size):
                    self.check(verb, self.limited(self.verbs[verb], size), before, (1,))

    def test_standard_output_is_full(self):
        for verb in ("verify", "patients", "items", "restore", "export"):
            with open("/dev/full", "wb") as full, self.subTest(verb=verb):
                done = subprocess.run([MEDARK, *self.verbs[verb]], stdout=full, stderr=subprocess.PIPE,
                                      env=environment(LD_PRELOAD=SHIM), cwd=self.folder, check=False)  # fmt: skip
                self.assertEqual(done.returncode, 1)
                said = (b"cannot print the summary: No space left on device"
                        if verb in ("restore", "export") else b"standard output")
                self.assertIn(said, done.stderr)

    def test_an_archive_written_to_a_full_device_fails(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([MEDARK, *self.export("src", "-")], stdout=full, stderr=subprocess.PIPE,
                                  env=environment(LD_PRELOAD=SHIM), cwd=self.folder, check=False)  # fmt: skip
        self.assertEqual(done.returncode, 1, done.stderr)
        self.check_sentence(Result(1, b"", done.stderr))


class KeyPair(FaultTest):
    def test_a_pair_is_replaced_whole_or_not_at_all(self):
        args = ["key", "new", "--role", "recipient", "--name", "it", "--out", "it", "--force"]
        before, where = self.files(), self.path("count")
        for kind in ("write", "sync", "name", "meta"):
            self.assertEqual(self.shimmed(args, kind, count=where).code, 0)
            with open(where, encoding="ascii") as f:
                total = int(f.read())
            os.unlink(where)
            for name in ("it.key.pem", "it.cert.pem"):
                self.write(name, before[name], 0o600)
            self.assertGreaterEqual(total, 2)
            for at in range(1, total + 1):
                for number in (errno.EIO, errno.ENOSPC):
                    with self.subTest(kind=kind, at=at, errno=number):
                        result = self.shimmed(args, kind, at, number)
                        self.assertEqual(result.code, 1, result.err)
                        self.assertEqual(self.files(), before)


class FullDisk(FaultTest):
    """A real small file system, in a mount name space of its own."""

    SIZES = (16, 32, 64, 128, 256)

    def on_small_disk(self, size, command):
        """Runs a shell command in a tmpfs of `size` KiB; ends with a list of what is there."""
        disk = self.path("disk")
        os.makedirs(disk, exist_ok=True)
        text = (f'mount -t tmpfs -o size={size}k none "{disk}" || exit 77\n{command}\ncode=$?\n'
                f'ls -A "{disk}" >&3; exit $code')  # fmt: skip
        user = [] if os.geteuid() == 0 else ["--map-root-user"]
        unshare = shutil.which("unshare")
        self.assertTrue(unshare, "unshare (util-linux) is missing")
        listed, writer = os.pipe()
        done = subprocess.run(
            [unshare, "--mount", *user, "sh", "-c", f"exec 3>&{writer}\n{text}"], pass_fds=(writer,),
            capture_output=True, env=environment(), cwd=self.folder, timeout=120, check=False)  # fmt: skip
        os.close(writer)
        with open(listed, "rb") as f:
            left = f.read().decode().split()
        return Result(done.returncode, done.stdout, done.stderr), left

    def test_a_database_that_finds_no_room_leaves_nothing(self):
        codes = []
        for size in (32, 64, 128, 4096):
            result, left = self.on_small_disk(size, " ".join([MEDARK, *self.opened("restore", "--to", "sqlite:disk/d.db")]))
            if result.code == 77 or "unshare" in result.err:
                self.skipTest("no file system may be mounted here: " + result.err.strip())
            codes.append(result.code)
            self.assertEqual(left, [] if result.code else ["d.db"], result.err)
            if result.code:
                self.assertTrue(result.err.splitlines()[0].endswith("cannot write the database: No space left on device"))
                self.check_sentence(result)
        self.assertEqual(codes, [1, 1, 1, 0])

    def test_a_full_file_system_leaves_nothing(self):
        failed = 0
        for size in self.SIZES:
            for verb, name in (("export", "disk/b.medark"), ("restore", "disk/back"), ("restore", "disk")):
                args = [name if a in ("b.medark", "back") else a for a in self.verbs[verb]]
                result, left = self.on_small_disk(size, " ".join([MEDARK, *args]))
                if result.code == 77 or "unshare" in result.err:
                    self.skipTest("no file system may be mounted here: " + result.err.strip())
                self.assertIn(result.code, (0, 1), result.err)
                there = sorted(os.listdir(self.path("src"))) if name == "disk" else [os.path.basename(name)]
                self.assertEqual(sorted(left), there if result.code == 0 else [], result.err)
                if result.code:
                    self.assertIn("No space left", result.err)
                    self.check_sentence(result)
                    failed += 1
        self.assertGreaterEqual(failed, 3)


if __name__ == "__main__":
    main()
