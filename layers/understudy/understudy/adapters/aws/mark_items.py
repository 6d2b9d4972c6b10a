"""All marks of a venue as one JSON text, symbol to [price, ms]. Pure.

Hundreds of marks are read with every copy; as typed attributes they would cost more than the rest.
"""

from __future__ import annotations

import json
from decimal import Decimal

from understudy.adapters.aws.attributes import Attribute, Item, text
from understudy.domain.follows import Marks
from understudy.domain.money import plain_text


def marks_attribute(marks: Marks) -> Attribute:
    """Write marks as the text of an attribute."""
    at_ms = marks.at_ms
    by_symbol = {name: [plain_text(price), at_ms[name]] for name, price in marks.prices.items()}
    return text(json.dumps(by_symbol, separators=(",", ":")))


def marks_in(item: Item) -> Marks:
    """Read the marks from their item."""
    by_symbol = json.loads(item["marks"]["S"])
    return Marks(
        {symbol: Decimal(price) for symbol, (price, _) in by_symbol.items()},
        {symbol: at_ms for symbol, (_, at_ms) in by_symbol.items()},
    )
