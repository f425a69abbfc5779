# SPDX-License-Identifier: Apache-2.0
# fish completion for medark: verbs, options, the values that are known, and files.

function __medark_verb
    set -l words (commandline -opc)
    test (count $words) -ge 2; and contains -- $words[2] $argv
end

function __medark_first
    test (count (commandline -opc)) -eq 1
end

function __medark_second
    test (count (commandline -opc)) -eq 2; and __medark_verb $argv
end

function __medark_runs
    set -l folder /etc/medark
    set -q MEDARK_CONFIG; and set folder $MEDARK_CONFIG
    for file in $folder/*.conf
        basename $file .conf
    end
end

complete -c medark -n __medark_first -f
complete -c medark -n __medark_first -a export -d 'write sources into a new archive'
complete -c medark -n __medark_first -a run -d 'export as a configuration says, unattended'
complete -c medark -n __medark_first -a verify -d 'check the signature and every byte'
complete -c medark -n __medark_first -a stamp -d 'prove when an archive was signed'
complete -c medark -n __medark_first -a cosign -d 'sign an archive once more'
complete -c medark -n __medark_first -a checkpoint -d 'note which archives are there'
complete -c medark -n __medark_first -a inspect -d 'show what is visible without any key'
complete -c medark -n __medark_first -a patients -d 'list or search the patients in an archive'
complete -c medark -n __medark_first -a items -d 'list the files in an archive, or what is in quarantine'
complete -c medark -n __medark_first -a restore -d 'bring records back: files, pages, tables, or into a FHIR server'
complete -c medark -n __medark_first -a prove -d 'show that records stood in an archive, and nothing of others'
complete -c medark -n __medark_first -a verify-proof -d 'check a proof of records'
complete -c medark -n __medark_first -a drill -d 'rehearse a restore'
complete -c medark -n __medark_first -a diff -d 'compare two archives, or an archive and a source'
complete -c medark -n __medark_first -a scope -d 'whose data stood in what was exposed'
complete -c medark -n __medark_first -a recipients -d 'list who can open an archive, or let more people'
complete -c medark -n __medark_first -a key -d 'make a key pair; shares of a key'
complete -c medark -n __medark_first -a serve -d 'show charts and serve FHIR'
complete -c medark -n __medark_first -a account -d 'keep the accounts of who may read charts'
complete -c medark -n __medark_first -a audit -d 'check and read the log of who read what'
complete -c medark -n __medark_first -a help -d 'explain a verb'
complete -c medark -n __medark_first -a version -d 'print the version'
complete -c medark -n __medark_first -l version -d 'print the version'

complete -c medark -n '__medark_second key' -f -a new -d 'make a key pair'
complete -c medark -n '__medark_second key' -f -a split -d 'make a key in shares'
complete -c medark -n '__medark_second key' -f -a join -d 'join shares to a key'
complete -c medark -n '__medark_second recipients' -f -a list -d 'who can open it'
complete -c medark -n '__medark_second recipients' -f -a add -d 'let more people open it'
complete -c medark -n '__medark_second account' -f -a 'list add passwd roles totp disable enable remove'
complete -c medark -n '__medark_verb help version' -f
complete -c medark -n '__medark_second help' -a 'export run verify stamp cosign checkpoint inspect patients items restore prove verify-proof drill diff scope serve recipients key account audit version'

set -l work export run verify stamp cosign checkpoint inspect patients items restore prove verify-proof drill diff scope serve recipients key account audit
complete -c medark -s h -l help -d 'show help'
complete -c medark -n '__medark_verb version' -s v -l verbose -d 'print more'
complete -c medark -n "__medark_verb $work version" -l json -d 'print JSON Lines'
complete -c medark -n "__medark_verb $work" -s q -l quiet -d 'print errors and warnings only'
complete -c medark -n "__medark_verb $work" -s v -l verbose -d 'print more'

set -l opens patients items restore prove drill diff scope serve recipients
complete -c medark -n "__medark_verb $opens audit" -l identity -r -F -d 'private key that opens the archive'
complete -c medark -n "__medark_verb verify verify-proof stamp cosign checkpoint export $opens" -l trust -r -F -d 'trust anchor'
complete -c medark -n "__medark_verb verify verify-proof stamp cosign checkpoint $opens" -l signed-by -r -F -d 'only this signer: certificate or fingerprint'
complete -c medark -n "__medark_verb verify verify-proof stamp cosign checkpoint export $opens" -l at -x -d 'judge certificates as of then'
complete -c medark -n "__medark_verb export $opens audit" -l passphrase -d 'ask for the passphrase'
complete -c medark -n "__medark_verb export $opens account audit" -l passphrase-file -r -F -d 'passphrase from a file'
complete -c medark -n "__medark_verb export $opens account audit" -l passphrase-fd -x -d 'passphrase from a file descriptor'
complete -c medark -n "__medark_verb export $opens account audit" -l passphrase-command -x -a '(__fish_complete_command)' -d 'passphrase from a command'
complete -c medark -n '__medark_verb export verify cosign checkpoint restore prove drill diff scope' -l threads -x -d 'threads to use'
complete -c medark -n '__medark_verb recipients' -l force -d 'leave out what was added by signers who are not trusted'
complete -c medark -n '__medark_verb export verify checkpoint stamp restore prove drill diff scope key' -l force -d 'overwrite what exists'
complete -c medark -n '__medark_verb export prove key checkpoint' -l out -r -F -d 'what to write'

complete -c medark -n '__medark_verb export' -l escrow -r -F -d 'certificate of a key for when the others are lost'
complete -c medark -n '__medark_verb export inspect recipients' -l recipient -r -F -d 'certificate of who can open it'
complete -c medark -n '__medark_verb export verify cosign checkpoint recipients' -l signer -r -F -d 'certificate of the signer'
complete -c medark -n '__medark_verb export verify cosign checkpoint recipients' -l signer-key -r -F -d 'private key of the signer'
complete -c medark -n '__medark_verb export verify cosign checkpoint recipients' -l signer-key-passphrase-file -r -F -d 'opens the key'
complete -c medark -n '__medark_verb verify' -l policy -r -F -d 'rules beside the anchors'
complete -c medark -n '__medark_verb verify' -l checkpoint -r -F -d 'what was there then'
complete -c medark -n '__medark_verb verify' -l report -r -F -d 'page of what was found'
complete -c medark -n '__medark_verb stamp' -l tsa -x -d 'time stamping authority'
complete -c medark -n '__medark_verb stamp' -l tsa-ca -r -F -d 'authorities for its https'
complete -c medark -n '__medark_verb stamp export' -l crl -r -F -d 'revocation lists'
complete -c medark -n "__medark_verb verify verify-proof stamp cosign checkpoint $opens" -l tsa-trust -r -F -d 'anchor of time stamps'
complete -c medark -n '__medark_verb export' -l previous -r -F -d 'the archive before this one'
complete -c medark -n '__medark_verb export' -l profile -x -a 'default fips pq-required' -d 'fips: only what FIPS 140-3 approves; pq-required: recipients against quantum computers'
complete -c medark -n '__medark_verb export' -l level -x -d 'compression, 1 to 22'
complete -c medark -n '__medark_verb export' -l memory -x -d 'memory to use, such as 512M'
complete -c medark -n '__medark_verb export' -l exclude -x -d 'what to leave out'
complete -c medark -n '__medark_verb export' -l expect-missing -x -d 'a type that a FHIR server does not give'
complete -c medark -n '__medark_verb export' -l since -x -a auto -d 'only what has changed since --previous'
complete -c medark -n '__medark_verb export' -l patients -r -d 'only the patients of a FHIR server whom a file lists'
complete -c medark -n '__medark_verb export' -l method -x -a 'auto bulk everything search page' -d 'how a FHIR server is asked'
complete -c medark -n '__medark_verb export' -l group -x -d 'only the patients of this Group of a FHIR server'
complete -c medark -n '__medark_verb export' -l auth -r -F -d 'how a FHIR server is shown who asks'
complete -c medark -n '__medark_verb export' -l report -r -F -d 'list of what was quarantined'

complete -c medark -n '__medark_second run' -f -a '(__medark_runs)' -d 'configuration'
complete -c medark -n '__medark_verb run' -l config -x -a '(__fish_complete_directories)' -d 'where NAME.conf stands'
complete -c medark -n '__medark_verb run' -l check -d 'only look'

complete -c medark -n '__medark_verb patients' -l limit -x -d 'at most so many patients'

complete -c medark -n '__medark_verb items' -l quarantined -d 'what was not understood, or skipped'
complete -c medark -n '__medark_verb items' -l limit -x -d 'at most so many rows'

complete -c medark -n '__medark_verb diff' -l old -r -F -d 'an archive before OLD'
complete -c medark -n '__medark_verb diff' -l new -r -F -d 'an archive before NEW'
complete -c medark -n '__medark_verb diff' -l list -r -F -d 'every difference, by patient'
complete -c medark -n '__medark_verb diff' -l report -r -F -d 'a page of the counts'
complete -c medark -n '__medark_verb diff' -l auth -r -F -d 'how a FHIR server is shown who asks'

complete -c medark -n '__medark_verb scope' -l since -x -d 'only what is dated then or later'
complete -c medark -n '__medark_verb scope' -l until -x -d 'only what is dated then or before'
complete -c medark -n '__medark_verb scope' -l type -x -d 'only this resource type'
complete -c medark -n '__medark_verb scope' -l list -r -F -d 'who is concerned'

complete -c medark -n '__medark_verb restore' -l to -x -a '(__fish_complete_directories)' -d 'folder to write, sqlite:FILE, or a FHIR server'
complete -c medark -n '__medark_verb restore' -l patient -x -d 'only this patient'
complete -c medark -n '__medark_verb restore' -l type -x -d 'only this resource type'
complete -c medark -n '__medark_verb restore' -l lang -x -a 'nl en' -d 'language of pages'
complete -c medark -n '__medark_verb restore' -l zip-passphrase -d 'ask for the passphrase of the ZIP file'
complete -c medark -n '__medark_verb restore' -l zip-passphrase-file -r -F -d 'read the passphrase of the ZIP file'
complete -c medark -n '__medark_verb restore' -l as-of -x -d 'only archives made then or before'
complete -c medark -n '__medark_verb restore' -l since -x -d 'only from this day on'
complete -c medark -n '__medark_verb restore' -l no-sync -d 'do not wait until the disk has it'
complete -c medark -n '__medark_verb restore' -l auth -r -F -d 'how a FHIR server is shown who asks'
complete -c medark -n '__medark_verb restore' -l today -d 'patients with an appointment today first'
complete -c medark -n '__medark_verb restore' -l dry-run -d 'show what would be done'
complete -c medark -n '__medark_verb restore' -l ids -x -a 'same prefix server' -d 'which ids records get'
complete -c medark -n '__medark_verb restore' -l id-prefix -x -d 'what stands in front of ids'
complete -c medark -n '__medark_verb restore' -l source-base -x -d 'where the records came from'
complete -c medark -n '__medark_verb restore' -l workers -x -d 'requests side by side'
complete -c medark -n '__medark_verb restore' -l journal -r -F -d 'what is there already'
complete -c medark -n '__medark_verb restore' -l rejected -r -F -d 'keep what the server does not take'
complete -c medark -n '__medark_verb restore drill' -l report -r -F -d 'what came of it'
complete -c medark -n '__medark_verb restore' -l no-read-back -d 'do not compare afterwards'
complete -c medark -n '__medark_verb restore drill' -l signer -r -F -d 'who signs the report'
complete -c medark -n '__medark_verb restore drill' -l signer-key -r -F -d 'the private key of the signer'
complete -c medark -n '__medark_verb restore drill' -l signer-key-passphrase-file -r -F -d 'opens the key'

complete -c medark -n '__medark_verb prove' -l patient -x -d 'all records of this patient'
complete -c medark -n '__medark_verb prove' -l record -x -d 'this record, TYPE/ID'

complete -c medark -n '__medark_verb drill' -l scratch -x -a '(__fish_complete_directories)' -d 'where the private folder is made'
complete -c medark -n '__medark_verb drill' -l charts -x -d 'so many charts'

complete -c medark -n '__medark_verb key' -l role -x -a 'signer recipient' -d 'what the key is for'
complete -c medark -n '__medark_verb key' -l name -x -d 'common name'
complete -c medark -n '__medark_verb key' -l threshold -x -d 'how many shares give the key'
complete -c medark -n '__medark_verb key' -l shares -x -d 'how many shares there are'
complete -c medark -n '__medark_verb key' -l key -r -F -d 'a private key that exists'
complete -c medark -n '__medark_verb key' -l recipient -r -F -d 'the certificate of --key'
complete -c medark -n '__medark_verb key' -l type -x -a 'p256 p384 rsa3072 ml-dsa-65 ml-dsa-87 ml-kem-768 ml-kem-1024' -d 'kind of key'

complete -c medark -n '__medark_verb account serve restore prove drill' -l state -x -a '(__fish_complete_directories)' -d 'folder of accounts and logs'
complete -c medark -n '__medark_verb account serve restore diff' -l state -x -a '(__fish_complete_directories)' -d 'folder of accounts and logs'
complete -c medark -n '__medark_verb account serve restore diff scope' -l state -x -a '(__fish_complete_directories)' -d 'folder of accounts and logs'
complete -c medark -n '__medark_verb account' -l role -x -a 'clinician desk auditor admin' -d 'what the account may do'
complete -c medark -n '__medark_verb account' -l shown -x -d 'what pages and the log call it'
complete -c medark -n '__medark_verb account' -l issuer -x -d 'what the app calls this place'
complete -c medark -n '__medark_verb account' -l off -d 'log-ins want no code any more'

complete -c medark -n '__medark_verb audit' -l patient -x -d 'only what was done with this patient'
complete -c medark -n '__medark_verb audit' -l account -x -d 'only what this account did'
complete -c medark -n '__medark_verb audit' -l from -x -d 'only from then on'
complete -c medark -n '__medark_verb audit' -l to -x -d 'only until then'
complete -c medark -n '__medark_verb audit' -l fhir -d 'AuditEvents of FHIR'

complete -c medark -n '__medark_verb serve restore prove drill' -l audit-log -x -a '(__fish_complete_directories)' -d 'folder of the audit log'
complete -c medark -n '__medark_verb serve restore prove drill' -l auditor -r -F -d 'certificate of who may read the log'
complete -c medark -n '__medark_verb serve restore diff' -l audit-log -x -a '(__fish_complete_directories)' -d 'folder of the audit log'
complete -c medark -n '__medark_verb serve restore diff' -l auditor -r -F -d 'certificate of who may read the log'
complete -c medark -n '__medark_verb serve restore diff scope' -l audit-log -x -a '(__fish_complete_directories)' -d 'folder of the audit log'
complete -c medark -n '__medark_verb serve restore diff scope' -l auditor -r -F -d 'certificate of who may read the log'
complete -c medark -n '__medark_verb serve' -l listen -x -d 'IP address and port'
complete -c medark -n '__medark_verb serve' -l allow-others -d 'let other machines reach it'
complete -c medark -n '__medark_verb serve' -l host -x -d 'name by which browsers may call it'
complete -c medark -n '__medark_verb serve' -l tls-cert -r -F -d 'certificate that browsers are shown'
complete -c medark -n '__medark_verb serve' -l tls-key -r -F -d 'its private key'
complete -c medark -n '__medark_verb serve' -l user -x -a '(__fish_complete_users)' -d 'who the network process becomes'
complete -c medark -n '__medark_verb serve' -l zone -r -F -d 'time zone of the provider'
complete -c medark -n '__medark_verb serve' -l threads -x -d 'requests at a time'
