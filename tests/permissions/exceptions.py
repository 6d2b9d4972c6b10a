"""What AWS asks a role for and the emulator does not: named one by one, each with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.permissions.policies import Cut

NOT_STARTED = "the scheduler keeps a run that it could not start; the emulator starts every one"
NO_REENCRYPT = "the emulator's KMS has no ReEncrypt; the signer opens and seals instead"

NOT_ASKED = {
    ("SignerFunctionRole", "RewrapsInsideKms"): NO_REENCRYPT,
    (
        "LeaderListenerFunctionEveryMinuteRole",
        "LeaderListenerFunctionEveryMinuteSQSPolicy",
    ): NOT_STARTED,
    (
        "AccountErasureFunctionEveryFiveMinutesRole",
        "AccountErasureFunctionEveryFiveMinutesSQSPolicy",
    ): NOT_STARTED,
    (
        "FollowReconcileFunctionEveryMinuteRole",
        "FollowReconcileFunctionEveryMinuteSQSPolicy",
    ): NOT_STARTED,
    (
        "AgentUpkeepFunctionEveryFiveMinutesRole",
        "AgentUpkeepFunctionEveryFiveMinutesSQSPolicy",
    ): NOT_STARTED,
    (
        "AuditCheckpointFunctionEveryFiveMinutesRole",
        "AuditCheckpointFunctionEveryFiveMinutesSQSPolicy",
    ): NOT_STARTED,
}
"""Role and statement to the reason why no check here can miss it."""


def reason_of(cut: Cut) -> str:
    """Give the reason why nothing here asks for a part, '' where everything must be asked for."""
    return NOT_ASKED.get((cut.policy.role, cut.statement), "")
