// SPDX-License-Identifier: Apache-2.0
// node reader.cjs ARCHIVE ANCHOR.pem [KEY.pem]: verifies an archive with a trust anchor, and opens
// it with a key. Prints one JSON object; exit code 1 and a sentence if anything is refused.
'use strict';
const { hmac, sha256, zstd } = require('./primitives.cjs'); // first: nothing may load OpenSSL before
const fs = require('node:fs');
const { Refused, certificate, need, openKeys, openSegment, pem, privateKey, verifySignature } = require('./cms.cjs');

const text = (bytes, from, size) => bytes.toString('latin1', from, from + size).replace(/\0.*$/s, '');
const hex = (bytes) => Buffer.from(bytes).toString('hex');

// F-3 to F-5: name and content of each member, in order.
function members(file) {
	const out = new Map();
	let at = 0;

	while (at + 1024 < file.length) {
		const name = text(file, at, 100), size = parseInt(text(file, at + 124, 12), 8);

		need(/^[A-Za-z0-9._/-]+$/.test(name) && !out.has(name), 'a member without a proper name');
		need(at + 512 + size <= file.length, 'the archive is cut off');
		out.set(name, file.subarray(at + 512, at + 512 + size));
		at += 512 + Math.ceil(size / 512) * 512;
	}
	need(file.length - at === 1024 && file.subarray(at).every((byte) => byte === 0), 'the end is not one');
	return out;
}

// F-21: what the manifest says of the archive, and whether each member is what it says.
function checkManifest(manifest, all) {
	const lines = manifest.toString('latin1').split('\n');
	const said = Object.fromEntries(lines.slice(1, 8).map((line) => line.split(' ').slice(1)));
	const before = [...all.keys()].slice(0, [...all.keys()].indexOf('MANIFEST'));

	need(lines[0] === '# medark manifest 1' && lines.pop() === '', 'a manifest of another form');
	need(lines.length === 8 + 2 * before.length && Number(said.members) === before.length,
		'the manifest lists other members');
	before.forEach((name, i) => {
		const content = all.get(name);

		need(lines[8 + 2 * i] === `#${content.length}` && lines[9 + 2 * i] === `${hex(sha256(content))}  ${name}`,
			`${name} is not what the manifest says`);
	});
	return said;
}

// F-12.
function checkCommitment(key, header) {
	const wanted = hmac(sha256, key, Buffer.concat([Buffer.from('medark kek-commit v1\0'),
		Buffer.from(header.archive, 'hex')]));

	need(hex(wanted) === header.kek_commit, 'the key is not the one that the header commits to');
}

// F-14: the binding in front; what the frame behind it holds.
function unpack(plain, archive, number) {
	const size = plain.readUInt32LE(4);
	const binding = plain.toString('latin1', 8, 8 + size);

	need(plain.readUInt32LE(0) === 0x184d2a50, 'a segment without a binding');
	need(binding === `{"archive":"${archive}","kind":"data","number":${number}}`, 'a segment bound to another place');
	return Buffer.from(zstd.decompress(plain.subarray(8 + size)));
}

// F-16: the lines of the map, and what follows.
function split(data) {
	const end = data.indexOf('\n\n');
	const map = data.toString('latin1', 0, end).split('\n');
	const content = data.subarray(end + 2);

	need(map[0] === 'medark-map 1' && map[2] === `content ${content.length}`, 'a map of another form');
	return { leaves: Number(map[1].slice(7)), content };
}

function open(all, keyFile) {
	const header = JSON.parse(all.get('header.json').toString());
	const { key, kind } = openKeys(all.get('keys.p7m'), privateKey(fs.readFileSync(keyFile, 'latin1')));
	const names = [...all.keys()].filter((name) => name.startsWith('data/'));
	const out = { opened: kind, segments: names.length, leaves: 0, content: '' };
	const contents = [];

	checkCommitment(key, header);
	names.forEach((name, i) => {
		const plain = openSegment(all.get(name), key, Buffer.from(header.archive, 'hex'));
		const { leaves, content } = split(unpack(plain, header.archive, i + 1));

		out.leaves += leaves;
		contents.push(content);
	});
	out.content = Buffer.concat(contents).toString('base64');
	return out;
}

function main([archive, anchorFile, keyFile]) {
	const all = members(fs.readFileSync(archive));
	const anchor = certificate(pem(fs.readFileSync(anchorFile, 'latin1'), 'CERTIFICATE'));
	const manifest = all.get('MANIFEST');

	need(manifest && all.has('MANIFEST.p7s'), 'no manifest');
	const { signer, algorithm, time } = verifySignature(all.get('MANIFEST.p7s'), manifest, anchor);
	const said = checkManifest(manifest, all);

	return { archive: said.archive, members: Number(said.members), leaves: Number(said.leaves), algorithm,
		signer: hex(sha256(signer.der)), time: new Date(time).toISOString(), ...(keyFile && { inside: open(all, keyFile) }) };
}

try {
	console.log(JSON.stringify(main(process.argv.slice(2))));
} catch (error) {
	console.error(error instanceof Refused ? error.message : error.stack);
	process.exitCode = error instanceof Refused ? 1 : 70;
}
