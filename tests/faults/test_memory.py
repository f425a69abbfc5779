# SPDX-License-Identifier: Apache-2.0
"""No memory at any point: one sentence, exit code 1, nothing left, and never a false accusation."""

import json

from faults import FaultTest, errno, main, patient

VERBS = ("export", "verify", "patients", "items", "restore", "chart", "database", "pages")
# libarchive ends the program where it has no memory to write with: code 1, and a sentence of its own.
OF_OURS = (*VERBS, "sealed")
OWN, ALL = 250, 60
# 3: jansson can lose a value without a word, which then looks malformed. 99: OpenSSL fell (shim.c).
LIBRARY = (1, 3, 99)


class Memory(FaultTest):
    def setUp(self):
        """Somebody is admitted in each of two wards, and a letter of one is a file."""
        super().setUp()
        who = [{"reference": f"Patient/p{n}"} for n in (1, 2)]
        rows = [{"resourceType": "Encounter", "id": f"e{n}", "status": "in-progress", "class": {"code": "IMP"}, "subject": who[n],
                 "location": [{"location": {"display": f"Ward {n}"}}]} for n in (0, 1)]
        rows += [{"resourceType": "DocumentReference", "id": "d", "status": "current", "subject": who[0],
                  "content": [{"attachment": {"url": "letter.txt"}}]}]
        self.write("ward/Patient.ndjson", "".join(patient(i) + "\n" for i in range(3)))
        self.write("ward/more.ndjson", "".join(json.dumps(row) + "\n" for row in rows))
        self.write("ward/letter.txt", b"a file")
        self.succeed(*self.export("ward", "ward.medark"))

    def test_each_allocation_of_the_program_fails_once(self):
        for verb in OF_OURS:
            self.assertGreater(self.fail_each(verb, "own", OWN, (errno.ENOMEM,)), 10)

    def test_some_allocations_of_what_counts_fail(self):
        for verb in ("diff", "scope"):
            self.assertGreater(self.fail_each(verb, "own", ALL, (errno.ENOMEM,)), 10)

    def test_allocations_of_the_libraries_fail(self):
        for verb in VERBS:
            tried = self.fail_each(verb, "alloc", ALL, (errno.ENOMEM,), LIBRARY)
            self.assertGreater(tried, 10)

    def test_memory_runs_out_and_stays_out(self):
        """A folder cannot be emptied without memory: the hidden one may stay, for the next run."""
        self.may_stay = ("back.medark-partial",)
        for verb in VERBS:
            self.fail_each(verb, "alloc", ALL, (errno.ENOMEM,), LIBRARY, rest=1)

    def test_no_thread_can_be_started(self):
        for verb in VERBS:
            self.fail_each(verb, "thread", 10, (errno.EAGAIN,))
            self.fail_each(verb, "thread", 2, (errno.EAGAIN,), rest=1)


if __name__ == "__main__":
    main()
