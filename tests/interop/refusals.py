#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Makes archives with one fault each out of a good one, and checks that readers refuse them.

    refusals.py GOOD.medark CERT.pem KEY.pem IDENTITY.pem FOLDER

CERT and KEY are the signer's: most faults are signed again, as a careless or hostile writer would,
so that the signature is right and only the rule that is named stands in the way. openssl(1)
seals and signs. The independent reader has to refuse every one of them (exit code 3); so has
`medark restore` where the environment names the tool in MEDARK, and no folder may appear.
"""

import hashlib
import json
import os
import re
import subprocess
import sys

import medark_cms as cms
import medark_reader as reader

good, cert, key_file, identity, folder = sys.argv[1:6]
medark = os.environ.get("MEDARK") or None
here = os.path.dirname(os.path.abspath(__file__))
broken = os.path.join(folder, "broken.medark")
trust = cms.Trust(cert)
now = reader.datetime.datetime.now(reader.datetime.timezone.utc)
failures, done = [], 0


def run(*command, data=b""):
    quiet = subprocess.DEVNULL if "req" in command else None  # its dots
    return subprocess.run(
        command, input=data, stdout=subprocess.PIPE, stderr=quiet, check=True
    ).stdout


# ---- the good archive, in parts -----------------------------------------------------------------

original = reader.Archive(good, trust, now)
original.open(cms.load_key(identity, None), None)
whole = open(good, "rb").read()
MEMBERS = {name: original.content(name) for name in original.members}
HEAD = original.manifest_bytes.split(b"\n")[:8]
KEY, ID = original.key.hex(), original.id_hex


def manifest(members, head=None):
    lines = list(head or HEAD)
    lines[4] = b"# members %d" % len(members)
    for name, content in members.items():
        lines.append(b"#%d" % len(content))
        lines.append(f"{hashlib.sha256(content).hexdigest()}  {name}".encode())
    return b"\n".join(lines) + b"\n"


SIGN = ("openssl", "cms", "-sign", "-binary", "-nosmimecap", "-outform", "DER", "-signer", cert,
        "-inkey", key_file)  # fmt: skip


def sign(text, *options):
    return run(*SIGN, *(options or ("-cades", "-md", "sha256")), data=text)


def pack(members, text=None, signature=None, locator=None):
    """The tar file. What is not given is made as it should be."""
    text = manifest(members) if text is None else text
    signature = sign(text) if signature is None else signature
    out = b"".join(tar(name, content) for name, content in members.items())
    line = b"medark-locator 1\nmanifest-offset %d\n" % len(out)
    out += tar("MANIFEST", text) + tar("MANIFEST.p7s", signature)
    return out + tar("LOCATOR", (locator or line).ljust(512, b"\n")) + bytes(1024)


def tar(name, content):
    return reader.tar_header(name, len(content)) + content + bytes(-len(content) % 512)


def seal(plain, key=KEY, archive=ID, *options):
    return run("openssl", "cms", "-encrypt", "-binary", "-aes-256-gcm", "-secretkey", key,
               "-secretkeyid", archive, "-outform", "DER", *options, data=plain)  # fmt: skip


def frame(magic, content):
    return magic.to_bytes(4, "little") + len(content).to_bytes(4, "little") + content


def bound(kind, n, data, archive=ID, *options):
    """The plaintext of a sealed member."""
    note = json.dumps({"archive": archive, "kind": kind, "number": n}, separators=(",", ":"))
    command = ("zstd", "-q", "-c", f"--stream-size={len(data)}", *options)
    return frame(0x184D2A50, note.encode()) + run(*command, data=data)


def opened(name):
    return cms.Segment(MEMBERS[name], original.id, name).open(original.key)


def inside(name):
    """The decompressed bytes of a sealed member."""
    match = re.fullmatch(r"(?:index/)?([a-z]+)(?:/(\d+))?\.zst\.p7m", name)
    kind, n = match.group(1), int(match.group(2) or 1)
    return kind, n, original.unseal(name, kind, n, 80 << 20)


def certificate(name, kind):
    run("openssl", "req", "-x509", "-newkey", kind, "-nodes", "-keyout", name + ".key",
        "-out", name + ".pem", "-subj", "/CN=another")  # fmt: skip


# ---- checking -----------------------------------------------------------------------------------


def refused(what, archive, by_tool=True, codes=(3,)):
    """`archive` has to be refused by the readers, and nothing may be released. by_tool False: only
    who reads the whole index can notice; None: a restore notices, but the tool need not refuse."""
    global done
    done += 1
    with open(broken, "wb") as f:
        f.write(archive)
    out = os.path.join(folder, "out")
    commands = {"reader": [sys.executable, os.path.join(here, "medark_reader.py")]}
    if medark and by_tool:
        commands["medark"] = [medark]
    for who, command in commands.items():
        command += ["restore", broken, "--trust", cert, "--identity", identity, "--to", out]
        if by_tool is False:
            command[2] = "verify"  # goes through the whole index
            command = command[:-2]
        got = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        left = [n for n in os.listdir(folder) if n.startswith("out")]
        if got.returncode not in codes or left:
            failures.append(
                f"{who}: {what}: exit code {got.returncode}, left {left}: {got.stdout!r}"
            )
            for name in left:
                subprocess.run(["rm", "-rf", os.path.join(folder, name)], check=True)


def changed(name, content, **parts):
    """A good archive but for one member, signed again."""
    return pack({**MEMBERS, name: content}, **parts)


def resealed(name, change, **parts):
    kind, n, data = inside(name)
    return changed(name, seal(bound(kind, n, change(data))), **parts)


def edited(name, **values):
    """A clear JSON member with other values; None takes a name away."""
    value = {**json.loads(MEMBERS[name]), **values}
    return changed(name, json.dumps({n: v for n, v in value.items() if v is not ...}).encode())


def flips():
    """Every byte of the signature, and many of the rest, have to matter."""
    global done
    edge = original.manifest_offset
    places = set(range(edge, len(whole), 5)) | set(range(0, edge, 97))
    signature = whole.index(original.signature_bytes)
    places |= set(range(signature, signature + len(original.signature_bytes)))
    for member in original.members.values():
        places |= set(range(member.offset, member.offset + 512, 29))
        places.add(member.offset + 512 + member.size)
    # Random but the same each time: which bit is flipped.
    for place in sorted(p for p in places if p < len(whole)):
        bit = 1 << hashlib.sha256(str(place).encode()).digest()[0] % 8
        with open(broken, "wb") as f:
            f.write(whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :])
        done += 1
        try:
            reader.Archive(broken, trust, now)
            failures.append(f"reader: flipped bit in byte {place} does not matter")
        except (cms.Malformed, cms.Untrusted):
            pass


def damage():
    refused("cut short by one byte", whole[:-1])
    refused("cut short by a block", whole[:-512])
    refused("a block more", whole + bytes(512))
    refused("another archive behind it", whole + whole)
    refused("empty", b"")
    refused(
        "a member cut out",
        whole[: original.members["summary.json"].offset] + whole[original.manifest_offset :],
    )
    for place in (0, 600, original.manifest_offset + 5, len(whole) - 1, len(whole) - 1500):
        refused(f"byte {place}", whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])


def tar_faults():
    names = list(MEMBERS)
    swapped = {n: MEMBERS[n] for n in [names[1], names[0], *names[2:]]}
    refused("members in another order", pack(swapped))
    refused(
        "a member missing",
        pack({n: c for n, c in MEMBERS.items() if n != "index/names/00000001.zst.p7m"}),
    )
    refused("a member that is not known", pack({**MEMBERS, "extra": b"x"}))
    gap = {n.replace("data/00000003", "data/00000009"): c for n, c in MEMBERS.items()}
    refused("a gap in the numbers", pack(gap))
    wrong = original.signature_bytes[:-1] + bytes([original.signature_bytes[-1] ^ 1])
    refused("a further signature that is wrong", whole[:-2048] + tar("MANIFEST.2.p7s", wrong) + whole[-2048:])
    refused(
        "a further signature at the third place",
        whole[:-2048] + tar("MANIFEST.3.p7s", original.signature_bytes) + whole[-2048:],
    )
    offset = original.manifest_offset
    refused(
        "LOCATOR off by a block",
        pack(MEMBERS, locator=b"medark-locator 1\nmanifest-offset %d\n" % (offset - 512)),
    )
    refused(
        "LOCATOR with a zero",
        pack(MEMBERS, locator=b"medark-locator 1\nmanifest-offset 0%d\n" % offset),
    )
    header = bytearray(whole)
    header[108:115] = b"0000001"
    header[148:156] = b"%06o\0 " % sum(bytes(header[:148]) + b" " * 8 + bytes(header[156:512]))
    refused("another uid", bytes(header))


def manifest_faults():
    good_text = manifest(MEMBERS)
    for what, old, new in (
        ("another version", b"medark manifest 1", b"medark manifest 2"),
        ("a CR", b"# leaves ", b"# leaves\r "),
        ("capital hex", b"# archive " + ID.encode(), b"# archive " + ID.upper().encode()),
        ("one member too many counted", b"# members ", b"# members 1"),
        ("wrong count of records", b"# records ", b"# records 1"),
        ("another sequence", b"# sequence 1", b"# sequence 2"),
        ("a previous", b"# previous -", b"# previous " + b"0" * 64),
        ("a superfluous zero", b"# sequence 1", b"# sequence 01"),
        ("one space", b"  header.json", b" header.json"),
    ):
        assert old in good_text, what
        refused(f"MANIFEST: {what}", pack(MEMBERS, good_text.replace(old, new, 1)))
    refused("MANIFEST: no line end", pack(MEMBERS, good_text[:-1]))
    refused("MANIFEST: a member twice", pack(MEMBERS, good_text + good_text.split(b"\n", 8)[8]))
    other = re.sub(rb"records-root .*", b"records-root " + b"0" * 64, good_text)
    refused("MANIFEST: another records root", pack(MEMBERS, other), by_tool=False)


def signature_faults():
    text = manifest(MEMBERS)
    refused("signature without CAdES", pack(MEMBERS, text, sign(text, "-md", "sha256")))
    refused("signature with SHA-384", pack(MEMBERS, text, sign(text, "-cades", "-md", "sha384")))
    refused(
        "signature with capabilities",
        pack(
            MEMBERS,
            text,
            run(*[a for a in SIGN if a != "-nosmimecap"], "-cades", "-md", "sha256", data=text),
        ),
    )
    refused(
        "signature that holds the manifest",
        pack(MEMBERS, text, sign(text, "-cades", "-md", "sha256", "-nodetach")),
    )
    refused(
        "signature without a certificate",
        pack(MEMBERS, text, sign(text, "-cades", "-md", "sha256", "-nocerts")),
    )
    refused("signature over something else", pack(MEMBERS, text, sign(text + b"\n")))
    refused(
        "signature in BER",
        pack(MEMBERS, text, sign(text, "-cades", "-md", "sha256", "-stream", "-nodetach")),
    )
    refused("a byte behind the signature", pack(MEMBERS, text, sign(text) + b"\0"))
    extra = os.path.join(folder, "extra")
    certificate(extra, "rsa:2048")
    refused(
        "a certificate that is not named",
        pack(MEMBERS, text, sign(text, "-cades", "-md", "sha256", "-certfile", extra + ".pem")),
    )


def header_faults():
    h = json.loads(MEMBERS["header.json"])
    refused("header: unknown name", edited("header.json", note=1))
    refused("header: name missing", edited("header.json", tool=...))
    refused("header: version 2", edited("header.json", version=2))
    refused("header: version 1.0", edited("header.json", version=1.0))
    refused("header: version true", edited("header.json", version=True))
    refused("header: another archive", edited("header.json", archive="0" * 32))
    refused("header: bad source", edited("header.json", source="Files"))
    refused("header: bad tool", edited("header.json", tool="a\nb"))
    refused("header: bad time", edited("header.json", created="2026-02-30T00:00:00Z"))
    refused("header: wrong kek_commit", edited("header.json", kek_commit="0" * 64))
    refused("header: another sequence", edited("header.json", sequence=2))
    refused("header: a previous", edited("header.json", previous="0" * 64))
    refused("header: a recipient missing", edited("header.json", recipients=h["recipients"][1:]))
    refused(
        "header: recipients in another order",
        edited("header.json", recipients=h["recipients"][::-1]),
    )
    refused("header: no recipients", edited("header.json", recipients=[]))
    weak = json.loads(MEMBERS["header.json"])
    for r in weak["recipients"]:
        if "kdf" in r:
            r["kdf"]["n"] = 1024
    refused("header: weak scrypt", edited("header.json", recipients=weak["recipients"]))
    twice = MEMBERS["header.json"].replace(b"{", b'{"version":1,', 1)
    refused("header: a name twice", changed("header.json", twice))
    refused(
        "header: a byte order mark",
        changed("header.json", b"\xef\xbb\xbf" + MEMBERS["header.json"]),
    )
    refused("header: too long", changed("header.json", MEMBERS["header.json"] + b" " * 65536))
    refused("header: not JSON", changed("header.json", MEMBERS["header.json"] + b"x"))
    refused("summary: unknown name", edited("summary.json", note=1))
    refused("summary: other records", edited("summary.json", records=1))
    refused("summary: negative", edited("summary.json", items=-1))
    refused("summary: a string", edited("summary.json", items="1"))


def keys_faults():
    h = json.loads(MEMBERS["header.json"])

    def keys(*options, content=KEY.encode(), listed=None):
        made = run(
            "openssl", "cms", "-encrypt", "-binary", "-outform", "DER", *options, data=content
        )
        members = {**MEMBERS, "keys.p7m": made}
        if listed:
            members["header.json"] = json.dumps({**h, "recipients": listed}).encode()
        return pack(members)

    public = os.path.join(folder, "rsa")
    certificate(public, "rsa:3072")
    der = run("openssl", "x509", "-in", public + ".pem", "-outform", "DER")
    listed = [{"kind": "rsa-oaep", "id": hashlib.sha256(cms.issuer_and_serial_of(der)).hexdigest()}]
    oaep = ("-keyopt", "rsa_padding_mode:oaep", "-keyopt", "rsa_oaep_md:sha256")
    gcm = ("-aes-256-gcm", "-recip", public + ".pem")
    # Right for somebody else: then our identity does not fit.
    refused(
        "keys: good, for another",
        keys(*gcm, *oaep, "-keyopt", "rsa_mgf1_md:sha256", listed=listed),
        codes=(5,),
    )
    refused("keys: RSA PKCS#1 v1.5", keys(*gcm, listed=listed))
    refused("keys: OAEP with SHA-1", keys(*gcm, *oaep[:2], listed=listed))
    refused(
        "keys: MGF1 with SHA-1", keys(*gcm, *oaep, "-keyopt", "rsa_mgf1_md:sha1", listed=listed)
    )
    refused(
        "keys: CBC",
        keys("-aes-256-cbc", *gcm[1:], *oaep, "-keyopt", "rsa_mgf1_md:sha256", listed=listed),
    )
    refused(
        "keys: AES-128",
        keys("-aes-128-gcm", *gcm[1:], *oaep, "-keyopt", "rsa_mgf1_md:sha256", listed=listed),
    )
    refused(
        "keys: key identifier",
        keys("-keyid", *gcm, *oaep, "-keyopt", "rsa_mgf1_md:sha256", listed=listed),
    )
    refused(
        "keys: 63 characters",
        keys(*gcm, *oaep, "-keyopt", "rsa_mgf1_md:sha256", content=KEY[1:].encode(), listed=listed),
    )
    refused(
        "keys: streamed",
        keys("-stream", *gcm, *oaep, "-keyopt", "rsa_mgf1_md:sha256", listed=listed),
    )
    refused("keys: a byte behind", changed("keys.p7m", MEMBERS["keys.p7m"] + b"\0"))
    # The archive key of another archive, committed nowhere: what kek_commit is for.
    mine = run("openssl", "x509", "-in", identity.replace("key", "cert"), "-outform", "DER")
    listed = [
        {"kind": "ecdh-p256", "id": hashlib.sha256(cms.issuer_and_serial_of(mine)).hexdigest()}
    ]
    recip = ("-aes-256-gcm", "-recip", identity.replace("key", "cert"), "-keyopt")
    refused(
        "keys: another archive key",
        keys(*recip, "ecdh_kdf_md:sha256", content=b"ab" * 32, listed=listed),
    )
    refused(
        "keys: capital hex",
        keys(*recip, "ecdh_kdf_md:sha256", content=KEY.upper().encode(), listed=listed),
    )
    refused("keys: KDF with SHA-1", keys(*recip, "ecdh_kdf_md:sha1", listed=listed))
    refused("keys: KDF with SHA-384", keys(*recip, "ecdh_kdf_md:sha384", listed=listed))


def segment_faults():
    one, two = "data/00000001.zst.p7m", "data/00000002.zst.p7m"
    plain = opened(one)
    _, _, data = inside(one)
    refused("segment 2 in the place of 1", changed(one, MEMBERS[two]))
    refused(
        "a page in the place of a segment", changed(one, MEMBERS["index/items/00000001.zst.p7m"])
    )
    refused("segment of another archive by its id", changed(one, seal(plain, archive="0" * 32)))
    refused(
        "segment of another archive by its note",
        changed(one, seal(bound("data", 1, data, "0" * 32))),
    )
    refused("segment under another key", changed(one, seal(plain, key="ab" * 32)))
    refused("segment streamed", changed(one, seal(plain, KEY, ID, "-stream")))
    refused(
        "segment in CBC",
        changed(
            one,
            run(
                "openssl",
                "cms",
                "-encrypt",
                "-binary",
                "-aes-256-cbc",
                "-secretkey",
                KEY,
                "-secretkeyid",
                ID,
                "-outform",
                "DER",
                data=plain,
            ),
        ),
    )
    refused(
        "segment with two recipients",
        changed(one, seal(plain, KEY, ID, "-recip", identity.replace("key", "cert"))),
    )
    refused("segment with a byte behind", changed(one, MEMBERS[one] + b"\0"))
    refused(
        "segment with a wrong tag", changed(one, MEMBERS[one][:-1] + bytes([MEMBERS[one][-1] ^ 1]))
    )
    refused(
        "segment with a wrong ciphertext",
        changed(one, MEMBERS[one][:-30] + bytes([MEMBERS[one][-30] ^ 1]) + MEMBERS[one][-29:]),
    )
    compressed = run("zstd", "-q", "-c", f"--stream-size={len(data)}", data=data)
    note = frame(0x184D2A50, ('{"archive":"%s","kind":"data","number":1}' % ID).encode())
    refused("segment without a note", changed(one, seal(compressed)))
    refused(
        "segment with a note with spaces",
        changed(
            one,
            seal(
                frame(0x184D2A50, ('{"archive": "%s","kind":"data","number":1}' % ID).encode())
                + compressed
            ),
        ),
    )
    refused("segment with two notes", changed(one, seal(note + note + compressed)))
    refused(
        "segment with another magic number",
        changed(one, seal(frame(0x184D2A52, note[8:]) + compressed)),
    )
    refused(
        "segment with a wrong checksum",
        changed(one, seal(note + compressed[:-1] + bytes([compressed[-1] ^ 1]))),
    )
    refused(
        "segment without content size",
        changed(one, seal(note + run("zstd", "-q", "-c", data=data))),
    )
    refused(
        "segment of two frames",
        changed(
            one,
            seal(
                bound("data", 1, data[:9])
                + run("zstd", "-q", "-c", f"--stream-size={len(data) - 9}", data=data[9:])
            ),
        ),
    )
    refused(
        "segment with padding that is not zero",
        changed(one, seal(note + compressed + frame(0x184D2A51, b"\0\1"))),
    )
    refused(
        "segment with two paddings",
        changed(one, seal(note + compressed + 2 * frame(0x184D2A51, b"\0"))),
    )
    refused("segment with a byte behind its frame", changed(one, seal(note + compressed + b"\0")))
    refused("segment with a cut frame", changed(one, seal(note + compressed[:-1])))
    big = bytes(9 << 20)
    refused(
        "segment with a window of 16 MiB",
        changed(one, seal(bound("data", 1, data + big, ID, "-1", "--zstd=wlog=24"))),
    )
    refused("segment not compressed", changed(one, seal(note + data)))

    def mapped(what, old, new, count=1, **options):
        assert old in data, what
        refused(f"map: {what}", resealed(one, lambda d: d.replace(old, new, count)), **options)

    leaves = re.search(rb"leaves \d+", data).group()
    content = re.search(rb"content \d+", data).group()
    extent = re.search(rb"\nL \d+ \d+ \d+", data).group()
    kind, item, offset, length = extent.split(b" ")
    mapped("another version", b"medark-map 1", b"medark-map 2")
    mapped("wrong leaves", leaves, leaves + b"0")
    mapped("wrong content", content, content + b"0")
    mapped("unknown kind", b"\nL ", b"\nX ")
    mapped("two spaces", b"\nL ", b"\nL  ")
    mapped("nothing to continue", extent, b" ".join((kind, item, b"=", length)))
    mapped("an item that is not there", extent, b" ".join((kind, b"99", offset, length)))
    mapped("an offset outside of the item", extent, b" ".join((kind, item, b"999999999", length)))
    mapped("a huge offset", extent, b" ".join((kind, item, b"9223372036854775807", length)))
    mapped("a length of 0", extent, extent + b"\n" + b" ".join((kind[1:], item, offset, b"0")))
    mapped("an overlap", extent, b" ".join((kind, item, b"%d" % (int(offset) + 1), length)))
    mapped("a length too much", extent, b" ".join((kind, item, offset, b"%d" % (int(length) + 1))))
    refused("map: no end", resealed(one, lambda d: b"medark-map 1\nleaves 0\ncontent 0\n"))
    refused("content: a byte more", resealed(one, lambda d: d + b"x"))
    refused(
        "content: another record",
        resealed(one, lambda d: d.replace(b"female", b"Female", 1)),
        by_tool=False,
    )


def index_faults():
    items = "index/items/00000001.zst.p7m"

    def fields(row, **values):
        def change(data):
            rows = data.split(b"\n")
            cells = rows[row].split(b"\t")
            for n, value in values.items():
                cells[int(n[1:])] = value
            rows[row] = b"\t".join(cells)
            return b"\n".join(rows)

        return change

    first = next(i.number for i in reader.Index(original).items if i.size)
    for what, path in (
        ("..", b"../x"),
        ("absolute", b"/x"),
        ("inner ..", b"a/../../x"),
        ("empty part", b"a//x"),
    ):
        stays_inside(what, resealed(items, fields(first, f9=path)))
    refused("items: another size", resealed(items, fields(first, f2=b"1")))
    # A file system may refuse it first.
    huge = resealed(items, fields(first, f2=b"9223372036854775807"))
    refused("items: a huge size", huge, codes=(1, 3))
    refused("items: a field too many", resealed(items, fields(first, f9=b"a\tb")))
    refused("items: unknown kind", resealed(items, fields(first, f1=b"link")))
    refused("items: wrong number", resealed(items, fields(first, f0=b"77")))
    refused("items: bad time", resealed(items, fields(first, f3=b"1.5")))
    refused("items: bad mode", resealed(items, fields(first, f4=b"0999")))
    refused("items: row missing", resealed(items, lambda d: d[: d[:-1].rindex(b"\n") + 1]))
    refused("items: no line end", resealed(items, lambda d: d[:-1]))
    root = "index/root.zst.p7m"
    for what, old, new in (
        ("another archive", b'"archive":"', b'"archive":"0'),
        ("another signer", b'"signer":"', b'"signer":"0'),
        ("a table missing", b'"births":', b'"birth":'),
        ("rows too many", b'"items":{"rows":', b'"items":{"rows":1'),
        ("pages as a number", b'"pages":[[0,', b'"pages":[["0",'),
        ("wrong leaves", b'"leaves":', b'"leaves":1'),
        ("a name twice", b"{", b'{"leaves":1,'),
        ("not JSON", b"{", b"["),
    ):
        refused(
            f"root: {what}",
            resealed(root, lambda d, o=old, n=new: re.sub(re.escape(o) + rb"\s*", n, d, 1)),
        )
    # What only who reads the whole index can notice.

    def backwards(data):
        return b"".join(data.splitlines(True)[::-1])

    def shorter(data):
        less = lambda m: b'"at":[[1,0,%d' % (int(m.group(1)) - 1)  # noqa: E731
        return re.sub(rb'"at":\[\[1,0,(\d+)', less, data, 1)

    for what, name, change in (
        ("a segment hash", "segments", lambda d: d[:-2] + bytes([d[-2] ^ 1]) + b"\n"),
        ("patients in another order", "patients", backwards),
        ("names in another order", "names", backwards),
        ("a patient who is not there", "births", lambda d: d[:-1] + b"9\n"),
        ("a range elsewhere", "patients", lambda d: d.replace(b'"at":[[1,', b'"at":[[1,9')),
        ("a range that cuts a record", "patients", shorter),
        ("a place outside of its segment", "outside", lambda d: d[:-1] + b"000\n"),
        ("a control character", "identifiers", lambda d: d.replace(b"http", b"\x01ttp", 1)),
    ):
        refused(f"index: {what}", resealed(f"index/{name}/00000001.zst.p7m", change), by_tool=False)


def stays_inside(what, archive):
    """A path that leads elsewhere: the reader refuses; the tool may give the item another name, but
    writes nothing outside of the target."""
    refused(f"path: {what}", archive, by_tool=None)
    if not medark:
        return
    before = set(os.listdir(folder))
    command = [
        medark,
        "restore",
        broken,
        "--trust",
        cert,
        "--identity",
        identity,
        "--to",
        os.path.join(folder, "out"),
    ]
    got = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if (
        set(os.listdir(folder)) - before - {"out"}
        or os.path.exists("/x")
        or got.returncode not in (0, 3)
    ):
        failures.append(f"medark: path {what}: exit code {got.returncode}: {got.stdout!r}")
    subprocess.run(["rm", "-rf", os.path.join(folder, "out")], check=True)


def main():
    # The tools of this test make good archives too.
    with open(broken, "wb") as f:
        f.write(resealed("data/00000001.zst.p7m", lambda d: d))
    reader.Archive(broken, trust, now)
    for faults in (flips, damage, tar_faults, manifest_faults, signature_faults, header_faults,
                   keys_faults, segment_faults, index_faults):  # fmt: skip
        faults()
    print(*failures, sep="\n")
    print(f"{done} faults, {len(failures)} not as they should be")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
