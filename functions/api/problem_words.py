"""What is wrong with a field of a request, in words for people: one for each way to be wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .fields import FORMS

if TYPE_CHECKING:
    from collections.abc import Mapping

WHOLE = "must be a whole number"
LIST = "must be a list"
EMPTY = "must not be empty"
WORDS: Mapping[str, str] = {
    "missing": "is missing",
    "extra_forbidden": "is no field of this request",
    "string_type": "must be text",
    "string_too_short": EMPTY,
    "string_too_long": "must have at most {max_length} characters",
    "bool_type": "must be true or false, without quotes",
    "int_type": f"{WHOLE}, without quotes",
    "int_parsing": WHOLE,
    "int_parsing_size": WHOLE,
    "enum": "must be {expected}",
    "literal_error": "must be {expected}",
    "greater_than": "must be above {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "list_type": LIST,
    "tuple_type": LIST,
    "too_short": EMPTY,
    "too_long": "must have at most {max_length} members",
    "model_type": "must be an object with fields of its own",
    "value_error": "{error}",
}
"""By the validator's name for it, with what it tells beside that."""

OTHERWISE = "is not what this field takes"


def words_of(kind: str, told: Mapping[str, Any]) -> str:
    """Say what is wrong with a field; nothing that was sent is in it."""
    if kind == "string_pattern_mismatch":
        return f"must be {FORMS[told['pattern']]}" if told["pattern"] in FORMS else OTHERWISE
    return WORDS.get(kind, OTHERWISE).format_map(told)
