#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The independent reader opens, checks and restores what medark exported.
. "$(dirname "$0")/common.sh"
. "$here/medark_source.sh"

medark_key signer signer p256
medark_key signer rsasigner rsa3072
medark_key signer p384signer p384
medark_key recipient rsa rsa3072
medark_key recipient p256 p256
medark_key recipient p384 p384
medark_key recipient stranger p256

for signer in signer rsasigner p384signer; do
	expect 0 "export, $signer" "$MEDARK" export source --recipient rsa.cert.pem \
		--recipient p256.cert.pem --recipient p384.cert.pem --signer $signer.cert.pem \
		--signer-key $signer.key.pem --passphrase-file passphrase --out $signer.medark
	expect 0 "verify, $signer" reader verify $signer.medark --trust $signer.cert.pem
done
for identity in rsa p256 p384; do
	expect 0 "everything inside, as $identity" reader verify signer.medark \
		--trust signer.cert.pem --identity $identity.key.pem
done
expect 0 "everything inside, by passphrase" reader verify signer.medark --trust signer.cert.pem \
	--passphrase-file passphrase
expect 5 "a stranger's key" reader verify signer.medark --trust signer.cert.pem \
	--identity stranger.key.pem
expect 4 "another signer" reader verify signer.medark --trust rsasigner.cert.pem
expect 0 "records root" reader root signer.medark --trust signer.cert.pem --identity p256.key.pem

# An authority that may not vouch for signers (F-26), below the anchor and as the anchor.
pair root P-256
for purpose in serverAuth emailProtection; do
	printf 'basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\nextendedKeyUsage=%s\n' \
		$purpose >ext
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout sub.key.pem \
		-out sub.csr -subj "/CN=sub of $purpose" 2>/dev/null
	openssl x509 -req -in sub.csr -CA root.cert.pem -CAkey root.key.pem -days 30 -extfile ext \
		-out sub.cert.pem 2>/dev/null
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout under.key.pem \
		-out under.csr -subj /CN=under 2>/dev/null
	openssl x509 -req -in under.csr -CA sub.cert.pem -CAkey sub.key.pem -days 30 \
		-out under.cert.pem 2>/dev/null
	cat sub.cert.pem >>under.cert.pem
	expect 0 "export under $purpose" "$MEDARK" export source/letters --recipient p256.cert.pem \
		--signer under.cert.pem --signer-key under.key.pem --out $purpose.medark
	code=0
	[ $purpose = emailProtection ] || code=4
	expect $code "$purpose, medark" "$MEDARK" verify $purpose.medark --trust root.cert.pem
	expect $code "$purpose, reader" reader verify $purpose.medark --trust root.cert.pem
	expect 0 "$purpose is the anchor, medark" "$MEDARK" verify $purpose.medark \
		--trust sub.cert.pem
	expect 0 "$purpose is the anchor, reader" reader verify $purpose.medark --trust sub.cert.pem
done

reader restore signer.medark --trust signer.cert.pem --identity rsa.key.pem --to restored
same source restored

# Each patient's records by the index: those that name the patient, and no others.
for p in p1 p2 p3; do
	reader records signer.medark --trust signer.cert.pem --identity p256.key.pem --patient P$p |
		sed 's/}{"resourceType"/}\n{"resourceType"/g' | grep '^{' | sort >found
	find source -name '*.ndjson' -exec sh -c 'for f; do cat "$f"; echo; done' sh {} + |
		grep -e "\"Patient/$p\"" -e "\"Patient\",\"id\":\"$p\"" | sort >wanted
	diff found wanted || fail "records of $p"
done

# The patient with a record that is larger than a segment.
expect 0 "restore one patient" "$MEDARK" restore signer.medark --trust signer.cert.pem \
	--identity p256.key.pem --patient p9 --to one
grep -q '"id":"big"' one/Observation.ndjson || fail "the large record"

# A second archive in a chain.
expect 0 "export, second in the chain" "$MEDARK" export source --recipient p256.cert.pem \
	--signer signer.cert.pem --signer-key signer.key.pem --previous signer.medark \
	--out second.medark
expect 0 "verify the second" reader verify second.medark --trust signer.cert.pem \
	--identity p256.key.pem
tar -xOf second.medark MANIFEST | grep -q -x "# previous $(tar -xOf signer.medark MANIFEST |
	sha256sum | cut -c1-64)" || fail "previous is not the SHA-256 of the archive before"
echo passed
