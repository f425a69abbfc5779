// SPDX-License-Identifier: Apache-2.0
// Records out of the definitions, with every element, from few values, so that queries meet them.

export class Random {
	constructor(seed) {
		this.state = seed >>> 0;
	}
	next() {
		// mulberry32
		this.state = (this.state + 0x6d2b79f5) >>> 0;
		let t = this.state;
		t = Math.imul(t ^ (t >>> 15), t | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	}
	below(n) {
		return Math.floor(this.next() * n);
	}
	pick(list) {
		return list[this.below(list.length)];
	}
	chance(p) {
		return this.next() < p;
	}
}

export const DATES = [
	"2019", "2020", "2020-02", "2020-03", "2020-02-29", "2020-03-29", "2020-10-25", "1969-12-31", "0001-01-01", "9999-12-31",
	"2020-01-01", "1937-07-01", "2050-07", "2051-03-26", "2051-10-29",
];
export const TIMES = [
	"2020-02-29T12:00:00+01:00", "2020-02-29T11:00:00Z", "2020-03-29T01:59:59+01:00", "2020-03-29T03:00:00+02:00",
	"2020-10-25T02:30:00+02:00", "2020-10-25T02:30:00+01:00", "2020-02-29T23:30:00-05:00", "2020-02-29T12:00:00.5Z",
	"2020-02-29T12:00:00.250+01:00", "2020-03-28T23:00:00Z", "2020-03-29T22:00:00Z", "2020-01-01T00:00:00+01:00",
	"2019-12-31T23:00:00Z", "2050-07-01T00:00:00+02:00", "1969-12-31T23:59:59.999999999Z",
	// Not FHIR's, but met: no zone.
	"2020-10-25T02:30:00", "2020-03-29T02:30:00", "2020-02-29T12:00:00",
];
const WORDS = [
	"Berg", "van der Berg", "Zoë", "ZOE", "Łukasz", "Ørsted", "Straße", "STRASSE", "'s-Gravenhage", "O’Brien-Jansen",
	"two  words", "Ab, c|d", "a\\b", "100 %", "Đorđević", "İstanbul", "ﬁn", "x", "日本 語",
];
const CODES = ["active", "Active", "final", "FINAL", "a,b", "x|y", "1", "male", "en", "c$d"];
const SYSTEMS = ["http://example.org/a", "http://example.org/b", "urn:oid:1.2.3", "http://unitsofmeasure.org"];
const UNITS = ["mg", "kg", "Mg", "a"];
const NUMBERS = ["1.10", "1.1", "1.14", "1.05", "5", "100", "99.5", "100.5", "1.15", "100.49", "1e2", "0", "-0.5", "-1.1", "0.0050", "12345678901234567890.5"];
const IDS = ["1", "2", "abc", "A-1.b", "patient-3"];
export const BASE = "https://fhir.example.org/base";

const SKIP = new Set(["extension", "modifierExtension", "contained", "implicitRules", "text", "meta"]);

export class Maker {
	constructor(definitions, random) {
		this.definitions = definitions;
		this.random = random;
	}

	primitive(code) {
		const r = this.random;
		switch (code) {
			case "boolean":
				return r.chance(0.5);
			case "integer":
			case "positiveInt":
			case "unsignedInt":
				return r.below(100);
			case "decimal":
				// A number with its precision: see text().
				return "@number@" + r.pick(NUMBERS);
			case "date":
				return r.pick(DATES);
			case "dateTime":
				return r.chance(0.5) ? r.pick(DATES) : r.pick(TIMES);
			case "instant":
				return r.pick(TIMES);
			case "time":
				return "12:00:00";
			case "code":
				return r.pick(CODES);
			case "uri":
			case "url":
			case "canonical":
			case "oid":
			case "uuid":
				return r.pick([...SYSTEMS, "http://example.org/Questionnaire/q|1.0", "http://example.org/Questionnaire/q"]);
			case "id":
				return r.pick(IDS);
			case "base64Binary":
				return "AAAA";
			default:
				return r.pick(WORDS);
		}
	}

