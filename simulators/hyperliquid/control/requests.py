"""The control plane's own input, read strictly: a wrong field is answered with what to write."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from aiohttp import web

from simulators.hyperliquid.addresses import is_address
from simulators.hyperliquid.decimals import is_number_text

if TYPE_CHECKING:
    from collections.abc import Collection


class ControlError(ValueError):
    """The control request cannot be carried out; the text says what to write."""


@dataclass(frozen=True, slots=True)
class Fields:
    """A control request's JSON object."""

    content: dict[str, Any]

    def only(self, allowed: Collection[str]) -> None:
        """Refuse unknown keys."""
        unknown = sorted(set(self.content) - set(allowed))
        if unknown:
            raise ControlError(f"unknown keys: {', '.join(unknown)}; known: {', '.join(allowed)}")

    def address(self, key: str) -> str:
        """Return an address in lower case."""
        value = self.content.get(key)
        if not isinstance(value, str) or not is_address(value):
            raise ControlError(f"{key} must be an address: 0x and 40 hex digits")
        return value.lower()

    def text(self, key: str) -> str:
        """Return a string that is not empty."""
        value = self.content.get(key)
        if not isinstance(value, str) or not value:
            raise ControlError(f"{key} must be a string")
        return value

    def number(self, key: str, default: Decimal | None = None) -> Decimal:
        """Return a decimal given as a string or a whole number."""
        value = self.content.get(key)
        if value is None and default is not None:
            return default
        if isinstance(value, int) and not isinstance(value, bool):
            return Decimal(value)
        if not isinstance(value, str) or not is_number_text(value):
            raise ControlError(f'{key} must be a decimal in a string, like "100.5"')
        return Decimal(value)

    def integer(self, key: str, default: int | None = None) -> int:
        """Return a whole number, 0 or more."""
        value = self.content.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise ControlError(f"{key} must be a whole number, 0 or more")
        return value

    def flag(self, key: str, *, default: bool = False) -> bool:
        """Return true or false."""
        value = self.content.get(key, default)
        if not isinstance(value, bool):
            raise ControlError(f"{key} must be true or false")
        return value

    def has(self, key: str) -> bool:
        """Tell whether the key is given."""
        return self.content.get(key) is not None


async def read_fields(request: web.Request, allowed: Collection[str]) -> Fields:
    """Return the request's fields; an empty body has none."""
    raw = await request.read()
    try:
        content = json.loads(raw, parse_float=Decimal) if raw else {}
    except ValueError as error:
        raise ControlError("the body is no JSON") from error
    if not isinstance(content, dict):
        raise ControlError("the body must be a JSON object")
    fields = Fields(content)
    fields.only(allowed)
    return fields


@web.middleware
async def errors_are_400(request: web.Request, handler: Any) -> web.StreamResponse:
    """Answer what cannot be done with 400 and the reason."""
    try:
        response: web.StreamResponse = await handler(request)
    except ValueError as error:
        if not request.path.startswith("/_simulator/"):
            raise
        return web.json_response({"error": str(error)}, status=400)
    return response
