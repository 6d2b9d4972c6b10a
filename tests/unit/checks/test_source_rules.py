"""Each rule about sources catches a planted fault and leaves sound code alone."""

from __future__ import annotations

import pytest

from checks.conditions import find_refused_requests
from checks.floats import find_floats
from checks.names import find_empty_names
from checks.sizes import find_oversize
from tests.unit.checks.planted import rules_broken_by

DOMAIN = "layers/understudy/understudy/domain/sizing.py"
VENUE = "layers/understudy/understudy/adapters/venues/hyperliquid/client.py"
STORE = "layers/understudy/understudy/adapters/aws/ledger.py"


@pytest.mark.parametrize(
    "fault",
    [
        "share = 0.5",
        "def size(share: float) -> None: ...",
        "size = float('1')",
        "import json\nbook = json.loads(text)",
    ],
)
@pytest.mark.parametrize("path", [DOMAIN, VENUE, "layers/understudy/understudy/messages.py"])
def test_a_float_near_money_is_reported(path: str, fault: str) -> None:
    assert rules_broken_by(find_floats, path, fault) == ["no-float"]


def test_a_float_elsewhere_and_decimal_json_are_fine() -> None:
    decimal_json = "book = json.loads(text, parse_float=Decimal)"

    assert rules_broken_by(find_floats, "localcloud/emulator.py", "timeout = 0.5") == []
    assert rules_broken_by(find_floats, VENUE, decimal_json) == []


def function_of(lines: int) -> str:
    return "def plan():\n" + "    step()\n" * lines


@pytest.mark.parametrize(
    ("path", "text", "broken"),
    [
        (DOMAIN, function_of(41), ["body-size"]),
        (DOMAIN, function_of(40), []),
        (DOMAIN, "step()\n" * 301, ["file-size"]),
        (DOMAIN, "step()\n" * 300, []),
        ("functions/signer/app.py", "step()\n" * 61, ["file-size"]),
        ("functions/signer/app.py", "step()\n" * 60, []),
    ],
)
def test_bodies_files_and_handlers_have_their_limits(
    path: str, text: str, broken: list[str]
) -> None:
    assert rules_broken_by(find_oversize, path, text) == broken


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("cli/utils.py", ""),
        ("localcloud/helpers/start.py", ""),
        ("cli/up.py", "class OrderManager: ..."),
    ],
)
def test_a_name_that_says_nothing_is_reported(path: str, text: str) -> None:
    assert rules_broken_by(find_empty_names, path, text) == ["empty-name"]


@pytest.mark.parametrize(
    "fault",
    [
        "put(ConditionExpression='available - :r >= :zero')",
        "item = {'ConditionExpression': 'version = :v + :one'}",
        "GUARD = 'version = :v - :one'\nput(ConditionExpression=GUARD)",
        "put(ConditionExpression=f'{name} = :v + :one')",
        "RESERVED = 'attribute_exists(pk) AND available - :r >= :zero'",
        "client.transact_write_items(TransactItems=[" + "{}," * 101 + "])",
        "MAX_TRANSACT_ITEMS = 200",
    ],
)
def test_what_only_the_emulator_accepts_is_reported(fault: str) -> None:
    assert rules_broken_by(find_refused_requests, STORE, fault)


@pytest.mark.parametrize(
    "sound",
    [
        "put(ConditionExpression='available >= :r', UpdateExpression='SET a = a - :r')",
        "client.transact_write_items(TransactItems=[" + "{}," * 100 + "])",
        "note = 'a well-known text: a->b'",
    ],
)
def test_what_dynamodb_accepts_is_fine(sound: str) -> None:
    assert rules_broken_by(find_refused_requests, STORE, sound) == []
