// SPDX-License-Identifier: Apache-2.0
// What a search finds, by the specification, as simply as it can be said: one record after the other.
import { BASE } from "./random_records.mjs";

const ZONE = "Europe/Amsterdam";

// ---- dates, in nanoseconds ----

const clock = new Intl.DateTimeFormat("en-CA", {
	timeZone: ZONE, calendar: "gregory", numberingSystem: "latn", hourCycle: "h23",
	year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", era: "short",
});

function utc(year, month, day, hour = 0, minute = 0, second = 0) {
	const date = new Date(0);
	date.setUTCFullYear(year, month - 1, day);
	date.setUTCHours(hour, minute, second, 0);
	return date.getTime();
}

const offsets = new Map();
function offsetAt(ms) {
	if (!offsets.has(ms)) {
		const p = Object.fromEntries(clock.formatToParts(new Date(ms)).map((x) => [x.type, x.value]));
		const year = p.era.startsWith("B") ? 1 - Number(p.year) : Number(p.year);
		offsets.set(ms, utc(year, Number(p.month), Number(p.day), Number(p.hour), Number(p.minute), Number(p.second)) - ms);
	}
	return offsets.get(ms);
}

// Every moment at which the clock shows this; the first. In a gap the clock goes on as before.
function fromClock(local) {
	const tries = [-86400000, 0, 86400000].map((d) => offsetAt(local + d));
	const hits = tries.map((o) => local - o).filter((ms) => offsetAt(ms) === local - ms);
	return hits.length ? Math.min(...hits) : local - tries[0];
}

const DATE = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d)?)?)?)?$/;
const BILLION = 1000000000n;
const BEGIN = -(10n ** 30n);
const END = 10n ** 30n;

const ranges = new Map();
export function range(text) {
	if (!ranges.has(text)) {
		ranges.set(text, readRange(text));
	}
	return ranges.get(text);
}

function readRange(text) {
	const m = DATE.exec(text);
	if (!m) {
		return undefined;
	}
	const [year, month, day, hour, minute, second] = m.slice(1, 7).map((x) => (x === undefined ? undefined : Number(x)));
	const ns = (ms) => BigInt(ms) * 1000000n;
	if (year < 1) {
		return undefined;
	}
	if (month === undefined) {
		return [ns(fromClock(utc(year, 1, 1))), ns(fromClock(utc(year + 1, 1, 1)))];
	}
	if (month < 1 || month > 12) {
		return undefined;
	}
	if (day === undefined) {
		return [ns(fromClock(utc(year, month, 1))), ns(fromClock(utc(year, month + 1, 1)))];
	}
	if (day < 1 || new Date(utc(year, month, day)).getUTCDate() !== day) {
		return undefined;
	}
	if (hour === undefined) {
		return [ns(fromClock(utc(year, month, day))), ns(fromClock(utc(year, month, day + 1)))];
	}
	if (hour > 23 || minute > 59 || (second ?? 0) > 60) {
		return undefined;
	}
	const local = utc(year, month, day, hour, minute, second ?? 0);
	let ms;
	if (m[8] === undefined) {
		ms = fromClock(local);
	} else if (m[8] === "Z") {
		ms = local;
	} else {
		const sign = m[8][0] === "-" ? 1 : -1;
		ms = local + sign * (Number(m[8].slice(1, 3)) * 60 + Number(m[8].slice(4))) * 60000;
	}
	const digits = (m[7] ?? "").slice(0, 9);
	const from = ns(ms) + BigInt(digits.padEnd(9, "0") || 0);
	const step = m[6] === undefined ? 60n * BILLION : BILLION / 10n ** BigInt(digits.length);
	return [from, from + step];
}

function dateRange({ type, value }) {
	if (typeof value === "string") {
		return range(value);
	}
	if (type === "Timing") {
		const all = (value.event ?? []).map(range).filter(Boolean);
		if (value.repeat?.boundsPeriod) {
			const bounds = dateRange({ type: "Period", value: value.repeat.boundsPeriod });
			if (bounds) {
				all.push(bounds);
			}
		}
		return all.length
			? [all.map((r) => r[0]).reduce((a, b) => (a < b ? a : b)), all.map((r) => r[1]).reduce((a, b) => (a > b ? a : b))]
			: undefined;
	}
	const start = value.start === undefined ? [BEGIN, BEGIN] : range(value.start);
	const end = value.end === undefined ? [END, END] : range(value.end);
	return (value.start === undefined && value.end === undefined) || !start || !end ? undefined : [start[0], end[1]];
}

function prefixed(text) {
	const m = /^(eq|ne|gt|ge|lt|le|sa|eb|ap)?(.*)$/s.exec(text);
	return [m[1] ?? "eq", m[2]];
}

