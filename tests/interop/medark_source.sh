# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# More for the source folder, for tests in which medark reads it: kinds of files that the stock
# writer knows nothing of. Sourced behind common.sh, in the temporary folder.

# RECOVER.sh keeps whole seconds only before 1970.
touch -d '1970-01-01T00:00:01Z' source/letters/empty.txt
mkdir source/bundles
cat >source/bundles/one.json <<'END'
{
  "resourceType": "Bundle", "type": "collection",
  "entry": [
    { "resource": { "resourceType": "Observation", "id": "b1", "status": "final",
        "code": { "text": "Bundle" }, "subject": { "reference": "Patient/p9" } } },
    { "resource": { "resourceType": "Patient", "id": "p9", "birthDate": "1955",
        "name": [ { "family": "O'Neill-de Wit", "given": [ "Zo\u00eb" ] } ] } }
  ]
}
END
cat >source/bundles/condition.xml <<'END'
<?xml version="1.0" encoding="UTF-8"?>
<Condition xmlns="http://hl7.org/fhir"><id value="x1"/>
<subject><reference value="Patient/p9"/></subject></Condition>
END
{
	printf '{"resourceType":"Observation","id":"big","status":"final","code":{"text":"'
	head -c 9000000 /dev/zero | tr '\0' 'g'
	printf '"},"subject":{"reference":"Patient/p9"}}\r\n'
} >source/big.ndjson
mkdir -p "source/odd names"
: >"source/odd names/back\\slash"
printf x >"source/odd names/-leading dash"
printf x >"source/odd names/quote's \"two\" \$(id) *"
touch -d '2026-01-01T00:00:00Z' "source/odd names" source/bundles
