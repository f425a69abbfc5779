# SPDX-License-Identifier: Apache-2.0
"""Odd but legal input, made here: everything comes back byte for byte, and nothing is missed.

Each class is the test real/<its name in lower case>.
"""

import base64
import bz2
import errno
import gzip
import io
import json
import lzma
import os
import socket
import stat
import subprocess
import sys
import tarfile
import unittest
import zipfile

from real import MEDARK, SANITIZED, RealTest, main

MB = 10**6
BSN = "http://fhir.nl/fhir/NamingSystem/bsn"


def patient(key, **more):
    return {"resourceType": "Patient", "id": key, **more}


def about(number, key, **more):
    """An Observation; a key that is a dict is the whole reference."""
    subject = key if isinstance(key, dict) else {"reference": f"Patient/{key}"}
    return {"resourceType": "Observation", "id": f"o{number}", "status": "final",
            "subject": subject, **more}


def ndjson(*records, end="\n"):
    return "".join(json.dumps(each) + end for each in records)


def with_data(before, size, after):
    """A record of `size` bytes of base64 between its members: (head, data, tail)."""
    head = json.dumps(before)[:-1] + ', "content": [{"attachment": {"data": "'
    tail = '"}}]' + (", " + json.dumps(after)[1:-1] if after else "") + "}\n"
    block = base64.b64encode(bytes(range(256)) * 3).decode()
    return head, block * (size // len(block)), tail


class Shapes(RealTest):
    """What a file can look like and still be one record a line, or one record."""

    def test_marks_line_ends_and_blank_lines_are_no_faults(self):
        one, two, three = patient("p1"), about(1, "p1"), about(2, "p1")
        self.write("src/mark.ndjson", "\ufeff" + ndjson(one, two))
        self.write("src/crlf.ndjson", ndjson(patient("p2"), about(3, "p2"), end="\r\n"))
        self.write("src/blank.ndjson", "\n\n" + ndjson(three) + "  \n\r\n\t\n" +
                   ndjson(about(4, "p2")) + "\n\n")
        self.write("src/end.ndjson", ndjson(about(5, "p2"), about(6, "p2"))[:-1])
        self.write("src/one.json", "\ufeff" + json.dumps(about(7, "p2"), indent=1))
        self.write("src/one.xml", '\ufeff<?xml version="1.0"?>\r\n<Observation xmlns="http://hl7'
                   '.org/fhir"><id value="o8"/><subject><reference value="Patient/p1"/></subject>'
                   "</Observation>\r\n\r\n")
        for name in ("a", "deep/b", "deep/c/d"):
            os.makedirs(self.path("src/empty", name))
        for name in ("nothing", "nothing.ndjson", "nothing.json", "nothing.xml.gz"):
            self.write("src/" + name, "")
        self.write("src/blanks.ndjson", "\n \n\r\n")
        self.write("src/mark", "\ufeff")
        seen = self.export("src")
        self.assertEqual(self.counts(), {"Pp1": {"Patient": 1, "Observation": 3},
                                         "Pp2": {"Patient": 1, "Observation": 5}})
        self.assertEqual((seen["records"], seen["opaque"]), (10, 6))
        self.round_trip("src")
        # A record is what its line holds: no mark, no CR.
        self.assertEqual(self.chart("p1")["Patient"], [json.dumps(one).encode()])
        self.assertEqual(self.chart("p2")["Patient"], [json.dumps(patient("p2")).encode()])

    def test_an_empty_folder_is_an_archive_of_nothing_and_incomplete(self):
        os.mkdir(self.path("src"))
        seen = self.export("src", code=6)
        self.assertEqual((seen["items"], seen["bytes"], seen["patients"]), (0, 0, 0))
        self.round_trip("src")
        self.assertEqual(self.patients(), {})

    def test_20000_tiny_files(self):
        for i in range(20_000):
            self.write(f"src/{i % 100:02}/{i}.json", json.dumps(
                about(i, f"p{i % 50}") if i >= 50 else patient(f"p{i}")))
        seen = self.export("src")
        self.assertEqual((seen["items"], seen["records"], seen["patients"]), (20_100, 20_000, 50))
        self.assertEqual(self.counts()["Pp7"], {"Patient": 1, "Observation": 399})
        self.round_trip("src")

    def test_a_bundle_can_be_one_line_of_many(self):
        bundle = {"resourceType": "Bundle", "type": "collection", "entry": [
            {"fullUrl": "urn:uuid:aaaaaaaa-0000-4000-8000-000000000001",
             "resource": {"resourceType": "Patient", "id": "p1"}},
            {"resource": about(1, {"reference": "urn:uuid:AAAAAAAA-0000-4000-8000-000000000001"})},
            {"request": {"method": "DELETE", "url": "Observation/9"}},
        ]}
        self.write("src/a.ndjson", ndjson(patient("p2"), bundle, about(2, "p2"), bundle))
        seen = self.export("src")
        self.assertEqual(self.counts(), {"Pp1": {"Patient": 2, "Observation": 2},
                                         "Pp2": {"Patient": 1, "Observation": 1}})
        self.assertEqual((seen["records"], seen["duplicates"]), (6, 2))
        self.round_trip("src")

    def test_a_bundle_larger_than_the_memory_is_kept_and_reported(self):
        entries = [{"resource": about(i, "p1", note=[{"text": "x" * 1000}])}
                   for i in range(45_000)]
        self.write("src/b.json", json.dumps({"resourceType": "Bundle", "entry": entries}))
        self.write("src/p.ndjson", ndjson(patient("p1"), patient("p2")))
        seen = self.export("src", code=6)
        self.assertEqual((seen["reasons"], seen["records"]), ({"too-large": 1}, 2))
        self.round_trip("src")
        # It takes more memory to look into it, and that can be had.
        seen = self.export("src", more=["--memory", "1G"])
        self.assertEqual(self.counts()["Pp1"], {"Patient": 1, "Observation": 45_000})
        self.round_trip("src")

    def test_a_bundle_on_a_line_too_long_to_be_held_is_reported(self):
        entries = [{"resource": about(i, "p1", note=[{"text": "x" * 1000}])}
                   for i in range(25_000)]
        self.write("src/b.ndjson", ndjson(patient("p1"), {"resourceType": "Bundle",
                                                          "entry": entries}, about(1, "p1")))
        seen = self.export("src", code=6)
        self.assertEqual(seen["reasons"], {"too-large": 1})
        self.assertEqual(self.counts(), {"Pp1": {"Patient": 1, "Observation": 1}})
        self.round_trip("src")

    def test_nesting_that_nobody_needs_is_reported_and_kept(self):
        def nested(depth):
            return json.dumps(about(depth, "p1"))[:-1] + ', "x": ' + "[" * depth + "]" * depth + "}"

        self.write("src/a.ndjson", ndjson(patient("p1")) + nested(400) + "\n" + nested(5000) +
                   "\n" + nested(2_000_000) + "\n" + ndjson(about(1, "p1")))
        self.write("src/b.xml", '<Observation xmlns="http://hl7.org/fhir">' +
                   "<extension>" * 5000 + "</extension>" * 5000 + "</Observation>")
        seen = self.export("src", code=6)
        self.assertEqual(seen["reasons"], {"too-deep": 3})
        self.assertEqual(self.counts()["Pp1"]["Observation"], 2)
        self.round_trip("src")


class Names(RealTest):
    """File names are bytes; what would harm a reader's system or terminal is written in another
    way, and the restore says so."""

    def test_names_of_any_form_keep_their_content(self):
        plain = ["a b", " lead", "trail ", "ümlaut.ndjson", "日本語", "-rf", "~", "$(id)", "'q\"",
                 "x" * 200, "a*b?", "c:d", "e\\f", "a.medark-partial"]
        odd = {b"new\nline": b"new%0Aline", b"esc\x1b[31m": b"esc%1B[31m",
               b"latin-\xe9": b"latin-%E9", b"\xff\xfe": b"%FF%FE", b"tab\t": b"tab%09",
               b"del\x7f": b"del%7F"}
        top = os.fsencode(self.path("src"))
        os.makedirs(top + b"/dir\xff\n/sub")
        names = [os.fsencode(each) for each in plain] + list(odd) + [b"dir\xff\n/sub/f\r"]
        for i, name in enumerate(names):
            with open(os.path.join(top, name), "wb") as f:
                f.write(json.dumps(patient(f"p{i}")).encode())
        seen = self.export("src")
        self.assertEqual(seen["patients"], len(names))
        self.verify_elsewhere()
        summary = self.restore()
        self.assertEqual(summary["renamed"], len(odd) + 3)
        want = {}
        for i, name in enumerate(names):
            name = odd.get(name, name).replace(b"\xff", b"%FF").replace(b"\n", b"%0A")
            want[name.replace(b"\r", b"%0D")] = json.dumps(patient(f"p{i}")).encode()
        found = {os.fsencode(name): content for name, content in self.tree("back").items()}
        self.assertIn(b"medark-renamed.json", found)
        del found[b"medark-renamed.json"]
        self.assertEqual(found, want)
        self.assertTrue(all(c >= " " for c in self.opened("patients").out.replace("\n", "")))

    def tree(self, name):
        top, found = self.path(name), {}
        for folder, _, names in os.walk(top):
            for each in names:
                with open(os.path.join(folder, each), "rb") as f:
                    found[os.path.relpath(os.path.join(folder, each), top)] = f.read()
        return found

    def test_sources_of_one_name_stay_apart(self):
        for i, name in enumerate(["1/a", "2/a", "3/a~2"]):
            self.write(f"{name}/x", str(i))
        self.export("1/a", "2/a", "3/a~2")
        self.restore("back")
        for name, want in (("a", b"0"), ("a~3", b"1"), ("a~2", b"2")):
            with open(self.path("back", name, "x"), "rb") as f:
                self.assertEqual(f.read(), want)

    def test_the_longest_names_and_paths(self):
        name, path = "n" * 255, self.path("src")
        self.write("src/" + "u" * 250, json.dumps(patient("p1")))
        self.write("src/" + name, json.dumps(patient("p2")))
        folder = os.open(os.path.dirname(path), os.O_RDONLY)
        depth = 0
        where = os.open(path, os.O_RDONLY)
        while depth < 30:  # 30 * 200: longer than any path that can be opened at once
            os.mkdir("d" * 200, dir_fd=where)
            below = os.open("d" * 200, os.O_RDONLY, dir_fd=where)
            os.close(where)
            where, depth = below, depth + 1
        os.close(where)
        os.close(folder)
        seen = self.export("src", code=6)
        self.assertEqual((seen["patients"], seen["skipped"]), (2, 1))
        line, = self.report()
        self.assertEqual((line["reason"], line["detail"]),
                         ("skipped", "path too long, below this folder"))
        self.verify_elsewhere()
        self.restore()
        self.assertEqual(len([each for each in os.listdir(self.path("back")) if each[0] in "nu"]),
                         2)

    def test_names_never_run_out(self):
        """Files stand where folders should be, under every name with a number."""
        names = ["d", *(f"d~{i}" for i in range(2, 1001)), "d/x", "e", "d/y/z", "d/x"]
        names += [f"{i:04}\x01" + "n" * 240 for i in range(2000)] + ["same"] * 2000
        with tarfile.open(self.path("src.tar"), "w", format=tarfile.PAX_FORMAT) as tar:
            for i, name in enumerate(names):
                member = tarfile.TarInfo(name)
                member.size = len(str(i))
                tar.addfile(member, io.BytesIO(str(i).encode()))
        self.assertEqual(self.export("src.tar")["items"], len(names))
        self.verify_elsewhere()
        summary = self.restore()
        found = self.tree("back")
        renamed = [json.loads(line) for line in found.pop("medark-renamed.json").splitlines()]
        self.assertEqual((summary["renamed"], len(renamed)), (2000 + 1999 + 3, 2000 + 1999 + 3))
        self.assertEqual(sorted(map(int, found.values())), list(range(len(names))))
        for line in renamed:
            self.assertEqual(found[line["name"]], str(line["item"]).encode())
            self.assertEqual(line["path"], names[line["item"]])
        folders = {line["name"].split("/")[0] for line in renamed if line["path"][:2] == "d/"}
        self.assertEqual(len(folders), 1)

    def test_many_levels_of_folders(self):
        self.write("src/" + "d/" * 250 + "p.json", json.dumps(patient("p1")))
        self.assertEqual(self.export("src")["patients"], 1)
        self.round_trip("src")
        self.write("src/" + "d/" * 300 + "p.json", json.dumps(patient("p2")))
        seen = self.export("src", code=6)
        self.assertEqual((seen["patients"], seen["skipped"]), (1, 1))
        self.assertEqual(self.report()[0]["detail"], "nested too deeply")


class Kinds(RealTest):
    """What is no file: not followed, not opened, named in the report."""

    def test_links_pipes_sockets_and_devices_are_skipped_and_named(self):
        self.write("outside/secret", "not to be read\n")
        self.write("src/p.ndjson", ndjson(patient("p1")))
        os.link(self.path("src/p.ndjson"), self.path("hard"))
        os.symlink(self.path("outside/secret"), self.path("src/link"))
        os.symlink("../outside", self.path("src/folder-link"))
        os.symlink("nowhere", self.path("src/dangling"))
        os.mkfifo(self.path("src/fifo"))
        want = {"link": "symbolic link", "folder-link": "symbolic link",
                "dangling": "symbolic link", "fifo": "pipe", "socket": "socket"}
        with socket.socket(socket.AF_UNIX) as s:
            s.bind(self.path("src/socket"))
        try:
            os.mknod(self.path("src/device"), stat.S_IFCHR | 0o666, os.makedev(1, 5))
            want["device"] = "device"
        except OSError as e:
            self.assertIn(e.errno, (errno.EPERM, errno.EACCES))
            print("no right to make a device: that one is left out")
        seen = self.export("src", code=6)
        self.assertEqual((seen["skipped"], seen["items"], seen["patients"]), (len(want), 1, 1))
        lines = self.report()
        self.assertEqual({line["path"]: line["detail"] for line in lines}, want)
        self.assertEqual({line["reason"] for line in lines}, {"skipped"})
        self.verify_elsewhere()
        self.restore()
        self.assertEqual(os.listdir(self.path("back")), ["p.ndjson"])

        # The same in a tar; a hard link there is a second name, whose bytes the tar does not hold.
        os.link(self.path("src/p.ndjson"), self.path("src/q.ndjson"))
        os.unlink(self.path("src/socket"))  # tar leaves sockets out by itself
        want.pop("socket")
        want["q.ndjson"] = "hard link"
        subprocess.run(["tar", "-C", self.path("src"), "--sort=name", "-cf", self.path("a.tar"),
                        "."], check=True)
        seen = self.export("a.tar", code=6)
        self.assertEqual({line["path"]: line["detail"] for line in self.report()}, want)

    def test_what_cannot_be_opened_is_named(self):
        if os.getuid() == 0:
            self.skipTest("root can open everything: not run")
        self.write("src/a.ndjson", ndjson(patient("p1")), mode=0)
        self.write("src/b/c", "x")
        os.chmod(self.path("src/b"), 0)
        self.addCleanup(os.chmod, self.path("src/b"), 0o700)
        self.assertEqual(self.export("src", code=6)["skipped"], 2)


class Packings(RealTest):
    """What stands packed in a folder."""

    def pack(self):
        """A folder with two members in which records are the lines."""
        self.write("in/Observation.ndjson", ndjson(about(1, "p1"), about(2, "p1")))
        self.write("in/Patient.ndjson", ndjson(patient("p1"), patient("p2")))
        self.write("src/Patient.ndjson", ndjson(patient("p9")))

    def tar(self, name, *options):
        subprocess.run(["tar", "-C", self.path("in"), *options, "-cf", self.path("src", name),
                        "Observation.ndjson", "Patient.ndjson"], check=True)

    def test_a_tar_in_a_folder_is_no_file_of_lines(self):
        self.pack()
        for form in ("ustar", "gnu", "pax", "v7"):
            self.tar(form + ".tar", "--format=" + form)
        self.tar("a.tar.gz", "--gzip")
        self.tar("a.tar.zst", "--zstd")
        with zipfile.ZipFile(self.path("src/stored.zip"), "w") as z:
            z.write(self.path("in/Observation.ndjson"), "Observation.ndjson")
        seen = self.export("src")
        self.assertEqual((seen["records"], seen["opaque"], seen["quarantined"]), (1, 7, 0))
        own = "give it as a source of its own, or unpack it first"
        inside = "compressed, and in it a tar file: " + own
        self.assertEqual({line["path"]: line["detail"] for line in self.report()},
                         {**{f + ".tar": "a tar file: " + own for f in
                             ("ustar", "gnu", "pax", "v7")},
                          "a.tar.gz": inside, "a.tar.zst": inside,
                          "stored.zip": "a zip file: " + own})
        self.assertEqual(self.counts(), {"Pp9": {"Patient": 1}})
        self.round_trip("src")
        # As sources of their own they are looked into.
        for name in ("ustar.tar", "a.tar.gz", "a.tar.zst"):
            self.assertEqual(self.export("src/" + name)["records"], 4)
            self.assertEqual(self.counts(), {"Pp1": {"Patient": 1, "Observation": 2},
                                             "Pp2": {"Patient": 1}})


    def test_what_is_not_looked_into_is_named_and_counted(self):
        self.pack()
        text = ndjson(patient("p1"))
        unpack = ": unpack it first"
        want = {"a.xz": "packed with xz" + unpack, "b.bz2": "packed with bzip2" + unpack,
                "c.gz": "compressed, and in it packed with xz" + unpack,
                "utf16.ndjson": "text in UTF-16: convert it to UTF-8 first",
                "utf32.json": "text in UTF-32: convert it to UTF-8 first"}
        self.write("src/a.xz", lzma.compress(text.encode()))
        self.write("src/b.bz2", bz2.compress(text.encode()))
        self.write("src/c.gz", gzip.compress(lzma.compress(text.encode())))
        self.write("src/utf16.ndjson", text.encode("utf-16"))
        self.write("src/utf32.json", text.encode("utf-32-be"))
        self.write("src/table.csv", "id;name\n1;x\n")
        self.write("src/d.gz", gzip.compress(b"id;name\n"))
        seen = self.export("src")
        self.assertEqual((seen["records"], seen["opaque"]), (1, len(want) + 2))
        lines = self.report()
        self.assertEqual({line["path"]: line["detail"] for line in lines}, want)
        self.assertEqual({line["reason"] for line in lines}, {"opaque"})
        self.assertEqual(seen["warnings"], [
            "5 items are packed or encoded in a way that is not looked into: unpack or convert "
            "first what holds records (a.medark.jsonl lists them)"])
        self.round_trip("src")
        # Of several sources each has its name in front; the same holds in a packed one.
        subprocess.run(["tar", "-C", self.path("src"), "-cf", self.path("p.tar"), "a.xz", "c.gz"],
                       check=True)
        seen = self.export("src", "p.tar")
        self.assertEqual({line["path"] for line in self.report()},
                         {"src/" + name for name in want} | {"p.tar/a.xz", "p.tar/c.gz"})

    def test_files_named_as_records_that_hold_none_are_named_and_counted(self):
        # As a failed disk, or an export that broke off, leaves them.
        good = ndjson(patient("p1"))
        self.write("src/Patient.ndjson", good)
        self.write("src/zeros.NDJSON", bytes(5000))
        self.write("src/braces.json", good.replace("{", "\0"))
        self.write("src/cut.json", '{"id":"1","meta":{"versionId":"1"},"code":{"text":"hart')
        self.write("src/other.xml.gz", gzip.compress(b"<settings/>"))
        for name in ["empty.ndjson", "empty.json"]:
            self.write("src/" + name, "")
        for name in ["table.csv", "json", "a.json.txt", "x.gz"]:
            self.write("src/" + name, "id;name\n1;x\n")
        seen = self.export("src")
        names = {"zeros.NDJSON", "braces.json", "cut.json", "other.xml.gz"}
        self.assertEqual({line["path"] for line in self.report()}, names)
        self.assertEqual({line["reason"] for line in self.report()}, {"opaque"})
        self.assertEqual(seen["warnings"], [
            "4 items are named as files of records are (.json, .ndjson, .xml), but no record was "
            "recognised: damaged, or no FHIR (a.medark.jsonl lists them)"])
        self.assertTrue(seen["complete"])
        self.round_trip("src")

    def test_a_source_without_any_record_is_warned_of(self):
        self.pack()
        with tarfile.open(self.path("a.tar.xz"), "w:xz") as f:
            f.add(self.path("in"), ".")
        self.write("table.csv", "id;name\n1;x\n")
        for source, closed in (("a.tar.xz", 1), ("table.csv", 0)):
            seen = self.export(source)
            self.assertEqual((seen["records"], seen["opaque"]), (0, 1))
            self.assertEqual(seen["warnings"][0],
                             "no record was recognised: the archive keeps every byte that was read, "
                             "but no patient can be found in it; medark-export(1) says which forms "
                             "and packings of FHIR are read")
            self.assertEqual(len(seen["warnings"]), 1 + closed)


class Large(RealTest):
    """Records and files far larger than what is held in memory."""

    def big(self, name, parts):
        os.makedirs(self.path("src"), exist_ok=True)
        with open(self.path("src", name), "w", encoding="ascii") as f:
            for part in parts:
                f.write(part)

    def check(self, want, code=0):
        self.export("src", code=code)
        self.assertEqual(self.counts(), want)
        self.round_trip("src")

    def test_a_single_line_of_100_mb(self):
        self.big("b.ndjson", with_data({"resourceType": "Binary", "id": "b1"}, 100 * MB, None))
        seen = self.export("src")
        self.assertEqual((seen["types"], seen["patients"]), ({"Binary": 1}, 0))
        self.round_trip("src")

    def test_a_subject_behind_the_large_member_is_found(self):
        document = {"resourceType": "DocumentReference", "id": "d1"}
        self.big("d.ndjson", with_data(document, 100 * MB,
                                       {"subject": {"reference": "Patient/p1"}}))
        self.write("src/p.ndjson", ndjson(patient("p1"), patient("p2")))
        self.check({"Pp1": {"Patient": 1, "DocumentReference": 1}, "Pp2": {"Patient": 1}})
        with open(self.path("src/d.ndjson"), "rb") as f:
            self.assertEqual(self.chart("p1")["DocumentReference"], [f.read()[:-1]])

    def test_a_large_record_among_small_ones(self):
        document = {"resourceType": "DocumentReference", "id": "d1",
                    "subject": {"reference": "Patient/p1"}}
        small = ndjson(*[about(i, f"p{i % 2}") for i in range(2000)])
        large = with_data(document, 120 * MB, None)
        self.big("mixed.ndjson", [small, *large, ndjson(about(5000, "p0")),
                                  *with_data({**document, "id": "d2"}, 9 * MB, None)])
        self.write("src/p.ndjson", ndjson(patient("p0"), patient("p1")))
        self.check({"Pp0": {"Patient": 1, "Observation": 1001},
                    "Pp1": {"Patient": 1, "Observation": 1000, "DocumentReference": 2}})
        chart = self.chart("p1")
        self.assertEqual(len(chart["Observation"]), 1000)
        self.assertEqual(chart["DocumentReference"][0], "".join(large).encode()[:-1])

    def test_a_large_line_may_lack_its_end_and_may_be_broken(self):
        head, data, tail = with_data(about(1, "p1"), 30 * MB, None)
        self.big("a.ndjson", [ndjson(patient("p1")), head, data, tail[:-1]])
        self.big("b.ndjson", [ndjson(about(2, "p1")), head, data])
        self.export("src", code=6)
        line, = self.report()
        self.assertEqual((line["reason"], os.path.basename(line["path"]), line["offset"],
                          line["length"]),
                         ("broken-syntax", "b.ndjson", len(ndjson(about(2, "p1"))),
                          len(head + data)))
        self.assertEqual(self.counts(), {"Pp1": {"Patient": 1, "Observation": 2}})
        self.round_trip("src")

    def test_a_file_of_holes_comes_back_with_its_zeros(self):
        os.makedirs(self.path("src"))
        with open(self.path("src/holes"), "wb") as f:
            f.truncate(300 * MB)
            f.seek(100 * MB)
            f.write(b"an island")
        seen = self.export("src")
        self.assertEqual((seen["bytes"], seen["opaque"]), (300 * MB, 1))
        self.assertLess(seen["archive_bytes"], MB)
        self.round_trip("src")


class Memory(RealTest):
    """The most memory that an export and a restore take, whatever they read: 256 MiB."""

    LIMIT = 256 << 10  # KiB, as the system counts
    # A process is charged with what its parent had when it was made: the parent has to be small.
    WATCH = ("import resource as r, subprocess as s, sys; s.run(sys.argv[1:], check=True); "
             "print(r.getrusage(r.RUSAGE_CHILDREN).ru_maxrss)")

    def peak(self, *args):
        result = self.succeed("-c", self.WATCH, MEDARK, *args, "-q", program=[sys.executable])
        return int(result.out)

    @unittest.skipIf(SANITIZED, "memory of a build with sanitizers says nothing: not run")
    def test_it_does_not_grow_with_a_record_or_with_the_source(self):
        Large.big(self, "b.ndjson", with_data(about(1, "p1"), 100 * MB, None))
        self.write("src/p.ndjson", ndjson(patient("p1")))
        self.synth("--bytes", "300M", "--shuffle", out="shuffled")
        for source in ("src", "shuffled"):
            peak = [self.peak("export", source, "--recipient", self.key("it.cert.pem"), "--signer",
                              self.key("clinic.cert.pem"), "--signer-key",
                              self.key("clinic.key.pem"), "--out", "a.medark", "--force"),
                    self.peak("verify", "a.medark", "--trust", self.key("clinic.cert.pem")),
                    self.peak("restore", "a.medark", "--trust", self.key("clinic.cert.pem"),
                              "--identity", self.key("it.key.pem"), "--to", source + ".back")]
            print(f"{source}: export {peak[0] >> 10} MiB, verify {peak[1] >> 10} MiB, "
                  f"restore {peak[2] >> 10} MiB", file=sys.stderr)
            self.assertLess(max(peak), self.LIMIT)


if __name__ == "__main__":
    main()
