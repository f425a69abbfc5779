// SPDX-License-Identifier: Apache-2.0
// MANIFEST.p7s, keys.p7m and sealed segments, written from docs/FORMAT.md (its rules are F-…) and
// RFC 5652, 5083, 5753, 3394 and 5280.
'use strict';
const { Refused, children, fields, need, oid, only, take } = require('./der.cjs');
const { aeskw, curves, decryptOaep, gcm, sha256, sha384, verifyPkcs1, verifyPss, x963 } = require('./primitives.cjs');

const SEQUENCE = 0x30, SET = 0x31, INTEGER = 2, BITS = 3, OCTETS = 4, OID = 6;
const RSA = '1.2.840.113549.1.1.1', EC = '1.2.840.10045.2.1', PSS = '1.2.840.113549.1.1.10';
const ECDSA = { '1.2.840.10045.4.3.2': sha256, '1.2.840.10045.4.3.3': sha384 };
const DATA = '1.2.840.113549.1.7.1', SIGNED = '1.2.840.113549.1.7.2';
const AUTH_ENVELOPED = '1.2.840.113549.1.9.16.1.23', GCM = '2.16.840.1.101.3.4.1.46';
const WRAP = '2.16.840.1.101.3.4.1.45';
const SCHEMES = { '1.3.132.1.11.1': 'p256', '1.3.132.1.11.2': 'p384' };
const OAEP = Buffer.from('303806092a864886f70d010107302ba00d300b0609608648016503040201a11a301806092a864886f70d010108' +
	'300b0609608648016503040201', 'hex');
const SHARED_INFO = Buffer.from('3015300b060960864801650304012da206040400000100', 'hex');
const ATTRIBUTES = { '1.2.840.113549.1.9.3': 'type', '1.2.840.113549.1.9.4': 'digest',
	'1.2.840.113549.1.9.5': 'time', '1.2.840.113549.1.9.16.2.47': 'certificates' };

const pem = (text, label) => {
	const found = new RegExp(`-----BEGIN ${label}-----([^-]+)-----END`).exec(text);

	return found && Buffer.from(found[1], 'base64');
};

// RFC 5280: what is needed of a certificate.
function certificate(der) {
	const [tbs, algorithm, signature] = fields(only(der, SEQUENCE), SEQUENCE, SEQUENCE, BITS);
	need(take(tbs.content).tag === 0xa0, 'a certificate that is not of version 3');
	const [, serial, , issuer, validity, subject, spki] = children(tbs.content);
	const [kind, point] = fields(spki, SEQUENCE, BITS);
	const [name, parameter] = children(kind.content);
	const key = { kind: oid(name) };

	if (key.kind === RSA) {
		const [n, e] = fields(only(point.content.subarray(1), SEQUENCE), INTEGER, INTEGER);

		Object.assign(key, { n: n.content, e: e.content });
	} else {
		Object.assign(key, { ...curves[oid(parameter)], point: point.content.subarray(1) });
	}
	return { der, tbs: tbs.all, algorithm: oid(children(algorithm.content)[0]), signature: signature.content.subarray(1),
		issuer: issuer.all, subject: subject.all, key, times: children(validity.content).map(time),
		issuerAndSerial: Buffer.concat([issuer.all, serial.all]) };
}

// UTCTime or GeneralizedTime in UTC.
function time(value) {
	const text = (value.tag === 0x17 ? '20' : '') + value.content.toString('latin1');
	const [, y, m, d, h, min, s] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text) || [];

	need(y, 'a time in another form');
	return Date.UTC(y, m - 1, d, h, min, s);
}

function isSigned(by, algorithm, message, signature) {
	if (by.kind === RSA)
		return algorithm === PSS ? verifyPss(by, message, signature)
			: algorithm === '1.2.840.113549.1.1.11' && verifyPkcs1(by, message, signature);
	need(by.curve && ECDSA[algorithm], 'an algorithm that is not known');
	try {
		return by.curve.verify(by.curve.Signature.fromDER(signature), ECDSA[algorithm](message), by.point,
			{ lowS: false, prehash: false });
	} catch {
		return false;
	}
}

