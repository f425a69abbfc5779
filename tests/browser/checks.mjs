// SPDX-License-Identifier: Apache-2.0
// What is asked of a page: that it says something, does nothing, fits, and that axe-core agrees.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { given, require, shot } from './harness.mjs';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const SIZES = { wide: { width: 1280, height: 900 }, narrow: { width: 390, height: 844 } };

/** Whether each text stands on the page; whitespace aside. */
export function assertSays(text, wanted) {
	const plain = (s) => s.replace(/\s+/g, ' ');
	const missing = wanted.filter((each) => !plain(text).includes(plain(each)));
	assert.deepEqual(missing, []);
}

/**
 * No element or attribute that could do something, and no way off this service, or out of the
 * folder. `own`: elements that a page of ours has once, with the policy to go with them.
 */
export async function assertInert(page, own = []) {
	const found = await page.evaluate(([folder, ours]) => {
		const bad = [];
		for (const e of document.querySelectorAll('*')) {
			if (ours.includes(e.localName) && document.querySelectorAll(e.localName).length === 1)
				continue;
			if (/^(script|style|iframe|frame|object|embed|base|foreignobject|math|template|video|audio)$/i.test(e.localName))
				bad.push(`<${e.localName}>`);
			for (const { name, value } of e.attributes) {
				if (/^on/i.test(name) || name === 'style' || name === 'srcdoc')
					bad.push(`<${e.localName} ${name}="${value}">`);
				if (!/^(href|src|action|formaction|data|xlink:href|poster|background)$/i.test(name))
					continue;
				const url = new URL(value, document.baseURI);
				const isHere = url.protocol === 'file:' ? url.pathname.startsWith(folder) : url.origin === location.origin;
				if (url.protocol !== location.protocol || !isHere)
					if (!/^data:image\/(png|jpeg|gif);base64,/.test(value))
						bad.push(`<${e.localName} ${name}="${value}">`);
			}
		}
		for (const { httpEquiv } of document.querySelectorAll('meta[http-equiv]'))
			if (!ours.includes('policy') || httpEquiv !== 'Content-Security-Policy')
				bad.push(`<meta http-equiv=${httpEquiv}>`);
		return bad;
	}, [given.folder + '/', own]);
	assert.deepEqual(found, [], page.url());
	// Controls that turn text around would show something else than what is there.
	const text = await page.locator('html').textContent();
	assert.doesNotMatch(text, /[\u202a-\u202e\u2066-\u2069\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/);
}

/** axe-core finds no violation. */
export async function assertAccessible(page, where) {
	if (!await page.evaluate(() => 'axe' in window))
		await page.evaluate(fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8'));
	const found = await page.evaluate((values) => window.axe.run(document,
		{ runOnly: { type: 'tag', values }, resultTypes: ['violations'] }), RULES);
	assert.ok(found.passes.length > 5, `${where}: axe-core looked at nothing`);
	assert.deepEqual(found.violations.map((each) => `${each.id}: ${each.nodes[0].html} ${each.nodes[0].failureSummary}`), [], where);
}

/** Nothing is cut off at the side, or needs to be scrolled sideways, but tables in their frames. */
export async function assertFits(page, where) {
	const [content, window_] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
	assert.ok(content <= window_, `${where}: ${content} px in a window of ${window_}`);
}

/** No word is broken that has room in a line of its own cell. */
export async function assertWholeWords(page, where) {
	const broken = await page.evaluate(() => {
		const found = [];
		for (const cell of document.querySelectorAll('.pair td')) {
			const style = getComputedStyle(cell);
			const room = cell.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
			const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
			while (texts.nextNode())
				for (const { 0: word, index } of texts.currentNode.data.matchAll(/[\p{L}\p{N}]+/gu)) {
					const range = document.createRange();
					range.setStart(texts.currentNode, index);
					range.setEnd(texts.currentNode, index + word.length);
					const parts = [...range.getClientRects()];
					if (parts.length > 1 && parts.reduce((sum, each) => sum + each.width, 0) < room)
						found.push(word);
				}
		}
		return found;
	});
	assert.deepEqual(broken, [], where);
}

/**
 * On a telephone, scrolled down: what stays in sight is low, and says who it is and how old the
 * data is. `wanted`: texts of the banner.
 */
export async function assertLowHead(page, wanted, where) {
	for (const width of [320, 400]) {
		await page.setViewportSize({ width, height: 640 });
		await page.evaluate(() => scrollTo(0, 900));
		await shot(page, `${where}-${width}`, false);
		const { bottom, text } = await page.evaluate(() => {
			const stuck = [...document.querySelectorAll('.top *')]
				.filter((each) => { const box = each.getBoundingClientRect(); return box.height && box.bottom > 0 && box.bottom < 300; });
			return { bottom: Math.max(...stuck.map((each) => each.getBoundingClientRect().bottom)), text: stuck.map((each) => each.innerText).join(' ') };
		});
		assert.ok(bottom > 30 && bottom < 100, `${where}: ${bottom} px of ${width} × 640`);
		assertSays(text.toLowerCase(), wanted.map((each) => each.toLowerCase()));
		await page.evaluate(() => scrollTo(0, 0));
	}
	await page.setViewportSize(SIZES.wide);
}

/** All of that, light and dark, wide and narrow, with pictures. */
export async function lookAt(page, name) {
	for (const [size, viewport] of Object.entries(SIZES)) {
		await page.setViewportSize(viewport);
		for (const colorScheme of ['light', 'dark']) {
			const where = `${name}-${colorScheme}-${size}`;
			await page.emulateMedia({ colorScheme });
			await shot(page, where);
			await assertAccessible(page, where);
		}
		await assertFits(page, `${name}-${size}`);
		await assertWholeWords(page, `${name}-${size}`);
	}
	// 1280 px at 400 % (WCAG 1.4.10).
	await page.setViewportSize({ width: 320, height: 640 });
	await assertFits(page, `${name}-320`);
	await assertWholeWords(page, `${name}-320`);
	await page.setViewportSize(SIZES.wide);
	await page.emulateMedia({ colorScheme: 'light' });
}
