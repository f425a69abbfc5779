#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# debian13: `./bootstrap test` in a clean Debian 13 on a copy of the tree as it stands.
set -eu
project=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=root.sh
. "$project/tests/package/root.sh"
root_needs
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root_make "$work/root" trixie
root_copy "$work/root" "$project"
# The data that some tests want is beside the project, there as here.
BIND=
[ ! -d "$project/../shared/data" ] || BIND=$(cd "$project/../shared/data" && pwd):/build/shared/data
export BIND
say "./bootstrap test"
root_run "$work/root" sh -c 'cd /build/medark && exec ./bootstrap test'
say "debian13: done"
