#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# RECOVER.sh: opens a medark archive without medark, with nothing but a POSIX shell, tar, openssl
# (3.0 or later; 3.5 for a key of ML-KEM), zstd, sed, grep, sha256sum, dd and the like (GNU coreutils).
#
#	sh RECOVER.sh [-r] [-p] ARCHIVE KEY OUTDIR [TRUST.pem]
#
#   ARCHIVE    the archive, or a folder into which it was unpacked
#   KEY        a recipient's private key (PEM); with -p: a file that holds the passphrase
#   OUTDIR     where to put what comes out; must not exist
#   TRUST.pem  the signer's certificate, or that of the authority behind it, which you got from
#              somewhere else than this archive. Without it NOTHING IS VERIFIED.
#   -r         records only, fast: what every segment holds, as it lies, and the index. The records
#              of one patient stand next to each other. Without -r the files come back as the
#              source gave them, byte for byte.
#
# BEFORE YOU RUN IT: this script gets your key. Who can write where the archive lies can put another
# script into it, which keeps the key. So take the RECOVER.sh that comes with medark (share/medark),
# or check the one in the archive first; it runs only if all of this succeeds:
#
#	tar -xf - MANIFEST MANIFEST.p7s RECOVER.sh <ARCHIVE &&
#	openssl cms -verify -binary -cades -inform DER -in MANIFEST.p7s \
#	  -content MANIFEST -out /dev/null -CAfile TRUST.pem \
#	  -partial_chain -no-CApath -no-CAstore &&
#	grep '  RECOVER.sh$' MANIFEST | sha256sum -c - &&
#	sh RECOVER.sh ARCHIVE KEY.pem NEW-FOLDER TRUST.pem
#
# It is also a description: each step says in plain words what happens, and each command can be
# typed by hand. FORMAT.md, in the same archive, has every detail.
#
# USE A MACHINE THAT NOBODY ELSE USES MEANWHILE. openssl takes some secrets on its command line only:
# the archive key in steps 5 and 6, and with -p the key that is derived from the passphrase in step 4
# (-secretkey, -macopt). If the archive has its passphrase by PBKDF2 (medark writes scrypt), that is
# the passphrase itself (-kdfopt); with a key of ML-KEM the secret that it gives for this archive, and
# the key derived from that. There is no option that reads these from a file, so other users of this
# machine could see them in the process list. A private key and a passphrase of scrypt do not stand
# there. None of them is written to disk. What comes out is not encrypted: OUTDIR has to be on a disk
# where patient records may lie.

set -eu
umask 077     # nobody but you may read what is written
LC_ALL=C      # bytes, not characters
export LC_ALL

# Control characters are not printed: what comes from an archive must not steer a terminal.
clean() { tr '\001-\011\013-\037\177' '?'; }
say() { printf '%s\n' "$*" | clean >&2; }
die() { say "RECOVER: $*"; exit 1; }
usage() { die "usage: sh RECOVER.sh [-r] [-p] ARCHIVE KEY OUTDIR [TRUST.pem]"; }

mode=exact key_is=file
while getopts rp option; do
	case $option in
	r) mode=records ;;
	p) key_is=passphrase ;;
	*) usage ;;
	esac
