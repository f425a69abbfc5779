// SPDX-License-Identifier: Apache-2.0
// Reads the chart of a patient whose every text is an attack.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { assertFits, assertInert, assertSays } from './checks.mjs';
import { assertClean, Desk, given, launch, open, shot, step } from './harness.mjs';

const { patient, attacks } = given;
let browser, context, desk;

before(async () => {
	browser = await launch();
	context = await open(browser);
	desk = await Desk.begin(context);
});
after(() => browser.close());

step('the watch sees what pages must not do', async () => {
	const trap = await open(browser);
	const { page } = await Desk.begin(trap);
	const evil = '<script>alert(1)</script><img src="https://elsewhere.invalid/x.png"><img src=x onerror="alert(2)">';
	const real = await page.goto('/login');
	const policy = real.headers()['content-security-policy'];
	const play = async (headers) => {
		await trap.route('**/login', (route) => route.fulfill({ contentType: 'text/html', headers, body: evil }));
		trap.faults.length = 0;
		await page.goto('/login');
		await page.waitForLoadState('networkidle');
		await trap.unroute('**/login');
		return trap.faults.map((each) => each.split(':')[0]);
	};
	const open_ = await play({});
	for (const kind of ['dialog', 'request'])
		assert.ok(open_.includes(kind), `no ${kind} was seen`);
	// With the policy that the service sends nothing is executed or fetched, but it is told.
	const shut = await play({ 'content-security-policy': policy });
	assert.ok(shut.includes('policy') && shut.includes('error'), 'no violation was seen');
	assert.ok(!shut.includes('dialog'), 'the policy let a script run');
	await trap.close();
});

step('what is typed comes back as text', async () => {
	await desk.page.goto('/login');
	for (const attack of attacks.slice(0, 5)) {
		await desk.page.getByRole('textbox', { name: 'Account' }).fill(attack);
		await desk.page.getByLabel('Password').fill(attack);
		await desk.button('Log in').click();
		await desk.page.getByRole('alert').waitFor();
		await assertInert(desk.page);
		assert.equal(await desk.page.getByRole('textbox', { name: 'Account' }).inputValue(), attack);
	}
	await desk.logIn();
	for (const attack of attacks.filter((each) => each.length <= 200 && !/[\u0000-\u001f\u202e]/.test(each))) {
		await desk.find(attack);
		assertSays(await desk.page.getByRole('status').textContent(), ['Nobody found']);
		assert.equal(await desk.box.inputValue(), attack);
		await assertInert(desk.page);
	}
});

step('the list of patients shows the name as it is written', async () => {
	await desk.find(patient.query);
	assertSays(await desk.link(patient).textContent(), [patient.family, patient.given]);
	await assertInert(desk.page);
	await shot(desk.page, 'hostile-found');
});

step('the chart shows texts as they are written', async () => {
	await desk.link(patient).click();
	await desk.page.getByRole('radio', { name: 'I treat this patient' }).check();
	await desk.page.getByRole('textbox', { name: 'In your words' }).fill(attacks[1]);
	await desk.button('Open the chart').click();
	await desk.page.getByRole('heading', { level: 1, name: patient.family }).waitFor();
	const text = await desk.page.getByRole('main').textContent();
	for (const marks of ['<script>alert(', 'onerror=alert(', '<svg/onload=alert(', '<iframe src="javascript:alert(',
		'</title></style></textarea><script>', '--><script>', '<meta http-equiv="refresh"', '<base href=', 'WWWWWWWWWW'])
		assert.ok(text.includes(marks), `${marks} is not shown`);
	await assertInert(desk.page);
	await shot(desk.page, 'hostile-chart', false); // the whole is longer than a picture can be
});

step('whatever is hovered, focused, unfolded or printed, nothing happens', async () => {
	const { page } = desk;
	for (const folded of await page.locator('summary').all())
		await folded.evaluate((each) => each.parentElement.setAttribute('open', ''));
	for (let i = 0; i < 40; i++)
		await page.keyboard.press('Tab');
	for (const y of [100, 300, 500, 700, 850])
		await page.mouse.move(400, y, { steps: 3 });
	await page.pdf();
	// A window of 1280 px needs no sideways scrolling, however long the words are.
	await assertFits(page, 'hostile-chart');
});

step('every link of the chart stays here and is inert', async () => {
	const links = await desk.page.getByRole('main').getByRole('link').evaluateAll(
		(all) => [...new Set(all.map((each) => each.href.split('#')[0]))]);
	const here = desk.page.url();
	for (const link of links.filter((each) => each !== here).slice(0, 40)) {
		assert.ok(link.startsWith(`https://${given.address}/`), link);
		const answer = await desk.page.goto(link).catch((error) => {
			assert.match(error.message, /Download is starting|ERR_ABORTED/);
		});
		if (!answer)
			continue; // a download
		assert.equal(answer.status(), 200, link);
		assert.match(answer.headers()['content-security-policy'], /^(default-src 'none'|sandbox)/, link);
		if (answer.headers()['content-type'].startsWith('text/html'))
			await assertInert(desk.page);
	}
});

step('nothing was executed, asked elsewhere, or refused by the policy', () => assertClean(context));
