#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# memory: the most memory that an export, a verification and a restore take on records in no order
# of patients: memory.sh BUILD [SIZE]. SIZE is 2G; twice as much room is needed, in TMPDIR.
set -eu
build=$(cd "$1" && pwd)
size=${2:-2G}
limit=262144 # KiB: 256 MiB
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
medark=$build/cmd/medark
if nm "$medark" | grep -q __asan_init; then
	echo "memory: a build with sanitizers says nothing about memory: not run"
	exit 0
fi

measure() { # NAME COMMAND…
	name=$1
	shift
	python3 -c 'import resource as r, subprocess as s, sys
s.run(sys.argv[1:], check=True)
u = r.getrusage(r.RUSAGE_CHILDREN)
print(u.ru_maxrss, round(u.ru_utime + u.ru_stime, 1))' "$@" >figures
	read -r peak cpu <figures
	printf '%-10s %6d MiB  %8s s of CPU\n' "$name" $((peak / 1024)) "$cpu"
	[ "$peak" -lt $limit ] || {
		echo "memory: $name takes more than $((limit / 1024)) MiB"
		exit 1
	}
}

"$build/tests/synth/medark-synth" --bytes "$size" --shuffle --out source
"$medark" key new --role signer --name Clinic --out clinic -q
"$medark" key new --role recipient --name IT --out it -q
measure export "$medark" export source --recipient it.cert.pem --signer clinic.cert.pem \
	--signer-key clinic.key.pem --out a.medark -q
printf '%-10s %6d MB\n' archive $(($(wc -c <a.medark) / 1000000))
measure verify "$medark" verify a.medark --trust clinic.cert.pem -q
patient=$("$medark" patients a.medark --identity it.key.pem --trust clinic.cert.pem --limit 1 \
	--json | sed -n 's/.*"message_type":"patient".*"id":"\([^"]*\)","family.*/\1/p')
measure chart "$medark" restore a.medark --identity it.key.pem --trust clinic.cert.pem -q \
	--patient "$patient" --to chart
measure restore "$medark" restore a.medark --identity it.key.pem --trust clinic.cert.pem -q \
	--to back
diff -r source back
echo "memory: the source came back byte for byte"
