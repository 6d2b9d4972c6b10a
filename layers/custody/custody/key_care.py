"""The door of those who look after keys: it moves them, and neither signs nor enrols."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from custody.doors import CORRELATION, Answer, Door, Event
from understudy.adapters.correlation import correlated
from understudy.domain.errors import DependencyError, InvalidInputError, UnderstudyError

if TYPE_CHECKING:
    from custody.rewrapping import Rewrapping

Operation = Callable[[Event], Answer]


def keys_door(operations: Mapping[str, Operation]) -> Door:
    """Open `{operation, …}` to its answer, or to `{error: {code, message}}`.

    Raises only DependencyError: the same request may be sent again.
    """

    def care(event: Event) -> Answer:
        operation = operations.get(str(event.get("operation")))
        try:
            if operation is None:
                raise InvalidInputError(f"operation must be one of {', '.join(operations)}")
            with correlated(str(event.get(CORRELATION, ""))):
                return operation(event)
        except DependencyError:
            raise
        except UnderstudyError as error:
            return {"error": {"code": error.code, "message": error.message}}

    return care


def rewrap(rewrapping: Rewrapping) -> Operation:
    """Give `{page}` to how far it got from there; '' is the beginning and the end."""

    def go_on(event: Event) -> Answer:
        page = event.get("page")
        if not isinstance(page, str):
            raise InvalidInputError("send the page to go on at, '' for the first")
        progress = rewrapping.go_on(page)
        return {
            **progress._asdict(),
            "unusable": list(progress.unusable),
            "unusable_users": list(progress.unusable_users),
        }

    return go_on
