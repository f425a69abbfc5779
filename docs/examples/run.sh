#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs one example, after those that it needs: run.sh FOLDER-OF-PROGRAMS NAME MEDARK MEDARK-SYNTH
set -eu
programs=$1 name=$2 medark=$3 synth=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fails() { # PATTERN COMMAND…: fails, with a sentence that fits, and leaves nothing
	pattern=$1
	shift
	if "$@" >out 2>err; then
		echo "did not fail: $*"
		exit 1
	fi
	grep -q "$pattern" err || {
		cat err
		exit 1
	}
}

"$synth" --patients 20 --out records >/dev/null
"$medark" key new --role signer --name Clinic --out clinic -q
"$medark" key new --role recipient --name IT --out it -q
"$medark" key new --role signer --name Stranger --out stranger -q
set -- records it.cert.pem clinic.cert.pem clinic.key.pem night.medark
"$programs/example_export_folder" "$@"
[ "$name" = export_folder ] && {
	"$medark" verify night.medark --trust clinic.cert.pem
	fails exist "$programs/example_export_folder" "$@"
	fails nowhere "$programs/example_export_folder" nowhere it.cert.pem clinic.cert.pem \
		clinic.key.pem other.medark
	[ ! -e other.medark ]
	exit
}
[ "$name" = verify_archive ] && {
	"$programs/example_verify_archive" night.medark clinic.cert.pem | tee out
	grep -q '^signed by .*Clinic' out
	fails 'not to be trusted' "$programs/example_verify_archive" night.medark stranger.cert.pem
	printf X | dd of=night.medark bs=1 seek=20000 conv=notrunc status=none
	fails 'does not verify' "$programs/example_verify_archive" night.medark clinic.cert.pem
	exit
}
query=$("$medark" patients night.medark --identity it.key.pem --trust clinic.cert.pem --limit 1 \
	--json | sed -n 's/.*"message_type":"patient".*"id":"\([^"]*\)","family.*/\1/p')
set -- night.medark clinic.cert.pem it.key.pem chart
"$programs/example_restore_chart" "$@" "$query"
grep -q "\"id\":\"$query\"" chart/Patient.ndjson
fails '0 patients' "$programs/example_restore_chart" "$@" nobody-at-all
