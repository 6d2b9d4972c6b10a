"""The kinds of fields that several requests share, with their ranges."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints

from understudy.domain.money import plain_text

MOST_USDC = 1_000_000_000
# No id of ours is longer; what a table takes as a key is far longer.
LONGEST_ID = 64

_DECIMAL = re.compile(r"-?\d{1,12}(?:\.\d{1,8})?", re.ASCII)


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
    raise ValueError("must be a decimal in text, like '12.5', with at most 8 decimals")


Exact = BeforeValidator(exact_decimal)
Usdc = Annotated[Decimal, Exact, Field(ge=10, le=MOST_USDC)]
Percent = Annotated[Decimal, Exact]
WholeNumber = Annotated[int, Field(strict=True)]
Address = Annotated[str, StringConstraints(strict=True, pattern=r"^0x[0-9a-fA-F]{40}\z")]
Identity = Annotated[
    str, StringConstraints(strict=True, pattern=rf"^[0-9A-Za-z-]{{1,{LONGEST_ID}}}\z")
]
Symbol = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9A-Za-z:@/_.-]{1,32}\z")]
Text = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=4096)]
# How long a token may be is for whoever verifies it to say; what a body may hold bounds it here.
Token = Annotated[str, StringConstraints(strict=True, min_length=1)]
Flag = Annotated[bool, Field(strict=True)]
