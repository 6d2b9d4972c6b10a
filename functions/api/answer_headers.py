"""The headers of every answer: what a browser may do with it, and how many calls are left. Pure.

The two `RateLimit` fields are those of draft-ietf-httpapi-ratelimit-headers, revisions 08 to 11.
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.domain.token_bucket import Admission

Headers = dict[str, str]

SECOND_US = 1_000_000
OF_EVERY_ANSWER = {
    "Cache-Control": "no-store",
    "Strict-Transport-Security": "max-age=63072000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # for browsers that do not know frame-ancestors
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# An answer in JSON is no page: whatever it is opened in may load, run and frame nothing.
OF_NO_PAGE = {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"}
_INLINE = re.compile(r"<(script|style)>(.*?)</\1>", re.DOTALL)


def of_page(html: str) -> Headers:
    """Allow a page its own scripts and styles, by their hashes, and calls of this API."""
    kinds: dict[str, list[str]] = {"script": [], "style": []}
    for kind, content in _INLINE.findall(html):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        kinds[kind].append(f"'sha256-{digest}'")
    allowed = "; ".join(f"{kind}-src {' '.join(made)}" for kind, made in kinds.items() if made)
    rest = "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    return {"Content-Security-Policy": f"default-src 'none'; {allowed}; {rest}"}


def of_admissions(admissions: Sequence[Admission]) -> Headers:
    """Say what was counted: each bucket's size and window, what is left, and when it is full."""
    if not admissions:
        return {}
    headers = {
        "RateLimit-Policy": ", ".join(_policy(each) for each in admissions),
        "RateLimit": ", ".join(_state(each) for each in admissions),
    }
    wait_seconds = max(each.again_in_seconds for each in admissions)
    return {**headers, "Retry-After": str(wait_seconds)} if wait_seconds else headers


def _policy(admission: Admission) -> str:
    bucket = admission.bucket
    window_seconds = max(1, -(-bucket.window_us // SECOND_US))
    return f'"{bucket.name}";q={bucket.size};w={window_seconds}'


def _state(admission: Admission) -> str:
    return f'"{admission.bucket.name}";r={admission.remaining};t={admission.full_in_seconds}'
