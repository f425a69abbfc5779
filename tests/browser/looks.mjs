// SPDX-License-Identifier: Apache-2.0
// Every page in one language, light and dark, wide and narrow: what axe-core says of it, and whether
// it fits.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { assertAccessible, assertLowHead, assertSays, lookAt } from './checks.mjs';
import { Desk, given, launch, open, shot, step, WORDS } from './harness.mjs';

const { patient, auditor, clerk, admin, language } = given;
const words = { ...WORDS[language], day: given.day };
const LOCALES = { en: 'en-GB', nl: 'nl-NL' };
let browser;

before(async () => {
	browser = await launch();
});
after(() => browser.close());

async function look(page, name) {
	assert.equal(await page.locator('html').getAttribute('lang'), language);
	await lookAt(page, `${language}-${name}`);
}

step('axe-core finds what is wrong', async () => {
	const context = await open(browser, { bypassCSP: true });
	const { page } = await Desk.begin(context);
	await page.goto('/login');
	await page.locator('main').evaluate((main) => {
		main.insertAdjacentHTML('beforeend', '<img src="data:,"><p style="color:#aaa;background:#fff">pale</p>');
	});
	await assert.rejects(assertAccessible(page, 'wrong'), (error) => ['image-alt', 'color-contrast'].every((id) => error.message.includes(id)));
	await context.close();
});

async function session(account) {
	const context = await open(browser, { bypassCSP: true, locale: LOCALES[language] });
	const desk = await Desk.begin(context, words);
	if (account) {
		await desk.logIn(account);
		await desk.heading(words.logIn).waitFor({ state: 'detached' });
	}
	return desk;
}

step('the log-in looks right', async () => {
	const desk = await session();
	await desk.page.goto('/login');
	await look(desk.page, 'login');
	await desk.logIn('nobody');
	await desk.page.getByRole('alert').waitFor();
	await look(desk.page, 'login-wrong');
	await desk.page.context().close();
});

step('finding looks right', async () => {
	const desk = await session(given.account);
	await look(desk.page, 'find');
	await desk.find('Nobodywiththisname');
	await look(desk.page, 'find-nobody');
	await desk.find('v');
	await look(desk.page, 'find-some');
	await desk.find(patient.query);
	assertSays(await desk.page.getByRole('row').filter({ hasText: patient.row }).innerText(), [patient.number]);
	await desk.page.goto('/nothing');
	await desk.heading(words.nothing).waitFor();
	await look(desk.page, 'nothing');
	await desk.page.context().close();
});

step('lists look right', async () => {
	const desk = await session(given.account);
	await desk.page.getByRole('navigation').getByRole('link', { name: words.lists }).click();
	const main = desk.page.getByRole('main');
	for (const name of [words.day, words.admitted]) {
		await main.getByRole('link', { name, exact: true }).click();
		await main.getByRole('link', { name, exact: true, current: 'page' }).waitFor();
		assert.equal(await main.getByRole('row').filter({ has: desk.page.getByRole('link', { name: patient.family }) }).count(), 1);
		await look(desk.page, name === words.admitted ? 'admitted' : 'appointments');
	}
	await desk.page.context().close();
});

step('the summaries of a list look right', async () => {
	const desk = await session(given.account);
	await desk.page.goto('/lists/admitted');
	const main = desk.page.getByRole('main');
	assert.equal(await main.getByRole('link', { name: /^Afdeling/ }).count(), 2);
	await main.getByRole('link', { name: words.all, exact: true }).click();
	await desk.heading(words.whyAll).waitFor();
	await look(desk.page, 'summaries-why');
	await desk.page.getByRole('radio').first().check();
	await desk.button(words.summaries).click();
	await desk.page.getByRole('status').waitFor();
	assert.equal(await main.getByRole('heading', { level: 1, name: new RegExp(patient.family, 'i') }).count(), 1);
	await look(desk.page, 'summaries');
	await desk.page.pdf({ path: `${given.folder}/summaries.pdf`, format: 'A4' });
	await desk.page.context().close();
});

step('the chart looks right', async () => {
	const desk = await session(given.account);
	await desk.find(patient.query);
	await desk.link(patient).click();
	await desk.heading(words.why).waitFor();
	await look(desk.page, 'why');
	await desk.page.getByRole('radio').nth(2).check();
	await desk.button(words.open).click();
	await desk.page.getByRole('alert').waitFor();
	await look(desk.page, 'why-again');
	await desk.open(patient);
	await look(desk.page, 'chart');
	await assertLowHead(desk.page, [patient.family, patient.bsn, patient.number, patient.birth.slice(-4), words.copy, words.old], `${language}-chart-phone`);
	await desk.page.emulateMedia({ media: 'print' });
	await shot(desk.page, `${language}-chart-print`);
	await desk.page.emulateMedia({ media: null });
	await desk.page.getByRole('link', { name: words.ips }).click();
	await desk.page.getByRole('heading', { level: 2, name: words.ipsTitle, exact: true }).waitFor();
	await look(desk.page, 'ips');
	await desk.page.emulateMedia({ media: 'print' });
	await shot(desk.page, `${language}-ips-print`);
	await desk.page.emulateMedia({ media: null });
	await desk.button(words.lock).click();
	await desk.heading(words.locked).waitFor();
	await look(desk.page, 'locked');
	await desk.page.getByLabel(words.password).fill('not the password');
	await desk.button(words.unlock).click();
	await desk.page.getByRole('alert').waitFor();
	await look(desk.page, 'locked-wrong');
	await desk.page.context().close();
});

step('what others see looks right', async () => {
	let desk = await session(auditor);
	await desk.heading(words.log).waitFor();
	assert.ok((await desk.page.getByRole('status').textContent()).includes(words.whole));
	await look(desk.page, 'auditor');
	await desk.page.getByLabel(words.logPatient).fill(patient.bsn);
	await desk.button(words.show).click();
	await desk.page.getByLabel(words.logPatient).and(desk.page.locator(`[value="${patient.bsn}"]`)).waitFor();
	assert.ok(!desk.page.url().includes(patient.bsn));
	assert.ok(await desk.page.getByRole('row').count() > 3);
	await look(desk.page, 'auditor-patient');
	await desk.page.emulateMedia({ media: 'print' });
	await shot(desk.page, `${language}-auditor-print`);
	await desk.page.emulateMedia({ media: null });
	await desk.page.context().close();
	desk = await session(clerk);
	await desk.find(patient.query);
	await look(desk.page, 'clerk-found');
	assert.equal(await desk.link(patient).count(), 0);
	await desk.page.context().close();
	desk = await session(admin);
	await desk.page.goto('/files/');
	await desk.page.getByRole('link', { name: 'papers/brief 1.pdf', exact: true }).waitFor();
	await look(desk.page, 'admin-files');
	await desk.page.context().close();
});
