"""Whether records and commands are of the time after the last loss of the copying table.

The execution epoch is the time at which copying was stopped for that loss. It is configuration, so
that no restore brings the old one back. A follow carries the epoch in which its records were last
brought to the venue's; a command the epoch of the records that it speaks of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.domain.errors import DependencyError
from understudy.domain.follows import FollowStatus

if TYPE_CHECKING:
    from understudy.domain.follows import Follow
    from understudy.workflows.copying.views import CopyPorts

TOO_OLD = "EXECUTION_EPOCH_TOO_OLD"


def is_current(deployed: int, follow: Follow, spoken_of: int) -> bool:
    """Say whether a command speaks of a follow's records as they are, and those of the venue.

    What is not done now is found again: trades without a receipt, and exits that are open. Raises
    DependencyError EXECUTION_EPOCH_TOO_OLD for what is newer than the deployed epoch.
    """
    _refuse_newer(deployed, max(follow.epoch, spoken_of))
    return follow.epoch == spoken_of == deployed


def is_behind(ports: CopyPorts, follow: Follow) -> bool:
    """Say whether a follow's records were restored and are not the venue's yet."""
    _refuse_newer(ports.epoch, follow.epoch)
    trades = follow.status not in {FollowStatus.INACTIVE, FollowStatus.DELETED}
    return trades and follow.epoch < ports.epoch


def _refuse_newer(deployed: int, epoch: int) -> None:
    """Raise DependencyError for what only a later deployment may touch."""
    if epoch > deployed:
        raise DependencyError(
            "this deployment's execution epoch is older than the records': set ExecutionEpoch to"
            " the newest one",
            code=TOO_OLD,
            epoch=epoch,
            deployed=deployed,
        )