done
shift $((OPTIND - 1))
if [ $# -lt 3 ] || [ $# -gt 4 ]; then usage; fi
# A name that begins with "./" or "/" is no option for any tool, and a colon in it no host for tar.
named() { case $1 in '' | /*) printf %s "$1" ;; *) printf './%s' "$1" ;; esac; }
archive=$(named "$1") key_file=$(named "$2") out=$(named "$3") trust=$(named "${4:-}")

for tool in tar openssl zstd sha256sum sed grep dd od head tail sort; do
	command -v $tool >/dev/null || die "$tool is needed and was not found"
done
case $(openssl version) in
OpenSSL\ [012].*) die "OpenSSL 3.0 or later is needed" ;;
esac
[ -r "$archive" ] || die "cannot read $archive"
[ -r "$key_file" ] || die "cannot read $key_file"
for path in "$out" "$out.failed"; do [ ! -e "$path" ] || die "$path exists already"; done

# All work is done beside OUTDIR, in a folder that only you can open and that is removed in any
# case: at the end, on an error, on Ctrl-C.
work=$out.recovering
mkdir "$work" || die "cannot make $work (left from an earlier run? then remove it)"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# ---- 1. Unpack ----------------------------------------------------------------------------------
# An archive is a plain tar file: tar -xf ARCHIVE. The names are looked at first, so that nothing
# is written outside of the folder.

# strange FILE: does a list of names hold one that no archive has?
strange() { grep -q -e '[^A-Za-z0-9._/-]' -e '^[/-]' -e '^$' -e '\.\.' -e '//' "$1"; }
if [ -d "$archive" ]; then
	members=$archive
else
	say "1. unpacking"
	members=$work/members
	mkdir "$members"
	tar -tf "$archive" >"$work/list" 2>"$work/why" || die "$archive is not a tar file"
	! strange "$work/list" || die "a member has a strange name: this is no medark archive"
	! tar -tvf "$archive" 2>"$work/why" | grep -q -v '^-' || die "a member is not a plain file"
	[ -z "$(sort "$work/list" | uniq -d)" ] || die "two members have the same name"
	tar -xf "$archive" -C "$members" 2>"$work/why" || {
		clean <"$work/why" >&2
		die "tar cannot unpack $archive"
	}
fi
for name in header.json keys.p7m MANIFEST MANIFEST.p7s; do
	if [ ! -f "$members/$name" ] || [ -L "$members/$name" ]; then die "$name is missing"; fi
done

# ---- 2. Who signed it? --------------------------------------------------------------------------
# MANIFEST lists every member with its SHA-256; MANIFEST.p7s is the signature over MANIFEST. Only
# the exit code of openssl counts. The three "-no-CA" options keep out the authorities that this
# machine trusts for the web. -signer keeps the signer's certificate: the one that the signature names
# by its hash (-cades checks that).

verify() {
	openssl cms -verify -binary -cades -inform DER -in "$members/MANIFEST.p7s" \
		-content "$members/MANIFEST" -CAfile "$trust" -no-CApath -no-CAstore -partial_chain \
		-purpose any -signer "$work/signer" -out /dev/null "$@" 2>"$work/why"
}
# for_signing: is the signer's certificate one for signing (F-26)? One for a web server does not speak
# for the clinic, even if the same authority gave it. To see it: openssl x509 -in SIGNER -noout -text
for_signing() {
	openssl x509 -in "$work/signer" -noout &&
		allows keyUsage "Digital Signature" "Non Repudiation" || return 1
	# Any, code, e-mail, documents, and documents as Microsoft had it: as this openssl names them.
	set -- 2.5.29.37.0 1.3.6.1.5.5.7.3.3 1.3.6.1.5.5.7.3.4 1.3.6.1.5.5.7.3.36 1.3.6.1.4.1.311.10.3.12
	for oid; do
		set -- "$@" "$(openssl asn1parse -genstr "OID:$oid" | sed 's/.*://')"
		shift
	done
	allows extendedKeyUsage "$@"
}
# allows EXTENSION USE...: has the signer's certificate one of these uses, or not this extension?
allows() {
	openssl x509 -in "$work/signer" -noout -ext "$1" 2>/dev/null |
		tr ',' '\n' | sed 's/^ *//' >"$work/uses"
	grep -q '^X509v3' "$work/uses" || return 0
	shift
	for use; do ! grep -q -x -F -e "$use" "$work/uses" || return 0; done
	return 1
}
# subject FILE: whose certificate it is, on one line and without control characters.
subject() { openssl x509 -in "$1" -noout -subject 2>/dev/null | tr -d '[:cntrl:]' | cut -c1-300; }
if [ -n "$trust" ] && ! openssl x509 -in "$trust" -noout 2>/dev/null; then
	die "$trust is not a certificate (PEM)"
fi
if [ -z "$trust" ]; then
	say "2. **************************************************************************"
	say "   NOTHING IS VERIFIED: no TRUST.pem was given. What comes out may have been"
	say "   made by anybody. Do not treat a patient by it."
	say "   **************************************************************************"
else
	if verify; then
		valid=yes
	elif verify -no_check_time; then
		valid=no
	elif openssl cms -verify -binary -inform DER -in "$members/MANIFEST.p7s" -out /dev/null \
		-content "$members/MANIFEST" -noverify -signer "$work/signer" 2>"$work/why"; then
		# -noverify: the signature alone, without asking whose it is.
		die "$trust does not vouch for the signer, $(subject "$work/signer"); nothing was recovered"
	else
		die "the signature over MANIFEST is wrong: something has changed; nothing was recovered"
	fi
	for_signing || die "the signer's certificate, $(subject "$work/signer"), is not one for signing;" \
		"nothing was recovered"
	if [ $valid = yes ]; then
		say "2. the signature is right, and $trust vouches for the signer"
	else
		say "2. **************************************************************************"
		say "   The signature is right and $trust vouches for the signer,"
		say "   but a certificate is not valid today. Was it when the archive was made? If"
		say "   somebody may have had the signer's key since, this proves nothing."
		say "   **************************************************************************"
	fi
fi

# Behind the first signature there may be more: MANIFEST.2.p7s and so on, of others who vouch for the
# archive, and time stamps (MANIFEST.tsr), which prove that it was signed by then. They are not needed to
# recover. To look at a time stamp, with the certificate of its authority's root:
#	openssl ts -verify -in MANIFEST.tsr -data MANIFEST.p7s -CAfile STAMP-ROOT.pem
#	openssl ts -reply -in MANIFEST.tsr -text
# MANIFEST.2.tsr covers MANIFEST and all that stands behind it, joined in the order of the archive.
# KEYS.2.p7m and so on are for step 4: recipients that were added later. KEYS.2.p7s is the signature of
# who added them, over what "sha256sum MANIFEST KEYS.2.p7m" prints.
additions=$(cd "$members" && for name in MANIFEST.[2-9].p7s MANIFEST.pq.p7s MANIFEST.tsr \
	MANIFEST.[2-9].tsr MANIFEST.crl MANIFEST.[2-9].crl KEYS.[2-9].p7m KEYS.[2-9].p7s; do
	if [ -f "$name" ]; then printf '%s\n' "$name"; fi
done)
for name in $additions; do
	case $name in
	MANIFEST.[2-9].p7s)
		openssl cms -verify -binary -inform DER -in "$members/$name" -content "$members/MANIFEST" \
			-noverify -signer "$work/cosigner" -out /dev/null 2>"$work/why" ||
			die "$name, a further signature, is wrong; nothing was recovered"
		say "   signed too by $(subject "$work/cosigner") (whom nobody vouches for here)"
		;;
	*.tsr) say "   $name is a time stamp, which is not looked at here" ;;
	KEYS.[2-9].p7s)
		(cd "$members" && sha256sum MANIFEST "${name%s}m") >"$work/added"
		openssl cms -verify -binary -inform DER -in "$members/$name" -content "$work/added" \
			-noverify -signer "$work/cosigner" -out /dev/null 2>"$work/why" ||
			die "$name, the signature of who added recipients, is wrong; nothing was recovered"
		say "   recipients were added by $(subject "$work/cosigner") (whom nobody vouches for here)"
		;;
	esac
