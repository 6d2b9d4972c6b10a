"""The document says what every route takes and shows, in words that all its readers know."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from functions.api.answer_schemas import DECIMAL, AnswerSchemas
from functions.api.answer_types import shown_by
from functions.api.answer_words import FIELDS as ANSWER_WORDS
from functions.api.every_route import ROUTES
from functions.api.fields import exact_decimal
from functions.api.openapi import document
from functions.api.request_schemas import portable
from functions.api.routing import Items
from understudy.domain.agents import AgentScope
from understudy.domain.codec import to_plain
from understudy.domain.ids import FollowId
from understudy.domain.limit_choices import NEEDED
from understudy.domain.limits import Limits, Sizing
from understudy.ports.directory import Page
from understudy.workflows.requests.portfolio import PortfolioView

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from functions.api.routing import Route

DOCUMENT = document(ROUTES)
OF_NO_FIXED_SHAPE = {"GET /openapi.json"}
UNITS = {
    "_usdc": "USDC",
    "_pct": "percent",
    "_bps": "basis points",
    "_seconds": "seconds",
    "window_ms": "milliseconds",
}


def inside(schema: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(schema, dict):
        yield schema
    for each in schema.values() if isinstance(schema, dict) else schema:
        if isinstance(each, (dict, list)):
            yield from inside(each)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.key)
def test_a_handler_says_what_it_shows_by_its_return_type(route: Route) -> None:
    answers = DOCUMENT["paths"][route.path][route.method.lower()]["responses"]
    (content,) = answers[str(route.status)]["content"].values()

    assert content["schema"], f"{route.key}: its handler must not give Any"
    named = {"$ref", "properties"} & set(content["schema"]) or content["schema"] == {
        "type": "string"
    }
    assert named or route.key in OF_NO_FIXED_SHAPE, content["schema"]


def test_no_answer_has_the_name_of_a_request() -> None:
    requested = {route.body.__name__ for route in ROUTES if route.body}
    answers = AnswerSchemas()
    for route in ROUTES:
        answers.of(shown_by(route.handle))

    assert not requested & set(answers.named)


def test_every_pattern_is_one_of_json_schema_and_means_the_whole_text() -> None:
    patterns = {
        each["pattern"] for each in inside(DOCUMENT) if isinstance(each.get("pattern"), str)
    }

    assert len(patterns) > 3
    for pattern in patterns:
        assert pattern[0] + pattern[-1] == "^$"
        assert not re.search(r"\\[zZA]|\(\?", pattern.replace("(?:", "("))


def test_the_range_of_a_decimal_is_told_for_numbers_and_its_form_for_text() -> None:
    shown = DOCUMENT["components"]["schemas"]["OlderNewFollow"]["properties"]["copy_budget_usdc"]
    text, number = shown["anyOf"]

    assert (number["minimum"], number["maximum"]) == (10, 1_000_000_000)
    assert text["description"] == "minimum 10, maximum 1000000000"
    for good in ("10", "0.00000001", "123456789012.12345678"):
        assert re.search(text["pattern"], good)
        assert exact_decimal(good) == Decimal(good)
    for bad in ("1e3", "+1", "-5", ".5", "1.", "0.123456789", "1234567890123"):
        assert not re.search(text["pattern"], bad)


def test_a_decimal_that_may_be_negative_has_a_sign_in_its_text() -> None:
    text, _ = portable({"ge": -1})["anyOf"]

    assert re.search(text["pattern"], "-0.00000001")
    assert exact_decimal("-0.00000001") == Decimal("-0.00000001")


@pytest.mark.parametrize("name", ["LimitChoices", "Risk", "SizingChoice", "ChangeBounds"])
def test_every_limit_is_told_in_words(name: str) -> None:
    properties = DOCUMENT["components"]["schemas"][name]["properties"]

    assert all(shown.get("description") for shown in properties.values())
    for limit, shown in properties.items():
        for suffix, unit in UNITS.items():
            assert unit in shown["description"] or not limit.endswith(suffix)


def test_the_default_of_every_limit_is_told_as_it_is_and_never_to_be_filled_in() -> None:
    properties = DOCUMENT["components"]["schemas"]["LimitChoices"]["properties"]
    by_itself = to_plain(Limits(Decimal(1000), Sizing()))

    assert set(properties) == {each.name for each in fields(Limits)}
    for name, shown in properties.items():
        told = shown["description"].partition(" Default: ")[2].rstrip(".")
        default = by_itself.get(name)
        assert "default" not in shown
        if name in NEEDED:
            assert shown["description"].endswith("Needed: here or in the copy profile.")
        elif default is not None:
            assert told == ("none" if default == [] else str(default).lower()), name


@dataclass(frozen=True, slots=True)
class Branch:
    """Holds every kind of field, and itself."""

    name: FollowId
    size: Decimal
    counts: dict[str, int]
    kind: AgentScope
    grown: tuple[Branch, ...] = ()
    mark: Decimal | None = None


def test_a_type_is_described_as_it_is_written() -> None:
    schemas = AnswerSchemas()
    shown = schemas.of(Page[Branch])
    written = to_plain(Branch(FollowId("a"), Decimal("1E+3"), {"b": 1}, AgentScope.TRADE_ONLY))
    described = schemas.named["Branch"]

    assert shown["properties"]["items"]["items"] == {"$ref": "#/components/schemas/Branch"}
    assert described["properties"]["grown"]["items"] == {"$ref": "#/components/schemas/Branch"}
    assert set(written) == set(described["required"]) == set(described["properties"]) - {"mark"}
    assert re.search(described["properties"]["mark"]["pattern"], str(written["size"]))


def test_every_reason_and_status_of_a_receipt_has_its_words() -> None:
    shown = DOCUMENT["components"]["schemas"]["Receipt"]["properties"]

    for name in ("reason", "status"):
        words = dict(each.split(": ", 1) for each in shown[name]["description"].split("; "))
        assert set(words) == set(shown[name]["enum"])
        assert all(words.values())


@pytest.mark.parametrize("name", ["PortfolioView", "PositionView", "LogLine"])
def test_every_field_of_a_portfolio_and_of_the_log_has_its_words(name: str) -> None:
    properties = DOCUMENT["components"]["schemas"][name]["properties"]

    assert all(shown.get("description") for shown in properties.values())


def test_words_are_told_of_fields_that_are_there_alone() -> None:
    for kind, words in ANSWER_WORDS.items():
        assert set(words) <= {each.name for each in fields(kind)}


def test_a_portfolio_says_of_its_money_that_it_is_usdc_and_what_is_closed_and_open() -> None:
    shown = DOCUMENT["components"]["schemas"]["PortfolioView"]["properties"]

    for name, words in ANSWER_WORDS[PortfolioView].items():
        is_money = shown[name].get("pattern") == DECIMAL["pattern"]
        assert is_money == ("USDC" in words), name
    assert "closed" in shown["pnl"]["description"]
    assert "open" in shown["unrealized"]["description"]


def test_a_line_of_the_log_says_whose_time_it_bears() -> None:
    shown = DOCUMENT["components"]["schemas"]["LogLine"]["properties"]

    assert "leader_time_ms" in shown["at_ms"]["description"]


def test_limits_as_they_were_chosen_are_told_one_by_one_and_none_is_always_there() -> None:
    schemas = DOCUMENT["components"]["schemas"]

    for chosen in (
        schemas["ProfileView"]["properties"]["limits"],
        schemas["AccountExport"]["properties"]["copy_limits"],
    ):
        assert set(chosen["properties"]) == set(schemas["Limits"]["properties"])
        assert "required" not in chosen
        sizing = chosen["properties"]["sizing"]
        assert sizing["properties"] == schemas["Sizing"]["properties"]
        assert "required" not in sizing


def test_a_list_without_pages_has_items_only() -> None:
    shown = AnswerSchemas().of(Items[int])

    assert shown["properties"] == {"items": {"type": "array", "items": {"type": "integer"}}}
    assert shown["required"] == ["items"]
