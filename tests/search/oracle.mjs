// SPDX-License-Identifier: Apache-2.0
// oracle.mjs ASK SYNTH NODE_FOLDER SHARED_DATA [SEED]: asks the program ASK and a second opinion, made with
// fhirpath.js and the published expressions, the same queries of the same records. With SEARCH_EVERY=N only each
// N-th query; if ASK is over_http.py, equal records may stand in any order, and only what there is is included.
import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { Definitions, typeOfPath } from "./definitions.mjs";
import { criterion, line, modifier } from "./queries.mjs";
import { Maker, Random, text } from "./random_records.mjs";
import { bestKey, compareKeys, holds, refersTo, target } from "./rules.mjs";

const [ask, synth, nodeFolder, shared, seed = "4711"] = process.argv.slice(2);
const QUERIES_EACH = 6;
const RANDOM_EACH = 30;
const REAL_EACH = 40;

const random = new Random(Number(seed));
const definitions = new Definitions(nodeFolder);
const fhirpath = definitions.require("fhirpath");
const model = definitions.require("fhirpath/fhir-context/r4");
const older = definitions.require("fhirpath/fhir-context/stu3");
const everyNth = Number(process.env.SEARCH_EVERY ?? 1);
const overHttp = path.basename(ask) === "over_http.py";
let failures = 0;

function fail(message) {
	if (++failures <= 20) {
		console.log(message);
	}
}

// ---- what is declared ----

const COMMON = {
	_id: "id", _lastUpdated: "meta.lastUpdated", _profile: "meta.profile", _security: "meta.security", _source: "meta.source", _tag: "meta.tag",
};
const SYSTEM_OF_STU3 = new Set(["clinical-status", "verification-status"]);

// type -> [{ name, kind, system, compiled … }]
const declared = new Map();
let current;
// Places that only STU3 has.
const onlyOlder = [];
const functions = {
	refersTo: { fn: (inputs, type) => inputs.map((i) => refersTo(i, type, current)), arity: { 1: ["String"] } },
};

for (const row of execFileSync(ask, ["--list"], { encoding: "utf8" }).trim().split("\n")) {
	const [type, name, kind, system, paths, stu3] = row.split("\t");
	if (!declared.has(type)) {
		declared.set(type, []);
	}
	declared.get(type).push({ name, kind, declaredSystem: system || undefined });
	if (Boolean(stu3) !== (older.type2Parent[type] !== undefined && paths.split("|").some((p) => typeOfPath(older, type, p)))) {
		fail(`${type}.${name}: whether records of STU3 can have it`);
	}
	for (const p of paths.split("|")) {
		const types = [model, older].map((m) => typeOfPath(m, type, p));
		if (types.every((t) => !t)) {
			fail(`${type}.${name}: neither R4 nor STU3 has ${p}`);
		}
		if (!types[0]) {
			onlyOlder.push(`${type}.${p}: ${types[1]}`);
		}
	}
}

for (const [type, params] of declared) {
	const published = definitions.of(type);
	for (const p of params) {
		const known = COMMON[p.name] ? { kind: p.kind, expression: `${type}.${COMMON[p.name]}` } : published.get(p.name);
		published.delete(p.name);
		if (!known || known.kind !== p.kind) {
			fail(`${type}.${p.name} is declared as ${p.kind}, and published as ${known?.kind}`);
			continue;
		}
		p.system = known.source ? definitions.systemOf(known.source) : undefined;
		if (p.name === "deceased") {
			p.system = "http://hl7.org/fhir/special-values";
		}
		if (p.kind === "token" && p.system !== p.declaredSystem && !SYSTEM_OF_STU3.has(p.name)) {
			fail(`${type}.${p.name} has the system ${p.declaredSystem} and not ${p.system}`);
		}
		p.exact = p.name === "_id";
		p.byWord = p.kind === "string" && (p.name.startsWith("address") || (["name", "family", "given"].includes(p.name) && ["Patient", "Practitioner", "RelatedPerson"].includes(type)));
		// A choice may also be a text, as CarePlan.activity.detail.scheduled[x]: it is no date.
		const expression = p.kind === "date" ? `(${known.expression}).where(($this is FHIR.string).not())` : known.expression;
		p.compiled = fhirpath.compile(expression, model, { userInvocationTable: functions, resolveInternalTypes: false });
	}
	for (const name of published.keys()) {
		fail(`${type}.${name} is published and not declared`);
	}
}

// ---- records ----

// type -> [record]
const records = new Map([...declared.keys()].map((t) => [t, []]));
const lines = [];

function add(record, textOfIt) {
	records.get(record.resourceType).push({ record, values: new Map(), number: lines.length });
	lines.push(textOfIt);
}

const maker = new Maker(definitions, random);
for (const type of declared.keys()) {
	for (let i = 0; i < RANDOM_EACH; i++) {
		const record = maker.record(type, `${type}-${i}`);
		add(record, text(record));
	}
}

