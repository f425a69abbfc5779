#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# medark opens what stock tools wrote: verify, inspect, patients, restore.
. "$(dirname "$0")/common.sh"

medark_key signer signer p256
medark_key signer rsasigner rsa3072
medark_key signer p384signer p384
medark_key recipient rsa rsa3072
medark_key recipient p256 p256
medark_key recipient p384 p384
medark_key recipient stranger p256

stock a.medark source signer.cert.pem signer.key.pem passphrase rsa.cert.pem p256.cert.pem \
	p384.cert.pem
expect 0 "verify" "$MEDARK" verify a.medark --trust signer.cert.pem
expect 0 "inspect" "$MEDARK" inspect a.medark
expect 4 "verify with another's certificate" "$MEDARK" verify a.medark --trust rsasigner.cert.pem
expect 5 "patients with a stranger's key" "$MEDARK" patients a.medark --trust signer.cert.pem \
	--identity stranger.key.pem

"$MEDARK" patients a.medark --trust signer.cert.pem --identity p256.key.pem --json >rows
for word in Jansen Vries Bakker 1970-01-31; do
	grep -q "$word" rows || { cat rows; fail "patients: $word is missing"; }
done
for query in 'vries' '999990020' '05-11-1982' 'bram vr'; do
	"$MEDARK" patients a.medark "$query" --trust signer.cert.pem --identity p256.key.pem \
		--json >rows
	if ! grep -q Vries rows || grep -q -e Jansen -e Bakker rows; then
		cat rows
		fail "patients: query '$query'"
	fi
done

restores() {
	what=$1
	shift
	expect 0 "restore $what" "$MEDARK" restore "$@" --to out
	same source out
	rm -rf out
}
for identity in rsa p256 p384; do
	restores "as $identity" a.medark --trust signer.cert.pem --identity $identity.key.pem
done
restores "by passphrase" a.medark --trust signer.cert.pem --passphrase-file passphrase
for signer in rsasigner p384signer; do
	KDF=pbkdf2 PADDING=5000 PATIENTS_PER_SEGMENT=1 stock b.medark source $signer.cert.pem \
		$signer.key.pem passphrase p384.cert.pem
	expect 0 "verify $signer" "$MEDARK" verify b.medark --trust $signer.cert.pem
	restores "by passphrase, $signer" b.medark --trust $signer.cert.pem \
		--passphrase-file passphrase
done
expect 5 "restore with a stranger's key" "$MEDARK" restore a.medark --trust signer.cert.pem \
	--identity stranger.key.pem --to out
[ ! -e out ] || fail "something was released"

# One patient: exactly the lines of the source that are this patient's.
expect 0 "restore one patient" "$MEDARK" restore a.medark --trust signer.cert.pem \
	--identity p256.key.pem --patient p2 --to out
cat out/*.ndjson | sort >found
for f in source/*.ndjson; do cat "$f"; echo; done |
	grep -e '"Patient/p2"' -e '"Patient","id":"p2"' | sort >wanted
diff found wanted || fail "the records of one patient"
echo passed
