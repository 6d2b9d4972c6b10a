"""Sends an API's answers with the headers that AWS sends, and no more.

The emulator adds what a browser or a bucket's client would ask for. Whoever calls a service reads
every header of every answer, so here each call would take more of a function than it does on AWS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ministack import app

from localcloud.patches.attributes import existing

if TYPE_CHECKING:
    from collections.abc import Mapping

FOR_BROWSERS_AND_BUCKETS = frozenset(
    {
        "Access-Control-Allow-Headers",
        "Access-Control-Allow-Methods",
        "Access-Control-Allow-Origin",
        "Access-Control-Expose-Headers",
        "x-amz-id-2",
        "x-amz-request-id",
    }
)


def apply() -> None:
    """Leave those headers away where AWS sends none."""
    dispatch = existing(app, "_dispatch_service_request")

    async def dispatch_as_aws(method: str, path: str, asked: Any, *more: Any) -> Any:
        status, answered, body = await dispatch(method, path, asked, *more)
        return status, as_aws_sends(asked, answered), body

    app._dispatch_service_request = dispatch_as_aws  # noqa: SLF001 - the patch


def as_aws_sends(asked: Mapping[str, str], answered: dict[str, str]) -> dict[str, str]:
    """Return an answer's headers; `asked` are those of the request, by their names in lower case.

    A browser's request and a bucket's keep theirs.
    """
    signed = asked.get("authorization", "")
    if "origin" in asked or not signed or "/s3/aws4_request" in signed:
        return answered
    return {name: answered[name] for name in answered if name not in FOR_BROWSERS_AND_BUCKETS}
