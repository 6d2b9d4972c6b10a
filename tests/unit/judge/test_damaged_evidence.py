"""Evidence that is damaged or proves nothing gets no verdict, and an error that names the field."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulators.judge.court import judge
from simulators.judge.evidence import EvidenceError
from simulators.judge.reading import read_evidence

Place = tuple[str | int, ...]
SMALL_RUN = Path(__file__).parents[2] / "recordings" / "judge" / "small_run.json"
RUN = json.loads(SMALL_RUN.read_bytes())
"""A perfect follow of the first two trades of the sample, as `understudy demo` wrote it."""
BY_THE_DRIVER = {
    "interventions": [{"reason": "STALE", "follow_id": "none", "from_ms": 1, "to_ms": 2}],
    "outages_ms": [[1, 2]],
    "redriven_ms": 10**15,
}
NAMED_FREELY = {
    "markets", "books", "purses", "positions", "leverages", "portfolio", "numbers",
    "weight_by_minute", "refused_by_minute",
}  # fmt: skip
UNREAD: dict[str, set[str]] = {
    "books": {"deposited_usd", "value_usd", "agents", "is_cross"},
    "fills": {
        "closedPnl", "cloid", "crossed", "dir", "feeToken", "hash", "liquidation", "startPosition",
        "twapId",
    },
    "orders": {"error", "filled_usd", "reduce_only", "signer", "tif", "user"},
    "release": {"index"},
    "follows": {"money"},
    "limits": {"margin_mode"},
    "receipts": {"copy_id", "follow_id", "held", "reason_text", "target", "user_id", "version"},
    "legs": {
        "answer", "builder_fee", "closed_pnl", "fee", "fee_is_final", "intent_id", "order_id",
        "reference_price", "slippage_bps",
    },
    "stages": {"executed", "queued", "sent", "signed", "stored"},
}  # fmt: skip
MAY_BE_LEFT_OUT: dict[str, set[str]] = {
    "": {"interventions", "outages_ms", "redriven_ms", "requests"},
    "books": {"mode", "refused_actions", "twap_fills"},
    "recording": {"tid"},
    "fills": {"tid"},
    "orders": {"cloid", "nonce"},
    "follows": {"perfect", "started_at_ms"},
    "limits": set(RUN["follows"][0]["limits"]) - {"copy_budget_usdc", "sizing"},
    "receipts": {"bound_by", "correction", "numbers", "reason", "stages"},
    "legs": {"average_price", "filled_size"},
    "stages": {"answered", "decided", "seen"},
    "interventions": {"follow_id", "to_ms"},
}
"""Whatever these could excuse is not excused then, or the documented default holds."""
GONE, HALF = object(), "\ud800"
WALLET = RUN["follows"][0]["wallet_address"]
WRONG: tuple[object, ...] = ({}, [], "damaged", True, 1.5)


def evidence() -> dict[str, Any]:
    run: dict[str, Any] = {**copy.deepcopy(RUN), **copy.deepcopy(BY_THE_DRIVER)}
    run["requests"]["refused_by_minute"] = {"1": 1}
    for book in run["books"].values():
        book["refused_actions"] = [{"time_ms": 1, "reduces": False}]
    return run


def places(value: Any, place: Place = ()) -> Iterator[Place]:
    """Give the place of every field and of every row."""
    if place:
        yield place
    rows: Any = enumerate(value) if isinstance(value, list) else ()
    for name, below in value.items() if isinstance(value, dict) else rows:
        if name not in UNREAD.get(folder_of((*place, name)), ()):
            yield from places(below, (*place, name))


def folder_of(place: Place) -> str:
    """Name the object of the format that a field is in."""
    named = [name for name in place[:-1] if isinstance(name, str)]
    known = [name for name in named if name in UNREAD or name in MAY_BE_LEFT_OUT]
    return known[-1] if known else ""


def damaged(place: Place, value: Any) -> dict[str, Any]:
    run = evidence()
    holder: Any = run
    for name in place[:-1]:
        holder = holder[name]
    if value is GONE:
        del holder[place[-1]]
    else:
        holder[place[-1]] = value
    return run


def value_at(place: Place) -> Any:
    value: Any = evidence()
    for name in place:
        value = value[name]
    return value


PLACES = list(places(evidence()))
FIELDS = [place for place in PLACES if isinstance(place[-1], str)]


def shown(place: Place) -> str:
    return ".".join(map(str, place)).replace("0x", "")


def refusal_of(run: Any) -> str:
    """Give what the judge says about evidence that it does not take, '' where it does."""
    try:
        judge(read_evidence(run))
    except EvidenceError as error:
        return str(error)
    return ""


def test_the_whole_run_is_clean() -> None:
    verdict = judge(read_evidence(evidence()))

    assert verdict.is_clean
    assert verdict.totals.with_orders == verdict.totals.pairs == 2


def is_optional(place: Place) -> bool:
    """Say whether a field may be left out; what is named freely is missed where it is needed."""
    is_named_freely = len(place) > 1 and place[-2] in NAMED_FREELY
    return is_named_freely or place[-1] in MAY_BE_LEFT_OUT.get(folder_of(place), ())


def test_a_field_that_is_missing_is_named() -> None:
    demanded = [place for place in FIELDS if not is_optional(place)]
    assert len(demanded) > 100

    for place in demanded:
        for value in (GONE, None):
            assert f"{place[-1]} is missing" in refusal_of(damaged(place, value)), shown(place)


def test_what_may_be_left_out_is_no_error() -> None:
    for place in FIELDS:
        if place[-1] in MAY_BE_LEFT_OUT.get(folder_of(place), ()):
            said = refusal_of(damaged(place, GONE))
            is_numbered_once = place[-1] == "tid" and "recording was altered" in said
            assert said == "" or is_numbered_once, shown(place)


def test_a_field_of_another_type_is_named() -> None:
    for place in PLACES:
        value, name = value_at(place), next(one for one in reversed(place) if isinstance(one, str))
        for wrong in WRONG:
            is_name = wrong == "damaged" and name in {"oid", "tid"}
            if not (isinstance(wrong, type(value)) or is_name):
                assert name in refusal_of(damaged(place, wrong)), (shown(place), wrong)


@pytest.mark.parametrize("wrong", ["0", "-1", "NaN", "Infinity", "1/3", "1e999999999", "", " 1"])
@pytest.mark.parametrize("name", ["px", "sz"])
def test_no_price_and_no_size_is_anything_but_a_decimal_above_zero(name: str, wrong: str) -> None:
    for place in PLACES:
        if place[-1] == name:
            assert f"{name} must be" in refusal_of(damaged(place, wrong)), shown(place)


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        (("follows", 0, "limits", "sizing", "kind"), "whatever"),
        (("follows", 0, "limits", "sizing", "percent"), "0"),
        (("follows", 0, "limits", "copy_budget_usdc"), "0"),
        (("follows", 0, "limits", "mode"), "whenever"),
        (("follows", 0, "limits", "sides"), "none"),
        (("follows", 0, "limits", "on_stop"), "whatever"),
        (("follows", 0, "limits", "drawdown_basis"), "none"),
        (("follows", 0, "limits", "max_open_positions"), -1),
        (("follows", 0, "receipts", 0, "status"), "FINE"),
        (("follows", 0, "receipts", 0, "kind"), "turn"),
        (("follows", 0, "receipts", 0, "legs", 0, "kind"), "hedge"),
        (("follows", 0, "receipts", 0, "legs", 0, "state"), "FINE"),
        (("recording", 0, "side"), "up"),
        (("markets", "ETHFI", "size_decimals"), 10**9),
        (("markets", "ETHFI", "max_leverage"), 0),
        (("requests", "limits"), "perhaps"),
        (("requests", "weight_by_minute"), {"soon": 1}),
        (("taken_ms",), "1.5.0"),
        (("requests", "weight_by_minute"), {"1" * 5_000: 1}),
        (("venue",), HALF),
        (("recording", 0, "tid"), HALF),
        (("follows", 0, "limits", "symbols_deny"), [HALF]),
        (("books",), {HALF: {}}),
        (("markets",), {HALF: {}}),
        (("books", WALLET, "positions"), {HALF: "1"}),
        (("books", WALLET, "leverages"), {HALF: {"value": 1}}),
        (("follows", 0, "portfolio"), {HALF: "1"}),
        (("follows", 0, "receipts", 0, "numbers"), {HALF: "1"}),
    ],
)  # fmt: skip
def test_what_the_judge_does_not_know_is_named(place: Place, wrong: object) -> None:
    assert f"{place[-1]} must " in refusal_of(damaged(place, wrong))


def without_orders() -> dict[str, Any]:
    """Give a run in which a follow may trade nothing of what the leader trades, and says so."""
    run = evidence()
    (follow,) = run["follows"]
    follow["perfect"], follow["limits"]["symbols_deny"] = False, ["ETHFI"]
    for receipt in follow["receipts"]:
        is_open = receipt["kind"] == "open"
        reason = "SYMBOL_NOT_ALLOWED" if is_open else "NOTHING_TO_CLOSE"
        receipt.update(status="SKIPPED", reason=reason, legs=[])
    run["books"][follow["wallet_address"]].update(orders=[], fills=[])
    return run


def test_a_run_in_which_nothing_might_be_ordered_is_clean_and_says_so() -> None:
    verdict = judge(read_evidence(without_orders()))

    assert verdict.is_clean
    assert (verdict.totals.with_orders, verdict.totals.pairs) == (0, 2)


def test_where_all_was_lost_that_is_the_verdict() -> None:
    run = without_orders()
    run["follows"][0]["limits"]["symbols_deny"] = []

    assert not judge(read_evidence(run)).is_clean


def test_a_run_without_follows_proves_nothing() -> None:
    assert "follows is empty" in refusal_of(damaged(("follows",), []))


def test_a_run_without_trades_proves_nothing() -> None:
    run = without_orders()
    run["follows"][0]["receipts"] = run["release"] = []

    assert "release is empty" in refusal_of(run)


def test_what_is_wrong_already_is_a_verdict_and_no_unusable_evidence() -> None:
    assert not judge(read_evidence(damaged(("release",), []))).is_clean


def refused_order(**changes: str) -> dict[str, Any]:
    """Give a run with one more order, which the venue refused."""
    run = evidence()
    orders = run["books"][WALLET]["orders"]
    refused = {**orders[0], "cloid": "0x" + "9" * 32, "oid": 99, "filled": "0"}
    orders.append({**refused, "status": "rejected", **changes})
    return run


def test_an_order_of_no_size_that_the_venue_refused_is_kept_as_it_is() -> None:
    assert read_evidence(refused_order(sz="0")).books[WALLET].orders[-1].size == 0


@pytest.mark.parametrize("name", ["px", "sz"])
def test_but_no_refused_order_is_of_less_than_nothing(name: str) -> None:
    assert f"{name} must be 0 at least" in refusal_of(refused_order(**{name: "-1"}))


def test_a_follow_that_says_it_started_after_every_trade_proves_nothing() -> None:
    run = without_orders()
    run["follows"][0].update(started_at_ms=10**15, receipts=[])

    assert "started after the last trade" in refusal_of(run)


def test_two_follows_of_one_name_are_refused() -> None:
    run = evidence()
    run["follows"] *= 2

    assert "more than once" in refusal_of(run)


@pytest.mark.parametrize("place", [("taken_ms",), ("release", 1, "sent_ms")])
def test_books_are_not_read_before_the_last_trade(place: Place) -> None:
    wrong = 1 if place == ("taken_ms",) else "1e99"

    assert "taken_ms is before the last trade" in refusal_of(damaged(place, wrong))


@pytest.mark.parametrize(("symbol", "end"), [("DOGE", "2"), ("ETHFI", "1")])
def test_a_move_without_a_fill_is_one_of_what_the_leader_traded(symbol: str, end: str) -> None:
    moved = [{"symbol": symbol, "at_ms": 1, "start": "1", "end": end}]

    assert "adjustments has a move" in refusal_of({**evidence(), "adjustments": moved})
