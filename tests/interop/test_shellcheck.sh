#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The linter has nothing to say about RECOVER.sh and the scripts here; README.txt keeps its limits.
set -eu
cd "$(dirname "$0")"
texts=../../lib/archive/texts
if [ "$(wc -l <$texts/README.txt)" -gt 60 ] || grep -n '.\{81\}' $texts/README.txt ||
	LC_ALL=C grep -n '[^ -~]' $texts/README.txt; then
	echo "FAILED: README.txt has more than 60 lines, more than 80 columns, or is not ASCII"
	exit 1
fi
command -v shellcheck >/dev/null || { echo "missing: shellcheck"; exit 1; }
shellcheck -s sh -x $texts/RECOVER.sh ./*.sh
echo passed
