#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# RECOVER.sh, taken out of what medark exported, gives the source back with stock tools alone.
. "$(dirname "$0")/common.sh"
. "$here/medark_source.sh"

medark_key signer signer p256
medark_key recipient rsa rsa3072
medark_key recipient p256 p256
medark_key recipient p384 p384
expect 0 "export" "$MEDARK" export source --recipient rsa.cert.pem --recipient p256.cert.pem \
	--recipient p384.cert.pem --signer signer.cert.pem --signer-key signer.key.pem \
	--passphrase-file passphrase --out a.medark
tar -xf a.medark README.txt RECOVER.sh FORMAT.md
for text in README.txt RECOVER.sh; do
	[ "$(sha256sum <$text)" = "$(sha256sum <"$here/../../lib/archive/texts/$text")" ] ||
		fail "$text in the archive is another one"
done

recovers() {
	what=$1
	shift
	expect 0 "recovery $what" "$@"
	same source out
	rm -rf out
}
for identity in rsa p256 p384; do
	recovers "as $identity" sh RECOVER.sh a.medark $identity.key.pem out signer.cert.pem
done
recovers "by passphrase" sh RECOVER.sh -p a.medark passphrase out signer.cert.pem
recovers "without perl" env RECOVER_PERL=no sh RECOVER.sh a.medark p256.key.pem out signer.cert.pem

expect 0 "records" sh RECOVER.sh -r a.medark rsa.key.pem out signer.cert.pem
grep -q '"key":"Pp2"' out/index/patients || fail "the index of patients"
for id in o1 o30 c1 p3; do
	grep -a -q "\"id\":\"$id\"" out/data/*.ndjson || fail "record $id is missing"
done
echo passed
