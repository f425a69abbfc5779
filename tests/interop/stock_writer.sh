#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Writes a medark archive from a small folder with stock tools alone: sh, coreutils, sort, sed, awk,
# find, tar (GNU), openssl (3.0 or later), zstd. Written from docs/FORMAT.md, whose rules are named
# where they are carried out. It is a test's second writer, not a tool: it keeps everything in a
# temporary folder, starts a few processes for each record, and shows keys in the process list.
#
#	sh stock_writer.sh OUT SOURCE SIGNER.cert SIGNER.key PASSPHRASE-FILE RECIPIENT.cert...
#
# SOURCE may hold folders, NDJSON files (*.ndjson: one compact FHIR resource a line, no blank
# within a member name's colon) and anything else, which becomes an opaque item. Its names may
# hold any byte but TAB, LF and backslash. awk finds a line's type, id and patient, and lays out
# the segments: coreutils have no tool for that.
#
# Environment: KDF=scrypt (default) or pbkdf2; SCRYPT_N (default 131072); PATIENTS_PER_SEGMENT
# (default 2); PADDING (bytes of the padding frame, default 0: none); TEXTS (the folder of README.txt
# and RECOVER.sh).

set -eu
umask 077
LC_ALL=C
export LC_ALL

if [ $# -lt 6 ]; then
	echo "usage: stock_writer.sh OUT SOURCE CERT KEY PASSPHRASE-FILE RECIPIENT..." >&2
	exit 2
fi
out=$1 source=$2 signer=$3 signer_key=$4 passfile=$5
shift 5
here=$(dirname "$0")
texts=${TEXTS:-$here/../../lib/archive/texts}
format=$here/../../docs/FORMAT.md

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
tree=$work/archive # the members, under their names
mkdir "$tree" "$tree/data" "$tree/index"

# ---- bytes -------------------------------------------------------------------------------------

# Hex digits on standard input to bytes, and back.
unhex() { tr -d ' \n' | tr 'a-f' 'A-F' | basenc --base16 -d; }
hex() { od -An -v -tx1 | tr -d ' \n'; }
sha() { sha256sum | cut -d' ' -f1; }
be64() { printf '%016x' "$1"; }
le32() { printf '%08x' "$1" | sed 's/\(..\)\(..\)\(..\)\(..\)/\4\3\2\1/'; }
size() { stat -c %s -- "$1"; }
# piece FILE OFFSET LENGTH: that part of a file.
piece() { tail -c +$(($2 + 1)) -- "$1" | head -c "$3"; }
# item_piece ITEM OFFSET LENGTH: that part of an item of the source, by its number.
item_piece() { piece "$source/$(sed -n "$(($1 + 1))p" "$work/paths" | cut -f2-)" "$2" "$3"; }
hmac() { openssl dgst -sha256 -mac HMAC -macopt "hexkey:$1" -r | cut -d' ' -f1; }

archive=$(openssl rand -hex 16)
key=$(openssl rand -hex 32)
# labelled LABEL: HMAC-SHA256(archive key, LABEL || 0x00 || archive id)
labelled() { { printf '%s\0' "$1"; printf %s "$archive" | unhex; } | hmac "$key"; }

# ---- sealing (F-13, F-14) -----------------------------------------------------------------------

# seal PLAIN KIND NUMBER MEMBER
seal() {
	binding=$(printf '{"archive":"%s","kind":"%s","number":%s}' "$archive" "$2" "$3")
	mkdir -p "$(dirname "$tree/$4")"
	{
		printf '502a4d18%s' "$(le32 ${#binding})" | unhex # 0x184D2A50, little-endian
		printf %s "$binding"
		zstd -q -c -- "$1" # a regular file: content size and checksum are written
		if [ "${PADDING:-0}" -gt 0 ]; then
			printf '512a4d18%s' "$(le32 "$PADDING")" | unhex
			head -c "$PADDING" /dev/zero
		fi
	} >"$work/bound"
	openssl cms -encrypt -binary -in "$work/bound" -aes-256-gcm -secretkey "$key" \
		-secretkeyid "$archive" -outform DER -out "$tree/$4"
}

# ---- the record tree (section 7) ----------------------------------------------------------------

# Hashes, one a line, to the root of the RFC 6962 tree. The stack holds "SIZE:HASH" of finished
# subtrees; two of one size make a node, and what is left at the end is joined from the right.
tree_root() {
	stack=
	while read -r h; do
		n=1
		while [ -n "$stack" ] && [ "${stack%%:*}" = $n ]; do
			top=${stack%% *}
			stack=${stack#"$top"}
			stack=${stack# }
			h=$(node "${top#*:}" "$h")
			n=$((2 * n))
		done
		stack="$n:$h${stack:+ $stack}"
	done
	[ -n "$stack" ] || { sha </dev/null; return; }
	h=
	for top in $stack; do
		if [ -z "$h" ]; then h=${top#*:}; else h=$(node "${top#*:}" "$h"); fi
	done
	echo "$h"
}
node() { printf '01%s%s' "$1" "$2" | unhex | sha; }

# ---- items --------------------------------------------------------------------------------------

# Each item a line: number, kind, size, mtime, mode, path (the columns of `items` that are known).
(cd "$source" && find . -mindepth 1 \( -type d -o -type f \) -print) | sed 's:^\./::' | sort |
	awk '{ print NR - 1 "\t" $0 }' >"$work/paths"
while IFS='	' read -r n path; do
	file=$source/$path
	kind=opaque bytes=$(size "$file")
	case $path in *.ndjson) kind=ndjson ;; esac
	if [ -d "$file" ]; then kind=dir bytes=0; fi
	# Before 1970 stat says -1.5 for what the format writes as -2.500000000.
	time=$(stat -c %.9Y -- "$file" | sed 's/^-\(.*\)\.000000000$/=\1.000000000/' |
		awk -F . '/^-/ { printf "%d.%09d\n", substr($1, 2) * -1 - 1, 1000000000 - $2; next }
			{ sub(/^=/, "-"); print }')
	printf '%s\t%s\t%s\t%s\t%04d\t%s\n' "$n" $kind "$bytes" "$time" \
		"$(stat -c %a -- "$file")" "$path"
done <"$work/paths" >"$work/items"

# Each record a line: sort key (the patient's; then what has none; then frames), kind of extent,
# item, offset, length, type, id.
while IFS='	' read -r n kind bytes _ _ path; do
	[ "$kind" = ndjson ] || continue
	awk -v item="$n" -v bytes="$bytes" '
	function member(name,    m) { # the string value of the first member of that name
		if (!match($0, "\"" name "\":\"[^\"]*\"")) return ""
		m = substr($0, RSTART, RLENGTH - 1)
		sub(/^"[^"]*":"/, "", m)
		return m
	}
	{
		length_here = length($0) + 1
		if (at + length_here > bytes) length_here = bytes - at # no LF at the end
		type = member("resourceType"); id = member("id"); key = "~outside"; kind = "L"
		if (type == "Patient") key = "P" id
		else if (match($0, /"(subject|patient)":{"reference":"Patient\/[^"]*"/)) {
			key = substr($0, RSTART, RLENGTH - 1)
			sub(/^.*Patient\//, "P", key)
		}
		if ($0 == "") { key = "~~frame"; kind = "F"; type = id = "-" }
		printf "%s\t%s\t%s\t%d\t%d\t%s\t%s\n", key, kind, item, at, length_here, type, id
		at += length_here
	}' "$source/$path"
done <"$work/items" | sort -s -t '	' -k1,1 >"$work/records"

# An opaque item is cut in two, so that one goes on in a second segment: P, then R.
while IFS='	' read -r n kind bytes _ _ _; do
	if [ "$kind" != opaque ] || [ "$bytes" -eq 0 ]; then continue; fi
	half=$((bytes / 2))
	[ $half -eq 0 ] || printf '~~~opaque1\tP\t%s\t0\t%s\t-\t-\n' "$n" $half
	printf '~~~opaque2\tR\t%s\t%s\t%s\t-\t-\n' "$n" $half $((bytes - half))
done <"$work/items" | sort -s -t '	' -k1,1 >>"$work/records"

# ---- segments (section 6) -----------------------------------------------------------------------

# Adds the segment and the offset in its content to each record: N patients a segment, and a new
# one for each further group. Contiguous lines of one item become one L extent of the map.
awk -F '\t' -v OFS='\t' -v per="${PATIENTS_PER_SEGMENT:-2}" '
	$1 != key {
		key = $1
		if (segment == 0 || key ~ /^~/ || ++patients > per) {
			segment++
			patients = 1
			at = 0
		}
	}
	{ print $0, segment, at; at += $5 }' "$work/records" >"$work/placed"
segments=$(awk -F '\t' 'END { print $8 + 0 }' "$work/placed")

salt_key=$(labelled 'medark record-salt v1')
leaves=0
: >"$work/segments"
: >"$work/segment-hashes"
s=0
while [ $s -lt "$segments" ]; do
	s=$((s + 1))
	awk -F '\t' -v s=$s '$8 == s' "$work/placed" >"$work/here"
	# The content, record by record.
	while IFS='	' read -r _ _ item offset length _; do
		item_piece "$item" "$offset" "$length"
	done <"$work/here" >"$work/content"
	# The map.
	count=$(grep -c -v '	F	' "$work/here" || true)
	{
		printf 'medark-map 1\nleaves %d\ncontent %d\n' "$count" "$(size "$work/content")"
		awk -F '\t' '
		function flush() {
			if (!bytes) return
			print kind, item, ((item in end) && end[item] == start ? "=" : start), bytes
			end[item] = start + bytes
		}
		kind == "L" && $2 == "L" && $3 == item && $4 == start + bytes { bytes += $5; next }
		{ flush(); kind = $2; item = $3; start = $4; bytes = $5 }
		END { flush() }' "$work/here"
		echo
	} >"$work/plain"
	cat "$work/content" >>"$work/plain"
	seal "$work/plain" data $s "$(printf 'data/%08d.zst.p7m' $s)"
	# The salts of all leaves at once: AES-256 of one block each, in ECB.
	i=0
	while [ $i -lt "$count" ]; do
		be64 $s
		be64 $i
		i=$((i + 1))
	done | unhex | openssl enc -aes-256-ecb -nopad -K "$salt_key" -out "$work/salts"
	i=0
	grep -v '	F	' "$work/here" | cut -f5,9 | while read -r length offset; do
		{
			printf '\0'
			piece "$work/salts" $((16 * i)) 16
			piece "$work/content" "$offset" "$length"
		} | sha
		i=$((i + 1))
	done >"$work/leaf-hashes"
	hash=$(tree_root <"$work/leaf-hashes")
	hash=$(printf '02%s%s%s' "$(be64 $s)" "$(be64 "$count")" "$hash" | unhex | sha)
	echo "$hash" >>"$work/segment-hashes"
	printf '%d\t%d\t%d\t%s\n' $s "$count" "$(size "$work/content")" "$hash" >>"$work/segments"
	leaves=$((leaves + count))
done
records_root=$(tree_root <"$work/segment-hashes")

# ---- the index (section 8) ----------------------------------------------------------------------

mkdir "$work/t"
awk -F '\t' -v OFS='\t' '
	NR == FNR {
		if (!($3 in first)) first[$3] = $8
		if (!($3 in last) || $8 > last[$3]) last[$3] = $8
		if ($8 < first[$3]) first[$3] = $8
		if ($2 == "L") records[$3]++
		next
	}
	{
		if (!($1 in first)) first[$1] = last[$1] = "-"
		print $1, $2, $3, $4, $5, "-", first[$1], last[$1], records[$1] + 0, $6
	}' "$work/placed" "$work/items" >"$work/t/items"
cp "$work/segments" "$work/t/segments"

# The Patient lines, each behind its key; then one JSON row for each key in the order of bytes.
grep '^P' "$work/placed" | cut -f1 | uniq >"$work/keys"
: >"$work/t/patients"
: >"$work/u-identifiers"
: >"$work/u-names"
: >"$work/u-births"
n=0
while read -r k; do
	awk -F '\t' -v k="$k" '$1 == k' "$work/placed" >"$work/mine"
	line=
	where=$(awk -F '\t' '$6 == "Patient" { print $3, $4, $5; exit }' "$work/mine")
	if [ -n "$where" ]; then
		read -r item offset length <<-END
			$where
		END
		line=$(item_piece "$item" "$offset" "$length")
	fi
	identifier='.*"identifier":\[{"system":"\([^"]*\)","value":"\([^"]*\)"}.*'
	printf '%s\n' "$line" | sed -n "s/$identifier/\2	\1/p" >"$work/ident"
	family=$(printf '%s\n' "$line" | sed -n 's/.*"family":"\([^"]*\)".*/\1/p')
	given=$(printf '%s\n' "$line" | sed -n 's/.*"given":\["\([^]]*\)"\].*/\1/p' | sed 's/","/ /g')
	birth=$(printf '%s\n' "$line" | sed -n 's/.*"birthDate":"\([0-9-]*\)".*/\1/p')
	gender=$(printf '%s\n' "$line" | sed -n 's/.*"gender":"\([a-z]*\)".*/\1/p')
	{
		printf '{"key":"%s","n":%d,"id":"%s"' "$k" $n "${k#P}"
		sed 's/\([^	]*\)	\(.*\)/,"identifiers":[["\2","\1"]]/' "$work/ident" | tr -d '\n'
		[ -z "$family" ] || printf ',"names":[{"family":"%s","given":"%s"}]' "$family" "$given"
		[ -z "$birth" ] || printf ',"birth":"%s"' "$birth"
		[ -z "$gender" ] || printf ',"gender":"%s"' "$gender"
		awk -F '\t' '
		{ count[$6]++ }
		{ if ($8 == segment && $9 == start + bytes) bytes += $5
		  else { flush(); segment = $8; start = $9; bytes = $5 } }
		function flush() { if (bytes) at = at (at ? "," : "") "[" segment "," start "," bytes "]" }
		END {
			flush()
			for (type in count) list = list (list ? "," : "") "\"" type "\":" count[type]
			printf ",\"counts\":{%s},\"records\":%d,\"at\":[%s]}\n", list, NR, at
		}' "$work/mine"
	} >>"$work/t/patients"
	sed "s/\$/	$n/; s/^\([^	]*\) */\1/" "$work/ident" >>"$work/u-identifiers"
	printf '%s %s\n' "$family" "$given" | tr '[:upper:]' '[:lower:]' | tr -s ' -' '[\n*]' |
		sed '/^$/d' | sort -u | sed "s/\$/	$n/" >>"$work/u-names"
	[ -z "$birth" ] || printf '%s\t%d\n' "$(echo "$birth" | tr -d -)" $n >>"$work/u-births"
	n=$((n + 1))
done <"$work/keys"
patients=$n

sort -t '	' -k1,1 -k2,2 -k3,3n "$work/u-identifiers" >"$work/t/identifiers"
# One row for each word or date, with its patients' row numbers.
for table in names births; do
	sort -t '	' -k1,1 -k2,2n "$work/u-$table" | awk -F '\t' '
	$1 == word { rows = rows " " $2; next }
	{ if (NR > 1) print word "\t" rows; word = $1; rows = $2 }
	END { if (NR) print word "\t" rows }' >"$work/t/$table"
done
awk -F '\t' -v OFS='\t' '$1 == "~outside" { print $6 "/" $7, $8 ":" $9 ":" $5 }' "$work/placed" |
	sort -t '	' -k1,1 >"$work/t/outside"
: >"$work/t/quarantine"

records=$(grep -c '	L	' "$work/placed" || true)
signer_hash=$(openssl x509 -in "$signer" -outform DER | sha)
{
	printf '{"archive":"%s","signer":"%s","leaves":%d,"records":%d,"tables":{' \
		"$archive" "$signer_hash" "$leaves" "$records"
	comma=
	for table in items segments patients identifiers names births outside quarantine; do
		printf '%s"%s":{"rows":%d,"pages":[' "$comma" $table "$(wc -l <"$work/t/$table")"
		if [ -s "$work/t/$table" ]; then
			first=$(head -n 1 "$work/t/$table" | cut -f1)
			if [ $table = patients ]; then first=$(head -n 1 "$work/keys"); fi
			printf '[0,"%s"]' "$first"
		fi
		printf ']}'
		comma=,
	done
	printf '}}'
} >"$work/root"
for table in items segments patients identifiers names births outside quarantine; do
	[ ! -s "$work/t/$table" ] || seal "$work/t/$table" $table 1 "index/$table/00000001.zst.p7m"
done
seal "$work/root" root 1 index/root.zst.p7m

# ---- keys.p7m and header.json (sections 3 and 4) ------------------------------------------------

salt=$(openssl rand -hex 16)
if [ "${KDF:-scrypt}" = scrypt ]; then
	cost=${SCRYPT_N:-131072}
	kdf='{"name":"scrypt","n":'$cost',"r":8,"p":1,"salt":"'$salt'"}'
	# pkeyutl, unlike kdf, takes the passphrase from a file.
	pass_key=$(openssl pkeyutl -kdf scrypt -kdflen 32 -pkeyopt_passin pass:file:"$passfile" \
		-pkeyopt hexsalt:"$salt" -pkeyopt N:"$cost" -pkeyopt r:8 -pkeyopt p:1 | hex)
else
	kdf='{"name":"pbkdf2-sha512","iterations":600000,"salt":"'$salt'"}'
	pass_key=$(openssl kdf -keylen 32 -kdfopt pass:"$(cat "$passfile")" \
		-kdfopt hexsalt:"$salt" -kdfopt iter:600000 -kdfopt digest:SHA512 -binary PBKDF2 | hex)
fi
pass_id=passphrase

# recipient_id CERT: SHA-256 of the DER IssuerAndSerialNumber: SEQUENCE of the certificate's issuer
# and serial number, both cut out of it as they are.
recipient_id() {
	openssl x509 -in "$1" -outform DER -out "$work/cert"
	openssl asn1parse -inform DER -in "$work/cert" >"$work/asn1"
	# "OFFSET:d=2 hl=N l=N TYPE": in a v3 certificate: [0] version, serial, algorithm, issuer.
	sed -n 's/^ *\([0-9]*\):d=2  hl=\([0-9]*\) l= *\([0-9]*\) .*/\1 \2 \3/p' "$work/asn1" |
		awk 'NR == 2 { serial = $1 " " $2 + $3 } NR == 4 { print $1, $2 + $3; print serial }' |
		while read -r offset length; do
			piece "$work/cert" "$offset" "$length"
		done >"$work/ias"
	n=$(size "$work/ias")
	{
		if [ "$n" -lt 128 ]; then printf '30%02x' "$n"
		elif [ "$n" -lt 256 ]; then printf '3081%02x' "$n"
		else printf '3082%04x' "$n"; fi | unhex
		cat "$work/ias"
	} | sha
}

# The arguments of openssl cms: -recip CERT and the options that its kind of key needs (F-10).
: >"$work/recipients" # as in header.json, to be put into the order of the DER
for cert in "$@"; do
	shift
	case $(openssl x509 -in "$cert" -noout -text) in
	*'rsaEncryption'*)
		kind=rsa-oaep
		set -- "$@" -recip "$cert" -keyopt rsa_padding_mode:oaep \
			-keyopt rsa_oaep_md:sha256 -keyopt rsa_mgf1_md:sha256
		;;
	*'NIST CURVE: P-384'*)
		kind=ecdh-p384
		set -- "$@" -recip "$cert" -keyopt ecdh_kdf_md:sha384
		;;
	*)
		kind=ecdh-p256
		set -- "$@" -recip "$cert" -keyopt ecdh_kdf_md:sha256
		;;
	esac
	printf '{"kind":"%s","id":"%s"}\n' $kind "$(recipient_id "$cert")" >>"$work/recipients"
done
printf '{"kind":"passphrase","id":"%s","kdf":%s}\n' $pass_id "$kdf" >>"$work/recipients"

printf %s "$key" | openssl cms -encrypt -binary -aes-256-gcm -secretkey "$pass_key" \
	-secretkeyid "$(printf %s $pass_id | hex)" "$@" -outform DER -out "$tree/keys.p7m"

# openssl has put the recipients into DER order. The dump shows that order: at depth 4 a SEQUENCE is
# RSA, [1] is EC, [2] the passphrase; the issuer and serial number inside are hashed as they stand.
openssl asn1parse -inform DER -in "$tree/keys.p7m" >"$work/asn1"
awk '/d=4 / { n++; kind = /SEQUENCE/ ? "rsa" : /cont \[ 1 \]/ ? "ec" : "pass" }
	/d=3 / && seen++ > 1 { exit }
	kind == "pass" && !done[n]++ { print "pass"; next }
	kind == "rsa" && /d=5 / && /SEQUENCE/ && !done[n]++ { print at($0) }
	kind == "ec" && /d=7 / && /SEQUENCE/ && ++ec[n] == 2 { print at($0) }
	function at(line,    f) {
		split(line, f, /:d=| +hl=| +l= */)
		return f[1] + 0 " " f[3] + f[4]
	}' "$work/asn1" >"$work/order"
{
	printf '{"format":"medark","version":1,"archive":"%s","created":"%s",' "$archive" \
		"$(date -u +%Y-%m-%dT%H:%M:%SZ)"
	printf '"kek_commit":"%s","recipients":[' "$(labelled 'medark kek-commit v1')"
	comma=
	while read -r offset length; do
		printf %s "$comma"
		comma=,
		if [ "$offset" = pass ]; then
			grep '"passphrase"' "$work/recipients" | tr -d '\n'
		else
			id=$(piece "$tree/keys.p7m" "$offset" "$length" | sha)
			grep "$id" "$work/recipients" | tr -d '\n'
		fi
	done <"$work/order"
	printf '],"sequence":1,"previous":null,"tool":"stock-writer 1","source":"files"}\n'
} >"$tree/header.json"

# ---- what stands in clear -----------------------------------------------------------------------

cp "$texts/README.txt" "$texts/RECOVER.sh" "$tree/"
cp "$format" "$tree/FORMAT.md"
{
	printf '{"format":"medark","version":1,"archive":"%s","sources":1,"items":%d,"bytes":%d,' "$archive" \
		"$(wc -l <"$work/items")" "$(awk -F '\t' '{ n += $3 } END { print n + 0 }' "$work/items")"
	printf '"records":%d,"opaque":%d,"patients":%d,"quarantined":0,"duplicates":0,"types":{' \
		"$records" "$(grep -c '	opaque	' "$work/items" || true)" "$patients"
	awk -F '\t' '$2 == "L" { count[$6]++ }
		END { for (type in count) { printf "%s\"%s\":%d", comma, type, count[type]; comma = "," } }' \
		"$work/placed"
	printf '},"reasons":{},"skipped":0,"declared":null,"complete":true}\n'
} >"$tree/summary.json"

# ---- MANIFEST, its signature, LOCATOR, the tar file ---------------------------------------------

cd "$tree"
{
	printf '%s\n' README.txt RECOVER.sh FORMAT.md header.json keys.p7m
	find data -type f | sort
	for table in items segments patients identifiers names births outside quarantine; do
		[ ! -d index/$table ] || find index/$table -type f | sort
	done
	printf '%s\n' index/root.zst.p7m summary.json
} >"$work/members"
{
	printf '# medark manifest 1\n# archive %s\n# sequence 1\n# previous -\n' "$archive"
	printf '# members %d\n# records %d\n# leaves %d\n# records-root %s\n' \
		"$(wc -l <"$work/members")" "$records" "$leaves" "$records_root"
	while read -r name; do
		printf '#%d\n' "$(size "$name")"
		sha256sum "$name"
	done <"$work/members"
} >MANIFEST
manifest_at=0
while read -r name; do
	manifest_at=$((manifest_at + 512 + ($(size "$name") + 511) / 512 * 512))
done <"$work/members"
cd - >/dev/null

md=sha256
case $(openssl x509 -in "$signer" -noout -text) in *'NIST CURVE: P-384'*) md=sha384 ;; esac
set --
case $(openssl x509 -in "$signer" -noout -text) in
*'rsaEncryption'*) set -- -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:digest ;;
esac
openssl cms -sign -cades -binary -nosmimecap -md $md -in "$tree/MANIFEST" -signer "$signer" \
	-inkey "$signer_key" "$@" -outform DER -out "$tree/MANIFEST.p7s"

