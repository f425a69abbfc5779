# SPDX-License-Identifier: Apache-2.0
"""No memory at any point: one sentence, exit code 1, nothing left, and never a false accusation."""

from faults import FaultTest, errno, main

VERBS = ("export", "verify", "patients", "restore", "chart")
OWN, ALL = 250, 60


class Memory(FaultTest):
    def test_each_allocation_of_the_program_fails_once(self):
        for verb in VERBS:
            self.assertGreater(self.fail_each(verb, "own", OWN, (errno.ENOMEM,)), 10)

    def test_allocations_of_the_libraries_fail(self):
        for verb in VERBS:
            self.assertGreater(self.fail_each(verb, "alloc", ALL, (errno.ENOMEM,)), 10)

    def test_memory_runs_out_and_stays_out(self):
        for verb in VERBS:
            self.fail_each(verb, "alloc", ALL, (errno.ENOMEM,), rest=1)

    def test_no_thread_can_be_started(self):
        for verb in VERBS:
            self.fail_each(verb, "thread", 10, (errno.EAGAIN,))
            self.fail_each(verb, "thread", 2, (errno.EAGAIN,), rest=1)


if __name__ == "__main__":
    main()
