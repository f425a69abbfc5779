#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# systemd: the units of unattended runs are what systemd takes, and shut in.
#
#   tests/package/systemd.sh BUILD-FOLDER MEDARK
set -eu
units=$1/systemd
program=$2
sysusers=$(cd "$(dirname "$0")/../../cmake/systemd" && pwd)/sysusers.conf
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
	echo "FAILED: $*" >&2
	exit 1
}

for tool in systemd-analyze systemd-sysusers; do
	command -v "$tool" >/dev/null || fail "$tool is missing"
done

# What is not installed yet cannot be started: the program of this build takes its place.
sed "s|^ExecStart=[^ ]*/medark |ExecStart=$program |" "$units/medark@.service" >"$work/medark@.service"
grep -q "^ExecStart=$program run --config /etc/medark %i\$" "$work/medark@.service" ||
	fail "the unit starts something else"
cp "$units/medark@.timer" "$work/"
cp "$work/medark@.service" "$work/medark@night-1.service"
said=$(systemd-analyze verify --man=no "$work/medark@.service" "$work/medark@night-1.service" \
	"$work/medark@.timer" 2>&1) || fail "$said"
# Of a key that it does not know it only warns.
[ -z "$said" ] || fail "$said"

sed "s|^ExecStart=[^ ]*/medark |ExecStart=$program |" "$units/medark-serve.service" >"$work/medark-serve.service"
grep -q "^ExecStart=$program serve \$MEDARK_SERVE\$" "$work/medark-serve.service" || fail "the service starts something else"
said=$(systemd-analyze verify --man=no "$work/medark-serve.service" 2>&1) || fail "$said"
[ -z "$said" ] || fail "$said"
systemd-analyze security --no-pager --offline=true --threshold=25 "$work/medark-serve.service" >"$work/security" ||
	fail "$(tail -n 1 "$work/security")"
tail -n 1 "$work/security"

# In tenths; of a service without any limit it is 96.
systemd-analyze security --no-pager --offline=true --threshold=20 "$work/medark@.service" >"$work/security" ||
	fail "$(tail -n 1 "$work/security")"
tail -n 1 "$work/security"

# Made once, and left as it is.
mkdir -p "$work/system/etc"
for _ in 1 2; do
	systemd-sysusers --root="$work/system" "$sysusers" >/dev/null 2>&1 || fail "no user could be made"
	[ "$(grep -c '^medark:.*:/var/lib/medark:' "$work/system/etc/passwd")" = 1 ] || fail "there is no user"
done
echo "medark@.service, medark@.timer, medark-serve.service, the user: as they should be"
