// SPDX-License-Identifier: Apache-2.0
// What the scripts share: Debian's Chromium, contexts whose pages are watched, the way to a chart.
//
// A script gets JSON on standard input (browser.py): the service's `address`, `packages` with
// node_modules, the `account`, `password`, and what it needs to know of the patients.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { test } from 'node:test';

export const given = JSON.parse(fs.readFileSync(0, 'utf8'));
export const require = createRequire(given.packages + '/');
const { chromium } = require('playwright-core');

// Nothing outside of this machine is ever reached, whatever a page tries.
const ARGS = ['--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1', '--disable-dev-shm-usage'];

let failed;

/** One step of a script; they build on each other, so that none is tried after one that failed. */
export function step(name, run) {
	test(name, async (t) => {
		if (failed)
			return t.skip(`"${failed}" failed`);
		failed = name;
		await run();
		failed = undefined;
	});
}

// What a window that shows a PDF loads, inside of the browser.
const PDF_VIEWER = 'mhjfbmdgcfjbbpaeojofohoefgiehjai';

/** The browser of a script; a page that was left comes back from memory, as it does for people. */
export function launch() {
	const root = process.getuid() === 0 ? ['--no-sandbox'] : [];
	return chromium.launch({
		executablePath: '/usr/bin/chromium', args: ['--headless=new', ...root, ...ARGS],
		ignoreDefaultArgs: ['--disable-back-forward-cache'],
	});
}

/** A context of its own, with what its pages do that ours must not: `context.faults`. */
export async function open(browser, options = {}) {
	const context = await browser.newContext({
		ignoreHTTPSErrors: true, locale: 'en-GB', viewport: { width: 1280, height: 900 },
		...(given.address ? { baseURL: `https://${given.address}` } : {}), ...options,
	});
	context.setDefaultTimeout(15000);
	context.faults = [];
	context.said = []; // by the browser, of answers that are none of 200
	await watch(context);
	return context;
}

async function watch(context) {
	const note = (kind, text) => context.faults.push(`${kind}: ${text}`);
	await context.exposeFunction('medarkNote', note);
	await context.addInitScript(() => document.addEventListener('securitypolicyviolation',
		(e) => window.medarkNote('policy', `${e.violatedDirective} ${e.blockedURI} ${e.sample}`)));
	context.on('request', (request) => {
		const url = new URL(request.url());
		if (url.protocol === 'chrome:' || url.host === PDF_VIEWER)
			return;
		const isHere = url.protocol === 'file:' ? url.pathname.startsWith(given.folder + '/') : url.host === given.address;
		if (url.protocol !== 'data:' && !isHere)
			note('request', request.url());
	});
	context.on('dialog', async (dialog) => {
		note('dialog', dialog.message());
		await dialog.dismiss();
	});
	context.on('console', (message) => {
		// "Failed to load resource: … 403" is how Chromium tells of a page with that status.
		const isStatus = /^Failed to load resource: the server responded with a status of 4\d\d/.test(message.text());
		if (isStatus && message.location().url.startsWith(`https://${given.address}/`))
			context.said.push(message.text());
		else
			note(message.type(), message.text());
	});
	context.on('weberror', (error) => note('exception', error.error().message));
}

export function assertClean(context) {
	assert.deepEqual(context.faults, []);
}

/** What pages say, as a person looks for it. */
export const WORDS = {
	en: {
		account: 'Account', password: 'Password', logIn: 'Log in', logOut: 'Log out', lock: 'Lock', unlock: 'Unlock',
		locked: 'Locked', find: 'Find a patient', hint: 'Name, birth date, BSN or record number', search: 'Search',
		why: 'Why do you open this chart?', treat: 'I treat this patient', open: 'Open the chart',
		other: 'Nederlands', lists: 'Appointments and admissions', admitted: 'Admitted', log: 'Audit log', logPatient: 'Patient: record number or BSN', show: 'Show', whole: 'The log is unbroken', nothing: 'There is nothing here.',
		copy: 'Emergency copy', old: 'old', all: 'All', whyAll: 'Why do you open these charts?', summaries: 'Show the summaries',
		ips: 'Patient summary to hand over (IPS)', ipsTitle: 'International Patient Summary', ipsSave: 'Save as a FHIR document (JSON)',
	},
	nl: {
		account: 'Account', password: 'Wachtwoord', logIn: 'Inloggen', logOut: 'Uitloggen', lock: 'Vergrendelen',
		unlock: 'Ontgrendelen', locked: 'Vergrendeld', find: 'Zoek een patiënt',
		hint: 'Naam, geboortedatum, BSN of patiëntnummer', search: 'Zoeken', why: 'Waarom opent u dit dossier?',
		treat: 'Ik behandel deze patiënt', open: 'Dossier openen', other: 'English', lists: 'Afspraken en opnames', admitted: 'Opgenomen', log: 'Logging',
		logPatient: 'Patiënt: patiëntnummer of BSN', show: 'Tonen', whole: 'De logging is volledig', nothing: 'Pagina niet gevonden.',
		copy: 'Noodkopie', old: 'oud', all: 'Alle', whyAll: 'Waarom opent u deze dossiers?', summaries: 'Samenvattingen tonen',
		ips: 'Patiëntsamenvatting om over te dragen (IPS)', ipsTitle: 'Internationale patiëntsamenvatting (IPS)',
		ipsSave: 'Opslaan als FHIR-document (JSON)',
	},
};

/** One window, and what a person does in it. `words`: of the language that it should be in. */
export class Desk {
	static async begin(context, words = WORDS.en) {
		const desk = new Desk();
		desk.page = await context.newPage();
		desk.words = words;
		return desk;
	}

	button(name) { return this.page.getByRole('button', { name, exact: true }); }
	heading(name) { return this.page.getByRole('heading', { level: 1, name, exact: true }); }
	get box() { return this.page.getByRole('searchbox', { name: this.words.hint }); }

	async logIn(account = given.account, password = given.password) {
		await this.page.goto('/login');
		await this.page.getByRole('textbox', { name: this.words.account }).fill(account);
		await this.page.getByLabel(this.words.password).fill(password);
		await this.button(this.words.logIn).click();
	}

	async find(query) {
		await this.page.goto('/');
		await this.box.fill(query);
		await this.box.press('Enter');
		await this.page.getByRole('status').waitFor();
	}

	/** The link to the chart of a patient who was found. */
	link(patient) {
		return this.page.getByRole('row').filter({ hasText: patient.row }).getByRole('link');
	}

	async open(patient) {
		await this.find(patient.query);
		await this.link(patient).click();
		if (await this.heading(this.words.why).count() === 0)
			return;
		await this.page.getByRole('radio', { name: this.words.treat }).check();
		await this.button(this.words.open).click();
		await this.heading(this.words.why).waitFor({ state: 'detached' });
	}

	/** All that stands on the page, folded or not. */
	text() { return this.page.locator('body').textContent(); }
}

/** A picture of the page as it is, if MEDARK_SHOTS names a folder for them. */
export async function shot(page, name, fullPage = true) {
	if (!given.shots)
		return;
	fs.mkdirSync(given.shots, { recursive: true });
	await page.screenshot({ path: path.join(given.shots, name + '.png'), fullPage });
}
