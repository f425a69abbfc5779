# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# root: clean Debian systems in a folder, for deb.sh and debian13.sh, which read this file. Needs
# root and debootstrap. Packages come from the mirror that this machine itself uses.

say() {
	printf '\n== %s\n' "$*"
}

# This machine's mirror for Debian's main archive, from apt's own configuration.
mirror() {
	# shellcheck disable=SC2016 # apt fills these in
	apt-get indextargets --format '$(REPO_URI)' 'LABEL: Debian' 'COMPONENT: main' | head -n 1
}

root_needs() {
	[ "$(id -u)" = 0 ] || {
		echo "a clean Debian can only be made by root" >&2
		exit 1
	}
	command -v debootstrap >/dev/null || {
		echo "debootstrap is not installed" >&2
		exit 1
	}
	[ -n "$(mirror)" ] || {
		echo "apt knows no mirror of Debian here: apt-get update first" >&2
		exit 1
	}
}

# root_make FOLDER SUITE: a minimal system, which installs packages as this machine does.
root_make() {
	say "making a clean Debian $2"
	debootstrap --variant=minbase "$2" "$1" "$(mirror)" >"$1.log" 2>&1 || {
		tail -n 20 "$1.log" >&2
		exit 1
	}
	apt-config dump | grep -E '^Acquire::(https?|Check|Retries)[^ ]* "[^"]+"' \
		>"$1/etc/apt/apt.conf.d/50host" || true
	cat >"$1/usr/sbin/policy-rc.d" <<-'END'
		#!/bin/sh
		exit 101
	END
	chmod +x "$1/usr/sbin/policy-rc.d"
}

# root_run FOLDER COMMAND…: runs it there. /proc is mounted in a name space that ends with it.
root_run() {
	folder=$1
	shift
	cp /etc/resolv.conf "$folder/etc/resolv.conf" 2>/dev/null || true
	# shellcheck disable=SC2016 # the inner shell expands it
	unshare --mount --fork sh -c '
		root=$1
		shift
		mount -t proc proc "$root/proc"
		mount --rbind /dev "$root/dev"
		[ -z "${BIND:-}" ] || {
			mkdir -p "$root${BIND#*:}"
			mount --rbind -o ro "${BIND%%:*}" "$root${BIND#*:}"
		}
		exec chroot "$root" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb \
			LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
	' sh "$folder" "$@"
}

# root_copy FOLDER PROJECT: the tree as it stands here, without what was built, in FOLDER/build.
root_copy() {
	mkdir -p "$1/build/medark"
	tar -C "$2" --exclude=./build --exclude='./build-*' --exclude=./.git -cf - . |
		tar -C "$1/build/medark" -xf -
}
