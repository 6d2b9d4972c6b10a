"""Every check, by the role that it asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.permissions import (
    auditing,
    erasing,
    executing,
    extracting,
    fanning_out,
    listening,
    operating,
    publishing,
    reconciling,
    scheduling,
    serving,
    signing,
    syncing,
    upkeep,
)
from tests.permissions.stage import Stage

Check = Callable[[Stage], None]

CHECKS: Mapping[str, tuple[Check, ...]] = {
    "LeaderSyncFunctionRole": syncing.CHECKS,
    "FillFanOutFunctionRole": fanning_out.CHECKS,
    "FollowerExecuteFunctionRole": executing.CHECKS,
    "SignerFunctionRole": signing.CHECKS,
    "FollowReconcileFunctionRole": reconciling.CHECKS,
    "CopyEventsFunctionRole": publishing.CHECKS,
    "ApiFunctionRole": serving.CHECKS,
    "OperatorApiFunctionRole": operating.CHECKS,
    "LeaderListenerFunctionRole": listening.CHECKS,
    "AccountErasureFunctionRole": erasing.OF_ERASURE,
    "AccountErasureFunctionEveryFiveMinutesRole": erasing.OF_THE_SCHEDULE,
    "AgentUpkeepFunctionRole": upkeep.OF_UPKEEP,
    "AgentUpkeepFunctionEveryFiveMinutesRole": upkeep.OF_THE_SCHEDULE,
    "AuditExtractFunctionRole": extracting.CHECKS,
    "AuditSealFunctionRole": auditing.OF_SEALING,
    "AuditCheckpointFunctionRole": auditing.OF_CHECKPOINTS,
    "AuditCheckpointFunctionEveryFiveMinutesRole": auditing.OF_THE_SCHEDULE,
    "LeaderListenerFunctionEveryMinuteRole": scheduling.OF_THE_LISTENER,
    "FollowReconcileFunctionEveryMinuteRole": scheduling.OF_RECONCILE,
}


def title_of(check: Check) -> str:
    """Give a check's name as a sentence."""
    return check.__name__.replace("_", " ")
