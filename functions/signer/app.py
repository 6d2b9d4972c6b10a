"""Signs intents or enrols agents; the alias that was called decides which."""

from __future__ import annotations

from typing import Any

from understudy.runtime.starting import uncollected

with uncollected():
    from custody.doors import door_for
    from custody.wiring import doors


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request at the door of the alias it came by."""
    return door_for(context.invoked_function_arn, doors())(event)
