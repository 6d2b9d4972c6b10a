"""The processes that a test's own process has begun, to show that none is left."""

from __future__ import annotations

import os

from localcloud.processes import process_tree
from tests.acceptance.running import parent_of


def begun_processes() -> set[int]:
    """Return the ids of this process's living children.

    Their own children come and go while a system runs that other tests use; with its parent gone
    none of them is found here in any case.
    """
    own = os.getpid()
    return {each for each in process_tree(own) if parent_of(each) == own}