// F-25: the anchor itself, or signed by it, and of today.
function trust(signer, anchor) {
	need(signer.times[0] <= Date.now() && Date.now() <= signer.times[1], "the signer's certificate is not of today");
	if (signer.der.equals(anchor.der))
		return;
	need(signer.issuer.equals(anchor.subject) &&
		isSigned(anchor.key, signer.algorithm, signer.tbs, signer.signature), 'the signer is not trusted');
}

function attributes(set) {
	const found = {};

	for (const each of children(set.content)) {
		const [name, values] = fields(each, OID, SET);
		const known = ATTRIBUTES[oid(name)];

		need(known && !found[known], 'a signed attribute that is not of F-24');
		found[known] = children(values.content);
		need(found[known].length === 1, 'an attribute with several values');
	}
	need(Object.keys(found).length === 4, 'a signed attribute is missing');
	return found;
}

// F-23, F-24: CAdES-BES over the manifest; the signer's certificate.
function verifySignature(p7s, manifest, anchor) {
	const [type, wrapped] = fields(only(p7s, SEQUENCE), OID, 0xa0);
	const [version, , content, certificates, infos] =
		fields(only(wrapped.content, SEQUENCE), INTEGER, SET, SEQUENCE, 0xa0, SET);
	const [, id, , signed, algorithm, signature] =
		fields(only(infos.content, SEQUENCE), INTEGER, SEQUENCE, SEQUENCE, 0xa0, SEQUENCE, OCTETS);
	const found = attributes(signed);
	const all = children(certificates.content).map((each) => certificate(each.all));
	const signer = all.find((each) => each.issuerAndSerial.equals(id.content));

	need(oid(type) === SIGNED && version.content.equals(Buffer.of(1)), 'another CMS type');
	need(oid(fields(content, OID)[0]) === DATA && oid(found.type[0]) === DATA, 'signed content of another type');
	need(signer, "the signer's certificate is not inside");
	const name = oid(children(algorithm.content)[0]);
	const hash = ECDSA[name] || sha256;

	need(Buffer.from(hash(manifest)).equals(found.digest[0].content), 'the signature is not over this manifest');
	checkSigningCertificate(found.certificates[0], signer, hash);
	// RFC 5652 section 5.4: as a SET.
	const attributesDer = Buffer.from(signed.all);

	attributesDer[0] = SET;
	need(isSigned(signer.key, name, attributesDer, signature.content), 'the signature is wrong');
	trust(signer, anchor);
	return { signer, algorithm: name, time: time(found.time[0]) };
}

// RFC 5035: the first hash is the signer's.
function checkSigningCertificate(value, signer, hash) {
	const first = children(children(value.content)[0].content)[0];
	const digest = children(first.content).find((each) => each.tag === OCTETS);

	need(digest && digest.content.equals(Buffer.from(hash(signer.der))), 'signing-certificate-v2 names another one');
}

// A private key, PKCS #8.
function privateKey(text) {
	const der = pem(text, 'PRIVATE KEY');

	need(der, 'no private key');
	const [, kind, octets] = children(only(der, SEQUENCE).content);
	const [name, parameter] = children(kind.content);

	if (oid(name) === RSA) {
		// n, e, d, p, q, dP, dQ, qInv
		const parts = children(only(octets.content, SEQUENCE).content).slice(1).map((each) => each.content);

		return { kind: 'rsa', parts };
	}
	need(oid(name) === EC, 'a key of another kind');
	return { kind: 'ec', ...curves[oid(parameter)], secret: children(only(octets.content, SEQUENCE).content)[1].content };
}

