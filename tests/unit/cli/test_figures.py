"""The figures of a run, from small evidence worked out by hand."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cli.demo import Wanted, weight_at
from cli.latencies import latencies_of, summary
from cli.limit_sets import LIMIT_SETS, limit_set
from cli.metering import Meter, Used, calls_between, calls_of_functions
from cli.outcome import FIVE, LEAST_SHARE, NO_SHARE, Costs, figures_of, is_clean
from cli.places import SAMPLE
from cli.system import UNLIMITED_WEIGHT
from functions.api.limits import LimitChoices
from localcloud.stack import Calls, Cpu
from simulators.hyperliquid.replay.pacing import read_pace
from simulators.hyperliquid.replay.recording import Recording
from simulators.hyperliquid.windows import RestLimits
from simulators.judge.verdict import Figure, Finding, Verdict
from understudy.domain.limit_choices import composed_limits

KEYS = (
    "trades, follows, pairs, copies, lost, duplicated, mismatched_positions, unjustified_skips,"
    " open_exits, share_with_orders, latency_ms, orders_per_second, calls_per_copy,"
    " cpu_ms_per_copy, cpu_of_starts_s, emulator_cpu_ms_per_copy, request_limits, peak_pss_mb,"
    " wall_s"
)


class Spending:
    """A stack whose signer spends half a second and one call each time that it works.

    It starts another worker each time, which takes a third of a second; and the upkeep of agents
    spends a tenth and a call, the API two seconds and a call, the emulator one second.
    """

    def __init__(self) -> None:
        self.worked = 0

    def work(self) -> None:
        self.worked += 1

    def calls(self) -> list[Calls]:
        return [
            Calls("sqs", "SendMessage", "SignerFunction", self.worked),
            Calls("dynamodb", "Query", "AgentUpkeepFunction", self.worked),
            Calls("dynamodb", "Query", "OperatorApiFunction", self.worked),
        ]

    def cpu_seconds(self) -> dict[str, Cpu]:
        return {
            "SignerFunction": Cpu(starting=self.worked * 0.33, working=self.worked / 2),
            "AgentUpkeepFunction": Cpu(starting=0.25, working=self.worked / 10),
            "ApiFunction": Cpu(starting=self.worked * 1.0, working=self.worked * 2.0),
            "OperatorApiFunction": Cpu(starting=self.worked * 1.0, working=self.worked * 2.0),
        }

    def emulator_cpu_seconds(self) -> float:
        return 7.0 + self.worked


def with_statuses(*statuses: str | None) -> Verdict:
    verdict = Verdict()
    for status in statuses:
        verdict.totals.count(status, "STALE")
    return verdict


def evidence(mode: str = "realtime") -> dict[str, Any]:
    receipt = {
        "status": "DONE",
        "symbol": "BTC",
        "leader_side": "buy",
        "leader_time_ms": 7,
        "legs": [{"client_order_id": "0xaa"}],
        "stages": {"executed": 7, "seen": 1010, "decided": 1030},
    }
    follow = {"wallet_address": "0x1", "limits": {"mode": mode}, "receipts": [receipt]}
    orders = [{"cloid": "0xaa", "received_ms": "1040.5"}, {"cloid": None, "received_ms": "2000"}]
    return {
        "release": [{"symbol": "BTC", "side": "B", "time_ms": 7, "sent_ms": "1000.0"}],
        "books": {"0x1": {"orders": orders}},
        "follows": [follow],
        "requests": {"limits": "off"},
    }


def test_a_copy_takes_from_the_frame_to_its_order_by_the_venues_clock() -> None:
    assert latencies_of(evidence()) == {
        "frame_to_order": [Decimal("40.5")],
        "frame_to_seen": [Decimal(10)],
        "seen_to_decided": [Decimal(20)],
    }


def test_the_first_trades_of_a_long_run_only_warm_up() -> None:
    long = evidence()
    (first,) = long["release"]
    others = [{**first, "time_ms": number} for number in range(100, 160)]

    assert latencies_of({**long, "release": [first, *others]}) == {}
    later = {**long, "release": [*others[:10], first, *others[10:]]}
    assert latencies_of(later) == latencies_of(evidence())


def test_what_waits_on_purpose_is_counted_apart() -> None:
    assert list(latencies_of(evidence("throttled"))) == ["frame_to_order_throttled"]


def test_percentiles_are_times_that_were_measured() -> None:
    times = [Decimal(number) for number in range(1, 101)]

    assert summary(times) == {"p50": 50.0, "p99": 99.0, "n": 100}
    assert summary(times[:1]) == {"p50": 1.0, "p99": 1.0, "n": 1}


def test_calls_count_for_all_functions_but_the_api_and_while_they_ran() -> None:
    calls = [
        Calls("dynamodb", "PutItem", "FollowerExecuteFunction", 5),
        Calls("dynamodb", "Query", "AccountErasureFunction", 3),
        Calls("dynamodb", "GetItem", "ApiFunction", 7),
        Calls("sqs", "SendMessage", "LeaderListenerFunction", 2),
        Calls("sqs", "GetQueueAttributes", "root", 9),
    ]

    assert calls_of_functions(calls) == {"dynamodb": 8, "sqs": 2}
    assert calls_between({"dynamodb": 1}, calls_of_functions(calls)) == {"dynamodb": 7, "sqs": 2}


def test_the_figures_have_exactly_the_documented_names() -> None:
    costs = Costs(Used({"sqs": 3}, {"SignerFunction": Decimal("0.02")}), 2**20, Decimal("1.234"))

    figures = figures_of(evidence(), with_statuses("DONE", "DONE", "SKIPPED"), costs)

    assert list(figures) == KEYS.split(", ")
    assert figures["copies"] == {
        "done": 2, "skipped": {"STALE": 1}, "expired": 0, "rejected": 0, "carried": 0,
    }  # fmt: skip
    assert figures["peak_pss_mb"] == 1
    assert figures["orders_per_second"] == 2.0
    assert figures["request_limits"] == "off"
    assert is_clean(figures)


def test_costs_are_per_copy_that_was_done() -> None:
    used = Used({"sqs": 3}, {"SignerFunction": Decimal("0.02")}, emulator_seconds=Decimal("0.05"))
    costs = Costs(used, None, Decimal(1))

    figures = figures_of(evidence(), with_statuses("DONE", "DONE", "SKIPPED", "CARRIED"), costs)

    assert figures["calls_per_copy"] == {"sqs": 1.5}
    assert figures["cpu_ms_per_copy"] == {"SignerFunction": 10.0}
    assert figures["emulator_cpu_ms_per_copy"] == 25.0


def test_processor_time_counts_for_the_copies_of_warm_functions() -> None:
    (first,) = evidence()["release"]
    later = {**evidence(), "release": [{**first, "time_ms": 6}, first]}
    used = Used({"sqs": 3}, {"SignerFunction": Decimal("0.02")}, cold_trades=1)
    costs, copies = Costs(used, None, Decimal(1)), with_statuses("DONE", "DONE", "DONE")

    assert figures_of(later, copies, costs)["cpu_ms_per_copy"] == {"SignerFunction": 6.67}

    cold_done = {**evidence(), "release": [first, {**first, "time_ms": 8}]}
    assert figures_of(cold_done, copies, costs)["cpu_ms_per_copy"] == {"SignerFunction": 10.0}
    assert figures_of(cold_done, copies, costs)["calls_per_copy"] == {"sqs": 1.0}


def test_a_meter_forgets_the_processor_time_until_the_functions_are_warm() -> None:
    stack = Spending()
    meter = Meter(stack)  # type: ignore[arg-type] # its counters are all that is read
    stack.work()
    cold = meter.read()
    meter.is_warm(10)
    stack.work()

    spent = {"SignerFunction": Decimal("0.5"), "AgentUpkeepFunction": Decimal("0.1")}
    once = {"start_seconds": Decimal("0.33"), "emulator_seconds": Decimal(1)}
    assert cold == Used({"sqs": 1, "dynamodb": 1}, spent, cold_trades=0, **once)
    assert meter.read() == Used({"sqs": 2, "dynamodb": 2}, spent, cold_trades=10, **once)


def test_every_pair_is_in_some_total() -> None:
    statuses = ("DONE", "SKIPPED", "CARRIED", "EXPIRED", "REJECTED", "CLAIMED", "NEEDS_OPERATOR")
    costs = Costs(Used({}, {}), None, Decimal(1))

    figures = figures_of(evidence(), with_statuses(*statuses, None), costs)

    counted = dict(figures["copies"])
    assert (counted["claimed"], counted["needs_operator"], counted["without_receipt"]) == (1, 1, 1)
    assert sum(counted.pop("skipped").values()) + sum(counted.values()) == figures["pairs"] == 8


def test_one_finding_of_any_kind_makes_a_run_unclean() -> None:
    for figure in Figure:
        verdict = Verdict()
        verdict.add(Finding(figure, "follow", "BTC", None, "wrong"))
        figures = figures_of(evidence(), verdict, Costs(Used({}, {}), None, Decimal(1)))
        assert not is_clean(figures)
        assert figures[figure.value] == 1
    assert {figure.value for figure in Figure} == set(FIVE)


def test_a_run_that_orders_too_little_is_unclean_only_where_that_is_demanded() -> None:
    verdict = with_statuses(*["DONE"] * 59, *["SKIPPED"] * 41)
    verdict.totals.with_orders = 59
    few = figures_of(evidence(), verdict, Costs(Used({}, {}), None, Decimal(1)))
    verdict.totals.with_orders = 60
    enough = figures_of(evidence(), verdict, Costs(Used({}, {}), None, Decimal(1)))

    assert (few["share_with_orders"], enough["share_with_orders"]) == (0.59, 0.6)
    assert (is_clean(few), is_clean(few, LEAST_SHARE)) == (True, False)
    assert is_clean(enough, LEAST_SHARE)


def test_enough_orders_excuse_no_finding() -> None:
    verdict = Verdict()
    verdict.totals.pairs = verdict.totals.with_orders = 1
    verdict.add(Finding(Figure.LOST, "follow", "BTC", None, "wrong"))
    figures = figures_of(evidence(), verdict, Costs(Used({}, {}), None, Decimal(1)))

    assert not is_clean(figures, LEAST_SHARE)


@pytest.mark.parametrize(("path", "share"), [(SAMPLE, LEAST_SHARE), (Path("other.json"), NO_SHARE)])
def test_orders_are_demanded_of_the_default_sample_alone(path: Path, share: Decimal) -> None:
    recording = Recording("sample", ())

    assert Wanted(path.resolve(), recording, 10, "max").least_share == share


@pytest.mark.parametrize(
    ("speed", "weight"), [("1", 1_200), ("0.5", 1_200), ("2.5", 3_000), ("max", UNLIMITED_WEIGHT)]
)
def test_the_system_is_told_what_the_venue_grants_at_a_speed(speed: str, weight: int) -> None:
    granted = RestLimits()
    granted.keep_pace(read_pace(speed).factor or Decimal(1))

    assert weight_at(speed) == weight
    assert speed == "max" or granted.limit == weight


def test_the_demos_limit_sets_are_valid_and_cover_all_sizings() -> None:
    for each in LIMIT_SETS:
        composed_limits(LimitChoices.model_validate(each.limits).choices(), {})
    sizings = {each.limits["sizing"]["kind"] for each in LIMIT_SETS}
    assert sizings == {"fixed", "ratio", "proportional"}
    assert len({str(each.limits) for each in LIMIT_SETS}) >= 6
    assert [each.perfect for each in LIMIT_SETS].count(True) == 1
    assert limit_set(0).perfect
