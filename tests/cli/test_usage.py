# SPDX-License-Identifier: Apache-2.0
"""Mistakes on the command line: one sentence, the way on, exit code 2, nothing written."""

import json

from cli import Test, main

EXPORT = ["export", "src", "--signer", "s.pem", "--signer-key", "k.pem", "--out", "o.medark"]
OPEN = ["--identity", "k.pem", "--trust", "t.pem"]


class Usage(Test):
    def refuse_all(self, cases):
        for args, error in cases:
            with self.subTest(args):
                verb = args[0] if not args[0].startswith("-") else ""
                known = verb in ("export", "verify", "inspect", "patients", "restore", "key",
                                 "version")
                self.refuse(2, *args, error=error,
                            hint="see: medark help" + (" " + verb if known else ""))

    def test_an_unknown_verb_is_answered_with_the_nearest_one(self):
        self.refuse_all([
            (["exprot"], "cannot run 'exprot': there is no such verb; did you mean 'export'?"),
            (["verfy"], "cannot run 'verfy': there is no such verb; did you mean 'verify'?"),
            (["patient"], "cannot run 'patient': there is no such verb; did you mean 'patients'?"),
            (["xyzzy"], "cannot run 'xyzzy': there is no such verb"),
            (["help", "exprot"],
             "cannot run 'exprot': there is no such verb; did you mean 'export'?"),
            (["key", "nwe"], "cannot run 'key nwe': it is unknown; did you mean 'key new'?"),
            (["key"], "cannot run key: it needs a second word: new, split or join"),
            (["--json"], "cannot use the option '--json' here: the verb comes first, as in medark "
             "VERB [options]"),
        ])

    def test_an_unknown_option_is_answered_with_the_nearest_one(self):
        self.refuse_all([
            (["export", "--recipent", "x"],
             "cannot use the option '--recipent' with export: did you mean '--recipient'?"),
            (["verify", "--turst=x"],
             "cannot use the option '--turst' with verify: did you mean '--trust'?"),
            (["inspect", "--identity", "x"],
             "cannot use the option '--identity' with inspect: it is unknown"),
            (["verify", "-x"], "cannot use the option '-x' with verify: it is unknown"),
            (["verify", "--json=yes"], "cannot use a value with --json: it takes none"),
            (["verify", "--trust"], "cannot use --trust: its value, CERT, is missing"),
        ])

    def test_a_secret_behind_an_unknown_option_is_not_repeated(self):
        result = self.refuse(2, "export", "--pasphrase-txt=geheim123")
        self.assertNotIn("geheim", result.err)

    def test_values_must_have_their_form(self):
        self.refuse_all([
            (EXPORT + ["--level", "0"], "cannot use '0' for --level: it must be 1 to 22"),
            (EXPORT + ["--level", "23"], "cannot use '23' for --level: it must be 1 to 22"),
            (EXPORT + ["--level", "-1"], "cannot use '-1' for --level: it is not a number"),
            (EXPORT + ["--threads", "two"], "cannot use 'two' for --threads: it is not a number"),
            (EXPORT + ["--threads", "99999999999999999999"],
             "cannot use '99999999999999999999' for --threads: it is not a number"),
            (EXPORT + ["--memory", "1T"],
             "cannot use '1T' for --memory: it is not a size such as 512M or 2G"),
            (EXPORT + ["--memory", "191M"],
             "cannot use '191M' for --memory: it must be 192M to 16384G"),
            (EXPORT + ["--out", "other"], "cannot use --out: it is given twice"),
            (["verify", "a", "--trust", ""], "cannot use --trust: its value is empty"),
            (["verify", "", "--trust", "t.pem"], "cannot run verify: an argument is empty"),
            (["key", "new", "--role", "boss", "--name", "a", "--out", "b"],
             "cannot use 'boss' for --role: it must be signer or recipient"),
            (["key", "new", "--role", "signer", "--name", "a", "--out", "b", "--type", "rsa"],
             "cannot use 'rsa' for --type: it must be p256, p384, rsa3072, ml-dsa-65, ml-dsa-87, ml-kem-768 or "
             "ml-kem-1024"),
            (["key", "new", "--role", "signer", "--name", "a" * 65, "--out", "b"],
             "cannot make the key 'b': a common name has 1 to 64 characters"),
            (["key", "new", "--role", "signer", "--name", "", "--out", "b"],
             "cannot use --name: its value is empty"),
            (EXPORT + ["--threads", "65"], "cannot use '65' for --threads: it must be 1 to 64"),
            (["verify", "a", "--trust", "t.pem", "--threads", "65"],
             "cannot use '65' for --threads: it must be 1 to 64"),
            (["restore", "a", *OPEN, "--to", "d", "--patient", "1", "--since", "2023-02-29"],
             "cannot use '2023-02-29' for --since: it must be a date, YYYY-MM-DD or "
             "DD-MM-YYYY"),
            (["restore", "a", *OPEN, "--to", "d", "--patient", "1", "--type", "A,,B"],
             "cannot use --type: a value is empty"),
        ])

    def test_what_a_verb_cannot_do_without_is_named(self):
        self.refuse_all([
            (["export"], "cannot export: a source, --recipient CERT (or --passphrase), --signer "
             "CERT, --signer-key KEY and --out FILE are missing"),
            (["export", "src", "--recipient", "r", "--signer", "s"],
             "cannot export: --signer-key KEY and --out FILE are missing"),
            (["export", "src", "--passphrase", "--signer", "s", "--signer-key", "k"],
             "cannot export: --out FILE is missing"),
            (EXPORT, "cannot export: --recipient CERT (or --passphrase) is missing"),
            (EXPORT + ["--recipient", "r", "--trust", "t"],
             "cannot export: --trust is for --previous, which is missing"),
            (EXPORT + ["--recipient", "r", "--previous", "o.medark", "--force"],
             "cannot export: --out would replace the archive of --previous"),
            (["verify", "--trust", "t.pem"], "cannot verify: an archive is missing"),
            (["verify"], "cannot verify: an archive and --trust CERT (or MEDARK_TRUST) are "
             "missing"),
            (["verify", "a"], "cannot verify: --trust CERT (or MEDARK_TRUST) is missing"),
            (["inspect"], "cannot inspect: an archive is missing"),
            (["inspect", "a", "b"], "cannot inspect: exactly one archive is needed, 2 are named"),
            (["patients", *OPEN], "cannot list patients: an archive is missing"),
            (["patients", "a", "--identity", "k.pem"],
             "cannot list patients: --trust CERT (or MEDARK_TRUST) is missing"),
            (["patients", "a", "--trust", "t.pem"],
             "cannot list patients: --identity KEY (or MEDARK_IDENTITY, or --passphrase) is "
             "missing"),
            (["restore", "a", "--to", "d", "--trust", "t.pem"],
             "cannot restore: --identity KEY (or MEDARK_IDENTITY, or --passphrase) is missing"),
            (["restore", "a"],
             "cannot restore: --identity KEY (or MEDARK_IDENTITY, or --passphrase), --trust CERT "
             "(or MEDARK_TRUST) and --to TARGET are missing"),
            (["restore", "a", *OPEN], "cannot restore: --to TARGET is missing"),
            (["restore", "a", *OPEN, "--to", "d", "--type", "Patient"],
             "cannot use --type without --patient: a whole archive is restored byte for byte"),
            (["key", "new", "--name", "a", "--out", "b"],
             "cannot make a key: --role signer|recipient is missing"),
            (["key", "new"], "cannot make a key: --role signer|recipient, --name CN and --out "
             "PREFIX are missing"),
        ])

    def test_an_archive_is_not_read_from_standard_input(self):
        sentence = ("cannot read an archive from standard input: reading begins at its end, so it "
                    "must be a file (for a file of this name: ./-)")
        self.refuse_all([(["verify", "a", "-", "--trust", "t.pem"], sentence),
                         (["inspect", "-"], sentence), (["patients", "-", *OPEN], sentence),
                         (["restore", "-", *OPEN, "--to", "d"], sentence)])

    def test_an_empty_variable_stands_in_for_nothing(self):
        self.refuse(2, "verify", "a", env={"MEDARK_TRUST": ""})

    def test_urls_are_refused_without_repeating_what_may_be_a_secret(self):
        why = "not supported by this version, only {} are (write ./ in front of a name with a colon)"
        sources = why.format("files, folders and fhir+https://...")
        targets = why.format("folders, bundle:DIR, csv:DIR, html:DIR, html:FILE.zip, sqlite:FILE, bagit:DIR and fhir+https://...")
        self.refuse(2, "export", "https://user:geheim@host/x", "--signer", "s", "--signer-key", "k", "--out", "o",
                    "--recipient", "r", error="cannot use a source of the kind 'https:': a FHIR server is written "
                    "fhir+https://HOST/PATH")
        for place in ["fhir+ftp://host/fhir", "s3:bucket"]:
            kind = place.split(":")[0]
            with self.subTest(place):
                self.refuse(2, "export", place, "--signer", "s", "--signer-key", "k", "--out", "o",
                            "--recipient", "r",
                            error=f"cannot use a source of the kind '{kind}:': {sources}")
        for place in ["s3:bucket", "fhir+ftp://host/fhir"]:
            kind = place.split(":")[0]
            with self.subTest(place):
                self.refuse(2, "restore", "a", *OPEN, "--to", place,
                            error=f"cannot use a target of the kind '{kind}:': {targets}")

    def test_standard_input_is_read_by_one_reader_only(self):
        self.refuse(2, "export", "-", "-", *EXPORT[2:], "--recipient", "r")
        self.refuse(2, "export", "-", *EXPORT[2:], "--passphrase-fd", "0",
                    error="cannot export: standard input can be read only once")

    def test_with_json_a_mistake_is_an_object_too(self):
        for args in [["exprot", "--json"], ["verify", "a", "--json"], ["export", "--json", "-x"]]:
            with self.subTest(args):
                result = self.refuse(2, *args)
                error = json.loads(result.out)
                self.assertEqual(error["message_type"], "error")
                self.assertEqual(error["exit_code"], 2)
                self.assertEqual("medark: " + error["message"], result.err.splitlines()[0])
                self.assertRegex(error["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")

    def test_hostile_words_cannot_steer_the_terminal(self):
        result = self.refuse(2, "\x1b[31mred\u202e")
        self.assertNotIn("\x1b", result.err)
        self.assertIn(r"\x1B[31mred\u202E", result.err)


if __name__ == "__main__":
    main()