// AuthEnvelopedData of F-9 and F-13: its recipients, and what opens the content with a key.
function enveloped(p7m) {
	const [type, wrapped] = fields(only(p7m, SEQUENCE), OID, 0xa0);
	const [version, recipients, content, tag] =
		fields(only(wrapped.content, SEQUENCE), INTEGER, SET, SEQUENCE, OCTETS);
	const [inner, algorithm, ciphertext] = fields(content, OID, SEQUENCE, 0x80);
	const [name, parameters] = fields(algorithm, OID, SEQUENCE);
	const [nonce, size] = fields(parameters, OCTETS, INTEGER);

	need(oid(type) === AUTH_ENVELOPED && version.content.equals(Buffer.of(0)) && oid(inner) === DATA &&
		oid(name) === GCM && nonce.content.length === 12 && size.content.equals(Buffer.of(16)) &&
		tag.content.length === 16, 'a sealed message of another form');
	return {
		recipients: children(recipients.content),
		open(key) {
			try {
				return Buffer.from(gcm(key, nonce.content).decrypt(Buffer.concat([ciphertext.content, tag.content])));
			} catch {
				throw new Refused('the tag is wrong');
			}
		},
	};
}

function unwrap(kek, wrapped) {
	try {
		return aeskw(kek).decrypt(wrapped);
	} catch {
		throw new Refused('the key does not unwrap');
	}
}

// F-10 `rsa-oaep`: KeyTransRecipientInfo.
function openTransport(recipient, key) {
	const [, , algorithm, encrypted] = fields(recipient, INTEGER, SEQUENCE, SEQUENCE, OCTETS);

	need(algorithm.all.equals(OAEP), 'RSA with another padding');
	try {
		return decryptOaep(key.parts, encrypted.content);
	} catch {
		return null;
	}
}

// F-10 `ecdh-…`: KeyAgreeRecipientInfo, ephemeral-static.
function openAgreement(recipient, key) {
	const [, originator, algorithm, keys] = fields(recipient, INTEGER, 0xa0, SEQUENCE, SEQUENCE);
	const [scheme, wrap] = fields(algorithm, OID, SEQUENCE);
	const [, point] = fields(only(originator.content, 0xa1), SEQUENCE, BITS);
	const [, wrapped] = fields(only(keys.content, SEQUENCE), SEQUENCE, OCTETS);

	need(oid(fields(wrap, OID)[0]) === WRAP, 'another key wrap');
	if (SCHEMES[oid(scheme)] !== key.name)
		return null;
	try {
		// The first byte says only the sign of y.
		const secret = key.curve.getSharedSecret(key.secret, point.content.subarray(1)).slice(1);

		return unwrap(x963(key.hash, secret, SHARED_INFO), wrapped.content);
	} catch {
		return null;
	}
}

// The archive key out of keys.p7m: 32 bytes, which stand there in hexadecimal.
function openKeys(p7m, key) {
	const message = enveloped(p7m);

	for (const recipient of message.recipients) {
		const content = recipient.tag === SEQUENCE && key.kind === 'rsa' ? openTransport(recipient, key)
			: recipient.tag === 0xa1 && key.kind === 'ec' ? openAgreement(recipient, key) : null;

		if (content) {
			const text = message.open(content).toString('latin1');

			need(/^[0-9a-f]{64}$/.test(text), 'keys.p7m holds no key');
			return { key: Buffer.from(text, 'hex'), kind: key.kind === 'rsa' ? 'rsa-oaep' : `ecdh-${key.name}` };
		}
	}
	throw new Refused('no recipient fits the key');
}

// F-13: one recipient, the archive key.
function openSegment(p7m, archiveKey, archiveId) {
	const message = enveloped(p7m);

	need(message.recipients.length === 1 && message.recipients[0].tag === 0xa2, 'a segment for somebody else');
	const [version, id, wrap, wrapped] = fields(message.recipients[0], INTEGER, SEQUENCE, SEQUENCE, OCTETS);

	need(version.content.equals(Buffer.of(4)) && fields(id, OCTETS)[0].content.equals(archiveId) &&
		oid(fields(wrap, OID)[0]) === WRAP, 'a segment of another archive');
	return message.open(unwrap(archiveKey, wrapped.content));
}

module.exports = { Refused, certificate, need, openKeys, openSegment, pem, privateKey, verifySignature };
