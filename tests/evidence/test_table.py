# SPDX-License-Identifier: Apache-2.0
"""Who signed, and when: a table of cases, each with the exact verdict of medark and of stock OpenSSL.

Of each case `verify` gives the exit code, and a sentence or what it found; `openssl cms -verify` is asked
of the same signature, as of the time that a trusted stamp proves, and `openssl ts -verify` of the first
stamp. Where they differ, the case says why.
"""

import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "cli"))

from cli import Test, main  # noqa: E402
from pki import DOCUMENTS, NOW, SHA1, Party, Purpose, Signed, day, hashes, lists, rsa_key, stamp, ec  # noqa: E402,F401
from clinic import Archive  # noqa: E402
import medark_cms as cms  # noqa: E402
import medark_reader as reader  # noqa: E402

ROOT = Party("Root", ca=True, begin=-3650, end=3650)
OTHER = Party("Other root", ca=True, begin=-3650, end=3650)
SUB = Party("Sub", ROOT, ca=True, begin=-3000, end=3000)
STAMPS = Party("Stamp root", ca=True, begin=-3650, end=3650)
SIGNED = Signed(Archive({}, "signer").bytes())


def signer(name="Clinic", issuer=SUB, **odd):
    return Party(name, issuer, **odd)


def authority(name="Stamps", issuer=STAMPS, *, purposes=(Purpose.TIME_STAMPING,), critical=True, **odd):
    return Party(name, issuer, purposes=purposes, critical=critical, **{"begin": -3000, "end": 3000, **odd})


CLINIC = signer()
VENDOR = Party("Vendor", ROOT)
TSA = authority()
EXPIRED = signer(begin=-400, end=-10)
AT_HAND = SIGNED.sign(CLINIC, SUB)
OLD = SIGNED.sign(EXPIRED, SUB, when=-20)
NOT_ANCHORED = "its certificate does not lead to a trust anchor"


class Case:
    """`code` and `says`: of medark verify; `cms`, `ts`: does OpenSSL accept signature and stamp (None: is not
    asked); `found`: members of the JSON summary; `because`: why OpenSSL's verdict on the signature is another."""

    def __init__(self, name, code, says="", *, p7s=AT_HAND, more=(), trust=(ROOT,), stamps=(STAMPS,), crls=(), stamp_crls=(),
                 options=(), cms=None, ts=None, because="", at=None, **found):
        self.name, self.code, self.says, self.p7s, self.more, self.found = name, code, says, p7s, more, found
        self.trust = b"".join(party.pem for party in trust) + b"".join(crls)
        self.stamps = b"".join(party.pem for party in stamps) + b"".join(stamp_crls)
        self.options, self.cms, self.ts, self.because, self.at, self.crls = options, cms, ts, because, at, bool(crls)


def date(number):
    return day(number).strftime("%Y-%m-%dT%H:%M:%SZ")


def untrusted(name, reason, who="CN=Clinic", **odd):
    odd.setdefault("cms", False)
    return Case(name, 4, f"the signer '{who}' is not trusted: {reason}", **odd)


def chain(name, reason, party, *inside, **odd):
    """A signer who is trusted, or not for this reason."""
    if reason:
        return untrusted(name, reason, "CN=" + party.name, p7s=SIGNED.sign(party, *inside), **odd)
    return Case(name, 0, p7s=SIGNED.sign(party, *inside), cms=odd.pop("cms", True), **odd)


