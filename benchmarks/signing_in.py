"""Who calls: a sign-in message and an access token, each beside what no check can do without."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

import jwt

from benchmarks.results import Row, at_most_ms
from benchmarks.timings import in_turn
from tests.fakes.builders import NOW_MS
from tests.fakes.identity import ALICE, ISSUER, FixedRing, message, verifier
from understudy.adapters.identity.access_tokens import AUDIENCE, Hs256AccessTokens
from understudy.adapters.identity.ethereum import personal_message_digest, recover_address
from understudy.domain.identity import AuthMethod
from understudy.domain.ids import UserId
from understudy.ports.identity import AccessClaims

if TYPE_CHECKING:
    from jwt.types import Options

MOST_MS_OF_A_MESSAGE = 0.5
MOST_MS_OF_A_TOKEN = 0.15
# The clock of the fakes stands still, so the reference checks all but the times.
UNTIMED: Options = {"verify_exp": False, "verify_iat": False}


def signing_in_rows(rounds: int) -> list[Row]:
    """Time both; raises ValueError when ours and the reference read something else."""
    return [*_message_rows(rounds), *_token_rows(rounds)]


def _message_rows(rounds: int) -> list[Row]:
    text = message(ALICE.address)
    signature, digest = ALICE.sign_text(text), personal_message_digest(text)
    check = verifier()
    _require_same(check.verify(text, signature, NOW_MS).address, recover_address(digest, signature))
    taken = in_turn(
        rounds,
        ours=lambda: check.verify(text, signature, NOW_MS),
        reference=lambda: recover_address(digest, signature),
    )
    goal = at_most_ms(taken["ours"], MOST_MS_OF_A_MESSAGE)
    return [
        Row("verify a sign-in message", "text, place, times, signer", taken["ours"], goal),
        Row("recover its signer alone", "", taken["reference"], version=_named("coincurve")),
    ]


def _token_rows(rounds: int) -> list[Row]:
    ring = FixedRing()
    tokens, key = Hs256AccessTokens(ring, ISSUER), ring()[0].access
    claims = AccessClaims(UserId("user-1"), AuthMethod.SIWE, "5" * 32, "0x" + "a" * 40)
    token = tokens.issue(claims, NOW_MS)

    def read_by_reference() -> str:
        read = jwt.decode(token, key, ["HS256"], UNTIMED, audience=AUDIENCE, issuer=ISSUER)
        return str(read["app_user_id"])

    _require_same(tokens.read(token, NOW_MS).app_user_id, read_by_reference())
    taken = in_turn(rounds, ours=lambda: tokens.read(token, NOW_MS), reference=read_by_reference)
    goal = at_most_ms(taken["ours"], MOST_MS_OF_A_TOKEN)
    return [
        Row("check an access token", "signature, claims, times", taken["ours"], goal),
        Row("check an access token", "reference", taken["reference"], version=_named("PyJWT")),
    ]


def _require_same(ours: str, theirs: str) -> None:
    if ours != theirs:
        raise ValueError(f"the two read different things, so no time compares: {ours}, {theirs}")


def _named(package: str) -> str:
    return f"{package} {version(package)}"
