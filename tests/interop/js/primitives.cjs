// SPDX-License-Identifier: Apache-2.0
// The primitives, in JavaScript alone. Node's own cryptography is OpenSSL: here nobody can load it,
// also no package below, and the global that leads to it is gone.
'use strict';
const Module = require('node:module');

const load = Module._load;
const refused = new Proxy({}, {
	get(_, name) {
		if (typeof name === 'symbol' || name === 'webcrypto' || name === 'then')
			return undefined;
		throw new Error(`OpenSSL was asked for ${name}`);
	},
	has: () => false,
});

Module._load = function (name, ...rest) {
	return /^(node:)?(crypto|tls|https)(\/|$)/.test(name) ? refused : load.call(this, name, ...rest);
};
Object.defineProperty(globalThis, 'crypto', { value: undefined });
process.getBuiltinModule = undefined;
process.binding = undefined;

require('node-forge/lib/forge').options.usePureJavaScript = true;
const forge = require('node-forge/lib/forge');
require('node-forge/lib/rsa');
require('node-forge/lib/pss');
require('node-forge/lib/mgf');
require('node-forge/lib/sha256');
const { p256, p384 } = require('@noble/curves/nist');
const { sha256, sha384 } = require('@noble/hashes/sha2');
const { hmac } = require('@noble/hashes/hmac');
const { aeskw, gcm } = require('@noble/ciphers/aes');
const zstd = require('fzstd');

const binary = (bytes) => Buffer.from(bytes).toString('binary');
const bytes = (text) => Buffer.from(text, 'binary');
const big = (integer) => new forge.jsbn.BigInteger(Buffer.from(integer).toString('hex'), 16);

// RSASSA-PSS with SHA-256, MGF1 with SHA-256 and a salt of 32 bytes.
function verifyPss({ n, e }, message, signature) {
	const md = forge.md.sha256.create().update(binary(message));
	const mgf = forge.mgf.mgf1.create(forge.md.sha256.create());
	const pss = forge.pss.create({ md: forge.md.sha256.create(), mgf, saltLength: 32 });

	try {
		return forge.rsa.setPublicKey(big(n), big(e)).verify(md.digest().getBytes(), binary(signature), pss);
	} catch {
		return false;
	}
}

// RSASSA-PKCS1-v1_5 with SHA-256, as certificates have it.
function verifyPkcs1({ n, e }, message, signature) {
	const md = forge.md.sha256.create().update(binary(message));

	try {
		return forge.rsa.setPublicKey(big(n), big(e)).verify(md.digest().getBytes(), binary(signature));
	} catch {
		return false;
	}
}

function decryptOaep(parts, encrypted) {
	const key = forge.rsa.setPrivateKey(...parts.map(big));
	const md = forge.md.sha256.create();

	return bytes(key.decrypt(binary(encrypted), 'RSA-OAEP', { md, mgf1: { md: forge.md.sha256.create() } }));
}

const curves = {
	'1.2.840.10045.3.1.7': { curve: p256, hash: sha256, name: 'p256' },
	'1.3.132.0.34': { curve: p384, hash: sha384, name: 'p384' },
};

// ANSI X9.63 (SEC 1 section 3.6.1), one round: 32 bytes.
const x963 = (hash, secret, info) => hash(Buffer.concat([secret, Buffer.from([0, 0, 0, 1]), info])).slice(0, 32);

module.exports = { aeskw, curves, decryptOaep, gcm, hmac, sha256, sha384, verifyPkcs1, verifyPss, x963, zstd };