def chains():
    not_for_signing = ("its certificate is not meant for signing (its extendedKeyUsage names neither documentSigning nor "
                       "emailProtection nor codeSigning)")
    openssl_any = "OpenSSL does not ask what a certificate is for where any purpose is taken (F-26)"
    leaf = Party("Leaf as authority", SUB, ca=False)
    short = Party("Short", ROOT, ca=True, path=0, begin=-3000, end=3000)
    web = Party("Web", ROOT, ca=True, purposes=[Purpose.SERVER_AUTH], begin=-3000, end=3000)
    again = Party("Sub", OTHER, ca=True, key=SUB.key, begin=-3000, end=3000)
    forged = Party("Sub", OTHER, ca=True, begin=-3000, end=3000)
    old_sub = Party("Old sub", ROOT, ca=True, begin=-3000, end=-1)
    old_root = Party("Old root", ca=True, begin=-3000, end=-1)
    weak_sub = Party("Weak", ROOT, ca=True, key=rsa_key(1024), begin=-3000, end=3000)
    yield Case("root, intermediate, signer", 0, cms=True, proven_at=None, revocation_checked=False)
    yield Case("the intermediate is the anchor", 0, trust=[SUB], cms=True)
    yield Case("the signer's own certificate is the anchor", 0, trust=[CLINIC], cms=True)
    yield untrusted("another root", NOT_ANCHORED, trust=[OTHER])
    yield chain("two roots, one fits", "", CLINIC, SUB, trust=[OTHER, ROOT])
    yield untrusted("the signer has expired", "its certificate has expired", p7s=OLD)
    yield chain("the signer is not valid yet", "its certificate is not valid yet", signer(begin=5), SUB)
    yield chain("the intermediate has expired", "a certificate above its own has expired", signer(issuer=old_sub), old_sub)
    yield chain("the root has expired", "a certificate above its own has expired", signer(issuer=old_root), trust=[old_root])
    yield chain("the intermediate is not there", NOT_ANCHORED, CLINIC)
    yield chain("the issuer is no authority", "invalid CA certificate", signer(issuer=leaf), leaf, SUB)
    yield chain("more authorities than allowed", "path length constraint exceeded", signer(
        issuer=(deep := Party("Deep", short, ca=True, begin=-3000, end=3000))), deep, short)
    yield chain("for web servers", not_for_signing, signer(purposes=[Purpose.SERVER_AUTH]), SUB, cms=True, because=openssl_any)
    yield chain("for signing documents", "", signer(purposes=[DOCUMENTS]), SUB)
    yield chain("for e-mail", "", signer(purposes=[Purpose.EMAIL_PROTECTION]), SUB)
    yield chain("for code", "", signer(purposes=[Purpose.CODE_SIGNING]), SUB)
    yield chain("for encryption only", "its certificate is not meant for signing (digitalSignature is missing)",
                signer(uses=["key_encipherment"]), SUB, cms=True, because=openssl_any)
    yield chain("for non-repudiation only", "", signer(uses=["content_commitment"]), SUB)
    yield chain("the intermediate is for web servers", "a certificate above its own is not meant for signing (its "
                "extendedKeyUsage names neither documentSigning nor emailProtection nor codeSigning)",
                signer(issuer=web), web, cms=True, because=openssl_any)
    yield chain("the intermediate is weak", "CA certificate key too weak", signer(issuer=weak_sub), weak_sub, cms=True,
                because="OpenSSL's command line asks for less than 112 bits of security")
    yield chain("cross-signed, by the root that is trusted", "", CLINIC, again, trust=[OTHER])
    yield chain("cross-signed, by the other one", NOT_ANCHORED, CLINIC, again, trust=[ROOT])
    yield chain("both ways are inside: OpenSSL tries one", NOT_ANCHORED, CLINIC, SUB, again, trust=[OTHER])
    yield chain("an intermediate of the same name with another key", "certificate signature failure", CLINIC, forged, trust=[OTHER])
    yield untrusted("another signer was asked for", "its certificate is not the one that was asked for",
                    options=["--signed-by", "11" * 32], cms=True, because="OpenSSL was asked for none")
    yield Case("over another manifest", 3, "the signature is not over this manifest", cms=False,
               p7s=SIGNED.sign(CLINIC, SUB, manifest=SIGNED.manifest + b"\n"))
    yield Case("the value is another", 3, "the signature is wrong", cms=False,
               p7s=SIGNED.sign(CLINIC, SUB, value=lambda key, data: key.sign(data + b"x", ec.ECDSA(hashes.SHA256()))))
    yield Case("an expired signer, as of when it was valid", 0, p7s=OLD, cms=True, at=-20,
               options=["--at", day(-20).strftime("%Y-%m-%d")])


