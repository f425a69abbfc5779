# SPDX-License-Identifier: Apache-2.0
"""The archive that all test vectors are made from: two patients, five files, two data segments. A vector
changes it at one stage; Archive names the stages."""

import hashlib
import re

from craft import (
    TABLES, binding, chance, cms, compact, ecdh_recipient, enveloped, locator, member, pair, reader, seal,
    sign, zstd)  # fmt: skip
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SYSTEM = "http://fhir.nl/fhir/NamingSystem/bsn"
PATIENT = [
    b'{"resourceType":"Patient","id":"p1","identifier":[{"system":"%s","value":"999990019"}],"name":'
    b'[{"family":"Vries","given":["Jan"]}],"birthDate":"1970-12-31"}\n' % SYSTEM.encode(),
    b'{"resourceType":"Patient","id":"p2","name":[{"family":"Smit"}],"birthDate":"1981-02-03"}\n',
]
OBSERVATION = [
    b'{"resourceType":"Observation","id":"o1","subject":{"reference":"Patient/p1"},"performer":'
    b'[{"reference":"Practitioner/d1"}],"effectiveDateTime":"2020-01-02"}\n',
    b'{"resourceType":"Observation","id":"o2","subject":{"reference":"Patient/p2"},'
    b'"effectiveDateTime":"2021-03-04"}\n',
    b'{"resourceType":"Observation","id":"o3"\n',
]
PRACTITIONER = b'{"resourceType":"Practitioner","id":"d1"}'
BUNDLE = (b'{"resourceType":"Bundle","entry":[{"resource":', PRACTITIONER, b"}]}\n")
LETTER = (b"not a ", b"record\n")

# path, kind, content or None
ITEMS = [
    (b"Observation.ndjson", b"ndjson", b"".join(OBSERVATION)),
    (b"Patient.ndjson", b"ndjson", b"".join(PATIENT)),
    (b"bundle.json", b"json", b"".join(BUNDLE)),
    (b"notes", b"dir", b""),
    (b"notes/letter.txt", b"opaque", b"".join(LETTER)),
]
# kind, item, offset (None: "="), bytes
SEGMENTS = [
    [(b"L", 0, 0, OBSERVATION[0]), (b"L", 1, 0, PATIENT[0]), (b"P", 4, 0, LETTER[0])],
    [
        (b"L", 0, len(OBSERVATION[0]), OBSERVATION[1]),
        (b"L", 0, None, OBSERVATION[2]),
        (b"L", 1, len(PATIENT[0]), PATIENT[1]),
        (b"F", 2, 0, BUNDLE[0]),
        (b"R", 2, None, BUNDLE[1]),
        (b"F", 2, None, BUNDLE[2]),
        (b"R", 4, len(LETTER[0]), LETTER[1]),
    ],
]


def map_of(extents):
    """A data segment's map (F-16) as lines without LF."""
    content = b"".join(data for _, _, _, data in extents)
    leaves = sum(kind != b"F" for kind, _, _, _ in extents)
    lines = [b"medark-map 1", b"leaves %d" % leaves, b"content %d" % len(content)]
    for kind, item, offset, data in extents:
        place = b"=" if offset is None else b"%d" % offset
        lines.append(b"%s %d %s %d" % (kind, item, place, len(data)))
    return lines + [b""], content


