#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# CHECK.sh - checks a medark proof without medark. Needs a POSIX shell, openssl (3.0 or later),
# sha256sum, sed, grep and tr.
#
# usage: mkdir -m 700 proof && tar -C proof -xf FILE.proof
#        sh CHECK.sh TRUST.pem proof [AT]
#
#   TRUST.pem  the certificate of who made the archive, or of an authority that vouches for them. You
#              have it from somewhere else than this proof.
#   AT         judge the certificates as of then, in seconds since 1970 (date -d 2026-11-22 +%s): for
#              a proof that has outlived a certificate.
#
# A SCRIPT CANNOT VOUCH FOR ITSELF. Who can write where this proof lies can put another script into it,
# which says yes to everything. Take the CHECK.sh that comes with medark (share/medark), or read this
# one: it is also a description, and each command can be typed by hand.
#
# WHAT IT SHOWS: each file in records/ stood, byte for byte, in the archive that MANIFEST is of, which
# who signed MANIFEST.p7s has signed. A file is one record, or a part of a large one; the parts follow
# each other. The files are not encrypted: they are patient records.
#
# WHAT IT DOES NOT SHOW: that these are all records of a patient; that no later archive has them
# otherwise; when they were signed (that is the signer's word). Of other records it says how many there
# are, and nothing else: a hash in a path has a random salt in it that nobody can guess.
#
# medark looks more closely at two things: what an authority between the signer and TRUST.pem may be used
# for (here only what the signer's certificate may), and the form of PROOF where it makes no difference.

set -eu
umask 077
LC_ALL=C      # bytes, not characters
export LC_ALL

# Control characters are not printed: what comes from a proof must not steer a terminal.
clean() { tr '\001-\011\013-\037\177' '?'; }
say() { printf '%s\n' "$*" | clean; }
die() { printf 'CHECK: %s\n' "$*" | clean >&2; exit 1; }

if [ $# -lt 2 ] || [ $# -gt 3 ]; then die "usage: sh CHECK.sh TRUST.pem FOLDER [AT]"; fi
trust=$1 folder=$2 at=${3:-}
case $folder in -*) folder=./$folder ;; esac
case $at in *[!0-9]*) die "AT is not a number of seconds" ;; esac
for name in MANIFEST MANIFEST.p7s PROOF; do
	if [ ! -f "$folder/$name" ] || [ -L "$folder/$name" ]; then die "$name is missing"; fi
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# ---- 1. Who signed it? --------------------------------------------------------------------------
# MANIFEST.p7s is the signature over MANIFEST. Only the exit code of openssl counts. "-no-CApath" and
# "-no-CAstore" keep out the authorities that this machine trusts for the web. -signer keeps the
# signer's certificate: the one that the signature names by its hash (-cades checks that).

set --
[ -z "$at" ] || set -- -attime "$at"
openssl cms -verify -binary -cades -inform DER -in "$folder/MANIFEST.p7s" \
	-content "$folder/MANIFEST" -CAfile "$trust" -no-CApath -no-CAstore -partial_chain \
	-purpose any -signer "$work/signer" -out /dev/null "$@" 2>"$work/why" || {
	clean <"$work/why" >&2
	die "the signature over MANIFEST is wrong, or $trust does not vouch for the signer"
}
# Is the signer's certificate one for signing (FORMAT.md F-26)? One for a web server does not speak for
# the clinic, even if the same authority gave it.
# allows EXTENSION USE...: has it one of these uses, or not this extension?
allows() {
	openssl x509 -in "$work/signer" -noout -ext "$1" 2>/dev/null |
		tr ',' '\n' | sed 's/^ *//' >"$work/uses"
	grep -q '^X509v3' "$work/uses" || return 0
	shift
	for use; do ! grep -q -x -F -e "$use" "$work/uses" || return 0; done
	return 1
}
# Any, code, e-mail, documents, and documents as Microsoft had it: as this openssl names them.
set -- 2.5.29.37.0 1.3.6.1.5.5.7.3.3 1.3.6.1.5.5.7.3.4 1.3.6.1.5.5.7.3.36 1.3.6.1.4.1.311.10.3.12
for oid; do
	set -- "$@" "$(openssl asn1parse -genstr "OID:$oid" | sed 's/.*://')"
	shift
done
if ! allows keyUsage "Digital Signature" "Non Repudiation" || ! allows extendedKeyUsage "$@"; then
	die "the signer's certificate is not one for signing"
fi
say "signed by $(openssl x509 -in "$work/signer" -noout -subject -nameopt RFC2253,-esc_msb,utf8 |
	sed 's/^subject=//')"

# ---- 2. What was signed? ------------------------------------------------------------------------
# The root of a tree over all records, and how many data segments it is over.