def revocation():
    good, bad = SUB.crl(), SUB.crl((CLINIC, -2))
    roots = ROOT.crl()
    revoked, above = "its certificate was revoked", "a certificate above its own was revoked"
    yield Case("lists say nothing against it", 0, crls=[good, roots], cms=True, revocation_checked=True,
               revocation_as_of=date(-5))
    yield untrusted("revoked", revoked, crls=[bad, roots])
    yield untrusted("the intermediate is revoked", above, crls=[good, ROOT.crl((SUB, -2))])
    yield untrusted("a list that was given is out of date", "CRL has expired", crls=[SUB.crl(begin=-9, end=-2), roots])
    yield Case("a list of somebody else", 0, crls=[OTHER.crl()], cms=False, revocation_checked=False,
               because="OpenSSL wants a list of each issuer; here it is told that there is none")
    carried = dict(cms=True, because="")
    yield Case("the archive has the list", 0, more=[("MANIFEST.crl", lists(good, roots))], revocation_checked=True, **carried)
    yield untrusted("the archive has a list that names it", revoked, more=[("MANIFEST.crl", lists(bad, roots))],
                    cms=True, because="OpenSSL is not given the archive's lists here")
    yield Case("the archive's list is out of date", 0, more=[("MANIFEST.crl", lists(SUB.crl(begin=-9, end=-2)))],
               revocation_checked=False, **carried)
    yield Case("the archive's list is forged", 0, more=[("MANIFEST.crl", lists(SUB.crl((CLINIC, -2), key=OTHER.key)))],
               revocation_checked=False, **carried)
    yield untrusted("an old list of the archive makes no list fresh", "CRL has expired", crls=[SUB.crl(begin=-9, end=-2), roots],
                    more=[("MANIFEST.crl", lists(SUB.crl(begin=-20, end=-15)))])
    yield untrusted("revoked in 1970", revoked, crls=[SUB.crl((CLINIC, -(NOW.timestamp() / 86400))), roots])
    named = "its certificate, or one above it, was revoked"
    yield untrusted("an older list of the archive hides no newer one", revoked, crls=[SUB.crl((CLINIC, -2), begin=-1), roots],
                    more=[("MANIFEST.crl", lists(SUB.crl(begin=-5)))])
    yield untrusted("nor a newer one an older one", named, crls=[bad, roots], more=[("MANIFEST.crl", lists(SUB.crl(begin=-1)))])
    there, elsewhere = "http://here.example/1.crl", "http://here.example/2.crl"
    placed = SIGNED.sign(signer(place=there), SUB)
    for part, counts, p7s in (("users", True, AT_HAND), (there, True, placed), (there, False, AT_HAND)):
        yield Case(f"the archive's list is of {part}, of {'those' if counts else 'others'}", 0, p7s=p7s, revocation_checked=counts,
                   more=[("MANIFEST.crl", lists(SUB.crl(part=part)))], revocation_as_of=date(-5) if counts else None, **carried)
    for part in "authorities", elsewhere:
        yield Case(f"the archive's list is of {part}", 0, p7s=placed, more=[("MANIFEST.crl", lists(SUB.crl(part=part)))],
                   revocation_checked=False, revocation_as_of=None, **carried)
    malformed = "MANIFEST.crl: it is not the one form of these revocation lists"
    ordered = lists(good, roots)
    split = ordered.index(b"-----BEGIN", 10)
    yield Case("a blank line between lists", 3, malformed, more=[("MANIFEST.crl", ordered[:split] + b"\n" + ordered[split:])])
    yield Case("lists in another order", 3, malformed, more=[("MANIFEST.crl", ordered[split:] + ordered[:split])])
    yield Case("a list twice", 3, malformed, more=[("MANIFEST.crl", good + good)])
    yield Case("no list", 3, "MANIFEST.crl: it holds no revocation list", more=[("MANIFEST.crl", b"\n")])
    yield Case("a certificate among the lists", 3, "MANIFEST.crl: it holds something else than revocation lists (X509 CRL)",
               more=[("MANIFEST.crl", good + CLINIC.pem)])


def stamped(name, code, says="", *, tsa=TSA, when=-20, p7s=OLD, more=(), ts=True, **odd):
    """An archive of the expired signer with a stamp of that day."""
    kept = odd.pop("kept", None) or stamp(tsa, p7s, when, **odd.pop("token", {}))
    proven = odd.pop("proven", code == 0)
    if code == 0:
        odd["proven_at"] = day(when).strftime("%Y-%m-%dT%H:%M:%SZ") if proven else None
    return Case(name, code, says, p7s=p7s, more=[("MANIFEST.tsr", kept), *more], ts=ts, at=when if proven else None, **odd)


