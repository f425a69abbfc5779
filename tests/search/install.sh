#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# install.sh FOLDER: the packages of package-lock.json into FOLDER/node_modules, unless they are there.
set -eu
here=$(dirname "$0")
mkdir -p "$1"
cmp -s "$here/package-lock.json" "$1/installed.json" && exit 0
cp "$here/package.json" "$here/package-lock.json" "$here/.npmrc" "$1/"
cd "$1"
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
cp package-lock.json installed.json
