#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# deb: makes the Debian package, installs it into a clean Debian, and does the main job there.
#
#   tests/package/deb.sh [SUITE]      bookworm (default), trixie …
#
# The package is built in a root of the same suite, since it depends on that suite's libraries.
set -eu
project=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=root.sh
. "$project/tests/package/root.sh"
suite=${1:-bookworm}
root_needs
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

root_make "$work/builder" "$suite"
cp -a "$work/builder" "$work/clean"

say "building the package for $suite"
root_copy "$work/builder" "$project"
root_run "$work/builder" sh -c 'cd /build/medark && ./bootstrap deb' >"$work/build.log" 2>&1 || {
	tail -n 40 "$work/build.log" >&2
	exit 1
}
deb=$(find "$work/builder/build/medark/build/release" -maxdepth 1 -name '*.deb')
dpkg-deb --info "$deb" | sed -n 's/^ \(Package\|Version\|Installed-Size\|Depends\): /   &/p'
dpkg-deb --contents "$deb" | awk '{ print "   " $6 }' | grep -v '/$'

say "installing it into a clean $suite"
mkdir -p "$work/clean/job"
cp "$deb" "$work/clean/job/medark.deb"
cp "$project/tests/package/job.sh" "$work/clean/job/"
"$work/builder/build/medark/build/release/tests/synth/medark-synth" --patients 50 \
	--out "$work/clean/job/source"
root_run "$work/clean" sh -c 'apt-get update -q && apt-get install -q -y --no-install-recommends \
	/job/medark.deb' >"$work/install.log" 2>&1 || {
	tail -n 40 "$work/install.log" >&2
	exit 1
}
say "the main job"
root_run "$work/clean" sh /job/job.sh /job
root_run "$work/clean" sh -c 'apt-get purge -q -y medark' >"$work/purge.log" 2>&1
! find "$work/clean/usr" -iname '*medark*' | grep . || {
	echo "removing the package left this behind" >&2
	exit 1
}
say "deb $suite: done"
