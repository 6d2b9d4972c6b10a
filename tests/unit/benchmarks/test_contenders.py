"""The benchmarks measure what they say: equal work, and copies that really settle."""

from __future__ import annotations

import json

from benchmarks.copying import CopyPath
from benchmarks.deciding import deciding_rows
from benchmarks.samples import SECRET, entry
from benchmarks.signing import our_body, sdk_body


def test_every_copy_that_is_timed_settles() -> None:
    path = CopyPath(follows=3)

    for _ in range(5):
        path.copy()
        path.wait()

    assert path.settled() == 15


def test_both_signers_write_the_same_order() -> None:
    ours, theirs = our_body(entry(), SECRET), sdk_body(entry(), SECRET)

    assert json.loads(ours) == json.loads(theirs)


def test_the_situations_decide_as_meant() -> None:
    (row,) = deciding_rows(rounds=1)

    assert row.timings.n == 1
