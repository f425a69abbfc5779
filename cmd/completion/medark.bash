# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# bash completion for medark: verbs, options, the values that are known, and files.

_medark_options() {
	case $1 in
	export)
		echo --recipient --escrow --signer --signer-key --signer-key-passphrase-file --out \
			--previous --trust --at --passphrase --passphrase-file --passphrase-fd \
			--passphrase-command --profile --level --memory --threads --exclude --expect-missing --auth --since --group --patients --method --report --crl --force
		;;
	run) echo --config --check ;;
	verify)
		echo --trust --tsa-trust --signed-by --at --policy --checkpoint --report --signer \
			--signer-key --signer-key-passphrase-file --force --threads
		;;
	checkpoint)
		echo --trust --tsa-trust --signed-by --at --signer --signer-key \
			--signer-key-passphrase-file --out --force --threads
		;;
	stamp) echo --force --tsa --trust --tsa-trust --tsa-ca --crl --signed-by --at ;;
	cosign)
		echo --signer --signer-key --signer-key-passphrase-file --trust --tsa-trust --signed-by \
			--at --threads
		;;
	recipients)
		echo --recipient --force --identity --trust --tsa-trust --signed-by --at --signer --signer-key \
			--signer-key-passphrase-file --passphrase --passphrase-file --passphrase-fd \
			--passphrase-command
		;;
	inspect) echo --recipient ;;
	patients)
		echo --identity --trust --tsa-trust --signed-by --at --limit --passphrase --passphrase-file \
			--passphrase-fd --passphrase-command
		;;
	items)
		echo --identity --trust --tsa-trust --signed-by --at --quarantined --limit --passphrase \
			--passphrase-file --passphrase-fd --passphrase-command
		;;
	restore)
		echo --identity --trust --tsa-trust --signed-by --at --to --lang --zip-passphrase --zip-passphrase-file \
			--as-of --patient --type --since --passphrase \
			--passphrase-file --passphrase-fd --passphrase-command --threads --force \
			--no-sync --state --audit-log --auditor --auth --today --dry-run --ids \
			--id-prefix --source-base --workers --journal --rejected --report --no-read-back --signer --signer-key \
			--signer-key-passphrase-file
		;;
	prove)
		echo --identity --trust --tsa-trust --signed-by --at --patient --record --out --force --threads \
			--state --audit-log --auditor --passphrase --passphrase-file --passphrase-fd \
			--passphrase-command
		;;
	verify-proof) echo --trust --tsa-trust --signed-by --at ;;
	drill)
		echo --identity --trust --tsa-trust --signed-by --at --scratch --charts --report --signer --signer-key \
			--signer-key-passphrase-file --force --threads --state --audit-log --auditor \
			--passphrase --passphrase-file --passphrase-fd --passphrase-command
		;;
	diff)
		echo --identity --trust --tsa-trust --signed-by --at --old --new --list --report --force --auth --state \
			--audit-log --auditor --threads --passphrase --passphrase-file --passphrase-fd \
			--passphrase-command
		;;
	scope)
		echo --identity --trust --tsa-trust --signed-by --at --since --until --type --list --force --state \
			--audit-log --auditor --threads --passphrase --passphrase-file --passphrase-fd \
			--passphrase-command
		;;
	key) echo --role --name --type --threshold --shares --key --recipient --out --force ;;
	serve)
		echo --identity --trust --tsa-trust --signed-by --at --state --audit-log --auditor --listen \
			--allow-others --host --tls-cert --tls-key --user --zone --threads --passphrase \
			--passphrase-file --passphrase-fd --passphrase-command
		;;
	account)
		echo --state --role --shown --issuer --off --passphrase-file --passphrase-fd \
			--passphrase-command
		;;
	audit)
		echo --identity --patient --account --from --to --fhir --passphrase --passphrase-file \
			--passphrase-fd --passphrase-command
		;;
	esac
	case $1 in
	help) echo --help ;;
	version) echo --json --verbose --help ;;
	*) echo --json --quiet --verbose --help ;;
	esac
}

_medark_fill() {
	local IFS=$'\n'

	# shellcheck disable=SC2207 # names with line ends are not completed
	COMPREPLY=($(compgen "$@"))
}

# What stands in the folder that a run would look into first.
_medark_runs() {
	local folder=${MEDARK_CONFIG:-/etc/medark} file

	for file in "$folder"/*.conf; do
		[[ -f $file ]] && basename "$file" .conf
	done
}

_medark() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
	local verb=${COMP_WORDS[1]}
	local verbs='export run verify stamp cosign checkpoint inspect patients items restore prove verify-proof drill diff scope serve recipients key account audit help version'

	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		_medark_fill -W "${verbs// /$'\n'}"$'\n--help\n--version' -- "$word"
		return
	fi
	if [[ $word == -* ]]; then
		local options
		options=$(_medark_options "$verb")
		_medark_fill -W "${options// /$'\n'}" -- "$word"
		return
	fi
	case $verb:$before in
	key:--role) _medark_fill -W $'signer\nrecipient' -- "$word" ;;
	account:--role) _medark_fill -W $'clinician\ndesk\nauditor\nadmin' -- "$word" ;;
	account:account)
		_medark_fill -W $'list\nadd\npasswd\nroles\ntotp\ndisable\nenable\nremove' -- "$word"
		;;
	key:--type) _medark_fill -W $'p256\np384\nrsa3072\nml-dsa-65\nml-dsa-87\nml-kem-768\nml-kem-1024' -- "$word" ;;
	export:--profile) _medark_fill -W $'default\nfips\npq-required' -- "$word" ;;
	export:--since) _medark_fill -W auto -- "$word" ;;
	recipients:recipients) _medark_fill -W $'list\nadd' -- "$word" ;;
	key:key) _medark_fill -W $'new\nsplit\njoin' -- "$word" ;;
	help:help) _medark_fill -W "${verbs// /$'\n'}" -- "$word" ;;
	restore:--lang) _medark_fill -W $'nl\nen' -- "$word" ;;
	restore:--ids) _medark_fill -W $'same\nprefix\nserver' -- "$word" ;;
	run:run) _medark_fill -W "$(_medark_runs)" -- "$word" ;;
	restore:--to | run:--config | drill:--scratch | *:--state | *:--audit-log)
		compopt -o filenames 2>/dev/null
		_medark_fill -d -- "$word"
		;;
	*:--passphrase-command) _medark_fill -c -- "$word" ;;
	*:--name | *:--passphrase-fd | *:--level | *:--memory | *:--threads | *:--limit | *:--charts) ;;
	*:--patient | *:--record | *:--type | *:--expect-missing | restore:--since | scope:--since | *:--until | *:--at | *:--as-of | *:--group | *:--tsa) ;;
	*:--id-prefix | *:--source-base | *:--workers | *:--listen | *:--host) ;;
	*:--user) _medark_fill -u -- "$word" ;;
	*:--shown | *:--issuer | *:--account | *:--from | audit:--to) ;;
	*)
		if [[ $verb != help && $verb != version ]]; then
			compopt -o filenames 2>/dev/null
			_medark_fill -f -- "$word"
		fi
		;;
	esac
}

complete -F _medark medark
