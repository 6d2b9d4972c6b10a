"""The text of a Sign-In with Ethereum message (EIP-4361), read strictly. Pure; verifies nothing.

Only the exact text counts: nothing is trimmed, normalised or written again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from understudy.adapters.identity.ethereum import checksum_address
from understudy.domain.errors import InvalidInputError

_SCHEME = r"[A-Za-z][A-Za-z0-9+.-]*"
_UNRESERVED = r"A-Za-z0-9._~\-"
_SUB_DELIMITERS = r"!$&'()*+,;="
_ESCAPED = r"%[0-9A-Fa-f]{2}"
_USER = rf"(?:(?:[{_UNRESERVED}{_SUB_DELIMITERS}:]|{_ESCAPED})*@)?"
_HOST = rf"(?:\[[0-9A-Fa-f:.]{{2,45}}\]|(?:[{_UNRESERVED}{_SUB_DELIMITERS}]|{_ESCAPED})+)"
_AUTHORITY = rf"{_USER}{_HOST}(?::[0-9]{{1,5}})?"
_PATH = rf"(?:[{_UNRESERVED}{_SUB_DELIMITERS}:@/]|{_ESCAPED})"
_URI = rf"{_SCHEME}:(?://{_AUTHORITY}(?=[/?#\n]|\Z))?{_PATH}*(?:\?(?:{_PATH}|\?)*)?(?:#(?:{_PATH}|\?)*)?"
_TIME = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})"
_STATEMENT = rf"[{_UNRESERVED}{_SUB_DELIMITERS}:/?#\[\]@ ]*"

# Long, so it is compiled when somebody signs in, and not in every start.
_MESSAGE = (
    rf"(?:(?P<scheme>{_SCHEME})://)?(?P<domain>{_AUTHORITY})"
    r" wants you to sign in with your Ethereum account:\n"
    r"(?P<address>0x[0-9A-Fa-f]{40})\n\n"
    rf"(?:(?P<statement>{_STATEMENT})\n)?\n"
    rf"URI: (?P<uri>{_URI})\n"
    r"Version: 1\n"
    r"Chain ID: (?P<chain_id>0|[1-9][0-9]{0,17})\n"
    r"Nonce: (?P<nonce>[A-Za-z0-9]{8,128})\n"
    rf"Issued At: (?P<issued_at>{_TIME})"
    rf"(?:\nExpiration Time: (?P<expires_at>{_TIME}))?"
    rf"(?:\nNot Before: (?P<not_before>{_TIME}))?"
    rf"(?:\nRequest ID: (?P<request_id>(?:[{_UNRESERVED}{_SUB_DELIMITERS}:@]|{_ESCAPED})*))?"
    # What is read of a resource is not read again another way, or each would double the work.
    rf"(?:\nResources:(?P<resources>(?:\n- {_URI})*+))?"
)
_ORIGIN = re.compile(rf"{_SCHEME}://{_AUTHORITY}", re.ASCII)

MAX_LENGTH = 4096


@dataclass(frozen=True, slots=True)
class SiweMessage:
    """What a sign-in message says; times in ms since 1970, `None` where it does not say."""

    scheme: str | None
    domain: str
    address: str
    statement: str | None
    uri: str
    chain_id: int
    nonce: str
    issued_at_ms: int
    expires_at_ms: int | None
    not_before_ms: int | None
    request_id: str | None
    resources: tuple[str, ...]

    @property
    def origin(self) -> str:
        """Give scheme, host and port of the URI; '' for a URI without a host."""
        found = _ORIGIN.match(self.uri)
        return found.group() if found else ""


def parse_siwe_message(text: str) -> SiweMessage:
    """Read a message; raises InvalidInputError for any text that EIP-4361 does not allow."""
    found = re.fullmatch(_MESSAGE, text, re.ASCII) if len(text) <= MAX_LENGTH else None
    if found is None:
        raise _malformed("it does not have the lines that EIP-4361 prescribes")
    said = found.groupdict()
    if said["address"] != checksum_address(said["address"]):
        raise _malformed("its address must be written with the checksum of EIP-55")
    issued_at_ms = _time_ms(said["issued_at"])
    if issued_at_ms is None:
        raise _malformed("it must say when it was issued")
    return SiweMessage(
        scheme=said["scheme"],
        domain=said["domain"],
        address=said["address"],
        statement=said["statement"],
        uri=said["uri"],
        chain_id=int(said["chain_id"]),
        nonce=said["nonce"],
        issued_at_ms=issued_at_ms,
        expires_at_ms=_time_ms(said["expires_at"]),
        not_before_ms=_time_ms(said["not_before"]),
        request_id=said["request_id"],
        resources=tuple((said["resources"] or "").split("\n- ")[1:]),
    )


def _time_ms(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return round(datetime.fromisoformat(text).timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        raise _malformed("one of its times does not exist") from error


def _malformed(why: str) -> InvalidInputError:
    return InvalidInputError(f"the sign-in message is malformed: {why}", code="SIWE_MALFORMED")