done

# ---- 3. Is every member there, and unchanged? ---------------------------------------------------
# sha256sum -c MANIFEST. It does not notice what is extra, so the names are compared too.

say "3. comparing every member with MANIFEST"
grep -v '^#' "$members/MANIFEST" >"$work/sums" || die "MANIFEST is malformed"
sed 's/^[0-9a-f]\{64\}  //' "$work/sums" >"$work/names"
! strange "$work/names" || die "MANIFEST is malformed; nothing was recovered"
(cd "$members" && sha256sum -c -) <"$work/sums" >"$work/why" 2>&1 || {
	grep -v ': OK$' "$work/why" | clean >&2 || true
	die "a member is missing or has changed; nothing was recovered"
}
sed -n 's/^#\([0-9][0-9]*\)$/\1/p' "$members/MANIFEST" >"$work/sizes"
if [ ! -d "$archive" ]; then
	# shellcheck disable=SC2086 # a list of names
	printf '%s\n' MANIFEST MANIFEST.p7s $additions LOCATOR | cat "$work/names" - | sort >"$work/expected"
	[ "$(sha256sum <"$work/expected")" = "$(sort "$work/list" | sha256sum)" ] ||
		die "the archive holds other members than MANIFEST says; nothing was recovered"
	# tar stops at the end of the archive, whatever stands behind it. Each member takes a header
	# of 512 bytes and its size rounded up to 512; 1024 zero bytes follow the last one, LOCATOR.
	at=$(
		at=1024
		for name in MANIFEST MANIFEST.p7s $additions LOCATOR; do wc -c <"$members/$name"; done |
			cat - "$work/sizes" >"$work/all"
		while read -r size; do at=$((at + 512 + (size + 511) / 512 * 512)); done <"$work/all"
		echo $at
	)
	behind=$(($(wc -c <"$archive") - at))
	[ $behind -eq 0 ] ||
		die "$archive is $behind bytes longer than what was signed (if you know why: unpack it" \
			"with tar -xf and name the folder in its place); nothing was recovered"
