#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# RECOVER.sh, taken out of the archive, gives the source back byte for byte, in every shell at hand.
. "$(dirname "$0")/common.sh"

pair signer P-256
pair rsa RSA
pair rsa2 RSA
pair p256 P-256
pair other P-256
pair p384 P-384
pair stranger P-256
stock a.medark source signer.cert.pem signer.key.pem passphrase rsa.cert.pem rsa2.cert.pem \
	p256.cert.pem other.cert.pem p384.cert.pem
tar -xf a.medark RECOVER.sh

# Every recipient; every shell; with and without perl; from the tar file and from a folder.
# Before 1970 it keeps whole seconds only.
touch -d '1970-01-01T00:00:01Z' source/letters/empty.txt
n=0
# Its steps are numbered without a hole.
steps() {
	[ "$(sed -n 's/^\([0-9]\)\. .*/\1/p' said | uniq | tr -d '\n')" = "$1" ] || fail "steps: not $1"
}
recovers() {
	n=$((n + 1))
	expect 0 "recovery $n" "$@"
	diff -r source out || fail "recovery $n: not the source"
	case $* in *" unpacked "*) steps 2345678 ;; *) steps 12345678 ;; esac
	rm -rf out
	[ -z "$(find . -maxdepth 1 -name 'out*')" ] || fail "recovery $n left something behind"
}
for identity in rsa rsa2 p256 other p384; do
	recovers sh RECOVER.sh a.medark $identity.key.pem out signer.cert.pem
done
recovers sh RECOVER.sh -p a.medark passphrase out signer.cert.pem
for shell in dash bash "bash --posix" "busybox sh" mksh ksh yash; do
	command -v "${shell%% *}" >/dev/null || continue
	# shellcheck disable=SC2086 # a shell and its options
	recovers $shell RECOVER.sh a.medark p256.key.pem out signer.cert.pem
	# shellcheck disable=SC2086
	recovers env RECOVER_PERL=no $shell RECOVER.sh a.medark p256.key.pem out signer.cert.pem
done
mkdir unpacked
tar -xf a.medark -C unpacked
recovers sh RECOVER.sh unpacked p256.key.pem out signer.cert.pem
KDF=pbkdf2 stock b.medark source signer.cert.pem signer.key.pem passphrase p256.cert.pem
recovers sh RECOVER.sh -p b.medark passphrase out signer.cert.pem

# The passphrase is the first line of its file, whatever ends it.
printf 'correct horse, batterij' >passphrase.bare
printf 'correct horse, batterij\r\n' >passphrase.crlf
printf 'correct horse, batterij\nand another line\n' >passphrase.two
for kind in bare crlf two; do
	recovers sh RECOVER.sh -p a.medark passphrase.$kind out signer.cert.pem
	recovers sh RECOVER.sh -p b.medark passphrase.$kind out signer.cert.pem
done

# No command line shows a passphrase of scrypt, nor is one written down; with PBKDF2 it says so.
mkdir watch
for tool in openssl sed tr head grep od cut; do
	cat >watch/$tool <<-END
		#!/bin/sh
		echo "\$*" >>"$PWD/lines"
		! $(command -v grep) -r -q batterij "$PWD"/out.recovering || echo batterij >>"$PWD/lines"
		exec $(command -v $tool) "\$@"
	END
	chmod +x watch/$tool
done
for archive in a b; do
	rm -f lines
	expect 0 "what the process list shows" env PATH="$PWD/watch:$PATH" \
		sh RECOVER.sh -p -r $archive.medark passphrase out signer.cert.pem
	grep -q -e '-secretkey' lines || fail "no command line was seen"
	case $archive in
	a) ! grep -q batterij lines || fail "a command line shows the passphrase" ;;
	b) grep -q 'process list of this machine shows the passphrase' said || fail "PBKDF2" ;;
	esac
	rm -rf out
done

# Names that tools could take for something else: a host, an option.
ln -s a.medark 2026-11-22T03:10.medark
ln -s a.medark ./-a.medark
for name in 2026-11-22T03:10.medark "$PWD/2026-11-22T03:10.medark" -a.medark; do
	recovers sh RECOVER.sh -- "$name" p256.key.pem out signer.cert.pem
