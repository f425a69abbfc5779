# SPDX-License-Identifier: Apache-2.0
"""Restores into servers that mix up records, or say that they did: nobody else's record is to suffer."""

from live import main
from test_restore import RestoreTest, clinic, resource


class Strangers(RestoreTest):
    """Servers that mix up records: nobody's record may be written over, nor lead into another chart."""

    STRANGER = {"resourceType": "Patient", "id": "stranger", "name": [{"family": "Stranger"}], "meta": {"versionId": "1"}}

    def has_stranger(self, server):
        server.store["Patient/stranger"] = dict(self.STRANGER)
        return server

    def refuse_it(self, server, error, *more):
        result = self.run_medark(*self.command(server, *more, archive="b.medark"))
        self.assertEqual(result.code, 1, result.err)
        self.assertIn(error, result.err)
        self.assertEqual(server.store.get("Patient/stranger", self.STRANGER), self.STRANGER)

    def test_tags_that_are_not_looked_at(self):
        """A server that takes no notice of _tag finds whatever it has of a type: then it is not asked."""
        server = self.has_stranger(self.target(ids="none"))
        server.store["Basic/mine"] = {"resourceType": "Basic", "id": "mine", "code": {"text": "somebody's"}}
        server.finds = lambda kind, _: next((n for n in server.store if n.startswith(kind + "/")), None)
        self.archive(clinic())
        result = self.restore(server, archive="b.medark")
        self.assertEqual((result["restored"], result["different"], result["gone"]), (18, 0, 0))
        self.assertEqual(len(server.store), 20)
        self.assertEqual(server.store["Patient/stranger"], self.STRANGER)
        self.assertEqual(server.store["Basic/mine"]["code"], {"text": "somebody's"})
        self.resolves(server, but=["urn:medark:not-restored:Practitioner/nobody"])

    def test_tags_in_other_letters(self):
        self.archive([*clinic(), resource("Patient", "PAT1", name=[{"family": "Other"}])])
        server = self.target(ids="none")
        loose = lambda text: {f"{value}\0{kind}".lower(): name for (value, kind), name in server.tags.items()}.get(text.lower())
        server.finds = lambda kind, value: next((n for n in [loose(f"{value}\0{kind}")] if n in server.store), None)
        result = self.restore(server, code=6, archive="b.medark")
        self.assertEqual((result["restored"], result["rejected"], result["different"]), (18, 1, 0))
        self.assertEqual(result["reasons"], [{"reason": "rejected: status 200, tag-of-another", "count": 1}])
        self.assertEqual(len(server.store), 18)

    def test_a_record_that_is_found_without_its_tag(self):
        self.archive(clinic())
        server = self.has_stranger(self.target(ids="none"))
        server.finds = lambda kind, value: "Patient/stranger" if kind == "Patient" and "pat2" in value else (
            n if (n := server.tags.get((value, kind))) in server.store else None)
        self.refuse_it(server, "finds records by a tag that they do not have: nothing more was sent")
        server = self.has_stranger(self.target(ids="none", transactions=False))
        server.finds = lambda kind, value: "Patient/stranger" if kind == "Patient" and "pat2" in value else (
            n if (n := server.tags.get((value, kind))) in server.store else None)
        result = self.restore(server, "--journal", "j", code=6, archive="b.medark")
        self.assertEqual(result["rejected"], 1)
        self.assertEqual(server.store["Patient/stranger"], self.STRANGER)

    def test_what_is_changed_meanwhile_is_not_written_over(self):
        """Found, looked at, changed by somebody, and then? It is another version."""
        self.archive(clinic())
        server = self.target(ids="none")
        self.restore(server, "--journal", "j1", archive="b.medark")
        changed = []

        def meddle(request):
            kind = request.where.path.split("/")[-2]
            if request.command == "PUT" and kind == "Practitioner" and not changed:
                name = request.where.path[len("/fhir/"):]
                changed.append(name)
                with server.guard:
                    server.keep(name, {**server.store[name], "name": [{"family": "Changed"}]}, name.split("/")[1])
            return False

        server.meddle = meddle
        result = self.restore(server, "--journal", "j2", code=6, archive="b.medark")
        self.assertEqual(result["reasons"], [{"reason": "rejected: status 412, conflict", "count": 1}])
        self.assertEqual(server.store[changed[0]]["name"], [{"family": "Changed"}])

    def test_answers_in_another_order(self):
        self.archive(clinic())
        server = self.has_stranger(self.target(ids="none"))
        server.turns = True
        self.refuse_it(server, "answers to a transaction with resources of other types than were sent")

    def test_two_records_that_are_said_to_be_one(self):
        self.archive([resource("Patient", "a"), resource("Patient", "b")])
        server = self.has_stranger(self.target(ids="none", transactions=False))
        server.claims = lambda name: "Patient/stranger" if name.startswith("Patient/") else name
        self.refuse_it(server, "says that two records of the archive have become one resource")

    def test_a_create_that_says_another_type(self):
        self.archive([resource("Patient", "a")])
        server = self.target(ids="none", transactions=False)
        server.claims = lambda name: name.replace("Patient/", "Observation/")
        self.refuse_it(server, "has made a record, and does not say its id")

    def test_a_probe_deletes_nothing_but_canaries(self):
        """Wherever the server says that its canary is."""
        self.archive([resource("Patient", "a")])
        server = self.target(ids="none")
        server.store["Basic/mine"] = {"resourceType": "Basic", "id": "mine", "code": {"text": "somebody's"}}
        server.claims = lambda name: "Basic/mine" if name.startswith("Basic/") else name
        result = self.succeed(*self.command(server, archive="b.medark"))
        self.assertIn("Basic/mine", server.store)
        self.assertIn("probe", result.err)


if __name__ == "__main__":
    main()
