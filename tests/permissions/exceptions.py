"""What AWS asks a role for and the emulator does not: named one by one, each with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.permissions.policies import Cut

LOGS = "Lambda writes the log under the role; the emulator writes it by itself"
FAILED_RUN = "Lambda keeps a failed asynchronous run under the role; the emulator by itself"
FAILED_BATCH = "Lambda keeps a failed batch of the stream under the role; the emulator by itself"
NOT_STARTED = "the scheduler keeps a run that it could not start; the emulator starts every one"

NOT_ASKED = {
    ("LeaderListenerFunctionRole", "WritesItsLog"): LOGS,
    ("LeaderSyncFunctionRole", "WritesItsLog"): LOGS,
    ("FillFanOutFunctionRole", "WritesItsLog"): LOGS,
    ("FollowerExecuteFunctionRole", "WritesItsLog"): LOGS,
    ("SignerFunctionRole", "WritesItsLog"): LOGS,
    ("FollowReconcileFunctionRole", "WritesItsLog"): LOGS,
    ("CopyEventsFunctionRole", "WritesItsLog"): LOGS,
    ("ApiFunctionRole", "WritesItsLog"): LOGS,
    ("LeaderListenerFunctionRole", "KeepsFailedRuns"): FAILED_RUN,
    ("FollowReconcileFunctionRole", "KeepsFailedRuns"): FAILED_RUN,
    ("CopyEventsFunctionRole", "KeepsFailedBatches"): FAILED_BATCH,
    (
        "LeaderListenerFunctionEveryMinuteRole",
        "LeaderListenerFunctionEveryMinuteSQSPolicy",
    ): NOT_STARTED,
}
"""Role and statement to the reason why no check here can miss it."""


def reason_of(cut: Cut) -> str:
    """Give the reason why nothing here asks for a part, '' where everything must be asked for."""
    return NOT_ASKED.get((cut.policy.role, cut.statement), "")
