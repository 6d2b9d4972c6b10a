"""Serves an API's base address without a slash at its end as the one with it.

On AWS both are one request. The emulator takes the shorter one for a bucket's and answers XML.
"""

from __future__ import annotations

from typing import Any

from ministack import app

from localcloud.patches.attributes import existing

BASES = "/_aws/execute-api/"


def apply() -> None:
    """Read such a path as the one with the slash."""
    parse = existing(app, "_parse_execute_api_url")

    def parse_base(host: str, path: str) -> Any:
        return parse(host, with_its_slash(path))

    app._parse_execute_api_url = parse_base  # noqa: SLF001 - the patch


def with_its_slash(path: str) -> str:
    """Return the path of a base with its slash, any other path as it is."""
    is_base = path.startswith(BASES) and "/" not in path.removeprefix(BASES)
    return f"{path}/" if is_base else path
