#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs every fuzz target for SECONDS, and keeps what widened the coverage, minimised, in corpus/.
# usage: run.sh SECONDS [NAME…]
#        run.sh seeds BUILD-FOLDER    makes first inputs with the programs of a build
#        run.sh merge [NAME…]         only the last step: chooses anew what to keep
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-build/fuzz}
# What is kept of a target: bytes of an input, number of inputs, bytes of all.
size=8192
count=60
bytes=100000

names() {
	if [ $# -gt 0 ]; then
		printf '%s\n' "$@"
	else
		find tests/fuzz -name 'fuzz_*.c' | sed 's/.*fuzz_//; s/\.c$//' | sort
	fi
}

# Of everything that was found, keeps in corpus/ the few inputs that cover most.
keep() { # name
	corpus=tests/fuzz/corpus/$1
	kept=$build/kept/$1
	rm -rf "$kept" "$build/$1.merge" "$build/merged/$1"
	mkdir -p "$kept" "$build/found/$1" "$build/merged/$1" "$corpus"
	"$build/tests/fuzz/fuzz_$1" -merge=1 -max_len=$size -timeout=20 \
		-merge_control_file="$build/$1.merge" "$build/merged/$1" "$corpus" \
		"$build/found/$1" >>"$build/$1.log" 2>&1
	python3 tests/fuzz/choose.py "$build/$1.merge" $count $bytes "$kept"
	rm -rf "$corpus"
	mv "$kept" "$corpus"
	printf '   %s inputs kept\n' "$(find "$corpus" -type f | wc -l)"
}

case ${1:-} in
seeds)
	exec python3 tests/fuzz/make_seeds.py "$2"
	;;
merge)
	seconds=0
	;;
*[!0-9]* | '')
	sed -n '3,6p' "$0" | sed 's/^# //' >&2
	exit 2
	;;
*)
	seconds=$1
	;;
esac
shift

# Assertions stay in: NDEBUG, which CMake puts into this kind of build, is left out.
[ -f "$build/build.ninja" ] ||
	cmake --preset fuzz -B "$build" -DCMAKE_C_FLAGS_RELWITHDEBINFO='-O2 -g' >/dev/null
cmake --build "$build" --target fuzzers >/dev/null
for name in $(names "$@"); do
	found=$build/found/$name
	mkdir -p "$found" "tests/fuzz/corpus/$name"
	printf '== %s: ' "$name"
	if [ "$seconds" -gt 0 ]; then
		set --
		[ ! -f "tests/fuzz/$name.dict" ] || set -- -dict="tests/fuzz/$name.dict"
		if ! "$build/tests/fuzz/fuzz_$name" -max_total_time="$seconds" -timeout=20 \
			-rss_limit_mb=2048 -max_len=16384 -artifact_prefix="$build/$name-" \
			-print_final_stats=1 "$@" "$found" "tests/fuzz/corpus/$name" \
			>"$build/$name.log" 2>&1; then
			echo "FAILED, see $build/$name.log"
			exit 1
		fi
		sed -n 's/stat::number_of_executed_units: */runs /p' "$build/$name.log"
	fi
	keep "$name"
done
