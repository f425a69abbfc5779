#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the first inputs of every fuzz target, from archives of invented records.

    make_seeds.py BUILD-FOLDER [CORPUS-FOLDER]

Needs the programs of a build, openssl, zstd, and what tests/interop/medark_reader.py needs. Inputs
are named by their content, so that what is there already stays; run.sh widens them and thins them
out. Keys are those of keys.h.
"""

import datetime
import gzip
import hashlib
import io
import os
import re
import struct
import subprocess
import sys
import tarfile
import tempfile
import warnings
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../interop"))
import medark_cms as cms  # noqa: E402
import medark_reader as reader  # noqa: E402

SEED_MAX = 8192
SEPARATOR = b"\x1e"
LETTERS = dict(zip(reader.TABLES, "ispfnboq"))

PATIENTS = (
    '{"resourceType":"Patient","id":"p1","identifier":[{"system":"http://fhir.nl/fhir/NamingSystem'
    '/bsn","value":"999990019"}],"name":[{"family":"Vri\u00ebs-Jansen","given":["Ann","Zo\\u00eb"],'
    '"prefix":["dr."],"text":"A"}],"birthDate":"1970-12-31","gender":"female","deceasedDateTime":'
    '"2020-01-02","active":false,"link":[{"other":{"reference":"Patient/p2"},"type":"seealso"}]}\n'
    '{"resourceType":"Patient","id":"p2","identifier":[{"system":"urn:a","value":"77"}],"name":'
    '[{"family":"Smit"}],"birthDate":"1981"}\n'
)
OBSERVATIONS = (
    '{"resourceType":"Observation","id":"o1","subject":{"reference":"Patient/p1"},"performer":'
    '[{"reference":"Practitioner/d1"}],"effectiveDateTime":"2020-05-01T10:00:00+02:00"}\n'
    '{"resourceType":"Observation","id":"o2","subject":{"identifier":{"system":"urn:a","value":'
    '"77"}}}\r\n{"resourceType":"Observation","id":"o3"\n'
    '{"resourceType":"Observation","id":"o4","subject":{"reference":"urn:uuid:0c0d1e2f-0000-4000-'
    '8000-000000000001"}}'
)
OTHERS = (
    '{"resourceType":"Practitioner","id":"d1"}\n{"resourceType":"DocumentReference","id":"r1",'
    '"subject":{"reference":"Patient/p1"},"content":[{"attachment":{"url":"scans/one.pdf"}},'
    '{"attachment":{"url":"Binary/b1"}}]}\n{"resourceType":"Binary","id":"b1","data":"AAAA"}\n'
)
BUNDLE = (
    '{ "resourceType": "Bundle", "type": "transaction", "entry": [\n { "fullUrl": "urn:uuid:0c0d1e'
    '2f-0000-4000-8000-000000000001",\n "resource": { "resourceType": "Patient", "id": "p9" } },\n'
    '{"resource":{"resourceType":"Condition","id":"c1","subject":{"reference":"Patient/p9"},'
    '"contained":[{"resourceType":"Patient","id":"x"}]}}]}'
)
XML = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<Bundle xmlns="http://hl7.org/fhir"><entry><fullUrl '
    'value="urn:uuid:1"/><resource><Patient><id value="p1"/><name><family value="Vri&#235;s"/>'
    '<given value="A &amp; B"/></name><birthDate value="1970-12-31"/></Patient></resource></entry>'
    '<entry><resource><Flag><id value="f1"/><subject><reference value="Patient/p1"/></subject>'
    '<text><div xmlns="http://www.w3.org/1999/xhtml"><!-- c --><![CDATA[x]]></div></text></Flag>'
    "</resource></entry></Bundle>"
)
FILES = {
    "Patient.ndjson": PATIENTS.encode(),
    "Observation.ndjson": OBSERVATIONS.encode(),
    "others.ndjson": OTHERS.encode(),
    "bundle.json": BUNDLE.encode(),
    "flag.xml": XML.encode(),
    "scans/one.pdf": b"%PDF one",
    "od\x1bd\\ name": b"odd",
    "empty": b"",
}
QUERIES = (
    "jan vries", "999990019", "9999 90 019", "31-12-1970", "1970-12-31", "31121970", "12-1970",
    "1.2.1970", "urn:a|77", "http://fhir.nl/fhir/NamingSystem/bsn|999990019", "Vri\u00ebs-Jansen",
    "O'Neill", "p1", "urn:uuid:0c0d1e2f-0000-4000-8000-000000000001", "\u5f20\u4f1f", "",
)  # fmt: skip
SEARCHES = (
    "Patient?name=van+der%20Berg&birthdate=ge1970-05&gender:not=female&_sort=-birthdate,name",
    "Patient?identifier=urn:a%7C77,x&address=zwolle&phone=06&deceased=false&_id:missing=false",
    "Observation?patient=p1&subject:Patient=p1&code=http://loinc.org|1-8&value-quantity=ap1.10|u|mg",
    "Observation?date=lt2020-03-29T02:30:00.5%2B01:00&date=sa2019&_include:iterate=Observation:subject",
    "Observation?value-string:contains=%C3%AB\\,b&subject:identifier=a|b&_revinclude=Provenance:target",
    "Condition?onset-age=5||a&_count=10&_summary=count&_elements=id&_total=none&x.y=1&_has:a=b",
)  # fmt: skip
SEARCHED = (
    '{"resourceType":"Patient","id":"p1","name":[{"family":"van der Berg","given":["Zo\u00eb"]}],'
    '"birthDate":"1970-05-01","gender":"male","identifier":[{"system":"urn:a","value":"77"}],'
    '"address":[{"city":"Zwolle"}],"telecom":[{"system":"phone","value":"06"}]}',
    '{"resourceType":"Observation","id":"o","subject":{"reference":"Patient/p1","identifier":'
    '{"system":"a","value":"b"}},"code":{"coding":[{"system":"http://loinc.org","code":"1-8"}]},'
    '"effectivePeriod":{"start":"2020-01"},"valueQuantity":{"value":1.10,"comparator":"<",'
    '"system":"u","code":"mg"},"valueString":"x \u00eb,b","effectiveTiming":{"event":["2020"]}}',
)  # fmt: skip
ZONES = ("Europe/Amsterdam", "Australia/Sydney", "America/New_York", "Asia/Kathmandu")
PATHS = (
    b"a/b.ndjson", b"../x", b"a/../b", b"/etc/passwd", b"a//b/", b".", b"", b"con.txt/LPT1/aux",
    b"x\x1b[31m/\xff\xfe", "caf\u00e9/\u5f20.".encode(), b"a:b|c*/t ", b"n" * 300,
)  # fmt: skip
JSON = (
    b'{"a":[1,-0.5e+10,true,false,null,"\\u00eb\\ud83d\\ude00\\n"],"id":"x","subject":{"a":{}}}',
    b'{"id":1,"id":2,"\\u0069d":3}', b"[]", b"{}", b' "x" ', b"12", b"", b" \t\n", b"[" * 70,
    b'{"a":' * 20 + b"1" + b"}" * 20, b'{"birthDate":"' + b"a" * 200 + b'\\"","a":[[],{}]}',
    b'{"a":"\\ud800"}', b'{"a":"\xc3"}', b"[1,]", b'{"a" 1}', b"nul", b'\xef\xbb\xbf{"a":1}',
)  # fmt: skip


class Corpus:
    def __init__(self, folder):
        self.folder = folder

    def add(self, target, data):
        if isinstance(data, str):
            data = data.encode()
        if len(data) > SEED_MAX:
            return
        os.makedirs(os.path.join(self.folder, target), exist_ok=True)
        name = hashlib.sha1(data, usedforsecurity=False).hexdigest()
        with open(os.path.join(self.folder, target, name), "wb") as f:
            f.write(data)


def run(*command, **more):
    return subprocess.run(command, check=True, capture_output=True, **more).stdout


def keys():
    """The texts of keys.h, by name."""
    with open(os.path.join(HERE, "keys.h"), encoding="ascii") as f:
        text = f.read()
    found = {}
    for name, body in re.findall(r"#define (FUZZ_\w+)((?:[^\n]*\\\n)*[^\n]*\n)", text):
        found[name] = "".join(line + "\n" for line in re.findall(r'"([^"]*)\\n"', body))
    return found


def put(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(data)
    os.chmod(path, 0o600)


class Work:
    """A temporary folder with keys and a source; makes archives of it."""

    def __init__(self, build, folder):
        self.medark = os.path.join(build, "cmd/medark")
        self.synth = os.path.join(build, "tests/synth/medark-synth")
        self.folder = folder
        for name, text in keys().items():
            put(self.path(name), text.encode())
        for name, data in FILES.items():
            put(self.path("source/" + name), data)
        put(self.path("pass"), b"a passphrase")
        for kind in ("p384", "rsa3072"):
            run(self.medark, "key", "new", "--role", "recipient", "--name", kind, "--type", kind,
                "--out", self.path(kind))  # fmt: skip

    def path(self, name):
        return os.path.join(self.folder, name)

    def export(self, source, *more):
        out = self.path("%d.medark" % len(os.listdir(self.folder)))
        command = [self.medark, "export", source, "--signer", self.path("FUZZ_SIGNER_CERTIFICATE"),
                   "--signer-key", self.path("FUZZ_SIGNER_KEY"), "--recipient",
                   self.path("FUZZ_RECIPIENT_CERTIFICATE"), "--out", out, *more]  # fmt: skip
        done = subprocess.run(command, capture_output=True, check=False)
        if done.returncode not in (0, 6):
            sys.exit(done.stderr.decode())
        return out

    def open(self, path):
        trust = cms.Trust(self.path("FUZZ_SIGNER_CERTIFICATE"))
        archive = reader.Archive(path, trust, datetime.datetime.now(datetime.timezone.utc))
        archive.open(cms.load_key(self.path("FUZZ_RECIPIENT_KEY"), None), None)
        return archive

    def sign(self, text, certificate, key, *more):
        put(self.path("text"), text)
        return run("openssl", "cms", "-sign", "-cades", "-binary", "-nosmimecap", "-in",
                   self.path("text"), "-signer", self.path(certificate), "-inkey", self.path(key),
                   "-outform", "DER", *more)  # fmt: skip


def unsealed(archive):
    """(table or "data", number, plaintext, sealed) of every segment."""
    for name in archive.members:
        match = re.fullmatch(r"(data|index/(\w+))/(\d{8})\.zst\.p7m", name)
        kind, n = (match[2] or "data", int(match[3])) if match else ("root", 1)
        if match or name == "index/root.zst.p7m":
            yield kind, n, archive.unseal(name, kind, n, 80 * 2**20), archive.content(name)


def from_archive(corpus, archive):
    parts = b""
    for kind, _, plain, sealed in unsealed(archive):
        corpus.add("segment", sealed)
        corpus.add("der", sealed)
        opened = cms.Segment(sealed, archive.id, kind).open(archive.key)
        frame = opened[8 + int.from_bytes(opened[4:8], "little") :]
        corpus.add("segment_plain", b"\x00" + frame)
        if kind == "data":
            corpus.add("map", plain)
        elif kind in LETTERS:
            from_rows(corpus, kind, plain)
        if kind not in ("segments", "root"):  # the target makes them
            parts += SEPARATOR + LETTERS.get(kind, "d").encode() + plain
    for query in ("p1", "vries", "31-12-1970", "999990019", "urn:a|77"):
        corpus.add("index", b"?" + query.encode() + parts)
    for name in ("header.json", "summary.json"):
        corpus.add("header", archive.content(name))
    corpus.add("envelope", archive.content("keys.p7m"))
    corpus.add("der", archive.content("keys.p7m"))
    corpus.add("der", archive.signature_bytes)
    corpus.add("manifest", archive.manifest_bytes)
    for name in archive.members:
        corpus.add("tar", name)
    corpus.add("tar", archive.at(archive.size - 1536, 512))


def from_rows(corpus, kind, plain):
    letter = {"items": "i", "segments": "s", "patients": "p", "outside": "o",
              "quarantine": "q"}.get(kind, "f")
    for row in plain.split(b"\n")[:4]:
        if letter == "o" and b"\t" in row:
            row = row.split(b"\t")[1]
        row = re.sub(rb'^(\d+)\t', b"7\t", row) if letter in "is" else row
        corpus.add("row", letter.encode() + re.sub(rb'"n":\d+', b'"n":7', row))


def squeezed(data):
    """As fuzz_archive.c expands it: a zero byte and a count for so many zero bytes."""
    return re.sub(rb"\0{1,255}", lambda m: b"\0" + bytes([len(m[0])]), data)


def whole_archives(corpus, archive):
    """The archive with short texts and without its end; the target makes a new one."""
    out, text = b"", archive.manifest_bytes
    for name in archive.members:
        content = b"x\n" if name in reader.TEXTS else archive.content(name)
        out += tar_member(name, content)
    for name in reader.TEXTS:
        size_and_hash = b"#2\n" + hashlib.sha256(b"x\n").hexdigest().encode()
        text = re.sub(rb"#\d+\n[0-9a-f]{64}(?=  %s\n)" % name.encode(), size_and_hash, text)
    corpus.add("archive", squeezed(out))
    corpus.add("archive", squeezed(out + tar_member("MANIFEST", text)))


def tar_member(name, content):
    padding = bytes(reader.padded(len(content)) - len(content))
    return reader.tar_header(name, len(content)) + content + padding


def index_roots(corpus):
    tables = ",".join(
        '"%s":{"pages":[[0,"a"],[2,"b\\u00eb"]],"rows":%d}' % (name, 3 + i)
        for i, name in enumerate(reader.TABLES)
    )
    head = '{"archive":"%s","leaves":4,"records":3,"signer":"%s"' % (
        b"an archive's id\0".hex(), "0" * 64
    )  # fmt: skip
    for more in ("", ',"later":[1,{"x":null}]'):
        corpus.add("index_root", '%s,"tables":{%s,"new":{}}%s}' % (head, tables, more))


def packed(corpus):
    for data in FILES.values():
        corpus.add("export", data)
        corpus.add("export", gzip.compress(data, mtime=0))
        corpus.add("export", run("zstd", "-c", "-q", input=data))
    tar, archive = io.BytesIO(), io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w", format=tarfile.USTAR_FORMAT) as t:
        for name, data in FILES.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            t.addfile(info, io.BytesIO(data))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        t.addfile(link)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in FILES.items():
            z.writestr(zipfile.ZipInfo(name), data)
    corpus.add("export", tar.getvalue()[: 7 * 1024] + bytes(1024))
    corpus.add("export", gzip.compress(tar.getvalue(), mtime=0))
    corpus.add("export", archive.getvalue())


def wire_request(path, query, body, fields):
    sizes = [0xFFFF] * 11
    for place, value in fields.items():
        sizes[place] = len(value)
    text = path + query + b"192.0.2.7" + b"".join(fields[k] for k in sorted(fields)) + body
    head = struct.pack(">BBHHH", 2, bool(query), len(path), len(query), 9)
    return head + struct.pack(">11HI", *sizes, len(body)) + text


def wire_answer(status, stream, length, headers, body):
    head = struct.pack(">HIQBI", status, stream, length, len(headers), len(body))
    for name, value in headers:
        head += struct.pack(">BH", len(name), len(value)) + name + value
    return head + body


def wire(corpus):
    for kind, payload in (
        (1, wire_request(b"/", b"", b"", {0: b"localhost:8443"})),
        (1, wire_request(b"/a%20b", b"x=1&y", b"z=2", {0: b"[::1]:8443", 1: b"a=b", 9: b""})),
        (4, wire_answer(200, 0, 2, [(b"Content-Type", b"text/html")], b"ok")),
        (4, wire_answer(404, 7, 2**64 - 1, [(b"Set-Cookie", b"a=1"), (b"x", b"y")], b"")),
        (2, b"\0\0\0\1"),
        (3, b"\0\0\0\0"),
        (5, b"chunk"),
        (6, b""),
        (7, b""),
        (8, b""),
    ):
        corpus.add("wire", struct.pack(">BI", kind, len(payload)) + payload)


def simple(corpus):
    for query in QUERIES:
        corpus.add("query", query)
    for query in SEARCHES:
        for record in SEARCHED:
            corpus.add("search", query + "\n" + record)
    for name in ZONES:
        with open(os.path.join("/usr/share/zoneinfo", name), "rb") as f:
            corpus.add("zone", f.read())
    for path in PATHS:
        corpus.add("safe_path", path)
    for text in JSON:
        for split in b"\x00\x01\x3f":
            corpus.add("json", text + bytes([split]))
    for data in FILES.values():
        corpus.add("fhir_xml" if data.startswith(b"<") else "fhir_json", data)
        for line in data.split(b"\n"):
            if line.startswith(b"{"):
                corpus.add("fhir_json", line)
                corpus.add("rewrite", line)
                corpus.add("normal", line)
                corpus.add("category", b"Patient\n" + line)
                corpus.add("json", line + b"\x11")
    for field in (b"fa\\tb\\n\\r\\\\\\x1b", b"fplain", b"o1:0:10 2:5:7"):
        corpus.add("row", field)


def sealed(corpus, work):
    text = b"manifest\n"
    for certificate, key, more in (
        ("FUZZ_SIGNER_CERTIFICATE", "FUZZ_SIGNER_KEY", ("-md", "sha256")),
        ("p384.cert.pem", "p384.key.pem", ("-md", "sha384")),
        ("rsa3072.cert.pem", "rsa3072.key.pem",
         ("-md", "sha256", "-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_pss_saltlen:digest")),
        ("FUZZ_SIGNER_CERTIFICATE", "FUZZ_SIGNER_KEY",
         ("-md", "sha256", "-certfile", work.path("p384.cert.pem"))),
    ):  # fmt: skip
        corpus.add("signature", work.sign(text, certificate, key, *more))
    for name in ("FUZZ_SIGNER_KEY", "FUZZ_SIGNER_CERTIFICATE", "p384.key.pem", "rsa3072.cert.pem"):
        with open(work.path(name), "rb") as f:
            corpus.add("pem", f.read())
    key = work.path("FUZZ_SIGNER_KEY")
    corpus.add("pem", run("openssl", "pkey", "-in", key, "-aes-256-cbc", "-passout", "pass:y"))
    corpus.add("pem", run("openssl", "ec", "-in", key))


def main():
    build = os.path.abspath(sys.argv[1])
    warnings.simplefilter("ignore")  # of newer versions of python3-cryptography
    corpus = Corpus(sys.argv[2] if len(sys.argv) > 2 else os.path.join(HERE, "corpus"))
    with tempfile.TemporaryDirectory() as folder:
        work = Work(build, folder)
        run(work.synth, "--patients", "2", "--records-per-patient", "6", "--out",
            work.path("synth"))  # fmt: skip
        tiny = work.path("tiny")
        put(os.path.join(tiny, "Patient.ndjson"), FILES["Patient.ndjson"])
        put(work.path("letter/one.txt"), b"one")
        everybody = ["--passphrase-file", work.path("pass")]
        for kind in ("p384", "rsa3072"):
            everybody += ["--recipient", work.path(kind + ".cert.pem")]
        sources = [(work.path(name), []) for name in ("letter", "tiny", "source", "synth")]
        for source, more in [*sources, (tiny, everybody)]:
            archive = work.open(work.export(source, *more))
            from_archive(corpus, archive)
            whole_archives(corpus, archive)
        for name in sorted(os.listdir(work.path("synth"))):
            with open(work.path("synth/" + name), "rb") as f:
                corpus.add("fhir_json", f.readline())
        sealed(corpus, work)
    index_roots(corpus)
    packed(corpus)
    simple(corpus)
    wire(corpus)


if __name__ == "__main__":
    main()