function matchDate(found, wanted) {
	const [prefix, text] = prefixed(unescape(wanted));
	const w = range(text);
	const r = dateRange(found);
	if (!r) {
		return false;
	}
	const inside = r[0] >= w[0] && r[1] <= w[1];
	return {
		eq: inside, ne: !inside, gt: r[1] > w[1], lt: r[0] < w[0], ge: r[1] > w[1] || inside, le: r[0] < w[0] || inside,
		sa: r[0] >= w[1], eb: r[1] <= w[0], ap: r[0] < w[1] && r[1] > w[0],
	}[prefix];
}

// ---- numbers, as whole numbers of 10^-40 ----

const SCALE = 40;

export function decimal(text) {
	const m = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(String(text).replace("@number@", ""));
	const exponent = Number(m[4] ?? 0) - (m[3] ?? "").length;
	const unit = 10n ** BigInt(SCALE + exponent);
	return { value: BigInt(m[1] + m[2] + (m[3] ?? "")) * unit, unit };
}

function matchQuantity({ type, value }, wanted) {
	const [first, system, code] = split(wanted);
	const [prefix, text] = prefixed(first);
	const w = decimal(text);
	const fits = (q) =>
		(!system || q.system === system) && (!code || q.code === code || (system === "" && q.unit === code));
	const endless = 10n ** 200n;
	// [low, is it open, high, is it open]
	const ends = (q) => {
		const v = decimal(q.value).value;
		return { "<": [-endless, true, v, true], "<=": [-endless, true, v, false], ">": [v, true, endless, true], ">=": [v, false, endless, true] }[q.comparator] ?? [v, false, v, false];
	};
	let r;
	if (type === "Range") {
		const both = [value.low, value.high].filter(Boolean);
		if (!both.length || !both.every(fits)) {
			return false;
		}
		r = [value.low ? ends(value.low)[0] : -endless, !value.low, value.high ? ends(value.high)[2] : endless, !value.high];
	} else {
		if (value.value === undefined || !fits(value)) {
			return false;
		}
		r = ends(value);
	}
	const [low, lowOpen, high, highOpen] = r;
	const over = (v, at) => high > v || (at && high === v && !highOpen);
	const under = (v, at) => low < v || (at && low === v && !lowOpen);
	const inside = !under(w.value - w.unit / 2n, false) && !over(w.value + w.unit / 2n, true);
	const tenth = (w.value < 0n ? -w.value : w.value) / 10n;
	return {
		eq: inside, ne: !inside, gt: over(w.value, false), ge: over(w.value, true), lt: under(w.value, false), le: under(w.value, true),
		sa: !under(w.value, true), eb: !over(w.value, true), ap: over(w.value - tenth, true) && under(w.value + tenth, true),
	}[prefix];
}

// ---- tokens ----

export function unescape(text) {
	return text.replace(/\\([,|$\\])/g, "$1");
}

// At each '|' that is not escaped.
function split(text) {
	const out = [""];
	for (let i = 0; i < text.length; i++) {
		if (text[i] === "|") {
			out.push("");
			continue;
		}
		if (text[i] === "\\" && i + 1 < text.length && ",|$\\".includes(text[i + 1])) {
			i++;
		}
		out[out.length - 1] += text[i];
	}
	return out;
}

const lower = (text) => String(text).replace(/[A-Z]/g, (c) => c.toLowerCase());

function matchToken({ type, value }, wanted, { system: implied, exact }) {
	const parts = split(wanted);
	const [system, code] = parts.length === 2 ? parts : [undefined, parts[0]];
	const is = (s, c) =>
		(system === undefined || (s ?? "") === system) &&
		(code === "" || (c !== undefined && (exact ? c === code : lower(c) === lower(code))));
	switch (type) {
		case "CodeableConcept":
			return (value.coding ?? []).some((c) => is(c.system, c.code));
		case "Coding":
			return is(value.system, value.code);
		case "Identifier":
			return is(value.system, value.value);
		case "ContactPoint":
			return is(undefined, value.value);
		default:
			return typeof value === "object" ? false : is(system === "" ? "" : implied, value);
	}
}

// ---- texts ----

const STROKES = { "ø": "o", "đ": "d", "ħ": "h", "ı": "i", "ł": "l" };

export function words(text) {
	return text
		.normalize("NFKD").replace(/\p{M}/gu, "").toUpperCase().toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "")
		.replace(/[øđħıł]/g, (c) => STROKES[c])
		.split(/[^\p{L}\p{N}]+/u).filter(Boolean).join(" ");
}

