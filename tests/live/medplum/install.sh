#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# install.sh FOLDER [FROM]: the packages of FROM/package-lock.json (of this folder, if none is named)
# into FOLDER/node_modules, unless they are there.
set -eu
from=${2:-$(dirname "$0")}
mkdir -p "$1"
cmp -s "$from/package-lock.json" "$1/installed.json" && exit 0
cp "$from/package.json" "$from/package-lock.json" "$from/.npmrc" "$1/"
cd "$1"
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
cp package-lock.json installed.json
