"""The kinds of fields that several requests share, with their ranges."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from understudy.domain.money import plain_text

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_USDC = 1_000_000_000
# No id of ours is longer; what a table takes as a key is far longer.
LONGEST_ID = 64

_DECIMAL = re.compile(r"-?\d{1,12}(?:\.\d{1,8})?", re.ASCII)

ADDRESS = r"^0x[0-9a-fA-F]{40}\z"
IDENTITY = rf"^[0-9A-Za-z-]{{1,{LONGEST_ID}}}\z"
SYMBOL = r"^[0-9A-Za-z:@/_.-]{1,32}\z"
AGENT_NAME = r"^[A-Za-z0-9](?:[A-Za-z0-9 ._-]{0,14}[A-Za-z0-9._-])?\z"
REASON = r"^[^\x00-\x1f\x7f]{1,200}\z"
SUBJECT = rf"^[0-9A-Za-z-]{{0,{LONGEST_ID}}}\z"
FORMS: Mapping[str, str] = {
    ADDRESS: "an address: 0x and 40 hex digits",
    IDENTITY: f"an id as this API gives it: 1 to {LONGEST_ID} letters, digits and dashes",
    SYMBOL: "a market's symbol, like BTC: at most 32 letters, digits and : @ / _ . -",
    AGENT_NAME: "1 to 16 letters, digits, dots, dashes, underscores and blanks, a letter or digit"
    " first and no blank last",
    REASON: "1 to 200 characters on one line",
    SUBJECT: f"at most {LONGEST_ID} letters, digits and dashes",
}
"""Which texts each pattern takes, in words."""


def exact_decimal(value: Any) -> Decimal:
    """Read a decimal from text, or from a JSON number that was not a binary one on its way."""
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return Decimal(value)
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        number = Decimal(value)
        if number.is_finite() and -8 <= number.adjusted() <= 11:  # noqa: PLR2004  # as in the text
            text = plain_text(number)
            if _DECIMAL.fullmatch(text):
                return Decimal(text)
    raise ValueError(
        'must be a decimal, like "12.5", with at most 12 digits before the point and 8 after it'
    )


def somebodys(address: str) -> str:
    """Refuse the zero address, which has no key: nobody ever trades with it."""
    if not int(address, 16):
        raise ValueError("must be somebody's address, which the zero address is not")
    return address


Exact = BeforeValidator(exact_decimal)
Usdc = Annotated[Decimal, Exact, Field(ge=10, le=MOST_USDC)]
Percent = Annotated[Decimal, Exact]
WholeNumber = Annotated[int, Field(strict=True)]
Address = Annotated[str, StringConstraints(strict=True, pattern=ADDRESS)]
Leader = Annotated[Address, AfterValidator(somebodys)]
Identity = Annotated[str, StringConstraints(strict=True, pattern=IDENTITY)]
Symbol = Annotated[str, StringConstraints(strict=True, pattern=SYMBOL)]
Text = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=4096)]
# How long a token may be is for whoever verifies it to say; what a body may hold bounds it here.
Token = Annotated[str, StringConstraints(strict=True, min_length=1)]
Flag = Annotated[bool, Field(strict=True)]
