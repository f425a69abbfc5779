# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# What the tests of this folder share; each begins with: . "$(dirname "$0")/common.sh"
# Makes a temporary folder, goes there, and gives: here, python, MEDARK (a path, or
# empty) and the functions below.

set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=/usr/bin/python3
[ -x $python ] || python=python3
MEDARK=${MEDARK:-}

for tool in openssl zstd tar stat basenc find $python; do
	command -v "$tool" >/dev/null || { echo "missing: $tool"; exit 1; }
done
$python -c 'import cryptography' 2>/dev/null || { echo "missing: cryptography"; exit 1; }

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM
cd "$scratch"
umask 077

fail() { echo "FAILED: $*"; exit 1; }
reader() { $python "$here/medark_reader.py" "$@"; }
stock() { sh "$here/stock_writer.sh" "$@"; }

# expect CODE WHAT COMMAND...: the command has to end with that exit code.
expect() {
	wanted=$1 what=$2 code=0
	shift 2
	"$@" >said 2>&1 || code=$?
	[ $code -eq "$wanted" ] || { cat said; fail "$what: exit code $code instead of $wanted"; }
}

# same A B: two folders have the same names, bytes, modes and times (those below them).
listing() { (cd "$1" && find . -mindepth 1 -printf '%p %s %m %T@\n' | sort); }
same() {
	diff -r "$1" "$2" || fail "$2 is not $1"
	listing "$1" >listing.1
	listing "$2" >listing.2
	diff listing.1 listing.2 || fail "$2: modes or times differ"
}

# pair NAME RSA|P-256|P-384: a key and a self-signed certificate.
pair() {
	case $2 in
	RSA) set -- "$1" rsa:3072 ;;
	*) set -- "$1" ec -pkeyopt "ec_paramgen_curve:$2" ;;
	esac
	name=$1
	shift
	openssl req -x509 -newkey "$@" -nodes -keyout "$name.key.pem" -out "$name.cert.pem" \
		-days 30 -subj "/O=Interop/CN=$name" 2>/dev/null
}

# medark_key ROLE NAME TYPE: the same, made by medark, as it does for sites without a PKI.
medark_key() {
	"$MEDARK" key new --role "$1" --name "Interop $2" --type "$3" --out "$2" >/dev/null 2>&1 ||
		fail "key new"
}

sh "$here/source.sh" source
printf 'correct horse, batterij\n' >passphrase
