# SPDX-License-Identifier: Apache-2.0
"""medark account."""

import json
import os
import stat

from cli import Test, main, on_terminal

SECRET = "correct horse battery"


class Account(Test):
    def setUp(self):
        super().setUp()
        self.write("secret", SECRET + "\n", 0o600)

    def account(self, *args, **options):
        return self.succeed("account", *args, "--state", "state", **options)

    def add(self, name, *more):
        return self.account("add", name, "--role", "clinician", "--passphrase-file", "secret", *more)

    def rows(self):
        return [row for row in self.account("list", "--json").json()
                if row["message_type"] == "account"]

    def test_an_account_is_made_changed_and_taken_away(self):
        self.assertEqual(self.add("jansen", "--shown", "Dr J\u00e4nsen").out,
                         "account 'jansen' was made\n")
        mode = os.stat(self.path("state", "accounts.json")).st_mode
        self.assertEqual(stat.S_IMODE(mode), 0o600)
        self.assertEqual(stat.S_IMODE(os.stat(self.path("state")).st_mode), 0o700)
        self.assertEqual(self.rows(), [{
            "message_type": "account", "name": "jansen", "shown": "Dr J\u00e4nsen",
            "roles": ["clinician"], "totp": False, "disabled": False}])
        self.account("roles", "jansen", "--role", "admin,auditor", "--role", "desk")
        self.account("disable", "jansen")
        row, = self.rows()
        self.assertEqual((row["roles"], row["disabled"]), (["desk", "auditor", "admin"], True))
        self.assertIn("disabled", self.account("list").out)
        self.account("enable", "jansen")
        row, = self.rows()
        self.assertFalse(row["disabled"])
        summary, = self.account("remove", "jansen", "--json").json()
        self.assertEqual((summary["change"], summary["account"]), ("remove", "jansen"))
        self.assertEqual(self.rows(), [])
        self.assertEqual(self.account("list").out, "0 accounts\n")

    def test_the_password_stands_nowhere(self):
        self.add("jansen")
        before = self.files()["state/accounts.json"]
        self.assertNotIn(SECRET.encode(), before)
        result = self.account("passwd", "jansen", "--passphrase-command", "echo another password")
        self.assertNotIn("another", result.out + result.err)
        after = self.files()["state/accounts.json"]
        self.assertNotEqual(before, after)
        salt = [json.loads(text)["accounts"][0]["scrypt"]["salt"] for text in (before, after)]
        self.assertNotEqual(*salt)

    def test_it_is_asked_for_twice_on_a_terminal(self):
        args = ["account", "add", "jansen", "--state", "state", "--role", "desk"]
        result = on_terminal(args, [("New password of 'jansen'", SECRET + "\n"),
                                    ("The same again", SECRET + "\n")], cwd=self.folder)
        self.assertEqual(result.code, 0, result.out)
        self.assertNotIn(SECRET, result.out)
        result = on_terminal(["account", "passwd", "jansen", "--state", "state"],
                             [("New password of 'jansen'", SECRET + "\n"),
                              ("The same again", "something else\n")], cwd=self.folder)
        self.assertEqual(result.code, 1, result.out)
        self.assertIn("the two are not the same", result.out)

    def test_the_variable_of_archives_is_no_password(self):
        result = self.run_medark("account", "add", "a", "--state", "state", "--role", "desk",
                                 env={"MEDARK_PASSPHRASE_FILE": "secret"}, start_new_session=True)
        self.assertEqual(result.code, 1)
        self.assertIn("there is no terminal", result.err)

    def test_codes_of_an_app_are_switched_on_and_off(self):
        self.add("jansen")
        uri = self.account("totp", "jansen", "--issuer", "Clinic A", "--quiet").out
        self.assertRegex(uri, r"^otpauth://totp/Clinic%20A:jansen\?secret=[A-Z2-7]{32}"
                              r"&issuer=Clinic%20A\n$")
        self.assertTrue(self.rows()[0]["totp"])
        summary, = self.account("totp", "jansen", "--json").json()
        self.assertTrue(summary["uri"].startswith("otpauth://totp/medark:jansen?secret="))
        self.account("totp", "jansen", "--off")
        self.assertFalse(self.rows()[0]["totp"])

    def test_mistakes_leave_nothing(self):
        state = ["--state", "state"]
        add = ["account", "add", "jansen", *state, "--role", "clinician"]
        for args, error in [
            (["account"], "cannot run account: it needs a second word: list, add, passwd, roles, "
             "totp, disable, enable or remove"),
            (["account", "ad"], "cannot run 'account ad': it is unknown; did you mean 'account "
             "add'?"),
            (["account", "add"], "cannot change accounts: a name and --role ROLE are missing"),
            (["account", "list", "jansen", *state],
             "cannot change accounts: 'jansen' is one word too many"),
            (["account", "remove", "a", *state, "--role", "desk"],
             "cannot use --role with account remove"),
            (["account", "totp", "a", *state, "--off", "--issuer", "x"],
             "cannot use --issuer with --off"),
            (["account", "add", "a", *state, "--role", "boss"], "cannot use 'boss' for --role: it "
             "must be clinician, desk, auditor or admin"),
            (["account", "add", "a" * 65, *state, "--role", "desk"],
             "cannot use this name: it has more than 64 characters"),
            ([*add, "--passphrase-command", "echo short"],
             "cannot change the account 'jansen': a password has 12 characters at least"),
        ]:
            with self.subTest(args):
                self.refuse(2, *args, error=error, hint="see: medark help account")
        self.refuse(1, "account", "list", *state,
                    error="cannot list accounts: there is no folder 'state'",
                    hint="medark account add makes it with the first account")
        self.add("jansen")
        self.refuse(1, *add, "--passphrase-file", "secret",
                    error="cannot change the account: there is an account 'jansen' already",
                    hint="choose another name, or change it: account passwd, account roles")
        self.refuse(1, "account", "disable", "bakker", *state,
                    error="cannot change the account: there is no account 'bakker'",
                    hint="medark account list shows those that there are")

    def test_what_others_can_reach_or_is_malformed_is_refused(self):
        self.add("jansen")
        os.chmod(self.path("state"), 0o755)
        self.refuse(1, "account", "list", "--state", "state", error="cannot list accounts: others "
                    "have a right on 'state': chmod 700 takes it away")
        os.chmod(self.path("state"), 0o700)
        self.write("state/accounts.json", "{}", 0o600)
        self.refuse(3, "account", "list", "--state", "state", error="cannot list accounts: "
                    "'state/accounts.json': the file of accounts: 'version' is missing")


if __name__ == "__main__":
    main()
