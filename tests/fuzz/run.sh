#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs every fuzz target for SECONDS, and keeps what widened the coverage, minimised, in corpus/.
# usage: run.sh SECONDS [NAME…]
set -eu
cd "$(dirname "$0")/../.."
seconds=$1
shift
[ -f build/fuzz/build.ninja ] || cmake --preset fuzz >/dev/null
cmake --build build/fuzz >/dev/null
names=${*:-$(find tests/fuzz -name 'fuzz_*.c' | sed 's/.*fuzz_//; s/\.c$//' | sort)}
for name in $names; do
	found=build/fuzz/found/$name
	mkdir -p "$found" "tests/fuzz/corpus/$name"
	printf '== %s: ' "$name"
	if ! "build/fuzz/tests/fuzz/fuzz_$name" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 \
		-max_len=65536 -artifact_prefix="build/fuzz/$name-" -print_final_stats=1 \
		"$found" "tests/fuzz/corpus/$name" >"build/fuzz/$name.log" 2>&1; then
		echo "FAILED, see build/fuzz/$name.log"
		exit 1
	fi
	sed -n 's/stat::number_of_executed_units: */runs /p' "build/fuzz/$name.log"
	"build/fuzz/tests/fuzz/fuzz_$name" -merge=1 "tests/fuzz/corpus/$name" "$found" \
		>>"build/fuzz/$name.log" 2>&1
done
