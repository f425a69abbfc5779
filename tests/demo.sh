#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The main job on invented records, step by step: sh tests/demo.sh BUILD-FOLDER
set -eu
build=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

step() {
	printf '\n\033[1m%s\033[0m\n' "$*"
}
run() {
	printf '$ %s\n' "$*"
	"$@"
}
if [ ! -t 1 ] || [ -n "${NO_COLOR:-}" ]; then
	step() { printf '\n%s\n' "$*"; }
fi
PATH=$build/cmd:$PATH

step "1. Invented patients, as a vendor's bulk export would give them (FHIR NDJSON)"
"$build/tests/synth/medark-synth" --patients 200 --out vendor-export
du -sh vendor-export | sed 's/^/   /'

step "2. Keys: the clinic signs; its IT department and an escrow holder can open"
run medark key new --role signer --name "Demo clinic" --out clinic
run medark key new --role recipient --name "Demo clinic IT" --out it
run medark key new --role recipient --name "Demo escrow" --type rsa3072 --out escrow

step "3. Export: one signed, encrypted file; this machine holds no key that opens it"
run medark export vendor-export --recipient it.cert.pem --recipient escrow.cert.pem \
	--signer clinic.cert.pem --signer-key clinic.key.pem --out night.medark

step "4. An auditor verifies it with the clinic's certificate and without any key"
run medark verify night.medark --trust clinic.cert.pem

step "5. IT finds a patient and restores one chart"
run medark patients night.medark --identity it.key.pem --trust clinic.cert.pem --limit 5
patient=$(medark patients night.medark --identity it.key.pem --trust clinic.cert.pem --json \
	--limit 1 | sed -n 's/.*"id":"\([^"]*\)".*/\1/p' | head -n 1)
run medark restore night.medark --identity it.key.pem --trust clinic.cert.pem \
	--patient "$patient" --to chart
find chart -type f | sort | sed 's/^/   /'

step "6. Everything comes back byte for byte"
run medark restore night.medark --identity it.key.pem --trust clinic.cert.pem --to everything
run diff -r vendor-export everything
echo "   no difference"

step "7. A changed byte is noticed before anything is released"
cp night.medark changed.medark
printf 'X' | dd of=changed.medark bs=1 seek=300000 conv=notrunc status=none
medark verify changed.medark --trust clinic.cert.pem || echo "   refused, exit code $?"

step "8. Without medark: the procedure inside the archive needs tar, openssl, zstd and sha256sum"
mkdir stock
cd stock
# Under the names that README.txt uses, so that its lines are what is shown.
ln -s ../night.medark ARCHIVE
ln -s ../it.key.pem KEY.pem
ln -s ../clinic.cert.pem TRUST.pem
tar -xOf ARCHIVE README.txt | sed -n '/^Without medark/,/^Years/s/^    //p' >lines
sed 's/^/   $ /' lines
sh -eu lines
run diff -r ../vendor-export NEW-FOLDER
cd ..
echo "   no difference"

printf '\nDone: exported, verified, looked, restored, and recovered with stock tools.\n'