done
cp p256.key.pem ./-k:1.pem
cp signer.cert.pem ./-t:1.pem
expect 0 "names with a colon" sh RECOVER.sh -- a.medark -k:1.pem -o:1 -t:1.pem
diff -r source ./-o:1 || fail "names with a colon: not the source"
rm -rf ./-o:1

# Modes and times come back too.
expect 0 "recovery" sh RECOVER.sh b.medark p256.key.pem out signer.cert.pem
same source out
rm -rf out

# Without TRUST.pem it says so, loudly.
expect 0 "without trust" sh RECOVER.sh a.medark p256.key.pem out
grep -q 'NOTHING IS VERIFIED' said || fail "it does not say that nothing is verified"
rm -rf out

# Records only: all segments' contents hold what the source's NDJSON files hold.
expect 0 "records" sh RECOVER.sh -r a.medark rsa.key.pem out signer.cert.pem
cat out/data/*.ndjson | sed 's/}{"resourceType"/}\n{"resourceType"/' | grep -a '^{' | sort >found
for f in source/*.ndjson; do cat "$f"; echo; done | grep -a '^{' | sort >wanted
diff found wanted || fail "records"
[ "$(wc -l <out/index/patients)" -eq 3 ] || fail "index of patients"
rm -rf out

# What has to be refused; nothing may be left behind.
refuses() {
	what=$1
	shift
	expect 1 "$what" "$@"
	[ -z "$(find . -maxdepth 1 -name 'out*')" ] || fail "$what: something was released"
}
refuses "a stranger's key" sh RECOVER.sh a.medark stranger.key.pem out signer.cert.pem
printf 'wrong\n' >wrong
refuses "a wrong passphrase" sh RECOVER.sh -p a.medark wrong out signer.cert.pem
refuses "a stranger's certificate" sh RECOVER.sh a.medark p256.key.pem out stranger.cert.pem
said_not() {
	! grep -q -E 'error:|:[0-9A-F]{8}:|verify.c|CMS' said || fail "$1: OpenSSL's words are shown"
}
refuses "a stranger's certificate" sh RECOVER.sh a.medark p256.key.pem out stranger.cert.pem
grep -q 'stranger.cert.pem does not vouch for the signer, .*signer' said || fail "a wrong anchor"
[ "$(grep -c RECOVER: said)" -eq 1 ] || fail "a wrong anchor is not told in one sentence"
said_not "a wrong anchor"
refuses "an anchor that is none" sh RECOVER.sh a.medark p256.key.pem out passphrase
grep -q 'passphrase is not a certificate' said || fail "an anchor that is none"
for more in x "$(head -c 600 /dev/zero | tr '\0' a)"; do
	{ cat a.medark && printf %s "$more"; } >longer.medark
	refuses "bytes behind the end" sh RECOVER.sh longer.medark p256.key.pem out signer.cert.pem
	grep -q "longer.medark is ${#more} bytes longer than what was signed" said ||
		fail "bytes behind the end are not told"
done
refuses "a file that is no archive" sh RECOVER.sh passphrase p256.key.pem out signer.cert.pem
refuses "too few arguments" sh RECOVER.sh a.medark p256.key.pem
mkdir there
refuses "an OUTDIR that exists" sh RECOVER.sh a.medark p256.key.pem there signer.cert.pem

# Who may sign (F-26): certificates of one authority, each with these extensions. A stranger's key ends
# the recovery behind that step.
signed_by() { # WHAT OPENSSL-CMS-OPTIONS...
	what=$1
	shift
	openssl cms -sign -cades -binary -md sha256 -in signed/MANIFEST -inkey leaf.key.pem "$@" \
		-outform DER -out signed/MANIFEST.p7s
	refuses "$what" sh RECOVER.sh signed stranger.key.pem out signer.cert.pem
}
leaf() { # OUT EXTENSION...
	to=$1
	shift
	printf '%s\n' "$@" >leaf.ext
	openssl x509 -req -in leaf.csr -CA signer.cert.pem -CAkey signer.key.pem -set_serial 7 \
		-days 10 -extfile leaf.ext -out "$to" 2>/dev/null
}
cp -r unpacked signed
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout leaf.key.pem -out leaf.csr \
	-subj /CN=leaf 2>/dev/null
for usage in '' keyUsage=digitalSignature keyUsage=critical,nonRepudiation,keyEncipherment \
	extendedKeyUsage=anyExtendedKeyUsage extendedKeyUsage=serverAuth,codeSigning \
	extendedKeyUsage=critical,emailProtection extendedKeyUsage=1.3.6.1.5.5.7.3.36 \
	extendedKeyUsage=clientAuth,1.3.6.1.4.1.311.10.3.12; do
	leaf leaf.cert.pem "$usage"
	signed_by "signed by a certificate with '$usage'" -signer leaf.cert.pem
	grep -q 'the signature is right' said || fail "$what: it is not taken"
done
for usage in keyUsage=keyEncipherment,keyCertSign extendedKeyUsage=serverAuth \
	extendedKeyUsage=clientAuth,timeStamping extendedKeyUsage=1.3.6.1.5.5.7.3.36.1; do
	leaf leaf.cert.pem "$usage"
	signed_by "signed by a certificate with '$usage'" -signer leaf.cert.pem
	grep -q "signer's certificate, .*leaf, is not one for signing" said || fail "$what: it is taken"
done
leaf leaf.cert.pem keyUsage=digitalSignature extendedKeyUsage=serverAuth
signed_by "signed by a web server" -signer leaf.cert.pem
grep -q 'is not one for signing' said || fail "a web server's certificate is taken"
# F-23: another certificate inside, of the same issuer and number, makes it no better.
leaf good.cert.pem keyUsage=digitalSignature
signed_by "signed by a web server, beside a good certificate" -signer leaf.cert.pem \
	-certfile good.cert.pem
! grep -q 'the signature is right' said || fail "a web server's certificate beside a good one"

# altered WHAT: packs the folder "changed", which has to be refused, and makes it new.
altered() {
	(cd changed && find . -type f | sed 's:^\./::') >names
	tar -cf changed.medark -C changed -T names
	refuses "$1 (tar)" sh RECOVER.sh changed.medark p256.key.pem out signer.cert.pem
	rm -rf changed
	cp -r unpacked changed
}
cp -r unpacked changed
printf x >>changed/data/00000002.zst.p7m
altered "a changed segment"
rm changed/data/00000002.zst.p7m
altered "a missing segment"
printf x >changed/extra
altered "an extra member"
sed -i 's/^# records .*/# records 1/' changed/MANIFEST
altered "a changed manifest"
grep -q 'the signature over MANIFEST is wrong' said || fail "a changed manifest"
said_not "a changed manifest"
cp changed/data/00000001.zst.p7m changed/data/00000002.zst.p7m
sed -i "s/^.*  \(data.00000002.*\)/$(sha256sum <changed/data/00000002.zst.p7m | cut -c1-64)  \1/" \
	changed/MANIFEST