{
	printf 'medark-locator 1\nmanifest-offset %d\n' "$manifest_at"
	head -c 512 /dev/zero | tr '\0' '\n'
} | head -c 512 >"$tree/LOCATOR"
printf '%s\n' MANIFEST MANIFEST.p7s LOCATOR >>"$work/members"
# F-3 has device numbers, as tar wrote them up to 1.34; later ones leave the fields empty. Fourteen
# digits 0 make the checksum larger by 672.
mend() { # FILE
	at=0
	while [ "$(tail -c +$((at + 1)) "$1" | head -c 1 | tr -d '\0' | wc -c)" = 1 ]; do
		size=$((0$(tail -c +$((at + 125)) "$1" | head -c 11)))
		sum=$((0$(tail -c +$((at + 149)) "$1" | head -c 6) + 672))
		printf '%06o' $sum | dd of="$1" bs=1 seek=$((at + 148)) conv=notrunc status=none
		printf '0000000\0000000000' | dd of="$1" bs=1 seek=$((at + 329)) conv=notrunc status=none
		at=$((at + 512 + (size + 511) / 512 * 512))
	done
}
tar -c -f "$work/out" -C "$tree" --format=ustar --owner=0 --group=0 --numeric-owner --mode=0644 \
	--mtime=@946684800 -b1 --no-recursion -T "$work/members"
[ "$(tail -c +330 "$work/out" | head -c 1)" = 0 ] || mend "$work/out"
cat "$work/out" >"$out"