// Some of each type, spread over what there is; no id twice.
function addSome(source, all) {
	const byType = new Map();
	for (const l of all) {
		const type = /"resourceType":\s*"(\w+)"/.exec(l)?.[1];
		if (records.has(type)) {
			byType.set(type, [...(byType.get(type) ?? []), l]);
		}
	}
	let n = 0;
	for (const [type, list] of byType) {
		const step = Math.max(1, Math.floor(list.length / REAL_EACH));
		const seen = new Set(records.get(type).map((r) => r.record.id));
		for (let i = 0; i < list.length && i / step < REAL_EACH; i += step) {
			const record = JSON.parse(list[i]);
			if (record.resourceType === type && record.id && !seen.has(record.id)) {
				seen.add(record.id);
				add(record, list[i]);
				n++;
			}
		}
	}
	console.log(`${n} records of ${source}`);
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "search-oracle-"));
try {
	execFileSync(synth, ["--patients", "40", "--out", path.join(folder, "synth")]);
	const generated = fs.readdirSync(path.join(folder, "synth")).flatMap((f) => fs.readFileSync(path.join(folder, "synth", f), "utf8").split("\n").filter(Boolean));
	addSome("the generator", generated);
	for (const name of ["fhir-r4-examples", "synthea-r4-ndjson"]) {
		const archive = path.join(shared, `${name}.tar.zst`);
		if (!fs.existsSync(archive)) {
			console.log(`${name} is not there: without it`);
			continue;
		}
		// One line for each record: of a file with many, what its first megabytes hold.
		const script = `zstd -dc --long=27 '${archive}' | tar -x -C '${folder}' --one-top-level='${name}'`;
		execFileSync("sh", ["-c", script]);
		addSome(name, readAll(path.join(folder, name)));
		fs.rmSync(path.join(folder, name), { recursive: true });
	}
} finally {
	fs.rmSync(folder, { recursive: true });
}

function readAll(at) {
	const out = [];
	for (const name of fs.readdirSync(at, { recursive: true })) {
		const file = path.join(at, name);
		if (name.endsWith(".ndjson")) {
			const handle = fs.openSync(file);
			const bytes = Buffer.alloc(2 << 20);
			const n = fs.readSync(handle, bytes, 0, bytes.length, 0);
			fs.closeSync(handle);
			out.push(...bytes.toString("utf8", 0, n).split("\n").slice(0, -1));
		} else if (name.endsWith(".json")) {
			const all = fs.readFileSync(file, "utf8");
			const record = records.has(/"resourceType":\s*"(\w+)"/.exec(all)?.[1]) ? JSON.parse(all) : undefined;
			if (record) {
				out.push(all.trim().includes("\n") ? all.replace(/\s*\n\s*/g, " ").trim() : all.trim());
			}
		}
	}
	return out;
}

// ---- the second opinion ----

const TYPES = {
	date: ["date", "dateTime", "instant", "Period", "Timing"], reference: ["Reference"], quantity: ["Quantity", "Age", "Duration", "Range", "SampledData"],
	string: ["HumanName", "Address"], token: ["Coding", "CodeableConcept", "Identifier", "ContactPoint"], uri: [],
};

function typeOf(value) {
	return value.__path__?.fhirNodeDataType ?? value.__path__?.path;
}

function valuesOf(item, param) {
	if (!item.values.has(param)) {
		current = item.record;
		const found = param.compiled(item.record).map((value) => ({ type: typeof value === "object" ? typeOf(value) : "primitive", value }));
		item.values.set(param, found.filter((v) => v.type === "primitive" || TYPES[param.kind].includes(v.type)));
	}
	return item.values.get(param);
}

function opinion({ type, criteria, sorts, include }) {
	const items = records
		.get(type)
		.filter((item) => criteria.every((c) => holds(valuesOf(item, c.param), c.text, { ...c.param, modifier: c.modifier })));
	if (sorts) {
		const keys = new Map(items.map((item) => [item, sorts.map((s) => bestKey(valuesOf(item, s.param), s.param, s.descending))]));
		items.sort((a, b) => {
			const orders = sorts.map((s, i) => compareKeys(keys.get(a)[i], keys.get(b)[i], s.descending));
			return orders.find((o) => o !== 0) ?? a.number - b.number;
		});
	}
	let answer = items.map((item) => " " + item.record.id).join("");
	if (include) {
		answer += " +" + included(items, include).map((x) => " " + x).join("");
	}
	return answer;
}

// The answer with what is equal in the order asked for in the order of the records.
function settled({ type, sorts }, answer) {
	if (!sorts || answer.startsWith("!")) {
		return answer;
	}
	const byId = new Map(records.get(type).map((item) => [item.record.id, item]));
	const items = answer.split(" ").slice(1).map((id) => byId.get(id));
	const keys = new Map(items.map((item) => [item, sorts.map((s) => bestKey(valuesOf(item, s.param), s.param, s.descending))]));
	const order = (a, b) => sorts.map((s, i) => compareKeys(keys.get(a)[i], keys.get(b)[i], s.descending)).find((o) => o !== 0) ?? 0;
	const out = [];
	for (let i = 0, end; i < items.length; i = end) {
		for (end = i + 1; end < items.length && order(items[i], items[end]) === 0; end++);
		out.push(...items.slice(i, end).sort((a, b) => a.number - b.number));
	}
	return out.map((item) => " " + item.record.id).join("");
}

