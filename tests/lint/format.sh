#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every C file is as .clang-format says. Usage: format.sh PROJECT
#
# Each version of clang-format has its own idea of the same rules. Debian 12's decides: with another
# one nothing is checked, and the exit code 77 makes ctest list the test as skipped.
set -eu
version=14

command -v clang-format >/dev/null || {
	echo "format.sh: clang-format is missing" >&2
	exit 1
}
here=$(clang-format --version | sed -n 's/.*version \([0-9]*\)\..*/\1/p')
[ "$here" = $version ] || {
	echo "NOT CHECKED: this is clang-format $here; formatting is checked with $version (Debian 12)"
	exit 77
}
cd "$1"
files=$(find lib cmd include tests docs/examples -name '*.[ch]')
# shellcheck disable=SC2086 # no file of ours has a space in its name
clang-format --dry-run -Werror $files
echo "$(echo "$files" | wc -l) files are formatted"
