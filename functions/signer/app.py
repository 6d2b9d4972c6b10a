"""Signs intents or enrols agents; the alias that was called decides which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from understudy.runtime.starting import uncollected

with uncollected():
    from custody.doors import door_for
    from custody.signals import signal_of
    from custody.wiring import doors
    from understudy.runtime.observability import log_misconfigured, logger

if TYPE_CHECKING:
    from understudy.domain.errors import ConfigurationError


def tell(part: str, error: ConfigurationError) -> None:
    """Log which part of custody is set up wrongly, and how."""
    log_misconfigured("signer", error, part=part)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request at the door of the alias it came by."""
    answer = door_for(context.invoked_function_arn, doors(tell))(event)
    for refused in (answer, *answer.get("results", ())):
        signal = signal_of(refused)
        if signal is not None:
            logger("signer").warning("not signed or not done", **signal)
    return answer
