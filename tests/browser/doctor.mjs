// SPDX-License-Identifier: Apache-2.0
// A doctor's evening without the system: logs in, finds, reads, prints, locks, leaves.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before } from 'node:test';
import { assertSays } from './checks.mjs';
import { assertClean, Desk, given, launch, open, step, WORDS } from './harness.mjs';

const { patient } = given;
let browser, context, desk;

before(async () => {
	browser = await launch();
	context = await open(browser);
	desk = await Desk.begin(context);
});
after(() => browser.close());

/** Nothing of the patient stands on the page; the browser's own pages have scripts in the text. */
async function assertBlank(page) {
	await page.waitForLoadState();
	const text = await page.evaluate(() => document.title + [...document.body.querySelectorAll(':not(script, style)')]
		.flatMap((e) => [...e.childNodes, { data: e.value }]).map((n) => n.data ?? '').join('\n'));
	for (const secret of [patient.family, patient.bsn, patient.number, ...patient.texts])
		assert.ok(!text.includes(secret), `${page.url()} shows ${secret}`);
}

step('without a log-in there is only the log-in', async () => {
	await desk.page.goto('/');
	await desk.heading('Log in').waitFor();
	await desk.logIn(given.account, 'not the password');
	assert.match(await desk.page.getByRole('alert').textContent(), /is wrong/);
	await assertBlank(desk.page);
	await desk.logIn();
	await desk.heading('Find a patient').waitFor();
	assertSays(await desk.text(), ['Logged in as Dr Jansen', 'Emergency copy']);
});

step('the cursor waits in the search box', async () => {
	await desk.page.goto('/');
	assert.ok(await desk.box.evaluate((box) => box === document.activeElement));
});

for (const [by, query] of [['the beginning of the name', patient.family.slice(0, 4) + ' ' + patient.given.slice(0, 2)],
	['the BSN', patient.bsn], ['the birth date', patient.birth], ['the record number', patient.number]])
	step(`finds the patient by ${by}`, async () => {
		await desk.find(query);
		assert.equal(await desk.link(patient).count(), 1);
		assert.equal(await desk.link(patient).textContent(), patient.name);
		for (const each of [patient.bsn, patient.number, patient.family])
			assert.ok(!desk.page.url().includes(each), 'an address names the patient');
	});

step('finds nobody who is not there', async () => {
	await desk.find('Nobodywiththisname');
	assertSays(await desk.page.getByRole('status').textContent(), ['Nobody found']);
});

step('says why before anything is shown', async () => {
	await desk.find(patient.query);
	await desk.link(patient).click();
	await desk.heading('Why do you open this chart?').waitFor();
	await assertBlank(desk.page);
	// The browser itself does not send a form without a reason.
	await desk.button('Open the chart').click();
	await desk.heading('Why do you open this chart?').waitFor();
	// On behalf of somebody, but of whom?
	await desk.page.getByRole('radio', { name: /On behalf of/ }).check();
	await desk.button('Open the chart').click();
	assert.match(await desk.page.getByRole('alert').textContent(), /say of whom/);
	await assertBlank(desk.page);
	await desk.page.getByRole('radio', { name: /On behalf of/ }).check();
	await desk.page.getByRole('textbox', { name: 'In your words' }).fill('dr. Bakker');
	await desk.button('Open the chart').click();
	await desk.page.getByRole('heading', { level: 1, name: patient.family }).waitFor();
});

step('reads every panel', async () => {
	const text = await desk.page.getByRole('main').textContent();
	assert.ok(patient.texts.length >= 10, 'this patient has too little to read');
	assertSays(text, patient.texts);
	for (const name of patient.panels)
		await desk.page.getByRole('heading', { level: 2, name: new RegExp(name, 'i') }).first().waitFor();
	assertSays(await desk.text(), ['Emergency copy', 'read-only']);
});

step('comes back to an open chart without another reason', async () => {
	await desk.find(patient.query);
	await desk.link(patient).click();
	await desk.page.getByRole('heading', { level: 1, name: patient.family }).waitFor();
});

step('prints it', async () => {
	fs.writeFileSync(path.join(given.folder, 'chart.pdf'), await desk.page.pdf({ format: 'A4' }));
});

