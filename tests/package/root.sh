# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# root: clean Debian systems in a folder, for deb.sh, debian13.sh and demo.sh, which read this file.
# Needs root and debootstrap. Packages come from the mirror that this machine itself uses.
#
#   MEDARK_ROOTS   where the systems are made, and removed at the end (/var/tmp); some need 4 GB
#   MEDARK_DEBS    a folder that keeps the packages for the next time; unset: they are not kept

say() {
	printf '\n== %s\n' "$*"
}

# This machine's mirror for Debian's main archive, from apt's own configuration.
mirror() {
	# shellcheck disable=SC2016 # apt fills these in
	apt-get indextargets --format '$(REPO_URI)' 'LABEL: Debian' 'COMPONENT: main' | head -n 1
}

# Checks what is needed, and makes the folder $work, which goes when the script ends.
root_begin() {
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
	if [ -n "${MEDARK_DEBS:-}" ]; then
		mkdir -p "$MEDARK_DEBS/partial"
		MEDARK_DEBS=$(cd "$MEDARK_DEBS" && pwd)
	fi
	work=$(mktemp -d "${MEDARK_ROOTS:-/var/tmp}/medark-root-XXXXXX")
	trap 'rm -rf --one-file-system "$work"' EXIT
	trap 'exit 130' INT TERM HUP
}

# root_make FOLDER SUITE: a minimal system, which installs packages as this machine does. It is made
# in a name space of its own: what debootstrap mounts ends with it, however it ends.
root_make() {
	say "making a clean Debian $2"
	unshare --mount debootstrap ${MEDARK_DEBS:+--cache-dir="$MEDARK_DEBS"} --variant=minbase \
		"$2" "$1" "$(mirror)" >"$1.log" 2>&1 || {
		tail -n 20 "$1.log" >&2
		exit 1
	}
	apt-config dump | grep -E '^Acquire::(https?|Check|Retries)[^ ]* "[^"]+"' \
		>"$1/etc/apt/apt.conf.d/50host" || true
	# npm, too, trusts there whom it trusts here.
	[ -z "${NODE_EXTRA_CA_CERTS:-}" ] ||
		install -m 644 "$NODE_EXTRA_CA_CERTS" "$1/etc/node-extra-ca.pem"
	cat >"$1/usr/sbin/policy-rc.d" <<-'END'
		#!/bin/sh
		exit 101
	END
	chmod +x "$1/usr/sbin/policy-rc.d"
}

# root_run FOLDER COMMAND…: runs it there, in name spaces of its own: nothing stays mounted, and no
# process stays behind. DATA, if set, is a folder of this machine that is /build/shared/data there.
root_run() {
	folder=$1
	shift
	cp /etc/resolv.conf "$folder/etc/resolv.conf" 2>/dev/null || true
	# shellcheck disable=SC2016 # the inner shell expands it
	DATA=${DATA:-} DEBS=${MEDARK_DEBS:-} unshare --mount --pid --kill-child --fork sh -euc '
		root=$1
		shift
		mount -t proc proc "$root/proc"
		mount --rbind /dev "$root/dev"
		[ -z "$DEBS" ] || mount --bind "$DEBS" "$root/var/cache/apt/archives"
		[ -z "$DATA" ] || {
			mkdir -p "$root/build/shared/data"
			mount --bind -o ro "$DATA" "$root/build/shared/data"
		}
		[ ! -e "$root/etc/node-extra-ca.pem" ] ||
			set -- NODE_EXTRA_CA_CERTS=/etc/node-extra-ca.pem "$@"
		exec chroot "$root" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb \
			LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
	' sh "$folder" "$@"
}

# root_log FOLDER LOG COMMAND…: the same; what it says is shown only when it fails.
root_log() {
	folder=$1 log=$2
	shift 2
	root_run "$folder" "$@" >"$log" 2>&1 || {
		tail -n 40 "$log" >&2
		exit 1
	}
}

# root_copy PROJECT TO: the tree as it stands here, without what was built.
root_copy() {
	mkdir -p "$2"
	tar -C "$1" --exclude=./build --exclude='./build-*' --exclude=./.git -cf - . | tar -C "$2" -xf -
}
