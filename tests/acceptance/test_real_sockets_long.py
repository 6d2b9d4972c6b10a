"""Longer runs in which things break: outages that make dead letters, faults and kills all the way.

They take minutes, and so belong to `make prove`.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from cli.app import main
from tests.acceptance import breaking
from tests.acceptance.judged_run import CLEAN, JudgedRun, judged_run
from tests.permissions.cast import follows_in_two_shards

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.integration

SEED = 20_261_121
TRADES = 80
STEP = 4
POISONED, UNHEARD, SILENT = 8, 16, 64
MOMENTS = (POISONED, UNHEARD, SILENT)
ORDERS_FAIL = (
    ("429", 0),
    ("502", 0),
    ("timeout_after_accept", 0),
    ("late_landing", 3_000),
    ("late_landing", 12_000),
)
KILLED = (
    "LeaderSyncFunction",
    "FillFanOutFunction",
    "FollowerExecuteFunction",
    "SignerFunction",
    "FollowReconcileFunction",
    "CopyEventsFunction",
)
REDRIVE = ("ops", "dead-letters", "redrive", "--all")
NO_LETTERS = dict.fromkeys(breaking.QUEUES, 0)
POISON_ALONE = {**NO_LETTERS, "LeaderFillsQueue": 1, "FollowerExecuteQueue": 1}


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[JudgedRun]:
    with judged_run(tmp_path, trades=request.param) as begun:
        breaking.deliver_again_soon(begun)
        monkeypatch.setenv("AWS_ENDPOINT_URL", begun.stage.system.stack.endpoint_url)
        yield begun


@pytest.mark.parametrize("run", [40], indirect=True)
@pytest.mark.parametrize(
    ("role", "statement", "queue"),
    [
        ("FollowerExecuteFunctionRole", "ClaimsAndSettles", "FollowerExecuteQueue"),
        ("LeaderSyncFunctionRole", "NumbersTrades", "LeaderFillsQueue"),
    ],
)
def test_letters_of_an_outage_are_redriven_when_newer_positions_exist(
    run: JudgedRun, role: str, statement: str, queue: str
) -> None:
    run.follow((2, 5, 10))
    breaking.give_up_after(run, tries=2)
    run.replay("2")
    run.await_released(6)
    with breaking.without(run, role, statement):
        run.wait("letters", lambda: breaking.letters(run)[queue] >= 6)
    newest = run.released
    run.wait("newer copies", lambda: run.newest_copied() > newest)

    run.redriven_ms = run.stage.now_ms()
    assert main(REDRIVE) == 0

    assert run.judged().figures == CLEAN
    assert breaking.letters(run) == NO_LETTERS


@pytest.mark.parametrize("run", [TRADES], indirect=True)
def test_faults_and_kills_all_the_way_lose_nothing(run: JudgedRun) -> None:
    run.follow((2, 3, 5, 8, 10))
    follows_in_two_shards(run.stage, run.leader)
    # What a dead process had stored and not sent comes after newer trades, like a letter.
    begun_ms = run.redriven_ms = run.stage.now_ms()
    chance = Random(SEED)  # noqa: S311 - a script, not a secret
    breaking.script_by_chance(run, "502", breaking.QUESTIONS, "0.3", SEED)
    for number, (kind, delay_ms) in enumerate(ORDERS_FAIL):
        breaking.script_by_chance(run, kind, breaking.ORDERS, "0.02", number, delay_ms)
    run.replay("2")
    for released in range(STEP, TRADES, STEP):
        run.await_released(released)
        if released in MOMENTS or run.released < released + STEP:
            what_breaks_at(run, released, chance)
    breaking.budget_was_lost(run, begun_ms)

    assert run.judged().figures == CLEAN
    assert main(REDRIVE) == 0
    assert breaking.letters(run) == POISON_ALONE


def what_breaks_at(run: JudgedRun, released: int, chance: Random) -> None:
    """Kill the processes of a function, or do at some moments what is worse."""
    if released == POISONED:
        breaking.poison(run, "LeaderFillsQueue", run.leader)
        breaking.poison(run, "FollowerExecuteQueue", run.lane(run.followers[0]))
    elif released == UNHEARD:
        breaking.listen_again(run, breaking.kill_the_listener(run))
    elif released == SILENT:
        breaking.fall_silent(run)
    else:
        function = chance.choice(KILLED)
        if found := breaking.workers(run, function):
            breaking.strike(found)