fi

# ---- 4. The archive key -------------------------------------------------------------------------
# keys.p7m holds the archive key, as 64 hex characters, encrypted for each recipient. With a
# private key this is enough:
#	openssl cms -decrypt -inform DER -in keys.p7m -inkey KEY.pem
# With a passphrase a key is derived from it first; header.json says how (kdf). Who was added later
# finds it in KEYS.2.p7m or one behind it instead, in the same way.
# A key of ML-KEM is not as simple, as openssl 3.5 has the algorithm but does not know its recipients
# (KEMRecipientInfo, RFC 9629). Each of them has a ciphertext, of 1088 or 1568 bytes, and behind it
# 40 bytes. ML-KEM makes a secret of the first, HKDF a key of the secret, and under that key the 40
# bytes are wrapped as they are for a passphrase. So the file is written again, with one recipient
# that is named "kem" and has that key (KEKRecipientInfo): openssl opens this.

# value NAME FILE: one value of the JSON in FILE, a string of hex digits or a number.
value() { sed -n 's/.*"'"$1"'" *: *"\{0,1\}\([0-9a-f]*\).*/\1/p' "$2"; }
hex() { od -An -v -tx1 | tr -d ' \n'; }
bytes() { # the bytes that hex digits stand for
	rest=$1
	while [ -n "$rest" ]; do
		tail=${rest#??}
		# shellcheck disable=SC2059 # the format is an octal escape made here
		printf "\\$(printf %03o "0x${rest%"$tail"}")"
		rest=$tail
	done
}
tr -d '\n' <"$members/header.json" >"$work/header" # all on one line
archive_id=$(value archive "$work/header")
[ ${#archive_id} -eq 32 ] || die "header.json: no archive id"

part() { tail -c +$(($1 + 1)) "$keys" | head -c "$2"; } # LENGTH bytes from OFFSET on
as_kek() { # keys.p7m for KEY, with the 40 bytes from OFFSET on; the last 129 bytes are its content
	bytes 3081dc060b2a864886f70d0109100117a081cc3081c90201003143a241020104300504036b656d
	bytes 300b060960864801650304012d0428
	part "$1" 40
	tail -c 129 "$keys"
}
by_kem() {
	ciphertext=
	openssl asn1parse -inform DER -in "$keys" |
		sed -n 's/^ *\([0-9]*\):d=[0-9 ]*hl=\([0-9]\) l= *\([0-9]*\) prim: *OCTET STRING.*/\1 \2 \3/p' |
		{
			while read -r at header size; do
				at=$((at + header))
				case $size in
				1088 | 1568) ciphertext="$at $size" ;;
				40)
					[ -n "$ciphertext" ] || continue
					# shellcheck disable=SC2086 # two numbers
					secret=$(part $ciphertext | openssl pkeyutl -decap -inkey "$key_file" 2>/dev/null | hex)
					ciphertext=
					[ ${#secret} -eq 64 ] || continue
					kek=$(openssl kdf -keylen 32 -kdfopt digest:SHA256 -kdfopt "hexkey:$secret" \
						-kdfopt hexinfo:3010300b060960864801650304012d020120 -binary HKDF | hex)
					as_kek "$at" | openssl cms -decrypt -inform DER -secretkey "$kek" \
						-secretkeyid 6b656d 2>/dev/null && exit 0
					;;
				esac
			done
			exit 1
		}
}

if [ $key_is = passphrase ]; then
	# The passphrase's own entry: from its kind to the end of its kdf. Its id names it in keys.p7m.
	sed -n 's/.*{\([^{}]*"kdf" *: *{[^{}]*}[^{}]*\)}.*/\1/p' "$work/header" >"$work/entry"
	[ -s "$work/entry" ] || die "this archive has no passphrase"
	id=$(sed -n 's/.*"id" *: *"\([a-z0-9-]*\)".*/\1/p' "$work/entry" | tr -d '\n' | hex)
	parameter() { value "$1" "$work/entry"; }
	passphrase() { sed "s/$(printf '\r')\$//; q" "$key_file"; } # the first line, without CR LF or LF
	say "4. deriving a key from the passphrase (this takes a second and 128 MB of memory or more)"
	if grep -q '"scrypt"' "$work/entry"; then
		# "openssl kdf ... SCRYPT" does the same, but wants the passphrase on the command line, where
		# others could see it. For PBKDF2 there is only that.
		derived=$(passphrase | openssl pkeyutl -kdf scrypt -kdflen 32 \
			-pkeyopt_passin pass:stdin -pkeyopt "hexsalt:$(parameter salt)" \
			-pkeyopt "N:$(parameter n)" -pkeyopt "r:$(parameter r)" \
			-pkeyopt "p:$(parameter p)" | hex)
	else
		say "   (the process list of this machine shows the passphrase meanwhile)"
		derived=$(openssl kdf -keylen 32 -kdfopt "pass:$(passphrase)" \
			-kdfopt "hexsalt:$(parameter salt)" -kdfopt "iter:$(parameter iterations)" \
			-kdfopt digest:SHA512 -binary PBKDF2 | hex)
	fi
	archive_key=$(openssl cms -decrypt -inform DER -in "$members/keys.p7m" \
		-secretkey "$derived" -secretkeyid "$id" 2>/dev/null) ||
		die "this passphrase does not open the archive"
else
	say "4. opening keys.p7m"
	archive_key=
	for keys in "$members/keys.p7m" "$members"/KEYS.[2-9].p7m; do
		if [ -n "$archive_key" ] || [ ! -f "$keys" ]; then continue; fi
		archive_key=$(openssl cms -decrypt -inform DER -in "$keys" -inkey "$key_file" 2>/dev/null) ||
			archive_key=$(by_kem) || archive_key=
	done
	[ -n "$archive_key" ] ||
		die "this key does not open the archive (one of ML-KEM needs openssl 3.5 or later)"
fi
[ ${#archive_key} -eq 64 ] || die "keys.p7m does not hold an archive key"

# ---- 5. Is it the right archive key? ------------------------------------------------------------
# kek_commit in header.json is HMAC-SHA256(archive key, "medark kek-commit v1", a zero byte, the 16
# bytes of the archive id). It has to come out the same here.
commit=$({ printf 'medark kek-commit v1\0'; bytes "$archive_id"; } |
	openssl dgst -sha256 -mac HMAC -macopt "hexkey:$archive_key" -r | cut -c1-64)
[ "$commit" = "$(value kek_commit "$work/header")" ] || die "header.json names another archive key"
say "5. the archive key is right"

# ---- 6. Opening a sealed member -----------------------------------------------------------------
# Every member whose name ends in .zst.p7m: openssl decrypts it, zstd decompresses it:
#	openssl cms -decrypt -inform DER -in MEMBER -secretkey ARCHIVE-KEY -secretkeyid ARCHIVE-ID |
#		zstd -d
# Before the compressed bytes stands a note, in a "skippable frame" that zstd passes over. It says
# which member this is (archive, kind, number), and has to name the one that was asked for.

# unseal MEMBER KIND NUMBER: writes what is inside to "$work/plain".
unseal() {
	grep -q -x -F "$1" "$work/names" || die "$1 is not in MANIFEST"
	openssl cms -decrypt -inform DER -in "$members/$1" -secretkey "$archive_key" \
		-secretkeyid "$archive_id" -out "$work/sealed" 2>"$work/why" || die "$1 does not open"
	note=$(printf '{"archive":"%s","kind":"%s","number":%s}' "$archive_id" "$2" "$3")
	length=$(printf '%02x000000' ${#note})
	note=$({ bytes "502a4d18$length"; printf %s "$note"; } | hex)
	[ "$(head -c $((${#note} / 2)) "$work/sealed" | hex)" = "$note" ] || die "$1 is another segment"
	zstd -q -d -c <"$work/sealed" >"$work/plain" || die "$1 does not decompress"
	rm -f "$work/sealed"
}
# table NAME: all pages of a table of the index, one after the other, to standard output.
table() {
	grep "^index/$1/" "$work/names" | while read -r page; do
		number=${page#"index/$1/"}
		unseal "$page" "$1" "$(echo "${number%%.*}" | sed 's/^0*//')"
		cat "$work/plain"
	done
}
# segment MEMBER: opens a data segment. It begins with a map: lines of text up to an empty line. The
# rest is the content. "$work/map" and "$work/content" hold the two.
segment() {
	name=${1#data/}
	unseal "$1" data "$(echo "${name%%.*}" | sed 's/^0*//')"
	sed '/^$/q' "$work/plain" >"$work/map"
	tail -c "+$(($(wc -c <"$work/map") + 1))" "$work/plain" >"$work/content"
	rm -f "$work/plain"
	case $(head -n 1 "$work/map") in "medark-map 1") ;; *) die "$1 has no map" ;; esac
	[ "$(sed -n 's/^content //p' "$work/map")" = "$(($(wc -c <"$work/content")))" ] ||
		die "$1: the content is not as long as its map says"
}
grep '^data/' "$work/names" >"$work/segments" || true
total=$(($(wc -l <"$work/segments")))
say "6. $total segments are to be opened, and the index"
mkdir "$work/out"

# ---- 7a. Records only (-r) ----------------------------------------------------------------------
# data/N.ndjson is the content of segment N as it lies: FHIR records, mostly one a line (a last line
# of a source file may lack its line end, and other kinds of files lie between). data/N.map says
# what it is made of. index/patients has one JSON object a line for each patient: "at" lists
# [segment, offset, length] of the patient's records.

if [ $mode = records ]; then
	mkdir "$work/out/data" "$work/out/index"
	for t in items segments patients identifiers names births outside quarantine changes; do
		table $t >"$work/out/index/$t"
	done
	n=0
	while read -r member; do
		n=$((n + 1))
		say "7. segment $n of $total"
		segment "$member"
		name=${member#data/}
		mv "$work/content" "$work/out/data/${name%%.*}.ndjson"
		mv "$work/map" "$work/out/data/${name%%.*}.map"
	done <"$work/segments"
	mv "$work/out" "$out"
	say "done: the records are in $out/data, the index is in $out/index"
	exit 0
fi

# ---- 7b. The files as they were -----------------------------------------------------------------
# A map's lines, after the first three, say in the order of the content: "KIND ITEM OFFSET LENGTH",
# that is: the next LENGTH bytes belong into item (file) number ITEM at OFFSET; "=" as the OFFSET
# means where the last piece of this item in this map ended. dd puts one piece into its place:
#	dd if=content of=ITEM conv=notrunc bs=65536 iflag=skip_bytes,count_bytes oflag=seek_bytes \
#		skip=PLACE-IN-CONTENT seek=OFFSET count=LENGTH
# Each item is put together under its number first. dd starts once for each piece, some hundred
# times a second; where perl is installed it does the same work faster (RECOVER_PERL=no: without).

mkdir "$work/item"
pieces_dd() {
	at=0
	sed '1,3d; /^$/d' "$work/map" | while read -r _ item offset length; do
		case $item$length in *[!0-9]*) die "a map is malformed" ;; esac
		[ "$offset" != "=" ] || eval "offset=\${end_$item:-}" # see below
		case $offset in '' | *[!0-9]*) die "a map is malformed" ;; esac
		dd if="$work/content" of="$work/item/$item" conv=notrunc bs=65536 \
			iflag=skip_bytes,count_bytes oflag=seek_bytes \
			skip="$at" seek="$offset" count="$length" 2>"$work/why" || die "dd failed"
		at=$((at + length))
		eval "end_$item=$((offset + length))" # where this piece of the item ended
	done
}
pieces_perl() {
	perl -e '
		use strict; use Fcntl;
		my ($map, $content, $folder) = @ARGV;
		my (%end, %file);
		open my $m, "<", $map or die; open my $c, "<:raw", $content or die;
		while (<$m>) {
			next if $. < 4; last if $_ eq "\n";
			my ($item, $offset, $length) = /^[LRPF] (\d+) (\d+|=) (\d+)$/ or die "malformed";
			$offset = $end{$item} // die "malformed" if $offset eq "=";
			%file = () if keys %file > 200; # not too many open files
			if (!$file{$item}) {
				sysopen $file{$item}, "$folder/$item", O_WRONLY | O_CREAT, 0600 or die;
			}
			read($c, my $piece, $length) == $length or die "cut short";
			sysseek $file{$item}, $offset, 0 or die;
			syswrite($file{$item}, $piece) == $length or die "disk full?";
			$end{$item} = $offset + $length;
		}' "$work/map" "$work/content" "$work/item" 2>"$work/why" ||
		die "a map is malformed, or the disk is full"
}
pieces=pieces_dd
if [ "${RECOVER_PERL:-yes}" = yes ] && command -v perl >/dev/null; then pieces=pieces_perl; fi

n=0
while read -r member; do
	n=$((n + 1))
	say "7. segment $n of $total"
	segment "$member"
	$pieces
done <"$work/segments"
rm -f "$work/content" "$work/map"

# The table "items" has a line for each file and folder: number, kind, size, time, mode, parent,
# first and last segment, records, path, with TABs between. Each item now gets its name. A path that
# leads elsewhere, that holds control characters (written with a backslash in the table), or that
# was there already, is not used: such an item is put under its number into the folder
# "unsafe-names". Kinds that begin with "decoded" were unpacked from another item, which is there
# itself: they are left out. What cannot be written does not end the rest: it is listed at the end.

say "8. naming the files"
table items >"$work/items"
tab=$(printf '\t')
failed() { printf '%s\n' "$*" | clean >>"$work/failed"; }
# restamp MODE TIME PATH: who may do what, and when. The first digit of MODE (set-user-id, set-group-id,
# sticky) is left out; the zeros take away what a new folder got of it from the one above.
restamp() {
	{ chmod "00${1#?}" "$work/out/$3" &&
		{ touch -d "@$2" "$work/out/$3" || touch -d "@${2%.*}" "$work/out/$3"; }; } 2>/dev/null ||
		failed "not with its mode and time: $3"
}
odd="unsafe-names" # or another name that is free
while cut -f10 "$work/items" | grep -q -e "^$odd\$" -e "^$odd/"; do odd=$odd~; done
unsafe=0 files=0
while IFS=$tab read -r item kind size mtime mode _ _ _ _ path; do
	case $kind in decoded*) continue ;; esac
	case $mode in [0-7][0-7][0-7][0-7]) ;; *) die "the index is malformed" ;; esac
	case $item$size in *[!0-9]*) die "the index is malformed" ;; esac
	case $mtime in -*) mtime=${mtime%.*} ;; esac # before 1970: whole seconds are enough
	plain=$(printf '%s\n' "$path" | sed 's/\\\\//g')
	case $plain in *\\*) path= ;; *) path=$(printf '%s\n' "$path" | sed 's/\\\\/\\/g') ;; esac
	case /$path/ in *//* | */../* | */./*) path= ;; esac
	if [ -n "$path" ] && [ "$kind" = dir ] && [ -d "$work/out/$path" ]; then
		: # made already, for what is in it
	elif [ -z "$path" ] || [ -e "$work/out/$path" ] || ! mkdir -p "$work/out/$path" 2>/dev/null; then
		path=$odd/$item
		mkdir -p "$work/out/$path" 2>/dev/null || { failed "not written: item $item"; continue; }
		unsafe=$((unsafe + 1))
	fi
	if [ "$kind" = dir ]; then
		printf '%s\t%s\t%s\n' "$mode" "$mtime" "$path" >>"$work/folders"
		continue
	fi
	if [ "$size" -eq 0 ]; then : >"$work/item/$item"; fi
	if [ ! -f "$work/item/$item" ] || [ "$(wc -c <"$work/item/$item")" -ne "$size" ]; then
		die "item $item is not as long as it has to be"
	fi
	# As a folder the path was made to make what is above it.
	{ rmdir "$work/out/$path" && mv "$work/item/$item" "$work/out/$path"; } 2>/dev/null ||
		{ failed "not written: $path"; continue; }
	restamp "$mode" "$mtime" "$path"
	files=$((files + 1))
done <"$work/items"
# Folders last and from below: putting something into one changes its time.
if [ -f "$work/folders" ]; then
	sort -r -t "$tab" -k3 "$work/folders" | while IFS=$tab read -r mode mtime path; do
		restamp "$mode" "$mtime" "$path"
	done
fi
mv "$work/out" "$out"
say "done: $files files are in $out, byte for byte"
[ $unsafe -eq 0 ] || say "$unsafe of them had names that cannot be used; see $out/$odd"
[ -n "$trust" ] || say "NOTHING WAS VERIFIED: no TRUST.pem was given."
if [ -f "$work/failed" ]; then
	mv "$work/failed" "$out.failed"
	die "$(($(wc -l <"$out.failed"))) files or folders are not as they were: $out.failed lists them"
fi