def stamps():
    expired = "the signer 'CN=Clinic' is not trusted: its certificate has expired"
    revoked = SIGNED.sign(CLINIC, SUB, when=-20)
    since = "the signer 'CN=Clinic' is not trusted: its certificate was revoked"
    yield stamped("stamped today", 0, p7s=AT_HAND, when=0, cms=True)
    yield stamped("stamped while the signer was valid", 0, cms=True)
    yield stamped("stamped when the signer had expired", 4, expired, when=-5, cms=False)
    yield stamped("the authority is of another root", 4, expired, stamps=[OTHER], ts=False, cms=False)
    yield stamped("no authority is trusted, the signer is valid", 0, p7s=AT_HAND, stamps=[OTHER], ts=False, proven=False, cms=True)
    yield stamped("the authority is of the signer's root", 0, tsa=authority(issuer=ROOT), stamps=[ROOT], cms=True)
    yield stamped("with an intermediate authority", 0, tsa=authority(issuer=(mid := Party("Mid", STAMPS, ca=True))),
                  token={"chain": [mid]}, when=-20, cms=True)
    yield stamped("revoked after the stamp", 0, p7s=revoked, cms=None, more=[("MANIFEST.crl", lists(SUB.crl((CLINIC, -2)), ROOT.crl()))],
                  revoked_at=day(-2).strftime("%Y-%m-%dT%H:%M:%SZ"))
    yield stamped("revoked before the stamp", 4, since, p7s=revoked,
                  more=[("MANIFEST.crl", lists(SUB.crl((CLINIC, -30)), ROOT.crl()))])
    yield stamped("revoked after it, but no secret any more before", 4, since, p7s=revoked,
                  more=[("MANIFEST.crl", lists(SUB.crl((CLINIC, -2, -30)), ROOT.crl()))])
    # Of the signer's authority, as of the stamp: which list counts, and which date is told (RFC 5280 section 6.3.3).
    ran_out, then, later = SUB.crl(begin=-40, end=-30), SUB.crl(begin=-25, end=-10), SUB.crl(begin=-15, end=-10)
    for name, kept, as_of in (("in force at the stamp's time", [then], -25), ("of after the stamp", [later], -15),
                              ("of after the stamp, beside one of its time", [then, later], -15),
                              ("of before it, that does not say until when it holds", [SUB.crl(begin=-25, end=None)], None),
                              ("of after it, that does not either", [SUB.crl(begin=-15, end=None)], -15),
                              ("that had run out by then", [ran_out], None), ("that had run out, and a later one", [ran_out, later], -15)):
        yield stamped("a list " + name, 0, p7s=revoked, cms=None, more=[("MANIFEST.crl", lists(*kept, ROOT.crl()))],
                      revocation_checked=as_of is not None, revocation_as_of=as_of and date(as_of))
    yield stamped("over something else", 3, "MANIFEST.tsr: the time stamp is over something else", ts=False,
                  token={"digest": bytes(32)})
    yield stamped("its signature is wrong", 3, "MANIFEST.tsr: the signature of the time stamp is wrong", ts=False,
                  token={"damage": True})
    yield stamped("over a SHA-1 hash", 3, "MANIFEST.tsr: the time stamp is over a hash that is not taken (SHA-256, SHA-384 and "
                  "SHA-512 are)", token={"algorithm": SHA1, "digest": bytes(20)}, ts=False)
    yield stamped("refused", 3, "MANIFEST.tsr: the time stamp is malformed", token={"status": 2}, ts=False)
    yield stamped("bytes behind it", 3, "MANIFEST.tsr: the time stamp is malformed", token={"after": b"\0"}, ts=None)
    unsigned = b"\xa1" + SET_OF_ONE[1:]
    yield stamped("something that nobody signed", 3, "MANIFEST.tsr: the time stamp holds what its authority did not sign",
                  token={"unsigned": unsigned}, ts=True)
    plain = dict(p7s=AT_HAND, when=-1, proven=False, ts=False, cms=True)
    yield stamped("the authority may not stamp", 0, tsa=authority(purposes=()), **plain)
    yield stamped("stamping is not critical", 0, tsa=authority(critical=False), **plain)
    yield stamped("it may do more than stamp", 0, tsa=authority(purposes=[Purpose.TIME_STAMPING, Purpose.CODE_SIGNING]), **plain)
    yield stamped("the authority has expired", 0, tsa=authority(end=-1), **{**plain, "when": -20})
    yield stamped("stamped before the authority was valid", 0, tsa=authority(begin=-10), **{**plain, "ts": True, "when": -20})
    web = Party("Web", STAMPS, ca=True, purposes=[Purpose.SERVER_AUTH], begin=-3000, end=3000)
    yield stamped("the authority is below one for web servers", 0, tsa=authority(issuer=web), token={"chain": [web]},
                  **{**plain, "ts": True})
    yield stamped("of the future", 0, **{**plain, "ts": True, "when": 2})
    yield stamped("the authority is revoked", 0, tsa=TSA, stamp_crls=[STAMPS.crl((TSA, -2))], **{**plain, "ts": None})
    first = stamp(late := authority(end=-5), OLD, -20)
    inside = [("MANIFEST.tsr", first)]
    second = stamp(TSA, SIGNED.covered(OLD, *inside), -6)
    yield stamped("stamped again before the authority expired", 0, kept=first, more=[("MANIFEST.2.tsr", second)], ts=None, cms=True)
    yield stamped("stamped again too late", 4, expired, kept=first, ts=None, cms=None,
                  more=[("MANIFEST.2.tsr", stamp(TSA, SIGNED.covered(OLD, *inside), -4))])
    yield stamped("the second is over the first alone", 3, "MANIFEST.2.tsr: the time stamp is over something else", kept=first,
                  more=[("MANIFEST.2.tsr", stamp(TSA, first, -6))], ts=None)
    kept = stamp(TSA, OLD, -20)
    yield stamped("the second is older", 3, "a time stamp is older than the one before it, 1", ts=None, kept=kept,
                  more=[("MANIFEST.2.tsr", stamp(TSA, SIGNED.covered(OLD, ("MANIFEST.tsr", kept)), -21))])


