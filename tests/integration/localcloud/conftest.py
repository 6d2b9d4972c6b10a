"""One running sample stack for all tests of this folder, and patience for what is not instant."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from localcloud.guard import refusals_noted
from localcloud.stack import RunningStack, bring_up
from localcloud.state_folder import StateFolder
from tests import patience

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TEMPLATE = Path(__file__).parent / "sample" / "template.yaml"


@pytest.fixture(scope="session")
def template() -> Path:
    return TEMPLATE


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    said: list[str] = []
    folder = tmp_path_factory.mktemp("cloud")
    starting = bring_up(
        TEMPLATE,
        folder=StateFolder(folder / "state"),
        parameters={"Greeting": "good day"},
        progress=said.append,
    )
    with ExitStack() as stack:
        # One of its functions tries to reach another machine: nobody else's run may hear of it.
        with refusals_noted(folder / "refused"):
            running = stack.enter_context(starting)
        yield running


@pytest.fixture(scope="session")
def eventually() -> Callable[..., Any]:
    """Return a function that asks until the answer is truthy."""
    return patience.eventually
