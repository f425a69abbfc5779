#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Writes the small source folder that the tests of this folder archive: sh source.sh DIR
# Three patients in three NDJSON files ordered by type, a blank line, a last line without LF, a
# Practitioner who is nobody's patient, an opaque file, an empty file, a folder with nothing in it
# and a name with a blank. The people are invented; the identification numbers are test numbers.

set -eu
dir=$1
mkdir -p "$dir/letters/2026" "$dir/empty folder"

{
	for p in '1 999990019 Jansen Anna 1970-01-31 female' '2 999990020 Vries Bram 1982-11-05 male' \
		'3 999990032 Bakker Cato 2001-07-14 female'; do
		# shellcheck disable=SC2086 # six words
		set -- $p
		printf '{"resourceType":"Patient","id":"p%s","identifier":[{"system":"%s","value":"%s"}],' \
			"$1" http://fhir.nl/fhir/NamingSystem/bsn "$2"
		printf '"name":[{"family":"%s","given":["%s"]}],"gender":"%s","birthDate":"%s"}\n' \
			"$3" "$4" "$6" "$5"
	done
} >"$dir/Patient.ndjson"

{
	n=0
	while [ $n -lt 30 ]; do
		n=$((n + 1))
		[ $n -ne 12 ] || echo # a blank line: it belongs to no record
		printf '{"resourceType":"Observation","id":"o%d","status":"final","code":{"text":' $n
		printf '"Gewicht \303\251\303\251n %d"},"subject":{"reference":"Patient/p%d"},' $n $((n % 3 + 1))
		printf '"performer":[{"reference":"Practitioner/d1"}],"effectiveDateTime":"2026-03-%02d",' \
			$((n % 28 + 1))
		printf '"valueQuantity":{"value":%d,"unit":"kg"}}\n' $((60 + n))
	done
} >"$dir/Observation.ndjson"

{
	echo '{"resourceType":"Practitioner","id":"d1","name":[{"family":"Arts"}]}'
	printf '{"resourceType":"Condition","id":"c1","subject":{"reference":"Patient/p2"},'
	printf '"code":{"text":"Hoest"},"recordedDate":"2026-02-01"}'
} >"$dir/Other.ndjson"

# Bytes of every kind, and no line end at the end.
{
	n=0
	while [ $n -lt 256 ]; do
		# shellcheck disable=SC2059 # the octal escape is made here
		printf "\\$(printf %03o $n)"
		n=$((n + 1))
	done
	head -c 100000 /dev/zero | tr '\0' 'x'
} >"$dir/letters/2026/scan 1.pdf"
: >"$dir/letters/empty.txt"

chmod 0640 "$dir/Other.ndjson"
touch -d '2026-01-02T03:04:05.678901234Z' "$dir/Patient.ndjson"
touch -d '1969-12-31T23:59:58.5Z' "$dir/letters/empty.txt"
touch -d '2026-01-01T00:00:00Z' "$dir/letters/2026" "$dir/letters" "$dir/empty folder"