step('prints the summary to hand over, and saves it as a document', async () => {
	const place = desk.page.url();
	await desk.page.getByRole('link', { name: desk.words.ips }).click();
	await desk.page.getByRole('heading', { level: 2, name: desk.words.ipsTitle, exact: true }).waitFor();
	assertSays(await desk.text(), [patient.bsn, 'Emergency copy', 'No clinician has chosen or checked']);
	fs.writeFileSync(path.join(given.folder, 'ips.pdf'), await desk.page.pdf({ format: 'A4' }));
	const saved = desk.page.waitForEvent('download');
	await desk.page.getByRole('link', { name: desk.words.ipsSave }).click();
	assert.equal((await saved).suggestedFilename(), 'patient-summary.json');
	await (await saved).saveAs(path.join(given.folder, 'ips.json'));
	await desk.page.getByRole('link', { name: 'Back to the chart' }).click();
	assert.equal(desk.page.url(), place);
});

step('reads it in Dutch', async () => {
	const place = desk.page.url();
	await desk.page.getByRole('link', { name: 'Nederlands' }).click();
	const dutch = Object.assign(new Desk(), { page: desk.page, words: WORDS.nl });
	await dutch.heading(WORDS.nl.find).waitFor();
	await desk.page.goto(place);
	assert.equal(await desk.page.locator('html').getAttribute('lang'), 'nl');
	assertSays(await desk.text(), ['Noodkopie', 'alleen lezen', 'Ingelogd als', ...patient.texts]);
	await desk.page.getByRole('link', { name: 'English' }).click();
	await desk.heading('Find a patient').waitFor();
});

step('locks it and goes on with the password', async () => {
	const place = (await desk.find(patient.query), await desk.link(patient).getAttribute('href'));
	await desk.button('Lock').click();
	await desk.heading('Locked').waitFor();
	await assertBlank(desk.page);
	for (const where of [place, '/']) {
		await desk.page.goto(where);
		await desk.heading('Locked').waitFor();
	}
	await desk.page.goBack();
	await assertBlank(desk.page);
	await desk.page.goto('/unlock');
	await desk.page.getByLabel('Password').fill('not the password');
	await desk.button('Unlock').click();
	await desk.page.getByRole('alert').waitFor();
	await desk.page.getByLabel('Password').fill(given.password);
	await desk.button('Unlock').click();
	await desk.heading('Find a patient').waitFor();
	await desk.page.goto(place);
	await desk.page.getByRole('heading', { level: 1, name: patient.family }).waitFor();
});

step('a page that is left alone shows nothing once the session is locked', async () => {
	const place = desk.page.url();
	const answer = await desk.page.goto(place);
	const [, seconds, where] = answer.headers().refresh.match(/^(\d+); *url=(.*)$/);
	assert.equal(where, '/unlock');
	assert.ok(seconds >= 595 && seconds <= 605, `${seconds} s without use`); // ten minutes
	// The same in two seconds: the server's answer, with a clock that runs faster.
	await context.route(place, async (route) => {
		const real = await route.fetch();
		await route.fulfill({ response: real, headers: { ...real.headers(), refresh: `2; url=${where}` } });
	});
	await desk.page.goto(place);
	await desk.page.getByRole('heading', { level: 1, name: patient.family }).waitFor();
	const other = await Desk.begin(context);
	await other.page.goto('/');
	await other.button('Lock').click();
	await other.heading('Locked').waitFor();
	await other.page.close();
	await desk.heading('Locked').waitFor();
	await assertBlank(desk.page);
	await context.unroute(place);
	await desk.page.getByLabel('Password').fill(given.password);
	await desk.button('Unlock').click();
	await desk.heading('Find a patient').waitFor();
});

step('logs out, and the back button shows nothing', async () => {
	await desk.open(patient);
	await desk.page.getByRole('heading', { level: 1, name: patient.family }).waitFor();
	const place = desk.page.url();
	await desk.button('Log out').click();
	await desk.heading('Log in').waitFor();
	const cookies = await context.cookies();
	assert.deepEqual(cookies.filter((each) => each.name.includes('session')), []);
	for (let i = 0; i < 6; i++) {
		// A page that came from a form is not there again: Chromium says so on a page of its own.
		await desk.page.goBack().catch((error) => {
			assert.match(error.message, /ERR_CACHE_MISS/);
			return desk.page.waitForURL(/^chrome-error:/);
		});
		await assertBlank(desk.page);
	}
	await desk.page.goto(place);
	await desk.heading('Log in').waitFor();
});

step('nothing broke a rule on the way', () => assertClean(context));
