#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# demo: the first ten minutes with a fresh copy of the sources in a clean Debian: `./bootstrap demo`,
# then the tour of README.md, line by line as it stands there.
#
#   tests/package/demo.sh [SUITE]     bookworm (default), trixie …
set -eu
project=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=root.sh
. "$project/tests/package/root.sh"
root_begin
root_make "$work/root" "${1:-bookworm}"
root_copy "$project" "$work/root/build/medark"
sed -n '/^## A tour/,/^`medark/s/^    //p' "$project/README.md" >"$work/root/build/medark/tour.sh"
[ "$(grep -c '^medark' "$work/root/build/medark/tour.sh")" -ge 5 ] || {
	echo "FAILED: no tour is found in README.md" >&2
	exit 1
}
say "./bootstrap demo"
root_run "$work/root" sh -c 'cd /build/medark && exec ./bootstrap demo'
say "the tour of README.md"
root_run "$work/root" sh -c 'cd /build/medark && sh -eux tour.sh && find ../medark-tour/chart -type f'
say "demo ${1:-bookworm}: done"
