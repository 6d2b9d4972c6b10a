"""Strikes every call of the copy path: `python -m tests.simulation.enumeration --json FILE`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from cli.counting import counted
from tests.simulation.enumeration.beside import Runs, beside_each_other
from tests.simulation.enumeration.planned import Plan
from tests.simulation.enumeration.ports import unreached
from tests.simulation.enumeration.running import run
from tests.simulation.enumeration.scenarios import SCENARIOS, Scenario
from tests.simulation.enumeration.striking import (
    Kinds,
    Struck,
    as_text,
    strike_once,
    strike_twice,
)
from tests.simulation.enumeration.tables import figures, points, table
from tests.simulation.faults import Fate

SHOWN = 10
PAIRS = ("none", "kinds", "all")


def main(arguments: Sequence[str] | None = None) -> int:
    """Strike, print what was struck, and what did not hold; 1 when anything did not."""
    chosen = _options().parse_args(arguments)
    if chosen.replay:
        return _replay(chosen.replay)
    started = _cpu_seconds()
    runs = beside_each_other(chosen.workers)
    done = _strike(chosen.scenario, chosen.pairs, runs)
    _say(table(done))
    if chosen.points:
        _say(points(done))
    for struck in done:
        _say_broken(struck)
    missing = [] if chosen.scenario else unreached({name for each in done for name in each.names})
    for method in missing:
        _say(f"{method}: no scenario calls it, and nothing is said of it in ports.ELSEWHERE")
    plain = figures(done, _cpu_seconds() - started)
    _say(", ".join(f"{name} {value}" for name, value in plain.items() if name != "scenarios"))
    if chosen.json is not None:
        chosen.json.write_text(json.dumps(plain, indent=2) + "\n", encoding="utf-8")
    _say(_verdict(plain["violations"], missing))
    return int(bool(missing or plain["violations"]))


def _verdict(violations: int, missing: Sequence[str]) -> str:
    if violations:
        return f"{counted(violations, 'violation')}: see above"
    unsaid = f", but {counted(len(missing), 'method')} that nothing strikes: see above"
    return f"0 violations{unsaid if missing else ': every promise held'}"


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulation.enumeration", description=__doc__
    )
    names = [each.name for each in SCENARIOS]
    parser.add_argument("--scenario", choices=names, help="strike this one alone")
    parser.add_argument(
        "--pairs",
        choices=PAIRS,
        default="kinds",
        help="two blows in a run: none, each two places in the code once, or all (for hours)",
    )
    parser.add_argument("--workers", type=int, default=1, help="run on so many cores")
    parser.add_argument("--points", action="store_true", help="print what became of each call too")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument(
        "--replay",
        metavar="PLAN",
        help="print the history of one run, as 'flip/12=crash_after,30=timeout_late'",
    )
    return parser


def _strike(name: str | None, wanted: str, runs: Runs) -> Sequence[Struck]:
    kinds, done = Kinds(before=0), []
    for scenario in SCENARIOS:
        if name not in {None, scenario.name}:
            continue
        struck = strike_once(scenario, runs=runs)
        if wanted != "none":
            strike_twice(struck, None if wanted == "all" else kinds, _progress, runs)
        done.append(struck)
    return done


def _replay(text: str) -> int:
    name, _, blows = text.partition("/")
    plan: dict[int, Fate] = {}
    for blow in filter(None, blows.split(",")):
        call, _, mode = blow.partition("=")
        if not call.isdecimal() or mode not in set(Fate):
            modes = ", ".join(Fate)
            raise SystemExit(f"{blow!r} is no blow: CALL=MODE, a number and one of {modes}")
        plan[int(call)] = Fate(mode)
    done = run(_named(name), plan, keeps_history=True)
    for line in done.history:
        _say(line)
    _say(f"outcomes: {', '.join(f'{kind} {count}' for kind, count in done.outcomes.items())}")
    for each in done.violations:
        _say(f"{each.promise}: {each.text}")
    _say(_verdict(len(done.violations), ()))
    return int(bool(done.violations))


def _named(name: str) -> Scenario:
    known = {each.name: each for each in SCENARIOS}
    if name not in known:
        raise SystemExit(f"there is no scenario {name!r}: one of {', '.join(known)}")
    return known[name]


def _say_broken(struck: Struck) -> None:
    for plan, text in struck.broken[:SHOWN]:
        names = run(struck.scenario, plan).names
        _say(f"{struck.scenario.name}: {as_text(names, plan)}: {text}")
        _say(f"  --replay '{_as_option(struck.scenario, plan)}'")


def _as_option(scenario: Scenario, plan: Plan) -> str:
    return f"{scenario.name}/" + ",".join(f"{call}={mode}" for call, mode in plan.items())


def _cpu_seconds() -> float:
    """Give the processor time of this process and of the workers that it had."""
    return sum(os.times()[:4])


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{text} ")


def _say(text: str) -> None:
    print(text)  # noqa: T201  # a command says what it found


if __name__ == "__main__":
    sys.exit(main())
