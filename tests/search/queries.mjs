// SPDX-License-Identifier: Apache-2.0
// Queries out of what the records hold, and near it.
import { BASE, DATES, TIMES } from "./random_records.mjs";

const PREFIXES = ["eq", "ne", "gt", "ge", "lt", "le", "sa", "eb", "ap"];

const escape = (text) => text.replace(/[\\,|$]/g, (c) => "\\" + c);

function swapCase(text, random) {
	return random.pick([text, text, text.toUpperCase(), text.toLowerCase()]);
}

function tokens({ type, value }) {
	switch (type) {
		case "CodeableConcept":
			return value.coding ?? [];
		case "Coding":
			return [value];
		case "Identifier":
		case "ContactPoint":
			return [{ system: value.system, code: value.value }];
		default:
			return typeof value === "object" ? [] : [{ code: String(value) }];
	}
}

function tokenValue(pool, random, how) {
	const all = pool.flatMap(tokens).filter((t) => t.code || t.system);
	if (how.plain) {
		return escape(all.find((t) => t.code)?.code ?? "none");
	}
	const t = all.length ? random.pick(all) : { system: "http://example.org/a", code: "active" };
	const code = escape(swapCase(t.code ?? "none", random));
	const system = escape(t.system ?? how.system ?? "http://example.org/a");
	return random.pick([code, code, `${system}|${code}`, `${system}|${code}`, `|${code}`, `${system}|`, `http://example.org/b|${code}`, code + "x"]);
}

function dateTexts({ value }) {
	if (typeof value === "string") {
		return [value];
	}
	return [value.start, value.end, ...(value.event ?? []), value.repeat?.boundsPeriod?.start].filter(Boolean);
}

function dateValue(pool, random) {
	const texts = pool.flatMap(dateTexts);
	let text = texts.length && random.chance(0.8) ? random.pick(texts) : random.pick(random.chance(0.5) ? DATES : TIMES);
	const cut = random.pick([99, 99, 99, 4, 7, 10, 16]);
	if (cut < text.length) {
		text = text.slice(0, cut);
	} else if (random.chance(0.1)) {
		text = text.replace(/(Z|[+-]\d\d:\d\d)$/, "");
	}
	return (random.chance(0.3) ? "" : random.pick(PREFIXES)) + text;
}

function stringTexts({ value }) {
	return typeof value === "string" ? [value] : Object.values(value).flat().filter((x) => typeof x === "string");
}

function stringValue(pool, random, how) {
	const texts = pool.flatMap(stringTexts).filter((t) => /[\p{L}\p{N}]/u.test(t));
	let text = texts.length ? random.pick(texts) : "x";
	if (how.modifier !== "exact") {
		text = swapCase(text, random);
		const pieces = text.split(/\s+/);
		text = random.pick([text, text, [...text].slice(0, 3).join(""), pieces[pieces.length - 1], text.normalize("NFD")]);
	} else if (random.chance(0.3)) {
		text = text.slice(0, 2);
	}
	return /[\p{L}\p{N}]/u.test(text) ? escape(text) : "x";
}

function referenceValue(pool, random, how) {
	if (how.modifier === "identifier") {
		const all = pool.map((v) => v.value.identifier).filter(Boolean);
		return tokenValue(all.map((value) => ({ type: "Identifier", value })), random, {});
	}
	const all = pool.map(({ value }) => (typeof value === "string" ? value : value.reference)).filter((x) => x && !x.startsWith("#"));
	const text = all.length ? random.pick(all) : "Patient/1";
	const last = /([A-Z]\w*)\/([A-Za-z0-9.\-]+)(\/_history\/\w+)?$/.exec(text);
	if (how.modifier) {
		return random.pick([last?.[1] === how.modifier ? last[2] : "1", `${how.modifier}/${last?.[2] ?? "abc"}`]);
	}
	if (!last) {
		return escape(text);
	}
	return escape(random.pick([text, last[2], last[2], `${last[1]}/${last[2]}`, `${last[1]}/${last[2]}`, `Patient/${last[2]}`, `${BASE}/${last[1]}/${last[2]}`, `https://other.example.org/${last[1]}/${last[2]}`]));
}

function quantityValue(pool, random, how) {
	const all = pool.flatMap(({ value }) => [value, value.low, value.high]).filter((q) => q?.value !== undefined);
	if (how.plain) {
		return String(all.find((q) => !q.comparator)?.value ?? 5).replace("@number@", "");
	}
	const q = all.length ? random.pick(all) : { value: 5 };
	let text = String(q.value).replace("@number@", "");
	text = random.pick([text, text, text, text.replace(/\.(\d)\d*$/, ".$1"), /[.e]/.test(text) ? text : text + ".0"]);
	text = (random.chance(0.4) ? "" : random.pick(PREFIXES)) + text;
	const system = escape(q.system ?? "http://unitsofmeasure.org");
	const unit = escape(q.code ?? q.unit ?? "mg");
	return random.pick([text, text, `${text}|${system}|${unit}`, `${text}||${unit}`, `${text}|${system}|`, `${text}|http://example.org/a|${unit}`]);
}

function uriValue(pool, random) {
	const all = pool.map((v) => v.value);
	return escape(random.pick([...all, "http://example.org/none"]));
}

const VALUE = { token: tokenValue, date: dateValue, string: stringValue, reference: referenceValue, quantity: quantityValue, uri: uriValue };
const MODIFIERS = { token: ["not"], string: ["exact", "contains"], reference: ["identifier", "Patient"], date: [], quantity: [], uri: [] };

// One criterion: { name, modifier, text }.
export function criterion(param, pool, random, modifier, plain) {
	const how = { ...param, modifier, plain };
	if (modifier === "missing") {
		return { name: param.name, modifier, text: random.pick(["true", "false"]) };
	}
	const n = !plain && random.chance(0.25) ? 2 + random.below(2) : 1;
	const texts = Array.from({ length: n }, () => VALUE[param.kind](pool, random, how));
	return { name: param.name, modifier, text: texts.join(",") };
}

export function modifier(param, random) {
	const own = MODIFIERS[param.kind];
	return random.chance(0.25) && own.length ? random.pick(own) : undefined;
}

export function line(type, criteria) {
	return `${type}?` + criteria.map((c) => encodeURIComponent(c.name + (c.modifier ? ":" + c.modifier : "")).replace("%3A", ":") + "=" + encodeURIComponent(c.text).replace(/%20/g, "+")).join("&");
}