cp -r changed twice
altered "a segment in another's place"
# What an archive that nobody has verified holds is not printed raw.
esc=$(printf '\033[31m')
for name in "data/$esc" "$(printf 'x\234')" ../x /x "two words"; do
	printf '#1\n%064d  %s\n' 0 "$name" >>changed/MANIFEST
	refuses "a name in MANIFEST" sh RECOVER.sh changed p256.key.pem out
	! LC_ALL=C grep -q '[^ -~]' said || fail "a name in MANIFEST is printed raw"
	altered "a name in MANIFEST"
done
cp changed/header.json "changed/$esc"
(cd changed && tar -cf ../changed.medark -- *)
refuses "a member's name" sh RECOVER.sh changed.medark p256.key.pem out
! LC_ALL=C grep -q '[^ -~]' said || fail "a member's name is printed raw"
rm "changed/$esc"
# Even where nothing is verified, a segment cannot pass for another one.
refuses "a segment in another's place, without trust" sh RECOVER.sh twice p256.key.pem out
# A mode in the index is four octal digits, and nothing else for chmod.
for mode in u+s 777 00755 0799 -R; do
	sed "s|^here=.*|here='$here'|; s/%04d/$mode%.0s/" "$here/stock_writer.sh" >writer.sh
	SCRYPT_N=16384 sh writer.sh c.medark source signer.cert.pem signer.key.pem passphrase \
		p256.cert.pem
	refuses "a mode '$mode'" sh RECOVER.sh c.medark p256.key.pem out signer.cert.pem
	grep -q 'the index is malformed' said || fail "a mode '$mode'"
done
echo passed
