#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The linter has nothing to say about any shell script. Usage: shell.sh PROJECT
set -eu

command -v shellcheck >/dev/null || {
	echo "shell.sh: shellcheck is missing" >&2
	exit 1
}
cd "$1"
scripts=$(find bootstrap lib cmd tests docs cmake -type f -exec sh -c '
	for file; do
		head -c 80 "$file" | LC_ALL=C grep -aqE "^#!/(usr/)?bin/(env )?(ba)?sh|^# shellcheck shell=" && echo "$file"
	done
	:' sh {} +)
# shellcheck disable=SC2086 # no file of ours has a space in its name
shellcheck -x -P SCRIPTDIR $scripts
echo "$(echo "$scripts" | wc -l) scripts"
