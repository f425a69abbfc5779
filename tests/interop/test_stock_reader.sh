#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The independent reader accepts what stock tools wrote, for every kind of recipient and signer.
. "$(dirname "$0")/common.sh"

pair signer P-256
pair rsa RSA
pair p256 P-256
pair p384 P-384
pair stranger P-256

stock a.medark source signer.cert.pem signer.key.pem passphrase rsa.cert.pem p256.cert.pem \
	p384.cert.pem
for identity in rsa p256 p384; do
	expect 0 "verify as $identity" reader verify a.medark --trust signer.cert.pem \
		--identity $identity.key.pem
done
expect 0 "verify by passphrase" reader verify a.medark --trust signer.cert.pem \
	--passphrase-file passphrase
expect 0 "verify without a key" reader verify a.medark --trust signer.cert.pem
expect 0 "records root" reader root a.medark --trust signer.cert.pem --identity p256.key.pem
tar -xOf a.medark MANIFEST | grep -q -x "# records-root $(cat said)" || fail "records root"

reader restore a.medark --trust signer.cert.pem --identity rsa.key.pem --to restored
same source restored

reader patients a.medark --trust signer.cert.pem --identity p384.key.pem >rows
[ "$(wc -l <rows)" -eq 3 ] || fail "three patients expected"
# A patient's records are exactly the lines of the source that name the patient.
for p in p1 p2 p3; do
	reader records a.medark --trust signer.cert.pem --identity p256.key.pem --patient P$p |
		sed 's/}{"resourceType"/}\n{"resourceType"/' | sort >found
	for f in source/*.ndjson; do cat "$f"; echo; done | grep -e "\"Patient/$p\"" \
		-e "\"Patient\",\"id\":\"$p\"" | sort >wanted
	diff found wanted || fail "records of $p"
done

expect 4 "verify with a stranger's certificate" reader verify a.medark --trust stranger.cert.pem
expect 4 "verify after the certificate has expired" reader verify a.medark \
	--trust signer.cert.pem --at 2099-01-01T00:00:00Z
expect 5 "open with a stranger's key" reader verify a.medark --trust signer.cert.pem \
	--identity stranger.key.pem
printf 'wrong\n' >wrong
expect 5 "open with a wrong passphrase" reader verify a.medark --trust signer.cert.pem \
	--passphrase-file wrong
expect 5 "restore with a stranger's key" reader restore a.medark --trust signer.cert.pem \
	--identity stranger.key.pem --to nothing
[ -z "$(find . -name 'nothing*')" ] || fail "something was released"

# The other signers; PBKDF2; padding; one segment for all patients; a chain of certificates.
for signer in rsa p384; do
	KDF=pbkdf2 PADDING=3000 PATIENTS_PER_SEGMENT=100 stock b.medark source $signer.cert.pem \
		$signer.key.pem passphrase p256.cert.pem
	expect 0 "signed by $signer" reader verify b.medark --trust $signer.cert.pem \
		--passphrase-file passphrase
done
openssl req -newkey rsa:3072 -nodes -keyout leaf.key.pem -out leaf.csr -subj /CN=leaf 2>/dev/null
openssl x509 -req -in leaf.csr -CA rsa.cert.pem -CAkey rsa.key.pem -CAcreateserial -days 10 \
	-out leaf.cert.pem 2>/dev/null
stock c.medark source leaf.cert.pem leaf.key.pem passphrase rsa.cert.pem
expect 0 "trust in the authority" reader verify c.medark --trust rsa.cert.pem
expect 0 "trust in the signer" reader verify c.medark --trust leaf.cert.pem
expect 4 "trust in another authority" reader verify c.medark --trust p384.cert.pem
echo passed
