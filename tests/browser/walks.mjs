// SPDX-License-Identifier: Apache-2.0
// The way to a chart by keyboard alone, and without scripts.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { assertSays } from './checks.mjs';
import { assertClean, Desk, given, launch, open, step, WORDS } from './harness.mjs';

const { patient } = given;
let browser;

before(async () => {
	browser = await launch();
});
after(() => browser.close());

/** Presses Tab until something has the focus, which has to be seen there. */
async function tabTo(page, locator) {
	for (let i = 0; i < 40; i++) {
		if (await locator.evaluate((each) => each === document.activeElement))
			return assertSeen(page);
		await page.keyboard.press('Tab');
	}
	assert.fail(`Tab does not lead to ${locator}`);
}

/** What has the focus is marked, in sight, and not behind the banner (WCAG 2.4.7, 2.4.11). */
async function assertSeen(page) {
	const wrong = await page.evaluate(() => {
		const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
		const x = box.left + Math.min(box.width / 2, 20), y = (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2;
		const there = document.elementFromPoint(x, y);
		if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2)
			return `${e.outerHTML.slice(0, 200)} has no mark`;
		if (!there || !(e.contains(there) || there.contains(e)))
			return `${e.outerHTML.slice(0, 200)} is behind ${there?.outerHTML.slice(0, 200)}`;
		return null;
	});
	assert.equal(wrong, null, page.url());
}

step('the whole way by keyboard', async () => {
	const context = await open(browser, { reducedMotion: 'reduce' });
	const desk = await Desk.begin(context);
	const { page, words } = desk;
	const { keyboard } = page;
	await page.goto('/login');
	await tabTo(page, page.getByRole('textbox', { name: words.account }));
	await keyboard.type(given.account);
	await tabTo(page, page.getByLabel(words.password));
	await keyboard.type(given.password);
	await tabTo(page, desk.button(words.logIn));
	await keyboard.press('Enter');
	await desk.heading(words.find).waitFor();
	await tabTo(page, desk.box);
	await keyboard.type(patient.query);
	await tabTo(page, desk.button(words.search));
	await keyboard.press('Enter');
	await desk.link(patient).waitFor();
	await tabTo(page, desk.link(patient));
	await keyboard.press('Enter');
	await desk.heading(words.why).waitFor();
	await tabTo(page, page.getByRole('radio').first());
	await keyboard.press('ArrowDown');
	assert.ok(await page.getByRole('radio').nth(1).isChecked());
	await keyboard.press('ArrowUp');
	assert.ok(await page.getByRole('radio', { name: words.treat }).isChecked());
	await tabTo(page, desk.button(words.open));
	await keyboard.press('Enter');
	await page.getByRole('heading', { level: 1, name: patient.family }).waitFor();
	await tabTo(page, page.getByRole('link', { name: 'Skip to the content' }));
	await keyboard.press('Enter');
	assert.ok(await page.getByRole('main').evaluate((main) => main === document.activeElement));
	for (let i = 0; i < 25; i++) {
		await keyboard.press('Tab');
		if (await page.evaluate(() => document.activeElement === document.body))
			break; // past the last one
		await assertSeen(page);
	}
	await page.reload();
	await tabTo(page, desk.button(words.logOut));
	await keyboard.press('Enter');
	await desk.heading(words.logIn).waitFor();
	assertClean(context);
	await context.close();
});

step('everything is there without scripts', async () => {
	const context = await open(browser, { javaScriptEnabled: false });
	const desk = await Desk.begin(context);
	await desk.logIn();
	await desk.open(patient);
	await desk.page.getByRole('heading', { level: 1, name: patient.family }).waitFor();
	assert.ok(patient.texts.length >= 10);
	assertSays(await desk.page.getByRole('main').textContent(), patient.texts);
	await desk.button(desk.words.lock).click();
	await desk.page.getByLabel(desk.words.password).fill(given.password);
	await desk.button(desk.words.unlock).click();
	await desk.heading(desk.words.find).waitFor();
	await desk.page.getByRole('link', { name: desk.words.other }).click();
	await desk.heading(WORDS.nl.find).waitFor();
	await desk.button(WORDS.nl.logOut).click();
	await desk.heading(WORDS.nl.logIn).waitFor();
	assertClean(context);
	await context.close();
});
