#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Archives with one fault each, rightly signed, are refused by the reader and by medark: see
# refusals.py.
. "$(dirname "$0")/common.sh"

pair signer P-256
pair p256 P-256
PADDING=100 SCRYPT_N=16384 stock a.medark source signer.cert.pem signer.key.pem passphrase \
	p256.cert.pem
mkdir work
$python "$here/refusals.py" a.medark signer.cert.pem signer.key.pem p256.key.pem work
