"""Whatever call fails, in whatever way, what was promised holds; and no call is left out."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path
from random import Random
from secrets import token_hex
from typing import TYPE_CHECKING, Any

import pytest

from tests.simulation.enumeration import __main__ as command
from tests.simulation.enumeration import ports
from tests.simulation.enumeration.planned import MODES
from tests.simulation.enumeration.running import run
from tests.simulation.enumeration.scenarios import SCENARIOS, Scenario
from tests.simulation.enumeration.steps import LISTENER
from tests.simulation.enumeration.striking import Kinds, seen_before, sites, strike_once
from tests.simulation.faults import Fate
from understudy.adapters.memory.copy_store import InMemoryCopyStore
from understudy.domain.intents import Rejected, Unknown
from understudy.ports.copying import CopyStore
from understudy.workflows.copying.claims import claim
from understudy.workflows.copying.views import CopyPorts

if TYPE_CHECKING:
    from understudy.domain.intents import Intent, Outcome, Signed

OPEN_AND_CLOSE = SCENARIOS[0]
NOTHING = Scenario("nothing", lambda _: None, lambda _: None)
TWO_BLOWS = 60
RELIABILITY = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"
# Ports of which one line of the table speaks as a whole, whatever is called.
WHOLE = ("budget", "custody", "markets")


def test_every_method_of_every_port_is_called_in_a_scenario_or_named_with_a_reason() -> None:
    assert ports.unreached(_every_name()) == []


def test_a_new_method_of_a_port_that_nothing_calls_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(CopyStore, "forget", lambda _self: None, raising=False)

    assert ports.unreached(_every_name()) == ["CopyStore.forget"]


def test_a_new_method_of_a_port_that_is_called_is_struck_in_every_way_by_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = seen_before(NOTHING, SCENARIOS, before=0)

    def forgetting(around: CopyPorts, *rest: Any, **more: Any) -> Any:
        around.store.forget()  # type: ignore[attr-defined]  # the new method
        return claim(around, *rest, **more)

    monkeypatch.setattr(CopyStore, "forget", lambda _self: None, raising=False)
    monkeypatch.setattr(InMemoryCopyStore, "forget", lambda _self: None, raising=False)
    monkeypatch.setattr("understudy.workflows.follower_execute.claim", forgetting)

    struck = strike_once(OPEN_AND_CLOSE, known)

    assert ports.unreached(_every_name()) == []
    assert {name for name, _ in struck.points} == {"copies.forget"}
    assert (struck.sites, struck.singles) == (1, len(MODES))


def test_no_method_is_named_in_vain() -> None:
    known, called = ports.methods(), ports.struck(_every_name())
    named = known | {method.split(".")[0] for method in known}

    assert set(ports.ELSEWHERE) <= named - called
    assert ports.struck(ports.READING) <= called


def test_every_call_stands_in_the_table_of_crash_points() -> None:
    named = _calls_in_table()
    told_in_words = (LISTENER, ports.OF_SOURCES)

    for name in _every_name():
        port, _, method = name.partition(".")
        is_reading = ports.is_reading(name)
        told = named[port] & ({method, "*"} if is_reading or port in WHOLE else {method})
        assert told or any(each in name for each in told_in_words), name


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.name)
def test_every_kind_of_call_may_fail_in_every_way(scenario: Scenario) -> None:
    struck = strike_once(scenario, seen_before(scenario, SCENARIOS, before=1))

    assert struck.broken == []
    assert struck.singles == struck.sites * len(MODES)


def test_a_call_made_elsewhere_in_the_code_or_repeated_by_an_adapter_is_struck_by_itself() -> None:
    struck = strike_once(OPEN_AND_CLOSE, _all_but("copies.commit"))
    of_commit = {site for site in struck.call_sites if site.startswith("copies.commit ")}
    again = {site for site in of_commit if site.startswith("copies.commit again ")}

    assert {site.split()[-2] for site in of_commit} >= {"claim", "settle_order"}
    assert len(of_commit - again) > len(again) > 1


def _all_but(name: str) -> Kinds:
    """Give the kinds of calls of the first scenario, as if those of one name were not seen yet."""
    kinds, names = Kinds(before=1), run(OPEN_AND_CLOSE, {}).names
    for call in sites(names):
        if names[call - 1] != name:
            kinds.is_new(kinds.of(names, call))
    return kinds


def test_two_blows_drawn_anew_break_nothing() -> None:
    seed = token_hex(4)
    random = Random(seed)  # noqa: S311 - a draw must be repeatable from its seed

    broken = [each for _ in range(TWO_BLOWS) for each in _struck_twice(random)]

    assert broken == [], f"drawn from seed {seed}"


def test_a_plan_gives_the_same_history_every_time() -> None:
    plan = {30: Fate.TIMEOUT_LATE, 40: Fate.CRASH_AFTER}
    first, second = (run(OPEN_AND_CLOSE, plan, keeps_history=True) for _ in range(2))

    assert first.history == second.history
    assert any(str(Fate.CRASH_AFTER) in line for line in first.history)


def test_an_order_without_an_answer_that_is_taken_for_refused_is_found_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    send = CopyPorts.submit

    def rashly(copying: CopyPorts, intent: Intent, signed: Signed, *, first: bool) -> Outcome:
        outcome = send(copying, intent, signed, first=first)
        return Rejected("NO_ANSWER", "") if isinstance(outcome, Unknown) else outcome

    monkeypatch.setattr(CopyPorts, "submit", rashly)
    figures = tmp_path / "figures.json"

    status = command.main(
        ["--scenario", OPEN_AND_CLOSE.name, "--pairs", "none", "--json", str(figures)]
    )

    plain = json.loads(figures.read_text())
    assert status == 1
    assert plain["violations"] > 0
    assert plain["singles"] == plain["sites"] * len(MODES)
    assert "venue.submit" in (said := capsys.readouterr().out)
    assert "records_are_the_venues_books" in said
    assert "| scenario | sites | modes | singles | pairs |" in said
    for counted in ("sites", "modes", "singles", "pairs"):
        assert f"{counted} {plain[counted]}, " in said
    assert said.splitlines()[-1] == f"{plain['violations']:,} violations: see above"


def test_one_run_is_told_again_and_ends_with_its_verdict(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert command.main(["--replay", f"{OPEN_AND_CLOSE.name}/8=crash_after"]) == 0

    assert capsys.readouterr().out.splitlines()[-2:] == [
        "outcomes: DONE 2",
        "0 violations: every promise held",
    ]


@pytest.mark.parametrize("blow", ["3", "x=crash_after", "3=nonsense"])
def test_what_is_no_blow_is_told_with_those_there_are(blow: str) -> None:
    with pytest.raises(SystemExit, match=f"'{blow}' is no blow: .* one of crash_before"):
        command.main(["--replay", f"{OPEN_AND_CLOSE.name}/{blow}"])


def _calls_in_table() -> dict[str, set[str]]:
    """Read the ports and methods of the table; one without a port is of the port before it."""
    _, _, section = RELIABILITY.read_text().partition("## Crash points")
    table = section.partition("`make prove-crashes`")[0]
    named, port = defaultdict[str, set[str]](set), ""
    for word in re.findall(r"`([\w.*]+)`", table):
        before, dot, method = word.rpartition(".")
        port = before if dot else port
        named[port].add(method)
    return named


def _every_name() -> set[str]:
    return {name for scenario in SCENARIOS for name in run(scenario, {}).names}


def _struck_twice(random: Random) -> list[str]:
    scenario = random.choice(SCENARIOS)
    call = random.choice(sites(run(scenario, {}).names))
    plan = {call: random.choice(MODES)}
    later = [each for each in sites(run(scenario, plan).names) if each > call]
    if later:
        plan[random.choice(later)] = random.choice(MODES)
    return [f"{scenario.name} {plan}: {each}" for each in run(scenario, plan).violations]
