// SPDX-License-Identifier: Apache-2.0
// The folder of `restore --to html:DIR`, opened from the disk: no service, no network.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { assertInert, assertLowHead, assertSays, lookAt } from './checks.mjs';
import { assertClean, Desk, given, launch, open, step, WORDS } from './harness.mjs';

const { patient, packs } = given;
// The pages' own style and script, and the policy that lets only these work.
const OWN = ['style', 'script', 'policy'];
const at = (pack) => `file://${given.folder}/${pack}/index.html`;
let browser, context;

before(async () => {
	browser = await launch();
	context = await open(browser, { offline: true });
});
after(() => browser.close());

async function begin(pack, words = WORDS.en, where = context) {
	const desk = await Desk.begin(where, words);
	await desk.page.goto(at(pack));
	return desk;
}

function box(desk) {
	return desk.page.getByRole('searchbox', { name: desk.words.find });
}

async function find(desk, query) {
	await box(desk).fill(query);
	return desk.page.getByRole('row').filter({ hasText: patient.row }).getByRole('link');
}

step('the folder says that it is not encrypted, and how old it is', async () => {
	const { page } = await begin(packs.english);
	assertSays(await page.locator('body').textContent(), ['Emergency copy', 'This folder is not encrypted.']);
	await page.close();
});

for (const [by, query] of [['the beginning of the name', patient.family.slice(0, 4)], ['the BSN', patient.bsn],
	['the birth date', patient.birth], ['the record number', patient.number]])
	step(`finds the patient by ${by}`, async () => {
		const desk = await begin(packs.english);
		await (await find(desk, query)).waitFor();
		assert.ok(await desk.page.getByRole('row').count() < patient.count, 'everybody is shown all the same');
		await desk.page.close();
	});

step('reads the chart and prints it', async () => {
	const desk = await begin(packs.english);
	await (await find(desk, patient.bsn)).click();
	await desk.page.getByRole('heading', { level: 1, name: new RegExp(patient.family, 'i') }).waitFor();
	const text = await desk.page.locator('body').textContent();
	assertSays(text, [...patient.texts, patient.bsn, 'Emergency copy']);
	await desk.page.pdf({ path: `${given.folder}/chart.pdf`, format: 'A4' });
	await desk.page.goBack();
	await box(desk).waitFor();
	await desk.page.close();
});

step('prints the summaries of the admitted', async () => {
	const { page } = await begin(packs.english);
	await page.getByRole('link', { name: WORDS.en.lists, exact: true }).click();
	await page.getByRole('link', { name: WORDS.en.admitted, exact: true }).click();
	await page.getByRole('row').filter({ hasText: patient.family }).getByRole('link').waitFor();
	assert.equal(await page.getByRole('link', { name: /^Afdeling/ }).count(), 2);
	await page.getByRole('link', { name: WORDS.en.all, exact: true }).click();
	await page.getByRole('heading', { level: 1, name: new RegExp(patient.family, 'i') }).waitFor();
	await page.pdf({ path: `${given.folder}/summaries.pdf`, format: 'A4' });
	await page.close();
});

step('every link leads to a file that is there', async () => {
	const { page } = await begin(packs.english);
	const seen = new Set(), next = [page.url()];
	while (next.length && seen.size < 60) {
		const place = next.shift();
		if (seen.has(place))
			continue;
		seen.add(place);
		const answer = await page.goto(place).catch((error) => assert.match(error.message, /Download is starting/));
		if (answer && /\.html$/.test(place))
			next.push(...await page.getByRole('link').evaluateAll((all) => all.map((each) => each.href.split('#')[0])));
	}
	assert.ok(seen.size > 20);
	await page.close();
});

step('everything is there without scripts', async () => {
	const quiet = await open(browser, { offline: true, javaScriptEnabled: false });
	const { page } = await begin(packs.english, WORDS.en, quiet);
	await page.getByRole('row').filter({ hasText: patient.row }).getByRole('link').click();
	await page.getByRole('heading', { level: 1, name: new RegExp(patient.family, 'i') }).waitFor();
	assertSays(await page.getByRole('main').textContent(), patient.texts);
	assertClean(quiet);
	await quiet.close();
});

step('a hostile patient does nothing', async () => {
	const { page } = await begin(packs.hostile);
	await assertInert(page, OWN);
	await box({ page, words: WORDS.en }).fill('<script>alert(1)</script>');
	await assertInert(page, OWN);
	await box({ page, words: WORDS.en }).fill(given.hostile.query);
	await page.getByRole('row').filter({ hasText: given.hostile.row }).getByRole('link').click();
	await page.waitForURL(/patients/);
	await unfold(page);
	await assertInert(page, OWN);
	assertSays(await page.locator('body').textContent(), ['<script>alert(', 'onerror=alert(', '<iframe src="javascript:alert(']);
	const links = await page.getByRole('link').evaluateAll((all) => [...new Set(all.map((each) => each.href.split('#')[0]))]);
	for (const link of links) {
		const answer = await page.goto(link).catch((error) => assert.match(error.message, /Download is starting/));
		if (answer && link.endsWith('.html'))
			await assertInert(page, OWN);
	}
	await page.close();
});

step('nothing was executed, asked elsewhere, or refused by the policy', () => assertClean(context));

/** What is folded is looked at, too. */
async function unfold(page) {
	for (const folded of await page.locator('details').all())
		await folded.evaluate((each) => each.setAttribute('open', ''));
}

for (const [language, folder] of [['en', packs.english], ['nl', packs.dutch]])
	step(`looks right (${language})`, async () => {
		const axe = await open(browser, { offline: true, bypassCSP: true });
		const desk = await begin(folder, WORDS[language], axe);
		assert.equal(await desk.page.locator('html').getAttribute('lang'), language);
		await lookAt(desk.page, `${language}-pack-index`);
		await (await find(desk, patient.bsn)).click();
		await desk.page.getByRole('heading', { level: 1, name: new RegExp(patient.family, 'i') }).waitFor();
		await unfold(desk.page);
		await lookAt(desk.page, `${language}-pack-chart`);
		await assertLowHead(desk.page, [patient.family, patient.bsn, patient.number, WORDS[language].copy, WORDS[language].old],
			`${language}-pack-phone`);
		await desk.page.getByRole('link', { name: desk.words.ips }).click();
		await desk.page.getByRole('heading', { level: 2, name: desk.words.ipsTitle, exact: true }).waitFor();
		assert.equal(await desk.page.getByRole('link', { name: desk.words.ipsSave }).count(), 0);
		await lookAt(desk.page, `${language}-pack-ips`);
		await axe.close();
	});

step('lists and summaries look right', async () => {
	const axe = await open(browser, { offline: true, bypassCSP: true });
	const words = WORDS.nl;
	const { page } = await begin(packs.dutch, words, axe);
	await page.getByRole('link', { name: words.lists, exact: true }).click();
	await page.getByRole('link', { name: words.admitted, exact: true }).click();
	await lookAt(page, 'nl-pack-admitted');
	await page.getByRole('link', { name: words.all, exact: true }).click();
	await lookAt(page, 'nl-pack-summaries');
	await axe.close();
});