SET_OF_ONE = b"\x31\x11" + b"\x30\x0f\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x02\x31\x02\x05\x00"


def cosigned():
    other = SIGNED.sign(VENDOR)
    stranger = SIGNED.sign(Party("Stranger"))

    def case(name, code, says="", *more, **odd):
        return Case(name, code, says, more=more, cms=True if code == 0 else None, **odd)

    yield case("the vendor has signed, too", 0, "", ("MANIFEST.2.p7s", other), signatures=[("CN=Vendor", True)])
    yield case("and a stranger", 0, "", ("MANIFEST.2.p7s", other), ("MANIFEST.3.p7s", stranger),
               signatures=[("CN=Vendor", True), ("CN=Stranger", False)])
    yield case("the vendor signed something else", 3, "MANIFEST.2.p7s: the signature is not over this manifest",
               ("MANIFEST.2.p7s", SIGNED.sign(VENDOR, manifest=b"x")))
    yield case("the third signature without the second", 3, "MANIFEST.3.p7s comes without the signature before it",
               ("MANIFEST.3.p7s", other))
    yield case("signatures in another order", 3, "MANIFEST.3.p7s comes without the signature before it",
               ("MANIFEST.3.p7s", stranger), ("MANIFEST.2.p7s", other))
    yield case("a signature behind a stamp", 3, "MANIFEST.2.p7s does not stand where it should",
               ("MANIFEST.tsr", stamp(TSA, AT_HAND, -1)), ("MANIFEST.2.p7s", other))
    yield case("a second stamp without the first", 3, "MANIFEST.2.tsr comes without the time stamp before it",
               ("MANIFEST.2.tsr", stamp(TSA, AT_HAND, -1)))
    yield case("a list before the stamp that it follows", 3, "MANIFEST.tsr does not stand where it should",
               ("MANIFEST.crl", lists(SUB.crl())), ("MANIFEST.tsr", stamp(TSA, AT_HAND, -1)))
    yield case("an unknown member", 3, "something stands between MANIFEST.p7s and LOCATOR that has no place there",
               ("MANIFEST.txt", b"hello"))
    yield case("a tenth signature", 3, "something stands between MANIFEST.p7s and LOCATOR that has no place there",
               ("MANIFEST.10.p7s", other))
    gone = Party("Vendor", ROOT, begin=-400, end=-10)
    once = [("MANIFEST.2.p7s", SIGNED.sign(gone, when=-20)), ("MANIFEST.tsr", stamp(TSA, AT_HAND, -19))]
    twice = [*once, ("MANIFEST.2.tsr", stamp(TSA, SIGNED.covered(AT_HAND, *once), -18))]
    yield case("the first stamp does not cover the vendor's", 0, "", *once, signatures=[("CN=Vendor", False)])
    yield case("the second stamp does", 0, "", *twice, signatures=[("CN=Vendor", True)])


