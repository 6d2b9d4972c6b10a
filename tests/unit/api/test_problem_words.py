"""What a caller is told of a field that is wrong: plain words and its path, none of a library's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from functions.api.every_route import ROUTES
from functions.api.fields import FORMS
from functions.api.problem_words import OTHERWISE, WORDS, words_of
from tests.fakes.builders import LEADER
from tests.fakes.requests import created, new_follow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fakes.api import ApiWorld

JARGON = re.compile(
    r"input|string|integer|boolean|dictionary|tuple|instance|pattern|permitted|value error|https?:",
    re.IGNORECASE,
)
A_DECIMAL = 'must be a decimal, like "12.5", with at most 12 digits before the point and 8 after it'
SYMBOLS = "a market's symbol, like BTC: at most 32 letters, digits and : @ / _ . -"
SAID: list[tuple[dict[str, Any], str, str]] = [
    ({"leader_address": 5}, "leader_address", "must be text"),
    ({"leader_address": "0x12"}, "leader_address", "must be an address: 0x and 40 hex digits"),
    (
        {"leader_address": "0x" + "0" * 40},
        "leader_address",
        "must be somebody's address, which the zero address is not",
    ),
    ({"leader": LEADER}, "leader", "is no field of this request"),
    ({"venue": "nyse"}, "venue", "must be 'hyperliquid'"),
    ({"limits": []}, "limits", "must be an object with fields of its own"),
    ({"limits": {"copy_budget_usdc": "1e3"}}, "limits.copy_budget_usdc", A_DECIMAL),
    ({"limits": {"copy_budget_usdc": "ten"}}, "limits.copy_budget_usdc", A_DECIMAL),
    ({"limits": {"copy_budget_usdc": "9"}}, "limits.copy_budget_usdc", "must be at least 10"),
    ({"limits": {"slippage_bps": 501}}, "limits.slippage_bps", "must be at most 500"),
    ({"limits": {"slippage_bps": "5"}}, "limits.slippage_bps", WORDS["int_type"]),
    ({"limits": {"reverse": 1}}, "limits.reverse", "must be true or false, without quotes"),
    ({"limits": {"mode": "x"}}, "limits.mode", "must be 'realtime', 'throttled' or 'safe_poll'"),
    ({"limits": {"symbols_deny": "BTC"}}, "limits.symbols_deny", "must be a list"),
    ({"limits": {"symbols_deny": ["B C"]}}, "limits.symbols_deny.0", f"must be {SYMBOLS}"),
    (
        {"limits": {"symbols_deny": ["BTC"] * 101}},
        "limits.symbols_deny",
        "must have at most 100 members",
    ),
]


@pytest.mark.parametrize(("change", "field", "said"), SAID, ids=[each[1] for each in SAID])
def test_a_wrong_field_is_told_by_its_path_in_plain_words(
    api: ApiWorld, token: str, change: dict[str, Any], field: str, said: str
) -> None:
    answer = api.request("POST", "/v1/follows", {**new_follow(), **change}, token)

    assert answer.body["errors"] == [{"field": field, "problem": said}]
    assert answer.body["detail"] == f"{field} {said}"


def test_a_field_that_is_missing_is_named(api: ApiWorld, token: str) -> None:
    answer = api.request("POST", "/v1/follows", {}, token)

    assert answer.body["detail"] == "leader_address is missing"


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ('{"limits": {"sizing": {}, "slippage_bps": 1, "slippage_bps": 2}}', "'slippage_bps'"),
        ('{"limits": {}, "limits": {}}', "'limits'"),
        ('{"a\\n\\ud800": 1, "a\\n\\ud800": 2}', r"'a\n\ud800'"),
        ('{"NAME": 1, "NAME": 2}'.replace("NAME", "n" * 30_000), "'" + "n" * 63),
    ],
    ids=["within", "at the top", "no text", "long"],
)
def test_a_field_that_stands_twice_is_named(
    api: ApiWorld, token: str, body: str, named: str
) -> None:
    answer = api.request("PATCH", f"/v1/follows/{created(api, token)}", body, token)

    assert (answer.status, answer.code) == (400, "MALFORMED_JSON")
    assert answer.body["detail"] == f"a field stands twice: {named}"


def test_a_query_that_is_no_number_is_told_so(api: ApiWorld, token: str) -> None:
    for sent in ("ten", "9" * 5000):
        answer = api.request("GET", "/v1/copies", None, token, {"limit": sent})

        assert answer.body["detail"] == "limit must be a whole number"


def patterns(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("pattern"), str) and "ge" not in schema:
            yield schema["pattern"]
        schema = list(schema.values())
    if isinstance(schema, list):
        for each in schema:
            yield from patterns(each)


def test_every_form_that_a_text_may_have_has_its_words() -> None:
    models = {each for route in ROUTES for each in (route.body, route.query) if each}
    wanted = {each for model in models for each in patterns(model.model_json_schema())}

    of_decimals = {each for each in wanted if each.startswith("^(?!^[-+.]*$)")}
    assert wanted - of_decimals == set(FORMS)


def test_no_words_are_a_librarys() -> None:
    for said in (*WORDS.values(), *FORMS.values(), OTHERWISE):
        assert not JARGON.search(said), said


def test_what_nobody_has_words_for_yet_is_refused_all_the_same() -> None:
    assert words_of("date_parsing", {"error": "x"}) == OTHERWISE
    assert words_of("string_pattern_mismatch", {"pattern": "^x$"}) == OTHERWISE