// A server includes what there is, and nothing that a page has already found.
function served({ type, include }, answer) {
	if (!include || answer.startsWith("!")) {
		return answer;
	}
	const [found, brought] = answer.split(" +");
	const there = new Set([...records].flatMap(([t, items]) => items.map((item) => `${t}/${item.record.id}`)));
	const own = new Set(found.split(" ").map((id) => `${type}/${id}`));
	return found + " +" + [...new Set(brought.split(" "))].filter((x) => there.has(x) && !own.has(x)).sort().map((x) => " " + x).join("");
}

// "Type/id" of what _include brings along for `items`, or _revinclude.
function included(items, { type, param, only, reverse }) {
	const targets = (item) =>
		valuesOf(item, param)
			.map((v) => target(v.value.reference))
			.filter((t) => t.id && (!only || t.type === only))
			.map((t) => `${t.type}/${t.id}`);
	if (!reverse) {
		return items.filter((item) => item.record.resourceType === type).flatMap(targets);
	}
	const wanted = new Set(items.map((item) => `${item.record.resourceType}/${item.record.id}`));
	return records.get(type).filter((item) => targets(item).some((t) => wanted.has(t))).map((item) => `${type}/${item.record.id}`);
}

// ---- queries ----

let questions = [];
for (const [type, params] of declared) {
	const usable = params.filter((p) => p.compiled);
	const pools = new Map(usable.map((p) => [p, records.get(type).flatMap((item) => valuesOf(item, p))]));
	const one = (p, m) => ({ ...criterion(p, pools.get(p), random, m), param: p });
	const plain = (p) => ({ ...criterion(p, pools.get(p), random, undefined, true), param: p });
	for (const p of usable) {
		questions.push({ type, criteria: [one(p, "missing")] }, { type, criteria: [plain(p)] });
		for (let i = 0; i < QUERIES_EACH; i++) {
			const criteria = [one(p, modifier(p, random))];
			if (random.chance(0.2)) {
				const other = random.pick(usable);
				criteria.push(one(other, random.chance(0.2) ? "missing" : modifier(other, random)));
			}
			questions.push({ type, criteria });
		}
	}
}

// Orders, and what is brought along.
for (const [type, params] of declared) {
	const sortable = params.filter((p) => p.compiled && ["date", "token", "string"].includes(p.kind));
	for (const first of sortable) {
		const sorts = [first, ...(random.chance(0.5) ? [random.pick(sortable)] : [])].map((param) => ({ param, descending: random.chance(0.5) }));
		questions.push({ type, criteria: [], sorts, more: "_sort=" + sorts.map((s) => (s.descending ? "-" : "") + s.param.name).join(",") });
	}
	for (const param of params.filter((p) => p.compiled && p.kind === "reference")) {
		const only = random.pick([undefined, undefined, "Patient", "Practitioner"]);
		const value = `${type}:${param.name}${only ? ":" + only : ""}`;
		questions.push({ type, criteria: [], include: { type, param, only }, more: `_include=${value}` });
		const of = only ?? "Patient";
		questions.push({ type: of, criteria: [], include: { type, param, only, reverse: true }, more: `_revinclude=${value}` });
	}
}

questions = questions.filter((q, i) => i % everyNth === 0);
const asLine = (q) => (q.more ? `${q.type}?${q.more}` : line(q.type, q.criteria));
const input = [...lines, ...questions.map(asLine)].join("\n") + "\n";
const asked = spawnSync(ask, ["/usr/share/zoneinfo/Europe/Amsterdam"], { input, encoding: "utf8", maxBuffer: 1 << 30 });
if (asked.status !== 0) {
	console.log(asked.stderr);
	process.exit(1);
}
// What is brought along is a set: fhirpath leaves out what stands twice in a union.
function distinct(answer) {
	const [found, brought] = answer.split(" +");
	return brought === undefined ? found : found + " +" + [...new Set(brought.split(" "))].join(" ");
}

const answers = asked.stdout.split("\n");
let found = 0;
const met = new Set();
questions.forEach((q, i) => {
	let want = opinion(q);
	if (overHttp) {
		want = served(q, want);
		answers[i] = settled(q, served(q, answers[i]));
	}
	if (want) {
		found++;
		q.criteria.forEach((c) => met.add(`${q.type}.${c.name}`));
	}
	if (distinct(answers[i]) !== distinct(want)) {
		fail(`${decodeURIComponent(asLine(q))}\n  asked: ${answers[i]}\n  oracle:${want}`);
	}
});
const all = [...declared].flatMap(([type, params]) => params.map((p) => `${type}.${p.name}`));
for (const name of everyNth > 1 ? [] : all.filter((n) => !met.has(n))) {
	fail(`${name}: no query found anything`);
}
console.log(`${onlyOlder.length} places of STU3 alone`);
console.log(`${lines.length} records, ${questions.length} queries, ${found} of them find something, ${declared.size} types, ${all.length} parameters, ${failures} differences`);
process.exit(failures || questions.length < 2000 ? 1 : 0);
