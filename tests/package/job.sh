#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# job: the main job with the installed program: sh job.sh FOLDER, with the records in FOLDER/source.
set -eu
cd "$1"
medark version
medark key new --role signer --name "Clinic" --out clinic -q
medark key new --role recipient --name "Clinic IT" --out it -q
medark export source --recipient it.cert.pem --signer clinic.cert.pem \
	--signer-key clinic.key.pem --out night.medark
medark verify night.medark --trust clinic.cert.pem
open="--identity it.key.pem --trust clinic.cert.pem"
# shellcheck disable=SC2086 # two options
medark patients night.medark $open --limit 3
# shellcheck disable=SC2086
patient=$(medark patients night.medark $open --limit 1 --json |
	sed -n 's/.*"message_type":"patient".*"id":"\([^"]*\)","family.*/\1/p')
# shellcheck disable=SC2086
medark restore night.medark $open --patient "$patient" --to chart
# shellcheck disable=SC2086
medark restore night.medark $open --to back
diff -r source back
for file in share/man/man1/medark.1 share/man/man1/medark-export.1 \
	share/bash-completion/completions/medark include/medark/medark.h \
	share/doc/medark/FORMAT.md share/doc/medark/NIGHTLY.md; do
	# A minimal system may leave out manuals and documents on purpose.
	[ -e "/usr/$file" ] || [ -e "/usr/$file.gz" ] || grep -rqs path-exclude /etc/dpkg || {
		echo "/usr/$file is missing" >&2
		exit 1
	}
done
for file in lib/systemd/system/medark@.service lib/systemd/system/medark@.timer lib/sysusers.d/medark.conf; do
	[ -e "/usr/$file" ] || {
		echo "/usr/$file is missing" >&2
		exit 1
	}
done
grep -q '^ExecStart=/usr/bin/medark run ' '/usr/lib/systemd/system/medark@.service'
! command -v systemd-sysusers >/dev/null || grep -q '^medark:' /etc/passwd
echo "the source came back byte for byte"