	reference(element) {
		const r = this.random;
		const targets = (element.type.find((t) => t.code === "Reference").targetProfile ?? []).map((p) => p.split("/").pop());
		const type = r.chance(0.5) && targets.includes("Patient") ? "Patient" : r.pick(targets.length ? targets : ["Patient"]);
		const target = type === "Resource" ? "Patient" : type;
		const id = r.pick(IDS);
		return r.pick([
			() => ({ reference: `${target}/${id}` }),
			() => ({ reference: `${target}/${id}` }),
			() => ({ reference: `${target}/${id}/_history/2` }),
			() => ({ reference: `${BASE}/${target}/${id}` }),
			() => ({ reference: `https://other.example.org/${target}/${id}` }),
			() => ({ reference: "urn:uuid:00000000-0000-4000-8000-00000000000" + r.below(3), type: target }),
			() => ({ reference: "urn:uuid:00000000-0000-4000-8000-00000000000" + r.below(3) }),
			() => ({ reference: r.pick(["#p", "#none"]) }),
			() => ({ identifier: { system: r.pick(SYSTEMS), value: r.pick(CODES) }, display: "x" }),
			() => ({ type: target, identifier: { value: r.pick(CODES) } }),
		])();
	}

	value(code, element, depth) {
		if (/^[a-z]/.test(code)) {
			return this.primitive(code);
		}
		if (code === "http://hl7.org/fhirpath/System.String") {
			return this.random.pick(IDS);
		}
		const r = this.random;
		switch (code) {
			case "Reference":
				return this.reference(element);
			case "Coding":
				return drop({ system: r.chance(0.8) ? r.pick(SYSTEMS) : undefined, code: r.chance(0.9) ? r.pick(CODES) : undefined, display: "x" });
			case "Identifier":
				return drop({ system: r.chance(0.8) ? r.pick(SYSTEMS) : undefined, value: r.chance(0.9) ? r.pick(CODES) : undefined });
			case "ContactPoint":
				return drop({ system: r.pick(["phone", "email", undefined]), value: r.pick(["0612345678", "Jan@example.org", "1"]) });
			case "Period":
				return drop({ start: r.chance(0.7) ? this.primitive("dateTime") : undefined, end: r.chance(0.6) ? this.primitive("dateTime") : undefined });
			case "Quantity":
			case "Age":
			case "Duration":
				return drop({
					value: this.primitive("decimal"), comparator: r.pick(["<", "<=", ">", ">=", undefined, undefined, undefined, undefined]),
					unit: r.pick(UNITS), system: r.pick([undefined, SYSTEMS[3], SYSTEMS[0]]), code: r.pick([undefined, ...UNITS]),
				});
			case "Range": {
				const unit = r.pick(UNITS);
				const end = () => (r.chance(0.8) ? { value: this.primitive("decimal"), system: SYSTEMS[3], code: unit } : undefined);
				return drop({ low: end(), high: end() });
			}
			default:
				return this.definitions.types.has(code) ? this.object(code, code, depth) : undefined;
		}
	}

	object(type, at, depth) {
		const out = {};
		for (const element of this.definitions.children(type, at)) {
			let name = element.path.split(".").pop();
			if (SKIP.has(name) || (name === "id" && at !== "Resource") || !element.type || !this.random.chance(depth > 2 ? 0.5 : 0.8)) {
				continue;
			}
			// Records are small: below this only what a data type holds.
			if (depth > 4) {
				continue;
			}
			const chosen = this.random.pick(element.type);
			if (name.endsWith("[x]")) {
				name = name.slice(0, -3) + chosen.code[0].toUpperCase() + chosen.code.slice(1);
			}
			const one = () =>
				["BackboneElement", "Element"].includes(chosen.code)
					? this.object(type, element.path, depth + 1)
					: this.value(chosen.code, { ...element, type: [chosen] }, depth + 1);
			if (element.max === "*") {
				const list = Array.from({ length: 1 + this.random.below(2) }, one).filter((v) => v !== undefined);
				if (list.length) {
					out[name] = list;
				}
			} else {
				const value = one();
				if (value !== undefined) {
					out[name] = value;
				}
			}
		}
		return out;
	}

	record(type, id) {
		const r = this.random;
		return drop({
			resourceType: type,
			id,
			meta: drop({
				lastUpdated: r.pick(TIMES.slice(0, 14)),
				profile: r.chance(0.5) ? [r.pick(SYSTEMS)] : undefined,
				source: r.chance(0.5) ? r.pick(SYSTEMS) : undefined,
				tag: r.chance(0.5) ? [this.value("Coding")] : undefined,
				security: r.chance(0.5) ? [this.value("Coding")] : undefined,
			}),
			contained: r.chance(0.5) ? [{ resourceType: r.pick(["Patient", "Practitioner"]), id: "p" }] : undefined,
			...this.object(type, type, 1),
		});
	}
}

function drop(object) {
	for (const name of Object.keys(object)) {
		if (object[name] === undefined) {
			delete object[name];
		}
	}
	return Object.keys(object).length ? object : undefined;
}

// The record's line; and the record as it is read again.
export function text(record) {
	return JSON.stringify(record).replace(/"@number@([^"]*)"/g, "$1");
}
