"""Blocks in which a promise once did not hold keep every promise.

What each found has a test of its own beside the code that was mended: a block is another world once
the mixes draw something else.
"""

from __future__ import annotations

import pytest

from tests.simulation.invariants import violations
from tests.simulation.run import run_block

FOUND = [
    ("n1/185", "standard"),
    ("n2/216", "standard"),
    ("n2/238", "standard"),
    ("6125eb55/39", "standard"),
    ("6125eb55/52", "standard"),
    ("r1/154", "standard"),
    ("s1/102", "standard"),
    ("s1/120", "standard"),
    ("s1/163", "standard"),
    ("v2/70", "standard"),
    ("c2/19", "standard"),
    ("th5/4", "standard"),
    ("w1/10", "standard"),
    ("w2/4", "standard"),
    ("p1/4", "standard"),
    ("v2/8", "standard"),
    ("A1/163", "standard"),
    ("A1/211", "standard"),
    ("A2/181", "standard"),
    ("sup1/2", "standard"),
    ("C2/35", "standard"),
    ("sp1/9", "standard"),
    ("63a22772/39", "standard"),
    ("i1/7", "heavy"),
    ("s2/27", "heavy"),
    ("2147945a/1", "heavy"),
    ("eb139276/0", "heavy"),
    ("lf/2", "heavy"),
]


@pytest.mark.parametrize(("block", "mix"), FOUND, ids=[block for block, _ in FOUND])
def test_a_block_that_once_broke_a_promise_keeps_every_one(block: str, mix: str) -> None:
    world = run_block(block, mix)

    assert violations(world) == []
    assert len(world.table.receipts) > 1
