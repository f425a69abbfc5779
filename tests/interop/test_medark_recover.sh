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
# What medark takes for a passphrase, RECOVER.sh does too.
# shellcheck disable=SC2016 # a passphrase, not a command
{ printf ' \r\t"$(id)" \303\251\\ ' && head -c 985 /dev/zero | tr '\0' p; } >long
[ "$(wc -c <long)" -eq 1000 ] || fail "the long passphrase"
for end in '' '\n' '\r\n'; do
	# shellcheck disable=SC2059 # the line end is an escape
	{ cat long && printf "$end"; } >long.end
	expect 0 "export, a long passphrase" "$MEDARK" export source --signer signer.cert.pem \
		--signer-key signer.key.pem --passphrase-file long.end --out long.medark
	recovers "by a long passphrase" sh RECOVER.sh -p long.medark long.end out signer.cert.pem
	rm long.medark
done
recovers "without perl" env RECOVER_PERL=no sh RECOVER.sh a.medark p256.key.pem out signer.cert.pem

expect 0 "records" sh RECOVER.sh -r a.medark rsa.key.pem out signer.cert.pem
grep -q '"key":"Pp2"' out/index/patients || fail "the index of patients"
for id in o1 o30 c1 p3; do
	grep -a -q "\"id\":\"$id\"" out/data/*.ndjson || fail "record $id is missing"
done
rm -rf out

# Names that cannot be used, beside items that have the name of the folder for them.
mkdir -p names/unsafe-names~
printf x >names/unsafe-names
printf y >names/unsafe-names~/y
printf z >"names/$(printf 'bad\001name')"
expect 0 "export of odd names" "$MEDARK" export names --recipient p256.cert.pem \
	--signer signer.cert.pem --signer-key signer.key.pem --out names.medark
expect 0 "recovery of odd names" sh RECOVER.sh names.medark p256.key.pem out signer.cert.pem
[ "$(cat out/unsafe-names)" = x ] || fail "the item unsafe-names"
[ "$(cat out/unsafe-names~/y)" = y ] || fail "the item unsafe-names~/y"
[ "$(cat out/unsafe-names~~/*)" = z ] || fail "the item without a usable name"
grep -q '^1 of them had names that cannot be used; see ./out/unsafe-names~~$' said || fail "what it says"
rm -rf out

# What cannot be written, or not with its time, does not end the rest.
mkdir failing
for tool in mv touch; do
	cat >failing/$tool <<-END
		#!/bin/sh
		case \$* in *empty.txt*) echo "no \$*" >&2; exit 1 ;; esac
		exec $(command -v $tool) "\$@"
	END
	chmod +x failing/$tool
	expect 1 "recovery with a $tool that fails" env PATH="$PWD/failing:$PATH" \
		sh RECOVER.sh a.medark p256.key.pem out signer.cert.pem
	grep -q '^RECOVER: 1 files or folders are not as they were: ./out.failed lists them$' said ||
		fail "it does not say that $tool failed"
	! grep -q 'no /' said || fail "a name is printed"
	case $tool in
	mv)
		[ "$(cat out.failed)" = "not written: letters/empty.txt" ] || fail "what was not written"
		mv source/letters/empty.txt .
		diff -r source out || fail "something else is missing"
		mv empty.txt source/letters
		;;
	touch)
		[ "$(cat out.failed)" = "not with its mode and time: letters/empty.txt" ] ||
			fail "what has not got its time"
		diff -r source out || fail "something is missing"
		;;
	esac
	rm -rf out out.failed failing/$tool
done

# Modes: no set-user-id, set-group-id or sticky comes back.
mkdir -p modes/folder modes/parent
for mode in 4755 2711 6644 0600 0400; do
	echo x >modes/$mode
	chmod $mode modes/$mode
done
chmod 1777 modes/folder
expect 0 "export of modes" "$MEDARK" export modes --recipient p256.cert.pem \
	--signer signer.cert.pem --signer-key signer.key.pem --out modes.medark
# A folder that hands on its group, and set-group-id, to what is made in it.
mkdir group
chmod 2755 group
expect 0 "recovery of modes" sh RECOVER.sh modes.medark p256.key.pem group/out signer.cert.pem
(cd group/out && stat -c '%n %a' ./* | tr '\n' ' ') >found
echo './0400 400 ./0600 600 ./2711 711 ./4755 755 ./6644 644 ./folder 777 ./parent 700 ' | tr -d '\n' |
	cmp - found || { cat found; fail "modes"; }
echo passed