function matchString({ value }, wanted, { modifier, byWord }) {
	const texts =
		typeof value === "string"
			? [value]
			: ["text", "family", "given", "prefix", "suffix", "line", "city", "district", "state", "postalCode", "country"].flatMap((n) => value[n] ?? []);
	const text = unescape(wanted);
	if (modifier === "exact") {
		return texts.includes(text);
	}
	const w = words(text);
	return texts.map(words).some((t) =>
		modifier === "contains" ? t.includes(w) : t.startsWith(w) || (byWord && (" " + t).includes(" " + w)));
}

// ---- references ----

const LITERAL = /^(?:(https?:\/\/[^#?]+)\/)?([A-Z][A-Za-z]*)\/([^/#?]+?)(?:\/_history\/([A-Za-z0-9.\-]+))?$/;

export function target(reference) {
	const m = LITERAL.exec(reference ?? "");
	if (!m || (m[1] && m[1] !== BASE)) {
		return { elsewhere: reference, type: m?.[2] };
	}
	return { type: m[2], id: m[3], version: m[4] };
}

function matchReference({ type, value }, wanted, { modifier }) {
	const text = unescape(wanted);
	if (typeof value === "string") {
		return value === text || value.split("|")[0] === text;
	}
	if (value.reference === undefined) {
		return false;
	}
	const found = target(value.reference);
	if (/^[A-Za-z0-9.\-]+$/.test(text)) {
		return found.id === text && (!modifier || found.type === modifier);
	}
	const w = target(text);
	if (w.elsewhere !== undefined) {
		const bare = (x) => x.replace(/\/_history\/[A-Za-z0-9.\-]+$/, "");
		const same = w.elsewhere.includes("/_history/") ? found.elsewhere : bare(found.elsewhere ?? "");
		return same === w.elsewhere;
	}
	return found.type === w.type && found.id === w.id && (w.version === undefined || w.version === found.version);
}

// The function in the rewritten expressions: does a Reference lead, or may it lead, to that type?
export function refersTo(reference, type, record) {
	let found = target(reference.reference).type;
	if (reference.reference?.startsWith("#")) {
		found = (record.contained ?? []).find((c) => c.id === reference.reference.slice(1))?.resourceType;
	}
	found ??= reference.type;
	return found === undefined || found === type;
}

// ---- a criterion ----

export function list(text) {
	return text.match(/(?:\\.|[^,\\])+/gs);
}

const MATCH = { token: matchToken, date: matchDate, string: matchString, reference: matchReference, quantity: matchQuantity };

// `values`: [{ type, value }] of the record; `how`: { kind, modifier, system, exact, byWord }
export function holds(values, text, how) {
	if (how.modifier === "missing") {
		return (values.length === 0) === (text === "true");
	}
	const wanted = list(text);
	if (how.modifier === "identifier") {
		return values.some(({ value }) => value.identifier && wanted.some((w) => matchToken({ type: "Identifier", value: value.identifier }, w, {})));
	}
	const one = how.kind === "uri" ? (v, w) => v.value === unescape(w) : MATCH[how.kind];
	const any = values.some((v) => wanted.some((w) => one(v, w, how)));
	return how.modifier === "not" ? !any : any;
}

// ---- order ----

// What a value is ordered by, as a list of things that `<` compares; undefined: it has nothing.
function sortKey({ type, value }, { kind }) {
	if (kind === "date") {
		return dateRange({ type, value });
	}
	if (kind === "string") {
		if (typeof value === "string") {
			return words(value) ? [words(value)] : undefined;
		}
		const first = (name) => words([value[name] ?? ""].flat()[0] ?? "");
		const parts = ["family", "given", "city", "line"].map(first).filter(Boolean);
		return parts.length ? parts : first("text") ? [first("text")] : undefined;
	}
	const code = {
		CodeableConcept: () => value.coding?.map((c) => c.code).find((c) => c !== undefined),
		Coding: () => value.code,
		Identifier: () => value.value,
		ContactPoint: () => value.value,
	}[type]?.() ?? (typeof value === "object" ? undefined : String(value));
	return code ? [lower(code)] : undefined;
}

function compareLists(a, b) {
	for (let i = 0; i < Math.max(a.length, b.length); i++) {
		if (a[i] === undefined || b[i] === undefined) {
			return a.length - b.length;
		}
		if (a[i] !== b[i]) {
			return typeof a[i] === "string" ? Buffer.compare(Buffer.from(a[i]), Buffer.from(b[i])) : a[i] < b[i] ? -1 : 1;
		}
	}
	return 0;
}

// The value that comes first in the order asked for.
export function bestKey(values, param, descending) {
	const keys = values.map((v) => sortKey(v, param)).filter(Boolean).sort(compareLists);
	return descending ? keys[keys.length - 1] : keys[0];
}

export function compareKeys(a, b, descending) {
	if (!a || !b) {
		return (a ? 0 : 1) - (b ? 0 : 1);
	}
	return descending ? compareLists(b, a) : compareLists(a, b);
}