class Archive:
    """Each stage passes its value through the change that stands under the stage's name:

    files          the clear texts, by name                        header, summary  a dict
    header.json, summary.json, keys.p7m                            a member's bytes
    map N, content N  a data segment's map lines and content       rows TABLE       a table's lines
    root           a dict                                          data NAME        decompressed bytes
    frame NAME     options of zstd()                               plain NAME       what is sealed
    seal NAME, keys  options of seal()/enveloped()                 NAME             a sealed member
    members        a list of (name, content)                       MANIFEST         text
    signature      options of sign()                               MANIFEST.p7s     bytes
    tar NAME, padding NAME                                         LOCATOR          512 bytes
    parts          the file as a list of members' bytes            offset           what LOCATOR says
    end            1,024 zero bytes                                file             the whole file
    """

    def __init__(self, changes=None, signer="signer"):
        self.changes, self.used = changes or {}, set()
        self.id, self.kek = chance("archive id", 16), chance("archive key", 32)
        self.signer = pair(signer)
        self.recipients = [pair("recipient")]

    def stage(self, name, value):
        if name not in self.changes:
            return value
        self.used.add(name)
        return self.changes[name](value)

    # ---- what is sealed ----

    def sealed(self, name, data):
        kind, n = re.fullmatch(r"(?:index/)?([a-z]+)(?:/0*(\d+))?\.zst\.p7m", name).groups()
        data = self.stage("data " + name, data)
        frame = zstd(data, **self.stage("frame " + name, {}))
        plain = self.stage("plain " + name, binding(self.id, kind, int(n or 1)) + frame)
        made = seal(plain, name, self.kek, self.id, **self.stage("seal " + name, {}))
        return name, self.stage(name, made)

    def data_segments(self):
        self.rows, self.hashes, self.leaves = {"segments": []}, [], 0
        salt_key = cms.labelled(self.kek, b"medark record-salt v1", self.id)
        for n, extents in enumerate(SEGMENTS, 1):
            lines, content = map_of(extents)
            good = reader.DataSegment(b"\n".join(lines) + b"\n" + content, n, "made")
            self.hashes.append(good.hash(salt_key))
            self.leaves += good.leaves
            row = b"%d\t%d\t%d\t%s" % (n, good.leaves, len(content), good.hash(salt_key).hex().encode())
            self.rows["segments"].append(row)
            lines = self.stage(f"map {n}", lines)
            content = self.stage(f"content {n}", content)
            yield self.sealed(f"data/{n:08d}.zst.p7m", b"\n".join(lines) + b"\n" + content)

    def tables(self):
        one, two = len(OBSERVATION[0]), len(OBSERVATION[1] + OBSERVATION[2])
        here = [len(OBSERVATION[0] + PATIENT[0]), len(OBSERVATION[1] + OBSERVATION[2] + PATIENT[1])]
        items = []
        for n, (path, kind, content) in enumerate(ITEMS):
            held = [str(s) for s, extents in enumerate(SEGMENTS, 1) if any(e[1] == n for e in extents)]
            records = {0: 2, 1: 2, 2: 1}.get(n, 0)
            first, last = (held[0].encode(), held[-1].encode()) if held else (b"-", b"-")
            mode = b"0755" if kind == b"dir" else b"0644"
            items.append(b"%d\t%s\t%d\t1700000000.000000000\t%s\t-\t%s\t%s\t%d\t%s" % (
                n, kind, len(content), mode, first, last, records, path))  # fmt: skip
        self.rows["items"] = items
        self.rows["patients"] = [
            compact({"key": "Pp1", "n": 0, "id": "p1", "identifiers": [[SYSTEM, "999990019"]],
                     "names": [{"family": "Vries", "given": "Jan"}], "birth": "1970-12-31",
                     "counts": {"Observation": 1, "Patient": 1}, "records": 2, "first": "2020-01-02",
                     "last": "2020-01-02", "at": [[1, 0, here[0]]]}),
            compact({"key": "Pp2", "n": 1, "id": "p2", "names": [{"family": "Smit"}],
                     "birth": "1981-02-03", "counts": {"Observation": 1, "Patient": 1}, "records": 2,
                     "first": "2021-03-04", "last": "2021-03-04",
                     "at": [[2, 0, len(OBSERVATION[1])], [2, two, len(PATIENT[1])]]}),
        ]  # fmt: skip
        self.rows["identifiers"] = [b"999990019\t%s\t0" % SYSTEM.encode()]
        self.rows["names"] = [b"jan\t0", b"smit\t1", b"vries\t0"]
        self.rows["births"] = [b"19701231\t0", b"19810203\t1"]
        practitioner = here[1] + len(BUNDLE[0])
        self.rows["outside"] = [b"Practitioner/d1\t2:%d:%d" % (practitioner, len(PRACTITIONER))]
        broken = one + len(OBSERVATION[1])
        self.rows["quarantine"] = [b"broken-syntax\t0\t%d\t%d\t2\t" % (broken, len(OBSERVATION[2]))]

    def index(self):
        self.tables()
        tables = {}
        for table in TABLES:
            good = self.rows[table]
            rows = self.stage("rows " + table, list(good))
            first = {"patients": "Pp1"}.get(table, good[0].split(b"\t")[0].decode())
            tables[table] = {"rows": len(rows), "pages": [[0, first]]}
            yield self.sealed(f"index/{table}/00000001.zst.p7m", b"".join(r + b"\n" for r in rows))
        changes = self.stage("rows changes", [])
        if changes:
            tables["changes"] = {"rows": len(changes), "pages": [[0, changes[0].split(b"\t")[0].decode()]]}
            yield self.sealed("index/changes/00000001.zst.p7m", b"".join(r + b"\n" for r in changes))
        root = {"archive": self.id.hex(), "signer": hashlib.sha256(self.signer.der).hexdigest(),
                "leaves": self.leaves, "records": 5, "tables": tables}  # fmt: skip
        yield self.sealed("index/root.zst.p7m", compact(self.stage("root", root)))

    # ---- what is in clear ----

    def keys(self):
        odd = self.stage("keys", {})
        content_key = chance("keys.p7m content key", 32)
        nonce = odd.setdefault("nonce", chance("keys.p7m nonce", 12))
        text = odd.pop("content", self.kek.hex().encode())
        sealed = AESGCM(content_key).encrypt(nonce, text, None)
        made = [ecdh_recipient(to, content_key, "to " + to.name) for to in self.recipients]
        if "recipients" in odd:
            made = odd.pop("recipients")(made, content_key)
        made = made if odd.pop("unsorted", False) else sorted(made)
        tag_size = odd.pop("tag_size", 16)
        return enveloped(made, sealed[:-16], sealed[-16:][:tag_size], **odd)

    def clear(self):
        for name in reader.TEXTS:
            yield name, self.stage(name, f"{name} of a test vector\n".encode())
        commit = cms.labelled(self.kek, b"medark kek-commit v1", self.id)
        header = {
            "format": "medark", "version": 1, "archive": self.id.hex(), "created": "2026-11-22T03:10:00Z",
            "kek_commit": commit.hex(),
            "recipients": [{"kind": "ecdh-p256", "id": to.id} for to in self.recipients],
            "sequence": 1, "previous": None, "tool": "vectors 1", "source": "files",
        }  # fmt: skip
        header = compact(self.stage("header", header))
        yield "header.json", self.stage("header.json", header)
        yield "keys.p7m", self.stage("keys.p7m", self.keys())

    def summary(self):
        summary = {
            "format": "medark", "version": 1, "archive": self.id.hex(), "sources": 1, "items": len(ITEMS),
            "bytes": sum(len(content) for _, _, content in ITEMS), "records": 5, "opaque": 1,
            "patients": 2, "quarantined": 1, "duplicates": 0,
            "types": {"Observation": 2, "Patient": 2, "Practitioner": 1},
            "reasons": {"broken-syntax": 1}, "skipped": 0, "declared": None, "complete": False,
        }  # fmt: skip
        return self.stage("summary.json", compact(self.stage("summary", summary)))

    # ---- the whole ----

    def manifest(self, members):
        lines = [b"# medark manifest 1", b"# archive " + self.id.hex().encode(), b"# sequence 1",
                 b"# previous -", b"# members %d" % len(members), b"# records 5",
                 b"# leaves %d" % self.leaves,
                 b"# records-root " + reader.tree(self.hashes).hex().encode()]  # fmt: skip
        for name, content in members:
            lines.append(b"#%d" % len(content))
            lines.append(f"{hashlib.sha256(content).hexdigest()}  {name}".encode())
        return self.stage("MANIFEST", b"".join(line + b"\n" for line in lines))

    def packed(self, name, content):
        """A member with its header and padding, each of which can be changed."""
        plain = member(name, content)
        header = self.stage("tar " + name, plain[:512])
        padding = self.stage("padding " + name, plain[512 + len(content) :])
        return header + content + padding

    def bytes(self):
        """The whole file. A change whose stage never came is a mistake of the vector."""
        front = list(self.clear())
        members = front + [*self.data_segments(), *self.index()]
        members.append(("summary.json", self.summary()))
        members = self.stage("members", members)
        manifest = self.manifest(members)
        signature = sign(manifest, self.signer, **self.stage("signature", {}))
        signature = self.stage("MANIFEST.p7s", signature)
        parts = [self.packed(name, content) for name, content in members]
        parts = self.stage("parts", parts)
        offset = self.stage("offset", sum(len(part) for part in parts))
        parts += [self.packed("MANIFEST", manifest), self.packed("MANIFEST.p7s", signature)]
        parts.append(self.packed("LOCATOR", self.stage("LOCATOR", locator(offset))))
        parts.append(self.stage("end", bytes(1024)))
        whole = self.stage("file", b"".join(self.stage("all", parts)))
        unused = set(self.changes) - self.used
        assert not unused, f"no such stage: {unused}"
        return whole
