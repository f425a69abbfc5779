#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# debian13: `./bootstrap test` in a clean Debian 13 on a copy of the tree as it stands.
set -eu
project=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=root.sh
. "$project/tests/package/root.sh"
root_begin
root_make "$work/root" trixie
root_copy "$project" "$work/root/build/medark"
# The data that some tests want is beside the project, there as here.
if [ -d "$project/../shared/data" ]; then
	DATA=$(cd "$project/../shared/data" && pwd)
fi
say "./bootstrap test"
root_run "$work/root" sh -c 'cd /build/medark && exec ./bootstrap test'
say "debian13: done"
