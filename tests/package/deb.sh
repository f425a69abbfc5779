#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# deb: makes the Debian package, installs it into a clean Debian, and does the main job there.
#
#   tests/package/deb.sh [SUITE]      bookworm (default), trixie …
#
# The package is built in a root of the same suite, since it depends on that suite's libraries: twice,
# in two folders and with two umasks, and both packages have to be the same bytes.
set -eu
project=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=root.sh
. "$project/tests/package/root.sh"
suite=${1:-bookworm}
root_begin
builder=$work/builder clean=$work/clean

fail() {
	echo "FAILED: $*" >&2
	exit 1
}

root_make "$builder" "$suite"
cp -a "$builder" "$clean"

say "building the package for $suite, twice"
root_copy "$project" "$builder/build/medark"
root_copy "$project" "$builder/srv/other"
root_log "$builder" "$work/build.log" sh -c 'cd /build/medark && umask 022 && ./bootstrap deb'
root_log "$builder" "$work/other.log" sh -c 'cd /srv/other && umask 077 && ./bootstrap deb'
deb=$(find "$builder/build/medark/build/package" -maxdepth 1 -name '*.deb')
other=$(find "$builder/srv/other/build/package" -maxdepth 1 -name '*.deb')
cmp "$deb" "$other" || fail "two builds of the package differ"
sha256sum "$deb" | sed 's/^\([0-9a-f]*\) .*/both are \1/'
dpkg-deb --info "$deb" | sed -n 's/^ \(Package\|Version\|Installed-Size\|Depends\): /   &/p'
dpkg-deb --contents "$deb" | awk '{ print "   " $6 }' | grep -v '/$'

say "lintian"
root_log "$builder" "$work/lintian-install.log" apt-get install -q -y --no-install-recommends lintian
root_run "$builder" lintian --allow-root --fail-on error,warning --tag-display-limit 0 \
	"${deb#"$builder"}"
echo "nothing to say"

say "installing it into a clean $suite"
root_log "$builder" "$work/synth.log" sh -c 'cd /build/medark && cmake --preset release &&
	cmake --build build/release --target medark-synth &&
	build/release/tests/synth/medark-synth --patients 50 --out /srv/source'
mkdir "$clean/job"
cp -a "$builder/srv/source" "$clean/job/source"
cp "$deb" "$clean/job/medark.deb"
(cd "$project/tests/package" && cp -a job.sh consume.sh consumer "$clean/job/")
root_log "$clean" "$work/install.log" sh -c 'apt-get update -q &&
	apt-get install -q -y --no-install-recommends /job/medark.deb'

say "the main job"
root_run "$clean" sh /job/job.sh /job

say "a program built against the package"
root_log "$clean" "$work/compiler.log" apt-get install -q -y --no-install-recommends \
	gcc libc6-dev pkg-config cmake make
root_run "$clean" sh -c 'mkdir /job/built && cd /job/built && sh ../consume.sh ../consumer'

say "removing it"
root_log "$clean" "$work/purge.log" apt-get purge -q -y medark
! find "$clean/usr" "$clean/etc" "$clean/var/lib/dpkg/info" -iname '*medark*' | grep . ||
	fail "removing the package left this behind"
say "deb $suite: done"
