#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The lines of README.txt that check RECOVER.sh before it runs: taken out of it as they stand, they
# recover an archive, and notice one whose RECOVER.sh was replaced before that script runs.
. "$(dirname "$0")/common.sh"
top=$here/../..

# The same lines stand outside of every archive.
texts=$top/lib/archive/texts
indented() { sed -n 's/^    //p'; }
sed -n '/^Without medark/,/^Years/p' "$texts/README.txt" | indented >lines
[ "$(wc -l <lines)" -eq 6 ] || fail "README.txt's lines were not found"
sed -n '/^#	tar/,/^#	sh /s/^#	//p' "$texts/RECOVER.sh" >lines.script
sed -n '/^    tar/,/^    sh /p' "$top/README.md" | indented >lines.readme
sed -n '/^tar/,/^sh /p' "$top/docs/man/medark-restore.1" | sed "s/\\\\e/\\\\/g; s/\\\\(aq/'/g" >lines.man
for other in script readme man; do
	diff lines lines.$other || fail "the lines in the $other differ from README.txt's"
done

pair signer P-256
pair p256 P-256
pair forger P-256
SCRYPT_N=16384 stock a.medark source signer.cert.pem signer.key.pem passphrase p256.cert.pem

# try CODE WHAT: runs the lines beside a file of each name that they use.
try() {
	rm -rf try
	mkdir try
	cp changed.medark try/ARCHIVE
	cp p256.key.pem try/KEY.pem
	cp "${trust:-signer.cert.pem}" try/TRUST.pem
	cp lines try
	code=0
	(cd try && sh lines) >said 2>&1 || code=$?
	case $1 in 0) [ $code -eq 0 ] ;; *) [ $code -ne 0 ] ;; esac || {
		cat said
		fail "$2: exit code $code"
	}
}
cp a.medark changed.medark
touch -d '1970-01-01T00:00:01Z' source/letters/empty.txt
try 0 "the archive as it is"
diff -r source try/NEW-FOLDER || fail "not the source"

# noticed WHAT: packs the folder "changed"; its script must not have run.
mkdir unpacked
tar -xf a.medark -C unpacked
cat >evil.sh <<'END'
#!/bin/sh
cp "$2" stolen
END
noticed() {
	(cd changed && find . -type f | sed 's:^\./::') >names
	tar -cf changed.medark -C changed -T names
	try 1 "$1"
	[ ! -e try/stolen ] || fail "$1: the script has run"
	[ ! -e try/NEW-FOLDER ] || fail "$1: something was released"
	rm -rf changed
	cp -r unpacked changed
	cp evil.sh changed/RECOVER.sh
}
cp -r unpacked changed
cp evil.sh changed/RECOVER.sh
noticed "a replaced script"
sed -i "s/^.*  RECOVER.sh/$(sha256sum <evil.sh | cut -c1-64)  RECOVER.sh/" changed/MANIFEST
noticed "a replaced script and manifest"
sed -i "s/^.*  RECOVER.sh/$(sha256sum <evil.sh | cut -c1-64)  RECOVER.sh/" changed/MANIFEST
openssl cms -sign -cades -binary -md sha256 -in changed/MANIFEST -signer forger.cert.pem \
	-inkey forger.key.pem -outform DER -out changed/MANIFEST.p7s
noticed "a replaced script, signed by somebody else"

# The same authority's web server does not speak for the clinic.
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout web.key.pem -out web.csr \
	-subj /CN=web 2>/dev/null
echo extendedKeyUsage=serverAuth >web.ext
openssl x509 -req -in web.csr -CA signer.cert.pem -CAkey signer.key.pem -CAcreateserial -days 10 \
	-extfile web.ext -out web.cert.pem 2>/dev/null
sed -i "s/^.*  RECOVER.sh/$(sha256sum <evil.sh | cut -c1-64)  RECOVER.sh/" changed/MANIFEST
openssl cms -sign -cades -binary -md sha256 -in changed/MANIFEST -signer web.cert.pem \
	-inkey web.key.pem -outform DER -out changed/MANIFEST.p7s
noticed "a replaced script, signed by a web server"

# Years later: with -no_check_time, as README.txt says.
$python - <<'END'
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from datetime import datetime
key = serialization.load_pem_private_key(open("signer.key.pem", "rb").read(), None)
name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "of long ago")])
cert = (x509.CertificateBuilder().subject_name(name).issuer_name(name).serial_number(1)
        .public_key(key.public_key()).not_valid_before(datetime(2001, 1, 1))
        .not_valid_after(datetime(2003, 1, 1)).sign(key, hashes.SHA256()))
open("old.cert.pem", "wb").write(cert.public_bytes(serialization.Encoding.PEM))
END
SCRYPT_N=16384 stock changed.medark source old.cert.pem signer.key.pem passphrase p256.cert.pem
trust=old.cert.pem
try 1 "a certificate that has expired"
sed -i 's/ -partial_chain/ -no_check_time&/' lines
try 0 "a certificate that has expired, with -no_check_time"
grep -q 'a certificate is not valid today' said || fail "it does not say what that proves"
diff -r source try/NEW-FOLDER || fail "not the source"
echo passed