root=$(sed -n 's/^# records-root \([0-9a-f]\{64\}\)$/\1/p' "$folder/MANIFEST")
segments=$(grep -c '^[0-9a-f]\{64\}  data/[0-9]\{8\}\.zst\.p7m$' "$folder/MANIFEST") || segments=0
say "archive $(sed -n 's/^# archive //p' "$folder/MANIFEST")," \
	"number $(sed -n 's/^# sequence //p' "$folder/MANIFEST") of its chain"

# ---- 3. Does each record lead to that root? -----------------------------------------------------
# Hashes are SHA-256. A leaf is the hash of a zero byte, the record's salt and the record. A node is
# that of a byte 1, its left and its right child. A segment is that of a byte 2, its number and the
# number of its leaves (8 bytes each), and its tree. The tree over all segments is the root.

is_hex() { case $1 in *[!0-9a-f]*) false ;; *) [ ${#1} -eq "$2" ] ;; esac; }
is_number() { case $1 in '' | *[!0-9]* | 0?* | ???????????????????*) false ;; esac; }

# escape HEX: the bytes as printf's escapes, in $escaped
escape() {
	rest=$1 escaped=
	while [ -n "$rest" ]; do
		tail=${rest#??}
		byte=$((0x${rest%"$tail"}))
		escaped="$escaped\\$((byte / 64))$((byte / 8 % 8))$((byte % 8))"
		rest=$tail
	done
}
# digest HEX: SHA-256 of these bytes, in $sum
digest() {
	escape "$1"
	# shellcheck disable=SC2059 # the format is octal escapes made here
	sum=$(printf "$escaped" | sha256sum)
	sum=${sum%% *}
}
# leaf SALT FILE: the hash of a record, in $sum
leaf() {
	escape "00$1"
	# shellcheck disable=SC2059
	sum=$({ printf "$escaped" && cat "$2"; } | sha256sum)
	sum=${sum%% *}
}
# climb INDEX COUNT HASH...: from $sum, number INDEX (from 0) of COUNT, up the path to the root of
# their tree, in $sum (RFC 9162 2.1.3.2)
climb() {
	index=$1 last=$(($2 - 1))
	shift 2
	[ "$index" -le "$last" ] || die "PROOF: a number is too large"
	for side; do
		is_hex "$side" 64 || die "PROOF: not a hash"
		[ "$last" -gt 0 ] || die "PROOF: a path is too long"
		if [ $((index % 2)) -eq 1 ] || [ "$index" -eq "$last" ]; then
			digest "01$side$sum"
			while [ $((index % 2)) -eq 0 ] && [ "$index" -gt 0 ]; do
				index=$((index / 2)) last=$((last / 2))
			done
		else
			digest "01$sum$side"
		fi
		index=$((index / 2)) last=$((last / 2))
	done
	[ "$last" -eq 0 ] || die "PROOF: a path is too short"
}

# segment_line NUMBER LEAVES HASH...
segment_line() {
	if [ $# -lt 2 ] || ! is_number "$1" || ! is_number "$2" || [ "$1" -eq 0 ]; then
		die "PROOF: malformed segment"
	fi
	segment=$1 leaves=$2 tree=
	shift 2
	path=$*
}
# leaf_line INDEX SALT HASH...
leaf_line() {
	if [ $# -lt 2 ] || ! is_number "$1" || ! is_hex "$2" 32 || [ -z "$segment" ]; then
		die "PROOF: malformed leaf"
	fi
	number=$1
	count=$((count + 1))
	file=$(printf '%s/records/%08d' "$folder" "$count")
	if [ ! -f "$file" ] || [ -L "$file" ]; then die "$file is missing"; fi
	leaf "$2" "$file"
	shift 2
	climb "$number" "$leaves" "$@"
	if [ -z "$tree" ]; then # the first one of its segment
		tree=$sum
		digest "02$(printf '%016x%016x' "$segment" "$leaves")$tree"
		# shellcheck disable=SC2086 # words
		climb $((segment - 1)) "$segments" $path
		[ "$sum" = "$root" ] || die "$file or its path is not what was signed"
	elif [ "$sum" != "$tree" ]; then
		die "$file or its path is not what was signed"
	fi
}

set -f
segment='' leaves=0 tree='' path='' count=0 wanted=''
exec 3<"$folder/PROOF"
IFS= read -r line <&3 || line=
[ "$line" = "medark-proof 1" ] || die "PROOF: this version is not known"
while read -r word rest <&3; do
	# shellcheck disable=SC2086 # words
	set -- $rest
	case $word in
	leaves)
		if [ -n "$wanted" ] || [ $# -ne 1 ] || ! is_number "$1"; then die "PROOF: malformed"; fi
		wanted=$1
		;;
	segment) segment_line "$@" ;;
	leaf) leaf_line "$@" ;;
	*) die "PROOF: a line is not known" ;;
	esac
done
set +f
if [ "$count" -eq 0 ] || [ "$count" != "$wanted" ]; then die "PROOF: leaves are missing"; fi
set -- "$folder"/records/*
[ $# -eq "$count" ] || die "records/ holds what PROOF does not name"
say "VERIFIED: $count of $count files in records/ stood in that archive"
