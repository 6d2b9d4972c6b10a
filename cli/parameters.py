"""Parameters of the template that somebody gives to `understudy up` as NAME=VALUE."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from cli.errors import CommandError
from cli.places import TEMPLATE
from localcloud.deploy.source import read_source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# Where the parts of a system on this machine find each other.
OURS = frozenset(
    {
        "Stage",
        *("HyperliquidUrl", "HyperliquidChain", "OlderSystemUrl", "ServerWalletsUrl"),
        *("PrivyJwksUrl", "PrivyAppId", "PrivyIssuer"),
        *("DynamicJwksUrl", "DynamicIssuer", "DynamicAudience"),
    }
)
# The functions read all other numbers as counts, which the template cannot ask for.
_OF_MONEY = frozenset({"AgentMaxOrderNotional", "AgentMaxDailyNotional"})
_REMEDY = "docs/configuration.md lists the parameters and what they may be"


def parameters_in(given: Iterable[str]) -> dict[str, str]:
    """Read parameters; raises CommandError PARAMETER_INVALID for what the template would refuse."""
    texts = list(given)
    if not texts:
        return {}
    template = read_source(TEMPLATE).template
    described: dict[str, dict[str, Any]] = template["Parameters"]
    parameters = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign:
            raise _invalid(f"{text!r} is not NAME=VALUE")
        if name not in described:
            raise _invalid(f"the template has no parameter {name!r}")
        if name in OURS:
            raise _invalid(f"{name} is set by this command itself")
        if not _may_be(name, described[name], value):
            is_what = described[name]["Description"]
            shown = "that" if described[name].get("NoEcho") else repr(value)
            raise _invalid(f"{name} cannot be {shown}; it is: {is_what}{_range(described[name])}")
        parameters[name] = value
    _require_together(template, parameters)
    return parameters


def _require_together(template: dict[str, Any], parameters: Mapping[str, str]) -> None:
    described = template["Parameters"].items()
    defaults = {name: str(each.get("Default", "")) for name, each in described}
    values = {**defaults, **dict.fromkeys(OURS, "set by this command"), **parameters}
    for rule in template["Rules"].values():
        for each in rule["Assertions"] if _holds(rule["RuleCondition"], values) else ():
            if not _holds(each["Assert"], values):
                raise _invalid(each["AssertDescription"])


def _holds(condition: dict[str, Any], values: Mapping[str, str]) -> bool:
    """Evaluate a condition of the template's rules."""
    if "Fn::Not" in condition:
        (negated,) = condition["Fn::Not"]
        return not _holds(negated, values)
    parameter, text = condition["Fn::Equals"]
    return values[parameter["Ref"]] == str(text)


def _may_be(name: str, described: dict[str, Any], value: str) -> bool:
    if "AllowedValues" in described and value not in map(str, described["AllowedValues"]):
        return False
    if not re.fullmatch(str(described.get("AllowedPattern", ".*")), value):
        return False
    if described["Type"] != "Number":
        return True
    is_count = value.isascii() and value.isdigit()
    return (is_count or name in _OF_MONEY) and _is_number(described, value)


def _range(described: dict[str, Any]) -> str:
    if "AllowedValues" in described:
        return f"; one of {', '.join(map(str, described['AllowedValues']))}"
    least, most = described.get("MinValue"), described.get("MaxValue")
    if least is None:
        return ""
    return f"; at least {least}" if most is None else f"; {least} to {most}"


def _is_number(described: dict[str, Any], value: str) -> bool:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return False
    least, most = described.get("MinValue", number), described.get("MaxValue", number)
    return number.is_finite() and least <= number <= most


def _invalid(message: str) -> CommandError:
    return CommandError("PARAMETER_INVALID", message, _REMEDY)
