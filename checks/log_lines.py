"""What is logged: a fixed message with named fields, none of which can hold a secret or a body."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from checks.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.sources import Source

SHIPPED = ("layers/", "functions/")
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
# Logs on behalf of others, whose words are fixed: path -> whose.
PASSED_ON = {
    "layers/understudy/understudy/runtime/leader_listener.py": "the workflow's warnings",
}
SECRET_WORDS = {
    *("key", "secret", "token", "password", "pepper", "mac", "signature", "share", "ciphertext"),
    *("plaintext", "payload", "body", "headers", "authorization", "cookie", "seed"),
}


def find_revealing_logs(source: Source) -> Iterator[Finding]:
    """Report log calls whose message is put together, or whose fields are named like secrets."""
    if not source.path.startswith(SHIPPED):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and _is_log(node):
            place = f"{source.path}:{node.lineno}"
            if source.path not in PASSED_ON and not _has_fixed_message(node):
                message = "the message is put together: fixed words, and what differs in fields"
                yield Finding(place, "revealing-log", message)
            for name in _revealing_fields(node):
                yield Finding(place, "revealing-log", f"the field {name} is named like a secret")


def _is_log(call: ast.Call) -> bool:
    match call.func:
        case ast.Attribute(value=logger, attr=level) if level in LEVELS:
            return "log" in ast.unparse(logger).lower()
    return False


def _has_fixed_message(call: ast.Call) -> bool:
    match call.args:
        case [ast.Constant(value=str()), *_]:
            return True
    return False


def _revealing_fields(call: ast.Call) -> Iterator[str]:
    for field in call.keywords:
        if field.arg and not SECRET_WORDS.isdisjoint(field.arg.lower().split("_")):
            yield field.arg
