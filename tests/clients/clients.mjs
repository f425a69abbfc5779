// SPDX-License-Identifier: Apache-2.0
// What programs do with the FHIR API: get a token, read, search to the last page, ask for whole charts; and what they
// are told when they try to write, or ask for what is not there.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import test, { before } from 'node:test';

const given = JSON.parse(fs.readFileSync(0, 'utf8'));
const need = createRequire(given.packages + '/package.json');
// It is an ES module: found by its file, as this script stands elsewhere.
const { CapabilityTool, Client } = await import(pathToFileURL(given.packages + '/node_modules/fhir-kit-client/dist/index.js'));
const smart = need('fhirclient');

const archived = JSON.parse(fs.readFileSync(given.records, 'utf8'));
const mine = (type) => Object.values(archived).filter((r) => r.resourceType === type &&
	[r.subject?.reference, r.patient?.reference].includes(`Patient/${given.patient}`));
const ids = (records) => records.map((r) => r.id).sort();
const matches = (bundle) => (bundle.entry ?? []).filter((e) => e.search.mode === 'match').map((e) => e.resource);

let token, kit, doctor;

function ask(form, headers = {}) {
	return fetch(given.token, { method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials', ...form }), headers });
}

/** A refusal is an OperationOutcome that says what is wrong. */
async function refused(promise, status, code) {
	const error = await promise.then(() => assert.fail('it was not refused'), (e) => e);
	assert.equal(error.response?.status, status, error.stack);
	assert.equal(error.response.data.resourceType, 'OperationOutcome');
	assert.equal(error.response.data.issue[0].code, code);
	assert.ok(error.response.data.issue[0].diagnostics);
}

before(async () => {
	const anonymous = new Client({ baseUrl: given.base });
	given.token = (await anonymous.smartAuthMetadata()).tokenUrl.href;
	const answer = await ask({ client_id: given.account, client_secret: given.password, reason: 'ETREAT' });
	assert.equal(answer.status, 200);
	token = (await answer.json()).access_token;
	kit = new Client({ baseUrl: given.base, bearerToken: token });
	doctor = smart({ headers: {} }, {}, {}).client({ serverUrl: given.base, tokenResponse: { access_token: token, patient: given.patient } });
});

test('tokens are for who has a password', async () => {
	const basic = (password) => ({ Authorization: 'Basic ' + Buffer.from(`${given.account}:${password}`).toString('base64') });
	const good = await ask({ reason: 'ETREAT' }, basic(given.password));
	assert.equal(good.status, 200);
	assert.equal((await good.json()).token_type.toLowerCase(), 'bearer');
	const bad = await ask({ reason: 'ETREAT' }, basic('not the password'));
	assert.equal(bad.status, 401);
	assert.equal((await bad.json()).error, 'invalid_client');
	const read = (client) => client.read({ resourceType: 'Patient', id: given.patient });
	await refused(read(new Client({ baseUrl: given.base })), 401, 'login');
	await refused(read(new Client({ baseUrl: given.base, bearerToken: '0'.repeat(64) })), 401, 'login');
});

test('fhir-kit-client finds out what can be done', async () => {
	const tool = new CapabilityTool(await kit.capabilityStatement());
	assert.ok(tool.resourceCan('Patient', 'read'));
	assert.ok(tool.resourceCan('Observation', 'search-type'));
	assert.ok(tool.resourceSearch('Observation', 'code'));
	for (const interaction of ['create', 'update', 'delete', 'patch'])
		assert.ok(!tool.resourceCan('Patient', interaction));
	const { token: address } = Object.fromEntries((await kit.capabilityStatement()).rest[0].security.extension[0].extension
		.map((e) => [e.url, e.valueUri]));
	assert.equal(address, given.token);
});

test('fhir-kit-client reads records, and the one version that there is', async () => {
	for (const type of ['Patient', 'Observation', 'Practitioner', 'DiagnosticReport', 'Organization', 'Binary']) {
		const record = Object.values(archived).find((r) => r.resourceType === type);
		assert.deepEqual({ ...(await kit.read({ resourceType: type, id: record.id })) }, record);
		const version = record.meta.versionId;
		assert.deepEqual({ ...(await kit.vread({ resourceType: type, id: record.id, version })) }, record);
		await refused(kit.vread({ resourceType: type, id: record.id, version: version + '0' }), 404, 'not-found');
	}
	const report = mine('DiagnosticReport').find((r) => r.result?.length);
	const found = await kit.resolve({ reference: report.result[0].reference });
	assert.deepEqual({ ...found }, archived[report.result[0].reference]);
});

test('fhir-kit-client searches to the last page, by GET and by POST', async () => {
	const wanted = ids(mine('Observation'));
	assert.ok(wanted.length > 50, 'there is too little to page through');
	for (const postSearch of [false, true]) {
		const found = [];
		let pages = 0;
		let bundle = await kit.search({ resourceType: 'Observation', searchParams: { patient: given.patient, _count: 20 }, options: { postSearch } });
		for (; bundle; bundle = await kit.nextPage({ bundle })) {
			found.push(...matches(bundle));
			assert.ok(++pages < 1000);
		}
		assert.deepEqual(ids(found), wanted);
		assert.equal(pages, Math.ceil(wanted.length / 20));
		for (const record of found)
			assert.deepEqual(record, archived[`Observation/${record.id}`]);
	}
	const [first] = mine('Observation');
	const { system, code } = first.code.coding[0];
	const same = await kit.search({ resourceType: 'Observation', searchParams: { patient: given.patient, code: `${system}|${code}`, _count: 1000 } });
	assert.deepEqual(ids(matches(same)), ids(mine('Observation').filter((r) => r.code.coding.some((c) => c.system === system && c.code === code))));
});

test('fhir-kit-client searches in a compartment', async () => {
	for (const type of ['Condition', 'MedicationRequest', 'Encounter', 'Immunization']) {
		const bundle = await kit.search({ resourceType: type, compartment: { resourceType: 'Patient', id: given.patient }, searchParams: { _count: 1000 } });
		assert.deepEqual(ids(matches(bundle)), ids(mine(type)), type);
	}
});

test('fhir-kit-client asks for the whole chart, and for the summary', async () => {
	const patient = { resourceType: 'Patient', id: given.patient };
	const chart = await kit.operation({ name: 'everything', ...patient, method: 'GET' });
	for (const type of ['Observation', 'Condition', 'Procedure'])
		assert.deepEqual(ids(matches(chart).filter((r) => r.resourceType === type)), ids(mine(type)));
	const options = { headers: { 'content-type': 'application/fhir+json' } };
	const input = { resourceType: 'Parameters', parameter: [{ name: '_type', valueString: 'Condition,Procedure' }] };
	const part = await kit.operation({ name: 'everything', ...patient, input, options });
	assert.deepEqual(new Set(matches(part).map((r) => r.resourceType)), new Set(['Condition', 'Procedure']));
	assert.equal(matches(part).length, mine('Condition').length + mine('Procedure').length);
	const summary = await kit.operation({ name: 'summary', ...patient, method: 'GET' });
	assert.equal(summary.type, 'document');
	assert.deepEqual({ ...(await kit.operation({ name: '$summary', ...patient })) }, { ...summary });
	// Its own resolver finds what the Composition refers to within the Bundle.
	const { subject, section } = summary.entry[0].resource;
	const resolve = (reference) => kit.resolve({ reference, context: summary });
	assert.equal((await resolve(subject.reference)).id, given.patient);
	for (const { reference } of section.flatMap((each) => each.entry ?? []))
		assert.ok((await resolve(reference)).resourceType);
	await refused(kit.operation({ name: 'nonsense', ...patient, method: 'GET' }), 404, 'not-supported');
	await refused(kit.operation({ name: 'everything', ...patient, input: { resourceType: 'Patient' }, options }), 400, 'invalid');
});

test('nothing can be written', async () => {
	const body = archived[`Patient/${given.patient}`];
	const at = { resourceType: 'Patient', id: given.patient };
	await refused(kit.create({ resourceType: 'Patient', body }), 405, 'not-supported');
	await refused(kit.update({ ...at, body }), 405, 'not-supported');
	await refused(kit.update({ resourceType: 'Patient', searchParams: { identifier: '1' }, body }), 405, 'not-supported');
	await refused(kit.delete(at), 405, 'not-supported');
	await refused(kit.patch({ ...at, jsonPatch: [{ op: 'remove', path: '/name' }] }), 405, 'not-supported');
	const transaction = { resourceType: 'Bundle', type: 'transaction', entry: [] };
	await refused(kit.transaction({ body: transaction }), 405, 'not-supported');
	await refused(kit.batch({ body: { ...transaction, type: 'batch' } }), 405, 'not-supported');
	assert.deepEqual({ ...(await kit.read(at)) }, body);
});

test('mistakes are told', async () => {
	await refused(kit.read({ resourceType: 'Patient', id: 'nobody' }), 404, 'not-found');
	await refused(kit.search({ resourceType: 'Observation', searchParams: { date: 'yesterday' } }), 400, 'invalid');
	await refused(kit.search({ resourceType: 'Observation', searchParams: { 'subject.name': 'x' } }), 400, 'not-supported');
	await refused(kit.search({ resourceType: 'Observation', searchParams: { nonsense: 'x', patient: given.patient },
		options: { headers: { prefer: 'handling=strict' } } }), 400, 'not-supported');
	await refused(kit.read({ resourceType: 'TestScript', id: '1' }), 404, 'not-found');
	await refused(kit.search({ resourceType: 'TestScript' }), 404, 'not-supported');
	await refused(kit.resourceHistory({ resourceType: 'Patient', id: given.patient }), 404, 'not-found');
	await refused(kit.request('Patient', { options: { headers: { accept: 'application/fhir+xml' } } }), 406, 'not-supported');
});

test('fhirclient reads its patient, and follows every page', async () => {
	assert.deepEqual(await doctor.patient.read(), archived[`Patient/${given.patient}`]);
	const all = await doctor.patient.request('Observation?_count=25', { pageLimit: 0, flat: true });
	assert.deepEqual(ids(all), ids(mine('Observation')));
	const some = [];
	for await (const record of doctor.resources(`Encounter?patient=${given.patient}&_count=3`))
		some.push(record);
	assert.deepEqual(ids(some), ids(mine('Encounter')));
});

test('fhirclient resolves references', async () => {
	const report = mine('DiagnosticReport').find((r) => r.result?.length > 1);
	const found = await doctor.request(`DiagnosticReport/${report.id}`, { resolveReferences: ['result', 'subject'] });
	assert.equal(found.subject.id, given.patient);
	assert.deepEqual(ids(found.result), report.result.map((r) => r.reference.split('/')[1]).sort());
});

test('fhirclient takes the summary, and understands refusals', async () => {
	const summary = await doctor.request(`Patient/${given.patient}/$summary`);
	assert.equal(summary.entry[0].resource.type.coding[0].code, '60591-5');
	const status = (promise) => promise.then(() => 'done', (e) => e.statusCode ?? e.status ?? e.message);
	assert.equal(await status(doctor.request('Patient/nobody')), 404);
	assert.equal(await status(doctor.create({ resourceType: 'Patient' })), 405);
	assert.equal(await status(doctor.update({ resourceType: 'Patient', id: given.patient })), 405);
	assert.equal(await status(doctor.delete(`Patient/${given.patient}`)), 405);
	assert.equal(await status(smart({ headers: {} }, {}, {}).client({ serverUrl: given.base }).request(`Patient/${given.patient}`)), 401);
});
