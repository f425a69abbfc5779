#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The man pages are without a fault. Usage: man.sh FOLDER-OF-PAGES
set -eu

command -v mandoc >/dev/null || {
	echo "man.sh: mandoc is missing" >&2
	exit 1
}

# What the SEE ALSO of a page lists.
see_also() {
	sed -n '/^\.Sh SEE ALSO$/,$s/^\.Xr \([a-z-]*\) 1.*/\1/p' "$1"
}

# mandoc looks here for the pages that ours refer to.
cd "$1"
status=0
for page in *.1; do
	# Which other manuals are installed says nothing about ours.
	faults=$(mandoc -T lint -W style "$page" 2>&1 | grep -v 'mandoc.db' |
		grep -v 'referenced manual not found: Xr [a-ln-z]' || :)
	if [ -n "$faults" ]; then
		printf '%s\n' "$faults"
		status=1
	fi
	# Not a fault for mandoc, but a reader who searches for it finds nothing.
	for section in NAME SYNOPSIS DESCRIPTION OPTIONS ENVIRONMENT FILES 'EXIT STATUS' \
		EXAMPLES 'JSON OUTPUT' 'SEE ALSO'; do
		grep -q "^\.Sh $section\$" "$page" || {
			echo "$page: section $section is missing"
			status=1
		}
	done
	# Whom a page speaks of is its neighbour, and it is that of its neighbours.
	name=${page%.1}
	others=$(sed -n 's/.*Xr \(medark[a-z-]*\) 1.*/\1/p' "$page" | sort -u)
	for other in $others; do
		[ "$other" = "$name" ] && continue
		see_also "$page" | grep -qx "$other" || {
			echo "$page: SEE ALSO lacks $other"
			status=1
		}
		see_also "$other.1" | grep -qx "$name" || {
			echo "$other.1: SEE ALSO lacks $name, which names it"
			status=1
		}
	done
done
exit $status
