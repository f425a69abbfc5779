#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# consume: builds against the installed package, with find_package and with pkg-config.
#
#   consume.sh CONSUMER       the folder of that project; builds in the current folder
set -eu
consumer=$1
version=$(medark version | sed -n '1s/^medark //p')
cmake -S "$consumer" -B cmake >log
cmake --build cmake >>log
cmake/consumer
[ "$(pkg-config --modversion medark)" = "$version" ]
# shellcheck disable=SC2046 # a list of flags
cc -DEXPECTED_VERSION="\"$version\"" -o consumer "$consumer/consumer.c" \
	$(pkg-config --cflags --libs medark)
./consumer
