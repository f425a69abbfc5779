// SPDX-License-Identifier: Apache-2.0
// DER: one value after the other, definite and minimal lengths only.
'use strict';

class Refused extends Error {}

function need(condition, sentence) {
	if (!condition)
		throw new Refused(sentence);
}

// The value at the front: its tag, its content, all of it, and what follows.
function take(data) {
	need(data.length >= 2 && (data[0] & 0x1f) !== 0x1f, 'DER: no value');
	let size = data[1], begin = 2;

	if (size >= 0x80) {
		const count = size & 0x7f;

		need(count >= 1 && count <= 4 && data.length >= 2 + count && data[2] !== 0, 'DER: its length');
		size = data.readUIntBE(2, count);
		begin += count;
		need(size >= (count === 1 ? 0x80 : 2 ** (8 * (count - 1))), 'DER: a length that is not minimal');
	}
	need(begin + size <= data.length, 'DER: cut off');
	return { tag: data[0], content: data.subarray(begin, begin + size), all: data.subarray(0, begin + size),
		rest: data.subarray(begin + size) };
}

function children(content) {
	const out = [];

	while (content.length) {
		const value = take(content);

		out.push(value);
		content = value.rest;
	}
	return out;
}

// The one value of `data`, with this tag.
function only(data, tag) {
	const value = take(data);

	need(value.tag === tag && value.rest.length === 0, 'DER: not the one value that is wanted');
	return value;
}

// The children of `value`, which have these tags in order.
function fields(value, ...tags) {
	const all = children(value.content);

	need(all.length === tags.length && all.every((each, i) => each.tag === tags[i]), 'DER: other fields');
	return all;
}

function oid(value) {
	const arcs = [];
	let arc = 0;

	need(value.tag === 6 && value.content.length, 'DER: no object identifier');
	for (const byte of value.content) {
		arc = arc * 128 + (byte & 0x7f);
		if (byte < 0x80) {
			arcs.push(arc);
			arc = 0;
		}
	}
	const first = Math.min(Math.floor(arcs[0] / 40), 2);

	return [first, arcs[0] - 40 * first, ...arcs.slice(1)].join('.');
}

module.exports = { Refused, children, fields, need, oid, only, take };
