# SPDX-License-Identifier: Apache-2.0
"""medark prove and verify-proof: what is proved, what is not told, who says so, what is left."""

import datetime
import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
import tarfile

from archive import ArchiveTest, observation, patient
from cli import ROOT, main

sys.path.insert(0, os.path.join(ROOT, "tests", "interop"))

KEYS = os.path.join(ROOT, "tests", "vectors", "keys")
sys.path.insert(0, os.path.dirname(KEYS))

import craft  # noqa: E402 (the path is known only now)
import medark_cms  # noqa: E402
import medark_proof  # noqa: E402

with open(os.path.join(ROOT, "docs", "FORMAT.md"), encoding="utf-8") as described:
    SCRIPT = medark_proof.script_digest(described.read())

LARGE = json.dumps({"resourceType": "DocumentReference", "id": "big", "subject": {"reference": "Patient/p1"},
                    "content": [{"attachment": {"data": "A" * 9_000_000}}]})


class Proof(ArchiveTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        make = cls("run_medark")
        make.folder = cls.clinic
        make.write("src/Practitioner.ndjson", '{"resourceType":"Practitioner","id":"doc"}')
        make.write("src/large.json", LARGE)
        make.succeed(*make.export("src", "b.medark"))

    def prove(self, *more, out="x.proof", archive="b.medark", **options):
        return self.succeed(*self.opened("prove", "--out", out, *more, archive=archive), **options)

    def check(self, name="x.proof", trust="clinic.cert.pem", *more):
        return ["verify-proof", name, "--trust", trust, *more]

    def proved(self, name="x.proof"):
        summary, = self.succeed(*self.check(name, "clinic.cert.pem", "--json", "--verbose")).json()
        return summary

    def files_in(self, name="x.proof"):
        with tarfile.open(self.path(name)) as tar:
            return {member.name: tar.extractfile(member).read() for member in tar.getmembers()}

    def stock(self, name="x.proof", trust="clinic.cert.pem", *more):
        """tar and CHECK.sh."""
        folder = self.path("unpacked")
        subprocess.run(["rm", "-rf", folder], check=True)
        os.mkdir(folder, 0o700)
        subprocess.run(["tar", "-C", folder, "-xf", self.path(name)], check=True)
        return self.script(folder, trust, *more)

    def script(self, folder, trust, *more):
        script = os.path.join(ROOT, "lib", "archive", "texts", "CHECK.sh")
        return subprocess.run(["sh", script, self.path(trust), folder, *more], capture_output=True, text=True, check=False)

    def reader(self, name="x.proof", trust="clinic.cert.pem"):
        """The leaves that the second reader finds proved; it was written from the specification."""
        with open(self.path(name), "rb") as f:
            data = f.read()
        return medark_proof.verify(data, medark_cms.Trust(self.path(trust)), datetime.datetime.now(datetime.timezone.utc),
                                   SCRIPT)

    def refused(self, name):
        with self.assertRaises(medark_cms.Malformed):
            self.reader(name)

    def test_one_record_is_proved_to_all_three_readers(self):
        self.prove("--record", "Observation/o7")
        line = (observation(7, 2) + "\n").encode()
        self.assertEqual(self.files_in()["records/00000001"], line)
        self.assertEqual(stat.S_IMODE(os.stat(self.path("x.proof")).st_mode), 0o600)
        summary, archive = self.proved(), self.succeed("inspect", "b.medark", "--json").json()[0]
        self.assertEqual(summary["proved"], [{"record": "Observation/o7", "size": len(line)}])
        for key in ("archive", "sequence", "manifest", "signer", "signer_fingerprint", "signed_at"):
            self.assertEqual(summary[key], archive[key], key)
        self.assertEqual((summary["records"], summary["leaves"], summary["archive_records"]), (1, 1, 65))
        stock = self.stock()
        self.assertEqual(stock.returncode, 0, stock.stderr)
        self.assertIn(f"archive {archive['archive']}, number 1", stock.stdout)
        self.assertIn("VERIFIED: 1 of 1 files", stock.stdout)
        self.assertEqual([content for _, _, content in self.reader()], [line])

    def test_nothing_of_another_record_stands_in_it(self):
        self.prove("--record", "Observation/o7")
        with open(self.path("x.proof"), "rb") as f:
            proof = f.read()
        others = [observation(i, i % 3 + 1) for i in range(60) if i != 7] + [patient(i) for i in range(3)]
        others += ['{"resourceType":"Practitioner","id":"doc"}', LARGE]
        for text in others:
            for form in (text.encode(), (text + "\n").encode()):
                # Its bytes, its id, and every hash of it that could be computed by who guesses it.
                self.assertNotIn(form, proof)
                for guess in (form, b"\0" + form, b"\0" + bytes(16) + form):
                    digest = hashlib.sha256(guess)
                    self.assertNotIn(digest.hexdigest().encode(), proof)
                    self.assertNotIn(digest.digest(), proof)
            self.assertNotIn(f'"{json.loads(text)["id"]}"'.encode(), proof)
        for word in (b"p1", b"p3", b"Practitioner", b"Muller", b"Vries", b"999990019", b"read me"):
            self.assertNotIn(word, proof.replace(self.files_in()["MANIFEST.p7s"], b""))
        # Two proofs of neighbours have no salt in common, and each hash in the paths has one in it.
        self.prove("--record", "Observation/o8", out="y.proof")
        salts = [self.files_in(name)["PROOF"].split(b"\nleaf ")[1].split()[1] for name in ("x.proof", "y.proof")]
        self.assertNotEqual(*salts)

    def test_a_patient_is_all_of_the_compartment(self):
        result = self.prove("--patient", "999990020", "--json").json()[0]
        self.assertEqual((result["patients"], result["records"], result["leaves"]), (1, 21, 21))
        wanted = {"Patient/p2"} | {f"Observation/o{i}" for i in range(1, 60, 3)}
        self.assertEqual({entry["record"] for entry in self.proved()["proved"]}, wanted)
        self.assertEqual(self.stock().returncode, 0)
        self.assertEqual(len(self.reader()), 21)

    def test_a_large_record_is_all_of_its_parts(self):
        whole = self.prove("--record", "DocumentReference/big", "--json").json()[0]
        self.assertEqual(whole["records"], 1)
        self.assertGreaterEqual(whole["leaves"], 2)
        names = sorted(name for name in self.files_in() if name.startswith("records/"))
        self.assertEqual(len(names), whole["leaves"])
        self.assertEqual(b"".join(self.files_in()[name] for name in names).decode(), LARGE)
        self.assertEqual(self.stock().returncode, 0)
        self.assertEqual(b"".join(content for _, _, content in self.reader()).decode(), LARGE)
        both = self.prove("--patient", "p1", "--json", out="y.proof").json()[0]
        self.assertEqual((both["records"], both["leaves"]), (22, 21 + whole["leaves"]))
        self.assertEqual(len(self.reader("y.proof")), both["leaves"])

    def test_records_are_found_by_the_index_and_by_reading(self):
        self.prove("--record", "Practitioner/doc", "--record", "Patient/p3", "--record", "Observation/o0")
        self.assertEqual({entry["record"] for entry in self.proved()["proved"]},
                         {"Practitioner/doc", "Patient/p3", "Observation/o0"})
        self.prove("--patient", "p2", "--record", "Observation/o7", out="y.proof")
        self.assertEqual([entry["record"] for entry in self.proved("y.proof")["proved"]], ["Observation/o7"])
        alone = "a proof is of what this archive alone holds: of a chain name the archive that has the record"
        self.refuse(1, *self.opened("prove", "--record", "Observation/no", "--out", "z", archive="b.medark"), hint=alone,
                    error="cannot prove records of 'b.medark': record 1 of the request is not in the archive")
        self.refuse(1, *self.opened("prove", "--patient", "p2", "--record", "Observation/o7", "--record", "Patient/p1",
                                    "--out", "z", archive="b.medark"), hint=alone,
                    error="cannot prove records of 'b.medark': record 2 of the request is not among the patient's")
        self.refuse(1, *self.opened("prove", "--patient", "nobody", "--out", "z", archive="b.medark"),
                    error="cannot prove records of 'b.medark': patient 1 of the request is not in the archive")
        self.refuse(1, *self.opened("prove", "--patient", "-", "--out", "z", archive="b.medark"), stdin=b"p1\n\nnobody\n",
                    error="cannot prove the patient of line 3 of standard input: patient 2 of the request is not in the "
                    "archive")

    def test_usage(self):
        self.refuse(2, "prove", "b.medark", error="cannot prove: --identity KEY (or MEDARK_IDENTITY, or --passphrase), "
                    "--trust CERT (or MEDARK_TRUST), --patient ID or --record TYPE/ID and --out FILE are missing")
        for name in ("Observation", "/x", "Observation/"):
            self.refuse(2, *self.opened("prove", "--record", "Patient/p1", "--record", name, "--out", "z"),
                        error="cannot use value 2 of --record: it must be TYPE/ID, as in Observation/8f2a")
        self.refuse(2, *self.opened("prove", "--record", "Patient/p1", "--out", "-"))
        self.refuse(2, *self.opened("prove", "b.medark", "--record", "Patient/p1", "--out", "z"))
        self.refuse(2, *self.opened("prove", "--record", "Patient/p1", "--out", "it.key.pem", "--force"))
        self.refuse(5, *self.opened("prove", "--record", "Patient/p1", "--out", "z", identity="other.key.pem"))
        self.prove("--record", "Patient/p1")
        self.refuse(1, *self.opened("prove", "--record", "Patient/p2", "--out", "x.proof", archive="b.medark"),
                    hint="name a new file, or give --force to replace it")
        self.prove("--record", "Patient/p2", "--force")
        self.assertEqual(self.proved()["proved"][0]["record"], "Patient/p2")
        self.refuse(2, "verify-proof", "x.proof")
        self.refuse(2, *self.check(), "y.proof")

    def test_who_signed_decides(self):
        self.prove("--record", "Patient/p1")
        self.refuse(4, *self.check(trust="stranger.cert.pem"))
        self.refuse(4, *self.check(), "--signed-by", "stranger.cert.pem")
        self.assertNotEqual(self.stock(trust="stranger.cert.pem").returncode, 0)
        with self.assertRaises(medark_cms.Untrusted):
            self.reader(trust="stranger.cert.pem")
        self.refuse(3, *self.check("a.medark"), error="cannot verify the proof 'a.medark': this is no proof of medark's",
                    hint="it is an archive: medark verify a.medark --trust CERT")
        self.refuse(3, *self.check("clinic.cert.pem"))
        self.refuse(1, *self.check("nothing"))
        os.rename(self.path("x.proof"), self.path("my proof"))
        for verb in ["verify", "--trust", "clinic.cert.pem"], ["inspect"], self.opened("drill", archive="my proof"):
            words = verb if "my proof" in verb else [*verb, "my proof"]
            result = self.refuse(3, *words, hint="it is a proof of records: medark verify-proof 'my proof' --trust CERT")
            self.assertIn("this is no medark archive", result.err)

    def changed(self, change):
        """The proof with members changed, packed as medark packs them."""
        files = change(self.files_in())
        out = b""
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(content), 946684800
            header = bytearray(info.tobuf(tarfile.USTAR_FORMAT))
            header[329:345] = b"0000000\0" * 2
            header[148:156] = b" " * 8
            header[148:156] = b"%06o\0 " % sum(header)
            out += bytes(header) + content + bytes(-len(content) % 512)
        self.write("changed.proof", out + bytes(1024))

    def test_signers_are_judged_alike(self):
        """The same MANIFEST signed by others: (signer, anchor, chain, medark's code, does CHECK.sh take it)."""
        self.prove("--record", "Observation/o7")
        now, then = None, "2020-06-01"
        tls_ca = (craft.pair("tls-ca").der,)
        for signer, anchor, chain, at, code, stock in (
            ("signer", "signer", (), now, 0, True),
            ("member", "ca", (), now, 0, True),
            ("document-signer", "document-signer", (), now, 0, True),
            ("stranger", "signer", (), now, 4, False),
            ("signer", "ca", (), now, 4, False),
            ("member", "other-ca", (), now, 4, False),
            ("member", "other-ca", (craft.pair("ca").der,), now, 4, False),
            ("stranger", "signer", (craft.pair("signer").der,), now, 4, False),
            ("twin-of-signer", "signer", (), now, 4, False),
            ("expired", "expired", (), now, 4, False),
            ("expired", "expired", (), then, 0, True),
            ("future", "future", (), now, 4, False),
            ("unfit", "unfit", (), now, 4, False),
            ("tls-server", "tls-server", (), now, 4, False),
            ("under-tls-ca", "tls-ca", tls_ca, now, 0, True),
            # The one thing in which the script is laxer, as it says.
            ("under-tls-ca", "root", tls_ca, now, 4, True),
        ):
            with self.subTest(signer=signer, anchor=anchor, at=at):
                self.changed(lambda files, signer=signer, chain=chain: {
                    **files, "MANIFEST.p7s": craft.sign(files["MANIFEST"], craft.pair(signer), chain=chain)})
                shutil.copy(os.path.join(KEYS, anchor + ".cert.pem"), self.path("anchor.pem"))
                command = [*self.check("changed.proof", "anchor.pem"), *(["--at", at] if at else [])]
                self.assertEqual(self.run_medark(*command).code, code)
                seconds = [str(int(datetime.datetime.fromisoformat(at + "T00:00:00+00:00").timestamp()))] if at else []
                said = self.stock("changed.proof", "anchor.pem", *seconds)
                self.assertEqual(said.returncode == 0, stock, said.stderr)

    def test_what_was_changed_is_seen_by_all_three(self):
        self.prove("--record", "Observation/o7", "--record", "Observation/o8")
        self.changed(lambda files: files)
        self.succeed(*self.check("changed.proof"))  # packing is right, so that what follows is what is seen

        def exchanged(files):
            one, two = files["records/00000001"], files["records/00000002"]
            return {**files, "records/00000001": two, "records/00000002": one}

        def edit(name, old, new):
            def change(files):
                self.assertIn(old, files[name])
                return {**files, name: files[name].replace(old, new, 1)}
            return change

        text = self.files_in()["PROOF"]
        leaf = text.split(b"\nleaf ")[1]
        place, salt, first = leaf.split()[:3]
        for change in (
            exchanged,
            edit("records/00000001", b'"kg"', b'"lb"'),
            edit("PROOF", b"leaf " + place, b"leaf " + str(int(place) ^ 1).encode()),
            edit("PROOF", salt, salt[::-1]),
            edit("PROOF", first, first[::-1]),
            edit("PROOF", b" " + first, b""),
            edit("PROOF", b"segment 1 ", b"segment 2 "),
            edit("PROOF", b"leaves 2", b"leaves 1"),
            edit("PROOF", b"medark-proof 1", b"medark-proof 2"),
            edit("MANIFEST", b"# records 65", b"# records 66"),
            lambda files: {name: content for name, content in files.items() if name != "records/00000002"},
            lambda files: {**files, "records/00000003": files["records/00000002"]},
        ):
            self.changed(change)
            self.refuse(3, *self.check("changed.proof"))
            self.refused("changed.proof")
            self.assertNotEqual(self.stock("changed.proof").returncode, 0)

    def test_a_row_of_the_log_comes_first(self):
        def rows():
            names = sorted(os.listdir(self.path("state/audit-restore")))
            read = self.succeed("audit", *(f"state/audit-restore/{name}" for name in names), "--identity", "it.key.pem",
                                "--json").json()
            return [row["detail"] for row in read if row["message_type"] == "event"]

        os.mkdir(self.path("state"), 0o700)
        said = self.prove("--record", "Observation/o7", "--state", "state").out
        self.assertIn("audit log     state/audit-restore", said)
        self.prove("--patient", "p2", "--state", "state", out="y.proof")
        self.assertEqual(rows(), ["exported to clear text: proof, 1 record",
                                  "exported to clear text: proof, 21 records of 1 patient"])
        self.refuse(1, *self.opened("prove", "--record", "Observation/no", "--out", "z", "--state", "state"))
        self.assertEqual(len(rows()), 2)
        os.chmod(self.path("state/audit-restore"), 0o755)
        self.refuse(1, *self.opened("prove", "--record", "Observation/o7", "--out", "z", "--state", "state"),
                    hint="nothing was written, as what leaves has to be in the log first")

    def test_it_is_cut_off(self):
        self.prove("--record", "Observation/o7")
        with open(self.path("x.proof"), "rb") as f:
            proof = f.read()
        for content in (b"", proof[:100], proof[:512], proof[:9000], proof[:-1], proof[:-1024], proof + bytes(512)):
            self.write("cut.proof", content)
            self.refuse(3, *self.check("cut.proof"))
            self.refused("cut.proof")


if __name__ == "__main__":
    main()
