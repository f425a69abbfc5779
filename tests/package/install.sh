#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# install: installs a build, moves it, and builds against it as others do.
#
#   install.sh BUILD CMAKE GENERATOR CC VERSION [FLAG…]
#
# GENERATOR is the build's own (Ninja); FLAGs are what it needs for itself (sanitizers).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$1 cmake=$2 generator=$3 cc=$4 version=$5
shift 5
flags=$*
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/moved

step() {
	printf -- '-- %s\n' "$*"
}
fail() {
	echo "FAILED: $*"
	exit 1
}

step "installing, and moving what was installed"
DESTDIR='' "$cmake" --install "$build" --prefix "$work/first" >"$work/log"
mv "$work/first" "$prefix"
! grep -rIl "$work/first" "$prefix" || fail "these files hold the place of installation"
! grep -rIl "$build" "$prefix/include" "$prefix"/lib*/cmake "$prefix"/lib*/pkgconfig ||
	fail "these files hold the build folder"
library=$(find "$prefix" -name libmedark.so)
folder=$(dirname "$library")
for file in "$prefix/bin/medark" "$library"; do
	! readelf -d "$file" | grep -E 'RPATH|RUNPATH' || fail "$file looks for libraries elsewhere"
done

step "RECOVER.sh and CHECK.sh are there, as archives and proofs carry them"
cmp "$here/../../lib/archive/texts/RECOVER.sh" "$prefix/share/medark/RECOVER.sh" ||
	fail "share/medark/RECOVER.sh is another one"
cmp "$here/../../lib/archive/texts/CHECK.sh" "$prefix/share/medark/CHECK.sh" ||
	fail "share/medark/CHECK.sh is another one"

step "the same files staged with DESTDIR"
DESTDIR=$work/staged "$cmake" --install "$build" --prefix /opt/medark >"$work/log"
diff -r "$prefix" "$work/staged/opt/medark" || fail "other files are staged"
[ "$(ls -A "$work/staged")" = opt ] || fail "something is staged elsewhere"

step "a project with find_package(medark)"
"$cmake" -G "$generator" -S "$here/consumer" -B "$work/cmake" -DCMAKE_PREFIX_PATH="$prefix" \
	-DCMAKE_C_COMPILER="$cc" -DCMAKE_C_FLAGS="$flags" >"$work/log"
"$cmake" --build "$work/cmake" >>"$work/log" || {
	cat "$work/log"
	exit 1
}
ldd "$work/cmake/consumer" | grep -q "$prefix" || fail "it does not use the shared library"
"$work/cmake/consumer"

step "a project with pkg-config"
PKG_CONFIG_PATH=$folder/pkgconfig
export PKG_CONFIG_PATH
[ "$(pkg-config --modversion medark)" = "$version" ] || fail "another version in medark.pc"
# shellcheck disable=SC2046,SC2086 # lists of flags
"$cc" $flags -DEXPECTED_VERSION="\"$version\"" -o "$work/consumer" "$here/consumer/consumer.c" \
	$(pkg-config --cflags --libs medark)
LD_LIBRARY_PATH=$folder "$work/consumer"

step "every header alone, as C11 and as C++"
for header in "$prefix"/include/medark/*.h; do
	"$cc" -std=c11 -pedantic -Wall -Wextra -Werror -fsyntax-only -I"$prefix/include" \
		-x c "$header"
	for cxx in c++ clang; do
		command -v $cxx >/dev/null || continue
		$cxx -std=c++17 -pedantic -Wall -Wextra -Werror -fsyntax-only \
			-I"$prefix/include" -x c++ "$header"
	done
done
command -v c++ clang | grep -q . || fail "no C++ compiler"

step "the library shows what its headers declare, and nothing else"
nm -D --defined-only "$library" | awk '$2 ~ /[TDBRVW]/ { print $3 }' | sort >"$work/shown"
grep -hv '^#define' "$prefix"/include/medark/*.h | tr '\n' ' ' | grep -o 'MEDARK_API [^;]*;' |
	sed 's/(.*//; s/.*[ *]//' | sort >"$work/declared"
[ -s "$work/declared" ] || fail "nothing is declared"
diff "$work/declared" "$work/shown" || fail "< only declared, > only shown"
readelf -d "$library" | grep -q 'SONAME.*libmedark\.so\.[0-9.]*\]' || fail "no usable SONAME"
echo passed