class Table(Test):
    def setUp(self):
        super().setUp()
        self.write("MANIFEST", SIGNED.manifest)

    def openssl(self, *args):
        done = subprocess.run(["openssl", *args], cwd=self.folder, capture_output=True, check=False)
        return done.returncode == 0

    def check_stock(self, case):
        at = ["-attime", str(int(day(case.at).timestamp()))] if case.at is not None else []
        self.write("MANIFEST.p7s", case.p7s)
        if case.cms is not None:
            lists_too = ["-crl_check_all"] if case.crls else []
            self.assertEqual(self.openssl("cms", "-verify", "-binary", "-cades", "-inform", "DER", "-in", "MANIFEST.p7s", "-content", "MANIFEST",
                                          "-out", "/dev/null", "-purpose", "any", "-partial_chain", "-CAfile", "trust.pem", *at, *lists_too),
                             case.cms, "openssl cms -verify")
            if case.cms != (case.code == 0) and case.code in (0, 4):
                self.assertTrue(case.because, "OpenSSL says otherwise, and nobody says why")
        if case.ts is not None:
            self.write("MANIFEST.tsr", dict(case.more)["MANIFEST.tsr"])
            self.assertEqual(self.openssl("ts", "-verify", "-in", "MANIFEST.tsr", "-data", "MANIFEST.p7s", "-partial_chain",
                                          "-CAfile", "stamps.pem"), case.ts, "openssl ts -verify")

    def check_reader(self, case):
        """The reader in Python, written from FORMAT.md, finds malformed what medark does."""
        if case.code not in (0, 3) or "older" in case.name:  # it does not judge whose stamps are trusted
            return
        trust = cms.Trust(self.path("trust.pem"))
        try:
            reader.Archive(self.path("a.medark"), trust, day(case.at or (-20 if case.code else 0)))
            self.assertEqual(case.code, 0, "the reader in Python takes it")
        except cms.Malformed as error:
            self.assertEqual(case.code, 3, f"the reader in Python refuses it: {error}")

    def check_case(self, case):
        self.write("a.medark", SIGNED.archive(case.p7s, *case.more))
        self.write("trust.pem", case.trust)
        self.write("stamps.pem", case.stamps)
        result = self.run_medark("verify", "a.medark", "--trust", "trust.pem", "--tsa-trust", "stamps.pem", "--json", *case.options)
        self.assertEqual(result.code, case.code, result.err + result.out)
        answer, = [line for line in result.json() if line["message_type"] in ("summary", "error")][:1]
        if case.code:
            self.assertTrue(answer["message"].endswith(case.says), answer["message"])
        for name, value in case.found.items():
            seen = answer[name]
            if name == "signatures":
                seen = [(each["signer"], each["trusted"]) for each in seen]
            self.assertEqual(seen, value, name)
        self.check_stock(case)
        self.check_reader(case)

    def check_all(self, cases):
        for case in cases:
            with self.subTest(case.name):
                self.check_case(case)

    def test_chains_of_certificates(self):
        self.check_all(chains())

    def test_revocation(self):
        self.check_all(revocation())

    def test_time_stamps(self):
        self.check_all(stamps())

    def test_further_signatures(self):
        self.check_all(cosigned())

    def test_the_table_is_as_long_as_it_says(self):
        names = [case.name for part in (chains, revocation, stamps, cosigned) for case in part()]
        self.assertEqual(len(names), len(set(names)))
        self.assertGreaterEqual(len(names), 75)


if __name__ == "__main__":
    main()
