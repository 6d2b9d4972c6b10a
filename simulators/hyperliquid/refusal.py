"""How the venue says no: a refused action, a refused order, or a request it cannot read."""

from __future__ import annotations


class ActionRefusedError(Exception):
    """The whole action is refused; nothing of it took place."""


class OrderRefusedError(Exception):
    """One order is refused, with the status the order keeps in the books."""

    def __init__(self, text: str, status: str = "rejected", *, whole_batch: bool = False) -> None:
        """Carry the venue's text, the order's final status, and whether the batch falls with it."""
        super().__init__(text)
        self.text = text
        self.status = status
        self.whole_batch = whole_batch


class MalformedRequestError(Exception):
    """The request does not have the shape of its type: HTTP 422."""
